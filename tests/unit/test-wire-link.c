/* SPDX-License-Identifier: MIT */
/* Frames of every link type: parsed, cut at every byte, changed at random, and with fields that lie. */
#include "test-wire-packets.h"

/* What stands before the IP header, by link type. */
static const struct {
  const char *name;
  uint16_t link_type;
  Bytes prefix;
  bool ipv6;
} links[] = {
#define PREFIX(text)                                                                                         \
  {                                                                                                          \
    (const uint8_t *)(text), sizeof(text) - 1                                                                \
  }
#define MACS "\2\0\0\0\0\2\2\0\0\0\0\1"
    {"Ethernet", LINK_TYPE_ETHERNET, PREFIX(MACS "\x08\x00"), false},
    {"Ethernet, IPv6", LINK_TYPE_ETHERNET, PREFIX(MACS "\x86\xdd"), true},
    {"one VLAN tag", LINK_TYPE_ETHERNET, PREFIX(MACS "\x81\x00\x00\x05\x08\x00"), false},
    {"three VLAN tags", LINK_TYPE_ETHERNET,
     PREFIX(MACS "\x91\x00\x00\x01\x88\xa8\x00\x05\x81\x00\x00\x06\x86\xdd"), true},
    {"PPPoE", LINK_TYPE_ETHERNET, PREFIX(MACS "\x88\x64\x11\x00\x00\x01\x00\x3d\x00\x21"), false},
    {"PPPoE, IPv6", LINK_TYPE_ETHERNET, PREFIX(MACS "\x88\x64\x11\x00\x00\x01\x00\x51\x00\x57"), true},
    {"cooked", LINK_TYPE_LINUX_SLL, PREFIX("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\x00"), false},
    {"cooked with VLAN", LINK_TYPE_LINUX_SLL, PREFIX("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x81\x00\0\5\x86\xdd"),
     true},
    {"cooked 2", LINK_TYPE_LINUX_SLL2, PREFIX("\x08\x00\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0"), false},
    {"cooked 2, IPv6", LINK_TYPE_LINUX_SLL2, PREFIX("\x86\xdd\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0"), true},
    {"null, little endian", LINK_TYPE_NULL, PREFIX("\2\0\0\0"), false},
    {"null, big endian", LINK_TYPE_NULL, PREFIX("\0\0\0\2"), false},
    {"null, Linux IPv6", LINK_TYPE_NULL, PREFIX("\x0a\0\0\0"), true},
    {"null, NetBSD IPv6", LINK_TYPE_NULL, PREFIX("\x18\0\0\0"), true},
    {"null, FreeBSD IPv6", LINK_TYPE_NULL, PREFIX("\0\0\0\x1c"), true},
    {"null, macOS IPv6", LINK_TYPE_NULL, PREFIX("\x1e\0\0\0"), true},
    {"loop", LINK_TYPE_LOOP, PREFIX("\0\0\0\2"), false},
    {"loop, IPv6", LINK_TYPE_LOOP, PREFIX("\0\0\0\x18"), true},
    {"loop, swapped", LINK_TYPE_LOOP, PREFIX("\x1c\0\0\0"), true},
    {"raw", LINK_TYPE_RAW, PREFIX(""), false},
    {"raw, IPv6", LINK_TYPE_RAW, PREFIX(""), true},
    {"raw as 12", 12, PREFIX(""), false},
    {"raw as 14", 14, PREFIX(""), true},
    {"IPv4", LINK_TYPE_IPV4, PREFIX(""), false},
    {"IPv6", LINK_TYPE_IPV6, PREFIX(""), true},
    {"LLC and SNAP", LINK_TYPE_ETHERNET, PREFIX(MACS "\x00\x43\xaa\xaa\x03\0\0\0\x08\x00"), false},
    {"LLC and SNAP, cooked", LINK_TYPE_LINUX_SLL,
     PREFIX("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\0\4\xaa\xaa\x03\0\0\0\x86\xdd"), true},
    {"LLC and SNAP, cooked 2", LINK_TYPE_LINUX_SLL2,
     PREFIX("\0\4\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0\xaa\xaa\x03\0\0\0\x08\x00"), false},
    {"LLC and SNAP behind VLAN", LINK_TYPE_ETHERNET,
     PREFIX(MACS "\x81\x00\0\5\x00\x43\xaa\xaa\x03\0\0\0\x08\x00"), false},
    {"MPLS, two labels", LINK_TYPE_ETHERNET, PREFIX(MACS "\x88\x47\0\0\x10\x40\0\0\x21\x40"), false},
    {"MPLS, IPv6", LINK_TYPE_ETHERNET, PREFIX(MACS "\x88\x48\0\0\x21\x40"), true},
    {"PPP", LINK_TYPE_PPP, PREFIX("\xff\x03\0\x21"), false},
    {"PPP, compressed", LINK_TYPE_PPP, PREFIX("\x57"), true},
    {"PPP in HDLC", LINK_TYPE_PPP_HDLC, PREFIX("\xff\x03\0\x57"), true},
    {"Cisco HDLC", LINK_TYPE_PPP_HDLC, PREFIX("\x0f\0\x08\x00"), false},
    {"PPP with MPLS", LINK_TYPE_PPP, PREFIX("\xff\x03\x02\x81\0\0\x21\x40"), false},
    {"PPP over Ethernet", LINK_TYPE_PPP_ETHER, PREFIX("\x11\0\0\1\0\x3d\0\x21"), false},
    {"Wi-Fi from the station", LINK_TYPE_IEEE802_11,
     PREFIX("\x08\x01\0\0" MACS "\2\0\0\0\0\3\x10\0\xaa\xaa\x03\0\0\0\x08\x00"), false},
    {"Wi-Fi with quality of service and HT", LINK_TYPE_IEEE802_11,
     PREFIX("\x88\x82\0\0" MACS "\2\0\0\0\0\3\x10\0\0\0\1\2\3\4\xaa\xaa\x03\0\0\0\x86\xdd"), true},
    {"Wi-Fi between systems", LINK_TYPE_IEEE802_11,
     PREFIX("\x08\x03\0\0" MACS "\2\0\0\0\0\3\x10\0\2\0\0\0\0\4\xaa\xaa\x03\0\0\0\x08\x00"), false},
    {"radiotap", LINK_TYPE_IEEE802_11_RADIOTAP,
     PREFIX("\0\0\x09\0\2\0\0\0\0\x08\x02\0\0" MACS "\2\0\0\0\0\3\x10\0\xaa\xaa\x03\0\0\0\x08\x00"), false},
    {"radiotap, padded", LINK_TYPE_IEEE802_11_RADIOTAP,
     PREFIX("\0\0\x11\0\3\0\0\0\1\2\3\4\5\6\7\x08\x20\x88\x02\0\0" MACS
            "\2\0\0\0\0\3\x10\0\0\0\0\0\xaa\xaa\x03\0\0\0"
            "\x08\x00"),
     false},
    {"VXLAN", LINK_TYPE_RAW,
     PREFIX("\x45\0\0\0\0\0\0\0\x40\x11\0\0\1\1\1\1\2\2\2\2\x30\x39\x12\xb5\0\x59\0\0\x08\0\0\0\0\0\7\0" MACS
            "\x08\x00"),
     false},
    {"4 in 4", LINK_TYPE_RAW, PREFIX("\x45\0\0\0\0\0\0\0\x40\x04\0\0\1\1\1\1\2\2\2\2"), false},
    {"6 in 4", LINK_TYPE_RAW, PREFIX("\x45\0\0\0\0\0\0\0\x40\x29\0\0\1\1\1\1\2\2\2\2"), true},
    {"GRE with key", LINK_TYPE_RAW,
     PREFIX("\x45\0\0\0\0\0\0\0\x40\x2f\0\0\1\1\1\1\2\2\2\2\x20\0\x08\0\0\0\0\7"), false},
    {"bridged GRE", LINK_TYPE_RAW,
     PREFIX("\x45\0\0\0\0\0\0\0\x40\x2f\0\0\1\1\1\1\2\2\2\2\0\0\x65\x58" MACS "\x86\xdd"), true},
};

