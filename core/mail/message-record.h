/* SPDX-License-Identifier: MIT */
/* What became known of one message that crossed the wire: envelope, headers, parts. Never changes once handed
 * over; shared by reference. */
#pragma once

#include "base/bytes.h"

typedef enum { MESSAGE_SENT, MESSAGE_FETCHED } MessageWay;

/* One header field (RFC 5322 §2.2), in the order of the message. The texts are valid UTF-8 and belong to the
 * record. */
typedef struct {
  const char *name;   /* as written */
  const char *raw;    /* the body as written, unfolded (bad bytes are U+FFFD) */
  const char *value;  /* decoded: RFC 2047, raw 8-bit; the same pointer as raw where nothing was encoded */
  uint32_t next_same; /* index of the next field of that name, whatever its case; 0 none */
  bool repeats;       /* an earlier field has that name */
} MessageHeader;

/* One leaf or node of the MIME tree (RFC 2045), in the order of the message. */
typedef struct {
  const char *type;     /* "text/plain", lower case */
  const char *encoding; /* "base64", lower case; "7bit" where none is said */
  const char *charset;  /* or NULL */
  const char *name;     /* file name, decoded and made safe (no folder, no control); or NULL */
  uint64_t bytes;       /* of its body as sent, the line end before a boundary not counted */
  uint64_t offset;      /* of its body in the message */
  uint64_t header;      /* where its header block begins, which ends at its body */
  uint8_t depth;        /* 0: the message itself */
} MessagePart;

/* Bytes that lie together on the wire: more than one only where the message came in pieces (BDAT). */
typedef struct {
  uint64_t offset, length; /* in its direction of the stream */
} MessagePiece;

typedef struct {
  gatomicrefcount references;
  MessageWay way;
  bool has_envelope;
  bool doubled_dots;         /* on the wire: its pieces hold a dot more before lines that begin with one */
  bool truncated;            /* bytes are missing, only a part was fetched, or a cap was met */
  bool too_deep;             /* parts inside parts beyond LIMIT_MIME_DEPTH */
  const char *envelope_from; /* "" is the null sender; NULL where none was seen */
  GPtrArray *envelope_to;    /* of const char *: the recipients that were not refused */
  GArray *headers;           /* of MessageHeader */
  GArray *parts;             /* of MessagePart; the first is the message's own body */
  GArray *pieces;            /* of MessagePiece */
  const char *subject, *from, *to, *message_id, *date; /* decoded values of the headers, "" where missing */
  uint64_t bytes;                                      /* of the whole message, doubled dots undone */
  GPtrArray *blocks;                                   /* private: where the texts lie */
  size_t block_used, block_size;                       /* private */
} MessageRecord;

/* Returns an empty record, one reference of it the caller's. */
MessageRecord *message_record_new(MessageWay way);

MessageRecord *message_record_ref(MessageRecord *record);
void message_record_unref(MessageRecord *record);

/* Returns a copy of view as text that lives as long as the record: bad UTF-8 and NULs become U+FFFD. For who
 * builds the record. */
const char *message_record_add_text(MessageRecord *record, Bytes view);

/* The headers are complete: links fields of one name, finds the named ones. Linear. For who builds the
 * record. */
void message_record_index(MessageRecord *record);

/* Returns the first field of that name, whatever its case, or NULL. */
const MessageHeader *message_record_find(const MessageRecord *record, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageRecord, message_record_unref)
