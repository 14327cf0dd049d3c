#!/bin/sh
# Draws the pictures and the storyboard page of a change, and publishes the pictures. Nothing that the change brings is
# run, and no picture of anyone else is taken: what is not rendered is drawn here, from the report, once it is checked.
#
# usage: ci/previews.sh       in the project's folder, of the branch that the change goes to, with the right to push
#
# LTXSPEC_REPORT   the report; without one what is checked out is reviewed, LTXSPEC_BASE...LTXSPEC_HEAD
# LTXSPEC_PREVIEWS  the folder to write (default: previews): `storyboard/`, and what publish-previews.sh writes
# LTXSPEC_NUMBER, LTXSPEC_HEAD, LTXSPEC_KEY, LTXSPEC_REMOTE, …: see publish-previews.sh
#
# Pictures are no reason to withhold a comment: where they cannot be published, it is said, and the exit code is 0.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${LTXSPEC_PREVIEWS:-previews}
mkdir -p "$out"
out=$(cd "$out" && pwd)

if [ -n "${LTXSPEC_REPORT:-}" ]; then
    [ -e "$LTXSPEC_REPORT" ] || { echo 'previews: the plan left no report; nothing to draw' >&2; exit 0; }
    set -- --report "$LTXSPEC_REPORT"
    LTXSPEC_HEAD=$(python3 -I -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["head"]["commit"])' "$LTXSPEC_REPORT")
    export LTXSPEC_HEAD
else
    set -- "$LTXSPEC_BASE...$LTXSPEC_HEAD"
    LTXSPEC_HEAD=$(git rev-parse --verify --end-of-options "$LTXSPEC_HEAD^{commit}")
fi
ltxspec review "$@" --fetch --animatics --embed --html "$out/storyboard/index.html" \
    --png-dir "$out/drawn" --png "$out/drawn/sheet.png"
sh "$here/publish-previews.sh" "$out/drawn" "$out" || echo 'previews: the pictures are not published' >&2
rm -f "$out/missing.json"
if [ -f "$out/drawn/missing.json" ]; then cp "$out/drawn/missing.json" "$out/missing.json"; fi # why videos are in no picture
rm -rf "$out/drawn"
