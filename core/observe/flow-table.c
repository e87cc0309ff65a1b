/* SPDX-License-Identifier: MIT */
/* The conversations in progress. */
#include "observe/flow-table.h"

#include "base/limits.h"

/* Closed flows kept so that a late acknowledgement or a repeated segment does not look like a new
 * conversation. */
#define RETIRED_MOST 1024u

/* Packets for which a flow counts as just heard: it is not moved to the front for each of them. */
#define RECENT_PACKETS 1024u

/* The hash lies here too, so that only the flow looked for is touched. */
typedef struct {
  Flow *flow; /* NULL is free */
  uint32_t hash;
} Slot;

struct FlowTable {
  Slot *slots;   /* open addressing, linear probing */
  uint32_t size; /* a power of two */
  uint32_t count;
  uint32_t packets; /* looked for so far; it may wrap */
  Flow *oldest, *newest;
  Flow *last; /* found last: most frames come in runs */
  Flow *retired[RETIRED_MOST];
  uint32_t retired_next;
  void (*evict)(void *owner, Flow *flow);
  void *owner;
};

FlowTable *flow_table_new(void (*evict)(void *owner, Flow *flow), void *owner)
{
  FlowTable *table = g_new0(FlowTable, 1);
  table->size = 1024;
  table->slots = g_new0(Slot, table->size);
  table->evict = evict;
  table->owner = owner;
  return table;
}

static uint64_t mix(uint64_t value)
{
  value ^= value >> 33;
  value *= UINT64_C(0xff51afd7ed558ccd);
  value ^= value >> 33;
  value *= UINT64_C(0xc4ceb9fe1a85ec53);
  return value ^ value >> 33;
}

uint64_t flow_endpoint_hash(uint64_t seed, const IpAddress *address, uint16_t port)
{
  uint32_t four;
  uint64_t high, low;
  memcpy(&four, address->bytes, 4);
  if (address->version == 4) return mix(((uint64_t)four << 16 | port) ^ seed);
  memcpy(&high, address->bytes, 8);
  memcpy(&low, address->bytes + 8, 8);
  return mix(high + mix(mix(low ^ seed) + port));
}

/* The same for both directions. */
static uint32_t packet_hash(const FlowTable *table, const Packet *packet)
{
  uint64_t seed = (uint64_t)(uintptr_t)table;
  uint64_t sum = flow_endpoint_hash(seed, &packet->source, packet->source_port) +
                 flow_endpoint_hash(seed, &packet->destination, packet->destination_port);
  return (uint32_t)(sum >> 16) ^ (packet->kind == PACKET_UDP ? 0x55555555u : 0u);
}

/* Returns 0 or 1, the side of the sender, or -1 when packet is of another flow. */
static int match(const Flow *flow, const Packet *packet)
{
  if (flow->udp != (packet->kind == PACKET_UDP)) return -1;
  if (flow->source_port == packet->source_port && flow->destination_port == packet->destination_port &&
      ip_address_equal(&flow->source, &packet->source) &&
      ip_address_equal(&flow->destination, &packet->destination))
    return 0;
  if (flow->source_port == packet->destination_port && flow->destination_port == packet->source_port &&
      ip_address_equal(&flow->source, &packet->destination) &&
      ip_address_equal(&flow->destination, &packet->source))
    return 1;
  return -1;
}

static void unlink_flow(FlowTable *table, Flow *flow)
{
  *(flow->older != NULL ? &flow->older->newer : &table->oldest) = flow->newer;
  *(flow->newer != NULL ? &flow->newer->older : &table->newest) = flow->older;
  flow->older = flow->newer = NULL;
}

static void link_newest(FlowTable *table, Flow *flow)
{
  flow->linked_at = table->packets;
  flow->older = table->newest;
  flow->newer = NULL;
  *(table->newest != NULL ? &table->newest->newer : &table->oldest) = flow;
  table->newest = flow;
}

