/* SPDX-License-Identifier: MIT */
/* The tables of groups and keys, and what each does. */
#include "simulate/scenario-reader.h"

#include "base/i18n.h"
#include "base/word-advice.h"
#include "simulate/quantity.h"

#include <stdarg.h>
#include <string.h>

#define MOST_KEYS 32u

typedef enum { GROUP_SCENARIO, GROUP_USER, GROUP_LINK, GROUP_TAP, GROUP_ACT, GROUP_COUNT } GroupKind;

/* What an act's keys said, until all is known. */
typedef struct {
  ScenarioAct act;
  guint line;
  guint keys;             /* bits of keys[] that came … */
  guint lines[MOST_KEYS]; /* … and where */
  bool has_kind, has_agent;
} ReaderAct;

struct ScenarioReader {
  Scenario *scenario;
  char *file;
  GPtrArray *acts; /* of ReaderAct */
  guint taps;
  char *group; /* of the line being taken */
  GroupKind kind;
  guint index; /* GROUP_USER, GROUP_LINK: which */
  ReaderAct *act;
  GHashTable *ranks; /* "group/key" → best rank so far */
};

/* Gives *line's value to the scenario; returns false when it is none of what the key wants. */
typedef bool (*KeyTaker)(ScenarioReader *reader, const char *value);

typedef struct {
  GroupKind group;
  const char *key;
  bool localised;
  KeyTaker take;
  const char *wants; /* N_(): "a time with its unit, like 20 ms" */
} KeyRow;

static bool set_text(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
  return value[0] != '\0';
}

static bool take_title(ScenarioReader *reader, const char *value)
{
  return set_text(&reader->scenario->title, value);
}

static bool take_summary(ScenarioReader *reader, const char *value)
{
  return set_text(&reader->scenario->summary, value);
}

static bool take_seed(ScenarioReader *reader, const char *value)
{
  return quantity_parse_number(value, &reader->scenario->seed);
}

static bool take_start(ScenarioReader *reader, const char *value)
{
  return quantity_parse_date(value, &reader->scenario->start);
}

static bool take_password(ScenarioReader *reader, const char *value)
{
  return strlen(value) <= 100 && set_text(&reader->scenario->passwords[reader->index], value);
}

static bool take_delay(ScenarioReader *reader, const char *value)
{
  return quantity_parse_time(value, &reader->scenario->links[reader->index].delay);
}

static bool take_loss(ScenarioReader *reader, const char *value)
{
  return quantity_parse_share(value, &reader->scenario->links[reader->index].loss);
}

static bool take_bandwidth(ScenarioReader *reader, const char *value)
{
  return quantity_parse_rate(value, &reader->scenario->links[reader->index].bandwidth);
}

static bool take_tap_link(ScenarioReader *reader, const char *value)
{
  reader->scenario->eve_link = default_world_find_link(value);
  return reader->scenario->eve_link < DEFAULT_LINK_COUNT;
}

static bool take_at(ScenarioReader *reader, const char *value)
{
  reader->act->act.after = false;
  return quantity_parse_time(value, &reader->act->act.when);
}

static bool take_after(ScenarioReader *reader, const char *value)
{
  reader->act->act.after = true;
  return quantity_parse_time(value, &reader->act->act.when);
}

static bool take_agent(ScenarioReader *reader, const char *value)
{
  for (guint i = 0; i < DEFAULT_USER_COUNT; i++)
    if (g_ascii_strcasecmp(default_users[i].name, value) == 0) {
      reader->act->act.user = i;
      reader->act->has_agent = true;
      return true;
    }
  return false;
}

static bool take_do(ScenarioReader *reader, const char *value)
{
  static const struct {
    const char *word;
    ScenarioActKind kind;
  } kinds[] = {{"send", ACT_SEND}, {"fetch", ACT_FETCH}, {"wait", ACT_WAIT}};
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (g_ascii_strcasecmp(kinds[i].word, value) == 0) {
      reader->act->act.kind = kinds[i].kind;
      reader->act->has_kind = true;
      return true;
    }
  return false;
}

static bool take_to(ScenarioReader *reader, const char *value)
{
  /* Whether the address exists is for the servers to say. Control characters would end the header. */
  for (const char *at = value; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at)) return false;
  size_t length = strlen(value);
  if (length > 1 && value[0] == '"' && value[length - 1] == '"') return false;
  g_auto(GStrv) parts = g_strsplit(value, ",", -1);
  for (char **part = parts; *part != NULL; part++)
    if (strchr(*part, '@') == NULL) return false;
  return set_text(&reader->act->act.to, value);
}

