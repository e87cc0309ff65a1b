/* SPDX-License-Identifier: MIT */
/* What the two halves of reading online share: the session (mail-user-online.c) and what each thing asked for
 * takes (mail-user-actions.c). */
#pragma once

#include "agent/mail-user-agent-private.h"
#include "base/byte-buffer.h"
#include "protocol/imap/imap-client.h"

/* Kinds the agent uses itself, after the public ones. */
enum {
  MAIL_ONLINE_FETCH = MAIL_ONLINE_WATCH + 1, /* what is new in INBOX, whole; deleted unless keep */
  MAIL_ONLINE_LEAVE,
  MAIL_ONLINE_KIND_COUNT,
};

/* Where a letter's text lies, as BODYSTRUCTURE says. */
typedef struct {
  guint number;
  char *section, *head; /* head: the header fields by which its bytes are decoded */
} MailTextPart;

/* One thing asked for, and how far it is. */
typedef struct {
  int kind;
  char *folder, *letters, *text;
  GBytes *letter;
  guint bytes;
  Nanoseconds length;
  bool stay;  /* OPEN: the session stays open */
  bool keep;  /* FETCH */
  bool draft; /* STORE: the letter is not finished */
  bool always_good;
  MailUserAgentDone done;
  void *owner;

  bool begun, good;
  guint step;        /* that comes next */
  guint outstanding; /* requests not over */
  GArray *uids;      /* of uint32_t: FETCH */
  GArray *parts;     /* of MailTextPart: READ_TEXT */
  Nanoseconds until; /* WATCH */
  guint first_new;   /* WATCH: number of the first letter that is not listed; 0: none */
} MailOnlineAction;

struct MailOnlineSession {
  MailUserAgent *agent;
  Endpoint *client; /* NULL: not connected */
  bool searching;   /* its server's address is asked for */
  bool ready;       /* logged in */
  bool stay, leaving;
  bool refused;           /* the server wants no more of it: trying again does not help */
  GQueue actions;         /* of MailOnlineAction, owned; the first is under way */
  MailOnlineAction *last; /* over, and to be told of when the session is */
  guint tries;
  guint exists; /* letters in the open folder; UINT_MAX: not known yet */
  Timer again, watch;
  ServerLookup lookup;
};

/* Asks what the action's next step takes. Returns false where there is none: the action is over. */
bool mail_online_step(MailOnlineSession *session, MailOnlineAction *action);

/* Takes what the server told: into the listing, and where action (may be NULL) wants it. */
void mail_online_take(MailOnlineSession *session, MailOnlineAction *action, const ImapResult *result);

/* Ends a watch that is under way, if any. Returns true where the host must look at the client again. */
bool mail_online_end_watch(MailOnlineSession *session);
