//! Claims that are like a text: candidates from the index, ranked anew by how alike they are.
//!
//! Candidates are the claims that share the text's stems, by BM25; and, where a
//! word of the text is in no claim or in few, those that have its pieces, so that a name spelt
//! otherwise and a typing error are found. Each is then compared with the text
//! ([`super::likeness`]).

use std::collections::{BTreeSet, HashMap};

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query as TantivyQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};

use super::index::{FindError, Index};
use super::likeness::{Comparison, Likeness};
use super::profile::{self, Profile};
use super::stems;
use crate::words::id::ClaimId;

/// So many claims are compared with a text at most.
pub const MOST_CANDIDATES: usize = 200;

/// Of those, so many that only have pieces of its words.
const MOST_BY_PIECES: usize = 60;

/// Below this likeness nothing is called alike, unless it is asked for.
pub const LEAST_LIKENESS: f64 = 0.35;

/// A text's rarest words are looked up, no more than these.
const MOST_TERMS: usize = 48;

/// A word that at most so many claims have may be spelt otherwise in others.
const FEW: u64 = 2;

/// A piece that a larger share of all claims has finds too many to be of use: one in so many.
const TOO_COMMON: u64 = 8;

/// A claim that is like a text.
#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    /// The claim.
    pub id: ClaimId,
    /// How alike, and in which way.
    pub likeness: Likeness,
}

/// How rare the words of the index are.
struct Weights<'s> {
    searcher: &'s Searcher,
    field: Field,
    known: HashMap<String, f64>,
}

impl Weights<'_> {
    /// Returns how many claims have a word.
    fn claims_with(&self, word: &str) -> u64 {
        let term = Term::from_field_text(self.field, word);
        self.searcher.doc_freq(&term).unwrap_or_default()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "no ledger has 2^52 claims, and a weight needs no more digits"
    )]
    fn of(&mut self, word: &str) -> f64 {
        if let Some(weight) = self.known.get(word) {
            return *weight;
        }
        let all = self.searcher.num_docs() as f64;
        // A word that no claim has says no more than one that a single claim has.
        let with = (self.claims_with(word).max(1) as f64).min(all.max(1.0));
        let weight = ((all - with + 0.5) / (with + 0.5))
            .max(0.0)
            .ln_1p()
            .max(0.1);
        self.known.insert(word.to_owned(), weight);
        weight
    }
}

impl Index {
    /// Returns the claims that are like a text, the most alike first, `most` at most, each with a
    /// likeness of at least `least`; `own` is passed over.
    ///
    /// With claims in English the text is compared by its stems, with others by its words as they are.
    pub fn similar(
        &self,
        text: &str,
        own: Option<ClaimId>,
        least: f64,
        most: usize,
    ) -> Result<Vec<Match>, FindError> {
        let searcher = self.searcher();
        let mut weights = Weights {
            searcher: &searcher,
            field: self.fields.stems,
            known: HashMap::new(),
        };
        let profiles = [true, false].map(|english| Profile::new(text, english));
        let mut candidates = self.candidates(&searcher, &profiles[0], &mut weights)?;
        if self.has_other_languages(&searcher)? {
            candidates.extend(self.candidates(&searcher, &profiles[1], &mut weights)?);
        }
        let mut sides = [Vec::new(), Vec::new()];
        for at in candidates {
            let document: TantivyDocument = searcher.doc(at)?;
            let kept = |field: Field| {
                let kept = document.get_first(field).and_then(|kept| kept.as_str());
                kept.unwrap_or_default().to_owned()
            };
            let id = self.claim(&document)?;
            if Some(id) == own {
                continue;
            }
            let english = stems::is_english(&kept(self.fields.kept_language));
            let claim = Profile::new(&kept(self.fields.kept_text), english);
            let claimant = Profile::new(&kept(self.fields.kept_claimant), english);
            sides[usize::from(!english)].push((id, claim, claimant));
        }
        let mut found = Vec::new();
        for (profile, claims) in profiles.iter().zip(&sides) {
            let mut comparison = Comparison::new(profile, |word: &str| weights.of(word));
            for (id, claim, claimant) in claims {
                let likeness = comparison.with(claim, claimant);
                if likeness.score >= least {
                    found.push(Match { id: *id, likeness });
                }
            }
        }
        found.sort_by(|a, b| {
            let by_score = b.likeness.score.total_cmp(&a.likeness.score);
            by_score.then_with(|| a.id.cmp(&b.id))
        });
        found.truncate(most);
        Ok(found)
    }

    fn has_other_languages(&self, searcher: &Searcher) -> Result<bool, FindError> {
        let english = Term::from_field_text(self.fields.language, "en");
        Ok(searcher.doc_freq(&english)? < searcher.num_docs())
    }

    /// Returns the claims that BM25 over the written words alone ranks first: what `similar` is
    /// measured against.
    pub fn plain_bm25(&self, text: &str, most: usize) -> Result<Vec<ClaimId>, FindError> {
        let searcher = self.searcher();
        let words: BTreeSet<String> = super::tokens::tokens(text)
            .into_iter()
            .map(|token| token.text)
            .collect();
        let found = top(&searcher, self.fields.exact, words, most.max(1))?;
        let found = found.into_iter();
        found.map(|at| self.claim(&searcher.doc(at)?)).collect()
    }

    fn candidates(
        &self,
        searcher: &Searcher,
        profile: &Profile,
        weights: &mut Weights<'_>,
    ) -> Result<BTreeSet<DocAddress>, FindError> {
        let mut words: Vec<String> = profile.words.clone();
        words.sort_unstable();
        words.dedup();
        words.sort_by(|a, b| weights.of(b).total_cmp(&weights.of(a)).then(a.cmp(b)));
        words.truncate(MOST_TERMS);
        let rare: Vec<&String> = words
            .iter()
            .filter(|word| weights.claims_with(word) <= FEW)
            .collect();
        let too_common = searcher.num_docs() / TOO_COMMON + 20;
        let pieces: BTreeSet<String> = rare
            .into_iter()
            .flat_map(|word| profile::pieces(word))
            .filter(|piece| {
                let term = Term::from_field_text(self.fields.pieces, piece);
                searcher.doc_freq(&term).unwrap_or_default() <= too_common
            })
            .collect();
        let mut found = BTreeSet::new();
        for (field, terms, most) in [
            (
                self.fields.stems,
                words.into_iter().collect(),
                MOST_CANDIDATES - MOST_BY_PIECES,
            ),
            (self.fields.pieces, pieces, MOST_BY_PIECES),
        ] {
            found.extend(top(searcher, field, terms, most)?);
        }
        Ok(found)
    }
}

/// Returns the documents that BM25 ranks first for words in a field.
fn top(
    searcher: &Searcher,
    field: Field,
    words: BTreeSet<String>,
    most: usize,
) -> Result<Vec<DocAddress>, FindError> {
    if words.is_empty() {
        return Ok(vec![]);
    }
    let clauses = words.into_iter().map(|word| {
        let term = Term::from_field_text(field, &word);
        let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
        (Occur::Should, Box::new(query) as Box<dyn TantivyQuery>)
    });
    let query = BooleanQuery::new(clauses.collect());
    let found = searcher.search(&query, &TopDocs::with_limit(most).order_by_score())?;
    Ok(found.into_iter().map(|(_, at)| at).collect())
}
