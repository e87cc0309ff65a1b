/* SPDX-License-Identifier: MIT */
/* Builds the list of replies from the protocol's words, with a link to the one that came. */
#include "ui/detail/replies-box.h"

#include "base/i18n.h"
#include "ui/window/glyph.h"
#include "ui/window/palette.h"

#define REPLIES_SHOWN 6

/* A grid being filled. */
typedef struct {
  GtkGrid *grid;
  int row;
  GCallback follow;
  gpointer data;
} ReplyGrid;

static const Vocabulary *find_words(const DetailLine *line)
{
  return line->find_vocabulary == NULL ? NULL : line->find_vocabulary((ProtocolId)line->row->protocol);
}

static const Row *find_row(const DetailLine *line, int64_t index)
{
  return index < 0 ? NULL : timeline_get_row(timeline_model_get_timeline(line->model), (uint32_t)index);
}

static const Row *find_answer(const DetailLine *line)
{
  if (line->row->kind != LINE_COMMAND) return NULL;
  return find_row(line, timeline_find_answer(timeline_model_get_timeline(line->model), line->row->id));
}

static GtkWidget *make_label(const char *text, bool bold)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_yalign(GTK_LABEL(label), 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  if (bold) {
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
    gtk_label_set_attributes(GTK_LABEL(label), attributes);
    pango_attr_list_unref(attributes);
  }
  return label;
}

static GtkWidget *make_link(const ReplyGrid *grid, uint32_t id, const char *words)
{
  GtkWidget *label = gtk_label_new(NULL);
  g_autofree char *markup = g_markup_printf_escaped("<a href=\"line:%u\">%s</a>", id, words);
  gtk_label_set_markup(GTK_LABEL(label), markup);
  gtk_label_set_xalign(GTK_LABEL(label), 1);
  gtk_label_set_yalign(GTK_LABEL(label), 0);
  gtk_label_set_track_visited_links(GTK_LABEL(label), FALSE);
  g_signal_connect(label, "activate-link", grid->follow, grid->data);
  return label;
}

static char *dup_came(const Row *command, const Row *answer)
{
  char seconds[32];
  Nanoseconds span = answer->time - command->time;
  if (span < NANOSECONDS_PER_MILLISECOND)
    return g_strdup_printf(_("line %u, %d µs"), answer->id, (int)(span / 1000));
  if (span < NANOSECONDS_PER_SECOND)
    return g_strdup_printf(_("line %u, %d ms"), answer->id,
                           (int)((span + 500000) / NANOSECONDS_PER_MILLISECOND));
  line_text_format_seconds(span, seconds);
  return g_strdup_printf(_("line %u, %s s"), answer->id, seconds);
}

static GtkWidget *make_class_glyph(ReplyClass reply_class)
{
  static const char *const classes[REPLY_CLASS_COUNT] = {
      [REPLY_OK] = "carteiro-ok",        [REPLY_CONTINUE] = "carteiro-continue",
      [REPLY_LATER] = "carteiro-later",  [REPLY_REFUSED] = "carteiro-refused",
      [REPLY_UNTAGGED] = "carteiro-dim",
  };
  GtkWidget *image = glyph_image_new(glyph_for_reply(reply_class), 16);
  gtk_style_context_add_class(gtk_widget_get_style_context(image), classes[reply_class]);
  gtk_widget_set_valign(image, GTK_ALIGN_START);
  gtk_widget_set_margin_top(image, 1);
  return image;
}

static void add_reply(ReplyGrid *grid, const VocabularyReply *reply, const Row *command, const Row *answer)
{
  gtk_grid_attach(grid->grid, make_class_glyph(reply->reply_class), 0, grid->row, 1, 1);
  gtk_grid_attach(grid->grid, make_label(reply->code, true), 1, grid->row, 1, 1);
  GtkWidget *gloss = make_label(reply->gloss[0] == '\0' ? "" : _(reply->gloss), false);
  gtk_widget_set_hexpand(gloss, TRUE);
  gtk_grid_attach(grid->grid, gloss, 2, grid->row, answer == NULL ? 2 : 1, 1);
  if (answer != NULL) {
    g_autofree char *words = dup_came(command, answer);
    gtk_grid_attach(grid->grid, make_link(grid, answer->id, words), 3, grid->row, 1, 1);
  }
  grid->row++;
}

static bool belongs_to(const VocabularyReply *reply, const VocabularyWord *word)
{
  return reply->after != NULL && g_ascii_strcasecmp(reply->after, word->word) == 0;
}

