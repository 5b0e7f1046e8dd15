#!/usr/bin/env bash
# Splits texts with builds for the baseline processor, for this one, and for aarch64 under qemu, and
# compares what they print, byte for byte. Part of the long suite: it builds the program up to three
# times. aarch64 needs its Rust target, a linker and qemu; where they can't be had, it says so.
set -euo pipefail
cd "$(dirname "$0")/.."

out=target/processors
mkdir -p "$out"
texts=(examples/*.txt examples/*.md tests/extract/*.txt)

# split_all NAME COMMAND...: writes what the program prints for all texts.
split_all() {
    local name=$1
    shift
    for text in "${texts[@]}"; do
        "$@" split --json "$text"
        "$@" split --json --atomic "$text"
    done >"$out/$name.json"
}

same() {
    cmp "$out/baseline.json" "$out/$1.json"
    echo "$1: the same $(wc -c <"$out/$1.json") bytes as the baseline"
}

RUSTFLAGS="" cargo build --release --locked --target-dir "$out/baseline"
split_all baseline "$out/baseline/release/factlog"

RUSTFLAGS="-C target-cpu=native" cargo build --release --locked --target-dir "$out/native"
split_all native "$out/native/release/factlog"
same native

arm=aarch64-unknown-linux-gnu
if ! rustup target add $arm 2>/dev/null; then
    echo "aarch64: skipped, its Rust target can't be had here"
elif ! command -v qemu-aarch64 >/dev/null || ! command -v aarch64-linux-gnu-gcc >/dev/null; then
    echo "aarch64: skipped, needs qemu-user and gcc-aarch64-linux-gnu"
else
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
        cargo build --release --locked --target $arm --target-dir "$out/arm"
    split_all aarch64 qemu-aarch64 -L /usr/aarch64-linux-gnu "$out/arm/$arm/release/factlog"
    same aarch64
fi
