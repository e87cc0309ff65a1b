#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Foreign programs fetch letters as they lie in the mailbox: check-pop3.py SERVERS [CHECK…]."""
import mailbox
import poplib
import smtplib
import sys

sys.dont_write_bytecode = True

from letters import ALICE, BIG, BOB, LETTERS
from world import BETA, USERS, NotHere, World, all_same, main, same, untraced

poplib._MAXLINE = 1 << 20  # else it refuses lines that RFC 1939 allows
PASSWORD = USERS["bob"]


def fill(world: World, letters: dict[str, bytes] = LETTERS) -> dict[str, bytes]:
    """Letters into Bob's mailbox. Returns them as they lie there, trace fields and all."""
    with smtplib.SMTP("127.0.0.1", world.port(BETA, 25), "pc.alpha.example") as server:
        for letter in letters.values():
            assert server.sendmail(ALICE, [BOB], letter, ["BODY=8BITMIME"]) == {}
    there = world.fetch("bob")
    all_same(letters, [untraced(message) for message in there])
    return dict(zip(letters, there))


def capabilities(world: World) -> str:
    with world.connect(BETA, 110) as line:
        return line.hear() + "\n" + line.ask_many("CAPA").decode()


def with_poplib(world: World) -> poplib.POP3:
    server = poplib.POP3("127.0.0.1", world.port(BETA, 110))
    server.user("bob")
    server.pass_(PASSWORD)
    return server


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


def poplib_reads(world: World) -> None:
    there = fill(world)
    server = with_poplib(world)
    assert server.stat() == (len(there), sum(map(len, there.values())))
    assert [int(line.split()[1]) for line in server.list()[1]] == [len(letter) for letter in there.values()]
    assert len({line.split()[1] for line in server.uidl()[1]}) == len(there)
    all_same(there, [joined(server.retr(i + 1)[1]) for i in range(len(there))])
    for i, letter in enumerate(there.values(), 1):
        head, _, body = letter.partition(b"\r\n\r\n")
        rows = body.split(b"\r\n")[:-1]
        for count in (0, 2, 1000):
            same(head + b"\r\n\r\n" + joined(rows[:count]), joined(server.top(i, count)[1]))
    server.quit()


def poplib_deletes(world: World) -> None:
    """What is marked goes with QUIT and not without; the rest keeps its unique identifiers."""
    there = list(fill(world).values())
    server = with_poplib(world)
    identifiers = [line.split()[1] for line in server.uidl()[1]]
    for i in (1, 3):
        server.dele(i)
    try:
        server.retr(3)
        raise AssertionError("a marked letter is still given")
    except poplib.error_proto:
        pass
    server.close()  # the line drops
    assert world.fetch("bob") == there
    server = with_poplib(world)
    for i in (1, 3):
        server.dele(i)
    server.rset()
    for i in (2, 4):
        server.dele(i)
    assert server.stat()[0] == len(there) - 2
    server.quit()
    assert world.fetch("bob") == [letter for i, letter in enumerate(there) if i not in (1, 3)]
    server = with_poplib(world)
    assert [line.split()[1] for line in server.uidl()[1]] == [word for i, word in enumerate(identifiers) if i not in (1, 3)]
    server.quit()


def poplib_is_locked_out(world: World) -> None:
    first = with_poplib(world)
    try:
        with_poplib(world)
        raise AssertionError("two sessions have one mailbox")
    except poplib.error_proto as error:
        assert b"[IN-USE]" in error.args[0]
    first.close()
    with_poplib(world).quit()


def poplib_refused(world: World) -> None:
    for user, password in (("bob", "hammer"), ("nobody", PASSWORD), ("bob", "")):
        server = poplib.POP3("127.0.0.1", world.port(BETA, 110))
        server.user(user)
        try:
            server.pass_(password)
            raise AssertionError(f"{user} with {password!r} came in")
        except poplib.error_proto:
            server.quit()


def poplib_apop(world: World) -> None:
    server = poplib.POP3("127.0.0.1", world.port(BETA, 110))
    server.apop("bob", PASSWORD)
    server.quit()
    server = poplib.POP3("127.0.0.1", world.port(BETA, 110))
    try:
        server.apop("bob", "hammer")
        raise AssertionError("a wrong digest came in")
    except poplib.error_proto:
        server.quit()


def curl(world: World, path: str, *options: str) -> bytes:
    return world.run("curl", "-sS", f"pop3://127.0.0.1:{world.port(BETA, 110)}/{path}", "-u", "bob:" + PASSWORD, *options)


