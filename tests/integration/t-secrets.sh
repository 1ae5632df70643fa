#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What must not be seen or done: config values shown to others, capabilities and exposure, a build that attacks what runs.
# suites: bookworm trixie
# timeout: 600
. "${0%/*}/lib/lib.sh"

secret=hunter2-Xq7vZ-correct-horse
as_nobody() { inlab setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
unit_of() { paas ps --json -a "$2" </dev/null | jq -r --arg p "$1" '.[] | select(.name == $p and .state == "up") | .unit'; }
# hides WHAT CMD…: its output has no secret; and it did say something
hides() {
        run "${@:2}"
        if [ -z "$output" ]; then not_ok "$1: there was nothing to look at"; return; fi
        if grep -aqF "$secret" <<<"$output"; then not_ok "$1"; note "$(grep -aF "$secret" <<<"$output" | cut -c1-200 | head -3)"; else ok "$1"; fi
}

setup_paas
new_app hidden
succeeds 'config:set' paas config:set -a hidden "PASSWORD=$secret" "URL=postgres://u:$secret@db/x"
mkdir -p "$TMPDIR/app"
cp -a "$TREE/tests/apps/mixed/." "$TMPDIR/app/"
succeeds 'push' push "$TMPDIR/app" hidden
unlike 'the push does not show it' "$output" "$secret"
web=$(unit_of web.1 hidden)
pid=$(inlab systemctl show -P MainPID "$web" </dev/null)
is 'the process has it' "$(inlab cat "/proc/$pid/environ" </dev/null | tr '\0' '\n' | grep -c "$secret")" 2

# --- as anybody on the host
hides 'systemctl show of every unit' as_nobody systemctl show --no-pager '*'
hides 'systemctl show of the unit' as_nobody systemctl show --no-pager "$web"
hides 'systemctl cat' as_nobody systemctl cat --no-pager "$web"
path=$(inlab systemd-escape -p "" 2>/dev/null </dev/null; as_nobody busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager GetUnit s "$web" </dev/null | cut -d'"' -f2)
path=/${path#*/}
hides 'every property on the bus' as_nobody busctl call org.freedesktop.systemd1 "$path" org.freedesktop.DBus.Properties GetAll s ''
hides 'titles of processes' as_nobody sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " "'
fails 'the environment of the process' as_nobody cat "/proc/$pid/environ"
fails 'paas config' as_nobody paas config -a hidden
unlike 'is refused without it' "$output" "$secret"
for call in 'GetConfig' 'Info' 'ListInstances'; do
        fails "org.paas1.App.$call" as_nobody busctl call org.paas1 /org/paas1/app/hidden org.paas1.App "$call"
        unlike "org.paas1.App.$call says nothing" "$output" "$secret"
done
fails 'the properties of an application' as_nobody busctl call org.paas1 /org/paas1/app/hidden org.freedesktop.DBus.Properties GetAll s org.paas1.App
readable=$(as_nobody sh -c "grep -raslF -- '$secret' /run /etc /var /tmp /dev/shm /home /root 2>/dev/null" </dev/null)
is 'no file that everybody can read' "$readable" ''

# --- as root: neither the journal nor the state has it
hides 'the journal, every field' inlab journalctl -q --no-pager -o export
state=/var/lib/paas/state.git
hides 'git log -p of the state' inlab git -c safe.directory='*' -C $state log -p --all --reflog
hides 'every object of the state' inlab sh -c "git -c safe.directory='*' -C $state cat-file --batch-all-objects --batch"
is 'its name is there' "$(inlab git -c safe.directory='*' -C $state grep -lI . refs/paas/app/hidden -- config/PASSWORD </dev/null 2>/dev/null | wc -l)$(inlab git -c safe.directory='*' -C $state log --all --format= --name-only </dev/null | grep -c '^config/PASSWORD$' | sed 's/^[1-9].*/+/')" '0+'
is 'on disk only in memory, and where an application keeps its own' "$(inlab sh -c "grep -raslF -- '$secret' /var /etc 2>/dev/null | grep -v '^/var/lib/paas/layers/'" </dev/null)" ''
like '/run/paas is in memory' "$(inlab stat -f -c %T /run/paas </dev/null)" tmpfs
is 'the environment files are for root' "$(inlab find /run/paas/env -type f '(' -perm /077 -o -not -user root ')' </dev/null)" ''
like 'there are some' "$(inlab find /run/paas/env/hidden -type f </dev/null)" '/v[0-9]+'
is 'its directory is closed' "$(inlab sh -c 'stat -c "%a %U" /run/paas/env/hidden' </dev/null)" '700 root'
is 'the key of the host is for root' "$(inlab stat -c '%a %U' /var/lib/paas/credentials/paas.key.cred </dev/null | sed 's/^[46]00/x00/')" 'x00 root'

# --- exposure, and the capabilities of paasd
exposure() { inlab systemd-analyze security --no-pager "$1" </dev/null 2>/dev/null | sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p'; }
at_most() {                    # UNIT LIMIT
        local is
        is=$(exposure "$1")
        if awk -v a="$is" -v b="$2" 'BEGIN { exit !(a != "" && a + 0 <= b + 0) }'; then ok "exposure of $1: at most $2 ($is)"; else not_ok "exposure of $1: $is, at most $2"; fi
}
limit=1.4
[ "$SUITE" = bookworm ] || limit=1.2
if [ "$FLAVOUR" = release ]; then
        at_most "$web" $limit
        at_most paasd.service 4.0
        for unit in paas-router.service paas-etc.service paas-key.service paas-ports.service; do at_most "$unit" 2.0; done
else
        at_most "$web" $limit
        skip "exposure of the daemons" "a sanitized package opens their sandboxes"
fi
bounding=$(inlab systemctl show -P CapabilityBoundingSet paasd.service </dev/null)
is 'the capabilities of paasd' "$bounding" 'cap_chown cap_dac_override cap_fowner'
is 'its processes have no more' "$(inlab sh -c 'sed -n "s/^Cap\(Bnd\|Eff\|Amb\):\t//p" /proc/$(systemctl show -P MainPID paasd)/status | sort -u | tr "\n" " "' </dev/null)" '0000000000000000 000000000000000b '
is 'an application has none' "$(inlab systemctl show -P CapabilityBoundingSet "$web" </dev/null)$(inlab sed -n 's/^CapBnd:\t//p' "/proc/$pid/status" </dev/null)" 0000000000000000

# --- what an application can see of the host and of others
cat >"$TMPDIR/app/Procfile" <<'PROC'
web: python3 web.py
worker: bash look.sh; exec sleep infinity
PROC
cat >"$TMPDIR/app/look.sh" <<'LOOK'
for path in /etc/shadow /etc/ssh /root/.[a-z]* /home/* /var/lib/paas /run/paas /run/dbus/system_bus_socket /run/systemd/private /run/systemd/journal/socket /etc/paas; do
        if [ -e "$path" ]; then echo "SEES $path"; fi
done
for path in /usr/x /etc/x /x /proc/sys/kernel/hostname /sys/x; do if (: >"$path") 2>/dev/null; then echo "WRITES $path"; fi; done
echo "PROCESSES $(ls -d /proc/[0-9]* | wc -l)"
echo "LOOKED"
LOOK
succeeds 'a push that looks around' push "$TMPDIR/app" hidden
within 20 'it has looked' eval 'paas logs -a hidden -n 200 --ps worker </dev/null | grep -q LOOKED'
seen=$(paas logs -a hidden -n 200 --ps worker </dev/null)
unlike 'it sees nothing of the host' "$seen" 'SEES'
unlike 'and can write nothing of it' "$seen" 'WRITES'

# --- a build is another user: it can neither kill, read nor write what runs
before=$(paas ps --json -a hidden </dev/null | jq -c 'map({name, pid, restarts})')
pid=$(inlab systemctl show -P MainPID "$(unit_of web.1 hidden)" </dev/null)
run_uid=$(inlab stat -c %u "/proc/$pid" </dev/null)
cat >"$TMPDIR/app/Makefile" <<MAKE
all:
	@echo "HOSTILE as \$\$(id -u), not $run_uid"
	@kill -9 $pid 2>/dev/null && echo KILLED-IT; true
	@cat /proc/$pid/environ /proc/[0-9]*/environ 2>/dev/null | tr '\\\\0' '\\\\n' | grep -a '^DYNO=' && echo READ-IT; true
	@for d in /run/paas /var/lib/paas /var/lib/paas/slugs /run/paas/env; do ls \$\$d >/dev/null 2>&1 && echo "LISTED \$\$d"; done; true
	@for f in /usr/lib/paas/x /etc/x /proc/\$\$PPID/../$pid/mem; do (: >\$\$f) 2>/dev/null && echo "WROTE \$\$f"; done; true
	@setpriv --reuid=$run_uid true 2>/dev/null && echo BECAME-IT; unshare -r true 2>/dev/null && echo NEW-NAMESPACE; true
	@echo DONE
MAKE
succeeds 'a hostile build' push "$TMPDIR/app" hidden
like 'it ran' "$output" 'HOSTILE as'
for word in KILLED-IT READ-IT LISTED WROTE BECAME-IT NEW-NAMESPACE; do unlike "it could not: $word" "$output" "$word"; done
like 'what ran did not end before it was replaced' "$(inlab journalctl -q --no-pager -o cat _PID=1 PAAS_APP=hidden </dev/null; echo none)" none
unlike 'nothing was killed' "$(inlab journalctl -q --no-pager -o cat -u 'paas-app-hidden-web*' </dev/null)" 'status=9/KILL'
like 'it answers' "$(ask hidden)" 'web.1 answers'
note "before: $before"
paas apps:destroy -a hidden --confirm hidden >/dev/null 2>&1 </dev/null
finish
