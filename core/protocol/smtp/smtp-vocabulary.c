/* SPDX-License-Identifier: MIT */
/* SMTP's words and states. */
#include "protocol/smtp/smtp-vocabulary.h"

#include "base/i18n.h"
#include "protocol/smtp/smtp-replies.h"

#define IN(state) (1u << SMTP_STATE_##state)
#define NO_CHANGE                                                                                            \
  {                                                                                                          \
    STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME                                               \
  }
#define OK_TO(state)                                                                                         \
  {                                                                                                          \
    SMTP_STATE_##state, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME                                       \
  }
#define ANY_REPLY_TO(state)                                                                                  \
  {                                                                                                          \
    SMTP_STATE_##state, STATE_SAME, SMTP_STATE_##state, SMTP_STATE_##state, STATE_SAME                       \
  }
#define AFTER_GREETING (IN(CONNECTED) | IN(READY) | IN(SENDER) | IN(RECIPIENTS))

/* clang-format off: one line a member reads as a table */
static const VocabularyState states[SMTP_STATE_COUNT] = {
    [SMTP_STATE_GREETING] = {"greeting", N_("nobody has spoken")},
    [SMTP_STATE_CONNECTED] = {"connected", N_("connected, no EHLO yet")},
    [SMTP_STATE_READY] = {"ready", N_("introduced")},
    [SMTP_STATE_SENDER] = {"sender", N_("sender given")},
    [SMTP_STATE_RECIPIENTS] = {"recipients", N_("recipient given")},
    [SMTP_STATE_DATA] = {"data", N_("message on its way")},
    [SMTP_STATE_AUTH] = {"auth", N_("log-in under way")},
    [SMTP_STATE_CLOSING] = {"closing", N_("goodbye said")},
};

