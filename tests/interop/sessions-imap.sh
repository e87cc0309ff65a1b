# SPDX-License-Identifier: MIT
# Recordings of mail being read with IMAP. Every function record_NAME makes one capture. Sourced by `record`.

record_imap_curl() {
    begin imap-curl.pcap alice 'tcp port 143'
    about 'curl walks through a mailbox' Dovecot 'Over IPv6: AUTHENTICATE PLAIN, LIST, SELECT, SEARCH, FETCH with literals, STORE, COPY, EXPUNGE, STATUS, APPEND, LOGOUT, all on one connection.'
    mailbox_holds alpha alice hello accents dots
    client alice 'curl -K config/curl-imap'
    finish
}

record_imap_mutt() {
    begin imap-mutt.pcapng alice 'tcp port 143'
    about 'mutt reads two letters and files one' Dovecot 'AUTHENTICATE LOGIN, CAPABILITY, ENABLE, LIST, SELECT, FETCH of headers, then of two letters (literals), COPY to Archive, STORE, EXPUNGE, CLOSE, LOGOUT.'
    mailbox_holds alpha alice hello accents picture
    mutt_box alice "<first-entry><display-message><exit><next-entry><display-message><exit><copy-message>=Archive<enter><flag-message><first-entry><delete-message><sync-mailbox><exit>"
    client alice 'script -qec "mutt -n -F muttrc" /dev/null </dev/null'
    finish
}

record_imap_compress() {
    begin imap-compress.pcap alice 'tcp port 143'
    about 'mutt with COMPRESS DEFLATE' Dovecot 'After the log-in both directions are deflated (RFC 4978), in the clear and yet not readable by eye.'
    mailbox_holds alpha alice hello accents
    mutt_box alice "<first-entry><display-message><exit><sync-mailbox><exit>" "imap_deflate = yes"
    client alice 'script -qec "mutt -n -F muttrc" /dev/null </dev/null'
    finish
}

record_story_mutt_sends() {
    begin story-mutt-sends.pcap alice 'tcp port 143 or tcp port 587'
    about 'mutt sends and keeps a copy' 'Postfix Dovecot' 'One program, two protocols: SMTP submission with AUTH PLAIN, then APPEND of the same letter to Sent over IMAP. The letter has an accented subject and a PNG.'
    mailbox_holds alpha alice
    mutt_box alice ''
    client alice 'echo "Olá: ação e reação." | mutt -n -F muttrc -s "vamos estudar redes: ação e reação" -a messages/waves.png -- carol@alpha.example'
    finish
}

record_imap_mbsync() {
    begin imap-mbsync.pcap alice 'tcp port 143' --time-stamp-precision=nano
    about 'mbsync makes two mailboxes equal' Dovecot 'Two letters come down (UID FETCH, literals), one that was only here goes up (APPEND, with an X-TUID field of mbsync'"'"'s), the commands sent several at a time. Time stamps in nanoseconds.'
    mailbox_holds alpha alice hello picture
    rm -rf "$WORK/box/alice/mbsync"
    cp "$HERE/config/mbsyncrc" "$WORK/box/alice/mbsyncrc"
    mkdir -p "$WORK/box/alice/mbsync/INBOX/"{cur,new,tmp}
    cp "$HERE/messages/dots.eml" "$WORK/box/alice/mbsync/INBOX/new/1.dots"
    client alice 'mbsync -c mbsyncrc all'
    finish
}

record_imap_starttls() {
    begin imap-starttls.pcap alice 'tcp port 143'
    about 'STARTTLS, then nothing can be read' Dovecot 'STARTTLS in the clear, the rest inside TLS. There are no keys. The client is mbsync.'
    mailbox_holds alpha alice hello
    rm -rf "$WORK/box/alice/mbsync"
    cp "$HERE/config/mbsyncrc" "$WORK/box/alice/mbsyncrc"
    sed -i "s|^SSLType None|SSLType STARTTLS\nCertificateFile server.crt|" "$WORK/box/alice/mbsyncrc"
    cp "$WORK/tls/alpha.example.crt" "$WORK/box/alice/server.crt"
    mkdir -p "$WORK/box/alice/mbsync/INBOX/"{cur,new,tmp}
    client alice 'mbsync -c mbsyncrc all'
    finish
}

record_imap_fetchmail() {
    begin imap-fetchmail.pcap bob 'tcp port 143'
    about 'fetchmail over IPv6' Dovecot 'LOGIN, SELECT, FETCH of sizes, headers and texts (RFC822.HEADER and BODY.PEEK[TEXT], so each letter comes in two pieces), STORE, EXPUNGE.'
    mailbox_holds beta bob hello latin1
    fetchmail_control bob fd00:20::30 imap bob builder
    client bob 'fetchmail --nosyslog -f .fetchmailrc'
    finish
}

record_imap_wrong_password() {
    begin imap-wrong-password.pcap alice 'tcp port 143'
    about 'a wrong password' Dovecot 'NO [AUTHENTICATIONFAILED] to LOGIN; fetchmail says so and leaves.'
    fetchmail_control alice mail.alpha.example imap alice looking-glass
    client_refused alice 'fetchmail --nosyslog -f .fetchmailrc'
    finish
}

record_imap_no_mailbox() {
    begin imap-no-mailbox.pcap alice 'tcp port 143'
    about 'a mailbox that is not there' Dovecot 'AUTHENTICATE CRAM-MD5 is accepted; SELECT of a mailbox nobody made gets NO; an unknown word gets BAD.'
    client_refused alice 'curl -sS -u alice:wonderland "imap://mail.alpha.example/Attic;MAILINDEX=1"'
    client_refused alice 'curl -sS -u alice:wonderland imap://mail.alpha.example/ -X TELEPORT'
    finish
}

record_imap_idle() {
    begin imap-idle.pcapng beta 'tcp port 143 or tcp port 25'
    about 'a letter arrives while Bob waits' 'Postfix Dovecot' 'Bob'"'"'s fetchmail waits with IDLE; Alice'"'"'s letter comes in by SMTP; the server tells (EXISTS), fetchmail says DONE and fetches it. It is ended while it waits again, so there is no second DONE and no LOGOUT.'
    mailbox_holds beta bob hello
    rm -f "$WORK/box/bob/letters"
    fetchmail_control bob mail.beta.example imap bob builder idle
    client_stays bob 'fetchmail --nosyslog -f .fetchmailrc'
    wait_for 10 grep -q 'study networks' "$WORK/box/bob/letters"
    sleep 1
    client alice 'swaks --server mail.beta.example --helo pc.alpha.example --from alice@alpha.example --to bob@beta.example --data @messages/accents.eml'
    wait_for 10 grep -q 'vamos_estudar' "$WORK/box/bob/letters"
    sleep 1
    step 'fetchmail is told to end' client_ends
    finish
}

record_imaps_keys() {
    begin imaps-keys.pcapng alice 'tcp port 993'
    about 'IMAP inside TLS 1.3, the keys in the file' Dovecot 'TLS from the first byte on port 993; mutt opens a letter with a picture.'
    mailbox_holds alpha alice picture
    rm -f "$WORK/box/keys"
    cp "$WORK/tls/alpha.example.crt" "$WORK/box/alice/server.crt"
    mutt_box alice '<first-entry><display-message><exit><exit>' 'spoolfile = "imaps://mail.alpha.example/INBOX"' \
        'folder = "imaps://mail.alpha.example/"' 'certificate_file = "server.crt"'
    client alice 'SSLKEYLOGFILE=../keys script -qec "mutt -n -F muttrc" /dev/null </dev/null'
    finish secrets
}
