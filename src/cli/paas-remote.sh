#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# paas on a laptop: runs the verbs of paas(1) on a server, by ssh. It needs a POSIX shell and ssh, git if it shall find the application
# by itself, and nothing else: copy it to a directory of $PATH as `paas`. On the server `paas` becomes it when PAAS_HOST is set.
#
#   PAAS_HOST=paas@example.com   the server; without it the git remote `paas` tells
#   PAAS_SSH='ssh -p 2222'       the ssh command
#
# The server cuts the command line into words as a POSIX shell quotes, and expands nothing. Here each word is quoted, so that it arrives
# as it was typed. What must not be too long for a command line, config vars, goes by standard input.
set -u
LC_ALL=C
export LC_ALL

complain() {
        printf 'paas: %s\n' "$1" >&2
        exit 2
}

# Its arguments as words for the server's parser, each in single quotes, in $quoted.
quote() {
        quoted=
        for word do
                rest=$word
                quotedpart=
                while :; do
                        case $rest in
                        *\'*)
                                quotedpart=$quotedpart${rest%%\'*}"'\\''"
                                rest=${rest#*\'}
                                ;;
                        *) break ;;
                        esac
                done
                quoted="$quoted${quoted:+ }'$quotedpart$rest'"
        done
}

remote_url() {
        git config --get "remote.$1.url" 2>/dev/null
}

# paas@host:blog, ssh://paas@host:22/blog: what stands before the application, and the application.
host_of_url() {
        case $1 in
        ssh://*/*) printf '%s\n' "${1%/"${1##*/}"}" ;;
        *:*) printf '%s\n' "${1%%:*}" ;;
        esac
}

app_of_url() {
        name=${1%/}
        name=${name##*[:/]}
        printf '%s\n' "${name%.git}"
}

# ---- what was asked for: the verb, --remote, and whether an application is named

verb=${1-help}
case $verb in
-*) ;;
*:*) [ $# -eq 0 ] || shift ;;
*)
        [ $# -eq 0 ] || shift
        # "config set" is "config:set"
        case $verb:${1-} in
        apps:create | apps:destroy | apps:info | apps:lock | apps:restore | apps:unlock | config:add | config:diff | config:edit | config:get | \
                config:set | config:unset | config:remove | deploys:cancel | \
                domains:add | domains:remove | keys:add | keys:remove | ps:kill | ps:restart | ps:scale | ps:stop | \
                releases:info | run:detached | users:add)
                verb=$verb:$1
                shift
                ;;
        esac
        ;;
esac
case $verb in
config:add) verb=config:set ;;
create) verb=apps:create ;;
esac

# Options with a value in the next word, of all verbs: so that a value is not taken for an argument.
takes_value() {
        case $1 in
        -a | --app | -f | --file | --reason | -n | --lines | --number | -p | --ps | --source | --confirm | -u | --user | --email | --domain | --key) return 0 ;;
        -s) case $verb in logs | run | run:detached) ;; *) return 1 ;; esac ;;
        -e | --env | --size | --time-limit) return 0 ;;
        --admin) [ "$verb" = setup ] ;;
        *) return 1 ;;
        esac
}

# What follows the first argument is a command of somebody else's, with options of its own.
is_command() {
        case $verb in run | run:detached) ;; *) return 1 ;; esac
}

remote=
expects_remote=
skip=
for word do
        if [ -n "$expects_remote" ]; then
                remote=$word
                expects_remote=
                continue
        fi
        if [ -n "$skip" ]; then
                skip=
                continue
        fi
        case $word in
        --) break ;;
        --remote | -r) expects_remote=yes ;;
        --remote=*) remote=${word#*=} ;;
        -r?*) remote=${word#-r} ;;
        -?*) ! takes_value "$word" || skip=yes ;;
        *) ! is_command || break ;;
        esac
done
created=paas # the git remote that apps:create sets
if [ "$verb" = apps:create ] && [ -n "$remote" ]; then
        git rev-parse --git-dir >/dev/null 2>&1 || complain "There is no git repository here"
        ! remote_url "$remote" >/dev/null || complain "There is a git remote '$remote' already"
        created=$remote
        remote=
fi
url=$(remote_url "${remote:-paas}") || url=
[ -z "$remote" ] || [ -n "$url" ] || complain "There is no git remote '$remote' here"

host=${PAAS_HOST-}
[ -n "$host" ] || host=$(host_of_url "$url")
[ -n "$host" ] || complain "Which server? Set PAAS_HOST=paas@HOST, or work in a repository with a git remote 'paas'"
case $host in
-*) complain "PAAS_HOST is '$host', which is no host" ;;
*@*) ;;
ssh://*) host=ssh://paas@${host#ssh://} ;;
*) host=paas@$host ;;
esac
app=
[ -z "$url" ] || app=$(app_of_url "$url")

# ---- how it gets there

# The words for the server in $line. --remote means something here only, and is left out.
line=
add() {
        quote "$1"
        line=${line:+$line }$quoted
}

# ssh WORDS with a terminal when there is one at both ends.
run() {
        if [ "$1" = yes ] && [ -t 0 ] && [ -t 1 ]; then
                # shellcheck disable=SC2086  # PAAS_SSH is a command with its options
                exec ${PAAS_SSH:-ssh} -t -o LogLevel=ERROR "$host" "$line"
        fi
        # shellcheck disable=SC2086
        exec ${PAAS_SSH:-ssh} -T "$host" "$line"
}

[ -z "$app" ] || add "--default-app=$app"
default=$line # of config:edit, which is two verbs of the server
case $verb in
config:edit) line= ;;
-*) ;;
*) add "$verb" ;;
esac

