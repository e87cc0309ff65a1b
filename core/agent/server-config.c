/* SPDX-License-Identifier: MIT */
/* What a mail server may be told: defaults, and how people write it. */
#include "agent/server-config.h"

#include "mail/address.h"
#include "protocol/smtp/smtp-server.h"

#define USUAL_SIZE_LIMIT (10u * 1024 * 1024)
#define USUAL_RECIPIENT_LIMIT 100u

static const uint16_t port_numbers[SERVER_PORT_COUNT] = {
    [SERVER_PORT_RELAY] = 25, [SERVER_PORT_SUBMISSION] = 587, [SERVER_PORT_POP3] = 110,
    [SERVER_PORT_POP2] = 109, [SERVER_PORT_IMAP] = 143,
};

static const struct {
  const char *keyword;
  uint32_t bit;
} capabilities[] = {
    {"PIPELINING", SMTP_CAPABILITY_PIPELINING},
    {"SIZE", SMTP_CAPABILITY_SIZE},
    {"8BITMIME", SMTP_CAPABILITY_8BITMIME},
    {"ENHANCEDSTATUSCODES", SMTP_CAPABILITY_ENHANCED_STATUS_CODES},
    {"SMTPUTF8", SMTP_CAPABILITY_SMTPUTF8},
    {"CHUNKING", SMTP_CAPABILITY_CHUNKING},
    {"BINARYMIME", SMTP_CAPABILITY_BINARYMIME},
    {"DSN", SMTP_CAPABILITY_DSN},
    {"HELP", SMTP_CAPABILITY_HELP},
};

static const char *const verbs[] = {"MAIL", "RCPT", "DATA", "AUTH"};

static void reply_rule_clear(gpointer data)
{
  ServerReplyRule *rule = data;
  g_free(rule->verb);
  g_free(rule->address);
  g_free(rule->text);
}

static void forward_clear(gpointer data)
{
  ServerForward *forward = data;
  g_free(forward->from);
  g_free(forward->to);
}

static void list_clear(gpointer data)
{
  ServerList *list = data;
  g_free(list->address);
  g_ptr_array_unref(list->members);
}

static GArray *new_rows(size_t size, GDestroyNotify clear)
{
  GArray *rows = g_array_new(FALSE, TRUE, (guint)size);
  g_array_set_clear_func(rows, clear);
  return rows;
}

void server_config_init(ServerConfig *config)
{
  *config = (ServerConfig){
      .mechanisms = g_strdup("LOGIN"),
      .size_limit = USUAL_SIZE_LIMIT,
      .recipient_limit = USUAL_RECIPIENT_LIMIT,
      .own_sender = true,
      .reply_rules = new_rows(sizeof(ServerReplyRule), reply_rule_clear),
      .forwards = new_rows(sizeof(ServerForward), forward_clear),
      .lists = new_rows(sizeof(ServerList), list_clear),
      .backup_for = g_ptr_array_new_with_free_func(g_free),
      .queue = mail_queue_policy_default,
      .lock_pop3 = true,
      .apop = true,
  };
  for (size_t i = 0; i < SERVER_PORT_COUNT; i++)
    config->ports[i] = true;
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++)
    config->capabilities |= capabilities[i].bit;
}

void server_config_clear(ServerConfig *config)
{
  g_free(config->host_name);
  g_free(config->greeting);
  g_free(config->mechanisms);
  g_array_unref(config->reply_rules);
  g_array_unref(config->forwards);
  g_array_unref(config->lists);
  g_ptr_array_unref(config->backup_for);
  *config = (ServerConfig){0};
}

static gpointer dup_text(gconstpointer text, gpointer data)
{
  (void)data;
  return g_strdup(text);
}

static void copy_rows(ServerConfig *copy, const ServerConfig *config)
{
  copy->reply_rules = new_rows(sizeof(ServerReplyRule), reply_rule_clear);
  for (guint i = 0; i < config->reply_rules->len; i++) {
    ServerReplyRule rule = g_array_index(config->reply_rules, ServerReplyRule, i);
    rule.verb = g_strdup(rule.verb);
    rule.address = g_strdup(rule.address);
    rule.text = g_strdup(rule.text);
    g_array_append_val(copy->reply_rules, rule);
  }
  copy->forwards = new_rows(sizeof(ServerForward), forward_clear);
  for (guint i = 0; i < config->forwards->len; i++) {
    ServerForward forward = g_array_index(config->forwards, ServerForward, i);
    forward.from = g_strdup(forward.from);
    forward.to = g_strdup(forward.to);
    g_array_append_val(copy->forwards, forward);
  }
  copy->lists = new_rows(sizeof(ServerList), list_clear);
  for (guint i = 0; i < config->lists->len; i++) {
    ServerList list = g_array_index(config->lists, ServerList, i);
    list.address = g_strdup(list.address);
    list.members = g_ptr_array_copy(list.members, dup_text, NULL);
    g_ptr_array_set_free_func(list.members, g_free);
    g_array_append_val(copy->lists, list);
  }
  copy->backup_for = g_ptr_array_copy(config->backup_for, dup_text, NULL);
  g_ptr_array_set_free_func(copy->backup_for, g_free);
}

