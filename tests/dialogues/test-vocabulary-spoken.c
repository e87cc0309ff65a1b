/* SPDX-License-Identifier: MIT */
/* Every word that our servers know is spoken, and answered, in a dialogue file or in the simulated network,
 * and the decoder knows it by its row. Which words those are the servers say themselves. */
#include "mail/mail-store.h"
#include "observe/inspector.h"
#include "protocol/dns/dns-client.h"
#include "protocol/dns/dns-server.h"
#include "protocol/dns/dns-vocabulary.h"
#include "protocol/http/http-server.h"
#include "protocol/http/http-vocabulary.h"
#include "protocol/imap/imap-client.h"
#include "protocol/imap/imap-server.h"
#include "protocol/pop2/pop2-server.h"
#include "protocol/pop2/pop2-vocabulary.h"
#include "protocol/pop3/pop3-server.h"
#include "protocol/pop3/pop3-vocabulary.h"
#include "protocol/smtp/smtp-server.h"
#include "protocol/smtp/smtp-vocabulary.h"
#include "simulate/host.h"
#include "support/dialogue-programs.h"
#include "wire/tcp-conversation.h"

/* Counts, by row of the vocabulary. */
typedef struct {
  const Vocabulary *vocabulary;
  guint spoken[64], answered[64];
} Spoken;

static void hear_row(void *owner, const RowEvent *event)
{
  Spoken *spoken = owner;
  const Row *row = event->row;
  if (row->protocol != spoken->vocabulary->id) return;
  bool asks = row->kind == LINE_COMMAND || row->kind == LINE_QUERY;
  bool answers = row->kind == LINE_REPLY || row->kind == LINE_ANSWER;
  if (asks && row->word < spoken->vocabulary->word_count) spoken->spoken[row->word]++;
  if (answers && row->about != 0 && row->answered_word < spoken->vocabulary->word_count)
    spoken->answered[row->answered_word]++;
}

static void hear_dialogue(const char *path, Spoken *spoken)
{
  g_autoptr(EndpointDialogue) file = endpoint_dialogue_load(path);
  if (endpoint_dialogue_get_flag(file, "Scripted-Server")) return;
  const DialogueProgram *program = dialogue_program_find(file);
  if (!g_str_equal(program->protocol, spoken->vocabulary->name)) return;
  RowSink sink = {.row = hear_row, .owner = spoken};
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  uint32_t frame_count = 0;
  TcpConversationConfig config = {.sink = inspector_get_frame_sink(inspector), .frame_count = &frame_count};
  config.ends[TCP_CONVERSATION_CLIENT].port = 40000;
  config.ends[TCP_CONVERSATION_SERVER].port = program->port;
  g_assert_true(ip_address_parse("192.0.2.1", &config.ends[TCP_CONVERSATION_CLIENT].address));
  g_assert_true(ip_address_parse("192.0.2.2", &config.ends[TCP_CONVERSATION_SERVER].address));
  TcpConversation talk;
  tcp_conversation_init(&talk, &config);
  tcp_conversation_open(&talk, 0);
  for (guint i = 0; i < file->turns->len; i++) {
    const DialogueTurn *turn = g_ptr_array_index(file->turns, i);
    gsize size;
    const uint8_t *data = g_bytes_get_data(turn->bytes, &size);
    tcp_conversation_send(&talk,
                          turn->side == DIALOGUE_CLIENT ? TCP_CONVERSATION_CLIENT : TCP_CONVERSATION_SERVER,
                          (Bytes){data, size}, 0);
  }
  inspector_finish(inspector);
}

/* Returns the server's reply to one line, the caller's to free: the first thing it says after its greeting.
 */
static char *ask(Endpoint *server, const char *line)
{
  EndpointEvent event = {0};
  endpoint_advance(server, NANOSECONDS_PER_SECOND);
  endpoint_consumed(server, endpoint_pending(server).length);
  g_autofree char *whole = g_strdup_printf("%s\r\n", line);
  endpoint_receive(server, bytes_from_string(whole));
  endpoint_next_event(server, &event);
  char *reply = bytes_dup_string(endpoint_pending(server));
  endpoint_free(server);
  return reply;
}

/* Every row: the words of the past are spoken too, and refused. Only the row for the lines inside a log-in is
 * no command. */
static bool smtp_knows(const char *word)
{
  g_autofree char *reply = ask(smtp_server_new(&(SmtpServerConfig){.host_name = "mail.example",
                                                                   .capabilities = SMTP_CAPABILITIES_RELAY}),
                               word);
  g_assert_true(g_ascii_isdigit(reply[0]));
  bool command = !g_str_has_prefix(reply, "500");
  g_assert_cmpint(command, ==, !g_str_equal(word, smtp_vocabulary.words[SMTP_AUTH_RESPONSE].word));
  return true;
}

