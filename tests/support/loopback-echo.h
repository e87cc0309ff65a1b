/* SPDX-License-Identifier: MIT */
/* A driver with one host, "echo.example", on whose port 25 everything comes back, and plain sockets that talk
 * to it from the same thread, a turn of the main loop at a time. */
#pragma once

#include "loopback/loopback-driver.h"
#include "loopback/real-clock.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  GMainContext *context;
  LoopbackDriver *driver;
  AgentHost *host;
  uint16_t port;          /* the real one */
  Nanoseconds idle_limit; /* of sessions accepted from now on; 0: none */
  size_t most_held;       /* bytes an endpoint ever held */
  guint sessions;         /* whose end was not told yet */
  AgentEnd last_end;
  Endpoint *last_endpoint; /* the one accepted last; borrowed while its session lives */
  bool thoughtful;         /* sessions accepted from now on say nothing back before town_say lets them */
  int caller_end;          /* how town_call went: an AgentEnd, or -1 */
  char *last_peer;         /* as the agent was told */
  char *last_peer_host;    /* as the watch was told, or NULL */
  guint opened, closed, turned_away;
  uint64_t seen_bytes[2]; /* by the watch: to the server, from it */
} Town;

/* Starts; config's context, watch and owner are the town's own. */
void town_init(Town *town, const LoopbackDriverConfig *config);
void town_clear(Town *town);

/* Lets the driver have a turn, waiting for at most a millisecond. */
void town_turn(Town *town);

/* Lets the driver have turns until done, at most 20 seconds. */
void town_run_until(Town *town, bool (*done)(const Town *town));
bool town_is_empty(const Town *town);
bool town_call_is_over(const Town *town);

/* Lets it run for so many milliseconds. Returns how often it woke. */
guint town_rest(Town *town, guint milliseconds);

/* A non-blocking socket; one that has dialled the port of 127.0.0.1 or ::1; the same as a client of the town,
 * without and with an address of its own. Each is the caller's to close; -1 where the family is missing. */
int raw_socket(int family);
bool dial(int fd, int family, uint16_t port);
int town_dial(Town *town, int family);
int town_dial_from(Town *town, const char *address);

/* Closes with a reset. */
void hang_up(int fd);

/* Waits until fd has something to be read. */
void town_wait_readable(Town *town, int fd);

/* Sends bytes and expects them back. haltingly: with a small buffer, and reads of a few bytes now and then.
 */
void town_expect(Town *town, int fd, const char *bytes, size_t length, bool haltingly);

/* Lets the endpoint accepted last say text, unasked; and go on where it was thoughtful. */
void town_say(Town *town, const char *text);

/* Lets an agent of the host open a connection that says "call" and then closes. */
void town_call(Town *town, const char *peer, uint16_t port);
