//! Published copies: what is written, what an audit of them finds, and how they are restored.
//!
//! The tamper tests keep a copy in memory: every byte of every file is changed in two patterns, every
//! entry dropped, doubled and swapped, every file removed and cut. An unoptimised build changes one
//! byte in 17; `cargo test --release` all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use factlog::audit::{Code, Finding, Report, Severity, StoredCheckpoint};
use factlog::mirror::files::FileError;
use factlog::mirror::{self, Files, VerifyOptions};
use factlog::trust::merkle::{LeafHash, Tree};
use factlog::trust::tile::EntryBundle;

use crate::desk::{ARTICLE, Desk, INIT, copy, files_below, verdict};

/// Every so many bytes are changed.
const STRIDE: usize = if cfg!(debug_assertions) { 17 } else { 1 };

/// What is done to a byte.
const PATTERNS: [u8; 2] = [0b0000_0001, 0b1111_1111];

/// A copy in memory.
#[derive(Clone)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &str, _limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self, under: &str) -> Result<Option<Vec<String>>, FileError> {
        let inside = |path: &&String| path.strip_prefix(under).is_some_and(|p| p.starts_with('/'));
        Ok(Some(self.0.keys().filter(inside).cloned().collect()))
    }
}

impl Memory {
    fn load(folder: &Path) -> Self {
        let files = files_below(folder).into_iter().map(|path| {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            (name.replace('\\', "/"), fs::read(&path).unwrap())
        });
        Self(files.collect())
    }

    fn verify(&self) -> Report {
        self.verify_against(Vec::new())
    }

    fn verify_against(&self, checkpoints: Vec<StoredCheckpoint>) -> Report {
        let options = VerifyOptions {
            checkpoints,
            ..VerifyOptions::default()
        };
        let copy = mirror::Copy::open(self).unwrap();
        let audited = mirror::verify(&copy, options, |_| Ok(None), None);
        audited.unwrap().report
    }
}

fn faults(report: &Report) -> Vec<&Finding> {
    let is_fault = |finding: &&Finding| finding.severity == Severity::Fault;
    report.findings.iter().filter(is_fault).collect()
}

/// A desk whose ledger has a long quoted article, a public one and a withheld one, claims on each, and
/// verdicts with evidence.
fn desk() -> Desk {
    let desk = Desk::empty();
    desk.done(&INIT);
    let long = "The council met on Monday and closed one of its bridges.\n\n".repeat(60);
    fs::write(desk.path("long.txt"), long).unwrap();
    for (name, text, rights) in [
        ("article.txt", ARTICLE, "quoted"),
        ("public.txt", "The register lists 12 bridges.\n", "public"),
        (
            "secret.txt",
            "A caller said the mayor owns 3 houses.\n",
            "withheld",
        ),
    ] {
        fs::write(desk.path(name), text).unwrap();
        desk.done(&["add", name, "--rights", rights]);
    }
    desk.done(&verdict("1"));
    desk.done(&[
        "verdict",
        "2",
        "--rating",
        "false",
        "--summary",
        "The register lists another sum.",
        "--refutes",
        "long.txt",
        "--yes",
    ]);
    desk
}

fn published(desk: &Desk) -> Memory {
    desk.done(&["publish", "out"]);
    Memory::load(&desk.path("out"))
}

