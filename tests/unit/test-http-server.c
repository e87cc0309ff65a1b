/* SPDX-License-Identifier: MIT */
/* The HTTP server: what is well said is understood however it is cut, what is not is refused with
 * the code that says why, and every limit is where it should be. */
#include "base/limits.h"
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

/* What a server understood, and what it said. */
typedef struct {
  GString *heard, *said;
  guint requests;
  bool closed;
  bool later; /* answers are not given in the course of the event */
} House;

static void house_init(House *house)
{
  *house = (House){.heard = g_string_new(NULL), .said = g_string_new(NULL)};
}

static void house_clear(House *house)
{
  g_string_free(house->heard, TRUE);
  g_string_free(house->said, TRUE);
}

static void hear(House *house, const HttpMessage *request)
{
  house->requests++;
  g_string_append_printf(
      house->heard, "%.*s|%.*s|%.*s|%.*s\n", (int)request->method.length, (const char *)request->method.data,
      (int)request->target.length, (const char *)request->target.data, (int)request->authority.length,
      (const char *)request->authority.data, (int)request->body.length, (const char *)request->body.data);
}

static void respond(Endpoint *server)
{
  static const HttpHeader type = {"Content-Type", "text/plain"};
  http_server_respond(
      server,
      &(HttpResponse){.code = 200, .fields = &type, .field_count = 1, .body = BYTES_LITERAL("hello\n")});
}

static void settle(Endpoint *server, House *house)
{
  EndpointEvent event;
  for (EndpointEventType type; (type = endpoint_next_event(server, &event)) != ENDPOINT_NOTHING;) {
    if (type == ENDPOINT_CLOSE) house->closed = true;
    if (type != ENDPOINT_REQUEST) continue;
    hear(house, http_server_get_request(server));
    if (!house->later) respond(server);
  }
  drain(server, house->said);
}

static void say(Endpoint *server, House *house, const char *text, Cut cut)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  for (size_t length = strlen(text); length > 0;) {
    size_t count = piece_of(cut, random, length);
    endpoint_receive(server, (Bytes){(const uint8_t *)text, count});
    settle(server, house);
    text += count;
    length -= count;
  }
}

static Endpoint *new_server(size_t body_limit)
{
  Endpoint *server = http_server_new(&(HttpServerConfig){.body_limit = body_limit});
  endpoint_advance(server, 1772452800 * NANOSECONDS_PER_SECOND);
  return server;
}

