/* SPDX-License-Identifier: MIT */
/* Prints a libFuzzer dictionary of a protocol's words and replies, out of its vocabulary, or of the words of
 * the filter language. Usage: fuzz-dictionary PROTOCOL|filter */
#include <stdio.h>

#include "observe/filter.h"
#include "protocol/registry.h"

static void print_entry(const char *text)
{
  if (text == NULL || *text == '\0') return;
  putchar('"');
  for (const char *c = text; *c != '\0'; c++)
    if (*c == '"' || *c == '\\' || (guchar)*c < ' ' || (guchar)*c > '~')
      printf("\\x%02X", (guchar)*c);
    else
      putchar(*c);
  printf("\"\n");
}

static int print_filter_words(void)
{
  static const char *const words[] = {
      "==", "!=", ">=", "<=", "contains", "matches", "in",  "not",    "and",        "or",       "&&",    "||",
      "..", "{",  "}",  "\"", "r\"",      "\\x41",   "(?i", "(*UTF)", "10.0.0.0/8", "fd00::/8", "(a+)+$"};
  g_autofree const char **names = filter_dup_field_names();
  for (size_t i = 0; names[i] != NULL; i++)
    print_entry(names[i]);
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    print_entry(words[i]);
  return 0;
}

int main(int argc, char **argv)
{
  if (argc == 2 && g_str_equal(argv[1], "filter")) return print_filter_words();
  static const char *const marks[] = {"\xff\x43", "\xff\x53", "\xff\x63\x05", "\xff\x73\x05",
                                      "\r\n",     ".\r\n",    "\r\n.\r\n"};
  const Vocabulary *vocabulary = argc == 2 ? registry_get_vocabulary(registry_find(argv[1])) : NULL;
  if (vocabulary == NULL) {
    fprintf(stderr, "usage: fuzz-dictionary PROTOCOL (one that has a decoder)\n");
    return 2;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
    print_entry(marks[i]);
  for (size_t i = 0; i < vocabulary->word_count; i++) {
    print_entry(vocabulary->words[i].word);
    print_entry(vocabulary->words[i].grammar);
  }
  for (size_t i = 0; i < vocabulary->reply_count; i++)
    print_entry(vocabulary->replies[i].code);
  return 0;
}
