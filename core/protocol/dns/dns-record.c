/* SPDX-License-Identifier: MIT */
/* The text forms of DNS: types, response codes, records. */
#include "protocol/dns/dns-message.h"

#include <gio/gio.h>
#include <stdio.h>

static const struct {
  uint16_t type;
  const char *name;
} types[] = {{DNS_A, "A"},     {DNS_NS, "NS"},   {DNS_CNAME, "CNAME"}, {DNS_SOA, "SOA"},
             {DNS_PTR, "PTR"}, {DNS_MX, "MX"},   {DNS_TXT, "TXT"},     {DNS_AAAA, "AAAA"},
             {DNS_OPT, "OPT"}, {DNS_ANY, "ANY"}, {DNS_SRV, "SRV"},     {DNS_TLSA, "TLSA"}};

static const char *const response_codes[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                             "NXDOMAIN", "NOTIMP",  "REFUSED"};

const char *dns_type_format(uint16_t type, char room[12])
{
  for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
    if (types[i].type == type) return types[i].name;
  g_snprintf(room, 12, "TYPE%u", type);
  return room;
}

uint16_t dns_type_parse(Bytes text)
{
  for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
    if (bytes_equal_ignore_case(text, types[i].name)) return types[i].type;
  guint64 number;
  if (!bytes_starts_ignore_case(text, "TYPE")) return 0;
  g_autofree char *digits = bytes_dup_string(bytes_skip(text, 4));
  return g_ascii_string_to_unsigned(digits, 10, 1, G_MAXUINT16, &number, NULL) ? (uint16_t)number : 0;
}

const char *dns_response_code_format(uint8_t code, char room[12])
{
  if (code < G_N_ELEMENTS(response_codes)) return response_codes[code];
  g_snprintf(room, 12, "RCODE%u", code);
  return room;
}

void dns_record_clear(DnsRecord *record)
{
  g_free(record->name);
  g_free(record->target);
  g_free(record->mailbox);
  if (record->data != NULL) g_bytes_unref(record->data);
  *record = (DnsRecord){0};
}

/* A name as people write it, with or without its last dot. */
static char *name_of(const char *text)
{
  size_t length = strlen(text);
  if (length > 1 && text[length - 1] == '.') length--;
  return g_strndup(text, length);
}

static bool parse_address(DnsRecord *record, const char *text)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
  GSocketFamily wanted = record->type == DNS_A ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
  if (address == NULL || g_inet_address_get_family(address) != wanted) return false;
  record->data = g_bytes_new(g_inet_address_to_bytes(address), g_inet_address_get_native_size(address));
  return true;
}

/* words: what follows "SOA". */
static bool parse_authority(DnsRecord *record, char **words)
{
  if (g_strv_length(words) != 2 + G_N_ELEMENTS(record->numbers)) return false;
  record->target = name_of(words[0]);
  record->mailbox = name_of(words[1]);
  for (size_t i = 0; i < G_N_ELEMENTS(record->numbers); i++) {
    guint64 number;
    if (!g_ascii_string_to_unsigned(words[2 + i], 10, 0, G_MAXUINT32, &number, NULL)) return false;
    record->numbers[i] = (uint32_t)number;
  }
  return true;
}

static bool parse_mail_exchanger(DnsRecord *record, char **words)
{
  guint64 preference;
  if (g_strv_length(words) != 2 ||
      !g_ascii_string_to_unsigned(words[0], 10, 0, G_MAXUINT16, &preference, NULL))
    return false;
  record->preference = (uint16_t)preference;
  record->target = name_of(words[1]);
  return true;
}

/* Quotes round the text may be there or not; several quoted strings, with spaces between them, are joined. */
static void parse_text(DnsRecord *record, const char *text)
{
  size_t length = strlen(text);
  bool quoted = length >= 2 && text[0] == '"' && text[length - 1] == '"';
  g_autoptr(GString) joined = g_string_new(quoted ? NULL : text);
  bool inside = false;
  for (const char *c = text; quoted && *c != '\0'; c++) {
    if (*c == '"')
      inside = !inside;
    else if (inside || (*c != ' ' && *c != '\t'))
      g_string_append_c(joined, *c);
  }
  record->data = g_bytes_new(joined->str, joined->len);
}

static bool parse_data(DnsRecord *record, const char *data)
{
  g_auto(GStrv) words = g_strsplit(data, " ", -1);
  switch (record->type) {
  case DNS_A:
  case DNS_AAAA:
    return parse_address(record, data);
  case DNS_MX:
    return parse_mail_exchanger(record, words);
  case DNS_SOA:
    return parse_authority(record, words);
  case DNS_NS:
  case DNS_CNAME:
  case DNS_PTR:
    if (g_strv_length(words) != 1 || *data == '\0') return false;
    record->target = name_of(data);
    return true;
  case DNS_TXT:
    parse_text(record, data);
    return true;
  default:
    return false;
  }
}

