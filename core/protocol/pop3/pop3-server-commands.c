/* SPDX-License-Identifier: MIT */
/* What a POP3 server does at each command. A command without a row in `handlers` is unknown; order is kept by
 * the vocabulary's states. */
#include "protocol/dot-body.h"
#include "protocol/pop3/pop3-server-private.h"

typedef void (*Handler)(Pop3Server *server, Bytes argument);

static uint64_t entry_size(const Pop3ServerEntry *entry)
{
  return g_bytes_get_size(entry->message);
}

static Pop3ServerEntry *get_entry(const Pop3Server *server, guint index)
{
  return &g_array_index(server->entries, Pop3ServerEntry, index);
}

/* Counts what is not marked. */
static guint count_entries(const Pop3Server *server, uint64_t *size)
{
  guint count = 0;
  *size = 0;
  for (guint i = 0; i < server->entries->len; i++) {
    if (get_entry(server, i)->marked) continue;
    count++;
    *size += entry_size(get_entry(server, i));
  }
  return count;
}

/* Cuts a number off the front of *argument. Returns false when there is none. */
static bool take_number(Bytes *argument, uint64_t *number)
{
  g_autofree char *word = bytes_dup_string(pop3_next_word(argument));
  return g_ascii_string_to_unsigned(word, 10, 0, G_MAXUINT32, number, NULL);
}

/* Returns the message that argument names at its front, moving past the number; else replies, and returns
 * NULL. */
static Pop3ServerEntry *take_entry(Pop3Server *server, Bytes *argument, guint *number)
{
  uint64_t wanted;
  if (!take_number(argument, &wanted)) {
    pop3_server_reply_error(server, "A message number is needed");
    return NULL;
  }
  if (wanted == 0 || wanted > server->entries->len || get_entry(server, (guint)wanted - 1)->marked) {
    pop3_server_reply_error(server, "No such message");
    return NULL;
  }
  *number = (guint)wanted;
  return get_entry(server, *number - 1);
}

void pop3_server_reply_maildrop(Pop3Server *server, const char *before)
{
  uint64_t size;
  guint count = count_entries(server, &size);
  byte_buffer_append_format(&server->out, "+OK %s%u message%s (%" G_GUINT64_FORMAT " octets)\r\n", before,
                            count, count == 1 ? "" : "s", size);
}

static void handle_user(Pop3Server *server, Bytes argument)
{
  if (argument.length == 0) {
    pop3_server_reply_error(server, "Syntax: USER name");
    return;
  }
  g_free(server->user);
  server->user = bytes_dup_string(argument);
  /* The same words for everybody: a stranger shall not learn who lives here. */
  pop3_server_reply_ok(server, "Send the password");
}

static void begin_login(Pop3Server *server, const char *mechanism, Bytes secret)
{
  server->mechanism = mechanism;
  server->secret = bytes_dup_string(secret);
  pop3_server_ask(server, ENDPOINT_AUTHENTICATE);
}

static void handle_pass(Pop3Server *server, Bytes argument)
{
  if (server->user == NULL)
    pop3_server_reply_error(server, "Say USER first");
  else if (argument.length == 0)
    pop3_server_reply_error(server, "Syntax: PASS password");
  else
    begin_login(server, "USER/PASS", argument);
}

static void handle_apop(Pop3Server *server, Bytes argument)
{
  /* The digest is the last word, so that a name may hold spaces. */
  size_t split = argument.length;
  while (split > 0 && argument.data[split - 1] != ' ')
    split--;
  if (split < 2 || argument.length - split != 32) {
    pop3_server_reply_error(server, "Syntax: APOP name digest");
    return;
  }
  g_free(server->user);
  server->user = bytes_dup_string(bytes_slice(argument, 0, split - 1));
  begin_login(server, "APOP", bytes_skip(argument, split));
}

static void handle_capa(Pop3Server *server, Bytes argument)
{
  (void)argument;
  pop3_server_reply_ok(server, "This is what I can do");
  static const char lines[] =
      "TOP\r\nUIDL\r\nUSER\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\n"
      "IMPLEMENTATION Carteiro\r\n.\r\n";
  byte_buffer_append(&server->out, bytes_from_string(lines));
}

static void handle_stat(Pop3Server *server, Bytes argument)
{
  (void)argument;
  uint64_t size;
  guint count = count_entries(server, &size);
  byte_buffer_append_format(&server->out, "+OK %u %" G_GUINT64_FORMAT "\r\n", count, size);
}

/* Appends what LIST, or UIDL, says of one message. */
static void append_size(Pop3Server *server, guint number, const Pop3ServerEntry *entry)
{
  byte_buffer_append_format(&server->out, "%u %" G_GUINT64_FORMAT "\r\n", number, entry_size(entry));
}

static void append_uid(Pop3Server *server, guint number, const Pop3ServerEntry *entry)
{
  byte_buffer_append_format(&server->out, "%u %08x%08x\r\n", number,
                            mailbox_get_uid_validity(server->mailbox), entry->uid);
}

