/* SPDX-License-Identifier: MIT */
/* The words of POP3, its states and what its replies mean. */
#include "protocol/pop3/pop3-vocabulary.h"

#include "base/i18n.h"

#define IN(state) (1u << POP3_##state)
#define NO_CHANGE                                                                                            \
  {                                                                                                          \
    STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME                                               \
  }
#define OK_LEADS_TO(state)                                                                                   \
  {                                                                                                          \
    state, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME                                                    \
  }

static const VocabularyState states[POP3_STATE_COUNT] = {
    [POP3_AUTHORIZATION] = {"authorization", N_("Who are you?")},
    [POP3_TRANSACTION] = {"transaction", N_("Mailbox open")},
    [POP3_UPDATE] = {"update", N_("Tidying up")},
};

static const VocabularyWord words[POP3_WORD_COUNT] = {
    [POP3_USER] =
        {"USER", "name", IN(AUTHORIZATION), NO_CHANGE, SECRET_NONE, false, false, "RFC 1939 §7",
         N_("Whose mailbox; the password comes next"),
         N_("The client names the mailbox it wants. Many servers answer +OK even to a name they do not know, "
            "so that nobody can try names out.")},
    [POP3_PASS] =
        {"PASS", "string", IN(AUTHORIZATION), OK_LEADS_TO(POP3_TRANSACTION), SECRET_ARGUMENT, false, false,
         "RFC 1939 §7", N_("The password, in clear text"),
         N_("The password travels as it is: without TLS, whoever listens on the way can read it. Everything "
            "after the first space belongs to it, spaces too.")},
    [POP3_APOP] =
        {"APOP", "name digest", IN(AUTHORIZATION), OK_LEADS_TO(POP3_TRANSACTION), SECRET_SECOND_ARGUMENT,
         false, false, "RFC 1939 §7", N_("Proves the password without sending it"),
         N_("The client sends an MD5 digest of the greeting's time stamp and the password. Nothing is "
            "encrypted, and a weak password can still be guessed from the digest.")},
    [POP3_AUTH] = {"AUTH", "mechanism [initial-response]", IN(AUTHORIZATION), OK_LEADS_TO(POP3_TRANSACTION),
                   SECRET_AFTER_MECHANISM, false, false, "RFC 5034 §4", N_("Chooses how to prove who it is"),
                   N_("The client picks a SASL mechanism, such as PLAIN or CRAM-MD5, and the two go on in "
                      "base64 lines. "
                      "Base64 hides nothing: it only makes bytes fit into text.")},
    [POP3_CAPA] =
        {"CAPA", "", IN(AUTHORIZATION) | IN(TRANSACTION), NO_CHANGE, SECRET_NONE, true, false, "RFC 2449 §5",
         N_("What can you do?"),
         N_("The client asks which extensions the server offers. The answer may change after STLS or after "
            "the log-in, so it is worth asking again.")},
    [POP3_STLS] =
        {"STLS", "", IN(AUTHORIZATION), NO_CHANGE, SECRET_NONE, false, false, "RFC 2595 §4",
         N_("Let us go on under TLS"),
         N_("The client asks to put TLS round this same connection on port 110. After +OK the next bytes are "
            "the TLS handshake, and a listener reads no more.")},
    [POP3_UTF8] = {"UTF8", "", IN(AUTHORIZATION), NO_CHANGE, SECRET_NONE, false, false, "RFC 6856 §2.1",
                   N_("Letters beyond ASCII are welcome"),
                   N_("The client can read headers and addresses with letters such as ã, in UTF-8. It says "
                      "so before the "
                      "log-in.")},
    [POP3_LANG] =
        {"LANG", "[language]", IN(AUTHORIZATION) | IN(TRANSACTION), NO_CHANGE, SECRET_NONE, true, false,
         "RFC 6856 §3", N_("Speak this language to me"),
         N_("The client picks the language of the words after +OK and -ERR. Without a language it asks which "
            "ones there are.")},
    [POP3_STAT] =
        {"STAT", "", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, false, false, "RFC 1939 §5",
         N_("How many messages, how many bytes?"),
         N_("The answer holds two numbers: how many messages the mailbox has, and their size in bytes "
            "together. Messages marked as deleted are not counted.")},
    [POP3_LIST] =
        {"LIST", "[msg]", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, true, false, "RFC 1939 §5",
         N_("How large is each message?"),
         N_("The server gives each message's number and size in bytes, not its text. With a number it tells "
            "of that one message alone.")},
    [POP3_UIDL] =
        {"UIDL", "[msg]", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, true, false, "RFC 1939 §7",
         N_("Which of these have I seen before?"),
         N_("Each message has a unique id that stays the same from one session to the next, unlike its "
            "number. So a client that leaves mail on the server knows what is new.")},
    [POP3_RETR] =
        {"RETR", "msg", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, true, true, "RFC 1939 §5",
         N_("Send me this message, whole"),
         N_(
             "The server sends the whole message, and a lone dot ends it. The copy on the server stays until "
             "DELE and then QUIT.")},
    [POP3_TOP] = {"TOP", "msg n", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, true, true, "RFC 1939 §7",
                  N_("Only the headers and the first lines"),
                  N_("The server sends the headers, the blank line and the first n lines of the body. Enough "
                     "to decide "
                     "whether the rest is worth fetching.")},
    [POP3_DELE] =
        {
            "DELE", "msg", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, false, false, "RFC 1939 §5",
            N_("Marks it; nothing is gone yet"),
            N_("The message is only marked as deleted. It goes when the session ends with QUIT; if the line "
               "drops before, it is still there next time.")},
    [POP3_NOOP] =
        {
            "NOOP", "", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, false, false, "RFC 1939 §5",
            N_("I am still here"),
            N_("Nothing is asked and nothing changes; the server just answers +OK. Clients send it to keep a "
               "quiet connection open.")},
    [POP3_RSET] = {"RSET", "", IN(TRANSACTION), NO_CHANGE, SECRET_NONE, false, false, "RFC 1939 §5",
                   N_("Takes all deletion marks back"),
                   N_("Every message marked by DELE in this session is unmarked. The connection and the "
                      "log-in stay as "
                      "they are.")},
    [POP3_QUIT] =
        {"QUIT",
         "",
         IN(AUTHORIZATION) | IN(TRANSACTION),
         {POP3_UPDATE, STATE_SAME, STATE_SAME, POP3_UPDATE, STATE_SAME},
         SECRET_NONE,
         false,
         false,
         "RFC 1939 §6",
         N_("Goodbye; delete now what I marked, if any"),
         N_(
             "After a log-in, QUIT opens the update state: only now does the server remove the messages that "
             "DELE marked, and unlock the mailbox. Before a log-in it simply ends the session.")},
    [POP3_AUTH_RESPONSE] =
        {
            "AUTH-RESPONSE", "base64 / \"*\"", IN(AUTHORIZATION), NO_CHANGE, SECRET_LINE, false, false,
            "RFC 5034 §4", N_("The client's part of the log-in"),
            N_("A line of base64 inside the AUTH exchange, as the mechanism asks for it. A lone * "
               "gives the attempt up.")},
};

