#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-remote.sh CLIENT: the laptop's client in every POSIX shell that there is here, with an ssh that only tells what it was asked.
set -u
client=$1 wrong=0
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
unset PAAS_HOST PAAS_KEY PAAS_APP GIT_DIR GIT_WORK_TREE
export HOME="$directory/home" GIT_CONFIG_NOSYSTEM=1 PAAS_SSH="$directory/ssh -p 2222"

# The words are in single quotes, which the server's parser and this shell read alike.
cat >"$directory/ssh" <<'END'
#!/bin/sh
while case $1 in -p | -o) shift 2 ;; -t | -T) shift ;; *) false ;; esac; do :; done
printf 'host %s\n' "$1"
eval "set -- $2"
for word do printf 'word [%s]\n' "$word"; done
[ ! -p /dev/stdin ] && [ ! -f /dev/stdin ] || tr '\000' '@' | sed 's/^/input /'
END
chmod +x "$directory/ssh"
mkdir -p "$HOME/.ssh" "$directory/work" "$directory/plain"
echo 'ssh-ed25519 AAAA ana' >"$HOME/.ssh/id_ed25519.pub"
echo 'ssh-ed25519 BBBB ben' >"$directory/ben key.pub"
git -C "$directory/work" init -q && git -C "$directory/work" remote add paas paas@example.com:blog
git -C "$directory/work" remote add staging ssh://paas@staging.example.com:2200/blog-staging.git

complain() {
        wrong=1
        printf '%s: %s\n' "$shell" "$*"
}

# check WHERE WANTED WORD…: what ssh was told, its lines joined by blanks
check() {
        where=$1 wanted=$2
        shift 2
        got=$(cd "$directory/$where" && $shell "$client" "$@" 2>&1 </dev/null | tr '\n' ' ')
        [ "${got% }" = "$wanted" ] || complain "paas $*: got '$got', wanted '$wanted'"
}

test_words() {
        check work 'host paas@example.com word [--default-app=blog] word [ps]' ps
        check work 'host paas@example.com word [--default-app=blog] word [ps] word [--json]' ps --json
        check work 'host paas@example.com word [--default-app=blog] word [config:get] word [A]' config get A
        check work "host paas@example.com word [--default-app=blog] word [domains:add] word [it's] word [\$HOME *] word [] word [a \"b\" \\]" \
                domains:add "it's" "\$HOME *" '' 'a "b" \'
        check work 'host ssh://paas@staging.example.com:2200 word [--default-app=blog-staging] word [ps]' ps -r staging
        check work 'host ssh://paas@staging.example.com:2200 word [--default-app=blog-staging] word [ps]' ps --remote=staging
        check work "paas: There is no git remote 'nosuch' here" ps --remote nosuch
        check plain "paas: Which server? Set PAAS_HOST=paas@HOST, or work in a repository with a git remote 'paas'" ps
        check work 'host paas@example.com word [--default-app=blog] word [help]'
        check work 'host paas@example.com word [--default-app=blog] word [--version]' --version
}

test_host() {
        PAAS_HOST=paas@other.example.com
        export PAAS_HOST
        check plain 'host paas@other.example.com word [apps]' apps
        PAAS_HOST=other.example.com
        check plain 'host paas@other.example.com word [apps]' apps
        PAAS_HOST=-oProxyCommand=x
        check plain "paas: PAAS_HOST is '-oProxyCommand=x', which is no host" apps
        unset PAAS_HOST
}

test_run() {
        check work "host paas@example.com word [--default-app=blog] word [run] word [-s] word [standard-2x] word [-e] word [A=b c] word [ls] word [-r] word [x;] word [--app] word [y]" \
                run -s standard-2x -e 'A=b c' ls -r 'x;' --app y
        check work 'host ssh://paas@staging.example.com:2200 word [--default-app=blog-staging] word [run:detached] word [--] word [-x] word [-r] word [paas]' \
                run:detached -r staging -- -x -r paas
        check work 'host paas@example.com word [--default-app=blog] word [run:detached] word [rake]' run detached rake
        got=$(cd "$directory/work" && printf 'a\000b' | $shell "$client" run cat | tail -1)
        [ "$got" = 'input a@b' ] || complain "standard input of run: $got"
}

test_config() {
        check work 'host paas@example.com word [--default-app=blog] word [config:set] word [-] input A=x y; $z@B=it'"'"'s@' \
                config:set 'A=x y; $z' "B=it's"
        check work 'host paas@example.com word [--default-app=blog] word [config:set] word [-a] word [shop] word [-] input A=@' \
                config set -a shop A=
        check work 'host paas@example.com word [--default-app=blog] word [config:set] word [--] word [-] input A=1@-b=2@' \
                config:set -- A=1 -b=2
        check work 'host paas@example.com word [--default-app=blog] word [config:set] word [-] input A=one input two@' config:set 'A=one
two'
}

test_config_file() {
        printf 'A=1\n' >"$directory/my env"
        for option in "--file|$directory/my env" "-f|$directory/my env"; do
                check work 'host paas@example.com word [--default-app=blog] word [config:set] word ['"${option%%|*}"'] word [-] input A=1' \
                        config:set "${option%%|*}" "${option#*|}"
        done
        check work "host paas@example.com word [--default-app=blog] word [config:set] word [--file=-] word [--replace] word [B=it's] input A=1" \
                config:set --file="$directory/my env" --replace "B=it's"
        check work "paas: $directory/none cannot be read" config:set -f "$directory/none"
        check work 'host paas@example.com word [--default-app=blog] word [config:set] word [-a] word [shop] word [A=1] word [KEY=-]' \
                config:set -a shop A=1 KEY=-
}