ServerConfig *server_config_dup(const ServerConfig *config)
{
  ServerConfig *copy = g_new(ServerConfig, 1);
  *copy = *config;
  copy->host_name = g_strdup(config->host_name);
  copy->greeting = g_strdup(config->greeting);
  copy->mechanisms = g_strdup(config->mechanisms);
  copy_rows(copy, config);
  return copy;
}

void server_config_free(ServerConfig *config)
{
  if (config == NULL) return;
  server_config_clear(config);
  g_free(config);
}

bool server_config_set_text(char **member, const char *text)
{
  if (*text == '\0' || strpbrk(text, "\r\n") != NULL) return false;
  g_free(*member);
  *member = g_strdup(text);
  return true;
}

bool server_config_set_port(ServerConfig *config, guint number, bool on)
{
  for (size_t i = 0; i < SERVER_PORT_COUNT; i++) {
    if (port_numbers[i] != number) continue;
    config->ports[i] = on;
    return true;
  }
  return false;
}

bool server_config_set_capability(ServerConfig *config, const char *keyword, bool on)
{
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++) {
    if (g_ascii_strcasecmp(capabilities[i].keyword, keyword) != 0) continue;
    config->capabilities &= ~capabilities[i].bit;
    if (on) config->capabilities |= capabilities[i].bit;
    return true;
  }
  return false;
}

const char *server_config_get_capability_name(guint index)
{
  return index < G_N_ELEMENTS(capabilities) ? capabilities[index].keyword : NULL;
}

bool server_config_set_mechanisms(ServerConfig *config, const char *names)
{
  g_autoptr(GString) chosen = g_string_new(NULL);
  g_auto(GStrv) words = g_strsplit_set(names, ", \t", -1);
  bool none = g_ascii_strcasecmp(names, "none") == 0;
  for (char **word = words; !none && *word != NULL; word++) {
    if (**word == '\0') continue;
    if (smtp_capability_of_mechanism(bytes_from_string(*word)) == 0) return false;
    g_autofree char *name = g_ascii_strup(*word, -1);
    g_string_append_printf(chosen, "%s%s", chosen->len > 0 ? " " : "", name);
  }
  if (!none && chosen->len == 0) return false;
  g_free(config->mechanisms);
  config->mechanisms = g_string_free(g_steal_pointer(&chosen), FALSE);
  return true;
}

uint32_t server_config_get_mechanism_bits(const ServerConfig *config)
{
  uint32_t bits = 0;
  g_auto(GStrv) words = g_strsplit(config->mechanisms, " ", -1);
  for (char **word = words; *word != NULL; word++)
    bits |= smtp_capability_of_mechanism(bytes_from_string(*word));
  return bits;
}

bool server_config_set_spf(ServerConfig *config, const char *word)
{
  static const char *const words[] = {
      [SERVER_SPF_OFF] = "off", [SERVER_SPF_MARK] = "mark", [SERVER_SPF_REJECT] = "reject"};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (g_ascii_strcasecmp(word, words[i]) != 0) continue;
    config->spf = (ServerSpf)i;
    return true;
  }
  return false;
}

/* Cuts the next word off the front of *text, which then stands at the word after it. Returns a copy, or NULL
 * at the end. */
static char *next_word(const char **text)
{
  const char *start = *text + strspn(*text, " \t");
  size_t length = strcspn(start, " \t");
  const char *rest = start + length;
  *text = rest + strspn(rest, " \t");
  return length == 0 ? NULL : g_strndup(start, length);
}

static bool parse_number(const char *word, guint lowest, guint highest, guint *number)
{
  guint64 value;
  if (word == NULL || !g_ascii_string_to_unsigned(word, 10, lowest, highest, &value, NULL)) return false;
  *number = (guint)value;
  return true;
}

