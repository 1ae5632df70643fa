#!/usr/bin/env bash
# A server's life: it is rebooted, it loses power. Everything that was current answers again, with the same code and config, and what
# was deployed just before is not lost.
# needs: vm
# timeout: 1200
. "${0%/*}/lib/lib.sh"
setup_paas
new_app phoenix

# What the running HAProxy has: servers with their state and weight, every map's entries, and what differs from the state. The last
# number of a process' name, which is never used twice, is left out.
served() {
        paas router --json | jq -r '(.servers[] | [.app, .name, .state, .up, .weight] | @tsv), (.differences[] | "differs: \(.)")'
        # shellcheck disable=SC2016
        inlab sh -c 'for m in hosts apps ids checks paths states servers; do
                echo "show map /var/lib/paas/router/$m.map" | socat -t 5 - /run/paas/router/admin.sock | sed -n "s/^0x[0-9a-f]* /$m: /p"; done'
}
plain() { sed -E 's/(-v[0-9]+)\.[0-9]+/\1/' | sort; }
serves() { [ "$(served | plain)" = "$1" ]; }
newest() { paas releases -a phoenix --json | jq -r '[.[].version] | max'; }

succeeds 'a push of the sample' push tests/apps/hello-python phoenix
succeeds 'config is set' paas config:set -a phoenix 'WORD=before the storm'
succeeds 'scaled to two' paas ps:scale -a phoenix web=2
like 'it answers' "$(ask phoenix)" 'Hello from web'
is 'whoever asks goes before what the host does on the side' "$(inlab cat /sys/fs/cgroup/system.slice/paas-router.service/cpu.weight)" 1000

says_word() { [ "$(ask phoenix /env/WORD)" = "$1" ]; }
both_up() { [ "$(paas ps -a phoenix --json | jq '[.[] | select(.state == "up")] | length')" = 2 ]; }
state_fsck() { inlab git -C /var/lib/paas/state.git -c safe.directory='*' fsck --strict; }

succeeds 'and has a name of its own' paas domains:add www.phoenix.example -a phoenix
within 60 'the router has it' inlab sh -c 'echo "get map /var/lib/paas/router/hosts.map www.phoenix.example" | socat -t 5 - /run/paas/router/admin.sock | grep -q found=yes'
before=$(served | plain)
version=$(newest)
like 'the router serves two processes' "$before" "phoenix.web.1-v$version.ready.true.100.*phoenix.web.2-v$version.ready.true.100"
unlike 'and what is current' "$before" 'differs:'

releases=$(paas releases -a phoenix --json | jq -r '.[].version' | xargs)
succeeds 'the server reboots' "$LAB" vm reboot --name "$NAME"
within 90 'after the reboot it answers with its config' says_word 'before the storm'
within 60 'both processes are up again' both_up
within 60 'the router serves what it did: servers, weights, maps' serves "$before" || note "$(diff <(served | plain) <(echo "$before"))"
is 'the history is the same' "$(paas releases -a phoenix --json | jq -r '.[].version' | xargs)" "$releases"

succeeds 'config is set, just before the power goes' paas config:set -a phoenix 'WORD=last words'
succeeds 'power is lost' "$LAB" vm crash --name "$NAME"
succeeds 'and comes back' "$LAB" vm start --name "$NAME"
within 120 'after the power loss it answers with what was set last' says_word 'last words'
within 60 'both processes are up again after the power loss' both_up
before=${before//-v$version/-v$(newest)}
within 60 'the router serves the new release, with the same weights and maps' serves "$before" || note "$(diff <(served | plain) <(echo "$before"))"
succeeds 'the state repository is whole' state_fsck
repo hello-python "$TMPDIR/again"
succeeds 'a push works again' push "$TMPDIR/again" phoenix --force HEAD:refs/heads/main
finish
