/* SPDX-License-Identifier: MIT */
/* What dialogue files cannot show of the IMAP client: requests that are none, idling, time, ends. */
#include "protocol/imap/imap-client.h"

static Endpoint *new_client(void)
{
  Endpoint *client = imap_client_new(
      &(ImapClientConfig){.user = "bob", .password = "builder", .patience = 60 * NANOSECONDS_PER_SECOND});
  endpoint_advance(client, NANOSECONDS_PER_SECOND);
  return client;
}

/* Tells the client text; returns what it says then, the caller's to free. Events are passed over but for the
 * last failure, whose words go to *failed (may be NULL). */
static char *tell(Endpoint *client, const char *text, char **failed)
{
  GString *said = g_string_new(NULL);
  EndpointEvent event;
  endpoint_receive(client, bytes_from_string(text));
  while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING)
    if (event.type == ENDPOINT_FAILED && failed != NULL) *failed = bytes_dup_string(event.reply);
  for (Bytes pending; (pending = endpoint_pending(client)).length > 0;) {
    g_string_append_len(said, (const char *)pending.data, (gssize)pending.length);
    endpoint_consumed(client, pending.length);
  }
  return g_string_free(said, FALSE);
}

static void assert_said(Endpoint *client, const char *text, const char *wanted)
{
  g_autofree char *said = tell(client, text, NULL);
  g_assert_cmpstr(said, ==, wanted);
}

static void log_in(Endpoint *client)
{
  assert_said(client, "* OK hello\r\n", "a1 LOGIN \"bob\" \"builder\"\r\n");
  assert_said(client, "a1 OK [CAPABILITY IMAP4rev1 LITERAL+] in\r\n", "");
  g_assert_true(imap_client_offers(client, "literal+"));
  g_assert_false(imap_client_offers(client, "literal"));
}

static const ImapRequest bad_requests[] = {
    {.word = IMAP_SELECT},
    {.word = IMAP_FETCH, .set = "1"},
    {.word = IMAP_FETCH, .items = "ALL"},
    {.word = IMAP_FETCH, .set = "1", .items = "ALL\r\nx LOGOUT"},
    {.word = IMAP_FETCH, .set = "1\n", .items = "ALL"},
    {.word = IMAP_FETCH, .set = "1", .items = "ALL {3}"},
    {.word = IMAP_FETCH, .set = "1", .items = "ALL {3}\r\nab"},
    {.word = IMAP_FETCH, .set = "1", .items = "ALL {3}\nabc"},
    {.word = IMAP_SEARCH},
    {.word = IMAP_SEARCH, .items = ""},
    {.word = IMAP_STORE, .set = "1", .items = ""},
    {.word = IMAP_APPEND, .mailbox = "Sent"},
    {.word = IMAP_APPEND, .mailbox = "Sent", .items = "(\\Seen)\r\n", .message = {(const uint8_t *)"x", 1}},
    {.word = IMAP_RENAME, .mailbox = "a"},
    {.word = IMAP_STATUS, .mailbox = "a"},
    {.word = IMAP_LOGIN},
    {.word = IMAP_AUTHENTICATE},
    {.word = IMAP_STARTTLS},
    {.word = IMAP_DONE},
    {.word = VOCABULARY_UNKNOWN},
};

static void requests_that_are_none(void)
{
  Endpoint *client = new_client();
  for (size_t i = 0; i < G_N_ELEMENTS(bad_requests); i++)
    if (imap_client_request(client, &bad_requests[i]) != 0) g_error("request %zu was taken", i);
  g_assert_cmpuint(imap_client_get_waiting(client), ==, 0);
  ImapRequest search = {.word = IMAP_SEARCH, .items = "FROM {5}\r\na\r\nbc SEEN"};
  g_assert_cmpuint(imap_client_request(client, &search), ==, 1);
  g_assert_cmpuint(imap_client_request(client, &(ImapRequest){.word = IMAP_LOGOUT}), ==, 2);
  g_assert_cmpuint(imap_client_request(client, &(ImapRequest){.word = IMAP_NOOP}), ==, 0);
  g_assert_cmpuint(imap_client_get_waiting(client), ==, 2);
  endpoint_free(client);
}

static void literals_wait_or_not(void)
{
  ByteBuffer items = {0};
  byte_buffer_append(&items, BYTES_LITERAL("SUBJECT "));
  imap_client_append_string(&items, BYTES_LITERAL("a\r\nb"));
  byte_buffer_append(&items, BYTES_LITERAL(" FROM "));
  imap_client_append_string(&items, BYTES_LITERAL("\xc3\xa9"));
  g_autofree char *text = bytes_dup_string(byte_buffer_view(&items));
  byte_buffer_clear(&items);
  Endpoint *client = new_client();
  imap_client_request(client, &(ImapRequest){.word = IMAP_SEARCH, .items = text});
  assert_said(client, "* OK hello\r\n", "a1 LOGIN \"bob\" \"builder\"\r\n");
  assert_said(client, "a1 OK [CAPABILITY IMAP4rev1] in\r\n", "a2 SEARCH CHARSET UTF-8 SUBJECT {4}\r\n");
  assert_said(client, "+ go\r\n", "a\r\nb FROM {2}\r\n");
  assert_said(client, "+ go\r\n", "\xc3\xa9\r\n");
  assert_said(client, "a2 OK\r\n", "");
  /* refused instead of awaited: the rest is not sent */
  imap_client_request(client, &(ImapRequest){.word = IMAP_SEARCH, .items = text});
  imap_client_request(client, &(ImapRequest){.word = IMAP_NOOP});
  assert_said(client, "", "a3 SEARCH CHARSET UTF-8 SUBJECT {4}\r\n");
  assert_said(client, "a3 BAD no\r\n", "a4 NOOP\r\n");
  endpoint_free(client);
}

