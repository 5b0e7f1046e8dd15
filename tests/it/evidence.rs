//! Evidence: kept before a verdict, brought along by it, and compared with its page later.

use std::collections::HashMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::cli_write::{fits, json};
use crate::desk::Desk;

/// Judges the claim about money to be false, by what a page says.
fn refuted_by(desk: &Desk, page: &str) {
    let summary = "It was 14 million.";
    let verdict = ["verdict", "2", "--rating", "false", "--summary", summary];
    desk.done(&[&verdict[..], &["--refutes", page, "--quote", QUOTE]].concat());
}

/// A web server for as long as the test runs.
struct Pages {
    port: u16,
    bodies: Arc<Mutex<HashMap<String, String>>>,
}

impl Pages {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let bodies = Arc::new(Mutex::new(HashMap::<String, String>::new()));
        let served = Arc::clone(&bodies);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 2048];
                let length = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let body = served.lock().unwrap().get(&path).cloned();
                let status = if body.is_some() {
                    "200 OK"
                } else {
                    "404 Not Found"
                };
                let body = body.unwrap_or_default();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { port, bodies }
    }

    fn put(&self, path: &str, body: &str) -> String {
        self.bodies
            .lock()
            .unwrap()
            .insert(path.to_owned(), body.to_owned());
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn remove(&self, path: &str) {
        self.bodies.lock().unwrap().remove(path);
    }
}

const RECORD: &str = "Minutes of the council.\n\nThe council spent 14 million crowns on repairs of the \
                      bridge. The vote was unanimous.\n\nThe next meeting is in May.\n";

const QUOTE: &str = "The council spent 14 million crowns on repairs";

/// Runs `evidence check`; returns its exit status and what it says.
fn check(desk: &Desk, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = desk.run(&[&["evidence", "check", "--json"], arguments].concat());
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    fits("output-evidence-check", &value);
    (output.status.code(), value)
}

#[test]
fn evidence_is_kept_until_a_verdict_brings_it_along() {
    let desk = Desk::new();
    fs::write(desk.path("record.txt"), RECORD).unwrap();
    let add = [
        "evidence",
        "add",
        "2",
        "record.txt",
        "--stance",
        "refutes",
        "--quote",
        QUOTE,
        "--primary",
    ];
    let kept = json(&desk, "output-evidence-add", &add);
    assert_eq!(
        (&kept["already"], &kept["quotes"][0]["exact"]),
        (&false.into(), &QUOTE.into())
    );
    // Again is once; another quote of the same source is another piece.
    let again = json(&desk, "output-evidence-add", &add);
    assert_eq!(again["already"], true);
    let refused = desk.refused(
        &[
            "evidence",
            "add",
            "2",
            "record.txt",
            "--stance",
            "context",
            "--quote",
            "15 million",
        ],
        3,
    );
    assert!(refused.contains("is not in the source"), "{refused}");
    let listed = json(&desk, "output-evidence-list", &["evidence", "list", "2"]);
    assert_eq!(listed["kept"].as_array().unwrap().len(), 1, "{listed:#}");
    let drafts = fs::read_dir(desk.ledger().join("drafts")).unwrap();
    let file = drafts
        .map(|file| file.unwrap().path())
        .find(|path| path.to_string_lossy().contains("evidence-"))
        .expect("it is kept in a file");
    fits(
        "kept-evidence",
        &serde_json::from_slice(&fs::read(&file).unwrap()).unwrap(),
    );
    // What is evidence proposes no claims.
    let claims = json(&desk, "output-claims", &["claims"]);
    assert!(!claims.to_string().contains("14 million"), "{claims:#}");

    let (_, said) = desk.done(&[
        "verdict",
        "2",
        "--rating",
        "false",
        "--summary",
        "It was 14 million.",
    ]);
    assert!(said.contains("with 1 piece of evidence kept"), "{said}");
    assert!(said.contains("rests on one source alone"), "{said}");
    assert!(!file.exists());
    let listed = json(&desk, "output-evidence-list", &["evidence", "list", "2"]);
    assert_eq!(listed["kept"].as_array().unwrap().len(), 0);
    assert_eq!(listed["cited"][0]["quote"], QUOTE);
    assert_eq!(listed["cited"][0]["primary"], true);
    desk.done(&["verify"]);
}

#[test]
fn a_file_that_is_kept_as_evidence_is_cited_once() {
    let desk = Desk::new();
    fs::write(desk.path("record.txt"), RECORD).unwrap();
    desk.done(&["evidence", "add", "2", "record.txt", "--stance", "context"]);
    let flags = ["verdict", "2", "--rating", "false", "--summary", "No."];
    let (_, said) = desk.done(&[&flags[..], &["--refutes", "record.txt"]].concat());
    assert!(said.contains("; the claim is recorded with it"), "{said}");
    assert!(said.contains("”, said by "), "{said}");
    let listed = json(&desk, "output-evidence-list", &["evidence", "list", "2"]);
    let cited = listed["cited"].as_array().unwrap();
    assert_eq!(cited.len(), 1, "{listed:#}");
    assert_eq!(cited[0]["stance"], "refutes");
}

