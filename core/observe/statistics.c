/* SPDX-License-Identifier: MIT */
/* Rows counted. */
#include "observe/statistics-private.h"

#include "observe/row-meaning.h"
#include "observe/row-text.h"
#include "observe/text-clean.h"
#include "protocol/registry.h"

static guint hash_pair(gconstpointer data)
{
  const HostPair *pair = data;
  guint hash = 5381;
  for (size_t i = 0; i < sizeof pair->client.bytes; i++)
    hash = hash * 33 + pair->client.bytes[i] + 7u * pair->server.bytes[i];
  return hash;
}

static gboolean equal_pairs(gconstpointer a, gconstpointer b)
{
  const HostPair *one = a, *other = b;
  return ip_address_equal(&one->client, &other->client) && ip_address_equal(&one->server, &other->server);
}

Statistics *statistics_new(void)
{
  Statistics *statistics = g_new0(Statistics, 1);
  statistics->pairs = g_hash_table_new_full(hash_pair, equal_pairs, g_free, NULL);
  statistics->refusals = g_array_new(FALSE, TRUE, sizeof(Refusal));
  return statistics;
}

void statistics_free(Statistics *statistics)
{
  if (statistics == NULL) return;
  g_hash_table_unref(statistics->pairs);
  g_array_unref(statistics->refusals);
  byte_buffer_clear(&statistics->scratch);
  g_free(statistics);
}

static Tally *find_pair(Statistics *statistics, const StreamInfo *stream)
{
  HostPair wanted = {.client = stream->client, .server = stream->server};
  HostPair *pair = g_hash_table_lookup(statistics->pairs, &wanted);
  if (pair != NULL) return &pair->tally;
  if (g_hash_table_size(statistics->pairs) >= LIMIT_STATISTICS_PAIRS) return &statistics->other_pairs;
  pair = g_memdup2(&wanted, sizeof wanted);
  g_hash_table_add(statistics->pairs, pair);
  return &pair->tally;
}

static bool is_question(const Row *row)
{
  return row->kind == LINE_COMMAND || row->kind == LINE_QUERY;
}

static bool is_reply(const Row *row)
{
  return row->kind == LINE_REPLY || row->kind == LINE_ANSWER;
}

static bool is_refusal(const Row *row)
{
  return is_reply(row) && (row->reply_class == REPLY_LATER || row->reply_class == REPLY_REFUSED);
}

static void count(Tally *tally, const Row *row, bool new_stream)
{
  tally->conversations += new_stream;
  tally->commands += is_question(row);
  tally->replies += is_reply(row);
  tally->refused += is_refusal(row);
  if (is_question(row) || is_reply(row) || row->kind == LINE_DATA) tally->bytes += row->length;
}

/* What a refusal means, in words of a table. */
static const char *gloss_of(const RowEvent *event, const DissectedLine *parts)
{
  ReplyRefinement refined = {.gloss_only = true};
  if (row_refine(event, parts, &refined) && refined.gloss != NULL) return refined.gloss;
  const Vocabulary *words = registry_get_vocabulary((ProtocolId)event->row->protocol);
  const char *gloss =
      words != NULL && event->row->word < words->reply_count ? words->replies[event->row->word].gloss : NULL;
  return gloss != NULL ? gloss : "";
}

static void count_refusal(Statistics *statistics, const RowEvent *event)
{
  const Row *row = event->row;
  DissectedLine parts;
  row_dissect(event, &statistics->scratch, &parts);
  g_autoptr(GString) code = g_string_new(NULL);
  text_append_visible(code, parts.code, CODE_TEXT / 5);
  const char *gloss = gloss_of(event, &parts);
  for (guint i = 0; i < statistics->refusals->len; i++) {
    Refusal *known = &g_array_index(statistics->refusals, Refusal, i);
    bool same = known->protocol == row->protocol && known->gloss == gloss;
    if (!same || strcmp(known->code, code->str) != 0) continue;
    known->count++;
    return;
  }
  if (statistics->refusals->len >= LIMIT_STATISTICS_CODES) {
    statistics->other_refusals++;
    return;
  }
  Refusal refusal = {.protocol = row->protocol, .gloss = gloss, .count = 1};
  g_strlcpy(refusal.code, code->str, sizeof refusal.code);
  g_array_append_val(statistics->refusals, refusal);
}

