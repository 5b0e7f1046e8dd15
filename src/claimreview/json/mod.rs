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
