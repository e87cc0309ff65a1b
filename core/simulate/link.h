/* SPDX-License-Identifier: MIT */
/* A cable between two hosts: each direction takes its time, has its rate and its queue, and loses, doubles or
 * delays frames by its own dice. All of it may change while frames are under way. */
#pragma once

#include "simulate/random-source.h"
#include "simulate/tap.h"
#include "simulate/virtual-clock.h"

#define LINK_MTU 1500u /* bytes of an IP packet */
/* With the Ethernet header, without the check sequence, as captures show it. */
#define LINK_FRAME_BYTES 1514u
#define LINK_QUEUE 256u /* frames that may wait for their turn where nobody says otherwise */

typedef struct Link Link;

/* What one direction does to frames. A zeroed one does nothing to them. */
typedef struct {
  Nanoseconds delay;  /* one way */
  Nanoseconds jitter; /* at most that much more, drawn for each frame: frames may overtake one another */
  double loss;        /* 0 … 1, for each frame */
  uint64_t bandwidth; /* bits a second, 0 for no limit */
  double reorder; /* 0 … 1, for each frame: it is held up by reorder_delay, and those behind overtake it */
  Nanoseconds reorder_delay;
  double duplication; /* 0 … 1, for each frame: it arrives twice, the copy right behind */
  uint32_t
      queue; /* frames that may wait where bandwidth is short, 0: LINK_QUEUE; more are dropped (tail drop) */
  uint16_t mtu; /* bytes of the largest IP packet, 68 … LINK_MTU; 0: LINK_MTU */
} LinkConfig;

/* What the world's log says of a frame besides its bytes; no receiver learns anything from it but how to
 * label its answers. */
typedef struct {
  uint32_t connection; /* 0: none */
  uint32_t message;    /* whose text the payload carries, 0: none */
  uint16_t port;       /* the server's */
} LinkLabel;

/* A frame on its way. The sender fills bytes, length, payload_length and label, a router also number; the
 * rest is the link's own. */
typedef struct LinkFrame {
  uint16_t length;
  uint16_t payload_length; /* of the transport, for the world's log */
  LinkLabel label;
  uint8_t from; /* the end it left, 0 or 1 */
  bool lost;
  bool copy; /* made by the link out of the frame before it, of the same number */
  uint32_t
      number;    /* of the frame in the network: the same on every leg of its way. 0 until it first departs */
  uint32_t seen; /* its number in the tap's sink, 0 where the tap does not look */
  Nanoseconds arrival;
  Timer timer;
  Link *link;
  struct LinkFrame *next; /* in the queue, or among the free ones */
  uint8_t bytes[LINK_FRAME_BYTES];
} LinkFrame;

/* What stands at one end. receive borrows the frame until it returns. */
typedef struct {
  void (*receive)(void *owner, Link *link, const LinkFrame *frame);
  void *owner;
} LinkEnd;

/* Told of every frame that leaves on this link, on its first leg or a later one (its number is an old one
 * then), lost ones and copies too: number, seen, arrival, from, lengths, lost and copy are set. */
typedef struct {
  void (*departed)(void *owner, const Link *link, const LinkFrame *frame);
  void *owner;
} LinkWatch;

typedef struct {
  LinkConfig config;
  RandomSource dice;
  Nanoseconds free_at;           /* when the last frame that departed has left the sender */
  LinkFrame *waiting, *youngest; /* for their turn, oldest first */
  uint32_t waiting_count;
  Timer turn;
  Link *link;
} LinkDirection;

struct Link {
  uint32_t index; /* interface_id of its frames */
  bool down;      /* unplugged: what departs is lost */
  LinkEnd ends[2];
  LinkWatch watch;
  /* With the watch's owner, may be NULL: told of a frame that will never leave, as the queue was full or its
   * host lost power. Its number is 0 on its first leg. */
  void (*dropped)(void *owner, const Link *link, const LinkFrame *frame);
  LinkDirection directions[2];
  VirtualClock *clock;
  Tap *tap;
  uint32_t begun; /* frames that wait or are under way */
};

/* Prepares a link, both directions as config says; clock and tap outlive it. The caller sets ends and, where
 * wanted, watch. */
void link_init(Link *link, uint32_t index, const LinkConfig *config, uint64_t seed, VirtualClock *clock,
               Tap *tap);

/* From now on the direction that begins at end from, 0 or 1, is as config says; what has departed arrives as
 * it would have. */
void link_set_config(Link *link, unsigned from, const LinkConfig *config);

/* Returns how the direction that begins at end from is. Borrowed. */
const LinkConfig *link_get_config(const Link *link, unsigned from);

/* Returns the bytes of the largest IP packet that fits through that direction. */
uint16_t link_get_mtu(const Link *link, unsigned from);

/* Unplugs the link, or plugs it in again. What has departed arrives; what departs while it is down is lost.
 */
void link_set_up(Link *link, bool up);

/* Returns a frame to be filled and given to link_send. */
LinkFrame *link_begin(Link *link, unsigned from);

/* Gives back a frame that will not be sent after all. */
void link_forget(LinkFrame *frame);

/* Sends the frame: it leaves when those before it in its direction have, is seen by the tap then, and arrives
 * at the other end later or never. */
void link_send(LinkFrame *frame);

/* Drops what waits at end from for its turn: its host has lost power. */
void link_drop_waiting(Link *link, unsigned from);

/* Takes frames under way off and frees everything. */
void link_clear(Link *link);
