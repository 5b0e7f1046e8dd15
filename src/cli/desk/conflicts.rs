//! Conflicts of interest: whether a verdict must answer for them, and which it leaves out that the desk
//! knows of.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::entry::{Body, ClaimEntry, VerdictEntry};
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::claim::Claim;
use factlog::words::id::SourceId;
use factlog::words::verdict::Verdict;
use serde::{Deserialize, Serialize};

use super::FILE;
use super::interests::{Interest, Interests, Matter};
use super::people::Names;
use crate::cli::drafts;
use crate::cli::exit::{Failure, Status};
use crate::cli::says;

/// Whether a verdict must say which conflicts of interest its author has.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Asked {
    /// The form asks, and who says nothing is not refused.
    #[default]
    Ask,
    /// Every verdict says which there are, or that there are none.
    Declare,
    /// Nothing is asked, and nothing compared.
    Off,
}

impl Asked {
    /// Returns its name, as it is typed.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Declare => "declare",
            Self::Off => "off",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    conflicts: Asked,
}

/// Returns the desk's setting, from the file `desk/settings.json` in the ledger's folder.
pub(crate) fn asked(ledger: &Ledger) -> anyhow::Result<Asked> {
    Ok(settings(ledger.folder())?
        .map(|settings| settings.conflicts)
        .unwrap_or_default())
}

/// Returns what is wrong with the settings of the ledger whose files are in a folder.
pub(super) fn fault(ledger: &Path) -> Option<anyhow::Error> {
    settings(ledger).err()
}

fn settings(ledger: &Path) -> anyhow::Result<Option<Settings>> {
    FILE.json(&settings_file(ledger))
}

/// Changes the desk's setting.
pub(crate) fn set(ledger: &Ledger, conflicts: Asked) -> anyhow::Result<()> {
    let path = settings_file(ledger.folder());
    let mut bytes = serde_json::to_vec_pretty(&Settings { conflicts })?;
    bytes.push(b'\n');
    let folder = ledger.folder().join("desk");
    drafts::put(&folder, &path, &bytes).with_context(|| format!("writing {}", path.display()))
}

fn settings_file(ledger: &Path) -> PathBuf {
    ledger.join("desk").join("settings.json")
}

/// What the desk asks of verdicts and approvals.
pub(crate) struct Rules {
    asked: Asked,
    interests: Interests,
    names: Names,
}

/// What somebody says of their conflicts of interest.
pub(crate) struct Declared<'a> {
    /// Those that they declare, or other words in which they may.
    pub(crate) words: &'a [String],
    /// Whether they answered, be it that there are none.
    pub(crate) is_answered: bool,
}

impl Rules {
    /// Reads them beside an open ledger.
    pub(crate) fn of(ledger: &Ledger) -> anyhow::Result<Self> {
        let interests =
            Interests::open(ledger).context("reading what reviewers have a stake in")?;
        let names = if interests.is_empty() {
            Names::default()
        } else {
            Names::of(ledger)?
        };
        Ok(Self {
            asked: asked(ledger)?,
            interests,
            names,
        })
    }

    /// Takes what is listed for the one who holds a key, under whichever name the key or an earlier one
    /// of the same holder has.
    pub(crate) fn of_key<'r>(
        &'r self,
        ledger: &Ledger,
        key: &VerifierKey,
    ) -> anyhow::Result<RulesOf<'r>> {
        let listed = if self.asked == Asked::Off || self.interests.is_empty() {
            vec![]
        } else {
            self.interests.of(&self.names.of_key(ledger, key)?)
        };
        Ok(RulesOf {
            asked: self.asked,
            name: key.name().to_string(),
            listed,
        })
    }
}

/// What the desk asks of one who judges or approves.
pub(crate) struct RulesOf<'r> {
    asked: Asked,
    /// The name of the key that they sign with.
    name: String,
    /// What they have a stake in.
    listed: Vec<&'r Interest>,
}

impl RulesOf<'_> {
    /// Says whether nothing is to be compared.
    pub(crate) fn are_silent(&self) -> bool {
        self.asked == Asked::Off || self.listed.is_empty()
    }

    /// Says which of their interests a matter touches that they do not declare.
    ///
    /// # Errors
    /// The desk wants them declared, or wants an answer and there is none.
    pub(crate) fn check(
        &self,
        matter: &Matter,
        declared: &Declared<'_>,
    ) -> Result<Vec<String>, Failure> {
        if self.asked == Asked::Off {
            return Ok(vec![]);
        }
        if self.asked == Asked::Declare && !declared.is_answered {
            return Err(Failure::new(
                Status::Usage,
                "this desk has every verdict answer for conflicts of interest, and this one says \
                 nothing of them",
            )
            .hint("--no-conflicts, or --conflict TEXT for each; in the form, `conflicts: none`"));
        }
        let mut said = Matter::default();
        for words in declared.words {
            said.add(words);
        }
        let touched = self.listed.iter().filter(|own| matter.has(&own.stake));
        let undeclared = touched.filter(|own| !said.has(&own.stake));
        let undeclared: Vec<String> = undeclared
            .map(|own| {
                let why = own
                    .why
                    .as_deref()
                    .map_or_else(String::new, |why| format!(" ({why})"));
                let name = &self.name;
                format!(
                    "{name} has a stake in “{}”{why}, and does not declare it",
                    own.stake
                )
            })
            .collect();
        match undeclared.as_slice() {
            [first, ..] if self.asked == Asked::Declare => {
                Err(Failure::new(Status::Failed, first.clone())
                    .hint("declare it with --conflict TEXT (an approval: --note TEXT) in words that name it, or leave it to another"))
            }
            _ => Ok(undeclared),
        }
    }
}

impl Matter {
    /// Adds what is known of sources of the ledger.
    pub(crate) fn add_sources(
        &mut self,
        ledger: &Ledger,
        sources: impl IntoIterator<Item = SourceId>,
    ) -> anyhow::Result<()> {
        for source in sources {
            let (meta, _) = says::source_meta(ledger, source)?;
            if let Some(meta) = meta {
                self.add_source(&meta);
            }
        }
        Ok(())
    }

    /// Takes who is concerned by a recorded verdict.
    pub(crate) fn of_verdict(ledger: &Ledger, verdict: &VerdictEntry) -> anyhow::Result<Self> {
        let mut matter = Self::default();
        if let Body::Claim(claim) = ledger.entry(&verdict.claim.entry())?.entry.body() {
            matter.add_recorded(ledger, claim)?;
        }
        let content: Option<Verdict> = says::readable(ledger, &verdict.verdict)?;
        let cited = content.into_iter().flat_map(|content| content.evidence);
        matter.add_sources(ledger, cited.map(|piece| piece.source))?;
        Ok(matter)
    }

    /// Adds a recorded claim with its source, as far as it can be read.
    pub(crate) fn add_recorded(
        &mut self,
        ledger: &Ledger,
        claim: &ClaimEntry,
    ) -> anyhow::Result<()> {
        let words: Option<Claim> = says::readable(ledger, &claim.claim)?;
        if let Some(words) = words {
            self.add_claim(&words);
        }
        self.add_sources(ledger, [claim.source])
    }
}
