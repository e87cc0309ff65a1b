/* SPDX-License-Identifier: MIT */
/* The page Message: envelope above, headers below, what differs between them, the parts, the text. */
#pragma once

#include "ui/detail/detail-line.h"

#define MESSAGE_TYPE_PAGE (message_page_get_type())
G_DECLARE_FINAL_TYPE(MessagePage, message_page, MESSAGE, PAGE, GtkScrolledWindow)

GtkWidget *message_page_new(void);

/* Shows the letter that the line carries; NULL, or a line without one: says how to choose one. */
void message_page_set(MessagePage *page, const DetailLine *line);
