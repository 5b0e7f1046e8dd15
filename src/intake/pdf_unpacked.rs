//! What a PDF file's streams unpack to, counted before they are unpacked.
//!
//! The crate that reads the file unpacks without a limit, and a few bytes can stand for gigabytes. So
//! what each stream unpacks to is counted first, by the same filters in the same order, and the file
//! is given up where it is too much. It is counted twice, because the crate unpacks some streams
//! while it loads the file: [`guard`] looks at the bytes, before there is anything to go by but the
//! keyword `stream`; [`load`] at each stream of objects as it is read, and at all others after that.
//!
//! Left: the streams of objects of an encrypted file are decrypted and unpacked in one step, so that
//! only how long the work may take bounds them; and a stream that many pages use is unpacked for
//! each of them, which takes time but not memory.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use pdf_extract::{Document, LoadOptions, Object, ObjectId, Stream};
use weezl::BitOrder;
use weezl::decode::Decoder;

use super::pdf::{MAX_UNPACKED, PdfFault};
use super::pdf_guard::{empty_pictures, find};

/// The most bytes that one filter may hand to the next, and the most filters of a stream.
const MAX_BETWEEN: u64 = 64 * 1024 * 1024;
const MAX_FILTERS: usize = 4;

/// The longest row that a predictor may say there is, in bytes: a buffer is made of that length.
const MAX_ROW: i64 = 16 * 1024 * 1024;

/// How far before the keyword `stream` its dictionary is looked for.
const MAX_DICTIONARY: usize = 1024;

/// So many bytes are spoilt at the beginning of a picture.
const SPOILT: usize = 64;

thread_local! {
    /// What the streams of objects may still unpack to, of the file that this thread loads.
    static LEFT: Cell<Budget> = const { Cell::new(Budget(0)) };
}

/// There is more than may be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMuch;

/// How many bytes may still be unpacked.
#[derive(Clone, Copy)]
struct Budget(u64);

impl Budget {
    /// Counts what a stream unpacks to, between its filters and at the end; returns the latter.
    fn count(&mut self, filters: &[&[u8]], data: &[u8], early: bool) -> Result<u64, TooMuch> {
        if filters.len() > MAX_FILTERS {
            return Err(TooMuch);
        }
        let mut input = Cow::Borrowed(data);
        let mut written = data.len() as u64;
        for (n, filter) in filters.iter().enumerate() {
            let is_last = n + 1 == filters.len();
            let mut sink = Sink {
                limit: if is_last {
                    self.0
                } else {
                    self.0.min(MAX_BETWEEN)
                },
                written: 0,
                kept: (!is_last).then(Vec::new),
            };
            match *filter {
                b"FlateDecode" => inflate(&input, &mut sink),
                b"LZWDecode" => lzw(&input, early, &mut sink),
                b"ASCII85Decode" => ascii85(&input, &mut sink),
                // Of a filter that is not known nothing is unpacked, nor of those after it.
                _ => break,
            }
            if sink.written > sink.limit {
                return Err(TooMuch);
            }
            self.0 -= sink.written;
            written = sink.written;
            input = Cow::Owned(sink.kept.unwrap_or_default());
        }
        Ok(written)
    }

    /// Counts what a stream unpacks to that was read.
    fn count_stream(&mut self, stream: &Stream) -> Result<u64, TooMuch> {
        let Ok(filters) = stream.filters() else {
            return Ok(stream.content.len() as u64);
        };
        let parameters = stream.dict.get(b"DecodeParms").and_then(Object::as_dict);
        let number = |name: &[u8], otherwise: i64| {
            let parameters = parameters.as_ref().ok();
            let found = parameters.and_then(|found| found.get(name).ok());
            found
                .and_then(|found| found.as_i64().ok())
                .unwrap_or(otherwise)
        };
        if (10..=15).contains(&number(b"Predictor", 1)) {
            let row = number(b"Columns", 1)
                .max(1)
                .checked_mul(number(b"Colors", 1).max(1))
                .and_then(|row| row.checked_mul(number(b"BitsPerComponent", 8).max(8)));
            // Between two filters a predictor would change what the second one reads.
            if row.is_none_or(|bits| bits / 8 > MAX_ROW) || filters.len() > 1 {
                return Err(TooMuch);
            }
        }
        self.count(&filters, &stream.content, number(b"EarlyChange", 1) != 0)
    }
}

