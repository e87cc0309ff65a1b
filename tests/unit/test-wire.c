/* SPDX-License-Identifier: MIT */
/* Packets built and parsed, and with each header made to lie. */
#include "test-wire-packets.h"

static const uint8_t mss[] = PACKET_MSS_OPTION(1460);

static void what_is_built_is_parsed_back(void)
{
  static const struct {
    PacketKind kind;
    const char *source, *destination;
    Bytes options;
    size_t network, transport;
  } cases[] = {
      {PACKET_TCP, "10.0.0.1", "10.0.0.2", {NULL, 0}, 20, 20},
      {PACKET_TCP, "10.0.0.1", "10.0.0.2", {mss, 4}, 20, 24},
      {PACKET_TCP, "10.0.0.1", "10.0.0.2", {mss, 3}, 20, 24},
      {PACKET_TCP, "2001:db8::1", "2001:db8::2", {mss, 4}, 40, 24},
      {PACKET_UDP, "10.0.0.1", "10.0.0.53", {NULL, 0}, 20, 8},
      {PACKET_UDP, "2001:db8::1", "2001:db8::53", {NULL, 0}, 40, 8},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    PacketTemplate template = template_of(cases[i].kind, cases[i].source, cases[i].destination);
    template.options = cases[i].options;
    uint8_t out[256];
    size_t length = packet_build(&template, out, sizeof out);
    g_assert_cmpuint(length, ==, ETHERNET + cases[i].network + cases[i].transport + template.payload.length);
    g_assert_cmpuint(packet_build(&template, out, length), ==, length);
    g_assert_cmpuint(packet_build(&template, out, length - 1), ==, 0);
    Packet packet;
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, out, length, length, &packet), ==, cases[i].kind);
    g_assert_true(ip_address_equal(&packet.source, &template.source));
    g_assert_true(ip_address_equal(&packet.destination, &template.destination));
    g_assert_cmpuint(packet.source_port, ==, 40000);
    g_assert_cmpuint(packet.destination_port, ==, 25);
    bool tcp = cases[i].kind == PACKET_TCP;
    g_assert_cmphex(packet.sequence, ==, tcp ? 0xfffffff0 : 0);
    g_assert_cmpuint(packet.acknowledgement, ==, tcp ? 7 : 0);
    g_assert_cmphex(packet.flags, ==, tcp ? TCP_PSH | TCP_ACK : 0);
    g_assert_cmpuint(packet.window, ==, tcp ? 64240 : 0);
    g_assert_cmpuint(packet.network_length, ==, cases[i].network);
    g_assert_cmpuint(packet.transport_length, ==, cases[i].transport);
    g_assert_true(bytes_equal(packet.payload, template.payload));
    g_assert_cmpuint(packet.payload_length, ==, template.payload.length);
    Frame frame = {
        .bytes = {out, length}, .original_length = (uint32_t)length, .link_type = LINK_TYPE_ETHERNET};
    packet_parse(&frame, &packet);
    g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_GOOD);
    if (cases[i].network == 20)
      g_assert_cmphex(checksum_finish(checksum_add(0, (Bytes){out + ETHERNET, 20})), ==, 0);
    out[length - 1] ^= 1;
    g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_BAD);
  }
}

static void checksums_left_to_the_card_are_no_error(void)
{
  PacketTemplate template = default_template();
  uint8_t out[256];
  size_t length = packet_build(&template, out, sizeof out), segment = length - ETHERNET - 20;
  Frame frame = {
      .bytes = {out, length}, .original_length = (uint32_t)length, .link_type = LINK_TYPE_ETHERNET};
  Packet packet;
  packet_parse(&frame, &packet);
  uint16_t pseudo = (uint16_t)~checksum_finish(
      checksum_add_pseudo_header(0, &template.source, &template.destination, 6, segment));
  out[ETHERNET + 36] = (uint8_t)(pseudo >> 8);
  out[ETHERNET + 37] = (uint8_t)pseudo;
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_OFFLOAD);
  /* a card that cuts a large segment adds the length of each part itself */
  pseudo = (uint16_t)~checksum_finish(
      checksum_add_pseudo_header(0, &template.source, &template.destination, 6, 0));
  out[ETHERNET + 36] = (uint8_t)(pseudo >> 8);
  out[ETHERNET + 37] = (uint8_t)pseudo;
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_OFFLOAD);
  out[ETHERNET + 36] = out[ETHERNET + 37] = 0;
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_UNKNOWN);
  frame.bytes.length -= 5;
  packet_parse(&frame, &packet);
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_UNKNOWN);
  template.kind = PACKET_UDP;
  length = packet_build(&template, out, sizeof out);
  frame.bytes.length = length;
  frame.original_length = (uint32_t)length;
  out[ETHERNET + 26] = out[ETHERNET + 27] = 0;
  packet_parse(&frame, &packet);
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_ABSENT);
}

