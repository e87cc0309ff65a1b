/* SPDX-License-Identifier: MIT */
/* One question to a name server. */
#include "agent/resolver.h"

#include "protocol/dns/dns-client.h"

typedef struct {
  ResolverAnswered answered;
  void *owner;
} ResolverQuestion;

static void question_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  (void)event;
}

static void question_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  g_autofree ResolverQuestion *question = owner;
  if (end != AGENT_STOPPED) question->answered(question->owner, dns_client_get_answer(endpoint));
}

static const AgentSessionClass question_class = {question_event, question_ended};

void resolver_ask(AgentHost *host, const char *server, const char *name, DnsType type,
                  ResolverAnswered answered, void *owner)
{
  ResolverQuestion *question = g_new(ResolverQuestion, 1);
  *question = (ResolverQuestion){answered, owner};
  Endpoint *client = dns_client_new(&(DnsClientConfig){
      .id = (uint16_t)agent_host_random(host),
      .name = name,
      .type = type,
  });
  agent_host_connect(host, AGENT_UDP, server, DNS_PORT, client, &(AgentSession){&question_class, question});
}
