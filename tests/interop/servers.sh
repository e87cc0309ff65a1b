# SPDX-License-Identifier: MIT
# Starts and stops the servers, each as an instance of its own in a private folder. Sourced by `record`.

# Fills in a template: fill TEMPLATE OUT NAME=VALUE…
fill() {
    local template=$1 out=$2 pair
    local -a edits=()
    shift 2
    for pair in "$@"; do
        edits+=(-e "s|@${pair%%=*}@|${pair#*=}|g")
    done
    sed "${edits[@]}" "$HERE/config/$template" >"$out"
}

make_certificate() {
    mkdir -p "$WORK/tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=mail.$1" \
        -addext "subjectAltName=DNS:mail.$1" -keyout "$WORK/tls/$1.key" -out "$WORK/tls/$1.crt" 2>/dev/null
    chmod 644 "$WORK/tls/$1.key"
}

# mail_server_up HOST USER:PASSWORD…
mail_server_up() {
    local host=$1 domain=$1.example dovecot=$WORK/$1/dovecot postfix=$WORK/$1/postfix person user
    shift
    mkdir -p "$dovecot/home" "$postfix/queue" "$postfix/data"
    chown nobody "$dovecot/home"
    chown postfix "$postfix/data"
    make_certificate "$domain"

    for person in "$@"; do
        user=${person%%:*}
        printf '%s:{PLAIN}%s:65534:65534::%s/home/%s::\n' "$user" "${person#*:}" "$dovecot" "$user" >>"$dovecot/people"
        printf '%s@%s here\n' "$user" "$domain" >>"$postfix/people"
    done
    printf 'busy@%s 450 4.2.0 the mailbox is being put in order, try again later\n' "$domain" >"$postfix/access"

    fill dovecot.conf "$dovecot/dovecot.conf" DIR="$dovecot" DOMAIN="$domain" TLS="$WORK/tls"
    fill postfix-main.cf "$postfix/main.cf" DIR="$postfix" DOMAIN="$domain" DOVECOT="$dovecot" TLS="$WORK/tls"
    cp "$HERE/config/postfix-master.cf" "$postfix/master.cf"
    RUNNING="$RUNNING $host"
    on "$host" dovecot -c "$dovecot/dovecot.conf"
    on "$host" postfix -c "$postfix" start 2>"$postfix/start.log"
    wait_for 10 port_open "$host" 25
    wait_for 10 port_open "$host" 143
}

mail_server_down() {
    on "$1" postfix -c "$WORK/$1/postfix" stop 2>/dev/null || true
    on "$1" doveadm -c "$WORK/$1/dovecot/dovecot.conf" stop 2>/dev/null || true
}

port_open() {
    ip netns exec "$NET-$1" ss -Hltnu "sport = :$2" | grep -q .
}

name_server_up() {
    enter names dnsmasq --keep-in-foreground --conf-file="$HERE/config/dnsmasq.conf" --log-facility="$WORK/dnsmasq.log" \
        --pid-file="$WORK/dnsmasq.pid" &
    NAMES_PID=$!
    wait_for 10 port_open names 53
}

# Exim and Postfix exclude each other as packages, so Exim is only unpacked. Returns false where it cannot be had.
exim_unpack() {
    mkdir -p "$WORK/exim/package" "$WORK/exim/spool"
    (cd "$WORK/exim" && apt-get -q download exim4-daemon-light >/dev/null 2>&1 && dpkg -x exim4-daemon-light_*.deb package) || return 1
    fill exim.conf "$WORK/exim/exim.conf" DIR="$WORK/exim"
    chmod 644 "$WORK/exim/exim.conf"
    chown -R 65533:65534 "$WORK/exim/spool"
    chmod 777 "$WORK/exim"
    on gamma "$WORK/exim/package/usr/sbin/exim4" -C "$WORK/exim/exim.conf" -bV >"$WORK/exim/version" 2>&1 || return 1
    EXIM=$WORK/exim/package/usr/sbin/exim4
}

exim_sends() {
    on gamma "$EXIM" -C "$WORK/exim/exim.conf" -odf -oi -f carol@gamma.example bob@beta.example <"$HERE/messages/$1.eml" >>"$WORK/exim/log" 2>&1
}

exim_up() {
    enter gamma "$EXIM" -C "$WORK/exim/exim.conf" -bdf -odq >>"$WORK/exim/log" 2>&1 &
    EXIM_PID=$!
    wait_for 10 port_open gamma 25
}

exim_down() {
    [ -z "${EXIM_PID:-}" ] || { kill "$EXIM_PID" 2>/dev/null; wait "$EXIM_PID" 2>/dev/null; EXIM_PID=; } || true
}

servers_down() {
    local host
    exim_down
    others_down
    for host in $RUNNING; do
        mail_server_down "$host"
    done
    RUNNING=
    [ -z "${NAMES_PID:-}" ] || { kill "$NAMES_PID" 2>/dev/null; wait "$NAMES_PID" 2>/dev/null; NAMES_PID=; } || true
}

# Gives a user exactly these messages in the inbox and nothing else: mailbox_holds HOST USER MESSAGE…
mailbox_holds() {
    local host=$1 user=$2 message
    shift 2
    rm -rf "$WORK/$host/dovecot/home/$user"
    for message in "$@"; do
        on "$host" doveadm -c "$WORK/$host/dovecot/dovecot.conf" save -u "$user" <"$HERE/messages/$message.eml"
    done
}

inbox_count() {
    find "$WORK/$1/dovecot/home/$2/Maildir/new" "$WORK/$1/dovecot/home/$2/Maildir/cur" -type f 2>/dev/null | wc -l
}

inbox_has() {
    [ "$(inbox_count "$1" "$2")" -ge "$3" ]
}
