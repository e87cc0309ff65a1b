/* SPDX-License-Identifier: MIT */
/* What the window shows and why: a capture while it is read, or the walk of Alice's letter. */
#include "app/desktop/application.h"

#include "app/desktop/capture-loader.h"
#include "app/desktop/dialogs.h"
#include "app/desktop/scenario-menu.h"
#include "app/desktop/simulation.h"
#include "base/i18n.h"
#include "protocol/registry.h"
#include "ui/window/main-window.h"
#include "ui/window/window-keys.h"

#include <glib-unix.h>
#include <inttypes.h>

#define LOOK_EVERY 16 /* ms between looks at a loader */

struct _CarteiroApplication {
  GtkApplication parent;
  MainWindow *window;
  Simulation *simulation;
  TimelineModel *model;  /* of what is shown; NULL on the empty page */
  CaptureLoader *loader; /* NULL when nothing is being read */
  char *loading_name;
  char *loading_uri;
  bool loader_shown; /* the loader's timeline is what the window shows */
  guint look_source;
};

G_DEFINE_TYPE(CarteiroApplication, carteiro_application, GTK_TYPE_APPLICATION)

static void set_saving(CarteiroApplication *application)
{
  GAction *save = g_action_map_lookup_action(G_ACTION_MAP(application), "save-as");
  g_simple_action_set_enabled(G_SIMPLE_ACTION(save), application->simulation != NULL);
}

static void append_count(GString *text, const char *singular, const char *plural, uint64_t count)
{
  char number[I18N_NUMBER_TEXT];
  i18n_format_number(count, number);
  if (text->len > 0) g_string_append(text, " · ");
  g_string_append_printf(text, g_dngettext(GETTEXT_PACKAGE, singular, plural, (gulong)count), number);
}

/* Both forms of a counted noun, for xgettext. */
#define COUNTED(singular, plural) singular, plural

/* The foot says how much there is; frames are known when all is read. */
static void show_counts(CarteiroApplication *application, const char *title, uint64_t frames)
{
  g_autoptr(GString) text = g_string_new(title);
  if (frames > 0) append_count(text, COUNTED("%s frame", "%s frames"), frames);
  append_count(text, COUNTED("%s line", "%s lines"), timeline_model_get_count(application->model));
  append_count(text, COUNTED("%s conversation", "%s conversations"),
               timeline_model_get_conversations(application->model));
  main_window_set_status(application->window, text->str);
}

static void take_model(CarteiroApplication *application, Timeline *timeline, NameTable *names)
{
  g_clear_object(&application->model);
  application->model = timeline_model_new(timeline, names);
}

static void stop_loading(CarteiroApplication *application)
{
  g_clear_handle_id(&application->look_source, g_source_remove);
  g_clear_pointer(&application->loader, capture_loader_free);
  g_clear_pointer(&application->loading_name, g_free);
  g_clear_pointer(&application->loading_uri, g_free);
  if (application->window != NULL) main_window_end_progress(application->window);
}

/* The simulated walk */

static void set_stops(Player *player, Timeline *timeline)
{
  g_autoptr(GArray) stops = g_array_new(FALSE, FALSE, sizeof(Nanoseconds));
  for (uint32_t i = 0; i < timeline_get_count(timeline); i++) {
    const Row *row = timeline_get_row(timeline, i);
    if (row->kind == LINE_NOTE || row->kind == LINE_SESSION) continue;
    Nanoseconds last = stops->len == 0 ? INT64_MIN : g_array_index(stops, Nanoseconds, stops->len - 1);
    if (row->time > last) g_array_append_val(stops, row->time);
  }
  player_set_stops(player, (const Nanoseconds *)(void *)stops->data, stops->len);
}

static void show_simulated_counts(Player *player, CarteiroApplication *application)
{
  (void)player;
  if (application->simulation == NULL) return;
  g_autofree char *title =
      g_strdup_printf(_("%s · seed %" PRIu64), simulation_get_title(application->simulation),
                      simulation_get_seed(application->simulation));
  show_counts(application, title, 0);
}

