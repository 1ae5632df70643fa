# Sourced by the integration tests in shell. A test prints `ok - what` or `not ok - what` lines and ends with `finish`.
# tests/run gives: LAB (the lab script), NAME (the lab), SUITE, FLAVOUR (release|sanitize), TREE (the source tree), TMPDIR (of this test).
#
#   . "${0%/*}/lib/lib.sh"
#   setup_paas; new_app blog
#   succeeds 'a push of the sample' push tests/apps/hello-python blog
#   is 'it answers' "$(ask blog)" 'Hello'
#   finish
# shellcheck shell=bash

set -uo pipefail
: "${LAB:?run it by tests/run}" "${NAME:?}" "${TREE:?}"
TMPDIR=${TMPDIR:-$(mktemp -d)}
export DOMAIN=${DOMAIN:-paas.test}
lib_failed=0

ok() { printf 'ok - %s\n' "$*"; }
not_ok() { lib_failed=1; printf 'not ok - %s\n' "$*"; }
note() { sed 's/^/# /' <<<"$*"; }
skip() { printf 'ok - %s # SKIP %s\n' "$1" "${2:-}"; }
finish() { exit "$lib_failed"; }

# is WHAT GOT WANTED; like WHAT GOT REGEX; unlike WHAT GOT REGEX
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1"; note "got:    $2"; note "wanted: $3"; fi; }
like() { if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1"; note "got: $2"; note "wanted a match of: $3"; fi; }
unlike() { if [[ ! $2 =~ $3 ]]; then ok "$1"; else not_ok "$1"; note "got: $2"; note "wanted no match of: $3"; fi; }

# succeeds WHAT CMD…; fails WHAT CMD…: what it printed is in $output, its exit code in $status
succeeds() { run "${@:2}"; if [ "$status" = 0 ]; then ok "$1"; else not_ok "$1 (exit code $status)"; note "$output"; fi; }
fails() { run "${@:2}"; if [ "$status" != 0 ]; then ok "$1"; else not_ok "$1 (it succeeded)"; note "$output"; fi; }
run() { output=$("$@" 2>&1 </dev/null); status=$?; }

# within SECONDS WHAT CMD…: waits until CMD succeeds
within() {
        local what=$2 end=$((SECONDS + $1))
        shift 2
        until "$@" >/dev/null 2>&1; do
                if [ $SECONDS -ge $end ]; then not_ok "$what"; return 1; fi
                sleep 0.1
        done
        ok "$what"
}

inlab() { "$LAB" run --name "$NAME" -- "$@"; }              # as root inside, input passed on
paas() { inlab paas "$@"; }
push() { (cd "$TREE" && "$LAB" push --name "$NAME" "$@"); }  # push DIR APP [git push arguments]
remote() { "$LAB" net --name "$NAME" -- ssh -F "$("$LAB" ssh-config --name "$NAME")" -o ProxyCommand=none paas-lab "$@"; }  # paas verbs over ssh

# The server set up, with the lab's key as that of `you`; does nothing the second time.
setup_paas() {
        local key
        key=$("$LAB" key --name "$NAME")
        inlab sh -c 'cat >/root/you.pub' <"$key"
        paas setup --domain "$DOMAIN" --admin you --key /root/you.pub >"$TMPDIR/setup.log" 2>&1 </dev/null ||
                { not_ok 'paas setup'; note "$(<"$TMPDIR/setup.log")"; exit 1; }
        within 90 "the router has the domain's certificate" eval 'paas router --json </dev/null | jq -e ".reload_planned | not"'
}
new_app() {                    # without what an earlier run left under that name
        paas apps:destroy -a "$1" --confirm "$1" >/dev/null 2>&1 </dev/null
        paas apps:create "$1" >/dev/null </dev/null || { not_ok "apps:create $1"; exit 1; }
}

# ask APP-or-HOST [PATH] [curl arguments]: over HTTPS through the router, as another computer would, checking the certificate
ask() {
        local host=$1 path=${2:-/} ca=$TMPDIR/ca.pem
        shift; [ $# = 0 ] || shift
        [[ $host == *.* ]] || host=$host.$DOMAIN
        [ -s "$ca" ] || inlab cat /var/lib/paas/authority/ca.pem >"$ca" </dev/null
        "$LAB" net --name "$NAME" -- curl -sS --max-time 30 --cacert "$ca" --resolve "$host:443:127.0.0.1" --resolve "$host:80:127.0.0.1" "$@" "https://$host$path"
}

# A copy of a sample application as a repository of its own to change and push: repo SAMPLE DIR
repo() {
        mkdir -p "$2"
        cp -a "$TREE/tests/apps/$1/." "$2/"
        git -C "$2" init -q -b main
        commit "$2" first
}
commit() { git -C "$1" add -A -f; git -C "$1" -c user.name=Developer -c user.email=developer@example.com commit -q --allow-empty -m "$2"; }