static void list(Pop3Server *server, Bytes argument,
                 void (*append)(Pop3Server *, guint, const Pop3ServerEntry *))
{
  guint number;
  if (argument.length > 0) {
    const Pop3ServerEntry *entry = take_entry(server, &argument, &number);
    if (entry == NULL) return;
    byte_buffer_append(&server->out, BYTES_LITERAL("+OK "));
    append(server, number, entry);
    return;
  }
  pop3_server_reply_maildrop(server, "");
  for (number = 1; number <= server->entries->len; number++)
    if (!get_entry(server, number - 1)->marked) append(server, number, get_entry(server, number - 1));
  byte_buffer_append(&server->out, BYTES_LITERAL(".\r\n"));
}

static void handle_list(Pop3Server *server, Bytes argument)
{
  list(server, argument, append_size);
}

static void handle_uidl(Pop3Server *server, Bytes argument)
{
  list(server, argument, append_uid);
}

static Bytes message_of(const Pop3ServerEntry *entry)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(entry->message, &size);
  return (Bytes){data, size};
}

static void handle_retr(Pop3Server *server, Bytes argument)
{
  guint number;
  const Pop3ServerEntry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  byte_buffer_append_format(&server->out, "+OK %" G_GUINT64_FORMAT " octets\r\n", entry_size(entry));
  size_t held = byte_buffer_view(&server->out).length;
  dot_body_append_stuffed(&server->out, message_of(entry));
  message_stretches_append(&server->letters, held, byte_buffer_view(&server->out).length - held,
                           entry->message);
}

/* Returns the headers, the empty line and the first count lines of the body. */
static Bytes top_of(Bytes message, uint64_t count)
{
  bool in_body = false;
  size_t at = 0;
  while (at < message.length && !(in_body && count == 0)) {
    ptrdiff_t end = bytes_find(bytes_skip(message, at), '\n');
    size_t length = end < 0 ? message.length - at : (size_t)end + 1;
    if (in_body) count--;
    if (bytes_chomp(bytes_slice(message, at, length)).length == 0) in_body = true;
    at += length;
  }
  return bytes_slice(message, 0, at);
}

static void handle_top(Pop3Server *server, Bytes argument)
{
  guint number;
  uint64_t count;
  const Pop3ServerEntry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  if (!take_number(&argument, &count)) {
    pop3_server_reply_error(server, "Syntax: TOP message lines");
    return;
  }
  pop3_server_reply_ok(server, "The top of the message follows");
  dot_body_append_stuffed(&server->out, top_of(message_of(entry), count));
}

static void handle_dele(Pop3Server *server, Bytes argument)
{
  guint number;
  Pop3ServerEntry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  entry->marked = true;
  mailbox_mark(server->mailbox, entry->uid, true);
  byte_buffer_append_format(&server->out, "+OK Message %u marked for deletion\r\n", number);
}

static void handle_noop(Pop3Server *server, Bytes argument)
{
  (void)argument;
  pop3_server_reply_ok(server, "");
}

static void handle_rset(Pop3Server *server, Bytes argument)
{
  (void)argument;
  for (guint i = 0; i < server->entries->len; i++) {
    get_entry(server, i)->marked = false;
    mailbox_mark(server->mailbox, get_entry(server, i)->uid, false);
  }
  pop3_server_reply_maildrop(server, "Maildrop has ");
}

static void handle_quit(Pop3Server *server, Bytes argument)
{
  (void)argument;
  if (server->state == POP3_TRANSACTION) {
    pop3_server_set_state(server, POP3_UPDATE, "QUIT");
    pop3_server_ask(server, ENDPOINT_UPDATE);
  } else {
    pop3_server_reply_ok(server, "Bye");
    pop3_server_close(server);
  }
}

static const Handler handlers[POP3_WORD_COUNT] = {
    [POP3_USER] = handle_user, [POP3_PASS] = handle_pass, [POP3_APOP] = handle_apop,
    [POP3_CAPA] = handle_capa, [POP3_STAT] = handle_stat, [POP3_LIST] = handle_list,
    [POP3_UIDL] = handle_uidl, [POP3_RETR] = handle_retr, [POP3_TOP] = handle_top,
    [POP3_DELE] = handle_dele, [POP3_NOOP] = handle_noop, [POP3_RSET] = handle_rset,
    [POP3_QUIT] = handle_quit,
};

void pop3_server_command(Pop3Server *server, Bytes line)
{
  Pop3Command command;
  pop3_parse_command(line, &command);
  uint16_t word = command.word;
  bool offered =
      word < POP3_WORD_COUNT && handlers[word] != NULL && (word != POP3_APOP || server->apop_stamp != NULL);
  if (!offered)
    pop3_server_reply_error(server, "Unknown command");
  else if ((pop3_vocabulary.words[word].states & (1u << server->state)) == 0)
    pop3_server_reply_error(server, server->state == POP3_AUTHORIZATION ? "Log in first"
                                                                        : "You are logged in already");
  else
    handlers[word](server, command.argument);
}
