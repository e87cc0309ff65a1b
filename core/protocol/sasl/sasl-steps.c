/* SPDX-License-Identifier: MIT */
/* The table of steps. */
#include "protocol/sasl/sasl-steps.h"

#include "base/i18n.h"

typedef struct {
  uint8_t shape, kind, index;
  SaslStep step;
} StepRow;

static const StepRow rows[] = {
    /* one for all */
    {SASL_SHAPE_COUNT,
     SASL_CANCEL,
     0,
     {N_("I give this log-in up"),
      N_("A lone * ends the exchange; the server refuses it, and nobody is "
         "logged in."),
      "RFC 4954 §4"}},

    {SASL_PLAIN,
     SASL_CHOICE,
     0,
     {NULL,
      N_("PLAIN sends name and password in one line of base64. Base64 hides nothing: without TLS, whoever "
         "listens can log in as this person."),
      "RFC 4616 §1"}},
    {SASL_PLAIN,
     SASL_CHALLENGE,
     0,
     {N_("Send name and password now"), N_("PLAIN has no challenge; the server only says that it listens."),
      "RFC 4616 §2"}},
    {SASL_PLAIN,
     SASL_RESPONSE,
     0,
     {N_("My name and my password, in one line"),
      N_("Three parts with a NUL between: for whom to act (mostly "
         "empty), the name, the password. Base64 turns them into letters; it takes no key to turn them "
         "back."),
      "RFC 4616 §2"}},

    {SASL_LOGIN,
     SASL_CHOICE,
     0,
     {NULL,
      N_("LOGIN asks for the name and the password one after the other. It is older than the standard and no "
         "safer than PLAIN."),
      ""}},
    {SASL_LOGIN,
     SASL_CHALLENGE,
     0,
     {N_("What is your name?"),
      N_("Base64 for \"Username:\", as a rule. Every client knows what is asked and does "
         "not read it."),
      ""}},
    {SASL_LOGIN,
     SASL_CHALLENGE,
     1,
     {N_("And your password?"), N_("Base64 for \"Password:\", as a rule."), ""}},
    {SASL_LOGIN, SASL_RESPONSE, 0, {N_("My user name"), N_("The name, in base64 and nothing more."), ""}},
    {SASL_LOGIN,
     SASL_RESPONSE,
     1,
     {N_("My password"), N_("The password, in base64 and nothing more: whoever listens can read it."), ""}},

    {SASL_CRAM_MD5,
     SASL_CHOICE,
     0,
     {NULL,
      N_("CRAM-MD5 keeps the password off the line: the client proves that it knows it by a digest over a "
         "puzzle. A weak password can still be guessed from the two."),
      "RFC 2195 §2"}},
    {SASL_CRAM_MD5,
     SASL_CHALLENGE,
     0,
     {N_("Here is a puzzle, a new one each time"),
      N_("A text that never comes twice, so that an answer overheard "
         "today is worth nothing tomorrow."),
      "RFC 2195 §2"}},
    {SASL_CRAM_MD5,
     SASL_RESPONSE,
     0,
     {N_("My name, and a digest over your puzzle"),
      N_("HMAC-MD5 with the password as its key. The server works "
         "it out too and compares."),
      "RFC 2195 §2"}},

    {SASL_DIGEST_MD5,
     SASL_CHOICE,
     0,
     {NULL,
      N_("DIGEST-MD5 sends a digest in place of the password. It was declared historic in 2011: too "
         "complicated, and MD5 is weak."),
      "RFC 6331"}},
    {SASL_DIGEST_MD5,
     SASL_CHALLENGE,
     0,
     {N_("My realm, and a number used once"),
      N_("The digest has to cover this number (nonce), so it fits this log-in only."), "RFC 2831 §2.1.1"}},
    {SASL_DIGEST_MD5,
     SASL_CHALLENGE,
     1,
     {N_("And this proves that I know it too"),
      N_("The server answers with a digest of its own (rspauth): an "
         "impostor could not."),
      "RFC 2831 §2.1.3"}},
    {SASL_DIGEST_MD5,
     SASL_RESPONSE,
     0,
     {N_("My name, and a digest over both our numbers"),
      N_("The password goes into the digest and not on the "
         "line; a dictionary can still be tried on it."),
      "RFC 2831 §2.1.2"}},
    {SASL_DIGEST_MD5,
     SASL_RESPONSE,
     1,
     {N_("Your proof is right"), N_("An empty line: the client has nothing to add."), "RFC 2831 §2.1.3"}},

    {SASL_SCRAM,
     SASL_CHOICE,
     0,
     {NULL,
      N_("SCRAM lets both sides prove that they know the password, and the server need not even store it. "
         "Of all mechanisms with a password it gives a listener the least."),
      "RFC 5802 §3"}},
    {SASL_SCRAM,
     SASL_CHALLENGE,
     0,
     {N_("Begin, please"), N_("The client speaks first in SCRAM, so this challenge is empty."),
      "RFC 5802 §5"}},
    {SASL_SCRAM,
     SASL_CHALLENGE,
     1,
     {N_("My number, the salt, how many rounds"),
      N_("r is the client's number with the server's behind it, s the "
         "salt, i how often the password is hashed: the more rounds, the slower a guesser."),
      "RFC 5802 §5.1"}},
    {SASL_SCRAM,
     SASL_CHALLENGE,
     2,
     {N_("And this proves that I am the server"),
      N_("v is a signature that only a server which knows this user "
         "can make; the client checks it."),
      "RFC 5802 §5.1"}},
    {SASL_SCRAM,
     SASL_RESPONSE,
     0,
     {N_("My name, and a number used once"), N_("n is the name, r a random number. No secret yet."),
      "RFC 5802 §5.1"}},
    {SASL_SCRAM,
     SASL_RESPONSE,
     1,
     {N_("My proof"),
      N_("p is the proof, made from the password, the salt and both numbers. Guesses can be "
         "tried on it, each as slow as the rounds make it."),
      "RFC 5802 §5.1"}},
    {SASL_SCRAM,
     SASL_RESPONSE,
     2,
     {N_("Your proof is right"), N_("An empty line: the client has checked the server's signature."),
      "RFC 5802 §5"}},

    {SASL_XOAUTH2,
     SASL_CHOICE,
     0,
     {NULL,
      N_("XOAUTH2 sends an access token in place of the password. For as long as the token lives, it opens "
         "the mailbox "
         "for whoever listens without TLS."),
      ""}},
    {SASL_XOAUTH2,
     SASL_CHALLENGE,
     0,
     {N_("Send name and token now"), N_("There is no challenge; the server only says that it listens."), ""}},
    {SASL_XOAUTH2,
     SASL_CHALLENGE,
     1,
     {N_("Refused, and here is why"),
      N_("The reason, as JSON in base64; the client answers with an empty line, "
         "and the refusal itself follows."),
      ""}},
    {SASL_XOAUTH2,
     SASL_RESPONSE,
     0,
     {N_("My name, and an access token"),
      N_("The token was given out by the provider's log-in page. It is worth a password "
         "until it runs out."),
      ""}},
    {SASL_XOAUTH2,
     SASL_RESPONSE,
     1,
     {N_("I have read why"), N_("An empty line, so that the refusal can follow."), ""}},

    {SASL_OAUTHBEARER,
     SASL_CHOICE,
     0,
     {NULL,
      N_("OAUTHBEARER sends an access token in place of the password. For as long as the token lives, it "
         "opens the "
         "mailbox for whoever listens without TLS."),
      "RFC 7628 §3"}},
    {SASL_OAUTHBEARER,
     SASL_CHALLENGE,
     0,
     {N_("Send name and token now"), N_("There is no challenge; the server only says that it listens."),
      "RFC 7628 §3.1"}},
    {SASL_OAUTHBEARER,
     SASL_CHALLENGE,
     1,
     {N_("Refused, and here is why"),
      N_("The reason, as JSON in base64; the client answers with a single byte, "
         "and the refusal itself follows."),
      "RFC 7628 §3.2.2"}},
    {SASL_OAUTHBEARER,
     SASL_RESPONSE,
     0,
     {N_("My name, and an access token"),
      N_("The token was given out by the provider's log-in page. It is worth a password "
         "until it runs out."),
      "RFC 7628 §3.1"}},
    {SASL_OAUTHBEARER,
     SASL_RESPONSE,
     1,
     {N_("I have read why"), N_("A single byte (Ctrl-A), so that the refusal can follow."),
      "RFC 7628 §3.2.3"}},

    {SASL_ANONYMOUS,
     SASL_CHOICE,
     0,
     {NULL, N_("ANONYMOUS proves nothing: whoever comes is let in as a guest."), "RFC 4505 §1"}},
    {SASL_ANONYMOUS,
     SASL_CHALLENGE,
     0,
     {N_("Who shall I say it was?"), N_("An empty challenge; the client may leave a trace of itself."),
      "RFC 4505 §2"}},
    {SASL_ANONYMOUS,
     SASL_RESPONSE,
     0,
     {N_("A guest; this is my trace"), N_("An address or any other text, which nobody checks."),
      "RFC 4505 §2"}},

    {SASL_EXTERNAL,
     SASL_CHOICE,
     0,
     {NULL, N_("EXTERNAL leans on a proof given elsewhere: the client's certificate in TLS, as a rule."),
      "RFC 4422 appendix A"}},
    {SASL_EXTERNAL,
     SASL_CHALLENGE,
     0,
     {N_("As whom do you want to act?"), N_("An empty challenge; the proof itself was given before."),
      "RFC 4422 appendix A"}},
    {SASL_EXTERNAL,
     SASL_RESPONSE,
     0,
     {N_("I am the one my certificate names"),
      N_("The name to act for, or nothing: then the one proven "
         "elsewhere. No secret travels."),
      "RFC 4422 appendix A"}},

    {SASL_GSSAPI,
     SASL_CHOICE,
     0,
     {NULL, N_("GSSAPI uses a Kerberos ticket, got from another server before. No password travels here."),
      "RFC 4752 §3"}},
    {SASL_GSSAPI,
     SASL_CHALLENGE,
     0,
     {N_("Show me your ticket"), N_("An empty challenge: the client speaks first."), "RFC 4752 §3.1"}},
    {SASL_GSSAPI,
     SASL_CHALLENGE,
     1,
     {N_("And this proves that I am the server"),
      N_("Only the real server can open the ticket and answer; the token is sealed."), "RFC 4752 §3.2"}},
    {SASL_GSSAPI,
     SASL_CHALLENGE,
     2,
     {N_("Shall we seal what follows?"),
      N_("The protection the server offers for the rest of the session, sealed itself."), "RFC 4752 §3.2"}},
    {SASL_GSSAPI,
     SASL_RESPONSE,
     0,
     {N_("My Kerberos ticket"),
      N_("Sealed for this server. It names no password, and a copy of it is of no use later."),
      "RFC 4752 §3.1"}},
    {SASL_GSSAPI,
     SASL_RESPONSE,
     1,
     {N_("Your proof is right"), N_("Mostly empty: the client has checked the server's token."),
      "RFC 4752 §3.1"}},
    {SASL_GSSAPI,
     SASL_RESPONSE,
     2,
     {N_("This much protection, and act for this name"), N_("Sealed, as the token before."),
      "RFC 4752 §3.1"}},

    {SASL_NTLM,
     SASL_CHOICE,
     0,
     {NULL,
      N_("NTLM is Windows' own challenge and response. It is old: from what it sends, weak passwords are "
         "guessed fast."),
      ""}},
    {SASL_NTLM, SASL_CHALLENGE, 0, {N_("Begin, please"), N_("The client speaks first in NTLM."), ""}},
    {SASL_NTLM,
     SASL_CHALLENGE,
     1,
     {N_("Here is a number used once"),
      N_("Eight random bytes, and the names of the domain and the server with them."), ""}},
    {SASL_NTLM,
     SASL_RESPONSE,
     0,
     {N_("What I can do"), N_("The client's options; no name and no secret yet."), ""}},
    {SASL_NTLM,
     SASL_RESPONSE,
     1,
     {N_("My name, and a digest over your number"),
      N_("Domain, user and computer stand in clear beside the digest, and a "
         "dictionary can be tried on it."),
      ""}},

    {SASL_ONE_TIME,
     SASL_CHOICE,
     0,
     {NULL, N_("A password that works once: to overhear it is of no use."), "RFC 2444 §2"}},
    {SASL_ONE_TIME,
     SASL_CHALLENGE,
     0,
     {N_("Begin, please"), N_("The client tells its name first."), "RFC 2444 §3"}},
    {SASL_ONE_TIME,
     SASL_CHALLENGE,
     1,
     {N_("The password with this number, please"),
      N_("Method, number and seed: from them and the passphrase "
         "the client works out the one that is due."),
      "RFC 2444 §3"}},
    {SASL_ONE_TIME,
     SASL_RESPONSE,
     0,
     {N_("My user name"), N_("For whom to act, and the name."), "RFC 2444 §3"}},
    {SASL_ONE_TIME,
     SASL_RESPONSE,
     1,
     {N_("The password that is due"), N_("It has now been used, and will not work again."), "RFC 2444 §3"}},
};

uint8_t sasl_step_find(SaslShape shape, SaslStepKind kind, uint32_t index)
{
  size_t found = G_N_ELEMENTS(rows);
  if (kind == SASL_CANCEL) shape = SASL_SHAPE_COUNT;
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    if (rows[i].shape == shape && rows[i].kind == kind && rows[i].index <= index) found = i;
  return found < G_N_ELEMENTS(rows) ? (uint8_t)(found + 1) : 0;
}

const SaslStep *sasl_step_get(uint8_t number)
{
  return number >= 1 && number <= G_N_ELEMENTS(rows) ? &rows[number - 1].step : NULL;
}

bool sasl_refine(const DecodedLine *line, ReplyRefinement *out)
{
  const SaslStep *step = sasl_step_get(line->sasl_step);
  if (step == NULL) return false;
  *out = (ReplyRefinement){step->gloss, step->explanation, step->rfc, false};
  return true;
}
