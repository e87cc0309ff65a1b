/* SPDX-License-Identifier: MIT */
/* Questions, what is being asked, and what is remembered. */
#include "agent/resolver.h"

#include "protocol/dns/dns-client.h"

#define MOST_REMEMBERED 512u
#define LONGEST_MEMORY 86400u                     /* seconds, whatever a time to live says */
#define MOST_ALIASES 8u                           /* followed from one question */
#define STREAM_WAIT (30 * NANOSECONDS_PER_SECOND) /* for an answer by TCP */

/* An answer that was kept. */
typedef struct {
  DnsMessage *answer;
  Nanoseconds expires;
} Memory;

/* What is being asked of the name server, for everybody who wants to know. */
typedef struct {
  Resolver *resolver;
  char *key;
  char *name; /* the one asked at the moment: an alias' target after the first answer */
  DnsType type;
  guint aliases;
  DnsMessage *so_far; /* the answers that led to name, or NULL */
} Lookup;

struct ResolverQuestion {
  Resolver *resolver;
  char *key;
  DnsType type;
  ResolverAnswered answered;
  void *owner;
  Timer timer; /* set where the answer is known already */
  bool due;    /* its lookup has ended: it is being told */
};

struct Resolver {
  AgentHost *host;
  char *server;
  GHashTable *memory;   /* by key, of Memory */
  GHashTable *lookups;  /* by key, of Lookup */
  GPtrArray *questions; /* of ResolverQuestion, owned, in the order asked */
};

static char *make_key(const char *name, DnsType type)
{
  g_autofree char *lower = g_ascii_strdown(name, -1);
  return g_strdup_printf("%d %s", type, lower);
}

static void memory_free(gpointer data)
{
  Memory *memory = data;
  dns_message_free(memory->answer);
  g_free(memory);
}

static void lookup_free(gpointer data)
{
  Lookup *lookup = data;
  g_free(lookup->key);
  g_free(lookup->name);
  dns_message_free(lookup->so_far);
  g_free(lookup);
}

static void question_free(gpointer data)
{
  ResolverQuestion *question = data;
  agent_host_cancel_timer(question->resolver->host, &question->timer);
  g_free(question->key);
  g_free(question);
}

/* Calls back and lets the question go. */
static void tell(ResolverQuestion *question, const DnsMessage *answer)
{
  ResolverAnswered answered = question->answered;
  void *owner = question->owner;
  g_ptr_array_remove(question->resolver->questions, question);
  answered(owner, answer);
}

/* ---- what is remembered ---- */

/* Returns for how many seconds the answer holds: its shortest time to live; of an empty one, or of NXDOMAIN,
 * what the start of authority says (RFC 2308 §5); 0 for one that is not to be kept. */
static uint32_t time_to_live(const DnsMessage *answer)
{
  if (answer->response_code != DNS_NOERROR && answer->response_code != DNS_NXDOMAIN) return 0;
  uint32_t shortest = LONGEST_MEMORY;
  for (guint i = 0; i < answer->answers->len; i++)
    shortest = MIN(shortest, g_array_index(answer->answers, DnsRecord, i).ttl);
  bool authority = false;
  for (guint i = 0; i < answer->authorities->len; i++) {
    const DnsRecord *record = &g_array_index(answer->authorities, DnsRecord, i);
    if (record->type != DNS_SOA) continue;
    authority = true;
    shortest = MIN(shortest, MIN(record->ttl, record->numbers[4]));
  }
  bool empty = answer->answers->len == 0 || answer->response_code == DNS_NXDOMAIN;
  return empty && !authority ? 0 : shortest;
}

/* Makes room for one more: what is over goes, else the one that would be over first. */
static void make_room(Resolver *resolver)
{
  GHashTableIter iterator;
  gpointer key, value, first_key = NULL;
  Nanoseconds now = agent_host_now(resolver->host), first = NANOSECONDS_NEVER;
  if (g_hash_table_size(resolver->memory) < MOST_REMEMBERED) return;
  g_hash_table_iter_init(&iterator, resolver->memory);
  while (g_hash_table_iter_next(&iterator, &key, &value)) {
    Nanoseconds expires = ((const Memory *)value)->expires;
    if (expires <= now) {
      g_hash_table_iter_remove(&iterator);
    } else if (expires < first) {
      first = expires;
      first_key = key;
    }
  }
  if (g_hash_table_size(resolver->memory) >= MOST_REMEMBERED)
    g_hash_table_remove(resolver->memory, first_key);
}

