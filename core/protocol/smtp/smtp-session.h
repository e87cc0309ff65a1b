/* SPDX-License-Identifier: MIT */
/* What the SMTP decoder knows of one session; shared by its sources and nobody else. */
#pragma once

#include "protocol/decoder-support.h"
#include "protocol/message-observer.h"
#include "protocol/sasl/sasl-observer.h"
#include "protocol/smtp/smtp-transaction.h"

/* Flags of a PendingCommand. */
enum {
  PENDING_BODY_END = 1 << 0, /* the reply after the lone dot: answers DATA once more */
  PENDING_HOLE = 1 << 1,     /* stands for commands that the capture lost */
  PENDING_HOLE_NOTED = 1 << 2,
  PENDING_LAST = 1 << 3, /* BDAT … LAST */
};

typedef enum { BODY_NONE, BODY_DATA, BODY_BDAT } BodyKind;

/* The message in transfer. */
typedef struct {
  BodyKind kind;
  DotBody dot;     /* DATA; for BDAT only its counts are used */
  uint64_t left;   /* BDAT: bytes of the piece still to come */
  uint64_t offset; /* of the first byte */
  uint32_t id;     /* of DATA's or BDAT's line; 0 where that was lost */
  bool confirmed;  /* DATA: 354 was seen */
  bool answered;   /* DATA: a final reply came before the end */
  bool last;       /* BDAT … LAST */
  bool refused;    /* DATA: a refusal came in place of 354, and the client goes on all the same */
  bool undecided;  /* refused, and the client's next line tells whether it goes on */
} SmtpBody;

/* Where an AUTH exchange stands. */
typedef enum {
  AUTH_IDLE,
  AUTH_SENT,       /* the server's word is awaited; a client that does not wait may send responses already */
  AUTH_CHALLENGED, /* after 334: the next client line is a response, whatever it says */
  AUTH_REFUSED, /* or its end was not seen: lines that are no commands may be the password, sent all the same
                 */
} AuthProgress;

/* Remarks made at most once in a session, and, as a pair, once in a direction. */
enum {
  ONCE_BARE_LF = 1 << 0,
  ONCE_BARE_CR = 1 << 2,
  ONCE_NUL = 1 << 4,
  ONCE_BUSY = 1 << 6,
  ONCE_UNCERTAIN = 1 << 7,
  ONCE_TLS_NOT_USED = 1 << 8,
  ONCE_TLS_MISSING = 1 << 9,
};

typedef struct {
  const DecoderSink *sink;
  LineAssembler lines[2];
  uint64_t end[2]; /* offset after the last byte seen, by direction */
  bool heard[2];   /* some bytes came */
  LineRange reply; /* the lines so far of a reply */
  PendingCommands pending;
  SaslObserver sasl;
  SmtpBody body;
  SmtpTransaction transaction;
  MessageObserver message;
  uint32_t auth_id;             /* of AUTH's line */
  uint32_t first_id;            /* of the first line emitted */
  uint32_t accepted_recipients; /* LMTP sends as many replies after the dot */
  uint32_t lmtp_left;           /* of these, how many the oldest pending message still awaits; 0: not begun */
  uint32_t refused_id;          /* of the DATA refused last */
  uint32_t body_id;             /* of the DATA or BDAT whose bytes came last; 0: lost */
  uint32_t
      interruption_id;  /* of the first command after a piece, BDAT apart, whose reply is awaited; 0: none */
  uint64_t stray_lines; /* of a message sent in spite of it: the server may answer each */
  uint16_t once;        /* ONCE_ bits already used */
  uint8_t state;        /* after the replies seen */
  uint8_t ahead;        /* after the commands seen, if all go well */
  bool ahead_stale;     /* a reply went otherwise while more commands were pending */
  uint8_t auth;         /* AuthProgress */
  bool greeted;
  bool lone_replies; /* some reply but the greeting had no command */
  bool lmtp;
  bool data_refused;  /* and no command has come since: a client that did not wait may send its message now */
  bool starttls_sent; /* and not refused: worth looking for in the queue */
  bool tls_offered;   /* the latest answer to EHLO lists STARTTLS */
  bool tls_tried;     /* STARTTLS was said */
  bool midstream_untold;
  bool state_guessed; /* joined in the middle, or bytes are missing: the next command corrects the state */
  bool lost;          /* client bytes are missing: only what is surely a command counts as one */
  bool uncertain;     /* replies are missing: which command the next one answers is open */
  bool pipelines;     /* the client has sent commands without waiting */
  ProtocolId next;
} SmtpSession;

/* Emits a line, and before any other note the remark that the capture begins in the middle. Returns its id.
 */
uint32_t smtp_session_emit(SmtpSession *session, const DecodedLine *line);

/* Emits a note about a line. */
void smtp_session_note(SmtpSession *session, NoteCode code, const DecodedLine *line, uint32_t id);

/* Remarks on the line's bytes: bare LF, bare CR, NUL, too long. */
void smtp_session_note_bytes(SmtpSession *session, const DecodedLine *line, uint32_t id, bool bare_lf);

/* Returns the state after a command in state, if it goes well. */
uint8_t smtp_session_optimistic(uint8_t state, uint16_t word, uint8_t flags);

/* The AUTH exchange is decided (1, 0), or will never be (-1): writes what was learned and forgets it. */
void smtp_session_end_auth(SmtpSession *session, int accepted, uint64_t offset);

/* Drops the count oldest pending commands, whose replies the capture lost. */
void smtp_session_give_up(SmtpSession *session, uint32_t count);

/* smtp-requests.c: the client's direction. */
void smtp_session_client_line(SmtpSession *session, const AssembledLine *line);
void smtp_session_feed_body(SmtpSession *session, ChunkCursor *cursor);
void smtp_session_begin_data(SmtpSession *session, uint32_t id, uint64_t offset, bool confirmed);
void smtp_session_end_body(SmtpSession *session, bool complete);
void smtp_session_body_gap(SmtpSession *session, uint64_t length);

/* The message is told, about the line with that id. Nothing happens where none is in transfer. */
void smtp_session_end_message(SmtpSession *session, bool complete, uint32_t about, uint16_t word);

/* smtp-answers.c: the server's direction. */
void smtp_session_server_line(SmtpSession *session, const AssembledLine *line);
void smtp_session_cut_reply(SmtpSession *session);

/* smtp-remarks.c: what a reply tells; whether EHLO's answer offers TLS, and did so before; that a command
 * goes in clear although TLS was offered; what a body hides. */
void smtp_session_note_reply(SmtpSession *session, const DecodedLine *line, uint32_t id,
                             const SmtpReplyLine *first);
void smtp_session_note_offers(SmtpSession *session, const DecodedLine *line, uint32_t id);
void smtp_session_note_clear_text(SmtpSession *session, const DecodedLine *line, uint32_t id);
void smtp_session_note_body(SmtpSession *session, const SmtpBody *body, const DecodedLine *line, uint32_t id);

/* smtp-dissect.c, smtp-refine.c: what needs no session. */
Recognition smtp_recognise(const StreamStart *start);
bool smtp_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out);
void smtp_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);
