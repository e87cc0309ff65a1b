/* SPDX-License-Identifier: MIT */
/* The window's parts and how they follow one another: list to detail, player to list. */
#include "ui/window/main-window.h"

#include "base/i18n.h"
#include "ui/detail/detail-view.h"
#include "ui/timeline/timeline-view.h"
#include "ui/window/message-bar.h"
#include "ui/window/recent-menu.h"
#include "ui/window/stage-box.h"
#include "ui/window/style.h"
#include "ui/window/window-keys.h"

/* In px at 96 dpi: the detail's width; in a window narrower than that it stands below the list, where there
 * is height for both. */
#define DETAIL_WIDTH 410
#define DETAIL_WIDTH_NARROW 350
#define WIDTH_FOR_DETAIL 1000
#define HEIGHT_FOR_BOTH 340

struct _MainWindow {
  GtkApplicationWindow parent;
  GtkHeaderBar *header;
  GtkMenuButton *recent_button, *menu_button;
  GtkProgressBar *progress;
  GtkBox *messages, *stage, *status_bar;
  GtkStack *pages;
  GtkLabel *empty_title, *empty_text, *status, *status_end;
  GtkPaned *paned;
  GtkWidget *cancel_button;
  TimelineView *lines;
  DetailView *detail;
  GtkWidget *message;
  Player *player;
  DetailVocabulary find_vocabulary;
  uint32_t eve_link;
  guint fit_source;
  int fitted_width, fitted_height;
  bool fitted_high;
  bool turned; /* the paned, since it was laid out last */
};

G_DEFINE_TYPE(MainWindow, main_window, GTK_TYPE_APPLICATION_WINDOW)

static void line_selected(TimelineView *lines, MainWindow *window)
{
  const Row *row = timeline_view_get_selected(lines);
  DetailLine line = {timeline_view_get_model(lines), row, window->find_vocabulary, window->eve_link};
  detail_view_set(window->detail, row == NULL ? NULL : &line);
}

static void line_activated(TimelineView *lines, MainWindow *window)
{
  const Row *row = timeline_view_get_selected(lines);
  if (row == NULL || window->player == NULL) return;
  player_pause(window->player);
  player_seek(window->player, row->time);
}

/* A link may lead to a line that the play head has not reached: then the player goes there. */
static void line_linked(DetailView *detail, guint id, MainWindow *window)
{
  (void)detail;
  TimelineModel *model = timeline_view_get_model(window->lines);
  if (model == NULL) return;
  Timeline *timeline = timeline_model_get_timeline(model);
  int64_t index = timeline_find_id(timeline, id);
  if (index < 0) return;
  const Row *row = timeline_get_row(timeline, (uint32_t)index);
  if (window->player != NULL && row->time > player_get_cursor(window->player)) {
    player_pause(window->player);
    player_seek(window->player, row->time);
  }
  timeline_view_select(window->lines, timeline_model_find_id(model, id));
}

/* The list shows what has been said by now, and its last line is the one that is explained. */
static void player_changed(Player *player, MainWindow *window)
{
  TimelineModel *model = timeline_view_get_model(window->lines);
  if (model == NULL) return;
  uint32_t before = timeline_model_get_count(model);
  timeline_view_set_horizon(window->lines, player_get_cursor(player));
  uint32_t count = timeline_model_get_count(model);
  if (count == before) return;
  timeline_view_select(window->lines, (int64_t)count - 1);
  if (count == 0) detail_view_set(window->detail, NULL);
}

static void drop_player(MainWindow *window)
{
  if (window->player == NULL) return;
  player_pause(window->player);
  g_signal_handlers_disconnect_by_data(window->player, window);
  g_clear_object(&window->player);
}

