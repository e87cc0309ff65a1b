/* SPDX-License-Identifier: MIT */
/* The words of the stage, translated. Every function returns a string to free with g_free, never NULL. */
#pragma once

#include "ui/scene/scene-state.h"

/* "1 204" or, in Portuguese, "1.204". */
char *scene_text_number(uint64_t number);

/* "12:00:01.548", UTC, with the language's decimal sign; without decimals when seconds is false: "12:00". */
char *scene_text_clock(Nanoseconds time);
char *scene_text_hour(Nanoseconds time);

/* The host's short name for the stage: its label, translated where it is one of ours ("Name server"). */
char *scene_text_host_name(const SceneState *state, guint host);

/* The one fact under a host's name: "ports 25 587 110 143", "outbox 0 · sent 1", "offline until 12:20";
 * brief: "outbox 0". */
char *scene_text_host_fact(const SceneState *state, guint host, bool brief);

/* About the longest fact the host may come to show, for the width of its box. */
char *scene_text_host_fact_widest(const SceneState *state, guint host, bool brief);

/* The host for a screen reader: "mail.alpha, mail server, queue 1, mailbox 0". */
char *scene_text_host_accessible(const SceneState *state, guint host);

/* "Alice’s home", from a user's label. */
char *scene_text_home(const char *label);
char *scene_text_internet(void);

/* "queue", "mailbox", … */
char *scene_text_tray(WorldTray tray);

/* "20 ms", or with loss "20 ms · loss 5 %"; always with loss when full. */
char *scene_text_link(const WorldLink *link, bool full);

/* "port 25, open", "TLS · port 993"; brief: "25". */
char *scene_text_connection(const SceneConnection *connection, bool brief);

/* What stands in Eve's box: her name; "reads 412 bytes". */
char *scene_text_eve_name(void);
char *scene_text_eve_fact(const SceneState *state);
char *scene_text_eve_accessible(const SceneState *state);

/* "5 of 6", or "" before the first step. */
char *scene_text_step_number(const SceneState *state);

/* The step's sentence, or the act's title, or "". */
char *scene_text_sentence(const SceneState *state);

/* "Eve reads along." where the step goes over her link, else "". *reads tells whether she can read (marker)
 * or only count. */
char *scene_text_eve_sentence(const SceneState *state, bool *reads);
