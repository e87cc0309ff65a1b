/* SPDX-License-Identifier: MIT */
/* A direct-mapped table: an entry is what was asked for last in its place. */
#include "observe/ndjson-words.h"

#include "base/i18n.h"
#include "observe/json.h"

enum { PHASE, GLOSS, RFC, PARTS };
#define ENTRIES 512u /* a power of two */

typedef struct {
  const char *parts[PARTS]; /* by address; an entry without gloss is free */
  ByteBuffer text;
} Entry;

struct NdjsonWords {
  Entry entries[ENTRIES];
};

NdjsonWords *ndjson_words_new(void)
{
  return g_new0(NdjsonWords, 1);
}

void ndjson_words_free(NdjsonWords *words)
{
  if (words == NULL) return;
  for (guint i = 0; i < ENTRIES; i++)
    byte_buffer_clear(&words->entries[i].text);
  g_free(words);
}

static guint place_of(const char *const parts[PARTS])
{
  uint64_t mixed = 0;
  for (guint i = 0; i < PARTS; i++)
    mixed = (mixed ^ (uint64_t)(uintptr_t)parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
  return (guint)(mixed >> 32) % ENTRIES;
}

static void fill(Entry *entry, const char *const parts[PARTS])
{
  static const char *const keys[PARTS] = {"phase", "gloss", "rfc"};
  byte_buffer_reset(&entry->text);
  for (guint i = 0; i < PARTS; i++) {
    entry->parts[i] = parts[i];
    if (parts[i] == NULL) continue;
    const char *text = i == GLOSS && parts[i][0] != '\0' ? _(parts[i]) : parts[i];
    json_key_text(&entry->text, keys[i], text);
  }
}

static void append(NdjsonWords *words, ByteBuffer *out, const char *const parts[PARTS])
{
  Entry *entry = &words->entries[place_of(parts)];
  if (memcmp(entry->parts, parts, sizeof entry->parts) != 0) fill(entry, parts);
  byte_buffer_append(out, byte_buffer_view(&entry->text));
}

static const char *or_empty(const char *text)
{
  return text != NULL ? text : "";
}

void ndjson_words_gloss(NdjsonWords *words, ByteBuffer *out, const char *gloss)
{
  append(words, out, (const char *const[PARTS]){NULL, or_empty(gloss), NULL});
}

void ndjson_words_command(NdjsonWords *words, ByteBuffer *out, const char *phase, const char *gloss,
                          const char *rfc)
{
  append(words, out, (const char *const[PARTS]){or_empty(phase), or_empty(gloss), or_empty(rfc)});
}
