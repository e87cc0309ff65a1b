/* SPDX-License-Identifier: MIT */
/* IMAP's two programs as a dialogue file sets them up. */
#pragma once

#include "protocol/endpoint.h"
#include "support/endpoint-dialogue.h"

Endpoint *dialogue_imap_server_new(const EndpointDialogue *file);

/* The client with all that the file's Request: lines want, in their order. */
Endpoint *dialogue_imap_client_new(const EndpointDialogue *file);

/* Returns what an event tells as one line, "opened INBOX 3 read-write", to be freed. */
char *dialogue_imap_describe(const Endpoint *client, const EndpointEvent *event);
