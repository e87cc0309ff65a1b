/* SPDX-License-Identifier: MIT */
/* The words of the stage. */
#include "ui/scene/scene-text.h"

#include "base/i18n.h"

#include <math.h>
#include <string.h>

static bool is_portuguese(void)
{
  return strcmp(i18n_language(), "pt_BR") == 0;
}

char *scene_text_number(uint64_t number)
{
  g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, number);
  size_t length = strlen(digits);
  GString *text = g_string_new(NULL);
  for (size_t i = 0; i < length; i++) {
    /* U+202F: a thin space that does not break. */
    if (i > 0 && (length - i) % 3 == 0 && length > 3) g_string_append(text, is_portuguese() ? "." : "\u202f");
    g_string_append_c(text, digits[i]);
  }
  return g_string_free(text, FALSE);
}

static int64_t floor_div(int64_t value, int64_t by)
{
  return value / by - (value % by < 0 ? 1 : 0);
}

char *scene_text_clock(Nanoseconds time)
{
  int64_t milliseconds = floor_div(time, NANOSECONDS_PER_MILLISECOND);
  int64_t second = floor_div(milliseconds, 1000);
  int64_t of_day = second - floor_div(second, 86400) * 86400;
  return g_strdup_printf("%02d:%02d:%02d%c%03d", (int)(of_day / 3600), (int)(of_day / 60 % 60),
                         (int)(of_day % 60), is_portuguese() ? ',' : '.',
                         (int)(milliseconds - second * 1000));
}

char *scene_text_hour(Nanoseconds time)
{
  int64_t second = floor_div(time, NANOSECONDS_PER_SECOND);
  int64_t of_day = second - floor_div(second, 86400) * 86400;
  return g_strdup_printf("%02d:%02d", (int)(of_day / 3600), (int)(of_day / 60 % 60));
}

char *scene_text_host_name(const SceneState *state, guint host)
{
  const WorldHost *about = state->hosts[host].host;
  if (about->kind == HOST_NAME_SERVER) return g_strdup(_("Name server"));
  const char *label = about->label != NULL && about->label[0] != '\0' ? about->label : about->id;
  return g_strdup(label != NULL ? label : "");
}

static char *ports_text(const WorldHost *host)
{
  GString *list = g_string_new(NULL);
  guint count = 0;
  for (const uint16_t *port = host->ports; port != NULL && *port != 0; port++, count++) {
    if (count < 4) g_string_append_printf(list, count == 0 ? "%u" : " %u", *port);
    if (count == 4) g_string_append(list, " …");
  }
  g_autofree char *ports = g_string_free(list, FALSE);
  if (count == 0) return g_strdup(_("no open port"));
  /* Translators: %s is a list of numbers: "ports 25 587 110 143". */
  return g_strdup_printf(g_dngettext(GETTEXT_PACKAGE, "port %s", "ports %s", count), ports);
}

typedef struct {
  guint outbox, inbox, sent;
  bool online;
} UserCounts;

static char *user_fact(const SceneHost *host, const UserCounts *counts, bool brief)
{
  if (brief && host->sends && !host->receives) return g_strdup_printf(_("outbox %u"), counts->outbox);
  if (brief) return g_strdup_printf(_("inbox %u"), counts->inbox);
  if (host->sends && host->receives)
    return g_strdup_printf(_("inbox %u · sent %u"), counts->inbox, counts->sent);
  if (host->sends) return g_strdup_printf(_("outbox %u · sent %u"), counts->outbox, counts->sent);
  return g_strdup_printf(counts->online ? _("inbox %u · online") : _("inbox %u · offline"), counts->inbox);
}

