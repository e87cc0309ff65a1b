/* SPDX-License-Identifier: MIT */
/* Values written and read. */
#include "protocol/imap/imap-write.h"

#include "protocol/imap/imap-mailbox-name.h"
#include "protocol/imap/imap-syntax.h"

#define QUOTED_MAX 1024u /* bytes; what is longer is written as a literal */
#define EPOCH_DAY 719163 /* GDate's number of 1970-01-01 */
#define SECONDS_PER_DAY 86400

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static bool can_be_quoted(Bytes value)
{
  for (size_t i = 0; i < value.length; i++)
    if (value.data[i] < ' ' || value.data[i] >= 0x7f) return false;
  return value.length <= QUOTED_MAX;
}

static void append_quoted(ByteBuffer *out, Bytes value)
{
  byte_buffer_append(out, BYTES_LITERAL("\""));
  for (size_t i = 0; i < value.length; i++) {
    if (value.data[i] == '"' || value.data[i] == '\\') byte_buffer_append(out, BYTES_LITERAL("\\"));
    byte_buffer_append(out, bytes_slice(value, i, 1));
  }
  byte_buffer_append(out, BYTES_LITERAL("\""));
}

void imap_append_string(ByteBuffer *out, Bytes value)
{
  if (can_be_quoted(value)) {
    append_quoted(out, value);
    return;
  }
  byte_buffer_append_format(out, "{%" G_GSIZE_FORMAT "}\r\n", value.length);
  byte_buffer_append(out, value);
}

void imap_append_nstring(ByteBuffer *out, const char *text)
{
  if (text == NULL)
    byte_buffer_append(out, BYTES_LITERAL("NIL"));
  else
    imap_append_string(out, bytes_from_string(text));
}

/* RFC 9051 §9 ATOM-CHAR. */
static bool is_atom_byte(uint8_t byte)
{
  return byte > ' ' && byte < 0x7f && strchr("(){%*\"\\]", byte) == NULL;
}

void imap_append_mailbox(ByteBuffer *out, const char *name, bool utf8)
{
  ByteBuffer encoded = {0};
  if (utf8)
    byte_buffer_append(&encoded, bytes_from_string(name));
  else
    imap_encode_mailbox_name(bytes_from_string(name), &encoded);
  Bytes view = byte_buffer_view(&encoded);
  bool atom = view.length > 0 && !bytes_equal_ignore_case(view, "NIL"), plain = true;
  for (size_t i = 0; i < view.length; i++) {
    atom = atom && is_atom_byte(view.data[i]);
    plain = plain && view.data[i] >= ' ' && view.data[i] != 0x7f;
  }
  if (atom)
    byte_buffer_append(out, view);
  else if (utf8 && plain)
    append_quoted(out, view); /* RFC 9051 lets UTF-8 stand in quotes */
  else
    imap_append_string(out, view);
  byte_buffer_clear(&encoded);
}

void imap_append_date_time(ByteBuffer *out, Nanoseconds time)
{
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time / NANOSECONDS_PER_SECOND);
  if (date == NULL) date = g_date_time_new_from_unix_utc(0);
  byte_buffer_append_format(out, "\"%2d-%s-%04d %02d:%02d:%02d +0000\"", g_date_time_get_day_of_month(date),
                            months[g_date_time_get_month(date) - 1], g_date_time_get_year(date),
                            g_date_time_get_hour(date), g_date_time_get_minute(date),
                            g_date_time_get_second(date));
}

Bytes imap_take_atom(Bytes *rest)
{
  size_t length = 0;
  while (length < rest->length && (is_atom_byte(rest->data[length]) || rest->data[length] == ']'))
    length++;
  Bytes atom = bytes_slice(*rest, 0, length);
  *rest = bytes_skip(*rest, length);
  return atom;
}