static const VocabularyReply replies[] = {
    {"+OK", "", REPLY_OK, "RFC 1939 §4", N_("Ready; who are you?"),
     N_("The server speaks first. Where the greeting holds a time stamp in angle brackets, the client may "
        "log in with "
        "APOP instead of sending the password.")},
    {"-ERR", "", REPLY_REFUSED, "RFC 1939 §4", N_("No service for you now"),
     N_("The server refuses the session from the start and closes the connection; trying later may help.")},
    {"+OK", "USER", REPLY_OK, "RFC 1939 §7", N_("Go on with the password"),
     N_("The name is taken, which does not yet mean that it exists. The client sends PASS next.")},
    {"-ERR", "USER", REPLY_REFUSED, "RFC 1939 §7", N_("Not with this name, or not this way"),
     N_("The server knows no such mailbox, or wants TLS or another kind of log-in first.")},
    {"+OK", "PASS", REPLY_OK, "RFC 1939 §7", N_("Welcome; the mailbox is open and locked"),
     N_("The log-in worked. By the RFC the mailbox is now locked for this session, though some servers today "
        "let a "
        "second one in.")},
    {"-ERR", "PASS", REPLY_REFUSED, "RFC 1939 §7", N_("Wrong name or password, or mailbox in use"),
     N_("The server does not say which of the two was wrong. It may also be that another session holds the "
        "mailbox; "
        "then trying later helps.")},
    {"+OK", "APOP", REPLY_OK, "RFC 1939 §7", N_("The digest is right; mailbox open"),
     N_("The server made the same digest from the password it keeps, and they agree. The password itself was "
        "never "
        "sent.")},
    {"-ERR", "APOP", REPLY_REFUSED, "RFC 1939 §7", N_("The digest is not right"),
     N_("Name, password or time stamp do not fit together, or the server does not offer APOP.")},
    {"+OK", "AUTH", REPLY_OK, "RFC 5034 §4", N_("You are who you say; mailbox open"),
     N_("The SASL exchange ended well and the session is in the transaction state.")},
    {"-ERR", "AUTH", REPLY_REFUSED, "RFC 5034 §4", N_("The log-in failed"),
     N_("The proof was wrong, the client gave up with *, or the server does not know the mechanism.")},
    {"+", NULL, REPLY_CONTINUE, "RFC 5034 §4", N_("Go on with the log-in"),
     N_("The server waits for the client's next line of the AUTH exchange. What follows the plus is its "
        "challenge in "
        "base64; it may be empty.")},
    {"+OK", "CAPA", REPLY_OK, "RFC 2449 §5", N_("This is what I can do"),
     N_("One capability a line, ended by a lone dot: STLS offers TLS, SASL names the log-in mechanisms, "
        "PIPELINING lets "
        "several commands go at once.")},
    {"-ERR", "CAPA", REPLY_REFUSED, "RFC 2449 §5", N_("I know no extensions"),
     N_("An old server; the client goes on with the commands of RFC 1939.")},
    {"+OK", "STLS", REPLY_OK, "RFC 2595 §4", N_("Begin TLS now"),
     N_("From the next byte on both sides speak TLS. What was learned in clear, such as CAPA's list, must be "
        "asked "
        "again.")},
    {"-ERR", "STLS", REPLY_REFUSED, "RFC 2595 §4", N_("No TLS here"),
     N_("The connection stays in clear text. A careful client stops here rather than send its password.")},
    {"+OK", "UTF8", REPLY_OK, "RFC 6856 §2.1", N_("UTF-8 it is"),
     N_("From here on messages may come with UTF-8 in their headers, as they were written.")},
    {"-ERR", "UTF8", REPLY_REFUSED, "RFC 6856 §2.1", N_("No UTF-8 here, or not now"),
     N_("The server does not offer UTF8, or the log-in is over already.")},
    {"+OK", "LANG", REPLY_OK, "RFC 6856 §3", N_("This language, or the ones there are"),
     N_("The language chosen stands first in the answer. When none was named, one line tells of each "
        "language "
        "there is, ended by a lone dot.")},
    {"-ERR", "LANG", REPLY_REFUSED, "RFC 6856 §3", N_("Not in that language"),
     N_("The server does not have it, or does not offer LANG. Its words stay as they were.")},
    {"+OK", "STAT", REPLY_OK, "RFC 1939 §5", N_("So many messages, so many bytes"),
     N_("First the number of messages, then their size in bytes together.")},
    {"+OK", "LIST", REPLY_OK, "RFC 1939 §5", N_("Number and size of each"),
     N_("One line a message, its number and its size in bytes, ended by a lone dot; for a single message it "
        "stands in "
        "this line.")},
    {"+OK", "UIDL", REPLY_OK, "RFC 1939 §7", N_("Number and unique id of each"),
     N_("One line a message, its number and its lasting id, ended by a lone dot; for a single message it "
        "stands in this "
        "line.")},
    {"-ERR", "UIDL", REPLY_REFUSED, "RFC 1939 §7", N_("No such message, or no unique ids here"),
     N_("The number is not in the mailbox, or the server does not offer UIDL, which is optional.")},
    {"+OK", "RETR", REPLY_OK, "RFC 1939 §5", N_("Here it comes; a lone dot ends it"),
     N_("The message follows this line, as it was stored. A line of it that begins with a dot gets one dot "
        "more on the "
        "way, which the client takes off.")},
    {"-ERR", "RETR", REPLY_REFUSED, "RFC 1939 §5", N_("No such message"),
     N_("The number is not in the mailbox, or the message is marked as deleted.")},
    {"+OK", "TOP", REPLY_OK, "RFC 1939 §7", N_("Here is the beginning"),
     N_("Headers, blank line and the lines asked for follow, ended by a lone dot.")},
    {"-ERR", "TOP", REPLY_REFUSED, "RFC 1939 §7", N_("No such message, or no TOP here"),
     N_("The number is not in the mailbox, or the server does not offer TOP, which is optional.")},
    {"+OK", "DELE", REPLY_OK, "RFC 1939 §5", N_("Marked; it goes at QUIT"),
     N_("The message is hidden for the rest of the session and removed when the client says QUIT.")},
    {"-ERR", "DELE", REPLY_REFUSED, "RFC 1939 §5", N_("No such message, or marked already"),
     N_("The number is not in the mailbox, or DELE was said twice for it.")},
    {"+OK", "RSET", REPLY_OK, "RFC 1939 §5", N_("All marks are off again"),
     N_("Nothing will be removed unless DELE is said again.")},
    {"+OK", "QUIT", REPLY_OK, "RFC 1939 §6", N_("Goodbye; anything marked is gone now"),
     N_("After a log-in, the marked messages are removed and the lock is taken off. The server then closes "
        "the "
        "connection.")},
    {"-ERR", "QUIT", REPLY_REFUSED, "RFC 1939 §6", N_("Goodbye, but not all was removed"),
     N_("Some of the marked messages could not be deleted. The session ends all the same.")},
    {"+OK", NULL, REPLY_OK, "RFC 1939 §3", N_("Done"),
     N_("POP3 knows two answers, and this is the good one. What follows is meant for people, or holds what "
        "was asked "
        "for.")},
    {"-ERR", NULL, REPLY_REFUSED, "RFC 1939 §3", N_("No; the words after it say why"),
     N_("The command had no effect. A word in brackets, such as [IN-USE] or [LOGIN-DELAY], tells the program "
        "the "
        "reason "
        "(RFC 2449 §8).")},
};

const Vocabulary pop3_vocabulary = {
    .id = PROTOCOL_POP3,
    .name = "pop3",
    .label = "POP3",
    .states = states,
    .state_count = G_N_ELEMENTS(states),
    .words = words,
    .word_count = G_N_ELEMENTS(words),
    .replies = replies,
    .reply_count = G_N_ELEMENTS(replies),
};
