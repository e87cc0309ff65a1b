/* SPDX-License-Identifier: MIT */
/* What the server says untagged, and the codes in brackets. */
#include "protocol/imap/imap-client-private.h"

#include "protocol/imap/imap-mailbox-name.h"
#include "protocol/imap/imap-sequence-set.h"

#define FOUND_MAX 10000000u /* numbers of one search */

static bool parse_number(Bytes text, guint *number)
{
  uint64_t value;
  if (!imap_take_number(&text, &value) || value > G_MAXUINT) return false;
  *number = (guint)value;
  return true;
}

void imap_client_forget_folder(ImapClient *client)
{
  g_clear_pointer(&client->folder_name, g_free);
  g_clear_pointer(&client->folder_flags, g_free);
  g_clear_pointer(&client->folder_permanent, g_free);
  client->folder = (ImapFolder){.flags = "", .permanent_flags = ""};
}

/* Is a mailbox being opened: what comes untagged is about it? */
static bool is_opening(const ImapClient *client)
{
  return client->current != NULL &&
         (client->current->word == IMAP_SELECT || client->current->word == IMAP_EXAMINE);
}

static void keep_text(char **place, const char **shown, Bytes text)
{
  g_free(*place);
  *place = bytes_dup_string(text);
  *shown = *place;
}

/* Returns what stands between the parentheses at the front of text. */
static Bytes inside_parentheses(Bytes text)
{
  ptrdiff_t open = bytes_find(text, '('), close = bytes_find(text, ')');
  if (open < 0 || close < open) return BYTES_EMPTY;
  return bytes_slice(text, (size_t)open + 1, (size_t)(close - open) - 1);
}

Bytes imap_client_take_code(ImapClient *client, Bytes *text)
{
  ptrdiff_t end = bytes_find(*text, ']');
  if (text->length == 0 || text->data[0] != '[' || end < 0) return BYTES_EMPTY;
  Bytes code = bytes_slice(*text, 1, (size_t)end - 1), rest = code;
  *text = bytes_skip(*text, (size_t)end + 1);
  imap_take_byte(text, ' ');
  Bytes word = imap_next_word(&rest);
  ImapFolder *folder = &client->folder;
  if (bytes_equal_ignore_case(word, "CAPABILITY")) {
    g_free(client->capabilities);
    client->capabilities = bytes_dup_string(rest);
  } else if (bytes_equal_ignore_case(word, "UIDVALIDITY")) {
    parse_number(rest, &folder->uid_validity);
  } else if (bytes_equal_ignore_case(word, "UIDNEXT")) {
    parse_number(rest, &folder->uid_next);
  } else if (bytes_equal_ignore_case(word, "UNSEEN")) {
    parse_number(rest, &folder->first_unseen);
  } else if (bytes_equal_ignore_case(word, "PERMANENTFLAGS")) {
    keep_text(&client->folder_permanent, &folder->permanent_flags, inside_parentheses(rest));
  } else if (bytes_equal_ignore_case(word, "READ-ONLY")) {
    folder->read_only = true;
  } else if (bytes_equal_ignore_case(word, "READ-WRITE")) {
    folder->read_only = false;
  }
  return code;
}

static void take_capability(ImapClient *client, const ImapResponse *response)
{
  g_free(client->capabilities);
  client->capabilities = bytes_dup_string(response->text);
}

static void take_status_line(ImapClient *client, const ImapResponse *response)
{
  Bytes text = response->text;
  imap_client_take_code(client, &text);
  bool leaving = client->current != NULL && client->current->word == IMAP_LOGOUT;
  if (bytes_equal_ignore_case(response->code, "BYE") && !leaving) imap_client_fail(client, text);
}

static void take_flags(ImapClient *client, const ImapResponse *response)
{
  keep_text(&client->folder_flags, &client->folder.flags, inside_parentheses(response->text));
}

static void take_exists(ImapClient *client, const ImapResponse *response)
{
  if (!parse_number(response->number, &client->folder.exists) || is_opening(client)) return;
  imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_EXISTS)->result.number = client->folder.exists;
}

static void take_expunge(ImapClient *client, const ImapResponse *response)
{
  guint number;
  if (!parse_number(response->number, &number) || number == 0 || number > client->folder.exists) return;
  client->folder.exists--;
  imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_EXPUNGED)->result.number = number;
}

/* Appends the name at the front of *rest as UTF-8, kept by told. */
static bool take_name(ImapTold *told, Bytes *rest)
{
  ByteBuffer wire = {0}, name = {0};
  bool taken = imap_take_astring(rest, &wire, false);
  Bytes view = byte_buffer_view(&wire);
  if (imap_decode_mailbox_name(view, &name)) view = byte_buffer_view(&name);
  told->result.name = imap_told_keep(
      told, g_utf8_make_valid(view.length > 0 ? (const char *)view.data : "", (gssize)view.length));
  byte_buffer_clear(&wire);
  byte_buffer_clear(&name);
  return taken;
}

