/* SPDX-License-Identifier: MIT */
/* A mailbox as one POP session sees it: the messages that were there when it was opened, under numbers that
 * do not move, with marks of the session's own. For POP servers only. */
#pragma once

#include "mail/mailbox.h"

/* One message; its number is its index + 1. */
typedef struct {
  uint32_t uid;
  GBytes *message;
  bool marked; /* for deletion */
} MaildropEntry;

/* All zero is one without a mailbox. */
typedef struct {
  Mailbox *mailbox; /* the store's */
  GArray *entries;  /* private */
} Maildrop;

/* Takes the list of what lies in mailbox (borrowed) now. */
void maildrop_open(Maildrop *drop, Mailbox *mailbox);

/* Returns how many messages there were, marked ones included. */
static inline guint maildrop_get_count(const Maildrop *drop)
{
  return drop->entries == NULL ? 0 : drop->entries->len;
}

/* Returns the message at index (from 0). Borrowed, valid until the drop is opened or cleared. */
static inline MaildropEntry *maildrop_get(const Maildrop *drop, guint index)
{
  return &g_array_index(drop->entries, MaildropEntry, index);
}

/* Returns the text of a message, valid as long as its entry. */
Bytes maildrop_get_text(const MaildropEntry *entry);

/* Returns how many messages are not marked, and their bytes in *size. */
guint maildrop_count_unmarked(const Maildrop *drop, uint64_t *size);

/* Marks in the mailbox itself what this session marked: just before the owner removes it. Until then nobody
 * else sees the marks. */
void maildrop_hand_over_marks(const Maildrop *drop);

/* Forgets the list and the mailbox. */
void maildrop_clear(Maildrop *drop);
