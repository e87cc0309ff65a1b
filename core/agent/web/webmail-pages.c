/* SPDX-License-Identifier: MIT */
/* HTML, written. */
#include "agent/web/webmail-pages.h"

#include "agent/web/webmail-files.h"
#include "mail/message-text.h"
#include "mail/message-view.h"

#define TEXT_SHOWN_MAX (1024u * 1024)

void webmail_append_escaped(GString *page, const char *text)
{
  for (; *text != '\0'; text++) {
    switch (*text) {
    case '&':
      g_string_append(page, "&amp;");
      break;
    case '<':
      g_string_append(page, "&lt;");
      break;
    case '>':
      g_string_append(page, "&gt;");
      break;
    case '"':
      g_string_append(page, "&quot;");
      break;
    case '\'':
      g_string_append(page, "&#39;");
      break;
    default:
      if ((guchar)*text >= ' ' || *text == '\n' || *text == '\t') g_string_append_c(page, *text);
    }
  }
}

/* Appends format with every "%s" replaced by the next text, escaped. */
static void append(GString *page, const char *format, ...)
{
  va_list texts;
  va_start(texts, format);
  for (const char *mark; (mark = strstr(format, "%s")) != NULL; format = mark + 2) {
    g_string_append_len(page, format, mark - format);
    webmail_append_escaped(page, va_arg(texts, const char *));
  }
  va_end(texts);
  g_string_append(page, format);
}

static const char *word(const WebmailFrame *frame, WebmailWord which)
{
  return webmail_word(frame->language, which);
}

static GString *begin(const WebmailFrame *frame, const char *title)
{
  GString *page = g_string_new(NULL);
  append(page,
         "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<title>%s - Webmail %s</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n"
         "<header>\n<p>Webmail <strong>%s</strong></p>\n",
         word(frame, WORD_LANG), title, frame->site, frame->site);
  if (frame->person != NULL)
    append(
        page,
        "<nav>\n<a id=\"inbox\" href=\"/inbox\">%s</a>\n<a id=\"compose\" href=\"/compose\">%s</a>\n</nav>\n"
        "<form id=\"logout\" method=\"post\" action=\"/logout\">\n"
        "<p><span>%s</span> <button type=\"submit\">%s</button></p>\n</form>\n",
        word(frame, WORD_INBOX), word(frame, WORD_WRITE), frame->person, word(frame, WORD_LOG_OUT));
  append(page, "</header>\n<main>\n<h1>%s</h1>\n", title);
  return page;
}

static GString *end(GString *page)
{
  g_string_append(page, "</main>\n</body>\n</html>\n");
  return page;
}

static void append_notice(GString *page, const WebmailFrame *frame, WebmailWord notice, const char *words)
{
  if (notice == WORD_COUNT) return;
  append(page, "<p class=\"notice\" role=\"status\">%s</p>\n", word(frame, notice));
  if (words != NULL && *words != '\0') append(page, "<blockquote>%s</blockquote>\n", words);
}

GString *webmail_page_log_in(const WebmailFrame *frame, WebmailWord notice, const char *words)
{
  GString *page = begin(frame, word(frame, WORD_LOG_IN));
  append_notice(page, frame, notice, words);
  append(page,
         "<form id=\"login\" method=\"post\" action=\"/login\">\n"
         "<p><label for=\"user\">%s</label>\n<input id=\"user\" name=\"user\" type=\"text\" "
         "autocomplete=\"username\" required autofocus></p>\n"
         "<p><label for=\"password\">%s</label>\n<input id=\"password\" name=\"password\" type=\"password\" "
         "autocomplete=\"current-password\" required></p>\n"
         "<p><button type=\"submit\">%s</button></p>\n</form>\n",
         word(frame, WORD_USER), word(frame, WORD_PASSWORD), word(frame, WORD_LOG_IN));
  return end(page);
}

