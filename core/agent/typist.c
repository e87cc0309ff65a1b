/* SPDX-License-Identifier: MIT */
/* The typist: one connection at a time, and the record of what was said. */
#include "agent/typist.h"

#include "agent/server-lookup.h"
#include "agent/typed-dialogue.h"
#include "agent/typist-framing.h"
#include "base/i18n.h"
#include "protocol/endpoint-support.h"

struct Typist {
  AgentHost *host;
  Resolver *resolver; /* NULL: nobody is asked */
  void (*told)(void *owner, const TypistEvent *event);
  void *told_owner;

  ServerLookup lookup;
  Endpoint *dialogue; /* the host's once it is connected; NULL: no connection */
  bool connected;     /* dialogue is the host's */
  uint16_t port;
  TypistDone done;
  void *owner;
  GArray *record; /* of TypistEvent, its texts ours */
};

static void event_clear(gpointer data)
{
  TypistEvent *event = data;
  endpoint_wipe((char *)event->line); /* it may hold a password */
  g_free((char *)event->reply);
}

static void tell(Typist *typist, const TypistEvent *event)
{
  TypistEvent kept = {event->type, g_strdup(event->line), g_strdup(event->reply)};
  g_array_append_val(typist->record, kept);
  if (typist->told != NULL) typist->told(typist->told_owner, event);
}

static void finish(Typist *typist, const char *how, bool good)
{
  TypistDone done = typist->done;
  void *owner = typist->owner;
  typist->dialogue = NULL;
  typist->connected = false;
  tell(typist, &(TypistEvent){TYPIST_ENDED, "", how});
  if (done != NULL) done(owner, good);
}

static void session_event(void *owner, Endpoint *dialogue, const EndpointEvent *event)
{
  if (event->type != ENDPOINT_FETCHED) return;
  TypistEvent told = typed_dialogue_get_event(dialogue);
  tell(owner, &told);
}

static void session_ended(void *owner, Endpoint *dialogue, AgentEnd end)
{
  Typist *typist = owner;
  if (end == AGENT_STOPPED)
    typist->dialogue = NULL;
  else
    finish(typist, agent_end_words(end), end == AGENT_CLOSED && typed_dialogue_is_answered(dialogue));
}

static const AgentSessionClass session_class = {session_event, session_ended};

static void server_found(void *owner, const char *peer)
{
  Typist *typist = owner;
  if (peer == NULL) {
    endpoint_free(typist->dialogue);
    finish(typist, N_("Nobody knows that server"), false);
    return;
  }
  typist->connected = true;
  agent_host_connect(typist->host, AGENT_TCP, peer, typist->port, typist->dialogue,
                     &(AgentSession){&session_class, typist});
}

Typist *typist_new(const TypistConfig *config)
{
  Typist *typist = g_new0(Typist, 1);
  typist->host = config->host;
  typist->resolver = config->name_server == NULL ? NULL : resolver_new(config->host, config->name_server);
  typist->told = config->told;
  typist->told_owner = config->owner;
  typist->record = g_array_new(FALSE, FALSE, sizeof(TypistEvent));
  g_array_set_clear_func(typist->record, event_clear);
  return typist;
}

void typist_connect(Typist *typist, const TypistScript *script, TypistDone done, void *owner)
{
  if (typist->dialogue != NULL) {
    if (done != NULL) done(owner, false);
    return;
  }
  TypistScript plan = *script;
  if (plan.protocol == TYPIST_BY_PORT) plan.protocol = typist_framing_by_port(plan.port);
  g_array_set_size(typist->record, 0);
  typist->dialogue = typed_dialogue_new(&plan);
  typist->port = plan.port;
  typist->done = done;
  typist->owner = owner;
  server_lookup_host(&typist->lookup, typist->host, typist->resolver, plan.server, server_found, typist);
}

bool typist_type(Typist *typist, const char *line)
{
  if (typist->dialogue == NULL) return false;
  typed_dialogue_append(typist->dialogue, line);
  if (typist->connected) agent_host_wake(typist->host, typist->dialogue);
  return true;
}

void typist_hang_up(Typist *typist, bool abruptly)
{
  if (typist->dialogue == NULL) return;
  typed_dialogue_finish(typist->dialogue);
  if (!typist->connected) return;
  if (abruptly)
    agent_host_cut(typist->host, typist->dialogue);
  else
    agent_host_wake(typist->host, typist->dialogue);
}

bool typist_is_connected(const Typist *typist)
{
  return typist->dialogue != NULL;
}

guint typist_get_count(const Typist *typist)
{
  return typist->record->len;
}

TypistEvent typist_get(const Typist *typist, guint index)
{
  g_assert(index < typist->record->len);
  return g_array_index(typist->record, TypistEvent, index);
}

void typist_free(Typist *typist)
{
  if (typist == NULL) return;
  if (!typist->connected) endpoint_free(typist->dialogue); /* its server was still searched for */
  server_lookup_clear(&typist->lookup);
  g_array_unref(typist->record);
  resolver_free(typist->resolver);
  g_free(typist);
}
