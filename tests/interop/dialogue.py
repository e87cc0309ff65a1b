#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A second opinion on what a capture says: tshark puts the streams together, this file reads the dialogue in them.
It shares no line with the program under test. `dialogue.py FILE` prints the dialogues."""
import base64
import binascii
import re
import subprocess
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

PORTS = {25: "SMTP", 587: "SMTP", 2525: "SMTP", 110: "POP3", 143: "IMAP", 993: "IMAP", 995: "POP3"}
IMPLICIT_TLS = {993, 995}


@dataclass
class Dialogue:
    """What one stream says. Lines are (who, text); who is C, S, or - for a remark."""

    protocol: str
    lines: list = field(default_factory=list)
    commands: dict = field(default_factory=dict)
    replies: dict = field(default_factory=dict)
    credentials: list = field(default_factory=list)
    messages: int = 0
    ended_by: str = ""
    secured: str = ""

    def command(self, kind: str, text: str) -> None:
        self.commands[kind] = self.commands.get(kind, 0) + 1
        self.lines.append(("C", text))

    def reply(self, kind: str, text: str) -> None:
        self.replies[kind] = self.replies.get(kind, 0) + 1
        self.lines.append(("S", text))

    def remark(self, text: str) -> None:
        self.lines.append(("-", text))


class Reader:
    """Lines of one direction."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def line(self):
        end = self.data.find(b"\r\n", self.at)
        if end < 0:
            return None
        text = self.data[self.at : end].decode("utf-8", "replace")
        self.at = end + 2
        return text

    def take(self, count: int) -> bytes:
        out = self.data[self.at : self.at + count]
        self.at += len(out)
        return out

    def dotted(self) -> tuple[int, int]:
        """A body that ends with a line of one dot: its lines and its bytes on the wire, the last line not counted."""
        start, lines = self.at, 0
        while (text := self.line()) is not None and text != ".":
            lines += 1
        return lines, max(self.at - start - 3, 0)

    def left(self) -> int:
        return len(self.data) - self.at


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
        out.credentials.append(f"{mechanism}: `{words[0]}` / `{words[-1]}`, {verdict}")
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
            out.reply(*found)
        return found[0] if found else ""

    if greeting:
        answer()
    while (text := client.line()) is not None:
        verb = text.split(" ")[0].upper()
        out.command(verb, text)
        if verb == "BDAT":
            size = int(text.split()[1])
            client.take(size)
            out.remark(f"{size} bytes of the message")
            if "LAST" in text.upper():
                out.messages += 1
        code = answer()
        if verb == "AUTH":
            words = text.split(" ")
            answers = words[2:]
            while code == "334" and (text := client.line()) is not None:
                out.command("AUTH-RESPONSE", text)
                answers.append(text)
                code = answer()
            note_sasl(out, words[1].upper(), [a for a in answers if a], code == "235")
        elif verb == "DATA" and code == "354":
            lines, size = client.dotted()
            out.messages += 1
            out.remark(f"{lines} lines of the message, {size} bytes on the wire, then a dot")
            answer()
        elif verb == "STARTTLS" and code == "220":
            out.ended_by = "TLS"
            break
    while out.ended_by == "" and (found := smtp_reply(server)):
        out.reply(*found)
    return out


def read_pop3(client: Reader, server: Reader, greeting: bool = True) -> Dialogue:
    out = Dialogue("POP3")

    def answer() -> str:
        text = server.line()
        if text is None:
            return ""
        kind = text.split(" ")[0]
        out.reply(kind, text)
        return kind

    user = stamp = ""
    if greeting:
        answer()
        found = re.search(r"<[^>]+>", out.lines[0][1]) if out.lines else None
        stamp = found.group(0) if found else ""
    while (text := client.line()) is not None:
        words = text.split(" ")
        verb = words[0].upper()
        out.command(verb, text)
        kind = answer()
        good = kind == "+OK"
        if verb == "AUTH" and len(words) > 1:
            answers = words[2:]
            while kind == "+" and (text := client.line()) is not None:
                out.command("AUTH-RESPONSE", text)
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
            out.remark(f"{lines} lines, {size} bytes on the wire, then a dot")
        elif verb == "STLS" and good:
            out.ended_by = "TLS"
            break
    return out


def literal(text: str):
    found = re.search(r"\{(\d+)\+?\}$", text)
    return int(found.group(1)) if found else None


def imap_unit(side: Reader):
    """One command or response with its literals, each shown as {n}; also how many literals there were and their bytes."""
    text, literals, size = side.line(), 0, 0
    if text is None:
        return None
    whole = text
    while (count := literal(text)) is not None:
        side.take(count)
        literals, size = literals + 1, size + count
        text = side.line() or ""
        whole += "⏎" + text
    return whole, literals, size


def imap_login(out: Dialogue, text: str, good: bool) -> None:
    words = [w.strip('"') for w in text.split(" ")[2:]]
    out.credentials.append(f"LOGIN: `{words[0]}` / `{words[1]}`, {'accepted' if good else 'refused'}")


