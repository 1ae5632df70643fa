#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# paas-build as its unit runs it, with packs made for the purpose: order, arguments, exit codes, cache, result.
# shellcheck disable=SC2317 # the conditions are called by check
set -u
build=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0
work=$dir/work packs=$dir/packs cache=$dir/cache
mkdir -p "$packs" "$cache" "$dir/tree"

check() { # NAME CONDITION…
  local name=$1
  shift
  "$@" && return
  failed=1
  printf 'FAILED: %s\n' "$name"
  sed 's/^/    /' "$dir/out"
}
says() { grep -qF -- "$1" "$dir/out"; }
says_not() { ! says "$1"; }
exits() { [ "$code" = "$1" ]; }
absent() { [ ! -e "$1" ]; }

# build_tree [OPTION…]: what it prints in $dir/out, its exit code in $code
build_tree() {
  rm -rf "$work"
  mkdir -p "$work/app" "$work/env"
  printf 'value' >"$work/env/A_CONFIG_VAR"
  tar -C "$dir/tree" -cf "$dir/tar" .
  JOURNAL_STREAM=1:2 SOURCE_VERSION=abc "$build" --app demo --work "$work" --cache "$cache" --packs "$packs" \
    --build-dir "$work/app" "$@" <"$dir/tar" >"$dir/out" 2>&1
  code=$?
}
tree() { # FILE=CONTENT…: a new tree
  rm -rf "$dir/tree"
  mkdir "$dir/tree"
  local pair
  for pair; do printf '%b' "${pair#*=}" >"$dir/tree/${pair%%=*}"; done
}
pack() { # NAME PROGRAM <SCRIPT
  mkdir -p "$packs/$1/bin"
  { echo '#!/bin/bash'; cat; } >"$packs/$1/bin/$2"
  chmod +x "$packs/$1/bin/$2"
}

pack 10-first detect <<'E'
[ -f "$1/first" ] && echo 'First' && exit 0
echo 'a file first' >&2; exit 1
E
pack 10-first compile <<'E'
echo "-----> compile $# $(pwd) STACK=$STACK $SOURCE_VERSION ${JOURNAL_STREAM-none}"
echo "to stderr" >&2
cat "$3/A_CONFIG_VAR" >"$1/from-env"
[ -f "$2/count" ] || echo 0 >"$2/count"
echo $(($(cat "$2/count") + 1)) >"$2/count"
echo "       count $(cat "$2/count")"
mkdir -p "$1/.paas"; printf 'tool=1.2\nbad line\n' >"$1/.paas/versions"
(sleep 98765 & sleep 98765 & wait) &
[ ! -f "$1/fail" ] || exit 3
[ ! -f "$1/kill" ] || kill -9 $$
E
pack 10-first release <<'E'
[ ! -f "$1/no-release" ] || exit 0
[ ! -f "$1/bad-release" ] || { echo 'default_process_types: nonsense'; exit 0; }
printf -- '---\naddons:\n  - x\ndefault_process_types:\n  web: first $PORT\n  extra: more\n'
E
pack 20-second detect <<'E'
[ -f "$1/second" ]
E
pack 20-second compile <<'E'
exit 0
E

tree first= second= 'Procfile=web: mine\nWorker_1: w\n'
build_tree
check 'the first pack that takes it' says '-----> First app detected'
check 'compile gets its three arguments, in BUILD_DIR' says "compile 3 $work/app STACK=host abc none"
check 'standard error is passed on' says 'to stderr'
check 'built' exits 0
check 'the Procfile wins, defaults are added' grep -q '"command": "mine"' "$work/result.json"
check 'a default that is not in the Procfile' grep -q '"command": "more"' "$work/result.json"
check 'warnings of the Procfile' says 'worker-1'
check 'ignored parts of bin/release' says "'addons' of the pack's bin/release is ignored"
check 'versions' grep -q '"tool=1.2"' "$work/result.json"
check 'config vars are files' grep -q value "$work/app/from-env"
check 'nobody is left behind' test -z "$(pgrep -f 'sleep 98765' -P 1)"
check 'the pack is named' grep -q '"pack": "first"' "$work/result.json"

