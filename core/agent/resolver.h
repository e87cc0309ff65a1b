/* SPDX-License-Identifier: MIT */
/* Asks a name server one question by UDP and tells what it answered. */
#pragma once

#include "agent/agent-host.h"
#include "protocol/dns/dns-message.h"

/* Told once: answer is borrowed during the call, NULL when none came in time. */
typedef void (*ResolverAnswered)(void *owner, const DnsMessage *answer);

/* Asks server (name or address) for the records of name. answered is not called when the host stops first. */
void resolver_ask(AgentHost *host, const char *server, const char *name, DnsType type,
                  ResolverAnswered answered, void *owner);
