//! What the checks of all proofs share: findings as they come, and the checkpoint that they lead to.

use std::collections::BTreeMap;

use super::report::{Cosigned, ShownCheckpoint, StatedCheckpoint};
use super::{Expected, ShownReport};
use crate::audit::finding::{Code, Finding, Topic, causes};
use crate::audit::report::Check;
use crate::trust::checkpoint::{Checkpoint, check_bounds, stated};
use crate::trust::key::{KeyName, VerifierKey};
use crate::trust::merkle::TreeHead;
use crate::trust::note::SignedNote;
use crate::trust::tlog_policy::TrustPolicy;

/// A report that is being made.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) report: ShownReport,
    /// The log's keys, the earliest first, where the entries shown name them.
    pub(super) log_keys: Vec<VerifierKey>,
    checks: BTreeMap<Topic, Check>,
}

impl Outcome {
    /// Counts what is looked at.
    pub(super) fn count(&mut self, topic: Topic, number: u64) {
        self.check(topic).count += number;
    }

    /// Keeps a finding, and counts it.
    pub(super) fn keep(&mut self, finding: Finding) {
        self.check(finding.topic).add(finding.severity);
        self.report.findings.push(finding);
    }

    pub(super) fn find(&mut self, code: Code, message: impl Into<String>) {
        self.keep(Finding::new(code, message));
    }

    fn check(&mut self, topic: Topic) -> &mut Check {
        self.checks.entry(topic).or_insert_with(|| Check {
            topic,
            what: what(topic).to_owned(),
            count: 0,
            faults: 0,
            incomplete: 0,
            notes: 0,
        })
    }

    pub(super) fn into_report(mut self) -> ShownReport {
        self.report
            .findings
            .sort_by_key(|finding| finding.entry.unwrap_or(u64::MAX));
        self.report.checks = self.checks.into_values().collect();
        self.report
    }

    /// Reads the checkpoint of a proof that has no genesis, and returns what it says.
    ///
    /// Where no key is known by which the log's signature could be checked, that is what the
    /// checkpoint states: nothing vouches for it, and a finding says so. What leads to its root can be
    /// computed all the same.
    pub(super) fn take_any_checkpoint(
        &mut self,
        note: &SignedNote,
        expected: &Expected,
    ) -> Option<(KeyName, TreeHead)> {
        if known_signer(note, expected).is_some() {
            let checkpoint = self.take_checkpoint(note.as_str(), None, expected)?;
            return Some((checkpoint.origin, checkpoint.head));
        }
        self.count(Topic::Checkpoints, 1);
        self.find_unknown(expected, note);
        match stated(note.text()) {
            Ok((origin, head)) => {
                self.report.checkpoint = None;
                self.report.stated = Some(StatedCheckpoint {
                    origin: origin.to_string(),
                    size: head.size,
                    root: head.root,
                });
                Some((origin, head))
            }
            Err(error) => {
                let message = format!("not a checkpoint: {}", causes(&error));
                self.find(Code::CheckpointDamaged, message);
                None
            }
        }
    }