/* Puts together row's prefix and an IP packet with a payload; returns the length. */
static size_t make_frame(size_t row, uint8_t *out)
{
  PacketTemplate template = default_template();
  if (links[row].ipv6) template = template_of(PACKET_TCP, "2001:db8::1", "2001:db8::2");
  uint8_t ethernet[256];
  size_t length = packet_build(&template, ethernet, sizeof ethernet) - ETHERNET;
  memcpy(out, links[row].prefix.data, links[row].prefix.length);
  memcpy(out + links[row].prefix.length, ethernet + ETHERNET, length);
  return links[row].prefix.length + length;
}

static void every_link_type_leads_to_the_same_segment(void)
{
  for (size_t row = 0; row < G_N_ELEMENTS(links); row++) {
    uint8_t frame[256];
    Packet packet;
    size_t length = make_frame(row, frame);
    g_test_message("%s", links[row].name);
    g_assert_true(packet_knows_link_type(links[row].link_type));
    g_assert_cmpint(parse(links[row].link_type, frame, length, length, &packet), ==, PACKET_TCP);
    g_assert_cmpuint(packet.link_length, ==, links[row].prefix.length);
    g_assert_cmpuint(packet.source.version, ==, links[row].ipv6 ? 6 : 4);
    g_assert_true(bytes_equal(packet.payload, BYTES_LITERAL("EHLO beta.example\r\n")));
  }
  Packet packet;
  g_assert_false(packet_knows_link_type(147));
  g_assert_cmpint(parse(147, (const uint8_t *)"1234", 4, 4, &packet), ==, PACKET_UNKNOWN_LINK);
}