def curl_reads(world: World) -> None:
    there = fill(world)
    all_same(there, [curl(world, str(i + 1)) for i in range(len(there))])
    assert [int(line.split()[1]) for line in curl(world, "").splitlines()] == [len(letter) for letter in there.values()]
    assert len(curl(world, "", "-X", "UIDL").splitlines()) == len(there)
    head = there["dots"].partition(b"\r\n\r\n")[0]
    same(head + b"\r\n\r\n.\r\n..\r\n", curl(world, "", "-X", f"TOP {list(there).index('dots') + 1} 2"))
    curl(world, "1", "-X", "DELE", "-I")
    assert len(world.fetch("bob")) == len(there) - 1


def curl_mechanism(mechanism: str):
    def check(world: World) -> None:
        fill(world, {"plain": LETTERS["plain"]})
        offered = capabilities(world)
        if not (mechanism == "+APOP" and "<" in offered.split("\n")[0]) and mechanism not in offered:
            raise NotHere(f"{mechanism} is not offered")
        same(world.fetch("bob")[0], curl(world, "1", "--login-options", "AUTH=" + mechanism))
    return check


def with_bare_lf(letter: bytes) -> bytes:
    """As programs keep letters on this system."""
    return letter.replace(b"\r\n", b"\n")


def fetchmail(world: World, protocol: str, options: str = "", good: bool = True, password: str = PASSWORD) -> bytes:
    """What fetchmail hands to its delivery program, letters parted by a line that no letter has."""
    rc = (f'set no bouncemail\nset invisible\npoll 127.0.0.1 service {world.port(BETA, 110 if protocol != "imap" else 143)} protocol {protocol} {options}\n'
          f'user bob password {password} sslproto "" no rewrite fetchall pass8bits no dropstatus mda "cat; echo ====="\n')
    return world.run("fetchmail", "--nosyslog", "--nodetach", "--pidfile", world.folder / "fetchmail.pid", "-f", "fetchmailrc", "-i", "ids", "--silent", fetchmailrc=rc, good=good)


def fetchmail_takes(world: World, protocol: str = "pop3", options: str = "") -> None:
    # fetchmail 6.4 breaks lines of more than 8 KiB itself
    there = fill(world, {name: letter for name, letter in LETTERS.items() if name != "line-100000"})
    got = fetchmail(world, protocol, options).split(b"=====\n")[:-1]
    all_same({name: with_bare_lf(letter) for name, letter in there.items()}, got)
    assert world.fetch("bob") == []


def mpop(world: World, *options: str, good: bool = True) -> dict[str, bytes]:
    """The letters in the folder mpop filled, by their Message-ID."""
    world.run("sh", "-c", 'mkdir -p in/cur in/new in/tmp && exec mpop "$@"', "sh", "--host=127.0.0.1", f"--port={world.port(BETA, 110)}", "--tls=off",
              "--user=bob", "--passwordeval=echo " + PASSWORD, "--delivery=maildir,in", "--uidls-file=uidls", "--received-header=off",
              "--quiet", *options, good=good)
    folder = mailbox.Maildir(world.home / "in", create=False)
    return {folder[key]["Message-ID"].strip("<>").split("@")[0]: folder.get_bytes(key) for key in folder.keys()}


def mpop_takes(mechanism: str):
    def check(world: World) -> None:
        there = fill(world)
        offered = capabilities(world)
        if mechanism.upper() not in offered + " USER APOP":
            raise NotHere(f"{mechanism} is not offered")
        got = mpop(world, "--auth=" + mechanism, "--keep=off")
        all_same({name: with_bare_lf(letter) for name, letter in there.items()}, [got[name] for name in there])
        assert world.fetch("bob") == []
        mpop(world, "--auth=" + mechanism, "--passwordeval=echo hammer", good=False)
    return check


def big(world: World) -> None:
    """10 MB to each of them."""
    there = fill(world, {"big": BIG})["big"]
    server = with_poplib(world)
    same(there, joined(server.retr(1)[1]))
    server.quit()
    same(there, curl(world, "1"))
    same(with_bare_lf(there), mpop(world, "--auth=user", "--keep=on")["big"])
    same(with_bare_lf(there) + b"=====\n", fetchmail(world, "pop3"))


CHECKS = {
    "poplib-reads": poplib_reads,
    "poplib-deletes": poplib_deletes,
    "poplib-locked-out": poplib_is_locked_out,
    "poplib-refused": poplib_refused,
    "poplib-apop": poplib_apop,
    "curl-reads": curl_reads,
    **{f"curl-{name}": curl_mechanism(name) for name in ("+APOP", "PLAIN", "LOGIN", "CRAM-MD5")},
    "fetchmail": fetchmail_takes,
    "fetchmail-refused": lambda world: fetchmail(world, "pop3", good=False, password="hammer") and None,
    "fetchmail-apop": lambda world: fetchmail_takes(world, "apop"),
    **{f"mpop-{name}": mpop_takes(name) for name in ("user", "apop", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256")},
    "big": big,
}

if __name__ == "__main__":
    main(CHECKS)
