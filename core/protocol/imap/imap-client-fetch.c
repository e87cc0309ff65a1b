/* SPDX-License-Identifier: MIT */
/* A reader of FETCH's data for a client: flags, envelope, the tree of parts, sections. It goes no deeper than
 * STRUCTURE_DEPTH, whatever the parentheses. */
#include "mail/header-text.h"
#include "protocol/imap/imap-client-private.h"

#define STRUCTURE_DEPTH 100u
#define PARTS_MAX 10000u
#define SECTIONS_MAX 1000u

bool imap_client_take_value(ImapTold *told, Bytes *rest, Bytes *value, bool *nil)
{
  *nil = false;
  *value = BYTES_EMPTY;
  if (rest->length == 0) return false;
  imap_take_byte(rest, '~'); /* a literal8 (RFC 3516) */
  if (rest->length > 0 && rest->data[0] == '{') {
    Bytes before = *rest;
    ImapLiteral literal;
    if (!imap_next_string(rest, NULL)) return false;
    if (!imap_parse_literal(bytes_slice(before, 0, (size_t)bytes_find(before, '\n') + 1), &literal))
      return false;
    *value = bytes_slice(before, before.length - rest->length - (size_t)literal.size, (size_t)literal.size);
    return true;
  }
  if (rest->length > 0 && rest->data[0] == '"') {
    ByteBuffer text = {0};
    bool taken = imap_next_string(rest, &text);
    Bytes view = byte_buffer_view(&text);
    value->data = (const uint8_t *)imap_told_keep(told, bytes_dup_string(view));
    value->length = view.length;
    byte_buffer_clear(&text);
    return taken;
  }
  *value = imap_take_atom(rest);
  *nil = bytes_equal_ignore_case(*value, "NIL");
  if (*nil) *value = BYTES_EMPTY;
  return *nil || value->length > 0;
}

/* Passes over a string, an atom or a flag. */
static bool skip_string(Bytes *rest)
{
  imap_take_byte(rest, '~');
  if (rest->length > 0 && (rest->data[0] == '"' || rest->data[0] == '{')) return imap_next_string(rest, NULL);
  return imap_take_byte(rest, '\\') || imap_take_atom(rest).length > 0;
}

/* Passes over one value and its blank, however deep. */
static bool skip_value(Bytes *rest)
{
  size_t depth = 0;
  do {
    if (imap_take_byte(rest, '('))
      depth++;
    else if (depth > 0 && imap_take_byte(rest, ')'))
      depth--;
    else if (!skip_string(rest))
      return false;
    while (depth > 0 && imap_take_byte(rest, ' ')) {
    }
  } while (depth > 0);
  imap_take_byte(rest, ' ');
  return true;
}

/* Takes a string and the blank behind it. */
static bool take_string(ImapTold *told, Bytes *rest, Bytes *value)
{
  bool nil;
  bool taken = imap_client_take_value(told, rest, value, &nil);
  imap_take_byte(rest, ' ');
  return taken;
}

/* Returns value decoded to UTF-8, kept by told. */
static const char *decoded(ImapTold *told, Bytes value)
{
  char *text = header_text_decode(value);
  if (text == NULL)
    text = g_utf8_make_valid(value.length > 0 ? (const char *)value.data : "", (gssize)value.length);
  return imap_told_keep(told, text);
}

static const char *lower(ImapTold *told, Bytes value)
{
  g_autofree char *text = bytes_dup_string(value);
  return imap_told_keep(told, g_ascii_strdown(text, -1));
}

/* Reads "(name route mailbox host)" and appends "name <mailbox@host>"; without a host a group begins or ends
 * (RFC 9051 §7.5.2). */
static bool take_address(ImapTold *told, Bytes *rest, GString *out)
{
  Bytes name, route, mailbox, host;
  bool no_mailbox, no_host, nil;
  if (!imap_take_byte(rest, '(') || !imap_client_take_value(told, rest, &name, &nil) ||
      !imap_take_byte(rest, ' ') || !imap_client_take_value(told, rest, &route, &nil) ||
      !imap_take_byte(rest, ' ') || !imap_client_take_value(told, rest, &mailbox, &no_mailbox) ||
      !imap_take_byte(rest, ' ') || !imap_client_take_value(told, rest, &host, &no_host) ||
      !imap_take_byte(rest, ')'))
    return false;
  if (no_host && no_mailbox) {
    g_string_append_c(out, ';');
    return true;
  }
  if (out->len > 0) g_string_append(out, out->str[out->len - 1] == ':' ? " " : ", ");
  g_string_append(out, name.length > 0 ? decoded(told, name) : "");
  if (name.length > 0) g_string_append(out, " <");
  g_string_append(out, decoded(told, mailbox));
  if (host.length > 0) g_string_append_printf(out, "@%s", decoded(told, host));
  if (name.length > 0) g_string_append_c(out, '>');
  if (no_host) g_string_append_c(out, ':');
  return true;
}

