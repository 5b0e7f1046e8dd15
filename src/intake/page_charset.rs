//! The charset that a page declares in its first bytes.
//!
//! This is HTML's "prescan a byte stream to determine its encoding" and "XML encoding"
//! (<https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding>), with two
//! departures: it looks further than 1,024 bytes, as the page is there whole, and a label that is
//! found is returned as it is, for the caller to look up.

/// How far into a page its declaration is looked for. The standard allows it in the first 1,024
/// bytes; pages in the wild have it later.
const WITHIN: usize = 8 * 1024;

/// Returns the label that the page declares, if it does.
pub(super) fn declared(page: &[u8]) -> Option<String> {
    let page = &page[..page.len().min(WITHIN)];
    if let Some(label) = xml_encoding(page) {
        return Some(label);
    }
    let mut cursor = Cursor { rest: page };
    while let Some(at) = cursor.rest.iter().position(|&byte| byte == b'<') {
        cursor.rest = &cursor.rest[at..];
        if cursor.rest.starts_with(b"<!--") {
            // "<!-->" and "<!--->" are comments as well, so the dashes may be shared.
            cursor.rest = &cursor.rest[2..];
            cursor.skip_past(b"-->");
        } else if cursor.starts_meta() {
            cursor.rest = &cursor.rest[5..];
            if let Some(label) = charset_of_meta(&mut cursor) {
                return Some(label);
            }
        } else if cursor.starts_tag() {
            cursor.skip_name();
            while cursor.attribute().is_some() {}
        } else if matches!(cursor.rest.get(1), Some(b'!' | b'/' | b'?')) {
            cursor.skip_past(b">");
        } else {
            cursor.rest = &cursor.rest[1..];
        }
    }
    None
}

/// Reads `<?xml … encoding="…"` at the very start.
fn xml_encoding(page: &[u8]) -> Option<String> {
    let rest = page.strip_prefix(b"<?xml")?;
    let end = rest.iter().position(|&byte| byte == b'>')?;
    let declaration = &rest[..end];
    let at = find(declaration, b"encoding")? + b"encoding".len();
    let value = declaration[at..]
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let (&quote, value) = value.split_first()?;
    if quote != b'"' && quote != b'\'' {
        return None;
    }
    let end = value.iter().position(|&byte| byte == quote)?;
    Some(String::from_utf8_lossy(&value[..end]).into_owned())
}

/// Reads a `<meta>`: its `charset`, or the charset in its `content` if it stands for a header.
fn charset_of_meta(cursor: &mut Cursor) -> Option<String> {
    let mut is_header = false;
    let mut charset = None;
    let mut in_content = None;
    while let Some((name, value)) = cursor.attribute() {
        match name.as_slice() {
            b"http-equiv" => is_header |= value.eq_ignore_ascii_case(b"content-type"),
            b"charset" if charset.is_none() => charset = Some(value),
            b"content" if in_content.is_none() => in_content = charset_in_content(&value),
            _ => {}
        }
    }
    let label = charset.or(in_content.filter(|_| is_header))?;
    let label = String::from_utf8_lossy(&label).trim().to_owned();
    (!label.is_empty()).then_some(label)
}

