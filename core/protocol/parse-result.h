/* SPDX-License-Identifier: MIT */
/* The three outcomes of every parser that is fed bytes as they come. */
#pragma once

typedef enum {
  PARSE_COMPLETE,  /* one unit was read; the parser says how many bytes it took */
  PARSE_NEED_MORE, /* the bytes so far are the beginning of a unit */
  PARSE_INVALID,   /* no continuation can make this a unit */
} ParseResult;
