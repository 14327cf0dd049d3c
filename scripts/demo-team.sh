#!/usr/bin/env bash
# Plays a team that applies one project of 200 shots from many machines at once, on the free sandbox: two machines, three
# shards as of a CI job, and a Ray cluster of two nodes, with an S3 server (moto) as their store. One machine is killed, one
# node is removed, the store is away for ten seconds, a lease runs out. In the end everything was bought once and stored
# once, which a fresh clone verifies by hash, and Azure's server (azurite) gets a copy. Nothing leaves this machine.
#
# usage: scripts/demo-team.sh [FOLDER]        (default: demo-team; must not exist yet)
#        SHOTS=40 SPEED=20 scripts/demo-team.sh        shots of each of the five specs; how much faster than real renders
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-demo-team}
SHOTS=${SHOTS:-40} SPEED=${SPEED:-20}
PATH=$here/.venv/bin:$PATH
command -v ltxspec >/dev/null || { echo "demo-team: ltxspec is not installed; run \`make demo\` first" >&2; exit 1; }
python -c 'import moto, ray' 2>/dev/null || { echo "demo-team: needs moto and ray: \`make tools\` installs them" >&2; exit 1; }
[ ! -e "$folder" ] || { echo "demo-team: \`$folder\` exists already" >&2; exit 1; }
mkdir "$folder" && cd "$folder" && top=$(pwd)

say() { printf '\n\033[1m%3d s  %s\033[0m\n' "$SECONDS" "$*"; }
team() { python "$here/scripts/demo_team.py" "$@"; }
stop_all() { touch cluster.end; kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; }
trap 'cd "$top"; stop_all' EXIT

# --- what a team has: the paid service, a store, a forge's repository, a cluster -------------------

export RUNWARE_API_KEY=demo-key LTXSPEC_PROVIDER=runware # the nodes of the cluster have them from their own environment
export AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo AWS_REGION=us-east-1 # of moto, which checks none
export GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.invalid GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.invalid

