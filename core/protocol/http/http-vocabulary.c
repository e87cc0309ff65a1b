/* SPDX-License-Identifier: MIT */
/* The words of HTTP. It has one state: each request stands alone. */
#include "protocol/http/http-vocabulary.h"

#include "base/i18n.h"

#define METHOD(name, section, gloss, explanation)                                                            \
  {                                                                                                          \
    name, "request-target HTTP-version", 1u, {STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME},   \
        SECRET_LINE, false, false, "RFC 9110 §9.3." section, gloss, explanation                              \
  }

static const VocabularyState states[] = {{"open", N_("Connected")}};

static const VocabularyWord words[HTTP_WORD_COUNT] = {
    [HTTP_GET] =
        METHOD("GET", "1", N_("Show me this page"),
               N_("The browser asks for a page, a picture or a script. To read mail in a browser is to "
                  "ask for pages like this; the mail itself is fetched by the webmail server.")),
    [HTTP_HEAD] = METHOD("HEAD", "2", N_("What would I get? Without the content"),
                         N_("As GET, but only the header fields of the answer come.")),
    [HTTP_POST] =
        METHOD("POST", "3", N_("Take what I filled in"),
               N_("The browser hands over a form: a log-in, a letter to be sent. The webmail server "
                  "then speaks SMTP or IMAP itself. Without TLS whoever listens reads the form too.")),
    [HTTP_PUT] =
        METHOD("PUT", "4", N_("Store this here"), N_("What follows replaces what lay at that address.")),
    [HTTP_DELETE] = METHOD("DELETE", "5", N_("Remove this"), N_("The client asks for it to be taken away.")),
    [HTTP_CONNECT] =
        METHOD("CONNECT", "6", N_("Let me through to that server"),
               N_("The client asks a proxy for a tunnel; after 200 another protocol is spoken in it, "
                  "most often TLS.")),
    [HTTP_OPTIONS] = METHOD("OPTIONS", "7", N_("What may I ask here?"), N_("Nothing is fetched or changed.")),
    [HTTP_TRACE] =
        METHOD("TRACE", "8", N_("Send back what you heard"), N_("A test of the path; most servers refuse.")),
    [HTTP_PATCH] = {"PATCH",
                    "request-target HTTP-version",
                    1u,
                    {STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME},
                    SECRET_LINE,
                    false,
                    false,
                    "RFC 5789",
                    N_("Change a part of this"),
                    N_("What follows says what to change.")},
};

#define STATUS(code, class, section, gloss, explanation)                                                     \
  {                                                                                                          \
    code, NULL, class, "RFC 9110 §15." section, gloss, explanation                                           \
  }

