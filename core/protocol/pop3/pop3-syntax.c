/* SPDX-License-Identifier: MIT */
/* POP3's lines taken apart. */
#include "protocol/pop3/pop3-syntax.h"

#include "protocol/sasl/sasl-observer.h"

static bool is_blank(uint8_t byte)
{
  return byte == ' ' || byte == '\t';
}

static Bytes skip_blanks(Bytes view)
{
  size_t start = 0;
  while (start < view.length && is_blank(view.data[start]))
    start++;
  return bytes_skip(view, start);
}

static Bytes drop_blanks_at_end(Bytes view)
{
  while (view.length > 0 && is_blank(view.data[view.length - 1]))
    view.length--;
  return view;
}

/* Cuts off what stands before the next blank; the blank stays in *rest. */
static Bytes cut_word(Bytes *rest)
{
  size_t end = 0;
  while (end < rest->length && !is_blank(rest->data[end]))
    end++;
  Bytes word = bytes_slice(*rest, 0, end);
  *rest = bytes_skip(*rest, end);
  return word;
}

Bytes pop3_next_word(Bytes *rest)
{
  *rest = skip_blanks(*rest);
  Bytes word = cut_word(rest);
  *rest = skip_blanks(*rest);
  return word;
}

void pop3_parse_command(Bytes line, Pop3Command *command)
{
  Bytes rest = skip_blanks(bytes_chomp(line));
  command->verb = cut_word(&rest);
  command->word = vocabulary_find_word(&pop3_vocabulary, command->verb);
  if (command->word == POP3_AUTH_RESPONSE) command->word = VOCABULARY_UNKNOWN;
  /* a password may begin or end with a blank (RFC 1939 §7) */
  bool exact = command->word == POP3_PASS;
  command->argument = exact ? bytes_skip(rest, 1) : drop_blanks_at_end(skip_blanks(rest));
}

bool pop3_command_has_lines(const Pop3Command *command)
{
  if (command->word == VOCABULARY_UNKNOWN) return false;
  /* AUTH alone, an old habit, asks for the list of mechanisms */
  if (command->word == POP3_AUTH) return command->argument.length == 0;
  const VocabularyWord *word = &pop3_vocabulary.words[command->word];
  bool optional = command->word == POP3_LIST || command->word == POP3_UIDL || command->word == POP3_LANG;
  return word->multiline_reply && (!optional || command->argument.length == 0);
}

static bool ends_word(Bytes line, size_t at)
{
  return at >= line.length || !g_ascii_isalnum(line.data[at]);
}

Pop3Status pop3_parse_status(Bytes line, Bytes *text)
{
  static const struct {
    const char *word;
    size_t length;
    Pop3Status status;
  } rows[] = {{"+OK", 3, POP3_STATUS_OK}, {"-ERR", 4, POP3_STATUS_ERROR}};
  line = bytes_chomp(line);
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (!bytes_starts_ignore_case(line, rows[i].word) || !ends_word(line, rows[i].length)) continue;
    if (text != NULL) *text = skip_blanks(bytes_skip(line, rows[i].length));
    return rows[i].status;
  }
  if (line.length == 0 || line.data[0] != '+') return POP3_STATUS_NONE;
  if (line.length > 1 && !is_blank(line.data[1])) return POP3_STATUS_NONE;
  if (text != NULL) *text = skip_blanks(bytes_skip(line, 1));
  return POP3_STATUS_CONTINUE;
}

Bytes pop3_find_stamp(Bytes greeting)
{
  ptrdiff_t start = bytes_find(greeting, '<');
  if (start < 0) return BYTES_EMPTY;
  Bytes from = bytes_skip(greeting, (size_t)start);
  ptrdiff_t end = bytes_find(from, '>');
  if (end < 0) return BYTES_EMPTY;
  Bytes stamp = bytes_slice(from, 0, (size_t)end + 1);
  return bytes_find(stamp, '@') < 0 ? BYTES_EMPTY : stamp;
}

/* Where in argument the secret begins; argument.length for none. */
static size_t find_secret(Bytes argument, SecretKind secret)
{
  Bytes rest = argument;
  Bytes first = cut_word(&rest);
  switch (secret) {
  case SECRET_NONE:
    return argument.length;
  case SECRET_AFTER_MECHANISM:
    if (!sasl_mechanism_is_plausible(first)) return 0;
    return argument.length - skip_blanks(rest).length;
  case SECRET_SECOND_ARGUMENT:
    return argument.length - skip_blanks(rest).length;
  default:
    return 0;
  }
}

static void dissect_command(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  if ((line->flags & LINE_SASL_RESPONSE) != 0) {
    dissected->verb = BYTES_LITERAL("AUTH-RESPONSE");
    dissected->argument = bytes_chomp(line->raw);
  } else {
    Pop3Command command;
    pop3_parse_command(line->raw, &command);
    byte_buffer_append(scratch, command.verb);
    for (size_t i = scratch->start; i < scratch->end; i++)
      scratch->data[i] = (uint8_t)g_ascii_toupper((char)scratch->data[i]);
    dissected->verb = byte_buffer_view(scratch);
    dissected->argument = command.argument;
  }
  size_t start = find_secret(dissected->argument, line->secret);
  if (start >= dissected->argument.length) return;
  dissected->secret_start = start;
  dissected->secret_length = dissected->argument.length - start;
  dissected->raw_secret_start = (size_t)(dissected->argument.data - line->raw.data) + start;
  dissected->raw_secret_length = dissected->secret_length;
}

/* Appends the lines after the status line: joined, doubled dots undone, the lone dot left out. */
static void append_lines(ByteBuffer *scratch, Bytes rest)
{
  while (rest.length > 0) {
    ptrdiff_t lf = bytes_find(rest, '\n');
    size_t taken = lf < 0 ? rest.length : (size_t)lf + 1;
    Bytes line = bytes_chomp(bytes_slice(rest, 0, taken));
    rest = bytes_skip(rest, taken);
    if (line.length > 0 && line.data[0] == '.') {
      if (line.length == 1) return;
      line = bytes_skip(line, 1);
    }
    byte_buffer_append(scratch, BYTES_LITERAL("\n"));
    byte_buffer_append(scratch, line);
  }
}

static void dissect_reply(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  static const Bytes codes[] = {[POP3_STATUS_OK] = {(const uint8_t *)"+OK", 3},
                                [POP3_STATUS_ERROR] = {(const uint8_t *)"-ERR", 4},
                                [POP3_STATUS_CONTINUE] = {(const uint8_t *)"+", 1}};
  ptrdiff_t lf = bytes_find(line->raw, '\n');
  size_t taken = lf < 0 ? line->raw.length : (size_t)lf + 1;
  Bytes first = bytes_slice(line->raw, 0, taken);
  Pop3Status status = pop3_parse_status(first, &dissected->text);
  if (status == POP3_STATUS_NONE)
    dissected->text = bytes_chomp(first);
  else
    dissected->code = codes[status];
  if ((line->flags & LINE_MULTILINE) == 0) return;
  byte_buffer_append(scratch, dissected->text);
  append_lines(scratch, bytes_skip(line->raw, taken));
  dissected->text = byte_buffer_view(scratch);
}

void pop3_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  byte_buffer_reset(scratch);
  *dissected = (DissectedLine){0};
  if (line->kind == LINE_COMMAND) dissect_command(line, scratch, dissected);
  if (line->kind == LINE_REPLY) dissect_reply(line, scratch, dissected);
}
