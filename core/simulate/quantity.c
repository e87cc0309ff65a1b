/* SPDX-License-Identifier: MIT */
/* Quantities with their units. */
#include "simulate/quantity.h"

#include <string.h>

#define LONGEST_TIME_SECONDS 3.2e8 /* ten years */
#define LAST_YEAR 2200

typedef struct {
  const char *unit;
  double factor;
} Unit;

/* Reads a number that is not negative and the unit after it, one of count units; returns false for anything
 * else. */
static bool parse_with_unit(const char *text, const Unit *units, size_t count, double *value)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  char *end;
  if (!g_ascii_isdigit(trimmed[0])) return false;
  double number = g_ascii_strtod(trimmed, &end);
  while (*end == ' ')
    end++;
  for (size_t i = 0; i < count; i++)
    if (g_str_equal(end, units[i].unit)) {
      *value = number * units[i].factor;
      return true;
    }
  return false;
}

bool quantity_parse_time(const char *text, Nanoseconds *time)
{
  static const Unit units[] = {
      {"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"ms", 1e-3},
      {"s", 1},     {"min", 60},  {"h", 3600},  {"d", 86400},
  };
  double seconds;
  if (!parse_with_unit(text, units, G_N_ELEMENTS(units), &seconds)) return false;
  if (!(seconds <= LONGEST_TIME_SECONDS)) return false;
  *time = (Nanoseconds)(seconds * 1e9 + 0.5);
  return true;
}

bool quantity_parse_share(const char *text, double *share)
{
  static const Unit units[] = {{"%", 0.01}, {"", 1}};
  double value;
  if (!parse_with_unit(text, units, G_N_ELEMENTS(units), &value) || !(value <= 1)) return false;
  *share = value;
  return true;
}

bool quantity_parse_rate(const char *text, uint64_t *rate)
{
  static const Unit units[] = {{"bit/s", 1}, {"kbit/s", 1e3}, {"Mbit/s", 1e6}, {"Gbit/s", 1e9}};
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  double value;
  if (g_str_equal(trimmed, "none")) {
    *rate = 0;
    return true;
  }
  if (!parse_with_unit(text, units, G_N_ELEMENTS(units), &value)) return false;
  if (!(value >= 300 && value <= 1e12)) return false;
  *rate = (uint64_t)value;
  return true;
}

bool quantity_parse_size(const char *text, uint64_t *bytes)
{
  static const Unit units[] = {{"", 1}, {"bytes", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  double value;
  if (g_str_equal(trimmed, "none")) {
    *bytes = 0;
    return true;
  }
  if (!parse_with_unit(text, units, G_N_ELEMENTS(units), &value) || !(value <= 1e12)) return false;
  *bytes = (uint64_t)value;
  return true;
}

bool quantity_parse_date(const char *text, Nanoseconds *date)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(trimmed, NULL);
  if (time == NULL) return false;
  int year = g_date_time_get_year(time);
  if (year < 1970 || year > LAST_YEAR) return false;
  *date =
      g_date_time_to_unix(time) * NANOSECONDS_PER_SECOND + g_date_time_get_microsecond(time) * INT64_C(1000);
  return true;
}

bool quantity_parse_number(const char *text, uint64_t *number)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  return g_ascii_string_to_unsigned(trimmed, 10, 0, G_MAXUINT64, number, NULL);
}

bool quantity_parse_choice(const char *text, bool *choice)
{
  static const struct {
    const char *word;
    bool value;
  } words[] = {{"yes", true}, {"true", true}, {"no", false}, {"false", false}};
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    if (g_ascii_strcasecmp(trimmed, words[i].word) == 0) {
      *choice = words[i].value;
      return true;
    }
  return false;
}