#[test]
fn a_piece_can_be_dropped_and_a_verdict_without_any_is_warned_of() {
    let desk = Desk::new();
    fs::write(desk.path("record.txt"), RECORD).unwrap();
    desk.done(&["evidence", "add", "1", "record.txt", "--stance", "context"]);
    desk.refused(&["evidence", "list", "1", "--drop", "2"], 3);
    desk.done(&["evidence", "list", "1", "--drop", "1"]);
    let (_, said) = desk.done(&[
        "verdict",
        "1",
        "--rating",
        "true",
        "--summary",
        "So it was.",
    ]);
    assert!(said.contains("rests on no source"), "{said}");
}

#[test]
fn pages_that_changed_are_told_of_with_what_they_say_now() {
    let desk = Desk::new();
    let pages = Pages::start();
    let minutes = pages.put("/minutes", RECORD);
    let report = pages.put(
        "/report",
        "A report on the bridge.\n\nTraffic fell by a third in all.\n",
    );
    desk.done(&[
        "verdict",
        "2",
        "--rating",
        "false",
        "--summary",
        "It was 14 million.",
        "--refutes",
        &minutes,
        "--quote",
        QUOTE,
        "--context",
        &report,
    ]);
    let (status, all) = check(&desk, &[]);
    assert_eq!(status, Some(0), "{all:#}");
    let page = |all: &Value, n: usize| all["sources"][n]["page"].as_str().unwrap().to_owned();
    assert_eq!(
        (page(&all, 0).as_str(), page(&all, 1).as_str()),
        ("unchanged", "unchanged")
    );

    // Something is new on the page, and what is quoted is as it was.
    pages.put("/minutes", &format!("{RECORD}\nCorrected on Friday.\n"));
    let (status, all) = check(&desk, &["2"]);
    assert_eq!((status, page(&all, 0).as_str()), (Some(0), "changed"));
    assert_eq!(all["sources"][0]["quotes"][0]["state"], "exact");

    pages.put("/minutes", &RECORD.replace("14 million", "12 million"));
    pages.remove("/report");
    let (status, all) = check(&desk, &[]);
    assert_eq!(status, Some(1));
    assert_eq!(all["sources"][0]["quotes"][0]["state"], "drifted");
    assert_eq!(page(&all, 1), "gone");
    let output = desk.run(&["evidence", "check"]);
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("[-14-]{+12+} million"), "{out}");

    pages.put(
        "/minutes",
        "Something else altogether is written here now.\n",
    );
    let (_, all) = check(&desk, &[]);
    assert_eq!(all["sources"][0]["quotes"][0]["state"], "orphaned");
    // Nothing was recorded by looking.
    desk.done(&["verify"]);
}

#[test]
fn what_was_done_about_a_page_that_changed_is_not_asked_for_again() {
    let desk = Desk::new();
    let pages = Pages::start();
    let minutes = pages.put("/minutes", RECORD);
    refuted_by(&desk, &minutes);
    let listed = json(&desk, "output-evidence-list", &["evidence", "list", "2"]);
    let first = listed["cited"][0]["source"].as_str().unwrap()[..8].to_owned();
    let verdict = listed["cited"][0]["verdict"].as_str().unwrap()[..8].to_owned();
    let says = || String::from_utf8(desk.run(&["evidence", "check"]).stderr).unwrap();
    let keep = |older: &str| format!("factlog add {minutes} --replaces {older}");
    let replace = |older: &str| {
        let added = json(&desk, "output-add", &["add", &minutes, "--replaces", older]);
        added["source"].as_str().unwrap().to_owned()
    };
    pages.put("/minutes", &RECORD.replace("14 million", "15 million"));
    let said = says();
    assert!(said.contains(&keep(&first)), "{said}");
    let (_, all) = check(&desk, &[]);
    assert_eq!(all["sources"][0].get("newer"), None, "{all:#}");

    let second = replace(&first);
    let said = says();
    let kept = format!("its newer version is kept as {}", &second[..8]);
    assert!(said.contains(&kept), "{said}");
    assert!(!said.contains("factlog add"), "{said}");
    let (status, all) = check(&desk, &[]);
    assert_eq!(
        (status, &all["sources"][0]["newer"]),
        (Some(1), &second.as_str().into())
    );

    // It changes once more: the newest version is the one that is replaced.
    pages.put("/minutes", &RECORD.replace("14 million", "16 million"));
    let said = says();
    assert!(said.contains(&keep(&second[..8])), "{said}");
    let third = replace(&second[..8]);
    let said = says();
    let (_, cite) = said.split_once("to cite it: factlog ").unwrap();
    let (cite, _) = cite.split_once('\n').unwrap();
    assert!(cite.contains(&third[..8]), "{said}");

    // What it says to type brings it to an end.
    let words: Vec<&str> = cite.split(' ').collect();
    desk.done(&words);
    let said = says();
    assert!(!said.contains("factlog evidence add"), "{said}");
    let judge = format!("--supersedes {verdict}");
    assert_eq!(said.matches(&judge).count(), 1, "{said}");
    let claim = words[2];
    desk.done(&[
        "verdict",
        claim,
        "--supersedes",
        &verdict,
        "--change",
        "update",
        "--reason",
        "The minutes were corrected.",
        "--rating",
        "false",
        "--summary",
        "It was 16 million.",
    ]);
    let (status, all) = check(&desk, &[]);
    assert_eq!(status, Some(0), "{all:#}");
    assert_eq!(all["sources"][0]["source"], third.as_str());
    let said = says();
    assert!(!said.contains(": factlog"), "{said}");
}

