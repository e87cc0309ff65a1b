/* SPDX-License-Identifier: MIT */
/* Files found in a letter, and taken out of it. */
#include "agent/web/webmail-files.h"

#include "mail/message-scanner.h"

static void file_clear(gpointer data)
{
  WebmailFile *file = data;
  g_free(file->name);
  g_free(file->type);
}

static bool is_base64(const MessagePart *part)
{
  return g_str_equal(part->encoding, "base64");
}

static bool is_file(const MessagePart *part)
{
  bool text = g_str_equal(part->type, "text/plain") || g_str_equal(part->type, "text/html");
  return part->name != NULL || !(text || g_str_has_prefix(part->type, "multipart/"));
}

static Bytes body_of(const MessagePart *part, Bytes message)
{
  return bytes_slice(message, (size_t)part->offset, (size_t)part->bytes);
}

static uint64_t count_bytes(const MessagePart *part, Bytes message)
{
  if (!is_base64(part)) return part->bytes;
  Bytes body = body_of(part, message);
  uint64_t digits = 0;
  for (size_t i = 0; i < body.length; i++)
    digits += g_ascii_isalnum(body.data[i]) || body.data[i] == '+' || body.data[i] == '/';
  return digits * 3 / 4;
}

static bool can_be_had(const MessagePart *part)
{
  static const char *const plain[] = {"7bit", "8bit", "binary"};
  for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
    if (g_str_equal(part->encoding, plain[i])) return true;
  return is_base64(part);
}

static MessageRecord *scan(Bytes message)
{
  MessageRecord *record = message_record_new(MESSAGE_FETCHED);
  MessageScanner *scanner = message_scanner_new(record);
  message_scanner_feed(scanner, message);
  message_scanner_finish(scanner);
  message_scanner_free(scanner);
  return record;
}

GArray *webmail_files_list(Bytes message)
{
  GArray *files = g_array_new(FALSE, FALSE, sizeof(WebmailFile));
  g_autoptr(MessageRecord) record = scan(message);
  g_array_set_clear_func(files, file_clear);
  for (guint i = 0; i < record->parts->len; i++) {
    const MessagePart *part = &g_array_index(record->parts, MessagePart, i);
    if (!is_file(part)) continue;
    WebmailFile file = {.part = i,
                        .name = g_strdup(part->name),
                        .type = g_strdup(part->type),
                        .bytes = count_bytes(part, message),
                        .can_be_had = can_be_had(part)};
    g_array_append_val(files, file);
  }
  return files;
}

GBytes *webmail_files_read(Bytes message, guint number, char **name)
{
  g_autoptr(MessageRecord) record = scan(message);
  *name = NULL;
  if (number >= record->parts->len) return NULL;
  const MessagePart *part = &g_array_index(record->parts, MessagePart, number);
  if (!is_file(part) || !can_be_had(part)) return NULL;
  *name = g_strdup(part->name);
  Bytes body = body_of(part, message);
  if (!is_base64(part)) return g_bytes_new(body.data, body.length);
  g_autofree char *text = bytes_dup_string(body);
  gsize length = 0;
  guchar *decoded = g_base64_decode(text, &length);
  return g_bytes_new_take(decoded, length);
}
