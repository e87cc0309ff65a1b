/* SPDX-License-Identifier: MIT */
/* What a row says, in text, with secrets masked. */
#include "observe/row-text.h"

#include "base/i18n.h"
#include "observe/text-clean.h"
#include "protocol/registry.h"

/* Both forms of a counted noun, for xgettext (--keyword=COUNTED:1,2) and g_dngettext. */
#define COUNTED(singular, plural) singular, plural

/* Characters of a line shown in a list. */
#define WIRE_SHOWN 400u

void row_text_init(RowText *text)
{
  *text = (RowText){0};
  GString **strings[] = {&text->tag,      &text->verb, &text->argument, &text->code,
                         &text->enhanced, &text->text, &text->wire};
  for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
    *strings[i] = g_string_new(NULL);
}

static void wipe(GString *string)
{
  explicit_bzero(
      string->str,
      string->len); /* what lies behind it was wiped before: the cost follows the text, not its longest */
  g_string_truncate(string, 0);
}

void row_text_clear(RowText *text)
{
  GString *strings[] = {text->tag,      text->verb, text->argument, text->code,
                        text->enhanced, text->text, text->wire};
  for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) {
    if (strings[i] == NULL) continue;
    wipe(strings[i]);
    g_string_free(strings[i], TRUE);
  }
  g_free(text->owned_gloss);
  byte_buffer_clear(&text->scratch);
  *text = (RowText){0};
}

static void reset(RowText *text)
{
  GString *strings[] = {text->tag,      text->verb, text->argument, text->code,
                        text->enhanced, text->text, text->wire};
  for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
    wipe(strings[i]);
  g_clear_pointer(&text->owned_gloss, g_free);
  text->gloss = text->explanation = text->rfc = text->phase = text->phase_label = "";
  text->wire_head = text->raw_secret_start = text->raw_secret_length = 0;
  text->masked = text->has_invalid = false;
}

static const char *translated(const char *text)
{
  return text == NULL || text[0] == '\0' ? "" : _(text);
}

void row_line(const RowEvent *event, DecodedLine *line)
{
  const Row *row = event->row;
  *line = (DecodedLine){.kind = (LineKind)row->kind,
                        .direction = (Direction)row->direction,
                        .flags = row->flags,
                        .secret = (SecretKind)row->secret,
                        .phase = row->phase,
                        .reply_class = row->reply_class,
                        .word = row->word,
                        .answered_word = row->answered_word,
                        .about = row->about,
                        .lines = row->lines,
                        .offset = row->offset,
                        .length = row->length,
                        .raw = event->raw,
                        .credential = event->credential};
}

static void put(RowText *text, GString *into, Bytes view)
{
  if (!text_append_utf8(into, view)) text->has_invalid = true;
}

static void put_argument(RowText *text, const DissectedLine *parts, bool reveal)
{
  Bytes argument = parts->argument;
  if (parts->secret_length == 0 || reveal) {
    put(text, text->argument, argument);
    return;
  }
  put(text, text->argument, bytes_slice(argument, 0, parts->secret_start));
  g_string_append(text->argument, SECRET_MASK);
  put(text, text->argument, bytes_skip(argument, parts->secret_start + parts->secret_length));
  text->masked = true;
  text->raw_secret_start = parts->raw_secret_start;
  text->raw_secret_length = parts->raw_secret_length;
}

static void set_state(RowText *text, const Vocabulary *words, uint8_t phase)
{
  if (words == NULL || phase >= words->state_count) return;
  text->phase = words->states[phase].name;
  text->phase_label = translated(words->states[phase].label);
}

static Bytes gstring_view(const GString *string)
{
  return (Bytes){(const uint8_t *)string->str, string->len};
}

/* The line as it stood on the wire, letter by letter, the secret masked. */
static void set_command_wire(RowText *text, const RowEvent *event, const DissectedLine *parts, bool reveal)
{
  Bytes raw = bytes_chomp(event->raw);
  bool response = (event->row->flags & LINE_SASL_RESPONSE) != 0;
  bool hidden = parts->secret_length > 0 && !reveal;
  size_t secret = !hidden ? raw.length : parts->raw_secret_length > 0 ? parts->raw_secret_start : 0;
  size_t head = 0;
  if (!response && parts->tag.length > 0) head = parts->tag.length + 1;
  if (!response) head = MIN(head + parts->verb.length, secret);
  text_append_visible(text->wire, bytes_slice(raw, 0, head), WIRE_SHOWN);
  text->wire_head = text->wire->len;
  text_append_visible(text->wire, bytes_slice(raw, head, secret - head), WIRE_SHOWN);
  if (!hidden) return;
  g_string_append(text->wire, SECRET_MASK);
  if (parts->raw_secret_length > 0)
    text_append_visible(text->wire, bytes_skip(raw, secret + parts->raw_secret_length), WIRE_SHOWN);
}

