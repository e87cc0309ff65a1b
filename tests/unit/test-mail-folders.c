/* SPDX-License-Identifier: MIT */
/* A mailbox's flags and watchers, and a user's folders. */
#include "mail/mail-folders.h"

typedef struct {
  GString *heard; /* "+1" came, "-1" goes, "~1" other flags */
} Ear;

static void hear(void *owner, Mailbox *mailbox, MailboxChange change, const MailboxMessage *message)
{
  /* it can still be found while it goes */
  g_assert_true(mailbox_find(mailbox, message->uid) == message);
  g_string_append_printf(((Ear *)owner)->heard, "%c%u", "+-~"[change], message -> uid);
}

static GBytes *letter(void)
{
  return g_bytes_new_static("a: b\r\n\r\n", 8);
}

static void watchers_hear_every_change(void)
{
  g_autoptr(Mailbox) mailbox = mailbox_new("bob@beta.example", 1);
  g_autoptr(GBytes) message = letter();
  Ear ears[2] = {{g_string_new(NULL)}, {g_string_new(NULL)}};
  MailboxWatcher watchers[2] = {{hear, &ears[0]}, {hear, &ears[1]}};
  mailbox_watch(mailbox, &watchers[0]);
  mailbox_append(mailbox, message, 5);
  mailbox_append_with_flags(mailbox, message, 5, MAILBOX_SEEN);
  mailbox_watch(mailbox, &watchers[1]);
  g_assert_cmpuint(mailbox_get_watcher_count(mailbox), ==, 2);
  g_assert_true(mailbox_set_flags(mailbox, 1, MAILBOX_DELETED));
  g_assert_true(mailbox_set_flags(mailbox, 1, MAILBOX_DELETED)); /* nothing new: nobody hears it */
  g_assert_false(mailbox_set_flags(mailbox, 9, MAILBOX_DELETED));
  g_assert_cmpuint(mailbox_get_size(mailbox), ==, 16);
  mailbox_unwatch(mailbox, &watchers[0]);
  g_assert_true(mailbox_expunge(mailbox, 1));
  g_assert_false(mailbox_expunge(mailbox, 1));
  g_assert_true(mailbox_lock(mailbox));
  g_assert_false(mailbox_expunge(mailbox, 2)); /* the lock is another's */
  mailbox_mark(mailbox, 2, true);
  g_assert_cmpuint(mailbox_remove_marked(mailbox), ==, 1);
  mailbox_unwatch(mailbox, &watchers[1]);
  g_assert_cmpstr(ears[0].heard->str, ==, "+1+2~1");
  g_assert_cmpstr(ears[1].heard->str, ==, "~1-1-2");
  g_assert_cmpuint(mailbox_get_size(mailbox), ==, 0);
  g_assert_cmpuint(mailbox_get_uid_next(mailbox), ==, 3);
  for (size_t i = 0; i < G_N_ELEMENTS(ears); i++)
    g_string_free(ears[i].heard, TRUE);
}

