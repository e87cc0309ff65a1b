/* SPDX-License-Identifier: MIT */
/* DNS: datagrams read and written, zones, the endpoints and the decoder. */
#include "protocol/dns/dns-client.h"
#include "protocol/dns/dns-decoder.h"
#include "protocol/dns/dns-server.h"
#include "protocol/dns/dns-vocabulary.h"

static Bytes view_of(GBytes *bytes)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  return (Bytes){data, size};
}

static char *records_of(const GArray *records)
{
  ByteBuffer text = {0};
  for (guint i = 0; i < records->len; i++) {
    const DnsRecord *record = &g_array_index(records, DnsRecord, i);
    byte_buffer_append_format(&text, "%s%s ", i == 0 ? "" : "; ", record->name);
    dns_record_format(record, &text);
  }
  char *all = bytes_dup_string(byte_buffer_view(&text));
  byte_buffer_clear(&text);
  return all;
}

static DnsZones *new_zones(void)
{
  static const struct {
    const char *name, *text;
  } records[] = {
      {"beta.example", "MX 10 mail.beta.example"},
      {"beta.example", "MX 20 backup.beta.example"},
      {"beta.example", "TXT \"v=spf1 mx -all\""},
      {"beta.example", "NS ns.beta.example"},
      {"mail.beta.example", "A 198.51.100.25"},
      {"mail.beta.example", "AAAA 2001:db8::25"},
      {"backup.beta.example", "A 198.51.100.26"},
      {"www.beta.example", "CNAME mail.beta.example"},
      {"loop.beta.example", "CNAME loop.beta.example"},
      {"out.beta.example", "CNAME host.gamma.example"},
      {"a.deep.beta.example", "A 198.51.100.27"},
      {"25.100.51.198.in-addr.arpa", "PTR mail.beta.example"},
  };
  DnsZones *zones = dns_zones_new();
  dns_zones_add(zones, "beta.example");
  dns_zones_add(zones, "beta.example");
  dns_zones_add(zones, "198.in-addr.arpa");
  for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
    g_assert_true(dns_zones_append(zones, records[i].name, 3600, records[i].text));
  g_assert_false(dns_zones_append(zones, "gamma.example", 1, "A 10.0.0.1"));
  return zones;
}

static const char authority[] =
    "beta.example SOA ns.beta.example hostmaster.beta.example 1 3600 600 86400 300";

