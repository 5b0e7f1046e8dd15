//! A small ledger in memory, for tests: fixed keys, fixed times, fixed salts.

use std::collections::{BTreeMap, HashMap};

use super::facts::Facts;
use super::finding::Finding;
use super::memory::MemoryFacts;
use super::replay::{Effect, Replay, record};
use crate::entry::{
    Approval, Basis, Body, Chain, ClaimEntry, Decision, Draft, Entry, Erasure, Genesis, Header,
    KeyEntry, PolicyEntry, Reaffirmation, Retraction, RevocationReason, Role, RootSet, Roots,
    SourceEntry, VerdictEntry,
};
use crate::trust::checkpoint::Checkpoint;
use crate::trust::key::{SigningKey, VerifierKey};
use crate::trust::merkle::Tree;
use crate::trust::note::signing_order;
use crate::words::claim::{Claim, Claimant, Manner};
use crate::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use crate::words::note::Note;
use crate::words::object::{self, Object};
use crate::words::policy::Policy;
use crate::words::salt::Salt;
use crate::words::source::{Kept, Meta, Rights, SourceType};
use crate::words::span::{Quote, Span};
use crate::words::time::Timestamp;
use crate::words::verdict::{Evidence, Stance, Verdict, VerdictChange};

pub(super) const ARTICLE: &str =
    "The résolution is nonbinding, said John Kirby.\nIt changes nothing, he added.\n";
pub(super) const CHARTER: &str = "Members of the council agree to carry out its decisions.\n";

/// Test keys, from seeds that anyone can guess.
pub(super) fn key(name: &str) -> SigningKey {
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    let name = match name {
        "log" => "desk.example/facts".to_owned(),
        other => format!("desk.example/{other}"),
    };
    SigningKey::from_seed(name.parse().expect("a name"), &seed)
}

/// Signs a draft with the test keys of these names.
pub(super) fn sign(draft: &Draft, keys: &[&str]) -> Entry {
    let keys: Vec<SigningKey> = keys.iter().map(|name| key(name)).collect();
    draft
        .sign(&keys.iter().collect::<Vec<_>>())
        .expect("an entry")
}

/// A ledger that grows.
pub(super) struct Ledger {
    pub(super) entries: Vec<Entry>,
    pub(super) objects: BTreeMap<ObjectId, Vec<u8>>,
    pub(super) tree: Tree,
    pub(super) facts: MemoryFacts,
    pub(super) replay: Replay,
    chains: HashMap<VerifierKey, Chain>,
    salts: u64,
}

/// The entries of [`Ledger::sample`] by name.
pub(super) struct Sample {
    pub(super) article: SourceId,
    pub(super) charter: SourceId,
    pub(super) claim: ClaimId,
    pub(super) first: VerdictId,
    pub(super) second: VerdictId,
}

impl Ledger {
    /// Makes a ledger with these roots and this policy, and nothing but its genesis.
    pub(super) fn begin(roots: &[&str], threshold: u32, policy: &Policy) -> Self {
        let mut ledger = Self {
            entries: Vec::new(),
            objects: BTreeMap::new(),
            tree: Tree::new(),
            facts: MemoryFacts::new(),
            replay: Replay::new(),
            chains: HashMap::new(),
            salts: 0,
        };
        let policy = ledger.keep(policy);
        let mut keys: Vec<VerifierKey> = roots
            .iter()
            .map(|root| key(root).verifier().clone())
            .collect();
        keys.sort_by(signing_order);
        let body = Body::Genesis(Genesis {
            name: "Example Desk".into(),
            origin: key("log").name().clone(),
            roots: RootSet { keys, threshold },
            log: key("log").verifier().clone(),
            policy,
            continues: None,
        });
        let draft = ledger.draft(roots[0], body);
        let genesis = sign(&draft, roots);
        ledger.append(genesis);
        ledger
    }

