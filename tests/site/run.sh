#!/usr/bin/env bash
# Has programs that are not ours look at an exported site: run.sh FACTLOG [SCREENSHOTS]
#
# Chromium opens its pages and presses "Check this page", axe looks for barriers, the Nu checker for faults of
# HTML and CSS, jsonld.js expands its JSON-LD, feedparser reads its feeds. They come from npm, PyPI and Debian, into
# a folder that goes again; Chromium, Node and Java are installed where they lack and this is root. What can't be
# had is said and left out. With SCREENSHOTS, pictures of each kind of page go into that folder. With TEMPLATES in
# the environment, the pages are made by the templates in that folder, so that they can be tried without a build.
#
# It prints a line a check, and at the end how many passed and failed.
set -euo pipefail
factlog=$(realpath "$1")
shots=${2:-}
[ -z "$shots" ] || { mkdir -p "$shots" && shots=$(realpath "$shots"); }
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset FACTLOG_LEDGER FACTLOG_PASSPHRASE_FILE
export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
base=https://desk.example/facts/
results=$work/results
: >"$results"

# install_packages PACKAGE...: Debian's packages, where this is root.
install_packages() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
    { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$work/apt.log" 2>&1 || true
}

skip() { echo "skipped: $1" | tee -a "$results"; }
tell() {
    local name=$1
    shift
    if "$@"; then echo "ok $name"; else echo "FAILED $name"; fi | tee -a "$results"
}

# start COMMAND...: starts a checker. All work at the same time, and `finish` prints what each found.
started=()
start() {
    local n=${#started[@]}
    {
        local status=0
        "$@" >"$work/out$n" 2>"$work/err$n" || status=$?
        echo $status >"$work/status$n"
    } &
    started+=("$*")
}
finish() {
    local n status
    wait
    for n in "${!started[@]}"; do
        status=$(<"$work/status$n")
        tee -a "$results" <"$work/out$n"
        # One that stops without saying what failed, failed.
        if [ "$status" != 0 ] && ! grep -q '^FAILED' "$work/out$n"; then
            echo "FAILED the checker stopped with status $status: ${started[$n]}" | tee -a "$results"
            head -n 20 "$work/err$n"
        fi
    done
}

# nu OUT JAR KNOWN SITE...: the Nu checker, which says nothing where it finds nothing.
nu() {
    local out=$1 jar=$2 known=$3 name="the Nu checker finds no fault in the pages and their style"
    shift 3
    if java -Xss8m -jar "$jar" --Werror --skip-non-html --filterpattern "$known" "$@" >"$out" 2>&1; then
        echo "ok $name"
    else
        echo "FAILED $name"
        head -n 5 "$out" | cut -c 1-300
        return 1
    fi
}

# ---- What is there, and what can be had ----

wanted=()
command -v node >/dev/null && command -v npm >/dev/null || wanted+=(nodejs npm)
[ -x "$CHROMIUM" ] || wanted+=(chromium)
command -v java >/dev/null || wanted+=(default-jre-headless)
[ ${#wanted[@]} = 0 ] || install_packages "${wanted[@]}"

npm=
if command -v npm >/dev/null && cp ./*.mjs ./*.json "$work" \
    && (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >"$work/npm.log" 2>&1); then
    npm=yes
else
    skip "node and npm, or the packages of package.json, can't be had here"
fi

python=$(command -v python3 || true)
if [ -n "$python" ] && ! "$python" -c 'import feedparser' 2>/dev/null; then
    if "$python" -m venv "$work/python" >"$work/pip.log" 2>&1 \
        && "$work/python/bin/pip" install --quiet feedparser==6.0.11 >>"$work/pip.log" 2>&1; then
        python=$work/python/bin/python
    else
        python=
    fi
fi

# ---- The sites ----

./ledger.sh "$factlog" "$work/made"
export FACTLOG_HOME=$work/made/desk/home

# export_site DIR ARGS...: 5 says that something of it was erased, and here something was.
export_site() {
    local out=$1 status=0
    shift
    "$factlog" --ledger "$work/made/desk" export site --out "$out" "$@" 2>"$work/export.log" || status=$?
    [ $status = 5 ] || { cat "$work/export.log"; return 1; }
}
every=()
[ -z "${TEMPLATES:-}" ] || every+=(--templates "$TEMPLATES")
for standing in standing proposed disputed superseded retracted tainted; do every+=(--status "$standing"); done
site=$work/made/site
export_site "$site" --base-url "$base" "${every[@]}"
export_site "$work/made/default" --base-url "$base"
export_site "$work/made/bare"
waiting=$(sed -n 's/^waiting\t//p' "$work/made/pages.tsv")
tell "what waits for approval has a page only where it is asked for" \
    test -f "$site/$waiting" -a ! -e "$work/made/default/$waiting"
tell "without a base address there are pages and no feeds" \
    test -f "$work/made/bare/index.html" -a ! -e "$work/made/bare/feed.atom" -a ! -e "$work/made/bare/sitemap.xml"
# A word of the withheld letter that stands nowhere else.
tell "no file has words of a withheld source" bash -c '! grep -rqi "nobody asked us" "$@"' - "$site" "$work/made/bare"
tell "no file has words that were erased" bash -c '! grep -rqi "private person" "$@"' - "$site" "$work/made/bare"

# ---- The checks ----

if [ -n "$npm" ]; then
    start node "$work/documents.mjs" "$site" "$base"
    if [ -x "$CHROMIUM" ]; then
        start node "$work/button.mjs" "$site" "$work/made/pages.tsv"
        start node "$work/pages.mjs" "$site" "$work/made/pages.tsv" "$shots"
    else
        skip "chromium can't be had here"
    fi
    if command -v java >/dev/null; then
        # Whether the policy lets a page's own style and script be is Chromium's to say: the Nu checker does not
        # compare hashes. Nor does it guess the language of a page rightly that quotes others.
        known='.*violates Content Security Policy.*|.*appears to be written in.*'
        start nu "$work/nu" "$work/node_modules/vnu-jar/build/dist/vnu.jar" "$known" "$site" "$work/made/bare"
    else
        skip "java can't be had here, so that the Nu checker does not run"
    fi
fi
if [ -n "$python" ]; then
    start "$python" feeds.py "$site" "$base"
else
    skip "python3 with feedparser can't be had here"
fi

finish

passed=$(grep -c '^ok ' "$results" || true)
failed=$(grep -c '^FAILED' "$results" || true)
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
