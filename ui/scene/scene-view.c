/* SPDX-License-Identifier: MIT */
/* The stage as a widget: one drawing, and buttons that people reach by mouse, key and screen reader. */
#include "ui/scene/scene-view.h"

#include "base/i18n.h"
#include "ui/scene/host-popover.h"
#include "ui/scene/scene-draw.h"
#include "ui/scene/scene-export.h"
#include "ui/scene/scene-text.h"

#include <math.h>
#include <string.h>

#define FOLD_SECONDS 0.2
#define LONGEST_TICK 100000 /* µs: a window that was stopped does not leap */

struct _SceneView {
  GtkOverlay parent_instance;
  Player *player;
  SceneState *state;   /* NULL without a source */
  SceneLayout *layout; /* NULL until drawn, and when something has changed its size */
  GtkWidget *stage, *eve;
  GPtrArray *buttons; /* GtkWidget, one a host */
  GtkCssProvider *style;
  GtkWidget *ticking; /* weak: where the tick callback is */
  guint tick;
  gint64 last_frame;
  double fold[PLACE_COUNT], fold_from[PLACE_COUNT], fold_to[PLACE_COUNT];
  double fold_part; /* 0 … 1 of the way */
  bool presenter, dragging;
};

G_DEFINE_TYPE(SceneView, scene_view, GTK_TYPE_OVERLAY)

