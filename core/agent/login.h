/* SPDX-License-Identifier: MIT */
/* How every server of a host judges a log-in: by the users of its mail store. */
#pragma once

#include "mail/mail-store.h"
#include "protocol/endpoint.h"

/* Returns the verdict on an AUTHENTICATE event. proof is room for what the verdict's proof is a view of: it
 * lives until the event is answered. */
EndpointVerdict login_judge(const MailStore *store, const EndpointEvent *event, Digest *proof);
