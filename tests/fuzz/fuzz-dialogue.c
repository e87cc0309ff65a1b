/* SPDX-License-Identifier: MIT */
/* Conversations made of a fuzzer's bytes. */
#include "fuzz/fuzz-dialogue.h"

#include <stdlib.h>

#include "fuzz/fuzz-rows.h"
#include "observe/dialogue.h"

#define STEP 0xff
#define LOCAL_PORT 40000

typedef struct {
  Dialogue *dialogue;
  uint64_t offset[2];
  uint32_t frame;
  bool over; /* judged to be no mail */
} Conversation;

static void say(Conversation *conversation, uint8_t side, Bytes bytes)
{
  if (bytes.length == 0 || conversation->over) return;
  conversation->frame++;
  /* a copy of its own size, so that a read past its end is seen */
  g_autofree uint8_t *copy = g_memdup2(bytes.data, bytes.length);
  StreamChunk chunk = {.bytes = {copy, bytes.length},
                       .offset = conversation->offset[side],
                       .time = conversation->frame,
                       .frame = conversation->frame,
                       .frame_length = (uint32_t)bytes.length,
                       .link_type = LINK_TYPE_RAW};
  conversation->offset[side] += bytes.length;
  conversation->over = !dialogue_receive(conversation->dialogue, side, &chunk);
}

static void lose(Conversation *conversation, uint8_t side, uint8_t exponent)
{
  if (conversation->over) return;
  uint64_t length = UINT64_C(1) << (exponent & 31);
  RowStamp stamp = {conversation->frame, conversation->frame};
  dialogue_gap(conversation->dialogue, side, conversation->offset[side], length, stamp);
  conversation->offset[side] += length;
}

/* Feeds all steps. */
static void converse(Conversation *conversation, Bytes input)
{
  static const uint8_t marker = STEP;
  uint8_t side = 0;
  while (input.length > 0) {
    ptrdiff_t step = bytes_find(input, marker);
    if (step < 0 || (size_t)step + 1 >= input.length) {
      say(conversation, side, input);
      return;
    }
    say(conversation, side, bytes_slice(input, 0, (size_t)step));
    uint8_t kind = input.data[step + 1];
    input = bytes_skip(input, (size_t)step + 2);
    if (kind == 'C' || kind == 'S') side = kind == 'S';
    if (kind == STEP) say(conversation, side, (Bytes){&marker, 1});
    if ((kind == 'c' || kind == 's') && input.length > 0) {
      lose(conversation, kind == 's', input.data[0]);
      input = bytes_skip(input, 1);
    }
  }
}

void fuzz_dialogue(ProtocolId protocol, const uint8_t *data, size_t size)
{
  FuzzRows rows;
  fuzz_rows_init(&rows);
  DecodeAs rule = {LOCAL_PORT, protocol};
  g_autoptr(GArray) rules = g_array_new(FALSE, FALSE, sizeof rule);
  if (protocol != PROTOCOL_NONE) g_array_append_val(rules, rule);
  RowOutput output = {.sink = fuzz_rows_get_sink(&rows), .decode_as = rules};
  StreamInfo info = {.client_port = 50000, .server_port = LOCAL_PORT};
  ip_address_parse("192.0.2.1", &info.client);
  ip_address_parse("192.0.2.2", &info.server);
  Conversation conversation = {.dialogue = dialogue_new(&info, &output, 0, (size & 1) == 0)};
  converse(&conversation, (Bytes){data, size});
  if (!conversation.over)
    dialogue_end(conversation.dialogue, STREAM_CLOSED, (RowStamp){conversation.frame, conversation.frame});
  dialogue_free(conversation.dialogue);
  fuzz_rows_check(&rows);
  fuzz_rows_clear(&rows);
}
