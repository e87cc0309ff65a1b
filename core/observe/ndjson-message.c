/* SPDX-License-Identifier: MIT */
/* Envelope, headers and parts of a message as JSON. */
#include "observe/ndjson-message.h"

#include "observe/json.h"

static void write_text(ByteBuffer *out, const char *text)
{
  json_string(out, bytes_from_string(text));
}

static void write_envelope(ByteBuffer *out, const MessageRecord *message)
{
  json_key(out, "envelope");
  json_raw(out, "{\"from\":");
  if (message->envelope_from != NULL)
    write_text(out, message->envelope_from);
  else
    json_raw(out, "null");
  json_raw(out, ",\"to\":[");
  for (guint i = 0; i < message->envelope_to->len; i++) {
    if (i > 0) json_raw(out, ",");
    write_text(out, g_ptr_array_index(message->envelope_to, i));
  }
  json_raw(out, "]}");
}

/* Fields of one name stand together, where the first of them stood. */
static void write_headers(ByteBuffer *out, const GArray *headers)
{
  json_key(out, "headers");
  json_raw(out, "{");
  bool first = true;
  for (guint i = 0; i < headers->len; i++) {
    const MessageHeader *header = &g_array_index(headers, MessageHeader, i);
    if (header->repeats) continue;
    if (!first) json_raw(out, ",");
    first = false;
    write_text(out, header->name);
    json_raw(out, ":[");
    write_text(out, header->value);
    while (header->next_same != 0) {
      header = &g_array_index(headers, MessageHeader, header->next_same);
      json_raw(out, ",");
      write_text(out, header->value);
    }
    json_raw(out, "]");
  }
  json_raw(out, "}");
}

static void write_optional(ByteBuffer *out, const char *key, const char *text)
{
  if (text != NULL) {
    json_key_text(out, key, text);
    return;
  }
  json_key(out, key);
  json_raw(out, "null");
}

static void write_parts(ByteBuffer *out, const GArray *parts)
{
  json_key(out, "parts");
  json_raw(out, "[");
  for (guint i = 0; i < parts->len; i++) {
    const MessagePart *part = &g_array_index(parts, MessagePart, i);
    json_raw(out, i > 0 ? ",{\"type\":" : "{\"type\":");
    write_text(out, part->type);
    json_key_text(out, "encoding", part->encoding);
    write_optional(out, "charset", part->charset);
    write_optional(out, "name", part->name);
    json_key_number(out, "bytes", part->bytes);
    json_key_number(out, "depth", part->depth);
    json_raw(out, "}");
  }
  json_raw(out, "]");
}

void ndjson_write_message(ByteBuffer *out, const MessageRecord *message)
{
  json_key_text(out, "direction", message->way == MESSAGE_SENT ? "sent" : "fetched");
  write_envelope(out, message);
  json_key_text(out, "subject", message->subject);
  json_key_text(out, "from_header", message->from);
  json_key_text(out, "to_header", message->to);
  json_key_text(out, "message_id", message->message_id);
  json_key_text(out, "date", message->date);
  json_key_number(out, "bytes", message->bytes);
  write_headers(out, message->headers);
  write_parts(out, message->parts);
  json_key(out, "truncated");
  json_raw(out, message->truncated ? "true" : "false");
}
