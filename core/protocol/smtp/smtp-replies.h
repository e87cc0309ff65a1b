/* SPDX-License-Identifier: MIT */
/* The rows of SMTP's replies; part of smtp_vocabulary, through which everybody else reads them. */
#pragma once

#include "protocol/vocabulary.h"

#define SMTP_REPLY_COUNT 128

extern const VocabularyReply smtp_replies[SMTP_REPLY_COUNT];
