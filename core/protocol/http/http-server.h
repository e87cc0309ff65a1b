/* SPDX-License-Identifier: MIT */
/* An HTTP/1.1 server without I/O (RFC 9110, RFC 9112): one connection, requests one after the other.
 *
 * Events: REQUEST, once each request is whole (http_server_get_request tells it; the event's address is its
 * target, its message the body); then CLOSE. A request is answered by http_server_respond, in the course of
 * the event or later, since who serves it may have to ask others first; further requests wait, also where
 * they were sent ahead. endpoint_answer answers with a plain page: 204, or 404 where it is not accepted, or
 * the verdict's code and text.
 *
 * The server itself answers what is no good request: 400 (malformed, ambiguous, no Host), 408 (silence in the
 * middle of a request), 411 (POST, PUT, PATCH without a length), 413, 414, 417, 431, 501 (unknown method or
 * coding), 505; each ends the connection, for what follows cannot be told apart any more. Where the client
 * asks with Expect, it says 100 once the head is good. */
#pragma once

#include "protocol/endpoint.h"
#include "protocol/http/http-reader.h"
#include "protocol/http/http-write.h"

/* Strings are copied. */
typedef struct {
  const char *software; /* for the Server field; NULL: none */
  bool no_date;         /* no Date field: there is no clock to trust (RFC 9110 §6.6.1) */
  size_t body_limit;    /* bytes of a request; 0: LIMIT_HTTP_REQUEST */
  Nanoseconds patience; /* with a silent client; 0: one minute */
} HttpServerConfig;

Endpoint *http_server_new(const HttpServerConfig *config);

/* Returns the request that waits for its answer, or NULL. Valid until the next call on the endpoint. */
const HttpMessage *http_server_get_request(const Endpoint *server);

/* Date, Server, Connection and the body's framing are added. All is copied. */
typedef struct {
  int code;
  const HttpHeader *fields; /* field_count of them */
  guint field_count;
  Bytes body;   /* left off in the answer to HEAD */
  bool chunked; /* send it in chunks; not to an HTTP/1.0 client */
  bool close;   /* end the connection then */
} HttpResponse;

/* Answers the request that waits; nothing happens where none does (the client has gone). Where that is not in
 * the course of an event, the owner has its host look at the endpoint again (agent_host_wake). */
void http_server_respond(Endpoint *server, const HttpResponse *response);
