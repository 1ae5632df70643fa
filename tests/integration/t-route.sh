#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Requests on their way: names, certificates, HTTP/2, WebSocket, headers that can be trusted, pages when nobody answers, no reload in a push.
# suites: bookworm trixie
# timeout: 400
. "${0%/*}/lib/lib.sh"

code() { ask "$1" "${2:-/}" -o /dev/null -w '%{http_code}' "${@:3}"; }
headers() { ask "$1" "${2:-/}" -o /dev/null -D - "${@:3}" | tr -d '\r'; }
worker() { inlab sh -c 'pgrep -P "$(systemctl show -P MainPID paas-router.service)" | sort | tr "\n" " "' </dev/null; }
pid_of() { paas ps --json -a "$1" </dev/null | jq -r '.[0].pid // empty'; }

setup_paas
mkdir -p "$TMPDIR/echo"
cat >"$TMPDIR/echo/app.py" <<'PY'
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        body = (self.requestline + '\n' + ''.join(f'{k.lower()}: {v}\n' for k, v in self.headers.items())).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
PY
printf 'web: until [ -z "$WAIT" ] || [ -e /tmp/go ]; do read -rt 0.1 <> <(:); done; exec python3 app.py\n' >"$TMPDIR/echo/Procfile"
ask nothing.$DOMAIN >/dev/null 2>&1      # fetches the certificate of the authority

# --- pages when nobody answers
like 'an unknown host: 404' "$(headers unknown.$DOMAIN)" '^HTTP/[0-9.]+ 404.*[Xx]-[Pp]aas-[Ee]rror: unknown-host'
new_app routed
page=$(headers routed)
like 'nothing deployed: 503' "$page" '^HTTP/[0-9.]+ 503.*[Xx]-[Pp]aas-[Ee]rror: H14'
like 'with Retry-After' "$page" '[Rr]etry-[Aa]fter: [0-9]+'
page=$(ask routed / -H 'Accept: text/html')
like 'for people' "$page" '<html|<!doctype'
like 'it names the application' "$page" 'The application routed exists'
is 'for programs' "$(ask routed / -H 'Accept: application/json' | jq -r type)" object

# --- the first push makes no reload; while it starts there is a page
before=$(worker)
paas config:set -a routed WAIT=yes >/dev/null 2>&1 </dev/null
push "$TMPDIR/echo" routed >"$TMPDIR/push.log" 2>&1 </dev/null &
pushing=$!
within 60 'its process is there, and waits' eval '[ -n "$(pid_of routed)" ]'
# until it has a /tmp of its own this is the host's
while kill -0 $pushing 2>/dev/null; do inlab touch "/proc/$(pid_of routed)/root/tmp/go" </dev/null 2>/dev/null; sleep 0.1; done
wait $pushing; is 'the push goes well' $? 0
like 'it answers' "$(ask routed)" '^GET / HTTP/1.1'
paas config:unset -a routed WAIT >/dev/null 2>&1 </dev/null
is 'no reload in any of it' "$(worker)" "$before"

# --- headers
sent=(-H 'X-Forwarded-For: 6.6.6.6' -H 'X-Forwarded-Proto: gopher' -H 'X-Forwarded-Port: 666' -H 'X-Forwarded-Host: evil.example' -H 'X-Request-Id: forged-id'
        -H 'X-Request-Start: 1' -H 'X_Forwarded_For: 6.6.6.6' -H 'Forwarded: for=6.6.6.6' -H 'X-Real-IP: 6.6.6.6' -H 'Proxy: http://evil.example' -H 'X-Mine: kept')
