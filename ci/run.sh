#!/bin/sh
# What a CI job does, in the project's folder. See docs/ci.md for the variables of each command.
#
# usage: ci/run.sh plan|previews|comment|apply|prepare|shard|join
#        ci/run.sh leave FOLDER
set -eu
unset PYTHONPATH # an empty entry in it is the working directory, whose modules would be imported

here=$(cd "$(dirname "$0")" && pwd)
case ${1:-} in
    plan | previews | comment | apply | prepare | shard | join) exec sh "$here/$1.sh" ;;
    leave) exec sh "$here/leave.sh" "$2" ;;
    *) echo "run: the command is one of those in the usage at the top of this file, not \`${1:-}\`" >&2; exit 64 ;;
esac
