/* SPDX-License-Identifier: MIT */
/* Numbers of TLS by name (the IANA registries). */
#pragma once

#include "base/bytes.h"

/* Each returns the name, static; "" for a number without one here. */
const char *tls_version_name(uint16_t version);
const char *tls_cipher_name(uint16_t suite);
const char *tls_alert_name(uint8_t description);

/* Is it one of the values that clients send to keep servers tolerant (RFC 8701)? */
bool tls_is_grease(uint16_t value);
