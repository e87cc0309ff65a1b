/* SPDX-License-Identifier: MIT */
/* What a response means by the code in its brackets (RFC 9051 §7.1), or by the capabilities it lists
 * (§7.2.2). */
#include "protocol/imap/imap-refine.h"

#include "base/i18n.h"
#include "protocol/imap/imap-syntax.h"
#include "protocol/offer-list.h"
#include "protocol/sasl/sasl-steps.h"

typedef struct {
  const char *word, *rfc, *gloss, *explanation;
} ImapCode;

static const ImapCode codes[] = {
    {"ALERT", "RFC 9051 §7.1", N_("Show this to the person"),
     N_("A warning that the program must not keep to itself.")},
    {"UIDVALIDITY", "RFC 9051 §7.1", N_("Ids hold as long as this number stays"),
     N_("Where this number has changed, the ids that a client remembers mean nothing any more.")},
    {"UIDNEXT", "RFC 9051 §7.1", N_("The next message gets at least this id"),
     N_("So a client knows, without looking, whether anything new came.")},
    {"PERMANENTFLAGS", "RFC 9051 §7.1", N_("These flags are kept for good"),
     N_("A \\* in the list: new keywords may be made up.")},
    {"UNSEEN", "RFC 3501 §7.1", N_("The first message not seen yet"),
     N_("Its number; the client may start reading there.")},
    {"READ-ONLY", "RFC 9051 §7.1", N_("Open, for reading only"),
     N_("Nothing in the mailbox can be changed.")},
    {"READ-WRITE", "RFC 9051 §7.1", N_("Open, to read and to change"),
     N_("Flags may be set, and messages removed.")},
    {"TRYCREATE", "RFC 9051 §7.1", N_("No such mailbox; create it first"),
     N_("The message was not stored, and would be if the mailbox were made.")},
    {"CAPABILITY", "RFC 9051 §7.1", N_("And this is what I can do"),
     N_("The list spares the client the question.")},
    {"APPENDUID", "RFC 4315 §3", N_("Stored, under this id"),
     N_("The mailbox's UIDVALIDITY, then the id of the new message.")},
    {"COPYUID", "RFC 4315 §3", N_("Copied; these are the new ids"),
     N_("The other mailbox's UIDVALIDITY, the ids copied, and those of the copies.")},
    {"UIDNOTSTICKY", "RFC 4315 §3", N_("Ids do not last here"), N_("The client should not remember them.")},
    {"HIGHESTMODSEQ", "RFC 7162 §3.1.2.1", N_("The number of the last change"),
     N_("With it a client asks next time only for what changed since.")},
    {"NOMODSEQ", "RFC 7162 §3.1.2.2", N_("Changes are not counted here"),
     N_("The client has to compare flags itself.")},
    {"AUTHENTICATIONFAILED", "RFC 9051 §7.1", N_("Name or password are not right"),
     N_("The log-in itself was refused; the server does not say which of the two was wrong.")},
    {"AUTHORIZATIONFAILED", "RFC 9051 §7.1", N_("Right, but not as that person"),
     N_("The password is right, yet it gives no right to act for the one named.")},
    {"UNAVAILABLE", "RFC 9051 §7.1", N_("Something behind me is down"),
     N_("Such as the server that knows the passwords; trying again later helps.")},
    {"EXPIRED", "RFC 9051 §7.1", N_("The password is too old"), N_("A new one has to be chosen first.")},
    {"PRIVACYREQUIRED", "RFC 9051 §7.1", N_("Not in clear text"),
     N_("The server wants TLS before it does that.")},
    {"INUSE", "RFC 9051 §7.1", N_("Somebody else holds it now"),
     N_("Another session is at work on it; trying again later helps.")},
    {"OVERQUOTA", "RFC 9051 §7.1", N_("The share of the disk is used up"),
     N_("Something has to go before more can come.")},
    {"NOPERM", "RFC 9051 §7.1", N_("You may not do that"), N_("The rights in that mailbox do not allow it.")},
    {"NONEXISTENT", "RFC 9051 §7.1", N_("There is no such mailbox"),
     N_("The name may be mistyped, or the mailbox was removed.")},
    {"ALREADYEXISTS", "RFC 9051 §7.1", N_("That name is taken"),
     N_("A mailbox of that name is there already.")},
    {"CLOSED", "RFC 9051 §7.1", N_("The mailbox before is closed"),
     N_("What follows tells of the one opened now.")},
    {"MYRIGHTS", "RFC 4314 §3.8", N_("This is what you may do in this mailbox"),
     N_("The letters of the rights: l see, r read, s keep seen, w write other flags, i insert, p post, k "
        "create, x delete the mailbox, t mark deleted, e expunge, a administer.")},
    {"CLIENTBUG", "RFC 9051 §7.1", N_("You did something odd there"),
     N_("The command was carried out all the same, yet the server thinks that the client is at fault.")},
    {"SERVERBUG", "RFC 9051 §7.1", N_("I have a fault of my own"),
     N_("Something went wrong in the server that never should; trying again may help.")},
    {"CANNOT", "RFC 9051 §7.1", N_("That can never be done here"),
     N_("Not for want of rights: the server has no way to do it, for anybody.")},
    {"LIMIT", "RFC 9051 §7.1", N_("That is more than I take"),
     N_("A limit of the server's own, such as the number of mailboxes or of flags.")},
    {"CONTACTADMIN", "RFC 9051 §7.1", N_("Ask those who run this server"),
     N_("The client itself can do nothing about it.")},
    {"CORRUPTION", "RFC 9051 §7.1", N_("Something stored here is damaged"),
     N_("The server found data of this mailbox spoilt, and somebody has to look at it.")},
    {"PARSE", "RFC 9051 §7.1", N_("A message here has odd headers"),
     N_("The server could not make sense of a letter's headers or its structure.")},
    {"BADCHARSET", "RFC 9051 §7.1", N_("I cannot search in that character set"),
     N_("The sets that the server knows may follow in parentheses.")},
    {"HASCHILDREN", "RFC 9051 §7.1", N_("There are mailboxes inside it"),
     N_("They have to go before this one can.")},
    {"EXPUNGEISSUED", "RFC 9051 §7.1", N_("Another session removed some of these"),
     N_("They were taken away while the command was at work.")},
    {"COMPRESSIONACTIVE", "RFC 4978 §3", N_("Compressed already"),
     N_("Compressing twice would gain nothing.")},
};

