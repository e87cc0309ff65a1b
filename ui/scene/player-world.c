/* SPDX-License-Identifier: MIT */
/* A player that owns a simulated world; apart, so that a player of something else needs no simulation. */
#include "ui/scene/player.h"

static void free_world(gpointer world)
{
  world_free(world);
}

void player_take_world(Player *player, World *world)
{
  SceneSource source = scene_source_for_world(world);
  player_set_source(player, &source, free_world);
}
