//! A ledger with an entry of every kind, made of fixed keys, times and salts.
//!
//! The first eight entries are the worked example of `docs/format.md`; `tests/vectors/ledger` has
//! all of it, frozen. What follows the example is right in form: whether every signer would be
//! entitled is not its point.

use std::collections::BTreeMap;

use factlog::entry::{
    Approval, Basis, Body, Chain, ClaimEntry, Decision, Draft, Entry, Erasure, Genesis, Header,
    KeyEntry, KeyOp, LogKey, PolicyEntry, Publication, Reaffirmation, Retraction, RevocationReason,
    Role, RootSet, Roots, SourceEntry, VerdictEntry,
};
use factlog::trust::merkle::{LeafHash, Tree};
use factlog::trust::{Checkpoint, KeyName, SignedNote, SigningKey, TreeHead};
use factlog::words::claim::{Added, AddedWhy, Claim, Claimant, Manner, Said};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use factlog::words::manifest::{Manifest, ManifestFile};
use factlog::words::note::Note;
use factlog::words::object::{self, Object};
use factlog::words::policy::{Policy, Rating};
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};
use factlog::words::verdict::{Evidence, Stance, Verdict, VerdictChange};

/// How many entries the worked example of `docs/format.md` has.
pub(crate) const EXAMPLE: usize = 8;

/// The salts are those of this seed.
pub(crate) const SALT_SEED: &[u8] = b"format-example";

/// What the claim stands in.
pub(crate) const ARTICLE: &str = "“It’s been checked.” The bridge is safe, the mayor, Ada Roe, said on \
     Monday, for cars and lorries.\n";
/// What the verdict cites.
pub(crate) const REPORT: &str =
    "Inspection report. Two of the bridge's twelve cables are broken.\n";

/// The keys, by their names and the byte that their seeds repeat.
pub(crate) const KEYS: [(&str, u8); 6] = [
    ("desk.example/root", 1),
    ("desk.example/facts", 2),
    ("desk.example/alice", 3),
    ("desk.example/bob", 4),
    ("desk.example/facts", 5),
    ("desk.example/alice", 6),
];

pub(crate) fn key(at: usize) -> SigningKey {
    let (name, byte) = KEYS[at];
    SigningKey::from_seed(KeyName::new(name).expect("a name"), &[byte; 32])
}

const ROOT: usize = 0;
const LOG: usize = 1;
const ALICE: usize = 2;
const BOB: usize = 3;
const SECOND_LOG: usize = 4;
const SECOND_ALICE: usize = 5;

/// A ledger, whole, in memory.
pub(crate) struct Ledger {
    /// The entries, each with a name for its file.
    pub(crate) entries: Vec<(String, Entry)>,
    /// The objects, in the order in which entries first speak of them, each with a name for its file.
    pub(crate) objects: Vec<(String, Vec<u8>)>,
    tree: Tree,
    chains: BTreeMap<usize, Chain>,
    salts: u64,
}

impl Ledger {
    /// The ledger of the worked example.
    pub(crate) fn example() -> Self {
        let mut ledger = Self {
            entries: Vec::new(),
            objects: Vec::new(),
            tree: Tree::new(),
            chains: BTreeMap::new(),
            salts: 0,
        };
        ledger.begin();
        let article = ledger.source("article", ARTICLE, Some("https://news.example/bridge"));
        let claim = ledger.claim(article);
        let report = ledger.source("report", REPORT, None);
        let first = ledger.verdict("verdict", claim, report, "false", None);
        let second = ledger.verdict("second-verdict", claim, report, "mostly-false", Some(first));
        let note = ledger.note("retraction-note", "The report is on another bridge.");
        let retraction = Retraction {
            verdict: second,
            note,
        };
        ledger.append("retraction", ALICE, Body::Retraction(retraction), &[]);
        assert_eq!(ledger.entries.len(), EXAMPLE);
        ledger
    }

