#!/bin/sh
# Makes the virtual environment of the checkout from requirements-dev.lock: tools/venv.sh FOLDER
#
# Needs Python 3.11 or newer with venv and ensurepip, and nothing else. PYTHON names the one to use.
set -eu

venv=$1
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV 2>/dev/null || true

say() { printf '%s\n' "$*" >&2; }

# A version manager's shim can be on PATH and refuse to run: only an answer counts.
new_enough() { "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
version_of() { "$1" -I -c 'import platform; print(platform.python_version())' 2>/dev/null || true; }

find_python() {
    seen=
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        if new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
        version=$(version_of "$candidate")
        [ -z "$version" ] || seen="$seen $candidate ($version)"
    done
    say "kfm-gates needs Python 3.11 or newer. Found:${seen:- none}."
    say "Try this: install Python 3.11, or name one: make dev PYTHON=/path/to/python3.11"
    return 1
}

if [ ! -x "$venv/bin/python" ] || ! new_enough "$venv/bin/python"; then
    python=$(find_python)
    if ! "$python" -I -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "$python cannot make virtual environments: its ensurepip is missing."
        say "Try this: apt-get install python3-venv   (Debian and Ubuntu package it apart)"
        exit 1
    fi
    rm -rf "$venv"
    "$python" -I -m venv "$venv"
fi

"$venv/bin/python" -I -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -I -m ensurepip >/dev/null

pip() { "$venv/bin/python" -I -m pip --disable-pip-version-check --no-input "$@"; }

pip install --quiet --require-hashes -r requirements-dev.lock
pip install --quiet --no-deps --no-build-isolation --editable .
