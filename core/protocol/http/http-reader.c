/* SPDX-License-Identifier: MIT */
/* Messages out of bytes, strictly. */
#include "protocol/http/http-reader.h"

#include "base/limits.h"

/* Where a field lies in the head's buffer, which moves as it grows. */
typedef struct {
  size_t start, name_length, value_length;
} FieldPlace;

Bytes http_message_get(const HttpMessage *message, const char *name)
{
  for (guint i = 0; i < message->field_count; i++)
    if (bytes_equal_ignore_case(message->fields[i].name, name)) return message->fields[i].value;
  return BYTES_EMPTY;
}

static bool is_blank(uint8_t c)
{
  return c == ' ' || c == '\t';
}

static Bytes trim(Bytes text)
{
  while (text.length > 0 && is_blank(text.data[0]))
    text = bytes_skip(text, 1);
  while (text.length > 0 && is_blank(text.data[text.length - 1]))
    text.length--;
  return text;
}

bool http_message_has_token(const HttpMessage *message, const char *name, const char *token)
{
  for (guint i = 0; i < message->field_count; i++) {
    if (!bytes_equal_ignore_case(message->fields[i].name, name)) continue;
    for (Bytes rest = message->fields[i].value; rest.length > 0;) {
      ptrdiff_t comma = bytes_find(rest, ',');
      Bytes item = bytes_slice(rest, 0, comma < 0 ? rest.length : (size_t)comma);
      if (bytes_equal_ignore_case(trim(item), token)) return true;
      rest = comma < 0 ? BYTES_EMPTY : bytes_skip(rest, (size_t)comma + 1);
    }
  }
  return false;
}

bool http_message_persists(const HttpMessage *message)
{
  if (http_message_has_token(message, "Connection", "close")) return false;
  return !message->old || http_message_has_token(message, "Connection", "keep-alive");
}

void http_reader_begin(HttpReader *reader, uint16_t answered)
{
  reader->answered = answered;
  reader->state = HTTP_READER_START;
  reader->message = (HttpMessage){.word = VOCABULARY_UNKNOWN};
  reader->framing = (HttpFraming){0};
  reader->lengths = reader->codings = reader->hosts = 0;
  reader->head_bytes = 0;
  reader->left = reader->waste = 0;
  reader->fault = 0;
  reader->asked = false;
  byte_buffer_reset(&reader->head);
  byte_buffer_reset(&reader->body);
  if (reader->fields == NULL) reader->fields = g_array_new(FALSE, FALSE, sizeof(HttpField));
  if (reader->places == NULL) reader->places = g_array_new(FALSE, FALSE, sizeof(FieldPlace));
  g_array_set_size(reader->fields, 0);
  g_array_set_size(reader->places, 0);
}

void http_reader_clear(HttpReader *reader)
{
  byte_buffer_clear(&reader->head);
  byte_buffer_clear(&reader->body);
  if (reader->fields != NULL) g_array_unref(reader->fields);
  if (reader->places != NULL) g_array_unref(reader->places);
  *reader = (HttpReader){0};
}

static bool fail(HttpReader *reader, int code)
{
  reader->fault = code;
  return false;
}

/* Cuts the next line; false: there is none yet, or it is a fault. */
static bool next_line(HttpReader *reader, LineInput *input, size_t limit, int too_long, Bytes *line)
{
  LineInputResult result = line_input_next(input, line);
  if (result == LINE_INPUT_NONE) {
    if (input->skipping || byte_buffer_view(&input->bytes).length > limit) fail(reader, too_long);
    return false;
  }
  if (result == LINE_INPUT_TOO_LONG || line->length > limit) return fail(reader, too_long);
  return true;
}

static bool is_text(Bytes text)
{
  for (size_t i = 0; i < text.length; i++)
    if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 127) return false;
  return true;
}

static bool is_token(Bytes text)
{
  for (size_t i = 0; i < text.length; i++)
    if (!g_ascii_isalnum(text.data[i]) && memchr("!#$%&'*+-.^_`|~", text.data[i], 15) == NULL) return false;
  return text.length > 0;
}

/* Is this the end of a request line of some HTTP? Returns its major version, or -1. */
static int find_version(Bytes line)
{
  static const char sample[] = " HTTP/1.1";
  if (line.length < sizeof sample) return -1;
  Bytes end = bytes_skip(line, line.length - (sizeof sample - 1));
  bool shaped = memcmp(end.data, " HTTP/", 6) == 0 && g_ascii_isdigit(end.data[6]) && end.data[7] == '.' &&
                g_ascii_isdigit(end.data[8]);
  return shaped ? g_ascii_digit_value((char)end.data[6]) : -1;
}

