/* SPDX-License-Identifier: MIT */
/* What each thing asked for online takes: its requests, step by step, and what becomes of the answers. */
#include "agent/mail-user-online.h"
#include "base/i18n.h"
#include "mail/message-text.h"

#define TEXT_SHOWN_MAX 1048576u /* bytes of a letter's text kept for showing */
#define FOLDERS_MAX 1000u       /* listed */
#define PARTS_MAX 1000u         /* texts fetched at a time */

typedef struct {
  MailOnlineSession *session;
  MailOnlineAction *action;
} Step;

static void ask(Step at, const ImapRequest *request)
{
  if (imap_client_request(at.session->client, request) > 0) {
    at.action->outstanding++;
    return;
  }
  at.action->good = false;
  mail_user_notice(at.session->agent, MAIL_NOTICE_FAILED, NULL, N_("The server cannot be asked that"));
}

static void open_folder(Step at, const char *folder)
{
  at.session->exists = UINT_MAX;
  ask(at, &(ImapRequest){.word = IMAP_SELECT, .mailbox = folder == NULL ? "INBOX" : folder});
}

/* Appends the numbers as a set, neighbours as a range. */
static char *set_of(const GArray *numbers)
{
  GString *set = g_string_new(NULL);
  for (guint first = 0, last; first < numbers->len; first = last + 1) {
    const uint32_t *number = &g_array_index(numbers, uint32_t, first);
    for (last = first; last + 1 < numbers->len && number[last + 1 - first] == number[last - first] + 1;)
      last++;
    g_string_append_printf(set, "%s%u", set->len == 0 ? "" : ",", number[0]);
    if (last > first) g_string_append_printf(set, ":%u", number[last - first]);
  }
  return g_string_free(set, FALSE);
}

/* Returns the set the action speaks of, the caller's to free. */
static char *letters_of(Step at)
{
  if (at.action->letters == NULL) return g_strdup("*");
  if (!g_str_equal(at.action->letters, "$")) return g_strdup(at.action->letters);
  return set_of(at.session->agent->found);
}

/* Asks word of the letters the action speaks of. Returns false where there are none. */
static bool ask_letters(Step at, uint16_t word, const char *items, const char *folder)
{
  g_autofree char *set = letters_of(at);
  if (*set == '\0' || at.session->exists == 0) {
    at.action->good = false;
    mail_user_notice(at.session->agent, MAIL_NOTICE_FAILED, NULL, N_("There is no such message"));
    return false;
  }
  ask(at, &(ImapRequest){.word = word, .set = set, .items = items, .mailbox = folder});
  return true;
}

#define LINE_ITEMS "(UID FLAGS RFC822.SIZE ENVELOPE)"

static bool step_list_folders(Step at, guint step)
{
  if (step > 0) return false;
  g_ptr_array_set_size(at.session->agent->folders, 0);
  ask(at, &(ImapRequest){.word = IMAP_LIST});
  return true;
}

static bool step_open(Step at, guint step)
{
  if (step == 0) {
    open_folder(at, at.action->folder);
    return true;
  }
  if (step > 1 || at.session->exists == 0) return false;
  ask(at, &(ImapRequest){.word = IMAP_FETCH, .set = "1:*", .items = LINE_ITEMS});
  return true;
}

static bool step_read(Step at, guint step)
{
  return step == 0 && ask_letters(at, IMAP_FETCH, "(UID FLAGS BODY[])", NULL);
}

static bool step_read_text(Step at, guint step)
{
  if (step == 0) return ask_letters(at, IMAP_FETCH, "(UID BODYSTRUCTURE)", NULL);
  if (step > 1) return false;
  for (guint i = 0; i < at.action->parts->len; i++) {
    const MailTextPart *part = &g_array_index(at.action->parts, MailTextPart, i);
    g_autofree char *set = g_strdup_printf("%u", part->number);
    g_autofree char *items = at.action->bytes == 0
                                 ? g_strdup_printf("(BODY[%s])", part->section)
                                 : g_strdup_printf("(BODY[%s]<0.%u>)", part->section, at.action->bytes);
    ask(at, &(ImapRequest){.word = IMAP_FETCH, .set = set, .items = items});
  }
  return at.action->parts->len > 0;
}

