/* SPDX-License-Identifier: MIT */
/* LIST with what RFC 5258, RFC 5819 and RFC 6154 add to it, and LSUB. */
#include "protocol/imap/imap-mailbox-name.h"
#include "protocol/imap/imap-server-private.h"

#define PATTERNS_MAX 16u

/* What LIST's options may say. */
enum {
  SELECT_SUBSCRIBED = 1 << 0,
  SELECT_SPECIAL_USE = 1 << 1,
  SELECT_REMOTE = 1 << 2,
  SELECT_RECURSIVE = 1 << 3,
  RETURN_SUBSCRIBED = 1 << 4,
  RETURN_CHILDREN = 1 << 5,
  RETURN_SPECIAL_USE = 1 << 6,
  RETURN_STATUS = 1 << 7,
};

typedef struct {
  uint32_t options;
  uint32_t status;     /* items of RETURN (STATUS (…)) */
  GPtrArray *patterns; /* of char *, the reference before each */
} ListRequest;

static const char *const uses[MAIL_FOLDER_USE_COUNT] = {NULL,     "\\Archive", "\\Drafts",
                                                        "\\Junk", "\\Sent",    "\\Trash"};

static bool take_options(Bytes *rest, bool returns, ListRequest *request)
{
  static const struct {
    const char *word;
    uint32_t option;
    bool returns;
  } rows[] = {{"SUBSCRIBED", SELECT_SUBSCRIBED, false},  {"SPECIAL-USE", SELECT_SPECIAL_USE, false},
              {"REMOTE", SELECT_REMOTE, false},          {"RECURSIVEMATCH", SELECT_RECURSIVE, false},
              {"SUBSCRIBED", RETURN_SUBSCRIBED, true},   {"CHILDREN", RETURN_CHILDREN, true},
              {"SPECIAL-USE", RETURN_SPECIAL_USE, true}, {"STATUS", RETURN_STATUS, true}};
  if (!imap_take_byte(rest, '(')) return false;
  while (!imap_take_byte(rest, ')')) {
    Bytes word = imap_take_atom(rest);
    uint32_t option = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
      if (rows[i].returns == returns && bytes_equal_ignore_case(word, rows[i].word)) option = rows[i].option;
    if (option == 0) return false;
    request->options |= option;
    if (option == RETURN_STATUS &&
        !(imap_take_byte(rest, ' ') && imap_server_take_status_items(rest, &request->status)))
      return false;
    imap_take_byte(rest, ' ');
  }
  return true;
}

static bool take_pattern(Bytes *rest, const char *reference, GPtrArray *patterns)
{
  ByteBuffer wire = {0}, pattern = {0};
  bool taken = patterns->len < PATTERNS_MAX && imap_take_astring(rest, &wire, true);
  byte_buffer_append(&pattern, bytes_from_string(reference));
  Bytes view = byte_buffer_view(&wire);
  if (!imap_decode_mailbox_name(view, &pattern)) byte_buffer_append(&pattern, view);
  if (taken) g_ptr_array_add(patterns, bytes_dup_string(byte_buffer_view(&pattern)));
  byte_buffer_clear(&wire);
  byte_buffer_clear(&pattern);
  return taken;
}

/* Reads "[(options)] reference pattern|(patterns) [RETURN (options)]". */
static bool take_request(Bytes *rest, bool extended, ListRequest *request)
{
  if (extended && rest->length > 0 && rest->data[0] == '(' &&
      !(take_options(rest, false, request) && imap_take_byte(rest, ' ')))
    return false;
  g_autofree char *reference = imap_server_take_mailbox(rest);
  if (reference == NULL || !imap_take_byte(rest, ' ')) return false;
  if (extended && imap_take_byte(rest, '(')) {
    do
      if (!take_pattern(rest, reference, request->patterns)) return false;
    while (imap_take_byte(rest, ' '));
    if (!imap_take_byte(rest, ')')) return false;
  } else if (!take_pattern(rest, reference, request->patterns)) {
    return false;
  }
  if (!extended || !imap_take_byte(rest, ' ')) return rest->length == 0;
  return bytes_equal_ignore_case(imap_take_atom(rest), "RETURN") && imap_take_byte(rest, ' ') &&
         take_options(rest, true, request) && rest->length == 0;
}

static bool fits(const ListRequest *request, const char *name)
{
  for (guint i = 0; i < request->patterns->len; i++)
    if (mail_folders_match(bytes_from_string(name),
                           bytes_from_string(g_ptr_array_index(request->patterns, i))))
      return true;
  return false;
}

