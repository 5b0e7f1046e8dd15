//! What the bytes are: the media type, and whether there is a text to be had.
//!
//! The type that came with the bytes counts first, then the extension of the file or address, then
//! the bytes themselves. That is the order of WHATWG's MIME Sniffing Standard as far as it says
//! that a declared type stands; departing from it, a declared `text/plain` on a `.md` address is
//! Markdown, and a type that says nothing (`application/octet-stream`) is passed over. Where the
//! bytes begin like something else, the type stands and a [`Warning`] says so.

use encoding_rs::Encoding;

use super::{Hint, Warning};

/// The kinds of bytes that a text is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Plain,
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// PDF.
    Pdf,
}

/// What was decided about the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The media type, without parameters, in lower case.
    pub media: String,
    /// How to get the text; `None` if there is none to be had.
    pub kind: Option<Kind>,
    /// The `charset` parameter of the media type that came with the bytes.
    pub charset: Option<String>,
    /// Says that the bytes look like something else.
    pub doubt: Option<Warning>,
}

/// The type of bytes of which nothing is known.
const UNKNOWN: &str = "application/octet-stream";

const PLAIN: &str = "text/plain";
const MARKDOWN: &str = "text/markdown";
const HTML: &str = "text/html";
const PDF: &str = "application/pdf";
const ZIP: &str = "application/zip";

/// How far the bytes are looked into; as in the MIME Sniffing Standard.
const SNIFFED: usize = 1445;

/// Decides what the bytes are.
pub fn decide(bytes: &[u8], hint: &Hint) -> Decided {
    let declared = hint.media_type.and_then(DeclaredType::parse);
    let by_name = hint
        .file_name
        .and_then(extension)
        .or_else(|| hint.fetched.and_then(|url| extension(path(url))))
        .and_then(|extension| by_extension(&extension));
    let seen = sniff(bytes);
    let media = match &declared {
        Some(declared) if declared.media == PLAIN && by_name == Some(MARKDOWN) => MARKDOWN,
        Some(declared) => declared.media.as_str(),
        None => by_name
            .unwrap_or_else(|| seen.unwrap_or(if looks_binary(bytes) { UNKNOWN } else { PLAIN })),
    };
    let kind = match media {
        PLAIN => Some(Kind::Plain),
        MARKDOWN | "text/x-markdown" => Some(Kind::Markdown),
        HTML | "application/xhtml+xml" => Some(Kind::Html),
        PDF | "application/x-pdf" => Some(Kind::Pdf),
        _ => None,
    };
    let doubt = seen
        .filter(|seen| !agree(media, seen))
        .map(|seen| Warning::MediaDoubtful {
            media: media.to_owned(),
            looks_like: seen.to_owned(),
        });
    Decided {
        media: media.to_owned(),
        kind,
        charset: declared.and_then(|declared| declared.charset),
        doubt,
    }
}

/// A media type that came with the bytes and says something.
struct DeclaredType {
    media: String,
    charset: Option<String>,
}

impl DeclaredType {
    /// The longest type and subtype, 127 bytes each (RFC 6838, section 4.2).
    const LONGEST: usize = 127;

    fn parse(declared: &str) -> Option<Self> {
        let mut parts = declared.split(';');
        let media = parts.next()?.trim().to_ascii_lowercase();
        let (top, sub) = media.split_once('/')?;
        let is_token = |name: &str| {
            (1..=Self::LONGEST).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        let says_nothing = matches!(
            media.as_str(),
            UNKNOWN | "binary/octet-stream" | "application/unknown" | "unknown/unknown"
        );
        if !is_token(top) || !is_token(sub) || says_nothing {
            return None;
        }
        let charset = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
            .filter(|value| !value.is_empty());
        Some(Self { media, charset })
    }
}

/// Returns an address's path, without query and fragment.
fn path(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    url[after_scheme..]
        .find('/')
        .map_or("", |at| &url[after_scheme + at..])
}

fn extension(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_ascii_lowercase())
}

