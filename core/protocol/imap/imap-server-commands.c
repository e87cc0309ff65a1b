/* SPDX-License-Identifier: MIT */
/* Which function does which command, and the commands that need no mailbox. A command without a row in
 * `handlers` is unknown; order is kept by the vocabulary's states. */
#include "protocol/imap/imap-server-private.h"

/* In the order told. The AUTH= words follow from the configuration. */
static const char *const capabilities[] = {
    "IMAP4rev1", "SASL-IR",     "LITERAL+",      "ID",          "ENABLE",  "IDLE", "NAMESPACE", "UNSELECT",
    "CHILDREN",  "SPECIAL-USE", "LIST-EXTENDED", "LIST-STATUS", "UIDPLUS", "MOVE", "ESEARCH",   "STATUS=SIZE",
};

void imap_server_append_capabilities(const ImapServer *server, ByteBuffer *out)
{
  bool first = true;
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++) {
    if (!imap_server_offers(server, capabilities[i])) continue;
    byte_buffer_append_format(out, "%s%s", first ? "" : " ", capabilities[i]);
    first = false;
  }
  if (server->state != IMAP_NOT_AUTHENTICATED) return;
  for (char **mechanism = server->mechanisms; mechanism != NULL && *mechanism != NULL; mechanism++)
    byte_buffer_append_format(out, " AUTH=%s", *mechanism);
  if (server->no_login) byte_buffer_append(out, BYTES_LITERAL(" LOGINDISABLED"));
}

static void handle_capability(ImapServer *server, Bytes argument)
{
  (void)argument;
  byte_buffer_append(&server->out, BYTES_LITERAL("* CAPABILITY "));
  imap_server_append_capabilities(server, &server->out);
  byte_buffer_append(&server->out, BYTES_LITERAL("\r\n"));
  imap_server_ok(server, "That is all");
}

static void handle_noop(ImapServer *server, Bytes argument)
{
  (void)argument;
  imap_server_ok(server, "Nothing done");
}

static void handle_check(ImapServer *server, Bytes argument)
{
  (void)argument;
  imap_server_ok(server, "All is kept already");
}

static void handle_logout(ImapServer *server, Bytes argument)
{
  (void)argument;
  imap_server_unselect(server);
  imap_server_say(server, "BYE Until next time");
  imap_server_ok(server, "Logged out");
  imap_server_close(server);
}

/* RFC 2971 §3.1: a list of at most thirty pairs, or NIL; we look at none of them. */
static bool is_id(Bytes argument)
{
  ByteBuffer value = {0};
  bool sound = bytes_equal_ignore_case(argument, "NIL");
  if (imap_take_byte(&argument, '(')) {
    guint strings = 0;
    while (strings < 60 && imap_take_astring(&argument, &value, false)) {
      strings++;
      imap_take_byte(&argument, ' ');
    }
    sound = strings % 2 == 0 && imap_take_byte(&argument, ')') && argument.length == 0;
  }
  byte_buffer_clear(&value);
  return sound;
}

static void handle_id(ImapServer *server, Bytes argument)
{
  if (!is_id(argument)) {
    imap_server_bad(server, "ID wants a list of fields and values, or NIL");
    return;
  }
  imap_server_say(server, "ID (\"name\" \"Carteiro\")");
  imap_server_ok(server, "Pleased to meet you");
}

/* RFC 5161: what is not ours to enable is passed over in silence; nothing of ours needs it. */
static void handle_enable(ImapServer *server, Bytes argument)
{
  if (imap_take_atom(&argument).length == 0) {
    imap_server_bad(server, "ENABLE wants a capability");
    return;
  }
  imap_server_say(server, "ENABLED");
  imap_server_ok(server, "Nothing needed to be enabled");
}

static void handle_namespace(ImapServer *server, Bytes argument)
{
  (void)argument;
  imap_server_say(server, "NAMESPACE ((\"\" \"%c\")) NIL NIL", MAIL_FOLDER_DELIMITER);
  imap_server_ok(server, "All mailboxes are your own");
}

static void handle_idle(ImapServer *server, Bytes argument)
{
  (void)argument;
  byte_buffer_append(&server->out, BYTES_LITERAL("+ Idling\r\n"));
  imap_server_tell_news(server, true);
  server->input = IMAP_INPUT_IDLE;
}

