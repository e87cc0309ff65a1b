/* SPDX-License-Identifier: MIT */
/* Frames made of exchanged bytes are a sound TCP connection: numbers, acknowledgements, sizes, checksums,
 * end. */
#include "wire/checksum.h"
#include "wire/tcp-conversation.h"

/* A peer that believes nothing: keeps its own account of both directions. */
typedef struct {
  GString *summary; /* a line a frame: "C SYN", "S 5 PSH ACK" */
  GByteArray *said[2];
  uint32_t next[2], acknowledged[2];
  uint32_t count;
  guint unacknowledged_segments[2];
  uint16_t port_of_client, mss;
} Judge;

static void put_flags(GString *summary, uint8_t flags)
{
  static const struct {
    uint8_t bit;
    const char *name;
  } names[] = {{TCP_SYN, " SYN"}, {TCP_FIN, " FIN"}, {TCP_RST, " RST"}, {TCP_PSH, " PSH"}, {TCP_ACK, " ACK"}};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if ((flags & names[i].bit) != 0) g_string_append(summary, names[i].name);
}

static void judge_frame(void *owner, const Frame *frame)
{
  Judge *judge = owner;
  Packet packet;
  g_assert_cmpint(packet_parse(frame, &packet), ==, PACKET_TCP);
  g_assert_cmpint(checksum_verify(frame, &packet), ==, CHECKSUM_GOOD);
  g_assert_cmpuint(frame->number, ==, ++judge->count);
  g_assert_cmpuint(frame->bytes.length, <=, 1514);
  g_assert_cmpuint(frame->original_length, ==, frame->bytes.length);
  g_assert_cmpuint(frame->interface_id, ==, 3);
  g_assert_cmpint(frame->time, ==, 77);
  int from = packet.source_port == judge->port_of_client ? TCP_CONVERSATION_CLIENT : TCP_CONVERSATION_SERVER;
  g_assert_cmpuint(packet.sequence, ==, judge->next[from]);
  if ((packet.flags & TCP_ACK) != 0) {
    g_assert_cmpuint(packet.acknowledgement, ==, judge->next[!from]);
    judge->acknowledged[!from] = packet.acknowledgement;
    judge->unacknowledged_segments[!from] = 0;
  }
  g_assert_cmpuint(packet.payload.length, <=, judge->mss);
  g_assert_cmpuint(packet.transport_length, ==, (packet.flags & TCP_SYN) != 0 ? 24 : 20);
  judge->next[from] += (uint32_t)packet.payload.length + ((packet.flags & (TCP_SYN | TCP_FIN)) != 0);
  if (packet.payload.length == judge->mss) g_assert_cmpuint(++judge->unacknowledged_segments[from], <=, 2);
  g_assert_cmpuint(judge->next[from] - judge->acknowledged[from], <, 65535);
  if (packet.payload.length > 0)
    g_byte_array_append(judge->said[from], packet.payload.data, (guint)packet.payload.length);
  g_string_append_c(judge->summary, from == TCP_CONVERSATION_CLIENT ? 'C' : 'S');
  if (packet.payload.length > 0) g_string_append_printf(judge->summary, " %zu", packet.payload.length);
  put_flags(judge->summary, packet.flags);
  g_string_append_c(judge->summary, '\n');
}

static void begin(TcpConversation *conversation, Judge *judge, const char *client, const char *server)
{
  TcpConversationConfig config = {
      .ends = {{.mac = {{2, 0, 0, 0, 0, 1}}, .port = 40000, .initial_sequence = 0xfffffffeu},
               {.mac = {{2, 0, 0, 0, 0, 2}}, .port = 25, .initial_sequence = 1000}},
      .sink = {judge_frame, judge},
      .interface_id = 3,
  };
  g_assert_true(ip_address_parse(client, &config.ends[0].address));
  g_assert_true(ip_address_parse(server, &config.ends[1].address));
  *judge = (Judge){.summary = g_string_new(NULL),
                   .said = {g_byte_array_new(), g_byte_array_new()},
                   .next = {0xfffffffeu, 1000},
                   .acknowledged = {0xfffffffeu, 1000},
                   .port_of_client = 40000,
                   .mss = config.ends[0].address.version == 4 ? 1460 : 1440};
  static uint32_t count;
  count = 0;
  config.frame_count = &count;
  tcp_conversation_init(conversation, &config);
  g_assert_false(tcp_conversation_is_open(conversation));
  tcp_conversation_open(conversation, 77);
  g_assert_true(tcp_conversation_is_open(conversation));
}

static void end(Judge *judge)
{
  g_string_free(judge->summary, TRUE);
  g_byte_array_unref(judge->said[0]);
  g_byte_array_unref(judge->said[1]);
}

