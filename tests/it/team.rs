//! Several people on one ledger: who looks after what, notes, what waits for whom, conflicts of interest.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};

use crate::cli_write::{fits, with_input};
use crate::desk::{Desk, INIT, files_below, said};

/// A desk with an article, and beside Alice also Bob, who reviews and approves.
fn team() -> Desk {
    let desk = Desk::new();
    desk.done(&[
        "key",
        "add",
        "desk.example/bob",
        "--role",
        "reviewer,approver",
        "--unencrypted-keys",
    ]);
    desk
}

fn json_of(desk: &Desk, schema: &str, arguments: &[&str]) -> Value {
    let (out, _) = desk.done(&[arguments, &["--json"]].concat());
    let value: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"));
    fits(schema, &value);
    value
}

/// Returns the group of a queue with this name; null where nothing waits in it.
fn group<'q>(queue: &'q Value, name: &str) -> &'q Value {
    let groups = queue["groups"].as_array().unwrap();
    let found = groups.iter().find(|group| group["name"] == name);
    found.unwrap_or(&Value::Null)
}

fn queue(desk: &Desk, whom: &str) -> Value {
    json_of(desk, "output-queue", &["queue", "--for", whom])
}

/// Judges a claim by flags; returns the verdict's id.
fn judge(desk: &Desk, by: &str, words: &[&str]) -> String {
    let start = ["verdict"];
    let end = ["--as", by, "--yes"];
    let report = json_of(desk, "output-verdict", &[&start, words, &end].concat());
    report["verdict"].as_str().unwrap().to_owned()
}

/// Judges a claim by its number, with no evidence.
fn simply(desk: &Desk, by: &str, number: &str) -> String {
    judge(
        desk,
        by,
        &[
            number,
            "--rating",
            "true",
            "--summary",
            "It is in the register.",
        ],
    )
}

/// Returns the desk's files, which must be of their schemas.
fn pages(desk: &Desk) -> Vec<Value> {
    let folder = desk.ledger().join("desk");
    let mut pages = Vec::new();
    for path in files_below(&folder) {
        let page: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let is_interests = path.ends_with("interests.json");
        fits(if is_interests { "interests" } else { "desk" }, &page);
        pages.push(page);
    }
    pages
}

