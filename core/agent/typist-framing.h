/* SPDX-License-Identifier: MIT */
/* Where a server's reply ends, protocol by protocol, so that who types by hand knows when it is his turn; and
 * which lines are answered at all. */
#pragma once

#include "agent/typist.h"

/* Members are private. */
typedef struct {
  TypistProtocol protocol;
  bool greeted;        /* the first reply was seen */
  bool in_text;        /* SMTP: after 354, until the lone dot */
  bool continuing;     /* after a challenge or "+": the next line belongs to the same command */
  bool data;           /* SMTP: the command is DATA */
  bool lines;          /* POP3: a good reply has lines up to a lone dot */
  bool in_lines;       /* POP3: inside them. IMAP: inside a response with literals */
  uint8_t stage;       /* HTTP: of the reply */
  bool in_head;        /* HTTP: the head of a request is being typed */
  bool bodiless;       /* HTTP: the reply has no body */
  bool chunked;        /* HTTP: the reply comes in chunks … */
  bool has_length;     /* … or as many bytes as told, else up to the connection's end */
  char *tag;           /* IMAP: of the command under way */
  uint64_t typed_left; /* bytes of a literal, a chunk or a form still to be typed */
  uint64_t raw_left;   /* bytes that come next as they are */
  uint64_t length;     /* POP2: of the letter that RETR brings. HTTP: of a body */
} TypistFraming;

/* Begins a connection. protocol is not BY_PORT. */
void typist_framing_init(TypistFraming *framing, TypistProtocol protocol);
void typist_framing_clear(TypistFraming *framing);

/* Returns the protocol usually spoken on port. */
TypistProtocol typist_framing_by_port(uint16_t port);

/* Returns true where the server speaks first. */
bool typist_framing_has_greeting(const TypistFraming *framing);

/* line (without its end) is typed now. Returns true where the server answers it. */
bool typist_framing_type(TypistFraming *framing, Bytes line);

typedef enum {
  TYPIST_LINE_MORE,    /* more of the reply follows */
  TYPIST_LINE_LAST,    /* the reply is whole */
  TYPIST_LINE_UNASKED, /* it answers nothing */
} TypistLine;

/* Takes a line of the server, without its end; asked: a reply is awaited. */
TypistLine typist_framing_take(TypistFraming *framing, Bytes line, bool asked);

/* Returns how many bytes come next as they are, 0 for a line. */
uint64_t typist_framing_raw(const TypistFraming *framing);

/* count of them have come. Returns true where the reply is whole with them. */
bool typist_framing_take_raw(TypistFraming *framing, uint64_t count);
