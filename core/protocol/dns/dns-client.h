/* SPDX-License-Identifier: MIT */
/* A stub resolver without I/O: asks one question of one name server. By UDP each pending is one whole
 * datagram, each receive takes one; by TCP (stream) bytes flow, each message after its length (RFC 7766), and
 * the question is asked once.
 *
 * Events: RESOLVED when an answer with our ID and question came (whatever it says), or FAILED when none came
 * in time; then CLOSE. The owner calls endpoint_advance: the question is asked again after each wait. */
#pragma once

#include "protocol/dns/dns-message.h"
#include "protocol/endpoint.h"

/* name is copied. */
typedef struct {
  uint16_t id; /* of the message; the owner picks it */
  const char *name;
  DnsType type;
  Nanoseconds wait; /* for an answer, before asking again; 0: 5 seconds */
  guint tries;      /* 0: 3; by TCP 1 */
  bool stream;      /* TCP: what an answer with TC asks for */
} DnsClientConfig;

Endpoint *dns_client_new(const DnsClientConfig *config);

/* Returns the answer after RESOLVED, NULL before. Borrowed, valid as long as the endpoint. */
const DnsMessage *dns_client_get_answer(const Endpoint *client);
