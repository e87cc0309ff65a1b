# SPDX-License-Identifier: MIT
"""A letter sent with Python's own smtplib: `smtplib-sends.py HOST PORT USER PASSWORD`. One recipient of two is refused."""
import smtplib
import sys
from email.message import EmailMessage
from email.policy import SMTP

host, port, user, password = sys.argv[1:]
letter = EmailMessage(policy=SMTP.clone(cte_type="8bit"))
letter["From"] = "Alícia <alice@alpha.example>"
letter["To"] = "Carol Conceição <carol@alpha.example>, nobody@alpha.example"
letter["Subject"] = "Olá: ação, reação e um coração que ainda não cabe numa linha só"
letter["Date"] = "Mon, 02 Mar 2026 12:30:00 -0300"
letter["Message-ID"] = "<smtplib.7@pc.alpha.example>"
letter.set_content("Olá, Carol!\n\nEsta carta vem de um programa de poucas linhas.\n.\nA linha acima é um ponto só.\n")
letter.add_alternative("<p>Olá, <b>Carol</b>!</p>\n", subtype="html")
letter.set_boundary("one-or-the-other")

with smtplib.SMTP(host, int(port), local_hostname="pc.alpha.example") as server:
    server.ehlo()
    server.user, server.password = user, password
    server.auth("PLAIN", server.auth_plain, initial_response_ok=False)
    server.verify("carol@alpha.example")
    server.noop()
    refused = server.send_message(letter, mail_options=["BODY=8BITMIME"])
    server.rset()
if list(refused) != ["nobody@alpha.example"]:
    sys.exit(f"refused: {refused}")
