/* SPDX-License-Identifier: MIT */
/* The person before the browser: what they look for on each page, and what they do with it. */
#include "agent/browser.h"

#include "agent/web/browser-private.h"
#include "protocol/endpoint-support.h"
#include "protocol/http/http-form.h"

#define LOOKING NANOSECONDS_PER_SECOND /* before the next click */
#define PAGES_MAX 1000u                /* of one list */

typedef enum {
  GOES_ON, /* a page is being fetched */
  GOOD,
  BAD,
} Progress;

struct BrowserAction {
  Progress (*step)(Browser *browser, BrowserAction *action);
  guint number;                    /* of the step that comes next, from 0 */
  char *url, *to, *subject, *text; /* subject: also a file's name */
  char *user, *password;
  BrowserDone done;
  void *owner;
};

static void action_free(gpointer data)
{
  BrowserAction *action = data;
  g_free(action->url);
  g_free(action->to);
  g_free(action->subject);
  g_free(action->text);
  g_free(action->user);
  endpoint_wipe(action->password);
  g_free(action);
}

/* Does what comes next, once a page is there. */
static void act(Browser *browser)
{
  BrowserAction *action;
  while (!browser->loading && (action = g_queue_peek_head(&browser->actions)) != NULL) {
    Progress progress = action->step(browser, action);
    action->number++;
    if (progress == GOES_ON) continue;
    BrowserDone done = action->done;
    void *owner = action->owner;
    g_queue_pop_head(&browser->actions);
    action_free(action);
    if (done != NULL) done(owner, progress == GOOD);
  }
}

static void pause_over(void *owner)
{
  act(owner);
}

void browser_arrived(Browser *browser)
{
  agent_host_set_timer(browser->host, &browser->pause, agent_host_now(browser->host) + LOOKING);
}

/* Queues the action; it begins now where nothing else goes on. */
static void begin(Browser *browser, BrowserAction *action, BrowserDone done, void *owner)
{
  action->done = done;
  action->owner = owner;
  bool idle = g_queue_is_empty(&browser->actions) && !timer_is_set(&browser->pause);
  g_queue_push_tail(&browser->actions, action);
  if (idle) act(browser);
}

static BrowserAction *action_new(Progress (*step)(Browser *, BrowserAction *))
{
  BrowserAction *action = g_new0(BrowserAction, 1);
  action->step = step;
  return action;
}

static Progress go(Browser *browser, const char *reference)
{
  return browser_go(browser, reference, NULL) ? GOES_ON : BAD;
}

static Progress click(Browser *browser, const char *id)
{
  const WebLink *link = web_page_find_link(browser->page, id);
  return link == NULL ? BAD : go(browser, link->href);
}

/* A form is sent with CR LF for its line ends (HTML Standard §4.10.21). */
static void append_field(ByteBuffer *form, const WebField *field)
{
  GString *value = g_string_new(NULL);
  for (const char *c = field->value; *c != '\0'; c++) {
    if (*c == '\n') g_string_append_c(value, '\r');
    if (*c != '\r') g_string_append_c(value, *c);
  }
  http_form_append(form, field->name, value->str);
  explicit_bzero(value->str, value->len);
  g_string_free(value, TRUE);
}

static Progress submit(Browser *browser, const WebForm *form)
{
  if (form == NULL) return BAD;
  ByteBuffer body = {0};
  for (guint i = 0; i < form->fields->len; i++) {
    const WebField *field = g_ptr_array_index(form->fields, i);
    if (field->sent) append_field(&body, field);
  }
  Progress progress;
  if (form->post) {
    progress = browser_go(browser, form->action, &body) ? GOES_ON : BAD;
  } else {
    g_autofree char *query = bytes_dup_string(byte_buffer_view(&body));
    g_autofree char *reference =
        g_strdup_printf("%.*s?%s", (int)strcspn(form->action, "?#"), form->action, query);
    progress = go(browser, reference);
  }
  byte_buffer_clear(&body);
  return progress;
}

