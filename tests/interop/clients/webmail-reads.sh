# SPDX-License-Identifier: MIT
# A visit to a webmail, a page a line: webmail-reads.sh URL USER PASSWORD
set -eu
url=$1
. "${0%/*}/webmail.sh"

page "$url/"
log_in "$2" looking-glass
log_in "$2" "$3" -L
token=$(token)
page -H 'X-Requested-With: XMLHttpRequest' -H "X-Roundcube-Request: $token" "$url/?_task=mail&_action=list&_layout=widescreen&_mbox=INBOX&_refresh=1&_remote=1"
page "$url/?_task=mail&_mbox=INBOX&_uid=2&_action=show"
grep -q 'vamos estudar' page
page -L "$url/?_task=logout&_token=$token"
