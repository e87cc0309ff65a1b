/* SPDX-License-Identifier: MIT */
/* The commands of IMAP. */
#include "protocol/imap/imap-words.h"

#include "base/i18n.h"

#define NA (1u << IMAP_NOT_AUTHENTICATED)
#define AU (1u << IMAP_AUTHENTICATED)
#define SE (1u << IMAP_SELECTED)
#define ANY (NA | AU | SE)
#define NO_CHANGE                                                                                            \
  {                                                                                                          \
    STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME                                               \
  }
#define OK_LEADS_TO(state)                                                                                   \
  {                                                                                                          \
    state, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME                                                    \
  }
#define OPENS_A_MAILBOX                                                                                      \
  {                                                                                                          \
    IMAP_SELECTED, STATE_SAME, STATE_SAME, IMAP_AUTHENTICATED, STATE_SAME                                    \
  }

const VocabularyWord imap_words[IMAP_WORD_COUNT] = {
    [IMAP_CAPABILITY] =
        {"CAPABILITY", "", ANY, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.1.1",
         N_("What can you do?"),
         N_("The client asks which extensions and log-in mechanisms the server offers. The answer may "
            "change after STARTTLS and after the log-in.")},
    [IMAP_NOOP] = {"NOOP", "", ANY, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.1.2",
                   N_("Anything new?"),
                   N_("Nothing is asked, yet the server may use the occasion to tell of new or removed "
                      "messages. It also "
                      "keeps a quiet connection open.")},
    [IMAP_ID] = {"ID", "(field value ...) / NIL", ANY, NO_CHANGE, SECRET_NONE, false, false, "RFC 2971 §3.1",
                 N_("This is the program I am"),
                 N_("Client and server tell each other their names and versions. It helps when looking for "
                    "faults and "
                    "changes nothing else.")},
    [IMAP_LOGOUT] =
        {"LOGOUT", "", ANY, OK_LEADS_TO(IMAP_LOGGED_OUT), SECRET_NONE, false, false, "RFC 9051 §6.1.3",
         N_("Goodbye"),
         N_("The client ends the session. The server says BYE, then OK, and closes; the mail stays where it "
            "is.")},
    [IMAP_STARTTLS] =
        {"STARTTLS", "", NA, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.2.1",
         N_("Let us go on under TLS"),
         N_("The client asks to put TLS round this same connection on port 143. After OK the next bytes are "
            "the TLS handshake, and a listener reads no more.")},
    [IMAP_AUTHENTICATE] =
        {"AUTHENTICATE", "mechanism [initial-response]", NA, OK_LEADS_TO(IMAP_AUTHENTICATED),
         SECRET_AFTER_MECHANISM, false, false, "RFC 9051 §6.2.2", N_("Chooses how to prove who it is"),
         N_("The client picks a SASL mechanism, such as PLAIN or CRAM-MD5, and the two go on in base64 "
            "lines. Base64 hides nothing: it only makes bytes fit into text.")},
    [IMAP_LOGIN] =
        {"LOGIN", "userid password", NA, OK_LEADS_TO(IMAP_AUTHENTICATED), SECRET_SECOND_ARGUMENT, false,
         false, "RFC 9051 §6.2.3", N_("Name and password, in clear text"),
         N_("Both travel as they are: without TLS, whoever listens on the way can read them. A server that "
            "shows LOGINDISABLED refuses it for that reason.")},
    [IMAP_ENABLE] =
        {"ENABLE", "capability ...", AU, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.1",
         N_("I can take these extensions"),
         N_("Some extensions change the form of the server's answers, so the client must ask for them first. "
            "UTF8=ACCEPT and CONDSTORE are examples.")},
    [IMAP_COMPRESS] =
        {"COMPRESS", "DEFLATE", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 4978 §3",
         N_("From here on, squeezed"),
         N_("After OK both sides send DEFLATE-compressed bytes. That saves time on a slow line and hides "
            "nothing: anybody can inflate them.")},
    [IMAP_NAMESPACE] =
        {"NAMESPACE", "", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.10",
         N_("Where do mailbox names begin?"),
         N_("The client asks for the prefixes of its own, other people's and shared mailboxes, and for the "
            "character that parts the levels of a name.")},
    [IMAP_SELECT] = {"SELECT", "mailbox", AU | SE, OPENS_A_MAILBOX, SECRET_NONE, false, false,
                     "RFC 9051 §6.3.2", N_("Opens a mailbox to read and change"),
                     N_("From now on message numbers mean this mailbox. Several devices may have the same "
                        "one open at the "
                        "same time.")},
    [IMAP_EXAMINE] =
        {"EXAMINE", "mailbox", AU | SE, OPENS_A_MAILBOX, SECRET_NONE, false, false, "RFC 9051 §6.3.3",
         N_("Opens a mailbox, only to look"),
         N_("Like SELECT, but nothing in the mailbox can be changed: reading a message does not even mark it "
            "as seen.")},
    [IMAP_CREATE] =
        {
            "CREATE", "mailbox", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.4",
            N_("A new mailbox on the server"),
            N_("Mailboxes, which many programs call folders, live on the server. So every device of the user "
               "sees the new one.")},
    [IMAP_DELETE] = {"DELETE", "mailbox", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.5",
                     N_("Takes a whole mailbox away"),
                     N_("The named mailbox goes, with every message in it. INBOX can never be deleted.")},
    [IMAP_RENAME] = {"RENAME", "mailbox new-name", AU | SE, NO_CHANGE, SECRET_NONE, false, false,
                     "RFC 9051 §6.3.6", N_("The same mailbox, another name"),
                     N_("The mailbox and those below it get the new name. Renaming INBOX is special: its "
                        "messages move to "
                        "the new name and INBOX stays, empty.")},
    [IMAP_SUBSCRIBE] =
        {
            "SUBSCRIBE", "mailbox", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.7",
            N_("Keep this one in my list"),
            N_("The server notes that the user wants to see this mailbox in the list. It changes nothing in "
               "the mailbox itself.")},
    [IMAP_UNSUBSCRIBE] =
        {"UNSUBSCRIBE", "mailbox", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.8",
         N_("Off my list; the mailbox stays"),
         N_("The mailbox leaves the list of subscribed ones. Its messages remain where they are.")},
    [IMAP_LIST] =
        {"LIST", "reference pattern", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.9",
         N_("Which mailboxes are there?"),
         /* xgettext:no-c-format */
         N_(
             "The server names the mailboxes that fit the pattern. A * stands for anything, a % for anything "
             "within one level.")},
    [IMAP_LSUB] = {"LSUB", "reference pattern", AU | SE, NO_CHANGE, SECRET_NONE, false, false,
                   "RFC 3501 §6.3.9", N_("Which mailboxes do I subscribe to?"),
                   N_("Like LIST, but only for mailboxes that SUBSCRIBE put on the user's list. Today's IMAP "
                      "asks LIST for "
                      "it instead.")},
    [IMAP_STATUS] = {"STATUS", "mailbox (item ...)", AU | SE, NO_CHANGE, SECRET_NONE, false, false,
                     "RFC 9051 §6.3.11", N_("How full is it? Without opening it"),
                     N_("The client asks for numbers about a mailbox that it has not open, such as how many "
                        "messages are "
                        "unseen.")},
    [IMAP_APPEND] = {"APPEND", "mailbox [(flag ...)] [date-time] literal", AU | SE, NO_CHANGE, SECRET_NONE,
                     false, false, "RFC 9051 §6.3.12", N_("Puts a message into a mailbox"),
                     N_("The client uploads a message, for instance the copy for \"Sent\". Nothing is mailed "
                        "to anybody: "
                        "sending is SMTP's work.")},
    [IMAP_IDLE] = {"IDLE", "", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.13",
                   N_("Tell me as soon as something happens"),
                   N_("The client waits, and the server speaks up when mail arrives or goes. DONE ends the "
                      "wait, so no "
                      "one has to keep asking.")},
    [IMAP_CHECK] =
        {"CHECK", "", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 3501 §6.4.1",
         N_("Put your house in order"),
         N_(
             "The client asks the server to save what it knows of the open mailbox. Today's IMAP has dropped "
             "it; NOOP does as well.")},
    [IMAP_CLOSE] = {"CLOSE", "", SE, OK_LEADS_TO(IMAP_AUTHENTICATED), SECRET_NONE, false, false,
                    "RFC 9051 §6.4.1", N_("Removes what is marked, then closes"),
                    N_("Messages flagged \\Deleted are removed without further word, and no mailbox is open "
                       "any more. After "
                       "EXAMINE nothing is removed.")},
    [IMAP_UNSELECT] = {"UNSELECT", "", SE, OK_LEADS_TO(IMAP_AUTHENTICATED), SECRET_NONE, false, false,
                       "RFC 9051 §6.4.2", N_("Closes and removes nothing"),
                       N_("The mailbox is closed as it is. Messages flagged \\Deleted stay, still flagged.")},
    [IMAP_EXPUNGE] =
        {
            "EXPUNGE", "", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.3",
            N_("Only now are the marked ones gone"),
            N_("Every message flagged \\Deleted is removed for good. The server tells each number, and the "
               "numbers above it move down by one.")},
    [IMAP_SEARCH] =
        {"SEARCH", "[CHARSET charset] key ...", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.4",
         N_("Which messages are like this?"),
         N_(
             "The server looks through the mailbox, so the client need not fetch all of it. The answer is a "
             "list of message numbers.")},
    [IMAP_FETCH] = {"FETCH", "sequence-set items", SE, NO_CHANGE, SECRET_NONE, false, false,
                    "RFC 9051 §6.4.5", N_("Show me this much of these"),
                    N_("The client asks for just what it needs: flags, size, headers, one part or the whole "
                       "message. The "
                       "message itself stays on the server.")},
    [IMAP_STORE] = {"STORE", "sequence-set item value", SE, NO_CHANGE, SECRET_NONE, false, false,
                    "RFC 9051 §6.4.6", N_("Changes the messages' flags"),
                    N_("Flags such as \\Seen, \\Answered and \\Deleted are kept on the server, so all "
                       "devices agree. \\Deleted "
                       "is only a mark until EXPUNGE or CLOSE.")},
    [IMAP_COPY] = {"COPY", "sequence-set mailbox", SE, NO_CHANGE, SECRET_NONE, false, false,
                   "RFC 9051 §6.4.7", N_("The same messages, there too"),
                   N_("The server copies the messages into another mailbox by itself; their text does not "
                      "travel to the "
                      "client and back.")},
    [IMAP_MOVE] =
        {
            "MOVE", "sequence-set mailbox", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.8",
            N_("From this mailbox into that one"),
            N_("Copy and removal in one step. Before there was MOVE, clients said COPY, STORE \\Deleted and "
               "EXPUNGE.")},
    [IMAP_UID_SEARCH] =
        {
            "UID SEARCH", "[CHARSET charset] key ...", SE, NO_CHANGE, SECRET_NONE, false, false,
            "RFC 9051 §6.4.9", N_("The same search, answered in UIDs"),
            N_("The answer lists unique ids instead of message numbers. A UID stays with its message, while "
               "numbers move when others are removed.")},
    [IMAP_UID_FETCH] =
        {
            "UID FETCH", "uid-set items", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.9",
            N_("Show me these, named by UID"),
            N_("FETCH with lasting ids instead of numbers. A client that keeps copies uses it to ask for "
               "exactly what it lacks.")},
    [IMAP_UID_STORE] =
        {
            "UID STORE", "uid-set item value", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.9",
            N_("Changes flags, messages named by UID"),
            N_("STORE with lasting ids instead of numbers, so that the right message is marked even while "
               "another device removes some.")},
    [IMAP_UID_COPY] =
        {"UID COPY", "uid-set mailbox", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.9",
         N_("Copies messages named by UID"),
         N_("COPY with lasting ids instead of numbers. The server may answer which ids the copies got.")},
    [IMAP_UID_MOVE] =
        {"UID MOVE", "uid-set mailbox", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.9",
         N_("Moves messages named by UID"),
         N_("MOVE with lasting ids instead of numbers. In the new mailbox the messages get new ids.")},
    [IMAP_UID_EXPUNGE] =
        {
            "UID EXPUNGE", "uid-set", SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.4.9",
            N_("Removes only these marked ones"),
            N_("Of the messages flagged \\Deleted, only those with the given ids are removed. Marks that "
               "another device set are left alone.")},
    [IMAP_GETQUOTA] =
        {"GETQUOTA", "quota-root", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9208 §4.1.1",
         N_("How much room is there?"),
         N_("The client asks how much of a share of the disk is used, and how much may be used.")},
    [IMAP_GETQUOTAROOT] =
        {"GETQUOTAROOT", "mailbox", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9208 §4.1.2",
         N_("Which shares does this mailbox count for?"),
         N_("The answer names the shares that this mailbox counts for, and how full they are.")},
    [IMAP_SETQUOTA] = {"SETQUOTA", "quota-root (resource limit ...)", AU | SE, NO_CHANGE, SECRET_NONE, false,
                       false, "RFC 9208 §4.1.3", N_("Change the share"),
                       N_("Only an administrator may do that, as a rule.")},
    [IMAP_SORT] = {"SORT", "(key ...) charset search-key ...", SE, NO_CHANGE, SECRET_NONE, false, false,
                   "RFC 5256", N_("Search, and put them in order"),
                   N_("The server looks and sorts, by date or subject for instance, and answers with message "
                      "numbers in that order.")},
    [IMAP_THREAD] = {"THREAD", "algorithm charset search-key ...", SE, NO_CHANGE, SECRET_NONE, false, false,
                     "RFC 5256", N_("Search, and group by conversation"),
                     N_("The server groups letters and the answers to them, so that the client need not "
                        "fetch them all.")},
    [IMAP_UID_SORT] = {"UID SORT", "(key ...) charset search-key ...", SE, NO_CHANGE, SECRET_NONE, false,
                       false, "RFC 5256", N_("The same sorting, answered in UIDs"),
                       N_("SORT with lasting ids instead of numbers.")},
    [IMAP_UID_THREAD] = {"UID THREAD", "algorithm charset search-key ...", SE, NO_CHANGE, SECRET_NONE, false,
                         false, "RFC 5256", N_("The same grouping, answered in UIDs"),
                         N_("THREAD with lasting ids instead of numbers.")},
    [IMAP_GETACL] = {"GETACL", "mailbox", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 4314 §3.3",
                     N_("Who may do what here?"),
                     N_("The client asks for the list of people and their rights in a mailbox.")},
    [IMAP_SETACL] =
        {"SETACL", "mailbox identifier rights", AU | SE, NO_CHANGE, SECRET_NONE, false, false,
         "RFC 4314 §3.1", N_("Let this person do that here"),
         N_("Shared mailboxes depend on it: each letter of the rights allows one thing, such as reading.")},
    [IMAP_DELETEACL] = {"DELETEACL", "mailbox identifier", AU | SE, NO_CHANGE, SECRET_NONE, false, false,
                        "RFC 4314 §3.2", N_("Take this person off the list"),
                        N_("The person loses the rights that were given by name.")},
    [IMAP_LISTRIGHTS] = {"LISTRIGHTS", "mailbox identifier", AU | SE, NO_CHANGE, SECRET_NONE, false, false,
                         "RFC 4314 §3.4", N_("Which rights could be given?"),
                         N_("The answer tells which rights go together.")},
    [IMAP_MYRIGHTS] = {"MYRIGHTS", "mailbox", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 4314 §3.5",
                       N_("What may I do here?"),
                       N_("The client learns whether it may read, write or delete in a mailbox.")},
    [IMAP_GETMETADATA] =
        {"GETMETADATA", "mailbox entry ...", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 5464 §4.2",
         N_("What notes are kept on it?"),
         N_("Notes about a mailbox or the server, such as a comment, kept beside the mail.")},
    [IMAP_SETMETADATA] = {"SETMETADATA", "mailbox (entry value ...)", AU | SE, NO_CHANGE, SECRET_NONE, false,
                          false, "RFC 5464 §4.3", N_("Keep this note on it"),
                          N_("The client stores a note about a mailbox or the server.")},
    [IMAP_DONE] =
        {
            "DONE", "", AU | SE, NO_CHANGE, SECRET_NONE, false, false, "RFC 9051 §6.3.13",
            N_("Thank you, enough waiting"),
            N_("Ends IDLE. It carries no tag, since it is the rest of the IDLE command; the tagged OK that "
               "follows answers IDLE.")},
    [IMAP_AUTH_RESPONSE] =
        {
            "AUTH-RESPONSE", "base64 / \"*\"", NA, NO_CHANGE, SECRET_LINE, false, false, "RFC 9051 §6.2.2",
            N_("The client's part of the log-in"),
            N_("A line of base64 inside the AUTHENTICATE exchange, as the mechanism asks for it. A lone * "
               "gives the attempt up.")},
};
