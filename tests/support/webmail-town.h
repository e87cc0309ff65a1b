/* SPDX-License-Identifier: MIT */
/* A small town for tests of webmail: a person's computer, the webmail server with the name server, and the
 * mail server, in a row; both cables are heard by the decoders. */
#pragma once

#include "agent/access-server-imap.h"
#include "agent/browser.h"
#include "agent/name-server.h"
#include "agent/transfer-agent.h"
#include "agent/webmail-server.h"
#include "observe/inspector.h"
#include "observe/ndjson-writer.h"
#include "simulate/host.h"

enum { COMPUTER, WEBMAIL, MAIL, COUNT };
enum { FRONT, BACK };

/* What went over a cable, as the decoders tell it, secrets masked. */
typedef struct {
  Tap tap;
  Link link;
  ByteBuffer text;
  NdjsonWriter *writer;
  Inspector *inspector;
} Cable;

/* Bob's computer, the webmail server with the name server, and the mail server, in a row. */
typedef struct {
  VirtualClock clock;
  Cable cables[2];
  Host *hosts[COUNT];
  MailStore *store;
  TransferAgent *transfer;
  AccessServerImap *imap;
  NameServer *names;
  WebmailServer *webmail;
  Browser *browser;
  guint done; /* things asked for that are over and not told by town_finish yet */
  bool good;  /* the last of them was */
} Town;

/* The address of a host, as text. */
extern const char *const town_addresses[COUNT];

/* Builds the town; bob@beta.example has the password "builder", alice@beta.example "wonderland". language is
 * of the pages. At most three people may be logged in at a time. */
void town_init(Town *town, const char *language);
void town_clear(Town *town);

/* Lets so much time pass. */
void town_run(Town *town, Nanoseconds length);

/* A BrowserDone; owner is the town. */
void town_is_done(void *owner, bool good);

/* Runs until what the browser was asked for is over; returns whether it was good. */
bool town_finish(Town *town);

/* Opens the webmail server's first page; logs in there. Return whether it was good. */
bool town_open_site(Town *town);
bool town_log_in(Town *town, const char *user, const char *password);
