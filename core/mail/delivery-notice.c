/* SPDX-License-Identifier: MIT */
/* Delivery status notifications, written line by line: nothing in them needs encoding but what a stranger
 * said, and that is made harmless. */
#include "mail/delivery-notice.h"

#include "mail/message-trace.h"

#include <stdio.h>

#define REPLY_MAX 500u           /* bytes of another server's words that are told */
#define HEADERS_MAX (64u * 1024) /* bytes of the original's headers that are brought back */
#define BOUNDARY_MAX 70u         /* RFC 2046 §5.1.1 */

/* How an action is called, and what is said to people. */
static const struct {
  const char *word, *status;
  const char *subject, *lead, *end;
} actions[] = {
    [NOTICE_FAILED] = {"failed", "5.0.0", "Undelivered Mail Returned to Sender",
                       "Your message could not be delivered to:", "Nothing more will be tried."},
    [NOTICE_DELAYED] = {"delayed", "4.0.0", "Delayed Mail (still being tried)",
                        "Your message has not been delivered yet to:",
                        "You need not send it again: we go on trying."},
    [NOTICE_DELIVERED] = {"delivered", "2.1.5", "Successful Mail Delivery Report",
                          "Your message was delivered to:", "Nobody has read it by that."},
    [NOTICE_RELAYED] = {"relayed", "2.0.0", "Successful Mail Delivery Report",
                        "Your message was handed to a server that sends no such reports, for:",
                        "If it cannot be delivered there, you will hear of it."},
    [NOTICE_EXPANDED] = {"expanded", "2.0.0", "Successful Mail Delivery Report",
                         "Your message went on to everybody on the list:",
                         "What becomes of their copies is not told."},
};

static bool is_ascii(const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar)*text >= 0x80) return false;
  return true;
}

/* Returns text on one line, at most REPLY_MAX bytes; bytes above 127 only where allowed. */
static char *one_line(const char *text, bool utf8)
{
  g_autofree char *cut = g_strndup(text, REPLY_MAX);
  char *line = g_utf8_make_valid(cut, -1);
  for (char *c = line; *c != '\0'; c++) {
    if ((guchar)*c < ' ' || *c == 0x7f) *c = ' ';
    if ((guchar)*c >= 0x80 && !utf8) *c = '?';
  }
  return g_strstrip(line);
}

/* Returns where the enhanced code inside a reply begins ("550 5.1.1 …", "5.4.4 …"), or NULL. */
static const char *find_status(const char *reply, char room[12])
{
  unsigned numbers[3];
  const char *at = g_ascii_isdigit(reply[0]) && g_ascii_isdigit(reply[1]) && g_ascii_isdigit(reply[2]) &&
                           (reply[3] == ' ' || reply[3] == '-')
                       ? reply + 4
                       : reply;
  if (sscanf(at, "%1u.%3u.%3u", &numbers[0], &numbers[1], &numbers[2]) != 3 || !g_ascii_isdigit(at[0]) ||
      at[1] != '.')
    return NULL;
  g_snprintf(room, 12, "%u.%u.%u", numbers[0], numbers[1], numbers[2]);
  return room;
}

/* The status of a recipient: the reply's where it fits the action, else the plainest. */
static const char *status_of(const NoticeRecipient *recipient, char room[12])
{
  const char *plainest = actions[recipient->action].status;
  const char *reply = recipient->reply == NULL ? "" : recipient->reply;
  const char *found = find_status(reply, room);
  bool fits =
      found != NULL && (found[0] == plainest[0] || (recipient->action == NOTICE_FAILED && found[0] == '4'));
  if (fits) return found;
  return recipient->action == NOTICE_FAILED && reply[0] == '4' ? "4.0.0" : plainest;
}

static void append_people(GString *out, const DeliveryNotice *notice, bool utf8)
{
  NoticeAction action = notice->recipients[0].action;
  g_string_append_printf(out, "This is the mail system at %s.\r\n\r\n%s\r\n\r\n", notice->reporting_host,
                         actions[action].lead);
  for (size_t i = 0; i < notice->count; i++) {
    const NoticeRecipient *recipient = &notice->recipients[i];
    g_autofree char *address = one_line(recipient->recipient, utf8);
    g_autofree char *reply = recipient->reply == NULL ? NULL : one_line(recipient->reply, utf8);
    g_string_append_printf(out, "  <%s>\r\n", address);
    if (reply != NULL && recipient->remote_host != NULL)
      g_string_append_printf(out, "    %s said: %s\r\n", recipient->remote_host, reply);
    else if (reply != NULL)
      g_string_append_printf(out, "    %s\r\n", reply);
  }
  g_string_append_printf(out, "\r\n%s\r\n%s\r\n", actions[action].end,
                         notice->full ? "Your message is below." : "The headers of your message are below.");
}

/* A recipient's group of fields (RFC 3464 §2.3). */
static void append_recipient(GString *out, const DeliveryNotice *notice, const NoticeRecipient *recipient,
                             bool utf8)
{
  char room[12], date[MESSAGE_DATE_TEXT];
  g_autofree char *address = one_line(recipient->recipient, utf8);
  g_string_append(out, "\r\n");
  if (recipient->original != NULL) {
    g_autofree char *original = one_line(recipient->original, utf8);
    const char *type_end = strchr(original, ';');
    if (type_end != NULL)
      g_string_append_printf(out, "Original-Recipient: %.*s; %s\r\n", (int)(type_end - original), original,
                             type_end + 1);
  }
  g_string_append_printf(out, "Final-Recipient: %s; %s\r\nAction: %s\r\nStatus: %s\r\n",
                         is_ascii(recipient->recipient) ? "rfc822" : "utf-8", address,
                         actions[recipient->action].word, status_of(recipient, room));
  if (recipient->remote_host != NULL)
    g_string_append_printf(out, "Remote-MTA: dns; %s\r\n", recipient->remote_host);
  if (recipient->remote_host != NULL && recipient->reply != NULL) {
    g_autofree char *reply = one_line(recipient->reply, utf8);
    g_string_append_printf(out, "Diagnostic-Code: smtp; %s\r\n", reply);
  }
  if (recipient->action != NOTICE_DELAYED || notice->given_up == 0) return;
  message_date_format(notice->given_up, notice->utc_offset, date);
  g_string_append_printf(out, "Will-Retry-Until: %s\r\n", date);
}

