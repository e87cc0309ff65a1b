/* SPDX-License-Identifier: MIT */
/* Writes messages with GMime; what GMime would draw by lot (boundaries, dates) is given. */
#include "mail/message-build.h"

#include "mail/gmime-start.h"
#include "mail/header-text.h"
#include "mail/message-plain.h"
#include "mail/message-trace.h"

#define LINE_MAX_7BIT 998u /* bytes without CR LF, RFC 5322 §2.1.1 */

static char *one_line(const char *text)
{
  return header_text_one_line(text);
}

/* Returns text with every line ended by CR LF, also the last. */
static GBytes *with_crlf(Bytes text)
{
  GString *out = g_string_sized_new(text.length + text.length / 32 + 2);
  for (size_t i = 0; i < text.length; i++) {
    uint8_t c = text.data[i];
    if (c == '\r' && i + 1 < text.length && text.data[i + 1] == '\n') continue;
    if (c == '\n' || c == '\r')
      g_string_append(out, "\r\n");
    else
      g_string_append_c(out, (char)c);
  }
  if (out->len > 0 && out->str[out->len - 1] != '\n') g_string_append(out, "\r\n");
  return g_string_free_to_bytes(out);
}

/* Returns text with lines ended by LF, valid UTF-8. */
static char *with_lf(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *out = g_string_sized_new(strlen(valid) + 1);
  for (const char *c = valid; *c != '\0'; c++) {
    if (*c == '\r' && c[1] == '\n') continue;
    g_string_append_c(out, *c == '\r' ? '\n' : *c);
  }
  if (out->len > 0 && out->str[out->len - 1] != '\n') g_string_append_c(out, '\n');
  return g_string_free(out, FALSE);
}

typedef struct {
  bool eight_bit;
  bool long_lines;
} BodyNeeds;

static BodyNeeds body_needs(const char *text)
{
  BodyNeeds needs = {0};
  size_t line = 0;
  for (const char *c = text; *c != '\0'; c++) {
    line = *c == '\n' ? 0 : line + 1;
    if (line > LINE_MAX_7BIT) needs.long_lines = true;
    if ((guchar)*c >= 0x80) needs.eight_bit = true;
  }
  return needs;
}

static void add_addresses(GMimeMessage *message, GMimeAddressType type, const char *text)
{
  if (text == NULL || *text == '\0') return;
  g_autofree char *line = one_line(text);
  gmime_bound_groups(line);
  InternetAddressList *parsed = internet_address_list_parse(NULL, line);
  if (parsed == NULL) return;
  for (int i = 0; i < internet_address_list_length(parsed); i++)
    internet_address_set_charset(internet_address_list_get_address(parsed, i), "utf-8");
  internet_address_list_append(g_mime_message_get_addresses(message, type), parsed);
  g_object_unref(parsed);
}

static void add_header(GMimeMessage *message, const char *name, const char *value)
{
  if (value == NULL) return;
  g_autofree char *line = one_line(value);
  g_mime_object_append_header(GMIME_OBJECT(message), name, line, "utf-8");
}

static void add_id_header(GMimeMessage *message, const char *name, const char *id)
{
  if (id == NULL) return;
  g_autofree char *value = g_strdup_printf("<%s>", id);
  add_header(message, name, value);
}

static void add_date(GMimeMessage *message, Nanoseconds date, int utc_offset)
{
  char text[MESSAGE_DATE_TEXT];
  message_date_format(date, utc_offset, text);
  add_header(message, "Date", text);
}

/* Returns a part holding text as it is, in the encoding given; free with g_object_unref. */
static GMimeObject *new_part(const char *type, const char *subtype, Bytes text, GMimeContentEncoding encoding)
{
  GMimePart *part = g_mime_part_new_with_type(type, subtype);
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)text.data, text.length);
  GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
  g_mime_part_set_content(part, content);
  if (encoding != GMIME_CONTENT_ENCODING_DEFAULT) g_mime_part_set_content_encoding(part, encoding);
  g_object_unref(content);
  g_object_unref(stream);
  return GMIME_OBJECT(part);
}

/* Returns the bytes and frees message. */
static GBytes *write_message(GMimeMessage *message)
{
  GMimeStream *stream = g_mime_stream_mem_new();
  GMimeFormatOptions *options = g_mime_format_options_new();
  g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_UNIX);
  g_mime_object_write_to_stream(GMIME_OBJECT(message), options, stream);
  g_mime_format_options_free(options);
  GByteArray *written = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
  GBytes *bytes = with_crlf((Bytes){written->data, written->len});
  g_object_unref(stream);
  g_object_unref(message);
  return bytes;
}

/* RFC 2046 §5.1.1: a boundary is 70 bytes at most. */
#define BOUNDARY_MAX 70u

