/* SPDX-License-Identifier: MIT */
/* carteiro decode: a capture file or a pipe as an annotated timeline. */
#include "base/i18n.h"
#include "observe/capture-file.h"
#include "output.h"
#include "protocol/registry.h"

#include <string.h>

const Command decode_command = {"decode", "FILE|-", N_("Explain a capture line by line"), command_decode};

typedef struct {
  char *format;
  gboolean reveal;
  char **decode_as;
  char **files;
} DecodeOptions;

/* Reads "PORT=PROTO" rules. Returns NULL with *error set. */
static GArray *parse_decode_as(char **rules, GError **error)
{
  g_autoptr(GArray) parsed = g_array_new(FALSE, FALSE, sizeof(DecodeAs));
  for (char **rule = rules; rule != NULL && *rule != NULL; rule++) {
    char *end = NULL;
    guint64 port = g_ascii_strtoull(*rule, &end, 10);
    ProtocolId protocol = *end == '=' ? registry_find(end + 1) : PROTOCOL_NONE;
    if (!g_ascii_isdigit(**rule) || port == 0 || port > 65535 || registry_get(protocol) == NULL) {
      g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--decode-as wants PORT=PROTOCOL, such as 2525=smtp, not “%s”"),
                  *rule);
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
} Decoding;

static void begin_output(const Decoding *decoding, Nanoseconds start)
{
  NdjsonCapture capture = {decoding->path, capture_file_get_format(decoding->file),
                           capture_file_get_interfaces(decoding->file), capture_file_get_comments(decoding->file)};
  g_autofree char *title = strcmp(decoding->path, "-") == 0 ? g_strdup(_("standard input"))
                                                            : g_path_get_basename(decoding->path);
  output_begin(decoding->output, &capture, title, start);
}

/* Says what could not be read, and returns the exit code for it. */
static int judge_reading(const Decoding *decoding, const GError *failure)
{
  const InspectorCounts *counts = inspector_get_counts(decoding->inspector);
  if (failure != NULL) command_fail(EXIT_DAMAGE, decoding->path, failure->message);
  if (counts->unknown_link > 0) {
    char number[I18N_NUMBER_TEXT];
    i18n_format_number(counts->unknown_link, number);
    g_autofree char *why = g_strdup_printf(g_dngettext(GETTEXT_PACKAGE, "%s frame of a link type Carteiro cannot read",
                                                       "%s frames of a link type Carteiro cannot read",
                                                       counts->unknown_link),
                                           number);
    command_fail(EXIT_DAMAGE, decoding->path, why);
    if (counts->unknown_link == counts->frames) return EXIT_UNREADABLE;
  }
  return failure != NULL || counts->unknown_link > 0 ? EXIT_DAMAGE : EXIT_ALL_READ;
}

/* Reads to the end. Returns the exit code. */
static int read_all(const Decoding *decoding)
{
  g_autoptr(GError) failure = NULL;
  Frame frame;
  bool growing = capture_file_get_fd(decoding->file) < 0;
  CaptureStep step = capture_file_next(decoding->file, &frame, &failure);
  begin_output(decoding, step == CAPTURE_FRAME ? frame.time : 0);
  while (step == CAPTURE_FRAME) {
    inspector_push(decoding->inspector, &frame);
    if (!output_drain(decoding->output, growing)) return output_fail(decoding->output);
    step = capture_file_next(decoding->file, &frame, &failure);
  }
  inspector_finish(decoding->inspector);
  output_end(decoding->output, inspector_get_counts(decoding->inspector), failure != NULL);
  if (!output_drain(decoding->output, true)) return output_fail(decoding->output);
  return judge_reading(decoding, failure);
}

static int decode(const DecodeOptions *options, GError **error)
{
  OutputFormat format = FORMAT_TEXT;
  if (!command_parse_format(options->format, false, &format, error)) return EXIT_USAGE;
  g_autoptr(GArray) rules = parse_decode_as(options->decode_as, error);
  if (rules == NULL) return EXIT_USAGE;
  const char *path = options->files[0];
  g_autoptr(GError) failure = NULL;
  g_autoptr(CaptureFile) file = capture_file_open(path, &failure);
  if (file == NULL) return command_fail(EXIT_UNREADABLE, path, failure->message);
  g_autoptr(Output) output = output_new(format, options->reveal, capture_file_get_names(file));
  RowSink sink = output_get_sink(output);
  InspectorOptions inspector_options = {(const DecodeAs *)(void *)rules->data, rules->len};
  g_autoptr(Inspector) inspector = inspector_new(&inspector_options, &sink);
  Decoding decoding = {file, inspector, output, path};
  return read_all(&decoding);
}

int command_decode(int argc, char **argv)
{
  DecodeOptions options = {0};
  const GOptionEntry entries[] = {
      {"format", 0, 0, G_OPTION_ARG_STRING, &options.format, N_("How lines are written: text, ndjson"), "FORMAT"},
      {"reveal", 0, 0, G_OPTION_ARG_NONE, &options.reveal, N_("Show passwords and digests"), NULL},
      {"decode-as", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.decode_as, N_("Take this port for that protocol"), "PORT=PROTOCOL"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, NULL},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr(GError) error = NULL;
  int code = EXIT_USAGE;
  if (command_parse_options(&decode_command, entries, &argc, &argv, &error)) {
    if (options.files == NULL || options.files[1] != NULL)
      error = g_error_new_literal(G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _("give one capture file, or - for standard input"));
    else
      code = decode(&options, &error);
  }
  if (error != NULL) code = command_fail(EXIT_USAGE, "decode", error->message);
  g_strfreev(options.files);
  g_strfreev(options.decode_as);
  g_free(options.format);
  return code;
}
