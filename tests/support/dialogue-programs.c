/* SPDX-License-Identifier: MIT */
/* Servers and clients set up as a file's head says. */
#include "support/dialogue-programs.h"

#include "protocol/pop2/pop2-client.h"
#include "protocol/pop2/pop2-server.h"
#include "protocol/pop3/pop3-client.h"
#include "protocol/pop3/pop3-server.h"
#include "support/dialogue-http.h"
#include "support/dialogue-imap.h"
#include "support/dialogue-smtp.h"

/* Returns the words of a key's value, or NULL where it is absent. */
static char **get_words(const EndpointDialogue *file, const char *key)
{
  const char *value = endpoint_dialogue_get(file, key);
  return value == NULL ? NULL : g_strsplit(value, " ", -1);
}

static Endpoint *new_pop3_server(const EndpointDialogue *file)
{
  g_auto(GStrv) mechanisms = get_words(file, "Mechanisms");
  return pop3_server_new(&(Pop3ServerConfig){
      .host_name = endpoint_dialogue_get(file, "Host"),
      .apop_stamp = endpoint_dialogue_get(file, "Apop-Stamp"),
      .mechanisms = (const char *const *)mechanisms,
      .nonce = endpoint_dialogue_get(file, "Nonce"),
      .login_delay = (guint)endpoint_dialogue_get_number(file, "Login-Delay"),
      .offer_stls = endpoint_dialogue_get_flag(file, "Stls"),
      .offer_utf8 = endpoint_dialogue_get_flag(file, "Utf8"),
      .offer_lang = endpoint_dialogue_get_flag(file, "Lang"),
  });
}

static Pop3TopUse get_top_use(const EndpointDialogue *file)
{
  const char *use = endpoint_dialogue_get(file, "Client-Top");
  if (use == NULL) return POP3_TOP_NOT;
  return g_str_equal(use, "only") ? POP3_TOP_ONLY : POP3_TOP_FIRST;
}

static Endpoint *new_pop3_client(const EndpointDialogue *file)
{
  g_auto(GStrv) mechanisms = get_words(file, "Client-Mechanisms");
  const GPtrArray *known = endpoint_dialogue_get_all(file, "Known-Uid");
  const char *known_uids[8] = {NULL};
  for (guint i = 0; i < known->len && i < G_N_ELEMENTS(known_uids) - 1; i++)
    known_uids[i] = g_ptr_array_index(known, i);
  return pop3_client_new(&(Pop3ClientConfig){
      .user = endpoint_dialogue_get(file, "Client-User"),
      .password = endpoint_dialogue_get(file, "Client-Password"),
      .use_apop = endpoint_dialogue_get_flag(file, "Client-Apop"),
      .mechanisms = (const char *const *)mechanisms,
      .nonce = endpoint_dialogue_get(file, "Client-Nonce"),
      .wait_for_challenge = endpoint_dialogue_get_flag(file, "Client-Wait"),
      .top = get_top_use(file),
      .top_lines = (guint)endpoint_dialogue_get_number(file, "Client-Top-Lines"),
      .hold = endpoint_dialogue_get(file, "Client-Hold") != NULL,
      .list = endpoint_dialogue_get_flag(file, "Client-List"),
      .keep = endpoint_dialogue_get_flag(file, "Client-Keep"),
      .known_uids = known_uids,
  });
}

static Endpoint *new_pop2_server(const EndpointDialogue *file)
{
  return pop2_server_new(&(Pop2ServerConfig){.host_name = endpoint_dialogue_get(file, "Host")});
}

static Endpoint *new_pop2_client(const EndpointDialogue *file)
{
  return pop2_client_new(&(Pop2ClientConfig){
      .user = endpoint_dialogue_get(file, "Client-User"),
      .password = endpoint_dialogue_get(file, "Client-Password"),
      .folder = endpoint_dialogue_get(file, "Client-Folder"),
      .keep = endpoint_dialogue_get_flag(file, "Client-Keep"),
  });
}

static const DialogueProgram programs[] = {
    {"smtp", 25, false, dialogue_smtp_server_new, dialogue_smtp_client_new, NULL, false},
    {"pop3", 110, true, new_pop3_server, new_pop3_client, NULL, false},
    {"pop2", 109, true, new_pop2_server, new_pop2_client, NULL, false},
    {"imap", 143, true, dialogue_imap_server_new, dialogue_imap_client_new, dialogue_imap_describe, true},
    {"http", 80, true, dialogue_http_server_new, dialogue_http_client_new, dialogue_http_describe, false},
};

const DialogueProgram *dialogue_program_find(const EndpointDialogue *file)
{
  const char *protocol = endpoint_dialogue_get(file, "Protocol");
  for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
    if (g_strcmp0(protocol, programs[i].protocol) == 0) return &programs[i];
  g_error("%s: nobody speaks the protocol \"%s\"", file->path, protocol);
}