/* Returns an empty multipart whose boundary follows from mark and message_id. */
static GMimeMultipart *new_multipart(const char *subtype, const char *mark, const char *message_id)
{
  GMimeMultipart *multipart = g_mime_multipart_new_with_subtype(subtype);
  g_autofree char *boundary = g_strdup_printf("=_%s%s", mark, message_id);
  for (char *c = boundary + 2; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL) *c = '_';
  if (strlen(boundary) > BOUNDARY_MAX) boundary[BOUNDARY_MAX] = '\0';
  g_mime_multipart_set_boundary(multipart, boundary);
  return multipart;
}

static bool has_eight_bit(Bytes content)
{
  for (size_t i = 0; i < content.length; i++)
    if (content.data[i] >= 0x80) return true;
  return false;
}

/* text/plain, or text/html. */
static GMimeObject *new_text(const char *subtype, const char *text, bool eight_bit_allowed)
{
  g_autofree char *body = with_lf(text == NULL ? "" : text);
  BodyNeeds needs = body_needs(body);
  GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_7BIT;
  if (needs.long_lines || (needs.eight_bit && !eight_bit_allowed))
    encoding = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
  else if (needs.eight_bit)
    encoding = GMIME_CONTENT_ENCODING_8BIT;
  GMimeObject *part = new_part("text", subtype, bytes_from_string(body), encoding);
  g_mime_object_set_content_type_parameter(part, "charset", needs.eight_bit ? "utf-8" : "us-ascii");
  return part;
}

/* Adds part to multipart, which owns it then; what holds 8-bit parts says so itself (RFC 2045 §6.4). */
static void put_into(GMimeMultipart *multipart, GMimeObject *part)
{
  const char *encoding = g_mime_object_get_header(part, "Content-Transfer-Encoding");
  if (g_strcmp0(encoding, "8bit") == 0)
    g_mime_object_set_header(GMIME_OBJECT(multipart), "Content-Transfer-Encoding", "8bit", NULL);
  g_mime_multipart_add(multipart, part);
  g_object_unref(part);
}

/* A file name travels in UTF-8, by RFC 2231 where it is not ASCII. */
static void set_file_name(GMimeObject *part, const char *name)
{
  g_autofree char *line = one_line(name);
  g_mime_part_set_filename(GMIME_PART(part), line);
  GMimeParam *params[] = {
      g_mime_param_list_get_parameter(
          g_mime_content_type_get_parameters(g_mime_object_get_content_type(part)), "name"),
      g_mime_param_list_get_parameter(
          g_mime_content_disposition_get_parameters(g_mime_object_get_content_disposition(part)), "filename"),
  };
  for (size_t i = 0; i < G_N_ELEMENTS(params); i++)
    if (params[i] != NULL) g_mime_param_set_charset(params[i], "utf-8");
}

/* Base64 is not allowed to messages and multiparts (RFC 2046 §5.1 and §5.2): those are plain bytes here. */
static void set_type(GMimeObject *part, const char *type)
{
  if (type == NULL || g_ascii_strncasecmp(type, "message/", 8) == 0 ||
      g_ascii_strncasecmp(type, "multipart/", 10) == 0)
    return;
  g_autofree char *line = one_line(type);
  GMimeContentType *parsed = g_mime_content_type_parse(NULL, line);
  g_mime_object_set_content_type(part, parsed);
  g_object_unref(parsed);
}

static GMimeObject *new_file(const MessageAttachment *file, const char *disposition)
{
  GMimeObject *part = new_part("application", "octet-stream", file->content, GMIME_CONTENT_ENCODING_BASE64);
  set_type(part, file->type);
  if (file->content_id != NULL) {
    g_autofree char *id = one_line(file->content_id);
    g_mime_part_set_content_id(GMIME_PART(part), id);
  }
  if (disposition != NULL || file->name != NULL)
    g_mime_object_set_disposition(part, disposition == NULL ? "inline" : disposition);
  if (file->name != NULL) set_file_name(part, file->name);
  if (file->description != NULL) {
    g_autofree char *description = one_line(file->description);
    g_mime_object_set_header(part, "Content-Description", description, "utf-8");
  }
  return part;
}

/* Returns how many files are shown by the HTML (inline), or go beside the text. */
static guint count_files(const MessageDraft *draft, bool shown)
{
  guint count = 0;
  for (guint i = 0; i < draft->attachment_count; i++)
    count += (draft->html != NULL && draft->attachments[i].content_id != NULL) == shown;
  return count;
}

static void add_files(GMimeMultipart *multipart, const MessageDraft *draft, bool shown)
{
  for (guint i = 0; i < draft->attachment_count; i++)
    if ((draft->html != NULL && draft->attachments[i].content_id != NULL) == shown)
      put_into(multipart, new_file(&draft->attachments[i], shown ? "inline" : "attachment"));
}

/* The HTML with the pictures in it (RFC 2387). */
static GMimeObject *new_html(const MessageDraft *draft)
{
  GMimeObject *html = new_text("html", draft->html, draft->eight_bit);
  if (count_files(draft, true) == 0) return html;
  GMimeMultipart *related = new_multipart("related", "related_", draft->message_id);
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(related), "type", "text/html");
  put_into(related, html);
  add_files(related, draft, true);
  return GMIME_OBJECT(related);
}

