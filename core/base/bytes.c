/* SPDX-License-Identifier: MIT */
/* Comparison, search and copies of byte views. */
#include "base/bytes.h"

bool bytes_starts_ignore_case(Bytes view, const char *text)
{
  size_t length = strlen(text);
  return view.length >= length && g_ascii_strncasecmp((const char *)view.data, text, length) == 0;
}

bool bytes_equal_ignore_case(Bytes view, const char *text)
{
  return view.length == strlen(text) && bytes_starts_ignore_case(view, text);
}

ptrdiff_t bytes_find(Bytes view, uint8_t wanted)
{
  const uint8_t *found = view.length == 0 ? NULL : memchr(view.data, wanted, view.length);
  return found == NULL ? -1 : found - view.data;
}

Bytes bytes_chomp(Bytes view)
{
  if (view.length > 0 && view.data[view.length - 1] == '\n') view.length--;
  if (view.length > 0 && view.data[view.length - 1] == '\r') view.length--;
  return view;
}

char *bytes_dup_string(Bytes view)
{
  char *copy = g_malloc(view.length + 1);
  if (view.length > 0) memcpy(copy, view.data, view.length);
  copy[view.length] = '\0';
  return copy;
}
