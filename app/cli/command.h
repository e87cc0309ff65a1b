/* SPDX-License-Identifier: MIT */
/* What the commands of `carteiro` share: their table, exit codes and messages. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Exit codes, as interfaces promise them. */
typedef enum {
  EXIT_ALL_READ = 0,
  EXIT_DAMAGE = 1, /* what was readable is shown */
  EXIT_USAGE = 2,
  EXIT_UNREADABLE = 3,
  EXIT_OUTPUT = 4,
  EXIT_FAULTS_FOUND = 5,
} ExitCode;

typedef struct {
  const char *name;
  const char *usage;                 /* what follows the name */
  const char *summary;               /* N_() */
  int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an ExitCode */
} Command;

int command_decode(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_export(int argc, char **argv);

/* Prints the line "carteiro: what: where: why" to standard error, whatever bytes a path may hold. what: the
 * command. where: the file, option or place; NULL when why begins with it. Returns code, for `return
 * command_fail(…)`. */
int command_fail(ExitCode code, const char *what, const char *where, const char *why);

/* Hands what was printed to standard output. Returns EXIT_ALL_READ, also when the reader has gone, or
 * EXIT_OUTPUT after saying why. */
int command_flush(const char *what);

/* Says that standard output failed with this errno, unless the reader has just gone. Returns the exit code.
 */
int command_fail_output(const char *what, int error_number);

/* How rows are written. */
typedef enum { FORMAT_TEXT, FORMAT_NDJSON, FORMAT_NONE } OutputFormat;

/* Reads a --format value into *format; NULL leaves it. Returns false, after saying so, for one we do not
 * know; none only where allow_none. */
bool command_parse_format(const Command *command, const char *name, bool allow_none, OutputFormat *format);

/* Parses a command's options; entries collect the files. Returns true to go on; false when all is said, with
 * the exit code in *code: after
 * --help, or after a message. */
bool command_parse_options(const Command *command, const GOptionEntry *entries, int argc, char **argv,
                           int *code);

/* The table's rows of the commands, for their help. */
extern const Command decode_command, simulate_command, export_command;
