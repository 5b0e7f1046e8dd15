//! Findings: what is wrong, incomplete or worth knowing, each with a stable code.
//!
//! A code never changes its meaning; programs read codes, people read messages. [`Code::ALL`] is the
//! one table of them.

use serde::{Serialize, Serializer};

use crate::words::id::{EntryId, ObjectId};

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is wrong.
    Fault,
    /// Something could not be checked, or is not complete.
    Incomplete,
    /// Nothing is wrong, but it should be known.
    Note,
}

/// What was looked at: the lines of a report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// The entries' form, and which ledger they are of.
    Entries,
    /// Signatures.
    Signatures,
    /// Who was entitled.
    Entitlement,
    /// Each signer's chain, and its times.
    Chains,
    /// The tree: `after` of each entry, and the head.
    Tree,
    /// Checkpoints kept.
    Checkpoints,
    /// Objects: there, unchanged, of their type.
    Objects,
    /// Sources.
    Sources,
    /// Claims and their quotes.
    Claims,
    /// Verdicts: policy, rating, evidence.
    Verdicts,
    /// What entries refer to, supersede or retract.
    References,
    /// The files of a publication.
    Files,
}

impl Topic {
    /// All topics, in the order of a report.
    pub const ALL: [Self; 12] = [
        Self::Entries,
        Self::Signatures,
        Self::Entitlement,
        Self::Chains,
        Self::Tree,
        Self::Checkpoints,
        Self::Objects,
        Self::Sources,
        Self::Claims,
        Self::Verdicts,
        Self::References,
        Self::Files,
    ];

    /// Returns its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Signatures => "signatures",
            Self::Entitlement => "entitlement",
            Self::Chains => "chains",
            Self::Tree => "tree",
            Self::Checkpoints => "checkpoints",
            Self::Objects => "objects",
            Self::Sources => "sources",
            Self::Claims => "claims",
            Self::Verdicts => "verdicts",
            Self::References => "references",
            Self::Files => "files",
        }
    }
}

/// Which faults of earlier entries can alone be the reason for a finding.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Echo {
    /// None: it stands for itself.
    Never,
    /// An entry whose bytes are others than those that were signed.
    Damage,
    /// An entry that is void.
    Void,
    /// Any fault.
    Fault,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident $code:literal $topic:ident $severity:ident $voids:literal $echoes:ident,)*) => {
        /// What a finding is about. Its name in kebab-case is stable.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Code {
            /// All codes: the table that documentation and schemas are made from.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Says in a sentence what it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)* }
            }

            /// Returns the topic under which a report counts it.
            pub const fn topic(self) -> Topic {
                match self { $(Self::$name => Topic::$topic,)* }
            }

            /// Returns how bad it is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// Says whether an entry with such a finding has no effect on what comes after it.
            pub const fn voids(self) -> bool {
                match self { $(Self::$name => $voids,)* }
            }

            /// Says which faults in earlier entries can alone be the reason for such a finding.
            pub const fn echoes(self) -> Echo {
                match self { $(Self::$name => Echo::$echoes,)* }
            }
        }
    };
}

