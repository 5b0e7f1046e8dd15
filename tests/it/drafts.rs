//! Answers and forms that wait for a signature: whose they are, and that none is lost where several
//! work at the same time.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli_write::{json, with_input};
use crate::desk::{ARTICLE, Desk, INIT, files_below};

/// How long something is waited for that comes; machines that run tests are slow.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long a command must wait that could go on, if it did not wait for another.
const WHILE: Duration = Duration::from_secs(3);

/// A desk with this article, and beside Alice also Bob, who reviews.
fn team(article: &str) -> Desk {
    let desk = Desk::empty();
    desk.done(&INIT);
    fs::write(desk.path("article.txt"), article).unwrap();
    desk.done(&["add", "article.txt"]);
    let bob = ["key", "add", "desk.example/bob", "--role", "reviewer"];
    desk.done(&[&bob[..], &["--unencrypted-keys"]].concat());
    desk
}

/// Returns the claims that are listed unasked.
fn claims(desk: &Desk) -> Vec<Value> {
    let all = json(desk, "output-claims", &["claims"]);
    all["claims"].as_array().unwrap().clone()
}

/// Returns the files of answers.
fn answers(desk: &Desk) -> Vec<PathBuf> {
    let mut files = match fs::exists(desk.ledger().join("drafts")) {
        Ok(true) => files_below(&desk.ledger().join("drafts")),
        _ => vec![],
    };
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files
}

/// Writes into the only file of answers that Alice decided about a claim, at this second after ten.
fn alice_decides(desk: &Desk, claim: &str, choice: &str, second: u32) {
    let [path] = answers(desk).try_into().unwrap();
    let mut kept: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let decisions = kept["decisions"].as_array_mut().unwrap();
    decisions.retain(|decision| decision["claim"] != claim);
    decisions.push(json!({
        "claim": claim, "choice": choice, "by": "desk.example/alice",
        "at": format!("2026-11-22T10:00:0{second}Z"),
    }));
    fs::write(path, kept.to_string()).unwrap();
}

/// Has whoever changes drafts wait until what is returned is dropped.
fn hold(desk: &Desk) -> fs::File {
    let folder = desk.ledger().join("drafts");
    fs::create_dir_all(&folder).unwrap();
    let mut options = fs::File::options();
    let file = options.create(true).append(true).open(folder.join(".lock"));
    let file = file.unwrap();
    file.lock().unwrap();
    file
}

/// A command while it runs.
struct Running {
    child: Child,
    answers: Option<ChildStdin>,
    said: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut from = child.stderr.take().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&said);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                kept.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self {
            answers: child.stdin.take(),
            child,
            said,
            reader,
        }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }

    fn answer(&mut self, words: &str) {
        let answers = self.answers.as_mut().unwrap();
        answers.write_all(words.as_bytes()).unwrap();
    }

    /// Waits until it says something.
    fn says(&self, words: &str) {
        let start = Instant::now();
        while !self.said().contains(words) {
            assert!(start.elapsed() < PATIENCE, "{words}: {}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Says whether it has not ended.
    fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it ends; returns its exit status, and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        self.answers = None;
        let status = self.child.wait().unwrap();
        self.reader.join().unwrap();
        let said = self.said.lock().unwrap();
        (status.code(), String::from_utf8_lossy(&said).into_owned())
    }
}

#[test]
fn what_another_answers_meanwhile_outlives_a_merging_that_is_taken_back() {
    let desk = team(
        "The council spent 12 million on repairs and hired 40 engineers from Oslo.\n\n\
         Traffic fell by a third in the first year.\n",
    );
    let mut alices = desk.factlog(&["review", "--as", "alice"]);
    let (status, _, err) = with_input(&mut alices, "m\nq\n");
    assert_eq!(status, Some(0), "{err}");
    let merged = claims(&desk)
        .into_iter()
        .find(|claim| {
            claim["text"]
                .as_str()
                .unwrap()
                .contains("repairs and hired")
        })
        .unwrap();
    let merged = merged["id"].as_str().unwrap();
    let held = hold(&desk);
    let mut bobs = Running::start(&mut desk.factlog(&["review", "--as", "bob"]));
    bobs.answer("u\nq\n");
    bobs.says("record this claim?");
    thread::sleep(WHILE);
    assert_eq!(bobs.said().matches("record this claim?").count(), 1);
    alice_decides(&desk, merged, "accepted", 1);
    drop(held);
    let (status, err) = bobs.end();
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("was accepted by desk.example/alice"), "{err}");
    let kept = claims(&desk);
    let kept = kept.iter().find(|claim| claim["id"] == merged).unwrap();
    assert_eq!(kept["state"], "accepted");
    assert_eq!(kept["decided_by"], "desk.example/alice");
}