static void set_command(RowText *text, const RowEvent *event, const Vocabulary *words,
                        const DissectedLine *parts, bool reveal)
{
  put(text, text->tag, parts->tag);
  put(text, text->verb, parts->verb);
  put_argument(text, parts, reveal);
  set_command_wire(text, event, parts, reveal);
  set_state(text, words, event->row->phase);
  if (event->row->word >= words->word_count) return;
  const VocabularyWord *word = &words->words[event->row->word];
  text->gloss = translated(word->gloss);
  text->explanation = translated(word->explanation);
  text->rfc = word->rfc;
}

static void set_reply_meaning(RowText *text, const Row *row, const Vocabulary *words)
{
  if (row->word >= words->reply_count) return;
  const VocabularyReply *reply = &words->replies[row->word];
  text->gloss = translated(reply->gloss);
  text->explanation = translated(reply->explanation);
  text->rfc = reply->rfc == NULL ? "" : reply->rfc;
}

static void set_reply(RowText *text, const RowEvent *event, const Vocabulary *words,
                      const DissectedLine *parts)
{
  put(text, text->tag, parts->tag);
  put(text, text->code, parts->code);
  put(text, text->enhanced, parts->enhanced);
  put(text, text->text, parts->text);
  if (words->id == PROTOCOL_IMAP) {
    text_append_visible(text->wire, parts->tag, WIRE_SHOWN);
    text->wire_head = text->wire->len;
    text_append_visible(text->wire, bytes_skip(event->raw, parts->tag.length), WIRE_SHOWN);
  } else {
    text_append_visible(text->wire, parts->code, WIRE_SHOWN);
    text->wire_head = text->wire->len;
    bool empty_line = text->text->len > 0 && text->text->str[0] == '\n';
    if (text->text->len > 0 && !empty_line) g_string_append_c(text->wire, ' ');
    text_append_visible(text->wire, gstring_view(text->text), WIRE_SHOWN);
  }
  set_state(text, words, event->row->phase);
  set_reply_meaning(text, event->row, words);
}

static void set_query(RowText *text, const RowEvent *event, const Vocabulary *words,
                      const DissectedLine *parts)
{
  put(text, text->verb, parts->verb);
  put(text, text->argument, parts->argument);
  put(text, text->code, parts->code);
  put(text, text->text, parts->text);
  if (event->row->kind == LINE_QUERY) {
    text_append_visible(text->wire, parts->argument, WIRE_SHOWN);
    g_string_append_c(text->wire, '?');
    text->wire_head = text->wire->len;
    g_string_append_c(text->wire, ' ');
    text_append_visible(text->wire, parts->verb, WIRE_SHOWN);
    if (event->row->word < words->word_count) {
      const VocabularyWord *word = &words->words[event->row->word];
      text->gloss = translated(word->gloss);
      text->explanation = translated(word->explanation);
      text->rfc = word->rfc;
    }
    return;
  }
  text_append_visible(text->wire, parts->text.length > 0 ? parts->text : parts->code, WIRE_SHOWN);
  const char *space = strchr(text->wire->str, ' ');
  text->wire_head = space != NULL ? (size_t)(space - text->wire->str) : text->wire->len;
  set_reply_meaning(text, event->row, words);
}

static void append_count(GString *text, const char *singular, const char *plural, uint64_t count)
{
  char number[I18N_NUMBER_TEXT];
  i18n_format_number(count, number);
  g_string_append_printf(text, g_dngettext(GETTEXT_PACKAGE, singular, plural, (gulong)count), number);
}

static void set_data(RowText *text, const Row *row, const Vocabulary *words)
{
  append_count(text->wire, COUNTED("%s byte", "%s bytes"), row->length);
  text->wire_head = text->wire->len;
  g_string_append(text->wire, ", ");
  append_count(text->wire, COUNTED("%s line", "%s lines"), row->lines);
  bool beginning =
      words != NULL && row->word < words->word_count && strcmp(words->words[row->word].word, "TOP") == 0;
  text->gloss =
      beginning ? _("The headers, and as many lines as asked") : _("The letter: headers, blank line, body");
  text->explanation = _("The message itself. Whoever listens on a connection without TLS reads all of it: "
                        "headers, text and attachments.");
  text->rfc = "RFC 5322";
}

