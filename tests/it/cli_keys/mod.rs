//! Who may sign, and what others say of a verdict: the commands, run as people run them.

mod agent;
mod approvals;
mod change;
mod refused;
mod roots;
mod site;
mod steps;

use serde_json::Value;

use crate::desk::Desk;

/// Runs a command with --json, which must succeed; its output must fit the schema.
fn json(desk: &Desk, schema: &str, arguments: &[&str]) -> Value {
    let (out, _) = desk.done(&[arguments, &["--json"]].concat());
    let value: Value = serde_json::from_str(&out).unwrap();
    let path = format!(
        "{}/schemas/{schema}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(&value).map(|e| e.to_string());
    let errors: Vec<String> = errors.collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}\n{value:#}");
    value
}

/// Gives a name a key and roles.
fn add(desk: &Desk, name: &str, roles: &str) -> Value {
    let arguments = ["key", "add", name, "--role", roles, "--unencrypted-keys"];
    json(desk, "output-key-change", &arguments)
}

/// Records a verdict by somebody; returns its id.
fn verdict_by(desk: &Desk, name: &str, claim: &str) -> String {
    let flags = [
        "verdict",
        claim,
        "--rating",
        "true",
        "--summary",
        "It is so.",
    ];
    let (out, _) = desk.done(&[&flags[..], &["--as", name]].concat());
    out.trim().to_owned()
}
