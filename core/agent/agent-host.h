/* SPDX-License-Identifier: MIT */
/* The effects a program of the mail system asks for, and nothing else of the world: time, connections,
 * datagrams, chance, and who is told when a message moves. The simulator's hosts and, later, loopback sockets
 * provide it. */
#pragma once

#include "base/timer-queue.h"
#include "protocol/endpoint.h"

typedef struct AgentHost AgentHost;

typedef enum {
  AGENT_TCP,
  AGENT_UDP, /* each pending of the endpoint is one datagram, each receive takes one */
} AgentTransport;

/* How a connection ended. */
typedef enum {
  AGENT_CLOSED,      /* both sides had said all */
  AGENT_REFUSED,     /* nobody listens on that port */
  AGENT_RESET,       /* cut in the middle */
  AGENT_TIMED_OUT,   /* no answer */
  AGENT_UNREACHABLE, /* no such name, or no way to it */
  AGENT_STOPPED,     /* the host itself stops: free what is yours and start nothing */
} AgentEnd;

/* Returns that in words, N_(): for people, where the other side has none. */
const char *agent_end_words(AgentEnd end);

/* What the owner of an endpoint is told. */
typedef struct {
  /* An event of the endpoint; one that asks is answered by endpoint_answer before the call returns, or later,
   * followed by agent_host_wake. CLOSE comes here too. */
  void (*event)(void *owner, Endpoint *endpoint, const EndpointEvent *event);
  /* The last call: the endpoint is freed when it returns. */
  void (*ended)(void *owner, Endpoint *endpoint, AgentEnd end);
} AgentSessionClass;

typedef struct {
  const AgentSessionClass *class;
  void *owner;
} AgentSession;

/* A program that waits on a port. */
typedef struct {
  /* Somebody at peer (an address as text, valid during the call) opens a connection: returns the endpoint
   * that serves it, which the host then owns, and fills *session. UDP: called once, with peer NULL, for all
   * askers. */
  Endpoint *(*accept)(void *owner, const char *peer, AgentSession *session);
  void *owner;
} AgentService;

/* Where messages lie; the numbers are those of simulate/world.h's WorldTray. */
typedef enum {
  AGENT_TRAY_NONE,
  AGENT_TRAY_OUTBOX,
  AGENT_TRAY_QUEUE,
  AGENT_TRAY_MAILBOX,
  AGENT_TRAY_INBOX
} AgentTray;

/* A message that comes to lie somewhere else. Hosts are named or numbered as the agent knows them; NULL is
 * its own host. */
typedef struct {
  Bytes message;
  const char *from, *to;
  AgentTray old_tray, new_tray;
} AgentMove;

typedef struct {
  Nanoseconds (*now)(AgentHost *host);
  void (*set_timer)(AgentHost *host, Timer *timer, Nanoseconds due);
  void (*cancel_timer)(AgentHost *host, Timer *timer);
  uint64_t (*random)(AgentHost *host);
  void (*connect)(AgentHost *host, AgentTransport transport, const char *peer, uint16_t port,
                  Endpoint *endpoint, const AgentSession *session);
  /* The next three may be NULL: every name is known, no endpoint speaks unasked, no line is cut. */
  bool (*knows)(AgentHost *host, const char *peer);
  void (*wake)(AgentHost *host, Endpoint *endpoint);
  void (*cut)(AgentHost *host, Endpoint *endpoint);
  void (*listen)(AgentHost *host, AgentTransport transport, uint16_t port, const AgentService *service);
  void (*message_moved)(AgentHost *host, const AgentMove *move);
  void (*message_lies)(AgentHost *host, Bytes message, AgentTray tray, guint copies);
} AgentHostClass;

/* Every provider of effects begins with this. */
struct AgentHost {
  const AgentHostClass *class;
};

/* Returns what time it is. */
static inline Nanoseconds agent_host_now(AgentHost *host)
{
  return host->class->now(host);
}

/* Lets timer go off at due (not before now); a timer already set moves. Cancel it before its memory goes. */
static inline void agent_host_set_timer(AgentHost *host, Timer *timer, Nanoseconds due)
{
  host->class->set_timer(host, timer, due);
}

static inline void agent_host_cancel_timer(AgentHost *host, Timer *timer)
{
  host->class->cancel_timer(host, timer);
}

/* Returns 64 bits that nobody foresees; in the simulator they follow from the seed. */
static inline uint64_t agent_host_random(AgentHost *host)
{
  return host->class->random(host);
}

/* Connects endpoint (taken) to a port of peer: a host's name that this host knows without asking, or an
 * address as text. The session is told how it goes, never before this returns. */
static inline void agent_host_connect(AgentHost *host, AgentTransport transport, const char *peer,
                                      uint16_t port, Endpoint *endpoint, const AgentSession *session)
{
  host->class->connect(host, transport, peer, port, endpoint, session);
}

/* Lets service wait on a port. The service's owner outlives the host's use of it. */
static inline void agent_host_listen(AgentHost *host, AgentTransport transport, uint16_t port,
                                     const AgentService *service)
{
  host->class->listen(host, transport, port, service);
}

/* Tells whoever watches that a message came to lie somewhere else. */
static inline void agent_host_message_moved(AgentHost *host, const AgentMove *move)
{
  host->class->message_moved(host, move);
}

/* Tells how many copies of message lie in a tray of this host, so that nobody goes on thinking it has left
 * where the word of the other side was lost, or went for some recipients only. */
static inline void agent_host_message_lies(AgentHost *host, Bytes message, AgentTray tray, guint copies)
{
  host->class->message_lies(host, message, tray, copies);
}

/* Returns true when connect would find peer, a name or an address, without asking anybody. */
static inline bool agent_host_knows(AgentHost *host, const char *peer)
{
  return host->class->knows == NULL || host->class->knows(host, peer);
}

/* Lets the host look at a connected endpoint again, for its owner has given it something to say; not before
 * this returns. */
static inline void agent_host_wake(AgentHost *host, Endpoint *endpoint)
{
  if (host->class->wake != NULL) host->class->wake(host, endpoint);
}

/* Cuts the endpoint's connection in the middle, whatever was pending: the peer's side is reset, the session
 * hears AGENT_RESET; not before this returns. */
static inline void agent_host_cut(AgentHost *host, Endpoint *endpoint)
{
  if (host->class->cut != NULL) host->class->cut(host, endpoint);
}
