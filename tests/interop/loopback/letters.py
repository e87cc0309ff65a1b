# SPDX-License-Identifier: MIT
"""Letters that mail programs get wrong: every line ends with CRLF, each letter has all the headers a server might add."""
import base64
import random

ALICE, BOB = "alice@alpha.example", "bob@beta.example"


def letter(name: str, body: bytes, headers: str = "") -> bytes:
    head = (f"From: Alice <{ALICE}>\r\nTo: Bob <{BOB}>\r\nSubject: {name}\r\nDate: Mon, 02 Mar 2026 12:00:00 +0000\r\n"
            f"Message-ID: <{name}@alpha.example>\r\nMIME-Version: 1.0\r\n{headers}\r\n")
    return head.encode() + body


def lines(*texts: bytes) -> bytes:
    return b"".join(text + b"\r\n" for text in texts)


def text(charset: str, encoding: str = "8bit") -> str:
    return f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n"


def attachment(size: int) -> bytes:
    """A letter with a file of size bytes, every value among them."""
    content = random.Random(size).randbytes(size - 256) + bytes(range(256))
    coded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (b"--part\r\nContent-Type: text/plain\r\n\r\nThe picture is with it.\r\n"
            b'--part\r\nContent-Type: application/octet-stream; name="waves.bin"\r\nContent-Transfer-Encoding: base64\r\n'
            b'Content-Disposition: attachment; filename="waves.bin"\r\n\r\n' + coded + b"--part--\r\n")


MULTIPART = 'Content-Type: multipart/mixed; boundary="part"\r\n'
EIGHT_BIT = "Olá, Bob! À noite: 日本語, ☂, naïve.".encode()

LETTERS = {
    "plain": letter("plain", lines(b"Dear Bob,", b"", b"shall we study networks?", b"Alice")),
    "utf-8": letter("utf-8", lines(EIGHT_BIT, EIGHT_BIT[::-1]), text("utf-8")),
    "latin-1": letter("latin-1", lines(bytes(range(0xa0, 0x100)), b"caf\xe9"), text("iso-8859-1")),
    "attachment": letter("attachment", attachment(20_000), MULTIPART),
    "dots": letter("dots", lines(b".", b"..", b"...", b".a", b"..b", b" .", b"a.", b"", b".", b"", b"..")),
    "empty-lines": letter("empty-lines", lines(b"", b"", b"after two", b"", b"", b"", b"after three", b"", b"")),
    "spaces": letter("spaces", lines(b" ", b"a ", b"\tb\t", b"  ", b"From here on", b">From there")),
    "line-998": letter("line-998", lines(b"9" * 998, b"." + b"8" * 997, b"7" * 997 + b".")),
    "line-999": letter("line-999", lines(b"9" * 999, b"." * 1000, b"x")),
    "line-5000": letter("line-5000", lines(b"5" * 5000, b"." + b"5" * 4999, b"." * 2049)),
    "line-100000": letter("line-100000", lines(b"0" * 100_000, b"end")),
    "one-dot": letter("one-dot", lines(b".")),
    "no-lines": letter("no-lines", b""),
    "long-header": letter("long-header", lines(b"x"), "X-Long: " + "h" * 980 + "\r\nX-Folded: a\r\n\tb\r\n  c\r\n"),
}
BIG = letter("big", attachment(7_300_000), MULTIPART)  # 10 MB as it travels
assert 9_950_000 < len(BIG) < 10_050_000
