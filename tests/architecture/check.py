#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the design up: who may include whom, which calls are forbidden, how long a file and a function may be, what the top
level holds. Usage: check.py [ROOT]. Prints FILE:LINE: what is wrong; exits 1 when there is anything."""
import pathlib
import re
import sys

TOP = {"CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "app", "core", "ui", "captures", "lessons", "tests", "build"}
MAX_FILE, MAX_FUNCTION = 800, 100

# Folder → folders whose headers it may include. "protocol:NAME" stands for single headers of core/protocol.
PROTOCOLS = ["smtp", "pop3", "pop2", "imap", "dns", "http"]
LAYERS = {
    "base": {"base"},
    "wire": {"wire", "base"},
    "mail": {"mail", "base"},
    "protocol": {"protocol", "mail", "base"},
    "agent": {"agent", "protocol", "mail", "base"},
    "observe": {"observe", "protocol", "wire", "mail", "base"},
    "simulate": {"simulate", "agent", "protocol", "wire", "mail", "base"},
    "loopback": {"loopback", "agent", "protocol", "wire", "mail", "base"},
    "lesson": {"lesson", "observe", "simulate", "base"},
}
CONTRACTS = {"endpoint.h", "decoder.h", "vocabulary.h", "parse-result.h", "registry.h"}
# What a layer may see of core/protocol (None: everything).
PROTOCOL_HEADERS = {
    "observe": {"decoder.h", "vocabulary.h", "parse-result.h", "registry.h"},
    "simulate": {"endpoint.h", "vocabulary.h", "parse-result.h", "tls/tls-endpoint.h"},
    "loopback": {"endpoint.h", "vocabulary.h", "parse-result.h", "tls/tls-endpoint.h"},
    "ui": {"vocabulary.h", "decoder.h"},
}
UI_MAY = {"ui", "observe", "mail", "protocol", "simulate", "lesson", "wire", "base"}
# External header (by pattern) → the places, by path prefix, that may include it. Sources of tests may include what they test against.
EXTERNAL = [
    (r"pcap(/|\.h$)", ["core/observe/", "app/capture-helper/", "tests/"]),
    (r"openssl/", ["core/protocol/tls/", "tests/"]),
    (r"gmime/", ["core/mail/", "tests/"]),
    (r"zlib\.h$", ["core/observe/", "core/protocol/imap/", "tests/"]),
    (r"md4c", ["core/lesson/", "tests/"]),
    (r"sys/capability\.h$", ["app/capture-helper/"]),
    (r"(sys/socket|sys/epoll|netinet/.*|arpa/inet|netdb|gio/gsocket.*)(\.h)?$", ["core/loopback/", "tests/"]),
    (r"(gtk|gdk|atk|cairo|pango)(/|\.h)", ["ui/", "app/desktop/", "tests/"]),
]
# Forbidden calls: unbounded, not thread-safe, or reaching for the machine from where it must not be.
CALLS = [
    (r"(strcpy|strcat|sprintf|vsprintf|strtok|gets|gmtime|localtime|asctime|ctime|system|popen|tmpnam|mktemp|atoi|atol|alloca)", []),
    (r"(time|clock_gettime|gettimeofday|g_get_real_time|g_get_monotonic_time|g_date_time_new_now\w*)",
     ["core/loopback/real-clock", "core/observe/live-capture", "ui/", "app/desktop/", "tests/"]),
    (r"(rand|random|srand|srandom|drand48|g_random_\w+|arc4random)", ["tests/"]),
    (r"(getrandom)", ["core/loopback/", "tests/"]),
    (r"(socket|bind|listen|accept|connect)", ["core/loopback/", "tests/"]),
]
# Struct members may bear these names ("host->connect(…)"), so a call is a name that no "->", "." or word stands before.
CALL = r"(?<![\w>.])(?<!->)%s\s*\("


def strip(text):
    """Blanks comments and string contents, keeping line numbers."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def layer_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "core" and len(parts) > 2 else parts[0]


