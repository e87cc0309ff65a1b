/* SPDX-License-Identifier: MIT */
/* TLS as a listener without keys sees it. */
#pragma once

#include "protocol/decoder.h"

extern const DecoderClass tls_observer_class;