static void zones_answer_as_name_servers_do(void)
{
  static const struct {
    const char *name;
    DnsType type;
    DnsResponseCode code;
    const char *answers, *additional;
    bool authority;
  } cases[] = {
      {"beta.example", DNS_MX, DNS_NOERROR,
       "beta.example MX 10 mail.beta.example; beta.example MX 20 backup.beta.example",
       "mail.beta.example A 198.51.100.25; mail.beta.example AAAA 2001:db8::25; backup.beta.example A "
       "198.51.100.26",
       false},
      {"BETA.Example", DNS_TXT, DNS_NOERROR, "BETA.Example TXT \"v=spf1 mx -all\"", "", false},
      {"mail.beta.example", DNS_A, DNS_NOERROR, "mail.beta.example A 198.51.100.25", "", false},
      {"mail.beta.example", DNS_MX, DNS_NOERROR, "", "", true},
      {"nobody.beta.example", DNS_A, DNS_NXDOMAIN, "", "", true},
      {"deep.beta.example", DNS_A, DNS_NOERROR, "", "", true},
      {"www.beta.example", DNS_A, DNS_NOERROR,
       "www.beta.example CNAME mail.beta.example; mail.beta.example A 198.51.100.25", "", false},
      {"www.beta.example", DNS_CNAME, DNS_NOERROR, "www.beta.example CNAME mail.beta.example", "", false},
      {"out.beta.example", DNS_A, DNS_NOERROR, "out.beta.example CNAME host.gamma.example", "", false},
      {"25.100.51.198.in-addr.arpa", DNS_PTR, DNS_NOERROR, "25.100.51.198.in-addr.arpa PTR mail.beta.example",
       "", false},
      {"gamma.example", DNS_MX, DNS_REFUSED, "", "", false},
      {"notbeta.example", DNS_MX, DNS_REFUSED, "", "", false},
      {"beta.example", DNS_NS, DNS_NOERROR, "beta.example NS ns.beta.example", "", false},
  };
  g_autoptr(DnsZones) zones = new_zones();
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(DnsMessage) query = dns_message_new(77);
    dns_message_append_question(query, cases[i].name, cases[i].type);
    g_autoptr(DnsMessage) direct = dns_zones_answer(zones, query);
    /* Over the wire and back. */
    g_autoptr(GBytes) datagram = dns_message_build(direct, DNS_DATAGRAM_MAX);
    g_autoptr(DnsMessage) answer = dns_message_parse(view_of(datagram));
    g_assert_nonnull(answer);
    g_assert_true(answer->response);
    g_assert_cmpuint(answer->id, ==, 77);
    g_assert_cmpuint(answer->response_code, ==, cases[i].code);
    g_assert_cmpint(answer->authoritative, ==, cases[i].code != DNS_REFUSED);
    g_assert_false(answer->truncated);
    g_autofree char *answers = records_of(answer->answers), *additional = records_of(answer->additional);
    g_autofree char *authorities = records_of(answer->authorities);
    g_assert_cmpstr(answers, ==, cases[i].answers);
    g_assert_cmpstr(additional, ==, cases[i].additional);
    g_assert_cmpstr(authorities, ==, cases[i].authority ? authority : "");
  }
  g_autoptr(DnsMessage) endless = dns_message_new(1);
  dns_message_append_question(endless, "loop.beta.example", DNS_A);
  g_autoptr(DnsMessage) answer = dns_zones_answer(zones, endless);
  g_assert_cmpuint(answer->answers->len, <, 20);
}

