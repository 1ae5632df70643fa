# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the built-in packs share. A compile sources it with its arguments:
#   . "$(dirname "$0")/../../lib.sh"; pack_begin "$@"

step() { printf -- '-----> %s\n' "$*"; }
detail() { printf '       %s\n' "$*"; }
problem() { printf ' !     %s\n' "$*"; }

# fail LINE…: says why, and ends the build.
fail() {
  local line
  for line; do problem "$line"; done
  exit 1
}

# indented COMMAND…: its output behind seven blanks, line by line; its exit code is kept.
indented() {
  local code
  "$@" 2>&1 </dev/null | sed -u 's/./       &/'
  code=${PIPESTATUS[0]}
  return "$code"
}

# pack_begin BUILD_DIR CACHE_DIR ENV_DIR
pack_begin() {
  set -u
  # shellcheck disable=SC2034 # used by those who source this
  BUILD_DIR=$1 CACHE_DIR=$2 ENV_DIR=$3
  cd "$BUILD_DIR" || exit 1
  rm -f .paas/versions
}

# config NAME: the value of a config var, empty when it is not set. ENV_DIR has a file for each.
config() { [ ! -f "$ENV_DIR/$1" ] || cat "$ENV_DIR/$1"; }

# export_config: all config vars, but for those that would break the tools of a build.
export_config() {
  local file name value
  for file in "$ENV_DIR"/*; do
    [ -f "$file" ] || continue
    name=${file##*/}
    case $name in
      PATH | HOME | GIT_* | CPATH | CPPATH | LD_* | LIBRARY_PATH | LANG | IFS | ENV | BASH* | SHELLOPTS | \
        BUILD_DIR | CACHE_DIR | ENV_DIR | STACK | [0-9]* | *[!A-Za-z0-9_]*) ;;
      *)
        value=$(cat "$file" && echo x) # the x keeps newlines at the end
        export "$name=${value%x}"
        ;;
    esac
  done
}

# version NAME VALUE: which interpreter the slug was built with; paas records it with the release.
version() {
  mkdir -p .paas
  printf '%s=%s\n' "$1" "$2" >>.paas/versions
}

# profile NAME <TEXT: a script for .profile.d, which every process sources before its command.
profile() {
  mkdir -p .profile.d
  cat >".profile.d/$1"
}

# The cache of a build is a second generation of the last good one, in which files without any write
# permission are shared and not copied (docs/packs.md): for what is large and only ever replaced.
cache_share() { chmod a-w "$@"; }

# cache_save TAR PATH…: paths below the current directory as one file in the cache.
cache_save() {
  local to=$1
  shift
  rm -f "$to"
  tar -cf "$to" --sort=name "$@" && cache_share "$to"
}
