/* SPDX-License-Identifier: MIT */
/* Mallory's two tricks: a letter with whatever names he likes, and a list of guesses. */
#include "agent/spoofer.h"

#include "agent/server-lookup.h"
#include "agent/transfer-agent.h"
#include "agent/typed-dialogue.h"
#include "base/i18n.h"
#include "mail/address.h"
#include "mail/header-text.h"
#include "mail/message-build.h"
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-syntax.h"

#include <inttypes.h>

/* His program does not type by hand. */
#define HARVEST_PAUSE NANOSECONDS_PER_MILLISECOND

typedef struct {
  char *name, *reply;
  bool taken;
  int code;
} Result;

struct Spoofer {
  AgentHost *host;
  char *host_name;
  Resolver *resolver; /* NULL: only servers the host knows */
  ServerLookup lookup;
  uint16_t port;
  Endpoint *endpoint; /* NULL: nothing is under way */
  const AgentSessionClass *session;
  bool connected; /* endpoint is the host's */
  SpooferDone done;
  void *owner;
  GArray *results; /* of Result */
  guint skipped;   /* harvest: lines before the first guess that are still to be answered */
  guint answered;  /* harvest: guesses answered so far */
};

static void result_clear(gpointer data)
{
  Result *result = data;
  g_free(result->name);
  g_free(result->reply);
}

static void add_result(Spoofer *spoofer, const char *name)
{
  Result result = {.name = g_strdup(name)};
  g_array_append_val(spoofer->results, result);
}

static void set_result(Spoofer *spoofer, guint index, bool taken, int code, const char *reply)
{
  Result *result = &g_array_index(spoofer->results, Result, index);
  g_free(result->reply);
  result->reply = g_strdup(reply);
  result->taken = taken;
  result->code = code;
}

/* Whoever has no answer yet gets this one. */
static void finish(Spoofer *spoofer, const char *words)
{
  bool good = false;
  for (guint i = 0; i < spoofer->results->len; i++) {
    const Result *result = &g_array_index(spoofer->results, Result, i);
    good = good || result->taken;
    if (result->reply == NULL) set_result(spoofer, i, false, 0, words);
  }
  SpooferDone done = spoofer->done;
  void *owner = spoofer->owner;
  spoofer->endpoint = NULL;
  spoofer->connected = false;
  if (done != NULL) done(owner, good);
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)endpoint;
  Spoofer *spoofer = owner;
  if (end == AGENT_STOPPED)
    spoofer->endpoint = NULL;
  else
    finish(spoofer, agent_end_words(end));
}

static void letter_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  Spoofer *spoofer = owner;
  if (event->type != ENDPOINT_DELIVERED && event->type != ENDPOINT_FAILED) return;
  for (guint i = 0; i < smtp_client_get_result_count(client); i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    set_result(spoofer, i, result.type == SMTP_RESULT_DELIVERED, result.code, result.reply);
  }
}

static const AgentSessionClass letter_session = {letter_event, session_ended};

/* "250", "251": there is such a user. "252" tells nothing (RFC 5321 §3.5.3). */
static void take_guess(Spoofer *spoofer, const TypistEvent *event)
{
  if (spoofer->skipped > 0) {
    spoofer->skipped--;
    return;
  }
  if (spoofer->answered == spoofer->results->len) return; /* RSET, QUIT */
  SmtpReplyLine line;
  Bytes first = bytes_from_string(event->reply);
  ptrdiff_t end = bytes_find(first, '\n');
  if (end >= 0) first = bytes_slice(first, 0, (size_t)end);
  int code = smtp_parse_reply_line(first, &line) ? line.code : 0;
  bool silent = event->type == TYPIST_SILENCE;
  set_result(spoofer, spoofer->answered++, code == 250 || code == 251, code,
             silent ? agent_end_words(AGENT_TIMED_OUT) : event->reply);
}

static void harvest_event(void *owner, Endpoint *dialogue, const EndpointEvent *event)
{
  if (event->type != ENDPOINT_FETCHED) return;
  TypistEvent told = typed_dialogue_get_event(dialogue);
  if (told.type == TYPIST_REPLY || (told.type == TYPIST_SILENCE && told.line[0] != '\0'))
    take_guess(owner, &told);
}

static const AgentSessionClass harvest_session = {harvest_event, session_ended};

static void server_found(void *owner, const char *peer)
{
  Spoofer *spoofer = owner;
  if (peer == NULL) {
    endpoint_free(spoofer->endpoint);
    finish(spoofer, N_("Nobody knows that server"));
    return;
  }
  spoofer->connected = true;
  agent_host_connect(spoofer->host, AGENT_TCP, peer, spoofer->port, spoofer->endpoint,
                     &(AgentSession){spoofer->session, spoofer});
}

/* Connects endpoint to server, or to whoever takes the mail of domain. */
static void begin(Spoofer *spoofer, Endpoint *endpoint, const AgentSessionClass *session, const char *server,
                  const char *domain)
{
  spoofer->endpoint = endpoint;
  spoofer->session = session;
  if (server != NULL)
    server_lookup_host(&spoofer->lookup, spoofer->host, spoofer->resolver, server, server_found, spoofer);
  else
    server_lookup_mail(&spoofer->lookup, spoofer->host, spoofer->resolver, domain, server_found, spoofer);
}

