/* SPDX-License-Identifier: MIT */
/* What a browser without a screen needs of a page: links, forms, words. A small tolerant reader of HTML
 * (HTML Standard §13.2 in what matters here): linear, bounded, nothing is run or loaded. */
#pragma once

#include "base/bytes.h"

/* Strings are UTF-8 and never NULL; href and action as written. */
typedef struct {
  char *id, *class, *href, *text;
} WebLink;

typedef struct {
  char *name, *type, *value; /* type: lower case; "textarea", "select" among them */
  bool sent;                 /* goes along without being touched: no button, no box unchecked */
} WebField;

typedef struct {
  char *id, *action;
  bool post;
  GPtrArray *fields; /* of WebField */
} WebForm;

typedef struct {
  char *title;
  char *text;       /* the words, blocks on lines of their own */
  GPtrArray *links; /* of WebLink, in order */
  GPtrArray *forms; /* of WebForm, in order */
} WebPage;

#define WEB_PAGE_ITEMS_MAX 10000u /* links, and fields, that are kept of a page */

/* Reads html, which is UTF-8 (bad bytes become U+FFFD). The caller's to free. */
WebPage *web_page_parse(Bytes html);
void web_page_free(WebPage *page);

/* Each returns the first that fits, or NULL. Borrowed. */
const WebLink *web_page_find_link(const WebPage *page, const char *id);
WebForm *web_page_find_form(const WebPage *page, const char *id);
WebForm *web_page_find_form_with(const WebPage *page, const char *type); /* of a field */
WebField *web_form_find(const WebForm *form, const char *name);
WebField *web_form_find_type(const WebForm *form, const char *type);

/* Fills a field in. */
void web_field_set(WebField *field, const char *value);
