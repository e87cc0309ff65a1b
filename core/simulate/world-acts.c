/* SPDX-License-Identifier: MIT */
/* The acts of the scenario: when each begins, what its agent is asked to do, and that the next may wait for
 * its end. */
#include "simulate/world-private.h"

#include <string.h>

static guint act_count(const World *world)
{
  return world->scenario->acts->len;
}

static const ScenarioAct *plan_of(const WorldAct *act)
{
  return &g_array_index(act->world->scenario->acts, ScenarioAct, act->index);
}

static void act_ended(void *owner)
{
  WorldAct *act = owner;
  if (act->index + 1 >= act_count(act->world)) return;
  WorldAct *next = act + 1;
  if (plan_of(next)->after) virtual_clock_set(&act->world->clock, &next->timer, plan_of(next)->when);
}

static void agent_done(void *owner, bool good)
{
  (void)good;
  act_ended(owner);
}

/* Ends the act a moment later: nobody was there to do it. */
static void end_soon(WorldAct *act)
{
  virtual_clock_set(&act->world->clock, &act->pause, 0);
}

static bool uses_web(const WorldAct *act)
{
  const ScenarioAct *plan = plan_of(act);
  return world_plan_user(act->world->plan, plan->user)->access == PLAN_ACCESS_WEB;
}

static void send_letter(WorldAct *act, MailUserAgent *agent)
{
  const ScenarioAct *plan = plan_of(act);
  guint count = plan->files == NULL ? 0 : plan->files->len;
  g_autofree MessageAttachment *files = g_new0(MessageAttachment, count + 1);
  for (guint i = 0; i < count; i++) {
    const ScenarioFile *file = g_ptr_array_index(plan->files, i);
    files[i] = (MessageAttachment){.type = file->type, .name = file->name};
    files[i].content.data = g_bytes_get_data(file->content, &files[i].content.length);
  }
  MessageDraft draft = {
      .to = plan->to,
      .cc = plan->cc,
      .bcc = plan->bcc,
      .subject = plan->subject,
      .body = plan->text,
      .html = plan->html,
      .attachments = files,
      .attachment_count = count,
  };
  mail_user_agent_compose(agent, &draft, agent_done, act);
}

static void fetch_letters(WorldAct *act, MailUserAgent *agent)
{
  const ScenarioAct *plan = plan_of(act);
  MailFetch how = {
      .keep = plan->keep,
      .headers_only = plan->headers,
      .lines = (guint)MIN(plan->lines, 1000u),
      .cut_before_quit = plan->cut,
      .hold = plan->hold,
      .pop2_folder = plan->folder,
  };
  mail_user_agent_fetch_as(agent, &how, agent_done, act);
}

static void do_online(WorldAct *act, MailUserAgent *agent)
{
  static const MailOnlineKind kinds[ACT_KIND_COUNT] = {
      [ACT_LIST] = MAIL_ONLINE_LIST_FOLDERS, [ACT_OPEN] = MAIL_ONLINE_OPEN,
      [ACT_READ] = MAIL_ONLINE_READ,         [ACT_SEARCH] = MAIL_ONLINE_SEARCH,
      [ACT_FLAG] = MAIL_ONLINE_FLAG,         [ACT_COPY] = MAIL_ONLINE_COPY,
      [ACT_MOVE] = MAIL_ONLINE_MOVE,         [ACT_DELETE] = MAIL_ONLINE_DELETE,
      [ACT_CREATE] = MAIL_ONLINE_CREATE,     [ACT_WATCH] = MAIL_ONLINE_WATCH,
  };
  const ScenarioAct *plan = plan_of(act);
  MailOnline what = {
      .kind = plan->kind == ACT_READ && plan->only_text ? MAIL_ONLINE_READ_TEXT : kinds[plan->kind],
      .folder = plan->folder,
      .letters = plan->letters,
      .text = plan->kind == ACT_FLAG ? plan->flags : plan->text,
      .bytes = (guint)MIN(plan->lines, 1000000u),
      .length = plan->length,
  };
  mail_user_agent_online(agent, &what, agent_done, act);
}