static const ImapCode capabilities[] = {
    {"IMAP4rev1", "RFC 3501", N_("IMAP as of 2003"), NULL},
    {"IMAP4rev2", "RFC 9051", N_("IMAP as of 2021"), NULL},
    {"STARTTLS", "RFC 9051 §6.2.1", N_("TLS on this same connection"), NULL},
    {"LOGINDISABLED", "RFC 9051 §6.2.3", N_("no LOGIN for now: TLS first"), NULL},
    {"AUTH=PLAIN", "RFC 4616", N_("log in, the password in base64"), NULL},
    {"AUTH=LOGIN", "RFC 9051 §6.2.2", N_("the same in two steps"), NULL},
    {"AUTH=CRAM-MD5", "RFC 2195", N_("log in by a digest"), NULL},
    {"SASL-IR", "RFC 4959", N_("the log-in with one step fewer"), NULL},
    {"IDLE", "RFC 2177", N_("news as they come"), NULL},
    {"MOVE", "RFC 6851", N_("moving in one step"), NULL},
    {"UIDPLUS", "RFC 4315", N_("ids of what was stored or copied"), NULL},
    {"NAMESPACE", "RFC 2342", N_("where mailbox names begin"), NULL},
    {"ID", "RFC 2971", N_("names of the programs"), NULL},
    {"LITERAL+", "RFC 7888", N_("literals without waiting"), NULL},
    {"LITERAL-", "RFC 7888", N_("short literals without waiting"), NULL},
    {"UNSELECT", "RFC 3691", N_("closing without removing"), NULL},
    {"ENABLE", "RFC 5161", N_("switching extensions on"), NULL},
    {"CONDSTORE", "RFC 7162", N_("counted changes"), NULL},
    {"QRESYNC", "RFC 7162", N_("catching up fast"), NULL},
    {"QUOTA", "RFC 9208", N_("shares of the disk"), NULL},
    {"ESEARCH", "RFC 4731", N_("short answers to searches"), NULL},
    {"SORT", "RFC 5256", N_("sorting on the server"), NULL},
    {"COMPRESS=DEFLATE", "RFC 4978", N_("compression"), NULL},
    {"ACL", "RFC 4314", N_("rights of others"), NULL},
    {"SPECIAL-USE", "RFC 6154", N_("which mailbox is for what"), NULL},
    {"UTF8=ACCEPT", "RFC 9755", N_("names and headers in UTF-8"), NULL},
};

static const ImapCode *find(const ImapCode *rows, size_t count, Bytes word)
{
  for (size_t i = 0; i < count; i++)
    if (bytes_equal_ignore_case(word, rows[i].word)) return &rows[i];
  return NULL;
}

