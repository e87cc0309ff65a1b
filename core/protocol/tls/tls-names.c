/* SPDX-License-Identifier: MIT */
/* Tables of the names that mail traffic shows. */
#include "protocol/tls/tls-names.h"

typedef struct {
  uint16_t number;
  const char *name;
} Name;

static const char *find(const Name *names, size_t count, uint16_t number)
{
  for (size_t i = 0; i < count; i++)
    if (names[i].number == number) return names[i].name;
  return "";
}

const char *tls_version_name(uint16_t version)
{
  static const Name names[] = {{0x0300, "SSL 3.0"},
                               {0x0301, "TLS 1.0"},
                               {0x0302, "TLS 1.1"},
                               {0x0303, "TLS 1.2"},
                               {0x0304, "TLS 1.3"}};
  return find(names, G_N_ELEMENTS(names), version);
}

const char *tls_cipher_name(uint16_t suite)
{
  static const Name names[] = {
      {0x0004, "TLS_RSA_WITH_RC4_128_MD5"},
      {0x0005, "TLS_RSA_WITH_RC4_128_SHA"},
      {0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
      {0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"},
      {0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"},
      {0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
      {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
      {0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"},
      {0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"},
      {0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"},
      {0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"},
      {0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"},
      {0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
      {0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
      {0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
      {0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
      {0x1301, "TLS_AES_128_GCM_SHA256"},
      {0x1302, "TLS_AES_256_GCM_SHA384"},
      {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
      {0x1304, "TLS_AES_128_CCM_SHA256"},
      {0x1305, "TLS_AES_128_CCM_8_SHA256"},
      {0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
      {0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
      {0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"},
      {0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
      {0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
      {0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
      {0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
      {0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
      {0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
      {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
      {0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
      {0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
      {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
      {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
      {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
      {0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
  };
  return find(names, G_N_ELEMENTS(names), suite);
}

const char *tls_alert_name(uint8_t description)
{
  static const Name names[] = {{0, "close_notify"},
                               {10, "unexpected_message"},
                               {20, "bad_record_mac"},
                               {22, "record_overflow"},
                               {40, "handshake_failure"},
                               {42, "bad_certificate"},
                               {43, "unsupported_certificate"},
                               {44, "certificate_revoked"},
                               {45, "certificate_expired"},
                               {46, "certificate_unknown"},
                               {47, "illegal_parameter"},
                               {48, "unknown_ca"},
                               {49, "access_denied"},
                               {50, "decode_error"},
                               {51, "decrypt_error"},
                               {70, "protocol_version"},
                               {71, "insufficient_security"},
                               {80, "internal_error"},
                               {86, "inappropriate_fallback"},
                               {90, "user_canceled"},
                               {100, "no_renegotiation"},
                               {109, "missing_extension"},
                               {110, "unsupported_extension"},
                               {112, "unrecognized_name"},
                               {116, "certificate_required"},
                               {120, "no_application_protocol"}};
  return find(names, G_N_ELEMENTS(names), description);
}

bool tls_is_grease(uint16_t value)
{
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}
