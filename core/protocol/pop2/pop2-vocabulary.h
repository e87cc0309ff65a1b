/* SPDX-License-Identifier: MIT */
/* The words of POP2 (RFC 937). */
#pragma once

#include "protocol/vocabulary.h"

typedef enum {
  POP2_AUTHORIZATION,
  POP2_MAILBOX,
  POP2_ITEM,
  POP2_NEXT,
  POP2_DONE,
  POP2_STATE_COUNT,
} Pop2State;

typedef enum {
  POP2_HELO,
  POP2_FOLD,
  POP2_READ,
  POP2_RETR,
  POP2_ACKS,
  POP2_ACKD,
  POP2_NACK,
  POP2_QUIT,
  POP2_WORD_COUNT,
} Pop2Word;

extern const Vocabulary pop2_vocabulary;