/// Counts what is written, keeps it where it is wanted, and takes no more than its limit.
struct Sink {
    limit: u64,
    written: u64,
    kept: Option<Vec<u8>>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written += bytes.len() as u64;
        if self.written > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Unpacks as the reading crate does: where the two bytes before the data are wrong, without them.
fn inflate(data: &[u8], sink: &mut Sink) {
    let read = io::copy(&mut flate2::read::ZlibDecoder::new(data), sink);
    if read.is_err() && sink.written <= sink.limit && data.len() > 2 {
        // What went wrong is of no matter: it is counted as far as it goes.
        let _ = io::copy(&mut flate2::read::DeflateDecoder::new(&data[2..]), sink);
    }
}

fn lzw(data: &[u8], early: bool, sink: &mut Sink) {
    let mut decoder = if early {
        Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
    } else {
        Decoder::new(BitOrder::Msb, 8)
    };
    // As above.
    let _ = decoder.into_stream(sink).decode_all(data).status;
}

fn ascii85(data: &[u8], sink: &mut Sink) {
    let data = data.strip_suffix(b"~>").unwrap_or(data);
    let (mut group, mut count) = (0_u32, 0);
    for &byte in data {
        let written = match byte {
            b'z' if count == 0 => sink.write_all(&[0; 4]),
            b'!'..=b'u' => {
                let next = group.checked_mul(85);
                let Some(next) = next.and_then(|next| next.checked_add(u32::from(byte - b'!')))
                else {
                    return;
                };
                (group, count) = (next, count + 1);
                if count < 5 {
                    continue;
                }
                let whole = group.to_be_bytes();
                (group, count) = (0, 0);
                sink.write_all(&whole)
            }
            byte if byte.is_ascii_whitespace() => Ok(()),
            _ => break,
        };
        if written.is_err() {
            return;
        }
    }
    // What is over is at most three bytes.
    for _ in count..5 {
        group = group.saturating_mul(85).saturating_add(84);
    }
    if count > 1 {
        let _ = sink.write_all(&group.to_be_bytes()[..count - 1]);
    }
}

/// Counts what the streams of a file unpack to, before it is read, and spoils its pictures, so that
/// they can't be unpacked.
///
/// Anything behind the keyword that unpacks counts, whatever the file says it is.
pub(super) fn guard(file: &mut [u8], stop: &AtomicBool) -> Result<(), TooMuch> {
    const KEYWORD: &[u8] = b"stream";
    let mut left = Budget(MAX_UNPACKED);
    let mut at = 0;
    while let Some(found) = find(&file[at..], KEYWORD) {
        if stop.load(Ordering::Relaxed) {
            return Err(TooMuch);
        }
        let start = at + found;
        at = start + KEYWORD.len();
        if file[..start].ends_with(b"end") {
            continue;
        }
        let said = Said::before(&file[..start]);
        let data = after_line_end(&file[at..]);
        let data_at = file.len() - data.len();
        if said.is_picture() {
            let near = &data[..data.len().min(SPOILT + 16)];
            let end = find(near, b"endstream").unwrap_or(near.len());
            // The line's end before the keyword is not of the data.
            let end = near[..end].trim_ascii_end().len();
            // No filter can read this.
            file[data_at..data_at + end.min(SPOILT)].fill(0xFF);
            continue;
        }
        if said.number_after(b"/Columns") > MAX_ROW {
            return Err(TooMuch);
        }
        left.count(&[b"FlateDecode"], data, true)?;
        let filters = said.filters();
        if filters.iter().any(|filter| *filter != b"FlateDecode") || filters.len() > 1 {
            let end = find(data, b"endstream").unwrap_or(data.len());
            let early =
                find(&said.0, b"/EarlyChange").is_none() || said.number_after(b"/EarlyChange") != 0;
            left.count(&filters, &data[..end], early)?;
        }
    }
    Ok(())
}

fn after_line_end(data: &[u8]) -> &[u8] {
    let data = data.strip_prefix(b"\r").unwrap_or(data);
    data.strip_prefix(b"\n").unwrap_or(data)
}

/// What is said of a stream in the bytes before it, with its names written out.
struct Said(Vec<u8>);

impl Said {
    fn before(file: &[u8]) -> Self {
        let near = &file[file.len().saturating_sub(MAX_DICTIONARY)..];
        let begin = near.windows(3).rposition(|window| window == b"obj");
        let own = &near[begin.map_or(0, |at| at + 3)..];
        let mut said = Vec::with_capacity(own.len());
        let mut at = 0;
        while at < own.len() {
            // A name's letter may be written as # and two digits.
            let digits = own.get(at + 1..at + 3).filter(|_| own[at] == b'#');
            let letter = digits
                .and_then(|digits| std::str::from_utf8(digits).ok())
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            said.push(letter.unwrap_or(own[at]));
            at += if letter.is_some() { 3 } else { 1 };
        }
        Self(said)
    }