static bool step_search(Step at, guint step)
{
  if (step > 0) return false;
  g_array_set_size(at.session->agent->found, 0);
  ask(at, &(ImapRequest){.word = IMAP_SEARCH, .items = at.action->text == NULL ? "ALL" : at.action->text});
  return true;
}

static bool store_flags(Step at, const char *how, const char *flags)
{
  g_autofree char *items = g_strdup_printf("%s (%s)", how, flags == NULL ? "" : flags);
  return ask_letters(at, IMAP_STORE, items, NULL);
}

static bool step_flag(Step at, guint step)
{
  bool set = at.action->kind == MAIL_ONLINE_FLAG;
  return step == 0 && store_flags(at, set ? "+FLAGS" : "-FLAGS", at.action->text);
}

static bool step_copy(Step at, guint step)
{
  return step == 0 && ask_letters(at, IMAP_COPY, NULL, at.action->folder);
}

static bool step_delete(Step at, guint step)
{
  if (step == 0) return store_flags(at, "+FLAGS", "\\Deleted");
  if (step == 1) ask(at, &(ImapRequest){.word = IMAP_EXPUNGE});
  return step == 1;
}

/* Where the server has no MOVE (RFC 6851), a copy and a deletion. */
static bool step_move(Step at, guint step)
{
  if (imap_client_offers(at.session->client, "MOVE"))
    return step == 0 && ask_letters(at, IMAP_MOVE, NULL, at.action->folder);
  return step == 0 ? step_copy(at, 0) : step_delete(at, step - 1);
}

static bool step_folder(Step at, guint step)
{
  if (step > 0) return false;
  bool create = at.action->kind == MAIL_ONLINE_CREATE;
  ask(at, &(ImapRequest){.word = create ? IMAP_CREATE : IMAP_DELETE, .mailbox = at.action->folder});
  return true;
}

static bool step_store(Step at, guint step)
{
  if (step > 0 || at.action->letter == NULL) return false;
  ask(at, &(ImapRequest){
              .word = IMAP_APPEND,
              .mailbox = at.action->folder,
              .items = at.action->draft ? "(\\Draft \\Seen)" : "(\\Seen)",
              .message = mail_user_bytes(at.action->letter),
          });
  return true;
}

/* IDLE, and whenever something came FETCH, and IDLE again. */
static bool step_watch(Step at, guint step)
{
  MailOnlineAction *action = at.action;
  AgentHost *host = at.session->agent->host;
  Nanoseconds now = agent_host_now(host);
  if (step == 0) {
    action->until = now + action->length;
    if (!imap_client_offers(at.session->client, "IDLE")) {
      action->good = false;
      mail_user_notice(at.session->agent, MAIL_NOTICE_FAILED, NULL, N_("The server does not offer IDLE"));
      return false;
    }
  }
  if (action->first_new > 0) {
    g_autofree char *set = g_strdup_printf("%u:*", action->first_new);
    action->first_new = 0;
    ask(at, &(ImapRequest){.word = IMAP_FETCH, .set = set, .items = LINE_ITEMS});
    return true;
  }
  if (now >= action->until) return false;
  agent_host_set_timer(host, &at.session->watch, action->until);
  ask(at, &(ImapRequest){.word = IMAP_IDLE});
  return true;
}

/* The set of uids found new, word and items asked of it. */
static void ask_uids(Step at, uint16_t word, const char *items)
{
  g_autofree char *set = set_of(at.action->uids);
  ask(at, &(ImapRequest){.word = word, .set = set, .items = items});
}

