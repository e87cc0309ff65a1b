/* SPDX-License-Identifier: MIT */
/* Finding the row of a word or a reply. */
#include "protocol/vocabulary.h"

uint16_t vocabulary_find_word(const Vocabulary *vocabulary, Bytes word)
{
  for (size_t i = 0; i < vocabulary->word_count; i++)
    if (bytes_equal_ignore_case(word, vocabulary->words[i].word)) return (uint16_t)i;
  return VOCABULARY_UNKNOWN;
}

/* The row for just this command goes before the one for any command, and that before the one for all codes
 * that begin alike; of each kind the first in the table counts. */
uint16_t vocabulary_find_reply(const Vocabulary *vocabulary, Bytes code, uint16_t answered)
{
  const char *after = answered < vocabulary->word_count ? vocabulary->words[answered].word : "";
  uint16_t of_code = VOCABULARY_UNKNOWN, of_class = VOCABULARY_UNKNOWN;
  Bytes first = bytes_slice(code, 0, 1);
  for (size_t i = 0; i < vocabulary->reply_count; i++) {
    const VocabularyReply *reply = &vocabulary->replies[i];
    if (bytes_differ_at_once(code, reply->code)) continue;
    if (reply->after != NULL) {
      bool own = reply->after[0] == after[0] && strcmp(reply->after, after) == 0;
      if (own && bytes_equal_ignore_case(code, reply->code)) return (uint16_t)i;
    } else if (of_code == VOCABULARY_UNKNOWN && bytes_equal_ignore_case(code, reply->code)) {
      of_code = (uint16_t)i;
    } else if (of_class == VOCABULARY_UNKNOWN && bytes_equal_ignore_case(first, reply->code)) {
      of_class = (uint16_t)i;
    }
  }
  return of_code != VOCABULARY_UNKNOWN ? of_code : of_class;
}
