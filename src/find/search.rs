//! Asking the index: which claims fit a query, the best first, and what of a text a query matches.

use std::ops::Bound;

use chrono::Datelike as _;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query as TantivyQuery,
    RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, Order, Term};

use super::figures;
use super::index::{FindError, Index};
use super::query::{self, Filter, Query};
use super::schema::{Fields, MOST_ID_DIGITS};
use super::stems;
use super::tokens;
use crate::words::id::ClaimId;

/// The claims that fit a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hits {
    /// How many fit.
    pub total: usize,
    /// Those that were asked for: the best first; without words, the newest first.
    pub claims: Vec<ClaimId>,
}

/// What a word in the claim's own words counts more, and one elsewhere less.
const OWN_WORDS: f32 = 1.5;
const OTHER_WORDS: f32 = 0.5;

impl Index {
    /// Returns the claims that fit a query, from the `skip`th on, `most` at most.
    pub fn search(&self, query: &Query, skip: usize, most: usize) -> Result<Hits, FindError> {
        let searcher = self.searcher();
        let asked = made(&self.fields, query);
        let most = most.max(1);
        let (total, found): (usize, Vec<DocAddress>) = if query.with.is_empty() {
            let top = TopDocs::with_limit(most)
                .and_offset(skip)
                .order_by_fast_field::<i64>("day", Order::Desc);
            let (total, found) = searcher.search(&asked, &(Count, top))?;
            (total, found.into_iter().map(|(_, at)| at).collect())
        } else {
            let top = TopDocs::with_limit(most).and_offset(skip).order_by_score();
            let (total, found) = searcher.search(&asked, &(Count, top))?;
            (total, found.into_iter().map(|(_, at)| at).collect())
        };
        let claims = found.into_iter().map(|at| self.claim(&searcher.doc(at)?));
        Ok(Hits {
            total,
            claims: claims.collect::<Result<_, FindError>>()?,
        })
    }
}

type Boxed = Box<dyn TantivyQuery>;

