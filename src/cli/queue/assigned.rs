//! What is assigned, and not done yet.

use factlog::audit::standing::Standing;
use factlog::entry::Kind;
use factlog::words::id::{EntryId, SourceId};

use super::gather::{Gathering, source_words};
use super::{Group, GroupName, Item};
use crate::cli::desk::{Assignment, Page, ThingKind};

impl Gathering<'_> {
    /// Lists what is assigned: what is due first, what has no day last.
    pub(super) fn assigned(&self) -> anyhow::Result<Group> {
        let mut found: Vec<(&Page, &Assignment)> = self
            .pages
            .all()
            .filter_map(|page| Some((page, page.assigned.as_ref()?)))
            .filter(|(_, assigned)| self.whom.is_none_or(|whom| whom.has(assigned)))
            .collect();
        // What is due first; what has no day comes last.
        let due = |assigned: &Assignment| {
            let due = assigned.due.map(|due| due.to_string());
            (due.is_none(), due, assigned.at)
        };
        found.sort_by_key(|(_, assigned)| due(assigned));
        let (mut count, mut items) = (0, Vec::new());
        for (page, assigned) in found {
            // Whether it is done can be told from little.
            let Some(mut item) = self.assigned_item(page)? else {
                continue;
            };
            count += 1;
            if items.len() < self.limit {
                item.overdue = assigned.is_overdue(self.now);
                item.due = assigned.due;
                let mut about = vec![item.about];
                about.retain(|about| !about.is_empty());
                if self.whom.is_none() {
                    about.push(format!("assigned to {}", assigned.to));
                }
                if let Some(due) = assigned.due {
                    let late = if item.overdue { ", overdue" } else { "" };
                    about.push(format!("due {due}{late}"));
                }
                about.push(format!("by {}", assigned.by));
                about.extend(page.notes.last().map(|note| format!("“{}”", note.text)));
                item.about = about.join(" · ");
                item.assigned_to = Some(assigned.to.clone());
                items.push(item);
            }
        }
        Ok(Group {
            name: GroupName::Assigned,
            count,
            items,
        })
    }

    /// Says what somebody looks after; `None` where nothing is left to do.
    fn assigned_item(&self, page: &Page) -> anyhow::Result<Option<Item>> {
        let thing = page.thing();
        match thing.kind {
            ThingKind::Source => {
                let id = SourceId(thing.id.0);
                if self.open.iter().any(|open| open.is(&id) && open.is_done()) {
                    return Ok(None);
                }
                let record = self.ledger.entry_of(Kind::Source, &id.entry())?;
                let short = self.ledger.short(&id.0)?;
                Ok(Some(Item {
                    what: "source",
                    id: id.to_string(),
                    text: source_words(self.ledger, &record)?,
                    command: format!("factlog review {short}"),
                    ..Item::default()
                }))
            }
            ThingKind::Claim => self.assigned_claim(page),
            ThingKind::Verdict => {
                let (index, _) = self.ledger.facts_of(&EntryId(thing.id.0))?;
                let Some(standing) = self.survey.standing(self.ledger, index)? else {
                    return Ok(None);
                };
                if !matches!(standing.standing, Standing::Proposed | Standing::Disputed) {
                    return Ok(None);
                }
                let mut item = self.verdict(index)?;
                let short = self.ledger.short(&thing.id.0)?;
                item.command = format!("factlog approve {short}");
                Ok(Some(item))
            }
        }
    }

    fn assigned_claim(&self, page: &Page) -> anyhow::Result<Option<Item>> {
        let (Some(source), origin) = (page.source, page.thing().id) else {
            return Ok(None);
        };
        if let Some(claim) = self.recorded_as(&source, &origin)? {
            let is_open = self.survey.unjudged.iter().any(|c| c.index == claim.index);
            return is_open.then(|| self.claim(claim.index)).transpose();
        }
        let open = self.open.iter().find(|open| open.is(&source));
        let line = open.and_then(|open| open.line(&origin));
        Ok(Some(Item {
            what: "claim",
            id: origin.to_string(),
            text: line.map_or_else(
                || "(it is not proposed any more)".to_owned(),
                |line| line.claim.text.clone(),
            ),
            about: line.map_or_else(String::new, |line| {
                format!("{} · {}", line.who(), line.state.as_str())
            }),
            command: format!("factlog verdict {}", &origin.to_string()[..8]),
            ..Item::default()
        }))
    }
}
