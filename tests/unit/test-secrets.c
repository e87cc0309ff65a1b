/* SPDX-License-Identifier: MIT */
/* Log-ins as no client should send them: whatever the spacing, the losses and the refusals, no secret is
 * shown unless asked for. */
#include "observe/ndjson-writer.h"
#include "observe/row-text.h"
#include "observe/text-writer.h"
#include "protocol/registry.h"
#include "support/line-recorder.h"

/* What must not be seen, whatever its case: the password, and what it is in base64 (alone, and after "bob" as
 * PLAIN has it). */
static const char *const secrets[] = {"builder", "ynvpbgrlcg", "ym9iagj1awxkzxi", "agjvygbidwlszgvy"};

typedef struct {
  const DecoderClass *class;
  StreamInfo stream;
  RowSink ndjson, text;
  RowText shown;
  GString *seen;
  uint32_t last_id;
} Watcher;

static uint32_t watch(void *owner, const DecodedLine *line)
{
  Watcher *watcher = owner;
  Row row = {.offset = line->offset,
             .length = line->length,
             .lines = line->lines,
             .id = ++watcher->last_id,
             .about = line->about,
             .word = line->word,
             .answered_word = line->answered_word,
             .kind = (uint8_t)line->kind,
             .protocol = (uint8_t)watcher->class->vocabulary->id,
             .direction = (uint8_t)line->direction,
             .flags = line->flags,
             .secret = (uint8_t)line->secret,
             .phase = line->phase,
             .reply_class = line->reply_class};
  RowEvent event = {
      .row = &row, .stream = &watcher->stream, .raw = line->raw, .credential = line->credential};
  watcher->ndjson.row(watcher->ndjson.owner, &event);
  watcher->text.row(watcher->text.owner, &event);
  row_text_set(&watcher->shown, &event, false);
  const GString *const parts[] = {watcher->shown.tag, watcher->shown.verb, watcher->shown.argument,
                                  watcher->shown.wire};
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_string_append_len(watcher->seen, parts[i]->str, (gssize)parts[i]->len);
    g_string_append_c(watcher->seen, '\n');
  }
  return watcher->last_id;
}

static void play(const DecoderClass *class, const DecoderSink *sink, const DialogueStep *steps,
                 bool from_start)
{
  void *decoder = class->create(sink, from_start);
  uint64_t offsets[2] = {0, 0};
  for (; steps->who != '\0'; steps++) {
    Direction direction = g_ascii_toupper(steps->who) == 'C' ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT;
    if (g_ascii_islower(steps->who)) {
      class->gap(decoder, direction, offsets[direction], steps->length);
      offsets[direction] += steps->length;
      continue;
    }
    Bytes bytes = bytes_from_string(steps->bytes);
    class->receive(decoder, direction, offsets[direction], bytes);
    offsets[direction] += bytes.length;
  }
  class->finish(decoder);
  class->destroy(decoder);
}

/* Returns all that is shown of the dialogue with its secrets masked. */
static char *show(ProtocolId protocol, const DialogueStep *steps, bool from_start)
{
  ByteBuffer json = {0}, lines = {0};
  TextWriterOptions options = {.width = 200};
  Watcher watcher = {
      .class = registry_get(protocol), .seen = g_string_new(NULL), .stream = {.protocol = protocol}};
  g_autoptr(NdjsonWriter) ndjson = ndjson_writer_new(&json, false);
  g_autoptr(TextWriter) text = text_writer_new(&lines, &options);
  watcher.ndjson = ndjson_writer_get_sink(ndjson);
  watcher.text = text_writer_get_sink(text);
  row_text_init(&watcher.shown);
  DecoderSink sink = {.emit = watch, .owner = &watcher};
  play(watcher.class, &sink, steps, from_start);
  const ByteBuffer *const outputs[] = {&json, &lines};
  for (size_t i = 0; i < G_N_ELEMENTS(outputs); i++) {
    Bytes view = byte_buffer_view(outputs[i]);
    g_string_append_len(watcher.seen, (const char *)view.data, (gssize)view.length);
  }
  for (gsize i = 0; i < watcher.seen->len; i++)
    if (watcher.seen->str[i] == '\0') watcher.seen->str[i] = ' ';
  byte_buffer_clear(&json);
  byte_buffer_clear(&lines);
  row_text_clear(&watcher.shown);
  return g_string_free(watcher.seen, FALSE);
}

