/* SPDX-License-Identifier: MIT */
/* The envelope of one transaction. */
#include "protocol/smtp/smtp-transaction.h"

typedef struct {
  uint32_t id; /* of RCPT's line */
  bool refused;
  char *address;
} Recipient;

static void free_recipient(gpointer data)
{
  g_free(((Recipient *)data)->address);
}

void smtp_transaction_clear(SmtpTransaction *transaction)
{
  g_free(transaction->sender);
  if (transaction->recipients != NULL) g_array_unref(transaction->recipients);
  *transaction = (SmtpTransaction){0};
}

static char *path_text(Bytes argument, const char *keyword)
{
  SmtpPath path;
  if (!smtp_parse_path(argument, keyword, &path)) return NULL;
  return g_utf8_make_valid((const char *)(path.address.length > 0 ? path.address.data : (const uint8_t *)""),
                           (gssize)path.address.length);
}

static void add_recipient(SmtpTransaction *transaction, char *address, uint32_t id)
{
  Recipient recipient = {.id = id, .address = address};
  if (transaction->recipients == NULL) {
    transaction->recipients = g_array_new(FALSE, FALSE, sizeof(Recipient));
    g_array_set_clear_func(transaction->recipients, free_recipient);
  }
  g_array_append_val(transaction->recipients, recipient);
}

static void begin(SmtpTransaction *transaction, char *sender)
{
  g_free(transaction->sender);
  transaction->sender = sender;
  transaction->has_sender = sender != NULL;
  if (transaction->recipients != NULL) g_array_set_size(transaction->recipients, 0);
}

void smtp_transaction_command(SmtpTransaction *transaction, const SmtpCommand *command, uint32_t id)
{
  switch (command->word) {
  case SMTP_MAIL:
  case SMTP_SEND:
  case SMTP_SOML:
  case SMTP_SAML:
    begin(transaction, path_text(command->argument, "FROM"));
    break;
  case SMTP_RCPT: {
    guint count = transaction->recipients != NULL ? transaction->recipients->len : 0;
    char *address = count < LIMIT_ENVELOPE_RECIPIENTS ? path_text(command->argument, "TO") : NULL;
    if (address != NULL) add_recipient(transaction, address, id);
    break;
  }
  case SMTP_RSET:
  case SMTP_HELO:
  case SMTP_EHLO:
  case SMTP_LHLO:
    begin(transaction, NULL);
    break;
  default:
    break;
  }
}

void smtp_transaction_answer(SmtpTransaction *transaction, const PendingCommand *command,
                             ReplyClass reply_class)
{
  bool refused = reply_class == REPLY_LATER || reply_class == REPLY_REFUSED;
  if (!refused || command->word != SMTP_RCPT || transaction->recipients == NULL) return;
  /* in order of their ids */
  GArray *recipients = transaction->recipients;
  guint low = 0, high = recipients->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index(recipients, Recipient, middle).id < command->id)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < recipients->len && g_array_index(recipients, Recipient, low).id == command->id)
    g_array_index(recipients, Recipient, low).refused = true;
}

void smtp_transaction_describe(const SmtpTransaction *transaction, MessageRecord *record)
{
  guint count = transaction->recipients != NULL ? transaction->recipients->len : 0;
  record->has_envelope = transaction->has_sender || count > 0;
  if (transaction->has_sender)
    record->envelope_from = message_record_add_text(record, bytes_from_string(transaction->sender));
  for (guint i = 0; i < count; i++) {
    const Recipient *recipient = &g_array_index(transaction->recipients, Recipient, i);
    if (recipient->refused) continue;
    const char *address = message_record_add_text(record, bytes_from_string(recipient->address));
    g_ptr_array_add(record->envelope_to, (gpointer)(uintptr_t)address);
  }
}
