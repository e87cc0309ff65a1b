/* SPDX-License-Identifier: MIT */
/* What a FETCH command asks of each message (RFC 9051 §6.4.5): its items read, and sections cut out. Private
 * to the server. */
#pragma once

#include "mail/message-structure.h"

#define IMAP_FETCH_ITEMS_MAX 64u
#define IMAP_SECTION_LEVELS 100u /* numbers in "1.2.3" */

typedef enum {
  IMAP_ITEM_FLAGS,
  IMAP_ITEM_UID,
  IMAP_ITEM_INTERNALDATE,
  IMAP_ITEM_SIZE,
  IMAP_ITEM_ENVELOPE,
  IMAP_ITEM_BODY, /* the structure without extension data */
  IMAP_ITEM_BODYSTRUCTURE,
  IMAP_ITEM_SECTION,
} ImapItemKind;

typedef enum {
  IMAP_SECTION_ALL,
  IMAP_SECTION_HEADER,
  IMAP_SECTION_FIELDS,
  IMAP_SECTION_FIELDS_NOT,
  IMAP_SECTION_TEXT,
  IMAP_SECTION_MIME,
} ImapSectionText;

typedef struct {
  ImapItemKind kind;
  char *name; /* SECTION: as the answer names it, "BODY[1]<0>" */
  ImapSectionText text;
  bool peek;    /* does not mark the message as seen */
  bool partial; /* length bytes from start on */
  uint64_t start, length;
  GArray *numbers;   /* of uint32_t */
  GPtrArray *fields; /* of char * */
} ImapItem;

/* Returns the items that text, all that follows the set, names, of ImapItem, macros spelt out; free it with
 * g_array_unref. NULL for what is none. */
GArray *imap_items_parse(Bytes text);

/* Adds an item without more to it. */
void imap_items_add(GArray *items, ImapItemKind kind, bool first);

/* Cuts the section that item wants out of a message. *section is a view into the message, or of scratch,
 * whose content goes. Returns false where there is no such part. */
bool imap_item_cut(const ImapItem *item, Bytes message, const MessageStructure *structure,
                   ByteBuffer *scratch, Bytes *section);
