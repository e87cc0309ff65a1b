/* SPDX-License-Identifier: MIT */
/* Builds the letter out of labels when the page is looked at; a new line builds it anew. */
#include "ui/detail/message-page.h"

#include "base/i18n.h"
#include "mail/header-vocabulary.h"
#include "mail/message-text.h"
#include "observe/row-text.h"
#include "ui/window/glyph.h"

#define LETTER_READ 4194304u /* bytes of a letter that are read for its text */
#define TEXT_SHOWN 65536u
#define HEADERS_SHOWN 100u
#define PARTS_SHOWN 100u
#define VALUE_SHOWN 2000 /* characters of a header */

struct _MessagePage {
  GtkScrolledWindow parent;
  GtkBox *box;
  DetailLine line; /* row NULL: none */
  bool stale;
};

G_DEFINE_TYPE(MessagePage, message_page, GTK_TYPE_SCROLLED_WINDOW)

static GtkWidget *make_label(const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_yalign(GTK_LABEL(label), 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable(GTK_LABEL(label), TRUE);
  gtk_widget_set_can_focus(label, FALSE);
  if (class != NULL) gtk_style_context_add_class(gtk_widget_get_style_context(label), class);
  return label;
}

static void add(MessagePage *page, GtkWidget *widget)
{
  gtk_box_pack_start(page->box, widget, FALSE, FALSE, 0);
}

static GtkWidget *add_grid(MessagePage *page, const char *title, const char *class)
{
  GtkWidget *grid = gtk_grid_new();
  gtk_grid_set_column_spacing(GTK_GRID(grid), 12);
  gtk_grid_set_row_spacing(GTK_GRID(grid), 4);
  if (class != NULL) gtk_style_context_add_class(gtk_widget_get_style_context(grid), class);
  add(page, make_label(title, "carteiro-subtitle"));
  add(page, grid);
  return grid;
}

/* A name, its value, and below them what it means. Returns the next free row of the grid. */
static int add_field(GtkWidget *grid, int row, const char *name, const char *value, const char *meaning)
{
  GString *shown = g_string_new(NULL);
  Bytes view = bytes_from_string(value);
  for (size_t at = 0; at < view.length && shown->len < VALUE_SHOWN; at++) {
    char c = (char)view.data[at];
    g_string_append_c(shown, c == '\t' || c == '\r' || c == '\n' ? ' ' : c);
  }
  while (!g_utf8_validate(shown->str, -1, NULL) && shown->len > 0)
    g_string_truncate(shown, shown->len - 1);
  if (shown->len < view.length) g_string_append(shown, "…");
  GtkWidget *text = make_label(shown->str, NULL);
  gtk_widget_set_hexpand(text, TRUE);
  GtkWidget *label = make_label(name, "carteiro-name");
  gtk_label_set_width_chars(GTK_LABEL(label), 13);
  gtk_label_set_max_width_chars(GTK_LABEL(label), 13);
  gtk_grid_attach(GTK_GRID(grid), label, 0, row, 1, 1);
  gtk_grid_attach(GTK_GRID(grid), text, 1, row++, 1, 1);
  g_string_free(shown, TRUE);
  if (meaning == NULL) return row;
  gtk_grid_attach(GTK_GRID(grid), make_label(meaning, "carteiro-caption"), 1, row++, 1, 1);
  return row;
}

static void add_envelope(MessagePage *page, const MessageRecord *message)
{
  if (!message->has_envelope) {
    add(page,
        make_label(_("The envelope is not seen here: it did its work when the letter was delivered. The "
                     "last server keeps its sender in Return-Path."),
                   "carteiro-caption"));
    return;
  }
  GtkWidget *grid = add_grid(page, _("ENVELOPE, for the servers"), "carteiro-note");
  int row = 0;
  const char *from = message->envelope_from;
  g_autofree char *sender = from == NULL ? g_strdup(_("not seen")) : g_strdup_printf("<%s>", from);
  row = add_field(grid, row, "MAIL FROM", sender,
                  from != NULL && from[0] == '\0'
                      ? _("Nobody: a notice of failure, so that no notice answers a notice.")
                      : NULL);
  for (guint i = 0; i < MIN(message->envelope_to->len, HEADERS_SHOWN); i++) {
    g_autofree char *recipient =
        g_strdup_printf("<%s>", (const char *)g_ptr_array_index(message->envelope_to, i));
    row = add_field(grid, row, "RCPT TO", recipient, NULL);
  }
}

/* What differs between envelope and headers, joined to both by standing between them. */
static void add_remarks(MessagePage *page, uint32_t id)
{
  Timeline *timeline = timeline_model_get_timeline(page->line.model);
  uint32_t count = timeline_get_count(timeline);
  for (int64_t index = timeline_find_note(timeline, id); index >= 0 && index < count; index++) {
    const Row *row = timeline_get_row(timeline, (uint32_t)index);
    if (row->kind != LINE_NOTE || row->about != id) break;
    const NoteText *note = note_text((NoteCode)MIN(row->word, NOTE_COUNT - 1));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    gtk_style_context_add_class(gtk_widget_get_style_context(box), "carteiro-note");
    gtk_box_pack_start(GTK_BOX(box), glyph_image_new(GLYPH_WARNING, 20), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), make_label(_(note->text), NULL), TRUE, TRUE, 0);
    add(page, box);
  }
}

