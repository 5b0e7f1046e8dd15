//! Adding the lines of a round: what each line rests on, and its verdict, signed in their order.

use factlog::audit::finding::Topic;
use factlog::ledger::{AppendError, Appending};
use factlog::words::id::EntryId;
use factlog::words::salt::Salt;

use super::batch::{Answer, Fault};
use super::build::{self, Fresh, Judgement, Resolved, TakenSources};
use crate::cli::exit::{Failure, Status};
use crate::cli::record::{EntryLine, Signer};

/// A line that is ready to be signed, or why it is not.
pub(super) type Prepared = (u64, Result<(Resolved, Judgement), Fault>);

/// The lines of a round.
pub(super) struct Lines {
    pub(super) prepared: Vec<Prepared>,
    /// For each line its verdict's salt.
    pub(super) salts: Vec<Salt>,
    /// The sources that the lines cite.
    pub(super) taken: TakenSources,
}

/// Where entries go once they are signed.
pub(super) enum Sink<'a, 'l> {
    /// They stay with the signer, to be checked together; the next will have this index.
    Signed { next: u64 },
    /// Into a round, where each is checked at once.
    Appended(&'a mut Appending<'l>),
}

impl Lines {
    /// Signs the lines and says what will be answered to each.
    ///
    /// # Errors
    /// It would be the same with every further line. A fault of one line is its answer.
    pub(super) fn add(
        &self,
        signer: &mut Signer,
        fresh: &mut Fresh,
        sink: Sink<'_, '_>,
    ) -> anyhow::Result<Vec<Answer>> {
        let mut adding = Adding {
            signer,
            fresh,
            taken: &self.taken,
            sink,
        };
        let lines = self.prepared.iter().zip(&self.salts);
        let answer = |((line, prepared), salt): (&Prepared, &Salt)| match prepared {
            Ok((resolved, judgement)) => adding.line(*line, resolved, judgement, salt),
            Err(error) => Ok(Answer::Faulty {
                line: *line,
                error: error.clone(),
                entries: vec![],
            }),
        };
        lines.map(answer).collect()
    }
}

/// Signs lines, one after the other.
struct Adding<'a, 'l> {
    signer: &'a mut Signer,
    fresh: &'a mut Fresh,
    taken: &'a TakenSources,
    sink: Sink<'a, 'l>,
}

impl Adding<'_, '_> {
    /// Signs a verdict and what it rests on.
    fn line(
        &mut self,
        line: u64,
        resolved: &Resolved,
        judgement: &Judgement,
        salt: &Salt,
    ) -> anyhow::Result<Answer> {
        let mut entries = Vec::new();
        let added = self.entries(resolved, judgement, salt, &mut entries)?;
        Ok(match added {
            Ok((id, index)) => Answer::Recorded {
                line,
                id,
                index,
                claim: self.fresh.claim(resolved.claim()),
            },
            Err(error) => Answer::Faulty {
                line,
                error: error.beside(&entries),
                entries,
            },
        })
    }

    /// Adds what a verdict rests on, which is listed in `entries`, and the verdict.
    fn entries(
        &mut self,
        resolved: &Resolved,
        judgement: &Judgement,
        salt: &Salt,
        entries: &mut Vec<EntryLine>,
    ) -> anyhow::Result<Result<(EntryId, u64), Fault>> {
        let needs = build::needs(resolved, self.taken, self.fresh);
        if !needs.is_empty()
            && let Err(error) = build::check_verdict(resolved, judgement, salt.clone())
        {
            return Ok(Err(Fault::of(&error)));
        }
        for need in needs {
            match self.push(|signer, _| need.sign(signer))? {
                Ok((id, index)) => {
                    self.fresh.keep(&need, id);
                    entries.push(EntryLine {
                        id,
                        index: Some(index),
                        kind: need.kind(),
                    });
                }
                Err(fault) => return Ok(Err(fault)),
            }
        }
        let taken = self.taken;
        self.push(|signer, fresh| {
            let (draft, _) = build::draft(signer, resolved, judgement, taken, fresh, salt.clone())?;
            signer.sign(&draft)
        })
    }

    /// Adds the one entry that `sign` signs; a fault leaves everything as it was.
    fn push(
        &mut self,
        sign: impl FnOnce(&mut Signer, &Fresh) -> anyhow::Result<EntryId>,
    ) -> anyhow::Result<Result<(EntryId, u64), Fault>> {
        let before = self.signer.mark();
        let id = match sign(self.signer, self.fresh) {
            Ok(id) => id,
            Err(error) => {
                self.signer.go_back(before);
                return Ok(Err(Fault::of(&error)));
            }
        };
        let appending = match &mut self.sink {
            Sink::Signed { next } => {
                *next += 1;
                return Ok(Ok((id, *next - 1)));
            }
            Sink::Appended(appending) => appending,
        };
        match appending.push(&self.signer.take()) {
            Ok(indexes) => Ok(Ok((id, indexes[0]))),
            Err(AppendError::Refused { refusal, .. }) => {
                self.signer.go_back(before);
                let first = &refusal.findings[0];
                if matches!(
                    first.topic,
                    Topic::Signatures | Topic::Entitlement | Topic::Chains
                ) {
                    // It will be the same with every further line.
                    return Err(Failure::new(Status::Key, refusal.to_string()).into());
                }
                Ok(Err(Fault {
                    code: first.code.as_str(),
                    message: refusal.to_string(),
                }))
            }
            Err(error) => Err(error.into()),
        }
    }
}
