/* SPDX-License-Identifier: MIT */
/* Hostile POP3 conversations. */
#include "fuzz/fuzz-dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_dialogue(PROTOCOL_POP3, data, size);
  return 0;
}
