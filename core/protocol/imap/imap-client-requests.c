/* SPDX-License-Identifier: MIT */
/* Requests written as commands. */
#include "protocol/imap/imap-client-private.h"

void imap_client_append_string(ByteBuffer *items, Bytes text)
{
  imap_append_string(items, text);
}

/* Each appends what follows the verb, and returns false where the request lacks it. */
typedef bool (*Writer)(ByteBuffer *out, const ImapRequest *request);

static void append_blank(ByteBuffer *out)
{
  byte_buffer_append(out, BYTES_LITERAL(" "));
}

static bool append_text(ByteBuffer *out, const char *text)
{
  if (text == NULL || *text == '\0') return false;
  append_blank(out);
  byte_buffer_append(out, bytes_from_string(text));
  return true;
}

static bool append_name(ByteBuffer *out, const char *name)
{
  if (name == NULL) return false;
  append_blank(out);
  imap_append_mailbox(out, name, false);
  return true;
}

static bool write_nothing(ByteBuffer *out, const ImapRequest *request)
{
  (void)out;
  (void)request;
  return true;
}

static bool write_mailbox(ByteBuffer *out, const ImapRequest *request)
{
  return append_name(out, request->mailbox);
}

static bool write_rename(ByteBuffer *out, const ImapRequest *request)
{
  return append_name(out, request->mailbox) && append_name(out, request->name);
}

static bool write_list(ByteBuffer *out, const ImapRequest *request)
{
  append_name(out, request->mailbox == NULL ? "" : request->mailbox);
  append_name(out, request->name == NULL ? "*" : request->name);
  append_text(out, request->items);
  return true;
}

static bool write_status(ByteBuffer *out, const ImapRequest *request)
{
  return append_name(out, request->mailbox) && append_text(out, request->items);
}

static bool write_append(ByteBuffer *out, const ImapRequest *request)
{
  if (!append_name(out, request->mailbox) || request->message.length == 0) return false;
  append_text(out, request->items);
  if (request->arrived != 0) {
    append_blank(out);
    imap_append_date_time(out, request->arrived);
  }
  byte_buffer_append_format(out, " {%" G_GSIZE_FORMAT "}\r\n", request->message.length);
  byte_buffer_append(out, request->message);
  return true;
}

static bool write_items(ByteBuffer *out, const ImapRequest *request)
{
  return append_text(out, request->items);
}

static bool write_id(ByteBuffer *out, const ImapRequest *request)
{
  return append_text(out, request->items == NULL ? "(\"name\" \"Carteiro\")" : request->items);
}

static bool is_ascii(Bytes text)
{
  for (size_t i = 0; i < text.length; i++)
    if (text.data[i] >= 0x80) return false;
  return true;
}

/* Texts that are no ASCII travel as literals, with their charset told (RFC 3501 §6.4.4). */
static bool write_search(ByteBuffer *out, const ImapRequest *request)
{
  Bytes rest = bytes_from_string(request->items);
  if (!is_ascii(rest)) append_text(out, "CHARSET UTF-8");
  append_blank(out);
  while (rest.length > 0) {
    Bytes before = rest;
    ByteBuffer value = {0};
    bool taken = imap_take_astring(&rest, &value, true);
    Bytes written = bytes_slice(before, 0, before.length - rest.length);
    if (taken && !is_ascii(byte_buffer_view(&value))) {
      imap_append_string(out, byte_buffer_view(&value));
    } else {
      if (!taken) rest = bytes_skip(before, 1);
      byte_buffer_append(out, taken ? written : bytes_slice(before, 0, 1));
    }
    byte_buffer_clear(&value);
  }
  return request->items != NULL && *request->items != '\0';
}

static bool write_set(ByteBuffer *out, const ImapRequest *request)
{
  return append_text(out, request->set);
}

static bool write_set_and_items(ByteBuffer *out, const ImapRequest *request)
{
  return append_text(out, request->set) && append_text(out, request->items);
}

static bool write_set_and_mailbox(ByteBuffer *out, const ImapRequest *request)
{
  return append_text(out, request->set) && append_name(out, request->mailbox);
}

