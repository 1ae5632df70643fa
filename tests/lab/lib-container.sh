# Sourced by tests/lab/lab: a lab in systemd-nspawn. Its mounts live in a mount namespace of its own and its processes in a cgroup
# of its own, so that nothing is left on the machine when it dies, however it dies, but a directory and an empty cgroup.
# shellcheck shell=bash

cgroup_of() {
        local top=${PAAS_LAB_CGROUP:-/sys/fs/cgroup/unified} prefix=paas-lab
        [ -e "$top/cgroup.controllers" ] || top=/sys/fs/cgroup
        [ -e "$top/cgroup.controllers" ] || die "this machine has no cgroup v2 hierarchy"
        # a lab of the same name in another directory is another lab
        [ "$base" = /var/tmp/paas-lab ] || prefix+=-$(cksum <<<"$base" | cut -d' ' -f1)
        printf '%s/%s-%s\n' "$top" "$prefix" "$1"
}

# The container's PID 1 as the machine sees it: nspawn's child that is number 1 in a pid namespace of its own.
container_leader() {
        local nspawn child
        nspawn=$(alive "$1/nspawn.pid") || return 1
        # shellcheck disable=SC2013
        for child in $(cat "/proc/$nspawn/task/$nspawn/children" 2>/dev/null); do
                if grep -qE '^NSpid:.*[[:space:]]1$' "/proc/$child/status" 2>/dev/null; then
                        printf '%s\n' "$child"
                        return 0
                fi
        done
        return 1
}

container_start() {            # NAME DIR ROOT
        local name=$1 dir=$2 root=$3
        case $(stat -f -c %T "$base") in
        overlayfs) die "$base is on an overlay itself: point PAAS_LAB_DIR at a directory on a disk" ;;
        esac
        mkdir -p "$dir"/{up/etc,work,root,lib}
        # Id-mapped mounts and upper directories do not work on an overlay, so /var/lib is a plain directory of the machine's
        # file system; all of it, not only paas's part, so that purging the package can remove its directory.
        cp -a "$root/var/lib/." "$dir/lib/"
        printf '%s\n' "$name" >"$dir/up/etc/hostname"
        container_boot "$@"
}

container_boot() {             # NAME DIR ROOT
        local name=$1 dir=$2 root=$3 cg
        cg=$(cgroup_of "$name")
        rm -f "$dir/nspawn.pid"
        rm -rf --one-file-system "$dir/work"    # an overlay that was mounted volatile wants a new one
        mkdir "$dir/work"
        mkdir "$cg" 2>/dev/null || [ -d "$cg" ] || die "$cg: cannot be made (are you root?)"
        (
                # Its own place in the unified hierarchy: two containers started from one cgroup would share one.
                echo 0 >"$cg/cgroup.procs"
                # shellcheck disable=SC2016
                exec setsid unshare --mount --propagation private bash -c "$let_go"'
                        set -e
                        dir=$1 root=$2 name=$3
                        read -ra stat <"/proc/$$/stat"
                        mount -t overlay overlay -o "lowerdir=$root,upperdir=$dir/up,workdir=$dir/work,volatile" "$dir/root" 2>/dev/null ||
                        mount -t overlay overlay -o "lowerdir=$root,upperdir=$dir/up,workdir=$dir/work" "$dir/root"
                        # nspawn puts what it needs under /tmp and /run/systemd/nspawn and leaves it there when it is killed
                        [ "${dir#/tmp/}" != "$dir" ] || mount -t tmpfs tmpfs /tmp
                        mkdir -p /run/systemd/nspawn && mount -t tmpfs tmpfs /run/systemd/nspawn
                        echo "$$ ${stat[21]}" >"$dir/nspawn.pid"
                        # no filter of system calls: the lab stands for a server
                        export SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
                        exec systemd-nspawn --quiet --register=no --keep-unit --boot --private-network --link-journal=no --resolv-conf=off \
                                --timezone=off --machine="$name" -D "$dir/root" --bind="$dir/lib:/var/lib" --console=pipe
                ' lab "$dir" "$root" "$name" </dev/null >"$dir/console.log" 2>&1
        ) &
        disown
        container_wait "$name" "$dir"
}

