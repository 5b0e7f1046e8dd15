#!/usr/bin/env bash
# Power cuts: shuts a file system down under `factlog`, 60 times or as often as the argument says,
# and checks after each that nothing acknowledged is lost and that the ledger goes on.
#
# The ledger and its keys are on an ext4 image on a loop device. A cut is ext4's shutdown ioctl: from
# one moment to the next nothing reaches the image any more, whatever is only in memory is gone, and
# the next mount replays the file system's own log, as after a loss of power. About every second cut
# loses also what ext4's log has not on the disk yet. Two cuts in three come during `verdict --from -`,
# the others during `add` of a large file and during `init`.
#
# It needs root, and prints `skipped` where an image can't be mounted. FACTLOG names the program;
# without it, one is built.
set -euo pipefail
cd "$(dirname "$0")/.."

cuts=${1:-60}
work=$(mktemp -d)
disk=$work/disk
acknowledged=$work/acknowledged
child=

cleanup() {
    [ -z "$child" ] || kill -9 "$child" 2>/dev/null || true
    mountpoint -q "$disk" && umount -l "$disk"
    rm -rf "$work"
}
trap cleanup EXIT

fail() {
    echo "cut $cut ($what): $*" >&2
    cat "$work"/err >&2 || true
    exit 1
}

mkdir "$disk"
mkfifo "$work/ready"
truncate -s 512M "$work/image"
for tool in mkfs.ext4 python3 mount; do
    command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 0; }
done
mkfs.ext4 -q "$work/image"
if ! mount -o loop "$work/image" "$disk" 2>"$work/err"; then
    echo "skipped: an image can't be mounted here: $(cat "$work/err")"
    exit 0
fi

if [ -z "${FACTLOG:-}" ]; then
    cargo build --release --locked
    FACTLOG=${CARGO_TARGET_DIR:-target}/release/factlog
fi
FACTLOG=$(realpath "$FACTLOG")
export FACTLOG_HOME=$disk/home
unset FACTLOG_LEDGER FACTLOG_PASSPHRASE_FILE FACTLOG_STOP_AFTER FACTLOG_PAUSE_AFTER
desk=$disk/desk
: >"$acknowledged"

# What starts a ledger.
# An origin is used once.
init=(init --name Desk --reviewer desk.example/alice --unencrypted-keys --origin)

# Runs the program on the desk's ledger. What is to be killed is started without this.
factlog() { "$FACTLOG" --ledger "$desk" "$@"; }

# Shuts the file system down at a random moment within so many milliseconds from now. 1 writes the
# file system's log out first, 2 does not.
cut_within() {
    python3 - "$disk" "$1" $((1 + (cut + cut / 6) % 2)) "$work/ready" <<'PYTHON' &
import fcntl, os, random, struct, sys, time
EXT4_IOC_SHUTDOWN = 2 << 30 | 4 << 16 | ord("X") << 8 | 125
disk, most, how, ready = sys.argv[1:]
disk = os.open(disk, os.O_RDONLY)
with open(ready, "w") as ready:
    ready.write("ready\n")
time.sleep(random.random() * int(most) / 1000)
fcntl.ioctl(disk, EXT4_IOC_SHUTDOWN, struct.pack("I", int(how)))
PYTHON
    timer=$!
    read -r _ <"$work/ready"
}

# Waits for the cut, ends the child, and brings the disk back.
after_cut() {
    wait "$timer" || fail "the file system can't be shut down"
    kill -9 "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    child=
    umount "$disk" || fail "the disk is in use"
    mount -o loop "$work/image" "$disk" || fail "the disk can't be mounted again"
}

# Prints the verdicts for one cut, some at a time.
verdicts() {
    local n=0 claim
    while read -r claim; do
        printf '{"claim":"%s","rating":"true","summary":"Cut %d."}\n' "$claim" "$cut"
        n=$((n + 1))
        [ $((n % 4)) != 0 ] || sleep 0.03
    done <"$work/claims"
}

# Notes the entries that an `add` acknowledged, and the ids of the claims that it offers.
note_added() {
    python3 - "$1" "$work/claims" >>"$acknowledged" <<'PYTHON'
import json, sys
added = json.load(open(sys.argv[1]))
for entry in added["entries"]:
    print(entry["index"], entry["id"])
with open(sys.argv[2], "w") as claims:
    claims.writelines(claim["id"] + "\n" for claim in added["claims"])
PYTHON
}