# An editor that appends, and a server that tells what it is asked, refuses the first file, and keeps what it is sent.
test_edit() {
        cat >"$directory/editor" <<'END'
#!/bin/sh
stat -c '%a' "$1" "${1%/*}" | tr '\n' ' '
echo "NEW=$(cat "$HOME/round" 2>/dev/null)" >>"$1"
END
        cat >"$directory/server" <<'END'
#!/bin/sh
while case $1 in -p | -o) shift 2 ;; -t | -T) shift ;; *) false ;; esac; do :; done
printf '%s\n' "$2" >>"$HOME/asked"
case $2 in
*--env*) echo A=1 ;;
*--dry-run*) cat >"$HOME/sent"; [ -e "$HOME/round" ] || { echo 2 >"$HOME/round"; echo 'line 4 is bad' >&2; exit 2; }; echo 'set NEW' ;;
*) cat >"$HOME/sent"; echo 'Set NEW of blog: released v2' ;;
esac
END
        chmod +x "$directory/editor" "$directory/server"
        mkdir "$directory/memory"
        rm -f "$HOME/round" "$HOME/asked"
        got=$(cd "$directory/work" && printf '\ny\n' | XDG_RUNTIME_DIR=$directory/memory VISUAL="$directory/editor" \
                PAAS_SSH="$directory/server" $shell "$client" config:edit --no-restart -a shop 2>&1 | tr '\n' ' ')
        wanted='600 700 line 4 is bad Edit it again? [Y/n] 600 700 set NEW Is this what you want? [Y/n] Set NEW of blog: released v2 '
        [ "$got" = "$wanted" ] || complain "config:edit: got '$got', wanted '$wanted'"
        got=$(grep -v '^#' "$HOME/sent" | tr '\n' ' ')
        [ "$got" = 'A=1 NEW= NEW=2 ' ] || complain "config:edit sends '$got'"
        got=$(tail -1 "$HOME/asked")
        [ "$got" = "'--default-app=blog' config:set --file - --replace --no-restart '-a' 'shop'" ] || complain "config:edit asks '$got'"
        [ -z "$(ls "$directory/memory")" ] || complain 'config:edit leaves its file behind'
        got=$(cd "$directory/work" && printf 'n\n' | XDG_RUNTIME_DIR=$directory/memory EDITOR="$directory/editor" \
                PAAS_SSH="$directory/server" $shell "$client" config:edit 2>&1 | tail -1)
        [ "$got" = 'Is this what you want? [Y/n] paas: Nothing was changed' ] || complain "config:edit, refused: '$got'"
        [ -z "$(ls "$directory/memory")" ] || complain 'a refused config:edit leaves its file behind'
        rm -r "$directory/memory"
}

test_keys() {
        check work 'host paas@example.com word [--default-app=blog] word [keys:add] input ssh-ed25519 BBBB ben' keys:add "$directory/ben key.pub"
        check work 'host paas@example.com word [--default-app=blog] word [keys:add] word [--user] word [ben] input ssh-ed25519 BBBB ben' \
                keys:add --user ben "$directory/ben key.pub"
        check work "paas: $directory/none cannot be read" keys:add "$directory/none"
        check work 'host paas@example.com word [--default-app=blog] word [setup] word [--admin] word [ana] word [--key] word [-] input ssh-ed25519 AAAA ana' \
                setup --admin ana --key "$HOME/.ssh/id_ed25519.pub"
        got=$(cd "$directory/work" && $shell "$client" keys:add <"$directory/ben key.pub" | tail -1)
        [ "$got" = 'input ssh-ed25519 BBBB ben' ] || complain "keys:add from standard input: $got"
}

test_create() {
        rm -rf "$directory/new" && mkdir "$directory/new" && git -C "$directory/new" init -q
        PAAS_HOST=paas@example.com
        export PAAS_HOST
        check new 'host paas@example.com word [apps:create] word [shop] The git remote paas is set: git push paas main' create shop
        unset PAAS_HOST
        got=$(git -C "$directory/new" remote get-url paas)
        [ "$got" = paas@example.com:shop ] || complain "the remote after apps:create is $got"
        check new 'host paas@example.com word [--default-app=shop] word [apps:create] word [shop-prod] The git remote prod is set: git push prod main' \
                apps:create shop-prod --remote prod
        got=$(git -C "$directory/new" remote get-url prod)
        [ "$got" = paas@example.com:shop-prod ] || complain "the remote after apps:create --remote is $got"
        check new "paas: There is a git remote 'prod' already" apps:create other -r prod
        check plain 'paas: There is no git repository here' apps:create other -r prod
}

# 64 KiB of what has to be quoted, exact.
test_large() {
        head -c 49152 /dev/urandom | base64 -w 60 | sed "s/[A-C]/'/g" >"$directory/value"
        value=$(cat "$directory/value")
        printf '#!/bin/sh\ncat >"%s/got"\n' "$directory" >"$directory/take"
        chmod +x "$directory/take"
        (cd "$directory/work" && PAAS_SSH=$directory/take $shell "$client" config:set "A=$value")
        printf 'A=%s\0' "$value" | cmp -s - "$directory/got" || complain "a value of 64 KiB is not exact"
}

for shell in dash 'bash --posix' 'busybox sh' mksh ksh 'zsh --emulate sh'; do
        command -v "${shell%% *}" >/dev/null || continue
        test_words
        test_host
        test_run
        test_config
        test_config_file
        test_edit
        test_keys
        test_create
        test_large
        printf '%s: done\n' "$shell"
done
exit "$wrong"
