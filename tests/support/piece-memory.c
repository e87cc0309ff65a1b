/* SPDX-License-Identifier: MIT */
/* A ring of memory in which only the piece lent is readable. */
#include "support/piece-memory.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

/* The sanitizer marks eight bytes at a time: a piece begins on such a border, and one border stays between.
 */
enum { BORDER = 8, SMALLEST = 8192, NOBODYS = 0xa5 };

void piece_memory_init(PieceMemory *memory, size_t longest)
{
  memory->size = MAX((size_t)SMALLEST, 2 * (longest + 2 * BORDER));
  memory->next = BORDER;
  memory->data = g_malloc(memory->size);
  memset(memory->data, NOBODYS, memory->size);
  ASAN_POISON_MEMORY_REGION(memory->data, memory->size);
}

Bytes piece_memory_lend(PieceMemory *memory, const uint8_t *bytes, size_t count)
{
  g_assert(count <= memory->size - 2 * BORDER);
  if (memory->next > memory->size - BORDER - count) memory->next = BORDER;
  uint8_t *piece = memory->data + memory->next;
  ASAN_UNPOISON_MEMORY_REGION(piece, count);
  memcpy(piece, bytes, count);
  memory->next += (count + 2 * BORDER - 1) / BORDER * BORDER;
  return (Bytes){piece, count};
}

void piece_memory_take_back(Bytes piece)
{
  memset((uint8_t *)piece.data, NOBODYS, piece.length);
  ASAN_POISON_MEMORY_REGION(piece.data, piece.length);
}

void piece_memory_clear(PieceMemory *memory)
{
  ASAN_UNPOISON_MEMORY_REGION(memory->data, memory->size);
  g_free(memory->data);
  *memory = (PieceMemory){0};
}