static bool is_target(Bytes target)
{
  for (size_t i = 0; i < target.length; i++)
    if (target.data[i] <= ' ' || target.data[i] == 127) return false;
  return target.length > 0;
}

/* "http://host/path" (RFC 9112 §3.2.2): the host counts more than Host's. */
static void take_target(HttpMessage *message)
{
  Bytes rest = message->target;
  if (!bytes_starts_ignore_case(rest, "http://") && !bytes_starts_ignore_case(rest, "https://")) return;
  rest = bytes_skip(rest, (size_t)bytes_find(rest, ':') + 3);
  size_t end = 0;
  while (end < rest.length && memchr("/?#", rest.data[end], 3) == NULL)
    end++;
  message->authority = bytes_slice(rest, 0, end);
  message->target = end < rest.length ? bytes_skip(rest, end) : BYTES_LITERAL("/");
}

/* Returns 0, or the fault in a request line (RFC 9112 §3). */
static int judge_request(HttpReader *reader, Bytes line)
{
  HttpMessage *message = &reader->message;
  HttpRequestLine request;
  int major = find_version(line);
  if (major < 0 || !is_text(line)) return 400;
  if (major != 1) return 505;
  if (!http_parse_request_line(line, &request)) return is_token(request.method) ? 501 : 400;
  if (!is_target(request.target)) return 400;
  if (request.word == VOCABULARY_UNKNOWN) return 501;
  bool path = request.target.data[0] == '/';
  bool star = bytes_equal(request.target, BYTES_LITERAL("*")) && request.word == HTTP_OPTIONS;
  message->method = request.method;
  message->target = request.target;
  message->word = request.word;
  message->old = request.version.data[7] == '0';
  take_target(message);
  return path || star || request.word == HTTP_CONNECT || message->authority.length > 0 ? 0 : 400;
}

/* Takes the start line apart; its views are good until head grows, so this is done again once the head is
 * whole. Returns 0, or the fault. */
static int judge_start(HttpReader *reader, Bytes line)
{
  HttpStatusLine status;
  if (!reader->responses) return judge_request(reader, line);
  if (!http_parse_status_line(line, &status) || !is_text(line)) return 400;
  reader->message.code = status.code;
  reader->message.reason = status.reason;
  reader->message.old = status.version.data[7] == '0';
  return 0;
}

static bool read_start(HttpReader *reader, LineInput *input)
{
  Bytes line;
  if (!next_line(reader, input, LIMIT_HTTP_LINE, reader->responses ? 400 : 414, &line)) return false;
  reader->head_bytes += line.length + 2;
  if (reader->head_bytes > LIMIT_HTTP_HEAD) return fail(reader, 400);
  if (line.length == 0) return true; /* RFC 9112 §2.2 */
  int fault = judge_start(reader, line);
  if (fault != 0) return fail(reader, fault);
  byte_buffer_append(&reader->head, line);
  reader->start_length = line.length;
  reader->state = HTTP_READER_FIELDS;
  return true;
}

/* Notes a field's place; framing fields are counted, for two of a kind are a trap (RFC 9112 §6.3). */
static void add_field(HttpReader *reader, Bytes name, Bytes value)
{
  FieldPlace place = {byte_buffer_view(&reader->head).length, name.length, value.length};
  byte_buffer_append(&reader->head, name);
  byte_buffer_append(&reader->head, value);
  g_array_append_val(reader->places, place);
  reader->lengths += bytes_equal_ignore_case(name, "Content-Length");
  reader->codings += bytes_equal_ignore_case(name, "Transfer-Encoding");
  reader->hosts += bytes_equal_ignore_case(name, "Host");
  http_framing_add(&reader->framing, name, value);
}

/* A field line goes on (obs-fold): servers refuse it, clients read it as a space (RFC 9112 §5.2). */
static bool unfold(HttpReader *reader, Bytes line)
{
  if (!reader->responses || reader->places->len == 0) return fail(reader, 400);
  FieldPlace *last = &g_array_index(reader->places, FieldPlace, reader->places->len - 1);
  Bytes more = trim(line);
  byte_buffer_append(&reader->head, BYTES_LITERAL(" "));
  byte_buffer_append(&reader->head, more);
  last->value_length += more.length + 1;
  return true;
}

