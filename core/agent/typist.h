/* SPDX-License-Identifier: MIT */
/* Somebody who types protocol lines at a server's port by hand, as with telnet: one line, wait for the whole
 * reply, the next line. Nothing is corrected: what is wrong is answered by the server. */
#pragma once

#include "agent/agent-host.h"

typedef struct Typist Typist;

/* Where replies end: a last line without "-", a lone dot, the command's tag, the length told. */
typedef enum {
  TYPIST_BY_PORT, /* 25, 587, 465: SMTP; 110: POP3; 109: POP2; 143: IMAP; 80: HTTP; else single lines */
  TYPIST_SMTP,
  TYPIST_POP3,
  TYPIST_POP2,
  TYPIST_IMAP,
  TYPIST_HTTP,
  TYPIST_LINES, /* every line is a reply */
} TypistProtocol;

typedef enum {
  TYPIST_GREETING, /* line is "" */
  TYPIST_REPLY,    /* reply: the server's words, its lines joined by LF, the answer to line */
  TYPIST_UNASKED,  /* reply: words that answer nothing (a farewell, IMAP's news) */
  TYPIST_SILENCE,  /* no reply to line in time */
  TYPIST_ENDED,    /* the connection is over; reply: how, N_() */
} TypistEventType;

/* Texts are valid during the call; none is NULL. */
typedef struct {
  TypistEventType type;
  const char *line;
  const char *reply;
} TypistEvent;

/* Strings are copied. */
typedef struct {
  AgentHost *host;
  const char *name_server; /* asked for servers the host does not know; NULL: nobody is asked */
  void (*told)(void *owner, const TypistEvent *event); /* NULL: nobody listens */
  void *owner;
} TypistConfig;

/* Strings are copied. */
typedef struct {
  const char *server;
  uint16_t port;
  TypistProtocol protocol;
  const char *const *lines; /* NULL-terminated, without line ends; NULL: none yet */
  Nanoseconds pause;        /* between a reply and the next line: hands are slow. 0: 1 s */
  Nanoseconds patience;     /* wait for a reply; 0: 60 s. Then the next line goes all the same */
  bool stay; /* the line stays open after the last of lines, for typist_type, until typist_hang_up */
} TypistScript;

/* Told when the connection is over: good where every line was typed and answered. */
typedef void (*TypistDone)(void *owner, bool good);

Typist *typist_new(const TypistConfig *config);

/* Connects and types. One connection at a time: while one is open this is refused, done hears false. done may
 * be NULL. After the last reply, without stay, the typist hangs up (no QUIT is made up). */
void typist_connect(Typist *typist, const TypistScript *script, TypistDone done, void *owner);

/* Types one more line on the open connection, after those that wait. Returns false where none is open. */
bool typist_type(Typist *typist, const char *line);

/* Hangs up when all lines are typed and answered; at once (the line drops) with abruptly. */
void typist_hang_up(Typist *typist, bool abruptly);

/* Returns true while connected or connecting. */
bool typist_is_connected(const Typist *typist);

/* What was typed, and what came: the events of the last connection, oldest first; index from 0. Borrowed
 * until the typist works again. */
guint typist_get_count(const Typist *typist);
TypistEvent typist_get(const Typist *typist, guint index);

/* Frees the typist: after its host has stopped, before the host is freed. */
void typist_free(Typist *typist);