    /// Reads a checkpoint that some log signed whose key is known; says whether it may be trusted.
    ///
    /// `named` is the key that the ledger's own entries name; without it, the key must come from what
    /// is expected.
    pub(super) fn take_checkpoint(
        &mut self,
        note: &str,
        named: Option<&VerifierKey>,
        expected: &Expected,
    ) -> Option<Checkpoint> {
        self.count(Topic::Checkpoints, 1);
        let bytes = note.len();
        let note = match SignedNote::parse(note.as_bytes()) {
            Ok(note) => note,
            Err(error) => {
                let reason = causes(&error);
                let message = format!("the checkpoint is not a signed note: {reason}");
                self.find(Code::CheckpointDamaged, message);
                return None;
            }
        };
        let key = named.or_else(|| known_signer(&note, expected))?;
        self.check_trust(key, expected);
        let verified = match &expected.policy {
            Some(policy) => self.evaluate(policy, key, &note),
            None => note
                .verify(&[key])
                .map_err(|error| causes(&error))
                .and_then(|verified| {
                    Checkpoint::from_verified(&verified).map_err(|error| causes(&error))
                })
                .map(|checkpoint| (checkpoint, Vec::new())),
        };
        let (checkpoint, cosigned) = match verified {
            Ok(verified) => verified,
            Err(reason) => {
                let message = format!("not a checkpoint that the log's key signed: {reason}");
                self.find(Code::CheckpointDamaged, message);
                return None;
            }
        };
        // Those of other logs may have lines and sizes that ours have not.
        if named.is_some()
            && let Err(error) = check_bounds(bytes, checkpoint.head.size)
        {
            self.find(Code::CheckpointDamaged, causes(&error));
            return None;
        }
        if let Err(error) = checkpoint.check_origin(key.name()) {
            self.find(Code::CheckpointOrigin, causes(&error));
            return None;
        }
        // Of other logs extension lines are read over, as the specification asks.
        if named.is_some() && checkpoint.to_text() != note.text() {
            let message = "it has lines that a checkpoint of a ledger has not";
            self.find(Code::CheckpointDamaged, message);
            return None;
        }
        self.report.stated = None;
        self.report.checkpoint = Some(ShownCheckpoint {
            cosigned,
            ..ShownCheckpoint::new(&checkpoint, key.clone())
        });
        Some(checkpoint)
    }

    /// Asks a trust policy for a checkpoint's witnesses.
    fn evaluate(
        &mut self,
        policy: &TrustPolicy,
        key: &VerifierKey,
        note: &SignedNote,
    ) -> Result<(Checkpoint, Vec<Cosigned>), String> {
        let evaluation = policy.evaluate_log(key, note);
        let evaluation = evaluation.map_err(|error| causes(&error))?;
        let cosigned: Vec<Cosigned> = evaluation
            .witnesses()
            .filter_map(|(witness, cosignature)| {
                Some(Cosigned {
                    witness: witness.key.name().to_string(),
                    at: cosignature?.timestamp(),
                })
            })
            .collect();
        self.count(Topic::Checkpoints, cosigned.len() as u64);
        if !evaluation.is_met() {
            let quorum = policy
                .quorum()
                .map_or_else(String::new, ToString::to_string);
            let message = format!(
                "{} of the {} witnesses that the trust policy knows cosigned the checkpoint, which \
                 does not make up its quorum {quorum}",
                cosigned.len(),
                policy.witnesses().len()
            );
            self.find(Code::QuorumNotMet, message);
        }
        Ok((evaluation.checkpoint().clone(), cosigned))
    }

    /// Checks that what the caller knows speaks for a log's key.
    fn check_trust(&mut self, key: &VerifierKey, expected: &Expected) {
        let is_listed = trusted_logs(expected).is_none_or(|mut logs| logs.any(|log| log == key));
        let is_given = expected.log.as_ref().is_none_or(|log| log == key);
        let is_known =
            expected.ledger.is_some() || expected.log.is_some() || trusted_logs(expected).is_some();
        if !(is_known && is_listed && is_given) {
            let trusted = trusted_names(expected);
            self.find_untrusted(match trusted {
                None => format!("the log's key is {key}, and nothing was given to trust it by"),
                Some(trusted) => format!(
                    "the log's key is {key}, but the trusted one is {trusted}{}",
                    self.kinship(key, expected)
                ),
            });
        }
    }