static void idling(void)
{
  Endpoint *client = new_client();
  log_in(client);
  imap_client_stop_idle(client); /* nothing to stop */
  guint idle = imap_client_request(client, &(ImapRequest){.word = IMAP_IDLE});
  assert_said(client, "", "a2 IDLE\r\n");
  assert_said(client, "+ idling\r\n", "");
  assert_said(client, "* 5 EXISTS\r\n", "");
  /* while it idles the server owes nothing */
  endpoint_advance(client, endpoint_deadline(client));
  if (endpoint_deadline(client) != NANOSECONDS_NEVER) endpoint_advance(client, endpoint_deadline(client));
  assert_said(client, "* 6 EXISTS\r\n", "");
  imap_client_stop_idle(client);
  imap_client_stop_idle(client);
  assert_said(client, "", "DONE\r\n");
  assert_said(client, "a2 OK\r\n", "");
  g_assert_cmpuint(idle, ==, 1);
  /* a request behind IDLE ends it, also one that came before the "+" */
  imap_client_request(client, &(ImapRequest){.word = IMAP_IDLE});
  imap_client_request(client, &(ImapRequest){.word = IMAP_NOOP});
  assert_said(client, "", "a3 IDLE\r\n");
  assert_said(client, "+ idling\r\n", "DONE\r\n");
  assert_said(client, "a3 OK\r\n", "a4 NOOP\r\n");
  endpoint_free(client);
}

static void patience_ends(void)
{
  Endpoint *client = new_client();
  log_in(client);
  EndpointEvent event = {0};
  /* nothing is owed */
  for (int i = 0; i < 3 && endpoint_deadline(client) != NANOSECONDS_NEVER; i++)
    endpoint_advance(client, endpoint_deadline(client));
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
  imap_client_request(client, &(ImapRequest){.word = IMAP_NOOP});
  assert_said(client, "", "a2 NOOP\r\n");
  Nanoseconds now = 1000 * NANOSECONDS_PER_SECOND;
  endpoint_advance(client, now);
  endpoint_advance(client, now + 59 * NANOSECONDS_PER_SECOND);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
  endpoint_advance(client, now + 60 * NANOSECONDS_PER_SECOND);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FAILED);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
  g_assert_cmpint(endpoint_deadline(client), ==, NANOSECONDS_NEVER);
  endpoint_free(client);
}

static void ends(void)
{
  static const struct {
    const char *text, *words;
  } rows[] = {{"* BYE Too many sessions\r\n", "Too many sessions"},
              {"* NO not yet\r\n", "not yet"},
              {"220 mail.example ESMTP\r\n", "ESMTP"},
              {"* OK hello\r\na1 NO [AUTHENTICATIONFAILED] wrong\r\n", "[AUTHENTICATIONFAILED] wrong"},
              {"* OK hello\r\na1 BAD what?\r\n", "what?"},
              {"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hello\r\n", "LOGINDISABLED"}};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *words = NULL;
    Endpoint *client = new_client();
    g_free(tell(client, rows[i].text, &words));
    g_assert_cmpstr(words, ==, rows[i].words);
    g_assert_false(endpoint_wants_read(client));
    endpoint_free(client);
  }
  Endpoint *client = new_client();
  EndpointEvent event;
  log_in(client);
  endpoint_peer_closed(client);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FAILED);
  endpoint_free(client);
}

/* A server that claims to know us, yet cannot prove it knows the password (RFC 5802 §3). */
static void a_server_that_proves_nothing(void)
{
  static const char *const mechanisms[] = {"SCRAM-SHA-256", NULL};
  g_autofree char *words = NULL;
  Endpoint *client = imap_client_new(&(ImapClientConfig){
      .user = "bob", .password = "builder", .sasl = true, .mechanisms = mechanisms, .nonce = "clientNonce1"});
  g_autofree char *said =
      tell(client, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256] hello\r\n", NULL);
  g_assert_true(g_str_has_prefix(said, "a1 AUTHENTICATE SCRAM-SHA-256 "));
  g_free(tell(client, "a1 OK come in\r\n", &words));
  g_assert_cmpstr(words, ==, "");
  g_assert_cmpint(imap_client_get_waiting(client), ==, 0);
  endpoint_free(client);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/imap-client/requests that are none", requests_that_are_none);
  g_test_add_func("/imap-client/literals wait or not", literals_wait_or_not);
  g_test_add_func("/imap-client/idling", idling);
  g_test_add_func("/imap-client/patience ends", patience_ends);
  g_test_add_func("/imap-client/ends", ends);
  g_test_add_func("/imap-client/a server that proves nothing", a_server_that_proves_nothing);
  return g_test_run();
}
