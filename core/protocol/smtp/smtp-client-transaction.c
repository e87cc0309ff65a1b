/* SPDX-License-Identifier: MIT */
/* One message of an SMTP client: in which form it travels, whom it can reach, and how it is said. */
#include "protocol/dot-body.h"
#include "protocol/smtp/smtp-client-private.h"

#define TEXT_LINE_MAX 998u /* RFC 5321 §4.5.3.1.6, without CR LF */

static Bytes view_of(GBytes *bytes)
{
  Bytes view;
  view.data = g_bytes_get_data(bytes, &view.length);
  return view;
}

/* What a message is made of. */
typedef struct {
  bool eight_bit, header_eight_bit;
  bool stray; /* a CR or LF outside of CR LF */
  bool text;  /* lines as DATA may carry them: no stray, no NUL, none too long */
} Content;

static bool is_stray(Bytes message, size_t i)
{
  uint8_t byte = message.data[i];
  if (byte == '\n') return i == 0 || message.data[i - 1] != '\r';
  return byte == '\r' && (i + 1 == message.length || message.data[i + 1] != '\n');
}

/* What a line holds, without its LF. */
typedef struct {
  size_t returns; /* CRs */
  bool high, zero;
} LineContent;

static LineContent examine_line(Bytes line)
{
  size_t returns = 0, zeros = 0;
  uint8_t all = 0;
  for (size_t i = 0; i < line.length; i++) { /* without branches: many bytes at a time */
    all |= line.data[i];
    returns += line.data[i] == '\r';
    zeros += line.data[i] == 0;
  }
  return (LineContent){.returns = returns, .high = all >= 0x80, .zero = zeros > 0};
}

static Content examine(Bytes message)
{
  Content content = {.text = true};
  bool in_header = true;
  while (message.length > 0) {
    ptrdiff_t lf = bytes_find(message, '\n');
    Bytes line = bytes_slice(message, 0, lf < 0 ? message.length : (size_t)lf);
    message = bytes_skip(message, line.length + 1);
    LineContent found = examine_line(line);
    bool ends_well = lf > 0 && line.data[line.length - 1] == '\r';
    content.stray |= (lf >= 0 && !ends_well) || found.returns > ends_well;
    content.eight_bit |= found.high;
    content.header_eight_bit |= found.high && in_header;
    content.text &= !found.zero && line.length - found.returns <= TEXT_LINE_MAX;
    if (line.length == found.returns) in_header = false;
  }
  content.text &= !content.stray;
  return content;
}

/* Returns message with a space for each stray CR or LF, the caller's to unref. */
static GBytes *without_stray(GBytes *message, const Content *content)
{
  if (!content->stray) return g_bytes_ref(message);
  Bytes old = view_of(message);
  uint8_t *clean = g_memdup2(old.data, old.length);
  for (size_t i = 0; i < old.length; i++)
    if (is_stray(old, i)) clean[i] = ' ';
  return g_bytes_new_take(clean, old.length);
}

void smtp_client_set_transaction(SmtpClient *client, const Envelope *envelope, GBytes *message,
                                 GBytes *message_7bit)
{
  g_assert(envelope->recipients->len > 0);
  SmtpClientTransaction *transaction = &client->transaction;
  *transaction = (SmtpClientTransaction){.envelope = envelope_dup(envelope), .message = g_bytes_ref(message)};
  if (message_7bit != NULL) transaction->message_7bit = g_bytes_ref(message_7bit);
  /* A line end in an address would be a command of its own. */
  g_strdelimit(transaction->envelope->sender, "\r\n", '?');
  for (guint i = 0; i < envelope->recipients->len; i++)
    g_strdelimit(g_ptr_array_index(transaction->envelope->recipients, i), "\r\n", '?');
  transaction->results = g_new0(SmtpClientResult, envelope->recipients->len);
}

