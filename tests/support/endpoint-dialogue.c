/* SPDX-License-Identifier: MIT */
/* Reads a dialogue of endpoints. */
#include "support/endpoint-dialogue.h"

static void bytes_free(gpointer data)
{
  g_bytes_unref(data);
}

static void turn_free(gpointer data)
{
  DialogueTurn *turn = data;
  g_bytes_unref(turn->bytes);
  g_free(turn);
}

static void values_free(gpointer data)
{
  g_ptr_array_unref(data);
}

/* Appends what a line of the file stands for: escapes undone, CR LF added unless it ends in a lone backslash.
 */
static void append_text(GByteArray *out, const char *text, const char *path, guint line)
{
  for (const char *c = text; *c != '\0'; c++) {
    uint8_t byte = (uint8_t)*c;
    if (byte == '\\') {
      c++;
      if (*c == '\0') return;
      byte = *c == 'n' ? '\n' : *c == 'r' ? '\r' : *c == 't' ? '\t' : (uint8_t)*c;
      if (*c == 'x') {
        if (!g_ascii_isxdigit(c[1]) || !g_ascii_isxdigit(c[2]))
          g_error("%s:%u: \\x needs two digits", path, line);
        byte = (uint8_t)(g_ascii_xdigit_value(c[1]) << 4 | g_ascii_xdigit_value(c[2]));
        c += 2;
      }
    }
    g_byte_array_append(out, &byte, 1);
  }
  g_byte_array_append(out, (const guint8 *)"\r\n", 2);
}

static void append_bytes(GByteArray *out, GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data(bytes, &size);
  if (size > 0) g_byte_array_append(out, data, (guint)size);
}

/* Takes ownership of bytes. */
static void add_turn(EndpointDialogue *file, DialogueSide side, GByteArray *bytes, guint line)
{
  DialogueTurn *last = file->turns->len == 0 ? NULL : g_ptr_array_index(file->turns, file->turns->len - 1);
  if (last != NULL && last->side == side) {
    GByteArray *all = g_byte_array_new();
    append_bytes(all, last->bytes);
    g_byte_array_append(all, bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    g_bytes_unref(last->bytes);
    last->bytes = g_byte_array_free_to_bytes(all);
    return;
  }
  DialogueTurn *turn = g_new0(DialogueTurn, 1);
  *turn = (DialogueTurn){side, g_byte_array_free_to_bytes(bytes), line};
  g_ptr_array_add(file->turns, turn);
}

/* A message under way; "M." and so on end it. */
typedef struct {
  char kind; /* 'M', 'L', 'D', or 0 */
  GByteArray *bytes;
} Letter;

static GPtrArray *letters_of(EndpointDialogue *file, char kind)
{
  return kind == 'M' ? file->mailbox : kind == 'L' ? file->letters : file->delivered;
}

static void read_letter(EndpointDialogue *file, Letter *letter, const char *text, const char *said,
                        guint line)
{
  char kind = text[0];
  if (letter->kind == 0) letter->bytes = g_byte_array_new();
  if (letter->kind != 0 && letter->kind != kind)
    g_error("%s:%u: the message before has no end", file->path, line);
  letter->kind = kind;
  if (said != NULL) {
    append_text(letter->bytes, said, file->path, line);
  } else if (strcmp(text + 1, ".") == 0) {
    g_ptr_array_add(letters_of(file, kind), g_byte_array_free_to_bytes(letter->bytes));
    *letter = (Letter){0};
  } else {
    g_error("%s:%u: \"%c:\" or \"%c.\" is wanted", file->path, line, kind, kind);
  }
}

static void read_spoken(EndpointDialogue *file, Letter *letter, const char *text, guint line)
{
  char kind = text[0];
  const char *said = text[1] == ':' ? text + (text[2] == ' ' ? 3 : 2) : NULL;
  if (strchr("MLD", kind) != NULL) {
    read_letter(file, letter, text, said, line);
  } else if ((kind == 'C' || kind == 'S') && said != NULL) {
    GByteArray *bytes = g_byte_array_new();
    append_text(bytes, said, file->path, line);
    add_turn(file, kind == 'C' ? DIALOGUE_CLIENT : DIALOGUE_SERVER, bytes, line);
  } else {
    g_error("%s:%u: a line begins with C: S: M: L: or D:", file->path, line);
  }
}

static void read_key(EndpointDialogue *file, char *text, guint line)
{
  char *colon = strchr(text, ':');
  if (colon == NULL) g_error("%s:%u: \"Key: value\" is wanted", file->path, line);
  *colon = '\0';
  GPtrArray *values = g_hash_table_lookup(file->keys, text);
  if (values == NULL) {
    values = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_insert(file->keys, g_strdup(text), values);
  }
  g_ptr_array_add(values, g_strdup(g_strstrip(colon + 1)));
}

EndpointDialogue *endpoint_dialogue_load(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *content = NULL;
  if (!g_file_get_contents(path, &content, NULL, &error)) g_error("%s", error->message);
  EndpointDialogue *file = g_new0(EndpointDialogue, 1);
  file->path = g_strdup(path);
  file->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, values_free);
  file->turns = g_ptr_array_new_with_free_func(turn_free);
  file->mailbox = g_ptr_array_new_with_free_func(bytes_free);
  file->letters = g_ptr_array_new_with_free_func(bytes_free);
  file->delivered = g_ptr_array_new_with_free_func(bytes_free);
  g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
  bool in_head = true;
  Letter letter = {0};
  for (guint i = 0; lines[i] != NULL; i++) {
    char *text = lines[i];
    if (text[0] == '#') continue;
    if (text[0] == '\0')
      in_head = in_head && g_hash_table_size(file->keys) == 0;
    else if (in_head)
      read_key(file, text, i + 1);
    else
      read_spoken(file, &letter, text, i + 1);
  }
  if (letter.kind != 0) g_error("%s: the last message has no end", path);
  return file;
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
  return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

GPtrArray *endpoint_dialogue_list(const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) names = g_dir_open(folder, 0, &error);
  if (names == NULL) g_error("%s", error->message);
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  for (const char *name; (name = g_dir_read_name(names)) != NULL;)
    if (g_str_has_suffix(name, ".dialogue")) g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  g_ptr_array_sort(paths, compare_paths);
  return paths;
}