static void a_frame_cut_anywhere_is_damaged_or_has_the_payload_it_has(void)
{
  for (size_t row = 0; row < G_N_ELEMENTS(links); row++) {
    uint8_t frame[256];
    size_t length = make_frame(row, frame), headers = length - strlen("EHLO beta.example\r\n");
    for (size_t cut = 0; cut <= length; cut++) {
      Packet packet;
      PacketKind kind = parse(links[row].link_type, frame, cut, length, &packet);
      g_assert_cmpint(kind, ==, cut < headers ? PACKET_DAMAGED : PACKET_TCP);
      if (cut < headers) continue;
      g_assert_cmpuint(packet.payload.length, ==, cut - headers);
      g_assert_cmpuint(packet.payload_length, ==, length - headers);
    }
  }
}

/* The checksum behind a Wi-Fi frame is no data, not even of a packet that does not tell its length; told of
 * a frame without one, it is damage and no step outside. */
static void the_checksum_behind_a_wifi_frame_is_never_data(void)
{
  size_t row = 0;
  while (strcmp(links[row].name, "radiotap") != 0)
    row++;
  uint8_t frame[256];
  size_t length = make_frame(row, frame), ip = links[row].prefix.length;
  memset(frame + length, 0xee, 4);
  frame[ip + 2] = frame[ip + 3] = 0;
  Packet packet;
  for (int flag = 0; flag <= 0x10; flag += 0x10) {
    frame[8] = (uint8_t)flag;
    g_assert_cmpint(parse(links[row].link_type, frame, length + 4, length + 4, &packet), ==, PACKET_TCP);
    g_assert_cmpuint(packet.payload_length, ==, strlen("EHLO beta.example\r\n") + (flag == 0 ? 4 : 0));
    g_assert_cmpuint(packet.payload.length, ==, packet.payload_length);
  }
  for (size_t left = 0; left <= 4; left++)
    g_assert_cmpint(parse(links[row].link_type, frame, 9 + left, 9 + left, &packet), ==, PACKET_DAMAGED);
}

/* Sealed, cut in pieces, aggregated, no data at all: nothing for us, and no damage. */
static void wifi_frames_that_cannot_be_read_are_passed_over(void)
{
  static const struct {
    uint8_t control[2], sequence, quality;
  } cases[] = {{{0x08, 0x41}, 0x10, 0},   {{0x08, 0x05}, 0x10, 0}, {{0x08, 0x01}, 0x11, 0},
               {{0x48, 0x01}, 0x10, 0},   {{0x80, 0x00}, 0x10, 0}, {{0xd4, 0x00}, 0x10, 0},
               {{0x88, 0x01}, 0x10, 0x80}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint8_t frame[80] = {cases[i].control[0], cases[i].control[1]};
    Packet packet;
    frame[22] = cases[i].sequence;
    frame[24] = cases[i].quality;
    g_assert_cmpint(parse(LINK_TYPE_IEEE802_11, frame, sizeof frame, sizeof frame, &packet), ==,
                    PACKET_OTHER);
  }
}

static void mpls_labels_are_walked_to_their_cap(void)
{
  for (unsigned count = LIMIT_MPLS_LABELS - 1; count <= LIMIT_MPLS_LABELS + 1; count++) {
    PacketTemplate template = default_template();
    uint8_t ethernet[256], frame[400] = {0};
    size_t length = packet_build(&template, ethernet, sizeof ethernet) - ETHERNET;
    frame[12] = 0x88;
    frame[13] = 0x47;
    frame[ETHERNET + 4 * count - 2] = 1;
    memcpy(frame + ETHERNET + 4 * count, ethernet + ETHERNET, length);
    Packet packet;
    length += ETHERNET + 4 * count;
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==,
                    count > LIMIT_MPLS_LABELS ? PACKET_DAMAGED : PACKET_TCP);
  }
}

