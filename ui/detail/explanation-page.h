/* SPDX-License-Identifier: MIT */
/* The page Explanation: the line taken apart, what it means, what came back, who could read it, where it is
 * written. Signal: "line-linked" (guint id): the person follows a link to another line. */
#pragma once

#include "ui/detail/detail-line.h"

#define EXPLANATION_TYPE_PAGE (explanation_page_get_type())
G_DECLARE_FINAL_TYPE(ExplanationPage, explanation_page, EXPLANATION, PAGE, GtkScrolledWindow)

GtkWidget *explanation_page_new(void);

/* Explains a line; NULL: says how to choose one. */
void explanation_page_set(ExplanationPage *page, const DetailLine *line);
