/* SPDX-License-Identifier: MIT */
/* What an IMAP server does that changes messages or where they lie: APPEND, STORE, COPY, MOVE. */
#include "protocol/imap/imap-server-private.h"

static const struct {
  const char *name;
  MailboxFlag flag;
} system_flags[MAILBOX_SYSTEM_FLAGS] = {{"\\Answered", MAILBOX_ANSWERED},
                                        {"\\Flagged", MAILBOX_FLAGGED},
                                        {"\\Deleted", MAILBOX_DELETED},
                                        {"\\Seen", MAILBOX_SEEN},
                                        {"\\Draft", MAILBOX_DRAFT}};

void imap_server_append_flags(const Mailbox *mailbox, uint64_t flags, bool recent, ByteBuffer *out)
{
  const char *before = "(";
  for (size_t i = 0; i < G_N_ELEMENTS(system_flags); i++) {
    if ((flags & system_flags[i].flag) == 0) continue;
    byte_buffer_append_format(out, "%s%s", before, system_flags[i].name);
    before = " ";
  }
  for (guint i = 0; i < mailbox_get_keyword_count(mailbox); i++) {
    if ((flags & UINT64_C(1) << (MAILBOX_SYSTEM_FLAGS + i)) == 0) continue;
    byte_buffer_append_format(out, "%s%s", before, mailbox_get_keyword(mailbox, i));
    before = " ";
  }
  byte_buffer_append_format(out, "%s)",
                            recent           ? (*before == '(' ? "(\\Recent" : " \\Recent")
                            : *before == '(' ? "("
                                             : "");
}

static bool take_flag(Mailbox *mailbox, Bytes *rest, bool learn, uint64_t *flags)
{
  bool system = rest->length > 0 && rest->data[0] == '\\';
  Bytes whole = *rest;
  if (system) *rest = bytes_skip(*rest, 1);
  Bytes word = imap_take_atom(rest);
  if (word.length == 0) return false;
  uint64_t flag = system ? 0 : mailbox_keyword(mailbox, word, learn);
  for (size_t i = 0; system && i < G_N_ELEMENTS(system_flags); i++)
    if (bytes_equal_ignore_case(bytes_slice(whole, 0, word.length + 1), system_flags[i].name))
      flag = system_flags[i].flag;
  *flags |= flag;
  /* a keyword for which there is no room is none that the client was promised */
  return flag != 0 || (!system && (!learn || mailbox_get_keyword_count(mailbox) == MAILBOX_KEYWORDS_MAX));
}

bool imap_server_take_flags(Mailbox *mailbox, Bytes *rest, bool bare, bool learn, uint64_t *flags)
{
  *flags = 0;
  bool list = imap_take_byte(rest, '(');
  if (!list && !bare) return false;
  if (list && imap_take_byte(rest, ')')) return true;
  do
    if (!take_flag(mailbox, rest, learn, flags)) return false;
  while (imap_take_byte(rest, ' '));
  return !list || imap_take_byte(rest, ')');
}

/* May count more messages be put there? Else the command is refused. */
static bool has_room(ImapServer *server, const Mailbox *mailbox, guint count)
{
  if (count <= IMAP_SERVER_MAILBOX_MAX - MIN(IMAP_SERVER_MAILBOX_MAX, mailbox_get_count(mailbox)))
    return true;
  imap_server_no(server, "[LIMIT] There are too many messages in it");
  return false;
}

/* Refuses where the mailbox is NULL: CREATE may help. */
static bool is_there(ImapServer *server, const Mailbox *mailbox)
{
  if (mailbox == NULL) imap_server_no(server, "[TRYCREATE] There is no such mailbox");
  return mailbox != NULL;
}

static void append_agreed(ImapServer *server)
{
  GBytes *message = g_ptr_array_index(server->added, 0);
  uint32_t uid =
      mailbox_append_with_flags(server->target, message, server->append_date, server->append_flags);
  g_autofree char *text =
      imap_server_offers(server, "UIDPLUS")
          ? g_strdup_printf("[APPENDUID %u %u] Stored", mailbox_get_uid_validity(server->target), uid)
          : g_strdup("Stored");
  imap_server_ok(server, text);
}

/* Reads the optional date-time and the message. */
static bool take_message(ImapServer *server, Bytes *rest, ByteBuffer *message)
{
  ByteBuffer date = {0};
  bool sound = true;
  server->append_date = server->clock.now == NULL ? 0 : clock_now(&server->clock);
  if (rest->length > 0 && rest->data[0] == '"')
    sound = imap_next_string(rest, &date) &&
            imap_parse_date_time(byte_buffer_view(&date), &server->append_date) && imap_take_byte(rest, ' ');
  byte_buffer_clear(&date);
  bool literal = sound && rest->length > 0 && rest->data[0] == '{';
  return literal && imap_next_string(rest, message) && rest->length == 0;
}

