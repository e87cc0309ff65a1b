/* SPDX-License-Identifier: MIT */
/* What each line of a log-in is said to mean, mechanism by mechanism; NTLM's messages; names in SCRAM. */
#include "protocol/sasl/sasl-message.h"
#include "protocol/sasl/sasl-observer.h"
#include "protocol/sasl/sasl-steps.h"

#define LINES_MAX 8

/* Lines as they come, each with its gloss: "C text" and "S text" what base64 would hold; "C *" the cancel; "I
 * text" an initial response. */
typedef struct {
  const char *mechanism;
  const char *lines[LINES_MAX], *glosses[LINES_MAX];
} Exchange;

static const Exchange exchanges[] = {
    {"PLAIN", {"S ", "C |a|b"}, {"Send name and password now", "My name and my password, in one line"}},
    {"PLAIN", {"I |a|b"}, {"My name and my password, in one line"}},
    {"LOGIN",
     {"S Username:", "C a", "S Password:", "C b"},
     {"What is your name?", "My user name", "And your password?", "My password"}},
    {"LOGIN", {"I a", "S Password:", "C b"}, {"My user name", "And your password?", "My password"}},
    /* sent all at once: the prompts say themselves what they ask */
    {"LOGIN",
     {"C a", "C b", "S User Name", "S Password"},
     {"My user name", "My password", "What is your name?", "And your password?"}},
    {"LOGIN", {"S Username:", "C *"}, {"What is your name?", "I give this log-in up"}},
    {"CRAM-MD5",
     {"S <1@a>", "C a 00"},
     {"Here is a puzzle, a new one each time", "My name, and a digest over your puzzle"}},
    {"DIGEST-MD5",
     {"S realm=x", "C response=x", "S rspauth=x", "C "},
     {"My realm, and a number used once", "My name, and a digest over both our numbers",
      "And this proves that I know it too", "Your proof is right"}},
    {"SCRAM-SHA-256",
     {"S ", "C n,,n=a,r=x", "S r=xy,s=z,i=4096", "C c=biws,r=xy,p=q", "S v=w", "C "},
     {"Begin, please", "My name, and a number used once", "My number, the salt, how many rounds", "My proof",
      "And this proves that I am the server", "Your proof is right"}},
    {"SCRAM-SHA-1-PLUS",
     {"I p=tls-unique,,n=a,r=x", "S r=xy,s=z,i=4096", "C c=biws,r=xy,p=q", "S v=w"},
     {"My name, and a number used once", "My number, the salt, how many rounds", "My proof",
      "And this proves that I am the server"}},
    {"XOAUTH2",
     {"I user=a", "S {}", "C "},
     {"My name, and an access token", "Refused, and here is why", "I have read why"}},
    {"OAUTHBEARER",
     {"S ", "C n,a=a", "S {}", "C ^"},
     {"Send name and token now", "My name, and an access token", "Refused, and here is why",
      "I have read why"}},
    {"ANONYMOUS", {"S ", "C x"}, {"Who shall I say it was?", "A guest; this is my trace"}},
    {"EXTERNAL", {"S ", "C "}, {"As whom do you want to act?", "I am the one my certificate names"}},
    {"GSSAPI",
     {"S ", "C t", "S t", "C ", "S t", "C t"},
     {"Show me your ticket", "My Kerberos ticket", "And this proves that I am the server",
      "Your proof is right", "Shall we seal what follows?", "This much protection, and act for this name"}},
    {"NTLM",
     {"C 1", "S 2", "C 3"},
     {"What I can do", "Here is a number used once", "My name, and a digest over your number"}},
    {"OTP",
     {"I |a", "S otp-md5 499 ke1234", "C hex:00"},
     {"My user name", "The password with this number, please", "The password that is due"}},
    {"X-NEW", {"S ", "C a"}, {NULL, NULL}},
};

