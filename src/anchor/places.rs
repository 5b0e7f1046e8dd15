//! Words that are in both versions, letter for letter: which of their places are the same.

use super::{Found, State};
use crate::words::span::{CONTEXT_POINTS, Span};

/// So many bytes of surroundings are compared on each side.
const SURROUNDINGS: usize = 400;

/// Surroundings that share fewer letters on both sides say nothing.
const LEAST_SHARED: usize = 10;

/// Words with at least so many letters are told by themselves.
const TELLING: usize = 32;

/// More places than these are not told apart.
const MOST_PLACES: usize = 200;

/// Finds words of the older version in the newer one.
pub(super) fn find(old: &str, words: Span, new: &str) -> Found {
    let Ok(wanted) = words.of(old) else {
        return orphaned();
    };
    let before = occurrences(old, wanted, Some(words));
    let after = occurrences(new, wanted, None);
    if after.is_empty() {
        return orphaned();
    }
    let ambiguous = |places: Vec<Span>| Found {
        state: State::Ambiguous,
        places,
    };
    if before.len() > MOST_PLACES || after.len() > MOST_PLACES {
        return ambiguous(after);
    }
    // A place is ours if it is more like our place than like any other of these words.
    let mut ours: Vec<(Shared, Span)> = Vec::new();
    let mut doubtful = Vec::new();
    for place in &after {
        let own = shared(old, words, new, *place);
        let others = before.iter().filter(|other| **other != words);
        let best = others.map(|other| shared(old, *other, new, *place)).max();
        match best {
            Some(best) if best > own => {}
            Some(best) if best == own => doubtful.push(*place),
            _ => ours.push((own, *place)),
        }
    }
    ours.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let best = match ours.as_slice() {
        [] if doubtful.is_empty() => return orphaned(),
        [] => return ambiguous(doubtful),
        [first, second, ..] if first.0 == second.0 => {
            return ambiguous(ours.into_iter().map(|(_, place)| place).collect());
        }
        [first, ..] => *first,
    };
    let (shared, place) = best;
    let is_alone = before.len() == 1 && after.len() == 1;
    let state = if shared.is_same {
        State::Exact
    } else if !is_alone {
        // One side may agree by chance, where a neighbour of the one was moved to the other.
        return ambiguous(after);
    } else if shared.letters >= LEAST_SHARED
        || wanted.chars().filter(|c| c.is_alphanumeric()).count() >= TELLING
    {
        State::Moved
    } else {
        // A few words that stand somewhere else altogether may say something else.
        State::Drifted
    };
    Found {
        state,
        places: vec![place],
    }
}

fn orphaned() -> Found {
    Found {
        state: State::Orphaned,
        places: vec![],
    }
}

/// What the surroundings of two places have in common, the more the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    /// Whether as much as a quote keeps on each side is the same.
    is_same: bool,
    /// Letters and digits that follow and precede without a difference.
    letters: usize,
}

fn shared(old: &str, one: Span, new: &str, other: Span) -> Shared {
    let before = |text: &'_ str, at: usize| -> Vec<char> {
        let start = text.floor_char_boundary(at.saturating_sub(SURROUNDINGS));
        text[start..at].chars().rev().collect()
    };
    let after = |text: &'_ str, at: usize| -> Vec<char> {
        let end = text.floor_char_boundary((at + SURROUNDINGS).min(text.len()));
        text[at..end].chars().collect()
    };
    let sides = [
        (before(old, one.start()), before(new, other.start())),
        (after(old, one.end()), after(new, other.end())),
    ];
    let mut shared = Shared {
        is_same: true,
        letters: 0,
    };
    for (a, b) in sides {
        let same = a.iter().zip(&b).take_while(|(a, b)| a == b);
        let mut points = 0;
        for (c, _) in same {
            points += 1;
            shared.letters += usize::from(c.is_alphanumeric());
        }
        // Less only where both texts begin or end.
        shared.is_same &= points >= CONTEXT_POINTS.min(a.len().max(b.len()));
    }
    shared
}

/// Returns where words stand in a text, whole; at `known`, if it is given, whatever stands around it.
fn occurrences(text: &str, words: &str, known: Option<Span>) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find(words)) {
        let start = at + next;
        if let Ok(place) = Span::new(start, start + words.len())
            && (Some(place) == known || is_whole(text, place))
        {
            found.push(place);
            if found.len() > MOST_PLACES {
                break;
            }
        }
        let step = text[start..].chars().next().map_or(1, char::len_utf8);
        at = start + step;
    }
    found
}

/// Says whether a place neither begins nor ends inside a word.
pub(super) fn is_whole(text: &str, place: Span) -> bool {
    let inside = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at..].chars().next();
        matches!((before, after), (Some(a), Some(b)) if a.is_alphanumeric() && b.is_alphanumeric())
    };
    !inside(place.start()) && !inside(place.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(old: &str, words: &str, nth: usize, new: &str) -> (State, Vec<usize>) {
        let places = occurrences(old, words, None);
        let found = find(old, places[nth], new);
        let starts = found.places.iter().map(|place| place.start()).collect();
        (found.state, starts)
    }

    const OLD: &str = "Ann spoke first. It was lawful. Then there was a pause in the hall.\n\
                       Ben spoke last. It was lawful. Nobody in the room contradicted him.\n";

    #[test]
    fn alike_sentences_are_told_apart_by_what_stands_around_them() {
        assert_eq!(
            state(OLD, "It was lawful.", 0, OLD),
            (State::Exact, vec![17])
        );
        let second = OLD.rfind("It was").expect("there");
        assert_eq!(
            state(OLD, "It was lawful.", 1, OLD),
            (State::Exact, vec![second])
        );
    }

    #[test]
    fn what_is_gone_is_not_found_in_its_twin() {
        let new = OLD.replacen("It was lawful. ", "", 1);
        assert_eq!(
            state(OLD, "It was lawful.", 0, &new),
            (State::Orphaned, vec![])
        );
        let place = new.find("It was").expect("there");
        assert_eq!(
            state(OLD, "It was lawful.", 1, &new),
            (State::Exact, vec![place])
        );
    }

    #[test]
    fn surroundings_that_say_nothing_leave_it_open() {
        let old = "It was lawful.\n\nIt was lawful.\n";
        assert_eq!(
            state(old, "It was lawful.", 0, "So: It was lawful.\n").0,
            State::Ambiguous
        );
    }

    #[test]
    fn a_few_words_somewhere_else_are_not_taken_for_the_same() {
        let old = "The court sat on Monday. He won. The rest left.\n";
        let new = "A football match took place in Brask. He won. Nobody cares.\n";
        assert_eq!(state(old, "He won.", 0, new).0, State::Drifted);
        let new = "An update. The court sat on Monday. He won. Nobody cares.\n";
        assert_eq!(state(old, "He won.", 0, new).0, State::Moved);
    }

    #[test]
    fn pieces_of_words_are_no_places() {
        assert_eq!(state("an art", "art", 0, "a party").0, State::Orphaned);
    }
}