static void settle_views(HttpReader *reader)
{
  Bytes head = byte_buffer_view(&reader->head);
  judge_start(reader, bytes_slice(head, 0, reader->start_length));
  for (guint i = 0; i < reader->places->len; i++) {
    const FieldPlace *place = &g_array_index(reader->places, FieldPlace, i);
    HttpField field = {bytes_slice(head, place->start, place->name_length),
                       bytes_slice(head, place->start + place->name_length, place->value_length)};
    if (field.value.data == NULL) field.value.data = field.name.data; /* empty, yet there */
    g_array_append_val(reader->fields, field);
  }
  reader->message.fields = (const HttpField *)(gpointer)reader->fields->data;
  reader->message.field_count = reader->fields->len;
}

/* A name or address and perhaps a port (RFC 9110 §7.2). */
static bool is_host(Bytes host)
{
  for (size_t i = 0; i < host.length; i++)
    if (!g_ascii_isalnum(host.data[i]) && memchr("-._~:[]%!$&'()*+,;=", host.data[i], 19) == NULL)
      return false;
  return true;
}

/* Returns 0, or the fault in the head as a whole. */
static int judge_head(HttpReader *reader)
{
  HttpMessage *message = &reader->message;
  const HttpFraming *framing = &reader->framing;
  Bytes coding = http_message_get(message, "Transfer-Encoding");
  if (reader->lengths > 1 || (reader->lengths == 1 && !framing->has_length)) return 400;
  if (reader->codings > 0 && (reader->lengths > 0 || message->old)) return 400;
  if (reader->codings > 1 || (reader->codings == 1 && !bytes_equal_ignore_case(coding, "chunked")))
    return framing->chunked || reader->responses ? 501 : 400;
  if (framing->has_length && framing->length > reader->body_limit) return 413;
  if (reader->responses) return 0;
  if (reader->hosts > 1 || (reader->hosts == 0 && !message->old)) return 400;
  if (message->authority.length == 0) message->authority = http_message_get(message, "Host");
  if (!is_host(message->authority) || !is_host(http_message_get(message, "Host"))) return 400;
  bool carries = message->word == HTTP_POST || message->word == HTTP_PUT || message->word == HTTP_PATCH;
  if (carries && reader->lengths + reader->codings == 0) return 411;
  Bytes expected = http_message_get(message, "Expect");
  return expected.data != NULL && !bytes_equal_ignore_case(expected, "100-continue") ? 417 : 0;
}

static HttpReaderState body_state(const HttpReader *reader)
{
  const HttpMessage *message = &reader->message;
  bool empty = reader->responses && (message->code < 200 || message->code == 204 || message->code == 304 ||
                                     reader->answered == HTTP_HEAD);
  if (empty) return HTTP_READER_COMPLETE;
  if (reader->framing.chunked) return HTTP_READER_SIZE;
  if (reader->framing.has_length)
    return reader->framing.length > 0 ? HTTP_READER_LENGTH : HTTP_READER_COMPLETE;
  return reader->responses ? HTTP_READER_UNTIL_CLOSE : HTTP_READER_COMPLETE;
}

static bool end_head(HttpReader *reader)
{
  settle_views(reader);
  int fault = judge_head(reader);
  if (fault != 0) return fail(reader, fault);
  reader->state = body_state(reader);
  reader->left = reader->framing.length;
  reader->asked =
      reader->framing.expects_continue && !reader->message.old && reader->state != HTTP_READER_COMPLETE;
  return true;
}

static bool read_field(HttpReader *reader, LineInput *input)
{
  Bytes line, name, value;
  if (!next_line(reader, input, LIMIT_HTTP_LINE, 431, &line)) return false;
  reader->head_bytes += line.length + 2;
  if (reader->head_bytes > LIMIT_HTTP_HEAD) return fail(reader, 431);
  if (line.length == 0) return end_head(reader);
  if (!is_text(line)) return fail(reader, 400);
  if (is_blank(line.data[0])) return unfold(reader, line);
  if (!http_parse_field(line, &name, &value) || !is_token(name)) return fail(reader, 400);
  if (reader->places->len >= LIMIT_HTTP_FIELDS) return fail(reader, 431);
  add_field(reader, name, value);
  return true;
}

