/* SPDX-License-Identifier: MIT */
/* carteiro simulate: plays a scenario; its frames pass the tap and come out of the same decoder as a
 * capture's. */
#include "base/i18n.h"
#include "observe/capture-file.h"
#include "observe/capture-writer.h"
#include "output.h"
#include "simulate/world.h"

const Command simulate_command = {"simulate", "[SCENARIO]",
                                  N_("Play a scenario: Alice’s mail to Bob, or another"), command_simulate};

typedef struct {
  char *format;
  gboolean reveal;
  gboolean stats;
  char *where;
  char *pcap;
  char *seed;
  char **settings;
  char **scenarios;
} SimulateOptions;

/* Where the tap's frames go. */
typedef struct {
  Inspector *inspector;  /* NULL with --format none */
  CaptureWriter *writer; /* NULL without --pcap */
  Output *output;
  bool output_failed;
} Listener;

static void take_frame(void *owner, const Frame *frame)
{
  Listener *listener = owner;
  if (listener->writer != NULL) capture_writer_write(listener->writer, frame);
  if (listener->inspector == NULL || listener->output_failed) return;
  inspector_push(listener->inspector, frame);
  listener->output_failed = !output_drain(listener->output, false);
}

static void free_interface(gpointer data)
{
  CaptureInterface *interface = data;
  g_free(interface->name);
  g_free(interface);
}

/* Returns the links as a capture's interfaces. */
static GPtrArray *world_interfaces(const World *world)
{
  GPtrArray *interfaces = g_ptr_array_new_with_free_func(free_interface);
  for (guint i = 0; i < world_get_link_count(world); i++) {
    CaptureInterface *interface = g_new0(CaptureInterface, 1);
    interface->link_type = LINK_TYPE_ETHERNET;
    interface->name = g_strdup(world_get_link(world, i)->name);
    g_ptr_array_add(interfaces, interface);
  }
  return interfaces;
}

/* Returns "ip text" → host name. */
static GHashTable *world_names(const World *world)
{
  GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < world_get_host_count(world); i++) {
    const WorldHost *host = world_get_host(world, i);
    const IpAddress *addresses[] = {&host->address, &host->other_address};
    for (size_t j = 0; j < G_N_ELEMENTS(addresses) && addresses[j]->version != 0; j++) {
      char text[IP_ADDRESS_TEXT];
      ip_address_format(addresses[j], text);
      g_hash_table_insert(names, g_strdup(text), (gpointer)(uintptr_t)host->name);
    }
  }
  return names;
}

static CaptureWriter *open_writer(const char *path, const World *world, const char *title, GError **error)
{
  CaptureWriter *writer = capture_writer_new(path, error);
  if (writer == NULL) return NULL;
  capture_writer_set_comment(writer, title);
  for (guint i = 0; i < world_get_link_count(world); i++)
    capture_writer_add_interface(writer, LINK_TYPE_ETHERNET, world_get_link(world, i)->name);
  for (guint i = 0; i < world_get_host_count(world); i++) {
    const WorldHost *host = world_get_host(world, i);
    capture_writer_add_name(writer, &host->address, host->name);
    if (host->other_address.version != 0) capture_writer_add_name(writer, &host->other_address, host->name);
  }
  return writer;
}

/* Keeps the frames. Returns the exit code; a reader that has gone is no failure. */
static int save_frames(CaptureWriter *writer, const char *path)
{
  g_autoptr(GError) error = NULL;
  if (writer == NULL || capture_writer_commit(writer, &error)) return EXIT_ALL_READ;
  if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_PIPE)) return EXIT_ALL_READ;
  return command_fail(EXIT_OUTPUT, simulate_command.name, path, error->message);
}

static int play(World *world, Listener *listener, const char *path)
{
  world_run(world, NANOSECONDS_NEVER);
  if (listener->inspector != NULL) {
    inspector_finish(listener->inspector);
    output_end(listener->output, inspector_get_counts(listener->inspector), false);
  }
  int saved = save_frames(listener->writer, path);
  if (!listener->output_failed && output_drain(listener->output, true)) {
    int filtered = output_judge_filter(listener->output, &simulate_command);
    return saved != EXIT_ALL_READ ? saved : filtered;
  }
  int written = output_fail(listener->output, &simulate_command);
  return saved != EXIT_ALL_READ ? saved : written;
}