    /// Says how a log's key and the trusted one belong together, where they do.
    fn kinship(&self, key: &VerifierKey, expected: &Expected) -> &'static str {
        let place = |wanted: &VerifierKey| self.log_keys.iter().position(|known| known == wanted);
        let trusted = || trusted_keys(expected);
        match (place(key), trusted().find_map(place)) {
            (Some(found), Some(trusted)) if found < trusted => {
                ": the checkpoint is signed by an earlier key of this log"
            }
            (Some(found), Some(trusted)) if found > trusted => {
                ": the checkpoint is signed by a later key of this log, whose change the entries \
                 shown record"
            }
            _ if trusted().any(|trusted| trusted.name() == key.name()) => {
                ": another key under the same name"
            }
            _ => "",
        }
    }

    /// Finds that no key is known by which a checkpoint's signature could be checked.
    fn find_unknown(&mut self, expected: &Expected, note: &SignedNote) {
        let signers = signers(note);
        let is_namesake = |key: &VerifierKey| {
            let mut lines = note.signatures().iter();
            lines.any(|line| line.name == *key.name())
        };
        let why = match trusted_names(expected) {
            None if expected.ledger.is_some() => {
                "a ledger's id does not tell which key that is, for there is no genesis entry here"
                    .to_owned()
            }
            None => "nothing was given to trust it by".to_owned(),
            Some(trusted) if trusted_keys(expected).any(is_namesake) => format!(
                "the trusted one is {trusted}, another key under the same name, such as an earlier \
                 or a later one of the log"
            ),
            Some(trusted) => format!("the trusted one is {trusted}"),
        };
        self.find_untrusted(format!(
            "the log's key is {signers}, and {why}: the checkpoint's own signature could not be checked"
        ));
    }

    fn find_untrusted(&mut self, message: String) {
        // Of two checkpoints by the same log it is said once.
        let mut found = self.report.findings.iter();
        if !found.any(|found| found.code == Code::LogUntrusted && found.message == message) {
            self.find(Code::LogUntrusted, message);
        }
    }
}

/// Returns the key among those that are expected that a line of a note names.
fn known_signer<'e>(note: &SignedNote, expected: &'e Expected) -> Option<&'e VerifierKey> {
    let signed = |key: &&VerifierKey| note.signatures().iter().any(|line| line.names(key));
    trusted_keys(expected).find(signed)
}

/// Names the logs that are trusted; `None` where there are none.
fn trusted_names(expected: &Expected) -> Option<String> {
    let trusted: Vec<String> = trusted_keys(expected).map(ToString::to_string).collect();
    (!trusted.is_empty()).then(|| trusted.join(", "))
}

/// Returns the logs of the trust policy, where there is one that lists any.
fn trusted_logs(expected: &Expected) -> Option<impl Iterator<Item = &VerifierKey>> {
    let logs = expected.policy.as_ref()?.logs();
    (!logs.is_empty()).then(|| logs.iter().map(|log| &log.key))
}

fn trusted_keys(expected: &Expected) -> impl Iterator<Item = &VerifierKey> {
    let listed = trusted_logs(expected).into_iter().flatten();
    expected.log.iter().chain(listed)
}

fn signers(note: &SignedNote) -> String {
    let names = note.signatures().iter();
    let names: Vec<String> = names
        .map(|line| format!("{} ({})", line.name, line.id))
        .collect();
    format!("that of {}", names.join(" or "))
}

pub(super) fn what(topic: Topic) -> &'static str {
    match topic {
        Topic::Entries => "canonical form, and of this ledger",
        Topic::Signatures => "every signature of every entry shown",
        Topic::Entitlement => "each key entitled where it signed, as far as shown",
        Topic::Chains => "each author's numbers and times, as far as shown",
        Topic::Tree => "proofs that lead to the checkpoint's root",
        Topic::Checkpoints => "signatures, origin, and whether the log's key is trusted",
        Topic::Objects => "unchanged, of their type, and belonging to an entry shown",
        Topic::Sources => "length and SHA-256 of what is shown of them",
        Topic::Claims => "quote and context in the source's text, or in slices of it",
        Topic::Verdicts => "policy in force, rating, evidence and its quotes",
        Topic::References => "what entries refer to is there, as far as called for",
        Topic::Files => "there, as they were signed; in a folder, no others",
    }
}
