/* SPDX-License-Identifier: MIT */
/* The text form of a time. */
#include "base/clock.h"

#include <string.h>

size_t nanoseconds_format(Nanoseconds time, char text[NANOSECONDS_TEXT])
{
  char reversed[NANOSECONDS_TEXT];
  size_t length = 0;
  uint64_t left = time < 0 ? (uint64_t)0 - (uint64_t)time : (uint64_t)time;
  do {
    if (length == 9) reversed[length++] = '.';
    reversed[length++] = (char)('0' + left % 10);
    left /= 10;
  } while (left > 0 || length < 11);
  if (time < 0) reversed[length++] = '-';
  for (size_t i = 0; i < length; i++)
    text[i] = reversed[length - 1 - i];
  text[length] = '\0';
  return length;
}