static const Writer writers[IMAP_WORD_COUNT] = {
    [IMAP_CAPABILITY] = write_nothing,
    [IMAP_NOOP] = write_nothing,
    [IMAP_ID] = write_id,
    [IMAP_LOGOUT] = write_nothing,
    [IMAP_ENABLE] = write_items,
    [IMAP_NAMESPACE] = write_nothing,
    [IMAP_SELECT] = write_mailbox,
    [IMAP_EXAMINE] = write_mailbox,
    [IMAP_CREATE] = write_mailbox,
    [IMAP_DELETE] = write_mailbox,
    [IMAP_RENAME] = write_rename,
    [IMAP_SUBSCRIBE] = write_mailbox,
    [IMAP_UNSUBSCRIBE] = write_mailbox,
    [IMAP_LIST] = write_list,
    [IMAP_LSUB] = write_list,
    [IMAP_STATUS] = write_status,
    [IMAP_APPEND] = write_append,
    [IMAP_IDLE] = write_nothing,
    [IMAP_CHECK] = write_nothing,
    [IMAP_CLOSE] = write_nothing,
    [IMAP_UNSELECT] = write_nothing,
    [IMAP_EXPUNGE] = write_nothing,
    [IMAP_SEARCH] = write_search,
    [IMAP_FETCH] = write_set_and_items,
    [IMAP_STORE] = write_set_and_items,
    [IMAP_COPY] = write_set_and_mailbox,
    [IMAP_MOVE] = write_set_and_mailbox,
    [IMAP_UID_SEARCH] = write_search,
    [IMAP_UID_FETCH] = write_set_and_items,
    [IMAP_UID_STORE] = write_set_and_items,
    [IMAP_UID_COPY] = write_set_and_mailbox,
    [IMAP_UID_MOVE] = write_set_and_mailbox,
    [IMAP_UID_EXPUNGE] = write_set,
};

/* Is text one command: are all line ends those of literals, and their bytes there? */
static bool is_one_command(Bytes text)
{
  for (;;) {
    ptrdiff_t lf = bytes_find(text, '\n');
    Bytes line = bytes_slice(text, 0, lf < 0 ? text.length : (size_t)lf + 1);
    ImapLiteral literal;
    bool ends = line.length >= 3 && line.data[line.length - 3] == '}' && line.data[line.length - 2] == '\r';
    if (lf < 0)
      return bytes_find(line, '\r') < 0 && bytes_find(line, '\0') < 0 && !imap_parse_literal(line, &literal);
    if (!ends || bytes_find(bytes_slice(line, 0, line.length - 2), '\r') >= 0) return false;
    if (bytes_find(line, '\0') >= 0 || !imap_parse_literal(line, &literal)) return false;
    if (literal.size > text.length - line.length) return false;
    text = bytes_skip(text, line.length + (size_t)literal.size);
  }
}

guint imap_client_request(Endpoint *endpoint, const ImapRequest *request)
{
  ImapClient *client = (ImapClient *)endpoint;
  Writer write = request->word < IMAP_WORD_COUNT ? writers[request->word] : NULL;
  if (write == NULL || client->leaving || client->closing) return 0;
  ByteBuffer text = {0};
  byte_buffer_append(&text, bytes_from_string(imap_vocabulary.words[request->word].word));
  if (!write(&text, request) || !is_one_command(byte_buffer_view(&text))) {
    byte_buffer_clear(&text);
    return 0;
  }
  ImapQueued *queued = g_new0(ImapQueued, 1);
  *queued = (ImapQueued){++client->requests, request->word, text, g_strdup(request->mailbox)};
  g_queue_push_tail(&client->waiting, queued);
  client->leaving = request->word == IMAP_LOGOUT;
  imap_client_look(client);
  return queued->number;
}

void imap_client_stop_idle(Endpoint *endpoint)
{
  ImapClient *client = (ImapClient *)endpoint;
  bool idles = client->current != NULL && client->current->word == IMAP_IDLE;
  for (const GList *item = client->waiting.head; item != NULL && !idles; item = item->next)
    idles = ((const ImapQueued *)item->data)->word == IMAP_IDLE;
  client->stop_idle = idles;
  imap_client_look(client);
}
