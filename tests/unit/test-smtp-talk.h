/* SPDX-License-Identifier: MIT */
/* Talking to an SMTP server by hand, for the tests of its endpoints. */
#pragma once

#include "protocol/smtp/smtp-server.h"

/* Answers every event with verdict (NULL: accepted) and appends what is said. Returns true when CLOSE came.
 */
static inline bool settle(Endpoint *server, const EndpointVerdict *verdict, GString *said)
{
  static const EndpointVerdict yes = {.accepted = true};
  bool closed = false, moved = true;
  while (moved) {
    moved = false;
    EndpointEvent event;
    while (endpoint_next_event(server, &event) != ENDPOINT_NOTHING) {
      moved = true;
      if (event.type == ENDPOINT_CLOSE)
        closed = true;
      else
        endpoint_answer(server, verdict == NULL ? &yes : verdict);
    }
    Bytes pending = endpoint_pending(server);
    if (pending.length == 0) continue;
    moved = true;
    g_string_append_len(said, (const char *)pending.data, (gssize)pending.length);
    endpoint_consumed(server, pending.length);
  }
  return closed;
}

static inline void hear(Endpoint *endpoint, const char *text)
{
  endpoint_receive(endpoint, bytes_from_string(text));
}
