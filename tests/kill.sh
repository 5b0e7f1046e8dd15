#!/usr/bin/env bash
# Kills `factlog verdict --from -` with SIGKILL, 200 times or as often as the argument says, two in
# three of them between two named steps of an append, and checks that nothing acknowledged is lost.
set -euo pipefail
cd "$(dirname "$0")/.."
FACTLOG_KILLS=${1:-200} cargo test --release --locked --test it -- kill:: --nocapture