static bool step_fetch(Step at, guint step)
{
  switch (step) {
  case 0:
    open_folder(at, NULL);
    return true;
  case 1:
    if (at.session->exists > 0)
      ask(at, &(ImapRequest){.word = IMAP_FETCH, .set = "1:*", .items = LINE_ITEMS});
    return at.session->exists > 0;
  case 2:
    if (at.action->uids->len > 0) ask_uids(at, IMAP_UID_FETCH, "(BODY.PEEK[])");
    return at.action->uids->len > 0;
  case 3:
    if (!at.action->keep) ask_uids(at, IMAP_UID_STORE, "+FLAGS.SILENT (\\Deleted)");
    return !at.action->keep;
  case 4:
    ask(at, &(ImapRequest){.word = IMAP_EXPUNGE});
    return true;
  default:
    return false;
  }
}

static bool step_leave(Step at, guint step)
{
  (void)at;
  (void)step;
  return false;
}

static const struct {
  bool (*step)(Step at, guint step);
  bool in_folder; /* speaks of letters of the open folder */
} kinds[MAIL_ONLINE_KIND_COUNT] = {
    [MAIL_ONLINE_LIST_FOLDERS] = {step_list_folders, false},
    [MAIL_ONLINE_OPEN] = {step_open, false},
    [MAIL_ONLINE_READ] = {step_read, true},
    [MAIL_ONLINE_READ_TEXT] = {step_read_text, true},
    [MAIL_ONLINE_SEARCH] = {step_search, true},
    [MAIL_ONLINE_FLAG] = {step_flag, true},
    [MAIL_ONLINE_UNFLAG] = {step_flag, true},
    [MAIL_ONLINE_COPY] = {step_copy, true},
    [MAIL_ONLINE_MOVE] = {step_move, true},
    [MAIL_ONLINE_DELETE] = {step_delete, true},
    [MAIL_ONLINE_CREATE] = {step_folder, false},
    [MAIL_ONLINE_REMOVE] = {step_folder, false},
    [MAIL_ONLINE_STORE] = {step_store, false},
    [MAIL_ONLINE_WATCH] = {step_watch, true},
    [MAIL_ONLINE_FETCH] = {step_fetch, false},
    [MAIL_ONLINE_LEAVE] = {step_leave, false},
};

/* Returns the folder that must be opened first, or NULL: the right one is open, or none is needed. */
static const char *folder_wanted(Step at)
{
  const MailOnlineAction *action = at.action;
  if (!kinds[action->kind].in_folder) return NULL;
  const char *open = imap_client_get_folder(at.session->client)->name;
  bool elsewhere =
      action->kind == MAIL_ONLINE_COPY || action->kind == MAIL_ONLINE_MOVE; /* folder is where to */
  const char *wanted = elsewhere ? NULL : action->folder;
  if (open == NULL) return wanted == NULL ? "INBOX" : wanted;
  return wanted == NULL || g_str_equal(wanted, open) ? NULL : wanted;
}

bool mail_online_step(MailOnlineSession *session, MailOnlineAction *action)
{
  Step at = {session, action};
  if (!action->begun) {
    action->begun = true;
    const char *folder = folder_wanted(at);
    if (folder != NULL) {
      open_folder(at, folder);
      return true;
    }
  }
  return kinds[action->kind].step(at, action->step++);
}

bool mail_online_end_watch(MailOnlineSession *session)
{
  MailOnlineAction *action = g_queue_peek_head(&session->actions);
  if (action == NULL || action->kind != MAIL_ONLINE_WATCH || !action->begun || session->client == NULL)
    return false;
  action->until = 0;
  agent_host_cancel_timer(session->agent->host, &session->watch);
  imap_client_stop_idle(session->client);
  return true;
}

/* Lines come in order, and mostly without a hole. */
static MailListing *find_listing(const MailUserAgent *agent, guint number)
{
  guint count = agent->listings->len;
  MailListing *last = count == 0 ? NULL : g_ptr_array_index(agent->listings, count - 1);
  if (last == NULL || last->number < number) return NULL;
  MailListing *likely = number > 0 && number <= count ? g_ptr_array_index(agent->listings, number - 1) : last;
  if (likely->number == number) return likely;
  for (guint i = 0; i < count; i++) {
    MailListing *listing = g_ptr_array_index(agent->listings, i);
    if (listing->number == number) return listing;
  }
  return NULL;
}

