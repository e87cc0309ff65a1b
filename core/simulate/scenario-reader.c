/* SPDX-License-Identifier: MIT */
/* Which group a line is of, which key, and in which language. */
#include "simulate/scenario-reader-private.h"

#include "base/i18n.h"
#include "base/word-advice.h"
#include "simulate/quantity.h"

#include <stdarg.h>
#include <string.h>

static const char *const group_words[GROUP_COUNT] = {"Scenario", "Host", "Server", "User",
                                                     "Link",     "Zone", "Tap",    "Act"};
static const char *const group_forms[GROUP_COUNT] = {"[Scenario]",
                                                     "[Host cafe]",
                                                     "[Server mail.beta]",
                                                     "[User alice]",
                                                     "[Link mail.alpha mail.beta]",
                                                     "[Zone beta.example]",
                                                     "[Tap Eve]",
                                                     "[Act 1]"};

bool scenario_reader_fail(const ScenarioReader *reader, guint line, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  if (line == 0)
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID, "--set: %s", what);
  else
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID, "%s:%u: %s", reader->file, line, what);
  return false;
}

static bool take_text(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
  return true;
}

bool scenario_key_take(ScenarioReader *reader, const KeyRow *row, void *target, const char *value)
{
  void *place = (char *)target + row->offset;
  switch (row->kind) {
  case VALUE_TEXT:
    return value[0] != '\0' && take_text(place, value);
  case VALUE_ANY:
    return take_text(place, value);
  case VALUE_LINE:
    return strpbrk(value, "\r\n") == NULL && take_text(place, value);
  case VALUE_TIME:
    return quantity_parse_time(value, place);
  case VALUE_SHARE:
    return quantity_parse_share(value, place);
  case VALUE_RATE:
    return quantity_parse_rate(value, place);
  case VALUE_SIZE:
    return quantity_parse_size(value, place);
  case VALUE_CHOICE:
    return quantity_parse_choice(value, place);
  case VALUE_NUMBER:
    return quantity_parse_number(value, place);
  case VALUE_DATE:
    return quantity_parse_date(value, place);
  case VALUE_TAKER:
    return row->take(reader, target, value);
  }
  g_return_val_if_reached(false);
}

/* Sets the reader's target to what [GROUP REST] speaks of. */
static bool enter(ScenarioReader *reader, const char *rest, guint line, GError **error)
{
  switch (reader->kind) {
  case GROUP_SCENARIO:
    reader->target = reader->scenario;
    return true;
  case GROUP_HOST:
    return scenario_enter_host(reader, rest, line, error);
  case GROUP_SERVER:
    return scenario_enter_server(reader, rest, line, error);
  case GROUP_USER:
    return scenario_enter_user(reader, rest, line, error);
  case GROUP_LINK:
    return scenario_enter_link(reader, rest, line, error);
  case GROUP_ZONE:
    reader->target = world_plan_need_zone(reader->scenario->plan, rest);
    return true;
  case GROUP_TAP:
    reader->target = reader->scenario->plan;
    if (line > 0 && ++reader->taps > 1)
      return scenario_reader_fail(reader, line, error, _("[%s]: there is one tap already"), reader->group);
    return true;
  case GROUP_ACT:
    return scenario_enter_act(reader, rest, line, error);
  case GROUP_COUNT:
    break;
  }
  g_return_val_if_reached(false);
}

/* Finds out what the group means for the keys that follow. */
static bool enter_group(ScenarioReader *reader, const char *group, guint line, GError **error)
{
  if (!scenario_leave_group(reader, error)) return false;
  g_free(reader->group);
  reader->group = g_strdup(group);
  size_t word_length = strcspn(group, " ");
  g_autofree char *word = g_strndup(group, word_length);
  g_autofree char *rest = g_strstrip(g_strdup(group + word_length));
  g_autoptr(GPtrArray) forms = g_ptr_array_new();
  guint kind = 0;
  while (kind < GROUP_COUNT && g_ascii_strcasecmp(group_words[kind], word) != 0)
    g_ptr_array_add(forms, (gpointer)group_words[kind++]);
  if (kind == GROUP_COUNT) {
    g_autofree char *advice = word_advice(word, forms);
    return scenario_reader_fail(reader, line, error, _("[%s]: no such group; %s"), group, advice);
  }
  if ((rest[0] == '\0') != (kind == GROUP_SCENARIO))
    return scenario_reader_fail(reader, line, error, _("[%s]: this group is written like %s"), group,
                                group_forms[kind]);
  reader->kind = kind;
  return enter(reader, rest, line, error);
}