static bool pop3_knows(const char *word)
{
  static const char *const mechanisms[] = {"PLAIN", NULL};
  g_autofree char *reply = ask(pop3_server_new(&(Pop3ServerConfig){.host_name = "mail.example",
                                                                   .apop_stamp = "<1@mail.example>",
                                                                   .mechanisms = mechanisms,
                                                                   .offer_stls = true,
                                                                   .offer_utf8 = true,
                                                                   .offer_lang = true}),
                               word);
  /* the row for the lines inside a log-in is no command */
  if (g_str_equal(word, pop3_vocabulary.words[POP3_AUTH_RESPONSE].word)) return true;
  /* the reply to STLS waits for its owner */
  g_assert_true(reply[0] == '+' || reply[0] == '-' || g_str_equal(word, "STLS"));
  return !g_str_has_prefix(reply, "-ERR Unknown command");
}

static bool pop2_knows(const char *word)
{
  g_autofree char *reply = ask(pop2_server_new(&(Pop2ServerConfig){.host_name = "mail.example"}), word);
  g_assert_true(reply[0] == '+' || reply[0] == '-');
  return !g_str_has_prefix(reply, "- Unknown command");
}

/* What our server takes as a command, or our client says. */
static bool imap_knows(const char *word)
{
  static const char *const mechanisms[] = {"PLAIN", NULL};
  uint16_t row = vocabulary_find_word(&imap_vocabulary, bytes_from_string(word));
  if (row == IMAP_DONE || row == IMAP_AUTH_RESPONSE) return true;
  g_autofree char *line = g_strdup_printf("a1 %s", word);
  g_autofree char *reply =
      ask(imap_server_new(&(ImapServerConfig){.host_name = "mail.example", .mechanisms = mechanisms}), line);
  bool served = !g_str_has_prefix(reply, "a1 BAD Unknown command");
  g_assert_true(g_str_has_prefix(reply, "a1 ") || g_str_has_prefix(reply, "* "));
  Endpoint *client = imap_client_new(&(ImapClientConfig){.user = "bob", .password = "builder"});
  bool said = imap_client_request(client, &(ImapRequest){.word = row,
                                                         .mailbox = "INBOX",
                                                         .name = "Other",
                                                         .set = "1",
                                                         .items = "ALL",
                                                         .message = BYTES_LITERAL("x")}) != 0;
  endpoint_free(client);
  return served || said;
}

static void assert_spoken(const Spoken *spoken, bool (*knows)(const char *word), guint least)
{
  guint known = 0;
  g_assert_cmpuint(spoken->vocabulary->word_count, <=, G_N_ELEMENTS(spoken->spoken));
  for (size_t i = 0; i < spoken->vocabulary->word_count; i++) {
    const VocabularyWord *word = &spoken->vocabulary->words[i];
    if (word->word[0] == '\0' || !knows(word->word)) continue;
    known++;
    if (spoken->spoken[i] == 0) g_error("%s is spoken in no dialogue", word->word);
    if (spoken->answered[i] == 0) g_error("%s is answered in no dialogue", word->word);
  }
  g_assert_cmpuint(known, >=, least);
}

static void hear_dialogues(Spoken *spoken)
{
  g_autoptr(GPtrArray) paths = endpoint_dialogue_list(SOURCE_DIR "/tests/dialogues");
  for (guint i = 0; i < paths->len; i++)
    hear_dialogue(paths->pdata[i], spoken);
}

static void every_word_of_smtp_is_spoken(void)
{
  Spoken spoken = {.vocabulary = &smtp_vocabulary};
  hear_dialogues(&spoken);
  assert_spoken(&spoken, smtp_knows, SMTP_WORD_COUNT);
}

/* Calls back with the lines that our SMTP server says in the dialogues. */
static void read_smtp_replies(void (*hear)(const char *line, gpointer data), gpointer data)
{
  g_autoptr(GPtrArray) paths = endpoint_dialogue_list(SOURCE_DIR "/tests/dialogues");
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr(EndpointDialogue) file = endpoint_dialogue_load(paths->pdata[i]);
    if (g_strcmp0(endpoint_dialogue_get(file, "Protocol"), "smtp") != 0) continue;
    if (endpoint_dialogue_get_flag(file, "Scripted-Server")) continue;
    g_autoptr(GBytes) said = endpoint_dialogue_join(file, DIALOGUE_SERVER);
    gsize size;
    const char *bytes = g_bytes_get_data(said, &size);
    g_autofree char *text = g_strndup(bytes, size);
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++)
      hear(*line, data);
  }
}

