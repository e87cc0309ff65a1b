/* SPDX-License-Identifier: MIT */
/* Builds the explanation of one line out of labels; a new line builds it anew. */
#include "ui/detail/explanation-page.h"

#include "base/i18n.h"
#include "observe/row-text.h"
#include "ui/detail/dissected-line.h"
#include "ui/detail/replies-box.h"
#include "ui/window/glyph.h"

#define BASE64_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

#define LINES_SHOWN 40

struct _ExplanationPage {
  GtkScrolledWindow parent;
  GtkBox *box;
};

G_DEFINE_TYPE(ExplanationPage, explanation_page, GTK_TYPE_SCROLLED_WINDOW)

static guint line_linked;

/* What the sections share while a page is built. */
typedef struct {
  ExplanationPage *page;
  const DetailLine *line;
  const RowText *text;
} Building;

static gboolean follow_link(GtkLabel *label, const char *uri, gpointer data)
{
  (void)label;
  if (!g_str_has_prefix(uri, "line:")) return FALSE;
  g_signal_emit(data, line_linked, 0, (guint)g_ascii_strtoull(uri + strlen("line:"), NULL, 10));
  return TRUE;
}

static void add_widget(ExplanationPage *page, GtkWidget *widget)
{
  gtk_box_pack_start(page->box, widget, FALSE, FALSE, 0);
  gtk_widget_show(widget);
}

static GtkWidget *make_label(const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable(GTK_LABEL(label), TRUE);
  gtk_widget_set_can_focus(label, FALSE);
  if (class != NULL) gtk_style_context_add_class(gtk_widget_get_style_context(label), class);
  gtk_widget_show(label);
  return label;
}

static GtkWidget *make_linked_label(ExplanationPage *page, const char *markup)
{
  GtkWidget *label = gtk_label_new(NULL);
  gtk_label_set_markup(GTK_LABEL(label), markup);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  g_signal_connect(label, "activate-link", G_CALLBACK(follow_link), page);
  gtk_widget_show(label);
  return label;
}

static const VocabularyWord *find_word(const Building *building)
{
  const DetailLine *line = building->line;
  const Vocabulary *words =
      line->find_vocabulary == NULL ? NULL : line->find_vocabulary((ProtocolId)line->row->protocol);
  bool command = line->row->kind == LINE_COMMAND && words != NULL && line->row->word < words->word_count;
  return command ? &words->words[line->row->word] : NULL;
}

static void dissect_command(const Building *building, DissectedLineView *view)
{
  const RowText *text = building->text;
  const VocabularyWord *word = find_word(building);
  bool response = (building->line->row->flags & LINE_SASL_RESPONSE) != 0;
  if (text->tag->len > 0) dissected_line_add(view, text->tag->str, _("tag"), false, false);
  if (!response) dissected_line_add(view, text->verb->str, _("command"), true, false);
  if (text->argument->len == 0) return;
  const char *label = word != NULL && word->grammar[0] != '\0' ? word->grammar : _("argument");
  if (response) label = _("answer to the server's challenge");
  dissected_line_add(view, text->argument->str, text->masked ? _("secret, masked") : label, false,
                     text->masked);
}

/* Returns the words that a log-in's challenge holds in base64 ("Username:"), or NULL where it holds none. */
static char *dup_challenge_words(const RowText *text, const char *challenge)
{
  size_t length = strlen(challenge);
  bool asks = strcmp(text->code->str, "334") == 0 || strcmp(text->code->str, "+") == 0;
  if (!asks || length == 0 || length % 4 != 0 || strspn(challenge, BASE64_CHARACTERS) != length) return NULL;
  gsize size;
  g_autofree guchar *bytes = g_base64_decode(challenge, &size);
  if (size == 0 || !g_utf8_validate_len((const char *)bytes, size, NULL)) return NULL;
  g_autofree char *words = g_strndup((const char *)bytes, size);
  for (const char *at = words; *at != '\0'; at = g_utf8_next_char(at))
    if (!g_unichar_isprint(g_utf8_get_char(at))) return NULL;
  return g_steal_pointer(&words);
}

