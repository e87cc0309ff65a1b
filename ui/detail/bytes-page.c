/* SPDX-License-Identifier: MIT */
/* Writes the frames of a line into a text view of fixed-width letters. */
#include "ui/detail/bytes-page.h"

#include "base/i18n.h"
#include "observe/frame-layers.h"
#include "ui/detail/hidden-bytes.h"
#include "ui/window/palette.h"

#define BYTES_SHOWN 65536u
#define PLACES_SHOWN 64u
#define NARROW_ROW 8u
#define WIDE_ROW 16u
/* Letters of a line of 16 bytes. */
#define WIDE_LETTERS 74

struct _BytesPage {
  GtkScrolledWindow parent;
  GtkTextView *view;
  GtkTextBuffer *buffer;
  GtkTextTag *line_tag, *hidden_tag, *dim_tag, *frame_tag;
  GtkTextTag *layer_tags[FRAME_LAYERS_MAX];
  DetailLine line;
  guint per_row;
  guint fit_source;
  bool stale; /* the line was changed while the page was not seen */
};

G_DEFINE_TYPE(BytesPage, bytes_page, GTK_TYPE_SCROLLED_WINDOW)

/* One frame being written. */
typedef struct {
  BytesPage *page;
  Bytes bytes;
  const RowPlace *place;
  const GArray *hidden;
  GtkTextIter *end;
} FrameWriting;

static void write_text(BytesPage *page, GtkTextIter *end, const char *text, GtkTextTag *tag,
                       GtkTextTag *second)
{
  if (tag != NULL && second != NULL)
    gtk_text_buffer_insert_with_tags(page->buffer, end, text, -1, tag, second, NULL);
  else if (tag != NULL || second != NULL)
    gtk_text_buffer_insert_with_tags(page->buffer, end, text, -1, tag != NULL ? tag : second, NULL);
  else
    gtk_text_buffer_insert(page->buffer, end, text, -1);
}

/* What a byte looks like: the tag of hidden ones goes before that of the line's own. */
static GtkTextTag *find_tag(const FrameWriting *writing, uint32_t index)
{
  const RowPlace *place = writing->place;
  if (hidden_bytes_has(writing->hidden, index)) return writing->page->hidden_tag;
  if (index >= place->highlight_start && index - place->highlight_start < place->highlight_length)
    return writing->page->line_tag;
  return NULL;
}

static const char *format_byte(const FrameWriting *writing, uint32_t index, bool as_text, char into[8])
{
  if (hidden_bytes_has(writing->hidden, index)) return as_text ? "•" : "••";
  uint8_t byte = writing->bytes.data[index];
  if (!as_text)
    g_snprintf(into, 8, "%02x", byte);
  else
    g_snprintf(into, 8, "%c", byte >= 0x20 && byte < 0x7f ? byte : '.');
  return into;
}

/* Writes the bytes of [start, end) as pairs or as letters, one run for each look. */
static void write_run(const FrameWriting *writing, uint32_t start, uint32_t end, bool as_text)
{
  g_autoptr(GString) run = g_string_new(NULL);
  GtkTextTag *look = find_tag(writing, start);
  for (uint32_t i = start; i < end; i++) {
    GtkTextTag *tag = find_tag(writing, i);
    char text[8];
    if (tag != look) {
      write_text(writing->page, writing->end, run->str, look, NULL);
      g_string_truncate(run, 0);
      look = tag;
    }
    g_string_append(run, format_byte(writing, i, as_text, text));
    if (!as_text && i + 1 < end) {
      /* The space between two looks belongs to none. */
      if (find_tag(writing, i + 1) != look) {
        write_text(writing->page, writing->end, run->str, look, NULL);
        g_string_truncate(run, 0);
        look = NULL;
      }
      g_string_append_c(run, ' ');
    }
  }
  write_text(writing->page, writing->end, run->str, look, NULL);
}

static void write_row(const FrameWriting *writing, uint32_t start, uint32_t end)
{
  BytesPage *page = writing->page;
  char offset[16];
  g_snprintf(offset, sizeof offset, "%04x  ", start);
  write_text(page, writing->end, offset, page->dim_tag, NULL);
  write_run(writing, start, end, false);
  g_autofree char *space = g_strnfill((page->per_row - (end - start)) * 3 + 2, ' ');
  write_text(page, writing->end, space, NULL, NULL);
  write_run(writing, start, end, true);
  write_text(page, writing->end, "\n", NULL, NULL);
}

static char *dup_layer_title(const BytesPage *page, const FrameLayer *layer)
{
  const char *name = layer->name[0] != '\0' ? layer->name : line_text_protocol_label(page->line.row);
  char number[I18N_NUMBER_TEXT];
  i18n_format_number(layer->length, number);
  g_autofree char *count =
      g_strdup_printf(g_dngettext(GETTEXT_PACKAGE, "%s byte", "%s bytes", layer->length), number);
  return g_strdup_printf("%s, %s", name, count);
}

