# SPDX-License-Identifier: MIT
"""`carteiro export --messages`: letters out of a capture, byte for byte, whatever they hold; and the message lines."""
import os
import random

from frames import Conversation, pcap
from support import ROOT, Folder, case, decode, expect, expect_quiet, run

LETTER = b"From: Alice <alice@alpha.example>\r\nTo: bob@beta.example\r\nSubject: vamos estudar redes\r\n\r\n"


def dotted(letter):
    lines = letter.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


def pieces(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


def smtp(letters, size=1000, port=40000):
    talk = Conversation(port=25, client_port=port)
    talk.server(b"220 mx\r\n").client(b"EHLO pc\r\n").server(b"250 mx\r\n")
    for letter in letters:
        talk.client(b"MAIL FROM:<alice@alpha.example>\r\n").server(b"250 ok\r\n")
        talk.client(b"RCPT TO:<bob@beta.example>\r\n").server(b"250 ok\r\n").client(b"DATA\r\n").server(b"354 go\r\n")
        talk.client(*pieces(dotted(letter), size)).server(b"250 taken\r\n")
    return talk.client(b"QUIT\r\n").server(b"221 bye\r\n").close()


def bdat(letter, size):
    talk = Conversation(port=25, client_port=41000)
    talk.server(b"220 mx\r\n").client(b"EHLO pc\r\n").server(b"250 mx\r\n").client(b"MAIL FROM:<>\r\n").server(b"250 ok\r\n")
    talk.client(b"RCPT TO:<bob@beta.example>\r\n").server(b"250 ok\r\n")
    parts = pieces(letter, size)
    for part in parts:
        last = b" LAST" if part is parts[-1] else b""
        talk.client(b"BDAT %d%s\r\n" % (len(part), last) + part).server(b"250 ok\r\n")
    return talk.client(b"QUIT\r\n").server(b"221 bye\r\n").close()


def pop3(letter, size):
    talk = Conversation(port=110, client_port=42000)
    talk.server(b"+OK\r\n").client(b"USER bob\r\n").server(b"+OK\r\n").client(b"PASS x\r\n").server(b"+OK\r\n")
    talk.client(b"RETR 1\r\n").server(*pieces(b"+OK\r\n" + dotted(letter), size)).client(b"QUIT\r\n").server(b"+OK\r\n")
    return talk.close()


def imap(letter, size):
    talk = Conversation(port=143, client_port=43000)
    talk.server(b"* PREAUTH\r\n").client(b"a SELECT INBOX\r\n").server(b"a OK\r\n").client(b"b FETCH 1 BODY[]\r\n")
    talk.server(*pieces(b"* 1 FETCH (BODY[] {%d}\r\n" % len(letter) + letter + b")\r\nb OK\r\n", size))
    talk.client(*pieces(b"c APPEND Sent {%d+}\r\n" % len(letter) + letter + b"\r\n", 30000)).server(b"c OK\r\n")
    return talk.close()


def exported(frames):
    """Returns the files that a capture of these frames gives, by name, and the result of the command."""
    with Folder() as folder:
        path = folder.path / "capture.pcap"
        path.write_bytes(pcap(frames))
        result = run("export", path, "--messages", folder.path / "new" / "letters")
        made = folder.path / "new" / "letters"
        return {file.name: file.read_bytes() for file in made.iterdir()} if made.exists() else {}, result


@case
def letters_come_out_byte_for_byte():
    """Letters sent by DATA and BDAT, fetched by POP3 and IMAP and left by APPEND come out byte for byte, dots undone."""
    chance = random.Random(7)
    odd = b"..\r\n.\r\n" + b"..dot\r\n. \r\n\x00\xff bare\nLF\n.\nCR\r.\r\n"
    body = b"".join(chance.choice([b".", b"..", b"a", b"line", b"\r\n", b"\r\n.", b"\t"]) for _ in range(4000)) + b"\r\n"
    for letter in (LETTER + b"hello\r\n", LETTER + odd, LETTER + body, b"no header\r\n", LETTER + b"x" * 700000 + b"\r\n"):
        for frames in (smtp([letter], 997), bdat(letter, 30001), pop3(letter, 1001), imap(letter, 1201)):
            files, result = exported(frames)
            expect(result.code == 0 and result.err == "", result.err)
            wanted = 2 if frames[0][1][36:38] == b"\x00\x8f" else 1
            expect(len(files) == wanted, sorted(files))
            expect(all(content == letter for content in files.values()), "not the same bytes", letter[:200])
            expect(result.out.splitlines() == sorted(files), result.out)


@case
def names_are_safe():
    """A file is named after the subject, without a way out of the folder; what lies there already is never written over."""
    subjects = [b"../../etc/passwd", b"=?utf-8?Q?ol=C3=A1?=", b"", b"\x1b[31mred", b"a/b\\c", b"." * 300, b"x" * 3000]
    letters = [b"Subject: " + subject + b"\r\n\r\nhello\r\n" for subject in subjects]
    files, result = exported(smtp(letters))
    expect(len(files) == len(subjects), sorted(files))
    expect("0001-passwd.eml" in files and "0002-olá.eml" in files and "0003.eml" in files, sorted(files))
    expect(all("\x1b" not in name and len(name) < 100 for name in files), sorted(files))
    with Folder() as folder:
        path = folder.path / "capture.pcap"
        path.write_bytes(pcap(smtp([letters[1]])))
        (folder.path / "0001-olá.eml").write_bytes(b"mine")
        refused = run("export", path, "--messages", folder.path)
        expect(refused.code == 4 and "0001-olá.eml" in refused.err, refused.err)
        expect((folder.path / "0001-olá.eml").read_bytes() == b"mine", "written over")
        left = sorted(os.listdir(folder.path))
        expect(left == ["0001-olá.eml", "capture.pcap"], left)


@case
def cut_letters_say_so():
    """A letter of which frames are missing is called partial; one that was refused before it came is none."""
    frames = smtp([LETTER + b"x" * 5000 + b"\r\n"])
    files, result = exported(frames[:13] + frames[14:])
    expect(result.code == 0 and [*files] == ["0001-vamos estudar redes.partial.eml"], files.keys(), result.err)
    talk = Conversation(port=25)
    talk.server(b"220 mx\r\n").client(b"EHLO pc\r\n").server(b"250 mx\r\n").client(b"MAIL FROM:<a@x>\r\n").server(b"250 ok\r\n")
    talk.client(b"DATA\r\n").server(b"503 no recipients\r\n").client(b"QUIT\r\n").server(b"221 bye\r\n")
    files, result = exported(talk.close())
    expect(files == {} and result.code == 0 and "no letter" in result.err, result.err)


@case
def many_letters_at_once():
    """Hundreds of letters under way at the same time need no hundreds of open files."""
    talks = [smtp([LETTER + b"%d" % n + b"y" * 3000 + b"\r\n"], 500, 20000 + n) for n in range(300)]
    together = sorted((frame for talk in talks for frame in talk), key=lambda frame: frame[0])
    with Folder() as folder:
        path = folder.path / "capture.pcap"
        path.write_bytes(pcap(together))
        result = run("export", path, "--messages", folder.path / "out", preexec_fn=lambda: limit_files(16))
        expect(result.code == 0, result.err)
        expect(len(os.listdir(folder.path / "out")) == 300, result.err)


def limit_files(count):
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


@case
def message_lines_agree_with_python():
    """The message line of every boxed letter has the headers that Python's own parser reads in the exported file."""
    import email
    import email.policy
    for name in ("smtp-attachment.pcapng", "smtp-bdat.pcap", "pop3-fetchmail.pcap", "smtp-accents.pcap"):
        path = ROOT / "captures" / name
        lines = [line for line in run("decode", path, "--format", "ndjson").lines if line["kind"] == "message"]
        with Folder() as folder:
            names = run("export", path, "--messages", folder.path).out.splitlines()
            expect(len(names) == len(lines) > 0, names)
            for line, file in zip(lines, names):
                data = (folder.path / file).read_bytes()
                theirs = email.message_from_bytes(data, policy=email.policy.SMTP)
                expect(line["bytes"] == len(data), name, line["bytes"], len(data))
                expect(line["subject"] == theirs["subject"] and line["message_id"] == (theirs["message-id"] or ""), line)
                expect(line["from_header"].replace('"', "") == str(theirs["from"]).replace('"', ""), line["from_header"])
                types = [part.get_content_type() for part in theirs.walk()]
                expect([part["type"] for part in line["parts"]] == types, line["parts"], types)
                names_there = [part.get_filename() for part in theirs.walk()]
                expect([part["name"] for part in line["parts"]] == names_there, line["parts"])


@case
def export_wants_a_file_and_a_folder():
    """export without a file, with two, or without anything to save exits with 2; into a place that cannot be, with 4."""
    path = ROOT / "captures" / "smtp-bdat.pcap"
    for words in ([], [path], [path, path, "--messages", "x"], [path, "--nothing"]):
        result = run("export", *words)
        expect(result.code == 2 and result.err.startswith("carteiro: export: "), result.err)
    result = run("export", path, "--messages", "/proc/nowhere")
    expect(result.code == 4 and "/proc/nowhere" in result.err, result.err)
    result = run("export", "/nonexistent", "--messages", "/tmp")
    expect(result.code == 3, result.err)
    expect_quiet(decode(path.read_bytes()))
