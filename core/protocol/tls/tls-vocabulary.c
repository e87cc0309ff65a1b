/* SPDX-License-Identifier: MIT */
/* The events of TLS, as far as they can be seen from outside. */
#include "protocol/tls/tls-vocabulary.h"

#include "base/i18n.h"

#define EVENT(word, rfc, gloss, explanation)                                                                 \
  {                                                                                                          \
    word, "", 1u, {STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME}, SECRET_NONE, false, false,   \
        rfc, gloss, explanation                                                                              \
  }

static const VocabularyState states[] = {{"handshake", N_("Agreeing on keys")}};

static const VocabularyWord words[TLS_WORD_COUNT] = {
    [TLS_STARTTLS] =
        EVENT("starttls", "RFC 3207 §4", N_("The same connection goes on under TLS"),
              N_("Both sides agreed to put TLS round this connection. What was said before was in clear; "
                 "what follows can no longer be read.")),
    [TLS_CLIENT_HELLO] =
        EVENT("client_hello", "RFC 8446 §4.1.2", N_("The client proposes versions and ciphers"),
              N_("The handshake begins in clear. Whoever listens reads the server's name (SNI) here, though "
                 "not what "
                 "will be said.")),
    [TLS_SERVER_HELLO] = EVENT(
        "server_hello", "RFC 8446 §4.1.3", N_("The server chooses version and cipher"),
        N_("From this choice and fresh secrets of both sides come the keys of this one connection. With "
           "TLS 1.3 the rest of the handshake is sealed already.")),
    [TLS_CERTIFICATE] = EVENT(
        "certificate", "RFC 5246 §7.4.2", N_("The server shows who it is"),
        N_("A certificate names the server, and an authority vouches for it. Up to TLS 1.2 it travels in "
           "clear, so a listener reads the name here.")),
    [TLS_ENCRYPTED] = EVENT(
        "encrypted", "RFC 8446 §5.2", N_("From here on nothing can be read"),
        N_("A listener still sees addresses, ports, sizes, times and the server's name from the greeting; "
           "words and passwords no more.")),
    [TLS_ALERT] =
        EVENT("alert", "RFC 8446 §6", N_("One side complains, or says goodbye"),
              N_("An alert ends the connection or warns. In clear it appears when the handshake fails, "
                 "for instance because the client does not trust the certificate.")),
};

const Vocabulary tls_vocabulary = {
    .id = PROTOCOL_TLS,
    .name = "tls",
    .label = "TLS",
    .states = states,
    .state_count = G_N_ELEMENTS(states),
    .words = words,
    .word_count = G_N_ELEMENTS(words),
};
