//! Many sources at once: read one after the other, signed together.
//!
//! One that can't be taken in does not stop the others; it is named at the end, and gives the exit
//! status. The key is unlocked once. What was taken in is signed and appended in rounds, so that
//! neither a thousand pages nor a few large files fill the memory.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;

use factlog::entry::Body;
use factlog::extract::language;
use factlog::intake::Warning;
use factlog::keys::HeldKey;
use factlog::ledger::{Ledger, MAX_PENDING_BYTES};
use factlog::trust::VerifierKey;
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::source::{Kept, Meta};
use serde::Serialize;

use super::alike::{Alike, Known};
use super::{Args, of_one};
use crate::cli::context::Context;
use crate::cli::exit::{self, Failure, Status};
use crate::cli::json_out;
use crate::cli::progress;
use crate::cli::prompt;
use crate::cli::record::{self, EntryLine, Signer};
use crate::cli::says;
use crate::cli::screen;
use crate::cli::signing;
use crate::cli::sources::{self, Taken};
use crate::cli::split;
use crate::cli::stdout;

/// A round is signed once it has so many bytes or so many sources.
const ROUND_BYTES: usize = 128 * 1024 * 1024;
const ROUND_SOURCES: usize = 500;

/// The most names in a list.
const MOST_NAMES: usize = 100_000;

/// What became of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// It is in the ledger.
    Added,
    /// It was signed into the file of `--out`.
    Signed,
    /// It was there before.
    Already,
    /// It would be added: nothing was written.
    DryRun,
    /// It was not taken in.
    Failed,
}

/// A line of the answer.
#[derive(Serialize)]
struct Line {
    what: String,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Kept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
    alike: Vec<Alike>,
    warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Report {
    sources: Vec<Line>,
    entries: Vec<EntryLine>,
}

impl Line {
    fn of(taken: &Taken, outcome: Outcome, alike: Vec<Alike>) -> Self {
        let text = taken.intake.text.as_ref();
        Self {
            what: taken.what.clone(),
            outcome,
            source: None,
            index: None,
            media: Some(taken.intake.media.clone()),
            text: text.map(|text| Kept::of(text.as_bytes())),
            meta: Some(taken.meta.clone()),
            alike,
            warnings: taken.intake.warnings.clone(),
            error: None,
        }
    }