ltxspec sandbox serve --port 0 --speed "$SPEED" --key demo-key --state service >service.log 2>&1 &
free_port() { python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
S3=$(free_port)
python -W ignore -m moto.server -H 127.0.0.1 -p "$S3" >moto.log 2>&1 &
moto=$!
team bucket s3 "$S3"
for _ in $(seq 300); do RUNWARE_BASE_URL=$(sed -n 's/^sandbox ready: //p' service.log) && [ -n "$RUNWARE_BASE_URL" ] && break; sleep 0.1; done
export RUNWARE_BASE_URL
team cluster cluster >cluster.log 2>&1 &
for _ in $(seq 600); do [ -s cluster ] && break; sleep 0.1; done
RAY_ADDRESS=$(cat cluster)

git init -q --bare -b main forge.git
ltxspec init --name films films >/dev/null && cd films
sed -i 's/^per_apply = .*/per_apply = "200.00"/' ltxspec.toml
rm -r specs/* && team specs specs 5 "$SHOTS"
cat >>ltxspec.toml <<TOML

[store]
url = "s3://films/team"
endpoint = "http://127.0.0.1:$S3"
timeout = 5
lease_life = 15
TOML
git init -q -b main 2>/dev/null && git add -A && git commit -q -m "Five days of shooting" && git remote add origin "$top/forge.git"
git push -q origin main
cd "$top"
for machine in anna ben ci-1 ci-2 ci-3 driver; do git clone -q forge.git "$machine"; done

# --- everybody at once -----------------------------------------------------------------------------

on() { # machine, log, command …
    local machine=$1 log=$2; shift 2
    (cd "$top/$machine" && exec "$@" >"$top/$log.log" 2>&1)
}
apply="ltxspec apply --auto-approve --parallelism 4"
say "six machines apply: anna days 1 and 2, ben days 2 and 3, three shards day 4, a cluster day 5"
on anna anna $apply specs/day-1.yaml specs/day-2.yaml & anna=$!
sleep 1
on ben ben $apply --lock-timeout 600 specs/day-2.yaml specs/day-3.yaml & ben=$!
shards=()
for k in 1 2 3; do on ci-$k ci-$k $apply --shard $k/3 specs/day-4.yaml & shards+=($!); done
RAY_ADDRESS=$RAY_ADDRESS on driver driver $apply --engine ray specs/day-5.yaml & driver=$!

orders() { # machine, its process, day, how many: wait until the service has taken so many orders of it
    while kill -0 "$2" 2>/dev/null; do
        [ "$(grep -c '"accepted"' "$top/$1/.ltxspec/journal/day-$3.jsonl" 2>/dev/null || true)" -ge "$4" ] 2>/dev/null && return
        sleep 0.1
    done
}
orders anna "$anna" 1 5
say "anna's machine is killed; ben waits for her lease of day 2, which runs out"
pkill -KILL -P "$anna" 2>/dev/null || true; kill -KILL "$anna" 2>/dev/null || true; wait "$anna" 2>/dev/null || true
orders driver "$driver" 5 4
say "a node of the cluster is removed"
touch cluster.remove
orders ben "$ben" 2 2
say "ben has the lease; the store is away for ten seconds"
kill -STOP "$moto"; sleep 10; kill -CONT "$moto"

ended() { # name, process
    local code=0; wait "$2" || code=$?
    say "$1 ended with exit code $code: $(grep -E '^(Applied|Nothing|Stopped|No changes|error|Apply)' "$top/$1.log" | tail -n 1)"
}
ended ben "$ben"; ended driver "$driver"
for k in 1 2 3; do ended ci-$k "${shards[$((k - 1))]}"; done

# --- what is left, and what all of them recorded ---------------------------------------------------

say "everybody applies once more, for what the store's absence and the kill left"
for machine in anna ben driver; do
    case $machine in anna) days="1 2" ;; ben) days="2 3" ;; *) days=5 ;; esac
    on $machine $machine-again $apply --lock-timeout 120 $(printf 'specs/day-%s.yaml ' $days) || true
    tail -n 3 $machine-again.log
done
for k in 1 2 3; do on ci-$k ci-$k-again $apply --shard $k/3 specs/day-4.yaml || true; tail -n 1 ci-$k-again.log; done

say "the shards are joined and committed once; the others commit and merge"
(cd ci-1 && ltxspec lock join ../ci-2 ../ci-3)
for machine in ci-1 anna ben driver; do
    (
        cd "$machine"
        git config merge.ltxspec.driver 'ltxspec lock merge --driver %O %A %B'
        git add lockfiles && git commit -q -m "Renders of $machine"
        git pull -q --no-rebase --no-edit origin main && git push -q origin HEAD:main
    )
done

# --- the reckoning ---------------------------------------------------------------------------------

say "a fresh clone plans, fetches every video from the store, and verifies it by hash"
git clone -q forge.git fresh && cd fresh
ltxspec plan
ltxspec archive pull 2>&1 | tail -n 2
ltxspec archive verify | tail -n 1
ltxspec archive verify --deep | tail -n 1
say "what the service charged, beside what the lockfiles say"
ltxspec cost --reconcile
printf '%s videos and %s claims in the store\n' "$(team keys "$S3" team/videos/)" "$(team keys "$S3" team/claims/)"

azurite=$here/.venv/azurite/node_modules/azurite/dist/src/blob/main.js
[ -e "$azurite" ] && command -v node >/dev/null || exit 0
say "the same at Azure: the clone sends all it has, and verifies what arrived"
AZ=$(free_port)
node "$azurite" --blobHost 127.0.0.1 --blobPort "$AZ" --inMemoryPersistence --silent --skipApiVersionCheck --disableTelemetry &
team bucket azure "$AZ"
export AZURE_STORAGE_ACCOUNT_NAME=devstoreaccount1 AZURE_STORAGE_ACCOUNT_KEY
AZURE_STORAGE_ACCOUNT_KEY=$(team azure-key)
sed -i "s#^url = \"s3:.*#url = \"az://films/team\"#; s#^endpoint = .*#endpoint = \"http://127.0.0.1:$AZ/devstoreaccount1\"#" ltxspec.toml
ltxspec archive push | tail -n 1
ltxspec archive verify --deep | tail -n 1