static void keywords_have_room_for_so_many(void)
{
  g_autoptr(Mailbox) mailbox = mailbox_new("", 1), other = mailbox_new("", 2);
  g_assert_cmpuint(mailbox_keyword(mailbox, BYTES_LITERAL("$Work"), false), ==, 0);
  uint64_t work = mailbox_keyword(mailbox, BYTES_LITERAL("$Work"), true);
  g_assert_cmpuint(work, ==, 1 << MAILBOX_SYSTEM_FLAGS);
  g_assert_cmpuint(mailbox_keyword(mailbox, BYTES_LITERAL("$wORK"), true), ==, work);
  static const char *const bad[] = {"", "a b", "\\Seen", "a(b", "\xc3\xa9", "a\"", "a]"};
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_cmpuint(mailbox_keyword(mailbox, bytes_from_string(bad[i]), true), ==, 0);
  for (guint i = 1; i < MAILBOX_KEYWORDS_MAX; i++) {
    g_autofree char *name = g_strdup_printf("k%u", i);
    g_assert_cmpuint(mailbox_keyword(mailbox, bytes_from_string(name), true), ==,
                     UINT64_C(1) << (MAILBOX_SYSTEM_FLAGS + i));
  }
  g_assert_cmpuint(mailbox_keyword(mailbox, BYTES_LITERAL("more"), true), ==, 0);
  g_autofree char *longest = g_strnfill(MAILBOX_KEYWORD_BYTES, 'k'),
                  *longer = g_strnfill(MAILBOX_KEYWORD_BYTES + 1, 'k');
  g_assert_cmpuint(mailbox_keyword(other, bytes_from_string(longer), true), ==, 0);
  uint64_t first = mailbox_keyword(other, bytes_from_string(longest), true);
  /* flags keep their meaning on the way into another mailbox */
  uint64_t there = mailbox_flags_for(other, mailbox, work | MAILBOX_FLAGGED);
  g_assert_cmpuint(there, ==, (first << 1) | MAILBOX_FLAGGED);
  g_assert_cmpstr(mailbox_get_keyword(other, 1), ==, "$Work");
}

static void recent_is_taken_once(void)
{
  g_autoptr(Mailbox) mailbox = mailbox_new("", 1);
  g_autoptr(GBytes) message = letter();
  mailbox_append(mailbox, message, 0);
  g_assert_cmpuint(mailbox_get_recent(mailbox, false), ==, 1);
  g_assert_cmpuint(mailbox_get_recent(mailbox, true), ==, 1);
  g_assert_cmpuint(mailbox_get_recent(mailbox, true), ==, 2);
  mailbox_append(mailbox, message, 0);
  g_assert_cmpuint(mailbox_get_recent(mailbox, false), ==, 2);
}

/* Returns the names, with what is special of each. */
static char *names_of(const MailFolders *folders)
{
  GString *names = g_string_new(NULL);
  for (guint i = 0; i < mail_folders_get_count(folders); i++) {
    MailFolder folder = mail_folders_get(folders, i);
    g_string_append_printf(names, "%s%s%s%s ", folder.name, folder.mailbox == NULL ? "!" : "",
                           folder.has_children ? "+" : "", folder.use != MAIL_FOLDER_ORDINARY ? "*" : "");
  }
  return g_string_free(names, FALSE);
}

static MailFolderResult create(MailFolders *folders, const char *name)
{
  return mail_folders_create(folders, bytes_from_string(name), MAIL_FOLDER_ORDINARY);
}

static MailFolderResult rename_to(MailFolders *folders, const char *name, const char *new_name)
{
  return mail_folders_rename(folders, bytes_from_string(name), bytes_from_string(new_name));
}

static void assert_names(const MailFolders *folders, const char *wanted)
{
  g_autofree char *names = names_of(folders);
  g_assert_cmpstr(names, ==, wanted);
}

