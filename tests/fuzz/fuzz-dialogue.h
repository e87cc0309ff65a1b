/* SPDX-License-Identifier: MIT */
/* A fuzzer's input as a conversation, shown in every way a person may see it. In the input a byte 0xff begins
 * a step; the byte after it says which: 'C' 'S'    what follows, up to the next step, is said by client or
 * server 'c' 's'    bytes of that side were not captured: the next byte's lower five bits are the exponent of
 * two 0xff       is the byte 0xff itself Bytes before the first step are the client's. */
#pragma once

#include "protocol/decoder.h"

/* Decodes the conversation as protocol, or by its content for PROTOCOL_NONE, and writes the rows as text and
 * as NDJSON, secrets masked and revealed. Aborts where what was written is not valid UTF-8 on well-formed
 * lines, or where a row refers to one that does not exist. */
void fuzz_dialogue(ProtocolId protocol, const uint8_t *data, size_t size);

/* The function that libFuzzer, or the replay's main, calls. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
