#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-docs.sh PAAS MAN-PAGE COMPLETION: what `paas help` lists is in both, and in both is nothing else; each --help has an example.
set -eu
paas=$1 page=$2 completion=$3 wrong=0
unset PAAS_HOST PAAS_KEY

complain() {
        printf '%s\n' "$*"
        wrong=1
}

listed=$("$paas" help | sed -n '/^Commands$/,/^$/s/^  \([a-z:]*\) .*/\1/p')
[ -n "$listed" ] || complain "paas help lists nothing"
offered=$(sed -n "s/^_paas_verbs='\(.*\)'$/\1/p" "$completion" | tr ' ' '\n')
[ "$listed" = "$offered" ] || complain "the completion offers: $offered"
described=$(sed -n '/^\.SH COMMANDS$/,/^\.SH OPTIONS$/s/^\.BR "\([a-z:]*\)".*/\1/p' "$page")
[ "$listed" = "$described" ] || complain "the man page describes: $described"

for verb in $listed; do
        help=$("$paas" "$verb" --help) || complain "paas $verb --help fails"
        [ "$help" = "$("$paas" help "$verb")" ] || complain "paas help $verb differs from paas $verb --help"
        case $help in
        *Example*"  paas $verb"* | *Example*"  paas "*) ;;
        *) complain "paas $verb --help has no example" ;;
        esac
        grep -q "^\.B paas $verb\$" "$page" || complain "the synopsis lacks $verb"
        for option in $(printf '%s\n' "$help" | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p'); do
                sed -n "/^        ${verb}[)|]/p" "$completion" | grep -q -- "$option\b" || complain "the completion of $verb lacks $option"
        done
done
exit "$wrong"
