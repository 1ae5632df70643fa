#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-source.sh PAAS-SOURCE: what it refuses, warns of and writes, on repositories made here.
set -u
source=$1 wrong=0
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
export HOME="$directory" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=D GIT_AUTHOR_EMAIL=d@example.com GIT_COMMITTER_NAME=D GIT_COMMITTER_EMAIL=d@example.com
unset GIT_DIR GIT_WORK_TREE
work=$directory/work repository=$directory/work/.git
git init -q -b main "$work"

complain() {
        wrong=1
        printf '%s\n' "$*"
}
commit() { git -C "$work" add -A -f && git -C "$work" commit -q --allow-empty -m "$1" && git -C "$work" rev-parse HEAD; }

# run WANTED-STATUS WORD…: its standard error is then in $said, its standard output in the file `out`
run() {
        wanted=$1
        shift
        said=$("$source" repo "$repository" "$@" 2>&1 >"$directory/out" </dev/null)
        status=$?
        [ "$status" = "$wanted" ] || complain "paas-source $*: $status, not $wanted: $said"
}
says() {
        case $said in *"$1"*) ;; *) complain "it does not say '$1': $said" ;; esac
}
listing() { tar -tf "$directory/out" | tr '\n' ' '; }
bounds='max-bytes 100000 max-files 50'

echo one >"$work/a"
first=$(commit first)
echo two >"$work/b"
second=$(commit second)
git -C "$work" tag v1 && git -C "$work" tag -a -m annotated v2

# --- resolve

for name in main HEAD "$second" v1 v2 "$(echo "$second" | cut -c 1-8)"; do
        run 0 resolve "$name"
        [ "$(cat "$directory/out")" = "$second" ] || complain "resolve $name: $(cat "$directory/out")"
done
for name in nosuch --all -h 'HEAD:a' "$(git -C "$work" rev-parse HEAD:a)" ''; do
        run 10 resolve "$name"
        says 'There is no commit'
        [ ! -s "$directory/out" ] || complain "resolve $name prints something"
done

# --- what is written

# shellcheck disable=SC2086
run 0 commit "$second" $bounds
[ -z "$said" ] || complain "it says: $said"
[ "$(listing)" = 'a b ' ] || complain "the tar has: $(listing)"
printf 'a export-ignore\nb export-subst\n' >"$work/.gitattributes"
printf '* -export-ignore -export-subst\n' >"$repository/info/attributes"
echo '$Format:%H$' >"$work/b"
third=$(commit attributes)
run 0 commit "$third"
[ "$(listing)" = '.gitattributes a b ' ] || complain "with attributes the tar has: $(listing)"
[ "$(tar -xOf "$directory/out" b)" = '$Format:%H$' ] || complain "a file was rewritten"

# --- ancestry

run 0 commit "$second" tip "$first"
run 0 commit "$second" tip "$second"
git -C "$work" checkout -q -b other "$first"
other=$(commit other)
run 10 commit "$other" tip "$second"
says 'fetch first'
run 10 commit "$other" tip "$second" old "$first"
says 'fetch first'
run 0 commit "$other" tip "$second" forced
run 0 commit "$other" tip "$second" old "$second"
run 0 commit "$other"

# --- trees

git -C "$work" checkout -q -b trees "$second"
printf '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.com/lib.git\n' >"$work/.gitmodules"
git -C "$work" add .gitmodules
git -C "$work" update-index --add --cacheinfo "160000,$first,vendor/lib"
git -C "$work" commit -q -m submodule
run 10 commit HEAD
says 'vendor/lib'
says 'lib: https://example.com/lib.git'
[ ! -s "$directory/out" ] || complain 'a refused tree was written'
git -C "$work" reset -q --hard "$second"

tree=$(printf '100644 blob %s\t.GIT\n' "$(git -C "$work" rev-parse HEAD:a)" | git -C "$work" mktree)
run 10 commit "$(git -C "$work" commit-tree -m evil "$tree")"
says '.GIT'

