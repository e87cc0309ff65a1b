/* SPDX-License-Identifier: MIT */
/* Runs a dialogue through a decoder and writes down what comes out. */
#include "support/line-recorder.h"

#include "base/limits.h"
#include "support/long-run.h"
#include "support/piece-memory.h"

typedef struct {
  const DecoderClass *class;
  void *decoder;
  DialogueCut cut;
  GRand *random;
  PieceMemory memory;
  ByteBuffer scratch;
  GString *text, *letters;
  uint32_t last_id, last_letter;
  GByteArray *sent[2]; /* what was fed, by direction, with gaps as zeros */
  ProtocolId next;     /* from a verdict: the protocol to hand over to */
  bool packed;         /* or: the same goes on compressed */
  GByteArray *left[2]; /* bytes the decoder did not take after the handover, by direction */
} LineRecorder;

static void append_bytes(GString *text, Bytes bytes)
{
  for (size_t i = 0; i < bytes.length; i++) {
    uint8_t byte = bytes.data[i];
    if (byte == '\n')
      g_string_append_c(text, '|');
    else if (byte >= 0x20 && byte <= 0x7e)
      g_string_append_c(text, (char)byte);
    else
      g_string_append_printf(text, "\\x%02x", byte);
  }
}

static void append_argument(GString *text, const DissectedLine *dissected)
{
  Bytes all = dissected->argument;
  size_t start = dissected->secret_start, length = dissected->secret_length;
  if (length == 0) {
    append_bytes(text, all);
    return;
  }
  g_assert_cmpuint(start + length, <=, all.length);
  append_bytes(text, bytes_slice(all, 0, start));
  g_string_append(text, "‹");
  append_bytes(text, bytes_slice(all, start, length));
  g_string_append(text, "›");
  append_bytes(text, bytes_skip(all, start + length));
}

static void append_phase(const LineRecorder *recorder, const DecodedLine *line)
{
  const Vocabulary *vocabulary = recorder->class->vocabulary;
  g_assert_cmpuint(line->phase, <, vocabulary->state_count);
  g_string_append_printf(recorder->text, " {%s}", vocabulary->states[line->phase].name);
}

static void append_command(LineRecorder *recorder, const DecodedLine *line, const DissectedLine *dissected)
{
  GString *text = recorder->text;
  append_bytes(text, dissected->verb);
  if (dissected->tag.length > 0) {
    g_string_append(text, " T=");
    append_bytes(text, dissected->tag);
  }
  if (dissected->argument.length > 0) g_string_append_c(text, ' ');
  append_argument(text, dissected);
  append_phase(recorder, line);
  if (line->word == VOCABULARY_UNKNOWN) g_string_append(text, " unknown");
  if (dissected->secret_length > 0) {
    g_assert_cmpuint(dissected->raw_secret_length, >, 0);
    g_assert_cmpuint(dissected->raw_secret_start + dissected->raw_secret_length, <=, line->raw.length);
  }
}

static void append_reply(LineRecorder *recorder, const DecodedLine *line, const DissectedLine *dissected)
{
  static const char *const classes[] = {"", " continue", " later", " refused", " untagged"};
  GString *text = recorder->text;
  append_bytes(text, dissected->code);
  if (dissected->tag.length > 0) {
    g_string_append(text, " T=");
    append_bytes(text, dissected->tag);
  }
  if (dissected->enhanced.length > 0) {
    g_string_append(text, " [");
    append_bytes(text, dissected->enhanced);
    g_string_append_c(text, ']');
  }
  if (dissected->text.length > 0) g_string_append_c(text, ' ');
  append_bytes(text, dissected->text);
  if (line->about != 0) g_string_append_printf(text, " >%u", line->about);
  if (line->lines > 1) g_string_append_printf(text, " *%u", line->lines);
  append_phase(recorder, line);
  g_assert_cmpuint(line->reply_class, <, REPLY_CLASS_COUNT);
  g_string_append(text, classes[line->reply_class]);
}

