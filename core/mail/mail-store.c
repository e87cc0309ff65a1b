/* SPDX-License-Identifier: MIT */
/* A server's users. */
#include "mail/mail-store.h"

#include "mail/address.h"

typedef struct {
  char *address;
  char *password;
  Mailbox *mailbox;
} User;

struct MailStore {
  GPtrArray *users; /* of User * */
};

static void wipe(char *secret)
{
  if (secret == NULL) return;
  explicit_bzero(secret, strlen(secret));
  g_free(secret);
}

static void user_free(gpointer data)
{
  User *user = data;
  g_free(user->address);
  wipe(user->password);
  mailbox_free(user->mailbox);
  g_free(user);
}

MailStore *mail_store_new(void)
{
  MailStore *store = g_new0(MailStore, 1);
  store->users = g_ptr_array_new_with_free_func(user_free);
  return store;
}

void mail_store_free(MailStore *store)
{
  if (store == NULL) return;
  g_ptr_array_unref(store->users);
  g_free(store);
}

/* People write their log-in name as they please: Alice is alice. */
static User *find_user(const MailStore *store, Bytes name)
{
  bool whole = bytes_find(name, '@') >= 0;
  User *found = NULL;
  for (guint i = 0; i < store->users->len; i++) {
    User *user = g_ptr_array_index(store->users, i);
    Bytes address = bytes_from_string(user->address);
    ptrdiff_t at = bytes_find(address, '@');
    Bytes known = whole || at < 0 ? address : bytes_slice(address, 0, (size_t)at);
    if (known.length != name.length ||
        g_ascii_strncasecmp((const char *)known.data, (const char *)name.data, name.length) != 0)
      continue;
    if (whole) return user;
    if (found != NULL) return NULL;
    found = user;
  }
  return found;
}

Mailbox *mail_store_add_user(MailStore *store, const char *address, const char *password)
{
  User *user = strchr(address, '@') == NULL ? NULL : find_user(store, bytes_from_string(address));
  if (user == NULL) {
    user = g_new0(User, 1);
    user->address = g_strdup(address);
    user->mailbox = mailbox_new(address, store->users->len + 1);
    g_ptr_array_add(store->users, user);
  }
  wipe(user->password);
  user->password = g_strdup(password);
  return user->mailbox;
}

guint mail_store_get_count(const MailStore *store)
{
  return store->users->len;
}

Mailbox *mail_store_get(const MailStore *store, guint index)
{
  g_assert(index < store->users->len);
  const User *user = g_ptr_array_index(store->users, index);
  return user->mailbox;
}

Mailbox *mail_store_find(const MailStore *store, Bytes name)
{
  const User *user = find_user(store, name);
  return user == NULL ? NULL : user->mailbox;
}

bool mail_store_has_domain(const MailStore *store, Bytes domain)
{
  for (guint i = 0; i < store->users->len; i++) {
    const User *user = g_ptr_array_index(store->users, i);
    const char *at = strrchr(user->address, '@');
    if (at != NULL && bytes_equal_ignore_case(domain, at + 1)) return true;
  }
  return false;
}

const char *mail_store_get_password(const MailStore *store, Bytes name)
{
  const User *user = find_user(store, name);
  return user == NULL ? NULL : user->password;
}

/* Compares without telling by its time where they differ. */
static bool equal_in_constant_time(Bytes a, Bytes b)
{
  unsigned difference = a.length == b.length ? 0 : 1;
  for (size_t i = 0; i < a.length; i++)
    difference |= (unsigned)(a.data[i] ^ (b.length == 0 ? 1 : b.data[i % b.length]));
  return difference == 0;
}

/* MD5 of stamp and password, in hexadecimal. */
static char *apop_digest(const char *password, Bytes challenge)
{
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_MD5);
  g_checksum_update(checksum, challenge.data, (gssize)challenge.length);
  g_checksum_update(checksum, (const guchar *)password, (gssize)strlen(password));
  return g_strdup(g_checksum_get_string(checksum));
}

static char *cram_md5_digest(const char *password, Bytes challenge)
{
  return g_compute_hmac_for_data(G_CHECKSUM_MD5, (const guchar *)password, strlen(password), challenge.data,
                                 challenge.length);
}

bool mail_store_authenticate(const MailStore *store, const char *mechanism, Bytes user, Bytes secret,
                             Bytes challenge)
{
  const char *known = mail_store_get_password(store, user);
  /* A user we don't know costs the same work. */
  const char *password = known == NULL ? "" : known;
  static const struct {
    const char *mechanism;
    char *(*digest)(const char *password, Bytes challenge);
  } digests[] = {{"APOP", apop_digest}, {"CRAM-MD5", cram_md5_digest}};
  for (size_t i = 0; i < G_N_ELEMENTS(digests); i++) {
    if (g_strcmp0(mechanism, digests[i].mechanism) != 0) continue;
    g_autofree char *digest = digests[i].digest(password, challenge);
    g_autofree char *given = g_ascii_strdown((const char *)secret.data, (gssize)secret.length);
    return equal_in_constant_time(bytes_from_string(given), bytes_from_string(digest)) && known != NULL;
  }
  return equal_in_constant_time(secret, bytes_from_string(password)) && known != NULL;
}
