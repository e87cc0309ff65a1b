/* SPDX-License-Identifier: MIT */
/* Datagrams in work, by addresses, identification and protocol; the oldest first. */
#include "observe/fragment-table.h"

#include "base/byte-buffer.h"
#include "base/limits.h"

#define DATAGRAM_MOST 65535u /* bytes of payload */

typedef struct {
  IpAddress source, destination;
  uint32_t identification;
  uint8_t protocol;
} Key;

typedef struct {
  Key key;
  Nanoseconds begun;
  GArray *pieces;  /* of FragmentPiece, by start */
  uint32_t length; /* of the payload; 0 until the last fragment is seen */
  size_t held;
  GList link; /* in the table's queue */
} Datagram;

struct FragmentTable {
  GHashTable *datagrams; /* Key → Datagram */
  GQueue order;          /* of Datagram, the oldest first */
  size_t held;
  uint64_t lost;
  Datagram *done; /* the one returned last */
  ByteBuffer whole;
  FragmentedDatagram result;
};

static guint hash_key(gconstpointer data)
{
  const Key *key = data;
  guint hash = key->identification * 31u + key->protocol;
  for (size_t i = 0; i < sizeof key->source.bytes; i++)
    hash = hash * 33u + (guint)(key->source.bytes[i] + 7u * key->destination.bytes[i]);
  return hash;
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
  const Key *first = a, *second = b;
  return first->identification == second->identification && first->protocol == second->protocol &&
         ip_address_equal(&first->source, &second->source) &&
         ip_address_equal(&first->destination, &second->destination);
}

static void clear_piece(gpointer data)
{
  FragmentPiece *piece = data;
  g_free((gpointer)(uintptr_t)piece->frame.bytes.data);
}

static void free_datagram(Datagram *datagram)
{
  if (datagram == NULL) return;
  g_array_unref(datagram->pieces);
  g_free(datagram);
}

FragmentTable *fragment_table_new(void)
{
  FragmentTable *table = g_new0(FragmentTable, 1);
  table->datagrams = g_hash_table_new(hash_key, equal_keys);
  return table;
}

/* Takes it out of the table; it is the caller's then. */
static void take_out(FragmentTable *table, Datagram *datagram)
{
  g_queue_unlink(&table->order, &datagram->link);
  g_hash_table_remove(table->datagrams, &datagram->key);
  table->held -= datagram->held;
}

static void give_up(FragmentTable *table, Datagram *datagram)
{
  take_out(table, datagram);
  free_datagram(datagram);
  table->lost++;
}

void fragment_table_free(FragmentTable *table)
{
  if (table == NULL) return;
  while (!g_queue_is_empty(&table->order))
    give_up(table, g_queue_peek_head(&table->order));
  free_datagram(table->done);
  g_hash_table_unref(table->datagrams);
  byte_buffer_clear(&table->whole);
  g_free(table);
}

static Datagram *find_datagram(FragmentTable *table, const Packet *packet, Nanoseconds now)
{
  Key key = {packet->source, packet->destination, packet->piece.identification, packet->piece.protocol};
  Datagram *found = g_hash_table_lookup(table->datagrams, &key);
  if (found != NULL) return found;
  found = g_new0(Datagram, 1);
  found->key = key;
  found->begun = now;
  found->pieces = g_array_new(FALSE, FALSE, sizeof(FragmentPiece));
  g_array_set_clear_func(found->pieces, clear_piece);
  found->link.data = found;
  g_queue_push_tail_link(&table->order, &found->link);
  g_hash_table_insert(table->datagrams, &found->key, found);
  return found;
}

/* Makes room: too old, too many, too large. */
static void clean_up(FragmentTable *table, Nanoseconds now)
{
  for (Datagram *oldest; (oldest = g_queue_peek_head(&table->order)) != NULL; give_up(table, oldest)) {
    bool old = now > oldest->begun && now - oldest->begun > LIMIT_FRAGMENT_SECONDS * NANOSECONDS_PER_SECOND;
    bool many = table->order.length >= LIMIT_FRAGMENTED_DATAGRAMS || table->held >= LIMIT_FRAGMENT_BYTES;
    if (!old && !many) break;
  }
}

