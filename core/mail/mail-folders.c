/* SPDX-License-Identifier: MIT */
/* A user's folders: an array in the order of their names, and the names subscribed. */
#include "mail/mail-folders.h"

typedef struct {
  char *name;
  Mailbox *mailbox; /* NULL: only a name */
  MailFolderUse use;
} Folder;

struct MailFolders {
  Mailbox *inbox;           /* borrowed */
  GPtrArray *folders;       /* of Folder *, sorted */
  GPtrArray *subscriptions; /* of char *, sorted */
  uint32_t last_validity;
};

static const struct {
  const char *name;
  MailFolderUse use;
} usual_folders[] = {{"Archive", MAIL_FOLDER_ARCHIVE},
                     {"Drafts", MAIL_FOLDER_DRAFTS},
                     {"Junk", MAIL_FOLDER_JUNK},
                     {"Sent", MAIL_FOLDER_SENT},
                     {"Trash", MAIL_FOLDER_TRASH}};

static bool is_below_inbox(const char *name)
{
  return strncmp(name, "INBOX", 5) == 0 && (name[5] == '\0' || name[5] == MAIL_FOLDER_DELIMITER);
}

/* INBOX and what is below it first; the delimiter before every other character, so that children follow their
 * parent at once. */
static gint compare_names(const char *a, const char *b)
{
  if (is_below_inbox(a) != is_below_inbox(b)) return is_below_inbox(a) ? -1 : 1;
  while (*a != '\0' && *a == *b)
    a++, b++;
  guint left = *a == MAIL_FOLDER_DELIMITER ? 1 : (guchar)*a;
  guint right = *b == MAIL_FOLDER_DELIMITER ? 1 : (guchar)*b;
  return left < right ? -1 : left > right;
}

static gint compare_folders(gconstpointer a, gconstpointer b)
{
  return compare_names((*(const Folder *const *)a)->name, (*(const Folder *const *)b)->name);
}

static gint compare_strings(gconstpointer a, gconstpointer b)
{
  return compare_names(*(const char *const *)a, *(const char *const *)b);
}

static void folder_free(gpointer data)
{
  Folder *folder = data;
  mailbox_free(folder->mailbox);
  g_free(folder->name);
  g_free(folder);
}

static Folder *folder_at(const MailFolders *folders, guint index)
{
  return g_ptr_array_index(folders->folders, index);
}

