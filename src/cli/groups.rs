//! The commands by what they are for, as `factlog --help` lists them.

use std::fmt::Write as _;

use clap::Command;

/// Every command, once, under what it is for.
const GROUPS: [(&str, &[&str]); 6] = [
    ("To begin", &["demo", "init", "doctor", "config", "help"]),
    (
        "Claims and verdicts",
        &[
            "split", "add", "import", "claims", "review", "claim", "evidence", "verdict",
            "approve", "dispute", "retract", "reanchor",
        ],
    ),
    ("Looking up", &["search", "similar", "show", "log"]),
    (
        "Working together",
        &["queue", "assign", "note", "interests", "stats", "report"],
    ),
    (
        "Proving and publishing",
        &[
            "verify",
            "publish",
            "restore",
            "prove",
            "check",
            "export",
            "lint",
            "checkpoint",
            "witness",
        ],
    ),
    (
        "Keys and rules",
        &["key", "policy", "reaffirm", "erase", "sign", "append"],
    ),
];

/// Commands that are named in one line, at the end.
const OTHERS: [&str; 2] = ["completions", "man"];

/// What stands before a command's name.
const INDENT: &str = "  ";

/// Has the help list the commands in their groups.
pub(crate) fn grouped(command: Command) -> Command {
    let names = GROUPS.iter().flat_map(|(_, names)| names.iter());
    let width = names.map(|name| name.len()).max().unwrap_or_default();
    let about = |name: &str| {
        let found = command.find_subcommand(name);
        found
            .and_then(|command| command.get_about())
            .map_or_else(String::new, ToString::to_string)
    };
    let mut text = String::new();
    let heading = command.get_styles().get_header();
    for (title, names) in GROUPS {
        let _ = writeln!(text, "{heading}{title}:{heading:#}");
        for name in names {
            let literal = command.get_styles().get_literal();
            let _ = writeln!(
                text,
                "{INDENT}{literal}{name:<width$}{literal:#}  {}",
                about(name)
            );
        }
        text.push('\n');
    }
    let _ = writeln!(text, "Also: {}\n", OTHERS.join(", "));
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{text}{heading}Everywhere:{heading:#}\n\
         {{options}}{{after-help}}"
    );
    command.help_template(template)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_stands_in_one_group() {
        let listed: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.iter())
            .chain(&OTHERS)
            .copied()
            .collect();
        let unique: BTreeSet<&str> = listed.iter().copied().collect();
        assert_eq!(unique.len(), listed.len());
        let command = Cli::command();
        let there: BTreeSet<&str> = command.get_subcommands().map(Command::get_name).collect();
        assert_eq!(unique, there);
    }

    #[test]
    fn a_line_of_the_help_fits_a_terminal() {
        let help = grouped(Cli::command())
            .term_width(80)
            .render_help()
            .to_string();
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        assert!(help.contains("Working together:"), "{help}");
    }
}
