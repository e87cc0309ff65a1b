# SPDX-License-Identifier: MIT
# Recordings of mail being sent. Every function record_NAME makes one capture, NAME with dashes. Sourced by `record`.

record_smtp_plain() {
    begin smtp-plain.pcap bob 'tcp port 25'
    about 'one letter, nothing special' Postfix 'Bob'"'"'s machine brings a letter straight to the server of alpha.example. One recipient, no extensions used. Some lines of the letter begin with a dot, so swaks doubles it.'
    client bob 'swaks --server mail.alpha.example --helo pc.beta.example --from bob@beta.example --to alice@alpha.example --data @messages/dots.eml'
    finish
}

record_smtp_pipelined() {
    begin smtp-pipelined.pcap bob 'tcp port 25'
    about 'four recipients in one go, two of them refused' Postfix \
        'With PIPELINING the envelope leaves in one piece and the replies come back in one piece, so only the order tells which reply answers which command.'
    client bob 'swaks --pipeline --server mail.alpha.example --helo pc.beta.example --from bob@beta.example --to alice@alpha.example,nobody@alpha.example,carol@alpha.example,busy@alpha.example --header "Subject: pipelined" --body "For whoever is there."'
    finish
}

record_smtp_refused_550() {
    begin smtp-refused-550.pcap bob 'tcp port 25'
    about 'nobody of that name' Postfix 'The only recipient is refused with 550, so no letter follows. The file is big-endian, as an old Sun or PowerPC would have written it.'
    client_refused bob 'swaks --server mail.alpha.example --helo pc.beta.example --from bob@beta.example --to nobody@alpha.example'
    finish big-endian
}

record_smtp_relay_denied() {
    begin smtp-relay-denied.pcap bob 'tcp port 25'
    about 'not a server for everybody' Postfix 'Somebody without a log-in asks alpha'"'"'s server to carry mail to another domain: 554. Also HELO instead of EHLO.'
    client_refused bob 'swaks --protocol SMTP --server mail.alpha.example --helo pc.beta.example --from bob@beta.example --to carol@gamma.example'
    finish
}

record_smtp_auth_plain() {
    begin smtp-auth-plain.pcapng alice 'tcp port 587'
    about 'log-in with AUTH PLAIN' 'Postfix Dovecot' 'Name and password go in one base64 word, which hides nothing. Postfix asks Dovecot whether they are right.'
    client alice 'swaks --server mail.alpha.example:587 --helo pc.alpha.example --auth PLAIN --auth-user alice --auth-password wonderland --from alice@alpha.example --to carol@alpha.example --data @messages/hello.eml'
    finish
}

record_smtp_auth_login() {
    begin smtp-auth-login.pcap alice 'tcp port 587' --time-stamp-precision=nano
    about 'log-in with AUTH LOGIN, over IPv6' 'Postfix Dovecot' 'The server asks twice ("Username:", "Password:" in base64) and gets two base64 words. Time stamps in nanoseconds.'
    client alice 'swaks -6 --server mail.alpha.example:587 --helo pc.alpha.example --auth LOGIN --auth-user alice --auth-password wonderland --from alice@alpha.example --to carol@alpha.example --data @messages/hello.eml'
    finish
}

record_smtp_auth_cram_md5() {
    begin smtp-auth-cram-md5.pcap alice 'tcp port 587'
    about 'log-in with CRAM-MD5' 'Postfix Dovecot' 'The server sends a challenge; only a digest of challenge and password comes back.'
    client alice 'swaks --server mail.alpha.example:587 --helo pc.alpha.example --auth CRAM-MD5 --auth-user alice --auth-password wonderland --from alice@alpha.example --to carol@alpha.example --data @messages/hello.eml'
    finish
}

record_smtp_auth_scram() {
    begin smtp-auth-scram.pcap alice 'tcp port 587'
    about 'log-in with SCRAM-SHA-256' 'Postfix Dovecot' 'Both sides prove that they know the password and neither says it. The client is msmtp.'
    client alice 'msmtp --host=mail.alpha.example --port=587 --domain=pc.alpha.example --tls=off --auth=scram-sha-256 --user=alice --passwordeval="echo wonderland" --from=alice@alpha.example carol@alpha.example <messages/hello.eml'
    finish
}

record_smtp_wrong_password() {
    begin smtp-wrong-password.pcap alice 'tcp port 587'
    about 'a wrong password' 'Postfix Dovecot' '535, and the client leaves.'
    client_refused alice 'swaks --server mail.alpha.example:587 --helo pc.alpha.example --auth PLAIN --auth-user alice --auth-password looking-glass --from alice@alpha.example --to bob@beta.example'
    finish
}

