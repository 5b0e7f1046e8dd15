//! Replay: whether an entry is right where it stands, and what it adds to the facts.
//!
//! `docs/format.md`, sections 2 and 7, as code: [`Replay::check`] says everything that is wrong with
//! an entry and changes nothing; [`record`] keeps what it adds. The same two functions serve an
//! append, which refuses an entry with any finding that [`refuses`](Finding::refuses), and an audit,
//! which reports every finding and goes on. The log's order decides who was entitled, never a clock.
//!
//! An entry whose findings [void](super::finding::Code::voids) it is recorded, so that it can be
//! referred to, but has no effect: it enrols no key, supersedes nothing, changes no policy.

mod chain;
mod claim;
mod entitlement;
mod keys;
mod record;
mod references;
mod verdict;

use std::sync::Arc;

use super::facts::{Facts, LedgerFacts, SignerFacts};
use super::finding::{Code, Finding};
use super::objects::{ObjectState, Objects, Texts};
use super::prepare::{Absent, Content, Prepared, QuoteTask, prepare};
use super::taint::Taints;
use crate::entry::{Body, Entry, Role};
use crate::trust::key::{PublicKey, VerifierKey};
use crate::trust::merkle::{self, HashReader, TreeHead};
use crate::words::id::ObjectId;
use crate::words::object;
use crate::words::policy::Policy;
use crate::words::source::Rights;

pub use record::{Effect, record};

