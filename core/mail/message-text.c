/* SPDX-License-Identifier: MIT */
/* GMime decodes; we choose the part. */
#include "mail/message-text.h"

#include "mail/gmime-start.h"
#include "mail/html-text.h"

void message_text_undo_dots(ByteBuffer *out, Bytes body)
{
  bool at_line_start = true;
  while (body.length > 0) {
    if (at_line_start && body.data[0] == '.') body = bytes_skip(body, 1);
    ptrdiff_t lf = bytes_find(body, '\n');
    at_line_start = lf > 0 && body.data[lf - 1] == '\r';
    Bytes line = bytes_slice(body, 0, lf < 0 ? body.length : (size_t)lf + 1);
    byte_buffer_append(out, line);
    body = bytes_skip(body, line.length);
  }
}

typedef struct {
  GMimeObject *plain, *html;
} Found;

static void look_at_part(GMimeObject *parent, GMimeObject *object, gpointer data)
{
  (void)parent;
  Found *found = data;
  if (!GMIME_IS_TEXT_PART(object)) return;
  bool html = g_mime_content_type_is_type(g_mime_object_get_content_type(object), "text", "html");
  GMimeObject **place = html ? &found->html : &found->plain;
  if (*place == NULL) *place = object;
}

static char *text_of(GMimeObject *part)
{
  g_autofree char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
  return text == NULL ? NULL : g_utf8_make_valid(text, -1);
}

/* Cuts text to at most limit bytes, between characters. */
static void cut(char *text, size_t limit)
{
  if (strlen(text) <= limit) return;
  char *end = text + limit;
  while (end > text && ((guchar)*end & 0xc0) == 0x80)
    end--;
  *end = '\0';
}

char *message_text_extract(Bytes message, size_t limit)
{
  GMimeMessage *parsed = gmime_parse_message(message);
  Found found = {0};
  char *text = NULL;
  if (parsed != NULL && g_mime_message_get_mime_part(parsed) != NULL) {
    look_at_part(NULL, g_mime_message_get_mime_part(parsed), &found);
    g_mime_message_foreach(parsed, look_at_part, &found);
  }
  if (found.plain != NULL) text = text_of(found.plain);
  if (text == NULL && found.html != NULL && (text = text_of(found.html)) != NULL) html_text_strip(text);
  if (text == NULL) text = g_strdup("");
  cut(text, limit);
  g_clear_object(&parsed);
  return text;
}
