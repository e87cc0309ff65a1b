/* SPDX-License-Identifier: MIT */
/* What the commands that read a capture share. */
#pragma once

#include "command.h"
#include "observe/inspector.h"

/* Says what of the capture called title could not be read; failure is what ended the reading, NULL at its
 * end. Returns the exit code for it. */
int reading_judge(const Command *command, const char *title, const Inspector *inspector,
                  const GError *failure);
