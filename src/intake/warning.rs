//! What a person should know of a source before signing it.

use std::fmt;

use serde::Serialize;

use super::page_kind::PageKind;
use super::pdf::PdfFault;
use super::suspicion::{Hidden, MixedWord};

/// Something in a source that a person should know before signing.
///
/// Places are in bytes of the text. Words in it are verbatim: escape them before printing, as
/// [`fmt::Display`] here does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Warning {
    /// Control characters were dropped.
    Controls {
        /// How many.
        count: usize,
    },
    /// There are characters that cannot be seen. They were kept.
    Hidden {
        /// What kind.
        kind: Hidden,
        /// How many.
        count: usize,
        /// Where the first of them stand.
        at: Vec<crate::words::span::Span>,
    },
    /// There are words with letters of two alphabets, which may be disguised.
    MixedScript {
        /// How many.
        count: usize,
        /// The first of them.
        words: Vec<MixedWord>,
    },
    /// No charset was declared, and it is not UTF-8.
    CharsetGuessed {
        /// The charset that the bytes were read in.
        charset: String,
    },
    /// The bytes were read in the charset that was declared, but they are UTF-8 as well.
    CharsetDoubtful {
        /// The charset that was declared.
        charset: String,
    },
    /// The bytes are not in the charset that was declared; it was passed over.
    CharsetWrong {
        /// The charset that was declared.
        declared: String,
        /// The charset that the bytes were read in.
        charset: String,
    },
    /// A charset was declared that nobody knows; it was passed over.
    UnknownCharset {
        /// Its name, as declared.
        label: String,
    },
    /// The bytes look like something else than they are said to be.
    MediaDoubtful {
        /// What they are said to be.
        media: String,
        /// What they look like.
        looks_like: String,
    },
    /// The page says that it stands at another host's address; the one it was fetched from was kept.
    OtherHost {
        /// The address that it was fetched from.
        fetched: String,
        /// The address that the page gives.
        says: String,
        /// The publisher that the page gives, which was left out with it.
        publisher: Option<String>,
    },
    /// The PDF file is kept without a text.
    PdfWithoutText {
        /// Why.
        why: PdfFault,
    },
    /// Pages of the PDF file whose words are not in the text.
    PdfPages {
        /// Those that could not be read, or not to their end.
        unread: Vec<u32>,
        /// Those with pictures alone.
        pictures: Vec<u32>,
    },
    /// Letters of the PDF file that it does not say the meaning of; they were left out.
    PdfLetters {
        /// How many.
        count: usize,
    },
    /// The words of the PDF file may not be those that a person sees on its pages.
    PdfGarbled {
        /// How many words it has.
        words: usize,
        /// How many of them are a single letter.
        single: usize,
        /// How many have a capital in their midst.
        mixed: usize,
        /// How many letters stand on one another.
        overlapping: usize,
    },
    /// The page is no article, or only the beginning of one.
    NotTheArticle {
        /// What it is.
        page: PageKind,
        /// By what that was seen: words of the page, without figures and marks.
        seen: String,
        /// How many words of its own it has.
        words: usize,
        /// Whether there is nothing else in it, so that it should not be taken in.
        is_all: bool,
    },
    /// The page is one of several that have the article together.
    PartOfSeveral {
        /// By what that was seen.
        seen: String,
    },
    /// The page has next to no words, and these are from what it holds for its scripts.
    WordsOfScripts {
        /// How many words.
        words: usize,
    },
    /// The page is a live blog: its entries were written one after the other, and go on.
    LiveBlog {
        /// How many entries have a time.
        entries: usize,
    },
    /// The page has more words of its readers than of its own; theirs were left out.
    CommentsOutweigh {
        /// The readers' words.
        comments: usize,
        /// Its own.
        words: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Controls { count } => write!(f, "control characters dropped: {count}"),
            Self::Hidden { kind, count, at } => {
                write!(f, "{kind}: {count}")?;
                if let Some(first) = at.first() {
                    write!(f, ", first at byte {}", first.start())?;
                }
                Ok(())
            }
            Self::MixedScript { count, words } => {
                write!(f, "words of two alphabets: {count}")?;
                for word in words.iter().take(3) {
                    write!(
                        f,
                        ", {} at byte {} (",
                        escaped(&word.word),
                        word.span.start()
                    )?;
                    for (nth, script) in word.scripts.iter().enumerate() {
                        write!(f, "{}{script}", if nth == 0 { "" } else { ", " })?;
                    }
                    f.write_str(")")?;
                }
                Ok(())
            }
            Self::CharsetGuessed { charset } => {
                write!(f, "no charset is declared; read as {charset}")
            }
            Self::CharsetDoubtful { charset } => {
                write!(f, "read as {charset}, as declared, but it could be UTF-8")
            }
            Self::CharsetWrong { declared, charset } => {
                write!(
                    f,
                    "declared as {declared}, which it is not; read as {charset}"
                )
            }
            Self::UnknownCharset { label } => {
                write!(f, "the declared charset {} is unknown", escaped(label))
            }
            Self::MediaDoubtful { media, looks_like } => {
                write!(
                    f,
                    "taken as {}, but it looks like {looks_like}",
                    escaped(media)
                )
            }
            Self::OtherHost {
                fetched,
                says,
                publisher,
            } => {
                write!(
                    f,
                    "fetched from {fetched}, which is recorded; the page says that it is {says}, at \
                     another host"
                )?;
                if let Some(publisher) = publisher {
                    write!(
                        f,
                        ", published by “{publisher}”, which is not recorded (--publisher records it)"
                    )?;
                }
                Ok(())
            }
            other => other.tell_of_page(f),
        }
    }
}

