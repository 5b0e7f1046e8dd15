//! The words of a PDF file.
//!
//! `pdf-extract` reads the file and says where each letter stands, with the widths that `pdf_widths`
//! wrote out for it; which letters are a word and a line is decided in `pdf_lines`, which lines are a
//! column and a paragraph in `pdf_layout`. What the file says of itself is read
//! by `pdf_meta`.
//!
//! That crate and the one below it were written for files that mean well: they panic on many damaged
//! ones, and follow references round in circles. So the work is done in a thread of its own with a
//! large stack, page by page, each caught when it panics, and given up after a while; pictures are
//! emptied first, as are forms that are drawn within themselves; and before anything is unpacked, what
//! it unpacks to is counted. What could not be read is said, and a file of which nothing could be
//! read is kept without a text.
//!
//! Not done: no letters are recognised in pictures, no password is tried but the empty one, no
//! fields of forms and no notes in the margin are read, nothing of an attached file.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once, mpsc};
use std::thread;
use std::time::Duration;

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};
use serde::Serialize;

use super::pdf_forms::Forms;
use super::pdf_guard::{empty_circles, find, is_in_circle};
use super::pdf_lines::{Glyph, PageGlyphs};
use super::{PageMeta, Warning, pdf_layout, pdf_meta, pdf_unpacked, pdf_widths};

/// The extraction's name: its second version, and the version of the crate that reads the file.
pub const EXTRACTION: &str = "pdf-2/pdf-extract-0.12.1";

/// The most pages that are read: longer than any report.
pub const MAX_PAGES: usize = 2000;

/// The most bytes that the file's streams may unpack to, pictures aside.
pub const MAX_UNPACKED: u64 = 512 * 1024 * 1024;

/// The most letters of a file: a thousand pages of small print.
pub const MAX_GLYPHS: usize = 8_000_000;

/// How long the whole file may take.
const TIME: Duration = Duration::from_mins(1);

/// The stack of the thread that reads: the crates below recurse as deep as a file is nested.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// The thread's name, by which its panics are kept from the terminal.
const THREAD: &str = "pdf-text";

static HOOK: Once = Once::new();

/// Says why a PDF file has no text here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum PdfFault {
    /// There are only pictures in it.
    #[error("it has no text, only pictures")]
    OnlyPictures,
    /// It is locked by a password.
    #[error("it is locked by a password")]
    Locked,
    /// It is damaged, or is none.
    #[error("it could not be read: it is damaged, or no PDF file")]
    Damaged,
    /// It unpacks to too much.
    #[error("it unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
    /// There are too many pages.
    #[error("it has more than {MAX_PAGES} pages")]
    TooManyPages,
    /// It took too long.
    #[error("reading it took too long")]
    TooSlow,
    /// Its letters cannot be told: the file does not say what they stand for.
    #[error("its letters are only shapes: it does not say which they are")]
    NoLetters,
}

/// A file's words and what it says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pdf {
    /// Its words, not yet in `text/1`, or why there are none.
    pub text: Option<String>,
    /// What it says of itself.
    pub meta: PageMeta,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

impl Pdf {
    fn without_text(meta: PageMeta, why: PdfFault) -> Self {
        Self {
            text: None,
            meta,
            warnings: vec![Warning::PdfWithoutText { why }],
        }
    }
}

/// Reads a file. Whatever is wrong with it is a warning: the bytes can be kept all the same.
pub fn read(file: &[u8]) -> Pdf {
    HOOK.call_once(install_hook);
    let (send, receive) = mpsc::channel();
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, mut bytes) = (Arc::clone(&stop), file.to_vec());
    let work = move || {
        let read = panic::catch_unwind(AssertUnwindSafe(|| read_within(&mut bytes, &stopped)));
        let damaged = |_| Pdf::without_text(PageMeta::default(), PdfFault::Damaged);
        // Nobody waits any more once it took too long.
        let _ = send.send(read.unwrap_or_else(damaged));
    };
    let started = thread::Builder::new()
        .name(THREAD.to_owned())
        .stack_size(STACK_BYTES)
        .spawn(work);
    if started.is_err() {
        return Pdf::without_text(PageMeta::default(), PdfFault::TooLarge);
    }
    let read = receive.recv_timeout(TIME).unwrap_or_else(|_| {
        stop.store(true, Ordering::Relaxed);
        Pdf::without_text(PageMeta::default(), PdfFault::TooSlow)
    });
    // What can't be unlocked looks like damage.
    let why = PdfFault::Damaged;
    if read.warnings == [Warning::PdfWithoutText { why }] && find(file, b"/Encrypt").is_some() {
        return Pdf::without_text(read.meta, PdfFault::Locked);
    }
    read
}

/// Keeps the panics of the reading thread from the terminal: they are said as a warning.
fn install_hook() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(THREAD) {
            previous(info);
        }
    }));
}

