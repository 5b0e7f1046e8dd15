//! `factlog review`: go through proposed claims one by one.
//!
//! Every answer is kept in the drafts at once; the claims that were accepted are signed together at
//! the end, after one last look. The ledger is never locked while an answer is waited for.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use factlog::entry::Kind;
use factlog::find::Index;
use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::object;
use factlog::words::span::Span;
use serde::Serialize;

use super::add::word;
use super::claim::{self, Wanted};
use super::claim_list::{self, ClaimLine, State};
use super::context::{self, Context};
use super::desk::shown::{self, Said};
use super::drafts::{Choice, Decision, Drafts};
use super::editor;
use super::exit::{Failure, Status};
use super::index;
use super::json_out;
use super::prompt;
use super::record::{self, EntryLine, Signer};
use super::screen::{self, FAINT, STRONG};
use super::seek;
use super::signing::{self, SigningArgs};
use super::similar;
use super::verdict::{self, Ended};

/// Bytes of the paragraph that are shown before and after a claim's sentence.
const CONTEXT: usize = 160;

const HELP: &str = "\
y  accept: record this claim
n  drop it: it is not proposed any more
e  change its words or who said it, in the editor, and accept it; unchanged, nothing is decided
v  judge it now: opens the form of a verdict
k  go back to the claim before
q  quit; what you decided is kept, and `factlog review` goes on from there
?  this help";

/// Go through proposed claims one by one
///
/// Answers by single letters, as `git add -p` does. What was decided is kept at every step, so
/// that a sitting can be stopped anywhere; what was accepted is signed together at the end.
#[derive(clap::Args)]
#[command(after_help = "\
Answers: y accept, n drop, e change in $EDITOR, v verdict now, k back, q quit
and resume later, ? help

Examples:
  factlog review
  factlog review 1a2b3c4d      only this source's claims")]
pub(crate) struct Args {
    /// Only this source's claims: the beginning of its id
    source: Option<String>,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    accepted: usize,
    dropped: usize,
    judged: usize,
    left: usize,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if context.global.no_input {
        return Err(
            Failure::new(Status::Usage, "review asks, and --no-input forbids it")
                .hint("`factlog claims` lists the claims; `factlog verdict N` judges one")
                .into(),
        );
    }
    let (ledger, lines) = context.read_claims(|ledger, proposals| {
        if let Some(what) = &args.source {
            let record = seek::find_entry(ledger, Kind::Source, what)?;
            return claim_list::of_source(ledger, proposals, &SourceId(record.entry.id().0));
        }
        let mut lines = claim_list::claim_list(ledger, proposals)?;
        lines.retain(|line| !line.source.is_evidence);
        Ok(lines)
    })?;
    let drafts = Drafts::of(ledger.folder());
    let recorded = index::at_once(&ledger)?;
    let said = shown::of_lines(&ledger, &lines)?;
    drop(ledger);

    let waiting = lines
        .iter()
        .filter(|line| line.state == State::Accepted)
        .count();
    if waiting > 0 {
        context.say(&format!(
            "{waiting} accepted claims wait for your signature"
        ));
    }
    let mut sitting = Sitting {
        context,
        signing: &args.signing,
        drafts: &drafts,
        recorded,
        said,
        lines: lines
            .iter()
            .filter(|line| line.state == State::Proposed)
            .cloned()
            .collect(),
        dropped: 0,
        judged: 0,
    };
    if sitting.lines.is_empty() && waiting == 0 {
        context.say("there is nothing to review: every claim is recorded or dropped");
    }
    let left = sitting.go()?;
    let (dropped, judged) = (sitting.dropped, sitting.judged);
    let accepted: Vec<(SourceId, ObjectId)> = lines
        .iter()
        .filter(|line| matches!(line.state, State::Proposed | State::Accepted))
        .map(|line| (line.source.id, line.origin))
        .collect();
    let entries = sign_accepted(context, &args.signing, &drafts, &accepted)?;
    if left > 0 {
        context.say(&format!("{left} claims left; go on with: factlog review"));
    }
    if context.global.json {
        json_out::print(&Report {
            accepted: entries.len(),
            dropped,
            judged,
            left,
            entries,
        })?;
    }
    Ok(Status::Done)
}

struct Sitting<'a> {
    context: &'a Context,
    signing: &'a SigningArgs,
    drafts: &'a Drafts,
    /// What was recorded when the sitting began, to look for claims that are alike.
    recorded: Option<Index>,
    /// What the desk says of claims, by what they were proposed as.
    said: HashMap<ObjectId, Said>,
    lines: Vec<ClaimLine>,
    dropped: usize,
    judged: usize,
}

