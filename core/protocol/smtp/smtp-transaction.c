/* SPDX-License-Identifier: MIT */
/* The envelope of one transaction, kept as what was said: a command that is refused in the end leaves no
 * trace. */
#include "protocol/smtp/smtp-transaction.h"

typedef enum { STEP_BEGIN, STEP_RECIPIENT } StepKind;

typedef struct {
  uint32_t id; /* of the command's line */
  StepKind kind;
  bool refused;
  char *address; /* MAIL's or RCPT's; NULL where it begins nothing, or cannot be read */
} Step;

#define BEGINNINGS_MAX 8u /* kept of those that nobody answers: more are taken for accepted */

static void free_step(gpointer data)
{
  g_free(((Step *)data)->address);
}

void smtp_transaction_clear(SmtpTransaction *transaction)
{
  if (transaction->steps != NULL) g_array_unref(transaction->steps);
  *transaction = (SmtpTransaction){0};
}

static char *path_text(Bytes argument, const char *keyword)
{
  SmtpPath path;
  if (!smtp_parse_path(argument, keyword, &path)) return NULL;
  return g_utf8_make_valid((const char *)(path.address.length > 0 ? path.address.data : (const uint8_t *)""),
                           (gssize)path.address.length);
}

static Step *step_at(const SmtpTransaction *transaction, guint index)
{
  return &g_array_index(transaction->steps, Step, index);
}

static void add(SmtpTransaction *transaction, const Step *step)
{
  if (transaction->steps == NULL) {
    transaction->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(transaction->steps, free_step);
  }
  g_array_append_val(transaction->steps, *step);
}

/* The step at index begins the envelope for good: what was said before it is over. */
static void forget_before(SmtpTransaction *transaction, guint index)
{
  for (guint i = 0; i < index; i++)
    transaction->beginnings -= step_at(transaction, i)->kind == STEP_BEGIN;
  if (index > 0) g_array_remove_range(transaction->steps, 0, index);
  transaction->recipients = transaction->steps->len - transaction->beginnings;
}

static void begin(SmtpTransaction *transaction, char *sender, uint32_t id)
{
  add(transaction, &(Step){.id = id, .kind = STEP_BEGIN, .address = sender});
  if (++transaction->beginnings > BEGINNINGS_MAX) forget_before(transaction, transaction->steps->len - 1);
}

void smtp_transaction_command(SmtpTransaction *transaction, const SmtpCommand *command, uint32_t id)
{
  switch (command->word) {
  case SMTP_MAIL:
  case SMTP_SEND:
  case SMTP_SOML:
  case SMTP_SAML:
    begin(transaction, path_text(command->argument, "FROM"), id);
    break;
  case SMTP_RCPT: {
    bool room = transaction->recipients < LIMIT_ENVELOPE_RECIPIENTS;
    char *address = room ? path_text(command->argument, "TO") : NULL;
    if (address == NULL) break;
    transaction->recipients++;
    add(transaction, &(Step){.id = id, .kind = STEP_RECIPIENT, .address = address});
    break;
  }
  case SMTP_RSET:
  case SMTP_HELO:
  case SMTP_EHLO:
  case SMTP_LHLO:
    begin(transaction, NULL, id);
    break;
  default:
    break;
  }
}

/* Returns the index of the step that the line with that id made, or of the next one; steps are in order. */
static guint find_step(const SmtpTransaction *transaction, uint32_t id)
{
  guint low = 0, high = transaction->steps->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (step_at(transaction, middle)->id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void smtp_transaction_answer(SmtpTransaction *transaction, const PendingCommand *command,
                             ReplyClass reply_class)
{
  if (transaction->steps == NULL) return;
  guint index = find_step(transaction, command->id);
  if (index >= transaction->steps->len) return;
  Step *step = step_at(transaction, index);
  if (step->id != command->id) return;
  step->refused = reply_class == REPLY_LATER || reply_class == REPLY_REFUSED;
  if (step->kind == STEP_BEGIN && reply_class == REPLY_OK) forget_before(transaction, index);
}

void smtp_transaction_describe(const SmtpTransaction *transaction, uint32_t until, MessageRecord *record)
{
  const char *sender = NULL;
  for (guint i = 0; transaction->steps != NULL && i < transaction->steps->len; i++) {
    const Step *step = step_at(transaction, i);
    if (step->refused) continue;
    if (step->id > until && until != 0) break;
    if (step->kind == STEP_RECIPIENT) {
      const char *address = message_record_add_text(record, bytes_from_string(step->address));
      g_ptr_array_add(record->envelope_to, (gpointer)(uintptr_t)address);
      continue;
    }
    sender = step->address;
    g_ptr_array_set_size(record->envelope_to, 0);
  }
  record->has_envelope = sender != NULL || record->envelope_to->len > 0;
  if (sender != NULL) record->envelope_from = message_record_add_text(record, bytes_from_string(sender));
}
