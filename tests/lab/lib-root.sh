# Sourced by tests/lab/lab: root file systems made by mmdebstrap, kept by suite and package list.
# shellcheck shell=bash

# packages KIND SUITE: the names, one a line
packages() {
        sed -n "s|^$1\\(/$2\\)\\{0,1\\}: *||p" "$tree/tests/lab/packages" | tr -s ' ' '\n' | sort -u
}

build_depends() {              # of the package, without versions, alternatives and variables
        sed -n '/^Build-Depends/,/^[A-Z][A-Za-z-]*:/{/^Build-Depends/s/^[^:]*://p;/^[ \t]/p}' "$tree/packaging/deb/control" |
                tr ',' '\n' | sed 's/[([<|].*//; s/debhelper-compat//; s/[ \t]//g' | grep -v '^$' | sort -u
}

root_packages() {
        case $1 in
        vm) packages server "$2"; packages vm "$2" ;;
        build) packages build "$2"; build_depends ;;
        *) packages "$1" "$2" ;;
        esac
}

root_path() {                  # KIND SUITE
        local hash
        hash=$( { root_packages "$@"; echo "$root_finish$vm_finish"; } | sha256sum)
        printf '%s/roots/%s-%s-%.12s\n' "$base" "$2" "$1" "$hash"
}

# What a server of ours is beside its packages; runs with the new root as $1, after everything is installed.
# shellcheck disable=SC2016  # run by mmdebstrap's sh
root_finish='set -e; cd "$1"
: >etc/machine-id; rm -f var/lib/dbus/machine-id
rm -f etc/systemd/system/multi-user.target.wants/haproxy.service
for u in console-getty.service getty@.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
         fstrim.timer systemd-pcrphase.service systemd-pcrphase-sysinit.service; do ln -sf /dev/null etc/systemd/system/$u; done
mkdir -p var/log/journal etc/apt/apt.conf.d
printf "127.0.0.1 localhost\n::1 localhost ip6-localhost\n" >etc/hosts
echo "# no network" >etc/resolv.conf
echo "paas-lab" >etc/hostname
: >etc/default/locale'

# The virtual machine is the same with a kernel, a name server-less network card and root reachable with the lab key.
# shellcheck disable=SC2016
vm_finish='set -e; cd "$1"
printf "/dev/vda / ext4 defaults 0 1\n" >etc/fstab
printf "[Match]\nName=e*\n[Network]\nDHCP=ipv4\n" >etc/systemd/network/80-lab.network
mkdir -p etc/systemd/system/multi-user.target.wants root/.ssh
ln -sf /lib/systemd/system/systemd-networkd.service etc/systemd/system/multi-user.target.wants/
ln -sf /dev/null etc/systemd/system/systemd-networkd-wait-online.service
chmod 700 root/.ssh'

# Those that nobody asked for in a week go, unless a lab stands on one.
root_prune() {
        local used
        while IFS= read -r used; do
                grep -qsxF "${used%.used}" "$base"/labs/*/root-path || rm -rf --one-file-system "${used%.used}" "${used%.used}".*
        done < <(find "$base/roots" -name '*.used' -mtime +7)
}

# root_make KIND SUITE: makes it when it is not there and prints its path. Two that want the same one wait for each other.
root_make() {
        local kind=$1 suite=$2 root list hooks=()
        root=$(root_path "$kind" "$suite")
        mkdir -p "$base/roots"
        exec 8>"$root.lock"
        flock 8
        if [ ! -d "$root" ]; then
                say "making the $suite $kind root file system (once)"
                command -v mmdebstrap >/dev/null || die "mmdebstrap is missing: tests/lab/deps"
                rm -rf --one-file-system "$root.new"
                apt_settings >"$root.apt"
                list=$(root_packages "$kind" "$suite" | paste -sd,)
                # Debian's nginx starts a service of its own on port 80: it is masked before it is installed.
                # shellcheck disable=SC2016
                [ "$kind" = build ] || hooks+=(--essential-hook='mkdir -p "$1/etc/systemd/system"; ln -s /dev/null "$1/etc/systemd/system/nginx.service"'
                        --customize-hook="$root_finish")
                [ "$kind" != vm ] || hooks+=(--customize-hook="$vm_finish")
                local lines
                lines=$(sources "$suite")
                # In a mount namespace of its own, since mmdebstrap mounts /proc and /sys and leaves them there when it is killed
                # (its hooks cannot use descriptors above 9: ours are closed)
                printf '%s\n' "$lines" | unshare --mount --propagation private mmdebstrap --quiet --mode=root --variant=minbase --include="$list" --aptopt="$root.apt" \
                        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*/*' \
                        "${hooks[@]}" "$suite" "$root.new" ${lines:+-} >"$root.log" 2>&1 7>&- 8>&- 9>&- ||
                        { tail -20 "$root.log" >&2; rm -rf --one-file-system "$root.new"; die "the $suite root file system could not be made ($root.log)"; }
                mv "$root.new" "$root"
                root_prune
        fi
        touch "$root.used"
        exec 8>&-
        printf '%s\n' "$root"
}
