/* SPDX-License-Identifier: MIT */
/* Errands to the mail server behind: one IMAP connection each. */
#include "agent/access-server-imap.h"
#include "agent/web/webmail-private.h"
#include "protocol/imap/imap-client.h"

#define PATIENCE (60 * NANOSECONDS_PER_SECOND) /* with the mail server: the browser's person waits */

static void entry_clear(gpointer data)
{
  WebmailEntry *entry = data;
  g_free(entry->from);
  g_free(entry->subject);
  g_free(entry->date);
}

static void patience_over(void *owner)
{
  WebmailErrand *errand = owner;
  if (errand->outcome == WEBMAIL_OUTCOME_SILENT) errand->outcome = WEBMAIL_OUTCOME_LATE;
  agent_host_cut(errand->server->host, errand->behind);
  webmail_errand_answer(errand);
}

WebmailErrand *webmail_errand_new(WebmailVisit *visit, WebmailSession *session, WebmailErrandKind kind)
{
  WebmailErrand *errand = g_new0(WebmailErrand, 1);
  errand->server = visit->server;
  errand->visit = visit;
  errand->session = webmail_session_ref(session);
  errand->kind = kind;
  errand->notice = WORD_COUNT;
  errand->patience = (Timer){.expired = patience_over, .owner = errand};
  errand->entries = g_array_new(FALSE, FALSE, sizeof(WebmailEntry));
  g_array_set_clear_func(errand->entries, entry_clear);
  visit->errand = errand;
  return errand;
}

void webmail_errand_free(WebmailErrand *errand)
{
  if (errand->visit != NULL) errand->visit->errand = NULL;
  if (timer_is_set(&errand->patience)) agent_host_cancel_timer(errand->server->host, &errand->patience);
  webmail_session_unref(errand->session);
  g_free(errand->words);
  g_array_unref(errand->entries);
  if (errand->letter != NULL) g_bytes_unref(errand->letter);
  envelope_free(errand->envelope);
  webmail_draft_clear(&errand->draft);
  g_free(errand);
}

void webmail_errand_refused(WebmailErrand *errand, Bytes words)
{
  errand->outcome = WEBMAIL_OUTCOME_REFUSED;
  if (errand->words == NULL)
    errand->words = g_utf8_make_valid((const char *)words.data, (gssize)words.length);
}

void webmail_errand_connect(WebmailErrand *errand, Endpoint *client, uint16_t port,
                            const AgentSessionClass *class)
{
  AgentHost *host = errand->server->host;
  errand->behind = client;
  agent_host_set_timer(host, &errand->patience, agent_host_now(host) + PATIENCE);
  agent_host_connect(host, AGENT_TCP, errand->server->mail_server, port, client,
                     &(AgentSession){class, errand});
}

static guint ask(Endpoint *client, const ImapRequest *request)
{
  return imap_client_request(client, request);
}

static guint ask_letter(Endpoint *client, uint16_t word, uint32_t uid, const char *items)
{
  char set[16];
  g_snprintf(set, sizeof set, "%u", uid);
  return ask(client, &(ImapRequest){.word = word, .set = set, .items = items});
}

/* Asks for the list's page: numbers exists - 20 * page + 1 and up. */
static void ask_list(WebmailErrand *errand, Endpoint *client)
{
  guint skipped = (errand->page - 1) * WEBMAIL_LETTERS_A_PAGE;
  if (errand->exists <= skipped) return; /* nothing there: the work is done */
  guint last = errand->exists - skipped;
  guint first = last > WEBMAIL_LETTERS_A_PAGE ? last - WEBMAIL_LETTERS_A_PAGE + 1 : 1;
  char set[32];
  g_snprintf(set, sizeof set, "%u:%u", first, last);
  errand->last = ask(client, &(ImapRequest){.word = IMAP_FETCH, .set = set, .items = "(UID FLAGS ENVELOPE)"});
}

/* The mailbox is open, and what it holds is known. */
static void mailbox_opened(WebmailErrand *errand, Endpoint *client)
{
  errand->exists = imap_client_get_folder(client)->exists;
  switch (errand->kind) {
  case WEBMAIL_ERRAND_INBOX:
    ask_list(errand, client);
    break;
  case WEBMAIL_ERRAND_LETTER:
    errand->last = ask_letter(client, IMAP_UID_FETCH, errand->uid, "(UID FLAGS BODY[])");
    break;
  case WEBMAIL_ERRAND_REPLY:
  case WEBMAIL_ERRAND_FILE:
    errand->last = ask_letter(client, IMAP_UID_FETCH, errand->uid, "(UID BODY.PEEK[])");
    break;
  case WEBMAIL_ERRAND_DELETE:
    ask_letter(client, IMAP_UID_STORE, errand->uid, "+FLAGS.SILENT (\\Deleted)");
    errand->last = imap_client_offers(client, "UIDPLUS")
                       ? ask_letter(client, IMAP_UID_EXPUNGE, errand->uid, NULL)
                       : ask(client, &(ImapRequest){.word = IMAP_EXPUNGE});
    break;
  default:
    break;
  }
}

