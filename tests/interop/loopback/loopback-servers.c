/* SPDX-License-Identifier: MIT */
/* The mail servers of alpha.example and beta.example, and their name server, on real sockets of this machine,
 * for other people's programs to talk to: loopback-servers [--usual-ports] [--connections N] [--of-a-peer N].
 *
 * Prints a line for each port, "HOST tcp|udp PORT REAL", then "ready"; ends on SIGTERM, also when whoever
 * started it is gone, and prints how many connections it had. */
#include "agent/name-server.h"
#include "loopback-services.h"
#include "loopback/loopback-driver.h"

#include <glib-unix.h>
#include <stdio.h>
#include <sys/prctl.h>

#define NAME_SERVER "ns.example"

/* A mail server: who it is and whose mailboxes it has. */
typedef struct {
  const char *name, *domain, *address;
  const char *user, *password;
  uint16_t port_offset; /* with --usual-ports */
} SitePlan;

static const SitePlan plans[] = {
    {"mail.alpha.example", "alpha.example", "192.0.2.25", "alice@alpha.example", "wonderland", 0},
    {"mail.beta.example", "beta.example", "198.51.100.25", "bob@beta.example", "builder", 10000},
};

typedef struct {
  LoopbackHost *machine;
  LoopbackSite site;
  gpointer *services; /* as many as the table has */
} MailServer;

typedef struct {
  GMainLoop *loop;
  LoopbackDriver *driver;
  MailServer mail_servers[G_N_ELEMENTS(plans)];
  LoopbackHost *name_machine;
  NameServer *name_server;
  uint64_t opened, turned_away;
} Servers;

static gboolean usual_ports;
static gint connection_limit, peer_limit;

static void connection_opened(void *owner, const LoopbackView *view)
{
  (void)view;
  ((Servers *)owner)->opened++;
}

static void client_turned_away(void *owner, const LoopbackView *view)
{
  (void)view;
  ((Servers *)owner)->turned_away++;
}

static const LoopbackWatch watch = {.opened = connection_opened, .turned_away = client_turned_away};

static void start_mail_server(Servers *servers, MailServer *server, const SitePlan *plan)
{
  server->machine = loopback_driver_add_host(servers->driver, &(LoopbackHostConfig){
                                                                  .name = plan->name,
                                                                  .address = plan->address,
                                                                  .port_offset = plan->port_offset,
                                                                  .any_port = !usual_ports,
                                                              });
  server->site = (LoopbackSite){
      .host = loopback_host_as_agent_host(server->machine),
      .host_name = plan->name,
      .domain = plan->domain,
      .name_server = NAME_SERVER,
      .store = mail_store_new(),
  };
  mail_store_add_user(server->site.store, plan->user, plan->password);
  server->services = g_new0(gpointer, loopback_service_count);
  for (size_t i = 0; i < loopback_service_count; i++)
    server->services[i] = loopback_services[i].start(&server->site);
}

static void start_name_server(Servers *servers)
{
  enum { TTL = 3600 };
  servers->name_machine = loopback_driver_add_host(
      servers->driver,
      &(LoopbackHostConfig){.name = NAME_SERVER, .address = "203.0.113.53", .any_port = !usual_ports});
  servers->name_server = name_server_new(loopback_host_as_agent_host(servers->name_machine));
  DnsZones *zones = name_server_get_zones(servers->name_server);
  for (size_t i = 0; i < G_N_ELEMENTS(plans); i++) {
    g_autofree char *a = g_strdup_printf("A %s", plans[i].address);
    g_autofree char *mx = g_strdup_printf("MX 10 %s", plans[i].name);
    dns_zones_add(zones, plans[i].domain);
    if (!dns_zones_append(zones, plans[i].name, TTL, a) || !dns_zones_append(zones, plans[i].domain, TTL, mx))
      g_error("%s: no such record", plans[i].domain);
  }
}

static void print_ports(const LoopbackHost *machine)
{
  static const uint16_t ports[] = {25, 53, 80, 109, 110, 143, 587};
  const char *name = loopback_host_get_name(machine);
  for (size_t i = 0; i < G_N_ELEMENTS(ports); i++)
    for (AgentTransport transport = AGENT_TCP; transport <= AGENT_UDP; transport++) {
      uint16_t real = loopback_host_get_port(machine, transport, ports[i]);
      if (real != 0) printf("%s %s %u %u\n", name, transport == AGENT_TCP ? "tcp" : "udp", ports[i], real);
    }
}

static gboolean end_of_all(gpointer data)
{
  g_main_loop_quit(((Servers *)data)->loop);
  return G_SOURCE_CONTINUE;
}

static bool read_options(int argc, char **argv)
{
  GOptionEntry entries[] = {
      {"usual-ports", 0, 0, G_OPTION_ARG_NONE, &usual_ports, "2525, 2587 …, with 10000 more for beta", NULL},
      {"connections", 0, 0, G_OPTION_ARG_INT, &connection_limit, "at most so many at once", "N"},
      {"of-a-peer", 0, 0, G_OPTION_ARG_INT, &peer_limit, "at most so many from one address", "N"},
      {0},
  };
  g_autoptr(GOptionContext) context = g_option_context_new("- mail servers on loopback");
  g_autoptr(GError) error = NULL;
  g_option_context_add_main_entries(context, entries, NULL);
  if (g_option_context_parse(context, &argc, &argv, &error)) return true;
  fprintf(stderr, "loopback-servers: %s\n", error->message);
  return false;
}

static void run(Servers *servers)
{
  for (size_t i = 0; i < G_N_ELEMENTS(plans); i++)
    print_ports(servers->mail_servers[i].machine);
  print_ports(servers->name_machine);
  guint term = g_unix_signal_add(SIGTERM, end_of_all, servers);
  guint interrupt = g_unix_signal_add(SIGINT, end_of_all, servers);
  puts("ready");
  fflush(stdout);
  g_main_loop_run(servers->loop);
  g_source_remove(interrupt);
  g_source_remove(term);
  printf("opened %" G_GUINT64_FORMAT " turned-away %" G_GUINT64_FORMAT "\n", servers->opened,
         servers->turned_away);
}

static void stop(Servers *servers)
{
  loopback_driver_stop(servers->driver);
  for (size_t i = 0; i < G_N_ELEMENTS(plans); i++) {
    MailServer *server = &servers->mail_servers[i];
    for (size_t j = 0; j < loopback_service_count; j++)
      loopback_services[j].stop(server->services[j]);
    g_free(server->services);
    mail_store_free(server->site.store);
  }
  name_server_free(servers->name_server);
  loopback_driver_free(servers->driver);
  g_main_loop_unref(servers->loop);
}

int main(int argc, char **argv)
{
  Servers servers = {0};
  g_autoptr(GError) error = NULL;
  if (!read_options(argc, argv)) return 2;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  servers.driver = loopback_driver_new(&(LoopbackDriverConfig){.connection_limit = (guint)connection_limit,
                                                               .peer_limit = (guint)peer_limit,
                                                               .watch = &watch,
                                                               .owner = &servers},
                                       &error);
  if (servers.driver == NULL) g_error("%s", error->message);
  servers.loop = g_main_loop_new(NULL, FALSE);
  for (size_t i = 0; i < G_N_ELEMENTS(plans); i++)
    start_mail_server(&servers, &servers.mail_servers[i], &plans[i]);
  start_name_server(&servers);
  bool sound = loopback_driver_check(servers.driver, &error);
  if (sound)
    run(&servers);
  else
    fprintf(stderr, "loopback-servers: %s\n", error->message);
  stop(&servers);
  return sound ? 0 : 3;
}
