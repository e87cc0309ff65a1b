/* SPDX-License-Identifier: MIT */
/* The HTTP client: answers are understood however they are cut, nonsense ends the connection; client and
 * server together; forms. */
#include "protocol/http/http-client.h"
#include "protocol/http/http-form.h"
#include "protocol/http/http-server.h"

typedef enum { CUT_NOT, CUT_BYTES, CUT_RANDOM, CUT_COUNT } Cut;

static size_t piece_of(Cut cut, GRand *random, size_t left)
{
  if (cut == CUT_NOT) return left;
  size_t piece = cut == CUT_BYTES ? 1 : (size_t)g_rand_int_range(random, 1, 40);
  return MIN(left, piece);
}

static void drain(Endpoint *endpoint, GString *said)
{
  for (Bytes pending; (pending = endpoint_pending(endpoint)).length > 0;) {
    g_string_append_len(said, (const char *)pending.data, (gssize)pending.length);
    endpoint_consumed(endpoint, pending.length);
  }
}

/* A client with a scripted server. */
typedef struct {
  GString *heard, *said;
  guint failed;
  bool closed;
} Guest;

static void listen(Endpoint *client, Guest *guest)
{
  EndpointEvent event;
  for (EndpointEventType type; (type = endpoint_next_event(client, &event)) != ENDPOINT_NOTHING;) {
    if (type == ENDPOINT_RESPONSE) {
      const HttpMessage *response = http_client_get_response(client);
      g_assert_true(bytes_equal(response->body, event.message));
      g_string_append_printf(guest->heard, "%d|%.*s\n", response->code, (int)response->body.length,
                             (const char *)response->body.data);
    }
    guest->failed += type == ENDPOINT_FAILED;
    guest->closed = guest->closed || type == ENDPOINT_CLOSE;
  }
  drain(client, guest->said);
}

static void hear_server(Endpoint *client, Guest *guest, const char *text, Cut cut, bool at_end)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(11);
  for (size_t length = strlen(text); length > 0;) {
    size_t count = piece_of(cut, random, length);
    endpoint_receive(client, (Bytes){(const uint8_t *)text, count});
    listen(client, guest);
    text += count;
    length -= count;
  }
  if (at_end) endpoint_peer_closed(client);
  listen(client, guest);
}

