#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# suites: bookworm trixie
# timeout: 600
# paas as one types it: on the server, over ssh, from a laptop. Values arrive as they were typed and stand on no command line; exit codes
# are those of paas(1); who may do what; what a terminal gets; what goes on while paasd is away.
. "${0%/*}/lib/lib.sh"
setup_paas

ssh_config=$("$LAB" ssh-config --name "$NAME")
export PAAS_SSH="$LAB net --name $NAME -- ssh -F $ssh_config -o ProxyCommand=none"
laptop() { (cd "$TMPDIR/laptop" && sh "$TREE/src/cli/paas-remote.sh" "$@"); }
code() { "$@" >/dev/null 2>&1 </dev/null; printf %s $?; }
inspect_as_nobody() { inlab setpriv --reuid=nobody --regid=nogroup --clear-groups "$@" </dev/null; }

new_app cli
mkdir -p "$TMPDIR/laptop"
repo hello-python "$TMPDIR/laptop"
git -C "$TMPDIR/laptop" remote add paas paas-lab:cli
succeeds 'a push' push "$TMPDIR/laptop" cli HEAD:refs/heads/main

# --- values, exact

value=$'two  words; $HOME `id` "quoted" it\'s\n\ttab, newline, \\ # not a comment \xc3\xa4 \xe4\xb8\xad'
succeeds 'config:set on the server' paas config:set "A=$value" EMPTY= --app cli
is 'config:get gives it back' "$(paas config:get A --app cli </dev/null)" "$value"
is 'the process has it' "$(ask cli /env/A)" "$value"
is 'and the empty one' "$(ask cli /env/EMPTY)" ''
succeeds 'config:set over ssh, quoted for a shell' remote "config:set B='x y; \$z' C=\"it's\" --app cli"
is 'the first' "$(remote config:get B --app cli </dev/null)" 'x y; $z'
is 'the second' "$(remote 'config:get C --app cli' </dev/null)" "it's"
succeeds 'config:set from a laptop' laptop config:set "D=$value" 'E=--x' </dev/null
is 'is as typed' "$(laptop config:get D </dev/null)" "$value"
is 'with "config get", too' "$(laptop config get E </dev/null)" '--x'
head -c 52000 /dev/urandom | base64 -w 0 | cut -c 1-65536 | sed "s/[A-F]/'/g" >"$TMPDIR/large"
succeeds 'a value of 64 KiB full of quotes' laptop config:set "LARGE=$(<"$TMPDIR/large")" </dev/null
is 'is exact' "$(laptop config:get LARGE </dev/null | cksum)" "$(cksum <"$TMPDIR/large")"
fails 'a larger one' laptop config:set "LARGE=x$(<"$TMPDIR/large")" </dev/null
like 'names the limit and the size' "$output" '65536.*65537|65537.*65536'
unlike 'and not the value' "$output" "$(cut -c 1-40 "$TMPDIR/large" | tr -d "'" | cut -c 1-20)"
is 'config --shell is for a shell' "$(paas config --shell --app cli </dev/null | { eval "$(cat)"; printf %s "$A"; })" "$value"
is 'config --json is JSON' "$(paas config --json --app cli </dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["A"], end="")')" "$value"
succeeds 'config:unset' remote config:unset LARGE D E --app cli
is 'one release for all' "$(paas releases --json --app cli </dev/null | grep -c '"version"')" "$(paas releases --json --app cli </dev/null | sed -n 's/.*"version": \([0-9]*\).*/\1/p' | head -1)"

# --- no process title shows a value

inlab sh -c 'while :; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " "; done | grep -a -o -m 1 "[s]ecretvalue" >/tmp/titles' </dev/null &
watcher=$!
for n in 1 2 3; do remote "config:set S=secretvalue$n --app cli" >/dev/null 2>&1 </dev/null; done
inlab sh -c 'for p in /proc/[0-9]*/cmdline; do :; done; kill $(pgrep -f "[w]hile :; do cat /proc")' </dev/null
wait "$watcher" 2>/dev/null
is 'no command line on the server had the value' "$(inlab cat /tmp/titles </dev/null)" ''

# --- exit codes, as paas(1) lists them

is '0: done' "$(code remote ps --app cli)" 0
is '1: it failed' "$(code remote apps:create cli)" 1
is '2: not used as it is meant' "$(code remote nosuchverb)" 2
is '2: an open quote' "$(code remote "config:set A='x")" 2
is '3: not permitted' "$(inspect_as_nobody sh -c 'paas apps >/dev/null 2>&1; echo $?')" 3
is '4: no such thing' "$(code remote ps --app nosuch)" 4
is '4: a config var that is not set' "$(code remote config:get NOSUCH --app cli)" 4
like 'a stranger on the host is told who may' "$(inspect_as_nobody paas apps 2>&1)" 'paas-admin'

# --- the account