#[test]
fn the_command_to_type_names_the_claim_in_its_current_wording() {
    let desk = Desk::new();
    let pages = Pages::start();
    let minutes = pages.put("/minutes", RECORD);
    refuted_by(&desk, &minutes);
    let claims = || json(&desk, "output-claims", &["claims"])["claims"].clone();
    let judged = |all: &Value| {
        let mut all = all.as_array().unwrap().iter();
        let found = all.find(|claim| claim["state"] == "recorded").unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let (before, article) = (claims(), claims()[1]["source"].clone());
    let older = judged(&before);
    // The article is edited, and says the same elsewhere.
    let newer = crate::desk::ARTICLE.replace("12 million", "12 million crowns");
    fs::write(desk.path("newer.txt"), newer).unwrap();
    let article = &article.as_str().unwrap()[..12];
    desk.done(&["add", "newer.txt", "--replaces", article]);
    desk.done(&["reanchor", &older[..12], "--accept", "--yes"]);
    let newer = judged(&claims());
    assert_ne!(older, newer);
    pages.put("/minutes", &RECORD.replace("14 million", "15 million"));
    let output = desk.run(&["evidence", "check"]);
    let err = String::from_utf8(output.stderr).unwrap();
    for verb in ["evidence add", "verdict"] {
        let command = format!("factlog {verb} {} ", &newer[..8]);
        assert!(err.contains(&command), "{command}: {err}");
    }
    assert!(!err.contains(&older[..8]), "{err}");
}

#[test]
fn an_address_in_a_command_to_type_is_one_word() {
    let desk = Desk::new();
    let pages = Pages::start();
    // All of it may stand in the path of an address.
    let hostile = pages.put("/a';touch${IFS}typed;'", RECORD);
    refuted_by(&desk, &hostile);
    pages.put(
        "/a';touch${IFS}typed;'",
        &RECORD.replace("14 million", "12 million"),
    );
    let output = desk.run(&["evidence", "check"]);
    let err = String::from_utf8(output.stderr).unwrap();
    let commands: Vec<&str> = err
        .lines()
        .filter_map(|line| line.split_once(": ")?.1.trim().strip_prefix("factlog "))
        .collect();
    assert!(commands.len() > 2, "{err}");
    for command in commands {
        // A shell says what it would be given.
        let script = format!("printf '%s\\n' {command}");
        let mut shell = Command::new("sh");
        let said = shell
            .args(["-c", &script])
            .current_dir(desk.path(""))
            .output()
            .unwrap();
        let words = String::from_utf8(said.stdout).unwrap();
        let is_address = command.contains("http");
        assert_eq!(
            words.lines().any(|word| word == hostile),
            is_address,
            "{command}"
        );
    }
    assert!(!desk.path("typed").exists());
}

#[test]
fn a_server_that_does_not_answer_is_not_called_gone() {
    let desk = Desk::new();
    let pages = Pages::start();
    let minutes = pages.put("/minutes", RECORD);
    desk.done(&[
        "verdict",
        "2",
        "--rating",
        "false",
        "--summary",
        "It was 14 million.",
        "--refutes",
        &minutes,
    ]);
    let verdict = json(&desk, "output-evidence-list", &["evidence", "list", "2"]);
    let source = verdict["cited"][0]["source"].as_str().unwrap()[..12].to_owned();
    let (status, _) = check(&desk, &[&source]);
    assert_eq!(status, Some(0));
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let gone = format!("http://{closed}/x");
    fs::write(desk.path("copy.txt"), "A copy of a page.\n").unwrap();
    desk.done(&[
        "evidence", "add", "1", "copy.txt", "--stance", "context", "--url", &gone,
    ]);
    desk.done(&[
        "verdict",
        "1",
        "--rating",
        "true",
        "--summary",
        "So it was.",
    ]);
    let (status, all) = check(&desk, &["1"]);
    assert_eq!(
        (status, all["sources"][0]["page"].as_str()),
        (Some(5), Some("unreachable"))
    );
}
