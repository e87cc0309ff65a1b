/* SPDX-License-Identifier: MIT */
/* The text form of a time. */
#include "base/clock.h"

/* Writes number with at least least digits, filled up with zeros. Returns how many. */
static size_t put_digits(uint64_t number, size_t least, char *text)
{
  char reversed[NANOSECONDS_TEXT];
  size_t length = 0;
  for (; number > UINT32_MAX; number /= 10)
    reversed[length++] = (char)('0' + number % 10);
  for (uint32_t small = (uint32_t)number; small > 0 || length < least; small /= 10)
    reversed[length++] = (char)('0' + small % 10);
  for (size_t i = 0; i < length; i++)
    text[i] = reversed[length - 1 - i];
  return length;
}

size_t nanoseconds_format(Nanoseconds time, char text[NANOSECONDS_TEXT])
{
  enum { SECOND = 1000000000 };
  uint64_t whole = time < 0 ? (uint64_t)0 - (uint64_t)time : (uint64_t)time;
  size_t length = 0;
  if (time < 0) text[length++] = '-';
  length += put_digits(whole / SECOND, 1, text + length);
  text[length++] = '.';
  length += put_digits(whole % SECOND, 9, text + length);
  text[length] = '\0';
  return length;
}
