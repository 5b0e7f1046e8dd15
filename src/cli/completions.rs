//! `factlog completions`: what a shell needs to complete the command line.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Cli;
use super::context::Context;
use super::exit::Status;
use super::json_out;
use super::stdout;
use serde::Serialize;

/// Print completions for a shell, to be read when it starts
///
/// They complete commands, options and the words that an option takes, as this version has them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog completions bash > /etc/bash_completion.d/factlog
  factlog completions zsh > ~/.zfunc/_factlog     a folder in $fpath
  factlog completions fish > ~/.config/fish/completions/factlog.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Output {
    shell: String,
    script: String,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "factlog", &mut script);
    if context.global.json {
        json_out::print(&Output {
            shell: args.shell.to_string(),
            script: String::from_utf8_lossy(&script).into_owned(),
        })?;
    } else {
        stdout::plain().write_all(&script)?;
    }
    Ok(Status::Done)
}