static void replace(const char **place, const char *text)
{
  if (text == NULL) return;
  g_free((char *)*place);
  *place = g_strdup(text);
}

/* Notes what is told of a letter in its line; one with an envelope gets a line. */
static void take_line(MailUserAgent *agent, const ImapFetched *fetched)
{
  MailListing *listing = find_listing(agent, fetched->number);
  if (listing == NULL) {
    if (fetched->envelope == NULL || agent->listings->len >= MAIL_LISTINGS_MAX) return;
    listing = g_new(MailListing, 1);
    *listing = (MailListing){.number = fetched->number,
                             .flags = g_strdup(""),
                             .from = g_strdup(""),
                             .subject = g_strdup(""),
                             .date = g_strdup("")};
    g_ptr_array_add(agent->listings, listing);
  }
  if (fetched->uid > 0) listing->uid = fetched->uid;
  if (fetched->size > 0) listing->size = fetched->size;
  replace(&listing->flags, fetched->flags);
  if (fetched->envelope == NULL) return;
  replace(&listing->from, fetched->envelope->from);
  replace(&listing->subject, fetched->envelope->subject);
  replace(&listing->date, fetched->envelope->date);
}

/* A letter is gone: those above it move down. */
static void remove_line(MailUserAgent *agent, guint number)
{
  for (guint i = agent->listings->len; i-- > 0;) {
    MailListing *listing = g_ptr_array_index(agent->listings, i);
    if (listing->number == number)
      g_ptr_array_remove_index(agent->listings, i);
    else if (listing->number > number)
      listing->number--;
  }
}

/* The name under which the agent remembers a letter of the open folder, the caller's to free. */
static char *online_name(const MailOnlineSession *session, uint32_t uid)
{
  const ImapFolder *folder = imap_client_get_folder(session->client);
  return g_strdup_printf("%u.%u %s", folder->uid_validity, uid, folder->name == NULL ? "" : folder->name);
}

/* For people, lines end in LF alone. */
static void show_text(MailUserAgent *agent, Bytes message)
{
  g_free(agent->text);
  agent->text = message_text_extract(message, TEXT_SHOWN_MAX);
  char *to = agent->text;
  for (const char *from = agent->text; *from != '\0'; from++)
    if (from[0] != '\r' || from[1] != '\n') *to++ = *from;
  *to = '\0';
}

/* A whole letter: shown, and kept unless it is known. */
static void take_letter(MailOnlineSession *session, const ImapFetched *fetched, Bytes message)
{
  show_text(session->agent, message);
  if (fetched->uid > 0 && !g_hash_table_add(session->agent->known_online, online_name(session, fetched->uid)))
    return;
  mail_user_take_letter(session->agent, message);
}

/* Appends "Name: value" where value holds nothing but what a header's word may hold. */
static void append_field(GString *head, const char *format, const char *value)
{
  for (const char *c = value; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("/-_.:+", *c) == NULL) return;
  if (*value != '\0') g_string_append_printf(head, format, value);
}

/* Chooses the part that holds the words: text/plain, else text/html. */
static void take_structure(MailOnlineAction *action, const ImapFetched *fetched)
{
  const ImapPart *chosen = NULL;
  for (guint i = 0; i < fetched->part_count; i++) {
    const ImapPart *part = &fetched->parts[i];
    if (g_str_equal(part->disposition, "attachment")) continue;
    bool plain = g_str_equal(part->type, "text/plain"), html = g_str_equal(part->type, "text/html");
    if (plain || (html && chosen == NULL)) chosen = part;
    if (plain) break;
  }
  if (chosen == NULL || action->parts->len >= PARTS_MAX) return;
  GString *head = g_string_new(NULL);
  append_field(head, "Content-Type: %s", chosen->type);
  append_field(head, "; charset=%s", chosen->charset);
  g_string_append(head, "\r\n");
  append_field(head, "Content-Transfer-Encoding: %s\r\n", chosen->encoding);
  g_string_append(head, "\r\n");
  MailTextPart part = {fetched->number, g_strdup(chosen->section), g_string_free(head, FALSE)};
  g_array_append_val(action->parts, part);
}

