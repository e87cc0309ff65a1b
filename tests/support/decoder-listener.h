/* SPDX-License-Identifier: MIT */
/* A decoder that is fed by hand, and the checks that every decoder must pass. */
#pragma once

#include "protocol/decoder.h"

/* Counts what comes out, and takes every command and reply apart. */
typedef struct {
  const DecoderClass *class;
  void *decoder;
  DecoderSink sink;
  ByteBuffer scratch;
  uint64_t offset[2];
  uint32_t lines;
  uint32_t count[LINE_KIND_COUNT];
  uint32_t notes[NOTE_COUNT];
  DecodedLine last[LINE_KIND_COUNT]; /* numbers only: what raw points to is gone */
} DecoderListener;

/* Begins at the stream's start. The listener must stay where it is until it is stopped. */
void decoder_listener_start(DecoderListener *listener, const DecoderClass *class);

/* Feed bytes, a text, or a pattern times over in pieces of 64 KiB at most; the last returns the seconds it
 * took. */
void decoder_listener_hear(DecoderListener *listener, Direction direction, const void *bytes, size_t length);
void decoder_listener_hear_text(DecoderListener *listener, Direction direction, const char *text);
double decoder_listener_hear_many(DecoderListener *listener, Direction direction, const char *pattern,
                                  size_t times);

void decoder_listener_stop(DecoderListener *listener);

/* What a hostile peer sends without end: pattern after before. times is multiplied where the environment has
 * CARTEIRO_LONG. */
typedef struct {
  Direction direction;
  const char *before, *pattern;
  size_t times;
} Flood;

/* Asserts that time grows in step with what is sent, and that something is told of it. */
void decoder_listener_check_floods(const DecoderClass *class, const Flood *floods, size_t count);

typedef struct {
  const char *to_server, *to_client;
  uint16_t port;
  bool from_start;
  Recognition want;
} RecognitionCase;

void decoder_listener_check_recognition(const DecoderClass *class, const RecognitionCase *cases,
                                        size_t count);

/* Asserts that every word and reply is explained in few words and found by its name. */
void decoder_listener_check_vocabulary(const Vocabulary *vocabulary);
