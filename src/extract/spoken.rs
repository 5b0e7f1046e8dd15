//! What of the network's statements nobody spoke, and what it leaves out of them.
//!
//! The network reads a text as one row of pieces: what it takes for said may begin sentences too early,
//! and hold the speaker's own name. A statement that is denied is nobody's.

use std::ops::Range;

use super::model::Statement;
use super::phrases;
use super::statements::{Said, Sentence};
use super::tokens::{self, Kind, Token};
use crate::words::span::Span;

/// Says whether the words that attribute a statement stand in a later sentence.
pub(super) fn behind(sentence: &Sentence, statement: &Statement) -> bool {
    (statement.cue).is_some_and(|cue| cue.start() >= sentence.span.end())
}

/// Takes from a statement without quotation marks what stands before the sentence of its cue.
pub(super) fn from_here(text: &str, sentence: &Sentence, statement: &mut Statement) {
    const MARKS: [char; 4] = ['"', '“', '”', '„'];
    let from = sentence.span.start();
    let quoted = |part: &Span| text[part.start()..part.end()].contains(MARKS);
    if !statement.parts.iter().any(quoted) {
        statement.parts.retain(|part| part.end() > from);
        for part in &mut statement.parts {
            if let Ok(cut) = Span::new(part.start().max(from), part.end()) {
                *part = cut;
            }
        }
    }
}

/// "did not say that X", "nobody claimed that X": X is nobody's.
pub(super) fn denied(text: &str, tokens: &[Token], said: &Said) -> bool {
    const NOBODY: [&str; 5] = ["nobody", "no", "none", "neither", "no-one"];
    const NOT: [&str; 3] = ["not", "never", "nor"];
    const SAYS: &str = "say says said saying claim claims claimed claiming suggest suggests \
                        suggested argue argues argued assert asserted allege alleged state stated";
    let Some(cue) = &said.here.cue else {
        return false;
    };
    let low = |at: usize| tokens::lower(text, tokens[at]);
    let says = |at: &usize| SAYS.split_whitespace().any(|word| word == low(*at));
    let Some(verb) = cue.clone().find(says) else {
        return false;
    };
    let source = said.here.source.as_ref();
    let none = source.is_some_and(|s| s.end <= verb && NOBODY.contains(&&*low(s.start)));
    let group = phrases::group_start(tokens, verb).min(verb);
    let not = |at: usize| NOT.contains(&&*low(at)) || low(at).ends_with("n't");
    let denies = (group..verb).any(not);
    none || denies
}

/// "hopes to enter two markets", "has agreed to buy": what somebody means to do is told of him.
pub(super) fn intends(
    text: &str,
    tokens: &[Token],
    cue: &Range<usize>,
    content: &[Range<usize>],
) -> bool {
    const MEANS: [&str; 15] = [
        "hope", "hopes", "hoped", "hoping", "plan", "plans", "planned", "intend", "intends",
        "intended", "aims", "aimed", "agree", "agrees", "agreed",
    ];
    let low = |at: usize| tokens::lower(text, tokens[at]);
    let to = content.first().is_some_and(|c| low(c.start) == "to") || low(cue.end - 1) == "to";
    to && cue.clone().any(|i| MEANS.contains(&&*low(i)))
}

/// "“It rains.” — Ada Kern": the name behind the dash, if it ends the line.
pub(super) fn signed(text: &str, statement: &Statement) -> Option<Span> {
    const MOST: usize = 5;
    const NEAR: usize = 80;
    let end = statement.parts.last()?.end();
    // As far as a name reaches: a text of one line is not read again for each statement.
    let near = text[end..].char_indices().nth(NEAR).map(|(at, _)| end + at);
    let line = text[end..near.unwrap_or(text.len())].split('\n').next()?;
    let from = line.find(['—', '―', '–'])?;
    let closed = text[..end + from].trim_end().ends_with(['”', '"']);
    let marks = line[..from].chars().all(|c| !c.is_alphanumeric());
    let name = line[from..].trim_start_matches(['—', '―', '–', ' ', '\u{a0}']);
    let start = end + line.len() - name.len();
    let name = name.trim_end().trim_end_matches('.');
    let mut words = name.split(' ');
    let named = words.all(|word| word.starts_with(char::is_uppercase));
    let fits = closed && marks && named && (2..=MOST).contains(&name.split(' ').count());
    fits.then(|| Span::new(start, start + name.len()).ok())?
}

/// "According to the mayor, it rains", where the network took the mayor for a part of what is said:
/// returns the mayor, and the first part of the statement without him.
pub(super) fn according_to(
    text: &str,
    tokens: &[Token],
    cue: Option<&Range<usize>>,
    statement: &Statement,
    within: impl Fn(Span) -> Option<Range<usize>>,
) -> Option<(Span, Span)> {
    let last = cue?.end.checked_sub(1)?;
    let first = within(statement.parts[0])?;
    let fits = statement.source.is_none()
        && last > 0
        && first.start == last + 1
        && tokens::lower(text, tokens[last - 1]) == "according";
    let comma = first.clone().find(|i| tokens[*i].kind == Kind::Comma);
    let comma = comma.filter(|comma| fits && *comma > first.start && *comma + 1 < first.end)?;
    let rest = Span::new(tokens[comma + 1].start, statement.parts[0].end()).ok()?;
    Some((tokens::span_of(tokens, &(first.start..comma))?, rest))
}