static bool take_subject(ScenarioReader *reader, const char *value)
{
  if (strpbrk(value, "\r\n") != NULL) return false;
  set_text(&reader->act->act.subject, value);
  return true;
}

static bool take_body(ScenarioReader *reader, const char *value)
{
  set_text(&reader->act->act.text, value);
  return true;
}

static bool take_act_title(ScenarioReader *reader, const char *value)
{
  return set_text(&reader->act->act.title, value);
}

static bool take_keep(ScenarioReader *reader, const char *value)
{
  return quantity_parse_choice(value, &reader->act->act.keep);
}

static bool take_delete(ScenarioReader *reader, const char *value)
{
  bool removes;
  if (!quantity_parse_choice(value, &removes)) return false;
  reader->act->act.keep = !removes;
  return true;
}

static bool take_for(ScenarioReader *reader, const char *value)
{
  return quantity_parse_time(value, &reader->act->act.length);
}

enum {
  KEY_AT = 10,
  KEY_AFTER,
  KEY_AGENT,
  KEY_DO,
  KEY_TO,
  KEY_SUBJECT,
  KEY_TEXT,
  KEY_KEEP,
  KEY_DELETE,
  KEY_FOR
};

static const KeyRow keys[] = {
    {GROUP_SCENARIO, "Title", true, take_title, N_("a few words")},
    {GROUP_SCENARIO, "Summary", true, take_summary, N_("a sentence")},
    {GROUP_SCENARIO, "Seed", false, take_seed, N_("a whole number, like 1")},
    {GROUP_SCENARIO, "Start", false, take_start, N_("a date and time, like 2026-03-02T12:00:00Z")},
    {GROUP_USER, "Password", false, take_password, N_("a password of at most 100 bytes")},
    {GROUP_LINK, "Delay", false, take_delay, N_("a time with its unit, like 20 ms")},
    {GROUP_LINK, "Loss", false, take_loss, N_("a share from 0 % to 100 %, like 5 %")},
    {GROUP_LINK, "Bandwidth", false, take_bandwidth, N_("a rate, like 56 kbit/s or 10 Mbit/s, or none")},
    {GROUP_TAP, "Link", false, take_tap_link,
     N_("two hosts with a link between them, like mail.alpha mail.beta")},
    {GROUP_ACT, "Title", true, take_act_title, N_("a few words")},
    [KEY_AT] = {GROUP_ACT, "At", false, take_at, N_("a time since the start, like 6 s")},
    [KEY_AFTER] = {GROUP_ACT, "After", false, take_after, N_("a time since the act before ended, like 2 s")},
    [KEY_AGENT] = {GROUP_ACT, "Agent", false, take_agent, N_("alice or bob")},
    [KEY_DO] = {GROUP_ACT, "Do", false, take_do, N_("send, fetch or wait")},
    [KEY_TO] = {GROUP_ACT, "To", false, take_to,
                N_("an address, like bob@beta.example, or several with commas, without quotes")},
    [KEY_SUBJECT] = {GROUP_ACT, "Subject", false, take_subject, N_("one line of text")},
    [KEY_TEXT] = {GROUP_ACT, "Text", false, take_body, N_("text, with \\n between lines")},
    [KEY_KEEP] = {GROUP_ACT, "Keep", false, take_keep, N_("yes or no")},
    [KEY_DELETE] = {GROUP_ACT, "Delete", false, take_delete, N_("yes or no")},
    [KEY_FOR] = {GROUP_ACT, "For", false, take_for, N_("a time with its unit, like 30 min")},
};

/* Which keys an act of each kind may have besides Title, At, After and Do. */
static const guint act_keys[] = {
    [ACT_SEND] = 1u << KEY_AGENT | 1u << KEY_TO | 1u << KEY_SUBJECT | 1u << KEY_TEXT,
    [ACT_FETCH] = 1u << KEY_AGENT | 1u << KEY_KEEP | 1u << KEY_DELETE,
    [ACT_WAIT] = 1u << KEY_FOR,
};

static const char *const group_words[GROUP_COUNT] = {"Scenario", "User", "Link", "Tap", "Act"};
static const char *const group_forms[GROUP_COUNT] = {"[Scenario]", "[User alice]",
                                                     "[Link mail.alpha mail.beta]", "[Tap Eve]", "[Act 1]"};

G_GNUC_PRINTF(4, 5)
static bool fail(const ScenarioReader *reader, guint line, GError **error, const char *format, ...)
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