/* Each is a request, what the server understands of it, and the first line of its answer. */
static const struct {
  const char *request, *heard, *status;
} understood[] = {
    {"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "GET|/|a.example|\n", "200 OK"},
    {"\r\nGET /x?y=1 HTTP/1.1\nhost:a.example:8080  \n\n", "GET|/x?y=1|a.example:8080|\n", "200 OK"},
    {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD|/|a|\n", "200 OK"},
    {"GET http://b.example/p HTTP/1.1\r\nHost: a\r\n\r\n", "GET|/p|b.example|\n", "200 OK"},
    {"GET http://b.example HTTP/1.1\r\nHost: a\r\n\r\n", "GET|/|b.example|\n", "200 OK"},
    {"GET / HTTP/1.0\r\n\r\n", "GET|/||\n", "200 OK"},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS|*|a|\n", "200 OK"},
    {"CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n", "CONNECT|a:25|a:25|\n", "200 OK"},
    {"DELETE /1 HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE|/1|a|\n", "200 OK"},
    {"TRACE /1 HTTP/1.1\r\nHost: a\r\n\r\n", "TRACE|/1|a|\n", "200 OK"},
    {"POST /f HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b", "POST|/f|a|a=b\n", "200 OK"},
    {"PUT /f HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "PUT|/f|a|\n", "200 OK"},
    {"PATCH /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=\"y\"\r\nab\r\n"
     "00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
     "PATCH|/f|a|ab0123456789\n", "200 OK"},
};

/* Each is a request, and the first line of the refusal, which ends the connection. */
static const struct {
  const char *request, *status;
} refused[] = {
    {"hello\r\n", "400 Bad Request"},
    {"GET /\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400 Bad Request"},
    {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"},
    {"GET x HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"},
    {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n folded\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n", "400 Bad Request"},
    {"GET /\001 HTTP/1.1\r\n", "400 Bad Request"},
    {"get / HTTP/1.1\r\n", "501 Not Implemented"},
    {"BREW /pot HTTP/1.1\r\n", "501 Not Implemented"},
    {"GET / HTTP/2.0\r\n", "505 HTTP Version Not Supported"},
    {"GET / HTTP/0.9\r\n", "505 HTTP Version Not Supported"},
    {"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "411 Length Required"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n", "413 Content Too Large"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", "413 Content Too Large"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
     "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
     "400 Bad Request"},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501 Not Implemented"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "501 Not Implemented"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     "501 Not Implemented"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", "413 Content Too Large"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
     "413 Content Too Large"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
     "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX Y\r\n\r\n", "400 Bad Request"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n", "417 Expectation Failed"},
};

/* The status line said first, without the version. */
static void assert_status(const House *house, const char *status)
{
  g_autofree char *wanted = g_strdup_printf("HTTP/1.1 %s\r\n", status);
  if (!g_str_has_prefix(house->said->str, wanted)) g_error("wanted %s, got %s", status, house->said->str);
}

static void requests_are_understood(void)
{
  for (Cut cut = CUT_NOT; cut < CUT_COUNT; cut++)
    for (size_t i = 0; i < G_N_ELEMENTS(understood); i++) {
      House house;
      house_init(&house);
      Endpoint *server = new_server(100);
      say(server, &house, understood[i].request, cut);
      g_assert_cmpstr(house.heard->str, ==, understood[i].heard);
      assert_status(&house, understood[i].status);
      g_assert_nonnull(strstr(house.said->str, "\r\nDate: Mon, 02 Mar 2026 12:00:00 GMT\r\n"));
      g_assert_nonnull(strstr(house.said->str, "\r\nContent-Length: 6\r\n"));
      bool head = g_str_has_prefix(understood[i].heard, "HEAD");
      g_assert_true(g_str_has_suffix(house.said->str, head ? "\r\n\r\n" : "\r\n\r\nhello\n"));
      bool old = strstr(understood[i].request, "HTTP/1.0") != NULL;
      g_assert_cmpint(house.closed, ==, old);
      endpoint_free(server);
      house_clear(&house);
    }
}

static void bad_requests_are_refused(void)
{
  for (Cut cut = CUT_NOT; cut < CUT_COUNT; cut++)
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
      House house;
      house_init(&house);
      Endpoint *server = new_server(100);
      say(server, &house, refused[i].request, cut);
      say(server, &house, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", cut); /* smuggled? */
      if (!house.closed) g_error("not refused: %s", refused[i].request);
      assert_status(&house, refused[i].status);
      g_assert_nonnull(strstr(house.said->str, "\r\nConnection: close\r\n"));
      g_assert_cmpuint(house.requests, ==, 0);
      g_assert_null(strstr(house.said->str + 9, "HTTP/1.1"));
      endpoint_free(server);
      house_clear(&house);
    }
}

/* Three requests sent ahead, one by one answered; the last one says goodbye. */
static const char pipelined[] = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                                "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy"
                                "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"
                                "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n";

static void further_requests_wait_for_a_late_answer(void)
{
  for (Cut cut = CUT_NOT; cut < CUT_COUNT; cut++) {
    House house;
    house_init(&house);
    house.later = true;
    Endpoint *server = new_server(0);
    say(server, &house, pipelined, cut);
    for (guint i = 1; i <= 3; i++) {
      g_assert_cmpuint(house.requests, ==, i);
      g_assert_false(endpoint_wants_read(server));
      g_assert_cmpint(endpoint_deadline(server), ==, NANOSECONDS_NEVER);
      g_assert_false(house.closed);
      respond(server);
      settle(server, &house);
    }
    g_assert_cmpstr(house.heard->str, ==, "GET|/1|a|\nPOST|/2|a|xy\nGET|/3|a|\n");
    g_assert_true(house.closed);
    g_assert_null(http_server_get_request(server));
    size_t before = house.said->len;
    respond(server); /* nobody waits */
    settle(server, &house);
    g_assert_cmpuint(house.said->len, ==, before);
    endpoint_free(server);
    house_clear(&house);
  }
}

static void the_head_has_limits(void)
{
  static const struct {
    size_t line; /* bytes of the target */
    guint fields;
    size_t value; /* bytes of each field's value */
    const char *status;
  } cases[] = {
      {LIMIT_HTTP_LINE - 13, 0, 0, "200 OK"},
      {LIMIT_HTTP_LINE - 12, 0, 0, "414 URI Too Long"},
      {1, 1, LIMIT_HTTP_LINE - 3, "200 OK"},
      {1, 1, LIMIT_HTTP_LINE - 2, "431 Request Header Fields Too Large"},
      {1, LIMIT_HTTP_FIELDS - 1, 1, "200 OK"},
      {1, LIMIT_HTTP_FIELDS, 1, "431 Request Header Fields Too Large"},
      {1, 7, 8000, "200 OK"},
      {1, 9, 8000, "431 Request Header Fields Too Large"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    House house;
    house_init(&house);
    Endpoint *server = new_server(0);
    g_autofree char *path = g_strnfill(cases[i].line, '/'), *value = g_strnfill(cases[i].value, 'v');
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "GET %s HTTP/1.1\r\nHost: a\r\n", path);
    for (guint f = 0; f < cases[i].fields; f++)
      g_string_append_printf(text, "X: %s\r\n", value);
    g_string_append(text, "\r\n");
    say(server, &house, text->str, CUT_RANDOM);
    assert_status(&house, cases[i].status);
    endpoint_free(server);
    house_clear(&house);
  }
}

/* A line that never ends is refused at once and not kept. */
static void endless_lines_are_refused_while_they_come(void)
{
  static const char *const beginnings[] = {
      "", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;"};
  static const char *const statuses[] = {"414 URI Too Long", "431 Request Header Fields Too Large",
                                         "400 Bad Request"};
  for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++) {
    House house;
    house_init(&house);
    Endpoint *server = new_server(0);
    say(server, &house, beginnings[i], CUT_NOT);
    g_autofree char *flood = g_strnfill(LIMIT_HTTP_LINE + 1, 'a');
    say(server, &house, flood, CUT_NOT);
    assert_status(&house, statuses[i]);
    g_assert_true(house.closed);
    endpoint_free(server);
    house_clear(&house);
  }
}

static void bodies_have_a_limit_however_they_come(void)
{
  for (size_t size = 99; size <= 101; size++)
    for (int chunked = 0; chunked < 2; chunked++) {
      House house;
      house_init(&house);
      Endpoint *server = new_server(100);
      g_autofree char *body = g_strnfill(size, 'b');
      g_autofree char *text =
          chunked
              ? g_strdup_printf("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "32\r\n%.50s\r\n%zx\r\n%s\r\n0\r\n\r\n",
                                body, size - 50, body + 50)
              : g_strdup_printf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s", size, body);
      say(server, &house, text, CUT_RANDOM);
      assert_status(&house, size <= 100 ? "200 OK" : "413 Content Too Large");
      endpoint_free(server);
      house_clear(&house);
    }
}

/* Chunks of one byte behind a kilobyte of extension: soon enough is enough. */
static void a_chunk_bomb_is_refused(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server(0);
  const char *head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  say(server, &house, head, CUT_NOT);
  g_autofree char *extension = g_strnfill(LIMIT_HTTP_CHUNK_LINE - 2, 'e');
  g_autofree char *chunk = g_strdup_printf("1;%s\r\nx\r\n", extension);
  size_t sent = 0;
  for (; sent < 2 * LIMIT_HTTP_CHUNK_WASTE && !house.closed; sent += strlen(chunk))
    say(server, &house, chunk, CUT_NOT);
  g_assert_cmpuint(sent, >, LIMIT_HTTP_CHUNK_WASTE);
  assert_status(&house, "400 Bad Request");
  endpoint_free(server);
  house_clear(&house);
}

static void a_client_that_asks_is_told_to_go_on(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server(0);
  const char *head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  say(server, &house, head, CUT_RANDOM);
  g_assert_cmpstr(house.said->str, ==, "HTTP/1.1 100 Continue\r\n\r\n");
  g_string_truncate(house.said, 0);
  say(server, &house, "xy", CUT_BYTES);
  assert_status(&house, "200 OK");
  g_assert_null(strstr(house.said->str, "Continue"));
  endpoint_free(server);
  house_clear(&house);
}

static void silence_is_measured(void)
{
  const Nanoseconds start = 1772452800 * NANOSECONDS_PER_SECOND, minute = 60 * NANOSECONDS_PER_SECOND;
  for (int begun = 0; begun < 2; begun++) {
    House house;
    house_init(&house);
    Endpoint *server = new_server(0);
    if (begun) say(server, &house, "GET / HTTP/1.1\r\nHo", CUT_NOT);
    endpoint_advance(server, start + 1);
    g_assert_cmpint(endpoint_deadline(server), <=, start + minute + 1);
    endpoint_advance(server, start + minute - 1);
    settle(server, &house);
    g_assert_false(house.closed);
    endpoint_advance(server, start + minute + 1);
    settle(server, &house);
    g_assert_true(house.closed);
    if (begun)
      assert_status(&house, "408 Request Timeout");
    else
      g_assert_cmpuint(house.said->len, ==, 0);
    endpoint_free(server);
    house_clear(&house);
  }
}

static void who_hangs_up_is_not_answered_for(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server(0);
  say(server, &house, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nxy", CUT_NOT);
  endpoint_peer_closed(server);
  settle(server, &house);
  g_assert_true(house.closed);
  g_assert_cmpuint(house.requests, ==, 0);
  g_assert_cmpuint(house.said->len, ==, 0);
  endpoint_free(server);
  house_clear(&house);
}

static void answers_are_framed_as_the_owner_wants(void)
{
  static const HttpHeader evil = {"Location", "/x\r\nSet-Cookie: stolen=1\r\n\r\n"};
  House house;
  house_init(&house);
  house.later = true;
  Endpoint *server = new_server(0);
  say(server, &house, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", CUT_NOT);
  g_autofree char *body = g_strnfill(5000, 'x');
  http_server_respond(server, &(HttpResponse){.code = 303,
                                              .fields = &evil,
                                              .field_count = 1,
                                              .body = bytes_from_string(body),
                                              .chunked = true,
                                              .close = true});
  settle(server, &house);
  assert_status(&house, "303 See Other");
  g_assert_nonnull(strstr(house.said->str, "\r\nLocation: /x\r\nConnection: close\r\n"));
  g_assert_null(strstr(house.said->str, "stolen"));
  g_assert_nonnull(strstr(house.said->str, "\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\nxxx"));
  g_assert_true(g_str_has_suffix(house.said->str, "xxx\r\n0\r\n\r\n"));
  g_assert_true(house.closed);
  endpoint_free(server);
  house_clear(&house);
}

static void plain_verdicts_are_plain_pages(void)
{
  static const struct {
    EndpointVerdict verdict;
    const char *status, *end;
  } cases[] = {
      {{.accepted = true}, "204 No Content", "GMT\r\n\r\n"},
      {{.accepted = false}, "404 Not Found", "\r\n\r\n404 Not Found\n"},
      {{.code = 503, .text = "Come back later"}, "503 Service Unavailable", "\r\n\r\nCome back later\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    House house;
    house_init(&house);
    house.later = true;
    Endpoint *server = new_server(0);
    say(server, &house, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", CUT_NOT);
    endpoint_answer(server, &cases[i].verdict);
    settle(server, &house);
    assert_status(&house, cases[i].status);
    g_assert_true(g_str_has_suffix(house.said->str, cases[i].end));
    endpoint_free(server);
    house_clear(&house);
  }
}

/* Every status code that the vocabulary explains has its phrase, and the other way round. */
static void every_code_has_its_phrase(void)
{
  guint phrases = 0;
  for (size_t i = 0; i < http_vocabulary.reply_count; i++) {
    int code = (int)g_ascii_strtoull(http_vocabulary.replies[i].code, NULL, 10);
    if (code < 100 || code == 101 || code == 206) continue;
    g_test_message("%d", code);
    g_assert_cmpstr(http_status_phrase(code), !=, "");
    phrases++;
  }
  for (int code = 100; code < 600; code++)
    phrases -= *http_status_phrase(code) != '\0';
  g_assert_cmpuint(phrases, ==, 0);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http/requests are understood", requests_are_understood);
  g_test_add_func("/http/bad requests are refused", bad_requests_are_refused);
  g_test_add_func("/http/further requests wait for a late answer", further_requests_wait_for_a_late_answer);
  g_test_add_func("/hardening/72-header-floods-are-refused-by-the-server", the_head_has_limits);
  g_test_add_func("/http/endless lines are refused while they come",
                  endless_lines_are_refused_while_they_come);
  g_test_add_func("/http/bodies have a limit however they come", bodies_have_a_limit_however_they_come);
  g_test_add_func("/hardening/72-chunk-bombs-are-refused-by-the-server", a_chunk_bomb_is_refused);
  g_test_add_func("/http/a client that asks is told to go on", a_client_that_asks_is_told_to_go_on);
  g_test_add_func("/http/silence is measured", silence_is_measured);
  g_test_add_func("/http/who hangs up is not answered for", who_hangs_up_is_not_answered_for);
  g_test_add_func("/http/answers are framed as the owner wants", answers_are_framed_as_the_owner_wants);
  g_test_add_func("/http/plain verdicts are plain pages", plain_verdicts_are_plain_pages);
  g_test_add_func("/http/every code has its phrase", every_code_has_its_phrase);
  return g_test_run();
}
