/* SPDX-License-Identifier: MIT */
/* SMTP's part of a dialogue speaker. */
#include "support/dialogue-smtp.h"

#include "agent/login.h"
#include "mail/address.h"
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-parameters.h"
#include "protocol/smtp/smtp-server.h"

#define EVERYTHING UINT32_MAX

Endpoint *dialogue_smtp_server_new(const EndpointDialogue *file)
{
  const char *kind = endpoint_dialogue_get(file, "Server");
  bool submission = g_strcmp0(kind, "submission") == 0, bare = g_strcmp0(kind, "bare") == 0;
  uint32_t capabilities = bare ? 0 : submission ? SMTP_CAPABILITIES_SUBMISSION : SMTP_CAPABILITIES_RELAY;
  const GPtrArray *more = endpoint_dialogue_get_all(file, "Capability");
  for (guint i = 0; i < more->len; i++)
    capabilities |= smtp_capabilities_parse(bytes_from_string(g_ptr_array_index(more, i)));
  return smtp_server_new(&(SmtpServerConfig){
      .host_name = endpoint_dialogue_get(file, "Host"),
      .greeting_code = (int)endpoint_dialogue_get_number(file, "Greeting-Code"),
      .capabilities = capabilities,
      .nonce = endpoint_dialogue_get(file, "Nonce"),
      .auth_required = submission,
      .encryption_for_log_in = endpoint_dialogue_get_flag(file, "Encryption-For-Log-In"),
      .size_limit = endpoint_dialogue_get_number(file, "Size-Limit"),
      .recipient_limit = (guint)endpoint_dialogue_get_number(file, "Recipient-Limit"),
      .error_limit = (guint)endpoint_dialogue_get_number(file, "Error-Limit"),
  });
}

/* Returns the key of the letter at index: "To", then "To-2". */
static const char *key_of(const char *key, guint index, char room[32])
{
  if (index == 0) return key;
  g_snprintf(room, 32, "%s-%u", key, index + 1);
  return room;
}

/* "Request: bob@beta.example NOTIFY=NEVER" */
static void take_requests(const EndpointDialogue *file, Envelope *envelope)
{
  const GPtrArray *requests = endpoint_dialogue_get_all(file, "Request");
  for (guint i = 0; i < requests->len; i++) {
    g_auto(GStrv) words = g_strsplit(g_ptr_array_index(requests, i), " ", 2);
    EnvelopeRequest request = {0};
    SmtpRefusal refusal;
    g_assert_true(
        smtp_parse_recipient_parameters(bytes_from_string(words[1]), EVERYTHING, &request, &refusal));
    envelope_set_request(envelope, words[0], request.notify, request.original);
    g_free(request.original);
  }
}

static Envelope *new_envelope(const EndpointDialogue *file, guint index)
{
  char room[32];
  const char *parameters = endpoint_dialogue_get(file, key_of("Parameters", index, room));
  Envelope *envelope = envelope_new(endpoint_dialogue_get(file, key_of("From", index, room)));
  SmtpRefusal refusal;
  g_assert_true(
      smtp_parse_mail_parameters(bytes_from_string(parameters), EVERYTHING, UINT64_MAX, envelope, &refusal));
  const GPtrArray *to = endpoint_dialogue_get_all(file, key_of("To", index, room));
  for (guint i = 0; i < to->len; i++)
    envelope_append(envelope, g_ptr_array_index(to, i));
  take_requests(file, envelope);
  return envelope;
}

Endpoint *dialogue_smtp_client_new(const EndpointDialogue *file)
{
  g_autoptr(Envelope) envelope = new_envelope(file, 0);
  g_autoptr(GPtrArray) mechanisms = g_ptr_array_new();
  const GPtrArray *named = endpoint_dialogue_get_all(file, "Client-Mechanism");
  for (guint i = 0; i < named->len; i++)
    g_ptr_array_add(mechanisms, g_ptr_array_index(named, i));
  g_ptr_array_add(mechanisms, NULL);
  g_assert_cmpuint(file->letters->len, >, 0);
  return smtp_client_new(&(SmtpClientConfig){
      .host_name = endpoint_dialogue_get(file, "Client-Name"),
      .user = endpoint_dialogue_get(file, "Client-User"),
      .password = endpoint_dialogue_get(file, "Client-Password"),
      .mechanisms = named->len == 0 ? NULL : (const char *const *)mechanisms->pdata,
      .nonce = endpoint_dialogue_get(file, "Client-Nonce"),
      .pipelining = endpoint_dialogue_get_flag(file, "Client-Pipelining"),
      .chunking = endpoint_dialogue_get_flag(file, "Client-Chunking"),
      .chunk_size = (size_t)endpoint_dialogue_get_number(file, "Client-Chunk-Size"),
      .envelope = envelope,
      .message = g_ptr_array_index(file->letters, 0),
  });
}