static void write_layers(const FrameWriting *writing)
{
  BytesPage *page = writing->page;
  FrameLayer layers[FRAME_LAYERS_MAX];
  guint count = frame_layers_find(writing->bytes, writing->place->link_type, layers);
  for (guint i = 0; i < count; i++) {
    g_autofree char *title = dup_layer_title(page, &layers[i]);
    write_text(page, writing->end, title, page->layer_tags[i], page->dim_tag);
    write_text(page, writing->end, "\n", NULL, NULL);
    uint32_t end = layers[i].start + layers[i].length;
    for (uint32_t at = layers[i].start; at < end; at += page->per_row)
      write_row(writing, at, MIN(at + page->per_row, end));
  }
}

static void write_frame(BytesPage *page, GtkTextIter *end, const RowPlace *place, ByteBuffer *bytes)
{
  Timeline *timeline = timeline_model_get_timeline(page->line.model);
  g_autoptr(GError) error = NULL;
  g_autofree char *title = g_strdup_printf(_("Frame %u"), place->frame);
  write_text(page, end, title, page->frame_tag, NULL);
  write_text(page, end, "\n", NULL, NULL);
  if (!timeline_read_frame(timeline, place, bytes, &error)) {
    g_autofree char *sentence = g_strdup_printf(_("The bytes cannot be read: %s"), error->message);
    write_text(page, end, sentence, NULL, NULL);
    write_text(page, end, "\n", NULL, NULL);
    return;
  }
  g_autoptr(GArray) hidden = hidden_bytes_find(timeline, page->line.row, place);
  FrameWriting writing = {page, byte_buffer_view(bytes), place, hidden, end};
  write_layers(&writing);
}

/* Lines without bytes of their own (a log-in, a letter) show those of the line they belong to. */
static const Row *find_carrier(const DetailLine *line)
{
  Timeline *timeline = timeline_model_get_timeline(line->model);
  if (line->row->kind != LINE_CREDENTIAL && line->row->kind != LINE_MESSAGE) return line->row;
  int64_t about = timeline_find_id(timeline, line->row->about);
  return about < 0 ? line->row : timeline_get_row(timeline, (uint32_t)about);
}

static void write_places(BytesPage *page, GtkTextIter *end)
{
  Timeline *timeline = timeline_model_get_timeline(page->line.model);
  page->line.row = find_carrier(&page->line);
  g_autoptr(GArray) places = timeline_get_places(timeline, page->line.row, PLACES_SHOWN + 1);
  if (places->len == 0) write_text(page, end, _("This line has no bytes of its own."), page->dim_tag, NULL);
  ByteBuffer bytes = {0};
  size_t shown = 0;
  for (guint i = 0; i < places->len; i++) {
    const RowPlace *place = &g_array_index(places, RowPlace, i);
    if (i == PLACES_SHOWN || shown + place->frame_length > BYTES_SHOWN) {
      write_text(page, end, _("More frames follow; the first ones are shown."), page->dim_tag, NULL);
      break;
    }
    if (i > 0) write_text(page, end, "\n", NULL, NULL);
    write_frame(page, end, place, &bytes);
    shown += place->frame_length;
  }
  byte_buffer_clear(&bytes);
}

static void set_tag_color(GtkTextTag *tag, const char *property, const Palette *palette, Color color)
{
  g_object_set(tag, property, palette_color(palette, color), NULL);
}

static void set_colors(BytesPage *page)
{
  const Palette *palette = palette_get_for_widget(GTK_WIDGET(page));
  set_tag_color(page->line_tag, "background-rgba", palette, COLOR_SELECTED);
  set_tag_color(page->line_tag, "foreground-rgba", palette, COLOR_TEXT);
  set_tag_color(page->hidden_tag, "background-rgba", palette, COLOR_MARKER);
  set_tag_color(page->hidden_tag, "foreground-rgba", palette, COLOR_MARKER_TEXT);
  for (guint i = 0; i < FRAME_LAYERS_MAX; i++)
    set_tag_color(page->layer_tags[i], "underline-rgba", palette, COLOR_SHAPE);
  set_tag_color(page->dim_tag, "foreground-rgba", palette, COLOR_DIM);
}