/* Runs a scenario, boxed or in a file, and shows it from its beginning. */
static void watch(CarteiroApplication *application, const char *scenario)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Simulation) simulation = simulation_new(scenario, &error);
  main_window_clear_message(application->window);
  if (simulation == NULL) {
    main_window_show_message(application->window, GTK_MESSAGE_ERROR, error->message);
    return;
  }
  stop_loading(application);
  g_autoptr(Player) player = player_new();
  guint eve_link = world_get_eve_link(simulation_get_world(simulation));
  player_take_world(player, simulation_steal_world(simulation));
  set_stops(player, simulation_get_timeline(simulation));
  take_model(application, simulation_get_timeline(simulation), simulation_get_names(simulation));
  main_window_set_placeholder(application->window, _("Press Play: each line appears here as it is said."));
  main_window_show_lines(application->window, application->model, player, eve_link,
                         simulation_get_title(simulation), NULL);
  g_clear_pointer(&application->simulation, simulation_free);
  application->simulation = g_steal_pointer(&simulation);
  g_signal_connect_object(player, "changed", G_CALLBACK(show_simulated_counts), application, G_CONNECT_AFTER);
  show_simulated_counts(player, application);
  set_saving(application);
}

/* Captures */

static void show_capture(CarteiroApplication *application)
{
  g_autoptr(NameTable) names = name_table_new();
  capture_loader_take_names(application->loader, names);
  take_model(application, capture_loader_get_timeline(application->loader), names);
  application->loader_shown = true;
  g_clear_pointer(&application->simulation, simulation_free);
  set_saving(application);
  main_window_set_placeholder(application->window, "");
  main_window_show_lines(application->window, application->model, NULL, UINT32_MAX, application->loading_name,
                         NULL);
}

static void tell_error(CarteiroApplication *application, const GError *error)
{
  g_autofree char *text = NULL;
  bool shown = application->loader_shown;
  if (!shown)
    text = g_strdup_printf(_("%s cannot be opened: %s"), application->loading_name, error->message);
  else
    text = g_strdup_printf(_("%s: %s. All before it is shown."), application->loading_name, error->message);
  main_window_show_message(application->window, shown ? GTK_MESSAGE_WARNING : GTK_MESSAGE_ERROR, text);
}

static void show_no_mail(CarteiroApplication *application, const InspectorCounts *counts)
{
  g_autoptr(GString) found = g_string_new(NULL);
  append_count(found, COUNTED("%s frame", "%s frames"), counts->frames);
  append_count(found, COUNTED("%s byte", "%s bytes"), counts->bytes);
  if (counts->unknown_link > 0)
    append_count(found, COUNTED("%s frame of an unknown link type", "%s frames of unknown link types"),
                 counts->unknown_link);
  const char *heading =
      counts->frames == 0 ? _("This capture has no frames") : _("No mail conversation that can be read here");
  g_autofree char *sentence = g_strdup_printf(_("%s: %s. Carteiro looks for SMTP, POP3, IMAP and DNS."),
                                              application->loading_name, found->str);
  main_window_show_empty(application->window, heading, sentence);
  main_window_set_status(application->window, application->loading_name);
  g_clear_object(&application->model);
}

static void remember(CarteiroApplication *application)
{
  GtkRecentData data = {.mime_type = (char *)"application/vnd.tcpdump.pcap",
                        .app_name = (char *)"Carteiro",
                        .app_exec = (char *)"carteiro-desktop %u"};
  if (application->loading_uri != NULL)
    gtk_recent_manager_add_full(gtk_recent_manager_get_default(), application->loading_uri, &data);
}

static void finish_loading(CarteiroApplication *application)
{
  const GError *error = capture_loader_get_error(application->loader);
  const InspectorCounts *counts = capture_loader_get_counts(application->loader);
  bool cancelled = capture_loader_was_cancelled(application->loader);
  if (error != NULL)
    tell_error(application, error);
  else if (cancelled)
    main_window_show_message(application->window, GTK_MESSAGE_INFO,
                             _("Reading was stopped; what was read is shown."));
  if (application->loader_shown) {
    remember(application);
    if (timeline_model_get_count(application->model) == 0 && !cancelled)
      show_no_mail(application, counts);
    else
      show_counts(application, application->loading_name, counts->frames);
  }
  stop_loading(application);
}

