/* SPDX-License-Identifier: MIT */
/* The files that come with a letter. */
#pragma once

#include "base/bytes.h"

typedef struct {
  guint part;      /* of the letter, as message_scanner counts; names the file in an address */
  char *name;      /* safe to write, or NULL */
  char *type;      /* "image/png" */
  uint64_t bytes;  /* decoded */
  bool can_be_had; /* its encoding is one that webmail_files_read undoes */
} WebmailFile;

/* Returns what is in message besides its text, of WebmailFile; free with g_array_unref. */
GArray *webmail_files_list(Bytes message);

/* Returns the file's bytes, decoded, the caller's to unref; NULL where message has no such file, or it cannot
 * be had. name (may become NULL) is the caller's to free. */
GBytes *webmail_files_read(Bytes message, guint part, char **name);
