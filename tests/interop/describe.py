#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Says in words what a capture holds. `describe.py facts FILE` writes the generated half of its .md,
`describe.py table DIR` the README of a folder of captures. Counts come from tshark and dialogue.py, never from a person."""
import struct
import sys
from pathlib import Path

from dialogue import IMPLICIT_TLS, Dialogue, read_stream, streams, tshark

LINKS = {1: "Ethernet", 113: "LINUX_SLL (cooked, version 1)", 276: "LINUX_SLL2 (cooked, version 2)"}
MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", "pcap, microseconds, little-endian"),
    b"\x4d\x3c\xb2\xa1": ("<", "pcap, nanoseconds, little-endian"),
    b"\xa1\xb2\xc3\xd4": (">", "pcap, microseconds, big-endian"),
    b"\xa1\xb2\x3c\x4d": (">", "pcap, nanoseconds, big-endian"),
}
LONGEST = 150


def form(path: Path) -> str:
    data = path.read_bytes()
    if data[:4] in MAGIC:
        order, text = MAGIC[data[:4]]
        return f"{text}; link type {LINKS[struct.unpack_from(order + 'I', data, 20)[0]]}"
    links, at, keyed = [], 0, False
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 1:
            links.append(LINKS[struct.unpack_from("<H", data, at + 8)[0]])
        keyed = keyed or kind == 10
        at += length
    text = f"pcapng, nanoseconds, little-endian; {len(links)} interface{'s' if len(links) > 1 else ''}, link type {links[0]}"
    return text + ("; the TLS keys are inside" if keyed else "")


def counts(which: dict) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in which.items()) or "none"


def short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def ending(path: Path, number: int) -> str:
    """How the stream was closed: by FIN from each side, and whether a reset came after."""
    rows = tshark(path, "-Y", f"tcp.stream=={number}", "-T", "fields", "-etcp.flags.fin", "-etcp.flags.reset").split("\n")
    fins = sum(row.startswith(("1", "True")) for row in rows)
    resets = sum(row.endswith(("\t1", "\tTrue")) for row in rows)
    return f"{fins} FIN" + (f", {resets} RST" if resets else "")


def dialogue_text(dialogue: Dialogue) -> list[str]:
    out = [f"- commands: {counts(dialogue.commands)}", f"- replies: {counts(dialogue.replies)}"]
    out.append(f"- messages that pass: {dialogue.messages}")
    out += [f"- credential that travels: {text}" for text in dialogue.credentials]
    out += ["", "```"] + [f"{who}: {short(text)}" for who, text in dialogue.lines] + ["```", ""]
    return out


def dns_text(path: Path) -> list[str]:
    table = tshark(path, "-Y", "dns", "-T", "fields", "-edns.flags.response", "-edns.qry.name", "-edns.qry.type", "-edns.flags.rcode")
    names = {"1": "A", "15": "MX", "28": "AAAA", "12": "PTR", "16": "TXT"}
    asked, answered, seen = 0, 0, []
    for row in table.splitlines():
        response, name, kind, code = row.split("\t")
        if response in ("1", "True"):
            answered += 1
        else:
            asked += 1
            question = f"{name} {names.get(kind, kind)}"
            seen += [question] if question not in seen else []
    return [f"DNS over UDP: {asked} queries, {answered} answers ({', '.join(seen)}).", ""] if asked else []


def facts(path: Path) -> str:
    frames = tshark(path, "-T", "fields", "-eframe.len", "-eframe.cap_len").split("\n")[:-1]
    found = streams(path)
    out = ["## What is in it", f"- Form: {form(path)}; {path.stat().st_size} bytes", f"- Frames: {len(frames)}; TCP streams: {len(found)}", ""]
    out += dns_text(path)
    for number, client, server, port in found:
        parts = read_stream(path, number, port)
        out.append(f"### Stream {number}: {client} to {server} ({ending(path, number)})")
        if port in IMPLICIT_TLS:
            out += ["TLS from the first byte.", ""]
        for dialogue in parts:
            where = f" inside {dialogue.secured}" if dialogue.secured == "TLS" else ""
            out += [f"{dialogue.protocol}{where}:"] + dialogue_text(dialogue)
            if dialogue.ended_by:
                out += ["After that line the stream is TLS.", ""]
        if port in IMPLICIT_TLS and not parts:
            out += ["Nothing in it can be read without the keys.", ""]
    return "\n".join(out).rstrip() + "\n"


def title(notes: Path) -> str:
    return notes.read_text().split("\n", 1)[0].split(": ", 1)[1]


def table(folder: Path) -> str:
    out = [
        "# Captures",
        "Real sessions between programs that other people wrote, recorded by `tests/interop/record` in network namespaces of",
        "their own. All names, addresses and passwords are made up (`alice` / `wonderland`, `bob` / `builder`). Beside each capture,",
        "its `.md` says how it was recorded, what is in it, and which credentials travel; a `.keys` file is a TLS key log.",
        "`tests/interop/check.py` holds every statement in them against tshark. This table is written by the recorder too.",
        "",
        "| capture | what | form | frames | commands | credentials |",
        "|---|---|---|---|---|---|",
    ]
    for path in sorted(folder.glob("*.pcap*")):
        frames = tshark(path, "-T", "fields", "-eframe.number").count("\n")
        commands, credentials = {}, 0
        for number, _, _, port in streams(path):
            for dialogue in read_stream(path, number, port):
                commands[dialogue.protocol] = commands.get(dialogue.protocol, 0) + sum(dialogue.commands.values())
                credentials += len(dialogue.credentials)
        said = ", ".join(f"{name} {count}" for name, count in commands.items()) or "hidden by TLS"
        notes = path.with_suffix(".md")
        out.append(f"| [{path.name}]({notes.name}) | {title(notes)} | {form(path)} | {frames} | {said} | {credentials} |")
    return "\n".join(out) + "\n"


def main() -> None:
    what, where = sys.argv[1], Path(sys.argv[2])
    sys.stdout.write(facts(where) if what == "facts" else table(where))


if __name__ == "__main__":
    main()
