//! Every figure that the documentation states about speed, as ratios in one run.
//!
//! `cargo bench` prints them. `FACTLOG_BENCH_VERDICTS` sets how many verdicts the large ledger has
//! (100,000 unless told otherwise); `FACTLOG_BENCH_PLACE` where files are written, since a sync costs
//! what the disk makes it cost (the build folder unless told otherwise). A bar that can't be had here
//! (git, ssh-keygen) is named as skipped.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts are far below 2^52, and a rate needs no more digits"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ed25519_dalek::{Signature, VerifyingKey};
use factlog::audit::Severity;
use factlog::audit::bundle::{Expected, check_bytes};
use factlog::entry::{Body, ClaimEntry, Role, SourceEntry, VerdictEntry};
use factlog::ledger::{self, Composer, Ledger, Pending, Reveal, Start, Step, VerifyOptions};
use factlog::mirror::{self, Folder};
use factlog::trust::checkpoint::Checkpoint;
use factlog::trust::key::{KeyName, SigningKey};
use factlog::trust::note::SignedNote;
use factlog::trust::tile::EntryBundle;
use factlog::words::claim::{Claim, Manner};
use factlog::words::id::{ClaimId, ObjectId, SourceId, VerdictId};
use factlog::words::object;
use factlog::words::policy::Policy;
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};
use factlog::words::time::Timestamp;
use factlog::words::verdict::Verdict;

/// Verdicts that are appended together in a round.
const ROUND: usize = 1000;
/// Appends, commits and inserts that are timed one at a time.
const SINGLE: usize = 100;
/// Verdicts in the ledger whose site is exported.
const SITE_VERDICTS: usize = 10_000;
/// Claims in each source of the large ledger.
const CLAIMS_A_SOURCE: usize = 100;

fn main() {
    let verdicts = std::env::var("FACTLOG_BENCH_VERDICTS").map_or(100_000, |text| {
        text.parse().expect("FACTLOG_BENCH_VERDICTS is a number")
    });
    let place = std::env::var_os("FACTLOG_BENCH_PLACE")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    fs::create_dir_all(&place).expect("the place can be made");
    let folder = tempfile::tempdir_in(&place).expect("a temporary folder");
    println!("factlog: figures, in one run on {} threads", threads());
    let signing = signing();
    let large = Large::build(&folder.path().join("large"), verdicts);
    append(&large, signing, folder.path());
    audit(&large);
    hashes(&large, folder.path());
    proofs(&large);
    start_up(&large, folder.path());
    memory(&large, folder.path());
    site(verdicts.min(SITE_VERDICTS), folder.path());
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn row(what: &str, figure: &str) {
    println!("{what:<64} {figure}");
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn at() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().expect("a time")
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyName::new(name).expect("a name"), &[seed; 32])
}

fn reviewer() -> SigningKey {
    key("bench.example/reviewer", 3)
}

/// The bare signing rate of one core, on texts as long as a verdict's.
fn signing() -> f64 {
    let key = reviewer();
    let text = "x".repeat(1000);
    let began = Instant::now();
    let count = 20_000;
    for _ in 0..count {
        black_box(key.sign(black_box(&text)));
    }
    let signing = rate(count, began.elapsed());
    row("bare signing, one core", &format!("{signing:.0}/s"));
    signing
}

/// A ledger with a source for every hundred claims, and a verdict on each claim.
struct Large {
    folder: PathBuf,
    verdicts: usize,
    /// The verdicts' signed notes and objects, as they were appended in the last rounds.
    sample: Vec<(Vec<u8>, Vec<u8>)>,
    times: Times,
}

/// What the large ledger's verdicts took.
#[derive(Default)]
struct Times {
    /// To compose and sign them.
    signing: Duration,
    /// To check each as an auditor would, before it is let in.
    checking: Duration,
    /// To make them durable, keep them in the database and sign the checkpoint.
    storing: Duration,
}

impl Times {
    fn whole(&self) -> Duration {
        self.signing + self.checking + self.storing
    }
}

