//! Opens a ledger and verifies it: `cargo run --example verify_ledger -- FOLDER [LEDGER_ID]`.
//!
//! `FOLDER` is a `.factlog`; it is only read. With the ledger's id, a ledger that was started anew in
//! its place is noticed.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use factlog::audit::Severity;
use factlog::ledger::{self, Ledger, VerifyOptions};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        return Err("usage: verify_ledger FOLDER [LEDGER_ID]".into());
    };
    let id = arguments.next().map(|id| id.parse()).transpose()?;

    let mut options = ledger::options();
    options.read_only = true;
    let (ledger, notices) = Ledger::open(Path::new(&folder), options)?;
    for notice in notices {
        println!("{notice}");
    }

    let report = ledger.verify(
        &VerifyOptions {
            ledger: id,
            ..VerifyOptions::default()
        },
        None,
    )?;
    for check in &report.checks {
        println!("{check}");
    }
    for finding in &report.findings {
        println!("{finding}");
    }
    println!("{}", report.closing());

    Ok(match report.worst() {
        Some(Severity::Fault) => ExitCode::from(1),
        Some(Severity::Incomplete) => ExitCode::from(5),
        Some(Severity::Note) | None => ExitCode::SUCCESS,
    })
}
