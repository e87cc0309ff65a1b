/* SPDX-License-Identifier: MIT */
/* An HTTP/1.1 client without I/O (RFC 9110, RFC 9112): one connection, requests sent one after the other,
 * each once the one before is answered.
 *
 * Events: RESPONSE for each request, in order (http_client_get_response tells it; interim responses are
 * passed over); FAILED where the dialogue cannot go on (silence, nonsense, a connection that ends in the
 * middle; reply: the odd line's status code as text, or empty); then CLOSE. A server that closes between two
 * responses, as it may at any time, gives CLOSE without FAILED where no request is left; those left were not
 * answered (http_client_get_waiting) and FAILED tells so. */
#pragma once

#include "protocol/endpoint.h"
#include "protocol/http/http-reader.h"
#include "protocol/http/http-write.h"

typedef struct {
  size_t body_limit;    /* bytes of a response; 0: LIMIT_HTTP_RESPONSE */
  Nanoseconds patience; /* with a server that owes an answer; 0: 5 minutes */
} HttpClientConfig;

Endpoint *http_client_new(const HttpClientConfig *config);

/* Host and, where there is a body or the method carries one, its framing are added. All is copied. */
typedef struct {
  const char *method;
  const char *target; /* "/inbox?page=2" */
  const char *host;   /* "webmail.beta.example", with a port where it is not the usual one */
  const HttpHeader *fields;
  guint field_count;
  Bytes body;
  bool chunked; /* send it in chunks */
} HttpRequest;

/* Queues a request; wake the host (agent_host_wake) where that is not in the course of an event. Returns
 * false, and nothing is queued, where the connection is over or about to be, or a text holds a line end or a
 * blank that would break the request line. */
bool http_client_request(Endpoint *client, const HttpRequest *request);

/* Returns the response that RESPONSE told of. Valid until the next call of endpoint_next_event or
 * endpoint_receive. */
const HttpMessage *http_client_get_response(const Endpoint *client);

/* Returns how many requests have no answer yet. */
guint http_client_get_waiting(const Endpoint *client);

/* No more requests come: CLOSE follows the last answer. Wake the host as above. */
void http_client_finish(Endpoint *client);
