/* SPDX-License-Identifier: MIT */
/* The filter language: every field, every operator, what binds closest, and that a masked secret cannot be
 * found out. */
#include "base/limits.h"
#include "observe/filter.h"
#include "protocol/registry.h"
#include "support/cpu-time.h"

/* A row to be judged; its letter is its place in the table. */
typedef struct {
  LineKind kind;
  ProtocolId protocol;
  const char *raw;
  Direction direction;
  uint16_t word;
  SecretKind secret;
  uint32_t about;
  uint8_t phase;
} Sample;

#define TO_CLIENT DIRECTION_TO_CLIENT
#define TO_SERVER DIRECTION_TO_SERVER

/* Question and answer: beta.example MX (RFC 1035 §4.1). */
#define DNS_QUESTION "\4beta\7example\0\0\17\0\1"
static const char dns_query[] = "\0\1\1\0\0\1\0\0\0\0\0\0" DNS_QUESTION;
static const char dns_answer[] = "\0\1\201\200\0\1\0\0\0\0\0\0" DNS_QUESTION;

static const Sample samples[] = {
    {LINE_SESSION, PROTOCOL_SMTP, "", TO_SERVER, STREAM_OPENED, SECRET_NONE, 0, 0},                 /* a */
    {LINE_REPLY, PROTOCOL_SMTP, "220 mail.test ESMTP\r\n", TO_CLIENT, 0, SECRET_NONE, 0, 0},        /* b */
    {LINE_COMMAND, PROTOCOL_SMTP, "mail FROM:<alice@a.test>\r\n", TO_SERVER, 0, SECRET_NONE, 0, 1}, /* c */
    {LINE_REPLY, PROTOCOL_SMTP, "250 2.1.0 Ok\r\n", TO_CLIENT, 0, SECRET_NONE, 3, 1},               /* d */
    {LINE_COMMAND, PROTOCOL_SMTP, "AUTH PLAIN AGJvYgBidWlsZGVy\r\n", TO_SERVER, 0, SECRET_AFTER_MECHANISM, 0,
     1},
    {LINE_REPLY, PROTOCOL_SMTP, "535 5.7.8 No\r\n", TO_CLIENT, 0, SECRET_NONE, 5, 1},                 /* f */
    {LINE_CREDENTIAL, PROTOCOL_SMTP, "", TO_SERVER, 0, SECRET_NONE, 5, 0},                            /* g */
    {LINE_NOTE, PROTOCOL_SMTP, "", TO_SERVER, NOTE_PLAINTEXT_PASSWORD, SECRET_NONE, 5, 0},            /* h */
    {LINE_COMMAND, PROTOCOL_POP3, "PASS builder\r\n", TO_SERVER, 0, SECRET_ARGUMENT, 0, 0},           /* i */
    {LINE_REPLY, PROTOCOL_POP3, "-ERR no such luck\r\n", TO_CLIENT, 0, SECRET_NONE, 9, 0},            /* j */
    {LINE_COMMAND, PROTOCOL_IMAP, "a1 UID FETCH 1:9 ALL\r\n", TO_SERVER, 0, SECRET_NONE, 0, 0},       /* k */
    {LINE_REPLY, PROTOCOL_IMAP, "* 3 EXISTS\r\n", TO_CLIENT, 0, SECRET_NONE, 0, 0},                   /* l */
    {LINE_REPLY, PROTOCOL_IMAP, "a1 OK done\r\n", TO_CLIENT, 0, SECRET_NONE, 11, 0},                  /* m */
    {LINE_QUERY, PROTOCOL_DNS, dns_query, TO_SERVER, 0, SECRET_NONE, 0, 0},                           /* n */
    {LINE_ANSWER, PROTOCOL_DNS, dns_answer, TO_CLIENT, 0, SECRET_NONE, 14, 0},                        /* o */
    {LINE_MESSAGE, PROTOCOL_SMTP, "", TO_SERVER, 0, SECRET_NONE, 3, 0},                               /* p */
    {LINE_DATA, PROTOCOL_SMTP, "", TO_SERVER, 0, SECRET_NONE, 3, 0},                                  /* q */
    {LINE_COMMAND, PROTOCOL_SMTP, "X\xff\xfe caf\xc3\xa9 \xff\r\n", TO_SERVER, 0, SECRET_NONE, 0, 0}, /* r */
    {LINE_TLS, PROTOCOL_TLS, "", TO_SERVER, 0, SECRET_NONE, 0, 0},                                    /* s */
    {LINE_SESSION, PROTOCOL_SMTP, "", TO_SERVER, STREAM_RESET, SECRET_NONE, 0, 0},                    /* t */
    {LINE_COMMAND, PROTOCOL_HTTP, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", TO_SERVER, 0, SECRET_NONE, 0,
     0},                                                                                      /* u */
    {LINE_REPLY, PROTOCOL_HTTP, "HTTP/1.1 200 OK\r\n\r\n", TO_CLIENT, 0, SECRET_NONE, 21, 0}, /* v */
    {LINE_SESSION, PROTOCOL_POP2, "", TO_SERVER, STREAM_OPENED, SECRET_NONE, 0, 0},           /* w */
};

