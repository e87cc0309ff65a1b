# SPDX-License-Identifier: MIT
"""IP fragments: a conversation cut into them, in any order, reads as the whole one; what is missing is a gap, never joined over."""
import random
import struct

from frames import checksum, pcap, smtp_capture, Conversation
from support import case, decode, expect


def cut(data, size):
    """Pieces of size bytes (a multiple of 8) with their offsets; the last may be shorter."""
    return [(at, data[at:at + size], at + size < len(data)) for at in range(0, len(data), size)]


def fragments(frame, size, number):
    """The Ethernet frames of one frame's IP datagram cut to size bytes of payload."""
    ethernet, ip = frame[:14], frame[14:]
    if ip[0] >> 4 == 4:
        head, payload = ip[:20], ip[20:struct.unpack(">H", ip[2:4])[0]]
        for offset, piece, more in cut(payload, size):
            new = head[:2] + struct.pack(">HHH", 20 + len(piece), number & 0xFFFF, (0x2000 if more else 0) | offset // 8) + head[8:]
            new = new[:10] + b"\0\0" + new[12:]
            yield ethernet + new[:10] + struct.pack(">H", checksum(new)) + new[12:] + piece
    else:
        head, payload = ip[:40], ip[40:40 + struct.unpack(">H", ip[4:6])[0]]
        for offset, piece, more in cut(payload, size):
            extension = struct.pack(">BBHI", head[6], 0, offset | (1 if more else 0), number)
            yield ethernet + head[:4] + struct.pack(">H", 8 + len(piece)) + b"\x2c" + head[7:] + extension + piece


def fragmented(frames, size, chance=None):
    result = []
    for number, (time, frame) in enumerate(frames):
        pieces = list(fragments(frame, size, 1000 + number))
        if chance is not None:
            chance.shuffle(pieces)
            pieces += chance.sample(pieces, chance.randrange(2))
        result += [(time + step, piece) for step, piece in enumerate(pieces)]
    return result


def said(result):
    return [{key: value for key, value in line.items() if key not in ("frame", "time")} for line in result.lines
            if line["kind"] not in ("capture", "end")]


def conversation(client, server):
    talk = Conversation(client=client, server=server)
    talk.server(b"220 mx ready\r\n").client(b"EHLO pc.alpha.example\r\n").server(b"250-mx\r\n250 SIZE 1000\r\n")
    talk.client(b"MAIL FROM:<alice@alpha.example>\r\nRCPT TO:<bob@beta.example>\r\nDATA\r\n")
    talk.server(b"250 ok\r\n250 ok\r\n354 go\r\n").client(b"Subject: x\r\n\r\n" + b"line of text\r\n" * 100 + b".\r\n")
    return talk.server(b"250 taken\r\n").client(b"QUIT\r\n").server(b"221 bye\r\n").close()


@case
def fragments_are_put_together():
    """Fragments of IPv4 and IPv6, down to 8 bytes, in any order and some twice, give the lines of the whole conversation."""
    chance = random.Random(5)
    for frames in (conversation("192.0.2.1", "192.0.2.2"), conversation("2001:db8::1", "2001:db8::2")):
        wanted = said(decode(pcap(frames)))
        expect(len(wanted) > 12, wanted)
        for size in (8, 16, 24, 504, 1480):
            expect(said(decode(pcap(fragmented(frames, size)))) == wanted, "in order", size)
            expect(said(decode(pcap(fragmented(frames, size, chance)))) == wanted, "shuffled", size)


@case
def a_missing_fragment_is_a_gap():
    """Where one fragment is missing its segment is a gap, and what comes after is read again."""
    frames = conversation("192.0.2.1", "192.0.2.2")
    pieces = fragmented(frames, 200)
    for gone in range(0, len(pieces), 3):
        result = decode(pcap(pieces[:gone] + pieces[gone + 1:]))
        expect(result.code == 0, result.err)
        letters = [line for line in result.of("message") if not line["truncated"]]
        expect(all(line["bytes"] == 1414 for line in letters), letters)


@case
def overlapping_fragments_keep_the_first_copy():
    """Where fragments overlap with other content the first copy is shown."""
    frames = conversation("192.0.2.1", "192.0.2.2")
    time, frame = frames[4]
    first = list(fragments(frame, 24, 77))
    other = [piece[:34] + bytes(len(piece) - 34) for piece in first]
    mixed = [(time, first[0]), (time, other[0])] + [(time, piece) for piece in first[1:]]
    expect(said(decode(pcap(frames[:4] + mixed + frames[5:]))) == said(decode(pcap(frames))), "the first copy")


@case
def floods_of_fragments_stay_small():
    """A hundred thousand fragments of as many datagrams cost little, and the conversation among them is read."""
    frames = conversation("192.0.2.1", "192.0.2.2")
    noise = []
    template = frames[3][1]
    for number in range(100000):
        ip = template[14:34]
        new = ip[:2] + struct.pack(">HHH", 28, number & 0xFFFF, 0x2000 | (number % 50)) + ip[8:]
        noise.append((frames[3][0], template[:14] + new + b"12345678"))
    result = decode(pcap(frames[:3] + noise + frames[3:]))
    expect(result.code == 0 and len(result.of("message")) == 1, result.err)


@case
def smtp_in_fragments_by_capture():
    """The capture that the other tests use reads the same in fragments of 64 bytes."""
    frames = smtp_capture()
    expect(said(decode(pcap(fragmented(frames, 64)))) == said(decode(pcap(frames))), "fragments of 64 bytes")
