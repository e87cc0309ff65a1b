/* SPDX-License-Identifier: MIT */
/* Acts: their keys, which go with which Do, and what is missing. */
#include "simulate/scenario-files.h"
#include "simulate/scenario-reader-private.h"

#include "base/i18n.h"
#include "base/word-advice.h"
#include "simulate/quantity.h"

#include <string.h>

enum {
  KEY_TITLE,
  KEY_AT,
  KEY_AFTER,
  KEY_AGENT,
  KEY_DO,
  KEY_TO,
  KEY_CC,
  KEY_BCC,
  KEY_FROM,
  KEY_SENDER,
  KEY_SUBJECT,
  KEY_TEXT,
  KEY_HTML,
  KEY_ATTACH,
  KEY_KEEP,
  KEY_DELETE,
  KEY_CUT,
  KEY_HOLD,
  KEY_HEADERS,
  KEY_LINES,
  KEY_FOLDER,
  KEY_LETTERS,
  KEY_LETTER,
  KEY_ALL,
  KEY_ONLY_TEXT,
  KEY_FLAGS,
  KEY_SERVER,
  KEY_PORT,
  KEY_DOMAIN,
  KEY_NAMES,
  KEY_HOW,
  KEY_FOR,
  KEY_COUNT,
};

#define BIT(key) (UINT64_C(1) << (key))
#define USUAL (BIT(KEY_TITLE) | BIT(KEY_AT) | BIT(KEY_AFTER) | BIT(KEY_DO))

