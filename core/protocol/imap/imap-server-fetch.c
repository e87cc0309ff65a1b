/* SPDX-License-Identifier: MIT */
/* FETCH: a message's item at a time, no more than the connection takes. */
#include "protocol/imap/imap-server-items.h"
#include "protocol/imap/imap-server-private.h"

struct ImapFetch {
  GArray *items; /* of ImapItem */
  ImapSequenceSet set;
  bool marks_seen, tells_flags; /* some item does so */
  bool some_gone;
  guint index; /* of the entry in work, or the next one */
  /* the message in work, if there is one: as it was when its line began */
  GBytes *message;
  MessageStructure *structure;
  uint64_t flags;
  Nanoseconds arrived;
  guint item;        /* the next one */
  bool flags_wanted; /* reading has marked it as seen: that is told behind the items */
};

static void end_message(ImapFetch *fetch)
{
  g_clear_pointer(&fetch->message, g_bytes_unref);
  g_clear_pointer(&fetch->structure, message_structure_free);
}

void imap_server_fetch_free(ImapFetch *fetch)
{
  if (fetch == NULL) return;
  end_message(fetch);
  g_array_unref(fetch->items);
  imap_sequence_set_clear(&fetch->set);
  g_free(fetch);
}

static const ImapItem *item_at(const ImapFetch *fetch, guint index)
{
  return &g_array_index(fetch->items, ImapItem, index);
}

static Bytes message_of(const ImapFetch *fetch)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(fetch->message, &size);
  return (Bytes){data, size};
}

static const MessageStructure *structure_of(ImapFetch *fetch)
{
  if (fetch->structure == NULL) fetch->structure = message_structure_new(message_of(fetch));
  return fetch->structure;
}

static void begin_message(ImapServer *server, ImapEntry *entry, const MailboxMessage *message)
{
  ImapFetch *fetch = server->fetch;
  fetch->message = g_bytes_ref(message->message);
  fetch->arrived = message->arrived;
  fetch->flags = message->flags;
  fetch->flags_wanted = false;
  fetch->item = 0;
  if (fetch->marks_seen && !server->read_only && (message->flags & MAILBOX_SEEN) == 0) {
    bool untold = entry->changed;
    fetch->flags |= MAILBOX_SEEN;
    fetch->flags_wanted = !fetch->tells_flags;
    mailbox_set_flags(server->mailbox, entry->uid, fetch->flags);
    entry->changed = untold;
  }
  byte_buffer_append_format(&server->out, "* %u FETCH (", fetch->index + 1);
}

/* Begins the line of the next message that is in the set. Returns false after the last. */
static bool begin_next(ImapServer *server)
{
  ImapFetch *fetch = server->fetch;
  for (; fetch->index < server->entries->len; fetch->index++) {
    if (!imap_server_set_has(server, &fetch->set, fetch->index)) continue;
    ImapEntry *entry = imap_server_entry(server, fetch->index);
    const MailboxMessage *message = imap_server_message(server, entry);
    if (message != NULL) {
      begin_message(server, entry, message);
      return true;
    }
    fetch->some_gone = true;
  }
  return false;
}

static void say_section(ImapServer *server, const ImapItem *item)
{
  ImapFetch *fetch = server->fetch;
  ByteBuffer scratch = {0}, *out = &server->out;
  Bytes section, message = message_of(fetch);
  byte_buffer_append_format(out, "%s ", item->name);
  if (imap_item_cut(item, message, structure_of(fetch), &scratch, &section)) {
    byte_buffer_append_format(out, "{%" G_GSIZE_FORMAT "}\r\n", section.length);
    bool text = item->text == IMAP_SECTION_ALL && item->fields == NULL && section.length > 0;
    if (text)
      message_stretches_append(&server->letters, byte_buffer_view(out).length, section.length,
                               fetch->message);
    byte_buffer_append(out, section);
  } else {
    byte_buffer_append(out, BYTES_LITERAL("NIL"));
  }
  byte_buffer_clear(&scratch);
}