static void dissect_reply(const Building *building, DissectedLineView *view)
{
  const RowText *text = building->text;
  const char *end = strchr(text->text->str, '\n');
  g_autofree char *first =
      end == NULL ? g_strdup(text->text->str) : g_strndup(text->text->str, (gsize)(end - text->text->str));
  const char *rest = first;
  if (text->tag->len > 0 && strcmp(text->tag->str, text->code->str) != 0)
    dissected_line_add(view, text->tag->str, _("tag"), false, false);
  dissected_line_add(view, text->code->str, _("reply"), true, false);
  if (text->enhanced->len > 0 && g_str_has_prefix(rest, text->enhanced->str)) {
    dissected_line_add(view, text->enhanced->str, _("detail"), false, false);
    rest += text->enhanced->len;
    rest += strspn(rest, " ");
  }
  g_autofree char *words = dup_challenge_words(text, rest);
  g_autofree char *label = words == NULL ? NULL : g_strdup_printf(_("base64 for “%s”"), words);
  /* IMAP's data come untagged; what follows OK, NO and the like is for people */
  bool data = building->line->row->protocol == PROTOCOL_IMAP &&
              building->line->row->reply_class == REPLY_UNTAGGED && !g_str_equal(text->code->str, "OK");
  const char *usual = data ? _("data") : _("words for people");
  if (rest[0] != '\0') dissected_line_add(view, rest, label != NULL ? label : usual, false, false);
}

/* The other lines of a reply of several lines. */
static void add_more_lines(const Building *building)
{
  const char *more = strchr(building->text->text->str, '\n');
  if (building->line->row->kind != LINE_REPLY || more == NULL) return;
  const char *end = more + 1;
  for (int i = 0; i < LINES_SHOWN && end != NULL && *end != '\0'; i++) {
    end = strchr(end, '\n');
    if (end != NULL) end++;
  }
  g_autofree char *shown = end == NULL || *end == '\0'
                               ? g_strdup(more + 1)
                               : g_strdup_printf("%.*s…", (int)(end - more - 1), more + 1);
  add_widget(building->page, make_label(shown, "carteiro-wire"));
}

static void add_dissected(const Building *building)
{
  DissectedLineView *view = DISSECTED_LINE(dissected_line_new());
  const RowText *text = building->text;
  switch ((LineKind)building->line->row->kind) {
  case LINE_COMMAND:
    dissect_command(building, view);
    break;
  case LINE_REPLY:
    dissect_reply(building, view);
    break;
  case LINE_QUERY:
    dissected_line_add(view, text->argument->str, _("kind of record"), true, false);
    dissected_line_add(view, text->verb->str, _("name asked for"), false, false);
    break;
  default:
    dissected_line_add(view, text->wire->str, "", false, false);
    break;
  }
  add_widget(building->page, GTK_WIDGET(view));
  add_more_lines(building);
}

static GtkWidget *make_box(Glyph glyph, const char *sentence, const char *class)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = make_label(sentence, NULL);
  gtk_style_context_add_class(gtk_widget_get_style_context(box), class);
  gtk_box_pack_start(GTK_BOX(box), glyph_image_new(glyph, 20), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), label, TRUE, TRUE, 0);
  return box;
}

/* Notes on the line; one that tells of a secret in the open stands on the marker. Returns true when one did.
 */
static bool add_notes(const Building *building)
{
  Timeline *timeline = timeline_model_get_timeline(building->line->model);
  int64_t index = timeline_find_note(timeline, building->line->row->id);
  uint32_t count = timeline_get_count(timeline);
  bool marked = false;
  RowText note;
  ByteBuffer raw = {0};
  row_text_init(&note);
  for (; index >= 0 && index < count; index++) {
    const Row *row = timeline_get_row(timeline, (uint32_t)index);
    if (row->kind != LINE_NOTE || row->about != building->line->row->id) break;
    RowEvent event;
    timeline_get_event(timeline, row, &raw, &event);
    row_text_set(&note, &event, false);
    bool leak = row->word == NOTE_PLAINTEXT_PASSWORD || row->word == NOTE_DIGEST_PASSWORD;
    marked |= leak;
    add_widget(building->page, make_box(leak ? GLYPH_EYE : GLYPH_WARNING, note.gloss,
                                        leak ? "carteiro-marker" : "carteiro-note"));
  }
  row_text_clear(&note);
  byte_buffer_clear(&raw);
  return marked;
}

