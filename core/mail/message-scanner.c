/* SPDX-License-Identifier: MIT */
/* The scanner is either in the header block of an entity or in a body. In a body it looks at line starts
 * only, and only while some multipart is open. */
#include "mail/message-scanner.h"

#include "base/byte-buffer.h"
#include "base/limits.h"
#include "mail/content-type.h"
#include "mail/header-text.h"

/* An entity whose body has begun and not ended; the outermost first. */
typedef struct {
  guint part;           /* its index in the record's parts */
  const char *boundary; /* of a multipart whose last boundary has not been seen; else NULL */
  size_t boundary_length;
  bool digest;
} OpenPart;

struct MessageScanner {
  MessageRecord *record;
  uint64_t position; /* bytes of the message so far */
  bool in_headers;
  bool at_line_start;    /* body: the next byte begins a line */
  bool ends_in_cr;       /* body: the last byte was CR */
  uint64_t line_start;   /* where the line in work began */
  uint64_t header_start; /* where the header block in work began */
  bool field_open, field_cut;
  bool first_line;                     /* of this header block */
  ByteBuffer line;                     /* the beginning of a line that spans feeds */
  ByteBuffer field;                    /* the header field in work, unfolded */
  size_t kept;                         /* bytes of header fields in the record */
  uint8_t line_end;                    /* length of the last line's end: 2 for CR LF, 1 for LF, 0 */
  char *type, *encoding, *disposition; /* of the entity whose headers are read */
  guint open_count, boundary_count;    /* entities, and those of them that wait for a boundary */
  OpenPart open[LIMIT_MIME_DEPTH];
};

static void begin_headers(MessageScanner *scanner)
{
  scanner->in_headers = scanner->first_line = true;
  scanner->header_start = scanner->position;
  g_clear_pointer(&scanner->type, g_free);
  g_clear_pointer(&scanner->encoding, g_free);
  g_clear_pointer(&scanner->disposition, g_free);
}

MessageScanner *message_scanner_new(MessageRecord *record)
{
  MessageScanner *scanner = g_new0(MessageScanner, 1);
  scanner->record = record;
  begin_headers(scanner);
  return scanner;
}

void message_scanner_free(MessageScanner *scanner)
{
  if (scanner == NULL) return;
  byte_buffer_clear(&scanner->line);
  byte_buffer_clear(&scanner->field);
  g_free(scanner->type);
  g_free(scanner->encoding);
  g_free(scanner->disposition);
  g_free(scanner);
}

/* Is the header block read the message's own, not a part's? */
static bool is_outermost(const MessageScanner *scanner)
{
  return scanner->open_count == 0;
}

static void keep_field(MessageScanner *scanner, Bytes name, Bytes body)
{
  MessageRecord *record = scanner->record;
  if (record->headers->len >= LIMIT_HEADERS || scanner->kept + body.length > LIMIT_HEADERS_BYTES) {
    record->truncated = true;
    return;
  }
  scanner->kept += name.length + body.length;
  MessageHeader header = {.name = message_record_add_text(record, name),
                          .raw = message_record_add_text(record, body)};
  g_autofree char *decoded = header_text_decode(body);
  header.value = decoded == NULL ? header.raw : message_record_add_text(record, bytes_from_string(decoded));
  g_array_append_val(record->headers, header);
}

static void remember(char **place, Bytes body)
{
  if (*place == NULL) *place = bytes_dup_string(body);
}

/* The field in work is complete. */
static void end_field(MessageScanner *scanner)
{
  if (!scanner->field_open) return;
  scanner->field_open = false;
  Bytes field = byte_buffer_view(&scanner->field);
  size_t colon = (size_t)bytes_find(field, ':');
  Bytes name = bytes_slice(field, 0, colon), body = bytes_skip(field, colon + 1);
  while (name.length > 0 && (name.data[name.length - 1] == ' ' || name.data[name.length - 1] == '\t'))
    name.length--;
  while (body.length > 0 && (body.data[0] == ' ' || body.data[0] == '\t'))
    body = bytes_skip(body, 1);
  if (is_outermost(scanner)) keep_field(scanner, name, body);
  if (bytes_equal_ignore_case(name, "Content-Type")) remember(&scanner->type, body);
  if (bytes_equal_ignore_case(name, "Content-Transfer-Encoding")) remember(&scanner->encoding, body);
  if (bytes_equal_ignore_case(name, "Content-Disposition")) remember(&scanner->disposition, body);
  byte_buffer_reset(&scanner->field);
}

