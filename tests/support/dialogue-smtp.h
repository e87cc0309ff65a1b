/* SPDX-License-Identifier: MIT */
/* SMTP's part of a dialogue speaker: our server and client as the file's head sets them up, the verdicts it
 * asks for, envelopes and results as text. */
#pragma once

#include "support/dialogue-speaker.h"

Endpoint *dialogue_smtp_server_new(const EndpointDialogue *file);
Endpoint *dialogue_smtp_client_new(const EndpointDialogue *file);

/* Hands our client the letter at index, where the file has one. */
void dialogue_smtp_send_next(const EndpointDialogue *file, Endpoint *client, guint index);

/* Returns the verdict on an event of the speaker's server: a "Verdict" line of the head, else what a server
 * does whose users are those of the store. text (may become NULL) is the caller's to free, and holds the
 * verdict's words. */
EndpointVerdict dialogue_smtp_judge(DialogueSpeaker *speaker, const Endpoint *server,
                                    const EndpointEvent *event, char **text);

/* Returns "FROM:<a@b> SIZE=1 TO:<c@d> NOTIFY=NEVER", the caller's to free. */
char *dialogue_smtp_dup_envelope(const Envelope *envelope);

/* Appends "address delivered 250" for each recipient of the message at hand. */
void dialogue_smtp_append_results(const Endpoint *client, GPtrArray *results);
