//! Reports: what an audit looked at, what it found, and what that does not show.

use std::fmt;

use serde::Serialize;

use super::finding::{Code, Finding, Severity, Topic, is_only_untrusted};
use crate::trust::merkle::TreeHead;

/// What an audit found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The size and root of the log, as its entries give them.
    pub head: TreeHead,
    /// How many objects entries speak of.
    pub objects: u64,
    /// How many keys are enrolled.
    pub signers: u64,
    /// Of how many entries the trust policy's quorum of witnesses saw the root; absent where no
    /// policy was given, or no checkpoint has its quorum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<u64>,
    /// How many verdicts there are, by what stands of them.
    pub standings: Standings,
    /// What was looked at, topic by topic.
    pub checks: Vec<Check>,
    /// Everything that was found, in the order of the log.
    pub findings: Vec<Finding>,
    /// Findings that may only follow from a fault, beyond those that are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<Unlisted>,
    /// What none of this shows.
    pub not_shown: Vec<String>,
}

/// One topic of an audit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    /// The topic.
    pub topic: Topic,
    /// What was looked at.
    pub what: String,
    /// How many of them.
    pub count: u64,
    /// How many faults were found.
    pub faults: u64,
    /// How much could not be checked, or is not complete.
    pub incomplete: u64,
    /// How much else should be known.
    pub notes: u64,
}

/// How many verdicts there are of each standing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "each field is the standing of the same name")]
pub struct Standings {
    pub proposed: u64,
    pub standing: u64,
    pub disputed: u64,
    pub superseded: u64,
    pub retracted: u64,
    pub tainted: u64,
}

impl Standings {
    /// Says in words how many of the verdicts stand; `None` where none waits, is disputed or is
    /// tainted, and there is nothing that a person need know.
    fn words(&self) -> Option<String> {
        let open = [
            (self.proposed, "proposed"),
            (self.disputed, "disputed"),
            (self.tainted, "tainted"),
        ];
        let open = open.into_iter().filter(|(count, _)| *count > 0);
        let open: Vec<String> = open
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        (!open.is_empty()).then(|| {
            format!(
                "Of the verdicts, {} {}, {}.",
                self.standing,
                if self.standing == 1 {
                    "stands"
                } else {
                    "stand"
                },
                open.join(", ")
            )
        })
    }
}

/// Findings of one code that were counted, not listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Unlisted {
    /// The code.
    pub code: Code,
    /// How many.
    pub count: u64,
    /// The index of the faulty entry that they may follow from.
    pub follows: u64,
}

impl Report {
    /// Adds what the caller found where the audit does not look, such as in the files' own form.
    pub fn add(&mut self, finding: Finding) {
        if let Some(check) = self
            .checks
            .iter_mut()
            .find(|check| check.topic == finding.topic)
        {
            check.add(finding.severity);
        }
        self.findings.push(finding);
    }

    /// Returns the worst severity that was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).min()
    }

    /// Says whether nothing is wrong but that the log's key is not known to be the right one.
    pub fn is_only_untrusted(&self) -> bool {
        is_only_untrusted(&self.findings)
    }

    /// Counts the findings of a severity, listed or not.
    pub fn count(&self, severity: Severity) -> u64 {
        self.checks
            .iter()
            .map(|check| match severity {
                Severity::Fault => check.faults,
                Severity::Incomplete => check.incomplete,
                Severity::Note => check.notes,
            })
            .sum()
    }

    /// Says in one sentence what was found, and in another what that does not show.
    pub fn closing(&self) -> String {
        let found = match (
            self.count(Severity::Fault),
            self.count(Severity::Incomplete),
        ) {
            (0, 0) => "no fault found".to_owned(),
            (0, incomplete) => format!("no fault found, {incomplete} not complete"),
            (faults, 0) => counted(faults, "fault", "faults"),
            (faults, incomplete) => {
                format!(
                    "{}, {incomplete} not complete",
                    counted(faults, "fault", "faults")
                )
            }
        };
        // What stands of a ledger with faults is anybody's guess.
        let standings = match self.count(Severity::Fault) {
            0 => self.standings.words(),
            _ => None,
        };
        let standings = standings.map_or_else(String::new, |words| format!(" {words}"));
        format!(
            "{}, {}, {}: {found}.{standings} Not shown: {}.",
            counted(self.head.size, "entry", "entries"),
            counted(self.objects, "object", "objects"),
            counted(self.signers, "signer", "signers"),
            self.not_shown.join("; ")
        )
    }
}

impl Check {
    pub(super) fn new(topic: Topic, count: u64) -> Self {
        Self {
            topic,
            what: what(topic).to_owned(),
            count,
            faults: 0,
            incomplete: 0,
            notes: 0,
        }
    }

    pub(super) fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Fault => self.faults += 1,
            Severity::Incomplete => self.incomplete += 1,
            Severity::Note => self.notes += 1,
        }
    }
}

impl fmt::Display for Check {
    /// Writes one line: the topic, how many, what was looked at, and the outcome.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<12} {:>8}  {}: ",
            self.topic.as_str(),
            self.count,
            self.what
        )?;
        match (self.faults, self.incomplete) {
            (0, 0) => f.write_str("no fault"),
            (0, incomplete) => write!(f, "no fault, {incomplete} not complete"),
            (faults, 0) => f.write_str(&counted(faults, "fault", "faults")),
            (faults, incomplete) => {
                write!(
                    f,
                    "{}, {incomplete} not complete",
                    counted(faults, "fault", "faults")
                )
            }
        }
    }
}

fn what(topic: Topic) -> &'static str {
    match topic {
        Topic::Entries => "canonical form, and of this ledger",
        Topic::Signatures => "every signature of every entry",
        Topic::Entitlement => "each key entitled where it signed",
        Topic::Chains => "each author's numbers, links and times without a gap or fork",
        Topic::Tree => "`after` of every entry, and the head",
        Topic::Checkpoints => "signature, origin, size and root of each that was kept",
        Topic::Objects => "there, unchanged, of their type, and belonging to an entry",
        Topic::Sources => "length and SHA-256 of what was kept, and text that is text",
        Topic::Claims => "quote, context and both ranges in the source's text",
        Topic::Verdicts => "policy in force, rating, evidence and its quotes",
        Topic::References => "what entries refer to, supersede and retract",
        Topic::Files => "as they were signed",
    }
}

/// Returns what an audit of a log of this size does not show.
pub(super) fn not_shown(size: u64) -> Vec<String> {
    vec![
        "whether any claim is true or any rating fair".to_owned(),
        "who holds the keys".to_owned(),
        "that a source's text says what its raw bytes say, which its reviewer attests".to_owned(),
        format!(
            "what was recorded past {}, or never was",
            counted(size, "entry", "entries")
        ),
    ]
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
