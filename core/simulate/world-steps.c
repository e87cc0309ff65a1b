/* SPDX-License-Identifier: MIT */
/* The six steps of a letter's way, each in one sentence. */
#include "simulate/world-private.h"

#include "base/i18n.h"

#include <string.h>

/* Alice's and Bob's are written out: they are what a class sees first. */
static const struct {
  const char *person;
  const char *steps[STEP_FETCH];
} written[] = {
    {"Alice",
     {
         N_("Alice writes a letter; it lies in the outbox on her computer."),
         N_("Alice’s agent hands the letter to alpha’s server by SMTP."),
         N_("alpha’s server puts the letter into its queue; Alice need not wait."),
         N_("alpha’s server asks DNS which server takes mail for that domain."),
         N_("alpha’s server offers the letter to beta’s server, line by line."),
         N_("Alice’s agent opens her mailbox by POP3 and fetches what lies there."),
     }},
    {"Bob",
     {
         N_("Bob writes a letter; it lies in the outbox on his computer."),
         N_("Bob’s agent hands the letter to beta’s server by SMTP."),
         N_("beta’s server puts the letter into its queue; Bob need not wait."),
         N_("beta’s server asks DNS which server takes mail for that domain."),
         N_("beta’s server offers the letter to alpha’s server, line by line."),
         N_("Bob’s agent opens his mailbox by POP3 and fetches what lies there."),
     }},
};

/* For everybody else: the first %s is who acts, the second whom with. */
static const struct {
  uint32_t step;
  WorldHostKind kind; /* of who acts */
  uint16_t port;      /* 0: any */
  const char *text;
} sentences[] = {
    {STEP_WRITE, HOST_USER, 0, N_("%s writes a letter; it lies in the outbox.")},
    {STEP_SUBMIT, HOST_USER, 0, N_("The agent of %s hands the letter to %s by SMTP.")},
    {STEP_SUBMIT, HOST_WEB_SERVER, 0, N_("%s hands the letter to %s by SMTP, as any agent does.")},
    {STEP_QUEUE, HOST_MAIL_SERVER, 0, N_("%s puts the letter into its queue; nobody need wait.")},
    {STEP_LOOK_UP, HOST_USER, 0, N_("The computer of %s asks %s for an address.")},
    {STEP_LOOK_UP, HOST_MAIL_SERVER, 0, N_("%s asks %s which server takes mail for that domain.")},
    {STEP_RELAY, HOST_USER, 0, N_("%s speaks to port 25 of %s, where nobody is asked for a password.")},
    {STEP_RELAY, HOST_MAIL_SERVER, 0, N_("%s offers the letter to %s, line by line.")},
    {STEP_FETCH, HOST_USER, 110,
     N_("The agent of %s opens the mailbox on %s by POP3 and fetches what lies there.")},
    {STEP_FETCH, HOST_USER, 109, N_("The agent of %s opens the mailbox on %s by POP2, as in 1985.")},
    {STEP_FETCH, HOST_USER, 143,
     N_("The agent of %s reads the mailbox on %s by IMAP; the letters stay there.")},
    {STEP_FETCH, HOST_USER, 80, N_("The browser of %s asks %s for pages by HTTP.")},
    {STEP_FETCH, HOST_WEB_SERVER, 143, N_("%s looks into the mailbox on %s by IMAP, for the reader’s page.")},
};

/* Puts the names in the place of each %s; the caller's to free. */
static char *fill(const char *format, const char *first, const char *second)
{
  const char *names[] = {first, second};
  GString *sentence = g_string_sized_new(128);
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    const char *place = strstr(format, "%s");
    if (place == NULL) break;
    g_string_append_len(sentence, format, place - format);
    g_string_append(sentence, names[i]);
    format = place + 2;
  }
  g_string_append(sentence, format);
  return g_string_free(sentence, FALSE);
}

/* Returns the sentence written out for a default host that does the usual, or NULL. */
static const char *find_written(uint32_t step, const WorldHost *host, const WorldHost *peer, uint16_t port)
{
  static const char *const domains[] = {"alpha.example", "beta.example"};
  static const char *const people[] = {"alice-computer", "bob-computer"};
  static const char *const servers[] = {"mail.alpha", "mail.beta"};
  for (size_t i = 0; i < G_N_ELEMENTS(written); i++) {
    bool person = g_str_equal(host->id, people[i]), server = g_str_equal(host->id, servers[i]);
    if (!g_str_equal(host->domain, domains[i]) || (!person && !server)) continue;
    bool with_own = peer != NULL && g_str_equal(peer->id, servers[i]);
    bool with_other = peer != NULL && g_str_equal(peer->id, servers[1 - i]);
    bool usual = step == STEP_WRITE    ? person
                 : step == STEP_SUBMIT ? person && with_own
                 : step == STEP_FETCH  ? person && with_own && port == 110
                 : step == STEP_RELAY  ? server && with_other
                                       : server;
    if (usual) return written[i].steps[step - 1];
  }
  return NULL;
}

static const char *find_sentence(uint32_t step, WorldHostKind kind, uint16_t port)
{
  for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
    if (sentences[i].step == step && sentences[i].kind == kind &&
        (sentences[i].port == 0 || sentences[i].port == port))
      return sentences[i].text;
  return NULL;
}

void world_step(World *world, uint32_t step, uint16_t host, uint16_t peer, uint16_t port, uint16_t link)
{
  if (step == world->last_step && host == world->last_step_host) return;
  const WorldHost *who = &world->hosts[host], *whom = peer == UINT16_MAX ? NULL : &world->hosts[peer];
  const char *text = find_written(step, who, whom, port);
  if (text == NULL) {
    const char *format = find_sentence(step, who->kind, port);
    if (format == NULL) return;
    g_autofree char *sentence = fill(_(format), who->label, whom == NULL ? "" : whom->label);
    text = g_string_chunk_insert_const(world->texts, sentence);
  }
  world->last_step = step;
  world->last_step_host = host;
  WorldEvent event = WORLD_EVENT_EMPTY;
  event.type = WORLD_STEP;
  event.number = step;
  event.host = host;
  event.peer = peer;
  event.link = link;
  event.text = text;
  world_log_append(world, event);
}
