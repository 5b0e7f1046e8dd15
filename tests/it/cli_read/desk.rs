//! A desk with a small ledger, made with fixed keys, times and salts, and the command run on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use factlog::entry::{Body, ClaimEntry, Retraction, Role, SourceEntry, VerdictEntry};
use factlog::ledger::{self, Composer, Ledger, Pending, Start};
use factlog::trust::key::{KeyName, SigningKey};
use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::id::{ClaimId, ObjectId, SourceId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object::{self, Object};
use factlog::words::policy::Policy;
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};
use factlog::words::time::Timestamp;
use factlog::words::verdict::{Evidence, Stance, Verdict, VerdictChange};
use serde_json::Value;

/// The article: a hostile one, with a bidi override and a script; its title has a terminal escape.
pub(super) const ARTICLE: &str = "A bridge\n\nMayor Ada Holm said that the bridge was closed in \
     2019. It opened again a year later, the \u{202e}council said, <script>alert(1)\
     </script> and nobody fell in.\n";
/// The words of the first claim.
pub(super) const WORDS: &str = "the bridge was closed in 2019";
/// The words of the second claim.
pub(super) const OTHER: &str = "It opened again a year later";
/// The evidence: long enough to be kept in a file of its own.
pub(super) static RECORD: LazyLock<String> = LazyLock::new(|| {
    "The bridge was closed to traffic from March 2019 to March 2020.\n".to_owned()
        + &"No other closure is on record.\n".repeat(200)
});

/// A folder with a ledger, and a home beside it.
pub(super) struct Desk {
    folder: tempfile::TempDir,
    pub(super) ids: Ids,
}

/// What is in the ledger.
pub(super) struct Ids {
    pub(super) source: SourceId,
    pub(super) record: SourceId,
    pub(super) claim: ClaimId,
    pub(super) other: ClaimId,
    /// Given first, and superseded.
    pub(super) first: VerdictId,
    /// Stands in its place.
    pub(super) second: VerdictId,
    /// On the other claim, and retracted.
    pub(super) retracted: VerdictId,
}

/// What a command gave.
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Desk {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ids = Writer::start(&folder.path().join("desk/.factlog")).fill();
        Self { folder, ids }
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().join("desk")
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_factlog"));
        command
            .args(words)
            .current_dir(self.folder())
            .env("FACTLOG_HOME", self.folder.path().join("home"))
            .env_remove("FACTLOG_LEDGER")
            .stdin(Stdio::null());
        command
    }

    /// Runs the command.
    pub(super) fn run(&self, words: &[&str]) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(words).output().unwrap();
        Ran {
            code: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs the command, which must end with status 0; returns what it printed.
    pub(super) fn done(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, Some(0), "{words:?}: {}", ran.err);
        ran.out
    }

    /// Runs the command with `--json`; what it prints must be of its schema.
    pub(super) fn json(&self, words: &[&str], schema: &str) -> Value {
        let with = [words, &["--json"]].concat();
        let ran = self.run(&with);
        let document: Value = serde_json::from_str(&ran.out)
            .unwrap_or_else(|e| panic!("{with:?}: {e}: {} {}", ran.out, ran.err));
        assert_valid(&document, schema);
        document
    }

    /// Returns the file of the evidence's text.
    pub(super) fn record_file(&self) -> PathBuf {
        let id = ObjectId::of(RECORD.as_bytes()).to_string();
        self.folder()
            .join(".factlog/objects")
            .join(&id[..2])
            .join(&id[2..])
    }

    pub(super) fn ledger(&self) -> Ledger {
        let mut options = ledger::options();
        options.read_only = true;
        Ledger::open(&self.folder().join(".factlog"), options)
            .unwrap()
            .0
    }
}

/// Validates a document against `schemas/output-NAME.schema.json`.
pub(super) fn assert_valid(document: &Value, name: &str) {
    let file = format!("schemas/output-{name}.schema.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(document)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{file}: {faults:#?}\n{document:#}");
}

pub(super) fn at(minute: u32) -> Timestamp {
    format!("2026-11-22T10:{minute:02}:00Z").parse().unwrap()
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyName::new(name).unwrap(), &[seed; 32])
}

/// Writes a ledger.
struct Writer {
    ledger: Ledger,
    alice: SigningKey,
    composer: Composer,
    minute: u32,
}

impl Writer {
    fn start(place: &Path) -> Self {
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        let (root, alice) = (
            key("desk.example/facts/root", 1),
            key("desk.example/alice", 3),
        );
        let start = Start {
            place,
            name: "Example Desk".into(),
            root: &root,
            log: key("desk.example/facts", 2),
            reviewer: &alice,
            roles: vec![Role::Reviewer],
            policy: Policy::default(),
            at: at(0),
            files: vec![],
        };
        let ledger = Ledger::init(start, ledger::options()).unwrap();
        let composer = ledger.composer(alice.verifier()).unwrap();
        Self {
            ledger,
            alice,
            composer,
            minute: 0,
        }
    }

