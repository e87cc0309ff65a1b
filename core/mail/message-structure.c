/* SPDX-License-Identifier: MIT */
/* The scanner finds the entities, GMime reads what is written in their fields. */
#include "mail/message-structure.h"

#include "base/limits.h"
#include "mail/content-type.h"
#include "mail/gmime-start.h"
#include "mail/message-scanner.h"

#define VALUE_MAX 262144u     /* bytes of a field that are read for addresses */
#define PARAMETERS_MAX 16384u /* bytes of a field that are read for parameters */

struct MessageStructure {
  Bytes message;
  MessageRecord *record;
  guint *after; /* by index: of the first entity that is not inside */
};

static const MessagePart *part_at(const MessageStructure *structure, guint index)
{
  return &g_array_index(structure->record->parts, MessagePart, index);
}

static void find_ends(MessageStructure *structure)
{
  guint count = structure->record->parts->len, open[LIMIT_MIME_DEPTH + 1], depth = 0;
  structure->after = g_new(guint, count);
  for (guint i = 0; i <= count; i++) {
    guint level = i < count ? part_at(structure, i)->depth : 0;
    while (depth > level)
      structure->after[open[--depth]] = i;
    if (i < count) open[depth++] = i;
  }
  structure->after[0] = count;
}

MessageStructure *message_structure_new(Bytes message)
{
  MessageStructure *structure = g_new0(MessageStructure, 1);
  structure->message = message;
  structure->record = message_record_new(MESSAGE_FETCHED);
  MessageScanner *scanner = message_scanner_new(structure->record);
  message_scanner_feed(scanner, message);
  message_scanner_finish(scanner);
  message_scanner_free(scanner);
  find_ends(structure);
  return structure;
}

void message_structure_free(MessageStructure *structure)
{
  if (structure == NULL) return;
  message_record_unref(structure->record);
  g_free(structure->after);
  g_free(structure);
}

guint message_structure_get_count(const MessageStructure *structure)
{
  return structure->record->parts->len;
}

MessageEntity message_structure_get(const MessageStructure *structure, guint index)
{
  const MessagePart *part = part_at(structure, index);
  return (MessageEntity){
      .header = bytes_slice(structure->message, (size_t)part->header, (size_t)(part->offset - part->header)),
      .body = bytes_slice(structure->message, (size_t)part->offset, (size_t)part->bytes),
      .type = part->type,
      .encoding = part->encoding,
      .charset = part->charset,
      .multipart = g_str_has_prefix(part->type, "multipart/"),
      .letter = strcmp(part->type, "message/rfc822") == 0 || strcmp(part->type, "message/global") == 0,
  };
}

int message_structure_get_first(const MessageStructure *structure, guint parent)
{
  return structure->after[parent] > parent + 1 ? (int)parent + 1 : -1;
}

int message_structure_get_next(const MessageStructure *structure, guint index)
{
  guint next = structure->after[index];
  bool beside = next < message_structure_get_count(structure) &&
                part_at(structure, next)->depth == part_at(structure, index)->depth;
  return beside && index > 0 ? (int)next : -1;
}

static int get_child(const MessageStructure *structure, guint parent, uint32_t number)
{
  int child = message_structure_get_first(structure, parent);
  for (uint32_t i = 1; i < number && child >= 0; i++)
    child = message_structure_get_next(structure, (guint)child);
  return number == 0 ? -1 : child;
}

int message_structure_find(const MessageStructure *structure, const uint32_t *numbers, guint count)
{
  int at = 0;
  bool body = true; /* at is a message's body: a single part is its own part 1 */
  for (guint i = 0; i < count && at >= 0; i++) {
    MessageEntity entity = message_structure_get(structure, (guint)at);
    if (!body && entity.letter) {
      at = message_structure_get_first(structure, (guint)at);
      if (at < 0) return -1;
      entity = message_structure_get(structure, (guint)at);
      body = true;
    }
    if (entity.multipart)
      at = get_child(structure, (guint)at, numbers[i]);
    else if (!body || numbers[i] != 1)
      return -1;
    body = false;
  }
  return at;
}