static void say_flags(ImapServer *server)
{
  ImapEntry *entry = imap_server_entry(server, server->fetch->index);
  const MailboxMessage *message = imap_server_message(server, entry);
  byte_buffer_append(&server->out, BYTES_LITERAL("FLAGS "));
  imap_server_append_flags(server->mailbox, message == NULL ? server->fetch->flags : message->flags,
                           entry->recent, &server->out);
  entry->changed = false;
}

static void say_item(ImapServer *server, const ImapItem *item)
{
  ImapFetch *fetch = server->fetch;
  ByteBuffer *out = &server->out;
  switch (item->kind) {
  case IMAP_ITEM_FLAGS:
    say_flags(server);
    break;
  case IMAP_ITEM_UID:
    byte_buffer_append_format(out, "UID %u", imap_server_entry(server, fetch->index)->uid);
    break;
  case IMAP_ITEM_INTERNALDATE:
    byte_buffer_append(out, BYTES_LITERAL("INTERNALDATE "));
    imap_append_date_time(out, fetch->arrived);
    break;
  case IMAP_ITEM_SIZE:
    byte_buffer_append_format(out, "RFC822.SIZE %" G_GSIZE_FORMAT, g_bytes_get_size(fetch->message));
    break;
  case IMAP_ITEM_ENVELOPE:
    byte_buffer_append(out, BYTES_LITERAL("ENVELOPE "));
    imap_append_envelope(out, message_structure_get(structure_of(fetch), 0).header);
    break;
  case IMAP_ITEM_SECTION:
    say_section(server, item);
    break;
  default:
    byte_buffer_append_format(out, "%s ", item->kind == IMAP_ITEM_BODY ? "BODY" : "BODYSTRUCTURE");
    imap_append_structure(out, structure_of(fetch), item->kind == IMAP_ITEM_BODYSTRUCTURE);
  }
}

void imap_server_go_on_fetching(ImapServer *server)
{
  ImapFetch *fetch = server->fetch;
  if (fetch->message == NULL && !begin_next(server)) {
    bool some_gone = fetch->some_gone && !server->by_uid;
    g_clear_pointer(&server->fetch, imap_server_fetch_free);
    if (some_gone)
      imap_server_no(server, "[EXPUNGEISSUED] Some of them are gone");
    else
      imap_server_ok(server, "That is all of it");
    return;
  }
  if (fetch->item > 0) byte_buffer_append(&server->out, BYTES_LITERAL(" "));
  if (fetch->item < fetch->items->len)
    say_item(server, item_at(fetch, fetch->item));
  else
    say_flags(server);
  fetch->item++;
  if (fetch->item < fetch->items->len + fetch->flags_wanted) return;
  byte_buffer_append(&server->out, BYTES_LITERAL(")\r\n"));
  end_message(fetch);
  fetch->index++;
}

void imap_server_handle_fetch(ImapServer *server, Bytes argument)
{
  ImapSequenceSet set = {0};
  if (!imap_server_take_set(server, &argument, &set)) return;
  GArray *items = imap_take_byte(&argument, ' ') ? imap_items_parse(argument) : NULL;
  if (items == NULL) {
    imap_sequence_set_clear(&set);
    imap_server_bad(server, "FETCH wants numbers and items, such as 1:3 (FLAGS ENVELOPE)");
    return;
  }
  ImapFetch *fetch = g_new0(ImapFetch, 1);
  bool tells_uid = false;
  for (guint i = 0; i < items->len; i++) {
    const ImapItem *item = &g_array_index(items, ImapItem, i);
    fetch->marks_seen |= !item->peek;
    fetch->tells_flags |= item->kind == IMAP_ITEM_FLAGS;
    tells_uid |= item->kind == IMAP_ITEM_UID;
  }
  if (server->by_uid && !tells_uid) imap_items_add(items, IMAP_ITEM_UID, true);
  fetch->items = items;
  fetch->set = set;
  server->fetch = fetch;
}
