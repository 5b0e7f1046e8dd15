//! What a page is, where it is no article or not all of one.
//!
//! A server that refuses answers with a page all the same, and it would be signed as a source: a wall
//! of cookies, a first paragraph and an offer to subscribe, a form to log in, a frame that scripts
//! would fill. Nothing here is certain, and an ordinary article speaks of cookies and subscriptions
//! too. So words count only where little else is left of the page, and each finding names what was
//! seen. The words are English, German, French, Spanish and a few other languages'
//! ([`super::page_phrases`]); a page in none of these is judged by its elements alone.

use std::fmt;

use dom_query::{Document, NodeRef};
use serde::Serialize;

use super::Warning;
use super::html::text_of;
use super::page_phrases as phrases;
use super::page_stats::words_in;
use super::page_words::plain;

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
const NEARLY_NOTHING: usize = 25;

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
    teasers: Vec<String>,
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
        let data = data_of(document);
        let clocks = whole.lines().filter(|line| begins_with_clock(line)).count();
        let is_live = data.contains("LiveBlogPosting") || is_called_live(document, &title);
        Self {
            headline: plain(&first("h1")),
            title: plain(title.split(['|', '–', '—', '·']).next().unwrap_or_default()),
            lines,
            buttons: buttons_of(document),
            has_password_field: document.select("input[type=password]").exists(),
            is_paid: is_paid(document, &data),
            is_live,
            live_entries: clocks.max(entries_with_time(document)),
            is_frame: is_frame(document),
            has_challenge: has_challenge(document),
            has_scripts: document.select("script").exists(),
            teasers: teasers_of(document),
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
        let is_error = |heading: &&String| {
            !heading.is_empty()
                && words_in(heading) <= 8
                && phrases::ERROR_TITLES
                    .iter()
                    .any(|title| heading.contains(title))
        };
        let said = [&self.headline, &self.title].into_iter().find(is_error);
        let sentence = self.notice(phrases::ERROR_SENTENCES);
        let seen = match (said, sentence) {
            (Some(title), Some(_)) => title.clone(),
            (Some(title), None) if own.paragraphs < 3 => title.clone(),
            (None, Some(sentence)) if own.words < FEW_WORDS => sentence,
            _ => return None,
        };
        Some(seen)
    }

    fn is_bot_check(&self, own: &Own) -> Option<String> {
        let titles = [&self.headline, &self.title];
        let title = titles.into_iter().find(|heading| {
            words_in(heading) <= 9
                && phrases::BOT_TITLES
                    .iter()
                    .any(|title| heading.contains(title))
        });
        let sentence = self.notice(phrases::BOT_SENTENCES);
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
        let accepts = self.buttons.iter().find(|label| {
            phrases::ACCEPT
                .iter()
                .any(|accept| label.starts_with(accept))
        });
        let asks = self.notice(phrases::CONSENT_SENTENCES);
        let speaks = |text: &str| {
            let mut all = phrases::CONSENT_WORDS
                .iter()
                .chain(phrases::CONSENT_SENTENCES);
            all.any(|word| text.contains(word))
        };
        // An article about cookies has a headline of its own and a paragraph after another.
        let is_article = own.paragraphs >= 4 || own.words >= 4 * FEW_WORDS;
        let asks_often = self.count(phrases::CONSENT_SENTENCES) >= 2;
        if is_article && !(asks_often && speaks(&self.headline)) || own.words >= 5 * FEW_WORDS {
            return None;
        }
        let is_short = own.words_without(phrases::CONSENT_WORDS) < FEW_WORDS;
        match (accepts, asks) {
            (Some(button), _) if is_short && self.speaks_of(phrases::CONSENT_WORDS) => {
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
            words_in(text) <= 10 && phrases::LOGIN.iter().any(|login| text.contains(login))
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
            .notice(phrases::CLOSED)
            .or_else(|| self.notice(phrases::PAYWALL));
        let is_counted =
            self.notice(phrases::METERED).is_some() && self.notice(phrases::CLOSED).is_none();
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
                && phrases::LOADING
                    .iter()
                    .any(|loading| line.starts_with(loading))
        });
        let asks = self.notice(phrases::NEEDS_SCRIPTS);
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
                && !self.teasers.iter().any(|teaser| teaser == line)
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
                phrases::CLOSED,
                phrases::PAYWALL,
                phrases::METERED,
                phrases::NEEDS_SCRIPTS,
                phrases::CONSENT_SENTENCES,
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

/// The beginning of a line, for a message.
fn first_words(line: &str) -> String {
    line.split(' ').take(14).collect::<Vec<_>>().join(" ")
}

/// The page's JSON-LD, without white space.
fn data_of(document: &Document) -> String {
    let blocks = document.select(r#"script[type="application/ld+json"]"#);
    let text: String = blocks
        .nodes()
        .iter()
        .map(|node| node.text().to_string())
        .collect();
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn is_paid(document: &Document, data: &str) -> bool {
    let lower = data.to_ascii_lowercase();
    let says = |value: &str| lower.contains(&format!("\"isaccessibleforfree\":{value}"));
    let in_page = document.select("[itemprop=isAccessibleForFree]");
    let is_no = |node: &NodeRef| {
        let value = node.attr("content").unwrap_or_else(|| node.text());
        value.trim().eq_ignore_ascii_case("false")
    };
    says("false") || says("\"false\"") || in_page.nodes().iter().any(is_no)
}

fn is_called_live(document: &Document, title: &str) -> bool {
    let words = plain(title);
    let in_title = words.split(' ').any(|word| {
        matches!(
            word,
            "live"
                | "liveticker"
                | "liveblog"
                | "direct"
                | "directo"
                | "ticker"
                | "vivo"
                | "en-vivo"
        )
    });
    in_title
        || document
            .select("[class*=liveblog], [class*=live-blog], [class*=LiveBlog], [id*=liveblog], [id*=live-blog], [class*=liveticker], [class*=live-entry], [class*=live-update], [class*=live-feed], [itemtype*=LiveBlogPosting]")
            .exists()
}

/// Counts the elements of one kind that begin with a time: entries of a live blog.
fn entries_with_time(document: &Document) -> usize {
    let in_comments = |node: &NodeRef| {
        node.ancestors_it(Some(6)).any(|above| {
            let names = [above.attr("class"), above.attr("id")];
            names
                .into_iter()
                .flatten()
                .any(|names| names.to_ascii_lowercase().contains("comment"))
        })
    };
    let times = document.select("article time, section time, li time, div time");
    // More than a live blog of a whole day.
    let times = times
        .nodes()
        .iter()
        .take(2000)
        .filter(|node| !in_comments(node));
    let clocks = times.filter(|node| begins_with_clock(&node.text())).count();
    // Where each entry only says how long ago it was written.
    let ago = document.select("[class*=ago], [data-ts], [data-timestamp], [class*=timestamp], [class*=entry-time], [class*=post-time]");
    clocks.max(
        ago.nodes()
            .iter()
            .take(2000)
            .filter(|node| !in_comments(node))
            .count()
            / 2,
    )
}

/// Says whether a line begins with a time of the day, such as `14:05` or `2.30pm`.
fn begins_with_clock(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| !c.is_ascii_digit() && !c.is_alphabetic());
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    (1..=2).contains(&digits)
        && rest.starts_with([':', '.', 'h', 'H'])
        && rest
            .as_bytes()
            .get(1..3)
            .is_some_and(|two| two.iter().all(u8::is_ascii_digit))
        && !rest.as_bytes().get(3).is_some_and(u8::is_ascii_digit)
        && line[..digits].parse::<u8>().is_ok_and(|hour| hour < 25)
}

fn buttons_of(document: &Document) -> Vec<String> {
    let found = document.select("button, [role=button], input[type=submit], input[type=button], a");
    let label = |node: &NodeRef| {
        let text = node.attr("value").unwrap_or_else(|| node.text());
        (text.len() <= 120).then(|| plain(&text))
    };
    found
        .nodes()
        .iter()
        .filter_map(label)
        .filter(|label| !label.is_empty())
        .collect()
}

/// Says whether the page has an element that scripts fill, and nothing in it.
fn is_frame(document: &Document) -> bool {
    let frames = document.select(
        "#root, #app, #__next, #__nuxt, #main-app, [data-reactroot], app-root, #svelte, #ember-app",
    );
    let has_scripts = document.select("script").length() > 0;
    has_scripts
        && frames
            .nodes()
            .iter()
            .any(|node| words_in(&text_of(node)) < NEARLY_NOTHING)
        || document.select("body").text().trim().is_empty()
}

/// Lists the words of links in lists, headings and boxes: they lead to other articles.
fn teasers_of(document: &Document) -> Vec<String> {
    let links = document
        .select("h2 a, h3 a, h4 a, li a, nav a, aside a, footer a, td a, a h2, a h3, a p, a div");
    let words = links.nodes().iter().map(|node| plain(&text_of(node)));
    let listed = words.filter(|words| words.contains(' '));
    // An offer to subscribe is shorter.
    let all = document.select("a");
    let long = all.nodes().iter().map(|node| plain(&text_of(node)));
    let long = long.filter(|words| words.split(' ').count() >= 6);
    // So are headings of which there are several.
    let mut headings = Vec::new();
    for level in ["h3", "h4", "h5"] {
        let found = document.select(level);
        if found.length() >= 3 {
            headings.extend(found.nodes().iter().map(|node| plain(&text_of(node))));
        }
    }
    listed.chain(long).chain(headings).collect()
}

/// Finds where a page says that it is one of several, such as `page 1 of 3`.
fn part_of(document: &Document, whole: &str, title: &str) -> Option<String> {
    let next = document
        .select("link[rel=next][href], a[rel=next][href]")
        .exists();
    let short = whole.lines().filter(|line| line.len() <= 60);
    let says = |line: &str| {
        let words: Vec<String> = line
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let is_number = |word: Option<&String>| word.and_then(|word| word.parse::<u32>().ok());
        words.windows(4).any(|four| {
            let is_page = matches!(
                four[0].as_str(),
                "page"
                    | "seite"
                    | "página"
                    | "part"
                    | "teil"
                    | "partie"
                    | "strona"
                    | "strana"
                    | "страница"
                    | "σελίδα"
                    | "pagina"
            );
            let is_of = matches!(
                four[2].as_str(),
                "of" | "von" | "sur" | "de" | "z" | "ze" | "из" | "από" | "van" | "di"
            );
            let (this, all) = (is_number(four.get(1)), is_number(four.get(3)));
            is_page
                && is_of
                && this
                    .zip(all)
                    .is_some_and(|(this, all)| this <= all && (2..100).contains(&all))
        })
    };
    let found = short
        .chain([title])
        .find(|line| says(line))
        .map(|line| first_words(&plain(line)));
    found.filter(|_| next || document.select("a[href*='page='], a[href*='/page/'], a[href*='seite='], [class*=pagination], [class*=pager]").exists())
}

fn has_challenge(document: &Document) -> bool {
    document
        .select("[class*=captcha], [id*=captcha], [id*=challenge], [class*=challenge], [id*=cf-], [class*=cf-], iframe[src*=captcha], script[src*=captcha], script[src*=challenge]")
        .exists()
}
