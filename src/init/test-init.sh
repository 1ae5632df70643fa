#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# paas-init, as a unit starts it: what the command sees, and what a failure says.
# shellcheck disable=SC2016 # what is expanded, and when, is the point
set -u
init=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

run() { # COMMAND: what it prints, and its exit code on the last line
  env PAAS_INIT_DIRECTORY="$dir" PAAS_COMMAND="$1" PORT=20001 'QUOTED=a "b" $c' "$init" 2>&1
  echo "exit $?"
}
expect() { # NAME EXPECTED ACTUAL
  [ "$2" = "$3" ] && return
  failed=1
  printf 'FAILED: %s\n--- expected\n%s\n--- was\n%s\n' "$1" "$2" "$3"
}

mkdir "$dir/.profile.d"
echo 'export A=1 ORDER=a' >"$dir/.profile.d/10-a.sh"
echo 'export ORDER="$ORDER b"' >"$dir/.profile.d/20-b.sh"
echo 'export ORDER="$ORDER profile"' >"$dir/.profile"
echo 'echo not a profile' >"$dir/.profile.d/readme.txt"

expect 'the command sees its profile, in order' "1 a b profile $dir $dir
exit 0" "$(run 'echo "$A $ORDER $HOME $PWD"')"
expect 'config and PORT expand once' 'a "b" $c 20001
exit 0' "$(run 'printf "%s %s\n" "$QUOTED" "$PORT"')"
expect 'nothing of paas stays' 'none
exit 0' "$(run 'echo "${PAAS_COMMAND-none}${PAAS_INIT_DIRECTORY-}${_paas_f-}"')"
expect 'a simple command takes the place of the shell' "exit 0" \
  "$(run "exec 3>&1; sh -c 'test \"\$(cat /proc/\$\$/comm)\" = sh && test \$(cat /proc/\$PPID/comm) != bash'")"
expect 'compound commands are left alone' '1
2
exit 3' "$(run 'for i in 1 2; do echo $i; done; (exit 3)')"
expect 'several lines' 'x
y
exit 0' "$(run 'echo x
echo y')"
expect 'its exit code is the command'"'"'s' 'exit 42' "$(run 'exit 42')"
case $(run no-such-program) in
  *'no-such-program: command not found'*'exit 127') ;;
  *) failed=1; echo 'FAILED: an unknown program' ;;
esac
case $(PAAS_INIT_DIRECTORY=$dir/none PAAS_COMMAND=true "$init" 2>&1; echo "exit $?") in
  *"$dir/none: No such file or directory. The slug"*'exit 127') ;;
  *) failed=1; echo 'FAILED: a missing directory' ;;
esac
case $(env -u PAAS_COMMAND "$init" 2>&1; echo "exit $?") in
  *'no command to run'*'exit 127') ;;
  *) failed=1; echo 'FAILED: no command' ;;
esac
expect 'arguments become its parameters' 'a "b|$c d
exit 0' "$(env PAAS_INIT_DIRECTORY="$dir" PAAS_COMMAND='exec "$@"' "$init" printf '%s|%s\n' 'a "b' '$c d' 2>&1
  echo "exit $?")"
rm -r "$dir/.profile.d" "$dir/.profile"
expect 'no profile at all' 'plain
exit 0' "$(run 'echo plain')"
exit $failed