    fn is_picture(&self) -> bool {
        self.after(b"/Subtype")
            .is_some_and(|value| name(value) == Some(b"Image"))
            && find(&self.0, b"ObjStm").is_none()
    }

    /// Lists its filters, in the order in which they unpack.
    fn filters(&self) -> Vec<&[u8]> {
        let Some(value) = self.after(b"/Filter") else {
            return vec![];
        };
        let Some(list) = value.strip_prefix(b"[") else {
            return name(value).into_iter().collect();
        };
        let list = list.split(|&b| b == b']').next().unwrap_or_default();
        let names = list.split(|&b| b == b'/').skip(1);
        names.map(<[u8]>::trim_ascii).collect()
    }

    /// Returns the number after a key; 0 where there is none.
    fn number_after(&self, key: &[u8]) -> i64 {
        let value = self.after(key).unwrap_or_default();
        let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
        let digits = std::str::from_utf8(&value[..digits]).unwrap_or_default();
        match digits.parse() {
            Ok(number) => number,
            Err(_) if digits.is_empty() => 0,
            Err(_) => i64::MAX,
        }
    }

    /// Returns what stands after a key.
    fn after(&self, key: &[u8]) -> Option<&[u8]> {
        let mut from = 0;
        while let Some(found) = find(&self.0[from..], key) {
            from += found + key.len();
            let rest = &self.0[from..];
            if rest.first().is_none_or(|&b| !is_regular(b)) {
                return Some(rest.trim_ascii_start());
            }
        }
        None
    }
}

fn name(value: &[u8]) -> Option<&[u8]> {
    let rest = value.strip_prefix(b"/")?;
    let length = rest.iter().take_while(|&&b| is_regular(b)).count();
    Some(&rest[..length])
}

/// Says whether a byte can be part of a name.
const fn is_regular(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
        && byte != 0
        && !matches!(byte, b'(' | b')' | b'<' | b'>')
        && !matches!(byte, b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// A file that was read, and what its streams unpack to.
pub(super) struct Loaded {
    pub(super) document: Document,
    lengths: HashMap<ObjectId, u64>,
}

/// Reads a file that was [guarded](guard), without its pictures.
pub(super) fn load(file: &[u8]) -> Result<Loaded, PdfFault> {
    LEFT.set(Budget(MAX_UNPACKED));
    let options = LoadOptions {
        filter: Some(weigh),
        ..LoadOptions::default()
    };
    let loaded = Document::load_mem_with_options(file, options);
    let Budget(left) = LEFT.get();
    if left == 0 {
        return Err(PdfFault::TooLarge);
    }
    let mut document = loaded.map_err(|_| PdfFault::Damaged)?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(PdfFault::Locked);
    }
    empty_pictures(&mut document);
    let lengths = lengths(&document, Budget(left)).map_err(|TooMuch| PdfFault::TooLarge)?;
    Ok(Loaded { document, lengths })
}

fn lengths(document: &Document, mut left: Budget) -> Result<HashMap<ObjectId, u64>, TooMuch> {
    let mut lengths = HashMap::new();
    for (id, object) in &document.objects {
        if let Object::Stream(stream) = object {
            lengths.insert(*id, left.count_stream(stream)?);
        }
    }
    Ok(lengths)
}

impl Loaded {
    /// Says whether a page is drawn by more than may be unpacked: it can name a stream many times.
    pub(super) fn is_too_large(&self, page: ObjectId) -> bool {
        let parts = self.document.get_page_contents(page);
        let lengths = parts.iter().filter_map(|id| self.lengths.get(id));
        lengths.sum::<u64>() > MAX_UNPACKED
    }
}

/// Looks at an object while the file is read. A stream of objects is left out where it would unpack
/// to too much, and then nothing is left of what may be unpacked.
fn weigh(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    let Object::Stream(stream) = object else {
        return Some((id, object.clone()));
    };
    if stream.dict.has_type(b"ObjStm") {
        let mut left = LEFT.get();
        if left.count_stream(stream).is_err() {
            LEFT.set(Budget(0));
            return None;
        }
        LEFT.set(left);
    }
    // Only whether there is something is looked at: no stream is within another.
    Some((id, Object::Null))
}

#[cfg(test)]
mod tests {
    use pdf_extract::Dictionary;

    use super::*;

    fn zipped(data: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(data).expect("memory");
        packed.finish().expect("memory")
    }

    /// A file's bytes that unpack to more than is read.
    fn bomb() -> Vec<u8> {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..=(MAX_UNPACKED >> 20) {
            packed.write_all(&vec![0; 1 << 20]).expect("memory");
        }
        packed.finish().expect("memory")
    }

    fn file(dictionary: &str, data: &[u8]) -> Vec<u8> {
        let head = format!(
            "%PDF-1.5\n1 0 obj\n<<{dictionary}/Length {}>>\nstream\n",
            data.len()
        );
        [head.as_bytes(), data, b"\nendstream\nendobj\n"].concat()
    }

    fn is_refused(file: &[u8]) -> bool {
        guard(&mut file.to_vec(), &AtomicBool::new(false)).is_err()
    }

    fn in_ascii85(data: &[u8]) -> Vec<u8> {
        let mut written = Vec::new();
        for group in data.chunks(4) {
            let mut four = [0; 4];
            four[..group.len()].copy_from_slice(group);
            let mut number = u32::from_be_bytes(four);
            let mut five = [0; 5];
            for place in five.iter_mut().rev() {
                *place = b'!' + u8::try_from(number % 85).expect("less than 85");
                number /= 85;
            }
            written.extend_from_slice(&five[..=group.len()]);
        }
        written.extend_from_slice(b"~>");
        written
    }

    #[test]
    fn a_bomb_is_refused_however_it_is_packed() {
        let bomb = bomb();
        let mut headless = bomb.clone();
        headless[..2].copy_from_slice(b"??");
        let mut lzw = weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8);
        let lzw_in_lzw = lzw.encode(&bomb).expect("memory");
        for (dictionary, data) in [
            ("/Type/ObjStm/Filter/FlateDecode", bomb.clone()),
            ("/Filter[/FlateDecode/FlateDecode]", zipped(&bomb)),
            ("/Filter /FlateDecode", headless.clone()),
            ("/Filter[/ASCII85Decode /FlateDecode]", in_ascii85(&bomb)),
            (
                "/Filter[/ASCII85Decode/Fl#61teDecode]",
                in_ascii85(&headless),
            ),
            ("/Filter[/LZWDecode/FlateDecode]", lzw_in_lzw),
            ("/Subtype/Form/X/Image/Filter/FlateDecode", bomb.clone()),
            (
                "/Filter/FlateDecode/DecodeParms<</Columns 99999999999999999999>>",
                vec![0; 9],
            ),
        ] {
            assert!(is_refused(&file(dictionary, &data)), "{dictionary}");
        }
    }

    #[test]
    fn many_small_streams_count_together() {
        let tenth = zipped(&vec![
            0;
            usize::try_from(MAX_UNPACKED / 10).expect("a length")
        ]);
        let twice = file("/Filter[/FlateDecode/FlateDecode]", &zipped(&tenth));
        assert!(!is_refused(&twice.repeat(9)));
        assert!(is_refused(&twice.repeat(11)));
    }

    #[test]
    fn a_picture_is_let_off_and_can_be_unpacked_no_more() {
        let mut picture = file("/Subtype /Image/Filter/FlateDecode", &zipped(&[7; 9000]));
        let before = picture.len();
        guard(&mut picture, &AtomicBool::new(false)).expect("a picture");
        assert_eq!(picture.len(), before);
        let data = find(&picture, b"stream\n").expect("a stream") + 7;
        let mut left = Budget(MAX_UNPACKED);
        let count = left.count(&[b"FlateDecode"], &picture[data..], true);
        assert_eq!(count, Ok(0));
        assert!(picture.ends_with(b"\nendstream\nendobj\n"));
    }

    #[test]
    fn a_stream_of_objects_is_weighed_before_it_is_unpacked() {
        let packed = |data: Vec<u8>| {
            let mut dictionary = Dictionary::new();
            dictionary.set("Type", "ObjStm");
            dictionary.set("Filter", vec![Object::from("FlateDecode"); 2]);
            Object::Stream(Stream::new(dictionary, zipped(&data)))
        };
        LEFT.set(Budget(MAX_UNPACKED));
        assert!(weigh((1, 0), &mut packed(zipped(b"words"))).is_some());
        assert!(LEFT.get().0 > 0);
        assert!(weigh((2, 0), &mut packed(bomb())).is_none());
        assert_eq!(LEFT.get().0, 0);
    }

    #[test]
    fn a_page_of_the_same_stream_many_times_is_counted_so_often() {
        let mut document = Document::new();
        let stream = Stream::new(Dictionary::new(), vec![b' '; 1 << 20]);
        let part = document.add_object(stream);
        let page = |document: &mut Document, times: usize| {
            let mut page = Dictionary::new();
            page.set("Contents", vec![Object::Reference(part); times]);
            document.add_object(page)
        };
        let (few, many) = (page(&mut document, 500), page(&mut document, 520));
        let lengths = lengths(&document, Budget(MAX_UNPACKED)).expect("little");
        let loaded = Loaded { document, lengths };
        assert!(!loaded.is_too_large(few));
        assert!(loaded.is_too_large(many));
    }
}