static void a_query_is_the_bytes_of_the_rfc(void)
{
  static const uint8_t wanted[] = {0x12, 0x34, 0x01, 0x00, 0,   1,   0,   0,   0,   0,   0, 0, 4,  'b', 'e',
                                   't',  'a',  7,    'e',  'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 15, 0,   1};
  g_autoptr(DnsMessage) query = dns_message_new(0x1234);
  query->recursion_desired = true;
  dns_message_append_question(query, "beta.example", DNS_MX);
  g_autoptr(GBytes) built = dns_message_build(query, DNS_DATAGRAM_MAX);
  g_assert_true(bytes_equal(view_of(built), (Bytes){wanted, sizeof wanted}));
}

static void names_are_compressed_and_found_again(void)
{
  g_autoptr(DnsMessage) message = dns_message_new(1);
  dns_message_append_question(message, "beta.example", DNS_MX);
  DnsRecord record;
  g_assert_true(dns_record_parse(&record, "beta.example", 60, "MX 10 mail.beta.example"));
  dns_message_append_record(message->answers, &record);
  dns_record_clear(&record);
  g_autoptr(GBytes) built = dns_message_build(message, DNS_DATAGRAM_MAX);
  /* header, question 13 + 5 - 0, record: pointer 2 + 10, preference 2, "mail" 5 and a pointer 2 */
  g_assert_cmpuint(g_bytes_get_size(built), ==, 12 + 14 + 4 + 2 + 10 + 2 + 5 + 2);
  g_autoptr(DnsMessage) again = dns_message_parse(view_of(built));
  g_autofree char *text = records_of(again->answers);
  g_assert_cmpstr(text, ==, "beta.example MX 10 mail.beta.example");
}

static void a_pointer_that_loops_is_damage(void)
{
  static const struct {
    uint8_t name[6];
    size_t length;
    bool good;
  } cases[] = {
      {{0xc0, 12}, 2, false},         /* to itself */
      {{0xc0, 13}, 2, false},         /* forwards */
      {{1, 'a', 0xc0, 12}, 4, false}, /* to its own beginning */
      {{0xc0}, 1, false},             /* cut */
      {{0x80, 0}, 2, false},          /* a label type nobody uses */
      {{5, 'a'}, 2, false},           /* a label longer than what is left */
      {{1, 'a', 0}, 3, true},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint8_t datagram[32] = {0, 1, 0, 0, 0, 1};
    memcpy(datagram + 12, cases[i].name, cases[i].length);
    size_t length = 12 + cases[i].length;
    if (cases[i].length > 1) {
      datagram[length + 1] = DNS_A;
      datagram[length + 3] = 1;
      if (cases[i].good || cases[i].name[0] >= 0x80 || cases[i].length == 4) length += 4;
    }
    g_autoptr(DnsMessage) message = dns_message_parse((Bytes){datagram, length});
    g_assert_cmpint(message != NULL, ==, cases[i].good);
  }
}

/* Names that go through thousands of pointers, one before the other, would make a datagram cost seconds. */
static void a_chain_of_pointers_has_an_end(void)
{
  enum { FIRST = 12 + 11 };
  for (size_t links = 126; links <= 127; links++) {
    uint8_t datagram[400] = {0, 1, 0x80, 0, 0, 0, 0, 2};
    size_t length = 2 * links;
    uint8_t unknown[] = {0, 0, 99, 0, 1, 0, 0, 0, 0, (uint8_t)(length >> 8), (uint8_t)length};
    memcpy(datagram + 12, unknown, sizeof unknown);
    for (size_t i = 1; i < links; i++) {
      size_t target = FIRST + (i == 1 ? 1 : 2 * (i - 1)); /* the first to a root name */
      datagram[FIRST + 2 * i] = (uint8_t)(0xc0 | target >> 8);
      datagram[FIRST + 2 * i + 1] = (uint8_t)target;
    }
    size_t at = FIRST + length, last = FIRST + 2 * (links - 1);
    datagram[at] = (uint8_t)(0xc0 | last >> 8);
    datagram[at + 1] = (uint8_t)last;
    datagram[at + 3] = DNS_A;
    datagram[at + 5] = 1;
    datagram[at + 11] = 4;
    bool whole;
    g_autoptr(DnsMessage) message = dns_message_parse_partly((Bytes){datagram, at + 16}, &whole);
    g_assert_nonnull(message);
    g_assert_cmpint(whole, ==, links == 126);
  }
}

static void records_read_as_they_are_written(void)
{
  static const char *const good[] = {
      "A 198.51.100.25",         "AAAA 2001:db8::25",
      "MX 10 mail.beta.example", "NS ns.example",
      "CNAME a.example",         "PTR mail.example",
      "TXT \"v=spf1 -all\"",     "SOA ns.example admin.example 1 3600 600 86400 300"};
  static const char *const bad[] = {"",
                                    "A",
                                    "A 1.2.3",
                                    "A 2001:db8::1",
                                    "AAAA 10.0.0.1",
                                    "MX mail.example",
                                    "MX 70000 mail.example",
                                    "MX 10",
                                    "NS",
                                    "NS a b",
                                    "SOA a b 1 2 3 4",
                                    "HINFO x",
                                    "WHAT x"};
  for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
    DnsRecord record;
    g_assert_true(dns_record_parse(&record, "x.example.", 60, good[i]));
    g_assert_cmpstr(record.name, ==, "x.example");
    ByteBuffer text = {0};
    dns_record_format(&record, &text);
    g_assert_true(bytes_equal(byte_buffer_view(&text), bytes_from_string(good[i])));
    byte_buffer_clear(&text);
    dns_record_clear(&record);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    DnsRecord record;
    g_assert_false(dns_record_parse(&record, "x.example", 60, bad[i]));
    g_assert_null(record.name);
  }
}

