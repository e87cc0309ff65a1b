/* SPDX-License-Identifier: MIT */
/* Random messages of many parts, for the tests that GMime judges. */
#pragma once

#include <glib.h>

static inline void append_body(GRand *random, GString *message)
{
  static const char *const lines[] = {"",      "hello", "--",        "--b",   "- dash", "Subject: no",
                                      "--b0x", ".",     "From here", "\xe1é", " --b1"};
  for (int i = g_rand_int_range(random, 0, 5); i > 0; i--)
    g_string_append_printf(message, "%s\r\n", lines[g_rand_int_range(random, 0, G_N_ELEMENTS(lines))]);
  g_string_append(message, "last\r\n");
}

/* Appends an entity, its header fields first; depth: how many it lies in. */
static inline void append_entity(GRand *random, GString *message, int depth)
{
  static const char *const leaves[] = {"text/plain", "text/html", "image/png", "application/pdf"};
  int kind = depth > 4 ? 0 : g_rand_int_range(random, 0, 4);
  if (kind < 2) {
    g_string_append_printf(message, "Content-Type: %s\r\n\r\n",
                           leaves[g_rand_int_range(random, 0, G_N_ELEMENTS(leaves))]);
    append_body(random, message);
  } else if (kind == 2 && depth > 0) {
    g_string_append(message, "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nMIME-Version: 1.0\r\n");
    append_entity(random, message, depth + 1);
  } else {
    g_string_append_printf(message, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n", depth);
    for (int i = g_rand_int_range(random, 1, 4); i > 0; i--) {
      g_string_append_printf(message, "--b%d\r\n", depth);
      append_entity(random, message, depth + 1);
    }
    g_string_append_printf(message, "--b%d--\r\n", depth);
  }
}
