/* SPDX-License-Identifier: MIT */
/* One direction of a TCP connection, put back in order: bytes that overlap what was already delivered are
 * dropped (the first copy wins), what comes early waits, what never comes is told as a gap. RFC 9293 §3.4. */
#pragma once

#include "wire/packet.h"

/* A run of payload in order, with where it came from. bytes is valid until the sink returns. */
typedef struct {
  Bytes bytes;
  uint64_t offset; /* of the first byte, counted from the first byte seen in this direction */
  Nanoseconds time;
  uint32_t frame;
  uint32_t frame_length;  /* captured bytes of that frame */
  uint64_t source_offset; /* of the first byte in the source */
  uint32_t header_length; /* bytes of the frame before the first byte */
  uint16_t link_type;
} StreamChunk;

typedef struct {
  void (*chunk)(void *owner, const StreamChunk *chunk);
  void (*gap)(void *owner, uint64_t offset, uint64_t length);
  void (*conflict)(void *owner, uint64_t offset, uint64_t length); /* two copies of the same bytes differ */
  void *owner;
} TcpStreamSink;

/* Zeroed: nothing seen yet. */
typedef struct {
  uint64_t offset;       /* of `next` */
  GTree *held;           /* early segments by sequence, none overlapping another; NULL where none wait */
  size_t held_bytes;     /* memory they take */
  size_t *held_total;    /* the same over all streams, or NULL; the owner's */
  uint32_t next;         /* sequence number of the next byte in order */
  uint32_t finish;       /* sequence number of the FIN */
  uint32_t acknowledged; /* by the other side */
  uint32_t patience;     /* frames passed since the other side acknowledged bytes that we miss */
  bool started, has_finish, has_acknowledged, finished;
} TcpStream;

/* Tells the initial sequence number: the first byte is the one after the SYN. */
void tcp_stream_begin(TcpStream *stream, uint32_t initial_sequence);

/* Takes a segment's payload and FIN. Delivers to sink what is now in order. Returns false when the segment is
 * out of any window and was ignored. */
bool tcp_stream_receive(TcpStream *stream, const Packet *packet, const Frame *frame,
                        const TcpStreamSink *sink);

/* Tells that the other side acknowledged up to number. with_data: its segment carries payload, which
 * therefore answers bytes up to there; what we miss of them is then a gap at once. Otherwise a few frames'
 * patience is kept, for captures out of order. */
void tcp_stream_acknowledge(TcpStream *stream, uint32_t number, bool with_data, const TcpStreamSink *sink);

/* Stops waiting: holes become gaps and all that is held is delivered; bytes at the end that were acknowledged
 * and never seen are a gap too. */
void tcp_stream_flush(TcpStream *stream, const TcpStreamSink *sink);

/* Frees what is held. */
void tcp_stream_clear(TcpStream *stream);
