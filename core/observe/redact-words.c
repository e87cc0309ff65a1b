/* SPDX-License-Identifier: MIT */
/* The words that a redacted capture may keep. */
#include "observe/redact-words.h"

#include "protocol/registry.h"

#define PUBLIC_WORD_BYTES 64u /* longer than any of them */

/* Words that say nothing of anybody, blanks between. */
static const char public_words[] =
    /* SMTP */
    "SIZE BODY 7BIT 8BITMIME BINARYMIME SMTPUTF8 RET FULL HDRS ENVID NOTIFY NEVER SUCCESS "
    "FAILURE DELAY ORCPT RFC822 LAST PIPELINING STARTTLS AUTH DSN CHUNKING ENHANCEDSTATUSCODES "
    "HELP ETRN VRFY EXPN REQUIRETLS PLAIN LOGIN CRAM DIGEST MD5 SCRAM SHA NTLM GSSAPI XOAUTH2 "
    "OAUTHBEARER EXTERNAL ANONYMOUS "
    /* POP3 */
    "TOP USER SASL RESP CODES CODE UIDL STLS EXPIRE IMPLEMENTATION APOP OCTETS IN USE SYS TEMP "
    "PERM "
    /* IMAP */
    "INBOX FETCH SEARCH EXPUNGE LSUB VANISHED QUOTAROOT FLAGS UID BODYSTRUCTURE ENVELOPE "
    "INTERNALDATE MODSEQ PEEK HEADER FIELDS TEXT MIME NIL ALL FAST SEEN ANSWERED FLAGGED "
    "DELETED DRAFT RECENT SILENT MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ "
    "PERMANENTFLAGS READ WRITE ONLY CAPABILITY IMAP4rev1 IMAP4rev2 IDLE NAMESPACE ID UIDPLUS "
    "LITERAL UNSELECT ENABLE CONDSTORE QRESYNC QUOTA ESEARCH SORT THREAD COMPRESS DEFLATE MOVE "
    "CHILDREN LIST EXTENDED SPECIAL TRYCREATE APPENDUID COPYUID ALERT AUTHENTICATIONFAILED "
    "EXISTS HASCHILDREN HASNOCHILDREN NOSELECT MARKED UNMARKED SUBJECT FROM TO CC DATE SENDER "
    "MESSAGE REFERENCES IR REPLY CONTENT TYPE DESCRIPTION ALREADYEXISTS AUTHORIZATIONFAILED "
    "CLOSED COMPRESSIONACTIVE EXPIRED INUSE LOGINDISABLED NOMODSEQ NONEXISTENT NOPERM OVERQUOTA "
    "PRIVACYREQUIRED UIDNOTSTICKY UNAVAILABLE SINCE BEFORE UNDELETED NOT OR "
    /* MIME */
    "HTML MULTIPART MIXED ALTERNATIVE RELATED REPORT SIGNED IMAGE PNG JPEG GIF APPLICATION "
    "OCTET STREAM PDF ZIP CHARSET UTF 8 US ASCII ISO 8859 1 BOUNDARY BASE64 QUOTED PRINTABLE "
    "BINARY NAME FILENAME ATTACHMENT INLINE FORMAT FLOWED DELIVERY STATUS X WWW FORM URLENCODED "
    "DATA "
    /* HTTP */
    "HOST LENGTH TRANSFER ENCODING CHUNKED CONNECTION KEEP ALIVE CLOSE COOKIE SET AUTHORIZATION "
    "LOCATION AGENT ACCEPT CACHE CONTROL SERVER BASIC AUTHENTICATE LANGUAGE ETAG ";

static void add_public(GHashTable *words, const char *word)
{
  g_hash_table_add(words, g_ascii_strup(word, -1));
}

/* These words, and all that the protocols' vocabularies know. */
static gpointer collect_public(gpointer unused)
{
  (void)unused;
  GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_auto(GStrv) listed = g_strsplit(public_words, " ", -1);
  for (size_t i = 0; listed[i] != NULL; i++)
    add_public(words, listed[i]);
  for (ProtocolId id = PROTOCOL_NONE; id < PROTOCOL_COUNT; id++) {
    const Vocabulary *vocabulary = registry_get_vocabulary(id);
    for (size_t i = 0; vocabulary != NULL && i < vocabulary->word_count; i++)
      add_public(words, vocabulary->words[i].word);
    for (size_t i = 0; vocabulary != NULL && i < vocabulary->reply_count; i++)
      add_public(words, vocabulary->replies[i].code);
  }
  return words;
}

bool redact_is_public(Bytes word)
{
  static GOnce once = G_ONCE_INIT;
  char key[PUBLIC_WORD_BYTES];
  if (word.length >= sizeof key) return false;
  for (size_t i = 0; i < word.length; i++)
    key[i] = g_ascii_toupper((char)word.data[i]);
  key[word.length] = '\0';
  return g_hash_table_contains(g_once(&once, collect_public, NULL), key);
}
