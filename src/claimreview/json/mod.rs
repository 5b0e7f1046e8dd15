//! JSON as it stands on real pages: read to its end where that can be done, every fault listed.
//!
//! Follows RFC 8259. What is JSON is read as it says; what is not is read as it was probably meant,
//! and each departure is a [`Fault`] with its place. A consumer of markup reads nothing of a block
//! that is not JSON, so that a linter must call every fault an error; an importer can go on.
//!
//! Numbers are kept as they are written. Input is bounded by [`MAX_DEPTH`] and [`MAX_NODES`].

mod reader;

use self::reader::Reader;

/// How deep arrays and objects may be nested: markup has six levels.
pub const MAX_DEPTH: usize = 64;

/// The most values of one document: a feed of a hundred thousand reviews has so many.
pub const MAX_NODES: usize = 3_000_000;

/// A value and the bytes that it was read from.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it begins, in bytes of the block.
    pub start: usize,
}

/// A value of JSON.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object, its members in their order, those of the same name too.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Its name.
    pub key: String,
    /// Where the name begins, in bytes of the block.
    pub key_start: usize,
    /// Its value.
    pub value: Node,
}

/// A place where a block is not JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where, in bytes of the block.
    pub at: usize,
}

/// What keeps a block from being JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultKind {
    /// A comma before a closing bracket.
    TrailingComma,
    /// No comma between two members or elements.
    MissingComma,
    /// Typographic quotation marks around a string.
    CurlyQuotes,
    /// Apostrophes around a string.
    SingleQuotes,
    /// A name without quotation marks.
    UnquotedKey,
    /// A line feed or another control character in a string.
    RawControl,
    /// A quotation mark in a string, without a backslash.
    InnerQuote,
    /// A backslash before a letter that makes no escape, or half a surrogate pair.
    BadEscape,
    /// A comment.
    Comment,
    /// `NaN`, `Infinity`, `undefined` or `None`.
    NotANumber,
    /// A number that is written otherwise: `+1`, `01`, `.5`.
    NumberForm,
    /// Something behind the document's end.
    TrailingData,
    /// A second document.
    SeveralDocuments,
    /// The same name twice in an object.
    DuplicateKey,
    /// A byte order mark at the beginning.
    ByteOrderMark,
    /// `CDATA` or an HTML comment around it all.
    Wrapped,
    /// Quotation marks written as character references.
    HtmlEscaped,
    /// Nothing at all.
    Empty,
    /// It ends in the middle.
    Truncated,
    /// Something that is none of the above.
    Unexpected,
    /// It is nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// It has more than [`MAX_NODES`] values.
    TooMany,
}

impl FaultKind {
    /// Says whether what follows could not be read.
    pub const fn is_fatal(self) -> bool {
        matches!(
            self,
            Self::Empty | Self::Truncated | Self::Unexpected | Self::TooDeep | Self::TooMany
        )
    }
}

/// What was read of a block.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parsed {
    /// The documents; one where all is well, none where one could not be read to its end.
    pub documents: Vec<Node>,
    /// What is wrong, in the order of the block.
    pub faults: Vec<Fault>,
    /// Whether places are those of other bytes than the block's, because it had to be unescaped.
    pub is_moved: bool,
}

/// Reads a block.
pub fn parse(block: &str) -> Parsed {
    let (body, offset, mut faults) = unwrap(block);
    let escaped = !body.contains('"') && body.contains("&quot;");
    let unescaped;
    let text = if escaped {
        faults.push(Fault {
            kind: FaultKind::HtmlEscaped,
            at: offset,
        });
        unescaped = super::texts::unescape(body).into_owned();
        unescaped.as_str()
    } else {
        body
    };
    let (documents, read) = Reader::new(text).documents();
    faults.extend(read.into_iter().map(|fault| Fault {
        at: fault.at + offset,
        ..fault
    }));
    let mut parsed = Parsed {
        documents,
        faults,
        is_moved: escaped,
    };
    if offset > 0 {
        for document in &mut parsed.documents {
            shift(document, offset);
        }
    }
    parsed
}

