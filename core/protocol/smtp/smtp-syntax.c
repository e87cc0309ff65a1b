/* SPDX-License-Identifier: MIT */
/* SMTP's grammar: command lines, reply lines, paths and parameters. */
#include "protocol/smtp/smtp-syntax.h"

#include "base/decimal.h"
#include "protocol/sasl/sasl-observer.h"

static bool is_blank(uint8_t byte)
{
  return byte == ' ' || byte == '\t';
}

static Bytes trim(Bytes view)
{
  while (view.length > 0 && is_blank(view.data[0]))
    view = bytes_skip(view, 1);
  while (view.length > 0 && is_blank(view.data[view.length - 1]))
    view.length--;
  return view;
}

/* Returns the first word of view, up to a blank. */
static Bytes first_word(Bytes view)
{
  size_t length = 0;
  while (length < view.length && !is_blank(view.data[length]))
    length++;
  return bytes_slice(view, 0, length);
}

/* Only at a line's end: a blank or CR inside belongs to the argument. */
void smtp_parse_command(Bytes line, SmtpCommand *command)
{
  Bytes rest = trim(bytes_chomp(line));
  command->verb = first_word(rest);
  command->argument = trim(bytes_skip(rest, command->verb.length));
  command->word = vocabulary_find_word(&smtp_vocabulary, command->verb);
  if (command->word == SMTP_AUTH_RESPONSE) command->word = VOCABULARY_UNKNOWN;
}

/* Returns how many digits stand at position, at most limit. */
static size_t count_digits(Bytes view, size_t position, size_t limit)
{
  size_t count = 0;
  while (count < limit && position + count < view.length && g_ascii_isdigit(view.data[position + count]))
    count++;
  return count;
}

/* class "." subject "." detail, 1 to 3 digits each but the first (RFC 3463 §2), ended by a space or the end;
 * of the reply's own class. */
static Bytes parse_enhanced(Bytes text, uint8_t class)
{
  if (text.length < 5 || text.data[0] != class || text.data[1] != '.') return BYTES_EMPTY;
  size_t subject = count_digits(text, 2, 3);
  size_t dot = 2 + subject;
  if (subject == 0 || dot >= text.length || text.data[dot] != '.') return BYTES_EMPTY;
  size_t detail = count_digits(text, dot + 1, 3);
  size_t end = dot + 1 + detail;
  if (detail == 0 || (end < text.length && text.data[end] != ' ')) return BYTES_EMPTY;
  return bytes_slice(text, 0, end);
}

bool smtp_parse_reply_line(Bytes line, SmtpReplyLine *reply)
{
  *reply = (SmtpReplyLine){0};
  Bytes rest = bytes_chomp(line);
  if (count_digits(rest, 0, 3) < 3 || rest.data[0] < '2' || rest.data[0] > '5') return false;
  if (rest.length > 3 && rest.data[3] != ' ' && rest.data[3] != '-') return false;
  reply->digits = bytes_slice(rest, 0, 3);
  reply->code = (rest.data[0] - '0') * 100 + (rest.data[1] - '0') * 10 + (rest.data[2] - '0');
  reply->last = rest.length == 3 || rest.data[3] == ' ';
  reply->text = bytes_skip(rest, 4);
  reply->enhanced = parse_enhanced(reply->text, rest.data[0]);
  return true;
}

/* Returns the index of the ">" that closes a path, or -1: one inside a quoted local part does not count. */
static ptrdiff_t find_closing_bracket(Bytes view)
{
  bool quoted = false;
  for (size_t i = 0; i < view.length; i++) {
    uint8_t byte = view.data[i];
    if (quoted && byte == '\\')
      i++;
    else if (byte == '"')
      quoted = !quoted;
    else if (byte == '>' && !quoted)
      return (ptrdiff_t)i;
  }
  return -1;
}

/* "@one,@two:alice@alpha.example" names hosts on the way; only what follows the colon counts today. */
static Bytes without_route(Bytes path)
{
  if (path.length == 0 || path.data[0] != '@') return path;
  ptrdiff_t colon = bytes_find(path, ':');
  return colon < 0 ? path : bytes_skip(path, (size_t)colon + 1);
}