/* Reads the optional flags, as bits of the mailbox; of no mailbox where there is none. */
static bool take_append_flags(ImapServer *server, Bytes *rest)
{
  server->append_flags = 0;
  if (rest->length == 0 || rest->data[0] != '(') return true;
  g_autoptr(Mailbox) nowhere = server->target == NULL ? mailbox_new("", 1) : NULL;
  Mailbox *mailbox = nowhere != NULL ? nowhere : server->target;
  return imap_server_take_flags(mailbox, rest, false, true, &server->append_flags) &&
         imap_take_byte(rest, ' ');
}

void imap_server_handle_append(ImapServer *server, Bytes argument)
{
  ByteBuffer message = {0};
  g_autofree char *name = imap_server_take_mailbox(&argument);
  server->target = name == NULL ? NULL : imap_server_find_mailbox(server, name);
  bool sound = name != NULL && imap_take_byte(&argument, ' ') && take_append_flags(server, &argument) &&
               take_message(server, &argument, &message);
  Bytes view = byte_buffer_view(&message);
  if (!sound)
    imap_server_bad(server, "APPEND wants a mailbox, flags and a date if you like, and the message");
  else if (view.length == 0)
    imap_server_no(server, "An empty message is none");
  else if (is_there(server, server->target) && has_room(server, server->target, 1)) {
    g_ptr_array_add(server->added, g_bytes_new(view.data, view.length));
    imap_server_ask_update(server, append_agreed);
  }
  byte_buffer_clear(&message);
}

/* How STORE changes flags. */
typedef enum { FLAGS_REPLACE, FLAGS_ADD, FLAGS_REMOVE } FlagsChange;

static bool take_store_item(Bytes *rest, FlagsChange *change, bool *silent)
{
  *change = FLAGS_REPLACE;
  if (imap_take_byte(rest, '+')) *change = FLAGS_ADD;
  if (*change == FLAGS_REPLACE && imap_take_byte(rest, '-')) *change = FLAGS_REMOVE;
  Bytes word = imap_take_atom(rest);
  *silent = bytes_equal_ignore_case(word, "FLAGS.SILENT");
  return *silent || bytes_equal_ignore_case(word, "FLAGS");
}

static uint64_t changed_flags(uint64_t before, FlagsChange change, uint64_t flags)
{
  return change == FLAGS_ADD ? before | flags : change == FLAGS_REMOVE ? before & ~flags : flags;
}

static void store(ImapServer *server, const ImapSequenceSet *set, FlagsChange change, bool silent, Bytes list)
{
  bool gone = false;
  uint64_t flags;
  imap_server_take_flags(server->mailbox, &list, true, true, &flags);
  for (guint i = 0; i < server->entries->len; i++) {
    if (!imap_server_set_has(server, set, i)) continue;
    ImapEntry *entry = imap_server_entry(server, i);
    const MailboxMessage *message = imap_server_message(server, entry);
    gone |= message == NULL;
    if (message == NULL) continue;
    bool untold = entry->changed; /* what another session did is told even so */
    mailbox_set_flags(server->mailbox, entry->uid, changed_flags(message->flags, change, flags));
    entry->changed = !silent || untold;
    server->news = true;
  }
  if (gone)
    imap_server_no(server, "[EXPUNGEISSUED] Some of them are gone; the others are changed");
  else
    imap_server_ok(server, "Flags changed");
}

void imap_server_handle_store(ImapServer *server, Bytes argument)
{
  ImapSequenceSet set = {0};
  FlagsChange change;
  bool silent;
  uint64_t flags;
  if (!imap_server_take_set(server, &argument, &set)) return;
  bool sound = imap_take_byte(&argument, ' ') && take_store_item(&argument, &change, &silent) &&
               imap_take_byte(&argument, ' ');
  Bytes list = argument;
  sound = sound && imap_server_take_flags(server->mailbox, &argument, true, false, &flags) &&
          argument.length == 0;
  if (!sound)
    imap_server_bad(server, "STORE wants numbers, FLAGS, +FLAGS or -FLAGS, and flags that may be set");
  else if (server->read_only)
    imap_server_no(server, "[READ-ONLY] The mailbox is open to look only");
  else
    store(server, &set, change, silent, list);
  imap_sequence_set_clear(&set);
}

/* Copies what was chosen; tells the old and new uids. Returns the response code's text, the caller's to free,
 * or NULL where nothing was left to copy. */
