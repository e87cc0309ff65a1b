/* SPDX-License-Identifier: MIT */
/* Hostile SMTP conversations. */
#include "fuzz/fuzz-dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_dialogue(PROTOCOL_SMTP, data, size);
  return 0;
}
