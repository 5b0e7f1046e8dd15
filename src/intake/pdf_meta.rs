//! What a PDF file says of itself: its XMP packet, its `Info` dictionary, its catalogue's language.
//!
//! The packet comes first, as PDF 2.0 wants it; of its XML only the few elements with these names are
//! read. A title that is a file's name is none. Where it does not say when it was published, the day
//! on which the file was made is the best guess, for a person to correct: a day, never a second.

use pdf_extract::{Dictionary, Document, Object};

use super::PageMeta;
use super::meta::{day_or_time, language_tag, one_line};
use crate::words::time::DayOrTime;

/// The most bytes of a packet that are read.
const LONGEST_PACKET: usize = 256 * 1024;

/// Endings of names that programs put where a title should be.
const FILE_ENDINGS: &[&str] = &[
    ".doc", ".docx", ".odt", ".pdf", ".indd", ".qxd", ".rtf", ".tex", ".dvi", ".ppt", ".pptx",
    ".xls", ".xlsx", ".html", ".txt", ".pages",
];

/// Reads what a file says of itself.
pub(super) fn read(document: &Document) -> PageMeta {
    let catalogue = document.catalog().ok();
    let packet = catalogue.and_then(|catalogue| packet_of(document, catalogue));
    let packet = packet.unwrap_or_default();
    let info = document
        .trailer
        .get(b"Info")
        .ok()
        .and_then(|info| document.dereference(info).ok())
        .and_then(|(_, info)| info.as_dict().ok());
    let said = |key: &[u8]| info.and_then(|info| text_in(document, info, key));
    let title = within(&packet, "dc:title")
        .into_iter()
        .next()
        .or_else(|| said(b"Title"))
        .and_then(|title| one_line(&title))
        .filter(|title| is_title(title));
    let mut meta = PageMeta {
        title,
        ..PageMeta::default()
    };
    let authors = within(&packet, "dc:creator");
    let authors = if authors.is_empty() {
        said(b"Author").into_iter().collect()
    } else {
        authors
    };
    for author in authors.iter().flat_map(|line| line.split(';')) {
        meta.add_author(author);
    }
    meta.published = ["prism:publicationDate", "dc:date"]
        .iter()
        .find_map(|name| value_of(&packet, name).and_then(|day| day_or_time(&day)));
    if meta.published.is_none() {
        meta.published = value_of(&packet, "xmp:CreateDate")
            .and_then(|made| day_or_time(made.trim().get(..10)?))
            .or_else(|| said(b"CreationDate").and_then(|made| pdf_day(&made)));
        meta.is_files_day = meta.published.is_some();
    }
    meta.publisher = within(&packet, "dc:publisher")
        .first()
        .and_then(|name| one_line(name));
    meta.language = catalogue
        .and_then(|catalogue| text_in(document, catalogue, b"Lang"))
        .or_else(|| within(&packet, "dc:language").into_iter().next())
        .and_then(|tag| language_tag(&tag));
    meta
}

/// Says whether a title is more than the name of a file or of a program.
fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let is_name = FILE_ENDINGS.iter().any(|ending| lower.ends_with(ending));
    let is_program = [
        "microsoft word",
        "untitled",
        "unbenannt",
        "sans titre",
        "document",
        "powerpoint presentation",
    ]
    .iter()
    .any(|start| lower == *start || lower.starts_with(&format!("{start} - ")));
    !is_name && !is_program && title.chars().any(char::is_alphabetic)
}

/// Returns the packet's text.
fn packet_of(document: &Document, catalogue: &Dictionary) -> Option<String> {
    let (_, object) = document
        .dereference(catalogue.get(b"Metadata").ok()?)
        .ok()?;
    let stream = object.as_stream().ok()?;
    let bytes = if stream.filters().is_ok() {
        stream.decompressed_content().ok()?
    } else {
        stream.content.clone()
    };
    let bytes = &bytes[..bytes.len().min(LONGEST_PACKET)];
    Some(String::from_utf8_lossy(bytes).into_owned())
}

