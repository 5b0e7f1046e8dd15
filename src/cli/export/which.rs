//! Which claims and verdicts an export has.

use std::fmt;

use factlog::export::{PublishedClaim, PublishedVerdict, Standing};
use factlog::words::id::SourceId;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::time::{DayOrTime, Timestamp};

use super::super::context::Context;
use super::super::exit::{Failure, Status};
use super::super::{ratings, screen};

/// Which claims and verdicts are exported. All of them must fit.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Selection")]
pub(super) struct Which {
    /// Only verdicts given on this day or later (2026-11-22, or a time in UTC)
    #[arg(long, value_name = "DAY")]
    since: Option<DayOrTime>,
    /// Only verdicts given on this day or earlier
    #[arg(long, value_name = "DAY")]
    until: Option<DayOrTime>,
    /// Only claims of this source
    #[arg(long, value_name = "ID")]
    pub(super) source: Option<String>,
    /// Only claims by this claimant, by the whole name
    #[arg(long, value_name = "NAME")]
    claimant: Option<String>,
    /// Only verdicts with this rating, such as mostly-true; may be given again
    #[arg(long, value_name = "CODE", value_parser = ratings::parse)]
    rating: Vec<RatingCode>,
    /// Only claims in this language, such as en; it takes en-GB too
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Only verdicts of this standing: proposed, standing, disputed, superseded, retracted, tainted, or
    /// all; may be given again
    ///
    /// Without it, only verdicts that stand, with the approvals that the policy asks for. A site also
    /// keeps the pages of those that did: what became of them stands at the top.
    #[arg(long, value_name = "STANDING", value_parser = parse_choice)]
    pub(super) status: Vec<Choice>,
}

/// A choice of `--status`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Choice {
    All,
    Only(Standing),
}

impl Which {
    /// Refuses a rating that is not on the scale, unless a verdict has it by an earlier scale, and days in
    /// the wrong order; warns of what no claim has.
    pub(super) fn check(
        &self,
        policy: &Policy,
        claims: &[PublishedClaim],
        context: &Context,
    ) -> Result<(), Failure> {
        let verdicts = || claims.iter().flat_map(|claim| &claim.verdicts);
        for rating in &self.rating {
            if !verdicts().any(|verdict| verdict.rating == *rating) {
                ratings::check(policy, rating)?;
            }
        }
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since.date() > until.date()
        {
            let message = format!("--since {since} is after --until {until}");
            return Err(
                Failure::new(Status::Usage, message).hint("give the earlier day to --since")
            );
        }
        if let Some(name) = &self.claimant
            && !claims.iter().any(|claim| claimant(claim) == Some(name))
        {
            context.warn(&format!("no claim is by {}", screen::one_line(name)));
        }
        Ok(())
    }

    /// Says in words what was chosen, as the flags that choose it; nothing where all is.
    pub(super) fn words(&self) -> String {
        let mut words = Vec::new();
        let mut flag =
            |name: &str, value: &dyn fmt::Display| words.push(format!("--{name} {value}"));
        if let Some(since) = &self.since {
            flag("since", since);
        }
        if let Some(until) = &self.until {
            flag("until", until);
        }
        if let Some(source) = &self.source {
            flag("source", source);
        }
        if let Some(claimant) = &self.claimant {
            flag("claimant", claimant);
        }
        for rating in &self.rating {
            flag("rating", rating);
        }
        if let Some(language) = &self.language {
            flag("language", language);
        }
        for choice in &self.status {
            match choice {
                Choice::All => flag("status", &"all"),
                Choice::Only(standing) => flag("status", &standing.as_str()),
            }
        }
        words.join(" ")
    }

    pub(super) fn takes_claim(&self, claim: &PublishedClaim, source: Option<SourceId>) -> bool {
        let language = || {
            let claim = claim.claim.as_ref();
            claim.map(|claim| claim.language.as_str())
        };
        source.is_none_or(|source| claim.source == source)
            && self
                .language
                .as_deref()
                .is_none_or(|tag| language().is_some_and(|language| has_language(language, tag)))
            && self
                .claimant
                .as_deref()
                .is_none_or(|name| claimant(claim) == Some(name))
    }

    pub(super) fn takes_verdict(&self, verdict: &PublishedVerdict) -> bool {
        self.since.is_none_or(|since| !is_before(verdict.at, since))
            && self.until.is_none_or(|until| !is_after(verdict.at, until))
            && (self.rating.is_empty() || self.rating.contains(&verdict.rating))
    }

    /// Keeps the verdicts that are chosen, and says how many are not for what became of them.
    pub(super) fn keep_chosen(&self, claims: &mut [PublishedClaim], context: &Context) {
        let mut fallen = 0;
        for claim in claims {
            claim.verdicts.retain(|verdict| {
                let is_standing = |standing| standing == Standing::Standing;
                let stands = self.takes_standing(verdict, is_standing);
                let is_taken = self.takes_verdict(verdict);
                fallen += u64::from(is_taken && !stands && self.status.is_empty());
                is_taken && stands
            });
        }
        if fallen > 0 {
            let verdicts = screen::counted(fallen, "verdict", "verdicts");
            context.say(&format!(
                "left out: {verdicts} for want of standing; --status all has them too"
            ));
        }
    }

    /// Says whether a verdict's standing was chosen, or where none was, is taken `by_default`.
    pub(super) fn takes_standing(
        &self,
        verdict: &PublishedVerdict,
        by_default: impl FnOnce(Standing) -> bool,
    ) -> bool {
        if self.status.is_empty() {
            return by_default(verdict.standing);
        }
        let is_chosen = |choice: &Choice| match choice {
            Choice::All => true,
            Choice::Only(standing) => *standing == verdict.standing,
        };
        self.status.iter().any(is_chosen)
    }
}

/// Says whether a language is the one that a tag asks for, or a variety of it (BCP 47: RFC 4647,
/// section 3.3.1, basic filtering).
fn has_language(language: &str, tag: &str) -> bool {
    let start = language.get(..tag.len());
    let rest = language.get(tag.len()..).unwrap_or_default();
    start.is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && (rest.is_empty() || rest.starts_with('-'))
}

fn is_before(at: Timestamp, bound: DayOrTime) -> bool {
    match bound {
        DayOrTime::Day(day) => at.date() < day,
        DayOrTime::Time(time) => at < time,
    }
}

fn is_after(at: Timestamp, bound: DayOrTime) -> bool {
    match bound {
        DayOrTime::Day(day) => at.date() > day,
        DayOrTime::Time(time) => at > time,
    }
}

fn parse_choice(text: &str) -> Result<Choice, String> {
    const ALL: [Standing; 6] = [
        Standing::Proposed,
        Standing::Standing,
        Standing::Disputed,
        Standing::Superseded,
        Standing::Retracted,
        Standing::Tainted,
    ];
    if text == "all" {
        return Ok(Choice::All);
    }
    let found = ALL.into_iter().find(|standing| standing.as_str() == text);
    found.map(Choice::Only).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|standing| standing.as_str()).collect();
        format!("not a standing: {}, or all", names.join(", "))
    })
}

/// Returns who made a claim, if anybody is named and it was not erased.
fn claimant(claim: &PublishedClaim) -> Option<&str> {
    let claimant = claim.claim.as_ref()?.claimant.as_ref()?;
    Some(&claimant.name)
}
