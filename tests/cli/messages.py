# SPDX-License-Identifier: MIT
"""Exit codes and messages: what cannot be read, what is cut, what is asked wrongly, what cannot be written."""
import gzip
import os
import shutil
import struct
import subprocess

from frames import UNREADABLE, pcap, pcapng, records, smtp_capture
from support import PROGRAM, Folder, case, decode, environment, expect, expect_message, expect_quiet, run

WHOLE = pcap(smtp_capture())
WHOLE_NG = pcapng(smtp_capture())


@case
def a_whole_file():
    """A whole capture exits with 0 and says nothing on standard error, as text and as ndjson."""
    for form in ("text", "ndjson"):
        expect_quiet(decode(WHOLE, form=form))
        expect_quiet(decode(WHOLE_NG, form=form))


@case
def a_file_without_frames():
    """A valid file without frames exits with 0; its lines are capture and end."""
    for empty in (pcap([]), pcapng([])):
        result = decode(empty)
        expect_quiet(result)
        expect([line["kind"] for line in result.lines] == ["capture", "end"], result.out)
        expect("No mail conversation that can be read" in decode(empty, form="text").out)


@case
def foreign_files():
    """What is no capture exits with 3, shows nothing and is called by its name."""
    foreign = {"a text file": b"Dear Bob,\nthis is no capture.\n", "a PNG picture": b"\x89PNG\r\n\x1a\n" + bytes(40),
               "a file compressed twice": gzip.compress(gzip.compress(WHOLE)), "a program": b"\x7fELF\2\1\1" + bytes(60),
               "neither pcap nor pcapng": b"\x01\x02\x03\x04\xfe\xff" * 9}
    with Folder() as folder:
        for name, data in foreign.items():
            folder.write("letter.pcap", data)
            result = run("decode", "letter.pcap", folder=folder.path)
            expect_message(result, 3, "carteiro: decode: letter.pcap: ", name)
            expect(result.raw == b"", result.out)


@case
def an_empty_file():
    """An empty file, an empty pipe and /dev/null exit with 3 and are said to be empty."""
    with Folder() as folder:
        folder.write("nothing.pcap", b"")
        expect_message(run("decode", "nothing.pcap", folder=folder.path), 3, "carteiro: decode: nothing.pcap: the file is empty")
    expect_message(decode(b""), 3, "carteiro: decode: standard input: the file is empty")
    expect_message(run("decode", "/dev/null"), 3, "decode: /dev/null: the file is empty")


@case
def cut_in_the_file_header():
    """A file cut inside its header exits with 3: nothing of it can be read."""
    for whole, most in ((WHOLE, 24), (WHOLE_NG, 28)):
        for length in range(4, most):
            result = decode(whole[:length])
            expect_message(result, 3, "carteiro: decode: standard input: ")
            expect(result.raw == b"", result.out)


