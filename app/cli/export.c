/* SPDX-License-Identifier: MIT */
/* carteiro export: what a capture holds, in other forms. */
#include "base/i18n.h"
#include "letter-files.h"
#include "observe/capture-file.h"
#include "observe/redactor.h"
#include "reading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const Command export_command = {
    "export", "FILE", N_("Save letters out of a capture, or a copy fit to give away"), command_export};

typedef struct {
  char *messages;
  gboolean redact;
  char *output;
  char **files;
} ExportOptions;

static int export_messages(CaptureFile *file, const char *title, const char *folder)
{
  g_autoptr(GError) failure = NULL;
  g_autoptr(LetterFiles) letters = letter_files_new(folder, &failure);
  if (letters == NULL) return command_fail(EXIT_OUTPUT, export_command.name, folder, failure->message);
  RowSink sink = letter_files_get_sink(letters);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  Frame frame;
  CaptureStep step = CAPTURE_FRAME;
  while (letter_files_get_error(letters) == NULL &&
         (step = capture_file_next(file, &frame, &failure)) == CAPTURE_FRAME)
    inspector_push(inspector, &frame);
  inspector_finish(inspector);
  const GError *error = letter_files_get_error(letters);
  int written = command_flush(export_command.name);
  if (error != NULL) return command_fail(EXIT_OUTPUT, export_command.name, NULL, error->message);
  if (written != EXIT_ALL_READ) return written;
  if (letter_files_count(letters) == 0)
    command_fail(EXIT_ALL_READ, export_command.name, title, _("there is no letter in it that can be read"));
  return reading_judge(&export_command, title, inspector, failure);
}

/* Reads all frames of file and hands each to step. Returns false with *failure set where the file is damaged:
 * all before was handed over. */
static bool each_frame(CaptureFile *file, FrameSink sink, GError **failure)
{
  Frame frame;
  CaptureStep step;
  while ((step = capture_file_next(file, &frame, failure)) == CAPTURE_FRAME)
    frame_sink_push(&sink, &frame);
  return step != CAPTURE_FAILED;
}

typedef struct {
  Redactor *redactor;
  CaptureWriter *writer;
} Rewriting;

static void rewrite_frame(void *owner, const Frame *frame)
{
  const Rewriting *rewriting = owner;
  redactor_write(rewriting->redactor, frame, rewriting->writer);
}

/* The second pass reads the same bytes again. */
static int write_redacted(CaptureFile *file, Redactor *redactor, const char *output)
{
  g_autoptr(GError) error = NULL, ignored = NULL;
  int fd = dup(capture_file_get_fd(file));
  if (fd >= 0) lseek(fd, 0, SEEK_SET);
  g_autoptr(CaptureFile) again = fd >= 0 ? capture_file_open_fd(fd, &error) : NULL;
  if (again == NULL)
    return command_fail(EXIT_UNREADABLE, export_command.name, output,
                        error != NULL ? error->message : g_strerror(errno));
  g_autoptr(CaptureWriter) writer = capture_writer_new(output, &error);
  if (writer == NULL) return command_fail(EXIT_OUTPUT, export_command.name, output, error->message);
  capture_writer_set_comment(writer, "redacted by Carteiro");
  Rewriting rewriting = {redactor, writer};
  each_frame(again, (FrameSink){rewrite_frame, &rewriting}, &ignored);
  if (!capture_writer_commit(writer, &error))
    return command_fail(EXIT_OUTPUT, export_command.name, output, error->message);
  return EXIT_ALL_READ;
}

static int export_redacted(CaptureFile *file, const char *title, const char *output)
{
  g_autoptr(GError) failure = NULL;
  if (!capture_file_keep_spool(file, &failure))
    return command_fail(EXIT_UNREADABLE, export_command.name, title, failure->message);
  g_autoptr(Redactor) redactor = redactor_new();
  RowSink sink = redactor_get_sink(redactor);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  each_frame(file, inspector_get_frame_sink(inspector), &failure);
  inspector_finish(inspector);
  if (!redactor_has_room(redactor))
    return command_fail(
        EXIT_UNREADABLE, export_command.name, title,
        _("there is too much mail in it to be redacted in one go; cut it into smaller captures first"));
  redactor_learned(redactor);
  int written = write_redacted(file, redactor, output);
  return written != EXIT_ALL_READ ? written : reading_judge(&export_command, title, inspector, failure);
}

static int export(const ExportOptions *options)
{
  if (options->files == NULL || options->files[1] != NULL)
    return command_fail(EXIT_USAGE, export_command.name, options->files != NULL ? options->files[1] : "FILE",
                        _("give one capture file, or - for standard input"));
  bool redacts = options->redact && options->output != NULL;
  if ((options->messages != NULL) == redacts || (options->redact != (options->output != NULL)))
    return command_fail(EXIT_USAGE, export_command.name, options->files[0],
                        _("say what to save: --messages FOLDER, or --redact -o FILE.pcapng"));
  const char *path = options->files[0];
  const char *title = strcmp(path, "-") == 0 ? _("standard input") : path;
  g_autoptr(GError) failure = NULL;
  g_autoptr(CaptureFile) file = capture_file_open(path, &failure);
  if (file == NULL) return command_fail(EXIT_UNREADABLE, export_command.name, title, failure->message);
  return redacts ? export_redacted(file, title, options->output)
                 : export_messages(file, title, options->messages);
}

int command_export(int argc, char **argv)
{
  ExportOptions options = {0};
  const GOptionEntry entries[] = {
      {"messages", 0, 0, G_OPTION_ARG_FILENAME, &options.messages,
       N_("Write every letter as an .eml file into this folder"), "FOLDER"},
      {"redact", 0, 0, G_OPTION_ARG_NONE, &options.redact,
       N_("Write the capture without its secrets, addresses and texts"), NULL},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_("Where to write it"), "FILE.pcapng"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, NULL},
      G_OPTION_ENTRY_NULL,
  };
  int code;
  if (command_parse_options(&export_command, entries, argc, argv, &code)) code = export(&options);
  g_strfreev(options.files);
  g_free(options.messages);
  g_free(options.output);
  return code;
}
