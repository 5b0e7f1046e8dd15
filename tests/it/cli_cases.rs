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

/// The commands that `factlog --help` lists, and those below them; the first is `factlog` itself.
fn commands() -> Vec<Vec<String>> {
    let mut found = vec![];
    let mut open = vec![vec![]];
    while let Some(command) = open.pop() {
        let text = help(&command, "100");
        let below = text.split("Commands:\n").nth(1).unwrap_or_default();
        let below = below.split("\n\n").next().unwrap();
        let below = if command.is_empty() {
            listed(&text)
        } else {
            below
                .lines()
                .filter_map(|l| l.split_whitespace().next())
                .collect()
        };
        for name in below {
            open.push([command.as_slice(), &[name.to_owned()]].concat());
        }
        found.push(command);
    }
    found
}

/// Returns the commands that the program's own help lists, in their groups.
fn listed(help: &str) -> Vec<&str> {
    let groups = help.split("Everywhere:\n").next().unwrap();
    let lines = groups.lines().filter(|line| line.starts_with("  "));
    let named = lines.filter_map(|line| line.split_whitespace().next());
    let others = groups.lines().find_map(|line| line.strip_prefix("Also: "));
    named.chain(others.unwrap().split(", ")).collect()
}

fn help(words: &[String], columns: &str) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_factlog"))
        .args(words)
        .arg("--help")
        .env("COLUMNS", columns)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{words:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn examples_can_be_pasted_from_a_terminal_of_80_columns() {
    let examples = |text: &str| -> Vec<String> {
        let after = ["Examples:\n", "The first five minutes:\n"]
            .iter()
            .find_map(|heading| text.split(heading).nth(1))
            .unwrap_or_default();
        let lines = after.lines().take_while(|line| !line.trim().is_empty());
        lines.map(str::to_owned).collect()
    };
    let all = commands();
    assert!(all.len() > 16, "{all:?}");
    for command in all {
        let lines = examples(&help(&command, "80"));
        // A line that was wrapped stands otherwise in a wider terminal.
        assert_eq!(lines, examples(&help(&command, "100")), "{command:?}");
        let mut goes_on = false;
        for line in lines {
            assert!(line.chars().count() <= 78, "{command:?}: {line}");
            let is_start = line.starts_with("  ") && !line.starts_with("   ");
            assert!(goes_on || is_start, "{command:?}: {line}");
            assert_eq!(line.matches('"').count() % 2, 0, "{command:?}: {line}");
            goes_on = line.ends_with(" \\");
        }
        assert!(!goes_on, "{command:?} ends in the middle of an example");
    }
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
    let mut commands: Vec<Vec<&str>> = listed(&all).into_iter().map(|name| vec![name]).collect();
    assert!(commands.len() > 40, "{commands:?}");
    for (of, name) in [
        ("export", "claimreview"),
        ("export", "jsonl"),
        ("export", "csv"),
        ("lint", "claimreview"),
        ("import", "claimreview"),
        ("key", "list"),
        ("witness", "init"),
        ("witness", "serve"),
        ("witness", "key"),
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
