# Sourced by tests/lab/lab: the package, built from the working tree for a suite and a flavour, and kept until a source changes.
# shellcheck shell=bash
deb_build() { die "later"; }
