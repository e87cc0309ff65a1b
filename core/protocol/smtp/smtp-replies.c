/* SPDX-License-Identifier: MIT */
/* SMTP's replies: what each means, and what the client does next. */
#include "protocol/smtp/smtp-replies.h"

#include "base/i18n.h"

/* clang-format off: one line a member reads as a table */
const VocabularyReply smtp_replies[SMTP_REPLY_COUNT] = {
    /* greetings: the server speaks first */
    {"220", "", REPLY_OK, "RFC 5321 §3.1", N_("The server speaks first"),
     N_("The server gives its name and is ready. The client introduces itself now, with EHLO.")},
    {"421", "", REPLY_LATER, "RFC 5321 §3.8", N_("Not now: the server closes the line"),
     N_("The server cannot go on, often because it is overloaded or shutting down, and hangs up. Whatever is "
        "not "
        "delivered stays in the client's queue and is tried again.")},
    {"521", "", REPLY_REFUSED, "RFC 7504 §3", N_("No mail is ever taken here"),
     N_("This host runs no mail service and says so at once. The client gives up on it and, with no other MX "
        "left, "
        "tells the sender.")},
    {"554", "", REPLY_REFUSED, "RFC 5321 §3.1", N_("The server will not talk to you"),
     N_("The server refuses the connection itself, often because of the client's address. The client may "
        "only say "
        "QUIT, and then try another MX or give up.")},

    /* 2xx: done */
    {"211", NULL, REPLY_OK, "RFC 5321 §4.2.2", N_("How the server is doing"),
     N_("Status or help about the system. It is meant for a person to read; the client just goes on.")},
    {"214", NULL, REPLY_OK, "RFC 5321 §4.1.1.8", N_("A few words of help"),
     N_("The answer to HELP, often the list of commands known. It is meant for a person; nothing has "
        "changed.")},
    {"220", "STARTTLS", REPLY_OK, "RFC 3207 §4", N_("Go ahead, seal it"),
     N_("The server is ready for TLS: the next bytes are the handshake. Everything said before is forgotten, "
        "and the "
        "client starts over with EHLO inside.")},
    {"220", "XCLIENT", REPLY_OK, "RFC 5321 §3.1", N_("As if you had just called"),
     N_("The server now treats the connection as that of the client described, and starts over. The "
        "client introduces itself again with EHLO.")},
    {"220", NULL, REPLY_OK, "RFC 5321 §4.2.3", N_("Ready"),
     N_("The service is ready. The client goes on with its next command.")},
    {"221", NULL, REPLY_OK, "RFC 5321 §4.1.1.10", N_("Goodbye to you too"),
     N_("The server closes the connection. All that was answered with 250 before is in its care now.")},
    {"235", NULL, REPLY_OK, "RFC 4954 §4", N_("You are in"),
     N_("The log-in was accepted. The client may now submit mail as that user, starting with MAIL.")},
    {"250", "HELO", REPLY_OK, "RFC 5321 §4.1.1.1", N_("Pleased to meet you"),
     N_("The server takes note of the name, which nobody has proved. The client may begin with MAIL; it has "
        "learned "
        "of no extensions, because HELO does not ask for them.")},
    {"250", "EHLO", REPLY_OK, "RFC 5321 §4.1.1.1", N_("Here is what I can do"),
     N_("After the first line each line names one extension offered, such as SIZE, STARTTLS or AUTH. The "
        "client picks "
        "what it likes; what is not listed must not be used.")},
    {"250", "LHLO", REPLY_OK, "RFC 2033 §4.1", N_("Here is what I can do"),
     N_("As after EHLO, each further line names one extension. The client may begin with MAIL.")},
    {"250", "MAIL", REPLY_OK, "RFC 5321 §4.1.1.2", N_("Noted; that proves nothing"),
     N_("The sender's address is written down for bounces, and a transaction has begun. The client goes on "
        "with RCPT, "
        "once for each recipient.")},
    {"250", "RCPT", REPLY_OK, "RFC 5321 §4.1.1.3", N_("Yes, I take mail for this recipient"),
     N_("The server will deliver to this recipient, or pass the letter on. The client names the next one, or "
        "says "
        "DATA.")},
    {"250", "DATA", REPLY_OK, "RFC 5321 §4.1.1.4", N_("The letter is mine to look after now"),
     N_("The message is safely stored, and from this moment the server answers for it: it delivers it or "
        "sends a "
        "bounce. The client may delete its copy.")},
    {"250", "BDAT", REPLY_OK, "RFC 3030 §2", N_("Arrived; after LAST the letter is mine"),
     N_("The piece is in. After the one marked LAST this means the whole message is stored and in the "
        "server's care.")},
    {"250", "RSET", REPLY_OK, "RFC 5321 §4.1.1.5", N_("Envelope forgotten"),
     N_("Sender and recipients are dropped; the connection stays. The client may begin a new letter with "
        "MAIL.")},
    {"250", "VRFY", REPLY_OK, "RFC 5321 §3.5", N_("Yes, that mailbox exists"),
     N_("The server confirms the mailbox and may show its full address. Nothing has changed.")},
    {"250", "EXPN", REPLY_OK, "RFC 5321 §3.5", N_("These are the members"),
     N_("Each line names one member of the mailing list. Few servers tell this today.")},
    {"250", "NOOP", REPLY_OK, "RFC 5321 §4.1.1.9", N_("Still here"),
     N_("A sign of life and nothing more. The client goes on where it was.")},
    {"250", "ETRN", REPLY_OK, "RFC 1985 §5", N_("The queue for you is being tried"),
     N_("The server starts sending what it keeps for that name, over a new connection of its own.")},
    {"250", "SEND", REPLY_OK, "RFC 821 §3.4", N_("Noted; that proves nothing"),
     N_("Historical: the sender is noted, and the text will go to a terminal. The client goes on with "
        "RCPT.")},
    {"250", "SOML", REPLY_OK, "RFC 821 §3.4", N_("Noted; that proves nothing"),
     N_("Historical: the sender is noted, and the text will go to the terminal or else the mailbox. The "
        "client goes "
        "on with RCPT.")},
    {"250", "SAML", REPLY_OK, "RFC 821 §3.4", N_("Noted; that proves nothing"),
     N_("Historical: the sender is noted, and the text will go to the terminal and the mailbox. The client "
        "goes on "
        "with RCPT.")},
    {"250", "TURN", REPLY_OK, "RFC 821 §3.8", N_("Agreed; now I am the client"),
     N_("Historical: from here on the two have swapped roles, and the former server sends its mail.")},
    {"250", "BURL", REPLY_OK, "RFC 4468 §3", N_("Fetched; after LAST the letter is mine"),
     N_("The server has fetched what the link names. After the one marked LAST the whole message is "
        "stored and in its care.")},
    {"250", "ATRN", REPLY_OK, "RFC 2645 §5.2.1", N_("Agreed; now I am the client"),
     N_("From here on the two have swapped roles, and the server that was asked now sends the waiting "
        "mail over this same connection.")},
    {"250", "XFORWARD", REPLY_OK, "RFC 5321 §4.1.5", N_("Noted for the log"),
     N_("The server writes down where the letter first came from. The client gives more details, or "
        "begins with MAIL.")},
    {"250", NULL, REPLY_OK, "RFC 5321 §4.2.3", N_("Done"),
     N_("What was asked is done. The client goes on with its next command.")},
    {"251", "RCPT", REPLY_OK, "RFC 5321 §3.4", N_("Moved; I will forward it"),
     N_("This recipient has a new address, and the server passes the letter on to it. The client "
        "names the next recipient, or says DATA.")},
    {"251", NULL, REPLY_OK, "RFC 5321 §3.4", N_("Moved; I will forward it"),
     N_("The user is not here, but the server knows the new address and passes the letter on. The client has "
        "nothing "
        "more to do, and may note the address shown.")},
    {"252", NULL, REPLY_OK, "RFC 5321 §3.5.3", N_("I will not say, but I would try"),
     N_("The server neither confirms nor denies the user, but would take a letter and try to deliver it. "
        "This is the "
        "usual, discreet answer to VRFY.")},
    {"253", NULL, REPLY_OK, "RFC 1985 §5", N_("Mail is waiting, and now on its way"),
     N_("The reply says how many messages wait for that name; the server has started to send them over a "
        "connection of "
        "its own.")},

    /* 3xx: go on */
    {"334", "AUTH", REPLY_CONTINUE, "RFC 4954 §4", N_("Go on with the log-in"),
     N_("The server's challenge, in base64; LOGIN asks \"Username:\" here, CRAM-MD5 sends a puzzle. The "
        "client answers "
        "with one line of base64, or * to give up.")},
    {"334", NULL, REPLY_CONTINUE, "RFC 4954 §4", N_("And the next part, please"),
     N_("The log-in takes another step; LOGIN asks \"Password:\" here. The client answers with one more line "
        "of "
        "base64.")},
    {"354", "BDAT", REPLY_CONTINUE, "RFC 3030 §2", N_("Go on; a lone dot ends it"),
     N_("354 belongs to DATA; a piece sent with BDAT asks for no such permission. The client should "
        "take it as a mistake of the server.")},
    {"354", NULL, REPLY_CONTINUE, "RFC 5321 §4.1.1.4", N_("Go on; a lone dot ends it"),
     N_("The server is waiting for the letter. The client sends headers, a blank line and the body; a line "
        "that holds "
        "only a dot ends it, so a dot that begins a line is doubled on the way.")},

    /* 4xx: not now, try later */
    {"421", "DATA", REPLY_LATER, "RFC 5321 §3.8", N_("I must hang up; nothing was taken"),
     N_("The server closes the connection before it has taken the letter into its care. The client "
        "keeps it in its queue and tries again later.")},
    {"421", NULL, REPLY_LATER, "RFC 5321 §3.8", N_("I must hang up; try later"),
     N_("The server is shutting down, or has waited too long, and closes the connection. What it has not "
        "accepted stays "
        "in the client's queue for another try.")},
    {"432", NULL, REPLY_LATER, "RFC 4954 §6", N_("Your password must be moved over first"),
     N_("The account has to be moved over to this way of logging in, often by logging in once with PLAIN "
        "under TLS. "
        "Then this mechanism will work.")},
    {"450", "RCPT", REPLY_LATER, "RFC 5321 §4.2.3", N_("Try later: it stays in the queue"),
     N_("The mailbox cannot be used just now: busy, or the server makes strangers wait first (greylisting). "
        "The client "
        "keeps the letter and tries again.")},
    {"450", "MAIL", REPLY_LATER, "RFC 5321 §4.2.3", N_("Not from this sender just now"),
     N_("Often the sender's domain or the client's name could not be looked up. The client keeps the "
        "letter and tries again later.")},
    {"450", "ATRN", REPLY_LATER, "RFC 2645 §5.2.1", N_("Not for that domain"),
     N_("The server will not hand over the mail of a domain named, perhaps because it is not this "
        "client's. Nothing changes; the client may ask for others.")},
    {"450", NULL, REPLY_LATER, "RFC 5321 §4.2.3", N_("Not just now; try later"),
     N_("The server could not do it at this moment, and it may work soon. The client keeps the letter in its "
        "queue and "
        "tries again.")},
    {"451", "MAIL", REPLY_LATER, "RFC 5321 §4.2.3", N_("Trouble here; this sender must wait"),
     N_("Something on the server's side failed while it looked at the sender. The client keeps the "
        "letter and tries again.")},
    {"451", "RCPT", REPLY_LATER, "RFC 5321 §4.2.3", N_("Come back later for this recipient"),
     N_("Either a lookup failed, or the server makes strangers wait on purpose (greylisting). A mail "
        "server keeps the letter and tries again; much spam never does.")},
    {"451", "DATA", REPLY_LATER, "RFC 5321 §4.2.3", N_("The letter was not taken; try later"),
     N_("The server met some trouble while it stored or scanned the letter, and takes no charge of "
        "it. The client keeps it and sends all of it again later.")},
    {"451", NULL, REPLY_LATER, "RFC 5321 §4.2.3", N_("Not now: trouble here, or come back later"),
     N_("Something went wrong on the server's side, a lookup or a scan for instance. The client keeps the "
        "letter in "
        "its queue and tries again.")},
    {"452", "RCPT", REPLY_LATER, "RFC 5321 §4.5.3.1.10", N_("Not this one now: too many, or no room"),
     N_("Too many recipients at once, or no room just now. The client sends the letter to those accepted and "
        "names the "
        "others in a new transaction.")},
    {"452", "MAIL", REPLY_LATER, "RFC 1870 §6.1", N_("No room for that much just now"),
     N_("The size announced does not fit on the server's disk at the moment. The client keeps the "
        "letter and tries again later.")},
    {"452", "DATA", REPLY_LATER, "RFC 5321 §4.2.3", N_("No room left for this letter just now"),
     N_("The letter has travelled, but there is no space to store it. The client keeps it and sends "
        "it again later.")},
    {"452", NULL, REPLY_LATER, "RFC 5321 §4.2.3", N_("No room left just now"),
     N_("The server's disk is too full for this letter at the moment. The client keeps it and "
        "tries "
        "again.")},
    {"453", "ATRN", REPLY_LATER, "RFC 2645 §5.2.1", N_("There is no mail for you"),
     N_("Nothing waits for the domains named. The client has nothing to fetch and may say QUIT.")},
    {"453", NULL, REPLY_LATER, "RFC 2645 §5.2.1", N_("Nothing is waiting"),
     N_("The server keeps no mail that it could hand over. The client asks again another time.")},
    {"454", "STARTTLS", REPLY_LATER, "RFC 3207 §4", N_("No TLS at the moment"),
     N_("TLS cannot be started just now. The client must choose: go on in clear text, where anyone on the "
        "way reads "
        "along, or come back later.")},
    {"454", "RCPT", REPLY_LATER, "RFC 5321 §4.2.3", N_("Not for this recipient just now"),
     N_("Servers say so when a lookup fails, or when they pass no mail on for this client; the text "
        "tells which. The client tries again later.")},
    {"454", NULL, REPLY_LATER, "RFC 4954 §6", N_("Log-in fails for now; not your fault"),
     N_("The server could not check the password because of some trouble of its own. The client tries again "
        "later; the "
        "password may well be right.")},
    {"455", NULL, REPLY_LATER, "RFC 5321 §4.2.3", N_("That option cannot be met just now"),
     N_("The server knows the parameter after the address but cannot honour it at the moment. The client "
        "tries again "
        "later, or without it.")},
    {"458", NULL, REPLY_LATER, "RFC 1985 §5", N_("Cannot try the queue for that name"),
     N_("The server is unable to start sending for the name given with ETRN. The client asks again later.")},
    {"459", NULL, REPLY_LATER, "RFC 1985 §5", N_("Not allowed for that name"),
     N_("The server does not queue for the name given with ETRN, or will not for this client.")},

    /* 5xx: no, and asking again does not help */
    {"500", "EHLO", REPLY_REFUSED, "RFC 5321 §3.2", N_("EHLO? I only know the old HELO"),
     N_("A very old server, or a device in between that does not like EHLO. The client tries HELO and "
        "does without extensions.")},
    {"500", NULL, REPLY_REFUSED, "RFC 5321 §4.2.2", N_("I do not know that word"),
     N_("The command is unknown or the line too long. A client that said EHLO may fall back to HELO; "
        "otherwise it has "
        "made a mistake.")},
    {"501", "DATA", REPLY_REFUSED, "RFC 5321 §4.1.1.4", N_("DATA stands alone"),
     N_("DATA takes no argument: the letter follows only after 354. The client has to send the word alone.")},
    {"501", "AUTH-RESPONSE", REPLY_REFUSED, "RFC 4954 §4", N_("Log-in given up"),
     N_("The client sent *, or something that is not base64, so the log-in is over. The client may start it "
        "again with "
        "AUTH.")},
    {"501", "HELO", REPLY_REFUSED, "RFC 5321 §4.1.1.1", N_("That name is not one"),
     N_("The client's name is missing or badly formed: a domain belongs there, or an address in "
        "square brackets. The client corrects its settings.")},
    {"501", "EHLO", REPLY_REFUSED, "RFC 5321 §4.1.1.1", N_("That name is not one"),
     N_("The client's name is missing or badly formed: a domain belongs there, or an address in "
        "square brackets. The client corrects its settings.")},
    {"501", "MAIL", REPLY_REFUSED, "RFC 5321 §4.1.1.2", N_("The sender is not written properly"),
     N_("After FROM: belongs an address in angle brackets, or <>, and then parameters of the right "
        "form. The same line will fail again.")},
    {"501", "RCPT", REPLY_REFUSED, "RFC 5321 §4.1.1.3", N_("The recipient is not written properly"),
     N_("After TO: belongs an address in angle brackets. The same line will fail again; the client "
        "goes on with the other recipients.")},
    {"501", "AUTH", REPLY_REFUSED, "RFC 4954 §4", N_("The log-in cannot be read"),
     N_("The first answer sent along is not proper base64, or the argument has another shape. The "
        "log-in is over; the client may start another.")},
    {"501", "BDAT", REPLY_REFUSED, "RFC 3030 §2", N_("How many bytes?"),
     N_("BDAT needs the number of bytes, and LAST at the most after it. Without the number nobody "
        "knows where the piece ends.")},
    {"501", NULL, REPLY_REFUSED, "RFC 5321 §4.2.2", N_("The word is right, what follows is not"),
     N_("The command is known but its argument is badly formed, such as an address without angle brackets. "
        "The same "
        "line will fail again.")},
    {"502", "EHLO", REPLY_REFUSED, "RFC 5321 §3.2", N_("EHLO? I only know the old HELO"),
     N_("The server does not offer extensions. The client tries HELO and does without them.")},
    {"502", "VRFY", REPLY_REFUSED, "RFC 5321 §3.5.3", N_("I do not tell who is here"),
     N_("The server has switched VRFY off, so that nobody can collect addresses. The client simply "
        "tries RCPT.")},
    {"502", "EXPN", REPLY_REFUSED, "RFC 5321 §3.5.3", N_("I do not tell who is on the list"),
     N_("The server has switched EXPN off: a list of members is nobody else's business. The client "
        "does without.")},
    {"502", NULL, REPLY_REFUSED, "RFC 5321 §4.2.4", N_("I know the word, but do not do it"),
     N_("The command exists and this server chose not to offer it, as many do with EXPN. The client does "
        "without.")},
    {"503", "RCPT", REPLY_REFUSED, "RFC 5321 §4.1.4", N_("First say who sends"),
     N_("RCPT came before a MAIL that was accepted. The client has to begin the transaction with MAIL.")},
    {"503", "DATA", REPLY_REFUSED, "RFC 5321 §4.1.4", N_("First say who shall get it"),
     N_("DATA came with no recipient accepted. The client has to name one with RCPT, or give this letter "
        "up.")},
    {"503", "MAIL", REPLY_REFUSED, "RFC 5321 §4.1.4", N_("Not now: greet first, or one at a time"),
     N_("Either EHLO is still missing, or a transaction has begun already. The client says EHLO, or "
        "ends the other letter first.")},
    {"503", "BDAT", REPLY_REFUSED, "RFC 3030 §2", N_("First say who shall get it"),
     N_("A piece came with no recipient accepted, or after the one marked LAST. The piece is thrown "
        "away; the client begins the transaction again.")},
    {"503", "AUTH", REPLY_REFUSED, "RFC 4954 §4", N_("No log-in now"),
     N_("The client has logged in already, has not said EHLO, or is in the middle of a transaction. "
        "It goes on without, or at the right moment.")},
    {"503", NULL, REPLY_REFUSED, "RFC 5321 §4.1.4", N_("Wrong order"),
     N_("The command is right, its moment is not: EHLO comes before MAIL, MAIL before RCPT, RCPT before "
        "DATA. The "
        "client has to start the transaction properly.")},
    {"504", "AUTH", REPLY_REFUSED, "RFC 4954 §4", N_("I do not know that way to log in"),
     N_("The mechanism is not offered here. The client picks another from the AUTH line that EHLO showed.")},
    {"504", NULL, REPLY_REFUSED, "RFC 5321 §4.2.2", N_("That variant is not offered"),
     N_("The command is known, this parameter of it is not implemented. The client tries without it, or "
        "gives up.")},
    {"521", "RCPT", REPLY_REFUSED, "RFC 7504 §3", N_("No mail is ever taken here"),
     N_("This host accepts no mail at all, so this recipient can never be reached through it. The "
        "client gives up and tells the sender.")},
    {"521", NULL, REPLY_REFUSED, "RFC 7504 §3", N_("No mail is ever taken here"),
     N_("This host accepts no mail at all. The client gives up on it and, with no other MX left, tells the "
        "sender.")},
    {"523", NULL, REPLY_REFUSED, "RFC 5248 §2.4", N_("Not without encryption"),
     N_("What was asked, such as logging in with a password, is allowed under TLS only. The client "
        "starts TLS first, and then asks again.")},
    {"530", "MAIL", REPLY_REFUSED, "RFC 4954 §6", N_("Log in first, or start TLS"),
     N_("On this port only users who have logged in may send, and often only under TLS; the text says which "
        "is "
        "missing. The client does that first.")},
    {"530", "AUTH", REPLY_REFUSED, "RFC 3207 §4", N_("First TLS, then the log-in"),
     N_("The server lets nobody log in without TLS. The client says STARTTLS, then EHLO and AUTH again.")},
    {"530", "RCPT", REPLY_REFUSED, "RFC 4954 §6", N_("Log in first, or start TLS"),
     N_("The server takes no recipient before a log-in, or before TLS; the text says which is "
        "missing. The client does that first.")},
    {"530", NULL, REPLY_REFUSED, "RFC 3207 §4", N_("First TLS or a log-in, then this"),
     N_("The server wants STARTTLS or AUTH before it does this; the text says which. The client does that "
        "first.")},
    {"534", NULL, REPLY_REFUSED, "RFC 4954 §6", N_("That way to log in is too weak"),
     N_("The server's rules ask for a stronger mechanism for this user; large providers also say it where an "
        "app "
        "password is needed. The client picks another way.")},
    {"535", NULL, REPLY_REFUSED, "RFC 4954 §6", N_("Not with this user and password"),
     N_("The log-in failed, and the server does not say which half was wrong, so that nobody can try out "
        "names. The "
        "person has to correct it.")},
    {"538", NULL, REPLY_REFUSED, "RFC 2554 §6", N_("Not without TLS"),
     N_("This way to log in would show the password on an open line, so the server insists on TLS first. The "
        "client "
        "says STARTTLS, then AUTH again.")},
    {"550", "MAIL", REPLY_REFUSED, "RFC 5321 §4.2.3", N_("Nothing is taken from this sender"),
     N_("The server's policy refuses the sender, for instance because the sending host may not use that "
        "domain. The "
        "client gives up and tells the person.")},
    {"550", "RCPT", REPLY_REFUSED, "RFC 5321 §3.3", N_("No such mailbox, or not for you"),
     N_("The recipient does not exist here, or policy refuses. A sending server gives up on this recipient "
        "and writes a "
        "bounce to the sender; other recipients still get the letter.")},
    {"550", "DATA", REPLY_REFUSED, "RFC 5321 §4.2.3", N_("I have read it, and refuse it"),
     N_("The whole letter was looked at and turned away, usually as spam or for failing a policy. None of "
        "the "
        "recipients gets it; the sending server writes a bounce.")},
    {"550", "VRFY", REPLY_REFUSED, "RFC 5321 §3.5", N_("No such user"),
     N_("The server says openly that the user does not exist. Nothing else has changed.")},
    {"550", "EHLO", REPLY_REFUSED, "RFC 5321 §4.1.4", N_("That name I do not accept"),
     N_("The server dislikes the name given, or this client altogether. The client may only say QUIT; "
        "its settings or its network are at fault.")},
    {"550", "HELO", REPLY_REFUSED, "RFC 5321 §4.1.4", N_("That name I do not accept"),
     N_("The server dislikes the name given, or this client altogether. The client may only say QUIT; "
        "its settings or its network are at fault.")},
    {"550", "BDAT", REPLY_REFUSED, "RFC 3030 §2", N_("I have read it, and refuse it"),
     N_("The letter was looked at and turned away, usually as spam or for failing a policy. The "
        "client gives it up, and the sender is told.")},
    {"550", "EXPN", REPLY_REFUSED, "RFC 5321 §3.5", N_("No such list, or not for you"),
     N_("There is no mailing list of that name, or its members are not told. Nothing else has changed.")},
    {"550", NULL, REPLY_REFUSED, "RFC 5321 §4.2.3", N_("No; not here, or not for you"),
     N_("The mailbox is not available or policy says no, and asking again will not help. The client gives up "
        "on this "
        "step.")},
    {"551", "RCPT", REPLY_REFUSED, "RFC 5321 §3.4", N_("Moved; please write there yourself"),
     N_("This recipient is elsewhere; the server shows the new address but will not forward. The "
        "client gives up on it, and the sender is told.")},
    {"551", NULL, REPLY_REFUSED, "RFC 5321 §3.4", N_("Moved; please write there yourself"),
     N_("The user is not here; the server shows the new address but will not forward. The sender has to "
        "write to that "
        "address.")},
    {"552", "MAIL", REPLY_REFUSED, "RFC 1870 §6", N_("Too large; do not even begin"),
     N_("The size announced with SIZE is more than the server takes, so nothing needs to travel in vain. The "
        "sender has "
        "to make the letter smaller.")},
    {"552", "RCPT", REPLY_REFUSED, "RFC 5321 §4.2.3", N_("This mailbox is full"),
     N_("The recipient has used up the space allowed. The sending server writes a bounce; the recipient has "
        "to clear "
        "some room.")},
    {"552", "DATA", REPLY_REFUSED, "RFC 1870 §6.3", N_("The letter is too large"),
     N_("The letter has travelled in vain: it is larger than the server takes, or than the mailbox "
        "holds. The sender has to make it smaller or send it another way.")},
    {"552", "BDAT", REPLY_REFUSED, "RFC 1870 §6.3", N_("The letter is too large"),
     N_("With this piece the letter is larger than the server takes. The client gives it up, and the "
        "sender has to make it smaller.")},
    {"552", NULL, REPLY_REFUSED, "RFC 5321 §4.2.3", N_("Too large for this server"),
     N_("The letter, or the mailbox with it, would exceed what is allowed. The sender has to make it smaller "
        "or send it "
        "another way.")},
    {"553", "MAIL", REPLY_REFUSED, "RFC 5321 §4.2.3", N_("This sender is not accepted"),
     N_("The sender's address is badly written, or not one that this user may send from. The person "
        "has to correct it.")},
    {"553", "RCPT", REPLY_REFUSED, "RFC 5321 §4.2.3", N_("This recipient is not accepted"),
     N_("The name of the mailbox is not allowed or badly written, or the server passes no mail on to "
        "it. The client gives up on this recipient.")},
    {"553", NULL, REPLY_REFUSED, "RFC 5321 §4.2.3", N_("This address is not accepted"),
     N_("The mailbox name is not allowed, badly written, or not one this user may send from. The person has "
        "to "
        "correct the "
        "address.")},
    {"554", "RCPT", REPLY_REFUSED, "RFC 5321 §4.2.3", N_("Not through this server"),
     N_("Often \"relay access denied\": the recipient is elsewhere and this client may not use the server to "
        "get there. "
        "Logging in on port 587 is the usual remedy.")},
    {"554", "DATA", REPLY_REFUSED, "RFC 5321 §4.1.1.4", N_("No: this letter is not taken"),
     N_("There was no valid recipient, or the content was turned away. Nobody gets the letter; the sending "
        "server tells "
        "the sender.")},
    {"554", "MAIL", REPLY_REFUSED, "RFC 5321 §4.2.3", N_("Not from this sender, or not from you"),
     N_("The server's policy refuses the sender or the sending host for good. The client gives up and "
        "tells the person.")},
    {"554", "BDAT", REPLY_REFUSED, "RFC 3030 §2", N_("No: this letter is not taken"),
     N_("There was no valid recipient, or the content was turned away. Nobody gets the letter; the "
        "client says RSET or QUIT.")},
    {"554", "BURL", REPLY_REFUSED, "RFC 4468 §3", N_("The letter could not be fetched"),
     N_("The link did not lead to a message, or the server may not read it. The client has to send "
        "the letter itself.")},
    {"554", NULL, REPLY_REFUSED, "RFC 5321 §4.2.3", N_("The transaction failed"),
     N_("The server says no for good, with no finer code for the reason; its text may tell. The client gives "
        "the letter "
        "up and tells the sender.")},
    {"555", "MAIL", REPLY_REFUSED, "RFC 5321 §4.1.1.11", N_("I do not know that option"),
     N_("A parameter after the sender is unknown here, so nothing has begun. The client uses only "
        "what EHLO offered.")},
    {"555", NULL, REPLY_REFUSED, "RFC 5321 §4.1.1.11", N_("I do not know that option"),
     N_("A parameter after the address in MAIL or RCPT is unknown here. The client uses only what EHLO "
        "offered.")},
    {"556", "RCPT", REPLY_REFUSED, "RFC 7504 §4", N_("That domain takes no mail"),
     N_("The recipient's domain has said, with a null MX record, that it accepts no mail. The client "
        "gives up on this recipient and tells the sender.")},
    {"556", NULL, REPLY_REFUSED, "RFC 7504 §4", N_("That domain takes no mail"),
     N_("The recipient's domain has said that it accepts no mail at all. The sending server gives up at once "
        "and tells "
        "the sender.")},

    /* the first digit, where the code is one of the server's own */
    {"2", NULL, REPLY_OK, "RFC 5321 §4.2.1", N_("Done"),
     N_("Codes that begin with 2 mean that it is done. The client goes on.")},
    {"3", NULL, REPLY_CONTINUE, "RFC 5321 §4.2.1", N_("So far so good; go on"),
     N_("Codes that begin with 3 mean that the server waits for the rest. The client sends it.")},
    {"4", NULL, REPLY_LATER, "RFC 5321 §4.2.1", N_("Not now; try later"),
     N_("Codes that begin with 4 mean a passing obstacle. The client keeps the letter and tries "
        "again.")},
    {"5", NULL, REPLY_REFUSED, "RFC 5321 §4.2.1", N_("No; asking again does not help"),
     N_("Codes that begin with 5 mean a lasting refusal. The client gives up on this step, and the sender is "
        "told.")},
};
/* clang-format on */

G_STATIC_ASSERT(G_N_ELEMENTS(smtp_replies) == SMTP_REPLY_COUNT);
