# SPDX-License-Identifier: MIT
"""Journeys through the window. Usage: journeys.py PROGRAM CAPTURES-FOLDER"""
import base64
import os
import re
import select
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager

from window import Failed, Table, Window, desk, run_journeys, size_of, text_of, wait

PROGRAM, CAPTURES = sys.argv[1], sys.argv[2]
CAPTURE = os.path.join(CAPTURES, "smtp-plain.pcap")
HERE = os.path.dirname(os.path.abspath(__file__))
# Captures of log-ins, with what may be seen nowhere.
LOG_INS = (
    ("pop3-fetchmail.pcap", "builder"),
    ("imap-mutt.pcapng", "wonderland"),
    ("smtp-auth-plain.pcapng", "wonderland"),
    ("smtp-auth-login.pcap", "wonderland"),
)


def check(condition, what):
    if not condition:
        raise Failed(what)


@contextmanager
def running(*arguments, language="en"):
    window = Window(PROGRAM, "--lang", language, *arguments)
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
        window.wait_text("What often comes back")
        window.wait_text("RFC 5321")
        window.press("Bytes")
        window.wait_text("TCP, ")
        window.wait_text("4d 41 49 4c 20 46 52 4f")  # "MAIL FRO"
        window.press("Explanation")
        window.wait_text("Envelope: who sends")


def bytes_shown(text):
    """The bytes that a dump of "0042  50 41 53 53 …" shows, rows joined; a hidden one stands as 0xff."""
    rows = re.findall(r"^[0-9a-f]{4,}  ((?:(?:[0-9a-f]{2}|••) )*(?:[0-9a-f]{2}|••))", text, re.MULTILINE)
    return b"".join(bytes.fromhex(row.replace("••", "ff")) for row in rows)


def secret_forms(secret):
    """The secret as it may stand on the wire; the middle of a base64 text does not depend on what is before it."""
    forms = [secret.encode()]
    for before in range(3):
        forms.append(base64.b64encode(b"?" * before + secret.encode())[4 if before else 0 : -4])
    return forms


def hides_secrets():
    """A password shows neither in the list, nor in the explanation, nor among the bytes, base64 or not"""
    for name, secret in LOG_INS:
        with running(os.path.join(CAPTURES, name)) as window:
            table = open_lines(window)
            rows = wait("masked lines", lambda: [r for r in range(min(table.count(), 20)) if "••••••" in table.cell(r, Table.WIRE)])
            window.press("Bytes")
            hidden = 0
            for row in rows:
                table.select(row)
                dump = wait("bytes", lambda: (lambda t: t if bytes_shown(t) else None)(window.texts()))
                seen = dump.encode() + bytes_shown(dump) + "".join(table.row(row)).encode()
                hidden += dump.count("••")
                for form in secret_forms(secret):
                    check(form not in seen, f"{name}, line {row}: {form} can be read")
            check(hidden > 0, f"{name}: nothing is hidden among the bytes")
            window.press("Explanation")
            for row in rows[:1]:
                table.select(row)
                window.wait_text("••••••")
                shown = window.texts().encode()
                for form in secret_forms(secret):
                    check(form not in shown, f"{name}, line {row}: the explanation shows {form}")


def copies_masked():
    """Ctrl+C copies the line as it is shown, the secret masked"""
    with running(os.path.join(CAPTURES, "pop3-fetchmail.pcap")) as window:
        table = open_lines(window)
        row = wait("the password's line", lambda: table.find_row(Table.WIRE, lambda wire: "••••••" in wire))
        table.select(row)
        table.focus()
        copied = wait("the copied line", lambda: desk("key", "ctrl+c") or clipboard())
        check("PASS ••••••" in copied and "POP3" in copied, f"copied {copied!r}")


def clipboard():
    return subprocess.run([sys.executable, os.path.join(HERE, "clipboard.py")], capture_output=True, text=True, check=False).stdout


def hears_elsewhere():
    """Eve listens where she is told to: in her popover, or by her ring"""
    with running() as window:
        eve = window.find(starts="Eve,", role="push button")
        check("alpha–beta" in eve.get_name(), f"she begins as {eve.get_name()}")
        window.press_node(eve)
        window.press("Alice – mail.alpha")
        window.find(starts="Eve, on the link Alice–alpha", role="push button")
        desk("key", "Escape")
        wait("the popover to close", lambda: window.find_now("Alice – mail.alpha") is None)
        # The ring is at the height of the link, above the middle part of Eve's own box.
        alice, server = (size_of(window.find(starts=name, role="push button")) for name in ("Alice’s computer", "mail.alpha"))
        beta = size_of(window.find(starts="mail.beta", role="push button"))
        height = server[1] + server[3] // 2
        begin, end = alice[0] + alice[2], server[0]
        middle = (server[0] + server[2] + beta[0]) // 2

        def dragged():
            for x in range(begin, end, 6):
                desk("mousemove", x, height, "mousedown", 1, "mousemove", x + 30, height, "mousemove", middle, height, "mouseup", 1)
                if window.find_now(starts="Eve, on the link alpha–beta", role="push button"):
                    return True
            return False

        wait("the ring on the other link", dragged)


