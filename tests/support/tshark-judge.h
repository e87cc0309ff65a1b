/* SPDX-License-Identifier: MIT */
/* What another program says of a capture that we wrote. */
#pragma once

#include <glib.h>

/* Returns tshark's lines about a capture file, one a frame, each "severities|protocols|messages" of its
 * expert items; free with g_strfreev. Fails the test where tshark cannot read it. */
char **tshark_judge(const char *path);

/* Fails the test where such a line, of that frame, has an expert item above Note. */
void tshark_assert_no_warning(const char *line, guint frame);
