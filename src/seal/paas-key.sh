#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes, once in the life of a host, the key that seals config values: 64 random bytes, encrypted by
# systemd-creds with the host's own key, as the credential paas.key of paasd.service. The plain key exists
# in pipes only. A key that is there is never replaced: without it every config value is lost.
#
#     paas-key [DIRECTORY]

set -eu
umask 077

directory=${1:-/var/lib/paas/credentials}
key=$directory/paas.key.cred

if [ -e "$key" ] || [ -L "$key" ]; then
	exit 0
fi

temporary=
trap '[ -z "$temporary" ] || rm -f "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$directory"
chmod 0700 "$directory"
temporary=$(mktemp "$directory/.paas.key.XXXXXX")
head -c 64 /dev/urandom | systemd-creds encrypt --with-key=host --name=paas.key - - >"$temporary"

# A pipe's first half fails without a word. Opening it again also proves that this host will be able to.
length=$(systemd-creds decrypt --name=paas.key "$temporary" - | wc -c)
if [ "$length" -ne 64 ]; then
	echo "paas-key: systemd-creds gave back $length bytes instead of 64; no key was made." >&2
	echo "paas-key: see 'systemd-creds setup' and free space in /var/lib, then: systemctl restart paas-key" >&2
	exit 1
fi

# On disk before it has a name: the host's key in which it is wrapped, then the file, then the directory.
if [ -e /var/lib/systemd/credential.secret ]; then
	sync /var/lib/systemd/credential.secret /var/lib/systemd
fi
sync "$temporary"
# A link, unlike a rename, refuses to replace a key that somebody made meanwhile.
if ! ln -T "$temporary" "$key" 2>/dev/null && [ ! -e "$key" ]; then
	ln -T "$temporary" "$key"
fi
sync "$directory" "$(dirname "$directory")"
