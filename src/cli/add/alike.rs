//! What the ledger has that is nearly the same: said before anything is written.
//!
//! Sketches of all sources are kept beside the ledger (`factlog::find::sketch`). They tell which few
//! sources come close; how close is then measured in the texts themselves. A source with the same
//! address and another text is a newer version, most likely; one with nearly the same words at another
//! address is a copy.

use factlog::entry::Body;
use factlog::find::Stamp;
use factlog::find::sketch::{self, Sketch, Sketches};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::id::SourceId;
use factlog::words::source::Meta;
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::progress;
use crate::cli::says;
use crate::cli::screen;
use crate::cli::sources::{self, Taken};

/// So many sources that come close are compared word by word, and at most so many are named.
const MOST_COMPARED: usize = 20;
const MOST_NAMED: usize = 3;

/// A sketch comes close from here on: it is right within a few per cent.
const CLOSE: f64 = 0.35;
const CLOSELY_CONTAINED: f64 = 0.6;

/// A source of the ledger that is nearly the same.
#[derive(Clone, Serialize)]
pub(crate) struct Alike {
    source: SourceId,
    short: String,
    /// The share of runs of four words that both have, in per cent.
    percent: u8,
    /// The share of the shorter text's runs that the longer one has, in per cent.
    contained: u8,
    /// Whether both are of the same address.
    same_address: bool,
    #[serde(skip)]
    label: String,
}

impl Alike {
    /// Says it to a person, about what was named on the command line.
    pub(super) fn tell(&self, context: &Context, what: &str) {
        let Self {
            short,
            percent,
            contained,
            label,
            ..
        } = self;
        let what = screen::cut(what, 60);
        let label = screen::cut(label, 60);
        let likeness = if self.contained > self.percent.saturating_add(15) {
            format!("{percent} % alike; {contained} % of the shorter one stands in the longer one")
        } else {
            format!("{percent} % alike")
        };
        context.warn(&if self.same_address {
            format!(
                "{what} has the address of source {short}, {label}, and another text ({likeness}): if \
                 it is a newer version, add it with --replaces {short}"
            )
        } else {
            format!("{what} is a near copy of source {short}, {label} ({likeness})")
        });
    }
}

/// The sketches of a ledger's sources.
pub(super) struct Known {
    sketches: Sketches,
}

impl Known {
    /// Reads the sketches, and adds those that are missing; with `keep` they are written back.
    pub(super) fn open(ledger: &Ledger, context: &Context, keep: bool) -> anyhow::Result<Self> {
        let size = ledger.tree_head().size;
        let covers = Stamp {
            ledger: ledger.id(),
            size,
            last: ledger.entry_at(size - 1)?.entry.id(),
        };
        let there = Sketches::read(ledger.folder()).filter(|there| {
            there.covers.ledger == covers.ledger && (1..=size).contains(&there.covers.size)
        });
        let there = match there {
            Some(there)
                if ledger.entry_at(there.covers.size - 1)?.entry.id() == there.covers.last =>
            {
                Some(there)
            }
            _ => None,
        };
        let (mut all, records) = match there {
            Some(there) if there.covers == covers => return Ok(Self { sketches: there }),
            Some(there) => {
                let mut records = Vec::new();
                for index in there.covers.size..size {
                    let record = ledger.entry_at(index)?;
                    if matches!(record.entry.body(), Body::Source(_)) {
                        records.push(record);
                    }
                }
                (there.all, records)
            }
            None => (Vec::new(), ledger.sources()?),
        };
        let bar = progress::of("comparing with", "sources", records.len() as u64, context);
        let made: Vec<(SourceId, Sketch)> = records
            .par_iter()
            .map(|record| {
                bar.inc(1);
                sketch_of(ledger, record)
            })
            .collect::<Result<_, LedgerError>>()?;
        bar.finish_and_clear();
        all.extend(made);
        let sketches = Sketches { covers, all };
        if keep && !ledger.is_read_only() {
            // Where it can't be kept, it is made again the next time.
            let _ = sketches.write(ledger.folder());
        }
        Ok(Self { sketches })
    }

    /// Finds what is nearly the same, the closest first.
    pub(super) fn look(&self, ledger: &Ledger, taken: &Taken) -> anyhow::Result<Vec<Alike>> {
        let text = taken.intake.text.as_deref();
        let own = Sketch::of(text, taken.meta.url.as_deref());
        let mut close: Vec<(f64, bool, SourceId)> = Vec::new();
        for (id, other) in &self.sketches.all {
            let same_address = own.is_same_address(other);
            let estimate = own.resemblance(other);
            if same_address || estimate.alike >= CLOSE || estimate.contained >= CLOSELY_CONTAINED {
                let close_by = estimate.alike.max(estimate.contained);
                close.push((close_by, same_address, *id));
            }
        }
        close.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        let mut found = Vec::new();
        for (_, same_address, source) in close.into_iter().take(MOST_COMPARED) {
            let Some((meta, other)) = read(ledger, source)? else {
                continue;
            };
            let measured = text
                .zip(other.as_deref())
                .map(|(text, other)| sketch::resemblance(text, other));
            if !same_address && !measured.is_some_and(sketch::Resemblance::is_near_copy) {
                continue;
            }
            let percent = |share: f64| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share from 0 to 1"
                )]
                let percent = (share * 100.0).floor() as u8;
                percent
            };
            found.push(Alike {
                source,
                short: ledger.short(&source.0)?,
                percent: measured.map_or(0, |measured| percent(measured.alike)),
                contained: measured.map_or(0, |measured| percent(measured.contained)),
                same_address,
                label: sources::label(&meta, other.as_deref()),
            });
        }
        found.sort_by_key(|alike| std::cmp::Reverse((alike.percent, alike.contained)));
        found.truncate(MOST_NAMED);
        Ok(found)
    }
}

/// Reads what is known of a source, and its text; nothing where it was erased.
fn read(ledger: &Ledger, source: SourceId) -> Result<Option<(Meta, Option<String>)>, LedgerError> {
    let record = ledger.entry(&source.entry())?;
    let Body::Source(entry) = record.entry.body() else {
        return Ok(None);
    };
    let Some(meta) = says::readable::<Meta>(ledger, &entry.meta)? else {
        return Ok(None);
    };
    let text = match entry.text {
        Some(text) => ledger.object_bytes(&text.blake3)?,
        None => None,
    };
    Ok(Some((
        meta,
        text.and_then(|text| String::from_utf8(text).ok()),
    )))
}

fn sketch_of(ledger: &Ledger, record: &Record) -> Result<(SourceId, Sketch), LedgerError> {
    let id = SourceId(record.entry.id().0);
    let read = read(ledger, id)?;
    let sketch = read.map_or_else(Sketch::default, |(meta, text)| {
        Sketch::of(text.as_deref(), meta.url.as_deref())
    });
    Ok((id, sketch))
}