static const VocabularyReply replies[] = {
    STATUS("100", REPLY_CONTINUE, "2.1", N_("Go on, send the content"),
           N_("The head was acceptable; the client now sends the body that it held back.")),
    STATUS("101", REPLY_CONTINUE, "2.2", N_("From here on another protocol"),
           N_("Both sides leave HTTP, for WebSocket for instance.")),
    STATUS(
        "200", REPLY_OK, "3.1", N_("Here it is"),
        N_("What was asked for follows. A wrong password may also come as 200, with a page that says so.")),
    STATUS("201", REPLY_OK, "3.2", N_("Made"), N_("Something new exists now; Location tells where.")),
    STATUS("202", REPLY_OK, "3.3", N_("Taken; done later"), N_("The server has not finished with it yet.")),
    STATUS("204", REPLY_OK, "3.5", N_("Done; nothing to show"), N_("It worked and no content follows.")),
    STATUS("206", REPLY_OK, "3.7", N_("Here is the part you asked for"), N_("Only a range of it follows.")),
    STATUS("301", REPLY_OK, "4.2", N_("It has moved for good"),
           N_("The browser goes to the address in Location.")),
    STATUS("302", REPLY_OK, "4.3", N_("Look over there"),
           N_("The browser goes on to the address in Location. After a log-in form this often means that it "
              "worked, unless Location leads back to the form.")),
    STATUS("303", REPLY_OK, "4.4", N_("Taken; the answer is over there"),
           N_("The browser fetches the address in Location with GET, so that a reload does not send the form "
              "again.")),
    STATUS("304", REPLY_OK, "4.5", N_("Unchanged; use the copy you have"),
           N_("The browser's stored copy is still good, so no content comes.")),
    STATUS("307", REPLY_OK, "4.8", N_("Ask the same over there"),
           N_("The same request goes to another address.")),
    STATUS("308", REPLY_OK, "4.9", N_("Moved for good; ask the same there"),
           N_("The same request goes to another address, now and later.")),
    STATUS("400", REPLY_REFUSED, "5.1", N_("I do not understand you"), N_("The request is malformed.")),
    STATUS("401", REPLY_REFUSED, "5.2", N_("Who are you?"),
           N_("The server wants a log-in in an Authorization field, or the one it got is wrong.")),
    STATUS("403", REPLY_REFUSED, "5.4", N_("Not for you"),
           N_("The server knows what is asked and refuses it.")),
    STATUS("404", REPLY_REFUSED, "5.5", N_("There is no such thing here"),
           N_("Nothing lies at that address.")),
    STATUS("405", REPLY_REFUSED, "5.6", N_("Not with this method"),
           N_("Allow tells which methods would do.")),
    STATUS("408", REPLY_REFUSED, "5.9", N_("You took too long"), N_("The request did not come in time.")),
    STATUS("411", REPLY_REFUSED, "5.12", N_("How long is it?"),
           N_("What is sent needs its length told, or chunks.")),
    STATUS("413", REPLY_REFUSED, "5.14", N_("Too large"), N_("Such as an attachment above the limit.")),
    STATUS("414", REPLY_REFUSED, "5.15", N_("That address is too long"),
           N_("The request line is longer than the server reads.")),
    STATUS("417", REPLY_REFUSED, "5.18", N_("I cannot promise that"),
           N_("The client expects something in advance that the server does not do.")),
    STATUS("422", REPLY_REFUSED, "5.21", N_("Understood, but it cannot be done like that"),
           N_("The form came whole, yet something in it does not hold: a recipient that nobody knows, for "
              "instance. The page says what.")),
    {"429", NULL, REPLY_LATER, "RFC 6585 §4", N_("Too often; try later"),
     N_("The client asks too much in a short time.")},
    {"431", NULL, REPLY_REFUSED, "RFC 6585 §5", N_("Too many header fields"),
     N_("The head of the request is larger than the server reads.")},
    STATUS("500", REPLY_LATER, "6.1", N_("Something broke on my side"),
           N_("A fault of the server, not of the client.")),
    STATUS("501", REPLY_LATER, "6.2", N_("I cannot do that"),
           N_("The server does not know the method, or the coding of what is sent.")),
    STATUS("502", REPLY_LATER, "6.3", N_("The server behind me failed"),
           N_("Such as the IMAP or SMTP server behind the webmail page.")),
    STATUS("503", REPLY_LATER, "6.4", N_("Not now; try later"), N_("Overloaded, or being repaired.")),
    STATUS("504", REPLY_LATER, "6.5", N_("The server behind me is silent"), N_("It did not answer in time.")),
    STATUS("505", REPLY_LATER, "6.6", N_("I do not speak that HTTP"),
           N_("The server does not speak the version of the request.")),
    STATUS("1", REPLY_CONTINUE, "2", N_("Go on"), N_("The first digit 1: not the final answer yet.")),
    STATUS("2", REPLY_OK, "3", N_("Done"), N_("The first digit 2: it worked.")),
    STATUS("3", REPLY_OK, "4", N_("Elsewhere"),
           N_("The first digit 3: the client has to do one thing more.")),
    STATUS("4", REPLY_REFUSED, "5", N_("Refused; it is up to you"),
           N_("The first digit 4: the request is at fault.")),
    STATUS("5", REPLY_LATER, "6", N_("Failed on my side"), N_("The first digit 5: the server is at fault.")),
};

const Vocabulary http_vocabulary = {
    .id = PROTOCOL_HTTP,
    .name = "http",
    .label = "HTTP",
    .states = states,
    .state_count = G_N_ELEMENTS(states),
    .words = words,
    .word_count = G_N_ELEMENTS(words),
    .replies = replies,
    .reply_count = G_N_ELEMENTS(replies),
};
