/* SPDX-License-Identifier: MIT */
/* Writes a capture, the same each time; several conversations at once, every segment acknowledged as real
 * hosts do. Usage: make-capture KIND AMOUNT FILE mail MEGABYTES      sessions of SMTP, POP3 and IMAP with
 * letters of 2 to 200 kB mixed MEGABYTES     a tenth of it such mail, the rest HTTPS, QUIC, HTTP and SSH
 *   sessions COUNT      short POP3 sessions that log in and leave
 *   letter MEGABYTES    one SMTP session with one letter of that size */
#include "wire/packet-build.h"

#include <stdio.h>
#include <stdlib.h>

#define AT_ONCE_MOST 64
#define SEGMENT 1460

typedef struct {
  bool to_server;
  GString *bytes;
} Turn;

typedef struct {
  GPtrArray *turns;
  size_t turn, sent; /* bytes of that turn sent */
  uint32_t number;
  uint16_t server_port;
  bool udp, mail;
  uint32_t sequence[2]; /* next of client, of server */
  unsigned unacknowledged;
  int stage; /* 0 to be opened, 1 open, 2 over */
} Session;

typedef struct {
  FILE *file;
  uint64_t random, time_us, written, mail_written, frames;
  unsigned sessions, logins, letters;
  uint64_t amount;
} Maker;

static uint32_t next_random(Maker *maker, uint32_t limit)
{
  maker->random = maker->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((maker->random >> 33) % limit);
}

static void free_turn(gpointer data)
{
  Turn *turn = data;
  g_string_free(turn->bytes, TRUE);
  g_free(turn);
}

static GString *add_turn(Session *session, bool to_server, const char *text)
{
  Turn *turn = g_new0(Turn, 1);
  turn->to_server = to_server;
  turn->bytes = g_string_new(text);
  g_ptr_array_add(session->turns, turn);
  return turn->bytes;
}

/* Appends a letter of about size bytes, as a base64 attachment makes most letters look. */
static void append_letter(Maker *maker, GString *into, size_t size)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  g_string_append_printf(into,
                         "From: Alice <alice@alpha.example>\r\nTo: bob@beta.example\r\nSubject: letter %u\r\n"
                         "Message-ID: <%u@alpha.example>\r\nMIME-Version: 1.0\r\nContent-Type: image/jpeg\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\n",
                         maker->letters, maker->letters);
  maker->letters++;
  char line[79];
  for (size_t made = 0; made < size; made += 78) {
    uint32_t r = next_random(maker, 1u << 30);
    for (int i = 0; i < 76; i++)
      line[i] = letters[((r >> (i % 24)) + (uint32_t)i * 7u) & 63u];
    line[76] = '\r';
    line[77] = '\n';
    g_string_append_len(into, line, 78);
  }
}

static size_t letter_size(Maker *maker)
{
  return (size_t)2000 << next_random(maker, 7);
}

