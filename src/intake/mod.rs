//! Bytes in, text out.
//!
//! A source comes in as bytes: a file, a fetched page, standard input. [`take_in`] decides what
//! they are ([`media`]), decodes them strictly ([`charset`]), extracts the words of a page
//! ([`html`]) or of Markdown ([`markdown`]) and brings them into the one normal form that claims
//! point into ([`text1`]). What a person should know before signing comes back as a [`Warning`].
//! Specified in `docs/format.md`, "Text".
//!
//! It opens no file and fetches nothing, and it does not escape text for a terminal or a page:
//! whoever prints a source's words does. Bytes that are neither plain text nor Markdown nor HTML nor
//! PDF are kept without a text, and so is a PDF file whose words can't be read ([`pdf`]).

mod page_around;
mod page_body;
mod page_charset;
mod page_hidden;
mod page_kind;
mod page_meta;
mod page_phrases;
mod page_pieces;
mod page_pulled;
mod page_signs;
mod page_stats;
mod page_words;
mod pdf_columns;
mod pdf_forms;
mod pdf_guard;
mod pdf_layout;
mod pdf_lines;
mod pdf_meta;
mod pdf_unpacked;
mod pdf_widths;
mod wall_phrases;
mod warning;

pub mod charset;
pub mod html;
pub mod markdown;
pub mod media;
pub mod meta;
pub mod page_tree;
pub mod pdf;
pub mod suspicion;
pub mod text1;

use self::charset::CharsetError;
use self::media::Kind;
pub use self::meta::PageMeta;
pub use self::page_kind::PageKind;
use self::page_tree::PageError;
pub use self::warning::Warning;

/// The most bytes of one source, 64 MiB: more than any article, and little enough to hold in
/// memory a few times over.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What is known of the bytes beside themselves. Everything may be absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// The file's name or path; only its extension counts.
    pub file_name: Option<&'a str>,
    /// The media type that came with the bytes, with or without parameters.
    pub media_type: Option<&'a str>,
    /// The charset that a person says the bytes are in; it comes before one in `media_type`, and is
    /// not doubted.
    pub charset: Option<&'a str>,
    /// The address that the bytes were published at.
    pub url: Option<&'a str>,
    /// The address that the bytes were fetched from, where they were; its extension counts where
    /// there is no file's name.
    pub fetched: Option<&'a str>,
}

/// A source as it is taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The media type, without parameters, such as `text/html`.
    pub media: String,
    /// The charset's name in the Encoding Standard, such as `UTF-8`; `None` without a text.
    pub charset: Option<String>,
    /// How the text came from the bytes, such as `text/1 unicode-18.0`; `None` without a text.
    pub normalizer: Option<String>,
    /// The words, in `text/1`; `None` if the bytes are not text, Markdown or HTML.
    pub text: Option<String>,
    /// What the source says of itself.
    pub meta: PageMeta,
    /// What a person should know before signing.
    pub warnings: Vec<Warning>,
}

/// Says why bytes cannot be a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// There are too many of them.
    #[error("{bytes} bytes are more than the {MAX_BYTES} that a source may have")]
    TooLarge {
        /// How many there are, or at least are.
        bytes: u64,
    },
    /// There are none.
    #[error("there are no bytes in it")]
    NoBytes,
    /// There is no word in the text.
    #[error("there is no text in it (read as {media})")]
    NoText {
        /// What it was read as.
        media: String,
    },
    /// They are not text.
    #[error("it cannot be read as {media}")]
    NotText {
        /// What it was read as.
        media: String,
        /// Why.
        #[source]
        source: CharsetError,
    },
    /// They are a page over a limit.
    #[error(transparent)]
    Page(#[from] PageError),
}

impl Intake {
    /// Holds a page to the address that it was fetched from, the last one after redirects.
    ///
    /// What a page says of its address and its publisher counts only if that address is on the same
    /// host: anyone can write another's address into a page. The language, the title, the authors
    /// and the day stay: nobody else's name vouches for them.
    pub fn hold_to(&mut self, fetched: &str) {
        let says = self.meta.url.take();
        match says {
            Some(says) if meta::host(&says) != meta::host(fetched) => {
                self.warnings.push(Warning::OtherHost {
                    fetched: fetched.to_owned(),
                    says,
                    publisher: self.meta.publisher.take(),
                });
                self.meta.url = Some(fetched.to_owned());
            }
            says => self.meta.url = says.or_else(|| Some(fetched.to_owned())),
        }
    }
}

