/* SPDX-License-Identifier: MIT */
/* Buttons, scrubber and clock over a player. */
#include "ui/scene/transport-bar.h"

#include "base/i18n.h"
#include "ui/scene/scene-text.h"
#include "ui/scene/scrub-scale.h"

#include <math.h>
#include <string.h>

struct _TransportBar {
  GtkBox parent_instance;
  Player *player;
  GtkWidget *to_start, *back, *play, *forward;
  GtkWidget *step_label, *step, *speed, *scale, *clock, *word, *end, *hint, *buttons;
  ScrubScale scrub;
  bool following; /* the scale is being set by the player, not by the person */
};

G_DEFINE_TYPE(TransportBar, transport_bar, GTK_TYPE_BOX)

static const double speeds[] = {0.1, 0.25, 0.5, 1, 2, 5, 10, 100};
#define NORMAL_SPEED 3

char *transport_bar_dup_clock(Nanoseconds time)
{
  return scene_text_clock(time);
}

static char *speed_text(double speed)
{
  g_autofree char *text = g_strdup_printf("%g ×", speed);
  if (strcmp(i18n_language(), "pt_BR") == 0) g_strdelimit(text, ".", ',');
  return g_steal_pointer(&text);
}

static void show_icon(GtkWidget *button, const char *icon, const char *name, const char *key)
{
  gtk_button_set_image(GTK_BUTTON(button), gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON));
  g_autofree char *tooltip = g_strdup_printf("%s (%s)", name, key);
  gtk_widget_set_tooltip_text(button, tooltip);
  atk_object_set_name(gtk_widget_get_accessible(button), name);
}

static void show_playing(TransportBar *bar)
{
  bool playing = player_is_playing(bar->player);
  if (playing)
    show_icon(bar->play, "media-playback-pause-symbolic", _("Pause"), _("Space"));
  else
    show_icon(bar->play, "media-playback-start-symbolic", _("Play"), _("Space"));
  const char *word = playing ? _("playing") : player_at_end(bar->player) ? _("at the end") : _("paused");
  gtk_label_set_text(GTK_LABEL(bar->word), player_get_source(bar->player) != NULL ? word : "");
}

static void show_clock(TransportBar *bar)
{
  g_autofree char *text = scene_text_clock(player_get_cursor(bar->player));
  char *fraction = text + strlen("00:00:00");
  g_autofree char *markup = g_strdup_printf("<span font_family='monospace'><b>%.*s</b>%s</span>",
                                            (int)(fraction - text), text, fraction);
  gtk_label_set_markup(GTK_LABEL(bar->clock), markup);
}

static void player_changed(Player *player, TransportBar *bar)
{
  Nanoseconds cursor = player_get_cursor(player);
  bar->following = true;
  gtk_range_set_value(GTK_RANGE(bar->scale), scrub_scale_position(&bar->scrub, cursor));
  bar->following = false;
  bool some = player_get_source(player) != NULL;
  gtk_widget_set_sensitive(bar->to_start, some && cursor > player_get_start(player));
  gtk_widget_set_sensitive(bar->back, some && cursor > player_get_start(player));
  gtk_widget_set_sensitive(bar->forward, some && !player_at_end(player));
  show_clock(bar);
  if (!player_is_playing(player)) show_playing(bar);
}

static void playing_changed(Player *player, GParamSpec *spec, TransportBar *bar)
{
  (void)player;
  (void)spec;
  show_playing(bar);
}

static void source_changed(Player *player, TransportBar *bar)
{
  const SceneSource *source = player_get_source(player);
  scrub_scale_read(&bar->scrub, source);
  gtk_scale_clear_marks(GTK_SCALE(bar->scale));
  bar->following = true;
  gtk_range_set_range(GTK_RANGE(bar->scale), 0, fmax(bar->scrub.length, 0.001));
  bar->following = false;
  for (guint i = 0; source != NULL && i < source->event_count(source->owner); i++) {
    const WorldEvent *event = source->event(source->owner, i);
    if (event->type == WORLD_STEP)
      gtk_scale_add_mark(GTK_SCALE(bar->scale), scrub_scale_position(&bar->scrub, event->time), GTK_POS_TOP,
                         NULL);
  }
  gtk_widget_set_sensitive(bar->scale, source != NULL);
  gtk_widget_set_sensitive(bar->play, source != NULL);
  gtk_combo_box_set_active(GTK_COMBO_BOX(bar->step), (int)player_get_step(player));
  player_changed(player, bar);
  show_playing(bar);
}

