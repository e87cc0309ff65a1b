#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Says in words what a capture holds. `describe.py facts FILE` writes the generated half of its .md,
`describe.py table DIR` the README of a folder of captures. Counts come from tshark and dialogue.py, never from a person."""
import sys
from pathlib import Path

from capture import Capture
from dialogue import IMPLICIT_TLS, Dialogue, read_stream

DNS_TYPES = {"1": "A", "15": "MX", "28": "AAAA", "12": "PTR", "16": "TXT"}
LONGEST = 150


def counts(which: dict) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in which.items()) or "none"


def short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def dialogue_text(dialogue: Dialogue) -> list[str]:
    out = [f"- commands: {counts(dialogue.commands)}", f"- replies: {counts(dialogue.replies)}"]
    out.append(f"- whole messages that pass: {dialogue.messages}")
    out += [f"- credential that travels: {text}" for text in dialogue.credentials]
    out += ["", "```"] + [f"{who}: {short(text)}" for _, who, text in dialogue.in_order()] + ["```", ""]
    return out


def dns_text(capture: Capture) -> list[str]:
    asked = [frame for frame in capture.frames if frame["dns_name"] and not frame["dns_response"]]
    answered = [frame for frame in capture.frames if frame["dns_name"] and frame["dns_response"]]
    questions = dict.fromkeys(f"{f['dns_name']} {DNS_TYPES.get(f['dns_type'], f['dns_type'])}" for f in asked)
    return [f"DNS over UDP: {len(asked)} queries, {len(answered)} answers ({', '.join(questions)}).", ""] if asked else []


def facts(capture: Capture) -> str:
    size = capture.path.stat().st_size
    out = ["## What is in it", f"- Form: {capture.form()}; {size} bytes"]
    out += [f"- Frames: {len(capture.frames)}; TCP streams: {len(capture.streams)}", ""] + dns_text(capture)
    for number, client, server, port in capture.streams:
        parts = read_stream(capture, number, port)
        out.append(f"### Stream {number}: {client} to {server} ({capture.ending(number)})")
        if port in IMPLICIT_TLS:
            out += ["TLS from the first byte.", ""]
        for dialogue in parts:
            where = f" inside {dialogue.secured}" if dialogue.secured == "TLS" else ""
            out += [f"{dialogue.protocol}{where}:"] + dialogue_text(dialogue)
            if dialogue.ended_by:
                out += ["After that line the stream is TLS.", ""]
    return "\n".join(out).rstrip() + "\n"


def title(notes: Path) -> str:
    return notes.read_text().split("\n", 1)[0].split(": ", 1)[1]


def table(folder: Path) -> str:
    out = [
        "# Captures",
        "Real sessions between programs that other people wrote, recorded by `tests/interop/record` in network namespaces of",
        "their own. All names, addresses and passwords are made up (`alice` / `wonderland`, `bob` / `builder`, `carol` / `drawing`). Beside",
        "each capture, its `.md` says how it was recorded, what is in it, and which credentials travel; a `.keys` file is a TLS key log.",
        "A stream ends with two FIN, or with one FIN and a reset where the client hung up before it had read the server's last word.",
        "`tests/interop/check.py` holds every statement in them against tshark. This table is written by the recorder too.",
        "",
        "| capture | what | form | frames | commands | credentials |",
        "|---|---|---|---|---|---|",
    ]
    for path in sorted(folder.glob("*.pcap*")):
        capture, commands, credentials = Capture(path), {}, 0
        for number, _, _, port in capture.streams:
            for dialogue in read_stream(capture, number, port):
                commands[dialogue.protocol] = commands.get(dialogue.protocol, 0) + sum(dialogue.commands.values())
                credentials += len(dialogue.credentials)
        said = ", ".join(f"{name} {count}" for name, count in commands.items())
        notes = path.with_suffix(".md")
        out.append(f"| [{path.name}]({notes.name}) | {title(notes)} | {capture.form()} | {len(capture.frames)} | {said} | {credentials} |")
    return "\n".join(out) + "\n"


def main() -> None:
    what, where = sys.argv[1], Path(sys.argv[2])
    sys.stdout.write(facts(Capture(where)) if what == "facts" else table(where))


if __name__ == "__main__":
    main()