fn options() -> ledger::Options {
    let mut options = ledger::options();
    options.log_key = Some(key("bench.example/facts", 2));
    options
}

fn text(source: usize) -> String {
    let mut text = String::new();
    for claim in 0..CLAIMS_A_SOURCE {
        let _ = writeln!(
            text,
            "In year {source} the council closed {claim} of its bridges."
        );
    }
    text
}

impl Large {
    fn build(folder: &Path, verdicts: usize) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let (root, reviewer) = (key("bench.example/facts/root", 1), reviewer());
        let start = Start {
            place: &folder.join(".factlog"),
            name: "Bench".into(),
            root: &root,
            log: key("bench.example/facts", 2),
            reviewer: &reviewer,
            roles: vec![Role::Reviewer],
            policy: Policy::default(),
            at: at(),
            files: vec![],
        };
        let mut ledger = Ledger::init(start, options()).expect("a ledger");
        let policy = ledger.policy().expect("a policy").0;
        let mut composer = ledger.composer(reviewer.verifier()).expect("a composer");
        let mut claims = Vec::with_capacity(verdicts);
        let mut salt = 0;
        for source in 0..verdicts.div_ceil(CLAIMS_A_SOURCE) {
            let text = text(source);
            let mut pending = Pending::default();
            let id = push_source(&mut composer, &reviewer, &mut pending, &text, &mut salt);
            for _ in 0..CLAIMS_A_SOURCE.min(verdicts - claims.len()) {
                let n = claims.len() % CLAIMS_A_SOURCE;
                claims.push(push_claim(
                    &mut composer,
                    &reviewer,
                    &mut pending,
                    &text,
                    id,
                    n,
                ));
            }
            ledger.append(&pending).expect("appends");
        }
        let mut sample = Vec::new();
        let mut times = Times::default();
        for round in claims.chunks(ROUND) {
            let began = Instant::now();
            let mut pending = Pending::default();
            for claim in round {
                push_verdict(
                    &mut composer,
                    &reviewer,
                    &mut pending,
                    policy,
                    *claim,
                    &mut salt,
                );
            }
            times.signing += began.elapsed();
            let began = Instant::now();
            let mut appending = ledger.begin();
            appending.push(&pending).expect("pushes");
            times.checking += began.elapsed();
            let began = Instant::now();
            appending.commit().expect("commits");
            times.storing += began.elapsed();
            if sample.len() < 20 * ROUND {
                let notes = pending.entries.iter().map(|entry| entry.bytes().to_vec());
                sample.extend(notes.zip(pending.objects));
            }
        }
        ledger.close().expect("closes");
        Self {
            folder: folder.join(".factlog"),
            verdicts,
            sample,
            times,
        }
    }
}

fn next_salt(counter: &mut u64) -> Salt {
    *counter += 1;
    Salt::from_seed(b"bench", *counter)
}

fn push_source(
    composer: &mut Composer,
    key: &SigningKey,
    pending: &mut Pending,
    text: &str,
    salt: &mut u64,
) -> SourceId {
    let kept = Kept::of(text.as_bytes());
    pending.object(text.as_bytes().to_vec());
    let meta = Meta {
        url: None,
        title: Some("Bridges".into()),
        authors: vec![],
        publisher: None,
        published: None,
        retrieved: None,
        language: None,
        salt: next_salt(salt),
    };
    let body = Body::Source(SourceEntry {
        source_type: SourceType::Document,
        raw: Some(kept),
        text: Some(kept),
        media: "text/plain".into(),
        charset: Some("utf-8".into()),
        normalizer: Some("text/1".into()),
        rights: Rights::Quoted,
        meta: pending.object(object::to_bytes(&meta).expect("an object")),
        replaces: None,
    });
    let draft = composer.draft(at(), body).expect("a draft");
    let entry = composer.sign(&draft, key, &[]).expect("signs");
    let id = SourceId(entry.id().0);
    pending.entries.push(entry);
    id
}