/* VXLAN counts like any tunnel: its outer and inner IP headers are of the same count. */
static void vxlan_in_vxlan_is_walked_to_the_cap(void)
{
  static const uint8_t header[8] = {0x08, [6] = 7};
  for (size_t headers = LIMIT_TUNNELS - 1; headers <= LIMIT_TUNNELS + 1; headers++) {
    PacketTemplate template = default_template();
    uint8_t frame[2048], inner[2048];
    size_t length = packet_build(&template, frame, sizeof frame);
    template.kind = PACKET_UDP;
    template.destination_port = 4789;
    for (size_t i = 1; i < headers; i++) {
      memcpy(inner, header, sizeof header);
      memcpy(inner + sizeof header, frame, length);
      template.payload = (Bytes){inner, sizeof header + length};
      length = packet_build(&template, frame, sizeof frame);
    }
    Packet packet;
    g_assert_cmpint(parse(LINK_TYPE_ETHERNET, frame, length, length, &packet), ==,
                    headers <= LIMIT_TUNNELS ? PACKET_TCP : PACKET_DAMAGED);
  }
}

/* PPPoE, radiotap, SNAP and LLC whose own fields say that nothing we read is inside. */
static void link_headers_that_lie_are_not_believed(void)
{
  static const struct {
    const char *name, *row;
    size_t offset;
    uint8_t value;
    PacketKind want;
  } lies[] = {
      {"another version of PPPoE", "PPPoE", 14, 0x21, PACKET_DAMAGED},
      {"a PPPoE frame that is no data", "PPPoE", 15, 0xa7, PACKET_OTHER},
      {"a PPPoE length beyond the frame", "PPPoE", 19, 0xff, PACKET_DAMAGED},
      {"a PPPoE length inside the headers", "PPPoE", 19, 10, PACKET_DAMAGED},
      {"another organisation's protocol", "LLC and SNAP", 17, 0x08, PACKET_OTHER},
      {"what a bridge carries", "LLC and SNAP", 19, 0xf8, PACKET_TCP},
      {"another radiotap", "radiotap", 0, 1, PACKET_DAMAGED},
      {"a radiotap without room for its flags", "radiotap", 2, 8, PACKET_DAMAGED},
      {"another 802.11", "Wi-Fi from the station", 0, 0x09, PACKET_OTHER},
      {"a VXLAN whose last byte is a count", "VXLAN", 35, 1, PACKET_UDP},
      {"a VXLAN longer than its datagram", "VXLAN", 25, 0x40, PACKET_DAMAGED},
      {"a datagram too short for VXLAN", "VXLAN", 25, 0x0f, PACKET_UDP},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
    size_t row = 0;
    while (strcmp(links[row].name, lies[i].row) != 0)
      row++;
    uint8_t frame[256];
    Packet packet;
    size_t length = make_frame(row, frame);
    frame[lies[i].offset] = lies[i].value;
    g_test_message("%s", lies[i].name);
    g_assert_cmpint(parse(links[row].link_type, frame, length, length, &packet), ==, lies[i].want);
  }
  Packet packet;
  static const uint8_t short_llc[] = MACS "\x00\x02\xaa\xaa";
  g_assert_cmpint(parse(LINK_TYPE_ETHERNET, short_llc, sizeof short_llc - 1, sizeof short_llc - 1, &packet),
                  ==, PACKET_OTHER);
}

static void random_changes_never_lead_outside_the_frame(void)
{
  GRand *random = g_rand_new_with_seed(20260302);
  for (int round = 0; round < 100000; round++) {
    uint8_t frame[256];
    size_t row = (size_t)g_rand_int_range(random, 0, G_N_ELEMENTS(links)), length = make_frame(row, frame);
    for (int changes = g_rand_int_range(random, 1, 6); changes > 0; changes--)
      frame[g_rand_int_range(random, 0, (gint32)length)] = (uint8_t)g_rand_int(random);
    size_t cut = (size_t)g_rand_int_range(random, 0, (gint32)length + 1);
    Packet packet;
    PacketKind kind = parse(links[row].link_type, frame, cut, g_rand_int(random) % 400, &packet);
    g_assert_cmpint(kind, <=, PACKET_DAMAGED);
  }
  g_rand_free(random);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/wire-link/" #name, name)
  TEST(every_link_type_leads_to_the_same_segment);
  TEST(a_frame_cut_anywhere_is_damaged_or_has_the_payload_it_has);
  TEST(the_checksum_behind_a_wifi_frame_is_never_data);
  TEST(wifi_frames_that_cannot_be_read_are_passed_over);
  TEST(random_changes_never_lead_outside_the_frame);
  TEST(link_headers_that_lie_are_not_believed);
  g_test_add_func("/hardening/15-mpls-labels-have-a-cap", mpls_labels_are_walked_to_their_cap);
  g_test_add_func("/hardening/15-cut-frames-are-damage-or-what-is-there",
                  a_frame_cut_anywhere_is_damaged_or_has_the_payload_it_has);
  g_test_add_func("/hardening/18-vxlan-in-vxlan-has-the-same-cap", vxlan_in_vxlan_is_walked_to_the_cap);
  return g_test_run();
}
