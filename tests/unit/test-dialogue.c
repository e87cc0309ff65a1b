/* SPDX-License-Identifier: MIT */
/* Recognition of a stream that comes byte by byte: what it costs, and that nothing of it is lost; what is
 * remembered of a server; and something else on a mail port. */
#include "observe/dialogue.h"

#include "base/limits.h"
#include "support/cpu-time.h"

static void take_row(void *owner, const RowEvent *event)
{
  (*(unsigned *)owner)++;
  (void)event;
}

/* Feeds bytes of the client one by one. Returns false when the dialogue is of no more use. */
static bool feed(Dialogue *dialogue, Bytes bytes)
{
  bool useful = true;
  for (size_t i = 0; i < bytes.length && useful; i++) {
    StreamChunk chunk = {.bytes = bytes_slice(bytes, i, 1), .offset = i, .frame = (uint32_t)i + 1};
    useful = dialogue_receive(dialogue, 0, &chunk);
  }
  return useful;
}

static void noise_byte_by_byte_costs_little(void)
{
  g_autofree char *noise = g_strnfill(LIMIT_RECOGNITION_BYTES - 1, '\n');
  for (size_t i = 0; i < LIMIT_RECOGNITION_BYTES - 1; i += 2)
    noise[i] = 'x';
  unsigned rows = 0;
  RowOutput output = {.sink = {.row = take_row, .owner = &rows}};
  gint64 start = cpu_time_now();
  for (int i = 0; i < 20; i++) {
    StreamInfo info = {.server_port = 143, .client_port = 40000};
    Dialogue *dialogue = dialogue_new(&info, &output, 0, false);
    g_assert_true(feed(dialogue, bytes_from_string(noise)));
    dialogue_free(dialogue);
  }
  /* judging all of it again for each byte takes minutes */
  g_assert_cmpint(cpu_time_now() - start, <, 20 * G_USEC_PER_SEC);
  g_assert_cmpuint(rows, ==, 0);
}

static void what_is_recognised_at_the_end_is_told(void)
{
  GString *said = g_string_new(NULL);
  while (said->len < 700)
    g_string_append(said, "x\r\n");
  g_string_append(said, "a1 CAPABILITY\r\n");
  unsigned rows = 0;
  RowOutput output = {.sink = {.row = take_row, .owner = &rows}};
  StreamInfo info = {.server_port = 9999, .client_port = 40000};
  Dialogue *dialogue = dialogue_new(&info, &output, 0, false);
  g_assert_true(feed(dialogue, (Bytes){(const uint8_t *)said->str, said->len}));
  dialogue_end(dialogue, STREAM_UNFINISHED, (RowStamp){0, 1});
  g_assert_cmpint(info.protocol, ==, PROTOCOL_IMAP);
  g_assert_cmpuint(output.counts.rows[LINE_COMMAND], ==, 1);
  g_assert_cmpuint(output.counts.rows[LINE_SESSION], ==, 2);
  dialogue_free(dialogue);
  g_string_free(said, TRUE);
}

/* Counts one note. */
typedef struct {
  NoteCode code;
  unsigned seen;
} NoteCount;

static void count_note(void *owner, const RowEvent *event)
{
  NoteCount *count = owner;
  count->seen += event->row->kind == LINE_NOTE && event->row->word == count->code;
}

static void say(Dialogue *dialogue, uint8_t side, const char *text, uint64_t *offset)
{
  StreamChunk chunk = {.bytes = bytes_from_string(text), .offset = *offset, .frame = 1};
  g_assert_true(dialogue_receive(dialogue, side, &chunk));
  *offset += chunk.bytes.length;
}

/* One conversation in which EHLO is answered so. */
static void hear_offer(RowOutput *output, uint16_t port, const char *answer)
{
  StreamInfo info = {.server_port = port, .client_port = 40000};
  g_assert_true(ip_address_parse("192.0.2.1", &info.server));
  Dialogue *dialogue = dialogue_new(&info, output, 0, true);
  uint64_t offsets[2] = {0};
  say(dialogue, 1, "220 mail ESMTP\r\n", &offsets[1]);
  say(dialogue, 0, "EHLO a\r\n", &offsets[0]);
  say(dialogue, 1, answer, &offsets[1]);
  dialogue_end(dialogue, STREAM_CLOSED, (RowStamp){0, 1});
  dialogue_free(dialogue);
}

static void a_missing_offer_is_noticed(void)
{
  NoteCount count = {.code = NOTE_STARTTLS_MISSING};
  RowOutput output = {.sink = {.row = count_note, .owner = &count}, .servers = server_table_new()};
  hear_offer(&output, 25, "250-mail\r\n250 SIZE\r\n");
  hear_offer(&output, 25, "250-mail\r\n250 STARTTLS\r\n");
  hear_offer(&output, 25, "250-mail\r\n250 STARTTLS\r\n");
  hear_offer(&output, 587, "250-mail\r\n250 SIZE\r\n");
  hear_offer(&output, 25, "550 go away\r\n");
  g_assert_cmpuint(count.seen, ==, 0);
  hear_offer(&output, 25, "250-mail\r\n250 SIZE\r\n");
  g_assert_cmpuint(count.seen, ==, 1);
  server_table_free(output.servers);
  output.servers = NULL;
  hear_offer(&output, 25, "250 mail\r\n");
  g_assert_cmpuint(count.seen, ==, 1);
}

