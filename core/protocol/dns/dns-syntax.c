/* SPDX-License-Identifier: MIT */
/* A datagram taken apart for showing. */
#include "protocol/dns/dns-syntax.h"

#include "base/i18n.h"
#include "base/limits.h"
#include "protocol/dns/dns-message.h"
#include "protocol/dns/dns-vocabulary.h"

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

static bool contains(Bytes text, const char *word)
{
  for (size_t i = 0; i < text.length; i++)
    if (bytes_starts_ignore_case(bytes_skip(text, i), word)) return true;
  return false;
}

/* Answers that hold nothing of what was asked, and yet are no error (RFC 1035 §4.1.1). Returns NULL for
 * others. */
static const ReplyRefinement *judge_header(const DecodedLine *line)
{
  static const ReplyRefinement
      truncated =
          {N_("Too long for a datagram: ask over TCP"),
           N_("The answer did not fit, so the flag TC is set and what is here may be only a part. Whoever "
              "asked asks the same again over TCP, where answers may be long."),
           "RFC 7766 §5", false},
      referral = {N_("I do not know: ask those nearer to it"),
                  N_("A referral: this server does not keep the name and tells which name servers are nearer "
                     "to it. The question goes on there."),
                  "RFC 1034 §4.3.2", false};
  enum { TRUNCATED = 0x02, RESPONSE_CODE = 0x0f };
  ByteReader reader = byte_reader(bytes_skip(line->raw, (line->flags & LINE_DNS_TCP) != 0 ? 4 : 2));
  unsigned flags = byte_reader_u8(&reader), code = byte_reader_u8(&reader) & RESPONSE_CODE;
  byte_reader_be16(&reader); /* questions */
  unsigned answers = byte_reader_be16(&reader), authorities = byte_reader_be16(&reader);
  if (reader.overrun) return NULL;
  if ((flags & TRUNCATED) != 0) return &truncated;
  bool none_of_these = line->word < dns_vocabulary.reply_count &&
                       strcmp(dns_vocabulary.replies[line->word].code, "NODATA") == 0;
  return code == DNS_NOERROR && answers == 0 && authorities > 0 && !none_of_these ? &referral : NULL;
}

bool dns_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out)
{
  static const struct {
    const char *word;
    ReplyRefinement meaning;
  } policies[] = {
      {"\"v=spf1",
       {N_("Which hosts may send for this domain"),
        N_("SPF: machines that send with this domain in the envelope are listed; the last word says what to "
           "do with all "
           "others, such as -all: refuse them."),
        "RFC 7208 §3", false}},
      {"\"v=DMARC1",
       {N_("What to do with forged senders"),
        N_("DMARC: where neither SPF nor DKIM fits the From header, p= asks for nothing special (none), to "
           "set the letter apart (quarantine) or to refuse it (reject)."),
        "RFC 7489 §6.3", false}},
      {"\"v=DKIM1",
       {N_("The key for this domain's signatures"),
        N_("DKIM: with this public key anyone can check the signature in a letter's header."),
        "RFC 6376 §3.6.1", false}},
      {"\"v=STSv1",
       {N_("We have a policy on TLS for our mail"),
        N_("MTA-STS: the domain has a policy, fetched over HTTPS, that may ask senders for TLS and a valid "
           "certificate."),
        "RFC 8461 §3.1", false}},
  };
  const ReplyRefinement *judged = line->kind == LINE_ANSWER ? judge_header(line) : NULL;
  if (judged != NULL) {
    *out = *judged;
    return true;
  }
  for (size_t i = 0; line->kind == LINE_ANSWER && i < G_N_ELEMENTS(policies); i++) {
    if (!contains(parts->text, policies[i].word)) continue;
    *out = policies[i].meaning;
    return true;
  }
  return false;
}

void dns_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  *dissected = (DissectedLine){0};
  byte_buffer_reset(scratch);
  bool whole;
  size_t prefix = (line->flags & LINE_DNS_TCP) != 0 ? 2 : 0;
  g_autoptr(DnsMessage) message = dns_message_parse_partly(bytes_skip(line->raw, prefix), &whole);
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