/* What each Do may have besides Title, At, After and Do, and must have. */
static const struct {
  const char *word;
  uint64_t may, must;
  const char *title; /* N_(): %s is the person */
} kinds[ACT_KIND_COUNT] = {
    [ACT_SEND] = {"send",
                  BIT(KEY_AGENT) | BIT(KEY_TO) | BIT(KEY_CC) | BIT(KEY_BCC) | BIT(KEY_SUBJECT) |
                      BIT(KEY_TEXT) | BIT(KEY_HTML) | BIT(KEY_ATTACH),
                  BIT(KEY_AGENT) | BIT(KEY_TO), N_("%s sends a letter")},
    [ACT_FETCH] = {"fetch",
                   BIT(KEY_AGENT) | BIT(KEY_KEEP) | BIT(KEY_DELETE) | BIT(KEY_CUT) | BIT(KEY_HOLD) |
                       BIT(KEY_HEADERS) | BIT(KEY_LINES) | BIT(KEY_FOLDER),
                   BIT(KEY_AGENT), N_("%s fetches letters")},
    [ACT_REPLY] = {"reply", BIT(KEY_AGENT) | BIT(KEY_LETTER) | BIT(KEY_TEXT) | BIT(KEY_ALL), BIT(KEY_AGENT),
                   N_("%s answers a letter")},
    [ACT_FORWARD] = {"forward", BIT(KEY_AGENT) | BIT(KEY_LETTER) | BIT(KEY_TO) | BIT(KEY_TEXT),
                     BIT(KEY_AGENT) | BIT(KEY_TO), N_("%s passes a letter on")},
    [ACT_LOG_IN] = {"log-in", BIT(KEY_AGENT) | BIT(KEY_FOLDER), BIT(KEY_AGENT), N_("%s logs in")},
    [ACT_LOG_OUT] = {"log-out", BIT(KEY_AGENT), BIT(KEY_AGENT), N_("%s logs out")},
    [ACT_LIST] = {"list", BIT(KEY_AGENT), BIT(KEY_AGENT), N_("%s looks at the folders")},
    [ACT_OPEN] = {"open", BIT(KEY_AGENT) | BIT(KEY_FOLDER), BIT(KEY_AGENT), N_("%s opens a folder")},
    [ACT_READ] = {"read",
                  BIT(KEY_AGENT) | BIT(KEY_LETTERS) | BIT(KEY_SUBJECT) | BIT(KEY_ONLY_TEXT) | BIT(KEY_LINES),
                  BIT(KEY_AGENT), N_("%s reads a letter")},
    [ACT_SEARCH] = {"search", BIT(KEY_AGENT) | BIT(KEY_TEXT), BIT(KEY_AGENT) | BIT(KEY_TEXT),
                    N_("%s searches")},
    [ACT_FLAG] = {"flag", BIT(KEY_AGENT) | BIT(KEY_LETTERS) | BIT(KEY_FLAGS), BIT(KEY_AGENT) | BIT(KEY_FLAGS),
                  N_("%s marks a letter")},
    [ACT_COPY] = {"copy", BIT(KEY_AGENT) | BIT(KEY_LETTERS) | BIT(KEY_FOLDER),
                  BIT(KEY_AGENT) | BIT(KEY_FOLDER), N_("%s copies a letter")},
    [ACT_MOVE] = {"move", BIT(KEY_AGENT) | BIT(KEY_LETTERS) | BIT(KEY_FOLDER),
                  BIT(KEY_AGENT) | BIT(KEY_FOLDER), N_("%s moves a letter")},
    [ACT_DELETE] = {"delete", BIT(KEY_AGENT) | BIT(KEY_LETTERS), BIT(KEY_AGENT), N_("%s deletes a letter")},
    [ACT_CREATE] = {"create", BIT(KEY_AGENT) | BIT(KEY_FOLDER), BIT(KEY_AGENT) | BIT(KEY_FOLDER),
                    N_("%s makes a folder")},
    [ACT_WATCH] = {"watch", BIT(KEY_AGENT) | BIT(KEY_FOR), BIT(KEY_AGENT) | BIT(KEY_FOR),
                   N_("%s waits for new mail")},
    [ACT_TYPE] = {"type", BIT(KEY_AGENT) | BIT(KEY_SERVER) | BIT(KEY_PORT) | BIT(KEY_TEXT),
                  BIT(KEY_AGENT) | BIT(KEY_SERVER) | BIT(KEY_PORT) | BIT(KEY_TEXT),
                  N_("%s types commands by hand")},
    [ACT_SPOOF] = {"spoof",
                   BIT(KEY_AGENT) | BIT(KEY_TO) | BIT(KEY_FROM) | BIT(KEY_SENDER) | BIT(KEY_SUBJECT) |
                       BIT(KEY_TEXT) | BIT(KEY_SERVER),
                   BIT(KEY_AGENT) | BIT(KEY_TO) | BIT(KEY_FROM), N_("%s claims to be somebody else")},
    [ACT_GUESS] = {"guess",
                   BIT(KEY_AGENT) | BIT(KEY_DOMAIN) | BIT(KEY_NAMES) | BIT(KEY_HOW) | BIT(KEY_SERVER),
                   BIT(KEY_AGENT) | BIT(KEY_DOMAIN) | BIT(KEY_NAMES), N_("%s guesses addresses")},
    [ACT_SERVER_DOWN] = {"server-down", BIT(KEY_SERVER), BIT(KEY_SERVER), N_("%s goes down")},
    [ACT_SERVER_UP] = {"server-up", BIT(KEY_SERVER), BIT(KEY_SERVER), N_("%s comes back")},
    [ACT_WAIT] = {"wait", BIT(KEY_FOR), BIT(KEY_FOR), N_("Time passes")},
};

const char *scenario_act_word(ScenarioActKind kind)
{
  return kinds[kind].word;
}

static ScenarioAct *act_of(void *target)
{
  return &((ReaderAct *)target)->act;
}

static bool take_at(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  act_of(target)->after = false;
  return quantity_parse_time(value, &act_of(target)->when);
}

static bool take_after(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  act_of(target)->after = true;
  return quantity_parse_time(value, &act_of(target)->when);
}

static bool take_agent(ScenarioReader *reader, void *target, const char *value)
{
  const WorldPlan *plan = reader->scenario->plan;
  act_of(target)->user = world_plan_find_user_index(plan, value);
  return ((ReaderAct *)target)->has_agent = act_of(target)->user < plan->users->len;
}

static bool take_do(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  for (guint i = 0; i < ACT_KIND_COUNT; i++)
    if (g_ascii_strcasecmp(kinds[i].word, value) == 0) {
      act_of(target)->kind = (ScenarioActKind)i;
      return ((ReaderAct *)target)->has_kind = true;
    }
  return false;
}

