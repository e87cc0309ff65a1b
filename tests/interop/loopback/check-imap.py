#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Foreign programs read, file and write letters by IMAP, byte for byte: check-imap.py SERVERS [CHECK…].

They wait until the servers listen on port 143: IMAP_IS_HERE is the switch that forbids them to wait any longer."""
import imaplib
import mailbox
import re
import smtplib
import sys

sys.dont_write_bytecode = True

from letters import ALICE, BIG, BOB, LETTERS
from world import BETA, USERS, NotHere, World, all_same, hops, main, same, untraced

IMAP_IS_HERE = True  # a server without IMAP is a fault
PASSWORD = USERS["bob"]


def port(world: World) -> int:
    found = world.port(BETA, 143)
    if found == 0 and not IMAP_IS_HERE:
        raise NotHere("no IMAP yet")
    assert found != 0, "nobody listens on port 143"
    return found


def fill(world: World, letters: dict[str, bytes] = LETTERS) -> dict[str, bytes]:
    """Letters into Bob's mailbox. Returns them as they lie there, trace fields and all."""
    port(world)
    with smtplib.SMTP("127.0.0.1", world.port(BETA, 25), "pc.alpha.example") as server:
        for letter in letters.values():
            assert server.sendmail(ALICE, [BOB], letter, ["BODY=8BITMIME"]) == {}
    there = world.fetch("bob")
    all_same(letters, [untraced(message) for message in there])
    return dict(zip(letters, there))


def log_in(world: World) -> imaplib.IMAP4:
    server = imaplib.IMAP4("127.0.0.1", port(world), timeout=60)
    server.login("bob", PASSWORD)
    return server


def good(answer: tuple) -> list:
    assert answer[0] == "OK", answer
    return answer[1]


def fetched(server: imaplib.IMAP4, which: str, what: str) -> list[bytes]:
    return [part[1] for part in good(server.fetch(which, what)) if isinstance(part, tuple)]


def imaplib_reads(world: World) -> None:
    """Whole letters, their parts, stretches of them, and sizes: all as they lie there."""
    there = fill(world)
    server = log_in(world)
    assert good(server.select("INBOX", readonly=True)) == [b"%d" % len(there)]
    all_same(there, fetched(server, "1:*", "(RFC822)"))
    all_same(there, fetched(server, "1:*", "BODY.PEEK[]"))
    sizes = [int(re.search(rb"RFC822.SIZE (\d+)", line)[1]) for line in good(server.fetch("1:*", "RFC822.SIZE"))]
    assert sizes == [len(letter) for letter in there.values()]
    heads = {name: letter.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for name, letter in there.items()}
    all_same(heads, fetched(server, "1:*", "BODY.PEEK[HEADER]"))
    bodies = {name: letter.partition(b"\r\n\r\n")[2] for name, letter in there.items()}
    for i, (name, body) in enumerate(bodies.items(), 1):
        answer = good(server.fetch(str(i), "BODY.PEEK[TEXT]"))[0]
        same(body, answer[1] if isinstance(answer, tuple) else b"")
    number = str(list(there).index("line-5000") + 1)
    for first, length in ((0, 1), (1, 4096), (300, 70_000), (len(there["line-5000"]) - 5, 10)):
        same(there["line-5000"][first:first + length], fetched(server, number, f"BODY.PEEK[]<{first}.{length}>")[0])
    server.close()
    server.logout()


def imaplib_files(world: World) -> None:
    """Folders, COPY, APPEND, flags, EXPUNGE and SEARCH: what was moved is what was there."""
    there = fill(world)
    server = log_in(world)
    good(server.create("Notes"))
    good(server.select("INBOX"))
    good(server.copy("1:3", "Notes"))
    for name in ("latin-1", "dots", "line-100000"):
        good(server.append("Notes", r"(\Seen)", '"02-Mar-2026 12:00:00 -0300"', LETTERS[name]))
    good(server.store("2", "+FLAGS", r"(\Deleted \Flagged)"))
    assert good(server.search(None, "FLAGGED")) == [b"2"]
    assert good(server.expunge()) == [b"2"]
    assert good(server.select("Notes")) == [b"6"]
    want = list(there.values())[:3] + [LETTERS[name] for name in ("latin-1", "dots", "line-100000")]
    assert fetched(server, "1:*", "BODY.PEEK[]") == want
    assert good(server.search(None, "SEEN")) == [b"4 5 6"]
    assert good(server.search(None, "HEADER", "Message-ID", "dots@")) == [b"5"]
    good(server.close())
    good(server.delete("Notes"))
    server.logout()
    assert world.fetch("bob") == [letter for i, letter in enumerate(there.values()) if i != 1]


def imaplib_uids(world: World) -> None:
    """Unique identifiers stay and grow; two sessions see each other's changes."""
    fill(world)
    first, second = log_in(world), log_in(world)
    good(first.select("INBOX"))
    good(second.select("INBOX"))
    before = good(first.uid("SEARCH", "ALL"))[0].split()
    good(second.store("1", "+FLAGS", r"(\Deleted)"))
    good(second.expunge())
    good(first.noop())
    assert good(first.uid("SEARCH", "ALL"))[0].split() == before[1:]
    with smtplib.SMTP("127.0.0.1", world.port(BETA, 25), "pc") as server:
        server.sendmail(ALICE, [BOB], LETTERS["plain"])
    good(first.noop())
    after = good(first.uid("SEARCH", "ALL"))[0].split()
    assert after[:-1] == before[1:] and int(after[-1]) > int(before[-1])
    first.logout()
    second.logout()


def imaplib_mechanism(world: World) -> None:
    server = imaplib.IMAP4("127.0.0.1", port(world), timeout=60)
    if "AUTH=CRAM-MD5" not in server.capabilities:
        raise NotHere("CRAM-MD5 is not offered")
    good(server.login_cram_md5("bob", PASSWORD))
    server.logout()