static void append_credential(GString *text, const DecodedLine *line)
{
  const Credential *credential = line->credential;
  g_assert_nonnull(credential);
  g_string_append_printf(text, "credential %s", credential->mechanism);
  const struct {
    const char *name;
    Bytes value;
  } parts[] = {{"user", credential->user},
               {"secret", credential->secret},
               {"challenge", credential->challenge},
               {"digest", credential->digest}};
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    if (parts[i].value.length == 0) continue;
    g_string_append_printf(text, " %s=", parts[i].name);
    append_bytes(text, parts[i].value);
  }
  g_string_append_printf(text, " accepted=%d >%u", credential->accepted, line->about);
}

#define FIRST_LETTER_ID 0x40000000u

static uint32_t record_letter(LineRecorder *recorder, const DecodedLine *line)
{
  const MessageRecord *message = line->message;
  GString *text = recorder->letters;
  g_assert_nonnull(message);
  g_string_append_printf(text, "m%u %s %" G_GUINT64_FORMAT " bytes \"", ++recorder->last_letter,
                         message->way == MESSAGE_SENT ? "C sent" : "S fetched", message->bytes);
  append_bytes(text, bytes_from_string(message->subject));
  g_string_append_c(text, '"');
  g_assert_cmpint(line->direction == DIRECTION_TO_SERVER, ==, message->way == MESSAGE_SENT);
  if (message->has_envelope) {
    g_string_append_printf(text, " <%s> to", message->envelope_from != NULL ? message->envelope_from : "?");
    for (guint i = 0; i < message->envelope_to->len; i++)
      g_string_append_printf(text, " <%s>", (const char *)g_ptr_array_index(message->envelope_to, i));
  }
  g_string_append(text, " |");
  for (guint i = 0; i < message->parts->len; i++) {
    const MessagePart *part = &g_array_index(message->parts, MessagePart, i);
    g_string_append_printf(text, "%s %s %" G_GUINT64_FORMAT, i > 0 ? "," : "", part->type, part->bytes);
    if (part->name == NULL) continue;
    g_string_append(text, " \"");
    append_bytes(text, bytes_from_string(part->name));
    g_string_append_c(text, '"');
  }
  g_string_append_printf(text, " >%u%s\n", line->about, message->truncated ? " truncated" : "");
  for (guint i = 0; i < message->pieces->len; i++) {
    const MessagePiece *piece = &g_array_index(message->pieces, MessagePiece, i);
    g_assert_cmpuint(piece->offset + piece->length, <=, recorder->sent[line->direction]->len);
  }
  return FIRST_LETTER_ID + recorder->last_letter;
}

static void append_flags(GString *text, uint8_t flags)
{
  static const char *const names[] = {"truncated", "sasl", "unsolicited", NULL, "incomplete", NULL};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if ((flags & 1 << i) != 0 && names[i] != NULL) g_string_append_printf(text, " %s", names[i]);
}

/* raw must be what was sent at offset: whoever keeps the stream finds the line again by these two numbers. */
static void check_range(const LineRecorder *recorder, const DecodedLine *line)
{
  if (line->raw.length == 0 && line->kind != LINE_DATA) return;
  const GByteArray *sent = recorder->sent[line->direction];
  g_assert_cmpuint(line->offset + line->length, <=, sent->len);
  if (line->kind == LINE_DATA) return;
  g_assert_cmpuint(line->raw.length, ==, MIN(line->length, LIMIT_LINE_SHOWN));
  g_assert_true(bytes_equal(line->raw, (Bytes){sent->data + line->offset, line->raw.length}));
}