static const struct {
  const char *name;
  ProtocolId protocol;
  bool joined_late;
  DialogueStep steps[12];
} cases[] = {
    {"IMAP: two blanks",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0}, {'C', "a1  LOGIN bob builder\r\n", 0}}},
    {"IMAP: a blank in front",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0}, {'C', " a1 LOGIN bob builder\r\n", 0}}},
    {"IMAP: tabs", PROTOCOL_IMAP, false, {{'S', "* OK hi\r\n", 0}, {'C', "a1\tLOGIN\tbob\tbuilder\r\n", 0}}},
    {"IMAP: a tab before the password",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0}, {'C', "a1 LOGIN bob\tbuilder\r\n", 0}}},
    {"IMAP: no blank before the quote",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0}, {'C', "a1 LOGIN bob\"builder\"\r\n", 0}}},
    {"IMAP: an open quote",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0}, {'C', "a1 LOGIN \"bob builder\r\n", 0}}},
    {"IMAP: escapes",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0}, {'C', "a1 LOGIN \"b\\\"o b\" \"builder\"\r\n", 0}}},
    {"IMAP: literals that do not wait",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0}, {'C', "a1 LOGIN {3+}\r\nbob {7+}\r\nbuilder\r\n", 0}}},
    {"IMAP: a literal refused, its bytes sent all the same",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0},
      {'C', "a1 LOGIN {3}\r\n", 0},
      {'S', "a1 BAD no literals here\r\n", 0},
      {'C', "bob {7}\r\n", 0},
      {'C', "builder\r\n", 0}}},
    {"IMAP: two blanks before the mechanism",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0},
      {'C', "a1 AUTHENTICATE  PLAIN\r\n", 0},
      {'S', "+ \r\n", 0},
      {'C', "AGJvYgBidWlsZGVy\r\n", 0}}},
    {"IMAP: the mechanism refused, the answer sent all the same",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0},
      {'C', "a1 AUTHENTICATE LOGIN\r\n", 0},
      {'S', "a1 NO\r\n", 0},
      {'C', "Ym9i\r\n", 0},
      {'S', "* BAD\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0}}},
    {"IMAP: AUTHENTICATE without a tag",
     PROTOCOL_IMAP,
     false,
     {{'S', "* OK hi\r\n", 0},
      {'C', "AUTHENTICATE LOGIN\r\n", 0},
      {'S', "* BAD\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0}}},
    {"IMAP: joined inside a log-in",
     PROTOCOL_IMAP,
     true,
     {{'C', "Ym9i\r\n", 0},
      {'S', "+ UGFzc3dvcmQ6\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0},
      {'S', "a1 OK\r\n", 0}}},
    {"POP3: joined inside a log-in",
     PROTOCOL_POP3,
     true,
     {{'C', "Ym9i\r\n", 0},
      {'S', "+ UGFzc3dvcmQ6\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0},
      {'S', "+OK\r\n", 0}}},
    {"POP3: AUTH lost",
     PROTOCOL_POP3,
     false,
     {{'S', "+OK hi\r\n", 0},
      {'c', "", 12},
      {'S', "+ VXNlcm5hbWU6\r\n", 0},
      {'C', "Ym9i\r\n", 0},
      {'S', "+ UGFzc3dvcmQ6\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0}}},
    {"POP3: the mechanism refused, the answer sent all the same",
     PROTOCOL_POP3,
     false,
     {{'S', "+OK hi\r\n", 0},
      {'C', "AUTH LOGIN\r\n", 0},
      {'S', "-ERR\r\n", 0},
      {'C', "Ym9i\r\n", 0},
      {'S', "-ERR\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0}}},
    {"POP3: PASS in pieces, tabs",
     PROTOCOL_POP3,
     false,
     {{'S', "+OK hi\r\n", 0}, {'C', " pa", 0}, {'C', "ss\tbuil", 0}, {'C', "der\r\n", 0}}},
    {"POP3: half of PASS lost",
     PROTOCOL_POP3,
     false,
     {{'S', "+OK hi\r\n", 0}, {'C', "PA", 0}, {'c', "", 3}, {'C', "builder\r\n", 0}}},
    {"POP3: PLAIN with one NUL",
     PROTOCOL_POP3,
     false,
     {{'S', "+OK hi\r\n", 0}, {'C', "AUTH PLAIN Ym9iAGJ1aWxkZXI=\r\n", 0}, {'S', "-ERR\r\n", 0}}},
    {"SMTP: tabs",
     PROTOCOL_SMTP,
     false,
     {{'S', "220 hi\r\n", 0}, {'C', "\tauth\t plain \t AGJvYgBidWlsZGVy\t\r\n", 0}}},
    {"SMTP: AUTH with an equals sign",
     PROTOCOL_SMTP,
     false,
     {{'S', "220 hi\r\n", 0}, {'C', "AUTH=PLAIN AGJvYgBidWlsZGVy\r\n", 0}}},
    {"SMTP: no mechanism",
     PROTOCOL_SMTP,
     false,
     {{'S', "220 hi\r\n", 0}, {'C', "AUTH AGJvYgBidWlsZGVy\r\n", 0}}},
    {"SMTP: PLAIN with one NUL",
     PROTOCOL_SMTP,
     false,
     {{'S', "220 hi\r\n", 0}, {'C', "AUTH PLAIN Ym9iAGJ1aWxkZXI=\r\n", 0}, {'S', "535 no\r\n", 0}}},
    {"SMTP: joined inside a log-in",
     PROTOCOL_SMTP,
     true,
     {{'C', "Ym9i\r\n", 0},
      {'S', "334 UGFzc3dvcmQ6\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0},
      {'S', "235 ok\r\n", 0}}},
    {"SMTP: AUTH lost",
     PROTOCOL_SMTP,
     false,
     {{'S', "220 hi\r\n", 0},
      {'c', "", 12},
      {'C', "Ym9i\r\n", 0},
      {'S', "334 UGFzc3dvcmQ6\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0}}},
    {"SMTP: replies lost inside a log-in that does not wait",
     PROTOCOL_SMTP,
     false,
     {{'S', "220 hi\r\n", 0},
      {'C', "EHLO a\r\nAUTH LOGIN\r\nYm9i\r\n", 0},
      {'s', "", 30},
      {'S', "250 what\r\n250 so\r\n250 ever\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0}}},
    {"SMTP: AUTH refused, the answer sent all the same",
     PROTOCOL_SMTP,
     false,
     {{'S', "220 hi\r\n", 0},
      {'C', "AUTH LOGIN\r\n", 0},
      {'S', "503 no\r\n", 0},
      {'C', "Ym9i\r\n", 0},
      {'S', "500 what\r\n", 0},
      {'C', "YnVpbGRlcg==\r\n", 0}}},
};

static void no_secret_is_shown(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *shown = show(cases[i].protocol, cases[i].steps, !cases[i].joined_late);
    g_autofree char *seen = g_ascii_strdown(shown, -1);
    for (size_t k = 0; k < G_N_ELEMENTS(secrets); k++)
      if (strstr(seen, secrets[k]) != NULL)
        g_error("%s: %s is shown in\n%s", cases[i].name, secrets[k], seen);
    g_assert_cmpuint(strlen(seen), >, 0);
  }
}

static void a_command_after_a_failed_log_in_is_shown_again(void)
{
  static const struct {
    ProtocolId protocol;
    DialogueStep steps[8];
    const char *want;
  } rows[] = {
      {PROTOCOL_POP3,
       {{'S', "+OK\r\n", 0},
        {'C', "AUTH LOGIN\r\n", 0},
        {'S', "-ERR\r\n", 0},
        {'C', "USER bob\r\n", 0},
        {'S', "+OK\r\n", 0},
        {'C', "XYZZY\r\n", 0}},
       "XYZZY"},
      {PROTOCOL_IMAP,
       {{'S', "* OK\r\n", 0},
        {'C', "a AUTHENTICATE LOGIN\r\n", 0},
        {'S', "a NO\r\n", 0},
        {'C', "b NOOP\r\n", 0},
        {'S', "b OK\r\n", 0},
        {'C', "c XYZZY\r\n", 0}},
       "XYZZY"},
      {PROTOCOL_SMTP,
       {{'S', "220\r\n", 0},
        {'C', "AUTH LOGIN\r\n", 0},
        {'S', "503\r\n", 0},
        {'C', "NOOP\r\n", 0},
        {'S', "250\r\n", 0},
        {'C', "XYZZY\r\n", 0}},
       "XYZZY"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *seen = show(rows[i].protocol, rows[i].steps, true);
    g_assert_nonnull(strstr(seen, rows[i].want));
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/secrets/no secret is shown, however oddly it was sent", no_secret_is_shown);
  g_test_add_func("/secrets/a command after a failed log-in is shown again",
                  a_command_after_a_failed_log_in_is_shown_again);
  return g_test_run();
}