static void remember(Resolver *resolver, const char *key, const DnsMessage *answer)
{
  uint32_t seconds = time_to_live(answer);
  if (seconds == 0) return;
  make_room(resolver);
  Memory *memory = g_new(Memory, 1);
  *memory = (Memory){dns_message_dup(answer),
                     agent_host_now(resolver->host) + (Nanoseconds)seconds * NANOSECONDS_PER_SECOND};
  g_hash_table_replace(resolver->memory, g_strdup(key), memory);
}

static const DnsMessage *recall(const Resolver *resolver, const char *key)
{
  const Memory *memory = g_hash_table_lookup(resolver->memory, key);
  return memory != NULL && memory->expires > agent_host_now(resolver->host) ? memory->answer : NULL;
}

/* ---- asking ---- */

static void ask_server(Lookup *lookup, bool stream);

static ResolverQuestion *find_due(const Resolver *resolver, const char *key)
{
  for (guint i = 0; i < resolver->questions->len; i++) {
    ResolverQuestion *question = g_ptr_array_index(resolver->questions, i);
    if (question->due && g_str_equal(question->key, key)) return question;
  }
  return NULL;
}

/* The end of a lookup: everybody who waits for it is told, in the order they asked. Whoever is told may ask
 * again, or cancel another's question. */
static void finish(Lookup *lookup, const DnsMessage *answer)
{
  Resolver *resolver = lookup->resolver;
  g_autofree char *key = g_strdup(lookup->key);
  g_autoptr(DnsMessage) kept = answer == NULL ? NULL : dns_message_dup(answer);
  if (answer != NULL) remember(resolver, key, answer);
  for (guint i = 0; i < resolver->questions->len; i++) {
    ResolverQuestion *question = g_ptr_array_index(resolver->questions, i);
    if (!timer_is_set(&question->timer) && g_str_equal(question->key, key)) question->due = true;
  }
  g_hash_table_remove(resolver->lookups, key);
  for (ResolverQuestion *question; (question = find_due(resolver, key)) != NULL;)
    tell(question, kept);
}

/* Returns where the aliases among answers lead from name; NULL where name has records of its own, or there
 * are no aliases. */
static const char *alias_target(const GArray *answers, const char *name, DnsType type)
{
  const char *at = name;
  for (guint hops = 0; hops <= MOST_ALIASES; hops++) {
    const char *next = NULL;
    for (guint i = 0; i < answers->len; i++) {
      const DnsRecord *record = &g_array_index(answers, DnsRecord, i);
      if (!dns_name_equal(record->name, at)) continue;
      if (record->type == type) return NULL;
      if (record->type == DNS_CNAME) next = record->target;
    }
    if (next == NULL) return at == name ? NULL : at;
    at = next;
  }
  return NULL;
}

/* Puts what was known before the answer in front of it. */
static DnsMessage *join(Lookup *lookup, const DnsMessage *answer)
{
  if (lookup->so_far == NULL) return dns_message_dup(answer);
  DnsMessage *joined = dns_message_dup(answer);
  GArray *late = g_array_ref(joined->answers);
  g_array_unref(joined->answers);
  joined->answers = g_array_ref(lookup->so_far->answers);
  for (guint i = 0; i < late->len; i++)
    dns_message_append_record(joined->answers, &g_array_index(late, DnsRecord, i));
  g_array_unref(late);
  return joined;
}

/* Takes an answer that came whole. An alias whose target is in another zone is followed by another question.
 */
static void take_answer(Lookup *lookup, const DnsMessage *answer)
{
  g_autoptr(DnsMessage) joined = join(lookup, answer);
  const char *target = lookup->type == DNS_CNAME || lookup->type == DNS_ANY || answer->authorities->len > 0
                           ? NULL
                           : alias_target(answer->answers, lookup->name, lookup->type);
  if (target == NULL || joined->response_code != DNS_NOERROR) {
    finish(lookup, joined);
  } else if (++lookup->aliases > MOST_ALIASES) {
    joined->response_code = DNS_SERVFAIL;
    finish(lookup, joined);
  } else {
    char *next = g_strdup(target);
    g_free(lookup->name);
    lookup->name = next;
    dns_message_free(lookup->so_far);
    lookup->so_far = g_steal_pointer(&joined);
    ask_server(lookup, false);
  }
}

