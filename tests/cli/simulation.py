# SPDX-License-Identifier: MIT
"""carteiro simulate: the same every time, and what it saves is what it showed, for us and for tshark."""
import collections
import shutil
import subprocess

from frames import records
from schema import faults_of
from support import Folder, case, environment, expect, expect_quiet, run

SAME = ("kind", "id", "verb", "argument", "code", "text", "answers", "name", "type", "records", "state", "time", "from", "to", "stream", "udp_stream",
        "mechanism", "user", "accepted", "about", "bytes", "lines")


def play(folder, name, *words):
    path = folder.path / name
    result = run("simulate", "--format", "ndjson", "--pcap", path, *words)
    expect_quiet(result)
    return result, path


@case
def the_walk_keeps_the_promise():
    """The walk's lines keep what ndjson promises, and tell the whole way: submission, relay and fetch."""
    result = run("simulate", "--format", "ndjson")
    expect_quiet(result)
    faults = faults_of(result.lines)
    expect(not faults, *faults[:5])
    expect(result.lines[0]["format"] == "simulation", result.lines[0])
    verbs = {line["verb"] for line in result.of("command")}
    expect({"EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT", "USER", "PASS", "RETR"} <= verbs, verbs)
    sessions = [line["state"] for line in result.of("session")]
    expect(collections.Counter(sessions) == {"opened": 3, "closed": 3}, sessions)


@case
def a_seed_is_a_run():
    """The same seed gives the same bytes, lines and frames; another seed gives others; none is the scenario's own."""
    with Folder() as folder:
        runs = [play(folder, f"{i}.pcapng", *words) for i, words in enumerate(([], [], ["--seed", "7"], ["--seed", "7"], ["--seed=8"]))]
        outs = [result.raw for result, _ in runs]
        files = [path.read_bytes() for _, path in runs]
        expect(outs[0] == outs[1] and files[0] == files[1], "two runs differ")
        expect(outs[2] == outs[3] and files[2] == files[3], "two runs of seed 7 differ")
        expect(len({outs[0], outs[2], outs[4]}) == 3 and len({files[0], files[2], files[4]}) == 3, "seeds do not differ")


@case
def settings_and_names():
    """The walk by its name is the walk; --set changes what it says it changes; a scenario may be a path."""
    plain = run("simulate", "--format", "ndjson")
    expect(run("simulate", "walk", "--format", "ndjson").raw == plain.raw, "walk by name")
    seeded = run("simulate", "--set", "Seed=7", "--format", "ndjson")
    expect(seeded.raw == run("simulate", "--seed", "7", "--format", "ndjson").raw, "Seed=7 is not --seed 7")
    expect("Another title" in run("simulate", "--set", "Title=Another title").out, "--set Title")
    with Folder() as folder:
        folder.write("mine.ini", b"[Scenario]\nTitle=Mine\nSeed=3\n\n[Act 1]\nAgent=alice\nDo=send\nTo=bob@beta.example\nSubject=Oi\n")
        result = run("simulate", "mine.ini", folder=folder.path)
        expect_quiet(result)
        expect(result.out.startswith("Mine") and "RCPT TO:<bob@beta.example>" in result.out, result.out)


@case
def none_is_nothing():
    """--format none prints nothing, and --pcap saves the same frames as with lines."""
    expect_quiet(run("simulate", "--format", "none"))
    with Folder() as folder:
        _, path = play(folder, "lines.pcapng")
        silent = run("simulate", "--format", "none", "--pcap", folder.path / "none.pcapng")
        expect_quiet(silent)
        expect(silent.raw == b"" and (folder.path / "none.pcapng").read_bytes() == path.read_bytes())


@case
def what_it_saves_is_what_it_showed():
    """The saved capture decodes to the same rows as the run, with the same ids, times and addresses, and its names are inside."""
    with Folder() as folder:
        shown, path = play(folder, "walk.pcapng")
        again = run("decode", path, "--format", "ndjson")
        expect_quiet(again)
        pick = lambda lines: [{key: line[key] for key in SAME if key in line} for line in lines[1:-1]]  # noqa: E731
        for one, other in zip(pick(shown.lines), pick(again.lines)):
            expect(one == other, one, "is read back as", other)
        expect(len(shown.lines) == len(again.lines) and shown.lines[-1] == again.lines[-1], shown.lines[-1], again.lines[-1])
        expect(shown.lines[0]["interfaces"] == again.lines[0]["interfaces"] and again.lines[0]["comments"], again.lines[0])
        expect(again.lines[-1]["frames"] == len(list(records(path.read_bytes()))), "frames")
        text = run("decode", path).out
        for name in ("mail.alpha.example (", "mail.beta.example ("):
            expect(name in text, "no", name, text[:800])


def tshark(path, *words):
    made = subprocess.run(["tshark", "-n", "-r", path, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, env=environment())
    expect(made.returncode == 0, made.stderr.decode())
    return made.stdout.decode().splitlines()


@case
def tshark_says_the_same():
    """tshark sees the same SMTP and POP3 commands and replies in every stream, the same questions, the host names, and nothing worth a warning."""
    expect(shutil.which("tshark"), "tshark is not installed")
    with Folder() as folder:
        for seed in ("1", "2"):
            shown, path = play(folder, f"{seed}.pcapng", "--seed", seed)
            for field, wanted in (("smtp.req.command", "smtp"), ("pop.request.command", "pop3")):
                theirs, ours = collections.defaultdict(list), collections.defaultdict(list)
                for line in tshark(path, "-Y", field, "-T", "fields", "-e", "tcp.stream", "-e", field):
                    stream, words = line.split("\t")
                    theirs[int(stream)] += words.split(",")
                for line in shown.of("command"):
                    if line["protocol"] == wanted and line["verb"] != "AUTH-RESPONSE":
                        ours[line["stream"]].append(line["verb"])
                expect(theirs == ours and ours, field, dict(theirs), dict(ours))
            codes = [line.split(",")[0] for line in tshark(path, "-Y", "smtp.response.code", "-T", "fields", "-e", "smtp.response.code")]
            expect(codes == [line["code"] for line in sorted(shown.of("reply"), key=lambda line: line["frame"]) if line["protocol"] == "smtp"], codes)
            signs = tshark(path, "-Y", "pop.response.indicator", "-T", "fields", "-e", "pop.response.indicator")
            expect(signs == [line["code"] for line in shown.of("reply") if line["protocol"] == "pop3"], signs)
            asked = tshark(path, "-Y", "dns.flags.response == 0", "-T", "fields", "-e", "dns.qry.name")
            expect(asked == [line["name"] for line in shown.of("query")], asked)
            loud = tshark(path, "-Y", "_ws.expert.severity > 0x400000", "-T", "fields", "-e", "frame.number", "-e", "_ws.expert.message")
            expect(not loud, "expert items above Note:", loud)
            hosts = "\n".join(tshark(path, "-q", "-z", "hosts"))
            expect("mail.alpha.example" in hosts and "mail.beta.example" in hosts, hosts)