/* The log-in's words; the secret differs from test to test. */
static Credential credential = {.mechanism = "PLAIN", .accepted = 0};

static const MessageRecord message = {.subject = "Not\xc3\xad"
                                                 "cias das redes",
                                      .from = "Alice <alice@a.test>",
                                      .to = "Bob <bob@b.test>, carol@c.test",
                                      .message_id = "<1.2@a.test>",
                                      .date = "Mon, 2 Mar 2026 12:00:00 +0000"};

/* IPv6 for POP3, the rest in 10.0.0.0/24; streams are numbered by protocol. */
static StreamInfo stream_of(ProtocolId protocol)
{
  static const uint16_t ports[PROTOCOL_COUNT] = {0, 25, 109, 110, 143, 80, 53, 443};
  StreamInfo stream = {.number = protocol,
                       .protocol = protocol,
                       .udp = protocol == PROTOCOL_DNS,
                       .client_port = 40000,
                       .server_port = ports[protocol]};
  bool version6 = protocol == PROTOCOL_POP3;
  g_assert_true(ip_address_parse(version6 ? "fd00:20::1" : "10.0.0.1", &stream.client));
  g_assert_true(ip_address_parse(version6 ? "fd00:20::30" : "10.0.1.2", &stream.server));
  return stream;
}

static bool fits_row(Filter *filter, size_t index, Bytes raw)
{
  const Sample *sample = &samples[index];
  StreamInfo stream = stream_of(sample->protocol);
  const Vocabulary *words = registry_get_vocabulary(sample->protocol);
  Row row = {.id = (uint32_t)index + 1,
             .frame = 100 + (uint32_t)index,
             .about = sample->about,
             .word = sample->word,
             .answered_word = VOCABULARY_UNKNOWN,
             .kind = (uint8_t)sample->kind,
             .protocol = (uint8_t)sample->protocol,
             .direction = (uint8_t)sample->direction,
             .secret = (uint8_t)sample->secret,
             .phase = sample->phase,
             .lines = 1,
             .length = raw.length};
  ptrdiff_t blank = bytes_find(raw, ' ');
  if (sample->kind == LINE_COMMAND && words != NULL)
    row.word = vocabulary_find_word(words, bytes_slice(raw, 0, blank < 0 ? 0 : (size_t)blank));
  RowEvent event = {.row = &row,
                    .stream = &stream,
                    .raw = raw,
                    .credential = sample->kind == LINE_CREDENTIAL ? &credential : NULL,
                    .message = sample->kind == LINE_MESSAGE ? &message : NULL};
  return filter_matches(filter, &event);
}

static Bytes raw_of(size_t index)
{
  if (samples[index].raw == dns_query) return (Bytes){(const uint8_t *)dns_query, sizeof dns_query - 1};
  if (samples[index].raw == dns_answer) return (Bytes){(const uint8_t *)dns_answer, sizeof dns_answer - 1};
  return bytes_from_string(samples[index].raw);
}

