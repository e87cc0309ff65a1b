/* SPDX-License-Identifier: MIT */
/* Works through a domain's SPF terms, one question to DNS at a time; include stacks up, redirect goes on in
 * its place. */
#include "agent/spf-check.h"

#include "agent/spf-record.h"

#include <gio/gio.h>

#define MOST_LOOKUPS 10u /* RFC 7208 §4.6.4 */
#define MOST_VOIDS 2u
#define MOST_EXCHANGERS 10u

/* A record being worked through. */
typedef struct {
  char *domain;
  GArray *terms; /* NULL until known */
  guint next;
  bool redirected; /* another record sent us here */
} SpfFrame;

struct SpfCheck {
  AgentHost *host;
  Resolver *resolver;
  GInetAddress *client; /* NULL where the address is none */
  char *address, *sender, *helo, *domain;
  SpfChecked checked;
  void *owner;
  GPtrArray *frames; /* of SpfFrame: the first is the sender's domain, each next an include */
  ResolverQuestion *question;
  GPtrArray *exchangers; /* of char *: names of an mx term still to be asked */
  guint lookups, voids;
  Timer timer; /* of a result that needs no question */
  SpfResult result;
};

static void work(SpfCheck *check);
static void end_frame(SpfCheck *check, SpfResult result);

static void frame_free(gpointer data)
{
  SpfFrame *frame = data;
  g_free(frame->domain);
  if (frame->terms != NULL) g_array_unref(frame->terms);
  g_free(frame);
}

void spf_check_cancel(SpfCheck *check)
{
  if (check == NULL) return;
  resolver_cancel(check->question);
  agent_host_cancel_timer(check->host, &check->timer);
  if (check->client != NULL) g_object_unref(check->client);
  g_ptr_array_unref(check->frames);
  g_ptr_array_unref(check->exchangers);
  g_free(check->address);
  g_free(check->sender);
  g_free(check->helo);
  g_free(check->domain);
  g_free(check);
}

/* The end of it all, told by timer: never inside the call that began the check. */
static void conclude(SpfCheck *check, SpfResult result)
{
  check->result = result;
  agent_host_set_timer(check->host, &check->timer, agent_host_now(check->host));
}

static void timer_expired(void *owner)
{
  SpfCheck *check = owner;
  check->checked(check->owner, check->result, check->domain);
  spf_check_cancel(check);
}

static SpfFrame *frame_of(const SpfCheck *check)
{
  return g_ptr_array_index(check->frames, check->frames->len - 1);
}

static void push_frame(SpfCheck *check, const char *domain)
{
  SpfFrame *frame = g_new0(SpfFrame, 1);
  frame->domain = g_strdup(domain);
  g_ptr_array_add(check->frames, frame);
}

static SpfResult qualified(char qualifier)
{
  return qualifier == '-'   ? SPF_FAIL
         : qualifier == '~' ? SPF_SOFTFAIL
         : qualifier == '?' ? SPF_NEUTRAL
                            : SPF_PASS;
}

/* What the result of an include makes of the term that asked for it (§5.2). */
static void end_include(SpfCheck *check, SpfResult result)
{
  SpfFrame *frame = frame_of(check);
  const SpfTerm *term = &g_array_index(frame->terms, SpfTerm, frame->next - 1);
  if (result == SPF_PASS)
    end_frame(check, qualified(term->qualifier));
  else if (result == SPF_TEMPERROR)
    end_frame(check, SPF_TEMPERROR);
  else if (result == SPF_PERMERROR || result == SPF_NONE)
    end_frame(check, SPF_PERMERROR);
  else
    work(check);
}

static void end_frame(SpfCheck *check, SpfResult result)
{
  if (check->frames->len == 1 || result == SPF_TEMPERROR || result == SPF_PERMERROR) {
    conclude(check, result);
    return;
  }
  g_ptr_array_remove_index(check->frames, check->frames->len - 1);
  end_include(check, result);
}

static void ask(SpfCheck *check, const char *name, DnsType type, ResolverAnswered answered)
{
  check->question = resolver_ask(check->resolver, name, type, answered, check);
}

/* Counts answers that hold nothing. Returns false when there were too many (§4.6.4). */
static bool count_void(SpfCheck *check, const DnsMessage *answer, DnsType type)
{
  guint found = 0;
  for (guint i = 0; i < answer->answers->len; i++)
    found += g_array_index(answer->answers, DnsRecord, i).type == type;
  return found > 0 || ++check->voids <= MOST_VOIDS;
}

