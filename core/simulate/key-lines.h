/* SPDX-License-Identifier: MIT */
/* A key file read line by line, so that an error can name its line; values are kept as written. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define KEY_LINES_BYTES_MAX 5242880u /* of a file */

typedef struct {
  char *group;    /* "Act 1" */
  char *key;      /* "Title", or NULL for the group's own line */
  char *language; /* "pt_BR", or NULL */
  char *value;    /* unescaped: \n, \t, \s, \\ */
  guint line;     /* from 1; 0 for a setting */
} KeyLine;

/* Returns the lines of text (of KeyLine, in order, blank lines and comments left out), or NULL with *line and
 * *problem (static, translated) saying what is wrong where. A group or key that comes twice is wrong. */
GPtrArray *key_lines_parse(const char *text, gsize length, guint *line, const char **problem);

/* Returns a copy of value with its escapes undone, the caller's to free; NULL where one is unknown. */
char *key_lines_unescape(const char *value);

/* Frees one line. */
void key_line_free(gpointer line);
