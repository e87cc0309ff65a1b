/* SPDX-License-Identifier: MIT */
/* The webmail server's front: which page a request asks for, and what is answered. */
#include "agent/webmail-server.h"

#include "agent/web/webmail-files.h"
#include "agent/web/webmail-private.h"
#include "protocol/endpoint-support.h"
#include "protocol/http/http-form.h"

#define USUAL_SILENCE (30 * 60 * NANOSECONDS_PER_SECOND)
#define USUAL_SESSIONS 1000u
#define COOKIE_ATTRIBUTES "; Path=/; HttpOnly; SameSite=Lax"

WebmailFrame webmail_frame(const WebmailServer *server, const WebmailSession *session)
{
  return (WebmailFrame){server->language, server->domain, session == NULL ? NULL : session->address};
}

/* Fields of every page: nothing is kept by anybody, nothing is loaded from or sent to elsewhere. */
static void respond(WebmailVisit *visit, int code, Bytes body, const HttpHeader *more, guint more_count)
{
  HttpHeader fields[8] = {
      {"Cache-Control", "no-store"},
      {"Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; "
                                  "frame-ancestors 'none'; base-uri 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "same-origin"},
  };
  guint count = 4;
  for (guint i = 0; i < more_count && count < G_N_ELEMENTS(fields); i++)
    fields[count++] = more[i];
  http_server_respond(visit->endpoint,
                      &(HttpResponse){.code = code, .fields = fields, .field_count = count, .body = body});
}

static void respond_page(WebmailVisit *visit, int code, GString *page, const char *allow)
{
  HttpHeader fields[] = {{"Content-Type", "text/html; charset=utf-8"}, {"Allow", allow}};
  respond(visit, code, (Bytes){(const uint8_t *)page->str, page->len}, fields, allow == NULL ? 1 : 2);
  g_string_free(page, TRUE);
}

void webmail_answer_page(WebmailVisit *visit, int code, GString *page)
{
  respond_page(visit, code, page, NULL);
}

void webmail_answer_redirect(WebmailVisit *visit, const char *location, const char *cookie)
{
  HttpHeader fields[] = {{"Location", location}, {"Set-Cookie", cookie}};
  respond(visit, 303, BYTES_EMPTY, fields, cookie == NULL ? 1 : 2);
}

/* One request being answered. */
typedef struct {
  WebmailVisit *visit;
  const HttpMessage *message;
  Bytes query;
  WebmailSession *session; /* NULL: nobody is logged in */
  bool expired;
} Request;

/* Returns the number of that name in the form, or otherwise. */
static guint form_number(Bytes form, const char *name, guint otherwise)
{
  g_autofree char *text = http_form_dup(form, name);
  guint64 number;
  bool good = text != NULL && g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT32, &number, NULL);
  return good ? (guint)number : otherwise;
}

/* Returns a field's text on one line, the caller's to free; "" where there is none. */
static char *form_line(Bytes form, const char *name)
{
  char *text = http_form_dup(form, name);
  if (text == NULL) return g_strdup("");
  for (char *c = text; *c != '\0'; c++)
    if ((guchar)*c < ' ' || *c == 127) *c = ' ';
  return g_strstrip(text);
}

static void serve_front(const Request *request)
{
  const WebmailServer *server = request->visit->server;
  if (request->session != NULL) {
    webmail_answer_redirect(request->visit, "/inbox", NULL);
    return;
  }
  WebmailFrame frame = webmail_frame(server, NULL);
  g_autofree char *done = http_form_dup(request->query, "done");
  WebmailWord notice = g_strcmp0(done, "out") == 0       ? WORD_LOGGED_OUT
                       : g_strcmp0(done, "expired") == 0 ? WORD_EXPIRED
                                                         : WORD_COUNT;
  webmail_answer_page(request->visit, 200, webmail_page_log_in(&frame, notice, NULL));
}

static bool has_control(const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar)*text < ' ' || *text == 127) return true;
  return false;
}

static void serve_log_in(const Request *request)
{
  WebmailServer *server = request->visit->server;
  char *user = form_line(request->message->body, "user");
  char *password = http_form_dup(request->message->body, "password");
  if (request->session != NULL) webmail_session_end(server, request->session);
  if (*user == '\0' || password == NULL || *password == '\0' || has_control(password)) {
    WebmailFrame frame = webmail_frame(server, NULL);
    webmail_answer_page(request->visit, 403, webmail_page_log_in(&frame, WORD_WRONG, NULL));
  } else {
    WebmailSession *session = webmail_session_new(server, user, password);
    webmail_errand_go(webmail_errand_new(request->visit, session, WEBMAIL_ERRAND_LOG_IN));
    webmail_session_unref(session);
  }
  g_free(user);
  endpoint_wipe(password);
}

