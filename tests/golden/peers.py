# SPDX-License-Identifier: MIT
"""Conversations in which Wireshark 4.0 stops short: one for each thing that it does not show, and what we must say there."""
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from frames import START, Conversation, pcap  # noqa: E402


def b64(text):
    return base64.b64encode(text.encode())


def smtp(port=25, client_port=40000, offers=b"250 mx.beta.example\r\n", start=START):
    talk = Conversation(port=port, client_port=client_port, start=start)
    return talk.server(b"220 mx.beta.example ESMTP\r\n").client(b"EHLO pc.alpha.example\r\n").server(offers)


def auth(*lines):
    talk = smtp(offers=b"250-mx.beta.example\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n")
    for number, line in enumerate(lines):
        (talk.server if number % 2 else talk.client)(line + b"\r\n")
    return talk.client(b"QUIT\r\n").server(b"221 2.0.0 Bye\r\n").close()


def letter(talk, text, sender=b"alice@alpha.example"):
    talk.client(b"MAIL FROM:<" + sender + b">\r\n").server(b"250 2.1.0 Ok\r\n").client(b"RCPT TO:<bob@beta.example>\r\n")
    talk.server(b"250 2.1.5 Ok\r\n").client(b"DATA\r\n").server(b"354 Go on\r\n").client(text + b".\r\n").server(b"250 2.0.0 Queued\r\n")
    return talk.client(b"QUIT\r\n").server(b"221 2.0.0 Bye\r\n").close()


HELLO = b"From: Alice <alice@alpha.example>\r\nTo: Bob <bob@beta.example>\r\nSubject: Hello\r\n\r\nHello, Bob.\r\n"
STEP = 10**9


def never_listed():
    later = iter(range(START, START + 100 * STEP, STEP))
    talk = smtp(client_port=40001, offers=b"250-mx\r\n250 AUTH CRAM-MD5\r\n", start=next(later))
    frames = talk.client(b"AUTH CRAM-MD5\r\n").server(b"334 " + b64("<1896.697170952@mx.example>") + b"\r\n").client(
        b64("tim b913a602c7eda7a495b4e6e7334d3890") + b"\r\n").server(b"235 2.7.0 Ok\r\n").close()
    talk = Conversation(port=110, client_port=40002, start=next(later)).server(b"+OK <1.2@pop.example>\r\n")
    frames += talk.client(b"APOP bob c4c9334bac560ecc979e58001b3e22fb\r\n").server(b"+OK in\r\n").close()
    talk = Conversation(port=110, client_port=40003, start=next(later)).server(b"+OK ready\r\n").client(b"AUTH PLAIN\r\n").server(b"+ \r\n")
    frames += talk.client(b64("\0bob\0builder") + b"\r\n").server(b"+OK in\r\n").close()
    talk = Conversation(port=143, client_port=40004, start=next(later)).server(b"* OK ready\r\n").client(b"a1 AUTHENTICATE PLAIN\r\n")
    frames += talk.server(b"+ \r\n").client(b64("\0carol\0garden") + b"\r\n").server(b"a1 OK in\r\n").close()
    form = b"_user=dave%40beta.example&_pass=open+sesame"
    talk = Conversation(port=80, client_port=40005, start=next(later))
    talk.client(b"POST /mail/?_task=login HTTP/1.1\r\nHost: webmail.beta.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: %d\r\n\r\n" % len(form) + form)
    return frames + talk.server(b"HTTP/1.1 302 Found\r\nLocation: ./?_task=mail\r\nContent-Length: 0\r\n\r\n").close()


def imap_literals():
    talk = Conversation(port=143).server(b"* OK ready\r\n").client(b"a1 LOGIN {5}\r\n").server(b"+ go on\r\n").client(b"alice {10}\r\n")
    return talk.server(b"+ go on\r\n").client(b"wonderland\r\n").server(b"a1 OK in\r\n").client(b"a2 LOGOUT\r\n").server(
        b"* BYE\r\na2 OK\r\n").close()


def retr_in_one_segment():
    talk = Conversation(port=110).server(b"+OK ready\r\n").client(b"USER bob\r\n").server(b"+OK\r\n").client(b"PASS builder\r\n")
    return talk.server(b"+OK\r\n").client(b"RETR 1\r\n").server(b"+OK %d octets\r\n" % len(HELLO) + HELLO + b".\r\n").client(
        b"QUIT\r\n").server(b"+OK\r\n").close()


