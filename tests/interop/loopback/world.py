# SPDX-License-Identifier: MIT
"""Our servers as a process, foreign programs that are run against them, and what a check reports."""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ALPHA, BETA = "mail.alpha.example", "mail.beta.example"
USERS = {"alice": "wonderland", "bob": "builder"}
PATIENCE = 60


class NotHere(Exception):
    """What a check is about is not there: neither good nor bad."""


class World:
    """The servers, started; a folder of its own for each run of a client."""

    def __init__(self, program: str, *options: str):
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="carteiro-loopback-"))
        self.process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.ports = {}
        for line in self.process.stdout:
            if line == "ready\n":
                break
            host, transport, port, real = line.split()
            self.ports[host, transport, int(port)] = int(real)
        else:
            sys.exit("the servers did not start: " + self.process.stderr.read())

    def port(self, host: str, port: int, transport: str = "tcp") -> int:
        """The real port, 0 where nobody listens."""
        return self.ports.get((host, transport, port), 0)

    def stop(self) -> str:
        """Ends the servers. Returns what is wrong with how they ended, or ''."""
        self.process.terminate()
        out, err = self.process.communicate(timeout=PATIENCE)
        shutil.rmtree(self.folder)
        if self.process.returncode != 0 or err:
            return f"exit {self.process.returncode}: {err}"
        return "" if re.fullmatch(r"opened \d+ turned-away \d+\n", out) else f"last words {out!r}"

    def run(self, *command, stdin: bytes = b"", good: bool = True, **files: str) -> bytes:
        """Runs a client in a new home with files in it (their names with _ for .). Returns its standard output."""
        home = Path(tempfile.mkdtemp(dir=self.folder))
        for name, content in files.items():
            (home / name).write_text(content)
            (home / name).chmod(0o600)
        self.home = home
        done = subprocess.run([str(word) for word in command], input=stdin, capture_output=True, timeout=PATIENCE, cwd=home,
                              env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                                   "USER": "student", "LOGNAME": "student"})
        if (done.returncode == 0) != good:
            raise AssertionError(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout).decode(errors='replace')[-600:]}")
        return done.stdout

    def connect(self, host: str, port: int, family=socket.AF_INET) -> "Line":
        return Line(self.port(host, port), family)

    def fetch(self, user: str) -> list[bytes]:
        """All letters of a mailbox, without a foreign program between: the judge."""
        with self.mailbox(user) as line:
            return [line.ask_many(f"RETR {i}") for i in range(1, int(line.ask("STAT").split()[1]) + 1)]

    def empty(self, user: str) -> None:
        with self.mailbox(user) as line:
            for i in range(1, int(line.ask("STAT").split()[1]) + 1):
                line.ask(f"DELE {i}")

    def wait_for(self, user: str, count: int) -> list[bytes]:
        """The letters, once there are count of them."""
        begun = time.monotonic()
        while True:
            with self.mailbox(user) as line:
                there = int(line.ask("STAT").split()[1])
            if there >= count:
                return self.fetch(user)
            if time.monotonic() - begun > PATIENCE / 2:
                raise AssertionError(f"{user} has {there} of {count} letters")
            time.sleep(0.05)

    @contextlib.contextmanager
    def mailbox(self, user: str):
        with self.connect(ALPHA if user == "alice" else BETA, 110) as line:
            line.hear()
            line.ask(f"USER {user}")
            line.ask(f"PASS {USERS[user]}")
            yield line
            line.ask("QUIT")


class Line:
    """A plain connection, spoken by hand."""

    def __init__(self, port: int, family=socket.AF_INET):
        self.socket = socket.socket(family)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def say(self, line) -> None:
        self.socket.sendall(line.encode() + b"\r\n" if isinstance(line, str) else line)

    def hear(self) -> str:
        line = self.file.readline()
        assert line.endswith(b"\r\n"), f"a line without its end: {line!r}"
        return line[:-2].decode()

    def hear_reply(self) -> str:
        """An SMTP reply, its lines joined by newlines."""
        said = [self.hear()]
        while said[-1][3:4] == "-":
            said.append(self.hear())
        return "\n".join(said)

    def ask(self, line: str, good: str = "+OK") -> str:
        self.say(line)
        said = self.hear()
        assert said.startswith(good), f"{line}: {said}"
        return said

    def ask_smtp(self, line: str, good: str = "2") -> str:
        self.say(line)
        said = self.hear_reply()
        assert said.startswith(good), f"{line}: {said}"
        return said

    def ask_many(self, line: str) -> bytes:
        self.ask(line)
        found, begins = [], True  # a line that ends in a bare LF has not ended
        while (got := self.file.readline()) != b".\r\n" or not begins:
            assert got.endswith(b"\n"), f"cut: {got[-40:]!r}"
            found.append(got[1:] if begins and got.startswith(b".") else got)
            begins = got.endswith(b"\r\n")
        return b"".join(found)


TRACE = re.compile(rb"(?:(?:Return-Path|Received):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*", re.I)


def untraced(message: bytes) -> bytes:
    """The message without the trace fields that stand before it."""
    return message[TRACE.match(message).end():]


def offers(world: World, host: str, port: int, keyword: str) -> list[str]:
    """What EHLO's reply says after keyword; NotHere where the server does not offer it."""
    with world.connect(host, port) as line:
        line.hear_reply()
        for said in line.ask_smtp("EHLO pc").split("\n")[1:]:
            word, *rest = said[4:].split()
            if word == keyword:
                return rest
    raise NotHere(f"{keyword} is not offered")


def hops(message: bytes) -> int:
    return len(re.findall(rb"^Received:", TRACE.match(message)[0], re.M))


def difference(wanted: bytes, got: bytes) -> str:
    """Where two messages begin to differ, in words."""
    if wanted == got:
        return ""
    at = next((i for i, (a, b) in enumerate(zip(wanted, got)) if a != b), min(len(wanted), len(got)))
    return f"{len(got)} bytes for {len(wanted)}; at {at} {got[max(0, at - 20):at + 40]!r} for {wanted[max(0, at - 20):at + 40]!r}"


def same(wanted: bytes, got: bytes) -> None:
    assert wanted == got, difference(wanted, got)


def all_same(wanted: dict[str, bytes], got: list[bytes]) -> None:
    """Each letter wanted is among those got, in their order, and no other."""
    for (name, letter), other in zip(wanted.items(), got):
        assert letter == other, f"{name}: {difference(letter, other)}"
    assert len(wanted) == len(got), f"{len(got)} letters for {len(wanted)}"


def main(checks: dict, *options: str) -> None:
    """Runs checks, name → function(world); with names after the program only those."""
    program, *names = sys.argv[1:]
    world = World(program, *options)
    failed = 0
    begun = time.monotonic()
    for name in names or checks:
        started = time.monotonic()
        try:
            for user in USERS:
                world.empty(user)
            checks[name](world)
            print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except NotHere as reason:
            print(f"ok {name} # SKIP {reason}", flush=True)
        except (Exception, SystemExit) as error:  # every check is tried
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"not ok {name}: {type(error).__name__} {error} ({Path(where.filename).name}:{where.lineno})", flush=True)
    wrong = world.stop()
    if wrong:
        failed += 1
        print(f"not ok clean end: {wrong}")
    print(f"{len(names or checks)} checks, {failed} failed, {time.monotonic() - begun:.1f} s")
    sys.exit(1 if failed else 0)
