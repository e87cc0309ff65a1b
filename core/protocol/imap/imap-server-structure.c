/* SPDX-License-Identifier: MIT */
/* ENVELOPE and BODYSTRUCTURE, written (RFC 9051 §7.5.2). */
#include "protocol/imap/imap-server-private.h"

static void append_address(ByteBuffer *out, const MessageAddress *address)
{
  bool mailbox = address->type == MESSAGE_ADDRESS_MAILBOX;
  byte_buffer_append(out, BYTES_LITERAL("("));
  imap_append_nstring(out, mailbox ? address->name : NULL);
  byte_buffer_append(out, BYTES_LITERAL(" NIL "));
  imap_append_nstring(out, mailbox ? address->local : address->name);
  byte_buffer_append(out, BYTES_LITERAL(" "));
  imap_append_nstring(out, address->domain);
  byte_buffer_append(out, BYTES_LITERAL(")"));
}

/* Appends the addresses of the first of two fields that has some; NIL where none has. */
static void append_addresses(ByteBuffer *out, Bytes header, const char *name, const char *instead)
{
  g_autofree char *value = message_header_get(header, name);
  g_autoptr(GArray) addresses = message_addresses_parse(value == NULL ? "" : value);
  if (addresses->len == 0 && instead != NULL) {
    append_addresses(out, header, instead, NULL);
  } else if (addresses->len == 0) {
    byte_buffer_append(out, BYTES_LITERAL("NIL"));
  } else {
    byte_buffer_append(out, BYTES_LITERAL("("));
    for (guint i = 0; i < addresses->len; i++)
      append_address(out, &g_array_index(addresses, MessageAddress, i));
    byte_buffer_append(out, BYTES_LITERAL(")"));
  }
}

static void append_field(ByteBuffer *out, Bytes header, const char *name)
{
  g_autofree char *value = message_header_get(header, name);
  imap_append_nstring(out, value);
}

void imap_append_envelope(ByteBuffer *out, Bytes header)
{
  static const struct {
    const char *name, *instead;
    bool addresses;
  } fields[] = {{"Date", NULL, false},      {"Subject", NULL, false},   {"From", NULL, true},
                {"Sender", "From", true},   {"Reply-To", "From", true}, {"To", NULL, true},
                {"Cc", NULL, true},         {"Bcc", NULL, true},        {"In-Reply-To", NULL, false},
                {"Message-ID", NULL, false}};
  for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
    byte_buffer_append(out, i == 0 ? BYTES_LITERAL("(") : BYTES_LITERAL(" "));
    if (fields[i].addresses)
      append_addresses(out, header, fields[i].name, fields[i].instead);
    else
      append_field(out, header, fields[i].name);
  }
  byte_buffer_append(out, BYTES_LITERAL(")"));
}

/* Appends "(name value …)" or NIL for a field's parameters; usual: the charset of a text that tells none. */
static void append_parameters(ByteBuffer *out, const char *value, bool usual)
{
  g_autoptr(GArray) parameters = message_parameters_parse(value == NULL ? "" : value);
  bool charset = false;
  byte_buffer_append(out, BYTES_LITERAL("("));
  for (guint i = 0; i < parameters->len; i++) {
    const MessageParameter *parameter = &g_array_index(parameters, MessageParameter, i);
    charset |= g_ascii_strcasecmp(parameter->name, "charset") == 0;
    if (i > 0) byte_buffer_append(out, BYTES_LITERAL(" "));
    imap_append_string(out, bytes_from_string(parameter->name));
    byte_buffer_append(out, BYTES_LITERAL(" "));
    imap_append_string(out, bytes_from_string(parameter->value));
  }
  if (usual && !charset) {
    if (parameters->len > 0) byte_buffer_append(out, BYTES_LITERAL(" "));
    byte_buffer_append(out, BYTES_LITERAL("\"charset\" \"us-ascii\""));
  } else if (parameters->len == 0) {
    out->end--; /* the parenthesis */
    byte_buffer_append(out, BYTES_LITERAL("NIL"));
    return;
  }
  byte_buffer_append(out, BYTES_LITERAL(")"));
}

/* Appends "(type (name value …))" or NIL. */
static void append_disposition(ByteBuffer *out, Bytes header)
{
  g_autofree char *value = message_header_get(header, "Content-Disposition");
  size_t length = value == NULL ? 0 : strcspn(value, "; \t");
  if (length == 0) {
    byte_buffer_append(out, BYTES_LITERAL("NIL"));
    return;
  }
  byte_buffer_append(out, BYTES_LITERAL("("));
  imap_append_string(out, bytes_slice(bytes_from_string(value), 0, length));
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_parameters(out, value, false);
  byte_buffer_append(out, BYTES_LITERAL(")"));
}

