/* SPDX-License-Identifier: MIT */
/* What may stay is a short list of public words, and only where such a word can be structure. */
#include "observe/redact-text.h"

#include "mail/header-vocabulary.h"
#include "observe/redact-words.h"
#include "protocol/registry.h"

typedef struct {
  uint8_t *at;
  size_t length;
} Span;

static Span span_slice(Span span, size_t start, size_t length)
{
  if (start >= span.length) return (Span){span.at + span.length, 0};
  return (Span){span.at + start, MIN(length, span.length - start)};
}

static Span span_skip(Span span, size_t start)
{
  return span_slice(span, start, SIZE_MAX);
}

static Bytes view_of(Span span)
{
  return (Bytes){span.at, span.length};
}

void redact_all(uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (bytes[i] != '\r' && bytes[i] != '\n') bytes[i] = REDACTED;
}

static void fill(Span span)
{
  redact_all(span.at, span.length);
}

static bool is_number(Bytes word)
{
  for (size_t i = 0; i < word.length; i++)
    if (!g_ascii_isdigit(word.data[i])) return false;
  return word.length > 0;
}

/* What of a run of text may stay beside punctuation and blanks. */
enum {
  KEEP_NOTHING = 0,
  KEEP_NUMBERS = 1 << 0,
  KEEP_WORDS = 1 << 1,
};

static void mask(Span span, unsigned keep)
{
  for (size_t i = 0; i < span.length;) {
    size_t length = 0;
    while (i + length < span.length && g_ascii_isalnum(span.at[i + length]))
      length++;
    Span word = span_slice(span, i, length);
    bool stays = length > 0 && (((keep & KEEP_NUMBERS) != 0 && is_number(view_of(word))) ||
                                ((keep & KEEP_WORDS) != 0 && redact_is_public(view_of(word))));
    if (length > 0 && !stays) fill(word);
    i += length;
    if (length > 0) continue;
    bool blank = span.at[i] == '\r' || span.at[i] == '\n' || span.at[i] == '\t';
    if (span.at[i] >= 0x7f || (span.at[i] < ' ' && !blank)) span.at[i] = REDACTED;
    i++;
  }
}

static size_t word_length(Span span)
{
  size_t length = 0;
  while (length < span.length && span.at[length] > ' ')
    length++;
  return length;
}

/* Cuts the next line, its end included, off the front. */
static Span cut_line(Span *rest)
{
  ptrdiff_t lf = bytes_find(view_of(*rest), '\n');
  Span line = span_slice(*rest, 0, lf < 0 ? rest->length : (size_t)lf + 1);
  *rest = span_skip(*rest, line.length);
  return line;
}

static bool is_word(const char *word, const char *const *list)
{
  for (; *list != NULL; list++)
    if (strcmp(word, *list) == 0) return true;
  return false;
}

/* "FROM:<xxxxx@xxx> SIZE=100": what follows the path is keywords and numbers. */
static void redact_path(Span argument)
{
  ptrdiff_t colon = bytes_find(view_of(argument), ':'), close = bytes_find(view_of(argument), '>');
  size_t start = colon < 0 ? 0 : (size_t)colon + 1, end = close < 0 ? argument.length : (size_t)close + 1;
  mask(span_slice(argument, 0, start), KEEP_WORDS);
  if (end > start) mask(span_slice(argument, start, end - start), KEEP_NOTHING);
  for (Span rest = span_skip(argument, MAX(start, end)); rest.length > 0;) {
    size_t blanks = rest.at[0] <= ' ' ? 1 : 0;
    Span parameter = span_slice(rest, blanks, word_length(span_skip(rest, blanks)));
    Bytes view = view_of(parameter);
    bool free_text = bytes_starts_ignore_case(view, "ORCPT") || bytes_starts_ignore_case(view, "ENVID") ||
                     bytes_starts_ignore_case(view, "AUTH");
    ptrdiff_t equals = bytes_find(view, '=');
    size_t name = free_text && equals >= 0 ? (size_t)equals : parameter.length;
    mask(span_slice(parameter, 0, name), KEEP_WORDS | KEEP_NUMBERS);
    mask(span_skip(parameter, name), KEEP_NOTHING);
    rest = span_skip(rest, blanks + MAX(parameter.length, (size_t)1 - blanks));
  }
}

