/* SPDX-License-Identifier: MIT */
/* Building the town, cutting its power, handing in letters. */
#include "support/mail-town.h"

#include <string.h>

static const struct {
  const char *name, *address;
} plans[TOWN_HOSTS] = {
    [TOWN_NAMES] = {"ns.example", "203.0.113.53"},
    [TOWN_COMPUTER] = {"computer.example", "203.0.113.66"},
    [TOWN_ALPHA] = {"mail.alpha.example", "192.0.2.25"},
    [TOWN_BETA] = {"mail.beta.example", "198.51.100.25"},
    [TOWN_BACKUP] = {"backup.beta.example", "198.51.100.26"},
};

static const struct {
  TownHost host;
  const char *address, *password;
} users[] = {
    {TOWN_ALPHA, "alice@alpha.example", "wonderland"},
    {TOWN_ALPHA, "carol@alpha.example", "looking-glass"},
    {TOWN_BETA, "bob@beta.example", "builder"},
    {TOWN_BETA, "dora@beta.example", "explorer"},
};

static uint32_t connection_opened(void *owner, const HostConnectionView *connection)
{
  (void)connection;
  return ++((Town *)owner)->connections;
}

static void question_asked(void *owner, Host *host, const IpAddress *peer, uint16_t port)
{
  (void)host;
  (void)peer;
  (void)port;
  ((Town *)owner)->questions++;
}

static const HostWatch watch = {.opened = connection_opened, .asked = question_asked};

/* The link between two hosts, a before b. */
static Link *link_between(Town *town, guint a, guint b)
{
  return &town->links[b * (b - 1) / 2 + a];
}

/* A cable that leads into a computer without power. */
static void swallow(void *owner, Link *link, const LinkFrame *frame)
{
  (void)owner;
  (void)link;
  (void)frame;
}

static void build_host(Town *town, guint which)
{
  HostConfig config = {.index = (uint16_t)which,
                       .mac = {{2, 0, 0, 0, 0, (uint8_t)which}},
                       .seed = town->seed + ((uint64_t)++town->lives[which] << 32),
                       .clock = &town->clock,
                       .watch = &watch,
                       .owner = town};
  g_assert_true(ip_address_parse(plans[which].address, &config.address));
  Host *host = town->hosts[which] = host_new(&config);
  for (guint other = 0; other < TOWN_HOSTS; other++) {
    IpAddress peer;
    if (other == which) continue;
    Link *link = link_between(town, MIN(which, other), MAX(which, other));
    g_assert_true(ip_address_parse(plans[other].address, &peer));
    host_add_link(host, link, which > other, &(MacAddress){{2, 0, 0, 0, 0, (uint8_t)other}});
    host_add_route(host, &peer, link);
  }
}

