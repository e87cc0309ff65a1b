/* SPDX-License-Identifier: MIT */
/* Messages in transfer, as a decoder sees them go by: scanned, handed on where somebody wants their bytes,
 * and told as a LINE_MESSAGE with the remarks that compare envelope and headers. For decoders only. */
#pragma once

#include "mail/message-scanner.h"
#include "protocol/decoder.h"
#include "protocol/dot-body.h"

/* One message at a time. All zero is ready for use. */
typedef struct {
  const DecoderSink *sink;
  MessageRecord *record; /* NULL: no message is in transfer */
  MessageScanner *scanner;
} MessageObserver;

/* A message begins with the next bytes. doubled_dots: on the wire its lines may begin with a dot too many. */
void message_observer_begin(MessageObserver *observer, const DecoderSink *sink, MessageWay way,
                            bool doubled_dots);

/* Returns true while a message is in transfer. */
static inline bool message_observer_is_open(const MessageObserver *observer)
{
  return observer->record != NULL;
}

/* Takes the next bytes of the message, doubled dots undone. Nothing happens where none is in transfer. */
void message_observer_take(MessageObserver *observer, Bytes bytes);

/* Returns message_observer_take as a sink for dot_body_scan. */
DotBodySink message_observer_get_sink(MessageObserver *observer);

/* length bytes are missing here. */
void message_observer_gap(MessageObserver *observer, uint64_t length);

/* Bytes of the message lie at offset of its direction. */
void message_observer_add_piece(MessageObserver *observer, uint64_t offset, uint64_t length);

/* The message ends here. Returns what became known of it, the caller's to unref, or NULL where none was in
 * transfer or not a byte of it came. complete is false where its end was not seen, or only a part was asked
 * for. */
MessageRecord *message_observer_end(MessageObserver *observer, bool complete);

void message_observer_clear(MessageObserver *observer);

/* Emits record as a LINE_MESSAGE about the line with that id, then the remarks on it. word: the row of the
 * command that carries it. Returns the line's id. */
uint32_t message_observer_emit(const DecoderSink *sink, const MessageRecord *record, Direction direction,
                               uint32_t about, uint16_t word);
