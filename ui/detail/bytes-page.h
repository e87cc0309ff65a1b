/* SPDX-License-Identifier: MIT */
/* The page Bytes: the frames that carry a line, in hexadecimal and as text, layer by layer; the line's own
 * bytes stand out, secrets do not show. */
#pragma once

#include "ui/detail/detail-line.h"

#define BYTES_TYPE_PAGE (bytes_page_get_type())
G_DECLARE_FINAL_TYPE(BytesPage, bytes_page, BYTES, PAGE, GtkScrolledWindow)

GtkWidget *bytes_page_new(void);

/* Shows the frames of a line; NULL: nothing. The bytes are read when the page is seen. */
void bytes_page_set(BytesPage *page, const DetailLine *line);
