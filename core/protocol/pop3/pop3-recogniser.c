/* SPDX-License-Identifier: MIT */
/* POP3 told from SMTP, IMAP, POP2, FTP and others by the first bytes. */
#include "protocol/pop3/pop3-recogniser.h"

#include "protocol/pop3/pop3-syntax.h"

#define POP3_PORT 110

/* What one direction's first bytes say. */
typedef enum { SAYS_NOTHING, SAYS_NO, SAYS_PERHAPS, SAYS_YES } Says;

/* Cuts the first whole line off the front of *rest; returns false where there is none. */
static bool next_line(Bytes *rest, Bytes *line)
{
  ptrdiff_t lf = bytes_find(*rest, '\n');
  if (lf < 0) return false;
  *line = bytes_slice(*rest, 0, (size_t)lf + 1);
  *rest = bytes_skip(*rest, (size_t)lf + 1);
  return true;
}

static bool is_beginning_of(Bytes view, const char *text)
{
  return view.length < strlen(text) && g_ascii_strncasecmp((const char *)view.data, text, view.length) == 0;
}

static Says server_says(const StreamStart *start)
{
  Bytes view = start->to_client;
  if (view.length == 0) return SAYS_NOTHING;
  if (is_beginning_of(view, "+OK") || is_beginning_of(view, "-ERR")) return SAYS_NOTHING;
  Pop3Status status = pop3_parse_status(view, NULL);
  if (status == POP3_STATUS_OK || status == POP3_STATUS_ERROR) return SAYS_YES;
  if (start->from_start) return SAYS_NO;
  Bytes line;
  while (next_line(&view, &line)) {
    status = pop3_parse_status(line, NULL);
    if (status == POP3_STATUS_OK || status == POP3_STATUS_ERROR) return SAYS_YES;
  }
  return SAYS_NOTHING;
}

static bool is_number(Bytes view)
{
  for (size_t i = 0; i < view.length; i++)
    if (!g_ascii_isdigit(view.data[i])) return false;
  return view.length > 0;
}

/* A command that FTP and others do not have, or not in this shape. */
static bool is_only_pop3(const Pop3Command *command)
{
  Bytes rest = command->argument;
  switch (command->word) {
  case POP3_APOP:
  case POP3_UIDL:
    return true;
  case POP3_CAPA:
  case POP3_STLS:
    return rest.length == 0;
  case POP3_RETR:
  case POP3_DELE:
    return is_number(rest);
  case POP3_TOP:
    return is_number(pop3_next_word(&rest)) && is_number(rest);
  default:
    return false;
  }
}

static Says client_says(const StreamStart *start)
{
  Bytes view = start->to_server, line;
  Says says = SAYS_NOTHING;
  bool first = true;
  while (next_line(&view, &line)) {
    Pop3Command command;
    pop3_parse_command(line, &command);
    if (is_only_pop3(&command)) return SAYS_YES;
    if (command.word != VOCABULARY_UNKNOWN) says = SAYS_PERHAPS;
    if (command.word == VOCABULARY_UNKNOWN && first && start->from_start) return SAYS_NO;
    first = false;
  }
  return says;
}

Recognition pop3_recognise(const StreamStart *start)
{
  Says server = server_says(start), client = client_says(start);
  if (server == SAYS_NO) return RECOGNISED_NO;
  /* a greeting, or replies to a client that was not captured; a client heard saying something else weighs
   * more */
  if (server == SAYS_YES)
    return client == SAYS_NO && start->server_port != POP3_PORT ? RECOGNISED_NO : RECOGNISED_YES;
  if (client == SAYS_YES) return RECOGNISED_YES;
  if (client == SAYS_PERHAPS && start->server_port == POP3_PORT) return RECOGNISED_YES;
  return client == SAYS_NO ? RECOGNISED_NO : RECOGNISED_MAYBE;
}