/* "value-changed", so that an assistive program that sets the value moves the play head too. */
static void scrubbed(GtkRange *range, TransportBar *bar)
{
  if (bar->following) return;
  player_seek(bar->player, scrub_scale_time(&bar->scrub, gtk_range_get_value(range)));
}

static void start_clicked(GtkButton *button, TransportBar *bar)
{
  (void)button;
  player_to_start(bar->player);
}

static void back_clicked(GtkButton *button, TransportBar *bar)
{
  (void)button;
  player_step_back(bar->player);
}

static void play_clicked(GtkButton *button, TransportBar *bar)
{
  (void)button;
  player_toggle(bar->player);
}

static void forward_clicked(GtkButton *button, TransportBar *bar)
{
  (void)button;
  player_step_forward(bar->player);
}

static void step_chosen(GtkComboBox *combo, TransportBar *bar)
{
  int active = gtk_combo_box_get_active(combo);
  if (active >= 0) player_set_step(bar->player, (PlayerStep)active);
}

static void speed_chosen(GtkComboBox *combo, TransportBar *bar)
{
  int active = gtk_combo_box_get_active(combo);
  if (active >= 0) player_set_speed(bar->player, speeds[active]);
}

static void transport_bar_dispose(GObject *object)
{
  TransportBar *bar = CARTEIRO_TRANSPORT_BAR(object);
  if (bar->player != NULL) g_signal_handlers_disconnect_by_data(bar->player, bar);
  g_clear_object(&bar->player);
  scrub_scale_clear(&bar->scrub);
  G_OBJECT_CLASS(transport_bar_parent_class)->dispose(object);
}

static void transport_bar_class_init(TransportBarClass *class)
{
  G_OBJECT_CLASS(class)->dispose = transport_bar_dispose;
}

static GtkWidget *button_new(TransportBar *bar, GCallback clicked)
{
  GtkWidget *button = gtk_button_new();
  gtk_widget_set_size_request(button, 34, 34);
  gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
  gtk_widget_set_focus_on_click(button, FALSE); /* so that Space still plays after a click on a step */
  g_signal_connect(button, "clicked", clicked, bar);
  gtk_box_pack_start(GTK_BOX(bar->buttons), button, FALSE, FALSE, 0);
  return button;
}

static void make_buttons(TransportBar *bar)
{
  bar->buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_style_context_add_class(gtk_widget_get_style_context(bar->buttons), GTK_STYLE_CLASS_LINKED);
  bar->to_start = button_new(bar, G_CALLBACK(start_clicked));
  bar->back = button_new(bar, G_CALLBACK(back_clicked));
  bar->play = button_new(bar, G_CALLBACK(play_clicked));
  bar->forward = button_new(bar, G_CALLBACK(forward_clicked));
  show_icon(bar->to_start, "media-skip-backward-symbolic", _("To the Start"), _("Home"));
  show_icon(bar->back, "media-seek-backward-symbolic", _("Step Back"), "←");
  show_icon(bar->forward, "media-seek-forward-symbolic", _("Step Forward"), "→");
  gtk_box_pack_start(GTK_BOX(bar), bar->buttons, FALSE, FALSE, 0);
}

