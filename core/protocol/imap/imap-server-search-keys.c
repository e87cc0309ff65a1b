/* SPDX-License-Identifier: MIT */
/* SEARCH's keys: read into a tree, then asked of each message. */
#include "mail/message-match.h"
#include "protocol/imap/imap-server-search.h"

#define NANOSECONDS_PER_DAY (86400 * NANOSECONDS_PER_SECOND)

typedef enum {
  KEY_ALL,  /* every child fits; none: every message */
  KEY_OR,   /* some child fits */
  KEY_NOT,  /* the child does not */
  KEY_SET,  /* the number is in the set */
  KEY_UID,  /* the uid is */
  KEY_FLAG, /* some of the flags are set */
  KEY_UNFLAG,
  KEY_RECENT,
  KEY_OLD,
  KEY_NEW,    /* recent and not seen */
  KEY_BEFORE, /* day: of the internal date … */
  KEY_ON,
  KEY_SINCE,
  KEY_SENT_BEFORE, /* … of the Date field */
  KEY_SENT_ON,
  KEY_SENT_SINCE,
  KEY_LARGER,
  KEY_SMALLER,
  KEY_HEADER, /* field, text */
  KEY_BODY,   /* text */
  KEY_TEXT,
} KeyKind;

struct ImapSearchKey {
  KeyKind kind;
  GPtrArray *children; /* of ImapSearchKey *; or NULL */
  ImapSequenceSet set;
  uint64_t flags, size;
  gint day;
  char *field, *text; /* text is folded */
};

void imap_search_key_free(ImapSearchKey *key)
{
  if (key == NULL) return;
  if (key->children != NULL) g_ptr_array_unref(key->children);
  imap_sequence_set_clear(&key->set);
  g_free(key->field);
  g_free(key->text);
  g_free(key);
}

static void free_child(gpointer data)
{
  imap_search_key_free(data);
}

static ImapSearchKey *new_key(KeyKind kind)
{
  ImapSearchKey *key = g_new0(ImapSearchKey, 1);
  key->kind = kind;
  return key;
}

static void add_child(ImapSearchKey *key, ImapSearchKey *child)
{
  if (key->children == NULL) key->children = g_ptr_array_new_with_free_func(free_child);
  g_ptr_array_add(key->children, child);
}

/* What follows a key's word. */
typedef enum {
  AFTER_NOTHING,
  AFTER_STRING,
  AFTER_FIELD, /* and a string */
  AFTER_KEYWORD,
  AFTER_DATE,
  AFTER_NUMBER,
  AFTER_SET,
  AFTER_KEY,
  AFTER_TWO_KEYS,
} KeyArgument;

static const struct {
  const char *word;
  KeyKind kind;
  KeyArgument after;
  uint64_t flag;
  const char *field;
} rows[] = {
    {"ALL", KEY_ALL, AFTER_NOTHING, 0, NULL},
    {"ANSWERED", KEY_FLAG, AFTER_NOTHING, MAILBOX_ANSWERED, NULL},
    {"BCC", KEY_HEADER, AFTER_STRING, 0, "Bcc"},
    {"BEFORE", KEY_BEFORE, AFTER_DATE, 0, NULL},
    {"BODY", KEY_BODY, AFTER_STRING, 0, NULL},
    {"CC", KEY_HEADER, AFTER_STRING, 0, "Cc"},
    {"DELETED", KEY_FLAG, AFTER_NOTHING, MAILBOX_DELETED, NULL},
    {"DRAFT", KEY_FLAG, AFTER_NOTHING, MAILBOX_DRAFT, NULL},
    {"FLAGGED", KEY_FLAG, AFTER_NOTHING, MAILBOX_FLAGGED, NULL},
    {"FROM", KEY_HEADER, AFTER_STRING, 0, "From"},
    {"HEADER", KEY_HEADER, AFTER_FIELD, 0, NULL},
    {"KEYWORD", KEY_FLAG, AFTER_KEYWORD, 0, NULL},
    {"LARGER", KEY_LARGER, AFTER_NUMBER, 0, NULL},
    {"NEW", KEY_NEW, AFTER_NOTHING, 0, NULL},
    {"NOT", KEY_NOT, AFTER_KEY, 0, NULL},
    {"OLD", KEY_OLD, AFTER_NOTHING, 0, NULL},
    {"ON", KEY_ON, AFTER_DATE, 0, NULL},
    {"OR", KEY_OR, AFTER_TWO_KEYS, 0, NULL},
    {"RECENT", KEY_RECENT, AFTER_NOTHING, 0, NULL},
    {"SEEN", KEY_FLAG, AFTER_NOTHING, MAILBOX_SEEN, NULL},
    {"SENTBEFORE", KEY_SENT_BEFORE, AFTER_DATE, 0, NULL},
    {"SENTON", KEY_SENT_ON, AFTER_DATE, 0, NULL},
    {"SENTSINCE", KEY_SENT_SINCE, AFTER_DATE, 0, NULL},
    {"SINCE", KEY_SINCE, AFTER_DATE, 0, NULL},
    {"SMALLER", KEY_SMALLER, AFTER_NUMBER, 0, NULL},
    {"SUBJECT", KEY_HEADER, AFTER_STRING, 0, "Subject"},
    {"TEXT", KEY_TEXT, AFTER_STRING, 0, NULL},
    {"TO", KEY_HEADER, AFTER_STRING, 0, "To"},
    {"UID", KEY_UID, AFTER_SET, 0, NULL},
    {"UNANSWERED", KEY_UNFLAG, AFTER_NOTHING, MAILBOX_ANSWERED, NULL},
    {"UNDELETED", KEY_UNFLAG, AFTER_NOTHING, MAILBOX_DELETED, NULL},
    {"UNDRAFT", KEY_UNFLAG, AFTER_NOTHING, MAILBOX_DRAFT, NULL},
    {"UNFLAGGED", KEY_UNFLAG, AFTER_NOTHING, MAILBOX_FLAGGED, NULL},
    {"UNKEYWORD", KEY_UNFLAG, AFTER_KEYWORD, 0, NULL},
    {"UNSEEN", KEY_UNFLAG, AFTER_NOTHING, MAILBOX_SEEN, NULL},
};

