/* SPDX-License-Identifier: MIT */
/* The messages of a handshake that travel in clear. Every length is checked; what does not fit is not there.
 */
#pragma once

#include "base/byte-buffer.h"

#define TLS_RECORD_HEADER 5u
#define TLS_RECORD_MOST                                                                                      \
  18432u /* bytes of a record's content (2^14 and what sealing may add, RFC 5246 §6.2.3) */

enum {
  TLS_RECORD_CHANGE_CIPHER_SPEC = 20,
  TLS_RECORD_ALERT = 21,
  TLS_RECORD_HANDSHAKE = 22,
  TLS_RECORD_DATA = 23,
};

enum {
  TLS_MESSAGE_CLIENT_HELLO = 1,
  TLS_MESSAGE_SERVER_HELLO = 2,
  TLS_MESSAGE_CERTIFICATE = 11,
};

/* Returns true when view begins like a record: type, version 3.x, a length that can be (RFC 8446 §5.1). Needs
 * TLS_RECORD_HEADER bytes. */
bool tls_is_record(Bytes view);

/* Cuts the next handshake message off the front of *rest (RFC 8446 §4). Returns false when it is not whole.
 */
bool tls_next_message(Bytes *rest, uint8_t *type, Bytes *body);

/* Appends the content of the handshake records in raw, their headers taken off. */
void tls_append_handshake(ByteBuffer *out, Bytes raw);

/* What a hello says. The view lies in the body. */
typedef struct {
  Bytes server_name; /* SNI (RFC 6066 §3), client only */
  uint16_t version;  /* the highest offered, or the one chosen; 0: none known */
  uint16_t cipher;   /* server only */
} TlsHello;

/* Reads a ClientHello or ServerHello body. Whatever the bytes, *hello is good to read. */
void tls_read_client_hello(Bytes body, TlsHello *hello);
void tls_read_server_hello(Bytes body, TlsHello *hello);

/* Returns the common name of the first certificate's subject in a Certificate body of TLS 1.2 or earlier (RFC
 * 5246 §7.4.2, RFC 5280 §4.1.2.6), a view; empty where none is found. */
Bytes tls_read_certificate_name(Bytes body);