static void take_list(ImapClient *client, const ImapResponse *response)
{
  ImapTold *told = imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_LISTED);
  Bytes text = response->text, delimiter;
  bool nil = true;
  told->result.attributes = imap_told_keep(told, bytes_dup_string(inside_parentheses(text)));
  ptrdiff_t close = bytes_find(text, ')');
  text = bytes_skip(text, (size_t)(close + 1));
  imap_take_byte(&text, ' ');
  bool sound = close >= 0 && imap_client_take_value(told, &text, &delimiter, &nil);
  if (sound && !nil && delimiter.length == 1) told->result.delimiter = (char)delimiter.data[0];
  imap_take_byte(&text, ' ');
  take_name(told, &text);
}

static void take_status(ImapClient *client, const ImapResponse *response)
{
  ImapTold *told = imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_STATUS);
  ImapStatus *status = &told->status;
  const struct {
    const char *word;
    uint64_t *number;
  } rows[] = {{"MESSAGES", &status->messages}, {"RECENT", &status->recent},
              {"UNSEEN", &status->unseen},     {"UIDNEXT", &status->uid_next},
              {"DELETED", &status->deleted},   {"UIDVALIDITY", &status->uid_validity},
              {"SIZE", &status->size}};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    *rows[i].number = UINT64_MAX;
  told->result.status = status;
  Bytes text = response->text;
  take_name(told, &text);
  text = inside_parentheses(text);
  while (text.length > 0) {
    Bytes word = imap_next_word(&text), number = imap_next_word(&text);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
      if (bytes_equal_ignore_case(word, rows[i].word)) imap_take_number(&number, rows[i].number);
    if (word.length == 0) break;
  }
}

static void take_search(ImapClient *client, const ImapResponse *response)
{
  ImapTold *told = imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_FOUND);
  Bytes text = response->text;
  uint64_t number;
  told->result.found = told->found;
  while (imap_take_byte(&text, ' ') || text.length > 0) {
    if (!imap_take_number(&text, &number) || number > UINT32_MAX) return;
    uint32_t value = (uint32_t)number;
    g_array_append_val(told->found, value);
  }
}

/* RFC 4731: what was asked; of ranges each number, up to a cap. */
static void take_esearch(ImapClient *client, const ImapResponse *response)
{
  ImapTold *told = imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_FOUND);
  Bytes text = response->text;
  told->result.found = told->found;
  while (text.length > 0) {
    size_t before = text.length;
    Bytes word = imap_next_word(&text);
    if (bytes_equal_ignore_case(word, "ALL")) {
      ImapSequenceSet set;
      if (!imap_sequence_set_take(&text, 0, &set)) return;
      for (guint i = 0; i < set.ranges->len; i++) {
        ImapRange range = g_array_index(set.ranges, ImapRange, i);
        for (uint64_t n = range.first; n <= range.last && told->found->len < FOUND_MAX; n++) {
          uint32_t value = (uint32_t)n;
          g_array_append_val(told->found, value);
        }
      }
      imap_sequence_set_clear(&set);
    } else if (bytes_equal_ignore_case(word, "COUNT")) {
      parse_number(text, &told->result.number);
    }
    if (text.length == before) return;
  }
}

static void take_fetch(ImapClient *client, const ImapResponse *response)
{
  guint number;
  if (!parse_number(response->number, &number) || number == 0) return;
  ImapTold *told = imap_client_tell(client, ENDPOINT_FETCHED, IMAP_RESULT_FETCHED);
  told->result.number = told->fetched.number = number;
  told->result.fetched = &told->fetched;
  size_t start = (size_t)(response->text.data - byte_buffer_view(&client->response).data);
  told->raw = client->response; /* the views lie in it */
  client->response = (ByteBuffer){0};
  imap_client_read_fetch(told, bytes_skip(byte_buffer_view(&told->raw), start));
}

void imap_client_take_untagged(ImapClient *client, const ImapResponse *response)
{
  static const struct {
    const char *word;
    void (*take)(ImapClient *client, const ImapResponse *response);
  } rows[] = {{"CAPABILITY", take_capability},
              {"FLAGS", take_flags},
              {"EXISTS", take_exists},
              {"EXPUNGE", take_expunge},
              {"LIST", take_list},
              {"LSUB", take_list},
              {"STATUS", take_status},
              {"SEARCH", take_search},
              {"ESEARCH", take_esearch},
              {"FETCH", take_fetch}};
  if (response->status) {
    take_status_line(client, response);
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    if (bytes_equal_ignore_case(response->code, rows[i].word)) {
      rows[i].take(client, response);
      return;
    }
}