static ImapSearchKey *take_key(ImapServer *server, Bytes *rest, guint depth);

static bool take_folded(Bytes *rest, char **folded)
{
  ByteBuffer text = {0};
  bool taken = imap_take_astring(rest, &text, false);
  if (taken) *folded = message_fold(byte_buffer_view(&text));
  byte_buffer_clear(&text);
  return taken;
}

static bool take_field(Bytes *rest, ImapSearchKey *key)
{
  ByteBuffer field = {0};
  bool taken = imap_take_astring(rest, &field, false) && imap_take_byte(rest, ' ');
  if (taken) key->field = bytes_dup_string(byte_buffer_view(&field));
  byte_buffer_clear(&field);
  return taken && take_folded(rest, &key->text);
}

/* A date may stand in quotes. */
static bool take_day(Bytes *rest, gint *day)
{
  ByteBuffer date = {0};
  bool taken = imap_take_astring(rest, &date, false) && imap_parse_date(byte_buffer_view(&date), day);
  byte_buffer_clear(&date);
  return taken;
}

static bool take_number_set(ImapServer *server, Bytes *rest, bool uids, ImapSequenceSet *set)
{
  guint count = server->entries->len;
  uint32_t largest = !uids ? count : count == 0 ? 0 : imap_server_entry(server, count - 1)->uid;
  return imap_sequence_set_take(rest, largest, set);
}

static bool take_children(ImapServer *server, Bytes *rest, ImapSearchKey *key, guint count, guint depth)
{
  for (guint i = 0; i < count; i++) {
    if (i > 0 && !imap_take_byte(rest, ' ')) return false;
    ImapSearchKey *child = take_key(server, rest, depth + 1);
    if (child == NULL) return false;
    add_child(key, child);
  }
  return true;
}

static bool take_argument(ImapServer *server, Bytes *rest, ImapSearchKey *key, KeyArgument after, guint depth)
{
  if (after == AFTER_NOTHING) return true;
  if (!imap_take_byte(rest, ' ')) return false;
  switch (after) {
  case AFTER_STRING:
    return take_folded(rest, &key->text);
  case AFTER_FIELD:
    return take_field(rest, key);
  case AFTER_KEYWORD: {
    Bytes word = imap_take_atom(rest);
    key->flags = mailbox_keyword(server->mailbox, word, false);
    return word.length > 0;
  }
  case AFTER_DATE:
    return take_day(rest, &key->day);
  case AFTER_NUMBER:
    return imap_take_number(rest, &key->size);
  case AFTER_SET:
    return take_number_set(server, rest, true, &key->set);
  case AFTER_KEY:
    return take_children(server, rest, key, 1, depth);
  default:
    return take_children(server, rest, key, 2, depth);
  }
}

/* Keys with blanks between them, up to a parenthesis or the end. */
static bool take_list(ImapServer *server, Bytes *rest, ImapSearchKey *all, guint depth)
{
  do {
    ImapSearchKey *child = take_key(server, rest, depth + 1);
    if (child == NULL) return false;
    add_child(all, child);
  } while (imap_take_byte(rest, ' '));
  return true;
}

static ImapSearchKey *take_word_key(ImapServer *server, Bytes *rest, guint depth)
{
  Bytes word = imap_take_atom(rest);
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (!bytes_equal_ignore_case(word, rows[i].word)) continue;
    ImapSearchKey *key = new_key(rows[i].kind);
    key->flags = rows[i].flag;
    key->field = g_strdup(rows[i].field);
    if (take_argument(server, rest, key, rows[i].after, depth)) return key;
    imap_search_key_free(key);
    return NULL;
  }
  return NULL;
}