    /// Makes a ledger with one root, two reviewers, two sources, a claim, and a verdict that was
    /// superseded and retracted.
    pub(super) fn sample() -> (Self, Sample) {
        let mut ledger = Self::begin(&["root"], 1, &Policy::default());
        ledger.add_key("alice", &[Role::Reviewer]);
        ledger.add_key("bob", &[Role::Reviewer, Role::Approver]);
        let article = ledger.add_source("alice", ARTICLE);
        let charter = ledger.add_source("bob", CHARTER);
        let claim = ledger.add_claim("alice", article, "The résolution is nonbinding");
        let first = ledger.add_verdict("alice", claim, "half-true", charter);
        let draft = ledger.superseding("alice", claim, "false", first);
        let second = VerdictId(ledger.append_draft(&draft, &["alice"]).0);
        let draft = ledger.retraction("alice", second);
        ledger.append_draft(&draft, &["alice"]);
        ledger.add_verdict("bob", claim, "true", charter);
        (
            ledger,
            Sample {
                article,
                charter,
                claim,
                first,
                second,
            },
        )
    }

    /// Drafts an author's next entry.
    pub(super) fn draft(&self, by: &str, body: Body) -> Draft {
        let by = key(by).verifier().clone();
        let size = self.tree.size();
        let minute = i64::try_from(size).expect("a small ledger") * 60;
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().expect("a time");
        let at = chrono::DateTime::from_timestamp(start.seconds() + minute, 0);
        Draft {
            header: Header {
                ledger: self.entries.first().map(Entry::id),
                at: at.and_then(Timestamp::new).expect("a time"),
                after: (size > 0).then(|| self.tree.head()),
                chain: self
                    .chains
                    .get(&by)
                    .copied()
                    .unwrap_or(Chain { n: 0, prev: None }),
                by,
            },
            body,
        }
    }

    pub(super) fn examine(&mut self, entry: Entry) -> Vec<Finding> {
        let index = self.tree.size();
        match self
            .replay
            .examine(entry, index, &self.facts, &self.objects, &self.tree)
        {
            Ok(findings) => findings,
            Err(error) => panic!("memory can be read: {error}"),
        }
    }

    /// Appends a good entry.
    pub(super) fn append(&mut self, entry: Entry) -> EntryId {
        let findings = self.examine(entry.clone());
        assert!(findings.is_empty(), "{findings:#?}");
        self.force(entry, Effect::Full)
    }

    /// Puts an entry into the log unasked.
    pub(super) fn force(&mut self, entry: Entry, effect: Effect) -> EntryId {
        let index = self.tree.push(entry.id().into());
        record(&entry, index, &mut self.facts, effect).expect("memory can be written");
        let (id, header) = (entry.id(), entry.header());
        let next = Chain {
            n: header.chain.n + 1,
            prev: Some(id),
        };
        self.chains.insert(header.by.clone(), next);
        self.entries.push(entry);
        id
    }

    pub(super) fn append_draft(&mut self, draft: &Draft, keys: &[&str]) -> EntryId {
        let entry = sign(draft, keys);
        self.append(entry)
    }

    pub(super) fn keep<O: Object>(&mut self, object: &O) -> ObjectId {
        self.keep_bytes(&object::to_bytes(object).expect("a good object"))
    }

    pub(super) fn keep_bytes(&mut self, bytes: &[u8]) -> ObjectId {
        let id = ObjectId::of(bytes);
        self.objects.insert(id, bytes.to_vec());
        id
    }

    pub(super) fn salt(&mut self) -> Salt {
        self.salts += 1;
        Salt::from_seed(b"fixture", self.salts)
    }

    pub(super) fn key_entry(&self, name: &str, roles: &[Role]) -> Draft {
        let body = Body::Key(KeyEntry::add(key(name).verifier().clone(), roles.to_vec()));
        self.draft("root", body)
    }

    pub(super) fn add_key(&mut self, name: &str, roles: &[Role]) -> EntryId {
        let draft = self.key_entry(name, roles);
        self.append_draft(&draft, &["root", name])
    }