static void a_wrong_ip_header_checksum_is_bad_but_an_open_one_is_not(void)
{
  PacketTemplate template = default_template();
  uint8_t out[256];
  size_t length = packet_build(&template, out, sizeof out);
  Frame frame = {
      .bytes = {out, length}, .original_length = (uint32_t)length, .link_type = LINK_TYPE_ETHERNET};
  Packet packet;
  out[ETHERNET + 8]--; /* hops left: in no other checksum */
  g_assert_cmpint(packet_parse(&frame, &packet), ==, PACKET_TCP);
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_BAD);
  out[ETHERNET + 10] = out[ETHERNET + 11] = 0;
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_GOOD);
  out[ETHERNET + 2] = out[ETHERNET + 3] = 0; /* a large segment */
  g_assert_cmpint(packet_parse(&frame, &packet), ==, PACKET_TCP);
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_UNKNOWN);
}

/* A source route holds the destination that the sum was made with: nobody can tell. */
static void a_checksum_behind_ip_options_is_not_judged(void)
{
  PacketTemplate template = default_template();
  uint8_t out[256], options[260];
  size_t length = packet_build(&template, out, sizeof out);
  memcpy(options, out, ETHERNET + 20);
  memset(options + ETHERNET + 20, 1, 4); /* four times "no operation" */
  memcpy(options + ETHERNET + 24, out + ETHERNET + 20, length - ETHERNET - 20);
  options[ETHERNET] = 0x46;
  options[ETHERNET + 3] = (uint8_t)(options[ETHERNET + 3] + 4);
  length += 4;
  Frame frame = {
      .bytes = {options, length}, .original_length = (uint32_t)length, .link_type = LINK_TYPE_ETHERNET};
  Packet packet;
  g_assert_cmpint(packet_parse(&frame, &packet), ==, PACKET_TCP);
  g_assert_cmpuint(packet.network_length, ==, 24);
  g_assert_cmpint(checksum_verify(&frame, &packet), ==, CHECKSUM_UNKNOWN);
}

static void the_largest_payload_fits_and_one_more_does_not(void)
{
  uint8_t *payload = g_malloc0(65536), *out = g_malloc(BUFFER);
  PacketTemplate template = default_template();
  template.payload = (Bytes){payload, 65535 - 40};
  g_assert_cmpuint(packet_build(&template, out, BUFFER), ==, 65535 + ETHERNET);
  Packet packet;
  g_assert_cmpint(parse(LINK_TYPE_ETHERNET, out, 65535 + ETHERNET, 0, &packet), ==, PACKET_TCP);
  g_assert_cmpuint(packet.payload_length, ==, 65535 - 40);
  template.payload.length++;
  g_assert_cmpuint(packet_build(&template, out, BUFFER), ==, 0);
  g_free(payload);
  g_free(out);
}

static void padding_is_never_data(void)
{
  PacketTemplate template = default_template();
  template.payload = BYTES_EMPTY;
  static const char *const sources[] = {"10.0.0.1", "2001:db8::1"};
  for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
    uint8_t frame[128] = {0};
    ip_address_parse(sources[i], &template.source);
    template.destination = template.source;
    size_t length = packet_build(&template, frame, sizeof frame);
    Packet packet;
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length + 6, length + 6, &packet), ==, PACKET_TCP);
    g_assert_cmpuint(packet.payload.length, ==, 0);
    g_assert_cmpuint(packet.payload_length, ==, 0);
  }
}

