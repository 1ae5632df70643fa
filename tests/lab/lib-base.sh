# Sourced by tests/lab/lab: settings, messages, process identity, package sources. Nothing here knows a lab.
# shellcheck shell=bash

base=${PAAS_LAB_DIR:-/var/tmp/paas-lab}
tree=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Process ids come again; the start time (field 22 of stat, after the name, which may hold spaces) tells one process from the next.
start_time() {
        local stat
        { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
        read -ra stat <<<"${stat##*) }"
        printf '%s\n' "${stat[19]}"
}

# A pid file holds `PID START-TIME`. Prints the pid when that very process still lives.
alive() {
        local pid start
        [ -s "$1" ] && read -r pid start <"$1" && [ "$(start_time "$pid")" = "$start" ] && printf '%s\n' "$pid"
}

# end FILE SIGNAL: ends the process of a pid file and waits until it is gone; nothing when it is another process by now.
end() {
        local pid
        pid=$(alive "$1") || return 0
        kill "-$2" "$pid" 2>/dev/null || return 0
        timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null || { kill -9 "$pid" 2>/dev/null || true; tail --pid="$pid" -s 0.02 -f /dev/null; }
}

host_suite() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# The machine's own package sources for this suite as `deb` lines: another suite's are the same archives with its name put in.
# Nothing is printed when the machine has none that fit; mmdebstrap then uses its own default.
sources() {
        local suite=$1 own uri release component line
        own=$(host_suite)
        # shellcheck disable=SC2016  # apt's own fields
        apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null | sort -u |
        while read -r uri release component; do
                case $release in
                "$own" | "$own-updates" | "$own-security" | "$own/updates") line="deb $uri $suite${release#"$own"} $component" ;;
                *) continue ;;
                esac
                printf '%s\n' "$line"
        done
}

# Proxies, timeouts and checks that the machine's apt is told: the archive is reached as the machine reaches it.
apt_settings() { apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-|ForceIPv)[^ ]* "..*";$' || true; }

# First line of what is started to stay: it holds no descriptor of its caller (a lock, a pipe that somebody reads to its end).
# shellcheck disable=SC2016,SC2034
let_go='for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ "$fd" -le 2 ] || eval "exec $fd>&-"; done
'