static void the_servers_remembered_are_bounded(void)
{
  ServerTable *table = server_table_new();
  ServerMemory *first = NULL;
  for (uint32_t i = 0; i < LIMIT_SERVERS_REMEMBERED; i++) {
    IpAddress address = {.version = 4, .bytes = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}};
    ServerMemory *memory = server_table_find(table, &address, 25);
    g_assert_nonnull(memory);
    g_assert_false(memory->offered_starttls);
    memory->offered_starttls = true;
    if (i == 0) first = memory;
  }
  IpAddress known = {.version = 4, .bytes = {10, 0, 0, 0}}, other = {.version = 4, .bytes = {10, 1, 0, 0}};
  g_assert_true(server_table_find(table, &known, 25) == first);
  g_assert_true(first->offered_starttls);
  g_assert_null(server_table_find(table, &other, 25));
  g_assert_null(server_table_find(table, &known, 26));
  server_table_free(table);
}

/* Writes down the kinds of rows: s session, n the note that something else is spoken, x all other. */
static void write_kind(void *owner, const RowEvent *event)
{
  const Row *row = event->row;
  bool note = row->kind == LINE_NOTE && row->word == NOTE_OTHER_PROTOCOL;
  g_assert_true(!note || row->about == row->id - 1);
  g_string_append_c(owner, row->kind == LINE_SESSION ? 's' : note ? 'n' : 'x');
}

static void another_protocol_on_a_mail_port_is_told(void)
{
  static const struct {
    const char *server, *client;
    uint16_t port;
    bool from_start;
    const char *rows;
  } cases[] = {
      {"", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 25, true, "snxxs"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "", 110, true, "sns"},
      {"220 ftp.example ready\r\n", "USER anonymous\r\nPASS secret\r\n", 2525, true, "sns"},
      {"200 news.example ready\r\n", "MODE READER\r\n", 143, true, "sns"},
      {"", "\x01\x02\x03", 587, true, "sns"},
      {"", "GET / HTTP/1.1\r\n\r\n", 8080, true, "sxxs"},
      {"", "\x17\x03\x03", 25, false, "ss"},
      {"220 mail ESMTP\r\n", "QUIT\r\n", 25, true, "sxxs"},
      {"220 hello\r\n", "", 25, true, "sxs"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) kinds = g_string_new(NULL);
    RowOutput output = {.sink = {.row = write_kind, .owner = kinds}};
    StreamInfo info = {.server_port = cases[i].port, .client_port = 40000};
    Dialogue *dialogue = dialogue_new(&info, &output, 0, cases[i].from_start);
    Bytes said[2] = {bytes_from_string(cases[i].client), bytes_from_string(cases[i].server)};
    bool useful = true;
    for (int side = 1; side >= 0; side--)
      for (size_t at = 0; useful && at < said[side].length; at++) {
        StreamChunk chunk = {.bytes = bytes_slice(said[side], at, 1), .offset = at, .frame = 1};
        useful = dialogue_receive(dialogue, (uint8_t)side, &chunk);
      }
    if (useful) dialogue_end(dialogue, STREAM_CLOSED, (RowStamp){0, 1});
    g_test_message("case %zu", i);
    g_assert_cmpstr(kinds->str, ==, cases[i].rows);
    dialogue_free(dialogue);
  }
}

/* However much of it comes: two rows, a note, nothing kept. */
static void another_protocol_costs_nothing(void)
{
  g_autoptr(GString) kinds = g_string_new(NULL);
  RowOutput output = {.sink = {.row = write_kind, .owner = kinds}};
  StreamInfo info = {.server_port = 25, .client_port = 40000};
  Dialogue *dialogue = dialogue_new(&info, &output, 0, true);
  g_autofree char *noise = g_strnfill(65536, '\x01');
  for (uint64_t i = 0; i < 1000; i++) {
    StreamChunk chunk = {.bytes = bytes_from_string(noise), .offset = i * 65536, .frame = 1};
    g_assert_true(dialogue_receive(dialogue, i % 2, &chunk));
  }
  dialogue_end(dialogue, STREAM_CLOSED, (RowStamp){0, 1});
  g_assert_cmpstr(kinds->str, ==, "sns");
  dialogue_free(dialogue);
}

/* A gap before the first bytes may have taken the words that would tell. */
static void a_lost_beginning_is_not_called_another_protocol(void)
{
  g_autoptr(GString) kinds = g_string_new(NULL);
  RowOutput output = {.sink = {.row = write_kind, .owner = kinds}};
  StreamInfo info = {.server_port = 25, .client_port = 40000};
  Dialogue *dialogue = dialogue_new(&info, &output, 0, true);
  dialogue_gap(dialogue, 0, 0, 100, (RowStamp){0, 1});
  StreamChunk chunk = {.bytes = BYTES_LITERAL("\x01\x02\x03\n"), .offset = 100, .frame = 2};
  g_assert_false(dialogue_receive(dialogue, 0, &chunk));
  g_assert_cmpuint(kinds->len, ==, 0);
  dialogue_free(dialogue);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dialogue/noise byte by byte costs little", noise_byte_by_byte_costs_little);
  g_test_add_func("/dialogue/what is recognised at the end is told", what_is_recognised_at_the_end_is_told);
  g_test_add_func("/dialogue/a server that offered STARTTLS before is remembered",
                  a_missing_offer_is_noticed);
  g_test_add_func("/server-table/no more servers are remembered than the limit",
                  the_servers_remembered_are_bounded);
  g_test_add_func("/hardening/27-something-else-on-a-mail-port-is-told",
                  another_protocol_on_a_mail_port_is_told);
  g_test_add_func("/hardening/27-something-else-on-a-mail-port-costs-nothing",
                  another_protocol_costs_nothing);
  g_test_add_func("/hardening/27-a-lost-beginning-is-not-called-something-else",
                  a_lost_beginning_is_not_called_another_protocol);
  return g_test_run();
}