static void the_tree(void)
{
  g_autoptr(Mailbox) inbox = mailbox_new("bob@beta.example", 7);
  g_autoptr(MailFolders) folders = mail_folders_new(inbox, true);
  assert_names(folders, "INBOX Archive* Drafts* Junk* Sent* Trash* ");
  g_assert_nonnull(mail_folders_find_use(folders, MAIL_FOLDER_SENT));
  g_assert_cmpint(create(folders, "a/b/c"), ==, MAIL_FOLDER_OK);
  g_assert_cmpint(create(folders, "a-b"), ==, MAIL_FOLDER_OK);
  g_assert_cmpint(create(folders, "inbox/x"), ==, MAIL_FOLDER_OK);
  assert_names(folders, "INBOX+ INBOX/x Archive* Drafts* Junk* Sent* Trash* a+ a/b+ a/b/c a-b ");
  g_assert_cmpint(mail_folders_delete(folders, BYTES_LITERAL("a/b")), ==, MAIL_FOLDER_OK);
  g_assert_cmpint(mail_folders_delete(folders, BYTES_LITERAL("a/b")), ==, MAIL_FOLDER_HAS_CHILDREN);
  g_assert_cmpint(rename_to(folders, "a", "z/y"), ==, MAIL_FOLDER_OK);
  assert_names(folders, "INBOX+ INBOX/x Archive* Drafts* Junk* Sent* Trash* a-b z+ z/y+ z/y/b!+ z/y/b/c ");
  MailFolder folder;
  g_assert_true(mail_folders_find(folders, BYTES_LITERAL("z"), &folder));
  uint32_t before = mailbox_get_uid_validity(folder.mailbox);
  g_assert_cmpint(create(folders, "z/y/b"), ==, MAIL_FOLDER_OK);
  g_assert_true(mail_folders_find(folders, BYTES_LITERAL("z/y/b"), &folder));
  g_assert_cmpuint(mailbox_get_uid_validity(folder.mailbox), >, before);
  g_assert_cmpint(rename_to(folders, "z", "z/y/q"), ==, MAIL_FOLDER_BAD_NAME);
  g_assert_cmpint(rename_to(folders, "nobody", "q"), ==, MAIL_FOLDER_MISSING);
  g_assert_cmpint(rename_to(folders, "a-b", "INBOX"), ==, MAIL_FOLDER_EXISTS);
  g_assert_cmpint(mail_folders_delete(folders, BYTES_LITERAL("Inbox")), ==, MAIL_FOLDER_IS_INBOX);
  g_autofree char *longest = g_strnfill(250, 'l');
  g_assert_cmpint(create(folders, longest), ==, MAIL_FOLDER_OK);
  /* a child's name would be too long */
  g_assert_cmpint(create(folders, "p/child-child"), ==, MAIL_FOLDER_OK);
  g_autofree char *long_name = g_strnfill(250, 'm');
  g_assert_cmpint(rename_to(folders, "p", long_name), ==, MAIL_FOLDER_BAD_NAME);
  g_assert_true(mail_folders_find(folders, BYTES_LITERAL("p/child-child"), NULL));
}

static void inbox_is_renamed_by_emptying_it(void)
{
  g_autoptr(Mailbox) inbox = mailbox_new("bob@beta.example", 1);
  g_autoptr(MailFolders) folders = mail_folders_new(inbox, false);
  g_autoptr(GBytes) message = letter();
  uint64_t work = mailbox_keyword(inbox, BYTES_LITERAL("work"), true);
  mailbox_append_with_flags(inbox, message, 9, work | MAILBOX_SEEN);
  g_assert_true(mailbox_lock(inbox));
  g_assert_cmpint(rename_to(folders, "INBOX", "old"), ==, MAIL_FOLDER_IN_USE);
  mailbox_unlock(inbox);
  g_assert_cmpint(rename_to(folders, "INBOX", "old"), ==, MAIL_FOLDER_OK);
  g_assert_cmpuint(mailbox_get_count(inbox), ==, 0);
  MailFolder folder;
  g_assert_true(mail_folders_find(folders, BYTES_LITERAL("old"), &folder));
  const MailboxMessage *moved = mailbox_get(folder.mailbox, 0);
  g_assert_cmpint(moved->arrived, ==, 9);
  g_assert_cmpuint(moved->flags, ==,
                   mailbox_keyword(folder.mailbox, BYTES_LITERAL("WORK"), false) | MAILBOX_SEEN);
}