/* The mechanism, if it is a known one; the rest is the log-in itself. */
static void redact_login(Span argument)
{
  size_t length = word_length(argument);
  mask(span_slice(argument, 0, length), KEEP_WORDS | KEEP_NUMBERS);
  bool blank = length < argument.length && argument.at[length] == ' ';
  fill(span_skip(argument, length + blank));
}

static void redact_argument(const char *word, Span argument)
{
  static const char *const paths[] = {"MAIL", "RCPT", "SEND", "SOML", "SAML", NULL};
  static const char *const logins[] = {"AUTH", "AUTHENTICATE", NULL};
  static const char *const numbers[] = {"BDAT", "LIST", "RETR", "DELE", "TOP", "UIDL", "READ", NULL};
  if (is_word(word, paths))
    redact_path(argument);
  else if (is_word(word, logins))
    redact_login(argument);
  else
    mask(argument, is_word(word, numbers) ? KEEP_NUMBERS | KEEP_WORDS : KEEP_NOTHING);
}

static const char *word_of(const Row *row)
{
  const Vocabulary *words = registry_get_vocabulary((ProtocolId)row->protocol);
  uint16_t index = row->kind == LINE_COMMAND ? row->word : row->answered_word;
  return words != NULL && index < words->word_count ? words->words[index].word : "";
}

static void redact_command(const Row *row, Span line)
{
  const char *word = word_of(row);
  size_t verb = word_length(line);
  bool known = word[0] != '\0' && (row->flags & LINE_SASL_RESPONSE) == 0;
  if (!known || !bytes_equal_ignore_case(view_of(span_slice(line, 0, verb)), word)) {
    fill(line);
    return;
  }
  size_t blanks = verb;
  while (blanks < line.length && (line.at[blanks] == ' ' || line.at[blanks] == '\t'))
    blanks++;
  redact_argument(word, span_skip(line, blanks));
}

/* "250-2.1.5 …": code, separator and enhanced code stay. */
static size_t smtp_head(Span line)
{
  size_t head = MIN(line.length, (size_t)4), at = head;
  unsigned dots = 0;
  while (at < line.length && (g_ascii_isdigit(line.at[at]) || line.at[at] == '.'))
    dots += line.at[at++] == '.';
  return dots == 2 ? at : head;
}

static void redact_smtp_reply(const Row *row, Span all)
{
  const char *word = word_of(row);
  bool offers = strcmp(word, "EHLO") == 0 || strcmp(word, "LHLO") == 0;
  for (bool first = true; all.length > 0; first = false) {
    Span line = cut_line(&all);
    bool coded = line.length >= 3 && is_number((Bytes){line.at, 3});
    mask(span_skip(line, coded ? smtp_head(line) : 0),
         offers && !first ? KEEP_WORDS | KEEP_NUMBERS : KEEP_NOTHING);
  }
}

static void redact_pop_reply(const Row *row, Span all)
{
  static const char *const counted[] = {"STAT", "LIST", "RETR", "TOP", NULL};
  const char *word = word_of(row);
  unsigned keep = is_word(word, counted)      ? KEEP_NUMBERS
                  : strcmp(word, "CAPA") == 0 ? KEEP_WORDS
                                              : KEEP_NOTHING;
  Span first = cut_line(&all);
  bool pop2 = row->protocol == PROTOCOL_POP2;
  size_t status = pop2 ? MIN(first.length, (size_t)1) : word_length(first);
  if (!pop2 && status > 4) status = 0;
  bool counts = pop2 && first.length > 0 && (first.at[0] == '#' || first.at[0] == '=');
  size_t number = status;
  while (counts && number < first.length && g_ascii_isdigit(first.at[number]))
    number++;
  Span text = span_skip(first, number);
  ptrdiff_t close = text.length > 1 && text.at[1] == '[' ? bytes_find(view_of(text), ']') : -1;
  mask(span_slice(text, 0, (size_t)(close + 1)), KEEP_WORDS);
  mask(span_skip(text, (size_t)(close + 1)), keep | (keep != KEEP_NOTHING ? KEEP_WORDS : KEEP_NOTHING));
  mask(all, keep);
}