impl Warning {
    /// Writes what is odd about a page or a PDF file.
    fn tell_of_page(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PdfWithoutText { why } => write!(
                f,
                "{why}; it is kept without a text, so no claim can be bound to its words"
            ),
            Self::PdfPages { unread, pictures } => {
                let mut apart = "";
                for (pages, what) in [(unread, "could not be read"), (pictures, "have no text")] {
                    if let Some(first) = pages.first() {
                        let count = pages.len();
                        write!(f, "{apart}pages that {what}: {count}, first page {first}")?;
                        apart = "; ";
                    }
                }
                Ok(())
            }
            Self::PdfLetters { count } => write!(
                f,
                "letters left out because the file does not say which they are: {count}"
            ),
            Self::PdfGarbled {
                words,
                single,
                mixed,
                overlapping,
            } => write!(
                f,
                "this PDF file's words may be garbled: of {words} words, {single} are a single letter \
                 and {mixed} have a capital in their midst, and {overlapping} letters stand on one \
                 another; save the page as HTML or text, and add that"
            ),
            Self::NotTheArticle {
                page, seen, words, ..
            } => write!(
                f,
                "this looks like {page}: “{seen}”, and {words} words beside it; open the page in a \
                 browser, save it, and add the file with --url"
            ),
            Self::PartOfSeveral { seen } => write!(
                f,
                "this is one of several pages of the article (“{seen}”): the others are not in this copy"
            ),
            Self::WordsOfScripts { words } => write!(
                f,
                "the page itself shows next to nothing; its {words} words are from data that it holds \
                 for its scripts"
            ),
            Self::LiveBlog { entries } => write!(
                f,
                "this is a live blog of {entries} entries or more: each was written at its own time, \
                 and what comes later is not in this copy"
            ),
            Self::CommentsOutweigh { comments, words } => write!(
                f,
                "its readers' comments, {comments} words, are more than its own {words}; they were \
                 left out"
            ),
            _ => Ok(()),
        }
    }
}

/// Quotes a word with every character beyond ASCII as its code point.
fn escaped(word: &str) -> String {
    format!("\"{}\"", word.escape_default())
}
