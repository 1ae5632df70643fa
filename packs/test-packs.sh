#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The built-in packs, with the interpreters of this machine and without network. What is not installed is skipped.
#   test-packs.sh PAAS-BUILD PACKS
# shellcheck disable=SC2317,SC2016 # the conditions are called by check; scripts are written here
set -u
build=$1 packs=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir" # nginx, started by root, works as nobody
failed=0 passed=0
work=$dir/work
nothing_there=http://127.0.0.1:9 # no index answers

check() { # NAME CONDITION…
  local name=$1
  shift
  "$@" && { passed=$((passed + 1)); return; }
  failed=$((failed + 1))
  printf 'FAILED: %s\n' "$name"
  sed 's/^/    /' "$dir/out"
}
says() { grep -qF -- "$1" "$dir/out"; }
says_not() { ! says "$1"; }
exits() { [ "$code" = "$1" ]; }
web() { grep -qF "\"command\": \"$1\"" "$work/result.json"; }
have() { PATH=$PATH:/usr/sbin command -v "$1" >/dev/null; }

# build_app NAME: the tree $dir/NAME, with a cache of its own; what it prints in $dir/out
build_app() {
  rm -rf "$work"
  mkdir -p "$work/app" "$work/env" "$dir/cache-$1"
  [ ! -d "$dir/env" ] || cp "$dir/env/"* "$work/env/"
  tar -C "$dir/$1" -c . |
    PIP_INDEX_URL=$nothing_there PIP_RETRIES=0 npm_config_registry=$nothing_there npm_config_fetch_retries=0 \
      "$build" --app demo --work "$work" --cache "$dir/cache-$1" --packs "$packs" --build-dir "$work/app" >"$dir/out" 2>&1
  code=$?
}
put() { # PATH <CONTENT
  mkdir -p "$dir/$(dirname "$1")"
  cat >"$dir/$1"
}

