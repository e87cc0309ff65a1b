/* SPDX-License-Identifier: MIT */
/* The commands of IMAP: the rows behind imap_vocabulary.words. */
#pragma once

#include "protocol/imap/imap-vocabulary.h"

extern const VocabularyWord imap_words[IMAP_WORD_COUNT];