static void build_zones(Town *town)
{
  static const char *const origins[] = {"example", "alpha.example", "beta.example"};
  static const struct {
    const char *name, *record;
  } records[] = {
      {"alpha.example", "MX 10 mail.alpha.example"},
      {"beta.example", "MX 10 mail.beta.example"},
      {"beta.example", "MX 20 backup.beta.example"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(origins); i++)
    dns_zones_add(town->zones, origins[i]);
  for (size_t i = 0; i < TOWN_HOSTS; i++)
    g_assert_true(dns_zones_append_host(town->zones, plans[i].name, 3600, plans[i].address));
  for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
    g_assert_true(dns_zones_append(town->zones, records[i].name, 3600, records[i].record));
}

static bool is_mail_server(guint which)
{
  return which >= TOWN_ALPHA;
}

void town_init(Town *town, uint64_t seed, double loss)
{
  *town = (Town){.seed = seed};
  town->clock.now = TOWN_HOURS(400000); /* some day in 2015 */
  for (guint i = 0; i < TOWN_LINKS; i++)
    link_init(&town->links[i], i, &(LinkConfig){.delay = 5 * NANOSECONDS_PER_MILLISECOND, .loss = loss}, seed,
              &town->clock, &town->tap);
  for (guint i = 0; i < TOWN_HOSTS; i++) {
    build_host(town, i);
    server_config_init(&town->servers[i]);
    town->stores[i] = mail_store_new();
    town->greylists[i] = greylist_new();
  }
  for (size_t i = 0; i < G_N_ELEMENTS(users); i++)
    mail_store_add_user(town->stores[users[i].host], users[i].address, users[i].password);
  g_assert_true(server_config_add_backup(&town->servers[TOWN_BACKUP], "beta.example"));
  town->name_server = name_server_new(host_as_agent_host(town->hosts[TOWN_NAMES]));
  town->zones = name_server_get_zones(town->name_server);
  build_zones(town);
}

void town_start(Town *town, TownHost which)
{
  if (town->queues[which] == NULL) town->queues[which] = mail_queue_new(&town->servers[which].queue);
  town->agents[which] = transfer_agent_new(&(TransferAgentConfig){
      .host = host_as_agent_host(town->hosts[which]),
      .host_name = plans[which].name,
      .store = town->stores[which],
      .queue = town->queues[which],
      .greylist = town->greylists[which],
      .name_server = plans[TOWN_NAMES].address,
      .server = &town->servers[which],
  });
}

void town_start_all(Town *town)
{
  for (guint i = TOWN_ALPHA; i < TOWN_HOSTS; i++)
    town_start(town, i);
}

void town_cut_power(Town *town, TownHost which)
{
  g_assert_true(is_mail_server(which) && town->hosts[which] != NULL);
  host_stop(town->hosts[which]);
  g_clear_pointer(&town->agents[which], transfer_agent_free);
  g_clear_pointer(&town->hosts[which], host_free);
  for (guint other = 0; other < TOWN_HOSTS; other++)
    if (other != which)
      link_between(town, MIN(which, other), MAX(which, other))->ends[which > other] =
          (LinkEnd){swallow, NULL};
}

void town_restore_power(Town *town, TownHost which)
{
  g_assert_null(town->hosts[which]);
  build_host(town, which);
  if (town->queues[which] != NULL) town_start(town, which);
}

void town_clear(Town *town)
{
  for (guint i = 0; i < TOWN_HOSTS; i++)
    if (town->hosts[i] != NULL) host_stop(town->hosts[i]);
  name_server_free(town->name_server);
  for (guint i = 0; i < TOWN_HOSTS; i++) {
    transfer_agent_free(town->agents[i]);
    mail_store_free(town->stores[i]);
    mail_queue_free(town->queues[i]);
    greylist_free(town->greylists[i]);
    server_config_clear(&town->servers[i]);
  }
  for (guint i = 0; i < TOWN_HOSTS; i++)
    host_free(town->hosts[i]);
  for (guint i = 0; i < TOWN_LINKS; i++)
    link_clear(&town->links[i]);
  virtual_clock_clear(&town->clock);
}

void town_run(Town *town, Nanoseconds limit)
{
  while (virtual_clock_step(&town->clock, limit))
    ;
  town->clock.now = MAX(town->clock.now, limit);
}

GBytes *town_letter(const char *id)
{
  char *text = g_strdup_printf("From: Alice <alice@alpha.example>\r\nTo: bob@beta.example\r\n"
                               "Message-ID: <%s>\r\nSubject: vamos estudar redes\r\n\r\nSee you.\r\n",
                               id);
  return g_bytes_new_take(text, strlen(text));
}

static void letter_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  TownLetter *letter = owner;
  if (event->type != ENDPOINT_DELIVERED && event->type != ENDPOINT_FAILED) return;
  SmtpResult result = smtp_client_get_result(client, 0);
  letter->code = result.code;
  g_free(letter->reply);
  letter->reply = g_strdup(result.reply);
  letter->accepted = result.type == SMTP_RESULT_DELIVERED;
}

static void letter_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  (void)end;
  ((TownLetter *)owner)->over = true;
}

static const AgentSessionClass letter_class = {letter_event, letter_ended};

void town_hand_in(Town *town, TownHost server, uint16_t port, const char *user, const char *password,
                  const Envelope *envelope, GBytes *message, TownLetter *letter)
{
  *letter = (TownLetter){0};
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = plans[TOWN_COMPUTER].name,
      .user = user,
      .password = password,
      .envelope = envelope,
      .message = message,
  });
  agent_host_connect(host_as_agent_host(town->hosts[TOWN_COMPUTER]), AGENT_TCP, plans[server].address, port,
                     client, &(AgentSession){&letter_class, letter});
}

void town_letter_clear(TownLetter *letter)
{
  g_free(letter->reply);
  *letter = (TownLetter){0};
}

int town_send(Town *town, TownHost server, const char *sender, const char *recipient, const char *id)
{
  TownLetter letter;
  g_autoptr(GBytes) message = town_letter(id);
  g_autoptr(Envelope) envelope = envelope_new(sender);
  envelope_append(envelope, recipient);
  town_hand_in(town, server, SMTP_PORT, NULL, NULL, envelope, message, &letter);
  town_run(town, town->clock.now + TOWN_SECONDS(60));
  g_assert_true(letter.over);
  int code = letter.code;
  town_letter_clear(&letter);
  return code;
}

/* ---- a talk ---- */