static ReaderAct *find_act(ScenarioReader *reader, uint32_t number, guint line)
{
  for (guint i = 0; i < reader->acts->len; i++) {
    ReaderAct *act = g_ptr_array_index(reader->acts, i);
    if (act->act.number == number) return act;
  }
  ReaderAct *act = g_new0(ReaderAct, 1);
  act->act.number = number;
  act->act.after = reader->acts->len > 0;
  act->line = line;
  g_ptr_array_add(reader->acts, act);
  return act;
}

static bool enter_user(ScenarioReader *reader, const char *name, guint line, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < DEFAULT_USER_COUNT; i++) {
    g_ptr_array_add(names, (gpointer)default_users[i].name);
    reader->index = i;
    if (g_ascii_strcasecmp(default_users[i].name, name) == 0) return true;
  }
  g_autofree char *advice = word_advice(name, names);
  return fail(reader, line, error, _("[%s]: no user is called “%s”; %s"), reader->group, name, advice);
}

static bool enter_link(ScenarioReader *reader, const char *names, guint line, GError **error)
{
  reader->index = default_world_find_link(names);
  if (reader->index < DEFAULT_LINK_COUNT) return true;
  g_autoptr(GString) known = g_string_new(NULL);
  for (guint i = 0; i < DEFAULT_LINK_COUNT; i++)
    g_string_append_printf(known, "%s%s %s", i == 0 ? "" : ", ", default_hosts[default_links[i].a].id,
                           default_hosts[default_links[i].b].id);
  return fail(reader, line, error, _("[%s]: no link joins these; links are: %s"), reader->group, known->str);
}

static bool enter_act(ScenarioReader *reader, const char *name, guint line, GError **error)
{
  uint64_t number;
  if (!quantity_parse_number(name, &number) || number == 0 || number > 9999)
    return fail(reader, line, error, _("[%s]: an act has a number from 1, like [Act 1]"), reader->group);
  reader->act = find_act(reader, (uint32_t)number, line);
  return true;
}

/* Finds out what the group means for the keys that follow. */
static bool enter_group(ScenarioReader *reader, const char *group, guint line, GError **error)
{
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
    return fail(reader, line, error, _("[%s]: no such group; %s"), group, advice);
  }
  reader->kind = kind;
  if ((rest[0] == '\0') != (kind == GROUP_SCENARIO))
    return fail(reader, line, error, _("[%s]: this group is written like %s"), group, group_forms[kind]);
  if (kind == GROUP_USER) return enter_user(reader, rest, line, error);
  if (kind == GROUP_LINK) return enter_link(reader, rest, line, error);
  if (kind == GROUP_ACT) return enter_act(reader, rest, line, error);
  if (kind == GROUP_TAP && line > 0 && ++reader->taps > 1)
    return fail(reader, line, error, _("[%s]: there is one tap already"), group);
  return true;
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

static void take_note(ReaderAct *act, guint key, guint line)
{
  G_STATIC_ASSERT(G_N_ELEMENTS(keys) <= MOST_KEYS);
  act->keys |= 1u << key;
  act->lines[key] = line;
}

static bool take_key(ScenarioReader *reader, const KeyLine *line, GError **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
    const KeyRow *row = &keys[i];
    if (row->group != reader->kind) continue;
    g_ptr_array_add(known, (gpointer)row->key);
    if (g_ascii_strcasecmp(row->key, line->key) != 0) continue;
    if (line->language != NULL && !row->localised)
      return fail(reader, line->line, error, _("[%s] %s: this key is the same in every language"),
                  line->group, line->key);
    if (row->localised && !fits_language(reader, line, row)) return true;
    if (reader->kind == GROUP_ACT) take_note(reader->act, i, line->line);
    if (row->take(reader, line->value)) return true;
    const char *hint = strstr(line->value, " #") == NULL ? "" : _("; a comment has a line of its own");
    return fail(reader, line->line, error, _("[%s] %s: “%s” is not %s%s"), line->group, row->key, line->value,
                _(row->wants), hint);
  }
  g_autofree char *advice = word_advice(line->key, known);
  return fail(reader, line->line, error, _("[%s]: no key is called “%s”; %s"), line->group, line->key,
              advice);
}

bool scenario_reader_take(ScenarioReader *reader, const KeyLine *line, GError **error)
{
  bool entered = reader->group != NULL && g_str_equal(reader->group, line->group);
  if (!entered && !enter_group(reader, line->group, line->line, error)) return false;
  return line->key == NULL || take_key(reader, line, error);
}

