# SPDX-License-Identifier: MIT
# Recordings of a webmail: the browser's HTTP on one side, IMAP on the other. Sourced by `record`.

record_web_roundcube() {
    roundcube_up || { echo 'record: no Roundcube to be had: web-roundcube left out' >&2; return 0; }
    begin web-roundcube.pcap web 'tcp port 80 or tcp port 143'
    about 'a webmail, in front and behind' 'Roundcube PHP Dovecot' "Alice's curl plays a browser without pictures: the log-in page, a wrong password, the right one, the list, one letter, log out. For each of these Roundcube logs in to Dovecot and asks with IMAP."
    mailbox_holds alpha alice hello accents picture
    client alice 'sh clients/webmail-reads.sh http://webmail.alpha.example alice wonderland'
    finish
    others_down
}

record_story_webmail() {
    roundcube_up || { echo 'record: no Roundcube to be had: story-webmail left out' >&2; return 0; }
    begin story-webmail.pcap web 'tcp port 80 or tcp port 143 or tcp port 587'
    about 'a letter written in a browser' 'Roundcube PHP Postfix Dovecot' "Three protocols: Alice's curl plays a browser that logs in and hands over a form with a letter; Roundcube sends it by SMTP submission with a log-in and keeps a copy in Sent with IMAP APPEND."
    mailbox_holds alpha alice
    mailbox_holds alpha carol
    client alice 'sh clients/webmail-writes.sh http://webmail.alpha.example alice wonderland'
    wait_for 10 inbox_has alpha carol 1
    finish
    others_down
}
