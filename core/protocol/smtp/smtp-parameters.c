/* SPDX-License-Identifier: MIT */
/* The parameters of MAIL and RCPT, read and written. */
#include "protocol/smtp/smtp-parameters.h"

#include "protocol/smtp/smtp-syntax.h"

#define ID_MAX 100u       /* characters of ENVID's xtext, RFC 3461 §4.4 */
#define ORIGINAL_MAX 500u /* of ORCPT, RFC 3461 §4.2 */

bool smtp_is_8bit(Bytes text)
{
  for (size_t i = 0; i < text.length; i++)
    if (text.data[i] >= 0x80) return true;
  return false;
}

/* Upper-case hexadecimal only, as xtext wants it. Returns -1 for another byte. */
static int hex_value(Bytes text, size_t position)
{
  if (position >= text.length || g_ascii_islower((gchar)text.data[position])) return -1;
  return g_ascii_xdigit_value((gchar)text.data[position]);
}

/* UTF-8 may stand in it as it is where SMTPUTF8 was said (RFC 6533 §3), and elsewhere does no harm. */
char *smtp_dup_xtext_decoded(Bytes xtext)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (size_t i = 0; i < xtext.length; i++) {
    uint8_t byte = xtext.data[i];
    if (byte == '+') {
      int high = hex_value(xtext, i + 1), low = hex_value(xtext, i + 2);
      if (high < 0 || low < 0) return NULL;
      byte = (uint8_t)(high << 4 | low);
      i += 2;
    } else if (byte == '=' || byte == ' ') {
      return NULL;
    }
    if (byte < ' ' || byte == 0x7f) return NULL;
    g_string_append_c(text, (gchar)byte);
  }
  if (!g_utf8_validate(text->str, (gssize)text->len, NULL)) return NULL;
  return g_strndup(text->str, text->len);
}

void smtp_append_xtext(ByteBuffer *out, const char *text)
{
  for (const char *c = text; *c != '\0'; c++) {
    uint8_t byte = (uint8_t)*c;
    if (byte <= ' ' || byte == '+' || byte == '=' || byte == 0x7f)
      byte_buffer_append_format(out, "+%02X", byte);
    else
      byte_buffer_append(out, (Bytes){&byte, 1});
  }
}

/* What a parameter's value goes into. */
typedef struct {
  Envelope *envelope;       /* MAIL's */
  EnvelopeRequest *request; /* RCPT's */
  uint32_t capabilities;
  uint64_t size_limit;
  SmtpRefusal *refusal;
} Target;

static bool refuse(const Target *target, int code, const char *enhanced, const char *text)
{
  *target->refusal = (SmtpRefusal){code, enhanced, text};
  return false;
}

static bool take_size(const Target *target, Bytes value)
{
  uint64_t size;
  if (!smtp_parse_number(value, &size)) return refuse(target, 501, "5.5.4", "SIZE needs a number of bytes");
  if (size > target->size_limit) return refuse(target, 552, "5.3.4", "Message size exceeds fixed limit");
  target->envelope->size = size;
  return true;
}

static bool take_body(const Target *target, Bytes value)
{
  bool binary = (target->capabilities & SMTP_CAPABILITY_BINARYMIME) != 0;
  if (bytes_equal_ignore_case(value, "7BIT"))
    target->envelope->body = ENVELOPE_BODY_7BIT;
  else if (bytes_equal_ignore_case(value, "8BITMIME"))
    target->envelope->body = ENVELOPE_BODY_8BITMIME;
  else if (binary && bytes_equal_ignore_case(value, "BINARYMIME"))
    target->envelope->body = ENVELOPE_BODY_BINARYMIME;
  else
    return refuse(target, 501, "5.5.4",
                  binary ? "BODY is 7BIT, 8BITMIME or BINARYMIME" : "BODY is 7BIT or 8BITMIME");
  return true;
}

/* Whom another server vouches for: we trust nobody's word for it, which RFC 4954 §5 allows. */
static bool take_auth(const Target *target, Bytes value)
{
  (void)target;
  (void)value;
  return true;
}

