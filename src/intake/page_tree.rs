//! A page's tree, bounded while it is parsed.
//!
//! The parser is html5ever's, which follows the HTML Standard; the tree is `dom_query`'s. Both take
//! any page, and both take time in the square of a page's depth: a hundred thousand nested elements
//! would keep a machine busy for minutes. So the page is fed in small pieces, and after each one
//! the tree's depth and size are compared with the limits. What an attribute holds is not looked
//! at; how many there are in one tag is bounded before parsing, because each is compared with all
//! others.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;

use dom_query::{Document, NodeId, NodeRef};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

/// The most bytes of a page, decoded: 16 MiB, more than the HTML Standard on one page.
pub const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;

/// How deep elements may be nested: as deep as Chromium lets them be.
pub const MAX_DEPTH: u32 = 512;

/// The most nodes (elements, texts, comments) of a page: a few times those of the largest pages.
pub const MAX_NODES: usize = 500_000;

/// The most attributes of one tag.
pub const MAX_ATTRIBUTES: usize = 4096;

/// How many bytes are parsed between two looks at the limits. A short start tag can open as many
/// elements as formatting elements are open, so this bounds the tree to about 1,000 times 512
/// elements over its limit.
const PARSED_AT_A_TIME: usize = 2 * 1024;

/// Says which limit a page is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// It is too long.
    #[error("the page has {bytes} bytes, more than the {MAX_PAGE_BYTES} that a page may have")]
    TooLong {
        /// How long it is, in bytes of UTF-8.
        bytes: usize,
    },
    /// Its elements are nested too deep.
    #[error("elements are nested more than {MAX_DEPTH} deep before byte {offset} of the page")]
    TooDeep {
        /// How much of the page was parsed, in bytes of UTF-8.
        offset: usize,
    },
    /// It has too many nodes.
    #[error("the page has more than {MAX_NODES} nodes before byte {offset}")]
    TooManyNodes {
        /// How much of the page was parsed, in bytes of UTF-8.
        offset: usize,
    },
    /// A tag has too many attributes.
    #[error("the tag at byte {offset} of the page has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes {
        /// Where the tag begins, in bytes of UTF-8.
        offset: usize,
    },
}

/// Refuses a page that is too long, before anything looks through it.
pub(super) const fn check_length(page: &str) -> Result<(), PageError> {
    if page.len() > MAX_PAGE_BYTES {
        return Err(PageError::TooLong { bytes: page.len() });
    }
    Ok(())
}

/// Parses a page within the limits.
pub(super) fn parse(page: &str) -> Result<Document, PageError> {
    check_length(page)?;
    if let Some(offset) = too_many_attributes(page) {
        return Err(PageError::TooManyAttributes { offset });
    }
    let options = ParseOpts {
        tokenizer: TokenizerOpts::default(),
        tree_builder: TreeBuilderOpts {
            // What is in <noscript> is what a reader without scripts sees.
            scripting_enabled: false,
            ..TreeBuilderOpts::default()
        },
    };
    let mut parser = parse_document(BoundedTree::default(), options);
    let mut offset = 0;
    while offset < page.len() {
        let mut end = (offset + PARSED_AT_A_TIME).min(page.len());
        while !page.is_char_boundary(end) {
            end += 1;
        }
        parser.process(StrTendril::from_slice(&page[offset..end]));
        offset = end;
        let tree = &parser.tokenizer.sink.sink;
        if tree.deepest.get() > MAX_DEPTH {
            return Err(PageError::TooDeep { offset });
        }
        if tree.document.tree.len() > MAX_NODES {
            return Err(PageError::TooManyNodes { offset });
        }
    }
    let document = parser.finish();
    if depth_of(&document) > MAX_DEPTH {
        return Err(PageError::TooDeep { offset });
    }
    Ok(document)
}

/// Finds a tag with too many attributes, counting at least as many as there are.
///
/// It knows tags, quoted values and nothing else, so a comparison in a script counts as a tag up to
/// the next `>`.
fn too_many_attributes(page: &str) -> Option<usize> {
    let bytes = page.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|&byte| byte == b'<') {
        let tag = at + found;
        at = tag + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut words = 0;
        let mut in_word = true;
        let mut before = b' ';
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'>' => break,
                b'"' | b'\'' if before == b'=' => {
                    let rest = &bytes[at + 1..];
                    let end = rest.iter().position(|&b| b == byte).unwrap_or(rest.len());
                    at += end + 1;
                    in_word = false;
                    before = b' ';
                }
                b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' => in_word = false,
                _ => {
                    words += usize::from(!in_word);
                    in_word = true;
                    before = byte;
                }
            }
            if words > MAX_ATTRIBUTES {
                return Some(tag);
            }
            at += 1;
        }
    }
    None
}

