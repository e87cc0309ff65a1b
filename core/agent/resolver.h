/* SPDX-License-Identifier: MIT */
/* A host's resolver: asks its name server by UDP, again by TCP where the answer was cut (RFC 7766 §5),
 * follows aliases that lead elsewhere, and remembers answers for as long as they allow, also that there is
 * nothing (RFC 2308). One for each host; its programs share it. */
#pragma once

#include "agent/agent-host.h"
#include "protocol/dns/dns-message.h"

typedef struct Resolver Resolver;
typedef struct ResolverQuestion ResolverQuestion;

/* Told once, never before resolver_ask returns: answer is borrowed during the call, NULL when none came in
 * time. Aliases come before what they lead to; times to live are those of the day the answer came. */
typedef void (*ResolverAnswered)(void *owner, const DnsMessage *answer);

/* Returns a resolver that asks server, a name the host knows or an address. */
Resolver *resolver_new(AgentHost *host, const char *server);

/* Asks for the records of name. Returns the question, borrowed: valid until answered is called or it is
 * cancelled. answered is not called when the host stops first. */
ResolverQuestion *resolver_ask(Resolver *resolver, const char *name, DnsType type, ResolverAnswered answered,
                               void *owner);

/* Forgets a question that was not answered yet; NULL is nothing. */
void resolver_cancel(ResolverQuestion *question);

/* Forgets all answers. */
void resolver_flush(Resolver *resolver);

/* Frees the resolver and the questions not answered: after its host has stopped, before the host is freed,
 * after the programs that ask it. */
void resolver_free(Resolver *resolver);
