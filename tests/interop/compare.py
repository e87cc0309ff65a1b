#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares the commands and replies of every capture with tshark's. Each conversation that differs must stand in
tshark-differences.txt, under its reason; one that stands there and agrees is a fault too. What we say of each capture to the letter
is held by the golden files. Usage: compare.py CARTEIRO [--list]"""
import collections
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CAPTURES = HERE.parents[1] / "captures"
FIELDS = ["tcp.stream", "smtp.req.command", "smtp.response.code", "pop.request.command", "pop.response.indicator",
          "http.request.method", "http.response.code", "imap.request_tag", "imap.request.command", "imap.response_tag",
          "imap.response.status"]


def ours(program, capture):
    """Returns {(stream, "commands" or "replies"): [words]} of what carteiro reads."""
    out = subprocess.run([program, "decode", capture, "--format", "ndjson", "--reveal", "--lang", "en"], check=True,
                         capture_output=True, text=True).stdout
    said = collections.defaultdict(list)
    for line in out.splitlines():
        row = json.loads(line)
        if row["kind"] not in ("command", "reply") or row["protocol"] not in ("smtp", "pop3", "imap", "http"):
            continue
        kind = "commands" if row["kind"] == "command" else "replies"
        word = row["verb"] if kind == "commands" else row["code"]
        if word in ("AUTH-RESPONSE", "DONE", "+"):
            continue  # a log-in's lines and their challenges: tshark has no field for them
        if row["protocol"] == "imap":
            if kind == "replies" and row.get("tag") in ("*", "+"):
                continue
            word = f"{row['tag']} {word.split()[0] if kind == 'commands' else word}" if row.get("tag") else word
        said[row["stream"], kind].append(word)
    return said


def theirs(capture):
    """The same of what tshark reads."""
    command = ["tshark", "-r", str(capture), "-Y", "smtp||pop||imap||http", "-T", "json"]
    for field in FIELDS:
        command += ["-e", field]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    said = collections.defaultdict(list)
    for frame in json.loads(out or "[]"):
        layers = frame["_source"]["layers"]
        stream, smtp, code, pop, indicator, method, status_code, tag, imap, reply_tag, status = (layers.get(field, []) for field in FIELDS)
        stream = int(stream[0])
        said[stream, "commands"] += smtp + pop + method + [" ".join(pair) for pair in zip(tag, imap)] + tag[len(imap):]
        said[stream, "replies"] += code + indicator + status_code + [" ".join(pair) for pair in zip(reply_tag, status) if pair[0] != "+"]
    return said


def differences(program):
    """Returns {"file stream kind": what both say} of all that differ, and the number of words that agree."""
    found, same = {}, 0
    for capture in sorted(CAPTURES.glob("*.pcap*")):
        mine, other = ours(program, capture), theirs(capture)
        for key in sorted(set(mine) | set(other)):
            a, b = mine.get(key, []), other.get(key, [])
            if a == b:
                same += len(a)
            else:
                found[f"{capture.name} {key[0]} {key[1]}"] = f"ours: {' '.join(a)} / tshark: {' '.join(b)}"
    return found, same


def reasons():
    """Returns {"file stream kind": reason}: a line "# why", then those it explains."""
    known, why = {}, None
    for line in (HERE / "tshark-differences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            why = line[1:].strip()
        elif line.strip():
            known[line] = why
    return known


def main():
    found, same = differences(sys.argv[1])
    if "--list" in sys.argv:
        print("\n".join(f"{key}: {said}" for key, said in found.items()))
        return 0
    known = reasons()
    faults = [f"not ok unexplained: {key}: {said}" for key, said in found.items() if key not in known]
    faults += [f"not ok explained, but gone: {line}" for line in known if line not in found]
    faults += [f"not ok no reason given: {line}" for line, why in known.items() if not why]
    print("\n".join(faults))
    print(f"{same} commands and replies agree with tshark; {len(known)} differences are explained; {len(faults)} are not")
    return 1 if faults or same < 500 else 0


if __name__ == "__main__":
    sys.exit(main())
