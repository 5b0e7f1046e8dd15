//! The commands that write, run as a person runs them: every output that is JSON fits its schema.

mod add;
mod batch;
mod consent;
mod init;
mod input;
mod numbers;
mod proposals;
mod reanchor;
mod review;
mod split;
mod terminal;
mod verdict;
mod words;

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::desk::{Desk, said};

/// Checks JSON against a schema of ours.
pub(crate) fn fits(schema: &str, value: &Value) {
    let path = format!(
        "{}/schemas/{schema}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}\n{value:#}");
}

/// Runs a command with --json, which must succeed; its output must fit the schema.
pub(crate) fn json(desk: &Desk, schema: &str, arguments: &[&str]) -> Value {
    let (out, _) = desk.done(&[arguments, &["--json"]].concat());
    let value: Value = serde_json::from_str(&out).unwrap();
    fits(schema, &value);
    value
}

/// Returns the numbered claims.
fn claims(desk: &Desk) -> Vec<Value> {
    json(desk, "output-claims", &["claims"])["claims"]
        .as_array()
        .unwrap()
        .clone()
}

/// Runs a command with answers on its standard input; returns its exit status and both streams.
pub(crate) fn with_input(command: &mut Command, input: &str) -> (Option<i32>, String, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command may end before it has read all.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

/// Writes a script that stands for a person's editor: `$1` is the form.
#[cfg(unix)]
fn editor(desk: &Desk, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = desk.path("editor.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}