static uint32_t record(void *owner, const DecodedLine *line)
{
  LineRecorder *recorder = owner;
  GString *text = recorder->text;
  check_range(recorder, line);
  DissectedLine dissected = {0};
  if (line->kind == LINE_MESSAGE) return record_letter(recorder, line);
  if (line->kind == LINE_NOTE && line->about > FIRST_LETTER_ID) {
    g_string_append_printf(recorder->letters, "m%u note %s\n", line->about - FIRST_LETTER_ID,
                           note_text((NoteCode)line->word)->code);
    return 0;
  }
  g_string_append_printf(text, "%u ", ++recorder->last_id);
  if (line->kind != LINE_CREDENTIAL) {
    g_string_append(text, line->direction == DIRECTION_TO_SERVER ? "C " : "S ");
  }
  if (line->kind == LINE_COMMAND || line->kind == LINE_REPLY)
    recorder->class->dissect(line, &recorder->scratch, &dissected);
  if (line->kind == LINE_COMMAND) append_command(recorder, line, &dissected);
  if (line->kind == LINE_REPLY) append_reply(recorder, line, &dissected);
  if (line->kind == LINE_CREDENTIAL) append_credential(text, line);
  if (line->kind == LINE_DATA)
    g_string_append_printf(text, "data %" G_GUINT64_FORMAT " bytes %u lines >%u", line->length, line->lines,
                           line->about);
  if (line->kind == LINE_DATA && line->secret != SECRET_NONE) g_string_append(text, " secret");
  if (line->kind == LINE_NOTE) {
    g_string_append_printf(text, "note %s >%u", note_text((NoteCode)line->word)->code, line->about);
    if (line->length > 0) g_string_append_printf(text, " %" G_GUINT64_FORMAT, line->length);
  }
  append_flags(text, line->flags);
  g_string_append_c(text, '\n');
  return recorder->last_id;
}

static Direction step_direction(const DialogueStep *step)
{
  return step->who == 'C' || step->who == 'c' ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT;
}

static size_t step_length(const DialogueStep *step)
{
  return step->length > 0 ? step->length : strlen(step->bytes);
}

static size_t piece_length(LineRecorder *recorder, size_t left)
{
  if (recorder->cut == CUT_EVERY_BYTE) return 1;
  if (recorder->cut != CUT_AT_RANDOM) return left;
  size_t wanted = (size_t)g_rand_int_range(recorder->random, 1, g_rand_boolean(recorder->random) ? 6 : 60);
  return MIN(left, wanted);
}

static void feed_piece(LineRecorder *recorder, Direction direction, const uint8_t *bytes, size_t count)
{
  GByteArray *sent = recorder->sent[direction];
  uint64_t offset = sent->len;
  size_t used = 0;
  g_byte_array_append(sent, bytes, (guint)count);
  if (recorder->next == PROTOCOL_NONE && !recorder->packed) {
    Bytes piece = piece_memory_lend(&recorder->memory, bytes, count);
    DecoderVerdict verdict = recorder->class->receive(recorder->decoder, direction, offset, piece);
    piece_memory_take_back(piece);
    recorder->next = verdict.next;
    recorder->packed = verdict.filter == STREAM_FILTER_INFLATE;
    used = verdict.next == PROTOCOL_NONE && !recorder->packed ? count : verdict.consumed;
    g_assert_cmpuint(used, <=, count);
  }
  g_byte_array_append(recorder->left[direction], bytes + used, (guint)(count - used));
}

static void feed_bytes(LineRecorder *recorder, Direction direction, const uint8_t *bytes, size_t length)
{
  for (size_t at = 0, count = 0; at < length; at += count) {
    count = piece_length(recorder, length - at);
    feed_piece(recorder, direction, bytes + at, count);
  }
}

static void feed_gap(LineRecorder *recorder, const DialogueStep *step)
{
  Direction direction = step_direction(step);
  GByteArray *sent = recorder->sent[direction];
  uint64_t offset = sent->len;
  g_byte_array_set_size(sent, sent->len + (guint)step->length);
  memset(sent->data + offset, 0, step->length);
  if (recorder->next == PROTOCOL_NONE && !recorder->packed)
    recorder->class->gap(recorder->decoder, direction, offset, step->length);
}

/* Feeds the steps of one side up to the other's or a gap as if they were one, unless they are to be apart.
 * Returns the last step fed. */
static const DialogueStep *feed(LineRecorder *recorder, const DialogueStep *step)
{
  GByteArray *said = g_byte_array_new();
  g_byte_array_append(said, (const guint8 *)step->bytes, (guint)step_length(step));
  for (; step[1].who == step->who && recorder->cut != CUT_AT_STEPS; step++)
    g_byte_array_append(said, (const guint8 *)step[1].bytes, (guint)step_length(&step[1]));
  feed_bytes(recorder, step_direction(step), said->data, said->len);
  g_byte_array_free(said, TRUE);
  return step;
}

