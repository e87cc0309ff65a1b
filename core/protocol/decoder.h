/* SPDX-License-Identifier: MIT */
/* The contract between observe and the protocol decoders: both directions of one stream in order, with gaps
 * told, go in; lines come out. A line is a contiguous range of one direction, so that whoever keeps the
 * stream can find its bytes again and take them apart with the same dissect function. */
#pragma once

#include "base/byte-buffer.h"
#include "protocol/vocabulary.h"

typedef enum { DIRECTION_TO_SERVER, DIRECTION_TO_CLIENT } Direction;

static inline Direction direction_opposite(Direction direction)
{
  return direction == DIRECTION_TO_SERVER ? DIRECTION_TO_CLIENT : DIRECTION_TO_SERVER;
}

typedef enum {
  LINE_SESSION,
  LINE_COMMAND,
  LINE_REPLY,
  LINE_DATA,
  LINE_MESSAGE,
  LINE_CREDENTIAL,
  LINE_TLS,
  LINE_QUERY,
  LINE_ANSWER,
  LINE_NOTE,
  LINE_KIND_COUNT,
} LineKind;

/* Flags of a line. */
enum {
  LINE_TRUNCATED = 1 << 0,     /* raw holds only the beginning; length tells all */
  LINE_SASL_RESPONSE = 1 << 1, /* a command line that carries a SASL answer: verb AUTH-RESPONSE */
  LINE_UNSOLICITED = 1 << 2,   /* a reply that answers no command */
  LINE_MULTILINE = 1 << 3,     /* a reply of several lines */
  LINE_INCOMPLETE = 1 << 4,    /* cut by a gap or by the end */
  LINE_DNS_TCP = 1 << 5,       /* DNS with its two-byte length before it */
};

/* Notes: remarks on a line, by a stable code. The table is in protocol/notes.c. */
typedef enum {
  NOTE_GAP,
  NOTE_OUT_OF_STEP,
  NOTE_PLAINTEXT_PASSWORD,
  NOTE_DIGEST_PASSWORD,
  NOTE_REFUSED,   /* 5xx, -ERR, NO in plain words */
  NOTE_TRY_LATER, /* 4xx */
  NOTE_BARE_LF,
  NOTE_UNKNOWN_COMMAND,
  NOTE_STARTTLS, /* from here on nothing can be read */
  NOTE_MIDSTREAM,
  NOTE_CONFLICTING_OVERLAP,
  NOTE_LINE_TOO_LONG,
  NOTE_SERVER_BUSY, /* too many commands pending: the oldest is given up */
  NOTE_ONE_SIDED,   /* only one direction was captured */
  NOTE_BAD_REPLY,   /* a server line that is no reply */
  NOTE_BARE_CR,
  NOTE_NUL,
  NOTE_FALSE_END,          /* LF.LF and the like inside a body: some servers would stop there */
  NOTE_STARTTLS_REFUSED,   /* the dialogue goes on in clear text */
  NOTE_STARTTLS_STRIPPED,  /* the offer was overwritten on the way */
  NOTE_STARTTLS_INJECTION, /* commands sent in clear after STARTTLS */
  NOTE_EARLY_REPLY,        /* a reply before the message had ended */
  NOTE_SENDER_MISMATCH,    /* envelope sender and From header differ */
  NOTE_COUNT,
} NoteCode;

typedef enum { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR } Severity;

typedef struct {
  const char *code; /* "out-of-step": stable, never translated */
  Severity severity;
  const char
      *text; /* N_(): one sentence; PRIu64-free: a "%s" stands for the number of bytes where there is one */
} NoteText;

/* Returns the row of a note. Never NULL. */
const NoteText *note_text(NoteCode code);

/* A log-in seen on the wire. Views are valid during the call that hands it over. */
typedef struct {
  const char *mechanism; /* "USER/PASS", "PLAIN", "APOP" ...; static */
  Bytes user;
  Bytes secret;    /* the password where it travels; else empty */
  Bytes challenge; /* as sent, decoded from base64 where it was */
  Bytes digest;
  int accepted; /* 1 yes, 0 no, -1 the capture does not tell */
} Credential;

