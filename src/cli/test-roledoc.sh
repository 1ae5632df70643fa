#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-roledoc.sh ROLEDOC PAGE: the tables in docs/roles.md are those that the program decides by. `test-roledoc.sh ROLEDOC PAGE --write`
# puts them there.
set -eu
roledoc=$1 page=$2
made=$(mktemp)
trap 'rm -f "$made"' EXIT
{
        sed '/^<!-- table -->$/q' "$page"
        "$roledoc"
        sed -n '/^<!-- end of table -->$/,$p' "$page"
} >"$made"
if [ "${3:-}" = --write ]; then
        cat "$made" >"$page"
elif ! diff -u "$page" "$made"; then
        echo "docs/roles.md is not what src/model/action.c says: $0 $roledoc $page --write"
        exit 1
fi
