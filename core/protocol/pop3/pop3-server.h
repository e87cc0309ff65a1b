/* SPDX-License-Identifier: MIT */
/* A POP3 server without I/O (RFC 1939; CAPA and response codes of RFC 2449 and RFC 3206, AUTH of RFC 5034,
 * STLS of RFC 2595, UTF8 and LANG of RFC 6856).
 *
 * Events, each to be answered: AUTHENTICATE (mechanism "USER/PASS", "APOP" or one of SASL's; user; secret:
 * the password or a digest; challenge: the stamp, or as sasl-server.h tells), OPEN_MAILBOX (user; the owner
 * locks the mailbox, unless it is one of those that don't, and gives it as the verdict's object, or refuses:
 * "-ERR [IN-USE] …"), UPDATE (messages are marked in the mailbox by now: the owner removes them and answers
 * accepted), UPGRADE (STLS: the owner swaps the layer when pending is drained), then CLOSE. The owner unlocks
 * the mailbox at CLOSE, and at any other end of the connection. The mailbox must live until the endpoint is
 * freed or has closed. */
#pragma once

#include "mail/mailbox.h"
#include "protocol/endpoint.h"

/* Strings are copied. */
typedef struct {
  const char *host_name;
  const char *greeting;   /* after "+OK "; NULL: "HOST POP3 server ready" */
  const char *apop_stamp; /* "<1.1772452800@mail.beta.example>", different for every session; NULL: APOP is
                             not offered */
  const char *const *mechanisms; /* of AUTH, NULL-terminated, best first; those we do not speak are left out;
                                    NULL: AUTH is not offered */
  const char *nonce;             /* letters and digits that nobody foresees, new for every session; AUTH */
  guint login_delay; /* seconds between log-ins that CAPA tells (RFC 2449 §6.5); whether they are kept the
                        owner sees; 0: not told */
  bool offer_stls;   /* the owner can swap the layer */
  bool offer_utf8;   /* then letters with UTF-8 in their headers go only to whoever said UTF8 */
  bool offer_lang;   /* English and i-default are what there is */
  Nanoseconds idle_limit; /* 0: 10 minutes, the least RFC 1939 §3 allows */
} Pop3ServerConfig;

Endpoint *pop3_server_new(const Pop3ServerConfig *config);

/* Returns the state, an index of pop3_vocabulary.states. */
uint8_t pop3_server_get_state(const Endpoint *server);

/* Returns the mailbox that was opened, also after CLOSE, so that the owner can unlock it; NULL when none was.
 * Borrowed. */
Mailbox *pop3_server_get_mailbox(const Endpoint *server);