#[test]
fn hashes_alone_say_whether_the_entries_are_the_checkpoints() {
    let desk = desk();
    desk.done(&["publish", "out"]);
    let schema = "output-verify-hashes";
    let quick = ["verify", "out", "--hashes-only"];
    let sound = json(&desk, schema, &quick);
    assert_eq!(sound["same"], true, "{sound:#}");
    assert_eq!(sound["entries"], sound["checkpoint"]);
    let audited = json(&desk, "output-verify", &["verify", "out"]);
    assert_eq!(sound["entries"], audited["head"]);
    let (shown, _) = desk.done(&quick);
    assert!(shown.contains("no signature"), "{shown}");

    let copy = Memory::load(&desk.path("out"));
    let size = sound["checkpoint"]["size"].as_u64().unwrap();
    let bundle = EntryBundle::for_size(size).next().unwrap().to_string();
    let whole = copy.0[&bundle].clone();
    // A byte of an entry; of a length; a bundle that ends in the middle; none.
    let mut other = whole.clone();
    *other.last_mut().unwrap() ^= 1;
    let mut length = whole.clone();
    length[0] ^= 0x80;
    let cut = &whole[..whole.len() - 1];
    for (what, bytes) in [("entry", &other[..]), ("length", &length), ("end", cut)] {
        fs::write(desk.path("out").join(&bundle), bytes).unwrap();
        let output = desk.run(&["verify", "out", "--hashes-only", "--json"]);
        assert_eq!(output.status.code(), Some(1), "{what}");
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["same"], false, "{what}: {found:#}");
        assert_eq!(found["fault"].is_null(), what == "entry", "{found:#}");
    }
    fs::remove_file(desk.path("out").join(&bundle)).unwrap();
    let output = desk.run(&quick);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("is missing"));
    desk.refused(&["verify", "--hashes-only"], 2);
    fs::remove_file(desk.path("out/checkpoint")).unwrap();
    desk.refused(&quick, 3);
}

#[test]
fn what_leaves_the_house_follows_the_rights() {
    let desk = desk();
    let files = published(&desk);
    let report = files.verify();
    assert_eq!(faults(&report), Vec::<&Finding>::new());
    assert_eq!(report.worst(), Some(Severity::Note));
    let all: Vec<u8> = files.0.values().flatten().copied().collect();
    let has = |words: &str| {
        all.windows(words.len())
            .any(|window| window == words.as_bytes())
    };
    assert!(has("The register lists 12 bridges."), "public");
    assert!(!has("A caller said the mayor"), "withheld");
    assert!(
        has("The council spent 12 million on repairs"),
        "quoted by a claim"
    );
    // Of the quoted article only what the slices of its claims show, a kilobyte each.
    let slices = files.0.keys().filter(|path| path.starts_with("slice/"));
    assert!(slices.count() >= 1);
    let objects = files
        .0
        .iter()
        .filter(|(path, _)| !path.starts_with("tile/"));
    let longest = objects.map(|(_, bytes)| bytes.len()).max();
    assert!(longest < Some(3000), "the long article does not leave");

    desk.done(&["publish", "--full", "full"]);
    let full = Memory::load(&desk.path("full"));
    assert_eq!(full.verify().worst(), None);
    assert!(full.0.contains_key("full") && !files.0.contains_key("full"));
    for (other, folder) in [("--full", "out"), ("--quiet", "full")] {
        let said = desk.refused(&["publish", other, folder], 1);
        assert!(said.contains("copy, and a"), "{said}");
    }
}

/// Returns what a command prints with `--json`, which must be of its schema.
fn json(desk: &Desk, schema: &str, arguments: &[&str]) -> serde_json::Value {
    let output = desk.run(&[arguments, &["--json"]].concat());
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let text = fs::read_to_string(folder.join(format!("{schema}.schema.json"))).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}: {value:#}");
    value
}

#[test]
fn whole_texts_in_slices_are_said_to_leave() {
    let desk = desk();
    let (out, _) = desk.done(&["publish", "out"]);
    let bytes = ARTICLE.len();
    assert!(
        out.contains(&format!(
            "{bytes} of {bytes} bytes are in slices: the whole text leaves"
        )),
        "{out}"
    );
    let told = json(&desk, "output-publish", &["publish", "again"]);
    let quoted = told["quoted"].as_array().unwrap();
    assert!(
        quoted
            .iter()
            .any(|source| source["shown"] == bytes && source["text"] == bytes)
    );
    // What earlier runs wrote counts, too.
    desk.done(&verdict("3"));
    json(&desk, "output-publish", &["publish", "again"]);
    json(&desk, "output-publish", &["publish", "full", "--full"]);
}