/* Ends the frame where the answer is none at all, or the voids are too many. Returns true when it did. */
static bool is_useless(SpfCheck *check, const DnsMessage *answer, DnsType type)
{
  if (answer == NULL || (answer->response_code != DNS_NOERROR && answer->response_code != DNS_NXDOMAIN))
    end_frame(check, SPF_TEMPERROR);
  else if (!count_void(check, answer, type))
    end_frame(check, SPF_PERMERROR);
  else
    return false;
  return true;
}

static bool same_network(GInetAddress *a, const guint8 *b, guint prefix)
{
  const guint8 *bytes = g_inet_address_to_bytes(a);
  for (guint bit = 0; bit < prefix; bit++)
    if (((bytes[bit / 8] ^ b[bit / 8]) & (0x80u >> bit % 8)) != 0) return false;
  return true;
}

static bool is_v4(const SpfCheck *check)
{
  return g_inet_address_get_family(check->client) == G_SOCKET_FAMILY_IPV4;
}

static DnsType address_type(const SpfCheck *check)
{
  return is_v4(check) ? DNS_A : DNS_AAAA;
}

static bool matches_answer(const SpfCheck *check, const SpfTerm *term, const DnsMessage *answer)
{
  for (guint i = 0; i < answer->answers->len; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    if (record->type == address_type(check) &&
        same_network(check->client, g_bytes_get_data(record->data, NULL),
                     is_v4(check) ? term->prefix4 : term->prefix6))
      return true;
  }
  return false;
}

static const SpfTerm *current_term(const SpfCheck *check)
{
  const SpfFrame *frame = frame_of(check);
  return &g_array_index(frame->terms, SpfTerm, frame->next - 1);
}

static void address_answered(void *owner, const DnsMessage *answer)
{
  SpfCheck *check = owner;
  check->question = NULL;
  if (is_useless(check, answer, address_type(check))) return;
  if (matches_answer(check, current_term(check), answer))
    end_frame(check, qualified(current_term(check)->qualifier));
  else
    work(check);
}

static void exists_answered(void *owner, const DnsMessage *answer)
{
  SpfCheck *check = owner;
  check->question = NULL;
  if (is_useless(check, answer, DNS_A)) return;
  for (guint i = 0; i < answer->answers->len; i++) {
    if (g_array_index(answer->answers, DnsRecord, i).type != DNS_A) continue;
    end_frame(check, qualified(current_term(check)->qualifier));
    return;
  }
  work(check);
}

static void exchanger_answered(void *owner, const DnsMessage *answer);

static void ask_next_exchanger(SpfCheck *check)
{
  if (check->exchangers->len == 0) {
    work(check);
    return;
  }
  g_autofree char *name = g_ptr_array_steal_index(check->exchangers, 0);
  ask(check, name, address_type(check), exchanger_answered);
}

static void exchanger_answered(void *owner, const DnsMessage *answer)
{
  SpfCheck *check = owner;
  check->question = NULL;
  if (is_useless(check, answer, address_type(check))) return;
  if (matches_answer(check, current_term(check), answer))
    end_frame(check, qualified(current_term(check)->qualifier));
  else
    ask_next_exchanger(check);
}

static void exchangers_answered(void *owner, const DnsMessage *answer)
{
  SpfCheck *check = owner;
  check->question = NULL;
  if (is_useless(check, answer, DNS_MX)) return;
  g_ptr_array_set_size(check->exchangers, 0);
  for (guint i = 0; i < answer->answers->len; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    if (record->type == DNS_MX && !g_str_equal(record->target, "."))
      g_ptr_array_add(check->exchangers, g_strdup(record->target));
  }
  if (check->exchangers->len > MOST_EXCHANGERS)
    end_frame(check, SPF_PERMERROR);
  else
    ask_next_exchanger(check);
}

static void record_answered(void *owner, const DnsMessage *answer)
{
  SpfCheck *check = owner;
  check->question = NULL;
  if (answer == NULL || (answer->response_code != DNS_NOERROR && answer->response_code != DNS_NXDOMAIN)) {
    end_frame(check, SPF_TEMPERROR);
    return;
  }
  guint found = 0;
  Bytes text = BYTES_EMPTY;
  for (guint i = 0; i < answer->answers->len; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    if (record->type != DNS_TXT) continue;
    Bytes candidate;
    candidate.data = g_bytes_get_data(record->data, &candidate.length);
    if (!spf_record_is(candidate)) continue;
    text = candidate;
    found++;
  }
  SpfFrame *frame = frame_of(check);
  if (found == 0) {
    end_frame(check, frame->redirected ? SPF_PERMERROR : SPF_NONE); /* §6.1 */
    return;
  }
  frame->terms = found == 1 ? spf_record_parse(text) : NULL;
  frame->next = 0;
  if (frame->terms == NULL)
    end_frame(check, SPF_PERMERROR);
  else
    work(check);
}

