/* SPDX-License-Identifier: MIT */
/* The extensions that EHLO's answer lists. */
#include "protocol/smtp/smtp-keywords.h"

#include "base/i18n.h"
#include "protocol/smtp/smtp-syntax.h"

/* clang-format off: one line a member reads as a table */
static const SmtpKeyword keywords[] = {
    {"8BITMIME", "RFC 6152", N_("bytes of 8 bits may travel as they are"),
     N_("The body may hold bytes above 127, such as letters with accents in UTF-8, without being "
        "recoded. The client says so with BODY=8BITMIME after MAIL.")},
    {"ATRN", "RFC 2645", N_("mail that waits, over this same line"),
     N_("After logging in the client may ask for the mail of its domains, and the two swap roles.")},
    {"AUTH", "RFC 4954 §3", N_("log in; the ways to do it are listed"),
     N_("The words behind it are the mechanisms offered. PLAIN and LOGIN show the password to whoever "
        "listens, unless the line is sealed.")},
    {"BINARYMIME", "RFC 3030 §3", N_("any bytes at all, in lines or not"),
     N_("Together with CHUNKING the body may be pure bytes. The client says so with BODY=BINARYMIME "
        "after MAIL.")},
    {"BURL", "RFC 4468 §3", N_("the server fetches the letter itself"),
     N_("Instead of sending the message the client may name a link to it on an IMAP server.")},
    {"CHUNKING", "RFC 3030 §2", N_("the letter in counted pieces (BDAT)"),
     N_("The client may use BDAT in place of DATA: it counts the bytes, and no dot has to be doubled.")},
    {"DELIVERBY", "RFC 2852 §4", N_("deliver in time, or give it back"),
     N_("The client may say with BY= how long the letter is of use; a number behind it is the "
        "shortest time that the server takes.")},
    {"DSN", "RFC 3461 §3", N_("reports on delivery, as ordered"),
     N_("The client may ask with NOTIFY= when a report should come back (on success, failure or delay, or "
        "never), and with RET= how much of the letter comes with it.")},
    {"ENHANCEDSTATUSCODES", "RFC 2034 §2", N_("finer codes, such as 5.1.1"),
     N_("Most replies carry a second code of three numbers, which says more exactly what happened.")},
    {"ETRN", "RFC 1985 §4", N_("try the mail that waits for us now"),
     N_("The client may ask the server to send what it keeps for a site, over a new connection.")},
    {"EXPN", "RFC 5321 §3.5.2", N_("who is on a mailing list"),
     N_("The client may ask for the members of a mailing list. That it is listed does not mean that "
        "everybody is told.")},
    {"FUTURERELEASE", "RFC 4865 §4", N_("hold the letter and send it later"),
     N_("The client may say with HOLDFOR= or HOLDUNTIL= when the letter should set out; the longest "
        "wait is listed.")},
    {"HELP", "RFC 5321 §4.1.1.8", N_("a few words of help"), N_("HELP gets an answer for people to read.")},
    {"LIMITS", "RFC 9422 §3", N_("how much it takes at a time"),
     N_("The server says beforehand how many recipients or transactions it takes, so that the client "
        "need not find out by being refused.")},
    {"MT-PRIORITY", "RFC 6710 §3", N_("urgent letters first"),
     N_("The client may say with MT-PRIORITY= how urgent the letter is, from -9 to 9.")},
    {"MTRK", "RFC 3885 §3", N_("where is my letter now"),
     N_("The client may have the letter's way recorded, and ask about it later.")},
    {"NO-SOLICITING", "RFC 3865 §2", N_("no advertisements, please"),
     N_("The server says which kinds of unasked mail it does not want.")},
    {"PIPELINING", "RFC 2920 §3", N_("several commands without waiting"),
     N_("The client may send MAIL, RCPT and DATA in one go and read the replies afterwards, in the "
        "same order. That saves round trips.")},
    {"REQUIRETLS", "RFC 8689 §2", N_("never in clear, all the way"),
     N_("The client may demand with REQUIRETLS that the letter be passed on under TLS only, or not at "
        "all.")},
    {"RRVS", "RFC 7293 §3", N_("only if the mailbox has kept its owner"),
     N_("The client may name a date with RRVS=: if the mailbox has changed hands since, the letter is "
        "not delivered.")},
    {"SIZE", "RFC 1870 §3", N_("the largest letter taken, in bytes"),
     N_("The client may announce the size with SIZE= after MAIL, so that a letter too large is "
        "refused before it travels. 0 or no number: no fixed limit.")},
    {"SMTPUTF8", "RFC 6531 §3", N_("accents in addresses and headers"),
     N_("Addresses and headers may hold letters of all scripts, in UTF-8. The client says so with "
        "SMTPUTF8 after MAIL.")},
    {"STARTTLS", "RFC 3207 §2", N_("seal this line with TLS"),
     N_("The client may say STARTTLS and go on encrypted. This offer travels in clear: someone in the "
        "middle can take it out.")},
    {"SUBMITTER", "RFC 4405 §4", N_("who is responsible for the letter"),
     N_("The client may name with SUBMITTER= who hands the letter in, where that is not its author. "
        "Hardly used any more.")},
    {"TURN", "RFC 821 §3.8", N_("swap roles"),
     N_("Historical: client and server may change places, with no check of who is who.")},
    {"VERP", "RFC 5321 §4.1.5", N_("a sender of its own for each recipient"),
     N_("An extension of Postfix: bounces then tell which recipient they are about. The client says "
        "XVERP after MAIL.")},
    {"VRFY", "RFC 5321 §3.5", N_("does a mailbox exist"),
     N_("The client may ask whether a mailbox exists. Most servers answer neither yes nor no.")},
    {"XCLIENT", "RFC 5321 §4.1.5", N_("a trusted proxy may name its client"),
     N_("An extension of Postfix: the server takes this peer's word for who the real client is. Strangers "
        "should never be shown it.")},
    {"XFORWARD", "RFC 5321 §4.1.5", N_("where the letter came from, for the log"),
     N_("An extension of Postfix, between a mail server and its filter.")},
};
/* clang-format on */

