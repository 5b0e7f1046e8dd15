//! The head and the checkpoints that were kept, against the tree.

use super::{Auditor, StoredCheckpoint};
use crate::audit::facts::Facts as _;
use crate::audit::finding::{Code, Finding, Topic, causes};
use crate::audit::objects::Objects;
use crate::trust::checkpoint::{Checkpoint, check_bounds, stated_size};
use crate::trust::merkle::RootHash;
use crate::trust::note::SignedNote;
use crate::trust::tlog_policy::TrustPolicy;

impl<O: Objects> Auditor<'_, O> {
    /// Checks the head against the tree, and every checkpoint that was kept; asks the trust policy
    /// which of them its witnesses vouch for.
    pub(super) fn check_checkpoints(
        &mut self,
        head: Option<StoredCheckpoint>,
        checkpoints: &[StoredCheckpoint],
        policy: Option<&TrustPolicy>,
    ) {
        self.check_kept(checkpoints, head.as_ref(), policy);
        self.check_head(head, policy);
        if let Some(policy) = policy {
            self.check_log(policy);
            self.check_witnessed(policy);
        }
    }

    fn check_kept(
        &mut self,
        checkpoints: &[StoredCheckpoint],
        head: Option<&StoredCheckpoint>,
        policy: Option<&TrustPolicy>,
    ) {
        for stored in checkpoints {
            self.count(Topic::Checkpoints, 1);
            if let Some((note, checkpoint)) = self.read_checkpoint(stored) {
                let finding = self.compare(&checkpoint, &stored.file, Code::CheckpointRoot);
                if finding.is_none() {
                    self.ask_witnesses(&note, &stored.file, policy);
                }
                // Both are signed by the log: it said two things.
                let notes = [Some(stored), head].into_iter().flatten();
                let checkpoints =
                    notes.map(|note| String::from_utf8_lossy(&note.bytes).into_owned());
                if let Some(finding) = finding {
                    let checkpoints = checkpoints.collect();
                    self.keep(Finding {
                        checkpoints,
                        ..finding
                    });
                }
            }
        }
    }

    fn check_head(&mut self, head: Option<StoredCheckpoint>, policy: Option<&TrustPolicy>) {
        let size = self.tree.size();
        let Some(stored) = head else {
            self.keep_last(Finding::new(Code::HeadMissing, "the head is missing"));
            return;
        };
        self.count(Topic::Checkpoints, 1);
        let Some((note, checkpoint)) = self.read_checkpoint(&stored) else {
            return;
        };
        if checkpoint.head.size < size {
            let message = format!(
                "the head is of size {}, but the log has {size} entries",
                checkpoint.head.size
            );
            self.keep_last(Finding::new(Code::HeadSize, message).of_file(stored.file.as_str()));
        }
        match self.compare(&checkpoint, &stored.file, Code::HeadRoot) {
            Some(finding) => self.keep(finding),
            None => self.ask_witnesses(&note, &stored.file, policy),
        }
    }

    /// Asks the trust policy whether its quorum of witnesses saw a checkpoint that the tree bears out.
    fn ask_witnesses(&mut self, note: &SignedNote, file: &str, policy: Option<&TrustPolicy>) {
        let Some(policy) = policy else { return };
        let Some(ledger) = self.facts.ledger().expect("memory can be read") else {
            return;
        };
        let log = self.log_keys.of(stated_size(note.text()));
        let log = log.unwrap_or(&ledger.log).clone();
        match policy.evaluate_log(&log, note) {
            Ok(evaluation) if evaluation.is_met() => {
                let size = evaluation.checkpoint().head.size;
                self.witnessed = self.witnessed.max(Some(size));
            }
            Ok(_) => {}
            Err(error) => {
                let message = causes(&error);
                let finding = Finding::new(Code::CheckpointDamaged, message).of_file(file);
                self.keep_last(finding);
            }
        }
    }

    /// Checks that the trust policy lists the log's key, where it lists any.
    fn check_log(&mut self, policy: &TrustPolicy) {
        let ledger = self.facts.ledger().expect("memory can be read");
        let Some(key) = ledger.map(|ledger| ledger.log.clone()) else {
            return;
        };
        if !policy.logs().is_empty() && policy.logs().iter().all(|log| log.key != key) {
            let message =
                format!("the log's key is {key}, which is none of the trust policy's logs");
            self.keep_last(Finding::new(Code::LogUntrusted, message));
        }
    }

    /// Says of how many entries the trust policy's quorum of witnesses saw the root, if not of all.
    fn check_witnessed(&mut self, policy: &TrustPolicy) {
        let Some(quorum) = policy.quorum() else {
            return;
        };
        let size = self.tree.size();
        let message = match self.witnessed {
            Some(seen) if seen >= size => return,
            Some(seen) => format!(
                "the trust policy's quorum {quorum} saw the first {seen} of {size} entries, not the rest"
            ),
            None => {
                format!("no checkpoint has the cosignatures of the trust policy's quorum {quorum}")
            }
        };
        self.keep_last(Finding::new(Code::QuorumNotMet, message));
    }

    fn read_checkpoint(&mut self, stored: &StoredCheckpoint) -> Option<(SignedNote, Checkpoint)> {
        let file = stored.file.as_str();
        let note = match SignedNote::parse(&stored.bytes) {
            Ok(note) => note,
            Err(error) => return self.find_damaged(file, &causes(&error)),
        };
        let Some(stated) = stated_size(note.text()) else {
            return self.find_damaged(file, "it states no size");
        };
        if let Err(error) = check_bounds(stored.bytes.len(), stated) {
            return self.find_damaged(file, &causes(&error));
        }
        let Some(ledger) = self.facts.ledger().expect("memory can be read") else {
            self.check_stated_size(&note, file);
            let message =
                "it can't be verified, for there is no good genesis to name the log's key";
            self.keep_last(Finding::new(Code::CheckpointUnchecked, message).of_file(file));
            return None;
        };
        let log = self.log_keys.of(Some(stated));
        let log = log.unwrap_or(&ledger.log).clone();
        let read = note.verify(&[&log]).map_err(|error| causes(&error));
        let read = read.and_then(|verified| {
            Checkpoint::from_verified(&verified).map_err(|error| causes(&error))
        });
        let checkpoint = match read {
            Ok(checkpoint) => checkpoint,
            Err(reason) => return self.find_damaged(file, &reason),
        };
        if let Err(error) = checkpoint.check_origin(&ledger.origin) {
            let message = causes(&error);
            self.keep_last(Finding::new(Code::CheckpointOrigin, message).of_file(file));
            return None;
        }
        if checkpoint.to_text() != note.text() {
            return self.find_damaged(file, "it has lines that a checkpoint of ours has not");
        }
        Some((note, checkpoint))
    }

    /// Checks that the log has as many entries as a checkpoint states that can't be verified.
    fn check_stated_size(&mut self, note: &SignedNote, file: &str) {
        let size = self.tree.size();
        if let Some(stated) = stated_size(note.text()).filter(|stated| *stated > size) {
            let message = format!("it states {stated} entries, but the log has {size}");
            self.keep_last(Finding::new(Code::CheckpointSize, message).of_file(file));
        }
    }

    fn find_damaged<T>(&mut self, file: &str, reason: &str) -> Option<T> {
        let message = format!("not a checkpoint that the log's key signed: {reason}");
        self.keep_last(Finding::new(Code::CheckpointDamaged, message).of_file(file));
        None
    }

    /// Compares a checkpoint with the tree.
    fn compare(&self, checkpoint: &Checkpoint, file: &str, code: Code) -> Option<Finding> {
        let (stated, size) = (checkpoint.head, self.tree.size());
        if stated.size > size {
            let message = format!(
                "it is of size {}, but the log has {size} entries",
                stated.size
            );
            return Some(Finding::new(Code::CheckpointSize, message).of_file(file));
        }
        let root = self.root(stated.size);
        if root == stated.root {
            return None;
        }
        let message = format!(
            "at size {} the tree's root is {root}, but it says {}",
            stated.size, stated.root
        );
        let follows = self.first.damage.filter(|damaged| *damaged < stated.size);
        Some(Finding {
            follows,
            ..Finding::new(code, message).of_file(file)
        })
    }

    fn root(&self, size: u64) -> RootHash {
        self.tree
            .root(size)
            .expect("the size is not larger than the tree")
    }
}
