/* SPDX-License-Identifier: MIT */
/* SMTP's grammar (RFC 5321 §4.1): command lines, reply lines, paths, parameters; parsed and formatted, for
 * server, client and observer. */
#pragma once

#include "base/byte-buffer.h"
#include "protocol/smtp/smtp-vocabulary.h"

/* A command line without its line end. Views into the line. */
typedef struct {
  Bytes verb;     /* as written, up to the first space or tab */
  Bytes argument; /* what follows the blanks after the verb, blanks at the end taken off; "FROM:<a@b> SIZE=1"
                     for MAIL */
  uint16_t word;  /* row of smtp_vocabulary.words, or VOCABULARY_UNKNOWN; never SMTP_AUTH_RESPONSE */
} SmtpCommand;

/* Takes a line apart; its line end may be there or not. Never fails: an unknown verb has word
 * VOCABULARY_UNKNOWN. */
void smtp_parse_command(Bytes line, SmtpCommand *command);

/* One line of a reply. Views into the line. */
typedef struct {
  int code;       /* 200…599 */
  bool last;      /* "250 " or "250": no more lines follow; false for "250-" */
  Bytes digits;   /* "250" */
  Bytes enhanced; /* "2.1.5" (RFC 2034) or empty */
  Bytes text;     /* all after the separator, enhanced code kept */
} SmtpReplyLine;

/* Takes a reply line apart; its line end may be there or not. Returns false when it is none: no three digits
 * 2xx–5xx followed by space, "-" or the end. */
bool smtp_parse_reply_line(Bytes line, SmtpReplyLine *reply);

/* MAIL's and RCPT's argument. Views into it. */
typedef struct {
  Bytes address;     /* "alice@alpha.example"; empty for "<>" */
  Bytes parameters;  /* "SIZE=100 BODY=8BITMIME", or empty */
  bool has_brackets; /* false: "FROM:a@b", which strict servers refuse */
  bool has_space;    /* "FROM: <a@b>", which the grammar forbids and many servers take */
} SmtpPath;

/* Parses "FROM:<path> params" with keyword "FROM" (or "TO"); a source route "<@a,@b:c@d>" is dropped (RFC
 * 5321 §4.1.1.3). Quoted local parts and bracketed literals are kept as written. Returns false when the
 * keyword, the colon or the closing bracket is missing. */
bool smtp_parse_path(Bytes argument, const char *keyword, SmtpPath *path);

/* Cuts the next parameter off the front of *rest: keyword, and value (empty where there is no "="). Returns
 * false at the end. */
bool smtp_next_parameter(Bytes *rest, Bytes *keyword, Bytes *value);

/* Returns the value of the parameter with that keyword, whatever its case; *found (may be NULL) tells
 * "absent" from "empty". */
Bytes smtp_find_parameter(Bytes parameters, const char *keyword, bool *found);

/* Reads a decimal number that is the whole view. Returns false for anything else, or more than UINT64_MAX. */
bool smtp_parse_number(Bytes digits, uint64_t *number);

/* BDAT's argument (RFC 3030 §2): size SP ["LAST"]. Returns false for another shape: then no chunk follows. */
bool smtp_parse_bdat(Bytes argument, uint64_t *size, bool *last);

/* Returns true where BURL's argument (RFC 4468 §3), an URL and perhaps LAST, ends in LAST. */
bool smtp_burl_is_last(Bytes argument);

/* Returns the part of BURL's argument that lets its bearer read the message: what follows ";URLAUTH=" (RFC
 * 4467 §3), or, where there is no such thing, all of the URL. */
Bytes smtp_burl_secret(Bytes argument);

/* Returns true for "AUTH=PLAIN …", "AUTHPLAIN …" and the like: no command, but what follows the four letters
 * may be a password. */
bool smtp_is_misspelt_auth(const SmtpCommand *command);

/* AUTH's argument (RFC 4954 §4): mechanism [SP initial-response]. Views into it. Where no mechanism can be
 * told, mechanism is empty and initial is all: it may be a misplaced secret. */
void smtp_parse_auth(Bytes argument, Bytes *mechanism, Bytes *initial);

/* Appends a reply: text's \n divide it into lines "250-" … "250 ", each with enhanced (may be NULL) and CR
 * LF. */
void smtp_append_reply(ByteBuffer *out, int code, const char *enhanced, const char *text);
