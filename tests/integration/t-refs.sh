#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# suites: bookworm trixie
# timeout: 600
# What a push can carry, and what each gets: refs, options, histories, trees. After each, git's exit code, `git ls-remote` and
# `paas releases` must agree.
. "${0%/*}/lib/lib.sh"
setup_paas

head_of() { git -C "$1" rev-parse HEAD; }
deployed() {                                    # APP: the commit of the deploy branch, as any git sees it
        GIT_SSH_COMMAND="ssh -F $("$LAB" ssh-config --name "$NAME")" git ls-remote "paas-lab:$1" "refs/heads/${2:-main}" | cut -f1
}
release() { paas releases --app "$1" --json </dev/null | sed -n 's/^ *"version": \([0-9]*\),*$/\1/p' | head -1; }
git_lab() { GIT_SSH_COMMAND="ssh -F $("$LAB" ssh-config --name "$NAME")" git "$@"; }

# --- the first push, branches, tags, deleting

new_app refs
dir=$TMPDIR/refs
repo hello-python "$dir"
fails 'another branch cannot be the first push' push "$dir" refs HEAD:refs/heads/topic
like 'it says what to type' "$output" 'main is deployed: git push paas topic:main'
is 'nothing was released' "$(release refs)" ''
succeeds 'the first push of main' push "$dir" refs
is 'ls-remote has its commit' "$(deployed refs)" "$(head_of "$dir")"
is 'it is v1' "$(release refs)" 1
like 'the output is in the style of Heroku' "$output" 'remote: -----> Python app detected'
succeeds 'the same commit again' push "$dir" refs
like 'is up to date for git' "$output" 'Everything up-to-date'
is 'and releases nothing' "$(release refs)" 1

git -C "$dir" tag v1.0
fails 'a tag' push "$dir" refs v1.0
like 'is refused with what to type' "$output" 'main is deployed: git push paas v1.0\^\{\}:main'
fails 'deleting the deploy branch' push "$dir" refs :refs/heads/main
like 'names apps:destroy' "$output" 'apps:destroy --app refs --confirm refs'
is 'and deletes nothing' "$(deployed refs)" "$(head_of "$dir")"

commit "$dir" second
fails 'several refs at once: not all succeed' push "$dir" refs HEAD:refs/heads/main HEAD:refs/heads/topic v1.0
like 'the deploy branch is deployed' "$output" 'HEAD -> main'
like 'the branch is refused' "$output" 'remote rejected\] HEAD -> topic \(main is deployed'
like 'the tag is refused' "$output" 'remote rejected\] v1.0 -> v1.0 \(main is deployed'
is 'the deploy branch has the commit' "$(deployed refs)" "$(head_of "$dir")"
is 'it is v2' "$(release refs)" 2
is 'nothing else is there' "$(git_lab ls-remote paas-lab:refs | cut -f2 | tr '\n' ' ')" 'HEAD refs/heads/main '

commit "$dir" third
fails 'an atomic push with a refused ref' push "$dir" refs --atomic HEAD:refs/heads/main HEAD:refs/heads/topic
is 'releases nothing' "$(release refs)" 2

# --- force, and who comes late

first=$(git -C "$dir" rev-parse HEAD~2)
git -C "$dir" checkout -q -B other "$first"
commit "$dir" 'another way'
fails 'a push that does not descend, without force' push "$dir" refs HEAD:refs/heads/main
succeeds 'a force push' push "$dir" refs -f HEAD:refs/heads/main
is 'moves the branch' "$(deployed refs)" "$(head_of "$dir")"
succeeds 'the commit that was pushed away can be deployed by its name' paas deploy "$(git -C "$dir" rev-parse main~1)" --app refs
is 'and is then the branch' "$(deployed refs)" "$(git -C "$dir" rev-parse main~1)"
fails 'a ref that is not there cannot' paas deploy nosuchref --app refs
like 'and it says so' "$output" 'nosuchref'

# --- options

new_app options
dir=$TMPDIR/options
repo hello-python "$dir"
fails 'an unknown push option' push "$dir" options -o ci.skip HEAD:refs/heads/main
like 'is refused with those there are' "$output" "push option 'ci.skip' is not known: there are canary=10%, detach, no-rollback, supersede and watch"
succeeds 'detach' push "$dir" options -o detach HEAD:refs/heads/main
like 'says that it goes on' "$output" 'goes on without you'
within 60 'and it does' eval 'paas releases --app options --json </dev/null | jq -e ".[0].current"'
is 'its branch is there' "$(deployed options)" "$(head_of "$dir")"
commit "$dir" second
succeeds 'no-rollback' push "$dir" options -o no-rollback HEAD:refs/heads/main
like 'is kept with the release' "$(paas releases --app options --json </dev/null)" '"no_rollback": true'