def jumps_without_motion():
    """Without animations the walk is told all the same"""
    folder = os.path.join(os.environ["XDG_CONFIG_HOME"], "gtk-3.0")
    os.makedirs(folder, exist_ok=True)
    settings = os.path.join(folder, "settings.ini")
    with open(settings, "w", encoding="utf-8") as file:
        file.write("[Settings]\ngtk-enable-animations=0\n")
    try:
        with running() as window:
            table = window.table()
            start = table.count()
            window.press("Play")
            wait("lines while playing", lambda: table.count() > start + 2)
            window.press("Pause")
            window.wait_text("paused")
    finally:
        os.unlink(settings)


def takes_a_dropped_file():
    """A capture dropped onto the window opens"""
    with running() as window:
        source = subprocess.Popen([sys.executable, os.path.join(HERE, "drag_source.py"), CAPTURE], stdout=subprocess.PIPE)
        try:
            source.stdout.readline()  # it is on the screen

            def accepted():
                desk("mousemove", 300, 500, "mousemove", 304, 504)
                return select.select([source.stdout], [], [], 0.2)[0]

            desk("mousemove", 20, 20, "mousedown", 1, "mousemove", 40, 60, "mousemove", 120, 300)
            wait("the window to take it", accepted)
            desk("mouseup", 1)
            window.wait_text("smtp-plain.pcap")
        finally:
            source.kill()
            source.wait()
            source.stdout.close()
        check(open_lines(window).count() > 3, "its lines are missing")


def stops_reading():
    """Reading a capture without end can be cancelled; what was read stays (hardening/13-a-long-load-can-be-cancelled)"""
    with tempfile.TemporaryDirectory() as folder:
        endless = os.path.join(folder, "endless.pcap")
        os.mkfifo(endless)
        threading.Thread(target=write_without_end, args=(endless,), daemon=True).start()
        with running(endless) as window:
            table = wait("the list", lambda: window.find_table())
            wait("some lines", lambda: table.count() > 10)
            window.press("Cancel")
            window.wait_text("Reading was stopped; what was read is shown.")
            check(table.count() > 10, "nothing of it is shown")


def write_without_end(path):
    """Writes the capture over and over into a pipe, until nobody reads it any more."""
    with open(CAPTURE, "rb") as small:
        data = small.read()
    try:
        with open(path, "wb") as pipe:
            pipe.write(data[:24])
            while True:
                pipe.write(data[24:])
    except BrokenPipeError:
        pass


def speaks_portuguese():
    """In Portuguese, buttons, sentences and thoughts are Portuguese"""
    with running(language="pt_BR") as window:
        window.press("Avançar um passo")
        window.press("Explicação")
        wait("a Portuguese step", lambda: re.search(r"\d de 6", window.texts()))
        window.wait_text("em pausa")
    with running(CAPTURE, language="pt_BR") as window:
        table = wait("linhas", lambda: window.find_table())
        wait("lines in the list", lambda: table.count() > 3)
        row = wait("a command", lambda: table.find_row(Table.WIRE, lambda wire: wire.startswith("MAIL FROM:")))
        check(table.cell(row, Table.GLOSS) == "Envelope: quem envia", f"gloss {table.cell(row, Table.GLOSS)}")
        check("," in table.cell(row, Table.TIME), f"time {table.cell(row, Table.TIME)}")


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
        # while it plays, so much changes that a slow program is never found unchanged: the button is kept
        button = window.find("Play", ("push button", "toggle button"))
        window.press_node(button)
        wait("lines while playing", lambda: table.count() > less + 1)
        wait("the button to say Pause", lambda: button.get_name() == "Pause")
        window.press_node(button)
        window.wait_text("paused")
        window.press("To the Start")
        wait("the start", lambda: table.count() == start)
        wait("the first sentence again", lambda: step_of(window) == first_step)
        window.press("Step Forward")
        window.wait_text("The server speaks first")
        spoken = table.find_row(Table.WIRE, lambda wire: wire[:1].isupper() is False)
        check(table.cell(spoken, Table.WIRE).startswith("220 "), f"the first words are {table.row(spoken)}")


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


run_journeys(
    [
        reads_a_capture,
        hides_secrets,
        copies_masked,
        plays_the_walk,
        hears_elsewhere,
        jumps_without_motion,
        takes_a_dropped_file,
        stops_reading,
        tells_what_is_wrong,
        shows_what_comes_before_damage,
        speaks_portuguese,
    ]
)
