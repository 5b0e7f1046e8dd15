//! Facts: what is known of a ledger before its next entry.
//!
//! Replay is a fold: [`super::replay`] checks an entry against the facts that the entries before it
//! left, then records what it adds. Two things keep facts: [`super::memory::MemoryFacts`], for an
//! audit, and the database, through [`super::rows::RowFacts`]. The structs here are plain values;
//! references between entries are indexes in the log.
//!
//! A signer is a *holder*: when a key is rotated, the new key carries on the holder's chain and
//! remains the author of what the old key signed. Facts that belong to a person are kept by holder,
//! the first public key of that line.
//!
//! What is deliberately absent: texts, ratings' meanings, anything of an object's content.

use std::sync::Arc;

use crate::entry::{Basis, Decision, Kind, Role, RootSet};
use crate::trust::key::{KeyId, KeyName, PublicKey, VerifierKey};
use crate::words::id::{EntryId, ObjectId};
use crate::words::policy::RatingCode;
use crate::words::source::Rights;
use crate::words::time::Timestamp;

/// What is known of the ledger as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LedgerFacts {
    /// The genesis entry's id.
    pub id: EntryId,
    /// The ledger's name in checkpoints.
    pub origin: KeyName,
    /// The key that signs checkpoints.
    pub log: VerifierKey,
    /// The size up to which the key before it signs them; 0 for the first.
    pub log_since: u64,
    /// The roots in force, and their threshold.
    pub roots: RootSet,
    /// The policy in force.
    pub policy: ObjectId,
    /// The last entry that changed what is tainted, a revocation or reaffirmation; `None` where no
    /// signature is tainted.
    pub taint_changed: Option<u64>,
}

/// What a key may do, for all time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Function {
    /// It is one of the roots.
    Root,
    /// It signs checkpoints.
    Log,
    /// It signs entries in these roles.
    Roles(Vec<Role>),
}

/// An enrolled key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignerFacts {
    /// The key with its name.
    pub key: VerifierKey,
    /// What it may do.
    pub function: Function,
    /// The first key of the same holder, whose chain it carries on; itself, but after a rotation.
    pub holder: PublicKey,
    /// The index of the entry that enrolled it.
    pub since: u64,
    /// When it stopped being entitled.
    pub ended: Option<Ended>,
}

/// The end of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// The index of the entry that ended it.
    pub at: u64,
    /// Which of its signatures are tainted; `None` where it ended in good order.
    pub tainted: Option<Taint>,
}

/// The signatures of a key that are tainted: those at `from` ≤ index < `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taint {
    /// The first index.
    pub from: u64,
    /// The index of the last entry that revoked the key.
    pub until: u64,
}

impl SignerFacts {
    /// Says whether this key's signature on the entry at `index` is tainted.
    pub fn taints(&self, index: u64) -> bool {
        let tainted = self.ended.and_then(|ended| ended.tainted);
        tainted.is_some_and(|taint| (taint.from..taint.until).contains(&index))
    }

    /// Returns how it has ended once the entry at `at` ends it, and taints its signatures from `from` on.
    pub fn end(&self, at: u64, from: Option<u64>) -> Ended {
        let first = self.ended.map_or(at, |ended| ended.at);
        let before = self.ended.and_then(|ended| ended.tainted);
        // It signed nothing that counts after its end, so what a later entry taints joins what is tainted.
        let from = from.filter(|from| *from < at && *from <= first);
        let tainted = from.map(|from| Taint {
            from: before.map_or(from, |before| before.from.min(from)),
            until: at,
        });
        Ended {
            at: first,
            tainted: tainted.or(before),
        }
    }
}

/// The last entry of a holder's chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChainEnd {
    /// Its number in the chain.
    pub n: u64,
    /// Its id.
    pub id: EntryId,
    /// Its time.
    pub at: Timestamp,
    /// Its index.
    pub index: u64,
    /// All numbers below this one were used; [`Facts::used`] has those above it.
    pub whole: u64,
}