static void set_player(MainWindow *window, Player *player)
{
  if (window->player == player) return;
  drop_player(window);
  g_autoptr(GList) old = gtk_container_get_children(GTK_CONTAINER(window->stage));
  for (GList *child = old; child != NULL; child = child->next)
    gtk_widget_destroy(child->data);
  gtk_widget_set_visible(GTK_WIDGET(window->stage), player != NULL);
  if (player == NULL) return;
  window->player = g_object_ref(player);
  gtk_container_add(GTK_CONTAINER(window->stage), stage_box_new(player));
  g_signal_connect(player, "changed", G_CALLBACK(player_changed), window);
}

void main_window_show_lines(MainWindow *window, TimelineModel *model, Player *player, uint32_t eve_link,
                            const char *title, const char *subtitle)
{
  window->eve_link = eve_link;
  set_player(window, player);
  timeline_view_set_model(window->lines, model);
  if (player != NULL) timeline_view_set_horizon(window->lines, player_get_cursor(player));
  gtk_header_bar_set_title(window->header, title);
  gtk_header_bar_set_subtitle(window->header, subtitle);
  g_autofree char *whole = g_strdup_printf("%s – Carteiro", title);
  gtk_window_set_title(GTK_WINDOW(window), strcmp(title, "Carteiro") == 0 ? title : whole);
  gtk_stack_set_visible_child_name(window->pages, "lines");
  window_keys_enable_player(window, player != NULL);
  if (gtk_window_get_focus(GTK_WINDOW(window)) == NULL) timeline_view_focus(window->lines);
}

void main_window_show_empty(MainWindow *window, const char *heading, const char *sentence)
{
  set_player(window, NULL);
  timeline_view_set_model(window->lines, NULL);
  gtk_label_set_text(window->empty_title, heading);
  gtk_label_set_text(window->empty_text, sentence);
  gtk_stack_set_visible_child_name(window->pages, "empty");
  window_keys_enable_player(window, false);
}

void main_window_set_placeholder(MainWindow *window, const char *text)
{
  timeline_view_set_placeholder(window->lines, text);
}

bool main_window_take_rows(MainWindow *window)
{
  return timeline_view_take_rows(window->lines);
}

void main_window_set_progress(MainWindow *window, double fraction)
{
  if (fraction < 0)
    gtk_progress_bar_pulse(window->progress);
  else
    gtk_progress_bar_set_fraction(window->progress, MIN(fraction, 1.0));
  gtk_widget_show(GTK_WIDGET(window->progress));
  gtk_widget_show(window->cancel_button);
}

void main_window_end_progress(MainWindow *window)
{
  gtk_widget_hide(GTK_WIDGET(window->progress));
  gtk_widget_hide(window->cancel_button);
}

void main_window_show_message(MainWindow *window, GtkMessageType type, const char *text)
{
  main_window_clear_message(window);
  window->message = message_bar_new(type, text);
  g_signal_connect(window->message, "destroy", G_CALLBACK(gtk_widget_destroyed), &window->message);
  gtk_container_add(GTK_CONTAINER(window->messages), window->message);
}

void main_window_clear_message(MainWindow *window)
{
  if (window->message != NULL) gtk_widget_destroy(window->message);
}

void main_window_set_status(MainWindow *window, const char *text)
{
  gtk_label_set_text(window->status, text);
}

/* The keyboard's side */

Player *main_window_get_player(MainWindow *window)
{
  return window->player;
}

GtkWidget *main_window_get_area(MainWindow *window, int index)
{
  GtkWidget *const areas[] = {GTK_WIDGET(window->header), GTK_WIDGET(window->stage),
                              GTK_WIDGET(window->lines), GTK_WIDGET(window->detail)};
  return index < (int)G_N_ELEMENTS(areas) ? areas[index] : NULL;
}

void main_window_show_detail(MainWindow *window, int page)
{
  detail_view_show_page(window->detail, (DetailPage)page);
}

void main_window_open_menu(MainWindow *window)
{
  gtk_button_clicked(GTK_BUTTON(window->menu_button));
}

