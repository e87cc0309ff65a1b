# SPDX-License-Identifier: MIT
"""`carteiro export --redact`: nothing of what was planted is left, in any form, and the conversations are the same ones."""
import base64
import hashlib
import random
import struct
import subprocess

from frames import Conversation, pcap
from letters import pieces
from support import CAPTURES, Folder, case, expect, run

NAMES = ["alice", "bob"]


class Planter:
    """Makes secrets and remembers them."""

    def __init__(self):
        self.chance, self.secrets = random.Random(11), []

    def __call__(self, length=14):
        letters = "abcdefghijkmnpqrstuvwyz" + "ABCDEFGHJKLMNPQRSTUVWYZ" + "23456789"
        self.secrets.append("".join(self.chance.choice(letters) for _ in range(length)))
        return self.secrets[-1].encode()


def b64(*parts):
    return base64.b64encode(b"".join(parts))


def smtp(plant, port, cut):
    talk = Conversation(port=25, client_port=port)

    def client(line):
        talk.client(*pieces(line + b"\r\n", cut))

    def server(line):
        talk.server(*pieces(line + b"\r\n", cut))
    server(b"220 %s.example ESMTP %s" % (plant(), plant()))
    client(b"EHLO %s" % plant())
    server(b"250-%s hello %s\r\n250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n250-SIZE 1000000\r\n250 CHUNKING" % (plant(), plant()))
    client(b"AUTH PLAIN " + b64(b"\0", plant(), b"\0", plant()))
    server(b"535 5.7.8 %s" % plant())
    client(b"AUTH PLAIN")
    server(b"334 ")
    client(b64(b"\0", plant(), b"\0", plant()))
    server(b"535 no")
    client(b"AUTH LOGIN")
    server(b"334 VXNlcm5hbWU6")
    client(b64(plant()))
    server(b"334 UGFzc3dvcmQ6")
    client(b64(plant()))
    server(b"535 no")
    client(b"AUTH CRAM-MD5")
    server(b"334 " + b64(b"<", plant(), b"@x>"))
    client(b64(plant(), b" ", hashlib.md5(plant()).hexdigest().encode()))
    server(b"535 no")
    client(b"AUTH XOAUTH2 " + b64(b"user=", plant(), b"\1auth=Bearer ", plant(), b"\1\1"))
    server(b"235 2.7.0 ok %s" % plant())
    client(b"MAIL FROM:<%s@%s.example> SIZE=500 ENVID=%s AUTH=<%s>" % (plant(), plant(), plant(), plant()))
    server(b"250 2.1.0 %s" % plant())
    client(b"RCPT TO:<%s@beta.example> ORCPT=rfc822;%s" % (plant(), plant()))
    server(b"250 2.1.5 ok")
    client(b"RCPT TO:<%s@beta.example>" % plant())
    server(b"550 5.1.1 <%s@beta.example> unknown" % plant())
    client(b"DATA")
    server(b"354 go %s" % plant())
    client(letter(plant) + b".")
    server(b"250 2.0.0 queued as %s" % plant())
    client(b"MAIL FROM:<>")
    server(b"250 ok")
    client(b"RCPT TO:<bob@beta.example>")
    server(b"250 ok")
    body = letter(plant)
    talk.client(*pieces(b"BDAT %d LAST\r\n" % len(body) + body, cut))
    server(b"250 ok")
    client(b"VRFY %s" % plant())
    server(b"252 2.0.0 %s" % plant())
    client(b"%s %s" % (plant(), plant()))
    server(b"500 5.5.2 %s" % plant())
    client(b"QUIT")
    server(b"221 2.0.0 %s" % plant())
    return talk.close()


