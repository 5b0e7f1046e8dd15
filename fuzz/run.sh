#!/usr/bin/env bash
# Builds the fuzz targets and runs one after the other. Ends with status 1 at the first crash.
set -euo pipefail

usage() {
    cat >&2 <<'END'
usage: fuzz/run.sh SECONDS_EACH [TARGET...]

Runs each target (without names: all) for so many seconds from its seeds, in a temporary corpus.
CORPUS=DIR keeps what was found in DIR/TARGET. SANITIZER=address asks for that sanitizer.
END
    exit 2
}

[[ -z ${CORPUS-} ]] || CORPUS=$(realpath -m "$CORPUS")
cd "$(dirname "$0")"
all=(note entry checkpoint proof bundle slice policy tile withheld)

[[ ${1-} =~ ^[1-9][0-9]*$ ]] || usage
seconds=$1
shift
(($# > 0)) || set -- "${all[@]}"
for target in "$@"; do
    [[ -f fuzz_targets/$target.rs && -d seeds/$target ]] || { echo "no target $target; there are: ${all[*]}" >&2; usage; }
done
command -v cargo-fuzz > /dev/null || { echo "cargo-fuzz is not there: cargo install cargo-fuzz --locked" >&2; exit 2; }

# The most bytes of an input: a little more than the format allows, so that what is too long is tried too. Bundles,
# policies, tiles and lists may be longer by far, but only by more of the same.
most() {
    case $1 in
        note | bundle | policy | tile | withheld) echo 65600 ;;
        entry) echo 4200 ;;
        checkpoint) echo 16400 ;;
        proof) echo 131100 ;;
        slice) echo 4096 ;;
    esac
}

# Sanitizer coverage is unstable in rustc.
export RUSTC_BOOTSTRAP=1
sanitizer=${SANITIZER:-none}
host=$(rustc -vV | sed -n 's/^host: //p')
for target in "$@"; do
    cargo fuzz build --sanitizer "$sanitizer" "$target"
done

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
for target in "$@"; do
    corpus=${CORPUS:-$temporary}/$target
    artifacts=artifacts/$target
    mkdir -p "$corpus" "$artifacts"
    flags=(-max_total_time="$seconds" -max_len="$(most "$target")" -timeout=10 -rss_limit_mb=1024 -jobs=0 -print_final_stats=1)
    flags+=(-artifact_prefix="$artifacts/")
    [[ -f dictionaries/$target ]] && flags+=(-dict="dictionaries/$target")
    echo "== $target, $seconds s"
    log=$temporary/$target.log
    if ! "${CARGO_TARGET_DIR:-target}/$host/release/$target" "${flags[@]}" "$corpus" "seeds/$target" 2>&1 | tee "$log"; then
        found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
        echo "$target failed: fuzz/${found:-(no input was written)}" >&2
        exit 1
    fi
done