static void rewrite(BytesPage *page)
{
  GtkTextIter start, end;
  page->stale = false;
  gtk_text_buffer_get_bounds(page->buffer, &start, &end);
  gtk_text_buffer_delete(page->buffer, &start, &end);
  if (page->line.row == NULL) return;
  set_colors(page);
  gtk_text_buffer_get_end_iter(page->buffer, &end);
  write_places(page, &end);
  gtk_text_buffer_get_start_iter(page->buffer, &start);
  gtk_text_buffer_place_cursor(page->buffer, &start);
  gtk_adjustment_set_value(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(page)), 0);
}

void bytes_page_set(BytesPage *page, const DetailLine *line)
{
  if (line != NULL) g_object_ref(line->model);
  g_clear_object(&page->line.model);
  page->line = line != NULL ? *line : (DetailLine){0};
  page->stale = true;
  if (gtk_widget_get_mapped(GTK_WIDGET(page))) rewrite(page);
}

static guint fitting_row(BytesPage *page)
{
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(GTK_WIDGET(page->view), "0");
  int width;
  pango_layout_get_pixel_size(layout, &width, NULL);
  return gtk_widget_get_allocated_width(GTK_WIDGET(page)) >= WIDE_LETTERS * width + 32 ? WIDE_ROW
                                                                                       : NARROW_ROW;
}

static gboolean refit(gpointer data)
{
  BytesPage *page = data;
  page->fit_source = 0;
  guint fitting = fitting_row(page);
  if (fitting == page->per_row) return G_SOURCE_REMOVE;
  page->per_row = fitting;
  rewrite(page);
  return G_SOURCE_REMOVE;
}

static void bytes_page_size_allocate(GtkWidget *widget, GtkAllocation *allocation)
{
  BytesPage *page = BYTES_PAGE(widget);
  GTK_WIDGET_CLASS(bytes_page_parent_class)->size_allocate(widget, allocation);
  if (page->fit_source == 0 && fitting_row(page) != page->per_row) page->fit_source = g_idle_add(refit, page);
}

static void bytes_page_map(GtkWidget *widget)
{
  GTK_WIDGET_CLASS(bytes_page_parent_class)->map(widget);
  if (BYTES_PAGE(widget)->stale) rewrite(BYTES_PAGE(widget));
}

static void bytes_page_dispose(GObject *object)
{
  BytesPage *page = BYTES_PAGE(object);
  g_clear_handle_id(&page->fit_source, g_source_remove);
  g_clear_object(&page->line.model);
  G_OBJECT_CLASS(bytes_page_parent_class)->dispose(object);
}

static void bytes_page_class_init(BytesPageClass *class)
{
  G_OBJECT_CLASS(class)->dispose = bytes_page_dispose;
  GTK_WIDGET_CLASS(class)->size_allocate = bytes_page_size_allocate;
  GTK_WIDGET_CLASS(class)->map = bytes_page_map;
}

static void add_tags(BytesPage *page)
{
  static const PangoUnderline underlines[FRAME_LAYERS_MAX] = {PANGO_UNDERLINE_SINGLE, PANGO_UNDERLINE_DOUBLE,
                                                              PANGO_UNDERLINE_ERROR, PANGO_UNDERLINE_NONE};
  page->dim_tag = gtk_text_buffer_create_tag(page->buffer, NULL, NULL);
  page->frame_tag = gtk_text_buffer_create_tag(page->buffer, NULL, "weight", PANGO_WEIGHT_BOLD,
                                               "pixels-below-lines", 2, NULL);
  for (guint i = 0; i < FRAME_LAYERS_MAX; i++)
    page->layer_tags[i] = gtk_text_buffer_create_tag(page->buffer, NULL, "underline", underlines[i],
                                                     "pixels-above-lines", 6, NULL);
  page->line_tag = gtk_text_buffer_create_tag(page->buffer, NULL, NULL);
  page->hidden_tag = gtk_text_buffer_create_tag(page->buffer, NULL, NULL);
}

static void bytes_page_init(BytesPage *page)
{
  page->per_row = NARROW_ROW;
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(page), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  page->view = GTK_TEXT_VIEW(gtk_text_view_new());
  page->buffer = gtk_text_view_get_buffer(page->view);
  gtk_text_view_set_editable(page->view, FALSE);
  gtk_text_view_set_cursor_visible(page->view, FALSE);
  gtk_text_view_set_monospace(page->view, TRUE);
  g_object_set(page->view, "left-margin", 14, "right-margin", 8, "top-margin", 10, "bottom-margin", 10, NULL);
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(page->view)), "carteiro-bytes");
  atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(page->view)), _("Bytes"));
  add_tags(page);
  gtk_container_add(GTK_CONTAINER(page), GTK_WIDGET(page->view));
  gtk_widget_show_all(GTK_WIDGET(page));
}

GtkWidget *bytes_page_new(void)
{
  return g_object_new(BYTES_TYPE_PAGE, "hadjustment", NULL, "vadjustment", NULL, NULL);
}
