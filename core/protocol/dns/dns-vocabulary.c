/* SPDX-License-Identifier: MIT */
/* The words of DNS. A record type is a word, a response code a reply. */
#include "protocol/dns/dns-vocabulary.h"

#include "base/i18n.h"

static const VocabularyState states[DNS_STATE_COUNT] = {
    [DNS_STATE_ASKING] = {"asking", N_("Asking")},
};

#define ASKING (1u << DNS_STATE_ASKING)
#define NO_CHANGE                                                                                            \
  {                                                                                                          \
    STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME, STATE_SAME                                               \
  }
#define TYPE(name, rfc, gloss, explanation)                                                                  \
  {                                                                                                          \
    name, "name", ASKING, NO_CHANGE, SECRET_NONE, false, false, rfc, gloss, explanation                      \
  }

/* clang-format off: one line a member reads as a table */
static const VocabularyWord words[] = {
    TYPE("MX", "RFC 1035 §3.3.9", N_("Who takes mail for this domain?"),
         N_("A server with a letter in its queue asks which hosts receive mail for the part after the @. "
            "Each answer "
            "has a preference: the lowest number is tried first.")),
    TYPE("A", "RFC 1035 §3.4.1", N_("What is the address of this host?"),
         N_("A name is for people; to open a connection the program needs the IPv4 address behind it.")),
    TYPE("AAAA", "RFC 3596 §2.1", N_("And its IPv6 address?"),
         N_("The same question as A, for IPv6. Many programs ask both at once and take what comes.")),
    TYPE("TXT", "RFC 1035 §3.3.14", N_("What notes are left under this name?"),
         N_("Free text. Mail uses it to say which hosts may send for a domain (SPF), for the keys of DKIM, "
            "and for "
            "what DMARC asks of others.")),
    TYPE("CNAME", "RFC 1035 §3.3.1", N_("Is this only a nickname?"),
         N_("An alias: the name stands for another one, and the question starts again there.")),
    TYPE("PTR", "RFC 1035 §3.3.12", N_("Which name belongs to this address?"),
         N_("The way back, from address to name. Mail servers look a caller up like this, and distrust one "
            "without a "
            "name.")),
    TYPE("NS", "RFC 1035 §3.3.11", N_("Who answers for this domain?"),
         N_("The name servers that know the domain first-hand.")),
    TYPE("SOA", "RFC 1035 §3.3.13", N_("Who keeps this zone, which version?"),
         N_("The zone's first record: its main server, who is responsible, and how long others may keep what "
            "they "
            "learned.")),
    TYPE("SRV", "RFC 6186 §3", N_("Which host offers this service?"),
         N_("A program that sets itself up asks for names such as _submission._tcp or _imaps._tcp; the "
            "answer is a "
            "host and a port.")),
    TYPE("TLSA", "RFC 7672 §3", N_("Which certificate should I expect?"),
         N_("With DANE the owner of a domain publishes what its mail server's certificate must look like, so "
            "that "
            "nobody on the way can take STARTTLS out or show another one.")),
    TYPE("ANY", "RFC 8482", N_("Tell me all you have"),
         N_("Asks for every record of a name. Many servers answer with little today, because it was "
            "misused.")),
};

static const VocabularyReply replies[] = {
    {"NOERROR", "MX", REPLY_OK, "RFC 1035 §3.3.9", N_("This server does"),
     N_("The host named here takes the domain's mail. The sending server opens a connection to its port 25; "
        "where "
        "there are several, the lowest number first.")},
    {"NOERROR", "A", REPLY_OK, "RFC 1035 §3.4.1", N_("Here is the address"),
     N_("With this IPv4 address the connection can be opened. It may be kept for as long as the answer "
        "says.")},
    {"NOERROR", "AAAA", REPLY_OK, "RFC 3596 §2.2", N_("Here is the IPv6 address"),
     N_("With this IPv6 address the connection can be opened.")},
    {"NOERROR", "TXT", REPLY_OK, "RFC 1035 §3.3.14", N_("This is written there"),
     N_("The text as it was published. What it means is told by its name and its first word: SPF begins with "
        "v=spf1.")},
    {"NOERROR", "PTR", REPLY_OK, "RFC 1035 §3.3.12", N_("It is called this"),
     N_("The name registered for the address. A careful server now asks for that name's address, to see "
        "whether both "
        "agree.")},
    {"NODATA", NULL, REPLY_OK, "RFC 2308 §2.2", N_("The name exists, but has none of these"),
     N_("No error and no record: the name is known, only nothing of this type. A domain without MX gets its "
        "mail at "
        "its own A or AAAA address.")},
    {"NOERROR", NULL, REPLY_OK, "RFC 1035 §4.1.1", N_("Here is what I know"),
     N_("The question was understood and the records follow.")},
    {"NXDOMAIN", NULL, REPLY_REFUSED, "RFC 1035 §4.1.1", N_("There is no such name"),
     N_("Nobody published this name. A letter to such a domain goes back to its sender, often because of a "
        "typing "
        "slip after the @.")},
    {"SERVFAIL", NULL, REPLY_LATER, "RFC 1035 §4.1.1", N_("I could not find out; try again"),
     N_("The server had trouble of its own. The name may well exist: mail stays in the queue and the "
        "question is "
        "asked again.")},
    {"FORMERR", NULL, REPLY_REFUSED, "RFC 1035 §4.1.1", N_("I do not understand the question"),
     N_("The datagram was damaged or written wrongly.")},
    {"NOTIMP", NULL, REPLY_REFUSED, "RFC 1035 §4.1.1", N_("I do not do that kind of question"),
     N_("The server does not know this kind of request.")},
    {"REFUSED", NULL, REPLY_REFUSED, "RFC 1035 §4.1.1", N_("Not for you, or not my zone"),
     N_("The server will not answer: it does not keep this domain, or does not serve this client.")},
};
/* clang-format on */

const Vocabulary dns_vocabulary = {
    .id = PROTOCOL_DNS,
    .name = "dns",
    .label = "DNS",
    .states = states,
    .state_count = G_N_ELEMENTS(states),
    .words = words,
    .word_count = G_N_ELEMENTS(words),
    .replies = replies,
    .reply_count = G_N_ELEMENTS(replies),
};
