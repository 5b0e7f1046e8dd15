//! What a page is, where it is no article or not all of one.
//!
//! A server that refuses answers with a page all the same, and it would be signed as a source: a wall
//! of cookies, a first paragraph and an offer to subscribe, a form to log in, a frame that scripts
//! would fill. Nothing here is certain, and an ordinary article speaks of cookies and subscriptions
//! too. So words count only where little else is left of the page, and each finding names what was
//! seen. The words are English, German, French, Spanish and a few other languages'
//! ([`super::page_phrases`]); a page in none of these is judged by its elements alone.

use std::collections::HashSet;
use std::fmt;

use dom_query::Document;
use serde::Serialize;

use super::Warning;
use super::html::text_of;
use super::page_phrases as phrases;
use super::page_signs::{
    begins_with_clock, buttons_of, data_of, entries_with_time, has_challenge, is_called_live,
    is_frame, is_paid, part_of, teasers_of,
};
use super::page_stats::{PageStats, words_in};
use super::page_words::plain;
use super::wall_phrases as walls;

/// What a page is instead of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// It says that there is no such page, or that something went wrong.
    Error,
    /// It asks for consent to cookies before it shows anything.
    ConsentWall,
    /// It shows the beginning of an article to those who do not pay.
    Paywall,
    /// It wants to know whether a person asks.
    BotCheck,
    /// It is a form to log in.
    Login,
    /// Scripts were to fill it.
    Unfilled,
}

impl fmt::Display for PageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "an error page",
            Self::ConsentWall => "a page that asks for consent to cookies",
            Self::Paywall => "only the beginning of an article, which is for subscribers",
            Self::BotCheck => "a page that checks whether a person asks",
            Self::Login => "a form to log in",
            Self::Unfilled => "a frame that scripts were to fill",
        })
    }
}

/// With fewer words of its own than this, a page is hardly an article.
const FEW_WORDS: usize = 60;

/// A page with so many words is an article, whatever stands around it.
const MANY_WORDS: usize = 350;

/// With fewer words than this, nearly nothing is left.
pub(super) const NEARLY_NOTHING: usize = 25;

/// So many entries with a time make a live blog.
const LIVE_ENTRIES: usize = 4;

/// The longest line that is a page's own notice, not a sentence of an article, in words.
const NOTICE_WORDS: usize = 45;

/// What is seen in a page before anything is taken out of it.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that is seen or not"
)]
pub(super) struct Signs {
    title: String,
    headline: String,
    /// The lines that are shown, in the form of [`plain`], with their words.
    lines: Vec<(String, usize)>,
    /// Labels of buttons and links that stand for one.
    buttons: Vec<String>,
    has_password_field: bool,
    is_paid: bool,
    is_live: bool,
    live_entries: usize,
    is_frame: bool,
    has_challenge: bool,
    has_scripts: bool,
    /// Links to other articles, whose words say nothing of this one.
    teasers: HashSet<String>,
    /// Where it says that it is one of several pages.
    part: Option<String>,
}

