/* SPDX-License-Identifier: MIT */
/* The inside of an IMAP server, shared by imap-server.c (bytes, events, states) and imap-server-*.c (what the
 * commands do). */
#pragma once

#include "mail/message-structure.h"
#include "protocol/endpoint-support.h"
#include "protocol/imap/imap-sequence-set.h"
#include "protocol/imap/imap-server.h"
#include "protocol/imap/imap-syntax.h"
#include "protocol/imap/imap-write.h"
#include "protocol/sasl/sasl-server.h"
#include "protocol/sasl/sasl-spoken.h"

#define IMAP_SERVER_COMMAND_MAX 65536u   /* bytes of a command, literals inside, but for APPEND's message */
#define IMAP_SERVER_STRANGER_MAX 4096u   /* the same before the log-in */
#define IMAP_SERVER_MAILBOX_MAX 1000000u /* messages in one mailbox */

/* What the next bytes are. */
typedef enum {
  IMAP_INPUT_COMMAND, /* a line of a command */
  IMAP_INPUT_LITERAL, /* bytes of a literal */
  IMAP_INPUT_REFUSED, /* bytes of a literal, and the rest of its command, that nobody wants */
  IMAP_INPUT_SASL,    /* a line of an AUTHENTICATE exchange */
  IMAP_INPUT_IDLE,    /* DONE */
} ImapInput;

/* One message as this session counts it; its number is its index + 1. */
typedef struct {
  uint32_t uid;
  bool recent;
  bool gone;    /* removed, which the client has not been told */
  bool changed; /* its flags are others, which the client has not been told */
} ImapEntry;

typedef struct ImapServer ImapServer;
typedef struct ImapFetch ImapFetch; /* a FETCH under way */

/* Goes on when the owner agreed to an update. */
typedef void (*ImapResume)(ImapServer *server);

struct ImapServer {
  Endpoint base;
  char *host_name, *nonce;
  char **mechanisms;  /* NULL: none */
  GPtrArray *without; /* of char * */
  bool no_login;
  uint64_t size_limit;
  Clock clock;
  void (*wake)(void *owner);
  void *owner;

  LineInput in;
  ByteBuffer out;
  MessageStretches letters; /* in out */
  IdleTimer idle;
  ImapInput input;
  ByteBuffer command;    /* so far: whole lines, literals inside */
  uint64_t literal_left; /* of the literal being read */
  uint8_t state;         /* ImapState; set by imap_server_set_state alone */
  const char *cause;     /* of the last change of state, for whoever looks on */
  bool closing, peer_closed;
  EndpointEventType event; /* to be told, or told and not answered */
  bool event_told;
  guint errors, failed_logins;

  char *tag;     /* of the command in work */
  uint16_t word; /* its row */
  bool by_uid;   /* its numbers are uids */
  char *user, *secret;
  SaslServer *sasl;

  ImapResume resume;          /* what UPDATE asked about */
  GPtrArray *added, *removed; /* of GBytes * */
  GArray *chosen;             /* of uint32_t: the uids it is about */
  Mailbox *target;            /* where they go */
  char *doomed;               /* DELETE's mailbox */
  uint64_t append_flags;
  Nanoseconds append_date;

  MailFolders *folders; /* the store's; NULL before the log-in */
  Mailbox *mailbox;     /* the open one; NULL: none */
  bool read_only;
  MailboxWatcher watcher;
  GArray *entries;   /* of ImapEntry, uids ascending */
  uint32_t last_uid; /* the largest the client was told to exist */
  guint told_keywords;
  bool news; /* something changed that the client has not been told */
  ImapFetch *fetch;
};

/* --- imap-server.c ------------------------------------------------------------------------------------ */

/* The one place where the state changes. */
void imap_server_set_state(ImapServer *server, uint8_t state, const char *cause);

