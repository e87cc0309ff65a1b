/* SPDX-License-Identifier: MIT */
/* The list of protocols; alone sees every protocol's folder. */
#pragma once

#include "protocol/decoder.h"

/* Returns the protocol's decoder, or NULL for one that has none. Static. */
const DecoderClass *registry_get(ProtocolId id);

/* Returns the protocol's words, or NULL for one that has none. Static. */
const Vocabulary *registry_get_vocabulary(ProtocolId id);

/* Returns "smtp", "tls", …; "" for PROTOCOL_NONE. Static. */
const char *registry_get_name(ProtocolId id);

/* Returns "SMTP", "TLS", …; "" for PROTOCOL_NONE. Static. */
const char *registry_get_label(ProtocolId id);

/* Returns the protocol named ("smtp", any case), or PROTOCOL_NONE. */
ProtocolId registry_find(const char *name);

/* Returns the mail protocol usual on that TCP port, or PROTOCOL_NONE. */
ProtocolId registry_find_port(uint16_t port);

/* Judges the first bytes of a stream. Returns RECOGNISED_YES with *id set, MAYBE (ask again with more bytes),
 * or NO. */
Recognition registry_recognise(const StreamStart *start, ProtocolId *id);
