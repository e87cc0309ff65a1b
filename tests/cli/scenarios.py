# SPDX-License-Identifier: MIT
"""Every scenario in the box shows what its title says; what it saves reads back the same, for us and for tshark."""
import collections
import configparser
import shutil
import subprocess

from schema import faults_of
from support import ROOT, Folder, case, environment, expect, expect_quiet, run

FOLDER = ROOT / "lessons" / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ini"))
# Lines drop, power fails, ports are blocked, frames are lost: there a reset, a repetition or a gap is the point.
LOSSY = {"lossy-line"}
RESETS = {"pop3-dropped", "port-25-blocked", "server-down", "mx-backup"}
# tshark takes the lines of a log-in's exchange for commands, unless it is told to look into them.
TSHARK = ["tshark", "-n", "-o", "smtp.decryption:TRUE", "-r"]

runs = {}


def play(name):
    """The lines of a scenario, run once, and its capture."""
    if name not in runs:
        with Folder() as folder:
            path = folder.path / "run.pcapng"
            result = run("simulate", name, "--format", "ndjson", "--reveal", "--pcap", path)
            expect_quiet(result)
            runs[name] = result, path.read_bytes()
    return runs[name]


def told(name, **wanted):
    """How many lines have all of these values."""
    return sum(all(line.get(key) == value for key, value in wanted.items()) for line in play(name)[0].lines)


def subjects(name, direction):
    return [line["subject"] for line in play(name)[0].of("message") if line["direction"] == direction]


@case
def both_languages():
    """Each scenario has a title and a summary in English and in Portuguese, and its acts' titles come in both."""
    for name in NAMES:
        text = configparser.ConfigParser(interpolation=None, strict=True)
        text.optionxform = str
        text.read(FOLDER / f"{name}.ini", encoding="utf-8")
        for key in ("Title", "Summary"):
            expect(text["Scenario"].get(key) and text["Scenario"].get(f"{key}[pt_BR]"), name, key)
        for group in text.sections():
            expect(("Title" in text[group]) == ("Title[pt_BR]" in text[group]), name, group)
        for language in ("en", "pt_BR"):
            title = run("simulate", name, language=language).out.splitlines()[0]
            wanted = text["Scenario"]["Title" if language == "en" else "Title[pt_BR]"]
            expect(title.startswith(wanted), name, language, title, wanted)


@case
def a_scenario_keeps_the_promise():
    """Each scenario's lines keep what ndjson promises, and none is damaged."""
    for name in NAMES:
        result, _ = play(name)
        faults = faults_of(result.lines)
        expect(not faults, name, *faults[:3])
        expect(not result.lines[-1]["damaged"], name)


@case
def a_seed_is_a_run():
    """The same scenario and seed give the same bytes; another seed gives others."""
    for name in NAMES:
        first, capture = play(name)
        with Folder() as folder:
            path = folder.path / "again.pcapng"
            again = run("simulate", name, "--format", "ndjson", "--reveal", "--pcap", path)
            expect(again.raw == first.raw and path.read_bytes() == capture, name, "two runs differ")
            run("simulate", name, "--format", "none", "--seed", "77", "--pcap", path)
            expect(path.read_bytes() != capture, name, "the seed changes nothing")


@case
def an_input_is_an_act():
    """What a person adds while a world runs is an act with its time: run again from the seed, all before it is the same."""
    with Folder() as folder:
        path = folder.path / "more.pcapng"
        first, _ = play("walk")
        more = run("simulate", "walk", "--format", "ndjson", "--reveal", "--pcap", path, "--set", "Act 3/At=20 s", "--set", "Act 3/Agent=alice",
                   "--set", "Act 3/Do=send", "--set", "Act 3/To=bob@beta.example", "--set", "Act 3/Subject=mais uma")
        expect_quiet(more)
        same = len(first.lines) - 1
        expect(first.lines[:same] == more.lines[:same], "something before the input changed")
        expect(len(more.lines) > len(first.lines) + 20 and more.of("message")[-1]["subject"] == "mais uma", len(more.lines))
        changed = run("simulate", "walk", "--format", "ndjson", "--set", "Act 2/At=9 s")
        expect([line["verb"] for line in changed.of("command")] == [line["verb"] for line in first.of("command")], "an act that comes later")


