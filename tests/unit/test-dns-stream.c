/* SPDX-License-Identifier: MIT */
/* DNS over TCP, and zones that change. */
#include "protocol/dns/dns-client.h"
#include "protocol/dns/dns-server.h"

static Bytes view_of(GBytes *bytes)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  return (Bytes){data, size};
}

static DnsZones *new_zones(void)
{
  static const char *const records[][2] = {
      {"beta.example", "MX 10 mail.beta.example"}, {"beta.example", "MX 20 backup.beta.example"},
      {"beta.example", "TXT \"v=spf1 mx -all\""},  {"beta.example", "NS ns.beta.example"},
      {"mail.beta.example", "A 198.51.100.25"},
  };
  DnsZones *zones = dns_zones_new();
  dns_zones_add(zones, "beta.example");
  for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
    g_assert_true(dns_zones_append(zones, records[i][0], 3600, records[i][1]));
  return zones;
}

/* Over TCP: several questions in one piece, or a byte at a time, are answered in their order, however long.
 */
static void a_stream_of_questions_is_answered_in_order(void)
{
  g_autoptr(DnsZones) zones = new_zones();
  for (guint i = 0; i < 60; i++) {
    g_autofree char *text =
        g_strdup_printf("TXT \"%02u and enough text that they do not fit in one datagram\"", i);
    g_assert_true(dns_zones_append(zones, "long.beta.example", 60, text));
  }
  static const struct {
    const char *name;
    DnsType type;
    guint answers;
  } questions[] = {
      {"beta.example", DNS_MX, 2}, {"long.beta.example", DNS_TXT, 60}, {"mail.beta.example", DNS_A, 1}};
  for (size_t step = 1; step < 200; step += 198) {
    Endpoint *server = dns_server_new_stream(zones);
    EndpointEvent event;
    ByteBuffer asked = {0}, heard = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
      g_autoptr(DnsMessage) query = dns_message_new((uint16_t)i);
      dns_message_append_question(query, questions[i].name, questions[i].type);
      g_autoptr(GBytes) bytes = dns_message_build(query, 512);
      Bytes view = view_of(bytes);
      byte_buffer_append(&asked, (Bytes){(const uint8_t[]){0, (uint8_t)view.length}, 2});
      byte_buffer_append(&asked, view);
    }
    Bytes all = byte_buffer_view(&asked);
    for (size_t at = 0; at < all.length; at += step) {
      endpoint_receive(server, bytes_slice(all, at, step));
      Bytes pending = endpoint_pending(server);
      byte_buffer_append(&heard, pending);
      endpoint_consumed(server, pending.length);
    }
    g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_NOTHING);
    endpoint_peer_closed(server);
    g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_CLOSE);
    ByteReader reader = byte_reader(byte_buffer_view(&heard));
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
      g_autoptr(DnsMessage) answer = dns_message_parse(byte_reader_take(&reader, byte_reader_be16(&reader)));
      g_assert_nonnull(answer);
      g_assert_cmpuint(answer->id, ==, i);
      g_assert_false(answer->truncated);
      g_assert_cmpuint(answer->answers->len, ==, questions[i].answers);
    }
    g_assert_cmpuint(byte_reader_left(&reader), ==, 0);
    byte_buffer_clear(&asked);
    byte_buffer_clear(&heard);
    endpoint_free(server);
  }
}

/* Nothing is kept because a length announced it, noise ends the connection, and so does silence. */
static void a_stream_of_noise_is_cut(void)
{
  g_autoptr(DnsZones) zones = new_zones();
  EndpointEvent event;
  Endpoint *noisy = dns_server_new_stream(zones), *silent = dns_server_new_stream(zones);
  endpoint_receive(noisy, BYTES_LITERAL("\x00\x05GET /"));
  g_assert_cmpint(endpoint_next_event(noisy, &event), ==, ENDPOINT_CLOSE);
  g_assert_false(endpoint_wants_read(noisy));
  endpoint_receive(noisy, BYTES_LITERAL("more"));
  g_assert_cmpuint(endpoint_pending(noisy).length, ==, 0);
  endpoint_advance(silent, 1);
  endpoint_receive(silent, BYTES_LITERAL("\xff\xff"));
  endpoint_advance(silent, 2);
  g_assert_cmpint(endpoint_next_event(silent, &event), ==, ENDPOINT_NOTHING);
  endpoint_advance(silent, endpoint_deadline(silent));
  g_assert_cmpint(endpoint_next_event(silent, &event), ==, ENDPOINT_CLOSE);
  endpoint_free(noisy);
  endpoint_free(silent);
}