static Filter *compile(const char *text, bool reveal)
{
  g_autoptr(GError) error = NULL;
  Filter *filter = filter_new(text, reveal, NULL, &error);
  if (filter == NULL) g_error("%s: %s", text, error->message);
  return filter;
}

/* Returns the letters of the rows that fit. */
static const char *fitting(const char *text, bool reveal)
{
  static char letters[G_N_ELEMENTS(samples) + 1];
  g_autoptr(Filter) filter = compile(text, reveal);
  size_t count = 0;
  credential.user = BYTES_LITERAL("alice");
  for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
    if (fits_row(filter, i, raw_of(i))) letters[count++] = (char)('a' + i);
  letters[count] = '\0';
  return letters;
}

typedef struct {
  const char *text, *rows;
} Case;

static void check(const Case *cases, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    const char *rows = fitting(cases[i].text, false);
    if (strcmp(rows, cases[i].rows) != 0) g_error("%s fits %s, not %s", cases[i].text, rows, cases[i].rows);
  }
}

static void every_field_finds_its_rows(void)
{
  static const Case cases[] = {
      {"kind == command", "ceikru"},
      {"protocol == pop3", "ij"},
      {"id == 3", "c"},
      {"stream == 3", "ij"},
      {"udp_stream == 6", "no"},
      {"frame == 102", "c"},
      {"verb == MAIL", "c"},
      {"argument == \"FROM:<alice@a.test>\"", "c"},
      {"tag == a1", "km"},
      {"phase == connected", "cdef"},
      {"code == 250", "d"},
      {"enhanced == 5.7.8", "f"},
      {"text == \"mail.test ESMTP\"", "b"},
      {"answers == 3", "d"},
      {"about == 5", "gh"},
      {"user == alice", "g"},
      {"mechanism == plain", "g"},
      {"accepted == false", "g"},
      {"note.code == plaintext-password", "h"},
      {"severity == warning", "h"},
      {"session.state == reset", "t"},
      {"frame.number == 100", "a"},
      {"tcp.stream == 4", "klm"},
      {"tcp.port == 143", "klm"},
      {"tcp.srcport == 25", "bdf"},
      {"tcp.dstport == 110", "i"},
      {"udp.stream == 6", "no"},
      {"udp.port == 53", "no"},
      {"udp.srcport == 53", "o"},
      {"udp.dstport == 53", "n"},
      {"udp", "no"},
      {"ip.addr == 10.0.1.2 and dns", "no"},
      {"ip.src == 10.0.0.1 and dns", "n"},
      {"ip.dst == 10.0.0.1 and dns", "o"},
      {"ipv6.addr == fd00:20::30", "ij"},
      {"ipv6.src == fd00:20::30", "j"},
      {"ipv6.dst == fd00:20::30", "i"},
      {"smtp.req", "cer"},
      {"smtp.req.command == \"MAIL\"", "c"},
      {"smtp.req.parameter contains \"alice\"", "c"},
      {"smtp.rsp", "bdf"},
      {"smtp.rsp.parameter contains \"ESMTP\"", "b"},
      {"smtp.response.code == 535", "f"},
      {"pop", "ij"},
      {"pop2", "w"},
      {"pop3", "ij"},
      {"pop.request.command == PASS", "i"},
      {"pop.request.parameter", "i"},
      {"pop.response.indicator == -ERR", "j"},
      {"pop.response.description contains luck", "j"},
      {"imap", "klm"},
      {"imap.isrequest", "k"},
      {"imap.request.command == \"UID FETCH\"", "k"},
      {"imap.request.tag == a1", "k"},
      {"imap.request_tag == a1", "k"},
      {"imap.response.status == OK", "m"},
      {"imap.response.command == EXISTS", "l"},
      {"imap.response.tag == \"*\"", "l"},
      {"imap.response_tag == a1", "m"},
      {"http", "uv"},
      {"dns", "no"},
      {"dns.qry.name == BETA.example", "no"},
      {"dns.qry.type == MX", "no"},
      {"dns.qry.type == 15", "no"},
      {"dns.qry.type == 16", ""},
      {"tls", "s"},
      {"imf", "p"},
      {"imf.subject contains \"redes\"", "p"},
      {"imf.from contains \"alice@\"", "p"},
      {"imf.to contains carol", "p"},
      {"imf.message_id == \"<1.2@a.test>\"", "p"},
      {"imf.date contains 2026", "p"},
  };
  check(cases, G_N_ELEMENTS(cases));
}