impl Sitting<'_> {
    /// Asks about each claim; returns how many are left.
    fn go(&mut self) -> anyhow::Result<usize> {
        let mut at = 0;
        while at < self.lines.len() {
            show(&self.lines[at], at, self.lines.len());
            if let Some(said) = self.said.get(&self.lines[at].origin) {
                shown::tell(said);
            }
            if let Some(index) = &self.recorded {
                similar::tell(self.context, index, &self.lines[at].claim.text)?;
            }
            let question = "record this claim? [y,n,e,v,k,q,?] ";
            match prompt::choose(question, &['y', 'n', 'e', 'v', 'k', 'q', '?'])? {
                Some('y') => {
                    self.decide(at, Choice::Accepted, None)?;
                    at += 1;
                }
                Some('n') => {
                    self.decide(at, Choice::Dropped, None)?;
                    self.dropped += 1;
                    at += 1;
                }
                Some('e') => match self.edit(at) {
                    Ok(None) => self
                        .context
                        .say("nothing was changed, and nothing is decided"),
                    Ok(Some(claim)) => {
                        self.lines[at].claim = claim.clone();
                        self.decide(at, Choice::Accepted, Some(claim))?;
                        at += 1;
                    }
                    Err(error) => context::report(&error, None),
                },
                Some('v') => match self.judge(at)? {
                    Ended::Signed => at += 1,
                    Ended::Stopped => {}
                    Ended::Quit => break,
                },
                Some('k') => {
                    if at == 0 {
                        self.context.say("this is the first claim");
                    } else {
                        at -= 1;
                        self.undo(at)?;
                    }
                }
                Some('?') => self.context.say(HELP),
                _ => break,
            }
        }
        Ok(self.lines.len() - at)
    }

    fn decide(&self, at: usize, choice: Choice, edited: Option<Claim>) -> anyhow::Result<()> {
        let line = &self.lines[at];
        let mut decided = self.drafts.load(&line.source.id)?;
        let kept = decided
            .decision(&line.origin)
            .and_then(|kept| kept.edited.clone());
        decided.decide(Decision {
            claim: line.origin,
            choice,
            edited: edited.or(kept),
        });
        self.drafts.save(&decided)
    }

    /// Asks about a claim again; what was changed in it stays changed.
    fn undo(&mut self, at: usize) -> anyhow::Result<()> {
        let line = &self.lines[at];
        let mut decided = self.drafts.load(&line.source.id)?;
        match decided.decision(&line.origin).cloned() {
            Some(kept) if kept.edited.is_some() => decided.decide(Decision {
                choice: Choice::Edited,
                ..kept
            }),
            Some(kept) => {
                if kept.choice == Choice::Dropped {
                    self.dropped = self.dropped.saturating_sub(1);
                }
                decided.forget(&line.origin);
            }
            None => return Ok(()),
        }
        self.drafts.save(&decided)
    }

    /// Opens the form of a verdict on a claim.
    fn judge(&mut self, at: usize) -> anyhow::Result<Ended> {
        let line = &self.lines[at];
        let (ledger, line) = self
            .context
            .read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, &line.id))?;
        match verdict::judge_now(self.context, self.signing, ledger, line) {
            Ok(ended) => {
                self.judged += usize::from(ended == Ended::Signed);
                Ok(ended)
            }
            Err(error) => {
                let (_, hint) = super::exit::of(&error);
                context::report(&error, hint.as_deref());
                Ok(Ended::Stopped)
            }
        }
    }

    /// Lets the person change a claim in the editor; `None` where they change nothing.
    fn edit(&self, at: usize) -> anyhow::Result<Option<Claim>> {
        let line = &self.lines[at];
        let path = self.drafts.claim_form(&line.id[..16]);
        let mut form = claim_form(line);
        let start = form.clone();
        loop {
            self.drafts.replace(&path, form.as_bytes())?;
            editor::edit(self.context, &path)?;
            let after = read_form(&path)?;
            match changed(line, &after) {
                Ok(claim) => {
                    let _ = std::fs::remove_file(&path);
                    let is_changed = after != start && claim != line.claim;
                    return Ok(is_changed.then_some(claim));
                }
                // The same words would have the same fault again.
                Err(error) if after == form => {
                    let _ = std::fs::remove_file(&path);
                    return Err(error);
                }
                Err(error) => {
                    let fault = screen::visible(&format!("{error:#}")).replace('\n', "\n#! ");
                    let kept: Vec<&str> = after
                        .lines()
                        .filter(|line| !line.starts_with("#!"))
                        .collect();
                    form = format!("#! {fault}\n{}\n", kept.join("\n"));
                }
            }
        }
    }
}

