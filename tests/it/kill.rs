//! `kill -9` during `factlog verdict --from -`: what was acknowledged is there, in order, and the next
//! command works.
//!
//! `FACTLOG_KILLS` sets how often; `tests/kill.sh` does it 200 times. Two kills in three come between
//! two named steps of an append, where the program was told to pause; the others come at any moment.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use factlog::entry::{Body, ClaimEntry, Role, SourceEntry};
use factlog::keys::{self, Protection, Seed};
use factlog::ledger::{self, Ledger, Pending, Start, Step};
use factlog::trust::key::{KeyName, SigningKey};
use factlog::words::claim::{Claim, Manner};
use factlog::words::id::{EntryId, ObjectId, SourceId};
use factlog::words::object;
use factlog::words::policy::Policy;
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};
use factlog::words::time::Timestamp;

/// The steps of an append between which a kill is placed.
const STEPS: [Step; 6] = [
    Step::ObjectsSynced,
    Step::JournalWritten,
    Step::JournalSynced,
    Step::DatabaseApplied,
    Step::HeadWritten,
    Step::HeadRenamed,
];

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let kills: usize = std::env::var("FACTLOG_KILLS").map_or(9, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(folder.path(), kills * CLAIMS_A_KILL);
    let mut acknowledged: Vec<(u64, EntryId)> = Vec::new();
    let mut between = 0;
    for kill in 0..kills {
        let claims = &desk.claims[kill * CLAIMS_A_KILL..][..CLAIMS_A_KILL];
        let step = (kill % 3 != 0).then(|| STEPS[kill % STEPS.len()]);
        let (acks, paused) = desk.killed(claims, step, kill);
        between += usize::from(paused);
        acknowledged.extend(acks);

        let next = desk.factlog(&["checkpoint"]).output().unwrap();
        assert!(
            next.status.success(),
            "kill {kill}: {}",
            String::from_utf8_lossy(&next.stderr)
        );
        let (ledger, _) = Ledger::open(&desk.ledger, ledger::options()).unwrap();
        for (index, id) in &acknowledged {
            let there = ledger.entry_at(*index).unwrap_or_else(|e| {
                panic!("kill {kill} at {step:?}: acknowledged entry {index}: {e}")
            });
            assert_eq!(
                there.entry.id(),
                *id,
                "kill {kill} at {step:?}: entry {index}"
            );
        }
    }
    assert!(
        acknowledged.windows(2).all(|w| w[0].0 < w[1].0),
        "acknowledged in order"
    );
    assert!(
        between * 4 >= kills,
        "only {between} of {kills} kills came between two steps"
    );
    let audit = desk.factlog(&["verify"]).output().unwrap();
    assert!(
        audit.status.success(),
        "{}",
        String::from_utf8_lossy(&audit.stdout)
    );
    println!(
        "{kills} kills, {between} of them between two named steps; {} acknowledged, 0 lost",
        acknowledged.len()
    );
}

/// Claims on which verdicts are given before each kill.
const CLAIMS_A_KILL: usize = 40;

struct Desk {
    ledger: PathBuf,
    home: PathBuf,
    claims: Vec<EntryId>,
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyName::new(name).unwrap(), &[seed; 32])
}

fn at() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

impl Desk {
    /// Starts a ledger with a source of `count` sentences, each of them a recorded claim.
    fn new(folder: &Path, count: usize) -> Self {
        let home = folder.join("home");
        let ledger = folder.join(".factlog");
        let (root, log) = (
            key("desk.example/facts/root", 1),
            key("desk.example/facts", 2),
        );
        let alice = key("desk.example/alice", 3);
        let log_file = folder.join("log.key");
        for (key, seed, path) in [
            (&alice, 3, home.join("keys").join("alice")),
            (&log, 2, log_file.clone()),
        ] {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let seed = Seed::new([seed; 32]);
            keys::create::create(&path, key.name(), &seed, Protection::Unencrypted).unwrap();
        }
        let start = Start {
            place: &ledger,
            name: "Desk".into(),
            root: &root,
            log: log.clone(),
            reviewer: &alice,
            roles: vec![Role::Reviewer],
            policy: Policy::default(),
            at: at(),
            files: vec![("log.key", std::fs::read(&log_file).unwrap())],
        };
        let mut options = ledger::options();
        options.heads = Some(home.join("heads"));
        let mut opened = Ledger::init(start, options).unwrap();
        let claims = claims(&mut opened, &alice, count);
        opened.close().unwrap();
        Self {
            ledger,
            home,
            claims,
        }
    }

    fn factlog(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_factlog"));
        command
            .args(arguments)
            .arg("--ledger")
            .arg(&self.ledger)
            .env("FACTLOG_HOME", &self.home)
            .env_remove("FACTLOG_LEDGER")
            .env_remove("FACTLOG_STOP_AFTER")
            .env_remove("FACTLOG_PAUSE_AFTER");
        command
    }

