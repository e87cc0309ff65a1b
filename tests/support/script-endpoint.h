/* SPDX-License-Identifier: MIT */
/* One side of a dialogue file as an endpoint: it says its turns to the letter, each when it has heard the
 * turn before. */
#pragma once

#include "protocol/endpoint.h"
#include "support/endpoint-dialogue.h"

/* Returns side of file as an endpoint. A word of the peer that is not in the file ends the test with its
 * line. It closes when all is said: the server after its last turn, the client when the server has closed, or
 * at once where the dialogue says that the server stays. file outlives it. */
Endpoint *script_endpoint_new(const EndpointDialogue *file, DialogueSide side);

/* Returns true when every turn was said or heard. */
bool script_endpoint_is_done(const Endpoint *endpoint);