static void append_handover(LineRecorder *recorder)
{
  if (recorder->next == PROTOCOL_NONE && !recorder->packed) return;
  /* not the registry's name: a test of one decoder must not need all the others */
  const char *how = recorder->next == PROTOCOL_TLS ? "handover to tls" : "handover";
  g_string_append(recorder->text, recorder->packed ? "goes on compressed" : how);
  for (int direction = 0; direction < 2; direction++) {
    GByteArray *left = recorder->left[direction];
    if (left->len == 0) continue;
    g_string_append_printf(recorder->text, ", left %c:", direction == DIRECTION_TO_SERVER ? 'C' : 'S');
    append_bytes(recorder->text, (Bytes){left->data, left->len});
  }
  g_string_append_c(recorder->text, '\n');
}

static size_t bytes_of_all(const DialogueStep *steps)
{
  size_t bytes = 0;
  for (const DialogueStep *step = steps; step->who != 0; step++)
    if (step->bytes != NULL) bytes += step_length(step);
  return bytes;
}

static void clear(LineRecorder *recorder)
{
  for (int i = 0; i < 2; i++) {
    g_byte_array_free(recorder->sent[i], TRUE);
    g_byte_array_free(recorder->left[i], TRUE);
  }
  byte_buffer_clear(&recorder->scratch);
  piece_memory_clear(&recorder->memory);
  g_rand_free(recorder->random);
  g_string_free(recorder->letters, TRUE);
}

char *line_recorder_run(const DecoderClass *class, const DialogueStep *steps, bool from_start,
                        DialogueCut cut, uint32_t seed)
{
  LineRecorder recorder = {
      .class = class, .cut = cut, .text = g_string_sized_new(2048), .letters = g_string_new(NULL)};
  recorder.random = g_rand_new_with_seed(seed);
  piece_memory_init(&recorder.memory, bytes_of_all(steps));
  for (int i = 0; i < 2; i++) {
    recorder.sent[i] = g_byte_array_sized_new(1024);
    recorder.left[i] = g_byte_array_new();
  }
  DecoderSink sink = {.emit = record, .owner = &recorder};
  recorder.decoder = class->create(&sink, from_start);
  for (const DialogueStep *step = steps; step->who != 0; step++) {
    g_assert_nonnull(strchr("CScs", step->who));
    if (step->who == 'C' || step->who == 'S')
      step = feed(&recorder, step);
    else
      feed_gap(&recorder, step);
  }
  class->finish(recorder.decoder);
  class->destroy(recorder.decoder);
  append_handover(&recorder);
  g_string_append(recorder.text, recorder.letters->str);
  clear(&recorder);
  return g_string_free(recorder.text, FALSE);
}

/* A dialogue that says nothing of letters is not asked about them. */
static void check_one(const char *name, const char *how, char *got, const char *expected)
{
  char *letters = strstr(got, "\nm1 ");
  if (letters != NULL && strstr(expected, "\nm1 ") == NULL) letters[1] = '\0';
  if (strcmp(got, expected) == 0) return;
  g_printerr("%s, %s:\n--- expected\n%s--- got\n%s---\n", name, how, expected, got);
  g_test_fail();
}

void line_recorder_check(const char *name, const DecoderClass *class, const DialogueStep *steps,
                         bool from_start, const char *expected)
{
  g_autofree char *whole = line_recorder_run(class, steps, from_start, CUT_NOT, 0);
  check_one(name, "whole", whole, expected);
  g_autofree char *stepwise = line_recorder_run(class, steps, from_start, CUT_AT_STEPS, 0);
  check_one(name, "step by step", stepwise, expected);
  g_autofree char *bytewise = line_recorder_run(class, steps, from_start, CUT_EVERY_BYTE, 0);
  check_one(name, "byte by byte", bytewise, expected);
  uint32_t cuttings = 200 * (uint32_t)long_run_factor();
  for (uint32_t seed = 1; seed <= cuttings && !g_test_failed(); seed++) {
    g_autofree char *cut = line_recorder_run(class, steps, from_start, CUT_AT_RANDOM, seed);
    g_autofree char *how = g_strdup_printf("cut at random with seed %u", seed);
    check_one(name, how, cut, expected);
  }
}