/* Once a frame while a capture is read: shows it as soon as it is open, then what has come. */
static gboolean look(gpointer data)
{
  CarteiroApplication *application = data;
  LoadingState state = capture_loader_get_state(application->loader);
  bool more = false;
  if (state != LOADING_OPENING && capture_loader_was_opened(application->loader)) {
    if (!application->loader_shown) show_capture(application);
    NameTable *names = timeline_model_get_names(application->model);
    if (capture_loader_take_names(application->loader, names))
      timeline_model_set_names(application->model, names);
    more = main_window_take_rows(application->window);
    show_counts(application, application->loading_name, 0);
  }
  if (state == LOADING_DONE && !more) {
    application->look_source = 0;
    finish_loading(application);
    return G_SOURCE_REMOVE;
  }
  main_window_set_progress(application->window, capture_loader_get_fraction(application->loader));
  return G_SOURCE_CONTINUE;
}

/* Opens a capture, or a scenario by its ending. */
static void open_capture(CarteiroApplication *application, GFile *file)
{
  g_autofree char *path = g_file_get_path(file);
  main_window_clear_message(application->window);
  if (path != NULL && g_str_has_suffix(path, ".ini")) {
    watch(application, path);
    return;
  }
  if (path == NULL) {
    g_autofree char *uri = g_file_get_uri(file);
    g_autofree char *text = g_strdup_printf(_("%s is not on this computer. Copy it here first."), uri);
    main_window_show_message(application->window, GTK_MESSAGE_ERROR, text);
    return;
  }
  stop_loading(application);
  application->loading_name = g_filename_display_basename(path);
  application->loading_uri = g_file_get_uri(file);
  application->loader_shown = false;
  application->loader = capture_loader_new(path);
  /* Below the priority of drawing: a look never keeps the window from being painted. */
  application->look_source = g_timeout_add_full(G_PRIORITY_DEFAULT_IDLE, LOOK_EVERY, look, application, NULL);
}

/* Actions */

static void do_open(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CarteiroApplication *application = data;
  (void)action;
  (void)parameter;
  g_autoptr(GFile) file = dialogs_choose_capture(GTK_WINDOW(application->window));
  if (file != NULL) open_capture(application, file);
}

static void do_open_recent(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  g_autoptr(GFile) file = g_file_new_for_uri(g_variant_get_string(parameter, NULL));
  open_capture(data, file);
}

static void do_watch(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  watch(data, "walk");
}

static void do_watch_scenario(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  watch(data, g_variant_get_string(parameter, NULL));
}

static void do_save_as(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CarteiroApplication *application = data;
  g_autoptr(GError) error = NULL;
  (void)action;
  (void)parameter;
  g_autofree char *path = dialogs_choose_save(GTK_WINDOW(application->window), _("alice-to-bob.pcapng"));
  if (path == NULL) return;
  g_autofree char *name = g_filename_display_basename(path);
  bool saved = simulation_save(application->simulation, path, &error);
  g_autofree char *text = saved ? g_strdup_printf(_("Saved as %s."), name)
                                : g_strdup_printf(_("%s could not be saved: %s"), name, error->message);
  main_window_show_message(application->window, saved ? GTK_MESSAGE_INFO : GTK_MESSAGE_ERROR, text);
}

static void do_cancel(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CarteiroApplication *application = data;
  (void)action;
  (void)parameter;
  if (application->loader != NULL) capture_loader_cancel(application->loader);
}

static void do_about(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  dialogs_show_about(GTK_WINDOW(CARTEIRO_APPLICATION(data)->window));
}

/* The shortcuts window goes first: GTK would take it down with its parent and complain. */
static void close_window(CarteiroApplication *application)
{
  gtk_application_window_set_help_overlay(GTK_APPLICATION_WINDOW(application->window), NULL);
  gtk_widget_destroy(GTK_WIDGET(application->window));
}

static void do_quit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  close_window(data);
}

static void receive_drop(GtkWidget *window, GdkDragContext *context, int x, int y,
                         GtkSelectionData *selection, guint info, guint time,
                         CarteiroApplication *application)
{
  (void)window;
  (void)x;
  (void)y;
  (void)info;
  g_auto(GStrv) uris = gtk_selection_data_get_uris(selection);
  bool any = uris != NULL && uris[0] != NULL;
  gtk_drag_finish(context, any, FALSE, time);
  if (!any) return;
  g_autoptr(GFile) file = g_file_new_for_uri(uris[0]);
  open_capture(application, file);
}

