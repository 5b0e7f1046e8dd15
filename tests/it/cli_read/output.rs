//! Standard output that can't be written, or that nobody reads any more; help as JSON.

use super::desk::{Desk, assert_valid};

const COMMANDS: [&[&str]; 14] = [
    &["log"],
    &["log", "--json"],
    &["claims"],
    &["claims", "--json"],
    &["show", "1"],
    &["show", "1", "--json"],
    &["verify"],
    &["checkpoint"],
    &["key", "list"],
    &["export", "jsonl"],
    &["help", "keys"],
    &["help", "verdict"],
    &["--help"],
    &["--version"],
];

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_standard_output_is_named() {
    let desk = Desk::start();
    let id = desk.ids.claim.to_string();
    for words in COMMANDS.into_iter().chain([&["show", &id, "--raw"][..]]) {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = desk.command(words).stdout(full).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {err}");
        assert!(
            err.contains("error: standard output can't be written"),
            "{words:?}: {err}"
        );
        assert!(err.contains("No space left"), "{words:?}: {err}");
    }
}

#[test]
fn usage_errors_quote_nothing_that_disturbs_a_terminal() {
    let desk = Desk::start();
    let hostile = "\u{9b}31m\u{202e}x\u{e0041}\u{1b}]0;y\u{7}";
    let option = format!("--{hostile}");
    let rating = ["verdict", "1", "--summary", "s", "--rating", hostile];
    for words in [&["split", &option][..], &[hostile], &rating] {
        let output = desk.command(words).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {err}");
        assert!(err.starts_with("error: "), "{words:?}: {err}");
        assert!(err.contains("\\u{9b}31m\\u{202e}x\\u{e0041}"), "{err:?}");
        let raw = ['\u{9b}', '\u{202e}', '\u{e0041}', '\u{1b}', '\u{7}'];
        assert!(!err.contains(raw), "{words:?}: {err:?}");
    }
}

#[test]
fn what_split_prints_as_json_disturbs_no_terminal() {
    let desk = Desk::start();
    let file = desk.folder().join("hostile.txt");
    let words = "Ada \u{202e}Venn said that the bridge\u{200b} was\u{e0041} closed in 2019.\n";
    std::fs::write(&file, words).unwrap();
    for form in ["--json", "--jsonl"] {
        let name = file.to_str().unwrap();
        let output = desk.command(&["split", name, form]).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(
            !out.contains(['\u{202e}', '\u{200b}', '\u{e0041}']),
            "{out:?}"
        );
        assert!(out.contains("\\u200b was\\udb40\\udc41"), "{out}");
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert!(value.to_string().contains("was\u{e0041} closed"), "{out}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let desk = Desk::start();
    for words in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = desk.command(words).stdout(writer).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {err}");
        assert!(!err.contains("error"), "{words:?}: {err}");
    }
}

#[test]
#[cfg(unix)]
#[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
fn what_opening_finds_is_said_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::start();
    let ledger = desk.folder().join(".factlog");
    let allow = |mode| {
        std::fs::set_permissions(&ledger, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(0o555);
    if std::fs::write(ledger.join("probe"), "").is_ok() {
        allow(0o755);
        eprintln!("skipped: whoever runs this may write everywhere");
        return;
    }
    // The claims take a second opening: what was found in the texts can't be kept.
    let ran = [&["log"][..], &["claims"]].map(|words| desk.run(words));
    allow(0o755);
    for ran in ran {
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert_eq!(
            ran.err.matches("cannot be written").count(),
            1,
            "{}",
            ran.err
        );
    }
}

#[test]
fn help_is_json_where_json_is_asked_for() {
    let desk = Desk::start();
    for (words, kind, about) in [
        (&["help", "keys"][..], "topic", "keys"),
        (&["help", "key", "list"], "command", "factlog key list"),
        (&["help"], "command", "factlog"),
    ] {
        let json = desk.json(words, "help");
        assert_eq!(
            (&json["kind"], &json["about"]),
            (&kind.into(), &about.into())
        );
        let text = json["text"].as_str().unwrap();
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert_eq!(desk.done(words), text);
        assert_valid(&json, "help");
    }
}