# Waits until systemd says that it is up. Only its own bus can tell, and that appears during the boot.
container_wait() {
        local state='' end=$((SECONDS + 60))
        until [[ $state == running || $state == degraded ]]; do
                [ $SECONDS -lt $end ] || { tail -20 "$2/console.log" >&2; die "$1 did not come up (${state:-no answer}), see $2/console.log"; }
                if [ -s "$2/nspawn.pid" ] && ! alive "$2/nspawn.pid" >/dev/null; then
                        tail -20 "$2/console.log" >&2
                        die "$1 ended while it booted, see $2/console.log"
                fi
                state=$(container_exec "$1" "$2" systemctl is-system-running --wait 2>/dev/null </dev/null) || true
                case $state in '' | offline) sleep 0.05 ;; esac
        done
}

# In all namespaces of the container, in a cgroup below its own, as root, with a clean environment. It replaces the caller.
container_exec() {
        local name=$1 dir=$2 leader cg
        shift 2
        leader=$(container_leader "$dir") || { say "no lab named $name is up"; return 125; }
        # root inside shall not set the machine's clock, load modules or restart it
        local enter=(nsenter -t "$leader" -a --root --wd setpriv "--bounding-set=-sys_time,-sys_module,-sys_rawio,-sys_boot" env -i "${clean_env[@]}")
        cg=$(cgroup_of "$name")/payload
        if [ -d "$cg" ]; then
                mkdir -p "$cg/lab-run"
                ( echo 0 >"$cg/lab-run/cgroup.procs"; exec "${enter[@]}" "$@" )
        else
                "${enter[@]}" "$@"
        fi
}

# Outbound network through user-mode NAT; the machine's own loopback stays out of reach.
container_net() {              # NAME DIR
        local leader
        command -v slirp4netns >/dev/null || die "slirp4netns is missing: tests/lab/deps"
        leader=$(container_leader "$2")
        rm -f "$2/net.ready"
        mkfifo "$2/net.ready"
        # shellcheck disable=SC2016
        setsid bash -c "$let_go"'read -ra stat <"/proc/$$/stat"; echo "$$ ${stat[21]}" >"$1/net.pid"
                exec slirp4netns --configure --mtu=65520 --disable-host-loopback --ready-fd=3 "$2" tap0 3>"$1/net.ready"' \
                lab "$2" "$leader" </dev/null >"$2/net.log" 2>&1 &
        disown
        timeout 10 head -c 1 "$2/net.ready" >/dev/null || die "slirp4netns did not come up, see $2/net.log"
        echo 'nameserver 10.0.2.3' | container_exec "$1" "$2" sh -c 'cat >/etc/resolv.conf'
        # A machine may trust more authorities than Debian does; what downloads in the lab goes the same way.
        [ ! -r /etc/ssl/certs/ca-certificates.crt ] ||
                container_exec "$1" "$2" sh -c 'cat >/etc/ssl/certs/ca-certificates.crt' </etc/ssl/certs/ca-certificates.crt
}

container_stop() {             # NAME DIR: everything in it is thrown away, so nothing is asked to end gently
        local cg
        cg=$(cgroup_of "$1")
        end "$2/net.pid" TERM
        end "$2/nspawn.pid" KILL
        [ -d "$cg" ] || return 0
        # The container outlives a killed nspawn; all that is in the lab's cgroup is the lab's.
        if [ -e "$cg/cgroup.kill" ]; then
                echo 1 >"$cg/cgroup.kill"
        else
                # shellcheck disable=SC2046  # kernels before 5.14
                kill -9 $(find "$cg" -name cgroup.procs -exec cat {} +) 2>/dev/null || true
        fi
        local until=$((SECONDS + 20))
        while grep -q 'populated 1' "$cg/cgroup.events" && [ $SECONDS -lt $until ]; do sleep 0.02; done
        find "$cg" -depth -type d -exec rmdir {} + || say "$cg is still in use"
}

# SIGRTMIN+5 is reboot.target: services end as they would. nspawn then leaves the starting to whoever runs it.
container_reboot() {           # NAME DIR
        local nspawn net=''
        nspawn=$(alive "$2/nspawn.pid") || die "no lab named $1 is up"
        ! alive "$2/net.pid" >/dev/null || net=1
        kill -RTMIN+5 "$(container_leader "$2")"
        timeout 120 tail --pid="$nspawn" -s 0.02 -f /dev/null || say "$1 did not end by itself"
        container_stop "$1" "$2"
        container_boot "$1" "$2" "$(<"$2/root-path")"
        [ -z "$net" ] || container_net "$1" "$2"
}
