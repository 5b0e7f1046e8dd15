//! `factlog key export`: the enrolled keys for `ssh-keygen -Y verify`.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

use std::io::Write as _;

use factlog::audit::facts::Function;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::screen;
use crate::cli::signing;
use crate::cli::stdout;

/// Print the keys in force as OpenSSH's allowed_signers file
///
/// One line a key that has a role and is in force, for `ssh-keygen -Y verify` and git. Each line is
/// restricted to the namespaces given, so that a signature made for another purpose does not pass. It
/// says who may sign now, not who might then: the ledger itself tells that.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key export --allowed-signers > allowed_signers
  factlog key export --allowed-signers --namespace git --namespace file
  ssh-keygen -Y verify -f allowed_signers -I desk.example/alice -n factlog \\
      -s letter.txt.sig < letter.txt

Exit status: 0 printed; 2 no form, or a namespace that can't be one.")]
pub(crate) struct Args {
    /// In the form of OpenSSH's allowed_signers, the only one there is
    #[arg(long, required = true)]
    allowed_signers: bool,
    /// What the signatures are for, as `ssh-keygen -Y sign -n` has it
    #[arg(long, value_name = "NAME", default_value = "factlog")]
    namespace: Vec<String>,
}

#[derive(Serialize)]
struct Output {
    ledger: String,
    signers: Vec<Signer>,
}

#[derive(Serialize)]
struct Signer {
    name: String,
    key: String,
    line: String,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    debug_assert!(args.allowed_signers, "it is required");
    for namespace in &args.namespace {
        if namespace.is_empty() || !namespace.chars().all(is_plain) {
            let message = format!("{namespace:?} can't be a namespace");
            return Err(Failure::new(Status::Usage, message)
                .hint("use letters, digits and . - _ / @ :")
                .into());
        }
    }
    let ledger = context.open_ledger()?;
    let mut signers = Vec::new();
    for signer in ledger.keys()? {
        if !matches!(signer.function, Function::Roles(_)) || signer.ended.is_some() {
            continue;
        }
        let name = signer.key.name().as_str();
        // Stars, commas and exclamation marks are a pattern there, and would let others in.
        if !name.chars().all(is_plain) {
            context.warn(&format!(
                "{} is left out: such a name means something else in an allowed_signers file",
                screen::one_line(name)
            ));
            continue;
        }
        signers.push(Signer {
            name: name.to_owned(),
            key: signer.key.to_string(),
            line: format!(
                "{name} namespaces=\"{}\" {}",
                args.namespace.join(","),
                signing::public_key(signer.key.public())
            ),
        });
    }
    let id = ledger.id().to_string();
    drop(ledger);
    if context.global.json {
        json_out::print(&Output {
            ledger: id,
            signers,
        })?;
    } else {
        let mut out = stdout::plain();
        for signer in signers {
            writeln!(out, "{}", signer.line)?;
        }
    }
    Ok(Status::Done)
}

/// Says whether a character stands for itself in an allowed_signers file.
const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '@' | ':')
}
