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
fn an_answer_quotes_nothing_that_disturbs_a_terminal() {
    let desk = Desk::new();
    let line = "{\"claim\":\"1\",\"\u{202e}Evil\u{9b}31m\":\"x\"}\n";
    let (status, out, err) = with_input(&mut desk.factlog(&["verdict", "--from", "-"]), line);
    assert_eq!(status, Some(1), "{err}");
    assert!(out.contains("\\u202eEvil\\u009b31m"), "{out}");
    assert!(!out.contains(['\u{202e}', '\u{9b}']), "{out:?}");
    let message = answers(&out)[0]["error"]["message"].to_string();
    assert!(message.contains("\u{202e}Evil\u{9b}31m"), "{message:?}");
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
fn a_claim_that_was_recorded_while_the_ledger_was_let_go_of_is_not_recorded_twice() {
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
    let mut line = |n: u64| {
        let line = json!({"claim": n, "rating": "true", "summary": "a"});
        writeln!(input, "{line}").unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        answers(&answer).remove(0)
    };
    line(1);
    // It waits for the ledger, and has it once nothing comes any more.
    let (status, _, err) = with_input(&mut desk.factlog(&["review", "--yes"]), "y\nq\n");
    assert_eq!(status, Some(0), "{err}");
    let recorded = claims(&desk)[1].clone();
    assert_eq!(recorded["state"], "recorded");
    let answer = line(2);
    assert_eq!(answer["claim"], recorded["id"], "{answer}");
    drop(input);
    assert!(child.wait().unwrap().success());
    let (out, _) = desk.done(&["log", "--kind", "claim"]);
    assert_eq!(out.lines().count(), 2, "{out}");
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

#[test]
fn numbers_from_1000_on_are_numbers_and_a_word_that_is_an_id_too_is_refused() {
    let desk = Desk::empty();
    desk.done(&crate::desk::INIT);
    let sentence = |n| format!("The council spent {n} million on the bridge in 2019.\n\n");
    let article: Vec<String> = (1..=1400).map(sentence).collect();
    fs::write(desk.path("article.txt"), article.concat()).unwrap();
    desk.done(&["add", "article.txt"]);
    let claims = claims(&desk);
    assert!(claims.len() >= 1400, "{}", claims.len());
    let id = |number: usize| claims[number - 1]["id"].as_str().unwrap();
    // By its first digits a claim's id may be the number of another claim.
    let fits_both = claims
        .iter()
        .filter_map(|claim| claim["id"].as_str().unwrap()[..4].parse::<usize>().ok())
        .find(|number| (1000..=claims.len()).contains(number))
        .expect("such an id");
    let prefixes: Vec<&str> = claims
        .iter()
        .map(|c| &c["id"].as_str().unwrap()[..4])
        .collect();
    let number_alone = (1000..=claims.len())
        .find(|number| !prefixes.contains(&number.to_string().as_str()))
        .unwrap();

    let (shown, _) = desk.done(&["show", &number_alone.to_string(), "--json"]);
    assert!(shown.contains(id(number_alone)), "{shown}");
    for command in ["show", "verdict"] {
        let mut line = vec![command, "WORD"];
        let word = fits_both.to_string();
        line[1] = &word;
        if command == "verdict" {
            line.extend(&verdict("1")[2..]);
        }
        let err = desk.refused(&line, 3);
        assert!(err.contains(&id(fits_both)[..16]), "{err}");
        assert!(err.contains(&format!("  {fits_both}")), "{err}");
    }

    let lines = [
        json!({"claim": fits_both, "rating": "true", "summary": "a number"}),
        json!({"claim": fits_both.to_string(), "rating": "true", "summary": "either"}),
        json!({"claim": number_alone.to_string(), "rating": "true", "summary": "a number"}),
        json!({"claim": &id(7)[..20], "rating": "true", "summary": "an id"}),
        json!({"claim": 4321, "rating": "true", "summary": "no such number"}),
    ];
    let lines: String = lines.iter().map(|line| line.to_string() + "\n").collect();
    let (status, out, err) = with_input(
        &mut desk.factlog(&["verdict", "--from", "-", "--json"]),
        &lines,
    );
    assert_eq!(status, Some(1), "{err}");
    let answers = answers(&out);
    assert_eq!(answers[1]["error"]["code"], "not-found", "{out}");
    assert_eq!(answers[4]["error"]["code"], "not-found", "{out}");
    let now = super::claims(&desk);
    for (number, answer) in [(fits_both, 0), (number_alone, 2), (7, 3)] {
        assert_eq!(now[number - 1]["id"], answers[answer]["claim"], "{out}");
        assert_eq!(now[number - 1]["state"], "recorded");
    }
}

#[test]
fn what_a_refused_verdict_leaves_is_said() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    fs::write(desk.path("charter.txt"), "The council agrees.\n").unwrap();
    let source = json!([{"source": "charter.txt", "stance": "refutes"}]);
    let input = json!([{"source": "-", "stance": "refutes"}]);
    let lines = [
        json!({"claim": 1, "rating": "false", "summary": "a second one", "evidence": source}),
        json!({"claim": 2, "rating": "false", "summary": "b", "evidence": input}),
        json!({"claim": 2, "rating": "false", "summary": "s".repeat(1_100_000)}),
        json!({"claim": 3, "rating": "false", "summary": "c", "evidence": source}),
    ];
    let lines: String = lines.iter().map(|line| line.to_string() + "\n").collect();
    let (status, out, err) = with_input(
        &mut desk.factlog(&["verdict", "--from", "-", "--json"]),
        &lines,
    );
    assert_eq!(status, Some(1), "{err}");
    let answers = answers(&out);
    assert_eq!(answers[0]["error"]["code"], "supersedes-missing");
    assert_eq!(answers[0]["entries"][0]["kind"], "source");
    let message = answers[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("recorded all the same: source"), "{out}");
    for refused in [1, 2] {
        assert_eq!(answers[refused]["error"]["code"], "usage", "{out}");
        assert_eq!(answers[refused].get("entries"), None, "{out}");
    }
    assert!(answers[3]["id"].is_string(), "{out}");
    assert_eq!(claims(&desk)[1]["state"], "proposed");
    let (out, _) = desk.done(&["verify"]);
    assert!(out.contains("no fault"), "{out}");
}

#[test]
fn one_name_may_stand_for_several_sources() {
    let desk = Desk::new();
    fs::write(desk.path("note.txt"), "The council agrees.\n").unwrap();
    let line = |claim: u32, evidence: Value| {
        json!({"claim": claim, "rating": "false", "summary": "s", "evidence": [evidence]})
            .to_string()
    };
    // A mere reference, and the file of that name.
    let lines = [
        line(
            1,
            json!({"source": "note.txt", "stance": "context", "unavailable": "lost"}),
        ),
        line(
            2,
            json!({"source": "note.txt", "stance": "refutes", "quote": "council agrees"}),
        ),
    ];
    let mut command = desk.factlog(&["verdict", "--from", "-", "--json"]);
    let (status, out, err) = with_input(&mut command, &lines.join("\n"));
    assert_eq!(status, Some(0), "{out}{err}");

    // A file without a text that was changed between two lines.
    let picture = |more: u8| {
        let bytes = [b"\x89PNG\r\n\x1a\n".as_slice(), &[more; 40]].concat();
        fs::write(desk.path("picture.png"), bytes).unwrap();
    };
    let mut child = desk
        .factlog(&["verdict", "--from", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for (more, claim) in [(1, 3), (2, 4)] {
        picture(more);
        let evidence = json!({"source": "picture.png", "stance": "refutes"});
        writeln!(input, "{}", line(claim, evidence)).unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert!(answer.contains("\"index\""), "{answer}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
    let sources = desk.done(&["log", "--kind", "source", "--json"]).0;
    let sources: Value = serde_json::from_str(&sources).unwrap();
    // The article, the reference, the note, and two pictures.
    assert_eq!(sources["entries"].as_array().unwrap().len(), 5);
}