def letter(plant):
    inner = b"--%s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nword %s\r\n..%s\r\n--%s\r\n" % ((boundary := plant()), plant(), plant(),
                                                                                              boundary)
    inner += b"Content-Type: application/pdf; name=\"%s.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" % plant()
    inner += b64(plant(), b" ", plant(40)) + b"\r\n--%s--\r\n" % boundary
    return (b"From: %s <%s@alpha.example>\r\nTo: %s@beta.example\r\nSubject: =?utf-8?B?%s?= %s\r\n %s\r\nX-%s: %s\r\n"
            % (plant(), plant(), plant(), b64(plant()), plant(), plant(), plant(), plant())
            + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n%s" % (boundary, inner))


def pop3(plant, port, cut):
    talk = Conversation(port=110, client_port=port)
    for server, client in ((b"+OK %s <%s@x>" % (plant(), plant()), b"USER %s" % plant()), (b"+OK %s" % plant(), b"PASS %s" % plant()),
                           (b"-ERR [AUTH] %s" % plant(), b"APOP %s %s" % (plant(), hashlib.md5(plant()).hexdigest().encode())),
                           (b"-ERR no", b"AUTH PLAIN " + b64(b"\0", plant(), b"\0", plant())), (b"+OK", b"UIDL"),
                           (b"+OK\r\n1 %s\r\n." % plant(), b"RETR 1")):
        talk.server(*pieces(server + b"\r\n", cut)).client(*pieces(client + b"\r\n", cut))
    talk.server(*pieces(b"+OK 99 octets\r\n" + letter(plant) + b".\r\n", cut))
    return talk.client(b"QUIT\r\n").server(b"+OK %s\r\n" % plant()).close()


def imap(plant, port, cut):
    talk = Conversation(port=143, client_port=port)
    user, secret, body = plant(), plant(), letter(plant)
    turns = [(b"* OK %s ready" % plant(), b"a LOGIN %s \"%s\"" % (plant(), plant())), (b"a NO %s" % plant(), b"b LOGIN {%d}" % len(user)),
             (b"+ %s" % plant(), user + b" {%d+}\r\n" % len(secret) + secret), (b"b NO no", b"LOGIN %s %s" % (plant(), plant())),
             (b"* BAD what", b"c AUTHENTICATE PLAIN"), (b"+ ", b64(b"\0", plant(), b"\0", plant())),
             (b"c OK done", b"d SELECT \"%s\"" % plant()), (b"* 3 EXISTS\r\nd OK %s" % plant(), b"e SEARCH SUBJECT %s" % plant()),
             (b"* SEARCH 1\r\ne OK", b"f FETCH 1 (ENVELOPE BODY[])"),
             (b"* 1 FETCH (ENVELOPE (\"%s\" \"%s\" NIL) BODY[] {%d}\r\n%s)\r\nf OK" % (plant(), plant(), len(body), body),
              b"g APPEND %s {%d+}\r\n%s" % (plant(), len(body), body)), (b"g OK [APPENDUID 1 2] %s" % plant(), b"h LOGOUT")]
    for server, client in turns:
        talk.server(*pieces(server + b"\r\n", cut)).client(*pieces(client + b"\r\n", cut))
    return talk.server(b"* BYE %s\r\nh OK\r\n" % plant()).close()


def web(plant, port, cut):
    talk = Conversation(port=80, client_port=port)
    form = b"_user=%s&_pass=%s" % (plant(), plant())
    turns = [(b"POST /%s?password=%s HTTP/1.1\r\nHost: %s\r\nCookie: s=%s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
              b"Content-Length: %d\r\n\r\n%s" % (plant(), plant(), plant(), plant(), len(form), form),
              b"HTTP/1.1 302 %s\r\nSet-Cookie: s=%s\r\nLocation: /%s\r\nContent-Length: 0\r\n\r\n" % (plant(), plant(), plant())),
             (b"GET /inbox HTTP/1.1\r\nAuthorization: Basic %s\r\nX-%s: %s\r\n\r\n" % (b64(plant(), b":", plant()), plant(), plant()),
              b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (14, plant()))]
    for client, server in turns:
        talk.client(*pieces(client, cut)).server(*pieces(server, cut))
    return talk.close()


def pop2(plant, port, cut):
    talk = Conversation(port=109, client_port=port)
    body = letter(plant)
    talk.server(b"+ POP2 %s\r\n" % plant()).client(*pieces(b"HELO %s %s\r\n" % (plant(), plant()), cut)).server(b"#1 %s\r\n" % plant())
    talk.client(b"READ\r\n").server(b"=%d\r\n" % len(body)).client(b"RETR\r\n").server(*pieces(body, cut)).client(b"ACKS\r\n")
    return talk.server(b"=0\r\n").client(b"QUIT\r\n").server(b"+ %s\r\n" % plant()).close()


def other(plant, port, cut):
    talk = Conversation(port=6667, client_port=port)
    return talk.client(*pieces(b"NICK %s\r\nPASS %s\r\n" % (plant(), plant()), cut)).close()


def dns(plant):
    labels = [plant(), b"example"]
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    text = plant()
    answer = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, 1 + len(text)) + bytes([len(text)]) + text
    data = struct.pack(">HHHHHH", 7, 0x8180, 1, 1, 0, 0) + name + struct.pack(">HH", 16, 1) + answer
    udp = struct.pack(">HHHH", 53, 50000, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes([192, 0, 2, 53, 192, 0, 2, 77]) + udp
    return b"\2\0\0\0\0\2" b"\2\0\0\0\0\1" b"\x08\0" + ip


def forms(secret):
    """The ways in which a secret may still lie in the bytes."""
    raw = secret.encode()
    yield raw.lower()
    yield raw.hex().encode()
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + raw)
        yield packed[4 if shift else 0:len(packed) - 4].lower()