static const VocabularyWord words[SMTP_WORD_COUNT] = {
    [SMTP_HELO] = {"HELO", "domain", AFTER_GREETING, OK_TO(READY), SECRET_NONE, false, false,
                   "RFC 5321 §4.1.1.1", N_("I am …, the old way"),
                   N_("The client gives its name: a domain, or an address in square brackets. HELO is the "
                      "form of 1982, "
                      "still accepted; EHLO is said today.")},
    [SMTP_EHLO] =
        {"EHLO", "domain / address-literal", AFTER_GREETING, OK_TO(READY), SECRET_NONE, false, false,
         "RFC 5321 §4.1.1.1", N_("I am …; what can you do?"),
         N_("The client gives its name and asks which extensions the server offers. EHLO or HELO must come "
            "before MAIL; said again, it also drops a transaction begun.")},
    [SMTP_LHLO] = {"LHLO", "domain", AFTER_GREETING, OK_TO(READY), SECRET_NONE, false, false, "RFC 2033 §4.1",
                   N_("I am …, and you deliver locally"),
                   N_("EHLO of LMTP, the sister protocol between a mail server and the program that files "
                      "into mailboxes. "
                      "After the message each recipient gets a reply of its own.")},
    [SMTP_MAIL] =
        {"MAIL", "FROM:<reverse-path> [parameters]", IN(READY), OK_TO(SENDER), SECRET_NONE, false, false,
         "RFC 5321 §4.1.1.2", N_("Envelope: who sends"),
         N_("Begins a transaction, one letter's envelope, and names where a bounce should go. Nobody has to "
            "check it: it may differ from the From line inside; <> means no bounce, please.")},
    [SMTP_RCPT] = {"RCPT", "TO:<forward-path> [parameters]", IN(SENDER) | IN(RECIPIENTS), OK_TO(RECIPIENTS),
                   SECRET_NONE, false, false, "RFC 5321 §4.1.1.3", N_("Envelope: who shall get it"),
                   N_("Names one recipient; for several it is said again, and each is accepted or refused on "
                      "its own. This "
                      "is the envelope: the To line inside the letter may say something else.")},
    [SMTP_DATA] = {"DATA",
                   "",
                   IN(RECIPIENTS),
                   {SMTP_STATE_READY, SMTP_STATE_DATA, STATE_SAME, STATE_SAME, STATE_SAME},
                   SECRET_NONE,
                   false,
                   false,
                   "RFC 5321 §4.1.1.4",
                   N_("The letter comes now"),
                   N_("The client asks to send the message and waits for 354. DATA takes no argument; the "
                      "letter follows, "
                      "headers first, until a line with a lone dot.")},
    [SMTP_BDAT] = {"BDAT", "size [LAST]", IN(RECIPIENTS) | IN(DATA), ANY_REPLY_TO(READY), SECRET_NONE, false,
                   false, "RFC 3030 §2", N_("A piece of the letter, counted in bytes"),
                   N_("The message in counted pieces instead of lines up to a dot, which no byte inside "
                      "can end too soon. The piece "
                      "follows at once; LAST marks the final one, and each piece gets its reply.")},
    [SMTP_RSET] = {"RSET", "", AFTER_GREETING | IN(DATA), OK_TO(READY), SECRET_NONE, false, false,
                   "RFC 5321 §4.1.1.5", N_("Forget this envelope; we stay connected"),
                   N_("Drops the transaction: sender and recipients are forgotten. The connection stays, and "
                      "so does what "
                      "EHLO said.")},
    [SMTP_VRFY] =
        {"VRFY", "string", AFTER_GREETING, NO_CHANGE, SECRET_NONE, false, false, "RFC 5321 §4.1.1.6",
         N_("Does this mailbox exist?"),
         N_("Asks whether a user or mailbox exists. Most servers answer 252, neither yes nor no, because "
            "spammers used it to collect addresses.")},
    [SMTP_EXPN] =
        {"EXPN", "string", AFTER_GREETING, NO_CHANGE, SECRET_NONE, false, false, "RFC 5321 §4.1.1.7",
         N_("Who is on this mailing list?"),
         N_("Asks for the members of a mailing list. Today it is nearly always refused: a list of members is "
            "nobody else's business.")},
    [SMTP_HELP] =
        {"HELP", "[string]", AFTER_GREETING, NO_CHANGE, SECRET_NONE, false, false, "RFC 5321 §4.1.1.8",
         N_("Which commands do you know?"),
         N_("Asks for a few words of help, as people did when they typed SMTP by hand. Nothing changes.")},
    [SMTP_NOOP] =
        {"NOOP", "[string]", AFTER_GREETING | IN(DATA), NO_CHANGE, SECRET_NONE, false, false,
         "RFC 5321 §4.1.1.9", N_("Are you still there?"),
         N_("Asks for nothing but a reply: a sign of life that keeps the connection open. Nothing changes.")},
    [SMTP_QUIT] = {"QUIT", "", AFTER_GREETING | IN(GREETING) | IN(DATA), OK_TO(CLOSING), SECRET_NONE, false,
                   false, "RFC 5321 §4.1.1.10", N_("Goodbye"),
                   N_("The client has nothing more to say. The server answers 221 and both close; letters "
                      "accepted with 250 "
                      "are safe, a transaction left unfinished is dropped.")},
    [SMTP_AUTH] = {"AUTH",
                   "mechanism [initial-response]",
                   IN(READY),
                   {SMTP_STATE_READY, SMTP_STATE_AUTH, SMTP_STATE_READY, SMTP_STATE_READY, STATE_SAME},
                   SECRET_AFTER_MECHANISM,
                   false,
                   false,
                   "RFC 4954 §4",
                   N_("May I log in, and this is how"),
                   N_("The client picks a mechanism and may send its first answer along. Base64 is not "
                      "encryption: with "
                      "PLAIN or LOGIN and no TLS, whoever listens reads the password.")},
    [SMTP_AUTH_RESPONSE] = {"AUTH-RESPONSE",
                            "base64 / \"*\"",
                            IN(AUTH),
                            {SMTP_STATE_READY, SMTP_STATE_AUTH, SMTP_STATE_READY, SMTP_STATE_READY,
                             STATE_SAME},
                            SECRET_LINE,
                            false,
                            false,
                            "RFC 4954 §4",
                            N_("The client's part of the log-in"),
                            N_("A line of base64 that answers the server's 334; which of user, password or "
                               "digest it holds depends on "
                               "the mechanism. A lone * gives the log-in up.")},
    [SMTP_STARTTLS] = {"STARTTLS", "", IN(CONNECTED) | IN(READY), OK_TO(CONNECTED), SECRET_NONE, false, false,
                       "RFC 3207 §4", N_("Let us seal this line with TLS"),
                       N_("Asks to go on under TLS on the same connection. After 220 both forget what was "
                          "said in clear, and the "
                          "client says EHLO again inside. Someone in the middle can cross out the server's "
                          "offer of STARTTLS.")},
    [SMTP_ETRN] = {"ETRN", "[@]node", IN(READY), NO_CHANGE, SECRET_NONE, false, false, "RFC 1985 §5",
                   N_("Please send what you keep for us"),
                   N_("A site that is not always connected asks the server to try its queue for it now. The "
                      "mail then comes "
                      "over a new connection, so nobody can fetch what is not theirs.")},
    [SMTP_SEND] = {"SEND", "FROM:<reverse-path>", IN(READY), OK_TO(SENDER), SECRET_NONE, false, false,
                   "RFC 821 §3.4", N_("Straight to the user's terminal"),
                   N_("Historical: like MAIL, but the text appears on the terminal of a user who is logged "
                      "in, not in the "
                      "mailbox. No server offers it today.")},
    [SMTP_SOML] = {"SOML", "FROM:<reverse-path>", IN(READY), OK_TO(SENDER), SECRET_NONE, false, false,
                   "RFC 821 §3.4", N_("To the terminal, or else to the mailbox"),
                   N_("Historical, \"send or mail\": shown on the terminal when the user is logged in, "
                      "otherwise put in the "
                      "mailbox.")},
    [SMTP_SAML] = {"SAML", "FROM:<reverse-path>", IN(READY), OK_TO(SENDER), SECRET_NONE, false, false,
                   "RFC 821 §3.4", N_("To the terminal and to the mailbox"),
                   N_("Historical, \"send and mail\": shown on the terminal of a user who is logged in, and "
                      "put in the mailbox "
                      "in any case.")},
    [SMTP_TURN] = {"TURN", "", IN(READY), NO_CHANGE, SECRET_NONE, false, false, "RFC 821 §3.8",
                   N_("Let us swap roles"),
                   N_("Historical: client and server change places, so that mail flows the other way. Given "
                      "up because "
                      "anyone could ask for anybody's mail; ETRN took its place.")},
    [SMTP_ATRN] = {"ATRN", "[domain *(\",\" domain)]", IN(READY), OK_TO(CONNECTED), SECRET_NONE, false, false,
                   "RFC 2645 §5.2.1", N_("My mail, please, over this line"),
                   N_("A site without a fixed address asks, after logging in, for the mail of its "
                      "domains. If the server agrees, both swap roles on this connection: the server "
                      "becomes the client.")},
    [SMTP_BURL] =
        {"BURL", "url [LAST]", IN(RECIPIENTS) | IN(DATA), ANY_REPLY_TO(READY), SECRET_ARGUMENT, false, false,
         "RFC 4468 §3", N_("The letter is there: fetch it"),
         N_(
             "Instead of the message the client sends a link to it on an IMAP server, with a token that lets "
             "the server read it. So a phone need not upload what it has already stored.")},
    [SMTP_XCLIENT] = {"XCLIENT", "1*(attribute \"=\" value)", IN(CONNECTED) | IN(READY), OK_TO(CONNECTED),
                      SECRET_NONE, false, false, "RFC 5321 §4.1.5", N_("Take me for this client instead"),
                      N_("A command of Postfix, for a trusted proxy in front of the server: name and "
                         "address of the real client, so that the server's checks look at that one. "
                         "Strangers must not be allowed to say it.")},
    [SMTP_XFORWARD] =
        {
            "XFORWARD", "1*(attribute \"=\" value)", IN(READY), NO_CHANGE, SECRET_NONE, false, false,
            "RFC 5321 §4.1.5", N_("Where this letter first came from"),
            N_("A command of Postfix, between a mail server and its filter: name and address of "
               "the client that brought the letter, so that the logs of both tell the same story.")},
};
/* clang-format on */

const Vocabulary smtp_vocabulary = {
    .id = PROTOCOL_SMTP,
    .name = "smtp",
    .label = "SMTP",
    .states = states,
    .state_count = SMTP_STATE_COUNT,
    .words = words,
    .word_count = SMTP_WORD_COUNT,
    .replies = smtp_replies,
    .reply_count = SMTP_REPLY_COUNT,
};

ReplyClass smtp_reply_class(int code)
{
  static const ReplyClass classes[] = {REPLY_OK,       REPLY_OK,    REPLY_OK,
                                       REPLY_CONTINUE, REPLY_LATER, REPLY_REFUSED};
  int digit = code / 100;
  return digit >= 0 && digit < (int)G_N_ELEMENTS(classes) ? classes[digit] : REPLY_OK;
}
