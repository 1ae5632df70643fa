# Sourced by tests/lab/lab: the package, built from the working tree for a suite and a flavour, kept until a source changes.
# shellcheck shell=bash

# What is in the package's source: all that git knows or would take. Tests that run outside of the build do not make it new.
deb_files() { git -c safe.directory="*" -C "$tree" ls-files -z -co --exclude-standard | while IFS= read -rd '' f; do [ ! -e "$tree/$f" ] || printf '%s\0' "$f"; done; }
deb_hash() {
        (cd "$tree" && deb_files | grep -zvE '^(tests/(integration|lab|apps|bench|run)|\.ci|docs)(/|$)' | sort -z | xargs -0 sha256sum; cat "$lab_dir/lib-deb.sh") | sha256sum | cut -d' ' -f1
}

# deb_build SUITE FLAVOUR: prints the path of the .deb
deb_build() {
        local suite=$1 flavour=$2 dir hash
        case $flavour in release | sanitize) ;; *) die "flavour is release or sanitize: $flavour" ;; esac
        [ -e "$tree/packaging/deb/control" ] || die "there is no packaging/deb in $tree"
        dir=$tree/build/deb/$suite-$flavour
        mkdir -p "$dir/src"
        exec 7>"$dir/lock"
        flock 7
        hash=$(deb_hash)
        if [ "$(cat "$dir/hash" 2>/dev/null)" != "$hash" ] || ! ls "$dir"/paas_*.deb >/dev/null 2>&1; then
                say "building the $flavour package for $suite"
                rm -f "$dir"/*.deb "$dir/hash"
                deb_copy "$dir/src"
                if [ "$suite" = "$(host_suite)" ]; then
                        (cd "$dir/src" && deb_make "$flavour") >"$dir/build.log" 2>&1
                else
                        deb_make_elsewhere "$suite" "$flavour" "$dir" >"$dir/build.log" 2>&1
                fi || { tail -40 "$dir/build.log" >&2; die "the package could not be built ($dir/build.log)"; }
                printf '%s\n' "$hash" >"$dir/hash"
        fi
        exec 7>&-
        ls "$dir"/paas_*.deb
}

# The tree, so that only what changed is compiled again; packaging/deb as debian/, new every time.
deb_copy() {
        local to=$1 f
        deb_files >"$to/../files"
        (cd "$to" && find . -path './obj-*' -prune -o -path ./debian -prune -o -type f -printf '%P\0' | sort -z) |
                comm -z -23 - <(sort -z "$to/../files") | (cd "$to" && xargs -0r rm -f)
        # What differs becomes new now: with the times of the tree, a file that was changed while its older copy was being compiled
        # would be older than what came of that.
        while IFS= read -rd '' f; do
                cmp -s "$tree/$f" "$to/$f" && continue
                mkdir -p "$(dirname "$to/$f")"
                cp -P --preserve=mode --remove-destination "$tree/$f" "$to/$f"
        done <"$to/../files"
        rm -rf "$to/debian"
        cp -a "$to/packaging/deb" "$to/debian"
}

# Unit tests have their own place in `make check`; a sanitized package keeps its symbols for the reports.
deb_make() {
        local options sanitize=''
        options="nocheck noautodbgsym parallel=$(nproc)"
        [ "$1" != sanitize ] || { options+=" nostrip"; sanitize=1; }
        env -u CFLAGS -u LDFLAGS DEB_BUILD_OPTIONS="$options" ${sanitize:+PAAS_SANITIZE=1} dpkg-buildpackage -b -us -uc -nc
}

# Another suite has other libraries: in a root of that suite, without network, all of it gone afterwards but the result.
deb_make_elsewhere() {
        local root
        root=$(root_make build "$1") || return
        export -f deb_make
        # shellcheck disable=SC2016
        unshare --mount --net --propagation private bash -c '
                set -e
                mount -t tmpfs tmpfs /mnt
                mkdir /mnt/up /mnt/work /mnt/root
                mount -t overlay overlay -o "lowerdir=$1,upperdir=/mnt/up,workdir=/mnt/work" /mnt/root
                mount --rbind /dev /mnt/root/dev
                mount --rbind /proc /mnt/root/proc
                mkdir /mnt/root/build
                mount --bind "$2" /mnt/root/build
                chroot /mnt/root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 bash -c "$(declare -f deb_make); cd /build/src; deb_make $3"
        ' lab "$root" "$3" "$2"
}