static void insert_piece(FragmentTable *table, Datagram *datagram, guint index, uint32_t start, uint32_t end,
                         const Packet *packet, const Frame *frame)
{
  size_t header = (size_t)(packet->piece.payload.data - frame->bytes.data);
  FragmentPiece piece = {
      .frame = *frame, .start = start, .end = end, .at = header + (start - packet->piece.offset)};
  piece.frame.bytes.data = g_memdup2(frame->bytes.data, frame->bytes.length);
  g_array_insert_val(datagram->pieces, index, piece);
  datagram->held += frame->bytes.length;
  table->held += frame->bytes.length;
}

/* Adds what of the fragment is new. Returns false where there are too many pieces. */
static bool add_piece(FragmentTable *table, Datagram *datagram, const Packet *packet, const Frame *frame)
{
  uint32_t start = packet->piece.offset, end = start + (uint32_t)packet->piece.payload.length;
  guint index = 0;
  while (start < end) {
    while (index < datagram->pieces->len &&
           g_array_index(datagram->pieces, FragmentPiece, index).end <= start)
      index++;
    uint32_t next = end;
    if (index < datagram->pieces->len) {
      const FragmentPiece *after = &g_array_index(datagram->pieces, FragmentPiece, index);
      if (after->start <= start) {
        start = after->end;
        continue;
      }
      next = MIN(next, after->start);
    }
    if (datagram->pieces->len == LIMIT_FRAGMENTS) return false;
    insert_piece(table, datagram, index, start, next, packet, frame);
    start = next;
  }
  return true;
}

static bool is_whole(const Datagram *datagram)
{
  uint32_t at = 0;
  if (datagram->length == 0) return false;
  for (guint i = 0; i < datagram->pieces->len; i++) {
    const FragmentPiece *piece = &g_array_index(datagram->pieces, FragmentPiece, i);
    if (piece->start != at) return false;
    at = piece->end;
  }
  return at == datagram->length;
}

/* Puts the payload together and reads the transport's header. */
static const FragmentedDatagram *finish(FragmentTable *table, Datagram *datagram, const Packet *packet)
{
  byte_buffer_reset(&table->whole);
  for (guint i = 0; i < datagram->pieces->len; i++) {
    const FragmentPiece *piece = &g_array_index(datagram->pieces, FragmentPiece, i);
    byte_buffer_append(&table->whole, bytes_slice(piece->frame.bytes, piece->at, piece->end - piece->start));
  }
  take_out(table, datagram);
  free_datagram(table->done);
  table->done = datagram;
  FragmentedDatagram *result = &table->result;
  *result = (FragmentedDatagram){.packet = *packet, .pieces = datagram->pieces};
  Bytes whole = byte_buffer_view(&table->whole);
  PacketKind kind = packet_parse_transport(whole, datagram->key.protocol, &result->packet);
  if (kind != PACKET_TCP && kind != PACKET_UDP) return NULL;
  result->header = result->packet.transport_length;
  return result;
}

const FragmentedDatagram *fragment_table_add(FragmentTable *table, const Packet *packet, const Frame *frame)
{
  uint32_t end = packet->piece.offset + packet->piece.payload_length;
  /* a fragment that the capture cut, or that cannot be, would make a datagram with a hole that nobody sees */
  bool cut = packet->piece.payload.length < packet->piece.payload_length;
  bool odd = packet->piece.more && packet->piece.payload_length % 8 != 0;
  clean_up(table, frame->time);
  if (cut || odd || packet->piece.payload.length == 0 || end > DATAGRAM_MOST) {
    table->lost++;
    return NULL;
  }
  Datagram *datagram = find_datagram(table, packet, frame->time);
  if (!packet->piece.more && datagram->length == 0) datagram->length = end;
  bool beyond = datagram->length != 0 && end > datagram->length;
  if (beyond || !add_piece(table, datagram, packet, frame)) {
    give_up(table, datagram);
    return NULL;
  }
  return is_whole(datagram) ? finish(table, datagram, packet) : NULL;
}

uint64_t fragment_table_lost(const FragmentTable *table)
{
  return table->lost;
}

size_t fragment_table_waiting(const FragmentTable *table)
{
  return table->order.length;
}
