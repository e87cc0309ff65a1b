/* SPDX-License-Identifier: MIT */
/* The table of conversations against a plain model: found, added, removed, retired and evicted in any order.
 */
#include "observe/flow-table.h"

#include "base/limits.h"
#include "support/cpu-time.h"

static void count_eviction(void *owner, Flow *flow)
{
  (void)flow;
  (*(unsigned *)owner)++;
}

static Packet packet_between(uint32_t number, bool back)
{
  Packet packet = {.kind = PACKET_TCP};
  IpAddress client = {.version = 6}, server = {.version = 6};
  memcpy(client.bytes, &number, sizeof number);
  packet.source = back ? server : client;
  packet.destination = back ? client : server;
  packet.source_port = back ? 25 : 1024;
  packet.destination_port = back ? 1024 : 25;
  return packet;
}

static void it_agrees_with_a_model(void)
{
  enum { PAIRS = 3000 };
  static bool open[PAIRS];
  static Flow *flows[PAIRS];
  unsigned evictions = 0;
  FlowTable *table = flow_table_new(count_eviction, &evictions);
  GRand *random = g_rand_new_with_seed(3);
  for (int round = 0; round < 200000; round++) {
    uint32_t number = (uint32_t)g_rand_int_range(random, 0, PAIRS);
    bool back = g_rand_boolean(random);
    Packet packet = packet_between(number, back);
    uint8_t side = 9;
    Flow *flow = flow_table_find(table, &packet, &side);
    g_assert_cmpint(flow != NULL, ==, open[number]);
    if (flow == NULL) {
      Packet first = packet_between(number, false);
      flows[number] = flow_table_add(table, &first);
      open[number] = true;
      continue;
    }
    g_assert_true(flow == flows[number]);
    g_assert_cmpuint(side, ==, back ? 1 : 0);
    if (g_rand_int_range(random, 0, 3) != 0) continue;
    flow_table_remove(table, flow);
    open[number] = false;
  }
  g_assert_cmpuint(evictions, ==, 0);
  g_rand_free(random);
  flow_table_free(table);
}

static void the_quietest_goes_when_it_is_full(void)
{
  unsigned evictions = 0;
  uint8_t side;
  FlowTable *table = flow_table_new(count_eviction, &evictions);
  for (uint32_t i = 0; i < LIMIT_STREAMS_OPEN; i++) {
    Packet packet = packet_between(i, false);
    Flow *flow = flow_table_add(table, &packet);
    if (i % 3 == 0) flow_table_retire(table, flow);
  }
  g_assert_cmpuint(evictions, ==, 0);
  for (uint32_t i = LIMIT_STREAMS_OPEN; i < 3 * LIMIT_STREAMS_OPEN; i++) {
    Packet packet = packet_between(i, false), one = packet_between(1, true);
    g_assert_nonnull(flow_table_find(table, &one, &side));
    flow_table_add(table, &packet);
  }
  Packet two = packet_between(2, false);
  g_assert_null(flow_table_find(table, &two, &side));
  g_assert_cmpuint(evictions, >, LIMIT_STREAMS_OPEN);
  flow_table_free(table);
}

/* Addresses and ports whose sum is the same met in one slot once, and every look-up passed them all. */
static void conversations_made_to_collide_do_not(void)
{
  enum { COUNT = 40000 };
  unsigned evictions = 0;
  FlowTable *table = flow_table_new(count_eviction, &evictions);
  gint64 start = cpu_time_now();
  for (int pass = 0; pass < 2; pass++) {
    for (uint16_t i = 1; i < COUNT; i++) {
      Packet packet = packet_between(0, false);
      uint64_t low = UINT64_C(0x100000) - i;
      memcpy(packet.source.bytes + 8, &low, sizeof low);
      packet.source_port = i;
      uint8_t side;
      Flow *found = flow_table_find(table, &packet, &side);
      g_assert_cmpint(found != NULL, ==, pass);
      if (found == NULL) flow_table_add(table, &packet);
    }
  }
  g_assert_cmpint(cpu_time_now() - start, <, 2 * G_USEC_PER_SEC);
  flow_table_free(table);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/flow-table/it agrees with a model", it_agrees_with_a_model);
  g_test_add_func("/flow-table/the quietest goes when it is full", the_quietest_goes_when_it_is_full);
  g_test_add_func("/hardening/25-conversations-made-to-collide-do-not", conversations_made_to_collide_do_not);
  return g_test_run();
}
