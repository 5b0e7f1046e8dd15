//! A ledger for proofs: entries of many kinds, made with fixed keys, times and salts.

use factlog::audit::bundle::{Bundle, Expected};
use factlog::entry::{
    Approval, Basis, Body, ClaimEntry, Decision, Erasure, KeyEntry, PolicyEntry, Reaffirmation,
    Retraction, RevocationReason, Role, SourceEntry, VerdictEntry,
};
use factlog::ledger::{self, Ledger, Pending, Reveal, Start};
use factlog::trust::key::SigningKey;
use factlog::words::claim::{Claim, ClaimChange, Manner};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object::{self, Object};
use factlog::words::policy::Policy;
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};
use factlog::words::time::Timestamp;
use factlog::words::verdict::{Evidence, Stance, Verdict, VerdictChange};

pub(crate) const REPORT: &str = "Inspection report. Two of the twelve cables are broken.\n";
pub(crate) const REPORT_QUOTE: &str = "Two of the twelve cables are broken";

pub(crate) fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().unwrap(), &[seed; 32])
}

pub(crate) fn root() -> SigningKey {
    key("desk.example/facts/root", 1)
}

pub(crate) fn log() -> SigningKey {
    key("desk.example/facts", 2)
}

pub(crate) fn alice() -> SigningKey {
    key("desk.example/alice", 3)
}

pub(crate) fn bob() -> SigningKey {
    key("desk.example/bob", 4)
}