static char *copy_chosen(ImapServer *server)
{
  ImapSequenceSet from = {0}, to = {0};
  for (guint i = 0; i < server->chosen->len; i++) {
    uint32_t uid = g_array_index(server->chosen, uint32_t, i);
    const MailboxMessage *message = mailbox_find(server->mailbox, uid);
    if (message == NULL) continue;
    uint64_t flags = mailbox_flags_for(server->target, server->mailbox, message->flags);
    g_autoptr(GBytes) bytes = g_bytes_ref(message->message); /* the array may move */
    imap_sequence_set_append(&from, uid);
    imap_sequence_set_append(&to, mailbox_append_with_flags(server->target, bytes, message->arrived, flags));
  }
  ByteBuffer code = {0};
  byte_buffer_append_format(&code, "[COPYUID %u ", mailbox_get_uid_validity(server->target));
  imap_sequence_set_format(&from, &code);
  byte_buffer_append(&code, BYTES_LITERAL(" "));
  imap_sequence_set_format(&to, &code);
  byte_buffer_append(&code, BYTES_LITERAL("]"));
  bool any = from.ranges != NULL && imap_server_offers(server, "UIDPLUS");
  char *text = any ? bytes_dup_string(byte_buffer_view(&code)) : NULL;
  byte_buffer_clear(&code);
  imap_sequence_set_clear(&from);
  imap_sequence_set_clear(&to);
  return text;
}

static void copy_agreed(ImapServer *server)
{
  g_autofree char *code = copy_chosen(server);
  g_autofree char *text = g_strdup_printf("%s%sCopied", code == NULL ? "" : code, code == NULL ? "" : " ");
  imap_server_ok(server, text);
}

static void move_agreed(ImapServer *server)
{
  g_autofree char *code = copy_chosen(server);
  if (code != NULL) imap_server_say(server, "OK %s Moved", code);
  for (guint i = server->chosen->len; i > 0; i--)
    mailbox_expunge(server->mailbox, g_array_index(server->chosen, uint32_t, i - 1));
  imap_server_ok(server, "Done");
}

/* Puts the messages of the set into chosen and added, and into removed where they are to be moved. Returns
 * false where one of them is gone. */
static bool choose(ImapServer *server, const ImapSequenceSet *set, bool moves)
{
  bool all = true;
  for (guint i = 0; i < server->entries->len; i++) {
    if (!imap_server_set_has(server, set, i)) continue;
    const ImapEntry *entry = imap_server_entry(server, i);
    const MailboxMessage *message = imap_server_message(server, entry);
    all = all && message != NULL;
    if (message == NULL) continue;
    g_array_append_val(server->chosen, entry->uid);
    g_ptr_array_add(server->added, g_bytes_ref(message->message));
    if (moves) g_ptr_array_add(server->removed, g_bytes_ref(message->message));
  }
  return all;
}

static void forget_chosen(ImapServer *server)
{
  g_array_set_size(server->chosen, 0);
  g_ptr_array_set_size(server->added, 0);
  g_ptr_array_set_size(server->removed, 0);
}

static void copy(ImapServer *server, const ImapSequenceSet *set, const char *name)
{
  bool moves = server->word == IMAP_MOVE || server->word == IMAP_UID_MOVE;
  server->target = imap_server_find_mailbox(server, name);
  if (moves && server->read_only) {
    imap_server_no(server, "[READ-ONLY] The mailbox is open to look only");
    return;
  }
  if (moves && mailbox_is_locked(server->mailbox)) {
    imap_server_no(server, "[INUSE] A POP3 session has this mailbox locked");
    return;
  }
  if (!is_there(server, server->target)) return;
  /* all or none (RFC 9051 §6.4.7) */
  if (!choose(server, set, moves) && !server->by_uid) {
    forget_chosen(server);
    imap_server_no(server, "[EXPUNGEISSUED] Some of them are gone");
  } else if (has_room(server, server->target, server->chosen->len)) {
    imap_server_ask_update(server, moves ? move_agreed : copy_agreed);
  } else {
    forget_chosen(server);
  }
}

void imap_server_handle_copy(ImapServer *server, Bytes argument)
{
  ImapSequenceSet set = {0};
  if (!imap_server_take_set(server, &argument, &set)) return;
  g_autofree char *name = imap_take_byte(&argument, ' ') ? imap_server_take_mailbox(&argument) : NULL;
  if (name == NULL || argument.length > 0)
    imap_server_bad(server, "Message numbers and a mailbox are needed");
  else
    copy(server, &set, name);
  imap_sequence_set_clear(&set);
}
