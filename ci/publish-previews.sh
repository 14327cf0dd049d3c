#!/bin/sh
# Brings the pictures of a change to the branch that only holds previews, to GitLab's uploads, or to the object store, and
# says where each is.
#
# usage: ci/publish-previews.sh PICTURES OUT      in the project's folder, in a clone, with the right to push
#        ci/publish-previews.sh --tidy            takes those of closed changes away, and publishes nothing
#
# PICTURES is what `ltxspec review --png-dir` wrote; `sheet.png` in it is the picture of all shots. OUT gets
# `pictures.json` (address of a shot -> address of its picture) and `sheet` (address of the picture of all shots). With
# `[previews] store = "none"` OUT stays empty.
#
# Each head has one commit without parents, which holds its pictures. The branch's tip has these commits as parents, so
# each stays available under its own id for as long as its change is open, and goes with the next push or `--tidy`
# afterwards. Two jobs at once lose nothing of each other: the second push is rejected, and made again on what the first
# one left.
#
# LTXSPEC_HEAD        the commit that the pictures show
# LTXSPEC_NUMBER      the number of the pull request (default: the forge is asked)
# LTXSPEC_KEY         tells several projects in one repository apart
# LTXSPEC_RUN         the number of this run: pictures of a later run stay (default: from GitHub or GitLab)
# LTXSPEC_RAW         the address of files of a commit (default: from GitHub or GitLab), ends in `/raw`
# LTXSPEC_REMOTE      remote or URL to push to (default: origin)
# LTXSPEC_PUSH_TRIES, LTXSPEC_PUSH_PAUSE: see commit-lockfiles.sh
set -eu
unset PYTHONPATH # an empty entry in it is the working directory, whose modules would be imported

tidy=''
if [ "$1" = --tidy ]; then tidy=yes; else pictures=$1 out=$2; fi
remote=${LTXSPEC_REMOTE:-origin}
tries=${LTXSPEC_PUSH_TRIES:-20}
pause=${LTXSPEC_PUSH_PAUSE:-1000}
number=${LTXSPEC_NUMBER-${CI_MERGE_REQUEST_IID-}}
run=${LTXSPEC_RUN:-${GITHUB_RUN_ID:-${CI_PIPELINE_ID:-0}}}
raw=${LTXSPEC_RAW:-}
if [ -z "$raw" ] && [ -n "${CI_PROJECT_URL:-}" ]; then raw=$CI_PROJECT_URL/-/raw; fi
if [ -z "$raw" ] && [ -n "${GITHUB_REPOSITORY:-}" ]; then raw=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/raw; fi

# Nothing that a checkout says makes git run a command or read another repository, and the paid service's key is not for it.
git() (
    unset RUNWARE_API_KEY LTXSPEC_WEBHOOK_SECRET
    exec git -c safe.bareRepository=explicit -c core.fsmonitor=false -c protocol.ext.allow=never "$@"
)
export GIT_NO_REPLACE_OBJECTS=1

say() { echo "publish-previews: $*" >&2; }
fail() { say "$*"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$tidy" ]; then
    number='' pictures=$work/none
    mkdir "$pictures"
    echo '{}' >"$pictures/index.json"
else
    case ${LTXSPEC_HEAD:-} in '' | *[!0-9a-f]*) fail 'the commit that the pictures show is not known; set LTXSPEC_HEAD' ;; esac
    [ -n "$number" ] || number=$(ltxspec previews change "$LTXSPEC_HEAD")
    case $number in
        '') say "no open pull request has the head $LTXSPEC_HEAD any more"; exit 0 ;;
        *[!0-9]*) fail 'the number of the pull request is not a number; set LTXSPEC_NUMBER' ;;
    esac
fi
case $run in *[!0-9]*) run=0 ;; esac
field() { python3 -I -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))[sys.argv[2]] or "")' "$work/prepared" "$1"; }

ltxspec previews prepare "$pictures" --out "$work/ready" --format json >"$work/prepared"
case $(field store) in
    none) say 'the configuration wants no pictures'; exit 0 ;;
    store)
        if [ -z "$tidy" ]; then
            mkdir -p "$out"
            ltxspec previews store "$work/ready" --out "$out" --number "$number" --head "$LTXSPEC_HEAD" \
                --key "${LTXSPEC_KEY:-.}" --run "$run"
        fi
        ltxspec previews tidy || say 'pictures of closed changes stay for now'
        exit 0
        ;;
    uploads) [ -n "$tidy" ] || ltxspec previews upload "$work/ready" --out "$out"; exit 0 ;;
esac
[ -n "$tidy" ] || [ -n "$raw" ] || fail 'the address of the repository is not known; set LTXSPEC_RAW'
branch=$(field branch)
git check-ref-format "refs/heads/$branch" || fail "\`$branch\` is not the name of a branch"
name=$(printf %s "${LTXSPEC_KEY:-.}" | git hash-object --stdin | cut -c 1-12)

# A job's machine has no name of its own in git, and whose pictures these are is no secret.
export GIT_AUTHOR_NAME=ltxspec GIT_AUTHOR_EMAIL=ltxspec@localhost GIT_COMMITTER_NAME=ltxspec GIT_COMMITTER_EMAIL=ltxspec@localhost

