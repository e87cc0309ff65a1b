/* SPDX-License-Identifier: MIT */
/* The detail beside the list: its pages and their tabs. Signal: "line-linked" (guint id). */
#pragma once

#include "ui/detail/detail-line.h"

#define DETAIL_TYPE_VIEW (detail_view_get_type())
G_DECLARE_FINAL_TYPE(DetailView, detail_view, DETAIL, VIEW, GtkBox)

typedef enum { DETAIL_EXPLANATION, DETAIL_MESSAGE, DETAIL_BYTES, DETAIL_PAGE_COUNT } DetailPage;

/* Returns a detail without a line. */
GtkWidget *detail_view_new(void);

/* Shows a line on all pages; NULL for none. */
void detail_view_set(DetailView *view, const DetailLine *line);

/* Brings a page to the front. */
void detail_view_show_page(DetailView *view, DetailPage page);