got=$(ask routed '/a/b?c=d' "${sent[@]}")
like 'the path arrives' "$got" '^GET /a/b\?c=d HTTP/1.1'
like 'the host arrives' "$got" "host: routed\.$DOMAIN"
like "the client's own headers arrive" "$got" 'x-mine: kept'
unlike 'nothing forged arrives' "$got" '6\.6\.6\.6|gopher|-port: 666|evil\.example|forged-id'
like 'X-Forwarded-For is the client' "$got" 'x-forwarded-for: (127\.0\.0\.1|::1)('$'\n''|$)'
like 'X-Forwarded-Proto' "$got" 'x-forwarded-proto: https'
like 'X-Forwarded-Port' "$got" 'x-forwarded-port: 443'
like 'X-Request-Start in milliseconds' "$got" 'x-request-start: [0-9]{13}'$'\n'
like 'X-Request-Id is a new uuid' "$got" 'x-request-id: [0-9a-f]{8}-[0-9a-f]{4}-'
like 'Via' "$got" 'via: 1\.1 paas'
plain=$("$LAB" net --name "$NAME" -- curl -sS -H "Host: routed.$DOMAIN" -H 'X-Forwarded-Proto: https' http://127.0.0.1/)
like 'over HTTP the scheme is http' "$plain" 'x-forwarded-proto: http'$'\n'
id=$(sed -n 's/^x-request-id: //p' <<<"$got")
within 10 "the router's log has the request" eval 'paas logs -a routed --source router -n 50 </dev/null | grep -q "path=\"/a/b\" .*request_id=$id"'
unlike 'without its query' "$(paas logs -a routed --source router -n 50 </dev/null)" 'c=d'

# --- HTTP/2
is 'HTTP/2' "$(ask routed / --http2 -o /dev/null -w '%{http_version}')" 2
like 'HTTP/1' "$(ask routed / --http1.1 -o /dev/null -w '%{http_version}')" '^1(\.[01])?$'

# --- names of its own
name=www.routed-$RANDOM.example
like 'a name that nobody added' "$(headers "$name" / -k)" ' 404'
succeeds 'domains:add' paas domains:add "$name" -a routed
like 'domains lists it' "$(paas domains -a routed </dev/null)" "$name"
within 10 'it answers, with a certificate of the local authority' eval '[ "$(code "$name")" = 200 ]'
new_app other
fails 'a name can belong to one application only' paas domains:add "$name" -a other
like 'the message names it' "$output" routed
fails 'no name below the base domain' paas domains:add "x.$DOMAIN" -a other
for bad in 'a b' '-x.example' 'x..example' 'http://x.example' 'x' "$(printf 'a%.0s' {1..64}).example"; do fails "domains:add ${bad:0:20} is refused" paas domains:add -a other -- "$bad"; done
succeeds 'a wildcard' paas domains:add "*.$name" -a other
within 20 'matches one label' eval 'headers "sub.$name" | grep -qi "x-paas-error: h14"' || note "$(headers "sub.$name" / 2>&1)"
like 'and no two' "$(headers "a.sub.$name" / -k)" ' 404'
like 'the exact name is as before' "$(ask "$name")" "host: $name"
succeeds 'domains:remove' paas domains:remove "$name" -a routed
within 10 'then it is unknown' eval '[ "$(ask "$name" / -k -o /dev/null -w "%{http_code}")" = 404 ]'
is 'its certificate goes with it' "$(inlab ls /var/lib/paas/router/certs | grep -Fx "$name.pem")" ''
fails 'removing it twice' paas domains:remove "$name" -a routed

# --- a second push: no reload, no failed request; a WebSocket that is open goes on
new_app socket
succeeds 'push of the WebSocket sample' push tests/apps/websocket socket
before=$(worker)
coproc client { "$LAB" net --name "$NAME" -- python3 "$TREE/tests/integration/lib/websocket.py" "socket.$DOMAIN" "$TMPDIR/ca.pem" one - two; }
read -rt 20 line <&"${client[0]}"; is 'a WebSocket opens' "$line" open
read -rt 20 line <&"${client[0]}"; is 'and echoes' "$line" one
paas config:set -a socket A=1 >"$TMPDIR/set.log" 2>&1 </dev/null &
setting=$!
within 30 'while it is replaced' eval '[ "$(paas ps --json -a socket </dev/null | jq length)" = 2 ] || ! kill -0 $setting'
echo >&"${client[1]}"
read -rt 20 line <&"${client[0]}"; is 'an open one goes on' "$line" two
wait $setting
is 'without a reload' "$(worker)" "$before"

# --- stopped
paas ps:stop web -a routed >/dev/null 2>&1 </dev/null
within 40 'stopped: 503 H14' eval 'headers routed | grep -qi "x-paas-error: h14"'
for app in routed other socket; do paas apps:destroy -a "$app" --confirm "$app" >/dev/null 2>&1 </dev/null; done
finish
