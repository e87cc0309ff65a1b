/* SPDX-License-Identifier: MIT */
/* SEARCH: its options read, its answer written (RFC 3501 §7.2.5, RFC 4731). */
#include "protocol/imap/imap-server-search.h"

/* What RETURN asks for. */
enum {
  RETURN_MIN = 1 << 0,
  RETURN_MAX = 1 << 1,
  RETURN_ALL = 1 << 2,
  RETURN_COUNT = 1 << 3,
};

static bool starts_with_word(Bytes rest, const char *word)
{
  size_t length = strlen(word);
  return bytes_starts_ignore_case(rest, word) && rest.length > length && rest.data[length] == ' ';
}

/* Cuts "RETURN (MIN COUNT) ". *options stays 0 where there is no such thing. */
static bool take_return(Bytes *rest, uint32_t *options)
{
  static const struct {
    const char *word;
    uint32_t option;
  } rows[] = {{"MIN", RETURN_MIN}, {"MAX", RETURN_MAX}, {"ALL", RETURN_ALL}, {"COUNT", RETURN_COUNT}};
  *options = 0;
  if (!starts_with_word(*rest, "RETURN")) return true;
  *rest = bytes_skip(*rest, strlen("RETURN "));
  if (!imap_take_byte(rest, '(')) return false;
  while (!imap_take_byte(rest, ')')) {
    Bytes word = imap_take_atom(rest);
    uint32_t before = *options;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
      if (bytes_equal_ignore_case(word, rows[i].word)) *options |= rows[i].option;
    if (*options == before) return false;
    imap_take_byte(rest, ' ');
  }
  if (*options == 0) *options = RETURN_ALL;
  return imap_take_byte(rest, ' ');
}

/* Cuts "CHARSET UTF-8 ". *known: it is one we can read. */
static bool take_charset(Bytes *rest, bool *known)
{
  ByteBuffer charset = {0};
  *known = true;
  if (!starts_with_word(*rest, "CHARSET")) return true;
  *rest = bytes_skip(*rest, strlen("CHARSET "));
  bool taken = imap_take_astring(rest, &charset, false) && imap_take_byte(rest, ' ');
  Bytes name = byte_buffer_view(&charset);
  *known = bytes_equal_ignore_case(name, "UTF-8") || bytes_equal_ignore_case(name, "US-ASCII");
  byte_buffer_clear(&charset);
  return taken;
}

static void say_found(ImapServer *server, const GArray *found)
{
  byte_buffer_append(&server->out, BYTES_LITERAL("* SEARCH"));
  for (guint i = 0; i < found->len; i++)
    byte_buffer_append_format(&server->out, " %u", g_array_index(found, uint32_t, i));
  byte_buffer_append(&server->out, BYTES_LITERAL("\r\n"));
}

static void say_found_extended(ImapServer *server, const GArray *found, uint32_t options)
{
  ByteBuffer *out = &server->out;
  byte_buffer_append_format(out, "* ESEARCH (TAG \"%s\")%s", server->tag, server->by_uid ? " UID" : "");
  if ((options & RETURN_MIN) != 0 && found->len > 0)
    byte_buffer_append_format(out, " MIN %u", g_array_index(found, uint32_t, 0));
  if ((options & RETURN_MAX) != 0 && found->len > 0)
    byte_buffer_append_format(out, " MAX %u", g_array_index(found, uint32_t, found->len - 1));
  if ((options & RETURN_COUNT) != 0) byte_buffer_append_format(out, " COUNT %u", found->len);
  if ((options & RETURN_ALL) != 0 && found->len > 0) {
    ImapSequenceSet set = {0};
    for (guint i = 0; i < found->len; i++)
      imap_sequence_set_append(&set, g_array_index(found, uint32_t, i));
    byte_buffer_append(out, BYTES_LITERAL(" ALL "));
    imap_sequence_set_format(&set, out);
    imap_sequence_set_clear(&set);
  }
  byte_buffer_append(out, BYTES_LITERAL("\r\n"));
}

static void search(ImapServer *server, const ImapSearchKey *keys, uint32_t options)
{
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (guint i = 0; i < server->entries->len; i++) {
    const ImapEntry *entry = imap_server_entry(server, i);
    uint32_t number = server->by_uid ? entry->uid : i + 1;
    if (!entry->gone && imap_search_key_fits(keys, server, i)) g_array_append_val(found, number);
  }
  if (options == 0)
    say_found(server, found);
  else
    say_found_extended(server, found, options);
  imap_server_ok(server, "These fit");
}

void imap_server_handle_search(ImapServer *server, Bytes argument)
{
  uint32_t options;
  bool known;
  bool sound = take_return(&argument, &options) && take_charset(&argument, &known);
  if (sound && !known) {
    imap_server_no(server, "[BADCHARSET (US-ASCII UTF-8)] These charsets are known");
    return;
  }
  ImapSearchKey *keys = sound && (options == 0 || imap_server_offers(server, "ESEARCH"))
                            ? imap_search_keys_parse(server, &argument)
                            : NULL;
  if (keys == NULL)
    imap_server_bad(server, "SEARCH wants keys, such as UNSEEN FROM \"alice\"");
  else
    search(server, keys, options);
  imap_search_key_free(keys);
}