/// Returns the texts in an element: those of its list's items, else its own.
fn within(packet: &str, name: &str) -> Vec<String> {
    let Some(inside) = element(packet, name) else {
        return Vec::new();
    };
    let mut items = Vec::new();
    let mut rest = inside;
    while let Some((item, after)) = split_element(rest, "rdf:li") {
        items.push(plain(item));
        rest = after;
    }
    if items.is_empty() && !inside.contains('<') {
        items.push(plain(inside));
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

/// Returns the value of an element, or of an attribute with that name.
fn value_of(packet: &str, name: &str) -> Option<String> {
    if let Some(value) = within(packet, name).into_iter().next() {
        return Some(value);
    }
    let start = packet.find(&format!("{name}=\""))? + name.len() + 2;
    let end = packet[start..].find('"')?;
    Some(plain(&packet[start..start + end]))
}

/// Returns what stands between an element's tags.
fn element<'a>(packet: &'a str, name: &str) -> Option<&'a str> {
    split_element(packet, name).map(|(inside, _)| inside)
}

/// Returns what stands between an element's tags, and what comes after it.
fn split_element<'a>(packet: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let open = packet.find(&format!("<{name}"))?;
    let rest = &packet[open + name.len() + 1..];
    if !rest.starts_with(['>', ' ', '\n', '\r', '\t']) {
        return None;
    }
    let start = rest.find('>')? + 1;
    rest[start..].split_once(&format!("</{name}>"))
}

/// Reads the five entities of XML.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// Reads a text: UTF-16 or UTF-8 with a mark, else the letters of `PDFDocEncoding`, which are nearly
/// those of Windows-1252.
fn text_in(document: &Document, dictionary: &Dictionary, key: &[u8]) -> Option<String> {
    let (_, object) = document.dereference(dictionary.get(key).ok()?).ok()?;
    let Object::String(bytes, _) = object else {
        return None;
    };
    let encoding =
        encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::WINDOWS_1252, |(found, _)| found);
    let (text, _, _) = encoding.decode(bytes);
    (!text.trim().is_empty()).then(|| text.into_owned())
}

/// Reads the day of a date such as `D:20260304102000+01'00'`, as it was where the file was made.
fn pdf_day(date: &str) -> Option<DayOrTime> {
    let date = date.trim().trim_start_matches("D:");
    let digits = date.get(..8)?;
    // What is no digit may have more bytes than one, and can't be cut anywhere.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (&digits[..4], &digits[4..6], &digits[6..]);
    day_or_time(&format!("{year}-{month}-{day}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_with_letters_for_its_zone_is_a_day() {
        let written = |date: &str| pdf_day(date).map(|day| day.to_string());
        for zone in ["+0é0", "+éé", "-éa", "+abcd", "+1", "é"] {
            let date = format!("D:20260304102000{zone}");
            assert_eq!(written(&date).as_deref(), Some("2026-03-04"), "{zone}");
        }
    }

    #[test]
    fn a_packet_says_who_and_when() {
        let packet = "<x:xmpmeta><rdf:Description xmp:CreateDate=\"2026-03-04T10:20:00Z\"><dc:title><rdf:Alt>\
            <rdf:li xml:lang=\"x-default\">Water &amp; bread</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq>\
            <rdf:li>Ann Lee</rdf:li><rdf:li>Jón Ós</rdf:li></rdf:Seq></dc:creator></rdf:Description>";
        assert_eq!(within(packet, "dc:title"), ["Water & bread"]);
        assert_eq!(within(packet, "dc:creator"), ["Ann Lee", "Jón Ós"]);
        assert_eq!(
            value_of(packet, "xmp:CreateDate").as_deref(),
            Some("2026-03-04T10:20:00Z")
        );
        assert_eq!(within(packet, "dc:language"), [""; 0]);
    }

    #[test]
    fn days_are_read_as_files_write_them() {
        for (date, read) in [
            ("D:20260304002000+01'00'", "2026-03-04"),
            ("D:20260304102000Z", "2026-03-04"),
            ("D:20260304102000", "2026-03-04"),
            ("20260304", "2026-03-04"),
        ] {
            assert_eq!(
                pdf_day(date).map(|day| day.to_string()).as_deref(),
                Some(read),
                "{date}"
            );
        }
        for none in [
            "",
            "D:",
            "D:2026",
            "yesterday",
            "D:2026é304",
            "D:20264é3",
            "D:202é0304",
            "D:2026-3-4",
        ] {
            assert_eq!(pdf_day(none), None, "{none}");
        }
    }

    #[test]
    fn a_files_name_is_no_title() {
        for (title, is) in [
            ("Report on bread", true),
            ("Microsoft Word - report.doc", false),
            ("report_final.docx", false),
            ("untitled", false),
            ("2024", false),
        ] {
            assert_eq!(is_title(title), is, "{title}");
        }
    }
}