GString *webmail_page_write(const WebmailFrame *frame, const WebmailDraft *draft, WebmailWord notice,
                            const char *words)
{
  GString *page = begin(frame, word(frame, WORD_WRITE));
  append_notice(page, frame, notice, words);
  append(page,
         "<form id=\"send\" method=\"post\" action=\"/send\">\n"
         "<p><label for=\"to\">%s</label>\n<input id=\"to\" name=\"to\" type=\"text\" value=\"%s\" "
         "required></p>\n"
         "<p><label for=\"subject\">%s</label>\n<input id=\"subject\" name=\"subject\" type=\"text\" "
         "value=\"%s\"></p>\n"
         "<p><label for=\"text\">%s</label>\n<textarea id=\"text\" name=\"text\" rows=\"16\" cols=\"72\">\n"
         "%s</textarea></p>\n",
         word(frame, WORD_TO), draft->to, word(frame, WORD_SUBJECT), draft->subject, word(frame, WORD_TEXT),
         draft->text);
  if (*draft->in_reply_to != '\0')
    append(page, "<input type=\"hidden\" name=\"in-reply-to\" value=\"%s\">\n", draft->in_reply_to);
  append(page, "<p><button type=\"submit\">%s</button></p>\n</form>\n", word(frame, WORD_SEND));
  return end(page);
}

GString *webmail_page_fault(const WebmailFrame *frame, WebmailWord notice)
{
  GString *page = begin(frame, word(frame, WORD_FAULT));
  append_notice(page, frame, notice, NULL);
  return end(page);
}

static void append_page_link(GString *page, const char *id, guint number, const char *label)
{
  if (number == 0) return;
  g_string_append_printf(page, "<a id=\"%s\" href=\"/inbox?page=%u\">", id, number);
  append(page, "%s</a>\n", label);
}

GString *webmail_page_inbox(const WebmailFrame *frame, WebmailWord notice, const GArray *entries, guint newer,
                            guint older)
{
  GString *page = begin(frame, word(frame, WORD_INBOX));
  append_notice(page, frame, notice, NULL);
  if (entries->len == 0) {
    append(page, "<p>%s</p>\n", word(frame, WORD_EMPTY));
    return end(page);
  }
  append(page,
         "<table>\n<thead>\n<tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
         "<th scope=\"col\">%s</th></tr>\n</thead>\n<tbody>\n",
         word(frame, WORD_FROM), word(frame, WORD_SUBJECT), word(frame, WORD_DATE));
  for (guint i = 0; i < entries->len; i++) {
    const WebmailEntry *entry = &g_array_index(entries, WebmailEntry, i);
    append(page, "<tr><td><bdi>%s</bdi></td><td>", entry->from);
    g_string_append_printf(page, "<a class=\"letter\" href=\"/message?uid=%u\">", entry->uid);
    append(page, "<bdi>%s</bdi></a>",
           *entry->subject == '\0' ? word(frame, WORD_NO_SUBJECT) : entry->subject);
    if (!entry->seen) append(page, " <strong>(%s)</strong>", word(frame, WORD_NEW));
    append(page, "</td><td>%s</td></tr>\n", entry->date);
  }
  g_string_append(page, "</tbody>\n</table>\n");
  if (newer + older > 0) {
    g_string_append(page, "<p>\n");
    append_page_link(page, "newer", newer, word(frame, WORD_NEWER));
    append_page_link(page, "older", older, word(frame, WORD_OLDER));
    g_string_append(page, "</p>\n");
  }
  return end(page);
}

static void append_header(GString *page, const char *name, const char *value)
{
  if (*value != '\0') append(page, "<dt>%s</dt><dd><bdi>%s</bdi></dd>\n", name, value);
}

static void append_size(GString *page, uint64_t bytes)
{
  if (bytes < 1000)
    g_string_append_printf(page, "%u B", (guint)bytes);
  else
    g_string_append_printf(page, "%.1f kB", (double)bytes / 1000);
}

/* Every part that is not the text itself. */
static void append_files(GString *page, const WebmailFrame *frame, uint32_t uid, Bytes message)
{
  g_autoptr(GArray) files = webmail_files_list(message);
  if (files->len == 0) return;
  append(page, "<h2>%s</h2>\n<ul id=\"attachments\">\n", word(frame, WORD_ATTACHMENTS));
  for (guint i = 0; i < files->len; i++) {
    const WebmailFile *file = &g_array_index(files, WebmailFile, i);
    g_string_append(page, "<li>");
    if (file->can_be_had)
      g_string_append_printf(page, "<a class=\"file\" href=\"/file?uid=%u&amp;part=%u\">", uid, file->part);
    append(page, "<bdi>%s</bdi>", file->name == NULL ? word(frame, WORD_NO_NAME) : file->name);
    if (file->can_be_had) g_string_append(page, "</a>");
    append(page, " (%s, ", file->type);
    append_size(page, file->bytes);
    g_string_append(page, ")</li>\n");
  }
  g_string_append(page, "</ul>\n");
}

