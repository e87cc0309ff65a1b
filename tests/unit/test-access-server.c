/* SPDX-License-Identifier: MIT */
/* The access server: one session a mailbox, freed by whatever ends the session; letters deleted at QUIT
 * alone; every way to log in; POP2 beside POP3. */
#include "agent/access-server.h"
#include "protocol/pop2/pop2-client.h"
#include "protocol/pop3/pop3-client.h"
#include "protocol/sasl/sasl-spoken.h"
#include "simulate/host.h"

/* A host that only listens, so that a test can end a connection as it likes. */
typedef struct {
  AgentHost base;
  AgentService services[2];
  uint16_t ports[2];
  guint service_count, moves;
  Nanoseconds now;
  uint64_t drawn; /* random numbers so far */
  MailStore *store;
  Mailbox *mailbox;
  AccessServer *server;
} House;

static Nanoseconds house_now(AgentHost *host)
{
  return ((House *)host)->now;
}

static uint64_t house_random(AgentHost *host)
{
  return 0x0123456789abcdef * ++((House *)host)->drawn;
}

static void house_listen(AgentHost *host, AgentTransport transport, uint16_t port,
                         const AgentService *service)
{
  House *house = (House *)host;
  g_assert_cmpint(transport, ==, AGENT_TCP);
  g_assert_cmpuint(house->service_count, <, G_N_ELEMENTS(house->services));
  house->ports[house->service_count] = port;
  house->services[house->service_count++] = *service;
}

static void house_message_moved(AgentHost *host, const AgentMove *move)
{
  g_assert_cmpint(move->old_tray, ==, AGENT_TRAY_MAILBOX);
  ((House *)host)->moves++;
}

static const AgentHostClass house_class = {
    .now = house_now, .random = house_random, .listen = house_listen, .message_moved = house_message_moved};

static void add_letter(Mailbox *mailbox, const char *text)
{
  g_autoptr(GBytes) letter = g_bytes_new(text, strlen(text));
  mailbox_append(mailbox, letter, 0);
}

/* The server's store, host and name are set here; config says the rest. */
static void house_init(House *house, AccessServerConfig config)
{
  *house = (House){.base.class = &house_class, .now = 1000 * NANOSECONDS_PER_SECOND};
  house->store = mail_store_new();
  house->mailbox = mail_store_add_user(house->store, "bob@beta.example", "builder");
  add_letter(house->mailbox, "Subject: one\r\n\r\n1\r\n");
  add_letter(house->mailbox, "Subject: two\r\n\r\n2\r\n");
  config.host = &house->base;
  config.host_name = "mail.beta.example";
  config.store = house->store;
  house->server = access_server_new(&config);
}

static void house_clear(House *house)
{
  access_server_free(house->server);
  mail_store_free(house->store);
}

/* One connection to the house. */
typedef struct {
  Endpoint *endpoint;
  AgentSession session;
  bool closed;
} Call;

static Call call(House *house, uint16_t port)
{
  for (guint i = 0; i < house->service_count; i++) {
    if (house->ports[i] != port) continue;
    Call made = {0};
    made.endpoint = house->services[i].accept(house->services[i].owner, "192.0.2.1", &made.session);
    endpoint_advance(made.endpoint, house->now);
    return made;
  }
  g_error("nobody listens on port %u", port);
}

static void take_events(Call *made)
{
  EndpointEvent event;
  while (endpoint_next_event(made->endpoint, &event) != ENDPOINT_NOTHING) {
    made->closed |= event.type == ENDPOINT_CLOSE;
    made->session.class->event(made->session.owner, made->endpoint, &event);
  }
}

/* Says text; returns the last line of what the server says then, the caller's to free. */
static char *say(Call *made, const char *text)
{
  g_autoptr(GString) said = g_string_new(NULL);
  endpoint_receive(made->endpoint, bytes_from_string(text));
  take_events(made);
  for (Bytes pending; (pending = endpoint_pending(made->endpoint)).length > 0; take_events(made)) {
    g_string_append_len(said, (const char *)pending.data, (gssize)pending.length);
    endpoint_consumed(made->endpoint, pending.length);
  }
  g_auto(GStrv) lines = g_strsplit(said->str, "\r\n", -1);
  guint count = g_strv_length(lines);
  return g_strdup(count < 2 ? "" : lines[count - 2]);
}

