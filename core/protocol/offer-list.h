/* SPDX-License-Identifier: MIT */
/* What a server offers (EHLO, CAPA, CAPABILITY), told one known word a line, for decoder.h's refine. */
#pragma once

#include "protocol/decoder.h"

#define OFFER_LIST_BYTES 4096u
#define OFFERS_TOLD 24 /* more would be no help */

typedef struct {
  char *text; /* OFFER_LIST_BYTES, the caller's, static as refine asks for */
  size_t length, head;
  int told;
} OfferList;

/* Begins a list in text, which holds OFFER_LIST_BYTES. */
OfferList offer_list_begin(char *text);

/* Adds a word and what it means (N_()). Returns false, with nothing added, when the list is full. */
bool offer_list_add(OfferList *list, const char *word, const char *gloss);

/* Fills *out with row's own gloss and the list. Returns false when no word was added. */
bool offer_list_refine(const OfferList *list, const VocabularyReply *row, ReplyRefinement *out);
