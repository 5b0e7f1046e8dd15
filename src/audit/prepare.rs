//! The first half of a check: everything about an entry that needs no other entry.
//!
//! Its signatures (unless roots may have signed, for those in force must be known), its objects'
//! presence, hashes, types and fields, a claim's quote and ranges in the text that its object names.
//! This half is most of an audit's work and runs on all cores at once.

use super::facts::{ErasedFacts, ObjectFacts, TextFacts};
use super::finding::{Code, Finding, causes};
use super::objects::{Measured, NoText, ObjectState, Objects, Text, Texts};
use super::slices::{NotInSlices, SlicedText, spans_of_claim, spans_of_quote};
use crate::entry::{Body, Entry, SignatureError, SourceEntry};
use crate::trust::key::VerifierKey;
use crate::words::claim::Claim;
use crate::words::id::{ObjectId, Sha256Hash, SourceId};
use crate::words::manifest::Manifest;
use crate::words::note::Note;
use crate::words::object::{self, Object};
use crate::words::policy::Policy;
use crate::words::source::{Kept, Meta};
use crate::words::span::{Quote, QuoteError, Span};
use crate::words::verdict::Verdict;

/// As many entries are well prepared together: more would hardly be quicker, and the last threads wait
/// for the last group.
pub const GROUP: usize = 64;

/// An entry whose own half of the check is done.
pub struct Prepared {
    pub(super) entry: Entry,
    /// Who signed; `None` where the roots must be known first.
    pub(super) signed: Option<Result<Vec<VerifierKey>, SignatureError>>,
    pub(super) content: Content,
    pub(super) findings: Vec<Finding>,
    /// Objects that are not there. Whether they were erased is known once the log is through.
    pub(super) absent: Vec<Absent>,
    /// Objects that are withheld. Whether they may be, the log says.
    pub(super) withheld: Vec<Absent>,
}

/// An object that an entry speaks of and that is not there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Absent {
    pub(super) field: &'static str,
    pub(super) object: ObjectId,
    /// Whether a copy that the ledger was restored from is said to have withheld it.
    pub(super) is_unrestored: bool,
}

impl Absent {
    /// Makes the finding: that it was erased, or that it is missing.
    pub(super) fn finding(self, known: Option<ObjectFacts>) -> Finding {
        let Self { field, object, .. } = self;
        let finding = match known.and_then(|known| known.erased) {
            Some(ErasedFacts { by, basis }) => Finding::new(
                Code::ObjectErased,
                format!("the {field} object {object} was erased by entry {by}, basis {basis}"),
            ),
            None => Finding::new(
                Code::ObjectMissing,
                format!("the {field} object {object} is missing, and was not erased"),
            ),
        };
        finding.of_object(object)
    }
}

/// What the second half needs of an entry's objects; absent where an object is not there or not good.
pub(super) enum Content {
    None,
    Claim(ClaimContent),
    Verdict(VerdictContent),
}

/// What the second half needs of a claim.
pub(super) struct ClaimContent {
    pub(super) text: ObjectId,
    /// The claim, where its text is withheld and slices must show its quote.
    pub(super) sliced: Option<Box<Claim>>,
}

/// What the second half needs of a verdict.
pub(super) struct VerdictContent {
    pub(super) has_reason: bool,
    pub(super) evidence: Vec<(SourceId, Option<Quote>)>,
}

impl Prepared {
    /// Returns the entry.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
}

/// Checks an entry by itself and with its objects.
pub fn prepare(entry: Entry, objects: &impl Objects, texts: &Texts) -> Prepared {
    let signed = entry.is_self_contained().then(|| entry.verify(&[]));
    prepare_signed(entry, signed, objects, texts)
}

/// As [`prepare`], of many entries, which is quicker than one after another.
pub fn prepare_all(entries: Vec<Entry>, objects: &impl Objects, texts: &Texts) -> Vec<Prepared> {
    let alone: Vec<&Entry> = entries.iter().filter(|e| e.is_self_contained()).collect();
    let mut verified = Entry::verify_all(&alone).into_iter();
    entries
        .into_iter()
        .map(|entry| {
            let signed = entry.is_self_contained().then(|| verified.next());
            prepare_signed(entry, signed.flatten(), objects, texts)
        })
        .collect()
}

