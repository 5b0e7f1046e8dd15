//! What was found in texts, kept in files so that no text is split twice.
//!
//! A file a text in `.factlog/proposals/`: the BLAKE3 hash of what follows in hex, a line feed, and
//! JSON that names the text and the program that split it. The files are no part of the ledger, and
//! can be thrown away at any time: what is missing, damaged, of another text or by another version of
//! this program is found out again, and where an outside program found it, by this one. Nothing waits for the disk: the hash shows a file that was cut short.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use factlog::extract::{ExtractedClaim, outside};
use factlog::words::id::ObjectId;
use factlog::words::span::Span;
use serde::{Deserialize, Serialize};

use super::{EXTRACTOR, Finding};
use crate::cli::extractor;

/// The type that a file names.
const TYPE: &str = "factlog/proposals@v1";

/// No larger file is written or read: 64 MiB of text give less than that.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The hexadecimal digits of a file's hash, and the line feed after them.
const HASH_BYTES: usize = 65;

/// A ledger's folder of files with what was found in texts.
pub(super) struct Kept {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Found<C> {
    #[serde(rename = "type")]
    kind: String,
    text: ObjectId,
    by: Program,
    claims: C,
}

/// Which program split a text, so that another one's rules are not taken for this one's.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    extractor: String,
    version: String,
    /// The bytes of its file, and when that was changed, in nanoseconds since 1970.
    file: Option<(u64, u64)>,
}

impl Program {
    fn this() -> Self {
        let file = || {
            let about = fs::metadata(env::current_exe().ok()?).ok()?;
            let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
            Some((about.len(), u64::try_from(changed.as_nanos()).ok()?))
        };
        Self {
            extractor: EXTRACTOR.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            file: file(),
        }
    }

    /// The one that found this: of an outside program only the name is known.
    fn of(finding: &Finding) -> Self {
        if finding.extractor == EXTRACTOR {
            return Self::this();
        }
        Self {
            extractor: finding.extractor.clone(),
            version: String::new(),
            file: None,
        }
    }

    fn is_known(&self) -> bool {
        extractor::is_outside(&self.extractor) || *self == Self::this()
    }
}

impl Kept {
    /// Names the files of the ledger whose files are in `ledger`.
    pub(super) fn of(ledger: &Path) -> Self {
        Self {
            folder: ledger.join("proposals"),
        }
    }

    /// Returns what this program found in a text; `None` where that is not there as it was written.
    pub(super) fn read(&self, id: ObjectId, text: &str) -> Option<Finding> {
        let path = self.path(id);
        let about = fs::metadata(&path).ok()?;
        // Opening a pipe would wait for whoever writes into it.
        if !about.is_file() || about.len() > MOST_BYTES {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        let (hash, document) = bytes.split_at_checked(HASH_BYTES)?;
        if hash != hash_line(document).as_bytes() {
            return None;
        }
        let found: Found<Vec<ExtractedClaim>> = serde_json::from_slice(document).ok()?;
        let is_ours = found.kind == TYPE && found.text == id && found.by.is_known();
        let is_of_text = |claim: &ExtractedClaim| {
            is_in(text, claim) && outside::check_found(claim, text).is_ok()
        };
        (is_ours && found.claims.iter().all(is_of_text)).then_some(Finding {
            extractor: found.by.extractor,
            claims: found.claims,
        })
    }

    /// Says whether there is a file of a text.
    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.path(id).is_file()
    }

