/* SPDX-License-Identifier: MIT */
/* Terms and macros of SPF records. */
#include "agent/spf-record.h"

#include <gio/gio.h>

#define LONGEST_NAME 253u

typedef enum { DOMAIN_NONE, DOMAIN_MAY, DOMAIN_MUST, DOMAIN_ADDRESS } DomainNeed;

static const struct {
  const char *name;
  SpfTermKind kind;
  bool modifier;
  DomainNeed domain;
  bool prefixes;
} kinds[] = {
    {"all", SPF_ALL, false, DOMAIN_NONE, false},
    {"include", SPF_INCLUDE, false, DOMAIN_MUST, false},
    {"a", SPF_A, false, DOMAIN_MAY, true},
    {"mx", SPF_MX, false, DOMAIN_MAY, true},
    {"ptr", SPF_PTR, false, DOMAIN_MAY, false},
    {"ip4", SPF_IP4, false, DOMAIN_ADDRESS, true},
    {"ip6", SPF_IP6, false, DOMAIN_ADDRESS, true},
    {"exists", SPF_EXISTS, false, DOMAIN_MUST, false},
    {"redirect", SPF_REDIRECT, true, DOMAIN_MUST, false},
    {"exp", SPF_EXPLANATION, true, DOMAIN_MUST, false},
};

static void term_clear(gpointer data)
{
  g_free(((SpfTerm *)data)->domain);
}

bool spf_record_is(Bytes text)
{
  return bytes_starts_ignore_case(text, "v=spf1") && (text.length == 6 || text.data[6] == ' ');
}

/* Reads a prefix length of digits only. */
static bool parse_prefix(const char *text, guint highest, guint *prefix)
{
  guint64 value;
  if (!g_ascii_isdigit(text[0]) || (text[0] == '0' && text[1] != '\0') ||
      !g_ascii_string_to_unsigned(text, 10, 0, highest, &value, NULL))
    return false;
  *prefix = (guint)value;
  return true;
}

/* Cuts "/24" or "/24//64" off the end of text. ip6 has its one length after a single slash. */
static bool take_prefixes(SpfTerm *term, char *text)
{
  char *slash = strchr(text, '/');
  if (slash == NULL) return true;
  *slash = '\0';
  char *first = slash + 1;
  if (term->kind == SPF_IP6) return parse_prefix(first, 128, &term->prefix6);
  if (*first == '/') return term->kind != SPF_IP4 && parse_prefix(first + 1, 128, &term->prefix6);
  char *second = strstr(first, "//");
  if (second != NULL) *second = '\0';
  if (!parse_prefix(first, 32, &term->prefix4)) return false;
  return second == NULL || (term->kind != SPF_IP4 && parse_prefix(second + 2, 128, &term->prefix6));
}

static bool is_sound_address(const SpfTerm *term)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(term->domain);
  return address != NULL &&
         (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV4) == (term->kind == SPF_IP4);
}

/* A domain-spec ends in a macro, or in a label in which no slash stands (§7.1). */
static bool ends_like_a_domain(const char *spec)
{
  const char *dot = strrchr(spec, '.');
  return g_str_has_suffix(spec, "}") || strchr(dot == NULL ? spec : dot, '/') == NULL;
}

/* Reads one term. Returns false where it is wrong; *known is false for a modifier that we read over. */
static bool parse_term(const char *word, SpfTerm *term, bool *known)
{
  *term = (SpfTerm){.qualifier = '+', .prefix4 = 32, .prefix6 = 128};
  *known = true;
  bool qualified = strchr("+-~?", word[0]) != NULL;
  if (qualified) term->qualifier = *word++;
  size_t length = strcspn(word, ":=/");
  bool modifier = word[length] == '=';
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    if (kinds[i].modifier != modifier || strlen(kinds[i].name) != length ||
        g_ascii_strncasecmp(kinds[i].name, word, length) != 0)
      continue;
    term->kind = kinds[i].kind;
    term->domain = g_strdup(word[length] == ':' || modifier ? word + length + 1 : "");
    bool sound = !(modifier && qualified);
    g_autofree char *rest = g_strdup(word + length);
    if (kinds[i].prefixes) {
      sound = sound && take_prefixes(term, word[length] == ':' ? term->domain : rest);
    } else if (word[length] == '/' || !ends_like_a_domain(term->domain)) {
      sound = false;
    }
    bool given = word[length] == ':' || modifier;
    if (given && (kinds[i].domain == DOMAIN_NONE || term->domain[0] == '\0')) sound = false;
    if (!given && kinds[i].domain >= DOMAIN_MUST) sound = false;
    return sound && (kinds[i].domain != DOMAIN_ADDRESS || is_sound_address(term));
  }
  *known = false;
  return modifier && !qualified && length > 0 && g_ascii_isalpha(word[0]);
}