/// What later entries may need to know of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryFacts {
    /// Its id.
    pub id: EntryId,
    /// The author's public key.
    pub author: PublicKey,
    /// Its number in the author's chain.
    pub n: u64,
    /// The index of the holder's entry before it.
    pub previous: Option<u64>,
    /// The last entry that reaffirmed it; [`Facts::reaffirmed_before`] has those before.
    pub reaffirmed_by: Option<u64>,
    /// Whether it is void: it is there and can be referred to, and that is all.
    pub is_void: bool,
    /// The roots that signed it, if it is carried by roots and is not genesis.
    pub carried: Option<Arc<Carried>>,
    /// What its kind adds.
    pub detail: Detail,
}

/// The roots that carry an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carried {
    /// Those of its signers that were roots in force.
    pub signers: Vec<PublicKey>,
    /// How many had to sign.
    pub threshold: u32,
}

/// What later entries may need to know of an entry, by its kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Detail {
    /// A source.
    Source(SourceFacts),
    /// A claim.
    Claim(ClaimFacts),
    /// A verdict.
    Verdict(VerdictFacts),
    /// An approval or dispute.
    Approval(ApprovalFacts),
    /// An entry of another kind.
    Other(Kind),
}

impl Detail {
    /// Returns the entry's kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Source(_) => Kind::Source,
            Self::Claim(_) => Kind::Claim,
            Self::Verdict(_) => Kind::Verdict,
            Self::Approval(_) => Kind::Approval,
            Self::Other(kind) => *kind,
        }
    }
}

/// What later entries may need to know of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SourceFacts {
    /// Its text, where it has one.
    pub text: Option<TextFacts>,
    /// What of it may be published.
    pub rights: Rights,
}

/// A source's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextFacts {
    /// The object's id.
    pub id: ObjectId,
    /// Its length in bytes.
    pub bytes: u64,
}

/// What later entries may need to know of a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClaimFacts {
    /// The source that it stands in.
    pub source: u64,
    /// The first claim of the line in which each supersedes the one before; itself, if it
    /// supersedes none. A claim of the same line with a smaller index is a predecessor.
    pub line: u64,
    /// The claim that took its place.
    pub superseded_by: Option<u64>,
}

/// What later entries may need to know of a verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerdictFacts {
    /// The claim that it judges.
    pub claim: u64,
    /// Its rating.
    pub rating: RatingCode,
    /// The policy that was in force.
    pub policy: ObjectId,
    /// The verdict whose place it took.
    pub supersedes: Option<u64>,
    /// The verdict that took its place.
    pub superseded_by: Option<u64>,
    /// The entry that took it back.
    pub retracted_by: Option<u64>,
    /// The last entry that approves or disputes it.
    pub last_decision: Option<u64>,
}

impl VerdictFacts {
    /// Says whether it was superseded or retracted.
    pub const fn has_ended(&self) -> bool {
        self.superseded_by.is_some() || self.retracted_by.is_some()
    }
}

/// What is known of an approval or dispute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ApprovalFacts {
    /// What was decided.
    pub decision: Decision,
    /// The entry before it that approves or disputes the same verdict.
    pub previous: Option<u64>,
}

/// What is known of an object that entries speak of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ObjectFacts {
    /// The first entry that speaks of it.
    pub introduced_by: u64,
    /// Whether some entry names it as a policy, so that it can't be erased.
    pub is_policy: bool,
    /// The entry that erased it, and on what ground.
    pub erased: Option<ErasedFacts>,
}

/// How an object was erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErasedFacts {
    /// The entry's index.
    pub by: u64,
    /// On what ground.
    pub basis: Basis,
}

