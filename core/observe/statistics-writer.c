/* SPDX-License-Identifier: MIT */
/* Statistics as tables for a terminal, and as a line of NDJSON. */
#include "observe/statistics-private.h"

#include "base/i18n.h"
#include "observe/json.h"
#include "protocol/registry.h"

enum { NAME_COLUMNS = 18, PAIR_COLUMNS = 36, CODE_COLUMNS = 16, COUNT_COLUMNS = 8 };

#define MICROSECOND 1000

/* Appends text in so many columns: to their left, or, where right, to their right. */
static void put_cell(ByteBuffer *out, const char *text, int columns, bool right)
{
  int space = MAX(columns - (int)g_utf8_strlen(text, -1), 0);
  byte_buffer_append_format(out, "%*s%s%*s", right ? space : 0, "", text, right ? 0 : space, "");
}

static void put_count(ByteBuffer *out, uint64_t number, int columns)
{
  char text[I18N_NUMBER_TEXT];
  put_cell(out, i18n_format_number(number, text), columns, true);
}

/* A number's heading, and how wide its column is. */
typedef struct {
  const char *heading; /* N_() */
  int columns;
  size_t offset; /* in Tally */
  bool of_pairs; /* shown for pairs of hosts too, whose names leave less room */
} Column;

static const Column columns[] = {
    {N_("conversations"), 14, offsetof(Tally, conversations), true},
    {N_("commands"), 10, offsetof(Tally, commands), true},
    {N_("replies"), 11, offsetof(Tally, replies), false},
    {N_("refusals"), 9, offsetof(Tally, refused), false},
    {N_("bytes"), 10, offsetof(Tally, bytes), true},
};

static void put_headings(ByteBuffer *out, const char *name, bool pairs)
{
  byte_buffer_append_format(out, "\n");
  put_cell(out, name, pairs ? PAIR_COLUMNS : NAME_COLUMNS, false);
  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
    if (columns[i].of_pairs || !pairs) put_cell(out, _(columns[i].heading), columns[i].columns, true);
  byte_buffer_append_format(out, "\n");
}

static void put_tally(ByteBuffer *out, const char *name, const Tally *tally, bool pairs)
{
  int width = pairs ? PAIR_COLUMNS : NAME_COLUMNS;
  put_cell(out, name, width, false);
  /* Two IPv6 addresses need a line of their own. */
  if (g_utf8_strlen(name, -1) > width) byte_buffer_append_format(out, "\n%*s", width, "");
  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
    if (pairs && !columns[i].of_pairs) continue;
    uint64_t number;
    memcpy(&number, (const char *)tally + columns[i].offset, sizeof number);
    put_count(out, number, columns[i].columns);
  }
  byte_buffer_append_format(out, "\n");
}

static void put_protocols(const Statistics *statistics, ByteBuffer *out)
{
  put_headings(out, _("Protocol"), false);
  for (int id = 0; id < PROTOCOL_COUNT; id++) {
    const Tally *tally = &statistics->protocols[id];
    if (tally->conversations > 0) put_tally(out, registry_get_label((ProtocolId)id), tally, false);
  }
}

static void add_tally(Tally *sum, const Tally *tally)
{
  sum->conversations += tally->conversations;
  sum->commands += tally->commands;
  sum->replies += tally->replies;
  sum->refused += tally->refused;
  sum->bytes += tally->bytes;
}

/* Adds up the pairs that are not shown by themselves. */
static Tally other_pairs(const Statistics *statistics, const GPtrArray *sorted)
{
  Tally sum = statistics->other_pairs;
  for (guint i = PAIRS_SHOWN; i < sorted->len; i++)
    add_tally(&sum, &((const HostPair *)g_ptr_array_index(sorted, i))->tally);
  return sum;
}

static void put_pairs(const Statistics *statistics, ByteBuffer *out)
{
  g_autoptr(GPtrArray) sorted = statistics_sort_pairs(statistics);
  put_headings(out, _("Client ⇄ server"), true);
  for (guint i = 0; i < MIN(sorted->len, PAIRS_SHOWN); i++) {
    const HostPair *pair = g_ptr_array_index(sorted, i);
    char client[IP_ADDRESS_TEXT], server[IP_ADDRESS_TEXT];
    ip_address_format(&pair->client, client);
    ip_address_format(&pair->server, server);
    g_autofree char *name = g_strdup_printf("%s ⇄ %s", client, server);
    put_tally(out, name, &pair->tally, true);
  }
  Tally others = other_pairs(statistics, sorted);
  if (others.conversations > 0) put_tally(out, _("all others"), &others, true);
}

/* Returns the word of the command, or "". */
static const char *word_of(const SlowReply *slow)
{
  const Vocabulary *words = registry_get_vocabulary((ProtocolId)slow->protocol);
  return words != NULL && slow->word < words->word_count ? words->words[slow->word].word : "";
}

static void put_slowest(const Statistics *statistics, ByteBuffer *out)
{
  byte_buffer_append_format(out, "\n%s\n", _("Slowest replies"));
  for (size_t i = 0; i < statistics->slowest_count; i++) {
    const SlowReply *slow = &statistics->slowest[i];
    char whole[I18N_NUMBER_TEXT];
    i18n_format_number((uint64_t)(slow->delay / NANOSECONDS_PER_MILLISECOND), whole);
    int rest = (int)(slow->delay % NANOSECONDS_PER_MILLISECOND / MICROSECOND);
    g_autofree char *delay = g_strdup_printf("%s%c%03d ms", whole, i18n_decimal_mark(), rest);
    put_cell(out, delay, CODE_COLUMNS, true);
    byte_buffer_append_format(out, "  ");
    put_cell(out, word_of(slow), CODE_COLUMNS, false);
    byte_buffer_append_format(out, slow->udp ? _("Question %u") : _("Conversation %u"), slow->stream);
    /* as in --where 'id == 10' */
    byte_buffer_append_format(out, " · id %u\n", slow->command);
  }
}

