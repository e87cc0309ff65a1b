/* SPDX-License-Identifier: MIT */
/* A request or response for showing: the first line of its head. */
#include "protocol/http/http-decoder.h"

#include "protocol/http/http-head.h"
#include "protocol/http/http-login.h"

static Bytes first_line(Bytes raw)
{
  ptrdiff_t lf = bytes_find(raw, '\n');
  return bytes_chomp(bytes_slice(raw, 0, lf < 0 ? raw.length : (size_t)lf + 1));
}

static void dissect_request(const DecodedLine *line, DissectedLine *dissected)
{
  HttpRequestLine request;
  Bytes first = first_line(line->raw);
  dissected->raw_shown = first.length;
  if (!http_parse_request_line(first, &request)) {
    /* what stands where a request should may be the rest of a form */
    dissected->argument = first;
    dissected->secret_length = first.length;
    return;
  }
  dissected->verb = request.method;
  dissected->argument = bytes_skip(first, request.method.length + 1);
  size_t start, length;
  if (!http_find_query_secret(request.target, &start, &length)) return;
  dissected->secret_start = start;
  dissected->secret_length = length;
}

void http_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  byte_buffer_reset(scratch);
  *dissected = (DissectedLine){0};
  HttpStatusLine status;
  if (line->kind == LINE_COMMAND) {
    dissect_request(line, dissected);
  } else if (http_parse_status_line(first_line(line->raw), &status)) {
    dissected->code = status.digits;
    dissected->text = status.reason;
  } else {
    dissected->text = first_line(line->raw);
  }
  bool odd = line->kind == LINE_COMMAND && dissected->verb.length == 0;
  if (odd)
    dissected->raw_secret_length = line->raw.length;
  else
    http_find_secrets(line->raw, &dissected->raw_secret_start, &dissected->raw_secret_length);
}

/* Does view begin like a request line, as far as it goes? */
static Recognition judge_client(Bytes view)
{
  HttpRequestLine request;
  ptrdiff_t lf = bytes_find(view, '\n');
  if (view.length == 0) return RECOGNISED_MAYBE;
  if (lf >= 0)
    return http_parse_request_line(bytes_slice(view, 0, (size_t)lf + 1), &request) ? RECOGNISED_YES
                                                                                   : RECOGNISED_NO;
  ptrdiff_t space = bytes_find(view, ' ');
  if (space >= 0)
    return vocabulary_find_word(&http_vocabulary, bytes_slice(view, 0, (size_t)space)) !=
                       VOCABULARY_UNKNOWN &&
                   (view.length == (size_t)space + 1 || strchr("/h*", view.data[space + 1]) != NULL ||
                    view.data[0] == 'C')
               ? RECOGNISED_MAYBE
               : RECOGNISED_NO;
  for (size_t i = 0; i < http_vocabulary.word_count; i++)
    if (strncmp(http_vocabulary.words[i].word, (const char *)view.data, MIN(view.length, 8)) == 0)
      return RECOGNISED_MAYBE;
  return RECOGNISED_NO;
}

static Recognition judge_server(Bytes view)
{
  static const char begin[] = "HTTP/1.";
  size_t length = MIN(view.length, sizeof begin - 1);
  if (view.length == 0) return RECOGNISED_MAYBE;
  if (memcmp(view.data, begin, length) != 0) return RECOGNISED_NO;
  return length == sizeof begin - 1 ? RECOGNISED_YES : RECOGNISED_MAYBE;
}

Recognition http_recognise(const StreamStart *start)
{
  Recognition client = judge_client(start->to_server), server = judge_server(start->to_client);
  if (client == RECOGNISED_YES) return server == RECOGNISED_NO ? RECOGNISED_NO : RECOGNISED_YES;
  if (server == RECOGNISED_YES)
    return client == RECOGNISED_NO && start->from_start ? RECOGNISED_NO : RECOGNISED_YES;
  if (client == RECOGNISED_NO || server == RECOGNISED_NO) return RECOGNISED_NO;
  return RECOGNISED_MAYBE;
}