    fn fill(mut self) -> Ids {
        let source = self.source(ARTICLE, Some("A \u{202e}bridge\u{1b}[2J"), Rights::Quoted);
        let record = self.source(&RECORD, Some("The record of closures"), Rights::Public);
        let claim = self.claim(source, WORDS, Some(("Ada Holm", "Mayor")));
        let other = self.claim(source, OTHER, None);
        let quote = quote(&RECORD, "from March 2019 to March 2020");
        let evidence = |stance| Evidence {
            source: record,
            stance,
            primary: true,
            quote: Some(quote.clone()),
            locator: Some("line 1".into()),
            note: None,
            unavailable: None,
        };
        let first = self.verdict(claim, "true", "It was closed.", None, vec![]);
        let change = (first, VerdictChange::Rating, "The dates were overlooked.");
        let second = self.verdict(
            claim,
            "mostly-true",
            "It was closed from March.",
            Some(change),
            vec![evidence(Stance::Supports)],
        );
        let retracted = self.verdict(other, "false", "It did not.", None, vec![]);
        let note = Note {
            text: "The wrong bridge was checked.\u{7}".into(),
            salt: Salt::from_seed(b"note", 0),
        };
        let mut pending = Pending::default();
        let note = put(&mut pending, &note);
        let body = Body::Retraction(Retraction {
            verdict: retracted,
            note,
        });
        self.append(pending, body);
        self.ledger.close().unwrap();
        Ids {
            source,
            record,
            claim,
            other,
            first,
            second,
            retracted,
        }
    }

    fn append(&mut self, mut pending: Pending, body: Body) -> [u8; 32] {
        self.minute += 1;
        let draft = self.composer.draft(at(self.minute), body).unwrap();
        let entry = self.composer.sign(&draft, &self.alice, &[]).unwrap();
        let id = entry.id();
        pending.entries.push(entry);
        self.ledger.append(&pending).unwrap();
        id.0
    }

    fn source(&mut self, text: &str, title: Option<&str>, rights: Rights) -> SourceId {
        let mut pending = Pending::default();
        let kept = Kept::of(text.as_bytes());
        pending.object(text.as_bytes().to_vec());
        let meta = Meta {
            url: Some("https://news.example/bridge".into()),
            title: title.map(str::to_owned),
            authors: vec!["A. Writer".into()],
            publisher: Some("News Example".into()),
            published: Some("2026-11-20".parse().unwrap()),
            retrieved: Some(at(0)),
            language: Some("en".into()),
            salt: Salt::from_seed(text.as_bytes(), 0),
        };
        let meta = put(&mut pending, &meta);
        let body = Body::Source(SourceEntry {
            source_type: SourceType::Document,
            raw: Some(kept),
            text: Some(kept),
            media: "text/plain".into(),
            charset: Some("UTF-8".into()),
            normalizer: Some("text/1 unicode-17.0".into()),
            rights,
            meta,
            replaces: None,
        });
        SourceId(self.append(pending, body))
    }

    fn claim(&mut self, source: SourceId, words: &str, said: Option<(&str, &str)>) -> ClaimId {
        let mut pending = Pending::default();
        let quote = quote(ARTICLE, words);
        let span = quote.bytes;
        let claim = Claim {
            source: ObjectId::of(ARTICLE.as_bytes()),
            text: words.into(),
            added: vec![],
            parts: vec![span],
            statement: said.map(|_| span).into_iter().collect(),
            cue: None,
            claimant: said.map(|(name, role)| Claimant {
                name: name.into(),
                role: Some(role.into()),
                same_as: None,
                span: None,
            }),
            manner: if said.is_some() {
                Manner::Indirect
            } else {
                Manner::Narration
            },
            said: None,
            quote,
            language: "en".into(),
        };
        let body = Body::Claim(ClaimEntry {
            claim: put(&mut pending, &claim),
            source,
            start: span.start() as u64,
            end: span.end() as u64,
            extractor: Some("rules/1".into()),
            supersedes: None,
            change: None,
        });
        ClaimId(self.append(pending, body))
    }

    fn verdict(
        &mut self,
        claim: ClaimId,
        rating: &str,
        summary: &str,
        supersedes: Option<(VerdictId, VerdictChange, &str)>,
        evidence: Vec<Evidence>,
    ) -> VerdictId {
        let mut pending = Pending::default();
        let verdict = Verdict {
            summary: summary.into(),
            rationale: None,
            reason: supersedes.map(|(_, _, reason)| reason.to_owned()),
            evidence,
            conflicts: vec![],
            salt: Salt::from_seed(summary.as_bytes(), 1),
        };
        let body = Body::Verdict(VerdictEntry {
            claim,
            rating: rating.parse().unwrap(),
            policy: self.ledger.policy().unwrap().0,
            verdict: put(&mut pending, &verdict),
            supersedes: supersedes.map(|(older, _, _)| older),
            change: supersedes.map(|(_, change, _)| change),
        });
        VerdictId(self.append(pending, body))
    }
}

fn quote(text: &str, words: &str) -> Quote {
    let start = text.find(words).unwrap();
    Quote::new(text, Span::new(start, start + words.len()).unwrap()).unwrap()
}

fn put<O: Object>(pending: &mut Pending, object: &O) -> ObjectId {
    pending.object(object::to_bytes(object).unwrap())
}
