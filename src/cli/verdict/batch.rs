//! `factlog verdict --from`: many verdicts, as JSON lines.
//!
//! A thread reads and parses lines while rounds are appended: up to 1,000 lines, or what comes
//! within 50 ms of a round's first. A line is acknowledged on a line of its own, in the order of the
//! input, once it can no longer be lost; a line that can't be recorded gets an error in its place,
//! and the others go on. The ledger is let go of while nothing comes for a second.
//! `schemas/verdict-line.schema.json` describes the input.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use factlog::keys::HeldKey;
use factlog::ledger::{AppendError, Ledger};
use factlog::net::address;
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId};
use factlog::words::object::MAX_JSON_BYTES;
use factlog::words::policy::RatingCode;
use factlog::words::verdict::VerdictChange;
use serde::{Deserialize, Serialize};

use super::adding::{Lines, Prepared, Sink};
use super::build::{self, Fresh, Judgement, Resolver, TakenSources, Target};
use super::evidence::Request;
use super::named::{Listed, Named, recorded_id};
use crate::cli::claim_list::{self, RecordedClaim, State};
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::exit::{self, Failure, Status};
use crate::cli::json_out;
use crate::cli::record::{EntryLine, Signer};
use crate::cli::screen;
use crate::cli::signing::{self, SigningArgs};
use crate::cli::sources;
use crate::cli::stdout;
use crate::cli::waiting;

/// So many lines are appended together at most: their sync costs little then, and little waits.
const ROUND_LINES: usize = 1000;

/// How long a round waits for further lines.
const ROUND_TIME: Duration = Duration::from_millis(50);

/// After so long without a line the ledger is let go of.
const IDLE: Duration = Duration::from_secs(1);

/// A line has at most this many bytes: a verdict's greatest object, and room for escapes and names.
const MAX_LINE_BYTES: usize = 2 * MAX_JSON_BYTES;

/// One line of input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    claim: Named,
    rating: RatingCode,
    summary: String,
    rationale: Option<String>,
    #[serde(default)]
    evidence: Vec<Request>,
    /// None where nothing is said of them; an empty list says that there are none.
    conflicts: Option<Vec<String>>,
    supersedes: Option<String>,
    change: Option<VerdictChange>,
    reason: Option<String>,
}

impl Line {
    fn judgement(self) -> (Named, Judgement) {
        let judgement = Judgement {
            rating: self.rating,
            summary: self.summary,
            rationale: self.rationale,
            evidence: self.evidence,
            declares: self.conflicts.is_some(),
            conflicts: self.conflicts.unwrap_or_default(),
            supersedes: self.supersedes,
            change: self.change,
            reason: self.reason,
        };
        (self.claim, judgement)
    }
}

/// What is answered to a line.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Recorded {
        line: u64,
        id: EntryId,
        index: u64,
        claim: ClaimId,
    },
    Faulty {
        line: u64,
        error: Fault,
        /// What was recorded all the same: the claim, sources.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryLine>,
    },
}

/// Why a line was not recorded.
#[derive(Clone, Serialize)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Fault {
    /// Says what was recorded although the verdict was not.
    pub(super) fn beside(mut self, entries: &[EntryLine]) -> Self {
        if !entries.is_empty() {
            let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
            let kinds = kinds.join(", ");
            self.message = format!("{}; recorded all the same: {kinds}", self.message);
        }
        self
    }

    pub(super) fn of(error: &anyhow::Error) -> Self {
        let code = match exit::of(error).0 {
            Status::Usage => "usage",
            Status::NotFound => "not-found",
            Status::Key => "key",
            _ => "refused",
        };
        Self {
            code,
            message: address::masked(&format!("{error:#}")).into_owned(),
        }
    }
}

/// A line as it was read.
type Read = (u64, Result<(Named, Judgement), Fault>);

