/* SPDX-License-Identifier: MIT */
/* What a reply means by the code in its brackets (RFC 2449 §8), or by the capabilities it lists (RFC 2449
 * §6). */
#include "protocol/pop3/pop3-refine.h"

#include "base/i18n.h"
#include "protocol/offer-list.h"
#include "protocol/pop3/pop3-vocabulary.h"
#include "protocol/sasl/sasl-steps.h"

typedef struct {
  const char *word, *rfc, *gloss, *explanation;
} Pop3Code;

static const Pop3Code codes[] = {
    {"IN-USE", "RFC 2449 §8.1.2", N_("The mailbox is open elsewhere"),
     N_("Another session holds the mailbox: by POP3's rules only one at a time. Trying again later helps; "
        "the "
        "password may well be right.")},
    {"LOGIN-DELAY", "RFC 2449 §8.1.1", N_("Not so soon again"),
     N_("The server wants some time between two log-ins. The client should ask less often.")},
    {"SYS/TEMP", "RFC 3206 §4", N_("A fault on the server, for now"),
     N_("Something on the server failed that will most likely pass; the password is not to blame.")},
    {"SYS/PERM", "RFC 3206 §4", N_("A fault on the server that stays"),
     N_("Somebody has to repair something on the server; trying again does not help.")},
    {"AUTH", "RFC 3206 §5", N_("Name or password are not right"),
     N_("The server says it clearly: the log-in itself is at fault, so the person should be asked again.")},
    {"UTF8", "RFC 6856 §5", N_("Letters beyond ASCII are in the way"),
     N_("The mailbox holds, or the command names, something in UTF-8 that was not agreed on.")},
};

static const Pop3Code capabilities[] = {
    {"TOP", "RFC 2449 §6.1", N_("only the beginning of a message"), NULL},
    {"USER", "RFC 2449 §6.2", N_("log in by USER and PASS, in clear"), NULL},
    {"SASL", "RFC 2449 §6.3", N_("log in by AUTH; the ways are listed"), NULL},
    {"RESP-CODES", "RFC 2449 §6.4", N_("reasons in brackets after -ERR"), NULL},
    {"AUTH-RESP-CODE", "RFC 3206 §6", N_("tells a wrong password from a fault"), NULL},
    {"LOGIN-DELAY", "RFC 2449 §6.5", N_("seconds to wait between log-ins"), NULL},
    {"PIPELINING", "RFC 2449 §6.6", N_("several commands at once"), NULL},
    {"EXPIRE", "RFC 2449 §6.7", N_("days that mail is kept; NEVER: for good"), NULL},
    {"UIDL", "RFC 2449 §6.8", N_("lasting ids of messages"), NULL},
    {"IMPLEMENTATION", "RFC 2449 §6.9", N_("the server's name"), NULL},
    {"STLS", "RFC 2595 §4", N_("TLS on this same connection"), NULL},
    {"UTF8", "RFC 6856 §2", N_("names and headers in UTF-8"), NULL},
    {"LANG", "RFC 6856 §3", N_("messages in other languages"), NULL},
    {"APOP", "RFC 1939 §7", N_("log in by a digest"), NULL},
};

static const Pop3Code *find(const Pop3Code *rows, size_t count, Bytes word)
{
  for (size_t i = 0; i < count; i++)
    if (bytes_equal_ignore_case(word, rows[i].word)) return &rows[i];
  return NULL;
}

/* Returns what stands in brackets at the front of text; empty where nothing does. */
static Bytes code_in_brackets(Bytes text)
{
  if (text.length == 0 || text.data[0] != '[') return BYTES_EMPTY;
  ptrdiff_t close = bytes_find(text, ']');
  return close < 0 ? BYTES_EMPTY : bytes_slice(text, 1, (size_t)close - 1);
}

static Bytes cut_line(Bytes *rest)
{
  ptrdiff_t lf = bytes_find(*rest, '\n');
  Bytes line = bytes_chomp(bytes_slice(*rest, 0, lf < 0 ? rest->length : (size_t)lf + 1));
  *rest = lf < 0 ? BYTES_EMPTY : bytes_skip(*rest, (size_t)lf + 1);
  return line;
}

static Bytes first_word(Bytes line)
{
  ptrdiff_t space = bytes_find(line, ' ');
  return bytes_slice(line, 0, space < 0 ? line.length : (size_t)space);
}

bool pop3_lists_capability(Bytes raw, const char *word)
{
  cut_line(&raw);
  while (raw.length > 0)
    if (bytes_equal_ignore_case(first_word(cut_line(&raw)), word)) return true;
  return false;
}

static bool refine_by_capabilities(const DecodedLine *line, ReplyRefinement *out)
{
  static _Thread_local char told[OFFER_LIST_BYTES];
  OfferList list = offer_list_begin(told);
  Bytes rest = line->raw;
  cut_line(&rest);
  while (rest.length > 0) {
    const Pop3Code *capability = find(capabilities, G_N_ELEMENTS(capabilities), first_word(cut_line(&rest)));
    if (capability != NULL && !offer_list_add(&list, capability->word, capability->gloss)) break;
  }
  return offer_list_refine(&list, &pop3_vocabulary.replies[line->word], out);
}

/* LIST and UIDL with a number are answered in one line. */
static bool refine_single(const DecodedLine *line, ReplyRefinement *out)
{
  bool list = line->answered_word == POP3_LIST, uidl = line->answered_word == POP3_UIDL;
  if ((!list && !uidl) || line->reply_class != REPLY_OK || (line->flags & LINE_INCOMPLETE) != 0) return false;
  Bytes raw = line->raw;
  cut_line(&raw);
  if (raw.length > 0) return false;
  const VocabularyReply *row = &pop3_vocabulary.replies[line->word];
  *out = (ReplyRefinement){list ? N_("Number and size of this one") : N_("Number and unique id of this one"),
                           row->explanation, row->rfc, false};
  return true;
}

bool pop3_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out)
{
  if (sasl_refine(line, out)) return true;
  if (line->kind != LINE_REPLY || line->word >= pop3_vocabulary.reply_count) return false;
  if (refine_single(line, out)) return true;
  bool lists = line->answered_word == POP3_CAPA && line->reply_class == REPLY_OK;
  if (lists) return !out->gloss_only && refine_by_capabilities(line, out);
  const Pop3Code *code = find(codes, G_N_ELEMENTS(codes), code_in_brackets(parts->text));
  if (code == NULL || line->reply_class != REPLY_REFUSED) return false;
  *out = (ReplyRefinement){code->gloss, code->explanation, code->rfc, false};
  return true;
}
