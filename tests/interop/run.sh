#!/usr/bin/env bash
# Has Go's sumdb packages read a ledger that `factlog publish` wrote: run.sh FACTLOG. Go and the packages
# are Debian's (golang-go, golang-golang-x-mod-dev); where they can't be had, it says so.
set -euo pipefail
factlog=$(realpath "$1")
cd "$(dirname "$0")"
sources=/usr/share/gocode
if ! command -v go >/dev/null || [ ! -d $sources/src/golang.org/x/mod/sumdb ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get install -y --no-install-recommends golang-go golang-golang-x-mod-dev >/dev/null 2>&1 || true
    fi
fi
if ! command -v go >/dev/null || [ ! -d $sources/src/golang.org/x/mod/sumdb ]; then
    echo "skipped: golang-go and golang-golang-x-mod-dev can't be had here"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export FACTLOG_HOME=$folder/home
"$factlog" demo --dir "$folder/demo" >/dev/null 2>&1
"$factlog" --ledger "$folder/demo" publish "$folder/published" >/dev/null
GO111MODULE=off GOPATH=$sources GOCACHE=$folder/cache go build -o "$folder/interop" main.go
"$folder/interop" "$folder/published"
# What was changed is refused by these packages, too.
printf 'x' | dd of="$folder/published/checkpoint" bs=1 seek=0 conv=notrunc 2>/dev/null
if "$folder/interop" "$folder/published" 2>/dev/null; then
    echo "a changed checkpoint was not refused"
    exit 1
fi
