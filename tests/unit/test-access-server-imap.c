/* SPDX-License-Identifier: MIT */
/* Two devices of one person at an IMAP server, over the simulated network: what one does the other hears at
 * once; and what comes and goes is told to whoever watches the letters. */
#include "agent/access-server-imap.h"
#include "protocol/imap/imap-client.h"
#include "simulate/host.h"
#include "support/dialogue-imap.h"

#define START (INT64_C(1772452800) * NANOSECONDS_PER_SECOND)
#define DELAY (20 * NANOSECONDS_PER_MILLISECOND)
#define LETTER "Subject: x\r\nMessage-ID: <x@beta.example>\r\n\r\nbody\r\n"

enum { DEVICES, SERVER, HOSTS };

static const char *const addresses[HOSTS] = {"192.0.2.1", "192.0.2.2"};

typedef struct Net Net;

typedef struct {
  Net *net;
  Endpoint *client;
  GString *told;
  Nanoseconds expunged; /* when it was told of that */
  bool idles;           /* it begins to idle, then the other device comes */
  bool ended;
} Device;

struct Net {
  VirtualClock clock;
  Tap tap;
  Link link;
  Host *hosts[HOSTS];
  HostWatch watch;
  MailStore *store;
  AccessServerImap *server;
  Device devices[2];
  gint lying; /* copies in the server's mailboxes, as told */
};

static void drop_frame(void *owner, const Frame *frame)
{
  (void)owner;
  (void)frame;
}

static void message_moved(void *owner, Host *host, const AgentMove *move)
{
  Net *net = owner;
  g_assert_true(host == net->hosts[SERVER]);
  g_assert_true(bytes_equal(move->message, BYTES_LITERAL(LETTER)));
  net->lying += (move->new_tray == AGENT_TRAY_MAILBOX) - (move->old_tray == AGENT_TRAY_MAILBOX);
}

static void connect_device(Net *net, guint index);

static void device_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  Device *device = owner;
  Net *net = device->net;
  if (event->type == ENDPOINT_CLOSE) return;
  g_autofree char *line = dialogue_imap_describe(client, event);
  g_string_append_printf(device->told, "%s\n", line);
  ImapResultType type = imap_client_get_result(client)->type;
  if (type == IMAP_RESULT_EXPUNGED) device->expunged = net->clock.now;
  if (device->idles && type == IMAP_RESULT_IDLING) connect_device(net, 1);
  if (!device->idles || type != IMAP_RESULT_EXPUNGED) return;
  imap_client_stop_idle(client);
  imap_client_request(client, &(ImapRequest){.word = IMAP_LOGOUT});
}

static void device_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  g_assert_cmpint(end, ==, AGENT_CLOSED);
  ((Device *)owner)->ended = true;
}

static const AgentSessionClass device_class = {device_event, device_ended};

static void connect_device(Net *net, guint index)
{
  Device *device = &net->devices[index];
  agent_host_connect(host_as_agent_host(net->hosts[DEVICES]), AGENT_TCP, addresses[SERVER], IMAP_PORT,
                     device->client, &(AgentSession){&device_class, device});
}

static void net_init(Net *net, uint64_t quota)
{
  static const MacAddress macs[HOSTS] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};
  static const char *const mechanisms[] = {"SCRAM-SHA-256", "PLAIN", NULL};
  *net = (Net){.clock.now = START, .watch.message_moved = message_moved};
  net->tap.sink = (FrameSink){drop_frame, NULL};
  link_init(&net->link, 0, &(LinkConfig){.delay = DELAY}, 1, &net->clock, &net->tap);
  for (uint16_t i = 0; i < HOSTS; i++) {
    HostConfig host = {
        .index = i, .mac = macs[i], .seed = 1, .clock = &net->clock, .watch = &net->watch, .owner = net};
    IpAddress peer;
    g_assert_true(ip_address_parse(addresses[i], &host.address));
    g_assert_true(ip_address_parse(addresses[!i], &peer));
    net->hosts[i] = host_new(&host);
    host_add_link(net->hosts[i], &net->link, i, &macs[!i]);
    host_add_route(net->hosts[i], &peer, &net->link);
  }
  net->store = mail_store_new();
  mail_store_add_user(net->store, "bob@beta.example", "builder");
  net->server =
      access_server_imap_new(&(AccessServerImapConfig){.host = host_as_agent_host(net->hosts[SERVER]),
                                                       .host_name = "mail.beta.example",
                                                       .store = net->store,
                                                       .mechanisms = mechanisms,
                                                       .quota = quota});
  for (guint i = 0; i < 2; i++)
    net->devices[i] = (Device){
        .net = net,
        .told = g_string_new(NULL),
        .client = imap_client_new(
            &(ImapClientConfig){.user = "bob", .password = "builder", .sasl = true, .nonce = "devicenonce"}),
    };
}

