/* SPDX-License-Identifier: MIT */
/* A Row: one line of the timeline, of fixed size. It holds where its bytes are, not the bytes. */
#pragma once

#include "protocol/decoder.h"
#include "wire/frame.h"
#include "wire/ip-address.h"

typedef enum {
  STREAM_OPENED,
  STREAM_MIDSTREAM,
  STREAM_CLOSED,
  STREAM_RESET,
  STREAM_UNFINISHED,
} StreamState;

/* Returns "opened", "midstream", "closed", "reset" or "unfinished". Static. */
const char *stream_state_name(StreamState state);

/* Returns "session", "command", … or "info", "warning", "error": the words of NDJSON. Static. */
const char *line_kind_name(LineKind kind);
const char *severity_name(Severity severity);

typedef struct {
  Nanoseconds time;
  union {
    uint64_t offset;        /* of the first byte in its direction; not for LINE_SESSION */
    uint64_t session_bytes; /* LINE_SESSION at the close: payload bytes, both directions */
  };
  union {
    uint64_t length;           /* bytes on the wire */
    uint64_t session_commands; /* LINE_SESSION at the close */
  };
  union {
    uint32_t lines;           /* reply, data */
    uint32_t session_replies; /* LINE_SESSION at the close */
  };
  uint32_t id;     /* 1-based */
  uint32_t stream; /* StreamInfo.index */
  uint32_t frame;  /* 1-based: the frame that completed the line */
  uint32_t about;  /* id of the command answered or the line remarked on; 0 none */
  uint16_t word;   /* as DecodedLine.word; LINE_SESSION: a StreamState */
  uint16_t answered_word;
  uint8_t kind;      /* LineKind */
  uint8_t protocol;  /* ProtocolId */
  uint8_t direction; /* Direction */
  uint8_t flags;
  uint8_t secret; /* SecretKind */
  uint8_t phase;
  uint8_t reply_class;
  uint8_t sasl_step; /* as DecodedLine.sasl_step */
  uint8_t layer;     /* whose offsets these are: 0 the stream's own, 1 what the first filter gives out, … */
  uint32_t link;     /* id of another line that belongs to this one (a session's DNS answer); 0 none */
} Row;

G_STATIC_ASSERT(sizeof(Row) <= 64);

/* One conversation. */
typedef struct {
  uint32_t index;  /* 0-based, among the streams that have rows; set when the protocol is known */
  uint32_t number; /* among the streams of its transport: Wireshark's tcp.stream or udp.stream */
  bool udp;
  ProtocolId protocol; /* PROTOCOL_NONE until known */
  IpAddress client, server;
  uint16_t client_port, server_port;
  Nanoseconds first_time;
  uint32_t first_frame;
  uint32_t interface_id;
} StreamInfo;

/* A row on its way, with what belongs to it; all borrowed until the sink returns. */
typedef struct {
  const Row *row;
  const StreamInfo *stream;
  Bytes raw; /* the line's bytes, at most LIMIT_LINE_SHOWN */
  const Credential *credential;
  const MessageRecord *message; /* LINE_MESSAGE */
} RowEvent;

/* Where payload bytes lie in the source, told before the rows that need them (only to sinks that ask). */
typedef struct {
  uint32_t stream;
  uint8_t layer; /* as Row.layer */
  Bytes bytes; /* the bytes themselves, borrowed; those of a layer > 0 lie in no source. length tells how many
                */
  Direction direction;
  uint64_t offset; /* in the direction's stream */
  uint32_t length;
  uint32_t frame;
  uint64_t source_offset; /* of the first payload byte in the source */
  uint32_t header_length; /* bytes of the frame before the payload */
  uint16_t link_type;
  uint32_t frame_length; /* captured bytes of the frame */
} StreamSegment;

/* Where a segment's payload belongs, told for every one that TCP or DNS brings, repeated ones too (only to
 * sinks that ask): what was told of a stream's bytes holds for all their copies. */
typedef struct {
  bool udp;
  uint32_t number;  /* as StreamInfo.number */
  uint8_t side;     /* of the sender: 0 is `source`'s */
  IpAddress source; /* the sender of the conversation's first frame */
  uint16_t source_port;
  int64_t offset;         /* of the first byte in that side's stream; below 0 before what was seen first */
  uint64_t source_offset; /* of the same byte in the source */
  uint32_t length;
} Placement;

typedef struct {
  void (*row)(void *owner, const RowEvent *event);
  void (*segment)(void *owner, const StreamSegment *segment); /* may be NULL */
  void *owner;
  /* Bytes of a message as they come, before its row (DecoderSink.content); NULL where not wanted. */
  void (*content)(void *owner, const MessageRecord *message, Bytes bytes);
  void (*placed)(void *owner, const Placement *placement); /* may be NULL */
} RowSink;
