/* SPDX-License-Identifier: MIT */
/* One direction of TCP put back in order: order, overlap, repetition, wrap, gaps, cut frames. */
#include "observe/tcp-stream.h"

#include "base/byte-buffer.h"
#include "base/limits.h"
#include "support/cpu-time.h"

/* What the sink was told: bytes, with '#' for each missing one, and how often copies differed. */
typedef struct {
  GString *seen;
  uint64_t expected_offset;
  unsigned gaps, conflicts;
  uint32_t last_frame;
} Record;

static void on_chunk(void *owner, const StreamChunk *chunk)
{
  Record *record = owner;
  g_assert_cmpuint(chunk->offset, ==, record->expected_offset);
  g_assert_cmpuint(chunk->source_offset, >=, chunk->header_length);
  record->expected_offset += chunk->bytes.length;
  record->last_frame = chunk->frame;
  g_string_append_len(record->seen, (const char *)chunk->bytes.data, (gssize)chunk->bytes.length);
}

static void on_gap(void *owner, uint64_t offset, uint64_t length)
{
  Record *record = owner;
  g_assert_cmpuint(offset, ==, record->expected_offset);
  g_assert_cmpuint(length, >, 0);
  record->expected_offset += length;
  record->gaps++;
  for (uint64_t i = 0; i < MIN(length, 64); i++)
    g_string_append_c(record->seen, '#');
}

static void on_conflict(void *owner, uint64_t offset, uint64_t length)
{
  (void)offset;
  (void)length;
  ((Record *)owner)->conflicts++;
}

static TcpStreamSink record_sink(Record *record)
{
  record->seen = g_string_new(NULL);
  return (TcpStreamSink){on_chunk, on_gap, on_conflict, record};
}

/* Feeds text as the payload of one segment; wire_length 0: as long as the text. */
static bool feed(TcpStream *stream, const TcpStreamSink *sink, uint32_t sequence, const char *text,
                 uint32_t wire_length, uint8_t flags)
{
  static uint32_t number;
  size_t length = strlen(text);
  uint8_t bytes[256] = {0};
  memcpy(bytes + 54, text, length);
  Frame frame = {.bytes = {bytes, 54 + length}, .number = ++number, .source_offset = 1000};
  Packet packet = {.kind = PACKET_TCP,
                   .sequence = sequence,
                   .flags = (uint8_t)(flags | TCP_ACK),
                   .payload = {bytes + 54, length},
                   .payload_length = wire_length != 0 ? wire_length : (uint32_t)length};
  return tcp_stream_receive(stream, &packet, &frame, sink);
}

static void a_table_of_segments_comes_out_in_order(void)
{
  static const struct {
    const char *name;
    struct {
      uint32_t at;
      const char *text;
    } segments[6];
    const char *want;
    unsigned conflicts;
  } cases[] = {
      {"in order", {{0, "abc"}, {3, "def"}}, "abcdef", 0},
      {"swapped", {{3, "def"}, {0, "abc"}}, "abcdef", 0},
      {"three reversed", {{6, "ghi"}, {3, "def"}, {0, "abc"}}, "abcdefghi", 0},
      {"repeated", {{0, "abc"}, {0, "abc"}, {3, "def"}, {0, "abc"}}, "abcdef", 0},
      {"repeated while waiting", {{3, "def"}, {3, "def"}, {0, "abc"}}, "abcdef", 0},
      {"a longer copy", {{0, "abc"}, {0, "abcdef"}}, "abcdef", 0},
      {"overlap in front", {{0, "abcd"}, {2, "cdef"}}, "abcdef", 0},
      {"overlap while waiting", {{4, "ef"}, {2, "cdef"}, {0, "ab"}}, "abcdef", 0},
      {"the first copy wins", {{0, "abc"}, {0, "XYZ"}, {3, "def"}}, "abcdef", 0},
      {"two early copies differ", {{3, "def"}, {3, "dXf"}, {0, "abc"}}, "abcdef", 1},
      {"between two that wait", {{3, "d"}, {5, "f"}, {2, "cdef"}, {0, "ab"}}, "abcdef", 0},
      {"the first copy of each byte wins", {{3, "D"}, {1, "bcde"}, {0, "a"}}, "abcDe", 1},
      {"a keep-alive", {{0, "abc"}, {2, "c"}, {3, "def"}}, "abcdef", 0},
  };
  static const uint32_t starts[] = {0, 1, 0x7ffffffe, 0xfffffffd, 0xffffffff};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    for (size_t s = 0; s < G_N_ELEMENTS(starts); s++) {
      TcpStream stream = {0};
      Record record = {0};
      TcpStreamSink sink = record_sink(&record);
      tcp_stream_begin(&stream, starts[s]);
      for (size_t k = 0; k < 6 && cases[i].segments[k].text != NULL; k++)
        feed(&stream, &sink, starts[s] + 1 + cases[i].segments[k].at, cases[i].segments[k].text, 0, 0);
      g_assert_cmpstr(record.seen->str, ==, cases[i].want);
      g_assert_cmpuint(record.gaps, ==, 0);
      g_assert_cmpuint(record.conflicts, ==, cases[i].conflicts);
      g_assert_null(stream.held);
      tcp_stream_clear(&stream);
      g_string_free(record.seen, TRUE);
    }
  }
}

