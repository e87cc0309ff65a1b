/* SPDX-License-Identifier: MIT */
/* What rows add up to: per protocol, per pair of hosts, the slowest replies, the refusals. Memory is bounded:
 * beyond LIMIT_STATISTICS_PAIRS and _CODES the rest is counted together; a reply that comes more than
 * LIMIT_STATISTICS_RECENT lines after its command has no delay. */
#pragma once

#include "base/byte-buffer.h"
#include "observe/row.h"

typedef struct Statistics Statistics;

/* Returns statistics of nothing. */
Statistics *statistics_new(void);

/* Takes the next row. shown: it counts; else it only tells when a command was sent. A reply's delay runs from
 * its command's last byte, or, where the client sent a body after that (DATA), from the body's. */
void statistics_add(Statistics *statistics, const RowEvent *event, bool shown);

/* Appends tables for a terminal, at most 72 columns, translated. */
void statistics_write_text(const Statistics *statistics, ByteBuffer *out);

/* Appends the line {"kind":"stats",…}. */
void statistics_write_json(const Statistics *statistics, ByteBuffer *out);

void statistics_free(Statistics *statistics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Statistics, statistics_free)
