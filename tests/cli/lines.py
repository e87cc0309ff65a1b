# SPDX-License-Identifier: MIT
"""The lines of --format ndjson, to the letter of what is promised, for every capture and for bytes made by hand."""
import base64
import json
import re

from frames import START, Conversation, greeting, pcap, pcapng, records, smtp_capture
from schema import faults_of
from support import CAPTURES, ROOT, case, decode, expect, expect_quiet, run


@case
def every_capture_keeps_the_promise():
    """Every line of every capture is JSON with the promised keys and types; ids run from 1, answers refer backwards, end counts right."""
    expect(len(CAPTURES) >= 40, len(CAPTURES), "captures")
    for path in CAPTURES:
        for more in ([], ["--reveal"]):
            result = run("decode", path, "--format", "ndjson", *more)
            expect_quiet(result)
            expect(result.out.endswith("\n"), path.name)
            faults = faults_of(result.lines)
            expect(not faults, path.name, *faults[:5])
            sizes = [size for _, size in records(path.read_bytes())]
            end = result.lines[-1]
            expect((end["frames"], end["bytes"], end["damaged"]) == (len(sizes), sum(sizes), False), path.name, end)


@case
def every_capture_says_what_is_in_it():
    """The commands of every capture are as many as its table says, protocol by protocol."""
    table = re.findall(r"^\| \[(\S+?)\]\(.*\) \|.*?\|.*?\| (\d+) \| (.*?) \|", (ROOT / "captures/README.md").read_text(), re.M)
    expect(len(table) == len(CAPTURES), len(table))
    for name, frames, counts in table:
        if "-keys" in name or "-compress" in name:  # most of it is told only by keys or by inflating
            continue
        lines = run("decode", ROOT / "captures" / name, "--format", "ndjson").of("command")
        for protocol, wanted in re.findall(r"(\w+) (\d+)", counts):
            count = sum(line["protocol"] == protocol.lower() for line in lines)
            expect(count == int(wanted), name, protocol, count, "not", wanted)


@case
def capture_says_what_the_header_says():
    """The capture line names file, form, link types and interfaces; the name is as it was given."""
    named = {path.name: run("decode", path.name, "--format", "ndjson", folder=path.parent).lines[0] for path in CAPTURES}
    for name, line in named.items():
        expect(line["file"] == name and line["format"] in ("pcap", "pcap-ns", "pcapng"), line)
        expect(len(line["link_types"]) == len(line["interfaces"]) >= 1, line)
    expect(named["smtp-any.pcap"]["link_types"] == ["LINUX_SLL2"] and named["pop3-mutt.pcap"]["link_types"] == ["LINUX_SLL"], "cooked")
    expect(named["smtp-auth-login.pcap"]["format"] == "pcap-ns" and named["smtp-plain.pcap"]["format"] == "pcap", "forms")
    expect(named["story-whole.pcapng"]["link_types"] == ["ETHERNET"] * 3, named["story-whole.pcapng"])


@case
def a_conversation_to_the_letter():
    """A conversation by hand gives these lines, with the times and frames of what completed them."""
    lines = decode(pcap(smtp_capture())).lines[1:-1]
    told = [(line["kind"], line.get("verb") or line.get("code") or line.get("state"), line["frame"], line.get("answers")) for line in lines]
    expect(told == [("session", "opened", 1, None), ("reply", "220", 4, None), ("command", "EHLO", 5, None), ("reply", "250", 6, 3),
                    ("command", "MAIL", 7, None), ("reply", "250", 8, 5), ("command", "QUIT", 9, None), ("reply", "221", 10, 7),
                    ("session", "closed", 12, None)], told)
    for line in lines:
        time = START + (line["frame"] - 1) * 1_000_001
        expect(line["time"] == f"{time // 10**9}.{time % 10**9:09d}", line)
    ehlo, mail, close = lines[3], lines[4], lines[-1]
    expect((ehlo["text"], ehlo["lines"]) == ("mail.test\nAUTH PLAIN LOGIN", 2), ehlo)
    expect(mail["argument"] == "FROM:<alice@alpha.example>" and mail["from"] == "192.0.2.1:20000" and mail["to"] == "192.0.2.2:25", mail)
    expect((lines[5]["enhanced"], lines[5]["text"]) == ("2.1.0", "2.1.0 Ok"), lines[5])
    expect((close["commands"], close["replies"], close["bytes"]) == (3, 4, 134), close)


@case
def addresses_of_version_6():
    """IPv6 addresses stand in brackets, in their short form."""
    talk = greeting(client="2001:db8::1", server="2001:db8:0:0:1::2", port=587)
    line = decode(pcap(talk.close())).of("command")[0]
    expect((line["from"], line["to"]) == ("[2001:db8::1]:40000", "[2001:db8::1:0:0:2]:587"), line)


