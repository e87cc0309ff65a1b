/* SPDX-License-Identifier: MIT */
/* Unpacks a gzip-compressed capture while it is read (RFC 1952): several members in a row, nothing but a
 * small buffer kept. */
#pragma once

#include "base/bytes.h"

#include <sys/types.h>

typedef struct CaptureGzip CaptureGzip;

/* Returns true when start begins a gzip member. */
bool capture_gzip_recognises(Bytes start);

/* Returns the unpacker of what fd still holds after start, which was read from it already. fd is borrowed. */
CaptureGzip *capture_gzip_new(int fd, Bytes start);

/* Unpacks up to room bytes. Returns how many; 0 at the end; -1 with errno set where fd cannot be read,
 * EBADMSG where the packed bytes are damaged or end too early. */
ssize_t capture_gzip_read(CaptureGzip *gzip, uint8_t *into, size_t room);

/* Returns how many packed bytes were used so far. */
uint64_t capture_gzip_position(const CaptureGzip *gzip);

void capture_gzip_free(CaptureGzip *gzip);
