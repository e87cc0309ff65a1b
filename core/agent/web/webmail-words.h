/* SPDX-License-Identifier: MIT */
/* The words on the webmail server's pages. They are part of what is sent, so they follow the server's
 * language, not the program's. */
#pragma once

typedef enum {
  WEBMAIL_EN,
  WEBMAIL_PT_BR,
  WEBMAIL_LANGUAGE_COUNT,
} WebmailLanguage;

typedef enum {
  WORD_LANG, /* of the html element: a language tag (RFC 5646) */
  WORD_LOG_IN,
  WORD_USER,
  WORD_PASSWORD,
  WORD_WRONG,
  WORD_EXPIRED,
  WORD_LOGGED_OUT,
  WORD_INBOX,
  WORD_WRITE,
  WORD_LOG_OUT,
  WORD_FROM,
  WORD_TO,
  WORD_CC,
  WORD_SUBJECT,
  WORD_DATE,
  WORD_TEXT,
  WORD_SEND,
  WORD_REPLY,
  WORD_DELETE,
  WORD_EMPTY,
  WORD_NO_SUBJECT,
  WORD_NO_TEXT,
  WORD_NO_NAME,
  WORD_NEW,
  WORD_SENT,
  WORD_DELETED,
  WORD_ATTACHMENTS,
  WORD_OLDER,
  WORD_NEWER,
  WORD_WROTE,
  WORD_FAULT,
  WORD_NO_PAGE,
  WORD_NO_MESSAGE,
  WORD_METHOD,
  WORD_FOREIGN,
  WORD_SILENT,
  WORD_REFUSED,
  WORD_NOBODY,
  WORD_COUNT,
} WebmailWord;

/* Returns the word in that language. Static. */
const char *webmail_word(WebmailLanguage language, WebmailWord word);