    /// Drafts a change of roots; `threshold` of the old and of the new ones must sign.
    pub(super) fn roots_entry(&self, names: &[&str], threshold: u32, from: Option<u64>) -> Draft {
        let mut keys: Vec<VerifierKey> = names
            .iter()
            .map(|name| key(name).verifier().clone())
            .collect();
        keys.sort_by(signing_order);
        self.draft(
            "root",
            Body::Roots(Roots {
                keys,
                threshold,
                from,
            }),
        )
    }

    /// Drafts a rotation from one key to another, by an author.
    pub(super) fn rotation(&self, by: &str, old: &str, new: &str) -> Draft {
        let body = Body::Key(KeyEntry::rotate(
            key(old).verifier().clone(),
            key(new).verifier().clone(),
        ));
        self.draft(by, body)
    }

    /// Lets a key carry on another's chain, as after a rotation.
    pub(super) fn carry_on(&mut self, old: &str, new: &str) {
        if let Some(chain) = self.chains.get(key(old).verifier()).copied() {
            self.chains.insert(key(new).verifier().clone(), chain);
        }
    }

    /// Drafts a revocation by the first root.
    pub(super) fn revocation(&self, name: &str, from: u64) -> Draft {
        let body = Body::Key(KeyEntry::revoke(
            key(name).verifier().clone(),
            RevocationReason::Compromised,
            from,
        ));
        self.draft("root", body)
    }

    /// Drafts an approval or dispute.
    pub(super) fn decision(&self, by: &str, verdict: VerdictId, decision: Decision) -> Draft {
        let note = None;
        self.draft(
            by,
            Body::Approval(Approval {
                verdict,
                decision,
                note,
            }),
        )
    }

    /// Drafts a reaffirmation by the first root.
    pub(super) fn reaffirmation(&mut self, entries: &[EntryId]) -> Draft {
        let salt = self.salt();
        let note = self.keep(&Note {
            text: "Looked at again.".into(),
            salt,
        });
        let entries = entries.to_vec();
        self.draft("root", Body::Reaffirmation(Reaffirmation { entries, note }))
    }

    /// Drafts an erasure by the first root.
    pub(super) fn erasure(&self, object: ObjectId) -> Draft {
        let basis = Basis::Court;
        self.draft("root", Body::Erasure(Erasure { object, basis }))
    }

    pub(super) fn policy_entry(&mut self, policy: &Policy) -> Draft {
        let policy = self.keep(policy);
        self.draft("root", Body::Policy(PolicyEntry { policy }))
    }

    pub(super) fn source(&mut self, by: &str, text: &str) -> Draft {
        self.keep_bytes(text.as_bytes());
        let raw = text.replace('\n', "\r\n");
        self.keep_bytes(raw.as_bytes());
        let salt = self.salt();
        let meta = self.keep(&Meta {
            url: Some("https://news.example/a1".into()),
            title: None,
            authors: vec![],
            publisher: None,
            published: None,
            retrieved: None,
            language: Some("en".into()),
            salt,
        });
        let body = Body::Source(SourceEntry {
            source_type: SourceType::Document,
            raw: Some(Kept::of(raw.as_bytes())),
            text: Some(Kept::of(text.as_bytes())),
            media: "text/plain".into(),
            charset: Some("utf-8".into()),
            normalizer: Some("text/1".into()),
            rights: Rights::Quoted,
            meta,
            replaces: None,
        });
        self.draft(by, body)
    }

    pub(super) fn add_source(&mut self, by: &str, text: &str) -> SourceId {
        let draft = self.source(by, text);
        SourceId(self.append_draft(&draft, &[by]).0)
    }

