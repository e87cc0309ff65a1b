/* SPDX-License-Identifier: MIT */
/* What the filter's lexer, parser, fields and evaluation share. For core/observe/filter*.c only. */
#pragma once

#include "observe/filter.h"
#include "observe/row-text.h"

/* The row being judged, and what was found out about it so far. */
typedef struct {
  const RowEvent *event;
  bool reveal;
  bool dissected;
  DissectedLine parts;
  ByteBuffer scratch; /* of parts */
  GString *shown;     /* a field's text where it could not be borrowed */
  GString *lower;
  RowText text; /* for remarks */
} FilterRow;

typedef enum {
  FIELD_PRESENCE, /* there or not: smtp */
  FIELD_NUMBER,
  FIELD_CODE,   /* text that is often a number: 250, +OK */
  FIELD_CHOICE, /* one of a table's words */
  FIELD_WORD,   /* text, whatever the case of its ASCII letters */
  FIELD_TEXT,
  FIELD_IPV4,
  FIELD_IPV6,
} FieldType;

/* A field's values in one row; count 0: it has none. */
typedef struct {
  unsigned count;
  uint64_t numbers[2];
  bool numeric; /* FIELD_CODE: its text is a number, numbers[0] */
  const IpAddress *addresses[2];
  Bytes text;
} FieldValues;

/* The words of a FIELD_CHOICE, numbered from 0. */
typedef struct {
  unsigned count;
  const char *(*name)(unsigned number);
  bool ordered; /* info < warning < error */
} FieldChoice;

typedef struct FilterField {
  const char *name;
  FieldType type;
  void (*get)(FilterRow *row,
              FieldValues *values); /* not called for rows that kinds and protocols leave out */
  uint32_t kinds;                   /* bit n: rows of that LineKind may have it */
  uint32_t protocols;               /* bit n: rows of that ProtocolId may */
  const FieldChoice *choice;
} FilterField;

/* Returns the field of that name, whatever its case, or NULL. Static. */
const FilterField *filter_field_find(Bytes name);

/* Returns the field at index, or NULL after the last. Static. */
const FilterField *filter_field_get(size_t index);

/* Fills values with what the row has of the field. Views are valid until the next call. */
void filter_field_read(const FilterField *field, FilterRow *row, FieldValues *values);

typedef enum { TOKEN_END, TOKEN_BARE, TOKEN_QUOTED, TOKEN_RAW, TOKEN_SIGN, TOKEN_UNENDED } TokenKind;

typedef struct {
  TokenKind kind;
  guint column; /* characters, from 1 */
  Bytes text;   /* as written; of a quoted one what stands between the quotes */
  Bytes whole;  /* as written, quotes included */
} Token;

typedef struct {
  Bytes rest;
  guint column; /* of rest */
} Lexer;

/* Cuts the next token off the front; TOKEN_END at the end, for good. The text must be valid UTF-8. */
void lexer_next(Lexer *lexer, Token *token);

/* Appends what the token's text stands for to into. pattern: leave backslashes to the regular expression, but
 * for \". Returns 0, or the column of an escape that means nothing. */
guint token_append_text(const Token *token, bool pattern, GString *into);

typedef enum {
  COMPARE_PRESENT,
  COMPARE_EQUAL,
  COMPARE_UNEQUAL,
  COMPARE_GREATER,
  COMPARE_GREATER_EQUAL,
  COMPARE_LESS,
  COMPARE_LESS_EQUAL,
  COMPARE_CONTAINS,
  COMPARE_MATCHES,
  COMPARE_IN,
  COMPARE_NOT_IN,
} Comparison;

/* What a field is compared with. */
typedef struct {
  bool numeric;       /* low and high are set */
  uint64_t low, high; /* equal but for a range */
  char *text;         /* owned; NULL for none; in lower case for words */
  size_t text_length;
  IpAddress address;
  unsigned prefix; /* bits of address that count */
  GRegex *pattern; /* owned */
  guint column;
  unsigned surrenders; /* lines that were too much for the pattern */
} FilterValue;

typedef struct {
  const FilterField *field;
  Comparison comparison;
  guint first, count; /* in Filter.values */
} FilterTest;

/* One register, true or false, is all the state. */
typedef enum { STEP_TEST, STEP_NOT, STEP_JUMP_IF_TRUE, STEP_JUMP_IF_FALSE } StepKind;

typedef struct {
  StepKind kind;
  guint operand; /* index of a test, or of the step to go on with */
} FilterStep;

struct Filter {
  GArray *steps;  /* of FilterStep; empty: every row fits */
  GArray *tests;  /* of FilterTest */
  GArray *values; /* of FilterValue */
  FilterRow row;
};

/* Reads text into filter. Returns false with error and *column set. */
bool filter_parse(Filter *filter, const char *text, guint *column, GError **error);

/* Returns true when the field's values fit the test. */
bool filter_test_fits(Filter *filter, const FilterTest *test);
