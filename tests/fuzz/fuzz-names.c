/* SPDX-License-Identifier: MIT */
/* Hostile DNS datagrams and HTTP, POP2 and TLS conversations, and any conversation told by its content: the
 * first byte chooses. */
#include "fuzz/fuzz-dialogue.h"
#include "fuzz/fuzz-rows.h"
#include "observe/dialogue.h"
#include "protocol/registry.h"

/* Each piece is a datagram: a length byte, then so many bytes; the highest bit tells the side. */
static void send_datagrams(Bytes input)
{
  FuzzRows rows;
  fuzz_rows_init(&rows);
  RowOutput output = {.sink = fuzz_rows_get_sink(&rows)};
  StreamInfo info = {.udp = true, .client_port = 50000, .server_port = 53};
  Dialogue *dialogue = dialogue_new_datagrams(&info, &output, 0, PROTOCOL_DNS);
  uint64_t offset[2] = {0};
  for (uint32_t frame = 1; input.length > 2; frame++) {
    uint8_t side = input.data[0] >> 7;
    size_t length = (size_t)(input.data[0] & 0x7f) << 8 | input.data[1];
    Bytes datagram = bytes_slice(input, 2, length);
    input = bytes_skip(input, 2 + datagram.length);
    if (datagram.length == 0) continue;
    g_autofree uint8_t *copy = g_memdup2(datagram.data, datagram.length);
    StreamChunk chunk = {
        .bytes = {copy, datagram.length}, .offset = offset[side], .frame = frame, .time = frame};
    offset[side] += datagram.length;
    dialogue_receive(dialogue, side, &chunk);
  }
  dialogue_end(dialogue, STREAM_UNFINISHED, (RowStamp){0, 1});
  dialogue_free(dialogue);
  fuzz_rows_check(&rows);
  fuzz_rows_clear(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const ProtocolId protocols[] = {PROTOCOL_HTTP, PROTOCOL_POP2, PROTOCOL_TLS, PROTOCOL_DNS,
                                         PROTOCOL_NONE};
  if (size == 0) return 0;
  size_t choice = data[0] % (G_N_ELEMENTS(protocols) + 1);
  if (choice == G_N_ELEMENTS(protocols))
    send_datagrams((Bytes){data + 1, size - 1});
  else if (registry_get(protocols[choice]) != NULL || protocols[choice] == PROTOCOL_NONE)
    fuzz_dialogue(protocols[choice], data + 1, size - 1);
  return 0;
}