# The public key that somebody without a FILE means.
default_key() {
        for key in id_ed25519 id_ecdsa id_rsa; do
                [ ! -f "$HOME/.ssh/$key.pub" ] || { printf '%s\n' "$HOME/.ssh/$key.pub"; return; }
        done
}

file=        # of keys:add, setup --key, or config:set --file
input=       # config:set has a NAME=-
assume=      # config:edit --yes
no_restart=  # of config:edit
first=       # the first argument
entries=     # of config:set, quoted for eval
value_of=    # the option whose value comes next
options=yes  # until "--"
tty=yes      # where there is one
for word do
        if [ -n "$value_of" ]; then
                case $value_of in
                --key | -f | --file) file=$word; word=- ;;
                esac
                [ "$value_of" = --remote ] || add "$word"
                value_of=
                continue
        fi
        case $options$word in
        yes--) options=no ;;
        yes--remote | yes-r) value_of=--remote; continue ;;
        yes--remote=* | yes-r?*) continue ;;
        yes--key=*) file=${word#*=}; word=--key=- ;;
        yes--file=*) file=${word#*=}; word=--file=- ;;
        yes-f?*) file=${word#-f}; word=--file=- ;;
        yes--yes | yes-y) assume=yes; continue ;;
        yes--no-restart)
                if [ "$verb" = config:edit ]; then
                        no_restart=$word
                        continue
                fi
                ;;
        yes-?*)
                [ "$word" != --no-tty ] || tty=no
                ! takes_value "$word" || value_of=$word
                ;;
        *)
                [ -n "$first" ] || first=$word
                ! is_command || options=no
                case $verb in
                keys:add) file=$word; continue ;;
                config:set)
                        if [ "$word" != - ]; then
                                case $word in
                                *=-) input=yes ;;
                                esac
                                quote "$word"
                                entries="$entries $quoted"
                                continue
                        fi
                        ;;
                esac
                ;;
        esac
        add "$word"
done

# ---- config:edit: the editor runs here, what it is given and what it leaves goes by the server's verbs

server() {
        # shellcheck disable=SC2086
        ${PAAS_SSH:-ssh} -T "$host" "${default:+$default }$*${line:+ $line}"
}

# An empty answer is yes, the end of the input is no.
confirm() {
        printf '%s [Y/n] ' "$1" >&2
        read -r answer || return 1
        case $answer in
        '' | [yY]*) return 0 ;;
        *) return 1 ;;
        esac
}

edit_once() {
        trap : INT # is the editor's, while it runs
        sh -c "${VISUAL:-${EDITOR:-vi}} \"\$1\"" editor "$directory/config.env" || {
                printf 'paas: The editor failed: nothing was changed\n' >&2
                exit 1
        }
        trap 'exit 130' INT
        plan=$(server "config:set --file - --replace --dry-run" <"$directory/config.env") || return
        case $plan in
        'Nothing would change'*)
                printf 'Nothing has changed%s\n' "${plan#Nothing would change}"
                exit 0
                ;;
        esac
        printf '%s\n' "$plan" >&2
        if [ -z "$assume" ] && ! confirm 'Is this what you want?'; then
                printf 'paas: Nothing was changed\n' >&2
                exit 1
        fi
        server "config:set --file - --replace $no_restart" <"$directory/config.env"
}

edit() {
        umask 077
        directory=
        for place in "${XDG_RUNTIME_DIR:-/dev/shm}" /dev/shm "${TMPDIR:-/tmp}"; do
                directory=$(mktemp -d "$place/paas-edit-XXXXXX" 2>/dev/null) && break
        done
        [ -n "$directory" ] || complain "No directory can be made for a temporary file"
        trap 'rm -rf "$directory"' EXIT
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 143' TERM
        {
                printf '# The config vars, NAME=value a line. What is deleted here is unset.\n'
                # shellcheck disable=SC2016
                printf '# In "double quotes" \\n is a newline, \\" a quote and \\\\ a backslash.\n'
                server "config --env" </dev/null || exit
        } >"$directory/config.env" || exit
        until edit_once; do
                confirm 'Edit it again?' || exit 1
        done
        exit 0
}

case $verb in
config:edit) edit ;;
keys:add)
        if [ -z "$file" ] && [ -t 0 ]; then
                file=$(default_key)
                [ -n "$file" ] || complain "There is no public key in ~/.ssh: ssh-keygen makes one, or name a FILE"
                printf 'The key is %s\n' "$file" >&2
        fi
        ;;
esac
if [ "$verb" = config:set ] && [ -n "$file$input" ]; then
        # Standard input is the file's, or the value's.
        line=$line$entries
        entries=
fi
if [ -n "$file" ] && [ "$file" != - ]; then
        [ -r "$file" ] || complain "$file cannot be read"
        exec <"$file"
        run no
fi
if [ -n "$entries" ]; then
        line="$line -"
        # shellcheck disable=SC2086
        eval "printf '%s\\0' $entries" | ${PAAS_SSH:-ssh} -T "$host" "$line"
        exit
fi
if [ "$verb" = apps:create ] && [ -n "$first" ] && { [ "$created" != paas ] || [ -z "$url" ]; } && git rev-parse --git-dir >/dev/null 2>&1; then
        # shellcheck disable=SC2086
        ${PAAS_SSH:-ssh} -T "$host" "$line" || exit
        case $host in
        ssh://*) url=$host/$first ;;
        *) url=$host:$first ;;
        esac
        git remote add "$created" "$url" && printf 'The git remote %s is set: git push %s main\n' "$created" "$created" >&2
        exit 0
fi
run "$tty"
