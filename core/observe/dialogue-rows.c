/* SPDX-License-Identifier: MIT */
/* Rows out of what a stream's decoder says, and of what is to be said of the stream itself. */
#include "observe/dialogue-private.h"

#include "protocol/registry.h"

static uint32_t write_row(Dialogue *dialogue, Row *row, const DecodedLine *line)
{
  RowOutput *output = dialogue->output;
  row->id = ++output->last_id;
  row->stream = dialogue->info->index;
  output->counts.rows[row->kind]++;
  RowEvent event = {row, dialogue->info, line != NULL ? line->raw : BYTES_EMPTY,
                    line != NULL ? line->credential : NULL, line != NULL ? line->message : NULL};
  output->sink.row(output->sink.owner, &event);
  return row->id;
}

static uint32_t emit(void *owner, const DecodedLine *line)
{
  Dialogue *dialogue = owner;
  if (line->kind == LINE_COMMAND) dialogue->commands++;
  if (line->kind == LINE_REPLY) dialogue->replies++;
  Row row = {.time = dialogue->stamp.time,
             .offset = line->offset,
             .length = line->length,
             .lines = line->lines,
             .frame = dialogue->stamp.frame,
             .about = line->about,
             .word = line->word,
             .answered_word = line->answered_word,
             .kind = (uint8_t)line->kind,
             .protocol = (uint8_t)dialogue->class->vocabulary->id,
             .direction = (uint8_t)line->direction,
             .flags = line->flags,
             .secret = (uint8_t)line->secret,
             .phase = line->phase,
             .reply_class = line->reply_class,
             .sasl_step = line->sasl_step,
             .layer = dialogue->layer};
  return write_row(dialogue, &row, line);
}

static void take_content(void *owner, const MessageRecord *message, Bytes bytes)
{
  Dialogue *dialogue = owner;
  const RowSink *sink = &dialogue->output->sink;
  sink->content(sink->owner, message, bytes);
}

static void take_address(void *owner, uint32_t id, Bytes bytes)
{
  Dialogue *dialogue = owner;
  IpAddress address = {.version = bytes.length == 4 ? 4 : 6};
  if (bytes.length > sizeof address.bytes) return;
  memcpy(address.bytes, bytes.data, bytes.length);
  ServerMemory *memory = server_table_find(dialogue->output->resolved, &address, 0);
  if (memory != NULL) memory->answer = id;
}

void dialogue_rows_bind(Dialogue *dialogue)
{
  dialogue->sink = (DecoderSink){.emit = emit, .owner = dialogue};
  if (dialogue->output->sink.content != NULL) dialogue->sink.content = take_content;
  if (dialogue->output->resolved != NULL) dialogue->sink.address = take_address;
}

void dialogue_rows_remark(Dialogue *dialogue, uint8_t side, NoteCode code, uint64_t offset, uint64_t length)
{
  DecodedLine line = {.kind = LINE_NOTE,
                      .direction = dialogue_direction(dialogue, side),
                      .word = (uint16_t)code,
                      .answered_word = VOCABULARY_UNKNOWN,
                      .offset = offset,
                      .length = length};
  emit(dialogue, &line);
}

uint32_t dialogue_rows_session(Dialogue *dialogue, StreamState state, RowStamp stamp, bool totals)
{
  Row row = {.time = stamp.time,
             .frame = stamp.frame,
             .kind = LINE_SESSION,
             .protocol = (uint8_t)dialogue->info->protocol,
             .word = (uint16_t)state,
             .answered_word = VOCABULARY_UNKNOWN,
             .direction = DIRECTION_TO_SERVER};
  const ServerTable *resolved = dialogue->output->resolved;
  const ServerMemory *told =
      totals || resolved == NULL ? NULL : server_table_look(resolved, &dialogue->info->server, 0);
  if (told != NULL) row.link = told->answer;
  if (totals && !dialogue->known) row.flags |= LINE_CAME_TO_NOTHING;
  if (totals) {
    row.session_bytes = dialogue->bytes;
    row.session_commands = dialogue->commands;
    row.session_replies = dialogue->replies;
  }
  return write_row(dialogue, &row, NULL);
}

void dialogue_rows_note(Dialogue *dialogue, NoteCode code, uint32_t id, RowStamp stamp)
{
  Row row = {.time = stamp.time,
             .frame = stamp.frame,
             .about = id,
             .kind = LINE_NOTE,
             .protocol = (uint8_t)dialogue->info->protocol,
             .word = (uint16_t)code,
             .answered_word = VOCABULARY_UNKNOWN,
             .direction = DIRECTION_TO_SERVER};
  write_row(dialogue, &row, NULL);
}

bool dialogue_rows_is_mail(ProtocolId protocol)
{
  return protocol >= PROTOCOL_SMTP && protocol <= PROTOCOL_IMAP;
}

void dialogue_rows_note_port(Dialogue *dialogue, uint32_t id, RowStamp stamp)
{
  ProtocolId spoken = dialogue->info->protocol, usual = registry_find_port(dialogue->info->server_port);
  if (dialogue_rows_is_mail(spoken) && usual == PROTOCOL_TLS)
    dialogue_rows_note(dialogue, NOTE_PLAIN_ON_TLS_PORT, id, stamp);
  if (spoken == PROTOCOL_HTTP && dialogue_rows_is_mail(usual))
    dialogue_rows_note(dialogue, NOTE_OTHER_PROTOCOL, id, stamp);
}

void dialogue_rows_note_resolved(Dialogue *dialogue, uint32_t id, RowStamp stamp)
{
  const ServerTable *resolved = dialogue->output->resolved;
  if (resolved != NULL && server_table_look(resolved, &dialogue->info->server, 0) != NULL)
    dialogue_rows_note(dialogue, NOTE_RESOLVED, id, stamp);
}