static void make_choices(TransportBar *bar)
{
  static const char *const steps[PLAYER_STEP_COUNT] = {N_("Line"), N_("Message"), N_("Frame")};
  bar->step_label = gtk_label_new_with_mnemonic(_("Step _by"));
  gtk_style_context_add_class(gtk_widget_get_style_context(bar->step_label), "carteiro-dim");
  bar->step = gtk_combo_box_text_new();
  for (guint i = 0; i < PLAYER_STEP_COUNT; i++)
    gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(bar->step), _(steps[i]));
  gtk_label_set_mnemonic_widget(GTK_LABEL(bar->step_label), bar->step);
  atk_object_set_name(gtk_widget_get_accessible(bar->step), _("Step by"));
  gtk_widget_set_tooltip_text(bar->step, _("How far one step goes"));
  bar->speed = gtk_combo_box_text_new();
  for (guint i = 0; i < G_N_ELEMENTS(speeds); i++) {
    g_autofree char *text = speed_text(speeds[i]);
    gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(bar->speed), text);
  }
  gtk_combo_box_set_active(GTK_COMBO_BOX(bar->speed), NORMAL_SPEED);
  atk_object_set_name(gtk_widget_get_accessible(bar->speed), _("Speed"));
  gtk_widget_set_tooltip_text(bar->speed, _("Speed"));
  GtkWidget *const children[] = {bar->step_label, bar->step, bar->speed};
  for (size_t i = 0; i < G_N_ELEMENTS(children); i++) {
    gtk_widget_set_valign(children[i], GTK_ALIGN_CENTER);
    gtk_box_pack_start(GTK_BOX(bar), children[i], FALSE, FALSE, 0);
  }
  g_signal_connect(bar->step, "changed", G_CALLBACK(step_chosen), bar);
  g_signal_connect(bar->speed, "changed", G_CALLBACK(speed_chosen), bar);
}

static void make_scrubber(TransportBar *bar)
{
  bar->scale = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, 0, 1, 0.1);
  gtk_scale_set_draw_value(GTK_SCALE(bar->scale), FALSE);
  gtk_range_set_round_digits(GTK_RANGE(bar->scale), -1);
  gtk_widget_set_valign(bar->scale, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request(bar->scale, 120, -1);
  gtk_widget_set_tooltip_text(bar->scale, _("Position; marks are steps"));
  atk_object_set_name(gtk_widget_get_accessible(bar->scale), _("Position"));
  g_signal_connect(bar->scale, "value-changed", G_CALLBACK(scrubbed), bar);
  gtk_box_pack_start(GTK_BOX(bar), bar->scale, TRUE, TRUE, 0);
  bar->clock = gtk_label_new("");
  atk_object_set_name(gtk_widget_get_accessible(bar->clock), _("Clock"));
  bar->word = gtk_label_new("");
  gtk_label_set_width_chars(GTK_LABEL(bar->word), 9);
  gtk_label_set_xalign(GTK_LABEL(bar->word), 0);
  gtk_style_context_add_class(gtk_widget_get_style_context(bar->word), "carteiro-dim");
  bar->hint = gtk_label_new(_("← → step · F11 leaves"));
  gtk_style_context_add_class(gtk_widget_get_style_context(bar->hint), "carteiro-dim");
  bar->end = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *const children[] = {bar->clock, bar->word, bar->end, bar->hint};
  for (size_t i = 0; i < G_N_ELEMENTS(children); i++)
    gtk_box_pack_start(GTK_BOX(bar), children[i], FALSE, FALSE, 0);
}

static void transport_bar_init(TransportBar *bar)
{
  gtk_box_set_spacing(GTK_BOX(bar), 9);
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(bar)), "scene-transport");
  g_object_set(bar, "margin-start", 12, "margin-end", 12, "margin-top", 4, "margin-bottom", 4, NULL);
  make_buttons(bar);
  make_choices(bar);
  make_scrubber(bar);
  gtk_widget_show_all(GTK_WIDGET(bar));
  gtk_widget_hide(bar->hint);
  gtk_widget_set_no_show_all(bar->hint, TRUE);
}

GtkWidget *transport_bar_new(Player *player)
{
  TransportBar *bar = g_object_new(TYPE_TRANSPORT_BAR, NULL);
  bar->player = g_object_ref(player);
  g_signal_connect(player, "stops-changed", G_CALLBACK(source_changed), bar);
  g_signal_connect(player, "changed", G_CALLBACK(player_changed), bar);
  g_signal_connect(player, "notify::playing", G_CALLBACK(playing_changed), bar);
  source_changed(player, bar);
  return GTK_WIDGET(bar);
}

void transport_bar_add_end(TransportBar *bar, GtkWidget *child)
{
  gtk_widget_set_valign(child, GTK_ALIGN_CENTER);
  gtk_box_pack_start(GTK_BOX(bar->end), child, FALSE, FALSE, 0);
}

void transport_bar_set_presenter(TransportBar *bar, bool presenter)
{
  GtkWidget *const plain[] = {bar->buttons, bar->step_label, bar->step, bar->speed, bar->word, bar->end};
  for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
    gtk_widget_set_visible(plain[i], !presenter);
  gtk_widget_set_visible(bar->hint, presenter);
}
