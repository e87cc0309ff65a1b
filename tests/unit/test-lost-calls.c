/* SPDX-License-Identifier: MIT */
/* A call to a port for mail that is refused, or that nobody answers, is told; a lost packet alone is not. */
#include "observe/inspector.h"
#include "wire/packet-build.h"

typedef struct {
  char side; /* 'c' the client sends, 's' the server */
  uint8_t flags;
  int64_t at; /* milliseconds */
  const char *text;
  bool headers_only; /* the capture holds no more of it */
} Step;

static void push(Inspector *inspector, const Step *step, uint16_t port, uint32_t number)
{
  bool server = step->side == 's';
  PacketTemplate template = {.kind = PACKET_TCP, .time_to_live = 64, .window = 1000, .flags = step->flags};
  ip_address_parse(server ? "10.0.0.2" : "10.0.0.1", &template.source);
  ip_address_parse(server ? "10.0.0.1" : "10.0.0.2", &template.destination);
  template.source_port = server ? port : 40000;
  template.destination_port = server ? 40000 : port;
  template.sequence = (step->flags & TCP_SYN) != 0 ? 100 : (step->flags & TCP_RST) != 0 ? 0 : 101;
  template.acknowledgement = (step->flags & TCP_ACK) != 0 ? 101 : 0;
  template.payload = step->text == NULL ? BYTES_EMPTY : bytes_from_string(step->text);
  uint8_t bytes[256];
  size_t length = packet_build(&template, bytes, sizeof bytes);
  size_t cut = step->headers_only ? template.payload.length : 0;
  Frame frame = {.bytes = {bytes, length - cut},
                 .original_length = (uint32_t)length,
                 .time = step->at * NANOSECONDS_PER_MILLISECOND,
                 .number = number,
                 .link_type = LINK_TYPE_ETHERNET};
  inspector_push(inspector, &frame);
}

/* Writes s for a line of the conversation as a whole, n for a note by its code, l for what was said. */
static void take_row(void *owner, const RowEvent *event)
{
  GString *seen = owner;
  const Row *row = event->row;
  if (row->kind == LINE_SESSION)
    g_string_append_printf(seen, "%s%s ", stream_state_name((StreamState)row->word),
                           (row->flags & LINE_CAME_TO_NOTHING) != 0 ? "-nothing" : "");
  else if (row->kind == LINE_NOTE)
    g_string_append_printf(seen, "%s>%u ", note_text((NoteCode)row->word)->code, row->about);
  else
    g_string_append(seen, "line ");
}

#define CALL(time)                                                                                           \
  {                                                                                                          \
    .side = 'c', .flags = TCP_SYN, .at = time                                                                \
  }
#define CALLED                                                                                               \
  {                                                                                                          \
    .side = 's', .flags = TCP_SYN | TCP_ACK, .at = 20000                                                     \
  }
#define REFUSED(time)                                                                                        \
  {                                                                                                          \
    .side = 's', .flags = TCP_RST | TCP_ACK, .at = time                                                      \
  }
#define SAID                                                                                                 \
  {                                                                                                          \
    .side = 's', .flags = TCP_ACK | TCP_PSH, .at = 20001, .text = "220 mx.example ESMTP\r\n"                 \
  }
#define SAID_UNHEARD                                                                                         \
  {                                                                                                          \
    .side = 's', .flags = TCP_ACK, .at = 20001, .text = "220 mx.example ESMTP\r\n", .headers_only = true     \
  }

static void calls_that_come_to_nothing_are_told(void)
{
  static const struct {
    uint16_t port;
    Step steps[8];
    const char *want;
  } cases[] = {
      {25, {CALL(0), REFUSED(1)}, "opened connection-refused>1 reset-nothing "},
      {993, {CALL(0), REFUSED(1)}, "opened connection-refused>1 reset-nothing "},
      {443, {CALL(0), REFUSED(1)}, ""},
      {8080, {CALL(0), REFUSED(1)}, ""},
      {25, {CALL(0)}, ""},
      {25, {CALL(0), CALL(1), CALL(2)}, ""}, /* the same on three links */
      {25, {CALL(0), CALL(1000)}, "opened no-answer>1 unfinished-nothing "},
      {25,
       {CALL(0), CALL(1000), CALL(3000), CALL(7000), CALL(15000)},
       "opened no-answer>1 unfinished-nothing "},
      {25, {CALL(0), CALL(1000), REFUSED(1001)}, "opened connection-refused>1 reset-nothing "},
      {25, {CALL(0), CALL(7000), REFUSED(7001)}, "opened no-answer>1 connection-refused>1 reset-nothing "},
      {25, {CALL(0), CALL(1000), CALLED, SAID}, "opened line unfinished "},
      {25, {CALL(0), CALL(7000), CALLED, SAID}, "opened no-answer>1 line unfinished "},
      {25, {CALL(0), CALLED, SAID, REFUSED(20002)}, "opened line unfinished "},
      {25, {CALL(0), CALLED, SAID_UNHEARD}, "opened gap>0 unfinished "}, /* it was said all the same */
      {80, {CALL(0), CALL(1000), CALL(9000)}, ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) seen = g_string_new(NULL);
    RowSink sink = {.row = take_row, .owner = seen};
    g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
    g_test_message("case %zu", i);
    for (uint32_t n = 0; n < G_N_ELEMENTS(cases[i].steps) && cases[i].steps[n].side != 0; n++)
      push(inspector, &cases[i].steps[n], cases[i].port, n + 1);
    inspector_finish(inspector);
    g_assert_cmpstr(seen->str, ==, cases[i].want);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lost-calls/calls that come to nothing are told", calls_that_come_to_nothing_are_told);
  return g_test_run();
}
