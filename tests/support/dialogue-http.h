/* SPDX-License-Identifier: MIT */
/* HTTP's server and client of a dialogue, and what the client is told as text. */
#pragma once

#include "protocol/endpoint.h"
#include "support/endpoint-dialogue.h"

Endpoint *dialogue_http_server_new(const EndpointDialogue *file);

/* Returns a client that makes the file's requests ("Request: METHOD TARGET; body TEXT; chunked"). */
Endpoint *dialogue_http_client_new(const EndpointDialogue *file);

/* Returns "200 hello", "failed", the caller's to free. */
char *dialogue_http_describe(const Endpoint *client, const EndpointEvent *event);

/* Returns the verdict on a request for target that the file's "Answer: TARGET CODE WORDS" gives; 404 where it
 * gives none. Its text lives as long as file. */
EndpointVerdict dialogue_http_judge(const EndpointDialogue *file, Bytes target);