    /// Makes the claim that `words` are, in the article.
    pub(super) fn claim_object(words: &str) -> Claim {
        let start = ARTICLE.find(words).expect("words of the article");
        let span = Span::new(start, start + words.len()).expect("a span");
        Claim {
            source: ObjectId::of(ARTICLE.as_bytes()),
            text: words.into(),
            added: vec![],
            parts: vec![span],
            statement: vec![span],
            cue: None,
            claimant: Some(Claimant {
                name: "John Kirby".into(),
                role: None,
                same_as: None,
                span: Some(Span::new(36, 46).expect("a span")),
            }),
            manner: Manner::Indirect,
            said: None,
            quote: Quote::new(ARTICLE, span).expect("a quote"),
            language: "en".into(),
        }
    }

    pub(super) fn claim(&mut self, by: &str, source: SourceId, claim: &Claim) -> Draft {
        let (start, end) = (claim.quote.bytes.start(), claim.quote.bytes.end());
        let body = Body::Claim(ClaimEntry {
            claim: self.keep(claim),
            source,
            start: start as u64,
            end: end as u64,
            extractor: None,
            supersedes: None,
            change: None,
        });
        self.draft(by, body)
    }

    pub(super) fn add_claim(&mut self, by: &str, source: SourceId, words: &str) -> ClaimId {
        let draft = self.claim(by, source, &Self::claim_object(words));
        ClaimId(self.append_draft(&draft, &[by]).0)
    }

    pub(super) fn verdict_object(&mut self, charter: Option<SourceId>) -> Verdict {
        let words = Span::new(0, 7).expect("a span");
        let evidence = charter.map(|source| Evidence {
            source,
            stance: Stance::Refutes,
            primary: true,
            quote: Some(Quote::new(CHARTER, words).expect("a quote")),
            locator: None,
            note: None,
            unavailable: None,
        });
        Verdict {
            summary: "The charter says otherwise.".into(),
            rationale: None,
            reason: None,
            evidence: evidence.into_iter().collect(),
            conflicts: vec![],
            salt: self.salt(),
        }
    }

    pub(super) fn verdict(
        &mut self,
        by: &str,
        claim: ClaimId,
        rating: &str,
        object: &Verdict,
    ) -> Draft {
        let ledger = self.facts.ledger().expect("memory").expect("a ledger");
        let body = Body::Verdict(VerdictEntry {
            claim,
            rating: rating.parse().expect("a code"),
            policy: ledger.policy,
            verdict: self.keep(object),
            supersedes: None,
            change: None,
        });
        self.draft(by, body)
    }

    pub(super) fn add_verdict(
        &mut self,
        by: &str,
        claim: ClaimId,
        rating: &str,
        charter: SourceId,
    ) -> VerdictId {
        let object = self.verdict_object(Some(charter));
        let draft = self.verdict(by, claim, rating, &object);
        VerdictId(self.append_draft(&draft, &[by]).0)
    }

    /// Drafts a verdict with another rating in the place of an earlier one.
    pub(super) fn superseding(
        &mut self,
        by: &str,
        claim: ClaimId,
        rating: &str,
        older: VerdictId,
    ) -> Draft {
        let mut object = self.verdict_object(None);
        object.reason = Some("A new reading.".into());
        let mut draft = self.verdict(by, claim, rating, &object);
        if let Body::Verdict(verdict) = &mut draft.body {
            verdict.supersedes = Some(older);
            verdict.change = Some(VerdictChange::Rating);
        }
        draft
    }

    pub(super) fn retraction(&mut self, by: &str, verdict: VerdictId) -> Draft {
        let salt = self.salt();
        let note = self.keep(&Note {
            text: "Overtaken.".into(),
            salt,
        });
        self.draft(by, Body::Retraction(Retraction { verdict, note }))
    }

    /// Signs a checkpoint over the log as it is.
    pub(super) fn checkpoint(&self) -> Vec<u8> {
        let checkpoint = Checkpoint {
            origin: key("log").name().clone(),
            head: self.tree.head(),
        };
        let note = checkpoint.sign(&key("log")).expect("a checkpoint");
        note.bytes().to_vec()
    }
}
