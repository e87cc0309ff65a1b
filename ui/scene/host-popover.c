/* SPDX-License-Identifier: MIT */
/* The popovers of hosts and of Eve. */
#include "ui/scene/host-popover.h"

#include "base/i18n.h"
#include "ui/scene/scene-text.h"

#define SHOWN_MESSAGES 8

static GtkWidget *label_new(const char *text, bool dim)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_yalign(GTK_LABEL(label), 0);
  /* To be copied by mouse, yet not selected whole as soon as the popover opens. */
  gtk_label_set_selectable(GTK_LABEL(label), !dim);
  gtk_widget_set_can_focus(label, FALSE);
  gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars(GTK_LABEL(label), 44);
  if (dim) gtk_style_context_add_class(gtk_widget_get_style_context(label), "carteiro-dim");
  return label;
}

static GtkWidget *heading_new(const char *text)
{
  g_autofree char *markup = g_markup_printf_escaped("<b>%s</b>", text);
  GtkWidget *label = gtk_label_new(NULL);
  gtk_label_set_markup(GTK_LABEL(label), markup);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  return label;
}

static void add_fact(GtkGrid *grid, int *row, const char *name, const char *value)
{
  if (value == NULL || value[0] == '\0') return;
  gtk_grid_attach(grid, label_new(name, true), 0, *row, 1, 1);
  gtk_grid_attach(grid, label_new(value, false), 1, *row, 1, 1);
  ++*row;
  /* No label takes the focus, so a screen reader is told them all by the popover. */
  AtkObject *popover = gtk_widget_get_accessible(gtk_widget_get_parent(GTK_WIDGET(grid)));
  const char *before = atk_object_get_description(popover);
  g_autofree char *all =
      g_strdup_printf("%s%s%s: %s", before != NULL ? before : "", before != NULL ? "; " : "", name, value);
  atk_object_set_description(popover, all);
}

/* The popover is made for one look at it. */
static void popover_closed(GtkPopover *popover, gpointer data)
{
  (void)data;
  gtk_widget_destroy(GTK_WIDGET(popover));
}

static GtkWidget *popover_new(GtkWidget *button, const char *title, GtkGrid **grid)
{
  GtkWidget *popover = gtk_popover_new(button), *box = gtk_grid_new();
  gtk_grid_set_column_spacing(GTK_GRID(box), 12);
  gtk_grid_set_row_spacing(GTK_GRID(box), 6);
  gtk_container_set_border_width(GTK_CONTAINER(box), 12);
  gtk_grid_attach(GTK_GRID(box), heading_new(title), 0, 0, 2, 1);
  gtk_container_add(GTK_CONTAINER(popover), box);
  atk_object_set_name(gtk_widget_get_accessible(popover), title);
  g_signal_connect(popover, "closed", G_CALLBACK(popover_closed), NULL);
  *grid = GTK_GRID(box);
  return popover;
}