@case
def what_is_saved_was_shown():
    """The capture of each scenario decodes to the same lines as the run."""
    for name in NAMES:
        shown, capture = play(name)
        with Folder() as folder:
            again = run("decode", folder.write("run.pcapng", capture), "--format", "ndjson", "--reveal")
        expect_quiet(again)
        for one, other in zip(shown.lines[1:], again.lines[1:]):
            expect(one == other, name, one, "is read back as", other)
        expect(len(shown.lines) == len(again.lines), name, len(shown.lines), len(again.lines))


def tshark(path, *words):
    made = subprocess.run([*TSHARK, path, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, env=environment())
    expect(made.returncode == 0, made.stderr.decode())
    return made.stdout.decode().splitlines()


def their_commands(path, field):
    theirs = collections.defaultdict(list)
    for line in tshark(path, "-Y", field, "-T", "fields", "-e", "tcp.stream", "-e", field):
        stream, words = line.split("\t")
        theirs[int(stream)] += [word.upper() for word in words.split(",")]
    return theirs


def our_commands(name, protocol):
    ours = collections.defaultdict(list)
    for line in play(name)[0].of("command"):
        if line["protocol"] == protocol and line["verb"] not in ("AUTH-RESPONSE", "DONE"):
            ours[line["stream"]].append(line["verb"].removeprefix("UID "))
    return ours


@case
def tshark_has_nothing_to_warn_of():
    """tshark finds nothing above a note in any scenario without loss, but the reset where one is due."""
    expect(shutil.which("tshark"), "tshark is not installed")
    for name in NAMES:
        if name in LOSSY:
            continue
        with Folder() as folder:
            path = folder.write("run.pcapng", play(name)[1])
            loud = tshark(path, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y",
                          "_ws.expert.severity > 0x400000", "-T", "fields", "-e", "frame.number", "-e", "tcp.flags.reset", "-e", "_ws.expert.message")
        loud = [line for line in loud if not (name in RESETS and line.split("\t")[1] in ("1", "True"))]
        expect(not loud, name, loud[:3])


@case
def tshark_says_the_same():
    """tshark sees the same SMTP, POP3, IMAP and HTTP commands in every stream of every scenario without loss, the same replies, the same questions."""
    for name in NAMES:
        if name in LOSSY:
            continue
        with Folder() as folder:
            path = folder.write("run.pcapng", play(name)[1])
            for field, protocol in (("smtp.req.command", "smtp"), ("pop.request.command", "pop3"), ("imap.request.command", "imap"), ("http.request.method", "http")):
                theirs, ours = their_commands(path, field), our_commands(name, protocol)
                expect(theirs == ours, name, field, dict(theirs), dict(ours))
            asked = tshark(path, "-Y", "dns.flags.response == 0", "-T", "fields", "-e", "dns.qry.name")
            expect(sorted(asked) == sorted(line["name"] for line in play(name)[0].of("query")), name, asked)
            codes = collections.Counter(tshark(path, "-Y", "smtp.response.code", "-T", "fields", "-e", "smtp.response.code"))
            ours = collections.Counter(line["code"] for line in play(name)[0].of("reply") if line["protocol"] == "smtp")
            theirs = collections.Counter()
            for line, count in codes.items():
                theirs[line.split(",")[0]] += count
            expect(theirs == ours, name, theirs, ours)
            signs = [sign for line in tshark(path, "-Y", "pop.response.indicator", "-T", "fields", "-e", "pop.response.indicator") for sign in line.split(",")]
            mine = [line["code"] for line in sorted(play(name)[0].of("reply"), key=lambda line: line["frame"]) if line["protocol"] == "pop3"]
            expect(signs == mine, name, signs, mine)
            # it tells the tagged ones only
            ends = collections.Counter(end for line in tshark(path, "-Y", "imap.response.status", "-T", "fields", "-e", "imap.response.status")
                                       for end in line.split(",") if end in ("OK", "NO", "BAD"))
            mine = collections.Counter(line["code"] for line in play(name)[0].of("reply")
                                       if line["protocol"] == "imap" and line.get("tag") not in (None, "*", "+"))
            expect(ends == mine, name, ends, mine)


@case
def refusals_come_home():
    """A wrong address, one of three, and a full mailbox: the reply of the other server, and the notice to Alice."""
    for name, code in (("wrong-address", "550"), ("one-refused", "550"), ("mailbox-full", "552")):
        expect(told(name, kind="reply", code=code) == 1, name, code)
        notices = [line for line in play(name)[0].of("message") if line["envelope"]["from"] == "" or "Undelivered" in (line["subject"] or "")]
        expect(notices and notices[-1]["direction"] == "fetched", name, notices)
        kinds = [part["type"] for part in notices[-1]["parts"]]
        expect("message/delivery-status" in kinds, name, kinds)
    expect(len(subjects("one-refused", "fetched")) == 3, subjects("one-refused", "fetched"))


@case
def the_queue_waits():
    """Power cut, backup server, greylisting: the letter comes late, once, and nobody is told of a failure."""
    for name, subject in (("server-down", "o servidor caiu?"), ("mx-backup", "plano B"), ("greylisting", "primeira vez")):
        expect(subjects(name, "fetched") == [subject], name, subjects(name, "fetched"))
    expect(told("greylisting", kind="reply", code="451") == 1)
    relayed = [line["to"] for line in play("mx-backup")[0].of("command") if line["verb"] == "MAIL"]
    expect(len(relayed) == 3 and len(set(relayed)) == 3, relayed)
    for name, calls in (("server-down", 2), ("mx-backup", 2)):
        expect(told(name, kind="note", code="no-answer") >= calls, name, told(name, kind="note", code="no-answer"))


@case
def envelope_and_headers():
    """Blind copies are in the envelope and in nobody's header; accents and a picture arrive."""
    result, _ = play("cc-bcc")
    submitted, *others = result.of("message")
    expect("davi@alpha.example" in submitted["envelope"]["to"] and "Bcc" in submitted["headers"], submitted)
    expect(all("Bcc" not in line["headers"] for line in others) and len(others) == 3, others)
    fetched = [line for line in play("attachment")[0].of("message") if line["direction"] == "fetched"][0]
    expect(fetched["subject"] == "Logomarca da comissão de formatura", fetched["subject"])
    image = [part for part in fetched["parts"] if part["type"] == "image/jpeg"]
    expect(image and image[0]["name"] == "logo.jpeg" and image[0]["encoding"] == "base64", fetched["parts"])


@case
def pop_keeps_and_locks():
    """POP3 keeps, deletes, locks and forgets marks without QUIT; POP2 says it in other words."""
    seen = subjects("pop3-two-devices", "fetched")
    expect(seen == ["primeira", "primeira", "primeira", "segunda"], "kept twice, then all deleted:", seen)
    refused = [line for line in play("pop3-locked")[0].of("reply") if line["code"] == "-ERR"]
    expect(len(refused) == 1 and "[IN-USE]" in refused[0]["text"], refused)
    expect(len(subjects("pop3-locked", "fetched")) == 2)
    expect(subjects("pop3-dropped", "fetched") == ["linha ruim"] * 2, subjects("pop3-dropped", "fetched"))
    expect(told("pop3-dropped", kind="note", code="delete-undone") == 1, "the drop is told")
    verbs = [line["verb"] for line in play("pop2-1985")[0].of("command") if line["protocol"] == "pop2"]
    expect(verbs[:4] == ["HELO", "READ", "RETR", "ACKD"] and verbs[-1] == "QUIT", verbs)


@case
def imap_and_web():
    """IMAP leaves the letters where they lie and tells the other device; on the reader's line of webmail there is only HTTP."""
    verbs = [line["verb"] for line in play("imap-folders")[0].of("command") if line["protocol"] == "imap"]
    for verb in ("LOGIN", "LIST", "SELECT", "SEARCH", "FETCH", "STORE", "CREATE", "MOVE", "LOGOUT"):
        expect(verb in verbs, verb, verbs)
    whole = max(line["bytes"] for line in play("imap-folders")[0].of("session") if line["protocol"] == "imap" and "bytes" in line)
    expect(whole < 8000, "the picture was fetched too:", whole)
    idle = [line["id"] for line in play("imap-two-devices")[0].of("command") if line["verb"] == "IDLE"]
    news = [line["code"] for line in play("imap-two-devices")[0].of("reply") if line["answers"] in idle]
    expect({"EXISTS", "FETCH", "EXPUNGE"} <= set(news), news)
    for name in ("webmail", "push-pull"):
        lines = play(name)[0].lines
        carol = {line["from"].rsplit(":", 1)[0] for line in lines if line.get("protocol") == "http" and line["kind"] == "command"}
        expect(len(carol) == 1, carol)
        spoken = {line["protocol"] for line in lines if carol & {line.get("from", "").rsplit(":", 1)[0], line.get("to", "").rsplit(":", 1)[0]}}
        expect(spoken - {"dns"} == {"http"}, name, spoken)
        expect({"imap", "smtp"} <= {line.get("protocol") for line in lines}, name)
    expect("Re: onde você lê?" in subjects("webmail", "fetched"), subjects("webmail", "fetched"))


@case
def a_server_with_ipv6_only():
    """A browser whose server has no IPv4 address in DNS asks for AAAA next, and reads over IPv6."""
    text = (FOLDER / "webmail.ini").read_text(encoding="utf-8")
    text = text.replace("[Host webmail]\n", "[Host webmail]\nAddress6=2001:db8:b::80\n").replace("[Host carol-computer]\n", "[Host carol-computer]\nAddress6=2001:db8:b::61\n")
    text += "\n[Zone beta.example]\nBare=yes\nRecords=beta.example MX 10 mail.beta.example; mail.beta.example A 198.51.100.25; webmail.beta.example AAAA 2001:db8:b::80\n"
    with Folder() as folder:
        path = folder.path / "six.ini"
        path.write_text(text, encoding="utf-8")
        result = run("simulate", path, "--format", "ndjson")
        expect_quiet(result)
    asked = [line["type"] for line in result.of("query") if line["name"] == "webmail.beta.example"]
    expect(asked == ["A", "AAAA"], asked)
    spoken = [line["to"] for line in result.of("command") if line["protocol"] == "http"]
    expect(spoken and all(end.startswith("[2001:db8:b::80]") for end in spoken), spoken)


@case
def abuse_and_what_is_done():
    """A spoofed letter arrives, with SPF it does not; an open relay relays; port 25 is shut and 587 with a log-in is open."""
    expect(subjects("spoofed", "fetched") == ["preciso da sua senha"])
    expect(subjects("spoofed-spf", "fetched") == ["sou eu mesma"], subjects("spoofed-spf", "fetched"))
    expect(told("spoofed-spf", kind="reply", code="550", enhanced="5.7.23") == 1)
    expect(subjects("open-relay", "fetched") == ["oferta imperdível"])
    expect(told("open-relay", kind="reply", code="550", enhanced="5.7.1") == 1)
    expect(subjects("port-25-blocked", "fetched") == ["pela porta 587"], subjects("port-25-blocked", "fetched"))
    expect(told("port-25-blocked", kind="note", code="connection-refused") >= 1)


@case
def what_eve_learns():
    """Plain POP3 gives the password away; LOGIN and PLAIN too, CRAM-MD5 a digest, SCRAM neither."""
    got = [line for line in play("pop3-eve")[0].of("credential") if line["mechanism"] == "USER/PASS"]
    expect(got and got[0]["user"] == "bob" and got[0]["secret"] == "builder", got)
    seen = {line["mechanism"]: line for line in play("auth-compared")[0].of("credential")}
    expect(set(seen) >= {"LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-256"}, list(seen))
    expect(all(line["accepted"] for line in seen.values()), seen)
    expect(seen["LOGIN"]["secret"] == seen["PLAIN"]["secret"] == "wonderland", seen)
    expect("secret" not in seen["CRAM-MD5"] and seen["CRAM-MD5"]["digest"], seen)
    expect("secret" not in seen["SCRAM-SHA-256"], seen)


@case
def the_line_below():
    """A lossy line loses frames and no letter; over IPv6 the same letter goes."""
    expect(subjects("lossy-line", "fetched") == ["linha ruim"])
    ends = {line["to"] for line in play("ipv6")[0].of("command") if line["verb"] == "MAIL"}
    expect(any(end.startswith("[2001:db8:") for end in ends), ends)
    expect(subjects("ipv6", "fetched") == ["vamos estudar IPv6"])
