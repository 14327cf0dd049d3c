#!/bin/sh
# Joins what the shards of a plan recorded, collects what one that died had ordered, and brings it to the branch: once.
#
# usage: ci/join.sh          in the project's folder, in a clone with its whole history, with the right to push
#
# LTXSPEC_SHARDS   the folder that holds a folder for each shard (default: shards)
# LTXSPEC_COMMIT   the commit that the shards began from: prepare.sh names it
# LTXSPEC_BRANCH   the branch (default: the one GitHub or GitLab name)
# LTXSPEC_LOCKFILES, LTXSPEC_REMOTE, …: see commit-lockfiles.sh
#
# Run it whatever became of the shards. Exit code: 0 everything is recorded and on the branch; 1 what was bought could not
# be brought there; 3 something is still in progress, and the next apply continues it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
shards=${LTXSPEC_SHARDS:-shards}
branch=${LTXSPEC_BRANCH:-${GITHUB_REF_NAME:-${CI_COMMIT_BRANCH:-}}}
[ -n "$branch" ] || { echo 'join: which branch to apply is not known; set LTXSPEC_BRANCH' >&2; exit 64; }
[ -n "${LTXSPEC_COMMIT:-}" ] || { echo 'join: set LTXSPEC_COMMIT' >&2; exit 64; }

# Nothing that a checkout says makes git run a command or read another repository, and the paid service's key is not for it.
git() (
    unset RUNWARE_API_KEY LTXSPEC_WEBHOOK_SECRET
    exec git -c safe.bareRepository=explicit -c core.fsmonitor=false -c protocol.ext.allow=never "$@"
)
export GIT_NO_REPLACE_OBJECTS=1

set --
for folder in "$shards"/*; do
    [ -d "$folder" ] && set -- "$@" "$folder"
done
[ $# -gt 0 ] || { echo 'join: the shards left nothing; nothing to record' >&2; exit 0; }

git checkout --quiet --detach "$LTXSPEC_COMMIT"
ltxspec lock join --base "$LTXSPEC_COMMIT" -- "$@" >&2
code=0
ltxspec collect >&2 || code=$?
sh "$here/commit-lockfiles.sh" "$branch" || { [ "$code" -ne 0 ] || code=1; }
exit "$code"
