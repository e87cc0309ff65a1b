/* SPDX-License-Identifier: MIT */
/* DNS messages with their names and addresses gone and their shape kept. */
#pragma once

#include "observe/redact-frame.h"

/* Redacts a message in place (RFC 1035 §4): labels become filler, addresses what mask makes of them, all
 * other data of records filler. prefixed: two bytes of length stand before it (TCP). What cannot be read
 * becomes filler. */
void redact_dns(AddressMask *mask, uint8_t *bytes, size_t length, bool prefixed);
