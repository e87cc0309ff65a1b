/* SPDX-License-Identifier: MIT */
/* DNS as observe sees it: each receive is one datagram of UDP (RFC 1035 §4.2.1). */
#pragma once

#include "protocol/decoder.h"

extern const DecoderClass dns_decoder_class;
