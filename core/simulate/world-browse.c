/* SPDX-License-Identifier: MIT */
/* Acts of a person who reads mail in a browser: log in first, where they have not. */
#include "simulate/world-private.h"

/* Types the web server's address and fills its log-in form in; the act that follows waits its turn behind. */
static void log_in(const WorldAct *act, const PlanUser *user, Browser *browser, BrowserDone done, void *owner)
{
  g_autofree char *url = g_strdup_printf("http://%s/", act->world->hosts[user->web].name);
  browser_open(browser, url, NULL, NULL);
  browser_log_in(browser, user->address, user->password, done, owner);
}

void world_browse(WorldAct *act, void (*done)(void *act, bool good))
{
  World *world = act->world;
  const ScenarioAct *plan = &g_array_index(world->scenario->acts, ScenarioAct, act->index);
  const PlanUser *user = world_plan_user(world->plan, plan->user);
  Browser *browser = world_need_browser(world, plan->user);
  bool new = !world->people[plan->user].browses;
  world->people[plan->user].browses = true;
  if (plan->kind == ACT_LOG_IN) {
    log_in(act, user, browser, done, act);
    return;
  }
  if (new) log_in(act, user, browser, NULL, NULL);
  switch (plan->kind) {
  case ACT_LOG_OUT:
    world->people[plan->user].browses = false;
    browser_log_out(browser, done, act);
    break;
  case ACT_SEND:
    browser_compose(browser, plan->to, plan->subject, plan->text, done, act);
    break;
  case ACT_REPLY:
    browser_reply(browser, plan->text, done, act);
    break;
  case ACT_READ:
    browser_read(browser, plan->subject, done, act);
    break;
  case ACT_DELETE:
    browser_delete(browser, done, act);
    break;
  default: /* whatever else one does to a mailbox, in a browser it is a look at the list */
    browser_list(browser, done, act);
  }
}