python() {
  local minor
  minor=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  put py/requirements.txt <<<'# nothing'
  put py/Procfile <<<'web: python3 app.py'
  build_app py
  check 'python: built' exits 0
  check 'python: nothing to install' says 'it names nothing'
  check 'python: an environment is there' test -x "$work/app/.paas/venv/bin/python"
  check 'python: its profile' test -f "$work/app/.profile.d/python.sh"
  check 'python: the version is recorded' grep -q "\"python=$minor" "$work/result.json"

  put py/.python-version <<<'2.6'
  build_app py
  check 'python: another version is asked for' says '.python-version asks for Python 2.6, and this server has'
  check 'python: refused' exits 10
  put py/.python-version <<<"$minor"
  put py/runtime.txt <<<"python-$minor.0"
  build_app py
  check 'python: this version is asked for' exits 0

  put poetry/pyproject.toml <<<'[tool.poetry]'
  build_app poetry
  check 'python: poetry without [project]' says 'requirements.txt'
  check 'python: refused' exits 10
  put broken/pyproject.toml <<<'[tool'
  build_app broken
  check 'python: a broken pyproject.toml' says 'pyproject.toml could not be read'

  python3 -c 'import ensurepip' 2>/dev/null || return
  mkdir -p "$dir/wheels/vendor/wheels" "$dir/make"
  for name in gunicorn other; do
    (cd "$dir/make" && rm -rf ./* && mkdir "$name" "$name-1.0.dist-info" && echo 'x = 1' >"$name/__init__.py" &&
      echo 'def main(): print("serving")' >>"$name/__init__.py" &&
      printf 'Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n' "$name" >"$name-1.0.dist-info/METADATA" &&
      printf 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n' >"$name-1.0.dist-info/WHEEL" &&
      printf '[console_scripts]\n%s = %s:main\n' "$name" "$name" >"$name-1.0.dist-info/entry_points.txt" &&
      find . -type f | sed 's|^\./||; s|$|,,|' >"$dir/record" && mv "$dir/record" "$name-1.0.dist-info/RECORD" &&
      python3 -m zipfile -c "$dir/wheels/vendor/wheels/$name-1.0-py3-none-any.whl" ./*)
  done
  put wheels/requirements.txt <<<'-r more/base.txt'
  put wheels/more/base.txt <<<'gunicorn==1.0'
  put wheels/app.py <<<'app = None'
  build_app wheels
  check 'python: vendored wheels without an index' exits 0
  check 'python: gunicorn and app.py are plain' web 'gunicorn --bind 0.0.0.0:$PORT app:app'
  check 'python: it runs' test "$("$work/app/.paas/venv/bin/gunicorn")" = serving
  build_app wheels
  check 'python: unchanged' says 'unchanged: the environment from the build cache'
  check 'python: and it runs' test "$("$work/app/.paas/venv/bin/gunicorn")" = serving
  put wheels/more/base.txt <<<'gunicorn==1.0
other'
  build_app wheels
  check 'python: an included file changed' says_not 'unchanged'
  check 'python: both are there' test -x "$work/app/.paas/venv/bin/other"
  put wheels/more/base.txt <<<'missing-package'
  build_app wheels
  check 'python: what is not in vendor/wheels' says 'pip could not install what requirements.txt names'
  check 'python: refused' exits 10
  put wheels/more/base.txt <<<'gunicorn==1.0
other'
  build_app wheels
  check 'python: the failed build left the cache' says 'unchanged'

  rm "$dir/wheels/requirements.txt"
  put wheels/pyproject.toml <<<'[project]
name = "x"
version = "1"
dependencies = ["gunicorn"]'
  build_app wheels
  check 'python: pyproject.toml' exits 0
  check 'python: its dependencies' test -x "$work/app/.paas/venv/bin/gunicorn"

  put wheels/manage.py </dev/null
  put wheels/site/wsgi.py <<<'application = 1'
  build_app wheels
  check 'python: Django' web 'gunicorn --bind 0.0.0.0:$PORT site.wsgi'
  put wheels/second/wsgi.py <<<'application = 1'
  build_app wheels
  check 'python: not plain any more' says 'does not know how to start this'
}

node_js() {
  put js/package.json <<<'{"name": "x", "scripts": {"start": "node s.js"}}'
  build_app js
  check 'node: built' exits 0
  check 'node: no dependencies' says 'package.json names none'
  check 'node: npm start' web 'npm start'
  put js/package.json <<<'{"engines": {"node": "4.x"}}'
  build_app js
  check 'node: engines' says 'package.json asks for node 4.x, and this server has'
  check 'node: refused' exits 10
  put js/package.json <<<'{"engines": {"node": "latest"}}'
  build_app js
  check 'node: engines that are no range' says 'is no range of versions'
  put js/package.json <<<'{"name": '
  build_app js
  check 'node: broken package.json' says 'package.json is no valid JSON'
  put js/package.json <<<'{"name": "x"}'
  build_app js
  check 'node: nothing to start' says 'the node pack does not know how to start this'

  # A dependency without network: a tarball in the tree. Its lock entry is like one of a registry, but for the address.
  mkdir -p "$dir/dep/package"
  echo '{"name": "dep", "version": "1.0.0", "bin": "b.js"}' >"$dir/dep/package/package.json"
  echo '#!/usr/bin/env node' >"$dir/dep/package/b.js"
  mkdir -p "$dir/mod"
  tar -C "$dir/dep" -czf "$dir/mod/dep.tgz" package
  put mod/package.json <<<'{"name": "x", "dependencies": {}, "devDependencies": {"dep": "file:dep.tgz"}, "scripts": {
    "heroku-prebuild": "echo 1 >>order; test ! -e node_modules", "preinstall": "echo 2 >>order", "postinstall": "echo 3 >>order",
    "build": "echo 4 >>order; dep", "heroku-cleanup": "echo 5 >>order; test ! -e node_modules/dep", "start": "x"}}'
  (cd "$dir/mod" && npm install --package-lock-only --offline --no-audit --ignore-scripts >/dev/null 2>&1)
  if [ -f "$dir/mod/package-lock.json" ]; then
    build_app mod
    check 'node: scripts run in order' test "$(tr -d '\n' <"$work/app/order")" = 12345
    check 'node: built' exits 0
    check 'node: development dependencies are removed' test ! -e "$work/app/node_modules/dep"
    sed -i '/"resolved"/d' "$dir/mod/package-lock.json" # as far as the pack can tell, it comes from a registry
    rm -rf "$dir/cache-mod"
    cp -r "$dir/mod" "$dir/reg"
    mkdir -p "$dir/cache-reg/host.node/node"
    seed_cache
    build_app reg
    check 'node: an unchanged lock file' says 'package-lock.json is unchanged'
    check 'node: its own scripts run all the same' test "$(tr -d '\n' <"$work/app/order")" = 12345
    check 'node: built' exits 0
  fi
  mkdir -p "$dir/env"
  printf 'false' >"$dir/env/NPM_CONFIG_PRODUCTION"
  build_app mod
  check 'node: NPM_CONFIG_PRODUCTION=false' test ! -e "$work/result.json" -o -e "$work/app/node_modules/dep"
  rm -r "$dir/env"
  put mod/package.json <<<'{"name": "x", "dependencies": {"nowhere": "1"}}'
  build_app mod
  check 'node: lock and package disagree' says 'npm ci failed'
  check 'node: refused' exits 10

  check 'node: engines are read as npm reads them' node -e '
    const { satisfies } = require(process.argv[1]);
    const table = [["18.x", true], ["^18.2", true], ["~18.2.0", true], ["~18.3", false], [">=18 <21", true], ["16 - 18", true],
      ["16 - 17", false], ["20 || 18", true], ["*", true], ["", true], [">= 18.2.3", true], [">18.2.3", false], ["<=18", true],
      ["<18", false], ["v18", true], ["=18.2.3", true], ["^0.2.3", false], ["lts", null], [">18", false], ["^18.3.0", false]];
    for (const [range, expected] of table)
      if (satisfies("18.2.3", range) !== expected) { console.log(range, satisfies("18.2.3", range)); process.exit(1); }
  ' "$packs/10-node/semver.js"
}

# What a first build would have left, had there been a registry.
seed_cache() {
  (
    cd "$dir/reg" || exit
    mkdir -p node_modules/dep node_modules/.bin
    cp -r "$dir/dep/package/." node_modules/dep
    ln -s ../dep/b.js node_modules/.bin/dep
    chmod +x node_modules/dep/b.js
    tar -cf "$dir/cache-reg/host.node/node/node_modules.tar" node_modules
    rm -r node_modules
    echo "$(NODE_ENV=production node "$packs/10-node/package.js" | sed -n 's/^key //p') dev=yes" >"$dir/cache-reg/host.node/node/key"
  )
}

static() {
  put site/index.html <<<'<p>home</p>'
  put site/404.html <<<'<p>not here</p>'
  put site/.env <<<'secret'
  build_app site
  check 'static: index.html' exits 0
  check 'static: it is started' web '.paas/static/serve'

  local port=$((20000 + RANDOM % 9000)) base
  base=http://127.0.0.1:$port
  HOME=$work/app PORT=$port "$work/app/.paas/static/serve" 2>"$dir/nginx.log" &
  local pid=$!
  for _ in $(seq 50); do curl -s "$base/" -o /dev/null && break; sleep 0.1; done
  answer() { curl -s "$@" -w '%{http_code}' -o "$dir/body"; }
  check 'static: the page' test "$(answer "$base/")" = 200
  check 'static: 404' test "$(answer "$base/x")" = 404
  check 'static: its page' grep -q 'not here' "$dir/body"
  check 'static: no dot files' test "$(answer "$base/.env")" = 404
  check 'static: nothing of ours' test "$(answer "$base/.paas/static/nginx.conf.in")" = 404
  check 'static: ranges' test "$(answer -r 0-2 "$base/")" = 206
  check 'static: ETag' test "$(answer -H "If-None-Match: $(curl -sI "$base/" | tr -d '\r' | sed -n 's/^ETag: //p')" "$base/")" = 304
  kill "$pid"
  wait "$pid"

  put site/static.json <<<'{"root": "nowhere"}'
  build_app site
  check 'static: a root that is not there' says "in 'nowhere', and there is no such directory"
  put site/static.json <<<'{"basic_auth": true}'
  build_app site
  check 'static: what would be open' says 'basic_auth is not supported'
  check 'static: refused' exits 10
  put site/static.json <<<'{"headers": {"/**": {"X-A": "a\nb"}}}'
  build_app site
  check 'static: a newline in a header' says 'control character'
  put site/static.json <<<'{"routes": {"/**": "../../etc/passwd"}}'
  build_app site
  check 'static: a path out of the site' says 'is no path inside the site'
  put site/static.json <<<'{nonsense'
  build_app site
  check 'static: no JSON' says 'static.json'
  check 'static: refused' exits 10
}

make_pack() {
  put mk/Makefile <<<'all:
	echo "$$A_VAR" >built'
  put mk/Procfile <<<'web: ./x'
  mkdir -p "$dir/env"
  printf 'a\nb\n' >"$dir/env/A_VAR"
  build_app mk
  check 'make: built' exits 0
  check 'make: config vars' test "$(cat "$work/app/built")" = 'a
b'
  rm -r "$dir/env"
  put mk/Makefile <<<'all:
	false'
  build_app mk
  check 'make: a failure' says 'make failed.'
  check 'make: refused' exits 10
}

# Every pack without its interpreter: the message names the command.
missing() {
  mkdir -p "$dir/bin"
  for tool in bash sh env sed cat grep mkdir rm tar sha256sum xargs sort find chmod dirname mktemp awk cut uname; do
    ln -sf "$(command -v "$tool")" "$dir/bin/$tool"
  done
  put js/package.json <<<'{}'
  put mk/Makefile <<<'all:'
  for pair in js=nodejs py=python3 mk=build-essential; do
    PATH=$dir/bin build_app "${pair%=*}"
    check "${pair#*=} is missing" says "sudo apt-get install ${pair#*=}"
    check "${pair#*=} is missing: refused" exits 10
  done
}

! have python3 || python
! { have node && have npm; } || node_js
! { [ -x /usr/sbin/nginx ] && have curl; } || static
! have make || make_pack
missing
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
