/* SPDX-License-Identifier: MIT */
/* IMAP told from other protocols by the first bytes. */
#include "protocol/imap/imap-recogniser.h"

#include "protocol/imap/imap-syntax.h"

/* What one direction's first bytes say. */
typedef enum { SAYS_NOTHING, SAYS_NO, SAYS_YES } Says;

/* Cuts the first whole line off the front of *rest; returns false where there is none. */
static bool next_line(Bytes *rest, Bytes *line)
{
  ptrdiff_t lf = bytes_find(*rest, '\n');
  if (lf < 0) return false;
  *line = bytes_slice(*rest, 0, (size_t)lf + 1);
  *rest = bytes_skip(*rest, (size_t)lf + 1);
  return true;
}

static Says greeting_says(Bytes view)
{
  static const char *const words[] = {"* OK", "* PREAUTH", "* BYE"};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    size_t length = strlen(words[i]);
    if (g_ascii_strncasecmp((const char *)view.data, words[i], MIN(length, view.length)) != 0) continue;
    if (view.length <= length) return SAYS_NOTHING;
    return g_ascii_isalnum(view.data[length]) ? SAYS_NO : SAYS_YES;
  }
  return SAYS_NO;
}

/* May a client have made up that tag? In the middle of a stream, and on no port of IMAP's, it must hold a
 * digit: text has lines such as "Please check this" and "Connection: close". */
static bool is_likely_tag(Bytes tag, const StreamStart *start)
{
  enum { IMAP_PORT = 143, LONGEST = 32 };
  bool digit = start->from_start || start->server_port == IMAP_PORT;
  if (tag.length == 0 || tag.length > LONGEST) return false;
  for (size_t i = 0; i < tag.length; i++) {
    uint8_t byte = tag.data[i];
    if (!g_ascii_isalnum(byte) && byte != '.' && byte != '-' && byte != '_') return false;
    digit |= g_ascii_isdigit(byte) != 0;
  }
  return digit;
}

/* A response of a shape that only IMAP has. */
static bool is_only_imap(const ImapResponse *response, const StreamStart *start)
{
  static const char *const counted[] = {"EXISTS", "RECENT", "EXPUNGE", "FETCH"};
  static const char *const data[] = {"CAPABILITY", "FLAGS", "LIST", "LSUB", "SEARCH", "STATUS", "NAMESPACE"};
  if (response->type == IMAP_TAGGED) return is_likely_tag(response->tag, start);
  if (response->type != IMAP_UNTAGGED) return false;
  if (response->status) return true;
  for (size_t i = 0; i < G_N_ELEMENTS(counted) && response->number.length > 0; i++)
    if (bytes_equal_ignore_case(response->code, counted[i])) return true;
  for (size_t i = 0; i < G_N_ELEMENTS(data) && response->number.length == 0; i++)
    if (bytes_equal_ignore_case(response->code, data[i])) return true;
  return false;
}

static Says server_says(const StreamStart *start)
{
  Bytes view = start->to_client, line;
  if (view.length == 0) return SAYS_NOTHING;
  if (start->from_start) return greeting_says(view);
  while (next_line(&view, &line)) {
    ImapResponse response;
    imap_parse_response(line, &response);
    if (is_only_imap(&response, start)) return SAYS_YES;
  }
  return SAYS_NOTHING;
}

static Says client_says(const StreamStart *start)
{
  Bytes view = start->to_server, line;
  bool first = true;
  while (next_line(&view, &line)) {
    ImapCommand command;
    imap_parse_command(line, &command);
    if (command.word != VOCABULARY_UNKNOWN && is_likely_tag(command.tag, start)) return SAYS_YES;
    if (first && start->from_start) return SAYS_NO;
    first = false;
  }
  return SAYS_NOTHING;
}

Recognition imap_recognise(const StreamStart *start)
{
  Says server = server_says(start);
  if (server == SAYS_NO) return RECOGNISED_NO;
  if (server == SAYS_YES) return RECOGNISED_YES;
  Says client = client_says(start);
  if (client == SAYS_YES) return RECOGNISED_YES;
  return client == SAYS_NO ? RECOGNISED_NO : RECOGNISED_MAYBE;
}
