#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What paas-usage counts, and what it does not.
set -u
program=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0
mkdir -p "$dir/slugs/blog/one" "$dir/slugs/blog/two" "$dir/slugs/shop/three" "$dir/cache/blog" "$dir/repos/blog.git" "$dir/gone/u1" "$dir/outside"
head -c 100000 /dev/zero >"$dir/slugs/blog/one/file"
ln "$dir/slugs/blog/one/file" "$dir/slugs/blog/two/file"
head -c 900000 /dev/zero >"$dir/outside/large"
ln -s "$dir/outside" "$dir/cache/blog/link"

check() {
        what=$1
        shift
        if "$@"; then echo "ok - $what"; else echo "not ok - $what"; failed=1; fi
}
list() { "$program" --state "$dir" "$@" >"$dir/raw" && tr '\0' '\n' <"$dir/raw" >"$dir/out"; }
has() { grep -q "$1" "$dir/out"; }
lacks() { ! has "$1"; }
bytes() { sed -n "s|^\([0-9]*\) $1\$|\1|p" "$dir/out"; }
between() { n=$(bytes "$1"); [ "${n:-0}" -ge "$2" ] && [ "$n" -le "$3" ]; }

check 'it counts' list
check 'each slug has its share of a file with two names' between 'slugs blog/one' 50000 65000
check 'both of them' between 'slugs blog/two' 50000 65000
check 'a link is not followed' between 'cache blog' 0 20000
check 'repositories' has '^[0-9]* repos blog.git$'
check 'destroyed applications' has '^[0-9]* gone u1$'
check 'nothing else' lacks outside
check 'it says that it is whole' test "$(tail -n 1 "$dir/out")" = end
check 'one application' list --app blog
check 'has its own' has '^[0-9]* slugs blog/one$'
check 'with its repository' has 'repos blog.git$'
check 'and nothing of others' lacks 'shop'
check 'nor of destroyed ones' lacks 'gone'
check 'numbers of users' list --uids
check 'which nobody has here but applications' lacks '^uid 0$'
if [ "$(id -u)" = 0 ]; then
        chown 61184:61185 "$dir/cache/blog"
        list --uids
        check 'a file has its user' has '^uid 61184$'
        check 'and its group' has '^uid 61185$'
fi
check 'wrong use is refused' sh -c "! '$program' --app a --uids 2>/dev/null"
check 'a directory that is not there is an error' sh -c "! '$program' --state '$dir/none' 2>/dev/null"
exit $failed