static void add_eve(const Building *building, bool marked)
{
  const DetailLine *line = building->line;
  const StreamInfo *stream = timeline_get_stream(timeline_model_get_timeline(line->model), line->row->stream);
  bool eve = stream->interface_id == line->eve_link && line->eve_link != UINT32_MAX;
  bool has_words = line->row->kind != LINE_SESSION && line->row->kind != LINE_TLS;
  if (marked || !has_words) return;
  if (building->text->masked)
    add_widget(building->page,
               make_box(GLYPH_EYE, _("Whoever listens here reads the secret: this connection has no TLS."),
                        "carteiro-marker"));
  else if (eve)
    add_widget(building->page,
               make_box(GLYPH_EYE, _("Eve reads this line: the link has no TLS."), "carteiro-marker"));
}

static void add_where(const Building *building)
{
  const RowText *text = building->text;
  g_autoptr(GString) markup = g_string_new(NULL);
  g_autofree char *uri = replies_box_dup_rfc_uri(text->rfc);
  if (uri != NULL) {
    g_autofree char *link = g_markup_printf_escaped("<a href=\"%s\">%s</a>", uri, text->rfc);
    g_string_append(markup, link);
  }
  g_autofree char *state = replies_box_dup_state(building->line, text);
  if (state != NULL) {
    g_autofree char *escaped = g_markup_escape_text(state, -1);
    g_string_append_printf(markup, "%s%s", markup->len > 0 ? "     " : "", escaped);
  }
  if (markup->len == 0) return;
  GtkWidget *label = make_linked_label(building->page, markup->str);
  gtk_style_context_add_class(gtk_widget_get_style_context(label), "carteiro-caption");
  add_widget(building->page, label);
}

static void add_ends(const Building *building)
{
  const DetailLine *line = building->line;
  const StreamInfo *stream = timeline_get_stream(timeline_model_get_timeline(line->model), line->row->stream);
  g_autofree char *ends = name_table_dup_ends(timeline_model_get_names(line->model), stream);
  g_autofree char *where =
      g_strdup_printf(stream->udp ? _("Frame %u, UDP exchange %u") : _("Frame %u, conversation %u"),
                      line->row->frame, stream->number);
  g_autofree char *text = g_strdup_printf("%s\n%s", ends, where);
  add_widget(building->page, make_label(text, "carteiro-caption"));
}

static void clear_box(ExplanationPage *page)
{
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(page->box));
  for (GList *child = children; child != NULL; child = child->next)
    gtk_widget_destroy(child->data);
}

void explanation_page_set(ExplanationPage *page, const DetailLine *line)
{
  clear_box(page);
  if (line == NULL) {
    add_widget(page, make_label(_("Choose a line to see what it says and why."), "carteiro-dim"));
    return;
  }
  Timeline *timeline = timeline_model_get_timeline(line->model);
  RowText text;
  ByteBuffer raw = {0};
  RowEvent event;
  row_text_init(&text);
  timeline_get_event(timeline, line->row, &raw, &event);
  row_text_set(&text, &event, false);
  Building building = {page, line, &text};
  add_dissected(&building);
  if (text.gloss != NULL && text.gloss[0] != '\0')
    add_widget(page, make_label(text.gloss, "carteiro-heading"));
  if (text.explanation != NULL && text.explanation[0] != '\0' && g_strcmp0(text.explanation, text.gloss) != 0)
    add_widget(page, make_label(text.explanation, NULL));
  GtkWidget *replies = replies_box_new(line, G_CALLBACK(follow_link), page);
  if (replies != NULL) add_widget(page, replies);
  add_eve(&building, add_notes(&building));
  add_where(&building);
  add_ends(&building);
  byte_buffer_clear(&raw);
  row_text_clear(&text);
  gtk_adjustment_set_value(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(page)), 0);
}

static void explanation_page_class_init(ExplanationPageClass *class)
{
  (void)class;
  line_linked = g_signal_new("line-linked", EXPLANATION_TYPE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void explanation_page_init(ExplanationPage *page)
{
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(page), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  page->box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 10));
  g_object_set(page->box, "margin", 16, NULL);
  gtk_container_add(GTK_CONTAINER(page), GTK_WIDGET(page->box));
  explanation_page_set(page, NULL);
  gtk_widget_show_all(GTK_WIDGET(page));
}

GtkWidget *explanation_page_new(void)
{
  return g_object_new(EXPLANATION_TYPE_PAGE, "hadjustment", NULL, "vadjustment", NULL, NULL);
}