/* Returns the size that a literal's mark at the end of line announces, or -1. */
static int64_t literal_size(Span line)
{
  size_t end = bytes_chomp(view_of(line)).length;
  if (end == 0 || line.at[end - 1] != '}') return -1;
  size_t at = end - 1;
  if (at > 0 && (line.at[at - 1] == '+' || line.at[at - 1] == '-')) at--;
  int64_t size = 0, scale = 1;
  size_t digits = 0;
  for (; at > 0 && g_ascii_isdigit(line.at[at - 1]) && digits < 15; at--, digits++, scale *= 10)
    size += scale * (line.at[at - 1] - '0');
  return digits > 0 && at > 0 && line.at[at - 1] == '{' ? size : -1;
}

/* Outside quotes atoms and numbers may be structure; inside nothing is. */
static void mask_imap(Span line, unsigned keep)
{
  size_t start = 0;
  bool quoted = false;
  for (size_t i = 0; i <= line.length; i++) {
    bool quote = i < line.length && line.at[i] == '"' && !(quoted && i > 0 && line.at[i - 1] == '\\');
    if (i < line.length && !quote) continue;
    mask(span_slice(line, start, i - start), quoted ? KEEP_NOTHING : keep);
    start = i + 1;
    quoted = !quoted;
  }
}

/* Lines with literals between them. */
static void redact_imap_parts(Span all, unsigned keep)
{
  while (all.length > 0) {
    Span line = cut_line(&all);
    int64_t size = literal_size(line);
    size_t mark = line.length;
    while (size >= 0 && mark > 0 && line.at[mark - 1] != '{')
      mark--;
    mask_imap(span_slice(line, 0, size >= 0 ? mark : line.length), keep);
    if (size < 0) continue;
    Span literal = span_slice(all, 0, (size_t)size);
    if (keep == KEEP_NOTHING)
      fill(literal);
    else
      redact_message(literal.at, literal.length);
    all = span_skip(all, literal.length);
  }
}

static void redact_imap_command(const Row *row, Span line)
{
  static const char *const secret[] = {"LOGIN", "", NULL};
  const char *word = word_of(row);
  size_t tag = word_length(line);
  if (is_word(word, secret) || (row->flags & LINE_SASL_RESPONSE) != 0 || row->word == VOCABULARY_UNKNOWN ||
      row->secret == SECRET_ARGUMENT) {
    size_t verb =
        strcmp(word, "LOGIN") == 0 && row->secret == SECRET_SECOND_ARGUMENT ? tag + 1 + strlen("LOGIN ") : 0;
    redact_imap_parts(span_skip(line, MIN(verb, line.length)), KEEP_NOTHING);
    return;
  }
  if (strcmp(word, "DONE") == 0) return;
  size_t verb = tag;
  for (const char *c = word; verb < line.length && *c != '\0'; c++)
    verb++;
  Span rest = span_skip(line, MIN(verb + 1, line.length));
  if (strcmp(word, "AUTHENTICATE") == 0)
    redact_login(span_skip(rest, MIN(rest.length, (size_t)1)));
  else
    redact_imap_parts(rest, KEEP_WORDS | KEEP_NUMBERS);
}

