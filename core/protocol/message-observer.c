/* SPDX-License-Identifier: MIT */
/* Messages in transfer, and what envelope and headers say of one another. */
#include "protocol/message-observer.h"

#include "mail/header-text.h"
#include "protocol/decoder-support.h"

void message_observer_begin(MessageObserver *observer, const DecoderSink *sink, MessageWay way,
                            bool doubled_dots)
{
  message_observer_clear(observer);
  observer->sink = sink;
  observer->record = message_record_new(way);
  observer->record->doubled_dots = doubled_dots;
  observer->scanner = message_scanner_new(observer->record);
  if (sink->content != NULL) sink->content(sink->owner, observer->record, BYTES_EMPTY);
}

void message_observer_take(MessageObserver *observer, Bytes bytes)
{
  if (observer->record == NULL) return;
  message_scanner_feed(observer->scanner, bytes);
  if (observer->sink->content != NULL && bytes.length > 0)
    observer->sink->content(observer->sink->owner, observer->record, bytes);
}

static void take(void *owner, Bytes bytes)
{
  message_observer_take(owner, bytes);
}

DotBodySink message_observer_get_sink(MessageObserver *observer)
{
  return (DotBodySink){take, observer};
}

void message_observer_gap(MessageObserver *observer, uint64_t length)
{
  if (observer->record != NULL && length > 0) message_scanner_gap(observer->scanner, length);
}

void message_observer_add_piece(MessageObserver *observer, uint64_t offset, uint64_t length)
{
  MessagePiece piece = {offset, length};
  if (observer->record != NULL && length > 0) g_array_append_val(observer->record->pieces, piece);
}

MessageRecord *message_observer_end(MessageObserver *observer, bool complete)
{
  MessageRecord *record = g_steal_pointer(&observer->record);
  if (record == NULL) return NULL;
  message_scanner_finish(observer->scanner);
  g_clear_pointer(&observer->scanner, message_scanner_free);
  if (!complete) record->truncated = true;
  if (record->bytes == 0) g_clear_pointer(&record, message_record_unref);
  return record;
}

void message_observer_clear(MessageObserver *observer)
{
  g_clear_pointer(&observer->record, message_record_unref);
  g_clear_pointer(&observer->scanner, message_scanner_free);
}

/* Capitals alone make no other sender, though RFC 5321 §2.4 would allow it in the local part. */
static bool same_address(Bytes a, Bytes b)
{
  return a.length == b.length &&
         (a.length == 0 || g_ascii_strncasecmp((const char *)a.data, (const char *)b.data, a.length) == 0);
}

#define COMPARED_BYTES                                                                                       \
  262144u /* of headers, over all comparisons of a message: beyond that nothing is claimed */

/* What is compared with the envelope, and what that may still cost. */
typedef struct {
  const MessageRecord *record;
  size_t left;
  bool spent;
} Comparison;

/* Returns true where some field of that name holds the address; *seen where there is such a field. */
static bool header_names(Comparison *comparison, const char *name, Bytes address, bool *seen)
{
  const GArray *headers = comparison->record->headers;
  const MessageHeader *header = message_record_find(comparison->record, name);
  while (header != NULL && !comparison->spent) {
    *seen = true;
    Bytes rest = bytes_from_string(header->raw), found;
    comparison->spent = rest.length > comparison->left;
    comparison->left -= comparison->spent ? 0 : rest.length;
    while (!comparison->spent && (found = header_text_next_address(&rest)).length > 0)
      if (same_address(found, address)) return true;
    header = header->next_same == 0 ? NULL : &g_array_index(headers, MessageHeader, header->next_same);
  }
  return false;
}

/* Returns the address in Return-Path; empty where there is none, or the null sender. */
static Bytes return_path(const MessageRecord *record)
{
  const MessageHeader *header = message_record_find(record, "Return-Path");
  Bytes rest = header != NULL ? bytes_from_string(header->raw) : BYTES_EMPTY;
  return header_text_next_address(&rest);
}

static bool sender_differs(Comparison *comparison, Bytes sender)
{
  bool from = false, other = false;
  if (sender.length == 0) return false;
  bool named =
      header_names(comparison, "From", sender, &from) || header_names(comparison, "Sender", sender, &other);
  return !named && from && !comparison->spent;
}

static bool has_hidden_recipient(Comparison *comparison)
{
  static const char *const names[] = {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc"};
  const GPtrArray *recipients = comparison->record->envelope_to;
  for (guint i = 0; i < recipients->len && !comparison->spent; i++) {
    Bytes recipient = bytes_from_string(g_ptr_array_index(recipients, i));
    bool named = false, seen = false;
    for (size_t n = 0; n < G_N_ELEMENTS(names) && !named; n++)
      named = header_names(comparison, names[n], recipient, &seen);
    if (!named) return !comparison->spent;
  }
  return false;
}

static void remark(const DecoderSink *sink, const MessageRecord *record, const DecodedLine *line, uint32_t id)
{
  Bytes path = return_path(record);
  Bytes sender = record->has_envelope ? bytes_from_string(record->envelope_from) : path;
  NoteCode codes[4];
  size_t count = 0;
  Comparison comparison = {record, COMPARED_BYTES, false};
  if (sender_differs(&comparison, sender)) codes[count++] = NOTE_SENDER_MISMATCH;
  if (record->has_envelope && sender.length > 0 && path.length > 0 && !same_address(sender, path))
    codes[count++] = NOTE_RETURN_PATH_MISMATCH;
  /* a cut header may have named it */
  if (record->has_envelope && !record->truncated && record->headers->len > 0 &&
      has_hidden_recipient(&comparison))
    codes[count++] = NOTE_HIDDEN_RECIPIENT;
  if (record->too_deep) codes[count++] = NOTE_NESTED_TOO_DEEP;
  for (size_t i = 0; i < count; i++)
    decoder_emit_note(sink, codes[i], line->direction, id, line->offset, 0);
}

uint32_t message_observer_emit(const DecoderSink *sink, const MessageRecord *record, Direction direction,
                               uint32_t about, uint16_t word)
{
  DecodedLine line = decoded_line(LINE_MESSAGE, direction);
  line.about = about;
  line.word = word;
  line.message = record;
  if (record->pieces->len > 0) {
    const MessagePiece *first = &g_array_index(record->pieces, MessagePiece, 0);
    const MessagePiece *last = &g_array_index(record->pieces, MessagePiece, record->pieces->len - 1);
    line.offset = first->offset;
    line.length = last->offset + last->length - first->offset;
  }
  if (record->truncated) line.flags |= LINE_INCOMPLETE;
  uint32_t id = decoder_emit(sink, &line);
  remark(sink, record, &line, id);
  return id;
}
