/* SPDX-License-Identifier: MIT */
/* The inside of the mail user agent: what its files (letters, fetching, reading online) share. */
#pragma once

#include "agent/mail-user-agent.h"
#include "agent/server-lookup.h"

/* One thing the person asked for that takes a connection of its own. */
typedef struct {
  MailUserAgent *agent;
  MailUserAgentDone done;
  void *owner;
  Timer again;
  guint tries;
  bool good;
  bool hopeless; /* refused for good: trying again does not help */
  ServerLookup lookup;

  GBytes *letter; /* send */
  GBytes *letter_7bit;
  Envelope *envelope;

  MailFetch how;  /* fetch */
  guint fetched;  /* letters in this session */
  Endpoint *held; /* POP3: all is done but QUIT; NULL: not so far, or not to be held */
  bool cut;       /* the line was dropped on purpose */
  Timer hold;
} MailUserTask;

/* A letter of which it is known that nobody tries it any more. */
typedef struct {
  GBytes *letter, *letter_7bit;
  Envelope *envelope;
} MailKeptLetter;

typedef struct MailOnlineSession MailOnlineSession;

struct MailUserAgent {
  AgentHost *host;
  Resolver *resolver; /* NULL: nobody is asked */
  char *person, *address, *host_name, *server, *outgoing, *user, *password;
  MailUserAgentConfig config; /* numbers and switches; its strings are ours above, or NULL */
  GStrv mechanisms;           /* or NULL */
  char *sent_folder, *vacation;
  GPtrArray *inbox, *outbox, *sent; /* of GBytes */
  GPtrArray *kept;                  /* of MailKeptLetter: lie in the outbox and wait for the person */
  GPtrArray *known_uids;            /* of char *, NULL at the end: fetched and kept on the server */
  GHashTable *known_online;         /* of char * "validity.uid": letters of INBOX that are in the inbox too */
  GHashTable *answered;             /* of char *: senders who have the vacation's answer */
  GPtrArray *tasks;                 /* of MailUserTask, owned */
  MailOnlineSession *online;

  GPtrArray *folders;  /* of char * */
  GPtrArray *listings; /* of MailListing, its strings ours */
  GArray *found;       /* of guint */
  char *text;          /* never NULL */
};

/* Returns a view of letter. */
Bytes mail_user_bytes(GBytes *letter);

/* Tells the person; recipient and text may be NULL. */
void mail_user_notice(const MailUserAgent *agent, MailNoticeType type, const char *recipient,
                      const char *text);

/* Returns letters and digits that nobody foresees, for SASL; the caller's to free. NULL, and no chance is
 * drawn, where the agent uses no SASL there. */
char *mail_user_nonce(const MailUserAgent *agent, bool sasl);

/* Returns how long to wait after the try of that number, from 1; 0 when it was the last. */
Nanoseconds mail_user_wait_after(const MailUserAgent *agent, guint tries);

/* Returns the agent's new task; who begins it sets its members first. */
MailUserTask *mail_user_task_new(MailUserAgent *agent, MailUserAgentDone done, void *owner);

/* Begins, or tries again. */
void mail_user_task_begin(void *task);

/* The connection is over: the task is done (and freed), or waits for another try. */
void mail_user_task_ended(MailUserTask *task);

/* The server cannot be reached, or the connection ended as end says: tells it and ends the try. */
void mail_user_task_broken(MailUserTask *task, AgentEnd end);

/* Connects for sending, or for fetching. */
void mail_user_begin_send(MailUserTask *task);
void mail_user_begin_fetch(MailUserTask *task);

/* A fetch task's session was open for long enough. */
void mail_user_hold_over(void *task);

/* A send task has come to its end: what is left waits for the person. */
void mail_user_keep_letter(MailUserTask *task);

/* Returns draft as a letter, with what the agent adds to it; the caller's to unref. */
GBytes *mail_user_write(const MailUserAgent *agent, const MessageDraft *draft);

/* A letter came into the inbox. */
void mail_user_take_letter(MailUserAgent *agent, Bytes message);

/* Frees what the letters' part holds. */
void mail_kept_letter_free(gpointer kept);

/* The IMAP session: made with the agent, freed with it. */
MailOnlineSession *mail_online_session_new(MailUserAgent *agent);
void mail_online_session_free(MailOnlineSession *session);

/* Lays letter into folder with APPEND; done hears true whatever comes of it. */
void mail_online_keep_sent(MailUserAgent *agent, GBytes *letter, MailUserAgentDone done, void *owner);

/* Fetches what is new in INBOX, for an agent whose access is IMAP. */
void mail_online_fetch(MailUserAgent *agent, const MailFetch *how, MailUserAgentDone done, void *owner);

void mail_listing_free(gpointer listing);