static bool take_utf8(const Target *target, Bytes value)
{
  if (value.length > 0) return refuse(target, 501, "5.5.4", "SMTPUTF8 takes no value");
  target->envelope->utf8 = true;
  return true;
}

static bool take_return(const Target *target, Bytes value)
{
  if (bytes_equal_ignore_case(value, "FULL"))
    target->envelope->returned = ENVELOPE_RETURN_FULL;
  else if (bytes_equal_ignore_case(value, "HDRS"))
    target->envelope->returned = ENVELOPE_RETURN_HEADERS;
  else
    return refuse(target, 501, "5.5.4", "RET is FULL or HDRS");
  return true;
}

static bool take_id(const Target *target, Bytes value)
{
  if (value.length > 0 && value.length <= ID_MAX && !smtp_is_8bit(value))
    target->envelope->id = smtp_dup_xtext_decoded(value);
  return target->envelope->id != NULL ||
         refuse(target, 501, "5.5.4", "ENVID needs 1 to 100 characters, special ones as +XX");
}

static const struct {
  uint32_t bit;
  const char *word;
} notify_words[] = {
    {ENVELOPE_NOTIFY_NEVER, "NEVER"},
    {ENVELOPE_NOTIFY_SUCCESS, "SUCCESS"},
    {ENVELOPE_NOTIFY_FAILURE, "FAILURE"},
    {ENVELOPE_NOTIFY_DELAY, "DELAY"},
};

static uint32_t notify_bit(Bytes word)
{
  for (size_t i = 0; i < G_N_ELEMENTS(notify_words); i++)
    if (bytes_equal_ignore_case(word, notify_words[i].word)) return notify_words[i].bit;
  return 0;
}

static bool take_notify(const Target *target, Bytes value)
{
  uint32_t notify = 0;
  bool known = true, more = true;
  while (known && more) {
    ptrdiff_t comma = bytes_find(value, ',');
    more = comma >= 0;
    Bytes word = more ? bytes_slice(value, 0, (size_t)comma) : value;
    if (more) value = bytes_skip(value, (size_t)comma + 1);
    uint32_t bit = notify_bit(word);
    known = bit != 0;
    notify |= bit;
  }
  bool never = (notify & ENVELOPE_NOTIFY_NEVER) != 0;
  if (!known || (never && notify != ENVELOPE_NOTIFY_NEVER))
    return refuse(target, 501, "5.5.4", "NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY");
  target->request->notify = notify;
  return true;
}

/* addr-type ";" xtext */
static bool take_original(const Target *target, Bytes value)
{
  ptrdiff_t semicolon = bytes_find(value, ';');
  if (semicolon > 0 && value.length <= ORIGINAL_MAX && (size_t)semicolon + 1 < value.length)
    target->request->original = smtp_dup_xtext_decoded(value);
  return target->request->original != NULL || refuse(target, 501, "5.5.4", "ORCPT needs type;address");
}

/* capabilities: any of them allows the parameter. */
typedef struct {
  const char *keyword;
  uint32_t capabilities;
  bool (*take)(const Target *target, Bytes value);
} Parameter;

static const Parameter mail_parameters[] = {
    {"SIZE", SMTP_CAPABILITY_SIZE, take_size},
    {"BODY", SMTP_CAPABILITY_8BITMIME | SMTP_CAPABILITY_BINARYMIME, take_body},
    {"AUTH", SMTP_CAPABILITIES_AUTH, take_auth},
    {"SMTPUTF8", SMTP_CAPABILITY_SMTPUTF8, take_utf8},
    {"RET", SMTP_CAPABILITY_DSN, take_return},
    {"ENVID", SMTP_CAPABILITY_DSN, take_id},
};

static const Parameter recipient_parameters[] = {
    {"NOTIFY", SMTP_CAPABILITY_DSN, take_notify},
    {"ORCPT", SMTP_CAPABILITY_DSN, take_original},
};

