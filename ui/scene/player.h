/* SPDX-License-Identifier: MIT */
/* A Player: the play head over a world's log. It knows no screen: whoever shows it calls player_tick with the
 * real time that has passed. Signals: "changed" (the cursor moved, or the source did), "stops-changed";
 * property "playing" for notify::playing. */
#pragma once

#include "ui/scene/scene-source.h"
#include <glib-object.h>

#define TYPE_PLAYER (player_get_type())
G_DECLARE_FINAL_TYPE(Player, player, CARTEIRO, PLAYER, GObject)

/* What a step goes to. */
typedef enum { PLAYER_STEP_LINE, PLAYER_STEP_MESSAGE, PLAYER_STEP_FRAME, PLAYER_STEP_COUNT } PlayerStep;

#define PLAYER_SPEED_MIN 0.1
#define PLAYER_SPEED_MAX 100.0

/* Returns a player without a source: cursor 0, nothing to play. */
Player *player_new(void);

/* Gives the player another source (copied), or NULL for none; release(source->owner) is called when it lets
 * go of it (may be NULL). The cursor goes to the start, and playing stops. */
void player_set_source(Player *player, const SceneSource *source, GDestroyNotify release);

/* Takes the world of a source. Borrowed, or NULL. */
const SceneSource *player_get_source(Player *player);

/* Convenience: plays a world, and owns it from now on. */
void player_take_world(Player *player, World *world);

/* Times (ascending) a step by lines goes to: those of the list's rows. Copied. NULL: steps, connections,
 * frames with payload. */
void player_set_stops(Player *player, const Nanoseconds *stops, guint count);

void player_set_step(Player *player, PlayerStep step);
PlayerStep player_get_step(Player *player);

void player_play(Player *player);
void player_pause(Player *player);
void player_toggle(Player *player);
bool player_is_playing(Player *player);

/* To the next or last stop; both pause. They return false when there was none: then the cursor is at the end,
 * or at the start. */
bool player_step_forward(Player *player);
bool player_step_back(Player *player);
void player_to_start(Player *player);
void player_to_end(Player *player);

/* Moves the cursor, held to start … end. Playing goes on. */
void player_seek(Player *player, Nanoseconds time);

Nanoseconds player_get_cursor(Player *player);
Nanoseconds player_get_start(Player *player);
Nanoseconds player_get_end(Player *player);
bool player_at_end(Player *player);

/* Virtual seconds a real one, 0.1 … 100. */
void player_set_speed(Player *player, double speed);
double player_get_speed(Player *player);

/* Without motion: while playing the cursor jumps from stop to stop. */
void player_set_reduced_motion(Player *player, bool reduced);

/* Moves the cursor by real microseconds while playing: travel is slowed to be seen, silence is shortened.
 * Stops at the end. */
void player_tick(Player *player, gint64 microseconds);
