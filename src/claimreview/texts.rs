//! What goes wrong with words on their way into markup: tags, entities, broken charsets, spaces,
//! templates that nobody filled in.

use std::borrow::Cow;

/// Character references by name that text in markup is seen with, and what they stand for.
const NAMED: [(&str, &str); 74] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("sbquo", "‚"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("bdquo", "„"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("lsaquo", "‹"),
    ("rsaquo", "›"),
    ("euro", "€"),
    ("pound", "£"),
    ("cent", "¢"),
    ("yen", "¥"),
    ("copy", "©"),
    ("reg", "®"),
    ("trade", "™"),
    ("deg", "°"),
    ("sect", "§"),
    ("para", "¶"),
    ("middot", "·"),
    ("bull", "•"),
    ("times", "×"),
    ("divide", "÷"),
    ("frac12", "½"),
    ("iexcl", "¡"),
    ("iquest", "¿"),
    ("ordm", "º"),
    ("ordf", "ª"),
    ("shy", "\u{ad}"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("agrave", "à"),
    ("aacute", "á"),
    ("acirc", "â"),
    ("atilde", "ã"),
    ("aring", "å"),
    ("aelig", "æ"),
    ("ccedil", "ç"),
    ("egrave", "è"),
    ("eacute", "é"),
    ("ecirc", "ê"),
    ("euml", "ë"),
    ("igrave", "ì"),
    ("iacute", "í"),
    ("icirc", "î"),
    ("iuml", "ï"),
    ("ntilde", "ñ"),
    ("ograve", "ò"),
    ("oacute", "ó"),
    ("ocirc", "ô"),
    ("otilde", "õ"),
    ("oslash", "ø"),
    ("ugrave", "ù"),
    ("uacute", "ú"),
    ("ucirc", "û"),
    ("Eacute", "É"),
    ("Aacute", "Á"),
    ("Ccedil", "Ç"),
    ("Ntilde", "Ñ"),
];

/// The longest name of a character reference, with room for numbers.
const LONGEST_REFERENCE: usize = 10;

/// Writes character references as the characters that they stand for, once.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((character, length)) = reference(rest) {
            plain.push_str(&character);
            rest = &rest[length..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Reads a character reference at the beginning of a text; returns it and its length.
fn reference(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let limit = text.len().min(LONGEST_REFERENCE + 2);
    let end = text.as_bytes()[..limit].iter().position(|b| *b == b';')?;
    let name = &text[1..end];
    let character = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        Cow::Owned(char::from_u32(code)?.to_string())
    } else {
        Cow::Borrowed(NAMED.iter().find(|(known, _)| *known == name)?.1)
    };
    Some((character, end + 1))
}

/// Finds a character reference: `&amp;`, `&#8217;`.
pub fn entity(text: &str) -> Option<&str> {
    let mut places = text.match_indices('&').map(|(at, _)| at);
    let at = places.find(|at| reference(&text[*at..]).is_some())?;
    let (_, length) = reference(&text[at..])?;
    Some(&text[at..at + length])
}

/// A tag in a text is looked for up to this length.
const LONGEST_TAG: usize = 2048;

/// Finds a tag of HTML: `<p>`, `</strong>`, `<br/>`.
pub fn tag(text: &str) -> Option<&str> {
    let mut places = text.match_indices('<').map(|(at, _)| &text[at..]);
    places.find_map(|rest| {
        let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
        let letters = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let after = &name[letters..];
        let is_tag = is_name && after.starts_with(['>', ' ', '/', '\n', '\t']);
        let within = &rest.as_bytes()[1..rest.len().min(LONGEST_TAG)];
        let end = within.iter().position(|b| matches!(b, b'<' | b'>'));
        let end = end.filter(|end| is_tag && within[*end] == b'>')?;
        Some(&rest[..end + 2])
    })
}

/// Takes the tags of HTML out of a text; words that one stood between stay apart.
pub fn without_tags(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(found) = tag(rest) {
        let at = found.as_ptr() as usize - rest.as_ptr() as usize;
        plain.push_str(&rest[..at]);
        plain.push(' ');
        rest = &rest[at + found.len()..];
    }
    if plain.is_empty() {
        return Cow::Borrowed(rest);
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Returns what a text was before its UTF-8 was read as windows-1252 (`Ã©` was `é`); `None` where
/// it does not look as if it had been.
pub fn unmangled(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        bytes.push(windows_1252(c)?);
    }
    let mended = String::from_utf8(bytes).ok()?;
    (mended != text && mended.chars().count() < text.chars().count()).then_some(mended)
}

/// Finds characters that show that a text was read with the wrong charset.
pub fn mangled(text: &str) -> Option<String> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Some(char::REPLACEMENT_CHARACTER.to_string());
    }
    if text.is_ascii() {
        return None;
    }
    let characters: Vec<char> = text.chars().collect();
    (0..characters.len()).find_map(|at| {
        let run = mangled_at(&characters, at)?;
        let next = at + run.len();
        let is_sure = match run {
            // A capital before a closing quotation mark is no lead: “AMANHÔ.
            ['Ã', last] if is_mark(*last) => {
                characters.get(next).is_some_and(|c| c.is_alphabetic())
            }
            ['Ã' | 'Â', _] | ['â', '€' | '‚', _] => true,
            _ => mangled_at(&characters, next).is_some(),
        };
        is_sure.then(|| run.iter().collect())
    })
}

/// Returns characters that are UTF-8 of one character, read as windows-1252.
fn mangled_at(characters: &[char], at: usize) -> Option<&[char]> {
    let length = match windows_1252(*characters.get(at)?)? {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let run = characters.get(at..at + length)?;
    let bytes: Option<Vec<u8>> = run.iter().map(|c| windows_1252(*c)).collect();
    std::str::from_utf8(&bytes?).ok()?;
    Some(run)
}

/// Says whether a character is a mark that may stand behind a word.
const fn is_mark(c: char) -> bool {
    matches!(
        c,
        '”' | '“' | '’' | '‘' | '»' | '«' | '…' | '–' | '—' | '•' | '‹' | '›'
    )
}

/// Returns the byte that windows-1252 has for a character.
fn windows_1252(c: char) -> Option<u8> {
    const UPPER: [(char, u8); 27] = [
        ('€', 0x80),
        ('‚', 0x82),
        ('ƒ', 0x83),
        ('„', 0x84),
        ('…', 0x85),
        ('†', 0x86),
        ('‡', 0x87),
        ('ˆ', 0x88),
        ('‰', 0x89),
        ('Š', 0x8A),
        ('‹', 0x8B),
        ('Œ', 0x8C),
        ('Ž', 0x8E),
        ('‘', 0x91),
        ('’', 0x92),
        ('“', 0x93),
        ('”', 0x94),
        ('•', 0x95),
        ('–', 0x96),
        ('—', 0x97),
        ('˜', 0x98),
        ('™', 0x99),
        ('š', 0x9A),
        ('›', 0x9B),
        ('œ', 0x9C),
        ('ž', 0x9E),
        ('Ÿ', 0x9F),
    ];
    u8::try_from(u32::from(c))
        .ok()
        .or_else(|| UPPER.iter().find(|(known, _)| *known == c).map(|(_, b)| *b))
}

/// Says whether a text has white space that nobody meant: at its ends, twice in a row, or a line end.
pub fn has_stray_space(text: &str) -> bool {
    let is_space = |c: char| c.is_whitespace();
    text.starts_with(is_space)
        || text.ends_with(is_space)
        || text.contains(['\n', '\r', '\t'])
        || text.contains("  ")
}

/// Returns a text with single spaces, and none at its ends.
pub fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds a character that can't be seen and belongs to no script: controls, zero-width spaces, bidi
/// overrides. Joiners, direction marks and soft hyphens, which scripts need, are none; nor are
/// zero-width spaces between the words of scripts that write none.
pub fn invisible(text: &str) -> Option<char> {
    let has_no_spaces = |c: char| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}');
    let may_divide = text.contains('\u{200b}') && text.chars().any(has_no_spaces);
    text.chars().find(|c| {
        let is_divider = *c == '\u{200b}' && !may_divide;
        is_divider
            || matches!(
                c,
                '\0'..='\u{8}'
                    | '\u{b}'
                    | '\u{c}'
                    | '\u{e}'..='\u{1f}'
                    | '\u{7f}'..='\u{9f}'
                    | '\u{202a}'..='\u{202e}'
                    | '\u{2028}'
                    | '\u{2029}'
                    | '\u{2060}'..='\u{2064}'
                    | '\u{2066}'..='\u{2069}'
                    | '\u{feff}'
                    | '\u{fff9}'..='\u{fffb}'
                    | '\u{e0000}'..='\u{e007f}'
            )
    })
}

/// Words that stand where a system had nothing to put.
const FILLERS: [&str; 23] = [
    "n/a",
    "null",
    "undefined",
    "none",
    "nan",
    "tbd",
    "tba",
    "todo",
    "xxx",
    "test",
    "string",
    "lorem ipsum",
    "placeholder",
    "untitled",
    "your claim here",
    "claim text here",
    "insert claim here",
    "[object object]",
    "-",
    "--",
    "?",
    "...",
    "…",
];

/// Marks of templates, in pairs: what stands between them was to be replaced.
const TEMPLATES: [(&str, &str); 6] = [
    ("{{", "}}"),
    ("{%", "%}"),
    ("<%", "%>"),
    ("${", "}"),
    ("[[", "]]"),
    ("%%", "%%"),
];

/// Says whether a text is no text but what a template or a person left to be filled in.
pub fn is_placeholder(text: &str) -> bool {
    let plain = text.trim().to_lowercase();
    let is_template = TEMPLATES.iter().any(|(open, close)| {
        let inner = text.split_once(open).map(|(_, rest)| rest);
        inner.is_some_and(|rest| rest.contains(close))
    });
    is_template
        || FILLERS.contains(&plain.as_str())
        || plain.starts_with("lorem ipsum")
        || plain.starts_with("todo:")
        || plain.contains("[object object]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_once() {
        for (text, plain) in [
            ("a &amp;amp; b", "a &amp; b"),
            ("it&#8217;s &#x201C;so&rdquo;", "it’s “so”"),
            ("R&D; AT&T & co;", "R&D; AT&T & co;"),
            ("&#xD800; &#99999999999;", "&#xD800; &#99999999999;"),
            ("&", "&"),
        ] {
            assert_eq!(unescape(text), plain);
        }
        assert_eq!(entity("Q&A: x &nbsp; y"), Some("&nbsp;"));
        assert_eq!(entity("Q&A; R & D;"), None);
    }

    #[test]
    fn tags_are_told_from_comparisons() {
        for text in ["<p>a", "a<br/>b", "a </strong>", "<a href='x'>"] {
            assert!(tag(text).is_some(), "{text}");
        }
        for text in ["a < b > c", "1 <2> 3", "<3", "a <b", "x <- y -> z"] {
            assert_eq!(tag(text), None, "{text}");
        }
        assert_eq!(squeezed(&without_tags("<p>a<br>b</p>")), "a b");
    }

    #[test]
    fn wrong_charsets_are_seen_and_right_ones_are_not() {
        for text in ["cafÃ©", "itâ€™s", "Â£5", "a\u{fffd}b", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚"]
        {
            assert!(mangled(text).is_some(), "{text}");
        }
        for text in [
            "NÃO É",
            "“AMANHÔ",
            "«CAFÉ»",
            "»Spaß«",
            "“JÄÄ”",
            "São Paulo",
            "ÎLE",
            "l’été — «à»",
            "Größe",
            "привет",
            "§ 5",
        ] {
            assert_eq!(mangled(text), None, "{text}");
        }
        assert_eq!(unmangled("cafÃ© itâ€™s").as_deref(), Some("café it’s"));
        assert_eq!(unmangled("café"), None);
    }

    #[test]
    fn what_was_left_to_be_filled_in() {
        for text in [
            "{{ claim }}",
            "N/A",
            "${title}",
            "<%= x %>",
            "Lorem ipsum dolor",
            "%%title%%",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "Nothing",
            "None of the above",
            "100% of 50%",
            "a {b} c",
            "True",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