enum { SIGNAL_EVE_MOVED, SIGNAL_HOST_ACTIVATED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static bool has_motion(SceneView *view)
{
  gboolean animated = TRUE;
  g_object_get(gtk_widget_get_settings(GTK_WIDGET(view)), "gtk-enable-animations", &animated, NULL);
  return animated;
}

/* The font of the widget; in presenter mode the person's font twice as large, or as large as the window
 * bears. */
static SceneFont find_font(SceneView *view)
{
  PangoContext *context = gtk_widget_get_pango_context(GTK_WIDGET(view));
  double resolution = pango_cairo_context_get_resolution(context);
  const PangoFontDescription *description = pango_context_get_font_description(context);
  g_autoptr(PangoFontDescription) chosen = NULL;
  double factor = 1;
  if (view->presenter) {
    g_autofree char *name = NULL;
    g_object_get(gtk_widget_get_settings(GTK_WIDGET(view)), "gtk-font-name", &name, NULL);
    chosen = pango_font_description_from_string(name != NULL ? name : "Sans 10");
    description = chosen;
    int height = gtk_widget_get_allocated_height(gtk_widget_get_toplevel(GTK_WIDGET(view)));
    factor = CLAMP(height / 540.0, 1, 2);
  }
  double size = (double)pango_font_description_get_size(description) / PANGO_SCALE;
  if (!pango_font_description_get_size_is_absolute(description))
    size *= (resolution > 0 ? resolution : 96) / 72;
  const char *family = pango_font_description_get_family(description);
  return (SceneFont){g_strdup(family != NULL ? family : "Sans"), fmax(size, 8) * factor};
}

static void forget_layout(SceneView *view)
{
  g_clear_pointer(&view->layout, scene_layout_free);
  gtk_widget_queue_resize(view->stage);
  gtk_widget_queue_draw(view->stage);
}

static SceneLayout *get_layout(SceneView *view)
{
  double width = gtk_widget_get_allocated_width(view->stage),
         height = gtk_widget_get_allocated_height(view->stage);
  if (view->layout != NULL && (view->layout->frame.width != width || view->layout->frame.height != height))
    g_clear_pointer(&view->layout, scene_layout_free);
  if (view->layout != NULL || view->state == NULL || width < 2 || height < 2) return view->layout;
  SceneFont font = find_font(view);
  SceneFrame frame = {
      .width = width, .height = height, .font = font.family, .em = font.em, .presenter = view->presenter};
  scene_layout_find_fold(view->state, &frame, view->fold_to);
  if (view->fold_part >= 1) memcpy(view->fold, view->fold_to, sizeof view->fold);
  frame.fold = view->fold;
  view->layout = scene_layout_new(view->state, &frame);
  view->layout->frame.font = NULL; /* it keeps a copy of its own */
  view->layout->frame.fold = NULL;
  g_free(font.family);
  return view->layout;
}

static gboolean draw_stage(GtkWidget *stage, cairo_t *cr, SceneView *view)
{
  const Palette *palette = palette_get_for_widget(stage);
  const SceneLayout *layout = get_layout(view);
  if (layout != NULL) {
    scene_draw(cr, view->state, layout, palette);
    return FALSE;
  }
  palette_set_source(palette, COLOR_STAGE, cr);
  cairo_paint(cr);
  return FALSE;
}

/* A host's button covers its box, the strip of a folded place included. */
static gboolean place_child(GtkOverlay *overlay, GtkWidget *child, GdkRectangle *place, gpointer data)
{
  (void)data;
  SceneView *view = CARTEIRO_SCENE_VIEW(overlay);
  const SceneLayout *layout = get_layout(view);
  if (layout == NULL) return FALSE;
  const SceneBox *box = child == view->eve ? &layout->eve : NULL;
  for (guint i = 0; i < view->buttons->len && i < layout->host_count; i++)
    if (g_ptr_array_index(view->buttons, i) == child) box = &layout->hosts[i].box;
  if (box == NULL) return FALSE;
  *place = (GdkRectangle){(int)box->x, (int)box->y, MAX(1, (int)box->width), MAX(1, (int)box->height)};
  return TRUE;
}

static void name_button(GtkWidget *button, const char *name)
{
  AtkObject *accessible = gtk_widget_get_accessible(button);
  if (g_strcmp0(atk_object_get_name(accessible), name) == 0) return;
  atk_object_set_name(accessible, name);
  gtk_widget_set_tooltip_text(button, name);
}

static void name_buttons(SceneView *view)
{
  for (guint i = 0; i < view->buttons->len; i++) {
    g_autofree char *name = scene_text_host_accessible(view->state, i);
    name_button(g_ptr_array_index(view->buttons, i), name);
  }
  g_autofree char *eve = scene_text_eve_accessible(view->state);
  name_button(view->eve, eve);
}

/* Places fold and unfold when the step takes other parties. */
static void check_fold(SceneView *view)
{
  if (view->layout == NULL) return;
  SceneFrame frame = {
      .width = view->layout->frame.width, .em = view->layout->frame.em, .presenter = view->presenter};
  double wanted[PLACE_COUNT];
  scene_layout_find_fold(view->state, &frame, wanted);
  if (memcmp(wanted, view->fold_to, sizeof wanted) == 0) return;
  memcpy(view->fold_from, view->fold, sizeof wanted);
  memcpy(view->fold_to, wanted, sizeof wanted);
  view->fold_part = has_motion(view) ? 0 : 1;
  forget_layout(view);
}

static void need_tick(SceneView *view);

static void player_changed(Player *player, SceneView *view)
{
  if (view->state == NULL) return;
  scene_state_seek(view->state, player_get_cursor(player));
  check_fold(view);
  name_buttons(view);
  need_tick(view);
  gtk_widget_queue_draw(view->stage);
}

static void move_fold(SceneView *view, gint64 microseconds)
{
  if (view->fold_part >= 1) return;
  view->fold_part = fmin(1, view->fold_part + (double)microseconds / 1e6 / FOLD_SECONDS);
  double rest = 1 - view->fold_part, eased = 1 - rest * rest * rest;
  for (guint i = 0; i < PLACE_COUNT; i++)
    view->fold[i] = view->fold_from[i] + (view->fold_to[i] - view->fold_from[i]) * eased;
  forget_layout(view);
}

static gboolean tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  (void)widget;
  SceneView *view = data;
  gint64 now = gdk_frame_clock_get_frame_time(clock);
  gint64 passed = view->last_frame == 0 ? 0 : MIN(now - view->last_frame, LONGEST_TICK);
  view->last_frame = now;
  move_fold(view, passed);
  player_tick(view->player, passed);
  if (player_is_playing(view->player) || view->fold_part < 1) return G_SOURCE_CONTINUE;
  view->tick = 0;
  return G_SOURCE_REMOVE;
}

