/* SPDX-License-Identifier: MIT */
/* What the driver, its listeners, its connections and its datagrams share. */
#pragma once

#include "loopback/loopback-driver.h"
#include "loopback/real-clock.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define LOOPBACK_READ_MAX 65536u /* bytes a connection reads in its turn at most; also the longest datagram  \
                                  */

/* A socket the driver waits on. */
typedef struct LoopbackDescriptor LoopbackDescriptor;
struct LoopbackDescriptor {
  void (*ready)(LoopbackDescriptor *descriptor, uint32_t events);
  void *owner;
  int fd;            /* -1 once closed */
  uint32_t interest; /* of epoll; private to loopback_driver_wait_for */
  bool waiting;      /* private: epoll knows it */
};

/* An endpoint and who owns it. */
typedef struct {
  Endpoint *endpoint; /* NULL once ended */
  AgentSession session;
  bool said_all; /* the endpoint wants to close */
} LoopbackSession;

/* A well-known port some agent listens to. */
typedef struct {
  LoopbackHost *host;
  AgentTransport transport;
  uint16_t port, real;
  AgentService service;
  LoopbackDescriptor descriptors[2]; /* IPv4, IPv6; TCP only */
  Timer resume;                      /* after a rest without descriptors */
} LoopbackListener;

struct LoopbackHost {
  AgentHost agent_host; /* first: agents hold it */
  LoopbackDriver *driver;
  char *name;
  IpAddress address; /* version 0 for none */
  LoopbackPort *ports;
  size_t port_count;
  uint16_t port_offset;
  bool any_port;
  GPtrArray *listeners; /* of LoopbackListener, owned */
};

struct LoopbackDriver {
  RealClock clock;
  GMainContext *context;
  GSource *source;
  TimerQueue timers;
  int epoll, spare; /* spare: a descriptor given up to turn somebody away when there are no others; or -1 */
  LoopbackWatch watch;
  void *owner;
  guint connection_limit, peer_limit;
  Nanoseconds linger_limit, connect_limit;
  GPtrArray *hosts;        /* of LoopbackHost, owned */
  GHashTable *connections; /* set of LoopbackConnection */
  GHashTable *sockets;     /* set of LoopbackDatagramSocket */
  GHashTable *endpoints;   /* Endpoint → its LoopbackConnection */
  GPtrArray *dead;         /* of either, of LoopbackDead: freed when nobody can look at them any more */
  GHashTable *own_ports;   /* real local ports of connections our hosts opened → LoopbackHost */
  GHashTable *peers;       /* IpAddress → count of connections accepted from outside */
  guint accepted;          /* connections open that we accepted */
  uint64_t last_id;
  GError *error; /* the first port that could not be opened */
  bool dispatching, stopped;
  uint8_t room[LOOPBACK_READ_MAX]; /* what is read passes through here */
};

/* Lets the driver call descriptor->ready on events of epoll; hang-ups and errors are told in any case. */
void loopback_driver_wait_for(LoopbackDriver *driver, LoopbackDescriptor *descriptor, uint32_t events);

/* Closes it; nothing when it is closed. */
void loopback_descriptor_close(LoopbackDescriptor *descriptor);

void loopback_driver_set_timer(LoopbackDriver *driver, Timer *timer, Nanoseconds due);
void loopback_driver_cancel_timer(LoopbackDriver *driver, Timer *timer);

/* Lets object go by free_object once the turn is over. */
void loopback_driver_bury(LoopbackDriver *driver, gpointer object, GDestroyNotify free_object);

/* Notes that port could not be opened, with errno's reason. */
void loopback_driver_note_error(LoopbackDriver *driver, const struct sockaddr *address, int reason);

/* Returns the host of that name or address, or NULL. */
LoopbackHost *loopback_driver_find_host(const LoopbackDriver *driver, const char *peer);

/* Returns host's listener, or NULL. */
LoopbackListener *loopback_host_find_listener(const LoopbackHost *host, AgentTransport transport,
                                              uint16_t port);

/* Closes fd so that the peer knows at once: with a reset. */
void loopback_reset(int fd);

/* Opens the port on 127.0.0.1 and ::1 (errors are noted) and keeps service. */
void loopback_listener_add(LoopbackHost *host, AgentTransport transport, uint16_t port,
                           const AgentService *service);
void loopback_listener_free(gpointer listener);

/* Returns a non-blocking socket of type (SOCK_STREAM, SOCK_DGRAM) that connects, or is connected, to real of
 * 127.0.0.1; *own_port is its own port. Returns -1 with errno set. */
int loopback_connect(int type, uint16_t real, uint16_t *own_port);

/* Takes a connection of a client whose address is peer; fd taken. */
void loopback_connection_accept(LoopbackListener *listener, int fd, const LoopbackView *view);

/* Opens one to target (NULL: no such host), endpoint taken; the session hears of everything later. */
void loopback_connection_open(LoopbackHost *host, const LoopbackHost *target, uint16_t port,
                              Endpoint *endpoint, const AgentSession *session);

/* Gives the endpoint's connection a turn soon, or cuts it then; nothing where there is none. */
void loopback_connection_wake(LoopbackDriver *driver, Endpoint *endpoint);
void loopback_connection_cut(LoopbackDriver *driver, Endpoint *endpoint);

/* Ends it at once, the session hears AGENT_STOPPED. */
void loopback_connection_stop(gpointer connection);

/* The same for datagrams. */
void loopback_datagrams_listen(LoopbackListener *listener, int fds[2]);
void loopback_datagrams_open(LoopbackHost *host, const LoopbackHost *target, uint16_t port,
                             Endpoint *endpoint, const AgentSession *session);
void loopback_datagrams_stop(gpointer socket);

/* Hands the endpoint's events to its owner. */
void loopback_session_pump_events(LoopbackSession *session);

/* Tells the owner that it is over and lets the endpoint go; nothing the second time. */
void loopback_session_end(LoopbackSession *session, AgentEnd end);

/* Reads what the kernel tells of an address. */
void loopback_read_address(const struct sockaddr_storage *storage, IpAddress *address, uint16_t *port);