@case
def cut_anywhere_else():
    """A file cut in a record's header or in a frame's data exits with 1, names frame and byte, and shows every frame before the cut."""
    for whole in (WHOLE, WHOLE_NG):
        ends = [end for end, _ in records(whole)]
        for before in (0, 3, len(ends) - 1):
            start = ends[before - 1] if before else ends[0] - (ends[1] - ends[0]) if whole is WHOLE_NG else 24
            for cut in sorted({max(start, 40) + 1, (start + ends[before]) // 2, ends[before] - 1}):
                if not start < cut < ends[before]:
                    continue
                result = decode(whole[:cut])
                expect_message(result, 1, "carteiro: decode: standard input: the file ends inside", f"at byte {cut}")
                end = result.lines[-1]
                expect(end["kind"] == "end" and end["damaged"] and end["frames"] == before, cut, end)


@case
def a_cut_file_still_tells():
    """Of a file cut in its last frame the commands before it are shown as text too, and the message follows what was readable."""
    with Folder() as folder:
        folder.write("cut.pcap", WHOLE[:-5])
        result = run("decode", "cut.pcap", folder=folder.path)
        expect_message(result, 1, "carteiro: decode: cut.pcap: the file ends inside frame 13, at byte ")
        expect("MAIL FROM:<alice@alpha.example>" in result.out and "QUIT" in result.out, result.out)


@case
def a_lying_block_length():
    """A pcapng block whose length cannot be exits with 1 after the frames before it."""
    ends = [end for end, _ in records(WHOLE_NG)]
    for length in (0, 4, 13, 0xFFFFFFFF):
        data = WHOLE_NG[:ends[4] + 4] + struct.pack("<I", length) + WHOLE_NG[ends[4] + 8:]
        result = decode(data)
        expect_message(result, 1, "carteiro: decode: standard input: ")
        expect(result.lines[-1]["frames"] == 5, result.lines[-1])


@case
def link_types_nobody_reads():
    """Frames of an unknown link type are counted: all of them exit with 3, some with 1 and the rest is shown."""
    frames = smtp_capture()
    result = decode(pcap(frames, UNREADABLE))
    expect_message(result, 3, "carteiro: decode: standard input: ", f"{len(frames)} frames of a link type")
    expect(result.lines[-1]["frames"] == len(frames), result.lines[-1])
    mixed = pcapng([(*frame, 0) for frame in frames] + [(*frames[0], 1)] * 3, (1, UNREADABLE))
    result = decode(mixed)
    expect_message(result, 1, "carteiro: decode: standard input: ", "3 frames of a link type")
    expect([line["verb"] for line in result.of("command")] == ["EHLO", "MAIL", "QUIT"], result.out)
    one = pcapng([(*frame, 0) for frame in frames] + [(*frames[0], 1)], (1, UNREADABLE))
    expect_message(decode(one), 1, "1 frame of a link type")


@case
def places_that_are_no_file():
    """A directory, a missing file and a file without permission exit with 3 and say so."""
    with Folder() as folder:
        program = folder.path / "carteiro"
        shutil.copy(PROGRAM, program)
        program.chmod(0o755)
        secret = folder.write("secret.pcap", WHOLE)
        secret.chmod(0)
        expect_message(run("decode", folder.path), 3, f"carteiro: decode: {folder.path}: this is a folder, not a file")
        expect_message(run("decode", folder.path / "not-there"), 3, "not-there: there is no such file")
        expect_message(run("decode", secret / "below"), 3, "carteiro: decode: ")
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        expect_message(run("decode", secret, program=program, **nobody), 3, "secret.pcap: you have no permission to read it")


@case
def names_that_would_steer_a_terminal():
    """A file name with line ends and escape sequences stays one harmless line."""
    result = run("decode", "a\nb\x1b[31m\u202e.pcap")
    expect_message(result, 3, "carteiro: decode: a")
    expect(not any(ord(c) < 32 for c in result.err[:-1]) and "\u202e" not in result.err, repr(result.err))


WRONG = [
    (["decode"], "carteiro: decode: ", "give one capture file, or - for standard input"),
    (["decode", "one.pcap", "two.pcap"], "carteiro: decode: two.pcap: give one capture file"),
    (["decode", "-", "--wherever"], "carteiro: decode: --wherever: ", "carteiro decode --help"),
    (["decode", "-", "--format"], "carteiro: decode: --format: a value must follow"),
    (["decode", "-", "--format", "xml"], "carteiro: decode: --format xml: the formats are text, ndjson\n"),
    (["decode", "-", "--format", "none"], "carteiro: decode: --format none: the formats are text, ndjson\n"),
    (["decode", "-", "--format="], "carteiro: decode: --format : the formats are"),
    *[(["decode", "-", "--decode-as", rule], f"carteiro: decode: --decode-as {rule}: ", "2525=smtp")
      for rule in ("2525", "2525=", "=smtp", "0=smtp", "65536=smtp", "-1=smtp", "2525=gopher", "smtp=2525", "25x=smtp")],
    (["simulate", "no-such-story"], "carteiro: simulate: no-such-story: "),
    (["simulate", "walk", "walk"], "carteiro: simulate: walk: give one scenario"),
    (["simulate", "--wherever"], "carteiro: simulate: --wherever: ", "carteiro simulate --help"),
    (["simulate", "--format", "xml"], "carteiro: simulate: --format xml: the formats are text, ndjson, none"),
    *[(["simulate", "--seed", seed], f"carteiro: simulate: --seed {seed}: ") for seed in ("abc", "", "-1", "1.5", "18446744073709551616")],
    (["simulate", "--set", "nonsense"], "carteiro: simulate: --set nonsense: ", "KEY=VALUE"),
    (["simulate", "--set", "Nonsense=1"], "carteiro: simulate: --set: ", "Nonsense"),
    (["simulate", "--set", "No Such Group/Key=1"], "carteiro: simulate: --set: "),
    (["deliver"], "carteiro: command: deliver: no such command"),
    (["--deliver"], "carteiro: command: --deliver: no such command"),
]


@case
def wrong_usage():
    """Every wrong use exits with 2 and one line that names the command, the word and what would be right."""
    for words, *parts in WRONG:
        result = run(*words)
        expect_message(result, 2, *parts)
        expect(result.raw == b"", words, result.out)


@case
def wrong_languages():
    """--lang with another language, or with none, exits with 2."""
    for words in (["--lang", "fr", "decode", "-"], ["decode", "-", "--lang=de"], ["decode", "-", "--lang"], ["--lang", "", "--version"]):
        expect_message(run(*words, language=None), 2, "carteiro: --lang: ", "pt_BR", "en")


@case
def a_wrong_scenario_file():
    """A scenario file with a fault exits with 2 and names file and line."""
    with Folder() as folder:
        folder.write("bad.ini", b"[Scenario]\nTitle=Bad\n\n[Act 1]\nDo=juggle\n")
        expect_message(run("simulate", "bad.ini", folder=folder.path), 2, "carteiro: simulate: bad.ini:", "5: ")


@case
def help_and_version():
    """--help, --version and each command's --help exit with 0 and print to standard output."""
    for words in (["--help"], ["-h"], ["help"], ["--version"], ["decode", "--help"], ["decode", "-h"], ["simulate", "--help"]):
        result = run(*words)
        expect_quiet(result)
        expect("carteiro" in result.out, words, result.out)
    for option in ("--format", "--reveal", "--pcap", "--seed", "--set"):
        expect(option in run("simulate", "--help").out, option)


@case
def words_after_two_dashes():
    """After -- a word is a file, however it looks; an option may come before or after the file."""
    with Folder() as folder:
        folder.write("--reveal", WHOLE)
        expect_quiet(run("--lang", "en", "decode", "--", "--reveal", folder=folder.path, language=None))
        folder.write("a.pcap", WHOLE)
        before, after = (run("decode", *words, folder=folder.path) for words in (["--format=ndjson", "a.pcap"], ["a.pcap", "--format=ndjson"]))
        expect(before.code == 0 and before.raw == after.raw, before.err, after.err)


@case
def a_full_disk():
    """A full disk exits with 4, whatever was to be written."""
    calls = [["simulate"], ["simulate", "--format", "ndjson"], ["--help"], ["--version"], ["decode", "--help"]]
    with open("/dev/full", "wb") as full:
        for form in ("text", "ndjson"):
            expect_message(decode(WHOLE, form=form, stdout=full), 4, "carteiro: decode: standard output: ")
        for words in calls:
            expect_message(run(*words, stdout=full), 4, "carteiro: ", ": standard output: ")


@case
def frames_that_cannot_be_saved():
    """--pcap into a missing folder, onto a directory or onto a full disk exits with 4 and names the place."""
    with Folder() as folder:
        for place in (folder.path / "missing" / "a.pcapng", folder.path, "/dev/full"):
            expect_message(run("simulate", "--format", "none", "--pcap", place), 4, f"carteiro: simulate: {place}: ")
        expect(list(folder.path.iterdir()) == [], list(folder.path.iterdir()))


def close_after_one_line(words, data=None):
    process = subprocess.Popen([PROGRAM, *words, "--lang", "en"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL if data is None else data)
    line = process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read().decode()
    process.stderr.close()
    return process.wait(timeout=60), line.decode(), err


@case
def a_reader_that_goes():
    """A reader that goes after one line, as head -1 does, is a quiet 0, for a large file and for the walk."""
    with Folder() as folder:
        path = folder.write("large.pcap", pcap(smtp_capture(600)))
        for form in ("text", "ndjson"):
            code, line, err = close_after_one_line(["decode", str(path), "--format", form])
            expect(code == 0 and err == "" and line.endswith("\n"), code, err, line)
            with open(path, "rb") as data:
                code, line, err = close_after_one_line(["decode", "-", "--format", form], data)
            expect(code == 0 and err == "" and line.endswith("\n"), code, err, line)
    code, line, err = close_after_one_line(["simulate"])
    expect(code == 0 and err == "" and "Alice" in line, code, err, line)