static void encode(ByteBuffer *line, const char *text)
{
  g_autofree char *copy = g_strdup(text);
  size_t length = strlen(copy);
  byte_buffer_reset(line);
  for (size_t i = 0; i < length; i++)
    copy[i] = copy[i] == '|' ? '\0' : copy[i] == '^' ? '\x01' : copy[i];
  if (strcmp(text, "*") == 0)
    byte_buffer_append(line, BYTES_LITERAL("*"));
  else
    sasl_append_encoded(line, (Bytes){(const uint8_t *)copy, length});
}

static void test_exchange(gconstpointer data)
{
  const Exchange *exchange = data;
  SaslObserver observer = {0};
  ByteBuffer line = {0};
  const SaslStep *choice = sasl_step_get(sasl_mechanism_step(bytes_from_string(exchange->mechanism)));
  g_assert_cmpint(choice != NULL, ==, exchange->glosses[0] != NULL);
  if (choice != NULL) g_assert_null(choice->gloss);
  sasl_observer_begin(&observer, bytes_from_string(exchange->mechanism));
  for (size_t i = 0; i < LINES_MAX && exchange->lines[i] != NULL; i++) {
    bool server = exchange->lines[i][0] == 'S';
    encode(&line, exchange->lines[i] + 2);
    Bytes base64 = byte_buffer_view(&line);
    const SaslStep *step = sasl_step_get(server ? sasl_observer_challenge_step(&observer, base64)
                                                : sasl_observer_response_step(&observer, base64));
    g_assert_cmpstr(step == NULL ? NULL : step->gloss, ==, exchange->glosses[i]);
    if (server)
      sasl_observer_challenge(&observer, base64);
    else
      sasl_observer_response(&observer, base64);
  }
  sasl_observer_clear(&observer);
  g_assert_cmpuint(sasl_observer_response_step(&observer, BYTES_LITERAL("*")), ==, 0);
  g_assert_cmpuint(sasl_observer_challenge_step(&observer, BYTES_EMPTY), ==, 0);
  byte_buffer_clear(&line);
}

/* Every step fits its column and is a sentence; numbers that are none have no words. */
static void test_words(void)
{
  unsigned number = 1;
  for (const SaslStep *step; (step = sasl_step_get((uint8_t)number)) != NULL; number++) {
    if (step->gloss != NULL) g_assert_cmpint(g_utf8_strlen(step->gloss, -1), <=, 45);
    g_assert_true(g_str_has_suffix(step->explanation, "."));
    g_assert_true(step->rfc[0] == '\0' || g_str_has_prefix(step->rfc, "RFC "));
  }
  g_assert_cmpuint(number, >, 50);
  g_assert_null(sasl_step_get(0));
  g_assert_null(sasl_step_get(255));
}

/* NTLM's third message (MS-NLMP §2.2.1.3): descriptors of six strings, flags, then the strings. */
static ByteBuffer ntlm_response(bool wide, const char *domain, const char *user, Bytes response)
{
  ByteBuffer message = {0}, strings = {0};
  const Bytes parts[] = {BYTES_EMPTY, response,   bytes_from_string(domain), bytes_from_string(user),
                         BYTES_EMPTY, BYTES_EMPTY};
  byte_buffer_append(&message, BYTES_LITERAL("NTLMSSP\0\3\0\0\0"));
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    bool name = wide && (i == 2 || i == 3);
    size_t length = parts[i].length * (name ? 2 : 1), offset = 64 + byte_buffer_view(&strings).length;
    const uint8_t descriptor[] = {
        (uint8_t)length, 0, (uint8_t)length, 0, (uint8_t)offset, (uint8_t)(offset >> 8), 0, 0};
    byte_buffer_append(&message, (Bytes){descriptor, sizeof descriptor});
    for (size_t at = 0; at < parts[i].length; at++) {
      byte_buffer_append(&strings, bytes_slice(parts[i], at, 1));
      if (name) byte_buffer_append(&strings, BYTES_LITERAL("\0"));
    }
  }
  byte_buffer_append(&message, wide ? BYTES_LITERAL("\1\0\0\0") : BYTES_LITERAL("\0\0\0\0"));
  byte_buffer_append(&message, byte_buffer_view(&strings));
  byte_buffer_clear(&strings);
  return message;
}

