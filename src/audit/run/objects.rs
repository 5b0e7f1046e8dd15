//! Objects, once the log is through: erased, withheld, there without an entry; and what is tainted.

use super::{Auditor, PresentObject};
use std::collections::BTreeMap;

use crate::audit::facts::{Detail, ErasedFacts, Facts as _, ObjectFacts};
use crate::audit::finding::{Code, Finding, Topic};
use crate::audit::objects::Objects;
use crate::audit::prepare::Absent;
use crate::audit::taint::tainted;
use crate::entry::{Body, Entry};
use crate::words::id::ObjectId;
use crate::words::source::Rights;

impl<O: Objects> Auditor<'_, O> {
    /// Counts an object that is withheld, or finds that it need not be.
    pub(super) fn take_withheld(&mut self, entry: &Entry, index: u64, absent: Absent) {
        let Absent { field, object, .. } = absent;
        if self.may_be_withheld(entry, field) {
            *self.withheld.entry(field).or_default() += 1;
            if matches!(entry.body(), Body::Verdict(_)) {
                // That its evidence quotes a withheld source is its publisher's word.
                let message = format!("what the verdict says and quotes is withheld: {object}");
                let finding = Finding::new(Code::QuoteUnchecked, message);
                self.keep(finding.of_entry(index, entry.id()).of_object(object));
            }
        } else {
            let message = format!("the {field} object {object} is withheld, and need not be");
            let finding = Finding::new(Code::WithheldUnexpected, message);
            self.keep(finding.of_entry(index, entry.id()).of_object(object));
        }
    }

    /// Says whether what an entry speaks of in this field may be withheld, by what was signed.
    pub(super) fn may_be_withheld(&self, entry: &Entry, field: &str) -> bool {
        match entry.body() {
            Body::Source(source) => match source.rights {
                Rights::Withheld => true,
                Rights::Quoted => field != "meta",
                Rights::Public => false,
            },
            Body::Claim(claim) => {
                let source = self.facts.find(&claim.source.entry());
                let source = source.expect("memory can be read");
                source.is_some_and(
                    |(_, source)| matches!(source.detail, Detail::Source(source) if source.rights == Rights::Withheld),
                )
            }
            // Whether its evidence quotes a withheld source, only the verdict says.
            Body::Verdict(_) => self.has_withheld_source,
            Body::Approval(_) => true,
            _ => false,
        }
    }

    /// Tells in one finding what is withheld.
    pub(super) fn tell_withheld(&mut self) {
        if self.withheld.is_empty() {
            return;
        }
        let kinds = self.withheld.iter();
        let kinds: Vec<String> = kinds
            .map(|(field, number)| format!("{number} {field}"))
            .collect();
        let message = format!("objects are withheld: {}", kinds.join(", "));
        self.keep(Finding::new(Code::ObjectWithheld, message));
    }

    /// Tells in one finding what did not come back when the ledger was restored.
    fn tell_unrestored(&mut self, unrestored: &BTreeMap<&'static str, u64>) {
        if unrestored.is_empty() {
            return;
        }
        let kinds = unrestored.iter();
        let kinds: Vec<String> = kinds
            .map(|(field, number)| format!("{number} {field}"))
            .collect();
        let message = format!(
            "objects are not here, for the copy that the ledger was restored from withheld them: {}",
            kinds.join(", ")
        );
        self.keep(Finding::new(Code::ObjectUnrestored, message));
    }

    /// Checks that what is said to be erased was, that nothing erased is there, and that everything
    /// that is there belongs to an entry.
    pub(super) fn check_objects(
        &mut self,
        present: impl Iterator<Item = PresentObject>,
        is_unfinished: bool,
    ) {
        let mut unrestored = BTreeMap::new();
        for (index, id, absent) in std::mem::take(&mut self.absent) {
            let known = self.facts.object(&absent.object);
            let known = known.expect("memory can be read");
            let is_erased = known.is_some_and(|known| known.erased.is_some());
            if absent.is_unrestored && !is_erased {
                *unrestored.entry(absent.field).or_default() += 1;
                continue;
            }
            let finding = absent.finding(known);
            self.keep(finding.of_entry(index, id));
        }
        self.tell_unrestored(&unrestored);
        for PresentObject { id, file } in present {
            let known = self.facts.object(&id).expect("memory can be read");
            let finding = match known {
                None => {
                    let message = format!("no entry speaks of object {id}");
                    let code = if is_unfinished {
                        Code::PublishingUnfinished
                    } else {
                        Code::ObjectUnreferenced
                    };
                    Finding::new(code, message)
                }
                Some(known) => match known.erased {
                    Some(ErasedFacts { by, .. }) => {
                        let message = format!("object {id} is there, but entry {by} erased it");
                        Finding::new(Code::ObjectErasedPresent, message)
                    }
                    None => continue,
                },
            };
            let finding = finding.of_object(id);
            self.keep_last(match file {
                Some(file) => finding.of_file(file),
                None => finding,
            });
        }
        self.count(Topic::Objects, self.facts.objects() as u64);
    }

    /// Checks that the log speaks of what is said to be withheld, and did not erase it.
    pub(super) fn check_withheld(&mut self, withheld: &[ObjectId], is_unfinished: bool) {
        for id in withheld {
            let known = self.facts.object(id).expect("memory can be read");
            let message = match known {
                Some(ObjectFacts { erased: None, .. }) => continue,
                Some(_) => format!("object {id} was erased, and is said to be withheld"),
                None => format!("object {id} is said to be withheld, and no entry speaks of it"),
            };
            let code = match (known, is_unfinished) {
                (None, true) => Code::PublishingUnfinished,
                _ => Code::WithheldUnreferenced,
            };
            self.keep_last(Finding::new(code, message).of_object(*id));
        }
    }

    /// Tells which entries are tainted: by author, and one by one those that roots carry.
    pub(super) fn check_taint(&mut self) {
        let found = tainted(&self.facts, 1..self.tree.size()).expect("memory can be read");
        for finding in found {
            self.keep(finding);
        }
    }
}