/* Sizes */

static gboolean place_divider(gpointer data)
{
  MainWindow *window = data;
  window->fit_source = 0;
  bool beside = gtk_orientable_get_orientation(GTK_ORIENTABLE(window->paned)) == GTK_ORIENTATION_HORIZONTAL;
  int width = gtk_widget_get_allocated_width(GTK_WIDGET(window->paned));
  int height = gtk_widget_get_allocated_height(GTK_WIDGET(window->paned));
  int detail = width >= WIDTH_FOR_DETAIL ? DETAIL_WIDTH : DETAIL_WIDTH_NARROW;
  gtk_paned_set_position(window->paned, beside ? width - detail : height * 55 / 100);
  return G_SOURCE_REMOVE;
}

/* A paned that turns measures its divider along the other axis until it has been laid out once: the divider
 * is set after that. */
static gboolean fit(gpointer data)
{
  MainWindow *window = data;
  window->fit_source = 0;
  bool beside = gtk_widget_get_allocated_width(GTK_WIDGET(window->paned)) >= WIDTH_FOR_DETAIL ||
                gtk_widget_get_allocated_height(GTK_WIDGET(window->paned)) < HEIGHT_FOR_BOTH;
  GtkOrientation wanted = beside ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL;
  if (gtk_orientable_get_orientation(GTK_ORIENTABLE(window->paned)) == wanted) return place_divider(window);
  gtk_orientable_set_orientation(GTK_ORIENTABLE(window->paned), wanted);
  window->turned = true;
  return G_SOURCE_REMOVE;
}

/* A new width, or the stage coming or going, places the divider anew; between two, it stays where the person
 * put it. */
static void size_allocated(GtkWidget *widget, GtkAllocation *allocation, gpointer data)
{
  MainWindow *window = data;
  if (window->turned) {
    window->turned = false;
    if (window->fit_source == 0)
      window->fit_source = g_idle_add_full(G_PRIORITY_HIGH_IDLE, place_divider, window, NULL);
  }
  bool high = allocation->height >= HEIGHT_FOR_BOTH;
  bool below = gtk_orientable_get_orientation(GTK_ORIENTABLE(widget)) == GTK_ORIENTATION_VERTICAL;
  bool same_height = !below || allocation->height == window->fitted_height;
  if (allocation->width == window->fitted_width && high == window->fitted_high && same_height) return;
  window->fitted_width = allocation->width;
  window->fitted_height = allocation->height;
  window->fitted_high = high;
  if (window->fit_source == 0)
    window->fit_source = g_idle_add_full(GTK_PRIORITY_RESIZE - 1, fit, window, NULL);
}

static void main_window_dispose(GObject *object)
{
  MainWindow *window = MAIN_WINDOW(object);
  g_clear_handle_id(&window->fit_source, g_source_remove);
  drop_player(window);
  G_OBJECT_CLASS(main_window_parent_class)->dispose(object);
}

static gboolean main_window_key_press(GtkWidget *widget, GdkEventKey *event)
{
  MainWindow *window = MAIN_WINDOW(widget);
  if (window_keys_before(window, event)) return GDK_EVENT_STOP;
  if (GTK_WIDGET_CLASS(main_window_parent_class)->key_press_event(widget, event)) return GDK_EVENT_STOP;
  if (event->keyval != GDK_KEY_Escape) return GDK_EVENT_PROPAGATE;
  if (window->message != NULL)
    main_window_clear_message(window);
  else
    g_action_group_activate_action(G_ACTION_GROUP(gtk_window_get_application(GTK_WINDOW(window))), "cancel",
                                   NULL);
  return GDK_EVENT_STOP;
}

