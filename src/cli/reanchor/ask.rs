//! Asking about each claim that is not found for sure.

use factlog::words::claim::Claim;
use factlog::words::id::ClaimId;

use super::kept::{self, Kept};
use super::{Anchored, Chosen, candidate, changes, claim_list, known, quoted};
use crate::cli::context::{self, Context};
use crate::cli::drafts::Drafts;
use crate::cli::prompt;
use crate::cli::screen::{self, FAINT, STRONG, WARN};

const HELP: &str = "\
y  it is the same claim: record it for the newer version, with the words found there
1… the same, at this one of several places
w  say its words yourself, as they stand in the newer version
l  leave it with the older version: the newer one does not say it; it is not asked about again
t  show the newer version around the place
s  decide later
q  quit; nothing is signed, and what you answered is kept for the next time";

/// What a person answered.
pub(super) struct Answered {
    pub(super) chosen: Vec<Chosen>,
    /// Those that stay with the older version.
    pub(super) left: Vec<ClaimId>,
    pub(super) quit: bool,
}

/// Asks about each.
pub(super) fn each(
    context: &Context,
    drafts: &Drafts,
    found: &[Anchored],
) -> anyhow::Result<Answered> {
    let (mut chosen, mut left) = (Vec::new(), Vec::new());
    let kept = Kept::seen(drafts);
    let mut open: Vec<&Anchored> = Vec::new();
    for there in found.iter().filter(|there| !there.is_sure()) {
        let confirmed = kept.confirmed(there);
        match confirmed.filter(|claim| known(&there.case, claim).is_none()) {
            Some(claim) => chosen.push(Chosen::answered(&there.case, claim)),
            None => open.push(there),
        }
    }
    if !chosen.is_empty() {
        let answers = screen::counted(chosen.len() as u64, "answer is", "answers are");
        context.say(&format!("{answers} kept from before, for the last look"));
    }
    for (n, there) in open.iter().enumerate() {
        context.say(&format!(
            "\n{}  {}  {}",
            screen::styled(STRONG, &format!("{} of {}", n + 1, open.len())),
            screen::styled(WARN, there.state().as_str()),
            screen::styled(FAINT, &there.case.short),
        ));
        let claim = &there.case.claim;
        context.say(&format!(
            "  claim    {}\n  said by  {}",
            screen::one_line(&claim.text),
            claim_list::who(claim)
        ));
        for line in changes(there) {
            context.say(&screen::wrap(&line, screen::columns(), "  "));
        }
        match one(context, drafts, there)? {
            One::Take(claim) => {
                // Under the lock, and at once: a sitting that is stopped loses no answer.
                let _ledger = context.open_ledger()?;
                kept::confirm(drafts, there, &claim)?;
                chosen.push(Chosen::answered(&there.case, *claim));
            }
            One::Later => {}
            One::Left => left.push(there.case.id),
            One::Quit => {
                return Ok(Answered {
                    chosen,
                    left,
                    quit: true,
                });
            }
        }
    }
    Ok(Answered {
        chosen,
        left,
        quit: false,
    })
}

enum One {
    Take(Box<Claim>),
    Later,
    Left,
    Quit,
}

fn one(context: &Context, drafts: &Drafts, there: &Anchored) -> anyhow::Result<One> {
    let places = there.found.candidates.len();
    let question = match places {
        0 => "is it said there in other words? [w,l,s,q,?] ".to_owned(),
        1 => "is this the same claim? [y,w,l,t,s,q,?] ".to_owned(),
        _ => format!("which of these is it? [1-{places},w,l,t,s,q,?] "),
    };
    loop {
        let Some(answer) = prompt::ask(&question)? else {
            return Ok(One::Quit);
        };
        let nth = answer.parse::<usize>().ok();
        let taken = match (answer.as_str(), nth) {
            ("y", _) if places == 1 => candidate(there, None).map(|found| found.claim.clone()),
            (_, Some(nth)) if places > 0 => {
                candidate(there, Some(nth)).map(|found| found.claim.clone())
            }
            ("w", _) => {
                let Some(words) = prompt::ask("its words, exactly as they stand there: ")? else {
                    return Ok(One::Quit);
                };
                if words.is_empty() {
                    continue;
                }
                let mut claim = quoted(&there.case, &words, None);
                if let Ok(claim) = &mut claim
                    && claim.text == there.case.claim.text
                {
                    let Some(text) = prompt::ask(&format!(
                        "in words that can be read on their own (Enter keeps “{}”): ",
                        screen::one_line(&claim.text)
                    ))?
                    else {
                        return Ok(One::Quit);
                    };
                    if !text.is_empty() {
                        claim.text = text;
                        claim.added.clear();
                    }
                }
                claim
            }
            ("l", _) => {
                // Under the lock, so that two who leave claims at once lose none.
                let _ledger = context.open_ledger()?;
                kept::leave(drafts, &there.case)?;
                return Ok(One::Left);
            }
            ("t", _) => {
                around(context, there);
                continue;
            }
            ("s", _) => return Ok(One::Later),
            ("q", _) => return Ok(One::Quit),
            _ => {
                context.say(HELP);
                continue;
            }
        };
        match taken {
            Ok(claim) => {
                if let Some(other) = known(&there.case, &claim) {
                    context.say(&format!(
                        "the newer version has this claim already, recorded as {}: leave the older one (l)",
                        &other.to_string()[..8]
                    ));
                    continue;
                }
                return Ok(One::Take(Box::new(claim)));
            }
            Err(error) => {
                let (_, hint) = crate::cli::exit::of(&error);
                context::report(&error, hint.as_deref());
            }
        }
    }
}

/// Shows the paragraphs of the newer version in which the places stand.
fn around(context: &Context, there: &Anchored) {
    let text = &there.case.new;
    for candidate in &there.found.candidates {
        let place = candidate.sentence;
        let start = text[..place.start()].rfind('\n').map_or(0, |at| at + 1);
        let end = text[place.end()..]
            .find('\n')
            .map_or(text.len(), |at| place.end() + at);
        context.say(&screen::wrap(
            text[start..end].trim(),
            screen::columns(),
            "    ",
        ));
    }
}
