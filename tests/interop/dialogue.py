#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A second opinion on what a capture says: tshark puts the streams together, this file reads the dialogue in them.
It shares no line with the program under test. `dialogue.py FILE` prints the dialogues."""
import base64
import binascii
import re
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from capture import Capture, Reader

PORTS = {25: "SMTP", 587: "SMTP", 2525: "SMTP", 110: "POP3", 143: "IMAP", 993: "IMAP", 995: "POP3"}
IMPLICIT_TLS = {993, 995}


@dataclass
class Dialogue:
    """What one stream says. Lines are (rank, who, text); who is C, S, or - for a remark."""

    protocol: str
    lines: list = field(default_factory=list)
    commands: dict = field(default_factory=dict)
    replies: dict = field(default_factory=dict)
    credentials: list = field(default_factory=list)
    messages: int = 0
    ended_by: str = ""
    secured: str = ""

    def command(self, side: Reader, kind: str, text: str, rank: int | None = None) -> None:
        self.commands[kind] = self.commands.get(kind, 0) + 1
        self.lines.append((side.rank() if rank is None else rank, "C", text))

    def reply(self, side: Reader, kind: str, text: str, rank: int | None = None) -> None:
        self.replies[kind] = self.replies.get(kind, 0) + 1
        self.lines.append((side.rank() if rank is None else rank, "S", text))

    def remark(self, side: Reader, text: str) -> None:
        self.lines.append((side.rank(), "-", text))

    def in_order(self) -> list:
        """The lines as they came: commands that were sent together stand together."""
        return sorted(self.lines, key=lambda line: line[0])


def plain_text(word: str) -> str:
    try:
        return base64.b64decode(word, validate=True).decode("utf-8").replace("\0", " ").strip()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def note_sasl(out: Dialogue, mechanism: str, answers: list, accepted: bool) -> None:
    """One credential from the client's SASL lines."""
    said = [plain_text(a) for a in answers]
    verdict = "accepted" if accepted else "refused"
    if mechanism == "PLAIN" and said:
        words = said[-1].split(" ")
        out.credentials.append(f"{mechanism}: `{words[-2]}` / `{words[-1]}`, {verdict}")
    elif mechanism == "LOGIN" and len(said) > 1:
        out.credentials.append(f"{mechanism}: `{said[0]}` / `{said[1]}`, {verdict}")
    elif mechanism == "CRAM-MD5" and said:
        user, digest = said[0].split(" ")
        out.credentials.append(f"{mechanism}: `{user}`, digest `{digest}`, {verdict}")
    elif mechanism.startswith("SCRAM") and said:
        user = re.search(r"n=([^,]*)", said[0])
        out.credentials.append(f"{mechanism}: `{user.group(1) if user else '?'}`, no password travels, {verdict}")
    else:
        out.credentials.append(f"{mechanism}: {verdict}")


def smtp_reply(server: Reader):
    first, last, count = None, None, 0
    while (text := server.line()) is not None:
        first, last, count = first or text, text, count + 1
        if len(text) < 4 or text[3] != "-":
            return text[:3], last if count == 1 else f"{first[:3]}-… {count} lines, the last: {last}"
    return None


def read_smtp(client: Reader, server: Reader, greeting: bool = True) -> Dialogue:
    out = Dialogue("SMTP")

    def answer():
        found = smtp_reply(server)
        if found:
            out.reply(server, *found)
        return found[0] if found else ""

    if greeting:
        answer()
    while (text := client.line()) is not None:
        verb = text.split(" ")[0].upper()
        out.command(client, verb, text)
        if verb == "BDAT":
            size = int(text.split()[1])
            client.take(size)
            out.remark(client, f"{size} bytes of the message")
            if "LAST" in text.upper():
                out.messages += 1
        code = answer()
        if verb == "AUTH":
            words = text.split(" ")
            answers = words[2:]
            while code == "334" and (text := client.line()) is not None:
                out.command(client, "AUTH-RESPONSE", text)
                answers.append(text)
                code = answer()
            note_sasl(out, words[1].upper(), [a for a in answers if a], code == "235")
        elif verb == "DATA" and code == "354":
            lines, size = client.dotted()
            out.messages += 1
            out.remark(client, f"{lines} lines of the message, {size} bytes on the wire, then a dot")
            answer()
        elif verb == "STARTTLS" and code == "220":
            out.ended_by = "TLS"
            break
    while out.ended_by == "" and (found := smtp_reply(server)):
        out.reply(server, *found)
    return out


