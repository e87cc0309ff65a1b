/* SPDX-License-Identifier: MIT */
/* A message as a tree of entities (RFC 2045 §2.4) with the exact bytes of each, and the fields of a header
 * block: what IMAP's BODYSTRUCTURE, ENVELOPE, sections and searches are made of. */
#pragma once

#include "base/byte-buffer.h"

typedef struct MessageStructure MessageStructure;

/* Views into the message; texts belong to the structure. */
typedef struct {
  Bytes header;         /* the fields, the empty line behind them included */
  Bytes body;           /* as it lies there, the line end before a boundary not included */
  const char *type;     /* "text/plain", lower case */
  const char *encoding; /* "base64", lower case; "7bit" where none is said */
  const char *charset;  /* or NULL */
  bool multipart;       /* holds others */
  bool letter;          /* message/rfc822 or message/global: holds a message */
} MessageEntity;

/* Reads message, which must outlive the structure. Linear; LIMIT_MIME_DEPTH and LIMIT_MIME_PARTS hold. */
MessageStructure *message_structure_new(Bytes message);
void message_structure_free(MessageStructure *structure);

/* Returns how many entities there are, one at least: the message itself, at index 0. The others follow in the
 * message's order. */
guint message_structure_get_count(const MessageStructure *structure);
MessageEntity message_structure_get(const MessageStructure *structure, guint index);

/* Return the index of the first entity inside parent, and of the one beside index; -1 where there is none. */
int message_structure_get_first(const MessageStructure *structure, guint parent);
int message_structure_get_next(const MessageStructure *structure, guint index);

/* Returns the index of the entity that IMAP's part numbers name (RFC 9051 §6.4.5.1): {2, 1} is "2.1"; none
 * is the message. -1 where there is none. */
int message_structure_find(const MessageStructure *structure, const uint32_t *numbers, guint count);

/* Appends body, its transfer encoding undone (base64, quoted-printable; others as they are). */
void message_entity_decode(const MessageEntity *entity, ByteBuffer *out);

/* Returns the body of a text as UTF-8 (bad bytes U+FFFD), the caller's to free. */
char *message_entity_text(const MessageEntity *entity);

/* One field of a header block. Views. */
typedef struct {
  Bytes name;
  Bytes value; /* folded as it lies there, after the colon */
  Bytes whole; /* all its lines, their ends included */
} MessageField;

/* Cuts the next field off the front of *header; lines that are no fields are passed over. Returns false at
 * the end. */
bool message_field_next(Bytes *header, MessageField *field);

/* Returns value on one line (RFC 5322 §2.2.3), blanks at both ends gone; the caller's to free. */
char *message_field_unfold(Bytes value);

/* Returns the first field of that name, whatever its case, unfolded; NULL where there is none. */
char *message_header_get(Bytes header, const char *name);

typedef enum {
  MESSAGE_ADDRESS_MAILBOX,
  MESSAGE_ADDRESS_GROUP,     /* begins; only name is set */
  MESSAGE_ADDRESS_GROUP_END, /* nothing is set */
} MessageAddressType;

/* One address of a field (RFC 5322 §3.4). */
typedef struct {
  MessageAddressType type;
  char *name;   /* as encoded words where it needs them; NULL: none */
  char *local;  /* quotes undone */
  char *domain; /* "" where it has none */
} MessageAddress;

/* Returns the addresses of a field's value, of MessageAddress; free it with g_array_unref. */
GArray *message_addresses_parse(const char *value);

/* One parameter of Content-Type or Content-Disposition (RFC 2045 §5.1, RFC 2231 put together). */
typedef struct {
  char *name;
  char *value; /* as encoded words where it needs them */
} MessageParameter;

/* Returns the parameters of a field's value, of MessageParameter, at most LIMIT_MIME_PARAMETERS; free it with
 * g_array_unref. */
GArray *message_parameters_parse(const char *value);

/* Returns the days from 1970-01-01 to the date that a Date field's value names, by its own clock (RFC 9051
 * §6.4.4: SENTON disregards time and zone); G_MININT for no date. */
gint message_date_day(const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageStructure, message_structure_free)
