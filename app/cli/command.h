/* SPDX-License-Identifier: MIT */
/* What the commands of `carteiro` share: their table, exit codes and messages. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Exit codes, as interfaces promise them. */
typedef enum {
  EXIT_ALL_READ = 0,
  EXIT_DAMAGE = 1,      /* what was readable is shown */
  EXIT_USAGE = 2,
  EXIT_UNREADABLE = 3,
  EXIT_OUTPUT = 4,
  EXIT_FAULTS_FOUND = 5,
} ExitCode;

typedef struct {
  const char *name;
  const char *usage;   /* what follows the name */
  const char *summary; /* N_() */
  int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an ExitCode */
} Command;

int command_decode(int argc, char **argv);
int command_simulate(int argc, char **argv);

/* Prints "carteiro: what: why" to standard error. where may be NULL. Returns code, for `return command_fail(…)`. */
int command_fail(ExitCode code, const char *where, const char *why);

/* How rows are written. */
typedef enum { FORMAT_TEXT, FORMAT_NDJSON, FORMAT_NONE } OutputFormat;

/* Reads a --format value into *format. Returns false with *error set for one we do not know; none only where allow_none. */
bool command_parse_format(const char *name, bool allow_none, OutputFormat *format, GError **error);

/* Parses a command's options; what is left over stays in argv. Returns false with *error set. */
bool command_parse_options(const Command *command, const GOptionEntry *entries, int *argc, char ***argv, GError **error);

/* The table's rows of the two commands, for their help. */
extern const Command decode_command, simulate_command;
