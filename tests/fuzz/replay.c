/* SPDX-License-Identifier: MIT */
/* A fuzzer without libFuzzer: runs every file named (and all files of folders named), then as many changed
 * copies of each as asked for, always the same ones. Usage: fuzz-NAME [--changes N] FILE|FOLDER… */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz-dialogue.h"

#define INPUT_LARGEST 65536u /* of which changed copies are made */

typedef struct {
  uint64_t random;
  unsigned changes;
  unsigned inputs;
} Replay;

static uint32_t next_random(Replay *replay, uint32_t limit)
{
  replay->random = replay->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return limit == 0 ? 0 : (uint32_t)((replay->random >> 33) % limit);
}

/* Changes a few places: bytes set, flipped, taken out, repeated. */
static void change(Replay *replay, GByteArray *input)
{
  static const uint8_t odd[] = {0,    '\n', '\r', '.', ' ', '"', '{', '(',
                                0x7f, 0x80, 0xff, '=', '*', '-', '9', '<'};
  for (uint32_t times = 1 + next_random(replay, 6); times > 0 && input->len > 0; times--) {
    uint32_t at = next_random(replay, input->len), length = 1 + next_random(replay, MIN(input->len - at, 64));
    switch (next_random(replay, 5)) {
    case 0:
      input->data[at] = odd[next_random(replay, sizeof odd)];
      break;
    case 1:
      input->data[at] ^= (uint8_t)(1u << next_random(replay, 8));
      break;
    case 2:
      g_byte_array_remove_range(input, at, length);
      break;
    default: {
      g_autofree uint8_t *part = g_memdup2(input->data + at, length);
      g_byte_array_append(input, part, length);
      uint32_t to = next_random(replay, input->len - length);
      memmove(input->data + to + length, input->data + to, input->len - length - to);
      memcpy(input->data + to, part, length);
    }
    }
  }
}

static void run_file(Replay *replay, const char *path)
{
  g_autofree char *data = NULL;
  gsize size = 0;
  if (!g_file_get_contents(path, &data, &size, NULL)) {
    fprintf(stderr, "replay: %s cannot be read\n", path);
    exit(1);
  }
  LLVMFuzzerTestOneInput((const uint8_t *)data, size);
  replay->inputs++;
  for (unsigned i = 0; i < replay->changes && size <= INPUT_LARGEST; i++) {
    g_autoptr(GByteArray) input = g_byte_array_new();
    g_byte_array_append(input, (const guint8 *)data, (guint)size);
    change(replay, input);
    LLVMFuzzerTestOneInput(input->data, input->len);
    replay->inputs++;
  }
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void run_path(Replay *replay, const char *path)
{
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  if (folder == NULL) {
    run_file(replay, path);
    return;
  }
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (const char *name; (name = g_dir_read_name(folder)) != NULL;)
    g_ptr_array_add(names, g_build_filename(path, name, NULL));
  g_ptr_array_sort(names, compare_names);
  for (guint i = 0; i < names->len; i++)
    run_path(replay, g_ptr_array_index(names, i));
}

int main(int argc, char **argv)
{
  Replay replay = {.random = 3};
  for (int i = 1; i < argc; i++) {
    if (g_strcmp0(argv[i], "--changes") == 0 && i + 1 < argc)
      replay.changes = (unsigned)g_ascii_strtoull(argv[++i], NULL, 10);
    else
      run_path(&replay, argv[i]);
  }
  printf("%u inputs\n", replay.inputs);
  return replay.inputs > 0 ? 0 : 1;
}
