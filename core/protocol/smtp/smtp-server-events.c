/* SPDX-License-Identifier: MIT */
/* What an SMTP server asks its owner, and what it says to the verdict. */
#include "protocol/smtp/smtp-server-private.h"

#include <stdio.h>

void smtp_server_ask(SmtpServer *server, EndpointEventType event)
{
  g_assert(server->event == ENDPOINT_NOTHING);
  server->event = event;
  server->event_told = false;
}

void smtp_server_fill_event(SmtpServer *server, EndpointEvent *event)
{
  *event = (EndpointEvent){.type = server->event};
  switch (server->event) {
  case ENDPOINT_AUTHENTICATE:
    sasl_server_get_question(server->sasl, event);
    event->type = ENDPOINT_AUTHENTICATE;
    break;
  case ENDPOINT_SENDER:
  case ENDPOINT_RECIPIENT:
    event->address = bytes_from_string(server->path);
    event->envelope = server->envelope;
    break;
  case ENDPOINT_VERIFY:
  case ENDPOINT_EXPAND:
    event->address = bytes_from_string(server->path);
    break;
  case ENDPOINT_MESSAGE:
    event->envelope = server->envelope;
    event->message = byte_buffer_view(&server->message);
    break;
  default:
    break;
  }
}

/* What is said when the verdict has no words of its own. */
typedef struct {
  EndpointEventType event;
  int code;
  const char *enhanced, *text;
  int refused_code;
  const char *refused_enhanced, *refused_text;
} UsualReply;

static const UsualReply usual_replies[] = {
    {ENDPOINT_AUTHENTICATE, 235, "2.7.0", "Authentication successful", 535, "5.7.8",
     "Wrong user name or password"},
    {ENDPOINT_SENDER, 250, "2.1.0", "Sender OK", 550, "5.1.0", "Sender refused"},
    {ENDPOINT_RECIPIENT, 250, "2.1.5", "Recipient OK", 550, "5.1.1", "No such user here"},
    {ENDPOINT_MESSAGE, 250, "2.0.0", "Message accepted for delivery", 451, "4.3.0",
     "Message not stored, try again later"},
    {ENDPOINT_VERIFY, 250, "2.1.5", "That mailbox exists", 550, "5.1.1", "No such user here"},
    {ENDPOINT_EXPAND, 250, "2.1.5", "That list has no members", 550, "5.1.1", "No such list here"},
};

/* Returns the reply's enhanced code when text begins with one, moving *text past it; else the usual one, or
 * class.0.0 for another code. */
static const char *pick_enhanced(int code, const UsualReply *usual, const char **text, char room[16])
{
  unsigned number[3];
  int length = 0;
  if (*text != NULL && sscanf(*text, "%1u.%3u.%3u %n", &number[0], &number[1], &number[2], &length) == 3 &&
      length > 0) {
    g_snprintf(room, 16, "%u.%u.%u", number[0], number[1], number[2]);
    *text += length;
    return room;
  }
  if (code == usual->code) return usual->enhanced;
  if (code == usual->refused_code) return usual->refused_enhanced;
  g_snprintf(room, 16, "%d.0.0", code / 100);
  return room;
}

static void reply_verdict(SmtpServer *server, const UsualReply *usual, const EndpointVerdict *verdict)
{
  int code = verdict->code != 0 ? verdict->code : verdict->accepted ? usual->code : usual->refused_code;
  const char *text = verdict->text;
  char room[16];
  const char *enhanced = pick_enhanced(code, usual, &text, room);
  if (text == NULL) text = code < 400 ? usual->text : usual->refused_text;
  smtp_server_reply(server, code, enhanced, text);
}

static bool is_taken(const EndpointVerdict *verdict)
{
  return verdict->code != 0 ? verdict->code < 400 : verdict->accepted;
}

static void authenticate(SmtpServer *server, const UsualReply *usual, const EndpointVerdict *verdict)
{
  EndpointVerdict plain = *verdict;
  plain.accepted = is_taken(verdict);
  SaslServerStep step = smtp_server_auth_verdict(server, &plain);
  if (step == SASL_SERVER_CHALLENGE) return;
  /* a mechanism may refuse what the owner would take */
  if (step == SASL_SERVER_REFUSED && plain.accepted) plain = (EndpointVerdict){.accepted = false};
  reply_verdict(server, usual, &plain);
}

/* A client that did not ask for UTF-8 cannot read a reply in it (RFC 6531 §3.7.4.2). */
static void look_up(SmtpServer *server, const UsualReply *usual, const EndpointVerdict *verdict)
{
  if (is_taken(verdict) && !server->utf8 && smtp_is_8bit(bytes_from_string(verdict->text)))
    smtp_server_reply(server, 553, "5.6.8", "The answer holds UTF-8: ask with SMTPUTF8");
  else
    reply_verdict(server, usual, verdict);
}

/* What the answer changes besides the state. */
static void apply_verdict(SmtpServer *server, EndpointEventType event, bool taken)
{
  if (event == ENDPOINT_SENDER && !taken) {
    smtp_server_forget_transaction(server);
  } else if (event == ENDPOINT_RECIPIENT && taken) {
    envelope_append(server->envelope, server->path);
    envelope_set_request(server->envelope, server->path, server->request.notify, server->request.original);
  } else if (event == ENDPOINT_RECIPIENT) {
    server->refused_recipients = true;
  } else if (event == ENDPOINT_MESSAGE) {
    smtp_server_forget_transaction(server);
  }
}

void smtp_server_take_verdict(SmtpServer *server, EndpointEventType event, const EndpointVerdict *verdict)
{
  for (size_t i = 0; i < G_N_ELEMENTS(usual_replies); i++) {
    if (usual_replies[i].event != event) continue;
    apply_verdict(server, event, is_taken(verdict));
    if (event == ENDPOINT_AUTHENTICATE)
      authenticate(server, &usual_replies[i], verdict);
    else if (event == ENDPOINT_VERIFY || event == ENDPOINT_EXPAND)
      look_up(server, &usual_replies[i], verdict);
    else
      reply_verdict(server, &usual_replies[i], verdict);
  }
  g_clear_pointer(&server->path, g_free);
  g_clear_pointer(&server->request.original, g_free);
}
