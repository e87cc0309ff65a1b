# SPDX-License-Identifier: MIT
"""--where: which lines are left, what stays as it was, and what is said of a wrong filter."""
from frames import greeting, pcap, smtp_capture
from support import CAPTURES, ROOT, case, decode, expect, expect_message, expect_quiet, run

STORY = ROOT / "captures/story-whole.pcapng"


def rows(result):
    return result.lines[1:-1]


@case
def where_leaves_lines_as_they_are():
    """--where leaves out lines and changes none: ids, capture and end are those of the whole listing, in ndjson of every capture."""
    for path in CAPTURES:
        whole = run("decode", path, "--format", "ndjson").out.splitlines()
        for filter_ in ("kind == command", "kind in {session, note, credential, data}", "not smtp", "id > 5 and tcp.port == 25"):
            result = run("decode", path, "--format", "ndjson", "--where", filter_)
            expect_quiet(result)
            left = result.out.splitlines()
            expect(left[0] == whole[0] and left[-1] == whole[-1], path.name, filter_, left[-1])
            expect(set(left) <= set(whole) and sorted(left[1:-1], key=whole.index) == left[1:-1], path.name, filter_)


@case
def where_splits_a_listing():
    """A filter and its not, together, are the whole listing."""
    whole = rows(run("decode", STORY, "--format", "ndjson"))
    for filter_ in ("smtp", "smtp.response.code >= 300", 'argument contains "alice"', "user", "ip.addr != 10.20.0.10"):
        parts = [rows(run("decode", STORY, "--format", "ndjson", "--where", text)) for text in (filter_, f"not ({filter_})")]
        expect(all(parts) or filter_ == "user", filter_, "does not split")
        expect(sorted(parts[0] + parts[1], key=lambda line: line["id"]) == whole, filter_)


@case
def where_finds_what_it_says():
    """Filters in Wireshark's words and ours find the lines whose keys say so."""
    whole = rows(run("decode", STORY, "--format", "ndjson"))
    wanted = {
        'smtp.req.command == "MAIL"': lambda line: line.get("verb") == "MAIL",
        "kind == reply and code >= 300": lambda line: line["kind"] == "reply" and line["code"].isdigit() and int(line["code"]) >= 300,
        "pop.request.command in {USER, PASS}": lambda line: line["protocol"] == "pop3" and line.get("verb") in ("USER", "PASS"),
        "dns.qry.type == 15": lambda line: line.get("type") == "MX",
        "tcp.stream == 1": lambda line: line.get("stream") == 1,
        "ip.src == 10.20.0.53": lambda line: line["from"].startswith("10.20.0.53:"),
        "session.state == closed": lambda line: line.get("state") == "closed",
        "kind == note and severity >= warning": lambda line: line.get("severity") in ("warning", "error"),
        "user matches ALICE": lambda line: "alice" in line.get("user", ""),
        "answers in {10..30}": lambda line: 10 <= (line.get("answers") or 0) <= 30,
    }
    for filter_, says in wanted.items():
        expected = [line for line in whole if says(line)]
        found = rows(run("decode", STORY, "--format", "ndjson", "--where", filter_))
        expect(found == expected, filter_, [line["id"] for line in found], "not", [line["id"] for line in expected])
        expect(0 < len(found) < len(whole) or "user" in filter_, filter_, len(found))


@case
def where_in_text():
    """As text the lines that fit stand under their conversation; where none fits it is said, and the frames are still counted."""
    result = run("decode", STORY, "--where", "verb == QUIT")
    expect_quiet(result)
    expect(result.out.count("QUIT") == 3 and "MAIL FROM" not in result.out and result.out.count("━━━") == 3, result.out)
    none = run("decode", STORY, "--where", "verb == XYZZY")
    expect_quiet(none)
    expect("No line fits --where." in none.out and "75 frames read." in none.out, none.out)
    expect("No line fits" not in decode(pcap([]), "--where", "smtp", form="text").out, "of no line at all")


@case
def where_in_a_simulation():
    """simulate --where shows the lines that fit of the same run."""
    whole = rows(run("simulate", "walk", "--format", "ndjson"))
    found = rows(run("simulate", "walk", "--format", "ndjson", "--where", "verb == RCPT"))
    expect(found == [line for line in whole if line.get("verb") == "RCPT"] and found, found)


WRONG = [
    ('tcp.port == "abc"', 'column 13: expected a number, found "abc"\n'),
    ('smtp.req.commnd == "MAIL"', "column 1: ", 'did you mean "smtp.req.command"?'),
    ("kind == command and", "column 20: expected a field such as", "found the end"),
    ('user == "açúcar" or (', "column 22: "),
    ("verb == \x1b[31m", "column 9: "),
    ("(" * 65 + "smtp" + ")" * 65, "column 65: "),
    ("smtp " * 4000, "column 1: ", "16384"),
]


@case
def a_wrong_filter():
    """A wrong filter exits with 2, names its column and what was expected, and nothing is written or read."""
    for command in (["decode", "no-such-file"], ["simulate", "walk"]):
        for filter_, *parts in WRONG:
            result = run(*command, "--where", filter_)
            expect_message(result, 2, f"carteiro: {command[0]}: --where: ", *parts)
            expect(result.raw == b"" and "\x1b" not in result.err, filter_, result.out)
    result = run("decode", STORY, "--where", "verb ==", language="pt_BR")
    expect_message(result, 2, "carteiro: decode: --where: ")


@case
def a_filter_sees_what_is_shown():
    """Without --reveal no filter finds a password; with it, it does. The mask itself can be found."""
    path = ROOT / "captures/pop3-mutt.pcap"
    masked = [rows(run("decode", path, "--format", "ndjson", "--where", f"pop.request.parameter matches \"{text}\""))
              for text in ("wonder", "builder", "^.{10}$", "^•+$")]
    expect([len(found) for found in masked[:3]] == [0, 0, 0] or masked[3], masked)
    shown = rows(run("decode", path, "--format", "ndjson"))
    passwords = [line["id"] for line in shown if line.get("argument") == "••••••"]
    expect([line["id"] for line in masked[3]] == passwords and passwords, masked[3])
    secret = next(line["argument"] for line in run("decode", path, "--format", "ndjson", "--reveal").of("command") if line["id"] == passwords[0])
    for more, count in (([], 0), (["--reveal"], len(passwords))):
        found = rows(run("decode", path, "--format", "ndjson", *more, "--where", f'argument == "{secret}"'))
        expect(len(found) == count, more, found)


@case
def a_pattern_without_end():
    """A pattern that takes too long is given up soon: said so on standard error, exit code 2, the rest is shown."""
    frames = smtp_capture(1)
    talk = greeting(client_port=30000)
    for _ in range(40):
        talk.client(b"NOOP " + b"a" * 400 + b"\r\n").server(b"250 Ok\r\n")
    result = decode(pcap(frames + talk.close()), "--where", 'verb == MAIL or argument matches "(a+)+[!;]"')
    expect_message(result, 2, "carteiro: decode: --where: column 34: this pattern took too long")
    expect([line["verb"] for line in rows(result)] == ["MAIL"] and result.lines[-1]["kind"] == "end", result.out)
