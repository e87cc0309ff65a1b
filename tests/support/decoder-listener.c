/* SPDX-License-Identifier: MIT */
/* Feeds a decoder by hand and counts what comes out. */
#include "support/decoder-listener.h"
#include "support/cpu-time.h"

#include "base/limits.h"
#include "support/long-run.h"

static uint32_t count_line(void *owner, const DecodedLine *line)
{
  DecoderListener *listener = owner;
  DissectedLine dissected;
  g_assert_cmpuint(line->raw.length, <=, LIMIT_LINE_SHOWN);
  if (line->kind == LINE_COMMAND || line->kind == LINE_REPLY)
    listener->class->dissect(line, &listener->scratch, &dissected);
  listener->count[line->kind]++;
  if (line->kind == LINE_NOTE) listener->notes[line->word]++;
  DecodedLine *last = &listener->last[line->kind];
  *last = *line;
  last->raw.data = NULL;
  last->credential = NULL;
  return ++listener->lines;
}

void decoder_listener_start(DecoderListener *listener, const DecoderClass *class)
{
  *listener = (DecoderListener){.class = class};
  listener->sink = (DecoderSink){.emit = count_line, .owner = listener};
  listener->decoder = class->create(&listener->sink, true);
}

void decoder_listener_hear(DecoderListener *listener, Direction direction, const void *bytes, size_t length)
{
  uint64_t *offset = &listener->offset[direction];
  listener->class->receive(listener->decoder, direction, *offset, (Bytes){bytes, length});
  *offset += length;
}

void decoder_listener_hear_text(DecoderListener *listener, Direction direction, const char *text)
{
  decoder_listener_hear(listener, direction, text, strlen(text));
}

double decoder_listener_hear_many(DecoderListener *listener, Direction direction, const char *pattern,
                                  size_t times)
{
  size_t length = strlen(pattern);
  size_t whole = MAX((size_t)1, 65536 / length);
  GString *block = g_string_sized_new(whole * length);
  for (size_t i = 0; i < whole; i++)
    g_string_append_len(block, pattern, (gssize)length);
  gint64 start = cpu_time_now();
  for (size_t left = times, now = 0; left > 0; left -= now) {
    now = MIN(left, whole);
    decoder_listener_hear(listener, direction, block->str, now * length);
  }
  gint64 end = cpu_time_now();
  g_string_free(block, TRUE);
  return (double)(end - start) / 1e6;
}

void decoder_listener_stop(DecoderListener *listener)
{
  listener->class->finish(listener->decoder);
  listener->class->destroy(listener->decoder);
  byte_buffer_clear(&listener->scratch);
}

void decoder_listener_check_floods(const DecoderClass *class, const Flood *floods, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    const Flood *flood = &floods[i];
    size_t times = flood->times * long_run_factor();
    DecoderListener listener;
    decoder_listener_start(&listener, class);
    decoder_listener_hear_text(&listener, flood->direction, flood->before);
    double once = decoder_listener_hear_many(&listener, flood->direction, flood->pattern, times);
    double twice = decoder_listener_hear_many(&listener, flood->direction, flood->pattern, 2 * times);
    g_test_message("%s, %zu times: %f s, then twice that: %f s", flood->pattern, times, once, twice);
    g_assert_cmpfloat(twice, <, 6 * once + 0.2);
    decoder_listener_stop(&listener);
    g_assert_cmpuint(listener.lines, >, 0);
  }
}

void decoder_listener_check_recognition(const DecoderClass *class, const RecognitionCase *cases, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    StreamStart start = {bytes_from_string(cases[i].to_server), bytes_from_string(cases[i].to_client),
                         cases[i].port, cases[i].from_start};
    g_test_message("case %zu: %s / %s", i, cases[i].to_server, cases[i].to_client);
    g_assert_cmpint(class->recognise(&start), ==, cases[i].want);
  }
}

static void check_gloss(const char *gloss, const char *explanation)
{
  g_assert_cmpint(g_utf8_strlen(gloss, -1), <=, 45);
  g_assert_true(g_str_has_suffix(explanation, "."));
}

void decoder_listener_check_vocabulary(const Vocabulary *vocabulary)
{
  for (size_t i = 0; i < vocabulary->word_count; i++) {
    const VocabularyWord *word = &vocabulary->words[i];
    g_assert_nonnull(word->word);
    check_gloss(word->gloss, word->explanation);
    g_assert_true(g_str_has_prefix(word->rfc, "RFC "));
    g_assert_cmpuint(vocabulary_find_word(vocabulary, bytes_from_string(word->word)), ==, i);
  }
  for (size_t i = 0; i < vocabulary->reply_count; i++) {
    const VocabularyReply *reply = &vocabulary->replies[i];
    check_gloss(reply->gloss, reply->explanation);
    bool after_any = reply->after == NULL || reply->after[0] == '\0';
    g_assert_true(after_any ||
                  vocabulary_find_word(vocabulary, bytes_from_string(reply->after)) != VOCABULARY_UNKNOWN);
  }
}