impl Signs {
    /// Looks at a page; `whole` is all that it shows.
    pub(super) fn of(document: &Document, whole: &str) -> Self {
        let first = |selector: &str| {
            let nodes = document.select_single(selector);
            nodes.nodes().first().map(text_of).unwrap_or_default()
        };
        let title = document.select_single("head > title").text().to_string();
        let lines = whole
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| (plain(line), words_in(line)))
            .collect();
        let stats = PageStats::of(document);
        let data = data_of(document);
        let clocks = whole.lines().filter(|line| begins_with_clock(line)).count();
        let is_live = data.contains("LiveBlogPosting") || is_called_live(document, &title);
        Self {
            headline: plain(&first("h1")),
            title: plain(title.split(['|', '–', '—', '·']).next().unwrap_or_default()),
            lines,
            buttons: buttons_of(document, &stats),
            has_password_field: document.select("input[type=password]").exists(),
            is_paid: is_paid(document, &data),
            is_live,
            live_entries: clocks.max(entries_with_time(document)),
            is_frame: is_frame(document),
            has_challenge: has_challenge(document),
            has_scripts: document.select("script").exists(),
            teasers: teasers_of(document, &stats),
            part: part_of(document, whole, &title),
        }
    }

    /// Says what the page is, by what was seen and by the text that was taken from it.
    pub(super) fn judge(&self, text: &str, comment_words: usize) -> Vec<Warning> {
        let own = Own::of(text, &self.headline);
        let mut warnings = Vec::new();
        let kind = self.kind(&own);
        if let Some((page, seen)) = kind {
            warnings.push(Warning::NotTheArticle {
                page,
                seen,
                words: own.words,
                is_all: page != PageKind::Paywall && page != PageKind::Unfilled
                    || own.words < NEARLY_NOTHING,
            });
        }
        if let Some(seen) = &self.part {
            let seen = seen.clone();
            warnings.push(Warning::PartOfSeveral { seen });
        }
        if self.is_live && self.live_entries >= LIVE_ENTRIES {
            warnings.push(Warning::LiveBlog {
                entries: self.live_entries,
            });
        }
        if comment_words > own.words {
            warnings.push(Warning::CommentsOutweigh {
                comments: comment_words,
                words: own.words,
            });
        }
        warnings
    }

    fn kind(&self, own: &Own) -> Option<(PageKind, String)> {
        if own.words < MANY_WORDS {
            if let Some(seen) = self.is_error(own) {
                return Some((PageKind::Error, seen));
            }
            if let Some(seen) = self.is_bot_check(own) {
                return Some((PageKind::BotCheck, seen));
            }
            if let Some(seen) = self.is_consent_wall(own) {
                return Some((PageKind::ConsentWall, seen));
            }
            if let Some(seen) = self.is_login(own) {
                return Some((PageKind::Login, seen));
            }
        }
        if let Some(seen) = self.is_paywall(own) {
            return Some((PageKind::Paywall, seen));
        }
        self.is_unfilled(own).map(|seen| (PageKind::Unfilled, seen))
    }

    /// A headline that says so, over no more than teasers and a sentence or two.
    fn is_error(&self, own: &Own) -> Option<String> {
        let sentence = self.notice(phrases::ERROR_SENTENCES);
        let is_error = |heading: &&String| {
            words_in(heading) <= 8
                && says_one_of(heading, phrases::ERROR_TITLES, sentence.is_some())
        };
        let said = [&self.headline, &self.title].into_iter().find(is_error);
        let seen = match (said, sentence) {
            (Some(title), Some(_)) => title.clone(),
            (Some(title), None) if own.paragraphs < 3 => title.clone(),
            (None, Some(sentence)) if own.words < FEW_WORDS => sentence,
            _ => return None,
        };
        Some(seen)
    }

    fn is_bot_check(&self, own: &Own) -> Option<String> {
        let sentence = self.notice(phrases::BOT_SENTENCES);
        let titles = [&self.headline, &self.title];
        let title = titles.into_iter().find(|heading| {
            words_in(heading) <= 9 && says_one_of(heading, phrases::BOT_TITLES, sentence.is_some())
        });
        let is_short = own.words < 3 * FEW_WORDS && own.paragraphs < 4;
        match (title, sentence) {
            (Some(_), Some(sentence)) if is_short => Some(sentence),
            (Some(title), None) if is_short && (self.has_challenge || own.words < FEW_WORDS) => {
                Some(title.clone())
            }
            (None, Some(sentence))
                if is_short && (self.has_challenge || own.words < 2 * FEW_WORDS) =>
            {
                Some(sentence)
            }
            _ => None,
        }
    }

    /// A button to accept, and little that does not speak of cookies.
    fn is_consent_wall(&self, own: &Own) -> Option<String> {
        let accepts = self
            .buttons
            .iter()
            .find(|label| walls::ACCEPT.iter().any(|accept| label.starts_with(accept)));
        let asks = self.notice(walls::CONSENT_SENTENCES);
        let speaks = |text: &str| {
            let mut all = walls::CONSENT_WORDS.iter().chain(walls::CONSENT_SENTENCES);
            all.any(|word| text.contains(word))
        };
        // An article about cookies has a headline of its own and a paragraph after another.
        let is_article = own.paragraphs >= 4 || own.words >= 4 * FEW_WORDS;
        let asks_often = self.count(walls::CONSENT_SENTENCES) >= 2;
        if is_article && !(asks_often && speaks(&self.headline)) || own.words >= 5 * FEW_WORDS {
            return None;
        }
        let is_short = own.words_without(walls::CONSENT_WORDS) < FEW_WORDS;
        match (accepts, asks) {
            (Some(button), _) if is_short && self.speaks_of(walls::CONSENT_WORDS) => {
                Some(button.clone())
            }
            (None, Some(asks)) if is_short && own.words < 2 * FEW_WORDS => Some(asks),
            _ => None,
        }
    }

    fn is_login(&self, own: &Own) -> Option<String> {
        if own.words >= 2 * FEW_WORDS || own.paragraphs > 2 {
            return None;
        }
        let says = |text: &&String| {
            words_in(text) <= 10 && walls::LOGIN.iter().any(|login| text.contains(login))
        };
        let title = [&self.headline, &self.title]
            .into_iter()
            .find(says)
            .cloned();
        let line = || self.lines.iter().map(|(line, _)| line).find(says).cloned();
        if self.has_password_field {
            return title
                .or_else(line)
                .or_else(|| Some("a field for a password".to_owned()));
        }
        title.filter(|_| own.words < FEW_WORDS)
    }

    fn is_paywall(&self, own: &Own) -> Option<String> {
        let offer = self
            .notice(walls::CLOSED)
            .or_else(|| self.notice(walls::PAYWALL));
        let is_counted =
            self.notice(walls::METERED).is_some() && self.notice(walls::CLOSED).is_none();
        match offer {
            Some(offer) if self.is_paid && own.words < 3 * MANY_WORDS => Some(offer),
            Some(offer) if own.words < MANY_WORDS && !is_counted => Some(offer),
            _ if self.is_paid && own.words < MANY_WORDS && !is_counted => {
                Some("isAccessibleForFree: false".to_owned())
            }
            _ => None,
        }
    }

    fn is_unfilled(&self, own: &Own) -> Option<String> {
        let loading = self.lines.iter().find(|(line, words)| {
            *words <= 8
                && walls::LOADING
                    .iter()
                    .any(|loading| line.starts_with(loading))
        });
        let asks = self.notice(walls::NEEDS_SCRIPTS);
        let is_short = own.words < 2 * FEW_WORDS && own.paragraphs <= 2;
        match (loading, asks) {
            (_, Some(asks)) if own.words < 2 * FEW_WORDS => Some(asks),
            (Some((line, _)), None) if is_short => Some(line.clone()),
            (None, None) if self.is_frame && own.words < NEARLY_NOTHING => {
                Some("an empty frame for scripts".to_owned())
            }
            (None, None)
                if self.has_scripts && own.words < NEARLY_NOTHING && own.paragraphs == 0 =>
            {
                Some("scripts, and next to no words".to_owned())
            }
            _ => None,
        }
    }

    /// Returns the line that has one of these phrases and is short enough for a notice.
    fn notice(&self, phrases: &[&str]) -> Option<String> {
        let has = |line: &str| {
            phrases.iter().any(|phrase| line.contains(phrase))
                && *line != *self.headline
                && *line != *self.title
                && !self.teasers.contains(line)
        };
        let found = self
            .lines
            .iter()
            .find(|(line, words)| *words <= NOTICE_WORDS && has(line));
        found.map(|(line, _)| first_words(line))
    }

    /// Counts the lines with one of these phrases.
    fn count(&self, phrases: &[&str]) -> usize {
        let has = |line: &str| phrases.iter().any(|phrase| line.contains(phrase));
        self.lines.iter().filter(|(line, _)| has(line)).count()
    }

    fn speaks_of(&self, words: &[&str]) -> bool {
        self.lines
            .iter()
            .any(|(line, _)| words.iter().any(|word| line.contains(word)))
    }
}