void message_entity_decode(const MessageEntity *entity, ByteBuffer *out)
{
  GMimeContentEncoding kind = g_mime_content_encoding_from_string(entity->encoding);
  if (kind != GMIME_CONTENT_ENCODING_BASE64 && kind != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE) {
    byte_buffer_append(out, entity->body);
    return;
  }
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, kind);
  g_autofree char *room = g_malloc(g_mime_encoding_outlen(&state, entity->body.length) + 1);
  size_t length = g_mime_encoding_flush(&state, (const char *)entity->body.data, entity->body.length, room);
  byte_buffer_append(out, (Bytes){(const uint8_t *)room, length});
}

char *message_entity_text(const MessageEntity *entity)
{
  ByteBuffer decoded = {0};
  message_entity_decode(entity, &decoded);
  Bytes bytes = byte_buffer_view(&decoded);
  char *text = NULL;
  bool unicode = entity->charset == NULL || g_ascii_strcasecmp(entity->charset, "utf-8") == 0 ||
                 g_ascii_strcasecmp(entity->charset, "us-ascii") == 0;
  if (!unicode && bytes.length > 0)
    text =
        g_convert((const char *)bytes.data, (gssize)bytes.length, "UTF-8", entity->charset, NULL, NULL, NULL);
  if (text == NULL)
    text = g_utf8_make_valid(bytes.length > 0 ? (const char *)bytes.data : "", (gssize)bytes.length);
  byte_buffer_clear(&decoded);
  return text;
}

/* Returns how long the line at the front of text is, its end included. */
static size_t line_length(Bytes text)
{
  ptrdiff_t lf = bytes_find(text, '\n');
  return lf < 0 ? text.length : (size_t)lf + 1;
}

static bool is_blank(Bytes text)
{
  return text.length > 0 && (text.data[0] == ' ' || text.data[0] == '\t');
}

bool message_field_next(Bytes *header, MessageField *field)
{
  while (header->length > 0) {
    size_t length = line_length(*header);
    while (is_blank(bytes_skip(*header, length)))
      length += line_length(bytes_skip(*header, length));
    field->whole = bytes_slice(*header, 0, length);
    *header = bytes_skip(*header, length);
    ptrdiff_t colon = bytes_find(field->whole, ':');
    if (colon <= 0 || is_blank(field->whole)) continue;
    field->name = bytes_slice(field->whole, 0, (size_t)colon);
    while (field->name.length > 0 && is_blank(bytes_skip(field->name, field->name.length - 1)))
      field->name.length--;
    field->value = bytes_skip(field->whole, (size_t)colon + 1);
    return true;
  }
  return false;
}

char *message_field_unfold(Bytes value)
{
  GString *line = g_string_sized_new(value.length);
  for (size_t i = 0; i < value.length; i++) {
    char c = (char)value.data[i];
    if (c != '\r' && c != '\n' && c != '\0') g_string_append_c(line, c == '\t' ? ' ' : c);
  }
  return g_strstrip(g_string_free(line, FALSE));
}

char *message_header_get(Bytes header, const char *name)
{
  MessageField field;
  while (message_field_next(&header, &field))
    if (bytes_equal_ignore_case(field.name, name)) return message_field_unfold(field.value);
  return NULL;
}

static bool is_ascii(const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar)*text >= 0x7f || (guchar)*text < ' ') return false;
  return true;
}

/* Returns text as it may stand in a field, the caller's to free. */
static char *as_encoded_words(const char *text)
{
  if (is_ascii(text)) return g_strdup(text);
  g_autofree char *encoded = g_mime_utils_header_encode_text(NULL, text, "UTF-8");
  return message_field_unfold(bytes_from_string(encoded));
}

static void address_clear(gpointer data)
{
  MessageAddress *address = data;
  g_free(address->name);
  g_free(address->local);
  g_free(address->domain);
}

