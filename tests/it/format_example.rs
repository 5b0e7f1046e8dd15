//! The worked example of `docs/format.md`: made again, and compared with the document's own text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use factlog::audit::{Code, Effect, MemoryFacts, Replay, record};
use factlog::trust::merkle::{LeafHash, Tree};
use factlog::words::claim::Claim;
use factlog::words::id::{ObjectId, Sha256Hash, to_hex};
use factlog::words::object;

use crate::sample::{self, EXAMPLE, Ledger};

const FORMAT: &str = include_str!("../../docs/format.md");
const BEGIN: &str = "<!-- The rest of this section is compared with what a test writes. -->\n";
const END: &str = "<!-- Here the comparison ends. -->\n";

#[test]
fn the_documents_example_is_what_the_code_writes() {
    let written = written();
    let stands = FORMAT
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END))
        .map(|(example, _)| example)
        .expect("the document has the example between its two marks");
    for (number, (stands, written)) in stands.lines().zip(written.lines()).enumerate() {
        assert_eq!(stands, written, "line {} of the example", number + 1);
    }
    assert!(stands == written, "the example is:\n{written}");
}

#[test]
fn the_example_is_a_ledger_without_fault() {
    let ledger = Ledger::example();
    let objects: BTreeMap<ObjectId, Vec<u8>> = ledger
        .objects
        .iter()
        .map(|(_, bytes)| (ObjectId::of(bytes), bytes.clone()))
        .collect();
    let (mut replay, mut facts, mut tree) = (Replay::new(), MemoryFacts::default(), Tree::new());
    for (index, (name, entry)) in ledger.entries.iter().enumerate() {
        let findings = replay
            .examine(entry.clone(), index as u64, &facts, &objects, &tree)
            .expect("everything is in memory");
        assert!(findings.is_empty(), "{name}: {findings:?}");
        record(entry, index as u64, &mut facts, Effect::Full).expect("in memory");
        tree.push(LeafHash::of(entry.bytes()));
    }
}

#[test]
fn the_document_names_every_column_and_every_field() {
    let columns = factlog::export::csv::COLUMNS.join("\n");
    assert!(
        FORMAT.contains(&format!("```text\n{columns}\n```")),
        "{columns}"
    );
    let (formats, _) = FORMAT.split_once(BEGIN).expect("the mark");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for file in std::fs::read_dir(folder).expect("the schemas can be read") {
        let path = file.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        if !name.starts_with("entry-") && !name.starts_with("object-") {
            continue;
        }
        let schema = std::fs::read_to_string(&path).expect("UTF-8");
        let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
        for field in schema["properties"].as_object().expect("fields").keys() {
            assert!(formats.contains(&format!("`{field}`")), "{name}: {field}");
        }
    }
}

#[test]
fn the_document_has_every_finding() {
    let mut table = String::new();
    for code in Code::ALL {
        let severity = serde_json::to_value(code.severity()).expect("a name");
        let void = if code.voids() { "void" } else { "" };
        writeln!(
            table,
            "| `{code}` | {} | {void} | {} |",
            severity.as_str().expect("a name"),
            code.meaning()
        )
        .unwrap();
    }
    assert!(FORMAT.contains(&table), "the table is:\n{table}");
}

fn written() -> String {
    let ledger = Ledger::example();
    let mut text =
        String::from("\n### Keys\n\n| name | seed | verifier key |\n| --- | --- | --- |\n");
    for (at, (name, byte)) in sample::KEYS.iter().enumerate().take(3) {
        let key = sample::key(at);
        writeln!(
            text,
            "| `{name}` | {byte:02x} 32 times | `{}` |",
            key.verifier()
        )
        .unwrap();
    }
    text.push_str("\n### Texts\n");
    for (name, bytes) in of_texts(&ledger, true) {
        writeln!(
            text,
            "\n`{name}`, {} bytes, BLAKE3 `{}`, SHA-256 `{}`:\n\n```text\n{}```",
            bytes.len(),
            ObjectId::of(bytes),
            Sha256Hash::of(bytes),
            utf8(bytes)
        )
        .unwrap();
    }
    text.push_str("\n### Objects\n\nNone of them has a line feed at its end.\n");
    for (name, bytes) in of_texts(&ledger, false) {
        writeln!(
            text,
            "\n`{name}`, {} bytes, BLAKE3 `{}`:\n\n```json\n{}\n```",
            bytes.len(),
            ObjectId::of(bytes),
            utf8(bytes)
        )
        .unwrap();
        if name == "claim" {
            let claim: Claim = object::parse(bytes).expect("a claim");
            let identity = claim.identity();
            writeln!(text, "\nThe claim's identity is `{identity}`.").unwrap();
        }
    }
    text.push_str("\n### Entries\n");
    for (index, (name, entry)) in ledger.entries.iter().enumerate().take(EXAMPLE) {
        let head = ledger.head_at(index as u64 + 1);
        writeln!(
            text,
            "\nEntry {index}, `{name}`, {} bytes, id `{}`; with it the tree's root is `{}`:\n\n\
             ```text\n{}```",
            entry.bytes().len(),
            entry.id(),
            head.root,
            utf8(entry.bytes())
        )
        .unwrap();
    }
    text.push_str("\n### The tree\n\nThe hashes of its inner nodes, in hex:\n\n```text\n");
    let leaves: Vec<[u8; 32]> = ledger
        .entries
        .iter()
        .take(EXAMPLE)
        .map(|(_, entry)| LeafHash::of(entry.bytes()).0)
        .collect();
    let mut width = 1;
    let mut row = leaves;
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| factlog::trust::merkle::node_hash(&pair[0], &pair[1]))
            .collect();
        width *= 2;
        for (at, hash) in row.iter().enumerate() {
            let start = at * width;
            writeln!(text, "{start} to {} {}", start + width - 1, to_hex(hash)).unwrap();
        }
    }
    writeln!(
        text,
        "```\n\n### The checkpoint\n\n```text\n{}```\n",
        ledger.checkpoint(EXAMPLE as u64).as_str()
    )
    .unwrap();
    text
}

fn of_texts(ledger: &Ledger, texts: bool) -> impl Iterator<Item = &(String, Vec<u8>)> {
    ledger
        .objects
        .iter()
        .filter(move |(name, _)| name.ends_with("-text") == texts)
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}