/// Measures a finished tree: elements that the parser moved stand deeper than it put them.
fn depth_of(document: &Document) -> u32 {
    let mut deepest = 0;
    let mut open = vec![(document.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        deepest = deepest.max(depth);
        let children = node.children_it(false).filter(NodeRef::is_element);
        open.extend(children.map(|child| (child, depth + 1)));
    }
    deepest
}

/// A tree that knows how deep it has become.
#[derive(Default)]
struct BoundedTree {
    document: Document,
    /// The depth of each node that the parser has put somewhere.
    depths: RefCell<HashMap<NodeId, u32>>,
    deepest: Cell<u32>,
}

impl BoundedTree {
    fn depth(&self, node: NodeId) -> u32 {
        self.depths.borrow().get(&node).copied().unwrap_or(0)
    }

    fn set_depth(&self, node: NodeId, depth: u32) {
        self.depths.borrow_mut().insert(node, depth);
        self.deepest.set(self.deepest.get().max(depth));
    }

    /// Notes that `child` comes to stand at this depth.
    fn place(&self, child: &NodeOrText<NodeId>, depth: u32) {
        if let NodeOrText::AppendNode(node) = child {
            self.set_depth(*node, depth);
        }
    }
}

impl TreeSink for BoundedTree {
    type Handle = NodeId;
    type Output = Document;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Document {
        self.document
    }

    /// Pages are full of errors; nobody asks for them.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.document.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.document.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.document.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.document.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.place(&child, self.depth(*parent) + 1);
        self.document.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        self.place(&child, self.depth(*element).max(self.depth(*previous) + 1));
        self.document
            .append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        self.document
            .append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        let contents = self.document.get_template_contents(target);
        self.set_depth(contents, self.depth(*target) + 1);
        contents
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.document.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.place(&child, self.depth(*sibling));
        self.document.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.document.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.document.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &NodeId) -> bool {
        self.document
            .is_mathml_annotation_xml_integration_point(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_page_has_a_tree() {
        let document = parse("<title>T</title><p>one<p>t<b>w</b>o<noscript><p>three</noscript>")
            .expect("a page");
        assert_eq!(document.select("p").length(), 3);
        assert_eq!(document.select("title").text().as_ref(), "T");
        assert_eq!(depth_of(&document), 4);
    }

    #[test]
    fn the_same_tree_as_without_limits() {
        let page =
            "<table><p>x<tr><td><b>1<td>2</table><template><i>t</i></template><svg><a/></svg>é"
                .repeat(300);
        let bounded = parse(&page).expect("a page");
        assert_eq!(bounded.html(), Document::from(page.as_str()).html());
    }

    #[test]
    fn bombs_are_refused_before_they_go_off() {
        for bomb in [
            "<div>".repeat(100_000),
            "<b>".repeat(100_000),
            "<div></x>".repeat(100_000),
            "<div><table><tr><td></div>".repeat(50_000),
            "<template>".repeat(50_000),
            "<svg><g>".repeat(50_000),
            "<ul><li>".repeat(50_000),
            "<blockquote><p>".repeat(50_000),
        ] {
            let refused = parse(&bomb).err();
            let Some(PageError::TooDeep { offset }) = refused else {
                panic!("{refused:?}: {}", &bomb[..20]);
            };
            assert!(offset < 100_000, "{offset}");
        }
        // Formatting elements that stay open are opened again in every paragraph.
        let open = (0..300)
            .map(|n| format!("<b a{n}>"))
            .collect::<Vec<_>>()
            .concat();
        assert!(matches!(
            parse(&("<p>".to_owned() + &open + &"<p>x".repeat(100_000))),
            Err(PageError::TooManyNodes { .. })
        ));
        assert!(matches!(
            parse(&"<br>".repeat(MAX_NODES + 1)),
            Err(PageError::TooManyNodes { .. })
        ));
        assert_eq!(
            parse(&" ".repeat(MAX_PAGE_BYTES + 1)).err(),
            Some(PageError::TooLong {
                bytes: MAX_PAGE_BYTES + 1
            })
        );
    }

    #[test]
    fn a_tag_of_many_attributes_is_refused() {
        let attributes = |count: usize| {
            (0..count)
                .map(|n| format!(" a{n}=\"> x y\""))
                .collect::<Vec<_>>()
                .concat()
        };
        assert!(parse(&format!("<p{}>", attributes(MAX_ATTRIBUTES))).is_ok());
        let page = format!("abc<p{}>", attributes(MAX_ATTRIBUTES + 1));
        assert_eq!(
            parse(&page).err(),
            Some(PageError::TooManyAttributes { offset: 3 })
        );
        // Long values are ordinary: pictures written into the page.
        let picture = format!("<img src=\"data:{}\">", "A b/".repeat(100_000));
        assert!(parse(&picture).is_ok());
    }
}
