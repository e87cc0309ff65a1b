/* SPDX-License-Identifier: MIT */
/* Streams as they will be, and where each frame's bytes belong. */
#include "observe/redactor.h"

#include "base/limits.h"
#include "observe/redact-dns.h"
#include "observe/redact-frame.h"
#include "observe/redact-text.h"

typedef struct {
  uint64_t start, end;
} Range;

/* One conversation. */
typedef struct {
  GByteArray *bytes[2]; /* by Direction */
  GArray *covered[2];   /* of Range: told by rows and redacted; in no order */
  bool chunked[2];      /* the last head said so (HTTP) */
  uint8_t client_side;
  bool told;
} Stream;

struct Redactor {
  GHashTable *streams; /* number and transport → Stream */
  GHashTable *sources; /* the same → Placement: who sent its first frame */
  GPtrArray *by_index; /* of Stream, borrowed; by StreamInfo.index */
  GArray *placements;  /* of Placement, by source_offset once learned */
  guint next;          /* of placements, while writing */
  size_t held;
  AddressMask *mask;
  GHashTable *interfaces; /* link type → id + 1 in the writer */
};

static gpointer key_of(bool udp, uint32_t number)
{
  return GSIZE_TO_POINTER(((gsize)number << 1 | udp) + 1);
}

static void free_stream(gpointer data)
{
  Stream *stream = data;
  for (int i = 0; i < 2; i++) {
    g_byte_array_unref(stream->bytes[i]);
    g_array_unref(stream->covered[i]);
  }
  g_free(stream);
}

Redactor *redactor_new(void)
{
  Redactor *redactor = g_new0(Redactor, 1);
  redactor->streams = g_hash_table_new_full(NULL, NULL, NULL, free_stream);
  redactor->sources = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  redactor->by_index = g_ptr_array_new();
  redactor->placements = g_array_new(FALSE, FALSE, sizeof(Placement));
  redactor->mask = address_mask_new();
  redactor->interfaces = g_hash_table_new(NULL, NULL);
  return redactor;
}

void redactor_free(Redactor *redactor)
{
  if (redactor == NULL) return;
  g_hash_table_unref(redactor->streams);
  g_hash_table_unref(redactor->sources);
  g_hash_table_unref(redactor->interfaces);
  g_ptr_array_unref(redactor->by_index);
  g_array_unref(redactor->placements);
  address_mask_free(redactor->mask);
  g_free(redactor);
}

bool redactor_has_room(const Redactor *redactor)
{
  return redactor->held <= LIMIT_REDACTED_BYTES;
}

static Stream *need_stream(Redactor *redactor, const StreamInfo *info)
{
  Stream *stream = g_hash_table_lookup(redactor->streams, key_of(info->udp, info->number));
  if (stream == NULL) {
    stream = g_new0(Stream, 1);
    for (int i = 0; i < 2; i++) {
      stream->bytes[i] = g_byte_array_new();
      stream->covered[i] = g_array_new(FALSE, FALSE, sizeof(Range));
    }
    g_hash_table_insert(redactor->streams, key_of(info->udp, info->number), stream);
    while (redactor->by_index->len <= info->index)
      g_ptr_array_add(redactor->by_index, NULL);
    g_ptr_array_index(redactor->by_index, info->index) = stream;
  }
  const Placement *source = g_hash_table_lookup(redactor->sources, key_of(info->udp, info->number));
  bool client = source == NULL || (source->source_port == info->client_port &&
                                   ip_address_equal(&source->source, &info->client));
  stream->client_side = client ? 0 : 1;
  return stream;
}

static void take_placement(void *owner, const Placement *placement)
{
  Redactor *redactor = owner;
  gpointer key = key_of(placement->udp, placement->number);
  g_array_append_val(redactor->placements, *placement);
  if (!g_hash_table_contains(redactor->sources, key))
    g_hash_table_insert(redactor->sources, key, g_memdup2(placement, sizeof *placement));
}

static void take_segment(void *owner, const StreamSegment *segment)
{
  Redactor *redactor = owner;
  if (segment->layer > 0 || segment->stream >= redactor->by_index->len || !redactor_has_room(redactor))
    return;
  Stream *stream = g_ptr_array_index(redactor->by_index, segment->stream);
  if (stream == NULL) return;
  GByteArray *bytes = stream->bytes[segment->direction];
  uint64_t end = segment->offset + segment->length;
  if (end > LIMIT_REDACTED_BYTES) return;
  if (end > bytes->len) {
    guint old = bytes->len;
    redactor->held += (size_t)end - old;
    g_byte_array_set_size(bytes, (guint)end);
    memset(bytes->data + old, 0, (size_t)end - old);
  }
  memcpy(bytes->data + segment->offset, segment->bytes.data, segment->bytes.length);
}

static bool says_chunked(Bytes raw)
{
  for (size_t i = 0; i + 7 <= raw.length; i++)
    if (bytes_starts_ignore_case(bytes_skip(raw, i), "chunked")) return true;
  return false;
}

static void redact_row(Redactor *redactor, Stream *stream, const RowEvent *event, uint8_t *bytes,
                       size_t length)
{
  const Row *row = event->row;
  switch ((LineKind)row->kind) {
  case LINE_DATA:
    if (row->protocol == PROTOCOL_HTTP)
      redact_web_body(bytes, length, stream->chunked[row->direction]);
    else
      redact_message(bytes, length);
    break;
  case LINE_QUERY:
  case LINE_ANSWER:
    redact_dns(redactor->mask, bytes, length, (row->flags & LINE_DNS_TCP) != 0);
    break;
  case LINE_TLS:
    redact_records(bytes, length);
    break;
  default:
    stream->chunked[row->direction] = row->protocol == PROTOCOL_HTTP && says_chunked(event->raw);
    redact_line(event, bytes, length);
  }
}

