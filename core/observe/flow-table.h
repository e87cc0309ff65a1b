/* SPDX-License-Identifier: MIT */
/* The conversations in progress, found by their two endpoints. Open addressing, one entry remembered, the
 * quietest evicted. */
#pragma once

#include "observe/dialogue.h"
#include "observe/tcp-stream.h"

typedef struct Flow Flow;

/* What tells a datagram that is captured again, on another link of its way, from one that is sent again. */
typedef struct {
  Nanoseconds time;
  uint32_t length, hash; /* of the payload */
  uint32_t interface_id;
  uint32_t identification; /* of the IP header, IPv6's flow label */
} FlowDatagram;

struct Flow {
  IpAddress source, destination; /* of the first frame */
  uint16_t source_port, destination_port;
  uint32_t hash;
  uint32_t linked_at; /* the table's own: when it became the newest */
  bool udp;
  bool closed;                  /* both FINs or a RST seen: kept a while for stragglers */
  bool uninteresting;           /* judged not to be mail */
  bool finish_seen[2];          /* a FIN from that side */
  bool bad_checksum[2];         /* a segment of that side had one */
  bool told_checksum[2];        /* and it was said */
  uint8_t checksums[2];         /* segments whose checksum was looked at */
  bool called_again;            /* a SYN was sent again */
  bool syn_seen[2];             /* by side: 0 source, 1 destination */
  uint32_t initial_sequence[2]; /* of those SYNs */
  TcpStream halves[2];          /* by side of the sender */
  FlowDatagram datagrams[2][2]; /* UDP: by side of the sender, its last two, the newer first */
  Dialogue *dialogue;           /* NULL before the first payload, and when uninteresting or closed */
  RowStamp last;                /* of the last frame */
  StreamInfo info;
  Flow *older, *newer; /* by last activity, give or take some packets */
};

typedef struct FlowTable FlowTable;

/* Returns an empty table. evict is called for the quietest flow when the table is full, before it is freed.
 */
FlowTable *flow_table_new(void (*evict)(void *owner, Flow *flow), void *owner);

/* Returns a hash of an endpoint. seed should differ from run to run, so that no file can be made whose
 * endpoints all meet in one slot. */
uint64_t flow_endpoint_hash(uint64_t seed, const IpAddress *address, uint16_t port);

/* Returns the flow of packet and in *side which end sent it (0: the one that sent the first frame), or NULL.
 */
Flow *flow_table_find(FlowTable *table, const Packet *packet, uint8_t *side);

/* Returns a new flow whose source is the sender of packet. Any flow with the same endpoints must have been
 * removed. */
Flow *flow_table_add(FlowTable *table, const Packet *packet);

/* Takes the flow out and frees it. */
void flow_table_remove(FlowTable *table, Flow *flow);

/* Tells that the flow was closed: a bounded number of closed flows is kept for stragglers. */
void flow_table_retire(FlowTable *table, Flow *flow);

/* Returns the flow longest quiet, or NULL; the next of it is flow->newer. */
Flow *flow_table_get_oldest(FlowTable *table);

/* Frees the table and all flows, without evict. */
void flow_table_free(FlowTable *table);
