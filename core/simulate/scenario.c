/* SPDX-License-Identifier: MIT */
/* Finding a scenario, boxed or in a file, and reading it with the settings given on the way. */
#include "simulate/scenario.h"

#include "base/i18n.h"
#include "simulate/boxed-scenarios.h"
#include "simulate/scenario-reader.h"

#include <string.h>

#define WALK "walk"
#define DEFAULT_START (INT64_C(1772452800) * NANOSECONDS_PER_SECOND) /* 2026-03-02T12:00:00Z */

G_DEFINE_QUARK(carteiro - scenario - error, scenario_error)

static Scenario *scenario_new(void)
{
  Scenario *scenario = g_new0(Scenario, 1);
  scenario->references = 1;
  scenario->seed = 1;
  scenario->start = DEFAULT_START;
  scenario->plan = world_plan_new();
  scenario->acts = g_array_new(FALSE, FALSE, sizeof(ScenarioAct));
  g_array_set_clear_func(scenario->acts, scenario_act_clear);
  return scenario;
}

Scenario *scenario_ref(Scenario *scenario)
{
  g_atomic_int_inc(&scenario->references);
  return scenario;
}

void scenario_unref(Scenario *scenario)
{
  if (scenario == NULL || !g_atomic_int_dec_and_test(&scenario->references)) return;
  g_free(scenario->title);
  g_free(scenario->summary);
  g_array_unref(scenario->acts);
  world_plan_free(scenario->plan);
  g_free(scenario);
}

guint scenario_get_boxed_count(void)
{
  return (guint)boxed_scenario_count;
}

const char *scenario_get_boxed_name(guint index)
{
  g_return_val_if_fail(index < boxed_scenario_count, NULL);
  return boxed_scenarios[index].name;
}

static const BoxedFile *find_boxed(const char *name)
{
  for (size_t i = 0; i < boxed_scenario_count; i++)
    if (g_str_equal(boxed_scenarios[i].name, name)) return &boxed_scenarios[i];
  return NULL;
}

/* Returns the file's text, the caller's to free, or NULL with *error set. */
static char *read_file(const char *path, gsize *length, GError **error)
{
  g_autoptr(GError) cause = NULL;
  char *text = NULL;
  if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < boxed_scenario_count; i++)
      g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", boxed_scenarios[i].name);
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_OPEN,
                _("%s: no file and no built-in scenario (those are: %s)"), path, names->str);
    return NULL;
  }
  /* A device or a pipe might never end. */
  if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents(path, &text, length, &cause)) {
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_OPEN, "%s: %s", path,
                cause == NULL ? _("not a plain file") : cause->message);
    return NULL;
  }
  if (*length <= KEY_LINES_BYTES_MAX) return text;
  g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID, _("%s: larger than 5 MiB"), path);
  g_free(text);
  return NULL;
}

/* Reads "KEY=VALUE" (of [Scenario]) or "Group/Key=VALUE" into *line. Returns false when it is neither. */
static bool read_setting(const char *setting, KeyLine *line)
{
  const char *equals = strchr(setting, '=');
  if (equals == NULL || equals == setting) return false;
  g_autofree char *place = g_strndup(setting, (size_t)(equals - setting));
  char *slash = strrchr(place, '/');
  line->group = slash == NULL ? g_strdup("Scenario") : g_strstrip(g_strndup(place, (size_t)(slash - place)));
  line->key = g_strstrip(g_strdup(slash == NULL ? place : slash + 1));
  line->value = key_lines_unescape(equals + 1);
  return line->value != NULL && line->key[0] != '\0';
}

static bool take_settings(ScenarioReader *reader, const char *const *settings, GError **error)
{
  for (; settings != NULL && *settings != NULL; settings++) {
    KeyLine *line = g_new0(KeyLine, 1);
    bool sound = read_setting(*settings, line);
    g_autoptr(GError) cause = NULL;
    bool taken = sound && scenario_reader_take(reader, line, &cause);
    key_line_free(line);
    if (taken) continue;
    if (sound)
      g_propagate_error(error, g_steal_pointer(&cause));
    else
      g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID,
                  _("--set %s: a setting is written KEY=VALUE or Group/Key=VALUE"), *settings);
    return false;
  }
  return true;
}

static bool read_scenario(Scenario *scenario, const char *file, const char *folder, const char *text,
                          gsize length, const char *const *settings, GError **error)
{
  guint number;
  const char *problem;
  g_autoptr(GPtrArray) lines = key_lines_parse(text, length, &number, &problem);
  if (lines == NULL) {
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID, "%s:%u: %s", file, number, problem);
    return false;
  }
  if (lines->len == 0) {
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID,
                _("%s: the file is empty; a scenario has acts: [Act 1] with Agent, Do and so on"), file);
    return false;
  }
  g_autoptr(ScenarioReader) reader = scenario_reader_new(scenario, file, folder);
  for (guint i = 0; i < lines->len; i++)
    if (!scenario_reader_take(reader, g_ptr_array_index(lines, i), error)) return false;
  return take_settings(reader, settings, error) && scenario_reader_finish(reader, error);
}

Scenario *scenario_load(const char *name, const char *const *settings, GError **error)
{
  if (name == NULL) name = WALK;
  g_autoptr(Scenario) scenario = scenario_new();
  const BoxedFile *boxed = find_boxed(name);
  gsize length = 0;
  g_autofree char *text = boxed == NULL ? read_file(name, &length, error) : NULL;
  if (boxed == NULL && text == NULL) return NULL;
  g_autofree char *file = boxed == NULL ? g_strdup(name) : g_strdup_printf("%s.ini", name);
  const char *from = boxed == NULL ? text : (const char *)boxed->text;
  g_autofree char *folder = boxed == NULL ? g_path_get_dirname(name) : NULL;
  if (!read_scenario(scenario, file, folder, from, boxed == NULL ? length : boxed->length, settings, error))
    return NULL;
  if (scenario->title == NULL) scenario->title = g_path_get_basename(name);
  return g_steal_pointer(&scenario);
}

const char *scenario_get_title(const Scenario *scenario)
{
  return scenario->title;
}

uint64_t scenario_get_seed(const Scenario *scenario)
{
  return scenario->seed;
}
