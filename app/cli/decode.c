/* SPDX-License-Identifier: MIT */
/* carteiro decode: a capture file or a pipe as an annotated timeline. */
#include "base/i18n.h"
#include "observe/capture-file.h"
#include "output.h"
#include "protocol/registry.h"
#include "reading.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const Command decode_command = {"decode", "[FILE|-]", N_("Explain a capture line by line"), command_decode};

typedef struct {
  char *format;
  gboolean reveal;
  gboolean stats;
  char *where;
  char **decode_as;
  char **files;
} DecodeOptions;

/* Reads "PORT=PROTO" rules. Returns NULL after saying what is wrong. */
static GArray *parse_decode_as(char **rules)
{
  g_autoptr(GArray) parsed = g_array_new(FALSE, FALSE, sizeof(DecodeAs));
  for (char **rule = rules; rule != NULL && *rule != NULL; rule++) {
    char *end = NULL;
    guint64 port = g_ascii_strtoull(*rule, &end, 10);
    ProtocolId protocol = *end == '=' ? registry_find(end + 1) : PROTOCOL_NONE;
    if (!g_ascii_isdigit(**rule) || port == 0 || port > 65535 || registry_get(protocol) == NULL) {
      g_autofree char *where = g_strdup_printf("--decode-as %s", *rule);
      command_fail(EXIT_USAGE, decode_command.name, where, _("wanted is PORT=PROTOCOL, such as 2525=smtp"));
      return NULL;
    }
    DecodeAs entry = {(uint16_t)port, protocol};
    g_array_append_val(parsed, entry);
  }
  return g_steal_pointer(&parsed);
}

typedef struct {
  CaptureFile *file;
  Inspector *inspector;
  Output *output;
  const char *path;
  const char *title; /* what a person calls it */
} Decoding;

static void begin_output(const Decoding *decoding, Nanoseconds start)
{
  NdjsonCapture capture = {decoding->path, capture_file_get_format(decoding->file),
                           capture_file_get_interfaces(decoding->file),
                           capture_file_get_comments(decoding->file)};
  g_autofree char *title = g_path_get_basename(decoding->title);
  output_begin(decoding->output, &capture, title, start);
}

/* Reads to the end. Returns the exit code. */
static int read_all(const Decoding *decoding)
{
  g_autoptr(GError) failure = NULL;
  Frame frame;
  bool growing = capture_file_get_fd(decoding->file) < 0; /* a pipe, most likely: nothing may wait */
  CaptureStep step = capture_file_next(decoding->file, &frame, &failure);
  begin_output(decoding, step == CAPTURE_FRAME ? frame.time : 0);
  while (step == CAPTURE_FRAME) {
    inspector_push(decoding->inspector, &frame);
    if (!output_drain(decoding->output, growing)) return output_fail(decoding->output, &decode_command);
    step = capture_file_next(decoding->file, &frame, &failure);
  }
  inspector_finish(decoding->inspector);
  output_end(decoding->output, inspector_get_counts(decoding->inspector), failure != NULL);
  if (!output_drain(decoding->output, true)) return output_fail(decoding->output, &decode_command);
  int read = reading_judge(&decode_command, decoding->title, decoding->inspector, failure);
  int filtered = output_judge_filter(decoding->output, &decode_command);
  return read != EXIT_ALL_READ ? read : filtered;
}

/* Returns the one file to read; without any, standard input where something is piped into it. Returns NULL
 * after saying what is wrong. */
static const char *choose_file(char **files)
{
  struct stat status;
  bool piped = fstat(STDIN_FILENO, &status) == 0 && !S_ISCHR(status.st_mode);
  if (files != NULL && files[1] == NULL) return files[0];
  if (files == NULL && piped) return "-";
  command_fail(EXIT_USAGE, decode_command.name, files != NULL ? files[1] : decode_command.usage,
               _("give one capture file, or - for standard input"));
  return NULL;
}

/* Reads the file and writes it. Returns the exit code. */
static int decode_file(const char *path, const GArray *rules, const OutputOptions *options)
{
  const char *title = strcmp(path, "-") == 0 ? _("standard input") : path;
  OutputOptions output_options = *options;
  g_autoptr(GError) failure = NULL;
  g_autoptr(CaptureFile) file = capture_file_open(path, &failure);
  if (file == NULL) return command_fail(EXIT_UNREADABLE, decode_command.name, title, failure->message);
  output_options.names = capture_file_get_names(file);
  g_autoptr(Output) output = output_new(&output_options);
  RowSink sink = output_get_sink(output);
  InspectorOptions inspector_options = {(const DecodeAs *)(void *)rules->data, rules->len};
  g_autoptr(Inspector) inspector = inspector_new(&inspector_options, &sink);
  Decoding decoding = {file, inspector, output, path, title};
  return read_all(&decoding);
}

static int decode(const DecodeOptions *options)
{
  OutputOptions output = {.format = FORMAT_TEXT, .reveal = options->reveal, .stats = options->stats};
  if (!command_parse_format(&decode_command, options->format, false, &output.format)) return EXIT_USAGE;
  g_autoptr(GArray) rules = parse_decode_as(options->decode_as);
  const char *path = rules != NULL ? choose_file(options->files) : NULL;
  g_autoptr(Filter) filter = NULL;
  if (path == NULL || !output_parse_filter(&decode_command, options->where, output.reveal, &filter))
    return EXIT_USAGE;
  output.filter = filter;
  return decode_file(path, rules, &output);
}

int command_decode(int argc, char **argv)
{
  DecodeOptions options = {0};
  const GOptionEntry entries[] = {
      {"format", 0, 0, G_OPTION_ARG_STRING, &options.format, N_("How lines are written: text, ndjson"),
       "FORMAT"},
      {"reveal", 0, 0, G_OPTION_ARG_NONE, &options.reveal, N_("Show passwords and digests"), NULL},
      {"where", 0, 0, G_OPTION_ARG_STRING, &options.where,
       N_("Show only the lines that fit, such as 'code >= 500'"), "FILTER"},
      {"stats", 0, 0, G_OPTION_ARG_NONE, &options.stats,
       N_("Add up the lines shown: hosts, delays, refusals"), NULL},
      {"decode-as", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.decode_as,
       N_("Take this port for that protocol"), "PORT=PROTOCOL"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, NULL},
      G_OPTION_ENTRY_NULL,
  };
  int code;
  if (command_parse_options(&decode_command, entries, argc, argv, &code)) code = decode(&options);
  g_strfreev(options.files);
  g_strfreev(options.decode_as);
  g_free(options.where);
  g_free(options.format);
  return code;
}