/// Takes off what stands around a document: a byte order mark, `CDATA`, an HTML comment.
fn unwrap(block: &str) -> (&str, usize, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut body = block;
    let place = |body: &str| body.as_ptr() as usize - block.as_ptr() as usize;
    if let Some(rest) = body.trim_start().strip_prefix('\u{feff}') {
        faults.push(Fault {
            kind: FaultKind::ByteOrderMark,
            at: 0,
        });
        body = rest;
    }
    for (begin, end) in [("<![CDATA[", "]]>"), ("<!--", "-->")] {
        let inner = body.trim_start();
        let inner = inner.strip_prefix("//").unwrap_or(inner).trim_start();
        let inner = inner.strip_prefix("/*").unwrap_or(inner).trim_start();
        if let Some(rest) = inner.strip_prefix(begin) {
            faults.push(Fault {
                kind: FaultKind::Wrapped,
                at: place(inner),
            });
            let rest = rest.trim_start().strip_prefix("*/").unwrap_or(rest);
            let rest = rest.trim_end().trim_end_matches("*/").trim_end();
            let rest = rest.strip_suffix(end).unwrap_or(rest).trim_end();
            let rest = rest.strip_suffix("/*").unwrap_or(rest).trim_end();
            body = rest.strip_suffix("//").unwrap_or(rest);
        }
    }
    (body, place(body), faults)
}

fn shift(node: &mut Node, by: usize) {
    node.start += by;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Object(members) => {
            for member in members {
                member.key_start += by;
                shift(&mut member.value, by);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns a value as `serde_json` has it; of two members with the same name the last counts.
    fn plain(node: &Node) -> serde_json::Value {
        match &node.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(text) => serde_json::from_str(text).expect("a number"),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(plain).collect(),
            Value::Object(members) => members
                .iter()
                .map(|member| (member.key.clone(), plain(&member.value)))
                .collect(),
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let text = "[ -~\n\t“”é漢\u{2028}]{0,12}";
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            text.prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::btree_map(text, inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_is_read_as_it_says(value in json(), is_pretty: bool) {
            let text = if is_pretty {
                serde_json::to_string_pretty(&value).expect("JSON")
            } else {
                value.to_string()
            };
            let parsed = parse(&text);
            prop_assert_eq!(&parsed.faults, &[]);
            prop_assert_eq!(plain(&parsed.documents[0]), value);
        }

        #[test]
        fn anything_is_read_to_an_end(text in "[{}\\[\\]:,\"'“”\\\\a-c0-9/* \n-]{0,60}") {
            let parsed = parse(&text);
            let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            let doubled = |fault: &Fault| fault.kind == FaultKind::DuplicateKey;
            prop_assert_eq!(is_json, parsed.faults.iter().all(doubled), "{:?}", parsed);
        }
    }

    #[test]
    fn what_is_no_json_is_read_as_it_was_meant() {
        let meant = r#"{"a":["b \"c\" d",1],"e":"f"}"#;
        let meant = plain(&parse(meant).documents[0]);
        for (text, kind) in [
            (
                r#"{"a":["b \"c\" d",1,],"e":"f"}"#,
                FaultKind::TrailingComma,
            ),
            (r#"{"a":["b \"c\" d",1] "e":"f"}"#, FaultKind::MissingComma),
            (r#"{"a":["b "c" d",1],"e":"f"}"#, FaultKind::InnerQuote),
            (r#"{“a”:["b \"c\" d",1],"e":"f"}"#, FaultKind::CurlyQuotes),
            (r#"{'a':['b "c" d',1],'e':'f'}"#, FaultKind::SingleQuotes),
            (r#"{a:["b \"c\" d",1],"e":"f"}"#, FaultKind::UnquotedKey),
            (
                r#"{"a":["b \"c\" d",1],/* x */"e":"f"}"#,
                FaultKind::Comment,
            ),
            (r#"{"a":["b \"c\" d",1],"e":"f"};"#, FaultKind::TrailingData),
            (
                "<!-- {\"a\":[\"b \\\"c\\\" d\",1],\"e\":\"f\"} -->",
                FaultKind::Wrapped,
            ),
            (
                "{&quot;a&quot;:[&quot;b \\&quot;c\\&quot; d&quot;,1],&quot;e&quot;:&quot;f&quot;}",
                FaultKind::HtmlEscaped,
            ),
        ] {
            let parsed = parse(text);
            let kinds: Vec<FaultKind> = parsed.faults.iter().map(|fault| fault.kind).collect();
            assert_eq!(kinds, [kind], "{text}");
            assert_eq!(
                parsed.documents.first().map(plain),
                Some(meant.clone()),
                "{text}"
            );
        }
    }
}