static void do_by_mail(WorldAct *act)
{
  const ScenarioAct *plan = plan_of(act);
  MailUserAgent *agent = world_need_mail(act->world, plan->user);
  if (agent == NULL) {
    end_soon(act);
    return;
  }
  switch (plan->kind) {
  case ACT_SEND:
    send_letter(act, agent);
    break;
  case ACT_FETCH:
    fetch_letters(act, agent);
    break;
  case ACT_REPLY:
    mail_user_agent_reply(agent, (MailLetterNumber)plan->letter, plan->text, plan->to_all, agent_done, act);
    break;
  case ACT_FORWARD:
    mail_user_agent_forward(agent, (MailLetterNumber)plan->letter, plan->to, plan->text, agent_done, act);
    break;
  case ACT_LOG_IN:
    mail_user_agent_connect(agent, plan->folder, agent_done, act);
    break;
  case ACT_LOG_OUT:
    mail_user_agent_disconnect(agent, agent_done, act);
    break;
  default:
    do_online(act, agent);
  }
}

static void type_lines(WorldAct *act)
{
  const ScenarioAct *plan = plan_of(act);
  g_auto(GStrv) lines = g_strsplit(plan->text, "\n", -1);
  TypistScript script = {
      .server = act->world->hosts[plan->host].name,
      .port = (uint16_t)plan->port,
      .lines = (const char *const *)lines,
  };
  typist_connect(world_need_typist(act->world, plan->user), &script, agent_done, act);
}

static GStrv split_list(const char *text, const char *separators)
{
  g_auto(GStrv) parts = g_strsplit_set(text, separators, -1);
  g_autoptr(GStrvBuilder) list = g_strv_builder_new();
  for (char **part = parts; *part != NULL; part++)
    if (g_strstrip(*part)[0] != '\0') g_strv_builder_add(list, *part);
  return g_strv_builder_end(list);
}

static const char *server_name(const WorldAct *act)
{
  guint host = plan_of(act)->host;
  return host < act->world->host_count ? act->world->hosts[host].name : NULL;
}

static void spoof(WorldAct *act)
{
  const ScenarioAct *plan = plan_of(act);
  g_auto(GStrv) recipients = split_list(plan->to, ",");
  SpooferLetter letter = {
      .server = server_name(act),
      .sender = plan->sender,
      .recipients = (const char *const *)recipients,
      .from = plan->from,
      .subject = plan->subject,
      .text = plan->text,
  };
  spoofer_send(world_need_spoofer(act->world, plan->user), &letter, agent_done, act);
}

static void guess(WorldAct *act)
{
  const ScenarioAct *plan = plan_of(act);
  g_auto(GStrv) names = split_list(plan->names, " ,");
  SpooferHarvest harvest = {
      .domain = plan->domain,
      .server = server_name(act),
      .guess = g_strcmp0(plan->how, "vrfy") == 0   ? SPOOFER_VRFY
               : g_strcmp0(plan->how, "expn") == 0 ? SPOOFER_EXPN
                                                   : SPOOFER_RCPT,
      .names = (const char *const *)names,
  };
  spoofer_harvest(world_need_spoofer(act->world, plan->user), &harvest, agent_done, act);
}

static void perform(WorldAct *act)
{
  World *world = act->world;
  const ScenarioAct *plan = plan_of(act);
  switch (plan->kind) {
  case ACT_WAIT:
    virtual_clock_set(&world->clock, &act->pause, plan->length);
    return;
  case ACT_SERVER_DOWN:
  case ACT_SERVER_UP:
    world_set_power(world, plan->host, plan->kind == ACT_SERVER_UP);
    end_soon(act);
    return;
  case ACT_TYPE:
    type_lines(act);
    return;
  case ACT_SPOOF:
    spoof(act);
    return;
  case ACT_GUESS:
    guess(act);
    return;
  default:
    if (uses_web(act))
      world_browse(act, agent_done);
    else
      do_by_mail(act);
  }
}

