# SPDX-License-Identifier: MIT
"""What every line of --format ndjson promises: its keys, their types, and how the lines hang together."""
import re

NUMBER, TEXT, TRUTH, TEXTS, OBJECT, OBJECTS = "number", "text", "truth", "texts", "object", "objects"
SPAN = "milliseconds"
OR_NULL = "?"  # after a type: the key is there, its value may be null
MAYBE = "maybe "  # before a type: the key may be absent

TYPES = {
    NUMBER: lambda value: type(value) is int and value >= 0,
    TEXT: lambda value: type(value) is str,
    TRUTH: lambda value: type(value) is bool,
    OBJECT: lambda value: type(value) is dict,
    OBJECTS: lambda value: type(value) is list and all(type(item) is dict for item in value),
    SPAN: lambda value: type(value) is float and value >= 0,
    TEXTS: lambda value: type(value) is list and all(type(item) is str for item in value),
}

LINE = {"id": NUMBER, "frame": NUMBER, "time": TEXT, "from": TEXT, "to": TEXT, "protocol": TEXT, "stream": MAYBE + NUMBER,
        "udp_stream": MAYBE + NUMBER}
CUT = {"truncated": MAYBE + TRUTH, "raw": MAYBE + TEXT}
KINDS = {
    "capture": {"file": TEXT, "format": TEXT, "link_types": TEXTS, "interfaces": TEXTS, "comments": TEXTS},
    "session": {**LINE, "state": TEXT, "link": MAYBE + NUMBER, "commands": MAYBE + NUMBER, "replies": MAYBE + NUMBER, "bytes": MAYBE + NUMBER},
    "command": {**LINE, **CUT, "verb": TEXT, "argument": TEXT, "tag": MAYBE + TEXT, "mailbox": MAYBE + TEXT, "phase": TEXT, "gloss": TEXT, "rfc": TEXT},
    "reply": {**LINE, **CUT, "code": TEXT, "enhanced": MAYBE + TEXT, "text": TEXT, "lines": NUMBER, "tag": MAYBE + TEXT, "mailbox": MAYBE + TEXT, "items": MAYBE + OBJECTS,
              "answers": NUMBER + OR_NULL, "gloss": TEXT},
    "data": {**LINE, "about": MAYBE + NUMBER, "bytes": NUMBER, "lines": NUMBER, "incomplete": MAYBE + TRUTH},
    "message": {**LINE, "about": MAYBE + NUMBER, "direction": TEXT, "envelope": OBJECT, "subject": TEXT, "from_header": TEXT,
                "to_header": TEXT, "message_id": TEXT, "date": TEXT, "bytes": NUMBER, "headers": OBJECT, "parts": OBJECTS, "truncated": MAYBE + TRUTH},
    "credential": {**LINE, "about": MAYBE + NUMBER, "mechanism": TEXT, "user": TEXT, "secret": MAYBE + TEXT,
                   "challenge": MAYBE + TEXT, "digest": MAYBE + TEXT, "accepted": TRUTH + OR_NULL},
    "tls": {**LINE, "event": TEXT, "sni": MAYBE + TEXT, "version": MAYBE + TEXT, "cipher": MAYBE + TEXT, "subject": MAYBE + TEXT,
            "alert": MAYBE + TEXT, "gloss": TEXT},
    "query": {**LINE, "name": TEXT, "type": TEXT, "records": TEXTS, "gloss": TEXT},
    "answer": {**LINE, "name": TEXT, "type": TEXT, "code": TEXT, "answers": NUMBER + OR_NULL, "records": TEXTS, "gloss": TEXT},
    "note": {**LINE, "about": NUMBER + OR_NULL, "code": TEXT, "severity": TEXT, "text": TEXT},
    "end": {**{kind: NUMBER for kind in ("session", "command", "reply", "data", "message", "credential", "tls", "query", "answer",
                                         "note", "frames", "bytes")}, "damaged": TRUTH},
}
TALLY = {"conversations": NUMBER, "commands": NUMBER, "replies": NUMBER, "refused": NUMBER, "bytes": NUMBER}
STATS = {"protocols": {"protocol": TEXT, **TALLY}, "hosts": {"client": TEXT, "server": TEXT, **TALLY},
         "slowest": {"verb": TEXT, "command": NUMBER, "reply": NUMBER, "stream": MAYBE + NUMBER, "udp_stream": MAYBE + NUMBER,
                     "milliseconds": SPAN},
         "refusals": {"protocol": TEXT, "code": TEXT, "gloss": TEXT, "count": NUMBER}}