def imaplib_refused(world: World) -> None:
    server = imaplib.IMAP4("127.0.0.1", port(world), timeout=60)
    for user, password in (("bob", "hammer"), ("nobody", PASSWORD)):
        try:
            server.login(user, password)
            raise AssertionError(f"{user} with {password!r} came in")
        except imaplib.IMAP4.error:
            pass
    server.logout()


def curl(world: World, path: str, *options: str, stdin: bytes = b"") -> bytes:
    return world.run("curl", "-sS", f"imap://127.0.0.1:{port(world)}/{path}", "-u", "bob:" + PASSWORD, *options, stdin=stdin)


def curl_reads(world: World) -> None:
    there = fill(world)
    all_same(there, [curl(world, f"INBOX;MAILINDEX={i + 1}") for i in range(len(there))])
    same(there["dots"].partition(b"\r\n\r\n")[2], curl(world, f"INBOX;MAILINDEX={list(there).index('dots') + 1};SECTION=TEXT"))
    for i, letter in enumerate(there.values()):  # it must know how long a letter is before it sends it
        (world.folder / f"letter-{i}").write_bytes(letter)
        curl(world, "INBOX", "-T", world.folder / f"letter-{i}")
    assert world.fetch("bob") == [*there.values(), *there.values()]


def fetchmail_takes(world: World) -> None:
    # fetchmail 6.4 breaks lines of more than 8 KiB itself
    there = fill(world, {name: letter for name, letter in LETTERS.items() if name != "line-100000"})
    rc = (f'set no bouncemail\nset invisible\npoll 127.0.0.1 service {port(world)} protocol imap auth password\n'
          f'user bob password {PASSWORD} sslproto "" no rewrite fetchall pass8bits no dropstatus mda "cat; echo ====="\n')
    got = world.run("fetchmail", "--nosyslog", "--nodetach", "--pidfile", world.folder / "fetchmail.pid", "-f", "fetchmailrc", "-i", "ids", "--silent", fetchmailrc=rc).split(b"=====\n")[:-1]
    all_same({name: letter.replace(b"\r\n", b"\n") for name, letter in there.items()}, got)
    assert world.fetch("bob") == []


def mbsync(world: World, home, mechanism: str = "LOGIN") -> None:
    """Bob's folders here and there made alike; mbsync marks letters it uploads with an X-TUID field while they are new."""
    rc = (f"IMAPStore far\nHost 127.0.0.1\nPort {port(world)}\nUser bob\nPass {PASSWORD}\nAuthMechs {mechanism}\nSSLType None\n\n"
          f"MaildirStore near\nPath {home}/\nInbox {home}/INBOX\nSubFolders Verbatim\n\n"
          "Channel all\nFar :far:\nNear :near:\nPatterns INBOX Archive\nCreate Both\nExpunge Both\nSyncState *\n")
    world.run("mbsync", "-c", "mbsyncrc", "-q", "all", mbsyncrc=rc)


def kept(folder) -> dict[str, bytes]:
    """The letters of a Maildir by their Message-ID, line ends and mbsync's own field as they were before."""
    box = mailbox.Maildir(folder, create=False)
    found = {}
    for key in box.keys():
        letter = re.sub(rb"X-TUID: [^\n]*\n", b"", box.get_bytes(key)).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        found[re.search(rb"Message-ID: <([^@]*)@", letter)[1].decode()] = letter
    return found


def mbsync_syncs(world: World) -> None:
    there = fill(world)
    home = world.folder / "mbsync"
    home.mkdir()
    mbsync(world, home)
    got = kept(home / "INBOX")
    all_same(there, [got[name] for name in there])
    box = mailbox.Maildir(home / "INBOX", create=False)
    for key in box.keys():  # one is thrown away here, the others read
        if b"<dots@" in box.get_bytes(key):
            box.discard(key)
    archive = mailbox.Maildir(home / "Archive", create=True)
    archive.add(LETTERS["utf-8"].replace(b"\r\n", b"\n"))
    mbsync(world, home)
    assert [untraced(letter) for letter in world.fetch("bob")] == [letter for name, letter in LETTERS.items() if name != "dots"]
    server = log_in(world)
    assert good(server.select("Archive", readonly=True)) == [b"1"]
    same(LETTERS["utf-8"], re.sub(rb"X-TUID: [^\r]*\r\n", b"", fetched(server, "1", "BODY.PEEK[]")[0]))
    server.logout()
    second = world.folder / "mbsync-2"  # another device sees the same
    second.mkdir()
    mbsync(world, second)
    assert kept(second / "INBOX") == kept(home / "INBOX") and kept(second / "Archive") == kept(home / "Archive")


def big(world: World) -> None:
    there = fill(world, {"big": BIG})["big"]
    assert hops(there) == 1
    server = log_in(world)
    good(server.select("INBOX"))
    same(there, fetched(server, "1", "BODY.PEEK[]")[0])
    good(server.append("INBOX", None, None, BIG))
    same(BIG, fetched(server, "2", "BODY.PEEK[]")[0])
    server.logout()
    same(there, curl(world, "INBOX;MAILINDEX=1"))


CHECKS = {
    "imaplib-reads": imaplib_reads,
    "imaplib-files": imaplib_files,
    "imaplib-uids": imaplib_uids,
    "imaplib-cram-md5": imaplib_mechanism,
    "imaplib-refused": imaplib_refused,
    "curl-reads": curl_reads,
    "fetchmail": fetchmail_takes,
    "mbsync": mbsync_syncs,
    "big": big,
}

if __name__ == "__main__":
    main(CHECKS)
