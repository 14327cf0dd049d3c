#!/usr/bin/env bash
# Makes a small film project with a change to review, in a git repository of its own: two branches that both render, on
# the free sandbox, then shows what a reviewer gets. Nothing leaves this machine.
#
# usage: scripts/demo-review.sh [FOLDER]        (default: demo-review; must not exist yet)
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-demo-review}
PATH=${LTXSPEC_BIN:-$here/.venv/bin}:$PATH # whose `ltxspec`: that of this checkout
command -v ltxspec >/dev/null || { echo "demo-review: ltxspec is not installed; run \`make demo\` first" >&2; exit 1; }
[ ! -e "$folder" ] || { echo "demo-review: \`$folder\` exists already" >&2; exit 1; }

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# --- a project, and the paid service played by the sandbox on a port of this machine --------------

git init -q -b main "$folder"
cd "$folder"
git config user.name Demo
git config user.email demo@example.invalid
ltxspec init --name night-scenes >/dev/null

: >.git/service.txt
ltxspec sandbox serve --port 0 --speed 1000 --key demo-key-for-the-sandbox --state .ltxspec/service >.git/service.txt 2>&1 &
service=$!
trap 'kill "$service" 2>/dev/null || true' EXIT
address_in() { # file, what the address follows there
    for _ in $(seq 300); do
        sed -n "s/^$2 ready: //p" "$1" | grep . && return
        sleep 0.1
    done
    cat "$1" >&2
    return 1
}
RUNWARE_BASE_URL=$(address_in .git/service.txt sandbox)
export RUNWARE_BASE_URL RUNWARE_API_KEY=demo-key-for-the-sandbox
export LTXSPEC_PROVIDER=runware

spec() { # musician's prompt, seconds of the harbour, a shot after the roofs, a shot at the end
    cat >specs/night-scenes.yaml <<SPEC
# yaml-language-server: \$schema=../schemas/spec/v1.json
apiVersion: ltxspec/v1
kind: RenderSpec
metadata:
  name: night-scenes
  title: Night scenes
model: lightricks:ltx@2.5-fast
vars:
  city: Porto
defaults: {width: 1280, height: 720, duration: 6, fps: 24}
shots:
  alley:
    prompt: |
      Rain over {{ city }}, $1
  harbour:
    prompt: Fishing boats rocking in the harbour of {{ city }} just after sunset.
    duration: $2
    gate: approval
  roofs:
    prompt: Slow aerial drift over dark roofs, one window lit.$3
  weather:
    matrix: {sky: [rain, fog]}
    prompt: A narrow street in {{ sky }} at midnight, practical lights.
$4
SPEC
}
printf '%s\n' /review.md /review.html /review-stills /pictures /comment.* /decided.png >>.git/info/exclude # what a reviewer gets is no part of the project
record() { git add -A && git commit -q -m "$1"; }

musician="a musician under a transparent umbrella, neon reflections."

say "main: five shots are rendered and recorded"
spec "$musician" 6 "" ""
ltxspec apply --auto-approve --max-cost 10
record "Night scenes"

say "branch: another umbrella, a longer harbour, a new shot; all but the new one are rendered"
git switch -q -c more-rain
spec "a musician under a red umbrella, magenta reflections on wet cobblestones." 8 "" "  tram:
    prompt: An empty tram leaves the harbour and climbs a hill of {{ city }}, sparks at the wire.
    inputs: {frameImages: [{shot: harbour, frame: last}]}"
record "A red umbrella, a longer harbour, and a tram that begins where the harbour ends"
ltxspec apply --auto-approve --max-cost 10 --target night-scenes.alley --target night-scenes.harbour
record "Record renders"

say "main moves on meanwhile: one more shot is rendered there"
git switch -q main
spec "$musician" 6 "
  bridge:
    prompt: The iron bridge from below, a train crossing." ""
ltxspec apply --auto-approve --max-cost 10
record "The bridge"

# --- what a reviewer gets --------------------------------------------------------------------------

git switch -q more-rain
say "ltxspec diff: what the branch changes, in shots and money"
ltxspec diff
say "The storyboard: review.html, with free previews of what is not rendered; a picture of each shot: pictures/"
ltxspec review --html review.html --animatics --png-dir pictures
say "The pull request's comment, with the pictures: review.md"
ltxspec comment --dry-run --pictures pictures/index.json --pictures-base https://pictures.example/ >review.md
head -n 12 review.md
browser() { python "$here/scripts/demo_browser.py" "$@"; }
browser comment review.md pictures comment.png && echo "as the forge shows it: comment.png" || [ $? = 3 ]

say "A reviewer decides on the served page, which writes into the working tree: the harbour is approved, the alley is not"
: >.git/review.txt
ltxspec review --serve >.git/review.txt 2>&1 &
reviewing=$!
trap 'kill "$service" "$reviewing" 2>/dev/null || true' EXIT
address=$(address_in .git/review.txt review)
if browser decide "$address" decided.png; then
    echo "looked at in a browser: decided.png"
else
    [ $? = 3 ] || exit 1
    echo "(no browser on this machine: decided by commands)"
    ltxspec approve night-scenes.harbour
    ltxspec reject night-scenes.alley --note "The umbrella is hardly red here." --at 1.5
fi
kill -INT "$reviewing" && wait "$reviewing"
ltxspec show night-scenes.alley
record "What the reviewer decided"
say "The approval sets the tram free, which begins with the last frame of the harbour"
ltxspec plan

say "After the merge nothing that was bought is bought again: only the tram is left"
git switch -q main
git -c merge.ltxspec.driver='ltxspec lock merge --driver %O %A %B' merge -q -m "Merge more-rain" more-rain
ltxspec lock verify --base HEAD^1 --base HEAD^2
ltxspec plan
git switch -q more-rain
say "Look around in $(pwd)"