static void main_window_class_init(MainWindowClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
  G_OBJECT_CLASS(class)->dispose = main_window_dispose;
  widget->key_press_event = main_window_key_press;
  gtk_widget_class_set_template_from_resource(widget, "/io/github/carteiro/Carteiro/main-window.ui");
  gtk_widget_class_bind_template_child(widget, MainWindow, header);
  gtk_widget_class_bind_template_child(widget, MainWindow, recent_button);
  gtk_widget_class_bind_template_child(widget, MainWindow, menu_button);
  gtk_widget_class_bind_template_child(widget, MainWindow, progress);
  gtk_widget_class_bind_template_child(widget, MainWindow, messages);
  gtk_widget_class_bind_template_child(widget, MainWindow, stage);
  gtk_widget_class_bind_template_child(widget, MainWindow, status_bar);
  gtk_widget_class_bind_template_child(widget, MainWindow, pages);
  gtk_widget_class_bind_template_child(widget, MainWindow, empty_title);
  gtk_widget_class_bind_template_child(widget, MainWindow, empty_text);
  gtk_widget_class_bind_template_child(widget, MainWindow, status);
  gtk_widget_class_bind_template_child(widget, MainWindow, status_end);
  gtk_widget_class_bind_template_child(widget, MainWindow, paned);
  gtk_widget_class_bind_template_child(widget, MainWindow, cancel_button);
}

static void add_menus(MainWindow *window, GtkApplication *application)
{
  g_autoptr(GMenuModel) recent = recent_menu_new();
  GMenu *menu = gtk_application_get_menu_by_id(application, "primary-menu");
  gtk_menu_button_set_menu_model(window->recent_button, recent);
  gtk_menu_button_set_menu_model(window->menu_button, G_MENU_MODEL(menu));
}

static void main_window_init(MainWindow *window)
{
  gtk_widget_init_template(GTK_WIDGET(window));
  style_follow(GTK_WIDGET(window));
  window->eve_link = UINT32_MAX;
  window->lines = TIMELINE_VIEW(timeline_view_new());
  window->detail = DETAIL_VIEW(detail_view_new());
  gtk_widget_set_size_request(GTK_WIDGET(window->lines), 420, 100);
  gtk_widget_set_size_request(GTK_WIDGET(window->detail), 300, 100);
  gtk_paned_pack1(window->paned, GTK_WIDGET(window->lines), TRUE, FALSE);
  gtk_paned_pack2(window->paned, GTK_WIDGET(window->detail), FALSE, FALSE);
  gtk_label_set_text(window->status_end, _("Secrets masked"));
  g_signal_connect(window->lines, "line-selected", G_CALLBACK(line_selected), window);
  g_signal_connect(window->lines, "line-activated", G_CALLBACK(line_activated), window);
  g_signal_connect(window->detail, "line-linked", G_CALLBACK(line_linked), window);
  g_signal_connect(window->paned, "size-allocate", G_CALLBACK(size_allocated), window);
  window_keys_add_actions(window);
}

/* A projector may be smaller than the window would like to be: then the window takes all of it. */
static void fit_screen(MainWindow *window)
{
  int width, height;
  GdkRectangle area;
  GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(window));
  GdkMonitor *monitor = gdk_display_get_primary_monitor(display);
  if (monitor == NULL) monitor = gdk_display_get_monitor(display, 0);
  if (monitor == NULL) return;
  gdk_monitor_get_workarea(monitor, &area);
  gtk_window_get_default_size(GTK_WINDOW(window), &width, &height);
  if (width < area.width && height < area.height) return;
  gtk_window_set_default_size(GTK_WINDOW(window), MIN(width, area.width * 9 / 10),
                              MIN(height, area.height * 9 / 10));
  gtk_window_maximize(GTK_WINDOW(window));
}

MainWindow *main_window_new(GtkApplication *application, DetailVocabulary find_vocabulary)
{
  MainWindow *window = g_object_new(MAIN_TYPE_WINDOW, "application", application, NULL);
  window->find_vocabulary = find_vocabulary;
  add_menus(window, application);
  fit_screen(window);
  return window;
}