pub(crate) fn run(from: &Path, args: &SigningArgs, context: &Context) -> anyhow::Result<Status> {
    let input: Box<dyn io::Read + Send> = if from.as_os_str() == "-" {
        waiting::for_input(context);
        Box::new(io::stdin())
    } else {
        let file = File::open(from).map_err(|error| {
            let status = match error.kind() {
                io::ErrorKind::NotFound => Status::NotFound,
                _ => Status::Failed,
            };
            Failure::new(status, format!("{} can't be read", screen::path(from))).because(error)
        })?;
        Box::new(file)
    };
    let ledger = context.open_ledger()?;
    let chosen = signing::choose(context, args, &ledger)?;
    let (ledger, key) = if chosen.needs_person() {
        drop(ledger);
        (None, chosen.unlock(context)?)
    } else {
        (Some(ledger), chosen.unlock(context)?)
    };
    let (sender, receiver) = mpsc::sync_channel(4 * ROUND_LINES);
    let reader = thread::spawn(move || read_lines(input, &sender));
    let mut batch = Batch {
        context,
        key,
        ledger,
        signer: None,
        fresh: Fresh::default(),
        list: None,
        recorded_elsewhere: HashMap::new(),
        recorded: 0,
        faulty: 0,
    };
    batch.run(&receiver)?;
    drop(receiver);
    let read = reader.join().expect("the reading thread does not panic");
    read.with_context(|| format!("reading {}", screen::path(from)))?;
    let Batch {
        recorded, faulty, ..
    } = batch;
    context.say(&format!(
        "{recorded} verdicts recorded, {faulty} lines refused"
    ));
    Ok(if faulty == 0 {
        Status::Done
    } else {
        Status::Failed
    })
}