fn push_claim(
    composer: &mut Composer,
    key: &SigningKey,
    pending: &mut Pending,
    text: &str,
    source: SourceId,
    n: usize,
) -> ClaimId {
    let line = text.lines().nth(n).expect("a line for each claim");
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    let span = Span::new(start, start + line.len() - 1).expect("a span");
    let claim = Claim {
        source: ObjectId::of(text.as_bytes()),
        text: span.of(text).expect("in the text").to_owned(),
        added: vec![],
        parts: vec![span],
        statement: vec![],
        cue: None,
        claimant: None,
        manner: Manner::Narration,
        said: None,
        quote: Quote::new(text, span).expect("in the text"),
        language: "en".into(),
    };
    let body = Body::Claim(ClaimEntry {
        claim: pending.object(object::to_bytes(&claim).expect("an object")),
        source,
        start: span.start() as u64,
        end: span.end() as u64,
        extractor: None,
        supersedes: None,
        change: None,
    });
    let draft = composer.draft(at(), body).expect("a draft");
    let entry = composer.sign(&draft, key, &[]).expect("signs");
    let id = ClaimId(entry.id().0);
    pending.entries.push(entry);
    id
}

fn push_verdict(
    composer: &mut Composer,
    key: &SigningKey,
    pending: &mut Pending,
    policy: ObjectId,
    claim: ClaimId,
    salt: &mut u64,
) {
    let verdict = Verdict {
        summary: "The council's own register of bridges lists each closure with its date; the \
                  number agrees with what was said."
            .into(),
        rationale: Some("The register was read in full and the entries were counted twice.".into()),
        reason: None,
        evidence: vec![],
        conflicts: vec![],
        salt: next_salt(salt),
    };
    let body = Body::Verdict(VerdictEntry {
        claim,
        rating: "mostly-true".parse().expect("a rating"),
        policy,
        verdict: pending.object(object::to_bytes(&verdict).expect("an object")),
        supersedes: None,
        change: None,
    });
    let draft = composer.draft(at(), body).expect("a draft");
    let entry = composer.sign(&draft, key, &[]).expect("signs");
    pending.entries.push(entry);
}

/// Writing and checking a proof of the large ledger's last verdict.
fn proofs(large: &Large) {
    let (ledger, _) = Ledger::open(&large.folder, options()).expect("it opens");
    let last = ledger.entry_at(ledger.tree_head().size - 1);
    let verdict = VerdictId(last.expect("an entry").entry.id().0);
    let expected = Expected {
        ledger: Some(ledger.id()),
        ..Expected::default()
    };
    let began = Instant::now();
    for _ in 0..SINGLE {
        black_box(ledger.prove(&verdict, Reveal::Quotations)).expect("it is proven");
    }
    let proving = began.elapsed();
    let (bundle, _) = ledger
        .prove(&verdict, Reveal::Quotations)
        .expect("it is proven");
    let bytes = bundle.to_bytes();
    let began = Instant::now();
    for _ in 0..SINGLE {
        let report = check_bytes(black_box(&bytes), &expected);
        // The texts are left out, which is noted.
        let worst = report.worst();
        assert!(
            worst.is_none_or(|worst| worst == Severity::Note),
            "{:?}",
            report.findings
        );
    }
    let checking = began.elapsed();
    println!();
    let each = |time: Duration| time.as_secs_f64() * 1e3 / SINGLE as f64;
    row(
        "a proof of a verdict, quotation only: written",
        &format!("{} bytes, {:.1} ms", bytes.len(), each(proving)),
    );
    row(
        "  checked, every signature and quote of it",
        &format!("{:.1} ms", each(checking)),
    );
}

