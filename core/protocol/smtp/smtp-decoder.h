/* SPDX-License-Identifier: MIT */
/* SMTP as a listener sees it (RFC 5321; RFC 1870, 2034, 2920, 3030, 3207, 4954). */
#pragma once

#include "protocol/decoder.h"

/* Beyond the contract: a LINE_DATA's word is the row of its command (SMTP_DATA: dot-stuffed, the lone dot not
 * counted; SMTP_BDAT: exact bytes). */
extern const DecoderClass smtp_decoder_class;
