#!/bin/sh
# Downloads the wheels of requirements.lock: tools/wheels.sh PYTHON FOLDER
#
# The Action and the built wheel are tested from this folder, with no network.
set -eu

python=$1
folder=$2
rm -rf "$folder"
if "$python" -I -m pip download --quiet --disable-pip-version-check --no-input \
    --only-binary :all: --require-hashes -r requirements.lock --dest "$folder"; then
    touch "$folder/.stamp"
else
    printf '%s\n' "No wheels of requirements.lock for this platform: their tests are skipped." >&2
    case ${CI:-} in
    "" | 0 | false) ;;
    *) exit 1 ;;
    esac
fi
