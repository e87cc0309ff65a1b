/* SPDX-License-Identifier: MIT */
/* One side of a dialogue file, ready to speak: our server or client set up as the file's head says, with an
 * owner that answers its events, or the file's script. */
#pragma once

#include "mail/mail-store.h"
#include "support/dialogue-programs.h"
#include "support/script-endpoint.h"

typedef struct {
  const EndpointDialogue *file;
  const DialogueProgram *program;
  DialogueSide side;
  bool scripted;
  Endpoint *endpoint;   /* owned; whoever takes it over sets NULL */
  bool closed;          /* it said CLOSE */
  GPtrArray *letters;   /* of GBytes *: what the server took, or the client fetched */
  GPtrArray *envelopes; /* of char *: what the server took with them (SMTP) */
  GPtrArray *told;      /* of char *: what the client told, where its program can describe that */
  /* Our server's. */
  MailStore *store;
  Digest proof;  /* of the log-in judged last */
  Mailbox *open; /* POP3: locked for the session */
  /* Our client's: the last event but CLOSE. */
  EndpointEventType outcome;
  guint sent;         /* letters before the one at hand (SMTP) */
  GPtrArray *results; /* of char *: one for each recipient of each letter (SMTP) */
} DialogueSpeaker;

/* Prepares a side; file outlives it. */
void dialogue_speaker_init(DialogueSpeaker *speaker, const EndpointDialogue *file, DialogueSide side,
                           bool scripted);
void dialogue_speaker_clear(DialogueSpeaker *speaker);

/* Takes an event of the speaker's endpoint, and answers it where it asks. */
void dialogue_speaker_take_event(DialogueSpeaker *speaker, Endpoint *endpoint, const EndpointEvent *event);

/* Takes the events that there are. */
void dialogue_speaker_run(DialogueSpeaker *speaker);

/* Asserts that all came to the end the file's head tells: stored, fetched, told, closed. endpoint is the
 * speaker's, wherever it lives. */
void dialogue_speaker_check(const DialogueSpeaker *speaker, const Endpoint *endpoint);