bool smtp_parse_path(Bytes argument, const char *keyword, SmtpPath *path)
{
  *path = (SmtpPath){0};
  if (!bytes_starts_ignore_case(argument, keyword)) return false;
  Bytes rest = bytes_skip(argument, strlen(keyword));
  if (rest.length == 0 || rest.data[0] != ':') return false;
  rest = bytes_skip(rest, 1);
  path->has_space = rest.length > 0 && is_blank(rest.data[0]);
  rest = trim(rest);
  path->has_brackets = rest.length > 0 && rest.data[0] == '<';
  if (!path->has_brackets) {
    path->address = first_word(rest);
    path->parameters = trim(bytes_skip(rest, path->address.length));
    return path->address.length > 0;
  }
  rest = bytes_skip(rest, 1);
  ptrdiff_t end = find_closing_bracket(rest);
  if (end < 0) return false;
  path->address = without_route(bytes_slice(rest, 0, (size_t)end));
  path->parameters = trim(bytes_skip(rest, (size_t)end + 1));
  return true;
}

bool smtp_next_parameter(Bytes *rest, Bytes *keyword, Bytes *value)
{
  Bytes left = trim(*rest);
  Bytes word = first_word(left);
  *rest = bytes_skip(left, word.length);
  ptrdiff_t equals = bytes_find(word, '=');
  *keyword = equals < 0 ? word : bytes_slice(word, 0, (size_t)equals);
  *value = equals < 0 ? BYTES_EMPTY : bytes_skip(word, (size_t)equals + 1);
  return word.length > 0;
}

Bytes smtp_find_parameter(Bytes parameters, const char *keyword, bool *found)
{
  Bytes name, value;
  while (smtp_next_parameter(&parameters, &name, &value)) {
    if (!bytes_equal_ignore_case(name, keyword)) continue;
    if (found != NULL) *found = true;
    return value;
  }
  if (found != NULL) *found = false;
  return BYTES_EMPTY;
}

bool smtp_parse_number(Bytes digits, uint64_t *number)
{
  *number = 0;
  for (size_t i = 0; i < digits.length; i++) {
    uint8_t digit = (uint8_t)(digits.data[i] - '0');
    if (digit > 9 || *number > (UINT64_MAX - digit) / 10) return false;
    *number = *number * 10 + digit;
  }
  return digits.length > 0;
}

bool smtp_parse_bdat(Bytes argument, uint64_t *size, bool *last)
{
  Bytes digits = first_word(argument);
  Bytes word = trim(bytes_skip(argument, digits.length));
  *last = bytes_equal_ignore_case(word, "LAST");
  return smtp_parse_number(digits, size) && (*last || word.length == 0);
}

bool smtp_burl_is_last(Bytes argument)
{
  Bytes url = first_word(argument);
  return bytes_equal_ignore_case(trim(bytes_skip(argument, url.length)), "LAST");
}

Bytes smtp_burl_secret(Bytes argument)
{
  static const char mark[] = ";URLAUTH=";
  Bytes url = argument;
  if (smtp_burl_is_last(argument)) url = trim(bytes_slice(argument, 0, argument.length - strlen("LAST")));
  for (size_t i = 0; i < url.length; i++)
    if (bytes_starts_ignore_case(bytes_skip(url, i), mark)) return bytes_skip(url, i + strlen(mark));
  return url;
}

bool smtp_is_misspelt_auth(const SmtpCommand *command)
{
  return command->word == VOCABULARY_UNKNOWN && bytes_starts_ignore_case(command->verb, "AUTH");
}

void smtp_parse_auth(Bytes argument, Bytes *mechanism, Bytes *initial)
{
  Bytes word = first_word(argument);
  if (sasl_mechanism_is_plausible(word)) {
    *mechanism = word;
    *initial = trim(bytes_skip(argument, word.length));
  } else {
    *mechanism = BYTES_EMPTY;
    *initial = argument;
  }
}

void smtp_append_reply(ByteBuffer *out, int code, const char *enhanced, const char *text)
{
  for (const char *line = text;;) {
    size_t length = strcspn(line, "\n");
    bool last = line[length] == '\0';
    uint8_t *head = byte_buffer_extend(out, 4);
    decimal_put_padded(head, (uint32_t)code, 3);
    head[3] = last ? ' ' : '-';
    if (enhanced != NULL && enhanced[0] != '\0') byte_buffer_append_texts(out, enhanced, " ", NULL);
    byte_buffer_append(out, (Bytes){(const uint8_t *)line, length});
    byte_buffer_append(out, BYTES_LITERAL("\r\n"));
    if (last) break;
    line += length + 1;
  }
}