static bool is_there(const Browser *browser)
{
  return browser->status >= 200 && browser->status < 300;
}

static Progress judge(bool good)
{
  return good ? GOOD : BAD;
}

static Progress step_open(Browser *browser, BrowserAction *action)
{
  return action->number == 0 ? go(browser, action->url) : judge(is_there(browser));
}

static bool asks_for_password(const Browser *browser)
{
  return web_page_find_form_with(browser->page, "password") != NULL;
}

static Progress step_log_in(Browser *browser, BrowserAction *action)
{
  if (action->number > 0) return judge(is_there(browser) && !asks_for_password(browser));
  WebForm *form = web_page_find_form_with(browser->page, "password");
  if (form == NULL) return judge(web_page_find_form(browser->page, "logout") != NULL); /* in already */
  WebField *user = web_form_find_type(form, "text");
  if (user == NULL) user = web_form_find_type(form, "email");
  if (user == NULL) return BAD;
  web_field_set(user, action->user);
  web_field_set(web_form_find_type(form, "password"), action->password);
  return submit(browser, form);
}

static Progress step_list(Browser *browser, BrowserAction *action)
{
  return action->number == 0 ? click(browser, "inbox") : judge(is_there(browser));
}

/* Returns the first link of that class, with that text where one is given. */
static const WebLink *find_of_class(const Browser *browser, const char *class, const char *text)
{
  for (guint i = 0; i < browser->page->links->len; i++) {
    const WebLink *link = g_ptr_array_index(browser->page->links, i);
    if (g_str_equal(link->class, class) && (text == NULL || g_str_equal(link->text, text))) return link;
  }
  return NULL;
}

/* url is set once the letter is found. A letter whose subject stands on the open page is clicked there; for
 * another, or for what is newest now, the list is asked for anew. */
static Progress step_read(Browser *browser, BrowserAction *action)
{
  if (action->number > 0 && (action->url != NULL || !is_there(browser))) return judge(is_there(browser));
  bool look = action->number > 0 || action->subject != NULL;
  const WebLink *link = look ? find_of_class(browser, "letter", action->subject) : NULL;
  if (link == NULL && action->number == 0) return click(browser, "inbox");
  if (link == NULL) return action->number < PAGES_MAX ? click(browser, "older") : BAD;
  action->url = g_strdup(link->href);
  return go(browser, action->url);
}

/* A page with the form again is the site's no. */
static Progress judge_sent(const Browser *browser)
{
  return judge(is_there(browser) && web_page_find_form_with(browser->page, "textarea") == NULL);
}

static void fill(WebForm *form, const char *name, const char *value)
{
  WebField *field = web_form_find(form, name);
  if (field != NULL && value != NULL) web_field_set(field, value);
}

/* Compose, and with an answer's quotation below the text, reply. */
static Progress write_letter(Browser *browser, BrowserAction *action)
{
  WebForm *form = web_page_find_form_with(browser->page, "textarea");
  if (!is_there(browser) || form == NULL) return BAD;
  WebField *text = web_form_find_type(form, "textarea");
  g_autofree char *whole = g_strconcat(action->text, text->value, NULL);
  fill(form, "to", action->to);
  fill(form, "subject", action->subject);
  web_field_set(text, whole);
  return submit(browser, form);
}

static Progress step_compose(Browser *browser, BrowserAction *action)
{
  if (action->number == 0) return click(browser, "compose");
  return action->number == 1 ? write_letter(browser, action) : judge_sent(browser);
}

static Progress step_reply(Browser *browser, BrowserAction *action)
{
  if (action->number == 0) return click(browser, "reply");
  return action->number == 1 ? write_letter(browser, action) : judge_sent(browser);
}

static Progress step_save(Browser *browser, BrowserAction *action)
{
  if (action->number > 0) return judge(browser->saved != NULL);
  const WebLink *link = find_of_class(browser, "file", action->subject);
  if (link == NULL) return BAD;
  if (browser->saved != NULL) g_bytes_unref(g_steal_pointer(&browser->saved));
  return go(browser, link->href);
}

