/* SPDX-License-Identifier: MIT */
/* ICMP and ICMPv6 errors, written and read back, cut and made to lie; and the hop a router takes. */
#include "wire/icmp.h"

#include "test-wire-packets.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

static const char *const senders[] = {"10.0.0.1", "2001:db8::1"};
static const char *const receivers[] = {"10.0.9.9", "2001:db8:9::9"};
static const char *const routers[] = {"10.0.5.5", "2001:db8:5::5"};

static size_t build_error(PacketKind kind, int row, IcmpError error, size_t payload, uint8_t *out,
                          size_t size)
{
  g_autofree uint8_t *inside = g_malloc0(2048), *text = g_malloc0(payload + 1);
  PacketTemplate lost = template_of(kind, senders[row], receivers[row]);
  lost.payload = (Bytes){text, payload};
  size_t length = packet_build(&lost, inside, 2048);
  IcmpTemplate message = {
      .error = error, .mtu = 1280, .time_to_live = 64, .about = {inside + ETHERNET, length - ETHERNET}};
  g_assert_true(ip_address_parse(routers[row], &message.source));
  g_assert_true(ip_address_parse(senders[row], &message.destination));
  return icmp_build(&message, out, size);
}

static bool read_error(const uint8_t *bytes, size_t length, IcmpError *error, uint16_t *mtu, Packet *about)
{
  Packet packet;
  Frame frame = {
      .bytes = {bytes, length}, .original_length = (uint32_t)length, .link_type = LINK_TYPE_ETHERNET};
  g_assert_cmpint(packet_parse(&frame, &packet), !=, PACKET_TCP);
  return icmp_parse(&frame, &packet, error, mtu, about);
}

static void what_is_told_is_read_back(void)
{
  static const size_t payloads[] = {0, 5, 1400};
  uint8_t out[ICMP_FRAME_MAX];
  for (int row = 0; row < 2; row++)
    for (int error = ICMP_NETWORK_UNREACHABLE; error <= ICMP_TIME_EXCEEDED; error++)
      for (int i = 0; i < 6; i++) {
        PacketKind kind = i % 2 == 0 ? PACKET_TCP : PACKET_UDP;
        size_t length = build_error(kind, row, (IcmpError)error, payloads[i / 2], out, sizeof out);
        g_assert_cmpuint(length, >, 0);
        g_assert_cmpuint(length, <=, ETHERNET + (row == 0 ? 576u : 1280u));
        IcmpError read;
        uint16_t mtu;
        Packet about;
        g_assert_true(read_error(out, length, &read, &mtu, &about));
        g_assert_cmpint(read, ==, error);
        g_assert_cmpuint(mtu, ==, error == ICMP_TOO_BIG ? 1280 : 0);
        g_assert_cmpint(about.kind, ==, kind);
        g_assert_cmpuint(about.source_port, ==, 40000);
        g_assert_cmpuint(about.destination_port, ==, 25);
        g_assert_cmpuint(about.payload_length, ==, payloads[i / 2]);
        g_assert_cmpuint(build_error(kind, row, (IcmpError)error, payloads[i / 2], out, length - 1), ==, 0);
      }
}

/* Types and codes as the RFCs number them, not as our reader does. */
static void the_numbers_are_those_of_the_rfcs(void)
{
  static const uint8_t wanted[][4] = {
      [ICMP_NETWORK_UNREACHABLE] = {3, 0, 1, 0}, [ICMP_HOST_UNREACHABLE] = {3, 1, 1, 3},
      [ICMP_PORT_UNREACHABLE] = {3, 3, 1, 4},    [ICMP_TOO_BIG] = {3, 4, 2, 0},
      [ICMP_PROHIBITED] = {3, 13, 1, 1},         [ICMP_TIME_EXCEEDED] = {11, 0, 3, 0},
  };
  uint8_t out[ICMP_FRAME_MAX];
  for (size_t error = 0; error < G_N_ELEMENTS(wanted); error++)
    for (int row = 0; row < 2; row++) {
      size_t length = build_error(PACKET_TCP, row, (IcmpError)error, 0, out, sizeof out);
      const uint8_t *body = out + ETHERNET + (row == 0 ? 20 : 40);
      g_assert_cmpuint(body[0], ==, wanted[error][2 * row]);
      g_assert_cmpuint(body[1], ==, wanted[error][2 * row + 1]);
      uint64_t sum = 0;
      Bytes all = {body, length - (size_t)(body - out)};
      IpAddress router, sender;
      g_assert_true(ip_address_parse(routers[row], &router) && ip_address_parse(senders[row], &sender));
      if (row == 1) sum = checksum_add_pseudo_header(0, &router, &sender, 58, all.length);
      g_assert_cmphex(checksum_finish(checksum_add(sum, all)), ==, 0);
    }
}