/* A piece of a part comes: it is a little message of its own. */
static void take_text(MailOnlineSession *session, const MailOnlineAction *action, const ImapFetched *fetched)
{
  for (guint i = 0; i < action->parts->len; i++) {
    const MailTextPart *part = &g_array_index(action->parts, MailTextPart, i);
    if (part->number != fetched->number) continue;
    ByteBuffer message = {0};
    byte_buffer_append(&message, bytes_from_string(part->head));
    byte_buffer_append(&message, fetched->sections[0].value);
    show_text(session->agent, byte_buffer_view(&message));
    byte_buffer_clear(&message);
  }
}

static void take_fetched(MailOnlineSession *session, MailOnlineAction *action, const ImapFetched *fetched)
{
  take_line(session->agent, fetched);
  if (action == NULL) return;
  if (action->kind == MAIL_ONLINE_READ_TEXT && fetched->part_count > 0) take_structure(action, fetched);
  if (action->kind == MAIL_ONLINE_READ_TEXT && fetched->section_count > 0)
    take_text(session, action, fetched);
  bool whole = action->kind == MAIL_ONLINE_READ || action->kind == MAIL_ONLINE_FETCH;
  if (whole && fetched->section_count > 0) take_letter(session, fetched, fetched->sections[0].value);
  if (action->kind == MAIL_ONLINE_FETCH && fetched->section_count == 0 && fetched->uid > 0) {
    g_autofree char *name = online_name(session, fetched->uid);
    bool known = g_hash_table_contains(session->agent->known_online, name);
    if (!known && action->uids->len < MAIL_LISTINGS_MAX) g_array_append_val(action->uids, fetched->uid);
  }
}

/* More letters than before: somebody wrote. */
static void take_count(MailOnlineSession *session, MailOnlineAction *action, guint count)
{
  if (session->exists == UINT_MAX) return; /* the folder is being opened */
  guint before = session->exists;
  session->exists = count;
  if (count <= before) return;
  const MailUserAgent *agent = session->agent;
  if (agent->config.notice != NULL)
    agent->config.notice(agent->config.owner, &(MailNotice){.type = MAIL_NOTICE_NEW_MAIL, .count = count});
  if (action == NULL || action->kind != MAIL_ONLINE_WATCH) return;
  if (action->first_new == 0) action->first_new = before + 1;
  imap_client_stop_idle(session->client);
}

void mail_online_take(MailOnlineSession *session, MailOnlineAction *action, const ImapResult *result)
{
  MailUserAgent *agent = session->agent;
  switch (result->type) {
  case IMAP_RESULT_OPENED:
    g_ptr_array_set_size(agent->listings, 0);
    session->exists = imap_client_get_folder(session->client)->exists;
    break;
  case IMAP_RESULT_LISTED:
    if (agent->folders->len < FOLDERS_MAX) g_ptr_array_add(agent->folders, g_strdup(result->name));
    break;
  case IMAP_RESULT_FOUND:
    g_array_set_size(agent->found, 0);
    g_array_append_vals(agent->found, result->found->data, result->found->len);
    break;
  case IMAP_RESULT_EXISTS:
    take_count(session, action, result->number);
    break;
  case IMAP_RESULT_EXPUNGED:
    remove_line(agent, result->number);
    if (session->exists != UINT_MAX && session->exists > 0) session->exists--;
    break;
  case IMAP_RESULT_FETCHED:
    take_fetched(session, action, result->fetched);
    break;
  default:
    break;
  }
}
