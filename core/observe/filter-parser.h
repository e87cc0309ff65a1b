/* SPDX-License-Identifier: MIT */
/* The filter's parser as its two files share it: sentences in filter-parser.c, values in filter-value.c. */
#pragma once

#include "observe/filter-private.h"

typedef struct {
  Lexer lexer;
  Token token; /* the one being looked at */
  Filter *filter;
  guint nesting;
  guint column; /* of the fault */
  char *fault;  /* the first one; NULL for none */
} FilterParser;

/* Notes the fault, unless there was one before. Returns false. */
bool filter_fail(FilterParser *parser, guint column, const char *what);

/* The same, for the token being looked at: "expected wanted, found it". */
bool filter_expected(FilterParser *parser, const char *wanted);

/* Returns true for and, or, not, in and the operators that are words. */
bool filter_is_keyword(const Token *token);

/* Reads the token being looked at into value (all zero) as the field wants it. Returns false with the fault
 * noted; what value owns is then still to be freed. */
bool filter_value_read(FilterParser *parser, const FilterField *field, Comparison comparison,
                       FilterValue *value);

/* Reads the upper end of a range whose lower end is in value. */
bool filter_value_read_end(FilterParser *parser, FilterValue *value);
