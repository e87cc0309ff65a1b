/* SPDX-License-Identifier: MIT */
/* What people want to know of a message at a glance, read with GMime. */
#include "mail/message-view.h"

#include "mail/gmime-start.h"
#include "mail/header-text.h"
#include "mail/html-text.h"

#define VIEW_BYTES_MAX 1048576u /* of a message that are looked at */
#define FIRST_LINE_MAX 200      /* characters */

/* Returns text on one line and valid; NULL gives "". */
static char *clean(const char *text)
{
  return header_text_one_line(text == NULL ? "" : text);
}

static char *addresses(GMimeMessage *message, GMimeAddressType type)
{
  g_autofree char *text =
      internet_address_list_to_string(g_mime_message_get_addresses(message, type), NULL, FALSE);
  return clean(text);
}

/* Returns the first line of text that is not empty, or NULL. */
static char *first_line_of(const char *text)
{
  g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_autofree char *stripped = clean(*line);
    if (*stripped == '\0') continue;
    return g_utf8_substring(stripped, 0, MIN(FIRST_LINE_MAX, g_utf8_strlen(stripped, -1)));
  }
  return NULL;
}

typedef struct {
  char *plain, *html;
} FirstLines;

static void look_at_part(GMimeObject *parent, GMimeObject *object, gpointer data)
{
  (void)parent;
  FirstLines *lines = data;
  if (!GMIME_IS_TEXT_PART(object)) return;
  bool html = g_mime_content_type_is_type(g_mime_object_get_content_type(object), "text", "html");
  char **line = html ? &lines->html : &lines->plain;
  if (*line != NULL) return;
  g_autofree char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
  if (text == NULL) return;
  if (html) html_text_strip(text);
  *line = first_line_of(text);
}

static void read_parsed(MessageView *view, GMimeMessage *message)
{
  view->from = addresses(message, GMIME_ADDRESS_TYPE_FROM);
  view->to = addresses(message, GMIME_ADDRESS_TYPE_TO);
  view->cc = addresses(message, GMIME_ADDRESS_TYPE_CC);
  view->subject = clean(g_mime_message_get_subject(message));
  view->date = clean(g_mime_object_get_header(GMIME_OBJECT(message), "Date"));
  view->message_id = clean(g_mime_message_get_message_id(message));
  FirstLines lines = {0};
  if (g_mime_message_get_mime_part(message) != NULL) {
    look_at_part(NULL, g_mime_message_get_mime_part(message), &lines);
    g_mime_message_foreach(message, look_at_part, &lines);
  }
  view->first_line = clean(lines.plain != NULL ? lines.plain : lines.html);
  g_free(lines.plain);
  g_free(lines.html);
}

void message_view_init(MessageView *view, Bytes message)
{
  GMimeMessage *parsed = gmime_parse_message(bytes_slice(message, 0, VIEW_BYTES_MAX));
  *view = (MessageView){0};
  if (parsed != NULL) read_parsed(view, parsed);
  char **members[] = {&view->from, &view->to,         &view->cc,        &view->subject,
                      &view->date, &view->message_id, &view->first_line};
  for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
    if (*members[i] == NULL) *members[i] = g_strdup("");
  g_clear_object(&parsed);
}

void message_view_clear(MessageView *view)
{
  char **members[] = {&view->from, &view->to,         &view->cc,        &view->subject,
                      &view->date, &view->message_id, &view->first_line};
  for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
    g_clear_pointer(members[i], g_free);
}
