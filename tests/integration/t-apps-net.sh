#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A node application with packages from npm; the second build of the same lock file downloads nothing.
# needs: net
# timeout: 600
. "${0%/*}/lib/lib.sh"

setup_paas
new_app apps-node
repo node-npm "$TMPDIR/node"
succeeds 'node-npm: push' push "$TMPDIR/node" apps-node
note "$output"
like 'the pack is shown' "$output" 'remote: -----> Node.js app detected'
answer=$(ask apps-node)
like 'it answers with the page that the build made' "$answer" 'Rendered by mustache of v[0-9]+'
like 'its dependencies are there, those for development are gone' "$answer" '86400000 ms; development dependencies are removed'

# Without a network the same lock file is enough
inlab sh -c 'nft add table inet t_apps_net && nft add chain inet t_apps_net out "{ type filter hook output priority 0; }" &&
        nft add rule inet t_apps_net out oifname != "lo" reject' </dev/null
echo '// a change' >>"$TMPDIR/node/server.js"
commit "$TMPDIR/node" second
succeeds 'the second push needs no network' push "$TMPDIR/node" apps-node
inlab nft delete table inet t_apps_net </dev/null
like 'and answers' "$(ask apps-node)" 'Rendered by mustache'

# engines that are not there: refused with what is wanted and what there is
sed -i 's/"node": ">=18"/"node": ">=99"/' "$TMPDIR/node/package.json" "$TMPDIR/node/package-lock.json"
commit "$TMPDIR/node" 'a node of the future'
fails 'engines that nothing here satisfies' push "$TMPDIR/node" apps-node
like 'it says so' "$output" '>=99'
like 'the old release answers' "$(ask apps-node)" 'Rendered by mustache'
paas apps:destroy -a apps-node --confirm apps-node >/dev/null 2>&1 </dev/null
finish