static void add_headers(MessagePage *page, const MessageRecord *message)
{
  GtkWidget *grid = add_grid(page, _("HEADERS, part of the letter"), NULL);
  int row = 0;
  guint shown = MIN(message->headers->len, HEADERS_SHOWN);
  for (guint i = 0; i < shown; i++) {
    const MessageHeader *header = &g_array_index(message->headers, MessageHeader, i);
    const MailWord *word = header_vocabulary_find(header->name);
    bool again = header->repeats;
    row = add_field(grid, row, header->name, header->value,
                    word != NULL && !again ? _(word->explanation) : NULL);
  }
  if (shown == 0) add(page, make_label(_("No header was seen."), "carteiro-caption"));
  if (shown == message->headers->len) return;
  g_autofree char *more = g_strdup_printf(_("%u more, not shown here."), message->headers->len - shown);
  add(page, make_label(more, "carteiro-caption"));
}

static char *describe_part(const MessagePart *part)
{
  char number[I18N_NUMBER_TEXT];
  i18n_format_number(part->bytes, number);
  const MailWord *encoding = encoding_vocabulary_find(part->encoding);
  GString *text = g_string_new(NULL);
  if (part->name != NULL) g_string_append_printf(text, "“%s” · ", part->name);
  g_string_append_printf(text, g_dngettext(GETTEXT_PACKAGE, "%s byte", "%s bytes", (gulong)part->bytes),
                         number);
  if (part->charset != NULL) g_string_append_printf(text, " · %s", part->charset);
  if (g_str_has_prefix(part->type, "multipart/")) return g_string_free(text, FALSE);
  g_string_append_printf(text, " · %s", part->encoding);
  if (encoding != NULL) g_string_append_printf(text, "\n%s", _(encoding->explanation));
  return g_string_free(text, FALSE);
}

static void add_parts(MessagePage *page, const MessageRecord *message)
{
  GtkWidget *grid = add_grid(page, _("PARTS"), NULL);
  int row = 0;
  for (guint i = 0; i < MIN(message->parts->len, PARTS_SHOWN); i++) {
    const MessagePart *part = &g_array_index(message->parts, MessagePart, i);
    const MailWord *word = media_vocabulary_find(part->type);
    g_autofree char *size = describe_part(part);
    GtkWidget *type = make_label(part->type, "carteiro-name");
    gtk_widget_set_margin_start(type, 14 * MIN(part->depth, 6));
    gtk_widget_set_hexpand(type, TRUE);
    gtk_grid_attach(GTK_GRID(grid), type, 0, row++, 1, 1);
    GtkWidget *facts = make_label(size, "carteiro-caption");
    gtk_widget_set_margin_start(facts, 14 * MIN(part->depth, 6));
    if (word != NULL) {
      GtkWidget *meaning = make_label(_(word->explanation), NULL);
      gtk_widget_set_margin_start(meaning, 14 * MIN(part->depth, 6));
      gtk_grid_attach(GTK_GRID(grid), meaning, 0, row++, 1, 1);
    }
    gtk_grid_attach(GTK_GRID(grid), facts, 0, row++, 1, 1);
  }
}

