/* SPDX-License-Identifier: MIT */
/* Recognition of a stream that comes byte by byte: what it costs, and that nothing of it is lost. */
#include "observe/dialogue.h"

#include "base/limits.h"

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
  RowOutput output = {.sink = {take_row, NULL, &rows}};
  gint64 start = g_get_monotonic_time();
  for (int i = 0; i < 100; i++) {
    StreamInfo info = {.server_port = 143, .client_port = 40000};
    Dialogue *dialogue = dialogue_new(&info, &output, 0, false);
    g_assert_true(feed(dialogue, bytes_from_string(noise)));
    dialogue_free(dialogue);
  }
  /* judging all of it again for each byte takes minutes */
  g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
  g_assert_cmpuint(rows, ==, 0);
}

static void what_is_recognised_at_the_end_is_told(void)
{
  GString *said = g_string_new(NULL);
  while (said->len < 700)
    g_string_append(said, "x\r\n");
  g_string_append(said, "a1 CAPABILITY\r\n");
  unsigned rows = 0;
  RowOutput output = {.sink = {take_row, NULL, &rows}};
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

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dialogue/noise byte by byte costs little", noise_byte_by_byte_costs_little);
  g_test_add_func("/dialogue/what is recognised at the end is told", what_is_recognised_at_the_end_is_told);
  return g_test_run();
}
