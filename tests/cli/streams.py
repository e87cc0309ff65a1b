# SPDX-License-Identifier: MIT
"""Where captures come from: files, pipes, FIFOs, and pipes that are still growing."""
import gzip
import json
import os
import select
import subprocess
import threading
import zlib

from frames import Conversation, pcap, pcapng, records, smtp_capture
from support import CAPTURES, PROGRAM, Folder, case, decode, environment, expect, expect_quiet, run


@case
def the_same_by_every_way():
    """A file, a pipe, a redirected file and a FIFO give the same lines, but for the name; without a name a pipe is read."""
    for path in (CAPTURES[0], CAPTURES[3]):
        data = path.read_bytes()
        whole = run("decode", path, "--format", "ndjson").out.split("\n", 1)[1]
        piped = decode(data)
        expect_quiet(piped)
        expect(piped.lines[0]["file"] == "-", piped.lines[0])
        expect(piped.out.split("\n", 1)[1] == whole, "a pipe differs")
        unnamed = run("decode", "--format", "ndjson", data=data)
        expect(unnamed.raw == piped.raw, "without a name", unnamed.err)
        with Folder() as folder:
            fifo = folder.path / "fifo"
            os.mkfifo(fifo)
            writer = threading.Thread(target=fifo.write_bytes, args=(data,))
            writer.start()
            by_fifo = run("decode", fifo, "--format", "ndjson")
            writer.join()
            expect_quiet(by_fifo)
            expect(by_fifo.out.split("\n", 1)[1] == whole, "a FIFO differs")


def read_lines_now(process, wanted, seconds=20):
    """Returns what is written until wanted appears, without closing the input."""
    got = b""
    while wanted not in got and select.select([process.stdout], [], [], seconds)[0]:
        more = os.read(process.stdout.fileno(), 65536)
        if not more:
            break
        got += more
    return got


@case
def a_growing_pipe():
    """A capture that grows in a pipe shows its lines before the input ends, in both formats and both forms."""
    frames = smtp_capture()
    for data in (pcap(frames), pcapng(frames)):
        half = [end for end, _ in records(data)][7]  # EHLO's reply and MAIL have passed
        for form, wanted in (("ndjson", b'"MAIL"'), ("text", b"MAIL FROM:")):
            process = subprocess.Popen([PROGRAM, "decode", "-", "--format", form, "--lang", "en"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
            process.stdin.write(data[:half])
            process.stdin.flush()
            early = read_lines_now(process, wanted)
            expect(wanted in early and b"QUIT" not in early, early)
            late, err = process.communicate(data[half:], timeout=60)
            expect(process.returncode == 0 and err == b"", process.returncode, err)
            expect(early + late == decode(data, form=form).raw, "not the same lines as at once")


@case
def rows_come_as_the_bytes_do():
    """However the pipe is cut into pieces, the lines are the same."""
    data = pcap(smtp_capture(2))
    whole = decode(data).raw
    for step in (1, 7, 1000):
        process = subprocess.Popen([PROGRAM, "decode", "-", "--format", "ndjson", "--lang", "en"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env=environment())
        for at in range(0, len(data), step):
            process.stdin.write(data[at:at + step])
            process.stdin.flush()
        out, _ = process.communicate(timeout=60)
        expect(process.returncode == 0 and out == whole, step, out[-300:])
        expect(json.loads(out.splitlines()[-1])["frames"] == 26)


@case
def compressed_captures():
    """A gzip-compressed capture reads as the plain one: from a file, a pipe, in several members, with something behind it."""
    for data in (CAPTURES[0].read_bytes(), pcapng(smtp_capture())):
        plain = decode(data).out.split("\n", 1)[1]
        half = len(data) // 2
        for packed in (gzip.compress(data), gzip.compress(data[:half]) + gzip.compress(data[half:]), gzip.compress(data) + b"more"):
            piped = decode(packed)
            expect_quiet(piped)
            expect(piped.out.split("\n", 1)[1] == plain, "a pipe differs")
            with Folder() as folder:
                path = folder.path / "capture.pcap.gz"
                path.write_bytes(packed)
                filed = run("decode", path, "--format", "ndjson")
                expect(filed.code == 0 and filed.out.split("\n", 1)[1] == plain, "a file differs", filed.err)


@case
def damaged_compression():
    """A compressed capture that is cut or damaged exits with 1 after what was readable, or with 3 where nothing was."""
    packed = gzip.compress(pcap(smtp_capture()))
    for cut in range(len(packed) * 2 // 3, len(packed) - 1, 7):
        result = decode(packed[:cut])
        expect(result.code == 1 and "compressed" in result.err, cut, result.err)
    expect(decode(packed[:12]).code == 3, "a cut header")
    spoilt = packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]
    result = decode(spoilt)
    expect(result.code == 1 and "compressed" in result.err and len(result.of("command")) > 2, result.err)


def compressed_imap(cut, spoil=None, bomb=False):
    """An IMAP session that goes on compressed, its segments cut at every `cut` bytes."""
    talk = Conversation(port=143, client_port=44000)
    talk.server(b"* PREAUTH\r\n").client(b"a COMPRESS DEFLATE\r\n").server(b"a OK begin\r\n")
    packers = [zlib.compressobj(9, zlib.DEFLATED, -15) for _ in range(2)]

    def say(side, text):
        data = packers[side].compress(text) + packers[side].flush(zlib.Z_SYNC_FLUSH)
        for at in range(0, len(data), cut):
            talk.packet(side, data[at:at + cut], 24)
    say(0, b"b SELECT INBOX\r\n")
    say(1, b"* 1 EXISTS\r\nb OK\r\n")
    say(0, b"c FETCH 1 BODY[]\r\n")
    letter = b"Subject: vamos estudar redes\r\n\r\n" + (b"\0" * 3000000 if bomb else b"a line of text\r\n" * 50)
    say(1, b"* 1 FETCH (BODY[] {%d}\r\n" % len(letter) + letter + b")\r\nc OK\r\n")
    if spoil is not None:
        del talk.frames[spoil]
    say(0, b"d LOGOUT\r\n")
    say(1, b"* BYE\r\nd OK\r\n")
    return talk.close()


@case
def compressed_imap_is_unpacked():
    """After COMPRESS both sides are unpacked, however the segments are cut: commands, replies, letters."""
    for cut in (1, 7, 100, 1400):
        result = decode(pcap(compressed_imap(cut)))
        expect_quiet(result)
        expect([line["verb"] for line in result.of("command")] == ["COMPRESS", "SELECT", "FETCH", "LOGOUT"], result.of("command"))
        expect([line["subject"] for line in result.of("message")] == ["vamos estudar redes"], result.of("message"))
        expect("compressed" in [line["code"] for line in result.of("note")], result.of("note"))


@case
def compression_that_cannot_go_on():
    """hardening/54-compressed-streams-have-a-cap: a bomb, and a frame missing inside, end the reading of that side with a remark."""
    bomb = decode(pcap(compressed_imap(1400, bomb=True)))
    expect(bomb.code == 0 and [note for note in bomb.of("note") if note["code"] == "compressed-lost"], bomb.of("note"))
    expect(len(bomb.out) < 300000, len(bomb.out))
    for gone in range(6, 11):
        result = decode(pcap(compressed_imap(50, spoil=gone)))
        expect(result.code == 0, gone, result.err)
