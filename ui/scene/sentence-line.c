/* SPDX-License-Identifier: MIT */
/* The sentence of the step, with Eve's part on the marker. */
#include "ui/scene/sentence-line.h"

#include "ui/scene/scene-text.h"
#include "ui/window/palette.h"

#include <string.h>

struct _SentenceLine {
  GtkBox parent_instance;
  Player *player;
  SceneState *state;
  GtkWidget *label;
  char *spoken; /* what was announced last */
  bool presenter;
};

G_DEFINE_TYPE(SentenceLine, sentence_line, GTK_TYPE_BOX)

/* Tells a screen reader, where its ATK has the signal (2.46). */
static void announce(SentenceLine *line, const char *text)
{
  AtkObject *accessible = gtk_widget_get_accessible(line->label);
  if (text[0] != '\0' && g_signal_lookup("announcement", G_OBJECT_TYPE(accessible)) != 0)
    g_signal_emit_by_name(accessible, "announcement", text);
}

static void append_span(GString *markup, const char *attributes, const char *text)
{
  if (text[0] == '\0') return;
  g_autofree char *escaped = g_markup_escape_text(text, -1);
  if (markup->len > 0) g_string_append(markup, "   ");
  g_string_append_printf(markup, "<span%s>%s</span>", attributes, escaped);
}

static void refresh(SentenceLine *line)
{
  if (line->state == NULL) {
    gtk_label_set_text(GTK_LABEL(line->label), "");
    return;
  }
  const Palette *palette = palette_get_for_widget(GTK_WIDGET(line));
  char accent[PALETTE_HEX], marker[PALETTE_HEX], text[PALETTE_HEX], under[PALETTE_HEX];
  palette_hex(palette, COLOR_ACCENT, accent);
  palette_hex(palette, COLOR_MARKER, marker);
  palette_hex(palette, COLOR_MARKER_TEXT, text);
  palette_hex(palette, COLOR_MARKER_LINE, under);
  bool reads;
  g_autofree char *number = scene_text_step_number(line->state);
  g_autofree char *sentence = scene_text_sentence(line->state);
  g_autofree char *eve = scene_text_eve_sentence(line->state, &reads);
  g_autofree char *accent_span = g_strdup_printf(" weight='bold' color='%s'", accent);
  g_autofree char *marker_span = g_strdup_printf(
      " background='%s' color='%s' underline='single' underline_color='%s'", marker, text, under);
  g_autoptr(GString) markup = g_string_new(NULL);
  append_span(markup, accent_span, number);
  append_span(markup, "", sentence);
  if (reads) {
    /* A thin space at both ends, so that the marker is a little longer than the words. */
    g_autofree char *wide = g_strdup_printf("\u2009%s\u2009", eve);
    append_span(markup, marker_span, wide);
  } else {
    append_span(markup, "", eve);
  }
  if (strcmp(markup->str, gtk_label_get_label(GTK_LABEL(line->label))) != 0)
    gtk_label_set_markup(GTK_LABEL(line->label), markup->str);
  /* Eve's part comes and goes with every connection: it is spoken with the step, not alone. */
  g_autofree char *said = g_strdup_printf("%s. %s", number, sentence);
  if (sentence[0] == '\0' || g_strcmp0(said, line->spoken) == 0) return;
  g_free(line->spoken);
  line->spoken = g_steal_pointer(&said);
  g_autofree char *all = g_strdup_printf("%s %s", line->spoken, eve);
  announce(line, all);
}

static void player_changed(Player *player, SentenceLine *line)
{
  if (line->state != NULL) scene_state_seek(line->state, player_get_cursor(player));
  refresh(line);
}

static void source_changed(Player *player, SentenceLine *line)
{
  const SceneSource *source = player_get_source(player);
  if (source != NULL && line->state != NULL && memcmp(source, &line->state->source, sizeof *source) == 0)
    return;
  g_clear_pointer(&line->state, scene_state_free);
  g_clear_pointer(&line->spoken, g_free);
  if (source != NULL) line->state = scene_state_new(source);
  player_changed(player, line);
}

static void style_updated(GtkWidget *widget)
{
  GTK_WIDGET_CLASS(sentence_line_parent_class)->style_updated(widget);
  if (CARTEIRO_SENTENCE_LINE(widget)->label != NULL) refresh(CARTEIRO_SENTENCE_LINE(widget));
}

static void sentence_line_dispose(GObject *object)
{
  SentenceLine *line = CARTEIRO_SENTENCE_LINE(object);
  if (line->player != NULL) g_signal_handlers_disconnect_by_data(line->player, line);
  g_clear_object(&line->player);
  g_clear_pointer(&line->state, scene_state_free);
  g_clear_pointer(&line->spoken, g_free);
  G_OBJECT_CLASS(sentence_line_parent_class)->dispose(object);
}

static void sentence_line_class_init(SentenceLineClass *class)
{
  G_OBJECT_CLASS(class)->dispose = sentence_line_dispose;
  GTK_WIDGET_CLASS(class)->style_updated = style_updated;
}

static void set_size(SentenceLine *line)
{
  PangoAttrList *attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_scale_new(line->presenter ? 2.4 : 1.07));
  gtk_label_set_attributes(GTK_LABEL(line->label), attributes);
  pango_attr_list_unref(attributes);
  gtk_widget_set_size_request(GTK_WIDGET(line), -1, line->presenter ? 110 : 40);
  gtk_label_set_ellipsize(GTK_LABEL(line->label),
                          line->presenter ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
  gtk_label_set_line_wrap(GTK_LABEL(line->label), line->presenter);
}

static void sentence_line_init(SentenceLine *line)
{
  line->label = gtk_label_new("");
  gtk_label_set_xalign(GTK_LABEL(line->label), 0);
  gtk_label_set_selectable(GTK_LABEL(line->label), FALSE);
  g_object_set(line->label, "margin-start", 16, "margin-end", 16, NULL);
  gtk_box_pack_start(GTK_BOX(line), line->label, TRUE, TRUE, 0);
  gtk_widget_show(line->label);
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(line)), "scene-sentence");
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(line)), GTK_STYLE_CLASS_VIEW);
  atk_object_set_role(gtk_widget_get_accessible(line->label), ATK_ROLE_STATUSBAR);
  set_size(line);
}

GtkWidget *sentence_line_new(Player *player)
{
  SentenceLine *line = g_object_new(TYPE_SENTENCE_LINE, NULL);
  line->player = g_object_ref(player);
  g_signal_connect(player, "stops-changed", G_CALLBACK(source_changed), line);
  g_signal_connect(player, "changed", G_CALLBACK(player_changed), line);
  source_changed(player, line);
  gtk_widget_show(GTK_WIDGET(line));
  return GTK_WIDGET(line);
}

void sentence_line_set_eve_link(SentenceLine *line, guint link)
{
  if (line->state == NULL) return;
  scene_state_set_eve_link(line->state, link);
  refresh(line);
}

void sentence_line_set_presenter(SentenceLine *line, bool presenter)
{
  line->presenter = presenter;
  set_size(line);
}
