/* SPDX-License-Identifier: MIT */
/* What people want to know of a message at a glance, decoded to UTF-8. */
#pragma once

#include "base/bytes.h"

/* No member is NULL; what the message does not tell is "". */
typedef struct {
  char *from, *to, *cc; /* "Alice <alice@alpha.example>" */
  char *subject;
  char *date;       /* as written */
  char *message_id; /* without brackets */
  char *first_line; /* the first line of text that is not empty, at most 200 characters */
} MessageView;

/* Reads message into *view; whatever bytes it is given, *view is good to read and must be cleared. */
void message_view_init(MessageView *view, Bytes message);
void message_view_clear(MessageView *view);
