# SPDX-License-Identifier: MIT
# Recordings of further programs: Python's own libraries, s-nail, getmail, OpenSMTPD, Courier. Every function record_NAME makes one
# capture. Sourced by `record`.

record_smtp_python() {
    begin smtp-python.pcap alice 'tcp port 587'
    about "Python's smtplib sends to two" 'Postfix Dovecot' 'AUTH PLAIN without an initial response (the server asks with an empty 334), VRFY, NOOP, BODY=8BITMIME, one recipient taken and one refused, a subject in encoded words over several lines, a letter in two forms (multipart/alternative), RSET.'
    client alice '/usr/bin/python3 clients/smtplib-sends.py mail.alpha.example 587 alice wonderland'
    finish
}

record_pop3_python() {
    begin pop3-python.pcap bob 'tcp port 110'
    about "Python's poplib, twice" Dovecot 'First CAPA, APOP, STAT, LIST and UIDL with and without a number, TOP, RETR, DELE, NOOP, RSET; then USER and PASS, a letter deleted for good, and two questions that get -ERR.'
    mailbox_holds beta bob hello accents dots
    client bob '/usr/bin/python3 clients/poplib-reads.py mail.beta.example bob builder'
    finish
}

record_imap_python() {
    begin imap-python.pcap alice 'tcp port 143'
    about "Python's imaplib walks through a mailbox" Dovecot 'LOGIN with a quoted password (refused) and with a literal (accepted), ID, ENABLE, NAMESPACE, GETQUOTAROOT, mailboxes with names in modified UTF-7, SEARCH with a UTF-8 literal, SORT, THREAD, FETCH of all kinds, STORE, COPY, UID MOVE, EXPUNGE, UNSELECT, EXAMINE, RENAME, DELETE.'
    mailbox_holds alpha alice hello accents picture
    client alice '/usr/bin/python3 clients/imaplib-dovecot.py mail.alpha.example alice wonderland'
    finish
}

record_smtp_opensmtpd() {
    opensmtpd_up || { echo 'record: no OpenSMTPD to be had: smtp-opensmtpd left out' >&2; return 0; }
    begin smtp-opensmtpd.pcap alice 'tcp port 25'
    about 'OpenSMTPD receives' OpenSMTPD 'Another server, other words: two recipients are taken, a third is refused with 550.'
    client alice 'swaks --server mail.gamma.example --helo pc.alpha.example --from alice@alpha.example --to carol@gamma.example,nobody@gamma.example,dora@gamma.example --data @messages/hello.eml'
    finish
    others_down
}

record_smtp_opensmtpd_relays() {
    opensmtpd_up || { echo 'record: no OpenSMTPD to be had: smtp-opensmtpd-relays left out' >&2; return 0; }
    begin smtp-opensmtpd-relays.pcap gamma 'tcp port 25'
    about 'OpenSMTPD passes letters on' 'OpenSMTPD Postfix' 'curl gives OpenSMTPD a letter for Alice and for somebody who does not exist; OpenSMTPD takes both, hears over IPv6 from alpha.example that one of them is not there, and brings Bob a report of it. It keeps each connection for ten seconds more before it says QUIT.'
    mailbox_holds alpha alice
    mailbox_holds beta bob
    client bob 'curl -sS smtp://mail.gamma.example/pc.beta.example --mail-from bob@beta.example --mail-rcpt alice@alpha.example --mail-rcpt nobody@alpha.example -T messages/dots.eml'
    wait_for 20 inbox_has alpha alice 1
    wait_for 20 inbox_has beta bob 1
    finish
    others_down
}

record_pop3_courier() {
    courier_up || { echo 'record: no Courier to be had: pop3-courier left out' >&2; return 0; }
    begin pop3-courier.pcap bob 'tcp port 110'
    about 'Courier gives out letters' Courier 'A server with words of its own ("Yup.", "Resurrected."); curl asks as in pop3-curl, after AUTH CRAM-MD5.'
    courier_holds hello accents dots
    sed -e 's/bob:builder/carol:drawing/; s/beta/gamma/; s/PLAIN/CRAM-MD5/; /sasl-ir/d; s/TOP 2 3/TOP 1 3/' "$HERE/config/curl-pop3" >"$WORK/box/bob/curl-pop3"
    step "config/curl-pop3 with carol's name, CRAM-MD5 and mail.gamma.example" true
    client bob 'curl -K curl-pop3'
    finish
    others_down
}

