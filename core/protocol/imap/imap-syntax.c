/* SPDX-License-Identifier: MIT */
/* IMAP's literals, strings, commands and responses. */
#include "protocol/imap/imap-syntax.h"

#include "protocol/sasl/sasl-observer.h"

bool imap_parse_literal(Bytes line, ImapLiteral *literal)
{
  line = bytes_chomp(line);
  size_t at = line.length;
  *literal = (ImapLiteral){.waits = true};
  if (at == 0 || line.data[--at] != '}') return false;
  if (at > 0 && line.data[at - 1] == '+') {
    literal->waits = false;
    at--;
  }
  size_t end = at;
  while (at > 0 && g_ascii_isdigit(line.data[at - 1]))
    at--;
  if (at == end || at == 0 || line.data[at - 1] != '{') return false;
  for (size_t i = at; i < end; i++) {
    uint64_t digit = (uint64_t)(line.data[i] - '0');
    if (literal->size > (UINT64_MAX - digit) / 10) return false;
    literal->size = literal->size * 10 + digit;
  }
  at--;
  if (at > 0 && line.data[at - 1] == '~') at--;
  literal->mark_length = line.length - at;
  return true;
}

/* A tab is no blank in IMAP, but whoever types one means it so; and what follows may be a password. */
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

static bool bytes_ends(Bytes text, const char *end)
{
  size_t length = strlen(end);
  return text.length >= length && bytes_equal_ignore_case(bytes_skip(text, text.length - length), end);
}

/* Cuts "BODY[…]" or "BODY[…]<0>" off the end of text. Returns false where there is none, or its part begins
 * further on. */
static bool cut_section(Bytes *text, Bytes *section, bool *partial)
{
  *partial = bytes_ends(*text, "<0>");
  if (*partial) text->length -= 3;
  if (!bytes_ends(*text, "]")) return false;
  text->length--;
  size_t open = text->length;
  while (open > 0 && text->data[open - 1] != '[')
    open--;
  if (open == 0) return false;
  *section = bytes_skip(*text, open);
  text->length = open - 1;
  return true;
}

ImapLiteralItem imap_literal_item(Bytes tail)
{
  ImapLiteral literal;
  if (!imap_parse_literal(tail, &literal)) return IMAP_LITERAL_OTHER;
  Bytes text = bytes_chomp(tail), section;
  bool partial = false;
  text.length -= literal.mark_length;
  while (text.length > 0 && text.data[text.length - 1] == ' ')
    text.length--;
  if (!cut_section(&text, &section, &partial)) {
    if (bytes_ends(text, "RFC822")) return IMAP_LITERAL_MESSAGE;
    return bytes_ends(text, "RFC822.HEADER") ? IMAP_LITERAL_BEGINNING : IMAP_LITERAL_OTHER;
  }
  if (!bytes_ends(text, "BODY")) return IMAP_LITERAL_OTHER;
  if (section.length == 0) return partial ? IMAP_LITERAL_BEGINNING : IMAP_LITERAL_MESSAGE;
  return bytes_starts_ignore_case(section, "HEADER") ? IMAP_LITERAL_BEGINNING : IMAP_LITERAL_OTHER;
}

Bytes imap_next_word(Bytes *rest)
{
  size_t end = 0;
  while (end < rest->length && !is_blank(rest->data[end]) && rest->data[end] != '\r' &&
         rest->data[end] != '\n')
    end++;
  Bytes word = bytes_slice(*rest, 0, end);
  *rest = bytes_skip(*rest, end < rest->length && is_blank(rest->data[end]) ? end + 1 : end);
  return word;
}

/* rest begins with a quote. */
static bool view_quoted(Bytes *rest, ByteBuffer *unquoted, Bytes *value)
{
  size_t at = 1;
  bool pairs = false;
  for (; at < rest->length && rest->data[at] != '"' && rest->data[at] != '\n'; at++) {
    bool pair = rest->data[at] == '\\' && at + 1 < rest->length;
    pairs |= pair;
    at += pair;
    if (rest->data[at] == '\n') break;
  }
  if (at >= rest->length || rest->data[at] != '"') return false;
  *value = bytes_slice(*rest, 1, at - 1);
  *rest = bytes_skip(*rest, at + 1);
  if (!pairs) return true;
  byte_buffer_reset(unquoted);
  for (size_t i = 0; i < value->length; i++) {
    i += value->data[i] == '\\';
    byte_buffer_append(unquoted, bytes_slice(*value, i, 1));
  }
  *value = byte_buffer_view(unquoted);
  return true;
}

/* rest begins with a brace; a line that ends in {n} is followed by n bytes. */
static bool view_literal(Bytes *rest, Bytes *value)
{
  ImapLiteral literal;
  ptrdiff_t lf = bytes_find(*rest, '\n');
  if (lf < 0) return false;
  Bytes mark = bytes_slice(*rest, 0, (size_t)lf + 1);
  if (!imap_parse_literal(mark, &literal) || literal.mark_length != bytes_chomp(mark).length) return false;
  if (literal.size > rest->length - mark.length) return false;
  *value = bytes_slice(*rest, mark.length, (size_t)literal.size);
  *rest = bytes_skip(*rest, mark.length + (size_t)literal.size);
  return true;
}

