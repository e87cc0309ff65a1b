/* SPDX-License-Identifier: MIT */
/* Runs a world with a tap that writes and inspects each frame. */
#include "app/desktop/simulation.h"

#include "observe/capture-writer.h"
#include "observe/inspector.h"

struct Simulation {
  Scenario *scenario;
  World *world; /* NULL after it was given away */
  World *seen;  /* the same, borrowed */
  CaptureWriter *spool;
  Inspector *inspector;
  Timeline *timeline;
  NameTable *names;
};

static void take_frame(void *owner, const Frame *frame)
{
  Simulation *simulation = owner;
  Frame kept = *frame;
  kept.source_offset = capture_writer_write(simulation->spool, frame);
  inspector_push(simulation->inspector, &kept);
}

static void save_frame(void *owner, const Frame *frame)
{
  capture_writer_write(owner, frame);
}

/* Interfaces of a writer are the world's links, in their order, so that a frame's interface is its link. */
static void describe_world(CaptureWriter *writer, const World *world)
{
  for (guint i = 0; i < world_get_link_count(world); i++)
    capture_writer_add_interface(writer, LINK_TYPE_ETHERNET, world_get_link(world, i)->name);
  for (guint i = 0; i < world_get_host_count(world); i++) {
    const WorldHost *host = world_get_host(world, i);
    capture_writer_add_name(writer, &host->address, host->name);
    if (host->other_address.version != 0) capture_writer_add_name(writer, &host->other_address, host->name);
  }
}

/* Places as the stage has them: the sender's home and domain, the Internet, the recipient's domain and home.
 */
static guint find_place(const World *world, const WorldHost *host)
{
  if (host->kind == HOST_NAME_SERVER) return 2;
  for (guint i = 0; i < world_get_host_count(world); i++) {
    const WorldHost *first = world_get_host(world, i);
    if (first->kind == HOST_NAME_SERVER) continue;
    bool left = g_strcmp0(first->domain, host->domain) == 0;
    bool server = host->kind != HOST_USER;
    return left ? (server ? 1 : 0) : (server ? 3 : 4);
  }
  return 0;
}

static void learn_names(Simulation *simulation)
{
  for (guint i = 0; i < world_get_host_count(simulation->seen); i++) {
    const WorldHost *host = world_get_host(simulation->seen, i);
    const IpAddress *addresses[] = {&host->address, &host->other_address};
    for (size_t j = 0; j < G_N_ELEMENTS(addresses) && addresses[j]->version != 0; j++) {
      char address[IP_ADDRESS_TEXT];
      ip_address_format(addresses[j], address);
      name_table_set(simulation->names, address, host->label);
      name_table_set_place(simulation->names, address, find_place(simulation->seen, host));
    }
  }
}

static bool run_world(Simulation *simulation, GError **error)
{
  simulation->spool = capture_writer_new_spool(error);
  if (simulation->spool == NULL) return false;
  simulation->timeline = timeline_new(capture_writer_get_fd(simulation->spool));
  RowSink sink = timeline_get_sink(simulation->timeline);
  simulation->inspector = inspector_new(NULL, &sink);
  FrameSink tap = {take_frame, simulation};
  simulation->world = world_new(simulation->scenario, scenario_get_seed(simulation->scenario), &tap, error);
  if (simulation->world == NULL) return false;
  simulation->seen = simulation->world;
  timeline_set_start(simulation->timeline, world_get_start(simulation->world));
  describe_world(simulation->spool, simulation->world);
  learn_names(simulation);
  world_run(simulation->world, NANOSECONDS_NEVER);
  inspector_finish(simulation->inspector);
  timeline_publish(simulation->timeline);
  return capture_writer_flush(simulation->spool, error);
}

Simulation *simulation_new(const char *scenario, GError **error)
{
  g_autoptr(Simulation) simulation = g_new0(Simulation, 1);
  simulation->names = name_table_new();
  simulation->scenario = scenario_load(scenario, NULL, error);
  if (simulation->scenario == NULL || !run_world(simulation, error)) return NULL;
  return g_steal_pointer(&simulation);
}

World *simulation_steal_world(Simulation *simulation)
{
  return g_steal_pointer(&simulation->world);
}

World *simulation_get_world(Simulation *simulation)
{
  return simulation->seen;
}

Timeline *simulation_get_timeline(Simulation *simulation)
{
  return simulation->timeline;
}

NameTable *simulation_get_names(Simulation *simulation)
{
  return simulation->names;
}

const char *simulation_get_title(Simulation *simulation)
{
  return scenario_get_title(simulation->scenario);
}

uint64_t simulation_get_seed(Simulation *simulation)
{
  return scenario_get_seed(simulation->scenario);
}

bool simulation_save(Simulation *simulation, const char *path, GError **error)
{
  g_autoptr(CaptureWriter) writer = capture_writer_new(path, error);
  if (writer == NULL) return false;
  FrameSink tap = {save_frame, writer};
  g_autoptr(World) world =
      world_new(simulation->scenario, scenario_get_seed(simulation->scenario), &tap, error);
  if (world == NULL) return false;
  capture_writer_set_comment(writer, scenario_get_title(simulation->scenario));
  describe_world(writer, world);
  world_run(world, NANOSECONDS_NEVER);
  return capture_writer_commit(writer, error);
}

void simulation_free(Simulation *simulation)
{
  if (simulation == NULL) return;
  if (simulation->inspector != NULL) inspector_free(simulation->inspector);
  if (simulation->spool != NULL) capture_writer_free(simulation->spool);
  if (simulation->world != NULL) world_free(simulation->world);
  if (simulation->scenario != NULL) scenario_unref(simulation->scenario);
  timeline_unref(simulation->timeline);
  name_table_unref(simulation->names);
  g_free(simulation);
}