/// The page's own sentences: what was taken for its text, but for the headline.
struct Own {
    lines: Vec<(String, usize)>,
    words: usize,
    /// The lines that are sentences.
    paragraphs: usize,
}

impl Own {
    fn of(text: &str, headline: &str) -> Self {
        let is_notice = |line: &str| {
            let lists = [
                walls::CLOSED,
                walls::PAYWALL,
                walls::METERED,
                walls::NEEDS_SCRIPTS,
                walls::CONSENT_SENTENCES,
                phrases::ERROR_SENTENCES,
                phrases::BOT_SENTENCES,
            ];
            words_in(line) <= NOTICE_WORDS
                && lists
                    .iter()
                    .any(|list| list.iter().any(|phrase| line.contains(phrase)))
        };
        let lines: Vec<(String, usize)> = text
            .lines()
            .map(|line| (plain(line), words_in(line)))
            .filter(|(line, words)| *words > 0 && line != headline && !is_notice(line))
            .collect();
        Self {
            words: lines.iter().map(|(_, words)| words).sum(),
            paragraphs: lines.iter().filter(|(_, words)| *words >= 15).count(),
            lines,
        }
    }

    fn words_without(&self, phrases: &[&str]) -> usize {
        let speaks = |line: &str| phrases.iter().any(|phrase| line.contains(phrase));
        let others = self.lines.iter().filter(|(line, _)| !speaks(line));
        others.map(|(_, words)| words).sum()
    }
}

