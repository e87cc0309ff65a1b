# SPDX-License-Identifier: MIT
"""Captures made by hand: TCP conversations over IPv4 and IPv6, written as pcap or pcapng; and a reader that counts."""
import socket
import struct

ETHERNET, UNREADABLE = 1, 147
START = 1_772_452_800_000_000_000  # nanoseconds since the epoch
FIN, SYN, PUSH, ACK = 1, 2, 8, 16


def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Conversation:
    """One TCP conversation; `frames` holds (nanoseconds, link frame) in the order they were sent."""

    def __init__(self, port=25, client="192.0.2.1", server="192.0.2.2", client_port=40000, start=START):
        self.family = socket.AF_INET6 if ":" in client else socket.AF_INET
        self.hosts = [socket.inet_pton(self.family, client), socket.inet_pton(self.family, server)]
        self.ports, self.next, self.time, self.frames = [client_port, port], [1000, 2000], start, []
        self.packet(0, b"", SYN)
        self.packet(1, b"", SYN | ACK)
        self.packet(0, b"", ACK)

    def packet(self, side, payload, flags):
        source, target = self.hosts[side], self.hosts[1 - side]
        acknowledged = self.next[1 - side] if flags & ACK else 0
        head = struct.pack(">HHIIBBHHH", self.ports[side], self.ports[1 - side], self.next[side], acknowledged, 0x50, flags,
                           65535, 0, 0)
        pseudo = source + target + struct.pack(">IHBB", len(head) + len(payload), 0, 0, 6)
        tcp = head[:16] + struct.pack(">H", checksum(pseudo + head + payload)) + head[18:] + payload
        if self.family == socket.AF_INET6:
            ip = struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + source + target
        else:
            ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + source + target
            ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        kind = b"\x86\xdd" if self.family == socket.AF_INET6 else b"\x08\x00"
        self.frames.append((self.time, b"\2\0\0\0\0\2" b"\2\0\0\0\0\1" + kind + ip + tcp))
        self.next[side] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        self.time += 1_000_001

    def client(self, *segments):
        for segment in segments:
            self.packet(0, segment, PUSH | ACK)
        return self

    def server(self, *segments):
        for segment in segments:
            self.packet(1, segment, PUSH | ACK)
        return self

    def close(self):
        self.packet(0, b"", FIN | ACK)
        self.packet(1, b"", FIN | ACK)
        self.packet(0, b"", ACK)
        return self.frames


def pcap(frames, link_type=ETHERNET):
    """Nanosecond pcap, little-endian."""
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link_type)]
    for time, frame in frames:
        parts.append(struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame)) + frame)
    return b"".join(parts)


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def pcapng(frames, link_types=(ETHERNET,)):
    """frames: (nanoseconds, bytes) on interface 0, or (nanoseconds, bytes, interface)."""
    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    nanoseconds = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    parts += [block(1, struct.pack("<HHI", link_type, 0, 0) + nanoseconds) for link_type in link_types]
    for time, frame, *interface in frames:
        head = struct.pack("<IIIII", interface[0] if interface else 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
        parts.append(block(6, head + frame))
    return b"".join(parts)


def records(data):
    """Yields (end offset, captured bytes) of every frame in a pcap or pcapng of either byte order, read independently."""
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        order, at = ("<" if data[8:12] == b"\x4d\x3c\x2b\x1a" else ">"), 0
        while at < len(data):
            kind, length = struct.unpack_from(order + "II", data, at)
            at += length
            if kind == 6:
                yield at, struct.unpack_from(order + "I", data, at - length + 20)[0]
        return
    order, at = (">" if data[0] == 0xA1 else "<"), 24
    while at < len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        at += 16 + length
        yield at, length


def greeting(**where):
    """A short whole SMTP conversation, still open, for a case to go on with."""
    talk = Conversation(**where)
    return talk.server(b"220 mail.test ESMTP\r\n").client(b"EHLO pc.test\r\n").server(b"250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n")


def smtp_capture(count=1):
    """Frames of whole SMTP conversations, one after the other."""
    frames = []
    for i in range(count):
        talk = greeting(client_port=20000 + i, start=START + i * 10**9)
        talk.client(b"MAIL FROM:<alice@alpha.example>\r\n").server(b"250 2.1.0 Ok\r\n")
        frames += talk.client(b"QUIT\r\n").server(b"221 Bye\r\n").close()
    return frames