def read_imap(client: Reader, server: Reader, greeting: bool = True) -> Dialogue:
    out = Dialogue("IMAP")
    waiting = {}  # tag -> [verb, text, SASL answers]
    asked, inner = [], ""
    literals = [0, 0]
    inflated = False

    def one_server_unit() -> str:
        """Reads one response; returns its tag."""
        unit = imap_unit(server)
        if unit is None:
            return ""
        text, count, size = unit
        literals[0] += count
        literals[1] += size
        words = text.split(" ")
        kind = words[0]
        if kind == "*":
            word = words[2] if words[1].isdigit() else words[1]
            out.messages += word == "FETCH" and count > 0 and bool(re.search(r"BODY\[\] |RFC822 ", text))
            out.reply(f"* {word}", text)
        elif kind == "+":
            out.reply("+", text)
        else:
            out.reply(f"tagged {words[1]}", text)
        return kind

    def settle(tag: str, verdict: str) -> str:
        verb, text, answers = waiting.pop(tag, ("", "", []))
        if verb == "LOGIN":
            imap_login(out, text, verdict == "OK")
        elif verb == "AUTHENTICATE":
            note_sasl(out, text.split(" ")[2].upper(), [a for a in answers if a], verdict == "OK")
        return verb if verdict == "OK" else ""

    if greeting:
        one_server_unit()
    while (unit := imap_unit(client)) is not None:
        text, count, size = unit
        literals[0] += count
        literals[1] += size
        words = text.split(" ")
        if len(words) == 1 and inner:
            out.command("DONE" if inner == "IDLE" else "AUTH-RESPONSE", text)
            if inner == "AUTHENTICATE":
                waiting[asked[-1]][2].append(text)
            tag = asked[-1]
        else:
            tag, verb = words[0], words[1].upper()
            if verb == "UID":
                verb += " " + words[2].upper()
            out.command(verb, text)
            waiting[tag] = [verb, text, words[3:]]
            asked.append(tag)
            inner = verb if verb in ("AUTHENTICATE", "IDLE") else ""
        done = ""
        while (kind := one_server_unit()) and kind != tag:
            if kind == "+" and inner:
                break
        if kind == tag and kind:
            done = settle(tag, out.lines[-1][1].split(" ")[1])
            inner = ""
        if done == "STARTTLS":
            out.ended_by = "TLS"
            break
        if done == "COMPRESS":
            inflated = True
            for side in (client, server):
                # A stream that was cut off rather than finished still gives all that was flushed.
                side.data, side.at = zlib.decompressobj(-15).decompress(side.data[side.at :]), 0
            out.remark("from here on both directions are deflated")
    while out.ended_by == "" and (kind := one_server_unit()):
        if kind in waiting:
            settle(kind, out.lines[-1][1].split(" ")[1])
    if literals[0]:
        out.remark(f"{literals[0]} literals in all, {literals[1]} bytes")
    if inflated:
        out.secured = "COMPRESS DEFLATE"
    return out


READ = {"SMTP": read_smtp, "POP3": read_pop3, "IMAP": read_imap}


def tshark(path: Path, *arguments: str) -> str:
    command = ["tshark", "-n", "-r", str(path), *arguments]
    keys = path.with_suffix(".keys")
    if keys.exists():
        command += ["-o", f"tls.keylog_file:{keys}"]
    # Running as root is refused for Lua only; nothing else of note is said there.
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def stream_bytes(path: Path, layer: str, number: int, port: int) -> tuple[bytes, bytes]:
    """The bytes of client and server. tshark indents what node 1 sent; in TLS node 0 is whoever spoke first, so its port decides."""
    sides, client = {False: bytearray(), True: bytearray()}, False
    for text in tshark(path, "-q", "-z", f"follow,{layer},raw,{number}").splitlines():
        if text.startswith("Node 0:"):
            client = text.endswith(f":{port}")
        elif re.fullmatch(r"\t?[0-9a-f]+", text):
            sides[text.startswith("\t")] += bytes.fromhex(text.strip())
    return bytes(sides[client]), bytes(sides[not client])


def streams(path: Path) -> list[tuple[int, str, str, int]]:
    """(number, client, server, server port) of every TCP stream, by its SYN."""
    fields = ["tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport"]
    table = tshark(path, "-Y", "tcp.flags.syn==1 && tcp.flags.ack==0", "-T", "fields", *(f"-e{f}" for f in fields))
    out = {}
    for row in table.splitlines():
        number, src4, src6, sport, dst4, dst6, dport = row.split("\t")
        client = f"{src4 or f'[{src6}]'}:{sport}"
        server = f"{dst4 or f'[{dst6}]'}:{dport}"
        out.setdefault(int(number), (int(number), client, server, int(dport)))
    return list(out.values())


def read_stream(path: Path, number: int, port: int) -> list[Dialogue]:
    """The dialogue in the clear, and the one inside TLS where the keys are at hand."""
    protocol = PORTS[port]
    out = []
    if port not in IMPLICIT_TLS:
        client, server = stream_bytes(path, "tcp", number, port)
        out.append(READ[protocol](Reader(client), Reader(server)))
        if out[0].ended_by != "TLS":
            return out
    client, server = stream_bytes(path, "tls", number, port)
    if server:
        inside = READ[protocol](Reader(client), Reader(server), greeting=port in IMPLICIT_TLS)
        inside.secured = "TLS"
        out.append(inside)
    return out


def main() -> None:
    path = Path(sys.argv[1])
    for number, client, server, port in streams(path):
        for dialogue in read_stream(path, number, port):
            print(f"== stream {number}: {client} -> {server} {dialogue.protocol} {dialogue.secured}".rstrip())
            for who, text in dialogue.lines:
                print(f"{who}: {text}")


if __name__ == "__main__":
    main()
