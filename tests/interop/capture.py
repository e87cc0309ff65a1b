# SPDX-License-Identifier: MIT
"""What tshark knows about a capture: a row a frame, and the bytes of each stream in the order in which they came."""
import re
import struct
import subprocess
from bisect import bisect_left
from pathlib import Path

COLUMNS = {
    "number": "frame.number",
    "length": "frame.len",
    "kept": "frame.cap_len",
    "stream": "tcp.stream",
    "source4": "ip.src",
    "source6": "ipv6.src",
    "target4": "ip.dst",
    "target6": "ipv6.dst",
    "source_port": "tcp.srcport",
    "target_port": "tcp.dstport",
    "syn": "tcp.flags.syn",
    "ack": "tcp.flags.ack",
    "fin": "tcp.flags.fin",
    "reset": "tcp.flags.reset",
    "tcp_sum": "tcp.checksum.status",
    "udp_sum": "udp.checksum.status",
    "ip_sum": "ip.checksum.status",
    "lost": "tcp.analysis.lost_segment",
    "unseen": "tcp.analysis.ack_lost_segment",
    "again": "tcp.analysis.retransmission",
    "disorder": "tcp.analysis.out_of_order",
    "repeated_ack": "tcp.analysis.duplicate_ack",
    "malformed": "_ws.malformed",
    "complaint": "_ws.expert.message",
    "dns_response": "dns.flags.response",
    "dns_name": "dns.qry.name",
    "dns_type": "dns.qry.type",
}
FLAGS = ("syn", "ack", "fin", "reset", "dns_response")
LINKS = {1: "Ethernet", 113: "LINUX_SLL (cooked, version 1)", 276: "LINUX_SLL2 (cooked, version 2)"}
MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", "pcap, microseconds, little-endian"),
    b"\x4d\x3c\xb2\xa1": ("<", "pcap, nanoseconds, little-endian"),
    b"\xa1\xb2\xc3\xd4": (">", "pcap, microseconds, big-endian"),
    b"\xa1\xb2\x3c\x4d": (">", "pcap, nanoseconds, big-endian"),
}
INTERFACE, SECRETS = 1, 10


class Reader:
    """One direction of a stream: pieces (rank, bytes), where rank counts the pieces of both directions."""

    def __init__(self, pieces: list[tuple[int, bytes]]):
        self.ranks = [rank for rank, _ in pieces]
        self.ends, total = [], 0
        for _, piece in pieces:
            total += len(piece)
            self.ends.append(total)
        self.data, self.at = b"".join(piece for _, piece in pieces), 0

    def rank(self) -> int:
        """Which piece brought the last byte that was read."""
        found = bisect_left(self.ends, self.at)
        return self.ranks[min(found, len(self.ranks) - 1)] if self.ranks else 0

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

    def rest(self) -> list[tuple[int, bytes]]:
        """The pieces that were not read yet."""
        out, start = [], 0
        for rank, end in zip(self.ranks, self.ends):
            if end > self.at:
                out.append((rank, self.data[max(start, self.at) : end]))
            start = end
        return out


class Capture:
    def __init__(self, path: Path):
        self.path = path
        checks = [word for layer in ("tcp", "udp", "ip") for word in ("-o", f"{layer}.check_checksum:TRUE")]
        table = self.tshark(*checks, "-T", "fields", "-E", "occurrence=f", *(f"-e{name}" for name in COLUMNS.values()))
        self.frames = [dict(zip(COLUMNS, row.split("\t"))) for row in table.splitlines()]
        for frame in self.frames:
            for flag in FLAGS:
                frame[flag] = frame[flag] in ("1", "True")
        self.streams = self._streams()
        self._pieces = self._follow()

    def tshark(self, *arguments: str) -> str:
        command = ["tshark", "-n", "-r", str(self.path), *arguments]
        keys = self.path.with_suffix(".keys")
        if keys.exists():
            command += ["-o", f"tls.keylog_file:{keys}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _streams(self) -> list[tuple[int, str, str, int]]:
        """(number, client, server, server port) of every stream that begins with a SYN."""
        out = {}
        for frame in self.frames:
            if frame["syn"] and not frame["ack"]:
                client = f"{frame['source4'] or '[' + frame['source6'] + ']'}:{frame['source_port']}"
                server = f"{frame['target4'] or '[' + frame['target6'] + ']'}:{frame['target_port']}"
                out.setdefault(int(frame["stream"]), (int(frame["stream"]), client, server, int(frame["target_port"])))
        return list(out.values())

    def _follow(self) -> dict:
        """(layer, stream) -> [(sent by node 1, bytes)] and the port of node 0, which in TLS is whoever spoke first."""
        taps = [word for number, *_ in self.streams for layer in ("tcp", "tls") for word in ("-z", f"follow,{layer},raw,{number}")]
        out, layer, here = {}, "", {}
        for text in self.tshark("-q", *taps).splitlines() if taps else []:
            if text.startswith("Follow: "):
                layer = text[8:].split(",")[0]
            elif text.startswith("Filter: "):
                here = out.setdefault((layer, int(text.split()[-1])), {"port": 0, "pieces": []})
            elif text.startswith("Node 0:"):
                here["port"] = int(text.rsplit(":", 1)[1])
            elif re.fullmatch(r"\t?[0-9a-f]+", text):
                here["pieces"].append((text.startswith("\t"), bytes.fromhex(text.strip())))
        return out

    def readers(self, layer: str, number: int, port: int) -> tuple[Reader, Reader]:
        """What the client and what the server said."""
        found = self._pieces.get((layer, number), {"port": 0, "pieces": []})
        client_side = found["port"] == port
        sides = {False: [], True: []}
        for rank, (side, piece) in enumerate(found["pieces"]):
            sides[side].append((rank, piece))
        return Reader(sides[client_side]), Reader(sides[not client_side])

    def ending(self, number: int) -> str:
        mine = [frame for frame in self.frames if frame["stream"] == str(number)]
        fins, resets = sum(f["fin"] for f in mine), sum(f["reset"] for f in mine)
        return f"{fins} FIN" + (f", {resets} RST" if resets else "")

    def form(self) -> str:
        data = self.path.read_bytes()
        if data[:4] in MAGIC:
            order, text = MAGIC[data[:4]]
            return f"{text}; link type {LINKS[struct.unpack_from(order + 'I', data, 20)[0]]}"
        links, units, keyed, at = [], set(), False, 0
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            if kind == INTERFACE:
                links.append(LINKS[struct.unpack_from("<H", data, at + 8)[0]])
                units.add("nanoseconds" if b"\x09\x00\x01\x00\x09" in data[at + 16 : at + length] else "microseconds")
            keyed = keyed or kind == SECRETS
            at += length
        many = "s" if len(links) > 1 else ""
        text = f"pcapng, {' and '.join(sorted(units))}, little-endian; {len(links)} interface{many}, link type {links[0]}"
        return text + ("; the TLS keys are inside" if keyed else "")