/// Reads the charset of `text/html; charset=…`.
///
/// <https://html.spec.whatwg.org/#algorithm-for-extracting-a-character-encoding-from-a-meta-element>
fn charset_in_content(content: &[u8]) -> Option<Vec<u8>> {
    let lower = content.to_ascii_lowercase();
    let mut rest = lower.as_slice();
    loop {
        let at = find(rest, b"charset")? + b"charset".len();
        rest = rest[at..].trim_ascii_start();
        let Some(value) = rest.strip_prefix(b"=") else {
            continue;
        };
        let value = value.trim_ascii_start();
        let (&first, after) = value.split_first()?;
        return if first == b'"' || first == b'\'' {
            let end = after.iter().position(|&byte| byte == first)?;
            Some(after[..end].to_vec())
        } else {
            let end = value
                .iter()
                .position(|&byte| byte == b';' || byte.is_ascii_whitespace())
                .unwrap_or(value.len());
            Some(value[..end].to_vec())
        };
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn starts_meta(&self) -> bool {
        self.rest.len() > 5
            && self.rest[1..5].eq_ignore_ascii_case(b"meta")
            && (self.rest[5] == b'/' || self.rest[5].is_ascii_whitespace())
    }

    fn starts_tag(&self) -> bool {
        match self.rest {
            [_, b'/', letter, ..] | [_, letter, ..] => letter.is_ascii_alphabetic(),
            _ => false,
        }
    }

    fn skip_past(&mut self, end: &[u8]) {
        self.rest = find(self.rest, end).map_or(&[], |at| &self.rest[at + end.len()..]);
    }

    fn skip_name(&mut self) {
        let end = self
            .rest
            .iter()
            .position(|&byte| byte == b'>' || byte.is_ascii_whitespace());
        self.rest = end.map_or(&[], |at| &self.rest[at..]);
    }

    /// Reads the next attribute, its name in lower case; `None` at the tag's end.
    ///
    /// <https://html.spec.whatwg.org/#concept-get-attributes-when-sniffing>
    fn attribute(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.skip_while(|byte| byte.is_ascii_whitespace() || byte == b'/');
        if matches!(self.rest.first(), None | Some(b'>')) {
            return None;
        }
        let mut name = Vec::new();
        while let Some((&byte, rest)) = self.rest.split_first() {
            let is_end = matches!(byte, b'/' | b'>') || byte.is_ascii_whitespace();
            if is_end || (byte == b'=' && !name.is_empty()) {
                break;
            }
            name.push(byte.to_ascii_lowercase());
            self.rest = rest;
        }
        self.skip_while(|byte| byte.is_ascii_whitespace());
        let Some(rest) = self.rest.strip_prefix(b"=") else {
            return Some((name, Vec::new()));
        };
        self.rest = rest;
        self.skip_while(|byte| byte.is_ascii_whitespace());
        let value = if let Some(&quote @ (b'"' | b'\'')) = self.rest.first() {
            let value = &self.rest[1..];
            let end = value.iter().position(|&byte| byte == quote)?;
            self.rest = &value[end + 1..];
            &value[..end]
        } else {
            let end = self
                .rest
                .iter()
                .position(|&byte| byte == b'>' || byte.is_ascii_whitespace())
                .unwrap_or(self.rest.len());
            let (value, rest) = self.rest.split_at(end);
            self.rest = rest;
            value
        };
        Some((name, value.to_vec()))
    }

    fn skip_while(&mut self, skip: impl Fn(u8) -> bool) {
        let end = self.rest.iter().position(|&byte| !skip(byte));
        self.rest = end.map_or(&[], |at| &self.rest[at..]);
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_declaration_is_found_where_the_standard_finds_it() {
        for (page, label) in [
            ("<meta charset=utf-8>", Some("utf-8")),
            ("<!doctype html><META CharSet = 'KOI8-R' >", Some("KOI8-R")),
            ("<meta\ncharset=\"Shift_JIS\"/>", Some("Shift_JIS")),
            (
                "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>",
                Some("windows-1251"),
            ),
            (
                "<meta content='text/html;charset=\"gbk\"' http-equiv=content-type>",
                Some("gbk"),
            ),
            (
                "<meta content='charset big charset = big5;x' http-equiv='CONTENT-TYPE'>",
                Some("big5"),
            ),
            (
                "<meta name=x content='text/html; charset=windows-1251'>",
                None,
            ),
            ("<!-- <meta charset=no> --><meta charset=yes>", Some("yes")),
            ("<!--><meta charset=yes>", Some("yes")),
            (
                "<a title='<meta charset=no>'><meta charset=yes>",
                Some("yes"),
            ),
            ("</p x='<meta charset=no>'><meta/charset=yes>", Some("yes")),
            ("<?x <meta charset=no>", None),
            ("<metacharset=no>", None),
            ("<meta charset=''><meta charset=yes>", Some("yes")),
            ("<meta charset", None),
            ("<meta charset='no", None),
            ("< <meta charset=yes>", Some("yes")),
            (
                "<?xml version='1.0' encoding='iso-8859-2'?><html>",
                Some("iso-8859-2"),
            ),
            (" <?xml version='1.0' encoding='iso-8859-2'?><html>", None),
            ("", None),
            ("<", None),
        ] {
            assert_eq!(declared(page.as_bytes()).as_deref(), label, "{page}");
        }
    }

    #[test]
    fn it_looks_no_further_than_it_should() {
        let mut page = vec![b' '; WITHIN];
        page.extend(b"<meta charset=utf-8>");
        assert_eq!(declared(&page), None);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(
            parts in prop::collection::vec(
                prop::sample::select(vec!["<", "meta", " ", "charset", "=", "'", "\"", ">", "/", "<!--", "-->", "?xml", "encoding", "x", "content", "http-equiv"]),
                0..30,
            ),
        ) {
            declared(parts.concat().as_bytes());
        }
    }
}