run 10 commit "$second" max-bytes 5 max-files 50
says 'max-source'
run 10 commit "$second" max-bytes 100000 max-files 1
says 'max-files'

# What tells a pointer is how its first line begins; the rest of the address is free.
pointer='version https://git-lfs.example.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345'
for n in 01 02 03 04 05 06 07 08 09 10 11 12; do echo "$pointer" >"$work/$n.bin"; done
run 0 commit "$(commit 'without attributes')"
[ -z "$said" ] || complain "without .gitattributes it says: $said"
echo '*.bin filter=lfs' >"$work/.gitattributes"
run 0 commit "$(commit lfs)"
says '12 files are kept by git-lfs'
says '10.bin'
says '… and 2 more'
case $said in *11.bin*) complain "it lists more than ten" ;; esac
[ "$(tar -tf "$directory/out" | wc -l)" = 15 ] || complain "with pointers the tar has: $(listing)"

# --- from one repository to another, and what they differ in

other_repository=$directory/other.git
git init -q --bare "$other_repository"
git -C "$work" checkout -q -f main
git -C "$work" commit -q --allow-empty -m 'only here	with a tab'
here=$(git -C "$work" rev-parse HEAD)
# receive COMMIT FROM: into the other repository
receive() {
        said=$("$source" repo "$other_repository" commit "$1" from "$2" 2>&1 >"$directory/out") || complain "from $2: $said"
}
in_other() { git --git-dir="$other_repository" "$@"; }
receive "$second" "$repository"
[ -z "$said" ] || complain "a transfer says: $said"
[ "$(in_other rev-parse "refs/paas/released/$second")" = "$second" ] || complain 'the commit did not arrive'
[ "$(in_other rev-list --count "$second")" = 2 ] || complain 'its history did not arrive'
receive "$second" "$repository"

run 0 commit "$here" compare "$other_repository" tip "$second"
[ "$(grep only "$directory/out")" = "<$here	only here	with a tab" ] || complain "what it has before the other: $(cat "$directory/out")"
theirs=$(in_other commit-tree -m 'only there' -p "$second" "$second^{tree}")
run 0 commit "$here" compare "$other_repository" tip "$theirs"
grep -qx ">$theirs	only there" "$directory/out" || complain "theirs: $(cat "$directory/out")"
grep -qx "<$here	only here	with a tab" "$directory/out" || complain "ours: $(cat "$directory/out")"
run 0 commit "$here" compare "$other_repository" tip "$here"
[ "$(cat "$directory/out")" = end ] || complain "the same commit: $(cat "$directory/out")"
run 0 commit "$second" compare "$other_repository"
[ "$(cut -c 1-41 "$directory/out")" = "<$second
<$first
end" ] || complain "nothing runs there: $(cat "$directory/out")"
run 1 commit "$here" compare "$other_repository" tip 1234567890123456789012345678901234567890
grep -q end "$directory/out" && complain 'a comparison that failed looks whole'

git clone -q --depth 1 "file://$work" "$directory/shallow"
git -C "$directory/shallow" commit -q --allow-empty -m 'of a shallow clone'
shallow=$(git -C "$directory/shallow" rev-parse HEAD)
git init -q --bare "$directory/third.git"
said=$("$source" repo "$directory/third.git" commit "$shallow" from "$directory/shallow/.git" 2>&1) || complain "a shallow history: $said"
[ "$(git --git-dir="$directory/third.git" rev-list --count "$shallow")" = 2 ] || complain 'a shallow history did not arrive'
run 1 commit 1234567890123456789012345678901234567890 from "$other_repository"
says 'cannot fetch 12345678'

# --- a use that is none

run 1 commit "$second" from "$other_repository" compare "$other_repository"
run 1 resolve HEAD from "$other_repository"

run 1 commit "$second" max-files many
run 1 commit
run 1 resolve HEAD commit "$second"
run 1 commit "$second" nonsense
exit "$wrong"
