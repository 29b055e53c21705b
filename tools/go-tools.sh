#!/bin/sh
# Builds the Go programs that a go.mod names as tools: tools/go-tools.sh MODULE_FOLDER TARGET_FOLDER
# and leaves a stamp, TARGET_FOLDER/.MODULE_FOLDER.
#
# Without Go there is nothing to build: that is said and accepted on a developer's machine (the
# tests that need a tool are skipped with that reason) and refused where CI is set.
set -eu

module=$1
mkdir -p "$2"
target=$(cd "$2" && pwd)

give_up() {
    printf '%s\n' "$*" >&2
    case ${CI:-} in
    "" | 0 | false) exit 0 ;;
    *) exit 1 ;;
    esac
}

command -v go >/dev/null 2>&1 ||
    give_up "No Go on PATH: the tools of $module/go.mod are not built, their tests are skipped."

# Settings of the machine must not change what is built or switch the check against go.sum off.
unset GOFLAGS GONOSUMDB GONOSUMCHECK GOPRIVATE GOINSECURE GOWORK 2>/dev/null || true
if [ ! -w "${HOME:-/nonexistent}" ]; then
    export GOPATH="$target/../go" GOCACHE="$target/../go-cache"
fi
cd "$module"
printf '%s\n' "Building the tools of $module/go.mod (once, about a minute)"
if ! GOWORK=off CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false \
    -ldflags '-s -w' -o "$target/" tool >"$target/.$module.log" 2>&1; then
    cat "$target/.$module.log" >&2
    give_up "The tools of $module/go.mod could not be built; their tests are skipped."
fi
touch "$target/.$module"