static void redact_imap_reply(const Row *row, Span line)
{
  (void)row;
  size_t tag = word_length(line), code = tag;
  while (code < line.length && line.at[code] == ' ')
    code++;
  Span rest = span_skip(line, code);
  size_t word = word_length(rest);
  static const char *const statuses[] = {"OK", "NO", "BAD", "BYE", "PREAUTH", NULL};
  g_autofree char *status = g_ascii_strup((const char *)rest.at, (gssize)MIN(word, (size_t)10));
  bool text = is_word(status, statuses) || (tag > 0 && line.at[0] == '+');
  if (!text) {
    mask_imap(span_slice(rest, 0, word), KEEP_WORDS | KEEP_NUMBERS);
    redact_imap_parts(span_skip(rest, word), KEEP_WORDS | KEEP_NUMBERS);
    return;
  }
  Span words = line.at[0] == '+' ? span_skip(line, 1) : span_skip(rest, word);
  ptrdiff_t close = words.length > 1 && words.at[1] == '[' ? bytes_find(view_of(words), ']') : -1;
  mask(span_slice(words, 0, (size_t)(close + 1)), KEEP_WORDS | KEEP_NUMBERS);
  mask(span_skip(words, (size_t)(close + 1)), KEEP_NOTHING);
}

static void redact_web_head(const Row *row, Span all)
{
  Span first = cut_line(&all);
  size_t verb = word_length(first);
  Bytes version = bytes_chomp(view_of(first));
  size_t tail = row->kind == LINE_COMMAND && version.length > 8 ? 8 : 0;
  if (row->kind == LINE_REPLY) verb = MIN(first.length, strlen("HTTP/1.1 200"));
  bool known = row->kind == LINE_REPLY || row->word != VOCABULARY_UNKNOWN;
  mask(span_slice(first, known ? verb : 0, version.length - MIN(version.length, tail + (known ? verb : 0))),
       KEEP_NOTHING);
  while (all.length > 0) {
    Span line = cut_line(&all);
    ptrdiff_t colon = bytes_find(view_of(line), ':');
    size_t name = colon < 0 ? line.length : (size_t)colon + 1;
    Bytes view = view_of(line);
    bool framing = bytes_starts_ignore_case(view, "Content-") ||
                   bytes_starts_ignore_case(view, "Transfer-Encoding") ||
                   bytes_starts_ignore_case(view, "Connection") || bytes_starts_ignore_case(view, "Expect");
    bool length = bytes_starts_ignore_case(view, "Content-Length");
    mask(span_slice(line, 0, name), KEEP_WORDS);
    mask(span_skip(line, name), length ? KEEP_NUMBERS : framing ? KEEP_WORDS : KEEP_NOTHING);
  }
}

void redact_line(const RowEvent *event, uint8_t *bytes, size_t length)
{
  const Row *row = event->row;
  Span line = {bytes, length};
  bool command = row->kind == LINE_COMMAND;
  switch ((ProtocolId)row->protocol) {
  case PROTOCOL_SMTP:
    command ? redact_command(row, line) : redact_smtp_reply(row, line);
    break;
  case PROTOCOL_POP2:
  case PROTOCOL_POP3:
    command ? redact_command(row, line) : redact_pop_reply(row, line);
    break;
  case PROTOCOL_IMAP:
    command ? redact_imap_command(row, line) : redact_imap_reply(row, line);
    break;
  case PROTOCOL_HTTP:
    redact_web_head(row, line);
    break;
  default:
    fill(line);
  }
}

/* A header line of a message or of a part. Returns true where it says that a message follows. */
static bool redact_field(Span line)
{
  ptrdiff_t colon = bytes_find(view_of(line), ':');
  bool folded = line.length > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
  size_t name = colon < 0 || folded ? 0 : (size_t)colon;
  g_autofree char *text = g_strndup((const char *)line.at, name);
  const MailWord *word = name > 0 ? header_vocabulary_find(text) : NULL;
  bool exact = word != NULL && g_ascii_strcasecmp(word->name, text) == 0;
  bool nested = bytes_starts_ignore_case(view_of(line), "Content-Type: message/rfc822");
  if (!exact) mask(span_slice(line, 0, name), KEEP_WORDS);
  bool structure = bytes_starts_ignore_case(view_of(line), "Content-") || folded ||
                   bytes_starts_ignore_case(view_of(line), "MIME-Version");
  Span value = span_skip(line, name);
  mask_imap(value, structure && !folded ? KEEP_WORDS | KEEP_NUMBERS : folded ? KEEP_WORDS : KEEP_NOTHING);
  return nested;
}