static void count_code(const char *line, gpointer data)
{
  ((guint *)data)[g_ascii_strtoull(line, NULL, 10) % 1000]++;
}

/* Those that the course names. 211 tells the state of a system, which our server keeps to itself. */
static void every_reply_of_smtp_is_given(void)
{
  static const guint codes[] = {214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 432,
                                450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 521,
                                530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556};
  guint given[1000] = {0};
  read_smtp_replies(count_code, given);
  for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
    if (given[codes[i]] == 0) g_error("no dialogue has our server say %u", codes[i]);
}

static void collect_offer(const char *line, gpointer data)
{
  if (g_str_has_prefix(line, "250") && strlen(line) > 4)
    *(uint32_t *)data |= smtp_capabilities_parse(bytes_from_string(line + 4));
}

static void every_extension_of_smtp_is_offered(void)
{
  uint32_t offered = 0;
  read_smtp_replies(collect_offer, &offered);
  g_assert_cmphex(offered, ==,
                  SMTP_CAPABILITIES_RELAY | SMTP_CAPABILITIES_AUTH | SMTP_CAPABILITIES_MODERN |
                      SMTP_CAPABILITY_VRFY | SMTP_CAPABILITY_EXPN);
}

static void every_word_of_pop3_is_spoken(void)
{
  Spoken spoken = {.vocabulary = &pop3_vocabulary};
  hear_dialogues(&spoken);
  /* a reply inside the log-in is told as one to AUTH */
  spoken.answered[POP3_AUTH_RESPONSE] = spoken.answered[POP3_AUTH];
  assert_spoken(&spoken, pop3_knows, POP3_WORD_COUNT);
}

static void every_word_of_pop2_is_spoken(void)
{
  Spoken spoken = {.vocabulary = &pop2_vocabulary};
  hear_dialogues(&spoken);
  assert_spoken(&spoken, pop2_knows, POP2_WORD_COUNT);
}

/* Every word but those of extensions nobody of ours speaks. */
static void every_word_of_imap_is_spoken(void)
{
  static const uint16_t foreign[] = {IMAP_STARTTLS,   IMAP_COMPRESS, IMAP_GETQUOTA,    IMAP_GETQUOTAROOT,
                                     IMAP_SETQUOTA,   IMAP_SORT,     IMAP_THREAD,      IMAP_UID_SORT,
                                     IMAP_UID_THREAD, IMAP_GETACL,   IMAP_SETACL,      IMAP_DELETEACL,
                                     IMAP_LISTRIGHTS, IMAP_MYRIGHTS, IMAP_GETMETADATA, IMAP_SETMETADATA};
  Spoken spoken = {.vocabulary = &imap_vocabulary};
  hear_dialogues(&spoken);
  /* a reply inside the log-in is told as one to AUTHENTICATE, one after DONE as one to IDLE */
  spoken.answered[IMAP_AUTH_RESPONSE] = spoken.answered[IMAP_AUTHENTICATE];
  spoken.answered[IMAP_DONE] = spoken.answered[IMAP_IDLE];
  assert_spoken(&spoken, imap_knows, IMAP_WORD_COUNT - G_N_ELEMENTS(foreign));
  for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
    g_assert_false(imap_knows(imap_vocabulary.words[foreign[i]].word));
}

static bool http_knows(const char *word)
{
  g_autofree char *line = g_strdup_printf("%s / HTTP/1.1", word);
  g_autofree char *reply = ask(http_server_new(&(HttpServerConfig){0}), line);
  return !g_str_has_prefix(reply, "HTTP/1.1 501"); /* nothing, for the head goes on */
}

static void every_word_of_http_is_spoken(void)
{
  Spoken spoken = {.vocabulary = &http_vocabulary};
  hear_dialogues(&spoken);
  assert_spoken(&spoken, http_knows, HTTP_WORD_COUNT);
}

/* A name server and whoever asks it, on a cable with a tap. */
typedef struct {
  DnsZones *zones;
  VirtualClock clock;
  Tap tap;
  Link link;
  Host *hosts[2];
  guint answers, records;
} NameNetwork;

static const char *const addresses[] = {"192.0.2.1", "192.0.2.53"};

static void take_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  NameNetwork *network = owner;
  if (event->type != ENDPOINT_RESOLVED) return;
  const DnsMessage *answer = dns_client_get_answer(endpoint);
  network->answers++;
  network->records += answer->answers->len > 0;
}

static void take_end(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)owner;
  (void)endpoint;
  (void)end;
}

static const AgentSessionClass session_class = {take_event, take_end};

static Endpoint *serve(void *owner, const char *peer, AgentSession *session)
{
  g_assert_null(peer);
  *session = (AgentSession){&session_class, owner};
  return dns_server_new(((NameNetwork *)owner)->zones);
}

