//! Anchors that wait: claims whose words a newer capture of their source has elsewhere, otherwise, or
//! not at all.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// A file has at most so many bytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// A claim whose words must be looked for by a person.
pub(super) struct WaitingAnchor {
    /// The claim's entry, or the beginning of its id.
    pub(super) claim: String,
    /// What became of its words: drifted, ambiguous or orphaned.
    pub(super) state: String,
}

/// Returns the anchors that wait, from the files in the ledger's folder `anchors/`: JSON with `claim`
/// and `state`. What is none of that is passed over.
pub(super) fn waiting_anchors(ledger: &Path) -> Vec<WaitingAnchor> {
    let Ok(names) = fs::read_dir(ledger.join("anchors")) else {
        return vec![];
    };
    let mut paths: Vec<_> = names.flatten().map(|name| name.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort_unstable();
    let waiting = |path| -> Option<WaitingAnchor> {
        if fs::metadata(&path).ok()?.len() > MOST_BYTES {
            return None;
        }
        let anchor: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let state = anchor["state"].as_str()?;
        let waits = ["drifted", "ambiguous", "orphaned"].contains(&state);
        waits.then_some(WaitingAnchor {
            claim: anchor["claim"].as_str()?.to_owned(),
            state: state.to_owned(),
        })
    };
    paths.into_iter().filter_map(waiting).collect()
}
