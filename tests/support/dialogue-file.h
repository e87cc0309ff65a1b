/* SPDX-License-Identifier: MIT */
/* Reads a file of dialogues and checks each with a decoder:
 *   == a name, a sentence      the capture holds the stream's beginning; "=~" it does not
 *   C EHLO mail.alpha          the client's line, CR LF added
 *   S 250 Ok                   the server's
 *   C! \x16\x03half a line     exact bytes, no CR LF added; escapes \r \n \\ \xNN; "S!" alike
 *   c 17                       17 bytes of the client's were not captured; "s" the server's
 *   --                         after it the lines expected, as line-recorder.h says, up to an empty line
 * A line that begins with # before the first dialogue, and empty lines, say nothing. */
#pragma once

#include "protocol/decoder.h"

/* Adds one test a dialogue, under prefix. path is relative to tests/. What is read lives as long as the
 * program. */
void dialogue_file_add_tests(const char *path, const char *prefix, const DecoderClass *class);