/// Says that a check could not be made. It never says that an entry is wrong.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError<F: std::error::Error + 'static, T: std::error::Error + 'static> {
    /// Facts could not be looked up.
    #[error("what is known of the ledger could not be looked up")]
    Facts(#[source] F),
    /// A hash of the tree could not be read.
    #[error("the tree could not be read")]
    Tree(#[source] T),
}

/// What a check gave.
pub struct Checked {
    /// Everything that was found so far.
    pub findings: Vec<Finding>,
    /// Quotes of evidence that remain to be looked for.
    pub quotes: Vec<QuoteTask>,
    /// Objects that are not there.
    pub(super) absent: Vec<Absent>,
    /// Objects that are withheld.
    pub(super) withheld: Vec<Absent>,
}

/// An entry, and everything that is wrong with it where it stands.
pub struct Examined {
    /// The entry.
    pub entry: Entry,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Checks entries one after another; keeps at hand what the next check is likely to need again.
#[derive(Default)]
pub struct Replay {
    texts: Arc<Texts>,
    policy: Option<(ObjectId, Option<Arc<Policy>>)>,
    head: Option<TreeHead>,
    taints: Taints,
    /// Whether entries may be missing between those that it is given.
    has_gaps: bool,
}

impl Replay {
    /// Makes a replay with nothing at hand.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a replay of entries with others missing between them, as in a proof bundle.
    ///
    /// What only the missing ones could show is not checked: that an author's chain has no gap, what
    /// root the tree had, what a source replaces, the evidence of verdicts, and whatever else a
    /// reaffirmation names. Where an entry needs another one, it is
    /// [`BundleIncomplete`](Code::BundleIncomplete) rather than unknown.
    pub fn with_gaps() -> Self {
        Self {
            has_gaps: true,
            ..Self::default()
        }
    }

    /// Returns the texts at hand, for the half of the check that runs elsewhere.
    pub fn texts(&self) -> Arc<Texts> {
        Arc::clone(&self.texts)
    }

    /// Says everything that is wrong with `entry` as the entry at `index`, whole: what an append asks.
    ///
    /// `facts` are those that the entries before `index` left; `tree` holds at least their hashes.
    pub fn examine<F: Facts, T: HashReader>(
        &mut self,
        entry: Entry,
        index: u64,
        facts: &F,
        objects: &impl Objects,
        tree: &T,
    ) -> Result<Vec<Finding>, ReplayError<F::Error, T::Error>> {
        let prepared = prepare(entry, objects, &self.texts);
        Ok(self
            .examine_prepared(prepared, index, facts, objects, tree)?
            .findings)
    }

    /// As [`examine`](Self::examine), of an entry whose own half of the check is done; gives the entry
    /// back.
    pub fn examine_prepared<F: Facts, T: HashReader>(
        &mut self,
        prepared: Prepared,
        index: u64,
        facts: &F,
        objects: &impl Objects,
        tree: &T,
    ) -> Result<Examined, ReplayError<F::Error, T::Error>> {
        let (entry, checked) = self.check(prepared, index, facts, objects, tree)?;
        let Checked {
            mut findings,
            quotes,
            absent,
            withheld,
        } = checked;
        for Absent { field, object, .. } in withheld {
            let message = format!("the {field} object {object} is withheld");
            let finding = Finding::new(Code::WithheldUnexpected, message);
            findings.push(finding.of_entry(index, entry.id()).of_object(object));
        }
        for absent in absent {
            // What was erased before is refused for that.
            let known = facts.object(&absent.object).map_err(ReplayError::Facts)?;
            if known.is_none_or(|known| known.erased.is_none()) {
                findings.push(absent.finding(None).of_entry(index, entry.id()));
            }
        }
        findings.extend(
            quotes
                .into_iter()
                .filter_map(|task| task.run(objects, &self.texts)),
        );
        Ok(Examined { entry, findings })
    }

    /// Says what is wrong with a prepared entry as the entry at `index`, and gives the entry back.
    ///
    /// `facts` are those that the entries before `index` left; `tree` holds at least their hashes.
    pub fn check<F: Facts, T: HashReader>(
        &mut self,
        prepared: Prepared,
        index: u64,
        facts: &F,
        objects: &impl Objects,
        tree: &T,
    ) -> Result<(Entry, Checked), ReplayError<F::Error, T::Error>> {
        let Prepared {
            entry,
            signed,
            content,
            findings,
            absent,
            withheld,
        } = prepared;
        let ledger = facts.ledger().map_err(ReplayError::Facts)?;
        let policy = ledger
            .as_ref()
            .and_then(|ledger| self.policy(&ledger.policy, objects));
        let public = entry.header().by.public();
        let signer = facts.signer(public).map_err(ReplayError::Facts)?;
        let holder = signer
            .as_ref()
            .map_or(public, |signer| &signer.holder)
            .clone();
        let mut placed = Placed {
            entry: &entry,
            index,
            facts,
            taints: std::mem::take(&mut self.taints),
            ledger,
            policy,
            signer,
            holder,
            has_gaps: self.has_gaps,
            findings: findings
                .into_iter()
                .map(|finding| finding.of_entry(index, entry.id()))
                .collect(),
            quotes: Vec::new(),
        };
        self.check_after(&mut placed, tree)
            .map_err(ReplayError::Tree)?;
        if let Body::Log(log) = entry.body() {
            placed
                .check_takeover(log, tree)
                .map_err(ReplayError::Tree)?;
        }
        placed.check(signed, &content).map_err(ReplayError::Facts)?;
        let Placed {
            findings,
            quotes,
            taints,
            ..
        } = placed;
        self.taints = taints;
        let checked = Checked {
            findings,
            quotes,
            absent,
            withheld,
        };
        Ok((entry, checked))
    }

    /// Checks that the tree had the root that the entry says it comes after.
    fn check_after<F: Facts, T: HashReader>(
        &mut self,
        placed: &mut Placed<'_, F>,
        tree: &T,
    ) -> Result<(), T::Error> {
        let Some(after) = placed.entry.header().after else {
            return Ok(());
        };
        if after.size > placed.index {
            let message = format!(
                "it says that it comes after {} entries, but {} stand before it",
                after.size, placed.index
            );
            placed.find(Code::AfterSize, message);
            return Ok(());
        }
        if self.has_gaps {
            return Ok(());
        }
        // Entries of one round come after the same head.
        let head = match self.head {
            Some(head) if head.size == after.size => head,
            _ => TreeHead {
                size: after.size,
                root: merkle::root(after.size, tree)?,
            },
        };
        self.head = Some(head);
        if head.root != after.root {
            let message = format!(
                "at size {} the tree's root is {}, but it says {}",
                after.size, head.root, after.root
            );
            placed.find(Code::AfterRoot, message);
        }
        Ok(())
    }

    /// Returns the policy if it can be read. Why it can't is a finding where it was introduced.
    fn policy(&mut self, id: &ObjectId, objects: &impl Objects) -> Option<Arc<Policy>> {
        if let Some((known, policy)) = &self.policy
            && known == id
        {
            return policy.clone();
        }
        let policy = match objects.object(id) {
            ObjectState::Present(bytes) if ObjectId::of(&bytes) == *id => {
                object::parse::<Policy>(&bytes).ok().map(Arc::new)
            }
            _ => None,
        };
        self.policy = Some((*id, policy.clone()));
        policy
    }
}

/// One entry where it stands: what is known before it, and what was found.
struct Placed<'a, F> {
    entry: &'a Entry,
    index: u64,
    facts: &'a F,
    taints: Taints,
    ledger: Option<Arc<LedgerFacts>>,
    policy: Option<Arc<Policy>>,
    /// The author's key, where it is enrolled.
    signer: Option<Arc<SignerFacts>>,
    /// Whose chain the entry is in.
    holder: PublicKey,
    /// Whether entries may be missing before it.
    has_gaps: bool,
    findings: Vec<Finding>,
    quotes: Vec<QuoteTask>,
}

impl<F: Facts> Placed<'_, F> {
    fn find(&mut self, code: Code, message: impl Into<String>) {
        let finding = Finding::new(code, message).of_entry(self.index, self.entry.id());
        self.findings.push(finding);
    }

    /// Says whether slices have to stand for a source's text where it is not there: in a bundle
    /// (section 14) those of a public text too, which may be left out there, and in a published form
    /// (section 13) may not.
    fn are_slices_due(&self, rights: Rights) -> bool {
        match rights {
            Rights::Quoted => true,
            Rights::Public => self.has_gaps,
            Rights::Withheld => false,
        }
    }

    fn find_object(&mut self, code: Code, object: ObjectId, message: impl Into<String>) {
        let finding = Finding::new(code, message).of_entry(self.index, self.entry.id());
        self.findings.push(finding.of_object(object));
    }

    fn check(
        &mut self,
        signed: Option<Result<Vec<VerifierKey>, crate::entry::SignatureError>>,
        content: &Content,
    ) -> Result<(), F::Error> {
        self.check_ledger();
        let signers = self.check_signatures(signed);
        self.check_chain()?;
        self.check_erased()?;
        match self.entry.body() {
            Body::Genesis(genesis) if self.index == 0 => self.check_genesis(genesis)?,
            Body::Genesis(_) => {}
            Body::Policy(_) => self.check_threshold(signers.as_deref()),
            Body::Roots(roots) => self.check_roots(roots, signers.as_deref())?,
            Body::Log(log) => {
                self.check_threshold(signers.as_deref());
                self.check_log_name(log);
                self.check_enrolment(&log.key)?;
            }
            Body::Key(key) => self.check_key(key, signers.as_deref())?,
            Body::Source(source) => {
                self.check_role(Role::Reviewer);
                self.check_source(source)?;
            }
            Body::Claim(claim) => {
                self.check_role(Role::Reviewer);
                self.check_claim(claim, content)?;
            }
            Body::Verdict(verdict) => {
                self.check_role(Role::Reviewer);
                self.check_verdict(verdict, content)?;
            }
            Body::Retraction(retraction) => {
                self.check_retraction(retraction, signers.as_deref())?;
            }
            Body::Approval(approval) => {
                self.check_role(Role::Approver);
                self.check_approval(approval)?;
            }
            Body::Reaffirmation(reaffirmation) => {
                self.check_threshold(signers.as_deref());
                self.check_reaffirmation(reaffirmation)?;
            }
            Body::Erasure(erasure) => {
                self.check_threshold(signers.as_deref());
                self.check_erasure(erasure)?;
            }
            Body::Publication(publication) => {
                self.check_role(Role::Publisher);
                self.check_publication(publication);
            }
        }
        Ok(())
    }

    /// Checks that the entry is of this ledger, and genesis where it begins.
    fn check_ledger(&mut self) {
        let is_genesis = matches!(self.entry.body(), Body::Genesis(_));
        if self.index == 0 && !is_genesis {
            let kind = self.entry.kind();
            self.find(
                Code::GenesisMissing,
                format!("the log starts with a {kind} entry"),
            );
        } else if self.index > 0 && is_genesis {
            let index = self.index;
            self.find(
                Code::GenesisAgain,
                format!("a genesis entry stands at index {index}"),
            );
        } else if let Some(stated) = self.entry.header().ledger {
            match &self.ledger {
                Some(ledger) if ledger.id == stated => {}
                Some(ledger) => {
                    let message = format!("it is of ledger {stated}, not of {}", ledger.id);
                    self.find(Code::LedgerOther, message);
                }
                None => self.find(
                    Code::LedgerOther,
                    format!("it is of ledger {stated}, but this one has no good genesis"),
                ),
            }
        }
    }

    /// Checks that no object of the entry was erased before.
    fn check_erased(&mut self) -> Result<(), F::Error> {
        for object in self.entry.objects() {
            let known = self.facts.object(&object)?;
            if let Some(erased) = known.and_then(|known| known.erased) {
                let by = erased.by;
                let message = format!("it introduces object {object}, which entry {by} erased");
                self.find_object(Code::ObjectErasedBefore, object, message);
            }
        }
        Ok(())
    }
}