#[test]
fn every_changed_byte_of_a_copy_is_found() {
    let files = published(&desk());
    assert_eq!(faults(&files.verify()), Vec::<&Finding>::new());
    let cases: Vec<(&String, usize)> = files
        .0
        .iter()
        .flat_map(|(path, bytes)| (0..bytes.len()).map(move |at| (path, at)))
        .filter(|(_, at)| at % STRIDE == 0)
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let missed: Vec<String> = std::thread::scope(|scope| {
        let work: Vec<_> = cases
            .chunks(cases.len().div_ceil(threads))
            .map(|cases| {
                let files = &files;
                scope.spawn(move || change_each(files, cases))
            })
            .collect();
        work.into_iter()
            .flat_map(|done| done.join().unwrap())
            .collect()
    });
    println!(
        "{} bytes of {} files changed in {} patterns: {} missed",
        cases.len(),
        files.0.len(),
        PATTERNS.len(),
        missed.len()
    );
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Changes bytes one after the other; returns those of which nothing, or nothing that names the place,
/// was found.
fn change_each(files: &Memory, cases: &[(&String, usize)]) -> Vec<String> {
    let mut missed = Vec::new();
    for (path, at) in cases {
        for pattern in PATTERNS {
            let mut changed = files.clone();
            changed.0.get_mut(*path).unwrap()[*at] ^= pattern;
            let report = changed.verify();
            let found = faults(&report);
            if found.is_empty() {
                missed.push(format!("{path} byte {at}: nothing was found"));
            } else if !found.iter().any(|finding| names(finding, path)) {
                missed.push(format!("{path} byte {at} is not named by {found:#?}"));
            }
        }
    }
    missed
}

/// Says whether a finding names the file, or what stands in it.
fn names(finding: &Finding, path: &str) -> bool {
    let by_file = finding.file.as_deref().is_some_and(|file| {
        file == path || (path.starts_with("tile/") && file.starts_with("tile/"))
    });
    let by_object = finding
        .object
        .is_some_and(|object| path == mirror::object_path(&object) || path == mirror::WITHHELD);
    // What a slice is of, and what claims on it say.
    let by_slice = path.starts_with("slice/") && finding.message.contains("slice");
    by_file || by_object || by_slice
}

#[test]
fn a_changed_object_is_named_by_its_own_file_and_its_entry() {
    let mut files = published(&desk());
    let path = files.0.keys().find(|path| path.starts_with("object/"));
    let path = path.unwrap().clone();
    files.0.get_mut(&path).unwrap()[9] ^= 1;
    let report = files.verify();
    let found = faults(&report);
    let found = found.iter().find(|found| found.code == Code::ObjectHash);
    let found = found.unwrap();
    assert_eq!(found.file.as_deref(), Some(path.as_str()));
    assert!(found.entry.is_some());
}

#[test]
fn entries_that_are_dropped_doubled_or_swapped_and_files_that_are_gone_are_found() {
    let files = published(&desk());
    let (path, bundle) = files
        .0
        .iter()
        .find(|(path, _)| path.starts_with("tile/entries/"))
        .unwrap();
    let mut entries: Vec<&[u8]> = Vec::new();
    let mut rest = bundle.as_slice();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (entry, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
        entries.push(entry);
        rest = after;
    }
    let write = |entries: &[&[u8]]| -> Memory {
        let mut changed = files.clone();
        let bytes = entries.iter().flat_map(|entry| {
            let length = u16::try_from(entry.len()).unwrap().to_be_bytes();
            length.into_iter().chain(entry.iter().copied())
        });
        changed.0.insert(path.clone(), bytes.collect());
        changed
    };
    assert_eq!(faults(&write(&entries).verify()), Vec::<&Finding>::new());
    let mut tried = 0;
    for at in 0..entries.len() {
        let mut dropped = entries.clone();
        dropped.remove(at);
        let mut doubled = entries.clone();
        doubled.insert(at, entries[at]);
        let mut swapped = entries.clone();
        swapped.swap(at, (at + 1) % entries.len());
        for changed in [dropped, doubled, swapped] {
            assert!(!faults(&write(&changed).verify()).is_empty(), "entry {at}");
            tried += 1;
        }
    }
    for path in files.0.keys() {
        let mut gone = files.clone();
        gone.0.remove(path);
        assert!(!faults(&gone.verify()).is_empty(), "{path} is gone");
        for length in [0, files.0[path].len() / 2, files.0[path].len() - 1] {
            let mut cut = files.clone();
            cut.0.get_mut(path).unwrap().truncate(length);
            assert!(!faults(&cut.verify()).is_empty(), "{path} cut to {length}");
        }
        let mut longer = files.clone();
        longer.0.get_mut(path).unwrap().push(b'\n');
        assert!(
            !faults(&longer.verify()).is_empty(),
            "{path} with a byte more"
        );
        tried += 5;
    }
    println!("{tried} changes, 0 missed");
    // What the log does not speak of has no place there.
    for (path, code) in [
        ("object/00/stray", Code::ObjectUnreferenced),
        ("tile/0/007", Code::TileUnexpected),
        ("tile/x", Code::TileUnexpected),
        ("checkpoints/3", Code::CheckpointDamaged),
    ] {
        let mut more = files.clone();
        more.0.insert(path.to_owned(), vec![7; 8192]);
        let report = more.verify();
        assert!(
            faults(&report).iter().any(|found| found.code == code),
            "{path}"
        );
    }
}

#[test]
fn a_hostile_checkpoint_is_answered_soon() {
    let mut files = published(&desk());
    let checkpoint = String::from_utf8(files.0[mirror::CHECKPOINT].clone()).unwrap();
    for size in ["18446744073709551615", "9007199254740991", "1000000000000"] {
        let mut lines: Vec<&str> = checkpoint.lines().collect();
        lines[1] = size;
        let hostile = lines.join("\n") + "\n";
        files
            .0
            .insert(mirror::CHECKPOINT.to_owned(), hostile.into_bytes());
        assert!(!faults(&files.verify()).is_empty(), "{size}");
        // With another checkpoint kept, and while files are being written, too.
        let mut unfinished = files.clone();
        let kept = ("checkpoints/2".to_owned(), checkpoint.clone().into_bytes());
        unfinished
            .0
            .extend([kept, (mirror::PUBLISHING.to_owned(), vec![])]);
        let report = unfinished.verify();
        let is_kept = |found: &&Finding| found.file.as_deref() == Some("checkpoints/2");
        assert!(faults(&report).into_iter().any(|f| is_kept(&f)), "{size}");
    }
}

#[test]
fn a_copy_grows_with_its_ledger_and_is_taken_up_again() {
    let desk = desk();
    published(&desk);
    let first = desk.size();
    desk.done(&verdict("3"));
    let (said, _) = desk.done(&["publish", "out"]);
    assert!(
        said.contains("1 of them new") || said.contains("2 of them new"),
        "{said}"
    );
    let grown = Memory::load(&desk.path("out"));
    assert_eq!(faults(&grown.verify()), Vec::<&Finding>::new());
    // A run that was stopped: the mark is there, the checkpoint is old, files are ahead or missing.
    fs::write(desk.path("out/publishing"), "").unwrap();
    let tile = format!("tile/0/000.p/{}", desk.size());
    fs::remove_file(desk.path("out").join(&tile)).unwrap();
    desk.done(&verdict("4"));
    let (said, told) = desk.done(&["publish", "out"]);
    assert!(told.contains("was stopped"), "{said}{told}");
    let again = Memory::load(&desk.path("out"));
    assert_eq!(faults(&again.verify()), Vec::<&Finding>::new());
    assert!(!again.0.contains_key(mirror::PUBLISHING));
    // The same as one that was written at once, but for partial tiles of earlier sizes.
    desk.done(&["publish", "fresh"]);
    let fresh = Memory::load(&desk.path("fresh"));
    for (path, bytes) in &fresh.0 {
        assert_eq!(again.0.get(path), Some(bytes), "{path}");
    }
    for path in again.0.keys().filter(|path| !fresh.0.contains_key(*path)) {
        assert!(path.contains(".p/"), "{path}");
    }
    assert!(desk.size() > first);
}

#[test]
fn an_old_backup_and_another_ledger_are_not_published_over_a_copy() {
    let desk = desk();
    copy(&desk.ledger(), &desk.path("backup/.factlog"));
    desk.done(&verdict("3"));
    published(&desk);
    let backup = desk.path("backup");
    let old = ["--ledger", backup.to_str().unwrap(), "publish", "out"];
    let said = desk.refused(&old, 1);
    assert!(said.contains("old backup"), "{said}");
    let other = Desk::new();
    let out = desk.path("out");
    let said = other.refused(&["publish", out.to_str().unwrap()], 2);
    assert!(said.contains("is not of this ledger"), "{said}");
    // Neither left a mark or changed anything.
    assert!(!desk.path("out/publishing").exists());
    assert_eq!(faults(&Memory::load(&out).verify()), Vec::<&Finding>::new());
}

#[test]
fn nothing_is_published_over_a_ledger_or_over_other_things() {
    let desk = desk();
    // The database is not the same after it was opened.
    let files = || {
        let mut files = files_below(&desk.path("."));
        files.retain(|path| !path.starts_with(desk.path("./.factlog/db")));
        files
    };
    let before = files();
    for (folder, why) in [
        (".", "holds a ledger"),
        ("..", "holds a ledger"),
        (".factlog", "inside a ledger"),
        (".factlog/site/new", "inside a ledger"),
        ("home", "is not empty"),
    ] {
        for full in [&[][..], &["--full"]] {
            let said = desk.refused(&[&["publish", folder], full].concat(), 2);
            assert!(said.contains(why), "{folder}: {said}");
            assert!(said.contains("name another folder"), "{folder}: {said}");
        }
    }
    assert_eq!(files(), before);
    // A copy of the ledger's own folder under another name is one, too.
    copy(&desk.ledger(), &desk.path("elsewhere/.factlog"));
    let said = desk.refused(&["publish", "elsewhere"], 2);
    assert!(said.contains("holds a ledger"), "{said}");
    // Into an empty folder, into one that is not there, and into an earlier publication.
    fs::create_dir(desk.path("empty")).unwrap();
    for folder in ["empty", "new/site", "empty", "new/site"] {
        desk.done(&["publish", folder]);
    }
}

#[test]
fn a_rollback_and_a_fork_are_shown_with_both_checkpoints() {
    let desk = desk();
    copy(&desk.ledger(), &desk.path("fork/.factlog"));
    let before = published(&desk);
    let then = desk.size();
    let hint = "nothing says that this is the ledger";
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, told) = desk.done(&["verify", "out"]);
    assert!(flat(&told).contains(hint), "{told}");
    // Now its checkpoint is remembered.
    let (_, told) = desk.done(&["verify", "out"]);
    assert!(!flat(&told).contains(hint), "{told}");
    desk.done(&verdict("3"));
    desk.done(&["publish", "out"]);
    desk.done(&["verify", "out"]);
    let after = Memory::load(&desk.path("out"));
    // The keeper shows the copy as it was before: this machine has seen a larger one.
    fs::rename(desk.path("out"), desk.path("newer")).unwrap();
    for (path, bytes) in &before.0 {
        let place = desk.path("out").join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }
    let output = desk.run(&["verify", "out"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("[checkpoint-size]"), "{said}");
    let older = format!(
        "This copy is older than the one you verified before: {then} entries, then {}.",
        desk.size()
    );
    assert!(flat(&said).contains(&older), "{said}");
    // A fork: the same log key signed another entry at the same place.
    let fork = desk.path("fork");
    let fork = fork.to_str().unwrap();
    let forked = desk.run(&[
        "--ledger",
        fork,
        "verdict",
        "4",
        "--rating",
        "false",
        "--summary",
        "Another story.",
        "--yes",
    ]);
    // Its own copy of the head says that this is an old backup; the thief has none.
    let home = desk.path("thief");
    copy(&desk.path("home"), &home);
    fs::remove_dir_all(home.join("heads")).unwrap();
    assert!(!forked.status.success());
    let run = |arguments: &[&str]| {
        let mut command = desk.factlog(arguments);
        command.env("FACTLOG_HOME", &home).output().unwrap()
    };
    let mut arguments = vec!["--ledger", fork];
    arguments.extend(verdict("4"));
    assert!(run(&arguments).status.success());
    assert!(
        run(&["--ledger", fork, "publish", "forked"])
            .status
            .success()
    );
    let kept = StoredCheckpoint {
        bytes: after.0[mirror::CHECKPOINT].clone(),
        file: "kept".into(),
    };
    let report = Memory::load(&desk.path("forked")).verify_against(vec![kept]);
    let found = faults(&report);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, Code::CheckpointRoot);
    assert_eq!(found[0].checkpoints.len(), 2);
    assert_ne!(found[0].checkpoints[0], found[0].checkpoints[1]);
}

