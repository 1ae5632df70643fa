#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The package: upgrade, removal, what a purge keeps and says, and an installation while something else holds port 80.
# suites: bookworm trixie
# needs: fresh
# timeout: 600
. "${0%/*}/lib/lib.sh"

deb=$("$LAB" deb --suite "$SUITE" --flavour "$FLAVOUR" 2>/dev/null)
"$LAB" cp "$deb" "$NAME:/root/paas.deb"
install_deb() { inlab sh -c 'DEBIAN_FRONTEND=noninteractive dpkg -i /root/paas.deb </dev/null'; }
main_pid() { inlab systemctl show -P MainPID "$1"; }
app_unit() { inlab systemctl list-units --plain --no-legend 'paas-app-pkg-*.service' | cut -d' ' -f1; }
active() { inlab systemctl is-active "$1"; }
answers() { [[ $(ask pkg) == *"$1"* ]]; }

# --- what an installation leaves
for u in paasd.service paas-router.service paas-router.socket paas-ports.service paas-etc.path paas-gc.timer; do
        is "$u is active" "$(active $u)" active
        is "$u is enabled" "$(inlab systemctl is-enabled $u)" enabled
done
is 'nothing failed' "$(inlab systemctl list-units --failed --plain --no-legend)" ''
like 'paas has the shell of paas and no password' "$(inlab sh -c 'getent passwd paas; getent shadow paas')" '/usr/lib/paas/paas-shell.*paas:!\*:'
is 'paas is in its own group only' "$(inlab id -Gn paas)" paas
unlike "the distribution's haproxy is not ours" "$(inlab systemctl show -P DropInPaths -P FragmentPath haproxy.service)" paas
is "paasd has three capabilities" "$(inlab sh -c 'sed -n "s/^CapBnd:\t//p" /proc/$(systemctl show -P MainPID paasd)/status')" 000000000000000b
like 'https answers at once' "$(inlab curl -sk https://127.0.0.1/)" 'nothing at this address'

# --- an application, for what follows
setup_paas
new_app pkg
succeeds 'a push' push tests/apps/hello-python pkg
first=$(ask pkg)
like 'it answers' "$first" 'Hello from web.1'
unit=$(app_unit)

# --- a session of ssh costs no more than its own process
like 'a verb over ssh' "$(remote apps 2>&1)" pkg
is 'starts no systemd of its own for it' "$(inlab sh -c 'systemctl list-units --all --plain --no-legend --state=active,activating,failed "user@$(id -u paas).service"')" ''
since() { inlab sh -c 'systemctl show -P ActiveEnterTimestampMonotonic "user-runtime-dir@$(id -u paas).service"'; }
mounted=$(since)
like 'another one' "$(remote apps 2>&1)" pkg
is 'finds the same directory in /run' "$(since)" "$mounted"
unlike 'which is there' "$mounted" '^0?$'
unlike 'and nobody complains' "$(inlab journalctl -q -u systemd-logind -p warning)" 'user@'

# --- upgrade: paasd anew, the router reloaded, the application untouched
paasd=$(main_pid paasd) router=$(main_pid paas-router) app=$(main_pid "$unit")
succeeds 'the package installs over itself' install_deb
unlike 'paasd was restarted' "$(main_pid paasd)" "^$paasd\$"
is 'the router was not' "$(main_pid paas-router)" "$router"
is 'the application was not' "$(main_pid "$unit")" "$app"
is 'it answers as before' "$(ask pkg)" "$first"

# --- an administrator's decisions survive
inlab systemctl disable --now paas-etc.path >/dev/null 2>&1
inlab sh -c 'echo "[build]
timeout = 10min" >/etc/paas/paas.conf'
succeeds 'an upgrade with a changed paas.conf' install_deb
is 'what was disabled stays so' "$(inlab systemctl is-enabled paas-etc.path)" disabled
like 'paas.conf is kept' "$(inlab cat /etc/paas/paas.conf)" 'timeout = 10min'
inlab systemctl enable --now paas-etc.path >/dev/null 2>&1

