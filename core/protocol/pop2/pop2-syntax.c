/* SPDX-License-Identifier: MIT */
/* Lines taken apart, for decoder and views; and whether a stream is POP2. */
#include "protocol/pop2/pop2-syntax.h"

#define POP2_PORT 109

static Bytes cut_word(Bytes *rest)
{
  size_t length = 0;
  while (length < rest->length && rest->data[length] != ' ' && rest->data[length] != '\t')
    length++;
  Bytes word = bytes_slice(*rest, 0, length);
  *rest = bytes_skip(*rest, length);
  while (rest->length > 0 && (rest->data[0] == ' ' || rest->data[0] == '\t'))
    *rest = bytes_skip(*rest, 1);
  return word;
}

void pop2_parse_command(Bytes line, Pop2Command *command)
{
  Bytes rest = bytes_chomp(line);
  command->verb = cut_word(&rest);
  command->argument = rest;
  command->word = vocabulary_find_word(&pop2_vocabulary, command->verb);
}

bool pop2_parse_reply(Bytes line, Bytes *code, Bytes *text)
{
  Bytes rest = bytes_chomp(line);
  if (rest.length == 0 || strchr("+-#=", rest.data[0]) == NULL || rest.data[0] == '\0') return false;
  *code = bytes_slice(rest, 0, 1);
  *text = bytes_skip(rest, 1);
  while (text->length > 0 && text->data[0] == ' ')
    *text = bytes_skip(*text, 1);
  uint64_t number;
  bool counts = code->data[0] == '#' || code->data[0] == '=';
  return !counts || pop2_parse_number(*text, &number);
}

bool pop2_parse_number(Bytes text, uint64_t *number)
{
  size_t at = 0;
  *number = 0;
  for (; at < text.length && g_ascii_isdigit(text.data[at]); at++) {
    if (*number > UINT64_MAX / 10 - 1) return false;
    *number = *number * 10 + (uint64_t)(text.data[at] - '0');
  }
  return at > 0;
}

void pop2_split_login(Bytes argument, Bytes *user, Bytes *password)
{
  *user = cut_word(&argument);
  *password = argument;
}

void pop2_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  byte_buffer_reset(scratch);
  *dissected = (DissectedLine){0};
  if (line->kind == LINE_REPLY) {
    if (!pop2_parse_reply(line->raw, &dissected->code, &dissected->text))
      dissected->text = bytes_chomp(line->raw);
    return;
  }
  Pop2Command command;
  pop2_parse_command(line->raw, &command);
  for (size_t i = 0; i < command.verb.length; i++) {
    uint8_t upper = (uint8_t)g_ascii_toupper((char)command.verb.data[i]);
    byte_buffer_append(scratch, (Bytes){&upper, 1});
  }
  dissected->verb = byte_buffer_view(scratch);
  dissected->argument = command.argument;
  if (line->secret == SECRET_NONE || command.argument.length == 0) return;
  Bytes user = BYTES_EMPTY, secret = command.argument;
  if (line->secret == SECRET_SECOND_ARGUMENT) pop2_split_login(command.argument, &user, &secret);
  if (secret.length == 0) return;
  dissected->secret_start = (size_t)(secret.data - command.argument.data);
  dissected->secret_length = secret.length;
  dissected->raw_secret_start = (size_t)(secret.data - line->raw.data);
  dissected->raw_secret_length = secret.length;
}

static bool first_line(Bytes view, Bytes *line)
{
  ptrdiff_t lf = bytes_find(view, '\n');
  *line = bytes_slice(view, 0, lf < 0 ? view.length : (size_t)lf + 1);
  return lf >= 0;
}

/* HELO with two words: in SMTP it has one. */
static bool is_login(Bytes line)
{
  Pop2Command command;
  Bytes user, password;
  pop2_parse_command(line, &command);
  pop2_split_login(command.argument, &user, &password);
  return command.word == POP2_HELO && user.length > 0 && password.length > 0;
}

static bool names_pop2(Bytes line)
{
  for (size_t i = 0; i + 4 <= line.length; i++)
    if (bytes_starts_ignore_case(bytes_skip(line, i), "POP2")) return true;
  return false;
}

Recognition pop2_recognise(const StreamStart *start)
{
  Bytes client, server, code, text;
  bool client_line = first_line(start->to_server, &client),
       server_line = first_line(start->to_client, &server);
  if (server.length > 0 && (server.data[0] != '+' || (server.length > 1 && server.data[1] != ' ')))
    return !start->from_start && is_login(client) && start->server_port == POP2_PORT ? RECOGNISED_YES
                                                                                     : RECOGNISED_NO;
  bool greeted = server_line && pop2_parse_reply(server, &code, &text);
  if (greeted && names_pop2(server)) return RECOGNISED_YES;
  bool login = client_line && is_login(client);
  if (login && (greeted || start->server_port == POP2_PORT)) return RECOGNISED_YES;
  if (client_line && !login) return RECOGNISED_NO;
  if (greeted && start->server_port == POP2_PORT) return RECOGNISED_YES;
  return greeted || server.length > 0 || start->server_port == POP2_PORT ? RECOGNISED_MAYBE
         : start->to_server.length == 0 || is_login(client)              ? RECOGNISED_MAYBE
                                                                         : RECOGNISED_NO;
}
