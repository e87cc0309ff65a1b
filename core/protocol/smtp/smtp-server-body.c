/* SPDX-License-Identifier: MIT */
/* The bytes of a message on their way into an SMTP server: after DATA up to the lone dot, after BDAT by
 * count. What is too large is passed over, not kept. */
#include "protocol/smtp/smtp-server-private.h"

static const SmtpRefusal too_large = {552, "5.3.4", "Message size exceeds fixed limit"};

/* Appends bytes of the message, as long as it is not too large. */
static void take_bytes(void *owner, Bytes bytes)
{
  SmtpServer *server = owner;
  if (server->body_too_large) return;
  size_t held = byte_buffer_view(&server->message).length;
  if (bytes.length > server->size_limit - held) {
    server->body_too_large = true;
    byte_buffer_clear(&server->message);
    return;
  }
  byte_buffer_append(&server->message, bytes);
}

/* The message is whole: it goes to the owner, or is refused for its size. Whatever the reply, the transaction
 * is over; the table cannot tell this reply from 354. */
static void end_message(SmtpServer *server, const char *cause)
{
  smtp_server_end_command(server, SMTP_STATE_READY, cause);
  if (!server->body_too_large) {
    smtp_server_ask(server, ENDPOINT_MESSAGE);
    return;
  }
  smtp_server_forget_transaction(server);
  smtp_server_refuse(server, &too_large);
}

bool smtp_server_receive_body(SmtpServer *server)
{
  Bytes view = line_input_view(&server->in);
  if (view.length == 0) return false;
  bool ended;
  const DotBodySink sink = {take_bytes, server};
  size_t used = dot_body_scan(&server->body, view, &ended, &sink);
  line_input_consume(&server->in, used);
  if (ended) end_message(server, "the lone dot");
  return true;
}

void smtp_server_begin_chunk(SmtpServer *server, uint64_t size, bool last, const SmtpRefusal *refusal)
{
  server->chunk = (SmtpServerChunk){.active = true, .last = last, .size = size, .left = size};
  if (refusal != NULL) server->chunk.refusal = *refusal;
}

/* The piece is whole, and gets its reply. */
static void end_chunk(SmtpServer *server)
{
  const SmtpServerChunk chunk = server->chunk;
  server->chunk.active = false;
  if (chunk.refusal.code != 0) {
    smtp_server_refuse(server, &chunk.refusal);
  } else if (server->body_too_large) {
    /* the table leads to READY: further pieces belong to nothing, and are swallowed too */
    smtp_server_forget_transaction(server);
    smtp_server_refuse(server, &too_large);
  } else if (chunk.last) {
    end_message(server, "the last piece");
  } else {
    server->chunked = true;
    smtp_server_end_command(server, SMTP_STATE_DATA, "BDAT");
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT " bytes received", chunk.size);
    smtp_server_reply(server, 250, "2.0.0", text);
  }
}

bool smtp_server_receive_chunk(SmtpServer *server)
{
  Bytes view = line_input_view(&server->in);
  size_t used = (size_t)MIN((uint64_t)view.length, server->chunk.left);
  if (used == 0 && server->chunk.left > 0) return false;
  if (server->chunk.refusal.code == 0) take_bytes(server, bytes_slice(view, 0, used));
  line_input_consume(&server->in, used);
  server->chunk.left -= used;
  if (server->chunk.left == 0) end_chunk(server);
  return true;
}
