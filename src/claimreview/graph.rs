//! The objects of a file's blocks as one graph: references followed, lists opened, names without
//! their prefixes.
//!
//! Follows JSON-LD 1.1 as far as markup uses it: `@graph`, `@id`, `@value`, `@list`, `@set`, `null`
//! for what is absent, and names by prefix or as full addresses. A context is looked at and not
//! applied: aliases that it defines are not known, but for `schema:`.

use std::collections::HashMap;
use std::rc::Rc;

use super::json::{Member, Node, Value};
use super::vocabulary;

/// How many references are followed one after another.
const MAX_REFERENCES: usize = 8;

/// A step on the way to a value.
#[derive(Debug)]
pub(super) struct Step<'a> {
    before: Option<Rc<Step<'a>>>,
    part: Part<'a>,
}

#[derive(Debug)]
enum Part<'a> {
    Key(&'a str),
    Index(usize),
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<'a> {
    /// The value.
    pub(super) node: &'a Node,
    /// The block that it stands in.
    pub(super) block: usize,
    path: Option<Rc<Step<'a>>>,
}

/// So much of a name is written into a pointer.
const MAX_NAME_CHARACTERS: usize = 64;

impl<'a> At<'a> {
    /// Returns the document of a block.
    pub(super) const fn document(node: &'a Node, block: usize) -> Self {
        Self {
            node,
            block,
            path: None,
        }
    }

    fn step(&self, node: &'a Node, part: Part<'a>) -> Self {
        Self {
            node,
            block: self.block,
            path: Some(Rc::new(Step {
                before: self.path.clone(),
                part,
            })),
        }
    }

    /// Returns the value of a member.
    pub(super) fn member(&self, member: &'a Member) -> Self {
        self.step(&member.value, Part::Key(&member.key))
    }

    /// Returns the member that a property's value stands in: by its own name, else by one that was
    /// probably meant.
    pub(super) fn property(&self, kind: &str, name: &str) -> Option<Self> {
        let members = self.members();
        let exact = members.iter().rev().find(|m| plain_name(&m.key) == name);
        let found = exact.or_else(|| {
            let meant = |m: &&Member| vocabulary::meant(kind, &m.key) == Some(name);
            members.iter().find(meant)
        });
        found.map(|member| self.member(member))
    }

    /// Returns what directly belongs to it: elements, or members' values.
    pub(super) fn children(&self) -> Vec<Self> {
        match &self.node.value {
            Value::List(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(n, item)| self.step(item, Part::Index(n)))
                    .collect()
            }
            Value::Object(members) => members.iter().map(|member| self.member(member)).collect(),
            _ => vec![],
        }
    }

    /// Returns its members; none of what is no object.
    pub(super) fn members(&self) -> &'a [Member] {
        match &self.node.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// Says whether it is an object.
    pub(super) const fn is_object(&self) -> bool {
        matches!(self.node.value, Value::Object(_))
    }

    /// Returns the JSON Pointer (RFC 6901) that leads to it from its document.
    pub(super) fn pointer(&self) -> String {
        let mut parts = Vec::new();
        let mut next = self.path.as_deref();
        while let Some(step) = next {
            parts.push(match step.part {
                Part::Key(key) => {
                    let short: String = key.chars().take(MAX_NAME_CHARACTERS).collect();
                    short.replace('~', "~0").replace('/', "~1")
                }
                Part::Index(n) => n.to_string(),
            });
            next = step.before.as_deref();
        }
        parts
            .iter()
            .rev()
            .fold(String::new(), |all, part| all + "/" + part)
    }

    /// Returns the text that it is: a string, or a number as it is written.
    pub(super) fn text(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// Says whether it says nothing: an empty text, list or object.
    pub(super) fn is_empty(&self) -> bool {
        match &self.node.value {
            Value::Text(text) => text.trim().is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        }
    }

    /// Returns the address that it gives: a text, or an object's `@id`.
    pub(super) fn address(&self) -> Option<&'a str> {
        self.text().or_else(|| self.id())
    }

    /// Returns its `@id`.
    pub(super) fn id(&self) -> Option<&'a str> {
        let member = self
            .members()
            .iter()
            .find(|m| matches!(m.key.as_str(), "@id" | "id"))?;
        match &member.value.value {
            Value::Text(id) => Some(id),
            _ => None,
        }
    }

    /// Returns its types, without prefixes.
    pub(super) fn types(&self) -> Vec<&'a str> {
        self.types_by("@type")
    }

    /// Returns the types that a member of this name gives.
    pub(super) fn types_by(&self, name: &str) -> Vec<&'a str> {
        let member = self.members().iter().find(|member| member.key == name);
        let text = |node: &'a Node| match &node.value {
            Value::Text(text) => Some(plain_name(text.trim())),
            _ => None,
        };
        match member.map(|member| &member.value) {
            Some(Node {
                value: Value::List(items),
                ..
            }) => items.iter().filter_map(text).collect(),
            Some(node) => text(node).into_iter().collect(),
            None => vec![],
        }
    }

    /// Says whether it has a type.
    pub(super) fn is_a(&self, name: &str) -> bool {
        self.types().contains(&name)
    }

    /// Says whether it is nothing but a reference.
    fn is_reference(&self) -> bool {
        let members = self.members();
        let is_meta =
            |member: &Member| matches!(member.key.as_str(), "@id" | "@type" | "id" | "type");
        self.id().is_some() && members.iter().all(is_meta)
    }
}