static int run_world(World *world, Listener *listener, const SimulateOptions *options,
                     const Scenario *scenario, OutputOptions *output_options)
{
  g_autoptr(GError) failure = NULL;
  const char *title = scenario_get_title(scenario);
  g_autoptr(CaptureWriter) writer = NULL;
  if (options->pcap != NULL) {
    writer = open_writer(options->pcap, world, title, &failure);
    if (writer == NULL)
      return command_fail(EXIT_OUTPUT, simulate_command.name, options->pcap, failure->message);
  }
  g_autoptr(GHashTable) names = world_names(world);
  output_options->names = names;
  g_autoptr(Output) output = output_new(output_options);
  RowSink sink = output_get_sink(output);
  g_autoptr(Inspector) inspector = output_options->format == FORMAT_NONE ? NULL : inspector_new(NULL, &sink);
  *listener = (Listener){inspector, writer, output, false};
  g_autoptr(GPtrArray) interfaces = world_interfaces(world);
  NdjsonCapture capture = {options->scenarios != NULL ? options->scenarios[0] : "walk", N_("simulation"),
                           interfaces, NULL};
  output_begin(output, &capture, title, world_get_start(world));
  return play(world, listener, options->pcap);
}

/* Returns false, after saying so, for text that is no seed. */
static bool parse_seed(const char *text, const Scenario *scenario, uint64_t *seed)
{
  *seed = scenario_get_seed(scenario);
  if (text == NULL || g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, seed, NULL)) return true;
  g_autofree char *where = g_strdup_printf("--seed %s", text);
  command_fail(EXIT_USAGE, simulate_command.name, where, _("a seed is a whole number, 0 or more"));
  return false;
}

static int simulate(const SimulateOptions *options)
{
  OutputOptions output = {.format = FORMAT_TEXT, .reveal = options->reveal, .stats = options->stats};
  if (!command_parse_format(&simulate_command, options->format, true, &output.format)) return EXIT_USAGE;
  char **names = options->scenarios;
  if (names != NULL && names[1] != NULL)
    return command_fail(EXIT_USAGE, simulate_command.name, names[1], _("give one scenario"));
  g_autoptr(Filter) filter = NULL;
  if (!output_parse_filter(&simulate_command, options->where, output.reveal, &filter)) return EXIT_USAGE;
  g_autoptr(GError) error = NULL;
  uint64_t seed;
  Listener listener = {0};
  FrameSink tap = {take_frame, &listener};
  g_autoptr(Scenario) scenario =
      scenario_load(names != NULL ? names[0] : NULL, (const char *const *)options->settings, &error);
  if (scenario != NULL && !parse_seed(options->seed, scenario, &seed)) return EXIT_USAGE;
  g_autoptr(World) world = scenario != NULL ? world_new(scenario, seed, &tap, &error) : NULL;
  /* These messages begin with their file and line, or with --set. */
  if (world == NULL) return command_fail(EXIT_USAGE, simulate_command.name, NULL, error->message);
  output.filter = filter;
  return run_world(world, &listener, options, scenario, &output);
}

int command_simulate(int argc, char **argv)
{
  SimulateOptions options = {0};
  const GOptionEntry entries[] = {
      {"format", 0, 0, G_OPTION_ARG_STRING, &options.format, N_("How lines are written: text, ndjson, none"),
       "FORMAT"},
      {"reveal", 0, 0, G_OPTION_ARG_NONE, &options.reveal, N_("Show passwords and digests"), NULL},
      {"where", 0, 0, G_OPTION_ARG_STRING, &options.where,
       N_("Show only the lines that fit, such as 'code >= 500'"), "FILTER"},
      {"stats", 0, 0, G_OPTION_ARG_NONE, &options.stats,
       N_("Add up the lines shown: hosts, delays, refusals"), NULL},
      {"pcap", 0, 0, G_OPTION_ARG_FILENAME, &options.pcap, N_("Save the frames, for Carteiro and Wireshark"),
       "OUT.pcapng"},
      {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, N_("Another run of the same story"), "NUMBER"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.settings, N_("Change a key of the scenario"),
       "KEY=VALUE"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.scenarios, NULL, NULL},
      G_OPTION_ENTRY_NULL,
  };
  int code;
  if (command_parse_options(&simulate_command, entries, argc, argv, &code)) code = simulate(&options);
  g_strfreev(options.scenarios);
  g_strfreev(options.settings);
  g_free(options.where);
  g_free(options.format);
  g_free(options.pcap);
  g_free(options.seed);
  return code;
}