void endpoint_dialogue_free(EndpointDialogue *file)
{
  if (file == NULL) return;
  g_free(file->path);
  g_hash_table_unref(file->keys);
  g_ptr_array_unref(file->turns);
  g_ptr_array_unref(file->mailbox);
  g_ptr_array_unref(file->letters);
  g_ptr_array_unref(file->delivered);
  g_free(file);
}

const GPtrArray *endpoint_dialogue_get_all(const EndpointDialogue *file, const char *key)
{
  GPtrArray *values = g_hash_table_lookup(file->keys, key);
  if (values != NULL) return values;
  values = g_ptr_array_new();
  g_hash_table_insert(file->keys, g_strdup(key), values);
  return values;
}

const char *endpoint_dialogue_get(const EndpointDialogue *file, const char *key)
{
  const GPtrArray *values = endpoint_dialogue_get_all(file, key);
  return values->len == 0 ? NULL : g_ptr_array_index(values, 0);
}

guint64 endpoint_dialogue_get_number(const EndpointDialogue *file, const char *key)
{
  const char *value = endpoint_dialogue_get(file, key);
  return value == NULL ? 0 : g_ascii_strtoull(value, NULL, 10);
}

bool endpoint_dialogue_get_flag(const EndpointDialogue *file, const char *key)
{
  return g_strcmp0(endpoint_dialogue_get(file, key), "yes") == 0;
}

GBytes *endpoint_dialogue_join(const EndpointDialogue *file, DialogueSide side)
{
  GByteArray *all = g_byte_array_new();
  for (guint i = 0; i < file->turns->len; i++) {
    const DialogueTurn *turn = g_ptr_array_index(file->turns, i);
    if (turn->side == side) append_bytes(all, turn->bytes);
  }
  return g_byte_array_free_to_bytes(all);
}
