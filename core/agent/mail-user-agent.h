/* SPDX-License-Identifier: MIT */
/* The program a person writes and reads mail with: writes letters, hands them to the outgoing server by SMTP
 * (the outbox keeps them until it can), fetches them by POP3 or POP2, or reads them where they lie by IMAP.
 * Two agents with one account are two devices of one person. */
#pragma once

#include "agent/agent-host.h"
#include "mail/message-build.h"

typedef struct MailUserAgent MailUserAgent;

typedef enum { MAIL_ACCESS_POP3, MAIL_ACCESS_POP2, MAIL_ACCESS_IMAP } MailAccess;

/* How the agent proves to its incoming server who it is. */
typedef enum {
  MAIL_LOGIN_PASSWORD, /* POP3 USER and PASS, IMAP LOGIN, POP2 HELO */
  MAIL_LOGIN_APOP,     /* POP3, where the greeting has a stamp; else USER and PASS */
  MAIL_LOGIN_SASL, /* AUTH or AUTHENTICATE with the best of `mechanisms` that the server offers; POP3 takes
                      "APOP" and "USER/PASS" among them */
} MailLogin;

/* What a person is told. text: the other side's words, else ours, N_(); valid during the call. */
typedef enum {
  MAIL_NOTICE_SENT,        /* recipient: the server took the letter for them */
  MAIL_NOTICE_REFUSED,     /* recipient: the server will not take it, for good */
  MAIL_NOTICE_POSTPONED,   /* recipient: not now; the letter waits in the outbox */
  MAIL_NOTICE_UNREACHABLE, /* the server cannot be reached, or the connection broke */
  MAIL_NOTICE_FAILED,      /* the server said no: wrong password, mailbox locked, no such folder */
  MAIL_NOTICE_NEW_MAIL,    /* IMAP: the folder that is open has `count` letters now */
} MailNoticeType;

typedef struct {
  MailNoticeType type;
  const char *recipient; /* or NULL */
  const char *text;      /* or NULL */
  guint count;
} MailNotice;

/* Strings are copied, mechanisms too. Members that may be NULL or 0 take the usual. */
typedef struct {
  AgentHost *host;
  const char *person;    /* "Alice" */
  const char *address;   /* "alice@alpha.example" */
  const char *host_name; /* "alice-computer.alpha.example": what it calls itself in EHLO */
  const char *server;    /* "mail.alpha.example": incoming, and outgoing where that is NULL */
  const char *outgoing;
  const char *name_server; /* asked for servers the host does not know; NULL: nobody is asked */
  const char *user;        /* log-in: "alice" */
  const char *password;

  MailAccess access;
  MailLogin login;
  uint16_t incoming_port;        /* 0: 110, 109 or 143 */
  uint16_t outgoing_port;        /* 0: 587 */
  bool outgoing_without_login;   /* the old style, on port 25 */
  const char *const *mechanisms; /* of SASL, NULL-terminated, best first; NULL: SMTP by PLAIN or LOGIN, the
                                    others by whatever we know. SMTP uses them whatever `login` says */
  const char *sent_folder;       /* IMAP: a copy of what was sent goes there; NULL: none */
  bool leave_bcc;                /* the Bcc line goes to the server, which ought to take it out */
  bool eight_bit;                /* text as 8bit rather than quoted-printable */
  guint tries;                   /* of a task whose server cannot be reached; 0: 5 */
  Nanoseconds first_wait;        /* before the second try, doubled each time; 0: 30 s */

  void (*notice)(void *owner, const MailNotice *notice); /* NULL: nobody listens */
  void *owner;
} MailUserAgentConfig;

/* Told when what was asked for is over: good is false where it was given up. */
typedef void (*MailUserAgentDone)(void *owner, bool good);

MailUserAgent *mail_user_agent_new(const MailUserAgentConfig *config);

/* Frees the agent: after its host has stopped, before the host is freed. */
void mail_user_agent_free(MailUserAgent *agent);

/* --- Writing ------------------------------------------------------------------------------------------ */

/* Writes a letter, lays it into the outbox and submits it. to: one address or several with commas; text:
 * UTF-8. done may be NULL. */
void mail_user_agent_send(MailUserAgent *agent, const char *to, const char *subject, const char *text,
                          MailUserAgentDone done, void *owner);

/* The same with all a draft may hold; from, message_id, date, leave_bcc and eight_bit are the agent's unless
 * set. The draft is copied into the letter before this returns. */
void mail_user_agent_compose(MailUserAgent *agent, const MessageDraft *draft, MailUserAgentDone done,
                             void *owner);

/* Which letter of the inbox: from 1, in the order they came; 0: the newest. */
typedef guint MailLetterNumber;

/* Answers a letter of the inbox: Re:, In-Reply-To, References, the original quoted below text. to_all: also
 * to its other recipients. done hears false where there is no such letter. */
void mail_user_agent_reply(MailUserAgent *agent, MailLetterNumber letter, const char *text, bool to_all,
                           MailUserAgentDone done, void *owner);

/* Passes a letter of the inbox on, whole, as message/rfc822. */
void mail_user_agent_forward(MailUserAgent *agent, MailLetterNumber letter, const char *to, const char *text,
                             MailUserAgentDone done, void *owner);

/* Answers each letter that comes in from now on, once a sender, with text (Auto-Submitted: auto-replied,
 * RFC 3834); NULL: no more. */
void mail_user_agent_set_vacation(MailUserAgent *agent, const char *text);

