# SPDX-License-Identifier: MIT
"""Prints, once a run, the milliseconds until the window has painted the walk: the screen is looked at from outside, and the first
picture with enough colours in it counts. Usage: first-frame.py PROGRAM RUNS (inside tests/ui/in-private-display)"""
import subprocess
import sys
import time

import gi

gi.require_version("Gdk", "3.0")
from gi.repository import Gdk  # noqa: E402

PATIENCE = 20.0
PAINTED = 12  # colours on one line of the screen; an empty screen has one, a window not yet painted two or three
Gdk.init([])
root = Gdk.get_default_root_window()


def colours():
    """The lesser number of colours of two lines of the screen, through the header bar and through the stage."""
    lines = [Gdk.pixbuf_get_from_window(root, 0, y, root.get_width(), 1).get_pixels() for y in (26, 190)]
    return min(len({line[i : i + 3] for i in range(0, len(line), 3)}) for line in lines)


for _ in range(int(sys.argv[2])):
    while colours() > 1:
        time.sleep(0.01)
    start = time.monotonic()
    program = subprocess.Popen([sys.argv[1]], stderr=subprocess.DEVNULL)
    while colours() < PAINTED:
        if time.monotonic() - start > PATIENCE:
            sys.exit("first-frame: nothing was painted")
        time.sleep(0.002)
    print(f"{(time.monotonic() - start) * 1000:.0f}", flush=True)
    program.terminate()
    program.wait()