static char *mac_text(const uint8_t mac[6])
{
  return g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static char *ports_text(const uint16_t *ports)
{
  GString *text = g_string_new(NULL);
  for (const uint16_t *port = ports; port != NULL && *port != 0; port++)
    g_string_append_printf(text, "%s%u", text->len > 0 ? " " : "", *port);
  return g_string_free(text, FALSE);
}

/* "2: vamos estudar redes · Lista de exercícios 3", a subject a line. */
static char *tray_text(const SceneState *state, guint host, WorldTray tray)
{
  const GArray *held = state->hosts[host].trays[tray];
  GString *text = g_string_new(NULL);
  if (held->len == 0) g_string_append(text, _("empty"));
  for (guint i = 0; i < held->len && i < SHOWN_MESSAGES; i++) {
    uint32_t number = g_array_index(held, uint32_t, i);
    const WorldMessage *message = number <= state->source.message_count(state->source.owner)
                                      ? state->source.message(state->source.owner, number - 1)
                                      : NULL;
    const char *subject = message != NULL && message->subject != NULL && message->subject[0] != '\0'
                              ? message->subject
                              : _("no subject");
    g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", subject);
  }
  if (held->len > SHOWN_MESSAGES) g_string_append_printf(text, "\n… %u", held->len - SHOWN_MESSAGES);
  return g_string_free(text, FALSE);
}

static void add_tray(GtkGrid *grid, int *row, const SceneState *state, guint host, WorldTray tray)
{
  g_autofree char *name = scene_text_tray(tray);
  g_autofree char *label = g_strdup_printf("%s %u", name, scene_state_count(state, host, tray));
  g_autofree char *text = tray_text(state, host, tray);
  add_fact(grid, row, label, text);
}

void host_popover_show(GtkWidget *button, const SceneState *state, guint index)
{
  const SceneHost *host = &state->hosts[index];
  g_autofree char *title = scene_text_host_name(state, index);
  g_autofree char *mac = mac_text(host->host->mac);
  g_autofree char *ports = ports_text(host->host->ports);
  char address[IP_ADDRESS_TEXT] = "";
  if (host->host->address.version != 0) ip_address_format(&host->host->address, address);
  GtkGrid *grid;
  int row = 1;
  GtkWidget *popover = popover_new(button, title, &grid);
  g_autofree char *fact = scene_text_host_fact(state, index, false);
  if (!host->up) add_fact(grid, &row, _("State"), fact);
  add_fact(grid, &row, _("Name"), host->host->name);
  add_fact(grid, &row, _("Address"), address);
  add_fact(grid, &row, _("MAC"), mac);
  if (host->host->kind != HOST_ROUTER) add_fact(grid, &row, _("Ports"), ports);
  if (host->host->kind == HOST_MAIL_SERVER) {
    add_tray(grid, &row, state, index, TRAY_QUEUE);
    add_tray(grid, &row, state, index, TRAY_MAILBOX);
  }
  if (host->host->kind == HOST_USER) {
    add_tray(grid, &row, state, index, TRAY_OUTBOX);
    add_tray(grid, &row, state, index, TRAY_INBOX);
  }
  gtk_widget_show_all(GTK_WIDGET(grid));
  gtk_popover_popup(GTK_POPOVER(popover));
}

typedef struct {
  void (*chosen)(guint link, gpointer data);
  gpointer data;
  guint link;
} LinkChoice;

static void link_toggled(GtkToggleButton *radio, LinkChoice *choice)
{
  if (gtk_toggle_button_get_active(radio)) choice->chosen(choice->link, choice->data);
}

static void free_choice(gpointer choice, GClosure *closure)
{
  (void)closure;
  g_free(choice);
}

void eve_popover_show(GtkWidget *button, const SceneState *state, void (*chosen)(guint link, gpointer data),
                      gpointer data)
{
  GtkGrid *grid;
  int row = 1;
  GtkWidget *popover = popover_new(button, _("Eve listens on the link"), &grid), *group = NULL;
  for (guint i = 0; i < state->source.link_count(state->source.owner); i++) {
    const WorldLink *link = state->source.link(state->source.owner, i);
    g_autofree char *a = scene_text_host_name(state, link->a), *b = scene_text_host_name(state, link->b);
    g_autofree char *text = g_strdup_printf("%s – %s", a, b);
    GtkWidget *radio =
        gtk_radio_button_new_with_label_from_widget(group != NULL ? GTK_RADIO_BUTTON(group) : NULL, text);
    if (group == NULL) group = radio;
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(radio), i == state->eve_link);
    LinkChoice *choice = g_new(LinkChoice, 1);
    *choice = (LinkChoice){chosen, data, i};
    g_signal_connect_data(radio, "toggled", G_CALLBACK(link_toggled), choice, free_choice, 0);
    gtk_grid_attach(grid, radio, 0, row++, 2, 1);
  }
  GtkWidget *law = label_new(_("Only your own traffic, or with permission"), true);
  gtk_grid_attach(grid, law, 0, row, 2, 1);
  gtk_widget_show_all(GTK_WIDGET(grid));
  gtk_popover_popup(GTK_POPOVER(popover));
}
