/* SPDX-License-Identifier: MIT */
/* What a listener can tell of TLS: events, by the words that NDJSON uses. */
#pragma once

#include "protocol/vocabulary.h"

typedef enum {
  TLS_STARTTLS,
  TLS_CLIENT_HELLO,
  TLS_SERVER_HELLO,
  TLS_CERTIFICATE,
  TLS_ENCRYPTED,
  TLS_ALERT,
  TLS_WORD_COUNT,
} TlsWord;

extern const Vocabulary tls_vocabulary;
