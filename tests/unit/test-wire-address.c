/* SPDX-License-Identifier: MIT */
/* The text forms of addresses, and the Internet checksum. */
#include "wire/checksum.h"
#include "wire/mac-address.h"

static void addresses_are_read_strictly_and_written_canonically(void)
{
  static const struct {
    const char *text, *want; /* want NULL: not an address */
  } cases[] = {
      {"10.0.0.1", "10.0.0.1"},
      {"255.255.255.255", "255.255.255.255"},
      {"0.0.0.0", "0.0.0.0"},
      {"256.0.0.1", NULL},
      {"1.2.3", NULL},
      {"1.2.3.4.5", NULL},
      {"01.2.3.4", NULL},
      {"1.2.3.4 ", NULL},
      {"", NULL},
      {".", NULL},
      {":", NULL},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:db8::0:1", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
      {"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"},
      {"fe80::abcd:ef01", "fe80::abcd:ef01"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"::ffff:c000:201", "::ffff:192.0.2.1"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"1:2:3:4:5:6:7:8:9", NULL},
      {"1:2:3:4:5:6:7", NULL},
      {"1:2:3:4:5:6:7:8::", NULL},
      {"1:2:3:4:5:6:7:", NULL},
      {"1:2:3:4:5:6:7:8:", NULL},
      {"1::2::3", NULL},
      {":::", NULL},
      {":1::2", NULL},
      {"12345::", NULL},
      {"g::1", NULL},
      {"::1.2.3.4:5", NULL},
      {"1:2:3:4:5:6:7:1.2.3.4", NULL},
      {"::1.2.3.256", NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    IpAddress address = {.version = 99};
    bool read = ip_address_parse(cases[i].text, &address);
    if (cases[i].want == NULL) {
      g_assert_false(read);
      g_assert_cmpuint(address.version, ==, 99);
      continue;
    }
    char text[IP_ADDRESS_TEXT];
    g_assert_true(read);
    g_assert_cmpuint(ip_address_format(&address, text), ==, strlen(cases[i].want));
    g_assert_cmpstr(text, ==, cases[i].want);
  }
}

static void the_longest_texts_fit_their_rooms(void)
{
  IpAddress address = {.version = 6};
  memset(address.bytes, 0xff, sizeof address.bytes);
  char text[IP_ENDPOINT_TEXT], plain[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT];
  g_assert_cmpuint(ip_address_format(&address, plain), <, sizeof plain);
  ip_endpoint_format(&address, 65535, text);
  g_assert_cmpstr(text, ==, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
  ip_address_parse("10.0.0.1", &address);
  ip_endpoint_format(&address, 0, text);
  g_assert_cmpstr(text, ==, "10.0.0.1:0");
  MacAddress read, want = {{0x02, 0, 0xab, 0xcd, 0xef, 0x10}};
  g_assert_cmpuint(mac_address_format(&want, mac), ==, 17);
  g_assert_cmpstr(mac, ==, "02:00:ab:cd:ef:10");
  g_assert_true(mac_address_parse("02:00:AB:cd:ef:10", &read));
  g_assert_true(memcmp(&read, &want, sizeof want) == 0);
  g_assert_false(mac_address_parse("02:00:ab:cd:ef:1", &read));
  g_assert_false(mac_address_parse("02:00:ab:cd:ef-10", &read));
}

/* The definition, word by word. */
static uint16_t slow_checksum(Bytes bytes)
{
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.length; i++)
    sum += i % 2 == 0 ? (uint32_t)bytes.data[i] << 8 : bytes.data[i];
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static void checksums_have_the_values_of_the_rfc(void)
{
  Bytes rfc = BYTES_LITERAL("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7");
  g_assert_cmphex(checksum_finish(checksum_add(0, rfc)), ==, 0x220d);
  Bytes header =
      BYTES_LITERAL("\x45\x00\x00\x73\x00\x00\x40\x00\x40\x11\x00\x00\xc0\xa8\x00\x01\xc0\xa8\x00\xc7");
  g_assert_cmphex(checksum_finish(checksum_add(0, header)), ==, 0xb861);
  uint8_t data[2000];
  GRand *random = g_rand_new_with_seed(1);
  for (size_t i = 0; i < sizeof data; i++)
    data[i] = (uint8_t)g_rand_int(random);
  for (size_t length = 0; length < sizeof data; length++) {
    Bytes bytes = {data + length % 9, length - MIN(length, length % 9)};
    g_assert_cmphex(checksum_finish(checksum_add(0, bytes)), ==, slow_checksum(bytes));
    size_t middle = bytes.length / 4 * 2;
    uint64_t sum = checksum_add(checksum_add(0, bytes_slice(bytes, 0, middle)), bytes_skip(bytes, middle));
    g_assert_cmphex(checksum_finish(sum), ==, slow_checksum(bytes));
  }
  memset(data, 0xff, sizeof data);
  g_assert_cmphex(checksum_finish(checksum_add(0, (Bytes){data, sizeof data})), ==, 0);
  g_rand_free(random);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/wire-address/" #name, name)
  TEST(addresses_are_read_strictly_and_written_canonically);
  TEST(the_longest_texts_fit_their_rooms);
  TEST(checksums_have_the_values_of_the_rfc);
  return g_test_run();
}