static void script_smtp_with(Maker *maker, Session *session, size_t size)
{
  session->server_port = 25;
  add_turn(session, false, "220 mail.beta.example ESMTP\r\n");
  add_turn(session, true, "EHLO mail.alpha.example\r\n");
  add_turn(session, false,
           "250-mail.beta.example\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
  add_turn(session, true, "MAIL FROM:<alice@alpha.example>\r\nRCPT TO:<bob@beta.example>\r\nDATA\r\n");
  add_turn(session, false, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n");
  GString *letter = add_turn(session, true, "");
  append_letter(maker, letter, size);
  g_string_append(letter, ".\r\n");
  add_turn(session, false, "250 2.0.0 Ok: queued\r\n");
  add_turn(session, true, "QUIT\r\n");
  add_turn(session, false, "221 2.0.0 Bye\r\n");
}

static void script_smtp(Maker *maker, Session *session)
{
  script_smtp_with(maker, session, letter_size(maker));
}

static void script_pop3(Maker *maker, Session *session)
{
  session->server_port = 110;
  char text[64];
  add_turn(session, false, "+OK POP3 ready\r\n");
  add_turn(session, true, "USER bob\r\n");
  add_turn(session, false, "+OK\r\n");
  g_snprintf(text, sizeof text, "PASS secret%u\r\n", maker->logins++);
  add_turn(session, true, text);
  add_turn(session, false, "+OK Logged in.\r\n");
  add_turn(session, true, "RETR 1\r\n");
  GString *letter = g_string_new(NULL);
  append_letter(maker, letter, letter_size(maker));
  GString *reply = add_turn(session, false, "");
  g_string_append_printf(reply, "+OK %zu octets\r\n", letter->len);
  g_string_append_len(reply, letter->str, (gssize)letter->len);
  g_string_append(reply, ".\r\n");
  g_string_free(letter, TRUE);
  add_turn(session, true, "DELE 1\r\n");
  add_turn(session, false, "+OK Marked to be deleted.\r\n");
  add_turn(session, true, "QUIT\r\n");
  add_turn(session, false, "+OK Logging out.\r\n");
}

static void script_imap(Maker *maker, Session *session)
{
  session->server_port = 143;
  char text[64];
  add_turn(session, false, "* OK [CAPABILITY IMAP4rev1] ready\r\n");
  g_snprintf(text, sizeof text, "a1 LOGIN bob secret%u\r\n", maker->logins++);
  add_turn(session, true, text);
  add_turn(session, false, "a1 OK Logged in\r\n");
  add_turn(session, true, "a2 SELECT INBOX\r\n");
  add_turn(session, false, "* FLAGS (\\Seen)\r\n* 1 EXISTS\r\n* 0 RECENT\r\na2 OK [READ-WRITE] done\r\n");
  add_turn(session, true, "a3 FETCH 1 BODY[]\r\n");
  GString *letter = g_string_new(NULL);
  append_letter(maker, letter, letter_size(maker));
  GString *reply = add_turn(session, false, "");
  g_string_append_printf(reply, "* 1 FETCH (BODY[] {%zu}\r\n", letter->len);
  g_string_append_len(reply, letter->str, (gssize)letter->len);
  g_string_append(reply, ")\r\na3 OK Fetch completed.\r\n");
  g_string_free(letter, TRUE);
  add_turn(session, true, "a4 LOGOUT\r\n");
  add_turn(session, false, "* BYE Logging out\r\na4 OK done\r\n");
}

/* A short session: what a mail program says that finds nothing new. */
static void script_short(Maker *maker, Session *session)
{
  session->server_port = 110;
  char text[64];
  add_turn(session, false, "+OK POP3 ready\r\n");
  g_snprintf(text, sizeof text, "USER user%u\r\n", maker->logins);
  add_turn(session, true, text);
  add_turn(session, false, "+OK\r\n");
  g_snprintf(text, sizeof text, "PASS secret%u\r\n", maker->logins++);
  add_turn(session, true, text);
  add_turn(session, false, "+OK Logged in.\r\n");
  add_turn(session, true, "STAT\r\n");
  add_turn(session, false, "+OK 0 0\r\n");
  add_turn(session, true, "QUIT\r\n");
  add_turn(session, false, "+OK Logging out.\r\n");
}

static void script_letter(Maker *maker, Session *session)
{
  script_smtp_with(maker, session, maker->amount * 1000000);
}

/* Bytes that look like nothing in particular, as sealed ones do. */
static void append_opaque(Maker *maker, GString *into, size_t size)
{
  for (size_t made = 0; made < size; made += sizeof(uint32_t)) {
    uint32_t r = next_random(maker, UINT32_MAX);
    g_string_append_len(into, (const char *)&r, sizeof r);
  }
}

/* A TLS 1.3 conversation as far as its record headers go (RFC 8446 §5.1); what is inside is noise. */
static void append_records(Maker *maker, GString *into, uint8_t type, size_t size)
{
  enum { RECORD = 16000 };
  for (size_t made = 0; made < size; made += RECORD) {
    size_t length = MIN((size_t)RECORD, size - made) / 4 * 4;
    const uint8_t head[] = {type, 3, 3, (uint8_t)(length >> 8), (uint8_t)length};
    g_string_append_len(into, (const char *)head, sizeof head);
    append_opaque(maker, into, length);
  }
}

static void script_https(Maker *maker, Session *session)
{
  session->server_port = 443;
  append_records(maker, add_turn(session, true, ""), 22, 512);
  append_records(maker, add_turn(session, false, ""), 22, 3000);
  append_records(maker, add_turn(session, true, ""), 23, 600);
  append_records(maker, add_turn(session, false, ""), 23, 20000 + next_random(maker, 800000));
}

static void script_http(Maker *maker, Session *session)
{
  session->server_port = 80;
  size_t size = (10000 + next_random(maker, 300000)) / 4 * 4;
  add_turn(session, true, "GET /picture.jpg HTTP/1.1\r\nHost: www.beta.example\r\n\r\n");
  GString *reply = add_turn(session, false, "");
  g_string_append_printf(reply, "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n",
                         size);
  append_opaque(maker, reply, size);
}

static void script_ssh(Maker *maker, Session *session)
{
  session->server_port = 22;
  add_turn(session, false, "SSH-2.0-OpenSSH_9.2\r\n");
  add_turn(session, true, "SSH-2.0-OpenSSH_9.2\r\n");
  append_opaque(maker, add_turn(session, true, ""), 50000 + next_random(maker, 200000));
}

static void script_quic(Maker *maker, Session *session)
{
  session->server_port = 443;
  session->udp = true;
  append_opaque(maker, add_turn(session, true, ""), 1200);
  append_opaque(maker, add_turn(session, false, ""), 20000 + next_random(maker, 400000));
}

typedef void (*Script)(Maker *maker, Session *session);

static void begin_mail(Maker *maker, Session *session)
{
  static const Script scripts[] = {script_smtp, script_pop3, script_imap};
  session->mail = true;
  scripts[maker->sessions % G_N_ELEMENTS(scripts)](maker, session);
}

static void begin_mixed(Maker *maker, Session *session)
{
  static const Script others[] = {script_https, script_https, script_http, script_quic, script_ssh};
  if (maker->mail_written * 10 <= maker->written)
    begin_mail(maker, session);
  else
    others[next_random(maker, G_N_ELEMENTS(others))](maker, session);
}

static const struct {
  const char *name;
  Script begin;
  int at_once;
  uint64_t unit; /* bytes of one AMOUNT; 0: it counts sessions */
} kinds[] = {
    {"mail", begin_mail, 8, 1000000},
    {"mixed", begin_mixed, 16, 1000000},
    {"sessions", script_short, 64, 0},
    {"letter", script_letter, 1, 1000000},
};

static void begin_session(Maker *maker, Session *session, Script begin)
{
  *session = (Session){.turns = g_ptr_array_new_with_free_func(free_turn)};
  session->sequence[0] = next_random(maker, 1u << 31);
  session->sequence[1] = next_random(maker, 1u << 31);
  begin(maker, session);
  session->number = maker->sessions++;
  if (session->udp) session->stage = 1;
}

static void put32(FILE *file, uint32_t value)
{
  fwrite(&value, sizeof value, 1, file);
}

/* Writes one frame of session and counts its sequence numbers. */
static void put_frame(Maker *maker, Session *session, bool to_server, uint8_t flags, Bytes payload)
{
  int from = to_server ? 0 : 1;
  uint16_t client_port = (uint16_t)(20000 + session->number % 40000);
  PacketTemplate packet = {.kind = session->udp ? PACKET_UDP : PACKET_TCP};
  IpAddress client = {.version = 4, .bytes = {10, 1, (uint8_t)(session->number / 40000), 10}};
  IpAddress server = {.version = 4, .bytes = {198, 51, 100, 25}};
  packet.source = to_server ? client : server;
  packet.destination = to_server ? server : client;
  packet.source_port = to_server ? client_port : session->server_port;
  packet.destination_port = to_server ? session->server_port : client_port;
  packet.sequence = session->sequence[from];
  packet.acknowledgement = (flags & TCP_ACK) != 0 ? session->sequence[1 - from] : 0;
  packet.flags = flags;
  packet.window = 64240;
  packet.time_to_live = 64;
  packet.payload = payload;
  uint8_t bytes[SEGMENT + 200];
  size_t length = packet_build(&packet, bytes, sizeof bytes);
  maker->time_us += 1 + next_random(maker, 400);
  put32(maker->file, (uint32_t)(1772452800 + maker->time_us / 1000000));
  put32(maker->file, (uint32_t)(maker->time_us % 1000000));
  put32(maker->file, (uint32_t)length);
  put32(maker->file, (uint32_t)length);
  fwrite(bytes, 1, length, maker->file);
  maker->written += 16 + length;
  if (session->mail) maker->mail_written += 16 + length;
  maker->frames++;
  session->sequence[from] += (uint32_t)payload.length + ((flags & (TCP_SYN | TCP_FIN)) != 0 ? 1 : 0);
}

static void step_session(Maker *maker, Session *session)
{
  if (session->stage == 0) {
    put_frame(maker, session, true, TCP_SYN, BYTES_EMPTY);
    put_frame(maker, session, false, TCP_SYN | TCP_ACK, BYTES_EMPTY);
    put_frame(maker, session, true, TCP_ACK, BYTES_EMPTY);
    session->stage = 1;
    return;
  }
  if (session->turn == session->turns->len && session->udp) {
    session->stage = 2;
    return;
  }
  if (session->turn == session->turns->len) {
    put_frame(maker, session, false, TCP_FIN | TCP_ACK, BYTES_EMPTY);
    put_frame(maker, session, true, TCP_FIN | TCP_ACK, BYTES_EMPTY);
    put_frame(maker, session, false, TCP_ACK, BYTES_EMPTY);
    session->stage = 2;
    return;
  }
  Turn *turn = g_ptr_array_index(session->turns, session->turn);
  Bytes whole = {(const uint8_t *)turn->bytes->str, turn->bytes->len};
  Bytes part = bytes_slice(whole, session->sent, SEGMENT);
  put_frame(maker, session, turn->to_server, TCP_ACK | TCP_PSH, part);
  session->sent += part.length;
  if (!session->udp && ++session->unacknowledged % 2 == 0)
    put_frame(maker, session, !turn->to_server, TCP_ACK, BYTES_EMPTY);
  if (session->sent == whole.length) {
    session->turn++;
    session->sent = 0;
  }
}

/* True while another session shall begin. */
static bool wants_more(const Maker *maker, size_t kind)
{
  if (kinds[kind].unit == 0) return maker->sessions < maker->amount;
  return maker->written < maker->amount * kinds[kind].unit && kinds[kind].at_once > 1;
}

static void make(Maker *maker, size_t kind)
{
  static const uint32_t head[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, LINK_TYPE_ETHERNET};
  fwrite(head, sizeof head, 1, maker->file);
  Session sessions[AT_ONCE_MOST];
  uint32_t open = (uint32_t)kinds[kind].at_once;
  for (uint32_t i = 0; i < open; i++)
    begin_session(maker, &sessions[i], kinds[kind].begin);
  while (open > 0) {
    uint32_t at = next_random(maker, open);
    step_session(maker, &sessions[at]);
    if (sessions[at].stage != 2) continue;
    g_ptr_array_unref(sessions[at].turns);
    if (wants_more(maker, kind))
      begin_session(maker, &sessions[at], kinds[kind].begin);
    else
      sessions[at] = sessions[--open];
  }
}

int main(int argc, char **argv)
{
  Maker maker = {.amount = argc == 4 ? strtoull(argv[2], NULL, 10) : 0, .random = 7};
  size_t kind = 0;
  while (kind < G_N_ELEMENTS(kinds) && (argc != 4 || strcmp(argv[1], kinds[kind].name) != 0))
    kind++;
  if (kind < G_N_ELEMENTS(kinds) && maker.amount > 0) maker.file = fopen(argv[3], "wb");
  if (maker.file == NULL) {
    fprintf(stderr, "usage: make-capture mail|mixed|sessions|letter AMOUNT FILE\n");
    return 2;
  }
  make(&maker, kind);
  if (fclose(maker.file) != 0) return 4;
  printf("%lu frames, %u sessions, %u letters, %u log-ins\n", (unsigned long)maker.frames, maker.sessions,
         maker.letters, maker.logins);
  return 0;
}