void smtp_client_clear_transaction(SmtpClient *client)
{
  SmtpClientTransaction *transaction = &client->transaction;
  for (guint i = 0; i < transaction->envelope->recipients->len; i++)
    g_free(transaction->results[i].reply);
  g_free(transaction->results);
  envelope_free(transaction->envelope);
  envelope_free(transaction->wire);
  g_bytes_unref(transaction->message);
  if (transaction->message_7bit != NULL) g_bytes_unref(transaction->message_7bit);
  if (transaction->form != NULL) g_bytes_unref(transaction->form);
}

void smtp_client_settle(SmtpClient *client, SmtpResultType type, int code, const char *reply)
{
  for (guint i = 0; i < client->transaction.envelope->recipients->len; i++) {
    SmtpClientResult *result = &client->transaction.results[i];
    if (result->type != SMTP_RESULT_PENDING) continue;
    *result = (SmtpClientResult){.type = type, .code = code, .reply = g_strdup(reply)};
  }
}

static bool offers(const SmtpClient *client, uint32_t capability)
{
  return (client->offers & capability) == capability;
}

/* Picks the message or its 7-bit form, and how it is announced. Returns NULL, or why none can go. */
static const char *pick_form(SmtpClient *client)
{
  SmtpClientTransaction *transaction = &client->transaction;
  Envelope *wire = transaction->wire;
  Content content = examine(view_of(transaction->message));
  /* text goes as text, whatever it was called */
  bool binary = wire->body == ENVELOPE_BODY_BINARYMIME && !content.text;
  bool can_be_binary = offers(client, SMTP_CAPABILITY_BINARYMIME | SMTP_CAPABILITY_CHUNKING);
  bool fits = binary ? can_be_binary : !content.eight_bit || offers(client, SMTP_CAPABILITY_8BITMIME);
  if (!fits && transaction->message_7bit == NULL)
    return binary ? "5.6.3 The server does not take binary mail"
                  : "5.6.3 The server takes mail in 7-bit text only, and this is not";
  GBytes *message = fits ? transaction->message : transaction->message_7bit;
  if (!fits) content = examine(view_of(message));
  bool as_binary = fits && binary;
  wire->body = as_binary                   ? ENVELOPE_BODY_BINARYMIME
               : fits && content.eight_bit ? ENVELOPE_BODY_8BITMIME
                                           : ENVELOPE_BODY_UNSTATED;
  transaction->form = as_binary ? g_bytes_ref(message) : without_stray(message, &content);
  transaction->chunked = as_binary || (client->chunking && offers(client, SMTP_CAPABILITY_CHUNKING));
  wire->size = g_bytes_get_size(transaction->form);
  wire->utf8 = smtp_is_8bit(bytes_from_string(wire->sender)) || (wire->utf8 && content.header_eight_bit);
  return NULL;
}

/* Refuses whom a server without SMTPUTF8 cannot serve: all, or those whose address needs it. */
static void choose_utf8(SmtpClient *client)
{
  static const char refusal[] = "5.6.7 The server does not take addresses or headers in UTF-8";
  SmtpClientTransaction *transaction = &client->transaction;
  bool offered = offers(client, SMTP_CAPABILITY_SMTPUTF8);
  if (transaction->wire->utf8 && !offered) {
    smtp_client_settle(client, SMTP_RESULT_REFUSED, 0, refusal);
    return;
  }
  for (guint i = 0; i < transaction->envelope->recipients->len; i++) {
    const char *recipient = g_ptr_array_index(transaction->envelope->recipients, i);
    if (!smtp_is_8bit(bytes_from_string(recipient))) continue;
    transaction->wire->utf8 |= offered;
    if (!offered)
      transaction->results[i] =
          (SmtpClientResult){.type = SMTP_RESULT_REFUSED, .reply = g_strdup(refusal), .skipped = true};
  }
}

/* Moves an index past the recipients that are never named. */
static void skip(const SmtpClientTransaction *transaction, guint *index)
{
  while (*index < transaction->envelope->recipients->len && transaction->results[*index].skipped)
    ++*index;
}