static void stop_ticks(SceneView *view)
{
  if (view->tick != 0 && view->ticking != NULL) gtk_widget_remove_tick_callback(view->ticking, view->tick);
  view->tick = 0;
  g_clear_weak_pointer(&view->ticking);
}

/* On the window, so that playing goes on while another page is shown. */
static void need_tick(SceneView *view)
{
  if (view->ticking == NULL) view->tick = 0;
  if (view->tick != 0 || (!player_is_playing(view->player) && view->fold_part >= 1)) return;
  g_set_weak_pointer(&view->ticking, gtk_widget_get_toplevel(GTK_WIDGET(view)));
  view->last_frame = 0;
  view->tick = gtk_widget_add_tick_callback(view->ticking, tick, view, NULL);
}

static void playing_changed(Player *player, GParamSpec *spec, SceneView *view)
{
  (void)player;
  (void)spec;
  player_set_reduced_motion(view->player, !has_motion(view));
  need_tick(view);
}

static void host_clicked(GtkButton *button, SceneView *view)
{
  guint host;
  if (view->state == NULL || !g_ptr_array_find(view->buttons, button, &host)) return;
  g_signal_emit(view, signals[SIGNAL_HOST_ACTIVATED], 0, host);
  host_popover_show(GTK_WIDGET(button), view->state, host);
}

static void move_eve(guint link, gpointer data)
{
  SceneView *view = data;
  if (view->state == NULL || view->state->eve_link == link) return;
  scene_view_set_eve_link(view, link);
  g_signal_emit(view, signals[SIGNAL_EVE_MOVED], 0, link);
}

static void eve_clicked(GtkButton *button, SceneView *view)
{
  if (view->state != NULL) eve_popover_show(GTK_WIDGET(button), view->state, move_eve, view);
}

