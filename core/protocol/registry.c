/* SPDX-License-Identifier: MIT */
/* The list of protocols. */
#include "protocol/registry.h"

#include "protocol/dns/dns-decoder.h"
#include "protocol/http/http-decoder.h"
#include "protocol/imap/imap-decoder.h"
#include "protocol/pop2/pop2-decoder.h"
#include "protocol/pop3/pop3-decoder.h"
#include "protocol/smtp/smtp-decoder.h"
#include "protocol/tls/tls-observer.h"

#define PORTS_MAX 8

/* Name, label and usual ports stand here too, for protocols without a decoder. The ports above 1024 are those
 * of `carteiro lab`. */
static const struct {
  const char *name, *label;
  const DecoderClass *class;
  uint16_t ports[PORTS_MAX];
} protocols[PROTOCOL_COUNT] = {
    [PROTOCOL_NONE] = {"", "", NULL, {0}},
    [PROTOCOL_SMTP] = {"smtp", "SMTP", &smtp_decoder_class, {25, 587, 2525, 2587}},
    [PROTOCOL_POP2] = {"pop2", "POP2", &pop2_decoder_class, {109, 2109}},
    [PROTOCOL_POP3] = {"pop3", "POP3", &pop3_decoder_class, {110, 2110}},
    [PROTOCOL_IMAP] = {"imap", "IMAP", &imap_decoder_class, {143, 2143}},
    [PROTOCOL_HTTP] = {"http", "HTTP", &http_decoder_class, {80, 2080}},
    [PROTOCOL_DNS] = {"dns", "DNS", &dns_decoder_class, {53}},
    [PROTOCOL_TLS] = {"tls", "TLS", &tls_observer_class, {465, 993, 995, 443, 2465, 2993, 2995}},
};

const DecoderClass *registry_get(ProtocolId id)
{
  return (unsigned)id < PROTOCOL_COUNT ? protocols[id].class : NULL;
}

const Vocabulary *registry_get_vocabulary(ProtocolId id)
{
  const DecoderClass *class = registry_get(id);
  return class == NULL ? NULL : class->vocabulary;
}

const char *registry_get_name(ProtocolId id)
{
  return (unsigned)id < PROTOCOL_COUNT ? protocols[id].name : "";
}

const char *registry_get_label(ProtocolId id)
{
  return (unsigned)id < PROTOCOL_COUNT ? protocols[id].label : "";
}

ProtocolId registry_find(const char *name)
{
  for (int id = PROTOCOL_NONE + 1; id < PROTOCOL_COUNT; id++)
    if (g_ascii_strcasecmp(name, protocols[id].name) == 0) return (ProtocolId)id;
  return PROTOCOL_NONE;
}

ProtocolId registry_find_port(uint16_t port)
{
  for (int id = PROTOCOL_NONE + 1; id < PROTOCOL_COUNT; id++)
    for (size_t i = 0; i < PORTS_MAX && protocols[id].ports[i] != 0; i++)
      if (protocols[id].ports[i] == port) return (ProtocolId)id;
  return PROTOCOL_NONE;
}

Recognition registry_recognise(const StreamStart *start, ProtocolId *id)
{
  Recognition best = RECOGNISED_NO;
  for (int candidate = PROTOCOL_NONE + 1; candidate < PROTOCOL_COUNT; candidate++) {
    const DecoderClass *class = protocols[candidate].class;
    if (class == NULL) continue;
    Recognition judged = class->recognise(start);
    if (judged == RECOGNISED_YES) {
      *id = (ProtocolId)candidate;
      return RECOGNISED_YES;
    }
    best = MAX(best, judged);
  }
  return best;
}