static Progress step_delete(Browser *browser, BrowserAction *action)
{
  if (action->number > 0) return judge(is_there(browser));
  return submit(browser, web_page_find_form(browser->page, "delete"));
}

static Progress step_log_out(Browser *browser, BrowserAction *action)
{
  if (action->number > 0) return judge(is_there(browser) && asks_for_password(browser));
  return submit(browser, web_page_find_form(browser->page, "logout"));
}

void browser_open(Browser *browser, const char *url, BrowserDone done, void *owner)
{
  BrowserAction *action = action_new(step_open);
  action->url = g_strdup(url);
  begin(browser, action, done, owner);
}

void browser_log_in(Browser *browser, const char *user, const char *password, BrowserDone done, void *owner)
{
  BrowserAction *action = action_new(step_log_in);
  action->user = g_strdup(user);
  action->password = g_strdup(password);
  begin(browser, action, done, owner);
}

void browser_list(Browser *browser, BrowserDone done, void *owner)
{
  begin(browser, action_new(step_list), done, owner);
}

void browser_read(Browser *browser, const char *subject, BrowserDone done, void *owner)
{
  BrowserAction *action = action_new(step_read);
  action->subject = g_strdup(subject);
  begin(browser, action, done, owner);
}

void browser_compose(Browser *browser, const char *to, const char *subject, const char *text,
                     BrowserDone done, void *owner)
{
  BrowserAction *action = action_new(step_compose);
  action->to = g_strdup(to);
  action->subject = g_strdup(subject);
  action->text = g_strdup(text == NULL ? "" : text);
  begin(browser, action, done, owner);
}

void browser_reply(Browser *browser, const char *text, BrowserDone done, void *owner)
{
  BrowserAction *action = action_new(step_reply);
  action->text = g_strdup(text == NULL ? "" : text);
  begin(browser, action, done, owner);
}

void browser_save(Browser *browser, const char *name, BrowserDone done, void *owner)
{
  BrowserAction *action = action_new(step_save);
  action->subject = g_strdup(name);
  begin(browser, action, done, owner);
}

GBytes *browser_get_saved(const Browser *browser)
{
  return browser->saved;
}

void browser_delete(Browser *browser, BrowserDone done, void *owner)
{
  begin(browser, action_new(step_delete), done, owner);
}

void browser_log_out(Browser *browser, BrowserDone done, void *owner)
{
  begin(browser, action_new(step_log_out), done, owner);
}

const char *browser_get_url(const Browser *browser)
{
  return browser->url;
}

int browser_get_status(const Browser *browser)
{
  return browser->status;
}

const char *browser_get_title(const Browser *browser)
{
  return browser->page->title;
}

const char *browser_get_text(const Browser *browser)
{
  return browser->page->text;
}

Browser *browser_new(const BrowserConfig *config)
{
  Browser *browser = g_new0(Browser, 1);
  browser->host = config->host;
  browser->resolver = config->name_server == NULL ? NULL : resolver_new(config->host, config->name_server);
  browser->cookies = web_cookies_new();
  browser->url = g_strdup("");
  browser->page = web_page_parse(BYTES_EMPTY);
  browser->pause = (Timer){.expired = pause_over, .owner = browser};
  return browser;
}

void browser_free(Browser *browser)
{
  if (browser == NULL) return;
  agent_host_cancel_timer(browser->host, &browser->pause);
  g_queue_clear_full(&browser->actions, action_free);
  web_cookies_free(browser->cookies);
  server_lookup_clear(&browser->lookup);
  web_address_clear(&browser->wanted);
  web_address_clear(&browser->address);
  byte_buffer_clear(&browser->form);
  web_page_free(browser->page);
  if (browser->saved != NULL) g_bytes_unref(browser->saved);
  g_free(browser->url);
  resolver_free(browser->resolver);
  g_free(browser);
}
