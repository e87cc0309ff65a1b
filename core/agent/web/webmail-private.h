/* SPDX-License-Identifier: MIT */
/* What the parts of the webmail server share: the front, which takes requests (webmail-server.c), the people
 * logged in (webmail-session.c), and the errands to the mail server behind (webmail-errand.c,
 * webmail-send.c).
 */
#pragma once

#include "agent/web/webmail-pages.h"
#include "agent/webmail-server.h"
#include "protocol/http/http-server.h"

/* Somebody logged in. Counted by reference: an errand may outlast it. */
typedef struct {
  guint references;
  char *key; /* in the cookie: nobody foresees it */
  char *user, *password, *address;
  Nanoseconds used;
} WebmailSession;

struct WebmailServer {
  AgentHost *host;
  char *host_name, *mail_server, *domain;
  WebmailLanguage language;
  bool keep_sent;
  Nanoseconds silence;
  guint session_limit;
  GHashTable *sessions; /* of WebmailSession, by key */
};

typedef struct WebmailErrand WebmailErrand;

/* A browser's connection. */
typedef struct {
  WebmailServer *server;
  Endpoint *endpoint;
  WebmailErrand *errand; /* whose outcome the request at hand waits for, or NULL */
} WebmailVisit;

/* What is fetched or done behind. */
typedef enum {
  WEBMAIL_ERRAND_LOG_IN,
  WEBMAIL_ERRAND_INBOX,
  WEBMAIL_ERRAND_LETTER,
  WEBMAIL_ERRAND_REPLY, /* the letter that is answered */
  WEBMAIL_ERRAND_FILE,  /* the letter that a file comes with */
  WEBMAIL_ERRAND_DELETE,
  WEBMAIL_ERRAND_SEND,
} WebmailErrandKind;

/* How far it came. */
typedef enum {
  WEBMAIL_OUTCOME_SILENT, /* the server behind is not there, or said nothing we understand */
  WEBMAIL_OUTCOME_LATE,   /* it did not answer in time */
  WEBMAIL_OUTCOME_REFUSED,
  WEBMAIL_OUTCOME_GOOD,
} WebmailOutcome;

struct WebmailErrand {
  WebmailServer *server;
  WebmailVisit *visit; /* NULL: the browser is answered, or gone */
  WebmailSession *session;
  WebmailErrandKind kind;
  WebmailWord notice; /* INBOX: above the list */
  guint page;         /* INBOX: from 1, newest letters first */
  uint32_t uid;       /* LETTER, REPLY, FILE, DELETE */
  guint part;         /* FILE */

  WebmailOutcome outcome;
  char *words;      /* REFUSED: the server's */
  Endpoint *behind; /* the connection to the mail server, or NULL */
  Timer patience;   /* the browser's person does not wait for ever */
  guint last;       /* the IMAP request with which the work is done */
  guint exists;     /* INBOX: letters in the mailbox */
  GArray *entries;  /* INBOX: of WebmailEntry, oldest first */
  GBytes *letter;   /* LETTER, REPLY, FILE: fetched; SEND: to be sent */

  Envelope *envelope; /* SEND: who did not get it yet */
  WebmailDraft draft; /* SEND: as it came */
};

#define WEBMAIL_LETTERS_A_PAGE 20u

/* Returns a new session with a key of its own; not listed yet. One reference is the caller's. */
WebmailSession *webmail_session_new(WebmailServer *server, const char *user, const char *password);
WebmailSession *webmail_session_ref(WebmailSession *session);
void webmail_session_unref(gpointer session);

/* Lists the session, so that its key opens the door; session's reference is taken over. */
void webmail_session_begin(WebmailServer *server, WebmailSession *session);
void webmail_session_end(WebmailServer *server, WebmailSession *session);

/* Returns the session whose key request's cookies hold, its time of silence begun anew, or NULL. Borrowed.
 * *expired: a key was there and opens nothing any more. */
WebmailSession *webmail_session_find(WebmailServer *server, const HttpMessage *request, bool *expired);

/* Begins an errand for the request that visit holds; members after kind are the caller's to set before
 * webmail_errand_go. */
WebmailErrand *webmail_errand_new(WebmailVisit *visit, WebmailSession *session, WebmailErrandKind kind);
void webmail_errand_go(WebmailErrand *errand);
void webmail_errand_free(WebmailErrand *errand);

/* Notes what a server said that did not want it; keeps the first words. */
void webmail_errand_refused(WebmailErrand *errand, Bytes words);

/* Connects client (taken) to a port of the mail server, and waits so long for it. */
void webmail_errand_connect(WebmailErrand *errand, Endpoint *client, uint16_t port,
                            const AgentSessionClass *class);

/* SEND: submits the letter by SMTP, then has the copy laid down (webmail_errand_go's IMAP part) if wanted. */
void webmail_send_go(WebmailErrand *errand);
void webmail_errand_go_imap(WebmailErrand *errand);

/* Makes the letter of a SEND errand out of its draft. Returns false where it is for nobody. */
bool webmail_send_prepare(WebmailErrand *errand);

/* The errand is done: answers the browser, if it is still there. */
void webmail_errand_answer(WebmailErrand *errand);

/* Answers the request at hand with a page, which is freed. */
void webmail_answer_page(WebmailVisit *visit, int code, GString *page);
/* The same with 303: what was asked for is over there. cookie may be NULL. */
void webmail_answer_redirect(WebmailVisit *visit, const char *location, const char *cookie);

/* The frame of pages for session, which may be NULL. */
WebmailFrame webmail_frame(const WebmailServer *server, const WebmailSession *session);