static void odd_names_and_long_texts_survive(void)
{
  g_autofree char *long_text = g_strnfill(700, 't');
  g_autofree char *text = g_strdup_printf("TXT \"%s\"", long_text);
  g_autoptr(DnsMessage) message = dns_message_new(1);
  dns_message_append_question(message, "a\\.b\\032c\\255.example", DNS_TXT);
  DnsRecord record;
  g_assert_true(dns_record_parse(&record, "x.example", 60, text));
  dns_message_append_record(message->answers, &record);
  dns_record_clear(&record);
  g_autoptr(GBytes) built = dns_message_build(message, 4096);
  g_autoptr(DnsMessage) again = dns_message_parse(view_of(built));
  g_assert_cmpstr(g_array_index(again->questions, DnsQuestion, 0).name, ==, "a\\.b\\032c\\255.example");
  g_assert_cmpuint(g_bytes_get_size(g_array_index(again->answers, DnsRecord, 0).data), ==, 700);
  /* Too long for a plain datagram: cut, and said. */
  g_autoptr(GBytes) cut = dns_message_build(message, DNS_DATAGRAM_MAX);
  g_autoptr(DnsMessage) short_one = dns_message_parse(view_of(cut));
  g_assert_true(short_one->truncated);
  g_assert_cmpuint(short_one->answers->len, ==, 0);
}

static void a_client_asks_again_and_takes_only_its_own_answer(void)
{
  g_autoptr(DnsZones) zones = new_zones();
  Endpoint *server = dns_server_new(zones);
  Endpoint *client = dns_client_new(&(DnsClientConfig){.id = 5, .name = "beta.example", .type = DNS_MX});
  Endpoint *other = dns_client_new(&(DnsClientConfig){.id = 6, .name = "beta.example", .type = DNS_MX});
  EndpointEvent event;
  endpoint_advance(client, NANOSECONDS_PER_SECOND);
  g_assert_cmpint(endpoint_deadline(client), ==, 6 * NANOSECONDS_PER_SECOND);
  endpoint_consumed(client, endpoint_pending(client).length);
  g_assert_cmpuint(endpoint_pending(client).length, ==, 0);
  endpoint_advance(client, 6 * NANOSECONDS_PER_SECOND);
  g_assert_cmpuint(endpoint_pending(client).length, ==, 30);
  endpoint_receive(server, endpoint_pending(other));
  endpoint_receive(client, endpoint_pending(server));
  endpoint_consumed(server, endpoint_pending(server).length);
  endpoint_receive(client, BYTES_LITERAL("noise"));
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
  endpoint_receive(server, endpoint_pending(client));
  /* An answer is never answered. */
  g_autofree uint8_t *copy = g_memdup2(endpoint_pending(server).data, endpoint_pending(server).length);
  size_t length = endpoint_pending(server).length;
  endpoint_consumed(server, length);
  endpoint_receive(server, (Bytes){copy, length});
  g_assert_cmpuint(endpoint_pending(server).length, ==, 0);
  endpoint_receive(client, (Bytes){copy, length});
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_RESOLVED);
  g_autofree char *answers = records_of(dns_client_get_answer(client)->answers);
  g_assert_true(g_str_has_prefix(answers, "beta.example MX 10 mail.beta.example"));
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
  for (guint i = 0; i < 5; i++)
    endpoint_advance(other, (1 + 5 * (Nanoseconds)i) * NANOSECONDS_PER_SECOND);
  g_assert_cmpint(endpoint_next_event(other, &event), ==, ENDPOINT_FAILED);
  g_assert_cmpint(endpoint_next_event(other, &event), ==, ENDPOINT_CLOSE);
  endpoint_free(client);
  endpoint_free(other);
  endpoint_free(server);
}

typedef struct {
  GString *text;
  uint32_t count;
} Recorder;