/* Returns a local part with its quotes undone, the caller's to free. */
static char *unquote(const char *text, size_t length)
{
  if (length < 2 || text[0] != '"' || text[length - 1] != '"') return g_strndup(text, length);
  GString *plain = g_string_new(NULL);
  for (size_t i = 1; i + 1 < length; i++) {
    if (text[i] == '\\' && i + 2 < length) i++;
    g_string_append_c(plain, text[i]);
  }
  return g_string_free(plain, FALSE);
}

static void append_mailbox(GArray *addresses, InternetAddress *parsed)
{
  const char *name = internet_address_get_name(parsed);
  const char *text = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(parsed));
  if (text == NULL) return;
  const char *at = strrchr(text, '@');
  size_t length = at == NULL ? strlen(text) : (size_t)(at - text);
  MessageAddress address = {
      .type = MESSAGE_ADDRESS_MAILBOX,
      .name = name == NULL || *name == '\0' ? NULL : as_encoded_words(name),
      .local = unquote(text, length),
      .domain = g_strdup(at == NULL ? "" : at + 1),
  };
  g_array_append_val(addresses, address);
}

static void append_list(GArray *addresses, InternetAddressList *list, bool in_group)
{
  int count = list == NULL ? 0 : internet_address_list_length(list);
  for (int i = 0; i < count; i++) {
    InternetAddress *parsed = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_MAILBOX(parsed)) {
      append_mailbox(addresses, parsed);
      continue;
    }
    if (in_group || !INTERNET_ADDRESS_IS_GROUP(parsed)) continue; /* groups hold no groups */
    const char *name = internet_address_get_name(parsed);
    MessageAddress begin = {.type = MESSAGE_ADDRESS_GROUP,
                            .name = as_encoded_words(name == NULL ? "" : name)};
    MessageAddress end = {.type = MESSAGE_ADDRESS_GROUP_END};
    g_array_append_val(addresses, begin);
    append_list(addresses, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(parsed)), true);
    g_array_append_val(addresses, end);
  }
}

GArray *message_addresses_parse(const char *value)
{
  gmime_start();
  GArray *addresses = g_array_new(FALSE, FALSE, sizeof(MessageAddress));
  g_array_set_clear_func(addresses, address_clear);
  g_autofree char *shown = g_strndup(value, VALUE_MAX);
  gmime_bound_groups(shown);
  InternetAddressList *list = internet_address_list_parse(NULL, shown);
  append_list(addresses, list, false);
  if (list != NULL) g_object_unref(list);
  return addresses;
}

static void parameter_clear(gpointer data)
{
  MessageParameter *parameter = data;
  g_free(parameter->name);
  g_free(parameter->value);
}

GArray *message_parameters_parse(const char *value)
{
  gmime_start();
  GArray *parameters = g_array_new(FALSE, FALSE, sizeof(MessageParameter));
  g_array_set_clear_func(parameters, parameter_clear);
  const char *first = strchr(value, ';');
  if (first == NULL) return parameters;
  g_autofree char *shown = g_strndup(first + 1, PARAMETERS_MAX);
  GMimeParamList *list = g_mime_param_list_parse(NULL, shown);
  int count = list == NULL ? 0 : MIN(g_mime_param_list_length(list), (int)LIMIT_MIME_PARAMETERS);
  for (int i = 0; i < count; i++) {
    GMimeParam *param = g_mime_param_list_get_parameter_at(list, i);
    const char *text = g_mime_param_get_value(param);
    MessageParameter parameter = {g_strdup(g_mime_param_get_name(param)),
                                  as_encoded_words(text == NULL ? "" : text)};
    g_array_append_val(parameters, parameter);
  }
  if (list != NULL) g_object_unref(list);
  return parameters;
}

gint message_date_day(const char *value)
{
  gmime_start();
  g_autoptr(GDateTime) date = g_mime_utils_header_decode_date(value);
  if (date == NULL) return G_MININT;
  GDate day;
  g_date_clear(&day, 1);
  g_date_set_dmy(&day, (GDateDay)g_date_time_get_day_of_month(date), (GDateMonth)g_date_time_get_month(date),
                 (GDateYear)g_date_time_get_year(date));
  return (gint)g_date_get_julian(&day) - 719163; /* the day number of 1970-01-01 */
}