const SmtpKeyword *smtp_keyword_find(Bytes word)
{
  for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++)
    if (bytes_equal_ignore_case(word, keywords[i].keyword)) return &keywords[i];
  return NULL;
}

const SmtpKeyword *smtp_keyword_get(size_t index)
{
  return index < G_N_ELEMENTS(keywords) ? &keywords[index] : NULL;
}

static const SmtpKeyword *find_in_line(Bytes line)
{
  SmtpReplyLine reply;
  if (!smtp_parse_reply_line(line, &reply)) return NULL;
  size_t length = 0;
  /* "AUTH=LOGIN" was how servers wrote it before there was a standard */
  while (length < reply.text.length && reply.text.data[length] != ' ' && reply.text.data[length] != '=')
    length++;
  return smtp_keyword_find(bytes_slice(reply.text, 0, length));
}

const SmtpKeyword *smtp_keyword_next(Bytes *rest)
{
  while (rest->length > 0) {
    ptrdiff_t lf = bytes_find(*rest, '\n');
    Bytes line = bytes_slice(*rest, 0, lf < 0 ? rest->length : (size_t)lf + 1);
    *rest = bytes_skip(*rest, line.length);
    const SmtpKeyword *keyword = find_in_line(line);
    if (keyword != NULL) return keyword;
  }
  return NULL;
}

Bytes smtp_keywords_of_reply(Bytes raw)
{
  ptrdiff_t lf = bytes_find(raw, '\n');
  return lf < 0 ? BYTES_EMPTY : bytes_skip(raw, (size_t)lf + 1);
}

bool smtp_reply_offers(Bytes raw, const char *word)
{
  Bytes rest = smtp_keywords_of_reply(raw);
  for (const SmtpKeyword *keyword; (keyword = smtp_keyword_next(&rest)) != NULL;)
    if (strcmp(keyword->keyword, word) == 0) return true;
  return false;
}
