# SPDX-License-Identifier: MIT
"""No secret without --reveal: in any capture, any format, any encoding, any piece."""
import base64
import re

from frames import Conversation, greeting, pcap
from support import CAPTURES, case, decode, expect, run

PASSWORDS = ("wonderland", "builder", "looking-glass", "hammer")
MASK = "••••••"


def in_base64(secret):
    """The characters of base64 that tell of secret, wherever in a longer text it began."""
    forms = []
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret + bytes(-(before + len(secret)) % 3)).decode()
        forms.append(text[(before * 8 + 5) // 6:(before + len(secret)) * 8 // 6])
    return forms


def tell_tales(secret):
    data = secret.encode() if isinstance(secret, str) else secret
    return [data.decode("utf-8", "replace"), *in_base64(data), data.hex()]


def revealed_secrets(path):
    """Everything that --reveal shows and that must not be seen without it."""
    result = run("decode", path, "--format", "ndjson", "--reveal")
    found = set()
    for line in result.of("command"):
        if line["verb"] == "AUTH-RESPONSE":
            found.add(line["argument"])
        elif line["verb"] in ("AUTH", "AUTHENTICATE"):
            found.update(line["argument"].split()[1:])
    for line in result.of("credential"):
        found.update(value for key in ("secret", "digest") if (value := line.get(key)))
    return {secret for secret in found if len(secret) >= 4}, result


def credentials_of_its_page(path):
    """The credentials that the page beside a capture states: (mechanism, user, secret or digest, accepted)."""
    page = path.with_suffix(".md").read_text()
    rows = re.findall(r"credential that travels: (.+?): `(.+?)`(?: / `(.+?)`|, digest `(.+?)`.*?|, no password travels), (accepted|refused)", page)
    return sorted((mechanism.removesuffix(" command"), user, secret or digest, word == "accepted")
                  for mechanism, user, secret, digest, word in rows)


@case
def the_pages_name_the_credentials():
    """With --reveal the credential lines of every capture are those its page states; without it neither secret nor digest is there."""
    count = 0
    for path in CAPTURES:
        if "-keys" in path.name:
            continue
        wanted = credentials_of_its_page(path)
        lines = run("decode", path, "--format", "ndjson", "--reveal").of("credential")
        found = sorted((line["mechanism"], line["user"], line.get("secret") or line.get("digest", ""), line["accepted"]) for line in lines)
        plain = [row if row[0].startswith("SCRAM") is False else (row[0], row[1], "", row[3]) for row in found]
        expect(plain == wanted, path.name, found, "not", wanted)
        count += len(found)
        for line in run("decode", path, "--format", "ndjson").of("credential"):
            expect("secret" not in line and line.get("digest", MASK) == MASK, path.name, line)
    expect(count >= 20, count, "credentials")


@case
def nothing_leaks():
    """No capture, as text or ndjson, in either language, holds a password, its base64 in any alignment, a blob or a digest; with --reveal it does."""
    revealed = 0
    for path in CAPTURES:
        secrets, open_result = revealed_secrets(path)
        tales = {tale for secret in (*secrets, *PASSWORDS) for tale in tell_tales(secret)}
        for form in ("ndjson", "text"):
            for language in ("en", "pt_BR"):
                out = run("decode", path, "--format", form, language=language).out
                leaks = [tale for tale in tales if tale in out]
                expect(not leaks, path.name, form, leaks)
                expect(not secrets or MASK in out, path.name, "nothing masked")
        revealed += any(password in open_result.out for password in PASSWORDS)
        text = run("decode", path, "--reveal").out
        expect(all(secret in text for secret in secrets if len(secret) < 40 and MASK not in secret), path.name, secrets)
    expect(revealed >= 15, revealed)


def auth_plain(user, password):
    return base64.b64encode(b"\0" + user + b"\0" + password)


def pop3(*pieces, answers=(b"+OK\r\n",)):
    talk = Conversation(port=110).server(b"+OK ready <1.2@mail.test>\r\n").client(b"USER alice\r\n").server(b"+OK\r\n")
    return talk.client(*pieces).server(*answers)


def imap(*exchange):
    talk = Conversation(port=143).server(b"* OK [CAPABILITY IMAP4rev1 LITERAL+] ready\r\n")
    for side, data in exchange:
        (talk.client if side == "C" else talk.server)(*(data if isinstance(data, list) else [data]))
    return talk


def bytewise(data):
    return [data[at:at + 1] for at in range(len(data))]


BY_HAND = {
    "PASS in two segments": lambda: pop3(b"PASS wonder", b"land\r\n"),
    "PASS byte by byte": lambda: pop3(*bytewise(b"PASS wonderland\r\n")),
    "pass in lower case, with spaces inside": lambda: pop3(b"pass my wonderland is mine\r\n"),
    "PASS that is never answered": lambda: pop3(b"PASS wonderland\r\n", answers=()),
    "PASS that is never ended": lambda: pop3(b"PASS wonderland", answers=()),
    "PASS with bytes that are not UTF-8": lambda: pop3(b"PASS \xe9wonderland\xff\r\n"),
    "PASS refused with nonsense": lambda: pop3(b"PASS wonderland\r\n", answers=(b"what?\r\n-ERR no\r\n",)),
    "PASS ended by a bare LF": lambda: pop3(b"PASS wonderland\n"),
    "PASS pipelined": lambda: pop3(b"PASS wonderland\r\nSTAT\r\nQUIT\r\n", answers=(b"+OK\r\n+OK 0 0\r\n+OK\r\n",)),
    "PASS after a gap": lambda: pop3(b"PASS wonderland\r\n"),
    "POP3 AUTH PLAIN at once": lambda: pop3(b"AUTH PLAIN " + auth_plain(b"alice", b"wonderland") + b"\r\n"),
    "SMTP AUTH PLAIN at once": lambda: greeting().client(b"AUTH PLAIN " + auth_plain(b"alice", b"wonderland") + b"\r\n").server(b"235 ok\r\n"),
    "SMTP AUTH PLAIN on a line of its own": lambda: greeting().client(b"AUTH PLAIN\r\n").server(b"334 \r\n")
    .client(auth_plain(b"al", b"wonderland") + b"\r\n").server(b"535 no\r\n"),
    "SMTP AUTH with many spaces": lambda: greeting().client(b"auth   plain   " + auth_plain(b"a", b"wonderland") + b"  \r\n").server(b"235 ok\r\n"),
    "SMTP AUTH of a mechanism nobody knows": lambda: greeting().client(b"AUTH X-OWN wonderland\r\n").server(b"504 no\r\n"),
    "SMTP AUTH PLAIN that is no base64": lambda: greeting().client(b"AUTH PLAIN alice wonderland\r\n").server(b"501 no\r\n"),
    "SMTP AUTH LOGIN with the password ahead": lambda: greeting()
    .client(b"AUTH LOGIN\r\n" + base64.b64encode(b"alice") + b"\r\n" + base64.b64encode(b"wonderland") + b"\r\n")
    .server(b"334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 ok\r\n"),
    "IMAP LOGIN": lambda: imap(("C", b"a1 LOGIN alice wonderland\r\n"), ("S", b"a1 OK\r\n")),
    "IMAP LOGIN in quotes, with escapes": lambda: imap(("C", b'a1 login "alice" "wonderland\\"\\\\x"\r\n'), ("S", b"a1 NO\r\n")),
    "IMAP LOGIN by literals": lambda: imap(("C", b"a1 LOGIN {5}\r\n"), ("S", b"+ go\r\n"), ("C", b"alice {10}\r\n"), ("S", b"+ go\r\n"),
                                           ("C", b"wonderland\r\n"), ("S", b"a1 OK\r\n")),
    "IMAP LOGIN by literals byte by byte": lambda: imap(("C", bytewise(b"a1 LOGIN {5+}\r\nalice {10+}\r\nwonderland\r\n")), ("S", b"a1 OK\r\n")),
    "IMAP LOGIN cut inside the literal": lambda: imap(("C", b"a1 LOGIN alice {12+}\r\nwonderland")),
    "IMAP LOGIN that forgets the user's end": lambda: imap(("C", b'a1 LOGIN "alice wonderland\r\n'), ("S", b"a1 BAD\r\n")),
    "IMAP LOGIN with too many words": lambda: imap(("C", b"a1 LOGIN alice builder wonderland\r\n"), ("S", b"a1 BAD\r\n")),
    "IMAP AUTHENTICATE PLAIN": lambda: imap(("C", b"a1 AUTHENTICATE PLAIN\r\n"), ("S", b"+ \r\n"),
                                            ("C", bytewise(auth_plain(b"alice", b"wonderland") + b"\r\n")), ("S", b"a1 OK\r\n")),
    "IMAP AUTHENTICATE PLAIN at once": lambda: imap(("C", b"a1 AUTHENTICATE PLAIN " + auth_plain(b"alic", b"wonderland") + b"\r\n"), ("S", b"a1 OK\r\n")),
}


@case
def masked_however_it_travels():
    """Log-ins made by hand stay masked: by literal, byte by byte, cut, malformed, pipelined, refused; --reveal shows them."""
    tales = tell_tales("wonderland")
    for name, make in BY_HAND.items():
        data = pcap(make().frames)
        for form in ("ndjson", "text"):
            result = decode(data, form=form)
            expect(result.code == 0, name, result.err)
            leaks = [tale for tale in tales if tale in result.out]
            expect(not leaks, name, form, leaks, result.out)
            expect(MASK in result.out or "never ended" in name or "cut inside" in name, name, form, "nothing is masked:", result.out)
        opened = decode(data, "--reveal").out
        expect(any(tale in opened for tale in tales) or "never ended" in name or "cut inside" in name, name, "--reveal hides it:", opened)


@case
def the_mask_tells_no_length():
    """The mask is the same for a short password and a long one, and no raw bytes are added where something is masked."""
    for password in (b"x", b"w" * 300, b"\xff\xfe"):
        lines = decode(pcap(pop3(b"PASS " + password + b"\r\n").frames)).of("command")
        expect(lines[-1]["verb"] == "PASS" and lines[-1]["argument"] == MASK and "raw" not in lines[-1], lines[-1])


@case
def what_is_no_secret_stays():
    """Mechanism, a separately stated user and the challenge are shown without --reveal."""
    challenge = b"<17.29@mail.test>"
    answer = base64.b64encode(b"alice 0123456789abcdef0123456789abcdef")
    talk = greeting().client(b"AUTH CRAM-MD5\r\n").server(b"334 " + base64.b64encode(challenge) + b"\r\n").client(answer + b"\r\n").server(b"235 ok\r\n")
    line = decode(pcap(talk.frames)).of("credential")[0]
    expect((line["mechanism"], line["user"], line["challenge"], line["digest"], line["accepted"])
           == ("CRAM-MD5", "alice", challenge.decode(), MASK, True), line)
    opened = decode(pcap(talk.frames), "--reveal").of("credential")[0]
    expect(opened["digest"] == "0123456789abcdef0123456789abcdef", opened)
    apop = decode(pcap(pop3(b"APOP alice 0123456789abcdef0123456789abcdef\r\n").frames)).lines
    expect([row["argument"] for row in apop if row.get("verb") == "APOP"] == [f"alice {MASK}"], apop)