# --- the commit of this head ------------------------------------------------------------------------

mine=''
if [ -z "$tidy" ]; then
    (cd "$work/ready" && for file in *; do
        printf '100644 blob %s\t%s\n' "$(git -C "$OLDPWD" hash-object -w --no-filters -- "$PWD/$file")" "$file"
    done) >"$work/tree"
    tree=$(git mktree <"$work/tree")
    mine=$(printf 'Previews of %s\n\nLtxspec-Preview: %s %s\nLtxspec-Run: %s\n' "$LTXSPEC_HEAD" "$number" "$name" "$run" |
        git commit-tree "$tree")
fi

# --- the tip: this commit beside those of other changes that are still open ---------------------------

trailer() { git show --no-patch --format=%B "$1" | sed -n "s/^$2: //p" | tail -n 1; }
first() { git show --no-patch --format=%s "$1"; }

# A pause of random length, so that jobs that met once do not meet again.
rest() {
    random=$(od -An -N2 -tu2 /dev/urandom)
    limit=$((pause * ($1 < 10 ? $1 : 10)))
    awk -v part="$((random))" -v limit="$limit" 'BEGIN { print part / 65536 * limit / 1000 }' | xargs sleep
}

readme=$(printf 'Pictures that `ltxspec` shows in pull requests. Each parent of this commit has those of one change.\nThis branch is written by CI jobs; do not merge it, and do not commit to it.\n' | git hash-object -w --stdin)
top=$(printf '100644 blob %s\tREADME.md\n' "$readme" | git mktree)

# The commits of the others in the present tip, as `-p COMMIT`, in $work/parents; ours is not needed if a later run has one.
sort_out() {
    : >"$work/parents"
    numbers=''
    for commit in $(git rev-list --parents --max-count=1 "$1" | cut -s -d ' ' -f 2-); do
        about=$(trailer "$commit" Ltxspec-Preview)
        if [ "$about" = "$number $name" ]; then
            theirs=$(trailer "$commit" Ltxspec-Run)
            case $theirs in '' | *[!0-9]*) theirs=0 ;; esac
            [ "$theirs" -le "$run" ] || { say 'a later run has published its pictures'; exit 0; }
        else
            echo "$commit $about" >>"$work/parents"
            case ${about%% *} in '' | *[!0-9]* | "$number") ;; *) numbers="$numbers ${about%% *}" ;; esac
        fi
    done
    # shellcheck disable=SC2086  # several numbers
    closed=$([ -z "$numbers" ] || ltxspec previews closed $numbers) || closed='' # then all stay
    for one in $closed; do
        sed "/^[0-9a-f]* $one /d" "$work/parents" >"$work/open"
        mv "$work/open" "$work/parents"
    done
}

try=1
while :; do
    old=$(git ls-remote "$remote" "refs/heads/$branch" | cut -f 1)
    : >"$work/parents"
    if [ -n "$old" ]; then
        git fetch --quiet --no-tags "$remote" "+refs/heads/$branch:refs/ltxspec/previews"
        old=$(git rev-parse refs/ltxspec/previews)
        [ "$(first "$old")" = 'Previews of ltxspec' ] || fail "the branch \`$branch\` holds something else; name another one in [previews]"
        sort_out "$old"
    fi
    if [ -n "$tidy" ] && { [ -z "$old" ] || [ "$(wc -l <"$work/parents")" -eq "$(($(git rev-list --parents --max-count=1 "$old" | wc -w) - 1))" ]; }; then
        exit 0 # nothing is there, or nothing goes
    fi
    # shellcheck disable=SC2046  # one word for each parent
    tip=$(printf 'Previews of ltxspec\n\n[skip ci]\n' | git commit-tree "$top" ${mine:+-p "$mine"} $(sed 's/^\([0-9a-f]*\).*/-p \1/' "$work/parents"))
    if git push --quiet --force-with-lease="refs/heads/$branch:$old" "$remote" "$tip:refs/heads/$branch"; then break; fi
    [ "$try" -lt "$tries" ] || fail "\`$branch\` took none of $tries pushes"
    say "\`$branch\` did not take push $try; looking for what is new there"
    rest "$try"
    try=$((try + 1))
done

[ -z "$tidy" ] || exit 0

# --- where the pictures are -----------------------------------------------------------------------------

mkdir -p "$out"
python3 -I - "$work/ready/index.json" "$raw/$mine" "$out/pictures.json" <<'PYTHON'
import json, sys

index, base, target = sys.argv[1:]
with open(index, encoding="utf-8") as file:
    names = json.load(file)
with open(target, "w", encoding="utf-8") as file:
    json.dump({address: f"{base}/{name}" for address, name in names.items()}, file, ensure_ascii=False, indent=2)
PYTHON
sheet=$(field sheet)
if [ -n "$sheet" ]; then echo "$raw/$mine/$sheet" >"$out/sheet"; fi
say "published as $(git rev-parse --short "$mine") on \`$branch\`"