/* Returns where name stands, or where it would; *found tells which. */
static guint place_of(const MailFolders *folders, const char *name, bool *found)
{
  guint low = 0, high = folders->folders->len;
  *found = false;
  while (low < high && !*found) {
    guint middle = low + (high - low) / 2;
    gint order = compare_names(folder_at(folders, middle)->name, name);
    *found = order == 0;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return *found ? high : low;
}

static Folder *find(const MailFolders *folders, const char *name)
{
  bool found;
  guint place = place_of(folders, name, &found);
  return found ? folder_at(folders, place) : NULL;
}

static bool is_below(const char *name, const char *parent)
{
  size_t length = strlen(parent);
  return strncmp(name, parent, length) == 0 && name[length] == MAIL_FOLDER_DELIMITER;
}

static bool has_children(const MailFolders *folders, const char *name)
{
  bool found;
  guint next = place_of(folders, name, &found) + 1;
  return found && next < folders->folders->len && is_below(folder_at(folders, next)->name, name);
}

/* Counts the levels of a sound name; 0 for one that is none. */
static guint count_levels(const char *name)
{
  guint levels = 1;
  if (*name == '\0' || *name == MAIL_FOLDER_DELIMITER) return 0;
  for (const char *c = name; *c != '\0'; c++) {
    if ((guchar)*c < ' ' || *c == 0x7f || *c == '*' || *c == '%') return 0;
    if (*c != MAIL_FOLDER_DELIMITER) continue;
    if (c[1] == MAIL_FOLDER_DELIMITER || c[1] == '\0') return 0;
    levels++;
  }
  return levels;
}

/* Returns name as it is kept, the caller's to free; NULL for one that cannot be a folder's, *result says why.
 */
static char *normalise(Bytes name, MailFolderResult *result)
{
  *result = MAIL_FOLDER_BAD_NAME;
  if (name.length == 0 || name.length > MAIL_FOLDER_NAME_BYTES) return NULL;
  if (!g_utf8_validate((const char *)name.data, (gssize)name.length, NULL)) return NULL;
  g_autofree char *text = bytes_dup_string(name);
  guint levels = count_levels(text);
  if (levels > MAIL_FOLDER_LEVELS) *result = MAIL_FOLDER_TOO_MANY;
  if (levels == 0 || levels > MAIL_FOLDER_LEVELS) return NULL;
  bool inbox = g_ascii_strncasecmp(text, "INBOX", 5) == 0;
  if (inbox && (text[5] == '\0' || text[5] == MAIL_FOLDER_DELIMITER)) memcpy(text, "INBOX", 5);
  *result = MAIL_FOLDER_OK;
  return g_steal_pointer(&text);
}

/* Takes mailbox over; NULL: only a name. */
static Folder *insert(MailFolders *folders, const char *name, Mailbox *mailbox, MailFolderUse use)
{
  bool found;
  guint place = place_of(folders, name, &found);
  g_assert(!found);
  Folder *folder = g_new(Folder, 1);
  *folder = (Folder){g_strdup(name), mailbox, use};
  g_ptr_array_insert(folders->folders, (gint)place, folder);
  return folder;
}

static Mailbox *new_mailbox(MailFolders *folders)
{
  return mailbox_new(mailbox_get_owner(folders->inbox), ++folders->last_validity);
}

MailFolders *mail_folders_new(Mailbox *inbox, bool usual)
{
  MailFolders *folders = g_new0(MailFolders, 1);
  folders->inbox = inbox;
  folders->folders = g_ptr_array_new_with_free_func(folder_free);
  folders->subscriptions = g_ptr_array_new_with_free_func(g_free);
  folders->last_validity = mailbox_get_uid_validity(inbox);
  insert(folders, "INBOX", inbox, MAIL_FOLDER_ORDINARY);
  mail_folders_subscribe(folders, BYTES_LITERAL("INBOX"), true);
  for (size_t i = 0; usual && i < G_N_ELEMENTS(usual_folders); i++) {
    Bytes name = bytes_from_string(usual_folders[i].name);
    mail_folders_create(folders, name, usual_folders[i].use);
    mail_folders_subscribe(folders, name, true);
  }
  return folders;
}

void mail_folders_free(MailFolders *folders)
{
  if (folders == NULL) return;
  find(folders, "INBOX")->mailbox = NULL;
  g_ptr_array_unref(folders->folders);
  g_ptr_array_unref(folders->subscriptions);
  g_free(folders);
}

guint mail_folders_get_count(const MailFolders *folders)
{
  return folders->folders->len;
}

static bool find_subscription(const MailFolders *folders, const char *name, guint *place)
{
  guint low = 0, high = folders->subscriptions->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (compare_names(g_ptr_array_index(folders->subscriptions, middle), name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *place = low;
  return low < folders->subscriptions->len &&
         strcmp(g_ptr_array_index(folders->subscriptions, low), name) == 0;
}

MailFolder mail_folders_get(const MailFolders *folders, guint index)
{
  guint place;
  g_assert(index < folders->folders->len);
  const Folder *folder = folder_at(folders, index);
  return (MailFolder){.name = folder->name,
                      .mailbox = folder->mailbox,
                      .use = folder->use,
                      .subscribed = find_subscription(folders, folder->name, &place),
                      .has_children = has_children(folders, folder->name)};
}

bool mail_folders_find(const MailFolders *folders, Bytes name, MailFolder *folder)
{
  MailFolderResult result;
  g_autofree char *known = normalise(name, &result);
  bool found = false;
  guint place = known == NULL ? 0 : place_of(folders, known, &found);
  if (found && folder != NULL) *folder = mail_folders_get(folders, place);
  return found;
}

Mailbox *mail_folders_find_use(const MailFolders *folders, MailFolderUse use)
{
  for (guint i = 0; i < folders->folders->len; i++)
    if (folder_at(folders, i)->use == use && folder_at(folders, i)->mailbox != NULL)
      return folder_at(folders, i)->mailbox;
  return NULL;
}

/* Makes the folders above name that are missing, if there is room for them and for name. */
static MailFolderResult create_parents(MailFolders *folders, const char *name)
{
  g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
  for (const char *c = name; (c = strchr(c, MAIL_FOLDER_DELIMITER)) != NULL; c++) {
    g_autofree char *parent = g_strndup(name, (gsize)(c - name));
    if (find(folders, parent) == NULL) g_ptr_array_add(missing, g_steal_pointer(&parent));
  }
  if (folders->folders->len + missing->len >= MAIL_FOLDERS_MAX) return MAIL_FOLDER_TOO_MANY;
  for (guint i = 0; i < missing->len; i++)
    insert(folders, g_ptr_array_index(missing, i), new_mailbox(folders), MAIL_FOLDER_ORDINARY);
  return MAIL_FOLDER_OK;
}

MailFolderResult mail_folders_create(MailFolders *folders, Bytes name, MailFolderUse use)
{
  MailFolderResult result;
  if (name.length > 1 && name.data[name.length - 1] == MAIL_FOLDER_DELIMITER) name.length--;
  g_autofree char *known = normalise(name, &result);
  if (known == NULL) return result;
  Folder *there = find(folders, known);
  if (there != NULL && there->mailbox != NULL) return MAIL_FOLDER_EXISTS;
  if (there != NULL) {
    there->mailbox = new_mailbox(folders);
    there->use = use;
    return MAIL_FOLDER_OK;
  }
  result = create_parents(folders, known);
  if (result == MAIL_FOLDER_OK) insert(folders, known, new_mailbox(folders), use);
  return result;
}

static bool is_in_use(const Mailbox *mailbox)
{
  return mailbox != NULL && (mailbox_get_watcher_count(mailbox) > 0 || mailbox_is_locked(mailbox));
}

MailFolderResult mail_folders_delete(MailFolders *folders, Bytes name)
{
  MailFolderResult result;
  g_autofree char *known = normalise(name, &result);
  Folder *folder = known == NULL ? NULL : find(folders, known);
  if (folder == NULL) return MAIL_FOLDER_MISSING;
  if (folder->mailbox == folders->inbox) return MAIL_FOLDER_IS_INBOX;
  if (is_in_use(folder->mailbox)) return MAIL_FOLDER_IN_USE;
  bool children = has_children(folders, known);
  if (children && folder->mailbox == NULL) return MAIL_FOLDER_HAS_CHILDREN;
  if (!children) {
    g_ptr_array_remove(folders->folders, folder);
    return MAIL_FOLDER_OK;
  }
  g_clear_pointer(&folder->mailbox, mailbox_free);
  folder->use = MAIL_FOLDER_ORDINARY;
  return MAIL_FOLDER_OK;
}

static MailFolderResult rename_inbox(MailFolders *folders, const char *new_name)
{
  if (mailbox_is_locked(folders->inbox)) return MAIL_FOLDER_IN_USE;
  MailFolderResult result = create_parents(folders, new_name);
  if (result != MAIL_FOLDER_OK) return result;
  Mailbox *to = insert(folders, new_name, new_mailbox(folders), MAIL_FOLDER_ORDINARY)->mailbox;
  for (guint i = 0; i < mailbox_get_count(folders->inbox); i++) {
    const MailboxMessage *message = mailbox_get(folders->inbox, i);
    uint64_t flags = mailbox_flags_for(to, folders->inbox, message->flags);
    mailbox_append_with_flags(to, message->message, message->arrived, flags);
  }
  for (guint i = mailbox_get_count(folders->inbox); i > 0; i--)
    mailbox_expunge(folders->inbox, mailbox_get(folders->inbox, i - 1)->uid);
  return MAIL_FOLDER_OK;
}

/* Is every name sound that the folder and those below it would get? */
static MailFolderResult check_new_names(const MailFolders *folders, const char *name, const char *new_name)
{
  for (guint i = 0; i < folders->folders->len; i++) {
    const char *child = folder_at(folders, i)->name;
    if (!is_below(child, name)) continue;
    g_autofree char *new_child = g_strconcat(new_name, child + strlen(name), NULL);
    MailFolderResult result;
    g_autofree char *known = normalise(bytes_from_string(new_child), &result);
    if (known == NULL) return result;
  }
  return is_below(new_name, name) ? MAIL_FOLDER_BAD_NAME : MAIL_FOLDER_OK;
}

MailFolderResult mail_folders_rename(MailFolders *folders, Bytes name, Bytes new_name)
{
  MailFolderResult result;
  g_autofree char *old = normalise(name, &result);
  if (old == NULL || find(folders, old) == NULL) return MAIL_FOLDER_MISSING;
  g_autofree char *new = normalise(new_name, &result);
  if (new == NULL) return result;
  if (find(folders, new) != NULL) return MAIL_FOLDER_EXISTS;
  if (strcmp(old, "INBOX") == 0) return rename_inbox(folders, new);
  result = check_new_names(folders, old, new);
  if (result == MAIL_FOLDER_OK) result = create_parents(folders, new);
  if (result != MAIL_FOLDER_OK) return result;
  for (guint i = 0; i < folders->folders->len; i++) {
    Folder *folder = folder_at(folders, i);
    if (strcmp(folder->name, old) != 0 && !is_below(folder->name, old)) continue;
    char *renamed = g_strconcat(new, folder->name + strlen(old), NULL);
    g_free(folder->name);
    folder->name = renamed;
  }
  g_ptr_array_sort(folders->folders, compare_folders);
  return MAIL_FOLDER_OK;
}

MailFolderResult mail_folders_subscribe(MailFolders *folders, Bytes name, bool subscribed)
{
  MailFolderResult result;
  guint place;
  g_autofree char *known = normalise(name, &result);
  if (known == NULL) return result;
  bool found = find_subscription(folders, known, &place);
  if (!subscribed) {
    if (found) g_ptr_array_remove_index(folders->subscriptions, place);
    return found ? MAIL_FOLDER_OK : MAIL_FOLDER_MISSING;
  }
  if (found) return MAIL_FOLDER_OK;
  if (folders->subscriptions->len >= MAIL_FOLDERS_MAX) return MAIL_FOLDER_TOO_MANY;
  g_ptr_array_add(folders->subscriptions, g_steal_pointer(&known));
  g_ptr_array_sort(folders->subscriptions, compare_strings);
  return MAIL_FOLDER_OK;
}

guint mail_folders_get_subscription_count(const MailFolders *folders)
{
  return folders->subscriptions->len;
}

const char *mail_folders_get_subscription(const MailFolders *folders, guint index)
{
  g_assert(index < folders->subscriptions->len);
  return g_ptr_array_index(folders->subscriptions, index);
}

/* Moves on, for one character of the pattern, where in name the pattern so far can end. */
static void match_step(bool *ends, Bytes name, bool inbox, uint8_t wanted)
{
  bool wild = wanted == '*' || wanted == '%', reach = false;
  bool before = ends[0];
  for (size_t i = 0; i <= name.length; i++) {
    if (wild) {
      if (wanted == '%' && i > 0 && name.data[i - 1] == MAIL_FOLDER_DELIMITER) reach = false;
      reach = reach || ends[i];
      ends[i] = reach;
      continue;
    }
    bool here = ends[i], fits = false;
    if (i > 0) {
      char known = (char)name.data[i - 1], asked = (char)wanted;
      fits = inbox && i <= 5 ? g_ascii_toupper(known) == g_ascii_toupper(asked) : known == asked;
    }
    ends[i] = fits && before;
    before = here;
  }
}

bool mail_folders_match(Bytes name, Bytes pattern)
{
  bool ends[MAIL_FOLDER_NAME_BYTES + 1] = {true};
  if (name.length > MAIL_FOLDER_NAME_BYTES) return false;
  bool inbox =
      bytes_starts_ignore_case(name, "INBOX") && (name.length == 5 || name.data[5] == MAIL_FOLDER_DELIMITER);
  for (size_t i = 0; i < pattern.length; i++)
    match_step(ends, name, inbox, pattern.data[i]);
  return ends[name.length];
}
