//! A claim with all its ranges, in a newer version of its source.

use super::beside::{self, Beside};
use super::mapping::{self, Mapping};
use super::{State, Versions};
use crate::words::claim::{Claim, Claimant, Manner};
use crate::words::id::ObjectId;
use crate::words::span::{Quote, Span};

/// What becomes of a claim in a newer version of its source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reanchored {
    /// How it was found.
    pub state: State,
    /// The sentence that it stands in, in the older version.
    pub sentence: Span,
    /// The claim as it would be recorded: one, several where it is ambiguous, none where it is orphaned.
    pub candidates: Vec<Candidate>,
}

/// A claim at a place of the newer version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The sentence that it would stand in, in the newer version.
    pub sentence: Span,
    /// The claim, with its ranges in the newer version.
    pub claim: Claim,
    /// What of the older claim has no place there: `cue`, `claimant`, `statement`.
    pub lost: Vec<&'static str>,
    /// What stands beside the sentence now, where that is something else than before.
    pub beside: Vec<Beside>,
}

/// Finds a claim of the older version in the newer one.
///
/// Of the claim's words for a person (`text`, its claimant's name and role) nothing changes, but that
/// `text` follows the source's words where it was nothing but those.
pub fn reanchor(versions: &Versions<'_>, claim: &Claim) -> Reanchored {
    let sentence = versions.sentence_in_old(region(claim));
    let (mut state, mappings) = mapping::mappings(versions, sentence);
    let mapped = |mapping: &Mapping<'_>| {
        made(versions, claim, mapping.place, |span| {
            let is_own = claim.parts.contains(&span) || claim.statement.contains(&span);
            mapping.map(span, is_own)
        })
    };
    let mut candidates: Vec<Candidate> = mappings.iter().filter_map(mapped).collect();
    if candidates.is_empty() {
        candidates = own_words(versions, claim);
        state = match candidates.len() {
            0 => State::Orphaned,
            1 => State::Drifted,
            _ => State::Ambiguous,
        };
    } else if state.is_sure()
        && candidates.iter().any(|candidate| {
            !candidate.lost.is_empty() || !is_same_speaker(versions, claim, sentence, candidate)
        })
    {
        state = State::Drifted;
    }
    for candidate in &mut candidates {
        candidate.beside = beside::changed(versions, sentence, candidate.sentence);
    }
    Reanchored {
        state,
        sentence,
        candidates,
    }
}

/// Says whether the words before a sentence still name the one who is meant in it by "he" or "she": from
/// where the name last stood, else from the paragraph before, nothing has changed.
fn is_same_speaker(
    versions: &Versions<'_>,
    claim: &Claim,
    sentence: Span,
    candidate: &Candidate,
) -> bool {
    let Some(claimant) = &claim.claimant else {
        return true;
    };
    let names: Vec<&str> = claimant
        .name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|name| name.chars().count() > 1)
        .collect();
    let Some(last) = names.last() else {
        return true;
    };
    if sentence
        .of(versions.old)
        .is_ok_and(|words| last_word(words, last).is_some())
    {
        return true;
    }
    let before = &versions.old[..sentence.start()];
    let from = match last_word(before, last) {
        // The whole name is before its last part.
        Some(at) => before[..at].rfind('\n').map_or(0, |line| line + 1),
        // Neither a name before it nor a word in it says who speaks: a person did.
        None if claimant.span.is_none() => return true,
        None => paragraph_before(before),
    };
    let unchanged = &before[from..];
    versions.new[..candidate.sentence.start()].ends_with(unchanged)
}

/// Returns where a text has a word for the last time: "Lee" is not in "Leeds". In scripts that put no
/// spaces between words a name may stand anywhere.
fn last_word(text: &str, word: &str) -> Option<usize> {
    let is_spaced = |c: char| c < '\u{e00}' || matches!(c, '\u{1e00}'..='\u{1fff}');
    let goes_on = |c: char| c.is_alphanumeric() && is_spaced(c);
    text.rmatch_indices(word).map(|(at, _)| at).find(|at| {
        let (before, after) = (&text[..*at], &text[at + word.len()..]);
        let own = |c: Option<char>| c.is_some_and(goes_on);
        let goes_before = own(before.chars().next_back()) && own(word.chars().next());
        let goes_behind = own(after.chars().next()) && own(word.chars().next_back());
        !goes_before && !goes_behind
    })
}

