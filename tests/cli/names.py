# SPDX-License-Identifier: MIT
"""DNS over TCP, policies in TXT records, and the connection that follows an answer."""
import random
import struct

from frames import START, Conversation, pcap, smtp_capture
from support import case, decode, expect


def name(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".")) + b"\0"


def message(number, asked, kind, records=None):
    data = struct.pack(">HHHHHH", number, 0x0100 if records is None else 0x8180, 1, len(records or []), 0, 0) + name(asked)
    data += struct.pack(">HH", kind, 1)
    for kind, value in records or []:
        data += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(value)) + value
    return data


def over_tcp(*messages):
    return b"".join(struct.pack(">H", len(data)) + data for data in messages)


def udp(source, target, ports, data, time):
    packet = struct.pack(">HHHH", *ports, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(packet), 0, 0, 64, 17, 0) + bytes(source) + bytes(target)
    return time, b"\2\0\0\0\0\2" b"\2\0\0\0\0\1" b"\x08\0" + ip + packet


ASKED = message(1, "beta.example", 15), message(2, "beta.example", 16)
TOLD = (message(1, "beta.example", 15, [(15, b"\0\x0a" + name("mail.beta.example"))]),
        message(2, "beta.example", 16, [(16, b"\x0bv=spf1 -all")]))


@case
def dns_over_tcp_is_read():
    """Questions and answers over TCP are lines like those over UDP, however the segments are cut."""
    for cut in (1, 3, 40, 1000):
        talk = Conversation(port=53)
        for side, data in ((0, over_tcp(*ASKED)), (1, over_tcp(*TOLD))):
            for at in range(0, len(data), cut):
                talk.packet(side, data[at:at + cut], 24)
        lines = decode(pcap(talk.close())).lines
        queries = [line for line in lines if line["kind"] == "query"]
        answers = [line for line in lines if line["kind"] == "answer"]
        expect([line["type"] for line in queries] == ["MX", "TXT"], queries)
        expect([line["records"] for line in answers] == [["MX 10 mail.beta.example"], ['TXT "v=spf1 -all"']], answers)
        expect([line["answers"] for line in answers] == [line["id"] for line in queries], answers)
        expect("stream" in queries[0] and "SPF" not in answers[0]["gloss"] and answers[1]["gloss"].startswith("Which hosts"), answers)


@case
def lengths_over_tcp_that_lie():
    """hardening/71-lengths-over-tcp-that-lie: too long, too short or random ones are survived, and nothing is made up."""
    chance = random.Random(3)
    for data in (b"\xff\xff" + ASKED[0], b"\0\0" + ASKED[0], b"\0\x0c" + ASKED[0], over_tcp(ASKED[0][:-3]), chance.randbytes(5000),
                 over_tcp(chance.randbytes(60000)), over_tcp(*[ASKED[0]] * 2000)):
        talk = Conversation(port=53)
        for at in range(0, len(data), 1000):
            talk.client(data[at:at + 1000])
        result = decode(pcap(talk.close()))
        expect(result.code == 0, result.err)
    expect(len(result.of("query")) == 2000, len(result.of("query")))


@case
def the_connection_after_an_answer_is_linked():
    """The session whose server's address came from a DNS answer names that answer, and a note says so."""
    answer = message(7, "mx.test", 1, [(1, bytes([192, 0, 2, 2]))])
    frames = [udp([192, 0, 2, 1], [192, 0, 2, 53], (50000, 53), message(7, "mx.test", 1), START - 2),
              udp([192, 0, 2, 53], [192, 0, 2, 1], (53, 50000), answer, START - 1), *smtp_capture()]
    result = decode(pcap(frames))
    opened = result.of("session")[0]
    linked = [line for line in result.lines if line.get("id") == opened.get("link")]
    expect(linked and linked[0]["kind"] == "answer" and linked[0]["records"] == ["A 192.0.2.2"], opened)
    expect([note["about"] for note in result.of("note") if note["code"] == "resolved"] == [opened["id"]], result.of("note"))
    expect("link" not in decode(pcap(smtp_capture())).of("session")[0], "no answer, no link")