codes! {
    /// The bytes at this index are not an entry.
    EntryDamaged "entry-damaged" Entries Fault true Never,
    /// The bytes at this index could not be read.
    EntryUnreadable "entry-unreadable" Entries Fault true Never,
    /// The bytes are not a proof bundle, or not another proof that can be checked.
    BundleForm "bundle-form" Entries Fault false Never,
    /// The log does not start with a genesis entry.
    GenesisMissing "genesis-missing" Entries Fault true Never,
    /// A genesis entry stands where the ledger has begun already.
    GenesisAgain "genesis-again" Entries Fault true Never,
    /// The ledger is another than the one that was asked for.
    GenesisOther "genesis-other" Entries Fault false Never,
    /// The entry belongs to another ledger.
    LedgerOther "ledger-other" Entries Fault true Void,

    /// A signature does not verify, or does not stand in its place.
    SignatureInvalid "signature-invalid" Signatures Fault true Never,
    /// A signature that the entry needs is not there.
    SignatureMissing "signature-missing" Signatures Fault true Never,
    /// A signature by a key that the entry does not call for.
    SignatureNotCalledFor "signature-not-called-for" Signatures Fault true Void,

    /// The author's key is not enrolled.
    KeyUnknown "key-unknown" Entitlement Fault true Void,
    /// The author's key is enrolled under another name.
    KeyOtherName "key-other-name" Entitlement Fault true Never,
    /// The author's key serves another function.
    KeyNotEntitled "key-not-entitled" Entitlement Fault true Never,
    /// The author's key was revoked or rotated before.
    KeyEnded "key-ended" Entitlement Fault true Never,
    /// Fewer roots signed than the threshold.
    ThresholdNotMet "threshold-not-met" Entitlement Fault true Never,
    /// The key is enrolled already, and serves one function for all time.
    KeyEnrolledBefore "key-enrolled-before" Entitlement Fault true Never,
    /// Another key is enrolled under the same name and key id.
    KeyIdTaken "key-id-taken" Entitlement Fault true Never,
    /// The key that is rotated or revoked is not enrolled under this name.
    KeyTargetUnknown "key-target-unknown" Entitlement Fault true Void,
    /// The key that is rotated or revoked serves a function that the entry can't change.
    KeyTargetFunction "key-target-function" Entitlement Fault true Never,
    /// The key that is rotated was revoked or rotated before.
    KeyTargetEnded "key-target-ended" Entitlement Fault true Never,
    /// Fewer roots would be left than the threshold.
    RootsTooFew "roots-too-few" Entitlement Fault true Void,
    /// The entry taints from an index past its own.
    FromSize "from-size" Entitlement Fault true Never,
    /// The new log key's name is not the ledger's origin.
    LogName "log-name" Entitlement Fault true Never,
    /// The new log key takes over at a size past the entry's index, or below that of an earlier one.
    LogSize "log-size" Entitlement Fault true Never,
    /// The tree had another root at the size at which the new log key takes over.
    LogRoot "log-root" Entitlement Fault true Damage,
    /// Entries are tainted by a key that was revoked, and not reaffirmed.
    EntriesTainted "entries-tainted" Entitlement Note false Never,
    /// The entry is carried by too few roots whose keys are not tainted.
    CarriedTainted "carried-tainted" Entitlement Note false Never,

    /// The author has used this number of the chain before.
    ChainFork "chain-fork" Chains Fault true Never,
    /// The author's chain skips numbers.
    ChainGap "chain-gap" Chains Fault false Damage,
    /// The entry names another than the author's previous entry.
    ChainPrevious "chain-previous" Chains Fault false Damage,
    /// The entry is dated before the author's previous entry.
    AtEarlier "at-earlier" Chains Fault false Never,

    /// The entry says that it comes after more entries than stand before it.
    AfterSize "after-size" Tree Fault false Never,
    /// The tree had another root at the size that the entry says it comes after.
    AfterRoot "after-root" Tree Fault false Damage,
    /// There is no head.
    HeadMissing "head-missing" Tree Fault false Never,
    /// The head is of another size than the log.
    HeadSize "head-size" Tree Fault false Never,
    /// The head has another root than the log.
    HeadRoot "head-root" Tree Fault false Damage,

    /// A proof does not show that the entry, or an earlier log, is in the checkpoint's tree.
    ProofInvalid "proof-invalid" Tree Fault false Never,

    /// A tile or bundle that the checkpoint calls for is not there.
    TileMissing "tile-missing" Tree Fault false Never,
    /// A tile has other hashes than the entries give, or a bundle is none.
    TileDamaged "tile-damaged" Tree Fault false Damage,
    /// A file stands where tiles do and is none of this log.
    TileUnexpected "tile-unexpected" Tree Fault false Never,
    /// The bytes are not a checkpoint that the log's key signed.
    CheckpointDamaged "checkpoint-damaged" Checkpoints Fault false Never,
    /// Nothing says that the log's key may be trusted, or it is another than the trusted one.
    LogUntrusted "log-untrusted" Checkpoints Fault false Never,
    /// Fewer witnesses cosigned the checkpoint than the trust policy asks for.
    QuorumNotMet "quorum-not-met" Checkpoints Incomplete false Never,
    /// A checkpoint can't be verified, for the log's key is not known.
    CheckpointUnchecked "checkpoint-unchecked" Checkpoints Incomplete false Fault,
    /// The checkpoint is of another ledger.
    CheckpointOrigin "checkpoint-origin" Checkpoints Fault false Never,
    /// The checkpoint is of a larger log: entries are gone.
    CheckpointSize "checkpoint-size" Checkpoints Fault false Never,
    /// The tree had another root at the checkpoint's size.
    CheckpointRoot "checkpoint-root" Checkpoints Fault false Damage,

    /// An object is not there, and no erasure says why.
    ObjectMissing "object-missing" Objects Fault false Never,
    /// An object could not be read.
    ObjectUnreadable "object-unreadable" Objects Fault false Never,
    /// An object's bytes are not those that its id is the hash of.
    ObjectHash "object-hash" Objects Fault false Never,
    /// An object's bytes are not an object of the type that the entry calls for.
    ObjectForm "object-form" Objects Fault false Never,
    /// An object was erased by a signed entry.
    ObjectErased "object-erased" Objects Incomplete false Never,
    /// An object is not published.
    ObjectWithheld "object-withheld" Objects Note false Never,
    /// The copy that the ledger was restored from withheld an object.
    ObjectUnrestored "object-unrestored" Objects Incomplete false Never,
    /// Files were being written when the copy was read: no entry speaks of this yet.
    PublishingUnfinished "publishing-unfinished" Objects Note false Never,
    /// There is no good list of the objects that are withheld.
    WithheldForm "withheld-form" Objects Fault false Never,
    /// An object is said to be withheld, and is there.
    WithheldPresent "withheld-present" Objects Fault false Never,
    /// An object is said to be withheld that no entry speaks of, or that was erased.
    WithheldUnreferenced "withheld-unreferenced" Objects Fault false Damage,
    /// An object is withheld that its source's rights let be published.
    WithheldUnexpected "withheld-unexpected" Objects Incomplete false Never,
    /// The entry speaks of an object that was erased before.
    ObjectErasedBefore "object-erased-before" Objects Fault false Never,
    /// An erased object's bytes are there.
    ObjectErasedPresent "object-erased-present" Objects Fault false Never,
    /// Bytes of the journal are not as they were written.
    JournalDamaged "journal-damaged" Objects Fault false Never,
    /// The database has other bytes than the journal.
    DatabaseOther "database-other" Objects Fault false Never,
    /// No entry speaks of this object.
    ObjectUnreferenced "object-unreferenced" Objects Fault false Damage,

    /// The bytes kept of a source have another length.
    KeptLength "kept-length" Sources Fault false Never,
    /// The bytes kept of a source have another SHA-256 hash.
    KeptSha256 "kept-sha256" Sources Fault false Never,
    /// The text kept of a source is no text.
    TextForm "text-form" Sources Fault false Never,

    /// The text is not what the raw bytes give.
    TextOther "text-other" Sources Fault false Never,
    /// The entry refers to one that does not stand before it.
    ReferenceUnknown "reference-unknown" References Fault true Void,
    /// An entry or object that the proof bundle must have is not in it.
    BundleIncomplete "bundle-incomplete" References Fault true Void,
    /// The entry refers to one of another kind.
    ReferenceKind "reference-kind" References Fault true Never,
    /// The source has no text that a quote could stand in.
    QuoteWithoutText "quote-without-text" Claims Fault false Never,
    /// The claim's object points into another text than the source's.
    ClaimOtherText "claim-other-text" Claims Fault false Never,
    /// The claim's quote is not what stands in the text.
    ClaimQuote "claim-quote" Claims Fault false Never,
    /// The entry's start and end are not those of the claim's quote.
    ClaimHull "claim-hull" Claims Fault false Never,
    /// A range of the claim does not lie in the text, on borders of characters.
    ClaimRange "claim-range" Claims Fault false Never,
    /// A slice does not show what stands in the text.
    SliceInvalid "slice-invalid" Claims Fault false Never,
    /// A slice is of a text of another length than the source entry signs.
    SliceLength "slice-length" Claims Fault false Never,
    /// A slice that a quote calls for is not there.
    SliceMissing "slice-missing" Claims Fault false Never,
    /// A quote can't be checked, for its text is not there.
    QuoteUnchecked "quote-unchecked" Claims Incomplete false Fault,

    /// The verdict names another policy than the one in force.
    VerdictPolicy "verdict-policy" Verdicts Fault true Void,
    /// The rating is not on the policy's scale.
    RatingUnknown "rating-unknown" Verdicts Fault true Never,
    /// The policy in force can't be read, so that the rating can't be checked.
    PolicyUnreadable "policy-unreadable" Verdicts Incomplete false Fault,
    /// The evidence is less than the policy asks for.
    EvidenceShort "evidence-short" Verdicts Fault false Never,
    /// The quote of a piece of evidence is not what stands in the text.
    EvidenceQuote "evidence-quote" Verdicts Fault false Never,
    /// The verdict is on wording that was superseded before.
    VerdictEarlierWording "verdict-earlier-wording" Verdicts Note false Never,
    /// The author has a verdict on this claim that must be superseded.
    SupersedesMissing "supersedes-missing" References Fault true Never,
    /// What is superseded or retracted was superseded or retracted before.
    SupersedesEnded "supersedes-ended" References Fault true Never,
    /// What is superseded or retracted is another author's.
    SupersedesOtherAuthor "supersedes-other-author" References Fault true Never,
    /// The superseded verdict is on another claim, not on this one or a predecessor of it.
    SupersedesOtherClaim "supersedes-other-claim" References Fault true Never,
    /// The superseded verdict is not its author's latest on the claim.
    SupersedesNotLatest "supersedes-not-latest" References Fault true Void,
    /// A verdict is approved or disputed by its own author.
    ApprovalOwn "approval-own" References Fault true Never,
    /// A verdict is approved or disputed that was superseded or retracted before.
    ApprovalEnded "approval-ended" References Fault true Never,
    /// An entry is reaffirmed that is not tainted.
    ReaffirmedUntainted "reaffirmed-untainted" References Fault true Void,
    /// No entry before speaks of the object that is erased.
    ErasureUnknown "erasure-unknown" References Fault true Void,
    /// A policy can't be erased.
    ErasurePolicy "erasure-policy" References Fault true Never,
    /// What was published is said to be made from more entries than stand before.
    PublicationSize "publication-size" References Fault true Never,
    /// A verdict that supersedes another gives no reason.
    ReasonMissing "reason-missing" References Fault false Never,
    /// The change is said to be of the rating and is not, or the other way round.
    ChangeRating "change-rating" References Fault false Never,

    /// A file of the publication is not there.
    FileMissing "file-missing" Files Fault false Never,
    /// A file has other bytes than those that its publisher signed.
    FileChanged "file-changed" Files Fault false Never,
    /// A file is there that its publisher did not sign.
    FileUnlisted "file-unlisted" Files Fault false Never,
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that an audit found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where it belongs in a report.
    pub topic: Topic,
    /// The index of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The entry's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<EntryId>,
    /// The object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// The file, or where in it the bytes lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Two checkpoints that the log's key signed and that contradict each other, as notes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<String>,
    /// What is wrong: starts in lower case, names the thing and both values.
    pub message: String,
    /// The index of an earlier faulty entry that may alone be the reason for this finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<u64>,
}