record_smtp_attachment() {
    begin smtp-attachment.pcapng alice 'tcp port 25'
    about 'a picture in a letter' Postfix 'curl builds a multipart/mixed message itself: words, and a PNG in base64. The letter spans several segments.'
    client alice 'curl -sS smtp://mail.beta.example/pc.alpha.example --mail-from alice@alpha.example --mail-rcpt bob@beta.example -F "=Here is the picture of the two waves.;type=text/plain" -F "file=@messages/waves.png;type=image/png;encoder=base64" -H "From: Alice <alice@alpha.example>" -H "To: Bob <bob@beta.example>" -H "Subject: two waves"'
    finish
}

record_smtp_accents() {
    begin smtp-accents.pcap alice 'tcp port 25'
    about 'a letter in Portuguese' Postfix 'Encoded words (RFC 2047) in Subject, From and To, both Q and B; a quoted-printable body with soft line breaks: "vamos estudar redes: ação e reação".'
    client alice 'curl -sS smtp://mail.beta.example/pc.alpha.example --mail-from alice@alpha.example --mail-rcpt bob@beta.example -T messages/accents.eml'
    finish
}

record_smtp_utf8() {
    begin smtp-utf8.pcap alice 'tcp port 25'
    about 'an address with an accent' Postfix 'SMTPUTF8: address, subject and body travel as UTF-8 without any encoding.'
    client alice 'curl -sS smtp://mail.beta.example/pc.alpha.example --mail-from alice@alpha.example --mail-rcpt joão@beta.example -T messages/utf8.eml'
    finish
}

record_smtp_starttls() {
    begin smtp-starttls.pcap alice 'tcp port 587'
    about 'STARTTLS, then nothing can be read' 'Postfix Dovecot' 'The dialogue in the clear ends with the reply to STARTTLS; the log-in and the letter are inside TLS 1.3. There are no keys.'
    client alice 'swaks --tls --server mail.alpha.example:587 --helo pc.alpha.example --auth PLAIN --auth-user alice --auth-password wonderland --from alice@alpha.example --to carol@alpha.example --data @messages/hello.eml'
    finish
}

record_smtp_starttls_keys() {
    begin smtp-starttls-keys.pcapng alice 'tcp port 587'
    about 'STARTTLS with the keys inside' 'Postfix Dovecot' 'TLS 1.3. curl wrote its session keys; they are in the file, so a reader can look into the rest of the session.'
    rm -f "$WORK/box/keys"
    client alice 'SSLKEYLOGFILE=../keys curl -sS --ssl-reqd -k --login-options AUTH=PLAIN --sasl-ir smtp://mail.alpha.example:587/pc.alpha.example -u alice:wonderland --mail-from alice@alpha.example --mail-rcpt carol@alpha.example -T messages/hello.eml'
    finish secrets
}

record_smtp_port_2525() {
    begin smtp-port-2525.pcap alpha 'tcp port 2525' -i lo
    about 'another port, on loopback' 'Postfix Dovecot' 'Everything stays inside one machine (127.0.0.1) and the port is not one of the known ones: the greeting tells the protocol. Checksums are not finished on loopback: the kernel leaves them to a network card that is not there.'
    client alpha 'msmtp --host=127.0.0.1 --port=2525 --domain=mail.alpha.example --tls=off --auth=plain --user=alice --passwordeval="echo wonderland" --from=alice@alpha.example carol@alpha.example <messages/latin1.eml'
    finish
}

record_smtp_questions() {
    begin smtp-questions.pcap alice 'tcp port 25'
    about 'VRFY, EXPN, HELP, NOOP, RSET' Postfix 'Questions without a letter. Postfix knows who lives there (252, 550) and does not know the words EXPN and HELP (500). curl adds SMTPUTF8 to EXPN of its own accord.'
    client alice 'curl -sS smtp://mail.beta.example/pc.alpha.example --mail-rcpt bob@beta.example'
    client_refused alice 'curl -sS smtp://mail.beta.example/pc.alpha.example --mail-rcpt nobody@beta.example'
    client_refused alice 'curl -sS smtp://mail.beta.example/pc.alpha.example -X EXPN --mail-rcpt everybody'
    client_refused alice 'curl -sS smtp://mail.beta.example/pc.alpha.example -X HELP'
    client alice 'curl -sS smtp://mail.beta.example/pc.alpha.example -X NOOP'
    client alice 'curl -sS smtp://mail.beta.example/pc.alpha.example -X RSET'
    finish
}

record_smtp_exim() {
    [ -n "${EXIM:-}" ] || exim_unpack || { echo 'record: no Exim to be had: smtp-exim left out' >&2; return 0; }
    exim_up
    begin smtp-exim.pcap alice 'tcp port 25'
    about 'Exim receives, over IPv6' exim 'Another server, other words: one recipient is taken, one refused with 550.'
    client alice 'swaks -6 --server mail.gamma.example --helo pc.alpha.example --from alice@alpha.example --to carol@gamma.example,nobody@gamma.example --data @messages/hello.eml'
    finish
    exim_down
}

