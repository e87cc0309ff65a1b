/* SPDX-License-Identifier: MIT */
/* The contract between observe and the protocol decoders: both directions of one stream in order, with gaps
 * told, go in; lines come out. A line is a contiguous range of one direction, so that whoever keeps the
 * stream can find its bytes again and take them apart with the same dissect function. */
#pragma once

#include "base/byte-buffer.h"
#include "mail/message-record.h"
#include "protocol/line-items.h"
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
  LINE_TRUNCATED = 1 << 0,       /* raw holds only the beginning; length tells all */
  LINE_SASL_RESPONSE = 1 << 1,   /* a command line that carries a SASL answer: verb AUTH-RESPONSE */
  LINE_UNSOLICITED = 1 << 2,     /* a reply that answers no command */
  LINE_MULTILINE = 1 << 3,       /* a reply of several lines */
  LINE_INCOMPLETE = 1 << 4,      /* cut by a gap or by the end */
  LINE_DNS_TCP = 1 << 5,         /* DNS with its two-byte length before it */
  LINE_CAME_TO_NOTHING = 1 << 6, /* a conversation's end: nobody took the call */
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
  NOTE_FALSE_END,            /* LF.LF and the like inside a body: some servers would stop there */
  NOTE_STARTTLS_REFUSED,     /* the dialogue goes on in clear text */
  NOTE_STARTTLS_STRIPPED,    /* the offer was overwritten on the way */
  NOTE_STARTTLS_INJECTION,   /* commands sent in clear after STARTTLS */
  NOTE_EARLY_REPLY,          /* a reply before the message had ended */
  NOTE_SENDER_MISMATCH,      /* envelope sender and From header differ */
  NOTE_HIDDEN_RECIPIENT,     /* in the envelope, in no header: Bcc, a list, a forward */
  NOTE_RETURN_PATH_MISMATCH, /* Return-Path header and envelope sender differ */
  NOTE_SMUGGLING,            /* a body that two servers would cut in different places */
  NOTE_WRONG_ORDER,          /* 503 and the like: a right command at the wrong time */
  NOTE_TOO_MANY_RECIPIENTS,
  NOTE_STARTTLS_NOT_USED, /* offered, and the client logs in or sends mail in clear all the same */
  NOTE_STARTTLS_MISSING,  /* this server offered it before, and now does not */
  NOTE_DELETE_UNDONE,     /* DELE without QUIT: nothing is deleted */
  NOTE_BODY_LENGTH,       /* a length announced and the bytes that came differ */
  NOTE_COMPRESSED,        /* from here on the line is compressed */
  NOTE_PLAIN_ON_TLS_PORT,
  NOTE_OTHER_PROTOCOL,     /* something else on a mail port */
  NOTE_CONNECTION_REFUSED, /* RST in answer to SYN */
  NOTE_NO_ANSWER,          /* SYN sent again, and nothing came back */
  NOTE_RESOLVED,           /* this address was learned from a DNS answer seen before */
  NOTE_BAD_CHECKSUM,
  NOTE_FRAGMENTS_LOST,
  NOTE_NESTED_TOO_DEEP,  /* parts or parentheses beyond the cap */
  NOTE_COMPRESSED_LOST,  /* a compressed stream that cannot be unpacked any further */
  NOTE_UNWANTED_MESSAGE, /* sent although DATA was refused */
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
  uint8_t sasl_step;      /* a line of a log-in: its step (sasl-steps.h); 0 none */
  uint32_t about;  /* reply: id of the command answered; data, credential, note: id of the line it belongs to;
                      0 none */
  uint32_t lines;  /* reply, data: number of lines */
  uint64_t offset; /* of its first byte in its direction, counted from the first byte seen */
  uint64_t length; /* bytes on the wire, line ends included; NOTE_GAP: bytes missing */
  Bytes
      raw; /* the bytes, at most LIMIT_LINE_SHOWN; empty for data and for lines without bytes of their own */
  const Credential *credential;
  const MessageRecord *message; /* LINE_MESSAGE; who keeps it takes a reference */
} DecodedLine;

/* What is remembered of one server (address and port) over all its conversations, for remarks that compare
 * them. All zero: nothing yet. */
