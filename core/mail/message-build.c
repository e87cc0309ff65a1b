/* SPDX-License-Identifier: MIT */
/* Writes messages with GMime; what GMime would draw by lot (boundaries, dates) is given. */
#include "mail/message-build.h"

#include "mail/gmime-start.h"
#include "mail/message-trace.h"

#include <stdio.h>

#define LINE_MAX_7BIT 998u /* bytes without CR LF, RFC 5322 §2.1.1 */

/* Returns text on one line: a line end inside a header would begin another header. */
static char *one_line(const char *text)
{
  char *line = g_utf8_make_valid(text, -1);
  for (char *c = line; *c != '\0'; c++)
    if ((guchar)*c < ' ' || *c == 0x7f) *c = ' ';
  return g_strstrip(line);
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

static GMimeObject *new_body(const char *text, bool eight_bit_allowed)
{
  g_autofree char *body = with_lf(text == NULL ? "" : text);
  BodyNeeds needs = body_needs(body);
  GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_7BIT;
  if (needs.long_lines || (needs.eight_bit && !eight_bit_allowed))
    encoding = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
  else if (needs.eight_bit)
    encoding = GMIME_CONTENT_ENCODING_8BIT;
  GMimeObject *part = new_part("text", "plain", bytes_from_string(body), encoding);
  g_mime_object_set_content_type_parameter(part, "charset", needs.eight_bit ? "utf-8" : "us-ascii");
  return part;
}

GBytes *message_build(const MessageDraft *draft)
{
  gmime_start();
  GMimeMessage *message = g_mime_message_new(FALSE);
  add_date(message, draft->date, draft->utc_offset);
  add_addresses(message, GMIME_ADDRESS_TYPE_FROM, draft->from);
  add_addresses(message, GMIME_ADDRESS_TYPE_TO, draft->to);
  add_addresses(message, GMIME_ADDRESS_TYPE_CC, draft->cc);
  add_addresses(message, GMIME_ADDRESS_TYPE_REPLY_TO, draft->reply_to);
  add_header(message, "Subject", draft->subject);
  add_id_header(message, "Message-ID", draft->message_id);
  add_id_header(message, "In-Reply-To", draft->in_reply_to);
  add_id_header(message, "References", draft->in_reply_to);
  add_header(message, "MIME-Version", "1.0");
  GMimeObject *body = new_body(draft->body, draft->eight_bit);
  g_mime_message_set_mime_part(message, body);
  g_object_unref(body);
  return write_message(message);
}

/* For people: what happened to whom, in the other server's words. */
static char *bounce_text(const MessageBounce *bounce)
{
  GString *text = g_string_new(NULL);
  g_string_append_printf(text,
                         "This is the mail system at %s.\n\nYour message could not be delivered to:\n\n",
                         bounce->reporting_host);
  for (size_t i = 0; bounce->recipients[i] != NULL; i++) {
    g_autofree char *recipient = one_line(bounce->recipients[i]);
    g_autofree char *reply = one_line(bounce->replies[i]);
    if (bounce->remote_host != NULL)
      g_string_append_printf(text, "  <%s>\n    %s said: %s\n", recipient, bounce->remote_host, reply);
    else
      g_string_append_printf(text, "  <%s>\n    %s\n", recipient, reply);
  }
  g_string_append(text, "\nNothing more will be tried. The headers of your message are below.\n");
  return g_string_free(text, FALSE);
}

/* Returns the enhanced code inside an SMTP reply ("550 5.1.1 …"), or the plainest one; into room. */
static const char *status_of(const char *reply, char room[12])
{
  unsigned first = 0, subject = 0, detail = 0;
  if (sscanf(reply, "%*3u %1u.%3u.%3u", &first, &subject, &detail) == 3 && (first == 4 || first == 5))
    g_snprintf(room, 12, "%u.%u.%u", first, subject, detail);
  else
    g_snprintf(room, 12, "%s", reply[0] == '4' ? "4.0.0" : "5.0.0");
  return room;
}

/* For programs (RFC 3464 §2): a group of fields for the message, one for each recipient. */
static char *bounce_status(const MessageBounce *bounce)
{
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "Reporting-MTA: dns; %s\n", bounce->reporting_host);
  for (size_t i = 0; bounce->recipients[i] != NULL; i++) {
    char room[12];
    g_autofree char *recipient = one_line(bounce->recipients[i]);
    g_autofree char *reply = one_line(bounce->replies[i]);
    g_string_append_printf(text, "\nFinal-Recipient: rfc822; %s\nAction: failed\nStatus: %s\n", recipient,
                           status_of(reply, room));
    if (bounce->remote_host == NULL) continue;
    g_string_append_printf(text, "Remote-MTA: dns; %s\nDiagnostic-Code: smtp; %s\n", bounce->remote_host,
                           reply);
  }
  return g_string_free(text, FALSE);
}