    /// A ledger with entries of every kind: the example, and more.
    pub(crate) fn whole() -> Self {
        let mut ledger = Self::example();
        let (root, bob) = (key(ROOT), key(BOB));
        let add = KeyEntry::add(
            bob.verifier().clone(),
            vec![Role::Reviewer, Role::Approver, Role::Publisher],
        );
        ledger.append("key-add", ROOT, Body::Key(add.clone()), &[&bob]);
        let report = SourceId(ledger.entries[4].1.id().0);
        let claim = ClaimId(ledger.entries[3].1.id().0);
        let third = ledger.verdict("third-verdict", claim, report, "unproven", None);
        let note = ledger.note("approval-note", "The method is sound.");
        for (name, decision, note) in [
            ("approval", Decision::Approve, None),
            ("dispute", Decision::Dispute, Some(note)),
        ] {
            let approval = Approval {
                verdict: third,
                decision,
                note,
            };
            ledger.append(name, BOB, Body::Approval(approval), &[]);
        }
        let policy = ledger.object("second-policy", &second_policy());
        ledger.append("policy", ROOT, Body::Policy(PolicyEntry { policy }), &[]);
        ledger.publish();
        let meta = ledger
            .objects
            .iter()
            .find(|(name, _)| name == "article-meta");
        let erasure = Erasure {
            object: ObjectId::of(&meta.expect("there").1),
            basis: Basis::Privacy,
        };
        ledger.append("erasure", ROOT, Body::Erasure(erasure), &[]);
        let (second_log, second_alice) = (key(SECOND_LOG), key(SECOND_ALICE));
        let head = ledger.head();
        let log = LogKey {
            key: second_log.verifier().clone(),
            size: head.size,
            root: head.root,
        };
        ledger.append("log", ROOT, Body::Log(log), &[&second_log]);
        let rotate = KeyEntry {
            op: KeyOp::Rotate,
            key: second_alice.verifier().clone(),
            roles: None,
            old: Some(key(ALICE).verifier().clone()),
            ..add.clone()
        };
        ledger.append("key-rotate", ALICE, Body::Key(rotate), &[&second_alice]);
        let revoke = KeyEntry {
            op: KeyOp::Revoke,
            roles: None,
            reason: Some(RevocationReason::Lost),
            from: Some(10),
            ..add
        };
        ledger.append("key-revoke", ROOT, Body::Key(revoke), &[]);
        let note = ledger.note("reaffirmation-note", "Both were looked at again.");
        let entries = [10, 11].map(|at: usize| ledger.entries[at].1.id()).to_vec();
        let reaffirmation = Reaffirmation { entries, note };
        ledger.append(
            "reaffirmation",
            ROOT,
            Body::Reaffirmation(reaffirmation),
            &[],
        );
        let roots = Roots {
            keys: vec![root.verifier().clone()],
            threshold: 1,
            from: Some(15),
        };
        ledger.append("roots", ROOT, Body::Roots(roots), &[]);
        ledger
    }

    /// The head of the tree.
    pub(crate) fn head(&self) -> TreeHead {
        self.tree.head()
    }

    /// The head of the tree when it had `size` entries.
    pub(crate) fn head_at(&self, size: u64) -> TreeHead {
        let root = self.tree.root(size).expect("it had");
        TreeHead { root, size }
    }

    /// The checkpoint of the first `size` entries, by the first log key.
    pub(crate) fn checkpoint(&self, size: u64) -> SignedNote {
        let checkpoint = Checkpoint {
            origin: key(LOG).name().clone(),
            head: self.head_at(size),
        };
        checkpoint.sign(&key(LOG)).expect("it can be signed")
    }

    fn begin(&mut self) {
        let (root, log, alice) = (key(ROOT), key(LOG), key(ALICE));
        let policy = self.object("policy", &Policy::default());
        let genesis = Genesis {
            name: "Example Desk".into(),
            origin: log.name().clone(),
            roots: RootSet {
                keys: vec![root.verifier().clone()],
                threshold: 1,
            },
            log: log.verifier().clone(),
            policy,
            continues: None,
        };
        self.append("genesis", ROOT, Body::Genesis(genesis), &[]);
        let add = KeyEntry::add(alice.verifier().clone(), vec![Role::Reviewer]);
        self.append("key", ROOT, Body::Key(add), &[&alice]);
    }

    fn source(&mut self, name: &str, text: &str, url: Option<&str>) -> SourceId {
        let meta = Meta {
            url: url.map(str::to_owned),
            title: Some(name.to_owned()),
            authors: vec![],
            publisher: None,
            published: Some("2026-11-16".parse().expect("a day")),
            retrieved: Some("2026-11-22T09:00:00Z".parse().expect("a time")),
            language: Some("en".into()),
            salt: self.salt(),
        };
        let meta = self.object(&format!("{name}-meta"), &meta);
        self.objects
            .push((format!("{name}-text"), text.as_bytes().to_vec()));
        let kept = Kept::of(text.as_bytes());
        let source = SourceEntry {
            source_type: SourceType::Document,
            raw: Some(kept),
            text: Some(kept),
            media: "text/plain".into(),
            charset: Some("UTF-8".into()),
            normalizer: Some("text/1 unicode-18.0".into()),
            rights: Rights::Quoted,
            meta,
            replaces: None,
        };
        SourceId(self.append(name, ALICE, Body::Source(source), &[]).0)
    }

