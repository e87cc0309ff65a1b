/* SPDX-License-Identifier: MIT */
/* The end of a reply, by the protocols' own syntax. */
#include "agent/typist-framing.h"

#include "protocol/http/http-head.h"
#include "protocol/imap/imap-syntax.h"
#include "protocol/pop2/pop2-syntax.h"
#include "protocol/pop3/pop3-syntax.h"
#include "protocol/smtp/smtp-syntax.h"

#define CRLF_LENGTH 2u

/* Of an HTTP reply. */
enum { STAGE_STATUS, STAGE_HEAD, STAGE_CHUNK, STAGE_TRAILER };

void typist_framing_init(TypistFraming *framing, TypistProtocol protocol)
{
  *framing = (TypistFraming){.protocol = protocol};
}

void typist_framing_clear(TypistFraming *framing)
{
  g_clear_pointer(&framing->tag, g_free);
}

TypistProtocol typist_framing_by_port(uint16_t port)
{
  static const struct {
    uint16_t port;
    TypistProtocol protocol;
  } usual[] = {{25, TYPIST_SMTP},  {587, TYPIST_SMTP}, {465, TYPIST_SMTP}, {110, TYPIST_POP3},
               {109, TYPIST_POP2}, {143, TYPIST_IMAP}, {80, TYPIST_HTTP}};
  for (size_t i = 0; i < G_N_ELEMENTS(usual); i++)
    if (usual[i].port == port) return usual[i].protocol;
  return TYPIST_LINES;
}

bool typist_framing_has_greeting(const TypistFraming *framing)
{
  return framing->protocol != TYPIST_HTTP && framing->protocol != TYPIST_LINES;
}

/* Counts a line inside a literal, a chunk or a form. Returns true where something of that is still to come.
 */
static bool type_counted(TypistFraming *framing, Bytes line)
{
  uint64_t bytes = line.length + CRLF_LENGTH;
  framing->typed_left -= MIN(framing->typed_left, bytes);
  return framing->typed_left > 0;
}

static bool type_smtp(TypistFraming *framing, Bytes line)
{
  if (framing->typed_left > 0) return !type_counted(framing, line);
  if (framing->in_text) {
    framing->in_text = !bytes_equal(line, BYTES_LITERAL("."));
    return !framing->in_text;
  }
  SmtpCommand command;
  bool last;
  smtp_parse_command(line, &command);
  framing->data = bytes_equal_ignore_case(command.verb, "DATA");
  if (bytes_equal_ignore_case(command.verb, "BDAT") &&
      smtp_parse_bdat(command.argument, &framing->typed_left, &last))
    return framing->typed_left == 0;
  return true;
}

static bool type_pop3(TypistFraming *framing, Bytes line)
{
  Pop3Command command;
  pop3_parse_command(line, &command);
  framing->lines = !framing->continuing && pop3_command_has_lines(&command);
  framing->continuing = false;
  return true;
}

static bool type_pop2(TypistFraming *framing, Bytes line)
{
  Pop2Command command;
  pop2_parse_command(line, &command);
  if (!bytes_equal_ignore_case(command.verb, "RETR") || framing->length == 0) return true;
  framing->raw_left = framing->length;
  return true;
}

static bool type_imap(TypistFraming *framing, Bytes line)
{
  Bytes counted = line;
  if (framing->typed_left > 0) {
    bool inside = line.length + CRLF_LENGTH <= framing->typed_left;
    counted = bytes_skip(line, (size_t)MIN(framing->typed_left, line.length));
    type_counted(framing, line);
    if (inside) return false;
  } else if (!framing->continuing) {
    Bytes rest = line;
    g_free(framing->tag);
    framing->tag = bytes_dup_string(imap_next_word(&rest));
  }
  framing->continuing = false;
  ImapLiteral literal;
  if (!imap_parse_literal(counted, &literal)) return true;
  framing->typed_left = literal.size;
  return literal.waits;
}

static bool type_http(TypistFraming *framing, Bytes line)
{
  if (framing->typed_left > 0) return !type_counted(framing, line);
  Bytes name, value;
  HttpFraming head = {0};
  if (line.length == 0) {
    framing->in_head = false;
    framing->typed_left = framing->length;
    framing->length = 0;
    framing->stage = STAGE_STATUS;
    return framing->typed_left == 0;
  }
  HttpRequestLine request;
  if (!framing->in_head)
    framing->bodiless =
        http_parse_request_line(line, &request) && bytes_equal(request.method, BYTES_LITERAL("HEAD"));
  else if (http_parse_field(line, &name, &value))
    http_framing_add(&head, name, value);
  framing->in_head = true;
  if (head.has_length) framing->length = head.length;
  return false;
}

bool typist_framing_type(TypistFraming *framing, Bytes line)
{
  switch (framing->protocol) {
  case TYPIST_SMTP:
    return type_smtp(framing, line);
  case TYPIST_POP3:
    return type_pop3(framing, line);
  case TYPIST_POP2:
    return type_pop2(framing, line);
  case TYPIST_IMAP:
    return type_imap(framing, line);
  case TYPIST_HTTP:
    return type_http(framing, line);
  default:
    return true;
  }
}

static TypistLine take_smtp(TypistFraming *framing, Bytes line)
{
  SmtpReplyLine reply;
  if (!smtp_parse_reply_line(line, &reply)) return TYPIST_LINE_LAST;
  if (!reply.last) return TYPIST_LINE_MORE;
  if (reply.code == 354 && framing->data) framing->in_text = true;
  framing->data = false;
  return TYPIST_LINE_LAST;
}