static void a_short_talk_is_these_frames(void)
{
  TcpConversation talk;
  Judge judge;
  begin(&talk, &judge, "192.0.2.1", "198.51.100.25");
  tcp_conversation_send(&talk, TCP_CONVERSATION_SERVER, BYTES_LITERAL("220 hello\r\n"), 77);
  tcp_conversation_send(&talk, TCP_CONVERSATION_CLIENT, BYTES_LITERAL("QUIT\r\n"), 77);
  tcp_conversation_send(&talk, TCP_CONVERSATION_CLIENT, BYTES_EMPTY, 77);
  tcp_conversation_send(&talk, TCP_CONVERSATION_SERVER, BYTES_LITERAL("221 bye\r\n"), 77);
  tcp_conversation_finish(&talk, TCP_CONVERSATION_SERVER, 77);
  tcp_conversation_finish(&talk, TCP_CONVERSATION_SERVER, 77);
  g_assert_true(tcp_conversation_is_open(&talk));
  tcp_conversation_send(&talk, TCP_CONVERSATION_CLIENT, BYTES_LITERAL("!"), 77);
  tcp_conversation_finish(&talk, TCP_CONVERSATION_CLIENT, 77);
  g_assert_false(tcp_conversation_is_open(&talk));
  tcp_conversation_reset(&talk, TCP_CONVERSATION_CLIENT, 77);
  g_assert_cmpstr(judge.summary->str, ==,
                  "C SYN\nS SYN ACK\nC ACK\n"
                  "S 11 PSH ACK\nC 6 PSH ACK\nS 9 PSH ACK\nS FIN ACK\nC ACK\n"
                  "C 1 PSH ACK\nC FIN ACK\nS ACK\n");
  end(&judge);
}

static void a_talk_may_be_cut(void)
{
  TcpConversation talk;
  Judge judge;
  begin(&talk, &judge, "192.0.2.1", "198.51.100.25");
  tcp_conversation_reset(&talk, TCP_CONVERSATION_SERVER, 77);
  g_assert_false(tcp_conversation_is_open(&talk));
  g_assert_cmpstr(judge.summary->str, ==, "C SYN\nS SYN ACK\nC ACK\nS RST ACK\n");
  end(&judge);
}

static void long_bytes_are_cut_and_acknowledged(void)
{
  TcpConversation talk;
  Judge judge;
  begin(&talk, &judge, "2001:db8::1", "2001:db8::25");
  g_autofree uint8_t *bytes = g_malloc(1440 * 3);
  memset(bytes, 'x', 1440 * 3);
  tcp_conversation_send(&talk, TCP_CONVERSATION_CLIENT, (Bytes){bytes, 1440 * 3}, 77);
  tcp_conversation_send(&talk, TCP_CONVERSATION_CLIENT, (Bytes){bytes, 1}, 77);
  tcp_conversation_finish(&talk, TCP_CONVERSATION_CLIENT, 77);
  g_assert_cmpstr(judge.summary->str, ==,
                  "C SYN\nS SYN ACK\nC ACK\n"
                  "C 1440 ACK\nC 1440 ACK\nS ACK\nC 1440 PSH ACK\nC 1 PSH ACK\nC FIN ACK\nS ACK\n");
  end(&judge);
}

static void the_bytes_come_out_as_they_went_in(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(25);
  for (guint round = 0; round < 50; round++) {
    TcpConversation talk;
    Judge judge;
    begin(&talk, &judge, round % 2 == 0 ? "192.0.2.1" : "2001:db8::1",
          round % 2 == 0 ? "198.51.100.25" : "2001:db8::25");
    GByteArray *sent[2] = {g_byte_array_new(), g_byte_array_new()};
    for (guint turn = 0; turn < 20; turn++) {
      TcpConversationSide side = g_rand_boolean(random) ? TCP_CONVERSATION_SERVER : TCP_CONVERSATION_CLIENT;
      guint start = sent[side]->len, length = (guint)g_rand_int_range(random, 0, turn == 7 ? 200000 : 4000);
      g_byte_array_set_size(sent[side], start + length);
      for (guint i = 0; i < length; i++)
        sent[side]->data[start + i] = (uint8_t)g_rand_int(random);
      g_autofree uint8_t *exact = g_memdup2(sent[side]->data + start, length);
      tcp_conversation_send(&talk, side, (Bytes){exact, length}, 77);
    }
    for (int side = 0; side < 2; side++) {
      tcp_conversation_finish(&talk, (TcpConversationSide)side, 77);
      g_assert_true(bytes_equal((Bytes){judge.said[side]->data, judge.said[side]->len},
                                (Bytes){sent[side]->data, sent[side]->len}));
      g_assert_cmpuint(judge.acknowledged[side], ==, judge.next[side]);
      g_byte_array_unref(sent[side]);
    }
    end(&judge);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tcp-conversation/a short talk is these frames", a_short_talk_is_these_frames);
  g_test_add_func("/tcp-conversation/a talk may be cut", a_talk_may_be_cut);
  g_test_add_func("/tcp-conversation/long bytes are cut and acknowledged",
                  long_bytes_are_cut_and_acknowledged);
  g_test_add_func("/tcp-conversation/the bytes come out as they went in", the_bytes_come_out_as_they_went_in);
  return g_test_run();
}