static char *server_fact(const SceneHost *host, guint answers, bool brief)
{
  if (host->host->kind == HOST_ROUTER) return g_strdup(_("router"));
  g_autofree char *ports = ports_text(host->host);
  if (host->host->kind != HOST_NAME_SERVER || brief) return g_steal_pointer(&ports);
  g_autofree char *count =
      g_strdup_printf(g_dngettext(GETTEXT_PACKAGE, "%u answer", "%u answers", answers), answers);
  return g_strdup_printf("%s · %s", ports, count);
}

char *scene_text_host_fact(const SceneState *state, guint index, bool brief)
{
  const SceneHost *host = &state->hosts[index];
  if (!host->up && host->up_again == NANOSECONDS_NEVER) return g_strdup(_("offline"));
  if (!host->up) {
    g_autofree char *hour = scene_text_hour(host->up_again);
    return g_strdup_printf(_("offline until %s"), hour);
  }
  if (host->host->kind != HOST_USER) return server_fact(host, host->answers, brief);
  UserCounts counts = {scene_state_count(state, index, TRAY_OUTBOX),
                       scene_state_count(state, index, TRAY_INBOX), host->sent, host->connections > 0};
  return user_fact(host, &counts, brief);
}

char *scene_text_host_fact_widest(const SceneState *state, guint index, bool brief)
{
  const SceneHost *host = &state->hosts[index];
  UserCounts counts = {0};
  return host->host->kind == HOST_USER ? user_fact(host, &counts, brief) : server_fact(host, 10, brief);
}

char *scene_text_host_accessible(const SceneState *state, guint index)
{
  const SceneHost *host = &state->hosts[index];
  g_autofree char *name = scene_text_host_name(state, index);
  g_autofree char *fact = scene_text_host_fact(state, index, false);
  guint queue = scene_state_count(state, index, TRAY_QUEUE),
        mailbox = scene_state_count(state, index, TRAY_MAILBOX);
  if (host->host->kind == HOST_MAIL_SERVER && host->up)
    return g_strdup_printf(_("%s, mail server, queue %u, mailbox %u"), name, queue, mailbox);
  if (host->host->kind == HOST_MAIL_SERVER)
    return g_strdup_printf(_("%s, mail server, %s, queue %u, mailbox %u"), name, fact, queue, mailbox);
  if (host->host->kind == HOST_WEB_SERVER) return g_strdup_printf(_("%s, web server, %s"), name, fact);
  if (host->host->kind != HOST_USER) return g_strdup_printf("%s, %s", name, fact);
  return g_strdup_printf(_("%s’s computer, %s"), name, fact);
}

typedef struct {
  const char *label, *home; /* N_() */
} HomeRow;

/* The people of the built-in world have a row each: in Portuguese the article goes with the name. */
static const HomeRow homes[] = {
    {"Alice", N_("Alice’s home")},
    {"Bob", N_("Bob’s home")},
    {"Carol", N_("Carol’s home")},
};

char *scene_text_home(const char *label)
{
  for (size_t i = 0; i < G_N_ELEMENTS(homes); i++)
    if (strcmp(homes[i].label, label) == 0) return g_strdup(_(homes[i].home));
  return g_strdup_printf(_("%s’s home"), label);
}

char *scene_text_internet(void)
{
  return g_strdup(_("the Internet"));
}

char *scene_text_tray(WorldTray tray)
{
  static const char *const names[SCENE_TRAYS] = {
      [TRAY_NONE] = NULL,         [TRAY_OUTBOX] = N_("outbox"),
      [TRAY_QUEUE] = N_("queue"), [TRAY_MAILBOX] = N_("mailbox"),
      [TRAY_INBOX] = N_("inbox"),
  };
  return g_strdup(names[tray] != NULL ? _(names[tray]) : "");
}

static char *decimal(double value)
{
  g_autofree char *text = g_strdup_printf(value < 10 && value != floor(value) ? "%.1f" : "%.0f", value);
  if (is_portuguese()) g_strdelimit(text, ".", ',');
  return g_steal_pointer(&text);
}