/// Reads and keeps facts.
///
/// Reading gives the value that was kept last; keeping replaces it. An error says that facts could
/// not be looked up, never that an entry is wrong.
pub trait Facts {
    /// Says why facts could not be read or kept.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Returns what is known of the ledger; `None` before genesis.
    fn ledger(&self) -> Result<Option<Arc<LedgerFacts>>, Self::Error>;
    /// Keeps what is known of the ledger.
    fn set_ledger(&mut self, ledger: LedgerFacts) -> Result<(), Self::Error>;

    /// Returns the enrolled key with these 32 bytes.
    fn signer(&self, public: &PublicKey) -> Result<Option<Arc<SignerFacts>>, Self::Error>;
    /// Keeps an enrolled key.
    fn set_signer(&mut self, signer: SignerFacts) -> Result<(), Self::Error>;

    /// Returns the public key that is enrolled under a name and key id.
    fn named(&self, name: &KeyName, id: KeyId) -> Result<Option<PublicKey>, Self::Error>;
    /// Keeps a public key under its name and key id.
    fn set_named(&mut self, key: &VerifierKey) -> Result<(), Self::Error>;

    /// Returns the last entry of a holder's chain.
    fn chain(&self, holder: &PublicKey) -> Result<Option<ChainEnd>, Self::Error>;
    /// Keeps the last entry of a holder's chain.
    fn set_chain(&mut self, holder: &PublicKey, end: ChainEnd) -> Result<(), Self::Error>;

    /// Returns the entry that used a number of a holder's chain with numbers below it that were not used.
    fn used(&self, holder: &PublicKey, n: u64) -> Result<Option<u64>, Self::Error>;
    /// Keeps the entry that used a number of a holder's chain with numbers below it that were not used.
    fn set_used(&mut self, holder: &PublicKey, n: u64, index: u64) -> Result<(), Self::Error>;

    /// Returns the index of an entry.
    fn index_of(&self, id: &EntryId) -> Result<Option<u64>, Self::Error>;
    /// Returns what is known of the entry at an index.
    fn entry(&self, index: u64) -> Result<Option<EntryFacts>, Self::Error>;
    /// Keeps what is known of the entry at an index, and the index under its id, unless an entry before
    /// it has the same one: a copy takes nothing from what it is a copy of.
    fn set_entry(&mut self, index: u64, entry: EntryFacts) -> Result<(), Self::Error>;

    /// Returns the last entry before `by` that reaffirmed the entry at an index, as `by` does.
    fn reaffirmed_before(&self, index: u64, by: u64) -> Result<Option<u64>, Self::Error>;
    /// Keeps the last entry before `by` that reaffirmed the entry at an index.
    fn set_reaffirmed_before(
        &mut self,
        index: u64,
        by: u64,
        before: u64,
    ) -> Result<(), Self::Error>;

    /// Returns a holder's latest verdict on a claim.
    fn latest_verdict(&self, claim: u64, holder: &PublicKey) -> Result<Option<u64>, Self::Error>;
    /// Keeps a holder's latest verdict on a claim.
    fn set_latest_verdict(
        &mut self,
        claim: u64,
        holder: &PublicKey,
        verdict: u64,
    ) -> Result<(), Self::Error>;

    /// Returns what is known of an object.
    fn object(&self, id: &ObjectId) -> Result<Option<ObjectFacts>, Self::Error>;
    /// Keeps what is known of an object.
    fn set_object(&mut self, id: &ObjectId, object: ObjectFacts) -> Result<(), Self::Error>;

    /// Returns the entry with an id, and its index.
    fn find(&self, id: &EntryId) -> Result<Option<(u64, EntryFacts)>, Self::Error> {
        let Some(index) = self.index_of(id)? else {
            return Ok(None);
        };
        Ok(self.entry(index)?.map(|entry| (index, entry)))
    }

    /// Returns the holder of a key: itself where it is not enrolled.
    fn holder(&self, public: &PublicKey) -> Result<PublicKey, Self::Error> {
        Ok(self
            .signer(public)?
            .map_or_else(|| public.clone(), |signer| signer.holder.clone()))
    }
}