/// Returns a name of schema.org without the prefix or address that says whose it is.
pub(super) fn plain_name(name: &str) -> &str {
    let rest = name.strip_prefix("schema:");
    let rest = rest.or_else(|| {
        let rest = name
            .strip_prefix("http://")
            .or_else(|| name.strip_prefix("https://"))?;
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        rest.strip_prefix("schema.org/")
    });
    rest.unwrap_or(name)
}

/// The objects that have an `@id`, by it.
#[derive(Default)]
pub(super) struct Graph<'a> {
    ids: HashMap<&'a str, At<'a>>,
}

impl<'a> Graph<'a> {
    /// Notes every object below a document that says something of what its `@id` names.
    pub(super) fn add(&mut self, document: &At<'a>) {
        let mut open = vec![document.clone()];
        while let Some(at) = open.pop() {
            if let Some(id) = at.id()
                && !at.is_reference()
            {
                self.ids.entry(id).or_insert_with(|| at.clone());
            }
            open.extend(at.children().into_iter().rev());
        }
    }

    /// Follows a reference; what refers to nothing here stays as it is.
    pub(super) fn resolved(&self, at: &At<'a>) -> At<'a> {
        let mut at = at.clone();
        for _ in 0..MAX_REFERENCES {
            let target = at.id().filter(|_| at.is_reference());
            match target.and_then(|id| self.ids.get(id)) {
                Some(target) => at = target.clone(),
                None => break,
            }
        }
        at
    }

    /// Says whether it is a reference that leads nowhere.
    pub(super) fn is_dangling(&self, at: &At<'a>) -> bool {
        self.resolved(at).is_reference()
    }

    /// Returns the values that a member's value stands for: lists opened, references followed, `null`
    /// left out.
    pub(super) fn values(&self, at: &At<'a>) -> Vec<At<'a>> {
        let mut values = Vec::new();
        let mut open = vec![at.clone()];
        while let Some(at) = open.pop() {
            match &at.node.value {
                Value::Null => {}
                Value::List(_) => open.extend(at.children().into_iter().rev()),
                Value::Object(members) => {
                    let inner = members
                        .iter()
                        .find(|m| matches!(m.key.as_str(), "@value" | "@list" | "@set"));
                    match inner {
                        Some(inner) => open.push(at.member(inner)),
                        None => values.push(self.resolved(&at)),
                    }
                }
                _ => values.push(at),
            }
        }
        values
    }

    /// Returns a property's values.
    pub(super) fn values_of(&self, at: &At<'a>, kind: &str, name: &str) -> Vec<At<'a>> {
        let member = at.property(kind, name);
        member.map_or_else(Vec::new, |member| self.values(&member))
    }

    /// Returns a property's first value.
    pub(super) fn first_of(&self, at: &At<'a>, kind: &str, name: &str) -> Option<At<'a>> {
        self.values_of(at, kind, name).into_iter().next()
    }
}