static void a_message_is_told_from_what_is_none(void)
{
  uint8_t out[ICMP_FRAME_MAX];
  Packet packet;
  size_t length = build_error(PACKET_UDP, 0, ICMP_PORT_UNREACHABLE, 9, out, sizeof out);
  Frame frame = {
      .bytes = {out, length}, .original_length = (uint32_t)length, .link_type = LINK_TYPE_ETHERNET};
  packet_parse(&frame, &packet);
  g_assert_true(icmp_is_message(&frame, &packet));
  out[ETHERNET + 9] = 89; /* OSPF */
  packet_parse(&frame, &packet);
  g_assert_false(icmp_is_message(&frame, &packet));
  PacketTemplate template = default_template();
  frame.bytes.length = packet_build(&template, out, sizeof out);
  frame.original_length = (uint32_t)frame.bytes.length;
  packet_parse(&frame, &packet);
  g_assert_false(icmp_is_message(&frame, &packet));
}

static void any_lie_is_read_or_not_but_never_past_the_end(void)
{
  uint8_t out[ICMP_FRAME_MAX];
  guint read = 0;
  for (int row = 0; row < 2; row++) {
    size_t length = build_error(PACKET_TCP, row, ICMP_TIME_EXCEEDED, 30, out, sizeof out);
    for (size_t cut = 0; cut <= length; cut++)
      for (size_t lie = 0; lie < length; lie += cut == length ? 1 : length) {
        g_autofree uint8_t *copy = g_memdup2(out, MAX(cut, 1)); /* its end is watched */
        copy[lie] ^= cut == length ? 0xff : 0;
        IcmpError error;
        uint16_t mtu;
        Packet about;
        Packet packet;
        Frame frame = {
            .bytes = {copy, cut}, .original_length = (uint32_t)cut, .link_type = LINK_TYPE_ETHERNET};
        packet_parse(&frame, &packet);
        read += icmp_parse(&frame, &packet, &error, &mtu, &about);
      }
  }
  g_assert_cmpuint(read, >, 50);
}

static void a_hop_less_leaves_the_checksum_right(void)
{
  IpAddress source, destination;
  g_assert_true(ip_address_parse(senders[0], &source));
  for (guint i = 0; i < 70000; i++) { /* all identifications, so that every sum is met */
    uint8_t header[IPV4_HEADER];
    destination = (IpAddress){4, {10, (uint8_t)(i >> 8), (uint8_t)i, 1}};
    uint8_t hops = (uint8_t)(1 + i % 255);
    ipv4_build(&source, &destination, 6, hops, (uint16_t)i, i % 1400, header);
    g_assert_cmpuint(ipv4_take_hop(header), ==, hops - 1);
    g_assert_cmpuint(header[8], ==, hops - 1);
    g_assert_cmphex(checksum_finish(checksum_add(0, (Bytes){header, sizeof header})), ==, 0);
  }
  uint8_t none[IPV4_HEADER], six[IPV6_HEADER];
  ipv4_build(&source, &source, 6, 0, 1, 0, none);
  g_assert_cmpuint(ipv4_take_hop(none), ==, 0);
  g_assert_cmphex(checksum_finish(checksum_add(0, (Bytes){none, sizeof none})), ==, 0);
  g_assert_true(ip_address_parse(senders[1], &source));
  ipv6_build(&source, &source, 6, 1, 1, 0, six);
  g_assert_cmpuint(ipv6_take_hop(six), ==, 0);
  g_assert_cmpuint(ipv6_take_hop(six), ==, 0);
}

static void addresses_share_prefixes_or_not(void)
{
  static const struct {
    const char *a, *b;
    unsigned prefix;
    bool shared;
  } cases[] = {
      {"10.0.0.1", "99.0.0.1", 0, true},          {"10.0.0.1", "2001:db8::1", 0, false},
      {"10.0.0.1", "10.0.0.1", 32, true},         {"10.0.0.1", "10.0.0.0", 32, false},
      {"10.0.0.1", "10.0.0.0", 31, true},         {"10.0.0.2", "10.0.0.1", 31, false},
      {"172.16.0.0", "172.31.255.255", 12, true}, {"172.16.0.0", "172.32.0.0", 12, false},
      {"2001:db8::", "2001:db8::1", 127, true},  {"2001:db8::", "2001:db8::1", 128, false},
      {"2001:db8::1", "2001:db8::1", 128, true},  {"2001:db8::1", "2001:db8::3", 128, false},
      {"2001:db8:1::", "2001:db8:2::", 32, true}, {"2001:db8:1::", "2001:db8:2::", 48, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    IpAddress a, b;
    g_assert_true(ip_address_parse(cases[i].a, &a) && ip_address_parse(cases[i].b, &b));
    g_assert_cmpint(ip_address_shares_prefix(&a, &b, cases[i].prefix), ==, cases[i].shared);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/icmp/what is told is read back", what_is_told_is_read_back);
  g_test_add_func("/icmp/the numbers are those of the RFCs", the_numbers_are_those_of_the_rfcs);
  g_test_add_func("/icmp/a message is told from what is none", a_message_is_told_from_what_is_none);
  g_test_add_func("/icmp/any lie is read or not, but never past the end",
                  any_lie_is_read_or_not_but_never_past_the_end);
  g_test_add_func("/icmp/a hop less leaves the checksum right", a_hop_less_leaves_the_checksum_right);
  g_test_add_func("/icmp/addresses share prefixes or not", addresses_share_prefixes_or_not);
  return g_test_run();
}