static void append_to_field(MessageScanner *scanner, Bytes text)
{
  size_t room = LIMIT_HEADER_BYTES - MIN(LIMIT_HEADER_BYTES, byte_buffer_view(&scanner->field).length);
  if (text.length > room) scanner->record->truncated = true;
  byte_buffer_append(&scanner->field, bytes_slice(text, 0, room));
}

/* Returns true where line begins a header field: printable characters, no space inside, a colon (RFC 5322
 * §2.2; blanks before the colon are obsolete, §4.5). */
static bool begins_field(Bytes line)
{
  size_t at = 0;
  while (at < line.length && line.data[at] > ' ' && line.data[at] != ':' && line.data[at] != 0x7f)
    at++;
  bool named = at > 0;
  while (at < line.length && (line.data[at] == ' ' || line.data[at] == '\t'))
    at++;
  return named && at < line.length && line.data[at] == ':';
}

static bool is_message_type(const char *type)
{
  return strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/global") == 0;
}

static MessagePart describe_part(MessageScanner *scanner, ContentType *content)
{
  MessageRecord *record = scanner->record;
  bool in_digest = scanner->open_count > 0 && scanner->open[scanner->open_count - 1].digest;
  content_type_init(content, bytes_from_string(scanner->type != NULL ? scanner->type : ""));
  bool whole = content->type != NULL && strchr(content->type, '/') != NULL;
  const char *type = whole ? content->type : in_digest ? "message/rfc822" : "text/plain";
  g_autofree char *encoding =
      scanner->encoding != NULL ? content_type_token(bytes_from_string(scanner->encoding)) : NULL;
  ContentType disposition = {0};
  if (scanner->disposition != NULL) content_type_init(&disposition, bytes_from_string(scanner->disposition));
  g_autofree char *name =
      content_type_safe_name(disposition.filename != NULL ? disposition.filename : content->name);
  content_type_clear(&disposition);
  MessagePart part = {
      .type = message_record_add_text(record, bytes_from_string(type)),
      .encoding = message_record_add_text(record, bytes_from_string(encoding != NULL ? encoding : "7bit")),
      .offset = scanner->position,
      .header = scanner->header_start,
      .depth = (uint8_t)scanner->open_count};
  if (content->charset != NULL && content->charset[0] != '\0')
    part.charset = message_record_add_text(record, bytes_from_string(content->charset));
  if (name != NULL) part.name = message_record_add_text(record, bytes_from_string(name));
  return part;
}

/* The header block is over: its entity becomes a part, and the body begins. */
static void end_headers(MessageScanner *scanner)
{
  MessageRecord *record = scanner->record;
  end_field(scanner);
  scanner->in_headers = false;
  scanner->at_line_start = true;
  scanner->line_end = 0;
  if (record->parts->len >= LIMIT_MIME_PARTS || scanner->open_count == LIMIT_MIME_DEPTH) {
    record->truncated = true;
    record->too_deep |= scanner->open_count == LIMIT_MIME_DEPTH;
    return;
  }
  ContentType content;
  MessagePart part = describe_part(scanner, &content);
  OpenPart open = {.part = record->parts->len};
  g_array_append_val(record->parts, part);
  size_t length = content.boundary != NULL ? strlen(content.boundary) : 0;
  if (g_str_has_prefix(part.type, "multipart/") && length > 0 && length <= LIMIT_BOUNDARY_BYTES) {
    open.boundary = message_record_add_text(record, bytes_from_string(content.boundary));
    open.boundary_length = strlen(open.boundary);
    open.digest = strcmp(part.type, "multipart/digest") == 0;
    scanner->boundary_count++;
  }
  content_type_clear(&content);
  scanner->open[scanner->open_count++] = open;
  if (is_message_type(part.type) && scanner->open_count < LIMIT_MIME_DEPTH) begin_headers(scanner);
}

