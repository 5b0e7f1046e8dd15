//! Many verdicts as JSON lines.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};

use super::{claims, fits, with_input};
use crate::desk::{Desk, verdict};

fn answers(out: &str) -> Vec<Value> {
    let answers: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for answer in &answers {
        fits("output-verdict", answer);
    }
    answers
}

#[test]
fn each_line_is_acknowledged_in_order_or_refused_for_itself() {
    let desk = Desk::new();
    fs::write(desk.path("charter.txt"), "The council agrees.\n").unwrap();
    let first =
        json!({"claim": 1, "rating": "true", "summary": "a", "rationale": "r", "conflicts": ["c"]});
    let cited = json!({"claim": "2", "rating": "false", "summary": "b", "evidence":
        [{"source": "charter.txt", "stance": "refutes", "quote": "council agrees", "primary": true}]});
    for line in [&first, &cited] {
        fits("verdict-line", line);
    }
    let lines = [
        first.to_string(),
        String::new(),
        "{".to_owned(),
        json!({"claim": 2, "rating": "nearly", "summary": "x"}).to_string(),
        json!({"claim": 99, "rating": "true", "summary": "x"}).to_string(),
        json!({"claim": "ffffffff", "rating": "true", "summary": "x"}).to_string(),
        json!({"claim": 2, "rating": "true", "summary": " "}).to_string(),
        json!({"claim": 2, "rating": "true", "summary": "x", "more": 1}).to_string(),
        json!({"claim": true, "rating": "true", "summary": "x"}).to_string(),
        json!({"claim": 2, "rating": "true", "summary": "x", "evidence": [{"source": "http://x.example/", "stance": "context"}]}).to_string(),
        json!({"claim": 2, "rating": "true", "summary": "x", "evidence": [{"source": "charter.txt", "stance": "context", "quote": "nothing"}]}).to_string(),
        cited.to_string(),
        json!({"claim": 1, "rating": "true", "summary": "a second one"}).to_string(),
        "\u{0}".to_owned(),
        "é".repeat(3_000_000),
        json!({"claim": 3, "rating": "satire", "summary": "the last"}).to_string(),
    ];
    let (status, out, err) = with_input(
        &mut desk.factlog(&["verdict", "--from", "-", "--json"]),
        &lines.join("\n"),
    );
    assert_eq!(status, Some(1), "{err}");
    let answers = answers(&out);
    let numbers: Vec<u64> = answers
        .iter()
        .map(|answer| answer["line"].as_u64().unwrap())
        .collect();
    assert_eq!(
        numbers,
        [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    );
    let recorded: Vec<u64> = answers
        .iter()
        .filter(|answer| answer.get("id").is_some())
        .map(|answer| answer["line"].as_u64().unwrap())
        .collect();
    assert_eq!(recorded, [1, 12, 16], "{answers:#?}");
    let code = |line: u64| {
        answers.iter().find(|a| a["line"] == line).unwrap()["error"]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(code(3), "json");
    assert_eq!(code(5), "not-found");
    assert_eq!(code(8), "fields");
    assert_eq!(code(13), "supersedes-missing");
    assert_eq!(code(15), "too-long");
    let (out, _) = desk.done(&["verify"]);
    drop(out);
    assert!(claims(&desk)[0]["verdicts"][0]["rating"] == "true");
}

#[test]
fn a_file_of_lines_is_taken_and_a_missing_one_named() {
    let desk = Desk::new();
    let lines: String = (1..=3)
        .map(|n| json!({"claim": n, "rating": "true", "summary": "a"}).to_string() + "\n")
        .collect();
    fs::write(desk.path("lines.jsonl"), lines).unwrap();
    let (out, err) = desk.done(&["verdict", "--from", "lines.jsonl", "--json"]);
    assert_eq!(answers(&out).len(), 3);
    assert!(err.contains("3 verdicts recorded"), "{err}");
    desk.refused(&["verdict", "--from", "nowhere.jsonl", "--json"], 3);
    desk.refused(&["verdict", "1", "--from", "lines.jsonl"], 2);
}

#[test]
fn lines_are_acknowledged_while_more_are_to_come_and_the_ledger_is_let_go_of() {
    let desk = Desk::new();
    let mut child = desk
        .factlog(&["verdict", "--from", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = |n: u64| {
        writeln!(
            input,
            "{}",
            json!({"claim": n, "rating": "true", "summary": "a"})
        )
        .unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(answers(&line)[0]["line"], if n == 1 { 1 } else { 2 });
    };
    acknowledged(1);
    // Another command gets the ledger, and signs with the same key in between.
    desk.done(&verdict("2"));
    acknowledged(3);
    drop(input);
    assert!(child.wait().unwrap().success());
    desk.done(&["verify"]);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let desk = Desk::new();
    let lines: String = (1..=3)
        .map(|n| json!({"claim": n, "rating": "true", "summary": "a"}).to_string() + "\n")
        .collect();
    let mut child = desk
        .factlog(&["verdict", "--from", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(lines.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !err.contains("panicked"),
        "{err}"
    );
    desk.done(&["verify"]);
}
