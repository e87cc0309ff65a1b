/* SPDX-License-Identifier: MIT */
/* 8-bit parts converted by GMime. */
#include "mail/message-downgrade.h"

#include "mail/gmime-start.h"
#include "mail/message-trace.h"

#include <gmime/gmime.h>

bool message_has_8bit(Bytes message)
{
  for (size_t i = 0; i < message.length; i++)
    if (message.data[i] >= 0x80) return true;
  return false;
}

static Bytes view_of(GBytes *bytes)
{
  Bytes view;
  view.data = g_bytes_get_data(bytes, &view.length);
  return view;
}

/* Returns what GMime writes of parsed, each line ended by CR LF. */
static GBytes *write_parsed(GMimeMessage *parsed)
{
  GMimeStream *stream = g_mime_stream_mem_new();
  GMimeFormatOptions *options = g_mime_format_options_new();
  g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
  g_mime_object_write_to_stream(GMIME_OBJECT(parsed), options, stream);
  g_mime_format_options_free(options);
  GByteArray *written = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
  GBytes *bytes = g_bytes_new(written->data, written->len);
  g_object_unref(stream);
  return bytes;
}

GBytes *message_downgrade(GBytes *message)
{
  Bytes text = view_of(message), field;
  if (!message_has_8bit(text)) return NULL;
  for (Bytes rest = text; message_trace_next_field(&rest, &field);)
    if (message_has_8bit(field)) return NULL;
  GMimeMessage *parsed = gmime_parse_message(text);
  if (parsed == NULL) return NULL;
  g_mime_object_encode(GMIME_OBJECT(parsed), GMIME_ENCODING_CONSTRAINT_7BIT);
  g_autoptr(GBytes) converted = write_parsed(parsed);
  g_object_unref(parsed);
  /* Parts that cannot be converted (8-bit headers inside, unlabelled preambles) stay as they were. */
  return message_has_8bit(view_of(converted)) ? NULL : g_steal_pointer(&converted);
}
