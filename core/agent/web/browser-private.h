/* SPDX-License-Identifier: MIT */
/* What the two halves of the browser share: getting pages (browser-fetch.c) and what the person does with
 * them (browser.c). */
#pragma once

#include "agent/browser.h"
#include "agent/server-lookup.h"
#include "agent/web/web-address.h"
#include "agent/web/web-page.h"
#include "base/byte-buffer.h"

/* A connection to a server. */
typedef struct {
  Browser *browser; /* NULL: the browser uses it no more */
  Endpoint *client;
  char *authority; /* whose server */
  bool used;       /* it brought a page before: it may have been closed meanwhile */
} BrowserLine;

typedef struct BrowserAction BrowserAction;

struct Browser {
  AgentHost *host;
  Resolver *resolver; /* NULL: the host finds every name itself */
  WebCookies *cookies;
  ServerLookup lookup;
  BrowserLine *line; /* NULL: none is open */
  bool stopped;      /* the host has stopped */

  /* The page that is being fetched. */
  bool loading;
  WebAddress wanted;
  bool post;
  ByteBuffer form;
  guint redirects, tries;

  /* The page that is open. */
  WebAddress address;
  char *url;
  int status;
  WebPage *page;
  GBytes *saved; /* the last response that was to be saved, not shown; or NULL */

  GQueue actions; /* of BrowserAction; the first one goes on */
  Timer pause;    /* a person looks before the next click */
};

/* Begins to fetch the page that reference, as it stands on the open page, means; form: what is sent with
 * POST, or NULL for GET. browser_arrived follows, not before this returns. Returns false where it is no
 * address. */
bool browser_go(Browser *browser, const char *reference, const ByteBuffer *form);

/* The page has come, or could not be had (status 0). In browser.c. */
void browser_arrived(Browser *browser);
