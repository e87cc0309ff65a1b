/* SPDX-License-Identifier: MIT */
/* The typist's end of a connection: an endpoint without I/O that sends given lines, one after the other, each
 * after the whole reply to the one before.
 *
 * Events: FETCHED whenever something is to be told (typed_dialogue_get_event says what); at last CLOSE. */
#pragma once

#include "agent/typist.h"

/* protocol is not BY_PORT; server and port are not looked at. Strings are copied. */
Endpoint *typed_dialogue_new(const TypistScript *script);

/* Appends a line, to be typed as soon as it can; the owner wakes the host. */
void typed_dialogue_append(Endpoint *dialogue, const char *line);

/* No line comes any more: CLOSE follows the last reply; the owner wakes the host. */
void typed_dialogue_finish(Endpoint *dialogue);

/* Returns what FETCHED told last. Borrowed until the next call on the endpoint. */
TypistEvent typed_dialogue_get_event(const Endpoint *dialogue);

/* Returns true when all lines were typed, and those that are answered have their answer. */
bool typed_dialogue_is_answered(const Endpoint *dialogue);
