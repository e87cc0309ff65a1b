/* SPDX-License-Identifier: MIT */
/* A browser and the person before it. Nothing of a site is built in: the person types an address, and from
 * there on links and forms are followed as the pages hold them. A log-in form is one with a password; letters
 * are links of the class "letter"; what else can be done is found by its id ("compose", "reply", "inbox",
 * "older"; forms "delete", "logout"), which stands for the label a person would read. */
#pragma once

#include "agent/agent-host.h"

#define HTTP_PORT 80

typedef struct Browser Browser;

/* Strings are copied. */
typedef struct {
  AgentHost *host;
  const char *name_server; /* its name or address; NULL: the host finds every name itself */
} BrowserConfig;

/* Told when what was asked for is over: good is false where it did not work. */
typedef void (*BrowserDone)(void *owner, bool good);

Browser *browser_new(const BrowserConfig *config);

/* What a person does, one thing after the other in the order given; done may be NULL. Each ends with a page
 * that browser_get_text tells. */

/* Types an address: "http://webmail.beta.example/". Good: the page came. */
void browser_open(Browser *browser, const char *url, BrowserDone done, void *owner);

/* Fills the log-in form in and sends it. Good: the page that follows has none any more; or there is none, for
 * somebody is logged in already. */
void browser_log_in(Browser *browser, const char *user, const char *password, BrowserDone done, void *owner);

/* Opens the newest letter, or the newest with that subject (NULL: any), looking through the older pages too.
 */
void browser_read(Browser *browser, const char *subject, BrowserDone done, void *owner);

/* Goes to the list of letters. */
void browser_list(Browser *browser, BrowserDone done, void *owner);

/* Writes a letter and sends it; to: addresses with commas. Good: the site took it. */
void browser_compose(Browser *browser, const char *to, const char *subject, const char *text,
                     BrowserDone done, void *owner);

/* Answers the letter that is open: text goes above what is quoted. */
void browser_reply(Browser *browser, const char *text, BrowserDone done, void *owner);

/* Saves a file that comes with the letter that is open: one whose link of the class "file" has that text, or
 * the first (NULL). The letter stays open. */
void browser_save(Browser *browser, const char *name, BrowserDone done, void *owner);

/* Returns what was saved last, or NULL. Borrowed until the next. */
GBytes *browser_get_saved(const Browser *browser);

/* Deletes the letter that is open. */
void browser_delete(Browser *browser, BrowserDone done, void *owner);

/* Good: a log-in form is there again. */
void browser_log_out(Browser *browser, BrowserDone done, void *owner);

/* Returns the address of the page that is open ("" for none), the status code it came with (0: it did not
 * come), its title and its words, as text. Borrowed until the next page. */
const char *browser_get_url(const Browser *browser);
int browser_get_status(const Browser *browser);
const char *browser_get_title(const Browser *browser);
const char *browser_get_text(const Browser *browser);

/* Frees the browser, passwords and cookies wiped: after its host has stopped, before the host is freed. */
void browser_free(Browser *browser);
