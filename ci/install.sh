#!/bin/sh
# Installs ltxspec into an environment of its own and puts it on the path of the following steps.
#
# The version is the one of this very checkout, with its dependencies by hash, so that what a workflow pins is what runs.
# LTXSPEC_VERSION names another one, from the package index.
set -eu
unset PYTHONPATH # an empty entry in it is the working directory

here=$(cd "$(dirname "$0")/.." && pwd)
# Never in the checkout, which may bring an environment, and programs in it, of its own.
venv=${LTXSPEC_VENV:-${RUNNER_TEMP:-$(mktemp -d)}/ltxspec-venv}

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
echo "installed in $venv/bin" >&2
if [ -n "${GITHUB_PATH:-}" ]; then echo "$venv/bin" >>"$GITHUB_PATH"; fi