static void serve_inbox(const Request *request)
{
  WebmailErrand *errand = webmail_errand_new(request->visit, request->session, WEBMAIL_ERRAND_INBOX);
  g_autofree char *done = http_form_dup(request->query, "done");
  if (g_strcmp0(done, "sent") == 0) errand->notice = WORD_SENT;
  if (g_strcmp0(done, "deleted") == 0) errand->notice = WORD_DELETED;
  errand->page = MIN(form_number(request->query, "page", 1), G_MAXUINT32 / WEBMAIL_LETTERS_A_PAGE);
  webmail_errand_go(errand);
}

static void serve_letter_errand(const Request *request, WebmailErrandKind kind, Bytes form)
{
  guint uid = form_number(form, "uid", 0);
  if (uid == 0) {
    WebmailFrame frame = webmail_frame(request->visit->server, request->session);
    webmail_answer_page(request->visit, 404, webmail_page_fault(&frame, WORD_NO_MESSAGE));
    return;
  }
  WebmailErrand *errand = webmail_errand_new(request->visit, request->session, kind);
  errand->uid = uid;
  errand->part = form_number(form, "part", 0);
  webmail_errand_go(errand);
}

static void serve_letter(const Request *request)
{
  serve_letter_errand(request, WEBMAIL_ERRAND_LETTER, request->query);
}

static void serve_reply(const Request *request)
{
  serve_letter_errand(request, WEBMAIL_ERRAND_REPLY, request->query);
}

static void serve_file(const Request *request)
{
  serve_letter_errand(request, WEBMAIL_ERRAND_FILE, request->query);
}

static void serve_delete(const Request *request)
{
  serve_letter_errand(request, WEBMAIL_ERRAND_DELETE, request->message->body);
}

static void serve_compose(const Request *request)
{
  WebmailFrame frame = webmail_frame(request->visit->server, request->session);
  webmail_answer_page(request->visit, 200,
                      webmail_page_write(&frame, &(WebmailDraft){"", "", "", ""}, WORD_COUNT, NULL));
}

static void serve_send(const Request *request)
{
  Bytes form = request->message->body;
  WebmailErrand *errand = webmail_errand_new(request->visit, request->session, WEBMAIL_ERRAND_SEND);
  char *text = http_form_dup(form, "text"), *answered = form_line(form, "in-reply-to");
  if (strpbrk(answered, "<> ") != NULL) *answered = '\0';
  errand->draft = (WebmailDraft){.to = form_line(form, "to"),
                                 .subject = form_line(form, "subject"),
                                 .text = text == NULL ? g_strdup("") : text,
                                 .in_reply_to = answered};
  if (webmail_send_prepare(errand)) {
    webmail_errand_go(errand);
    return;
  }
  WebmailFrame frame = webmail_frame(errand->server, errand->session);
  webmail_answer_page(request->visit, 422, webmail_page_write(&frame, &errand->draft, WORD_NOBODY, NULL));
  webmail_errand_free(errand);
}

static void serve_log_out(const Request *request)
{
  if (request->session != NULL) webmail_session_end(request->visit->server, request->session);
  webmail_answer_redirect(request->visit, "/?done=out", "session=; Max-Age=0" COOKIE_ATTRIBUTES);
}

static void serve_style(const Request *request)
{
  static const HttpHeader fields[] = {{"Content-Type", "text/css; charset=utf-8"},
                                      {"Cache-Control", "max-age=86400"}};
  http_server_respond(
      request->visit->endpoint,
      &(HttpResponse){
          .code = 200, .fields = fields, .field_count = 2, .body = bytes_from_string(webmail_style_sheet())});
}

static const struct {
  const char *path;
  bool post;   /* else GET and HEAD */
  bool public; /* else for who is logged in */
  void (*serve)(const Request *request);
} routes[] = {
    {"/", false, true, serve_front},           {"/style.css", false, true, serve_style},
    {"/login", true, true, serve_log_in},      {"/logout", true, true, serve_log_out},
    {"/inbox", false, false, serve_inbox},     {"/message", false, false, serve_letter},
    {"/compose", false, false, serve_compose}, {"/reply", false, false, serve_reply},
    {"/file", false, false, serve_file},       {"/send", true, false, serve_send},
    {"/delete", true, false, serve_delete},
};

/* Did another site's page send this form? Browsers say where from (RFC 6454 §7); without that word, the
 * cookie does not come along either (SameSite). */
static bool is_foreign(const HttpMessage *message)
{
  Bytes site = http_message_get(message, "Sec-Fetch-Site"), origin = http_message_get(message, "Origin");
  if (bytes_equal_ignore_case(site, "cross-site")) return true;
  if (origin.data == NULL) return false;
  static const char *const schemes[] = {"http://", "https://"};
  for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
    if (!bytes_starts_ignore_case(origin, schemes[i])) continue;
    g_autofree char *ours = bytes_dup_string(message->authority);
    return !bytes_equal_ignore_case(bytes_skip(origin, strlen(schemes[i])), ours);
  }
  return true;
}

