/* SPDX-License-Identifier: MIT */
/* The words of DNS: what may be asked, and how a server answers (RFC 1035). */
#pragma once

#include "protocol/vocabulary.h"

/* The one state: every question stands for itself. */
typedef enum { DNS_STATE_ASKING, DNS_STATE_COUNT } DnsState;

extern const Vocabulary dns_vocabulary;
