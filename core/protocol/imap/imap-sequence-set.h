/* SPDX-License-Identifier: MIT */
/* Sets of message numbers or uids (RFC 9051 §9 sequence-set): they stay ranges, however many numbers they
 * name. */
#pragma once

#include "base/byte-buffer.h"

typedef struct {
  uint32_t first, last;
} ImapRange;

/* Ranges that ascend and do not touch. All zero is empty. */
typedef struct {
  GArray *ranges; /* of ImapRange; NULL: none */
} ImapSequenceSet;

/* Cuts a set off the front of *rest; "*" is largest (RFC 9051 §9 seq-number). Returns false for one that is
 * wrong: *set is then empty. To be cleared. */
bool imap_sequence_set_take(Bytes *rest, uint32_t largest, ImapSequenceSet *set);
void imap_sequence_set_clear(ImapSequenceSet *set);

/* Adds number, greater than all in the set. */
void imap_sequence_set_append(ImapSequenceSet *set, uint32_t number);

bool imap_sequence_set_contains(const ImapSequenceSet *set, uint32_t number);

/* Returns the largest number in the set; 0 where it is empty. */
uint32_t imap_sequence_set_get_last(const ImapSequenceSet *set);

/* Appends "1:4,7". */
void imap_sequence_set_format(const ImapSequenceSet *set, ByteBuffer *out);