typedef struct {
  const char *name;
  size_t offset; /* in the frame */
  uint16_t value;
  PacketKind want;
  ptrdiff_t payload; /* bytes more than the true ones, where the kind is TCP or UDP */
} Mutation;

static void check_mutations(const PacketTemplate *template, const Mutation *mutations, size_t count,
                            size_t extra)
{
  for (size_t i = 0; i < count; i++) {
    uint8_t frame[256] = {0};
    size_t length = packet_build(template, frame, sizeof frame) + extra;
    frame[mutations[i].offset] = (uint8_t)(mutations[i].value >> 8);
    frame[mutations[i].offset + 1] = (uint8_t)mutations[i].value;
    Packet packet;
    g_test_message("%s", mutations[i].name);
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==, mutations[i].want);
    if (mutations[i].want != PACKET_TCP && mutations[i].want != PACKET_UDP) continue;
    g_assert_cmpint((ptrdiff_t)packet.payload.length, ==,
                    (ptrdiff_t) template->payload.length + mutations[i].payload);
    g_assert_cmpuint(packet.payload_length, ==, packet.payload.length);
  }
}

static void headers_that_lie_are_damage(void)
{
  static const Mutation ipv4[] = {
      {"an 802.3 length", 12, 0x0026, PACKET_OTHER, 0},
      {"ARP", 12, 0x0806, PACKET_OTHER, 0},
      {"IPv6 type over IPv4", 12, 0x86dd, PACKET_DAMAGED, 0},
      {"version 5", 14, 0x5500, PACKET_DAMAGED, 0},
      {"header of 4 words", 14, 0x4400, PACKET_DAMAGED, 0},
      {"header into the payload", 14, 0x4f00, PACKET_DAMAGED, 0},
      {"total length of 19", 16, 19, PACKET_DAMAGED, 0},
      {"total length of the header alone", 16, 20, PACKET_DAMAGED, 0},
      {"total length one short of TCP", 16, 39, PACKET_DAMAGED, 0},
      {"no payload", 16, 40, PACKET_TCP, -19},
      {"total length of all", 16, 40 + 19 + 4, PACKET_TCP, 4},
      {"one more than all", 16, 40 + 19 + 5, PACKET_DAMAGED, 0},
      {"total length 0: a large segment", 16, 0, PACKET_TCP, 4},
      {"more fragments", 20, 0x2000, PACKET_OTHER, 0},
      {"a later fragment", 20, 0x0001, PACKET_OTHER, 0},
      {"reserved and don't fragment bits", 20, 0xc000, PACKET_TCP, 0},
      {"ICMP", 22, 0x4001, PACKET_OTHER, 0},
      {"TCP header of 4 words", 46, 0x4018, PACKET_DAMAGED, 0},
      {"TCP header of 9 words", 46, 0x9018, PACKET_TCP, -16},
      {"TCP header beyond the segment", 46, 0xa018, PACKET_DAMAGED, 0},
  };
  PacketTemplate template = default_template();
  check_mutations(&template, ipv4, G_N_ELEMENTS(ipv4), 4);
  static const Mutation udp[] = {
      {"UDP length of 7", 38, 7, PACKET_DAMAGED, 0},      {"UDP length of 8", 38, 8, PACKET_UDP, -19},
      {"UDP length one more", 38, 28, PACKET_DAMAGED, 0}, {"UDP length of 0", 38, 0, PACKET_UDP, 0},
      {"UDP length one less", 38, 26, PACKET_UDP, -1},
  };
  template.kind = PACKET_UDP;
  check_mutations(&template, udp, G_N_ELEMENTS(udp), 4);
  static const Mutation ipv6[] = {
      {"IPv4 type over IPv6", 12, 0x0800, PACKET_DAMAGED, 0},
      {"payload length 0: a large segment", 18, 0, PACKET_TCP, 4},
      {"payload length one more than all", 18, 20 + 19 + 5, PACKET_DAMAGED, 0},
      {"payload length of all", 18, 20 + 19 + 4, PACKET_TCP, 4},
      {"payload length under TCP's header", 18, 19, PACKET_DAMAGED, 0},
      {"no next header", 20, 0x3b40, PACKET_OTHER, 0},
      {"ESP", 20, 0x3240, PACKET_OTHER, 0},
      {"ICMPv6", 20, 0x3a40, PACKET_OTHER, 0},
      {"an extension beyond the end", 20, 0x0040, PACKET_DAMAGED, 0},
  };
  template = template_of(PACKET_TCP, "2001:db8::1", "2001:db8::2");
  check_mutations(&template, ipv6, G_N_ELEMENTS(ipv6), 4);
}

