/* SPDX-License-Identifier: MIT */
/* Finding the lone dot that ends a body, and doubling or undoubling the others. */
#include "protocol/dot-body.h"

#include "base/text-lines.h"

/* What the last bytes were; only as much as the end "CR LF . CR LF" and its look-alikes need. */
enum {
  AT_LINE_START, /* CR LF, or the very beginning */
  IN_LINE,       /* anything else */
  AFTER_CR,      /* in a line, CR */
  AFTER_BARE_LF, /* LF without CR */
  DOT,           /* "." at a line start: not yet counted, it may be the end */
  DOT_CR,        /* ". CR" at a line start: not yet counted */
  FALSE_DOT,     /* "." after a bare LF or CR */
  FALSE_DOT_CR,  /* ". CR" after a bare LF or CR */
};

/* What a second transaction would begin or go on with. */
static const char *const smuggled[] = {"MAIL FROM:", "RCPT TO:", "DATA\r", "DATA\n",
                                       "EHLO ",      "HELO ",    "BDAT ",  "RSET\r"};

#define ALL_CANDIDATES ((1u << G_N_ELEMENTS(smuggled)) - 1)
G_STATIC_ASSERT(ALL_CANDIDATES <= UINT8_MAX);

/* Bytes looked at in one go where the text is not plain: the search for LF must not run over the same bytes again for
 * each odd CR, and most of what follows is plain again. */
#define WINDOW 128u

void dot_body_begin(DotBody *body)
{
  *body = (DotBody){.state = AT_LINE_START};
}

static void end_line(DotBody *body, bool with_cr)
{
  body->lines++;
  body->bare_lf |= !with_cr;
  body->state = with_cr ? AT_LINE_START : AFTER_BARE_LF;
}

/* A server that takes a lone dot for the end reads on here. */
static void find_false_end(DotBody *body)
{
  body->false_end = true;
  body->probed = 0;
  body->candidates = ALL_CANDIDATES;
}

/* Compares the next byte after a false end. */
static void probe(DotBody *body, uint8_t byte)
{
  uint8_t left = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(smuggled); i++) {
    bool fits =
        (body->candidates & 1u << i) != 0 && smuggled[i][body->probed] == g_ascii_toupper((gchar)byte);
    if (fits && smuggled[i][body->probed + 1] == '\0') body->smuggling = true;
    if (fits) left |= (uint8_t)(1u << i);
  }
  body->probed++;
  body->candidates = body->smuggling ? 0 : left;
}

/* The slow way, one byte, used only near line starts. Returns true when byte ends the body. */
static bool step(DotBody *body, uint8_t byte)
{
  uint8_t state = body->state;
  bool lone_dot = state == DOT_CR || state == FALSE_DOT_CR;
  if (lone_dot && byte != '\n') find_false_end(body);
  if (body->candidates != 0) probe(body, byte);
  if (state == DOT && byte == '\r') {
    body->state = DOT_CR;
    return false;
  }
  if (state == DOT_CR && byte == '\n') return true;
  /* what was held back as a possible end belongs to the body after all */
  body->bytes += state == DOT ? 1 : state == DOT_CR ? 2 : 0;
  if (state == AT_LINE_START && byte == '.') {
    body->state = DOT;
    return false;
  }
  body->bytes++;
  body->nul |= byte == '\0';
  bool after_cr = state == AFTER_CR || lone_dot;
  body->bare_cr |= after_cr && byte != '\n';
  if (byte == '\n') {
    if (state == DOT || state == FALSE_DOT || state == FALSE_DOT_CR) find_false_end(body);
    end_line(body, after_cr);
  } else if (byte == '\r') {
    body->state = state == FALSE_DOT ? FALSE_DOT_CR : AFTER_CR;
  } else {
    body->state = (state == AFTER_BARE_LF || after_cr) && byte == '.' ? FALSE_DOT : IN_LINE;
  }
  return false;
}

/* Returns where, between start and end, a dot follows a bare CR, or end. The byte at end is a LF or not
 * known. */
static size_t find_dot_after_cr(DotBody *body, const uint8_t *data, size_t start, size_t end)
{
  while (start + 1 < end) {
    const uint8_t *cr = memchr(data + start, '\r', end - 1 - start);
    if (cr == NULL) break;
    body->bare_cr = true;
    start = (size_t)(cr - data) + 1;
    if (data[start] == '.') return start;
  }
  return end;
}

/* The dot itself is left to the slow way. */
static size_t stop_at_dot(DotBody *body, size_t dot)
{
  body->bytes += dot;
  body->state = AFTER_CR;
  return dot;
}

