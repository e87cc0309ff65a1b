/* SPDX-License-Identifier: MIT */
/* Finding the row of a word or a reply. */
#include "protocol/vocabulary.h"

uint16_t vocabulary_find_word(const Vocabulary *vocabulary, Bytes word)
{
  for (size_t i = 0; i < vocabulary->word_count; i++)
    if (bytes_equal_ignore_case(word, vocabulary->words[i].word)) return (uint16_t)i;
  return VOCABULARY_UNKNOWN;
}

/* Returns true where a look at the first byte shows that code is not text, in any case. */
static inline bool differs_at_once(Bytes code, const char *text)
{
  enum { CASE = 0x20 };
  return code.length > 0 && ((code.data[0] ^ (uint8_t)text[0]) & ~CASE) != 0;
}

/* Returns the first row with that code whose `after` is the one given (NULL: a row for any command), or
 * VOCABULARY_UNKNOWN. */
static uint16_t find_row(const Vocabulary *vocabulary, Bytes code, const char *after)
{
  for (size_t i = 0; i < vocabulary->reply_count; i++) {
    const VocabularyReply *reply = &vocabulary->replies[i];
    if ((reply->after == NULL) != (after == NULL) || differs_at_once(code, reply->code)) continue;
    if (after != NULL && (reply->after[0] != after[0] || strcmp(reply->after, after) != 0)) continue;
    if (bytes_equal_ignore_case(code, reply->code)) return (uint16_t)i;
  }
  return VOCABULARY_UNKNOWN;
}

uint16_t vocabulary_find_reply(const Vocabulary *vocabulary, Bytes code, uint16_t answered)
{
  const char *after = answered < vocabulary->word_count ? vocabulary->words[answered].word : "";
  uint16_t row = find_row(vocabulary, code, after);
  if (row == VOCABULARY_UNKNOWN) row = find_row(vocabulary, code, NULL);
  if (row == VOCABULARY_UNKNOWN) row = find_row(vocabulary, bytes_slice(code, 0, 1), NULL);
  return row;
}
