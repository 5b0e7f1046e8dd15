//! A sitting: each proposed claim is asked about, and every answer is kept at once.

use factlog::find::Index;
use factlog::words::claim::Claim;

use super::form;
use super::show;
use crate::cli::claim_list::ClaimLine;
use crate::cli::context::{self, Context};
use crate::cli::drafts::{Choice, Decision, Drafts};
use crate::cli::exit;
use crate::cli::prompt;
use crate::cli::seek;
use crate::cli::signing::SigningArgs;
use crate::cli::similar;
use crate::cli::verdict::{self, Ended};

const HELP: &str = "\
y  accept: record this claim
n  drop it: it is not proposed any more
e  change its words or who said it, in the editor, and accept it; unchanged, nothing is decided
v  judge it now: opens the form of a verdict
k  go back to the claim before
q  quit; what you decided is kept, and `factlog review` goes on from there
?  this help";

pub(super) struct Sitting<'a> {
    pub(super) context: &'a Context,
    pub(super) signing: &'a SigningArgs,
    pub(super) drafts: &'a Drafts,
    /// What was recorded when the sitting began, to look for claims that are alike.
    pub(super) recorded: Option<Index>,
    pub(super) lines: Vec<ClaimLine>,
    pub(super) dropped: usize,
    pub(super) judged: usize,
}

impl Sitting<'_> {
    /// Asks about each claim; returns how many are left.
    pub(super) fn go(&mut self) -> anyhow::Result<usize> {
        let mut at = 0;
        while at < self.lines.len() {
            show::claim(&self.lines[at], at, self.lines.len());
            if let Some(index) = &self.recorded {
                similar::tell(self.context, index, &self.lines[at].claim.text)?;
            }
            let question = "record this claim? [y,n,e,v,k,q,?] ";
            match prompt::choose(question, &['y', 'n', 'e', 'v', 'k', 'q', '?'])? {
                Some('y') => {
                    self.decide(at, Choice::Accepted, None)?;
                    at += 1;
                }
                Some('n') => {
                    self.decide(at, Choice::Dropped, None)?;
                    self.dropped += 1;
                    at += 1;
                }
                Some('e') => match form::edit(self.context, self.drafts, &self.lines[at]) {
                    Ok(None) => self
                        .context
                        .say("nothing was changed, and nothing is decided"),
                    Ok(Some(claim)) => {
                        self.lines[at].claim = claim.clone();
                        self.decide(at, Choice::Accepted, Some(claim))?;
                        at += 1;
                    }
                    Err(error) => context::report(&error, None),
                },
                Some('v') => match self.judge(at)? {
                    Ended::Signed => at += 1,
                    Ended::Stopped => {}
                    Ended::Quit => break,
                },
                Some('k') => {
                    if at == 0 {
                        self.context.say("this is the first claim");
                    } else {
                        at -= 1;
                        self.undo(at)?;
                    }
                }
                Some('?') => self.context.say(HELP),
                _ => break,
            }
        }
        Ok(self.lines.len() - at)
    }

    fn decide(&self, at: usize, choice: Choice, edited: Option<Claim>) -> anyhow::Result<()> {
        let line = &self.lines[at];
        let mut decided = self.drafts.load(&line.source.id)?;
        let kept = decided
            .decision(&line.origin)
            .and_then(|kept| kept.edited.clone());
        decided.decide(Decision {
            claim: line.origin,
            choice,
            edited: edited.or(kept),
        });
        self.drafts.save(&decided)
    }

    /// Asks about a claim again; what was changed in it stays changed.
    fn undo(&mut self, at: usize) -> anyhow::Result<()> {
        let line = &self.lines[at];
        let mut decided = self.drafts.load(&line.source.id)?;
        match decided.decision(&line.origin).cloned() {
            Some(kept) if kept.edited.is_some() => decided.decide(Decision {
                choice: Choice::Edited,
                ..kept
            }),
            Some(kept) => {
                if kept.choice == Choice::Dropped {
                    self.dropped = self.dropped.saturating_sub(1);
                }
                decided.forget(&line.origin);
            }
            None => return Ok(()),
        }
        self.drafts.save(&decided)
    }

    /// Opens the form of a verdict on a claim.
    fn judge(&mut self, at: usize) -> anyhow::Result<Ended> {
        let line = &self.lines[at];
        let (ledger, line) = self
            .context
            .read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, &line.id))?;
        match verdict::judge_now(self.context, self.signing, ledger, line) {
            Ok(ended) => {
                self.judged += usize::from(ended == Ended::Signed);
                Ok(ended)
            }
            Err(error) => {
                let (_, hint) = exit::of(&error);
                context::report(&error, hint.as_deref());
                Ok(Ended::Stopped)
            }
        }
    }
}
