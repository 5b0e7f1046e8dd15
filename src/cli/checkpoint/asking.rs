//! Asking witnesses: all at the same time, with the ledger closed meanwhile.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use factlog::ledger::Ledger;
use factlog::net::witness::{self, Answer};
use factlog::trust::{Cosignature, SignedNote, WitnessKey, WitnessRequest};
use serde::Serialize;

use super::NamedWitness;
use crate::cli::context::Context;

/// So often a witness is asked: the first answer may be the size that it knows, and somebody else may
/// have submitted a checkpoint between that answer and our next request.
const ROUNDS: usize = 3;

/// So many of the kept checkpoints, newest first, are looked at for the one that a witness cosigned
/// last. What is not found costs one more request.
const LOOKED_AT: usize = 64;

/// What came of asking a witness, in the order in which they were named.
#[derive(Serialize)]
pub(super) struct Asked {
    name: String,
    vkey: String,
    url: String,
    /// When it says it cosigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    cosigned: Option<String>,
    /// Why there is no cosignature of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip)]
    given: Option<Cosignature>,
}

/// What came of asking all.
pub(super) struct AllAsked(Vec<Asked>);

impl AllAsked {
    /// Returns the cosignatures that were given, with the keys that they were verified with.
    pub(super) fn cosignatures(
        &self,
        witnesses: &[NamedWitness],
    ) -> Vec<(WitnessKey, Cosignature)> {
        let given = self.0.iter().map(|asked| asked.given);
        let both = witnesses.iter().zip(given);
        both.filter_map(|(witness, given)| Some((witness.key.clone(), given?)))
            .collect()
    }

    /// Says whether each of these cosigned.
    pub(super) fn all_named_cosigned(&self, named: &[NamedWitness]) -> bool {
        named.iter().all(|witness| {
            let vkey = witness.key.to_string();
            let mut asked = self.0.iter().filter(|asked| asked.vkey == vkey);
            asked.any(|asked| asked.given.is_some())
        })
    }

    /// Returns an account of each.
    pub(super) fn into_list(self) -> Vec<Asked> {
        self.0
    }
}

/// Asks all witnesses to cosign a checkpoint; returns the ledger, opened again, with what came of it.
pub(super) fn ask_all(
    context: &Context,
    ledger: Ledger,
    witnesses: &[NamedWitness],
    note: &SignedNote,
    limit: Duration,
) -> anyhow::Result<(Ledger, AllAsked)> {
    let size = ledger.tree_head().size;
    let until = Instant::now() + limit;
    let mut ledger = Some(ledger);
    // Witnesses that have not given a final answer, by their place, with the size to start from.
    let mut open: BTreeMap<usize, u64> = BTreeMap::new();
    if let Some(ledger) = &ledger {
        for (at, witness) in witnesses.iter().enumerate() {
            open.insert(at, cosigned_before(ledger, &witness.key, size)?);
        }
    }
    let mut done: Vec<Option<Result<Cosignature, String>>> = vec![None; witnesses.len()];
    for _ in 0..ROUNDS {
        let reader = match ledger.take() {
            Some(ledger) => ledger,
            None => context.open_ledger()?,
        };
        let mut requests = Vec::new();
        for (at, old) in std::mem::take(&mut open) {
            let proof = reader.prove_growth(old, size)?;
            requests.push((at, WitnessRequest::new(old, proof, note.clone())?));
        }
        // The lock is for other commands while we wait.
        drop(reader);
        let left = until.saturating_duration_since(Instant::now());
        for (at, old, answer) in ask_round(witnesses, requests, left.max(Duration::from_millis(1)))
        {
            match answer {
                Ok(Answer::Cosigned(lines)) => {
                    let verified = witnesses[at].key.verify_answer(&lines, note);
                    done[at] = Some(verified.map_err(|error| causes(&error)));
                }
                Ok(Answer::Size(known)) if known > size => {
                    done[at] = Some(Err(format!(
                        "it says that it cosigned {known} entries of this ledger, which has {size}: \
                         is this an old backup?"
                    )));
                }
                Ok(Answer::Size(known)) if known == old => {
                    done[at] = Some(Err(format!("it asked for what was sent, size {known}")));
                }
                Ok(Answer::Size(known)) => {
                    open.insert(at, known);
                }
                Err(error) => done[at] = Some(Err(error)),
            }
        }
        if open.is_empty() {
            break;
        }
    }
    let mut all = Vec::new();
    for (witness, done) in witnesses.iter().zip(done) {
        let done = done.unwrap_or_else(|| Err("it named another size each time".to_owned()));
        if let Err(error) = &done {
            context.warn(&format!(
                "witness {} ({}): {error}",
                witness.key.name(),
                witness.url
            ));
        }
        let given = done.as_ref().ok().copied();
        all.push(Asked {
            name: witness.key.name().to_string(),
            vkey: witness.key.to_string(),
            url: witness.url.clone(),
            cosigned: given.map(|given| match given.timestamp() {
                Some(time) => time.to_string(),
                None => format!("second {}", given.time()),
            }),
            error: done.err(),
            given,
        });
    }
    Ok((context.open_ledger()?, AllAsked(all)))
}

/// Sends requests, each on a thread of its own; returns each with the size that it started from.
fn ask_round(
    witnesses: &[NamedWitness],
    requests: Vec<(usize, WitnessRequest)>,
    limit: Duration,
) -> Vec<(usize, u64, Result<Answer, String>)> {
    thread::scope(|scope| {
        let asking: Vec<_> = requests
            .into_iter()
            .map(|(at, request)| {
                let url = &witnesses[at].url;
                let old = request.old();
                let ask =
                    move || witness::ask(url, &request, limit).map_err(|error| causes(&error));
                (at, old, scope.spawn(ask))
            })
            .collect();
        asking
            .into_iter()
            .map(|(at, old, asking)| {
                let failed = |_| Err("asking it failed".to_owned());
                (at, old, asking.join().unwrap_or_else(failed))
            })
            .collect()
    })
}

/// Returns the size that a witness cosigned last, as far as the ledger's own record has it.
fn cosigned_before(ledger: &Ledger, witness: &WitnessKey, size: u64) -> anyhow::Result<u64> {
    for kept in ledger.cosigned_sizes().rev().take(LOOKED_AT) {
        let kept = kept?;
        let note = ledger.cosigned(kept)?.filter(|_| kept <= size);
        if note.is_some_and(|note| {
            note.signatures()
                .iter()
                .any(|line| witness.is_named_by(line))
        }) {
            return Ok(kept);
        }
    }
    Ok(0)
}

/// Says an error with its causes, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