/* Sets the timer of the next act on the schedule. */
static void schedule_next(World *world)
{
  if (world->scheduled == world->schedule->len) return;
  WorldAct *act = &world->acts[g_array_index(world->schedule, guint, world->scheduled)];
  Nanoseconds due = world_get_start(world) + plan_of(act)->when;
  timer_queue_set_at(&world->clock.timers, &act->timer, due, world->schedule_place + world->scheduled);
  world->scheduled++;
}

static gint compare_beginnings(gconstpointer a, gconstpointer b, gpointer data)
{
  const GArray *acts = data;
  guint first = *(const guint *)a, second = *(const guint *)b;
  Nanoseconds one = g_array_index(acts, ScenarioAct, first).when,
              other = g_array_index(acts, ScenarioAct, second).when;
  if (one != other) return one < other ? -1 : 1;
  return first < second ? -1 : first > second;
}

static void act_begins(void *owner)
{
  WorldAct *act = owner;
  const ScenarioAct *plan = plan_of(act);
  if (!plan->after) schedule_next(act->world);
  WorldEvent event = WORLD_EVENT_EMPTY;
  event.type = WORLD_ACT;
  event.number = plan->number;
  event.text = plan->title;
  if (plan->user < act->world->user_count)
    event.host = (uint16_t)world_plan_user(act->world->plan, plan->user)->host;
  else if (plan->host < act->world->host_count)
    event.host = (uint16_t)plan->host;
  world_log_append(act->world, event);
  perform(act);
}

static void goes_down(void *owner)
{
  WorldOutage *outage = owner;
  world_set_power(outage->world, outage->host, false);
}

static void comes_up(void *owner)
{
  WorldOutage *outage = owner;
  world_set_power(outage->world, outage->host, true);
}

static void plan_outages(World *world)
{
  world->outages = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < world->host_count; i++) {
    const GArray *windows = world_plan_host(world->plan, i)->offline;
    for (guint j = 0; j < windows->len; j++) {
      const PlanWindow *window = &g_array_index(windows, PlanWindow, j);
      WorldOutage *outage = g_new0(WorldOutage, 1);
      *outage = (WorldOutage){.world = world, .host = i};
      outage->goes_down = (Timer){.expired = goes_down, .owner = outage};
      outage->comes_up = (Timer){.expired = comes_up, .owner = outage};
      virtual_clock_set(&world->clock, &outage->goes_down, window->from);
      virtual_clock_set(&world->clock, &outage->comes_up, window->until);
      g_ptr_array_add(world->outages, outage);
    }
  }
}

void world_acts_init(World *world)
{
  plan_outages(world);
  world->acts = g_new0(WorldAct, act_count(world));
  world->schedule = g_array_new(FALSE, FALSE, sizeof(guint));
  for (guint i = 0; i < act_count(world); i++) {
    WorldAct *act = &world->acts[i];
    act->world = world;
    act->index = i;
    act->timer = (Timer){.expired = act_begins, .owner = act};
    act->pause = (Timer){.expired = act_ended, .owner = act};
    if (!plan_of(act)->after) g_array_append_val(world->schedule, i);
  }
  g_array_sort_with_data(world->schedule, compare_beginnings, world->scenario->acts);
  world->schedule_place = timer_queue_reserve(&world->clock.timers, world->schedule->len);
  schedule_next(world);
}

void world_acts_clear(World *world)
{
  for (guint i = 0; i < act_count(world); i++) {
    virtual_clock_cancel(&world->clock, &world->acts[i].timer);
    virtual_clock_cancel(&world->clock, &world->acts[i].pause);
  }
  for (guint i = 0; i < world->outages->len; i++) {
    WorldOutage *outage = g_ptr_array_index(world->outages, i);
    virtual_clock_cancel(&world->clock, &outage->goes_down);
    virtual_clock_cancel(&world->clock, &outage->comes_up);
  }
  g_ptr_array_unref(world->outages);
  g_array_unref(world->schedule);
  g_free(world->acts);
}