static void a_client_by_tcp_waits_for_its_whole_answer(void)
{
  g_autoptr(DnsZones) zones = new_zones();
  EndpointEvent event;
  Endpoint *server = dns_server_new_stream(zones);
  Endpoint *client =
      dns_client_new(&(DnsClientConfig){.id = 77, .name = "beta.example", .type = DNS_MX, .stream = true});
  endpoint_advance(client, 1);
  Bytes asked = endpoint_pending(client);
  endpoint_receive(server, asked);
  endpoint_consumed(client, asked.length);
  g_assert_cmpuint(endpoint_pending(client).length, ==, 0);
  Bytes answer = endpoint_pending(server);
  for (size_t i = 0; i < answer.length; i++) {
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
    endpoint_receive(client, bytes_slice(answer, i, 1));
  }
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_RESOLVED);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
  g_assert_cmpuint(dns_client_get_answer(client)->answers->len, ==, 2);
  endpoint_free(client);
  endpoint_free(server);
}

static void zones_can_be_changed(void)
{
  g_autoptr(DnsZones) zones = new_zones();
  g_assert_true(dns_zones_append_host(zones, "new.beta.example", 60, "198.51.100.77"));
  g_assert_true(dns_zones_append_host(zones, "new.beta.example", 60, "2001:db8::77"));
  g_assert_false(dns_zones_append_host(zones, "new.beta.example", 60, "nonsense"));
  g_assert_false(dns_zones_append_host(zones, "new.gamma.example", 60, "198.51.100.78"));
  g_assert_cmpuint(dns_zones_remove(zones, "new.beta.example", DNS_A), ==, 1);
  g_assert_cmpuint(dns_zones_remove(zones, "new.beta.example", DNS_A), ==, 0);
  g_assert_cmpuint(dns_zones_remove(zones, "beta.example", DNS_ANY), ==, 4);
  g_assert_cmpuint(dns_zones_remove(zones, "gamma.example", DNS_ANY), ==, 0);
  g_assert_true(dns_zones_set_broken(zones, "beta.example", true));
  g_assert_false(dns_zones_set_broken(zones, "mail.beta.example", true));
  g_autoptr(DnsMessage) query = dns_message_new(1);
  dns_message_append_question(query, "mail.beta.example", DNS_A);
  g_autoptr(DnsMessage) broken = dns_zones_answer(zones, query);
  g_assert_cmpuint(broken->response_code, ==, DNS_SERVFAIL);
  g_assert_true(dns_zones_set_broken(zones, "beta.example", false));
  g_autoptr(DnsMessage) mended = dns_zones_answer(zones, query);
  g_assert_cmpuint(mended->answers->len, ==, 1);
  g_autoptr(DnsMessage) copy = dns_message_dup(mended);
  g_autoptr(GBytes) once = dns_message_build(mended, 512), twice = dns_message_build(copy, 512);
  g_assert_true(g_bytes_equal(once, twice));
}

static void texts_in_several_strings_are_joined(void)
{
  static const char *const texts[][2] = {{"TXT \"v=spf1 \" \"-all\"", "v=spf1 -all"},
                                         {"TXT v=spf1 -all", "v=spf1 -all"},
                                         {"TXT \"a b\"", "a b"},
                                         {"TXT \"\"", ""}};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    DnsRecord record;
    g_assert_true(dns_record_parse(&record, "beta.example", 60, texts[i][0]));
    g_assert_true(bytes_equal(view_of(record.data), bytes_from_string(texts[i][1])));
    dns_record_clear(&record);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dns/a stream of questions is answered in order",
                  a_stream_of_questions_is_answered_in_order);
  g_test_add_func("/dns/a stream of noise is cut", a_stream_of_noise_is_cut);
  g_test_add_func("/dns/a client by TCP waits for its whole answer",
                  a_client_by_tcp_waits_for_its_whole_answer);
  g_test_add_func("/dns/zones can be changed", zones_can_be_changed);
  g_test_add_func("/dns/texts in several strings are joined", texts_in_several_strings_are_joined);
  return g_test_run();
}
