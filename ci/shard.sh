#!/bin/sh
# Renders one shard of a plan. It commits nothing: join.sh does, once for all shards.
#
# usage: ci/shard.sh         in the project's folder, in a clone of the repository
#
# LTXSPEC_SHARD      K/N
# LTXSPEC_COMMIT     the commit that all shards begin from: prepare.sh names it
# LTXSPEC_APPROVED   the digest of the whole plan: prepare.sh names it; another plan is refused
# LTXSPEC_MAX_COST   USD that all shards together may spend; the project's own limits hold as well
# LTXSPEC_SPECS      as for prepare.sh
# LTXSPEC_REMOTE     remote or URL (default: origin)
#
# What is to be kept for join.sh, whatever the exit code: the folder of the lockfiles, and `.ltxspec/journal`.
set -eu

# Nothing that a checkout says makes git run a command or read another repository, and the paid service's key is not for it.
git() (
    unset RUNWARE_API_KEY LTXSPEC_WEBHOOK_SECRET
    exec git -c safe.bareRepository=explicit -c core.fsmonitor=false -c protocol.ext.allow=never "$@"
)
export GIT_NO_REPLACE_OBJECTS=1

for name in SHARD COMMIT APPROVED; do
    eval "value=\${LTXSPEC_$name:-}"
    [ -n "$value" ] || { echo "shard: set LTXSPEC_$name" >&2; exit 64; }
done
git cat-file -e "$LTXSPEC_COMMIT^{commit}" 2>/dev/null || git fetch --quiet "${LTXSPEC_REMOTE:-origin}" "$LTXSPEC_COMMIT"
git checkout --quiet --detach "$LTXSPEC_COMMIT"

set -f # patterns in LTXSPEC_SPECS are expanded by ltxspec
# shellcheck disable=SC2086  # several paths
exec ltxspec apply --auto-approve --approved "$LTXSPEC_APPROVED" --shard "$LTXSPEC_SHARD" \
    ${LTXSPEC_MAX_COST:+--max-cost "$LTXSPEC_MAX_COST"} -- ${LTXSPEC_SPECS:-}
