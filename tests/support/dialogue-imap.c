/* SPDX-License-Identifier: MIT */
/* IMAP's server and client of a dialogue, and what the client is told as text. */
#include "support/dialogue-imap.h"

#include "protocol/imap/imap-client.h"
#include "protocol/imap/imap-server.h"

#define NOON (INT64_C(1772452800) * NANOSECONDS_PER_SECOND) /* 2026-03-02T12:00:00Z */

static Nanoseconds noon(void *owner)
{
  (void)owner;
  return NOON;
}

static char **get_words(const EndpointDialogue *file, const char *key)
{
  const char *value = endpoint_dialogue_get(file, key);
  return value == NULL ? NULL : g_strsplit(value, " ", -1);
}

Endpoint *dialogue_imap_server_new(const EndpointDialogue *file)
{
  g_auto(GStrv) mechanisms = get_words(file, "Mechanisms");
  return imap_server_new(&(ImapServerConfig){
      .host_name = endpoint_dialogue_get(file, "Host"),
      .mechanisms = (const char *const *)mechanisms,
      .nonce = endpoint_dialogue_get(file, "Nonce"),
      .without = endpoint_dialogue_get(file, "Without"),
      .no_login = endpoint_dialogue_get_flag(file, "No-Login"),
      .size_limit = endpoint_dialogue_get_number(file, "Size-Limit"),
      .clock = {noon, NULL},
  });
}

/* Reads "UID FETCH; set 1:*; items (FLAGS)". The letters of the file go to APPEND in their order. */
static void add_request(Endpoint *client, const EndpointDialogue *file, const char *line, guint *letter)
{
  g_auto(GStrv) fields = g_strsplit(line, "; ", -1);
  ImapRequest request = {.word = vocabulary_find_word(&imap_vocabulary, bytes_from_string(fields[0]))};
  const struct {
    const char *name;
    const char **member;
  } members[] = {{"mailbox ", &request.mailbox},
                 {"name ", &request.name},
                 {"set ", &request.set},
                 {"items ", &request.items}};
  for (guint i = 1; fields[i] != NULL; i++) {
    bool known = false;
    for (size_t m = 0; m < G_N_ELEMENTS(members); m++) {
      if (!g_str_has_prefix(fields[i], members[m].name)) continue;
      *members[m].member = fields[i] + strlen(members[m].name);
      known = true;
    }
    if (!known) g_error("%s: a request has no \"%s\"", file->path, fields[i]);
  }
  if (request.word == IMAP_APPEND) {
    gsize size;
    request.message.data = g_bytes_get_data(g_ptr_array_index(file->letters, (*letter)++), &size);
    request.message.length = size;
  }
  if (imap_client_request(client, &request) == 0) g_error("%s: \"%s\" is no request", file->path, line);
}

Endpoint *dialogue_imap_client_new(const EndpointDialogue *file)
{
  g_auto(GStrv) mechanisms = get_words(file, "Client-Mechanisms");
  Endpoint *client = imap_client_new(&(ImapClientConfig){
      .user = endpoint_dialogue_get(file, "Client-User"),
      .password = endpoint_dialogue_get(file, "Client-Password"),
      .sasl = mechanisms != NULL,
      .mechanisms = (const char *const *)mechanisms,
      .nonce = endpoint_dialogue_get(file, "Client-Nonce"),
      .no_literal_plus = endpoint_dialogue_get_flag(file, "Client-Wait"),
  });
  const GPtrArray *requests = endpoint_dialogue_get_all(file, "Request");
  guint letter = 0;
  for (guint i = 0; i < requests->len; i++)
    add_request(client, file, g_ptr_array_index(requests, i), &letter);
  return client;
}

