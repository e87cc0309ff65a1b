/* SPDX-License-Identifier: MIT */
/* What the POP3 decoder knows of one session; shared by its two halves, pop3-decoder.c (the server's bytes)
 * and pop3-requests.c (the client's lines). */
#pragma once

#include "protocol/decoder-support.h"
#include "protocol/line-remarks.h"
#include "protocol/login-queue.h"
#include "protocol/message-observer.h"
#include "protocol/pop3/pop3-syntax.h"
#include "protocol/sasl/sasl-observer.h"

/* What the server's next bytes are. */
typedef enum {
  POP3_AT_REPLY,
  POP3_IN_LISTING,  /* the lines of a reply */
  POP3_IN_BODY,     /* a message, known to be one */
  POP3_IN_FRAGMENT, /* lines after something was lost: a lone dot or a status line ends them */
} Pop3Reading;

/* PendingCommand.flags */
enum {
  POP3_HAS_LINES = 1 << 0,      /* a good reply has lines up to a lone dot */
  POP3_LOST = 1 << 1,           /* no command: here an unknown number of them is missing */
  POP3_MAYBE_ANSWERED = 1 << 2, /* its reply may lie in a gap */
};

typedef struct {
  const DecoderSink *sink;
  LineRemarks remarks;
  LineAssembler lines[2];
  PendingCommands pending;
  LoginQueue logins;
  SaslObserver sasl;
  uint32_t sasl_id; /* of the AUTH line */
  uint64_t sasl_offset;
  bool challenged; /* a "+" came that no client line has answered */
  bool refused;    /* a log-in failed: lines that are no commands may be its password, sent all the same */
  bool lost;       /* client bytes are missing: until a command comes, lines may be parts of a log-in */
  ByteBuffer user, stamp;

  Pop3Reading reading;
  LineRange listing;
  DotBody body;
  MessageObserver message;
  uint64_t body_offset;
  bool body_damaged;       /* its beginning or its end is missing */
  uint64_t gap_at_end;     /* bytes missing at the end of what was read of the body so far */
  PendingCommand answered; /* whose listing or body is being read, or was read last */
  uint32_t answered_reply; /* id of the status line */

  uint8_t state;     /* as the replies have it */
  uint8_t predicted; /* should all pending commands succeed */
  bool state_known;  /* false from a mid-stream start or a gap on, until a command shows it */
  bool greeted;
  bool pipelines;        /* proved: a reply came while later commands had been sent */
  bool server_spoke;     /* since the client's last command */
  uint32_t marked;       /* messages marked by DELE */
  uint32_t last_mark_id; /* of the last DELE's line */
  uint64_t announced;    /* bytes that RETR's reply told of its message; 0 none */
  bool offers_tls, told_clear;
  bool told_busy;
  bool told_stray;
} Pop3Session;

/* Takes the client's next line. */
void pop3_session_client_line(Pop3Session *session, const AssembledLine *line);

/* length bytes of the client's from offset on are missing. */
void pop3_session_client_gap(Pop3Session *session, uint64_t offset, uint64_t length);

/* Moves the state on for command having been answered with that class. */
void pop3_session_apply(Pop3Session *session, const PendingCommand *command, ReplyClass reply_class);

/* Tells how the SASL exchange ended (-1: unknown), if there is one, and ends it. */
void pop3_session_end_sasl(Pop3Session *session, int accepted);

/* A body or fragment ends here: writes its line. ended: by a lone dot. */
void pop3_session_end_body(Pop3Session *session, bool ended);