static void say_entry(ImapServer *server, const char *word, const char *attributes, const char *name)
{
  byte_buffer_append_format(&server->out, "* %s (%s) \"%c\" ", word, attributes, MAIL_FOLDER_DELIMITER);
  imap_append_mailbox(&server->out, name, false);
  byte_buffer_append(&server->out, BYTES_LITERAL("\r\n"));
}

static void say_folder(ImapServer *server, const ListRequest *request, const MailFolder *folder)
{
  g_autoptr(GString) attributes = g_string_new(folder->mailbox == NULL ? "\\Noselect " : "");
  if ((request->options & (SELECT_SUBSCRIBED | RETURN_SUBSCRIBED)) != 0 && folder->subscribed)
    g_string_append(attributes, "\\Subscribed ");
  if (imap_server_offers(server, "CHILDREN"))
    g_string_append(attributes, folder->has_children ? "\\HasChildren " : "\\HasNoChildren ");
  if (uses[folder->use] != NULL && imap_server_offers(server, "SPECIAL-USE"))
    g_string_append_printf(attributes, "%s ", uses[folder->use]);
  if (attributes->len > 0) g_string_truncate(attributes, attributes->len - 1);
  say_entry(server, "LIST", attributes->str, folder->name);
  if ((request->options & RETURN_STATUS) != 0 && folder->mailbox != NULL)
    imap_server_say_status(server, folder->name, folder->mailbox, request->status);
}

/* Names on the list of subscriptions that are no folder's (RFC 5258 §3). */
static void say_missing(ImapServer *server, const ListRequest *request)
{
  for (guint i = 0; i < mail_folders_get_subscription_count(server->folders); i++) {
    const char *name = mail_folders_get_subscription(server->folders, i);
    if (fits(request, name) && !mail_folders_find(server->folders, bytes_from_string(name), NULL))
      say_entry(server, "LIST", "\\Subscribed \\NonExistent", name);
  }
}

static void say_folders(ImapServer *server, const ListRequest *request)
{
  for (guint i = 0; i < mail_folders_get_count(server->folders); i++) {
    MailFolder folder = mail_folders_get(server->folders, i);
    if ((request->options & SELECT_SUBSCRIBED) != 0 && !folder.subscribed) continue;
    if ((request->options & SELECT_SPECIAL_USE) != 0 && folder.use == MAIL_FOLDER_ORDINARY) continue;
    if (fits(request, folder.name)) say_folder(server, request, &folder);
  }
  if ((request->options & SELECT_SUBSCRIBED) != 0) say_missing(server, request);
}

/* An empty pattern asks for the delimiter (RFC 9051 §6.3.9). */
static bool asks_delimiter(const ListRequest *request)
{
  const char *pattern = g_ptr_array_index(request->patterns, 0);
  return request->patterns->len == 1 && *pattern == '\0';
}

void imap_server_handle_list(ImapServer *server, Bytes argument)
{
  g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);
  ListRequest request = {.patterns = patterns};
  if (!take_request(&argument, imap_server_offers(server, "LIST-EXTENDED"), &request)) {
    imap_server_bad(server, "LIST wants a reference and a pattern, such as \"\" *");
    return;
  }
  if (asks_delimiter(&request))
    say_entry(server, "LIST", "\\Noselect", "");
  else
    say_folders(server, &request);
  imap_server_ok(server, "That is the list");
}

/* A name that does not fit may have one above it that does (RFC 3501 §6.3.9). */
static void say_parents(ImapServer *server, const ListRequest *request, const char *name, GHashTable *said)
{
  for (const char *c = name; (c = strchr(c, MAIL_FOLDER_DELIMITER)) != NULL; c++) {
    g_autofree char *parent = g_strndup(name, (gsize)(c - name));
    if (!fits(request, parent) || g_hash_table_contains(said, parent)) continue;
    say_entry(server, "LSUB", "\\Noselect", parent);
    g_hash_table_add(said, g_steal_pointer(&parent));
  }
}

void imap_server_handle_lsub(ImapServer *server, Bytes argument)
{
  g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);
  ListRequest request = {.patterns = patterns};
  if (!take_request(&argument, false, &request)) {
    imap_server_bad(server, "LSUB wants a reference and a pattern, such as \"\" *");
    return;
  }
  g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < mail_folders_get_subscription_count(server->folders); i++) {
    const char *name = mail_folders_get_subscription(server->folders, i);
    if (!fits(&request, name))
      say_parents(server, &request, name, said);
    else if (g_hash_table_add(said, g_strdup(name)))
      say_entry(server, "LSUB", "", name);
  }
  imap_server_ok(server, "That is your list");
}