# --- removal stops everything that was started
succeeds 'the package is removed' inlab dpkg -r paas
like 'it says what it stops' "$output" 'stopping 1 application process'
is 'no unit of it is left' "$(inlab systemctl list-units --plain --no-legend 'paas*' 'run-paas*' | cut -d' ' -f1)" ''
is 'no mount' "$(inlab sh -c 'grep -c /run/paas/ /proc/self/mounts')" 0
is 'no process of the application' "$(inlab sh -c 'ps -eo uid= | awk "\$1 >= 61184 && \$1 <= 65519" | wc -l')" 0
is 'no socket' "$(inlab ss -Hltn '( sport = :80 or sport = :443 )')" ''
unlike 'no table' "$(inlab nft list tables)" paas
succeeds 'the data is there' inlab test -d /var/lib/paas/repos/pkg.git
is 'nothing is masked' "$(inlab sh -c 'find /etc/systemd/system -name "paas*" -lname /dev/null')" ''

# --- and comes back
succeeds 'the package is installed again' install_deb
within 60 'the application answers again' answers 'Hello from web.1'
like 'paas.conf is still the changed one' "$(inlab cat /etc/paas/paas.conf)" 'timeout = 10min'

# --- purge keeps what people put in, and says so
succeeds 'the package is purged' inlab dpkg -P paas
like 'it names the application it keeps' "$output" 'kept, because there are applications: pkg'
like 'and how to delete it' "$output" 'rm -rf /var/lib/paas'
is 'what is left' "$(inlab ls /var/lib/paas | tr '\n' ' ')" 'credentials repos state.git '
is 'no records of its uids' "$(inlab sh -c 'ls /etc/userdb 2>/dev/null')" ''
is 'no configuration' "$(inlab sh -c 'ls -d /etc/paas /run/paas /etc/ssh/sshd_config.d/50-paas.conf 2>/dev/null')" ''
is 'no links to its units' "$(inlab sh -c 'find /etc/systemd/system -name "paas*" -o -name "user@*" -o -name "user-runtime*"')" ''
succeeds 'sshd is content' inlab sshd -t

# --- an installation takes it up again
succeeds 'the package is installed after a purge' install_deb
within 30 'paasd knows the application' inlab sh -c 'paas apps | grep -q pkg'
rm -f "$TMPDIR/ca.pem" # the authority is a new one
succeeds 'it is built again' inlab paas deploy -a pkg
within 60 'and answers' answers 'Hello from web.1'

# --- purge when told to delete everything, while something else takes port 80
succeeds 'purged with PAAS_PURGE_DATA=yes' inlab env PAAS_PURGE_DATA=yes dpkg -P paas
like 'it says what it deleted' "$output" 'deleted the code, releases and configuration of: pkg'
is 'nothing is left' "$(inlab sh -c 'ls -d /var/lib/paas 2>/dev/null')" ''
inlab systemd-run --quiet --unit=squatter python3 -m http.server 80
within 10 'another server holds port 80' inlab curl -s http://127.0.0.1/
succeeds 'the package installs nevertheless' install_deb
like 'it says who holds the port' "$output" 'port 80 is held by python3'
like 'and how to go on' "$output" 'systemctl start paas-router.socket'
is 'paasd runs' "$(active paasd)" active
is 'the other server was left alone' "$(active squatter)" active
inlab systemctl stop squatter
succeeds 'the command it names works' inlab systemctl start paas-router.socket paas-router.service
like 'the router answers' "$(inlab curl -sk https://127.0.0.1/)" 'nothing at this address'

# --- an operator's firewall: nftables.service begins with "flush ruleset"
inlab systemctl restart nftables.service
within 10 'our table is back after a restart of nftables.service' inlab nft list table inet paas_ports

# --- where systemd does not run: an image that is being made
inlab dpkg -P paas >/dev/null 2>&1
succeeds 'it installs where systemd does not run' inlab unshare -m sh -c 'mount -t tmpfs tmpfs /run && dpkg -i /root/paas.deb'
like 'and says when it will start' "$output" 'starts with the next boot'
is 'it is enabled for that' "$(inlab systemctl is-enabled paasd.service paas-router.socket | sort -u)" enabled
is 'and was not started' "$(active paasd)" inactive
succeeds 'it is removed there as well' inlab unshare -m sh -c 'mount -t tmpfs tmpfs /run && dpkg -P paas'
finish
