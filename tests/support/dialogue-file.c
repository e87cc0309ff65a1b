/* SPDX-License-Identifier: MIT */
/* Reads a file of dialogues and checks each with a decoder. */
#include "support/dialogue-file.h"

#include "support/line-recorder.h"

typedef struct {
  const DecoderClass *class;
  char *name;
  bool from_start;
  GArray *steps; /* of DialogueStep, ended by {0} */
  GString *expected;
} Dialogue;

/* Returns the bytes of one direction's line, escapes undone. */
static GString *unescape(const char *text, bool exact)
{
  GString *bytes = g_string_new(NULL);
  for (const char *at = text; *at != '\0'; at++) {
    if (!exact || *at != '\\') {
      g_string_append_c(bytes, *at);
    } else if (*++at == 'x') {
      char digits[3] = {at[1], at[2], '\0'};
      g_string_append_c(bytes, (char)g_ascii_strtoull(digits, NULL, 16));
      at += 2;
    } else {
      g_string_append_c(bytes, *at == 'r' ? '\r' : *at == 'n' ? '\n' : '\\');
    }
  }
  if (!exact) g_string_append(bytes, "\r\n");
  return bytes;
}

static void add_step(Dialogue *dialogue, const char *line)
{
  DialogueStep step = {.who = line[0]};
  if (strchr("CScs", step.who) == NULL || strchr(" !", line[1]) == NULL)
    g_error("%s: no step of a dialogue: %s", dialogue->name, line);
  if (step.who == 'c' || step.who == 's') {
    step.length = (size_t)g_ascii_strtoull(line + 1, NULL, 10);
  } else {
    bool exact = line[1] == '!';
    const char *text = line + (exact ? 2 : 1);
    GString *bytes = unescape(*text == ' ' ? text + 1 : text, exact);
    step.length = bytes->len;
    step.bytes = g_string_free(bytes, FALSE);
  }
  g_array_append_val(dialogue->steps, step);
}

static Dialogue *new_dialogue(const DecoderClass *class, const char *line)
{
  Dialogue *dialogue = g_new0(Dialogue, 1);
  dialogue->class = class;
  dialogue->name = g_strdup(line + 3);
  dialogue->from_start = line[1] == '=';
  dialogue->steps = g_array_new(TRUE, TRUE, sizeof(DialogueStep));
  dialogue->expected = g_string_new(NULL);
  return dialogue;
}

static void test_dialogue(gconstpointer data)
{
  const Dialogue *dialogue = data;
  line_recorder_check(dialogue->name, dialogue->class, (const DialogueStep *)(gpointer)dialogue->steps->data,
                      dialogue->from_start, dialogue->expected->str);
}

static void free_dialogue(gpointer data)
{
  Dialogue *dialogue = data;
  for (guint i = 0; i < dialogue->steps->len; i++)
    g_free((char *)g_array_index(dialogue->steps, DialogueStep, i).bytes);
  g_array_free(dialogue->steps, TRUE);
  g_string_free(dialogue->expected, TRUE);
  g_free(dialogue->name);
  g_free(dialogue);
}

void dialogue_file_add_tests(const char *path, const char *prefix, const DecoderClass *class)
{
  g_autofree char *whole_path = g_build_filename(SOURCE_DIR, "tests", path, NULL);
  g_autofree char *content = NULL;
  g_assert_true(g_file_get_contents(whole_path, &content, NULL, NULL));
  g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
  Dialogue *dialogue = NULL;
  bool expecting = false;
  for (size_t i = 0; lines[i] != NULL; i++) {
    const char *line = lines[i];
    if (g_str_has_prefix(line, "== ") || g_str_has_prefix(line, "=~ ")) {
      dialogue = new_dialogue(class, line);
      expecting = false;
      g_autofree char *name = g_strdup_printf("%s/%s", prefix, dialogue->name);
      g_test_add_data_func_full(name, dialogue, test_dialogue, free_dialogue);
    } else if (dialogue != NULL && line[0] != '\0') {
      if (expecting)
        g_string_append_printf(dialogue->expected, "%s\n", line);
      else if (strcmp(line, "--") == 0)
        expecting = true;
      else
        add_step(dialogue, line);
    }
  }
  g_assert_nonnull(dialogue);
}
