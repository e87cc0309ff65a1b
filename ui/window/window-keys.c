/* SPDX-License-Identifier: MIT */
/* Actions of the window, each with its keys in one table. */
#include "ui/window/window-keys.h"

#include "ui/detail/detail-view.h"

typedef struct {
  const char *action;
  const char *const keys[3];
} ActionKeys;

static const ActionKeys action_keys[] = {
    {"app.open", {"<Primary>o"}},
    {"app.watch", {"<Primary>n"}},
    {"app.save-as", {"<Primary><Shift>s"}},
    {"app.quit", {"<Primary>q"}},
    {"win.step", {"<Alt>Right"}},
    {"win.step-back", {"<Alt>Left"}},
    {"win.to-start", {"<Alt>Home"}},
    {"win.to-end", {"<Alt>End"}},
    {"win.next-area", {"F6"}},
    {"win.previous-area", {"<Shift>F6"}},
    {"win.explanation", {"<Alt>1"}},
    {"win.letter", {"<Alt>2"}},
    {"win.bytes", {"<Alt>3"}},
    {"win.menu", {"F10"}},
};

static const char *const player_actions[] = {"play", "step", "step-back", "to-start", "to-end"};

static void do_play(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  player_toggle(main_window_get_player(data));
}

static void do_step(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  player_step_forward(main_window_get_player(data));
}

static void do_step_back(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  player_step_back(main_window_get_player(data));
}

static void do_to_start(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  player_to_start(main_window_get_player(data));
}

static void do_to_end(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  player_to_end(main_window_get_player(data));
}

/* The area that has the focus; -1 for none. */
static int find_area(MainWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(window));
  for (int i = 0; focus != NULL && main_window_get_area(window, i) != NULL; i++)
    if (gtk_widget_is_ancestor(focus, main_window_get_area(window, i))) return i;
  return -1;
}

static void move_area(MainWindow *window, int step)
{
  int count = 0;
  while (main_window_get_area(window, count) != NULL)
    count++;
  int start = find_area(window);
  if (start < 0 && step < 0) start = 0;
  for (int i = 1; i <= count; i++) {
    GtkWidget *area = main_window_get_area(window, (start + i * step + count * 2) % count);
    if (!gtk_widget_get_mapped(area)) continue;
    if (gtk_widget_child_focus(area, GTK_DIR_TAB_FORWARD)) return;
  }
}

static void do_next_area(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  move_area(data, 1);
}

static void do_previous_area(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  move_area(data, -1);
}

static void do_explanation(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  main_window_show_detail(data, DETAIL_EXPLANATION);
}

static void do_letter(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  main_window_show_detail(data, DETAIL_MESSAGE);
}

static void do_bytes(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  main_window_show_detail(data, DETAIL_BYTES);
}

static void do_menu(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void)action;
  (void)parameter;
  main_window_open_menu(data);
}

void window_keys_add_actions(MainWindow *window)
{
  static const GActionEntry entries[] = {
      {.name = "play", .activate = do_play},
      {.name = "step", .activate = do_step},
      {.name = "step-back", .activate = do_step_back},
      {.name = "to-start", .activate = do_to_start},
      {.name = "to-end", .activate = do_to_end},
      {.name = "next-area", .activate = do_next_area},
      {.name = "previous-area", .activate = do_previous_area},
      {.name = "explanation", .activate = do_explanation},
      {.name = "letter", .activate = do_letter},
      {.name = "bytes", .activate = do_bytes},
      {.name = "menu", .activate = do_menu},
  };
  g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
  window_keys_enable_player(window, false);
}

void window_keys_install(GtkApplication *application)
{
  for (size_t i = 0; i < G_N_ELEMENTS(action_keys); i++)
    gtk_application_set_accels_for_action(application, action_keys[i].action, action_keys[i].keys);
}

void window_keys_enable_player(MainWindow *window, bool enabled)
{
  for (size_t i = 0; i < G_N_ELEMENTS(player_actions); i++) {
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), player_actions[i]);
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
  }
}

/* What has the focus decides whose a key is: a button wants Space, a field, a text or a slider every key, the
 * list Home and End. */
static bool is_wanted_by_focus(guint key, GtkWidget *focus)
{
  if (focus == NULL) return false;
  if (GTK_IS_EDITABLE(focus) || GTK_IS_TEXT_VIEW(focus) || GTK_IS_RANGE(focus) || GTK_IS_COMBO_BOX(focus))
    return true;
  if (GTK_IS_BUTTON(focus))
    return key == GDK_KEY_space || gtk_widget_get_ancestor(focus, GTK_TYPE_COMBO_BOX) != NULL;
  return GTK_IS_TREE_VIEW(focus) && (key == GDK_KEY_Home || key == GDK_KEY_End);
}

bool window_keys_before(MainWindow *window, GdkEventKey *event)
{
  static const struct {
    guint key;
    const char *action;
  } keys[] = {{GDK_KEY_space, "play"}, {GDK_KEY_period, "step"},    {GDK_KEY_comma, "step-back"},
              {GDK_KEY_Right, "step"}, {GDK_KEY_Left, "step-back"}, {GDK_KEY_Home, "to-start"},
              {GDK_KEY_End, "to-end"}};
  if (main_window_get_player(window) == NULL) return false;
  if ((event->state & gtk_accelerator_get_default_mod_mask()) != 0) return false;
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    if (event->keyval != keys[i].key) continue;
    if (is_wanted_by_focus(keys[i].key, gtk_window_get_focus(GTK_WINDOW(window)))) return false;
    g_action_group_activate_action(G_ACTION_GROUP(window), keys[i].action, NULL);
    return true;
  }
  return false;
}