#[test]
fn a_ledger_comes_back_from_a_full_copy_whole_and_from_a_public_one_in_part() {
    let desk = desk();
    desk.done(&["publish", "--full", "full"]);
    desk.done(&["publish", "out"]);
    let key = desk.ledger().join("log.key");
    let key = key.to_str().unwrap();
    // Alice's key is not the log's: both are named, and nothing is there afterwards.
    let alice = files_below(&desk.path("home/keys"));
    let alice = alice.iter().find(|path| {
        let is_public = path.extension().is_some_and(|ending| ending == "pub");
        path.to_str().unwrap().contains("alice") && !is_public
    });
    let other = alice.unwrap().to_str().unwrap();
    let wrong = ["--ledger", "back", "restore", "full", "--log-key", other];
    let said = desk.refused(&wrong, 4);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("desk.example/alice+"), "{said}");
    assert!(
        said.contains("the log's key, which is desk.example/facts+"),
        "{said}"
    );
    assert!(!desk.path("back").exists());
    let (_, said) = desk.done(&["--ledger", "back", "restore", "full", "--log-key", key]);
    assert!(
        said.contains("not back") && said.contains(".factlog/drafts"),
        "{said}"
    );
    assert!(!said.contains("warning"), "{said}");
    desk.done(&["--ledger", "back", "verify"]);
    for file in ["journal", "head"] {
        let of = |folder: &str| fs::read(desk.path(folder).join(".factlog").join(file)).unwrap();
        assert_eq!(
            of("back"),
            fs::read(desk.ledger().join(file)).unwrap(),
            "{file}"
        );
    }
    let output = desk.run(&["--ledger", "part", "restore", "out", "--json"]);
    assert_eq!(output.status.code(), Some(5));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!told["withheld"].as_array().unwrap().is_empty());
    // What the copy withheld is told as not complete; what is lost besides is a fault.
    let audited = json(&desk, "output-verify", &["--ledger", "part", "verify"]);
    let codes = |audited: &serde_json::Value, severity: &str| -> Vec<String> {
        let found = audited["findings"].as_array().unwrap().iter();
        let found = found.filter(|found| found["severity"] == severity);
        let mut codes: Vec<String> = found
            .map(|found| found["code"].as_str().unwrap().to_owned())
            .collect();
        codes.dedup();
        codes
    };
    assert_eq!(codes(&audited, "fault"), [""; 0], "{audited:#}");
    let incomplete = codes(&audited, "incomplete");
    assert!(
        incomplete.contains(&"object-unrestored".to_owned()),
        "{incomplete:?}"
    );
    assert_eq!(
        desk.run(&["--ledger", "part", "verify"]).status.code(),
        Some(5)
    );
    let list = desk.path("part/.factlog/withheld");
    let text = fs::read_to_string(&list).unwrap();
    fs::remove_file(&list).unwrap();
    let audited = json(&desk, "output-verify", &["--ledger", "part", "verify"]);
    assert!(codes(&audited, "fault").contains(&"object-missing".to_owned()));
    fs::write(&list, text.replace("withheld@v1", "withheld@v2")).unwrap();
    let audited = json(&desk, "output-verify", &["--ledger", "part", "verify"]);
    assert!(codes(&audited, "fault").contains(&"withheld-form".to_owned()));
    assert!(!desk.path("back/.factlog/withheld").exists());
    // Only now: the same machine's copy of the head would call the other an old backup.
    let mut more = vec!["--ledger", "back"];
    more.extend(verdict("3"));
    desk.done(&more);
    // Nothing is restored from a copy with a fault, or over a ledger.
    desk.refused(&["--ledger", "back", "restore", "full"], 1);
    let tile = desk.path("full/checkpoint");
    let text = fs::read_to_string(&tile).unwrap();
    let root = text.lines().nth(2).unwrap();
    let other = root.replacen(&root[..1], if root.starts_with('A') { "B" } else { "A" }, 1);
    fs::write(&tile, text.replace(root, &other)).unwrap();
    let said = desk.refused(&["--ledger", "none", "restore", "full"], 1);
    assert!(said.contains("nothing was restored") && !desk.path("none/.factlog").exists());
}

