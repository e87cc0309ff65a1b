/* SPDX-License-Identifier: MIT */
/* A small world written down by hand, so that the stage is tested without a simulation: Alice's mail to Bob
 * in six steps. */
#pragma once

#include "ui/scene/scene-source.h"

enum { WALK_ALICE, WALK_ALPHA, WALK_NAMES, WALK_BETA, WALK_BOB, WALK_HOSTS };
enum { WALK_LINK_ALICE, WALK_LINK_NAMES, WALK_LINK_MIDDLE, WALK_LINK_BOB, WALK_LINKS };

#define WALK_START (INT64_C(1772452800) * NANOSECONDS_PER_SECOND) /* 2026-03-02T12:00:00Z */
#define WALK_AT(milliseconds) (WALK_START + (milliseconds)*NANOSECONDS_PER_MILLISECOND)
#define WALK_NONE UINT16_MAX

static const uint16_t walk_mail_ports[] = {25, 587, 110, 143, 0};
static const uint16_t walk_name_ports[] = {53, 0};

static const WorldHost walk_hosts[WALK_HOSTS] = {
    {"alice",
     "alice.alpha.example",
     "Alice",
     HOST_USER,
     "alpha.example",
     {4, {192, 0, 2, 10}},
     {2, 0, 0, 0, 0, 1},
     NULL,
     {0}},
    {"mail.alpha",
     "mail.alpha.example",
     "mail.alpha",
     HOST_MAIL_SERVER,
     "alpha.example",
     {4, {192, 0, 2, 25}},
     {2, 0, 0, 0, 0, 2},
     walk_mail_ports,
     {0}},
    {"ns",
     "ns.example",
     "ns",
     HOST_NAME_SERVER,
     "example",
     {4, {203, 0, 113, 53}},
     {2, 0, 0, 0, 0, 3},
     walk_name_ports,
     {0}},
    {"mail.beta",
     "mail.beta.example",
     "mail.beta",
     HOST_MAIL_SERVER,
     "beta.example",
     {4, {198, 51, 100, 25}},
     {2, 0, 0, 0, 0, 4},
     walk_mail_ports,
     {0}},
    {"bob",
     "bob.beta.example",
     "Bob",
     HOST_USER,
     "beta.example",
     {4, {198, 51, 100, 10}},
     {2, 0, 0, 0, 0, 5},
     NULL,
     {0}},
};

static const WorldLink walk_links[WALK_LINKS] = {
    {WALK_ALICE, WALK_ALPHA, 20 * NANOSECONDS_PER_MILLISECOND, 0, 0, "alice–alpha"},
    {WALK_ALPHA, WALK_NAMES, 20 * NANOSECONDS_PER_MILLISECOND, 0, 0, "alpha–ns"},
    {WALK_ALPHA, WALK_BETA, 20 * NANOSECONDS_PER_MILLISECOND, 0, 0, "alpha–beta"},
    {WALK_BETA, WALK_BOB, 20 * NANOSECONDS_PER_MILLISECOND, 0, 0, "beta–bob"},
};

static const WorldMessage walk_messages[] = {
    {"alice@alpha.example", "bob@beta.example", "vamos estudar redes",
     "Oi, Bob! Amanhã às 19h na biblioteca?", 412},
    {"prof@alpha.example", "bob@beta.example", "Lista de exercícios 3", "Caros alunos, segue a lista.", 1403},
};

#define WALK_STEP(at, step_number, host_, peer_, link_, words)                                               \
  {                                                                                                          \
    .time = WALK_AT(at), .type = WORLD_STEP, .host = host_, .peer = peer_, .link = link_,                    \
    .number = step_number, .text = words                                                                     \
  }
#define WALK_CONNECTION(at, id, host_, peer_, link_, port_, before, after)                                   \
  {                                                                                                          \
    .time = WALK_AT(at), .type = WORLD_CONNECTION, .host = host_, .peer = peer_, .link = link_,              \
    .port = port_, .old_state = before, .new_state = after, .connection = id                                 \
  }
#define WALK_FRAME(at, id, host_, peer_, link_, port_, bytes, is_lost)                                       \
  {                                                                                                          \
    .time = WALK_AT(at), .until = WALK_AT((at) + 20), .type = WORLD_FRAME, .host = host_, .peer = peer_,     \
    .link = link_, .port = port_, .new_state = is_lost, .connection = id, .length = bytes                    \
  }
#define WALK_MOVE(at, id, host_, from, peer_, into)                                                          \
  {                                                                                                          \
    .time = WALK_AT(at), .type = WORLD_MESSAGE, .host = host_, .peer = peer_, .link = WALK_NONE,             \
    .old_tray = from, .new_tray = into, .message = id                                                        \
  }
#define WALK_POWER(at, host_, before, after)                                                                 \
  {                                                                                                          \
    .time = WALK_AT(at), .type = WORLD_HOST, .host = host_, .peer = WALK_NONE, .link = WALK_NONE,            \
    .old_state = before, .new_state = after                                                                  \
  }

/* Times in ms after the start. The port of the middle connection is a macro's parameter: 25 in clear text,
 * 465 sealed. */
