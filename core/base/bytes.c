/* SPDX-License-Identifier: MIT */
/* Comparison, search and copies of byte views. */
#include "base/bytes.h"

static inline bool same_letter(uint8_t a, uint8_t b)
{
  enum { CASE = 0x20 };
  if (a == b) return true;
  uint8_t lower = a | CASE;
  return lower == (b | CASE) && lower >= 'a' && lower <= 'z';
}

bool bytes_start_as_text(Bytes view, const char *text)
{
  for (size_t i = 0; text[i] != '\0'; i++)
    if (i == view.length || !same_letter(view.data[i], (uint8_t)text[i])) return false;
  return true;
}

bool bytes_are_text(Bytes view, const char *text)
{
  for (size_t i = 0; i < view.length; i++)
    if (text[i] == '\0' || !same_letter(view.data[i], (uint8_t)text[i])) return false;
  return text[view.length] == '\0';
}

ptrdiff_t bytes_find(Bytes view, uint8_t wanted)
{
  const uint8_t *found = view.length == 0 ? NULL : memchr(view.data, wanted, view.length);
  return found == NULL ? -1 : found - view.data;
}

size_t bytes_count(Bytes view, uint8_t wanted)
{
  enum { BLOCK = 64 }; /* a number of rounds known beforehand: compilers take many bytes at a time */
  size_t count = 0, at = 0;
  for (; view.length - at >= BLOCK; at += BLOCK) {
    uint8_t in_block = 0;
    for (size_t i = 0; i < BLOCK; i++)
      in_block = (uint8_t)(in_block + (view.data[at + i] == wanted));
    count += in_block;
  }
  for (; at < view.length; at++)
    count += view.data[at] == wanted;
  return count;
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
