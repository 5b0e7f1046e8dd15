//! `factlog interests`: what reviewers have a stake in, and where a verdict touches it.
//!
//! A list in `.factlog/desk/interests.json`, the desk's own like notes. It signs nothing and proves
//! nothing: it reminds a reviewer to declare in the verdict what is known to the desk.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use factlog::ledger::Ledger;
use factlog::words::claim::Claim;
use factlog::words::source::Meta;
use factlog::words::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::conflicts::{self, Asked};
use super::people::Names;
use super::{FILE, people};
use crate::cli::add::word;
use crate::cli::context::Context;
use crate::cli::drafts;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::screen::{self, FAINT, STRONG};
use crate::cli::stdout;

/// The type that the file names.
const TYPE: &str = "factlog/interests@v1";

/// What somebody has a stake in has at most so many characters.
const LONGEST: usize = 200;

/// List and change what reviewers have a stake in
///
/// Where a claimant, a publisher or an author is one of them, `factlog verdict` and `factlog approve`
/// say so, and the reviewer declares it in the verdict, or leaves it to another. The list is the
/// desk's own: not signed, kept beside the ledger, and in no export.
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog interests add bob \"Harbour Party\" --why \"a member until 2024\"
  factlog interests list
  factlog interests remove bob \"Harbour Party\"
  factlog interests rule declare     every verdict answers for conflicts"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(AddArgs),
    List(ListArgs),
    Remove(RemoveArgs),
    Rule(RuleArgs),
}

/// Show or change whether verdicts must answer for conflicts of interest
///
/// The rule is the desk's, for everybody who works on this ledger:
///   ask      the form of a verdict asks; a stake that is not declared is warned of
///   declare  a verdict is signed only with --conflict or --no-conflicts, and not where a listed
///            stake is left out
///   off      nothing is asked or compared
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  factlog interests rule
  factlog interests rule declare"
)]
struct RuleArgs {
    /// The new rule: ask, declare or off; without it, the rule is printed
    #[arg(value_parser = word::<Asked>)]
    rule: Option<Asked>,
}

#[derive(Serialize)]
struct Rule {
    rule: Asked,
}

/// Add what somebody has a stake in
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog interests add bob \"Harbour Party\" --why \"a member until 2024\"")]
struct AddArgs {
    /// Who: a key's name, or what follows its last slash
    name: String,
    /// In what: a person, a party, a body, a paper, as it is called in claims and sources
    interest: String,
    /// Why it is one
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

/// List what reviewers have a stake in
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog interests list
  factlog interests list bob --json")]
struct ListArgs {
    /// Only of this one
    name: Option<String>,
}

/// Remove what somebody has no stake in any more
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog interests remove bob \"Harbour Party\"")]
struct RemoveArgs {
    /// Who
    name: String,
    /// In what, as it was added
    interest: String,
}

/// What somebody has a stake in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interest {
    /// Who.
    pub(crate) name: String,
    /// In what.
    pub(crate) stake: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// When it was added.
    pub(crate) at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "type")]
    file_type: String,
    interests: Vec<Interest>,
}

#[derive(Serialize)]
struct Report {
    interests: Vec<Interest>,
}

/// What all have a stake in, as far as the desk knows.
#[derive(Default)]
pub(crate) struct Interests(Vec<Interest>);

impl Interests {
    /// Reads the list beside an open ledger.
    pub(crate) fn open(ledger: &Ledger) -> anyhow::Result<Self> {
        Self::in_folder(ledger.folder())
    }

    fn in_folder(ledger: &Path) -> anyhow::Result<Self> {
        let path = path(ledger);
        let Some(file) = FILE.json::<File>(&path)? else {
            return Ok(Self(Vec::new()));
        };
        if file.file_type != TYPE {
            return Err(FILE.damaged(&path).into());
        }
        Ok(Self(file.interests))
    }

    fn save(self, ledger: &Ledger) -> anyhow::Result<()> {
        let path = path(ledger.folder());
        let folder = ledger.folder().join("desk");
        let file = File {
            file_type: TYPE.to_owned(),
            interests: self.0,
        };
        let mut bytes = serde_json::to_vec_pretty(&file)?;
        bytes.push(b'\n');
        drafts::put(&folder, &path, &bytes).with_context(|| format!("writing {}", path.display()))
    }

    /// Says whether nobody has any.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns those of the one who has these names.
    pub(crate) fn of(&self, names: &BTreeSet<String>) -> Vec<&Interest> {
        let all = self.0.iter();
        all.filter(|interest| names.contains(&interest.name))
            .collect()
    }
}

fn path(ledger: &Path) -> PathBuf {
    ledger.join("desk").join("interests.json")
}

/// Returns what is wrong with the list of the ledger whose files are in a folder.
pub(super) fn fault(ledger: &Path) -> Option<anyhow::Error> {
    Interests::in_folder(ledger).err()
}

/// Who is concerned by a verdict: the claimant, and the publishers and authors of the claim's source and
/// of the evidence.
#[derive(Default)]
pub(crate) struct Matter(BTreeSet<String>);

impl Matter {
    /// Adds a claim's claimant, with the role: “chair of the Harbour Party”.
    pub(crate) fn add_claim(&mut self, claim: &Claim) {
        if let Some(claimant) = &claim.claimant {
            self.add(&claimant.name);
            if let Some(role) = &claimant.role {
                self.add(role);
            }
        }
    }