GString *webmail_page_letter(const WebmailFrame *frame, uint32_t uid, Bytes message)
{
  MessageView view;
  message_view_init(&view, message);
  g_autofree char *text = message_text_extract(message, TEXT_SHOWN_MAX);
  GString *page = begin(frame, *view.subject == '\0' ? word(frame, WORD_NO_SUBJECT) : view.subject);
  g_string_append(page, "<dl>\n");
  append_header(page, word(frame, WORD_FROM), view.from);
  append_header(page, word(frame, WORD_TO), view.to);
  append_header(page, word(frame, WORD_CC), view.cc);
  append_header(page, word(frame, WORD_DATE), view.date);
  g_string_append(page, "</dl>\n<pre id=\"letter\">\n");
  webmail_append_escaped(page, *text == '\0' ? word(frame, WORD_NO_TEXT) : text);
  g_string_append(page, "</pre>\n");
  append_files(page, frame, uid, message);
  g_string_append_printf(page, "<p><a id=\"reply\" href=\"/reply?uid=%u\">", uid);
  append(page, "%s</a></p>\n<form id=\"delete\" method=\"post\" action=\"/delete\">\n",
         word(frame, WORD_REPLY));
  g_string_append_printf(page, "<p><input type=\"hidden\" name=\"uid\" value=\"%u\">", uid);
  append(page, "<button type=\"submit\">%s</button></p>\n</form>\n", word(frame, WORD_DELETE));
  message_view_clear(&view);
  return end(page);
}

const char *webmail_style_sheet(void)
{
  return "body{font-family:sans-serif;line-height:1.4;max-width:60em;margin:0 auto;padding:0 1em;"
         "color:#1c1c1c;background:#fff}\n"
         "header{display:flex;flex-wrap:wrap;gap:0 1.5em;align-items:center;border-bottom:1px solid #999}\n"
         "header form{margin-left:auto}\nnav a{margin-right:1em}\na{color:#1a4f9c}\n"
         "table{border-collapse:collapse;width:100%}\nth,td{text-align:left;padding:.4em .8em .4em 0;"
         "border-bottom:1px solid #ccc;vertical-align:top}\n"
         "label{display:block}\ninput[type=text],input[type=password],textarea{width:100%;max-width:44em;"
         "font:inherit;padding:.3em;box-sizing:border-box}\nbutton{font:inherit;padding:.3em 1em}\n"
         "dt{float:left;clear:left;width:6em;color:#555}\ndd{margin:0 0 .2em 6em}\n"
         "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;border-top:1px solid #ccc;"
         "padding-top:1em}\n.notice{background:#fff3c4;padding:.5em 1em}\n";
}

/* Each line behind "> ". */
static char *quote(WebmailLanguage language, const char *from, const char *text)
{
  GString *quoted = g_string_new("\n\n");
  g_string_append_printf(quoted, "%s %s\n", from, webmail_word(language, WORD_WROTE));
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  guint count = g_strv_length(lines);
  while (count > 0 && *g_strchomp(lines[count - 1]) == '\0')
    count--;
  for (guint i = 0; i < count; i++)
    g_string_append_printf(quoted, ">%s%s\n", lines[i][0] == '>' ? "" : " ", g_strchomp(lines[i]));
  return g_string_free(quoted, FALSE);
}

void webmail_draft_reply(WebmailDraft *draft, WebmailLanguage language, Bytes message)
{
  MessageView view;
  message_view_init(&view, message);
  g_autofree char *text = message_text_extract(message, TEXT_SHOWN_MAX);
  bool again = g_ascii_strncasecmp(view.subject, "Re:", 3) == 0;
  draft->to = g_strdup(view.from);
  draft->subject = g_strconcat(again ? "" : "Re: ", view.subject, NULL);
  draft->in_reply_to = g_strdup(view.message_id);
  draft->text = quote(language, view.from, text);
  message_view_clear(&view);
}

void webmail_draft_clear(WebmailDraft *draft)
{
  g_free((char *)draft->to);
  g_free((char *)draft->subject);
  g_free((char *)draft->text);
  g_free((char *)draft->in_reply_to);
  *draft = (WebmailDraft){0};
}