/// "The company that owns it, Dorn Lines, said that …": what stands before the name is not said.
pub(super) fn without_subject(
    tokens: &[Token],
    source: Option<&Range<usize>>,
    mut content: Vec<Range<usize>>,
) -> Vec<Range<usize>> {
    let beside = |part: &Range<usize>| {
        source.is_some_and(|source| part.end < source.start && source.start <= part.end + 2)
            && phrases::main_verb(tokens, part.clone()).is_none()
    };
    if content.len() > 1 && beside(&content[0]) {
        content.remove(0);
    }
    content
}

#[cfg(test)]
mod tests {
    use super::super::{Options, split};

    /// The claims, each with its claimant's name.
    fn claimed(text: &str) -> Vec<(String, Option<String>)> {
        let found = split(text, Options::default());
        let claims = found.claims.into_iter();
        claims
            .map(|c| (c.text, c.claimant.map(|c| c.name)))
            .collect()
    }

    fn has(text: &str, claim: &str, claimant: Option<&str>) {
        let found = claimed(text);
        let own =
            |(text, who): &(String, Option<String>)| text == claim && who.as_deref() == claimant;
        assert!(found.iter().any(own), "{found:?}");
    }

    #[test]
    fn what_is_denied_is_nobodys() {
        let text = "The mayor did not say that the road was closed.";
        has(text, "The mayor did not say that the road was closed", None);
        assert_eq!(claimed(text).len(), 1);
        let text = "Nobody claimed that the bridge was safe.";
        has(text, "Nobody claimed that the bridge was safe", None);
    }

    #[test]
    fn a_later_attribution_does_not_reach_an_earlier_sentence() {
        let text = "The road was closed on Friday. The bridge has been closed since May, according \
                    to Ada Kern.";
        has(text, "The road was closed on Friday", None);
        has(
            text,
            "The bridge has been closed since May",
            Some("Ada Kern"),
        );
    }

    #[test]
    fn a_name_behind_a_dash_is_the_speakers() {
        let text = "“We waited for nine hours at the gate.” — Ada Kern\n“The bus has not come since \
                    Friday.” — Bela Oster\n";
        let spans = |part: &str| {
            let start = text.find(part).unwrap();
            crate::words::span::Span::new(start, start + part.len()).unwrap()
        };
        let mut statement = super::Statement {
            source: None,
            cue: None,
            parts: vec![spans("“We waited for nine hours at the gate.”")],
        };
        assert_eq!(super::signed(text, &statement), Some(spans("Ada Kern")));
        statement.parts = vec![spans("We waited for nine")];
        assert_eq!(super::signed(text, &statement), None);
    }

    #[test]
    fn what_a_body_has_agreed_to_do_is_told_of_it() {
        let text = "DORNHAVEN, 4 May – Brunmill plc has agreed to buy the brewer Oster for 12 million \
                    crowns in cash.";
        let claim = "Brunmill plc has agreed to buy the brewer Oster for 12 million crowns in cash";
        has(text, claim, None);
    }

    #[test]
    fn a_list_behind_a_colon_is_whoevers_it_is() {
        let text = "The auditor's interim paper says:\n- Spending on roads rises from 4 to 6 million\n\
                    - The ferry loses 300,000 a year\n- A fund of 50,000 is set aside for the pier\n";
        let who = Some("The auditor's interim paper");
        has(text, "The ferry loses 300,000 a year", who);
        has(text, "A fund of 50,000 is set aside for the pier", who);
    }

    #[test]
    fn said_in_the_present_and_behind_a_participle() {
        let text = "Harbour master Otto Kern is at the desk. “We have sold two tugs since May,” he tells \
                    the room. He adds that the dredger now costs 9 percent more than last year.";
        let claim = "the dredger now costs 9 percent more than last year";
        has(text, claim, Some("Otto Kern"));
        let text = "Questioned by the lawyer Vera Lund, Otto Kern admitted that the port owed him 900 \
                    crowns.";
        has(text, "the port owed him 900 crowns", Some("Otto Kern"));
    }

    #[test]
    fn an_attribution_ends_at_a_semicolon() {
        let text = "Police said they had held two men near the quay; none of them works at the port, \
                    according to the harbour office.";
        let claim = "none of them works at the port";
        has(text, claim, Some("the harbour office"));
        let claimed = claimed(text);
        let (_, held) = claimed
            .iter()
            .find(|(text, _)| text.contains("two men"))
            .unwrap();
        assert_ne!(held.as_deref(), Some("the harbour office"));
    }

    #[test]
    fn what_a_body_hopes_to_do_is_told_of_it() {
        let text = "The company hopes to enter two further markets by 2027.";
        has(
            text,
            "The company hopes to enter two further markets by 2027",
            None,
        );
    }
}
