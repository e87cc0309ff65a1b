/* SPDX-License-Identifier: MIT */
/* A cable between two hosts: each direction takes its time, has its rate, and loses or delays frames by its
 * own dice. */
#pragma once

#include "simulate/random-source.h"
#include "simulate/tap.h"
#include "simulate/virtual-clock.h"

#define LINK_MTU 1500u /* bytes of an IP packet */
/* With the Ethernet header, without the check sequence, as captures show it. */
#define LINK_FRAME_BYTES 1514u

typedef struct Link Link;

typedef struct {
  Nanoseconds delay;  /* one way */
  Nanoseconds jitter; /* at most that much more, drawn for each frame: frames may overtake one another */
  double loss;        /* 0 … 1, for each frame */
  uint64_t bandwidth; /* bits a second in each direction, 0 for no limit */
} LinkConfig;

/* What the world's log says of a frame besides its bytes; no receiver learns anything from it but how to
 * label its answers. */
typedef struct {
  uint32_t connection; /* 0: none */
  uint32_t message;    /* whose text the payload carries, 0: none */
  uint16_t port;       /* the server's */
} LinkLabel;

/* A frame on its way. The sender fills bytes, length, payload_length and label; the rest is the link's own.
 */
typedef struct LinkFrame {
  uint16_t length;
  uint16_t payload_length; /* of the transport, for the world's log */
  LinkLabel label;
  uint8_t from; /* the end it left, 0 or 1 */
  bool departed, lost;
  uint32_t number; /* the tap's */
  Nanoseconds arrival;
  Timer timer;
  Link *link;
  struct LinkFrame *next_free;
  uint8_t bytes[LINK_FRAME_BYTES];
} LinkFrame;

/* What stands at one end. receive borrows the frame until it returns. */
typedef struct {
  void (*receive)(void *owner, Link *link, const LinkFrame *frame);
  void *owner;
} LinkEnd;

/* Told of every frame as it leaves, lost ones too: number, arrival, from, lengths and lost are set. */
typedef struct {
  void (*departed)(void *owner, const Link *link, const LinkFrame *frame);
  void *owner;
} LinkWatch;

typedef struct {
  Nanoseconds free_at; /* when the last frame given to it has left */
  RandomSource dice;
} LinkDirection;

struct Link {
  uint32_t index; /* interface_id of its frames */
  LinkConfig config;
  LinkEnd ends[2];
  LinkWatch watch;
  LinkDirection directions[2];
  VirtualClock *clock;
  Tap *tap;
  LinkFrame *free_frames;
  GPtrArray
      *frames; /* all there are, under way or free; reused, so no more than were ever under way at a time */
};

/* Prepares a link; clock and tap outlive it. The caller sets ends and, where wanted, watch. */
void link_init(Link *link, uint32_t index, const LinkConfig *config, uint64_t seed, VirtualClock *clock,
               Tap *tap);

/* Returns a frame to be filled and given to link_send. */
LinkFrame *link_begin(Link *link, unsigned from);

/* Sends the frame: it leaves when those before it in its direction have, is seen by the tap then, and arrives
 * at the other end later or never. */
void link_send(LinkFrame *frame);

/* Takes frames under way off and frees everything. */
void link_clear(Link *link);