/* Tries at once whatever waits in the outbox or was given up (the button "Send"). */
void mail_user_agent_send_outbox(MailUserAgent *agent);

/* --- Fetching: POP3, POP2 ----------------------------------------------------------------------------- */

typedef struct {
  bool keep;         /* the letters stay on the server; POP3 remembers by UIDL which it has */
  bool headers_only; /* POP3: TOP instead of RETR, into the listing; nothing is deleted */
  guint lines;       /* of the body, with headers_only */
  /* POP3: the line drops after the last DELE, before QUIT: nothing is deleted. That is what was asked for:
   * good */
  bool cut_before_quit;
  Nanoseconds hold;        /* POP3: how long the session stays open before QUIT, or before the line drops */
  const char *pop2_folder; /* POP2: FOLD; NULL: the usual */
} MailFetch;

/* Fetches what is new in the mailbox; with keep the letters stay there too. done may be NULL. */
void mail_user_agent_fetch(MailUserAgent *agent, bool keep, MailUserAgentDone done, void *owner);

/* The same with all that may be said of it. An IMAP agent opens INBOX, fetches every letter it has not read
 * whole, and deletes them unless keep. */
void mail_user_agent_fetch_as(MailUserAgent *agent, const MailFetch *how, MailUserAgentDone done,
                              void *owner);

/* --- Reading where the letters lie: IMAP ------------------------------------------------------------- */

typedef enum {
  MAIL_ONLINE_LIST_FOLDERS,
  MAIL_ONLINE_OPEN,      /* folder: selected, and a line of each letter fetched (flags, size, envelope) */
  MAIL_ONLINE_READ,      /* letters: fetched whole, into the inbox too; marked \Seen */
  MAIL_ONLINE_READ_TEXT, /* letters: BODYSTRUCTURE, then only the text, at most `bytes` of it */
  MAIL_ONLINE_SEARCH,    /* text: IMAP's words: FROM "alice" UNSEEN */
  MAIL_ONLINE_FLAG,      /* letters, text: "\Flagged \Seen" set … */
  MAIL_ONLINE_UNFLAG,    /* … or taken off */
  MAIL_ONLINE_COPY,      /* letters, folder */
  MAIL_ONLINE_MOVE,      /* letters, folder: MOVE, or COPY, \Deleted and EXPUNGE */
  MAIL_ONLINE_DELETE,    /* letters: \Deleted and EXPUNGE */
  MAIL_ONLINE_CREATE,    /* folder */
  MAIL_ONLINE_REMOVE,    /* folder */
  MAIL_ONLINE_STORE,     /* draft: laid into folder with APPEND (a letter begun) */
  MAIL_ONLINE_WATCH,     /* IDLE for `length`, or until something else is asked for: what comes is told and
                            listed at once */
} MailOnlineKind;

/* Members the kind does not name are not looked at; strings are copied. */
typedef struct {
  MailOnlineKind kind;
  const char *folder;  /* that the kind names; else, where it speaks of letters, the one they lie in, opened
                          first: NULL is the one that is open, or INBOX */
  const char *letters; /* message numbers of the open folder as IMAP writes them: "1", "2:4,7", "*"; "$": what
                          the last search found; NULL: the newest */
  const char *text;
  const MessageDraft *draft;
  guint bytes; /* READ_TEXT: 0 is all */
  Nanoseconds length;
} MailOnline;

/* Does one thing on the IMAP server. Where the agent is not connected it logs in, opens INBOX if the kind
 * needs a folder, and logs out afterwards; things asked for while it works follow in their order. */
void mail_user_agent_online(MailUserAgent *agent, const MailOnline *what, MailUserAgentDone done,
                            void *owner);

/* Logs in and stays; folder (NULL: INBOX) is opened. */
void mail_user_agent_connect(MailUserAgent *agent, const char *folder, MailUserAgentDone done, void *owner);

/* Logs out when all that was asked for is done. */
void mail_user_agent_disconnect(MailUserAgent *agent, MailUserAgentDone done, void *owner);

#define MAIL_LISTINGS_MAX 10000u /* lines kept of a folder; letters fetched in one session by IMAP */

/* A letter of the folder open last, as its line shows it. Strings are decoded UTF-8, none NULL. */
typedef struct {
  guint number;
  uint32_t uid;
  uint64_t size;
  const char *flags; /* "\Seen \Flagged" */
  const char *from, *subject, *date;
} MailListing;

/* --- What the person sees ----------------------------------------------------------------------------- */

/* Returns the letters fetched (inbox), not yet handed over (outbox), or sent (sent), of GBytes, oldest first.
 * Borrowed. */
const GPtrArray *mail_user_agent_get_inbox(const MailUserAgent *agent);
const GPtrArray *mail_user_agent_get_outbox(const MailUserAgent *agent);
const GPtrArray *mail_user_agent_get_sent(const MailUserAgent *agent);

/* Returns the folders listed last, of char *. Borrowed. */
const GPtrArray *mail_user_agent_get_folders(const MailUserAgent *agent);

/* Returns the letters of the folder opened last, and one of them (index from 0). Borrowed until the agent
 * works again. */
guint mail_user_agent_get_listing_count(const MailUserAgent *agent);
MailListing mail_user_agent_get_listing(const MailUserAgent *agent, guint index);

/* Returns the message numbers the last search found, of guint. Borrowed. */
const GArray *mail_user_agent_get_found(const MailUserAgent *agent);

/* Returns the text READ or READ_TEXT showed last, decoded, lines ended by LF; "" before. Borrowed. */
const char *mail_user_agent_get_text(const MailUserAgent *agent);
