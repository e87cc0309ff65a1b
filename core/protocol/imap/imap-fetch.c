/* SPDX-License-Identifier: MIT */
/* A reader of IMAP's lists: one that never goes deeper than LINE_ITEM_DEPTH, whatever the parentheses. */
#include "protocol/imap/imap-fetch.h"

#include "mail/header-text.h"
#include "protocol/imap/imap-syntax.h"

typedef struct {
  Bytes rest;
  LineItemWriter *writer;
  ByteBuffer value;    /* of the item in work */
  Bytes string;        /* the string just read */
  ByteBuffer unquoted; /* it, where it was quoted with backslashes */
  uint64_t cut_length; /* of a literal that the text holds only in part; 0 none */
} Reader;

static uint8_t peek(Reader *reader)
{
  while (reader->rest.length > 0 && reader->rest.data[0] == ' ')
    reader->rest = bytes_skip(reader->rest, 1);
  return reader->rest.length > 0 ? reader->rest.data[0] : 0;
}

static bool take_byte(Reader *reader, uint8_t wanted)
{
  if (peek(reader) != wanted) return false;
  reader->rest = bytes_skip(reader->rest, 1);
  return true;
}

/* An atom; what stands in brackets belongs to it ("BODY[HEADER.FIELDS (FROM TO)]<0>"). */
static Bytes take_atom(Reader *reader)
{
  bool bracket = false;
  size_t length = 0;
  for (; length < reader->rest.length; length++) {
    uint8_t byte = reader->rest.data[length];
    if (byte == '[') bracket = true;
    if (byte == ']') bracket = false;
    if (byte == '\r' || byte == '\n' || (!bracket && (byte == ' ' || byte == '(' || byte == ')'))) break;
  }
  Bytes atom = bytes_slice(reader->rest, 0, length);
  reader->rest = bytes_skip(reader->rest, length);
  return atom;
}

/* A literal of which the text holds only the beginning: its length is known all the same. */
static bool take_cut_literal(Reader *reader)
{
  ImapLiteral literal;
  ptrdiff_t lf = bytes_find(reader->rest, '\n');
  Bytes line = bytes_slice(reader->rest, 0, lf < 0 ? reader->rest.length : (size_t)lf + 1);
  if (!imap_parse_literal(line, &literal)) return false;
  reader->string = bytes_skip(reader->rest, line.length);
  reader->cut_length = literal.size;
  reader->rest = BYTES_EMPTY;
  return true;
}

/* Reads a string, atom, number or NIL into reader->string. Returns false where none begins. */
static bool take_string(Reader *reader, bool *nil)
{
  reader->string = BYTES_EMPTY;
  uint8_t first = peek(reader);
  *nil = false;
  if (first == '~') reader->rest = bytes_skip(reader->rest, 1);
  if (first == '"' || first == '{' || first == '~')
    return imap_view_string(&reader->rest, &reader->unquoted, &reader->string) ||
           (first != '"' && take_cut_literal(reader));
  Bytes atom = take_atom(reader);
  *nil = bytes_equal_ignore_case(atom, "NIL");
  if (!*nil) reader->string = atom;
  return atom.length > 0;
}

/* Passes over one value, however deep. Returns false at the end of the text. */
static bool skip_value(Reader *reader)
{
  size_t depth = 0;
  bool nil;
  do {
    if (take_byte(reader, '('))
      depth++;
    else if (depth > 0 && take_byte(reader, ')'))
      depth--;
    else if (!take_string(reader, &nil))
      return false;
  } while (depth > 0);
  return true;
}

static void add(Reader *reader, unsigned depth, Bytes name, Bytes value)
{
  LineItem item = {.depth = depth, .name = name, .value = value};
  line_items_add(reader->writer, &item);
}

static void append_word(Reader *reader, Bytes word)
{
  if (word.length == 0) return;
  if (byte_buffer_view(&reader->value).length > 0) byte_buffer_append(&reader->value, BYTES_LITERAL(" "));
  byte_buffer_append(&reader->value, word);
}

/* Appends a string that may hold encoded words, decoded. */
static void append_decoded(ByteBuffer *out, Bytes text)
{
  g_autofree char *decoded = header_text_decode(text);
  byte_buffer_append(out, decoded != NULL ? bytes_from_string(decoded) : text);
}

/* Appends "name <mailbox@host>". Without a host the mailbox names a group that begins, or, empty, one that
 * ends (RFC 9051 §7.5.2). */
