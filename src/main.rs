//! The `factlog` command: parse arguments, run, print the error, choose the exit status.
//!
//! It is an ordinary user of the library: `cli` is declared here, so the compiler keeps it to the
//! public API.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
