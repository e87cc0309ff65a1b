/* SPDX-License-Identifier: MIT */
/* Names for addresses, and the text of the column Between. */
#include "ui/timeline/name-table.h"

struct NameTable {
  int references;
  GHashTable *names;  /* address text → short name */
  GHashTable *places; /* address text → place on the stage, from 1 */
};

NameTable *name_table_new(void)
{
  NameTable *table = g_new0(NameTable, 1);
  table->references = 1;
  table->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  table->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return table;
}

NameTable *name_table_ref(NameTable *table)
{
  table->references++;
  return table;
}

void name_table_unref(NameTable *table)
{
  if (table == NULL || --table->references > 0) return;
  g_hash_table_unref(table->names);
  g_hash_table_unref(table->places);
  g_free(table);
}

/* "mail.alpha.example" is "mail.alpha" in a narrow column; a name of one or two labels stays whole. */
static char *shorten(const char *name)
{
  const char *last = strrchr(name, '.');
  if (last == NULL || last == name || memchr(name, '.', (size_t)(last - name)) == NULL) return g_strdup(name);
  return g_strndup(name, (gsize)(last - name));
}

void name_table_set(NameTable *table, const char *address, const char *name)
{
  if (name == NULL || name[0] == '\0') return;
  g_autofree char *valid = g_utf8_make_valid(name, -1);
  g_hash_table_replace(table->names, g_strdup(address), shorten(valid));
}

void name_table_set_place(NameTable *table, const char *address, guint place)
{
  g_hash_table_replace(table->places, g_strdup(address), GUINT_TO_POINTER(place + 1));
}

static guint find_place(const NameTable *table, const IpAddress *address)
{
  char text[IP_ADDRESS_TEXT];
  ip_address_format(address, text);
  return GPOINTER_TO_UINT(g_hash_table_lookup(table->places, text));
}

bool name_table_is_flipped(const NameTable *table, const StreamInfo *stream)
{
  guint client = find_place(table, &stream->client), server = find_place(table, &stream->server);
  return client != 0 && server != 0 && server < client;
}

char *name_table_dup_name(const NameTable *table, const IpAddress *address)
{
  char text[IP_ADDRESS_TEXT];
  ip_address_format(address, text);
  const char *name = g_hash_table_lookup(table->names, text);
  return g_strdup(name != NULL ? name : text);
}

/* In a narrow column "mail.alpha" is "alpha": that it is the mail server every line shows. */
static const char *skip_mail(const char *name)
{
  return g_str_has_prefix(name, "mail.") && !g_ascii_isdigit(name[5]) ? name + strlen("mail.") : name;
}

char *name_table_dup_between(const NameTable *table, const StreamInfo *stream, Direction direction)
{
  bool flipped = name_table_is_flipped(table, stream);
  const char *arrow = (direction == DIRECTION_TO_SERVER) != flipped ? "→" : "←";
  if (ip_address_equal(&stream->client, &stream->server))
    return g_strdup_printf(":%u %s :%u", stream->client_port, arrow, stream->server_port);
  g_autofree char *left = name_table_dup_name(table, flipped ? &stream->server : &stream->client);
  g_autofree char *right = name_table_dup_name(table, flipped ? &stream->client : &stream->server);
  return g_strdup_printf("%s %s %s", skip_mail(left), arrow, skip_mail(right));
}

static char *dup_end(const NameTable *table, const IpAddress *address, uint16_t port)
{
  char text[IP_ENDPOINT_TEXT];
  char plain[IP_ADDRESS_TEXT];
  ip_endpoint_format(address, port, text);
  ip_address_format(address, plain);
  const char *name = g_hash_table_lookup(table->names, plain);
  return name == NULL ? g_strdup(text) : g_strdup_printf("%s (%s)", name, text);
}

char *name_table_dup_ends(const NameTable *table, const StreamInfo *stream)
{
  g_autofree char *client = dup_end(table, &stream->client, stream->client_port);
  g_autofree char *server = dup_end(table, &stream->server, stream->server_port);
  return g_strdup_printf("%s – %s", client, server);
}