static void assert_says(Call *made, const char *text, const char *wanted)
{
  g_autofree char *said = say(made, text);
  g_assert_cmpstr(said, ==, wanted);
}

static void hang_up(Call *made, AgentEnd end)
{
  made->session.class->ended(made->session.owner, made->endpoint, end);
  endpoint_free(made->endpoint);
}

#define LOG_IN "USER bob\r\nPASS builder\r\n"
#define TWO_LETTERS "+OK Mailbox open, 2 messages (38 octets)"
#define IN_USE "-ERR [IN-USE] somebody else has this mailbox open"

/* The ways a session ends but for QUIT; the text may be that of a command cut in the middle. */
static const struct {
  const char *last_words;
  bool peer_closed, timed_out;
  AgentEnd end;
} ends[] = {
    {"", true, false, AGENT_CLOSED},     {"QUI", true, false, AGENT_CLOSED},
    {"", false, false, AGENT_RESET},     {"RETR 2\r", false, false, AGENT_RESET},
    {"", false, false, AGENT_TIMED_OUT}, {"", false, true, AGENT_CLOSED},
    {"", false, false, AGENT_STOPPED},
};

static void end_session(Call *made, size_t which)
{
  g_free(say(made, ends[which].last_words));
  if (ends[which].peer_closed) endpoint_peer_closed(made->endpoint);
  if (ends[which].timed_out) {
    endpoint_advance(made->endpoint,
                     endpoint_deadline(made->endpoint)); /* something was said: it starts anew */
    endpoint_advance(made->endpoint, endpoint_deadline(made->endpoint));
  }
  take_events(made);
  g_assert_cmpint(made->closed, ==, ends[which].peer_closed || ends[which].timed_out);
  hang_up(made, ends[which].end);
}

static void without_quit_the_mail_stays(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
    House house;
    house_init(&house, (AccessServerConfig){0});
    Call made = call(&house, POP3_PORT);
    assert_says(&made, LOG_IN, TWO_LETTERS);
    assert_says(&made, "RETR 1\r\nDELE 1\r\nDELE 2\r\n", "+OK Message 2 marked for deletion");
    assert_says(&made, "STAT\r\n", "+OK 0 0");
    end_session(&made, i);
    g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 2);
    g_assert_cmpuint(house.moves, ==, 0);
    /* nor does the next session inherit the marks */
    Call next = call(&house, POP3_PORT);
    assert_says(&next, LOG_IN, TWO_LETTERS);
    assert_says(&next, "DELE 1\r\nQUIT\r\n", "+OK Bye");
    g_assert_true(next.closed);
    g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
    g_assert_cmpuint(house.moves, ==, 1);
    hang_up(&next, AGENT_CLOSED);
    house_clear(&house);
  }
}

static void the_lock_is_freed_by_any_end(void)
{
  for (size_t i = 0; i <= G_N_ELEMENTS(ends); i++) {
    House house;
    house_init(&house, (AccessServerConfig){.offer_pop2 = true});
    Call first = call(&house, POP3_PORT), second = call(&house, POP3_PORT), old = call(&house, POP2_PORT);
    assert_says(&first, LOG_IN, TWO_LETTERS);
    assert_says(&second, LOG_IN, IN_USE);
    assert_says(&old, "HELO bob builder\r\n", "- Another session has the mailbox open");
    hang_up(&old, AGENT_CLOSED);
    /* whoever was refused holds nothing, and frees nothing by leaving */
    hang_up(&second, AGENT_CLOSED);
    g_assert_true(mailbox_is_locked(house.mailbox));
    if (i < G_N_ELEMENTS(ends)) {
      end_session(&first, i);
    } else {
      assert_says(&first, "QUIT\r\n", "+OK Bye");
      g_assert_false(mailbox_is_locked(house.mailbox)); /* at once, not when the last packet is gone */
      hang_up(&first, AGENT_CLOSED);
    }
    g_assert_false(mailbox_is_locked(house.mailbox));
    Call third = call(&house, POP3_PORT);
    assert_says(&third, LOG_IN, TWO_LETTERS);
    hang_up(&third, AGENT_CLOSED);
    house_clear(&house);
  }
}

