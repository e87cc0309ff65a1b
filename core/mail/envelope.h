/* SPDX-License-Identifier: MIT */
/* The envelope of a message: who sends, who shall get it, and what the sender asks of whoever carries it (RFC
 * 5321 §2.3.1). Headers may say something else. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What the message is made of: BODY= of RFC 6152 and RFC 3030. */
typedef enum {
  ENVELOPE_BODY_UNSTATED,
  ENVELOPE_BODY_7BIT,
  ENVELOPE_BODY_8BITMIME,
  ENVELOPE_BODY_BINARYMIME, /* any bytes in lines of any length: only BDAT carries it */
} EnvelopeBody;

/* How much of the message a notice of failure brings back: RET= of RFC 3461 §4.3. */
typedef enum {
  ENVELOPE_RETURN_UNSTATED,
  ENVELOPE_RETURN_HEADERS,
  ENVELOPE_RETURN_FULL,
} EnvelopeReturn;

/* When a notice shall be sent: NOTIFY= of RFC 3461 §4.1. NEVER stands alone. */
enum {
  ENVELOPE_NOTIFY_NEVER = 1 << 0,
  ENVELOPE_NOTIFY_SUCCESS = 1 << 1,
  ENVELOPE_NOTIFY_FAILURE = 1 << 2,
  ENVELOPE_NOTIFY_DELAY = 1 << 3,
};

/* What the sender asks about one recipient. */
typedef struct {
  uint32_t notify; /* ENVELOPE_NOTIFY_ bits; 0: nothing was said, which means on failure */
  char *original;  /* ORCPT=, its xtext undone: "rfc822;bob@beta.example"; NULL where it was not said */
} EnvelopeRequest;

typedef struct {
  char *sender;          /* reverse-path without brackets; "" for the null sender of bounces */
  GPtrArray *recipients; /* of char *: forward-paths without brackets, in the order given */
  uint64_t size;         /* SIZE=: bytes the client says the message has; 0 where it was not said */
  EnvelopeBody body;
  bool utf8;               /* SMTPUTF8: addresses and headers may hold UTF-8 (RFC 6531) */
  EnvelopeReturn returned; /* what notices bring back */
  char *id;                /* ENVID=, its xtext undone; NULL where it was not said */
  GHashTable *requests;    /* private: recipient to EnvelopeRequest; NULL where nothing was asked */
} Envelope;

/* Returns a new envelope with a copy of sender and no recipient; free it with envelope_free. */
Envelope *envelope_new(const char *sender);

/* Appends a copy of recipient. */
void envelope_append(Envelope *envelope, const char *recipient);

/* Notes what the sender asks about recipient (appended before or after); original is copied, may be NULL. The
 * last word counts. */
void envelope_set_request(Envelope *envelope, const char *recipient, uint32_t notify, const char *original);

/* Returns what the sender asks about recipient, never NULL: where nothing was asked, notify is 0 and original
 * NULL. Borrowed. */
const EnvelopeRequest *envelope_get_request(const Envelope *envelope, const char *recipient);

/* Returns an envelope that asks the same and has no recipient yet, the caller's to free. */
Envelope *envelope_new_part(const Envelope *whole);

/* Appends a copy of recipient, which is one of whole's, with what whole asks about it. */
void envelope_append_from(Envelope *part, const Envelope *whole, const char *recipient);

/* Returns a deep copy, the caller's to free. */
Envelope *envelope_dup(const Envelope *envelope);

void envelope_free(Envelope *envelope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Envelope, envelope_free)