bool dns_record_parse(DnsRecord *record, const char *name, uint32_t ttl, const char *text)
{
  g_autofree char *stripped = g_strstrip(g_strdup(text));
  char *data = strpbrk(stripped, " \t");
  if (data != NULL) *data++ = '\0';
  *record = (DnsRecord){.name = name_of(name), .class = DNS_CLASS_IN, .ttl = ttl};
  record->type = dns_type_parse(bytes_from_string(stripped));
  if (data != NULL && parse_data(record, g_strstrip(data))) return true;
  dns_record_clear(record);
  return false;
}

char *dns_record_dup_address(const DnsRecord *record)
{
  if ((record->type != DNS_A && record->type != DNS_AAAA) || record->data == NULL) return NULL;
  GSocketFamily family = record->type == DNS_A ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
  if (g_bytes_get_size(record->data) != (family == G_SOCKET_FAMILY_IPV4 ? 4 : 16)) return NULL;
  g_autoptr(GInetAddress) address =
      g_inet_address_new_from_bytes(g_bytes_get_data(record->data, NULL), family);
  return g_inet_address_to_string(address);
}

char *dns_reverse_name(const char *address)
{
  g_autoptr(GInetAddress) parsed = g_inet_address_new_from_string(address);
  if (parsed == NULL) return NULL;
  const guint8 *bytes = g_inet_address_to_bytes(parsed);
  bool v4 = g_inet_address_get_family(parsed) == G_SOCKET_FAMILY_IPV4;
  GString *name = g_string_new(NULL);
  for (size_t i = g_inet_address_get_native_size(parsed); i-- > 0;) {
    if (v4)
      g_string_append_printf(name, "%u.", bytes[i]);
    else
      g_string_append_printf(name, "%x.%x.", bytes[i] & 0x0fu, bytes[i] >> 4);
  }
  g_string_append(name, v4 ? "in-addr.arpa" : "ip6.arpa");
  return g_string_free(name, FALSE);
}

/* Control bytes would break the line, or the terminal. */
static void append_quoted(ByteBuffer *text, GBytes *data)
{
  gsize size;
  const uint8_t *bytes = g_bytes_get_data(data, &size);
  byte_buffer_append(text, BYTES_LITERAL("\""));
  for (gsize i = 0; i < size; i++) {
    if (bytes[i] < ' ' || bytes[i] == 0x7f)
      byte_buffer_append_format(text, "\\%03u", bytes[i]);
    else
      byte_buffer_append(text, (Bytes){&bytes[i], 1});
  }
  byte_buffer_append(text, BYTES_LITERAL("\""));
}

/* RFC 2782: priority, weight, port, and a target that is never compressed. */
static void append_service(ByteBuffer *text, GBytes *data)
{
  gsize size;
  const uint8_t *bytes = g_bytes_get_data(data, &size);
  ByteReader reader = byte_reader((Bytes){bytes, size});
  unsigned priority = byte_reader_be16(&reader), weight = byte_reader_be16(&reader),
           port = byte_reader_be16(&reader);
  byte_buffer_append_format(text, "%u %u %u ", priority, weight, port);
  for (bool first = true;; first = false) {
    Bytes label = byte_reader_take(&reader, byte_reader_u8(&reader));
    if (reader.overrun || label.length == 0) return;
    if (!first) byte_buffer_append(text, BYTES_LITERAL("."));
    for (size_t i = 0; i < label.length; i++)
      byte_buffer_append_format(text, label.data[i] > ' ' && label.data[i] < 0x7f ? "%c" : "\\%03u",
                                label.data[i]);
  }
}

/* RFC 6698 §2.2. */
static void append_certificate_association(ByteBuffer *text, GBytes *data)
{
  gsize size;
  const uint8_t *bytes = g_bytes_get_data(data, &size);
  for (gsize i = 0; i < size; i++)
    byte_buffer_append_format(text, i < 3 ? "%u " : "%02x", bytes[i]);
}

void dns_record_format(const DnsRecord *record, ByteBuffer *text)
{
  char room[12];
  byte_buffer_append_format(text, "%s ", dns_type_format(record->type, room));
  g_autofree char *address = dns_record_dup_address(record);
  if (address != NULL) {
    byte_buffer_append(text, bytes_from_string(address));
  } else if (record->type == DNS_MX) {
    byte_buffer_append_format(text, "%u %s", record->preference, record->target);
  } else if (record->type == DNS_SOA) {
    byte_buffer_append_format(text, "%s %s", record->target, record->mailbox);
    for (size_t i = 0; i < G_N_ELEMENTS(record->numbers); i++)
      byte_buffer_append_format(text, " %u", record->numbers[i]);
  } else if (record->target != NULL) {
    byte_buffer_append(text, bytes_from_string(record->target));
  } else if (record->type == DNS_SRV && record->data != NULL) {
    append_service(text, record->data);
  } else if (record->type == DNS_TLSA && record->data != NULL) {
    append_certificate_association(text, record->data);
  } else if (record->type == DNS_TXT) {
    append_quoted(text, record->data);
  } else {
    /* RFC 3597 §5: data of a type we do not know. */
    byte_buffer_append_format(text, "\\# %" G_GSIZE_FORMAT, g_bytes_get_size(record->data));
  }
}
