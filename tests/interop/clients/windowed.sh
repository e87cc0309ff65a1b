# SPDX-License-Identifier: MIT
# A program with windows where there is no screen; it is ended when three letters lie in Mail/inbox: windowed.sh COMMAND…
set -eu
export TMPDIR="$HOME/tmp" NO_AT_BRIDGE=1
mkdir -p "$TMPDIR"
rm -f screen
mkfifo screen
Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp -noreset 3>screen 2>/dev/null &
screen=$!
trap 'kill $screen' EXIT
read -r number <screen
DISPLAY=":$number" "$@" &
program=$!
tries=150
until [ "$(find Mail/inbox -type f -name '[0-9]*' | wc -l)" -ge 3 ] || [ $tries -eq 0 ]; do
    tries=$((tries - 1))
    sleep 0.1
done
sleep 2
kill $program || true
wait $program || true
[ $tries -gt 0 ]