    fn failed(what: &OsStr, error: &anyhow::Error) -> Self {
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        Self {
            what: screen::path(what),
            outcome: Outcome::Failed,
            source: None,
            index: None,
            media: None,
            text: None,
            meta: None,
            alike: vec![],
            warnings: vec![],
            error: Some(causes.join(": ")),
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    refuse_flags_of_one(args)?;
    let names = names(args, context)?;
    let mut adding = Adding {
        args,
        context,
        key: None,
        round: Vec::new(),
        bytes: 0,
        lines: Vec::new(),
        entries: Vec::new(),
        status: Status::Done,
    };
    let bar = progress::of("taking in", "sources", names.len() as u64, context);
    let mut taking = names.iter().try_for_each(|what| {
        bar.suspend(|| adding.take(what))?;
        bar.inc(1);
        Ok(())
    });
    bar.finish_and_clear();
    if taking.is_ok() {
        taking = adding.finish_round();
    }
    match taking {
        Ok(()) => adding.answer(),
        Err(error) => Err(adding.stop(error, names.len())),
    }
}

/// Refuses the flags that say something of one source.
fn refuse_flags_of_one(args: &Args) -> anyhow::Result<()> {
    for (flag, is_given) in [
        ("--url", args.url.is_some()),
        ("--title", args.title.is_some()),
        ("--author", !args.authors.is_empty()),
        ("--published", args.published.is_some()),
        ("--replaces", args.replaces.is_some()),
        ("--extractor", args.extractor.extractor.is_some()),
        ("--statement", args.statement.head()?.is_some()),
    ] {
        if is_given {
            return Err(of_one(flag));
        }
    }
    Ok(())
}

/// Lists what is named on the command line and in the list.
fn names(args: &Args, context: &Context) -> anyhow::Result<Vec<OsString>> {
    let mut names = args.what.clone();
    if let Some(list) = &args.from {
        let bytes = if list == "-" {
            sources::read_input(context)?
        } else {
            sources::read_file(list.as_ref())?
        };
        let what = screen::path(list);
        let text = String::from_utf8(bytes).map_err(|error| {
            Failure::new(Status::Usage, format!("{what} is no list of names"))
                .because(error)
                .hint("a list is UTF-8 text with one file or address a line")
        })?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let lines = text.lines().map(str::trim);
        let listed = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        names.extend(listed.map(OsString::from));
    }
    let inputs = names.iter().filter(|name| *name == "-").count();
    let is_list_input = args.from.as_ref().is_some_and(|list| list == "-");
    if inputs + usize::from(is_list_input) > 1 {
        return Err(Failure::new(Status::Usage, "standard input is named twice")
            .hint("it can be read once: as a source, or as the list of --from")
            .into());
    }
    if names.is_empty() || names.len() > MOST_NAMES {
        let message = format!("the list has {} names", names.len());
        return Err(Failure::new(Status::Usage, message)
            .hint(format!(
                "name 1 to {MOST_NAMES} files and addresses, one a line"
            ))
            .into());
    }
    Ok(names)
}

/// Says in a line what would be signed of a source, and what is not known of it.
fn words_of(taken: &Taken) -> String {
    let meta = &taken.meta;
    let title = sources::label(meta, taken.intake.text.as_deref());
    let publisher = match &meta.publisher {
        Some(publisher) => screen::cut(publisher, 40),
        None => "no publisher".to_owned(),
    };
    let day = match meta.published {
        Some(day) => day.to_string(),
        None => "no date".to_owned(),
    };
    let (kind, media) = (taken.kind(), screen::one_line(&taken.intake.media));
    format!("  {title}, {publisher}, {day} ({kind}, {media})")
}

/// Sources on their way into the ledger.
struct Adding<'a> {
    args: &'a Args,
    context: &'a Context,
    /// The key, once it was unlocked.
    key: Option<HeldKey>,
    round: Vec<Taken>,
    bytes: usize,
    lines: Vec<Line>,
    entries: Vec<EntryLine>,
    status: Status,
}

impl Adding<'_> {
    /// Reads or fetches one source.
    fn take(&mut self, what: &OsStr) -> anyhow::Result<()> {
        match sources::take(self.context, what, &self.args.given(self.context)?) {
            Ok(taken) => {
                taken.warn(self.context);
                let text = taken.intake.text.as_deref().unwrap_or_default();
                if language::is_foreign(text) {
                    let what = screen::cut(&taken.what, 60);
                    self.context.warn(&format!("{what} {}", split::FOREIGN));
                }
                self.bytes += taken.bytes();
                self.round.push(taken);
            }
            Err(error) => self.fail(what, &error),
        }
        if self.args.signing.out.is_some() && !self.args.dry_run {
            // One file has all of it, so nothing is written before all was taken in.
            return self.refuse_beyond_file();
        }
        if self.bytes >= ROUND_BYTES || self.round.len() >= ROUND_SOURCES {
            self.finish_round()?;
        }
        Ok(())
    }

    /// Refuses more than a file of what was signed holds.
    fn refuse_beyond_file(&self) -> anyhow::Result<()> {
        // Bytes stand in it as base64.
        if self.bytes <= MAX_PENDING_BYTES / 8 * 5 {
            return Ok(());
        }
        let message = "that is more than one file of what was signed holds; nothing was signed";
        Err(Failure::new(Status::Usage, message)
            .hint("add them in several turns, each with an --out of its own")
            .into())
    }

    /// Notes that a source was not taken in; the first gives the exit status.
    fn fail(&mut self, what: &OsStr, error: &anyhow::Error) {
        let (status, hint) = exit::of(error);
        let line = Line::failed(what, error);
        let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
        let message = line.error.as_deref().unwrap_or_default();
        self.context.warn(&format!("{message}{hint}"));
        if self.status == Status::Done {
            self.status = status;
        }
        self.lines.push(line);
    }