@case
def streams_are_counted_as_wireshark_does():
    """stream counts every TCP conversation from 0, mail or not."""
    web = Conversation(port=9999, client_port=1111).client(b"\x16\x03\x01 nothing of ours\r\n").server(b"\0\1\2\3")
    frames = web.close() + smtp_capture(2)
    lines = decode(pcap(frames)).lines[1:-1]
    expect({line["stream"] for line in lines} == {1, 2}, {line["stream"] for line in lines})


@case
def bad_bytes_are_kept_aside():
    """Each byte that is not UTF-8 becomes U+FFFD and the line adds raw, the bytes themselves; a good line has no raw."""
    line = b"MAIL FROM:<jos\xe9\xff@alpha.example>\r\n"
    talk = greeting().client(line).server(b"550 5.1.7 n\xe3o\r\n").client("RCPT TO:<joão@x>\r\n".encode())
    lines = decode(pcapng(talk.close())).lines
    mail, rcpt = [row for row in lines if row.get("verb") in ("MAIL", "RCPT")]
    expect(mail["argument"] == "FROM:<jos\ufffd\ufffd@alpha.example>", mail)
    expect(base64.b64decode(mail["raw"]).rstrip(b"\r\n") == line.rstrip(b"\r\n"), mail)
    expect(rcpt["argument"] == "TO:<joão@x>" and "raw" not in rcpt, rcpt)
    refusal = [row for row in lines if row.get("code") == "550"][0]
    expect("n\ufffdo" in refusal["text"] and b"n\xe3o" in base64.b64decode(refusal["raw"]), refusal)


@case
def controls_stay_json():
    """NUL, escape sequences, quotes and backslashes travel through JSON and come out as they were; standard output stays one line a row."""
    talk = greeting().client(b'NOOP a\0b"c\\d\x1b[2J\x7f\xe2\x80\xae\r\n').server(b"250 ok\r\n")
    result = decode(pcap(talk.close()))
    noop = [line for line in result.of("command") if line["verb"] == "NOOP"][0]
    expect(noop["argument"] == 'a\0b"c\\d\x1b[2J\x7f\u202e', noop)
    text = decode(pcap(talk.frames), form="text").out
    expect(not re.search("[\0-\x09\x0b-\x1f\x7f\u202e]", text), repr(text))


@case
def long_lines_are_cut():
    """argument and text are whole up to 64 KiB and cut beyond it, with truncated."""
    for length in (1000, 65400, 70000, 200000):
        word = b"x" * length
        segments = [b"NOOP " + word + b"\r\n"]
        talk = greeting().client(*[segments[0][at:at + 1400] for at in range(0, len(segments[0]), 1400)]).server(b"250 Ok\r\n")
        noop = [line for line in decode(pcap(talk.close())).of("command") if line["verb"] == "NOOP"][0]
        if length < 65536 - 10:
            expect(noop["argument"] == word.decode() and "truncated" not in noop, length, noop.get("truncated"))
        else:
            expect(noop["truncated"] is True and 65000 < len(noop["argument"]) <= 65536, length, len(noop["argument"]))


@case
def a_port_read_as_something():
    """--decode-as takes a port for a protocol, several times; without it an SMTP greeting on a strange port is recognised by what it says."""
    talk = Conversation(port=4025).client(b"NOOP\r\n").server(b"250 Ok\r\n").client(b"RSET\r\n").server(b"250 Ok\r\n").close()
    told = decode(pcap(talk), "--decode-as", "1=imap", "--decode-as", "4025=smtp").of("command")
    expect([line["verb"] for line in told] == ["NOOP", "RSET"] and told[0]["protocol"] == "smtp", told)
    recognised = decode(pcap(greeting(port=4026).close())).of("command")
    expect([line["verb"] for line in recognised] == ["EHLO"], recognised)


@case
def conversations_end_in_four_ways():
    """A conversation is closed, reset or unfinished, and one joined in the middle says so."""
    whole = smtp_capture()
    states = lambda frames: [line["state"] for line in decode(pcap(frames)).of("session")]  # noqa: E731
    expect(states(whole) == ["opened", "closed"], states(whole))
    expect(states(whole[:9]) == ["opened", "unfinished"], states(whole[:9]))
    expect(states(whole[3:])[0] == "midstream", states(whole[3:]))
    talk = greeting()
    talk.packet(1, b"", 4)
    expect(states(talk.frames) == ["opened", "reset"], states(talk.frames))


@case
def a_missing_frame_is_a_gap():
    """Where a frame is missing a note says so, and the replies after it still answer their own commands."""
    frames = smtp_capture()
    lines = decode(pcap(frames[:6] + frames[7:])).lines  # without MAIL
    expect("gap" in [line["code"] for line in lines if line["kind"] == "note"], lines)
    quit_line = [line for line in lines if line.get("verb") == "QUIT"][0]
    expect([line["answers"] for line in lines if line.get("code") == "221"] == [quit_line["id"]], lines)


