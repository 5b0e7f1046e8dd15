//! `factlog witness serve`.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;

use chrono::Utc;
use factlog::net::witness::{ServeLimits, Served, Serving, Witness, serve};
use factlog::trust::VerifierKey;
use factlog::words::time::Timestamp;
use serde::Serialize;

use super::{WhichKey, unlocked};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::files::trust_policy;
use crate::cli::screen;
use crate::cli::{json_out, stdout};

/// Serve a witness over HTTP, until Ctrl-C
///
/// POST URL/add-checkpoint cosigns, GET URL/<hex SHA-256 of the origin>/checkpoint has what was
/// cosigned last. There is no TLS: put a proxy in front that adds it.
///
/// The folder of --state holds the last cosigned checkpoint of each ledger. It is what keeps the
/// witness honest: never run the same key on an older copy of it, nor on two. Evidence that a ledger
/// was forked is kept there, in forks/.
///
/// Standard output has the witness's line for a trust policy; standard error has a line for each
/// request.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("known").required(true).multiple(true))]
#[command(after_help = "\
Examples:
  factlog witness serve --listen 127.0.0.1:8080 --state DIR --logs logs.txt
  factlog witness serve --listen 127.0.0.1:8080 --state DIR --log \"$VKEY\"

The key of a ledger's log is the one that `factlog key list` shows with `log`.")]
pub(crate) struct Args {
    /// Listen on this address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: String,
    /// Keep what was cosigned in this folder, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Cosign for the logs in this trust policy (C2SP tlog-policy); the rest of it is not looked at
    #[arg(long, value_name = "FILE", group = "known")]
    logs: Option<PathBuf>,
    /// Cosign for the log with this verifier key; may be given several times
    #[arg(long, value_name = "VKEY", group = "known")]
    log: Vec<VerifierKey>,
    #[command(flatten)]
    which: WhichKey,
}

#[derive(Serialize)]
struct Output<'a> {
    name: String,
    vkey: String,
    url: &'a str,
    logs: Vec<String>,
    state: String,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let mut logs = args.log.clone();
    if let Some(path) = &args.logs {
        logs.extend(trust_policy(path)?.logs().iter().map(|log| log.key.clone()));
    }
    let key = unlocked(&args.which, context)?;
    let witness = Witness::open(key, logs, &args.state).map_err(|error| {
        Failure::new(
            Status::Key,
            format!("no witness can be run on {}", args.state.display()),
        )
        .because(error)
    })?;
    let failed = |error| {
        Failure::new(
            Status::Failed,
            format!("nothing can listen on {}", args.listen),
        )
        .because(error)
        .hint("an address and a free port, such as 127.0.0.1:8080")
    };
    let listener = TcpListener::bind(args.listen.as_str()).map_err(failed)?;
    let url = format!("http://{}", listener.local_addr().map_err(failed)?);
    let output = Output {
        name: witness.key().name().to_string(),
        vkey: witness.key().to_string(),
        url: &url,
        logs: witness.origins().map(ToString::to_string).collect(),
        state: screen::path(&args.state),
    };
    let fixed = context.global.at.map(Timestamp::seconds);
    let now = move || fixed.unwrap_or_else(|| Utc::now().timestamp());
    let serving = Serving {
        witness,
        limits: ServeLimits::default(),
        // Before 1970, no cosignature would be later than the one before.
        clock: Box::new(move || u64::try_from(now()).unwrap_or(0)),
        on_request: Box::new(tell),
    };
    let mut announced = Ok(());
    serve(listener, serving, || {
        announced = announce(context, &output);
        announced.is_ok()
    })?;
    announced?;
    context.say("stopped");
    Ok(Status::Done)
}

/// Says where the witness is, as soon as it can be asked.
fn announce(context: &Context, output: &Output<'_>) -> anyhow::Result<()> {
    let Output {
        name,
        vkey,
        url,
        logs,
        ..
    } = output;
    let whose = match logs.as_slice() {
        [one] => one.clone(),
        many => format!("{} logs", many.len()),
    };
    context.say(&format!("cosigning for {whose} on {url}; Ctrl-C stops"));
    if context.global.json {
        return json_out::print(output);
    }
    let mut out = stdout::plain();
    writeln!(out, "witness {name} {vkey} {url}")?;
    out.flush()?;
    Ok(())
}

/// Writes the line of a request.
fn tell(served: &Served) {
    let Served {
        peer,
        method,
        path,
        status,
        took,
        about,
    } = served;
    let time = Utc::now().format("%Y-%m-%dT%H:%M:%SZ");
    let line = format!(
        "{time} {peer} {method} {path} {status} {}ms {about}",
        took.as_millis()
    );
    let line: String = screen::one_line(&line).chars().take(600).collect();
    let _ = writeln!(std::io::stderr(), "{line}");
}
