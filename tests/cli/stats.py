# SPDX-License-Identifier: MIT
"""--stats: what the lines shown add up to, counted once more from the lines themselves."""
from collections import Counter

from frames import START, Conversation, pcap
from schema import faults_of_stats
from support import CAPTURES, ROOT, case, decode, expect, expect_quiet, run

STORY = ROOT / "captures/story-whole.pcapng"
QUESTIONS, REPLIES = ("command", "query"), ("reply", "answer")


def of_protocol(lines, protocol):
    lines = [line for line in lines if line["protocol"] == protocol]
    streams = {(line.get("stream"), line.get("udp_stream")) for line in lines}
    return {"protocol": protocol, "conversations": len(streams), "commands": sum(line["kind"] in QUESTIONS for line in lines),
            "replies": sum(line["kind"] in REPLIES for line in lines)}


@case
def stats_of_every_capture():
    """The stats line of every capture, before end, holds what its lines add up to, with and without a filter; the other lines stay."""
    for path in CAPTURES:
        for more in ([], ["--where", "kind in {command, reply, answer} and id > 3"]):
            plain = run("decode", path, "--format", "ndjson", *more)
            result = run("decode", path, "--format", "ndjson", "--stats", *more)
            expect_quiet(result)
            stats = result.lines[-2]
            expect(result.lines[:-2] + result.lines[-1:] == plain.lines and stats["kind"] == "stats", path.name)
            expect(not faults_of_stats(stats), path.name, *faults_of_stats(stats))
            lines = plain.lines[1:-1]
            found = [{key: row[key] for key in ("protocol", "conversations", "commands", "replies")} for row in stats["protocols"]]
            expect(found == [of_protocol(lines, row["protocol"]) for row in stats["protocols"]], path.name, found)
            expect(len(found) == len({line["protocol"] for line in lines}), path.name, found)
            expect(sum(row["commands"] for row in stats["hosts"]) == sum(row["commands"] for row in found), path.name, stats)
            expect(sum(row["refused"] for row in stats["protocols"]) == sum(row["count"] for row in stats["refusals"]), path.name, stats)


def slow_capture():
    """Replies after 1, 2 … 15 ms, a body between DATA and its reply, and a refusal."""
    talk = Conversation(start=START).server(b"220 a.test ESMTP\r\n")
    for number in range(1, 16):
        talk.client(b"NOOP\r\n")
        talk.time += (number - 1) * 1_000_000
        talk.server(b"250 Ok\r\n")
    talk.client(b"MAIL FROM:<a@a.test>\r\n").server(b"250 Ok\r\n").client(b"RCPT TO:<b@b.test>\r\n").server(b"250 Ok\r\n")
    talk.client(b"DATA\r\n").server(b"354 Go\r\n")
    talk.time += 900_000_000
    talk.client(b"Subject: a\r\n\r\nb\r\n.\r\n")
    talk.time += 49_000_000
    talk.server(b"250 Ok\r\n").client(b"RCPT TO:<b@b.test>\r\n").server(b"503 No\r\n").client(b"XYZZY\r\n").server(b"500 What\r\n")
    talk.client(b"XYZZY\r\n").server(b"500 What\r\n")
    return talk.close()


@case
def the_slowest_replies():
    """The ten slowest replies come slowest first, in milliseconds from the command's end, or from the end of the body after it."""
    stats = decode(pcap(slow_capture()), "--stats").lines[-2]
    verbs = [(row["verb"], round(row["milliseconds"])) for row in stats["slowest"]]
    expect(verbs == [("DATA", 50), *[("NOOP", number) for number in range(15, 6, -1)]], verbs)
    expect(stats["slowest"][0]["milliseconds"] == 50.0 and stats["slowest"][1]["stream"] == 0, stats["slowest"])
    lines = {line["id"]: line for line in decode(pcap(slow_capture())).lines[1:-1]}
    for row in stats["slowest"]:
        expect(lines[row["reply"]]["answers"] == row["command"] and lines[row["command"]]["verb"] == row["verb"], row)