@case
def dns_over_udp():
    """Questions of the simulation have udp_stream and no stream; their answers hold the records."""
    lines = run("simulate", "--format", "ndjson").lines
    query, answer = [[line for line in lines if line["kind"] == kind][0] for kind in ("query", "answer")]
    expect(query["type"] == "MX" and query["name"] == "beta.example" and query["udp_stream"] == 0 and "stream" not in query, query)
    expect(answer["answers"] == query["id"] and any("mail.beta.example" in record for record in answer["records"]), answer)
    expect(json.loads(json.dumps(answer)) == answer)


@case
def bad_checksums_are_marked_and_read():
    """A wrong TCP checksum is remarked on once a direction and its bytes are shown; one left open by the network card is not."""
    frames = smtp_capture()
    spoilt = [(time, frame[:50] + b"\xab\xcd" + frame[52:]) if n >= 3 else (time, frame) for n, (time, frame) in enumerate(frames)]
    result = decode(pcap(spoilt))
    notes = [note for note in result.of("note") if note["code"] == "bad-checksum"]
    expect(result.code == 0 and len(notes) == 2 and {note["from"] for note in notes} == {line["from"] for line in result.of("reply")} |
           {line["from"] for line in result.of("command")}, notes)
    expect(len(result.of("command")) == len(decode(pcap(frames)).of("command")), "commands")
    expect(not [note for note in decode(pcap(frames)).of("note") if note["code"] == "bad-checksum"], "right ones")


@case
def marks_without_quit_stay():
    """hardening/44-marks-without-quit-are-told-at-the-end: where the connection ends after DELE a note says that nothing is deleted; where only the capture ends nothing is claimed."""
    talk = greeting_pop3()
    talk.client(b"DELE 1\r\n").server(b"+OK\r\n")
    open_end = decode(pcap(talk.frames))
    expect(not [note for note in open_end.of("note") if note["code"] == "delete-undone"], open_end.of("note"))
    talk.close()
    notes = [note for note in decode(pcap(talk.frames)).of("note") if note["code"] == "delete-undone"]
    expect(len(notes) == 1, notes)
    quit = greeting_pop3()
    quit.client(b"DELE 1\r\n").server(b"+OK\r\n").client(b"QUIT\r\n").server(b"+OK\r\n").close()
    expect(not [note for note in decode(pcap(quit.frames)).of("note") if note["code"] == "delete-undone"], "after QUIT")
    for answer in (b"", b"-ERR not all of them\r\n"):
        quit = greeting_pop3()
        quit.client(b"DELE 1\r\n").server(b"+OK\r\n").client(b"QUIT\r\n")
        if answer:
            quit.server(answer)
        quit.close()
        expect(not [note for note in decode(pcap(quit.frames)).of("note") if note["code"] == "delete-undone"], ("QUIT was said", answer))
    missing = greeting_pop3()
    missing.client(b"DELE 1\r\n").server(b"+OK\r\n")
    before = len(missing.frames)
    missing.client(b"QUIT\r\n")
    del missing.frames[before:]
    missing.close()
    rows = decode(pcap(missing.frames))
    expect([note for note in rows.of("note") if note["code"] == "gap"], "the client's bytes are missing")
    expect(not [note for note in rows.of("note") if note["code"] == "delete-undone"], "QUIT may be what is missing")


def greeting_pop3():
    talk = Conversation(port=110)
    return talk.server(b"+OK\r\n").client(b"USER bob\r\n").server(b"+OK\r\n").client(b"PASS x\r\n").server(b"+OK\r\n")


@case
def beginnings_in_the_middle_and_forged_resets():
    """hardening/24-joined-in-the-middle-one-direction-and-forged-resets: what was seen is told, and a reset far off ends nothing."""
    frames = smtp_capture()
    for first in range(1, len(frames)):
        result = decode(pcap(frames[first:]))
        expect(result.code == 0, first, result.err)
    for side in {frame[26:30] for _, frame in frames}:
        half = [(time, frame) for time, frame in frames if frame[26:30] == side]
        result = decode(pcap(half))
        expect(result.code == 0 and len(result.of("command") + result.of("reply")) > 1, result.lines)
    talk = Conversation(port=25)
    talk.server(b"220 mx\r\n").client(b"EHLO pc\r\n")
    true_next = talk.next[0]
    talk.next[0] = (true_next + 0x40000000) % 2**32
    talk.packet(0, b"", 4)
    talk.next[0] = true_next
    talk.server(b"250 mx\r\n").client(b"QUIT\r\n").server(b"221 bye\r\n").close()
    result = decode(pcap(talk.frames))
    expect([line["verb"] for line in result.of("command")] == ["EHLO", "QUIT"], result.of("command"))
    expect([line["state"] for line in result.of("session")] == ["opened", "closed"], result.of("session"))
