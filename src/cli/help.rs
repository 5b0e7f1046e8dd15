//! `factlog help`: a command's help, or a topic.

use std::io::Write;

use clap::CommandFactory;

use super::Cli;
use super::context::Context;
use super::exit::{Failure, Status};

/// Explain a command or a topic
#[derive(clap::Args)]
#[command(after_help = "Topics: environment, exit-codes, formats, keys, offline, proof, storage.")]
pub(crate) struct Args {
    /// A command, or a topic
    words: Vec<String>,
}

const TOPICS: [(&str, &str); 7] = [
    ("environment", include_str!("help/environment.txt")),
    ("exit-codes", include_str!("help/exit-codes.txt")),
    ("formats", include_str!("help/formats.txt")),
    ("keys", include_str!("help/keys.txt")),
    ("offline", include_str!("help/offline.txt")),
    ("proof", include_str!("help/proof.txt")),
    ("storage", include_str!("help/storage.txt")),
];

pub(crate) fn run(args: &Args, _context: &Context) -> anyhow::Result<Status> {
    let mut out = anstream::stdout();
    if let [topic] = args.words.as_slice()
        && let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == topic)
    {
        out.write_all(text.as_bytes())?;
        return Ok(Status::Done);
    }
    let mut command = Cli::command();
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
    write!(out, "{}", wanted.render_long_help().ansi())?;
    Ok(Status::Done)
}

fn topics() -> String {
    TOPICS.map(|(name, _)| name).join(", ")
}