static bool parse(Bytes parameters, const Parameter *rows, size_t count, const Target *target)
{
  Bytes keyword, value;
  uint32_t seen = 0;
  while (smtp_next_parameter(&parameters, &keyword, &value)) {
    size_t row = 0;
    while (row < count && (!bytes_equal_ignore_case(keyword, rows[row].keyword) ||
                           (target->capabilities & rows[row].capabilities) == 0))
      row++;
    if (row == count) return refuse(target, 555, "5.5.4", "Parameter not known");
    if ((seen & 1u << row) != 0) return refuse(target, 501, "5.5.4", "Parameter given twice");
    seen |= 1u << row;
    if (!rows[row].take(target, value)) return false;
  }
  return true;
}

bool smtp_parse_mail_parameters(Bytes parameters, uint32_t capabilities, uint64_t size_limit,
                                Envelope *envelope, SmtpRefusal *refusal)
{
  const Target target = {
      .envelope = envelope, .capabilities = capabilities, .size_limit = size_limit, .refusal = refusal};
  return parse(parameters, mail_parameters, G_N_ELEMENTS(mail_parameters), &target);
}

bool smtp_parse_recipient_parameters(Bytes parameters, uint32_t capabilities, EnvelopeRequest *request,
                                     SmtpRefusal *refusal)
{
  const Target target = {.request = request, .capabilities = capabilities, .refusal = refusal};
  return parse(parameters, recipient_parameters, G_N_ELEMENTS(recipient_parameters), &target);
}

void smtp_append_mail_parameters(ByteBuffer *out, const Envelope *envelope, uint32_t offers)
{
  static const char *const bodies[] = {
      [ENVELOPE_BODY_8BITMIME] = "8BITMIME", [ENVELOPE_BODY_BINARYMIME] = "BINARYMIME"};
  static const char *const returns[] = {[ENVELOPE_RETURN_HEADERS] = "HDRS", [ENVELOPE_RETURN_FULL] = "FULL"};
  bool dsn = (offers & SMTP_CAPABILITY_DSN) != 0;
  if ((offers & SMTP_CAPABILITY_SIZE) != 0) {
    byte_buffer_append_texts(out, " SIZE=", NULL);
    byte_buffer_append_number(out, envelope->size);
  }
  /* 7BIT is what goes without saying */
  if (envelope->body >= ENVELOPE_BODY_8BITMIME)
    byte_buffer_append_texts(out, " BODY=", bodies[envelope->body], NULL);
  if (envelope->utf8) byte_buffer_append(out, BYTES_LITERAL(" SMTPUTF8"));
  if (dsn && envelope->returned != ENVELOPE_RETURN_UNSTATED)
    byte_buffer_append_texts(out, " RET=", returns[envelope->returned], NULL);
  if (dsn && envelope->id != NULL) {
    byte_buffer_append(out, BYTES_LITERAL(" ENVID="));
    smtp_append_xtext(out, envelope->id);
  }
}

/* An address of type utf-8 where only ASCII may travel: each other character as \x{HEX} (RFC 6533 §3). */
static char *dup_ascii(const char *original)
{
  GString *text = g_string_new(NULL);
  for (const char *c = original; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar character = g_utf8_get_char(c);
    if (character < 0x80)
      g_string_append_c(text, (gchar)character);
    else
      g_string_append_printf(text, "\\x{%X}", character);
  }
  return g_string_free(text, FALSE);
}

void smtp_append_recipient_parameters(ByteBuffer *out, const EnvelopeRequest *request, uint32_t offers,
                                      bool utf8)
{
  if ((offers & SMTP_CAPABILITY_DSN) == 0) return;
  const char *before = " NOTIFY=";
  for (size_t i = 0; i < G_N_ELEMENTS(notify_words); i++) {
    if ((request->notify & notify_words[i].bit) == 0) continue;
    byte_buffer_append_texts(out, before, notify_words[i].word, NULL);
    before = ",";
  }
  if (request->original == NULL) return;
  byte_buffer_append(out, BYTES_LITERAL(" ORCPT="));
  g_autofree char *original = utf8 ? g_strdup(request->original) : dup_ascii(request->original);
  smtp_append_xtext(out, original);
}
