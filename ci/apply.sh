#!/bin/sh
# Renders what the plan says and brings the lockfiles to the branch: of a branch after a push, or of a pull request when
# someone who may push has ordered it with `/ltxspec apply` in a comment.
#
# usage: ci/apply.sh          in the project's folder, in a clone with its whole history, with the right to push
#
# LTXSPEC_BRANCH     the branch (default: the one GitHub or GitLab name)
# LTXSPEC_MAX_COST   USD this run may spend; the project's own limits hold as well
# LTXSPEC_SPECS      spec files and folders, separated by blanks (default: all of the project); an order is for all
# LTXSPEC_KEY, LTXSPEC_ADVICE, LTXSPEC_LOCKFILES, LTXSPEC_REMOTE, …: see comment.sh and commit-lockfiles.sh
#
# Exit code: that of `ltxspec apply`; 1 when what was bought could not be brought to the branch.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
remote=${LTXSPEC_REMOTE:-origin}
branch=${LTXSPEC_BRANCH:-${GITHUB_REF_NAME:-${CI_COMMIT_BRANCH:-}}}
ordered=''

# Nothing that a checkout says makes git run a command or read another repository, and the paid service's key is not for it.
git() (
    unset RUNWARE_API_KEY LTXSPEC_WEBHOOK_SECRET
    exec git -c safe.bareRepository=explicit -c core.fsmonitor=false -c protocol.ext.allow=never "$@"
)
export GIT_NO_REPLACE_OBJECTS=1

# The repository as it is now, whatever the folder looks like after a checkout.
GIT_DIR=$(git rev-parse --absolute-git-dir)
GIT_WORK_TREE=$(git rev-parse --show-toplevel)
export GIT_DIR GIT_WORK_TREE

field() { printf '%s' "$order" | python3 -I -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# --- what to apply: the head and the plan that were seen, or the branch as it is now -----------------

set -- --auto-approve ${LTXSPEC_MAX_COST:+--max-cost "$LTXSPEC_MAX_COST"}
if [ "${GITHUB_EVENT_NAME:-}" = issue_comment ]; then
    order=$(ltxspec comment --accept-order ${LTXSPEC_KEY:+--key "$LTXSPEC_KEY"})
    ordered=yes
    branch=$(field branch)
    git fetch --quiet "$remote" "+refs/heads/$branch:refs/ltxspec/head" "+refs/heads/$(field base):refs/ltxspec/base"
    git checkout --quiet --detach "$(field head)"
    set -- "$@" --approved "$(field digest)"
    LTXSPEC_SPECS='' # the approved plan is the one of the whole project
    echo "apply: ordered by $(field author), $(field digest)" >&2
else
    [ -n "$branch" ] || { echo 'apply: which branch to apply is not known; set LTXSPEC_BRANCH' >&2; exit 64; }
    git fetch --quiet "$remote" "refs/heads/$branch"
    git checkout --quiet --detach FETCH_HEAD
fi

# --- render, and record it whatever happened ---------------------------------------------------------

set -f # ltxspec expands patterns in LTXSPEC_SPECS, not the shell
code=0
# shellcheck disable=SC2086  # several paths
ltxspec apply "$@" -- ${LTXSPEC_SPECS:-} || code=$?
set +f
sh "$here/commit-lockfiles.sh" "$branch" || { [ "$code" -ne 0 ] || code=1; }

if [ -n "$ordered" ]; then
    # What was just bought is in the archive of this machine: its pictures are those of the takes themselves.
    LTXSPEC_BASE=$(git merge-base refs/ltxspec/base HEAD) LTXSPEC_HEAD=HEAD LTXSPEC_NUMBER=$(field number)
    export LTXSPEC_BASE LTXSPEC_HEAD LTXSPEC_NUMBER
    pictures=$(mktemp -d)
    LTXSPEC_PREVIEWS=$pictures sh "$here/previews.sh" || echo 'apply: there are no pictures' >&2
    set --
    if [ -s "$pictures/pictures.json" ]; then set -- --pictures "$pictures/pictures.json"; fi
    if [ -s "$pictures/sheet" ]; then set -- "$@" --sheet "$(cat "$pictures/sheet")"; fi
    ltxspec comment "$@" --base "$(git merge-base refs/ltxspec/base HEAD)" --head HEAD ${LTXSPEC_KEY:+--key "$LTXSPEC_KEY"} \
        ${LTXSPEC_ADVICE:+--advice "$LTXSPEC_ADVICE"} || echo 'apply: the comment is not up to date' >&2
else
    sh "$here/publish-previews.sh" --tidy || echo 'apply: pictures of closed changes stay for now' >&2
fi
exit "$code"