# --- a failure, and the same commit again

new_app failing
dir=$TMPDIR/failing
mkdir -p "$dir" && git -C "$dir" init -q -b main
printf 'all:\n\t@test -n "$(ALLOWED)" || cat "$$ENV_DIR/ALLOWED"\n' >"$dir/Makefile"
printf 'worker: tail -f /dev/null\n' >"$dir/Procfile"
commit "$dir" first
fails 'a build that fails' push "$dir" failing
is 'has no ref' "$(deployed failing)" ''
fails 'the same push again builds again' push "$dir" failing
like 'it was a build' "$output" 'remote: ----->'

# --- master first

new_app older
dir=$TMPDIR/older
repo hello-python "$dir"
git -C "$dir" branch -q -m main master
succeeds 'master, when it comes first' push "$dir" older HEAD:refs/heads/master
is 'is the deploy branch' "$(deployed older master)" "$(head_of "$dir")"
commit "$dir" second
fails 'main is then another branch' push "$dir" older HEAD:refs/heads/main
like 'and told so' "$output" 'master is deployed: git push paas main:master'
succeeds 'a clone' git_lab clone -q paas-lab:older "$TMPDIR/older-clone"
is 'checks out master' "$(git -C "$TMPDIR/older-clone" branch --show-current)" master

# --- trees: submodules, git-lfs, names

new_app trees
dir=$TMPDIR/trees
repo hello-python "$dir"
printf '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.com/lib.git\n' >"$dir/.gitmodules"
git -C "$dir" add .gitmodules
git -C "$dir" update-index --add --cacheinfo "160000,$(head_of "$dir"),vendor/lib"
git -C "$dir" -c user.name=D -c user.email=d@example.com commit -q -m submodule
fails 'a submodule' push "$dir" trees HEAD:refs/heads/main
like 'is refused, with its path' "$output" 'vendor/lib'
like 'and where it comes from' "$output" 'https://example.com/lib.git'
like 'and what to do' "$output" '[Vv]endor it into the tree'
git -C "$dir" reset -q --hard HEAD~1

printf '*.bin filter=lfs -text\n' >"$dir/.gitattributes"
printf 'version https://git-lfs.git''hub.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n' >"$dir/data.bin"
commit "$dir" lfs
succeeds 'a git-lfs pointer deploys' push "$dir" trees
like 'with a warning that names the file' "$output" 'git-lfs.*data.bin|data.bin'

blob=$(git -C "$dir" rev-parse HEAD:app.py)
tree=$(printf '100644 .GIT\0%b' "$(sed 's/../\\x&/g' <<<"$blob")" | git -C "$dir" hash-object -t tree -w --literally --stdin)
evil=$(git -C "$dir" -c user.name=D -c user.email=d@example.com commit-tree -p HEAD -m evil "$tree")
fails 'an entry called .GIT' push "$dir" trees "$evil:refs/heads/main"
like 'is refused' "$output" '\.GIT'

# --- shallow clones, as CI has them

new_app shallow
dir=$TMPDIR/shallow
repo hello-python "$dir"
for n in 2 3 4; do commit "$dir" "commit $n"; done
git clone -q --depth 1 "file://$dir" "$TMPDIR/ci"
succeeds 'a push from a shallow clone' push "$TMPDIR/ci" shallow HEAD:refs/heads/main
is 'deploys its commit' "$(deployed shallow)" "$(head_of "$dir")"
for n in 5 6; do commit "$dir" "commit $n"; done
rm -rf "$TMPDIR/ci" && git clone -q --depth 1 "file://$dir" "$TMPDIR/ci"
succeeds 'a forced one whose history does not reach the last' push "$TMPDIR/ci" shallow -f HEAD:refs/heads/main
is 'deploys its commit, too' "$(deployed shallow)" "$(head_of "$dir")"
commit "$dir" 'commit 7'
succeeds 'then one from the whole history' push "$dir" shallow HEAD:refs/heads/main
is 'it is deployed' "$(deployed shallow)" "$(head_of "$dir")"
like 'git finds nothing broken' "$(inlab su -s /bin/sh paas -c 'git -c safe.directory=* -C /var/lib/paas/repos/shallow.git fsck --connectivity-only 2>&1; echo done' </dev/null)" '^(notice.*|dangling.*|Checking.*|[[:space:]])*done$'

# --- the deploy branch is what paasd says, also when its hook died

older=$(git -C "$dir" rev-parse HEAD~1)
inlab su -s /bin/sh paas -c "git -c safe.directory=* -C /var/lib/paas/repos/shallow.git update-ref refs/heads/main $older" </dev/null
is 'a branch that was left behind is set before it is served' "$(deployed shallow)" "$(head_of "$dir")"

finish
