#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the fuzzers' first inputs: the captures, their frames, the decoders' dialogues, the letters.
Usage: make-seeds.py OUTDIR"""
import pathlib
import re
import struct
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
CAPTURES = TESTS.parent / "captures"
ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
FRAMES_MOST = 60  # of one capture in one seed


def unescape(text):
    def one(match):
        word = match.group(1).decode("latin-1")
        return bytes([int(word[1:], 16)]) if word[0] == "x" else ESCAPES[word]
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|[rnt\\])", one, text.encode())


def steps_of(lines):
    """A dialogue in the form of fuzz-dialogue.h."""
    out = b""
    for line in lines:
        who, rest = line[:1], line[1:]
        if who in "CS":
            exact = rest.startswith("!")
            said = unescape(rest[2:] if exact else rest[1:]) + (b"" if exact else b"\r\n")
            out += b"\xff" + who.encode() + said.replace(b"\xff", b"\xff\xff")
        elif who in "cs" and rest.strip().isdigit():
            out += b"\xff" + who.encode() + bytes([min(31, int(rest).bit_length() - 1)])
    return out


def dialogues(path):
    lines = []
    inside = False
    for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines() + ["=="]:
        if line.startswith("=="):
            if lines:
                yield steps_of(lines)
            lines, inside = [], True
        elif line == "--":
            inside = False
        elif inside and line[:1] in ("C", "S", "c", "s"):
            lines.append(line)


def pcap_frames(data):
    """Link type and frames of a classic little-endian capture, or nothing."""
    if data[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        return 0, []
    link = struct.unpack_from("<I", data, 20)[0]
    at, frames = 24, []
    while at + 16 <= len(data) and len(frames) < FRAMES_MOST:
        length = struct.unpack_from("<I", data, at + 8)[0]
        frames.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return link, frames


def write(folder, name, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def main():
    out = pathlib.Path(sys.argv[1])
    for path in sorted(CAPTURES.glob("*.pcap*")):
        data = path.read_bytes()
        write(out / "capture-file", path.name, data)
        link, frames = pcap_frames(data)
        if frames:
            seed = struct.pack(">H", link) + b"".join(struct.pack(">H", len(frame)) + frame for frame in frames)
            write(out / "frame", path.stem, seed)
            if b"dns" in path.stem.encode() or path.stem.startswith("story"):
                write(out / "names", path.stem, b"\x05" + b"".join(struct.pack(">H", len(f)) + f for f in frames))
    for protocol in ("smtp", "pop3", "imap"):
        for path in sorted((TESTS / "dialogues" / "decoders").glob(protocol + "*.txt")):
            for number, seed in enumerate(dialogues(path)):
                write(out / protocol, f"{path.stem}-{number:03}", seed)
    for choice, protocol in enumerate(("http", "pop2", "tls", "dns")):
        for path in sorted((TESTS / "dialogues" / "decoders").glob(protocol + "*.txt")):
            for number, seed in enumerate(dialogues(path)):
                write(out / "names", f"{path.stem}-{number:03}", bytes([choice]) + seed)
    write(out / "names", "any-smtp", b"\x04\xffS220 mail ESMTP\r\n\xffCEHLO a\r\n\xffS250 ok\r\n")
    for path in sorted((TESTS / "interop" / "messages").glob("*.eml")):
        write(out / "message", path.stem, path.read_bytes())
    filters = [text.encode() for path in ("unit/test-filter.c", "unit/test-filter-faults.c")
               for text in re.findall(r'^ +\{"((?:\\.|[^"\\])+)", (?:"[a-w]*"|\d+, .*)\},', (TESTS / path).read_text(), re.M)]
    for number, text in enumerate(filters):
        write(out / "filter", f"{number:03}", text.replace(b'\\"', b'"').replace(b"\\\\", b"\\"))
    segments = [(0, 100, 0), (200, 100, 0), (100, 100, 0), (250, 200, 0), (450, 0, 12), (400, 255, 2), (65286, 250, 1)]
    for initial in (0, 0xFFFFFF80, 0x7FFFFFF0):
        seed = struct.pack(">I", initial) + b"".join(struct.pack(">HBB", *segment) for segment in segments)
        write(out / "reassembly", f"from-{initial:08x}", seed)


if __name__ == "__main__":
    main()
