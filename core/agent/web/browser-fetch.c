/* SPDX-License-Identifier: MIT */
/* Pages fetched: the name asked for, the connection kept, cookies sent, redirects followed. */
#include "agent/web/browser-private.h"
#include "protocol/http/http-client.h"

#define REDIRECTS_MAX 10u
#define PATIENCE (2 * 60 * NANOSECONDS_PER_SECOND)

static void load(Browser *browser);

/* The open page is now page, which may be NULL where none came. */
static void show(Browser *browser, int status, WebPage *page)
{
  browser->loading = false;
  browser->status = status;
  byte_buffer_reset(&browser->form);
  web_page_free(browser->page);
  browser->page = page == NULL ? web_page_parse(BYTES_EMPTY) : page;
  web_address_clear(&browser->address);
  browser->address = browser->wanted;
  browser->wanted = (WebAddress){0};
  g_free(browser->url);
  browser->url = web_address_format(&browser->address);
  browser_arrived(browser);
}

/* What came is for the disk; the page stays as it is. */
static void save(Browser *browser, Bytes body)
{
  browser->loading = false;
  byte_buffer_reset(&browser->form);
  web_address_clear(&browser->wanted);
  if (browser->saved != NULL) g_bytes_unref(browser->saved);
  browser->saved = g_bytes_new(body.data, body.length);
  browser_arrived(browser);
}

/* The browser uses the connection no more; it ends by itself. */
static void let_go(Browser *browser)
{
  if (browser->line == NULL) return;
  browser->line->browser = NULL;
  browser->line = NULL;
}

/* The connection broke before the page was there. One that had stood open may have been closed by the server
 * just then: that is worth another try where asking twice does no harm (RFC 9110 §9.2.2). */
static void lose(Browser *browser)
{
  bool again = browser->line->used && !browser->post && browser->tries == 0;
  let_go(browser);
  if (!browser->loading) return;
  browser->tries++;
  if (again)
    load(browser);
  else
    show(browser, 0, NULL);
}

static bool is_redirect(int code)
{
  return (code >= 301 && code <= 303) || code == 307 || code == 308;
}

/* Goes where Location says. Returns false where that is nowhere. */
static bool follow(Browser *browser, const HttpMessage *response)
{
  g_autofree char *location = bytes_dup_string(http_message_get(response, "Location"));
  WebAddress next;
  if (*location == '\0' || browser->redirects++ >= REDIRECTS_MAX) return false;
  if (!web_address_resolve(&next, &browser->wanted, location)) return false;
  web_address_clear(&browser->wanted);
  browser->wanted = next;
  if (response->code <= 303) {
    browser->post = false;
    byte_buffer_reset(&browser->form);
  }
  browser->tries = 0;
  load(browser);
  return true;
}

static void take_response(Browser *browser, const HttpMessage *response)
{
  browser->line->used = true;
  web_cookies_take(browser->cookies, &browser->wanted, response, agent_host_now(browser->host));
  if (is_redirect(response->code) && follow(browser, response)) return;
  Bytes disposition = http_message_get(response, "Content-Disposition");
  if (response->code == 200 && bytes_starts_ignore_case(disposition, "attachment")) {
    save(browser, response->body);
    return;
  }
  Bytes type = http_message_get(response, "Content-Type");
  bool html = type.length == 0 || bytes_starts_ignore_case(type, "text/html");
  show(browser, response->code, web_page_parse(html ? response->body : BYTES_EMPTY));
}

static void line_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  BrowserLine *line = owner;
  Browser *browser = line->browser;
  if (browser == NULL) return;
  if (event->type == ENDPOINT_RESPONSE && browser->loading)
    take_response(browser, http_client_get_response(client));
  else if (event->type == ENDPOINT_FAILED)
    lose(browser);
  else if (event->type == ENDPOINT_CLOSE)
    let_go(browser);
}

static void line_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  BrowserLine *line = owner;
  Browser *browser = line->browser;
  if (browser != NULL && end == AGENT_STOPPED) browser->stopped = true;
  if (browser != NULL && end == AGENT_STOPPED)
    let_go(browser);
  else if (browser != NULL)
    lose(browser);
  g_free(line->authority);
  g_free(line);
}

static const AgentSessionClass line_class = {line_event, line_ended};

/* Asks for the wanted page on a connection. Returns false where it takes no more. */
static bool ask(Browser *browser, Endpoint *client)
{
  char *cookie = web_cookies_for(browser->cookies, &browser->wanted, agent_host_now(browser->host));
  g_autofree char *origin = g_strdup_printf("http://%s", browser->wanted.authority);
  HttpHeader fields[6] = {{"User-Agent", "Carteiro"}, {"Accept", "text/html"}};
  guint count = 2;
  if (browser->post) {
    fields[count++] = (HttpHeader){"Origin", origin};
    fields[count++] = (HttpHeader){"Content-Type", "application/x-www-form-urlencoded"};
  }
  if (cookie != NULL) fields[count++] = (HttpHeader){"Cookie", cookie};
  bool asked = http_client_request(client, &(HttpRequest){.method = browser->post ? "POST" : "GET",
                                                          .target = browser->wanted.target,
                                                          .host = browser->wanted.authority,
                                                          .fields = fields,
                                                          .field_count = count,
                                                          .body = byte_buffer_view(&browser->form)});
  endpoint_wipe(cookie);
  return asked;
}

static void call(Browser *browser, const char *place)
{
  BrowserLine *line = g_new0(BrowserLine, 1);
  line->browser = browser;
  line->authority = g_strdup(browser->wanted.authority);
  line->client = http_client_new(&(HttpClientConfig){.patience = PATIENCE});
  browser->line = line;
  ask(browser, line->client);
  agent_host_connect(browser->host, AGENT_TCP, place, browser->wanted.port, line->client,
                     &(AgentSession){&line_class, line});
}

static void place_found(void *owner, const char *place)
{
  if (place == NULL)
    show(owner, 0, NULL);
  else
    call(owner, place);
}

/* Fetches the wanted page: on the open connection where it leads there, else on a new one. */
static void load(Browser *browser)
{
  BrowserLine *line = browser->line;
  if (line != NULL && g_str_equal(line->authority, browser->wanted.authority) && ask(browser, line->client)) {
    agent_host_wake(browser->host, line->client);
    return;
  }
  if (line != NULL) {
    http_client_finish(line->client);
    agent_host_wake(browser->host, line->client);
    let_go(browser);
  }
  const char *host = browser->wanted.host;
  if (g_hostname_is_ip_address(host))
    call(browser, host);
  else
    server_lookup_name(&browser->lookup, browser->host, browser->resolver, host, place_found, browser);
}

bool browser_go(Browser *browser, const char *reference, const ByteBuffer *form)
{
  WebAddress wanted;
  if (browser->stopped || !web_address_resolve(&wanted, &browser->address, reference)) {
    if (!browser->stopped) web_address_clear(&wanted);
    return false;
  }
  web_address_clear(&browser->wanted);
  browser->wanted = wanted;
  browser->loading = true;
  browser->post = form != NULL;
  browser->redirects = browser->tries = 0;
  byte_buffer_reset(&browser->form);
  if (form != NULL) byte_buffer_append(&browser->form, byte_buffer_view(form));
  load(browser);
  return true;
}