# Notes what the program acknowledged. A line that the cut left unfinished acknowledges nothing.
note_acknowledged() {
    python3 - "$1" >>"$acknowledged" <<'PYTHON'
import json, sys
for line in open(sys.argv[1]):
    if line.endswith("\n"):
        line = json.loads(line)
        assert "id" in line, f"not acknowledged: {line}"
        print(line["index"], line["id"])
PYTHON
}

# Checks that all that was ever acknowledged is in the log, at its index.
check_acknowledged() {
    factlog log --json >"$work/log" 2>"$work/err" || fail "the log can't be listed"
    python3 - "$work/log" "$acknowledged" <<'PYTHON' || fail "something acknowledged is lost"
import json, sys
log = {entry["index"]: entry["id"] for entry in json.load(open(sys.argv[1]))["entries"]}
before = -1
for line in open(sys.argv[2]):
    index, id = line.split()
    assert log.get(int(index)) == id, f"entry {index} is {log.get(int(index))}, not {id}"
    assert before < int(index), f"entry {index} was acknowledged after {before}"
    before = int(index)
PYTHON
}

# Checks that the next command works, and that everything holds.
check_ledger() {
    factlog checkpoint >"$work/out" 2>"$work/err" || fail "the next command fails"
    factlog verify >"$work/out" 2>"$work/err" || { cat "$work/out"; fail "verify finds a fault"; }
}

# Takes in a text with a number of claims, and notes their ids.
take_in() {
    local n
    for n in $(seq 1 "$sentences"); do
        echo "The council spent $n million on bridge $cut in 2019."
    done >"$work/article"
    factlog add --json --title "Article $cut" "$work/article" 2>"$work/err" >"$work/out" ||
        fail "an article can't be added"
    note_added "$work/out"
}

# Takes in a file of 16 MiB, which is kept as an object file and has no text.
large() {
    exec "$FACTLOG" --ledger "$desk" add --json --media application/octet-stream \
        --title "Recording $cut" "$work/large"
}

# Prints how many milliseconds a command takes.
milliseconds() {
    local start
    start=$(date +%s%N)
    ("$@") >"$work/out" 2>"$work/err" || fail "$1 fails without a cut"
    echo $((($(date +%s%N) - start) / 1000000))
}

cut=0 what=start sentences=40
mkdir "$desk"
init_time=$(milliseconds factlog "${init[@]}" desk.example/facts)
head -c 16777216 /dev/urandom >"$work/large"
large_time=$(milliseconds large)
whole=0 large=0
for cut in $(seq 1 "$cuts"); do
    case $((cut % 6)) in
        0) what=init ;;
        3) what=add ;;
        *) what=verdict ;;
    esac
    : >"$work/answers"
    case $what in
        verdict)
            take_in
            cut_within 1500
            verdicts | "$FACTLOG" --ledger "$desk" verdict --from - --json >"$work/answers" 2>"$work/err" &
            child=$!
            ;;
        add)
            head -c 16777216 /dev/urandom >"$work/large"
            cut_within $((large_time * 3 / 2))
            large >"$work/answers" 2>"$work/err" &
            child=$!
            ;;
        init)
            mkdir "$disk/new-$cut"
            cut_within "$init_time"
            "$FACTLOG" --ledger "$disk/new-$cut" "${init[@]}" "desk.example/new-$cut" >"$work/answers" 2>"$work/err" &
            child=$!
            ;;
    esac
    after_cut
    case $what in
        verdict) note_acknowledged "$work/answers" || fail "a verdict is refused" ;;
        add)
            # What is printed ends with a line feed, if the cut let it.
            if [ -n "$(tail -c 1 "$work/answers")" ] || [ ! -s "$work/answers" ]; then
                :
            else
                note_added "$work/answers"
                large=$((large + 1))
            fi
            ;;
        init)
            # A ledger, with the keys that it needs, or none.
            desk=$disk/new-$cut
            if [ -e "$desk/.factlog" ]; then
                whole=$((whole + 1))
            else
                mkdir -p "$desk"
                factlog "${init[@]}" "desk.example/new-$cut" >"$work/out" 2>"$work/err" || fail "the ledger can't be started anew"
            fi
            take_in_before=$(wc -l <"$acknowledged")
            take_in
            check_ledger
            head -n "$take_in_before" "$acknowledged" >"$work/kept"
            mv "$work/kept" "$acknowledged"
            rm -r "$desk"
            desk=$disk/desk
            ;;
    esac
    check_ledger
    check_acknowledged
done
kept=$(wc -l <"$acknowledged")
echo "$cuts cuts, $kept entries acknowledged, 0 lost; $whole of the new ledgers were there, $large of the large files"
