/* SPDX-License-Identifier: MIT */
/* What a POP3 server does at each command. A command without a row in `handlers` is unknown; order is kept by
 * the vocabulary's states. */
#include "protocol/dot-body.h"
#include "protocol/pop3/pop3-server-private.h"

static uint64_t entry_size(const MaildropEntry *entry)
{
  return g_bytes_get_size(entry->message);
}

/* Cuts a number off the front of *argument. Returns false when there is none. */
static bool take_number(Bytes *argument, uint64_t *number)
{
  g_autofree char *word = bytes_dup_string(pop3_next_word(argument));
  return g_ascii_string_to_unsigned(word, 10, 0, G_MAXUINT32, number, NULL);
}

/* Returns the message that argument names at its front, moving past the number; else replies, and returns
 * NULL. */
static MaildropEntry *take_entry(Pop3Server *server, Bytes *argument, guint *number)
{
  uint64_t wanted;
  if (!take_number(argument, &wanted)) {
    pop3_server_reply_error(server, "A message number is needed");
    return NULL;
  }
  if (wanted == 0 || wanted > maildrop_get_count(&server->drop) ||
      maildrop_get(&server->drop, (guint)wanted - 1)->marked) {
    pop3_server_reply_error(server, "No such message");
    return NULL;
  }
  *number = (guint)wanted;
  return maildrop_get(&server->drop, *number - 1);
}

void pop3_server_reply_maildrop(Pop3Server *server, const char *before)
{
  uint64_t size;
  guint count = maildrop_count_unmarked(&server->drop, &size);
  byte_buffer_append_format(&server->out, "+OK %s%u message%s (%" G_GUINT64_FORMAT " octets)\r\n", before,
                            count, count == 1 ? "" : "s", size);
}

static void append_pair(Pop3Server *server, uint64_t first, uint64_t second)
{
  byte_buffer_append_number(&server->out, first);
  byte_buffer_append_texts(&server->out, " ", NULL);
  byte_buffer_append_number(&server->out, second);
  byte_buffer_append_texts(&server->out, "\r\n", NULL);
}

static void handle_stat(Pop3Server *server, Bytes argument)
{
  (void)argument;
  uint64_t size;
  guint count = maildrop_count_unmarked(&server->drop, &size);
  byte_buffer_append_texts(&server->out, "+OK ", NULL);
  append_pair(server, count, size);
}

/* Appends what LIST, or UIDL, says of one message. */
static void append_size(Pop3Server *server, guint number, const MaildropEntry *entry)
{
  append_pair(server, number, entry_size(entry));
}

static void append_uid(Pop3Server *server, guint number, const MaildropEntry *entry)
{
  byte_buffer_append_format(&server->out, "%u %08x%08x\r\n", number,
                            mailbox_get_uid_validity(server->drop.mailbox), entry->uid);
}

static void list(Pop3Server *server, Bytes argument,
                 void (*append)(Pop3Server *, guint, const MaildropEntry *))
{
  guint number;
  if (argument.length > 0) {
    const MaildropEntry *entry = take_entry(server, &argument, &number);
    if (entry == NULL) return;
    byte_buffer_append(&server->out, BYTES_LITERAL("+OK "));
    append(server, number, entry);
    return;
  }
  pop3_server_reply_maildrop(server, "");
  for (number = 1; number <= maildrop_get_count(&server->drop); number++)
    if (!maildrop_get(&server->drop, number - 1)->marked)
      append(server, number, maildrop_get(&server->drop, number - 1));
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

/* Returns true, and replies, where the headers hold UTF-8 and the client never said that it reads it (RFC
 * 6856 §5). */
static bool needs_utf8(Pop3Server *server, const MaildropEntry *entry)
{
  if (!server->offer_utf8 || server->utf8) return false;
  Bytes headers = top_of(maildrop_get_text(entry), 0);
  for (size_t i = 0; i < headers.length; i++) {
    if (headers.data[i] < 0x80) continue;
    pop3_server_reply_error(server, "[UTF8] This letter has UTF-8 in its headers: say UTF8 first");
    return true;
  }
  return false;
}

static void handle_retr(Pop3Server *server, Bytes argument)
{
  guint number;
  const MaildropEntry *entry = take_entry(server, &argument, &number);
  if (entry == NULL || needs_utf8(server, entry)) return;
  byte_buffer_append_format(&server->out, "+OK %" G_GUINT64_FORMAT " octets\r\n", entry_size(entry));
  size_t held = byte_buffer_view(&server->out).length;
  dot_body_append_stuffed(&server->out, maildrop_get_text(entry));
  message_stretches_append(&server->letters, held, byte_buffer_view(&server->out).length - held,
                           entry->message);
}

static void handle_top(Pop3Server *server, Bytes argument)
{
  guint number;
  uint64_t count;
  const MaildropEntry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  if (!take_number(&argument, &count)) {
    pop3_server_reply_error(server, "Syntax: TOP message lines");
    return;
  }
  if (needs_utf8(server, entry)) return;
  pop3_server_reply_ok(server, "The top of the message follows");
  dot_body_append_stuffed(&server->out, top_of(maildrop_get_text(entry), count));
}

static void handle_dele(Pop3Server *server, Bytes argument)
{
  guint number;
  MaildropEntry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  entry->marked = true;
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
  for (guint i = 0; i < maildrop_get_count(&server->drop); i++)
    maildrop_get(&server->drop, i)->marked = false;
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

static const Pop3Handler handlers[POP3_WORD_COUNT] = {
    [POP3_STAT] = handle_stat, [POP3_LIST] = handle_list, [POP3_UIDL] = handle_uidl,
    [POP3_RETR] = handle_retr, [POP3_TOP] = handle_top,   [POP3_DELE] = handle_dele,
    [POP3_NOOP] = handle_noop, [POP3_RSET] = handle_rset, [POP3_QUIT] = handle_quit,
};

void pop3_server_command(Pop3Server *server, Bytes line)
{
  Pop3Command command;
  pop3_parse_command(line, &command);
  uint16_t word = command.word;
  Pop3Handler handler = NULL;
  if (word < POP3_WORD_COUNT)
    handler = handlers[word] != NULL ? handlers[word] : pop3_server_find_login(server, word);
  if (handler == NULL)
    pop3_server_reply_error(server, "Unknown command");
  else if ((pop3_vocabulary.words[word].states & (1u << server->state)) == 0)
    pop3_server_reply_error(server, server->state == POP3_AUTHORIZATION ? "Log in first"
                                                                        : "You are logged in already");
  else
    handler(server, command.argument);
}
