#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Golden output: what `carteiro decode` says of every file in captures/ and of the conversations in peers.py, and what
`carteiro simulate` says of the walk, compared to the letter with the files beside this one. Usage: check.py CARTEIRO [--update] [NAME...]"""
import difflib
import os
import pathlib
import subprocess
import sys

import peers

HERE = pathlib.Path(__file__).resolve().parent
CAPTURES = HERE.parents[1] / "captures"


def cases():
    """Yields (name, arguments, folder to run in, expected file, standard input)."""
    for capture in sorted(CAPTURES.glob("*.pcap*")):
        for form, ending in (("ndjson", "ndjson"), ("text", "txt")):
            yield (f"{capture.name} {form}", ["decode", capture.name, "--format", form, "--lang", "en"], CAPTURES,
                   HERE / "decode" / f"{capture.name}.{ending}", None)
    for name in peers.CASES:
        for form, ending in (("ndjson", "ndjson"), ("text", "txt")):
            yield (f"where others stop: {name} {form}", ["decode", "-", "--format", form, "--lang", "en"], HERE,
                   HERE / "peers" / f"{name}.{ending}", peers.capture(name))
    for language in ("en", "pt_BR"):
        yield (f"the walk {language}", ["simulate", "--lang", language], HERE, HERE / "simulate" / f"walk.{language}.txt", None)
    yield ("the walk ndjson", ["simulate", "--format", "ndjson", "--reveal", "--lang", "en"], HERE,
           HERE / "simulate" / "walk.ndjson", None)


def run(program, arguments, folder, data):
    environment = {k: v for k, v in os.environ.items() if k not in ("LANGUAGE", "LC_ALL", "LANG", "COLUMNS")}
    result = subprocess.run([program, *arguments], cwd=folder, env=environment, input=data, capture_output=True, timeout=120)
    return result.returncode, result.stdout.decode("utf-8"), result.stderr.decode("utf-8")


def compare(wanted, got):
    lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), "expected", "got", lineterm="", n=1)
    return "\n".join(list(lines)[:30])


def main():
    program = os.path.abspath(sys.argv[1])
    update = "--update" in sys.argv
    names = [word for word in sys.argv[2:] if word != "--update"]
    failed = count = 0
    for name, arguments, folder, expected, data in cases():
        if names and not any(wanted in name for wanted in names):
            continue
        count += 1
        code, out, err = run(program, arguments, folder, data)
        if update and code == 0:
            expected.parent.mkdir(exist_ok=True)
            expected.write_text(out, encoding="utf-8")
            continue
        wanted = expected.read_text(encoding="utf-8") if expected.exists() else ""
        good = code == 0 and err == "" and out == wanted and out != ""
        if data is not None and expected.suffix == ".txt":
            good &= all(word in out for word in peers.CASES[expected.stem][1])
        failed += not good
        print(f"{'ok' if good else 'not ok'} {count} {name}")
        if not good:
            print(f"exit {code}\n{err}{compare(wanted, out)}")
    stray = {p for folder in ("decode", "peers") for p in (HERE / folder).glob("*")} - {case[3] for case in cases()}
    for path in sorted(stray):
        print(f"not ok a golden file without its capture: {path.name}")
    print(f"{count} cases, {failed} failed")
    return 1 if failed or stray or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
