//! The JSON Schemas in `schemas/`: what the code writes validates, and each invalid file fails.
//!
//! `tests/schemas/{valid,invalid}/<schema>/<case>.json`: an invalid case is a valid one with one
//! fault, which its name says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use factlog::entry::Kind;
use jsonschema::Validator;
use serde_json::Value;

use crate::sample::Ledger;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Files of a folder, by name without ending.
fn files(path: &Path, ending: &str) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(ending)?.to_owned();
            Some((name, std::fs::read_to_string(&path).expect("UTF-8")))
        })
        .collect()
}

fn schemas() -> BTreeMap<String, Value> {
    files(&folder("schemas"), ".schema.json")
        .into_iter()
        .map(|(name, text)| {
            let schema = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
            (name, schema)
        })
        .collect()
}

fn validators() -> BTreeMap<String, Validator> {
    schemas()
        .into_iter()
        .map(|(name, schema)| {
            let validator = jsonschema::validator_for(&schema);
            let validator = validator.unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, validator)
        })
        .collect()
}

fn assert_valid(name: &str, validator: &Validator, value: &Value) {
    if let Err(error) = validator.validate(value) {
        panic!("{name}: {error} at {}: {value:#}", error.instance_path());
    }
}

/// The JSON line of each entry, and each JSON object, with the schema that it is of.
fn written() -> Vec<(String, String, Value)> {
    let ledger = Ledger::whole();
    let entries = ledger.entries.iter().map(|(name, entry)| {
        let line = entry.note().text().lines().nth(1).expect("line 2");
        (
            format!("entry-{}", entry.kind()),
            name.clone(),
            line.to_owned(),
        )
    });
    let objects = ledger
        .objects
        .iter()
        .filter(|(name, _)| !name.ends_with("-text"))
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes.clone()).expect("UTF-8");
            let kind = text
                .split("\"type\":\"factlog/")
                .last()
                .and_then(|rest| rest.split('@').next())
                .expect("a type");
            (format!("object-{kind}"), name.clone(), text.clone())
        });
    entries
        .chain(objects)
        .map(|(schema, name, text)| (schema, name, serde_json::from_str(&text).expect("JSON")))
        .collect()
}

#[test]
fn what_is_written_validates() {
    let mut seen = BTreeSet::new();
    let validators = validators();
    for (schema, name, value) in written() {
        assert_valid(&name, &validators[&schema], &value);
        seen.insert(schema);
    }
    for kind in Kind::ALL {
        assert!(seen.contains(&format!("entry-{kind}")), "{kind}");
    }
    for kind in ["claim", "verdict", "policy", "meta", "note", "manifest"] {
        assert!(seen.contains(&format!("object-{kind}")), "{kind}");
    }
}

#[test]
fn an_unknown_or_missing_field_is_refused() {
    let validators = validators();
    for (schema, name, value) in written() {
        let validator = &validators[&schema];
        let mut more = value.clone();
        more["unknown"] = Value::from(1);
        assert!(!validator.is_valid(&more), "{name}");
        let fields = value.as_object().expect("an object");
        for field in ["kind", "type", "by", "at", "chain"] {
            if fields.contains_key(field) {
                let mut less = fields.clone();
                less.remove(field);
                assert!(!validator.is_valid(&Value::Object(less)), "{name}: {field}");
            }
        }
    }
}

#[test]
fn schemas_are_closed_and_named() {
    for (name, schema) in schemas() {
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{name}"
        );
        assert_eq!(schema["$id"], format!("{name}.schema.json"));
        for field in ["title", "description"] {
            assert!(schema[field].is_string(), "{name}: {field}");
        }
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_closed(&name, &schema);
    }
}

/// Every schema of an object with properties says what other properties there may be.
fn assert_closed(name: &str, schema: &Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && fields.get("type") == Some(&"object".into()) {
                assert!(
                    fields.contains_key("additionalProperties"),
                    "{name}: open: {schema:#}"
                );
            }
            fields.values().for_each(|value| assert_closed(name, value));
        }
        Value::Array(values) => values.iter().for_each(|value| assert_closed(name, value)),
        _ => {}
    }
}

fn cases(kind: &str) -> Vec<(String, String, Value)> {
    let root = folder("tests/schemas").join(kind);
    let mut cases = Vec::new();
    for schema in std::fs::read_dir(&root).expect("the folder can be read") {
        let schema = schema.expect("a folder").path();
        let schema_name = schema.file_name().and_then(|n| n.to_str()).expect("UTF-8");
        for (case, text) in files(&schema, ".json") {
            let value =
                serde_json::from_str(&text).unwrap_or_else(|e| panic!("{schema_name}/{case}: {e}"));
            cases.push((schema_name.to_owned(), case, value));
        }
    }
    assert!(!cases.is_empty());
    cases
}

#[test]
fn valid_files_validate() {
    let validators = validators();
    for (schema, case, value) in cases("valid") {
        assert_valid(&format!("{schema}/{case}"), &validators[&schema], &value);
    }
}

#[test]
fn invalid_files_fail_for_one_reason() {
    let validators = validators();
    for (schema, case, value) in cases("invalid") {
        let errors: Vec<_> = validators[&schema].iter_errors(&value).collect();
        assert!(!errors.is_empty(), "{schema}/{case} is valid");
        let places: BTreeSet<String> = errors
            .iter()
            .map(|error| error.instance_path().to_string())
            .collect();
        assert_eq!(places.len(), 1, "{schema}/{case}: {errors:#?}");
    }
}
