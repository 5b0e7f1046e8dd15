//! Erasing, as a person does it: what is listed before, what is left after, and what verifies.

use std::fs;
use std::path::PathBuf;

use factlog::audit::Code;
use factlog::entry::{Basis, Body, Erasure, RootSet};
use factlog::keys::PrivateKeyFile;
use factlog::ledger::{self, AppendError, Ledger, Pending, VerifyOptions};
use factlog::trust::key::{KeyName, SigningKey};
use factlog::words::id::ObjectId;
use serde_json::Value;

use crate::cli_write::{fits, json};
use crate::desk::{ARTICLE, Desk, copy, files_below, said, verdict};

/// Words of the article that stand nowhere else.
const WORDS: [&str; 2] = ["council spent 12 million on", "Traffic fell by a third"];

/// A desk with an article, a verdict on its second claim, and a draft about its third.
fn desk(article: &str) -> (Desk, String) {
    let desk = Desk::empty();
    desk.done(&crate::desk::INIT);
    fs::write(desk.path("article.txt"), article).unwrap();
    desk.done(&["add", "article.txt"]);
    let source = source(&desk);
    desk.done(&verdict("2"));
    desk.done(&["claims"]);
    let drafts = desk.ledger().join("drafts");
    fs::create_dir_all(&drafts).unwrap();
    let form = article.replace(' ', "\n# ");
    fs::write(drafts.join("verdict-0011223344556677.txt"), form).unwrap();
    fs::write(drafts.join("verdict-8899.txt"), "Something else.").unwrap();
    assert!(repeats(&desk).len() > 2);
    (desk, source)
}

/// The article, and so long that it is kept in a file.
fn long_article() -> String {
    format!("{ARTICLE}\n{}\n", "0123456789".repeat(500))
}

fn source(desk: &Desk) -> String {
    let (log, _) = desk.done(&["log", "--json", "--kind", "source"]);
    let log: Value = serde_json::from_str(&log).unwrap();
    log["entries"][0]["id"].as_str().unwrap().to_owned()
}

/// Lists the files of the ledger in which any of the words stand.
fn repeats(desk: &Desk) -> Vec<PathBuf> {
    let mut files = files_below(&desk.ledger());
    files.retain(|path| {
        let bytes = fs::read(path).unwrap();
        let has = |words: &&str| bytes.windows(words.len()).any(|w| w == words.as_bytes());
        WORDS.iter().any(has)
    });
    files
}

/// Returns everything that repeats the text of a source, by a look that signs nothing here.
fn look(desk: &Desk, source: &str) -> Vec<Value> {
    let out = desk.path("look.pending");
    let out = out.to_str().unwrap();
    let report = json(
        desk,
        "output-erase",
        &[
            "erase", source, "--part", "text", "--basis", "court", "--yes", "--out", out,
        ],
    );
    fs::remove_file(out).unwrap();
    report["repeats"].as_array().unwrap().clone()
}

/// Returns the words of a command that erases a text with all that repeats it.
fn command(desk: &Desk, source: &str) -> Vec<String> {
    let mut command = vec!["erase".to_owned(), source.to_owned()];
    let ids = look(desk, source);
    let ids = ids.iter().map(|repeat| repeat["object"].as_str().unwrap());
    command.extend(ids.map(str::to_owned));
    let rest = ["--part", "text", "--basis", "court", "--yes"];
    command.extend(rest.map(str::to_owned));
    command
}

fn run(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// Checks that nothing is left, and that everything else verifies.
fn check_erased(desk: &Desk) {
    assert_eq!(repeats(desk), Vec::<PathBuf>::new());
    let output = desk.run(&["verify"]);
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(5), "{out}{err}");
    assert!(out.contains("was erased by entry"), "{out}");
    assert!(out.contains("basis court"), "{out}");
    assert!(!out.contains("fault [") && !out.contains("fault:"), "{out}");
}

