# SPDX-License-Identifier: MIT
# What every recording has in common: start the capture, run the clients, stop, tell what was done. Sourced by `record`.
#
#   begin FILE HOST FILTER [OPTION…]   tcpdump for .pcap, dumpcap for .pcapng; `-i eth0` unless an option says otherwise
#   about TITLE SERVERS TEXT           what a reader should know, and which servers speak
#   client HOST LINE                   a shell line in that host, which must succeed; client_refused: must fail
#   client_stays HOST LINE             the same in the background, until client_ends
#   finish [big-endian | secrets]      waits for the last FIN, writes the capture and its .md

CAPTURE_PID=
CLIENT_PID=

# Each host has a home folder with the messages in it, so that no path of this machine is ever needed.
session_files() {
    local host
    for host in alice bob alpha beta gamma web; do
        mkdir -p "$WORK/box/$host"
        cp -r "$HERE/messages" "$HERE/config" "$HERE/clients" "$WORK/box/$host/"
        chmod 755 "$WORK/box" "$WORK/box/$host"
    done
    mkdir -p "$WORK/raw"
}

begin() {
    local options=("${@:4}") i
    FILE=$1 AT=$2 FILTER=$3 TITLE='' TEXT='' SERVERS=
    COMMANDS=()
    [[ " ${options[*]} " == *" -i "* ]] || options=(-i eth0 "${options[@]}")
    case $FILE in
        *.pcapng) RECORDER=dumpcap options=(-q "${options[@]}") ;;
        *) RECORDER=tcpdump options=(-n -U --immediate-mode "${options[@]}") ;;
    esac
    RECORDED="$RECORDER"
    for i in "${options[@]}"; do
        [[ $i == *' '* ]] && i="'$i'"
        RECORDED+=" $i"
    done
    rm -f "$WORK/raw/log"
    # With dumpcap the filter is an option and holds for the interfaces named after it.
    if [ $RECORDER = dumpcap ]; then
        [ -z "$FILTER" ] || { options=(-f "$FILTER" "${options[@]}"); RECORDED="dumpcap -f '$FILTER'${RECORDED#dumpcap}"; }
        RECORDED+=" -w $FILE"
        enter "$AT" dumpcap "${options[@]}" -w "$WORK/raw/$FILE" 2>"$WORK/raw/log" &
    else
        RECORDED+=" -w $FILE '$FILTER'"
        enter "$AT" tcpdump -Z root "${options[@]}" -w "$WORK/raw/$FILE" "$FILTER" 2>"$WORK/raw/log" &
    fi
    CAPTURE_PID=$!
    wait_for 10 grep -qE 'listening on|^File:' "$WORK/raw/log"
    sleep 0.3
}

about() {
    TITLE=$1 SERVERS=$2 TEXT=$3
}

run_client() {
    local host=$1 line=$2
    COMMANDS+=("$host\$ $line")
    on "$host" env -i PATH="$PATH" HOME="$WORK/box/$host" LC_ALL=C.UTF-8 TZ=UTC TERM=xterm USER="$host" LOGNAME="$host" \
        sh -c "cd && $line" >>"$WORK/clients.log" 2>&1
}

client() {
    run_client "$@" || { echo "record: $FILE: this should have worked: $2" >&2; tail -20 "$WORK/clients.log" >&2; exit 1; }
}

client_refused() {
    ! run_client "$@" || { echo "record: $FILE: this should have been refused: $2" >&2; exit 1; }
}

# A client that runs on while others speak, until client_ends (or the end of everything).
client_stays() {
    local host=$1 line=$2
    COMMANDS+=("$host\$ $line &")
    enter "$host" env -i PATH="$PATH" HOME="$WORK/box/$host" LC_ALL=C.UTF-8 TZ=UTC sh -c "cd && exec $line" >>"$WORK/clients.log" 2>&1 &
    CLIENT_PID=$!
}

client_ends() {
    [ -n "$CLIENT_PID" ] || return 0
    kill "$CLIENT_PID" 2>/dev/null || true
    wait "$CLIENT_PID" 2>/dev/null || true
    CLIENT_PID=
}