fn read_form(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Shows a claim in its sentence.
fn show(line: &ClaimLine, at: usize, of: usize) {
    let mut err = anstream::stderr().lock();
    let columns = screen::columns();
    let title = format!("{} of {of}", at + 1);
    let source = format!(
        "{} ({})",
        line.source.label(),
        &line.source.id.to_string()[..8]
    );
    let _ = writeln!(
        err,
        "\n{}  {}",
        screen::styled(STRONG, &title),
        screen::styled(FAINT, &source)
    );
    let _ = writeln!(err, "{}\n", in_its_sentence(line, columns));
    let mut field = |name: &str, text: &str| {
        let text = screen::wrap(text, columns, "            ");
        let _ = writeln!(err, "  {name:<9} {}", text.trim_start());
    };
    field("claim", &screen::one_line(&line.claim.text));
    field("said by", &line.who());
    if let Some(worth) = line.worth {
        field("worth", &format!("{:.2} ({})", worth.score, worth.reason));
    }
}

/// Stands for the beginning of a claim's own words while lines are wrapped.
const OPEN: char = '\u{e000}';
/// Stands for their end.
const CLOSE: char = '\u{e001}';

/// Returns the sentence with what stands around it, the claim's own words set off.
fn in_its_sentence(line: &ClaimLine, columns: usize) -> String {
    let text = &line.source.text;
    let sentence = line.sentence();
    let paragraph_start = text[..sentence.start()].rfind('\n').map_or(0, |at| at + 1);
    let paragraph_end = text[sentence.end()..]
        .find('\n')
        .map_or(text.len(), |at| sentence.end() + at);
    let start = floor(text, sentence.start().saturating_sub(CONTEXT)).max(paragraph_start);
    let end = floor(text, (sentence.end() + CONTEXT).min(text.len())).min(paragraph_end);
    let mut marked = String::new();
    let mut at = start;
    let push = |from: usize, to: usize| {
        text[from..to]
            .chars()
            .filter(|c| ![OPEN, CLOSE].contains(c))
            .collect::<String>()
    };
    for part in parts_in(&line.claim.parts, start, end) {
        marked += &push(at, part.start());
        marked.push(OPEN);
        marked += &push(part.start(), part.end());
        marked.push(CLOSE);
        at = part.end();
    }
    marked += &push(at, end);
    let before = if start > paragraph_start { "…" } else { "" };
    let after = if end < paragraph_end { "…" } else { "" };
    let wrapped = screen::wrap(&format!("{before}{}{after}", marked.trim()), columns, "  ");
    wrapped
        .replace(OPEN, &STRONG.to_string())
        .replace(CLOSE, &format!("{STRONG:#}"))
}

fn parts_in(parts: &[Span], start: usize, end: usize) -> impl Iterator<Item = Span> {
    parts
        .iter()
        .copied()
        .filter(move |part| start <= part.start() && part.end() <= end)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Writes the form in which a claim is changed.
fn claim_form(line: &ClaimLine) -> String {
    let claim = &line.claim;
    let sentence = line.sentence().of(&line.source.text).unwrap_or_default();
    let explained = screen::wrap(
        &format!("Sentence: {}", screen::one_line(sentence)),
        96,
        "# ",
    );
    let value = |value: Option<&str>| screen::one_line(value.unwrap_or_default());
    let claimant = claim.claimant.as_ref();
    format!(
        "# Change what should be different, save, and close the editor. Lines that begin with # are\n\
         # left out.\n#\n{explained}\n\n\
         # The claim in words that can be read on their own.\ntext: {}\n\n\
         # Its own words, exactly as they stand in the source.\nquote: {}\n\n\
         # Who said it; empty if the source says so itself. Title or office.\nclaimant: {}\nrole: {}\n\n\
         # direct (in the claimant's words), indirect, mixed, narration (the source's own)\nmanner: {}\n",
        screen::one_line(&claim.text),
        screen::one_line(&claim.quote.exact),
        value(claimant.map(|claimant| claimant.name.as_str())),
        value(claimant.and_then(|claimant| claimant.role.as_deref())),
        manner_name(claim.manner),
    )
}

const fn manner_name(manner: Manner) -> &'static str {
    match manner {
        Manner::Direct => "direct",
        Manner::Indirect => "indirect",
        Manner::Mixed => "mixed",
        Manner::Narration => "narration",
    }
}

/// Reads the form: the claim with what was changed in it.
fn changed(line: &ClaimLine, form: &str) -> anyhow::Result<Claim> {
    let mut fields: [(&str, Option<String>); 5] =
        ["text", "quote", "claimant", "role", "manner"].map(|name| (name, None));
    let mut last: Option<usize> = None;
    for text in form.lines().filter(|text| !text.starts_with('#')) {
        let named = text.split_once(':').and_then(|(name, value)| {
            let at = fields.iter().position(|(field, _)| *field == name.trim())?;
            Some((at, value))
        });
        if let Some((at, value)) = named {
            fields[at].1 = Some(value.trim().to_owned());
            last = Some(at);
        } else if let (Some(at), false) = (last, text.trim().is_empty()) {
            let value = fields[at].1.get_or_insert_default();
            value.push(' ');
            value.push_str(text.trim());
        } else if !text.trim().is_empty() {
            return Err(
                Failure::new(Status::Usage, format!("{text:?} belongs to no field")).into(),
            );
        }
    }
    let [words, quote, claimant, role, manner] = fields.map(|(_, value)| value.unwrap_or_default());
    let manner: Manner = word(&manner).map_err(|_| {
        Failure::new(
            Status::Usage,
            format!("manner: {manner:?} is not direct, indirect, mixed or narration"),
        )
    })?;
    let old = &line.claim;
    let said_by = (!claimant.is_empty()).then(|| Claimant {
        name: claimant,
        role: Some(role).filter(|role| !role.is_empty()),
        same_as: None,
        span: None,
    });
    if screen::one_line(&old.quote.exact) != quote {
        let wanted = Wanted {
            quote,
            text: Some(words).filter(|words| !words.is_empty()),
            claimant: said_by,
            manner: Some(manner),
            ..Wanted::default()
        };
        return claim::make(&line.source.text, &old.language, &wanted);
    }
    let mut claim = old.clone();
    if screen::one_line(&old.text) != words {
        claim.text = words;
        claim.added.clear();
    }
    let same = |a: &Claimant, b: &Claimant| {
        screen::one_line(&a.name) == b.name && a.role.as_deref().map(screen::one_line) == b.role
    };
    claim.claimant = match (&old.claimant, said_by) {
        (Some(old), Some(new)) if same(old, &new) => Some(old.clone()),
        (_, new) => new,
    };
    claim.manner = manner;
    if claim.claimant.is_none() && manner == Manner::Narration {
        claim.cue = None;
        claim.statement.clear();
    }
    object::to_bytes(&claim).map_err(|error| {
        Failure::new(Status::Usage, "this claim can't be recorded").because(error)
    })?;
    Ok(claim)
}

/// Signs and appends the claims that were accepted, after a last look.
fn sign_accepted(
    context: &Context,
    args: &SigningArgs,
    drafts: &Drafts,
    among: &[(SourceId, ObjectId)],
) -> anyhow::Result<Vec<EntryLine>> {
    let (ledger, mut accepted) = context.read_claims(claim_list::claim_list)?;
    accepted.retain(|line| {
        line.state == State::Accepted && among.contains(&(line.source.id, line.origin))
    });
    if accepted.is_empty() {
        return Ok(vec![]);
    }
    let chosen = signing::choose(context, args, &ledger)?;
    drop(ledger);
    let count = accepted.len();
    context.say(&format!("\n{}", screen::styled(STRONG, "to be recorded:")));
    for line in &accepted {
        let text = screen::cut(&line.claim.text, screen::columns().saturating_sub(4));
        context.say(&format!(
            "  {text}\n    {}",
            screen::styled(FAINT, &line.who())
        ));
    }
    if !args.yes {
        let question = format!(
            "Sign these {count} claims as {}? [y,n,q] ",
            chosen.verifier().name()
        );
        if prompt::choose(&question, &['y', 'n', 'q'])? != Some('y') {
            context.say("nothing was signed; they stay accepted, and `factlog review` asks again");
            return Ok(vec![]);
        }
    }
    let key = chosen.unlock(context)?;
    let mut ledger = context.open_ledger()?;
    let mut signer = Signer::start(&ledger, key, context.now()?)?;
    for line in &accepted {
        // Another command may have recorded it while the person was asked.
        let recorded = claim_list::recorded_in(&ledger, &line.source.id)?;
        if !recorded.contains_key(&line.claim.identity()) {
            verdict::record_claim(&mut signer, line)?;
        }
    }
    let count = signer.pending.entries.len();
    let entries = record::deliver(context, args, &mut ledger, &signer.pending)?;
    if args.out.is_none() {
        context.say(&format!("recorded {count} claims"));
        for line in &accepted {
            let mut decided = drafts.load(&line.source.id)?;
            // What was edited stays, so that the claim as it was proposed does not come back.
            if line.claim.identity() == line.origin {
                decided.forget(&line.origin);
            }
            drafts.save(&decided)?;
        }
    }
    Ok(entries)
}
