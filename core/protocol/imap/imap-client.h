/* SPDX-License-Identifier: MIT */
/* An IMAP client without I/O (RFC 3501, and RFC 9051 where it asks no more): logs in, then does what its
 * owner requests, one thing after another in the order given, and tells what the server says meanwhile.
 *
 * Events, none of which asks: RESULT (imap_client_get_result tells what; all types but FETCHED), FETCHED (the
 * same for a message's data, asked for or not; message: its first section, or empty), FAILED (reply: the
 * server's words, or empty: refused log-in, broken connection or server), then CLOSE. CLOSE without FAILED
 * follows the server's word on LOGOUT. Requests may be given at any time, also before the log-in; where that
 * is not in the course of an event, the owner has its host look at the endpoint again (agent_host_wake). */
#pragma once

#include "base/byte-buffer.h"
#include "protocol/endpoint.h"
#include "protocol/imap/imap-vocabulary.h"

/* Strings are copied. */
typedef struct {
  const char *user;
  const char *password;
  bool sasl; /* AUTHENTICATE with the best of mechanisms that the server offers, LOGIN where it offers none;
                else LOGIN */
  const char *const *mechanisms; /* NULL-terminated, best first, as sasl_client_pick's; NULL: all we know */
  const char *nonce;             /* for SCRAM: letters and digits that nobody foresees; NULL: no SCRAM */
  bool no_literal_plus;          /* wait for "+" before each literal even where LITERAL+ is offered */
  Nanoseconds patience;          /* wait for the server while it owes an answer; 0: 5 minutes */
} ImapClientConfig;

Endpoint *imap_client_new(const ImapClientConfig *config);

/* Something to be done. word is a row of the vocabulary: CAPABILITY NOOP ID ENABLE NAMESPACE SELECT EXAMINE
 * CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB STATUS APPEND IDLE CHECK CLOSE UNSELECT EXPUNGE SEARCH
 * FETCH STORE COPY MOVE LOGOUT, and the UID forms of the last but one six and of EXPUNGE. Of the rest only
 * what the word needs is looked at; all is copied. Names and patterns are UTF-8, written on the wire in
 * modified UTF-7 and quoted as needed; set and items are in IMAP's own syntax and must hold no line end but
 * those of literals "{n}". */
typedef struct {
  uint16_t word;
  const char *mailbox; /* the mailbox; LIST, LSUB: the reference, NULL: "" */
  const char *name;    /* RENAME: its new name; LIST, LSUB: the pattern, NULL: "*" */
  const char *set;     /* FETCH STORE COPY MOVE, UID EXPUNGE: "1:4,7", "*" */
  const char *items;   /* FETCH: "(UID FLAGS ENVELOPE)", "BODY.PEEK[1]<0.1000>"; STATUS: "(MESSAGES
                          UNSEEN)"; STORE: "+FLAGS.SILENT (\Seen)"; SEARCH: "FROM \"alice\" UNSEEN"; ENABLE:
                          "IMAP4rev2"; ID: NULL is our name; LIST: what follows the pattern, such as "RETURN
                          (SPECIAL-USE)"; APPEND: flags "(\Seen)" or NULL */
  Bytes message;       /* APPEND */
  Nanoseconds arrived; /* APPEND: the internal date; 0: the server's */
} ImapRequest;

/* Queues a request. Returns its number, from 1, that its results bear; 0, and nothing is queued, where the
 * request lacks what its word needs or would not be one command, or LOGOUT was requested before. A request
 * behind IDLE ends the idling. */
guint imap_client_request(Endpoint *client, const ImapRequest *request);

/* Ends the idling that goes on or waits in the queue, if any: its DONE result follows. */
void imap_client_stop_idle(Endpoint *client);

/* Appends text as a string of IMAP's syntax, for SEARCH's items: quoted, or as a literal where quotes cannot
 * hold it. */
void imap_client_append_string(ByteBuffer *items, Bytes text);

