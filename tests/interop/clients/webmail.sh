# SPDX-License-Identifier: MIT
# A browser without pictures, style sheets and scripts: page [OPTION…] URL, token, log_in USER PASSWORD [OPTION…]. Sourced by webmail-*.sh.

rm -f cookies page

page() {
    curl -sS -b cookies -c cookies -A 'Mozilla/5.0 (curl)' -H 'Accept: text/html' -H 'Accept-Language: en' -o page "$@"
}

# What a page wants to see again with the next form.
token() {
    sed -n 's/.*"request_token":"\([^"]*\)".*/\1/p' page | head -1
}

log_in() {
    user=$1 password=$2
    shift 2
    page "$@" --data-urlencode "_token=$(token)" --data '_task=login&_action=login&_timezone=America/Sao_Paulo&_url=' \
        --data-urlencode "_user=$user" --data-urlencode "_pass=$password" "$url/?_task=login"
}
