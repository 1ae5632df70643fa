#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Users and keys: who may do what, and that every change is recorded as its user's.
# suites: bookworm trixie
# timeout: 300
. "${0%/*}/lib/lib.sh"

new_key() { rm -f "$TMPDIR/$1" "$TMPDIR/$1.pub"; ssh-keygen -q -t ed25519 -N '' -C "$1@example.com" -f "$TMPDIR/$1"; }
# as KEY VERB…: over ssh with that key only; the line is what the client's shell would hand on
as() { "$LAB" net --name "$NAME" -- ssh -F "$("$LAB" ssh-config --name "$NAME")" -o ProxyCommand=none -o IdentitiesOnly=yes -o IdentityFile="$TMPDIR/$1" \
        -o ControlPath=none -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes paas@127.0.0.1 "${@:2}"; }
state_log() { inlab git -c safe.directory='*' -C /var/lib/paas/state.git log --all --format='%an <%ae>|%s' </dev/null; }

setup_paas
new_key ana; new_key ben; new_key eve
ana=t-ana-$RANDOM ben=t-ben-$RANDOM
new_app shared

# --- users and their keys
succeeds 'users:add' paas users:add "$ana" --email ana@example.com
succeeds 'another one' paas users:add "$ben"
fails 'a user that there is' paas users:add "$ana"
for bad in 'Ana!' '' 'a b' root '../x' "$(printf 'x%.0s' {1..80})"; do fails "users:add '${bad:0:20}' is refused" paas users:add "$bad"; done
output=$(inlab sh -c "paas keys:add --user $ana -" <"$TMPDIR/ana.pub" 2>&1) && ok 'keys:add from standard input' || { not_ok 'keys:add from standard input'; note "$output"; }
inlab sh -c 'cat >/root/ben.pub' <"$TMPDIR/ben.pub"
succeeds 'keys:add from a file' paas keys:add --user "$ben" /root/ben.pub
fails 'the same key for another user' paas keys:add --user "$ana" /root/ben.pub
fails 'what is no key' paas keys:add --user "$ana" /etc/hostname
like 'users lists them' "$(paas users </dev/null)" "$ana.*$ben|$ben.*$ana"
like 'with addresses' "$(paas users --json </dev/null)" 'ana@example\.com'
fingerprint=$(ssh-keygen -lf "$TMPDIR/ana.pub" | cut -d' ' -f2)
like 'keys shows the fingerprint' "$(paas keys --user "$ana" </dev/null)" "${fingerprint//+/\\+}"

# --- over ssh
succeeds 'a role for each' paas access:add "$ana" --role operator -a shared
succeeds 'and the other' paas access:add "$ben" --role operator -a shared
like 'a key that nobody added is refused' "$(as eve apps 2>&1 </dev/null)" 'Permission denied'
run as ana apps; is 'apps over ssh' "$status" 0; like 'lists them' "$output" shared
run as ana config:set -a shared "A='x y; \$z'"; is 'config:set over ssh' "$status" 0
is 'the value is as typed' "$(paas config:get A -a shared </dev/null)" 'x y; $z'
run as ana "config:set -a shared B=\"a  b\" C='it'\\''s' D=e\\ f 'E=*' F=~ G=\$HOME"; is 'quotes over ssh' "$status" 0
is 'arrive' "$(paas config -a shared --json </dev/null | jq -c '[.B, .C, .D, .E, .F, .G]')" '["a  b","it'"'"'s","e f","*","~","$HOME"]'
fails 'a shell' as ana 'sh -c id'
fails 'another program' as ana '/bin/ls'
fails 'a command behind a verb' as ana 'apps; id'
unlike 'is not run' "$output" 'uid='
fails 'a tunnel' timeout 10 "$LAB" net --name "$NAME" -- ssh -F none -i "$TMPDIR/ana" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes \
        -o ExitOnForwardFailure=yes -o LogLevel=ERROR -W 127.0.0.1:80 paas@127.0.0.1

# --- what a developer's key may not
for verb in "users:add t-mallory" "keys:add --user $ben" "keys:remove --user $ben $(ssh-keygen -lf "$TMPDIR/ben.pub" | cut -d' ' -f2)" 'setup --domain evil.example'; do
        output=$(as ana "$verb" <"$TMPDIR/eve.pub" 2>&1); status=$?
        is "$verb is refused" "$([ $status != 0 ] && echo refused)" refused
        like 'in words' "$output" '[a-z]+ [a-z]+ [a-z]+'
done
unlike 'nothing of it happened' "$(paas users </dev/null)" 't-mallory'
run as ana keys; like 'its own keys it may see' "$output" "${fingerprint//+/\\+}"
output=$(as ana keys:add <"$TMPDIR/eve.pub" 2>&1); is 'and add to' $? 0
run as eve apps; is 'the added key works at once' "$status" 0
run as ana keys:remove "$(ssh-keygen -lf "$TMPDIR/eve.pub" | cut -d' ' -f2)"; is 'and remove' "$status" 0
like 'the removed key is refused at once' "$(as eve apps 2>&1 </dev/null)" 'Permission denied'

# --- local users without rights
output=$(inlab setpriv --reuid=65534 --regid=65534 --clear-groups paas apps </dev/null 2>&1); status=$?
is 'nobody is refused' "$status" 3
like 'clearly' "$output" 'nobody|65534|root|paas-admin'
inlab useradd -M -G paas-admin t-operator 2>/dev/null
run inlab setpriv --reuid=t-operator --regid=t-operator --init-groups paas config:set -a shared BY=operator
is 'a member of paas-admin may act' "$status" 0

# --- everything is recorded as that user's
run as ben config:set -a shared BY=ben; is 'a change by ben' "$status" 0
log=$(state_log)
like "ana's change is ana's, with her address" "$log" "$ana <ana@example\.com>\|[^"$'\n'"]*A"
like "ben's is ben's" "$log" "$ben <[^>]*>\|"
like "the operator's is the operator's" "$log" 't-operator <[^>]*>\|'
like "root's is root's" "$log" 'root <[^>]*>\|'
like 'releases name them' "$(paas releases -a shared </dev/null)" "$ben"
git init -q -b main "$TMPDIR/pushed" && cp -a "$TREE/tests/apps/hello-python/." "$TMPDIR/pushed/" && commit "$TMPDIR/pushed" one
succeeds 'a push with a key of the lab' push "$TMPDIR/pushed" shared
is 'its release is that user'\''s' "$(paas releases -a shared --json </dev/null | jq -r '.[0].user')" you
inlab userdel t-operator </dev/null 2>/dev/null
paas apps:destroy -a shared --confirm shared >/dev/null 2>&1 </dev/null
finish
