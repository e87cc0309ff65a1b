/* SPDX-License-Identifier: MIT */
/* Reads messages for those who take part, strictly: what is malformed or ambiguous is a fault with the status
 * code that says so, and nothing is allocated by an announced size (RFC 9112). The listener's decoder is more
 * patient: it has http-head alone. */
#pragma once

#include "protocol/endpoint-support.h"
#include "protocol/http/http-head.h"
#include "protocol/parse-result.h"

typedef struct {
  Bytes name, value;
} HttpField;

/* A whole message. Views are valid until the next call on its reader. */
typedef struct {
  Bytes method, target; /* request; an absolute target is cut down to path and query */
  Bytes authority;      /* request: the host it is for, from the target or Host; may be empty in HTTP/1.0 */
  uint16_t word;        /* request: row of the method */
  int code;             /* response */
  Bytes reason;         /* response */
  bool old;             /* HTTP/1.0 */
  const HttpField *fields;
  guint field_count;
  Bytes body; /* chunks joined */
} HttpMessage;

/* Returns the value of the first field of that name, whatever its case; data is NULL where there is none. */
Bytes http_message_get(const HttpMessage *message, const char *name);

/* Returns true when a list in fields of that name holds token, whatever its case (RFC 9110 §5.6.1). */
bool http_message_has_token(const HttpMessage *message, const char *name, const char *token);

/* Returns true when the connection goes on after this message (RFC 9112 §9.3). */
bool http_message_persists(const HttpMessage *message);

typedef enum {
  HTTP_READER_START,
  HTTP_READER_FIELDS,
  HTTP_READER_LENGTH,
  HTTP_READER_SIZE,
  HTTP_READER_CHUNK,
  HTTP_READER_CHUNK_END,
  HTTP_READER_TRAILER,
  HTTP_READER_UNTIL_CLOSE,
  HTTP_READER_COMPLETE,
} HttpReaderState;

/* All zero reads requests with no room for a body. Members after the first two are private, but for
 * message, asked and fault. */
typedef struct {
  bool responses;    /* else requests */
  size_t body_limit; /* bytes */
  uint16_t answered; /* responses: the request's method */
  HttpReaderState state;
  HttpMessage message;
  HttpFraming framing;
  guint lengths, codings, hosts; /* fields of that kind */
  ByteBuffer head;               /* the lines of message, one behind the other */
  size_t start_length;           /* of the start line in head */
  size_t head_bytes;             /* of all lines, or of the trailer's */
  GArray *places;                /* of where each field lies in head */
  GArray *fields;                /* of HttpField, once the head is whole */
  ByteBuffer body;
  uint64_t left;  /* bytes of the body, or of the chunk, still to come */
  uint64_t waste; /* bytes of size lines */
  bool asked; /* the head is good, a body follows, and its sender wants a word first (RFC 9110 §10.1.1) */
  int fault;
} HttpReader;

/* Makes ready for the next message; of a response: to a request with that method (a word). */
void http_reader_begin(HttpReader *reader, uint16_t answered);

/* Takes from input what belongs to the message. PARSE_COMPLETE: message is whole, and input holds what
 * follows. PARSE_INVALID: fault tells the status code; nothing after it can be read. */
ParseResult http_reader_read(HttpReader *reader, LineInput *input);

/* The peer sends no more. Returns true when that completes the message. */
bool http_reader_close(HttpReader *reader);

/* Returns true before the first byte of a message. */
bool http_reader_is_empty(const HttpReader *reader, const LineInput *input);

/* Frees what it holds, wiped. */
void http_reader_clear(HttpReader *reader);
