//! The reader behind [`parse`](super::parse).

use std::collections::HashSet;

use super::{Fault, FaultKind, MAX_DEPTH, MAX_NODES, Member, Node, Value};

/// The most faults that are listed of one document.
const MAX_FAULTS: usize = 200;

/// Says that the rest can't be read; the fault is listed.
struct Stop;

pub(super) struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: usize,
    faults: Vec<Fault>,
    /// Kinds that were met: one of a kind suffices, but for the same name twice.
    seen: HashSet<FaultKind>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            nodes: 0,
            faults: Vec::new(),
            seen: HashSet::new(),
        }
    }

    /// Reads all documents; none where one of them can't be read to its end.
    pub(super) fn documents(mut self) -> (Vec<Node>, Vec<Fault>) {
        let documents = self.all().unwrap_or_default();
        (documents, self.faults)
    }

    fn all(&mut self) -> Result<Vec<Node>, Stop> {
        let mut documents = Vec::new();
        self.skip();
        if self.at == self.bytes.len() {
            return Err(self.stop(FaultKind::Empty));
        }
        while self.at < self.bytes.len() {
            let start = self.at;
            if !documents.is_empty() {
                if !matches!(self.bytes[start], b'{' | b'[') {
                    self.note(FaultKind::TrailingData, start);
                    break;
                }
                self.note(FaultKind::SeveralDocuments, start);
            }
            documents.push(self.value(0)?);
            self.skip();
        }
        Ok(documents)
    }

    fn note(&mut self, kind: FaultKind, at: usize) {
        let is_new = self.seen.insert(kind) || kind == FaultKind::DuplicateKey;
        if is_new && self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { kind, at });
        }
    }

    fn stop(&mut self, kind: FaultKind) -> Stop {
        let kind = match kind {
            FaultKind::Unexpected if self.at >= self.bytes.len() => FaultKind::Truncated,
            kind => kind,
        };
        self.note(kind, self.at.min(self.bytes.len()));
        Stop
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next_char(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Passes over white space and comments.
    fn skip(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.text[self.at..].starts_with("/*") => {
                    self.note(FaultKind::Comment, self.at);
                    let rest = &self.text[self.at + 2..];
                    self.at += rest.find("*/").map_or(rest.len() + 2, |end| end + 4);
                }
                Some(b'/') if self.text[self.at..].starts_with("//") => {
                    self.note(FaultKind::Comment, self.at);
                    let rest = &self.text[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                // White space to a person, and to no parser.
                Some(0xC2 | 0xE2 | 0xE3 | 0xEF) => match self.next_char() {
                    Some(c) if c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' => {
                        self.note(FaultKind::RawControl, self.at);
                        self.at += c.len_utf8();
                    }
                    _ => return,
                },
                _ => return,
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Stop> {
        if depth > MAX_DEPTH {
            return Err(self.stop(FaultKind::TooDeep));
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.stop(FaultKind::TooMany));
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => Value::Text(self.string(false)?),
        };
        Ok(Node { value, start })
    }

    fn object(&mut self, depth: usize) -> Result<Value, Stop> {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        let mut names = HashSet::new();
        loop {
            self.skip();
            if self.close(b'}', !members.is_empty())? {
                break;
            }
            let key_start = self.at;
            let key = match self.peek() {
                Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'@') => {
                    self.note(FaultKind::UnquotedKey, self.at);
                    self.bare_word()
                }
                _ => self.string(true)?,
            };
            if !names.insert(key.clone()) {
                self.note(FaultKind::DuplicateKey, key_start);
            }
            self.skip();
            if self.peek() != Some(b':') {
                return Err(self.stop(FaultKind::Unexpected));
            }
            self.at += 1;
            self.skip();
            let value = self.value(depth + 1)?;
            members.push(Member {
                key,
                key_start,
                value,
            });
        }
        Ok(Value::Object(members))
    }

    fn list(&mut self, depth: usize) -> Result<Value, Stop> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip();
            if self.close(b']', !items.is_empty())? {
                return Ok(Value::List(items));
            }
            items.push(self.value(depth + 1)?);
        }
    }

    /// Passes over what stands before an element; returns whether it was the closing bracket.
    fn close(&mut self, bracket: u8, is_after: bool) -> Result<bool, Stop> {
        let comma = self.at;
        let mut has_comma = false;
        while self.peek() == Some(b',') {
            if has_comma || !is_after {
                self.note(FaultKind::TrailingComma, self.at);
            }
            has_comma = true;
            self.at += 1;
            self.skip();
        }
        match self.peek() {
            Some(byte) if byte == bracket => {
                if has_comma {
                    self.note(FaultKind::TrailingComma, comma);
                }
                self.at += 1;
                Ok(true)
            }
            Some(b'}' | b']' | b':') | None => Err(self.stop(FaultKind::Unexpected)),
            Some(_) => {
                if is_after && !has_comma {
                    // Between two values there is a comma; where nothing like a value follows, a
                    // comma would not mend it.
                    if !self.begins_value() {
                        return Err(self.stop(FaultKind::Unexpected));
                    }
                    self.note(FaultKind::MissingComma, self.at);
                }
                Ok(false)
            }
        }
    }

    fn begins_value(&self) -> bool {
        self.next_char().is_some_and(|c| {
            matches!(c, '"' | '{' | '[' | '-' | '0'..='9') || closing_of(c).is_some()
        })
    }

    fn bare_word(&mut self) -> String {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '@' | '-');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_owned()
    }

    fn word(&mut self) -> Result<Value, Stop> {
        let start = self.at;
        let word = self.bare_word();
        Ok(match word.as_str() {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "NaN" | "Infinity" | "undefined" | "None" => {
                self.note(FaultKind::NotANumber, start);
                Value::Null
            }
            "True" | "False" => {
                self.note(FaultKind::NotANumber, start);
                Value::Bool(word == "True")
            }
            _ => {
                self.at = start;
                return Err(self.stop(FaultKind::Unexpected));
            }
        })
    }

    fn number(&mut self) -> Result<Value, Stop> {
        let start = self.at;
        let rest = &self.text[start..];
        let is_part = |c: char| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let written = &rest[..end];
        self.at += end;
        if written == "-" && self.text[self.at..].starts_with("Infinity") {
            self.at += "Infinity".len();
            self.note(FaultKind::NotANumber, start);
            return Ok(Value::Null);
        }
        if !is_number(written) {
            if written.parse::<f64>().is_err() {
                self.at = start;
                return Err(self.stop(FaultKind::Unexpected));
            }
            self.note(FaultKind::NumberForm, start);
        }
        Ok(Value::Number(written.to_owned()))
    }

    /// Reads a string, in whatever quotation marks it stands.
    fn string(&mut self, is_key: bool) -> Result<String, Stop> {
        let Some(open) = self.next_char() else {
            return Err(self.stop(FaultKind::Truncated));
        };
        let Some(closing) = closing_of(open) else {
            return Err(self.stop(FaultKind::Unexpected));
        };
        match open {
            '"' => {}
            '\'' => self.note(FaultKind::SingleQuotes, self.at),
            _ => self.note(FaultKind::CurlyQuotes, self.at),
        }
        self.at += open.len_utf8();
        let mut read = String::new();
        while let Some(c) = self.next_char() {
            let here = self.at;
            self.at += c.len_utf8();
            match c {
                '\\' => self.escape(&mut read, here)?,
                c if closing.contains(c) => {
                    if self.ends_string(is_key) {
                        return Ok(read);
                    }
                    if c == '"' {
                        self.note(FaultKind::InnerQuote, here);
                    }
                    read.push(c);
                }
                '\0'..='\u{1f}' => {
                    self.note(FaultKind::RawControl, here);
                    read.push(c);
                }
                c => read.push(c),
            }
        }
        Err(self.stop(FaultKind::Truncated))
    }

    /// Says whether a quotation mark that was just passed closes its string: what follows one in JSON
    /// is the end, a bracket, a colon behind a name, or a comma and then another value.
    fn ends_string(&self, is_key: bool) -> bool {
        let rest = &self.text[self.at..];
        let after = rest.trim_start();
        let gap = &rest[..rest.len() - after.len()];
        if is_key {
            // A quotation mark in a name is rarer than anything that may follow one here.
            return true;
        }
        match after.chars().next() {
            None | Some('}' | ']') => true,
            Some(',') => {
                let next = after[1..].trim_start();
                let between = &after[1..after.len() - next.len()];
                match next.chars().next() {
                    Some('{' | '[' | '}' | ']' | ',' | '-' | '0'..='9') | None => true,
                    Some(c) if c.is_ascii_alphabetic() => is_name_or_word(next),
                    Some('/') => between.contains('\n'),
                    Some(c) => c == '"' || closing_of(c).is_some() || c == '@',
                }
            }
            Some('"' | '“' | '\'' | '/') => gap.contains('\n'),
            Some(_) => false,
        }
    }

    fn escape(&mut self, read: &mut String, start: usize) -> Result<(), Stop> {
        let Some(c) = self.next_char() else {
            return Err(self.stop(FaultKind::Truncated));
        };
        self.at += c.len_utf8();
        match c {
            '"' | '\\' | '/' => read.push(c),
            'b' => read.push('\u{8}'),
            'f' => read.push('\u{c}'),
            'n' => read.push('\n'),
            'r' => read.push('\r'),
            't' => read.push('\t'),
            'u' => match self.unicode() {
                Some(c) => read.push(c),
                None => {
                    self.note(FaultKind::BadEscape, start);
                }
            },
            c => {
                self.note(FaultKind::BadEscape, start);
                read.push(c);
            }
        }
        Ok(())
    }

    fn unicode(&mut self) -> Option<char> {
        let unit = self.hex()?;
        if !(0xD800..0xE000).contains(&unit) {
            return char::from_u32(unit);
        }
        if unit >= 0xDC00 || !self.text[self.at..].starts_with("\\u") {
            return None;
        }
        let before = self.at;
        self.at += 2;
        match self.hex() {
            Some(low) if (0xDC00..0xE000).contains(&low) => {
                char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            }
            _ => {
                self.at = before;
                None
            }
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

/// Says whether a text begins with a value that is a word, or with a name without quotation marks.
fn is_name_or_word(text: &str) -> bool {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let is_value =
        matches!(word, "true" | "false" | "null") && rest.trim_start().starts_with([',', '}', ']']);
    is_value || rest.starts_with(':') && !rest.starts_with("://")
}

/// Returns the marks that can close a string that this one opens.
const fn closing_of(open: char) -> Option<&'static str> {
    match open {
        '"' => Some("\""),
        '\'' => Some("'"),
        '“' | '”' | '„' | '«' | '»' => Some("”“»\""),
        '‘' | '’' | '‚' => Some("’‘'"),
        _ => None,
    }
}

/// Says whether a number is written as RFC 8259 has it.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
