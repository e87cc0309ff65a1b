/* SPDX-License-Identifier: MIT */
/* A list of offers, in words. */
#include "protocol/offer-list.h"

#include "base/i18n.h"

OfferList offer_list_begin(char *text)
{
  size_t head = g_strlcpy(text, _("The client may now pick from what is offered:"), OFFER_LIST_BYTES);
  return (OfferList){.text = text, .length = head, .head = head};
}

bool offer_list_add(OfferList *list, const char *word, const char *gloss)
{
  g_autofree char *line = g_strdup_printf("\n%s: %s", word, _(gloss));
  if (list->told == OFFERS_TOLD || list->length + strlen(line) >= OFFER_LIST_BYTES) return false;
  list->length = g_strlcat(list->text, line, OFFER_LIST_BYTES);
  list->told++;
  return true;
}

bool offer_list_refine(const OfferList *list, const VocabularyReply *row, ReplyRefinement *out)
{
  if (list->told == 0) return false;
  *out = (ReplyRefinement){row->gloss, list->text, row->rfc, false};
  return true;
}