static bool matches_network(const SpfCheck *check, const SpfTerm *term)
{
  if (is_v4(check) != (term->kind == SPF_IP4)) return false;
  g_autoptr(GInetAddress) network = g_inet_address_new_from_string(term->domain);
  return same_network(check->client, g_inet_address_to_bytes(network),
                      is_v4(check) ? term->prefix4 : term->prefix6);
}

static char *expand(const SpfCheck *check, const SpfTerm *term)
{
  const char *domain = frame_of(check)->domain;
  if (term->domain[0] == '\0') return g_strdup(domain);
  return spf_expand(term->domain, &(SpfMacroValues){check->sender, domain, check->helo, check->address});
}

/* The record of the domain of the frame on top is asked for. */
static void ask_record(SpfCheck *check)
{
  ask(check, frame_of(check)->domain, DNS_TXT, record_answered);
}

/* A term that asks DNS. */
static void begin_lookup(SpfCheck *check, const SpfTerm *term)
{
  g_autofree char *name = expand(check, term);
  if (name == NULL || *name == '\0' || ++check->lookups > MOST_LOOKUPS) {
    end_frame(check, SPF_PERMERROR);
    return;
  }
  switch (term->kind) {
  case SPF_A:
    ask(check, name, address_type(check), address_answered);
    break;
  case SPF_MX:
    ask(check, name, DNS_MX, exchangers_answered);
    break;
  case SPF_EXISTS:
    ask(check, name, DNS_A, exists_answered);
    break;
  case SPF_REDIRECT: {
    SpfFrame *frame = frame_of(check);
    g_clear_pointer(&frame->terms, g_array_unref);
    g_free(frame->domain);
    frame->domain = g_steal_pointer(&name);
    frame->redirected = true;
    ask_record(check);
    break;
  }
  default: /* include */
    push_frame(check, name);
    ask_record(check);
    break;
  }
}

/* Goes on with the terms of the frame on top until one matches, or needs DNS. */
static void work(SpfCheck *check)
{
  SpfFrame *frame = frame_of(check);
  while (frame->next < frame->terms->len) {
    const SpfTerm *term = &g_array_index(frame->terms, SpfTerm, frame->next++);
    if (term->kind == SPF_EXPLANATION) continue;
    if (term->kind == SPF_PTR) {
      if (++check->lookups <= MOST_LOOKUPS) continue;
      end_frame(check, SPF_PERMERROR);
      return;
    }
    if (term->kind == SPF_ALL || term->kind == SPF_IP4 || term->kind == SPF_IP6) {
      if (term->kind != SPF_ALL && !matches_network(check, term)) continue;
      end_frame(check, qualified(term->qualifier));
      return;
    }
    begin_lookup(check, term);
    return;
  }
  end_frame(check, SPF_NEUTRAL);
}

SpfCheck *spf_check_begin(AgentHost *host, const SpfCheckConfig *config)
{
  SpfCheck *check = g_new0(SpfCheck, 1);
  const char *at = strrchr(config->sender, '@');
  *check = (SpfCheck){
      .host = host,
      .resolver = config->resolver,
      .client = g_inet_address_new_from_string(config->address),
      .address = g_strdup(config->address),
      .sender = at == NULL ? g_strdup_printf("postmaster@%s", config->helo) : g_strdup(config->sender),
      .helo = g_strdup(config->helo),
      .checked = config->checked,
      .owner = config->owner,
      .frames = g_ptr_array_new_with_free_func(frame_free),
      .exchangers = g_ptr_array_new_with_free_func(g_free),
      .timer = {.expired = timer_expired, .owner = check},
  };
  const char *domain = at == NULL ? config->helo : at + 1;
  check->domain = g_strdup(domain);
  push_frame(check, domain);
  /* An address in brackets, or a name of one label, has no policy (§4.3). */
  if (check->client == NULL || domain[0] == '[' || strchr(domain, '.') == NULL)
    conclude(check, SPF_NONE);
  else
    ask_record(check);
  return check;
}

const char *spf_result_name(SpfResult result)
{
  static const char *const names[] = {"none",     "neutral",   "pass",     "fail",
                                      "softfail", "temperror", "permerror"};
  return names[result];
}