static void add_text(MessagePage *page, const Row *row)
{
  ByteBuffer bytes = {0};
  g_autoptr(GError) error = NULL;
  Timeline *timeline = timeline_model_get_timeline(page->line.model);
  add(page, make_label(_("TEXT, decoded"), "carteiro-subtitle"));
  if (timeline_read_message(timeline, row, LETTER_READ, &bytes, &error)) {
    g_autofree char *text = message_text_extract(byte_buffer_view(&bytes), TEXT_SHOWN);
    g_strchomp(text);
    add(page, make_label(text[0] != '\0' ? text : _("This letter has no text."),
                         text[0] != '\0' ? NULL : "carteiro-caption"));
  } else {
    g_autofree char *sentence = g_strdup_printf(_("The bytes cannot be read: %s"), error->message);
    add(page, make_label(sentence, "carteiro-caption"));
  }
  byte_buffer_clear(&bytes);
}

static void clear_box(MessagePage *page)
{
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(page->box));
  for (GList *child = children; child != NULL; child = child->next)
    gtk_widget_destroy(child->data);
}

static void show_letter(MessagePage *page, const Row *row, const MessageRecord *message)
{
  add(page, make_label(message->subject[0] != '\0' ? message->subject : _("(no subject)"), "carteiro-title"));
  if (message->truncated)
    add(page, make_label(_("Only a part of this letter was seen."), "carteiro-caption"));
  add_envelope(page, message);
  add_remarks(page, row->id);
  add_headers(page, message);
  add_text(page, row);
  add_parts(page, message);
}

static void rebuild(MessagePage *page)
{
  page->stale = false;
  clear_box(page);
  int64_t index = -1;
  Timeline *timeline = page->line.row == NULL ? NULL : timeline_model_get_timeline(page->line.model);
  if (timeline != NULL) index = timeline_find_message(timeline, page->line.row->id);
  if (index >= 0) {
    const Row *row = timeline_get_row(timeline, (uint32_t)index);
    ByteBuffer raw = {0};
    RowEvent event;
    timeline_get_event(timeline, row, &raw, &event);
    if (event.message != NULL) show_letter(page, row, event.message);
    byte_buffer_clear(&raw);
  } else {
    add(page,
        make_label(_("This line carries no letter. Choose one with an envelope beside it."), "carteiro-dim"));
  }
  gtk_widget_show_all(GTK_WIDGET(page->box));
  gtk_adjustment_set_value(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(page)), 0);
}

void message_page_set(MessagePage *page, const DetailLine *line)
{
  if (line != NULL) g_object_ref(line->model);
  g_clear_object(&page->line.model);
  page->line = line != NULL ? *line : (DetailLine){0};
  page->stale = true;
  if (gtk_widget_get_mapped(GTK_WIDGET(page))) rebuild(page);
}

static void mapped(MessagePage *page)
{
  if (page->stale) rebuild(page);
}

static void dispose(GObject *object)
{
  g_clear_object(&MESSAGE_PAGE(object)->line.model);
  G_OBJECT_CLASS(message_page_parent_class)->dispose(object);
}

static void message_page_class_init(MessagePageClass *class)
{
  G_OBJECT_CLASS(class)->dispose = dispose;
}

static void message_page_init(MessagePage *page)
{
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(page), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  page->box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 10));
  g_object_set(page->box, "margin", 16, NULL);
  gtk_container_add(GTK_CONTAINER(page), GTK_WIDGET(page->box));
  page->stale = true;
  g_signal_connect(page, "map", G_CALLBACK(mapped), NULL);
  gtk_widget_show_all(GTK_WIDGET(page));
}

GtkWidget *message_page_new(void)
{
  return g_object_new(MESSAGE_TYPE_PAGE, "hadjustment", NULL, "vadjustment", NULL, NULL);
}