typedef struct {
  bool offered_starttls;
  uint32_t answer; /* id of the DNS answer that told its address last; 0 none */
} ServerMemory;

/* Where lines go. emit returns the line's id (from 1), by which later lines refer to it. The receiver stamps
 * it with the frame and time of the chunk being fed. */
typedef struct {
  uint32_t (*emit)(void *owner, const DecodedLine *line);
  void *owner;
  /* The bytes of messages as they come, doubled dots undone, each before its LINE_MESSAGE: for who writes
   * them out. message tells them apart and is not complete before that line; empty bytes: it begins here.
   * Without a LINE_MESSAGE it turned out to be none. NULL where nobody wants them. */
  void (*content)(void *owner, const MessageRecord *message, Bytes bytes);
  ServerMemory *server; /* or NULL */
  bool datagrams;       /* what comes is whole datagrams, not a stream */
  /* The answer with that id told an address, 4 or 16 bytes in network order. NULL where nobody wants them. */
  void (*address)(void *owner, uint32_t id, Bytes address);
  bool closed; /* told before `finish`: the connection has ended, not just the capture */
} DecoderSink;

/* A layer that is put under the same decoder: its bytes are then what the filter makes of the stream's. */
typedef enum { STREAM_FILTER_NONE, STREAM_FILTER_INFLATE } StreamFilter;

/* What a decoder wants after a chunk. */
typedef struct {
  ProtocolId next; /* PROTOCOL_NONE: go on; else hand both directions over to it (STARTTLS) */
  size_t consumed; /* with next or filter: bytes of the chunk that were still ours */
  /* Not NONE: both directions go through this filter from here on, to the same decoder (COMPRESS). Offsets
   * then count from the first byte that the filter gives out. */
  StreamFilter filter;
  bool finished; /* nothing more can be read: the decoder is not asked again */
} DecoderVerdict;

#define DECODER_GOES_ON ((DecoderVerdict){PROTOCOL_NONE, 0, STREAM_FILTER_NONE, false})

/* A line taken apart for showing. Views point into raw or into scratch, valid until either changes. */
typedef struct {
  Bytes tag;      /* IMAP */
  Bytes items;    /* the data as a tree, for line_items_next (line-items.h); empty where there is none */
  Bytes mailbox;  /* IMAP: the mailbox's name decoded, where that differs; else empty */
  Bytes verb;     /* upper case; AUTH-RESPONSE for SASL; query/answer: the name asked */
  Bytes argument; /* as interfaces.md says (literals as quoted strings); query/answer: the type */
  Bytes code;     /* reply */
  Bytes enhanced; /* reply: "2.1.5" or empty */
  Bytes text; /* reply: without code, enhanced code kept; lines joined by \n; answer: records, one a line */
  size_t secret_start, secret_length;         /* part of argument to be masked; length 0: none */
  size_t raw_secret_start, raw_secret_length; /* the same part in raw, and others, for the view of bytes */
  size_t raw_shown; /* bytes of raw that a list shows (a request's first line); 0: all */
  struct {
    Bytes event, server_name, version, cipher, subject; /* empty where there is none */
  } tls;                                                /* LINE_TLS */
} DissectedLine;

/* What a recogniser is told. Views hold the first bytes of each direction, at most LIMIT_RECOGNITION_BYTES.
 */
typedef struct {
  Bytes to_server, to_client;
  uint16_t server_port;
  bool from_start; /* the beginning of the stream was seen */
} StreamStart;

typedef enum { RECOGNISED_NO, RECOGNISED_MAYBE, RECOGNISED_YES } Recognition;

/* A line's meaning told more exactly than by its row of the vocabulary. */
typedef struct {
  const char *gloss;       /* N_(); NULL: as the row says */
  const char *explanation; /* N_(), or text already translated */
  const char *rfc;
  bool gloss_only; /* set by the caller: only the gloss is wanted */
} ReplyRefinement;

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
  /* May be NULL. Returns true where the parts of a reply tell more than its code does; *out is then valid
   * until the next call in this thread. */
  bool (*refine)(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out);
} DecoderClass;
