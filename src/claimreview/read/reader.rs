//! The reader behind [`read`](super::read): one review, property by property, with what is repaired.

use super::{Draft, ReadRating, Skipped, Work};
use crate::claimreview::check;
use crate::claimreview::dates;
use crate::claimreview::extract::{File, Form, Found, Subject};
use crate::claimreview::graph::{At, Graph};
use crate::claimreview::links;
use crate::claimreview::texts;
use crate::words::claim::Claimant;
use crate::words::time::DayOrTime;

/// A body of at most so many characters is a summary.
const SUMMARY_CHARACTERS: usize = 400;

/// Reads one review after another.
pub(super) struct Reader<'f> {
    file: &'f File,
    graph: &'f Graph<'f>,
    /// Of the review that is read.
    repairs: Vec<String>,
}

impl<'f> Reader<'f> {
    pub(super) const fn new(file: &'f File, graph: &'f Graph<'f>) -> Self {
        Self {
            file,
            graph,
            repairs: Vec::new(),
        }
    }

    /// Reads what a review says.
    pub(super) fn draft(&mut self, found: &Found<'f>) -> Result<Draft, Skipped> {
        self.repairs.clear();
        if found.subject == Subject::Media {
            return Err(Skipped::Media);
        }
        if found.is_inner {
            return Err(Skipped::Inner);
        }
        if found.is_deleted {
            return Err(Skipped::Deleted);
        }
        let at = &found.at;
        match found.form {
            Form::Typed | Form::Alias => {}
            Form::Misspelled | Form::Untyped | Form::Other => {
                self.repairs
                    .push("taken for a ClaimReview by its properties".to_owned());
            }
        }
        let kind = "ClaimReview";
        let item = self.graph.first_of(at, kind, "itemReviewed");
        let claim = self.claim(at, item.as_ref()).ok_or(Skipped::NoClaim)?;
        let language = [Some(at.clone()), item.clone()]
            .into_iter()
            .flatten()
            .find_map(|at| self.language(&at));
        let rating = self.graph.first_of(at, kind, "reviewRating");
        let explanation = rating
            .as_ref()
            .and_then(|r| self.long(r, "Rating", "ratingExplanation"));
        let body = self.long(at, kind, "reviewBody");
        let said = item
            .as_ref()
            .and_then(|item| self.date(item, "Claim", "datePublished"));
        let (summary, rationale) = match (explanation, body) {
            (Some(summary), body) => {
                let body = body.filter(|body| *body != summary);
                (Some(summary), body)
            }
            (None, Some(body)) if body.chars().count() <= SUMMARY_CHARACTERS => (Some(body), None),
            (None, body) => (None, body),
        };
        let publisher = self.agents(at, kind, "author").into_iter().next();
        Ok(Draft {
            line: 0,
            claim,
            language,
            claimant: item.as_ref().and_then(|item| self.claimant(item)),
            said,
            appearances: item
                .as_ref()
                .map_or_else(Vec::new, |item| self.appearances(item)),
            rating: rating.map_or_else(ReadRating::default, |rating| self.rating(&rating)),
            summary,
            rationale,
            url: self.address(at, kind, "url"),
            publisher,
            citations: self.works(at, kind, "citation"),
            repairs: std::mem::take(&mut self.repairs),
        })
    }

    fn claim(&mut self, at: &At<'f>, item: Option<&At<'f>>) -> Option<String> {
        let short = self.line(at, "ClaimReview", "claimReviewed");
        let whole = item.and_then(|item| self.line(item, "Claim", "text"));
        match (short, whole) {
            // A claim that was cut for search results stands whole in the other place.
            (Some(short), Some(whole)) => {
                let begun = short
                    .strip_suffix('…')
                    .or_else(|| short.strip_suffix("..."));
                let is_cut = begun.is_some_and(|begun| whole.starts_with(begun.trim_end()));
                Some(if is_cut { whole } else { short })
            }
            (Some(short), None) => Some(short),
            (None, Some(whole)) => {
                self.repairs
                    .push("the claim was taken from itemReviewed.text".to_owned());
                Some(whole)
            }
            (None, None) => {
                let name = item.and_then(|item| self.line(item, "Claim", "name"))?;
                self.repairs
                    .push("the claim was taken from itemReviewed.name".to_owned());
                Some(name)
            }
        }
    }

