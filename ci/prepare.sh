#!/bin/sh
# Plans a branch that several machines apply in shards: which commit they all begin from, and which plan is approved.
#
# usage: ci/prepare.sh       in the project's folder, in a clone of the repository
#
# LTXSPEC_BRANCH  the branch (default: the one GitHub or GitLab name)
# LTXSPEC_SPECS   spec files and folders, separated by blanks (default: all of the project)
# LTXSPEC_OUTPUT  the file to which `LTXSPEC_COMMIT=…` and `LTXSPEC_APPROVED=…` are written, for shard.sh and join.sh
# LTXSPEC_REMOTE  remote or URL (default: origin)
set -eu

remote=${LTXSPEC_REMOTE:-origin}
branch=${LTXSPEC_BRANCH:-${GITHUB_REF_NAME:-${CI_COMMIT_BRANCH:-}}}
[ -n "$branch" ] || { echo 'prepare: which branch to apply is not known; set LTXSPEC_BRANCH' >&2; exit 64; }

# Nothing that a checkout says makes git run a command or read another repository, and the paid service's key is not for it.
git() (
    unset RUNWARE_API_KEY LTXSPEC_WEBHOOK_SECRET
    exec git -c safe.bareRepository=explicit -c core.fsmonitor=false -c protocol.ext.allow=never "$@"
)
export GIT_NO_REPLACE_OBJECTS=1

git fetch --quiet "$remote" "refs/heads/$branch"
git checkout --quiet --detach FETCH_HEAD
commit=$(git rev-parse HEAD)

set -f # ltxspec expands patterns in LTXSPEC_SPECS, not the shell
# shellcheck disable=SC2086  # several paths
plan=$(ltxspec plan --format json -- ${LTXSPEC_SPECS:-})
set +f
digest=$(printf '%s' "$plan" | python3 -I -c 'import json, sys; print(json.load(sys.stdin)["digest"])')

printf 'LTXSPEC_COMMIT=%s\nLTXSPEC_APPROVED=%s\n' "$commit" "$digest" >>"${LTXSPEC_OUTPUT:-/dev/null}"
printf 'commit=%s\ndigest=%s\n' "$commit" "$digest" >>"${GITHUB_OUTPUT:-/dev/null}"
echo "prepare: $digest of $commit" >&2
