#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each sample application is pushed and asked over HTTPS (node, which needs npm's packages: t-apps-net).
# suites: bookworm trixie
# timeout: 600
. "${0%/*}/lib/lib.sh"

# state PROCESS APP: as `paas ps` shows it
state() { paas ps --json -a "$2" </dev/null | jq -r --arg p "$1" '.[] | select(.name == $p) | .state'; }
is_state() { [ "$(state "$1" "$2")" = "$3" ]; }

setup_paas

# --- Python, the standard library
new_app apps-hello
succeeds 'hello-python: push' push tests/apps/hello-python apps-hello
like 'the push shows the pack' "$output" 'remote: -----> Python app detected'
like 'the push ends with release and address' "$output" 'v1.*https://apps-hello\.'"$DOMAIN"
is 'hello-python answers' "$(ask apps-hello)" 'Hello from web.1'
is 'it answers on plain HTTP too' "$("$LAB" net --name "$NAME" -- curl -sS -H "Host: apps-hello.$DOMAIN" http://127.0.0.1/)" 'Hello from web.1'

# --- Python with vendored wheels, made from Debian's packages of the very suite
new_app apps-wheels
mkdir -p "$TMPDIR/wheels"
cp -a "$TREE/tests/apps/wheels-python/." "$TMPDIR/wheels/"
inlab sh -c 'rm -rf /root/wheels && mkdir /root/wheels && cat >/root/wheels/prepare' <"$TREE/tests/apps/wheels-python/prepare"
succeeds 'wheels-python: the wheels are made' inlab python3 /root/wheels/prepare /root/wheels
inlab tar -C /root/wheels -c vendor </dev/null | tar -C "$TMPDIR/wheels" -x
rm -f "$TMPDIR/wheels/.gitignore"
succeeds 'wheels-python: push' push "$TMPDIR/wheels" apps-wheels
like 'gunicorn answers' "$(ask apps-wheels)" '^gunicorn [0-9.]+ serves apps-wheels$'
like 'on a socket that systemd holds, as its pack says' "$(paas ps:listen -a apps-wheels)" 'web +socket +auto'

# --- C, built by make
new_app apps-c
succeeds 'c-make: push' push tests/apps/c-make apps-c
is 'c-make answers' "$(ask apps-c)" 'Hello from C'

# --- WebSocket
new_app apps-ws
succeeds 'websocket: push' push tests/apps/websocket apps-ws
is 'a plain request is answered' "$(ask apps-ws)" 'Connect with a WebSocket: every message comes back.'
is 'every message comes back' "$("$LAB" net --name "$NAME" -- python3 "$TREE/tests/integration/lib/websocket.py" "apps-ws.$DOMAIN" "$TMPDIR/ca.pem" \
        'eins' 'zwei – ✓' '*200' '*100000' 2>&1)" $'open\neins\nzwei – ✓\n200\n100000\nclosed'