/// Durable appends, against the bare signing rate and against other ways to keep the same bytes.
fn append(large: &Large, signing: f64, folder: &Path) {
    let rounds = rate(large.verdicts, large.times.whole());
    println!();
    row(
        "durable append of signed verdicts, rounds of 1,000",
        &format!(
            "{rounds:.0}/s, {:.2} x bare signing (floor 0.15, aim 0.35)",
            rounds / signing
        ),
    );
    for (what, time) in [
        ("composing and signing", large.times.signing),
        ("checking each entry", large.times.checking),
        ("journal, database, checkpoint", large.times.storing),
    ] {
        row(
            &format!("  of it {what}"),
            &format!(
                "{:.0} us a verdict",
                time.as_secs_f64() * 1e6 / large.verdicts as f64
            ),
        );
    }
    let sample = &large.sample[..large.sample.len().min(10 * ROUND)];
    let file = plain_file(&folder.join("plain"), sample, ROUND);
    row(
        "  the same bytes in a plain file with fdatasync",
        &format!("{:.2} x that", rounds / file),
    );
    let sqlite = sqlite_rate(&folder.join("rounds.sqlite"), sample, ROUND);
    row(
        "  the same bytes in SQLite (WAL, FULL)",
        &format!(
            "{:.2} x that (floor 1); storing alone, as SQLite does: {:.2} x",
            rounds / sqlite,
            rate(large.verdicts, large.times.storing) / sqlite
        ),
    );

    let single = single_appends(&folder.join("single"));
    let file = plain_file(
        &folder.join("plain1"),
        &sample[..SINGLE.min(sample.len())],
        1,
    );
    row(
        "  the same bytes in a plain file with fdatasync",
        &format!("{:.2} x that", single / file),
    );
    let sqlite = sqlite_rate(
        &folder.join("single.sqlite"),
        &sample[..SINGLE.min(sample.len())],
        1,
    );
    row(
        "  the same bytes in SQLite (WAL, FULL)",
        &format!("{:.2} x that", single / sqlite),
    );
    match git_rates(&folder.join("git"), &sample[..SINGLE.min(sample.len()) / 2]) {
        Some((commits, verifies)) => {
            row(
                "  git commits signed with an SSH key",
                &format!("{:.0} x that, one at a time (floor 30)", single / commits),
            );
            row(
                "",
                &format!(
                    "{:.0} x that, in rounds (floor 100, aim 300)",
                    rounds / commits
                ),
            );
            row("git commits verified", &format!("{verifies:.0}/s"));
        }
        None => row(
            "  git commits signed with an SSH key",
            "skipped: git or ssh-keygen is missing",
        ),
    }
}

fn single_appends(folder: &Path) -> f64 {
    let large = Large::build(folder, 1);
    let steps = Arc::new(Mutex::new((Instant::now(), BTreeMap::new())));
    let mut options = options();
    options.on_step = Some(Arc::new({
        let steps = Arc::clone(&steps);
        move |step: Step| {
            let mut steps = steps.lock().expect("no step panics");
            let since = std::mem::replace(&mut steps.0, Instant::now()).elapsed();
            *steps.1.entry(step as usize).or_insert(Duration::ZERO) += since;
        }
    }));
    let (mut ledger, _) = Ledger::open(&large.folder, options).expect("opens");
    let key = reviewer();
    let mut composer = ledger.composer(key.verifier()).expect("a composer");
    let mut salt = 1_000_000;
    let began = Instant::now();
    for n in 0..SINGLE {
        steps.lock().expect("no step panics").0 = Instant::now();
        let mut pending = Pending::default();
        push_source(
            &mut composer,
            &key,
            &mut pending,
            &format!("Text {n}.\n"),
            &mut salt,
        );
        ledger.append(&pending).expect("appends");
    }
    let single = rate(SINGLE, began.elapsed());
    row("durable append, one at a time", &format!("{single:.0}/s"));
    for (step, time) in &steps.lock().expect("no step panics").1 {
        let time = time.as_secs_f64() * 1e6 / SINGLE as f64;
        row(
            &format!("  of it up to {}", Step::ALL[*step].name()),
            &format!("{time:.0} us"),
        );
    }
    single
}

fn plain_file(path: &Path, sample: &[(Vec<u8>, Vec<u8>)], round: usize) -> f64 {
    let mut file = File::create(path).expect("a file");
    let began = Instant::now();
    for round in sample.chunks(round) {
        let mut bytes = Vec::new();
        for (note, object) in round {
            bytes.extend_from_slice(note);
            bytes.extend_from_slice(object);
        }
        file.write_all(&bytes).expect("writes");
        file.sync_data().expect("syncs");
    }
    rate(sample.len(), began.elapsed())
}