pub(crate) fn at() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// A text of so many bytes at least, every sentence of which stands once.
pub(crate) fn article(bytes: usize) -> String {
    let mut text = String::from("# The bridges\n\n");
    for number in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&sentence(number));
        text.push_str(", said the mayor. ");
        if number % 5 == 4 {
            text.push_str("\n\n");
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// What the claim numbered so quotes of an [`article`].
pub(crate) fn sentence(number: usize) -> String {
    let closed = number % 7 + 1;
    format!("In year {number} the council closed {closed} of its bridges")
}

pub(crate) struct Desk {
    _folder: tempfile::TempDir,
    pub(crate) ledger: Ledger,
    salts: u64,
    pending: Pending,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start = Start {
            place: &folder.path().join(".factlog"),
            name: "Example Desk".into(),
            root: &root(),
            log: log(),
            reviewer: &alice(),
            roles: vec![Role::Reviewer],
            policy: Policy::default(),
            at: at(),
            files: vec![],
        };
        let mut options = ledger::options();
        options.log_key = Some(log());
        let ledger = Ledger::init(start, options).unwrap();
        Self {
            _folder: folder,
            ledger,
            salts: 0,
            pending: Pending::default(),
        }
    }

    pub(crate) fn salt(&mut self) -> Salt {
        self.salts += 1;
        Salt::from_seed(b"bundle", self.salts)
    }

    fn object<O: Object>(&mut self, object: &O) -> ObjectId {
        self.pending.object(object::to_bytes(object).unwrap())
    }

    /// Appends an entry, with the objects that were made for it.
    pub(crate) fn append(
        &mut self,
        by: &SigningKey,
        others: &[&SigningKey],
        body: Body,
    ) -> EntryId {
        let mut composer = self.ledger.composer(by.verifier()).unwrap();
        let draft = composer.draft(at(), body).unwrap();
        let entry = composer.sign(&draft, by, others).unwrap();
        let id = entry.id();
        let mut pending = std::mem::take(&mut self.pending);
        pending.entries.push(entry);
        self.ledger.append(&pending).unwrap();
        id
    }

    pub(crate) fn source(&mut self, text: &str, rights: Rights) -> SourceId {
        let meta = Meta {
            url: Some("https://news.example/bridges".into()),
            title: Some("The bridges".into()),
            authors: vec![],
            publisher: None,
            published: Some("2026-11-16".parse().unwrap()),
            retrieved: None,
            language: Some("en".into()),
            salt: self.salt(),
        };
        let meta = self.object(&meta);
        let kept = Kept::of(text.as_bytes());
        // The bytes as they came were others.
        let raw = [b"\xff", text.as_bytes()].concat();
        self.pending.object(text.as_bytes().to_vec());
        self.pending.object(raw.clone());
        let body = Body::Source(SourceEntry {
            source_type: SourceType::Document,
            raw: Some(Kept::of(&raw)),
            text: Some(kept),
            media: "text/plain".into(),
            charset: Some("utf-8".into()),
            normalizer: Some("text/1 unicode-18.0".into()),
            rights,
            meta,
            replaces: None,
        });
        SourceId(self.append(&alice(), &[], body).0)
    }

    pub(crate) fn claim(
        &mut self,
        by: &SigningKey,
        (source, text): (SourceId, &str),
        words: &str,
        supersedes: Option<ClaimId>,
    ) -> ClaimId {
        let start = text.find(words).unwrap();
        let span = Span::new(start, start + words.len()).unwrap();
        let claim = Claim {
            source: ObjectId::of(text.as_bytes()),
            text: words.into(),
            added: vec![],
            parts: vec![span],
            statement: vec![span],
            cue: None,
            claimant: None,
            manner: Manner::Narration,
            said: None,
            quote: Quote::new(text, span).unwrap(),
            language: "en".into(),
        };
        let body = Body::Claim(ClaimEntry {
            claim: self.object(&claim),
            source,
            start: span.start() as u64,
            end: span.end() as u64,
            extractor: None,
            supersedes,
            change: supersedes.map(|_| ClaimChange::Wording),
        });
        ClaimId(self.append(by, &[], body).0)
    }

    /// A verdict with these pieces of evidence: a source, its text, the words that are quoted.
    pub(crate) fn verdict(
        &mut self,
        by: &SigningKey,
        claim: ClaimId,
        rating: &str,
        evidence: &[(SourceId, &str, &str)],
        supersedes: Option<VerdictId>,
    ) -> VerdictId {
        let evidence = evidence.iter().map(|(source, text, words)| {
            let start = text.find(words).unwrap();
            let span = Span::new(start, start + words.len()).unwrap();
            Evidence {
                source: *source,
                stance: Stance::Refutes,
                primary: true,
                quote: Some(Quote::new(text, span).unwrap()),
                locator: None,
                note: None,
                unavailable: None,
            }
        });
        let verdict = Verdict {
            summary: "The council's register of bridges has another number.".into(),
            rationale: None,
            reason: supersedes.map(|_| "The register was read again.".into()),
            evidence: evidence.collect(),
            conflicts: vec![],
            salt: self.salt(),
        };
        let body = Body::Verdict(VerdictEntry {
            claim,
            rating: rating.parse().unwrap(),
            policy: self.ledger.policy().unwrap().0,
            verdict: self.object(&verdict),
            supersedes,
            change: supersedes.map(|_| VerdictChange::Rating),
        });
        VerdictId(self.append(by, &[], body).0)
    }

    pub(crate) fn note(&mut self, text: &str) -> ObjectId {
        let salt = self.salt();
        let text = text.to_owned();
        self.object(&Note { text, salt })
    }

    pub(crate) fn add_key(&mut self, key: &SigningKey, roles: &[Role]) {
        let body = Body::Key(KeyEntry::add(key.verifier().clone(), roles.to_vec()));
        self.append(&root(), &[key], body);
    }

    pub(crate) fn rotate(&mut self, old: &SigningKey, new: &SigningKey) {
        let body = Body::Key(KeyEntry::rotate(
            old.verifier().clone(),
            new.verifier().clone(),
        ));
        self.append(old, &[new], body);
    }

    pub(crate) fn revoke(&mut self, key: &SigningKey, from: u64) {
        let body = Body::Key(KeyEntry::revoke(
            key.verifier().clone(),
            RevocationReason::Compromised,
            from,
        ));
        self.append(&root(), &[], body);
    }

    pub(crate) fn decide(&mut self, verdict: VerdictId, decision: Decision) {
        let note = Some(self.note("By the method."));
        let body = Body::Approval(Approval {
            verdict,
            decision,
            note,
        });
        self.append(&bob(), &[], body);
    }

    pub(crate) fn retract(&mut self, by: &SigningKey, verdict: VerdictId) {
        let note = self.note("The register is another town's.");
        let body = Body::Retraction(Retraction { verdict, note });
        self.append(by, &[], body);
    }

    pub(crate) fn reaffirm(&mut self, entries: Vec<EntryId>) {
        let note = self.note("Looked at again.");
        let body = Body::Reaffirmation(Reaffirmation { entries, note });
        self.append(&root(), &[], body);
    }

    pub(crate) fn erase(&mut self, object: ObjectId) {
        let basis = Basis::Privacy;
        self.append(&root(), &[], Body::Erasure(Erasure { object, basis }));
    }

    pub(crate) fn set_policy(&mut self, policy: &Policy) {
        let policy = self.object(policy);
        self.append(&root(), &[], Body::Policy(PolicyEntry { policy }));
    }

    pub(crate) fn prove(&self, verdict: VerdictId, reveal: Reveal) -> Bundle {
        self.ledger.prove(&verdict, reveal).unwrap().0
    }

    pub(crate) fn expected(&self) -> Expected {
        Expected {
            ledger: Some(self.ledger.id()),
            ..Expected::default()
        }
    }
}
