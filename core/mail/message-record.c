/* SPDX-License-Identifier: MIT */
/* The record of a message: its texts lie in blocks that never move. */
#include "mail/message-record.h"

#define BLOCK_BYTES 2048u
#define FEW_HEADERS 24u /* up to so many each is compared with each */

MessageRecord *message_record_new(MessageWay way)
{
  MessageRecord *record = g_new0(MessageRecord, 1);
  g_atomic_ref_count_init(&record->references);
  record->way = way;
  record->envelope_to = g_ptr_array_new();
  record->headers = g_array_new(FALSE, FALSE, sizeof(MessageHeader));
  record->parts = g_array_new(FALSE, FALSE, sizeof(MessagePart));
  record->pieces = g_array_new(FALSE, FALSE, sizeof(MessagePiece));
  record->subject = record->from = record->to = record->message_id = record->date = "";
  record->blocks = g_ptr_array_new_with_free_func(g_free);
  return record;
}

MessageRecord *message_record_ref(MessageRecord *record)
{
  g_atomic_ref_count_inc(&record->references);
  return record;
}

void message_record_unref(MessageRecord *record)
{
  if (record == NULL || !g_atomic_ref_count_dec(&record->references)) return;
  g_ptr_array_unref(record->envelope_to);
  g_array_unref(record->headers);
  g_array_unref(record->parts);
  g_array_unref(record->pieces);
  g_ptr_array_unref(record->blocks);
  g_free(record);
}

/* Returns room for length bytes in the newest block, or in a new one. */
static char *take_room(MessageRecord *record, size_t length)
{
  if (record->block_size - record->block_used < length) {
    record->block_size = MAX(length, BLOCK_BYTES);
    record->block_used = 0;
    g_ptr_array_add(record->blocks, g_malloc(record->block_size));
  }
  char *room = (char *)g_ptr_array_index(record->blocks, record->blocks->len - 1) + record->block_used;
  record->block_used += length;
  return room;
}

const char *message_record_add_text(MessageRecord *record, Bytes view)
{
  if (view.length == 0) return "";
  g_autofree char *repaired = NULL;
  if (!g_utf8_validate_len((const char *)view.data, view.length, NULL)) {
    repaired = g_utf8_make_valid((const char *)view.data, (gssize)view.length);
    view = bytes_from_string(repaired);
  }
  char *text = take_room(record, view.length + 1);
  memcpy(text, view.data, view.length);
  text[view.length] = '\0';
  return text;
}

static void link_few(GArray *headers)
{
  for (guint i = 1; i < headers->len; i++) {
    MessageHeader *header = &g_array_index(headers, MessageHeader, i);
    for (guint j = i; j-- > 0 && !header->repeats;) {
      MessageHeader *earlier = &g_array_index(headers, MessageHeader, j);
      if (g_ascii_strcasecmp(header->name, earlier->name) != 0) continue;
      earlier->next_same = i;
      header->repeats = true;
    }
  }
}

static guint hash_ignore_case(gconstpointer key)
{
  guint hash = 5381;
  for (const char *c = key; *c != '\0'; c++)
    hash = hash * 33 + (guchar)g_ascii_tolower(*c);
  return hash;
}

static gboolean equal_ignore_case(gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp(a, b) == 0;
}

static void link_many(GArray *headers)
{
  g_autoptr(GHashTable) last = g_hash_table_new(hash_ignore_case, equal_ignore_case);
  for (guint i = 0; i < headers->len; i++) {
    MessageHeader *header = &g_array_index(headers, MessageHeader, i);
    gpointer earlier;
    if (g_hash_table_lookup_extended(last, header->name, NULL, &earlier)) {
      g_array_index(headers, MessageHeader, GPOINTER_TO_UINT(earlier)).next_same = i;
      header->repeats = true;
    }
    g_hash_table_insert(last, (gpointer)(uintptr_t)header->name, GUINT_TO_POINTER(i));
  }
}

void message_record_index(MessageRecord *record)
{
  if (record->headers->len <= FEW_HEADERS)
    link_few(record->headers);
  else
    link_many(record->headers);
  const struct {
    const char *name;
    const char **value;
  } named[] = {{"Subject", &record->subject},
               {"From", &record->from},
               {"To", &record->to},
               {"Message-ID", &record->message_id},
               {"Date", &record->date}};
  for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
    const MessageHeader *header = message_record_find(record, named[i].name);
    *named[i].value = header != NULL ? header->value : "";
  }
}

const MessageHeader *message_record_find(const MessageRecord *record, const char *name)
{
  for (guint i = 0; i < record->headers->len; i++) {
    const MessageHeader *header = &g_array_index(record->headers, MessageHeader, i);
    if (g_ascii_strcasecmp(header->name, name) == 0) return header;
  }
  return NULL;
}
