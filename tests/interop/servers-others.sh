# SPDX-License-Identifier: MIT
# Servers whose packages would drive Postfix or Dovecot from the machine, or bring a web server along: their packages are only
# unpacked, and laid over /usr and /etc of one host while they run (see `enter`). Sourced by `record`.

OTHERS_RUNNING=

# unpack NAME PACKAGE…: those packages, and whatever they need that this machine has not. False where one cannot be had.
unpack() {
    local root=$WORK/$1/root packages=$WORK/$1/packages package
    local -a list
    [ ! -e "$WORK/$1/unpacked" ] || return 0
    shift
    mkdir -p "$packages" "$root/usr" "$root/etc" "$root/run" "$root/var/tmp" "$root/var/log"
    chmod 1777 "$root/var/tmp"
    ln -s /run "$root/var/run"
    mapfile -t list < <(apt-get -s install --no-install-recommends "$@" 2>/dev/null | awk '$1 == "Inst" { print $2 }')
    (cd "$packages" && apt-get -q download "${list[@]}" >>"$WORK/apt.log" 2>&1) || return 1
    for package in "$packages"/*.deb; do
        dpkg -x "$package" "$root" || return 1
    done
    # Some packages still say /lib where /usr/lib is meant.
    [ ! -d "$root/lib" ] || cp -a "$root/lib/." "$root/usr/lib/"
    touch "${packages%/packages}/unpacked"
}

unpacked_version() {
    local which
    case $1 in
        OpenSMTPD) which=opensmtpd/packages/opensmtpd ;;
        Courier) which=courier/packages/courier-base ;;
        Roundcube) which=roundcube/packages/roundcube-core ;;
        sylpheed) which=sylpheed/packages/sylpheed ;;
        PHP) which=roundcube/packages/php8.2-cli ;;
    esac
    dpkg-deb -f "$WORK/$which"_*.deb Version
}

# A server in the background, in a host with its own packages, until others_down: other_up NAME HOST COMMAND…
other_up() {
    local name=$1 host=$2
    shift 2
    (PACKAGES_IN=$WORK/$name/root enter "$host" "$@") >>"$WORK/$name/log" 2>&1 </dev/null &
    OTHERS_RUNNING="$OTHERS_RUNNING $!"
}

others_down() {
    local process
    for process in $OTHERS_RUNNING; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    OTHERS_RUNNING=
}

opensmtpd_up() {
    local root=$WORK/opensmtpd/root
    unpack opensmtpd opensmtpd || return 1
    mkdir -p "$root/var/spool" "$root/var/lib/opensmtpd/empty" "$root/var/empty" "$root/var/mail"
    chmod 1777 "$root/var/mail"
    chmod 711 "$root/var/lib/opensmtpd/empty" "$root/var/empty"
    cp "$HERE/config/smtpd.conf" "$root/etc/smtpd.conf"
    other_up opensmtpd gamma /usr/sbin/smtpd -d
    wait_for 10 port_open gamma 25
}

# Courier for gamma.example: POP3 and IMAP, a Maildir for carol.
courier_up() {
    local root=$WORK/courier/root people
    people=$root/etc/courier/userdb
    unpack courier courier-imap courier-pop courier-authlib-userdb || return 1
    # Its watcher of files is a daemon that nobody could stop here.
    rm -rf "$root/usr/lib/gamin"
    mkdir -p "$root/run/courier/authdaemon" "$root/etc/courier/shared"
    cp "$HERE/config/courier-authdaemonrc" "$root/etc/courier/authdaemonrc"
    printf 'carol\tuid=65534|gid=65534|home=/var/mail/carol|mail=/var/mail/carol/Maildir|systempw=%s|hmac-md5pw=%s\n' \
        "$(openssl passwd -6 drawing)" "$(printf drawing | PACKAGES_IN=$root on gamma userdbpw -hmac-md5)" >"$people"
    chmod 600 "$people"
    sed -i -e 's/^POP3AUTH=.*/POP3AUTH="PLAIN LOGIN CRAM-MD5"/' "$root/etc/courier/pop3d"
    sed -i -e 's/^\(IMAP_CAPABILITY=".*\) IDLE"/\1 AUTH=PLAIN AUTH=CRAM-MD5 IDLE"/' "$root/etc/courier/imapd"
    PACKAGES_IN=$root on gamma sh -ec 'mount --bind "$1" /etc/courier; makeuserdb' sh "$root/etc/courier" || return 1
    other_up courier gamma sh -c 'set -a; . /etc/courier/authdaemonrc; exec /usr/lib/courier/courier-authlib/authdaemond'
    wait_for 10 test -S "$root/run/courier/authdaemon/socket"
    other_up courier gamma sh -c 'set -a; . /etc/courier/pop3d; exec couriertcpd -address=0 -nodnslookup -noidentlookup 110 \
        /usr/lib/courier/courier/courierpop3login /usr/lib/courier/courier/courierpop3d Maildir'
    other_up courier gamma sh -c 'set -a; . /etc/courier/imapd; exec couriertcpd -address=0 -nodnslookup -noidentlookup 143 \
        /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir'
    wait_for 10 port_open gamma 110
    wait_for 10 port_open gamma 143
}

# Carol's mailbox at Courier holds exactly these messages: courier_holds MESSAGE…
courier_holds() {
    local maildir=$WORK/courier/root/var/mail/carol/Maildir message number=1
    rm -rf "$maildir"
    mkdir -p "$maildir/cur" "$maildir/new" "$maildir/tmp"
    for message in "$@"; do
        tr -d '\r' <"$HERE/messages/$message.eml" >"$maildir/new/$number.$message"
        number=$((number + 1))
    done
    chown -R 65534:65534 "$WORK/courier/root/var/mail/carol"
}

# Roundcube under PHP's own web server, its database in one file.
roundcube_up() {
    local root=$WORK/roundcube/root
    unpack roundcube roundcube-core roundcube-sqlite3 php8.2-cli php8.2-cgi || return 1
    mkdir -p "$root/var/log/roundcube" "$root/var/lib/roundcube/temp" "$root/var/lib/php"
    cp "$HERE/config/roundcube.php" "$root/etc/roundcube/config.inc.php"
    : >"$root/etc/roundcube/debian-db.php"
    [ -e "$root/var/lib/roundcube/mail.db" ] ||
        /usr/bin/python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())' \
            "$root/var/lib/roundcube/mail.db" "$root/usr/share/roundcube/SQL/sqlite.initial.sql"
    other_up roundcube web php8.2 -n -d extension=intl -d extension=mbstring -d extension=dom -d extension=xml -d extension=pdo -d extension=pdo_sqlite \
        -d extension=ctype -d extension=iconv -d extension=fileinfo -d extension=phar -d extension=simplexml -d extension=xmlreader \
        -d extension=xmlwriter -d include_path=/usr/share/php -d date.timezone=UTC -d display_errors=0 \
        -S 0.0.0.0:80 -t /var/lib/roundcube/public_html
    wait_for 10 port_open web 80
}
