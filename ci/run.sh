#!/bin/sh
# What a CI job does: plan, previews, comment or apply, in the project's folder. See docs/ci.md for the variables of each.
#
# usage: ci/run.sh plan|previews|comment|apply
set -eu
unset PYTHONPATH # an empty entry in it is the working directory, whose modules would be imported

here=$(cd "$(dirname "$0")" && pwd)
case ${1:-} in
    plan | previews | comment | apply) exec sh "$here/$1.sh" ;;
    *) echo "run: the command is \`plan\`, \`previews\`, \`comment\` or \`apply\`, not \`${1:-}\`" >&2; exit 64 ;;
esac