static void any_cut_order_and_repetition_gives_the_same_bytes(void)
{
  GRand *random = g_rand_new_with_seed(7);
  for (int round = 0; round < 2000; round++) {
    char text[201];
    for (int i = 0; i < 200; i++)
      text[i] = (char)('a' + i % 26);
    text[200] = '\0';
    uint32_t start = g_rand_int(random);
    TcpStream stream = {0};
    Record record = {0};
    TcpStreamSink sink = record_sink(&record);
    tcp_stream_begin(&stream, start);
    for (int k = 0; k < 60; k++) {
      guint32 at = (guint32)g_rand_int_range(random, 0, 200);
      guint32 length = (guint32)g_rand_int_range(random, 1, 40);
      g_autofree char *part = g_strndup(text + at, length);
      feed(&stream, &sink, start + 1 + at, part, 0, 0);
    }
    for (guint32 at = 0; at < 200; at += 10) {
      g_autofree char *part = g_strndup(text + at, 10);
      feed(&stream, &sink, start + 1 + at, part, 0, 0);
    }
    g_assert_cmpstr(record.seen->str, ==, text);
    g_assert_cmpuint(record.conflicts, ==, 0);
    tcp_stream_clear(&stream);
    g_string_free(record.seen, TRUE);
  }
  g_rand_free(random);
}

