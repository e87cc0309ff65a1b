#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the captures against what is promised of them: `check.py [DIR]`. Ends with 1 and a line for every broken promise."""
import re
import socket
import sys
from pathlib import Path

from describe import facts
from dialogue import streams, tshark

LARGEST = 60_000
# What a kernel or a folder of the recording machine would look like.
FOREIGN = [rb"/tmp/", rb"/root", rb"/home/", rb"record\.[A-Za-z0-9]{6}", rb"Linux \d+\.\d+", rb"Intel\(R\)|AMD "]
STRICT = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]


def rows(path: Path, where: str, *columns: str) -> list[str]:
    out = tshark(path, *STRICT, "-Y", where, "-T", "fields", *(f"-e{column}" for column in columns))
    return out.splitlines()


def faults(path: Path):
    if path.stat().st_size > LARGEST:
        yield f"{path.stat().st_size} bytes are more than {LARGEST}"
    data = path.read_bytes()
    name = socket.gethostname().split(".")[0].encode()
    for pattern in FOREIGN + [rb"\b" + re.escape(name) + rb"\b"] if len(name) > 3 else FOREIGN:
        if found := re.search(pattern, data):
            yield f"names the machine it was recorded on: {found.group(0)!r}"

    wrong = rows(path, "tcp.checksum.status==0 || ip.checksum.status==0 || udp.checksum.status==0", "frame.number")
    if wrong:
        yield f"wrong checksums in frames {' '.join(wrong)}"
    lost = rows(path, "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.retransmission "
                "|| tcp.analysis.out_of_order || tcp.analysis.duplicate_ack", "frame.number")
    if lost:
        yield f"loss or disorder at frames {' '.join(lost)}"
    if rows(path, "frame.cap_len < frame.len", "frame.number"):
        yield "frames are cut short"
    if rows(path, "_ws.malformed", "frame.number"):
        yield "tshark finds malformed frames"

    found = streams(path)
    total = {row for row in rows(path, "tcp", "tcp.stream")}
    if len(total) != len(found) or not found:
        yield f"{len(total)} streams, but {len(found)} begin with a SYN"
    for number, _, _, _ in found:
        fins = len(rows(path, f"tcp.stream=={number} && tcp.flags.fin==1", "frame.number"))
        resets = rows(path, f"tcp.stream=={number} && tcp.flags.reset==1", "frame.number")
        if fins != 2 and not resets:
            yield f"stream {number} has {fins} FIN"
        if fins == 0:
            yield f"stream {number} was never closed in order"

    notes = path.with_suffix(".md")
    if not notes.exists():
        yield "has no .md"
    else:
        text = notes.read_text()
        if facts(path) != text[text.find("## What is in it") :]:
            yield f"{notes.name} does not say what tshark sees"
        for pattern in FOREIGN:
            if re.search(pattern, notes.read_bytes()):
                yield f"{notes.name} names the machine it was recorded on"


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "captures"
    captures = sorted(folder.glob("*.pcap*"))
    broken = 0
    for path in captures:
        for fault in faults(path):
            print(f"{path.name}: {fault}")
            broken += 1
    print(f"{len(captures)} captures, {broken} faults")
    return 1 if broken or not captures else 0


if __name__ == "__main__":
    sys.exit(main())