char *scene_text_link(const WorldLink *link, bool full)
{
  double milliseconds = (double)link->delay / NANOSECONDS_PER_MILLISECOND;
  g_autofree char *number = decimal(milliseconds >= 1000 ? milliseconds / 1000 : milliseconds);
  g_autofree char *delay = g_strdup_printf(milliseconds >= 1000 ? "%s s" : "%s ms", number);
  if (!full && link->loss <= 0) return g_steal_pointer(&delay);
  g_autofree char *loss = decimal(link->loss * 100);
  return g_strdup_printf(_("%s · loss %s %%"), delay, loss);
}

char *scene_text_connection(const SceneConnection *connection, bool brief)
{
  static const char *const forms[] = {
      [SCENE_CONNECTION_NONE] = N_("port %u"),
      [SCENE_CONNECTION_OPENING] = N_("port %u, opening"),
      [SCENE_CONNECTION_OPEN] = N_("port %u, open"),
      [SCENE_CONNECTION_CLOSING] = N_("port %u, closing"),
      [SCENE_CONNECTION_CLOSED] = N_("port %u"),
      [SCENE_CONNECTION_RESET] = N_("port %u, broken off"),
      [SCENE_CONNECTION_REFUSED] = N_("port %u, refused"),
      [SCENE_CONNECTION_SEALED] = N_("port %u, open"),
  };
  if (brief) return g_strdup_printf("%u", connection->port);
  bool open = connection->state == SCENE_CONNECTION_OPEN || connection->state == SCENE_CONNECTION_SEALED;
  if (connection->sealed && open) return g_strdup_printf(_("TLS, port %u"), connection->port);
  guint form = connection->state < G_N_ELEMENTS(forms) ? connection->state : 0;
  return g_strdup_printf(_(forms[form]), connection->port);
}

char *scene_text_eve_name(void)
{
  return g_strdup(_("Eve"));
}

char *scene_text_eve_fact(const SceneState *state)
{
  if (state->eve_link == UINT_MAX) return g_strdup(_("not listening"));
  g_autofree char *readable = scene_text_number(state->eve_readable);
  g_autofree char *sealed = scene_text_number(state->eve_sealed);
  if (state->eve_sealed > 0 && state->eve_readable == 0) return g_strdup_printf(_("counts %s bytes"), sealed);
  if (state->eve_readable == 0) return g_strdup(_("listens"));
  return g_strdup_printf(_("reads %s bytes"), readable);
}

char *scene_text_eve_accessible(const SceneState *state)
{
  g_autofree char *fact = scene_text_eve_fact(state);
  if (state->eve_link >= state->source.link_count(state->source.owner))
    return g_strdup_printf(_("Eve, %s"), fact);
  const WorldLink *link = state->source.link(state->source.owner, state->eve_link);
  return g_strdup_printf(_("Eve, on the link %s, %s"), link->name != NULL ? link->name : "", fact);
}

char *scene_text_step_number(const SceneState *state)
{
  if (state->step == NULL) return g_strdup("");
  /* Translators: the step's number, and how many there are. */
  return g_strdup_printf(_("%u of %u"), state->step->number, MAX(state->step_count, state->step->number));
}

char *scene_text_sentence(const SceneState *state)
{
  const WorldEvent *event = state->step != NULL ? state->step : state->act;
  return g_strdup(event != NULL && event->text != NULL && event->text[0] != '\0' ? _(event->text) : "");
}

char *scene_text_eve_sentence(const SceneState *state, bool *reads)
{
  *reads = false;
  const WorldEvent *step = state->step;
  if (step == NULL || step->link == UINT16_MAX || step->link != state->eve_link) return g_strdup("");
  EveSees sees = scene_state_eve_sees(state);
  *reads = sees == EVE_READS;
  if (sees == EVE_READS) return g_strdup(_("Eve reads along."));
  return g_strdup(sees == EVE_COUNTS ? _("Eve counts bytes and reads none.") : "");
}