/// Says what head the tree of a copy's entries has, by hashes alone.
fn hashed(memory: &Memory) -> Result<(u64, String), String> {
    let copy = mirror::Copy::open(memory).unwrap();
    let head = copy.tree_head(None).map_err(|error| error.to_string())?;
    Ok((head.size, head.root.to_string()))
}

#[test]
fn hashes_alone_give_the_tree_of_any_size() {
    let stated = |memory: &Memory| {
        let checkpoint = String::from_utf8(memory.0["checkpoint"].clone()).unwrap();
        let mut lines = checkpoint.lines().skip(1);
        let size: u64 = lines.next().unwrap().parse().unwrap();
        (size, lines.next().unwrap().to_owned())
    };
    let entry = |index: u64| format!("entry {index}").into_bytes();
    // Around the widths at which a bundle is full and a level begins.
    for size in [1, 2, 255, 256, 257, 511, 512, 513, 767, 768, 1024, 1300] {
        let entries: Vec<Vec<u8>> = (0..size).map(entry).collect();
        let mut tree = Tree::new();
        for entry in &entries {
            tree.push(LeafHash::of(entry));
        }
        let mut files = BTreeMap::new();
        let text = format!("example.org/log\n{size}\n{}\n", tree.head().root);
        // Nobody looks at who signed it.
        let line = "\n— example.org/log AAAAAAAA\n";
        files.insert(
            "checkpoint".to_owned(),
            format!("{text}{line}").into_bytes(),
        );
        for bundle in EntryBundle::for_size(size) {
            let first = usize::try_from(bundle.first_entry()).unwrap();
            let of_bundle = &entries[first..first + usize::from(bundle.width())];
            files.insert(bundle.to_string(), bundle.to_bytes(of_bundle).unwrap());
        }
        let memory = Memory(files);
        assert_eq!(hashed(&memory), Ok(stated(&memory)), "{size}");
    }
}

#[test]
fn hashes_alone_show_any_change_of_an_entry() {
    let desk = desk();
    desk.done(&["publish", "copy"]);
    let memory = Memory::load(&desk.path("copy"));
    let head = hashed(&memory).unwrap();
    let checkpoint = String::from_utf8(memory.0["checkpoint"].clone()).unwrap();
    assert!(checkpoint.contains(&format!("\n{}\n{}\n", head.0, head.1)));
    let bundle = memory
        .0
        .keys()
        .find(|path| path.starts_with("tile/entries"));
    let bundle = bundle.unwrap().clone();
    for at in (0..memory.0[&bundle].len()).step_by(STRIDE) {
        let mut changed = memory.clone();
        changed.0.get_mut(&bundle).unwrap()[at] ^= 1;
        assert_ne!(hashed(&changed), Ok(head.clone()), "byte {at}");
    }
    let mut without = memory;
    without.0.remove(&bundle);
    assert_eq!(hashed(&without), Err(format!("{bundle} is missing")));
}
