/* SPDX-License-Identifier: MIT */
/* What a mail server may be told: one group [Server NAME] of a scenario. The transfer agent reads it, and the
 * access server; it outlives both. */
#pragma once

#include "base/bytes.h"
#include "mail/mail-queue.h"

/* The ports a mail server may wait on. */
typedef enum {
  SERVER_PORT_RELAY,      /* 25 */
  SERVER_PORT_SUBMISSION, /* 587 */
  SERVER_PORT_POP3,       /* 110 */
  SERVER_PORT_POP2,       /* 109 */
  SERVER_PORT_IMAP,       /* 143 */
  SERVER_PORT_COUNT,
} ServerPort;

/* What an SPF result "fail" leads to (RFC 7208 §8.4). */
typedef enum {
  SERVER_SPF_OFF,    /* nobody asks */
  SERVER_SPF_MARK,   /* a Received-SPF line tells the result */
  SERVER_SPF_REJECT, /* the line, and 550 5.7.23 (RFC 7372) for "fail" */
} ServerSpf;

/* What a full mailbox leads to. */
typedef enum {
  SERVER_QUOTA_LATER,  /* 452 4.2.2: the sender's server tries again */
  SERVER_QUOTA_REFUSE, /* 552 5.2.2: the message comes back */
} ServerQuotaKind;

/* A reply that is forced. */
typedef struct {
  char *verb;    /* "MAIL", "RCPT", "DATA" (the reply after the dot) or "AUTH" */
  char *address; /* of MAIL, RCPT: a pattern with * and ?; the user of AUTH; NULL: any. DATA: any */
  int code;      /* 200 … 599 */
  char *text;    /* may begin with an enhanced code; NULL: the usual one */
  guint times;   /* how often the rule holds; 0: always */
} ServerReplyRule;

/* Somebody who moved (RFC 5321 §3.4). */
typedef struct {
  char *from, *to; /* whole addresses */
  bool refuse;     /* 551 and the new address; else 251, and we forward */
} ServerForward;

/* An address that stands for several people, which EXPN shows (RFC 5321 §3.9.1). */
typedef struct {
  char *address;      /* "team@alpha.example" */
  GPtrArray *members; /* of char *: whole addresses */
} ServerList;

typedef struct {
  char *host_name; /* "mail.alpha.example"; NULL: the host's own name */
  char *greeting;  /* what 220 says after the name; NULL: the usual words */
  bool ports[SERVER_PORT_COUNT];
  /* SMTP */
  uint32_t
      capabilities;    /* SMTP_CAPABILITY_ bits of smtp-server.h, for both ports; AUTH's are not among them */
  char *mechanisms;    /* of SASL, spaces between them, all capitals: what AUTH offers on 587; "": no AUTH */
  uint64_t size_limit; /* bytes of a message */
  guint recipient_limit; /* of a transaction */
  bool open_relay;       /* 25 takes mail for any domain from anybody */
  bool own_sender;   /* 587: 553 5.7.1 for a sender that is not the user's address; else it is written down */
  bool vrfy;         /* VRFY and EXPN tell; else 252 */
  bool strict_lines; /* a bare LF ends nothing: 500 (RFC 5321 §2.3.8) */
  Nanoseconds greylist_delay; /* 0: none; else 451 4.7.1 until that long after the first try */
  ServerSpf spf;
  GArray *reply_rules;   /* of ServerReplyRule, the first that fits holds */
  GArray *forwards;      /* of ServerForward */
  GArray *lists;         /* of ServerList */
  GPtrArray *backup_for; /* of char *: domains we queue for, as a mail server of lower preference */
  MailQueuePolicy queue;
  /* mailboxes */
  uint64_t quota; /* bytes of a mailbox; 0: none */
  ServerQuotaKind quota_kind;
  bool lock_pop3; /* one session a mailbox at a time (RFC 1939 §4) */
  bool apop;      /* POP3's greeting has a stamp */
} ServerConfig;

/* Fills *config with what a server does that was told nothing: every port, every capability, SASL LOGIN, 10
 * MiB, 100 recipients, own senders only, VRFY silent, no greylisting, SPF off, no quota, the queue of RFC
 * 5321 with a warning after four hours, POP3 locked, with APOP. To be cleared. */
void server_config_init(ServerConfig *config);
void server_config_clear(ServerConfig *config);

/* Returns a deep copy; free it with server_config_free. */
ServerConfig *server_config_dup(const ServerConfig *config);
void server_config_free(ServerConfig *config);

/* Each sets one thing as people write it and returns false, nothing changed, where it is none we know. */

/* Sets a text member (host_name, greeting) to a copy of text. */
bool server_config_set_text(char **member, const char *text);

/* Turns a port on or off, by its number. */
bool server_config_set_port(ServerConfig *config, guint number, bool on);

/* Turns an SMTP capability on or off, by EHLO's keyword, whatever its case: "8BITMIME". Not AUTH: see
 * mechanisms. */
bool server_config_set_capability(ServerConfig *config, const char *keyword, bool on);

/* Returns the keyword of the capability at index (from 0), NULL after the last: for error messages. */
const char *server_config_get_capability_name(guint index);

/* Sets the SASL mechanisms, with spaces or commas between them, whatever their case: "LOGIN, CRAM-MD5";
 * "none": no AUTH. */
bool server_config_set_mechanisms(ServerConfig *config, const char *names);

/* Returns the SMTP_CAPABILITY_ bits of the mechanisms. */
uint32_t server_config_get_mechanism_bits(const ServerConfig *config);

/* Reads "off", "mark" or "reject". */
bool server_config_set_spf(ServerConfig *config, const char *word);

/* Adds "PATTERN CODE [N times] [TEXT]": PATTERN is an address with * and ? (of RCPT), or MAIL, RCPT, DATA,
 * AUTH, each but DATA with an address after it where it holds for some only:
 * "bob@beta.example 450 2 times 4.2.1 Busy", "MAIL *@spam.example 550 5.7.1 Not you", "DATA 451". */
bool server_config_add_reply_rule(ServerConfig *config, const char *text);

/* Adds "FROM TO" (251, forwarded) or "FROM refuse TO" (551), whole addresses. */
bool server_config_add_forward(ServerConfig *config, const char *text);

/* Adds "ADDRESS: MEMBER, MEMBER…". */
bool server_config_add_list(ServerConfig *config, const char *text);

/* Adds a domain we are a backup mail server for. */
bool server_config_add_backup(ServerConfig *config, const char *domain);

/* Each returns the row for address (domain whatever its case), or NULL. Borrowed. */
const ServerForward *server_config_find_forward(const ServerConfig *config, Bytes address);
const ServerList *server_config_find_list(const ServerConfig *config, Bytes address);

/* Returns true when domain is one we are a backup for. */
bool server_config_is_backup_for(const ServerConfig *config, Bytes domain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServerConfig, server_config_free)
