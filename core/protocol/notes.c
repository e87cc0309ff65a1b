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
};

const NoteText *note_text(NoteCode code)
{
  g_assert((unsigned)code < NOTE_COUNT);
  return &notes[code];
}
