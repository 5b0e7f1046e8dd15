//! The `factlog` command: parse arguments, run, print the error, choose the exit status.

fn main() {}
