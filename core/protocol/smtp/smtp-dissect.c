/* SPDX-License-Identifier: MIT */
/* SMTP's lines taken apart for showing, and SMTP told from its first bytes. */
#include "protocol/smtp/smtp-decoder.h"
#include "protocol/smtp/smtp-session.h"

static void dissect_response(const DecodedLine *line, DissectedLine *dissected)
{
  dissected->verb = bytes_from_string(smtp_vocabulary.words[SMTP_AUTH_RESPONSE].word);
  dissected->argument = bytes_chomp(line->raw);
  if (line->secret == SECRET_NONE) return;
  dissected->secret_length = dissected->raw_secret_length = dissected->argument.length;
}

/* AUTH's initial response, BURL's token, all that PASS says. */
static void hide_secret(const DecodedLine *line, DissectedLine *dissected)
{
  Bytes mechanism, secret;
  if (line->secret == SECRET_ARGUMENT)
    secret = line->word == SMTP_BURL ? smtp_burl_secret(dissected->argument) : dissected->argument;
  else
    smtp_parse_auth(dissected->argument, &mechanism, &secret);
  if (secret.length == 0) return;
  dissected->secret_start = (size_t)(secret.data - dissected->argument.data);
  dissected->raw_secret_start = (size_t)(secret.data - line->raw.data);
  dissected->secret_length = dissected->raw_secret_length = secret.length;
}

static void dissect_command(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  if ((line->flags & LINE_SASL_RESPONSE) != 0) {
    dissect_response(line, dissected);
    return;
  }
  SmtpCommand command;
  smtp_parse_command(line->raw, &command);
  dissected->argument = command.argument;
  if (smtp_is_misspelt_auth(&command)) {
    size_t letters = strlen("AUTH");
    dissected->verb = bytes_from_string(smtp_vocabulary.words[SMTP_AUTH].word);
    dissected->argument =
        bytes_skip(bytes_chomp(line->raw), (size_t)(command.verb.data - line->raw.data) + letters);
  } else if (command.word != VOCABULARY_UNKNOWN) {
    dissected->verb = bytes_from_string(smtp_vocabulary.words[command.word].word);
  } else {
    byte_buffer_append(scratch, command.verb);
    Bytes copy = byte_buffer_view(scratch);
    for (size_t i = 0; i < copy.length; i++)
      scratch->data[scratch->start + i] = (uint8_t)g_ascii_toupper((gchar)copy.data[i]);
    dissected->verb = copy;
  }
  if (line->secret != SECRET_NONE) hide_secret(line, dissected);
}

/* Cuts the first line, without its line end, off *rest. */
static Bytes cut_line(Bytes *rest)
{
  ptrdiff_t lf = bytes_find(*rest, '\n');
  size_t length = lf < 0 ? rest->length : (size_t)lf + 1;
  Bytes line = bytes_chomp(bytes_slice(*rest, 0, length));
  *rest = bytes_skip(*rest, length);
  return line;
}

static Bytes reply_text(Bytes line)
{
  SmtpReplyLine reply;
  return smtp_parse_reply_line(line, &reply) ? reply.text : line;
}

static void dissect_reply(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  Bytes rest = line->raw;
  Bytes first = cut_line(&rest);
  SmtpReplyLine reply;
  if (smtp_parse_reply_line(first, &reply)) {
    dissected->code = reply.digits;
    dissected->enhanced = reply.enhanced;
  }
  dissected->text = reply_text(first);
  if (rest.length == 0) return;
  byte_buffer_append(scratch, dissected->text);
  while (rest.length > 0) {
    byte_buffer_append(scratch, BYTES_LITERAL("\n"));
    byte_buffer_append(scratch, reply_text(cut_line(&rest)));
  }
  dissected->text = byte_buffer_view(scratch);
}

void smtp_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  byte_buffer_reset(scratch);
  *dissected = (DissectedLine){0};
  if (line->kind == LINE_COMMAND) dissect_command(line, scratch, dissected);
  if (line->kind == LINE_REPLY) dissect_reply(line, scratch, dissected);
}

/* What one direction's first line says. */
typedef enum {
  SAYS_NOTHING,
  SAYS_NO,
  SAYS_PERHAPS,
  SAYS_LIKELY, /* on a mail port, what other protocols say too: the other side's first line decides */
  SAYS_YES,
} Hint;

#define LINE_JUDGED 512u /* bytes without a line end after which a first line is judged as it is */

static bool contains_word(Bytes text, const char *word)
{
  for (size_t i = 0; i + strlen(word) <= text.length; i++)
    if (bytes_starts_ignore_case(bytes_skip(text, i), word)) return true;
  return false;
}

