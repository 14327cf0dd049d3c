#!/bin/sh
# Reviews a change without a key, a token or the network: checks the specs, writes the report that another job posts.
#
# usage: ci/plan.sh          in the project's folder, in a clone with its whole history
#
# LTXSPEC_HEAD    the commit to review (default: the one that is checked out)
# LTXSPEC_BASE    what it goes to (default: the branch that GitHub or GitLab name)
# LTXSPEC_REPORT  the file to write (default: review.json)
#
# Exit code: 0 it may be applied (changes are fine), 1 it is not valid, 4 it is over a limit, breaks a policy,
# has no known price, or alters a record.
set -eu

report=${LTXSPEC_REPORT:-review.json}
head=${LTXSPEC_HEAD:-HEAD}
# In full: a tag of the same name is not meant.
base=${LTXSPEC_BASE:-${GITHUB_BASE_REF:+refs/remotes/origin/$GITHUB_BASE_REF}}
base=${base:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:+refs/remotes/origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME}}
[ -n "$base" ] || { echo 'plan: what the change goes to is not known; set LTXSPEC_BASE' >&2; exit 64; }

ltxspec diff "$base...$head" --format json >"$report"
ltxspec diff "$base...$head" >&2
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    head=$(python3 -I -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["head"]["commit"])' "$report")
    ltxspec comment --report "$report" --head "$head" --dry-run >>"$GITHUB_STEP_SUMMARY"
fi

# Numbers for later steps, and the verdict. -I: a module of the change's own is never imported.
python3 -I - "$report" "${GITHUB_OUTPUT:-/dev/null}" <<'PYTHON'
import json, sys

review = json.load(open(sys.argv[1], encoding="utf-8"))
changes = sum(count for kind, count in review["summary"].items() if kind != "unchanged")
with open(sys.argv[2], "a", encoding="utf-8") as outputs:
    print(f"changes={changes}", file=outputs)
    print(f"cost={review['estimate']['usd']}", file=outputs)
    print(f"digest={review['planDigest'] or ''}", file=outputs)
codes = {refusal["code"] for refusal in review["refusals"]}
sys.exit(1 if codes & {"invalid", "tasks-lost"} else 4 if codes else 0)
PYTHON
