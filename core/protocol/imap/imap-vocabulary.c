/* SPDX-License-Identifier: MIT */
/* The vocabulary of IMAP: its states, what its server says, and the commands of imap-words.c. */
#include "protocol/imap/imap-vocabulary.h"

#include "base/i18n.h"
#include "protocol/imap/imap-words.h"

static const VocabularyState states[IMAP_STATE_COUNT] = {
    [IMAP_NOT_AUTHENTICATED] = {"not-authenticated", N_("Who are you?")},
    [IMAP_AUTHENTICATED] = {"authenticated", N_("Logged in")},
    [IMAP_SELECTED] = {"selected", N_("Mailbox open")},
    [IMAP_LOGGED_OUT] = {"logout", N_("Saying goodbye")},
};

static const VocabularyReply replies[] = {
    {"OK", "", REPLY_OK, "RFC 9051 §7.1.1", N_("Ready; who are you?"),
     N_("The server speaks first. The words in brackets often list what it can do.")},
    {"PREAUTH", NULL, REPLY_OK, "RFC 9051 §7.1.4", N_("Ready, and I know who you are"),
     N_("The connection itself proved who the client is, so no log-in follows. On a network a careful client "
        "distrusts "
        "it: someone in between may say PREAUTH to keep TLS away.")},
    {"BYE", "LOGOUT", REPLY_UNTAGGED, "RFC 9051 §7.1.5", N_("Goodbye; the OK comes next"),
     N_("The server is about to close, as LOGOUT asked.")},
    {"BYE", "", REPLY_REFUSED, "RFC 9051 §7.1.5", N_("The server is closing the connection"),
     N_("Nobody asked for it: the server takes no more sessions, is being shut down, or the client was quiet "
        "for too "
        "long.")},
    {"BYE", NULL, REPLY_UNTAGGED, "RFC 9051 §7.1.5", N_("The server is closing the connection"),
     N_("No further command will be answered; the text says why.")},
    {"OK", "LOGIN", REPLY_OK, "RFC 9051 §6.2.3", N_("Welcome"),
     N_("Name and password were right; the session is authenticated. The mailboxes can now be listed and "
        "opened.")},
    {"NO", "LOGIN", REPLY_REFUSED, "RFC 9051 §6.2.3", N_("Not with this name and password"),
     N_("The server does not say which of the two was wrong. It may also refuse passwords in clear and want "
        "TLS first.")},
    {"OK", "AUTHENTICATE", REPLY_OK, "RFC 9051 §6.2.2", N_("You are who you say"),
     N_("The SASL exchange ended well; the session is authenticated.")},
    {"NO", "AUTHENTICATE", REPLY_REFUSED, "RFC 9051 §6.2.2", N_("The log-in failed"),
     N_("The proof was wrong, or the server does not know the mechanism.")},
    {"BAD", "AUTHENTICATE", REPLY_REFUSED, "RFC 9051 §6.2.2", N_("The log-in was broken off"),
     N_("The client gave up with *, or a line was not base64.")},
    {"OK", "STARTTLS", REPLY_OK, "RFC 9051 §6.2.1", N_("Begin TLS now"),
     N_("From the next byte on both sides speak TLS. What was learned in clear, such as the capabilities, "
        "must be asked "
        "again.")},
    {"BAD", "STARTTLS", REPLY_REFUSED, "RFC 9051 §6.2.1", N_("No TLS here"),
     N_("The connection stays in clear text. A careful client stops here rather than send its password.")},
    {"OK", "SELECT", REPLY_OK, "RFC 9051 §6.3.2", N_("The mailbox is open"),
     N_("READ-WRITE in brackets says that it may be changed. FETCH, STORE and SEARCH are now allowed.")},
    {"NO", "SELECT", REPLY_REFUSED, "RFC 9051 §6.3.2", N_("That mailbox cannot be opened"),
     N_("It does not exist, or the user may not read it. A mailbox that was open before is closed all the "
        "same.")},
    {"OK", "EXAMINE", REPLY_OK, "RFC 9051 §6.3.3", N_("Open, for reading only"),
     N_("READ-ONLY in brackets: the client may fetch and search and changes nothing.")},
    {"OK", "APPEND", REPLY_OK, "RFC 9051 §6.3.12", N_("The message is stored"),
     N_("It is in the mailbox now. APPENDUID in brackets tells which id it got.")},
    {"NO", "APPEND", REPLY_REFUSED, "RFC 9051 §6.3.12", N_("The message was not stored"),
     N_("TRYCREATE in brackets means: the mailbox does not exist, and CREATE may help. Else it may be "
        "full.")},
    {"OK", "IDLE", REPLY_OK, "RFC 9051 §6.3.13", N_("The wait is over"),
     N_("The server heard DONE; the client may send commands again.")},
    {"OK", "EXPUNGE", REPLY_OK, "RFC 9051 §6.4.3", N_("The marked messages are gone"),
     N_("An EXPUNGE line before this one named each of them.")},
    {"OK", "COMPRESS", REPLY_OK, "RFC 4978 §3", N_("Squeezed from the next byte on"),
     N_("Both sides now send DEFLATE-compressed bytes. It is no protection: Carteiro unpacks them, and so "
        "can "
        "anybody.")},
    {"OK", "LOGOUT", REPLY_OK, "RFC 9051 §6.1.3", N_("Farewell; the line closes"),
     N_("The session is over and the server closes the connection.")},
    {"+", "IDLE", REPLY_CONTINUE, "RFC 9051 §6.3.13", N_("I shall tell you what happens"),
     N_("The server now speaks up by itself, until the client sends DONE.")},
    {"+", "AUTHENTICATE", REPLY_CONTINUE, "RFC 9051 §6.2.2", N_("Go on with the log-in"),
     N_("What follows the plus is the mechanism's challenge in base64; it may be empty. The client answers "
        "with a "
        "base64 line.")},
    {"+", NULL, REPLY_CONTINUE, "RFC 9051 §7.6", N_("Go on; I am listening"),
     N_("The command announced a literal, a number of bytes in braces, and the server is ready to take "
        "them.")},
    {"CAPABILITY", NULL, REPLY_UNTAGGED, "RFC 9051 §7.2.2", N_("This is what I can do"),
     N_("The server's list: STARTTLS offers TLS, AUTH= names a log-in mechanism, LOGINDISABLED refuses LOGIN "
        "for now.")},
    {"ENABLED", NULL, REPLY_UNTAGGED, "RFC 9051 §7.2.1", N_("These extensions are now on"),
     N_("Of those the client asked for, the server names the ones it has switched on.")},
    {"ID", NULL, REPLY_UNTAGGED, "RFC 2971 §3.2", N_("This is the program I am"),
     N_("The server's name and version, in pairs of field and value, or NIL when it would rather not say.")},
    {"NAMESPACE", NULL, REPLY_UNTAGGED, "RFC 9051 §7.3.2", N_("Here mailbox names begin"),
     N_("Three groups: the user's own mailboxes, those of other users, and shared ones. Each gives a prefix "
        "and the "
        "separator.")},
    {"LIST", NULL, REPLY_UNTAGGED, "RFC 9051 §7.3.1", N_("One entry of the list"),
     N_("Its attributes in parentheses, the separator of levels, and its name. \\Sent or \\Trash tells what "
        "it is used "
        "for.")},
    {"LSUB", NULL, REPLY_UNTAGGED, "RFC 3501 §7.2.3", N_("One mailbox on your list"),
     N_("A mailbox that the user subscribed to, in the same form as LIST.")},
    {"STATUS", NULL, REPLY_UNTAGGED, "RFC 9051 §7.3.3", N_("The numbers you asked for"),
     N_("Pairs of item and number about a mailbox, without opening it.")},
    {"FLAGS", NULL, REPLY_UNTAGGED, "RFC 9051 §7.3.5", N_("Flags a message may have here"),
     N_("Those with a backslash belong to IMAP itself, such as \\Seen; the others are keywords that people "
        "or programs "
        "chose.")},
    {"EXISTS", "IDLE", REPLY_UNTAGGED, "RFC 9051 §7.4.1", N_("The count changed: so many by now"),
     N_("The number of messages changed while the client waited. When it grew, the client now fetches the "
        "new ones.")},
    {"EXISTS", NULL, REPLY_UNTAGGED, "RFC 9051 §7.4.1", N_("So many messages are in the mailbox"),
     N_("The number comes first in the line. When it grows, new mail has arrived.")},
    {"RECENT", NULL, REPLY_UNTAGGED, "RFC 3501 §7.3.2", N_("So many came since the last visit"),
     N_("Messages that no session was told of before. Today's IMAP has given this count up.")},
    {"EXPUNGE", NULL, REPLY_UNTAGGED, "RFC 9051 §7.5.1", N_("This one is gone; the rest move down"),
     N_("The message with that number was removed, and each number above it is now one less.")},
    {"SEARCH", NULL, REPLY_UNTAGGED, "RFC 3501 §7.2.5", N_("The messages that fit, if any"),
     N_("A list of message numbers, or of UIDs after UID SEARCH. None at all means that nothing fits.")},
    {"ESEARCH", NULL, REPLY_UNTAGGED, "RFC 9051 §7.3.4", N_("These messages fit, in short form"),
     N_("Today's IMAP answers a search this way: ranges, the smallest, the largest or only how many, as "
        "asked.")},
    {"FETCH", "STORE", REPLY_UNTAGGED, "RFC 9051 §7.5.2", N_("These are its flags now"),
     N_("The server tells the message's flags after the change.")},
    {"FETCH", "UID STORE", REPLY_UNTAGGED, "RFC 9051 §7.5.2", N_("These are its flags now"),
     N_("The server tells the message's flags after the change.")},
    {"FETCH", "IDLE", REPLY_UNTAGGED, "RFC 9051 §7.5.2", N_("Another device changed this message"),
     N_("Nobody asked: the server tells every open session when a message's flags change.")},
    {"FETCH", NULL, REPLY_UNTAGGED, "RFC 9051 §7.5.2", N_("Here is what you asked of this one"),
     N_("The message's number, then pairs of item and value. Longer texts come as literals: {n} and then "
        "exactly n "
        "bytes.")},
    {"QUOTA", NULL, REPLY_UNTAGGED, "RFC 9208 §4.2.1", N_("So much is used, so much is allowed"),
     N_("For each kind of share the part in use and the limit; storage is counted in units of 1024 bytes.")},
    {"QUOTAROOT", NULL, REPLY_UNTAGGED, "RFC 9208 §4.2.2", N_("It counts for these shares"),
     N_("The mailbox, then the names of the shares; one QUOTA line for each follows.")},
    {"SORT", NULL, REPLY_UNTAGGED, "RFC 5256", N_("The messages, in the order asked for"),
     N_("Message numbers, or UIDs after UID SORT, sorted by the server.")},
    {"THREAD", NULL, REPLY_UNTAGGED, "RFC 5256", N_("The conversations"),
     N_("Numbers in parentheses: a letter, then the answers to it.")},
    {"VANISHED", NULL, REPLY_UNTAGGED, "RFC 7162 §3.2.10", N_("These are gone"),
     N_("UIDs of messages that were removed, many in one line, in place of an EXPUNGE line each.")},
    {"ACL", NULL, REPLY_UNTAGGED, "RFC 4314 §3.6", N_("These people have these rights"),
     N_("The mailbox, then names and the letters of their rights.")},
    {"LISTRIGHTS", NULL, REPLY_UNTAGGED, "RFC 4314 §3.7", N_("These rights could be given"),
     N_("Rights in one group go together.")},
    {"MYRIGHTS", NULL, REPLY_UNTAGGED, "RFC 4314 §3.8", N_("This is what you may do here"),
     N_("The letters of the rights: l see, r read, s keep seen, w write other flags, i insert, p post, k "
        "create, x delete the mailbox, t mark deleted, e expunge, a administer.")},
    {"METADATA", NULL, REPLY_UNTAGGED, "RFC 5464 §4.4", N_("These notes are kept"),
     N_("Names of notes with their values.")},
    {"* OK", NULL, REPLY_UNTAGGED, "RFC 9051 §7.1.1", N_("By the way"),
     N_("A remark without a tag: no command ends with it. The word in brackets is for the program, such as "
        "UIDVALIDITY "
        "or PERMANENTFLAGS.")},
    {"* NO", NULL, REPLY_UNTAGGED, "RFC 9051 §7.1.2", N_("A warning; the command goes on"),
     N_("Something is amiss, yet no command has failed by this line. The text is meant for the user.")},
    {"* BAD", NULL, REPLY_UNTAGGED, "RFC 9051 §7.1.3", N_("I did not understand that line"),
     N_("The server found a fault in what the client sent and could not tell to which command it belongs.")},
    {"OK", NULL, REPLY_OK, "RFC 9051 §7.1.1", N_("Done"),
     N_("The command with this tag has been carried out. Its data, if any, came in the lines before.")},
    {"NO", NULL, REPLY_REFUSED, "RFC 9051 §7.1.2", N_("Understood, but it did not work"),
     N_("The command with this tag failed, and the text says why. Another mailbox, another time or other "
        "rights may "
        "help.")},
    {"BAD", NULL, REPLY_REFUSED, "RFC 9051 §7.1.3", N_("I cannot do that: wrong words or moment"),
     N_("The word is unknown, its arguments are wrong, or this is not the moment for it. The client must not "
        "just send "
        "it again.")},
};

const Vocabulary imap_vocabulary = {
    .id = PROTOCOL_IMAP,
    .name = "imap",
    .label = "IMAP",
    .states = states,
    .state_count = G_N_ELEMENTS(states),
    .words = imap_words,
    .word_count = IMAP_WORD_COUNT,
    .replies = replies,
    .reply_count = G_N_ELEMENTS(replies),
};