def protocol_folder(path):
    """core/protocol/smtp/x.c → smtp; core/protocol/registry.c → ''."""
    parts = path.split("/")
    return parts[2] if len(parts) > 3 else ""


def include_fault(path, name, own_headers):
    layer = layer_of(path)
    if layer in ("tests", "app"):
        return None
    if "/" not in name:
        return None if layer in ("app",) else f'"{name}" is written without its layer'
    parts = name.split("/")
    target = "ui" if parts[0] == "ui" else parts[0]
    if layer == "ui":
        if target not in UI_MAY:
            return f"ui may not include {target}/"
        if target == "simulate" and name not in ("simulate/world.h", "simulate/scenario.h"):
            return f"ui may include simulate/world.h and simulate/scenario.h, not {name}"
    elif layer not in LAYERS:
        return f"unknown layer {layer}"
    elif target not in LAYERS[layer]:
        return f"{layer} may not include {target}/"
    if target == "protocol" and layer in PROTOCOL_HEADERS:
        if "/".join(parts[1:]) not in PROTOCOL_HEADERS[layer]:
            return f"{layer} may not include {name}"
    if target == "protocol" and layer == "protocol":
        mine, theirs = protocol_folder(path), parts[1] if len(parts) > 2 else ""
        if theirs and theirs != mine and not path.startswith("core/protocol/registry."):
            if not (theirs == "sasl" and mine in ("smtp", "pop3", "imap", "http")):
                return f"protocol/{mine or '*'} may not include protocol/{theirs}"
    return None


def check_includes(path, text, say):
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if not match:
            continue
        quote, name = match.groups()
        if quote == '"':
            fault = include_fault(path, name, None)
            if fault:
                say(path, number, fault)
        else:
            for pattern, places in EXTERNAL:
                if re.match(pattern, name) and not any(path.startswith(place) for place in places):
                    say(path, number, f"<{name}> belongs to {', '.join(places)} only")


def check_calls(path, code, say):
    if path.startswith("tests/"):
        return
    for number, line in enumerate(code.split("\n"), 1):
        for names, places in CALLS:
            match = re.search(CALL % names, line)
            if match and not any(path.startswith(place) for place in places):
                say(path, number, f"forbidden call {match.group(1)}()")


def check_lengths(path, text, code, say):
    lines = code.split("\n")
    count = len(text.split("\n")) - 1
    if count > MAX_FILE:
        say(path, count, f"{count} lines: at most {MAX_FILE}")
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            length = number - start + 1
            if length > MAX_FUNCTION:
                say(path, start, f"a function of {length} lines: at most {MAX_FUNCTION}")
            start = None


def check_head(path, text, say):
    if not text.startswith("/* SPDX-License-Identifier: MIT */\n/*"):
        say(path, 1, "the head must be the SPDX line and one sentence")


def check_tree(root, say):
    for entry in root.iterdir():
        if not entry.name.startswith(".") and entry.name not in TOP:
            say(entry.name, 1, "unexpected name at the top level")
    folders = {root / "app", root / "core", root / "ui", root / "tests", root / "captures", root / "lessons"}
    for folder in sorted(folders):
        if not folder.is_dir():
            continue
        for sub in [folder] + sorted(p for p in folder.glob("*") if p.is_dir() and not p.name.startswith((".", "_"))):
            has_files = any(p.is_file() for p in sub.iterdir())
            if has_files and not (sub / "README.md").is_file():
                say(str(sub.relative_to(root)), 1, "a folder without a README.md")


def check(root):
    faults = []

    def say(path, number, what):
        faults.append(f"{path}:{number}: {what}")

    check_tree(root, say)
    for folder in ("core", "ui", "app", "tests"):
        for file in sorted((root / folder).rglob("*.[ch]")):
            path = file.relative_to(root).as_posix()
            text = file.read_text(encoding="utf-8")
            code = strip(text)
            check_head(path, text, say)
            check_includes(path, text, say)
            check_calls(path, code, say)
            check_lengths(path, text, code, say)
    return faults


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    faults = check(root)
    print("\n".join(faults) if faults else "architecture: nothing to remark")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