static TypistLine take_pop3(TypistFraming *framing, Bytes line)
{
  if (framing->in_lines) {
    framing->in_lines = !bytes_equal(line, BYTES_LITERAL("."));
    return framing->in_lines ? TYPIST_LINE_MORE : TYPIST_LINE_LAST;
  }
  Pop3Status status = pop3_parse_status(line, NULL);
  framing->continuing = status == POP3_STATUS_CONTINUE;
  framing->in_lines = status == POP3_STATUS_OK && framing->lines;
  framing->lines = false;
  return framing->in_lines ? TYPIST_LINE_MORE : TYPIST_LINE_LAST;
}

static TypistLine take_pop2(TypistFraming *framing, Bytes line)
{
  Bytes code, text;
  uint64_t length;
  framing->length = 0;
  if (pop2_parse_reply(line, &code, &text) && bytes_equal(code, BYTES_LITERAL("=")) &&
      pop2_parse_number(text, &length))
    framing->length = length;
  return TYPIST_LINE_LAST;
}

static TypistLine take_imap(TypistFraming *framing, Bytes line, bool asked)
{
  ImapLiteral literal;
  if (framing->in_lines) { /* what follows a literal goes on with its response */
    framing->in_lines = imap_parse_literal(line, &literal);
    if (framing->in_lines) framing->raw_left = literal.size;
    return asked ? TYPIST_LINE_MORE : TYPIST_LINE_UNASKED;
  }
  ImapResponse response;
  imap_parse_response(line, &response);
  if (response.type == IMAP_CONTINUATION) {
    framing->continuing = true;
    return asked ? TYPIST_LINE_LAST : TYPIST_LINE_UNASKED;
  }
  if (!framing->greeted) return TYPIST_LINE_LAST;
  bool ours = framing->tag != NULL && bytes_equal(response.tag, bytes_from_string(framing->tag));
  bool bad = response.type == IMAP_UNTAGGED && bytes_equal_ignore_case(response.code, "BAD");
  if (ours || bad) {
    framing->continuing = false;
    framing->typed_left = 0; /* a literal refused is not typed */
    return asked ? TYPIST_LINE_LAST : TYPIST_LINE_UNASKED;
  }
  framing->in_lines = !response.status && imap_parse_literal(line, &literal);
  if (framing->in_lines) framing->raw_left = literal.size;
  return asked ? TYPIST_LINE_MORE : TYPIST_LINE_UNASKED;
}

/* The head is over: what follows (RFC 9112 §6.3)? */
static TypistLine begin_http_body(TypistFraming *framing)
{
  framing->stage = framing->chunked ? STAGE_CHUNK : STAGE_STATUS;
  framing->raw_left = 0;
  if (framing->bodiless) return TYPIST_LINE_LAST;
  if (framing->chunked) return TYPIST_LINE_MORE;
  framing->raw_left = framing->has_length ? framing->length : UINT64_MAX; /* up to the connection's end */
  framing->length = 0;
  return framing->raw_left == 0 ? TYPIST_LINE_LAST : TYPIST_LINE_MORE;
}

static void begin_http_head(TypistFraming *framing, Bytes line)
{
  HttpStatusLine status;
  framing->stage = STAGE_HEAD;
  framing->chunked = framing->has_length = false;
  if (http_parse_status_line(line, &status) && (status.code == 204 || status.code == 304))
    framing->bodiless = true;
}

static void read_http_field(TypistFraming *framing, Bytes line)
{
  Bytes name, value;
  HttpFraming head = {0};
  if (http_parse_field(line, &name, &value)) http_framing_add(&head, name, value);
  framing->chunked = framing->chunked || head.chunked;
  if (!head.has_length) return;
  framing->has_length = true;
  framing->length = head.length;
}

static TypistLine take_http(TypistFraming *framing, Bytes line)
{
  uint64_t size;
  switch (framing->stage) {
  case STAGE_STATUS:
    begin_http_head(framing, line);
    return TYPIST_LINE_MORE;
  case STAGE_HEAD:
    if (line.length == 0) return begin_http_body(framing);
    read_http_field(framing, line);
    return TYPIST_LINE_MORE;
  case STAGE_CHUNK:
    if (!http_parse_chunk_size(line, &size)) return TYPIST_LINE_LAST;
    if (size == 0) framing->stage = STAGE_TRAILER;
    if (size > 0) framing->raw_left = size > UINT64_MAX - CRLF_LENGTH ? UINT64_MAX : size + CRLF_LENGTH;
    return TYPIST_LINE_MORE;
  default:
    return line.length == 0 ? TYPIST_LINE_LAST : TYPIST_LINE_MORE;
  }
}

TypistLine typist_framing_take(TypistFraming *framing, Bytes line, bool asked)
{
  TypistLine result = TYPIST_LINE_LAST;
  if (framing->protocol == TYPIST_IMAP)
    result = take_imap(framing, line, asked);
  else if (!asked)
    result = TYPIST_LINE_UNASKED;
  else if (framing->protocol == TYPIST_SMTP)
    result = take_smtp(framing, line);
  else if (framing->protocol == TYPIST_POP3)
    result = take_pop3(framing, line);
  else if (framing->protocol == TYPIST_POP2)
    result = take_pop2(framing, line);
  else if (framing->protocol == TYPIST_HTTP)
    result = take_http(framing, line);
  framing->greeted = true;
  return result;
}

uint64_t typist_framing_raw(const TypistFraming *framing)
{
  return framing->raw_left;
}

bool typist_framing_take_raw(TypistFraming *framing, uint64_t count)
{
  framing->raw_left -= MIN(count, framing->raw_left);
  if (framing->raw_left > 0) return false;
  return framing->protocol == TYPIST_POP2 ||
         (framing->protocol == TYPIST_HTTP && framing->stage != STAGE_CHUNK);
}