/* What a server says to "GET /" and, behind \f, to "HEAD /", and what the client makes of it. */
static const struct {
  const char *said, *heard;
  bool at_end; /* the server closes then */
  guint failed;
  bool closed;
} answers[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi\fHTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n",
     "200|hi\n404|\n", false, 0, false},
    {"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
     "200|abc\n", false, 0, false},
    {"HTTP/1.1 200 \r\nX: a\r\n\tb\r\nContent-Length: 1\r\n\r\nx", "200|x\n", false, 0, false},
    {"HTTP/1.1 200 OK\r\n\r\nall there is", "200|all there is\n", true, 1, true},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200|hi\n", false, 1, true},
    {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", "200|hi\n", false, 1, true},
    {"HTTP/1.1 204 No\r\n\r\n\fHTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n",
     "204|\n200|\n", false, 0, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "", true, 1, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "", false, 1, true},
    {"220 mail.beta.example ESMTP\r\n", "", false, 1, true},
    {"HTTP/1.1 101 Switching\r\n\r\n", "", false, 1, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "", false, 1, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxyz\r\n", "200|x\n", false, 1, true},
};

static void responses_are_understood(void)
{
  for (Cut cut = CUT_NOT; cut < CUT_COUNT; cut++)
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
      Guest guest = {g_string_new(NULL), g_string_new(NULL), 0, false};
      Endpoint *client = http_client_new(&(HttpClientConfig){0});
      HttpRequest request = {.method = "GET", .target = "/", .host = "a.example"};
      g_assert_true(http_client_request(client, &request));
      request.method = "HEAD";
      g_assert_true(http_client_request(client, &request));
      listen(client, &guest);
      g_assert_cmpstr(guest.said->str, ==, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
      g_auto(GStrv) said = g_strsplit(answers[i].said, "\f", 2);
      for (guint turn = 0; said[turn] != NULL; turn++)
        hear_server(client, &guest, said[turn], cut, answers[i].at_end);
      g_assert_cmpstr(guest.heard->str, ==, answers[i].heard);
      g_assert_cmpuint(guest.failed, ==, answers[i].failed);
      g_assert_cmpint(guest.closed, ==, answers[i].closed);
      g_string_free(guest.heard, TRUE);
      g_string_free(guest.said, TRUE);
      endpoint_free(client);
    }
}

static void the_client_knows_when_to_stop(void)
{
  Guest guest = {g_string_new(NULL), g_string_new(NULL), 0, false};
  Endpoint *client = http_client_new(&(HttpClientConfig){.patience = 10});
  endpoint_advance(client, 1000);
  g_assert_cmpint(endpoint_deadline(client), ==, NANOSECONDS_NEVER);
  HttpRequest request = {.method = "GET", .target = "/a b", .host = "a"};
  g_assert_false(http_client_request(client, &request));
  request.target = "/a\r\nX:";
  g_assert_false(http_client_request(client, &request));
  request.target = "/";
  g_assert_true(http_client_request(client, &request));
  listen(client, &guest);
  hear_server(client, &guest, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", CUT_NOT, false);
  g_assert_cmpuint(http_client_get_waiting(client), ==, 0);
  g_assert_true(http_client_request(client, &request));
  listen(client, &guest);
  endpoint_advance(client, 2000);
  g_assert_cmpint(endpoint_deadline(client), ==, 2010);
  endpoint_advance(client, 2011);
  listen(client, &guest);
  g_assert_cmpuint(guest.failed, ==, 1);
  g_assert_true(guest.closed);
  g_assert_false(http_client_request(client, &request));
  endpoint_free(client);

  client = http_client_new(&(HttpClientConfig){0});
  guest.closed = false;
  g_assert_true(http_client_request(client, &request));
  http_client_finish(client);
  g_assert_false(http_client_request(client, &request));
  listen(client, &guest);
  g_assert_false(guest.closed);
  hear_server(client, &guest, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", CUT_BYTES, false);
  g_assert_true(guest.closed);
  g_assert_cmpuint(guest.failed, ==, 1);
  endpoint_free(client);
  g_string_free(guest.heard, TRUE);
  g_string_free(guest.said, TRUE);
}

/* Hands what one side said to the other, cut; returns whether there was any. */
static bool carry(Endpoint *from, Endpoint *to, Cut cut, GRand *random)
{
  Bytes pending = endpoint_pending(from);
  if (pending.length == 0) return false;
  size_t count = piece_of(cut, random, pending.length);
  endpoint_receive(to, bytes_slice(pending, 0, count));
  endpoint_consumed(from, count);
  return true;
}

/* Answers a request by saying again what it said. */
static bool echo(Endpoint *server, guint *requests)
{
  EndpointEvent event;
  if (endpoint_next_event(server, &event) != ENDPOINT_REQUEST) return false;
  g_autofree char *body = bytes_dup_string(event.message);
  http_server_respond(
      server, &(HttpResponse){.code = 200, .body = bytes_from_string(body), .chunked = *requests % 2 == 0});
  (*requests)++;
  return true;
}

static void client_and_server_understand_each_other(void)
{
  for (Cut cut = CUT_NOT; cut < CUT_COUNT; cut++) {
    g_autoptr(GRand) random = g_rand_new_with_seed(13);
    Endpoint *server = http_server_new(&(HttpServerConfig){0});
    Endpoint *client = http_client_new(&(HttpClientConfig){0});
    g_autofree char *body = g_strnfill(9000, 'q');
    guint requests = 0, responses = 0;
    for (uint16_t word = 0; word < HTTP_WORD_COUNT; word++)
      g_assert_true(http_client_request(
          client, &(HttpRequest){.method = http_vocabulary.words[word].word,
                                 .target = word == HTTP_CONNECT ? "b:25" : "/page",
                                 .host = "a.example",
                                 .body = word == HTTP_POST ? bytes_from_string(body) : BYTES_EMPTY,
                                 .chunked = word == HTTP_POST}));
    for (bool moved = true; moved;) {
      EndpointEvent event;
      moved = carry(client, server, cut, random);
      moved = echo(server, &requests) || moved;
      moved = carry(server, client, cut, random) || moved;
      bool told = endpoint_next_event(client, &event) == ENDPOINT_RESPONSE;
      moved = moved || told || endpoint_pending(client).length > 0;
      if (told) g_assert_cmpuint(event.message.length, ==, responses++ == HTTP_POST ? 9000 : 0);
    }
    g_assert_cmpuint(requests, ==, HTTP_WORD_COUNT);
    g_assert_cmpuint(responses, ==, HTTP_WORD_COUNT);
    g_assert_cmpuint(http_client_get_waiting(client), ==, 0);
    endpoint_free(server);
    endpoint_free(client);
  }
}

static void forms_say_the_same_after_the_way(void)
{
  ByteBuffer form = {0};
  http_form_append(&form, "a b", "1+1=2&3");
  http_form_append(&form, "text", "Olá,\nmundo");
  Bytes view = byte_buffer_view(&form);
  g_assert_true(bytes_equal(view, BYTES_LITERAL("a+b=1%2B1%3D2%263&text=Ol%C3%A1%2C%0Amundo")));
  g_autofree char *first = http_form_dup(view, "a b"), *second = http_form_dup(view, "text");
  g_assert_cmpstr(first, ==, "1+1=2&3");
  g_assert_cmpstr(second, ==, "Olá,\nmundo");
  g_assert_null(http_form_dup(view, "a"));
  g_assert_null(http_form_dup(BYTES_LITERAL("a=%00"), "a"));
  g_assert_null(http_form_dup(BYTES_LITERAL("a=%FF"), "a"));
  g_autofree char *lines = http_form_dup(BYTES_LITERAL("x=1&a=%0D%0A%0D%zz%4&a=2"), "a");
  g_assert_cmpstr(lines, ==, "\n\n%zz%4");
  byte_buffer_clear(&form);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http/responses are understood", responses_are_understood);
  g_test_add_func("/http/the client knows when to stop", the_client_knows_when_to_stop);
  g_test_add_func("/http/client and server understand each other", client_and_server_understand_each_other);
  g_test_add_func("/http/forms say the same after the way", forms_say_the_same_after_the_way);
  return g_test_run();
}