/// Checks an entry whose signatures were verified, unless the roots must be known for it.
fn prepare_signed(
    entry: Entry,
    signed: Option<Result<Vec<VerifierKey>, SignatureError>>,
    objects: &impl Objects,
    texts: &Texts,
) -> Prepared {
    let mut prepared = Prepared {
        entry,
        signed,
        content: Content::None,
        findings: Vec::new(),
        absent: Vec::new(),
        withheld: Vec::new(),
    };
    let body = prepared.entry.body().clone();
    let mut looking = Looking {
        objects,
        texts,
        prepared: &mut prepared,
    };
    match body {
        Body::Genesis(genesis) => looking.only::<Policy>("policy", &genesis.policy),
        Body::Policy(policy) => looking.only::<Policy>("policy", &policy.policy),
        Body::Source(source) => looking.source(&source),
        Body::Claim(claim) => {
            let hull = Span::new(
                usize::try_from(claim.start).unwrap_or(usize::MAX),
                usize::try_from(claim.end).unwrap_or(usize::MAX),
            );
            looking.claim(&claim.claim, hull.ok());
        }
        Body::Verdict(verdict) => looking.verdict(&verdict.verdict),
        Body::Approval(approval) => {
            if let Some(note) = approval.note {
                looking.only::<Note>("note", &note);
            }
        }
        Body::Retraction(retraction) => looking.only::<Note>("note", &retraction.note),
        Body::Reaffirmation(reaffirmation) => looking.only::<Note>("note", &reaffirmation.note),
        Body::Publication(publication) => {
            looking.only::<Manifest>("manifest", &publication.manifest);
        }
        Body::Roots(_) | Body::Log(_) | Body::Key(_) | Body::Erasure(_) => {}
    }
    prepared
}

/// Looks at one entry's objects.
struct Looking<'a, O> {
    objects: &'a O,
    texts: &'a Texts,
    prepared: &'a mut Prepared,
}

