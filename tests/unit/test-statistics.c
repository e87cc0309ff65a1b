/* SPDX-License-Identifier: MIT */
/* Statistics in bounded memory: what is counted apart, and what together beyond the limits. */
#include "base/limits.h"
#include "observe/statistics.h"
#include "protocol/registry.h"

static StreamInfo stream_between(uint32_t client)
{
  StreamInfo stream = {.protocol = PROTOCOL_SMTP, .client = {.version = 4}, .server = {.version = 4}};
  stream.client.bytes[0] = 10;
  stream.client.bytes[2] = (uint8_t)(client >> 8);
  stream.client.bytes[3] = (uint8_t)client;
  return stream;
}

static void add(Statistics *statistics, const Row *row, const char *raw, uint32_t client, bool shown)
{
  StreamInfo stream = stream_between(client);
  RowEvent event = {.row = row, .stream = &stream, .raw = bytes_from_string(raw)};
  statistics_add(statistics, &event, shown);
}

/* Returns the number that follows key in the line of NDJSON. */
static double number_after(Statistics *statistics, const char *key)
{
  ByteBuffer out = {0};
  statistics_write_json(statistics, &out);
  g_autofree char *line = bytes_dup_string(byte_buffer_view(&out));
  byte_buffer_clear(&out);
  const char *found = strstr(line, key);
  return found == NULL ? -1 : g_ascii_strtod(found + strlen(key), NULL);
}

static void pairs_of_hosts_beyond_4096_are_counted_together(void)
{
  for (uint32_t pairs = LIMIT_STATISTICS_PAIRS - 1; pairs <= LIMIT_STATISTICS_PAIRS + 1; pairs++) {
    g_autoptr(Statistics) statistics = statistics_new();
    for (uint32_t i = 0; i < pairs; i++) {
      Row row = {.kind = LINE_COMMAND, .protocol = PROTOCOL_SMTP, .id = i + 1, .stream = i, .length = 6 + i};
      add(statistics, &row, "NOOP\r\n", i, true);
    }
    g_assert_cmpfloat(number_after(statistics, "\"other_hosts\":{\"conversations\":"), ==, pairs - 20);
    /* the one beyond is the largest: it would come first */
    g_assert_cmpfloat(number_after(statistics, "\"server\":\"0.0.0.0\",\"conversations\":1,\"commands\":1,"
                                               "\"replies\":0,\"refused\":0,\"bytes\":"),
                      ==, 6 + MIN(pairs, LIMIT_STATISTICS_PAIRS) - 1);
  }
}

static void kinds_of_refusal_beyond_256_are_counted_together(void)
{
  for (uint32_t kinds = LIMIT_STATISTICS_CODES - 1; kinds <= LIMIT_STATISTICS_CODES + 1; kinds++) {
    g_autoptr(Statistics) statistics = statistics_new();
    for (uint32_t i = 0; i < 2 * kinds; i++) {
      Row row = {.kind = LINE_REPLY,
                 .protocol = PROTOCOL_SMTP,
                 .id = i + 1,
                 .reply_class = REPLY_REFUSED,
                 .word = VOCABULARY_UNKNOWN};
      g_autofree char *reply = g_strdup_printf("%u No\r\n", 200 + i % kinds);
      add(statistics, &row, reply, 1, true);
    }
    g_assert_cmpfloat(number_after(statistics, "\"other_refusals\":"), ==,
                      kinds > LIMIT_STATISTICS_CODES ? 2 : 0);
    g_assert_cmpfloat(number_after(statistics, "\"code\":\"200\",\"gloss\":\"\",\"count\":"), ==, 2);
    g_assert_cmpfloat(number_after(statistics, "\"refused\":"), ==, 2 * kinds);
  }
}

static void a_reply_later_than_16384_commands_has_no_delay(void)
{
  for (uint32_t between = LIMIT_STATISTICS_RECENT - 2; between <= LIMIT_STATISTICS_RECENT; between++) {
    g_autoptr(Statistics) statistics = statistics_new();
    for (uint32_t i = 0; i <= between; i++) {
      Row row = {.kind = LINE_COMMAND, .protocol = PROTOCOL_SMTP, .id = i + 1, .time = i * 1000};
      add(statistics, &row, "NOOP\r\n", 1, false);
    }
    Row reply = {.kind = LINE_REPLY,
                 .protocol = PROTOCOL_SMTP,
                 .id = between + 2,
                 .about = 1,
                 .time = 5000000,
                 .answered_word = VOCABULARY_UNKNOWN};
    add(statistics, &reply, "250 Ok\r\n", 1, true);
    bool kept = between < LIMIT_STATISTICS_RECENT;
    g_assert_cmpfloat(number_after(statistics, "\"milliseconds\":"), ==, kept ? 5 : -1);
  }
}

static void a_reply_before_its_command_and_times_that_overflow_have_no_delay(void)
{
  static const Nanoseconds times[][2] = {{5, 4}, {G_MININT64, G_MAXINT64}, {G_MAXINT64, G_MININT64}};
  for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
    g_autoptr(Statistics) statistics = statistics_new();
    Row command = {.kind = LINE_COMMAND, .protocol = PROTOCOL_SMTP, .id = 1, .time = times[i][0]};
    Row reply = {.kind = LINE_REPLY, .protocol = PROTOCOL_SMTP, .id = 2, .about = 1, .time = times[i][1]};
    add(statistics, &command, "NOOP\r\n", 1, true);
    add(statistics, &reply, "250 Ok\r\n", 1, true);
    g_assert_cmpfloat(number_after(statistics, "\"milliseconds\":"), ==, -1);
    g_assert_cmpfloat(number_after(statistics, "\"replies\":"), ==, 1);
  }
}

static void a_code_from_outside_is_made_safe(void)
{
  g_autoptr(Statistics) statistics = statistics_new();
  Row row = {.kind = LINE_REPLY, .protocol = PROTOCOL_IMAP, .id = 1, .reply_class = REPLY_REFUSED};
  add(statistics, &row, "a1 N\x1b[31m\xff\xe2\x80\xaeOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO\r\n", 1, true);
  ByteBuffer out = {0};
  statistics_write_text(statistics, &out);
  Bytes text = byte_buffer_view(&out);
  g_assert_true(g_utf8_validate_len((const char *)text.data, text.length, NULL));
  g_assert_cmpint(bytes_find(text, 0x1b), ==, -1);
  byte_buffer_clear(&out);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/statistics/pairs of hosts beyond 4096 are counted together",
                  pairs_of_hosts_beyond_4096_are_counted_together);
  g_test_add_func("/statistics/kinds of refusal beyond 256 are counted together",
                  kinds_of_refusal_beyond_256_are_counted_together);
  g_test_add_func("/statistics/a reply later than 16384 commands has no delay",
                  a_reply_later_than_16384_commands_has_no_delay);
  g_test_add_func("/statistics/a reply before its command and times that overflow have no delay",
                  a_reply_before_its_command_and_times_that_overflow_have_no_delay);
  g_test_add_func("/statistics/a code from outside is made safe", a_code_from_outside_is_made_safe);
  return g_test_run();
}
