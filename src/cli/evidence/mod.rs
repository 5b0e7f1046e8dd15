//! `factlog evidence`: what a verdict will rest on, and whether it is still there.

mod add;
mod check;
mod left;
mod list;

use clap::Subcommand;

use super::context::Context;
use super::exit::Status;

/// Keep evidence for a claim, and see whether its pages have changed
///
/// Evidence is a source that speaks for a claim, against it, or helps to understand it. A copy is kept
/// and signed as any source, its words are quoted exactly, and the next verdict on the claim brings it
/// along.
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog evidence add 3 un-charter.txt --stance refutes --primary \\
      --quote \"agree to accept and carry out\"
  factlog evidence add 3 https://news.example/a1 --stance context
  factlog evidence list 3
  factlog evidence check             of all verdicts: has a page changed?"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Box<add::Args>),
    List(list::Args),
    Check(check::Args),
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    match &args.command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Check(args) => check::run(args, context),
    }
}
