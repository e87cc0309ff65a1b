# SPDX-License-Identifier: MIT
"""Journeys through the window. Usage: journeys.py PROGRAM CAPTURES-FOLDER"""
import os
import re
import sys
import tempfile
from contextlib import contextmanager

from window import Failed, Table, Window, run_journeys, text_of, wait

PROGRAM, CAPTURES = sys.argv[1], sys.argv[2]
CAPTURE = os.path.join(CAPTURES, "smtp-plain.pcap")
CAPTURE_WITH_PASSWORD, SECRET = os.path.join(CAPTURES, "pop3-fetchmail.pcap"), "builder"


def check(condition, what):
    if not condition:
        raise Failed(what)


@contextmanager
def running(*arguments):
    window = Window(PROGRAM, "--lang", "en", *arguments)
    try:
        yield window
    except BaseException:
        window.process.kill()
        window.process.wait()
        raise
    window.close()


def open_lines(window):
    table = window.table()
    wait("lines in the list", lambda: table.count() > 3)
    return table


def reads_a_capture():
    """A capture given on the command line shows its lines, and each is explained"""
    with running(CAPTURE) as window:
        table = open_lines(window)
        row = wait("a command", lambda: table.find_row(Table.WIRE, lambda wire: wire.startswith("MAIL FROM:")))
        cells = table.row(row)
        check(cells[Table.PROTOCOL] == "SMTP", f"protocol of {cells}")
        check(cells[Table.CLASS] == "command", f"class of {cells}")
        check(cells[Table.GLOSS] == "Envelope: who sends", f"gloss of {cells}")
        check(cells[Table.NUMBER].isdigit() and "." in cells[Table.TIME], f"number and time of {cells}")
        table.select(row)
        window.wait_text("What may come back")
        window.wait_text("RFC 5321")
        window.press("Bytes")
        window.wait_text("TCP, ")
        window.wait_text("4d 41 49 4c 20 46 52 4f")  # "MAIL FRO"
        window.press("Explanation")
        window.wait_text("Envelope: who sends")


def hides_secrets():
    """A password shows neither in the list, nor in the explanation, nor among the bytes"""
    with running(CAPTURE_WITH_PASSWORD) as window:
        table = open_lines(window)
        row = wait("the password's line", lambda: table.find_row(Table.WIRE, lambda wire: "••••••" in wire))
        check(SECRET not in table.cell(row, Table.WIRE), "the list shows the password")
        table.select(row)
        window.wait_text("PASS ••••••")
        check(SECRET not in window.texts(), "the explanation shows the password")
        window.press("Bytes")
        window.wait_text("•• •• ••")
        shown = window.texts()
        check(SECRET not in shown, "the bytes show the password as text")
        check(SECRET.encode().hex(" ")[:11] not in shown, "the bytes show the password in hexadecimal")


def step_of(window):
    """The step's number as the sentence says it: "2 of 6"."""
    found = re.search(r"\d of 6", window.texts())
    return found.group(0) if found else None


def plays_the_walk():
    """The simulation plays: its lines, sentence and clock move forward and back"""
    with running() as window:
        window.wait_text("paused")
        table = window.table()
        start, clock, first_step = table.count(), window.find("Clock"), step_of(window)

        def read_clock():
            return text_of(clock)

        began = read_clock()
        window.press("Step Forward")
        wait("the first lines", lambda: table.count() > start)
        first = table.count()
        for _ in range(3):
            lines = table.count()
            window.press("Step Forward")
            wait("more lines", lambda: table.count() > lines)
        wait("the clock to go on", lambda: read_clock() != began)
        more, later = table.count(), read_clock()
        window.press("Step Back")
        wait("fewer lines", lambda: first <= table.count() < more)
        wait("the clock to go back", lambda: read_clock() < later)
        less = table.count()
        window.press("Play")
        wait("lines while playing", lambda: table.count() > less + 1)
        window.press("Pause")
        window.wait_text("paused")
        window.press("To the Start")
        wait("the start", lambda: table.count() == start)
        wait("the first sentence again", lambda: step_of(window) == first_step)
        window.press("Step Forward")
        window.wait_text("The server speaks first")
        check(table.row(start)[Table.WIRE].startswith("220 "), f"the first words are {table.row(start)}")


def tells_what_is_wrong():
    """A file that is no capture leads to a message that names it, and nothing else is lost"""
    with tempfile.TemporaryDirectory() as folder:
        broken = os.path.join(folder, "broken.pcap")
        with open(broken, "wb") as file:
            file.write(b"hello, I am a letter\n")
        with running(broken) as window:
            window.wait_text("broken.pcap cannot be opened")
            window.find("Watch Alice’s Mail")


def shows_what_comes_before_damage():
    """A capture cut in its middle shows all before the cut and says where it ends"""
    with tempfile.TemporaryDirectory() as folder:
        cut = os.path.join(folder, "cut.pcap")
        with open(CAPTURE, "rb") as whole, open(cut, "wb") as file:
            data = whole.read()
            file.write(data[: len(data) * 3 // 4 + 1])
        with running(cut) as window:
            window.wait_text("All before it is shown.")
            check(window.table().count() > 3, "lines before the damage are missing")


run_journeys([reads_a_capture, hides_secrets, plays_the_walk, tells_what_is_wrong, shows_what_comes_before_damage])