fn sqlite_rate(path: &Path, sample: &[(Vec<u8>, Vec<u8>)], round: usize) -> f64 {
    let mut database = rusqlite::Connection::open(path).expect("a database");
    database
        .pragma_update(None, "journal_mode", "WAL")
        .expect("WAL");
    database
        .pragma_update(None, "synchronous", "FULL")
        .expect("FULL");
    database
        .execute_batch(
            "CREATE TABLE entry (n INTEGER PRIMARY KEY, id BLOB UNIQUE, note BLOB);
             CREATE TABLE object (id BLOB PRIMARY KEY, bytes BLOB);",
        )
        .expect("tables");
    let began = Instant::now();
    for round in sample.chunks(round) {
        let transaction = database.transaction().expect("a transaction");
        {
            let mut entry = transaction
                .prepare_cached("INSERT INTO entry (id, note) VALUES (?1, ?2)")
                .expect("a statement");
            let mut kept = transaction
                .prepare_cached("INSERT INTO object VALUES (?1, ?2)")
                .expect("a statement");
            for (note, bytes) in round {
                let id = factlog::trust::merkle::LeafHash::of(note);
                entry.execute((id.0.as_slice(), note)).expect("inserts");
                kept.execute((ObjectId::of(bytes).as_bytes().as_slice(), bytes))
                    .expect("inserts");
            }
        }
        transaction.commit().expect("commits");
    }
    rate(sample.len(), began.elapsed())
}

/// Commits and verifications a second; `None` where git or ssh-keygen is missing.
fn git_rates(folder: &Path, sample: &[(Vec<u8>, Vec<u8>)]) -> Option<(f64, f64)> {
    fs::create_dir_all(folder).ok()?;
    let quiet = |command: &mut Command| {
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .stdin(Stdio::null());
        command
            .status()
            .ok()
            .filter(std::process::ExitStatus::success)
    };
    let key = folder.join("key");
    quiet(
        Command::new("ssh-keygen")
            .args([
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "bench@example.org",
                "-f",
            ])
            .arg(&key),
    )?;
    let public = fs::read_to_string(key.with_extension("pub")).ok()?;
    let signers = folder.join("allowed_signers");
    fs::write(&signers, format!("bench@example.org {public}")).ok()?;
    let work = folder.join("work");
    quiet(Command::new("git").arg("init").arg("-q").arg(&work))?;
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&work)
            .args(["-c", "gpg.format=ssh", "-c", "user.name=bench"])
            .args(["-c", "user.email=bench@example.org", "-c", "core.fsync=all"])
            .arg("-c")
            .arg(format!("user.signingkey={}", key.display()))
            .arg("-c")
            .arg(format!("gpg.ssh.allowedSignersFile={}", signers.display()))
            .args(arguments);
        quiet(&mut command)
    };
    let began = Instant::now();
    for (n, (note, object)) in sample.iter().enumerate() {
        fs::write(work.join(format!("{n}.entry")), note).ok()?;
        fs::write(work.join(format!("{n}.object")), object).ok()?;
        git(&["add", "-A"])?;
        git(&["commit", "-q", "-S", "-m", "verdict"])?;
    }
    let commits = rate(sample.len(), began.elapsed());
    let began = Instant::now();
    for n in 0..sample.len() {
        git(&["verify-commit", &format!("HEAD~{n}")])?;
    }
    Some((commits, rate(sample.len(), began.elapsed())))
}