/* Texts come in several languages; the program's own is best, plain next, others not at all. Returns true
 * where this line is the best so far. */
static bool fits_language(ScenarioReader *reader, const KeyLine *line, const KeyRow *row)
{
  int rank = line->language == NULL ? 1 : g_str_equal(line->language, i18n_language()) ? 2 : 0;
  g_autofree char *place = g_strdup_printf("%s/%s", line->group, row->key);
  int best = GPOINTER_TO_INT(g_hash_table_lookup(reader->ranks, place));
  if (line->line == 0) rank = 3; /* a setting */
  if (rank == 0 || rank < best) return false;
  g_hash_table_insert(reader->ranks, g_steal_pointer(&place), GINT_TO_POINTER(rank));
  return true;
}

static bool take_row(ScenarioReader *reader, const KeyRow *rows, size_t index, const KeyLine *line,
                     GError **error)
{
  const KeyRow *row = &rows[index];
  if (line->language != NULL && !row->localised)
    return scenario_reader_fail(reader, line->line, error,
                                _("[%s] %s: this key is the same in every language"), line->group, line->key);
  if (row->localised && !fits_language(reader, line, row)) return true;
  if (reader->kind == GROUP_ACT) scenario_act_note(reader->target, index, line->line);
  if (scenario_key_take(reader, row, reader->target, line->value)) return true;
  const char *hint = strstr(line->value, " #") == NULL ? "" : _("; a comment has a line of its own");
  return scenario_reader_fail(reader, line->line, error, _("[%s] %s: “%s” is not %s%s"), line->group,
                              row->key, line->value, _(row->wants), hint);
}

static bool take_key(ScenarioReader *reader, const KeyLine *line, GError **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  size_t count;
  const KeyRow *rows = reader->kind == GROUP_ACT ? scenario_act_keys(&count) : scenario_world_keys(&count);
  for (size_t i = 0; i < count; i++) {
    if (rows[i].group != reader->kind) continue;
    g_ptr_array_add(known, (gpointer)rows[i].key);
    if (g_ascii_strcasecmp(rows[i].key, line->key) == 0) return take_row(reader, rows, i, line, error);
  }
  g_autofree char *advice = word_advice(line->key, known);
  return scenario_reader_fail(reader, line->line, error, _("[%s]: no key is called “%s”; %s"), line->group,
                              line->key, advice);
}

bool scenario_reader_take(ScenarioReader *reader, const KeyLine *line, GError **error)
{
  bool entered = reader->group != NULL && g_str_equal(reader->group, line->group);
  if (!entered && !enter_group(reader, line->group, line->line, error)) return false;
  return line->key == NULL || take_key(reader, line, error);
}

bool scenario_reader_finish(ScenarioReader *reader, GError **error)
{
  return scenario_leave_group(reader, error) && scenario_acts_finish(reader, error);
}

ScenarioReader *scenario_reader_new(Scenario *scenario, const char *file, const char *folder)
{
  ScenarioReader *reader = g_new0(ScenarioReader, 1);
  reader->scenario = scenario;
  reader->file = g_strdup(file);
  reader->folder = g_strdup(folder);
  reader->acts = g_ptr_array_new_with_free_func(scenario_reader_act_free);
  reader->ranks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  reader->kind = GROUP_COUNT;
  return reader;
}

void scenario_reader_free(ScenarioReader *reader)
{
  scenario_forget_group(reader);
  g_hash_table_unref(reader->ranks);
  g_ptr_array_unref(reader->acts);
  g_free(reader->group);
  g_free(reader->file);
  g_free(reader->folder);
  g_free(reader);
}
