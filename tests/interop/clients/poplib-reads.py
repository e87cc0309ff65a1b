# SPDX-License-Identifier: MIT
"""A mailbox walked through with Python's own poplib, twice: `poplib-reads.py HOST USER PASSWORD`. Three letters are expected."""
import poplib
import sys

host, user, password = sys.argv[1:]

server = poplib.POP3(host)
server.capa()
server.apop(user, password)
server.stat()
server.list()
server.list(2)
server.uidl()
server.uidl(3)
server.top(2, 0)
server.top(1, 2)
server.retr(3)
server.dele(3)
server.noop()
server.rset()
server.quit()

server = poplib.POP3(host)
server.user(user)
server.pass_(password)
server.retr(1)
server.dele(1)
try:
    server.retr(1)
    sys.exit("a letter that was deleted should not be given out")
except poplib.error_proto:
    pass
try:
    server.top(9, 1)
    sys.exit("there is no ninth letter")
except poplib.error_proto:
    pass
server.quit()
