/* SPDX-License-Identifier: MIT */
/* The words of POP2, its states and what its replies mean. */
#include "protocol/pop2/pop2-vocabulary.h"

#include "base/i18n.h"

#define IN(state) (1u << POP2_##state)
#define OK_LEADS_TO(state)                                                                                   \
  {                                                                                                          \
    state, STATE_SAME, STATE_SAME, POP2_DONE, STATE_SAME                                                     \
  }

static const VocabularyState states[POP2_STATE_COUNT] = {
    [POP2_AUTHORIZATION] = {"authorization", N_("Who are you?")},
    [POP2_MAILBOX] = {"mailbox", N_("Mailbox open")},
    [POP2_ITEM] = {"item", N_("A message is chosen")},
    [POP2_NEXT] = {"next", N_("Did it arrive?")},
    [POP2_DONE] = {"done", N_("Over")},
};

static const VocabularyWord words[POP2_WORD_COUNT] = {
    [POP2_HELO] = {"HELO", "user password", IN(AUTHORIZATION), OK_LEADS_TO(POP2_MAILBOX),
                   SECRET_SECOND_ARGUMENT, false, false, "RFC 937", N_("Name and password, in clear text"),
                   N_("POP2 sends both in one line as they are: whoever listens reads them. POP3 split this "
                      "in USER and "
                      "PASS.")},
    [POP2_FOLD] = {"FOLD", "mailbox", IN(MAILBOX) | IN(ITEM), OK_LEADS_TO(POP2_MAILBOX), SECRET_NONE, false,
                   false, "RFC 937", N_("Open that mailbox instead"),
                   N_("The client goes to another mailbox. POP3 has dropped this: it knows only the inbox.")},
    [POP2_READ] =
        {"READ", "[number]", IN(MAILBOX) | IN(ITEM), OK_LEADS_TO(POP2_ITEM), SECRET_NONE, false, false,
         "RFC 937", N_("How long is this message?"),
         N_("The client chooses a message, or the next one, and learns its length. The text comes only "
            "after RETR.")},
    [POP2_RETR] =
        {"RETR", "", IN(ITEM), OK_LEADS_TO(POP2_NEXT), SECRET_NONE, false, true, "RFC 937", N_("Send it now"),
         N_("Exactly as many bytes follow as the last = line said; no dot ends them, unlike in POP3.")},
    [POP2_ACKS] = {"ACKS", "", IN(NEXT), OK_LEADS_TO(POP2_ITEM), SECRET_NONE, false, false, "RFC 937",
                   N_("Got it; keep your copy"),
                   N_("The message arrived and stays on the server. The length of the next one comes back.")},
    [POP2_ACKD] = {"ACKD", "", IN(NEXT), OK_LEADS_TO(POP2_ITEM), SECRET_NONE, false, false, "RFC 937",
                   N_("Got it; delete your copy"),
                   N_("The message arrived and is to be removed from the server.")},
    [POP2_NACK] = {"NACK", "", IN(NEXT), OK_LEADS_TO(POP2_ITEM), SECRET_NONE, false, false, "RFC 937",
                   N_("It did not arrive well"), N_("The message stays, and can be asked for once more.")},
    [POP2_QUIT] = {"QUIT", "", IN(AUTHORIZATION) | IN(MAILBOX) | IN(ITEM) | IN(NEXT), OK_LEADS_TO(POP2_DONE),
                   SECRET_NONE, false, false, "RFC 937", N_("Goodbye"),
                   N_("The session ends; what ACKD named is removed.")},
};

static const VocabularyReply replies[] = {
    {"+", "", REPLY_OK, "RFC 937", N_("Ready; who are you?"),
     N_("The server speaks first. The client says HELO.")},
    {"+", "QUIT", REPLY_OK, "RFC 937", N_("Goodbye to you too"), N_("The server closes the connection.")},
    {"#", "HELO", REPLY_OK, "RFC 937", N_("You are in; so many messages"),
     N_("Name and password are right. The number tells how many messages the mailbox holds.")},
    {"#", NULL, REPLY_OK, "RFC 937", N_("So many messages in it"),
     N_("The number of messages in the mailbox chosen.")},
    {"=", NULL, REPLY_OK, "RFC 937", N_("It has so many bytes"),
     N_("The length of the message in bytes; 0 where there is none. The client fetches it with RETR.")},
    {"-", "HELO", REPLY_REFUSED, "RFC 937", N_("Wrong name or password"),
     N_("The server refuses the log-in and closes the connection.")},
    {"-", NULL, REPLY_REFUSED, "RFC 937", N_("No; the words after it say why"),
     N_("An error ends a POP2 session: the server closes the connection.")},
    {"+", NULL, REPLY_OK, "RFC 937", N_("Done"), N_("The good answer; the words are for people.")},
};

const Vocabulary pop2_vocabulary = {
    .id = PROTOCOL_POP2,
    .name = "pop2",
    .label = "POP2",
    .states = states,
    .state_count = G_N_ELEMENTS(states),
    .words = words,
    .word_count = G_N_ELEMENTS(words),
    .replies = replies,
    .reply_count = G_N_ELEMENTS(replies),
};
