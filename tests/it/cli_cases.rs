//! Command cases: one file a case in `tests/cli/`, each with what the command prints.
//!
//! `TRYCMD=overwrite cargo test --test it cli_cases` takes over new output; review the change.

#[test]
fn every_case_prints_what_its_file_says() {
    let home = tempfile::tempdir().unwrap();
    trycmd::TestCases::new()
        .env("FACTLOG_HOME", home.path().to_str().unwrap())
        .env("COLUMNS", "100")
        .case("tests/cli/*.trycmd")
        .run();
}

#[test]
fn every_command_s_help_begins_with_what_it_does_and_teaches_by_example() {
    let help = |words: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_factlog"))
            .args(words)
            .arg("--help")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let all = help(&[]);
    let listed = all
        .split("Commands:\n")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let mut commands: Vec<Vec<&str>> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| vec![name])
        .collect();
    assert!(commands.len() > 12, "{listed}");
    for (of, name) in [
        ("export", "claimreview"),
        ("export", "jsonl"),
        ("export", "csv"),
        ("key", "list"),
    ] {
        commands.push(vec![of, name]);
    }
    for command in commands {
        let text = help(&command);
        let first = text.lines().next().unwrap();
        assert!(
            first.starts_with(char::is_uppercase),
            "{command:?}: {first}"
        );
        assert!(!first.ends_with('.'), "{command:?}: {first}");
        let examples = text.contains("Examples:") || text.contains("Topics:");
        assert!(examples, "{command:?} has no example:\n{text}");
        assert!(text.contains("--json"), "{command:?}");
    }
}
