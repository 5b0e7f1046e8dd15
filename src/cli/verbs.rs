//! Words that people try and that are no commands here: which is meant.

/// What is typed, and what does it.
const MEANT: [(&[&str], &str); 22] = [
    (
        &["list", "ls", "sources"],
        "factlog claims (claims by source), factlog log (entries)",
    ),
    (
        &["status", "check-setup", "health"],
        "factlog queue (what waits), factlog stats, factlog doctor (this set-up)",
    ),
    (
        &["revoke", "rotate"],
        "factlog key revoke, factlog key rotate",
    ),
    (
        &["keys", "keygen", "whoami"],
        "factlog key list, factlog key new NAME",
    ),
    (
        &["correct", "amend", "update", "fix", "supersede"],
        "factlog verdict CLAIM --supersedes VERDICT --change correction",
    ),
    (
        &["judge", "rate", "rating", "assess"],
        "factlog verdict CLAIM",
    ),
    (
        &["withdraw", "undo", "unpublish"],
        "factlog retract VERDICT",
    ),
    (
        &["delete", "remove", "rm", "forget"],
        "factlog retract VERDICT (the entry stays), factlog erase (words go)",
    ),
    (&["audit", "fsck", "validate-ledger"], "factlog verify"),
    (
        &["validate"],
        "factlog lint FILE (ClaimReview markup), factlog verify (a ledger)",
    ),
    (&["history", "blame"], "factlog log, factlog show ID"),
    (&["view", "cat", "open", "info"], "factlog show ID"),
    (
        &["find", "grep", "query"],
        "factlog search WORDS, factlog similar TEXT",
    ),
    (&["fetch", "get", "scrape", "download"], "factlog add URL"),
    (&["extract", "parse"], "factlog split FILE"),
    (&["push", "deploy", "upload", "sync"], "factlog publish DIR"),
    (&["backup"], "factlog publish --full DIR"),
    (&["clone", "pull"], "factlog restore"),
    (&["build", "site", "html"], "factlog export site --out DIR"),
    (
        &["serve", "server"],
        "factlog witness serve; a ledger is static files: factlog publish DIR",
    ),
    (
        &["settings", "configure", "set", "setup"],
        "factlog config, factlog doctor",
    ),
    (
        &["confirm", "accept", "merge"],
        "factlog review (claims), factlog approve VERDICT",
    ),
];

/// Options that people try, with the command that they give them to.
const MEANT_OPTIONS: [(&str, &[&str], &str); 3] = [
    (
        "log",
        &["-p", "--patch", "--stat"],
        "factlog show ID has all of an entry",
    ),
    (
        "log",
        &["--oneline", "-n", "--graph"],
        "factlog log is a line an entry; --limit N ends it",
    ),
    (
        "verdict",
        &["-m", "--message", "--comment"],
        "--summary TEXT, with --rating CODE",
    ),
];

/// Returns what does what a word says that is no command.
pub(crate) fn meant(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let found = MEANT
        .iter()
        .find(|(words, _)| words.contains(&word.as_str()));
    found.map(|(_, does)| *does)
}

/// Returns what does what an option says that a command has not.
pub(crate) fn meant_option(command: &str, option: &str) -> Option<&'static str> {
    let mut options = MEANT_OPTIONS.iter();
    let found = options.find(|(of, words, _)| *of == command && words.contains(&option));
    found.map(|(.., does)| *does)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn no_command_of_ours_is_taken_for_a_mistake() {
        let command = super::super::Cli::command();
        for name in command.get_subcommands().map(clap::Command::get_name) {
            assert_eq!(meant(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_named_is_there() {
        let command = super::super::Cli::command();
        let known: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        for (words, does) in MEANT {
            let mut named = does.split("factlog ").skip(1);
            assert!(
                named.all(|rest| known.contains(&rest.split([' ', ',', ';']).next().unwrap_or(""))),
                "{words:?}: {does}"
            );
        }
    }
}
