/* SPDX-License-Identifier: MIT */
/* IMAP's lines taken apart for showing: literals become quoted strings, or {n} where they are long. */
#include "protocol/imap/imap-fetch.h"
#include "protocol/imap/imap-mailbox-name.h"
#include "protocol/imap/imap-syntax.h"

static void append_quoted(ByteBuffer *out, Bytes value)
{
  byte_buffer_append(out, BYTES_LITERAL("\""));
  while (value.length > 0) {
    size_t plain = 0;
    while (plain < value.length && value.data[plain] != '"' && value.data[plain] != '\\')
      plain++;
    byte_buffer_append(out, bytes_slice(value, 0, plain));
    value = bytes_skip(value, plain);
    if (value.length == 0) break;
    byte_buffer_append(out, BYTES_LITERAL("\\"));
    byte_buffer_append(out, bytes_slice(value, 0, 1));
    value = bytes_skip(value, 1);
  }
  byte_buffer_append(out, BYTES_LITERAL("\""));
}

/* Appends raw with its literals as they are shown; the last line end is gone already. */
static void append_shown(ByteBuffer *out, Bytes raw)
{
  for (;;) {
    ptrdiff_t lf = bytes_find(raw, '\n');
    if (lf < 0) break;
    ImapLiteral literal;
    Bytes line = bytes_slice(raw, 0, (size_t)lf + 1);
    raw = bytes_skip(raw, line.length);
    if (!imap_parse_literal(line, &literal)) {
      byte_buffer_append(out, line);
      continue;
    }
    byte_buffer_append(out, bytes_slice(line, 0, bytes_chomp(line).length - literal.mark_length));
    Bytes value = bytes_slice(raw, 0, (size_t)MIN(literal.size, raw.length));
    if (literal.size <= IMAP_LITERAL_SHOWN)
      append_quoted(out, value);
    else
      byte_buffer_append_format(out, "{%" G_GUINT64_FORMAT "}", literal.size);
    raw = bytes_skip(raw, value.length);
  }
  byte_buffer_append(out, raw);
}

static void append_upper(ByteBuffer *out, Bytes word)
{
  size_t start = byte_buffer_view(out).length;
  byte_buffer_append(out, word);
  uint8_t *data = out->data == NULL ? NULL : out->data + out->start;
  for (size_t i = start; i < start + word.length; i++)
    data[i] = (uint8_t)g_ascii_toupper((char)data[i]);
}

/* Appends the mailbox that a command or response names, where it reads otherwise than it is written. skip:
 * strings before its name. */
static void append_mailbox(ByteBuffer *out, Bytes text, int skip)
{
  if (bytes_find(text, '&') < 0) return;
  ByteBuffer name = {0};
  for (int i = 0; i < skip; i++)
    if (!imap_next_string(&text, NULL)) return;
  if (imap_next_string(&text, &name)) imap_decode_mailbox_name(byte_buffer_view(&name), out);
  byte_buffer_clear(&name);
}

static void append_command_mailbox(ByteBuffer *out, const ImapCommand *command)
{
  static const uint16_t first[] = {
      IMAP_SELECT,      IMAP_EXAMINE,    IMAP_CREATE,   IMAP_DELETE,       IMAP_RENAME,     IMAP_SUBSCRIBE,
      IMAP_UNSUBSCRIBE, IMAP_STATUS,     IMAP_APPEND,   IMAP_GETQUOTAROOT, IMAP_GETACL,     IMAP_SETACL,
      IMAP_DELETEACL,   IMAP_LISTRIGHTS, IMAP_MYRIGHTS, IMAP_GETMETADATA,  IMAP_SETMETADATA};
  static const uint16_t second[] = {IMAP_COPY, IMAP_MOVE, IMAP_UID_COPY, IMAP_UID_MOVE};
  for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
    if (command->word == first[i]) append_mailbox(out, command->argument, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(second); i++)
    if (command->word == second[i]) append_mailbox(out, command->argument, 1);
}

static void append_reply_mailbox(ByteBuffer *out, const ImapResponse *response)
{
  static const char *const first[] = {"STATUS", "QUOTAROOT", "ACL", "LISTRIGHTS", "MYRIGHTS", "METADATA"};
  Bytes text = response->text;
  for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
    if (bytes_equal_ignore_case(response->code, first[i])) append_mailbox(out, text, 0);
  bool list =
      bytes_equal_ignore_case(response->code, "LIST") || bytes_equal_ignore_case(response->code, "LSUB");
  ptrdiff_t end = bytes_find(text, ')');
  if (list && end >= 0) append_mailbox(out, bytes_skip(text, (size_t)end + 1), 1);
}

static void dissect_command(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  ImapCommand command;
  imap_parse_command(line->raw, &command);
  bool response = (line->flags & LINE_SASL_RESPONSE) != 0;
  if (response)
    command = (ImapCommand){.verb = BYTES_LITERAL("AUTH-RESPONSE"), .argument = bytes_chomp(line->raw)};
  append_upper(scratch, command.verb);
  size_t secret = imap_find_secret(command.argument, line->secret);
  append_shown(scratch, bytes_slice(command.argument, 0, secret));
  size_t shown_secret = byte_buffer_view(scratch).length - command.verb.length;
  append_shown(scratch, bytes_skip(command.argument, secret));
  size_t shown = byte_buffer_view(scratch).length;
  append_command_mailbox(scratch, &command);
  Bytes all = byte_buffer_view(scratch);
  dissected->mailbox = bytes_skip(all, shown);
  all.length = shown;
  dissected->tag = command.tag;
  dissected->verb = bytes_slice(all, 0, command.verb.length);
  dissected->argument = bytes_skip(all, command.verb.length);
  if (secret >= command.argument.length) return;
  dissected->secret_start = shown_secret;
  dissected->secret_length = dissected->argument.length - shown_secret;
  dissected->raw_secret_start = (size_t)(command.argument.data - line->raw.data) + secret;
  dissected->raw_secret_length = command.argument.length - secret;
}

static void dissect_reply(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  ImapResponse response;
  imap_parse_response(line->raw, &response);
  if (response.type == IMAP_NO_RESPONSE) {
    dissected->text = bytes_chomp(line->raw);
    return;
  }
  append_upper(scratch, response.code);
  byte_buffer_append(scratch, response.number);
  if (response.number.length > 0 && response.text.length > 0) byte_buffer_append(scratch, BYTES_LITERAL(" "));
  if (response.status)
    byte_buffer_append(scratch, response.text);
  else
    append_shown(scratch, response.text);
  size_t shown = byte_buffer_view(scratch).length;
  append_reply_mailbox(scratch, &response);
  size_t named = byte_buffer_view(scratch).length;
  LineItemWriter items = {.out = scratch};
  if (bytes_equal_ignore_case(response.code, "FETCH")) imap_fetch_append_items(&items, response.text);
  Bytes all = byte_buffer_view(scratch);
  dissected->mailbox = bytes_slice(all, shown, named - shown);
  dissected->items = bytes_skip(all, named);
  all.length = shown;
  dissected->tag = response.tag;
  dissected->code = bytes_slice(all, 0, response.code.length);
  dissected->text = bytes_skip(all, response.code.length);
}

void imap_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  byte_buffer_reset(scratch);
  *dissected = (DissectedLine){0};
  if (line->kind == LINE_COMMAND) dissect_command(line, scratch, dissected);
  if (line->kind == LINE_REPLY) dissect_reply(line, scratch, dissected);
}