typedef enum {
  IMAP_RESULT_READY,    /* logged in; request 0 */
  IMAP_RESULT_OPENED,   /* SELECT, EXAMINE: the folder is open; imap_client_get_folder tells all of it */
  IMAP_RESULT_LISTED,   /* LIST, LSUB: name, delimiter, attributes; one for each mailbox */
  IMAP_RESULT_STATUS,   /* STATUS: name, status */
  IMAP_RESULT_FOUND,    /* SEARCH, UID SEARCH: found */
  IMAP_RESULT_IDLING,   /* IDLE: the server listens */
  IMAP_RESULT_EXISTS,   /* the open folder has `number` messages now */
  IMAP_RESULT_EXPUNGED, /* message `number` is gone, those above it move down by one */
  IMAP_RESULT_FETCHED,  /* fetched; told by ENDPOINT_FETCHED */
  IMAP_RESULT_DONE,     /* the request is over: good, code, text */
} ImapResultType;

/* STATUS's numbers (RFC 9051 §7.3.3); UINT64_MAX for what was not told. */
typedef struct {
  uint64_t messages, recent, unseen, uid_next, uid_validity, deleted, size;
} ImapStatus;

/* ENVELOPE (RFC 9051 §7.5.2), decoded to UTF-8; none NULL. Addresses as "Alice <alice@alpha.example>, …". */
typedef struct {
  const char *date, *subject, *from, *sender, *reply_to, *to, *cc, *bcc, *in_reply_to, *message_id;
} ImapEnvelope;

/* A part of BODYSTRUCTURE that holds no others. Strings are never NULL, "" where nothing is told. */
typedef struct {
  const char *section;     /* "1.2", as in BODY[1.2] */
  const char *type;        /* "text/plain", lower case */
  const char *charset;     /* as written */
  const char *encoding;    /* "base64", lower case */
  const char *name;        /* of the file, decoded */
  const char *disposition; /* "attachment", lower case */
  uint64_t bytes;          /* as encoded */
} ImapPart;

/* A piece of a message. */
typedef struct {
  const char *name; /* "BODY[1]<0>", upper case */
  Bytes value;
} ImapSection;

/* Data of one message; what was not told is 0, "" or NULL. */
typedef struct {
  guint number; /* in the open folder, from 1 */
  uint32_t uid;
  uint64_t size;             /* RFC822.SIZE */
  const char *flags;         /* "\Seen $Junk"; NULL: not told */
  const char *internal_date; /* "02-Mar-2026 12:00:00 +0000" */
  const ImapEnvelope *envelope;
  const ImapPart *parts; /* part_count of them */
  guint part_count;
  const ImapSection *sections; /* section_count of them */
  guint section_count;
} ImapFetched;

/* Valid until the next call of endpoint_next_event or endpoint_receive. */
typedef struct {
  ImapResultType type;
  guint request;          /* 0: the server told it by itself, or log-in */
  uint16_t word;          /* of the request; VOCABULARY_UNKNOWN for request 0 */
  bool good;              /* DONE: OK; else NO or BAD */
  const char *code;       /* DONE: what stands in brackets: "APPENDUID 3 17", "TRYCREATE"; or "" */
  const char *text;       /* DONE: the server's words */
  const char *name;       /* UTF-8 */
  const char *attributes; /* "\HasNoChildren \Sent" */
  char delimiter;         /* '/'; 0: none */
  guint number;
  const ImapStatus *status;
  const GArray *found; /* of uint32_t: numbers, or after UID SEARCH uids, as the server gave them */
  const ImapFetched *fetched;
} ImapResult;

/* Returns what the last RESULT or FETCHED told. */
const ImapResult *imap_client_get_result(const Endpoint *client);

/* What is known of the open folder. */
typedef struct {
  const char *name; /* UTF-8; NULL: none is open */
  bool read_only;
  guint exists;
  uint32_t uid_validity, uid_next;
  uint32_t first_unseen; /* number; 0: not told */
  const char *flags, *permanent_flags;
} ImapFolder;

/* Returns the folder as the server's words so far have it. Borrowed until the next call on the endpoint. */
const ImapFolder *imap_client_get_folder(const Endpoint *client);

/* Returns true when the server's last list of capabilities has name, whatever its case. */
bool imap_client_offers(const Endpoint *client, const char *name);

/* Returns the state, an index of imap_vocabulary.states. */
uint8_t imap_client_get_state(const Endpoint *client);

/* Returns how many requests are not over. */
guint imap_client_get_waiting(const Endpoint *client);
