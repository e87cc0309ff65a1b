/* SPDX-License-Identifier: MIT */
/* What a row says, in text, with secrets masked. */
#include "observe/row-text.h"

#include "base/i18n.h"
#include "observe/row-meaning.h"
#include "observe/text-clean.h"
#include "protocol/registry.h"

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
  g_free(text->owned_explanation);
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
  g_clear_pointer(&text->owned_explanation, g_free);
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
                        .sasl_step = row->sasl_step,
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

const DecoderClass *row_dissect(const RowEvent *event, ByteBuffer *scratch, DissectedLine *parts)
{
  const DecoderClass *class = registry_get((ProtocolId)event->row->protocol);
  if (class == NULL || event->raw.length == 0) {
    *parts = (DissectedLine){0};
    return NULL;
  }
  DecodedLine line;
  row_line(event, &line);
  class->dissect(&line, scratch, parts);
  return class;
}

bool row_mask_argument(const DissectedLine *parts, bool reveal, Bytes *before, Bytes *after)
{
  bool masked = parts->secret_length > 0 && !reveal;
  *before = masked ? bytes_slice(parts->argument, 0, parts->secret_start) : parts->argument;
  *after = masked ? bytes_skip(parts->argument, parts->secret_start + parts->secret_length) : BYTES_EMPTY;
  return masked;
}

static void put_argument(RowText *text, const DissectedLine *parts, bool reveal)
{
  Bytes before, after;
  bool masked = row_mask_argument(parts, reveal, &before, &after);
  put(text, text->argument, before);
  if (!masked) return;
  g_string_append(text->argument, SECRET_MASK);
  put(text, text->argument, after);
  text->masked = true;
}

