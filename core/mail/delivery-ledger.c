/* SPDX-License-Identifier: MIT */
/* The ledger of what was taken: pages by sender and message, each with its recipients. */
#include "mail/delivery-ledger.h"

#include "mail/message-trace.h"

#define KEPT_FOR (10 * 24 * 3600 * NANOSECONDS_PER_SECOND) /* servers try for five (RFC 5321 §4.5.4.1) */
#define MOST_PAGES 100000u
#define RELAYED 'r' /* the first letter of a key: named by a Received line, … */
#define DIRECT 'd'  /* … or by its Message-ID alone */

/* One message. */
typedef struct {
  char *name; /* key and sender */
  char *sender;
  GPtrArray *recipients; /* of char * */
  Nanoseconds taken_at;
  bool heard; /* the client knows */
} LedgerPage;

struct DeliveryLedger {
  GHashTable *pages;   /* by name, of LedgerPage, owned */
  GQueue order;        /* of LedgerPage, oldest first */
  GHashTable *unheard; /* "sender recipient" to how many pages of them the client may not know */
};

static void page_free(gpointer data)
{
  LedgerPage *page = data;
  g_free(page->name);
  g_free(page->sender);
  g_ptr_array_unref(page->recipients);
  g_free(page);
}

DeliveryLedger *delivery_ledger_new(void)
{
  DeliveryLedger *ledger = g_new0(DeliveryLedger, 1);
  ledger->pages = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, page_free);
  ledger->unheard = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init(&ledger->order);
  return ledger;
}

void delivery_ledger_free(DeliveryLedger *ledger)
{
  if (ledger == NULL) return;
  g_queue_clear(&ledger->order);
  g_hash_table_unref(ledger->pages);
  g_hash_table_unref(ledger->unheard);
  g_free(ledger);
}

static bool is_received(Bytes field)
{
  return bytes_starts_ignore_case(field, "Received:");
}

/* What servers on the way put above. */
static bool is_trace(Bytes field)
{
  return is_received(field) || bytes_starts_ignore_case(field, "Return-Path:") ||
         bytes_starts_ignore_case(field, "Received-SPF:");
}

static void update(GChecksum *checksum, Bytes bytes)
{
  if (bytes.length > 0) g_checksum_update(checksum, bytes.data, (gssize)bytes.length);
}

/* Returns true when a Received line was written by host. */
static bool is_by(Bytes field, const char *host)
{
  g_autofree char *text = bytes_dup_string(field);
  size_t length = strlen(host);
  for (const char *at = text; (at = strstr(at, "by ")) != NULL; at += 3)
    if (g_ascii_isspace(at[-1]) && g_ascii_strncasecmp(at + 3, host, length) == 0 &&
        g_ascii_isspace(at[3 + length]))
      return true;
  return false;
}

char *delivery_ledger_dup_key(Bytes message, const char *host)
{
  Bytes rest = message, field, lowest = BYTES_EMPTY;
  bool identified = false;
  guint rounds = 0;
  while (message_trace_next_field(&rest, &field)) {
    if (is_received(field)) lowest = field;
    rounds += is_received(field) && is_by(field, host);
    identified = identified || bytes_starts_ignore_case(field, "Message-ID:");
  }
  if (!identified && lowest.length == 0) return NULL;
  /* whoever makes two letters with one sum makes the second of his own letters look like the first, no more */
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_MD5);
  bool below = lowest.length == 0;
  for (Bytes left = message; message_trace_next_field(&left, &field);) {
    if (field.data == lowest.data) below = true;
    if (below || !is_trace(field)) update(checksum, field);
  }
  update(checksum, rest);
  return g_strdup_printf("%c%u.%s", lowest.length > 0 ? RELAYED : DIRECT, rounds,
                         g_checksum_get_string(checksum));
}

static char *page_name(const char *sender, const char *key)
{
  return g_strconcat(key, " ", sender, NULL);
}