static void take_row(void *owner, const RowEvent *event)
{
  Redactor *redactor = owner;
  const Row *row = event->row;
  Stream *stream = need_stream(redactor, event->stream);
  bool has_bytes = row->kind == LINE_COMMAND || row->kind == LINE_REPLY || row->kind == LINE_DATA ||
                   row->kind == LINE_QUERY || row->kind == LINE_ANSWER || row->kind == LINE_TLS;
  GByteArray *bytes = stream->bytes[row->direction];
  if (!has_bytes || row->layer > 0 || row->length == 0 || row->offset >= bytes->len) return;
  size_t length = (size_t)MIN(row->length, bytes->len - row->offset);
  redact_row(redactor, stream, event, bytes->data + row->offset, length);
  Range range = {row->offset, row->offset + length};
  g_array_append_val(stream->covered[row->direction], range);
}

RowSink redactor_get_sink(Redactor *redactor)
{
  return (RowSink){.row = take_row, .segment = take_segment, .owner = redactor, .placed = take_placement};
}

static gint compare_ranges(gconstpointer a, gconstpointer b)
{
  const Range *first = a, *second = b;
  return first->start < second->start ? -1 : first->start > second->start;
}

static gint compare_placements(gconstpointer a, gconstpointer b)
{
  const Placement *first = a, *second = b;
  return first->source_offset < second->source_offset ? -1 : first->source_offset > second->source_offset;
}

/* What no row tells of: a message's lone dot stays, records of TLS keep their headers, the rest is filler. */
static void fill_uncovered(Stream *stream, int direction)
{
  GByteArray *bytes = stream->bytes[direction];
  GArray *covered = stream->covered[direction];
  uint64_t at = 0;
  g_array_sort(covered, compare_ranges);
  for (guint i = 0; i <= covered->len; i++) {
    bool last = i == covered->len;
    Range range = last ? (Range){bytes->len, bytes->len} : g_array_index(covered, Range, i);
    uint64_t gap = range.start > at ? range.start - at : 0;
    bool end_mark = gap >= 3 && memcmp(bytes->data + at, ".\r\n", 3) == 0;
    if (gap > 0) redact_records(bytes->data + at + (end_mark ? 3 : 0), (size_t)gap - (end_mark ? 3 : 0));
    at = MAX(at, range.end);
  }
}

void redactor_learned(Redactor *redactor)
{
  GHashTableIter iterator;
  gpointer stream;
  g_hash_table_iter_init(&iterator, redactor->streams);
  while (g_hash_table_iter_next(&iterator, NULL, &stream)) {
    fill_uncovered(stream, 0);
    fill_uncovered(stream, 1);
  }
  g_array_sort(redactor->placements, compare_placements);
}

/* Writes over the part of a frame that belongs to a conversation. */
static void place(Redactor *redactor, const Placement *placement, uint8_t *payload)
{
  const Stream *stream = g_hash_table_lookup(redactor->streams, key_of(placement->udp, placement->number));
  memset(payload, REDACTED, placement->length);
  if (stream == NULL) return;
  const GByteArray *bytes =
      stream->bytes[placement->side == stream->client_side ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT];
  for (uint32_t i = 0; i < placement->length; i++) {
    int64_t offset = placement->offset + i;
    if (offset >= 0 && offset < bytes->len) payload[i] = bytes->data[offset];
  }
}

/* Filler for all of the payload, then what is known of it. */
static void redact_payload(Redactor *redactor, const Frame *frame, const Packet *packet, uint8_t *copy)
{
  size_t header = packet->link_length + (size_t)packet->network_length + packet->transport_length;
  bool first_piece = packet->fragment && packet->piece.offset == 0;
  if (first_piece) header = MIN(header + 20, frame->bytes.length); /* the transport's own header stays */
  if (header < frame->bytes.length) memset(copy + header, REDACTED, frame->bytes.length - header);
  while (redactor->next < redactor->placements->len) {
    const Placement *placement = &g_array_index(redactor->placements, Placement, redactor->next);
    if (placement->source_offset >= frame->source_offset + frame->bytes.length) break;
    redactor->next++;
    if (placement->source_offset < frame->source_offset) continue;
    uint64_t at = placement->source_offset - frame->source_offset;
    if (at + placement->length <= frame->bytes.length) place(redactor, placement, copy + at);
  }
}

static uint32_t interface_for(Redactor *redactor, CaptureWriter *writer, uint16_t link_type)
{
  gpointer key = GUINT_TO_POINTER(link_type + 1u);
  guint id = GPOINTER_TO_UINT(g_hash_table_lookup(redactor->interfaces, key));
  if (id == 0) {
    id = capture_writer_add_interface(writer, (LinkType)link_type, NULL) + 1;
    g_hash_table_insert(redactor->interfaces, key, GUINT_TO_POINTER(id));
  }
  return id - 1;
}

void redactor_write(Redactor *redactor, const Frame *frame, CaptureWriter *writer)
{
  Packet packet;
  packet_parse(frame, &packet);
  g_autofree uint8_t *copy = g_memdup2(frame->bytes.data, frame->bytes.length);
  bool transport = packet.kind == PACKET_TCP || packet.kind == PACKET_UDP;
  if (transport || packet.fragment) redact_payload(redactor, frame, &packet, copy);
  Frame made = *frame;
  bool whole = packet.payload.length == packet.payload_length;
  made.bytes = redact_frame(redactor->mask, &packet, copy, frame->bytes.length, whole, &made.link_type);
  made.original_length -= (uint32_t)(frame->bytes.length - made.bytes.length);
  made.interface_id = interface_for(redactor, writer, made.link_type);
  capture_writer_write(writer, &made);
}
