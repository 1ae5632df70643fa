# Sourced by tests/lab/lab: the developer's laptop. ssh and git of this machine, which share nothing with the lab but its network.
# shellcheck shell=bash

ssh_key() {                    # DIR
        mkdir -p "$1/ssh"
        [ -e "$1/ssh/id" ] || ssh-keygen -q -t ed25519 -N '' -C developer@laptop -f "$1/ssh/id"
}

ssh_config() {                 # NAME DIR: anything that speaks ssh can use it, also without entering a namespace
        local f
        # shellcheck disable=SC2016
        lab_exec "$1" sh -c 'for f in /etc/ssh/ssh_host_*_key.pub; do echo "paas-lab $(cat "$f")"; done' </dev/null >"$2/ssh/known_hosts"
        f=$2/ssh/config
        cat >"$f" <<-END
		Host paas-lab
		    HostName 127.0.0.1
		    HostKeyAlias paas-lab
		    User paas
		    IdentityFile $2/ssh/id
		    IdentitiesOnly yes
		    UserKnownHostsFile $2/ssh/known_hosts
		    GlobalKnownHostsFile /dev/null
		    StrictHostKeyChecking yes
		    CheckHostIP no
		    BatchMode yes
		    ForwardAgent no
		    LogLevel ERROR
		    ProxyCommand $lab_dir/lab net --name $1 -- nc 127.0.0.1 22
	END
}

# The command for GIT_SSH_COMMAND: enters the network and connects directly, without the detour of ProxyCommand.
ssh_command() { printf "nsenter -t %s -n ssh -F '%s/ssh/config' -o ProxyCommand=none" "$1" "$2"; }

# ssh_push NAME DIR SOURCE APP [git push arguments]
ssh_push() {
        local n=$1 dir=$2 src=${3:?push DIR APP} app=${4:?push DIR APP} pid work top
        shift 4
        pid=$(pid_of "$n")
        [ -d "$src" ] || die "$src: no such directory"
        src=$(cd "$src" && pwd -P)
        unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
        top=$(git -C "$src" rev-parse --show-toplevel 2>/dev/null) || top=''
        work=$src
        if [ "$top" != "$src" ] && ! [ -e "$src/HEAD" ]; then
                # no repository of its own (a sample application of this tree): a copy becomes one, a changed file a commit
                work=$dir/push/$app
                mkdir -p "$work"
                [ -d "$work/.git" ] || git -C "$work" init -q -b main
                find "$work" -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
                cp -a "$src/." "$work/"
                git -C "$work" add -A -f
                [ -z "$(git -C "$work" status --porcelain)" ] ||
                        git -C "$work" -c user.name=Developer -c user.email=developer@example.com commit -q -m "$app"
        fi
        [ $# -gt 0 ] || set -- HEAD:refs/heads/main
        GIT_SSH_COMMAND=$(ssh_command "$pid" "$dir") exec git -C "$work" push "paas-lab:$app" "$@"
}
