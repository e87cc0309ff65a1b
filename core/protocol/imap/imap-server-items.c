/* SPDX-License-Identifier: MIT */
/* FETCH's items. */
#include "protocol/imap/imap-server-items.h"

#include "protocol/imap/imap-write.h"

#define FIELDS_MAX 1000u

static void item_clear(gpointer data)
{
  ImapItem *item = data;
  g_free(item->name);
  if (item->numbers != NULL) g_array_unref(item->numbers);
  if (item->fields != NULL) g_ptr_array_unref(item->fields);
}

void imap_items_add(GArray *items, ImapItemKind kind, bool first)
{
  ImapItem item = {.kind = kind, .peek = true};
  if (first)
    g_array_prepend_val(items, item);
  else
    g_array_append_val(items, item);
}

/* Words that need no bracket. */
static const struct {
  const char *word;
  ImapItem item;
} simple_items[] = {
    {"FLAGS", {.kind = IMAP_ITEM_FLAGS, .peek = true}},
    {"UID", {.kind = IMAP_ITEM_UID, .peek = true}},
    {"INTERNALDATE", {.kind = IMAP_ITEM_INTERNALDATE, .peek = true}},
    {"RFC822.SIZE", {.kind = IMAP_ITEM_SIZE, .peek = true}},
    {"ENVELOPE", {.kind = IMAP_ITEM_ENVELOPE, .peek = true}},
    {"BODY", {.kind = IMAP_ITEM_BODY, .peek = true}},
    {"BODYSTRUCTURE", {.kind = IMAP_ITEM_BODYSTRUCTURE, .peek = true}},
    {"RFC822", {.kind = IMAP_ITEM_SECTION, .text = IMAP_SECTION_ALL}},
    {"RFC822.HEADER", {.kind = IMAP_ITEM_SECTION, .text = IMAP_SECTION_HEADER, .peek = true}},
    {"RFC822.TEXT", {.kind = IMAP_ITEM_SECTION, .text = IMAP_SECTION_TEXT}},
};

/* Cuts letters, digits and dots. */
static Bytes take_word(Bytes *rest)
{
  size_t length = 0;
  while (length < rest->length && (g_ascii_isalnum(rest->data[length]) || rest->data[length] == '.'))
    length++;
  Bytes word = bytes_slice(*rest, 0, length);
  *rest = bytes_skip(*rest, length);
  return word;
}

/* Cuts "1.2." or "1.2"; *ends: nothing may follow the last number. */
static bool take_numbers(Bytes *rest, ImapItem *item, GString *name, bool *ends)
{
  item->numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  *ends = false;
  while (rest->length > 0 && g_ascii_isdigit(rest->data[0])) {
    uint64_t number;
    if (!imap_take_number(rest, &number) || number == 0 || number > UINT32_MAX) return false;
    if (item->numbers->len >= IMAP_SECTION_LEVELS) return false;
    uint32_t value = (uint32_t)number;
    g_array_append_val(item->numbers, value);
    g_string_append_printf(name, "%u", value);
    *ends = !imap_take_byte(rest, '.');
    if (*ends) return true;
    g_string_append_c(name, '.');
  }
  return true;
}

/* Cuts " (From To)". */
static bool take_fields(Bytes *rest, ImapItem *item, GString *name)
{
  item->fields = g_ptr_array_new_with_free_func(g_free);
  if (!imap_take_byte(rest, ' ') || !imap_take_byte(rest, '(')) return false;
  const char *before = " (";
  do {
    ByteBuffer field = {0}, written = {0};
    bool taken = item->fields->len < FIELDS_MAX && imap_take_astring(rest, &field, false);
    if (taken) {
      char *text = bytes_dup_string(byte_buffer_view(&field));
      g_ptr_array_add(item->fields, text);
      Bytes atom = bytes_from_string(text);
      bool plain = imap_take_atom(&atom).length > 0 && atom.length == 0;
      if (plain)
        byte_buffer_append(&written, bytes_from_string(text));
      else
        imap_append_string(&written, bytes_from_string(text));
      Bytes view = byte_buffer_view(&written);
      g_string_append(name, before);
      g_string_append_len(name, (const char *)view.data, (gssize)view.length);
      before = " ";
    }
    byte_buffer_clear(&field);
    byte_buffer_clear(&written);
    if (!taken) return false;
  } while (imap_take_byte(rest, ' '));
  g_string_append_c(name, ')');
  return imap_take_byte(rest, ')');
}

static bool take_section_text(Bytes *rest, ImapItem *item, GString *name)
{
  static const struct {
    const char *word;
    ImapSectionText text;
  } words[] = {{"HEADER", IMAP_SECTION_HEADER},
               {"HEADER.FIELDS", IMAP_SECTION_FIELDS},
               {"HEADER.FIELDS.NOT", IMAP_SECTION_FIELDS_NOT},
               {"TEXT", IMAP_SECTION_TEXT},
               {"MIME", IMAP_SECTION_MIME}};
  Bytes word = take_word(rest);
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (!bytes_equal_ignore_case(word, words[i].word)) continue;
    item->text = words[i].text;
    g_string_append(name, words[i].word);
    if (item->text == IMAP_SECTION_MIME) return item->numbers->len > 0;
    bool fields = item->text == IMAP_SECTION_FIELDS || item->text == IMAP_SECTION_FIELDS_NOT;
    return !fields || take_fields(rest, item, name);
  }
  return false;
}

