#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""test-scenarios.py CARTEIRO: runs every scenario in the box; one line a case."""
import sys

import scenarios  # noqa: F401
from support import main

if __name__ == "__main__":
    sys.exit(main())
