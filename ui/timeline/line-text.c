/* SPDX-License-Identifier: MIT */
/* Makes the texts of one line from its row. */
#include "ui/timeline/line-text.h"

#include "base/i18n.h"
#include "observe/row-text.h"

void line_text_clear(LineText *text)
{
  g_free(text->between);
  g_free(text->wire);
  g_free(text->gloss);
  memset(text, 0, sizeof *text);
}

const char *line_text_format_seconds(Nanoseconds span, char into[32])
{
  bool negative = span < 0;
  uint64_t milliseconds = ((negative ? -(uint64_t)span : (uint64_t)span) + 500000u) / 1000000u;
  const char *point = strcmp(i18n_language(), "pt_BR") == 0 ? "," : ".";
  g_snprintf(into, 32, "%s%" G_GUINT64_FORMAT "%s%03u", negative ? "−" : "", milliseconds / 1000, point,
             (unsigned)(milliseconds % 1000));
  return into;
}

const char *line_text_class_name(const Row *row)
{
  static const char *const kinds[LINE_KIND_COUNT] = {
      [LINE_SESSION] = N_("conversation"), [LINE_COMMAND] = N_("command"),
      [LINE_REPLY] = N_("reply"),          [LINE_DATA] = N_("letter in transfer"),
      [LINE_MESSAGE] = N_("letter"),       [LINE_CREDENTIAL] = N_("log-in"),
      [LINE_TLS] = N_("sealed"),           [LINE_QUERY] = N_("question"),
      [LINE_ANSWER] = N_("answer"),        [LINE_NOTE] = N_("note"),
  };
  static const char *const classes[REPLY_CLASS_COUNT] = {
      [REPLY_OK] = N_("reply: accepted"),     [REPLY_CONTINUE] = N_("reply: go on"),
      [REPLY_LATER] = N_("reply: try later"), [REPLY_REFUSED] = N_("reply: refused"),
      [REPLY_UNTAGGED] = N_("reply: data"),
  };
  if (row->kind == LINE_REPLY && row->reply_class < REPLY_CLASS_COUNT) return _(classes[row->reply_class]);
  return row->kind < LINE_KIND_COUNT ? _(kinds[row->kind]) : "";
}

const char *line_text_protocol_label(const Row *row)
{
  static const char *const labels[PROTOCOL_COUNT] = {"",     "SMTP", "POP2", "POP3",
                                                     "IMAP", "HTTP", "DNS",  "TLS"};
  return row->protocol < PROTOCOL_COUNT ? labels[row->protocol] : "";
}

static void find_mask(LineText *text)
{
  const char *mask = strstr(text->wire, SECRET_MASK);
  if (mask == NULL) return;
  text->mask_start = (size_t)(mask - text->wire);
  text->mask_length = strlen(SECRET_MASK);
}

/* "Conversation 3" is its number in the source as Wireshark counts, so that both programs name it alike. */
static void name_session(LineText *text)
{
  static const char *const states[] = {
      [STREAM_OPENED] = N_("opened"),
      [STREAM_MIDSTREAM] = N_("joined in its middle"),
      [STREAM_CLOSED] = N_("closed by both sides"),
      [STREAM_RESET] = N_("broken off by a reset"),
      [STREAM_UNFINISHED] = N_("still open when the capture ended"),
  };
  bool nothing = (text->row->flags & LINE_CAME_TO_NOTHING) != 0;
  const char *state =
      nothing ? _("came to nothing") : _(states[MIN((size_t)text->row->word, G_N_ELEMENTS(states) - 1)]);
  g_autofree char *head = g_strdup_printf(_("Conversation %u"), text->stream->number);
  g_free(text->wire);
  text->wire = g_strdup_printf("%s %s", head, state);
  text->wire_head = strlen(head);
}

static void fill_words(LineText *text, Timeline *timeline)
{
  RowText words;
  ByteBuffer raw = {0};
  RowEvent event = {0};
  row_text_init(&words);
  timeline_get_event(timeline, text->row, &raw, &event);
  row_text_set(&words, &event, false);
  text->wire = g_strdup(words.wire->str);
  text->wire_head = MIN(words.wire_head, words.wire->len);
  text->gloss = g_strdup(words.gloss != NULL ? words.gloss : "");
  if (words.masked) find_mask(text);
  byte_buffer_clear(&raw);
  row_text_clear(&words);
}

/* A line that has no thought of its own has that of its note. */
static void say_note(LineText *text, const Row *note)
{
  g_autofree char *owned = NULL;
  g_free(text->gloss);
  text->gloss = g_strdup(row_note_sentence(note, &owned));
}

void line_text_fill(LineText *text, Timeline *timeline, const Row *row, const NameTable *names,
                    Nanoseconds start)
{
  line_text_clear(text);
  text->row = row;
  text->stream = timeline_get_stream(timeline, row->stream);
  line_text_format_seconds(row->time - start, text->time);
  bool session = row->kind == LINE_SESSION;
  Direction direction = session ? DIRECTION_TO_SERVER : (Direction)row->direction;
  text->between = name_table_dup_between(names, text->stream, direction);
  text->leftward = (direction == DIRECTION_TO_CLIENT) != name_table_is_flipped(names, text->stream);
  int64_t note = timeline_find_note(timeline, row->id);
  text->noted = note >= 0;
  fill_words(text, timeline);
  if (text->noted && text->gloss[0] == '\0') say_note(text, timeline_get_row(timeline, (uint32_t)note));
  if (session)
    name_session(text);
  else
    g_snprintf(text->number, sizeof text->number, "%u", row->id);
}