def read_pop3(client: Reader, server: Reader, greeting: bool = True) -> Dialogue:
    out = Dialogue("POP3")

    def answer() -> str:
        text = server.line()
        if text is None:
            return ""
        kind = text.split(" ")[0]
        out.reply(server, kind, text)
        return kind

    user = stamp = ""
    if greeting:
        answer()
        found = re.search(r"<[^>]+>", out.lines[0][2]) if out.lines else None
        stamp = found.group(0) if found else ""
    while (text := client.line()) is not None:
        words = text.split(" ")
        verb = words[0].upper()
        out.command(client, verb, text)
        kind = answer()
        good = kind == "+OK"
        if verb == "AUTH" and len(words) > 1:
            answers = words[2:]
            while kind == "+" and (text := client.line()) is not None:
                out.command(client, "AUTH-RESPONSE", text)
                answers.append(text)
                kind = answer()
            note_sasl(out, words[1].upper(), [a for a in answers if a], kind == "+OK")
        elif verb == "USER":
            user = text[5:]
        elif verb == "PASS":
            out.credentials.append(f"USER/PASS: `{user}` / `{text[5:]}`, {'accepted' if good else 'refused'}")
        elif verb == "APOP":
            out.credentials.append(f"APOP: `{words[1]}`, digest `{words[2]}` for the stamp `{stamp}`, {'accepted' if good else 'refused'}")
        elif good and (verb in ("RETR", "TOP", "CAPA") or (verb in ("LIST", "UIDL", "AUTH") and len(words) == 1)):
            lines, size = server.dotted()
            out.messages += verb == "RETR"
            out.remark(server, f"{lines} lines, {size} bytes on the wire, then a dot")
        elif verb == "STLS" and good:
            out.ended_by = "TLS"
            break
    return out


def literal(text: str):
    found = re.search(r"\{(\d+)\+?\}$", text)
    return int(found.group(1)) if found else None


def imap_unit(side: Reader):
    """One command or response with its literals, each shown as {n}; how many literals, their bytes, the rank of the first line."""
    text, literals, size = side.line(), 0, 0
    if text is None:
        return None
    whole, rank = text, side.rank()
    while (count := literal(text)) is not None:
        side.take(count)
        literals, size = literals + 1, size + count
        text = side.line() or ""
        whole += "⏎" + text
    return whole, literals, size, rank


def imap_login(out: Dialogue, text: str, good: bool) -> None:
    words = [w.strip('"') for w in text.split(" ")[2:]]
    out.credentials.append(f"LOGIN: `{words[0]}` / `{words[1]}`, {'accepted' if good else 'refused'}")


def inflate(side: Reader) -> None:
    """Turns the rest of a direction into what it holds, piece by piece."""
    stream = zlib.decompressobj(-15)
    side.__init__([(rank, stream.decompress(piece)) for rank, piece in side.rest()])


