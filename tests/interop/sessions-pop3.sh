# SPDX-License-Identifier: MIT
# Recordings of mail being fetched with POP3. Every function record_NAME makes one capture. Sourced by `record`.

record_pop3_curl() {
    begin pop3-curl.pcap bob 'tcp port 110'
    about 'curl asks for everything there is' Dovecot 'CAPA, AUTH PLAIN with its initial response, then LIST, UIDL, TOP, RETR, DELE, NOOP, RSET and STAT in one session.'
    mailbox_holds beta bob hello accents
    client bob 'curl -K config/curl-pop3'
    finish
}

record_pop3_fetchmail() {
    begin pop3-fetchmail.pcap bob 'tcp port 110'
    about 'fetchmail empties the mailbox' Dovecot 'USER and PASS in the clear, STAT, LIST, UIDL, RETR and DELE of each letter, QUIT. One letter has lines that begin with dots, so POP3 doubles them.'
    mailbox_holds beta bob hello dots latin1
    fetchmail_control bob mail.beta.example 'pop3 uidl' bob builder
    client bob 'fetchmail --nosyslog -f .fetchmailrc -i .ids'
    finish
}

record_pop3_mpop() {
    begin pop3-mpop.pcap bob 'tcp port 110'
    about 'mpop asks before it is answered' Dovecot 'Dovecot offers PIPELINING and mpop uses it: several commands in one segment. USER and PASS; the letters are left on the server.'
    mailbox_holds beta bob hello accents dots picture
    client bob 'mkdir -p in/cur in/new in/tmp && mpop --host=mail.beta.example --tls=off --auth=user --user=bob --passwordeval="echo builder" --keep=on --delivery=maildir,in --uidls-file=uidls-1'
    finish
}

record_pop3_apop() {
    begin pop3-apop.pcap bob 'tcp port 110'
    about 'APOP over IPv6' Dovecot 'The greeting carries a stamp; the password never travels, only MD5 of stamp and password. The client is curl.'
    mailbox_holds beta bob hello
    client bob 'curl -sS -6 -u bob:builder pop3://mail.beta.example/1 --login-options AUTH=+APOP'
    finish
}

record_pop3_cram_md5() {
    begin pop3-cram-md5.pcapng bob 'tcp port 110'
    about 'CRAM-MD5 by mpop' Dovecot 'A challenge in base64, an answer with user and digest.'
    mailbox_holds beta bob hello
    client bob 'mkdir -p in/cur in/new in/tmp && mpop --host=mail.beta.example --tls=off --auth=cram-md5 --user=bob --passwordeval="echo builder" --keep=off --delivery=maildir,in --uidls-file=uidls-2'
    finish
}

record_pop3_wrong_password() {
    begin pop3-wrong-password.pcap bob 'tcp port 110'
    about 'a wrong password' Dovecot '-ERR to PASS. fetchmail says so and leaves.'
    fetchmail_control bob mail.beta.example pop3 bob hammer
    client_refused bob 'fetchmail --nosyslog -f .fetchmailrc'
    finish
}

record_pop3_mutt() {
    begin pop3-mutt.pcap bob 'tcp port 110' -i any -y LINUX_SLL
    about 'mutt opens a mailbox over POP3' Dovecot 'A reader with a screen: headers first (TOP), then the letter that is opened (RETR). Recorded on `any` with the older cooked header (LINUX_SLL, version 1).'
    mailbox_holds beta bob hello accents picture
    mutt_box bob '<first-entry><display-message><exit><next-entry><display-message><exit><delete-message><sync-mailbox><exit>' \
        'hostname = "pc.beta.example" from = "bob@beta.example" realname = "Bob"' 'spoolfile = "pop://bob:builder@mail.beta.example"' \
        'pop_authenticators = "user" pop_delete = no record = ""'
    client bob 'script -qec "mutt -n -F muttrc" /dev/null </dev/null'
    finish
}

record_pop3_stls() {
    begin pop3-stls.pcap bob 'tcp port 110'
    about 'STLS, then nothing can be read' Dovecot 'CAPA and STLS in the clear, the rest inside TLS. There are no keys. The client is mpop.'
    mailbox_holds beta bob hello
    client bob 'mkdir -p in/cur in/new in/tmp && mpop --host=mail.beta.example --tls=on --tls-starttls=on --tls-certcheck=off --auth=user --user=bob --passwordeval="echo builder" --keep=on --delivery=maildir,in --uidls-file=uidls-3'
    finish
}

record_pop3s_keys() {
    begin pop3s-keys.pcap bob 'tcp port 995'
    about 'POP3 inside TLS 1.2, with a key log beside it' Dovecot 'TLS from the first byte on port 995. `pop3s-keys.keys` is the key log that mpop wrote.'
    mailbox_holds beta bob hello
    rm -f "$WORK/box/keys"
    client bob 'mkdir -p in/cur in/new in/tmp && SSLKEYLOGFILE=../keys mpop --host=mail.beta.example --tls=on --tls-starttls=off --tls-certcheck=off --tls-priorities=NORMAL:-VERS-ALL:+VERS-TLS1.2 --auth=user --user=bob --passwordeval="echo builder" --keep=on --delivery=maildir,in --uidls-file=uidls-4'
    finish secrets
}
