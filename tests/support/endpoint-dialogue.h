/* SPDX-License-Identifier: MIT */
/* A dialogue of endpoints in a readable file: how server and client are set up, then who says what, byte for
 * byte. tests/dialogues/README.md tells the format. */
#pragma once

#include "base/bytes.h"

typedef enum { DIALOGUE_CLIENT, DIALOGUE_SERVER } DialogueSide;

/* Lines of one side in a row. */
typedef struct {
  DialogueSide side;
  GBytes *bytes;
  guint line; /* in the file, from 1: where the turn begins */
} DialogueTurn;

typedef struct {
  char *path;
  GHashTable *keys;     /* of the head: char * to GPtrArray of char *, in order */
  GPtrArray *turns;     /* of DialogueTurn * */
  GPtrArray *mailbox;   /* of GBytes *: messages there before (M:) */
  GPtrArray *letters;   /* of GBytes *: what the client sends (L:) */
  GPtrArray *delivered; /* of GBytes *: what the server must have stored, or the client fetched (D:) */
} EndpointDialogue;

/* Reads the file; a file that breaks the format ends the test with the line's number. */
EndpointDialogue *endpoint_dialogue_load(const char *path);

/* Returns the paths of the *.dialogue files of folder, sorted; free with g_ptr_array_unref. */
GPtrArray *endpoint_dialogue_list(const char *folder);

void endpoint_dialogue_free(EndpointDialogue *file);

/* Returns the key's only value, or NULL. */
const char *endpoint_dialogue_get(const EndpointDialogue *file, const char *key);

/* Returns the key's number, or 0. */
guint64 endpoint_dialogue_get_number(const EndpointDialogue *file, const char *key);

/* Returns true when the key says yes. */
bool endpoint_dialogue_get_flag(const EndpointDialogue *file, const char *key);

/* Returns the key's values in order, an empty array where there are none. Borrowed. */
const GPtrArray *endpoint_dialogue_get_all(const EndpointDialogue *file, const char *key);

/* Returns all that a side says, joined; the caller's to unref. */
GBytes *endpoint_dialogue_join(const EndpointDialogue *file, DialogueSide side);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EndpointDialogue, endpoint_dialogue_free)
