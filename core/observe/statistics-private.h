/* SPDX-License-Identifier: MIT */
/* What the counting and the writing of statistics share. For core/observe/statistics*.c only. */
#pragma once

#include "base/limits.h"
#include "observe/statistics.h"

#define PAIRS_SHOWN 20u
#define SLOWEST_SHOWN 10u
#define CODE_TEXT 64u /* a character shown takes at most five bytes */

typedef struct {
  uint64_t conversations;
  uint64_t commands; /* and questions */
  uint64_t replies;  /* and answers */
  uint64_t refused;  /* replies that say no, or not now */
  uint64_t bytes;    /* of lines and bodies */
} Tally;

typedef struct {
  IpAddress client, server;
  Tally tally;
} HostPair;

typedef struct {
  uint32_t command, reply; /* ids */
  uint32_t stream;
  bool udp;
  uint8_t protocol;
  uint16_t word; /* of the command */
  Nanoseconds delay;
} SlowReply;

/* One kind of refusal: what was said, and what it means after that command. */
typedef struct {
  uint8_t protocol;
  const char *gloss; /* N_(), static; "" for none */
  char code[CODE_TEXT];
  uint64_t count;
} Refusal;

typedef struct {
  uint32_t id;
  Nanoseconds time;
} SentCommand;

typedef struct {
  uint32_t number;    /* 1 + its index; 0 none */
  uint32_t protocols; /* a bit for each ProtocolId that it spoke so far */
} RecentStream;

struct Statistics {
  Tally protocols[PROTOCOL_COUNT];
  GHashTable *pairs; /* of HostPair, each its own key */
  Tally other_pairs; /* those beyond the limit */
  GArray *refusals;  /* of Refusal */
  uint64_t other_refusals;
  SlowReply slowest[SLOWEST_SHOWN]; /* the slowest first */
  size_t slowest_count;
  ByteBuffer scratch;
  SentCommand sent[LIMIT_STATISTICS_RECENT];     /* by id, the latest */
  RecentStream streams[LIMIT_STATISTICS_RECENT]; /* by index, the latest one counted */
};

/* Returns the pairs with most bytes first, the caller's to unref; the pairs are borrowed. */
GPtrArray *statistics_sort_pairs(const Statistics *statistics);

/* Returns the refusals, the most frequent first, the caller's to unref. */
GArray *statistics_sort_refusals(const Statistics *statistics);
