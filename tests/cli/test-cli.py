#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The command `carteiro` as others rely on it: exit codes, messages, lines, secrets, languages. Usage: test-cli.py CARTEIRO"""
import sys

import fragments  # noqa: F401  each module adds its cases
import language  # noqa: F401
import letters  # noqa: F401

import lines  # noqa: F401
import messages  # noqa: F401
import names  # noqa: F401
import redaction  # noqa: F401
import secrecy  # noqa: F401
import simulation  # noqa: F401
import stats  # noqa: F401
import streams  # noqa: F401
import terminal  # noqa: F401
import where  # noqa: F401
from support import main

if __name__ == "__main__":
    sys.exit(main())
