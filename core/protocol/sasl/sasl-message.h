/* SPDX-License-Identifier: MIT */
/* The messages inside SASL exchanges, taken apart and built; shared by observer, servers and clients. */
#pragma once

#include "base/byte-buffer.h"

/* Appends what base64 stands for (RFC 4648 §4). Returns false when it is not valid base64; what could be read
 * was appended. */
bool sasl_append_decoded(ByteBuffer *out, Bytes base64);

/* Appends bytes as base64, without line ends. */
void sasl_append_encoded(ByteBuffer *out, Bytes bytes);

/* PLAIN (RFC 4616 §2): authzid NUL authcid NUL passwd. Views into message. Returns false where a NUL is
 * missing. */
bool sasl_parse_plain(Bytes message, Bytes *authzid, Bytes *user, Bytes *secret);
void sasl_append_plain(ByteBuffer *out, Bytes user, Bytes secret);

/* CRAM-MD5 (RFC 2195 §2): user SP 32 hex digits. Views into message. Returns false for another shape. */
bool sasl_parse_cram_md5(Bytes message, Bytes *user, Bytes *digest);
void sasl_append_cram_md5(ByteBuffer *out, Bytes user, Bytes secret, Bytes challenge);

/* Returns the value of attribute name in a list name=value,… as SCRAM (RFC 5802 §5.1) and DIGEST-MD5 (RFC
 * 2831) write it; quotes taken off; empty where absent. View into message. */
Bytes sasl_find_attribute(Bytes message, const char *name);

/* Appends a SCRAM name (RFC 5802 §5.1), "=2C" and "=3D" turned back into comma and equals sign. */
void sasl_append_scram_name(ByteBuffer *out, Bytes name);

/* NTLM (MS-NLMP §2.2.1). Returns the server's 8 bytes out of its challenge, or an empty view for another
 * message. */
Bytes sasl_parse_ntlm_challenge(Bytes message);

/* Appends the user of the client's last message, "DOMAIN\\user" in UTF-8, and gives a view of its response to
 * the challenge, empty for a guest. Returns false, with nothing appended, for another message. */
bool sasl_parse_ntlm_response(Bytes message, ByteBuffer *user, Bytes *response);
