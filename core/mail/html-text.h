/* SPDX-License-Identifier: MIT */
/* The words inside HTML, for a glance; nothing is rendered, loaded or run. */
#pragma once

/* Takes tags, comments, style sheets and scripts out of html, in place, and makes the commonest entities
 * characters. Linear. */
void html_text_strip(char *html);
