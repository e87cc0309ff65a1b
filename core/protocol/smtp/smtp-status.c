/* SPDX-License-Identifier: MIT */
/* SMTP's enhanced status codes. */
#include "protocol/smtp/smtp-status.h"

#include "base/i18n.h"

/* clang-format off: one line a member reads as a table */
static const SmtpStatus statuses[] = {
    {"X.0.0", "RFC 3463 §3.1", N_("No reason given"),
     N_("The server gives no finer reason; the words of the reply may tell. The first digit says "
        "whether trying again can help.")},
    {"X.1.0", "RFC 3463 §3.2", N_("Something is wrong with an address"),
     N_("The server dislikes an address and has no finer code for the reason; its words may tell. The "
        "person who wrote it should look at the address.")},
    {"X.1.1", "RFC 3463 §3.2", N_("Nobody of that name here"),
     N_("The part before the @ leads to no mailbox on this server, often because of a slip in typing. "
        "The sender has to correct the address.")},
    {"X.1.2", "RFC 3463 §3.2", N_("No such domain for mail"),
     N_("The part after the @ does not exist, or takes no mail. The sender has to correct the address.")},
    {"X.1.3", "RFC 3463 §3.2", N_("The recipient is not written properly"),
     N_("The recipient's address breaks the rules of writing one. The sender has to correct it.")},
    {"X.1.4", "RFC 3463 §3.2", N_("That name fits several people"),
     N_("The server cannot tell which mailbox is meant. The sender has to write the exact address.")},
    {"X.1.6", "RFC 3463 §3.2", N_("Moved, and left no new address"),
     N_("The mailbox was here once and is not any more. The sender has to find out the new address in "
        "another way.")},
    {"X.1.7", "RFC 3463 §3.2", N_("The sender is not written properly"),
     N_("The sender's address breaks the rules of writing one. The person has to correct the settings "
        "of the mail program.")},
    {"X.1.8", "RFC 3463 §3.2", N_("The sender's domain cannot be found"),
     N_("No bounce could ever go back to that domain, so the server will not take mail from it. The "
        "sending site has to look at its name and its DNS.")},
    {"X.1.9", "RFC 3886 §3.3.4", N_("Passed on, with no promise of a report"),
     N_("The letter went to a system that reports nothing about delivery. The sender may hear no more "
        "of it.")},
    {"X.1.10", "RFC 7505 §4.2", N_("That domain takes no mail"),
     N_("The recipient's domain has a null MX record: it says in DNS that it never takes mail. The "
        "client gives up at once and tells the sender.")},
    {"X.2.0", "RFC 3463 §3.3", N_("Something is wrong with the mailbox"),
     N_("The mailbox exists, and there is some trouble with it that has no finer code. The words of "
        "the reply may tell.")},
    {"X.2.1", "RFC 3463 §3.3", N_("This mailbox takes no mail now"),
     N_("The mailbox exists and is switched off, perhaps because nobody has used it for long. Only "
        "its owner or the administrator can change that.")},
    {"4.2.2", "RFC 3463 §3.3", N_("This mailbox is full"),
     N_("The recipient has used up the space allowed. The client tries again later, in the hope that "
        "some room has been cleared by then.")},
    {"X.2.2", "RFC 3463 §3.3", N_("This mailbox is full"),
     N_("The recipient has used up the space allowed and has to clear some room. The letter comes "
        "back to the sender as a bounce.")},
    {"X.2.3", "RFC 3463 §3.3", N_("Too large for this mailbox"),
     N_("The letter is longer than this mailbox takes, although the server itself might. The sender "
        "has to make it smaller.")},
    {"X.2.4", "RFC 3463 §3.3", N_("The mailing list could not be expanded"),
     N_("The address is a list, and the server could not turn it into its members. The administrator "
        "of the list has to look into it.")},
    {"X.3.0", "RFC 3463 §3.4", N_("The mail system here has some trouble"),
     N_("Something is wrong with the server as a whole, not with this letter. Its administrator has "
        "to look into it.")},
    {"X.3.1", "RFC 3463 §3.4", N_("The server's disk is full"),
     N_("There is no room to store any letter, whoever it is for. Only the administrator can help; "
        "the client tries again later.")},
    {"X.3.2", "RFC 3463 §3.4", N_("This server takes no mail at present"),
     N_("The server is shutting down, overloaded or switched off for maintenance. The client keeps "
        "the letter and tries again later, or asks another MX.")},
    {"X.3.3", "RFC 3463 §3.4", N_("I lack what this letter needs"),
     N_("The letter asks for a feature that the server does not have. The client can only try without "
        "it.")},
    {"X.3.4", "RFC 3463 §3.4", N_("The letter is too large"),
     N_("The letter is larger than this server takes, whoever it is for. The sender has to make it "
        "smaller or send it another way.")},
    {"X.3.5", "RFC 3463 §3.4", N_("The server is not set up properly"),
     N_("A mistake in the server's settings keeps it from taking the letter. Only its administrator "
        "can correct that.")},
    {"2.3.6", "RFC 6710 §7", N_("Taken, with another priority"),
     N_("The server has taken the command and changed the priority asked for. The client goes on.")},
    {"X.4.0", "RFC 3463 §3.5", N_("The network is in some trouble"),
     N_("Something between the servers fails, and there is no finer code for it. Trying again later "
        "may well help.")},
    {"X.4.1", "RFC 3463 §3.5", N_("The next server does not answer"),
     N_("The server that should get the letter next could not be reached. The letter waits in the "
        "queue until it can, or until its time is up.")},
    {"X.4.2", "RFC 3463 §3.5", N_("The connection broke off"),
     N_("The line to the other server was lost in the middle. The letter is tried again.")},
    {"X.4.3", "RFC 3463 §3.5", N_("A directory did not answer"),
     N_("The server had to look something up, in DNS or in a list of users, and got no answer. The "
        "client tries again later.")},
    {"X.4.4", "RFC 3463 §3.5", N_("I do not know the way there"),
     N_("The server finds no next stop for the letter, often because the domain's DNS names none that "
        "works. The domain's administrator has to look into it.")},
    {"X.4.5", "RFC 3463 §3.5", N_("Too busy just now"),
     N_("The server has more mail than it can handle at the moment. The client keeps the letter and "
        "comes back later.")},
    {"X.4.6", "RFC 3463 §3.5", N_("The letter goes round in circles"),
     N_("The letter has passed so many servers that they must be sending it to one another. One of "
        "their administrators has to undo the loop.")},
    {"X.4.7", "RFC 3463 §3.5", N_("Too old: its time is up"),
     N_("The letter has waited in the queue for too long, often some days, and is given up. The "
        "sender gets it back as a bounce.")},
    {"X.5.0", "RFC 3463 §3.6", N_("The two do not understand each other"),
     N_("Something about the dialogue itself went wrong, and there is no finer code for it. The words "
        "of the reply may tell.")},
    {"X.5.1", "RFC 3463 §3.6", N_("That command does not belong here"),
     N_("The command is unknown, not offered, or said at the wrong moment. The client has to do "
        "without, or keep the order.")},
    {"X.5.2", "RFC 3463 §3.6", N_("I cannot read that line"),
     N_("The line does not follow the grammar of SMTP. The same line will fail again.")},
    {"X.5.3", "RFC 3463 §3.6", N_("Too many recipients in one go"),
     N_("The server takes only so many recipients for one letter. The client sends it to those "
        "accepted, and to the others in another transaction.")},
    {"X.5.4", "RFC 3463 §3.6", N_("What follows the command is not right"),
     N_("The command is known, its argument is badly formed or not offered here. The client has to "
        "write it differently, or do without.")},
    {"X.5.5", "RFC 3463 §3.6", N_("Another version of the protocol"),
     N_("The two speak versions that do not fit together. One of them has to be brought up to date.")},
    {"X.5.6", "RFC 4954 §6", N_("That log-in line is too long"),
     N_("One line of the log-in is longer than the server reads. The client gives this mechanism up.")},
    {"X.6.0", "RFC 3463 §3.7", N_("Something inside the letter is not liked"),
     N_("The content is the trouble, and there is no finer code for it. The words of the reply may tell.")},
    {"X.6.1", "RFC 3463 §3.7", N_("That kind of content is not taken"),
     N_("The server or the recipient cannot take this kind of content. The sender has to send it in "
        "another form.")},
    {"X.6.2", "RFC 3463 §3.7", N_("It would have to be converted; not allowed"),
     N_("The letter can only go on in another form, and whoever sent it does not allow that. The "
        "sender has to decide.")},
    {"X.6.3", "RFC 3463 §3.7", N_("It would have to be converted; I cannot"),
     N_("The next server does not take the letter in this form, such as with bytes of 8 bits, and "
        "this one cannot change it. The sender has to.")},
    {"X.6.5", "RFC 3463 §3.7", N_("The conversion failed"),
     N_("The server tried to change the form of the letter for the next stop and did not succeed. The "
        "sender has to send it in a simpler form.")},
    {"X.6.6", "RFC 4468 §5", N_("The letter could not be fetched"),
     N_("The link given with BURL led to no message. The client has to send the letter itself.")},
    {"X.6.7", "RFC 6531 §3.5", N_("No accents in addresses here"),
     N_("The address has letters beyond ASCII, and a server on the way does not offer SMTPUTF8. The "
        "sender needs an address without them.")},
    {"X.6.8", "RFC 6531 §3.7.4", N_("I could only answer in UTF-8"),
     N_("The answer holds letters beyond ASCII, and the client did not ask with SMTPUTF8. The client "
        "asks again with it, if it can.")},
    {"X.6.9", "RFC 6531 §3.5", N_("Accents in the headers cannot go further"),
     N_("The headers have letters beyond ASCII, and a server on the way does not offer SMTPUTF8. The "
        "sender has to write them without.")},
    {"X.7.0", "RFC 3463 §3.8", N_("Refused for safety's sake"),
     N_("A matter of security or policy for which there is no finer code. The words of the reply may "
        "tell.")},
    {"4.7.1", "RFC 3463 §3.8", N_("Not allowed yet: come back later"),
     N_("Often greylisting: strangers are made to wait, because mail servers come back and much spam "
        "does not. The client keeps the letter and tries again.")},
    {"X.7.1", "RFC 3463 §3.8", N_("Not allowed for you"),
     N_("The server's policy says no: relaying for strangers, a sender on a blocklist, a letter that "
        "looks like spam. The words of the reply usually say which.")},
    {"X.7.2", "RFC 3463 §3.8", N_("You may not write to this list"),
     N_("Only some people may send to this mailing list, often its members alone. The sender has to "
        "ask whoever runs the list.")},
    {"X.7.3", "RFC 3463 §3.8", N_("It cannot be made safe on the way"),
     N_("The letter would need another kind of protection for the next stop, and that cannot be done. "
        "The sender has to send it in another way.")},
    {"X.7.4", "RFC 3463 §3.8", N_("I lack the protection this letter needs"),
     N_("The letter asks for a security feature that the server does not have. The client can only "
        "try without it.")},
    {"X.7.5", "RFC 3463 §3.8", N_("The encryption did not work out"),
     N_("A cryptographic step failed, and the letter could not be opened or checked. The sender has "
        "to look at keys and settings.")},
    {"X.7.6", "RFC 3463 §3.8", N_("I do not know that cipher"),
     N_("The letter or the log-in uses a cryptographic method that the server does not have. Another "
        "one has to be chosen.")},
    {"X.7.7", "RFC 3463 §3.8", N_("The letter was changed on the way"),
     N_("A check of the letter's integrity failed: it is not what was sent. The sender has to send it "
        "again.")},
    {"4.7.8", "RFC 4954 §6", N_("The log-in could not be checked now"),
     N_("The server could not look at user and password just now. The client tries again later.")},
    {"X.7.8", "RFC 4954 §6", N_("Not with this user and password"),
     N_("User or password is wrong; the server does not say which, so that nobody can try out names. "
        "The person has to correct it.")},
    {"X.7.9", "RFC 4954 §6", N_("That way to log in is too weak"),
     N_("The server's rules ask for a stronger mechanism for this user. The client picks another from "
        "the AUTH line.")},
    {"X.7.10", "RFC 5248 §2.4", N_("Not without encryption"),
     N_("What was asked is allowed only on a sealed line. The client starts TLS and asks again.")},
    {"X.7.11", "RFC 4954 §6", N_("First TLS, then this log-in"),
     N_("This mechanism would show the password without TLS. The client says STARTTLS, then EHLO and AUTH "
        "again.")},
    {"X.7.12", "RFC 4954 §6", N_("Your password must be moved over first"),
     N_("The account has to be moved over to this mechanism, often by logging in once with PLAIN "
        "under TLS. Then it will work.")},
    {"X.7.13", "RFC 5248 §2.4", N_("This account is switched off"),
     N_("User and password may be right, yet the account is disabled. Only the administrator can help.")},
    {"X.7.14", "RFC 5248 §2.4", N_("I do not trust that other server"),
     N_("What was asked needs a server that this one trusts, such as the one that BURL names. The "
        "administrators have to arrange that.")},
    {"X.7.15", "RFC 6710 §7", N_("Not urgent enough just now"),
     N_("The server takes only letters of higher priority at the moment. The client tries again later.")},
    {"X.7.16", "RFC 6710 §7", N_("Too large for its priority"),
     N_("With this priority the letter may not be so large. The sender makes it smaller, or lowers "
        "the priority.")},
    {"X.7.17", "RFC 7293 §14", N_("The mailbox belongs to somebody else now"),
     N_("The mailbox has changed hands since the date the sender named. The letter is not delivered, "
        "so that no stranger reads it.")},
    {"X.7.18", "RFC 7293 §14", N_("The domain belongs to somebody else now"),
     N_("The domain has changed hands since the date the sender named. The letter is not delivered, "
        "so that no stranger reads it.")},
    {"X.7.20", "RFC 7372 §3.1", N_("No DKIM signature that holds"),
     N_("The letter carries no DKIM signature that passes the check, and the server wants one. The "
        "sending site has to look at its keys in DNS.")},
    {"X.7.21", "RFC 7372 §3.1", N_("No DKIM signature that I accept"),
     N_("There is a DKIM signature, but not one that meets the server's rules, for instance of the "
        "right domain. The sending site has to change it.")},
    {"X.7.22", "RFC 7372 §3.1", N_("No DKIM signature of the author's domain"),
     N_("A valid signature is there, but none by the domain in the From line. The sending site has to "
        "sign with that one.")},
    {"X.7.23", "RFC 7372 §3.2", N_("SPF: that host may not send for it"),
     N_("The domain of the sender lists in DNS which hosts may send for it, and this one is not among "
        "them. The domain's owner has to correct the list, if it was meant to be.")},
    {"X.7.24", "RFC 7372 §3.2", N_("SPF could not be checked"),
     N_("The list of permitted hosts in the DNS of the sender's domain is broken or could not be "
        "read. The domain's owner has to look at it.")},
    {"X.7.25", "RFC 7372 §3.3", N_("No name in DNS confirms this address"),
     N_("The client's address leads to no name in DNS that leads back to it; mail servers are "
        "expected to have one. The client's administrator has to add it.")},
    {"X.7.26", "RFC 7372 §3.4", N_("Neither SPF nor DKIM speaks for it"),
     N_("Several checks of where the letter comes from have failed. The sending site has to look at "
        "its SPF and DKIM records in DNS.")},
    {"X.7.27", "RFC 7505 §4.2", N_("The sender's domain takes no mail"),
     N_("The domain of the sender says in DNS that it takes no mail, so no bounce could go back. The "
        "person has to use another sender.")},
    {"X.7.28", "RFC 5248 §2", N_("A flood of mail comes from there"),
     N_("The server sees more mail from this client or network than it thinks is right. The client "
        "has to slow down.")},
    {"X.7.29", "RFC 8617 §10", N_("The chain of seals (ARC) is broken"),
     N_("Servers on the way have sealed what they had checked, and one of the seals does not hold. "
        "One of them has to look into it.")},
    {"X.7.30", "RFC 8689 §4.2.1", N_("It may only travel under TLS"),
     N_("The letter must not go anywhere in clear (REQUIRETLS), and the next server cannot promise "
        "that. It comes back to the sender.")},
};
/* clang-format on */

static const SmtpStatus *find_row(Bytes code, uint8_t class)
{
  for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
    const char *row = statuses[i].code;
    if ((uint8_t)row[0] == class && bytes_equal(bytes_from_string(row + 1), bytes_skip(code, 1)))
      return &statuses[i];
  }
  return NULL;
}

const SmtpStatus *smtp_status_find(Bytes code)
{
  if (code.length == 0) return NULL;
  const SmtpStatus *status = find_row(code, code.data[0]);
  if (status == NULL && (code.data[0] == '4' || code.data[0] == '5')) status = find_row(code, 'X');
  return status;
}

bool smtp_status_is_vague(const SmtpStatus *status)
{
  return g_str_has_suffix(status->code, ".0");
}

const SmtpStatus *smtp_status_get(size_t index)
{
  return index < G_N_ELEMENTS(statuses) ? &statuses[index] : NULL;
}
