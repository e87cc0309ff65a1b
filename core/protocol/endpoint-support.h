/* SPDX-License-Identifier: MIT */
/* What every line-based endpoint needs: lines out of the bytes received, the bytes to be sent, and the idle
 * timer. For endpoints only. */
#pragma once

#include "base/byte-buffer.h"
#include "protocol/endpoint.h"

#define ENDPOINT_PENDING_MAX                                                                                 \
  65536u                         /* bytes handed out at a time, and above which no more input is worked on */
#define ENDPOINT_LINE_MAX 12288u /* bytes of a command line: the longest of AUTH, RFC 4954 §4 */

/* Bytes received and not used yet. All zero is empty. */
typedef struct {
  ByteBuffer bytes;
  size_t scanned; /* private: that many at the front hold no LF */
  size_t taken;   /* private: bytes of the line handed out last */
  bool skipping;  /* private: inside a line that is too long */
} LineInput;

typedef enum {
  LINE_INPUT_NONE,     /* no whole line yet */
  LINE_INPUT_LINE,     /* a line */
  LINE_INPUT_TOO_LONG, /* the end of a line longer than ENDPOINT_LINE_MAX, which is gone */
} LineInputResult;

/* Cuts the next line off the front: *line is without its line end, valid until the next call on input. A bare
 * LF ends a command line too: people type them. */
LineInputResult line_input_next(LineInput *input, Bytes *line);

/* Returns all that is held, for bodies; what line_input_next handed out last is gone then. */
Bytes line_input_view(LineInput *input);
void line_input_consume(LineInput *input, size_t count);

void line_input_clear(LineInput *input);

/* Tells when a peer has been quiet for too long. It learns the time from advance only: a deadline passed in
 * activity starts anew. */
typedef struct {
  Nanoseconds limit;    /* of silence */
  Nanoseconds deadline; /* 0 before the first advance, NANOSECONDS_NEVER when stopped */
  bool touched;         /* something came since the last advance */
} IdleTimer;

/* Returns true, once, when now is past the deadline and nothing came. */
bool idle_timer_advance(IdleTimer *timer, Nanoseconds now);

static inline void idle_timer_touch(IdleTimer *timer)
{
  timer->touched = true;
}

static inline void idle_timer_stop(IdleTimer *timer)
{
  timer->deadline = NANOSECONDS_NEVER;
}

/* Returns the front of out, at most ENDPOINT_PENDING_MAX bytes. */
Bytes endpoint_pending_of(const ByteBuffer *out);

/* Frees secret, wiped; NULL is nothing. */
void endpoint_wipe(char *secret);

/* Which bytes of a stream going out carry messages, in their order. Zero bytes are ready for use. */
typedef struct {
  uint64_t consumed; /* bytes of the stream gone so far */
  GArray *stretches; /* private; NULL before the first */
} MessageStretches;

/* The next length bytes appended to out, which holds held now, carry message (ref taken). */
void message_stretches_append(MessageStretches *stretches, size_t held, size_t length, GBytes *message);

/* endpoint_find_message and endpoint_consumed of a stream. */
bool message_stretches_find(const MessageStretches *stretches, EndpointStretch *found);
void message_stretches_consume(MessageStretches *stretches, size_t count);

void message_stretches_clear(MessageStretches *stretches);
