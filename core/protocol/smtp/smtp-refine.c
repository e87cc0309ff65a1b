/* SPDX-License-Identifier: MIT */
/* What a reply means by its enhanced code, or by the extensions it lists. */
#include "protocol/offer-list.h"
#include "protocol/sasl/sasl-steps.h"
#include "protocol/smtp/smtp-keywords.h"
#include "protocol/smtp/smtp-session.h"
#include "protocol/smtp/smtp-status.h"

/* Codes that say as much as the finer one beside them, and say it for the command they answer. */
static bool says_enough(Bytes code)
{
  static const char *const codes[] = {"421", "500", "501", "502", "503", "504"};
  for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
    if (bytes_equal_ignore_case(code, codes[i])) return true;
  return false;
}

/* Codes that servers use for many things: less than a row for the very command answered. */
static bool is_broad(const SmtpStatus *status)
{
  static const char *const codes[] = {"X.5.1", "X.5.2", "X.5.4", "X.7.1"};
  for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
    if (strcmp(status->code, codes[i]) == 0) return true;
  return false;
}

static bool refine_by_status(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out)
{
  const SmtpStatus *status = smtp_status_find(parts->enhanced);
  if (status == NULL || smtp_status_is_vague(status) || says_enough(parts->code)) return false;
  if (smtp_vocabulary.replies[line->word].after != NULL && is_broad(status)) return false;
  *out = (ReplyRefinement){status->gloss, status->explanation, status->rfc, false};
  return true;
}

/* One line an extension known: as many as the table has, and no more. */
static bool refine_by_offers(const DecodedLine *line, ReplyRefinement *out)
{
  static _Thread_local char text[OFFER_LIST_BYTES];
  OfferList list = offer_list_begin(text);
  Bytes rest = smtp_keywords_of_reply(line->raw);
  for (const SmtpKeyword *keyword; (keyword = smtp_keyword_next(&rest)) != NULL;)
    if (!offer_list_add(&list, keyword->keyword, keyword->gloss)) break;
  return offer_list_refine(&list, &smtp_vocabulary.replies[line->word], out);
}

bool smtp_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out)
{
  if (sasl_refine(line, out)) return true;
  if (line->kind != LINE_REPLY || line->word >= smtp_vocabulary.reply_count) return false;
  bool lists = line->answered_word == SMTP_EHLO || line->answered_word == SMTP_LHLO;
  if (lists && line->reply_class == REPLY_OK) return !out->gloss_only && refine_by_offers(line, out);
  return refine_by_status(line, parts, out);
}
