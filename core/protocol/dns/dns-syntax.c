/* SPDX-License-Identifier: MIT */
/* A datagram taken apart for showing. */
#include "protocol/dns/dns-syntax.h"

#include "base/limits.h"
#include "protocol/dns/dns-message.h"

/* Where a piece of scratch lies: scratch may move while it grows. */
typedef struct {
  size_t start, length;
} Range;

static Range begin_range(const ByteBuffer *scratch)
{
  return (Range){byte_buffer_view(scratch).length, 0};
}

static void end_range(Range *range, const ByteBuffer *scratch)
{
  range->length = byte_buffer_view(scratch).length - range->start;
}

static Range append(ByteBuffer *scratch, const char *text)
{
  Range range = begin_range(scratch);
  byte_buffer_append(scratch, bytes_from_string(text));
  end_range(&range, scratch);
  return range;
}

/* One record a line; its name only where it is not the name asked. */
static void append_records(ByteBuffer *scratch, size_t start, const GArray *records, const char *asked)
{
  for (guint i = 0; i < records->len; i++) {
    const DnsRecord *record = &g_array_index(records, DnsRecord, i);
    if (byte_buffer_view(scratch).length - start > LIMIT_LINE_SHOWN) return;
    if (byte_buffer_view(scratch).length > start) byte_buffer_append(scratch, BYTES_LITERAL("\n"));
    if (asked == NULL || !dns_name_equal(record->name, asked))
      byte_buffer_append_format(scratch, "%s ", record->name);
    dns_record_format(record, scratch);
  }
}

void dns_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  *dissected = (DissectedLine){0};
  byte_buffer_reset(scratch);
  bool whole;
  g_autoptr(DnsMessage) message = dns_message_parse_partly(line->raw, &whole);
  if (message == NULL) return;
  const DnsQuestion *question =
      message->questions->len > 0 ? &g_array_index(message->questions, DnsQuestion, 0) : NULL;
  char room[12];
  Range name = append(scratch, question == NULL ? "" : question->name);
  Range type = append(scratch, question == NULL ? "" : dns_type_format(question->type, room));
  Range code =
      append(scratch, message->response ? dns_response_code_format(message->response_code, room) : "");
  Range text = begin_range(scratch);
  if (message->response) {
    const char *asked = question == NULL ? NULL : question->name;
    append_records(scratch, text.start, message->answers, asked);
    append_records(scratch, text.start, message->additional, asked);
  }
  end_range(&text, scratch);
  Bytes all = byte_buffer_view(scratch);
  dissected->verb = bytes_slice(all, name.start, name.length);
  dissected->argument = bytes_slice(all, type.start, type.length);
  dissected->code = bytes_slice(all, code.start, code.length);
  dissected->text = bytes_slice(all, text.start, text.length);
}