static void net_run(Net *net)
{
  while (virtual_clock_step(&net->clock, NANOSECONDS_NEVER))
    ;
}

static void net_clear(Net *net)
{
  for (guint i = 0; i < HOSTS; i++)
    host_stop(net->hosts[i]);
  access_server_imap_free(net->server);
  for (guint i = 0; i < HOSTS; i++)
    host_free(net->hosts[i]);
  mail_store_free(net->store);
  link_clear(&net->link);
  virtual_clock_clear(&net->clock);
  for (guint i = 0; i < 2; i++)
    g_string_free(net->devices[i].told, TRUE);
}

static void request(Device *device, ImapRequest request)
{
  g_assert_cmpuint(imap_client_request(device->client, &request), >, 0);
}

static void two_devices(void)
{
  Net net;
  net_init(&net, 0);
  Device *reader = &net.devices[0], *worker = &net.devices[1];
  reader->idles = true;
  request(reader, (ImapRequest){.word = IMAP_SELECT, .mailbox = "INBOX"});
  request(reader, (ImapRequest){.word = IMAP_IDLE});
  request(worker, (ImapRequest){.word = IMAP_SELECT, .mailbox = "INBOX"});
  request(worker, (ImapRequest){.word = IMAP_APPEND, .mailbox = "INBOX", .message = BYTES_LITERAL(LETTER)});
  request(worker, (ImapRequest){.word = IMAP_COPY, .set = "1", .mailbox = "Archive"});
  request(worker, (ImapRequest){.word = IMAP_STORE, .set = "1", .items = "+FLAGS.SILENT (\\Deleted)"});
  request(worker, (ImapRequest){.word = IMAP_EXPUNGE});
  connect_device(&net, 0);
  net_run(&net);
  g_assert_cmpstr(
      reader->told->str, ==,
      "ready\nopened INBOX 0 read-write validity 1 next 1 unseen 0\ndone 1 good READ-WRITE\nidling\n"
      "exists 1\nfetched 1 flags (\\Deleted)\nexpunged 1\ndone 2 good\ndone 3 good\n");
  g_assert_cmpstr(worker->told->str, ==,
                  "ready\nopened INBOX 0 read-write validity 1 next 1 unseen 0\ndone 1 good READ-WRITE\n"
                  "exists 1\ndone 2 good APPENDUID 1 1\ndone 3 good COPYUID 2 1 1\ndone 4 good\n"
                  "expunged 1\ndone 5 good\nfailed You were quiet for too long\n");
  /* at once: the news travels to both at the same time */
  g_assert_cmpint(ABS(reader->expunged - worker->expunged), <=, DELAY);
  g_assert_true(reader->ended && worker->ended);
  g_assert_cmpint(net.lying, ==, 1);
  net_clear(&net);
}

static void a_full_mailbox(void)
{
  Net net;
  net_init(&net, 2 * strlen(LETTER));
  Device *device = &net.devices[1];
  ImapRequest append = {.word = IMAP_APPEND, .mailbox = "Sent", .message = BYTES_LITERAL(LETTER)};
  for (int i = 0; i < 3; i++)
    request(device, append);
  request(device, (ImapRequest){.word = IMAP_SELECT, .mailbox = "Sent"});
  request(device, (ImapRequest){.word = IMAP_COPY, .set = "1", .mailbox = "Trash"});
  request(device, (ImapRequest){.word = IMAP_MOVE, .set = "1", .mailbox = "Trash"});
  request(device, (ImapRequest){.word = IMAP_LOGOUT});
  connect_device(&net, 1);
  net_run(&net);
  g_assert_cmpstr(device->told->str, ==,
                  "ready\ndone 1 good APPENDUID 5 1\ndone 2 good APPENDUID 5 2\ndone 3 bad OVERQUOTA\n"
                  "opened Sent 2 read-write validity 5 next 3 unseen 1\ndone 4 good READ-WRITE\n"
                  "done 5 bad OVERQUOTA\nexpunged 1\ndone 6 good\ndone 7 good\n");
  g_assert_cmpint(net.lying, ==, 2);
  endpoint_free(net.devices[0].client);
  net_clear(&net);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/access-server-imap/two devices on one mailbox", two_devices);
  g_test_add_func("/access-server-imap/a full mailbox", a_full_mailbox);
  return g_test_run();
}
