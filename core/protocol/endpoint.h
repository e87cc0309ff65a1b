/* SPDX-License-Identifier: MIT */
/* The contract of a protocol's client or server without I/O: bytes in, events out, bytes out. Whoever owns an
 * endpoint moves the bytes (virtual TCP, a loopback socket, a test) and answers the events. No socket, clock
 * or window inside. */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "mail/envelope.h"

typedef struct Endpoint Endpoint;

typedef enum {
  ENDPOINT_NOTHING, /* no event: more bytes or time are needed */
  /* servers ask; the reply is not pending before endpoint_answer, later input waits */
  ENDPOINT_AUTHENTICATE, /* user, secret, mechanism: may they in? */
  ENDPOINT_SENDER,       /* MAIL FROM: address */
  ENDPOINT_RECIPIENT,    /* RCPT TO: address */
  ENDPOINT_MESSAGE,      /* a whole message for store or queue: envelope, message */
  ENDPOINT_VERIFY,       /* VRFY: does address (a mailbox or a name) exist? text of the verdict: which */
  ENDPOINT_EXPAND,       /* EXPN: who is on the list address? text of the verdict: its members, one a line */
  ENDPOINT_OPEN_MAILBOX, /* POP3: lock user's mailbox, or say why not; IMAP: give user's folders */
  ENDPOINT_UPDATE,       /* POP3 QUIT: remove what was marked; IMAP: messages are about to come or go */
  ENDPOINT_UPGRADE,      /* STARTTLS accepted: the owner swaps the layer when pending is drained */
  ENDPOINT_QUERY,        /* DNS: a question for the zone */
  ENDPOINT_REQUEST,      /* HTTP: answered by http_server_respond, now or later */
  /* clients tell */
  ENDPOINT_HANDING,   /* a message's end is about to be sent: from here to DELIVERED none can tell whether it
                         was   taken */
  ENDPOINT_DELIVERED, /* the message was taken (or refused): per-recipient results are in the client */
  ENDPOINT_RESPONSE,  /* HTTP: http_client_get_response */
  ENDPOINT_FETCHED,   /* a message was fetched */
  ENDPOINT_FAILED,    /* the dialogue cannot go on: reply holds the other side's words */
  ENDPOINT_RESOLVED,  /* DNS answer in */
  ENDPOINT_HELD,      /* POP3: all is done but QUIT, and the client was told to wait there; answered: accepted
                         says QUIT, refused ends without it */
  ENDPOINT_RESULT,    /* IMAP: something else than a message came: imap_client_get_result */
  ENDPOINT_CLOSE,     /* all said: close the connection when pending is drained */
} EndpointEventType;

/* Views are valid until the next call on the endpoint. Only the members that the type names are set. */
typedef struct {
  EndpointEventType type;
  Bytes user, secret;
  Bytes challenge;  /* AUTHENTICATE: what the digest in secret was made of; empty for passwords */
  Bytes salt;       /* AUTHENTICATE by SCRAM, whose challenge is the AuthMessage and secret the ClientProof */
  guint iterations; /* likewise (RFC 5802 §3) */
  const char *mechanism;
  Bytes address;
  const Envelope *envelope;
  Bytes message;
  Bytes reply;
} EndpointEvent;

/* The owner's word on an event. code and text override the server's usual reply where set (reply rules, magic
 * addresses). */
typedef struct {
  bool accepted;
  int code;         /* 0: the usual one */
  const char *text; /* NULL: the usual one */
  void *object;     /* OPEN_MAILBOX: the Mailbox (IMAP: the MailFolders), owned by the store */
  Bytes proof;      /* AUTHENTICATE by SCRAM: the ServerSignature; copied before the answer returns */
} EndpointVerdict;

/* Bytes among those pending that carry a message: length of them, after start others. message is its text, of
 * which they may be only the rest; borrowed until the next call. */
typedef struct {
  Bytes message;
  size_t start, length;
} EndpointStretch;

typedef struct {
  const char *name; /* "smtp-server" */
  void (*receive)(Endpoint *endpoint, Bytes bytes);
  EndpointEventType (*next_event)(Endpoint *endpoint, EndpointEvent *event);
  void (*answer)(Endpoint *endpoint, const EndpointVerdict *verdict);
  Bytes (*pending)(Endpoint *endpoint);
  void (*consumed)(Endpoint *endpoint, size_t count);
  bool (*wants_read)(Endpoint *endpoint);
  Nanoseconds (*deadline)(Endpoint *endpoint);
  void (*advance)(Endpoint *endpoint, Nanoseconds now);
  void (*peer_closed)(Endpoint *endpoint);
  bool (*find_message)(Endpoint *endpoint, EndpointStretch *stretch); /* may be NULL: never */
  void (*free)(Endpoint *endpoint);
} EndpointClass;

/* Every endpoint begins with this. */
struct Endpoint {
  const EndpointClass *class;
};

/* Takes the next bytes from the peer; they are copied where they must be kept. */
static inline void endpoint_receive(Endpoint *endpoint, Bytes bytes)
{
  endpoint->class->receive(endpoint, bytes);
}

/* Returns the next event's type and fills *event; ENDPOINT_NOTHING when there is none. An event that asks is
 * returned once and must be answered before another comes. */
static inline EndpointEventType endpoint_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  return endpoint->class->next_event(endpoint, event);
}

/* Answers the event that asked last. */
static inline void endpoint_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  endpoint->class->answer(endpoint, verdict);
}

/* Returns bytes to be sent, at most 64 KiB of what there is; valid until the next call. Empty: nothing for
 * now. */
static inline Bytes endpoint_pending(Endpoint *endpoint)
{
  return endpoint->class->pending(endpoint);
}

/* Tells that the first count bytes of pending were sent. */
static inline void endpoint_consumed(Endpoint *endpoint, size_t count)
{
  endpoint->class->consumed(endpoint, count);
}

/* Returns false while the endpoint wants no more input (an event waits for its answer). */
static inline bool endpoint_wants_read(Endpoint *endpoint)
{
  return endpoint->class->wants_read(endpoint);
}

/* Returns when advance must be called at the latest; 0 before the first advance: the endpoint wants to know
 * the time; NANOSECONDS_NEVER for no time-out. */
static inline Nanoseconds endpoint_deadline(Endpoint *endpoint)
{
  return endpoint->class->deadline(endpoint);
}

/* Tells what time it is. */
static inline void endpoint_advance(Endpoint *endpoint, Nanoseconds now)
{
  endpoint->class->advance(endpoint, now);
}

/* Tells that the peer sends no more. */
static inline void endpoint_peer_closed(Endpoint *endpoint)
{
  endpoint->class->peer_closed(endpoint);
}

/* Fills *stretch with the first message that pending bytes carry. Returns false where they carry none. */
static inline bool endpoint_find_message(Endpoint *endpoint, EndpointStretch *stretch)
{
  return endpoint->class->find_message != NULL && endpoint->class->find_message(endpoint, stretch);
}

/* Frees the endpoint, secrets wiped; NULL is nothing. */
static inline void endpoint_free(Endpoint *endpoint)
{
  if (endpoint != NULL) endpoint->class->free(endpoint);
}