static uint32_t record_line(void *owner, const DecodedLine *line)
{
  Recorder *recorder = owner;
  ByteBuffer scratch = {0};
  DissectedLine parts;
  dns_decoder_class.dissect(line, &scratch, &parts);
  const char *gloss = line->word == VOCABULARY_UNKNOWN ? "?"
                      : line->kind == LINE_QUERY       ? dns_vocabulary.words[line->word].gloss
                                                       : dns_vocabulary.replies[line->word].gloss;
  g_string_append_printf(recorder->text, "%u %s %.*s|%.*s|%.*s|%.*s|about %u|%s%s\n", ++recorder->count,
                         line->kind == LINE_QUERY ? "query" : "answer", (int)parts.verb.length,
                         (const char *)parts.verb.data, (int)parts.argument.length,
                         (const char *)parts.argument.data, (int)parts.code.length,
                         (const char *)parts.code.data, (int)parts.text.length, (const char *)parts.text.data,
                         line->about, gloss, (line->flags & LINE_INCOMPLETE) != 0 ? " (cut)" : "");
  byte_buffer_clear(&scratch);
  return recorder->count;
}

static void the_decoder_tells_question_and_answer(void)
{
  g_autoptr(DnsZones) zones = new_zones();
  g_autoptr(GString) text = g_string_new(NULL);
  Recorder recorder = {text, 0};
  DecoderSink sink = {.emit = record_line, .owner = &recorder, .datagrams = true};
  void *decoder = dns_decoder_class.create(&sink, true);
  static const struct {
    const char *name;
    DnsType type;
  } questions[] = {{"beta.example", DNS_MX},
                   {"mail.beta.example", DNS_A},
                   {"bate.beta.example", DNS_MX},
                   {"mail.beta.example", DNS_MX},
                   {"beta.example", 99}};
  GPtrArray *answers = g_ptr_array_new();
  for (uint16_t i = 0; i < G_N_ELEMENTS(questions); i++) {
    g_autoptr(DnsMessage) query = dns_message_new(i);
    dns_message_append_question(query, questions[i].name, questions[i].type);
    g_autoptr(DnsMessage) answer = dns_zones_answer(zones, query);
    g_autoptr(GBytes) asked = dns_message_build(query, DNS_DATAGRAM_MAX);
    g_ptr_array_add(answers, dns_message_build(answer, DNS_DATAGRAM_MAX));
    dns_decoder_class.receive(decoder, DIRECTION_TO_SERVER, 0, view_of(asked));
  }
  for (guint i = answers->len; i > 0; i--) {
    Bytes datagram = view_of(g_ptr_array_index(answers, i - 1));
    dns_decoder_class.receive(decoder, DIRECTION_TO_CLIENT, 0, datagram);
    if (i == 2)
      dns_decoder_class.receive(decoder, DIRECTION_TO_CLIENT, 0,
                                bytes_slice(datagram, 0, datagram.length - 1));
    g_bytes_unref(g_ptr_array_index(answers, i - 1));
  }
  g_ptr_array_unref(answers);
  dns_decoder_class.receive(decoder, DIRECTION_TO_CLIENT, 0, BYTES_LITERAL("short"));
  dns_decoder_class.finish(decoder);
  dns_decoder_class.destroy(decoder);
  g_assert_cmpstr(
      text->str, ==,
      "1 query beta.example|MX|||about 0|Who takes mail for this domain?\n"
      "2 query mail.beta.example|A|||about 0|What is the address of this host?\n"
      "3 query bate.beta.example|MX|||about 0|Who takes mail for this domain?\n"
      "4 query mail.beta.example|MX|||about 0|Who takes mail for this domain?\n"
      "5 query beta.example|TYPE99|||about 0|?\n"
      "6 answer beta.example|TYPE99|NOERROR||about 5|The name exists, but has none of these\n"
      "7 answer mail.beta.example|MX|NOERROR||about 4|The name exists, but has none of these\n"
      "8 answer bate.beta.example|MX|NXDOMAIN||about 3|There is no such name\n"
      "9 answer mail.beta.example|A|NOERROR|A 198.51.100.25|about 2|Here is the address\n"
      "10 answer mail.beta.example|A|NOERROR||about 2|The name exists, but has none of these (cut)\n"
      "11 answer beta.example|MX|NOERROR|MX 10 mail.beta.example\nMX 20 backup.beta.example\n"
      "mail.beta.example A 198.51.100.25\nmail.beta.example AAAA 2001:db8::25\n"
      "backup.beta.example A 198.51.100.26|about 1|This server does\n");
}