Flow *flow_table_find(FlowTable *table, const Packet *packet, uint8_t *side)
{
  table->packets++;
  Flow *found = NULL;
  int matched = table->last != NULL ? match(table->last, packet) : -1;
  if (matched >= 0) {
    found = table->last;
  } else {
    uint32_t hash = packet_hash(table, packet);
    for (uint32_t i = hash & (table->size - 1); table->slots[i].flow != NULL && found == NULL;
         i = (i + 1) & (table->size - 1)) {
      const Slot *slot = &table->slots[i];
      if (slot->hash == hash && (matched = match(slot->flow, packet)) >= 0) found = slot->flow;
    }
  }
  if (found == NULL) return NULL;
  *side = (uint8_t)matched;
  table->last = found;
  if (table->packets - found->linked_at > RECENT_PACKETS) {
    unlink_flow(table, found);
    link_newest(table, found);
  }
  return found;
}

static void put(FlowTable *table, Flow *flow)
{
  uint32_t i = flow->hash & (table->size - 1);
  while (table->slots[i].flow != NULL)
    i = (i + 1) & (table->size - 1);
  table->slots[i] = (Slot){flow, flow->hash};
}

static void grow(FlowTable *table)
{
  Slot *old = table->slots;
  uint32_t old_size = table->size;
  table->size *= 2;
  table->slots = g_new0(Slot, table->size);
  for (uint32_t i = 0; i < old_size; i++)
    if (old[i].flow != NULL) put(table, old[i].flow);
  g_free(old);
}

Flow *flow_table_add(FlowTable *table, const Packet *packet)
{
  if (table->count >= LIMIT_STREAMS_OPEN) {
    Flow *quiet = table->oldest;
    table->evict(table->owner, quiet);
    flow_table_remove(table, quiet);
  }
  if (table->count >= table->size / 2) grow(table);
  Flow *flow = g_new0(Flow, 1);
  flow->source = packet->source;
  flow->destination = packet->destination;
  flow->source_port = packet->source_port;
  flow->destination_port = packet->destination_port;
  flow->udp = packet->kind == PACKET_UDP;
  flow->hash = packet_hash(table, packet);
  put(table, flow);
  table->count++;
  link_newest(table, flow);
  table->last = flow;
  return flow;
}

/* Takes flow's slot out and moves later entries of the same run back, so that probing never meets a false
 * end. */
static void clear_slot(FlowTable *table, const Flow *flow)
{
  uint32_t mask = table->size - 1;
  uint32_t hole = flow->hash & mask;
  while (table->slots[hole].flow != flow)
    hole = (hole + 1) & mask;
  for (uint32_t i = (hole + 1) & mask; table->slots[i].flow != NULL; i = (i + 1) & mask) {
    uint32_t home = table->slots[i].hash & mask;
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      table->slots[hole] = table->slots[i];
      hole = i;
    }
  }
  table->slots[hole] = (Slot){0};
}

static void free_flow(Flow *flow)
{
  tcp_stream_clear(&flow->halves[0]);
  tcp_stream_clear(&flow->halves[1]);
  dialogue_free(flow->dialogue);
  g_free(flow);
}

void flow_table_remove(FlowTable *table, Flow *flow)
{
  if (table->last == flow) table->last = NULL;
  if (flow->closed) {
    for (uint32_t i = 0; i < RETIRED_MOST; i++)
      if (table->retired[i] == flow) table->retired[i] = NULL;
  }
  unlink_flow(table, flow);
  clear_slot(table, flow);
  table->count--;
  free_flow(flow);
}

void flow_table_retire(FlowTable *table, Flow *flow)
{
  flow->closed = true;
  Flow **place = &table->retired[table->retired_next++ % RETIRED_MOST];
  Flow *leaving = *place;
  *place = NULL;
  if (leaving != NULL) {
    leaving->closed = false; /* its place is empty already */
    flow_table_remove(table, leaving);
  }
  *place = flow;
}

Flow *flow_table_get_oldest(FlowTable *table)
{
  return table->oldest;
}

void flow_table_free(FlowTable *table)
{
  if (table == NULL) return;
  for (Flow *flow = table->oldest, *newer; flow != NULL; flow = newer) {
    newer = flow->newer;
    free_flow(flow);
  }
  g_free(table->slots);
  g_free(table);
}
