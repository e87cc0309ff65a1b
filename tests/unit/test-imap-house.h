/* SPDX-License-Identifier: MIT */
/* A mail store and IMAP sessions on it, for the tests of the server. */
#pragma once

#include "agent/login.h"
#include "protocol/imap/imap-server.h"

#define SESSIONS_MAX 3

typedef struct House House;

typedef struct {
  House *house;
  Endpoint *server;
  GString *said; /* since it was last looked at */
  bool closed;
  guint wakes;
} Session;

struct House {
  MailStore *store;
  Mailbox *inbox;
  MailFolders *folders;
  Session sessions[SESSIONS_MAX];
  Digest proof;
  guint added, removed; /* messages that UPDATE asked about */
  const char *refusal;  /* what UPDATE is answered with; NULL: agreed to */
};

static inline void count_wake(void *owner)
{
  ((Session *)owner)->wakes++;
}

static inline EndpointVerdict house_judge(House *house, const Endpoint *server, const EndpointEvent *event)
{
  if (event->type == ENDPOINT_AUTHENTICATE) return login_judge(house->store, event, &house->proof);
  EndpointVerdict verdict = {.accepted = true, .object = house->folders};
  if (event->type != ENDPOINT_UPDATE) return verdict;
  ImapUpdate update = imap_server_get_update(server);
  if (house->refusal != NULL) return (EndpointVerdict){.accepted = false, .text = house->refusal};
  house->added += update.added->len;
  house->removed += update.removed->len;
  return verdict;
}

/* Answers events and takes what is said until nothing moves. */
static inline void session_settle(Session *session)
{
  for (bool moved = true; moved;) {
    moved = false;
    EndpointEvent event;
    while (endpoint_next_event(session->server, &event) != ENDPOINT_NOTHING) {
      moved = true;
      session->closed |= event.type == ENDPOINT_CLOSE;
      if (event.type == ENDPOINT_CLOSE) continue;
      EndpointVerdict verdict = house_judge(session->house, session->server, &event);
      endpoint_answer(session->server, &verdict);
    }
    Bytes pending = endpoint_pending(session->server);
    if (pending.length == 0) continue;
    moved = true;
    g_string_append_len(session->said, (const char *)pending.data, (gssize)pending.length);
    endpoint_consumed(session->server, pending.length);
  }
}

/* Returns what the session said since it was last looked at; valid until the next look. */
static inline const char *session_hear(Session *session)
{
  static GString *heard;
  session_settle(session);
  if (heard == NULL) heard = g_string_new(NULL);
  g_string_assign(heard, session->said->str);
  g_string_truncate(session->said, 0);
  return heard->str;
}

/* Says bytes (a copy of their own, so that a read past their end is seen); returns the answer. */
static inline const char *session_say_bytes(Session *session, Bytes bytes)
{
  g_autofree uint8_t *copy = g_memdup2(bytes.data, bytes.length);
  session_settle(session);
  g_string_truncate(session->said, 0);
  endpoint_receive(session->server, (Bytes){copy, bytes.length});
  return session_hear(session);
}

static inline const char *session_say(Session *session, const char *line)
{
  g_autofree char *whole = g_strdup_printf("%s\r\n", line);
  return session_say_bytes(session, bytes_from_string(whole));
}

static inline void house_init(House *house, const ImapServerConfig *config)
{
  *house = (House){.store = mail_store_new()};
  house->inbox = mail_store_add_user(house->store, "bob@beta.example", "builder");
  house->folders = mail_store_get_folders(house->store, BYTES_LITERAL("bob"));
  for (guint i = 0; i < SESSIONS_MAX; i++) {
    Session *session = &house->sessions[i];
    *session = (Session){.house = house, .said = g_string_new(NULL)};
    ImapServerConfig own = config == NULL ? (ImapServerConfig){.host_name = "imap.example"} : *config;
    own.wake = count_wake;
    own.owner = session;
    session->server = imap_server_new(&own);
    endpoint_advance(session->server, NANOSECONDS_PER_SECOND);
    session_settle(session);
  }
}

static inline void house_clear(House *house)
{
  for (guint i = 0; i < SESSIONS_MAX; i++) {
    endpoint_free(house->sessions[i].server);
    g_string_free(house->sessions[i].said, TRUE);
  }
  mail_store_free(house->store);
}

static inline uint32_t house_deliver(House *house, const char *text)
{
  g_autoptr(GBytes) message = g_bytes_new(text, strlen(text));
  return mailbox_append(house->inbox, message, 0);
}

/* Logs session in and opens INBOX. */
static inline Session *house_open(House *house, guint index)
{
  Session *session = &house->sessions[index];
  session_say(session, "l LOGIN bob builder");
  g_assert_nonnull(strstr(session_say(session, "s SELECT INBOX"), "s OK [READ-WRITE]"));
  return session;
}