static void glosses_are_short_and_everything_is_explained(void)
{
  for (size_t i = 0; i < dns_vocabulary.word_count; i++) {
    g_assert_cmpint(g_utf8_strlen(dns_vocabulary.words[i].gloss, -1), <=, 45);
    g_assert_cmpuint(strlen(dns_vocabulary.words[i].explanation), >, 40);
    g_assert_cmpuint(dns_type_parse(bytes_from_string(dns_vocabulary.words[i].word)), !=, 0);
  }
  for (size_t i = 0; i < dns_vocabulary.reply_count; i++) {
    g_assert_cmpint(g_utf8_strlen(dns_vocabulary.replies[i].gloss, -1), <=, 45);
    g_assert_cmpuint(strlen(dns_vocabulary.replies[i].explanation), >, 40);
  }
}

static void any_datagram_is_survived(void)
{
  g_autoptr(DnsZones) zones = new_zones();
  g_autoptr(GRand) random = g_rand_new_with_seed(53);
  g_autoptr(DnsMessage) query = dns_message_new(9);
  query->edns = true;
  query->udp_size = 4096;
  dns_message_append_question(query, "beta.example", DNS_MX);
  g_autoptr(DnsMessage) answer = dns_zones_answer(zones, query);
  g_autoptr(GBytes) asked = dns_message_build(query, 512), answered = dns_message_build(answer, 512);
  g_assert_true(answer->edns);
  Endpoint *server = dns_server_new(zones);
  GString *text = g_string_new(NULL);
  Recorder recorder = {text, 0};
  DecoderSink sink = {.emit = record_line, .owner = &recorder, .datagrams = true};
  void *decoder = dns_decoder_class.create(&sink, true);
  for (guint i = 0; i < 4000; i++) {
    Bytes good = view_of(i % 2 == 0 ? asked : answered);
    g_autofree uint8_t *bad = g_memdup2(good.data, good.length);
    for (gint changes = g_rand_int_range(random, 0, 6); changes > 0; changes--)
      bad[g_rand_int_range(random, 0, (gint)good.length)] = (uint8_t)g_rand_int_range(random, 0, 256);
    size_t length =
        g_rand_boolean(random) ? good.length : (size_t)g_rand_int_range(random, 0, (gint)good.length);
    g_autofree uint8_t *exact = g_memdup2(bad, length);
    endpoint_receive(server, (Bytes){exact, length});
    dns_decoder_class.receive(decoder, i % 2 == 0 ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT, 0,
                              (Bytes){exact, length});
    Bytes pending = endpoint_pending(server);
    g_assert_cmpuint(pending.length, <=, 1232);
    endpoint_consumed(server, pending.length);
    g_string_truncate(text, 0);
  }
  g_assert_cmpuint(recorder.count, >, 2000);
  dns_decoder_class.destroy(decoder);
  g_string_free(text, TRUE);
  endpoint_free(server);
}

/* A listener's line, and which of its numbers matter here. */
typedef struct {
  guint lines, cut, notes;
  uint64_t missing;
} Tally;

