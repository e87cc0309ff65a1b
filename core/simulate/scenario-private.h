/* SPDX-License-Identifier: MIT */
/* What a scenario says, as the world reads it. */
#pragma once

#include "simulate/scenario.h"
#include "simulate/world-plan.h"

typedef enum {
  ACT_SEND,
  ACT_FETCH,
  ACT_REPLY,
  ACT_FORWARD,
  ACT_LOG_IN,  /* IMAP, webmail: and stays */
  ACT_LOG_OUT, /* likewise */
  ACT_LIST,    /* IMAP: the folders */
  ACT_OPEN,    /* IMAP: a folder, and a line of each letter */
  ACT_READ,    /* IMAP, webmail: a letter */
  ACT_SEARCH,  /* IMAP */
  ACT_FLAG,    /* IMAP … */
  ACT_COPY,
  ACT_MOVE,
  ACT_DELETE, /* IMAP, webmail */
  ACT_CREATE, /* IMAP */
  ACT_WATCH,  /* IMAP: IDLE */
  ACT_TYPE,
  ACT_SPOOF,
  ACT_GUESS,
  ACT_SERVER_DOWN,
  ACT_SERVER_UP,
  ACT_WAIT,
  ACT_KIND_COUNT,
} ScenarioActKind;

/* Members that the act's keys did not set are NULL, 0 or false. */
typedef struct {
  uint32_t number;
  ScenarioActKind kind;
  bool after; /* when is counted from the end of the act before, else from the start of the world */
  Nanoseconds when;
  Nanoseconds length; /* wait, watch */
  Nanoseconds hold;   /* fetch: the session stays open that long */
  guint user;         /* index of the plan's users; of all but server-down, server-up, wait */
  guint host;         /* type, spoof, guess, server-*: the server; hosts->len: none said */
  char *title;        /* never NULL */
  char *to, *cc, *bcc, *subject, *text, *html;
  char *from;       /* spoof: the header */
  char *sender;     /* spoof: MAIL FROM */
  GPtrArray *files; /* of ScenarioFile, which go with the letter; NULL for none */
  char *folder, *letters, *flags, *names, *domain;
  uint64_t letter; /* reply, forward, read by web: 0 is the newest */
  uint64_t port, lines;
  bool keep, cut, headers, to_all, only_text;
  char *how; /* guess: vrfy, expn, rcpt */
} ScenarioAct;

/* A file that goes with a letter. */
typedef struct {
  char *name;
  const char *type; /* static */
  GBytes *content;
} ScenarioFile;

struct Scenario {
  gint references;
  char *title, *summary;
  uint64_t seed;
  Nanoseconds start;
  WorldPlan *plan;
  GArray *acts; /* of ScenarioAct, by number */
};

/* Frees what an act holds. */
void scenario_act_clear(gpointer act);

/* The word for a kind of act, as in Do. Static. */
const char *scenario_act_word(ScenarioActKind kind);
