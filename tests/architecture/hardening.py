#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails where a numbered fault has no test of its name: every row is "/hardening/NN-what-happens" somewhere in the tests.
Usage: hardening.py [ROOT]"""
import pathlib
import re
import sys

# The faults that the inspector must survive: captures and frames 1-27, SMTP 28-39, POP3 40-45, IMAP 46-54, messages 55-63,
# DNS and HTTP 70-72; the servers 92-94.
WANTED = [*range(1, 64), *range(70, 73), *range(92, 95)]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    found = {}
    for path in sorted((root / "tests").rglob("*")):
        if path.suffix not in (".c", ".py", ".txt", ".h") or path.name == pathlib.Path(__file__).name:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
            for row in re.findall(r"hardening/(\d+)-[a-z0-9-]+", line):
                found.setdefault(int(row), f"{path.relative_to(root)}:{number}")
    missing = [row for row in WANTED if row not in found]
    for row in missing:
        print(f"not ok hardening/{row:02} has no test")
    print(f"{len(WANTED) - len(missing)} of {len(WANTED)} numbered faults have a test of their name")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