/* Which of the line's own bytes stay hidden. */
static void set_raw_secret(RowText *text, const DissectedLine *parts, bool reveal)
{
  if (reveal || parts->raw_secret_length == 0) return;
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
  if (parts->raw_shown > 0) raw = bytes_slice(raw, 0, parts->raw_shown);
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
  if (words->id == PROTOCOL_IMAP || words->id == PROTOCOL_POP2) {
    Bytes head = words->id == PROTOCOL_IMAP ? parts->tag : parts->code;
    text_append_visible(text->wire, head, WIRE_SHOWN);
    text->wire_head = text->wire->len;
    text_append_visible(text->wire, bytes_skip(event->raw, head.length), WIRE_SHOWN);
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

/* What the parts tell beyond the code or word. */
static void refine(RowText *text, const RowEvent *event, const DissectedLine *parts)
{
  ReplyRefinement refined = {0};
  if (!row_refine(event, parts, &refined)) return;
  if (refined.gloss != NULL) text->gloss = translated(refined.gloss);
  text->owned_explanation = g_strdup(translated(refined.explanation));
  text->explanation = text->owned_explanation;
  text->rfc = refined.rfc;
}

static void set_items(RowText *text, const DissectedLine *parts)
{
  if (parts->items.length == 0 && parts->mailbox.length == 0) return;
  char *told = row_explain_items(text->explanation, parts);
  g_free(text->owned_explanation);
  text->explanation = text->owned_explanation = told;
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

static void set_data(RowText *text, const Row *row, const Vocabulary *words)
{
  row_append_count(text->wire, COUNTED("%s byte", "%s bytes"), row->length);
  text->wire_head = text->wire->len;
  g_string_append(text->wire, ", ");
  row_append_count(text->wire, COUNTED("%s line", "%s lines"), row->lines);
  if (words != NULL && words->id == PROTOCOL_HTTP) {
    text->gloss = row->direction == DIRECTION_TO_SERVER ? _("What the browser hands over")
                                                        : _("The content: a page, a picture…");
    text->explanation =
        _("Whoever listens on a connection without TLS reads it, passwords typed into a form too.");
    text->rfc = "RFC 9110 §6.4";
    return;
  }
  bool beginning =
      words != NULL && row->word < words->word_count && strcmp(words->words[row->word].word, "TOP") == 0;
  text->gloss =
      beginning ? _("The headers, and as many lines as asked") : _("The letter: headers, blank line, body");
  text->explanation = _("The message itself. Whoever listens on a connection without TLS reads all of it: "
                        "headers, text and attachments.");
  text->rfc = "RFC 5322";
}

/* Addresses of the envelope where one was seen, else those of the headers. */
static void append_correspondents(GString *wire, const MessageRecord *message)
{
  const char *from = message->envelope_from, *to = message->to;
  if (from == NULL) from = message->from;
  if (from[0] == '\0' && message->has_envelope) from = "<>";
  if (message->envelope_to->len > 0) to = g_ptr_array_index(message->envelope_to, 0);
  if (from[0] == '\0' && to[0] == '\0') return;
  g_string_append(wire, " · ");
  text_append_visible(wire, bytes_from_string(from), WIRE_SHOWN);
  if (to[0] == '\0') return; /* headers asked for one by one */
  g_string_append(wire, " → ");
  text_append_visible(wire, bytes_from_string(to), WIRE_SHOWN);
  if (message->envelope_to->len > 1) g_string_append_printf(wire, " +%u", message->envelope_to->len - 1);
}

static void set_message(RowText *text, const MessageRecord *message)
{
  if (message == NULL) return;
  bool untitled = message->subject[0] == '\0';
  text_append_visible(text->wire, bytes_from_string(untitled ? _("(no subject)") : message->subject),
                      WIRE_SHOWN);
  text->wire_head = text->wire->len;
  append_correspondents(text->wire, message);
  GString *gloss = g_string_new(message->way == MESSAGE_SENT ? _("Letter sent") : _("Letter fetched"));
  if (message->truncated) g_string_append(gloss, _(" in part"));
  g_string_append(gloss, ": ");
  row_append_count(gloss, COUNTED("%s byte", "%s bytes"), message->bytes);
  g_string_append(gloss, ", ");
  row_append_count(gloss, COUNTED("%s part", "%s parts"), message->parts->len);
  text->gloss = text->owned_gloss = g_string_free(gloss, FALSE);
  text->explanation =
      message->has_envelope
          ? _("The envelope (MAIL FROM, RCPT TO) tells the servers where the letter goes; the headers "
              "are part of the letter and may say something else. Whoever listens reads both.")
          : _("The letter as the reader’s program gets it: headers, a blank line, the body in its parts. "
              "Whoever listens reads it too.");
  text->rfc = "RFC 5322";
}

const char *row_note_sentence(const Row *row, char **owned)
{
  const char *sentence = translated(note_text((NoteCode)MIN(row->word, NOTE_COUNT - 1))->text);
  const char *place = strstr(sentence, "%s");
  *owned = NULL;
  if (place == NULL) return sentence;
  GString *whole = g_string_new_len(sentence, place - sentence);
  row_append_count(whole, COUNTED("%s byte", "%s bytes"), row->length);
  g_string_append(whole, place + 2);
  return *owned = g_string_free(whole, FALSE);
}

static void set_note(RowText *text, const Row *row)
{
  const NoteText *note = note_text((NoteCode)MIN(row->word, NOTE_COUNT - 1));
  g_string_append(text->code, note->code);
  g_string_append(text->wire, note->code);
  text->wire_head = text->wire->len;
  text->gloss = text->explanation = row_note_sentence(row, &text->owned_gloss);
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

static void set_tls(RowText *text, const Row *row, const Vocabulary *words, const DissectedLine *parts)
{
  const Bytes facts[] = {parts->tls.server_name, parts->tls.subject, parts->tls.version, parts->tls.cipher,
                         parts->text};
  if (row->word >= words->word_count) return;
  const VocabularyWord *word = &words->words[row->word];
  g_string_append(text->wire, word->word);
  text->wire_head = text->wire->len;
  for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
    if (facts[i].length == 0) continue;
    g_string_append_c(text->wire, ' ');
    text_append_visible(text->wire, facts[i], WIRE_SHOWN);
  }
  text->gloss = translated(word->gloss);
  text->explanation = translated(word->explanation);
  text->rfc = word->rfc;
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
  bool nothing = (row->flags & LINE_CAME_TO_NOTHING) != 0;
  const char *sentence =
      nothing ? N_("No conversation came about") : sentences[MIN(row->word, STREAM_UNFINISHED)];
  g_string_append(text->wire, _(sentence));
  text->rfc = "RFC 9293";
  if (row->word < STREAM_CLOSED || nothing) return;
  GString *totals = g_string_new(NULL);
  row_append_count(totals, COUNTED("%s command", "%s commands"), row->session_commands);
  g_string_append(totals, ", ");
  row_append_count(totals, COUNTED("%s reply", "%s replies"), row->session_replies);
  g_string_append(totals, ", ");
  row_append_count(totals, COUNTED("%s byte", "%s bytes"), row->session_bytes);
  text->owned_gloss = g_string_free(totals, FALSE);
  text->gloss = text->owned_gloss;
}

void row_text_set(RowText *text, const RowEvent *event, bool reveal)
{
  reset(text);
  const DecoderClass *class = registry_get((ProtocolId)event->row->protocol);
  DissectedLine parts;
  bool dissectable = row_dissect(event, &text->scratch, &parts) != NULL;
  set_raw_secret(text, &parts, reveal);
  switch ((LineKind)event->row->kind) {
  case LINE_COMMAND:
    if (!dissectable) break;
    set_command(text, event, class->vocabulary, &parts, reveal);
    refine(text, event, &parts);
    set_items(text, &parts);
    break;
  case LINE_REPLY:
    if (!dissectable) break;
    set_reply(text, event, class->vocabulary, &parts);
    refine(text, event, &parts);
    set_items(text, &parts);
    break;
  case LINE_QUERY:
  case LINE_ANSWER:
    if (!dissectable) break;
    set_query(text, event, class->vocabulary, &parts);
    refine(text, event, &parts);
    break;
  case LINE_DATA:
    set_data(text, event->row, class != NULL ? class->vocabulary : NULL);
    break;
  case LINE_MESSAGE:
    set_message(text, event->message);
    break;
  case LINE_NOTE:
    set_note(text, event->row);
    break;
  case LINE_CREDENTIAL:
    set_credential(text, event->credential, reveal);
    break;
  case LINE_TLS:
    if (class != NULL) set_tls(text, event->row, class->vocabulary, &parts);
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

const char *line_kind_name(LineKind kind)
{
  static const char *const names[LINE_KIND_COUNT] = {
      [LINE_SESSION] = "session", [LINE_COMMAND] = "command", [LINE_REPLY] = "reply",
      [LINE_DATA] = "data",       [LINE_MESSAGE] = "message", [LINE_CREDENTIAL] = "credential",
      [LINE_TLS] = "tls",         [LINE_QUERY] = "query",     [LINE_ANSWER] = "answer",
      [LINE_NOTE] = "note",
  };
  return names[MIN((size_t)kind, LINE_KIND_COUNT - 1)];
}

const char *severity_name(Severity severity)
{
  static const char *const names[] = {
      [SEVERITY_INFO] = "info", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};
  return names[MIN((size_t)severity, G_N_ELEMENTS(names) - 1)];
}