static void append_address(ByteBuffer *out, Bytes name, Bytes mailbox, Bytes host)
{
  Bytes before = byte_buffer_view(out);
  bool ends = host.length == 0 && mailbox.length == 0;
  bool in_group = before.length > 0 && before.data[before.length - 1] == ':';
  if (before.length > 0 && !ends)
    byte_buffer_append(out, in_group ? BYTES_LITERAL(" ") : BYTES_LITERAL(", "));
  append_decoded(out, name);
  if (name.length > 0) byte_buffer_append(out, BYTES_LITERAL(" <"));
  byte_buffer_append(out, mailbox);
  if (host.length > 0) byte_buffer_append(out, BYTES_LITERAL("@"));
  byte_buffer_append(out, host);
  if (name.length > 0) byte_buffer_append(out, BYTES_LITERAL(">"));
  if (host.length == 0) byte_buffer_append(out, ends ? BYTES_LITERAL(";") : BYTES_LITERAL(":"));
}

/* Reads "(name route mailbox host)". */
static bool take_address(Reader *reader)
{
  enum { NAME, ROUTE, MAILBOX, HOST, PARTS };
  ByteBuffer parts[PARTS] = {0};
  bool nil, whole = take_byte(reader, '(');
  for (int part = NAME; part < PARTS && whole; part++) {
    whole = take_string(reader, &nil);
    byte_buffer_append(&parts[part], reader->string);
  }
  if (whole)
    append_address(&reader->value, byte_buffer_view(&parts[NAME]), byte_buffer_view(&parts[MAILBOX]),
                   byte_buffer_view(&parts[HOST]));
  for (int part = NAME; part < PARTS; part++)
    byte_buffer_clear(&parts[part]);
  return whole && take_byte(reader, ')');
}

static bool take_envelope_field(Reader *reader)
{
  bool nil;
  byte_buffer_reset(&reader->value);
  if (!take_byte(reader, '(')) {
    if (!take_string(reader, &nil)) return false;
    append_decoded(&reader->value, reader->string);
    return true;
  }
  while (!take_byte(reader, ')'))
    if (!take_address(reader)) return false;
  return true;
}

/* RFC 9051 §7.5.2, "ENVELOPE": ten fields in this order. */
static bool take_envelope(Reader *reader)
{
  static const char *const fields[] = {"date", "subject", "from", "sender",      "reply-to",
                                       "to",   "cc",      "bcc",  "in-reply-to", "message-id"};
  if (!take_byte(reader, '(')) return skip_value(reader);
  for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
    if (!take_envelope_field(reader)) return false;
    Bytes value = byte_buffer_view(&reader->value);
    if (value.length > 0) add(reader, 1, bytes_from_string(fields[i]), value);
  }
  return take_byte(reader, ')');
}

/* Reads "(name value …)" or NIL and appends "name=value" for each. */
static bool take_parameters(Reader *reader)
{
  bool nil;
  if (!take_byte(reader, '(')) return take_string(reader, &nil);
  while (!take_byte(reader, ')')) {
    if (!take_string(reader, &nil)) return false;
    append_word(reader, reader->string);
    byte_buffer_append(&reader->value, BYTES_LITERAL("="));
    if (!take_string(reader, &nil)) return false;
    append_decoded(&reader->value, reader->string);
  }
  return true;
}

static bool append_lower(Reader *reader, ByteBuffer *out)
{
  bool nil, taken = take_string(reader, &nil);
  Bytes text = reader->string;
  for (size_t i = 0; i < text.length; i++) {
    uint8_t lower = (uint8_t)g_ascii_tolower((char)text.data[i]);
    byte_buffer_append(out, (Bytes){&lower, 1});
  }
  return taken;
}

/* What follows the fixed fields of a part: its disposition is of interest. */
static bool take_disposition(Reader *reader, bool text, bool letter)
{
  bool nil;
  if (letter && !(skip_value(reader) && skip_value(reader))) return false; /* its envelope and structure */
  if ((text || letter) && !skip_value(reader)) return false;               /* lines */
  if (peek(reader) == ')') return true;
  if (!skip_value(reader)) return false; /* MD5 */
  if (peek(reader) == ')' || !take_byte(reader, '(')) return true;
  if (!take_string(reader, &nil)) return false;
  append_word(reader, reader->string);
  return take_parameters(reader) && take_byte(reader, ')');
}

/* A part that holds no others, after its parenthesis: type, subtype, parameters, id, description, encoding,
 * size. */