/* Cuts what follows "BODY[": section, "]", partial. */
static bool take_section(Bytes *rest, ImapItem *item)
{
  g_autoptr(GString) name = g_string_new("BODY[");
  bool ends;
  item->kind = IMAP_ITEM_SECTION;
  item->text = IMAP_SECTION_ALL;
  if (!take_numbers(rest, item, name, &ends)) return false;
  bool whole = ends || (item->numbers->len == 0 && rest->length > 0 && rest->data[0] == ']');
  if (!whole && !take_section_text(rest, item, name)) return false;
  if (!imap_take_byte(rest, ']')) return false;
  g_string_append_c(name, ']');
  item->partial = imap_take_byte(rest, '<');
  if (item->partial) {
    if (!imap_take_number(rest, &item->start) || !imap_take_byte(rest, '.') ||
        !imap_take_number(rest, &item->length) || item->length == 0 || !imap_take_byte(rest, '>'))
      return false;
    g_string_append_printf(name, "<%" G_GUINT64_FORMAT ">", item->start);
  }
  item->name = g_strdup(name->str);
  return true;
}

static bool take_item(Bytes *rest, ImapItem *item)
{
  Bytes word = take_word(rest);
  *item = (ImapItem){0};
  item->peek = bytes_equal_ignore_case(word, "BODY.PEEK");
  if ((item->peek || bytes_equal_ignore_case(word, "BODY")) && imap_take_byte(rest, '['))
    return take_section(rest, item);
  for (size_t i = 0; i < G_N_ELEMENTS(simple_items); i++) {
    if (!bytes_equal_ignore_case(word, simple_items[i].word)) continue;
    *item = simple_items[i].item;
    item->name = g_strdup(simple_items[i].word);
    return true;
  }
  return false;
}

/* RFC 9051 §6.4.5: macros stand alone. */
static bool expand_macro(Bytes text, GArray *items)
{
  static const struct {
    const char *word;
    guint count; /* of the items below */
  } macros[] = {{"FAST", 3}, {"ALL", 4}, {"FULL", 5}};
  static const ImapItemKind kinds[] = {IMAP_ITEM_FLAGS, IMAP_ITEM_INTERNALDATE, IMAP_ITEM_SIZE,
                                       IMAP_ITEM_ENVELOPE, IMAP_ITEM_BODY};
  for (size_t i = 0; i < G_N_ELEMENTS(macros); i++)
    for (guint k = 0; bytes_equal_ignore_case(text, macros[i].word) && k < macros[i].count; k++)
      imap_items_add(items, kinds[k], false);
  return items->len > 0;
}

GArray *imap_items_parse(Bytes text)
{
  GArray *items = g_array_new(FALSE, TRUE, sizeof(ImapItem));
  g_array_set_clear_func(items, item_clear);
  if (expand_macro(text, items)) return items;
  bool list = imap_take_byte(&text, '('), sound = true;
  do {
    ImapItem item;
    sound = items->len < IMAP_FETCH_ITEMS_MAX && take_item(&text, &item);
    if (items->len < IMAP_FETCH_ITEMS_MAX) g_array_append_val(items, item);
  } while (sound && list && imap_take_byte(&text, ' '));
  if (sound && (!list || imap_take_byte(&text, ')')) && text.length == 0) return items;
  g_array_unref(items);
  return NULL;
}

static bool has_field(const ImapItem *item, Bytes name)
{
  for (guint i = 0; i < item->fields->len; i++)
    if (bytes_equal_ignore_case(name, g_ptr_array_index(item->fields, i))) return true;
  return false;
}

/* The fields wanted, and the empty line. */
static void pick_fields(const ImapItem *item, Bytes header, ByteBuffer *out)
{
  MessageField field;
  while (message_field_next(&header, &field)) {
    if (has_field(item, field.name) != (item->text == IMAP_SECTION_FIELDS)) continue;
    byte_buffer_append(out, field.whole);
    if (field.whole.data[field.whole.length - 1] != '\n') byte_buffer_append(out, BYTES_LITERAL("\r\n"));
  }
  byte_buffer_append(out, BYTES_LITERAL("\r\n"));
}

/* Finds the entity whose bytes are wanted. Returns false where there is none: of a part only a letter has
 * HEADER and TEXT, the inner one's. */
static bool find_entity(const ImapItem *item, const MessageStructure *structure, MessageEntity *entity)
{
  guint count = item->numbers == NULL ? 0 : item->numbers->len;
  int index =
      message_structure_find(structure, count == 0 ? NULL : (const uint32_t *)item->numbers->data, count);
  if (index < 0) return false;
  *entity = message_structure_get(structure, (guint)index);
  if (count == 0 || item->text == IMAP_SECTION_ALL || item->text == IMAP_SECTION_MIME) return true;
  index = entity->letter ? message_structure_get_first(structure, (guint)index) : -1;
  if (index >= 0) *entity = message_structure_get(structure, (guint)index);
  return index >= 0;
}

bool imap_item_cut(const ImapItem *item, Bytes message, const MessageStructure *structure,
                   ByteBuffer *scratch, Bytes *section)
{
  MessageEntity entity;
  byte_buffer_reset(scratch);
  if (!find_entity(item, structure, &entity)) return false;
  bool all = item->text == IMAP_SECTION_ALL && (item->numbers == NULL || item->numbers->len == 0);
  bool header = item->text == IMAP_SECTION_HEADER || item->text == IMAP_SECTION_MIME;
  if (item->fields != NULL) {
    pick_fields(item, entity.header, scratch);
    *section = byte_buffer_view(scratch);
  } else {
    *section = all ? message : header ? entity.header : entity.body;
  }
  if (item->partial)
    *section = bytes_slice(*section, (size_t)MIN(item->start, SIZE_MAX), (size_t)MIN(item->length, SIZE_MAX));
  return true;
}