fn by_extension(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "txt" | "text" | "asc" | "log" => PLAIN,
        "md" | "markdown" | "mdown" | "mkd" => MARKDOWN,
        "html" | "htm" | "shtml" => HTML,
        "xhtml" | "xht" => "application/xhtml+xml",
        "pdf" => PDF,
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "json" => "application/json",
        "jsonl" | "ndjson" => "application/jsonl",
        "xml" => "application/xml",
        "rtf" => "application/rtf",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "ppt" => "application/vnd.ms-powerpoint",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "epub" => "application/epub+zip",
        "eml" => "message/rfc822",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "wacz" => "application/wacz",
        "warc" => "application/warc",
        "parquet" => "application/vnd.apache.parquet",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "heic" => "image/heic",
        "svg" => "image/svg+xml",
        "tif" | "tiff" => "image/tiff",
        "bmp" => "image/bmp",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "wav" => "audio/wav",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "flac" => "audio/flac",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "vtt" => "text/vtt",
        "srt" => "application/x-subrip",
        "bin" | "dat" | "exe" | "so" | "dll" | "o" | "class" => UNKNOWN,
        _ => return None,
    })
}

/// First bytes, and what begins with them.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1A\n", "image/png"),
    (b"\xFF\xD8\xFF", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\0", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1A\x45\xDF\xA3", "video/webm"),
    (b"PK\x03\x04", ZIP),
    (b"\x1F\x8B\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xFD7zXZ\0", "application/x-xz"),
    (b"\x28\xB5\x2F\xFD", "application/zstd"),
    (b"7z\xBC\xAF\x27\x1C", "application/x-7z-compressed"),
    (b"{\\rtf", "application/rtf"),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "application/x-ole-storage",
    ),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x7FELF", "application/x-elf"),
];

/// How a page begins, after white space.
const PAGE_BEGINNINGS: &[&str] = &[
    "<!doctype html",
    "<html",
    "<head",
    "<body",
    "<title",
    "<meta",
];

/// Names that only one kind of ZIP file has, and what it is. The names of its files stand in a ZIP
/// file's first and last bytes, uncompressed.
const WITHIN_ZIP: &[(&[u8], &str)] = &[
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text",
    ),
    (b"mimetypeapplication/epub+zip", "application/epub+zip"),
    (
        b"xl/workbook.",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        b"word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        b"ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
];

/// Says what a ZIP file is, by the names in it; nothing is unpacked.
fn within_zip(bytes: &[u8]) -> &'static str {
    /// How much of its beginning and of its end is looked into: the list of a few hundred files.
    const LOOKED_AT: usize = 64 * 1024;
    let first = &bytes[..bytes.len().min(LOOKED_AT)];
    let last = &bytes[bytes.len().saturating_sub(LOOKED_AT)..];
    let has = |name: &[u8]| {
        [first, last]
            .iter()
            .any(|part| part.windows(name.len()).any(|window| window == name))
    };
    let found = WITHIN_ZIP.iter().find(|(name, _)| has(name));
    found.map_or(ZIP, |(_, media)| media)
}

/// Says what the bytes begin like.
fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(SNIFFED)];
    let signature = SIGNATURES
        .iter()
        .find(|(first, _)| start.starts_with(first))
        .map(|(_, media)| *media);
    if signature == Some(ZIP) {
        return Some(within_zip(bytes));
    }
    if signature.is_some() {
        return signature;
    }
    match start {
        [b'R', b'I', b'F', b'F', _, _, _, _, form @ ..] if form.starts_with(b"WEBP") => {
            return Some("image/webp");
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, form @ ..] if form.starts_with(b"WAVE") => {
            return Some("audio/wav");
        }
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => return Some("video/mp4"),
        _ => {}
    }
    let (encoding, mark) = Encoding::for_bom(start).unwrap_or((encoding_rs::WINDOWS_1252, 0));
    let (text, _) = encoding.decode_without_bom_handling(&start[mark..]);
    let text = text.trim_start().to_ascii_lowercase();
    let text = text
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .map_or(text.as_str(), |(_, rest)| rest.trim_start());
    PAGE_BEGINNINGS
        .iter()
        .any(|beginning| {
            text.strip_prefix(beginning)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '>'))
        })
        .then_some(HTML)
}

