//! What is signed without a question, and what is not.

use std::fs;

use super::{claims, editor, with_input};
use crate::desk::{Desk, verdict};

#[test]
#[cfg(unix)]
fn no_answer_means_no() {
    let desk = Desk::new();
    let script = editor(
        &desk,
        "sed -i 's/^rating:/rating: true/; s/^summary:/summary: It was./' \"$1\"",
    );
    let size = desk.size();
    let run = |arguments: &[&str], input: &str| {
        with_input(
            desk.factlog(arguments)
                .env("EDITOR", &script)
                .env_remove("VISUAL"),
            input,
        )
    };
    // What the form lacks a terminal would be asked for there.
    let (status, _, err) = run(&["verdict", "1"], "");
    assert_eq!(status, Some(1), "{err}");
    assert!(err.contains("nothing was signed"), "{err}");
    let (_, _, err) = run(&["review"], "y\n");
    assert!(err.contains("nothing was signed"), "{err}");
    // What was accepted is not signed unasked by the next sitting either.
    let (_, _, err) = run(&["review"], "q\n");
    assert!(err.contains("1 accepted claim waits"), "{err}");
    assert_eq!(desk.size(), size);
    let (status, _, err) = run(&["review"], "q\ny\n");
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(claims(&desk)[0]["state"], "recorded");
}

#[test]
fn where_there_is_no_terminal_full_flags_are_consent() {
    let desk = Desk::new();
    let source = claims(&desk)[0]["source"].as_str().unwrap()[..8].to_owned();
    let size = desk.size();
    let flags = &verdict("1")[..6];
    assert!(!flags.contains(&"--yes"));
    let (out, _) = desk.done(flags);
    desk.done(&["retract", out.trim(), "--reason", "It was not."]);
    desk.done(&["claim", &source, "--quote", "Traffic fell"]);
    assert_eq!(desk.size(), size + 4);
}

#[test]
fn a_time_far_ahead_is_warned_of_before_anything_is_signed() {
    let desk = Desk::new();
    let ahead = |arguments: &[&str]| {
        let mut command = desk.factlog(&[]);
        // The last --at would be the second.
        let given: Vec<_> = command.get_args().skip(2).map(ToOwned::to_owned).collect();
        command = {
            let mut again = std::process::Command::new(command.get_program());
            again
                .args(arguments)
                .args(["--at", "9998-01-01T00:00:00Z"])
                .args(given)
                .current_dir(desk.path(""))
                .env("FACTLOG_HOME", desk.path("home"))
                .env_remove("FACTLOG_LEDGER");
            again
        };
        let (status, _, err) = with_input(&mut command, "");
        assert_eq!(status, Some(0), "{err}");
        err
    };
    fs::write(desk.path("other.txt"), "The mill was closed in 2018.\n").unwrap();
    let err = ahead(&["claims"]);
    assert!(!err.contains("warning"), "{err}");
    let err = ahead(&["add", "other.txt"]);
    assert_eq!(err.matches("more than a day ahead").count(), 1, "{err}");
    let err = desk.refused(&verdict("1"), 1);
    assert!(err.contains("9998-01-01"), "{err}");
}
