/* SPDX-License-Identifier: MIT */
/* IMAP's grammar (RFC 9051 §9) as far as a listener needs it: literals, strings, the words of a command or a
 * response; and lines taken apart for showing. */
#pragma once

#include "protocol/decoder.h"
#include "protocol/imap/imap-vocabulary.h"

/* A literal longer than this is shown as {n} and gets a `data` line of its own. */
#define IMAP_LITERAL_SHOWN 4096u

/* Enough of a line's end to hold "~{18446744073709551615+}" and CR LF, and before it the long list of header
 * fields that a client asks for. */
#define IMAP_LITERAL_TAIL 768u

typedef struct {
  uint64_t size;      /* bytes that follow the line */
  size_t mark_length; /* of "{n}", "{n+}" or "~{n}" at the line's end */
  bool waits;         /* {n}: the client waits for "+"; {n+} does not (RFC 7888) */
} ImapLiteral;

/* Does line, or its end, announce a literal? Its line end may be there or not. */
bool imap_parse_literal(Bytes line, ImapLiteral *literal);

/* What a literal of FETCH's data is, by the text before it. */
typedef enum {
  IMAP_LITERAL_OTHER,
  IMAP_LITERAL_MESSAGE,   /* BODY[], RFC822 */
  IMAP_LITERAL_BEGINNING, /* the headers alone, or a part from the first byte on */
} ImapLiteralItem;

/* Judges the end of a line that announces a literal. */
ImapLiteralItem imap_literal_item(Bytes tail);

/* Cuts the next word off the front of *rest, and one blank after it. View into rest; empty at the end. */
Bytes imap_next_word(Bytes *rest);

/* Cuts the next atom, quoted string or literal off the front of *rest, and the blanks before it. Appends what
 * it stands for to value (which may be NULL). Returns false where there is none, or it does not end inside
 * rest: then *rest is left as it was, but for the blanks. */
bool imap_next_string(Bytes *rest, ByteBuffer *value);

/* The same without a copy: *value becomes a view into rest or, where backslashes had to be undone, into
 * unquoted, valid until that changes. */
bool imap_view_string(Bytes *rest, ByteBuffer *unquoted, Bytes *value);

/* A command without its last line end. Views into the line. */
typedef struct {
  Bytes tag;
  Bytes verb;     /* as written: "uid fetch" */
  Bytes argument; /* what follows the blank */
  uint16_t word;  /* row of imap_vocabulary.words, or VOCABULARY_UNKNOWN; never IMAP_AUTH_RESPONSE; IMAP_DONE
                     without tag only */
} ImapCommand;

/* Takes a command apart, its literals inside. Never fails: an unknown verb has word VOCABULARY_UNKNOWN. */
void imap_parse_command(Bytes raw, ImapCommand *command);

typedef enum {
  IMAP_NO_RESPONSE,  /* not of the shape of anything a server says */
  IMAP_CONTINUATION, /* "+ text" */
  IMAP_UNTAGGED,     /* "* OK text", "* 3 EXISTS", "* FLAGS (…)" */
  IMAP_TAGGED,       /* "a1 OK text" */
} ImapResponseType;

/* A response. Views into the line. */
typedef struct {
  ImapResponseType type;
  Bytes tag;    /* "*", "+" or the command's */
  Bytes number; /* "3" of "* 3 EXISTS", else empty */
  Bytes code;   /* as written */
  Bytes text;
  bool status; /* code is OK, NO, BAD, BYE or PREAUTH: what follows is for people, and never a literal */
} ImapResponse;

/* Takes a response apart, its literals inside. */
void imap_parse_response(Bytes raw, ImapResponse *response);

/* Where the response lists capabilities, on its own or as a code in brackets, *listed becomes whether name is
 * among them (RFC 9051 §7.2.2); else it stays. */
void imap_find_capability(const ImapResponse *response, const char *name, bool *listed);

/* Which part of a command's argument is secret: what follows its first string. Returns the index in argument,
 * argument.length for none. */
size_t imap_find_secret(Bytes argument, SecretKind secret);

/* decoder.h's dissect for IMAP. */
void imap_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);
