/* SPDX-License-Identifier: MIT */
/* Fragments put together: caps, time, and pieces that make no datagram. */
#include "base/limits.h"
#include "observe/fragment-table.h"

/* A fragment of UDP's datagram number identification; its payload lies 34 bytes into the frame. */
static const FragmentedDatagram *add(FragmentTable *table, uint32_t identification, uint16_t offset,
                                     uint16_t length, bool more, Nanoseconds time)
{
  static uint8_t bytes[66000];
  Frame frame = {.time = time, .bytes = {bytes, 34u + length}, .original_length = 34u + length, .number = 1};
  Packet packet = {.fragment = true, .source = {.version = 4}, .destination = {.version = 4}};
  packet.piece.payload = bytes_skip(frame.bytes, 34);
  packet.piece.payload_length = length;
  packet.piece.identification = identification;
  packet.piece.offset = offset;
  packet.piece.protocol = 17;
  packet.piece.more = more;
  return fragment_table_add(table, &packet, &frame);
}

static void datagrams_waiting_are_capped(void)
{
  for (uint32_t count = LIMIT_FRAGMENTED_DATAGRAMS - 1; count <= LIMIT_FRAGMENTED_DATAGRAMS + 1; count++) {
    FragmentTable *table = fragment_table_new();
    for (uint32_t i = 0; i < count; i++)
      g_assert_null(add(table, i, 0, 8, true, 0));
    g_assert_cmpuint(fragment_table_waiting(table), ==, MIN(count, LIMIT_FRAGMENTED_DATAGRAMS));
    g_assert_cmpuint(fragment_table_lost(table), ==, count > LIMIT_FRAGMENTED_DATAGRAMS ? 1 : 0);
    fragment_table_free(table);
  }
}

static void fragments_of_one_datagram_are_capped(void)
{
  for (uint32_t count = LIMIT_FRAGMENTS - 1; count <= LIMIT_FRAGMENTS + 1; count++) {
    FragmentTable *table = fragment_table_new();
    for (uint32_t i = 0; i < count; i++)
      g_assert_null(add(table, 1, (uint16_t)(i * 16), 8, true, 0));
    g_assert_cmpuint(fragment_table_waiting(table), ==, count > LIMIT_FRAGMENTS ? 0 : 1);
    fragment_table_free(table);
  }
}

static void bytes_held_are_capped(void)
{
  FragmentTable *table = fragment_table_new();
  uint32_t fitting = LIMIT_FRAGMENT_BYTES / (34 + 60000);
  for (uint32_t i = 0; i < fitting + 100; i++)
    g_assert_null(add(table, i, 0, 60000, true, 0));
  g_assert_cmpuint(fragment_table_waiting(table), <=, fitting + 1);
  g_assert_cmpuint(fragment_table_lost(table), >=, 99);
  fragment_table_free(table);
}

static void what_waits_too_long_is_given_up(void)
{
  for (int late = -1; late <= 1; late++) {
    FragmentTable *table = fragment_table_new();
    g_assert_null(add(table, 1, 0, 8, true, 1000));
    Nanoseconds then = 1000 + LIMIT_FRAGMENT_SECONDS * NANOSECONDS_PER_SECOND + late;
    const FragmentedDatagram *done = add(table, 1, 8, 8, false, then);
    /* eight zero bytes are no UDP header: whole, but nothing to be read; either way nothing waits but a
     * latecomer */
    (void)done;
    g_assert_cmpuint(fragment_table_waiting(table), ==, late > 0 ? 1 : 0);
    g_assert_cmpuint(fragment_table_lost(table), ==, late > 0 ? 1 : 0);
    fragment_table_free(table);
  }
}

static void pieces_that_cannot_be_are_refused(void)
{
  FragmentTable *table = fragment_table_new();
  g_assert_null(add(table, 1, 0, 7, true, 0));       /* not a multiple of eight, and more to come */
  g_assert_null(add(table, 2, 65528, 16, false, 0)); /* beyond the largest datagram */
  g_assert_null(add(table, 3, 0, 0, true, 0));       /* empty */
  g_assert_cmpuint(fragment_table_waiting(table), ==, 0);
  g_assert_null(add(table, 4, 8, 8, false, 0));
  g_assert_null(add(table, 4, 16, 8, true, 0)); /* beyond the end already told */
  g_assert_cmpuint(fragment_table_waiting(table), ==, 0);
  g_assert_cmpuint(fragment_table_lost(table), ==, 4);
  fragment_table_free(table);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hardening/19-datagrams waiting for fragments are capped", datagrams_waiting_are_capped);
  g_test_add_func("/hardening/19-fragments of one datagram are capped", fragments_of_one_datagram_are_capped);
  g_test_add_func("/hardening/19-bytes held are capped", bytes_held_are_capped);
  g_test_add_func("/hardening/19-what waits too long is given up", what_waits_too_long_is_given_up);
  g_test_add_func("/hardening/19-pieces that cannot be are refused", pieces_that_cannot_be_are_refused);
  return g_test_run();
}