static void fragments_say_so(void)
{
  PacketTemplate template = default_template();
  uint8_t frame[256];
  size_t length = packet_build(&template, frame, sizeof frame);
  Packet packet;
  frame[20] = 0x20;
  g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==, PACKET_OTHER);
  g_assert_true(packet.fragment);
  g_assert_true(ip_address_equal(&packet.source, &template.source));
  frame[20] = 0;
  g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==, PACKET_TCP);
  g_assert_false(packet.fragment);
}

/* Builds an IPv6 frame with a chain of extension headers before TCP; returns its length. */
static size_t make_chain(const uint8_t *types, size_t count, uint16_t fragment_field, uint8_t *out)
{
  PacketTemplate template = template_of(PACKET_TCP, "2001:db8::1", "2001:db8::2");
  uint8_t plain[256];
  size_t length = packet_build(&template, plain, sizeof plain);
  memcpy(out, plain, ETHERNET + 40);
  uint8_t *next = out + ETHERNET + 6, *at = out + ETHERNET + 40;
  for (size_t i = 0; i < count; i++) {
    *next = types[i];
    memset(at, 0, 8);
    if (types[i] == 44) {
      at[2] = (uint8_t)(fragment_field >> 8);
      at[3] = (uint8_t)fragment_field;
    }
    next = at;
    at += 8;
  }
  *next = 6;
  memcpy(at, plain + ETHERNET + 40, length - ETHERNET - 40);
  size_t whole = length + count * 8;
  out[ETHERNET + 4] = (uint8_t)((whole - ETHERNET - 40) >> 8);
  out[ETHERNET + 5] = (uint8_t)(whole - ETHERNET - 40);
  return whole;
}

static void extension_headers_are_walked_to_their_cap(void)
{
  static const uint8_t one_of_each[] = {0, 60, 43, 44, 51, 135, 139, 140, 60};
  uint8_t frame[1024], types[LIMIT_IPV6_EXTENSIONS + 1];
  Packet packet;
  size_t length = make_chain(one_of_each, sizeof one_of_each, 0, frame);
  g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==, PACKET_TCP);
  g_assert_cmpuint(packet.network_length, ==, 40 + 8 * sizeof one_of_each);
  for (size_t cut = 0; cut < length - 19; cut++)
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, cut, length, &packet), ==, PACKET_DAMAGED);
  static const uint16_t fragments[] = {0x0001, 0x0008, 0xfff8};
  for (size_t i = 0; i < G_N_ELEMENTS(fragments); i++) {
    length = make_chain(one_of_each, sizeof one_of_each, fragments[i], frame);
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==, PACKET_OTHER);
    g_assert_true(packet.fragment);
  }
  memset(types, 60, sizeof types);
  for (size_t count = LIMIT_IPV6_EXTENSIONS - 1; count <= LIMIT_IPV6_EXTENSIONS + 1; count++) {
    length = make_chain(types, count, 0, frame);
    PacketKind want = count <= LIMIT_IPV6_EXTENSIONS ? PACKET_TCP : PACKET_DAMAGED;
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==, want);
  }
}

static void vlan_tags_are_walked_to_their_cap(void)
{
  PacketTemplate template = default_template();
  for (size_t count = LIMIT_VLAN_TAGS - 1; count <= LIMIT_VLAN_TAGS + 1; count++) {
    uint8_t frame[256], tagged[256];
    size_t length = packet_build(&template, frame, sizeof frame);
    memcpy(tagged, frame, 12);
    for (size_t i = 0; i < count; i++)
      memcpy(tagged + 12 + i * 4, "\x81\x00\x00\x01", 4);
    memcpy(tagged + 12 + count * 4, frame + 12, length - 12);
    length += count * 4;
    Packet packet;
    PacketKind want = count <= LIMIT_VLAN_TAGS ? PACKET_TCP : PACKET_DAMAGED;
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, tagged, length, length, &packet), ==, want);
  }
}

