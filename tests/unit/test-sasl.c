/* SPDX-License-Identifier: MIT */
/* What a listener learns from each log-in mechanism, and nothing from what is broken. */
#include "protocol/sasl/sasl-message.h"
#include "protocol/sasl/sasl-observer.h"

#define STEPS_MAX 6

/* client and server alternate; texts are what base64 would hold, "=" and "*" and "!…" (sent as it is, without
 * the "!") excepted. */
typedef struct {
  const char *name;
  const char *mechanism;
  const char *responses[STEPS_MAX], *challenges[STEPS_MAX];
  const char *expected_mechanism, *user, *secret, *challenge, *digest;
  SaslLeak leak; /* of the last response */
} Case;

static const Case cases[] = {
    {"PLAIN without an authorization identity",
     "plain",
     {"|alice|wonderland"},
     {NULL},
     "PLAIN",
     "alice",
     "wonderland",
     "",
     "",
     SASL_LEAKS_PASSWORD},
    {"PLAIN on behalf of another",
     "PLAIN",
     {"bob|alice|wonderland"},
     {NULL},
     "PLAIN",
     "alice",
     "wonderland",
     "",
     "",
     SASL_LEAKS_PASSWORD},
    {"PLAIN without a password",
     "PLAIN",
     {"|alice|"},
     {NULL},
     "PLAIN",
     "alice",
     "",
     "",
     "",
     SASL_LEAKS_NOTHING},
    {"PLAIN that is malformed", "PLAIN", {"nonsense"}, {NULL}, "PLAIN", "", "", "", "", SASL_LEAKS_NOTHING},
    {"PLAIN that is empty", "PLAIN", {"="}, {NULL}, "PLAIN", "", "", "", "", SASL_LEAKS_NOTHING},
    {"LOGIN in two steps",
     "LOGIN",
     {"alice", "wonderland"},
     {"Username:", "Password:"},
     "LOGIN",
     "alice",
     "wonderland",
     "",
     "",
     SASL_LEAKS_PASSWORD},
    {"LOGIN that stops at the user",
     "LOGIN",
     {"alice"},
     {"Username:"},
     "LOGIN",
     "alice",
     "",
     "",
     "",
     SASL_LEAKS_NOTHING},
    {"LOGIN with base64 that is cut",
     "LOGIN",
     {"alice", "!d29uZGVybGFu"},
     {NULL},
     "LOGIN",
     "alice",
     "wonderlan",
     "",
     "",
     SASL_LEAKS_PASSWORD},
    {"CRAM-MD5 of RFC 2195",
     "CRAM-MD5",
     {"tim b913a602c7eda7a495b4e6e7334d3890"},
     {"<1896.697170952@postoffice.reston.mci.net>"},
     "CRAM-MD5",
     "tim",
     "",
     "<1896.697170952@postoffice.reston.mci.net>",
     "b913a602c7eda7a495b4e6e7334d3890",
     SASL_LEAKS_DIGEST},
    {"CRAM-MD5 of a user with a space",
     "CRAM-MD5",
     {"tim b b913a602c7eda7a495b4e6e7334d3890"},
     {"<1@a>"},
     "CRAM-MD5",
     "tim b",
     "",
     "<1@a>",
     "b913a602c7eda7a495b4e6e7334d3890",
     SASL_LEAKS_DIGEST},
    {"SCRAM of RFC 5802",
     "SCRAM-SHA-1",
     {"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
     {NULL, "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"},
     "SCRAM-SHA-1",
     "user",
     "",
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
     "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
     SASL_LEAKS_DIGEST},
    {"DIGEST-MD5",
     "DIGEST-MD5",
     {"username=\"chris\",realm=\"a, b\",response=d388dad90d4bbd760a152321f2143af7,qop=auth"},
     {"realm=\"a\",nonce=\"OA6\""},
     "DIGEST-MD5",
     "chris",
     "",
     "realm=\"a\",nonce=\"OA6\"",
     "d388dad90d4bbd760a152321f2143af7",
     SASL_LEAKS_DIGEST},
    {"XOAUTH2",
     "XOAUTH2",
     {"user=alice@alpha.example^auth=Bearer ya29.token^^"},
     {NULL},
     "XOAUTH2",
     "alice@alpha.example",
     "ya29.token",
     "",
     "",
     SASL_LEAKS_PASSWORD},
    {"OAUTHBEARER",
     "OAUTHBEARER",
     {"n,a=alice@alpha.example,^host=mail^port=587^auth=Bearer tok^^"},
     {NULL},
     "OAUTHBEARER",
     "alice@alpha.example",
     "tok",
     "",
     "",
     SASL_LEAKS_PASSWORD},
    {"ANONYMOUS", "ANONYMOUS", {"sirhc"}, {NULL}, "ANONYMOUS", "sirhc", "", "", "", SASL_LEAKS_NOTHING},
    {"GSSAPI is opaque", "GSSAPI", {"ticket"}, {NULL}, "GSSAPI", "", "", "", "", SASL_LEAKS_NOTHING},
    {"a mechanism nobody knows", "X-NEW", {"data"}, {NULL}, "AUTH", "", "", "", "", SASL_LEAKS_NOTHING},
};

static void assert_view(Bytes view, const char *expected)
{
  g_autofree char *text = bytes_dup_string(view);
  g_assert_cmpstr(text, ==, expected);
}

/* Fills line with the step as it travels: "|" is NUL, "^" is ^A. */
static void encode(ByteBuffer *line, const char *text)
{
  byte_buffer_reset(line);
  if (text[0] == '!' || strcmp(text, "=") == 0 || strcmp(text, "*") == 0) {
    byte_buffer_append(line, bytes_from_string(text[0] == '!' ? text + 1 : text));
    return;
  }
  g_autofree char *copy = g_strdup(text);
  size_t length = strlen(copy);
  for (size_t i = 0; i < length; i++)
    copy[i] = copy[i] == '|' ? '\0' : copy[i] == '^' ? '\x01' : copy[i];
  sasl_append_encoded(line, (Bytes){(const uint8_t *)copy, length});
}

static void test_case(gconstpointer data)
{
  const Case *the_case = data;
  SaslObserver observer = {0};
  ByteBuffer line = {0};
  Credential credential;
  SaslLeak leak = SASL_LEAKS_NOTHING;
  sasl_observer_begin(&observer, bytes_from_string(the_case->mechanism));
  g_assert_true(sasl_observer_is_active(&observer));
  g_assert_false(sasl_observer_get_credential(&observer, 1, &credential));
  for (size_t i = 0; i < STEPS_MAX; i++) {
    if (the_case->challenges[i] != NULL) {
      encode(&line, the_case->challenges[i]);
      sasl_observer_challenge(&observer, byte_buffer_view(&line));
    }
    if (the_case->responses[i] == NULL) continue;
    encode(&line, the_case->responses[i]);
    leak = sasl_observer_response(&observer, byte_buffer_view(&line));
  }
  g_assert_cmpint(leak, ==, the_case->leak);
  g_assert_true(sasl_observer_get_credential(&observer, 1, &credential));
  g_assert_cmpstr(credential.mechanism, ==, the_case->expected_mechanism);
  assert_view(credential.user, the_case->user);
  assert_view(credential.secret, the_case->secret);
  assert_view(credential.challenge, the_case->challenge);
  assert_view(credential.digest, the_case->digest);
  sasl_observer_end(&observer);
  g_assert_false(sasl_observer_is_active(&observer));
  sasl_observer_begin(&observer, BYTES_LITERAL("PLAIN"));
  g_assert_false(sasl_observer_get_credential(&observer, 1, &credential));
  sasl_observer_clear(&observer);
  byte_buffer_clear(&line);
}

static void test_cancel(void)
{
  SaslObserver observer = {0};
  Credential credential;
  sasl_observer_begin(&observer, BYTES_LITERAL("LOGIN"));
  g_assert_cmpint(sasl_observer_response(&observer, BYTES_LITERAL("*")), ==, SASL_LEAKS_NOTHING);
  g_assert_true(observer.cancelled);
  g_assert_false(sasl_observer_get_credential(&observer, 0, &credential));
  sasl_observer_clear(&observer);
  g_assert_cmpint(sasl_observer_response(&observer, BYTES_LITERAL("YQ==")), ==, SASL_LEAKS_NOTHING);
}

static void test_mechanism_names(void)
{
  g_assert_cmpstr(sasl_mechanism_find(BYTES_LITERAL("cram-md5")), ==, "CRAM-MD5");
  g_assert_null(sasl_mechanism_find(BYTES_LITERAL("CRAM")));
  g_assert_true(sasl_mechanism_is_plausible(BYTES_LITERAL("X-NEW_1")));
  g_assert_true(sasl_mechanism_is_plausible(BYTES_LITERAL("login")));
  g_assert_true(sasl_mechanism_is_plausible(BYTES_LITERAL("ABCDEFGHIJKLMNOPQRST")));
  g_assert_false(sasl_mechanism_is_plausible(BYTES_LITERAL("ABCDEFGHIJKLMNOPQRSTU")));
  g_assert_false(sasl_mechanism_is_plausible(BYTES_LITERAL("YWxpY2U=")));
  g_assert_false(sasl_mechanism_is_plausible(BYTES_EMPTY));
}

static void test_base64(void)
{
  static const struct {
    const char *base64, *text;
    bool valid;
  } base64_cases[] = {
      {"", "", true},          {"YQ==", "a", true},     {"YWI=", "ab", true},      {"YWJj", "abc", true},
      {"YWJj!", "abc", false}, {"YWJ", "ab", false},    {"YQ==YQ==", "aa", false}, {"=", "", false},
      {"Y", "", false},        {"YW Jj", "abc", false}, {"Y===", "", false},
  };
  ByteBuffer out = {0};
  for (size_t i = 0; i < G_N_ELEMENTS(base64_cases); i++) {
    byte_buffer_reset(&out);
    g_test_message("case %zu", i);
    g_assert_cmpint(sasl_append_decoded(&out, bytes_from_string(base64_cases[i].base64)), ==,
                    base64_cases[i].valid);
    if (base64_cases[i].valid || i < 6) assert_view(byte_buffer_view(&out), base64_cases[i].text);
  }
  for (size_t length = 0; length < 300; length++) {
    uint8_t bytes[300];
    ByteBuffer back = {0};
    for (size_t i = 0; i < length; i++)
      bytes[i] = (uint8_t)(i * 7 + length);
    byte_buffer_reset(&out);
    sasl_append_encoded(&out, (Bytes){bytes, length});
    g_assert_true(sasl_append_decoded(&back, byte_buffer_view(&out)));
    g_assert_true(bytes_equal(byte_buffer_view(&back), (Bytes){bytes, length}));
    byte_buffer_clear(&back);
  }
  byte_buffer_clear(&out);
}

static void test_building(void)
{
  ByteBuffer out = {0};
  sasl_append_cram_md5(&out, BYTES_LITERAL("tim"), BYTES_LITERAL("tanstaaftanstaaf"),
                       BYTES_LITERAL("<1896.697170952@postoffice.reston.mci.net>"));
  assert_view(byte_buffer_view(&out), "tim b913a602c7eda7a495b4e6e7334d3890");
  byte_buffer_reset(&out);
  sasl_append_cram_md5(&out, BYTES_LITERAL("tim"), BYTES_EMPTY, BYTES_EMPTY);
  assert_view(byte_buffer_view(&out), "tim 74e6f7298a9c2d168935f58c001bad88");
  byte_buffer_reset(&out);
  sasl_append_plain(&out, BYTES_LITERAL("alice"), BYTES_LITERAL("wonderland"));
  Bytes authzid, user, secret;
  g_assert_true(sasl_parse_plain(byte_buffer_view(&out), &authzid, &user, &secret));
  assert_view(authzid, "");
  assert_view(user, "alice");
  assert_view(secret, "wonderland");
  byte_buffer_clear(&out);
}

/* Random lines: nothing is read that is not there (the sanitizer watches), and nothing is kept that was not
 * sent. */
static void test_noise(void)
{
  static const char *const names[] = {"PLAIN",         "LOGIN",   "CRAM-MD5",   "DIGEST-MD5",
                                      "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"};
  GRand *random = g_rand_new_with_seed(1);
  for (int round = 0; round < 3000; round++) {
    SaslObserver observer = {0};
    sasl_observer_begin(&observer, bytes_from_string(names[round % (int)G_N_ELEMENTS(names)]));
    for (int i = 0; i < 3; i++) {
      size_t length = (size_t)g_rand_int_range(random, 0, 40);
      uint8_t *bytes = g_malloc(length);
      for (size_t at = 0; at < length; at++)
        bytes[at] = (uint8_t) "ABcd01+/=,\"\\n=user=auth=response="[g_rand_int_range(random, 0, 33)];
      sasl_observer_challenge(&observer, (Bytes){bytes, length});
      sasl_observer_response(&observer, (Bytes){bytes, length});
      sasl_find_attribute((Bytes){bytes, length}, "user");
      g_free(bytes);
    }
    Credential credential;
    if (sasl_observer_get_credential(&observer, -1, &credential))
      g_assert_cmpuint(credential.secret.length, <=, 40);
    sasl_observer_clear(&observer);
  }
  g_rand_free(random);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = g_strdup_printf("/sasl/%s", cases[i].name);
    g_test_add_data_func(path, &cases[i], test_case);
  }
  g_test_add_func("/sasl/a cancel gives nothing away", test_cancel);
  g_test_add_func("/sasl/what may be shown as a mechanism's name", test_mechanism_names);
  g_test_add_func("/sasl/base64 comes and goes", test_base64);
  g_test_add_func("/sasl/messages are built as the RFCs show", test_building);
  g_test_add_func("/sasl/noise is harmless", test_noise);
  return g_test_run();
}