static bool is_usual_port(uint16_t port)
{
  for (const uint16_t *usual = smtp_decoder_class.ports; *usual != 0; usual++)
    if (*usual == port) return true;
  return false;
}

/* POP2's HELO has two arguments, user and password (RFC 937). */
static Hint judge_helo(Bytes argument, bool whole)
{
  if (bytes_find(argument, ' ') >= 0) return SAYS_NO;
  return whole ? SAYS_YES : SAYS_PERHAPS;
}

/* First words of FTP, NNTP, HTTP and POP3, whose greetings may look like SMTP's or be missing. */
static bool is_foreign_word(Bytes word)
{
  static const char *const foreign[] = {"USER",    "PASS",     "ACCT", "FEAT",   "SYST",         "OPTS",
                                        "CWD",     "LIST",     "MODE", "GROUP",  "CAPABILITIES", "ARTICLE",
                                        "HEAD",    "BODY",     "DATE", "POST",   "IHAVE",        "LISTGROUP",
                                        "CHECK",   "GET",      "PUT",  "CAPA",   "APOP",         "STLS",
                                        "OPTIONS", "AUTHINFO", "PRI",  "CONNECT"};
  for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
    if (bytes_equal_ignore_case(word, foreign[i])) return true;
  return false;
}

static Hint judge_client_line(Bytes bytes, bool on_port)
{
  if (!g_ascii_isalpha(bytes.data[0])) return SAYS_NO;
  ptrdiff_t lf = bytes_find(bytes, '\n');
  bool whole = lf >= 0 || bytes.length >= LINE_JUDGED;
  SmtpCommand command;
  smtp_parse_command(bytes_slice(bytes, 0, lf < 0 ? bytes.length : (size_t)lf + 1), &command);
  if (command.word == SMTP_HELO) return judge_helo(command.argument, whole);
  if (command.word == SMTP_EHLO || command.word == SMTP_LHLO)
    return command.argument.length > 0 ? SAYS_YES : SAYS_PERHAPS;
  bool sender = command.word == SMTP_MAIL && bytes_starts_ignore_case(command.argument, "FROM:");
  bool recipient = command.word == SMTP_RCPT && bytes_starts_ignore_case(command.argument, "TO:");
  if (sender || recipient) return SAYS_YES;
  if (!whole) return SAYS_PERHAPS;
  bool foreign = command.word == VOCABULARY_UNKNOWN && (!on_port || is_foreign_word(command.verb));
  return foreign ? SAYS_NO : on_port ? SAYS_LIKELY : SAYS_PERHAPS;
}

static Hint judge_client(Bytes bytes, bool on_port, bool midstream_on_port)
{
  if (bytes.length == 0) return SAYS_NOTHING;
  Hint hint = judge_client_line(bytes, on_port);
  /* it may be the middle of a message */
  bool text = g_ascii_isprint(bytes.data[0]) || g_ascii_isspace(bytes.data[0]);
  return hint == SAYS_NO && midstream_on_port && text ? SAYS_PERHAPS : hint;
}

static Hint judge_server(Bytes bytes, const StreamStart *start)
{
  if (bytes.length == 0) return SAYS_NOTHING;
  if (bytes.data[0] < '2' || bytes.data[0] > '5') return SAYS_NO;
  ptrdiff_t lf = bytes_find(bytes, '\n');
  if (lf < 0 && bytes.length < LINE_JUDGED) return SAYS_PERHAPS;
  SmtpReplyLine reply;
  if (!smtp_parse_reply_line(bytes_slice(bytes, 0, lf < 0 ? bytes.length : (size_t)lf + 1), &reply))
    return SAYS_NO;
  if (contains_word(reply.text, "SMTP") || contains_word(reply.text, "LMTP")) return SAYS_YES;
  if (contains_word(reply.text, "FTP")) return SAYS_NO;
  /* NNTP greets with these (RFC 3977 §5.1) */
  if (start->from_start && (reply.code == 200 || reply.code == 201)) return SAYS_NO;
  if (is_usual_port(start->server_port)) return reply.code == 220 ? SAYS_LIKELY : SAYS_YES;
  return reply.enhanced.length > 0 && !start->from_start ? SAYS_YES : SAYS_PERHAPS;
}

Recognition smtp_recognise(const StreamStart *start)
{
  bool on_port = is_usual_port(start->server_port);
  Hint client = judge_client(start->to_server, on_port, on_port && !start->from_start);
  Hint server = judge_server(start->to_client, start);
  if (client == SAYS_YES) return RECOGNISED_YES;
  if (client == SAYS_NO || server == SAYS_NO) return RECOGNISED_NO;
  bool agreed = server == SAYS_LIKELY && (client == SAYS_LIKELY || !start->from_start);
  return server == SAYS_YES || agreed ? RECOGNISED_YES : RECOGNISED_MAYBE;
}