/* So that a new field gets its case above, and a misspelt row of the table is seen. */
static void every_field_is_there_in_some_row_and_absent_from_another(void)
{
  g_autofree const char **names = filter_dup_field_names();
  for (const char **name = names; *name != NULL; name++) {
    bool http = g_str_has_prefix(*name, "http") && registry_get(PROTOCOL_HTTP) == NULL;
    if (http || g_str_has_prefix(*name, "tls.")) continue;
    size_t rows = strlen(fitting(*name, false));
    if (rows == 0) g_error("no row has %s", *name);
    bool of_all = strpbrk("kpif", (char[]){(*name)[0], '\0'}) != NULL &&
                  (g_str_equal(*name, "kind") || g_str_equal(*name, "protocol") || g_str_equal(*name, "id") ||
                   g_str_has_prefix(*name, "frame"));
    g_assert_cmpint(rows == G_N_ELEMENTS(samples), ==, of_all);
  }
}

static void every_operator_means_what_it_says(void)
{
  static const Case cases[] = {
      {"id == 3", "c"},
      {"id eq 3", "c"},
      {"id != 3 and id < 5", "abd"},
      {"id ne 3 and id < 5", "abd"},
      {"id > 21", "vw"},
      {"id gt 21", "vw"},
      {"id >= 21", "uvw"},
      {"id ge 21", "uvw"},
      {"id < 3", "ab"},
      {"id lt 3", "ab"},
      {"id <= 3", "abc"},
      {"id le 3", "abc"},
      {"id == 0x10", "p"},
      {"id in {1, 4..6, 9}", "adefi"},
      {"id in {1,4 .. 6,9}", "adefi"},
      {"id not in {4..23}", "abc"},
      {"verb in {mail, PASS}", "ci"},
      {"verb not in {mail, PASS, auth, get}", "kr"},
      {"ip.addr in {10.0.1.2, 10.9.9.9} and dns", "no"},
      {"code >= 500", "f"},
      {"code in {200..299}", "bdv"},
      {"code == -ERR", "j"},
      {"code == exists", "l"},
      {"code != 250 and smtp", "bf"},
      {"verb contains ai", "c"},
      {"verb contains FETCH", "k"},
      {"argument contains ALICE", ""},
      {"argument contains alice", "c"},
      {"argument matches \"ALICE@\"", "c"},
      {"argument matches \"^from:<\\w+@\"", "c"},
      {"argument matches r\"^from:<\\w+@\"", "c"},
      {"note.code contains plain", "h"},
      {"kind matches \"^(note|tls)$\"", "hs"},
      {"severity >= info", "h"},
      {"severity > warning", ""},
      {"ip.addr == 10.0.1.0/24 and dns", "no"},
      {"ip.addr == 10.0.0.0/23 and dns", "no"},
      {"ip.addr == 10.0.2.0/23", ""},
      {"ip.addr == 0.0.0.0/0 and dns", "no"},
      {"ipv6.addr == fd00:20::/32", "ij"},
      {"ipv6.addr == \"fd00:21::/31\"", "ij"},
      {"argument == \"\\u0046ROM:\\x3calice@a.test>\"", "c"},
      {"argument contains \"caf\xc3\xa9 \xef\xbf\xbd\"", "r"},
      {"argument matches \"CAF\xc3\x89\"", "r"},
      {"", "abcdefghijklmnopqrstuvw"},
      {"  \t ", "abcdefghijklmnopqrstuvw"},
  };
  check(cases, G_N_ELEMENTS(cases));
}