static void an_open_folder_stays(void)
{
  g_autoptr(Mailbox) inbox = mailbox_new("", 1);
  g_autoptr(MailFolders) folders = mail_folders_new(inbox, true);
  Ear ear = {g_string_new(NULL)};
  MailboxWatcher watcher = {hear, &ear};
  Mailbox *trash = mail_folders_find_use(folders, MAIL_FOLDER_TRASH);
  mailbox_watch(trash, &watcher);
  g_assert_cmpint(mail_folders_delete(folders, BYTES_LITERAL("Trash")), ==, MAIL_FOLDER_IN_USE);
  g_assert_cmpint(rename_to(folders, "Trash", "Lixo"), ==, MAIL_FOLDER_OK);
  g_assert_true(mail_folders_find_use(folders, MAIL_FOLDER_TRASH) == trash);
  mailbox_unwatch(trash, &watcher);
  g_assert_cmpint(mail_folders_delete(folders, BYTES_LITERAL("Lixo")), ==, MAIL_FOLDER_OK);
  g_string_free(ear.heard, TRUE);
}

static void there_is_room_for_so_many(void)
{
  g_autoptr(Mailbox) inbox = mailbox_new("", 1);
  g_autoptr(MailFolders) folders = mail_folders_new(inbox, false);
  for (guint i = 1; i < MAIL_FOLDERS_MAX - 1; i++) {
    g_autofree char *name = g_strdup_printf("f%u", i);
    g_assert_cmpint(create(folders, name), ==, MAIL_FOLDER_OK);
  }
  g_assert_cmpint(create(folders, "x/y"), ==, MAIL_FOLDER_TOO_MANY);
  g_assert_false(mail_folders_find(folders, BYTES_LITERAL("x"), NULL));
  g_assert_cmpint(create(folders, "last"), ==, MAIL_FOLDER_OK);
  g_assert_cmpint(create(folders, "x"), ==, MAIL_FOLDER_TOO_MANY);
  g_assert_cmpuint(mail_folders_get_count(folders), ==, MAIL_FOLDERS_MAX);
}

static const struct {
  const char *name, *pattern;
  bool fits;
} patterns[] = {
    {"INBOX", "inbox", true}, {"INBOX", "*", true},         {"INBOX", "%", true},
    {"a", "A", false},        {"INBOX/a", "inbox/%", true}, {"INBOX/a", "inBOX/A", false},
    {"a/b/c", "a/*", true},   {"a/b/c", "a/%", false},      {"a/b/c", "%/%/%", true},
    {"a/b/c", "*c", true},    {"a/b/c", "%c", false},       {"a/b/c", "a/*/c", true},
    {"abc", "a%c", true},     {"abc", "", false},           {"", "", true},
    {"", "*", true},          {"abc", "abcd", false},       {"INBOXES", "inboxES", false},
    {"a/b", "a%b", false},    {"a/b", "a*b", true},         {"a/b", "%*%", true},
};

static void names_fit_patterns(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
    bool fits =
        mail_folders_match(bytes_from_string(patterns[i].name), bytes_from_string(patterns[i].pattern));
    if (fits != patterns[i].fits) g_error("%s fits %s: %d", patterns[i].name, patterns[i].pattern, fits);
  }
  /* no pattern costs more than its length times the name's */
  g_autofree char *name = g_strnfill(MAIL_FOLDER_NAME_BYTES, 'a');
  g_autoptr(GString) pattern = g_string_new(NULL);
  for (int i = 0; i < 5000; i++)
    g_string_append(pattern, "*a");
  g_string_append(pattern, "b");
  g_assert_false(mail_folders_match(bytes_from_string(name), bytes_from_string(pattern->str)));
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mailbox/watchers hear every change", watchers_hear_every_change);
  g_test_add_func("/mailbox/keywords have room for so many", keywords_have_room_for_so_many);
  g_test_add_func("/mailbox/recent is taken once", recent_is_taken_once);
  g_test_add_func("/folders/the tree", the_tree);
  g_test_add_func("/folders/INBOX is renamed by emptying it", inbox_is_renamed_by_emptying_it);
  g_test_add_func("/folders/an open folder stays", an_open_folder_stays);
  g_test_add_func("/folders/there is room for so many", there_is_room_for_so_many);
  g_test_add_func("/folders/names fit patterns", names_fit_patterns);
  return g_test_run();
}