/// Reads and parses lines until there are no more, or nobody wants them any more.
fn read_lines(input: Box<dyn io::Read + Send>, sender: &SyncSender<Read>) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let limit = MAX_LINE_BYTES as u64 + 1;
        if input.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let parsed = if bytes.len() > MAX_LINE_BYTES {
            skip_line(&mut input, &bytes)?;
            Err(Fault {
                code: "too-long",
                message: format!("a line has at most {MAX_LINE_BYTES} bytes"),
            })
        } else if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        } else {
            parse(&bytes)
        };
        if sender.send((number, parsed)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Passes over the rest of a line that is too long.
fn skip_line(input: &mut impl BufRead, read: &[u8]) -> io::Result<()> {
    if read.ends_with(b"\n") {
        return Ok(());
    }
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

fn parse(bytes: &[u8]) -> Result<(Named, Judgement), Fault> {
    let line: Line = serde_json::from_slice(bytes).map_err(|error| Fault {
        code: if error.is_data() { "fields" } else { "json" },
        message: error.to_string(),
    })?;
    if line.summary.trim().is_empty() {
        return Err(Fault {
            code: "fields",
            message: "the summary is empty".to_owned(),
        });
    }
    Ok(line.judgement())
}

struct Batch<'a> {
    context: &'a Context,
    key: HeldKey,
    /// Open while lines come.
    ledger: Option<Ledger>,
    /// Goes on from round to round; entries come after the log as it was at first.
    signer: Option<Signer>,
    fresh: Fresh,
    /// The claims as they were listed when one that is only proposed was first named.
    list: Option<Listed>,
    /// What was recorded of the sources that were asked about, when the ledger was last opened.
    recorded_elsewhere: HashMap<SourceId, HashMap<ObjectId, RecordedClaim>>,
    recorded: u64,
    faulty: u64,
}

impl Batch<'_> {
    fn run(&mut self, lines: &Receiver<Read>) -> anyhow::Result<()> {
        loop {
            let first = if self.ledger.is_some() {
                match lines.recv_timeout(IDLE) {
                    Ok(line) => line,
                    Err(RecvTimeoutError::Timeout) => {
                        self.ledger = None;
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
            } else {
                match lines.recv() {
                    Ok(line) => line,
                    Err(_) => return Ok(()),
                }
            };
            let until = Instant::now() + ROUND_TIME;
            let mut round = vec![first];
            while round.len() < ROUND_LINES {
                let left = until.saturating_duration_since(Instant::now());
                match lines.recv_timeout(left) {
                    Ok(line) => round.push(line),
                    Err(_) => break,
                }
            }
            let answers = self.round(round)?;
            let mut out = Vec::with_capacity(answers.len() * 200);
            for answer in answers {
                match answer {
                    Answer::Recorded { .. } => self.recorded += 1,
                    Answer::Faulty { .. } => self.faulty += 1,
                }
                out.extend_from_slice(json_out::to_string(&answer)?.as_bytes());
                out.push(b'\n');
            }
            let mut stdout = stdout::plain();
            stdout.write_all(&out)?;
            stdout.flush()?;
        }
    }

    /// Records a round; when this returns, nothing that it answers can be lost any more.
    fn round(&mut self, lines: Vec<Read>) -> anyhow::Result<Vec<Answer>> {
        let (mut ledger, ids) = self.ledger_for(&lines)?;
        let mut signer = self.signer_for(&ledger)?;
        signer.set_time(self.context.now()?);
        let mut taken = TakenSources::new();
        let prepared = self.prepare(&ledger, lines, &ids, &mut taken)?;
        let salts = prepared.iter().map(|_| self.context.salt());
        let salts = salts.collect::<anyhow::Result<Vec<_>>>()?;
        let lines = Lines {
            prepared,
            salts,
            taken,
        };
        let answers = match self.together(&mut ledger, &mut signer, &lines)? {
            Some(answers) => answers,
            None => self.one_by_one(&mut ledger, &mut signer, &lines)?,
        };
        // What is recorded is answered, whatever becomes of this.
        if let Err(error) = self.mark_evidence(&ledger) {
            self.context.warn(&format!(
                "the evidence that is new may be offered as an article: {error:#}"
            ));
        }
        self.context.tell_notices(&ledger.take_notices());
        self.signer = Some(signer);
        self.ledger = Some(ledger);
        Ok(answers)
    }

    /// Signs all lines and has them checked together, on all cores; `None` if one is refused, and
    /// then nothing was recorded.
    fn together(
        &mut self,
        ledger: &mut Ledger,
        signer: &mut Signer,
        lines: &Lines,
    ) -> anyhow::Result<Option<Vec<Answer>>> {
        let before = (signer.clone(), self.fresh.clone());
        let next = ledger.tree_head().size;
        let answers = lines.add(signer, &mut self.fresh, Sink::Signed { next })?;
        let pending = signer.take();
        if pending.entries.is_empty() {
            return Ok(Some(answers));
        }
        let mut appending = ledger.begin();
        match appending.push(&pending) {
            Ok(_) => {
                appending.commit()?;
                Ok(Some(answers))
            }
            Err(AppendError::Refused { .. }) => {
                (*signer, self.fresh) = before;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Has each line checked before the next is signed, which does not follow one that is refused.
    fn one_by_one(
        &mut self,
        ledger: &mut Ledger,
        signer: &mut Signer,
        lines: &Lines,
    ) -> anyhow::Result<Vec<Answer>> {
        let mut appending = ledger.begin();
        let answers = lines.add(signer, &mut self.fresh, Sink::Appended(&mut appending))?;
        if !appending.is_empty() {
            appending.commit()?;
        }
        Ok(answers)
    }

    /// Returns the open ledger, and which lines name a recorded claim by its id. If one names another,
    /// the claims have been listed.
    fn ledger_for(&mut self, lines: &[Read]) -> anyhow::Result<(Ledger, Vec<Option<ClaimId>>)> {
        let ledger = if let Some(ledger) = self.ledger.take() {
            ledger
        } else {
            self.recorded_elsewhere.clear();
            self.context.open_ledger()?
        };
        let id = |(_, line): &Read| match line {
            Ok((claim, _)) => recorded_id(&ledger, claim),
            Err(_) => Ok(None),
        };
        let ids: Vec<_> = lines.iter().map(id).collect::<anyhow::Result<_>>()?;
        let mut named = lines.iter().zip(&ids);
        if self.list.is_some() || !named.any(|((_, line), id)| line.is_ok() && id.is_none()) {
            return Ok((ledger, ids));
        }
        drop(ledger);
        self.recorded_elsewhere.clear();
        let (ledger, list) = self.context.read_claims(Listed::of)?;
        self.list = Some(list);
        Ok((ledger, ids))
    }

    /// Returns the signer of the rounds before, unless its author signed something else meanwhile.
    fn signer_for(&mut self, ledger: &Ledger) -> anyhow::Result<Signer> {
        let next = Signer::start(ledger, self.key.clone(), self.context.now()?)?;
        Ok(match self.signer.take() {
            Some(signer) if signer.chain() == next.chain() => signer,
            _ => next,
        })
    }

    fn prepare(
        &mut self,
        ledger: &Ledger,
        lines: Vec<Read>,
        ids: &[Option<ClaimId>],
        taken: &mut TakenSources,
    ) -> anyhow::Result<Vec<Prepared>> {
        let mut ready = Vec::with_capacity(lines.len());
        for ((number, line), id) in lines.into_iter().zip(ids) {
            let line = line.and_then(|(claim, judgement)| {
                let target = match id {
                    Some(id) => Ok(Target::Recorded(*id)),
                    None => self.target(ledger, &claim),
                };
                let target = target
                    .and_then(|target| {
                        refuse_outside(&judgement)?;
                        build::take_all(self.context, &judgement.evidence, taken)?;
                        Ok(target)
                    })
                    .map_err(|error| Fault::of(&error))?;
                Ok((target, judgement))
            });
            ready.push((number, line));
        }
        let author = self.key.verifier().clone();
        let known = Resolver::new(ledger, &author, taken)?;
        let look_up = |(number, line): (u64, Result<(Target, Judgement), Fault>)| {
            let line = line.and_then(|(target, judgement)| {
                let resolved = known
                    .resolve(target, &judgement)
                    .map_err(|error| Fault::of(&error))?;
                for stake in &resolved.undeclared {
                    self.context.warn(&format!("line {number}: {stake}"));
                }
                Ok((resolved, judgement))
            });
            (number, line)
        };
        Ok(ready.into_iter().map(look_up).collect())
    }

    /// Finds the claim of a line in the list.
    fn target(&mut self, ledger: &Ledger, named: &Named) -> anyhow::Result<Target> {
        let list = self.list.as_ref().expect("listed before a round needs it");
        let line = list.find(ledger, named)?;
        if let State::Recorded { id, .. } = line.state {
            return Ok(Target::Recorded(id));
        }
        // A round before this one may have recorded it, or another command while the ledger was let
        // go of.
        let identity = line.claim.identity();
        if let Some(id) = self.fresh.claims.get(&identity)
            && ledger.facts_of(&id.entry()).is_ok()
        {
            return Ok(Target::Recorded(*id));
        }
        let source = line.source.id;
        let recorded = match self.recorded_elsewhere.entry(source) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(claim_list::recorded_in(ledger, &source)?),
        };
        Ok(match recorded.get(&identity) {
            Some(recorded) => Target::Recorded(recorded.id),
            None => Target::Proposed(line),
        })
    }

    /// Keeps the claims of new evidence from being proposed.
    fn mark_evidence(&mut self, ledger: &Ledger) -> anyhow::Result<()> {
        let drafts = Drafts::of(ledger.folder());
        for source in self.fresh.new_sources.drain(..) {
            let _locked = drafts.lock()?;
            let mut decided = drafts.load(&source)?;
            decided.evidence = true;
            drafts.save(&decided)?;
        }
        Ok(())
    }
}

/// Refuses evidence that would have to be fetched while others wait, or read where the lines come
/// from.
fn refuse_outside(judgement: &Judgement) -> anyhow::Result<()> {
    for request in &judgement.evidence {
        let what = &request.what;
        let why = if sources::is_address(what) && request.unavailable.is_none() {
            "is not fetched here"
        } else if what == "-" {
            "would be standard input, which is not read here"
        } else {
            continue;
        };
        return Err(Failure::new(
            Status::Usage,
            format!("{what} {why}: add it first with factlog add, and name the source's id"),
        )
        .into());
    }
    Ok(())
}
