/* SPDX-License-Identifier: MIT */
/* What the parts of the scenario reader share: groups, the table of keys, and what groups said until all is
 * known. */
#pragma once

#include "simulate/scenario-reader.h"

typedef enum {
  GROUP_SCENARIO,
  GROUP_HOST,
  GROUP_SERVER,
  GROUP_USER,
  GROUP_LINK,
  GROUP_ZONE,
  GROUP_TAP,
  GROUP_ACT,
  GROUP_COUNT,
} GroupKind;

/* What an act's keys said. */
typedef struct {
  ScenarioAct act;
  guint line;
  uint64_t keys;     /* bits of scenario_act_keys that came … */
  GHashTable *lines; /* … and where: index → line */
  bool has_kind, has_agent;
} ReaderAct;

/* What a host's group said; it is applied when the group ends. Texts are NULL where nothing was said. */
typedef struct {
  guint line;
  guint index; /* in the plan; hosts->len: a new one */
  char *id, *domain, *label, *name, *address, *address6, *links, *mail_server, *offline;
  WorldHostKind kind;
  bool has_kind;
  char *block; /* "no", "reject", "drop" */
} ReaderHost;

/* The same of a user. draft holds what needs no look-up. */
typedef struct {
  guint line;
  char *name, *person, *address, *password, *host, *server, *web, *login;
  bool has_access;
  PlanUser draft; /* a copy of the user's, its texts not used */
} ReaderUser;

typedef enum {
  VALUE_TEXT,   /* char *, not empty */
  VALUE_ANY,    /* char *, may be empty */
  VALUE_LINE,   /* char *, no line end */
  VALUE_TIME,   /* Nanoseconds */
  VALUE_SHARE,  /* double */
  VALUE_RATE,   /* uint64_t, bits a second */
  VALUE_SIZE,   /* uint64_t, bytes */
  VALUE_CHOICE, /* bool */
  VALUE_NUMBER, /* uint64_t */
  VALUE_DATE,   /* Nanoseconds */
  VALUE_TAKER,  /* whatever its function says */
} ValueKind;

/* Gives the value to the group's target; returns false when it is none of what the key wants. */
typedef bool (*KeyTaker)(ScenarioReader *reader, void *target, const char *value);

typedef struct {
  GroupKind group;
  const char *key;
  bool localised;
  ValueKind kind;
  size_t offset; /* in the target */
  KeyTaker take;
  const char *wants; /* N_(): "a time with its unit, like 20 ms" */
} KeyRow;

struct ScenarioReader {
  Scenario *scenario;
  char *file, *folder; /* folder: of the scenario's file, NULL for a boxed one */
  GPtrArray *acts;     /* of ReaderAct */
  guint taps;
  char *group; /* of the line being taken */
  GroupKind kind;
  void *target; /* what the group's keys are put into */
  ReaderHost host;
  ReaderUser user;
  GHashTable *ranks; /* "group/key" → best rank so far */
};

/* Sets *error to the line (0: a setting) and what is wrong there; returns false. */
bool scenario_reader_fail(const ScenarioReader *reader, guint line, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* The keys of all groups but Act's, and of Act's; *count is set. */
const KeyRow *scenario_world_keys(size_t *count);
const KeyRow *scenario_act_keys(size_t *count);

/* Puts value where row says. Returns false when it is none of what the key wants. */
bool scenario_key_take(ScenarioReader *reader, const KeyRow *row, void *target, const char *value);

/* Find what a group speaks of and set the reader's target. Return false with *error set. */
bool scenario_enter_host(ScenarioReader *reader, const char *name, guint line, GError **error);
bool scenario_enter_server(ScenarioReader *reader, const char *name, guint line, GError **error);
bool scenario_enter_user(ScenarioReader *reader, const char *name, guint line, GError **error);
bool scenario_enter_link(ScenarioReader *reader, const char *names, guint line, GError **error);
bool scenario_enter_act(ScenarioReader *reader, const char *name, guint line, GError **error);

/* Applies what the group that ends said. Returns false with *error set. */
bool scenario_leave_group(ScenarioReader *reader, GError **error);

/* Reads "10 s - 2 min, 1 h - 3 h" into windows (of PlanWindow; NULL: only checks). Returns false for anything
 * else. */
bool scenario_windows_parse(const char *text, GArray *windows);

/* Frees what the group being taken has said. */
void scenario_forget_group(ScenarioReader *reader);

/* Notes that the act's key of that index came on line. */
void scenario_act_note(ReaderAct *act, size_t key, guint line);

/* Checks all acts and moves them into the scenario, in their order. Returns false with *error set. */
bool scenario_acts_finish(ScenarioReader *reader, GError **error);

void scenario_reader_act_free(gpointer act);