/* From inside a line, jumps over whole lines that do not begin with a dot. Returns the bytes passed. */
static size_t scan_lines(DotBody *body, const uint8_t *data, size_t length)
{
  size_t at = 0;
  for (;;) {
    const uint8_t *found = memchr(data + at, '\n', length - at);
    if (found == NULL) break;
    size_t lf = (size_t)(found - data);
    size_t dot = find_dot_after_cr(body, data, at, lf);
    if (dot < lf) return stop_at_dot(body, dot);
    bool with_cr = lf > at && data[lf - 1] == '\r';
    end_line(body, with_cr);
    at = lf + 1;
    if (at == length || data[at] == '.') {
      body->bytes += at;
      return at;
    }
    body->state = IN_LINE;
  }
  size_t dot = find_dot_after_cr(body, data, at, length);
  if (dot < length) return stop_at_dot(body, dot);
  if (length > at) body->state = data[length - 1] == '\r' ? AFTER_CR : IN_LINE;
  body->bytes += length;
  return length;
}

/* From inside a line, over whole blocks of plain text. Returns the bytes passed, 0 where the next ones are not plain. */
static size_t pass_plain(DotBody *body, Bytes chunk, size_t at)
{
  size_t passed = at == 0 ? 0 : text_lines_pass(chunk, at, &body->lines);
  if (passed == 0) return 0;
  uint8_t last = chunk.data[at + passed - 1];
  body->state = last == '\n' ? AT_LINE_START : last == '\r' ? AFTER_CR : IN_LINE;
  body->bytes += passed;
  return passed;
}

/* The same, byte for byte from line end to line end. */
static size_t pass_lines(DotBody *body, Bytes chunk, size_t at)
{
  Bytes window = bytes_slice(chunk, at, WINDOW);
  size_t passed = scan_lines(body, window.data, window.length);
  body->nul |= memchr(window.data, '\0', passed) != NULL;
  return passed;
}

/* Hands chunk's bytes from start up to at to the sink. */
static void hand_over(const DotBodySink *sink, Bytes chunk, size_t start, size_t at)
{
  if (sink != NULL && sink->take != NULL && at > start)
    sink->take(sink->owner, bytes_slice(chunk, start, at - start));
}

size_t dot_body_scan(DotBody *body, Bytes chunk, bool *ended, const DotBodySink *sink)
{
  size_t at = 0, kept = 0; /* of chunk, [kept, at) has not been handed over */
  *ended = false;
  while (at < chunk.length && !*ended) {
    if (body->state == IN_LINE && body->candidates == 0) {
      size_t passed = pass_plain(body, chunk, at);
      at += passed > 0 ? passed : pass_lines(body, chunk, at);
      continue;
    }
    uint8_t before = body->state;
    *ended = step(body, chunk.data[at]);
    bool held = !*ended && (body->state == DOT || body->state == DOT_CR);
    if (held || *ended) {
      hand_over(sink, chunk, kept, at);
      kept = at + 1;
    } else if (before == DOT_CR) {
      hand_over(sink, BYTES_LITERAL("\r"), 0, 1);
    }
    at++;
  }
  hand_over(sink, chunk, kept, at);
  return at;
}

bool dot_body_is_at_line_start(const DotBody *body)
{
  return body->state == AT_LINE_START;
}

void dot_body_gap(DotBody *body, uint64_t length)
{
  body->bytes += length + (body->state == DOT ? 1 : body->state == DOT_CR ? 2 : 0);
  body->gap = true;
  body->candidates = 0;
  body->state = IN_LINE;
}

/* Cuts the next line, LF included, off the front of *rest; *after_crlf becomes whether it ended in CR LF. */
static Bytes cut_line(Bytes *rest, bool *after_crlf)
{
  ptrdiff_t lf = bytes_find(*rest, '\n');
  Bytes line = bytes_slice(*rest, 0, lf < 0 ? rest->length : (size_t)lf + 1);
  *after_crlf = lf > 0 && rest->data[lf - 1] == '\r';
  *rest = bytes_skip(*rest, line.length);
  return line;
}

void dot_body_append_stuffed(ByteBuffer *out, Bytes message)
{
  bool after_crlf = true;
  while (message.length > 0) {
    if (message.data[0] == '.' && after_crlf) byte_buffer_append(out, BYTES_LITERAL("."));
    byte_buffer_append(out, cut_line(&message, &after_crlf));
  }
  if (!after_crlf) byte_buffer_append(out, BYTES_LITERAL("\r\n"));
  byte_buffer_append(out, BYTES_LITERAL(".\r\n"));
}