void redact_message(uint8_t *bytes, size_t length)
{
  Span all = {bytes, length};
  bool in_headers = true, nested = false;
  while (all.length > 0) {
    Span line = cut_line(&all);
    bool boundary = line.length > 2 && line.at[0] == '-' && line.at[1] == '-';
    bool empty = bytes_chomp(view_of(line)).length == 0;
    if (boundary) {
      mask(line, KEEP_NOTHING);
      in_headers = true;
      nested = false;
    } else if (empty) {
      in_headers = in_headers && nested;
      nested = false;
    } else if (in_headers) {
      nested |= redact_field(line);
    } else {
      fill(span_skip(line, line.at[0] == '.' ? 1 : 0));
    }
  }
}

void redact_web_body(uint8_t *bytes, size_t length, bool chunked)
{
  Span all = {bytes, length};
  if (!chunked) fill(all);
  while (chunked && all.length > 0) {
    Span line = cut_line(&all);
    g_autofree char *text = g_strndup((const char *)line.at, MIN(line.length, (size_t)16));
    guint64 size = g_ascii_strtoull(text, NULL, 16);
    size_t digits = 0;
    while (digits < line.length && g_ascii_isxdigit(line.at[digits]))
      digits++;
    fill(span_skip(line, digits));
    fill(span_slice(all, 0, (size_t)MIN(size, (guint64)SIZE_MAX)));
    all = span_skip(all, (size_t)MIN(size, (guint64)SIZE_MAX));
  }
}

/* A handshake message's body: what it says of names. */
static void redact_handshake(uint8_t type, Span body)
{
  enum { CLIENT_HELLO = 1, CERTIFICATE = 11 };
  if (type == CERTIFICATE) redact_all(span_skip(body, 3).at, span_skip(body, 3).length);
  if (type != CLIENT_HELLO) return;
  /* the extension server_name (RFC 6066 §3): type 0, its length, a list with one host name */
  for (size_t at = 34; at + 9 < body.length; at++) {
    size_t whole = (size_t)body.at[at + 2] << 8 | body.at[at + 3],
           list = (size_t)body.at[at + 4] << 8 | body.at[at + 5];
    size_t name = (size_t)body.at[at + 7] << 8 | body.at[at + 8];
    bool fits = body.at[at] == 0 && body.at[at + 1] == 0 && body.at[at + 6] == 0 && whole == list + 2 &&
                list == name + 3;
    if (fits && name > 0 && at + 9 + name <= body.length) mask(span_slice(body, at + 9, name), KEEP_NOTHING);
  }
}

void redact_records(uint8_t *bytes, size_t length)
{
  enum { HEADER = 5, FIRST = 20, HANDSHAKE = 22, LAST = 23 };
  Span all = {bytes, length};
  while (all.length >= HEADER && all.at[0] >= FIRST && all.at[0] <= LAST && all.at[1] == 3) {
    Span content = span_slice(all, HEADER, (size_t)all.at[3] << 8 | all.at[4]);
    Span rest = content;
    while (all.at[0] == HANDSHAKE && rest.length >= 4 && rest.at[0] > 0 && rest.at[0] <= 24) {
      size_t size = (size_t)rest.at[1] << 16 | (size_t)rest.at[2] << 8 | rest.at[3];
      if (size > rest.length - 4) break;
      redact_handshake(rest.at[0], span_slice(rest, 4, size));
      rest = span_skip(rest, 4 + size);
    }
    /* sealed, or the beginning of something longer: nothing of it is needed */
    if (all.at[0] == LAST || rest.length > 0)
      redact_all(rest.at, all.at[0] == HANDSHAKE || all.at[0] == LAST ? rest.length : 0);
    all = span_skip(all, HEADER + content.length);
  }
  fill(all);
}