static void a_hole_that_was_acknowledged_with_data_is_a_gap_at_once(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  feed(&stream, &sink, 100, "abc", 0, 0);
  feed(&stream, &sink, 106, "ghi", 0, 0);
  g_assert_cmpstr(record.seen->str, ==, "abc");
  tcp_stream_acknowledge(&stream, 109, true, &sink);
  g_assert_cmpstr(record.seen->str, ==, "abc###ghi");
  feed(&stream, &sink, 103, "def", 0, 0);
  feed(&stream, &sink, 109, "jkl", 0, 0);
  g_assert_cmpstr(record.seen->str, ==, "abc###ghijkl");
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void a_bare_acknowledgement_leaves_a_little_time(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  feed(&stream, &sink, 103, "def", 0, 0);
  for (int i = 0; i < 8; i++)
    tcp_stream_acknowledge(&stream, 106, false, &sink);
  g_assert_cmpstr(record.seen->str, ==, "");
  feed(&stream, &sink, 100, "abc", 0, 0);
  g_assert_cmpstr(record.seen->str, ==, "abcdef");
  feed(&stream, &sink, 109, "jkl", 0, 0);
  for (int i = 0; i < 9; i++)
    tcp_stream_acknowledge(&stream, 112, false, &sink);
  g_assert_cmpstr(record.seen->str, ==, "abcdef###jkl");
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void an_acknowledged_finish_is_no_gap(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  feed(&stream, &sink, 100, "abc", 0, TCP_FIN);
  g_assert_true(stream.finished);
  tcp_stream_acknowledge(&stream, 104, true, &sink);
  g_assert_cmpstr(record.seen->str, ==, "abc");
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void an_early_finish_waits_for_the_bytes_before_it(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  feed(&stream, &sink, 103, "def", 0, TCP_FIN);
  g_assert_false(stream.finished);
  feed(&stream, &sink, 100, "abc", 0, 0);
  g_assert_true(stream.finished);
  g_assert_cmpstr(record.seen->str, ==, "abcdef");
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void an_end_that_was_acknowledged_and_never_seen_is_a_gap(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  feed(&stream, &sink, 100, "abc", 0, 0);
  tcp_stream_acknowledge(&stream, 103, false, &sink);
  tcp_stream_acknowledge(&stream, 108, false, &sink);
  g_assert_cmpstr(record.seen->str, ==, "abc");
  tcp_stream_flush(&stream, &sink);
  g_assert_cmpstr(record.seen->str, ==, "abc####");
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void a_cut_frame_leaves_a_gap_of_what_was_cut(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  feed(&stream, &sink, 100, "abc", 5, 0);
  feed(&stream, &sink, 105, "fgh", 0, 0);
  g_assert_cmpstr(record.seen->str, ==, "abc##fgh");
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void a_segment_out_of_any_window_is_ignored(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  feed(&stream, &sink, 100, "abc", 0, 0);
  g_assert_false(feed(&stream, &sink, 100 + (3u << 29), "zzz", 0, 0));
  tcp_stream_acknowledge(&stream, 100 + (3u << 29), true, &sink);
  feed(&stream, &sink, 103, "def", 0, 0);
  g_assert_cmpstr(record.seen->str, ==, "abcdef");
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void what_waits_is_bounded(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  static uint8_t bytes[60000 + 54];
  for (uint32_t i = 0; i < 200; i++) {
    Frame frame = {.bytes = {bytes, sizeof bytes}, .number = i + 1};
    Packet packet = {.kind = PACKET_TCP,
                     .sequence = 200 + i * 60000,
                     .flags = TCP_ACK,
                     .payload = {bytes + 54, 60000},
                     .payload_length = 60000};
    tcp_stream_receive(&stream, &packet, &frame, &sink);
    g_assert_cmpuint(stream.held_bytes, <=, LIMIT_REASSEMBLY_BYTES);
  }
  g_assert_cmpuint(record.gaps, ==, 1);
  g_assert_cmpuint(record.expected_offset, ==, 100 + 200 * 60000);
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void feed_bytes(TcpStream *stream, const TcpStreamSink *sink, uint32_t sequence, size_t length,
                       uint32_t wire_length)
{
  static uint8_t bytes[1500 + 54];
  Frame frame = {.bytes = {bytes, 54 + length}, .number = 1, .source_offset = 1000};
  Packet packet = {.kind = PACKET_TCP,
                   .sequence = sequence,
                   .flags = TCP_ACK,
                   .payload = {bytes + 54, length},
                   .payload_length = wire_length};
  tcp_stream_receive(stream, &packet, &frame, sink);
}

/* A list walked for each segment would take minutes. */
static void tiny_segments_out_of_order_cost_little(void)
{
  enum { COUNT = 300000 };
  for (int order = 0; order < 3; order++) {
    TcpStream stream = {0};
    Record record = {0};
    TcpStreamSink sink = record_sink(&record);
    tcp_stream_begin(&stream, 0xffff0000u);
    gint64 start = cpu_time_now();
    for (uint32_t i = 0; i < COUNT; i++) {
      uint32_t place = order == 0 ? i : order == 1 ? COUNT - 1 - i : (uint32_t)((uint64_t)i * 7919 % COUNT);
      feed_bytes(&stream, &sink, 0xffff0001u + 2 + place * 2, 1, 1);
      g_assert_cmpuint(stream.held_bytes, <=, LIMIT_REASSEMBLY_BYTES);
    }
    g_assert_cmpint(cpu_time_now() - start, <, 20 * G_USEC_PER_SEC);
    tcp_stream_clear(&stream);
    g_string_free(record.seen, TRUE);
  }
}

static void segments_without_captured_bytes_are_bounded_too(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  for (uint32_t i = 0; i < 200000; i++)
    feed_bytes(&stream, &sink, 200 + i * 2, 0, 1);
  g_assert_cmpuint(record.gaps, >, 0);
  g_assert_cmpuint(stream.held_bytes, <=, LIMIT_REASSEMBLY_BYTES);
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

static void all_streams_together_are_bounded(void)
{
  enum { STREAMS = 40 };
  static TcpStream streams[STREAMS];
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  size_t total = 0, most = 0;
  for (uint32_t i = 0; i < 2600 * STREAMS; i++) {
    TcpStream *stream = &streams[i % STREAMS];
    if (!stream->started) {
      stream->held_total = &total;
      tcp_stream_begin(stream, 99);
    }
    record.expected_offset = stream->offset;
    feed_bytes(stream, &sink, 200 + i / STREAMS * 1500, 1500, 1500);
    g_assert_cmpuint(total, <=, LIMIT_REASSEMBLY_TOTAL);
    most = MAX(most, total);
  }
  g_assert_cmpuint(most, >, LIMIT_REASSEMBLY_TOTAL - 4000);
  for (int i = 0; i < STREAMS; i++)
    tcp_stream_clear(&streams[i]);
  g_assert_cmpuint(total, ==, 0);
  g_string_free(record.seen, TRUE);
}

static void a_length_that_lies_is_ignored(void)
{
  TcpStream stream = {0};
  Record record = {0};
  TcpStreamSink sink = record_sink(&record);
  tcp_stream_begin(&stream, 99);
  g_assert_false(feed(&stream, &sink, 100, "abc", 0xffffff00u, 0));
  feed(&stream, &sink, 100, "abc", 0, 0);
  g_assert_cmpstr(record.seen->str, ==, "abc");
  g_assert_cmpuint(record.gaps, ==, 0);
  tcp_stream_clear(&stream);
  g_string_free(record.seen, TRUE);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hardening/21-overlaps-keep-the-first-copy-and-are-noted",
                  a_table_of_segments_comes_out_in_order);
  g_test_add_func("/hardening/22-any-cut-order-and-repetition-gives-the-same-bytes",
                  any_cut_order_and_repetition_gives_the_same_bytes);
  g_test_add_func("/hardening/23-a-hole-is-a-gap-and-never-joined-over",
                  a_hole_that_was_acknowledged_with_data_is_a_gap_at_once);
  g_test_add_func("/tcp-stream/a bare acknowledgement leaves a little time",
                  a_bare_acknowledgement_leaves_a_little_time);
  g_test_add_func("/tcp-stream/an acknowledged FIN is no gap", an_acknowledged_finish_is_no_gap);
  g_test_add_func("/tcp-stream/an early FIN waits for the bytes before it",
                  an_early_finish_waits_for_the_bytes_before_it);
  g_test_add_func("/tcp-stream/an end that was acknowledged and never seen is a gap",
                  an_end_that_was_acknowledged_and_never_seen_is_a_gap);
  g_test_add_func("/tcp-stream/a cut frame leaves a gap of what was cut",
                  a_cut_frame_leaves_a_gap_of_what_was_cut);
  g_test_add_func("/tcp-stream/a segment out of any window is ignored",
                  a_segment_out_of_any_window_is_ignored);
  g_test_add_func("/tcp-stream/what waits is bounded", what_waits_is_bounded);
  g_test_add_func("/tcp-stream/tiny segments out of order cost little",
                  tiny_segments_out_of_order_cost_little);
  g_test_add_func("/tcp-stream/segments without captured bytes are bounded too",
                  segments_without_captured_bytes_are_bounded_too);
  g_test_add_func("/tcp-stream/all streams together are bounded", all_streams_together_are_bounded);
  g_test_add_func("/tcp-stream/a length that lies is ignored", a_length_that_lies_is_ignored);
  return g_test_run();
}