static void assert_text(Bytes view, const char *expected)
{
  g_autofree char *text = bytes_dup_string(view);
  g_assert_cmpstr(text, ==, expected);
}

static void test_ntlm(void)
{
  for (int wide = 0; wide <= 1; wide++) {
    SaslObserver observer = {0};
    ByteBuffer base64 = {0},
               message = ntlm_response(wide != 0, "ALPHA", "alice", BYTES_LITERAL("\x01\x02\xfe"));
    Credential credential;
    sasl_observer_begin(&observer, BYTES_LITERAL("NTLM"));
    g_assert_cmpint(sasl_observer_response(&observer, BYTES_LITERAL("TlRMTVNTUAABAAAA")), ==,
                    SASL_LEAKS_NOTHING);
    sasl_append_encoded(&base64,
                        BYTES_LITERAL("NTLMSSP\0\2\0\0\0........\1\0\0\0\x00\x11\x22\x33\x44\x55\x66\x77"));
    sasl_observer_challenge(&observer, byte_buffer_view(&base64));
    byte_buffer_reset(&base64);
    sasl_append_encoded(&base64, byte_buffer_view(&message));
    g_assert_cmpint(sasl_observer_response(&observer, byte_buffer_view(&base64)), ==, SASL_LEAKS_DIGEST);
    g_assert_true(sasl_observer_get_credential(&observer, 1, &credential));
    assert_text(credential.user, "ALPHA\\alice");
    assert_text(credential.secret, "");
    assert_text(credential.challenge, "0011223344556677");
    assert_text(credential.digest, "0102fe");
    sasl_observer_clear(&observer);
    byte_buffer_clear(&base64);
    byte_buffer_clear(&message);
  }
}

/* Cut anywhere, and with descriptors that point anywhere, nothing is read that is not there. */
static void test_broken_ntlm(void)
{
  ByteBuffer message = ntlm_response(true, "ALPHA", "alice", BYTES_LITERAL("response"));
  Bytes whole = byte_buffer_view(&message);
  GRand *random = g_rand_new_with_seed(5);
  for (size_t round = 0; round < 5000; round++) {
    size_t length = round < whole.length ? round : whole.length;
    g_autofree uint8_t *copy = g_memdup2(whole.data, length);
    for (int i = 0; round >= whole.length && i < 4; i++)
      copy[g_rand_int_range(random, 12, 60)] = (uint8_t)g_rand_int_range(random, 0, 256);
    ByteBuffer user = {0};
    Bytes response, broken = {copy, length};
    bool parsed = sasl_parse_ntlm_response(broken, &user, &response);
    g_assert_true(parsed || byte_buffer_view(&user).length == 0);
    g_assert_cmpuint(response.length, <=, length);
    g_assert_cmpuint(sasl_parse_ntlm_challenge(broken).length, ==, 0);
    byte_buffer_clear(&user);
  }
  g_rand_free(random);
  byte_buffer_clear(&message);
}

static void test_scram_name(void)
{
  static const char *const names[][2] = {
      {"alice", "alice"}, {"a=2Cb=3Dc", "a,b=c"}, {"a=2c", "a,"}, {"=", "="},
      {"=4", "=4"},       {"=3D=3", "==3"},       {"", ""}};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    ByteBuffer out = {0};
    sasl_append_scram_name(&out, bytes_from_string(names[i][0]));
    assert_text(byte_buffer_view(&out), names[i][1]);
    byte_buffer_clear(&out);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(exchanges); i++) {
    g_autofree char *path = g_strdup_printf("/sasl-steps/%zu %s", i, exchanges[i].mechanism);
    g_test_add_data_func(path, &exchanges[i], test_exchange);
  }
  g_test_add_func("/sasl-steps/every step has its words", test_words);
  g_test_add_func("/sasl-steps/NTLM tells who, and a digest", test_ntlm);
  g_test_add_func("/sasl-steps/broken NTLM is harmless", test_broken_ntlm);
  g_test_add_func("/sasl-steps/names in SCRAM", test_scram_name);
  return g_test_run();
}
