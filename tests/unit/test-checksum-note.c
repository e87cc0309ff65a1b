/* SPDX-License-Identifier: MIT */
/* A wrong checksum is remarked on once per stream and direction, and costs no byte of what was said. */
#include "observe/inspector.h"
#include "wire/packet-build.h"

enum { ETHERNET = 14 };

typedef struct {
  unsigned notes[2]; /* by Direction */
  unsigned lines;
} Seen;

static void take_row(void *owner, const RowEvent *event)
{
  Seen *seen = owner;
  if (event->row->kind == LINE_COMMAND || event->row->kind == LINE_REPLY) seen->lines++;
  if (event->row->kind == LINE_NOTE && event->row->word == NOTE_BAD_CHECKSUM)
    seen->notes[event->row->direction]++;
}

/* What is done to each frame of one side. */
typedef enum { LEFT_AS_IT_IS, WRONG_TCP, WRONG_IP, OPEN_IP, WRONG_AND_CUT } Change;

static void push(Inspector *inspector, const char *text, bool from_server, uint32_t sequence, Change change)
{
  static uint32_t number;
  PacketTemplate template = {.kind = PACKET_TCP, .time_to_live = 64, .window = 1000, .sequence = sequence};
  ip_address_parse(from_server ? "10.0.0.2" : "10.0.0.1", &template.source);
  ip_address_parse(from_server ? "10.0.0.1" : "10.0.0.2", &template.destination);
  template.source_port = from_server ? 25 : 40000;
  template.destination_port = from_server ? 40000 : 25;
  template.flags = TCP_PSH;
  template.payload = bytes_from_string(text);
  uint8_t bytes[256];
  size_t length = packet_build(&template, bytes, sizeof bytes), cut = change == WRONG_AND_CUT ? 1 : 0;
  if (change == WRONG_TCP || change == WRONG_AND_CUT) bytes[ETHERNET + 20 + 17] ^= 0x55;
  if (change == WRONG_IP) bytes[ETHERNET + 11] ^= 0x55;
  if (change == OPEN_IP) bytes[ETHERNET + 10] = bytes[ETHERNET + 11] = 0;
  Frame frame = {.bytes = {bytes, length - cut},
                 .original_length = (uint32_t)length,
                 .number = ++number,
                 .link_type = LINK_TYPE_ETHERNET};
  inspector_push(inspector, &frame);
}

static void wrong_checksums_are_told_once_per_direction(void)
{
  static const struct {
    Change client, server;
    unsigned notes[2];
  } cases[] = {
      {LEFT_AS_IT_IS, LEFT_AS_IT_IS, {0, 0}},
      {WRONG_TCP, LEFT_AS_IT_IS, {1, 0}},
      {LEFT_AS_IT_IS, WRONG_TCP, {0, 1}},
      {WRONG_TCP, WRONG_IP, {1, 1}},
      {WRONG_IP, OPEN_IP, {1, 0}},
      {WRONG_AND_CUT, LEFT_AS_IT_IS, {0, 0}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Seen seen = {0};
    RowSink sink = {.row = take_row, .owner = &seen};
    g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
    push(inspector, "220 mx.example ESMTP\r\n", true, 1, cases[i].server);
    for (uint32_t turn = 0; turn < 50; turn++) {
      push(inspector, "NOOP\r\n", false, 1 + turn * 6, cases[i].client);
      push(inspector, "250 Fine\r\n", true, 23 + turn * 10, cases[i].server);
    }
    inspector_finish(inspector);
    g_assert_cmpuint(seen.notes[DIRECTION_TO_SERVER], ==, cases[i].notes[0]);
    g_assert_cmpuint(seen.notes[DIRECTION_TO_CLIENT], ==, cases[i].notes[1]);
    if (cases[i].client != WRONG_AND_CUT) g_assert_cmpuint(seen.lines, ==, 101);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hardening/26-wrong-checksums-are-told-once-per-direction",
                  wrong_checksums_are_told_once_per_direction);
  return g_test_run();
}
