# SPDX-License-Identifier: MIT
"""A window as a person meets it: found by role and name through AT-SPI, never by position. Everything waits for what it expects."""
import os
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

PATIENCE = float(os.environ.get("UI_PATIENCE", "20"))
# A busy machine answers late; the default of 0.8 s is for people.
Atspi.set_timeout(15000, 30000)
TABLES = ("table", "tree table")


class Failed(Exception):
    """What was expected did not come."""


def wait(what, look, seconds=PATIENCE):
    """Returns the first true value of look(); the tree may change under it, so its errors mean "not yet"."""
    end = time.monotonic() + seconds
    last = None
    while time.monotonic() < end:
        try:
            last = look()
            if last:
                return last
        except Exception as error:  # a node has gone: look again
            last = error
        time.sleep(0.03)
    raise Failed(f"timed out waiting for {what} (last: {last!r})")


def walk(node, depth=24):
    """All nodes below one, tables without their cells (a table may have a million), what is closed (menus) without its content."""
    if node is None:
        return
    yield node
    count = node.get_child_count()
    if depth == 0 or count == 0 or node.get_role_name() in TABLES or (node.get_role_name() != "application" and not showing(node)):
        return
    for i in range(count):
        yield from walk(node.get_child_at_index(i), depth - 1)


def showing(node):
    return node.get_state_set().contains(Atspi.StateType.SHOWING)


def size_of(node):
    """Left, top, width, height on the screen."""
    place = Atspi.Component.get_extents(node.get_component_iface(), Atspi.CoordType.SCREEN)
    return place.x, place.y, place.width, place.height


def desk(*arguments):
    """Moves the pointer, presses keys."""
    subprocess.run(["xdotool", *(str(argument) for argument in arguments)], check=True)


def text_of(node):
    iface = node.get_text_iface()
    return Atspi.Text.get_text(iface, 0, -1) if iface else ""


class Window:
    """One running program and its window."""

    def __init__(self, *command):
        self.log = open(os.path.join(os.environ["XDG_RUNTIME_DIR"], "program.log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(command, stderr=self.log)
        self.application = wait("the program's window", self._find_application)

    def _find_application(self):
        if self.process.poll() is not None:
            raise SystemExit(f"the program ended with {self.process.returncode}: {self.read_log()}")
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            node = desktop.get_child_at_index(i)
            if node and node.get_process_id() == self.process.pid and node.get_child_count() > 0:
                return node
        return None

    def find_now(self, name=None, role=None, contains=None, starts=None):
        for node in walk(self.application):
            if role is not None and node.get_role_name() not in ((role,) if isinstance(role, str) else role):
                continue
            if name is not None and node.get_name() != name:
                continue
            if starts is not None and not (node.get_name() or "").startswith(starts):
                continue
            if contains is not None and contains not in (node.get_name() or "") and contains not in text_of(node):
                continue
            if showing(node):
                return node
        return None

    def find(self, name=None, role=None, contains=None, starts=None):
        what = f"{role or 'something'} named {name or contains or starts!r}"
        return wait(what, lambda: self.find_now(name, role, contains, starts))

    def press(self, name):
        button = wait(f"button {name!r}", lambda: self.find_now(name, ("push button", "toggle button", "radio button")))
        self.press_node(button)

    def press_node(self, node):
        Atspi.Action.do_action(node.get_action_iface(), 0)

    def texts(self):
        """All texts that can be seen, one a line."""
        return "\n".join(t for t in ((n.get_name() or "") + " " + text_of(n) for n in walk(self.application) if showing(n)) if t.strip())

    def wait_text(self, part):
        return wait(f"the text {part!r}", lambda: part in self.texts())

    def table(self):
        return Table(self.find("Lines", TABLES))

    def find_table(self):
        """The list, whatever it is called."""
        return Table(self.find(None, TABLES))

    def read_log(self):
        self.log.flush()
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def close(self):
        """Asks the program to end; fails where it does not end well, or printed a warning."""
        self.process.terminate()
        status = self.process.wait(60)
        log = self.read_log()
        self.log.close()
        noise = [line for line in log.splitlines() if any(w in line for w in ("WARNING", "CRITICAL", "ERROR", "runtime error"))]
        if status != 0:
            raise Failed(f"the program ended with {status}:\n{log[-4000:]}")
        if noise:
            raise Failed("the program printed:\n" + "\n".join(noise))


class Table:
    """The list of lines."""

    NUMBER, TIME, BETWEEN, PROTOCOL, CLASS, WIRE, GLOSS = range(7)

    def __init__(self, node):
        self.node = node
        self.iface = node.get_table_iface()

    def count(self):
        return Atspi.Table.get_n_rows(self.iface)

    def cell(self, row, column):
        node = Atspi.Table.get_accessible_at(self.iface, row, column)
        return text_of(node) or node.get_name() or ""

    def row(self, row):
        return [self.cell(row, column) for column in range(7)]

    def find_row(self, column, wanted, limit=400):
        """The first row whose cell in column satisfies wanted."""
        for row in range(min(self.count(), limit)):
            if wanted(self.cell(row, column)):
                return row
        return None

    def focus(self):
        Atspi.Component.grab_focus(self.node.get_component_iface())

    def select(self, row):
        Atspi.Table.add_row_selection(self.iface, row)


def run_journeys(journeys):
    """Runs each journey, says how it went, exits with 1 when one failed."""
    failures = 0
    for journey in journeys:
        started = time.monotonic()
        try:
            journey()
            print(f"ok - {journey.__doc__.strip()} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception as error:
            failures += 1
            print(f"not ok - {journey.__doc__.strip()}: {error!r}", flush=True)
    sys.exit(1 if failures else 0)
