//! What was said to the reviewer, on the telephone or otherwise, as a source.
//!
//! Its text has a head that is plain text, so that whoever reads the source later sees who said it,
//! when and how; the words follow after an empty line. The reviewer who signs it vouches for it.

use factlog::words::time::DayOrTime;

use crate::cli::exit::{Failure, Status};

/// Options for what was said.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Statements")]
pub(crate) struct StatementArgs {
    /// Take the words as what was said to you: by whom, when and how goes on record with them
    #[arg(long, requires_all = ["by", "when", "how"], conflicts_with_all = ["from", "source_type", "authors", "published", "media"])]
    statement: bool,
    /// Who said it
    #[arg(long, value_name = "NAME", requires = "statement")]
    by: Option<String>,
    /// As what: the office, the body
    #[arg(long, value_name = "ROLE", requires = "statement")]
    role: Option<String>,
    /// When it was said: a day, or a time such as 2026-03-04T15:30:00Z
    #[arg(long, value_name = "TIME", requires = "statement")]
    when: Option<DayOrTime>,
    /// How: telephone, mail, in person
    #[arg(long, value_name = "HOW", requires = "statement")]
    how: Option<String>,
}

/// Who said something, when and how.
pub(crate) struct StatementHead {
    pub(crate) by: String,
    role: Option<String>,
    pub(crate) when: DayOrTime,
    how: String,
}

impl StatementArgs {
    /// Returns the head of a statement; nothing where it is none.
    pub(super) fn head(&self) -> anyhow::Result<Option<StatementHead>> {
        let (Some(by), Some(when), Some(how)) = (&self.by, self.when, &self.how) else {
            return Ok(None);
        };
        let line = |flag: &str, value: &str| {
            let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
            if line.is_empty() || line.chars().any(char::is_control) {
                let message = format!("{flag} has no words");
                return Err(
                    Failure::new(Status::Usage, message).hint("write a name, an office, a way")
                );
            }
            Ok(line)
        };
        Ok(Some(StatementHead {
            by: line("--by", by)?,
            role: self
                .role
                .as_deref()
                .map(|role| line("--role", role))
                .transpose()?,
            when,
            how: line("--how", how)?,
        }))
    }
}

impl StatementHead {
    /// Writes the head and the words as one text.
    pub(crate) fn text(&self, words: &str) -> String {
        let mut text = format!("Statement by {}", self.by);
        if let Some(role) = &self.role {
            text.push_str(", ");
            text.push_str(role);
        }
        let (when, how) = (self.when, &self.how);
        format!("{text}\nSaid: {when}\nHow: {how}\n\n{}\n", words.trim())
    }

    /// Names the statement.
    pub(crate) fn title(&self) -> String {
        format!("Statement by {}, {}", self.by, self.when.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_plain_text() {
        let args = StatementArgs {
            statement: true,
            by: Some("Ann  Lee".into()),
            role: Some("press officer".into()),
            when: "2026-03-04".parse().ok(),
            how: Some("telephone".into()),
        };
        let head = args.head().unwrap().unwrap();
        assert_eq!(
            head.text(" We have no comment.\n"),
            "Statement by Ann Lee, press officer\nSaid: 2026-03-04\nHow: telephone\n\nWe have no comment.\n"
        );
        assert!(StatementArgs::default().head().unwrap().is_none());
        let empty = StatementArgs {
            by: Some(" ".into()),
            ..args
        };
        assert!(empty.head().is_err());
    }
}