@case
def services_and_certificates_are_told():
    """SRV and TLSA records are written out."""
    frames = [udp([192, 0, 2, 53], [192, 0, 2, 1], (53, 50000),
                  message(8, "_imaps._tcp.beta.example", 33, [(33, struct.pack(">HHH", 0, 1, 993) + name("imap.beta.example"))]), START),
              udp([192, 0, 2, 53], [192, 0, 2, 1], (53, 50001), message(9, "_25._tcp.mx", 52, [(52, b"\3\1\1\xab\xcd")]), START + 1)]
    records = [line["records"] for line in decode(pcap(frames)).of("answer")]
    expect(records == [["SRV 0 1 993 imap.beta.example"], ["TLSA 3 1 1 abcd"]], records)


@case
def a_message_over_tcp_that_never_ends_is_told():
    """What came of it is shown as cut, and at the close a note counts the bytes that are missing; without a close none does."""
    for closed in (True, False):
        talk = Conversation(port=53)
        talk.client(over_tcp(ASKED[0]))
        talk.packet(1, over_tcp(TOLD[0])[:-4], 24)
        result = decode(pcap(talk.close() if closed else talk.frames))
        answers, notes = result.of("answer"), [note for note in result.of("note") if note["code"] == "body-length"]
        expect([(line["name"], line["records"]) for line in answers] == [("beta.example", [])], result.lines)
        expect([note["about"] for note in notes] == ([answers[0]["id"]] if closed else []), notes)


def told(data):
    return decode(pcap([udp([192, 0, 2, 53], [192, 0, 2, 1], (53, 50000), data, START)])).of("answer")[0]


@case
def answers_that_hold_nothing_are_told_apart():
    """Cut short, a referral, none of these by way of a resolver: three meanings of no error and no record."""
    def reply(flags, authority):
        kind, value = authority
        return (struct.pack(">HHHHHH", 5, flags, 1, 0, 1 if kind else 0, 0) + name("beta.example") + struct.pack(">HH", 15, 1) +
                (b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(value)) + value if kind else b""))
    start_of_authority = 6, name("ns.test") + name("root.test") + struct.pack(">IIIII", 1, 2, 3, 4, 5)
    for data, words in ((reply(0x8380, (0, b"")), "Too long for a datagram"), (reply(0x8000, (2, name("ns.test"))), "I do not know"),
                        (reply(0x8180, start_of_authority), "The name exists"), (reply(0x8480, (0, b"")), "The name exists"),
                        (reply(0x8480, start_of_authority), "The name exists"), (TOLD[0], "This server does")):
        expect(told(data)["gloss"].startswith(words), told(data))


@case
def datagrams_seen_twice_are_one_line():
    """A capture on `any` holds each datagram once an interface; asked again a second later it is a line of its own."""
    client, server, asked = [192, 0, 2, 1], [192, 0, 2, 53], message(7, "mx.test", 1)
    answer, other = message(7, "mx.test", 1, [(1, bytes([192, 0, 2, 9]))]), message(8, "mx.test", 28)
    frames = [udp(client, server, (50000, 53), data, START + after) for after, data in
              ((0, asked), (40_000, asked), (60_000, other), (1_000_000_000, other), (1_000_010_000, other))]
    frames += [udp(server, client, (53, 50000), answer, START + 1_001_000_000 + after) for after in (0, 4_999_999, 9_999_999)]  # the third 5 ms after the second
    result = decode(pcap(frames))
    expect([line["frame"] for line in result.of("query")] == [1, 3, 4], result.of("query"))
    expect([line["frame"] for line in result.of("answer")] == [6, 8], result.of("answer"))
    expect(result.lines[-1]["frames"] == len(frames), result.lines[-1])
