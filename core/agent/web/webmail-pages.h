/* SPDX-License-Identifier: MIT */
/* The webmail server's pages: HTML5 in UTF-8, readable without a style sheet, no script. Whatever text goes
 * in is escaped. Ids tell the purpose of links and forms whatever the language: "inbox", "compose", "reply",
 * "newer", "older" are links, "login", "send", "delete", "logout" forms; links to letters have the class
 * "letter", to files "file". Each function returns the page, the caller's to free. */
#pragma once

#include "agent/web/webmail-words.h"
#include "base/bytes.h"

/* Whose pages, in which language. */
typedef struct {
  WebmailLanguage language;
  const char *site;   /* "beta.example" */
  const char *person; /* who is logged in: the address; NULL: nobody */
} WebmailFrame;

/* A letter in the list; UTF-8. */
typedef struct {
  uint32_t uid;
  bool seen;
  char *from, *subject, *date;
} WebmailEntry;

/* A letter being written; UTF-8, none NULL. */
typedef struct {
  const char *to, *subject, *text, *in_reply_to;
} WebmailDraft;

/* notice: a word above the page, or WORD_COUNT. words: what a server said to it, or NULL. */
GString *webmail_page_log_in(const WebmailFrame *frame, WebmailWord notice, const char *words);
GString *webmail_page_write(const WebmailFrame *frame, const WebmailDraft *draft, WebmailWord notice,
                            const char *words);
GString *webmail_page_fault(const WebmailFrame *frame, WebmailWord notice);

/* entries: of WebmailEntry, newest first. newer, older: numbers of the neighbouring pages, 0 for none. */
GString *webmail_page_inbox(const WebmailFrame *frame, WebmailWord notice, const GArray *entries, guint newer,
                            guint older);

/* A letter: its headers, text, and what is attached. */
GString *webmail_page_letter(const WebmailFrame *frame, uint32_t uid, Bytes message);

/* The style sheet of them all. Static. */
const char *webmail_style_sheet(void);

/* Returns the draft of an answer to message, members the caller's to free. */
void webmail_draft_reply(WebmailDraft *draft, WebmailLanguage language, Bytes message);
void webmail_draft_clear(WebmailDraft *draft);

/* Appends text with the characters that mean something in HTML escaped, controls but line ends and tabs left
 * out. */
void webmail_append_escaped(GString *page, const char *text);