@case
def a_hidden_command_still_tells_its_delay():
    """Where a filter leaves out commands, replies keep their delays."""
    result = decode(pcap(slow_capture()), "--stats", "--where", "kind == reply")
    expect(len(result.lines[-2]["slowest"]) == 10 and result.lines[-2]["protocols"][0]["commands"] == 0, result.lines[-2])


@case
def refusals_by_code():
    """Refusals are counted by code, the most frequent first, with the words that explain them."""
    stats = decode(pcap(slow_capture()), "--stats").lines[-2]
    expect([(row["protocol"], row["code"], row["count"]) for row in stats["refusals"]] == [("smtp", "500", 2), ("smtp", "503", 1)], stats)
    expect(all(row["gloss"] for row in stats["refusals"]), stats["refusals"])
    whole = decode(pcap(slow_capture())).of("reply")
    counts = Counter((line["code"], line["gloss"]) for line in whole if line["code"][0] in "45")
    expect({(row["code"], row["gloss"]): row["count"] for row in stats["refusals"]} == dict(counts), counts)


@case
def hosts_are_bounded():
    """The twenty pairs of hosts with most bytes are named; those beyond, and thousands more, are counted together."""
    frames = []
    for number in range(4200):
        talk = Conversation(client=f"10.1.{number >> 8}.{number & 255}", start=START + number * 10**8)
        frames += talk.server(b"220 a.test ESMTP\r\n").client(b"NOOP " + b"x" * (number % 50) + b"\r\n").frames
    stats = decode(pcap(frames), "--stats", "--where", "smtp").lines[-2]
    expect(len(stats["hosts"]) == 20 and stats["other_hosts"]["conversations"] == 4180, stats["other_hosts"])
    sizes = [row["bytes"] for row in stats["hosts"]]
    expect(sizes == sorted(sizes, reverse=True) and sizes[0] == 18 + 56, sizes)


@case
def stats_as_text():
    """As text the tables follow the listing, in both languages, at most 72 columns wide, and a file without mail has none."""
    for language, words in (("en", ("Protocol", "Client ⇄ server", "Slowest replies", "Refusals")), ("pt_BR", ())):
        for path in (STORY, ROOT / "captures/smtp-refused-550.pcap", ROOT / "captures/imap-wrong-password.pcap"):
            plain, result = (run("decode", path, *more, language=language) for more in ([], ["--stats"]))
            expect_quiet(result)
            expect(result.out.startswith(plain.out), path.name)
            tables = result.out[len(plain.out):]
            expect(all(word in tables or word == "Refusals" for word in words), tables)
            expect(all(len(line) <= 72 for line in tables.splitlines()), max(tables.splitlines(), key=len))
            expect(not any(line != line.rstrip() for line in tables.splitlines()), repr(tables))
    refused = run("decode", ROOT / "captures/smtp-refused-550.pcap", "--stats").out
    expect("SMTP 550" in refused, refused)
    empty = decode(pcap([]), "--stats", form="text")
    expect("Protocol" not in empty.out, empty.out)
    both = Conversation(client="2001:db8:1111:2222:3333:4444:5555:6666", server="2001:db8:1111:2222:3333:4444:5555:7777")
    both.server(b"220 a.test ESMTP\r\n").client(b"QUIT\r\n")
    expect("2001:db8:1111:2222:3333:4444:5555:6666 ⇄" in decode(pcap(both.frames), "--stats", form="text").out)


@case
def stats_of_a_simulation():
    """simulate --stats adds up its lines; with --format none nothing is written."""
    stats = run("simulate", "walk", "--format", "ndjson", "--stats").lines[-2]
    expect({row["protocol"] for row in stats["protocols"]} == {"smtp", "pop3", "dns"} and not faults_of_stats(stats), stats)
    expect(run("simulate", "walk", "--format", "none", "--stats").raw == b"")