    fn claim(&mut self, source: SourceId) -> ClaimId {
        let span = |words: &str| {
            let start = ARTICLE.find(words).expect("there");
            Span::new(start, start + words.len()).expect("not empty")
        };
        let text = "The bridge was safe for cars and lorries";
        let claim = Claim {
            source: ObjectId::of(ARTICLE.as_bytes()),
            text: text.into(),
            added: vec![Added {
                at: text.find("was").expect("there"),
                text: "was".into(),
                why: AddedWhy::Inflected,
            }],
            parts: vec![span("The bridge is safe"), span("for cars and lorries")],
            statement: vec![span("The bridge is safe"), span("for cars and lorries")],
            cue: Some(span("said")),
            claimant: Some(Claimant {
                name: "Ada Roe".into(),
                role: Some("mayor".into()),
                same_as: Some("https://city.example/roe".into()),
                span: Some(span("the mayor, Ada Roe")),
            }),
            manner: Manner::Indirect,
            said: Some(Said {
                date: Some("2026-11-16".parse().expect("a day")),
                occasion: None,
                place: None,
            }),
            quote: Quote::new(
                ARTICLE,
                span(
                    "The bridge is safe, the mayor, Ada Roe, said on Monday, for cars and lorries",
                ),
            )
            .expect("in the text"),
            language: "en".into(),
        };
        let hull = claim.quote.bytes;
        let claim = ClaimEntry {
            claim: self.object("claim", &claim),
            source,
            start: hull.start() as u64,
            end: hull.end() as u64,
            extractor: Some("rules/1".into()),
            supersedes: None,
            change: None,
        };
        ClaimId(self.append("claim", ALICE, Body::Claim(claim), &[]).0)
    }

    fn verdict(
        &mut self,
        name: &str,
        claim: ClaimId,
        report: SourceId,
        rating: &str,
        supersedes: Option<VerdictId>,
    ) -> VerdictId {
        let words = "Two of the bridge's twelve cables are broken";
        let start = REPORT.find(words).expect("there");
        let span = Span::new(start, start + words.len()).expect("not empty");
        let verdict = Verdict {
            summary: "Two cables are broken.".into(),
            rationale: None,
            reason: supersedes.map(|_| "Ten of the twelve cables hold.".into()),
            evidence: vec![Evidence {
                source: report,
                stance: Stance::Refutes,
                primary: true,
                quote: Some(Quote::new(REPORT, span).expect("in the text")),
                locator: Some("line 1".into()),
                note: None,
                unavailable: None,
            }],
            conflicts: vec![],
            salt: self.salt(),
        };
        let verdict = VerdictEntry {
            claim,
            rating: rating.parse().expect("a code"),
            policy: ObjectId::of(&self.objects[0].1),
            verdict: self.object(&format!("{name}-object"), &verdict),
            supersedes,
            change: supersedes.map(|_| VerdictChange::Rating),
        };
        VerdictId(self.append(name, ALICE, Body::Verdict(verdict), &[]).0)
    }

    fn publish(&mut self) {
        let file = b"<!doctype html>\n";
        let manifest = Manifest {
            files: vec![ManifestFile {
                path: "claim/index.html".into(),
                blake3: ObjectId::of(file),
                sha256: factlog::words::id::Sha256Hash::of(file),
                bytes: file.len() as u64,
            }],
        };
        let publication = Publication {
            manifest: self.object("manifest", &manifest),
            size: self.head().size,
        };
        self.append("publication", BOB, Body::Publication(publication), &[]);
    }

    fn note(&mut self, name: &str, text: &str) -> ObjectId {
        let note = Note {
            text: text.into(),
            salt: self.salt(),
        };
        self.object(name, &note)
    }

    fn salt(&mut self) -> Salt {
        self.salts += 1;
        Salt::from_seed(SALT_SEED, self.salts - 1)
    }

    fn object<O: Object>(&mut self, name: &str, value: &O) -> ObjectId {
        let bytes = object::to_bytes(value).expect("an object");
        let id = ObjectId::of(&bytes);
        self.objects.push((name.to_owned(), bytes));
        id
    }

    fn append(&mut self, name: &str, author: usize, body: Body, others: &[&SigningKey]) -> EntryId {
        let first = Chain { n: 0, prev: None };
        let chain = *self.chains.get(&author).unwrap_or(&first);
        let index = self.entries.len();
        let author_key = key(author);
        let draft = Draft {
            header: Header {
                by: author_key.verifier().clone(),
                ledger: self.entries.first().map(|(_, genesis)| genesis.id()),
                at: format!("2026-11-22T10:00:{index:02}Z")
                    .parse()
                    .expect("a time"),
                after: (index > 0).then(|| self.head()),
                chain,
            },
            body,
        };
        let mut keys = vec![&author_key];
        keys.extend(others);
        let entry = draft.sign(&keys).expect("an entry");
        let id = entry.id();
        let next = Chain {
            n: chain.n + 1,
            prev: Some(id),
        };
        self.chains.insert(author, next);
        self.tree.push(LeafHash::of(entry.bytes()));
        self.entries.push((name.to_owned(), entry));
        id
    }
}

/// A policy with every field.
fn second_policy() -> Policy {
    let yes = Rating {
        code: "yes".parse().expect("a code"),
        labels: BTreeMap::from([("en".into(), "Yes".into()), ("pt_br".into(), "Sim".into())]),
        definition: "It is so.".into(),
        value: Some(2),
    };
    let no = Rating {
        code: "no".parse().expect("a code"),
        labels: BTreeMap::from([("en".into(), "No".into())]),
        definition: "It is not so.".into(),
        value: Some(1),
    };
    Policy {
        scale: vec![yes, no],
        best: 2,
        worst: 1,
        approvals: 1,
        evidence_least: 1,
        others_may_supersede: true,
        methodology: Some("https://desk.example/method".into()),
    }
}
