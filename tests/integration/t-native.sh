#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What runs is systemd's: its tools show it, an operator's drop-in applies, and neither a daemon-reload nor a daemon-reexec changes a property.
# suites: bookworm trixie
# timeout: 300
. "${0%/*}/lib/lib.sh"

units() { inlab systemctl list-units --all --plain --no-legend 'paas*' 'run-paas*' </dev/null | cut -d' ' -f1; }
unit_of() { paas ps --json -a native </dev/null | jq -r --arg p "$1" '.[] | select(.name == $p and .state == "up") | .unit'; }
main_pid() { inlab systemctl show -P MainPID "$1" </dev/null; }
# Every property of every unit, but what changes by itself; the order of dependencies means nothing.
properties() {
        # shellcheck disable=SC2046
        inlab systemctl show --no-pager $(units) </dev/null |
                grep -vE '^(Memory(Current|Available|Peak|SwapCurrent|SwapPeak|ZSwapCurrent)|EffectiveMemory[A-Za-z]*|EffectiveTasksMax|CPUUsageNSec|TasksCurrent|IO[A-Za-z]*(Bytes|Operations)|IP[A-Za-z]*(Bytes|Packets)|NAccepted|NConnections|WatchdogTimestamp[A-Za-z]*|StatusText|InvocationID|FileDescriptorStoreCount|NFileDescriptorStore|ExecMainStatus|StateChangeTimestamp[A-Za-z]*|ExecMount|SourcePath|ControlGroupId)=' |
                python3 -c 'import re, sys
lists = ("Before", "After", "Requires", "RequiredBy", "Wants", "WantedBy", "BindsTo", "BoundBy", "Conflicts", "ConflictedBy", "PartOf", "ConsistsOf",
         "Triggers", "TriggeredBy", "RequiresMountsFor", "WantsMountsFor", "Names", "DropInPaths", "Documentation", "PropagatesStopTo", "StopPropagatedFrom", "UpheldBy", "SliceOf", "Slice", "IPAddressDeny", "IPAddressAllow")
for line in sys.stdin:
    name, _, value = line.rstrip("\n").partition("=")
    if name.startswith("Exec"):      # when it ran is forgotten at a reload: systemd keeps that of running commands only
        value = re.sub(r"start_time=.*", "", value)
    print(name + "=" + (" ".join(sorted(value.split())) if name in lists else value))'
}

setup_paas
new_app native
succeeds 'push' push tests/apps/mixed native
web=$(unit_of web.1)
like "the unit's name says what it is" "$web" '^paas-app-native-web\.1-v1\.[0-9]+\.service$'

# --- systemctl and journalctl
status=$(inlab systemctl status --no-pager "$web" </dev/null)
like 'systemctl status: what it is' "$status" 'native web\.1 of release v1'
like 'systemctl status: it runs' "$status" 'Active: active \(running\)'
like 'systemctl status: its processes' "$status" 'python3 web\.py'
like 'systemctl status: its slice' "$status" 'paas-app-native\.slice'
catted=$(inlab systemctl cat "$web" </dev/null)
like 'systemctl cat: the unit' "$catted" 'paas-init'
like 'systemctl cat: the sandbox, as shipped' "$catted" '/usr/lib/systemd/system/paas-app-\.service\.d/10-sandbox\.conf'
within 10 'journalctl PAAS_APP= shows what a process prints' eval 'inlab journalctl -q --no-pager -o cat PAAS_APP=native PAAS_PROCESS=worker.1 </dev/null | grep -q "tick .* of worker.1"'
like 'with the release in its fields' "$(inlab journalctl -q -o json -n 1 PAAS_APP=native PAAS_PROCESS=worker.1 </dev/null)" '"PAAS_RELEASE":"v1"'
like 'journalctl -u shows the unit' "$(inlab journalctl -q --no-pager -u "$(unit_of worker.1)" </dev/null)" 'worker\.1\['
like 'the tree of control groups' "$(inlab systemd-cgls --no-pager /paas.slice </dev/null)" 'paas-app-native\.slice'

# --- a reload and a re-execution of systemd change nothing
paas ps:scale web=2 -a native >/dev/null 2>&1 </dev/null
web=$(unit_of web.1)
pids=$(paas ps --json -a native </dev/null | jq -c 'map({name, pid})')
before=$(properties)
like 'there is something to compare' "$before" 'paas-app-native-web\.2'
for verb in daemon-reload daemon-reexec; do
        inlab systemctl $verb </dev/null
        within 30 "$verb is done" inlab systemctl is-active -q paasd.service
        after=$(properties)
        if [ "$before" = "$after" ]; then ok "$verb changes no property of any unit"; else
                not_ok "$verb changes no property of any unit"
                note "$(diff <(echo "$before") <(echo "$after") | head -40)"
        fi
        is "$verb: the processes are the same" "$(paas ps --json -a native </dev/null | jq -c 'map({name, pid})')" "$pids"
        is "$verb: it answers" "$(ask native | sed 's/web.[12]/web/')" 'web answers'
done

# --- an operator's drop-ins: for all applications, and for one
inlab sh -c 'mkdir -p /etc/systemd/system/paas-app-.service.d /etc/systemd/system/paas-app-native-.service.d
        printf "[Service]\nMemoryMax=77M\nEnvironment=FROM_OPERATOR=yes\n" >/etc/systemd/system/paas-app-.service.d/50-all.conf
        printf "[Service]\nLimitNOFILE=4321\n" >/etc/systemd/system/paas-app-native-.service.d/50-test.conf
        systemctl daemon-reload' </dev/null
is 'what runs goes on' "$(paas ps --json -a native </dev/null | jq -c 'map({name, pid})')" "$pids"
succeeds 'ps:restart' paas ps:restart web -a native
web=$(unit_of web.1)
is 'the next instance has the limit for all' "$(inlab systemctl show -P MemoryMax "$web" </dev/null)" $((77 << 20))
like 'and the variable' "$(inlab cat "/proc/$(main_pid "$web")/environ" </dev/null | tr '\0' '\n')" 'FROM_OPERATOR=yes'
is 'and the limit for this one' "$(inlab systemctl show -P LimitNOFILE "$web" </dev/null)" 4321
like 'it answers' "$(ask native)" 'answers'
inlab sh -c 'rm -rf /etc/systemd/system/paas-app-.service.d /etc/systemd/system/paas-app-native-.service.d; systemctl daemon-reload' </dev/null
succeeds 'ps:restart without them' paas ps:restart web -a native
is 'the sandbox is as shipped' "$(inlab systemctl show -P LimitNOFILE "$(unit_of web.1)" </dev/null)" 65536

# --- stopped by hand: what the operator stops with systemctl, paas starts again as it should be
inlab systemctl stop "$(unit_of web.1)" </dev/null
within 30 'an instance that systemctl stopped is replaced' eval '[ "$(paas ps --json -a native </dev/null | jq -r ".[] | select(.name == \"web.1\") | .state")" = up ]'
paas apps:destroy -a native --confirm native >/dev/null 2>&1 </dev/null
within 30 'nothing of it is left' eval '[ -z "$(inlab systemctl list-units --all --plain --no-legend "paas-*-native*" "run-paas-*native*" </dev/null)" ]'
finish
