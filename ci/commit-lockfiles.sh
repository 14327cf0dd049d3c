#!/bin/sh
# Commits what was bought and brings it to a branch, whoever else pushes there at the same time.
#
# usage: ci/commit-lockfiles.sh [BRANCH]      (default: the branch that is checked out)
#
# Run it in the project's folder. Losing a race is normal: then the new tip is fetched, our commit is put on top of it,
# lockfiles that both sides changed are merged take by take, and the push is tried again. Before each push `ltxspec lock
# verify` makes sure that no paid task of either side is missing. When it cannot be done, the commit goes to a branch of
# its own, so that nothing is lost with this machine, and the exit code is 1.
#
# LTXSPEC_LOCKFILES   folder of the lockfiles (default: lockfiles)
# LTXSPEC_REMOTE      remote or URL to push to (default: origin)
# LTXSPEC_PUSH_TRIES  pushes at most (default: 20)
# LTXSPEC_PUSH_PAUSE  longest first pause between tries, in milliseconds; grows with each try (default: 1000)
set -eu
unset PYTHONPATH # an empty entry in it is the working directory, whose modules would be imported

lockfiles=${LTXSPEC_LOCKFILES:-lockfiles}
remote=${LTXSPEC_REMOTE:-origin}
tries=${LTXSPEC_PUSH_TRIES:-20}
pause=${LTXSPEC_PUSH_PAUSE:-1000}

# Nothing that a checkout says makes git run a command or read another repository, and the paid service's key is not for it.
git() (
    unset RUNWARE_API_KEY LTXSPEC_WEBHOOK_SECRET
    exec git -c safe.bareRepository=explicit -c core.fsmonitor=false -c protocol.ext.allow=never "$@"
)
export GIT_NO_REPLACE_OBJECTS=1

here=$(git symbolic-ref --quiet --short HEAD || true)
branch=${1:-$here}

say() { echo "commit-lockfiles: $*" >&2; }
fail() { say "$*"; exit 1; }

[ -n "$branch" ] || fail 'no branch is checked out; name the one to push to'
git check-ref-format "refs/heads/$branch" || fail "\`$branch\` is not the name of a branch"

# A job's machine has no name of its own in git.
git var GIT_COMMITTER_IDENT >/dev/null 2>&1 || {
    GIT_AUTHOR_NAME=${GIT_AUTHOR_NAME:-ltxspec} GIT_AUTHOR_EMAIL=${GIT_AUTHOR_EMAIL:-ltxspec@localhost}
    GIT_COMMITTER_NAME=${GIT_COMMITTER_NAME:-$GIT_AUTHOR_NAME} GIT_COMMITTER_EMAIL=${GIT_COMMITTER_EMAIL:-$GIT_AUTHOR_EMAIL}
    export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
}

# Lockfiles are merged by ltxspec in this process, whatever the repository's own set-up says.
attributes=$(mktemp)
trap 'rm -f "$attributes"' EXIT
echo '*.lock.json merge=ltxspec' >"$attributes"

rebase() {
    GIT_EDITOR=: git -c core.attributesFile="$attributes" \
        -c merge.ltxspec.driver='ltxspec lock merge --driver %O %A %B %P' rebase "$@" >&2
}

# A pause of random length, so that jobs that met once do not meet again.
rest() {
    number=$(od -An -N2 -tu2 /dev/urandom)
    limit=$((pause * ($1 < 10 ? $1 : 10)))
    awk -v part="$((number))" -v limit="$limit" 'BEGIN { print part / 65536 * limit / 1000 }' | xargs sleep
}

# The last resort: the commit leaves this machine, and people are told where it is.
rescue() {
    say "$1"
    git rebase --abort 2>/dev/null || true
    place=ltxspec/unmerged-$(git rev-parse --short=12 "$mine")
    if git push --quiet "$remote" "$mine:refs/heads/$place"; then
        fail "what was bought is recorded on the branch \`$place\`; merge it into \`$branch\` by hand"
    fi
    fail "what was bought is recorded in commit $mine of this machine only; keep its lockfiles"
}

# --- commit -----------------------------------------------------------------------------------------

ltxspec lock verify >&2
start=$(git rev-parse HEAD)
if [ -e "$lockfiles" ] || git ls-files --error-unmatch -- "$lockfiles" >/dev/null 2>&1; then
    git add -A -- "$lockfiles"
fi
if git diff --cached --quiet -- "$lockfiles"; then
    say 'nothing was bought; nothing to commit'
    exit 0
fi
ltxspec lock verify --base "$start" >&2
git commit --quiet --message "${LTXSPEC_COMMIT_MESSAGE:-Record renders}" -- "$lockfiles"
mine=$(git rev-parse HEAD)

# --- push, and put it on top of what others pushed --------------------------------------------------

git checkout --quiet --detach # commits of this clone that were never pushed stay on their branch
try=1
while ! git push --quiet "$remote" "HEAD:refs/heads/$branch"; do
    [ "$try" -lt "$tries" ] || rescue "\`$branch\` took none of $tries pushes"
    say "\`$branch\` did not take push $try; looking for what is new there"
    rest "$try"
    try=$((try + 1))
    git fetch --quiet "$remote" "refs/heads/$branch" || { say 'fetch failed'; continue; }
    tip=$(git rev-parse FETCH_HEAD)
    ! git merge-base --is-ancestor "$tip" HEAD || continue # nothing new: the push failed for another reason
    git checkout --quiet --detach "$mine"
    if ! rebase --onto "$tip" "$start"; then
        # One side removed or renamed the file: git does not ask the driver then, ltxspec reads both sides itself.
        if ! { ltxspec lock merge >&2 && git add -A -- "$lockfiles" && rebase --continue; }; then
            rescue "the lockfiles of \`$branch\` and ours cannot be put together"
        fi
    fi
    ltxspec lock verify --base "$tip" --base "$mine" >&2 || rescue 'the merged lockfiles miss a paid task'
done
if [ -n "$here" ] && git merge-base --is-ancestor "$start" HEAD; then
    git checkout --quiet -B "$here"
fi
say "recorded on \`$branch\` as $(git rev-parse --short HEAD)"