    /// Signs and appends what was taken in so far.
    fn finish_round(&mut self) -> anyhow::Result<()> {
        self.bytes = 0;
        let round = std::mem::take(&mut self.round);
        if round.is_empty() {
            return Ok(());
        }
        if self.args.dry_run && self.context.ledger_folder().is_err() {
            let lines = round
                .iter()
                .map(|taken| Line::of(taken, Outcome::DryRun, vec![]));
            self.lines.extend(lines);
            return Ok(());
        }
        let fresh = self.fresh(round)?;
        if self.args.dry_run || fresh.is_empty() {
            let lines = fresh
                .into_iter()
                .map(|(taken, alike)| Line::of(&taken, Outcome::DryRun, alike));
            self.lines.extend(lines);
            return Ok(());
        }
        self.sign(fresh)
    }

    /// Sorts out what is in the ledger already, and looks for near copies of the rest.
    fn fresh(&mut self, round: Vec<Taken>) -> anyhow::Result<Vec<(Taken, Vec<Alike>)>> {
        let (args, context) = (self.args, self.context);
        let ledger = context.open_ledger()?;
        let known = Known::open(&ledger, context, !args.dry_run)?;
        let mut contents: Vec<ObjectId> = Vec::new();
        let mut fresh = Vec::new();
        for taken in round {
            if self.is_there(&ledger, &taken)? {
                continue;
            }
            // The same twice in one round.
            let own = taken.content_id();
            if !args.again && own.is_some_and(|id| contents.contains(&id)) {
                self.lines.push(Line::of(&taken, Outcome::Already, vec![]));
                continue;
            }
            contents.extend(own);
            let alike = if args.again {
                vec![]
            } else {
                known.look(&ledger, &taken)?
            };
            for alike in &alike {
                alike.tell(context, &taken.what);
            }
            fresh.push((taken, alike));
        }
        Ok(fresh)
    }

    /// Says whether a source need not be added, because it is there or can't be; then it has its line.
    fn is_there(&mut self, ledger: &Ledger, taken: &Taken) -> anyhow::Result<bool> {
        if self.args.again {
            return Ok(false);
        }
        match taken.already(ledger) {
            Ok(None) => return Ok(false),
            Ok(Some((source, index))) => {
                if !self.args.dry_run {
                    super::report::unmark_evidence(ledger, &source)?;
                }
                let mut line = Line::of(taken, Outcome::Already, vec![]);
                (line.source, line.index) = (Some(source), Some(index));
                self.lines.push(line);
            }
            Err(error) => self.fail(OsStr::new(&taken.what), &error),
        }
        Ok(true)
    }

    /// Signs sources one after the other and appends them together.
    fn sign(&mut self, fresh: Vec<(Taken, Vec<Alike>)>) -> anyhow::Result<()> {
        let (args, context) = (self.args, self.context);
        let key = self.key(&fresh)?;
        let mut ledger = context.open_ledger()?;
        // While a person was asked, others may have added the same.
        let mut to_sign = Vec::with_capacity(fresh.len());
        for (taken, alike) in fresh {
            if !self.is_there(&ledger, &taken)? {
                to_sign.push((taken, alike));
            }
        }
        let mut signer = Signer::start(&ledger, key, context.now()?)?;
        for (taken, _) in &to_sign {
            let entry = taken.put(&mut signer.pending)?;
            signer.add(Body::Source(entry))?;
        }
        let entries = record::deliver(context, &args.signing, &mut ledger, &signer.pending)?;
        for ((taken, alike), entry) in to_sign.into_iter().zip(&entries) {
            let source = SourceId(entry.id.0);
            let outcome = if entry.index.is_some() {
                if let Some(fetched) = taken.fetched(source) {
                    fetched.keep(context, &ledger);
                }
                Outcome::Added
            } else {
                Outcome::Signed
            };
            let mut line = Line::of(&taken, outcome, alike);
            (line.source, line.index) = (Some(source), entry.index);
            self.lines.push(line);
        }
        self.entries.extend(entries);
        Ok(())
    }

