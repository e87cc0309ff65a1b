# SPDX-License-Identifier: MIT
# The recording network: one namespace a host, a bridge between them, names that exist nowhere else. Sourced by `record`.
#
#   alpha  10.20.0.10  mail.alpha.example      alice  10.20.0.20  pc.alpha.example
#   beta   10.20.0.30  mail.beta.example       bob    10.20.0.21  pc.beta.example
#   gamma  10.20.0.40  mail.gamma.example      names  10.20.0.53  ns.example
#   web    10.20.0.50  webmail.alpha.example
#   wire   the bridge: sees every cable (wire-alpha, wire-beta, …)

HOSTS="alpha beta gamma web alice bob names"
NET=interop$$

host_octet() {
    case $1 in alpha) echo 10 ;; beta) echo 30 ;; gamma) echo 40 ;; web) echo 50 ;; alice) echo 20 ;; bob) echo 21 ;; names) echo 53 ;; esac
}

host_name() {
    case $1 in
        alpha | beta | gamma) echo "mail.$1.example" ;;
        web) echo webmail.alpha.example ;;
        alice) echo pc.alpha.example ;;
        bob) echo pc.beta.example ;;
        names) echo ns.example ;;
        *) echo "$1.example" ;;
    esac
}

# Becomes a command inside a host: its network, its name, its /etc. Never returns; call it in a subshell or in the background.
# Where PACKAGES_IN names what `unpack` filled, those packages lie over /usr and /etc, and /var and /run are theirs alone.
enter() {
    local host=$1
    shift
    exec ip netns exec "$NET-$host" unshare --mount --uts sh -ec '
        hostname "$1"
        if [ -n "$3" ]; then
            mount -t overlay -o "lowerdir=$3/usr:/usr" packages /usr
            mount -t overlay -o "lowerdir=$3/etc:/etc" packages /etc
            mount --bind "$3/var" /var
            mount --bind "$3/run" /run
        fi
        for file in resolv.conf gai.conf hosts passwd group mailname; do
            [ -e "/etc/$file" ] && mount --bind "$2/$file" "/etc/$file"
        done
        shift 3
        exec "$@"' sh "$(host_name "$host")" "$WORK/etc" "${PACKAGES_IN:-}" "$@"
}

on() {
    (enter "$@")
}

network_up() {
    local host octet user number wire="ip -n $NET-wire"
    mkdir -p "$WORK/etc"
    printf 'nameserver 10.20.0.53\noptions timeout:2\n' >"$WORK/etc/resolv.conf"
    # Where a host has both addresses, IPv4 is taken unless a client is told otherwise.
    printf 'precedence ::ffff:0:0/96 100\n' >"$WORK/etc/gai.conf"
    printf '127.0.0.1 localhost\n::1 localhost\n' >"$WORK/etc/hosts"
    echo alpha.example >"$WORK/etc/mailname"
    # A server looks for its user and group while it starts, even where its package was only unpacked.
    cat /etc/group >"$WORK/etc/group"
    cat /etc/passwd >"$WORK/etc/passwd"
    number=65533
    for user in Debian-exim opensmtpd opensmtpq courier; do
        echo "$user:x:$number:" >>"$WORK/etc/group"
        echo "$user:x:$number:$number::/:/usr/sbin/nologin" >>"$WORK/etc/passwd"
        number=$((number - 1))
    done

    ip netns add "$NET-wire"
    $wire link add bridge type bridge stp_state 0 mcast_snooping 0
    $wire link set bridge up
    for host in $HOSTS; do
        octet=$(host_octet "$host")
        ip netns add "$NET-$host"
        ip -n "$NET-$host" link set lo up
        ip -n "$NET-$host" link add eth0 address "02:00:0a:14:00:$(printf %02x "$octet")" type veth \
            peer name "wire-$host" netns "$NET-wire"
        # Without this a frame is recorded before its checksum is filled in, or as one huge frame that never travelled.
        ip netns exec "$NET-$host" ethtool -K eth0 tx off rx off gso off gro off tso off >/dev/null
        ip netns exec "$NET-wire" ethtool -K "wire-$host" tx off rx off gso off gro off tso off >/dev/null
        $wire link set "wire-$host" master bridge up
        ip -n "$NET-$host" addr add "10.20.0.$octet/24" dev eth0
        ip -n "$NET-$host" link set eth0 up
        ip -n "$NET-$host" addr add "fd00:20::$octet/64" dev eth0 nodad
    done
}

network_down() {
    local host
    for host in $HOSTS wire; do
        ip netns del "$NET-$host" 2>/dev/null || true
    done
}

# Waits until a command succeeds: wait_for SECONDS COMMAND…
wait_for() {
    local left=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || { echo "record: waited in vain for: $*" >&2; return 1; }
        sleep 0.1
    done
}

# True when nobody has a TCP connection open any more (those in TIME-WAIT have said all they had to say).
network_quiet() {
    local host
    for host in $HOSTS; do
        [ -z "$(ip netns exec "$NET-$host" ss -Htn state connected exclude time-wait)" ] || return 1
    done
}