bool imap_take_astring(Bytes *rest, ByteBuffer *value, bool pattern)
{
  if (rest->length > 0 && (rest->data[0] == '"' || rest->data[0] == '{'))
    return imap_next_string(rest, value);
  size_t length = 0;
  while (length < rest->length) {
    uint8_t byte = rest->data[length];
    /* 8-bit bytes have no place in an atom, but people type them in names */
    bool fits =
        is_atom_byte(byte) || byte == ']' || byte >= 0x80 || (pattern && (byte == '%' || byte == '*'));
    if (!fits) break;
    length++;
  }
  byte_buffer_append(value, bytes_slice(*rest, 0, length));
  *rest = bytes_skip(*rest, length);
  return length > 0;
}

bool imap_take_byte(Bytes *rest, uint8_t wanted)
{
  if (rest->length == 0 || rest->data[0] != wanted) return false;
  *rest = bytes_skip(*rest, 1);
  return true;
}

bool imap_take_number(Bytes *rest, uint64_t *number)
{
  uint64_t value = 0;
  size_t length = 0;
  while (length < rest->length && g_ascii_isdigit(rest->data[length])) {
    value = value * 10 + (uint64_t)(rest->data[length++] - '0');
    if (value > (uint64_t)G_MAXINT64 / 16) return false;
  }
  if (length == 0) return false;
  *rest = bytes_skip(*rest, length);
  *number = value;
  return true;
}

/* Cuts exactly count digits. */
static bool take_digits(Bytes *rest, size_t count, gint *number)
{
  *number = 0;
  for (size_t i = 0; i < count; i++) {
    if (rest->length == 0 || !g_ascii_isdigit(rest->data[0])) return false;
    *number = *number * 10 + (rest->data[0] - '0');
    *rest = bytes_skip(*rest, 1);
  }
  return true;
}

/* Cuts "2-Mar-2026", " 2-Mar-2026" or "02-Mar-2026". */
static bool take_date(Bytes *rest, gint *day)
{
  uint64_t of_month;
  gint year, month = 0;
  imap_take_byte(rest, ' ');
  if (!imap_take_number(rest, &of_month) || of_month > 31 || !imap_take_byte(rest, '-')) return false;
  for (gint i = 0; i < 12; i++)
    if (bytes_equal_ignore_case(bytes_slice(*rest, 0, 3), months[i])) month = i + 1;
  *rest = bytes_skip(*rest, 3);
  if (month == 0 || !imap_take_byte(rest, '-') || !take_digits(rest, 4, &year)) return false;
  if (!g_date_valid_dmy((GDateDay)of_month, (GDateMonth)month, (GDateYear)year)) return false;
  GDate date;
  g_date_clear(&date, 1);
  g_date_set_dmy(&date, (GDateDay)of_month, (GDateMonth)month, (GDateYear)year);
  *day = (gint)g_date_get_julian(&date) - EPOCH_DAY;
  return true;
}

bool imap_parse_date(Bytes text, gint *day)
{
  return take_date(&text, day) && text.length == 0;
}

bool imap_parse_date_time(Bytes text, Nanoseconds *time)
{
  gint day, hour, minute, second, zone_hours, zone_minutes;
  if (!take_date(&text, &day) || !imap_take_byte(&text, ' ')) return false;
  if (!take_digits(&text, 2, &hour) || !imap_take_byte(&text, ':') || !take_digits(&text, 2, &minute) ||
      !imap_take_byte(&text, ':') || !take_digits(&text, 2, &second) || !imap_take_byte(&text, ' '))
    return false;
  bool west = imap_take_byte(&text, '-');
  if (!west && !imap_take_byte(&text, '+')) return false;
  if (!take_digits(&text, 2, &zone_hours) || !take_digits(&text, 2, &zone_minutes) || text.length > 0)
    return false;
  if (hour > 23 || minute > 59 || second > 60 || zone_hours > 14 || zone_minutes > 59) return false;
  /* what 64 bits of nanoseconds hold: up to the year 2261 */
  if (day < -100000 || day > 106000) return false;
  gint64 zone = (zone_hours * 60 + zone_minutes) * 60;
  gint64 seconds = (gint64)day * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second + (west ? zone : -zone);
  *time = seconds * NANOSECONDS_PER_SECOND;
  return true;
}