    /// Asks whether to sign a round, each of them, and unlocks the key, once.
    ///
    /// The ledger is not locked while a person is asked.
    fn key(&mut self, fresh: &[(Taken, Vec<Alike>)]) -> anyhow::Result<HeldKey> {
        if let Some(key) = &self.key {
            self.ask(fresh, key.verifier())?;
            return Ok(key.clone());
        }
        let ledger = self.context.open_ledger()?;
        let chosen = signing::choose(self.context, &self.args.signing, &ledger)?;
        drop(ledger);
        self.ask(fresh, chosen.verifier())?;
        let key = chosen.unlock(self.context)?;
        self.key = Some(key.clone());
        Ok(key)
    }

    fn ask(&self, fresh: &[(Taken, Vec<Alike>)], verifier: &VerifierKey) -> anyhow::Result<()> {
        if !self.args.asks(self.context) {
            return Ok(());
        }
        let shown: Vec<String> = fresh.iter().map(|(taken, _)| words_of(taken)).collect();
        self.context.say(&shown.join("\n"));
        let count = screen::counted(fresh.len() as u64, "source", "sources");
        let alike = fresh.iter().filter(|(_, alike)| !alike.is_empty()).count();
        let copies = if alike > 0 {
            format!(", {alike} of them near copies of what is there,")
        } else {
            String::new()
        };
        let more = if self.entries.is_empty() { "" } else { " more" };
        let name = verifier.name();
        let question = format!("Sign {count}{more}{copies} as {name}? [y,n] ");
        if prompt::choose(&question, &['y', 'n'])? == Some('y') {
            return Ok(());
        }
        Err(Failure::new(Status::Failed, format!("nothing{more} was signed")).into())
    }

    /// Ends after an error: what was recorded before it stays, so it is said and printed.
    fn stop(self, error: anyhow::Error, named: usize) -> anyhow::Error {
        if self.entries.is_empty() {
            return error;
        }
        let context = self.context;
        let others = named.saturating_sub(self.lines.len());
        context.warn(&format!(
            "stopped by an error: what is listed stays; {} not taken in",
            screen::counted(others as u64, "other was", "others were")
        ));
        if let Err(second) = self.answer() {
            context.warn(&format!("{second:#}"));
        }
        error
    }

    /// Prints a line a source, and names at the end what was not taken in.
    fn answer(self) -> anyhow::Result<Status> {
        let context = self.context;
        let count = |outcome| {
            self.lines
                .iter()
                .filter(|line| line.outcome == outcome)
                .count()
        };
        let (added, already) = (count(Outcome::Added), count(Outcome::Already));
        let (dry, failed) = (count(Outcome::DryRun), count(Outcome::Failed));
        let signed = count(Outcome::Signed);
        let names: Vec<String> = self
            .lines
            .iter()
            .filter(|line| line.outcome == Outcome::Failed)
            .map(|line| screen::cut(&line.what, 60))
            .collect();
        if context.global.json {
            json_out::print(&Report {
                sources: self.lines,
                entries: self.entries,
            })?;
        } else {
            let ledger = (added + already > 0)
                .then(|| context.open_ledger())
                .transpose()?;
            let short = |source: SourceId| {
                let short = ledger
                    .as_ref()
                    .and_then(|ledger| ledger.short(&source.0).ok());
                short.unwrap_or_else(|| source.to_string()[..8].to_owned())
            };
            let mut out = stdout::styled();
            for line in &self.lines {
                let Some(meta) = &line.meta else { continue };
                let id = line.source.map_or_else(|| "–".to_owned(), short);
                let state = says::name_of(&line.outcome);
                let label = meta
                    .title
                    .as_deref()
                    .or(meta.url.as_deref())
                    .unwrap_or(&line.what);
                writeln!(out, "{id}  {state:<7}  {}", screen::cut(label, 60))?;
            }
        }
        let mut parts = Vec::new();
        for (count, what) in [
            (added, "added"),
            (signed, "signed, and not in the ledger yet"),
            (already, "in the ledger already"),
            (dry, "would be added; nothing was written"),
            (failed, "not taken in"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        context.say(&parts.join(", "));
        if failed > 0 {
            context.warn(&format!("not taken in: {}", names.join(", ")));
        } else if added > 0 {
            context.say("next: factlog review goes through their claims");
        }
        Ok(self.status)
    }
}