/* The entities from level on end where the body before a boundary ends. */
static void close_parts(MessageScanner *scanner, guint level, uint64_t end)
{
  if (scanner->in_headers) {
    scanner->position = end;
    end_headers(scanner);
    scanner->in_headers = false;
  }
  while (scanner->open_count > level) {
    OpenPart *open = &scanner->open[--scanner->open_count];
    if (open->boundary != NULL) scanner->boundary_count--;
    MessagePart *part = &g_array_index(scanner->record->parts, MessagePart, open->part);
    part->bytes = end > part->offset ? end - part->offset : 0;
  }
}

/* Returns the level of the open multipart that the line delimits, or -1; *last for its closing form (RFC 2046
 * §5.1.1). */
static int find_delimiter(const MessageScanner *scanner, Bytes line, bool *last)
{
  if (line.length < 3 || line.data[0] != '-' || line.data[1] != '-') return -1;
  Bytes rest = bytes_skip(line, 2);
  while (rest.length > 0 && (rest.data[rest.length - 1] == ' ' || rest.data[rest.length - 1] == '\t'))
    rest.length--;
  for (guint level = scanner->open_count; level-- > 0;) {
    const OpenPart *open = &scanner->open[level];
    size_t length = open->boundary_length;
    if (open->boundary == NULL || (rest.length != length && rest.length != length + 2)) continue;
    if (memcmp(rest.data, open->boundary, length) != 0) continue;
    *last = rest.length == length + 2;
    if (*last && (rest.data[length] != '-' || rest.data[length + 1] != '-')) continue;
    return (int)level;
  }
  return -1;
}

/* line, whose first byte lies at start, may delimit parts. Returns true where it did. */
static bool take_delimiter(MessageScanner *scanner, Bytes line, uint64_t start)
{
  bool last = false;
  int level = find_delimiter(scanner, line, &last);
  if (level < 0) return false;
  uint64_t here = scanner->position;
  close_parts(scanner, (guint)level + 1, start - MIN(start, scanner->line_end));
  scanner->position = here;
  scanner->at_line_start = true;
  scanner->line_end = 0;
  if (!last) {
    begin_headers(scanner);
    return true;
  }
  scanner->open[level].boundary = NULL;
  scanner->boundary_count--;
  return true;
}

/* A line of a header block, its end cut off; start is where it begins in the message. */
static void header_line(MessageScanner *scanner, Bytes line, uint64_t start)
{
  bool first = scanner->first_line;
  scanner->first_line = false;
  if (scanner->open_count > 0 && take_delimiter(scanner, line, start)) return;
  if (line.length == 0) {
    end_headers(scanner);
  } else if ((line.data[0] == ' ' || line.data[0] == '\t') && scanner->field_open) {
    append_to_field(scanner, line);
  } else if (begins_field(line)) {
    end_field(scanner);
    scanner->field_open = true;
    append_to_field(scanner, line);
  } else if (!first || !bytes_starts_ignore_case(line, "From ")) {
    /* no header and no blank line: the body has begun */
    uint64_t here = scanner->position;
    scanner->position = start;
    end_headers(scanner);
    scanner->position = here;
  }
}

/* Takes the next line, its end included, off the front of *bytes; *line gets the first limit bytes of it.
 * Returns false where the line goes on in the next feed: then those bytes are held. */
