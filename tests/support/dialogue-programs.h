/* SPDX-License-Identifier: MIT */
/* The programs that dialogue files speak of, one row a protocol. */
#pragma once

#include "protocol/endpoint.h"
#include "support/endpoint-dialogue.h"

typedef struct {
  const char *protocol; /* as the file's head names it */
  uint16_t port;
  bool fetches; /* letters go from server to client */
  Endpoint *(*new_server)(const EndpointDialogue *file);
  Endpoint *(*new_client)(const EndpointDialogue *file);
  /* Returns what an event of the client tells, as Told: has it, to be freed; NULL where Told: is not used. */
  char *(*describe)(const Endpoint *client, const EndpointEvent *event);
  bool gives_folders; /* OPEN_MAILBOX wants all of a user's folders */
} DialogueProgram;

/* Returns the row of the file's protocol; a protocol without one ends the test. */
const DialogueProgram *dialogue_program_find(const EndpointDialogue *file);