/// Makes the index's query of what a person asks.
fn made(fields: &Fields, query: &Query) -> BooleanQuery {
    let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
    for words in &query.with {
        clauses.push((Occur::Must, free(fields, words)));
    }
    for words in &query.without {
        clauses.push((Occur::MustNot, free(fields, words)));
    }
    for filter in &query.filters {
        let filter = Box::new(ConstScoreQuery::new(filtered(fields, filter), 0.0));
        clauses.push((Occur::Must, filter));
    }
    for filter in &query.without_filters {
        clauses.push((Occur::MustNot, filtered(fields, filter)));
    }
    if query.with.is_empty() {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    BooleanQuery::new(clauses)
}

/// Looks for a word or phrase in the claim's words, in its quote, and in what is known about it.
fn free(fields: &Fields, words: &str) -> Boxed {
    let found = tokens::tokens(words);
    let mut any: Vec<(Occur, Boxed)> = Vec::new();
    let texts: Vec<&str> = found.iter().map(|token| token.text.as_str()).collect();
    let boosted = |query: Boxed, boost| Box::new(BoostQuery::new(query, boost)) as Boxed;
    any.push((
        Occur::Should,
        boosted(phrase(fields.exact, &texts), OWN_WORDS),
    ));
    any.push((
        Occur::Should,
        boosted(phrase(fields.about, &texts), OTHER_WORDS),
    ));
    if let [one] = texts.as_slice() {
        let mut forms = vec![stems::stem(one, true), stems::stem(one, false)];
        forms.dedup();
        for form in forms {
            let term = Term::from_field_text(fields.stems, &form);
            let scored = IndexRecordOption::WithFreqs;
            any.push((Occur::Should, Box::new(TermQuery::new(term, scored))));
        }
    }
    for figure in figures::figures(words, &found) {
        if figure.first == 0 && figure.end == found.len() {
            any.push((Occur::Should, code(fields.figures, &figure.key())));
        }
    }
    Box::new(BooleanQuery::new(any))
}

/// Looks for words that follow each other.
fn phrase(field: Field, words: &[&str]) -> Boxed {
    let term = |word: &&str| Term::from_field_text(field, word);
    match words {
        [one] => Box::new(TermQuery::new(term(one), IndexRecordOption::WithFreqs)),
        words => Box::new(PhraseQuery::new(words.iter().map(term).collect())),
    }
}

fn code(field: Field, value: &str) -> Boxed {
    let term = Term::from_field_text(field, value);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// Looks for a value's words, in their order, in a field.
fn words(field: Field, value: &str) -> Boxed {
    let found = tokens::tokens(value);
    let texts: Vec<&str> = found.iter().map(|token| token.text.as_str()).collect();
    phrase(field, &texts)
}

fn filtered(fields: &Fields, filter: &Filter) -> Boxed {
    let day = |day: &chrono::NaiveDate| {
        Bound::Included(Term::from_field_i64(
            fields.day,
            i64::from(day.num_days_from_ce()),
        ))
    };
    match filter {
        Filter::Claimant(value) => words(fields.claimant, value),
        Filter::Reviewer(value) => words(fields.reviewer, value),
        Filter::Source(value) if query::is_id(value) => {
            code(fields.source_id, &value[..value.len().min(MOST_ID_DIGITS)])
        }
        Filter::Source(value) => words(fields.source, value),
        Filter::Rating(value) => code(fields.rating, value),
        Filter::Status(value) => code(fields.status, value),
        Filter::Language(value) => code(fields.language, value),
        Filter::Since(first) => Box::new(RangeQuery::new(day(first), Bound::Unbounded)),
        Filter::Until(last) => Box::new(RangeQuery::new(Bound::Unbounded, day(last))),
    }
}

/// Returns the ranges of a text, in bytes and in order, that a query's words and phrases match.
pub fn marks(text: &str, query: &Query, english: bool) -> Vec<(usize, usize)> {
    let words = tokens::tokens(text);
    let figures = figures::figures(text, &words);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for asked in &query.with {
        let wanted = tokens::tokens(asked);
        let range = |first: usize, end: usize| (words[first].start, words[end - 1].end);
        let same = |at: usize| {
            wanted.len() == 1 && {
                let form = |word: &str| stems::stem(word, english);
                form(&words[at].text) == form(&wanted[0].text)
            }
        };
        for at in 0..words.len() {
            let follows = words.len() - at >= wanted.len()
                && wanted
                    .iter()
                    .zip(&words[at..])
                    .all(|(a, b)| a.text == b.text);
            if follows && !wanted.is_empty() {
                found.push(range(at, at + wanted.len()));
            } else if same(at) {
                found.push(range(at, at + 1));
            }
        }
        for figure in figures::figures(asked, &wanted) {
            let alike = figures.iter().filter(|other| other.key() == figure.key());
            let whole = figure.first == 0 && figure.end == wanted.len();
            found.extend(
                alike
                    .filter(|_| whole)
                    .map(|figure| range(figure.first, figure.end)),
            );
        }
    }
    found.sort_unstable();
    let mut marked: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        match marked.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => marked.push((start, end)),
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_is_marked() {
        let text = "The bridges were closed in 2019; repairs cost 12 million.";
        let marked = |query: &str| -> Vec<&str> {
            let query = Query::parse(query).expect("a query");
            let marks = marks(text, &query, true);
            marks
                .iter()
                .map(|(start, end)| &text[*start..*end])
                .collect()
        };
        assert_eq!(marked("bridge"), ["bridges"]);
        assert_eq!(
            marked("\"closed in 2019\" repair"),
            ["closed in 2019", "repairs"]
        );
        assert_eq!(marked("\"closed bridges\""), [] as [&str; 0]);
        assert_eq!(marked("12,000,000"), ["12 million"]);
        assert_eq!(marked("tunnel"), [] as [&str; 0]);
        let pairs = Query::parse("閉鎖され").expect("a query");
        let text = "橋は閉鎖された";
        let found = super::marks(text, &pairs, false);
        assert_eq!(&text[found[0].0..found[0].1], "閉鎖され");
    }
}
