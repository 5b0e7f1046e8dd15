//! `factlog verdict --from`: many verdicts, as JSON lines.
//!
//! A thread reads and parses lines while rounds are appended: up to 1,000 lines, or what comes
//! within 50 ms of a round's first. A line is acknowledged on a line of its own, in the order of the
//! input, once it can no longer be lost; a line that can't be recorded gets an error in its place,
//! and the others go on. The ledger is let go of while nothing comes for a second.
//! `schemas/verdict-line.schema.json` describes the input.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use factlog::audit::finding::Topic;
use factlog::entry::Kind;
use factlog::ledger::{AppendError, Found, Ledger};
use factlog::trust::SigningKey;
use factlog::words::id::{ClaimId, EntryId};
use factlog::words::object::MAX_JSON_BYTES;
use factlog::words::policy::RatingCode;
use factlog::words::verdict::{Stance, VerdictChange};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::build::{self, Fresh, Judgement, Resolved, Resolver, TakenSources, Target};
use super::evidence::Request;
use crate::cli::claim_list::{self, ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::exit::{self, Failure, Status};
use crate::cli::record::Signer;
use crate::cli::signing::{self, SigningArgs};
use crate::cli::sources;

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
    #[serde(deserialize_with = "name_or_number")]
    claim: String,
    rating: RatingCode,
    summary: String,
    rationale: Option<String>,
    #[serde(default)]
    evidence: Vec<LineEvidence>,
    #[serde(default)]
    conflicts: Vec<String>,
    supersedes: Option<String>,
    change: Option<VerdictChange>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineEvidence {
    source: String,
    stance: Stance,
    quote: Option<String>,
    nth: Option<usize>,
    #[serde(default)]
    primary: bool,
    locator: Option<String>,
    note: Option<String>,
    unavailable: Option<String>,
}

fn name_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) if number.is_u64() => Ok(number.to_string()),
        _ => Err(serde::de::Error::custom(
            "claim is neither an id nor a number",
        )),
    }
}