/// Says whether bytes without a known beginning are not text: the MIME Sniffing Standard's binary
/// data bytes, unless a byte order mark explains them.
fn looks_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(SNIFFED)];
    Encoding::for_bom(start).is_none()
        && start
            .iter()
            .any(|byte| matches!(byte, 0..=8 | 0xB | 0xE..=0x1A | 0x1C..=0x1F))
}

/// Says whether bytes of this media type may begin like `seen`.
fn agree(media: &str, seen: &str) -> bool {
    let family = |media: &str| media.split('/').next().map(str::to_owned);
    match seen {
        // Many formats are a container of another name.
        ZIP => {
            media.starts_with("application/")
                && !media.contains("json")
                && media != "application/pdf"
        }
        "application/x-ole-storage" | "application/gzip" => media.starts_with("application/"),
        "video/mp4" | "video/webm" => {
            matches!(family(media).as_deref(), Some("video" | "audio"))
                || media.starts_with("image/")
        }
        "audio/ogg" => matches!(family(media).as_deref(), Some("video" | "audio")),
        HTML => matches!(
            media,
            HTML | "application/xhtml+xml" | MARKDOWN | "text/x-markdown"
        ),
        "application/rtf" => matches!(media, "application/rtf" | "text/rtf"),
        _ => family(media) == family(seen) && (media == seen || !media.starts_with("application/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(
        bytes: &[u8],
        name: Option<&str>,
        media_type: Option<&str>,
    ) -> (String, Option<Kind>) {
        let hint = Hint {
            file_name: name,
            media_type,
            ..Hint::default()
        };
        let decided = decide(bytes, &hint);
        (decided.media, decided.kind)
    }

    #[test]
    fn the_declared_type_comes_first_then_the_name_then_the_bytes() {
        let page = b"<!DOCTYPE html><p>x";
        for (bytes, name, media_type, media, kind) in [
            (
                &page[..],
                Some("a.txt"),
                Some("text/html; charset=utf-8"),
                "text/html",
                Some(Kind::Html),
            ),
            (page, Some("a.txt"), None, "text/plain", Some(Kind::Plain)),
            (page, Some("a"), None, "text/html", Some(Kind::Html)),
            (
                page,
                None,
                Some("text/plain"),
                "text/plain",
                Some(Kind::Plain),
            ),
            (
                page,
                None,
                Some("application/octet-stream"),
                "text/html",
                Some(Kind::Html),
            ),
            (
                page,
                Some("page.html"),
                Some("nonsense"),
                "text/html",
                Some(Kind::Html),
            ),
            (
                b"# x",
                Some("README.MD"),
                Some("text/plain"),
                "text/markdown",
                Some(Kind::Markdown),
            ),
            (b"# x", Some(".md"), None, "text/plain", Some(Kind::Plain)),
            (b"a,b", Some("x.csv"), None, "text/csv", None),
            (b"x", None, Some("Image/PNG"), "image/png", None),
            (
                b"x",
                Some("scan.PDF"),
                None,
                "application/pdf",
                Some(Kind::Pdf),
            ),
            (b"%PDF-1.7", None, None, "application/pdf", Some(Kind::Pdf)),
            (
                b"\x89PNG\r\n\x1A\n",
                Some("unknown.thing"),
                None,
                "image/png",
                None,
            ),
            (b"RIFF\0\0\0\0WEBPVP8 ", None, None, "image/webp", None),
            (b"a\0b", None, None, "application/octet-stream", None),
            (
                b"a\0b",
                Some("a.txt"),
                None,
                "text/plain",
                Some(Kind::Plain),
            ),
            (b"\xFF\xFEa\0", None, None, "text/plain", Some(Kind::Plain)),
            (
                b"\xFF\xFE<\0h\0t\0m\0l\0>\0",
                None,
                None,
                "text/html",
                Some(Kind::Html),
            ),
            (
                b"<?xml version='1.0'?>\n<html xmlns='x'>",
                None,
                None,
                "text/html",
                Some(Kind::Html),
            ),
            (b"<htmlx>", None, None, "text/plain", Some(Kind::Plain)),
        ] {
            assert_eq!(
                decided(bytes, name, media_type),
                (media.to_owned(), kind),
                "{name:?} {media_type:?}"
            );
        }
    }

    #[test]
    fn office_files_are_known_by_the_names_within_them() {
        for (bytes, media) in [
            (
                &b"PK\x03\x04\x14\0[Content_Types].xml\0xl/workbook.xml"[..],
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            (
                b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK",
                "application/vnd.oasis.opendocument.spreadsheet",
            ),
            (b"PK\x03\x04\x14\0readme", "application/zip"),
        ] {
            assert_eq!(decided(bytes, None, None), (media.to_owned(), None));
        }
    }

    #[test]
    fn an_address_has_an_extension_too() {
        for (url, media) in [
            ("https://news.example/a.md?x=1.html#y", "text/markdown"),
            ("https://news.example", "text/plain"),
            ("https://news.example/paper.pdf#page=2", "application/pdf"),
        ] {
            let hint = Hint {
                fetched: Some(url),
                ..Hint::default()
            };
            assert_eq!(decide(b"x", &hint).media, media, "{url}");
            // What a person only says of bytes that came another way.
            let said = Hint {
                url: Some(url),
                ..Hint::default()
            };
            assert_eq!(decide(b"x", &said).media, "text/plain", "{url}");
            assert_eq!(decide(b"%PDF-1.4", &said).media, "application/pdf", "{url}");
        }
    }

    #[test]
    fn the_charset_parameter_is_read() {
        for (declared, charset) in [
            ("text/html;charset=\"KOI8-R\"", Some("KOI8-R")),
            ("text/html; x=y ; Charset = utf-8", Some("utf-8")),
            ("text/html; charset=", None),
            ("text/html", None),
        ] {
            let parsed = DeclaredType::parse(declared).expect("a type");
            assert_eq!(parsed.charset.as_deref(), charset, "{declared}");
        }
        for bad in [
            "",
            "text",
            "text/",
            "/html",
            "text/ht ml",
            "text/\u{1B}[0m",
            "*/*",
        ] {
            assert!(DeclaredType::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn bytes_that_look_like_something_else_are_doubted() {
        let doubt = |bytes: &[u8], name| {
            let hint = Hint {
                file_name: Some(name),
                ..Hint::default()
            };
            decide(bytes, &hint).doubt
        };
        assert_eq!(
            doubt(b"<html>error", "report.pdf"),
            Some(Warning::MediaDoubtful {
                media: "application/pdf".into(),
                looks_like: "text/html".into()
            })
        );
        assert!(doubt(b"\x89PNG\r\n\x1A\n", "notes.txt").is_some());
        assert!(doubt(b"%PDF-1.7", "picture.png").is_some());
        assert!(doubt(b"<html>", "a.txt").is_some());
        for (bytes, name) in [
            (&b"%PDF-1.7"[..], "a.pdf"),
            (b"PK\x03\x04", "a.docx"),
            (b"\0\0\0\x18ftypM4A ", "a.m4a"),
            (b"<html>", "a.html"),
            (b"\xFF\xD8\xFF", "a.jpg"),
            (b"words", "a.pdf"),
        ] {
            assert_eq!(doubt(bytes, name), None, "{name}");
        }
    }
}