/// Says whether a heading has one of these titles in it, in whole words.
///
/// A title of one word stands in many an article's headline, too: it counts as the whole heading, or
/// where a sentence says the same.
fn says_one_of(heading: &str, titles: &[&str], is_said_again: bool) -> bool {
    let words = format!(" {heading} ");
    titles.iter().any(|title| {
        let is_enough = is_said_again || title.contains(' ');
        heading == *title || is_enough && words.contains(&format!(" {title} "))
    })
}

/// The beginning of a line, for a message.
pub(super) fn first_words(line: &str) -> String {
    line.split(' ').take(14).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::intake::Warning;
    use crate::intake::html;

    /// Returns what a page is said to be instead of an article.
    fn kind_of(page: &str) -> Option<super::PageKind> {
        let read = html::read(page, None).expect("a page");
        read.warnings.iter().find_map(|warning| match warning {
            Warning::NotTheArticle { page, .. } => Some(*page),
            _ => None,
        })
    }

    #[test]
    fn a_short_article_may_have_such_words_in_its_headline() {
        let story = "<p>The council said on Monday that the works would take three weeks, and that the \
            road along the harbour stays open to buses in the morning.</p><p>Engineers looked at \
            the slope on Sunday, the mayor, Ada Venn, told a meeting, and found nothing loose there.</p>";
        for headline in [
            "Human error caused rail crash",
            "Antigone returns to the stage",
            "Forbidden City reopens",
            "Road blocked by landslide",
            "Trade terrors and other tales",
            "The gone and the going",
        ] {
            for class in ["cf-article", "challenge", "story"] {
                let page = format!(
                    "<title>{headline} | The Herald</title><article class='{class}'><h1>{headline}</h1>{story}</article>"
                );
                assert_eq!(kind_of(&page), None, "{headline}, {class}");
            }
        }
    }

    #[test]
    fn pages_that_say_no_are_recognised_by_one_word_too() {
        use super::PageKind::{BotCheck, Error};
        for (page, kind) in [
            (
                "<title>404</title><h1>Error 404</h1><p>Try the front page.",
                Error,
            ),
            (
                "<title>403 Forbidden</title><h1>Forbidden</h1><p>nginx",
                Error,
            ),
            ("<h1>Gone</h1><p>It was here once.", Error),
            (
                "<h1>An error on our side</h1><p>The page you requested could not be shown.",
                Error,
            ),
            (
                "<h1>Fehler</h1><p>Die angeforderte Seite gibt es nicht.",
                Error,
            ),
            (
                "<h1>Sorry, you have been blocked</h1><div class=cf-error>You are unable to access it.</div>",
                BotCheck,
            ),
            (
                "<title>Blocked</title><h1>Blocked</h1><p>Your request has been blocked.",
                BotCheck,
            ),
        ] {
            assert_eq!(kind_of(page), Some(kind), "{page}");
        }
    }
}