    fn language(&mut self, at: &At<'f>) -> Option<String> {
        let given = self
            .graph
            .first_of(at, "ClaimReview", "inLanguage")?
            .text()?
            .trim()
            .to_owned();
        let tag = given.replace('_', "-");
        if !check::is_language_tag(&tag) {
            self.repairs.push(format!(
                "inLanguage {given:?} is no language tag, and was left out"
            ));
            return None;
        }
        if tag != given {
            self.repairs
                .push(format!("inLanguage {given:?} read as {tag}"));
        }
        Some(tag)
    }

    fn claimant(&mut self, item: &At<'f>) -> Option<Claimant> {
        let authors = self.graph.values_of(item, "Claim", "author");
        let names = self.agents(item, "Claim", "author");
        if names.len() > 1 {
            let count = names.len();
            self.repairs
                .push(format!("{count} claimants are named together as one"));
        }
        let alone = (names.len() == 1)
            .then(|| authors.into_iter().find(At::is_object))
            .flatten();
        let role = alone
            .as_ref()
            .and_then(|author| self.line(author, "Person", "jobTitle"));
        let same_as = alone
            .as_ref()
            .and_then(|author| self.address(author, "Person", "sameAs"));
        (!names.is_empty()).then(|| Claimant {
            name: names.join("; "),
            role,
            same_as,
            span: None,
        })
    }

    /// Returns the names of agents; a text is one, too.
    fn agents(&mut self, at: &At<'f>, kind: &str, name: &str) -> Vec<String> {
        let mut names = Vec::new();
        for agent in self.graph.values_of(at, kind, name) {
            let name = if agent.is_object() {
                self.line(&agent, "Organization", "name")
            } else {
                agent.text().and_then(|text| self.cleaned(text, true))
            };
            names.extend(name);
        }
        names
    }

    fn appearances(&mut self, item: &At<'f>) -> Vec<Work> {
        let mut works = self.works(item, "Claim", "firstAppearance");
        works.extend(self.works(item, "Claim", "appearance"));
        if works.is_empty() && !item.is_a("Claim") {
            // As it was before there was a Claim: the work itself is what was reviewed.
            let url = self.address(item, "CreativeWork", "url");
            let url = url.or_else(|| self.address(item, "CreativeWork", "sameAs"));
            works.extend(url.map(|url| Work {
                url: Some(url),
                ..Work::default()
            }));
        }
        let mut seen: Vec<Work> = Vec::new();
        for work in works {
            if !seen
                .iter()
                .any(|known| known.url.is_some() && known.url == work.url)
            {
                seen.push(work);
            }
        }
        seen
    }

    fn works(&mut self, at: &At<'f>, kind: &str, name: &str) -> Vec<Work> {
        let mut works = Vec::new();
        for value in self.graph.values_of(at, kind, name) {
            let work = if value.is_object() {
                self.work(&value)
            } else {
                let text = value.text().and_then(|text| self.cleaned(text, true));
                let is_address = text
                    .as_deref()
                    .is_some_and(|text| links::parse(text).is_ok());
                if is_address {
                    Work {
                        url: text,
                        ..Work::default()
                    }
                } else {
                    Work {
                        title: text,
                        ..Work::default()
                    }
                }
            };
            if work.url.is_some() || work.title.is_some() {
                works.push(work);
            }
        }
        works
    }

    fn work(&mut self, at: &At<'f>) -> Work {
        let kind = "CreativeWork";
        let part = self
            .graph
            .first_of(at, kind, "hasPart")
            .filter(|part| part.is_a("Quotation"));
        let url = self.address(at, kind, "url").or_else(|| {
            at.id()
                .filter(|id| links::parse(id).is_ok())
                .map(str::to_owned)
        });
        let title = self
            .line(at, kind, "headline")
            .or_else(|| self.line(at, kind, "name"));
        Work {
            // A name that repeats the address says nothing.
            title: title.filter(|title| Some(title) != url.as_ref()),
            url,
            authors: self.agents(at, kind, "author"),
            publisher: self.agents(at, kind, "publisher").into_iter().next(),
            published: self.date(at, kind, "datePublished"),
            quote: part.and_then(|part| self.long(&part, kind, "text")),
        }
    }

    fn rating(&mut self, at: &At<'f>) -> ReadRating {
        if !at.is_object() {
            let label = at.text().and_then(|text| self.cleaned(text, true));
            self.repairs
                .push("the rating is a text, taken for its words".to_owned());
            return ReadRating {
                label,
                number: None,
            };
        }
        let label = self.line(at, "Rating", "alternateName").or_else(|| {
            let name = self.line(at, "Rating", "name")?;
            self.repairs
                .push("the rating's words were taken from its name".to_owned());
            Some(name)
        });
        let [value, worst, best] =
            ["ratingValue", "worstRating", "bestRating"].map(|name| self.number(at, name));
        let number = match (value, worst, best) {
            (Some(value), Some(worst), Some(best))
                if worst < best && (worst..=best).contains(&value) =>
            {
                Some((value, worst, best))
            }
            (None, _, _) => None,
            _ => {
                self.repairs
                    .push("the rating's number has no whole scale, and was left out".to_owned());
                None
            }
        };
        ReadRating { label, number }
    }