def bdat():
    talk = smtp(offers=b"250-mx.beta.example\r\n250 CHUNKING\r\n").client(b"MAIL FROM:<alice@alpha.example>\r\n").server(b"250 Ok\r\n")
    talk.client(b"RCPT TO:<bob@beta.example>\r\n").server(b"250 Ok\r\n").client(b"BDAT %d LAST\r\n" % len(HELLO) + HELLO)
    return talk.server(b"250 2.0.0 Queued\r\n").client(b"QUIT\r\n").server(b"221 Bye\r\n").close()


def encoded():
    return letter(smtp(), b"From: =?UTF-8?Q?Al=C3=ADcia?= <alice@alpha.example>\r\nTo: Bob <bob@beta.example>\r\nSubject: =?UTF-8?B?"
                  + b64("ação e reação") + b"?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                  b"Content-Transfer-Encoding: quoted-printable\r\n\r\nAmanh=C3=A3 =C3=A0s tr=C3=AAs.\r\n")


def pipelined():
    talk = smtp(offers=b"250-mx.beta.example\r\n250 PIPELINING\r\n").client(
        b"MAIL FROM:<alice@alpha.example>\r\nRCPT TO:<bob@beta.example>\r\nRCPT TO:<nobody@beta.example>\r\nDATA\r\n")
    talk.server(b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n550 5.1.1 No such user\r\n354 Go on\r\n").client(HELLO + b".\r\nQUIT\r\n")
    return talk.server(b"250 2.0.0 Queued\r\n221 2.0.0 Bye\r\n").close()


def refusals():
    talk = smtp(client_port=40001).client(b"MAIL FROM:<alice@alpha.example>\r\n").server(b"250 Ok\r\n").client(b"RCPT TO:<nobody@beta.example>\r\n")
    frames = talk.server(b"550 5.1.1 No such user\r\n").client(b"QUIT\r\n").server(b"221 Bye\r\n").close()
    talk = Conversation(port=110, client_port=40002, start=START + STEP).server(b"+OK ready\r\n").client(b"USER bob\r\n").server(b"+OK\r\n")
    frames += talk.client(b"PASS wrong\r\n").server(b"-ERR [AUTH] Authentication failed.\r\n").close()
    talk = Conversation(port=143, client_port=40003, start=START + 2 * STEP).server(b"* OK ready\r\n").client(b"a1 LOGIN bob wrong\r\n")
    return frames + talk.server(b"a1 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n").close()


# name: (frames, words that the text output must hold)
CASES = {
    "auth-login": (auth(b"AUTH LOGIN", b"334 " + b64("Username:"), b64("alice"), b"334 " + b64("Password:"), b64("wonderland"), b"235 2.7.0 Ok"),
                   ["LOGIN alice ••••••", "accepted"]),
    "auth-plain": (auth(b"AUTH PLAIN " + b64("\0alice\0wonderland"), b"235 2.7.0 Ok"), ["PLAIN alice ••••••", "accepted"]),
    "log-ins-never-listed": (never_listed(), ["CRAM-MD5 tim", "APOP bob", "PLAIN bob", "PLAIN carol", "FORM dave@beta.example"]),
    "imap-login-by-literals": (imap_literals(), ["LOGIN alice ••••••"]),
    "pop3-retr-in-one-segment": (retr_in_one_segment(), ["Hello"]),
    "bdat-body": (bdat(), ["Hello"]),
    "encoded-subject-and-body": (encoded(), ["ação e reação"]),
    "pipelined": (pipelined(), ["550 5.1.1", "Queued"]),
    "refusals": (refusals(), ["550 5.1.1", "-ERR [AUTH]", "a1 NO"]),
    "envelope-is-not-header": (letter(smtp(), HELLO, b"bounces@list.example"), ["bounces@list.example"]),
    "smtp-on-port-2525": (letter(smtp(port=2525), HELLO), ["SMTP", "MAIL FROM:<alice@alpha.example>"]),
}


def capture(name):
    """Returns the case's capture as a file's bytes."""
    return pcap(CASES[name][0])