/* Returns false where something else is under way, or there is nobody to name. */
static bool prepare(Spoofer *spoofer, const char *const *names, SpooferDone done, void *owner)
{
  if (spoofer->endpoint != NULL || names == NULL || names[0] == NULL) {
    if (done != NULL) done(owner, false);
    return false;
  }
  g_array_set_size(spoofer->results, 0);
  for (; *names != NULL; names++)
    add_result(spoofer, *names);
  spoofer->done = done;
  spoofer->owner = owner;
  return true;
}

static GBytes *write_letter(Spoofer *spoofer, const SpooferLetter *letter)
{
  g_autofree char *id =
      g_strdup_printf("%016" PRIx64 "@%s", agent_host_random(spoofer->host), spoofer->host_name);
  g_autofree char *recipients = g_strjoinv(", ", (char **)letter->recipients);
  return message_build(&(MessageDraft){
      .from = letter->from != NULL ? letter->from : letter->sender,
      .to = letter->to != NULL ? letter->to : recipients,
      .subject = letter->subject,
      .body = letter->text,
      .message_id = id,
      .date = agent_host_now(spoofer->host),
  });
}

void spoofer_send(Spoofer *spoofer, const SpooferLetter *letter, SpooferDone done, void *owner)
{
  if (!prepare(spoofer, letter->recipients, done, owner)) return;
  Bytes rest = bytes_from_string(letter->from);
  g_autofree char *claimed = bytes_dup_string(header_text_next_address(&rest));
  g_autoptr(Envelope) envelope = envelope_new(letter->sender != NULL ? letter->sender : claimed);
  for (const char *const *recipient = letter->recipients; *recipient != NULL; recipient++)
    envelope_append(envelope, *recipient);
  g_autoptr(GBytes) message = write_letter(spoofer, letter);
  Address address = {0};
  g_autofree char *domain = NULL;
  if (address_parse(bytes_from_string(letter->recipients[0]), &address))
    domain = bytes_dup_string(address.domain);
  spoofer->port = letter->port == 0 ? SMTP_PORT : letter->port;
  Endpoint *client = smtp_client_new(
      &(SmtpClientConfig){.host_name = spoofer->host_name, .envelope = envelope, .message = message});
  begin(spoofer, client, &letter_session, letter->server, domain == NULL ? "" : domain);
}

void spoofer_harvest(Spoofer *spoofer, const SpooferHarvest *harvest, SpooferDone done, void *owner)
{
  if (!prepare(spoofer, harvest->names, done, owner)) return;
  bool by_recipient = harvest->guess == SPOOFER_RCPT;
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(lines, g_strdup_printf("EHLO %s", spoofer->host_name));
  if (by_recipient) g_ptr_array_add(lines, g_strdup_printf("MAIL FROM:<info@%s>", spoofer->host_name));
  spoofer->skipped = lines->len;
  spoofer->answered = 0;
  for (const char *const *name = harvest->names; *name != NULL; name++) {
    if (by_recipient)
      g_ptr_array_add(lines, g_strdup_printf("RCPT TO:<%s@%s>", *name, harvest->domain));
    else
      g_ptr_array_add(lines,
                      g_strdup_printf("%s %s", harvest->guess == SPOOFER_VRFY ? "VRFY" : "EXPN", *name));
  }
  if (by_recipient) g_ptr_array_add(lines, g_strdup("RSET"));
  g_ptr_array_add(lines, g_strdup("QUIT"));
  g_ptr_array_add(lines, NULL);
  spoofer->port = SMTP_PORT;
  Endpoint *dialogue = typed_dialogue_new(&(TypistScript){
      .protocol = TYPIST_SMTP, .lines = (const char *const *)lines->pdata, .pause = HARVEST_PAUSE});
  begin(spoofer, dialogue, &harvest_session, harvest->server, harvest->domain);
}

Spoofer *spoofer_new(const SpooferConfig *config)
{
  Spoofer *spoofer = g_new0(Spoofer, 1);
  spoofer->host = config->host;
  spoofer->host_name = g_strdup(config->host_name);
  spoofer->resolver = config->name_server == NULL ? NULL : resolver_new(config->host, config->name_server);
  spoofer->results = g_array_new(FALSE, TRUE, sizeof(Result));
  g_array_set_clear_func(spoofer->results, result_clear);
  return spoofer;
}

guint spoofer_get_result_count(const Spoofer *spoofer)
{
  return spoofer->results->len;
}

SpooferResult spoofer_get_result(const Spoofer *spoofer, guint index)
{
  g_assert(index < spoofer->results->len);
  const Result *result = &g_array_index(spoofer->results, Result, index);
  return (SpooferResult){result->name, result->taken, result->code,
                         result->reply == NULL ? "" : result->reply};
}

void spoofer_free(Spoofer *spoofer)
{
  if (spoofer == NULL) return;
  if (!spoofer->connected) endpoint_free(spoofer->endpoint); /* its server was still searched for */
  server_lookup_clear(&spoofer->lookup);
  g_array_unref(spoofer->results);
  g_free(spoofer->host_name);
  resolver_free(spoofer->resolver);
  g_free(spoofer);
}