/* The lines round chunks end with CR LF and nothing else: servers that differ here can be played off against
 * one another. The line lies in the input still, its end behind it. */
static bool is_strict(Bytes line)
{
  return line.data[line.length] == '\r';
}

static bool read_size(HttpReader *reader, LineInput *input)
{
  Bytes line;
  if (!next_line(reader, input, LIMIT_HTTP_CHUNK_LINE, 400, &line)) return false;
  if (!is_strict(line) || !is_text(line) || !http_parse_chunk_size(line, &reader->left))
    return fail(reader, 400);
  size_t held = byte_buffer_view(&reader->body).length;
  if (reader->left > reader->body_limit - held) return fail(reader, 413);
  reader->waste += line.length;
  if (reader->waste > LIMIT_HTTP_CHUNK_WASTE + held) return fail(reader, 400);
  reader->state = reader->left > 0 ? HTTP_READER_CHUNK : HTTP_READER_TRAILER;
  reader->head_bytes = 0;
  return true;
}

static bool read_chunk_end(HttpReader *reader, LineInput *input)
{
  Bytes line;
  if (!next_line(reader, input, 0, 400, &line)) {
    /* a CR whose LF is still to come is no fault */
    Bytes held = byte_buffer_view(&input->bytes);
    if (reader->fault != 0 && held.length == 1 && held.data[0] == '\r') reader->fault = 0;
    return false;
  }
  if (!is_strict(line)) return fail(reader, 400);
  reader->state = HTTP_READER_SIZE;
  return true;
}

/* What stands behind the last chunk is read and forgotten. */
static bool read_trailer(HttpReader *reader, LineInput *input)
{
  Bytes line, name, value;
  if (!next_line(reader, input, LIMIT_HTTP_LINE, 431, &line)) return false;
  reader->head_bytes += line.length + 2;
  if (reader->head_bytes > LIMIT_HTTP_HEAD) return fail(reader, 431);
  if (!is_strict(line)) return fail(reader, 400);
  if (line.length == 0)
    reader->state = HTTP_READER_COMPLETE;
  else if (!is_text(line) || !http_parse_field(line, &name, &value) || !is_token(name))
    return fail(reader, 400);
  return true;
}

static bool read_body(HttpReader *reader, LineInput *input)
{
  Bytes view = line_input_view(input);
  bool endless = reader->state == HTTP_READER_UNTIL_CLOSE;
  if (view.length == 0) return false;
  if (!endless) view = bytes_slice(view, 0, (size_t)MIN(reader->left, view.length));
  if (view.length > reader->body_limit - byte_buffer_view(&reader->body).length) return fail(reader, 413);
  byte_buffer_append(&reader->body, view);
  line_input_consume(input, view.length);
  if (endless) return true;
  reader->left -= view.length;
  if (reader->left == 0)
    reader->state = reader->state == HTTP_READER_CHUNK ? HTTP_READER_CHUNK_END : HTTP_READER_COMPLETE;
  return true;
}

ParseResult http_reader_read(HttpReader *reader, LineInput *input)
{
  static bool (*const readers[])(HttpReader *, LineInput *) = {
      [HTTP_READER_START] = read_start,     [HTTP_READER_FIELDS] = read_field,
      [HTTP_READER_LENGTH] = read_body,     [HTTP_READER_SIZE] = read_size,
      [HTTP_READER_CHUNK] = read_body,      [HTTP_READER_CHUNK_END] = read_chunk_end,
      [HTTP_READER_TRAILER] = read_trailer, [HTTP_READER_UNTIL_CLOSE] = read_body,
  };
  while (reader->state != HTTP_READER_COMPLETE && reader->fault == 0)
    if (!readers[reader->state](reader, input) && reader->fault == 0) return PARSE_NEED_MORE;
  if (reader->fault != 0) return PARSE_INVALID;
  reader->message.body = byte_buffer_view(&reader->body);
  return PARSE_COMPLETE;
}

bool http_reader_close(HttpReader *reader)
{
  if (reader->fault != 0 || reader->state != HTTP_READER_UNTIL_CLOSE) return false;
  reader->state = HTTP_READER_COMPLETE;
  reader->message.body = byte_buffer_view(&reader->body);
  return true;
}

bool http_reader_is_empty(const HttpReader *reader, const LineInput *input)
{
  size_t held = byte_buffer_view(&input->bytes).length - input->taken;
  return reader->state == HTTP_READER_START && reader->head_bytes == 0 && held == 0;
}