/* Whether the addresses exist is for the servers to say. Control characters would end the header. */
static bool take_addresses(char **place, const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at)) return false;
  size_t length = strlen(value);
  if (length == 0 || (length > 1 && value[0] == '"' && value[length - 1] == '"')) return false;
  g_auto(GStrv) parts = g_strsplit(value, ",", -1);
  for (char **part = parts; *part != NULL; part++)
    if (strchr(*part, '@') == NULL) return false;
  g_free(*place);
  *place = g_strdup(value);
  return true;
}

static bool take_to(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return take_addresses(&act_of(target)->to, value);
}

static bool take_cc(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return take_addresses(&act_of(target)->cc, value);
}

static bool take_bcc(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return take_addresses(&act_of(target)->bcc, value);
}

static bool take_delete(ScenarioReader *reader, void *target, const char *value)
{
  bool removes;
  (void)reader;
  if (!quantity_parse_choice(value, &removes)) return false;
  act_of(target)->keep = !removes;
  return true;
}

static bool take_server(ScenarioReader *reader, void *target, const char *value)
{
  const WorldPlan *plan = reader->scenario->plan;
  act_of(target)->host = world_plan_find_host(plan, value);
  return act_of(target)->host < plan->hosts->len;
}

static bool take_how(ScenarioReader *reader, void *target, const char *value)
{
  static const char *const words[] = {"vrfy", "expn", "rcpt", NULL};
  (void)reader;
  g_free(act_of(target)->how);
  act_of(target)->how = g_ascii_strdown(value, -1);
  return g_strv_contains(words, act_of(target)->how);
}

static bool take_attach(ScenarioReader *reader, void *target, const char *value)
{
  ScenarioAct *act = act_of(target);
  g_clear_pointer(&act->files, g_ptr_array_unref);
  act->files = scenario_files_load(reader->folder, value);
  return act->files != NULL;
}

#define AT(member) offsetof(ReaderAct, act.member), NULL
#define BY(function) 0, function
#define ACT(key, kind, place, wants)                                                                         \
  {                                                                                                          \
    GROUP_ACT, key, false, kind, place, wants                                                                \
  }
#define ADDRESS_WANTS N_("an address, like bob@beta.example, or several with commas, without quotes")
#define LETTERS_WANTS N_("numbers of letters, like 1 or 2:4")