impl<O: Objects> Looking<'_, O> {
    fn find(&mut self, code: Code, object: &ObjectId, message: String) {
        self.prepared
            .findings
            .push(Finding::new(code, message).of_object(*object));
    }

    /// Returns an object's bytes if they are those of its id.
    fn bytes(&mut self, field: &'static str, id: &ObjectId) -> Option<Vec<u8>> {
        let state = self.objects.object(id);
        let absent = Absent {
            field,
            object: *id,
            is_unrestored: state == ObjectState::Unrestored,
        };
        match state {
            ObjectState::Present(bytes) => {
                let found = ObjectId::of(&bytes);
                if found == *id {
                    return Some(bytes);
                }
                self.find(
                    Code::ObjectHash,
                    id,
                    format!("the {field} object {id} has the bytes of {found}"),
                );
            }
            ObjectState::Erased | ObjectState::Missing | ObjectState::Unrestored => {
                self.prepared.absent.push(absent);
            }
            ObjectState::Withheld => self.prepared.withheld.push(absent),
            ObjectState::Unreadable(reason) => {
                self.find(
                    Code::ObjectUnreadable,
                    id,
                    format!("the {field} object {id} could not be read: {reason}"),
                );
            }
        }
        None
    }

    /// Returns a JSON object if it is there and good.
    fn json<T: Object>(&mut self, field: &'static str, id: &ObjectId) -> Option<T> {
        let bytes = self.bytes(field, id)?;
        match object::parse(&bytes) {
            Ok(value) => Some(value),
            Err(error) => {
                let reason = causes(&error);
                self.find(
                    Code::ObjectForm,
                    id,
                    format!("the {field} object {id} is not a {}: {reason}", T::TYPE),
                );
                None
            }
        }
    }

    fn only<T: Object>(&mut self, field: &'static str, id: &ObjectId) {
        self.json::<T>(field, id);
    }

    fn source(&mut self, source: &SourceEntry) {
        self.only::<Meta>("meta", &source.meta);
        if let Some(raw) = &source.raw {
            self.kept("raw", raw);
        }
        let Some(kept) = &source.text else { return };
        let Some(bytes) = self.kept("text", kept) else {
            return;
        };
        let id = &kept.blake3;
        match String::from_utf8(bytes) {
            Ok(text) if text.is_empty() => {
                self.find(Code::TextForm, id, format!("the text {id} is empty"));
            }
            Ok(text) => {
                if let Some(at) = text.find('\0') {
                    let message = format!("the text {id} has a NUL at byte {at}");
                    self.find(Code::TextForm, id, message);
                    return;
                }
                self.texts.keep(*id, text);
                if let Some(measured) = self.texts.measured(id) {
                    let is_text = true;
                    self.texts.measure(
                        *id,
                        Measured {
                            is_text,
                            ..measured
                        },
                    );
                }
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                self.find(
                    Code::TextForm,
                    id,
                    format!("the text {id} is not UTF-8 at byte {at}"),
                );
            }
        }
    }

    /// Compares what was kept of a source with what its entry says; returns the bytes if there is more
    /// to look at in them.
    fn kept(&mut self, field: &'static str, kept: &Kept) -> Option<Vec<u8>> {
        let id = &kept.blake3;
        // However many sources keep the same bytes, they are hashed once.
        if let Some(measured) = self.texts.measured(id)
            && (measured.is_text || field != "text")
        {
            self.compare(field, kept, measured);
            return None;
        }
        let bytes = self.bytes(field, id)?;
        let measured = Measured {
            bytes: bytes.len() as u64,
            sha256: Sha256Hash::of(&bytes),
            is_text: false,
        };
        self.texts.measure(*id, measured);
        self.compare(field, kept, measured);
        Some(bytes)
    }

    fn compare(&mut self, field: &'static str, kept: &Kept, found: Measured) {
        let id = &kept.blake3;
        if found.bytes != kept.bytes {
            let message = format!(
                "the {field} has {} bytes, but the entry says {}",
                found.bytes, kept.bytes
            );
            self.find(Code::KeptLength, id, message);
        }
        if found.sha256 != kept.sha256 {
            let message = format!(
                "the {field} has the SHA-256 {}, but the entry says {}",
                found.sha256, kept.sha256
            );
            self.find(Code::KeptSha256, id, message);
        }
    }

    fn claim(&mut self, id: &ObjectId, hull: Option<Span>) {
        let Some(claim) = self.json::<Claim>("claim", id) else {
            return;
        };
        let quoted = claim.quote.bytes;
        if hull != Some(quoted) {
            let (start, end) = (quoted.start(), quoted.end());
            let stated = hull.map_or_else(
                || "another range".to_owned(),
                |hull| format!("bytes {} to {}", hull.start(), hull.end()),
            );
            self.find(
                Code::ClaimHull,
                id,
                format!("the claim's quote is bytes {start} to {end}, but the entry says {stated}"),
            );
        }
        let text = claim.source;
        let mut sliced = None;
        if let Err(error) = claim.quote.check_lengths() {
            self.claim_quote(id, &claim, &error);
            self.prepared.content = Content::Claim(ClaimContent { text, sliced });
            return;
        }
        match self.texts.get(&text, self.objects) {
            Ok(text) => self.claim_in_text(id, &claim, &text),
            // How long the text is, its source entry must say.
            Err(NoText::Withheld) => sliced = Some(Box::new(claim)),
            Err(why) => self.find(
                Code::QuoteUnchecked,
                id,
                format!("the claim's quote can't be checked: {why}"),
            ),
        }
        self.prepared.content = Content::Claim(ClaimContent { text, sliced });
    }

    fn claim_in_text(&mut self, id: &ObjectId, claim: &Claim, text: &Text) {
        if let Err(error) = text.check(&claim.quote) {
            self.claim_quote(id, claim, &error);
        }
        // One is enough to tell: an object has room for a hundred thousand.
        let bad = ranges(claim).find_map(|(field, span)| {
            let error = span.of(text.as_str()).err()?;
            Some(format!("the claim's {field}: {error}"))
        });
        if let Some(message) = bad {
            self.find(Code::ClaimRange, id, message);
        }
    }

    fn claim_quote(&mut self, id: &ObjectId, claim: &Claim, error: &QuoteError) {
        let (text, reason) = (claim.source, causes(error));
        let message = format!("the claim's quote is not in the text {text}: {reason}");
        self.find(Code::ClaimQuote, id, message);
    }

    fn verdict(&mut self, id: &ObjectId) {
        let Some(verdict) = self.json::<Verdict>("verdict", id) else {
            return;
        };
        self.prepared.content = Content::Verdict(VerdictContent {
            has_reason: verdict.reason.is_some(),
            evidence: verdict
                .evidence
                .into_iter()
                .map(|evidence| (evidence.source, evidence.quote))
                .collect(),
        });
    }
}