static void describe_fetched(GString *line, const ImapFetched *fetched)
{
  g_string_append_printf(line, "fetched %u", fetched->number);
  if (fetched->uid != 0) g_string_append_printf(line, " uid %u", fetched->uid);
  if (fetched->flags != NULL) g_string_append_printf(line, " flags (%s)", fetched->flags);
  if (fetched->size != 0) g_string_append_printf(line, " size %" G_GUINT64_FORMAT, fetched->size);
  if (*fetched->internal_date != '\0') g_string_append_printf(line, " date %s", fetched->internal_date);
  const ImapEnvelope *envelope = fetched->envelope;
  if (envelope != NULL)
    g_string_append_printf(line, " from %s to %s cc %s subject %s id %s", envelope->from, envelope->to,
                           envelope->cc, envelope->subject, envelope->message_id);
  for (guint i = 0; i < fetched->part_count; i++) {
    const ImapPart *part = &fetched->parts[i];
    g_string_append_printf(line, " part %s %s %s %s %s %s %" G_GUINT64_FORMAT, part->section, part->type,
                           part->charset, part->encoding, part->name, part->disposition, part->bytes);
  }
  for (guint i = 0; i < fetched->section_count; i++)
    g_string_append_printf(line, " %s %" G_GSIZE_FORMAT, fetched->sections[i].name,
                           fetched->sections[i].value.length);
}

static void describe_status(GString *line, const ImapResult *result)
{
  const ImapStatus *status = result->status;
  const struct {
    const char *name;
    uint64_t number;
  } rows[] = {{"messages", status->messages},
              {"recent", status->recent},
              {"unseen", status->unseen},
              {"uidnext", status->uid_next},
              {"uidvalidity", status->uid_validity},
              {"deleted", status->deleted},
              {"size", status->size}};
  g_string_append_printf(line, "status %s", result->name);
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    if (rows[i].number != UINT64_MAX)
      g_string_append_printf(line, " %s %" G_GUINT64_FORMAT, rows[i].name, rows[i].number);
}

static void describe_result(GString *line, const Endpoint *client, const ImapResult *result)
{
  const ImapFolder *folder = imap_client_get_folder(client);
  switch (result->type) {
  case IMAP_RESULT_READY:
    g_string_append(line, "ready");
    break;
  case IMAP_RESULT_OPENED:
    g_string_append_printf(line, "opened %s %u %s validity %u next %u unseen %u", folder->name,
                           folder->exists, folder->read_only ? "read-only" : "read-write",
                           folder->uid_validity, folder->uid_next, folder->first_unseen);
    break;
  case IMAP_RESULT_LISTED:
    g_string_append_printf(line, "listed %s %c (%s)", result->name,
                           result->delimiter == 0 ? '-' : result->delimiter, result->attributes);
    break;
  case IMAP_RESULT_STATUS:
    describe_status(line, result);
    break;
  case IMAP_RESULT_FOUND:
    g_string_append(line, "found");
    for (guint i = 0; i < result->found->len; i++)
      g_string_append_printf(line, " %u", g_array_index(result->found, uint32_t, i));
    break;
  case IMAP_RESULT_IDLING:
    g_string_append(line, "idling");
    break;
  case IMAP_RESULT_EXISTS:
    g_string_append_printf(line, "exists %u", result->number);
    break;
  case IMAP_RESULT_EXPUNGED:
    g_string_append_printf(line, "expunged %u", result->number);
    break;
  case IMAP_RESULT_FETCHED:
    describe_fetched(line, result->fetched);
    break;
  default:
    g_string_append_printf(line, "done %u %s%s%s", result->request, result->good ? "good" : "bad",
                           *result->code == '\0' ? "" : " ", result->code);
  }
}

char *dialogue_imap_describe(const Endpoint *client, const EndpointEvent *event)
{
  GString *line = g_string_new(NULL);
  if (event->type == ENDPOINT_FAILED)
    g_string_append_printf(line, "failed %.*s", (int)event->reply.length, (const char *)event->reply.data);
  else
    describe_result(line, client, imap_client_get_result(client));
  return g_strchomp(g_string_free(line, FALSE));
}
