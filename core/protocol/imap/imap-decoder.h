/* SPDX-License-Identifier: MIT */
/* IMAP as a listener sees it. */
#pragma once

#include "protocol/decoder.h"

extern const DecoderClass imap_decoder_class;
