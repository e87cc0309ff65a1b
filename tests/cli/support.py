# SPDX-License-Identifier: MIT
"""How the tests of the command run it, and how a case becomes a line of the report."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = sorted((ROOT / "captures").glob("*.pcap*"))
PROGRAM = os.path.abspath(sys.argv[1])
LANGUAGE_NAMES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG", "COLUMNS")
cases = []


def case(function):
    """The function's own sentence is the name of the case."""
    cases.append(function)
    return function


class Result:
    def __init__(self, code, out, err):
        self.code, self.raw, self.err = code, out, err.decode("utf-8")

    @property
    def out(self):
        return self.raw.decode("utf-8")

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind):
        return [line for line in self.lines if line["kind"] == kind]


def environment(**more):
    names = {key: value for key, value in os.environ.items() if key not in LANGUAGE_NAMES}
    return {**names, **more}


def run(*arguments, data=None, folder=None, env=None, language="en", **more):
    """Runs carteiro to its end. data: what comes in by a pipe; else there is nothing to read."""
    words = [*arguments, "--lang", language] if language else [*arguments]
    source = {"input": data} if data is not None else {"stdin": subprocess.DEVNULL}
    made = subprocess.run([more.pop("program", PROGRAM), *map(str, words)], cwd=folder, env=env or environment(), timeout=60,
                          stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **source, **more)
    return Result(made.returncode, made.stdout or b"", made.stderr)


def decode(data, *arguments, form="ndjson", **more):
    """Decodes these bytes, handed over by a pipe."""
    return run("decode", "-", "--format", form, *arguments, data=data, **more)


def expect(condition, *facts):
    if not condition:
        raise AssertionError(" ".join(str(fact) for fact in facts))


def expect_message(result, code, *parts):
    """The exit code, and exactly one line "carteiro: what: where: why" that holds these parts in order."""
    expect(result.code == code, "exit", result.code, "not", code, result.err)
    expect(result.err.count("\n") == 1 and result.err.endswith("\n"), "not one line:", repr(result.err))
    expect(result.err.startswith("carteiro: ") and result.err.count(": ") >= 2, "form:", result.err)
    at = 0
    for part in parts:
        found = result.err.find(part, at)
        expect(found >= 0, "no", repr(part), "in", result.err)
        at = found + len(part)


def expect_quiet(result):
    expect(result.code == 0 and result.err == "", "exit", result.code, result.err)


class Folder:
    """A folder of its own that anybody may enter, with a way to write files in it."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="carteiro-cli-"))
        self.path.chmod(0o755)
        return self

    def __exit__(self, *_):
        for path in self.path.rglob("*"):
            if not path.is_symlink() and stat.S_ISREG(path.stat().st_mode):
                path.chmod(0o600)
        shutil.rmtree(self.path)

    def write(self, name, data):
        (self.path / name).write_bytes(data)
        return self.path / name


def main():
    failed = 0
    for number, function in enumerate(cases, 1):
        name = " ".join(function.__doc__.split())
        try:
            function()
            print(f"ok {number} {name}")
        except (AssertionError, subprocess.TimeoutExpired, UnicodeDecodeError, ValueError, KeyError, IndexError) as fault:
            failed += 1
            print(f"not ok {number} {name}\n  {type(fault).__name__}: {str(fault)[:2000]}")
    print(f"1..{len(cases)}, {failed} failed")
    return 1 if failed or not cases else 0