build_tree
check 'the cache is there in the second build' says 'count 2'
tree first= fail=
build_tree
check 'a failed compile is the application'"'"'s fault' exits 10
check 'and says how it ended' says 'The first pack could not build this: it exited with 3.'
check 'no result' absent "$work/result.json"
tree first= kill=
build_tree
check 'a killed compile' says 'it was killed by signal 9'
check 'its exit code' exits 10
tree first=
build_tree
check 'a failed build leaves the cache as it was' says 'count 3'
check 'no notice of a web process' says_not "no process type 'web'"

tree first=
build_tree --cache-quota 1K
check 'a cache above its quota is no reason to fail' exits 0
check 'it is said' says 'it is emptied'
check 'and emptied' test -z "$(find "$cache" -mindepth 2)"
build_tree
check 'the next build starts with an empty one' says 'count 1'
check 'which is below the quota' says_not 'it is emptied'

tree first= bad-release=
build_tree
check 'bin/release that is not understood' says 'bin/release of the pack, line 1'
check 'its exit code' exits 10

tree second=
build_tree
check 'nothing to start' says 'There is no Procfile, and the second pack does not know how to start this.'
check 'its exit code' exits 10
tree second= 'Procfile=worker: x\nrelease: migrate\n'
build_tree
check 'no web process' says "nothing will answer HTTP"
check 'built' exits 0

tree README.md=hi
mkdir "$dir/tree/src"
build_tree
check 'nothing recognised' says 'No Procfile, and no pack recognises this.'
check 'what is there' says 'In the root of the tree: README.md, src/'
check 'what was looked for' says 'a file first'
check 'its exit code' exits 10
tree
build_tree
check 'an empty tree' says 'the tree is empty'

tree first= 'Procfile=web x\nfoo\n'
build_tree
check 'a bad Procfile, before anything is compiled' says 'Procfile, line 2'
check 'not compiled' says_not 'app detected'
check 'its exit code' exits 10
tree first= 'app.json={"formation": 1}'
build_tree
check 'a bad app.json' says 'app.json'
check 'its exit code' exits 10
tree first= Procfile=
build_tree
check 'an empty Procfile' exits 10

tree first= .slugignore='*.big\n' x.big=1 'Procfile=web: x\n'
build_tree
check '.slugignore' says '.slugignore: 1 paths removed'
check 'it is gone' absent "$work/app/x.big"

tree first= .buildpacks=https://example.com/pack 'Procfile=web: x\n'
build_tree
check '.buildpacks' says '.buildpacks is not read'
check 'and does no harm' exits 0

build_tree --max-files 2
check 'too many files' says 'more than 2 files'
check 'its exit code' exits 10
build_tree --max-bytes 3
check 'too many bytes' says 'more than 3 bytes'

head -c 1024 "$dir/tar" >"$dir/cut"
"$build" --app demo --work "$work" --cache "$cache" --packs "$packs" --build-dir "$work/app" <"$dir/cut" >"$dir/out" 2>&1
code=$?
check 'a cut stream is not the application'"'"'s fault' exits 1
"$build" --app demo --work "$work" --cache "$cache" --packs "$packs" --build-dir "$dir" </dev/null >"$dir/out" 2>&1
code=$?
check 'BUILD_DIR must be DIR/app' says 'are not the same directory'
check 'its exit code' exits 1
"$build" --app 'a b' --work "$work" --cache "$cache" </dev/null >"$dir/out" 2>&1
code=$?
check 'bad arguments' exits 1

printf '{"a": {"b.c": [1, true, "x\\ty\\\\"]}, "e": {}, "n": null}' >"$dir/j.json"
"$build" --flatten-json "$dir/j.json" >"$dir/out"
check '--flatten-json' test "$(cat "$dir/out")" = "$(printf 'a.b\\.c.0\t1\na.b\\.c.1\ttrue\na.b\\.c.2\tx\\ty\\\\\ne\t{}\nn\tnull')"
exit $failed
