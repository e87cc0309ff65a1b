/* SPDX-License-Identifier: MIT */
/* Lends every piece of a stream memory of its own, and makes it unreadable when the piece is taken back: a
 * view kept too long is seen. Under the address sanitizer by a report, else by bytes that are no one's. */
#pragma once

#include "base/bytes.h"

typedef struct {
  uint8_t *data;
  size_t size, next;
} PieceMemory;

/* Prepares for pieces of at most longest bytes. */
void piece_memory_init(PieceMemory *memory, size_t longest);

/* Copies count bytes to where no piece was for long; nothing beside them may be read. The view is valid until
 * it is taken back; only one piece is lent at a time. */
Bytes piece_memory_lend(PieceMemory *memory, const uint8_t *bytes, size_t count);
void piece_memory_take_back(Bytes piece);

void piece_memory_clear(PieceMemory *memory);