/* Appends NIL, a language, or several. */
static void append_languages(ByteBuffer *out, Bytes header)
{
  g_autofree char *value = message_header_get(header, "Content-Language");
  g_auto(GStrv) words = g_strsplit_set(value == NULL ? "" : value, ", \t", -1);
  guint count = 0;
  for (char **word = words; *word != NULL; word++) {
    if (**word == '\0') continue;
    byte_buffer_append(out, count++ == 0 ? BYTES_LITERAL("(") : BYTES_LITERAL(" "));
    imap_append_string(out, bytes_from_string(*word));
  }
  byte_buffer_append(out, count == 0 ? BYTES_LITERAL("NIL") : BYTES_LITERAL(")"));
}

static void append_extension(ByteBuffer *out, Bytes header, const char *type_value, bool multipart)
{
  byte_buffer_append(out, BYTES_LITERAL(" "));
  if (multipart)
    append_parameters(out, type_value, false);
  else
    append_field(out, header, "Content-MD5");
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_disposition(out, header);
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_languages(out, header);
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_field(out, header, "Content-Location");
}

/* The last line may lack its end: it belongs to the boundary that follows. */
static size_t count_lines(Bytes body)
{
  size_t lines = body.length > 0 && body.data[body.length - 1] != '\n';
  for (size_t i = 0; i < body.length; i++)
    lines += body.data[i] == '\n';
  return lines;
}

/* Appends the two halves of "text/plain". */
static void append_type(ByteBuffer *out, const char *type)
{
  const char *slash = strchr(type, '/');
  imap_append_string(out, (Bytes){(const uint8_t *)type, (size_t)(slash - type)});
  byte_buffer_append(out, BYTES_LITERAL(" "));
  imap_append_string(out, bytes_from_string(slash + 1));
}

static void append_entity(ByteBuffer *out, const MessageStructure *structure, guint index, bool extended);

/* What a part has that holds no others, up to its size. */
static void append_leaf(ByteBuffer *out, const MessageEntity *entity, const char *type_value)
{
  append_type(out, entity->type);
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_parameters(out, type_value, g_str_has_prefix(entity->type, "text/"));
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_field(out, entity->header, "Content-ID");
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_field(out, entity->header, "Content-Description");
  byte_buffer_append(out, BYTES_LITERAL(" "));
  imap_append_string(out, bytes_from_string(entity->encoding));
  byte_buffer_append_format(out, " %" G_GSIZE_FORMAT, entity->body.length);
}

/* A letter inside: its envelope, its structure, its lines. */
static void append_letter(ByteBuffer *out, const MessageStructure *structure, guint index, bool extended)
{
  int inner = message_structure_get_first(structure, index);
  if (inner < 0) { /* too deep to be looked into */
    byte_buffer_append(out,
                       BYTES_LITERAL(" (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"text\" \"plain\" NIL "
                                     "NIL NIL \"7bit\" 0 0)"));
    return;
  }
  byte_buffer_append(out, BYTES_LITERAL(" "));
  imap_append_envelope(out, message_structure_get(structure, (guint)inner).header);
  byte_buffer_append(out, BYTES_LITERAL(" "));
  append_entity(out, structure, (guint)inner, extended);
}

static void append_multipart(ByteBuffer *out, const MessageStructure *structure, guint index, bool extended)
{
  int child = message_structure_get_first(structure, index);
  if (child < 0) /* no part was found: the grammar wants one */
    byte_buffer_append(out, BYTES_LITERAL("(\"text\" \"plain\" NIL NIL NIL \"7bit\" 0 0)"));
  for (; child >= 0; child = message_structure_get_next(structure, (guint)child))
    append_entity(out, structure, (guint)child, extended);
}

/* Recursion is bounded by LIMIT_MIME_DEPTH. */
static void append_entity(ByteBuffer *out, const MessageStructure *structure, guint index, bool extended)
{
  MessageEntity entity = message_structure_get(structure, index);
  g_autofree char *type_value = message_header_get(entity.header, "Content-Type");
  byte_buffer_append(out, BYTES_LITERAL("("));
  if (entity.multipart) {
    append_multipart(out, structure, index, extended);
    byte_buffer_append(out, BYTES_LITERAL(" "));
    imap_append_string(out, bytes_from_string(strchr(entity.type, '/') + 1));
  } else {
    bool text = g_str_has_prefix(entity.type, "text/"), letter = strcmp(entity.type, "message/rfc822") == 0;
    append_leaf(out, &entity, type_value);
    if (letter) append_letter(out, structure, index, extended);
    if (text || letter) byte_buffer_append_format(out, " %" G_GSIZE_FORMAT, count_lines(entity.body));
  }
  if (extended) append_extension(out, entity.header, type_value, entity.multipart);
  byte_buffer_append(out, BYTES_LITERAL(")"));
}

void imap_append_structure(ByteBuffer *out, const MessageStructure *structure, bool extended)
{
  append_entity(out, structure, 0, extended);
}