STATS_ALONE = {"kind": TEXT, "other_hosts": OBJECT, "other_refusals": NUMBER}
FORMS = {
    "time": r"\d+\.\d{9}",
    "from": r"(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d+",
    "to": r"(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d+",
    "protocol": r"smtp|pop2|pop3|imap|http|dns|tls",
    "severity": r"info|warning|error",
    "state": r"opened|midstream|closed|reset|unfinished",
    "format": r"pcap|pcap-ns|pcap-modified|pcapng|simulation",
    "rfc": r"|(RFC \d+.*)",
}


def faults_of_value(where, key, wanted, line):
    if key not in line:
        return [] if wanted.startswith(MAYBE) else [f"{where} lacks {key}"]
    value = line[key]
    kind = wanted.removeprefix(MAYBE)
    if value is None and kind.endswith(OR_NULL):
        return []
    if not TYPES[kind.removesuffix(OR_NULL)](value):
        return [f"{where}: {key} is {value!r}, not {kind}"]
    if key in FORMS and not re.fullmatch(FORMS[key], value, re.S):
        return [f"{where}: {key} is {value!r}"]
    return []


def faults_of_line(number, line):
    where, table = f"line {number} ({line.get('kind')})", KINDS.get(line.get("kind"))
    if table is None:
        return [f"{where}: unknown kind"]
    faults = [f"{where}: {key} is not promised" for key in line if key != "kind" and key not in table]
    for key, wanted in table.items():
        faults += faults_of_value(where, key, wanted, line)
    if "id" in table and ("stream" in line) == ("udp_stream" in line):
        faults.append(f"{where}: neither or both of stream and udp_stream")
    if line["kind"] == "session" and ("commands" in line) != (line["state"] not in ("opened", "midstream")):
        faults.append(f"{where}: totals belong to the close")
    return faults


def faults_of_stats(line):
    """Returns what is wrong with the keys of a stats line, as sentences."""
    faults = [f"stats: {key} is not promised" for key in line if key not in STATS and key not in STATS_ALONE]
    for key, wanted in STATS_ALONE.items():
        faults += faults_of_value("stats", key, wanted, line)
    for name, table in STATS.items():
        for row in line.get(name, [None]):
            if row is None:
                faults.append(f"stats lacks {name}")
                continue
            faults += [f"stats: {name}: {key} is not promised" for key in row if key not in table]
            for key, wanted in table.items():
                faults += faults_of_value(f"stats: {name}", key, wanted, row)
    return faults


def faults_of(lines):
    """Returns what is wrong with a whole output, as sentences."""
    if not lines or lines[0].get("kind") != "capture" or lines[-1].get("kind") != "end":
        return ["capture is not the first line, or end not the last"]
    faults, rows, by_id = [], lines[1:-1], {}
    for number, line in enumerate(lines, 1):
        faults += faults_of_line(number, line)
    if faults:
        return faults
    for number, line in enumerate(rows, 1):
        if line["id"] != number:
            faults.append(f"line {number + 1}: id is {line['id']}")
        by_id[line["id"]] = line
        answered = by_id.get(line.get("answers") or line.get("about"))
        if (line.get("answers") or line.get("about")) and answered is None:
            faults.append(f"line {number + 1}: refers to no earlier line")
        if line.get("answers") and answered and (answered["kind"] not in ("command", "query")
                                                 or answered.get("stream") != line.get("stream")):
            faults.append(f"line {number + 1}: answers a {answered['kind']} of stream {answered.get('stream')}")
        if line["kind"] == "command" and re.search("[a-z]", line["verb"]):
            faults.append(f"line {number + 1}: verb {line['verb']}")
    for kind in KINDS:
        if kind not in ("capture", "end") and lines[-1][kind] != sum(row["kind"] == kind for row in rows):
            faults.append(f"end counts {lines[-1][kind]} of {kind}")
    return faults