static void a_field_of_several_values_is_unequal_when_none_is_equal(void)
{
  static const Case cases[] = {
      {"dns and ip.addr != 10.0.0.1", ""},
      {"dns and ip.addr != 10.7.7.7", "no"},
      {"imap and tcp.port != 143", ""},
      {"imap and tcp.port > 143", "klm"},
      {"imap and tcp.port < 144", "klm"},
      {"imap and tcp.port not in {25, 110}", "klm"},
      {"imap and tcp.port not in {25, 40000}", ""},
      /* without the field no comparison is true, nor is != */
      {"verb != MAIL and kind == reply", ""},
      {"not verb == MAIL and kind == reply and smtp", "bdf"},
      {"ip.addr != 10.7.7.7 and pop", ""},
  };
  check(cases, G_N_ELEMENTS(cases));
}

static void not_binds_closer_than_and_and_and_closer_than_or(void)
{
  static const Case cases[] = {
      {"id == 1 or id == 2 and id == 3", "a"},
      {"(id == 1 or id == 2) and id == 3", ""},
      {"id == 2 and id == 3 or id == 1", "a"},
      {"id == 1 || id == 2 && id == 2", "ab"},
      {"not id == 1 and id < 3", "b"},
      {"not (id == 1 and id < 3) and id < 3", "b"},
      {"!id == 1 && id < 3", "b"},
      {"not not id == 1", "a"},
      {"!!!id == 1 and id < 3", "b"},
      {"not id == 1 or id == 1", "abcdefghijklmnopqrstuvw"},
      {"id==1 or(id==2)", "ab"},
      {"ID == 1 AND NOT (Kind == Reply)", "a"},
      {"id == 1 or id == 2 or id == 3 or id == 4", "abcd"},
      {"id < 5 and id > 1 and id != 3", "bd"},
      {"((id == 1))", "a"},
  };
  check(cases, G_N_ELEMENTS(cases));
}

/* Log-ins that differ in the secret alone; what is sent in place of %s. */
static const struct {
  size_t sample;
  const char *form;
} secret_rows[] = {
    {8, "PASS %s\r\n"}, {8, "pass  \t%s \r\n"}, {4, "AUTH PLAIN %s\r\n"}, {4, "AUTH  LOGIN %s\r\n"}};

static const char *const secret_words[] = {"builder", "AGJvYgBidWlsZGVy", "x", "wonderland-wonderland",
                                           "caf\xc3\xa9\xff"};

/* Every way to ask for a part of it, its length, or its first letter. */
static const char *const probes[] = {"argument contains \"%c\"",
                                     "argument == \"%s\"",
                                     "argument contains \"%s\"",
                                     "argument matches \"%c\"",
                                     "argument matches \"%s$\"",
                                     "argument matches \"^.{3,7}$\"",
                                     "argument matches \".{8}$\"",
                                     "argument matches \"[^\xe2\x80\xa2]$\"",
                                     "argument in {\"%s\", \"PLAIN %s\"}",
                                     "smtp.req.parameter contains \"%s\"",
                                     "smtp.req.parameter matches \"\\b%c\"",
                                     "pop.request.parameter contains \"%s\"",
                                     "pop.request.parameter matches \"%c\"",
                                     "verb contains \"%s\"",
                                     "tag contains \"%s\"",
                                     "text contains \"%s\"",
                                     "user contains \"%s\"",
                                     "code contains \"%s\""};

/* Returns which rows fit, as bits. */
static uint32_t ask(const char *probe, const char *wanted, const char *secret, bool reveal)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (const char *at = probe; *at != '\0'; at++) {
    if (*at == '%' && at[1] == 's')
      g_string_append(text, wanted), at++;
    else if (*at == '%' && at[1] == 'c')
      g_string_append_c(text, wanted[0]), at++;
    else
      g_string_append_c(text, *at);
  }
  g_autoptr(Filter) filter = compile(text->str, reveal);
  uint32_t fits = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(secret_rows); i++) {
    g_auto(GStrv) around = g_strsplit(secret_rows[i].form, "%s", 2);
    g_autofree char *raw = g_strconcat(around[0], secret, around[1], NULL);
    if (fits_row(filter, secret_rows[i].sample, bytes_from_string(raw))) fits |= 1u << i;
  }
  return fits;
}