/// Returns where the paragraph begins before the one that a text ends in.
fn paragraph_before(text: &str) -> usize {
    let own = text.trim_end().rfind('\n').unwrap_or(0);
    text[..own]
        .trim_end()
        .rfind('\n')
        .map_or(0, |line| line + 1)
}

/// Returns the range of all that belongs to a claim.
fn region(claim: &Claim) -> Span {
    let beside = claim.claimant.as_ref().and_then(|claimant| claimant.span);
    let mut spans = vec![claim.quote.bytes];
    spans.extend(&claim.statement);
    spans.extend(claim.cue);
    spans.extend(beside);
    Span::hull(&spans).unwrap_or(claim.quote.bytes)
}

/// Makes the claim at a place, where `mapped` says what the older ranges are there.
fn made(
    versions: &Versions<'_>,
    claim: &Claim,
    place: Span,
    mapped: impl Fn(Span) -> Option<Span>,
) -> Option<Candidate> {
    let mut lost = Vec::new();
    let parts: Vec<Span> = claim
        .parts
        .iter()
        .filter_map(|part| mapped(*part))
        .collect();
    if parts.len() != claim.parts.len() || !in_order(&parts) {
        return None;
    }
    let hull = Span::hull(&parts)?;
    let mut statement: Vec<Span> = claim.statement.iter().filter_map(|s| mapped(*s)).collect();
    if statement.len() != claim.statement.len() || !in_order(&statement) {
        lost.push("statement");
        statement = vec![hull];
    }
    let cue = claim.cue.and_then(&mapped);
    if claim.cue.is_some() && cue.is_none() {
        lost.push("cue");
    }
    let claimant = claim.claimant.as_ref().map(|claimant| Claimant {
        span: claimant.span.and_then(&mapped),
        ..claimant.clone()
    });
    let span_of = |claimant: &Option<Claimant>| claimant.as_ref().and_then(|c| c.span);
    if span_of(&claim.claimant).is_some() && span_of(&claimant).is_none() {
        lost.push("claimant");
    }
    let quote = Quote::new(versions.new, hull).ok()?;
    let own = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_own = claim.added.is_empty() && claim.text == own(&claim.quote.exact);
    let text = if is_own && claim.parts.len() == 1 {
        own(&quote.exact)
    } else {
        claim.text.clone()
    };
    Some(Candidate {
        sentence: place,
        claim: Claim {
            source: ObjectId::of(versions.new.as_bytes()),
            text,
            parts,
            statement: if claim.manner == Manner::Narration && claim.statement.is_empty() {
                vec![]
            } else {
                statement
            },
            cue,
            claimant,
            quote,
            ..claim.clone()
        },
        lost,
        beside: vec![],
    })
}

fn in_order(spans: &[Span]) -> bool {
    spans
        .windows(2)
        .all(|pair| pair[0].end() <= pair[1].start())
}

/// Returns the claim at each place where its own words are, in another sentence than theirs.
fn own_words(versions: &Versions<'_>, claim: &Claim) -> Vec<Candidate> {
    let places = versions.find(claim.quote.bytes).places;
    let at = |place: &Span| {
        let around = versions.sentence_in_new(*place);
        made(versions, claim, around, |span| {
            inside_own(versions, claim, span, *place)
        })
    };
    places.iter().filter_map(at).collect()
}

/// Finds a range of the claim within its own words, which stand at `place`.
fn inside_own(versions: &Versions<'_>, claim: &Claim, span: Span, place: Span) -> Option<Span> {
    let own = claim.quote.bytes;
    if span == own {
        return Some(place);
    }
    let same = place.of(versions.new) == own.of(versions.old);
    if !same || !own.contains(span) {
        return None;
    }
    let start = place.start() + (span.start() - own.start());
    Span::new(start, start + span.len()).ok()
}