#[test]
fn what_the_desk_says_stays_with_a_claim_and_leaves_no_house() {
    let desk = team();
    let words = ["assign", "1", "bob", "--due", "2026-12-01", "--as", "alice"];
    let assigned = json_of(&desk, "output-assign", &words);
    assert_eq!(assigned["assigned"]["to"], "desk.example/bob");
    assert_eq!(assigned["assigned"]["due"], "2026-12-01");
    let note = "Ring the harbour master, extension 4711.";
    json_of(&desk, "output-note", &["note", "1", note, "--as", "bob"]);
    assert_eq!(pages(&desk).len(), 1);

    // It is shown wherever the claim is, also once that is recorded.
    for round in 0..2 {
        let claims = json_of(&desk, "output-claims", &["claims"]);
        let said = &claims["claims"][0]["desk"];
        assert_eq!(said["notes"][0]["text"], note);
        assert_eq!(said["notes"][0]["by"], "desk.example/bob");
        let shown = json_of(&desk, "output-show", &["show", "1"]);
        assert_eq!(shown["desk"], *said, "round {round}");
        let (text, _) = desk.done(&["show", "1"]);
        assert!(
            text.contains("extension 4711") && text.contains("due 2026-12-01"),
            "{text}"
        );
        let (text, _) = desk.done(&["claims"]);
        assert!(
            text.contains("assigned to desk.example/bob, due 2026-12-01 · 1 note"),
            "{text}"
        );
        if round == 0 {
            simply(&desk, "alice", "1");
        }
    }

    // No export and no copy has it.
    desk.done(&["publish", "copy"]);
    for arguments in [
        &["export", "jsonl", "--out", "out.jsonl"][..],
        &["export", "csv", "--out", "out.csv"],
        &[
            "export",
            "site",
            "--base-url",
            "https://desk.example",
            "--out",
            "site",
        ],
        &["report", "--format", "html", "--out", "report.html"],
    ] {
        desk.done(arguments);
    }
    for path in files_below(desk.path("").as_path()) {
        if path.starts_with(desk.ledger()) {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let has = bytes.windows(4).any(|window| window == b"4711");
        assert!(!has, "{}", path.display());
    }
    desk.done(&["verify"]);

    json_of(
        &desk,
        "output-note",
        &["note", "1", "--remove", "1", "--as", "bob"],
    );
    desk.refused(&["note", "1", "--remove", "1", "--as", "bob"], 3);
    let done = json_of(
        &desk,
        "output-assign",
        &["assign", "1", "--none", "--as", "alice"],
    );
    assert_eq!(done["before"]["to"], "desk.example/bob");
    desk.refused(&["assign", "1", "--none", "--as", "alice"], 1);
    let noted = ["assign", "1", "--none", "--note", "x", "--as", "alice"];
    desk.refused(&noted, 1);
    assert_eq!(pages(&desk), Vec::<Value>::new());
}

#[test]
fn who_writes_is_said_where_it_is_not_plain() {
    let desk = team();
    let err = desk.refused(&["note", "1", "x"], 4);
    assert!(err.contains("--as desk.example/alice"), "{err}");
    desk.refused(&["note", "1", "  ", "--as", "bob"], 1);
    desk.refused(&["note", "9", "x", "--as", "bob"], 3);
    desk.refused(&["assign", "1", "a\u{1b}b", "--as", "bob"], 2);
    let err = desk.refused(&["assign", "1", "alise", "--as", "bob"], 3);
    assert!(err.contains("did you mean alice"), "{err}");
    desk.refused(&["assign", "1", "Jane Roe", "--as", "bob"], 3);
    let (_, err) = desk.done(&["assign", "1", "Jane Roe", "--as", "bob", "--yes"]);
    assert!(err.contains("no key that may sign here"), "{err}");
    let queue = queue(&desk, "Jane Roe");
    assert_eq!(group(&queue, "assigned")["count"], 1);
    // A source and a verdict can be looked after, too; a policy can't.
    let source = desk.done(&["log", "--kind", "source", "--json"]).0;
    let source: Value = serde_json::from_str(&source).unwrap();
    let source = source["entries"][0]["id"].as_str().unwrap();
    desk.done(&["assign", source, "alice", "--as", "bob"]);
    let verdict = simply(&desk, "alice", "2");
    desk.done(&["note", &verdict, "Look again in May.", "--as", "bob"]);
    let shown = json_of(&desk, "output-show", &["show", &verdict]);
    assert_eq!(shown["desk"]["notes"][0]["text"], "Look again in May.");
    let key = desk.done(&["log", "--kind", "key", "--json"]).0;
    let key: Value = serde_json::from_str(&key).unwrap();
    desk.refused(
        &[
            "note",
            key["entries"][0]["id"].as_str().unwrap(),
            "x",
            "--as",
            "bob",
        ],
        3,
    );
}

#[test]
fn two_people_at_the_same_time_lose_nothing() {
    let desk = Desk::new();
    desk.done(&["claims"]);
    std::thread::scope(|scope| {
        for n in 0..6 {
            let desk = &desk;
            scope.spawn(move || desk.done(&["note", "1", &format!("note {n}")]));
        }
    });
    let [page] = pages(&desk).try_into().unwrap();
    let mut texts: Vec<String> = page["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["text"].as_str().unwrap().to_owned())
        .collect();
    texts.sort();
    assert_eq!(
        texts,
        (0..6).map(|n| format!("note {n}")).collect::<Vec<_>>()
    );
}

#[test]
fn what_is_erased_takes_its_notes_with_it() {
    let desk = Desk::new();
    simply(&desk, "alice", "1");
    let claims = json_of(&desk, "output-claims", &["claims"]);
    let claim = claims["claims"][0]["id"].as_str().unwrap().to_owned();
    desk.done(&["note", "1", "Nothing in particular."]);
    desk.done(&["assign", "1", "alice"]);
    let repeated = "It says: “The harbour bridge was closed in 2019”, and that is so.";
    desk.done(&["note", "2", repeated]);
    desk.done(&["note", "2", "Ask the council."]);
    assert_eq!(pages(&desk).len(), 2);
    desk.done(&["erase", &claim, "--basis", "privacy", "--yes"]);
    let [page] = pages(&desk).try_into().unwrap();
    assert_eq!(page["notes"].as_array().unwrap().len(), 1);
    assert_eq!(page["notes"][0]["text"], "Ask the council.");
    for path in files_below(&desk.ledger().join("desk")) {
        assert!(!fs::read_to_string(path).unwrap().contains("harbour bridge"));
    }
}

#[test]
fn what_stands_is_not_taken_down_without_a_word() {
    let desk = team();
    desk.done(&["policy", "set", "--approvals", "1", "--yes"]);
    let verdict = simply(&desk, "alice", "1");
    // Who may only approve is told of nothing else to do.
    desk.done(&[
        "key",
        "add",
        "desk.example/kai",
        "--role",
        "approver",
        "--unencrypted-keys",
    ]);
    let of_kai = queue(&desk, "kai");
    let names = of_kai["groups"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|group| group["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["approve"], "{of_kai:#}");

    desk.done(&["approve", &verdict, "--as", "bob", "--yes"]);
    let change = [
        "verdict",
        "1",
        "--as",
        "alice",
        "--rating",
        "false",
        "--summary",
        "It was not.",
        "--supersedes",
        &verdict,
        "--change",
        "rating",
        "--reason",
        "A register says so.",
        "--supports",
        "article.txt",
        "--yes",
        "--out",
        "change.json",
    ];
    let (_, err) = desk.done(&change);
    assert!(err.contains("stops standing with your signature"), "{err}");
    assert!(
        err.contains("all its evidence is the text that the claim is from"),
        "{err}"
    );
}

#[test]
fn each_sees_what_waits_for_them_with_the_command_to_type() {
    let desk = team();
    // Nothing waits where there is nothing, and that is said.
    let empty = Desk::empty();
    empty.done(&INIT);
    let (out, err) = empty.done(&["queue"]);
    assert_eq!(out, "");
    assert!(
        err.contains("nothing waits for desk.example/alice"),
        "{err}"
    );

    let first = queue(&desk, "bob");
    let review = group(&first, "review");
    assert_eq!(review["items"][0]["proposed"], 4);
    let worthiest = review["items"][0]["worthiest"].as_array().unwrap();
    let scores: Vec<f64> = worthiest
        .iter()
        .map(|w| w["score"].as_f64().unwrap())
        .collect();
    assert!(
        scores.is_sorted_by(|a, b| a >= b) && scores.len() == 3,
        "{scores:?}"
    );

    // A verdict waits for one who may approve it, and not for its author.
    desk.done(&["policy", "set", "--approvals", "1", "--yes"]);
    let verdict = simply(&desk, "alice", "1");
    let bobs = queue(&desk, "bob");
    let approve = &group(&bobs, "approve")["items"][0];
    assert_eq!(approve["id"], verdict.as_str());
    assert_eq!(
        (&approve["approvals"], &approve["approvals_needed"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(*group(&queue(&desk, "alice"), "approve"), Value::Null);
    // A key of bob's own verdict is no approver of it.
    let own = simply(&desk, "bob", "2");
    assert_eq!(group(&queue(&desk, "bob"), "approve")["count"], 1);
    let all = json_of(&desk, "output-queue", &["queue", "--all"]);
    assert_eq!(group(&all, "approve")["count"], 2);
    assert!(all.get("for").is_none());

    // The command that is named does it.
    let command = approve["command"].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    desk.done(&[words.as_slice(), &["--as", "bob", "--yes"]].concat());
    assert_eq!(*group(&queue(&desk, "bob"), "approve"), Value::Null);

    // What is disputed waits for its author first.
    desk.done(&[
        "dispute",
        &verdict,
        "--note",
        "It was 2018.",
        "--as",
        "bob",
        "--yes",
    ]);
    let alices = queue(&desk, "alice");
    let disputed = &group(&alices, "disputed")["items"][0];
    assert_eq!(disputed["own"], true);
    let short = &verdict[..8];
    assert!(
        disputed["command"]
            .as_str()
            .unwrap()
            .contains(&format!("--supersedes {short}"))
    );
    let bobs = queue(&desk, "bob");
    assert!(group(&bobs, "disputed")["items"][0].get("own").is_none());

    // A verdict without evidence is one's own to mend.
    let evidence = group(&bobs, "evidence");
    assert_eq!(evidence["count"], 1);
    assert_eq!(evidence["items"][0]["id"], own.as_str());

    // What is assigned comes first, and is done once it is judged.
    desk.done(&["assign", "3", "bob", "--due", "2026-11-21", "--as", "alice"]);
    let bobs = queue(&desk, "bob");
    assert_eq!(bobs["groups"][0]["name"], "assigned");
    assert_eq!(bobs["groups"][0]["items"][0]["overdue"], true);
    assert_eq!(*group(&queue(&desk, "alice"), "assigned"), Value::Null);
    let (text, _) = desk.done(&["queue", "--for", "bob"]);
    assert!(
        text.starts_with("Assigned (1)\n") && text.contains("overdue"),
        "{text}"
    );
    simply(&desk, "bob", "3");
    assert_eq!(*group(&queue(&desk, "bob"), "assigned"), Value::Null);
}

#[test]
fn a_claim_without_a_verdict_and_a_form_that_was_begun_wait() {
    let desk = Desk::new();
    let source = desk.done(&["log", "--kind", "source", "--json"]).0;
    let source: Value = serde_json::from_str(&source).unwrap();
    let source = &source["entries"][0]["id"].as_str().unwrap()[..8];
    desk.done(&[
        "claim",
        source,
        "--quote",
        "opened again in March 2021",
        "--yes",
    ]);
    let waiting = queue(&desk, "alice");
    let unjudged = group(&waiting, "unjudged");
    assert_eq!(unjudged["count"], 1);
    assert_eq!(unjudged["items"][0]["own"], true);

    let drafts = desk.ledger().join("drafts");
    fs::create_dir_all(&drafts).unwrap();
    let claims = json_of(&desk, "output-claims", &["claims"]);
    let id = &claims["claims"][1]["id"].as_str().unwrap()[..16];
    fs::write(
        drafts.join(format!("verdict-{id}.txt")),
        "rating: false\nsummary:\n",
    )
    .unwrap();
    let waiting = queue(&desk, "alice");
    let form = &group(&waiting, "forms")["items"][0];
    assert_eq!(form["rating"], "false");
    assert_eq!(form["text"], claims["claims"][1]["text"]);
    assert_eq!(form["command"], format!("factlog verdict {}", &id[..8]));
    // The command takes it up: without an editor it can say no more than that.
    let err = desk.refused(&["verdict", &id[..8]], 2);
    assert!(err.contains("editor"), "{err}");
}

#[test]
fn a_tainted_verdict_waits_to_be_reaffirmed() {
    let desk = team();
    let verdict = simply(&desk, "bob", "1");
    desk.done(&[
        "key",
        "revoke",
        "desk.example/bob",
        "--reason",
        "compromised",
        "--from",
        "0",
        "--yes",
    ]);
    let all = json_of(&desk, "output-queue", &["queue", "--all"]);
    let tainted = &group(&all, "tainted")["items"][0];
    assert_eq!(tainted["id"], verdict.as_str());
    assert!(
        tainted["command"]
            .as_str()
            .unwrap()
            .starts_with("factlog reaffirm ")
    );
}

#[test]
fn a_desk_has_conflicts_declared_before_anything_is_signed() {
    let desk = team();
    let rated = ["1", "--rating", "true", "--summary", "It is so."];
    let judged = |more: &[&str]| -> Output {
        let words = [
            &["verdict"],
            rated.as_slice(),
            more,
            &["--as", "bob", "--yes"],
        ]
        .concat();
        desk.run(&words)
    };
    json_of(
        &desk,
        "output-interests",
        &["interests", "add", "bob", "Ada Venn", "--why", "a cousin"],
    );
    let listed = json_of(&desk, "output-interests", &["interests", "list", "bob"]);
    assert_eq!(listed["interests"][0]["name"], "desk.example/bob");
    assert_eq!(pages(&desk).len(), 1);

    let ruled = |arguments: &[&str]| {
        let ruled = [&["interests", "rule"], arguments].concat();
        json_of(&desk, "output-interests-rule", &ruled)["rule"].clone()
    };
    assert_eq!(ruled(&[]), "ask");
    assert_eq!(ruled(&["declare"]), "declare");
    desk.refused(&["interests", "rule", "sometimes"], 2);
    let size = desk.size();
    for (more, status, says) in [
        (&[][..], 2, "says nothing of them"),
        (
            &["--no-conflicts"],
            1,
            "has a stake in “Ada Venn” (a cousin)",
        ),
        (
            &["--conflict", "I know the mayor."],
            1,
            "has a stake in “Ada Venn”",
        ),
        (
            &["--no-conflicts", "--conflict", "Ada Venn"],
            2,
            "cannot be used with",
        ),
    ] {
        let output = judged(more);
        let err = said(&output).1;
        assert_eq!(output.status.code(), Some(status), "{more:?}: {err}");
        assert!(err.contains(says), "{more:?}: {err}");
    }
    assert_eq!(desk.size(), size, "nothing was signed");
    let output = judged(&["--conflict", "Ada Venn is a cousin of mine."]);
    assert!(output.status.success(), "{}", said(&output).1);

    // Alice has no stake, and answers that she has none.
    let none = judge(
        &desk,
        "alice",
        &["2", "--rating", "true", "--summary", "s", "--no-conflicts"],
    );
    let shown = json_of(&desk, "output-show", &["show", &none]);
    assert_eq!(
        shown["verdict"]
            .get("conflicts")
            .map_or(0, |c| c.as_array().unwrap().len()),
        0
    );

    // What was declared waits until another approves it who has no stake in it.
    desk.done(&[
        "key",
        "add",
        "desk.example/carol",
        "--role",
        "approver",
        "--unencrypted-keys",
    ]);
    let waiting = json_of(&desk, "output-queue", &["queue", "--all"]);
    let conflicts = group(&waiting, "conflicts");
    assert_eq!(conflicts["count"], 1);
    let verdict = conflicts["items"][0]["id"].as_str().unwrap().to_owned();
    desk.done(&["interests", "add", "carol", "venn"]);
    let err = desk.refused(&["approve", &verdict, "--as", "carol", "--yes"], 1);
    assert!(err.contains("has a stake in “venn”"), "{err}");
    desk.done(&[
        "approve",
        &verdict,
        "--as",
        "carol",
        "--yes",
        "--note",
        "I know Venn, too.",
    ]);
    let waiting = json_of(&desk, "output-queue", &["queue", "--all"]);
    assert_eq!(group(&waiting, "conflicts")["count"], 1, "she has a stake");
    desk.done(&["interests", "remove", "carol", "Venn"]);
    let waiting = json_of(&desk, "output-queue", &["queue", "--all"]);
    assert_eq!(*group(&waiting, "conflicts"), Value::Null);
    desk.refused(&["interests", "remove", "carol", "Venn"], 3);
}

#[test]
fn by_default_a_desk_only_warns_of_what_it_knows() {
    let desk = team();
    desk.done(&["interests", "add", "bob", "Ada Venn"]);
    let words = [
        "verdict",
        "1",
        "--rating",
        "true",
        "--summary",
        "s",
        "--as",
        "bob",
        "--yes",
    ];
    let (_, err) = desk.done(&words);
    assert!(
        err.contains("warning: desk.example/bob has a stake in “Ada Venn”"),
        "{err}"
    );
    // So it does of many at once.
    desk.done(&["interests", "add", "alice", "mayor"]);
    let mut many = desk.factlog(&["verdict", "--from", "-", "--as", "alice"]);
    let line = "{\"claim\": 1, \"rating\": \"true\", \"summary\": \"s\"}\n";
    let (code, _, err) = with_input(&mut many, line);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        err.contains("line 1: desk.example/alice has a stake in “mayor”"),
        "{err}"
    );
    fs::write(
        desk.ledger().join("desk/settings.json"),
        "{\"conflicts\": \"off\"}",
    )
    .unwrap();
    let words = [
        "verdict",
        "2",
        "--rating",
        "true",
        "--summary",
        "s",
        "--as",
        "bob",
        "--yes",
    ];
    let (_, err) = desk.done(&words);
    assert!(!err.contains("stake"), "{err}");
    fs::write(
        desk.ledger().join("desk/settings.json"),
        "{\"conflicts\": \"never\"}",
    )
    .unwrap();
    // A queue needs no settings.
    desk.done(&["queue", "--for", "bob"]);
    let words = [
        "verdict",
        "3",
        "--rating",
        "true",
        "--summary",
        "s",
        "--as",
        "bob",
        "--yes",
    ];
    assert!(desk.refused(&words, 1).contains("settings.json"));
}

#[test]
fn a_kind_of_change_that_is_wrong_is_refused() {
    let desk = team();
    let verdict = simply(&desk, "alice", "1");
    let short = &verdict[..8];
    let size = desk.size();
    for (rating, change, says) in [
        ("false", Some("update"), "more than an update"),
        ("false", Some("correction"), "more than a correction"),
        ("true", Some("rating"), "the rating is still true"),
        ("true", None, "what changes is not said"),
    ] {
        let words = [
            "verdict",
            "1",
            "--rating",
            rating,
            "--summary",
            "s",
            "--supersedes",
            short,
        ];
        let change: Vec<&str> = change.map_or_else(Vec::new, |change| vec!["--change", change]);
        let end = ["--reason", "r", "--as", "alice", "--yes"];
        let err = desk.refused(&[&words, change.as_slice(), &end].concat(), 2);
        assert!(err.contains(says), "{rating} {change:?}: {err}");
    }
    assert_eq!(desk.size(), size);
    judge(
        &desk,
        "alice",
        &[
            "1",
            "--rating",
            "true",
            "--summary",
            "s",
            "--supersedes",
            short,
            "--change",
            "correction",
            "--reason",
            "The day was wrong.",
        ],
    );
    let claims = json_of(&desk, "output-claims", &["claims"]);
    assert_eq!(claims["claims"][0]["verdicts"][1]["change"], "correction");
    let (text, _) = desk.done(&["claims"]);
    assert!(text.contains("corrected"), "{text}");
    let (help, _) = desk.done(&["verdict", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for meaning in ["new facts", "something was wrong", "the conclusion changes"] {
        assert!(help.contains(meaning), "{meaning}");
    }
}

#[test]
fn imported_verdicts_wait_apart_from_those_begun_here() {
    let desk = Desk::empty();
    desk.done(&INIT);
    let review = json!({
        "@context": "https://schema.org", "@type": "ClaimReview",
        "url": "https://other.example/checks/1", "claimReviewed": "The bridge cost 12 million",
        "inLanguage": "en", "datePublished": "2024-03-26",
        "author": {"@type": "Organization", "name": "Other Desk"},
        "reviewRating": {"@type": "Rating", "alternateName": "Mostly False"},
        "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": "Ada Venn"}}
    });
    fs::write(desk.path("a.json"), review.to_string()).unwrap();
    desk.done(&["import", "claimreview", "a.json"]);
    let waiting = queue(&desk, "alice");
    let imported = group(&waiting, "imported");
    assert_eq!(imported["count"], 1);
    assert_eq!(imported["items"][0]["rating"], "mostly-false");
    assert_eq!(imported["items"][0]["text"], "The bridge cost 12 million");
    assert_eq!(*group(&waiting, "forms"), Value::Null);
    assert_eq!(group(&waiting, "review")["items"][0]["proposed"], 1);
}

#[test]
fn words_that_moved_wait_for_a_person_and_those_that_did_not_do_not() {
    let desk = Desk::new();
    simply(&desk, "alice", "1");
    let claims = json_of(&desk, "output-claims", &["claims"]);
    let source = claims["claims"][0]["source"].as_str().unwrap();
    let other = crate::desk::ARTICLE.replace("closed in 2019", "closed for a year in 2019");
    fs::write(desk.path("newer.txt"), other).unwrap();
    desk.done(&[
        "add",
        "newer.txt",
        "--replaces",
        source,
        "--as",
        "desk.example/alice",
    ]);
    let waiting = queue(&desk, "alice");
    let group = group(&waiting, "anchors");
    assert_eq!(
        (&group["count"], &group["items"][0]["about"]),
        (&json!(1), &json!("drifted"))
    );
    assert_eq!(group["items"][0]["text"], claims["claims"][0]["text"]);
}

#[test]
fn a_note_comes_from_a_pipe_too_and_a_reviewer_sees_it() {
    let desk = Desk::new();
    let (code, _, err) = with_input(&mut desk.factlog(&["note", "1"]), "Line one.\nLine two.\n");
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(pages(&desk)[0]["notes"][0]["text"], "Line one.\nLine two.");
    let (code, _, err) = with_input(&mut desk.factlog(&["note", "1"]), " \n");
    assert_eq!(code, Some(1), "{err}");
    desk.done(&["assign", "1", "alice"]);
    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), "q\n");
    assert!(err.contains("assigned to desk.example/alice"), "{err}");
    assert!(
        err.contains("Line one. Line two. (desk.example/alice, 2026-11-22)"),
        "{err}"
    );
}

#[test]
fn a_key_of_another_name_is_the_same_person_s() {
    let desk = team();
    desk.done(&["interests", "add", "bob", "Ada Venn"]);
    desk.done(&["interests", "rule", "declare"]);
    desk.done(&["assign", "1", "bob", "--as", "alice"]);
    let rotate = ["key", "rotate", "bob", "--new", "desk.example/robert"];
    desk.done(&[&rotate[..], &["--unencrypted-keys"]].concat());
    let renamed = ["verdict", "1", "--rating", "true", "--summary", "So."];
    let silent = ["--no-conflicts", "--as", "robert", "--yes"];
    let err = desk.refused(&[&renamed[..], &silent].concat(), 1);
    assert!(err.contains("robert has a stake in “Ada Venn”"), "{err}");
    for name in ["robert", "bob"] {
        let listed = json_of(&desk, "output-interests", &["interests", "list", name]);
        assert_eq!(listed["interests"][0]["name"], "desk.example/bob", "{name}");
    }
    // Nor is what was assigned to the earlier name nobody's.
    let waits = queue(&desk, "robert");
    assert!(
        group(&waits, "assigned")["count"]
            .as_u64()
            .is_some_and(|n| n > 0),
        "{waits:#}"
    );
    desk.done(&["interests", "remove", "robert", "Ada Venn"]);
}

/// Returns the states of the numbered claims, and who decided.
fn decided(desk: &Desk) -> Vec<(String, Value)> {
    let claims = json_of(desk, "output-claims", &["claims", "--all"]);
    let claims = claims["claims"].as_array().unwrap().iter();
    let numbered = claims.filter(|claim| claim["number"].is_u64());
    let state = |claim: &Value| {
        let state = claim["state"].as_str().unwrap().to_owned();
        (state, claim["decided_by"].clone())
    };
    let mut states: Vec<(u64, (String, Value))> = numbered
        .map(|claim| (claim["number"].as_u64().unwrap(), state(claim)))
        .collect();
    states.sort_by_key(|(number, _)| *number);
    states.into_iter().map(|(_, state)| state).collect()
}

/// Writes a script that stands for an editor.
#[cfg(unix)]
fn editor(desk: &Desk, name: &str, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = desk.path(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_another_accepted_waits_for_them() {
    let desk = team();
    let review = |by: &str, answers: &str| {
        let (status, _, err) = with_input(&mut desk.factlog(&["review", "--as", by]), answers);
        assert_eq!(status, Some(0), "{err}");
        err
    };
    review("alice", "y\nn\nq\nn\n");
    let by = |name: &str| json!(format!("desk.example/{name}"));
    let states = decided(&desk);
    assert_eq!(states[0], ("accepted".to_owned(), by("alice")));
    assert_eq!(states[1], ("dropped".to_owned(), by("alice")));
    for path in files_below(&desk.ledger().join("drafts")) {
        if path.extension().is_some_and(|ending| ending == "json") {
            let kept: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            fits("drafts", &kept);
        }
    }
    let (shown, _) = desk.done(&["claims"]);
    assert!(shown.contains("accepted by desk.example/alice"), "{shown}");
    // Bob is asked about what is left, and signs his own alone.
    let err = review("bob", "y\nq\nn\ny\n");
    let waits = "1 accepted claim waits for the signature of desk.example/alice";
    assert!(err.contains(waits), "{err}");
    let asked = "1 more was accepted by desk.example/alice; sign it, too?";
    assert!(err.contains(asked), "{err}");
    assert!(err.contains("Sign 1 claim as desk.example/bob"), "{err}");
    let states = decided(&desk);
    assert_eq!(states[0], ("accepted".to_owned(), by("alice")));
    assert_eq!(states[2].0, "recorded");
    // Asked for, hers are signed by him, too.
    let err = review("bob", "q\ny\ny\n");
    assert!(err.contains("recorded 1 claim"), "{err}");
    assert_eq!(decided(&desk)[0].0, "recorded");
    desk.done(&["verify"]);
}

#[test]
#[cfg(unix)]
fn what_another_decides_meanwhile_is_said_and_stays() {
    let desk = team();
    // While Bob changes a claim, Alice accepts it.
    let meanwhile = format!(
        "printf 'y\\nq\\nn\\n' | '{}' review --as alice --at 2026-11-22T09:48:00Z >/dev/null 2>&1\n\
         sed -i 's/^text:.*/text: Words of Bob/' \"$1\"",
        env!("CARGO_BIN_EXE_factlog")
    );
    let script = editor(&desk, "editor.sh", &meanwhile);
    let bob = |answers: &str| {
        let mut command = desk.factlog(&["review", "--as", "bob"]);
        let command = command.env("EDITOR", &script).env_remove("VISUAL");
        with_input(command, answers).2
    };
    let err = bob("e\nn\nq\nn\n");
    let said = "meanwhile this was accepted by desk.example/alice, 12 minutes ago";
    assert!(err.contains(said), "{err}");
    let after = err.split_once(said).unwrap().1;
    assert!(
        after.contains("accepted by desk.example/alice, 12 minutes ago"),
        "it is shown again: {err}"
    );
    let claims = json_of(&desk, "output-claims", &["claims"]);
    assert_eq!(claims["claims"][0]["decided_by"], "desk.example/alice");
    assert_ne!(claims["claims"][0]["text"], "Words of Bob");
}

#[test]
#[cfg(unix)]
fn each_person_has_a_form_of_their_own() {
    let desk = team();
    let judge = |by: &str, script: &str, answers: &str| {
        let script = editor(&desk, &format!("{by}.sh"), script);
        let mut command = desk.factlog(&["verdict", "1", "--as", by]);
        let command = command.env("EDITOR", &script).env_remove("VISUAL");
        with_input(command, answers)
    };
    let fill = |words: &str| {
        format!("sed -i 's/^rating:.*/rating: true/; s/^summary:.*/summary: {words}/' \"$1\"")
    };
    judge("alice", &fill("Words of Alice."), "n\n");
    let (_, _, err) = judge("bob", &fill("Words of Bob."), "n\nn\n");
    assert!(err.contains("a form by desk.example/alice"), "{err}");
    let form_files = || {
        let mut files = files_below(&desk.ledger().join("drafts"));
        files.retain(|path| path.to_string_lossy().contains("verdict-"));
        files
    };
    let words = || {
        let forms = form_files().into_iter();
        let mut words: Vec<String> = forms
            .map(|path| fs::read_to_string(path).unwrap())
            .filter_map(|form| {
                let summary = form.lines().find_map(|line| line.strip_prefix("summary: "));
                summary.map(str::to_owned)
            })
            .collect();
        words.sort();
        words
    };
    assert_eq!(words(), ["Words of Alice.", "Words of Bob."]);
    // Each sees their own on the list, and it once, be there another that nobody has taken up.
    let forms = |whom: &[&str]| {
        let queue = json_of(&desk, "output-queue", &[&["queue"], whom].concat());
        group(&queue, "forms")["count"].clone()
    };
    let [own, _] = form_files().try_into().unwrap();
    let own = own.to_str().unwrap();
    let free = format!("{}.txt", own.rsplit_once('-').unwrap().0);
    for is_free in [false, true] {
        if is_free {
            fs::copy(own, &free).unwrap();
        }
        assert_eq!(forms(&["--for", "alice"]), 1);
        assert_eq!(forms(&["--for", "bob"]), 1);
        assert_eq!(forms(&["--all"]), 2);
        let others = json!(is_free.then_some(1));
        assert_eq!(forms(&["--for", "desk.example/carol"]), others);
    }
    fs::remove_file(free).unwrap();
    // Each goes on with their own; signing one leaves the other.
    let (status, _, err) = judge("alice", "true", "y\n");
    assert_eq!(status, Some(0), "{err}");
    assert!(
        err.contains("taking up the form where you left it"),
        "{err}"
    );
    assert_eq!(words(), ["Words of Bob."]);
    // What another began is taken up where that is wanted, and stays theirs.
    let script = editor(&desk, "carol.sh", "cat \"$1\" >&2");
    desk.done(&[
        "key",
        "add",
        "desk.example/carol",
        "--role",
        "reviewer",
        "--unencrypted-keys",
    ]);
    let mut command = desk.factlog(&["verdict", "1", "--as", "carol"]);
    let command = command.env("EDITOR", &script).env_remove("VISUAL");
    let (_, _, err) = with_input(command, "y\nn\n");
    assert!(err.contains("summary: Words of Bob."), "{err}");
    assert_eq!(words(), ["Words of Bob.", "Words of Bob."]);
}

#[test]
#[cfg(unix)]
fn a_disputed_verdict_is_corrected_with_the_reason_in_sight() {
    let desk = team();
    let verdict = simply(&desk, "alice", "1");
    desk.done(&[
        "dispute",
        &verdict,
        "--note",
        "No register says so.",
        "--as",
        "bob",
        "--yes",
    ]);
    let disputed = queue(&desk, "alice");
    let about = group(&disputed, "disputed")["items"][0]["about"].to_string();
    let reason = "disputed by desk.example/bob: No register says so.";
    assert!(about.contains(reason), "{about}");
    let script = editor(&desk, "see.sh", "cat \"$1\" >&2");
    let open = |arguments: &[&str]| {
        let mut command = desk.factlog(arguments);
        let command = command.env("EDITOR", &script).env_remove("VISUAL");
        with_input(command, "n\n").2
    };
    let form = open(&[
        "verdict",
        "1",
        "--as",
        "alice",
        "--supersedes",
        &verdict[..8],
    ]);
    assert!(form.contains(reason), "{form}");
    // It is still hers once her key has changed, and once its words were erased.
    desk.done(&["key", "rotate", "alice", "--unencrypted-keys"]);
    let again = [
        "verdict",
        "1",
        "--rating",
        "false",
        "--summary",
        "No.",
        "--as",
        "alice",
        "--yes",
    ];
    let err = desk.refused(&again, 1);
    assert!(err.contains("you have judged"), "{err}");
    desk.done(&["erase", &verdict, "--basis", "privacy", "--yes"]);
    for path in files_below(&desk.ledger().join("drafts")) {
        if path.to_string_lossy().contains("verdict-") {
            fs::remove_file(path).unwrap();
        }
    }
    let form = open(&["verdict", "1", "--as", "alice"]);
    assert!(
        form.contains(&format!("supersedes: {}", &verdict[..8])),
        "{form}"
    );
    assert!(form.contains("rating: true\n"), "{form}");
}

#[test]
fn the_day_stays_with_another_assignment() {
    let desk = team();
    let assign = |words: &[&str]| {
        let words = [&["assign", "1"][..], words, &["--as", "alice"]].concat();
        json_of(&desk, "output-assign", &words)["assigned"]["due"].clone()
    };
    assert_eq!(assign(&["bob", "--due", "2026-12-01"]), "2026-12-01");
    assert_eq!(assign(&["alice"]), "2026-12-01");
    assert_eq!(assign(&["bob", "--due", "2026-12-24"]), "2026-12-24");
    assert_eq!(assign(&["bob", "--no-due"]), Value::Null);
    let late = ["assign", "1", "bob", "--due", "2020-01-01", "--as", "alice"];
    let (_, err) = desk.done(&late);
    assert!(err.contains("has passed"), "{err}");
}