static const struct {
  ImapHandler handle;
  const char *capability; /* that must be offered; NULL: always known */
  bool bare;              /* takes no argument */
} handlers[IMAP_WORD_COUNT] = {
    [IMAP_CAPABILITY] = {handle_capability, NULL, true},
    [IMAP_NOOP] = {handle_noop, NULL, true},
    [IMAP_ID] = {handle_id, "ID", false},
    [IMAP_LOGOUT] = {handle_logout, NULL, true},
    [IMAP_AUTHENTICATE] = {imap_server_handle_authenticate, NULL, false},
    [IMAP_LOGIN] = {imap_server_handle_login, NULL, false},
    [IMAP_ENABLE] = {handle_enable, "ENABLE", false},
    [IMAP_NAMESPACE] = {handle_namespace, "NAMESPACE", true},
    [IMAP_SELECT] = {imap_server_handle_select, NULL, false},
    [IMAP_EXAMINE] = {imap_server_handle_select, NULL, false},
    [IMAP_CREATE] = {imap_server_handle_create, NULL, false},
    [IMAP_DELETE] = {imap_server_handle_delete, NULL, false},
    [IMAP_RENAME] = {imap_server_handle_rename, NULL, false},
    [IMAP_SUBSCRIBE] = {imap_server_handle_subscribe, NULL, false},
    [IMAP_UNSUBSCRIBE] = {imap_server_handle_subscribe, NULL, false},
    [IMAP_LIST] = {imap_server_handle_list, NULL, false},
    [IMAP_LSUB] = {imap_server_handle_lsub, NULL, false},
    [IMAP_STATUS] = {imap_server_handle_status, NULL, false},
    [IMAP_APPEND] = {imap_server_handle_append, NULL, false},
    [IMAP_IDLE] = {handle_idle, "IDLE", true},
    [IMAP_CHECK] = {handle_check, NULL, true},
    [IMAP_CLOSE] = {imap_server_handle_close, NULL, true},
    [IMAP_UNSELECT] = {imap_server_handle_close, "UNSELECT", true},
    [IMAP_EXPUNGE] = {imap_server_handle_expunge, NULL, true},
    [IMAP_SEARCH] = {imap_server_handle_search, NULL, false},
    [IMAP_FETCH] = {imap_server_handle_fetch, NULL, false},
    [IMAP_STORE] = {imap_server_handle_store, NULL, false},
    [IMAP_COPY] = {imap_server_handle_copy, NULL, false},
    [IMAP_MOVE] = {imap_server_handle_copy, "MOVE", false},
    [IMAP_UID_SEARCH] = {imap_server_handle_search, NULL, false},
    [IMAP_UID_FETCH] = {imap_server_handle_fetch, NULL, false},
    [IMAP_UID_STORE] = {imap_server_handle_store, NULL, false},
    [IMAP_UID_COPY] = {imap_server_handle_copy, NULL, false},
    [IMAP_UID_MOVE] = {imap_server_handle_copy, "MOVE", false},
    [IMAP_UID_EXPUNGE] = {imap_server_handle_expunge, "UIDPLUS", false},
};

static bool is_known(const ImapServer *server, uint16_t word)
{
  if (word >= IMAP_WORD_COUNT || handlers[word].handle == NULL) return false;
  return handlers[word].capability == NULL || imap_server_offers(server, handlers[word].capability);
}

/* What to say where the state does not allow a command that the states do. */
static const char *wrong_moment(uint8_t state, uint32_t states)
{
  if (state == IMAP_NOT_AUTHENTICATED) return "Log in first";
  if (states == 1u << IMAP_NOT_AUTHENTICATED) return "You are logged in already";
  return state == IMAP_AUTHENTICATED ? "Select a mailbox first" : "Close the mailbox first";
}

void imap_server_command(ImapServer *server, Bytes raw)
{
  ImapCommand command;
  imap_parse_command(raw, &command);
  server->tag = bytes_dup_string(command.tag);
  server->word = command.word;
  server->by_uid = bytes_starts_ignore_case(command.verb, "UID ");
  uint16_t word = command.word;
  if (command.verb.length == 0)
    imap_server_bad(server, "A command is needed after the tag");
  else if (!is_known(server, word))
    imap_server_bad(server, "Unknown command");
  else if ((imap_vocabulary.words[word].states & (1u << server->state)) == 0)
    imap_server_bad(server, wrong_moment(server->state, imap_vocabulary.words[word].states));
  else if (handlers[word].bare && command.argument.length > 0)
    imap_server_bad(server, "This command takes no argument");
  else
    handlers[word].handle(server, command.argument);
}
