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
from urllib.parse import parse_qs

from capture import Capture, Reader

PORTS = {80: "HTTP", 25: "SMTP", 587: "SMTP", 2525: "SMTP", 110: "POP3", 143: "IMAP", 993: "IMAP", 995: "POP3"}
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


def imap_unit(side: Reader, spoken: list | None = None):
    """One command or response with its literals, each shown as {n}; how many literals, their bytes, the rank of the first line.
    The literals themselves are added to `spoken`."""
    text, literals, size = side.line(), 0, 0
    if text is None:
        return None
    whole, rank = text, side.rank()
    while (count := literal(text)) is not None:
        said = side.take(count)
        if spoken is not None:
            spoken.append(said.decode("utf-8", "replace"))
        literals, size = literals + 1, size + count
        text = side.line() or ""
        whole += "⏎" + text
    return whole, literals, size, rank


def inflate(side: Reader) -> None:
    """Turns the rest of a direction into what it holds, piece by piece."""
    stream = zlib.decompressobj(-15)
    side.__init__([(rank, stream.decompress(piece)) for rank, piece in side.rest()])


def login_words(text: str, literals: list) -> list[str]:
    """The two words after LOGIN, each an atom, a quoted string or a literal."""
    words, rest = [], iter(literals)
    for found in re.finditer(r'"((?:[^"\\]|\\.)*)"|(\{\d+\+?\})⏎|[^ ]+', text.split(" ", 2)[2]):
        if found.group(2):
            words.append(next(rest))
        else:
            words.append(re.sub(r"\\(.)", r"\1", found.group(1)) if found.group(1) is not None else found.group(0))
    return words[:2]


class ImapReading:
    """The two directions of an IMAP session, and the commands that wait for their tagged reply."""

    def __init__(self, client: Reader, server: Reader):
        self.client, self.server = client, server
        self.out = Dialogue("IMAP")
        self.waiting = {}  # tag -> [verb, text, what the client said for SASL, or in literals for LOGIN]
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
            user, password = login_words(text, answers)
            self.out.credentials.append(f"LOGIN command: `{user}` / `{password}`, {'accepted' if good else 'refused'}")
        elif verb == "AUTHENTICATE":
            note_sasl(self.out, text.split(" ")[2].upper(), [a for a in answers if a], good)
        self.done = verb if good else ""

    def request(self) -> tuple[str, str]:
        """Reads one command; returns its tag and its verb, both empty at the end."""
        spoken = []
        unit = imap_unit(self.client, spoken)
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
        self.waiting[words[0]] = [verb, text, spoken if verb == "LOGIN" else words[3:]]
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


def http_head(side: Reader):
    """The first line, and the fields by their lower-case names; None at the end."""
    first, fields = side.line(), {}
    if first is None:
        return None
    while text := side.line():
        name, _, value = text.partition(":")
        fields[name.lower()] = value.strip()
    return first, fields


def http_body(side: Reader, fields: dict, until_close: bool) -> bytes:
    if fields.get("transfer-encoding", "").lower() == "chunked":
        out = b""
        while size := int((side.line() or "0").split(";")[0], 16):
            out += side.take(size)
            side.line()
        side.line()
        return out
    if "content-length" in fields:
        return side.take(int(fields["content-length"]))
    return side.take(len(side.data)) if until_close else b""


def http_credential(form: dict, cookies: bool, code: str) -> list[str]:
    """What a log-in form carries: a field for the user and one for the password, by their names."""
    users = [values[0] for name, values in form.items() if "user" in name]
    passwords = [values[0] for name, values in form.items() if "pass" in name]
    accepted = "accepted" if code in ("302", "303") and cookies else "refused"
    return [f"FORM: `{users[0]}` / `{passwords[0]}`, {accepted}"] if users and passwords else []


def read_http(client: Reader, server: Reader, greeting: bool = True) -> Dialogue:
    out = Dialogue("HTTP")
    while found := http_head(client):
        first, fields = found
        verb = first.split(" ")[0]
        out.command(client, verb, first)
        asked = http_body(client, fields, False)
        form = parse_qs(asked.decode("utf-8", "replace")) if fields.get("content-type", "").startswith("application/x-www-form") else {}
        if asked:
            out.remark(client, f"{len(asked)} bytes of a {'form' if form else 'body'}")
        if not (found := http_head(server)):
            break
        first, fields = found
        code = first.split(" ")[1]
        out.reply(server, code, first)
        out.credentials += http_credential(form, "set-cookie" in fields, code)
        given = http_body(server, fields, verb != "HEAD" and code not in ("204", "304"))
        if given:
            packed = f", {fields['content-encoding']}" if "content-encoding" in fields else ""
            out.remark(server, f"{len(given)} bytes of {fields.get('content-type', 'a body').split(';')[0]}{packed}")
    return out


READ = {"HTTP": read_http, "SMTP": read_smtp, "POP3": read_pop3, "IMAP": read_imap}


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