/* Queue an untagged line: "* ", text, line end. */
void imap_server_say(ImapServer *server, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* End the command in work: what is new is told, then the tagged line. text may begin with a code in brackets.
 */
void imap_server_ok(ImapServer *server, const char *text);
void imap_server_no(ImapServer *server, const char *text);
void imap_server_bad(ImapServer *server, const char *text);

/* Asks the owner; the reply comes with the answer. */
void imap_server_ask(ImapServer *server, EndpointEventType event);

/* Asks the owner whether the messages in added and removed may come and go; then resume goes on. Goes on at
 * once where there are none. */
void imap_server_ask_update(ImapServer *server, ImapResume resume);

/* All is said: CLOSE is told next. */
void imap_server_close(ImapServer *server);

/* Returns true where the capability is offered. */
bool imap_server_offers(const ImapServer *server, const char *capability);

/* --- imap-server-commands.c --------------------------------------------------------------------------- */

typedef void (*ImapHandler)(ImapServer *server, Bytes argument);

/* Works on a whole command, its literals inside. */
void imap_server_command(ImapServer *server, Bytes raw);

/* Appends the capabilities with blanks between them. */
void imap_server_append_capabilities(const ImapServer *server, ByteBuffer *out);

/* --- imap-server-login.c ------------------------------------------------------------------------------ */

void imap_server_handle_login(ImapServer *server, Bytes argument);
void imap_server_handle_authenticate(ImapServer *server, Bytes argument);

/* A line of the client inside AUTHENTICATE. */
void imap_server_take_sasl(ImapServer *server, Bytes line);

/* The owner's verdicts on AUTHENTICATE and OPEN_MAILBOX. */
void imap_server_answer_login(ImapServer *server, const EndpointVerdict *verdict);
void imap_server_answer_open(ImapServer *server, const EndpointVerdict *verdict);

/* --- imap-server-mailboxes.c -------------------------------------------------------------------------- */

void imap_server_handle_create(ImapServer *server, Bytes argument);
void imap_server_handle_delete(ImapServer *server, Bytes argument);
void imap_server_handle_rename(ImapServer *server, Bytes argument);
void imap_server_handle_subscribe(ImapServer *server, Bytes argument);
void imap_server_handle_status(ImapServer *server, Bytes argument);

/* Cuts a mailbox's name off the front of *rest. Returns it as UTF-8, the caller's to free; NULL where none
 * stands there. A name that is no modified UTF-7 is taken as it is. */
char *imap_server_take_mailbox(Bytes *rest);

/* Returns the mailbox of that name, or NULL where there is none to be opened. */
Mailbox *imap_server_find_mailbox(const ImapServer *server, const char *name);

/* STATUS's items, to be asked for many mailboxes. Reads "(MESSAGES UNSEEN)" into a mask; false: wrong. */
bool imap_server_take_status_items(Bytes *rest, uint32_t *items);

/* Says the line STATUS for a mailbox. */
void imap_server_say_status(ImapServer *server, const char *name, Mailbox *mailbox, uint32_t items);

/* --- imap-server-list.c ------------------------------------------------------------------------------- */

void imap_server_handle_list(ImapServer *server, Bytes argument);
void imap_server_handle_lsub(ImapServer *server, Bytes argument);

/* --- imap-server-selected.c: the open mailbox ---------------------------------------------------------- */

void imap_server_handle_select(ImapServer *server, Bytes argument);
void imap_server_handle_close(ImapServer *server, Bytes argument);
void imap_server_handle_expunge(ImapServer *server, Bytes argument);

/* Leaves the open mailbox, if there is one. */
void imap_server_unselect(ImapServer *server);

/* Tells what other sessions did: with_expunges: also which messages are gone. */
void imap_server_tell_news(ImapServer *server, bool with_expunges);

static inline ImapEntry *imap_server_entry(const ImapServer *server, guint index)
{
  return &g_array_index(server->entries, ImapEntry, index);
}

/* Returns the entry's message, or NULL where it is gone. Borrowed until the mailbox changes. */
const MailboxMessage *imap_server_message(const ImapServer *server, const ImapEntry *entry);

/* Cuts a set off the front of *rest: numbers or, by_uid, uids. Returns false, the command then being refused,
 * for a wrong one, or one that names numbers there are not. */
bool imap_server_take_set(ImapServer *server, Bytes *rest, ImapSequenceSet *set);

/* Is the entry at index in the set? */
bool imap_server_set_has(const ImapServer *server, const ImapSequenceSet *set, guint index);

/* --- imap-server-messages.c --------------------------------------------------------------------------- */

void imap_server_handle_append(ImapServer *server, Bytes argument);
void imap_server_handle_store(ImapServer *server, Bytes argument);
void imap_server_handle_copy(ImapServer *server, Bytes argument);

/* Appends the flags in parentheses: "(\Seen $Junk)". */
void imap_server_append_flags(const Mailbox *mailbox, uint64_t flags, bool recent, ByteBuffer *out);

/* Cuts "(flag ...)", or, bare, flags without parentheses, off the front of *rest, as bits of mailbox, which
 * learns new keywords where learn is true; else they are passed over. Returns false for what is no flag, or
 * none that may be set. */
bool imap_server_take_flags(Mailbox *mailbox, Bytes *rest, bool bare, bool learn, uint64_t *flags);

/* --- imap-server-fetch.c, imap-server-items.c, imap-server-structure.c ---------------------------------- */

void imap_server_handle_fetch(ImapServer *server, Bytes argument);

/* Says the next piece of what FETCH asked for, and ends the command after the last. */
void imap_server_go_on_fetching(ImapServer *server);
void imap_server_fetch_free(ImapFetch *fetch);

/* Appends an envelope, and a body structure, extended: with the extension data that BODYSTRUCTURE has and
 * BODY has not (RFC 9051 §7.5.2). */
void imap_append_envelope(ByteBuffer *out, Bytes header);
void imap_append_structure(ByteBuffer *out, const MessageStructure *structure, bool extended);

/* --- imap-server-search.c ----------------------------------------------------------------------------- */

void imap_server_handle_search(ImapServer *server, Bytes argument);