# --- a static site
new_app apps-static
succeeds 'static-site: push' push tests/apps/static-site apps-static
site() { ask apps-static "$1" -o /dev/null -D - "${@:2}" | tr -d '\r'; }
header_of() { sed -n "s/^$1: //Ip" <<<"$2"; }
like 'the index' "$(ask apps-static)" 'A static site'
like 'a clean URL' "$(ask apps-static /about)" 'About this site'
like 'an index of a directory' "$(ask apps-static /guide/)" 'The guide'
plain=$(site /assets/site.css) packed=$(site /assets/site.css -H 'Accept-Encoding: gzip')
like 'a plain answer has its length' "$(header_of content-length "$plain")" '^[0-9]+$'
like 'a media type' "$(header_of content-type "$plain")" '^text/css'
is 'a header of static.json' "$(header_of cache-control "$plain")" 'public, max-age=31536000, immutable'
is 'and one for all' "$(header_of x-content-type-options "$plain")" nosniff
is 'gzip when asked for' "$(header_of content-encoding "$packed")" gzip
is 'and only then' "$(header_of content-encoding "$plain")" ''
is 'unpacked it is the same' "$(ask apps-static /assets/site.css --compressed | sha256sum)" "$(sha256sum <"$TREE/tests/apps/static-site/public/assets/site.css")"
etag=$(header_of etag "$plain")
like 'an ETag' "$etag" '^(W/)?"[^"]+"$'
like 'what is not modified is not sent again' "$(site /assets/site.css -H "If-None-Match: $etag")" '^HTTP/[0-9.]+ 304'
is 'a range' "$(ask apps-static /assets/site.css -H 'Range: bytes=3-6')" 'Long'
like 'is 206' "$(site /assets/site.css -H 'Range: bytes=3-6')" '^HTTP/[0-9.]+ 206'
like 'behind the end it is 416' "$(site /assets/site.css -H 'Range: bytes=999999-')" '^HTTP/[0-9.]+ 416'
like 'what is missing is 404' "$(site /no/such/page)" '^HTTP/[0-9.]+ 404'
like "with the site's own page" "$(ask apps-static /no/such/page)" 'There is no such page'
like 'one page for many paths' "$(ask apps-static /app/anything/at/all)" 'One page for many paths'
like 'which is 200' "$(site /app/anything/at/all)" '^HTTP/[0-9.]+ 200'
like 'no way out of the site' "$(site /../../../etc/passwd --path-as-is)" '^HTTP/[0-9.]+ 40[04]'
like "the tree's own files are not served" "$(site /static.json)" '^HTTP/[0-9.]+ 404'

# --- several types: formation of app.json, a worker, a process that crashes
new_app apps-mixed
succeeds 'mixed: push' push tests/apps/mixed apps-mixed
is 'its web process answers' "$(ask apps-mixed)" 'web.1 answers'
is 'app.json says that a worker runs, nothing that the crasher does' \
        "$(paas ps --json -a apps-mixed </dev/null | jq -r '[.[].name] | sort | join(" ")')" 'web.1 worker.1'
within 20 'the worker works' eval 'paas logs -a apps-mixed --ps worker </dev/null | grep -q "app\[worker.1\]: tick .* of worker.1"'
paas ps:scale crasher=1 -a apps-mixed >/dev/null 2>&1 </dev/null
within 60 'five exits in a minute: it is shown as crashed' is_state crasher.1 apps-mixed crashed
crashed=$(paas ps -a apps-mixed </dev/null)
like 'with its last lines' "$crashed" 'last lines of crasher\.1:.*about to crash'
is 'the others run' "$(state web.1 apps-mixed) $(state worker.1 apps-mixed)" 'up up'
is 'and answer' "$(ask apps-mixed)" 'web.1 answers'
paas ps:scale crasher=0 -a apps-mixed >/dev/null 2>&1 </dev/null
within 30 'scaled to nothing it is gone' eval '[ -z "$(state crasher.1 apps-mixed)" ]'

# --- a host on which the sandbox of a build cannot be made
inlab sh -c 'd=/etc/systemd/system/paas-build-apps_mixed-.service.d; mkdir -p $d; printf "[Service]\nRootDirectory=/nowhere\n" >$d/99-test.conf; systemctl daemon-reload'
fails 'a build that systemd cannot start' paas ps:rebuild -a apps-mixed
like 'says so, and where to look' "$output" 'systemd could not start the build \(status 2[0-9]+\): journalctl -u paas-build-apps_mixed-[0-9]+\.service'
is 'what runs goes on' "$(ask apps-mixed)" 'web.1 answers'
inlab sh -c 'rm -r /etc/systemd/system/paas-build-apps_mixed-.service.d; systemctl daemon-reload'

for app in apps-hello apps-wheels apps-c apps-ws apps-static apps-mixed; do
        paas apps:destroy -a "$app" --confirm "$app" >/dev/null 2>&1 </dev/null || not_ok "apps:destroy $app"
done
like 'a destroyed application answers no more' "$(ask apps-hello / -o /dev/null -w '%{http_code}')" 404
finish