#[test]
fn who_puts_an_answer_in_anothers_place_has_seen_the_last_one() {
    let desk = team(ARTICLE);
    let first = claims(&desk)[0]["id"].as_str().unwrap().to_owned();
    let mut bobs = Running::start(&mut desk.factlog(&["review", "--as", "bob"]));
    bobs.says("record this claim?");
    let mut alices = desk.factlog(&["review", "--as", "alice"]);
    let (status, _, err) = with_input(&mut alices, "y\nq\nn\n");
    assert_eq!(status, Some(0), "{err}");
    bobs.answer("y\n");
    bobs.says("meanwhile this was accepted by desk.example/alice");
    alice_decides(&desk, &first, "dropped", 1);
    bobs.answer("y\n");
    bobs.says("meanwhile this was dropped by desk.example/alice");
    bobs.answer("n\nq\n");
    let (status, err) = bobs.end();
    assert_eq!(status, Some(0), "{err}");
    let all = json(&desk, "output-claims", &["claims", "--all"]);
    let all = all["claims"].as_array().unwrap();
    let kept = all.iter().find(|claim| claim["id"] == first.as_str());
    assert_eq!(kept.unwrap()["state"], "dropped");
}

#[test]
fn every_command_that_changes_answers_waits_for_those_that_do() {
    let evidence = "The register of bridges.\n\nThe harbour bridge was closed in 2019.\n";
    let added = || {
        let desk = Desk::new();
        fs::write(desk.path("register.txt"), evidence).unwrap();
        desk
    };
    let again = added();
    let cite = [
        "evidence",
        "add",
        "1",
        "register.txt",
        "--stance",
        "context",
    ];
    again.done(&cite);
    let erased = added();
    let (status, _, err) = with_input(&mut erased.factlog(&["review"]), "y\nq\nn\n");
    assert_eq!(status, Some(0), "{err}");
    let source = claims(&erased)[0]["source"].as_str().unwrap().to_owned();
    let imported = added();
    let review = json!({
        "@context": "https://schema.org", "@type": "ClaimReview",
        "url": "https://other.example/checks/1", "claimReviewed": "The bridge cost 12 million",
        "inLanguage": "en", "datePublished": "2024-03-26",
        "author": {"@type": "Organization", "name": "Other Desk"},
        "reviewRating": {"@type": "Rating", "alternateName": "False"},
        "itemReviewed": {"@type": "Claim", "datePublished": "2024-03-20",
            "author": {"@type": "Person", "name": "Ada Venn"}}
    });
    fs::write(imported.path("a.json"), review.to_string()).unwrap();
    let commands = [
        (again, vec!["add", "register.txt"]),
        (added(), cite.to_vec()),
        (imported, vec!["import", "claimreview", "a.json"]),
        (
            erased,
            vec![
                "erase",
                &source,
                "--part",
                "text,raw,meta",
                "--basis",
                "privacy",
                "--yes",
            ],
        ),
    ];
    let mut waiting = Vec::new();
    for (desk, arguments) in &commands {
        let held = hold(desk);
        let running = Running::start(&mut desk.factlog(arguments));
        waiting.push((arguments, held, running));
    }
    thread::sleep(WHILE);
    let mut hasty = Vec::new();
    for (arguments, held, mut running) in waiting {
        if !running.runs() {
            hasty.push(arguments.join(" "));
        }
        drop(held);
        let (status, err) = running.end();
        assert_eq!(status, Some(0), "{arguments:?}: {err}");
    }
    assert_eq!(hasty, Vec::<String>::new());
}

