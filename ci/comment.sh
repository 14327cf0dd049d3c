#!/bin/sh
# Posts the one comment of a change, from a report that a job without rights wrote, or from what is checked out.
#
# usage: ci/comment.sh
#
# LTXSPEC_REPORT  the report; without one the change is reviewed here
# LTXSPEC_KEY     tells the comments of several projects in one repository apart
# LTXSPEC_ADVICE  a line for the comment, such as how to order the renders
# GITHUB_TOKEN, GITLAB_TOKEN  who posts
set -eu

set -- ${LTXSPEC_KEY:+--key "$LTXSPEC_KEY"} ${LTXSPEC_ADVICE:+--advice "$LTXSPEC_ADVICE"}
if [ -n "${LTXSPEC_REPORT:-}" ]; then
    [ -e "$LTXSPEC_REPORT" ] || { echo 'comment: the plan left no report; nothing to post' >&2; exit 0; }
    set -- --report "$LTXSPEC_REPORT" "$@"
fi
exec ltxspec comment "$@"
