/* SPDX-License-Identifier: MIT */
/* GNU SASL judges ours: our client logs in at its server, its client at ours, with every mechanism, and with
 * the wrong password neither gets in. */
#include "agent/login.h"
#include "protocol/sasl/sasl-client.h"
#include "protocol/sasl/sasl-server.h"
#include "protocol/sasl/sasl-spoken.h"

#include <gsasl.h>

/* Who logs in, and the password that the server has for them. */
typedef struct {
  const char *user, *password, *kept;
  bool good;
} Login;

static const Login logins[] = {
    {"user", "pencil", "pencil", true},
    {"user", "pencil", "pencils", false},
    {"us=er, the first", "pass word", "pass word", true},
    {"jo\xc3\xa3o", "cora\xc3\xa7\xc3\xa3o", "cora\xc3\xa7\xc3\xa3o", true},
    {"user", "I\xc2\xadX", "\xe2\x85\xa8", true}, /* the same once prepared; SCRAM only */
};

#define PREPARED (G_N_ELEMENTS(logins) - 1)

static int answer_their_server(Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
  const Login *login = gsasl_callback_hook_get(context);
  if (property != GSASL_PASSWORD) return GSASL_NO_CALLBACK;
  const char *user = gsasl_property_fast(session, GSASL_AUTHID);
  if (g_strcmp0(user, login->user) != 0) return GSASL_AUTHENTICATION_ERROR;
  gsasl_property_set(session, GSASL_PASSWORD, login->kept);
  return GSASL_OK;
}

/* Returns true where both sides are content. */
static bool log_in_at_theirs(const char *mechanism, const Login *login, bool initial)
{
  Gsasl *context;
  Gsasl_session *session;
  g_assert_cmpint(gsasl_init(&context), ==, GSASL_OK);
  gsasl_callback_set(context, answer_their_server);
  gsasl_callback_hook_set(context, (void *)login);
  g_assert_cmpint(gsasl_server_start(context, mechanism, &session), ==, GSASL_OK);
  SaslClient *client = sasl_client_new(
      mechanism,
      &(SaslClientConfig){.user = login->user, .password = login->password, .nonce = "fyko+d2lbb"});
  Bytes said = BYTES_EMPTY;
  bool goes_on = true;
  if (initial) sasl_client_get_initial(client, &said);
  int step = GSASL_NEEDS_MORE;
  while (step == GSASL_NEEDS_MORE && goes_on) {
    g_autofree char *line = bytes_dup_string(said);
    char *challenge = NULL;
    step = gsasl_step64(session, line[0] == '\0' ? NULL : line, &challenge);
    bool speaks = step == GSASL_NEEDS_MORE || (step == GSASL_OK && challenge != NULL && challenge[0] != '\0');
    if (speaks) goes_on = sasl_client_take(client, bytes_from_string(challenge), &said);
    gsasl_free(challenge);
  }
  bool in = step == GSASL_OK && goes_on && sasl_client_is_satisfied(client);
  sasl_client_free(client);
  gsasl_finish(session);
  gsasl_done(context);
  return in;
}

/* Our server as a protocol would drive it. Returns the step after a line of the client's. */
static SaslServerStep take(SaslServer *server, const MailStore *store, const char *line)
{
  SaslServerStep step = sasl_server_take(server, bytes_from_string(line));
  if (step != SASL_SERVER_ASK) return step;
  EndpointEvent event = {.type = ENDPOINT_AUTHENTICATE};
  Digest proof;
  sasl_server_get_question(server, &event);
  EndpointVerdict verdict = login_judge(store, &event, &proof);
  return sasl_server_answer(server, &verdict);
}

static bool log_in_at_ours(const char *mechanism, const Login *login, bool initial)
{
  Gsasl *context;
  Gsasl_session *session;
  g_assert_cmpint(gsasl_init(&context), ==, GSASL_OK);
  g_assert_cmpint(gsasl_client_start(context, mechanism, &session), ==, GSASL_OK);
  gsasl_property_set(session, GSASL_AUTHID, login->user);
  gsasl_property_set(session, GSASL_PASSWORD, login->password);
  g_autoptr(MailStore) store = mail_store_new();
  mail_store_add_user(store, login->user, login->kept);
  SaslServer *server =
      sasl_server_new(bytes_from_string(mechanism),
                      &(SaslServerConfig){.host_name = "x.example", .nonce = "3rfcNHYJY1ZVvWVs7j"});
  SaslServerStep step = initial ? SASL_SERVER_CHALLENGE : sasl_server_begin(server);
  int theirs = GSASL_NEEDS_MORE;
  while (step == SASL_SERVER_CHALLENGE) {
    g_autofree char *challenge = bytes_dup_string(sasl_server_get_challenge(server));
    char *line = NULL;
    /* their client of PLAIN, LOGIN or CRAM-MD5 is content before our word comes */
    theirs = gsasl_step64(session, challenge, &line);
    if (theirs == GSASL_OK || theirs == GSASL_NEEDS_MORE)
      step = take(server, store, line == NULL ? "" : line);
    else
      step = sasl_server_take(server, BYTES_LITERAL("*"));
    gsasl_free(line);
  }
  sasl_server_free(server);
  gsasl_finish(session);
  gsasl_done(context);
  return step == SASL_SERVER_ACCEPTED && theirs == GSASL_OK;
}

static void check(bool (*log_in)(const char *mechanism, const Login *login, bool initial))
{
  guint in = 0;
  for (const char *const *name = sasl_spoken_names; *name != NULL; name++) {
    SaslSpokenKind kind = sasl_spoken_find(bytes_from_string(*name))->kind;
    bool speaks_first = kind == SASL_SPOKEN_PLAIN || kind == SASL_SPOKEN_SCRAM;
    for (size_t i = 0; i < G_N_ELEMENTS(logins); i++) {
      if (i == PREPARED && kind != SASL_SPOKEN_SCRAM) continue;
      for (guint initial = 0; initial <= speaks_first; initial++) {
        bool good = log_in(*name, &logins[i], initial);
        if (good != logins[i].good) g_error("%s, log-in %zu, initial %u: %d", *name, i, initial, good);
        in += good;
      }
    }
  }
  g_assert_cmpuint(in, ==, 4 * 4 + 2 * 3 + 2 * 3);
}

static void our_client_at_their_server(void)
{
  check(log_in_at_theirs);
}

static void their_client_at_our_server(void)
{
  check(log_in_at_ours);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sasl-gsasl/our client at their server", our_client_at_their_server);
  g_test_add_func("/sasl-gsasl/their client at our server", their_client_at_our_server);
  return g_test_run();
}