is 'no shell' "$(code remote 'sh -c id')" 2
is 'no sftp' "$(code remote sftp)" 2
like 'without a command: help' "$(remote </dev/null)" 'apps:create'
like 'a command pasted from a hint, with paas in front' "$(remote paas apps 2>&1)" cli
fails 'no forwarding' timeout 20 "$LAB" net --name "$NAME" -- ssh -F "$ssh_config" -o ProxyCommand=none -o ExitOnForwardFailure=yes -W 127.0.0.1:22 paas-lab
fails 'no repository elsewhere' env GIT_SSH_COMMAND="$PAAS_SSH" git ls-remote paas-lab:../state.git
like 'it says what a repository is' "$output" 'called like its application'
fails 'no file of the server as a key' remote keys:add /etc/passwd
like 'but standard input' "$output" 'standard input'

# --- users and keys

ssh-keygen -q -t ed25519 -N '' -C ben -f "$TMPDIR/ben"
paas users:add ben --email ben@example.com >/dev/null </dev/null
is 'a key from a laptop' "$(laptop keys:add --user ben "$TMPDIR/ben.pub" | cut -d: -f1)" 'Added SHA256'
ben() { "$LAB" net --name "$NAME" -- ssh -F "$ssh_config" -o ProxyCommand=none -o IdentityFile="$TMPDIR/ben" -i "$TMPDIR/ben" -o IdentitiesOnly=yes paas-lab "$@"; }
# ssh offers the lab's key first: a configuration with ben's alone
sed "s|IdentityFile .*|IdentityFile $TMPDIR/ben|" "$ssh_config" >"$TMPDIR/ben-config"
ben() { "$LAB" net --name "$NAME" -- ssh -F "$TMPDIR/ben-config" -o ProxyCommand=none paas-lab "$@"; }
is 'acts on no application without a role' "$(code ben config:set BY=ben --app cli)" 3
paas access:add ben --role operator --app cli >/dev/null </dev/null
succeeds 'acts on it with one' ben config:set BY=ben --app cli
like 'as that user' "$(paas releases --json --app cli </dev/null | head -40)" '"user": "ben"'
is 'but not on users' "$(code ben users:add eve)" 3
is 'nor on keys of others' "$(code ben keys --user you)" 3
like 'own keys are listed' "$(ben keys </dev/null)" 'SHA256:.* ben'
succeeds 'a key is removed' paas keys:remove "$(paas keys --user ben --json </dev/null | sed -n 's/.*"fingerprint": "\(.*\)",*/\1/p')" --user ben
is 'and opens nothing any more' "$(code ben apps)" 255

# --- terminals

tty() { "$LAB" net --name "$NAME" -- ssh -tt -F "$ssh_config" -o ProxyCommand=none paas-lab "$@" </dev/null 2>/dev/null; }
like 'colours on a terminal' "$(tty ps --app cli)" $'\033\\[1m'
unlike 'none elsewhere' "$(remote ps --app cli </dev/null)" $'\033'
remote "config:set X='a$(printf '\033')[2Jb' --app cli" >/dev/null 2>&1 </dev/null
unlike 'control characters in a table are shown, not sent' "$(tty config --app cli)" $'\033\\[2J'
is 'a program gets the value' "$(remote config:get X --app cli </dev/null)" $'a\033[2Jb'

# --- logs

like 'logs' "$(remote logs --app cli </dev/null)" 'app\[web.1\]: '
like 'of paas alone' "$(remote logs --source paas --app cli </dev/null)" 'paas\[paas\]: -----> Released'
(timeout 60 "$LAB" net --name "$NAME" -- ssh -F "$ssh_config" -o ProxyCommand=none paas-lab logs --tail -n 0 --app cli >"$TMPDIR/tail" 2>&1 </dev/null) &
within 20 'a follower is there' eval 'inlab systemctl list-units --no-legend "paas-log-*" </dev/null | grep -q running'
within 20 'it shows what comes' eval 'ask cli /followed >/dev/null; grep -q followed "$TMPDIR/tail"'
"$LAB" net --name "$NAME" -- pkill -f 'logs --tail -n 0 --app cli'
within 20 'and ends with its reader' eval '! inlab systemctl list-units --no-legend "paas-log-*" </dev/null | grep -q running'

# --- while paasd is away

# masked, since the bus would start it
inlab systemctl mask -q --runtime --now paasd </dev/null
is '5: paasd does not answer' "$(code remote ps --app cli)" 5
succeeds 'a clone works' env GIT_SSH_COMMAND="$PAAS_SSH" git clone -q paas-lab:cli "$TMPDIR/clone"
commit "$TMPDIR/laptop" again
fails 'a push does not' push "$TMPDIR/laptop" cli HEAD:refs/heads/main
like 'and says that it is to be tried again' "$output" 'control plane.*away.*again'
like 'applications go on' "$(ask cli)" 'Hello'
inlab systemctl unmask -q --runtime paasd </dev/null
succeeds 'then it does' push "$TMPDIR/laptop" cli HEAD:refs/heads/main

finish
