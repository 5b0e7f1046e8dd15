//! `m`: a claim is merged with its neighbour in the same statement.

use factlog::words::claim::{Added, AddedWhy, Claim, Manner};
use factlog::words::span::Span;

use super::making;
use super::sitting::Sitting;
use super::words;
use crate::cli::claim_list::{ClaimLine, State};
use crate::cli::drafts::{How, Made};
use crate::cli::prompt;
use crate::cli::screen;

/// Words that may stand between two claims, and stay between them.
const JOINTS: [&str; 6] = ["and", "but", "or", "nor", "while", "yet"];

impl Sitting<'_> {
    /// Makes one claim of this one and its neighbour.
    pub(super) fn merge(&mut self) -> anyhow::Result<()> {
        let neighbours = self.neighbours();
        let with = match neighbours[..] {
            [] => {
                self.context
                    .say("no other claim of the same statement is beside it");
                return Ok(());
            }
            [one] => one,
            [before, after, ..] => {
                for (name, at) in [("before", before), ("after", after)] {
                    let text = screen::one_line(&self.lines[at].claim.text);
                    self.context.say(&format!("  {name:<7} {text}"));
                }
                let question = "merge it with the one before or after it? [b,a,n] ";
                match prompt::choose(question, &['b', 'a', 'n'])? {
                    Some('b') => before,
                    Some('a') => after,
                    _ => return Ok(()),
                }
            }
        };
        let (first, second) = (with.min(self.at), with.max(self.at));
        let (first, second) = (&self.lines[first], &self.lines[second]);
        let claim = merged(&first.source.text, &first.claim, &second.claim)?;
        let made = Made {
            claim,
            extractor: None,
        };
        let of = vec![making::origin(first), making::origin(second)];
        self.replace(How::Merged, of, vec![made])
    }

    /// Returns the claims before and after this one that it can be merged with.
    pub(super) fn neighbours(&self) -> Vec<usize> {
        let own = &self.lines[self.at];
        let fits = |at: &usize| {
            let line = &self.lines[*at];
            matches!(line.state, State::Proposed | State::Accepted)
                && !self.is_judged(line)
                && is_same_statement(own, line)
        };
        let is_near = |at: &usize| self.lines[*at].source.id == own.source.id;
        let before = (0..self.at).rev().take_while(is_near).find(fits);
        let after = (self.at + 1..self.lines.len())
            .take_while(is_near)
            .find(fits);
        before.into_iter().chain(after).collect()
    }
}

/// Says whether two claims are what the same person says in one breath.
fn is_same_statement(one: &ClaimLine, other: &ClaimLine) -> bool {
    let said_by = |line: &ClaimLine| {
        let claimant = line.claim.claimant.as_ref();
        claimant.map(|claimant| claimant.name.clone())
    };
    let is_narrated = |line: &ClaimLine| line.claim.manner == Manner::Narration;
    let (a, b) = (&one.claim.statement, &other.claim.statement);
    said_by(one) == said_by(other)
        && is_narrated(one) == is_narrated(other)
        && one.claim.language == other.claim.language
        && ((!a.is_empty() && a == b) || one.sentence().overlaps(other.sentence()))
}

/// Makes one claim of two, the first of which begins first in the text: its parts are both's.
fn merged(text: &str, first: &Claim, second: &Claim) -> anyhow::Result<Claim> {
    let parts = united(first.parts.iter().chain(&second.parts).copied().collect());
    let statement = first.statement.iter().chain(&second.statement);
    let base = Claim {
        statement: united(statement.copied().collect()),
        cue: first.cue.or(second.cue),
        said: first.said.clone().or_else(|| second.said.clone()),
        manner: if first.manner == second.manner {
            first.manner
        } else {
            Manner::Mixed
        },
        parts,
        ..first.clone()
    };
    // One after the other, as they are; else their own words in the order of the text.
    let joined = one_after_the_other(text, first, second);
    let joined = joined.and_then(|(words, added)| {
        let claim = Claim {
            text: words,
            added,
            ..base.clone()
        };
        making::checked(text, claim).ok()
    });
    joined.map_or_else(
        || {
            let claim = Claim {
                text: words::own(text, &base.parts, " "),
                added: vec![],
                ..base
            };
            making::checked(text, claim)
        },
        Ok,
    )
}

/// Returns spans in order, those that overlap as one.
fn united(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut united: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match united.last_mut() {
            Some(last) if span.overlaps(*last) => {
                *last = Span::hull(&[*last, span]).unwrap_or(*last);
            }
            _ => united.push(span),
        }
    }
    united
}

