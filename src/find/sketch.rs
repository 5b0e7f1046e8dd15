//! Near copies of a text among thousands: a small sketch of each, kept in one file.
//!
//! A text is taken as the set of its runs of four words. Its sketch is the smallest hashes of that
//! set (a "bottom-k" sketch, Broder 1997, "On the resemblance and containment of documents", section
//! 3): what two sketches share tells how much the sets share, within a few per cent. Whoever needs the
//! true figure for the few that come close reads their texts and asks [`resemblance`].
//!
//! The file is no part of the ledger, and is made anew where it is lost, damaged or of another one. It
//! has hashes of words, so an erasure takes it away as it takes the search index.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Stamp;
use crate::words::id::{EntryId, SourceId};

/// The file's name in the ledger's folder.
pub const SKETCHES: &str = "sketches";

/// The version of what the file holds.
const VERSION: &str = "factlog/sketches@v1";

/// The most hashes of one sketch: the share of two texts is then right within 7 per cent or so.
const MOST_HASHES: usize = 200;

/// Words in a run.
const RUN: usize = 4;

/// Texts with fewer runs are too short to be copies of each other but by chance.
const FEWEST_RUNS: usize = 12;

/// No larger file is read: sketches of a million sources.
const MOST_BYTES: u64 = 1 << 30;

/// What is kept of a source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sketch {
    /// How many runs of words its text has; none where it has no text or a short one.
    runs: u32,
    /// The smallest hashes of these, rising.
    hashes: Vec<u32>,
    /// A hash of its address; zero without one.
    address: u64,
}

/// How much two texts share.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Resemblance {
    /// The share of all runs of words that both have, from 0 to 1.
    pub alike: f64,
    /// The share of the shorter one's runs that the longer one has as well.
    pub contained: f64,
}

impl Resemblance {
    /// Says whether one is a near copy of the other, or of a part of it.
    pub fn is_near_copy(self) -> bool {
        self.alike >= 0.5 || self.contained >= 0.8
    }
}

impl Sketch {
    /// Makes the sketch of a source with this text and address.
    pub fn of(text: Option<&str>, address: Option<&str>) -> Self {
        let runs = text.map(runs_of).unwrap_or_default();
        let address = address.map_or(0, |address| hash(plain_address(address).as_bytes()));
        if runs.len() < FEWEST_RUNS {
            return Self {
                address,
                ..Self::default()
            };
        }
        let count = u32::try_from(runs.len()).unwrap_or(u32::MAX);
        let mut hashes: Vec<u32> = runs.into_iter().collect();
        hashes.sort_unstable();
        hashes.truncate(MOST_HASHES);
        Self {
            runs: count,
            hashes,
            address,
        }
    }

    /// Says whether both are of the same address.
    pub const fn is_same_address(&self, other: &Self) -> bool {
        self.address != 0 && self.address == other.address
    }

    /// Estimates how much the texts share.
    pub fn resemblance(&self, other: &Self) -> Resemblance {
        let (mut mine, mut theirs) = (
            self.hashes.iter().peekable(),
            other.hashes.iter().peekable(),
        );
        let (mut seen, mut both) = (0_u32, 0_u32);
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            seen += 1;
            match a.cmp(b) {
                std::cmp::Ordering::Less => drop(mine.next()),
                std::cmp::Ordering::Greater => drop(theirs.next()),
                std::cmp::Ordering::Equal => {
                    both += 1;
                    mine.next();
                    theirs.next();
                }
            }
            if seen as usize == MOST_HASHES {
                break;
            }
        }
        // A short text's sketch is the whole of it: what is left over counts, too.
        let left = mine.count() + theirs.count();
        let whole = MOST_HASHES.saturating_sub(seen as usize).min(left);
        let seen = seen + u32::try_from(whole).unwrap_or(0);
        if both == 0 {
            return Resemblance {
                alike: 0.0,
                contained: 0.0,
            };
        }
        let alike = f64::from(both) / f64::from(seen);
        let shared = alike / (1.0 + alike) * (f64::from(self.runs) + f64::from(other.runs));
        let contained = shared / f64::from(self.runs.min(other.runs).max(1));
        Resemblance {
            alike,
            contained: contained.min(1.0),
        }
    }
}

/// Compares two texts, run by run.
pub fn resemblance(one: &str, other: &str) -> Resemblance {
    let (one, other) = (runs_of(one), runs_of(other));
    let shared = one.intersection(&other).count();
    let share = |whole: usize| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a text has far fewer runs than 2^52"
        )]
        let share = shared as f64 / whole.max(1) as f64;
        share
    };
    Resemblance {
        alike: share(one.len() + other.len() - shared),
        contained: share(one.len().min(other.len())),
    }
}

/// The hashes of a text's runs of words: in lower case, without marks.
fn runs_of(text: &str) -> HashSet<u32> {
    let lower = text.to_lowercase();
    let words: Vec<u64> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .flat_map(pieces)
        .map(|word| hash(word.as_bytes()))
        .collect();
    let of_run = |run: &[u64]| {
        let mixed = run
            .iter()
            .fold(0, |sum: u64, word| mix(sum.rotate_left(17) ^ word));
        (mixed >> 32) as u32
    };
    words.windows(RUN).map(of_run).collect()
}

/// A word, or its characters where its script puts no spaces between words.
fn pieces(word: &str) -> Vec<&str> {
    let is_unspaced = |c: char| matches!(c, '\u{E00}'..='\u{EFF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}');
    if !word.contains(is_unspaced) {
        return vec![word];
    }
    let ends = word
        .char_indices()
        .map(|(at, c)| &word[at..at + c.len_utf8()]);
    ends.collect()
}