static ImapSearchKey *take_key(ImapServer *server, Bytes *rest, guint depth)
{
  if (depth > IMAP_SEARCH_DEPTH || rest->length == 0) return NULL;
  if (imap_take_byte(rest, '(')) {
    ImapSearchKey *all = new_key(KEY_ALL);
    if (take_list(server, rest, all, depth) && imap_take_byte(rest, ')')) return all;
    imap_search_key_free(all);
    return NULL;
  }
  if (!g_ascii_isdigit(rest->data[0]) && rest->data[0] != '*') return take_word_key(server, rest, depth);
  ImapSearchKey *key = new_key(KEY_SET);
  if (take_number_set(server, rest, false, &key->set)) return key;
  imap_search_key_free(key);
  return NULL;
}

ImapSearchKey *imap_search_keys_parse(ImapServer *server, Bytes *rest)
{
  ImapSearchKey *all = new_key(KEY_ALL);
  if (take_list(server, rest, all, 0) && rest->length == 0) return all;
  imap_search_key_free(all);
  return NULL;
}

/* The message asked about; its structure is made where a key needs it. */
typedef struct {
  const ImapServer *server;
  guint index;
  const MailboxMessage *message;
  Bytes bytes;
  MessageStructure *structure;
} Asked;

static const MessageStructure *structure_of(Asked *asked)
{
  if (asked->structure == NULL) asked->structure = message_structure_new(asked->bytes);
  return asked->structure;
}

static bool compare_days(KeyKind kind, KeyKind before, gint day, gint wanted)
{
  if (kind == before) return day < wanted;
  return kind == before + 1 ? day == wanted : day >= wanted; /* …_ON and …_SINCE follow */
}

static bool sent_fits(const ImapSearchKey *key, Asked *asked)
{
  MessageEntity message = message_structure_get(structure_of(asked), 0);
  g_autofree char *date = message_header_get(message.header, "Date");
  gint day = date == NULL ? G_MININT : message_date_day(date);
  return day != G_MININT && compare_days(key->kind, KEY_SENT_BEFORE, day, key->day);
}

static bool arrived_fits(const ImapSearchKey *key, Nanoseconds arrived)
{
  Nanoseconds day = arrived / NANOSECONDS_PER_DAY - (arrived % NANOSECONDS_PER_DAY < 0);
  return compare_days(key->kind, KEY_BEFORE, (gint)day, key->day);
}

static bool text_fits(const ImapSearchKey *key, Asked *asked)
{
  const MessageStructure *structure = structure_of(asked);
  if (key->kind != KEY_HEADER) return message_body_matches(structure, key->text, key->kind == KEY_TEXT);
  return message_header_matches(message_structure_get(structure, 0).header, bytes_from_string(key->field),
                                key->text);
}

static bool fits(const ImapSearchKey *key, Asked *asked);

static bool children_fit(const ImapSearchKey *key, Asked *asked)
{
  guint count = key->children == NULL ? 0 : key->children->len;
  for (guint i = 0; i < count; i++) {
    bool one = fits(g_ptr_array_index(key->children, i), asked);
    if (key->kind == KEY_NOT) return !one;
    if (one == (key->kind == KEY_OR)) return one;
  }
  return key->kind != KEY_OR;
}

static bool fits(const ImapSearchKey *key, Asked *asked)
{
  const ImapEntry *entry = imap_server_entry(asked->server, asked->index);
  const MailboxMessage *message = asked->message;
  switch (key->kind) {
  case KEY_ALL:
  case KEY_OR:
  case KEY_NOT:
    return children_fit(key, asked);
  case KEY_SET:
    return imap_sequence_set_contains(&key->set, asked->index + 1);
  case KEY_UID:
    return imap_sequence_set_contains(&key->set, entry->uid);
  case KEY_FLAG:
    return (message->flags & key->flags) != 0;
  case KEY_UNFLAG:
    return (message->flags & key->flags) == 0;
  case KEY_RECENT:
    return entry->recent;
  case KEY_OLD:
    return !entry->recent;
  case KEY_NEW:
    return entry->recent && (message->flags & MAILBOX_SEEN) == 0;
  case KEY_BEFORE:
  case KEY_ON:
  case KEY_SINCE:
    return arrived_fits(key, message->arrived);
  case KEY_SENT_BEFORE:
  case KEY_SENT_ON:
  case KEY_SENT_SINCE:
    return sent_fits(key, asked);
  case KEY_LARGER:
    return asked->bytes.length > key->size;
  case KEY_SMALLER:
    return asked->bytes.length < key->size;
  default:
    return text_fits(key, asked);
  }
}

bool imap_search_key_fits(const ImapSearchKey *key, const ImapServer *server, guint index)
{
  Asked asked = {.server = server, .index = index};
  asked.message = imap_server_message(server, imap_server_entry(server, index));
  asked.bytes.data = g_bytes_get_data(asked.message->message, &asked.bytes.length);
  bool fit = fits(key, &asked);
  message_structure_free(asked.structure);
  return fit;
}