/* What the person wrote, in one form or in two, the plainest first (RFC 2046 §5.1.4). */
static GMimeObject *new_words(const MessageDraft *draft)
{
  if (draft->html == NULL) return new_text("plain", draft->body, draft->eight_bit);
  if (draft->body == NULL) return new_html(draft);
  GMimeMultipart *forms = new_multipart("alternative", "alternative_", draft->message_id);
  put_into(forms, new_text("plain", draft->body, draft->eight_bit));
  put_into(forms, new_html(draft));
  return GMIME_OBJECT(forms);
}

/* A whole message inside this one (RFC 2046 §5.2.1). */
static GMimeObject *new_forwarded(GBytes *message)
{
  Bytes content;
  content.data = g_bytes_get_data(message, &content.length);
  GMimeObject *part =
      new_part("message", "rfc822", content,
               has_eight_bit(content) ? GMIME_CONTENT_ENCODING_8BIT : GMIME_CONTENT_ENCODING_7BIT);
  g_mime_object_set_disposition(part, "inline");
  return part;
}

static GMimeObject *new_content(const MessageDraft *draft)
{
  guint files = count_files(draft, false);
  bool words = draft->body != NULL || draft->html != NULL;
  if (files == 0 && draft->forwarded == NULL) return new_words(draft);
  if (!words && files == 1 && draft->forwarded == NULL) return new_file(&draft->attachments[0], NULL);
  GMimeMultipart *mixed = new_multipart("mixed", "mixed_", draft->message_id);
  if (words) put_into(mixed, new_words(draft));
  if (draft->forwarded != NULL) put_into(mixed, new_forwarded(draft->forwarded));
  add_files(mixed, draft, false);
  return GMIME_OBJECT(mixed);
}

static void add_people(GMimeMessage *message, const MessageDraft *draft)
{
  add_addresses(message, GMIME_ADDRESS_TYPE_FROM, draft->from);
  add_addresses(message, GMIME_ADDRESS_TYPE_SENDER, draft->sender);
  add_addresses(message, GMIME_ADDRESS_TYPE_TO, draft->to);
  add_addresses(message, GMIME_ADDRESS_TYPE_CC, draft->cc);
  if (draft->leave_bcc) add_addresses(message, GMIME_ADDRESS_TYPE_BCC, draft->bcc);
  add_addresses(message, GMIME_ADDRESS_TYPE_REPLY_TO, draft->reply_to);
}

/* Appends each address of text that the envelope does not have. */
static void append_recipients(Envelope *envelope, const char *text)
{
  if (text == NULL) return;
  Bytes rest = bytes_from_string(text), address;
  while ((address = header_text_next_address(&rest)).length > 0) {
    g_autofree char *recipient = bytes_dup_string(address);
    bool known = g_ptr_array_find_with_equal_func(envelope->recipients, recipient, g_str_equal, NULL);
    if (!known) envelope_append(envelope, recipient);
  }
}

Envelope *message_build_envelope(const MessageDraft *draft)
{
  Bytes rest = bytes_from_string(draft->sender != NULL ? draft->sender : draft->from);
  g_autofree char *sender = bytes_dup_string(header_text_next_address(&rest));
  Envelope *envelope = envelope_new(sender);
  append_recipients(envelope, draft->to);
  append_recipients(envelope, draft->cc);
  append_recipients(envelope, draft->bcc);
  for (guint i = 0; draft->notify != 0 && i < envelope->recipients->len; i++) {
    const char *recipient = g_ptr_array_index(envelope->recipients, i);
    g_autofree char *original = g_strdup_printf("rfc822;%s", recipient);
    envelope_set_request(envelope, recipient, draft->notify, original);
  }
  return envelope;
}

GBytes *message_build(const MessageDraft *draft)
{
  GBytes *plain = message_plain_build(draft);
  return plain != NULL ? plain : message_compose(draft);
}

GBytes *message_compose(const MessageDraft *draft)
{
  gmime_start();
  GMimeMessage *message = g_mime_message_new(FALSE);
  add_date(message, draft->date, draft->utc_offset);
  add_people(message, draft);
  add_header(message, "Subject", draft->subject);
  add_id_header(message, "Message-ID", draft->message_id);
  add_id_header(message, "In-Reply-To", draft->in_reply_to);
  if (draft->references != NULL)
    add_header(message, "References", draft->references);
  else
    add_id_header(message, "References", draft->in_reply_to);
  add_header(message, "Keywords", draft->keywords);
  add_header(message, "Disposition-Notification-To", draft->disposition_notification_to);
  add_header(message, "Auto-Submitted", draft->auto_submitted);
  add_header(message, "MIME-Version", "1.0");
  GMimeObject *content = new_content(draft);
  g_mime_message_set_mime_part(message, content);
  g_object_unref(content);
  return write_message(message);
}