/// A whole audit, against a bare loop over the same entries' signatures on the same threads.
fn audit(large: &Large) {
    let (ledger, _) = Ledger::open(&large.folder, options()).expect("opens");
    let size = ledger.tree_head().size;
    let mut signed = Vec::new();
    for index in 0..size {
        let entry = ledger.entry_at(index).expect("an entry").entry;
        let note = entry.note();
        let signature: [u8; 64] = note.signatures()[0]
            .signature
            .as_slice()
            .try_into()
            .expect("64 bytes");
        let key = entry.header().by.public().as_bytes();
        signed.push((
            VerifyingKey::from_bytes(key).expect("a key"),
            Signature::from_bytes(&signature),
            note.text().to_owned(),
        ));
    }
    let share = signed.len().div_ceil(threads());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for part in signed.chunks(share) {
            scope.spawn(move || {
                for (key, signature, text) in part {
                    key.verify_strict(text.as_bytes(), signature)
                        .expect("valid");
                }
            });
        }
    });
    let bare = rate(signed.len(), began.elapsed());
    drop(signed);
    let began = Instant::now();
    let report = ledger
        .verify(
            &VerifyOptions {
                threads: threads(),
                ..VerifyOptions::default()
            },
            None,
        )
        .expect("verifies");
    let whole = rate(usize::try_from(size).expect("fits"), began.elapsed());
    assert!(report.findings.is_empty(), "{:?}", report.findings.first());
    println!();
    row(
        "bare verify_strict loop, all threads",
        &format!("{bare:.0}/s"),
    );
    row(
        &format!("audit of {size} entries, all threads"),
        &format!(
            "{whole:.0}/s, {:.2} x the bare loop (floor 0.8, aim 2)",
            whole / bare
        ),
    );
}

/// The hashes of all entries and the root of their tree, from the files that a publication has.
fn hashes(large: &Large, folder: &Path) {
    let (ledger, _) = Ledger::open(&large.folder, options()).expect("opens");
    let head = ledger.tree_head();
    let published = folder.join("tiles");
    let write = |path: &str, bytes: &[u8]| {
        let path = published.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("writes");
    };
    write(mirror::CHECKPOINT, ledger.checkpoint());
    write(mirror::WITHHELD, b"");
    let mut records = ledger.entries_from(0);
    for bundle in EntryBundle::for_size(head.size) {
        let entries: Vec<Vec<u8>> = records
            .by_ref()
            .take(usize::from(bundle.width()))
            .map(|record| record.expect("an entry").entry.bytes().to_vec())
            .collect();
        let bytes = bundle.to_bytes(&entries).expect("a bundle");
        write(&bundle.to_string(), &bytes);
    }
    let log = key("bench.example/facts", 2);
    let files = Folder::new(published);
    let mut best = Duration::MAX;
    // The first run reads the disk.
    for _ in 0..5 {
        let began = Instant::now();
        let copy = mirror::Copy::open(&files).expect("a copy");
        let found = copy.tree_head(None).expect("a tree");
        let note = SignedNote::parse(copy.checkpoint.as_deref().expect("a checkpoint"));
        let note = note.expect("a note");
        let signed = note.verify(&[log.verifier()]).expect("signed");
        let stated = Checkpoint::from_verified(&signed).expect("a checkpoint");
        assert_eq!(stated.head, found);
        best = best.min(began.elapsed());
    }
    let rate = rate(usize::try_from(head.size).expect("fits"), best);
    row(
        "audit, hashes and tree only, from published files, all threads",
        &format!("{rate:.0} entries/s (floor 1,000,000)"),
    );
}