static GtkWidget *button_new(SceneView *view, GCallback clicked)
{
  GtkWidget *button = gtk_button_new();
  GtkStyleContext *style = gtk_widget_get_style_context(button);
  gtk_style_context_add_class(style, "scene-host");
  gtk_style_context_add_provider(style, GTK_STYLE_PROVIDER(view->style),
                                 GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  g_signal_connect(button, "clicked", clicked, view);
  gtk_overlay_add_overlay(GTK_OVERLAY(view), button);
  gtk_widget_show(button);
  return button;
}

static void make_buttons(SceneView *view)
{
  for (guint i = 0; i < view->buttons->len; i++)
    gtk_widget_destroy(g_ptr_array_index(view->buttons, i));
  g_ptr_array_set_size(view->buttons, 0);
  gtk_widget_set_visible(view->eve, view->state != NULL);
  for (guint i = 0; view->state != NULL && i < view->state->host_count; i++)
    g_ptr_array_add(view->buttons, button_new(view, G_CALLBACK(host_clicked)));
}

static void source_changed(Player *player, SceneView *view)
{
  const SceneSource *source = player_get_source(player);
  bool same =
      source != NULL && view->state != NULL && memcmp(source, &view->state->source, sizeof *source) == 0;
  if (same || (source == NULL && view->state == NULL)) return;
  g_clear_pointer(&view->state, scene_state_free);
  if (source != NULL) {
    view->state = scene_state_new(source);
    scene_state_seek(view->state, player_get_cursor(player));
  }
  make_buttons(view);
  if (view->state != NULL) name_buttons(view);
  view->fold_part = 1;
  forget_layout(view);
}

static void style_updated(GtkWidget *widget)
{
  SceneView *view = CARTEIRO_SCENE_VIEW(widget);
  GTK_WIDGET_CLASS(scene_view_parent_class)->style_updated(widget);
  char focus[PALETTE_HEX], text[PALETTE_HEX];
  const Palette *palette = palette_get_for_widget(widget);
  palette_hex(palette, COLOR_ACCENT, focus);
  palette_hex(palette, COLOR_TEXT, text);
  g_autofree char *css = g_strdup_printf(
      ".scene-host { background: none; border: none; box-shadow: none; padding: 0; min-width: 0; min-height: "
      "0;"
      " border-radius: 5px; outline: 2px solid transparent; outline-offset: 2px; -gtk-outline-radius: 7px; }"
      ".scene-host:hover { background: alpha(%s, 0.06); } .scene-host:active { background: alpha(%s, 0.12); }"
      ".scene-host:focus { outline-color: %s; }",
      text, text, focus);
  gtk_css_provider_load_from_data(view->style, css, -1, NULL);
  if (view->stage != NULL) forget_layout(view);
}

/* Nearest link to a point, within reach; UINT_MAX for none. */
static guint link_near(const SceneLayout *layout, double x, double y)
{
  guint best = UINT_MAX;
  double least = 48 * layout->unit;
  for (guint i = 0; i < layout->link_count; i++)
    for (guint part = 0; part <= 20 && layout->links[i].count >= 2; part++) {
      ScenePoint at = scene_path_point(&layout->links[i], part / 20.0);
      double distance = hypot(at.x - x, at.y - y);
      if (distance >= least) continue;
      least = distance;
      best = i;
    }
  return best;
}

static void drag_begin(GtkGestureDrag *gesture, double x, double y, SceneView *view)
{
  const SceneLayout *layout = get_layout(view);
  view->dragging =
      layout != NULL && layout->lead.count > 0 &&
      hypot(layout->ring.x - x, layout->ring.y - y) <= fmax(17, layout->ring_radius + 6 * layout->unit);
  gtk_gesture_set_state(GTK_GESTURE(gesture),
                        view->dragging ? GTK_EVENT_SEQUENCE_CLAIMED : GTK_EVENT_SEQUENCE_DENIED);
}

static void drag_update(GtkGestureDrag *gesture, double right, double down, SceneView *view)
{
  double x, y;
  const SceneLayout *layout = get_layout(view);
  if (!view->dragging || layout == NULL || !gtk_gesture_drag_get_start_point(gesture, &x, &y)) return;
  guint link = link_near(layout, x + right, y + down);
  if (link != UINT_MAX) move_eve(link, view);
}

static GtkSizeRequestMode request_mode(GtkWidget *widget)
{
  (void)widget;
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void height_for_width(GtkWidget *widget, int width, int *least, int *natural)
{
  SceneView *view = CARTEIRO_SCENE_VIEW(widget);
  SceneFont font = find_font(view);
  double height = scene_layout_least_height(font.em);
  g_free(font.family);
  *least = (int)ceil(view->presenter ? height * 0.8 : height);
  /* 256 px in a window 1280 wide, 320 in one of 1920. */
  double wide = height + CLAMP((width - 1280) / 10, 0, 64);
  if (view->presenter)
    wide = fmax(wide, 0.52 * gtk_widget_get_allocated_height(gtk_widget_get_toplevel(widget)));
  *natural = MAX(*least, (int)wide);
  if (!view->presenter) *least = *natural;
}

static void preferred_height(GtkWidget *widget, int *least, int *natural)
{
  height_for_width(widget, 1280, least, natural);
}

static void preferred_width(GtkWidget *widget, int *least, int *natural)
{
  (void)widget;
  *least = 640;
  *natural = 1256;
}

static void scene_view_dispose(GObject *object)
{
  SceneView *view = CARTEIRO_SCENE_VIEW(object);
  stop_ticks(view);
  if (view->player != NULL) g_signal_handlers_disconnect_by_data(view->player, view);
  g_clear_object(&view->player);
  g_clear_pointer(&view->state, scene_state_free);
  G_OBJECT_CLASS(scene_view_parent_class)->dispose(object);
}

static void scene_view_finalize(GObject *object)
{
  SceneView *view = CARTEIRO_SCENE_VIEW(object);
  g_clear_pointer(&view->layout, scene_layout_free);
  g_ptr_array_unref(view->buttons);
  g_object_unref(view->style);
  G_OBJECT_CLASS(scene_view_parent_class)->finalize(object);
}

static void scene_view_class_init(SceneViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
  G_OBJECT_CLASS(class)->dispose = scene_view_dispose;
  G_OBJECT_CLASS(class)->finalize = scene_view_finalize;
  widget_class->style_updated = style_updated;
  widget_class->get_request_mode = request_mode;
  widget_class->get_preferred_height_for_width = height_for_width;
  widget_class->get_preferred_height = preferred_height;
  widget_class->get_preferred_width = preferred_width;
  GType type = G_TYPE_FROM_CLASS(class);
  signals[SIGNAL_EVE_MOVED] =
      g_signal_new("eve-moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_HOST_ACTIVATED] = g_signal_new("host-activated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void scene_view_init(SceneView *view)
{
  view->buttons = g_ptr_array_new();
  view->style = gtk_css_provider_new();
  view->fold_part = 1;
  view->stage = gtk_drawing_area_new();
  gtk_widget_add_events(view->stage,
                        GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK);
  g_signal_connect(view->stage, "draw", G_CALLBACK(draw_stage), view);
  gtk_container_add(GTK_CONTAINER(view), view->stage);
  gtk_widget_show(view->stage);
  view->eve = button_new(view, G_CALLBACK(eve_clicked));
  gtk_widget_hide(view->eve);
  gtk_widget_set_no_show_all(view->eve, TRUE);
  g_signal_connect(view, "get-child-position", G_CALLBACK(place_child), NULL);
  GtkGesture *drag = gtk_gesture_drag_new(view->stage);
  g_signal_connect(drag, "drag-begin", G_CALLBACK(drag_begin), view);
  g_signal_connect(drag, "drag-update", G_CALLBACK(drag_update), view);
  g_object_set_data_full(G_OBJECT(view->stage), "drag", drag, g_object_unref);
  AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(view));
  atk_object_set_name(accessible, _("Stage"));
  atk_object_set_role(accessible, ATK_ROLE_PANEL);
}

GtkWidget *scene_view_new(Player *player)
{
  SceneView *view = g_object_new(TYPE_SCENE_VIEW, NULL);
  view->player = g_object_ref(player);
  g_signal_connect(player, "stops-changed", G_CALLBACK(source_changed), view);
  g_signal_connect(player, "changed", G_CALLBACK(player_changed), view);
  g_signal_connect(player, "notify::playing", G_CALLBACK(playing_changed), view);
  source_changed(player, view);
  gtk_widget_show(GTK_WIDGET(view));
  return GTK_WIDGET(view);
}

void scene_view_set_eve_link(SceneView *view, guint link)
{
  if (view->state == NULL || view->state->eve_link == link) return;
  scene_state_set_eve_link(view->state, link);
  name_buttons(view);
  forget_layout(view);
}

void scene_view_set_presenter(SceneView *view, bool presenter)
{
  if (view->presenter == presenter) return;
  view->presenter = presenter;
  view->fold_part = 1;
  gtk_widget_queue_resize(GTK_WIDGET(view));
  forget_layout(view);
}

bool scene_view_export(SceneView *view, const char *path, int width, int height, GError **error)
{
  SceneFont font = find_font(view);
  SceneFrame frame = {.width = width > 0 ? width : gtk_widget_get_allocated_width(view->stage),
                      .height = height > 0 ? height : gtk_widget_get_allocated_height(view->stage),
                      .font = font.family,
                      .em = font.em,
                      .presenter = view->presenter};
  bool written = view->state != NULL &&
                 scene_export(view->state, &frame, palette_get_for_widget(GTK_WIDGET(view)), path, error);
  if (view->state == NULL)
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%s: there is nothing on the stage"), path);
  g_free(font.family);
  return written;
}
