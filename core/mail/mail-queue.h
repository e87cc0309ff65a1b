/* SPDX-License-Identifier: MIT */
/* The outgoing queue: messages that wait until the next server can take them (RFC 5321 §4.5.4). With its
 * ledger it is a mail server's spool: it lies on the disk, so to say, and outlives the program that works on
 * it. Each change is whole or not made. */
#pragma once

#include "base/clock.h"
#include "mail/delivery-ledger.h"
#include "mail/envelope.h"

/* One message and the recipients still to be served; all of one domain when the owner queues them so. */
typedef struct {
  uint64_t id;        /* from 1, in order of arrival */
  Envelope *envelope; /* recipients are taken away as they are served */
  GBytes *message;    /* shared */
  Nanoseconds queued_at;
  Nanoseconds next_try; /* NANOSECONDS_NEVER while a try is under way, or held for one */
  guint attempts;       /* tries begun */
  char *last_reply;     /* the other side's words at the last failure, or NULL */
  bool warned;          /* the sender heard that it takes long */
  char *doubtful; /* name and address, a space between them, of the server that was handed the message and
                     whose reply was not heard; or NULL */
} MailQueueEntry;

/* How long to wait. The n-th wait is first_wait doubled n - 1 times, at most longest_wait. */
typedef struct {
  Nanoseconds first_wait;
  Nanoseconds longest_wait;
  Nanoseconds give_up_after; /* since queued_at */
  Nanoseconds warn_after;    /* likewise: the sender hears that it takes long; 0: never */
} MailQueuePolicy;

/* What RFC 5321 §4.5.4.1 asks for: half an hour at first, four hours at most, five days in all; a warning
 * after four hours. */
extern const MailQueuePolicy mail_queue_policy_default;

typedef struct MailQueue MailQueue;

MailQueue *mail_queue_new(const MailQueuePolicy *policy);
void mail_queue_free(MailQueue *queue);

/* Queues a message (envelope copied, message ref taken) for a first try at once. Returns the entry. Borrowed,
 * valid until removed. */
MailQueueEntry *mail_queue_append(MailQueue *queue, const Envelope *envelope, GBytes *message,
                                  Nanoseconds now);

guint mail_queue_get_count(const MailQueue *queue);

/* Returns the entry at index (from 0, in order of arrival), or the one of that id, or NULL. Borrowed. */
MailQueueEntry *mail_queue_get(const MailQueue *queue, guint index);
MailQueueEntry *mail_queue_find(const MailQueue *queue, uint64_t id);

/* Returns the first entry whose time has come, or NULL. */
MailQueueEntry *mail_queue_find_due(const MailQueue *queue, Nanoseconds now);

/* Returns the earliest next_try of all entries; NANOSECONDS_NEVER when nothing waits. */
Nanoseconds mail_queue_get_deadline(const MailQueue *queue);

/* Counts a try as begun: the entry is not due until it is postponed. */
void mail_queue_begin_try(MailQueue *queue, MailQueueEntry *entry);

/* Lets the entry wait for a try that begins soon, without counting it; and lets it be due again at once. */
void mail_queue_hold(MailQueue *queue, MailQueueEntry *entry);
void mail_queue_release(MailQueue *queue, MailQueueEntry *entry, Nanoseconds now);

/* After a crash: tries under way or held are due again now. */
void mail_queue_recover(MailQueue *queue, Nanoseconds now);

/* Returns true, once, when the entry has waited so long that its sender should hear of it. */
bool mail_queue_take_warning(MailQueue *queue, MailQueueEntry *entry, Nanoseconds now);

/* Returns when the entry is given up. */
Nanoseconds mail_queue_get_end(const MailQueue *queue, const MailQueueEntry *entry);

/* Returns the next number, from 1, that never comes twice: names what passes through this server. */
uint64_t mail_queue_take_number(MailQueue *queue);

/* Returns the ledger of what was taken in. Borrowed. */
DeliveryLedger *mail_queue_get_ledger(MailQueue *queue);

/* Sets the entry's next try after a failure told in reply (may be NULL, copied). Returns false when its time
 * is over: the owner tells the sender and removes it. */
bool mail_queue_postpone(MailQueue *queue, MailQueueEntry *entry, Nanoseconds now, const char *reply);

/* Notes that a server is about to be handed the end of the message; or, name NULL, that its reply was heard.
 */
void mail_queue_set_doubtful(MailQueue *queue, MailQueueEntry *entry, const char *name, const char *address);

/* Removes and frees the entry. */
void mail_queue_remove(MailQueue *queue, MailQueueEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailQueue, mail_queue_free)