static void fill_replies(ReplyGrid *grid, const DetailLine *line, const Vocabulary *words)
{
  const VocabularyWord *word = &words->words[line->row->word];
  const Row *answer = find_answer(line);
  bool known = answer != NULL && answer->word < words->reply_count;
  const VocabularyReply *came = known ? &words->replies[answer->word] : NULL;
  if (came != NULL) add_reply(grid, came, line->row, answer);
  for (size_t i = 0; i < words->reply_count && grid->row < REPLIES_SHOWN; i++) {
    const VocabularyReply *reply = &words->replies[i];
    if (reply != came && belongs_to(reply, word)) add_reply(grid, reply, line->row, NULL);
  }
  if (answer != NULL && !known) {
    g_autofree char *text = dup_came(line->row, answer);
    gtk_grid_attach(grid->grid, make_link(grid, answer->id, text), 2, grid->row++, 2, 1);
  }
}

static void fill_about(ReplyGrid *grid, const DetailLine *line)
{
  Timeline *timeline = timeline_model_get_timeline(line->model);
  const Row *about = find_row(line, timeline_find_id(timeline, line->row->about));
  if (about == NULL || about->kind == LINE_NOTE) return;
  LineText text = {0};
  line_text_fill(&text, timeline, about, timeline_model_get_names(line->model), 0);
  g_autofree char *words = g_strdup_printf(_("line %u"), about->id);
  GtkWidget *wire = make_label(text.wire, false);
  gtk_label_set_ellipsize(GTK_LABEL(wire), PANGO_ELLIPSIZE_END);
  gtk_label_set_line_wrap(GTK_LABEL(wire), FALSE);
  gtk_widget_set_hexpand(wire, TRUE);
  gtk_style_context_add_class(gtk_widget_get_style_context(wire), "carteiro-wire");
  gtk_grid_attach(grid->grid, wire, 0, grid->row, 3, 1);
  gtk_grid_attach(grid->grid, make_link(grid, about->id, words), 3, grid->row++, 1, 1);
  line_text_clear(&text);
}

GtkWidget *replies_box_new(const DetailLine *line, GCallback follow, gpointer data)
{
  const Vocabulary *words = find_words(line);
  ReplyGrid grid = {GTK_GRID(g_object_ref_sink(gtk_grid_new())), 0, follow, data};
  gtk_grid_set_column_spacing(grid.grid, 8);
  gtk_grid_set_row_spacing(grid.grid, 5);
  bool command = line->row->kind == LINE_COMMAND && words != NULL && line->row->word < words->word_count;
  if (command)
    fill_replies(&grid, line, words);
  else if (line->row->about != 0)
    fill_about(&grid, line);
  GtkWidget *box = NULL;
  if (grid.row > 0) {
    box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *title = make_label(command                         ? _("What often comes back")
                                  : line->row->kind == LINE_REPLY ? _("In answer to")
                                                                  : _("Belongs to"),
                                  false);
    gtk_style_context_add_class(gtk_widget_get_style_context(title), "carteiro-subtitle");
    gtk_box_pack_start(GTK_BOX(box), title, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(grid.grid), FALSE, FALSE, 0);
    gtk_widget_show_all(box);
  }
  g_object_unref(grid.grid);
  return box;
}

/* The state after the line: a command's with the reply that came, a reply's own; STATE_SAME where it is not
 * known or does not change. */
static uint8_t find_next_state(const DetailLine *line, const Vocabulary *words)
{
  const Row *answer = line->row->kind == LINE_REPLY ? line->row : find_answer(line);
  uint16_t word = line->row->kind == LINE_REPLY ? line->row->answered_word : line->row->word;
  if (words == NULL || answer == NULL || word >= words->word_count ||
      answer->reply_class >= REPLY_CLASS_COUNT)
    return STATE_SAME;
  uint8_t next = words->words[word].next[answer->reply_class];
  return next >= words->state_count || next == line->row->phase ? STATE_SAME : next;
}

char *replies_box_dup_state(const DetailLine *line, const RowText *text)
{
  if (text->phase_label == NULL || text->phase_label[0] == '\0') return NULL;
  const Vocabulary *words = find_words(line);
  uint8_t next = find_next_state(line, words);
  if (next == STATE_SAME) return g_strdup_printf(_("State: %s"), text->phase_label);
  return g_strdup_printf(_("State: %s → %s"), text->phase_label, _(words->states[next].label));
}

char *replies_box_dup_rfc_uri(const char *rfc)
{
  if (rfc == NULL || !g_str_has_prefix(rfc, "RFC ")) return NULL;
  char *end = NULL;
  guint64 number = g_ascii_strtoull(rfc + 4, &end, 10);
  if (number == 0) return NULL;
  const char *section = strstr(end, "§");
  if (section == NULL) return g_strdup_printf("https://www.rfc-editor.org/rfc/rfc%u", (guint)number);
  section += strlen("§");
  size_t length = strspn(section, "0123456789.");
  while (length > 0 && section[length - 1] == '.')
    length--;
  return g_strdup_printf("https://www.rfc-editor.org/rfc/rfc%u#section-%.*s", (guint)number, (int)length,
                         section);
}