fn read_within(bytes: &mut [u8], stop: &AtomicBool) -> Pdf {
    if pdf_unpacked::guard(bytes, stop).is_err() {
        return Pdf::without_text(PageMeta::default(), PdfFault::TooLarge);
    }
    let mut loaded = match pdf_unpacked::load(bytes) {
        Ok(loaded) => loaded,
        Err(why) => return Pdf::without_text(PageMeta::default(), why),
    };
    empty_circles(&mut loaded.document);
    pdf_widths::write_out(&mut loaded.document);
    let meta = panic::catch_unwind(AssertUnwindSafe(|| pdf_meta::read(&loaded.document)));
    let meta = meta.unwrap_or_default();
    let pages = loaded.document.get_pages();
    if pages.is_empty() {
        return Pdf::without_text(meta, PdfFault::Damaged);
    }
    if pages.len() > MAX_PAGES {
        return Pdf::without_text(meta, PdfFault::TooManyPages);
    }
    let mut reader = Reader::new(stop);
    let mut forms = Forms::default();
    for (&number, page) in &pages {
        if is_in_circle(&loaded.document, *page) || loaded.is_too_large(*page) {
            reader.unread.push(number);
            continue;
        }
        reader.page = PageGlyphs::default();
        let read = panic::catch_unwind(AssertUnwindSafe(|| {
            forms.write_out(&mut loaded.document, *page);
            pdf_extract::output_doc_page(&loaded.document, &mut reader, number)
        }));
        if stop.load(Ordering::Relaxed) || reader.count.get() > MAX_GLYPHS {
            return Pdf::without_text(meta, PdfFault::TooSlow);
        }
        let page = std::mem::take(&mut reader.page);
        if !matches!(read, Ok(Ok(()))) {
            reader.unread.push(number);
        } else if page.glyphs.is_empty() {
            reader.pictures.push(number);
        }
        reader.pages.push(page);
    }
    reader.finish(meta, pages.len())
}

/// Collects the letters of a file, page by page.
struct Reader<'a> {
    stop: &'a AtomicBool,
    count: Cell<usize>,
    page: PageGlyphs,
    pages: Vec<PageGlyphs>,
    /// Pages that could not be read, or not to their end.
    unread: Vec<u32>,
    /// Pages without a letter.
    pictures: Vec<u32>,
    /// Letters that nothing says the meaning of.
    unknown: usize,
}

impl<'a> Reader<'a> {
    fn new(stop: &'a AtomicBool) -> Self {
        Self {
            stop,
            count: Cell::new(0),
            page: PageGlyphs::default(),
            pages: Vec::new(),
            unread: Vec::new(),
            pictures: Vec::new(),
            unknown: 0,
        }
    }

    fn finish(self, meta: PageMeta, pages: usize) -> Pdf {
        let (text, overlapping) = pdf_layout::text_of(&self.pages);
        let known = text.chars().filter(|c| c.is_alphanumeric()).count();
        if known == 0 {
            let why = if self.unknown > 0 {
                PdfFault::NoLetters
            } else if self.pictures.len() == pages {
                PdfFault::OnlyPictures
            } else {
                PdfFault::Damaged
            };
            return Pdf::without_text(meta, why);
        }
        // Half of the words missing is no text to bind claims to.
        if self.unknown > known {
            return Pdf::without_text(meta, PdfFault::NoLetters);
        }
        let mut warnings = Vec::new();
        if !self.unread.is_empty() || !self.pictures.is_empty() {
            warnings.push(Warning::PdfPages {
                unread: self.unread,
                pictures: self.pictures,
            });
        }
        if self.unknown > 0 {
            warnings.push(Warning::PdfLetters {
                count: self.unknown,
            });
        }
        warnings.extend(pdf_layout::garbled(&text, overlapping));
        Pdf {
            text: Some(text),
            meta,
            warnings,
        }
    }
}

impl OutputDev for Reader<'_> {
    fn begin_page(
        &mut self,
        _: u32,
        media: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.page.height = media.ury - media.lly;
        self.page.bottom = media.lly;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        letters: &str,
    ) -> Result<(), OutputError> {
        self.count.set(self.count.get() + 1);
        if self.stop.load(Ordering::Relaxed) || self.count.get() > MAX_GLYPHS {
            return Err(OutputError::FormatError(std::fmt::Error));
        }
        let is_unknown = letters.is_empty()
            || letters
                .chars()
                .any(|c| c == '\u{FFFD}' || ('\u{E000}'..='\u{F8FF}').contains(&c));
        if is_unknown {
            self.unknown += 1;
            return Ok(());
        }
        let size = (font_size * place.m21.hypot(place.m22)).abs();
        let advance = width * font_size * place.m11.hypot(place.m12);
        let is_level = place.m12.abs() <= place.m11.abs() * 0.2 && place.m11 > 0.0;
        let is_placed = [place.m31, place.m32, size, advance]
            .iter()
            .all(|n| n.is_finite());
        if is_level && is_placed && size > 0.1 {
            self.page.glyphs.push(Glyph {
                x: place.m31,
                y: place.m32,
                advance: advance.abs(),
                size,
                letters: letters.to_owned(),
            });
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pdf_is_said_to_be_none() {
        for bytes in [
            &b""[..],
            b"%PDF-1.7\0\xFF",
            b"words",
            b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n",
        ] {
            let read = read(bytes);
            assert_eq!(read.text, None);
            assert_eq!(
                read.warnings,
                [Warning::PdfWithoutText {
                    why: PdfFault::Damaged
                }]
            );
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_unopened() {
        use std::io::Write as _;
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..=(MAX_UNPACKED >> 20) {
            packed.write_all(&vec![0; 1 << 20]).expect("memory");
        }
        let bomb = packed.finish().expect("memory");
        let head = b"%PDF-1.5\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n";
        let read = read(&[head, &bomb[..], b"\nendstream\nendobj\n"].concat());
        assert_eq!(
            read.warnings,
            [Warning::PdfWithoutText {
                why: PdfFault::TooLarge
            }]
        );
    }
}
