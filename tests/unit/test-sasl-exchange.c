/* SPDX-License-Identifier: MIT */
/* The two sides of a log-in: the RFCs' own examples, our client against our server, and what neither lets
 * pass. */
#include "agent/login.h"
#include "protocol/sasl/sasl-client.h"
#include "protocol/sasl/sasl-message.h"
#include "protocol/sasl/sasl-server.h"
#include "protocol/sasl/sasl-spoken.h"

static char *encode(const char *text)
{
  return g_base64_encode((const guchar *)text, strlen(text));
}

static void assert_decodes(Bytes base64, const char *wanted)
{
  ByteBuffer text = {0};
  g_assert_true(sasl_append_decoded(&text, base64));
  g_autofree char *got = bytes_dup_string(byte_buffer_view(&text));
  g_assert_cmpstr(got, ==, wanted);
  byte_buffer_clear(&text);
}

/* RFC 6070; SHA-256 as hashlib of Python computes it. */
static void pbkdf2_is_as_published(void)
{
  static const struct {
    GChecksumType hash;
    guint iterations;
    const char *hex;
  } cases[] = {
      {G_CHECKSUM_SHA1, 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"},
      {G_CHECKSUM_SHA1, 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"},
      {G_CHECKSUM_SHA1, 4096, "4b007901b765489abead49d926f721d065a429c1"},
      {G_CHECKSUM_SHA256, 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"},
      {G_CHECKSUM_SHA256, 4096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Digest digest =
        digest_pbkdf2(cases[i].hash, BYTES_LITERAL("password"), BYTES_LITERAL("salt"), cases[i].iterations);
    g_autoptr(GString) hex = g_string_new(NULL);
    for (size_t at = 0; at < digest.length; at++)
      g_string_append_printf(hex, "%02x", digest.bytes[at]);
    g_assert_cmpstr(hex->str, ==, cases[i].hex);
  }
}

/* GLib's own HMAC agrees, whatever the key's length. */
static void hmac_is_that_of_glib(void)
{
  char key[200];
  memset(key, 'k', sizeof key);
  for (size_t length = 0; length < sizeof key; length += 13) {
    Digest digest =
        digest_hmac(G_CHECKSUM_MD5, (Bytes){(const uint8_t *)key, length}, BYTES_LITERAL("what is told"));
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_MD5, (const guchar *)key, length);
    g_hmac_update(hmac, (const guchar *)"what is told", -1);
    uint8_t wanted[16];
    gsize size = sizeof wanted;
    g_hmac_get_digest(hmac, wanted, &size);
    g_assert_true(bytes_equal(digest_view(&digest), (Bytes){wanted, size}));
  }
}

/* RFC 4013 §3, and what is no UTF-8. */
static void names_and_passwords_are_prepared(void)
{
  static const char *const cases[][2] = {
      {"I\xc2\xadX", "IX"},
      {"user", "user"},
      {"USER", "USER"},
      {"\xc2\xaa", "a"},
      {"\xe2\x85\xa8", "IX"},
      {"", ""},
      {"a\xc2\xa0"
       "b",
       "a b"},
      {"caf\xc3\xa9", "caf\xc3\xa9"},
      {"cafe\xcc\x81", "caf\xc3\xa9"},
      {"\xff\xc2\xad", "\xff\xc2\xad"},
      {"\xe2\x80\x8b", ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    ByteBuffer out = {0};
    digest_append_prepared(&out, bytes_from_string(cases[i][0]));
    g_autofree char *got = bytes_dup_string(byte_buffer_view(&out));
    g_assert_cmpstr(got, ==, cases[i][1]);
    byte_buffer_clear(&out);
  }
}

/* The exchanges printed in RFC 5802 §5 and RFC 7677 §3. */
static const struct ScramExample {
  const char *mechanism;
  GChecksumType hash;
  const char *nonce, *client_first, *server_first, *client_final, *server_final;
} scram_examples[] = {
    {"SCRAM-SHA-1", G_CHECKSUM_SHA1, "fyko+d2lbbFgONRv9qkxdawL", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
     "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
     "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
    {"SCRAM-SHA-256", G_CHECKSUM_SHA256, "rOprNGfwEbeRWgbNEkqO", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
     "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+"
     "Ute9ytag9zjfMHgsqmmiz7AndVQ=",
     "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

static void the_client_speaks_as_the_rfcs_print_it(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(scram_examples); i++) {
    const struct ScramExample *example = &scram_examples[i];
    SaslClient *client =
        sasl_client_new(example->mechanism,
                        &(SaslClientConfig){.user = "user", .password = "pencil", .nonce = example->nonce});
    Bytes said;
    g_assert_true(sasl_client_get_initial(client, &said));
    assert_decodes(said, example->client_first);
    g_autofree char *first = encode(example->server_first), *final = encode(example->server_final);
    g_assert_true(sasl_client_take(client, bytes_from_string(first), &said));
    assert_decodes(said, example->client_final);
    g_assert_false(sasl_client_is_satisfied(client));
    g_assert_true(sasl_client_take(client, bytes_from_string(final), &said));
    g_assert_cmpuint(said.length, ==, 0);
    g_assert_true(sasl_client_is_satisfied(client));
    g_assert_false(sasl_client_take(client, BYTES_EMPTY, &said));
    sasl_client_free(client);
  }
}

static MailStore *new_store(void)
{
  MailStore *store = mail_store_new();
  mail_store_add_user(store, "user@x.example", "pencil");
  mail_store_add_user(store, "tim@x.example", "tanstaaftanstaaf");
  return store;
}

static void the_store_judges_as_the_rfcs_print_it(void)
{
  g_autoptr(MailStore) store = new_store();
  for (size_t i = 0; i < G_N_ELEMENTS(scram_examples); i++) {
    const struct ScramExample *example = &scram_examples[i];
    const char *proof_at = strstr(example->client_final, ",p=");
    g_autofree char *auth_message =
        g_strdup_printf("%s,%s,%.*s", example->client_first + 3, example->server_first,
                        (int)(proof_at - example->client_final), example->client_final);
    ByteBuffer salt = {0}, secret = {0}, signature = {0};
    sasl_append_decoded(&salt, sasl_find_attribute(bytes_from_string(example->server_first), "s"));
    sasl_append_decoded(&secret, bytes_from_string(proof_at + 3));
    sasl_append_decoded(&signature, bytes_from_string(example->server_final + 2));
    MailStoreLogin login = {.mechanism = example->mechanism,
                            .user = BYTES_LITERAL("user"),
                            .secret = byte_buffer_view(&secret),
                            .challenge = bytes_from_string(auth_message),
                            .salt = byte_buffer_view(&salt),
                            .iterations = 4096};
    Digest proof;
    g_assert_true(mail_store_authenticate(store, &login, &proof));
    g_assert_true(bytes_equal(digest_view(&proof), byte_buffer_view(&signature)));
    login.user = BYTES_LITERAL("tim");
    g_assert_false(mail_store_authenticate(store, &login, &proof));
    g_assert_cmpuint(proof.length, ==, 0);
    login.user = BYTES_LITERAL("nobody");
    g_assert_false(mail_store_authenticate(store, &login, NULL));
    ByteBuffer *const buffers[] = {&salt, &secret, &signature};
    for (size_t b = 0; b < G_N_ELEMENTS(buffers); b++)
      byte_buffer_clear(buffers[b]);
  }
}

/* RFC 2195 §2. */
static void cram_md5_is_as_printed(void)
{
  SaslClient *client =
      sasl_client_new("cram-md5", &(SaslClientConfig){.user = "tim", .password = "tanstaaftanstaaf"});
  Bytes said;
  g_assert_cmpstr(sasl_client_get_mechanism(client), ==, "CRAM-MD5");
  g_assert_false(sasl_client_get_initial(client, &said));
  g_assert_true(sasl_client_take(
      client, BYTES_LITERAL("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"), &said));
  g_assert_true(bytes_equal(said, BYTES_LITERAL("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw")));
  g_assert_true(sasl_client_is_satisfied(client));
  sasl_client_free(client);
}

static SaslServer *new_server(const char *mechanism)
{
  return sasl_server_new(bytes_from_string(mechanism),
                         &(SaslServerConfig){.host_name = "x.example", .nonce = "3rfcNHYJY1ZVvWVs7j"});
}

/* What both sides come to. */
typedef struct {
  SaslServerStep server;
  bool client_satisfied;
} Outcome;

static SaslServerStep answer(SaslServer *server, const MailStore *store)
{
  EndpointEvent event = {.type = ENDPOINT_AUTHENTICATE};
  Digest proof;
  sasl_server_get_question(server, &event);
  EndpointVerdict verdict = login_judge(store, &event, &proof);
  return sasl_server_answer(server, &verdict);
}

static Outcome exchange(const char *mechanism, const char *user, const char *password, bool initial)
{
  g_autoptr(MailStore) store = new_store();
  SaslServer *server = new_server(mechanism);
  SaslClient *client = sasl_client_new(
      mechanism,
      &(SaslClientConfig){.user = user, .password = password, .nonce = "fyko+d2lbbFgONRv9qkxdawL"});
  Bytes said;
  SaslServerStep step;
  if (initial && sasl_client_get_initial(client, &said))
    step = sasl_server_take(server, said);
  else
    step = sasl_server_begin(server);
  while (step == SASL_SERVER_CHALLENGE || step == SASL_SERVER_ASK) {
    if (step == SASL_SERVER_ASK)
      step = answer(server, store);
    else if (sasl_client_take(client, sasl_server_get_challenge(server), &said))
      step = sasl_server_take(server, said);
    else
      step = sasl_server_take(server, BYTES_LITERAL("*"));
  }
  Outcome outcome = {step, sasl_client_is_satisfied(client)};
  sasl_client_free(client);
  sasl_server_free(server);
  return outcome;
}

static void our_two_sides_agree(void)
{
  for (const char *const *name = sasl_spoken_names; *name != NULL; name++) {
    for (guint initial = 0; initial < 2; initial++) {
      Outcome good = exchange(*name, "user", "pencil", initial);
      g_assert_cmpint(good.server, ==, SASL_SERVER_ACCEPTED);
      g_assert_true(good.client_satisfied);
      g_assert_cmpint(exchange(*name, "USER@X.example", "pencil", initial).server, ==, SASL_SERVER_ACCEPTED);
      g_assert_cmpint(exchange(*name, "user", "pencils", initial).server, ==, SASL_SERVER_REFUSED);
      g_assert_cmpint(exchange(*name, "a=stranger, me", "pencil", initial).server, ==, SASL_SERVER_REFUSED);
    }
  }
}

/* Who asks twice for a name sees the same salt, whether anybody has the name. */
static void a_stranger_looks_like_a_user(void)
{
  static const char *const names[] = {"user", "nobody"};
  g_autoptr(GHashTable) salts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < 4; i++) {
    SaslServer *server = new_server("SCRAM-SHA-256");
    g_autofree char *first = g_strdup_printf("n,,n=%s,r=%u", names[i % 2], i);
    g_autofree char *base64 = encode(first);
    g_assert_cmpint(sasl_server_take(server, bytes_from_string(base64)), ==, SASL_SERVER_CHALLENGE);
    ByteBuffer text = {0};
    sasl_append_decoded(&text, sasl_server_get_challenge(server));
    Bytes salt = sasl_find_attribute(byte_buffer_view(&text), "s");
    g_assert_cmpuint(salt.length, ==, 24);
    g_hash_table_add(salts, bytes_dup_string(salt));
    g_assert_true(bytes_equal(sasl_find_attribute(byte_buffer_view(&text), "i"), BYTES_LITERAL("4096")));
    byte_buffer_clear(&text);
    sasl_server_free(server);
  }
  g_assert_cmpuint(g_hash_table_size(salts), ==, 2);
}

/* Lines of a client, in clear but for "!…", which goes as it is; NULL first: without an initial response. */
static const struct {
  const char *mechanism, *lines[3];
  SaslServerStep end;
} bad_lines[] = {
    {"PLAIN", {"!***"}, SASL_SERVER_MALFORMED},
    {"PLAIN", {"!*"}, SASL_SERVER_CANCELLED},
    {"PLAIN", {"!="}, SASL_SERVER_MALFORMED},
    {"PLAIN", {"no zeros"}, SASL_SERVER_MALFORMED},
    {"PLAIN", {"|user|"}, SASL_SERVER_MALFORMED},
    {"PLAIN", {"||pencil"}, SASL_SERVER_MALFORMED},
    {"PLAIN", {"|user|pen|cil"}, SASL_SERVER_MALFORMED},
    {"PLAIN", {"tim|user|pencil"}, SASL_SERVER_REFUSED},
    {"PLAIN", {"User|user|pencil"}, SASL_SERVER_ASK},
    {"LOGIN", {"user", "!*"}, SASL_SERVER_CANCELLED},
    {"LOGIN", {"user", "!pencil!"}, SASL_SERVER_MALFORMED},
    {"CRAM-MD5", {"user b913a602c7eda7a495b4e6e7334d3890"}, SASL_SERVER_MALFORMED},
    {"CRAM-MD5", {NULL, "user b913"}, SASL_SERVER_MALFORMED},
    {"CRAM-MD5", {NULL, " b913a602c7eda7a495b4e6e7334d3890"}, SASL_SERVER_MALFORMED},
    {"CRAM-MD5", {NULL, "user b913a602c7eda7a495b4e6e7334d3890"}, SASL_SERVER_ASK},
    {"CRAM-MD5", {NULL, "!="}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=user,r=abc", "!*"}, SASL_SERVER_CANCELLED},
    {"SCRAM-SHA-1", {"n,n=user,r=abc"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,m=must,n=user,r=abc"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=,r=abc"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=us=er,r=abc"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=user,r="}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=user,r=a b"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=user"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,a=tim,n=user,r=abc"}, SASL_SERVER_REFUSED},
    {"SCRAM-SHA-1", {"n,tim,n=user,r=abc"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"p=tls-unique,,n=user,r=abc"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"x,,n=user,r=abc"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=user,r=abc", ""}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1",
     {"n,,n=user,r=abc", "c=biws,r=abc3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
     SASL_SERVER_ASK},
    {"SCRAM-SHA-1",
     {"y,,n=user,r=abc,x=more", "c=eSws,r=abc3rfcNHYJY1ZVvWVs7j,z=y,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
     SASL_SERVER_ASK},
    /* said "n", now "y": somebody in between took an offer away */
    {"SCRAM-SHA-1",
     {"n,,n=user,r=abc", "c=eSws,r=abc3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
     SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1",
     {"n,,n=user,r=abc", "c=biws,r=abc3rfcNHYJY1ZVvWVs7k,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
     SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=user,r=abc", "c=biws,r=abc3rfcNHYJY1ZVvWVs7j,p=v0X8"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-1", {"n,,n=user,r=abc", "c=biws,r=abc3rfcNHYJY1ZVvWVs7j"}, SASL_SERVER_MALFORMED},
    {"SCRAM-SHA-256",
     {"n,,n=user,r=abc", "c=biws,r=abc3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
     SASL_SERVER_MALFORMED},
};

static char *line_of(const char *text)
{
  if (text[0] == '!') return g_strdup(text + 1);
  g_autofree char *copy = g_strdup(text);
  size_t length = strlen(copy);
  for (size_t i = 0; i < length; i++)
    if (copy[i] == '|') copy[i] = '\0';
  return g_base64_encode((const guchar *)copy, length);
}

static void bad_lines_are_told_apart(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(bad_lines); i++) {
    SaslServer *server = new_server(bad_lines[i].mechanism);
    SaslServerStep step = SASL_SERVER_CHALLENGE;
    for (guint at = 0; at < G_N_ELEMENTS(bad_lines[i].lines); at++) {
      const char *text = bad_lines[i].lines[at];
      if (text == NULL && at > 0) break;
      g_assert_cmpint(step, ==, SASL_SERVER_CHALLENGE);
      g_autofree char *line = text == NULL ? NULL : line_of(text);
      step = text == NULL ? sasl_server_begin(server) : sasl_server_take(server, bytes_from_string(line));
    }
    if (step != bad_lines[i].end) g_error("case %zu: step %d", i, step);
    sasl_server_free(server);
  }
}

/* A server that lets everybody in has no proof to show. */
static void scram_without_a_proof_is_no_log_in(void)
{
  SaslServer *server = new_server("SCRAM-SHA-1");
  g_autofree char *first = encode("n,,n=user,r=abc"),
                  *final = encode("c=biws,r=abc3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  g_assert_cmpint(sasl_server_take(server, bytes_from_string(first)), ==, SASL_SERVER_CHALLENGE);
  g_assert_cmpint(sasl_server_take(server, bytes_from_string(final)), ==, SASL_SERVER_ASK);
  g_assert_cmpint(sasl_server_answer(server, &(EndpointVerdict){.accepted = true}), ==, SASL_SERVER_REFUSED);
  sasl_server_free(server);
}

/* What a server sends second, after the client's first message, and whether a client goes on. */
static void the_client_trusts_no_server_blindly(void)
{
  static const struct {
    const char *mechanism, *challenge;
    bool goes_on;
  } cases[] = {
      {"SCRAM-SHA-1", "r=fyko,s=QSXCR+Q6sek8bf92,i=4096", false},      /* nothing of the server's own */
      {"SCRAM-SHA-1", "r=other3rfc,s=QSXCR+Q6sek8bf92,i=4096", false}, /* not what we said */
      {"SCRAM-SHA-1", "r=fyko3rfc,s=QSXCR+Q6sek8bf92,i=4096", true},
      {"SCRAM-SHA-1", "r=fyko3rfc,s=QSXCR+Q6sek8bf92,i=0", false},
      {"SCRAM-SHA-1", "r=fyko3rfc,s=QSXCR+Q6sek8bf92,i=4000000000", false},
      {"SCRAM-SHA-1", "r=fyko3rfc,s=QSXCR+Q6sek8bf92,i=many", false},
      {"SCRAM-SHA-1", "r=fyko3rfc,s=,i=4096", false},
      {"SCRAM-SHA-1", "r=fyko3rfc,s=*,i=4096", false},
      {"SCRAM-SHA-1", "m=must,r=fyko3rfc,s=QSXCR+Q6sek8bf92,i=4096", false},
      {"SCRAM-SHA-1", "e=unknown-user", false},
      {"SCRAM-SHA-1", "", false},
      {"PLAIN", "", false}, /* all was said */
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    SaslClient *client = sasl_client_new(
        cases[i].mechanism, &(SaslClientConfig){.user = "user", .password = "pencil", .nonce = "fyko"});
    Bytes said;
    g_assert_true(sasl_client_get_initial(client, &said));
    g_autofree char *challenge = encode(cases[i].challenge);
    g_assert_cmpint(sasl_client_take(client, bytes_from_string(challenge), &said), ==, cases[i].goes_on);
    g_assert_false(sasl_client_is_satisfied(client));
    if (cases[i].goes_on) {
      g_autofree char *lie = encode("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
      g_assert_false(sasl_client_take(client, bytes_from_string(lie), &said));
      g_assert_false(sasl_client_is_satisfied(client));
    }
    sasl_client_free(client);
  }
  SaslClient *client = sasl_client_new("LOGIN", &(SaslClientConfig){.user = "user", .password = "pencil"});
  Bytes said;
  g_assert_false(sasl_client_take(client, BYTES_LITERAL("not base64"), &said));
  sasl_client_free(client);
}

static void the_best_mechanism_of_both_is_taken(void)
{
  static const char *const weak[] = {"LOGIN", "PLAIN", NULL}, *const strange[] = {"X-OURS", "PLAIN", NULL};
  static const struct {
    const char *offered;
    const char *const *allowed;
    const char *picked;
  } cases[] = {
      {"PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1", NULL, "SCRAM-SHA-1"},
      {"plain scram-sha-256-plus Scram-Sha-256", NULL, "SCRAM-SHA-256"},
      {"PLAIN LOGIN SCRAM-SHA-1", weak, "LOGIN"},
      {"X-OURS PLAIN", strange, "PLAIN"},
      {"GSSAPI XOAUTH2", NULL, NULL},
      {"", NULL, NULL},
      {"CRAM-MD5", weak, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpstr(sasl_client_pick(bytes_from_string(cases[i].offered), cases[i].allowed), ==,
                    cases[i].picked);
  g_autofree char *all = sasl_names_join(NULL);
  g_assert_cmpstr(all, ==, "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN");
  for (const char *const *name = sasl_spoken_names; *name != NULL; name++)
    g_assert_cmpstr(sasl_spoken_find(bytes_from_string(*name))->name, ==, *name);
  g_assert_null(sasl_names_find(weak, BYTES_LITERAL("CRAM-MD5")));
  g_assert_null(new_server("DIGEST-MD5"));
  g_assert_null(sasl_client_new("DIGEST-MD5", &(SaslClientConfig){0}));
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sasl-exchange/PBKDF2 is as published", pbkdf2_is_as_published);
  g_test_add_func("/sasl-exchange/HMAC is that of GLib", hmac_is_that_of_glib);
  g_test_add_func("/sasl-exchange/names and passwords are prepared", names_and_passwords_are_prepared);
  g_test_add_func("/sasl-exchange/the client speaks as the RFCs print it",
                  the_client_speaks_as_the_rfcs_print_it);
  g_test_add_func("/sasl-exchange/the store judges as the RFCs print it",
                  the_store_judges_as_the_rfcs_print_it);
  g_test_add_func("/sasl-exchange/CRAM-MD5 is as printed", cram_md5_is_as_printed);
  g_test_add_func("/sasl-exchange/our two sides agree", our_two_sides_agree);
  g_test_add_func("/sasl-exchange/a stranger looks like a user", a_stranger_looks_like_a_user);
  g_test_add_func("/sasl-exchange/bad lines are told apart", bad_lines_are_told_apart);
  g_test_add_func("/sasl-exchange/SCRAM without a proof is no log-in", scram_without_a_proof_is_no_log_in);
  g_test_add_func("/sasl-exchange/the client trusts no server blindly", the_client_trusts_no_server_blindly);
  g_test_add_func("/sasl-exchange/the best mechanism of both is taken", the_best_mechanism_of_both_is_taken);
  return g_test_run();
}