# fetchmail wants a control file that nobody else can read: fetchmail_control HOST SERVER PROTOCOL USER PASSWORD [WORDS]
fetchmail_control() {
    local file=$WORK/box/$1/.fetchmailrc
    printf 'poll "%s" protocol %s auth password user %s password %s sslproto "" fetchall mda "cat >>letters"%s\n' \
        "$2" "$3" "$4" "$5" "${6:+ $6}" >"$file"
    chmod 600 "$file"
    COMMANDS+=("$1\$ cat .fetchmailrc" "$(cat "$file")")
}

# mutt reads a key list in place of a keyboard: mutt_box HOST KEYS [SETTING…]
mutt_box() {
    local rc=$WORK/box/$1/muttrc setting
    cp "$HERE/config/muttrc" "$rc"
    for setting in "${@:3}"; do
        printf 'set %s\n' "$setting" >>"$rc"
        COMMANDS+=("# muttrc: set $setting")
    done
    [ -z "$2" ] || { printf 'push "%s"\n' "$2" >>"$rc"; COMMANDS+=("# keys: $2"); }
}

# A step that is told in the .md but is no command of a client: step TEXT COMMAND…
step() {
    COMMANDS+=("# $1")
    shift
    "$@"
}

capture_stop() {
    [ -n "$CAPTURE_PID" ] || return 0
    kill -INT "$CAPTURE_PID" 2>/dev/null || true
    wait "$CAPTURE_PID" 2>/dev/null || true
    CAPTURE_PID=
CLIENT_PID=
}

finish() {
    local raw=$WORK/raw/$FILE
    wait_for 20 network_quiet
    sleep 0.5
    capture_stop
    case $FILE in
        *.pcapng)
            if [ "${1:-}" = secrets ]; then
                editcap --inject-secrets "tls,$WORK/box/keys" "$raw" "$raw.keyed"
                mv "$raw.keyed" "$raw"
                RECORDED+="; editcap --inject-secrets tls,KEYS"
            fi
            /usr/bin/python3 "$HERE/recast.py" scrub "$raw" "$OUT/$FILE"
            ;;
        *)
            if [ "${1:-}" = big-endian ]; then
                /usr/bin/python3 "$HERE/recast.py" big-endian "$raw" "$OUT/$FILE"
                RECORDED+="; recast.py big-endian"
            else
                cp "$raw" "$OUT/$FILE"
            fi
            [ "${1:-}" != secrets ] || cp "$WORK/box/keys" "$OUT/${FILE%.pcap}.keys"
            ;;
    esac
    chmod 644 "$OUT/$FILE"
    write_notes "$OUT/${FILE%.*}.md"
}

version_of() {
    dpkg-query -W -f '${Version}' "$1"
}

# The programs a recording names, with their versions.
programs() {
    local word package seen=' ' words="${COMMANDS[*]} $RECORDED $SERVERS"
    for word in tcpdump dumpcap editcap swaks curl msmtp mpop fetchmail mutt mbsync python3 s-nail getmail sylpheed exim OpenSMTPD Courier Roundcube PHP \
        Postfix Dovecot dnsmasq; do
        [[ $words == *"$word"* ]] || continue
        case $word in
            dumpcap | editcap) package=wireshark-common ;;
            mbsync) package=isync ;;
            Postfix) package=postfix ;;
            Dovecot) package=dovecot-core ;;
            dnsmasq) package=dnsmasq-base ;;
            getmail) package=getmail6 ;;
            sylpheed | OpenSMTPD | Courier | Roundcube | PHP) seen+="$word $(unpacked_version "$word"), "; continue ;;
            *) package=$word ;;
        esac
        [ "$word" = exim ] && { seen+="Exim $(sed -n 's/^Exim version \([0-9.]*\).*/\1/p' "$WORK/exim/version"), "; continue; }
        seen+="$word $(version_of "$package"), "
    done
    echo "${seen:1:-2}"
}

write_notes() {
    local command
    {
        printf '# %s: %s\n%s\n\n## How it was recorded\n' "$FILE" "$TITLE" "$TEXT"
        printf -- '- With: %s\n- On `%s`: `%s`\n' "$(programs)" "$(host_name "$AT")" "$RECORDED"
        printf -- '- Recorder: `tests/interop/record` (network, server configuration and messages are in that folder)\n\n```\n'
        for command in "${COMMANDS[@]}"; do
            printf '%s\n' "$command"
        done
        printf '```\n\n'
        /usr/bin/python3 "$HERE/describe.py" facts "$OUT/$FILE"
    } >"$1"
}