record_imap_courier() {
    courier_up || { echo 'record: no Courier to be had: imap-courier left out' >&2; return 0; }
    begin imap-courier.pcap bob 'tcp port 143'
    about "Python's imaplib at Courier's" Courier 'Everything lives below INBOX. with dots between the names. AUTHENTICATE CRAM-MD5, NAMESPACE, MYRIGHTS, SETACL and GETACL, GETQUOTAROOT, APPEND, SORT, THREAD, FETCH, COPY to a mailbox that is not there (NO [TRYCREATE]). The server warns with [ALERT] that nobody tells it of new files.'
    courier_holds hello accents picture
    client bob '/usr/bin/python3 clients/imaplib-courier.py mail.gamma.example carol drawing'
    finish
    others_down
}

record_smtp_s_nail() {
    begin smtp-s-nail.pcap alice 'tcp port 587'
    about 's-nail sends a letter' 'Postfix Dovecot' 'The old mail command in its present form: AUTH LOGIN, one letter with a UTF-8 subject and a PNG.'
    client alice 'echo "Olá, Carol. Aqui vai o desenho." | s-nail -:/ -Sv15-compat -Sttycharset=utf-8 -Shostname=pc.alpha.example -Ssmtp-hostname=alpha.example -Ssmtp-auth=login -Smta=smtp://alice:wonderland@mail.alpha.example:587 -r alice@alpha.example -s "um desenho: ação e reação" -a messages/waves.png carol@alpha.example'
    finish
}

record_imap_s_nail() {
    begin imap-s-nail.pcap alice 'tcp port 143'
    about 's-nail reads a mailbox' Dovecot 'The old mail command in its present form: LOGIN, the headers, one letter read, one copied to Archive, one deleted.'
    mailbox_holds alpha alice hello accents dots
    client alice 'printf "headers\ntype 2\ncopy 1 +Archive\ndelete 3\nquit\n" | s-nail -:/ -Sv15-compat -Simap-auth=login -Sfolder=imap://alice:wonderland@mail.alpha.example -f imap://alice:wonderland@mail.alpha.example/INBOX'
    finish
}

record_pop3_getmail() {
    begin pop3-getmail.pcap bob 'tcp port 110'
    about 'getmail fetches and deletes' Dovecot 'CAPA, USER and PASS, UIDL, LIST, RETR and DELE of each letter, QUIT.'
    mailbox_holds beta bob hello picture latin1
    rm -rf "$WORK/box/bob/getmail"
    mkdir -p "$WORK/box/bob/getmail/letters/"{cur,new,tmp}
    cp "$HERE/config/getmailrc" "$WORK/box/bob/getmail/"
    chown -R 65534:65534 "$WORK/box/bob/getmail"
    client bob 'cd getmail && HOME=. setpriv --reuid=65534 --regid=65534 --clear-groups getmail --getmaildir=. --rcfile=getmailrc'
    finish
}

record_pop3_sylpheed() {
    local home=$WORK/box/bob
    unpack sylpheed sylpheed xvfb || { echo 'record: no sylpheed to be had: pop3-sylpheed left out' >&2; return 0; }
    begin pop3-sylpheed.pcap bob 'tcp port 110'
    about 'sylpheed fetches' Dovecot 'A mail program with windows: APOP, then STAT, UIDL, LIST, RETR; the letters stay on the server.'
    mailbox_holds beta bob hello accents picture
    rm -rf "$home/.sylpheed-2.0" "$home/Mail"
    mkdir -p "$home/.sylpheed-2.0" "$home/Mail/inbox"
    cp "$HERE/config/sylpheed/"* "$home/.sylpheed-2.0/"
    PACKAGES_IN=$WORK/sylpheed/root client bob 'sh clients/windowed.sh sylpheed --receive-all'
    finish
}