typedef struct {
  Endpoint base;
  const char *const *lines;
  GString *heard;
  ByteBuffer in, out;
  bool closed, told;
} Talk;

/* Says the next line; what belongs to a message, up to its dot, goes in one. */
static void talk_say(Talk *talk, bool message)
{
  do {
    const char *line = *talk->lines;
    if (line == NULL) return;
    talk->lines++;
    byte_buffer_append_format(&talk->out, "%s\r\n", line);
    if (g_str_equal(line, ".")) message = false;
  } while (message);
}

static void talk_receive(Endpoint *endpoint, Bytes bytes)
{
  Talk *talk = (Talk *)endpoint;
  byte_buffer_append(&talk->in, bytes);
  for (ptrdiff_t end; (end = bytes_find(byte_buffer_view(&talk->in), '\n')) >= 0;) {
    Bytes line = bytes_slice(byte_buffer_view(&talk->in), 0, (size_t)end + 1);
    g_string_append_printf(talk->heard, "%.*s\n", (int)bytes_chomp(line).length, (const char *)line.data);
    bool last = line.length > 3 && line.data[3] != '-', message = bytes_starts_ignore_case(line, "354");
    byte_buffer_consume(&talk->in, (size_t)end + 1);
    if (last) talk_say(talk, message);
  }
}

static EndpointEventType talk_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  Talk *talk = (Talk *)endpoint;
  *event = (EndpointEvent){.type = talk->closed && !talk->told ? ENDPOINT_CLOSE : ENDPOINT_NOTHING};
  talk->told = talk->closed;
  return event->type;
}

static void talk_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes talk_pending(Endpoint *endpoint)
{
  return byte_buffer_view(&((Talk *)endpoint)->out);
}

static void talk_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((Talk *)endpoint)->out, count);
}

static bool talk_wants_read(Endpoint *endpoint)
{
  (void)endpoint;
  return true;
}

static Nanoseconds talk_deadline(Endpoint *endpoint)
{
  (void)endpoint;
  return NANOSECONDS_NEVER;
}

static void talk_advance(Endpoint *endpoint, Nanoseconds now)
{
  (void)endpoint;
  (void)now;
}

static void talk_peer_closed(Endpoint *endpoint)
{
  ((Talk *)endpoint)->closed = true;
}

static void talk_free(Endpoint *endpoint)
{
  Talk *talk = (Talk *)endpoint;
  byte_buffer_clear(&talk->in);
  byte_buffer_clear(&talk->out);
  g_free(talk);
}

static const EndpointClass talk_class = {
    .name = "talk",
    .receive = talk_receive,
    .next_event = talk_next_event,
    .answer = talk_answer,
    .pending = talk_pending,
    .consumed = talk_consumed,
    .wants_read = talk_wants_read,
    .deadline = talk_deadline,
    .advance = talk_advance,
    .peer_closed = talk_peer_closed,
    .free = talk_free,
};

static void talk_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  (void)event;
}

static void talk_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)endpoint;
  (void)end;
  *(bool *)owner = true;
}

static const AgentSessionClass talk_session = {talk_event, talk_ended};

char *town_talk(Town *town, TownHost server, uint16_t port, const char *const *lines)
{
  GString *heard = g_string_new(NULL);
  bool over = false;
  Talk *talk = g_new0(Talk, 1);
  *talk = (Talk){.base.class = &talk_class, .lines = lines, .heard = heard};
  agent_host_connect(host_as_agent_host(town->hosts[TOWN_COMPUTER]), AGENT_TCP, plans[server].address, port,
                     &talk->base, &(AgentSession){&talk_session, &over});
  town_run(town, town->clock.now + TOWN_SECONDS(120));
  g_assert_true(over);
  return g_string_free(heard, FALSE);
}

guint town_count_mail(const Town *town, TownHost which, const char *address, const char *text)
{
  guint count = 0;
  const Mailbox *mailbox = mail_store_find(town->stores[which], bytes_from_string(address));
  for (guint i = 0; mailbox != NULL && i < mailbox_get_count(mailbox); i++) {
    gsize size;
    const char *data = g_bytes_get_data(mailbox_get(mailbox, i)->message, &size);
    count += g_strstr_len(data, (gssize)size, text) != NULL;
  }
  return count;
}

char *town_newest_mail(const Town *town, TownHost which, const char *address)
{
  const Mailbox *mailbox = mail_store_find(town->stores[which], bytes_from_string(address));
  guint count = mailbox == NULL ? 0 : mailbox_get_count(mailbox);
  if (count == 0) return g_strdup("");
  gsize size;
  const char *data = g_bytes_get_data(mailbox_get(mailbox, count - 1)->message, &size);
  return g_strndup(data, size);
}
