//! Whose answers are in the drafts: one's own, and those of others who work on the same ledger.

use std::collections::{BTreeMap, BTreeSet};

use factlog::ledger::Ledger;
use factlog::words::id::ObjectId;

use super::sitting::Sitting;
use crate::cli::claim_list::{self, ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::desk::people::{self, Names};
use crate::cli::drafts::{Hand, SourceDrafts};
use crate::cli::prompt;
use crate::cli::screen;
use crate::cli::signing::{self, SigningArgs};

/// One who reviews.
pub(super) struct Reviewer {
    /// What their answers are kept with: the name of their key, if one is here.
    pub(super) name: Option<String>,
    /// All names of theirs: a key that took the place of another may have another.
    names: BTreeSet<String>,
}

impl Reviewer {
    /// Finds out who reviews: whoever would sign.
    ///
    /// # Errors
    /// Several here could, or the one who is named can't: what they answer would be kept as nobody's.
    pub(super) fn of(
        context: &Context,
        ledger: &Ledger,
        signing: &SigningArgs,
    ) -> anyhow::Result<Self> {
        signing::refuse_several(context, signing, ledger)?;
        let signer = || {
            let chosen = signing::choose(context, signing, ledger).ok()?;
            Some(chosen.verifier().name().to_string())
        };
        let only = || match people::names_here(context, ledger).ok()?.as_slice() {
            [one] => Some(one.clone()),
            // Of several people whose keys are here, the reviewer.
            _ => signer(),
        };
        let is_set = context.settings()?.of_file("signer").is_some();
        let name = match &signing.name {
            _ if signing.key.is_some() || signing.agent => signer(),
            Some(typed) => {
                let whole = people::whole_name(ledger, typed).ok();
                let of_key = whole.filter(|(_, is_key)| *is_key).map(|(name, _)| name);
                Some(match of_key {
                    Some(name) => name,
                    // It may be written in a way that only signing knows; else signing says what is wrong.
                    None => signing::choose(context, signing, ledger)?
                        .verifier()
                        .name()
                        .to_string(),
                })
            }
            None if is_set => signer(),
            None => only(),
        };
        let names = match &name {
            Some(name) => Names::of(ledger)?.beside(name),
            None => BTreeSet::new(),
        };
        Ok(Self { name, names })
    }

    /// Says whether an answer is this person's, or may be: older files don't say whose one is.
    pub(super) fn is_own(&self, hand: &Hand) -> bool {
        hand.by.as_ref().is_none_or(|by| self.names.contains(by))
    }

    /// Returns an answer's hand, as it is kept.
    pub(super) fn hand(&self, context: &Context) -> anyhow::Result<Hand> {
        Ok(Hand {
            by: self.name.clone(),
            at: Some(context.now()?),
        })
    }

    /// Says what was decided about a claim, by whom, and when; empty where nothing was.
    pub(super) fn decided(&self, context: &Context, line: &ClaimLine) -> anyhow::Result<String> {
        let done = match line.state {
            State::Accepted => "accepted",
            State::Dropped => "dropped",
            State::Proposed if line.hand != Hand::default() => "changed",
            _ => return Ok(String::new()),
        };
        let now = context.now()?;
        let ago = line.hand.at.map(|at| format!(", {}", screen::ago(at, now)));
        let ago = ago.unwrap_or_default();
        Ok(match &line.hand.by {
            Some(by) if !self.is_own(&line.hand) => {
                format!("{done} by {}{ago}", screen::one_line(by))
            }
            _ => format!("you {done} this{ago}"),
        })
    }
}

/// Claims that others accepted, which wait for their signatures, by their names.
#[derive(Default)]
pub(super) struct Others(BTreeMap<String, Vec<ObjectId>>);

impl Others {
    /// Takes those of a list.
    pub(super) fn of<'a>(
        reviewer: &Reviewer,
        lines: impl IntoIterator<Item = &'a ClaimLine>,
    ) -> Self {
        let mut others = Self::default();
        for line in lines {
            if let (State::Accepted, Some(by), false) =
                (line.state, &line.hand.by, reviewer.is_own(&line.hand))
            {
                others.0.entry(by.clone()).or_default().push(line.origin);
            }
        }
        others
    }

    /// Says whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whose signatures are waited for.
    pub(super) fn tell(&self, context: &Context) {
        for (by, claims) in &self.0 {
            let count = claims.len() as u64;
            let counted = screen::counted(count, "accepted claim", "accepted claims");
            let wait = if count == 1 { "waits" } else { "wait" };
            let by = screen::one_line(by);
            context.say(&format!("{counted} {wait} for the signature of {by}"));
        }
    }

    /// Asks of each whether what they accepted is signed, too; returns what is.
    pub(super) fn ask(self) -> anyhow::Result<Vec<ObjectId>> {
        let mut wanted = Vec::new();
        for (by, claims) in self.0 {
            let count = claims.len();
            let (was, them) = if count == 1 {
                ("was", "it")
            } else {
                ("were", "them")
            };
            let by = screen::one_line(&by);
            let question = format!("{count} more {was} accepted by {by}; sign {them}, too? [y,n] ");
            if prompt::choose(&question, &['y', 'n'])? == Some('y') {
                wanted.extend(claims);
            }
        }
        Ok(wanted)
    }
}

impl Sitting<'_> {
    /// Says of a claim of the sitting what somebody else decided since it was listed; takes it over.
    pub(super) fn changed_by_another(
        &mut self,
        at: usize,
        decided: &SourceDrafts,
    ) -> anyhow::Result<Option<String>> {
        let line = &mut self.lines[at];
        let Some(kept) = decided.decision(&line.origin) else {
            return Ok(None);
        };
        let hand = kept.hand();
        if self.reviewer.is_own(&hand) || hand == line.hand {
            return Ok(None);
        }
        line.state = claim_list::state_of(Some(kept.choice));
        line.hand = hand;
        if let Some(edited) = &kept.edited {
            line.claim = edited.clone();
            line.extractor = None;
        }
        Ok(Some(self.reviewer.decided(self.context, line)?))
    }
}

/// Asks whether this person's answer takes the place of what somebody else decided since the claim was
/// listed.
pub(super) fn takes_its_place(words: &str) -> anyhow::Result<bool> {
    let question = format!("meanwhile this was {words}; put your answer in its place? [y,n] ");
    Ok(prompt::choose(&question, &['y', 'n'])? == Some('y'))
}