    /// Gives verdicts until the program is killed; returns what it acknowledged, and whether it was
    /// killed in a pause between two steps.
    fn killed(
        &self,
        claims: &[EntryId],
        step: Option<Step>,
        kill: usize,
    ) -> (Vec<(u64, EntryId)>, bool) {
        let mut command = self.factlog(&["verdict", "--from", "-", "--json"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(step) = step {
            command.env("FACTLOG_PAUSE_AFTER", format!("{step}:{}", 1 + kill % 2));
        }
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let lines: Vec<String> = claims.iter().map(line).collect();
        let feeder = thread::spawn(move || {
            for chunk in lines.chunks(8) {
                for line in chunk {
                    if writeln!(stdin, "{line}").is_err() {
                        return;
                    }
                }
                let _ = stdin.flush();
                thread::sleep(Duration::from_millis(60));
            }
        });
        let reader = acknowledgements(&mut child);
        let paused = if let Some(step) = step {
            wait_for_pause(&mut child, &format!("paused after {step}"))
        } else {
            thread::sleep(Duration::from_millis(20 + (kill as u64 * 37) % 400));
            false
        };
        child.kill().unwrap();
        child.wait().unwrap();
        feeder.join().unwrap();
        (reader.join().unwrap(), paused)
    }
}

fn line(claim: &EntryId) -> String {
    format!(r#"{{"claim":"{claim}","rating":"true","summary":"It is in the register."}}"#)
}

fn acknowledgements(child: &mut Child) -> thread::JoinHandle<Vec<(u64, EntryId)>> {
    let stdout = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || {
        let mut acknowledged = Vec::new();
        for line in stdout.lines().map_while(Result::ok) {
            // A line that the kill cut short acknowledges nothing.
            let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else {
                continue;
            };
            let id = line["id"]
                .as_str()
                .unwrap_or_else(|| panic!("not acknowledged: {line}"));
            acknowledged.push((line["index"].as_u64().unwrap(), id.parse().unwrap()));
        }
        acknowledged
    })
}

/// Waits until the program says that it pauses; `false` if it ends or a while passes without it.
fn wait_for_pause(child: &mut Child, wanted: &str) -> bool {
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let wanted = wanted.to_owned();
    let (said, says) = mpsc::channel();
    thread::spawn(move || {
        let found = stderr
            .lines()
            .map_while(Result::ok)
            .any(|line| line.contains(&wanted));
        let _ = said.send(found);
    });
    says.recv_timeout(Duration::from_secs(20)).unwrap_or(false)
}

/// Takes in a source and records each of its sentences as a claim.
fn claims(ledger: &mut Ledger, alice: &SigningKey, count: usize) -> Vec<EntryId> {
    let mut text = String::new();
    for n in 0..count {
        writeln!(text, "The council closed bridge {n}.").unwrap();
    }
    let mut composer = ledger.composer(alice.verifier()).unwrap();
    let mut pending = Pending::default();
    let kept = Kept::of(text.as_bytes());
    pending.object(text.clone().into_bytes());
    let meta = Meta {
        url: None,
        title: None,
        authors: vec![],
        publisher: None,
        published: None,
        retrieved: None,
        language: None,
        salt: Salt::from_seed(b"kill", 0),
    };
    let body = Body::Source(SourceEntry {
        source_type: SourceType::Document,
        raw: Some(kept),
        text: Some(kept),
        media: "text/plain".into(),
        charset: Some("utf-8".into()),
        normalizer: Some("text/1".into()),
        rights: Rights::Quoted,
        meta: pending.object(object::to_bytes(&meta).unwrap()),
        replaces: None,
    });
    let entry = composer
        .sign(&composer.draft(at(), body).unwrap(), alice, &[])
        .unwrap();
    let source = SourceId(entry.id().0);
    pending.entries.push(entry);
    let mut ids = Vec::new();
    let mut start = 0;
    let id = ObjectId::of(text.as_bytes());
    for line in text.lines() {
        let span = Span::new(start, start + line.len() - 1).unwrap();
        start += line.len() + 1;
        let claim = Claim {
            source: id,
            text: span.of(&text).unwrap().to_owned(),
            added: vec![],
            parts: vec![span],
            statement: vec![],
            cue: None,
            claimant: None,
            manner: Manner::Narration,
            said: None,
            quote: Quote::new(&text, span).unwrap(),
            language: "en".into(),
        };
        let body = Body::Claim(ClaimEntry {
            claim: pending.object(object::to_bytes(&claim).unwrap()),
            source,
            start: span.start() as u64,
            end: span.end() as u64,
            extractor: None,
            supersedes: None,
            change: None,
        });
        let entry = composer
            .sign(&composer.draft(at(), body).unwrap(), alice, &[])
            .unwrap();
        ids.push(entry.id());
        pending.entries.push(entry);
    }
    ledger.append(&pending).unwrap();
    ids
}
