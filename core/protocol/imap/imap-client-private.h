/* SPDX-License-Identifier: MIT */
/* The inside of an IMAP client, shared by imap-client.c (bytes, events, the queue of requests) and
 * imap-client-*.c. */
#pragma once

#include "protocol/endpoint-support.h"
#include "protocol/imap/imap-client.h"
#include "protocol/imap/imap-syntax.h"
#include "protocol/imap/imap-write.h"
#include "protocol/sasl/sasl-client.h"

/* A command that waits or is under way. */
typedef struct {
  guint number; /* 0: the log-in's own */
  uint16_t word;
  ByteBuffer
      text;      /* after the tag: lines that end in literals, the literals, the last line without its end */
  char *mailbox; /* SELECT, EXAMINE: its name, UTF-8 */
} ImapQueued;

/* Something to be told, with the memory its result's views lie in. */
typedef struct {
  EndpointEventType type;
  ImapResult result;
  GPtrArray *texts; /* of what g_free frees */
  GArray *parts;    /* of ImapPart */
  GArray *sections; /* of ImapSection */
  GArray *found;    /* of uint32_t */
  ImapStatus status;
  ImapEnvelope envelope;
  ImapFetched fetched;
  ByteBuffer raw; /* the response */
} ImapTold;

typedef struct {
  Endpoint base;
  char *user, *password, *nonce;
  char **mechanisms; /* NULL: all */
  bool sasl, no_literal_plus;

  ByteBuffer in;
  size_t scanned;        /* bytes at the front of in that hold no LF */
  ByteBuffer response;   /* so far: whole lines, literals inside */
  uint64_t literal_left; /* of the literal being read */
  ByteBuffer out;
  IdleTimer idle;

  uint8_t state; /* ImapState */
  bool greeted, ready;
  char *capabilities; /* the last list; NULL before */
  guint tags, requests;
  GQueue waiting;      /* of ImapQueued * */
  ImapQueued *current; /* sent, or being sent; NULL: none */
  char *tag;           /* of current */
  size_t sent;         /* bytes of its text */
  bool awaits_go;      /* a literal waits for "+" */
  SaslClient *saslclient;
  bool idling, stop_idle, done_said;
  bool leaving; /* LOGOUT was requested */

  GQueue told; /* of ImapTold *, to be told */
  ImapTold *last;
  ImapResult nothing;
  ImapFolder folder;
  char *folder_name, *folder_flags, *folder_permanent;
  bool failed, closing;
} ImapClient;

/* --- imap-client.c ------------------------------------------------------------------------------------ */

/* Queues something to be told about the command under way; the caller fills its result. */
ImapTold *imap_client_tell(ImapClient *client, EndpointEventType type, ImapResultType result);

/* Keeps text (taken) as long as told. Returns it. */
const char *imap_told_keep(ImapTold *told, char *text);

/* The dialogue cannot go on: FAILED with words, then CLOSE. */
void imap_client_fail(ImapClient *client, Bytes words);

/* Puts a command of the log-in before all requests. */
void imap_client_say_first(ImapClient *client, uint16_t word, ByteBuffer *text);

/* Begins the next command, or ends idling, where that is wanted now. */
void imap_client_look(ImapClient *client);

/* Says a line that is no command: DONE, a SASL response. */
void imap_client_say_line(ImapClient *client, Bytes line);

/* --- imap-client-login.c ------------------------------------------------------------------------------ */

/* Decides what comes next on the way in: after the greeting, and after a command of the log-in ended. */
void imap_client_go_on_login(ImapClient *client);

/* A "+" inside AUTHENTICATE. */
void imap_client_take_challenge(ImapClient *client, Bytes challenge);

/* A command of the log-in was answered. */
void imap_client_take_login_answer(ImapClient *client, const ImapQueued *command,
                                   const ImapResponse *response);

/* --- imap-client-parse.c ------------------------------------------------------------------------------ */

/* Takes an untagged response that is no "+". */
void imap_client_take_untagged(ImapClient *client, const ImapResponse *response);

/* Takes what stands in brackets before a status's text: capabilities, what is known of the folder. Returns
 * the code without brackets and moves *text behind it. */
Bytes imap_client_take_code(ImapClient *client, Bytes *text);

/* Forgets the open folder. */
void imap_client_forget_folder(ImapClient *client);

/* --- imap-client-fetch.c ------------------------------------------------------------------------------ */

/* Reads FETCH's data (RFC 9051 §7.5.2), which lie in told->raw, into told. Returns false where they are
 * wrong; what was read stays. */
bool imap_client_read_fetch(ImapTold *told, Bytes text);

/* Cuts a string, atom or NIL (a NULL view) off the front of *rest. The view is of rest, or kept by told. */
bool imap_client_take_value(ImapTold *told, Bytes *rest, Bytes *value, bool *nil);