impl Finding {
    /// Makes a finding that is about nothing in particular yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            topic: code.topic(),
            entry: None,
            id: None,
            object: None,
            file: None,
            checkpoints: Vec::new(),
            message: message.into(),
            follows: None,
        }
    }

    /// Makes it about an entry.
    #[must_use]
    pub fn of_entry(self, index: u64, id: EntryId) -> Self {
        Self {
            entry: Some(index),
            id: Some(id),
            ..self
        }
    }

    /// Makes it about an object.
    #[must_use]
    pub fn of_object(self, object: ObjectId) -> Self {
        Self {
            object: Some(object),
            ..self
        }
    }

    /// Makes it about a file.
    #[must_use]
    pub fn of_file(self, file: impl Into<String>) -> Self {
        Self {
            file: Some(file.into()),
            ..self
        }
    }

    /// Says whether an entry with this finding is refused at append: what is wrong is, and what
    /// could not be checked.
    pub fn refuses(&self) -> bool {
        self.severity != Severity::Note
    }
}

impl std::fmt::Display for Finding {
    /// Writes one line: where, the message, and the code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(entry) = self.entry {
            write!(f, "entry {entry}: ")?;
        } else if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        } else if let Some(object) = &self.object {
            write!(f, "object {object}: ")?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        if let Some(follows) = self.follows {
            write!(f, " (may only follow from entry {follows})")?;
        }
        Ok(())
    }
}

/// Says whether nothing is wrong but that the log's key is not known to be the right one.
pub(super) fn is_only_untrusted(findings: &[Finding]) -> bool {
    let faults = findings.iter().filter(|f| f.severity == Severity::Fault);
    let mut codes = faults.map(|fault| fault.code).peekable();
    codes.peek().is_some() && codes.all(|code| code == Code::LogUntrusted)
}

/// Writes an error and its causes in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
