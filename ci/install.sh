#!/bin/sh
# Installs ltxspec into an environment of its own and puts it on the path of the following steps.
#
# The version is the one of this very checkout, with its dependencies by hash, so that what a workflow pins is what runs.
# LTXSPEC_VERSION names another one, from the package index.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
venv=${LTXSPEC_VENV:-${RUNNER_TEMP:-$PWD/.ltxspec}/ltxspec-venv}

# -I: nothing of the folder this runs in, which may be a stranger's, is imported.
python3 -I -m venv "$venv"
pip() { "$venv/bin/python" -I -m pip --quiet --disable-pip-version-check "$@"; }
if [ -n "${LTXSPEC_VERSION:-}" ]; then
    pip install "ltxspec==$LTXSPEC_VERSION"
else
    pip install --require-hashes --requirement "$here/requirements.lock"
    pip install --no-deps --no-build-isolation "$here"
fi
"$venv/bin/ltxspec" --version
if [ -n "${GITHUB_PATH:-}" ]; then echo "$venv/bin" >>"$GITHUB_PATH"; fi