static const KeyRow keys[KEY_COUNT] = {
    [KEY_TITLE] = {GROUP_ACT, "Title", true, VALUE_TEXT, AT(title), N_("a few words")},
    [KEY_AT] = ACT("At", VALUE_TAKER, BY(take_at), N_("a time since the start, like 6 s")),
    [KEY_AFTER] =
        ACT("After", VALUE_TAKER, BY(take_after), N_("a time since the act before ended, like 2 s")),
    [KEY_AGENT] = ACT("Agent", VALUE_TAKER, BY(take_agent), N_("the name of a user, like alice or bob")),
    [KEY_DO] = ACT("Do", VALUE_TAKER, BY(take_do), N_("something an agent does, like send, fetch or wait")),
    [KEY_TO] = ACT("To", VALUE_TAKER, BY(take_to), ADDRESS_WANTS),
    [KEY_CC] = ACT("Cc", VALUE_TAKER, BY(take_cc), ADDRESS_WANTS),
    [KEY_BCC] = ACT("Bcc", VALUE_TAKER, BY(take_bcc), ADDRESS_WANTS),
    [KEY_FROM] = ACT("From", VALUE_LINE, AT(from), N_("one line of text")),
    [KEY_SENDER] = ACT("Sender", VALUE_LINE, AT(sender), N_("one line of text")),
    [KEY_SUBJECT] = ACT("Subject", VALUE_LINE, AT(subject), N_("one line of text")),
    [KEY_TEXT] = ACT("Text", VALUE_ANY, AT(text), N_("text, with \\n between lines")),
    [KEY_HTML] = ACT("Html", VALUE_ANY, AT(html), N_("text, with \\n between lines")),
    [KEY_ATTACH] = ACT("Attach", VALUE_TAKER, BY(take_attach),
                       N_("files beside the scenario or built in (logo.jpeg), of at most 1 MiB")),
    [KEY_KEEP] = ACT("Keep", VALUE_CHOICE, AT(keep), N_("yes or no")),
    [KEY_DELETE] = ACT("Delete", VALUE_TAKER, BY(take_delete), N_("yes or no")),
    [KEY_CUT] = ACT("Cut", VALUE_CHOICE, AT(cut), N_("yes or no")),
    [KEY_HOLD] = ACT("Hold", VALUE_TIME, AT(hold), N_("a time with its unit, like 30 min")),
    [KEY_HEADERS] = ACT("Headers", VALUE_CHOICE, AT(headers), N_("yes or no")),
    [KEY_LINES] = ACT("Lines", VALUE_NUMBER, AT(lines), N_("a whole number, like 1")),
    [KEY_FOLDER] = ACT("Folder", VALUE_LINE, AT(folder), N_("the name of a folder, like INBOX")),
    [KEY_LETTERS] = ACT("Letters", VALUE_LINE, AT(letters), LETTERS_WANTS),
    [KEY_LETTER] = ACT("Letter", VALUE_NUMBER, AT(letter), N_("a whole number, like 1")),
    [KEY_ALL] = ACT("All", VALUE_CHOICE, AT(to_all), N_("yes or no")),
    [KEY_ONLY_TEXT] = ACT("Only-Text", VALUE_CHOICE, AT(only_text), N_("yes or no")),
    [KEY_FLAGS] = ACT("Flags", VALUE_LINE, AT(flags), N_("flags, like \\Flagged")),
    [KEY_SERVER] = ACT("Server", VALUE_TAKER, BY(take_server), N_("the name of a host")),
    [KEY_PORT] = ACT("Port", VALUE_NUMBER, AT(port), N_("a whole number, like 1")),
    [KEY_DOMAIN] = ACT("Domain", VALUE_LINE, AT(domain), N_("a domain, like beta.example")),
    [KEY_NAMES] = ACT("Names", VALUE_LINE, AT(names), N_("names with spaces between them")),
    [KEY_HOW] = ACT("How", VALUE_TAKER, BY(take_how), N_("vrfy, expn or rcpt")),
    [KEY_FOR] = ACT("For", VALUE_TIME, AT(length), N_("a time with its unit, like 30 min")),
};

const KeyRow *scenario_act_keys(size_t *count)
{
  *count = KEY_COUNT;
  return keys;
}

bool scenario_enter_act(ScenarioReader *reader, const char *name, guint line, GError **error)
{
  uint64_t number;
  if (!quantity_parse_number(name, &number) || number == 0 || number > 9999)
    return scenario_reader_fail(reader, line, error, _("[%s]: an act has a number from 1, like [Act 1]"),
                                reader->group);
  for (guint i = 0; i < reader->acts->len; i++) {
    ReaderAct *act = g_ptr_array_index(reader->acts, i);
    if (act->act.number != number) continue;
    reader->target = act;
    return true;
  }
  ReaderAct *act = g_new0(ReaderAct, 1);
  act->act.number = (uint32_t)number;
  act->act.after = reader->acts->len > 0;
  act->act.user = reader->scenario->plan->users->len;
  act->act.host = reader->scenario->plan->hosts->len;
  act->line = line;
  act->lines = g_hash_table_new(NULL, NULL);
  g_ptr_array_add(reader->acts, act);
  reader->target = act;
  return true;
}

void scenario_act_note(ReaderAct *act, size_t key, guint line)
{
  G_STATIC_ASSERT(KEY_COUNT <= 64);
  act->keys |= BIT(key);
  g_hash_table_insert(act->lines, GSIZE_TO_POINTER(key), GUINT_TO_POINTER(line));
}

static char *list_keys(uint64_t bits)
{
  GString *known = g_string_new(NULL);
  for (guint i = 0; i < KEY_COUNT; i++)
    if (bits & BIT(i)) g_string_append_printf(known, "%s%s", known->len == 0 ? "" : ", ", keys[i].key);
  return g_string_free(known, FALSE);
}

