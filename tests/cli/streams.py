# SPDX-License-Identifier: MIT
"""Where captures come from: files, pipes, FIFOs, and pipes that are still growing."""
import json
import os
import select
import subprocess
import threading

from frames import pcap, pcapng, records, smtp_capture
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
