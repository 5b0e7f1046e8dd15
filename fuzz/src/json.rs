//! Changes to a value of JSON, written again in the one way that there is.

use serde_json::{Map, Value, json};

use crate::{Pick, mutate};

/// Names of fields, of which one that is not there may be put in.
const FIELDS: [&str; 36] = [
    "after",
    "at",
    "binary",
    "by",
    "change",
    "claim",
    "claimant",
    "decision",
    "end",
    "entries",
    "evidence",
    "extractor",
    "from",
    "index",
    "key",
    "keys",
    "kind",
    "manner",
    "note",
    "object",
    "old",
    "path",
    "policy",
    "prev",
    "quote",
    "reason",
    "replaces",
    "roles",
    "roots",
    "size",
    "slices",
    "source",
    "start",
    "statement",
    "supersedes",
    "threshold",
];

/// Words that mean something somewhere.
const WORDS: [&str; 30] = [
    "",
    "add",
    "approve",
    "approver",
    "claim",
    "compromised",
    "correction",
    "dispute",
    "erasure",
    "false",
    "key",
    "log",
    "lost",
    "policy",
    "public",
    "publisher",
    "quoted",
    "rating",
    "reaffirmation",
    "retraction",
    "reviewer",
    "revoke",
    "roots",
    "rotate",
    "source",
    "true",
    "update",
    "verdict",
    "withheld",
    "2026-11-22T10:00:03Z",
];

const NUMBERS: [i64; 10] = [
    0,
    1,
    2,
    3,
    1024,
    -1,
    255,
    256,
    9_007_199_254_740_991,
    i64::MAX,
];

/// Reads a value.
pub fn read(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

/// Writes a value: keys in byte order, no white space.
pub fn write(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("it can be written to memory")
}

/// Changes one part of a value.
pub fn change(value: &mut Value, pick: &mut Pick) {
    let mut others = Vec::new();
    gather(value, &mut others);
    let other = pick.of(&others).cloned().unwrap_or(Value::Bool(false));
    let mut at = pick.below(others.len().max(1));
    let Some(node) = nth(value, &mut at) else {
        return;
    };
    if pick.one_in(8) {
        *node = other;
        return;
    }
    match node {
        Value::String(text) => change_text(text, &other, pick),
        Value::Number(number) => {
            let old = number.as_i64().unwrap_or(0);
            *node = json!(match pick.below(4) {
                0 => old.wrapping_add(1),
                1 => old.wrapping_sub(1),
                2 => other.as_i64().unwrap_or(1 << pick.below(63)),
                _ => NUMBERS[pick.below(NUMBERS.len())],
            });
        }
        Value::Bool(said) => *said = !*said,
        Value::Null => *node = Value::Bool(true),
        Value::Array(items) => change_list(items, other, pick),
        Value::Object(fields) => change_fields(fields, other, pick),
    }
}

/// Changes a text: by libFuzzer, or into one that stands elsewhere.
pub fn change_text(text: &mut String, other: &Value, pick: &mut Pick) {
    *text = match (pick.below(4), other) {
        (0, Value::String(other)) => other.clone(),
        (1, _) => WORDS[pick.below(WORDS.len())].to_owned(),
        _ => String::from_utf8_lossy(&mutate(text.as_bytes())).into_owned(),
    };
}

fn change_list(items: &mut Vec<Value>, other: Value, pick: &mut Pick) {
    let at = pick.below(items.len() + 1);
    match pick.below(4) {
        0 if at < items.len() => drop(items.remove(at)),
        1 if at < items.len() => items.insert(at, items[at].clone()),
        2 if at < items.len() => {
            let second = pick.below(items.len());
            items.swap(at, second);
        }
        _ => items.insert(at, other),
    }
}

fn change_fields(fields: &mut Map<String, Value>, other: Value, pick: &mut Pick) {
    let keys: Vec<String> = fields.keys().cloned().collect();
    if let (Some(key), true) = (pick.of(&keys), pick.one_in(2)) {
        fields.remove(key);
    } else {
        let name = FIELDS[pick.below(FIELDS.len())];
        fields.insert(name.to_owned(), other);
    }
}

fn gather(value: &Value, all: &mut Vec<Value>) {
    all.push(value.clone());
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, all)),
        Value::Object(fields) => fields.values().for_each(|item| gather(item, all)),
        _ => {}
    }
}

/// Returns the part numbered so, in the order of [`gather`].
fn nth<'a>(value: &'a mut Value, at: &mut usize) -> Option<&'a mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, at)),
        Value::Object(fields) => fields.values_mut().find_map(|item| nth(item, at)),
        _ => None,
    }
}
