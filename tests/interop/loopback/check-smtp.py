#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Letters sent by foreign programs arrive as they were sent: check-smtp.py SERVERS [CHECK…]."""
import base64
import email
import email.policy
import smtplib
import socket
import sys

sys.dont_write_bytecode = True

from letters import ALICE, BIG, BOB, LETTERS
from world import ALPHA, BETA, USERS, NotHere, World, all_same, hops, main, offers, same, untraced


def with_smtplib(world: World, letter: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", world.port(BETA, 25), "pc.alpha.example") as server:
        assert server.sendmail(ALICE, [BOB], letter, ["BODY=8BITMIME"]) == {}


def with_swaks(world: World, letter: bytes, *options: str) -> None:
    world.run("swaks", "--server", "127.0.0.1", "--port", world.port(BETA, 25), "--helo", "pc.alpha.example", "--from", ALICE, "--to", BOB,
              "--data", "-", "--hide-all", *options, stdin=letter.removesuffix(b"\r\n"))  # swaks adds it again


def with_curl(world: World, letter: bytes, *options: str) -> None:
    world.run("curl", "-sS", f"smtp://127.0.0.1:{world.port(BETA, 25)}/pc.alpha.example", "--mail-from", ALICE, "--mail-rcpt", BOB,
              "--upload-file", "-", *options, stdin=letter)


def with_msmtp(world: World, letter: bytes, *options: str) -> None:
    world.run("msmtp", "--host=127.0.0.1", f"--port={world.port(BETA, 25)}", "--tls=off", "--auth=off", "--domain=pc.alpha.example",
              f"--from={ALICE}", *options, "--", BOB, stdin=letter)


def submitting_smtplib(mechanism: str):
    def send(world: World, letter: bytes, password: str = USERS["alice"]) -> None:
        with smtplib.SMTP("127.0.0.1", world.port(ALPHA, 587), "pc.alpha.example") as server:
            server.ehlo()
            server.user, server.password = "alice", password
            server.auth(mechanism, getattr(server, "auth_" + mechanism.lower().replace("-", "_")))
            assert server.sendmail(ALICE, [BOB], letter, ["BODY=8BITMIME"]) == {}
    return send


def submitting_swaks(mechanism: str):
    def send(world: World, letter: bytes, password: str = USERS["alice"]) -> None:
        with_swaks(world, letter, "--port", world.port(ALPHA, 587), "--auth", mechanism, "--auth-user", "alice", "--auth-password", password)
    return send


def submitting_curl(mechanism: str):
    def send(world: World, letter: bytes, password: str = USERS["alice"]) -> None:
        world.run("curl", "-sS", f"smtp://127.0.0.1:{world.port(ALPHA, 587)}/pc.alpha.example", "--mail-from", ALICE, "--mail-rcpt", BOB,
                  "--user", f"alice:{password}", "--login-options", "AUTH=" + mechanism, "--upload-file", "-", stdin=letter)
    return send


def submitting_msmtp(mechanism: str):
    def send(world: World, letter: bytes, password: str = USERS["alice"], *options: str) -> None:
        with_msmtp(world, letter, f"--port={world.port(ALPHA, 587)}", "--auth=" + mechanism.lower(), "--user=alice",
                   f"--passwordeval=echo {password}", *options)
    return send


def carries(send, spoils: dict = {}):
    """A check that send carries every letter; spoils names those it changes itself, and into what."""
    def check(world: World) -> None:
        wanted = {}
        for name, letter in LETTERS.items():
            if spoils.get(name, letter) is not None:
                send(world, letter)
                wanted[name] = spoils.get(name, letter)
        got = world.fetch("bob")
        assert all(hops(message) == 1 for message in got)
        all_same(wanted, [untraced(message) for message in got])
    return check


def carries_big(send):
    def check(world: World) -> None:
        send(world, BIG)
        got, = world.fetch("bob")
        same(BIG, untraced(got))
    return check


def submits(send, mechanism: str):
    """A check that send logs in at alpha, which hands the letters on to beta: by DNS and by port 25; and not with another password."""
    def check(world: World) -> None:
        offered = offers(world, ALPHA, 587, "AUTH")
        if mechanism not in offered:
            assert mechanism not in MECHANISMS, f"not offered: {offered}"
            raise NotHere(f"{mechanism} is not offered")
        chosen = {name: LETTERS[name] for name in ("utf-8", "dots", "empty-lines", "line-5000")}
        for letter in chosen.values():
            send(world, letter)
        got = world.wait_for("bob", len(chosen))
        assert all(hops(message) == 2 for message in got)
        assert all(b"from mail.alpha.example ([192.0.2.25])" in message for message in got)
        all_same(chosen, [untraced(message) for message in got])
        refused = False
        try:
            send(world, LETTERS["plain"], "rabbit-hole")
        except (AssertionError, smtplib.SMTPAuthenticationError):
            refused = True
        assert refused, "a wrong password went in"
    return check


def submits_big(world: World) -> None:
    submitting_curl("LOGIN")(world, BIG)
    got, = world.wait_for("bob", 1)
    same(BIG, untraced(got))


def submits_s_nail(world: World) -> None:
    """s-nail writes the letter itself: text and file must come out of it as they went in."""
    text, content = "Olá, Bob.\n.\n..dots\n\n" + "9" * 1200 + "\n", bytes(range(256)) * 40
    url = f"smtp://alice:{USERS['alice']}@127.0.0.1:{world.port(ALPHA, 587)}"
    world.run("sh", "-c", 'printf "$1" | base64 -d >waves.bin; shift; exec s-nail -:/ -Sv15-compat -Ssmtp-auth=login -Ssendwait '
              f'-S from={ALICE} -S hostname=pc.alpha.example -S ttycharset=utf-8 "$@"', "sh", base64.b64encode(content).decode(),
              "-S", "mta=" + url, "-s", "Über Netze", "-a", "waves.bin", BOB, stdin=text.encode())
    got, = world.wait_for("bob", 1)
    message = email.message_from_bytes(got, policy=email.policy.default)
    body, file = message.iter_parts()
    assert message["Subject"] == "Über Netze" and file.get_filename() == "waves.bin"
    same(text.encode(), body.get_payload(decode=True).replace(b"\r\n", b"\n"))
    same(content, file.get_payload(decode=True))


def bounces(world: World) -> None:
    """One recipient lives, one does not, one domain is nowhere: two notices come back, one letter arrives."""
    with smtplib.SMTP("127.0.0.1", world.port(ALPHA, 587), "pc.alpha.example") as server:
        server.login("alice", USERS["alice"])
        assert server.sendmail(ALICE, [BOB, "nobody@beta.example", "who@nowhere.example"], LETTERS["plain"]) == {}
    got, = world.wait_for("bob", 1)
    same(LETTERS["plain"], untraced(got))
    notices = world.wait_for("alice", 1)
    assert b"nobody@beta.example" in notices[0] and b"5.1.1" in notices[0], notices[0]
    assert b"Content-Type: multipart/report" in notices[0] and notices[0].startswith(b"Return-Path: <>")


def relays_nowhere(world: World) -> None:
    """A stranger's letter for the world is refused at port 25, and without a log-in at 587."""
    for server, port, codes in ((BETA, 25, (550, 554)), (ALPHA, 587, (530,))):
        try:
            with smtplib.SMTP("127.0.0.1", world.port(server, port), "pc") as line:
                line.sendmail(ALICE, ["friend@example.org"], LETTERS["plain"])
            raise AssertionError(f"{server} {port} takes mail for the world")
        except smtplib.SMTPRecipientsRefused as refused:
            assert refused.recipients["friend@example.org"][0] in codes
        except smtplib.SMTPSenderRefused as refused:
            assert refused.smtp_code in codes


def over_ipv6(world: World) -> None:
    if not socket.has_ipv6:
        raise NotHere("no IPv6")
    with smtplib.SMTP("::1", world.port(BETA, 25), "pc.alpha.example") as server:
        server.sendmail(ALICE, [BOB], LETTERS["plain"])
    got, = world.fetch("bob")
    same(LETTERS["plain"], untraced(got))
    assert b"([IPv6:::1])" in got


def utf8_addresses(world: World) -> None:
    """SMTPUTF8: a sender's name beyond ASCII, in the envelope and in a field; by smtplib, by curl, and on to the next server."""
    offers(world, BETA, 25, "SMTPUTF8")
    sender = "josé@alpha.example"
    letter = LETTERS["utf-8"].replace(f"Alice <{ALICE}>".encode(), f"José <{sender}>".encode()).replace(b": utf-8", ": Olá".encode(), 1)
    with smtplib.SMTP("127.0.0.1", world.port(BETA, 25), "pc.alpha.example") as server:
        server.sendmail(sender, [BOB], letter, ["SMTPUTF8", "BODY=8BITMIME"])
    world.run("curl", "-sS", f"smtp://127.0.0.1:{world.port(BETA, 25)}/pc.alpha.example", "--mail-from", sender, "--mail-rcpt", BOB,
              "--upload-file", "-", stdin=letter)
    with smtplib.SMTP("127.0.0.1", world.port(ALPHA, 587), "pc.alpha.example") as server:
        server.login("alice", USERS["alice"])
        server.sendmail(ALICE, [BOB], letter, ["SMTPUTF8", "BODY=8BITMIME"])
    got = world.wait_for("bob", 3)
    for message in got:
        same(letter, untraced(message))
    assert all(message.startswith(f"Return-Path: <{sender}>".encode()) and b"UTF8SMTP" in message for message in got[:2]), got[0][:400]


def bdat(world: World) -> None:
    """CHUNKING, which no common client here speaks: chunks of any cut, dots left as they are, all sent ahead."""
    offers(world, BETA, 25, "CHUNKING")
    letter = LETTERS["dots"] + LETTERS["line-5000"]
    with world.connect(BETA, 25) as line:
        line.hear_reply()
        line.ask_smtp("EHLO pc")
        words = f"MAIL FROM:<{ALICE}> BODY=8BITMIME\r\nRCPT TO:<{BOB}>\r\n".encode()
        cuts = [0, 1, 100, 101, 300, len(letter)]
        for start, end in zip(cuts, cuts[1:]):
            words += b"BDAT %d\r\n" % (end - start) + letter[start:end]
        line.say(words + b"BDAT 0 LAST\r\nQUIT\r\n")
        replies = [line.hear_reply() for _ in range(9)]
    assert [said[:3] for said in replies] == ["250"] * 8 + ["221"], replies
    got, = world.fetch("bob")
    same(letter, untraced(got))


def smuggling(world: World) -> None:
    """What is not CR LF dot CR LF ends no message, so no second one can hide in it."""
    ends = (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\n.\r", b"\r\n.\r", b"\r\n\0.\r\n")
    hidden = f"MAIL FROM:<{ALICE}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nSubject: hidden\r\n\r\nx".encode()
    letter = LETTERS["plain"] + b"".join(b"then" + end + hidden for end in ends) + b"\r\n"
    with world.connect(BETA, 25) as line:
        line.hear_reply()
        for word in ("EHLO pc", f"MAIL FROM:<{ALICE}>", f"RCPT TO:<{BOB}>"):
            line.ask_smtp(word)
        line.ask_smtp("DATA", "354")
        said = line.ask_smtp(letter + b".\r\n", "")
        line.ask_smtp("QUIT", "221")
    got = world.fetch("bob")
    assert len(got) == (said[0] == "2"), (said, len(got))
    for message in got:
        same(letter.replace(b"\r\n.", b"\r\n"), untraced(message))


def told_of_success(world: World) -> None:
    """DSN: msmtp asks to be told, and the last server tells."""
    offers(world, ALPHA, 587, "DSN")
    submitting_msmtp("LOGIN")(world, LETTERS["plain"], USERS["alice"], "--dsn-notify=success", "--dsn-return=headers")
    world.wait_for("bob", 1)
    notice, = world.wait_for("alice", 1)
    assert notice.startswith(b"Return-Path: <>") and b"\nAction: delivered" in notice and BOB.encode() in notice, notice


MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]  # what the submission server must offer
CLIENTS = {
    submitting_smtplib: ("PLAIN", "LOGIN", "CRAM-MD5"),
    submitting_swaks: ("PLAIN", "LOGIN", "CRAM-MD5"),
    submitting_curl: ("PLAIN", "LOGIN", "CRAM-MD5"),
    submitting_msmtp: ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"),
}
CHECKS = {
    "smtplib": carries(with_smtplib),
    "swaks": carries(with_swaks, {"one-dot": None, "no-lines": LETTERS["no-lines"] + b"\r\n"}),  # a dot at the end is its end
    "curl": carries(with_curl),
    "msmtp": carries(with_msmtp),
    "smtplib-big": carries_big(with_smtplib),
    "swaks-big": carries_big(with_swaks),
    "curl-big": carries_big(with_curl),
    "msmtp-big": carries_big(with_msmtp),
    **{f"{client.__name__}-{mechanism}": submits(client(mechanism), mechanism)
       for client, mechanisms in CLIENTS.items() for mechanism in mechanisms},
    "submitting-big": submits_big,
    "s-nail": submits_s_nail,
    "bounces": bounces,
    "told-of-success": told_of_success,
    "utf8-addresses": utf8_addresses,
    "bdat": bdat,
    "smuggling": smuggling,
    "relays-nowhere": relays_nowhere,
    "ipv6": over_ipv6,
}

if __name__ == "__main__":
    main(CHECKS)