static char *pair_name(const char *sender, const char *recipient)
{
  return g_strconcat(sender, " ", recipient, NULL);
}

/* Counts one page more, or one less, of which the client may not know. */
static void count_unheard(DeliveryLedger *ledger, const char *sender, const char *recipient, int change)
{
  g_autofree char *pair = pair_name(sender, recipient);
  int count = GPOINTER_TO_INT(g_hash_table_lookup(ledger->unheard, pair)) + change;
  if (count > 0)
    g_hash_table_insert(ledger->unheard, g_steal_pointer(&pair), GINT_TO_POINTER(count));
  else
    g_hash_table_remove(ledger->unheard, pair);
}

/* The client knows, or nobody asks any more. */
static void set_heard(DeliveryLedger *ledger, LedgerPage *page)
{
  if (page->heard) return;
  page->heard = true;
  for (guint i = 0; i < page->recipients->len; i++)
    count_unheard(ledger, page->sender, g_ptr_array_index(page->recipients, i), -1);
}

static void remove_page(DeliveryLedger *ledger, LedgerPage *page)
{
  set_heard(ledger, page);
  g_queue_remove(&ledger->order, page);
  g_hash_table_remove(ledger->pages, page->name);
}

static LedgerPage *find_page(const DeliveryLedger *ledger, const char *sender, const char *key)
{
  g_autofree char *name = page_name(sender, key);
  return g_hash_table_lookup(ledger->pages, name);
}

static bool holds(const LedgerPage *page, const char *recipient)
{
  return g_ptr_array_find_with_equal_func(page->recipients, recipient, g_str_equal, NULL);
}

bool delivery_ledger_has(const DeliveryLedger *ledger, const char *sender, const char *recipient,
                         const char *key)
{
  const LedgerPage *page = key == NULL ? NULL : find_page(ledger, sender, key);
  return page != NULL && holds(page, recipient);
}

bool delivery_ledger_expects(const DeliveryLedger *ledger, const char *sender, const char *recipient)
{
  g_autofree char *pair = pair_name(sender, recipient);
  return g_hash_table_contains(ledger->unheard, pair);
}

/* Oldest first, so that each page is looked at once. */
static void forget(DeliveryLedger *ledger, Nanoseconds now)
{
  for (LedgerPage *oldest; (oldest = g_queue_peek_head(&ledger->order)) != NULL;) {
    if (now - oldest->taken_at <= KEPT_FOR && g_hash_table_size(ledger->pages) <= MOST_PAGES) return;
    remove_page(ledger, oldest);
  }
}

void delivery_ledger_append(DeliveryLedger *ledger, const char *sender, const char *recipient,
                            const char *key, Nanoseconds now)
{
  if (key == NULL) return;
  LedgerPage *page = find_page(ledger, sender, key);
  if (page == NULL) {
    page = g_new0(LedgerPage, 1);
    page->name = page_name(sender, key);
    page->sender = g_strdup(sender);
    page->recipients = g_ptr_array_new_with_free_func(g_free);
    page->taken_at = now;
    g_hash_table_insert(ledger->pages, page->name, page);
    g_queue_push_tail(&ledger->order, page);
  }
  if (!holds(page, recipient)) {
    g_ptr_array_add(page->recipients, g_strdup(recipient));
    if (!page->heard) count_unheard(ledger, sender, recipient, +1);
  }
  forget(ledger, now);
}

void delivery_ledger_confirm(DeliveryLedger *ledger, const char *sender, const char *key)
{
  LedgerPage *page = key == NULL ? NULL : find_page(ledger, sender, key);
  if (page == NULL) return;
  if (key[0] == DIRECT)
    remove_page(ledger, page);
  else
    set_heard(ledger, page);
}

guint delivery_ledger_get_count(const DeliveryLedger *ledger)
{
  return g_hash_table_size(ledger->pages);
}
