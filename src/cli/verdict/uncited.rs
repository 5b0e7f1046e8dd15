//! What a verdict that takes another's place leaves out of its evidence.

use factlog::entry::Body;
use factlog::ledger::Ledger;
use factlog::words::verdict::Verdict;

use super::build::{Judgement, Resolved};

/// So many pieces of evidence were cited by the verdict that is replaced, and none by the new one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Uncited(usize);

impl Uncited {
    /// Compares a judgement with the verdict that it replaces; a verdict that can't be read has
    /// nothing to keep.
    pub(crate) fn of(
        ledger: &Ledger,
        resolved: &Resolved,
        judgement: &Judgement,
    ) -> anyhow::Result<Option<Self>> {
        let (Some(older), []) = (resolved.supersedes(), judgement.evidence.as_slice()) else {
            return Ok(None);
        };
        let record = ledger.entry(&older.entry())?;
        let Body::Verdict(entry) = record.entry.body() else {
            return Ok(None);
        };
        let older = ledger.object::<Verdict>(&entry.verdict).ok();
        let cited = older.map_or(0, |verdict| verdict.evidence.len());
        Ok((cited > 0).then_some(Self(cited)))
    }
}

impl std::fmt::Display for Uncited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (cited, them) = match self.0 {
            1 => ("1 piece".to_owned(), "it"),
            count => (format!("{count} pieces"), "them"),
        };
        write!(
            f,
            "the verdict it replaces cited {cited} of evidence; this one cites none; repeat \
             --supports … to keep {them}"
        )
    }
}