/* Returns the first word in brackets at the front of text; empty where there are none. */
static Bytes code_in_brackets(Bytes text)
{
  if (text.length == 0 || text.data[0] != '[') return BYTES_EMPTY;
  size_t length = 0;
  while (1 + length < text.length && text.data[1 + length] != ']' && text.data[1 + length] != ' ')
    length++;
  return bytes_slice(text, 1, length);
}

static bool refine_by_capabilities(Bytes text, const VocabularyReply *row, ReplyRefinement *out)
{
  static _Thread_local char told[OFFER_LIST_BYTES];
  OfferList list = offer_list_begin(told);
  for (size_t before = SIZE_MAX; text.length > 0 && text.length < before;) {
    before = text.length; /* a line end inside: no more words */
    const ImapCode *capability = find(capabilities, G_N_ELEMENTS(capabilities), imap_next_word(&text));
    if (capability != NULL && !offer_list_add(&list, capability->word, capability->gloss)) break;
  }
  return offer_list_refine(&list, row, out);
}

/* Data about one message that is nothing but its marks, or the number of its last change. */
static bool refine_by_items(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out)
{
  Bytes items = parts->items;
  LineItem item;
  bool flags = false, counted = false,
       asked = line->answered_word == IMAP_FETCH || line->answered_word == IMAP_UID_FETCH;
  while (line_items_next(&items, &item)) {
    bool changed = bytes_equal_ignore_case(item.name, "MODSEQ");
    bool marks = bytes_equal_ignore_case(item.name, "FLAGS");
    if (!changed && !marks && !bytes_equal_ignore_case(item.name, "UID")) return false;
    counted |= changed;
    flags |= marks;
  }
  if (flags && !asked && line->answered_word != IMAP_IDLE) {
    uint16_t row = vocabulary_find_reply(&imap_vocabulary, BYTES_LITERAL("FETCH"), IMAP_STORE);
    const VocabularyReply *store = &imap_vocabulary.replies[row];
    *out = (ReplyRefinement){store->gloss, store->explanation, store->rfc, false};
    return true;
  }
  if (flags || !counted) return false;
  *out = (ReplyRefinement){
      N_("The number of its last change"),
      N_("MODSEQ grows with each change of a message; a client remembers it and later asks only for what "
         "changed since."),
      "RFC 7162 §3.1.4", false};
  return true;
}

/* Codes and data that mean something else for what was asked, or for what they hold. */
static bool refine_by_context(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out)
{
  static const struct {
    const char *begins;
    bool after_move;
    ReplyRefinement told;
  } rows[] = {
      {"[COPYUID ",
       true,
       {N_("Moved; these are the new ids"),
        N_("The other mailbox's UIDVALIDITY, the ids moved, and those that they have there."),
        "RFC 6851 §4.3", false}},
      {"[PERMANENTFLAGS ()",
       false,
       {N_("No flags can be kept here"), N_("The mailbox is open for reading only, or keeps none."),
        "RFC 9051 §7.1", false}},
  };
  bool moved = line->answered_word == IMAP_MOVE || line->answered_word == IMAP_UID_MOVE;
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (!bytes_starts_ignore_case(parts->text, rows[i].begins) || (rows[i].after_move && !moved)) continue;
    *out = rows[i].told;
    return true;
  }
  bool unlimited = bytes_equal_ignore_case(parts->code, "QUOTA") && bytes_find(parts->text, '(') < 0;
  if (!unlimited) return false;
  *out = (ReplyRefinement){N_("No limit is set for this one"),
                           N_("The server names the share and no number with it: it may grow as it likes."),
                           "RFC 9208 §4.2.1", false};
  return true;
}

bool imap_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out)
{
  if (sasl_refine(line, out)) return true;
  if (line->kind != LINE_REPLY || line->word >= imap_vocabulary.reply_count) return false;
  const VocabularyReply *row = &imap_vocabulary.replies[line->word];
  if (strcmp(row->code, "CAPABILITY") == 0)
    return !out->gloss_only && refine_by_capabilities(parts->text, row, out);
  if (parts->items.length > 0) return refine_by_items(line, parts, out);
  if (refine_by_context(line, parts, out)) return true;
  const ImapCode *code = find(codes, G_N_ELEMENTS(codes), code_in_brackets(parts->text));
  /* a completion tells more of its command than of a list beside it */
  bool aside = code != NULL && line->reply_class == REPLY_OK && strcmp(code->word, "CAPABILITY") == 0;
  if (code == NULL || aside) return false;
  *out = (ReplyRefinement){code->gloss, code->explanation, code->rfc, false};
  return true;
}
