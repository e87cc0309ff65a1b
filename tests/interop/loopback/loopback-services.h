/* SPDX-License-Identifier: MIT */
/* What each mail server of the loopback programs runs. A new kind of server is a row of the table. */
#pragma once

#include "agent/agent-host.h"
#include "mail/mail-store.h"

/* A mail server as its programs see it. */
typedef struct {
  AgentHost *host;
  const char *host_name, *domain;
  const char *name_server;
  MailStore *store;
} LoopbackSite;

typedef struct {
  gpointer (*start)(const LoopbackSite *site); /* opens its ports itself */
  void (*stop)(gpointer service);              /* after its host has stopped */
} LoopbackService;

extern const LoopbackService loopback_services[];
extern const size_t loopback_service_count;
