# SPDX-License-Identifier: MIT
"""A mailbox walked through with Python's own imaplib: `imaplib-dovecot.py HOST USER PASSWORD`. Three letters are expected."""
import imaplib
import sys

imaplib.Commands["ID"] = ("NONAUTH", "AUTH", "SELECTED")
host, user, password = sys.argv[1:]
server = imaplib.IMAP4(host)


def mailbox(name: str) -> str:
    """A name in modified UTF-7; none of ours holds an ampersand or a plus."""
    return '"' + name.encode("utf-7").decode().replace("+", "&") + '"'


try:
    server.login(user, 'not "this" one')
    sys.exit("a wrong password should be refused")
except imaplib.IMAP4.error:
    pass
# The right one as a literal: imaplib sends it after the server's "+".
server.literal = password.encode()
kind, words = server._simple_command("LOGIN", user)
assert kind == "OK", words
server.state = "AUTH"

server.xatom("ID", '("name" "imaplib" "vendor" NIL)')
server.capability()
server.enable("CONDSTORE")
server.namespace()
server.getquotaroot("INBOX")
server.create(mailbox("Anotações"))
server.create(mailbox("Anotações/日本"))
server.subscribe(mailbox("Anotações"))
server.list('""', "*")
server.lsub('""', "*")
server.append(mailbox("Anotações"), r"(\Seen $Forwarded)", '"02-Mar-2026 12:00:00 -0300"', open("messages/accents.eml", "rb").read())
server.status(mailbox("Anotações"), "(MESSAGES UIDNEXT UNSEEN HIGHESTMODSEQ)")
server.select("INBOX")
server.search(None, "UNSEEN", "FROM", '"alice@"')
server.literal = "coração".encode()
server.search("UTF-8", "OR", "LARGER", "2000", "BODY")
server.sort("(REVERSE DATE)", "UTF-8", "ALL")
server.thread("REFERENCES", "UTF-8", "ALL")
server.fetch("1:3", "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")
server.fetch("1,3", "BODYSTRUCTURE")
server.fetch("2", "(BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)] BODY.PEEK[1]<0.20>)")
server.fetch("1", "(RFC822)")
server.store("1", "+FLAGS", r"(\Flagged important)")
server.uid("FETCH", "1:*", "(FLAGS MODSEQ)")
server.copy("1:2", mailbox("Anotações"))
server.uid("MOVE", "3", "Archive")
server.store("2", "+FLAGS.SILENT", r"(\Deleted)")
server.expunge()
server.noop()
server.unselect()
server.select(mailbox("Anotações"), readonly=True)
server.fetch("1:*", "(FLAGS BODY.PEEK[TEXT])")
server.close()
server.rename(mailbox("Anotações/日本"), mailbox("Japão"))
server.unsubscribe(mailbox("Anotações"))
server.delete(mailbox("Japão"))
server.delete("Attic")
server.logout()