static bool take_addresses(ImapTold *told, Bytes *rest, const char **field)
{
  g_autoptr(GString) all = g_string_new(NULL);
  bool sound = true;
  if (imap_take_byte(rest, '(')) {
    while (sound && !imap_take_byte(rest, ')')) {
      sound = take_address(told, rest, all);
      imap_take_byte(rest, ' ');
    }
    imap_take_byte(rest, ' ');
  } else {
    Bytes nil;
    sound = take_string(told, rest, &nil);
  }
  *field = imap_told_keep(told, g_strdup(all->str));
  return sound;
}

static bool take_envelope(ImapTold *told, Bytes *rest)
{
  ImapEnvelope *envelope = &told->envelope;
  const struct {
    const char **field;
    bool addresses;
  } fields[] = {{&envelope->date, false},      {&envelope->subject, false}, {&envelope->from, true},
                {&envelope->sender, true},     {&envelope->reply_to, true}, {&envelope->to, true},
                {&envelope->cc, true},         {&envelope->bcc, true},      {&envelope->in_reply_to, false},
                {&envelope->message_id, false}};
  for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
    *fields[i].field = "";
  told->fetched.envelope = envelope;
  if (!imap_take_byte(rest, '(')) return false;
  for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
    Bytes value;
    if (fields[i].addresses) {
      if (!take_addresses(told, rest, fields[i].field)) return false;
      continue;
    }
    if (!take_string(told, rest, &value)) return false;
    *fields[i].field = decoded(told, value);
  }
  return imap_take_byte(rest, ')');
}

/* Reads "(name value …)" or NIL; *found becomes the value of either name. */
static bool take_parameters(ImapTold *told, Bytes *rest, const char *name, const char **found,
                            const char *other, const char **also)
{
  Bytes key, value;
  if (!imap_take_byte(rest, '(')) return take_string(told, rest, &value);
  while (!imap_take_byte(rest, ')')) {
    if (!take_string(told, rest, &key) || !take_string(told, rest, &value)) return false;
    if (bytes_equal_ignore_case(key, name)) *found = decoded(told, value);
    if (other != NULL && bytes_equal_ignore_case(key, other)) *also = decoded(told, value);
  }
  imap_take_byte(rest, ' ');
  return true;
}

/* What stands behind the size: a letter's envelope and structure, lines, MD5, disposition. */
static void take_disposition(ImapTold *told, Bytes *rest, ImapPart *part)
{
  Bytes value;
  bool letter = strcmp(part->type, "message/rfc822") == 0;
  bool counted = letter || g_str_has_prefix(part->type, "text/");
  if (letter && !(skip_value(rest) && skip_value(rest))) return;
  if (counted && !skip_value(rest)) return;
  if (rest->length == 0 || rest->data[0] == ')' || !skip_value(rest)) return;
  if (!imap_take_byte(rest, '(') || !take_string(told, rest, &value)) return;
  part->disposition = lower(told, value);
  if (part->name[0] == '\0') take_parameters(told, rest, "filename", &part->name, NULL, NULL);
}

/* A part that holds no others, after its parenthesis. */
static bool take_leaf(ImapTold *told, Bytes *rest, const char *section)
{
  Bytes type, subtype, id, description, encoding;
  uint64_t bytes;
  ImapPart part = {.section = section, .charset = "", .name = "", .disposition = ""};
  if (!take_string(told, rest, &type) || !take_string(told, rest, &subtype)) return false;
  g_autofree char *types = g_strdup_printf("%.*s/%.*s", (int)type.length, (const char *)type.data,
                                           (int)subtype.length, (const char *)subtype.data);
  part.type = lower(told, bytes_from_string(types));
  if (!take_parameters(told, rest, "charset", &part.charset, "name", &part.name) ||
      !take_string(told, rest, &id) || !take_string(told, rest, &description) ||
      !take_string(told, rest, &encoding) || !imap_take_number(rest, &bytes))
    return false;
  imap_take_byte(rest, ' ');
  part.encoding = lower(told, encoding);
  part.bytes = bytes;
  take_disposition(told, rest, &part);
  if (told->parts->len < PARTS_MAX) g_array_append_val(told->parts, part);
  return true;
}

