/* SPDX-License-Identifier: MIT */
/* Finding the lone dot that ends a body, and doubling or undoubling the others. */
#include "protocol/dot-body.h"

/* What the last bytes were; only as much as the end "CR LF . CR LF" and its look-alikes need. */
enum {
  AT_LINE_START, /* CR LF, or the very beginning */
  IN_LINE,       /* anything else */
  AFTER_CR,      /* in a line, CR */
  AFTER_BARE_LF, /* LF without CR */
  DOT,           /* "." at a line start: not yet counted, it may be the end */
  DOT_CR,        /* ". CR" at a line start: not yet counted */
  FALSE_DOT,     /* "." after a bare LF */
  FALSE_DOT_CR,  /* ". CR" after a bare LF */
};

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

/* The slow way, one byte, used only near line starts. Returns true when byte ends the body. */
static bool step(DotBody *body, uint8_t byte)
{
  uint8_t state = body->state;
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
  if (byte == '\n') {
    body->false_end |= state == DOT || state == FALSE_DOT || state == FALSE_DOT_CR;
    end_line(body, state == AFTER_CR || state == FALSE_DOT_CR);
  } else if (byte == '\r') {
    body->state = state == FALSE_DOT ? FALSE_DOT_CR : AFTER_CR;
  } else {
    body->state = state == AFTER_BARE_LF && byte == '.' ? FALSE_DOT : IN_LINE;
  }
  return false;
}

/* From inside a line, jumps over whole lines that do not begin with a dot. Returns the bytes passed. */
static size_t scan_lines(DotBody *body, const uint8_t *data, size_t length)
{
  size_t at = 0;
  for (;;) {
    const uint8_t *found = memchr(data + at, '\n', length - at);
    if (found == NULL) break;
    size_t lf = (size_t)(found - data);
    bool with_cr = lf > 0 ? data[lf - 1] == '\r' : body->state == AFTER_CR;
    end_line(body, with_cr);
    at = lf + 1;
    if (at == length || data[at] == '.') {
      body->bytes += at;
      return at;
    }
    body->state = IN_LINE;
  }
  if (length > at) body->state = data[length - 1] == '\r' ? AFTER_CR : IN_LINE;
  body->bytes += length;
  return length;
}

size_t dot_body_scan(DotBody *body, Bytes chunk, bool *ended)
{
  size_t at = 0;
  *ended = false;
  while (at < chunk.length) {
    if (body->state == IN_LINE || body->state == AFTER_CR) {
      at += scan_lines(body, chunk.data + at, chunk.length - at);
    } else if (step(body, chunk.data[at++])) {
      *ended = true;
      break;
    }
  }
  return at;
}

void dot_body_gap(DotBody *body, uint64_t length)
{
  body->bytes += length + (body->state == DOT ? 1 : body->state == DOT_CR ? 2 : 0);
  body->gap = true;
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

void dot_body_append_unstuffed(ByteBuffer *out, Bytes body)
{
  bool after_crlf = true;
  while (body.length > 0) {
    if (body.data[0] == '.' && after_crlf) body = bytes_skip(body, 1);
    byte_buffer_append(out, cut_line(&body, &after_crlf));
  }
}
