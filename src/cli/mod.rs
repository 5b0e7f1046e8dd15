//! The command line: one file a subcommand, and what they share.

mod add;
mod append;
mod approve;
mod beside;
mod check;
mod checkpoint;
mod claim;
mod claim_list;
mod claims;
mod completions;
mod config;
mod context;
mod copies;
mod decisions;
mod demo;
mod desk;
mod doctor;
mod drafts;
mod editor;
mod erase;
mod evidence;
mod exit;
mod export;
mod extractor;
mod faults;
mod fetched;
mod files;
mod forks;
mod gone;
mod groups;
mod help;
mod highlight;
mod hits;
mod import;
mod index;
mod init;
mod json_out;
mod key;
mod lines;
mod links;
mod lint;
mod log;
mod man;
mod manifest;
mod near;
mod numbering;
mod opening;
mod pager;
mod pdf_trial;
mod policy;
mod progress;
mod prompt;
mod proposals;
mod prove;
mod publish;
mod published;
mod queue;
mod quotes;
mod ratings;
mod reaffirm;
mod reanchor;
mod record;
mod report;
mod restore;
mod retract;
mod review;
mod says;
mod screen;
mod search;
mod seek;
mod show;
mod sign;
mod signing;
mod similar;
mod sources;
mod split;
mod stats;
mod stdout;
mod stops;
mod terminal;
mod verbs;
mod verdict;
mod verify;
mod waiting;
mod witness;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::context::{Context, Global};
use self::exit::Status;

/// Record fact-checks in a ledger that a stranger can audit
///
/// An article is split into claims, each tied to the exact words it came from and to whoever said
/// them. A reviewer signs a verdict on a claim; the ledger keeps it, and anyone can check later
/// what was recorded, by whom, in which order, about which words.
#[derive(Parser)]
#[command(
    name = "factlog",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "\
The first five minutes:
  factlog demo                          the whole job on a sample article
  factlog init --name \"Example Desk\" --origin desk.example/facts \\
      --reviewer desk.example/alice
  factlog add article.txt               take in an article; number its claims
  factlog verdict 3                     judge the third claim, in your editor
  factlog verify                        audit everything
  factlog export claimreview --out DIR  publish

`factlog help TOPIC` explains: config, environment, exit-codes, formats, keys,
offline, proof, ratings, review, roots, storage, trust, witnesses."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Args),
    Init(init::Args),
    Split(split::Args),
    Add(add::Args),
    Import(import::Args),
    Claims(claims::Args),
    Review(review::Args),
    Queue(queue::Args),
    Assign(desk::assign::Args),
    Note(desk::note::Args),
    Interests(desk::interests::Args),
    Claim(claim::Args),
    Verdict(verdict::Args),
    Approve(approve::ApproveArgs),
    Dispute(approve::DisputeArgs),
    Retract(retract::Args),
    Evidence(evidence::Args),
    Erase(erase::Args),
    Show(show::Args),
    Log(log::Args),
    Search(search::Args),
    Similar(similar::Args),
    Verify(verify::Args),
    Publish(publish::Args),
    Restore(restore::Args),
    Prove(prove::Args),
    Check(check::Args),
    Export(export::Args),
    Stats(stats::Args),
    Report(report::Args),
    Lint(lint::Args),
    Key(key::Args),
    Checkpoint(checkpoint::Args),
    Policy(policy::Args),
    Reaffirm(reaffirm::Args),
    Reanchor(reanchor::Args),
    Sign(sign::Args),
    Append(append::Args),
    Witness(witness::Args),
    Config(config::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
    Help(help::Args),
}

impl Command {
    /// Says whether it works where the settings can't be read.
    const fn mends_settings(&self) -> bool {
        matches!(
            self,
            Self::Config(_) | Self::Doctor(_) | Self::Completions(_) | Self::Man(_) | Self::Help(_)
        )
    }
}

/// Returns whether help is in colours: what `--color` says is not parsed yet when help is printed.
fn help_colors(arguments: &[OsString]) -> clap::ColorChoice {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let asks = |when: &str| {
        words.contains(&format!("--color={when}").as_str())
            || words.windows(2).any(|pair| pair == ["--color", when])
    };
    if asks("never") {
        clap::ColorChoice::Never
    } else if asks("always") {
        clap::ColorChoice::Always
    } else {
        clap::ColorChoice::Auto
    }
}