/* Puts the reply among the slowest, where it belongs there. */
static void rank(Statistics *statistics, const SlowReply *reply)
{
  size_t place = statistics->slowest_count;
  while (place > 0 && statistics->slowest[place - 1].delay < reply->delay)
    place--;
  if (place == SLOWEST_SHOWN) return;
  if (statistics->slowest_count < SLOWEST_SHOWN) statistics->slowest_count++;
  memmove(&statistics->slowest[place + 1], &statistics->slowest[place],
          (statistics->slowest_count - place - 1) * sizeof *reply);
  statistics->slowest[place] = *reply;
}

static void measure(Statistics *statistics, const RowEvent *event)
{
  const Row *row = event->row;
  const SentCommand *sent = &statistics->sent[row->about % LIMIT_STATISTICS_RECENT];
  SlowReply reply = {row->about,         row->id, event->stream->number, event->stream->udp, row->protocol,
                     row->answered_word, 0};
  if (row->about == 0 || sent->id != row->about) return;
  /* Times in a capture are anything its writer liked. */
  if (__builtin_sub_overflow(row->time, sent->time, &reply.delay) || reply.delay < 0) return;
  rank(statistics, &reply);
}

static void remember(Statistics *statistics, const Row *row)
{
  bool body = row->kind == LINE_DATA && row->direction == DIRECTION_TO_SERVER && row->about != 0;
  if (!is_question(row) && !body) return;
  uint32_t id = body ? row->about : row->id;
  statistics->sent[id % LIMIT_STATISTICS_RECENT] = (SentCommand){id, row->time};
}

void statistics_add(Statistics *statistics, const RowEvent *event, bool shown)
{
  const Row *row = event->row;
  remember(statistics, row);
  if (!shown) return;
  RecentStream *latest = &statistics->streams[row->stream % LIMIT_STATISTICS_RECENT];
  bool new_stream = latest->number != row->stream + 1;
  if (new_stream) *latest = (RecentStream){.number = row->stream + 1};
  /* STARTTLS makes two protocols of one stream */
  bool new_protocol = (latest->protocols & 1u << row->protocol) == 0;
  latest->protocols |= 1u << row->protocol;
  count(&statistics->protocols[row->protocol], row, new_protocol);
  count(find_pair(statistics, event->stream), row, new_stream);
  if (is_reply(row)) measure(statistics, event);
  if (is_refusal(row)) count_refusal(statistics, event);
}

static gint compare_pairs(gconstpointer a, gconstpointer b)
{
  const HostPair *one = *(HostPair *const *)a, *other = *(HostPair *const *)b;
  if (one->tally.bytes != other->tally.bytes) return one->tally.bytes > other->tally.bytes ? -1 : 1;
  int order = memcmp(&one->client, &other->client, sizeof one->client);
  return order != 0 ? order : memcmp(&one->server, &other->server, sizeof one->server);
}

GPtrArray *statistics_sort_pairs(const Statistics *statistics)
{
  GPtrArray *sorted = g_ptr_array_new();
  GHashTableIter each;
  gpointer pair;
  g_hash_table_iter_init(&each, statistics->pairs);
  while (g_hash_table_iter_next(&each, &pair, NULL))
    g_ptr_array_add(sorted, pair);
  g_ptr_array_sort(sorted, compare_pairs);
  return sorted;
}

static gint compare_refusals(gconstpointer a, gconstpointer b)
{
  const Refusal *one = a, *other = b;
  if (one->count != other->count) return one->count > other->count ? -1 : 1;
  if (one->protocol != other->protocol) return one->protocol < other->protocol ? -1 : 1;
  int order = strcmp(one->code, other->code);
  return order != 0 ? order : strcmp(one->gloss, other->gloss);
}

GArray *statistics_sort_refusals(const Statistics *statistics)
{
  GArray *sorted = g_array_copy(statistics->refusals);
  g_array_sort(sorted, compare_refusals);
  return sorted;
}
