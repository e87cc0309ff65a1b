# SPDX-License-Identifier: MIT
"""The text for a terminal: its width, its attributes, its headings."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import unicodedata

from frames import Conversation, greeting, pcap, smtp_capture
from support import CAPTURES, PROGRAM, Folder, case, decode, environment, expect, run

WHOLE = pcap(smtp_capture())


def columns(line):
    """The columns that a terminal gives to this line."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def on_a_terminal(columns, *words, **more):
    """Returns what carteiro prints on a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, 0x5414, struct.pack("HHHH", 40, columns, 0, 0))  # TIOCSWINSZ
    process = subprocess.Popen([PROGRAM, *words, "--lang", "en"], stdin=slave, stdout=slave, stderr=slave, env=environment(**more))
    os.close(slave)
    parts = []
    while True:
        try:
            parts.append(os.read(master, 65536))
        except OSError:
            break
    os.close(master)
    return process.wait(timeout=60), b"".join(parts).decode().replace("\r\n", "\n")


@case
def a_terminal():
    """On a terminal no line is longer than its columns; attributes appear there only, and never with NO_COLOR."""
    with Folder() as folder:
        path = str(folder.write("a.pcap", WHOLE))
        code, plain = on_a_terminal(80, "decode", path, NO_COLOR="1")
        expect(code == 0 and "\x1b" not in plain and max(map(len, plain.split("\n"))) <= 80, plain)
        code, colours = on_a_terminal(80, "decode", path)
        expect(code == 0 and "\x1b[1m" in colours and "\x1b" not in run("decode", path).out, colours)
        code, message = on_a_terminal(80, "decode")
        expect(code == 2 and message.startswith("carteiro: decode: "), message)


@case
def no_line_is_too_wide():
    """Every capture and the walk fit into 72, 80, 100 and 132 columns, in both languages; nothing ends in a space."""
    for path in [*CAPTURES, None]:
        for width in (72, 80, 100, 132):
            for language in ("en", "pt_BR"):
                words = ["decode", path] if path else ["simulate"]
                out = run(*words, language=language, env=environment(COLUMNS=str(width))).out
                for line in out.splitlines():
                    expect(columns(line) <= width and line == line.rstrip(), path, width, columns(line), repr(line))


@case
def wide_characters_keep_the_columns():
    """Characters of two columns and of none keep the thoughts in their column."""
    talk = greeting().client("NOOP 郵便配達 e\u0301 ok\r\n".encode()).server("250 配達しました\r\n".encode() * 1).client(b"NOOP plain\r\n").server(b"250 ok\r\n")
    lines = [line for line in decode(pcap(talk.frames), form="text").out.splitlines() if "NOOP" in line]
    starts = {columns(re.match(r".*\S  +(?=\S)", line).group()) for line in lines}
    expect(len(lines) == 2 and len(starts) == 1, starts, lines)


@case
def a_heading_for_each_conversation():
    """Each conversation begins with a heading; one that speaks again is named again; one that ends meanwhile is named in that line."""
    first, second = greeting(client_port=1001), greeting(client_port=1002)
    frames = first.frames + second.frames + first.client(b"QUIT\r\n").server(b"221 Bye\r\n").frames[6:] + second.client(b"NOOP\r\n").frames[6:]
    out = decode(pcap(frames), form="text").out
    expect(re.findall(r"(━━━|───) (Conversation \d)", out) == [("━━━", "Conversation 0"), ("━━━", "Conversation 1"), ("───", "Conversation 0"),
                                                              ("───", "Conversation 1"), ("───", "Conversation 0")], out)
    expect(out.count("192.0.2.1:1001 ⇄ 192.0.2.2:25") == 1 and out.count("The capture ends before") == 2, out)


@case
def a_hint_where_something_is_hidden():
    """The last line says that --reveal shows what is hidden, only where something is."""
    talk = Conversation(port=110).server(b"+OK\r\n").client(b"USER a\r\n").server(b"+OK\r\n").client(b"PASS b\r\n").server(b"+OK\r\n")
    hidden, shown = decode(pcap(talk.frames), form="text").out, decode(pcap(talk.frames), "--reveal", form="text").out
    expect("--reveal" in hidden.splitlines()[-1] and "--reveal" not in shown and "--reveal" not in decode(WHOLE, form="text").out, hidden)
