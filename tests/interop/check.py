#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the captures against what is promised of them: `check.py [DIR|FILE]`. Ends with 1 and a line for every broken promise."""
import re
import socket
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from capture import Capture
from describe import facts

LARGEST = 200_000
# What a kernel or a folder of the recording machine would look like.
FOREIGN = [rb"/tmp/", rb"/root", rb"/home/", rb"record\.[A-Za-z0-9]{6}", rb"Linux \d+\.\d+", rb"Intel\(R\)|AMD "]
# tshark expects a number in every +OK that begins several lines; no standard asks for one.
TSHARK_ERRS = "Length must be a string containing an integer"
DISORDER = ("lost", "unseen", "again", "disorder", "repeated_ack")


def frame_faults(capture: Capture):
    def where(wrong) -> str:
        return " ".join(frame["number"] for frame in capture.frames if wrong(frame))

    # What never leaves the machine is never given a checksum: on loopback only the kernel's half of it is there.
    home = ("127.0.0.1", "::1")
    sums = where(lambda f: "0" in (f["tcp_sum"], f["udp_sum"], f["ip_sum"]) and f["source4"] not in home and f["source6"] not in home)
    if sums:
        yield f"wrong checksums in frames {sums}"
    if lost := where(lambda f: any(f[name] for name in DISORDER)):
        yield f"loss or disorder at frames {lost}"
    if cut := where(lambda f: f["kept"] != f["length"]):
        yield f"frames are cut short: {cut}"
    if bad := where(lambda f: f["malformed"] and f["complaint"] != TSHARK_ERRS):
        yield f"tshark finds malformed frames: {bad}"


def stream_faults(capture: Capture):
    total = {frame["stream"] for frame in capture.frames if frame["stream"]}
    if len(total) != len(capture.streams) or not total:
        yield f"{len(total)} streams, but {len(capture.streams)} begin with a SYN"
    for number, _, _, port in capture.streams:
        ending = capture.ending(number)
        # A client that hangs up before it has read the last word of the server (TLS's farewell, mostly) gets a reset.
        if ending != "2 FIN" and not ending.startswith("1 FIN, "):
            yield f"stream {number} ends with {ending}"


def faults(path: Path):
    if path.stat().st_size > LARGEST:
        yield f"{path.stat().st_size} bytes are more than {LARGEST}"
    name = socket.gethostname().split(".")[0].encode()
    foreign = FOREIGN + ([rb"\b" + re.escape(name) + rb"\b"] if len(name) > 3 else [])
    notes = path.with_suffix(".md")
    for file in (path, notes, path.with_suffix(".keys")):
        for pattern in foreign if file.exists() else []:
            if found := re.search(pattern, file.read_bytes()):
                yield f"{file.name} tells of the machine it was made on: {found.group(0)!r}"

    capture = Capture(path)
    yield from frame_faults(capture)
    yield from stream_faults(capture)
    if not notes.exists():
        yield "has no .md"
        return
    text = notes.read_text()
    if facts(capture) != text[text.find("## What is in it") :]:
        yield f"{notes.name} does not say what tshark sees"


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "captures"
    captures = sorted(folder.glob("*.pcap*")) if folder.is_dir() else [folder]
    broken = 0
    for path in captures:
        for fault in faults(path):
            print(f"{path.name}: {fault}")
            broken += 1
    print(f"{len(captures)} captures, {broken} faults")
    return 1 if broken or not captures else 0


if __name__ == "__main__":
    sys.exit(main())