/* Returns what the refusal means, translated, or "". */
static const char *meaning_of(const Refusal *refusal)
{
  return refusal->gloss[0] == '\0' ? "" : _(refusal->gloss);
}

static void put_refusals(const Statistics *statistics, ByteBuffer *out)
{
  g_autoptr(GArray) sorted = statistics_sort_refusals(statistics);
  byte_buffer_append_format(out, "\n%s\n", _("Refusals"));
  for (guint i = 0; i < sorted->len; i++) {
    const Refusal *refusal = &g_array_index(sorted, Refusal, i);
    g_autofree char *name =
        g_strdup_printf("%s %s", registry_get_label((ProtocolId)refusal->protocol), refusal->code);
    put_cell(out, name, CODE_COLUMNS, false);
    put_count(out, refusal->count, COUNT_COLUMNS);
    const char *meaning = meaning_of(refusal);
    byte_buffer_append_format(out, "%s%s\n", meaning[0] != '\0' ? "  " : "", meaning);
  }
  if (statistics->other_refusals == 0) return;
  put_cell(out, _("all others"), CODE_COLUMNS, false);
  put_count(out, statistics->other_refusals, COUNT_COLUMNS);
  byte_buffer_append_format(out, "\n");
}

void statistics_write_text(const Statistics *statistics, ByteBuffer *out)
{
  if (g_hash_table_size(statistics->pairs) == 0) return;
  put_protocols(statistics, out);
  put_pairs(statistics, out);
  if (statistics->slowest_count > 0) put_slowest(statistics, out);
  if (statistics->refusals->len > 0) put_refusals(statistics, out);
}

static void json_tally(ByteBuffer *out, const Tally *tally)
{
  json_key_number(out, "conversations", tally->conversations);
  json_key_number(out, "commands", tally->commands);
  json_key_number(out, "replies", tally->replies);
  json_key_number(out, "refused", tally->refused);
  json_key_number(out, "bytes", tally->bytes);
  json_raw(out, "}");
}

/* Appends {"key":"text" — the beginning of one member of a list. */
static void json_begin(ByteBuffer *out, bool *first, const char *key, const char *text)
{
  json_raw(out, *first ? "{\"" : ",{\"");
  *first = false;
  json_raw(out, key);
  json_raw(out, "\":");
  json_string(out, bytes_from_string(text));
}

static void json_pairs(const Statistics *statistics, ByteBuffer *out)
{
  g_autoptr(GPtrArray) sorted = statistics_sort_pairs(statistics);
  bool first = true;
  json_key(out, "hosts");
  json_raw(out, "[");
  for (guint i = 0; i < MIN(sorted->len, PAIRS_SHOWN); i++) {
    const HostPair *pair = g_ptr_array_index(sorted, i);
    char text[IP_ADDRESS_TEXT];
    ip_address_format(&pair->client, text);
    json_begin(out, &first, "client", text);
    ip_address_format(&pair->server, text);
    json_key_text(out, "server", text);
    json_tally(out, &pair->tally);
  }
  Tally others = other_pairs(statistics, sorted);
  json_raw(out, "],\"other_hosts\":{\"conversations\":");
  json_number(out, others.conversations);
  json_key_number(out, "bytes", others.bytes);
  json_raw(out, "}");
}

static void json_slowest(const Statistics *statistics, ByteBuffer *out)
{
  bool first = true;
  json_key(out, "slowest");
  json_raw(out, "[");
  for (size_t i = 0; i < statistics->slowest_count; i++) {
    const SlowReply *slow = &statistics->slowest[i];
    json_begin(out, &first, "verb", word_of(slow));
    json_key_number(out, "command", slow->command);
    json_key_number(out, "reply", slow->reply);
    json_key_number(out, slow->udp ? "udp_stream" : "stream", slow->stream);
    json_key_number(out, "milliseconds", (uint64_t)(slow->delay / NANOSECONDS_PER_MILLISECOND));
    int rest = (int)(slow->delay % NANOSECONDS_PER_MILLISECOND / MICROSECOND);
    byte_buffer_append_format(out, ".%03d}", rest);
  }
  json_raw(out, "]");
}

static void json_refusals(const Statistics *statistics, ByteBuffer *out)
{
  g_autoptr(GArray) sorted = statistics_sort_refusals(statistics);
  bool first = true;
  json_key(out, "refusals");
  json_raw(out, "[");
  for (guint i = 0; i < sorted->len; i++) {
    const Refusal *refusal = &g_array_index(sorted, Refusal, i);
    json_begin(out, &first, "protocol", registry_get_name((ProtocolId)refusal->protocol));
    json_key_text(out, "code", refusal->code);
    json_key_text(out, "gloss", meaning_of(refusal));
    json_key_number(out, "count", refusal->count);
    json_raw(out, "}");
  }
  json_raw(out, "]");
  json_key_number(out, "other_refusals", statistics->other_refusals);
}

void statistics_write_json(const Statistics *statistics, ByteBuffer *out)
{
  bool first = true;
  json_raw(out, "{\"kind\":\"stats\",\"protocols\":[");
  for (int id = 0; id < PROTOCOL_COUNT; id++) {
    if (statistics->protocols[id].conversations == 0) continue;
    json_begin(out, &first, "protocol", registry_get_name((ProtocolId)id));
    json_tally(out, &statistics->protocols[id]);
  }
  json_raw(out, "]");
  json_pairs(statistics, out);
  json_slowest(statistics, out);
  json_refusals(statistics, out);
  json_raw(out, "}\n");
}