/// The start of a command on the large ledger, against the start of `true`.
fn start_up(large: &Large, folder: &Path) {
    let time = |program: &str, arguments: &[&str]| {
        let mut times: Vec<Duration> = (0..11)
            .map(|_| {
                let began = Instant::now();
                let status = Command::new(program)
                    .args(arguments)
                    .env("FACTLOG_HOME", folder.join("home"))
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .expect("runs");
                // A doctor may find something: there are no keys of a person here.
                let ends = status.success() || status.code() == Some(1) && arguments[0] == "doctor";
                assert!(ends, "{program} {arguments:?}");
                began.elapsed()
            })
            .collect();
        let first = times[0];
        times.sort();
        (first, times[times.len() / 2])
    };
    let ledger = large.folder.to_str().expect("a UTF-8 path");
    let (_, nothing) = time("true", &[]);
    let factlog = env!("CARGO_BIN_EXE_factlog");
    let (first, usual) = time(factlog, &["checkpoint", "--ledger", ledger]);
    println!();
    row(
        &format!("start of a command on {} verdicts", large.verdicts),
        &format!(
            "{:.0} ms, {:.0} x `true` (floor 100 ms, aim 30 ms); the first {:.0} ms (floor 500 ms)",
            usual.as_secs_f64() * 1e3,
            usual.as_secs_f64() / nothing.as_secs_f64(),
            first.as_secs_f64() * 1e3,
        ),
    );
    for words in [
        &["log", "--limit", "1"][..],
        &["key", "list"],
        &["policy", "show"],
        &["queue"],
        &["doctor"],
    ] {
        let (_, usual) = time(factlog, &[words, &["--ledger", ledger]].concat());
        row(
            &format!("  factlog {}", words.join(" ")),
            &format!(
                "{:.0} ms, {:.0} x `true` (floor 100 ms)",
                usual.as_secs_f64() * 1e3,
                usual.as_secs_f64() / nothing.as_secs_f64(),
            ),
        );
    }
    for words in [
        ["search", "closed 7"],
        ["similar", "In year 500 the council closed 7 bridges"],
    ] {
        let (first, usual) = time(factlog, &[&words[..], &["--ledger", ledger]].concat());
        let what = format!("factlog {}, on {} claims", words[0], large.verdicts);
        // The first one builds the index.
        let rate = rate(large.verdicts, first);
        let (usual, first) = (usual.as_secs_f64() * 1e3, first.as_secs_f64());
        row(
            &what,
            &format!("{usual:.0} ms (floor 50 ms); the first {first:.1} s, {rate:.0} claims/s"),
        );
    }
    for words in [&["stats"][..], &["report"]] {
        let (_, usual) = time(factlog, &[words, &["--ledger", ledger]].concat());
        row(
            &format!("factlog {}, reading all of it", words.join(" ")),
            &format!("{:.1} s", usual.as_secs_f64()),
        );
    }
}

/// The most memory that commands hold while they open, append to and audit the large ledger.
fn memory(large: &Large, folder: &Path) {
    let ledger = large.folder.to_str().expect("a UTF-8 path");
    for (what, arguments) in [
        ("to open it", vec!["checkpoint", "--ledger", ledger]),
        ("to audit it", vec!["verify", "--ledger", ledger]),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_factlog"))
            .args(arguments)
            .env("FACTLOG_HOME", folder.join("home"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("runs");
        let mut most = None;
        while child.try_wait().expect("waits").is_none() {
            most = high_water(child.id()).or(most);
            std::thread::sleep(Duration::from_millis(1));
        }
        let entries = 2 * large.verdicts + large.verdicts.div_ceil(CLAIMS_A_SOURCE);
        row(
            &format!("memory {what}, {entries} entries"),
            &most.map_or("skipped: the system does not say".to_owned(), |kib| {
                format!("{} MiB (floor 512 MiB at 1 M entries)", kib / 1024)
            }),
        );
    }
}

/// A site of a ledger: all of it, and again when nothing has changed.
fn site(verdicts: usize, folder: &Path) {
    let ledger = Large::build(&folder.join("published"), verdicts);
    let out = folder.join("site");
    let export = || {
        let began = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_factlog"))
            .args(["export", "site", "--quiet", "--out"])
            .arg(&out)
            .args(["--base-url", "https://bench.example/facts", "--ledger"])
            .arg(&ledger.folder)
            .env("FACTLOG_HOME", folder.join("home"))
            .status()
            .expect("runs");
        assert!(status.success(), "export site");
        began.elapsed().as_secs_f64()
    };
    let (first, again) = (export(), export());
    println!();
    row(
        &format!("export of a site of {verdicts} verdicts"),
        &format!("{first:.1} s (floor 10 s at 10,000); again, unchanged: {again:.1} s"),
    );
}

/// The most memory that a process has held, in KiB, where the system says so.
fn high_water(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