bool smtp_client_choose_form(SmtpClient *client)
{
  SmtpClientTransaction *transaction = &client->transaction;
  transaction->wire = envelope_new_part(transaction->envelope);
  const char *refusal = pick_form(client);
  if (refusal == NULL)
    choose_utf8(client);
  else
    smtp_client_settle(client, SMTP_RESULT_REFUSED, 0, refusal);
  skip(transaction, &transaction->recipients_sent);
  skip(transaction, &transaction->recipients_answered);
  for (guint i = 0; i < transaction->envelope->recipients->len; i++)
    if (transaction->results[i].type == SMTP_RESULT_PENDING) return true;
  return false;
}

void smtp_client_append_mail(SmtpClient *client)
{
  const Envelope *wire = client->transaction.wire;
  byte_buffer_append_texts(&client->out, "MAIL FROM:<", wire->sender, ">", NULL);
  smtp_append_mail_parameters(&client->out, wire, client->offers);
  byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
  smtp_client_expect(client, STEP_MAIL);
}

void smtp_client_append_recipient(SmtpClient *client)
{
  SmtpClientTransaction *transaction = &client->transaction;
  const Envelope *envelope = transaction->envelope;
  const char *recipient = g_ptr_array_index(envelope->recipients, transaction->recipients_sent++);
  skip(transaction, &transaction->recipients_sent);
  byte_buffer_append_texts(&client->out, "RCPT TO:<", recipient, ">", NULL);
  smtp_append_recipient_parameters(&client->out, envelope_get_request(envelope, recipient), client->offers,
                                   transaction->wire->utf8);
  byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
  smtp_client_expect(client, STEP_RECIPIENT);
}

/* The bytes appended since held are of the message. */
static void note_stretch(SmtpClient *client, size_t held)
{
  size_t length = byte_buffer_view(&client->out).length - held;
  message_stretches_append(&client->letters, held, length, client->transaction.message);
}

void smtp_client_append_body(SmtpClient *client)
{
  size_t held = byte_buffer_view(&client->out).length;
  bool taken = smtp_client_count_taken(client) > 0;
  dot_body_append_stuffed(&client->out, taken ? view_of(client->transaction.form) : BYTES_EMPTY);
  if (taken) note_stretch(client, held);
  smtp_client_expect(client, STEP_BODY);
}

void smtp_client_append_chunk(SmtpClient *client)
{
  SmtpClientTransaction *transaction = &client->transaction;
  Bytes left = bytes_skip(view_of(transaction->form), transaction->sent);
  Bytes chunk = client->chunk_size == 0 ? left : bytes_slice(left, 0, client->chunk_size);
  bool last = chunk.length == left.length;
  byte_buffer_append_format(&client->out, "BDAT %" G_GSIZE_FORMAT "%s\r\n", chunk.length,
                            last ? " LAST" : "");
  size_t held = byte_buffer_view(&client->out).length;
  byte_buffer_append(&client->out, chunk);
  if (chunk.length > 0) note_stretch(client, held);
  transaction->sent += chunk.length;
  smtp_client_expect(client, last ? STEP_BODY : STEP_CHUNK);
}

bool smtp_client_has_named_all(const SmtpClient *client)
{
  return client->transaction.recipients_sent == client->transaction.envelope->recipients->len;
}

SmtpClientResult *smtp_client_take_answered(SmtpClient *client)
{
  SmtpClientTransaction *transaction = &client->transaction;
  SmtpClientResult *result = &transaction->results[transaction->recipients_answered++];
  skip(transaction, &transaction->recipients_answered);
  return result;
}

guint smtp_client_count_taken(const SmtpClient *client)
{
  guint taken = 0;
  for (guint i = 0; i < client->transaction.recipients_answered; i++)
    if (client->transaction.results[i].type == SMTP_RESULT_PENDING) taken++;
  return taken;
}
