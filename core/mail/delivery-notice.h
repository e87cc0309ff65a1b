/* SPDX-License-Identifier: MIT */
/* Writes delivery status notifications (RFC 3464, RFC 3461): multipart/report of a text for people, a status
 * for programs, and the original or its headers. The same parameters always give the same bytes. Send them
 * with the null sender. */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

/* What became of a recipient; the most serious of a notice gives its subject. */
typedef enum {
  NOTICE_FAILED,
  NOTICE_DELAYED,   /* still being tried */
  NOTICE_DELIVERED, /* lies in the mailbox */
  NOTICE_RELAYED,   /* handed to a server that tells no more */
  NOTICE_EXPANDED,  /* went to several others, of whom nothing more is told */
} NoticeAction;

typedef struct {
  const char *recipient;
  const char *original; /* "rfc822;bob@beta.example" as the sender called it (ORCPT), or NULL */
  NoticeAction action;
  const char *reply; /* "550 5.1.1 No such user here", of the remote host where there is one; or our words, an
                        enhanced code first or none; NULL for none */
  const char *remote_host; /* who said reply; NULL: we did */
} NoticeRecipient;

typedef struct {
  const char *reporting_host; /* "mail.alpha.example" */
  const char *to;             /* the original's envelope sender */
  const char *envelope_id;    /* ENVID, or NULL */
  const NoticeRecipient *recipients;
  size_t count;         /* of them */
  Nanoseconds arrived;  /* when we took the original; 0: not told */
  Nanoseconds given_up; /* NOTICE_DELAYED: when we stop trying; else 0 */
  GBytes *original;
  bool full;              /* bring back all of it (RET=FULL), not just its headers */
  const char *message_id; /* without brackets */
  Nanoseconds date;
  int utc_offset; /* minutes */
} DeliveryNotice;

/* Returns the notice's bytes, the caller's to unref. */
GBytes *delivery_notice_build(const DeliveryNotice *notice);
