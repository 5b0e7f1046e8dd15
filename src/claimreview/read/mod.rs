//! Lenient reading: what can be made of anybody's reviews, and what had to be repaired for it.
//!
//! The opposite of [`lint`](super::lint): what is meant counts, and every step from what stands there
//! to what was taken is told. Nothing is guessed where it could be two things: `3/4/2024` gives no
//! date, and a rating that is not known no place on a scale.

mod reader;

use self::reader::Reader;
use super::extract::{self, File};
use super::json::FaultKind;
use super::labels::{self, Lean};
use super::rules::Rule;
use super::{About, MAX_BYTES, places};
use crate::words::claim::Claimant;
use crate::words::time::DayOrTime;

/// What was read of a file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reading {
    /// The reviews that can be drafts.
    pub drafts: Vec<Draft>,
    /// The reviews that can't, with the line that they begin in.
    pub skipped: Vec<(usize, Skipped)>,
    /// What had to be repaired before anything could be read, with its line.
    pub repairs: Vec<(usize, String)>,
    /// Why nothing could be read of a block, with the line.
    pub unread: Vec<(usize, &'static Rule)>,
}

/// Says why a review gives no draft.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Skipped {
    /// It does not say which claim it is about.
    #[error("it does not say which claim it is about")]
    NoClaim,
    /// It is of a medium.
    #[error("it is a MediaReview, which has no claim")]
    Media,
    /// It is another reviewer's, inside a review.
    #[error("it is part of another review")]
    Inner,
    /// The feed says that it was deleted.
    #[error("the feed says that it was deleted")]
    Deleted,
}

/// What can be made of a review.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    /// The line in the file that it begins in, from 1.
    pub line: usize,
    /// The claim.
    pub claim: String,
    /// Its language, a tag of BCP 47.
    pub language: Option<String>,
    /// Who made it.
    pub claimant: Option<Claimant>,
    /// When it was made.
    pub said: Option<DayOrTime>,
    /// Where it was made, the first one first.
    pub appearances: Vec<Work>,
    /// The verdict.
    pub rating: ReadRating,
    /// The verdict in a sentence or two.
    pub summary: Option<String>,
    /// The reasoning at length.
    pub rationale: Option<String>,
    /// The page with the whole fact-check.
    pub url: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// What it cites.
    pub citations: Vec<Work>,
    /// What was repaired.
    pub repairs: Vec<String>,
}

/// A work, by what is said of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Work {
    /// Its address.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// When it was published.
    pub published: Option<DayOrTime>,
    /// Words of it that are quoted.
    pub quote: Option<String>,
}

/// A rating as a review gives it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ReadRating {
    /// The verdict in words.
    pub label: Option<String>,
    /// Its number, and the scale's worst and best, where all three are there and fit.
    pub number: Option<(f64, f64, f64)>,
}

impl ReadRating {
    /// Says how true the claim is by the words, where they are known ones: 0 is false, 1 is true.
    pub(super) fn lean(&self) -> Option<f64> {
        Some(match labels::lean(self.label.as_deref()?)? {
            Lean::False => 0.0,
            Lean::MostlyFalse => 0.25,
            Lean::Half => 0.5,
            Lean::MostlyTrue => 0.75,
            Lean::True => 1.0,
        })
    }
}