record_smtp_bdat() {
    [ -n "${EXIM:-}" ] || exim_unpack || { echo 'record: no Exim to be had: smtp-bdat left out' >&2; return 0; }
    begin smtp-bdat.pcap gamma 'tcp port 25 or port 53'
    about 'Exim sends with BDAT' 'Postfix dnsmasq exim' 'Exim asks the DNS for the MX of beta.example, then sends the letter in chunks (CHUNKING, RFC 3030) in place of DATA, pipelined with the envelope.'
    mailbox_holds beta bob
    step 'exim -odf -oi -f carol@gamma.example bob@beta.example <messages/picture.eml, on mail.gamma.example' exim_sends picture
    wait_for 10 inbox_has beta bob 1
    finish
}

record_smtp_any() {
    begin smtp-any.pcap alpha 'tcp port 587 or tcp port 25 or port 53' -i any
    about 'a relay seen from its own server' 'Postfix Dovecot dnsmasq' 'Alice submits; alpha'"'"'s server asks the DNS for the MX of beta.example and passes the letter on. Recorded on `any`, so each frame has a cooked header, version 2.'
    mailbox_holds beta bob
    client alice 'swaks --server mail.alpha.example:587 --helo pc.alpha.example --auth PLAIN --auth-user alice --auth-password wonderland --from alice@alpha.example --to bob@beta.example --data @messages/accents.eml'
    wait_for 10 inbox_has beta bob 1
    finish
}

record_smtp_try_again() {
    begin smtp-try-again.pcap alpha 'tcp port 25'
    about '450 now, delivered later' Postfix 'Store and forward: beta'"'"'s server refuses for now (450), on its IPv4 and its IPv6 address alike; alpha'"'"'s keeps the letter in its queue and tries again a little later, with success.'
    mailbox_holds beta busy
    : >"$WORK/alpha/postfix/mail.log"
    printf 'busy@beta.example here\n' >>"$WORK/beta/postfix/people"
    printf 'busy:{PLAIN}x:65534:65534::%s/home/busy::\n' "$WORK/beta/dovecot" >>"$WORK/beta/dovecot/people"
    on beta postfix -c "$WORK/beta/postfix" reload 2>/dev/null
    client alpha 'swaks --silent 3 --server 127.0.0.1 --helo localhost --from alice@alpha.example --to busy@beta.example --data @messages/hello.eml'
    wait_for 10 grep -q 'status=deferred' "$WORK/alpha/postfix/mail.log"
    step 'beta: the 450 is taken back' sh -c ": >'$WORK/beta/postfix/access'"
    on beta postfix -c "$WORK/beta/postfix" reload 2>/dev/null
    step 'alpha: postqueue -f' on alpha postqueue -c "$WORK/alpha/postfix" -f
    wait_for 10 inbox_has beta busy 1
    printf 'busy@beta.example 450 4.2.0 the mailbox is being put in order, try again later\n' >"$WORK/beta/postfix/access"
    sed -i '/^busy/d' "$WORK/beta/postfix/people" "$WORK/beta/dovecot/people"
    on beta postfix -c "$WORK/beta/postfix" reload 2>/dev/null
    finish
}

record_story_bounce() {
    begin story-bounce.pcapng alpha 'tcp port 587 or tcp port 25 or tcp port 110 or port 53'
    about 'the letter that came back' 'Postfix Dovecot dnsmasq' 'Alice writes to somebody who is not at beta.example. Her server accepts the letter, is refused with 550 by the next one, and writes her a delivery report, which she fetches with POP3 (multipart/report).'
    mailbox_holds alpha alice
    client alice 'swaks --server mail.alpha.example:587 --helo pc.alpha.example --auth PLAIN --auth-user alice --auth-password wonderland --from alice@alpha.example --to nobody@beta.example --data @messages/hello.eml'
    wait_for 10 inbox_has alpha alice 1
    client alice 'curl -sS pop3://alice:wonderland@mail.alpha.example/1'
    finish
}

record_story_whole() {
    begin story-whole.pcapng wire '' -i wire-alice -f 'tcp' -i wire-bob -f 'tcp' -i wire-alpha -f 'host 10.20.0.10 and (host 10.20.0.30 or host 10.20.0.53)'
    about 'from Alice to Bob, every cable' 'Postfix Dovecot dnsmasq' 'Submission with AUTH PLAIN, the DNS questions of the server, the relay, and Bob fetching with POP3. Three interfaces in one file, each cable of the bridge one.'
    mailbox_holds beta bob
    client alice 'swaks --server mail.alpha.example:587 --helo pc.alpha.example --auth PLAIN --auth-user alice --auth-password wonderland --from alice@alpha.example --to bob@beta.example --data @messages/accents.eml'
    wait_for 10 inbox_has beta bob 1
    fetchmail_control bob mail.beta.example pop3 bob builder
    client bob 'fetchmail --nosyslog -f .fetchmailrc'
    finish
}