void dialogue_smtp_send_next(const EndpointDialogue *file, Endpoint *client, guint index)
{
  if (index >= file->letters->len) return;
  g_autoptr(Envelope) envelope = new_envelope(file, index);
  g_assert_true(smtp_client_send_next(client, envelope, g_ptr_array_index(file->letters, index), NULL));
}

/* Mail for our users is taken, mail for others only from users who logged in. */
static EndpointVerdict judge_recipient(const MailStore *store, const Endpoint *server, Bytes text)
{
  Address address;
  if (!address_parse(text, &address)) return (EndpointVerdict){.accepted = true};
  if (mail_store_has_domain(store, address.domain))
    return (EndpointVerdict){.accepted = mail_store_find(store, text) != NULL};
  if (smtp_server_get_user(server) != NULL) return (EndpointVerdict){.accepted = true};
  return (EndpointVerdict){.code = 550, .text = "5.7.1 Relaying denied"};
}

/* "Verdict: recipient carol@beta.example 551 5.7.1 User not local": the event, what it is about, the code
 * and, where there are any, the words. */
static bool find_verdict(const EndpointDialogue *file, const char *event, Bytes about,
                         EndpointVerdict *verdict, char **text)
{
  const GPtrArray *verdicts = endpoint_dialogue_get_all(file, "Verdict");
  for (guint i = 0; i < verdicts->len; i++) {
    g_auto(GStrv) words = g_strsplit(g_ptr_array_index(verdicts, i), " ", 4);
    g_assert_cmpuint(g_strv_length(words), >=, 3);
    if (!g_str_equal(words[0], event) || !bytes_equal(bytes_from_string(words[1]), about)) continue;
    *text = words[3] == NULL ? NULL : g_strcompress(words[3]);
    *verdict = (EndpointVerdict){.code = (int)g_ascii_strtoll(words[2], NULL, 10), .text = *text};
    return true;
  }
  return false;
}

EndpointVerdict dialogue_smtp_judge(DialogueSpeaker *speaker, const Endpoint *server,
                                    const EndpointEvent *event, char **text)
{
  const MailStore *store = speaker->store;
  static const char *const names[] = {
      [ENDPOINT_AUTHENTICATE] = "log-in", [ENDPOINT_SENDER] = "sender", [ENDPOINT_RECIPIENT] = "recipient",
      [ENDPOINT_MESSAGE] = "message",     [ENDPOINT_VERIFY] = "verify", [ENDPOINT_EXPAND] = "expand"};
  Bytes about = event->type == ENDPOINT_AUTHENTICATE ? event->user
                : event->type == ENDPOINT_MESSAGE    ? bytes_from_string(event->envelope->sender)
                                                     : event->address;
  EndpointVerdict verdict = {.accepted = true};
  *text = NULL;
  if (find_verdict(speaker->file, names[event->type], about, &verdict, text)) return verdict;
  if (event->type == ENDPOINT_AUTHENTICATE) return login_judge(store, event, &speaker->proof);
  if (event->type == ENDPOINT_RECIPIENT) return judge_recipient(store, server, event->address);
  if (event->type == ENDPOINT_VERIFY) verdict.accepted = mail_store_find(store, event->address) != NULL;
  if (event->type == ENDPOINT_EXPAND) verdict.accepted = false;
  return verdict;
}

char *dialogue_smtp_dup_envelope(const Envelope *envelope)
{
  ByteBuffer text = {0};
  byte_buffer_append_format(&text, "FROM:<%s>", envelope->sender);
  smtp_append_mail_parameters(&text, envelope, EVERYTHING);
  for (guint i = 0; i < envelope->recipients->len; i++) {
    const char *recipient = g_ptr_array_index(envelope->recipients, i);
    byte_buffer_append_format(&text, " TO:<%s>", recipient);
    smtp_append_recipient_parameters(&text, envelope_get_request(envelope, recipient), EVERYTHING, true);
  }
  char *copy = bytes_dup_string(byte_buffer_view(&text));
  byte_buffer_clear(&text);
  return copy;
}

void dialogue_smtp_append_results(const Endpoint *client, GPtrArray *results)
{
  static const char *const names[] = {"pending", "delivered", "later", "refused"};
  for (guint i = 0; i < smtp_client_get_result_count(client); i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    g_ptr_array_add(results, g_strdup_printf("%s %s %d", result.recipient, names[result.type], result.code));
  }
}
