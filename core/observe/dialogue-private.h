/* SPDX-License-Identifier: MIT */
/* What dialogue.c and dialogue-rows.c share: the one feeds, the other writes. Included by them only. */
#pragma once

#include "observe/dialogue.h"
#include "observe/stream-inflate.h"

/* Bytes of a stream whose protocol is not known yet wait in `head`; where they came from, here. Gaps too, in
 * their order. */
typedef struct {
  StreamChunk chunk;
  uint8_t side;
  size_t start;
  uint64_t gap; /* bytes missing at chunk.offset; 0 for bytes */
} HeldChunk;

/* Whose unpacked bytes they are. */
typedef struct {
  Dialogue *dialogue;
  uint8_t side;
} UnpackedSide;

/* One side's unpacker, once the two have agreed on compression. */
typedef struct {
  StreamInflate *inflate;
  uint64_t offset; /* of the next unpacked byte */
  bool lost;
  const StreamChunk *chunk; /* being unpacked */
} Layer;

struct Dialogue {
  StreamInfo *info;
  Layer layers[2]; /* by side */
  uint8_t layer;   /* 0, or 1 from the agreement on */
  RowOutput *output;
  const DecoderClass *class; /* NULL: not known yet, or nothing more can be read */
  void *decoder;
  DecoderSink sink;
  RowStamp stamp;
  RowStamp last; /* of the last bytes */
  GArray *held;
  ByteBuffer head[2];
  size_t judged[2]; /* bytes of head when it was judged last */
  uint64_t bytes;
  uint32_t commands, replies;
  uint32_t session_id; /* of the line that opens the conversation; 0: not written yet */
  uint8_t client_side;
  bool from_start, known;
  bool told_call;
};

/* Returns which way the bytes of that side go. */
static inline Direction dialogue_direction(const Dialogue *dialogue, uint8_t side)
{
  return side == dialogue->client_side ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT;
}

/* Lets decoders write through dialogue->sink. */
void dialogue_rows_bind(Dialogue *dialogue);

/* Writes a note about bytes of that side. */
void dialogue_rows_remark(Dialogue *dialogue, uint8_t side, NoteCode code, uint64_t offset, uint64_t length);

/* Writes the line of the conversation as a whole, with its totals or without. Returns its id. */
uint32_t dialogue_rows_session(Dialogue *dialogue, StreamState state, RowStamp stamp, bool totals);

/* Says something of the conversation as a whole, about its line id: that code; whether what is spoken is what
 * the port is for; that its address came from a DNS answer. */
void dialogue_rows_note(Dialogue *dialogue, NoteCode code, uint32_t id, RowStamp stamp);
void dialogue_rows_note_port(Dialogue *dialogue, uint32_t id, RowStamp stamp);
void dialogue_rows_note_resolved(Dialogue *dialogue, uint32_t id, RowStamp stamp);

/* Returns true for SMTP, POP2, POP3 and IMAP. */
bool dialogue_rows_is_mail(ProtocolId protocol);