/// Returns the first claim's text, what joins the two in the source, and the second's text, without the
/// subject that both have where a word joins them; `None` where they overlap.
fn one_after_the_other(text: &str, first: &Claim, second: &Claim) -> Option<(String, Vec<Added>)> {
    let (end, start) = (first.parts.last()?.end(), second.parts.first()?.start());
    let between = text.get(end..start)?.trim_matches([' ', '\n', ',']);
    // "said that … and that …"
    let joint = between.strip_suffix(" that").unwrap_or(between);
    let mut words = first.text.trim_end_matches(['.', ',', ';']).to_owned();
    let mut added = first.added.clone();
    let mut cut = 0;
    if JOINTS.contains(&joint) {
        words.push(' ');
        added.push(Added {
            at: words.len(),
            text: joint.to_owned(),
            why: AddedWhy::Carried,
        });
        words.push_str(joint);
        words.push(' ');
        cut = shared_subject(first, second);
    } else {
        words.push_str("; ");
    }
    let shift = words.len();
    words.push_str(&second.text[cut..]);
    let rest = second.added.iter().filter(|one| one.at >= cut);
    added.extend(rest.map(|one| Added {
        at: one.at - cut + shift,
        ..one.clone()
    }));
    Some((words, added))
}

/// Returns how many bytes of the second claim's text are a subject that was carried over to it, and with
/// which the first one begins as well.
fn shared_subject(first: &Claim, second: &Claim) -> usize {
    let subject = second.added.first().filter(|one| one.at == 0);
    let Some(subject) = subject.filter(|one| one.why == AddedWhy::Carried) else {
        return 0;
    };
    let begins = first.text.get(..subject.text.len());
    if begins.is_none_or(|begins| begins.to_lowercase() != subject.text.to_lowercase()) {
        return 0;
    }
    let rest = &second.text[subject.text.len()..];
    second.text.len() - rest.trim_start().len()
}

#[cfg(test)]
mod tests {
    use factlog::extract::{self, ExtractedClaim, Options};
    use factlog::words::id::ObjectId;
    use factlog::words::span::Quote;

    use super::*;

    const TEXT: &str = "The council spent 12 million on repairs and hired 40 engineers from Oslo. \
         Ben Ode, a builder, said that the cables were replaced, which took a year, and that the deck \
         was widened by 2 metres.\n";

    fn claim(found: &ExtractedClaim) -> Claim {
        let hull = Span::hull(&found.parts).expect("words");
        Claim {
            source: ObjectId::of(TEXT.as_bytes()),
            text: found.text.clone(),
            added: found.added.clone(),
            parts: found.parts.clone(),
            statement: found.statement.clone(),
            cue: found.cue,
            claimant: found.claimant.clone(),
            manner: found.manner,
            said: None,
            quote: Quote::new(TEXT, hull).expect("in the text"),
            language: "en".to_owned(),
        }
    }

    #[test]
    fn two_claims_are_one_in_the_source_s_words() {
        let found = extract::split(TEXT, Options::default()).claims;
        let claims: Vec<Claim> = found.iter().map(claim).collect();
        let one = merged(TEXT, &claims[0], &claims[1]).expect("a claim");
        assert_eq!(
            one.text,
            "The council spent 12 million on repairs and hired 40 engineers from Oslo"
        );
        assert_eq!(one.parts, [&*claims[0].parts, &claims[1].parts].concat());
        assert_eq!((one.added.len(), &*one.added[0].text), (1, "and"));
        // Whatever else was found, two claims of a sentence give one whose words can be checked.
        for pair in claims.windows(2) {
            let one = merged(TEXT, &pair[0], &pair[1]).expect("a claim");
            for part in pair.iter().flat_map(|claim| &claim.parts) {
                assert!(one.parts.iter().any(|own| own.contains(*part)), "{one:?}");
            }
        }
    }

    #[test]
    fn claims_that_overlap_are_one_in_their_own_words() {
        let found = extract::split(TEXT, Options { atomic: true }).claims;
        let claims: Vec<Claim> = found.iter().map(claim).collect();
        let of = |text: &str| claims.iter().find(|claim| claim.text == text).expect(text);
        let short = of("The council spent 12 million");
        let long = of("The council spent 12 million on repairs");
        let one = merged(TEXT, short, long).expect("a claim");
        assert_eq!((&one.text, &one.parts), (&long.text, &long.parts));
    }
}