static void request_done(WebmailErrand *errand, Endpoint *client, const ImapResult *result)
{
  if (!result->good && errand->kind != WEBMAIL_ERRAND_SEND) /* a copy missing is no failure */
    webmail_errand_refused(errand, bytes_from_string(result->text));
  if (result->request != errand->last) return;
  guint before = errand->last;
  if (result->good && result->word == IMAP_SELECT) mailbox_opened(errand, client);
  if (errand->last != before && errand->last != 0) return; /* more to do */
  if (result->good && errand->outcome == WEBMAIL_OUTCOME_SILENT) errand->outcome = WEBMAIL_OUTCOME_GOOD;
  ask(client, &(ImapRequest){.word = IMAP_LOGOUT});
  errand->last = 0;
  webmail_errand_answer(errand);
}

static char *dup_text(const char *text)
{
  return g_utf8_make_valid(text == NULL ? "" : text, -1);
}

static void take_fetched(WebmailErrand *errand, const ImapFetched *fetched)
{
  if (errand->kind == WEBMAIL_ERRAND_INBOX && fetched->envelope != NULL &&
      errand->entries->len < WEBMAIL_LETTERS_A_PAGE) {
    WebmailEntry entry = {.uid = fetched->uid,
                          .seen = fetched->flags != NULL && strstr(fetched->flags, "\\Seen") != NULL,
                          .from = dup_text(fetched->envelope->from),
                          .subject = dup_text(fetched->envelope->subject),
                          .date = dup_text(fetched->envelope->date)};
    g_array_append_val(errand->entries, entry);
  } else if (fetched->section_count > 0 && errand->letter == NULL && fetched->uid == errand->uid) {
    Bytes value = fetched->sections[0].value;
    errand->letter = g_bytes_new(value.data, value.length);
  }
}

static void errand_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  WebmailErrand *errand = owner;
  const ImapResult *result = NULL;
  switch (event->type) {
  case ENDPOINT_FETCHED:
    take_fetched(errand, imap_client_get_result(client)->fetched);
    break;
  case ENDPOINT_RESULT:
    result = imap_client_get_result(client);
    if (result->type == IMAP_RESULT_DONE) request_done(errand, client, result);
    if (result->type != IMAP_RESULT_READY || errand->kind != WEBMAIL_ERRAND_LOG_IN) break;
    errand->outcome = WEBMAIL_OUTCOME_GOOD;
    webmail_errand_answer(errand);
    break;
  case ENDPOINT_FAILED:
    if (errand->kind != WEBMAIL_ERRAND_SEND && event->reply.length > 0)
      webmail_errand_refused(errand, event->reply);
    break;
  default:
    break;
  }
}

static void errand_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  WebmailErrand *errand = owner;
  if (end != AGENT_STOPPED) webmail_errand_answer(errand);
  webmail_errand_free(errand);
}

static const AgentSessionClass errand_class = {errand_event, errand_ended};

void webmail_errand_go_imap(WebmailErrand *errand)
{
  Endpoint *client = imap_client_new(&(ImapClientConfig){
      .user = errand->session->user,
      .password = errand->session->password,
  });
  if (errand->kind == WEBMAIL_ERRAND_LOG_IN) {
    ask(client, &(ImapRequest){.word = IMAP_LOGOUT});
  } else if (errand->kind == WEBMAIL_ERRAND_SEND) {
    Bytes letter;
    letter.data = g_bytes_get_data(errand->letter, &letter.length);
    errand->last =
        ask(client,
            &(ImapRequest){.word = IMAP_APPEND, .mailbox = "Sent", .items = "(\\Seen)", .message = letter});
  } else {
    errand->last = ask(client, &(ImapRequest){.word = IMAP_SELECT, .mailbox = "INBOX"});
  }
  webmail_errand_connect(errand, client, IMAP_PORT, &errand_class);
}

void webmail_errand_go(WebmailErrand *errand)
{
  if (errand->kind == WEBMAIL_ERRAND_SEND)
    webmail_send_go(errand);
  else
    webmail_errand_go_imap(errand);
}
