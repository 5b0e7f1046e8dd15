//! What the index has of a claim, field by field.

use chrono::{Datelike as _, NaiveDate};
use tantivy::TantivyDocument;
use tantivy::schema::{
    Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{PreTokenizedString, Token as TantivyToken};

use super::profile::{self, Profile};
use super::stems;
use super::tokens::{self, Token};
use crate::words::id::{ClaimId, SourceId};

/// A claim as the index takes it in: what is searched, and nothing else.
#[derive(Clone, Debug)]
pub struct FoundClaim {
    /// The claim.
    pub id: ClaimId,
    /// Its words.
    pub text: String,
    /// The words of the source that it was taken from.
    pub quote: String,
    /// Who said it, with the role; empty for the source's own claims.
    pub claimant: String,
    /// Its language, a BCP 47 tag.
    pub language: String,
    /// The source that it stands in.
    pub source: SourceId,
    /// The source's title, publisher and address.
    pub source_words: Vec<String>,
    /// The day that it was said, else published, else recorded.
    pub day: NaiveDate,
    /// The ratings of its verdicts, but for superseded ones.
    pub ratings: Vec<String>,
    /// The standings of the same verdicts; `unjudged` or `superseded` of the claim itself.
    pub statuses: Vec<String>,
    /// Who judged it, by the names of their keys.
    pub reviewers: Vec<String>,
    /// The summaries of its verdicts.
    pub summaries: Vec<String>,
}

/// Words of different texts in one field stand so far apart that no phrase reaches over.
const GAP: usize = 100;

/// The beginnings of a source's id that are looked up have from so many digits on …
pub(super) const LEAST_ID_DIGITS: usize = 8;
/// … to so many; longer ones are looked up by these.
pub(super) const MOST_ID_DIGITS: usize = 16;

/// The fields of the index.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    /// The claim's id, whole.
    pub(super) id: Field,
    /// The claim's words and its quote's, as they are written, with places.
    pub(super) exact: Field,
    /// The stems of the claim's words.
    pub(super) stems: Field,
    /// Three-letter pieces of the claim's words.
    pub(super) pieces: Field,
    /// Its figures.
    pub(super) figures: Field,
    /// All else that free words are looked for in: claimant, source, summaries.
    pub(super) about: Field,
    pub(super) claimant: Field,
    pub(super) source: Field,
    pub(super) source_id: Field,
    pub(super) rating: Field,
    pub(super) status: Field,
    pub(super) reviewer: Field,
    pub(super) language: Field,
    /// The day, in days of the common era.
    pub(super) day: Field,
    /// What a comparison needs, kept as it is: words, claimant, language.
    pub(super) kept_text: Field,
    pub(super) kept_claimant: Field,
    pub(super) kept_language: Field,
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut schema = Schema::builder();
        let indexed = |record: IndexRecordOption, norms: bool| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer("raw")
                    .set_index_option(record)
                    .set_fieldnorms(norms),
            )
        };
        let code = indexed(IndexRecordOption::Basic, false);
        let places = indexed(IndexRecordOption::WithFreqsAndPositions, true);
        let counts = indexed(IndexRecordOption::WithFreqs, true);
        let kept = TextOptions::default().set_stored();
        let day = NumericOptions::default().set_indexed().set_fast();
        Self {
            id: schema.add_text_field("id", code.clone().set_stored()),
            exact: schema.add_text_field("exact", places.clone()),
            stems: schema.add_text_field("stems", counts),
            pieces: schema.add_text_field("pieces", code.clone()),
            figures: schema.add_text_field("figures", code.clone()),
            about: schema.add_text_field("about", places.clone()),
            claimant: schema.add_text_field("claimant", places.clone()),
            source: schema.add_text_field("source", places.clone()),
            source_id: schema.add_text_field("source_id", code.clone()),
            rating: schema.add_text_field("rating", code.clone()),
            status: schema.add_text_field("status", code.clone()),
            reviewer: schema.add_text_field("reviewer", places),
            language: schema.add_text_field("language", code),
            day: schema.add_i64_field("day", day),
            kept_text: schema.add_text_field("kept_text", kept.clone()),
            kept_claimant: schema.add_text_field("kept_claimant", kept.clone()),
            kept_language: schema.add_text_field("kept_language", kept),
            schema: schema.build(),
        }
    }

    /// Makes the index's document of a claim.
    pub(super) fn document(&self, claim: &FoundClaim) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(self.id, claim.id.to_string());
        let words = tokens::tokens(&claim.text);
        let quote = tokens::tokens(&claim.quote);
        let english = stems::is_english(&claim.language);
        let profile = Profile::new(&claim.text, english);
        let mut add = |field: Field, words: Vec<TantivyToken>| {
            if !words.is_empty() {
                document.add_pre_tokenized_text(
                    field,
                    PreTokenizedString {
                        text: String::new(),
                        tokens: words,
                    },
                );
            }
        };
        add(self.exact, placed(&[&words, &quote]));
        let mut pieces: Vec<String> = profile
            .words
            .iter()
            .flat_map(|w| profile::pieces(w))
            .collect();
        pieces.sort_unstable();
        pieces.dedup();
        add(self.pieces, bare(pieces));
        add(self.stems, bare(profile.words));
        add(
            self.figures,
            bare(profile.figures.iter().map(super::figures::Figure::key)),
        );
        let claimant = tokens::tokens(&claim.claimant);
        let source_words = claim.source_words.iter();
        let source: Vec<Vec<Token>> = source_words
            .map(|words| tokens::tokens(tokens::without_scheme(words)))
            .collect();
        let summaries = claim.summaries.iter().map(|w| tokens::tokens(w));
        let about: Vec<Vec<Token>> = std::iter::once(claimant.clone())
            .chain(source.iter().cloned())
            .chain(summaries)
            .collect();
        add(self.about, placed(&about.iter().collect::<Vec<_>>()));
        add(self.claimant, placed(&[&claimant]));
        add(self.source, placed(&source.iter().collect::<Vec<_>>()));
        let reviewers: Vec<Vec<Token>> =
            claim.reviewers.iter().map(|w| tokens::tokens(w)).collect();
        add(self.reviewer, placed(&reviewers.iter().collect::<Vec<_>>()));
        let source = claim.source.to_string();
        add(
            self.source_id,
            bare((LEAST_ID_DIGITS..=MOST_ID_DIGITS).map(|digits| source[..digits].to_owned())),
        );
        add(self.rating, bare(claim.ratings.iter().cloned()));
        add(self.status, bare(claim.statuses.iter().cloned()));
        add(self.language, bare([primary(&claim.language)]));
        document.add_i64(self.day, i64::from(claim.day.num_days_from_ce()));
        document.add_text(self.kept_text, &claim.text);
        document.add_text(self.kept_claimant, &claim.claimant);
        document.add_text(self.kept_language, &claim.language);
        document
    }
}

/// Returns the language itself of a BCP 47 tag, without its region or script.
pub(super) fn primary(language: &str) -> String {
    let primary = language.split('-').next().unwrap_or_default();
    primary.to_ascii_lowercase()
}

/// Makes the index's words of several texts' words, each text far from the one before.
fn placed(texts: &[&Vec<Token>]) -> Vec<TantivyToken> {
    let mut made = Vec::new();
    let mut position = 0;
    for text in texts {
        for word in *text {
            made.push(token(word.text.clone(), position));
            position += 1;
        }
        position += GAP;
    }
    made
}

/// Makes the index's words where their places do not matter.
fn bare(words: impl IntoIterator<Item = String>) -> Vec<TantivyToken> {
    words.into_iter().map(|word| token(word, 0)).collect()
}

fn token(text: String, position: usize) -> TantivyToken {
    TantivyToken {
        offset_from: 0,
        offset_to: 0,
        position,
        text,
        position_length: 1,
    }
}