static void append_programs(GString *out, const DeliveryNotice *notice, bool utf8)
{
  char date[MESSAGE_DATE_TEXT];
  if (notice->envelope_id != NULL) {
    g_autofree char *id = one_line(notice->envelope_id, false);
    g_string_append_printf(out, "Original-Envelope-Id: %s\r\n", id);
  }
  g_string_append_printf(out, "Reporting-MTA: dns; %s\r\n", notice->reporting_host);
  if (notice->arrived != 0) {
    message_date_format(notice->arrived, notice->utc_offset, date);
    g_string_append_printf(out, "Arrival-Date: %s\r\n", date);
  }
  for (size_t i = 0; i < notice->count; i++)
    append_recipient(out, notice, &notice->recipients[i], utf8);
}

/* Returns what is brought back: all of the original, or its headers, whole lines of them, without the empty
 * line at their end. */
static Bytes returned_part(const DeliveryNotice *notice)
{
  Bytes all;
  all.data = g_bytes_get_data(notice->original, &all.length);
  if (notice->full) return all;
  size_t end = 0;
  while (end < all.length) {
    Bytes rest = bytes_skip(all, end);
    if (rest.data[0] == '\n' || (rest.data[0] == '\r' && rest.length > 1 && rest.data[1] == '\n')) break;
    ptrdiff_t line = bytes_find(rest, '\n');
    size_t next = line < 0 ? all.length : end + (size_t)line + 1;
    if (next > HEADERS_MAX) break;
    end = next;
  }
  return bytes_slice(all, 0, end);
}

static void append_original(GString *out, const DeliveryNotice *notice)
{
  Bytes part = returned_part(notice);
  bool eight_bit = false;
  for (size_t i = 0; i < part.length; i++)
    eight_bit = eight_bit || part.data[i] >= 0x80;
  g_string_append_printf(out, "Content-Type: %s\r\n",
                         notice->full ? "message/rfc822" : "text/rfc822-headers");
  if (eight_bit) g_string_append(out, "Content-Transfer-Encoding: 8bit\r\n");
  g_string_append_printf(out, "Content-Description: Undelivered message%s\r\n\r\n",
                         notice->full ? "" : " headers");
  g_string_append_len(out, (const char *)part.data, (gssize)part.length);
  if (part.length > 0 && part.data[part.length - 1] != '\n') g_string_append(out, "\r\n");
}

static void append_headers(GString *out, const DeliveryNotice *notice, const char *boundary)
{
  char date[MESSAGE_DATE_TEXT];
  message_date_format(notice->date, notice->utc_offset, date);
  g_autofree char *to = one_line(notice->to, !is_ascii(notice->to));
  g_string_append_printf(out,
                         "Date: %s\r\n"
                         "From: Mail Delivery Subsystem <MAILER-DAEMON@%s>\r\n"
                         "To: %s\r\n"
                         "Subject: %s\r\n"
                         "Message-ID: <%s>\r\n"
                         "Auto-Submitted: auto-replied\r\n"
                         "MIME-Version: 1.0\r\n"
                         "Content-Type: multipart/report; report-type=delivery-status;\r\n"
                         "\tboundary=\"%s\"\r\n\r\n",
                         date, notice->reporting_host, to, actions[notice->recipients[0].action].subject,
                         notice->message_id, boundary);
}

GBytes *delivery_notice_build(const DeliveryNotice *notice)
{
  g_assert(notice->count > 0);
  bool utf8 = false;
  for (size_t i = 0; i < notice->count; i++)
    utf8 = utf8 || !is_ascii(notice->recipients[i].recipient);
  g_autofree char *boundary = g_strdup_printf("=_%s", notice->message_id);
  for (char *c = boundary + 2; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL) *c = '_';
  if (strlen(boundary) > BOUNDARY_MAX) boundary[BOUNDARY_MAX] = '\0';
  GString *out = g_string_new(NULL);
  append_headers(out, notice, boundary);
  g_string_append_printf(out,
                         "--%s\r\nContent-Type: text/plain; charset=%s\r\n%s"
                         "Content-Description: Notification\r\n\r\n",
                         boundary, utf8 ? "utf-8" : "us-ascii",
                         utf8 ? "Content-Transfer-Encoding: 8bit\r\n" : "");
  append_people(out, notice, utf8);
  /* An address in UTF-8 needs the status of RFC 6533. */
  g_string_append_printf(out,
                         "\r\n--%s\r\nContent-Type: message/%s\r\n%s"
                         "Content-Description: Delivery report\r\n\r\n",
                         boundary, utf8 ? "global-delivery-status" : "delivery-status",
                         utf8 ? "Content-Transfer-Encoding: 8bit\r\n" : "");
  append_programs(out, notice, utf8);
  g_string_append_printf(out, "\r\n--%s\r\n", boundary);
  append_original(out, notice);
  g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
  return g_string_free_to_bytes(out);
}