/* Says which keys the act may have instead. */
static bool fail_strange(const ScenarioReader *reader, const ReaderAct *act, guint key, GError **error)
{
  g_autofree char *known = list_keys(kinds[act->act.kind].may);
  guint line = GPOINTER_TO_UINT(g_hash_table_lookup(act->lines, GUINT_TO_POINTER(key)));
  return scenario_reader_fail(reader, line, error, _("[Act %u] %s: does not go with Do=%s, which has: %s"),
                              act->act.number, keys[key].key, kinds[act->act.kind].word, known);
}

static bool check_together(const ScenarioReader *reader, const ReaderAct *act, GError **error)
{
  static const struct {
    guint one, other;
  } pairs[] = {{KEY_AT, KEY_AFTER}, {KEY_KEEP, KEY_DELETE}, {KEY_LETTERS, KEY_SUBJECT}};
  for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
    uint64_t both = BIT(pairs[i].one) | BIT(pairs[i].other);
    if ((act->keys & both) != both) continue;
    return scenario_reader_fail(reader, act->line, error, _("[Act %u]: %s or %s, not both"), act->act.number,
                                keys[pairs[i].one].key, keys[pairs[i].other].key);
  }
  return true;
}

/* Checks that an act says all it must and nothing that it ignores. */
static bool check_act(const ScenarioReader *reader, const ReaderAct *act, GError **error)
{
  uint32_t number = act->act.number;
  if (!act->has_kind)
    return scenario_reader_fail(reader, act->line, error,
                                _("[Act %u]: Do is missing, like send, fetch or wait"), number);
  if (!check_together(reader, act, error)) return false;
  uint64_t strange = act->keys & ~kinds[act->act.kind].may & ~USUAL;
  for (guint i = 0; i < KEY_COUNT; i++)
    if (strange & BIT(i)) return fail_strange(reader, act, i, error);
  uint64_t missing = kinds[act->act.kind].must & ~act->keys;
  for (guint i = 0; i < KEY_COUNT; i++)
    if (missing & BIT(i))
      return scenario_reader_fail(reader, act->line, error, _("[Act %u]: %s is missing: %s"), number,
                                  keys[i].key, _(keys[i].wants));
  return true;
}

static void give_title(const WorldPlan *plan, ScenarioAct *act)
{
  if (act->title != NULL) return;
  const char *who = act->user < plan->users->len   ? world_plan_user(plan, act->user)->person
                    : act->host < plan->hosts->len ? world_plan_host(plan, act->host)->label
                                                   : "";
  g_auto(GStrv) parts = g_strsplit(_(kinds[act->kind].title), "%s", 2);
  act->title = g_strjoinv(who, parts);
}

static gint compare_acts(gconstpointer a, gconstpointer b)
{
  uint32_t first = (*(ReaderAct *const *)a)->act.number, second = (*(ReaderAct *const *)b)->act.number;
  return (first > second) - (first < second);
}

bool scenario_acts_finish(ScenarioReader *reader, GError **error)
{
  g_ptr_array_sort(reader->acts, compare_acts);
  for (guint i = 0; i < reader->acts->len; i++)
    if (!check_act(reader, g_ptr_array_index(reader->acts, i), error)) return false;
  for (guint i = 0; i < reader->acts->len; i++) {
    ReaderAct *act = g_ptr_array_index(reader->acts, i);
    if ((act->keys & (BIT(KEY_AT) | BIT(KEY_AFTER))) == 0) act->act.after = i > 0;
    if (i == 0 && act->act.after) act->act.after = false; /* after nothing: since the start */
    give_title(reader->scenario->plan, &act->act);
    g_array_append_val(reader->scenario->acts, act->act);
    act->act = (ScenarioAct){0};
  }
  return true;
}

void scenario_act_clear(gpointer data)
{
  ScenarioAct *act = data;
  char *texts[] = {act->title,   act->to,    act->cc,    act->bcc,    act->subject,
                   act->text,    act->html,  act->from,  act->sender, act->folder,
                   act->letters, act->flags, act->names, act->domain, act->how};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_clear_pointer(&act->files, g_ptr_array_unref);
}

void scenario_reader_act_free(gpointer data)
{
  ReaderAct *act = data;
  scenario_act_clear(&act->act);
  g_hash_table_unref(act->lines);
  g_free(act);
}