static void a_server_that_shares_lets_two_in(void)
{
  House house;
  house_init(&house, (AccessServerConfig){.shares = true});
  Call first = call(&house, POP3_PORT), second = call(&house, POP3_PORT), third = call(&house, POP3_PORT);
  assert_says(&first, LOG_IN, TWO_LETTERS);
  assert_says(&second, LOG_IN, TWO_LETTERS);
  assert_says(&third, LOG_IN, TWO_LETTERS);
  assert_says(&first, "DELE 1\r\n", "+OK Message 1 marked for deletion");
  assert_says(&second, "DELE 2\r\n", "+OK Message 2 marked for deletion");
  /* each deletes its own, and the third still reads what it was shown */
  assert_says(&first, "QUIT\r\n", "+OK Bye");
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
  g_assert_cmpuint(mailbox_get(house.mailbox, 0)->uid, ==, 2);
  hang_up(&first, AGENT_CLOSED);
  hang_up(&second, AGENT_RESET);
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
  assert_says(&third, "STAT\r\n", "+OK 2 38");
  assert_says(&third, "RETR 1\r\nDELE 1\r\nQUIT\r\n", "+OK Bye");
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
  hang_up(&third, AGENT_CLOSED);
  house_clear(&house);
}

static void who_comes_back_too_soon_is_told_to_wait(void)
{
  House house;
  house_init(&house, (AccessServerConfig){.login_delay = 60 * NANOSECONDS_PER_SECOND});
  static const struct {
    int seconds; /* since the call before */
    const char *reply;
  } calls[] = {{0, TWO_LETTERS},
               {59, "-ERR [LOGIN-DELAY] you were here a moment ago, come later"},
               {1, TWO_LETTERS},
               {59, "-ERR [LOGIN-DELAY] you were here a moment ago, come later"},
               {3600, TWO_LETTERS}};
  for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
    house.now += calls[i].seconds * NANOSECONDS_PER_SECOND;
    Call made = call(&house, POP3_PORT);
    assert_says(&made, "CAPA\r\n", ".");
    assert_says(&made, LOG_IN, calls[i].reply);
    assert_says(&made, "QUIT\r\n", "+OK Bye");
    hang_up(&made, AGENT_CLOSED);
    g_assert_false(mailbox_is_locked(house.mailbox));
  }
  house_clear(&house);
}

/* Lets a client of ours talk with the house until it has nothing more to say. Returns how many letters it
 * fetched, or -1 where it failed. */
static int let_talk(Call *made, Endpoint *client)
{
  int fetched = 0;
  for (bool moved = true; moved;) {
    moved = false;
    EndpointEvent event;
    take_events(made);
    while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING) {
      moved = true;
      if (event.type == ENDPOINT_FETCHED) fetched++;
      if (event.type == ENDPOINT_FAILED) fetched = -1;
    }
    Endpoint *const sides[] = {made->endpoint, client};
    for (guint side = 0; side < 2; side++) {
      Bytes pending = endpoint_pending(sides[side]);
      if (pending.length == 0) continue;
      moved = true;
      g_autofree uint8_t *copy = g_memdup2(pending.data, pending.length);
      size_t length = pending.length;
      endpoint_consumed(sides[side], length);
      endpoint_receive(sides[!side], (Bytes){copy, length});
    }
  }
  return fetched;
}

