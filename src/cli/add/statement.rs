//! What was said to the reviewer, on the telephone or otherwise, as a source.
//!
//! Its text has a head that is plain text, so that whoever reads the source later sees who said it,
//! when and how; the words follow after an empty line. The reviewer who signs it vouches for it.

use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::source::{Meta, SourceType};
use factlog::words::span::Span;
use factlog::words::time::DayOrTime;

use crate::cli::exit::{Failure, Status};

/// Options for what was said.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Statements")]
pub(crate) struct StatementArgs {
    /// Take the words as what was said to you: by whom, when and how goes on record with them; where no
    /// file is named, they are read from standard input
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

/// Who said the words of a statement: what is claimed in them is theirs, unless they name another.
pub(crate) struct Spoken {
    by: Claimant,
    /// Where the words begin; before it is the head.
    from: usize,
}

impl Spoken {
    /// Reads the head of a statement's text; nothing where there is none.
    pub(crate) fn of(source_type: SourceType, text: &str, meta: Option<&Meta>) -> Option<Self> {
        if source_type != SourceType::Statement {
            return None;
        }
        let (head, _) = text.split_once("\n\n")?;
        let mut lines = head.lines();
        let who = lines.next()?.strip_prefix("Statement by ")?;
        lines.next()?.strip_prefix("Said: ")?;
        lines.next()?.strip_prefix("How: ")?;
        // A name may have a comma in it, so what is known of the source says where the name ends.
        let known = meta
            .and_then(|meta| meta.authors.first())
            .map(String::as_str);
        let rest = known.and_then(|name| Some((name, who.strip_prefix(name)?)));
        let (name, role) = match rest {
            Some((name, rest)) if rest.is_empty() || rest.starts_with(", ") => {
                (name, rest.strip_prefix(", "))
            }
            _ => match who.split_once(", ") {
                Some((name, role)) => (name, Some(role)),
                None => (who, None),
            },
        };
        Some(Self {
            by: Claimant {
                name: name.to_owned(),
                role: role.map(str::to_owned),
                same_as: None,
                span: None,
            },
            from: head.len(),
        })
    }

    /// Says whether words are of the head.
    pub(crate) const fn is_head(&self, words: Span) -> bool {
        words.start() < self.from
    }

    /// Gives a claim of this sentence to who said it; says whether it was theirs.
    pub(crate) fn attribute(&self, claim: &mut Claim, sentence: Span) -> bool {
        match &mut claim.claimant {
            None if claim.manner == Manner::Narration => {
                claim.manner = Manner::Indirect;
                claim.statement = if sentence.contains(claim.quote.bytes) {
                    vec![sentence]
                } else {
                    claim.parts.clone()
                };
                claim.claimant = Some(self.by.clone());
            }
            Some(claimant) if matches!(claimant.name.as_str(), "I" | "We" | "we") => {
                let span = claimant.span;
                *claimant = Claimant {
                    span,
                    ..self.by.clone()
                };
            }
            _ => return false,
        }
        true
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
        let text = head.text("The port lost 12 million crowns in 2019.");
        let spoken = Spoken::of(SourceType::Statement, &text, None).unwrap();
        assert_eq!(spoken.by.name, "Ann Lee");
        assert_eq!(spoken.by.role.as_deref(), Some("press officer"));
        assert!(Spoken::of(SourceType::Document, &text, None).is_none());
        assert!(Spoken::of(SourceType::Statement, "Statement by Ann Lee\n\nNo.", None).is_none());
        assert!(StatementArgs::default().head().unwrap().is_none());
        let empty = StatementArgs {
            by: Some(" ".into()),
            ..args
        };
        assert!(empty.head().is_err());
    }
}