static bool next_line(MessageScanner *scanner, Bytes *bytes, size_t limit, Bytes *line)
{
  ptrdiff_t lf = bytes_find(*bytes, '\n');
  size_t length = lf < 0 ? bytes->length : (size_t)lf + 1;
  Bytes cut = bytes_slice(*bytes, 0, length), held = byte_buffer_view(&scanner->line);
  *bytes = bytes_skip(*bytes, length);
  if (held.length == 0) scanner->line_start = scanner->position;
  scanner->position += length;
  bool before_lf = length > 1 ? cut.data[length - 2] == '\r' : scanner->ends_in_cr;
  scanner->ends_in_cr = lf < 0 ? cut.data[length - 1] == '\r' : before_lf;
  if (lf >= 0 && held.length == 0) {
    *line = bytes_slice(cut, 0, limit);
    return true;
  }
  byte_buffer_append(&scanner->line, bytes_slice(cut, 0, limit - MIN(limit, held.length)));
  *line = byte_buffer_view(&scanner->line);
  return lf >= 0;
}

static void feed_headers(MessageScanner *scanner, Bytes *bytes)
{
  Bytes line;
  if (!next_line(scanner, bytes, LIMIT_HEADER_BYTES + 2, &line)) return;
  header_line(scanner, bytes_chomp(line), scanner->line_start);
  byte_buffer_reset(&scanner->line);
}

/* Passes over whole lines that begin with no dash, and the beginning of the last. Returns true where a line
 * begins with one, or may. */
static bool skip_lines(MessageScanner *scanner, Bytes *bytes)
{
  const uint8_t *start = bytes->data, *at = start, *end = start + bytes->length;
  bool dash = false;
  while (at < end) {
    if (scanner->at_line_start && *at == '-') {
      dash = true;
      break;
    }
    const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
    scanner->at_line_start = lf != NULL;
    if (lf == NULL) {
      at = end;
      scanner->ends_in_cr = end[-1] == '\r';
      break;
    }
    bool with_cr = lf > start ? lf[-1] == '\r' : scanner->ends_in_cr;
    scanner->line_end = with_cr ? 2 : 1;
    at = lf + 1;
  }
  scanner->position += (size_t)(at - start);
  *bytes = bytes_skip(*bytes, (size_t)(at - start));
  return dash;
}

static void feed_body(MessageScanner *scanner, Bytes *bytes)
{
  if (scanner->boundary_count == 0) {
    scanner->position += bytes->length;
    *bytes = BYTES_EMPTY;
    return;
  }
  bool held = byte_buffer_view(&scanner->line).length > 0;
  if (!held && !skip_lines(scanner, bytes)) return;
  Bytes line;
  size_t room = LIMIT_BOUNDARY_BYTES + 16;
  if (!next_line(scanner, bytes, room, &line)) {
    if (line.length < room) return;
    byte_buffer_reset(&scanner->line); /* too long to be a delimiter */
    scanner->at_line_start = false;
    return;
  }
  scanner->at_line_start = true;
  bool fits = scanner->position - scanner->line_start <= room;
  if (!fits || !take_delimiter(scanner, bytes_chomp(line), scanner->line_start))
    scanner->line_end = scanner->ends_in_cr ? 2 : 1;
  byte_buffer_reset(&scanner->line);
}

void message_scanner_feed(MessageScanner *scanner, Bytes bytes)
{
  while (bytes.length > 0) {
    if (scanner->in_headers)
      feed_headers(scanner, &bytes);
    else
      feed_body(scanner, &bytes);
  }
}

void message_scanner_gap(MessageScanner *scanner, uint64_t length)
{
  scanner->record->truncated = true;
  byte_buffer_reset(&scanner->line);
  scanner->position += length;
  /* what follows is the end of some line, and hardly a header's */
  if (scanner->in_headers) end_headers(scanner);
  scanner->in_headers = scanner->at_line_start = false;
}

void message_scanner_finish(MessageScanner *scanner)
{
  Bytes line = byte_buffer_view(&scanner->line);
  if (scanner->in_headers && line.length > 0)
    header_line(scanner, bytes_chomp(line), scanner->line_start);
  else if (line.length > 0)
    take_delimiter(scanner, bytes_chomp(line), scanner->line_start);
  uint64_t end = scanner->position;
  if (scanner->in_headers) end_headers(scanner);
  close_parts(scanner, 0, end);
  scanner->record->bytes = end;
  message_record_index(scanner->record);
}