static void set_note(RowText *text, const Row *row)
{
  const NoteText *note = note_text((NoteCode)MIN(row->word, NOTE_COUNT - 1));
  g_string_append(text->code, note->code);
  g_string_append(text->wire, note->code);
  text->wire_head = text->wire->len;
  const char *sentence = translated(note->text);
  const char *place = strstr(sentence, "%s");
  if (place != NULL) {
    GString *whole = g_string_new_len(sentence, place - sentence);
    append_count(whole, COUNTED("%s byte", "%s bytes"), row->length);
    g_string_append(whole, place + 2);
    text->owned_gloss = g_string_free(whole, FALSE);
    text->gloss = text->owned_gloss;
  } else {
    text->gloss = sentence;
  }
  text->explanation = text->gloss;
}

static void set_credential(RowText *text, const Credential *credential, bool reveal)
{
  if (credential == NULL) return;
  g_string_append(text->wire, credential->mechanism);
  text->wire_head = text->wire->len;
  if (credential->user.length > 0) {
    g_string_append_c(text->wire, ' ');
    text_append_visible(text->wire, credential->user, WIRE_SHOWN);
  }
  Bytes secret = credential->secret.length > 0 ? credential->secret : credential->digest;
  if (secret.length > 0) {
    g_string_append_c(text->wire, ' ');
    if (reveal)
      text_append_visible(text->wire, secret, WIRE_SHOWN);
    else
      g_string_append(text->wire, SECRET_MASK);
    text->masked = !reveal;
  }
  if (credential->accepted > 0)
    text->gloss = _("The log-in was accepted");
  else if (credential->accepted == 0)
    text->gloss = _("The log-in was refused");
  else
    text->gloss = _("Accepted or not: the capture does not tell");
  if (credential->secret.length > 0)
    text->explanation = _("Whoever listens here now knows the password and can log in with it.");
  else
    text->explanation = _("The password did not travel, only a digest made from it. A weak password can "
                          "still be guessed from that.");
}

static void set_session(RowText *text, const Row *row)
{
  static const char *const sentences[] = {
      [STREAM_OPENED] = N_("Conversation opened"),
      [STREAM_MIDSTREAM] = N_("Joined in the middle: the beginning is missing"),
      [STREAM_CLOSED] = N_("Closed by both sides"),
      [STREAM_RESET] = N_("Broken off (TCP reset)"),
      [STREAM_UNFINISHED] = N_("The capture ends before the conversation does"),
  };
  g_string_append(text->wire, _(sentences[MIN(row->word, STREAM_UNFINISHED)]));
  text->rfc = "RFC 9293";
  if (row->word < STREAM_CLOSED) return;
  GString *totals = g_string_new(NULL);
  append_count(totals, COUNTED("%s command", "%s commands"), row->session_commands);
  g_string_append(totals, ", ");
  append_count(totals, COUNTED("%s reply", "%s replies"), row->session_replies);
  g_string_append(totals, ", ");
  append_count(totals, COUNTED("%s byte", "%s bytes"), row->session_bytes);
  text->owned_gloss = g_string_free(totals, FALSE);
  text->gloss = text->owned_gloss;
}

void row_text_set(RowText *text, const RowEvent *event, bool reveal)
{
  reset(text);
  const DecoderClass *class = registry_get((ProtocolId)event->row->protocol);
  DecodedLine line;
  DissectedLine parts = {0};
  row_line(event, &line);
  bool dissectable = class != NULL && event->raw.length > 0;
  if (dissectable) class->dissect(&line, &text->scratch, &parts);
  switch (line.kind) {
  case LINE_COMMAND:
    if (dissectable) set_command(text, event, class->vocabulary, &parts, reveal);
    break;
  case LINE_REPLY:
    if (dissectable) set_reply(text, event, class->vocabulary, &parts);
    break;
  case LINE_QUERY:
  case LINE_ANSWER:
    if (dissectable) set_query(text, event, class->vocabulary, &parts);
    break;
  case LINE_DATA:
    set_data(text, event->row, class != NULL ? class->vocabulary : NULL);
    break;
  case LINE_NOTE:
    set_note(text, event->row);
    break;
  case LINE_CREDENTIAL:
    set_credential(text, event->credential, reveal);
    break;
  case LINE_SESSION:
    set_session(text, event->row);
    break;
  default:
    break;
  }
}

const char *stream_state_name(StreamState state)
{
  static const char *const names[] = {"opened", "midstream", "closed", "reset", "unfinished"};
  return names[MIN((size_t)state, G_N_ELEMENTS(names) - 1)];
}