#[test]
fn nothing_of_an_erased_text_is_left_and_every_command_says_so() {
    for article in [ARTICLE.to_owned(), long_article()] {
        let (desk, source) = desk(&article);
        let repeats = look(&desk, &source);
        let kinds: Vec<&str> = repeats.iter().map(|r| r["how"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["quotes it"], "{repeats:?}");
        let command = command(&desk, &source);
        let (_, err) = desk.done(&run(&command));
        for words in ["the text of source", "what remains", "what is not reached"] {
            assert!(err.contains(words), "{words}: {err}");
        }
        check_erased(&desk);
        assert!(desk.ledger().join("drafts/verdict-8899.txt").exists());

        let err = desk.refused(&["claims"], 5);
        assert!(err.contains("erased by entry"), "{err}");
        for command in [
            &["show", source.as_str()][..],
            &["show", command[2].as_str()],
            &["export", "jsonl"],
            &["export", "csv"],
        ] {
            let output = desk.run(command);
            let (out, err) = said(&output);
            assert_eq!(output.status.code(), Some(5), "{command:?}: {out}{err}");
            let said = format!("{out}{err}")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            assert!(said.contains("erased by entry"), "{command:?}: {said}");
            assert!(!WORDS.iter().any(|words| said.contains(words)), "{said}");
        }
        for (id, what) in [(&source, "entry"), (&command[2], "object")] {
            let (out, _) = said(&desk.run(&["show", id, "--json"]));
            let shown: Value = serde_json::from_str(&out).unwrap();
            fits("output-show", &shown);
            assert_eq!(shown["what"], what);
            assert!(shown.get("erased").is_some(), "{shown}");
        }
        let out = desk.path("reviews");
        let output = desk.run(&[
            "export",
            "claimreview",
            "--out",
            out.to_str().unwrap(),
            "--json",
        ]);
        assert_eq!(output.status.code(), Some(5));
        let report: Value = serde_json::from_str(&said(&output).0).unwrap();
        fits("output-export", &report);
        assert_eq!(report["erased"][0]["basis"], "court");
        desk.done(&["log"]);
        desk.done(&["review"]);
        // It can't come back.
        for again in [
            &["add", "article.txt"][..],
            &["add", "article.txt", "--again"],
        ] {
            let err = desk.refused(again, 1);
            assert!(err.contains("erased"), "{err}");
        }
        check_erased(&desk);
        let err = desk.refused(&run(&command), 1);
        assert!(err.contains("erased by entry"), "{err}");
    }
}

#[test]
fn after_a_stop_at_any_step_nothing_is_left() {
    for article in [ARTICLE.to_owned(), long_article()] {
        let (start, source) = desk(&article);
        let command = command(&start, &source);
        for step in [
            "journal-written",
            "journal-synced",
            "database-applied",
            "head-written",
            "head-renamed",
            "head-copied",
            "files-removed",
            "frames-marked",
            "frames-overwritten",
            "database-cleared",
        ] {
            let desk = Desk::empty();
            copy(&start.path(""), &desk.path(""));
            let mut stopped = desk.factlog(&run(&command));
            let stopped = stopped.env("FACTLOG_STOP_AFTER", step).output().unwrap();
            assert!(!stopped.status.success(), "{step}");
            desk.done(&["log"]);
            check_erased(&desk);
        }
    }
}

#[test]
fn what_cannot_be_erased_is_refused_by_name() {
    let (desk, source) = desk(ARTICLE);
    let size = desk.size();
    let erase = |arguments: &[&str], status| {
        let all = [&["erase"], arguments, &["--basis", "privacy", "--yes"]].concat();
        desk.refused(&all, status)
    };
    let (genesis, _) = desk.done(&["log", "--json", "--kind", "genesis"]);
    let genesis: Value = serde_json::from_str(&genesis).unwrap();
    let genesis = genesis["entries"][0]["id"].as_str().unwrap();
    let err = erase(&[genesis], 1);
    assert!(err.contains("is a policy"), "{err}");
    let err = erase(&[&source], 2);
    for part in ["text", "raw", "meta", "--part"] {
        assert!(err.contains(part), "{err}");
    }
    erase(&["00000000"], 3);
    // The third claim is only proposed.
    erase(&["3"], 3);
    let err = desk.refused(&["erase", &source, "--part", "text", "--basis", "spite"], 2);
    assert!(err.contains("court"), "{err}");
    // Nobody is there to ask.
    let plain = ["erase", &source, "--part", "text", "--basis", "court"];
    let err = desk.refused(&plain, 2);
    assert!(err.contains("--yes"), "{err}");
    let err = erase(&[&source, "--part", "text", "--as", "bob"], 4);
    assert!(err.contains("no key named bob"), "{err}");
    assert_eq!(desk.size(), size);
    assert!(!repeats(&desk).is_empty());
}

#[test]
fn the_last_look_finds_the_same_words_elsewhere() {
    let (desk, source) = desk(ARTICLE);
    let copy = format!("Another paper wrote:\n\n> {}\n", ARTICLE.replace('\n', " "));
    fs::write(desk.path("copy.md"), copy).unwrap();
    desk.done(&["add", "copy.md", "--title", "A copy"]);
    fs::write(
        desk.path("other.txt"),
        "It rained on Tuesday, and nobody minded.",
    )
    .unwrap();
    desk.done(&["add", "other.txt"]);
    let found = look(&desk, &source);
    let hows: Vec<(&str, &str)> = found
        .iter()
        .map(|repeat| {
            let what = repeat["what"].as_str().unwrap();
            let what = what.rsplit_once(' ').unwrap().0;
            (what, repeat["how"].as_str().unwrap())
        })
        .collect();
    let copies = hows.iter().filter(|(what, _)| what.ends_with("of source"));
    assert_eq!(copies.count(), 2, "{hows:?}");
    assert!(hows.contains(&("claim", "quotes it")), "{hows:?}");
    assert_eq!(hows.len(), 3, "{hows:?}");
}

#[test]
fn erased_bytes_that_are_put_back_are_a_fault() {
    let (desk, source) = desk(&long_article());
    let text = long_article();
    let id = ObjectId::of(text.as_bytes()).to_string();
    let command = command(&desk, &source);
    desk.done(&run(&command));
    check_erased(&desk);
    let path = desk.ledger().join("objects").join(&id[..2]).join(&id[2..]);
    assert!(!path.exists());
    fs::write(&path, &text).unwrap();
    let output = desk.run(&["verify"]);
    let (out, _) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(out.contains("object-erased-present"), "{out}");
}

/// Opens the ledger of a desk.
fn open(desk: &Desk) -> Ledger {
    let mut options = ledger::options();
    let log = PrivateKeyFile::read(&desk.ledger().join("log.key")).unwrap();
    let origin = KeyName::new("desk.example/facts").unwrap();
    options.log_key = Some(log.unlock(origin, None).unwrap());
    options.heads = Some(desk.path("home").join("heads"));
    Ledger::open(&desk.ledger(), options).unwrap().0
}

/// Signs an entry and appends it.
fn append(
    ledger: &mut Ledger,
    key: &SigningKey,
    others: &[&SigningKey],
    body: Body,
) -> Result<u64, AppendError> {
    let mut composer = ledger.composer(key.verifier()).unwrap();
    let at = "2026-11-22T11:00:00Z".parse().unwrap();
    let draft = composer.draft(at, body).unwrap();
    let pending = Pending {
        entries: vec![composer.sign(&draft, key, others).unwrap()],
        objects: vec![],
        ..Pending::default()
    };
    Ok(ledger.append(&pending)?[0])
}

#[test]
fn a_tainted_erasure_is_told_of_and_not_undone() {
    let (desk, _) = desk(&long_article());
    let mut ledger = open(&desk);
    let roots = ledger.ledger_facts().unwrap().roots;
    let first = files_below(&desk.path("home").join("keys"))
        .iter()
        .filter_map(|path| PrivateKeyFile::read(path).ok())
        .find(|file| file.public() == roots.keys[0].public())
        .unwrap();
    let first = first.unlock(roots.keys[0].name().clone(), None).unwrap();
    let second = KeyName::new("desk.example/second").unwrap();
    let second = SigningKey::from_seed(second, &[9; 32]);
    let set = |keys: &[&SigningKey]| {
        let mut keys: Vec<_> = keys.iter().map(|key| key.verifier().clone()).collect();
        keys.sort_by(|a, b| (a.name(), a.id()).cmp(&(b.name(), b.id())));
        RootSet { keys, threshold: 1 }
    };
    let roots = |keys: &[&SigningKey], from| {
        let RootSet { keys, threshold } = set(keys);
        Body::Roots(factlog::entry::Roots {
            keys,
            threshold,
            from,
        })
    };
    append(&mut ledger, &first, &[], roots(&[&first, &second], None)).unwrap();
    let object = ObjectId::of(long_article().as_bytes());
    let erasure = |object| {
        Body::Erasure(Erasure {
            object,
            basis: Basis::Safety,
        })
    };
    let erased = append(&mut ledger, &first, &[], erasure(object)).unwrap();
    append(&mut ledger, &second, &[], roots(&[&second], Some(erased))).unwrap();
    let report = ledger.verify(&VerifyOptions::default(), None).unwrap();
    let found = |code| report.findings.iter().any(|finding| finding.code == code);
    assert!(found(Code::CarriedTainted), "{:?}", report.findings);
    assert!(found(Code::ObjectErased), "{:?}", report.findings);
    assert_eq!(ledger.object_bytes(&object).unwrap(), None);
    drop(ledger);
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    let mut ledger = open(&desk);
    assert_eq!(ledger.object_bytes(&object).unwrap(), None);
    let again = append(&mut ledger, &second, &[], erasure(object));
    assert!(matches!(again, Err(AppendError::Refused { .. })));
}
