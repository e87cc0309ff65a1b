/* SPDX-License-Identifier: MIT */
/* What is plain is judged narrowly: whatever a library might treat in another way is left to it. */
#include "mail/message-plain.h"

#include "mail/message-trace.h"

#include <string.h>

#define FIELD_MAX 70u /* bytes of a header line: nothing near it is folded */
#define TEXT_LINE_MAX 900u /* of the text */

static bool is_word(char c)
{
  return g_ascii_isalnum(c);
}

/* Letters, digits, dots, and dashes or underscores inside. */
static size_t skip_atoms(const char *text)
{
  size_t length = 0;
  while (is_word(text[length]) || (length > 0 && strchr(".-_", text[length]) != NULL &&
                                   text[length] != '\0' && is_word(text[length + 1])))
    length++;
  return length;
}

/* Returns the length of "local@domain" at the front, 0 for anything else. */
static size_t skip_address(const char *text)
{
  size_t local = skip_atoms(text);
  if (local == 0 || text[local] != '@') return 0;
  size_t domain = skip_atoms(text + local + 1);
  return domain == 0 || strchr(text + local + 1, '.') == NULL ? 0 : local + 1 + domain;
}

/* Returns the length of "Words of a name <local@domain>" or of a bare address, 0 for anything else. */
static size_t skip_person(const char *text)
{
  size_t bare = skip_address(text);
  if (bare > 0) return bare;
  size_t length = 0;
  while (is_word(text[length]) || (length > 0 && text[length] == ' ' && is_word(text[length + 1])))
    length++;
  if (length == 0 || strncmp(text + length, " <", 2) != 0) return 0;
  size_t address = skip_address(text + length + 2);
  return address == 0 || text[length + 2 + address] != '>' ? 0 : length + 2 + address + 1;
}

/* People with ", " between them. */
static bool are_people(const char *text)
{
  for (;;) {
    size_t length = skip_person(text);
    if (length == 0) return false;
    text += length;
    if (*text == '\0') return true;
    if (strncmp(text, ", ", 2) != 0) return false;
    text += 2;
  }
}

static bool append_people(GString *out, const char *name, const char *people)
{
  if (people == NULL) return true;
  if (strlen(people) + strlen(name) > FIELD_MAX || !are_people(people)) return false;
  g_string_append(g_string_append(g_string_append(g_string_append(out, name), ": "), people), "\r\n");
  return true;
}

/* Words of letters and digits with single blanks between them. */
static bool append_subject(GString *out, const char *subject)
{
  if (subject == NULL) return true;
  size_t length = strlen(subject);
  if (length == 0 || length > FIELD_MAX - strlen("Subject: ")) return false;
  for (size_t i = 0; i < length; i++) {
    bool blank = subject[i] == ' ' && i > 0 && is_word(subject[i - 1]) && is_word(subject[i + 1]);
    if (!is_word(subject[i]) && !blank) return false;
  }
  g_string_append(g_string_append(g_string_append(out, "Subject: "), subject), "\r\n");
  return true;
}

/* Lines of printable ASCII, ended by LF. */
static bool append_text(GString *out, const char *text)
{
  size_t line = 0;
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '\n') {
      g_string_append(out, "\r\n");
      line = 0;
      continue;
    }
    if (*c < ' ' || *c > '~' || ++line > TEXT_LINE_MAX) return false;
    g_string_append_c(out, *c);
  }
  if (line > 0) g_string_append(out, "\r\n");
  return true;
}

static bool has_more(const MessageDraft *draft)
{
  const char *const more[] = {
      draft->sender,      draft->reply_to,   draft->keywords,       draft->html,
      draft->in_reply_to, draft->references, draft->auto_submitted, draft->disposition_notification_to};
  for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
    if (more[i] != NULL) return true;
  return draft->attachment_count > 0 || draft->forwarded != NULL || (draft->leave_bcc && draft->bcc != NULL);
}

GBytes *message_plain_build(const MessageDraft *draft)
{
  if (has_more(draft) || draft->body == NULL || draft->body[0] == '\0') return NULL;
  size_t id = skip_address(draft->message_id);
  if (id == 0 || draft->message_id[id] != '\0' || id > FIELD_MAX - strlen("Message-ID: <>")) return NULL;
  char date[MESSAGE_DATE_TEXT];
  message_date_format(draft->date, draft->utc_offset, date);
  GString *out = g_string_sized_new(strlen(draft->body) + 512);
  g_string_append(g_string_append(g_string_append(out, "Date: "), date), "\r\n");
  bool plain = append_people(out, "From", draft->from) && append_people(out, "To", draft->to) &&
               append_people(out, "Cc", draft->cc) && append_subject(out, draft->subject);
  if (plain) {
    g_string_append(g_string_append(g_string_append(out, "Message-ID: <"), draft->message_id), ">\r\n");
    g_string_append(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n"
                         "Content-Transfer-Encoding: 7bit\r\n\r\n");
    plain = append_text(out, draft->body);
  }
  if (plain) return g_string_free_to_bytes(out);
  g_string_free(out, TRUE);
  return NULL;
}