impl Line {
    fn judgement(self) -> (String, Judgement) {
        let evidence = self.evidence.into_iter().map(|piece| Request {
            quote: piece.quote,
            nth: piece.nth,
            primary: piece.primary,
            locator: piece.locator,
            note: piece.note,
            unavailable: piece.unavailable,
            ..Request::new(piece.stance, piece.source)
        });
        let judgement = Judgement {
            rating: self.rating,
            summary: self.summary,
            rationale: self.rationale,
            evidence: evidence.collect(),
            conflicts: self.conflicts,
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
enum Answer {
    Recorded {
        line: u64,
        id: EntryId,
        index: u64,
        claim: ClaimId,
    },
    Faulty {
        line: u64,
        error: Fault,
    },
}

/// Why a line was not recorded.
#[derive(Serialize)]
struct Fault {
    code: &'static str,
    message: String,
}

impl Fault {
    fn of(error: &anyhow::Error) -> Self {
        let code = match exit::of(error).0 {
            Status::Usage => "usage",
            Status::NotFound => "not-found",
            Status::Key => "key",
            _ => "refused",
        };
        Self {
            code,
            message: format!("{error:#}"),
        }
    }
}

/// A line as it was read.
type Read = (u64, Result<(String, Judgement), Fault>);

pub(crate) fn run(from: &Path, args: &SigningArgs, context: &Context) -> anyhow::Result<Status> {
    let input: Box<dyn io::Read + Send> = if from.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        let file = File::open(from).map_err(|error| {
            let status = match error.kind() {
                io::ErrorKind::NotFound => Status::NotFound,
                _ => Status::Failed,
            };
            Failure::new(status, format!("{} can't be read", from.display())).because(error)
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
        recorded: 0,
        faulty: 0,
    };
    batch.run(&receiver)?;
    drop(receiver);
    let read = reader.join().expect("the reading thread does not panic");
    read.with_context(|| format!("reading {}", from.display()))?;
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

fn parse(bytes: &[u8]) -> Result<(String, Judgement), Fault> {
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

/// A line that is ready to be signed, or why it is not.
type Prepared = (u64, Result<(Resolved, Judgement), Fault>);

struct Batch<'a> {
    context: &'a Context,
    key: SigningKey,
    /// Open while lines come.
    ledger: Option<Ledger>,
    /// Goes on from round to round; entries come after the log as it was at first.
    signer: Option<Signer>,
    fresh: Fresh,
    /// The claims as they were listed when one that is only proposed was first named.
    list: Option<HashMap<String, Arc<ClaimLine>>>,
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
                serde_json::to_writer(&mut out, &answer)?;
                out.push(b'\n');
            }
            let mut stdout = io::stdout().lock();
            stdout.write_all(&out)?;
            stdout.flush()?;
        }
    }

    /// Records a round; when this returns, nothing that it answers can be lost any more.
    fn round(&mut self, lines: Vec<Read>) -> anyhow::Result<Vec<Answer>> {
        let mut ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => self.context.open_ledger()?,
        };
        let mut signer = self.signer_for(&ledger)?;
        signer.set_time(self.context.now()?);
        let mut taken = TakenSources::new();
        let prepared = self.prepare(&ledger, lines, &mut taken)?;
        let mut answers = Vec::with_capacity(prepared.len());
        let mut appending = ledger.begin();
        for (line, prepared) in prepared {
            let (resolved, judgement) = match prepared {
                Ok(prepared) => prepared,
                Err(error) => {
                    answers.push(Answer::Faulty { line, error });
                    continue;
                }
            };
            build::sign_needs(&mut signer, &resolved, &taken, &mut self.fresh)?;
            let first = signer.take();
            if !first.entries.is_empty() {
                appending.push(&first)?;
            }
            let before = signer.clone();
            let salt = self.context.salt()?;
            let signed = build::draft(
                &mut signer,
                &resolved,
                &judgement,
                &taken,
                &self.fresh,
                salt,
            )
            .and_then(|(draft, _)| signer.sign(&draft));
            let id = match signed {
                Ok(id) => id,
                Err(error) => {
                    signer = before;
                    let error = Fault::of(&error);
                    answers.push(Answer::Faulty { line, error });
                    continue;
                }
            };
            match appending.push(&signer.take()) {
                Ok(indexes) => answers.push(Answer::Recorded {
                    line,
                    id,
                    index: indexes[0],
                    claim: self.fresh.claim(resolved.claim()),
                }),
                Err(AppendError::Refused { refusal, .. }) => {
                    signer = before;
                    let first = &refusal.findings[0];
                    if matches!(
                        first.topic,
                        Topic::Signatures | Topic::Entitlement | Topic::Chains
                    ) {
                        // It will be the same with every further line.
                        return Err(Failure::new(Status::Key, refusal.to_string()).into());
                    }
                    let error = Fault {
                        code: first.code.as_str(),
                        message: refusal.to_string(),
                    };
                    answers.push(Answer::Faulty { line, error });
                }
                Err(error) => return Err(error.into()),
            }
        }
        if appending.is_empty() {
            drop(appending);
        } else {
            appending.commit()?;
        }
        self.mark_evidence(&ledger)?;
        for notice in ledger.take_notices() {
            self.context.warn(&notice.to_string());
        }
        self.signer = Some(signer);
        self.ledger = Some(ledger);
        Ok(answers)
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
        taken: &mut TakenSources,
    ) -> anyhow::Result<Vec<Prepared>> {
        let mut ready = Vec::with_capacity(lines.len());
        for (number, line) in lines {
            let line = line.and_then(|(claim, judgement)| {
                let target = self
                    .target(ledger, &claim)
                    .and_then(|target| {
                        refuse_addresses(&judgement)?;
                        build::take_all(self.context, &judgement.evidence, taken)?;
                        Ok(target)
                    })
                    .map_err(|error| Fault::of(&error))?;
                Ok((target, judgement))
            });
            ready.push((number, line));
        }
        let author = self.key.verifier().clone();
        let lookup = Resolver::new(ledger, &author, taken)?;
        let look_up = |(number, line): (u64, Result<(Target, Judgement), Fault>)| {
            let line = line.and_then(|(target, judgement)| {
                let resolved = lookup
                    .resolve(target, &judgement)
                    .map_err(|error| Fault::of(&error))?;
                Ok((resolved, judgement))
            });
            (number, line)
        };
        Ok(ready.into_iter().map(look_up).collect())
    }

    /// Finds the claim of a line; those that are only proposed are listed once.
    fn target(&mut self, ledger: &Ledger, what: &str) -> anyhow::Result<Target> {
        if what.len() > 3
            && let Ok(Found::Entry(id)) = ledger.find(what)
            && ledger.facts_of(&id)?.1.detail.kind() == Kind::Claim
        {
            return Ok(Target::Recorded(ClaimId(id.0)));
        }
        if self.list.is_none() {
            self.list = Some(listed(ledger)?);
        }
        let line = match self.list.as_ref().and_then(|list| list.get(what)) {
            Some(line) => Arc::clone(line),
            None => Arc::new(claim_list::find_claim(ledger, what)?),
        };
        Ok(match line.state {
            State::Recorded { id, .. } => Target::Recorded(id),
            // A round before this one may have recorded it.
            _ => match self.fresh.claims.get(&line.claim.identity()) {
                Some(id) if ledger.facts_of(&id.entry()).is_ok() => Target::Recorded(*id),
                _ => Target::Proposed(line),
            },
        })
    }

    /// Keeps the claims of new evidence from being proposed.
    fn mark_evidence(&mut self, ledger: &Ledger) -> anyhow::Result<()> {
        let drafts = Drafts::of(ledger.folder());
        for source in self.fresh.new_sources.drain(..) {
            let mut decided = drafts.load(&source)?;
            decided.evidence = true;
            drafts.save(&decided)?;
        }
        Ok(())
    }
}

/// Lists the claims by their numbers and by their ids as they are proposed.
fn listed(ledger: &Ledger) -> anyhow::Result<HashMap<String, Arc<ClaimLine>>> {
    let mut list = HashMap::new();
    for line in claim_list::claim_list(ledger)? {
        let line = Arc::new(line);
        if let Some(number) = line.number {
            list.insert(number.to_string(), Arc::clone(&line));
        }
        list.insert(line.origin.to_string(), line);
    }
    Ok(list)
}

/// Refuses evidence that would have to be fetched while others wait.
fn refuse_addresses(judgement: &Judgement) -> anyhow::Result<()> {
    let address = |request: &&Request| sources::is_address(&request.what);
    match judgement.evidence.iter().find(address) {
        Some(request) => Err(Failure::new(
            Status::Usage,
            format!(
                "{} is not fetched here: add it first with factlog add, and name the source's id",
                request.what
            ),
        )
        .into()),
        None => Ok(()),
    }
}