    /// Keeps what was found in a text; where that can't be written, it is found out again.
    pub(super) fn write(&self, id: ObjectId, finding: &Finding) {
        let found = Found {
            kind: TYPE.to_owned(),
            text: id,
            by: Program::of(finding),
            claims: &finding.claims,
        };
        let Ok(document) = serde_json::to_vec(&found) else {
            return;
        };
        if document.len() as u64 + HASH_BYTES as u64 > MOST_BYTES {
            return;
        }
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::Builder::new()
                .prefix(".proposals-")
                .tempfile_in(&self.folder)?;
            file.write_all(hash_line(&document).as_bytes())?;
            file.write_all(&document)?;
            file.persist(self.path(id))?;
            Ok(())
        };
        let _ = write();
    }

    fn path(&self, id: ObjectId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

fn hash_line(document: &[u8]) -> String {
    format!("{}\n", ObjectId::of(document))
}

/// Says whether all that a claim points at lies in the text. Whoever can write the file can write its
/// hash, too: so its words are compared with the text's as well.
fn is_in(text: &str, claim: &ExtractedClaim) -> bool {
    let claimant = claim.claimant.as_ref().and_then(|claimant| claimant.span);
    let spans = claim.parts.iter().chain(&claim.statement);
    let spans = spans.chain(&claim.cue).chain(&claimant);
    let is_in = |span: &Span| span.of(text).is_ok();
    !claim.parts.is_empty() && spans.chain([&claim.sentence]).all(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The council spent 12 million on repairs, Ada Venn said. Why – é?\n";

    /// Writes a document with its hash.
    fn put(kept: &Kept, id: ObjectId, document: &str) {
        let document = document.as_bytes();
        let bytes = [hash_line(document).as_bytes(), document].concat();
        fs::write(kept.path(id), bytes).expect("written");
    }

    #[test]
    fn only_what_this_program_wrote_of_this_text_is_read() {
        let ledger = tempfile::tempdir().expect("a folder");
        let kept = Kept::of(ledger.path());
        let id = ObjectId::of(TEXT.as_bytes());
        assert_eq!(kept.read(id, TEXT), None);
        let found = Finding::of(TEXT);
        kept.write(id, &found);
        assert_eq!(kept.read(id, TEXT).as_ref(), Some(&found));

        let good = fs::read(kept.path(id)).expect("kept");
        let document = String::from_utf8(good[HASH_BYTES..].to_vec()).expect("JSON");
        for length in [
            0,
            1,
            HASH_BYTES - 1,
            HASH_BYTES,
            good.len() / 2,
            good.len() - 1,
        ] {
            fs::write(kept.path(id), &good[..length]).expect("written");
            assert_eq!(kept.read(id, TEXT), None, "cut to {length} bytes");
        }
        for at in (0..good.len()).step_by(7) {
            let mut flipped = good.clone();
            flipped[at] ^= 1;
            fs::write(kept.path(id), flipped).expect("written");
            assert_eq!(kept.read(id, TEXT), None, "a bit of byte {at}");
        }
        let inside = TEXT.find('é').expect("there") + 1;
        for (what, from, to) in [
            ("an older form", "proposals@v1", "proposals@v0"),
            ("an older extractor", "network/2", "network/1"),
            ("another version", env!("CARGO_PKG_VERSION"), "0.0.0"),
            ("another text", &id.to_string()[..8], "00000000"),
            ("another program", "\"file\":[", "\"file\":[1"),
            (
                "words that the text has not",
                "The council spent",
                "The council stole",
            ),
            ("an unknown field", "{\"type\"", "{\"more\":1,\"type\""),
            (
                "a sentence past the end",
                "\"sentence\":[0,",
                "\"sentence\":[0,9",
            ),
            (
                "a sentence that ends in a character",
                "\"sentence\":[0,55]",
                &format!("\"sentence\":[0,{inside}]"),
            ),
        ] {
            let other = document.replacen(from, to, 1);
            assert_ne!(
                other, document,
                "{what}: the case changes something: {document}"
            );
            put(&kept, id, &other);
            assert_eq!(kept.read(id, TEXT), None, "{what}");
        }
        put(&kept, id, &document);
        assert_eq!(kept.read(id, TEXT).as_ref(), Some(&found));
        fs::remove_file(kept.path(id)).expect("removed");
        fs::create_dir(kept.path(id)).expect("made");
        assert_eq!(kept.read(id, TEXT), None);
        kept.write(id, &found);
    }
}
