/* SPDX-License-Identifier: MIT */
/* What must hold for every capture: any cut, repetition or swap of segments gives the same exchanges; a lost
 * frame gives a gap, never a reply on the wrong command. */
#include "support/frame-list.h"

static guint rounds(guint usual)
{
  const char *wanted = g_getenv("CARTEIRO_LONG");
  return wanted != NULL && wanted[0] != '\0' ? usual * 50 : usual;
}

static bool has_transport(const Frame *frame, Packet *packet)
{
  PacketKind kind = packet_parse(frame, packet);
  return kind == PACKET_TCP || kind == PACKET_UDP;
}

/* Returns the capture with every frame made anew; TCP payload in at most parts random pieces. */
static GPtrArray *cut(const GPtrArray *list, GRand *random, int parts)
{
  GPtrArray *made = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < list->len; i++) {
    const Frame *frame = g_ptr_array_index(list, i);
    Packet packet;
    if (!has_transport(frame, &packet)) continue;
    size_t start = 0, length = packet.payload.length;
    for (int k = 1; k < parts && packet.kind == PACKET_TCP && length - start > 1; k++) {
      size_t piece = (size_t)g_rand_int_range(random, 1, (gint32)(length - start));
      frame_list_append_part(made, frame, &packet, start, piece);
      start += piece;
    }
    frame_list_append_part(made, frame, &packet, start, length - start);
  }
  return made;
}

static void for_each_capture(void (*check)(const GPtrArray *list, GRand *random, const char *path))
{
  g_autoptr(GPtrArray) paths = frame_list_captures();
  GRand *random = g_rand_new_with_seed(11);
  for (guint i = 0; i < paths->len; i++) {
    const char *path = g_ptr_array_index(paths, i);
    g_autoptr(GPtrArray) list = frame_list_load(path);
    check(list, random, path);
  }
  g_rand_free(random);
}

static void assert_same(const GPtrArray *list, const GString *wanted, const char *path)
{
  GString *got = frame_list_inspect(list, false);
  if (!g_string_equal(got, wanted)) {
    g_file_set_contents("wanted.txt", wanted->str, (gssize)wanted->len, NULL);
    g_file_set_contents("got.txt", got->str, (gssize)got->len, NULL);
    g_error("%s: the exchanges differ; see wanted.txt and got.txt", path);
  }
  g_string_free(got, TRUE);
}

static void check_cuts(const GPtrArray *list, GRand *random, const char *path)
{
  g_autoptr(GPtrArray) whole = cut(list, random, 1);
  GString *wanted = frame_list_inspect(whole, false);
  for (guint i = 0; i < rounds(12); i++) {
    g_autoptr(GPtrArray) pieces = cut(list, random, 2 + (int)i % 6);
    assert_same(pieces, wanted, path);
  }
  g_string_free(wanted, TRUE);
}

static void any_cut_gives_the_same_exchanges(void)
{
  for_each_capture(check_cuts);
}

/* Sends some frames twice, at once or a few frames later. */
static void check_repetition(const GPtrArray *list, GRand *random, const char *path)
{
  g_autoptr(GPtrArray) whole = cut(list, random, 1);
  GString *wanted = frame_list_inspect(whole, false);
  for (guint round = 0; round < rounds(6); round++) {
    g_autoptr(GPtrArray) more = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < whole->len; i++) {
      frame_list_append(more, g_ptr_array_index(whole, i));
      guint back = (guint)g_rand_int_range(random, 0, 4);
      const Frame *earlier = g_ptr_array_index(whole, i >= back ? i - back : i);
      Packet packet;
      if (packet_parse(earlier, &packet) == PACKET_TCP && (packet.flags & TCP_SYN) == 0 &&
          g_rand_boolean(random))
        frame_list_append(more, earlier);
    }
    assert_same(more, wanted, path);
  }
  g_string_free(wanted, TRUE);
}

static void any_repetition_gives_the_same_exchanges(void)
{
  for_each_capture(check_repetition);
}

/* Swaps neighbours that carry data of the same direction of the same stream. */
static void check_swaps(const GPtrArray *list, GRand *random, const char *path)
{
  g_autoptr(GPtrArray) whole = cut(list, random, 1);
  GString *wanted = frame_list_inspect(whole, false);
  for (guint round = 0; round < rounds(6); round++) {
    g_autoptr(GPtrArray) pieces = cut(list, random, 4);
    for (guint i = 0; i + 1 < pieces->len; i++) {
      Packet a, b;
      bool both = packet_parse(pieces->pdata[i], &a) == PACKET_TCP &&
                  packet_parse(pieces->pdata[i + 1], &b) == PACKET_TCP;
      bool data = both && a.payload.length > 0 && b.payload.length > 0 && (a.flags & TCP_SYN) == 0;
      if (!data || a.source_port != b.source_port || a.destination_port != b.destination_port ||
          !g_rand_boolean(random))
        continue;
      gpointer first = pieces->pdata[i];
      pieces->pdata[i] = pieces->pdata[i + 1];
      pieces->pdata[i + 1] = first;
      i++;
    }
    assert_same(pieces, wanted, path);
  }
  g_string_free(wanted, TRUE);
}

static void swapped_segments_give_the_same_exchanges(void)
{
  for_each_capture(check_swaps);
}

static guint shifted_replies, captures_with_replies;

/* Every pair of the thinned capture must be one of the whole capture's. A command whose line lost its
 * beginning or end is not that command: it is compared by its reply alone. */
static void count_shifted_replies(GHashTable *whole, GHashTable *thinned, const char *path, guint dropped)
{
  GHashTableIter iterator;
  gpointer pair;
  g_hash_table_iter_init(&iterator, thinned);
  while (g_hash_table_iter_next(&iterator, &pair, NULL))
    if (!g_hash_table_contains(whole, pair)) {
      g_test_message("%s without frame %u: shifted: %s", path, dropped, (char *)pair);
      shifted_replies++;
    }
}

static void check_losses(const GPtrArray *list, GRand *random, const char *path)
{
  g_autoptr(GPtrArray) whole = cut(list, random, 1);
  guint gaps, replies;
  g_autoptr(GHashTable) pairs = frame_list_pairs(whole, &gaps, &replies);
  g_assert_cmpuint(gaps, ==, 0);
  if (replies == 0) return; /* TLS from the first byte: nothing to shift */
  captures_with_replies++;
  for (guint drop = 0; drop < whole->len; drop++) {
    Packet packet;
    if (packet_parse(whole->pdata[drop], &packet) != PACKET_TCP || packet.payload.length == 0) continue;
    g_autoptr(GPtrArray) thinned = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < whole->len; i++)
      if (i != drop) frame_list_append(thinned, whole->pdata[i]);
    guint left;
    g_autoptr(GHashTable) seen = frame_list_pairs(thinned, &gaps, &left);
    count_shifted_replies(pairs, seen, path, drop + 1);
  }
}

static void a_lost_frame_never_shifts_a_reply(void)
{
  for_each_capture(check_losses);
  g_assert_cmpuint(captures_with_replies, >=, 12);
  g_assert_cmpuint(shifted_replies, ==, 0);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/observe/any cut gives the same exchanges", any_cut_gives_the_same_exchanges);
  g_test_add_func("/observe/any repetition gives the same exchanges",
                  any_repetition_gives_the_same_exchanges);
  g_test_add_func("/observe/swapped segments give the same exchanges",
                  swapped_segments_give_the_same_exchanges);
  g_test_add_func("/observe/a lost frame never shifts a reply", a_lost_frame_never_shifts_a_reply);
  return g_test_run();
}