static void every_mechanism_logs_in(void)
{
  static const char *const names[] = {"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN",
                                      "LOGIN",         "APOP",        "USER/PASS"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    for (guint wrong = 0; wrong < 2; wrong++) {
      House house;
      house_init(&house, (AccessServerConfig){.mechanisms = sasl_spoken_names, .offer_apop = true});
      const char *const allowed[] = {names[i], NULL};
      Call made = call(&house, POP3_PORT);
      Endpoint *client = pop3_client_new(&(Pop3ClientConfig){
          .user = "bob",
          .password = wrong ? "breaker" : "builder",
          .mechanisms = allowed,
          .nonce = "fyko",
      });
      g_assert_cmpint(let_talk(&made, client), ==, wrong ? -1 : 2);
      g_assert_cmpstr(pop3_client_get_mechanism(client), ==, names[i]);
      g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, wrong ? 2 : 0);
      endpoint_free(client);
      hang_up(&made, AGENT_CLOSED);
      house_clear(&house);
    }
  }
}

/* Two sessions get two nonces, and a server without AUTH draws no chance; nobody waits where none is wanted.
 */
static void each_session_has_a_nonce_of_its_own(void)
{
  House house;
  house_init(&house, (AccessServerConfig){.mechanisms = sasl_spoken_names});
  Call first = call(&house, POP3_PORT), second = call(&house, POP3_PORT);
  g_autofree char *one = say(&first, "AUTH CRAM-MD5\r\n"), *two = say(&second, "AUTH CRAM-MD5\r\n"),
                  *again = say(&first, "*\r\nAUTH CRAM-MD5\r\n");
  g_assert_true(g_str_has_prefix(one, "+ "));
  g_assert_cmpstr(one, !=, two);
  g_assert_cmpstr(one, !=, again);
  g_assert_cmpuint(house.drawn, ==, 4);
  hang_up(&first, AGENT_CLOSED);
  hang_up(&second, AGENT_CLOSED);
  house_clear(&house);
  house_init(&house, (AccessServerConfig){0});
  Call plain = call(&house, POP3_PORT);
  assert_says(&plain, "AUTH PLAIN\r\n", "-ERR Unknown command");
  g_assert_cmpuint(house.drawn, ==, 0);
  g_assert_cmpuint(house.service_count, ==, 1);
  hang_up(&plain, AGENT_CLOSED);
  house_clear(&house);
  house_init(&house, (AccessServerConfig){.no_pop3 = true, .offer_pop2 = true});
  g_assert_cmpuint(house.service_count, ==, 1);
  g_assert_cmpuint(house.ports[0], ==, POP2_PORT);
  house_clear(&house);
}

static void pop2_reads_and_deletes_too(void)
{
  House house;
  house_init(&house, (AccessServerConfig){.offer_pop2 = true});
  Call made = call(&house, POP2_PORT);
  Endpoint *client = pop2_client_new(&(Pop2ClientConfig){.user = "bob", .password = "builder"});
  g_assert_cmpint(let_talk(&made, client), ==, 2);
  g_assert_cmpuint(pop2_client_get_count(client), ==, 2);
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 0);
  g_assert_cmpuint(house.moves, ==, 2);
  endpoint_free(client);
  hang_up(&made, AGENT_CLOSED);
  add_letter(house.mailbox, "Subject: three\r\n");
  Call dropped = call(&house, POP2_PORT);
  assert_says(&dropped, "HELO bob builder\r\nREAD\r\nRETR\r\nACKD\r\n", "=0 characters in this message");
  hang_up(&dropped, AGENT_RESET);
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
  g_assert_false(mailbox_is_locked(house.mailbox));
  house_clear(&house);
}

/* The same on the simulated network: a computer that goes dark in the middle of its session. */
typedef struct {
  VirtualClock clock;
  Tap tap;
  Link link;
  Host *hosts[2];
  guint fetched, failed, held;
} Town;

static const char *const addresses[] = {"192.0.2.1", "198.51.100.25"};

static void client_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  (void)client;
  Town *town = owner;
  town->fetched += event->type == ENDPOINT_FETCHED;
  town->failed += event->type == ENDPOINT_FAILED;
  town->held += event->type == ENDPOINT_HELD; /* and is left so */
}

static void client_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)owner;
  (void)client;
  (void)end;
}

static const AgentSessionClass client_class = {client_event, client_ended};

