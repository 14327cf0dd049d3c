#!/bin/sh
# Copies what a shard leaves for join.sh into a folder of its own, where artifacts of several jobs share one folder.
#
# usage: ci/leave.sh FOLDER          in the project's folder
#
# LTXSPEC_LOCKFILES   folder of the lockfiles (default: lockfiles)
set -eu

out=$1
for part in "${LTXSPEC_LOCKFILES:-lockfiles}" .ltxspec/journal; do
    [ -d "$part" ] || continue
    mkdir -p "$out/$part"
    cp -R "$part/." "$out/$part"
done
