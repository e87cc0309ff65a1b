/* SPDX-License-Identifier: MIT */
/* The server's side of a SASL exchange (RFC 4422), whichever protocol carries it: SMTP AUTH (RFC 4954), POP3
 * AUTH (RFC 5034), IMAP AUTHENTICATE (RFC 9051 §6.2.2). Mechanisms: PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC
 * 2195), SCRAM-SHA-1 (RFC 5802), SCRAM-SHA-256 (RFC 7677), without channel binding.
 *
 * A server begins, then takes each line of the client until the step is SASL_SERVER_ASK: the owner is asked
 * by ENDPOINT_AUTHENTICATE, whose members sasl_server_get_question fills, and the verdict goes to
 * sasl_server_answer. */
#pragma once

#include "protocol/endpoint.h"

typedef struct SaslServer SaslServer;

/* Strings are copied; NULL is empty. */
typedef struct {
  const char *host_name; /* part of CRAM-MD5's challenge */
  const char *nonce; /* letters and digits that nobody foresees, new for every exchange; CRAM-MD5, SCRAM */
} SaslServerConfig;

typedef enum {
  SASL_SERVER_CHALLENGE, /* send the challenge, and wait for the client's line */
  SASL_SERVER_ASK,       /* ask the owner */
  SASL_SERVER_ACCEPTED,  /* the client is in */
  SASL_SERVER_REFUSED,   /* wrong user or secret */
  SASL_SERVER_CANCELLED, /* the client sent "*" */
  SASL_SERVER_MALFORMED, /* no base64, or not what the mechanism wants */
} SaslServerStep;

/* Returns an exchange of that mechanism (any case), or NULL for one we do not know. */
SaslServer *sasl_server_new(Bytes mechanism, const SaslServerConfig *config);

/* Begins without an initial response. Returns CHALLENGE. */
SaslServerStep sasl_server_begin(SaslServer *server);

/* Takes a line of the client without its line end, or its initial response ("=" is the empty one). Returns
 * the next step; CHALLENGE also for SCRAM's last word after the verdict. */
SaslServerStep sasl_server_take(SaslServer *server, Bytes base64);

/* Returns what goes after "334 " or "+ ": base64, maybe empty. Valid until the next call. */
Bytes sasl_server_get_challenge(const SaslServer *server);

/* Fills mechanism, user, secret, challenge and, for SCRAM, salt and iterations of an AUTHENTICATE event.
 * Views valid until the next call. */
void sasl_server_get_question(const SaslServer *server, EndpointEvent *event);

/* Takes the owner's verdict (SCRAM: with proof). Returns ACCEPTED, REFUSED, or CHALLENGE with SCRAM's
 * server-final message, after which the client's empty line brings ACCEPTED. */
SaslServerStep sasl_server_answer(SaslServer *server, const EndpointVerdict *verdict);

/* Frees, secrets wiped; NULL is nothing. */
void sasl_server_free(SaslServer *server);