    fn number(&mut self, at: &At<'f>, name: &str) -> Option<f64> {
        let text = self
            .graph
            .first_of(at, "Rating", name)?
            .text()?
            .trim()
            .to_owned();
        if let Ok(value) = text.parse::<f64>() {
            return Some(value).filter(|value| value.is_finite());
        }
        let value: Option<f64> = text.replacen(',', ".", 1).parse().ok();
        if let Some(value) = value {
            self.repairs
                .push(format!("decimal comma read as point: {text} is {value}"));
        }
        value
    }

    fn date(&mut self, at: &At<'f>, kind: &str, name: &str) -> Option<DayOrTime> {
        let text = self
            .graph
            .first_of(at, kind, name)?
            .text()?
            .trim()
            .to_owned();
        if text.is_empty() || dates::is_zero(&text) {
            return None;
        }
        let is_written = dates::parse(&text).is_ok();
        let known = dates::parse_loose(&text).and_then(|when| when.known());
        match known {
            Some(known) if !is_written => {
                self.repairs
                    .push(format!("{name} {text:?} read as {known}"));
            }
            None => self
                .repairs
                .push(format!("{name} {text:?} is no sure day, and was left out")),
            Some(_) => {}
        }
        known
    }

    fn address(&mut self, at: &At<'f>, kind: &str, name: &str) -> Option<String> {
        let value = self.graph.first_of(at, kind, name)?;
        let given = value.address()?.trim().to_owned();
        if given.is_empty() {
            return None;
        }
        let text = texts::unescape(&given).into_owned();
        if links::parse(&text).is_ok() {
            if text != given {
                self.repairs
                    .push(format!("{name}: character references were decoded"));
            }
            return Some(text);
        }
        let based = self.based(&text);
        match &based {
            Some(based) => self
                .repairs
                .push(format!("{name} {text:?} read as {based}")),
            None => self
                .repairs
                .push(format!("{name} {text:?} is no address, and was left out")),
        }
        based
    }

    /// Completes an address: by `https:`, or on the page's own site.
    fn based(&self, text: &str) -> Option<String> {
        let complete = if text.starts_with("//") {
            format!("https:{text}")
        } else if text.starts_with('/') {
            let page = self.file.canonical.as_deref()?;
            let host = links::parse(page).ok()?.host;
            format!("https://{host}{text}")
        } else if text.split('/').next()?.starts_with("www.") {
            format!("https://{text}")
        } else {
            return None;
        };
        links::parse(&complete).is_ok().then_some(complete)
    }

    fn line(&mut self, at: &At<'f>, kind: &str, name: &str) -> Option<String> {
        let text = self.graph.first_of(at, kind, name)?.text()?;
        self.cleaned(text, true)
    }

    fn long(&mut self, at: &At<'f>, kind: &str, name: &str) -> Option<String> {
        let text = self.graph.first_of(at, kind, name)?.text()?;
        self.cleaned(text, false)
    }

    /// Takes out of a text what does not belong there; `None` where nothing is left.
    fn cleaned(&mut self, given: &str, is_line: bool) -> Option<String> {
        if texts::is_placeholder(given) {
            self.repairs.push(format!(
                "{:?} was left to be filled in, and was left out",
                given.trim()
            ));
            return None;
        }
        let mut text = given.to_owned();
        let mut note = |what: &str| {
            let note = what.to_owned();
            if !self.repairs.contains(&note) {
                self.repairs.push(note);
            }
        };
        let unescaped = texts::unescape(&text);
        if unescaped != text {
            note("HTML character references were decoded");
            text = unescaped.into_owned();
        }
        if texts::tag(&text).is_some() {
            note("HTML tags were taken out");
            text = texts::without_tags(&text).into_owned();
        }
        if let Some(mended) = texts::unmangled(&text) {
            note("letters of a wrong charset were mended");
            text = mended;
        }
        if texts::invisible(&text).is_some() {
            note("characters that nobody sees were taken out");
            text.retain(|c| texts::invisible(c.encode_utf8(&mut [0; 4])).is_none());
        }
        if is_line {
            let squeezed = texts::squeezed(&text);
            if squeezed != text.trim() {
                note("white space was put in order");
            }
            text = squeezed;
        }
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}