/// A quote of a piece of evidence, to be looked for in its source's text, or of a claim in slices.
///
/// Finding out which text that is takes the entries before; looking takes none of them, so an audit
/// does it on all cores.
pub struct QuoteTask {
    pub(super) finding: Finding,
    pub(super) text: TextFacts,
    /// Whether slices have to be there where the text is not.
    pub(super) slices_due: bool,
    pub(super) quoted: Quoted,
}

/// What is looked for.
pub(super) enum Quoted {
    /// The quote of a piece of evidence.
    Evidence(Box<Quote>),
    /// A claim on a text that is withheld.
    Claim(Box<Claim>),
}

impl QuoteTask {
    /// Looks for the quote.
    pub fn run(self, objects: &impl Objects, texts: &Texts) -> Option<Finding> {
        let (code, reason) = match &self.quoted {
            Quoted::Evidence(quote) => self.evidence(quote, objects, texts).err()?,
            Quoted::Claim(claim) => self.claim_in_slices(claim, objects).err()?,
        };
        let code = match code {
            Code::SliceMissing if !self.slices_due => Code::QuoteUnchecked,
            code => code,
        };
        let message = format!("{}: {reason}", self.finding.message);
        let Finding {
            entry, id, object, ..
        } = self.finding;
        Some(Finding {
            entry,
            id,
            object,
            ..Finding::new(code, message)
        })
    }

    fn evidence(
        &self,
        quote: &Quote,
        objects: &impl Objects,
        texts: &Texts,
    ) -> Result<(), (Code, String)> {
        let differs = |error: QuoteError| (Code::EvidenceQuote, causes(&error));
        quote.check_lengths().map_err(differs)?;
        match texts.get(&self.text.id, objects) {
            Ok(text) => text.check(quote).map_err(differs),
            Err(NoText::Withheld) => {
                let found = spans_of_quote(quote).map_or_else(Vec::new, |span| vec![span]);
                let found = SlicedText::take(&found, &self.text.id, self.text.bytes, objects);
                let found = found.and_then(|text| text.check_quote(quote));
                found.map_err(|NotInSlices { code, reason }| {
                    (code.unwrap_or(Code::EvidenceQuote), reason)
                })
            }
            Err(why) => Err((Code::QuoteUnchecked, why.to_string())),
        }
    }

    fn claim_in_slices(&self, claim: &Claim, objects: &impl Objects) -> Result<(), (Code, String)> {
        let TextFacts { id, bytes } = self.text;
        let spans = spans_of_claim(claim).unwrap_or_default();
        let refused = |NotInSlices { code, reason }| (code.unwrap_or(Code::ClaimQuote), reason);
        let text = SlicedText::take(&spans, &id, bytes, objects).map_err(refused)?;
        text.check_quote(&claim.quote).map_err(refused)?;
        for (field, span) in ranges(claim) {
            if !text.admits(span) {
                let (start, end) = (span.start(), span.end());
                let reason =
                    format!("its {field}, bytes {start} to {end}, is no range of the text");
                return Err((Code::ClaimRange, reason));
            }
        }
        Ok(())
    }
}

/// Returns a claim's ranges beside its quote, each with the field that has it.
fn ranges(claim: &Claim) -> impl Iterator<Item = (&'static str, Span)> {
    let parts = claim.parts.iter().map(|span| ("parts", *span));
    let statement = claim.statement.iter().map(|span| ("statement", *span));
    let cue = claim.cue.map(|span| ("cue", span));
    let claimant = claim.claimant.as_ref().and_then(|claimant| claimant.span);
    let claimant = claimant.map(|span| ("claimant.span", span));
    parts.chain(statement).chain(cue).chain(claimant)
}