/* section: "" for the message itself. *rest is moved behind the structure. */
static bool take_structure(ImapTold *told, Bytes *rest, const char *section, guint depth)
{
  Bytes inside = *rest;
  if (!skip_value(rest)) return false;
  if (depth >= STRUCTURE_DEPTH || !imap_take_byte(&inside, '(')) return true;
  if (inside.length == 0 || inside.data[0] != '(')
    return take_leaf(told, &inside, *section == '\0' ? "1" : section);
  for (guint number = 1; inside.length > 0 && inside.data[0] == '('; number++) {
    char *name = g_strdup_printf("%s%s%u", section, *section == '\0' ? "" : ".", number);
    if (!take_structure(told, &inside, imap_told_keep(told, name), depth + 1)) return false;
  }
  return true;
}

static bool take_flags(ImapTold *told, Bytes *rest)
{
  ptrdiff_t close = bytes_find(*rest, ')');
  if (!imap_take_byte(rest, '(') || close < 0) return false;
  told->fetched.flags = imap_told_keep(told, bytes_dup_string(bytes_slice(*rest, 0, (size_t)close - 1)));
  *rest = bytes_skip(*rest, (size_t)close);
  return true;
}

static bool take_section(ImapTold *told, Bytes *rest, Bytes name)
{
  bool nil;
  ImapSection section;
  g_autofree char *text = bytes_dup_string(name);
  section.name = imap_told_keep(told, g_ascii_strup(text, -1));
  if (!imap_client_take_value(told, rest, &section.value, &nil)) return false;
  if (!nil && told->sections->len < SECTIONS_MAX) g_array_append_val(told->sections, section);
  return true;
}

/* Cuts an item's name; what stands in brackets belongs to it ("BODY[HEADER.FIELDS (FROM)]<0>"). */
static Bytes take_item_name(Bytes *rest)
{
  bool bracket = false;
  size_t length = 0;
  for (; length < rest->length; length++) {
    uint8_t byte = rest->data[length];
    if (byte == '[') bracket = true;
    if (byte == ']') bracket = false;
    if (byte == '\r' || byte == '\n' || (!bracket && (byte == ' ' || byte == '(' || byte == ')'))) break;
  }
  Bytes name = bytes_slice(*rest, 0, length);
  *rest = bytes_skip(*rest, length);
  imap_take_byte(rest, ' ');
  return name;
}

static bool take_number(ImapTold *told, Bytes *rest, Bytes name)
{
  uint64_t number;
  if (!imap_take_number(rest, &number)) return false;
  if (bytes_equal_ignore_case(name, "UID"))
    told->fetched.uid = (uint32_t)MIN(number, UINT32_MAX);
  else
    told->fetched.size = number;
  return true;
}

static bool is_section(Bytes name)
{
  static const char *const whole[] = {"RFC822", "RFC822.HEADER", "RFC822.TEXT"};
  for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
    if (bytes_equal_ignore_case(name, whole[i])) return true;
  return bytes_starts_ignore_case(name, "BODY[") || bytes_starts_ignore_case(name, "BINARY[");
}

static bool take_item(ImapTold *told, Bytes *rest)
{
  Bytes name = take_item_name(rest), date;
  if (name.length == 0) return false;
  if (is_section(name)) return take_section(told, rest, name);
  if (bytes_equal_ignore_case(name, "FLAGS")) return take_flags(told, rest);
  if (bytes_equal_ignore_case(name, "ENVELOPE")) return take_envelope(told, rest);
  if (bytes_equal_ignore_case(name, "UID") || bytes_equal_ignore_case(name, "RFC822.SIZE"))
    return take_number(told, rest, name);
  if (bytes_equal_ignore_case(name, "BODY") || bytes_equal_ignore_case(name, "BODYSTRUCTURE")) {
    g_array_set_size(told->parts, 0);
    return take_structure(told, rest, "", 0);
  }
  if (!bytes_equal_ignore_case(name, "INTERNALDATE")) return skip_value(rest);
  if (!take_string(told, rest, &date)) return false;
  told->fetched.internal_date = decoded(told, date);
  return true;
}

bool imap_client_read_fetch(ImapTold *told, Bytes text)
{
  bool sound = imap_take_byte(&text, '(');
  told->fetched.internal_date = "";
  while (sound && !imap_take_byte(&text, ')')) {
    sound = take_item(told, &text);
    while (imap_take_byte(&text, ' ')) {
    }
  }
  told->fetched.parts = (const ImapPart *)told->parts->data;
  told->fetched.part_count = told->parts->len;
  told->fetched.sections = (const ImapSection *)told->sections->data;
  told->fetched.section_count = told->sections->len;
  return sound;
}
