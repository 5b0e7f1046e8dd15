//! What a trust policy says of a checkpoint: which log signed it, which witnesses cosigned it, and
//! whether they are enough.
//!
//! Follows C2SP tlog-policy: "a checkpoint is considered valid if it is signed by any one of the
//! listed logs, and it is cosigned by witnesses according to the defined quorum rule." Stricter
//! than that: the line of a witness that the policy knows must hold, even one that the quorum could
//! do without, as signed-note has it of known keys.

use std::fmt;

use super::super::checkpoint::{Checkpoint, CheckpointError};
use super::super::cosignature::{Cosignature, CosignatureError};
use super::super::key::{KeyName, VerifierKey};
use super::super::note::{SignedNote, VerifyError};
use super::{Party, PolicyGroup, PolicyWitness, Quorum, TrustPolicy};

/// Says why a checkpoint can't be evaluated by a trust policy: a signature fails that should hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// No known log signed it, or a known log's signature does not hold.
    #[error("the checkpoint is not signed by a log that is known")]
    Log(#[source] VerifyError),
    /// What the log signed is not a checkpoint.
    #[error("what the log signed is not a checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// The known log that signed bears another name.
    #[error("the checkpoint is of {origin}, but no known log of this name signed it")]
    Origin {
        /// The checkpoint's origin.
        origin: KeyName,
    },
    /// A known witness's cosignature does not hold.
    #[error("a known witness's line does not hold")]
    Witness(#[source] CosignatureError),
}

impl TrustPolicy {
    /// Evaluates a checkpoint of one of the policy's logs.
    ///
    /// # Errors
    ///
    /// If none of them signed it, or the line of a log or witness that the policy knows does not
    /// hold. A quorum that is not met is no error: [`Evaluation::is_met`] tells.
    pub fn evaluate(&self, note: &SignedNote) -> Result<Evaluation<'_>, EvaluationError> {
        let logs: Vec<&VerifierKey> = self.logs.iter().map(|log| &log.key).collect();
        self.evaluate_by(&logs, note)
    }

    /// Evaluates a checkpoint of a log that is known from elsewhere, as a ledger's is from its
    /// entries, whichever logs the policy lists.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_log<'a>(
        &'a self,
        log: &'a VerifierKey,
        note: &SignedNote,
    ) -> Result<Evaluation<'a>, EvaluationError> {
        self.evaluate_by(&[log], note)
    }

    fn evaluate_by<'a>(
        &'a self,
        logs: &[&'a VerifierKey],
        note: &SignedNote,
    ) -> Result<Evaluation<'a>, EvaluationError> {
        // Those that a line names: each of these lines must hold.
        let named = |log: &&&VerifierKey| note.signatures().iter().any(|line| line.names(log));
        let logs: Vec<&'a VerifierKey> = logs.iter().filter(named).copied().collect();
        let verified = note.verify(&logs).map_err(EvaluationError::Log)?;
        let checkpoint =
            Checkpoint::from_verified(&verified).map_err(EvaluationError::Checkpoint)?;
        let log = logs.iter().find(|log| *log.name() == checkpoint.origin);
        let log = log.ok_or_else(|| EvaluationError::Origin {
            origin: checkpoint.origin.clone(),
        })?;
        let mut cosignatures = Vec::with_capacity(self.witnesses.len());
        for witness in &self.witnesses {
            cosignatures.push(match witness.key.verify(note) {
                Ok(cosignature) => Some(cosignature),
                Err(CosignatureError::Missing { .. }) => None,
                Err(error) => return Err(EvaluationError::Witness(error)),
            });
        }
        let mut evaluation = Evaluation {
            policy: self,
            checkpoint,
            log,
            cosignatures,
            counts: Vec::with_capacity(self.groups.len()),
        };
        for group in &self.groups {
            let members = group.members.iter();
            let count = members.filter(|&&member| evaluation.has(member)).count();
            evaluation.counts.push(count);
        }
        Ok(evaluation)
    }
}

/// What a policy says of one checkpoint, whose log's signature holds, as do the lines of all
/// witnesses that the policy knows.
///
/// Printed, it is an account of each log, witness and group, a line each.
#[derive(Debug, Clone)]
pub struct Evaluation<'a> {
    policy: &'a TrustPolicy,
    checkpoint: Checkpoint,
    log: &'a VerifierKey,
    /// One for each witness.
    cosignatures: Vec<Option<Cosignature>>,
    /// For each group, how many of its members witnessed the checkpoint.
    counts: Vec<usize>,
}

impl<'a> Evaluation<'a> {
    /// Returns the checkpoint that the log signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Returns the key of the log, whose name is the checkpoint's origin.
    pub fn log(&self) -> &'a VerifierKey {
        self.log
    }

    /// Returns each witness of the policy with its cosignature, if it gave one.
    pub fn witnesses(&self) -> impl Iterator<Item = (&'a PolicyWitness, Option<&Cosignature>)> {
        let cosignatures = self.cosignatures.iter().map(Option::as_ref);
        self.policy.witnesses.iter().zip(cosignatures)
    }

    /// Returns each group of the policy with how many of its members witnessed the checkpoint.
    pub fn groups(&self) -> impl Iterator<Item = (&'a PolicyGroup, usize)> {
        self.policy.groups.iter().zip(self.counts.iter().copied())
    }

    /// Says whether the quorum witnessed the checkpoint.
    pub fn is_met(&self) -> bool {
        match self.policy.quorum {
            Quorum::Nobody => true,
            Quorum::Party(party) => self.has(party),
        }
    }

    /// Says whether a witness, or enough of a group, witnessed the checkpoint.
    fn has(&self, party: Party) -> bool {
        match party {
            Party::Witness(index) => self.cosignatures[index].is_some(),
            Party::Group(index) => self.counts[index] >= self.policy.groups[index].threshold,
        }
    }
}

impl fmt::Display for Evaluation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |met| if met { "met" } else { "not met" };
        let size = self.checkpoint.head.size;
        writeln!(f, "log {}: signed size {size}", self.log.name())?;
        for (witness, cosignature) in self.witnesses() {
            write!(f, "witness {} ({}): ", witness.name, witness.key.name())?;
            match cosignature {
                Some(cosignature) => match cosignature.timestamp() {
                    Some(time) => writeln!(f, "cosigned at {time}")?,
                    None => writeln!(f, "cosigned at second {}", cosignature.time())?,
                },
                None => writeln!(f, "no cosignature")?,
            }
        }
        for (group, count) in self.groups() {
            let (name, threshold, size) = (&group.name, group.threshold, group.size());
            let met = said(count >= threshold);
            writeln!(
                f,
                "group {name}: {count} of {size}, {threshold} needed: {met}"
            )?;
        }
        match self.policy.quorum() {
            Some(name) => writeln!(f, "quorum {name}: {}", said(self.is_met())),
            None => writeln!(f, "quorum none: no cosignature is asked for"),
        }
    }
}