static void tunnels_are_walked_to_their_cap(void)
{
  static const uint8_t outer[20] = {0x45, [8] = 64, [9] = 4, [12] = 1, [16] = 2};
  PacketTemplate template = default_template();
  uint8_t inner[256], frame[1024];
  size_t length = packet_build(&template, inner, sizeof inner) - ETHERNET;
  for (size_t headers = LIMIT_TUNNELS - 1; headers <= LIMIT_TUNNELS + 1; headers++) {
    for (size_t i = 0; i + 1 < headers; i++)
      memcpy(frame + i * 20, outer, 20);
    memcpy(frame + (headers - 1) * 20, inner + ETHERNET, length);
    size_t whole = (headers - 1) * 20 + length;
    Packet packet;
    PacketKind want = headers <= LIMIT_TUNNELS ? PACKET_TCP : PACKET_DAMAGED;
    g_assert_cmpint(parse(LINK_TYPE_RAW, frame, whole, whole, &packet), ==, want);
  }
}

/* Options are not read, so no option can lie; only their length counts, and it is the header's. */
static void odd_tcp_options_change_nothing(void)
{
  static const uint8_t cases[][8] = {
      {2, 0, 0, 0},   {2, 1, 5, 0xb4},           {2, 255, 5, 0xb4},
      {3, 3, 255, 0}, {5, 10, 1, 2, 3, 4, 5, 6}, {255, 255, 255, 255},
      {0, 2, 4, 5},   {1, 1, 1, 1, 1, 1, 1, 8},  {8, 10, 0, 0},
      {30, 0, 30, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    PacketTemplate template = default_template();
    template.options = (Bytes){cases[i], sizeof cases[i]};
    uint8_t frame[256];
    size_t length = packet_build(&template, frame, sizeof frame), tcp = ETHERNET + 20;
    Packet packet;
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==, PACKET_TCP);
    g_assert_cmpuint(packet.transport_length, ==, 28);
    g_assert_true(bytes_equal(packet.payload, template.payload));
    for (size_t words = 4; words <= 15; words++) {
      frame[tcp + 12] = (uint8_t)(words << 4);
      bool fits = words >= 5 && tcp + words * 4 <= length;
      g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==,
                      fits ? PACKET_TCP : PACKET_DAMAGED);
    }
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/wire/" #name, name)
  TEST(what_is_built_is_parsed_back);
  TEST(checksums_left_to_the_card_are_no_error);
  TEST(the_largest_payload_fits_and_one_more_does_not);
  TEST(padding_is_never_data);
  TEST(headers_that_lie_are_damage);
  TEST(fragments_say_so);
  TEST(extension_headers_are_walked_to_their_cap);
  TEST(vlan_tags_are_walked_to_their_cap);
  TEST(tunnels_are_walked_to_their_cap);
  g_test_add_func("/hardening/15-vlan-stacks-have-a-cap", vlan_tags_are_walked_to_their_cap);
  g_test_add_func("/hardening/16-bad-ip-headers-are-damage", headers_that_lie_are_damage);
  g_test_add_func("/hardening/17-extension-headers-have-a-cap", extension_headers_are_walked_to_their_cap);
  g_test_add_func("/hardening/18-tunnels-in-tunnels-have-a-cap", tunnels_are_walked_to_their_cap);
  g_test_add_func("/hardening/20-bad-tcp-options-change-nothing", odd_tcp_options_change_nothing);
  g_test_add_func("/hardening/26-a-wrong-ip-checksum-is-told-from-an-open-one",
                  a_wrong_ip_header_checksum_is_bad_but_an_open_one_is_not);
  g_test_add_func("/hardening/26-checksums-left-open-are-no-error", checksums_left_to_the_card_are_no_error);
  g_test_add_func("/hardening/26-checksums-behind-options-are-not-judged",
                  a_checksum_behind_ip_options_is_not_judged);
  return g_test_run();
}
