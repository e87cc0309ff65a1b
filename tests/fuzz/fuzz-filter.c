/* SPDX-License-Identifier: MIT */
/* Hostile filters: the input is a filter. It is refused with a place inside it, or it and its `not` share out
 * the rows of two conversations, and it judges rows alike that differ in a masked secret alone. */
#include <stdlib.h>

#include "fuzz/fuzz-dialogue.h"
#include "observe/dialogue.h"
#include "observe/filter.h"

static void require(bool holds)
{
  if (!holds) abort();
}

/* What one filter says of each row, a letter each. */
typedef struct {
  Filter *filter, *turned;
  GString *said;
} Judge;

static void judge_row(void *owner, const RowEvent *event)
{
  Judge *judge = owner;
  bool fits = filter_matches(judge->filter, event);
  if (judge->turned != NULL) require(filter_matches(judge->turned, event) != fits);
  g_string_append_c(judge->said, fits ? '1' : '0');
}

/* Lines in turns, the server first; %s stands for the secret. */
static void play(Judge *judge, ProtocolId protocol, const char *const *lines, const char *secret)
{
  static const uint16_t ports[PROTOCOL_COUNT] = {[PROTOCOL_SMTP] = 25, [PROTOCOL_POP3] = 110};
  RowOutput output = {.sink = {.row = judge_row, .owner = judge}};
  StreamInfo info = {.client_port = 40000, .server_port = ports[protocol]};
  ip_address_parse("10.0.0.1", &info.client);
  ip_address_parse("10.0.0.2", &info.server);
  Dialogue *dialogue = dialogue_new(&info, &output, 0, true);
  uint64_t offsets[2] = {0};
  for (uint32_t i = 0; lines[i] != NULL; i++) {
    uint8_t side = i % 2 == 0 ? 1 : 0;
    g_auto(GStrv) parts = g_strsplit(lines[i], "%s", 2);
    g_autofree char *line = g_strconcat(parts[0], parts[1] != NULL ? secret : "", parts[1], NULL);
    StreamChunk chunk = {.bytes = bytes_from_string(line), .offset = offsets[side], .frame = i + 1};
    offsets[side] += chunk.bytes.length;
    dialogue_receive(dialogue, side, &chunk);
  }
  dialogue_end(dialogue, STREAM_CLOSED, (RowStamp){0, 1});
  dialogue_free(dialogue);
}

/* Returns what the filter says of all rows, the caller's to free. */
static GString *judge_all(Filter *filter, Filter *turned, const char *password, const char *base64)
{
  static const char *const smtp[] = {"220 a.test ESMTP\r\n",
                                     "EHLO b.test\r\n",
                                     "250-a.test\r\n250 AUTH PLAIN\r\n",
                                     "AUTH PLAIN %s\r\n",
                                     "535 5.7.8 No\r\n",
                                     "MAIL FROM:<\xff@b.test> \r\n",
                                     "250 Ok\r\n",
                                     "QUIT\r\n",
                                     "221 Bye\r\n",
                                     NULL};
  static const char *const pop3[] = {"+OK ready\r\n", "USER bob\r\n", "+OK\r\n", "PASS %s\r\n",
                                     "-ERR no\r\n",   "QUIT\r\n",     "+OK\r\n", NULL};
  Judge judge = {filter, turned, g_string_new(NULL)};
  play(&judge, PROTOCOL_SMTP, smtp, base64);
  play(&judge, PROTOCOL_POP3, pop3, password);
  require(judge.said->len > 10);
  return judge.said;
}

static void check_fault(const char *text, guint column, const GError *error)
{
  size_t length = strlen(text);
  require(error != NULL && column >= 1 && column <= length + 1);
  require(g_utf8_validate(error->message, -1, NULL) && strpbrk(error->message, "\n\r\x1b\x7f") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *text = bytes_dup_string((Bytes){data, size});
  g_autoptr(GError) error = NULL;
  guint column = 0;
  g_autoptr(Filter) filter = filter_new(text, false, &column, &error);
  if (filter == NULL) {
    check_fault(text, column, error);
    return 0;
  }
  g_autofree char *negation = g_strdup_printf("not (%s)", text);
  g_autoptr(Filter) turned = filter_new(negation, false, NULL, NULL); /* NULL: empty, or as deep as may be */
  GString *one = judge_all(filter, turned, "builder", "AGJvYgBidWlsZGVy");
  GString *other = judge_all(filter, NULL, "wonderland!", "AGJvYgB3b25kZXJsYW5kIQ==");
  /* A pattern that was given up in between judges no more. */
  require(filter_get_surrendered(filter) > 0 || g_string_equal(one, other));
  g_string_free(one, TRUE);
  g_string_free(other, TRUE);
  return 0;
}
