/* SPDX-License-Identifier: MIT */
/* An answer's headers and quotation, out of the original as GMime reads it. */
#include "mail/message-reply.h"

#include "mail/gmime-start.h"
#include "mail/header-text.h"
#include "mail/message-text.h"

#define QUOTED_BYTES_MAX 65536u /* of the original's text */
#define REFERENCES_MAX 20       /* message ids in a thread's line: the first, and the newest */

static char *subject_with(const char *prefix, const char *const *known, const char *subject)
{
  g_autofree char *line = header_text_one_line(subject == NULL ? "" : subject);
  for (; *known != NULL; known++)
    if (g_ascii_strncasecmp(line, *known, strlen(*known)) == 0) return g_steal_pointer(&line);
  return g_strdup_printf("%s%s", prefix, line);
}

static char *list_text(InternetAddressList *list)
{
  g_autofree char *text = internet_address_list_to_string(list, NULL, FALSE);
  return header_text_one_line(text == NULL ? "" : text);
}

static bool has_address(InternetAddressList *list, const char *address)
{
  for (int i = 0; i < internet_address_list_length(list); i++) {
    InternetAddress *entry = internet_address_list_get_address(list, i);
    if (!INTERNET_ADDRESS_IS_MAILBOX(entry)) continue;
    const char *other = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(entry));
    if (other != NULL && g_ascii_strcasecmp(other, address) == 0) return true;
  }
  return false;
}

/* Adds to others whoever of list is neither self nor in known nor there already. */
static void add_others(InternetAddressList *others, InternetAddressList *list, InternetAddressList *known,
                       const char *self)
{
  for (int i = 0; i < internet_address_list_length(list); i++) {
    InternetAddress *entry = internet_address_list_get_address(list, i);
    if (!INTERNET_ADDRESS_IS_MAILBOX(entry)) continue;
    const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(entry));
    if (address == NULL || g_ascii_strcasecmp(address, self) == 0) continue;
    if (!has_address(known, address) && !has_address(others, address))
      internet_address_list_add(others, entry);
  }
}

static void read_people(MessageReply *reply, GMimeMessage *message, const char *self, bool to_all)
{
  InternetAddressList *to = g_mime_message_get_addresses(message, GMIME_ADDRESS_TYPE_REPLY_TO);
  if (internet_address_list_length(to) == 0)
    to = g_mime_message_get_addresses(message, GMIME_ADDRESS_TYPE_FROM);
  reply->to = list_text(to);
  if (!to_all) return;
  InternetAddressList *others = internet_address_list_new();
  add_others(others, g_mime_message_get_addresses(message, GMIME_ADDRESS_TYPE_TO), to, self);
  add_others(others, g_mime_message_get_addresses(message, GMIME_ADDRESS_TYPE_CC), to, self);
  reply->cc = list_text(others);
  g_object_unref(others);
}

/* RFC 5322 §3.6.4: the original's References, else its In-Reply-To, then its Message-ID. */
static void read_thread(MessageReply *reply, GMimeMessage *message)
{
  const char *id = g_mime_message_get_message_id(message);
  if (id == NULL || *id == '\0') return;
  reply->in_reply_to = header_text_one_line(id);
  const char *before = g_mime_object_get_header(GMIME_OBJECT(message), "References");
  if (before == NULL) before = g_mime_object_get_header(GMIME_OBJECT(message), "In-Reply-To");
  GMimeReferences *ids = g_mime_references_parse(NULL, before == NULL ? "" : before);
  int count = g_mime_references_length(ids);
  GString *line = g_string_new(NULL);
  for (int i = 0; i < count; i++)
    if (i == 0 || i > count - REFERENCES_MAX + 1)
      g_string_append_printf(line, "<%s> ", g_mime_references_get_message_id(ids, i));
  g_string_append_printf(line, "<%s>", reply->in_reply_to);
  g_mime_references_free(ids);
  reply->references = header_text_one_line(line->str);
  g_string_free(line, TRUE);
}

/* RFC 3834 §2: whom no machine answers. */
static bool is_automatic(GMimeMessage *message)
{
  static const char *const list_fields[] = {"List-Id", "List-Post", "List-Unsubscribe"};
  GMimeObject *object = GMIME_OBJECT(message);
  for (size_t i = 0; i < G_N_ELEMENTS(list_fields); i++)
    if (g_mime_object_get_header(object, list_fields[i]) != NULL) return true;
  const char *submitted = g_mime_object_get_header(object, "Auto-Submitted");
  if (submitted != NULL && g_ascii_strncasecmp(submitted, "no", 2) != 0) return true;
  const char *path = g_mime_object_get_header(object, "Return-Path");
  if (path != NULL && strstr(path, "<>") != NULL) return true;
  const char *precedence = g_mime_object_get_header(object, "Precedence");
  return precedence != NULL &&
         (g_ascii_strncasecmp(precedence, "bulk", 4) == 0 ||
          g_ascii_strncasecmp(precedence, "list", 4) == 0 || g_ascii_strncasecmp(precedence, "junk", 4) == 0);
}

static void read_quotation(MessageReply *reply, GMimeMessage *message, Bytes original)
{
  const char *date = g_mime_object_get_header(GMIME_OBJECT(message), "Date");
  g_autofree char *when = header_text_one_line(date == NULL ? "" : date);
  g_autofree char *who = list_text(g_mime_message_get_addresses(message, GMIME_ADDRESS_TYPE_FROM));
  GString *text = g_string_new(NULL);
  if (*when != '\0')
    g_string_append_printf(text, "On %s, %s wrote:\n", when, who);
  else
    g_string_append_printf(text, "%s wrote:\n", who);
  g_autofree char *words = message_text_extract(original, QUOTED_BYTES_MAX);
  g_auto(GStrv) lines = g_strsplit(g_strchomp(words), "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_strchomp(*line);
    g_string_append_printf(text, ">%s%s\n", **line == '\0' || **line == '>' ? "" : " ", *line);
  }
  reply->quotation = g_string_free(text, FALSE);
}

void message_reply_init(MessageReply *reply, Bytes original, const char *self, bool to_all)
{
  static const char *const answers[] = {"Re:", NULL}, *const forwards[] = {"Fwd:", "Fw:", NULL};
  *reply = (MessageReply){0};
  GMimeMessage *message = gmime_parse_message(original);
  const char *subject = message == NULL ? NULL : g_mime_message_get_subject(message);
  reply->subject = subject_with("Re: ", answers, subject);
  reply->forward = subject_with("Fwd: ", forwards, subject);
  if (message != NULL) {
    read_people(reply, message, self, to_all);
    read_thread(reply, message);
    read_quotation(reply, message, original);
    reply->automatic = is_automatic(message);
  }
  char **members[] = {&reply->to, &reply->cc, &reply->quotation};
  for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
    if (*members[i] == NULL) *members[i] = g_strdup("");
  g_clear_object(&message);
}

void message_reply_clear(MessageReply *reply)
{
  char **members[] = {&reply->to,          &reply->cc,         &reply->subject,  &reply->forward,
                      &reply->in_reply_to, &reply->references, &reply->quotation};
  for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
    g_clear_pointer(members[i], g_free);
}
