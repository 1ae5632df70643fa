#!/usr/bin/env bash
# A server's life: it is rebooted, it loses power. Everything that was current answers again, with the same code and config, and what
# was deployed just before is not lost.
# needs: vm
# timeout: 900
. "${0%/*}/lib/lib.sh"
setup_paas
new_app phoenix

succeeds 'a push of the sample' push tests/apps/hello-python phoenix
succeeds 'config is set' paas config:set -a phoenix 'WORD=before the storm'
succeeds 'scaled to two' paas ps:scale -a phoenix web=2
like 'it answers' "$(ask phoenix)" 'Hello from web'

says_word() { [ "$(ask phoenix /env/WORD)" = "$1" ]; }
both_up() { [ "$(paas ps -a phoenix --json | jq '[.[] | select(.state == "up")] | length')" = 2 ]; }
state_fsck() { inlab git -C /var/lib/paas/state.git -c safe.directory='*' fsck --strict; }

releases=$(paas releases -a phoenix --json | jq -r '.[].version' | xargs)
succeeds 'the server reboots' "$LAB" vm reboot --name "$NAME"
within 90 'after the reboot it answers with its config' says_word 'before the storm'
within 60 'both processes are up again' both_up
is 'the history is the same' "$(paas releases -a phoenix --json | jq -r '.[].version' | xargs)" "$releases"

succeeds 'config is set, just before the power goes' paas config:set -a phoenix 'WORD=last words'
succeeds 'power is lost' "$LAB" vm crash --name "$NAME"
succeeds 'and comes back' "$LAB" vm start --name "$NAME"
within 120 'after the power loss it answers with what was set last' says_word 'last words'
within 60 'both processes are up again after the power loss' both_up
succeeds 'the state repository is whole' state_fsck
repo hello-python "$TMPDIR/again"
succeeds 'a push works again' push "$TMPDIR/again" phoenix --force HEAD:refs/heads/main
finish
