/* SPDX-License-Identifier: MIT */
/* What no page of ours would make a browser do: odd requests, foreign forms, hanging up, logging in for ever.
 */
#include "protocol/http/http-client.h"
#include "support/webmail-town.h"

/* Requests that no page of ours would make, said by hand. */
typedef struct {
  GString *heard;
  guint closed;
} Hand;

static void hand_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  Hand *hand = owner;
  if (event->type != ENDPOINT_RESPONSE) return;
  const HttpMessage *response = http_client_get_response(client);
  Bytes allow = http_message_get(response, "Allow"), location = http_message_get(response, "Location");
  g_string_append_printf(hand->heard, "%d %.*s%.*s\n", response->code, (int)allow.length, allow.data,
                         (int)location.length, location.data);
}

static void hand_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  (void)end;
  ((Hand *)owner)->closed++;
}

static const AgentSessionClass hand_class = {hand_event, hand_ended};

static const struct {
  const char *method, *target, *field, *value, *body;
  const char *answer;
} by_hand[] = {
    {"GET", "/nothing", NULL, NULL, "", "404 "},
    {"HEAD", "/", NULL, NULL, "", "200 "},
    {"GET", "/style.css", NULL, NULL, "", "200 "},
    {"PUT", "/inbox", NULL, NULL, "", "405 GET, HEAD"},
    {"GET", "/logout", NULL, NULL, "", "405 POST"},
    {"DELETE", "/", NULL, NULL, "", "405 GET, HEAD"},
    {"OPTIONS", "/send", NULL, NULL, "", "405 POST"},
    {"GET", "/inbox", NULL, NULL, "", "303 /"},
    {"GET", "/inbox", "Cookie", "a=b; session=guessed", "", "303 /?done=expired"},
    {"POST", "/login", "Origin", "http://evil.example", "user=bob&password=builder", "403 "},
    {"POST", "/login", "Origin", "null", "user=bob&password=builder", "403 "},
    {"POST", "/login", "Sec-Fetch-Site", "cross-site", "user=bob&password=builder", "403 "},
    {"POST", "/login", NULL, NULL, "user=&password=", "403 "},
    {"POST", "/login", NULL, NULL, "user=bob%0D%0Aa1+LOGOUT&password=builder", "403 "},
    {"POST", "/login", NULL, NULL, "user=bob&password=%FF", "403 "},
    {"POST", "/login", "Origin", "http://webmail.beta.example", "user=bob&password=builder", "303 /inbox"},
};

static void requests_by_hand_get_what_they_deserve(void)
{
  Town town;
  town_init(&town, "en");
  for (size_t i = 0; i < G_N_ELEMENTS(by_hand); i++) {
    Hand hand = {.heard = g_string_new(NULL)};
    Endpoint *client = http_client_new(&(HttpClientConfig){0});
    HttpHeader field = {by_hand[i].field, by_hand[i].value};
    g_assert_true(http_client_request(client, &(HttpRequest){.method = by_hand[i].method,
                                                             .target = by_hand[i].target,
                                                             .host = "webmail.beta.example",
                                                             .fields = &field,
                                                             .field_count = by_hand[i].field == NULL ? 0 : 1,
                                                             .body = bytes_from_string(by_hand[i].body)}));
    http_client_finish(client);
    agent_host_connect(host_as_agent_host(town.hosts[COMPUTER]), AGENT_TCP, town_addresses[WEBMAIL], 80,
                       client, &(AgentSession){&hand_class, &hand});
    town_run(&town, 100 * NANOSECONDS_PER_SECOND);
    g_assert_cmpuint(hand.closed, ==, 1);
    g_autofree char *wanted = g_strconcat(by_hand[i].answer, "\n", NULL);
    g_assert_cmpstr(hand.heard->str, ==, wanted);
    g_string_free(hand.heard, TRUE);
  }
  town_clear(&town);
}

static void ignore_end(void *owner, Endpoint *client, AgentEnd end)
{
  (void)owner;
  (void)client;
  (void)end;
}

static void ignore_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  (void)owner;
  (void)client;
  (void)event;
}

/* Who logs in again and again takes the place of whoever was silent longest. */
static void sessions_are_counted(void)
{
  static const AgentSessionClass nobody = {ignore_event, ignore_end};
  Town town;
  town_init(&town, "en");
  g_assert_true(town_open_site(&town));
  g_assert_true(town_log_in(&town, "bob", "builder"));
  browser_log_out(town.browser, town_is_done, &town);
  g_assert_true(town_finish(&town));
  for (guint i = 1; i <= 5; i++) {
    Endpoint *client = http_client_new(&(HttpClientConfig){0});
    http_client_request(client, &(HttpRequest){.method = "POST",
                                               .target = "/login",
                                               .host = "webmail.beta.example",
                                               .body = BYTES_LITERAL("user=bob&password=builder")});
    http_client_finish(client);
    agent_host_connect(host_as_agent_host(town.hosts[COMPUTER]), AGENT_TCP, town_addresses[WEBMAIL], 80,
                       client, &(AgentSession){&nobody, NULL});
    town_run(&town, NANOSECONDS_PER_SECOND);
    g_assert_cmpuint(webmail_server_get_session_count(town.webmail), ==, MIN(i, 3));
  }
  town_run(&town, 2000 * NANOSECONDS_PER_SECOND);
  g_assert_true(town_open_site(&town)); /* the silent ones are gone */
  g_assert_cmpuint(webmail_server_get_session_count(town.webmail), ==, 0);
  town_clear(&town);
}

/* Who hangs up while the mail server is asked harms nobody. */
static void a_browser_that_hangs_up_is_forgotten(void)
{
  for (Nanoseconds moment = 0; moment < 120; moment += 7) {
    Town town;
    town_init(&town, "en");
    Hand hand = {.heard = g_string_new(NULL)};
    Endpoint *client = http_client_new(&(HttpClientConfig){0});
    http_client_request(client, &(HttpRequest){.method = "POST",
                                               .target = "/login",
                                               .host = "webmail.beta.example",
                                               .body = BYTES_LITERAL("user=bob&password=builder")});
    AgentHost *host = host_as_agent_host(town.hosts[COMPUTER]);
    agent_host_connect(host, AGENT_TCP, town_addresses[WEBMAIL], 80, client,
                       &(AgentSession){&hand_class, &hand});
    town_run(&town, moment * NANOSECONDS_PER_MILLISECOND);
    if (hand.closed == 0) agent_host_cut(host, client);
    town_run(&town, 200 * NANOSECONDS_PER_SECOND);
    g_assert_cmpuint(hand.closed, ==, 1);
    g_assert_true(town_open_site(&town));
    g_assert_true(town_log_in(&town, "bob", "builder"));
    town_clear(&town);
    g_string_free(hand.heard, TRUE);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/webmail/requests by hand get what they deserve", requests_by_hand_get_what_they_deserve);
  g_test_add_func("/webmail/sessions are counted", sessions_are_counted);
  g_test_add_func("/webmail/a browser that hangs up is forgotten", a_browser_that_hangs_up_is_forgotten);
  return g_test_run();
}
