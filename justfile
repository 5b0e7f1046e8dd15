# Every check that CI runs.
check:
    .ci/run

# Format the code.
format:
    cargo fmt

# Every figure that the documentation states.
bench:
    cargo bench