static bool take_leaf(Reader *reader, unsigned depth)
{
  ByteBuffer type = {0};
  bool nil;
  byte_buffer_reset(&reader->value);
  bool whole = append_lower(reader, &type);
  byte_buffer_append(&type, BYTES_LITERAL("/"));
  whole = whole && append_lower(reader, &type) && take_parameters(reader) && skip_value(reader) &&
          skip_value(reader) && take_string(reader, &nil);
  if (whole) append_word(reader, reader->string);
  LineItem item = {.depth = depth, .name = byte_buffer_view(&type)};
  if (whole && take_string(reader, &nil)) {
    g_autofree char *digits = bytes_dup_string(reader->string);
    item.has_bytes = g_ascii_string_to_unsigned(digits, 10, 0, G_MAXUINT64, &item.bytes, NULL);
    bool text = bytes_starts_ignore_case(item.name, "text/");
    whole = take_disposition(reader, text, bytes_starts_ignore_case(item.name, "message/rfc822"));
  }
  item.value = byte_buffer_view(&reader->value);
  if (item.name.length > 1) line_items_add(reader->writer, &item);
  byte_buffer_clear(&type);
  return whole;
}

static bool take_structure(Reader *reader, unsigned depth);

/* The subtype stands behind the parts, and is wanted before them. */
static bool take_parts(Reader *reader, unsigned depth)
{
  Reader ahead = {.rest = reader->rest};
  ByteBuffer type = {0};
  byte_buffer_append(&type, BYTES_LITERAL("multipart/"));
  bool whole = true;
  while (whole && peek(&ahead) == '(')
    whole = skip_value(&ahead);
  if (whole) append_lower(&ahead, &type);
  add(reader, depth, byte_buffer_view(&type), BYTES_EMPTY);
  byte_buffer_clear(&type);
  byte_buffer_clear(&ahead.unquoted);
  while (whole && peek(reader) == '(')
    whole = take_structure(reader, depth + 1);
  return whole;
}

static bool take_structure(Reader *reader, unsigned depth)
{
  if (depth >= LINE_ITEM_DEPTH || peek(reader) != '(') return skip_value(reader);
  Reader start = *reader;
  take_byte(reader, '(');
  bool whole = peek(reader) == '(' ? take_parts(reader, depth) : take_leaf(reader, depth);
  if (!whole) return false;
  /* extensions that nobody asked for: on to the end of this part */
  Reader end = {.rest = start.rest};
  whole = skip_value(&end);
  reader->rest = end.rest;
  byte_buffer_clear(&end.unquoted);
  return whole;
}

/* A list of flags, or one string. */
static bool take_plain(Reader *reader)
{
  bool nil;
  byte_buffer_reset(&reader->value);
  if (!take_byte(reader, '(')) {
    bool taken = take_string(reader, &nil);
    append_word(reader, reader->string);
    return taken;
  }
  while (!take_byte(reader, ')')) {
    if (peek(reader) == '(' ? !skip_value(reader) : !take_string(reader, &nil)) return false;
    append_word(reader, reader->string);
  }
  return true;
}

/* A section of the message: how long it is. */
static bool take_section(Reader *reader, Bytes name)
{
  bool nil, taken = take_string(reader, &nil);
  if (!taken) return false;
  uint64_t length = reader->cut_length > 0 ? reader->cut_length : reader->string.length;
  LineItem item = {.name = name, .has_bytes = !nil, .bytes = length};
  line_items_add(reader->writer, &item);
  return true;
}

static bool is_section(Bytes name)
{
  static const char *const whole[] = {"RFC822", "RFC822.HEADER", "RFC822.TEXT"};
  for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
    if (bytes_equal_ignore_case(name, whole[i])) return true;
  return bytes_starts_ignore_case(name, "BODY[") || bytes_starts_ignore_case(name, "BINARY[");
}

static bool take_item(Reader *reader)
{
  peek(reader);
  Bytes name = take_atom(reader);
  if (name.length == 0) return false;
  if (is_section(name)) return take_section(reader, name);
  bool structure = bytes_equal_ignore_case(name, "BODYSTRUCTURE") || bytes_equal_ignore_case(name, "BODY");
  if (structure || bytes_equal_ignore_case(name, "ENVELOPE")) {
    add(reader, 0, name, BYTES_EMPTY);
    return structure ? take_structure(reader, 1) : take_envelope(reader);
  }
  if (!take_plain(reader)) return false;
  add(reader, 0, name, byte_buffer_view(&reader->value));
  return true;
}

void imap_fetch_append_items(LineItemWriter *writer, Bytes text)
{
  Reader reader = {.rest = text, .writer = writer};
  if (take_byte(&reader, '('))
    while (peek(&reader) != ')' && take_item(&reader)) {
    }
  byte_buffer_clear(&reader.value);
  byte_buffer_clear(&reader.unquoted);
}