/// Reads all reviews of a file.
pub fn read(bytes: &[u8], about: About) -> Reading {
    let mut repairs = Vec::new();
    let bytes = &bytes[..bytes.len().min(MAX_BYTES)];
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        repairs.push((1, "what is no UTF-8 was passed over".to_owned()));
    }
    let file = extract::read(&text, about.is_page);
    let graph = file.graph();
    let mut reader = Reader::new(&file, &graph);
    let mut drafts = Vec::new();
    let mut skipped = Vec::new();
    for found in file.reviews() {
        let place = extract::place(&file, &found.at);
        match reader.draft(&found) {
            Ok(draft) => drafts.push((place, draft)),
            Err(why) => skipped.push((place, why)),
        }
    }
    let faults = block_faults(&file);
    let all = drafts.iter().map(|(place, _)| *place);
    let all = all.chain(skipped.iter().map(|(place, _)| *place));
    let places = places(&text, all.chain(faults.iter().map(|(place, _)| *place)));
    let line = |place: usize| places.get(&place).map_or(1, |(line, _)| *line);
    let mut unread = Vec::new();
    for (place, kind) in faults {
        let rule = super::rule_of(kind);
        if kind.is_fatal() {
            unread.push((line(place), rule));
        } else {
            repairs.push((line(place), format!("read all the same: {}", rule.what)));
        }
    }
    let with_line = |(place, draft): (usize, Draft)| Draft {
        line: line(place),
        ..draft
    };
    Reading {
        drafts: drafts.into_iter().map(with_line).collect(),
        skipped: skipped
            .into_iter()
            .map(|(place, why)| (line(place), why))
            .collect(),
        repairs,
        unread,
    }
}

fn block_faults(file: &File) -> Vec<(usize, FaultKind)> {
    let blocks = file.blocks.iter().filter(|block| block.is_about);
    let faults = blocks.flat_map(|block| {
        let faults = block.parsed.faults.iter();
        faults.map(|fault| (block.place(fault.at), fault.kind))
    });
    faults.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_read_and_every_repair_is_told() {
        let document = "{\"@context\": \"https://schema.org\", \"@type\": \"Claimreview\",\n\
            'claimReviwed': \"The &quot;bridge&quot;  cost <b>12</b> million\",\n\
            \"inLanguage\": \"en_GB\", \"url\": \"//desk.example/a\",\n\
            \"reviewRating\": {\"name\": \"Falso\", \"ratingValue\": \"1,5\", \"bestRating\": 5, \"worstRating\": 1},\n\
            \"itemReviewed\": {\"@type\": \"Claim\", \"author\": \"Ada Venn\", \"datePublished\": \"12.03.2024\",\n\
            \"appearance\": [\"https://a.example/1\", {\"url\": \"https://a.example/1\"}],},}";
        let reading = read(document.as_bytes(), About::default());
        let [draft] = reading.drafts.as_slice() else {
            panic!("{reading:?}");
        };
        assert_eq!(draft.claim, "The \"bridge\" cost 12 million");
        assert_eq!(draft.language.as_deref(), Some("en-GB"));
        assert_eq!(draft.url.as_deref(), Some("https://desk.example/a"));
        assert_eq!(draft.rating.number, Some((1.5, 1.0, 5.0)));
        assert_eq!(draft.rating.label.as_deref(), Some("Falso"));
        assert_eq!(
            draft.claimant.as_ref().map(|c| c.name.as_str()),
            Some("Ada Venn")
        );
        assert_eq!(
            draft.said.map(|said| said.to_string()).as_deref(),
            Some("2024-03-12")
        );
        assert_eq!(draft.appearances.len(), 1);
        let told = format!("{:?} {:?}", draft.repairs, reading.repairs);
        for part in [
            "decoded",
            "tags",
            "white space",
            "decimal comma",
            "2024-03-12",
            "en-GB",
            "from its name",
            "apostrophes",
            "comma stands",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn what_could_be_two_things_is_left_out() {
        let document = r#"{"@type":"ClaimReview","claimReviewed":"A","itemReviewed":{"@type":"Claim",
            "datePublished":"03/04/2024"},"reviewRating":{"alternateName":"Odd","ratingValue":7,"bestRating":5,"worstRating":1}}"#;
        let reading = read(document.as_bytes(), About::default());
        assert_eq!(
            (reading.drafts[0].said, reading.drafts[0].rating.number),
            (None, None)
        );
        assert_eq!(
            reading.drafts[0].repairs.len(),
            2,
            "{:?}",
            reading.drafts[0].repairs
        );
        let none = read(br#"{"@type":"ClaimReview","url":"x"}"#, About::default());
        assert_eq!(none.skipped, [(1, Skipped::NoClaim)]);
    }
}
