/* SPDX-License-Identifier: MIT */
/* A capture in memory, and what the inspector says of it. */
#include "support/frame-list.h"

#include "observe/capture-file.h"
#include "observe/row-text.h"
#include "wire/packet-build.h"

static void free_frame(gpointer data)
{
  g_free(data);
}

static GPtrArray *new_list(void)
{
  return g_ptr_array_new_with_free_func(free_frame);
}

void frame_list_append(GPtrArray *list, const Frame *frame)
{
  Frame *copy = g_malloc(sizeof *copy + frame->bytes.length);
  *copy = *frame;
  uint8_t *bytes = (uint8_t *)(copy + 1);
  if (frame->bytes.length > 0) memcpy(bytes, frame->bytes.data, frame->bytes.length);
  copy->bytes.data = bytes;
  copy->number = list->len + 1;
  g_ptr_array_add(list, copy);
}

GPtrArray *frame_list_load(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CaptureFile) file = capture_file_open(path, &error);
  g_assert_no_error(error);
  GPtrArray *list = new_list();
  Frame frame;
  CaptureStep step;
  while ((step = capture_file_next(file, &frame, &error)) == CAPTURE_FRAME)
    frame_list_append(list, &frame);
  g_assert_no_error(error);
  g_assert_cmpint(step, ==, CAPTURE_END);
  return list;
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
  return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

GPtrArray *frame_list_captures(void)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) folder = g_dir_open(SOURCE_DIR "/captures", 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
    if (g_str_has_suffix(name, ".pcap") || g_str_has_suffix(name, ".pcapng"))
      g_ptr_array_add(paths, g_build_filename(SOURCE_DIR "/captures", name, NULL));
  g_ptr_array_sort(paths, compare_paths);
  g_assert_cmpuint(paths->len, >=, 12);
  return paths;
}

void frame_list_append_part(GPtrArray *list, const Frame *origin, const Packet *packet, size_t start,
                            size_t length)
{
  uint8_t flags = packet->flags;
  if (start > 0) flags &= (uint8_t)~TCP_SYN;
  if (start + length < packet->payload.length) flags &= (uint8_t)~TCP_FIN;
  PacketTemplate template = {.kind = packet->kind,
                             .source = packet->source,
                             .destination = packet->destination,
                             .source_port = packet->source_port,
                             .destination_port = packet->destination_port,
                             .sequence = packet->sequence + (uint32_t)start,
                             .acknowledgement = packet->acknowledgement,
                             .flags = flags,
                             .window = packet->window,
                             .time_to_live = 64,
                             .payload = bytes_slice(packet->payload, start, length)};
  static uint8_t bytes[70000];
  size_t built = packet_build(&template, bytes, sizeof bytes);
  g_assert_cmpuint(built, >, 0);
  Frame frame = *origin;
  frame.link_type = LINK_TYPE_ETHERNET;
  frame.bytes = (Bytes){bytes, built};
  frame.original_length = (uint32_t)built;
  frame_list_append(list, &frame);
}

typedef struct {
  GString *text;
  bool with_frames;
  RowText row;
  GHashTable *pairs;
  GPtrArray *commands; /* by id: "ports|command", or NULL */
  guint gaps, replies;
} Inspection;

static void write_row(void *owner, const RowEvent *event)
{
  Inspection *inspection = owner;
  const Row *row = event->row;
  row_text_set(&inspection->row, event, true);
  g_string_append_printf(inspection->text,
                         "%u %u kind=%u %s about=%u word=%u phase=%u flags=%u at=%" G_GUINT64_FORMAT
                         "+%" G_GUINT64_FORMAT " lines=%u",
                         row->id, row->stream, row->kind, row->direction == DIRECTION_TO_SERVER ? ">" : "<",
                         row->about, row->word, row->phase, row->flags, row->offset, row->length, row->lines);
  if (inspection->with_frames)
    g_string_append_printf(inspection->text, " frame=%u time=%" G_GINT64_FORMAT, row->frame, row->time);
  g_string_append_printf(inspection->text, " %s\n", inspection->row.wire->str);
  while (inspection->commands->len <= row->id)
    g_ptr_array_add(inspection->commands, NULL);
  if ((row->flags & LINE_INCOMPLETE) != 0) return; /* part of its text is missing: it cannot be compared */
  if (row->kind == LINE_COMMAND)
    /* Not by the stream's number: without its first frame it may be counted after another. */
    inspection->commands->pdata[row->id] = g_strdup_printf(
        "%u>%u|%s", event->stream->client_port, event->stream->server_port, inspection->row.wire->str);
  if (row->kind == LINE_NOTE && row->word == NOTE_GAP) inspection->gaps++;
  if (row->kind != LINE_REPLY) return;
  inspection->replies++;
  if (row->about == 0 || inspection->commands->pdata[row->about] == NULL) return;
  char *pair =
      g_strdup_printf("%s|%s", (char *)inspection->commands->pdata[row->about], inspection->row.wire->str);
  guint count = GPOINTER_TO_UINT(g_hash_table_lookup(inspection->pairs, pair));
  g_hash_table_insert(inspection->pairs, pair, GUINT_TO_POINTER(count + 1));
}

static void inspect(const GPtrArray *list, Inspection *inspection)
{
  inspection->text = g_string_new(NULL);
  inspection->pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  inspection->commands = g_ptr_array_new_with_free_func(g_free);
  row_text_init(&inspection->row);
  RowSink sink = {.row = write_row, .owner = inspection};
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  for (guint i = 0; i < list->len; i++)
    inspector_push(inspector, g_ptr_array_index(list, i));
  inspector_finish(inspector);
  row_text_clear(&inspection->row);
  g_ptr_array_unref(inspection->commands);
}

GString *frame_list_inspect(const GPtrArray *list, bool with_frames)
{
  Inspection inspection = {.with_frames = with_frames};
  inspect(list, &inspection);
  g_hash_table_unref(inspection.pairs);
  return inspection.text;
}

GHashTable *frame_list_pairs(const GPtrArray *list, guint *gaps, guint *replies)
{
  Inspection inspection = {0};
  inspect(list, &inspection);
  g_string_free(inspection.text, TRUE);
  if (gaps != NULL) *gaps = inspection.gaps;
  if (replies != NULL) *replies = inspection.replies;
  return inspection.pairs;
}
