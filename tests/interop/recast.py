#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Rewrites a capture file without touching a packet: `recast.py big-endian IN.pcap OUT.pcap` turns every header field round;
`recast.py scrub IN.pcapng OUT.pcapng` leaves out what dumpcap notes about the machine it ran on."""
import struct
import sys

SECTION, INTERFACE = 0x0A0D0D0A, 1
HARDWARE, SYSTEM, INTERFACE_SYSTEM = 2, 3, 12


def big_endian(data: bytes) -> bytes:
    magic, major, minor, zone, accuracy, snap, link = struct.unpack_from("<IHHiIII", data)
    if magic not in (0xA1B2C3D4, 0xA1B23C4D):
        raise ValueError("not a little-endian pcap file")
    out = [struct.pack(">IHHiIII", magic, major, minor, zone, accuracy, snap, link)]
    at = 24
    while at < len(data):
        seconds, fraction, kept, length = struct.unpack_from("<IIII", data, at)
        out.append(struct.pack(">IIII", seconds, fraction, kept, length) + data[at + 16 : at + 16 + kept])
        at += 16 + kept
    return b"".join(out)


def without(options: bytes, unwanted: set[int]) -> bytes:
    out, at = b"", 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from("<HH", options, at)
        end = at + 4 + (length + 3) // 4 * 4
        if code not in unwanted:
            out += options[at:end]
        at = end
    return out


def scrub(data: bytes) -> bytes:
    out, at = [], 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + length - 4]
        if kind == SECTION:
            if body[:4] != struct.pack("<I", 0x1A2B3C4D):
                raise ValueError("not a little-endian pcapng file")
            # The section's length is told as "not known" (-1): true again, whatever was left out.
            body = body[:8] + struct.pack("<q", -1) + without(body[16:], {HARDWARE, SYSTEM})
        elif kind == INTERFACE:
            body = body[:8] + without(body[8:], {INTERFACE_SYSTEM})
        total = len(body) + 12
        out.append(struct.pack("<II", kind, total) + body + struct.pack("<I", total))
        at += length
    return b"".join(out)


def main() -> None:
    how, source, target = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    data = {"big-endian": big_endian, "scrub": scrub}[how](data)
    with open(target, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
