/* SPDX-License-Identifier: MIT */
/* The remarks that may stand on a line: code, weight, sentence. */
#include "base/i18n.h"
#include "protocol/decoder.h"

static const NoteText notes[NOTE_COUNT] = {
    [NOTE_GAP] = {"gap", SEVERITY_WARNING, N_("A gap of %s: the capture does not hold what was said here")},
    [NOTE_OUT_OF_STEP] = {"out-of-step", SEVERITY_WARNING,
                          N_("This reply fits no command seen here; some lines may be missing")},
    [NOTE_PLAINTEXT_PASSWORD] = {"plaintext-password", SEVERITY_WARNING,
                                 N_("Whoever listens here now knows the password")},
    [NOTE_DIGEST_PASSWORD] = {"digest-password", SEVERITY_INFO,
                              N_("Only a digest travels, yet a weak password can be guessed from it")},
    [NOTE_REFUSED] = {"refused", SEVERITY_ERROR, N_("Refused: the words after the code say why")},
    [NOTE_TRY_LATER] = {"try-later", SEVERITY_WARNING,
                        N_("Not now: the same may well work later, so a mail server tries again")},
    [NOTE_BARE_LF] = {"bare-lf", SEVERITY_WARNING,
                      N_("The line ends in LF alone; the standard asks for CR LF")},
    [NOTE_UNKNOWN_COMMAND] = {"unknown-command", SEVERITY_WARNING, N_("Carteiro does not know this command")},
    [NOTE_STARTTLS] = {"starttls", SEVERITY_INFO,
                       N_("From here on TLS seals the line: a listener sees sizes and times, no words")},
    [NOTE_MIDSTREAM] =
        {"midstream", SEVERITY_INFO,
         N_("The capture begins in the middle of this conversation; what was before is unknown")},
    [NOTE_CONFLICTING_OVERLAP] = {"conflicting-overlap", SEVERITY_WARNING,
                                  N_("Sent twice with different content (%s); the first copy is shown")},
    [NOTE_LINE_TOO_LONG] = {"line-too-long", SEVERITY_WARNING,
                            N_("A line of %s: only its beginning is shown")},
    [NOTE_SERVER_BUSY] =
        {"server-busy", SEVERITY_WARNING,
         N_("Too many commands without a reply; that of the oldest is no longer waited for")},
    [NOTE_ONE_SIDED] = {"one-sided", SEVERITY_WARNING,
                        N_("Only one side of this conversation was captured; the other has to be guessed")},
    [NOTE_BAD_REPLY] = {"bad-reply", SEVERITY_WARNING, N_("The server's line is not shaped like a reply")},
    [NOTE_BARE_CR] = {"bare-cr", SEVERITY_WARNING, N_("A CR without LF stands inside the line")},
    [NOTE_NUL] = {"nul", SEVERITY_WARNING, N_("A zero byte stands inside the line; text has none")},
    [NOTE_FALSE_END] = {"false-end", SEVERITY_WARNING,
                        N_("A lone dot without proper CR LF stands inside the message: a careless server "
                           "would end it there")},
    [NOTE_STARTTLS_REFUSED] = {"starttls-refused", SEVERITY_WARNING,
                               N_("No TLS: whatever follows can be read on the way")},
    [NOTE_STARTTLS_STRIPPED] = {"starttls-stripped", SEVERITY_ERROR,
                                N_("Something on the way seems to have crossed out the offer of STARTTLS")},
    [NOTE_STARTTLS_INJECTION] =
        {"starttls-injection", SEVERITY_ERROR,
         N_("Sent in clear after STARTTLS: a careful server throws this away, a careless one obeys it")},
    [NOTE_EARLY_REPLY] = {"early-reply", SEVERITY_INFO,
                          N_("The server answers before the message has come to its end")},
    [NOTE_SENDER_MISMATCH] = {"sender-mismatch", SEVERITY_WARNING,
                              N_("The envelope names one sender, the From header another")},
    [NOTE_HIDDEN_RECIPIENT] =
        {"hidden-recipient", SEVERITY_INFO,
         N_("A recipient of the envelope stands in no header: a Bcc, a mailing list or a "
            "forwarded letter looks like this")},
    [NOTE_RETURN_PATH_MISMATCH] = {"return-path-mismatch", SEVERITY_INFO,
                                   N_("The Return-Path header names another sender than the envelope does")},
    [NOTE_SMUGGLING] = {"smuggling", SEVERITY_ERROR,
                        N_("Two servers could see the end of this message in different places: a second "
                           "message may be hidden inside")},
    [NOTE_WRONG_ORDER] = {"wrong-order", SEVERITY_WARNING,
                          N_("The command is right, the moment is not: another has to come first")},
    [NOTE_TOO_MANY_RECIPIENTS] = {"too-many-recipients", SEVERITY_WARNING,
                                  N_("More recipients than this server takes at a time; the client sends the "
                                     "rest in another transaction")},
    [NOTE_STARTTLS_NOT_USED] = {"starttls-not-used", SEVERITY_WARNING,
                                N_("The server offered TLS, and the client goes on in clear text")},
    [NOTE_STARTTLS_MISSING] = {"starttls-missing", SEVERITY_ERROR,
                               N_("This server offered STARTTLS before and does not now: somebody on the way "
                                  "may have taken the offer out")},
    [NOTE_DELETE_UNDONE] = {"delete-undone", SEVERITY_WARNING,
                            N_("The session ended without QUIT: what was marked with DELE stays")},
    [NOTE_BODY_LENGTH] = {"body-length", SEVERITY_WARNING,
                          N_("The length announced and the bytes that came differ by %s")},
    [NOTE_COMPRESSED] = {"compressed", SEVERITY_INFO,
                         N_("From here on both sides compress; this is no protection: anyone can unpack it")},
    [NOTE_COMPRESSED_LOST] =
        {"compressed-lost", SEVERITY_WARNING,
         N_("What is compressed here has a gap or cannot be right: from here on this side "
            "cannot be read")},
    [NOTE_PLAIN_ON_TLS_PORT] =
        {"plain-on-tls-port", SEVERITY_WARNING,
         N_("This port is meant for TLS from the first byte, yet plain text is spoken")},
    [NOTE_OTHER_PROTOCOL] =
        {"other-protocol", SEVERITY_WARNING,
         N_("A mail port, but what is spoken here is no mail protocol that Carteiro knows")},
    [NOTE_CONNECTION_REFUSED] =
        {"connection-refused", SEVERITY_ERROR,
         N_("The connection is refused: nobody serves this port there, or a firewall forbids it")},
    [NOTE_NO_ANSWER] = {"no-answer", SEVERITY_WARNING,
                        N_("Nobody answers, and the client calls again: the server is down, or a firewall "
                           "throws its packets away")},
    [NOTE_RESOLVED] = {"resolved", SEVERITY_INFO,
                       N_("The address of this server was learned from the DNS answer before")},
    [NOTE_BAD_CHECKSUM] = {"bad-checksum", SEVERITY_INFO,
                           N_("A checksum does not fit; the capturing machine’s network card may fill it in "
                              "later, so the bytes are shown all the same")},
    [NOTE_FRAGMENTS_LOST] = {"fragments-lost", SEVERITY_WARNING,
                             N_("IP fragments are missing: what they carried cannot be shown")},
    [NOTE_NESTED_TOO_DEEP] = {"nested-too-deep", SEVERITY_WARNING,
                              N_("Nested deeper than Carteiro follows; the innermost is not taken apart")},
    [NOTE_UNWANTED_MESSAGE] =
        {"unwanted-message", SEVERITY_WARNING,
         N_("DATA was refused and the letter is sent all the same: the server takes its "
            "lines for commands")},
};

const NoteText *note_text(NoteCode code)
{
  g_assert((unsigned)code < NOTE_COUNT);
  return &notes[code];
}