GArray *spf_record_parse(Bytes text)
{
  g_autofree char *copy = bytes_dup_string(text);
  g_auto(GStrv) words = g_strsplit(copy, " ", -1);
  g_autoptr(GArray) terms = g_array_new(FALSE, TRUE, sizeof(SpfTerm));
  g_autoptr(GArray) modifiers = g_array_new(FALSE, TRUE, sizeof(SpfTerm));
  g_array_set_clear_func(terms, term_clear);
  guint seen = 0;
  bool sound = strlen(copy) == text.length;
  for (char **word = words + 1; words[0] != NULL && *word != NULL; word++) {
    SpfTerm term;
    bool known;
    if (**word == '\0') continue;
    if (!parse_term(*word, &term, &known)) sound = false;
    if (!known) continue;
    bool modifier = term.kind >= SPF_REDIRECT;
    if (modifier && (seen & 1u << term.kind) != 0) sound = false; /* each once, §6 */
    seen |= 1u << term.kind;
    g_array_append_val(modifier ? modifiers : terms, term);
  }
  g_array_append_vals(terms, modifiers->data, modifiers->len);
  return sound ? g_steal_pointer(&terms) : NULL;
}

/* The address as macros write it: dotted, IPv6 in nibbles (§7.3). */
static char *macro_address(const char *address)
{
  g_autoptr(GInetAddress) parsed = g_inet_address_new_from_string(address);
  if (parsed == NULL || g_inet_address_get_family(parsed) == G_SOCKET_FAMILY_IPV4) return g_strdup(address);
  GString *text = g_string_new(NULL);
  const guint8 *bytes = g_inet_address_to_bytes(parsed);
  for (size_t i = 0; i < g_inet_address_get_native_size(parsed); i++)
    g_string_append_printf(text, "%s%x.%x", i == 0 ? "" : ".", bytes[i] >> 4, bytes[i] & 0x0fu);
  return g_string_free(text, FALSE);
}

/* Returns what the letter stands for, the caller's to free, or NULL. */
static char *macro_value(char letter, const SpfMacroValues *values)
{
  const char *at = strrchr(values->sender, '@');
  switch (g_ascii_tolower(letter)) {
  case 's':
    return g_strdup(values->sender);
  case 'l':
    return at == NULL || at == values->sender ? g_strdup("postmaster")
                                              : g_strndup(values->sender, (gsize)(at - values->sender));
  case 'o':
    return g_strdup(at == NULL ? values->sender : at + 1);
  case 'd':
    return g_strdup(values->domain);
  case 'h':
    return g_strdup(values->helo);
  case 'i':
    return macro_address(values->address);
  case 'v':
    return g_strdup(strchr(values->address, ':') == NULL ? "in-addr" : "ip6");
  default:
    return NULL;
  }
}

/* Appends the macro that begins after "%{" and returns what follows its brace, or NULL. */
static const char *expand_macro(const char *macro, const SpfMacroValues *values, GString *out)
{
  g_autofree char *value = *macro == '\0' ? NULL : macro_value(*macro++, values);
  if (value == NULL) return NULL;
  guint64 keep = 0;
  for (; g_ascii_isdigit(*macro) && keep < 1000; macro++) {
    keep = keep * 10 + (guint64)(*macro - '0');
    if (keep == 0) return NULL;
  }
  bool reverse = *macro == 'r' || *macro == 'R';
  if (reverse) macro++;
  if (*macro != '}') return NULL;
  g_auto(GStrv) labels = g_strsplit(value, ".", -1);
  guint count = g_strv_length(labels);
  guint first = keep == 0 || keep >= count ? 0 : count - (guint)keep;
  for (guint i = first; i < count; i++) {
    guint which = reverse ? count - 1 - i : i;
    g_string_append_printf(out, "%s%s", i == first ? "" : ".", labels[which]);
  }
  return macro + 1;
}

char *spf_expand(const char *spec, const SpfMacroValues *values)
{
  g_autoptr(GString) out = g_string_new(NULL);
  while (spec != NULL && *spec != '\0') {
    if (*spec != '%') {
      g_string_append_c(out, *spec++);
    } else if (spec[1] == '{') {
      spec = expand_macro(spec + 2, values, out);
    } else if (spec[1] == '%' || spec[1] == '_' || spec[1] == '-') {
      g_string_append(out, spec[1] == '%' ? "%" : spec[1] == '_' ? " " : "%20");
      spec += 2;
    } else {
      return NULL;
    }
  }
  if (spec == NULL) return NULL;
  if (out->len > 0 && out->str[out->len - 1] == '.') g_string_truncate(out, out->len - 1);
  const char *name = out->str;
  while (strlen(name) > LONGEST_NAME && strchr(name, '.') != NULL)
    name = strchr(name, '.') + 1;
  return g_strdup(name);
}
