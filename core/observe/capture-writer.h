/* SPDX-License-Identifier: MIT */
/* Writes pcapng: interfaces, frames with nanosecond times, host names, comments. Saves are whole or not at
 * all. */
#pragma once

#include "wire/frame.h"
#include "wire/ip-address.h"

typedef struct CaptureWriter CaptureWriter;

/* Begins a save to path: the bytes go to a temporary file beside it until capture_writer_commit. "-"
 * (standard output) and a path that is a pipe or a device are written directly instead. Errors are of
 * G_FILE_ERROR (NOSPC: the disk is full; PIPE: the reader has gone), the message one line for a person,
 * without the path. Returns NULL with *error set. */
CaptureWriter *capture_writer_new(const char *path, GError **error);

/* Begins an unlinked spool, private to this user. Returns NULL with *error set. */
CaptureWriter *capture_writer_new_spool(GError **error);

/* Adds the section comment; before the first interface. */
void capture_writer_set_comment(CaptureWriter *writer, const char *comment);

/* Adds an interface; returns its 0-based id. */
uint32_t capture_writer_add_interface(CaptureWriter *writer, LinkType link_type, const char *name);

/* Adds an address's name (a name resolution block). */
void capture_writer_add_name(CaptureWriter *writer, const IpAddress *address, const char *name);

/* Writes one frame with its interface_id, time and bytes. Returns the offset of the frame's first byte in the
 * file. Errors are kept until flush or commit. */
uint64_t capture_writer_write(CaptureWriter *writer, const Frame *frame);

/* Writes out what is buffered. Returns false with *error set (disk full, closed pipe). */
bool capture_writer_flush(CaptureWriter *writer, GError **error);

/* Returns the descriptor, for reading by position after a flush, or -1 where the output is written directly.
 * Borrowed. */
int capture_writer_get_fd(const CaptureWriter *writer);

/* Flushes, syncs and renames to the final path; the last call but capture_writer_free. Returns false with
 * *error set, the old file untouched. */
bool capture_writer_commit(CaptureWriter *writer, GError **error);

/* Frees; what was not committed is removed. */
void capture_writer_free(CaptureWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaptureWriter, capture_writer_free)
