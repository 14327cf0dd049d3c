#!/bin/sh
# Posts the one comment of a change, from a report that a job without rights wrote, or from what is checked out.
#
# usage: ci/comment.sh
#
# LTXSPEC_REPORT  the report; without one the change is reviewed here
# LTXSPEC_KEY     tells the comments of several projects in one repository apart
# LTXSPEC_PREVIEWS  the folder that previews.sh wrote: the comment shows its pictures
# LTXSPEC_STORYBOARD  the address of the storyboard page
# LTXSPEC_ADVICE  a line for the comment, such as how to order the renders
# GITHUB_TOKEN, GITLAB_TOKEN  who posts
set -eu

set -- ${LTXSPEC_KEY:+--key "$LTXSPEC_KEY"} ${LTXSPEC_ADVICE:+--advice "$LTXSPEC_ADVICE"}
if [ -n "${LTXSPEC_REPORT:-}" ]; then
    [ -e "$LTXSPEC_REPORT" ] || { echo 'comment: the plan left no report; nothing to post' >&2; exit 0; }
    set -- --report "$LTXSPEC_REPORT" "$@"
fi
pictures=${LTXSPEC_PREVIEWS:-}/pictures.json
sheet=${LTXSPEC_PREVIEWS:-}/sheet
if [ -n "${LTXSPEC_PREVIEWS:-}" ] && [ -s "$pictures" ]; then set -- "$@" --pictures "$pictures"; fi
if [ -n "${LTXSPEC_PREVIEWS:-}" ] && [ -s "$sheet" ]; then set -- "$@" --sheet "$(cat "$sheet")"; fi
if [ -n "${LTXSPEC_STORYBOARD:-}" ]; then set -- "$@" --storyboard "$LTXSPEC_STORYBOARD"; fi
exec ltxspec comment "$@"