static void town_init(Town *town)
{
  *town = (Town){0};
  link_init(&town->link, 0, &(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 1, &town->clock, &town->tap);
  for (uint16_t i = 0; i < 2; i++) {
    HostConfig config = {.index = i, .mac = {{2, 0, 0, 0, 0, (uint8_t)i}}, .seed = 1, .clock = &town->clock};
    g_assert_true(ip_address_parse(addresses[i], &config.address));
    town->hosts[i] = host_new(&config);
  }
  for (uint16_t i = 0; i < 2; i++) {
    IpAddress peer;
    g_assert_true(ip_address_parse(addresses[!i], &peer));
    host_add_link(town->hosts[i], &town->link, i, &(MacAddress){{2, 0, 0, 0, 0, (uint8_t)!i}});
    host_add_route(town->hosts[i], &peer, &town->link);
  }
}

static void run_for(Town *town, Nanoseconds time)
{
  Nanoseconds limit = town->clock.now + time;
  while (virtual_clock_step(&town->clock, limit))
    ;
  town->clock.now = MAX(town->clock.now, limit);
}

static void fetch(Town *town, bool hold)
{
  Endpoint *client = pop3_client_new(&(Pop3ClientConfig){.user = "bob", .password = "builder", .hold = hold});
  agent_host_connect(host_as_agent_host(town->hosts[0]), AGENT_TCP, addresses[1], POP3_PORT, client,
                     &(AgentSession){&client_class, town});
}

static void a_computer_that_goes_dark_frees_the_lock_in_time(void)
{
  Town town;
  town_init(&town);
  g_autoptr(MailStore) store = mail_store_new();
  Mailbox *mailbox = mail_store_add_user(store, "bob@beta.example", "builder");
  add_letter(mailbox, "Subject: one\r\n");
  AccessServer *server = access_server_new(&(AccessServerConfig){
      .host = host_as_agent_host(town.hosts[1]), .host_name = "mail.beta.example", .store = store});
  fetch(&town, true);
  run_for(&town, 10 * NANOSECONDS_PER_SECOND);
  g_assert_cmpuint(town.held, ==, 1);
  g_assert_true(mailbox_is_locked(mailbox));
  fetch(&town, false); /* from a second device */
  run_for(&town, 10 * NANOSECONDS_PER_SECOND);
  g_assert_cmpuint(town.failed, ==, 1);
  g_assert_cmpuint(town.fetched, ==, 1);
  host_stop(town.hosts[0]);
  run_for(&town, 9 * 60 * NANOSECONDS_PER_SECOND);
  g_assert_true(mailbox_is_locked(mailbox)); /* not before ten minutes (RFC 1939 §3) */
  run_for(&town, 2 * 60 * NANOSECONDS_PER_SECOND);
  g_assert_false(mailbox_is_locked(mailbox));
  g_assert_cmpuint(mailbox_get_count(mailbox), ==, 1);
  host_stop(town.hosts[1]);
  access_server_free(server);
  for (guint i = 0; i < 2; i++)
    host_free(town.hosts[i]);
  link_clear(&town.link);
  virtual_clock_clear(&town.clock);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hardening/44-dele-without-quit-keeps-the-mail", without_quit_the_mail_stays);
  g_test_add_func("/hardening/45-the-lock-is-freed-by-any-end", the_lock_is_freed_by_any_end);
  g_test_add_func("/hardening/45-a-computer-that-goes-dark-frees-the-lock-in-time",
                  a_computer_that_goes_dark_frees_the_lock_in_time);
  g_test_add_func("/access-server/a server that shares lets two in", a_server_that_shares_lets_two_in);
  g_test_add_func("/access-server/who comes back too soon is told to wait",
                  who_comes_back_too_soon_is_told_to_wait);
  g_test_add_func("/access-server/every mechanism logs in", every_mechanism_logs_in);
  g_test_add_func("/access-server/each session has a nonce of its own", each_session_has_a_nonce_of_its_own);
  g_test_add_func("/access-server/POP2 reads and deletes too", pop2_reads_and_deletes_too);
  return g_test_run();
}
