/* SPDX-License-Identifier: MIT */
/* A DNS message: read from and written to one datagram (RFC 1035 §4; AAAA RFC 3596; OPT RFC 6891 is
 * understood and skipped). */
#pragma once

#include "base/byte-buffer.h"

typedef enum {
  DNS_A = 1,
  DNS_NS = 2,
  DNS_CNAME = 5,
  DNS_SOA = 6,
  DNS_PTR = 12,
  DNS_MX = 15,
  DNS_TXT = 16,
  DNS_AAAA = 28,
  DNS_SRV = 33,
  DNS_OPT = 41,
  DNS_TLSA = 52,
  DNS_ANY = 255,
} DnsType;

typedef enum {
  DNS_NOERROR,
  DNS_FORMERR,
  DNS_SERVFAIL,
  DNS_NXDOMAIN,
  DNS_NOTIMP,
  DNS_REFUSED,
} DnsResponseCode;

#define DNS_PORT 53
#define DNS_CLASS_IN 1u
#define DNS_NAME_MAX 255u     /* bytes on the wire, RFC 1035 §2.3.4 */
#define DNS_NAME_TEXT 1024u   /* room for a name as text, every byte escaped, and its NUL */
#define DNS_DATAGRAM_MAX 512u /* bytes, without EDNS */
#define DNS_STREAM_MAX 65535u /* bytes of a message over TCP, after its length */
#define DNS_RECORDS_MAX 256u  /* records of one message that we read; more are counted as damage */

/* Names are text without the last dot ("mail.beta.example"), "." for the root; odd bytes are escaped as in
 * RFC 1035 §5.1. Case is kept. */
typedef struct {
  char *name;
  uint16_t type;
  uint16_t class;
} DnsQuestion;

typedef struct {
  char *name;
  uint16_t type;
  uint16_t class;
  uint32_t ttl;        /* seconds */
  uint16_t preference; /* MX */
  char *target;        /* MX, NS, CNAME, PTR: the name told; SOA: the primary server */
  char *mailbox;       /* SOA: who is responsible, as a name */
  uint32_t numbers[5]; /* SOA: serial, refresh, retry, expire, minimum */
  GBytes *data;        /* A: 4 bytes, AAAA: 16 bytes, TXT: the text joined, other types: as on the wire */
} DnsRecord;

typedef struct {
  uint16_t id;
  bool response;
  uint8_t opcode;
  bool authoritative, truncated, recursion_desired, recursion_available;
  uint8_t response_code;                      /* DnsResponseCode, or another number */
  bool edns;                                  /* an OPT record was there */
  uint16_t udp_size;                          /* that it told */
  GArray *questions;                          /* of DnsQuestion */
  GArray *answers, *authorities, *additional; /* of DnsRecord; OPT is not among them */
} DnsMessage;

/* Returns an empty message; free it with dns_message_free. */
DnsMessage *dns_message_new(uint16_t id);

/* Returns what datagram says, or NULL where it is no DNS message: cut, a name that loops, a length that lies.
 */
DnsMessage *dns_message_parse(Bytes datagram);

/* Returns what could be read of datagram, or NULL where not even the header could; *whole tells whether all
 * could. */
DnsMessage *dns_message_parse_partly(Bytes datagram, bool *whole);

void dns_message_free(DnsMessage *message);

/* Copies a question, or a record, to the end of the section. */
void dns_message_append_question(DnsMessage *message, const char *name, DnsType type);
void dns_message_append_record(GArray *section, const DnsRecord *record);

/* Returns a deep copy, the caller's to free. */
DnsMessage *dns_message_dup(const DnsMessage *message);

/* Returns the datagram, names compressed, the caller's to unref. Where it would be longer than limit bytes,
 * records are left off from the end, and TC is set unless they were additional (RFC 2181 §9). */
GBytes *dns_message_build(const DnsMessage *message, size_t limit);

/* Returns "MX" and so on, or "TYPE123" written into room (RFC 3597). */
const char *dns_type_format(uint16_t type, char room[12]);

/* Returns the number of "MX" or "TYPE123", whatever its case, or 0. */
uint16_t dns_type_parse(Bytes text);

/* Returns "NOERROR" and so on, or "RCODE9" written into room. */
const char *dns_response_code_format(uint8_t code, char room[12]);

/* Fills *record, to be cleared, from a name and a text like "MX 10 mail.beta.example", "A 198.51.100.25",
 * "TXT \"v=spf1 -all\"", "SOA ns.example admin.example 1 3600 600 86400 300". Returns false when the text is
 * none of these; then *record is empty. */
bool dns_record_parse(DnsRecord *record, const char *name, uint32_t ttl, const char *text);

/* Appends the record's type and data as dns_record_parse reads them. */
void dns_record_format(const DnsRecord *record, ByteBuffer *text);

/* Returns the address of an A or AAAA record as text, the caller's to free; NULL for other types. */
char *dns_record_dup_address(const DnsRecord *record);

/* Returns the name under which the reverse tree keeps an address: "25.100.51.198.in-addr.arpa", or 32 nibbles
 * and "ip6.arpa" (RFC 1035 §3.5, RFC 3596 §2.5); the caller's to free, NULL where text is no address. */
char *dns_reverse_name(const char *address);

void dns_record_clear(DnsRecord *record);

/* Returns true when both names are the same, whatever their case. */
bool dns_name_equal(const char *a, const char *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsMessage, dns_message_free)