    /// Adds a source's publisher and authors.
    pub(crate) fn add_source(&mut self, meta: &Meta) {
        for name in meta.publisher.iter().chain(&meta.authors) {
            self.add(name);
        }
    }

    /// Adds words that may name somebody.
    pub(crate) fn add(&mut self, name: &str) {
        self.0.insert(words_of(name).join(" "));
    }

    /// Says whether one who is concerned has all the words of a name, next to each other.
    pub(crate) fn has(&self, name: &str) -> bool {
        let wanted = words_of(name);
        let has = |known: &String| {
            let known: Vec<&str> = known.split(' ').collect();
            known.windows(wanted.len()).any(|words| words == wanted)
        };
        !wanted.is_empty() && self.0.iter().any(has)
    }
}

/// Returns the words of a name, in small letters.
fn words_of(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    match &args.command {
        Command::Add(args) => add(args, context),
        Command::List(args) => list(args, context),
        Command::Remove(args) => remove(args, context),
        Command::Rule(args) => rule(args, context),
    }
}

fn rule(args: &RuleArgs, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    if let Some(rule) = args.rule {
        conflicts::set(&ledger, rule)?;
    }
    let rule = conflicts::asked(&ledger)?;
    drop(ledger);
    if context.global.json {
        json_out::print(&Rule { rule })?;
    } else {
        writeln!(stdout::plain(), "{}", rule.as_str())?;
    }
    Ok(Status::Done)
}

fn add(args: &AddArgs, context: &Context) -> anyhow::Result<Status> {
    let interest = screen::one_line(&args.interest);
    if words_of(&interest).is_empty() || interest.chars().count() > LONGEST {
        return Err(Failure::new(
            Status::Usage,
            format!(
                "{:?} is no interest: 1 to {LONGEST} characters, with a word in them",
                args.interest
            ),
        )
        .hint("write it as it is called in claims and sources, such as \"Harbour Party\"")
        .into());
    }
    let ledger = context.open_ledger()?;
    let (name, is_known) = people::whole_name(&ledger, &args.name)?;
    let mut interests = Interests::open(&ledger)?;
    interests
        .0
        .retain(|old| old.name != name || old.stake != interest);
    interests.0.push(Interest {
        name: name.clone(),
        stake: interest.clone(),
        why: args.why.clone().filter(|why| !why.trim().is_empty()),
        at: context.now()?,
    });
    interests
        .0
        .sort_by(|a, b| (&a.name, &a.stake).cmp(&(&b.name, &b.stake)));
    let all = Report {
        interests: interests.0.clone(),
    };
    interests.save(&ledger)?;
    drop(ledger);
    if !is_known {
        context.warn(&format!(
            "no key that may sign here has the name {name}: nothing it signs is compared"
        ));
    }
    context.say(&format!("{name} has a stake in “{interest}”"));
    print(context, &all)
}

fn list(args: &ListArgs, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let mut interests = Interests::open(&ledger)?.0;
    if let Some(name) = &args.name {
        let (name, _) = people::whole_name(&ledger, name)?;
        let names = Names::of(&ledger)?.beside(&name);
        interests.retain(|interest| names.contains(&interest.name));
    }
    drop(ledger);
    if context.global.json {
        return print(context, &Report { interests });
    }
    let mut out = stdout::styled();
    for interest in &interests {
        let why = interest
            .why
            .as_deref()
            .map_or_else(String::new, |why| format!(": {why}"));
        let line = format!("{}{why}", interest.stake);
        writeln!(
            out,
            "{}  {}  {}",
            screen::styled(STRONG, &screen::one_line(&interest.name)),
            screen::one_line(&line),
            screen::styled(FAINT, &interest.at.date().to_string()),
        )?;
    }
    if interests.is_empty() {
        context
            .say("no interests are listed. Add one: factlog interests add NAME \"Harbour Party\"");
    }
    Ok(Status::Done)
}

fn remove(args: &RemoveArgs, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let (name, _) = people::whole_name(&ledger, &args.name)?;
    let mut interests = Interests::open(&ledger)?;
    let before = interests.0.len();
    let wanted = words_of(&args.interest);
    let names = Names::of(&ledger)?.beside(&name);
    interests
        .0
        .retain(|old| !names.contains(&old.name) || words_of(&old.stake) != wanted);
    if interests.0.len() == before {
        let interest = screen::one_line(&args.interest);
        let message = format!("{name} has no stake in “{interest}” listed");
        return Err(Failure::new(Status::NotFound, message)
            .hint("`factlog interests list` lists them")
            .into());
    }
    let all = Report {
        interests: interests.0.clone(),
    };
    interests.save(&ledger)?;
    drop(ledger);
    context.say(&format!(
        "{name}: “{}” is no longer listed",
        screen::one_line(&args.interest)
    ));
    print(context, &all)
}

fn print(context: &Context, report: &Report) -> anyhow::Result<Status> {
    if context.global.json {
        json_out::print(report)?;
    }
    Ok(Status::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_words_and_not_by_its_letters() {
        let mut matter = Matter::default();
        matter.add("Chair of the Harbour Party (retired)");
        matter.add("Ada Venn");
        for (name, found) in [
            ("Harbour Party", true),
            ("harbour  party", true),
            ("HARBOUR-PARTY", true),
            ("Ada Venn", true),
            ("Venn", true),
            ("Party Harbour", false),
            ("Harbour", true),
            ("Harb", false),
            ("Ven", false),
            ("Ada Venn Chair", false),
            ("", false),
            ("–", false),
        ] {
            assert_eq!(matter.has(name), found, "{name}");
        }
    }
}
