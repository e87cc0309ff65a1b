/* SPDX-License-Identifier: MIT */
/* POP2 as a listener sees it. */
#pragma once

#include "protocol/decoder.h"

extern const DecoderClass pop2_decoder_class;