/// Takes in a source.
///
/// # Errors
/// The bytes are too many or none, are said to be text and are not, or have no words.
pub fn take_in(bytes: &[u8], hint: &Hint) -> Result<Intake, IntakeError> {
    check_size(bytes.len() as u64)?;
    if bytes.is_empty() {
        return Err(IntakeError::NoBytes);
    }
    let found = media::decide(bytes, hint);
    let mut warnings = Vec::from_iter(found.doubt);
    let media = found.media;
    let Some(kind) = found.kind else {
        return Ok(Intake {
            media,
            charset: None,
            normalizer: None,
            text: None,
            meta: PageMeta::default(),
            warnings,
        });
    };
    if kind == Kind::Pdf {
        return Ok(of_pdf(bytes, media, warnings));
    }
    let declared = found.charset.as_deref();
    let decoded = match charset::decode(bytes, hint.charset, declared, kind == Kind::Html) {
        Ok(decoded) => decoded,
        Err(source) => return Err(IntakeError::NotText { media, source }),
    };
    warnings.extend(decoded.warnings);
    let words = match kind {
        Kind::Plain | Kind::Pdf => Words::plain(decoded.text),
        Kind::Markdown => Words::of_markdown(&decoded.text)?,
        Kind::Html => Words::of_page(&decoded.text, hint.url)?,
    };
    let normal = text1::normalize(&words.text);
    let controls = words.controls + normal.controls;
    if controls > 0 {
        warnings.push(Warning::Controls { count: controls });
    }
    if suspicion::is_blank(&normal.text) {
        return Err(IntakeError::NoText { media });
    }
    warnings.extend(suspicion::look(&normal.text));
    warnings.extend(words.warnings);
    Ok(Intake {
        media,
        charset: Some(decoded.charset.to_owned()),
        normalizer: Some(words.normalizer),
        text: Some(normal.text),
        meta: words.meta,
        warnings,
    })
}

/// Takes in a PDF file: without a text, where it has none that can be read.
fn of_pdf(bytes: &[u8], media: String, mut warnings: Vec<Warning>) -> Intake {
    let read = pdf::read(bytes);
    warnings.extend(read.warnings);
    let normal = read.text.map(|text| text1::normalize(&text));
    let normal = normal.filter(|normal| !suspicion::is_blank(&normal.text));
    if let Some(normal) = &normal {
        if normal.controls > 0 {
            let count = normal.controls;
            warnings.push(Warning::Controls { count });
        }
        warnings.extend(suspicion::look(&normal.text));
    }
    Intake {
        media,
        charset: None,
        normalizer: normal.as_ref().map(|_| after(pdf::EXTRACTION)),
        text: normal.map(|normal| normal.text),
        meta: read.meta,
        warnings,
    }
}

/// A source's words before the last step.
struct Words {
    text: String,
    meta: PageMeta,
    normalizer: String,
    controls: usize,
    warnings: Vec<Warning>,
}

impl Words {
    /// Takes plain text as it is: no line of it is made a title.
    fn plain(text: String) -> Self {
        Self {
            text,
            meta: PageMeta::default(),
            normalizer: text1::normalizer(),
            controls: 0,
            warnings: vec![],
        }
    }

    fn of_markdown(text: &str) -> Result<Self, PageError> {
        let (lines, controls) = text1::drop_controls(text);
        let document = markdown::read(&lines)?;
        Ok(Self {
            text: document.text,
            meta: document.meta,
            normalizer: after(markdown::EXTRACTION),
            controls,
            warnings: vec![],
        })
    }

    fn of_page(text: &str, url: Option<&str>) -> Result<Self, PageError> {
        let page = html::read(text, url)?;
        Ok(Self {
            text: page.text,
            meta: page.meta,
            normalizer: after(html::EXTRACTION),
            controls: 0,
            warnings: page.warnings,
        })
    }
}

/// Names the normal form after an extraction, such as `html/…+text/1 unicode-18.0`.
fn after(extraction: &str) -> String {
    format!("{extraction}+{}", text1::normalizer())
}

