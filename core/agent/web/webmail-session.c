/* SPDX-License-Identifier: MIT */
/* Who is logged in: keys in cookies, and the passwords kept for the errands behind. */
#include "agent/web/webmail-private.h"
#include "protocol/endpoint-support.h"

#include <inttypes.h>

#define COOKIE "session"

WebmailSession *webmail_session_new(WebmailServer *server, const char *user, const char *password)
{
  WebmailSession *session = g_new0(WebmailSession, 1);
  session->references = 1;
  session->key = g_strdup_printf("%016" PRIx64 "%016" PRIx64, agent_host_random(server->host),
                                 agent_host_random(server->host));
  session->user = g_strdup(user);
  session->password = g_strdup(password);
  session->address =
      strchr(user, '@') != NULL ? g_strdup(user) : g_strdup_printf("%s@%s", user, server->domain);
  session->used = agent_host_now(server->host);
  return session;
}

WebmailSession *webmail_session_ref(WebmailSession *session)
{
  session->references++;
  return session;
}

void webmail_session_unref(gpointer data)
{
  WebmailSession *session = data;
  if (session == NULL || --session->references > 0) return;
  endpoint_wipe(session->key);
  endpoint_wipe(session->password);
  g_free(session->user);
  g_free(session->address);
  g_free(session);
}

/* Makes room: whoever was silent longest is logged out. */
static void end_oldest(WebmailServer *server)
{
  GHashTableIter iterator;
  gpointer value;
  WebmailSession *oldest = NULL;
  g_hash_table_iter_init(&iterator, server->sessions);
  while (g_hash_table_iter_next(&iterator, NULL, &value))
    if (oldest == NULL || ((WebmailSession *)value)->used < oldest->used) oldest = value;
  webmail_session_end(server, oldest);
}

void webmail_session_begin(WebmailServer *server, WebmailSession *session)
{
  if (g_hash_table_size(server->sessions) >= server->session_limit) end_oldest(server);
  g_hash_table_replace(server->sessions, session->key, session);
}

void webmail_session_end(WebmailServer *server, WebmailSession *session)
{
  g_hash_table_remove(server->sessions, session->key);
}

/* Whoever was silent for too long is gone. */
static void sweep(WebmailServer *server)
{
  GHashTableIter iterator;
  gpointer value;
  Nanoseconds now = agent_host_now(server->host);
  g_hash_table_iter_init(&iterator, server->sessions);
  while (g_hash_table_iter_next(&iterator, NULL, &value))
    if (now - ((WebmailSession *)value)->used > server->silence) g_hash_table_iter_remove(&iterator);
}

/* Returns the value of our cookie (RFC 6265 §4.2.1), or an empty view. */
static Bytes find_cookie(const HttpMessage *request)
{
  Bytes rest = http_message_get(request, "Cookie");
  while (rest.length > 0) {
    ptrdiff_t semicolon = bytes_find(rest, ';');
    Bytes pair = bytes_slice(rest, 0, semicolon < 0 ? rest.length : (size_t)semicolon);
    rest = semicolon < 0 ? BYTES_EMPTY : bytes_skip(rest, (size_t)semicolon + 1);
    while (pair.length > 0 && pair.data[0] == ' ')
      pair = bytes_skip(pair, 1);
    if (bytes_equal(bytes_slice(pair, 0, sizeof COOKIE), BYTES_LITERAL(COOKIE "=")))
      return bytes_skip(pair, sizeof COOKIE);
  }
  return BYTES_EMPTY;
}

WebmailSession *webmail_session_find(WebmailServer *server, const HttpMessage *request, bool *expired)
{
  sweep(server);
  Bytes cookie = find_cookie(request);
  char *key = bytes_dup_string(cookie);
  WebmailSession *session = g_hash_table_lookup(server->sessions, key);
  endpoint_wipe(key);
  *expired = session == NULL && cookie.length > 0;
  if (session != NULL) session->used = agent_host_now(server->host);
  return session;
}
