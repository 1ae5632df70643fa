#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-pages.sh PAGES DIRECTORY: the router's pages into DIRECTORY/pages, for a test whose maps are in DIRECTORY.
set -eu
mkdir -p "$2/pages"
cp "$1"/*.html "$1"/*.json "$1"/*.txt "$2/pages"
sed -i "s#/var/lib/paas/router#$2#g" "$2"/pages/*