static uint32_t tally_line(void *owner, const DecodedLine *line)
{
  Tally *tally = owner;
  if (line->kind == LINE_NOTE) {
    g_assert_cmpuint(line->word, ==, NOTE_BODY_LENGTH);
    tally->missing += line->length;
    return ++tally->notes;
  }
  g_assert_true((line->flags & LINE_DNS_TCP) != 0);
  if ((line->flags & LINE_INCOMPLETE) != 0) tally->cut++;
  return ++tally->lines;
}

/* The message once whole, then once more with a length that tells excess bytes more than come (or fewer). */
static Tally tally_lie(Bytes message, int excess, size_t step)
{
  ByteBuffer stream = {0};
  for (int i = 0; i < 2; i++) {
    size_t told = message.length + (size_t)(i == 1 ? excess : 0);
    byte_buffer_append(&stream, (Bytes){(const uint8_t[]){(uint8_t)(told >> 8), (uint8_t)told}, 2});
    byte_buffer_append(&stream, message);
  }
  Tally tally = {0};
  DecoderSink sink = {.emit = tally_line, .owner = &tally, .closed = true};
  void *decoder = dns_decoder_class.create(&sink, true);
  Bytes all = byte_buffer_view(&stream);
  for (size_t at = 0; at < all.length; at += step) {
    Bytes part = bytes_slice(all, at, step);
    g_autofree uint8_t *exact = g_memdup2(part.data, part.length);
    dns_decoder_class.receive(decoder, DIRECTION_TO_SERVER, at, (Bytes){exact, part.length});
  }
  dns_decoder_class.finish(decoder);
  dns_decoder_class.destroy(decoder);
  byte_buffer_clear(&stream);
  return tally;
}

static void a_length_over_tcp_that_lies_is_told(void)
{
  g_autoptr(DnsMessage) query = dns_message_new(9);
  dns_message_append_question(query, "beta.example", DNS_MX);
  g_autoptr(GBytes) asked = dns_message_build(query, 512);
  const size_t steps[] = {1, 3, 1000};
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
    Tally exact = tally_lie(view_of(asked), 0, steps[i]), longer = tally_lie(view_of(asked), 1, steps[i]),
          longest = tally_lie(view_of(asked), 60000, steps[i]),
          shorter = tally_lie(view_of(asked), -1, steps[i]);
    g_assert_true(exact.lines == 2 && exact.cut == 0 && exact.notes == 0);
    g_assert_true(longer.lines == 2 && longer.cut == 1 && longer.notes == 1 && longer.missing == 1);
    g_assert_true(longest.lines == 2 && longest.cut == 1 && longest.missing == 60000);
    g_assert_true(shorter.lines == 2 && shorter.cut == 1 && shorter.notes == 0);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dns/zones answer as name servers do", zones_answer_as_name_servers_do);
  g_test_add_func("/dns/a query is the bytes of the RFC", a_query_is_the_bytes_of_the_rfc);
  g_test_add_func("/dns/names are compressed and found again", names_are_compressed_and_found_again);
  g_test_add_func("/hardening/70-a-pointer-that-loops-is-damage", a_pointer_that_loops_is_damage);
  g_test_add_func("/hardening/71-a-length-over-tcp-that-lies-is-told", a_length_over_tcp_that_lies_is_told);
  g_test_add_func("/dns/a chain of pointers has an end", a_chain_of_pointers_has_an_end);
  g_test_add_func("/dns/records read as they are written", records_read_as_they_are_written);
  g_test_add_func("/dns/odd names and long texts survive", odd_names_and_long_texts_survive);
  g_test_add_func("/dns/a client asks again and takes only its own answer",
                  a_client_asks_again_and_takes_only_its_own_answer);
  g_test_add_func("/dns/the decoder tells question and answer", the_decoder_tells_question_and_answer);
  g_test_add_func("/dns/glosses are short and everything is explained",
                  glosses_are_short_and_everything_is_explained);
  g_test_add_func("/dns/any datagram is survived", any_datagram_is_survived);
  return g_test_run();
}