def streams_of(path):
    """All payload of a capture, stream by stream, as tshark puts it together."""
    text = subprocess.run(["tshark", "-r", path, "-T", "fields", "-e", "tcp.stream", "-e", "tcp.srcport", "-e", "tcp.payload", "-Y",
                           "tcp.len>0"], capture_output=True, text=True, check=True).stdout
    whole = {}
    for line in text.splitlines():
        stream, port, payload = line.split("\t")
        whole[stream, port] = whole.get((stream, port), b"") + bytes.fromhex(payload.replace(":", ""))
    return list(whole.values())


def redacted(folder, data):
    before, after = folder.path / "before.pcap", folder.path / "after.pcapng"
    before.write_bytes(data)
    result = run("export", before, "--redact", "-o", after)
    expect(result.code == 0 and result.out == "" and result.err == "", result.err)
    return after


def shape(path):
    keys = ("kind", "id", "stream", "frame", "time", "protocol", "verb", "code", "state", "lines", "answers", "about", "direction", "event")
    return [{key: line[key] for key in keys if key in line} for line in run("decode", path, "--format", "ndjson").lines
            if line["kind"] not in ("capture", "end", "note", "credential")]


@case
def nothing_planted_is_left():
    """Hundreds of secrets, in every mechanism and place, whole or split over segments, in base64 or in clear: none is left."""
    plant = Planter()
    talks = []
    for number, cut in enumerate((100000, 7, 1)):
        for make in (smtp, pop3, imap, web, pop2, other):
            talks.append(make(plant, 30000 + len(talks), cut))
    frames = sorted((frame for talk in talks for frame in talk), key=lambda frame: frame[0])
    frames += [(frames[-1][0] + 1, dns(plant)), (frames[-1][0] + 2, b"\2\0\0\0\0\2" b"\2\0\0\0\0\1" b"\x88\xb5" + plant())]
    frames.append((frames[5][0] + 10**9, frames[5][1] + plant()))  # behind the end of the packet, where padding is
    expect(len(plant.secrets) >= 200, len(plant.secrets))
    with Folder() as folder:
        after = redacted(folder, pcap(frames))
        bytes_left = [after.read_bytes().lower(), *(stream.lower() for stream in streams_of(after))]
        for secret in plant.secrets:
            for form in forms(secret):
                expect(not any(form in data for data in bytes_left), "left", secret, form)
        expect(not any(bytes([192, 0, 2, n]) in bytes_left[0] for n in (1, 2, 53, 77)), "addresses")
        expect(b"192.0.2." not in bytes_left[0], "addresses as text")


@case
def the_structure_stays():
    """The boxed captures read the same when they are redacted: the same lines in the same frames, and every checksum right."""
    for path in CAPTURES:
        with Folder() as folder:
            after = folder.path / "after.pcapng"
            result = run("export", path, "--redact", "-o", after)
            expect(result.code == 0, path.name, result.err)
            if "compress" not in path.name:
                before = [line for line in shape(path) if line["kind"] != "message"]
                now = [line for line in shape(after) if line["kind"] != "message"]
                for was, line in zip(before, now, strict=True):
                    if set(line.get("verb", "")) == {"X"}:
                        was["verb"] = line["verb"]  # a word that nobody knows may be anything, a password too
                    expect({**line, "id": 0, "answers": 0, "about": 0} == {**was, "id": 0, "answers": 0, "about": 0}, path.name, was, line)
            wrong = subprocess.run(["tshark", "-r", after, "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o",
                                    "ip.check_checksum:TRUE", "-Y", "tcp.checksum.status==0 || udp.checksum.status==0 || "
                                    "ip.checksum.status==0"], capture_output=True, text=True, check=True).stdout
            expect(wrong == "", path.name, wrong[:300])


@case
def redact_wants_a_place():
    """--redact without -o, -o without --redact, or both with --messages exit with 2; the old file is left alone where nothing fits."""
    for words in (["--redact"], ["-o", "x.pcapng"], ["--redact", "-o", "x", "--messages", "y"]):
        result = run("export", CAPTURES[0], *words)
        expect(result.code == 2 and "--redact" in result.err, result.err)
    result = run("export", CAPTURES[0], "--redact", "-o", "/proc/nowhere/x.pcapng")
    expect(result.code == 4, result.err)