/// Runs the command line and returns the exit status.
pub(crate) fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = pdf_trial::run_if_asked(&arguments) {
        return code;
    }
    let parsed = groups::grouped(Cli::command())
        .color(help_colors(&arguments))
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for, and go to standard output; all else is usage.
            let status = if error.use_stderr() {
                Status::Usage
            } else {
                Status::Done
            };
            return match print(&error) {
                Err(error) if status == Status::Done => failed(&stdout::named(error).into()),
                _ => status.into(),
            };
        }
    };
    let context = Context::new(cli.global);
    let settings = context.settings().map(|_| ());
    context.choose_styles();
    if let Err(error) = settings
        && !cli.command.mends_settings()
    {
        return failed(&error);
    }
    let done = match cli.command {
        Command::Demo(args) => demo::run(&args, &context),
        Command::Init(args) => init::run(&args, &context),
        Command::Split(args) => split::run(&args, &context),
        Command::Add(args) => add::run(&args, &context),
        Command::Import(args) => import::run(&args, &context),
        Command::Claims(args) => claims::run(&args, &context),
        Command::Review(args) => review::run(&args, &context),
        Command::Queue(args) => queue::run(&args, &context),
        Command::Assign(args) => desk::assign::run(&args, &context),
        Command::Note(args) => desk::note::run(&args, &context),
        Command::Interests(args) => desk::interests::run(&args, &context),
        Command::Claim(args) => claim::run(&args, &context),
        Command::Verdict(args) => verdict::run(&args, &context),
        Command::Approve(args) => approve::approve(&args, &context),
        Command::Dispute(args) => approve::dispute(&args, &context),
        Command::Retract(args) => retract::run(&args, &context),
        Command::Evidence(args) => evidence::run(&args, &context),
        Command::Erase(args) => erase::run(&args, &context),
        Command::Show(args) => show::run(&args, &context),
        Command::Log(args) => log::run(&args, &context),
        Command::Search(args) => search::run(&args, &context),
        Command::Similar(args) => similar::run(&args, &context),
        Command::Verify(args) => verify::run(&args, &context),
        Command::Publish(args) => publish::run(&args, &context),
        Command::Restore(args) => restore::run(&args, &context),
        Command::Prove(args) => prove::run(&args, &context),
        Command::Check(args) => check::run(&args, &context),
        Command::Export(args) => export::run(&args, &context),
        Command::Stats(args) => stats::run(&args, &context),
        Command::Report(args) => report::run(&args, &context),
        Command::Lint(args) => lint::run(&args, &context),
        Command::Key(args) => key::run(&args, &context),
        Command::Checkpoint(args) => checkpoint::run(&args, &context),
        Command::Policy(args) => policy::run(&args, &context),
        Command::Reaffirm(args) => reaffirm::run(&args, &context),
        Command::Reanchor(args) => reanchor::run(&args, &context),
        Command::Sign(args) => sign::run(&args, &context),
        Command::Append(args) => append::run(&args, &context),
        Command::Witness(args) => witness::run(&args, &context),
        Command::Config(args) => config::run(&args, &context),
        Command::Doctor(args) => doctor::run(&args, &context),
        Command::Completions(args) => completions::run(&args, &context),
        Command::Man(args) => man::run(&args, &context),
        Command::Help(args) => help::run(&args, &context),
    };
    // What is still held back must arrive, too.
    match done.and_then(|status| Ok(stdout::plain().flush().map(|()| status)?)) {
        Ok(status) => status.into(),
        Err(error) => failed(&context.explained(error)),
    }
}

/// Prints help or the version, or says what is wrong with the arguments: those stand in the message
/// as they were given, so that it is made harmless, and only its first word has a style.
fn print(error: &clap::Error) -> io::Result<()> {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayVersion
    ) {
        return error.print();
    }
    let meant = meant(error);
    let mut text = error.render().to_string();
    if meant.is_some() {
        // Words that only look alike are not what is meant.
        let lines = text.split_inclusive('\n');
        text = lines.filter(|line| !line.starts_with("  tip:")).collect();
        text = text.replacen("\n\n\n", "\n\n", 1);
    }
    let text = screen::visible(&text);
    let mut err = anstream::stderr();
    match text.strip_prefix("error:") {
        Some(rest) => write!(err, "{}{rest}", screen::styled(screen::BAD, "error:")),
        None => write!(err, "{text}"),
    }?;
    if let Some(meant) = meant {
        let hint = screen::styled(screen::STRONG, "hint:");
        writeln!(err, "\n{}", screen::message(&format!("{hint} {meant}")))?;
    }
    Ok(())
}

/// Returns what does what was typed, where that is a word that people try.
fn meant(error: &clap::Error) -> Option<&'static str> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => verbs::meant(word(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => {
            let command = std::env::args().nth(1)?;
            verbs::meant_option(&command, word(ContextKind::InvalidArg)?)
        }
        _ => None,
    }
}

/// Reports an error, but for the one that nobody reads our output any more; returns the exit status.
fn failed(error: &anyhow::Error) -> ExitCode {
    if exit::is_closed_pipe(error) {
        return Status::Done.into();
    }
    let (status, hint) = exit::of(error);
    context::report(error, hint.as_deref());
    status.into()
}
