//! `factlog help`: a command's help, or a topic.

use std::io::Write;

use clap::CommandFactory;
use factlog::words::policy::Policy;
use serde::Serialize;

use super::Cli;
use super::context::Context;
use super::exit::{Failure, Status};
use super::groups;
use super::json_out;
use super::ratings;
use super::stdout;

/// Explain a command or a topic
#[derive(clap::Args)]
#[command(after_help = "\
Topics: config, environment, exit-codes, formats, keys, offline, proof,
ratings, review, roots, storage, trust, witnesses.")]
pub(crate) struct Args {
    /// A command, or a topic
    words: Vec<String>,
}

/// The topics, each with its text.
pub(crate) const TOPICS: [(&str, &str); 12] = [
    ("config", include_str!("help/config.txt")),
    ("environment", include_str!("help/environment.txt")),
    ("exit-codes", include_str!("help/exit-codes.txt")),
    ("formats", include_str!("help/formats.txt")),
    ("keys", include_str!("help/keys.txt")),
    ("offline", include_str!("help/offline.txt")),
    ("proof", include_str!("help/proof.txt")),
    ("review", include_str!("help/review.txt")),
    ("roots", include_str!("help/roots.txt")),
    ("storage", include_str!("help/storage.txt")),
    ("trust", include_str!("help/trust.txt")),
    ("witnesses", include_str!("help/witnesses.txt")),
];

/// The topic whose text is the ledger's own.
const RATINGS: &str = "ratings";

/// What `--json` prints.
#[derive(Serialize)]
struct Explained<'a> {
    kind: &'static str,
    about: &'a str,
    text: &'a str,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if let [topic] = args.words.as_slice()
        && let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == topic)
    {
        return print(context, "topic", topic, text, text);
    }
    if args.words.as_slice() == [RATINGS] {
        let text = ratings(context)?;
        return print(context, "topic", RATINGS, &text, &text);
    }
    let mut command = groups::grouped(Cli::command());
    command.build();
    let mut wanted = &mut command;
    for word in &args.words {
        wanted = wanted.find_subcommand_mut(word).ok_or_else(|| {
            Failure::new(
                Status::Usage,
                format!("there is no command or topic {word:?}"),
            )
            .hint(format!(
                "`factlog --help` lists the commands; the topics are {}",
                topics()
            ))
        })?;
    }
    let about = [&["factlog".to_owned()], args.words.as_slice()].concat();
    let help = wanted.render_long_help();
    let (plain, styled) = (help.to_string(), help.ansi().to_string());
    print(context, "command", &about.join(" "), &plain, &styled)
}

fn print(
    context: &Context,
    kind: &'static str,
    about: &str,
    text: &str,
    styled: &str,
) -> anyhow::Result<Status> {
    if context.global.json {
        json_out::print(&Explained { kind, about, text })?;
    } else {
        stdout::styled().write_all(styled.as_bytes())?;
    }
    Ok(Status::Done)
}

fn topics() -> String {
    let mut names: Vec<&str> = TOPICS.iter().map(|(name, _)| *name).collect();
    names.push(RATINGS);
    names.sort_unstable();
    names.join(", ")
}

/// Explains the scale of the ledger here, else the one that a new ledger starts with.
fn ratings(context: &Context) -> anyhow::Result<String> {
    Ok(match context.open_ledger() {
        Ok(ledger) => ratings::explain(&ledger.policy()?.1, "The scale of this ledger:"),
        Err(_) => ratings::explain(
            &Policy::default(),
            "There is no ledger here that can be read. The scale that a new one starts with:",
        ),
    })
}