static void serve(Request *request)
{
  WebmailVisit *visit = request->visit;
  const HttpMessage *message = request->message;
  WebmailFrame frame = webmail_frame(visit->server, request->session);
  ptrdiff_t mark = bytes_find(message->target, '?');
  Bytes path = bytes_slice(message->target, 0, mark < 0 ? message->target.length : (size_t)mark);
  request->query = mark < 0 ? BYTES_EMPTY : bytes_skip(message->target, (size_t)mark + 1);
  size_t at = 0;
  while (at < G_N_ELEMENTS(routes) && !bytes_equal(path, bytes_from_string(routes[at].path)))
    at++;
  if (at == G_N_ELEMENTS(routes)) {
    webmail_answer_page(visit, 404, webmail_page_fault(&frame, WORD_NO_PAGE));
    return;
  }
  bool post = message->word == HTTP_POST, get = message->word == HTTP_GET || message->word == HTTP_HEAD;
  if (!(routes[at].post ? post : get))
    respond_page(visit, 405, webmail_page_fault(&frame, WORD_METHOD), routes[at].post ? "POST" : "GET, HEAD");
  else if (post && is_foreign(message))
    webmail_answer_page(visit, 403, webmail_page_fault(&frame, WORD_FOREIGN));
  else if (!routes[at].public && request->session == NULL)
    webmail_answer_redirect(visit, request->expired ? "/?done=expired" : "/", NULL);
  else
    routes[at].serve(request);
}

/* The mail server's word on a log-in. */
static void answer_log_in(WebmailVisit *visit, WebmailErrand *errand)
{
  WebmailFrame frame = webmail_frame(errand->server, NULL);
  if (errand->outcome != WEBMAIL_OUTCOME_GOOD) {
    webmail_answer_page(visit, 403, webmail_page_log_in(&frame, WORD_WRONG, errand->words));
    return;
  }
  g_autofree char *cookie = g_strdup_printf("session=%s" COOKIE_ATTRIBUTES, errand->session->key);
  webmail_session_begin(errand->server, webmail_session_ref(errand->session));
  webmail_answer_redirect(visit, "/inbox", cookie);
  explicit_bzero(cookie, strlen(cookie));
}

static void answer_inbox(WebmailVisit *visit, WebmailErrand *errand)
{
  WebmailFrame frame = webmail_frame(errand->server, errand->session);
  for (guint i = 0, j = errand->entries->len; i + 1 < j; i++) { /* newest first */
    j--;
    WebmailEntry swapped = g_array_index(errand->entries, WebmailEntry, i);
    g_array_index(errand->entries, WebmailEntry, i) = g_array_index(errand->entries, WebmailEntry, j);
    g_array_index(errand->entries, WebmailEntry, j) = swapped;
  }
  guint older = errand->page * WEBMAIL_LETTERS_A_PAGE < errand->exists ? errand->page + 1 : 0;
  webmail_answer_page(visit, 200,
                      webmail_page_inbox(&frame, errand->notice, errand->entries, errand->page - 1, older));
}

/* A file is saved, never shown: whatever it is, it does not run as a page of ours. */
static void answer_file(WebmailVisit *visit, const WebmailErrand *errand, Bytes letter)
{
  g_autofree char *name = NULL;
  g_autoptr(GBytes) file = webmail_files_read(letter, errand->part, &name);
  if (file == NULL) {
    WebmailFrame frame = webmail_frame(errand->server, errand->session);
    webmail_answer_page(visit, 404, webmail_page_fault(&frame, WORD_NO_MESSAGE));
    return;
  }
  g_autofree char *escaped = name == NULL ? NULL : g_uri_escape_string(name, NULL, FALSE);
  g_autofree char *disposition = /* RFC 6266 */
      escaped == NULL ? g_strdup("attachment") : g_strconcat("attachment; filename*=UTF-8''", escaped, NULL);
  HttpHeader fields[] = {{"Content-Type", "application/octet-stream"}, {"Content-Disposition", disposition}};
  Bytes body;
  body.data = g_bytes_get_data(file, &body.length);
  respond(visit, 200, body, fields, 2);
}