static void a_masked_secret_cannot_be_found_out(void)
{
  guint told = 0;
  for (size_t p = 0; p < G_N_ELEMENTS(probes); p++) {
    for (size_t w = 0; w + 1 < G_N_ELEMENTS(secret_words); w++) {
      for (size_t s = 1; s < G_N_ELEMENTS(secret_words); s++) {
        const char *wanted = secret_words[w];
        g_assert_cmphex(ask(probes[p], wanted, secret_words[s], false), ==,
                        ask(probes[p], wanted, secret_words[0], false));
        told +=
            ask(probes[p], wanted, secret_words[s], true) != ask(probes[p], wanted, secret_words[0], true);
      }
    }
  }
  /* The same questions do tell the secrets apart where they are revealed. */
  g_assert_cmpuint(told, >, 50);
}

static void what_is_shown_of_a_log_in_can_be_asked_for(void)
{
  g_assert_cmpstr(
      fitting(
          "argument == \"PLAIN \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\"",
          false),
      ==, "e");
  g_assert_cmpstr(fitting("argument contains builder", false), ==, "");
  g_assert_cmpstr(fitting("argument contains builder", true), ==, "i");
  g_assert_cmpstr(fitting("argument contains AGJvYg", true), ==, "e");
}

static void a_hostile_pattern_is_given_up(void)
{
  g_autoptr(Filter) filter = compile("id == 3 or argument matches \"(a+)+[!;]\"", false);
  g_autofree char *letters = g_strnfill(60000, 'a');
  g_autofree char *raw = g_strconcat("X ", letters, "\r\n", NULL);
  gint64 start = cpu_time_now();
  for (guint i = 1; i <= LIMIT_PATTERN_SURRENDERS + 1000; i++) {
    g_assert_false(fits_row(filter, 17, bytes_from_string(raw)));
    g_assert_cmpuint(filter_get_surrendered(filter), ==, i >= LIMIT_PATTERN_SURRENDERS ? 29 : 0);
  }
  g_assert_cmpint(cpu_time_now() - start, <, 30 * G_USEC_PER_SEC);
  g_assert_true(fits_row(filter, 2, raw_of(2)));
}

static void a_pattern_on_the_longest_line_is_no_hostile_one(void)
{
  g_autoptr(Filter) filter = compile("argument matches \"(ab|c)[de]\"", false);
  g_autofree char *letters = g_strnfill(60000, 'a');
  g_autofree char *raw = g_strconcat("X ", letters, "cd\r\n", NULL);
  g_assert_true(fits_row(filter, 17, bytes_from_string(raw)));
  g_assert_cmpuint(filter_get_surrendered(filter), ==, 0);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/filter/every field finds its rows", every_field_finds_its_rows);
  g_test_add_func("/filter/every field is there in some row and absent from another",
                  every_field_is_there_in_some_row_and_absent_from_another);
  g_test_add_func("/filter/every operator means what it says", every_operator_means_what_it_says);
  g_test_add_func("/filter/a field of several values is unequal when none is equal",
                  a_field_of_several_values_is_unequal_when_none_is_equal);
  g_test_add_func("/filter/not binds closer than and, and and closer than or",
                  not_binds_closer_than_and_and_and_closer_than_or);
  g_test_add_func("/filter/a masked secret cannot be found out", a_masked_secret_cannot_be_found_out);
  g_test_add_func("/filter/what is shown of a log-in can be asked for",
                  what_is_shown_of_a_log_in_can_be_asked_for);
  g_test_add_func("/filter/a hostile pattern is given up", a_hostile_pattern_is_given_up);
  g_test_add_func("/filter/a pattern on the longest line is no hostile one",
                  a_pattern_on_the_longest_line_is_no_hostile_one);
  return g_test_run();
}