static DnsZones *new_zones(void)
{
  static const char *const records[][2] = {
      {"beta.example", "MX 10 mail.beta.example"},
      {"mail.beta.example", "A 198.51.100.25"},
      {"mail.beta.example", "AAAA 2001:db8::25"},
      {"beta.example", "TXT \"v=spf1 mx -all\""},
      {"www.beta.example", "CNAME mail.beta.example"},
      {"beta.example", "NS ns.beta.example"},
      {"25.100.51.198.in-addr.arpa", "PTR mail.beta.example"},
  };
  DnsZones *zones = dns_zones_new();
  dns_zones_add(zones, "beta.example");
  dns_zones_add(zones, "100.51.198.in-addr.arpa");
  for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
    g_assert_true(dns_zones_append(zones, records[i][0], 3600, records[i][1]));
  return zones;
}

static void network_build(NameNetwork *network, FrameSink sink)
{
  static const MacAddress macs[] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};
  network->zones = new_zones();
  network->tap.sink = sink;
  link_init(&network->link, 0, &(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 1, &network->clock,
            &network->tap);
  for (uint16_t i = 0; i < 2; i++) {
    HostConfig host = {.index = i, .mac = macs[i], .seed = 1, .clock = &network->clock};
    IpAddress peer;
    g_assert_true(ip_address_parse(addresses[i], &host.address));
    g_assert_true(ip_address_parse(addresses[1 - i], &peer));
    network->hosts[i] = host_new(&host);
    host_add_link(network->hosts[i], &network->link, i, &macs[1 - i]);
    host_add_route(network->hosts[i], &peer, &network->link);
  }
  agent_host_listen(host_as_agent_host(network->hosts[1]), AGENT_UDP, 53, &(AgentService){serve, network});
}

static const char *name_for(const char *type)
{
  static const char *const names[][2] = {{"A", "mail.beta.example"},
                                         {"AAAA", "mail.beta.example"},
                                         {"CNAME", "www.beta.example"},
                                         {"PTR", "25.100.51.198.in-addr.arpa"}};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (g_str_equal(type, names[i][0])) return names[i][1];
  return "beta.example";
}

static bool dns_knows(const char *word)
{
  return dns_type_parse(bytes_from_string(word)) != 0;
}

static void every_type_of_dns_is_asked_for(void)
{
  Spoken spoken = {.vocabulary = &dns_vocabulary};
  NameNetwork network = {0};
  RowSink sink = {.row = hear_row, .owner = &spoken};
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  network_build(&network, inspector_get_frame_sink(inspector));
  for (uint16_t i = 0; i < dns_vocabulary.word_count; i++) {
    const char *type = dns_vocabulary.words[i].word;
    Endpoint *client = dns_client_new(
        &(DnsClientConfig){.id = i, .name = name_for(type), .type = dns_type_parse(bytes_from_string(type))});
    agent_host_connect(host_as_agent_host(network.hosts[0]), AGENT_UDP, addresses[1], 53, client,
                       &(AgentSession){&session_class, &network});
  }
  while (virtual_clock_step(&network.clock, 60 * NANOSECONDS_PER_SECOND))
    ;
  inspector_finish(inspector);
  g_assert_cmpuint(network.answers, ==, dns_vocabulary.word_count);
  /* SRV and TLSA are read and explained; no zone of ours holds any */
  g_assert_cmpuint(network.records, ==, dns_vocabulary.word_count - 2);
  assert_spoken(&spoken, dns_knows, 11);
  for (guint i = 0; i < 2; i++)
    host_stop(network.hosts[i]);
  for (guint i = 0; i < 2; i++)
    host_free(network.hosts[i]);
  link_clear(&network.link);
  virtual_clock_clear(&network.clock);
  dns_zones_free(network.zones);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/spoken/every word of SMTP is spoken", every_word_of_smtp_is_spoken);
  g_test_add_func("/spoken/every reply of SMTP is given", every_reply_of_smtp_is_given);
  g_test_add_func("/spoken/every extension of SMTP is offered", every_extension_of_smtp_is_offered);
  g_test_add_func("/spoken/every word of POP3 is spoken", every_word_of_pop3_is_spoken);
  g_test_add_func("/spoken/every word of POP2 is spoken", every_word_of_pop2_is_spoken);
  g_test_add_func("/spoken/every word of IMAP is spoken", every_word_of_imap_is_spoken);
  g_test_add_func("/spoken/every word of HTTP is spoken", every_word_of_http_is_spoken);
  g_test_add_func("/spoken/every type of DNS is asked for", every_type_of_dns_is_asked_for);
  return g_test_run();
}