static void answer_letter(WebmailVisit *visit, WebmailErrand *errand)
{
  WebmailFrame frame = webmail_frame(errand->server, errand->session);
  if (errand->letter == NULL) {
    webmail_answer_page(visit, 404, webmail_page_fault(&frame, WORD_NO_MESSAGE));
    return;
  }
  Bytes letter;
  letter.data = g_bytes_get_data(errand->letter, &letter.length);
  if (errand->kind == WEBMAIL_ERRAND_FILE) {
    answer_file(visit, errand, letter);
    return;
  }
  if (errand->kind == WEBMAIL_ERRAND_LETTER) {
    webmail_answer_page(visit, 200, webmail_page_letter(&frame, errand->uid, letter));
    return;
  }
  WebmailDraft draft;
  webmail_draft_reply(&draft, frame.language, letter);
  webmail_answer_page(visit, 200, webmail_page_write(&frame, &draft, WORD_COUNT, NULL));
  webmail_draft_clear(&draft);
}

/* What was asked for could not be done. */
static void answer_fault(WebmailVisit *visit, WebmailErrand *errand)
{
  WebmailFrame frame = webmail_frame(errand->server, errand->session);
  bool refused = errand->outcome == WEBMAIL_OUTCOME_REFUSED;
  int code = errand->outcome == WEBMAIL_OUTCOME_LATE ? 504 : 502;
  WebmailWord notice = refused ? WORD_REFUSED : WORD_SILENT;
  if (errand->kind == WEBMAIL_ERRAND_SEND)
    webmail_answer_page(visit, refused ? 422 : code,
                        webmail_page_write(&frame, &errand->draft, notice, errand->words));
  else if (errand->kind == WEBMAIL_ERRAND_LOG_IN) {
    frame.person = NULL;
    webmail_answer_page(visit, code, webmail_page_log_in(&frame, notice, NULL));
  } else
    webmail_answer_page(visit, code, webmail_page_fault(&frame, notice));
}

void webmail_errand_answer(WebmailErrand *errand)
{
  WebmailVisit *visit = errand->visit;
  if (visit == NULL) return;
  errand->visit = NULL;
  visit->errand = NULL;
  bool good = errand->outcome == WEBMAIL_OUTCOME_GOOD, refused = errand->outcome == WEBMAIL_OUTCOME_REFUSED;
  if (errand->kind == WEBMAIL_ERRAND_LOG_IN && (good || refused))
    answer_log_in(visit, errand);
  else if (!good)
    answer_fault(visit, errand);
  else if (errand->kind == WEBMAIL_ERRAND_INBOX)
    answer_inbox(visit, errand);
  else if (errand->kind == WEBMAIL_ERRAND_DELETE)
    webmail_answer_redirect(visit, "/inbox?done=deleted", NULL);
  else if (errand->kind == WEBMAIL_ERRAND_SEND)
    webmail_answer_redirect(visit, "/inbox?done=sent", NULL);
  else
    answer_letter(visit, errand);
  agent_host_wake(errand->server->host, visit->endpoint);
}

static void visit_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  WebmailVisit *visit = owner;
  if (event->type != ENDPOINT_REQUEST) return;
  Request request = {.visit = visit, .message = http_server_get_request(endpoint)};
  visit->endpoint = endpoint;
  request.session = webmail_session_find(visit->server, request.message, &request.expired);
  serve(&request);
}

static void visit_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)endpoint;
  (void)end;
  WebmailVisit *visit = owner;
  if (visit->errand != NULL) visit->errand->visit = NULL;
  g_free(visit);
}

static const AgentSessionClass visit_class = {visit_event, visit_ended};

static Endpoint *server_accept(void *owner, const char *peer, AgentSession *session)
{
  (void)peer;
  WebmailVisit *visit = g_new0(WebmailVisit, 1);
  visit->server = owner;
  *session = (AgentSession){&visit_class, visit};
  return http_server_new(&(HttpServerConfig){.software = "Carteiro"});
}

WebmailServer *webmail_server_new(const WebmailServerConfig *config)
{
  WebmailServer *server = g_new0(WebmailServer, 1);
  server->host = config->host;
  server->host_name = g_strdup(config->host_name);
  server->mail_server = g_strdup(config->mail_server);
  server->domain = g_strdup(config->domain);
  server->language = g_strcmp0(config->language, "pt_BR") == 0 ? WEBMAIL_PT_BR : WEBMAIL_EN;
  server->keep_sent = config->keep_sent;
  server->silence = config->session_silence == 0 ? USUAL_SILENCE : config->session_silence;
  server->session_limit = config->session_limit == 0 ? USUAL_SESSIONS : config->session_limit;
  server->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, webmail_session_unref);
  agent_host_listen(server->host, AGENT_TCP, WEBMAIL_PORT, &(AgentService){server_accept, server});
  return server;
}

guint webmail_server_get_session_count(const WebmailServer *server)
{
  return g_hash_table_size(server->sessions);
}

void webmail_server_free(WebmailServer *server)
{
  if (server == NULL) return;
  g_hash_table_unref(server->sessions);
  g_free(server->host_name);
  g_free(server->mail_server);
  g_free(server->domain);
  g_free(server);
}