/* The program's life */

/* A signal to end closes the window as a person would. */
static gboolean end_well(gpointer data)
{
  CarteiroApplication *application = data;
  if (application->window != NULL)
    close_window(application);
  else
    g_application_quit(G_APPLICATION(application));
  return G_SOURCE_CONTINUE;
}

/* Nothing is left to be shown to: reading ends too. */
static void window_gone(GtkWidget *window, CarteiroApplication *application)
{
  (void)window;
  application->window = NULL;
  stop_loading(application);
}

static void need_window(CarteiroApplication *application)
{
  if (application->window != NULL) return;
  application->window = main_window_new(GTK_APPLICATION(application), registry_get_vocabulary);
  g_signal_connect(application->window, "destroy", G_CALLBACK(window_gone), application);
  gtk_drag_dest_set(GTK_WIDGET(application->window), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_uri_targets(GTK_WIDGET(application->window));
  g_signal_connect(application->window, "drag-data-received", G_CALLBACK(receive_drop), application);
  main_window_show_empty(application->window, "Carteiro", _("See what your mail says on the way."));
}

static void carteiro_application_activate(GApplication *base)
{
  CarteiroApplication *application = CARTEIRO_APPLICATION(base);
  bool first = application->window == NULL;
  need_window(application);
  if (first) watch(application, "walk");
  gtk_window_present(GTK_WINDOW(application->window));
}

static void carteiro_application_open(GApplication *base, GFile **files, int count, const char *hint)
{
  CarteiroApplication *application = CARTEIRO_APPLICATION(base);
  (void)hint;
  need_window(application);
  if (count > 0) open_capture(application, files[0]);
  gtk_window_present(GTK_WINDOW(application->window));
}

static void carteiro_application_startup(GApplication *base)
{
  static const GActionEntry entries[] = {
      {.name = "open-recent", .activate = do_open_recent, .parameter_type = "s"},
      {.name = "open", .activate = do_open},
      {.name = "watch", .activate = do_watch},
      {.name = "watch-scenario", .activate = do_watch_scenario, .parameter_type = "s"},
      {.name = "save-as", .activate = do_save_as},
      {.name = "cancel", .activate = do_cancel},
      {.name = "about", .activate = do_about},
      {.name = "quit", .activate = do_quit},
  };
  G_APPLICATION_CLASS(carteiro_application_parent_class)->startup(base);
  g_action_map_add_action_entries(G_ACTION_MAP(base), entries, G_N_ELEMENTS(entries), base);
  window_keys_install(GTK_APPLICATION(base));
  scenario_menu_append(gtk_application_get_menu_by_id(GTK_APPLICATION(base), "primary-menu"));
  g_unix_signal_add(SIGTERM, end_well, base);
  g_unix_signal_add(SIGINT, end_well, base);
  gtk_window_set_default_icon_name(CARTEIRO_APPLICATION_ID);
  set_saving(CARTEIRO_APPLICATION(base));
}

static void carteiro_application_finalize(GObject *object)
{
  CarteiroApplication *application = CARTEIRO_APPLICATION(object);
  stop_loading(application);
  g_clear_object(&application->model);
  g_clear_pointer(&application->simulation, simulation_free);
  G_OBJECT_CLASS(carteiro_application_parent_class)->finalize(object);
}

static void carteiro_application_class_init(CarteiroApplicationClass *class)
{
  G_OBJECT_CLASS(class)->finalize = carteiro_application_finalize;
  G_APPLICATION_CLASS(class)->startup = carteiro_application_startup;
  G_APPLICATION_CLASS(class)->activate = carteiro_application_activate;
  G_APPLICATION_CLASS(class)->open = carteiro_application_open;
}

static void carteiro_application_init(CarteiroApplication *application)
{
  (void)application;
}

GtkApplication *carteiro_application_new(void)
{
  return g_object_new(CARTEIRO_TYPE_APPLICATION, "application-id", CARTEIRO_APPLICATION_ID, "flags",
                      G_APPLICATION_HANDLES_OPEN | G_APPLICATION_NON_UNIQUE, NULL);
}