/* Returns the headers of message as a view, the empty line after them left off. */
static Bytes headers_of(GBytes *message)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(message, &size);
  Bytes all = {data, size};
  for (size_t i = 0; i < size; i++) {
    if (data[i] != '\n') continue;
    Bytes next = bytes_slice(all, i + 1, 2);
    if (next.length > 0 && (next.data[0] == '\n' || bytes_equal(next, BYTES_LITERAL("\r\n"))))
      return bytes_slice(all, 0, i + 1);
  }
  return all;
}

static void add_part(GMimeMultipart *report, const char *type, const char *subtype, Bytes text,
                     const char *description)
{
  GMimeObject *part = new_part(type, subtype, text, GMIME_CONTENT_ENCODING_DEFAULT);
  g_mime_part_set_content_description(GMIME_PART(part), description);
  g_mime_multipart_add(report, part);
  g_object_unref(part);
}

/* A report in 7-bit lines: what the other server said may hold anything. */
static char *as_ascii(char *text)
{
  for (char *c = text; *c != '\0'; c++)
    if ((guchar)*c >= 0x80) *c = '?';
  return text;
}

GBytes *message_build_bounce(const MessageBounce *bounce)
{
  gmime_start();
  GMimeMessage *message = g_mime_message_new(FALSE);
  g_autofree char *from =
      g_strdup_printf("Mail Delivery Subsystem <MAILER-DAEMON@%s>", bounce->reporting_host);
  add_date(message, bounce->date, bounce->utc_offset);
  add_addresses(message, GMIME_ADDRESS_TYPE_FROM, from);
  add_addresses(message, GMIME_ADDRESS_TYPE_TO, bounce->to);
  add_header(message, "Subject", "Undelivered Mail Returned to Sender");
  add_id_header(message, "Message-ID", bounce->message_id);
  add_header(message, "Auto-Submitted", "auto-replied");
  add_header(message, "MIME-Version", "1.0");

  GMimeMultipart *report = g_mime_multipart_new_with_subtype("report");
  g_autofree char *boundary = g_strdup_printf("=_%s", bounce->message_id);
  for (char *c = boundary + 2; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL) *c = '_';
  /* A boundary is 70 bytes at most (RFC 2046 §5.1.1). */
  if (strlen(boundary) > 70) boundary[70] = '\0';
  g_mime_multipart_set_boundary(report, boundary);
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(report), "report-type", "delivery-status");
  g_autofree char *text = as_ascii(bounce_text(bounce));
  g_autofree char *status = as_ascii(bounce_status(bounce));
  add_part(report, "text", "plain", bytes_from_string(text), "Notification");
  add_part(report, "message", "delivery-status", bytes_from_string(status), "Delivery report");
  add_part(report, "text", "rfc822-headers", headers_of(bounce->original), "Undelivered message headers");
  g_mime_message_set_mime_part(message, GMIME_OBJECT(report));
  g_object_unref(report);
  return write_message(message);
}