/// Checks a length before anything is read or allocated for it.
pub const fn check_size(bytes: u64) -> Result<(), IntakeError> {
    if bytes > MAX_BYTES {
        Err(IntakeError::TooLarge { bytes })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Hint<'_> {
        Hint {
            file_name: Some(name),
            ..Hint::default()
        }
    }

    #[test]
    fn plain_text_is_kept_as_it_is() {
        let intake = take_in(
            b" date 2024-03-26 Said.\r\n\r\n\r\n\tMore.",
            &named("a.txt"),
        )
        .expect("text");
        assert_eq!(
            intake.text.as_deref(),
            Some(" date 2024-03-26 Said.\n\n More.\n")
        );
        assert_eq!(intake.media, "text/plain");
        assert_eq!(intake.charset.as_deref(), Some("UTF-8"));
        assert_eq!(intake.normalizer, Some(text1::normalizer()));
        assert_eq!(intake.meta, PageMeta::default());
        assert_eq!(intake.warnings, []);
    }

    #[test]
    fn other_bytes_are_kept_without_a_text() {
        let intake = take_in(b"%PDF-1.7\0\xFF", &named("scan.pdf")).expect("bytes");
        assert_eq!(intake.media, "application/pdf");
        assert_eq!(
            (intake.text, intake.charset, intake.normalizer),
            (None, None, None)
        );
    }

    #[test]
    fn a_page_is_held_to_the_host_that_it_was_fetched_from() {
        let held = |said: &str, fetched: &str| {
            let page = format!(
                "<title>T</title><link rel=canonical href='{said}'>\
                 <meta property=og:site_name content=News><p>Words."
            );
            let hint = Hint {
                media_type: Some("text/html"),
                url: Some(fetched),
                ..Hint::default()
            };
            let mut intake = take_in(page.as_bytes(), &hint).expect("a page");
            intake.hold_to(fetched);
            intake
        };
        for (said, fetched, recorded) in [
            (
                "https://a.example/x",
                "https://a.example/x?utm=1",
                "https://a.example/x",
            ),
            ("/x", "https://a.example/x?utm=1", "https://a.example/x"),
            (
                "HTTPS://A.example:443/x",
                "http://a.example:80/y",
                "HTTPS://A.example:443/x",
            ),
            ("", "https://a.example/y", "https://a.example/y"),
        ] {
            let intake = held(said, fetched);
            assert_eq!(intake.meta.url.as_deref(), Some(recorded), "{said}");
            assert_eq!(intake.meta.publisher.as_deref(), Some("News"));
            assert_eq!(intake.warnings, [], "{said}");
        }
        for (said, fetched) in [
            ("https://b.example/x", "https://a.example/x"),
            ("//b.example/x", "https://a.example/x"),
            ("https://a.example.b.example/x", "https://a.example/x"),
            ("https://a.example@b.example/x", "https://a.example/x"),
            ("http://127.0.0.1:2/x", "http://127.0.0.1:1/x"),
        ] {
            let intake = held(said, fetched);
            assert_eq!(intake.meta.url.as_deref(), Some(fetched), "{said}");
            assert_eq!(intake.meta.publisher, None, "{said}");
            assert_eq!(intake.meta.title.as_deref(), Some("T"));
            let [warning] = intake.warnings.as_slice() else {
                panic!("{said}: {:?}", intake.warnings);
            };
            let message = warning.to_string();
            let host = said.trim_start_matches("https:");
            assert!(
                message.contains(fetched) && message.contains(host),
                "{message}"
            );
            assert!(message.contains("“News”"), "{message}");
        }
    }

    #[test]
    fn what_cannot_be_a_source_is_refused() {
        assert_eq!(take_in(b"", &named("a.txt")), Err(IntakeError::NoBytes));
        assert_eq!(take_in(b"", &named("a.pdf")), Err(IntakeError::NoBytes));
        for blank in [" \n\t\n", "\u{FEFF}", "\u{200B}\u{A0}", "\u{1B}\u{7}"] {
            assert_eq!(
                take_in(blank.as_bytes(), &named("a.txt")),
                Err(IntakeError::NoText {
                    media: "text/plain".into()
                }),
                "{blank:?}"
            );
        }
        assert_eq!(
            take_in(b"ab\0", &named("a.txt")),
            Err(IntakeError::NotText {
                media: "text/plain".into(),
                source: CharsetError::Nul {
                    offset: 2,
                    charset: "UTF-8"
                }
            })
        );
        assert_eq!(check_size(MAX_BYTES), Ok(()));
        assert_eq!(
            check_size(MAX_BYTES + 1),
            Err(IntakeError::TooLarge {
                bytes: MAX_BYTES + 1
            })
        );
    }

    #[test]
    fn what_a_person_should_know_is_said_without_saying_it() {
        let text = "N\u{435}tanyahu \u{1B}[31msaid\u{202E}\n";
        let warnings = take_in(text.as_bytes(), &Hint::default())
            .expect("text")
            .warnings;
        let messages: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "control characters dropped: 1",
                "bidi control: 1, first at byte 19",
                "words of two alphabets: 1, \"N\\u{435}tanyahu\" at byte 0 (Latin, Cyrillic)",
            ]
        );
        assert!(messages.iter().all(|m| m.is_ascii()));
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
    fn the_article_is_taken_in_as_it_is() {
        let Ok(folder) = std::env::var("FACTLOG_DATA") else {
            eprintln!("skipped: FACTLOG_DATA is unset");
            return;
        };
        let path = std::path::Path::new(&folder).join("article.txt");
        let bytes = std::fs::read(path).expect("the article");
        let intake = take_in(&bytes, &named("article.txt")).expect("text");
        let text = intake.text.expect("text");
        assert!(text.starts_with(" date 2024-03-26 Israeli"));
        assert_eq!(text.trim_end(), String::from_utf8_lossy(&bytes).trim_end());
    }
}
