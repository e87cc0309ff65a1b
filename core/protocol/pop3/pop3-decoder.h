/* SPDX-License-Identifier: MIT */
/* POP3 as a listener sees it. */
#pragma once

#include "protocol/decoder.h"

extern const DecoderClass pop3_decoder_class;