#define WALK_EVENTS(relay)                                                                                   \
  WALK_MOVE(0, 2, WALK_BETA, TRAY_NONE, WALK_BETA, TRAY_MAILBOX),                                            \
      WALK_STEP(0, 1, WALK_ALICE, WALK_NONE, WALK_NONE,                                                      \
                "Alice writes to bob@beta.example and presses Send."),                                       \
      WALK_MOVE(100, 1, WALK_ALICE, TRAY_NONE, WALK_ALICE, TRAY_OUTBOX),                                     \
      WALK_STEP(200, 2, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE,                                             \
                "Her program hands the letter to her own server, by SMTP."),                                 \
      WALK_CONNECTION(200, 1, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE, 587, 0, 1),                           \
      WALK_FRAME(200, 1, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE, 587, 0, 0),                                \
      WALK_CONNECTION(240, 1, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE, 587, 1, 2),                           \
      WALK_FRAME(260, 1, WALK_ALPHA, WALK_ALICE, WALK_LINK_ALICE, 587, 30, 0),                               \
      WALK_FRAME(300, 1, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE, 587, 6, 0),                                \
      WALK_FRAME(340, 1, WALK_ALPHA, WALK_ALICE, WALK_LINK_ALICE, 587, 37, 0),                               \
      WALK_FRAME(380, 1, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE, 587, 415, 0),                              \
      WALK_MOVE(400, 1, WALK_ALICE, TRAY_OUTBOX, WALK_ALPHA, TRAY_QUEUE),                                    \
      WALK_FRAME(400, 1, WALK_ALPHA, WALK_ALICE, WALK_LINK_ALICE, 587, 12, 0),                               \
      WALK_CONNECTION(440, 1, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE, 587, 2, 3),                           \
      WALK_CONNECTION(460, 1, WALK_ALICE, WALK_ALPHA, WALK_LINK_ALICE, 587, 3, 4),                           \
      WALK_STEP(500, 3, WALK_ALPHA, WALK_NONE, WALK_NONE, "The letter waits in alpha’s queue."),             \
      WALK_STEP(600, 4, WALK_ALPHA, WALK_NAMES, WALK_LINK_NAMES,                                             \
                "alpha’s server asks the name server who takes mail for beta.example."),                     \
      WALK_FRAME(600, 0, WALK_ALPHA, WALK_NAMES, WALK_LINK_NAMES, 53, 30, 0),                                \
      WALK_FRAME(620, 0, WALK_NAMES, WALK_ALPHA, WALK_LINK_NAMES, 53, 60, 0),                                \
      WALK_STEP(700, 5, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE,                                             \
                "alpha’s server hands the letter to beta’s server, line by line."),                          \
      WALK_CONNECTION(700, 2, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, relay, 0, 1),                         \
      WALK_CONNECTION(740, 2, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, relay, 1, 2),                         \
      WALK_FRAME(760, 2, WALK_BETA, WALK_ALPHA, WALK_LINK_MIDDLE, relay, 30, 0),                             \
      WALK_FRAME(800, 2, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, relay, 33, 0),                             \
      WALK_FRAME(840, 2, WALK_BETA, WALK_ALPHA, WALK_LINK_MIDDLE, relay, 37, 0),                             \
      WALK_FRAME(880, 2, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, relay, 415, 0),                            \
      WALK_FRAME(900, 2, WALK_BETA, WALK_ALPHA, WALK_LINK_MIDDLE, relay, 12, 0),                             \
      WALK_MOVE(920, 1, WALK_ALPHA, TRAY_QUEUE, WALK_BETA, TRAY_MAILBOX),                                    \
      WALK_CONNECTION(960, 2, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, relay, 2, 4),                         \
      WALK_STEP(4000, 6, WALK_BOB, WALK_BETA, WALK_LINK_BOB,                                                 \
                "Bob’s program fetches the letter when he likes."),                                          \
      WALK_CONNECTION(4000, 3, WALK_BOB, WALK_BETA, WALK_LINK_BOB, 110, 0, 1),                               \
      WALK_CONNECTION(4040, 3, WALK_BOB, WALK_BETA, WALK_LINK_BOB, 110, 1, 2),                               \
      WALK_FRAME(4060, 3, WALK_BETA, WALK_BOB, WALK_LINK_BOB, 110, 20, 0),                                   \
      WALK_FRAME(4100, 3, WALK_BOB, WALK_BETA, WALK_LINK_BOB, 110, 8, 0),                                    \
      WALK_FRAME(4140, 3, WALK_BETA, WALK_BOB, WALK_LINK_BOB, 110, 440, 0),                                  \
      WALK_MOVE(4160, 1, WALK_BETA, TRAY_MAILBOX, WALK_BOB, TRAY_INBOX),                                     \
      WALK_CONNECTION(4240, 3, WALK_BOB, WALK_BETA, WALK_LINK_BOB, 110, 2, 4)

static const WorldEvent walk_plain_events[] = {WALK_EVENTS(25)};
static const WorldEvent walk_sealed_events[] = {WALK_EVENTS(465)};

/* Bob's server is down: alpha knocks, is not heard, tries again. */
static const WorldEvent walk_down_events[] = {
    WALK_MOVE(0, 1, WALK_ALPHA, TRAY_NONE, WALK_ALPHA, TRAY_QUEUE),
    WALK_MOVE(0, 2, WALK_ALPHA, TRAY_NONE, WALK_ALPHA, TRAY_QUEUE),
    WALK_POWER(0, WALK_BETA, 1, 0),
    WALK_STEP(100, 5, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE,
              "beta’s server is down: the letter stays in the queue."),
    WALK_CONNECTION(100, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, 0, 1),
    WALK_FRAME(120, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, 33, 1),
    WALK_CONNECTION(600, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, 1, 6),
    WALK_POWER(1200000, WALK_BETA, 0, 1),
};

static inline SceneSource walk_source(SceneArrays *arrays, const WorldEvent *events, guint count)
{
  *arrays = (SceneArrays){walk_hosts, WALK_HOSTS,    walk_links,
                          WALK_LINKS, walk_messages, G_N_ELEMENTS(walk_messages),
                          events,     count};
  return scene_source_for_arrays(arrays, WALK_LINK_MIDDLE);
}