/* Says which keys the act may have instead. */
static bool fail_strange(const ScenarioReader *reader, const ReaderAct *act, guint key, GError **error)
{
  static const char *const words[] = {[ACT_SEND] = "send", [ACT_FETCH] = "fetch", [ACT_WAIT] = "wait"};
  g_autoptr(GString) known = g_string_new(NULL);
  for (guint i = KEY_AGENT; i < G_N_ELEMENTS(keys); i++)
    if (act_keys[act->act.kind] & 1u << i)
      g_string_append_printf(known, "%s%s", known->len == 0 ? "" : ", ", keys[i].key);
  return fail(reader, act->lines[key], error, _("[Act %u] %s: does not go with Do=%s, which has: %s"),
              act->act.number, keys[key].key, words[act->act.kind], known->str);
}

/* Checks that an act says all it must and nothing that it ignores. */
static bool check_act(const ScenarioReader *reader, const ReaderAct *act, GError **error)
{
  uint32_t number = act->act.number;
  if (!act->has_kind)
    return fail(reader, act->line, error, _("[Act %u]: Do is missing: send, fetch or wait"), number);
  if ((act->keys & 1u << KEY_AT) && (act->keys & 1u << KEY_AFTER))
    return fail(reader, act->line, error, _("[Act %u]: At or After, not both"), number);
  if ((act->keys & 1u << KEY_KEEP) && (act->keys & 1u << KEY_DELETE))
    return fail(reader, act->line, error, _("[Act %u]: Keep or Delete, not both"), number);
  guint usual = 1u << KEY_AT | 1u << KEY_AFTER | 1u << KEY_DO;
  guint strange = act->keys & ~act_keys[act->act.kind] & ~usual;
  for (guint i = KEY_AGENT; i < G_N_ELEMENTS(keys); i++)
    if (strange & 1u << i) return fail_strange(reader, act, i, error);
  if (act->act.kind != ACT_WAIT && !act->has_agent)
    return fail(reader, act->line, error, _("[Act %u]: Agent is missing: alice or bob"), number);
  if (act->act.kind == ACT_SEND && act->act.to == NULL)
    return fail(reader, act->line, error, _("[Act %u]: To is missing, like bob@beta.example"), number);
  if (act->act.kind == ACT_WAIT && !(act->keys & 1u << KEY_FOR))
    return fail(reader, act->line, error, _("[Act %u]: For is missing, like 30 min"), number);
  return true;
}

static void give_title(ScenarioAct *act)
{
  static const char *const forms[] = {[ACT_SEND] = N_("%s sends a letter"),
                                      [ACT_FETCH] = N_("%s fetches letters"),
                                      [ACT_WAIT] = N_("Time passes")};
  if (act->title != NULL) return;
  const char *form = _(forms[act->kind]);
  g_auto(GStrv) parts = g_strsplit(form, "%s", 2);
  act->title = g_strjoinv(default_users[act->user].person, parts);
}

static gint compare_acts(gconstpointer a, gconstpointer b)
{
  uint32_t first = (*(ReaderAct *const *)a)->act.number, second = (*(ReaderAct *const *)b)->act.number;
  return (first > second) - (first < second);
}

bool scenario_reader_finish(ScenarioReader *reader, GError **error)
{
  g_ptr_array_sort(reader->acts, compare_acts);
  for (guint i = 0; i < reader->acts->len; i++)
    if (!check_act(reader, g_ptr_array_index(reader->acts, i), error)) return false;
  for (guint i = 0; i < reader->acts->len; i++) {
    ReaderAct *act = g_ptr_array_index(reader->acts, i);
    if ((act->keys & (1u << KEY_AT | 1u << KEY_AFTER)) == 0) act->act.after = i > 0;
    if (i == 0 && act->act.after) act->act.after = false; /* after nothing: since the start */
    give_title(&act->act);
    g_array_append_val(reader->scenario->acts, act->act);
    act->act = (ScenarioAct){0};
  }
  return true;
}

static void act_free(gpointer data)
{
  ReaderAct *act = data;
  g_free(act->act.title);
  g_free(act->act.to);
  g_free(act->act.subject);
  g_free(act->act.text);
  g_free(act);
}

ScenarioReader *scenario_reader_new(Scenario *scenario, const char *file)
{
  ScenarioReader *reader = g_new0(ScenarioReader, 1);
  reader->scenario = scenario;
  reader->file = g_strdup(file);
  reader->acts = g_ptr_array_new_with_free_func(act_free);
  reader->ranks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return reader;
}

void scenario_reader_free(ScenarioReader *reader)
{
  g_hash_table_unref(reader->ranks);
  g_ptr_array_unref(reader->acts);
  g_free(reader->group);
  g_free(reader->file);
  g_free(reader);
}
