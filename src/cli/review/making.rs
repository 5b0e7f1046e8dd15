//! Making claims of others: what splitting and merging have in common, and taking either back.

use factlog::extract::outside;
use factlog::words::claim::Claim;
use factlog::words::id::ObjectId;
use factlog::words::object;
use factlog::words::span::{Quote, Span};

use super::sitting::Sitting;
use crate::cli::claim_list::{self, ClaimLine, State};
use crate::cli::drafts::{How, Made, Origin, Replacement, SourceDrafts};
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;

/// Puts a claim's quote on the hull of its parts, and checks it: it can be recorded, and its text is the
/// words of its parts but for what is marked as added.
///
/// # Errors
/// It is none that the splitter could have found: exit status 2.
pub(super) fn checked(text: &str, mut claim: Claim) -> anyhow::Result<Claim> {
    let refused = |error: &dyn std::fmt::Display| {
        let words = screen::cut(&claim.text, 60);
        Failure::new(Status::Usage, format!("“{words}”: {error}"))
    };
    let hull = Span::hull(&claim.parts)
        .ok_or_else(|| Failure::new(Status::Usage, "a claim has no words of its own"))?;
    let quote = Quote::new(text, hull).map_err(|error| refused(&error))?;
    outside::check_words(&claim, text).map_err(|error| refused(&error))?;
    claim.quote = quote;
    object::to_bytes(&claim).map_err(|error| {
        Failure::new(Status::Usage, "this claim can't be recorded").because(error)
    })?;
    Ok(claim)
}

/// Names a claim as what others are made of.
pub(super) fn origin(line: &ClaimLine) -> Origin {
    Origin {
        claim: line.origin,
        parts: line.claim.parts.clone(),
    }
}

impl Sitting<'_> {
    /// Puts claims in the place of those that they were made of, and goes to the first of them.
    pub(super) fn replace(
        &mut self,
        how: How,
        of: Vec<Origin>,
        mut by: Vec<Made>,
    ) -> anyhow::Result<()> {
        by.sort_by_key(|made| made.claim.quote.bytes);
        let source = self.lines[self.at].source.id;
        let is_there = |made: &Made| {
            let identity = made.claim.identity();
            of.iter().any(|of| of.claim == identity)
        };
        if by.iter().all(is_there) {
            self.context.say("that is the claim as it is");
            return Ok(());
        }
        let first = by.first().map(|made| made.claim.identity());
        let ledger = self.context.open_ledger()?;
        let recorded = claim_list::recorded_in(&ledger, &source)?;
        let is_recorded = |made: &&Made| recorded.contains_key(&made.claim.identity());
        if let Some(made) = by.iter().find(is_recorded) {
            let words = screen::cut(&made.claim.text, 60);
            return Err(
                Failure::new(Status::Failed, format!("“{words}” is recorded already")).into(),
            );
        }
        let offered = self.drafts.offer(&ledger)?;
        drop(ledger);
        let locked = self.drafts.lock()?;
        let mut decided = self.drafts.load(&source)?;
        let claims: Vec<ObjectId> = of.iter().map(|of| of.claim).collect();
        self.refuse_changed(
            &claims,
            &decided,
            "look at it again, then split or merge it",
        )?;
        for made in by.iter().filter(|made| !is_there(made)) {
            // As if it were found now, whatever was decided about it before it was taken back.
            decided.forget(&made.claim.identity());
        }
        for of in &of {
            // Where it is put back, it is asked about again.
            decided.reopen(&of.claim);
        }
        decided.replace(Replacement {
            how,
            of,
            by,
            offered,
            undone: false,
        });
        self.drafts.save(&decided)?;
        drop(locked);
        self.reload(&first.unwrap_or(self.lines[self.at].origin))
    }

    /// Refuses a claim that is another one of the sitting: two could not be told apart.
    pub(super) fn refuse_second(&self, claim: &Claim) -> anyhow::Result<()> {
        let identity = claim.identity();
        let own = &self.lines[self.at];
        let is_same = |line: &&ClaimLine| {
            line.origin != own.origin
                && line.state != State::Dropped
                && line.source.id == own.source.id
                && (line.claim.identity() == identity || line.origin == identity)
        };
        match self.lines.iter().position(|line| is_same(&line)) {
            Some(at) => Err(Failure::new(
                Status::Failed,
                format!("that would be claim {} once more", at + 1),
            )
            .hint("drop one of the two with n, or merge them with m")
            .into()),
            None => Ok(()),
        }
    }

    /// Refuses to go on where somebody else decided about one of these claims since it was listed.
    fn refuse_changed(
        &mut self,
        claims: &[ObjectId],
        decided: &SourceDrafts,
        hint: &str,
    ) -> anyhow::Result<()> {
        for at in 0..self.lines.len() {
            let is_one = claims.contains(&self.lines[at].origin);
            if is_one && let Some(words) = self.changed_by_another(at, decided)? {
                let message = format!("claim {} was {words} meanwhile", at + 1);
                return Err(Failure::new(Status::Failed, message).hint(hint).into());
            }
        }
        Ok(())
    }

    /// Returns what a claim was made of, if it was.
    pub(super) fn made_from(&self, claim: &ObjectId) -> anyhow::Result<Option<Replacement>> {
        let decided = self.drafts.load(&self.lines[self.at].source.id)?;
        Ok(decided.made_from(claim).cloned())
    }

    /// Takes a splitting or merging back.
    pub(super) fn put_back(&mut self) -> anyhow::Result<()> {
        let line = &self.lines[self.at];
        let (source, origin) = (line.source.id, line.origin);
        // The ledger first, as whoever signs: nobody waits for it who holds the drafts.
        let ledger = self.context.open_ledger()?;
        let recorded = claim_list::recorded_in(&ledger, &source)?;
        let locked = self.drafts.lock()?;
        let mut decided = self.drafts.load(&source)?;
        let Some(made) = decided.made_from(&origin).cloned() else {
            return Ok(());
        };
        let made_here: Vec<ObjectId> = made.by.iter().map(|by| by.claim.identity()).collect();
        let stays = |claim: &ObjectId| made.of.iter().any(|of| of.claim == *claim);
        let fresh: Vec<ObjectId> = made_here
            .iter()
            .copied()
            .filter(|claim| !stays(claim))
            .collect();
        let later = |kept: &&Replacement| {
            !kept.undone && kept.of.iter().any(|of| fresh.contains(&of.claim))
        };
        if decided.replacements.iter().any(|kept| later(&kept)) {
            return Err(Failure::new(
                Status::Failed,
                "one of the claims that were made with it was split or merged since",
            )
            .hint("put that one back first")
            .into());
        }
        if fresh.iter().any(|claim| recorded.contains_key(claim)) {
            return Err(Failure::new(
                Status::Failed,
                "one of the claims that were made with it is recorded already",
            )
            .into());
        }
        self.refuse_changed(&fresh, &decided, "look at it again, then put it back")?;
        for claim in &fresh {
            decided.forget(claim);
        }
        for kept in &mut decided.replacements {
            kept.undone |= *kept == made;
        }
        self.drafts.save(&decided)?;
        drop(locked);
        drop(ledger);
        // What is taken back is no part of the sitting any more.
        self.lines.retain(|line| !fresh.contains(&line.origin));
        let first = made.of.first().map(|of| of.claim);
        first.map_or(Ok(()), |first| self.reload(&first))
    }
}
