# SPDX-License-Identifier: MIT
# A letter written in a webmail: webmail-writes.sh URL USER PASSWORD
set -eu
url=$1
. "${0%/*}/webmail.sh"

page "$url/"
log_in "$2" "$3"
page -L "$url/?_task=mail&_action=compose&_to=carol@alpha.example"
token=$(token)
id=$(sed -n 's/.*"compose_id":"\([^"]*\)".*/\1/p' page | head -1)
from=$(tr '\n' ' ' <page | sed -n 's/.*<select[^>]* name="_from"[^>]*> *<option value="\([0-9]*\)".*/\1/p')
page --data '_task=mail&_action=send&_framed=1&_draft_saveid=&_attachments=&_is_html=0&_charset=UTF-8&_store_target=Sent&_priority=0' \
    --data-urlencode "_token=$token" --data-urlencode "_id=$id" --data-urlencode "_from=$from" \
    --data-urlencode '_to=Carol <carol@alpha.example>' --data-urlencode '_cc=' --data-urlencode '_bcc=' \
    --data-urlencode '_subject=Do navegador: ação e reação' --data-urlencode '_message=Olá, Carol!

Esta carta foi escrita numa página.' "$url/?_task=mail&_action=send"
grep -q 'sent_successfully' page
page "$url/?_task=logout&_token=$token"
