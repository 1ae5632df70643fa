# Sourced by tests/lab/lab: a lab in qemu, for what a container cannot show: all cgroup controllers, a kernel of its own, reboot, power
# loss. qemu runs in a network namespace of its own whose loopback ports 22, 80 and 443 lead to the guest's, so that entering
# the network of a lab means the same for both kinds and no port of the machine is taken. No root file system is ever mounted here.
# shellcheck shell=bash

vm_image() {                   # SUITE: prints the directory of kernel, initrd and disk
        local root image
        root=$(root_make vm "$1")
        image=$root.vm
        exec 8>"$root.lock"
        flock 8
        if [ ! -e "$image/disk" ]; then
                command -v mke2fs >/dev/null || die "e2fsprogs are missing: tests/lab/deps vm"
                say "making the $1 disk image (once)"
                rm -rf --one-file-system "$image.new"
                mkdir "$image.new"
                ssh-keygen -q -t ed25519 -N '' -C lab -f "$image.new/key"
                mkdir -p "$root/root/.ssh"
                install -m 600 "$image.new/key.pub" "$root/root/.ssh/authorized_keys"
                cp "$root"/boot/vmlinuz-* "$image.new/kernel"
                cp "$root"/boot/initrd.img-* "$image.new/initrd"
                truncate -s 6G "$image.new/disk"
                mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0 -d "$root" "$image.new/disk" >&2
                mv "$image.new" "$image"
        fi
        exec 8>&-
        printf '%s\n' "$image"
}

vm_start() {                   # NAME DIR: DIR/disk is the machine's own, over the image
        local name=$1 dir=$2 image
        command -v qemu-system-x86_64 >/dev/null || die "qemu is missing: tests/lab/deps vm"
        ! alive "$dir/qemu.pid" >/dev/null || die "$name runs already"
        rm -f "$dir/qemu.pid"
        vm_forget "$dir"
        image=$(<"$dir/image")
        [ -e "$dir/disk" ] || qemu-img create -q -f qcow2 -F raw -b "$image/disk" "$dir/disk"
        # software emulation unless told otherwise: it is there on every machine
        # shellcheck disable=SC2016
        setsid unshare --net bash -c "$let_go"'
                set -e
                dir=$1 image=$2 name=$3 accel=$4 memory=$5
                read -ra stat <"/proc/$$/stat"
                # The kernel shares the processors among sessions, and this one has hundreds of others beside it.
                { echo -10 >/proc/self/autogroup; } 2>/dev/null || true
                ip link set lo up
                echo "$$ ${stat[21]}" >"$dir/qemu.pid"
                exec qemu-system-x86_64 -name "$name" -accel "$accel" -cpu max -smp 2 -m "$memory" -display none -nodefaults -no-user-config \
                        -kernel "$image/kernel" -initrd "$image/initrd" \
                        -append "root=/dev/vda rw console=ttyS0 net.ifnames=0 systemd.unified_cgroup_hierarchy=1 psi=1 quiet systemd.hostname=$name" \
                        -drive "file=$dir/disk,if=virtio,format=qcow2,cache=writeback" -device virtio-rng-pci -serial "file:$dir/console.log" \
                        -netdev user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:22-:22,hostfwd=tcp:127.0.0.1:80-:80,hostfwd=tcp:127.0.0.1:443-:443 \
                        -device virtio-net-pci,netdev=n
        ' lab "$dir" "$image" "$name" "${PAAS_LAB_VM_ACCEL:-tcg,thread=multi}" "${PAAS_LAB_VM_MEMORY:-1536}" </dev/null >"$dir/qemu.log" 2>&1 &
        disown
        vm_wait "$name" "$dir"
}

# The guest tells by its sshd, then by its systemd.
vm_wait() {
        local state='' until=$((SECONDS + 300))
        until [[ $state == running || $state == degraded ]]; do
                [ $SECONDS -lt $until ] || { tail -20 "$2/console.log" "$2/wait.log" >&2; die "$1 did not come up, see $2/console.log"; }
                if [ -s "$2/qemu.pid" ] && ! alive "$2/qemu.pid" >/dev/null; then cat "$2/qemu.log" >&2; die "qemu ended, see $2/qemu.log"; fi
                state=$(vm_exec "$1" "$2" systemctl is-system-running --wait 2>"$2/wait.log" </dev/null) || true
                [ -n "$state" ] || sleep 0.3
        done
}

# One ssh connection is kept open, since making one takes a second of emulated cryptography. (Its socket has a short name: a path of
# more than 108 bytes is none.)
vm_exec() {                    # NAME DIR CMD…
        local dir=$2 pid image quoted tty=()
        pid=$(alive "$dir/qemu.pid") || { say "no virtual machine named $1 is up"; return 125; }
        image=$(<"$dir/image")
        shift 2
        printf -v quoted '%q ' env -i "${clean_env[@]}" "$@"
        [ ! -t 0 ] || tty=(-t)
        nsenter -t "$pid" -n ssh -o LogLevel=ERROR "${tty[@]}" -i "$image/key" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
                -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=12 \
                -o ControlMaster=auto -o ControlPersist=yes -o "ControlPath=$dir/m" -F /dev/null root@127.0.0.1 -- "$quoted"
}

vm_forget() { rm -f "$1/m"; }  # the shared connection of a guest that is gone

vm_reboot() {
        local before until=$((SECONDS + 450))
        before=$(vm_exec "$1" "$2" cat /proc/sys/kernel/random/boot_id </dev/null)
        vm_exec "$1" "$2" systemctl reboot </dev/null >"$2/wait.log" 2>&1 || true
        until [ "$(timeout 15 "$lab_dir/lab" run --name "$1" -- cat /proc/sys/kernel/random/boot_id 2>/dev/null </dev/null || echo "$before")" != "$before" ]; do
                [ $SECONDS -lt $until ] || { tail -20 "$2/console.log" "$2/wait.log" >&2; die "$1 did not come back, see $2/console.log"; }
                sleep 0.5
        done
        vm_wait "$1" "$2"
}

vm_stop() {
        end "$2/qemu.pid" KILL
        vm_forget "$2"
}