#[test]
fn who_reviews_is_asked_before_anything_is_answered() {
    let desk = team(ARTICLE);
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), "y\ny\nq\ny\n");
    assert_eq!(status, Some(4), "{err}");
    assert!(err.contains("2 keys here may sign in this ledger"), "{err}");
    assert!(!err.contains("record this claim?"), "{err}");
    assert_eq!(answers(&desk), Vec::<PathBuf>::new());
    // A name that is mistyped is nobody's.
    let mistyped = ["review", "--as", "desk.example/bib"];
    let (status, _, err) = with_input(&mut desk.factlog(&mistyped), "y\ny\nq\ny\n");
    assert_eq!(status, Some(4), "{err}");
    assert!(!err.contains("record this claim?"), "{err}");
    assert_eq!(answers(&desk), Vec::<PathBuf>::new());
    // Said once in the settings, it is no question.
    let config = ["config", "set", "signer", "desk.example/bob"];
    desk.done(&config);
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), "y\nq\nn\n");
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(claims(&desk)[0]["decided_by"], "desk.example/bob");
}

/// Prepares to judge the first claim, with a script that stands for an editor: `$1` is the form.
#[cfg(unix)]
fn judging(desk: &Desk, by: &str, script: &str) -> Command {
    use std::os::unix::fs::PermissionsExt as _;
    let path = desk.path(&format!("{by}.sh"));
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = desk.factlog(&["verdict", "1", "--as", by]);
    command.env("EDITOR", path).env_remove("VISUAL");
    command
}

/// Fills in a form.
#[cfg(unix)]
const FILL: &str = "sed -i 's/^rating:.*/rating: true/; s/^summary:.*/summary: It was./; \
    s/^conflicts:.*/conflicts: The mayor is an aunt of mine.\\n  So is the builder./; \
    s/^rationale:/rationale:\\n  conflicts: none of ours/' \"$1\"";

#[test]
#[cfg(unix)]
fn what_another_declares_does_not_come_along_with_their_form() {
    let desk = team(ARTICLE);
    desk.done(&["interests", "rule", "declare"]);
    let (_, _, err) = with_input(&mut judging(&desk, "alice", FILL), "n\n");
    assert!(err.contains("So is the builder."), "{err}");
    let script = "cp \"$1\" form; sed -i 's/^conflicts:.*/conflicts: none/' \"$1\"";
    let (_, _, err) = with_input(&mut judging(&desk, "bob", script), "y\nn\n");
    assert!(err.contains("a form by desk.example/alice"), "{err}");
    let form = fs::read_to_string(desk.path("form")).unwrap();
    assert!(form.contains("\nconflicts:\n"), "{form}");
    assert!(
        !form.contains("aunt") && !form.contains("builder."),
        "{form}"
    );
    for stays in [
        "\nrating: true\n",
        "\nsummary: It was.\n",
        "\n  conflicts: none of ours",
    ] {
        assert!(form.contains(stays), "{stays}: {form}");
    }
    let is_none = |line: &str| line.split_whitespace().eq(["conflicts", "none"]);
    assert!(err.lines().any(is_none), "{err}");
    // Where nobody must answer, it is not said.
    desk.done(&["interests", "rule", "ask"]);
    let (_, _, err) = with_input(&mut judging(&desk, "bob", "true"), "n\n");
    assert!(
        err.contains("Sign this as") && !err.lines().any(is_none),
        "{err}"
    );
}

#[test]
#[cfg(unix)]
fn a_verdict_by_flags_says_that_a_form_is_left() {
    let desk = team(ARTICLE);
    with_input(&mut judging(&desk, "alice", FILL), "n\n");
    let words = ["verdict", "1", "--rating", "true", "--summary", "It was."];
    let (_, err) = desk.done(&[&words[..], &["--as", "bob", "--yes"]].concat());
    assert!(!err.contains("is still there"), "it is Alice's: {err}");
    let (_, err) = desk.done(&[&words[..], &["--as", "alice", "--yes"]].concat());
    assert!(
        err.contains("the form that you began is still there"),
        "{err}"
    );
}
