/* SPDX-License-Identifier: MIT */
/* The grammar of a mail address. */
#include "mail/address.h"

/* RFC 5321's atext, with the UTF-8 of RFC 6531. */
static bool is_atom_byte(uint8_t c)
{
  return g_ascii_isalnum(c) || c >= 0x80 || (c != 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Dot-string: atoms with single dots between them. */
static bool is_dot_string(Bytes text)
{
  bool atom = false;
  for (size_t i = 0; i < text.length; i++) {
    if (text.data[i] == '.' ? !atom : !is_atom_byte(text.data[i])) return false;
    atom = text.data[i] != '.';
  }
  return atom;
}

/* Returns the length of the quoted string that text begins with, or 0. */
static size_t quoted_length(Bytes text)
{
  for (size_t i = 1; i < text.length; i++) {
    uint8_t c = text.data[i];
    if (c == '"') return i + 1;
    if (c < ' ' || c == 0x7f) return 0;
    if (c == '\\' && (++i == text.length || text.data[i] < ' ' || text.data[i] >= 0x7f)) return 0;
  }
  return 0;
}

static bool is_literal(Bytes text)
{
  if (text.length < 3 || text.data[0] != '[' || text.data[text.length - 1] != ']') return false;
  g_autofree char *inside = bytes_dup_string(bytes_slice(text, 1, text.length - 2));
  if (strlen(inside) != text.length - 2) return false;
  if (bytes_starts_ignore_case(bytes_from_string(inside), "IPv6:"))
    return g_hostname_is_ip_address(inside + 5);
  return g_hostname_is_ip_address(inside) && strchr(inside, ':') == NULL;
}

bool address_is_domain(Bytes name)
{
  if (name.length == 0 || name.length > ADDRESS_DOMAIN_MAX) return false;
  if (name.data[0] == '[') return is_literal(name);
  size_t label = 0;
  for (size_t i = 0; i < name.length; i++) {
    uint8_t c = name.data[i];
    bool end_of_label = i + 1 == name.length || name.data[i + 1] == '.';
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    /* An underscore is no letter of a host name, yet machines in the wild greet with one. */
    if (!g_ascii_isalnum(c) && c < 0x80 && c != '_' && (c != '-' || label == 0 || end_of_label)) return false;
    if (++label > 63) return false;
  }
  return label > 0;
}

bool address_parse(Bytes text, Address *address)
{
  size_t local;
  if (text.length > 0 && text.data[0] == '"') {
    local = quoted_length(text);
  } else {
    ptrdiff_t at = bytes_find(text, '@');
    local = at < 0 ? 0 : (size_t)at;
    if (local > 0 && !is_dot_string(bytes_slice(text, 0, local))) return false;
  }
  if (local == 0 || local > ADDRESS_LOCAL_MAX || local >= text.length || text.data[local] != '@')
    return false;
  Bytes domain = bytes_skip(text, local + 1);
  if (!address_is_domain(domain)) return false;
  *address = (Address){bytes_slice(text, 0, local), domain};
  return true;
}

char *address_format(Bytes local, Bytes domain)
{
  GString *text = g_string_new(NULL);
  bool quoted = local.length >= 2 && local.data[0] == '"' && quoted_length(local) == local.length;
  if (quoted || is_dot_string(local)) {
    g_string_append_len(text, (const char *)local.data, (gssize)local.length);
  } else {
    g_string_append_c(text, '"');
    for (size_t i = 0; i < local.length; i++) {
      if (local.data[i] == '"' || local.data[i] == '\\') g_string_append_c(text, '\\');
      g_string_append_c(text, (char)local.data[i]);
    }
    g_string_append_c(text, '"');
  }
  g_string_append_c(text, '@');
  g_string_append_len(text, (const char *)domain.data, (gssize)domain.length);
  return g_string_free(text, FALSE);
}

bool address_equal(const Address *a, const Address *b)
{
  if (!bytes_equal(a->local, b->local) || a->domain.length != b->domain.length) return false;
  for (size_t i = 0; i < a->domain.length; i++)
    if (g_ascii_tolower((char)a->domain.data[i]) != g_ascii_tolower((char)b->domain.data[i])) return false;
  return true;
}

Bytes address_in_header(Bytes text)
{
  ptrdiff_t open = bytes_find(text, '<');
  if (open < 0) return text;
  Bytes rest = bytes_skip(text, (size_t)open + 1);
  ptrdiff_t close = bytes_find(rest, '>');
  return close < 0 ? text : bytes_slice(rest, 0, (size_t)close);
}