static void lookup_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  (void)event;
}

static void datagram_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  Lookup *lookup = owner;
  if (end == AGENT_STOPPED) return;
  const DnsMessage *answer = dns_client_get_answer(endpoint);
  if (answer == NULL)
    finish(lookup, NULL);
  else if (answer->truncated)
    ask_server(lookup, true);
  else
    take_answer(lookup, answer);
}

static void stream_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  Lookup *lookup = owner;
  if (end == AGENT_STOPPED) return;
  const DnsMessage *answer = dns_client_get_answer(endpoint);
  if (answer == NULL)
    finish(lookup, NULL);
  else
    take_answer(lookup, answer);
}

static const AgentSessionClass datagram_class = {lookup_event, datagram_ended};
static const AgentSessionClass stream_class = {lookup_event, stream_ended};

static void ask_server(Lookup *lookup, bool stream)
{
  AgentHost *host = lookup->resolver->host;
  Endpoint *client = dns_client_new(&(DnsClientConfig){
      .id = (uint16_t)agent_host_random(host),
      .name = lookup->name,
      .type = lookup->type,
      .stream = stream,
      .wait = stream ? STREAM_WAIT : 0,
  });
  agent_host_connect(host, stream ? AGENT_TCP : AGENT_UDP, lookup->resolver->server, DNS_PORT, client,
                     &(AgentSession){stream ? &stream_class : &datagram_class, lookup});
}

/* Joins the lookup of key, or begins one. */
static void look_up(Resolver *resolver, const char *key, const char *name, DnsType type)
{
  if (g_hash_table_contains(resolver->lookups, key)) return;
  Lookup *lookup = g_new0(Lookup, 1);
  *lookup = (Lookup){.resolver = resolver, .key = g_strdup(key), .name = g_strdup(name), .type = type};
  g_hash_table_insert(resolver->lookups, lookup->key, lookup);
  ask_server(lookup, false);
}

static void timer_expired(void *owner)
{
  ResolverQuestion *question = owner;
  const DnsMessage *known = recall(question->resolver, question->key);
  if (known == NULL) { /* forgotten meanwhile */
    look_up(question->resolver, question->key, strchr(question->key, ' ') + 1, question->type);
    return;
  }
  g_autoptr(DnsMessage) answer = dns_message_dup(known);
  tell(question, answer);
}

ResolverQuestion *resolver_ask(Resolver *resolver, const char *name, DnsType type, ResolverAnswered answered,
                               void *owner)
{
  ResolverQuestion *question = g_new0(ResolverQuestion, 1);
  *question = (ResolverQuestion){.resolver = resolver,
                                 .key = make_key(name, type),
                                 .type = type,
                                 .answered = answered,
                                 .owner = owner,
                                 .timer = {.expired = timer_expired, .owner = question}};
  g_ptr_array_add(resolver->questions, question);
  if (recall(resolver, question->key) != NULL)
    agent_host_set_timer(resolver->host, &question->timer, agent_host_now(resolver->host));
  else
    look_up(resolver, question->key, name, type);
  return question;
}

void resolver_cancel(ResolverQuestion *question)
{
  if (question != NULL) g_ptr_array_remove(question->resolver->questions, question);
}

void resolver_flush(Resolver *resolver)
{
  g_hash_table_remove_all(resolver->memory);
}

Resolver *resolver_new(AgentHost *host, const char *server)
{
  Resolver *resolver = g_new0(Resolver, 1);
  resolver->host = host;
  resolver->server = g_strdup(server);
  resolver->memory = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, memory_free);
  resolver->lookups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, lookup_free);
  resolver->questions = g_ptr_array_new_with_free_func(question_free);
  return resolver;
}

void resolver_free(Resolver *resolver)
{
  if (resolver == NULL) return;
  g_ptr_array_unref(resolver->questions);
  g_hash_table_unref(resolver->lookups);
  g_hash_table_unref(resolver->memory);
  g_free(resolver->server);
  g_free(resolver);
}