bool imap_view_string(Bytes *rest, ByteBuffer *unquoted, Bytes *value)
{
  *rest = skip_blanks(*rest);
  *value = BYTES_EMPTY;
  if (rest->length == 0) return false;
  if (rest->data[0] == '"') return view_quoted(rest, unquoted, value);
  if (rest->data[0] == '{') return view_literal(rest, value);
  Bytes left = *rest;
  Bytes word = imap_next_word(&left);
  /* no atom holds a quote: a string begins there, its blank forgotten */
  ptrdiff_t quote = bytes_find(word, '"');
  if (quote >= 0) word = bytes_slice(word, 0, (size_t)quote);
  *value = word;
  *rest = bytes_skip(*rest, word.length);
  return word.length > 0;
}

bool imap_next_string(Bytes *rest, ByteBuffer *value)
{
  ByteBuffer unquoted = {0};
  Bytes view;
  bool found = imap_view_string(rest, &unquoted, &view);
  if (found && value != NULL) byte_buffer_append(value, view);
  byte_buffer_clear(&unquoted);
  return found;
}

void imap_parse_command(Bytes raw, ImapCommand *command)
{
  Bytes rest = bytes_chomp(raw);
  *command = (ImapCommand){.word = VOCABULARY_UNKNOWN};
  if (bytes_equal_ignore_case(rest, "DONE")) {
    command->verb = rest;
    command->word = IMAP_DONE;
    return;
  }
  rest = skip_blanks(rest);
  command->tag = imap_next_word(&rest);
  Bytes from_verb = rest = skip_blanks(rest);
  command->verb = imap_next_word(&rest);
  if (bytes_equal_ignore_case(command->verb, "UID")) {
    Bytes second = imap_next_word(&rest);
    if (second.length > 0)
      command->verb = bytes_slice(from_verb, 0, command->verb.length + 1 + second.length);
  }
  command->argument = skip_blanks(rest);
  command->word = vocabulary_find_word(&imap_vocabulary, command->verb);
  if (command->word == IMAP_DONE || command->word == IMAP_AUTH_RESPONSE) command->word = VOCABULARY_UNKNOWN;
}

static bool is_number(Bytes view)
{
  for (size_t i = 0; i < view.length; i++)
    if (!g_ascii_isdigit(view.data[i])) return false;
  return view.length > 0;
}

static bool is_status(Bytes code, ImapResponseType type)
{
  static const struct {
    const char *word;
    bool tagged;
  } rows[] = {{"OK", true}, {"NO", true}, {"BAD", true}, {"BYE", false}, {"PREAUTH", false}};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    if ((rows[i].tagged || type == IMAP_UNTAGGED) && bytes_equal_ignore_case(code, rows[i].word)) return true;
  return false;
}

void imap_parse_response(Bytes raw, ImapResponse *response)
{
  Bytes rest = bytes_chomp(raw);
  *response = (ImapResponse){0};
  response->tag = imap_next_word(&rest);
  if (response->tag.length == 0) return;
  if (bytes_equal(response->tag, BYTES_LITERAL("+"))) {
    response->type = IMAP_CONTINUATION;
    response->code = response->tag;
    response->text = rest;
    return;
  }
  bool untagged = bytes_equal(response->tag, BYTES_LITERAL("*"));
  response->code = imap_next_word(&rest);
  if (untagged && is_number(response->code)) {
    response->number = response->code;
    response->code = imap_next_word(&rest);
  }
  response->text = rest;
  ImapResponseType type = untagged ? IMAP_UNTAGGED : IMAP_TAGGED;
  response->status = response->number.length == 0 && is_status(response->code, type);
  if (response->code.length > 0 && (untagged || response->status)) response->type = type;
}

size_t imap_find_secret(Bytes argument, SecretKind secret)
{
  Bytes rest = argument;
  Bytes first;
  switch (secret) {
  case SECRET_NONE:
    return argument.length;
  case SECRET_SECOND_ARGUMENT:
    /* a first string that does not end may run into the password */
    if (!imap_next_string(&rest, NULL)) return argument.length - rest.length;
    break;
  case SECRET_AFTER_MECHANISM:
    first = imap_next_word(&rest);
    if (!sasl_mechanism_is_plausible(first)) return 0;
    break;
  default:
    return 0;
  }
  return argument.length - skip_blanks(rest).length;
}

void imap_find_capability(const ImapResponse *response, const char *name, bool *listed)
{
  Bytes text = response->text;
  if (response->status) {
    if (!bytes_starts_ignore_case(text, "[CAPABILITY ")) return;
    ptrdiff_t end = bytes_find(text, ']');
    text = bytes_skip(bytes_slice(text, 0, end < 0 ? text.length : (size_t)end), strlen("[CAPABILITY "));
  } else if (!bytes_equal_ignore_case(response->code, "CAPABILITY")) {
    return;
  }
  *listed = false;
  for (size_t before = SIZE_MAX; text.length > 0 && text.length < before;) {
    before = text.length; /* a line end inside: no more words */
    *listed |= bytes_equal_ignore_case(imap_next_word(&text), name);
  }
}