/* One line as a decoder hands it over. raw and credential are valid during the call. */
typedef struct {
  LineKind kind;
  Direction direction;
  uint8_t flags;
  SecretKind secret;
  uint8_t phase;          /* command and reply: the state before it, an index of the vocabulary's states */
  uint8_t reply_class;    /* reply: a ReplyClass */
  uint16_t word;          /* command: its row in words; reply: its row in replies; note: its NoteCode; or
                             VOCABULARY_UNKNOWN */
  uint16_t answered_word; /* reply: the row in words of the command it answers, or VOCABULARY_UNKNOWN */
  uint32_t about;  /* reply: id of the command answered; data, credential, note: id of the line it belongs to;
                      0 none */
  uint32_t lines;  /* reply, data: number of lines */
  uint64_t offset; /* of its first byte in its direction, counted from the first byte seen */
  uint64_t length; /* bytes on the wire, line ends included; NOTE_GAP: bytes missing */
  Bytes
      raw; /* the bytes, at most LIMIT_LINE_SHOWN; empty for data and for lines without bytes of their own */
  const Credential *credential;
} DecodedLine;

/* Where lines go. emit returns the line's id (from 1), by which later lines refer to it. The receiver stamps
 * it with the frame and time of the chunk being fed. */
typedef struct {
  uint32_t (*emit)(void *owner, const DecodedLine *line);
  void *owner;
} DecoderSink;

/* What a decoder wants after a chunk. */
typedef struct {
  ProtocolId next; /* PROTOCOL_NONE: go on; else hand both directions over to it (STARTTLS, COMPRESS) */
  size_t consumed; /* with next: bytes of the chunk that were still ours */
} DecoderVerdict;

#define DECODER_GOES_ON ((DecoderVerdict){PROTOCOL_NONE, 0})

/* A line taken apart for showing. Views point into raw or into scratch, valid until either changes. */
typedef struct {
  Bytes tag;      /* IMAP */
  Bytes verb;     /* upper case; AUTH-RESPONSE for SASL; query/answer: the name asked */
  Bytes argument; /* as interfaces.md says (literals as quoted strings); query/answer: the type */
  Bytes code;     /* reply */
  Bytes enhanced; /* reply: "2.1.5" or empty */
  Bytes text; /* reply: without code, enhanced code kept; lines joined by \n; answer: records, one a line */
  size_t secret_start, secret_length;         /* part of argument to be masked; length 0: none */
  size_t raw_secret_start, raw_secret_length; /* the same part in raw, for the view of bytes */
} DissectedLine;

/* What a recogniser is told. Views hold the first bytes of each direction, at most LIMIT_RECOGNITION_BYTES.
 */
typedef struct {
  Bytes to_server, to_client;
  uint16_t server_port;
  bool from_start; /* the beginning of the stream was seen */
} StreamStart;

typedef enum { RECOGNISED_NO, RECOGNISED_MAYBE, RECOGNISED_YES } Recognition;

/* One protocol as observe sees it. */
typedef struct DecoderClass {
  const Vocabulary *vocabulary;
  const uint16_t *ports; /* ended by 0 */
  /* Judges the first bytes. MAYBE: ask again with more. */
  Recognition (*recognise)(const StreamStart *start);
  /* Returns a decoder; sink outlives it. from_start is false for a stream joined in its middle. */
  void *(*create)(const DecoderSink *sink, bool from_start);
  /* Takes the next bytes of one direction; offset counts from the first byte seen in that direction. */
  DecoderVerdict (*receive)(void *decoder, Direction direction, uint64_t offset, Bytes bytes);
  /* length bytes from offset on were never captured. */
  void (*gap)(void *decoder, Direction direction, uint64_t offset, uint64_t length);
  /* Nothing more comes: write what is pending (a credential whose outcome is unknown). */
  void (*finish)(void *decoder);
  void (*destroy)(void *decoder);
  /* Takes apart a line that this protocol's decoder emitted. Of line, kind, direction, flags, secret, word
   * and raw are used. scratch is reset first. */
  void (*dissect)(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);
} DecoderClass;
