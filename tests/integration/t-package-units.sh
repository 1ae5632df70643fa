#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The installed units: nothing that systemd does not understand, how exposed each is, who may own the bus name, and the copies of
# the host's /etc that applications see.
# suites: bookworm trixie
. "${0%/*}/lib/lib.sh"

setup_paas
new_app units
succeeds 'a push' push tests/apps/hello-python units
unit=$(inlab sh -c "systemctl list-units --plain --no-legend 'paas-app-units-*.service' | cut -d' ' -f1")
succeeds 'a one-off' paas run:detached -a units tail -f /dev/null
oneoff=$(inlab sh -c "systemctl list-units --plain --no-legend 'paas-run-units-*.service' | cut -d' ' -f1")

# --- verify, as this suite's own systemd sees it
output=$(inlab sh -c 'systemd-analyze verify --man=no /usr/lib/systemd/system/paas*.service /usr/lib/systemd/system/paas*.socket /usr/lib/systemd/system/paas*.path /usr/lib/systemd/system/paas*.slice 2>&1 | grep -i paas')
is 'systemd-analyze verify has nothing to say' "$output" ''
if [ "$FLAVOUR" = release ]; then # the sanitizers' sandboxes are wider
        exposure() { inlab systemd-analyze security --no-pager "$1" | sed -n 's/.*exposure level for [^ ]* \([0-9]*\)\.\([0-9]\).*/\1\2/p'; }
        bounded() {
                local got
                got=$(exposure "$1")
                if [ -n "$got" ] && [ "$got" -le "$2" ]; then ok "exposure of $1: ${got%?}.${got: -1}"; else not_ok "exposure of $1"; note "${got%?}.${got: -1}, at most ${2%?}.${2: -1}"; fi
        }
        bounded paasd.service 40
        for u in paas-router paas-etc paas-ports paas-key; do bounded $u.service 20; done
        for u in "$unit" "$oneoff"; do bounded "$u" "$([ "$SUITE" = bookworm ] && echo 14 || echo 12)"; done
fi
caps() { inlab systemctl show -P CapabilityBoundingSet "$1"; }
is 'capabilities of paasd' "$(caps paasd.service)" 'cap_chown cap_dac_override cap_fowner'
is 'of the router' "$(caps paas-router.service)" ''
is 'of an application' "$(caps "$unit")" ''
is 'of a one-off' "$(caps "$oneoff")" ''
succeeds 'it is stopped' paas ps:stop run.1 -a units
is 'of paas-mount' "$(caps paas-slug-units-v1.service)" 'cap_setgid cap_setuid cap_sys_admin'

# --- each mount of a sandbox costs every start: none is there twice
mounts=$(inlab sh -c 'cut -d" " -f2 "/proc/$(systemctl show -P MainPID "$1")/mounts"' sh "$unit")
is 'an application has its /usr' "$(grep -cx /usr <<<"$mounts")" 1
is 'and no second copy of its root below it' "$(grep -c '^/usr/lib/paas' <<<"$mounts")" 0
settings=$(inlab sh -c 'sed -En "s#^[^ ]+ (/proc/sys|/proc/kallsyms|/sys) [^ ]+ ([^ ,]*).*#\1 \2#p" "/proc/$(systemctl show -P MainPID "$1")/mounts"' sh "$unit" | sort | tr '\n' ' ')
is 'of the kernel it can change nothing, and has no map' "$settings" '/proc/kallsyms ro /proc/sys ro /sys ro '

# --- an operator's drop-in applies to the next start, above ours
inlab sh -c 'mkdir -p /etc/systemd/system/paas-app-units-.service.d
printf "[Service]\nNice=7\n" >/etc/systemd/system/paas-app-units-.service.d/50-nice.conf'
succeeds 'ps:restart' paas ps:restart -a units
unit=$(inlab sh -c "systemctl list-units --plain --no-legend --state=running 'paas-app-units-*.service' | sort -V | tail -1 | cut -d' ' -f1")
is "an operator's drop-in applies" "$(inlab systemctl show -P Nice "$unit")" 7
inlab rm -r /etc/systemd/system/paas-app-units-.service.d

# --- the bus
like 'nobody else can be org.paas1' "$(inlab setpriv --reuid=nobody --clear-groups busctl --system call org.freedesktop.DBus / org.freedesktop.DBus RequestName su org.paas1 0 2>&1)" 'not allowed|denied'
like 'a local user gets a refusal in words' "$(inlab setpriv --reuid=nobody --clear-groups paas apps 2>&1)" 'paas-admin'
inlab systemctl stop paasd
succeeds 'the bus starts paasd when it is asked for' paas apps
is 'and it runs' "$(inlab systemctl is-active paasd)" active

# --- the copies of /etc: by rename, in place, through a link into /run
see() { inlab cmp -s "$1" "/run/paas/etc/units/${1##*/}"; }
inlab sh -c 'cp -p /etc/hosts /root/hosts; (cat /etc/hosts; echo 192.0.2.7 fresh) >/etc/hosts.new; mv /etc/hosts.new /etc/hosts'
within 10 '/etc/hosts replaced by rename is seen' see /etc/hosts
inlab sh -c 'echo 192.0.2.8 fresher >>/etc/hosts'
within 10 '/etc/hosts written in place is seen' see /etc/hosts
pid=$(inlab systemctl show -P MainPID "$unit")
like 'by the running process too' "$(inlab cat "/proc/$pid/root/etc/hosts")" '192.0.2.8 fresher'
inlab sh -c 'mkdir -p /run/systemd/resolve; echo nameserver 192.0.2.53 >/run/systemd/resolve/stub-resolv.conf; cp -p /etc/resolv.conf /root/
             ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf'
within 10 '/etc/resolv.conf as a link is read through' see /etc/resolv.conf
inlab sh -c 'cd /run/systemd/resolve; echo nameserver 192.0.2.54 >new; mv new stub-resolv.conf'
within 10 'what it points to, replaced by rename, is seen' see /etc/resolv.conf
inlab sh -c 'cat /root/hosts >/etc/hosts; rm /etc/resolv.conf; cp -p /root/resolv.conf /etc/'
like 'passwd has the application only' "$(inlab cat /run/paas/etc/units/passwd)" '^units:x:[0-9]+:[0-9]+::/app:[^
]*$'
finish
