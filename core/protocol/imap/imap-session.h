/* SPDX-License-Identifier: MIT */
/* What the IMAP decoder knows of one session; shared by imap-decoder.c (bytes and gaps), imap-requests.c (the
 * client's commands) and imap-answers.c (the server's responses). */
#pragma once

#include "protocol/imap/imap-unit.h"
#include "protocol/line-remarks.h"
#include "protocol/login-queue.h"
#include "protocol/sasl/sasl-observer.h"

#define IMAP_HELD_CONTINUATIONS 8u

/* PendingCommand.flags */
enum {
  IMAP_MAYBE_ANSWERED = 1 << 0, /* its completion may lie in a gap */
};

/* A "+" that asks for a literal comes before the end of its command, whose line has no id until then. */
typedef struct {
  uint64_t offset, length;
  ByteBuffer raw;
} HeldContinuation;

typedef struct {
  const DecoderSink *sink;
  LineRemarks remarks;
  ImapUnit units[2];
  uint32_t unit_id[2];   /* of the line that a unit was handed over as before its end; 0 none */
  uint16_t unit_word[2]; /* the command's row, for its literals */
  PendingCommands pending;
  HeldContinuation *held; /* IMAP_HELD_CONTINUATIONS of them, once one came */
  uint32_t held_count;
  LoginQueue logins;
  SaslObserver sasl;
  uint32_t sasl_id; /* of the AUTHENTICATE line */
  uint64_t sasl_offset;
  bool challenged; /* a "+" came that no client line has answered */
  bool refused;    /* a log-in failed: lines that are no commands may be its password, sent all the same */

  uint8_t state;     /* as the responses have it */
  uint8_t predicted; /* should all pending commands succeed */
  bool state_known;
  bool greeted;
  bool lost[2]; /* after a gap, until a line makes sense */
  bool told_busy, told_bad_reply;
  bool offers_tls,
      told_clear;  /* STARTTLS stands in the last list of capabilities; its absence in use was told */
  bool compresses; /* COMPRESS was accepted just now: the next byte is compressed */
} ImapSession;

/* The client's unit, or what there is of it, is a command: writes it. Returns its id, 0 where it was passed
 * over. */
uint32_t imap_session_command(ImapSession *session, bool incomplete);

/* The server's unit, or what there is of it, is a response: writes it. *handover becomes true where TLS
 * begins after it. Returns its id, 0 where it was passed over. */
uint32_t imap_session_response(ImapSession *session, bool incomplete, bool *handover);

/* The client's unit ends here, whether whole or not. */
void imap_session_end_request(ImapSession *session, bool incomplete);

/* Writes the `data` lines of a unit's long literals, and ends the unit. */
void imap_session_end_unit(ImapSession *session, Direction direction, uint32_t id);

/* Writes the "+" lines that waited for the id of their command. */
void imap_session_tell_held(ImapSession *session, const PendingCommand *command);

/* Moves the state on for command having been completed with that code. */
void imap_session_apply(ImapSession *session, const PendingCommand *command, ReplyClass reply_class,
                        bool bad);

/* Tells how the SASL exchange ended (-1: unknown), if there is one, and ends it. */
void imap_session_end_sasl(ImapSession *session, int accepted);

/* Returns what stands for a tag in PendingCommand.mark. */
uint64_t imap_session_mark(Bytes tag);
