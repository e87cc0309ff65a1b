/* SPDX-License-Identifier: MIT */
/* IP datagrams put together from their fragments (RFC 791 §3.2, RFC 8200 §4.5): where two overlap the first
 * copy wins; what stays incomplete is given up after a while. */
#pragma once

#include "wire/packet.h"

/* A run of the datagram's payload, with the frame that brought it; frame.bytes is a copy. */
typedef struct {
  Frame frame;
  uint32_t start, end; /* in the datagram's payload */
  size_t at;           /* of the first byte, in frame.bytes */
} FragmentPiece;

/* A datagram that is whole. Valid until the next call on the table. */
typedef struct {
  Packet packet;        /* parsed; its payload lies in a copy */
  const GArray *pieces; /* of FragmentPiece, in order, without holes or overlaps */
  uint32_t header;      /* bytes of the transport's header at the payload's front */
} FragmentedDatagram;

typedef struct FragmentTable FragmentTable;

FragmentTable *fragment_table_new(void);
void fragment_table_free(FragmentTable *table);

/* Takes a fragment. Returns the datagram that it completes, or NULL. */
const FragmentedDatagram *fragment_table_add(FragmentTable *table, const Packet *packet, const Frame *frame);

/* Returns how many datagrams were given up: fragments missing, too many, or too late. Those that wait still
 * are not among them. */
uint64_t fragment_table_lost(const FragmentTable *table);

/* Returns how many wait for fragments. */
size_t fragment_table_waiting(const FragmentTable *table);