/* Reads "VERB [ADDRESS]" or "ADDRESS", and the code after it. */
static bool parse_rule_head(ServerReplyRule *rule, const char **text)
{
  guint code;
  g_autofree char *word = next_word(text);
  if (word == NULL) return false;
  for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
    if (g_ascii_strcasecmp(word, verbs[i]) == 0) rule->verb = g_strdup(verbs[i]);
  if (rule->verb == NULL) {
    if (strchr(word, '@') == NULL) return false;
    rule->verb = g_strdup("RCPT");
    rule->address = g_steal_pointer(&word);
  }
  g_autofree char *next = next_word(text);
  if (!parse_number(next, 200, 599, &code) && rule->address == NULL && next != NULL &&
      !g_str_equal(rule->verb, "DATA")) {
    rule->address = g_steal_pointer(&next);
    next = next_word(text);
  }
  if (!parse_number(next, 200, 599, &code) || code / 100 == 3) return false;
  rule->code = (int)code;
  return true;
}

bool server_config_add_reply_rule(ServerConfig *config, const char *text)
{
  ServerReplyRule rule = {0};
  if (strpbrk(text, "\r\n") != NULL || !parse_rule_head(&rule, &text)) {
    reply_rule_clear(&rule);
    return false;
  }
  const char *after = text;
  g_autofree char *count = next_word(&after), *times = next_word(&after);
  if (times != NULL && (g_str_equal(times, "times") || g_str_equal(times, "time")) &&
      parse_number(count, 1, G_MAXUINT16, &rule.times))
    text = after;
  if (*text != '\0') rule.text = g_strdup(text);
  g_array_append_val(config->reply_rules, rule);
  return true;
}

static bool is_address(const char *text)
{
  Address address;
  return text != NULL && address_parse(bytes_from_string(text), &address);
}

bool server_config_add_forward(ServerConfig *config, const char *text)
{
  g_autofree char *from = next_word(&text), *word = next_word(&text), *last = next_word(&text);
  bool refuse = word != NULL && g_ascii_strcasecmp(word, "refuse") == 0;
  const char *to = refuse ? last : word;
  if (!is_address(from) || !is_address(to) || *text != '\0' || (!refuse && last != NULL)) return false;
  ServerForward forward = {g_strdup(from), g_strdup(to), refuse};
  g_array_append_val(config->forwards, forward);
  return true;
}

bool server_config_add_list(ServerConfig *config, const char *text)
{
  const char *colon = strchr(text, ':');
  if (colon == NULL) return false;
  g_autofree char *address = g_strstrip(g_strndup(text, (gsize)(colon - text)));
  g_auto(GStrv) words = g_strsplit_set(colon + 1, ", \t", -1);
  ServerList list = {g_strdup(address), g_ptr_array_new_with_free_func(g_free)};
  bool sound = is_address(address);
  for (char **word = words; sound && *word != NULL; word++) {
    if (**word == '\0') continue;
    sound = is_address(*word);
    g_ptr_array_add(list.members, g_strdup(*word));
  }
  if (sound && list.members->len > 0) {
    g_array_append_val(config->lists, list);
    return true;
  }
  list_clear(&list);
  return false;
}

bool server_config_add_backup(ServerConfig *config, const char *domain)
{
  if (!address_is_domain(bytes_from_string(domain))) return false;
  g_ptr_array_add(config->backup_for, g_strdup(domain));
  return true;
}

static bool same_address(const char *known, Bytes address)
{
  Address a, b;
  return address_parse(bytes_from_string(known), &a) && address_parse(address, &b) && address_equal(&a, &b);
}

const ServerForward *server_config_find_forward(const ServerConfig *config, Bytes address)
{
  for (guint i = 0; i < config->forwards->len; i++) {
    const ServerForward *forward = &g_array_index(config->forwards, ServerForward, i);
    if (same_address(forward->from, address)) return forward;
  }
  return NULL;
}

const ServerList *server_config_find_list(const ServerConfig *config, Bytes address)
{
  for (guint i = 0; i < config->lists->len; i++) {
    const ServerList *list = &g_array_index(config->lists, ServerList, i);
    if (same_address(list->address, address)) return list;
  }
  return NULL;
}

bool server_config_is_backup_for(const ServerConfig *config, Bytes domain)
{
  for (guint i = 0; i < config->backup_for->len; i++)
    if (bytes_equal_ignore_case(domain, g_ptr_array_index(config->backup_for, i))) return true;
  return false;
}
