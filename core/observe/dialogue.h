/* SPDX-License-Identifier: MIT */
/* The dialogue on one stream: recognises its protocol by content, runs the decoders (one over another after
 * STARTTLS), and stamps their lines as rows. Sides are 0 (sent the stream's first frame) and 1. */
#pragma once

#include "observe/inspector.h"
#include "observe/server-table.h"
#include "observe/tcp-stream.h"

typedef struct Dialogue Dialogue;

/* Where all dialogues of an inspector write; ids count over all of them. */
typedef struct {
  RowSink sink;
  uint32_t last_id;
  uint32_t stream_count; /* streams that have rows */
  InspectorCounts counts;
  const GArray *decode_as; /* of DecodeAs */
  ServerTable *servers;    /* or NULL: nothing is compared between conversations */
  ServerTable *resolved;   /* addresses that DNS told, by port 0; or NULL */
} RowOutput;

/* When a line was complete. */
typedef struct {
  Nanoseconds time;
  uint32_t frame;
} RowStamp;

/* Returns a dialogue on the TCP stream info (kept, corrected when content shows that client and server are
 * the other way round). client_side: the side that seems to be the client; from_start: its SYN was seen. */
Dialogue *dialogue_new(StreamInfo *info, RowOutput *output, uint8_t client_side, bool from_start);

/* Returns a dialogue of datagrams whose protocol is known. */
Dialogue *dialogue_new_datagrams(StreamInfo *info, RowOutput *output, uint8_t client_side,
                                 ProtocolId protocol);

/* Takes the next bytes of a side. Returns false when the stream is no mail: the dialogue is of no more use.
 */
bool dialogue_receive(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk);

/* Tells that length bytes of a side were never captured; stamp is of the frame that showed it. */
void dialogue_gap(Dialogue *dialogue, uint8_t side, uint64_t offset, uint64_t length, RowStamp stamp);

/* Tells that two copies of the same bytes differ; the first was taken. */
void dialogue_conflict(Dialogue *dialogue, uint8_t side, uint64_t offset, uint64_t length, RowStamp stamp);

/* Returns true where a call to the server's port is one for mail, so that it is worth telling that it came to
 * nothing. */
bool dialogue_is_for_mail(const StreamInfo *info, const RowOutput *output);

/* Nothing was said yet, and the client's call was refused (NOTE_CONNECTION_REFUSED) or is not answered
 * (NOTE_NO_ANSWER, told once). */
void dialogue_tell_call(Dialogue *dialogue, NoteCode code, RowStamp stamp);

/* Says something of that side at offset, without a line. Returns false, and says nothing, where the protocol
 * is not known (yet). */
bool dialogue_remark(Dialogue *dialogue, uint8_t side, NoteCode code, uint64_t offset, RowStamp stamp);

/* The stream has ended as state says: writes what is pending, and the closing row. */
void dialogue_end(Dialogue *dialogue, StreamState state, RowStamp stamp);

void dialogue_free(Dialogue *dialogue);
