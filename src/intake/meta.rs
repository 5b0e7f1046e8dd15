//! What a source says of itself: title, authors, publisher, day, language, address.
//!
//! A value is a proposal; whoever signs the source may put another in its place.

use crate::words::time::DayOrTime;

/// What a source says of itself. What it does not say is absent, never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageMeta {
    /// The headline.
    pub title: Option<String>,
    /// Who wrote it, in the source's order.
    pub authors: Vec<String>,
    /// Who published it, or the site's name.
    pub publisher: Option<String>,
    /// When it was published: a second if the source says where on earth, else a day.
    pub published: Option<DayOrTime>,
    /// The language's tag (BCP 47).
    pub language: Option<String>,
    /// The canonical address.
    pub url: Option<String>,
}
