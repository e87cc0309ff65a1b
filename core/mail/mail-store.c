/* SPDX-License-Identifier: MIT */
/* A server's users. */
#include "mail/mail-store.h"

#include "mail/address.h"

typedef struct {
  char *address;
  char *password;
  Mailbox *mailbox;
  MailFolders *folders; /* NULL before somebody asks */
} User;

struct MailStore {
  GPtrArray *users;    /* of User * */
  GHashTable *by_name; /* whole address, or local part of one user only, in small letters → User; a local part
                          that several have → NULL */
  GHashTable *domains; /* in small letters */
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
  mail_folders_free(user->folders);
  mailbox_free(user->mailbox);
  g_free(user);
}

MailStore *mail_store_new(void)
{
  MailStore *store = g_new0(MailStore, 1);
  store->users = g_ptr_array_new_with_free_func(user_free);
  store->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  store->domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return store;
}

void mail_store_free(MailStore *store)
{
  if (store == NULL) return;
  g_hash_table_unref(store->by_name);
  g_hash_table_unref(store->domains);
  g_ptr_array_unref(store->users);
  g_free(store);
}

/* People write their log-in name as they please: Alice is alice. */
static User *find_user(const MailStore *store, Bytes name)
{
  if (bytes_find(name, '\0') >= 0) return NULL;
  g_autofree char *small = g_ascii_strdown((const char *)name.data, (gssize)name.length);
  return g_hash_table_lookup(store->by_name, small);
}

static void add_names(MailStore *store, User *user)
{
  char *whole = g_ascii_strdown(user->address, -1);
  size_t length = strcspn(whole, "@");
  char *local = g_strndup(whole, length);
  const char *at = strrchr(whole, '@');
  if (at != NULL) g_hash_table_add(store->domains, g_strdup(at + 1));
  g_hash_table_insert(store->by_name, whole, user);
  if (at == NULL) {
    g_free(local);
    return;
  }
  bool shared = g_hash_table_contains(store->by_name, local);
  g_hash_table_insert(store->by_name, local, shared ? NULL : user);
}

Mailbox *mail_store_add_user(MailStore *store, const char *address, const char *password)
{
  User *user = strchr(address, '@') == NULL ? NULL : find_user(store, bytes_from_string(address));
  if (user == NULL) {
    user = g_new0(User, 1);
    user->address = g_strdup(address);
    user->mailbox = mailbox_new(address, store->users->len + 1);
    g_ptr_array_add(store->users, user);
    add_names(store, user);
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

MailFolders *mail_store_get_folders(MailStore *store, Bytes name)
{
  User *user = find_user(store, name);
  if (user == NULL) return NULL;
  if (user->folders == NULL) user->folders = mail_folders_new(user->mailbox, true);
  return user->folders;
}

bool mail_store_has_domain(const MailStore *store, Bytes domain)
{
  if (bytes_find(domain, '\0') >= 0) return false;
  g_autofree char *small = g_ascii_strdown((const char *)domain.data, (gssize)domain.length);
  return g_hash_table_contains(store->domains, small);
}

const char *mail_store_get_password(const MailStore *store, Bytes name)
{
  const User *user = find_user(store, name);
  return user == NULL ? NULL : user->password;
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

static bool is_scram_right(const MailStoreLogin *login, GChecksumType hash, const char *password,
                           Digest *proof)
{
  ScramProof wanted = digest_scram(&(ScramExchange){
      .hash = hash,
      .password = bytes_from_string(password),
      .salt = login->salt,
      .iterations = login->iterations,
      .auth_message = login->challenge,
  });
  bool right = digest_equal(login->secret, digest_view(&wanted.client_proof));
  *proof = wanted.server_signature;
  explicit_bzero(&wanted, sizeof wanted);
  return right;
}

static bool is_right(const MailStoreLogin *login, const char *password, Digest *proof)
{
  static const struct {
    const char *mechanism;
    char *(*digest)(const char *password, Bytes challenge);
  } digests[] = {{"APOP", apop_digest}, {"CRAM-MD5", cram_md5_digest}};
  GChecksumType hash;
  if (digest_find_scram(login->mechanism, &hash)) return is_scram_right(login, hash, password, proof);
  for (size_t i = 0; i < G_N_ELEMENTS(digests); i++) {
    if (g_strcmp0(login->mechanism, digests[i].mechanism) != 0) continue;
    g_autofree char *digest = digests[i].digest(password, login->challenge);
    g_autofree char *given = g_ascii_strdown((const char *)login->secret.data, (gssize)login->secret.length);
    return digest_equal(bytes_from_string(given), bytes_from_string(digest));
  }
  return digest_equal(login->secret, bytes_from_string(password));
}

bool mail_store_authenticate(const MailStore *store, const MailStoreLogin *login, Digest *proof)
{
  const char *known = mail_store_get_password(store, login->user);
  Digest made = {.length = 0};
  /* A user we don't know costs the same work. */
  bool right = is_right(login, known == NULL ? "" : known, &made);
  bool in = right && known != NULL;
  if (proof != NULL) *proof = in ? made : (Digest){.length = 0};
  return in;
}
