/* SPDX-License-Identifier: MIT */
/* The table of services: SMTP, POP3 and POP2 with every mechanism they know; IMAP; webmail. */
#include "loopback-services.h"

#include "agent/access-server-imap.h"
#include "agent/access-server.h"
#include "agent/server-config.h"
#include "agent/transfer-agent.h"
#include "agent/webmail-server.h"

/* Best first. */
static const char *const mechanisms[] = {"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", NULL};

static gpointer start_transfer_agent(const LoopbackSite *site)
{
  TransferAgentConfig config = {.host = site->host,
                                .host_name = site->host_name,
                                .store = site->store,
                                .name_server = site->name_server};
  static ServerConfig server;
  if (server.mechanisms == NULL) server_config_init(&server);
  g_autofree char *names = g_strjoinv(" ", (char **)(gpointer)mechanisms);
  g_assert_true(server_config_set_mechanisms(&server, names));
  config.server = &server;
  return transfer_agent_new(&config);
}

static void stop_transfer_agent(gpointer service)
{
  transfer_agent_free(service);
}

static gpointer start_access_server(const LoopbackSite *site)
{
  return access_server_new(&(AccessServerConfig){
      .host = site->host,
      .host_name = site->host_name,
      .store = site->store,
      .offer_apop = true,
      .mechanisms = mechanisms,
      .offer_pop2 = true,
  });
}

static void stop_access_server(gpointer service)
{
  access_server_free(service);
}

static gpointer start_imap(const LoopbackSite *site)
{
  return access_server_imap_new(&(AccessServerImapConfig){
      .host = site->host,
      .host_name = site->host_name,
      .store = site->store,
      .mechanisms = mechanisms,
  });
}

static void stop_imap(gpointer service)
{
  access_server_imap_free(service);
}

static gpointer start_webmail(const LoopbackSite *site)
{
  return webmail_server_new(&(WebmailServerConfig){
      .host = site->host,
      .host_name = site->host_name,
      .mail_server = site->host_name,
      .domain = site->domain,
  });
}

static void stop_webmail(gpointer service)
{
  webmail_server_free(service);
}

const LoopbackService loopback_services[] = {
    {start_transfer_agent, stop_transfer_agent}, /* 25, 587 */
    {start_access_server, stop_access_server},   /* 110, 109 */
    {start_imap, stop_imap},                     /* 143 */
    {start_webmail, stop_webmail},               /* 80 */
};

const size_t loopback_service_count = G_N_ELEMENTS(loopback_services);