/// An address without what changes from visit to visit: its scheme, fragment and campaign marks.
fn plain_address(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| !part.is_empty() && !part.starts_with("utm_") && !part.starts_with("fbclid"))
        .collect();
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    let host = host.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    format!("{host}/{}?{}", path.trim_end_matches('/'), kept.join("&"))
}

/// FNV-1a with 64 bits, mixed once more.
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

/// The last step of `MurmurHash3`, by which every bit comes to depend on every other.
const fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The sketches of a ledger's sources.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sketches {
    /// What they cover.
    pub covers: Stamp,
    /// Each source with its sketch, in the log's order.
    pub all: Vec<(SourceId, Sketch)>,
}

/// The first line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: String,
    ledger: EntryId,
    size: u64,
    last: EntryId,
    hash: String,
}

impl Sketches {
    /// Reads the file in a ledger's folder; `None` where it is not there as it was written.
    pub fn read(folder: &Path) -> Option<Self> {
        let path = folder.join(SKETCHES);
        if fs::metadata(&path).ok()?.len() > MOST_BYTES {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
        let body = &bytes[end + 1..];
        if head.version != VERSION || head.hash != blake3::hash(body).to_hex().as_str() {
            return None;
        }
        let mut all = Vec::new();
        let mut rest = body;
        while !rest.is_empty() {
            let (id, after) = rest.split_first_chunk::<32>()?;
            let (address, after) = after.split_first_chunk::<8>()?;
            let (runs, after) = after.split_first_chunk::<4>()?;
            let (count, after) = after.split_first_chunk::<4>()?;
            let (hashes, after) =
                after.split_at_checked(usize::try_from(u32::from_be_bytes(*count)).ok()? * 4)?;
            let hashes = hashes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|hash| u32::from_be_bytes(*hash));
            let sketch = Sketch {
                runs: u32::from_be_bytes(*runs),
                hashes: hashes.collect(),
                address: u64::from_be_bytes(*address),
            };
            all.push((SourceId(*id), sketch));
            rest = after;
        }
        let covers = Stamp {
            ledger: head.ledger,
            size: head.size,
            last: head.last,
        };
        Some(Self { covers, all })
    }

    /// Writes the file in a ledger's folder, whole or not at all.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut body = Vec::new();
        for (id, sketch) in &self.all {
            body.extend_from_slice(&id.0);
            body.extend_from_slice(&sketch.address.to_be_bytes());
            body.extend_from_slice(&sketch.runs.to_be_bytes());
            let count = u32::try_from(sketch.hashes.len()).unwrap_or(0);
            body.extend_from_slice(&count.to_be_bytes());
            body.extend(sketch.hashes.iter().flat_map(|hash| hash.to_be_bytes()));
        }
        let head = Head {
            version: VERSION.to_owned(),
            ledger: self.covers.ledger,
            size: self.covers.size,
            last: self.covers.last,
            hash: blake3::hash(&body).to_hex().to_string(),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &head)?;
        file.write_all(b"\n")?;
        file.write_all(&body)?;
        file.persist(folder.join(SKETCHES))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(from: usize, to: usize) -> String {
        (from..to)
            .map(|n| format!("word{n}"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_sketch_tells_nearly_what_the_texts_do() {
        let whole = Sketch::of(Some(&words(0, 1000)), None);
        for (from, to) in [
            (0, 1000),
            (0, 900),
            (100, 1100),
            (500, 1500),
            (0, 300),
            (2000, 3000),
        ] {
            let other = words(from, to);
            let true_one = resemblance(&words(0, 1000), &other);
            let estimate = whole.resemblance(&Sketch::of(Some(&other), None));
            assert!(
                (true_one.alike - estimate.alike).abs() < 0.1,
                "{from}–{to}: {estimate:?}, not {true_one:?}"
            );
            assert!(
                (true_one.contained - estimate.contained).abs() < 0.2,
                "{from}–{to}: {estimate:?}, not {true_one:?}"
            );
        }
    }

    #[test]
    fn marks_and_capitals_do_not_count_but_words_do() {
        let one = "The bridge will close on Monday, the council said; it opens in June.";
        let same = "THE BRIDGE will close on Monday – the council said. It opens in June";
        assert!(resemblance(one, same).alike > 0.99);
        assert!(resemblance(one, &one.replace("Monday", "Tuesday")).alike < 0.6);
        assert!(
            resemblance(one, "Something else that was written about other things.").alike < 0.01
        );
    }

    #[test]
    fn addresses_are_the_same_whatever_led_there() {
        let of = |address| Sketch::of(None, Some(address));
        let one = of("https://www.news.example/a1/?utm_source=x#top");
        assert!(one.is_same_address(&of("http://news.example/a1")));
        assert!(!one.is_same_address(&of("https://news.example/a2")));
        assert!(!one.is_same_address(&of("https://news.example/a1?page=2")));
        assert!(!Sketch::of(None, None).is_same_address(&Sketch::of(None, None)));
    }

    #[test]
    fn the_file_reads_as_it_was_written_and_not_if_it_was_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = Sketches {
            covers: Stamp {
                ledger: EntryId([1; 32]),
                size: 7,
                last: EntryId([2; 32]),
            },
            all: vec![
                (
                    SourceId([3; 32]),
                    Sketch::of(Some(&words(0, 500)), Some("https://news.example/a")),
                ),
                (SourceId([4; 32]), Sketch::of(None, None)),
            ],
        };
        written.write(folder.path()).expect("a file");
        assert_eq!(Sketches::read(folder.path()), Some(written));
        let path = folder.path().join(SKETCHES);
        let mut bytes = std::fs::read(&path).expect("the file");
        *bytes.last_mut().expect("a byte") ^= 1;
        std::fs::write(&path, bytes).expect("a file");
        assert_eq!(Sketches::read(folder.path()), None);
    }
}