class ImapReading:
    """The two directions of an IMAP session, and the commands that wait for their tagged reply."""

    def __init__(self, client: Reader, server: Reader):
        self.client, self.server = client, server
        self.out = Dialogue("IMAP")
        self.waiting = {}  # tag -> [verb, text, what the client said for SASL]
        self.literals = self.bytes = 0
        self.done = ""  # the verb that was last answered with OK

    def count(self, literals: int, size: int) -> None:
        self.literals += literals
        self.bytes += size

    def response(self) -> str:
        """Reads one response; returns its tag, or nothing at the end."""
        unit = imap_unit(self.server)
        if unit is None:
            return ""
        text, literals, size, rank = unit
        self.count(literals, size)
        words = text.split(" ")
        if words[0] == "*":
            word = words[2] if words[1].isdigit() else words[1]
            self.out.messages += word == "FETCH" and literals > 0 and bool(re.search(r"BODY\[\] |RFC822 ", text))
            self.out.reply(self.server, f"* {word}", text, rank)
        elif words[0] == "+":
            self.out.reply(self.server, "+", text)
        else:
            self.out.reply(self.server, f"tagged {words[1]}", text, rank)
            self.settle(words[0], words[1] == "OK")
        return words[0]

    def settle(self, tag: str, good: bool) -> None:
        verb, text, answers = self.waiting.pop(tag, ("", "", []))
        if verb == "LOGIN":
            user, password = [word.strip('"') for word in text.split(" ")[2:4]]
            self.out.credentials.append(f"LOGIN command: `{user}` / `{password}`, {'accepted' if good else 'refused'}")
        elif verb == "AUTHENTICATE":
            note_sasl(self.out, text.split(" ")[2].upper(), [a for a in answers if a], good)
        self.done = verb if good else ""

    def request(self) -> tuple[str, str]:
        """Reads one command; returns its tag and its verb, both empty at the end."""
        unit = imap_unit(self.client)
        if unit is None:
            return "", ""
        text, literals, size, rank = unit
        self.count(literals, size)
        words = text.split(" ")
        verb = words[1].upper()
        if verb == "UID":
            verb += " " + words[2].upper()
        if verb == "APPEND":
            self.out.messages += literals
        self.out.command(self.client, verb, text, rank)
        self.waiting[words[0]] = [verb, text, words[3:]]
        return words[0], verb

    def wait(self, tag: str) -> None:
        """Reads responses up to the tagged one; a client that is asked to go on (SASL, IDLE) does so with one line."""
        verb = self.waiting[tag][0]
        while tag in self.waiting and (kind := self.response()):
            if kind == "+" and verb in ("AUTHENTICATE", "IDLE") and (text := self.client.line()) is not None:
                self.out.command(self.client, "DONE" if verb == "IDLE" else "AUTH-RESPONSE", text)
                self.waiting[tag][2].append(text)


def read_imap(client: Reader, server: Reader, greeting: bool = True) -> Dialogue:
    reading = ImapReading(client, server)
    out = reading.out
    if greeting:
        reading.response()
    while (found := reading.request())[0]:
        tag, verb = found
        if tag in reading.waiting:
            reading.wait(tag)
        if verb == "STARTTLS" and reading.done == verb:
            out.ended_by = "TLS"
            return out
        if verb == "COMPRESS" and reading.done == verb:
            out.remark(server, "from here on both directions are deflated")
            out.secured = "COMPRESS DEFLATE"
            inflate(client)
            inflate(server)
    while reading.response():
        pass
    if reading.literals:
        out.remark(server, f"{reading.literals} literals in all, {reading.bytes} bytes")
    return out


READ = {"SMTP": read_smtp, "POP3": read_pop3, "IMAP": read_imap}


def read_stream(capture: Capture, number: int, port: int) -> list[Dialogue]:
    """The dialogue in the clear, and the one inside TLS where the keys are at hand."""
    read = READ[PORTS[port]]
    out = []
    if port not in IMPLICIT_TLS:
        out.append(read(*capture.readers("tcp", number, port)))
        if out[0].ended_by != "TLS":
            return out
    client, server = capture.readers("tls", number, port)
    if server.data:
        inside = read(client, server, greeting=port in IMPLICIT_TLS)
        inside.secured = "TLS"
        out.append(inside)
    return out


def main() -> None:
    capture = Capture(Path(sys.argv[1]))
    for number, client, server, port in capture.streams:
        for dialogue in read_stream(capture, number, port):
            print(f"== stream {number}: {client} -> {server} {dialogue.protocol} {dialogue.secured}".rstrip())
            for _, who, text in dialogue.in_order():
                print(f"{who}: {text}")


if __name__ == "__main__":
    main()
