/* SPDX-License-Identifier: MIT */
/* The plainest letters, written without a library: most letters of a busy world are of this kind, and nothing
 * in them needs folding, quoting or an encoding. */
#pragma once

#include "mail/message-build.h"

/* Returns the bytes of a letter of one short text in ASCII to people with plain addresses, the caller's to
 * unref: the same that message_compose gives. NULL for every other letter. */
GBytes *message_plain_build(const MessageDraft *draft);

/* The same for every letter, by GMime. */
GBytes *message_compose(const MessageDraft *draft);
