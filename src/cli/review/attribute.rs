//! `a`: who said a claim, in which office, and how it is told, by a few questions.

use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::object;

use super::form::manner_name;
use super::sitting::Sitting;
use crate::cli::add::word;
use crate::cli::claim;
use crate::cli::claim_list::{self, ClaimLine};
use crate::cli::drafts::Choice;
use crate::cli::exit::{Failure, Status};
use crate::cli::prompt;
use crate::cli::screen;

/// What is typed for nothing at all, where an empty answer leaves things as they are.
const NONE: &str = "-";

impl Sitting<'_> {
    /// Remembers who is named for a claim, to be chosen for others of the same source.
    pub(super) fn name(&mut self, line: &ClaimLine) {
        if let Some(named) = named(line) {
            self.named.entry(line.source.id).or_default().push(named);
        }
    }

    /// Asks who said the claim, and keeps each answer at once.
    pub(super) fn attribute(&mut self) -> anyhow::Result<()> {
        let known = self.claimants();
        for (n, claimant) in known.iter().enumerate() {
            let who = name_and_role(claimant);
            self.context.say(&format!("{:>4}  {who}", n + 1));
        }
        self.context.say("   0  the source says so itself");
        let question = "who said it? a number, or a name; empty leaves it as it is: ";
        let Some(answer) = prompt::ask(question)? else {
            return Ok(());
        };
        let who = answer.trim();
        if who == "0" || who == NONE {
            let claim = self.narrated();
            return self.keep(claim);
        }
        if !who.is_empty() {
            let claimant = if let Ok(number) = who.parse::<usize>() {
                chosen(&known, number)?
            } else {
                // Who is known by that name keeps the office.
                let now = self.lines[self.at].claim.claimant.iter();
                let same = now.chain(&known).find(|known| known.name == who);
                same.cloned().unwrap_or_else(|| Claimant {
                    name: who.to_owned(),
                    role: None,
                    same_as: None,
                    span: None,
                })
            };
            let claim = self.said_by(claimant);
            self.keep(claim)?;
        }
        self.ask_role()?;
        self.ask_manner()
    }

    fn ask_role(&mut self) -> anyhow::Result<()> {
        let Some(claimant) = &self.lines[self.at].claim.claimant else {
            return Ok(());
        };
        let role = claimant.role.as_deref().map(screen::one_line);
        let role = role.unwrap_or_else(|| "none".to_owned());
        let question = format!("title or office? empty leaves it, {NONE} takes it away [{role}]: ");
        let answer = prompt::ask(&question)?.unwrap_or_default();
        if answer.is_empty() {
            return Ok(());
        }
        let mut claim = self.lines[self.at].claim.clone();
        if let Some(claimant) = &mut claim.claimant {
            claimant.role = (answer != NONE).then_some(answer);
        }
        self.keep(claim)
    }

    fn ask_manner(&mut self) -> anyhow::Result<()> {
        let mut claim = self.lines[self.at].claim.clone();
        if claim.claimant.is_none() {
            return Ok(());
        }
        let manner = manner_name(claim.manner);
        let question =
            format!("how is it told? direct, indirect or mixed; empty leaves it [{manner}]: ");
        let answer = prompt::ask(&question)?.unwrap_or_default();
        if answer.is_empty() {
            return Ok(());
        }
        let told = word::<Manner>(&answer).ok();
        claim.manner = told
            .filter(|manner| *manner != Manner::Narration)
            .ok_or_else(|| {
                let answer = screen::cut(&answer, 40);
                Failure::new(
                    Status::Usage,
                    format!("{answer:?} is not direct, indirect or mixed"),
                )
                .hint("the source's own words are those that nobody is named for: a, then 0")
            })?;
        self.keep(claim)
    }

    /// Returns who is named for claims of the same source, those of the nearest claims first.
    fn claimants(&self) -> Vec<Claimant> {
        let own = &self.lines[self.at];
        let place = own.claim.quote.bytes.start();
        let now = self
            .lines
            .iter()
            .filter(|line| line.source.id == own.source.id);
        let now = now.filter_map(named);
        let before = self
            .named
            .get(&own.source.id)
            .into_iter()
            .flatten()
            .cloned();
        let mut named: Vec<(usize, Claimant)> = now.chain(before).collect();
        named.sort_by_key(|(at, _)| at.abs_diff(place));
        let mut known: Vec<Claimant> = Vec::new();
        for (_, claimant) in named {
            let same =
                |other: &Claimant| other.name == claimant.name && other.role == claimant.role;
            if !known.iter().any(same) {
                known.push(claimant);
            }
        }
        known
    }

    fn narrated(&self) -> Claim {
        Claim {
            claimant: None,
            cue: None,
            statement: vec![],
            manner: Manner::Narration,
            ..self.lines[self.at].claim.clone()
        }
    }

    /// Returns the claim as somebody's; the words that stand for them are those in its sentence.
    fn said_by(&self, claimant: Claimant) -> Claim {
        let line = &self.lines[self.at];
        let text = &line.source.text;
        let hull = line.claim.quote.bytes;
        let span = claim::beside(text, line.sentence(), hull, &claimant.name);
        let is_narrated = line.claim.manner == Manner::Narration;
        let is_other = line.claim.claimant.as_ref().map(|old| &old.name) != Some(&claimant.name);
        Claim {
            statement: if line.claim.statement.is_empty() {
                line.claim.parts.clone()
            } else {
                line.claim.statement.clone()
            },
            manner: match line.claim.manner {
                Manner::Narration if claim::is_quoted(text, hull) => Manner::Direct,
                Manner::Narration => Manner::Indirect,
                manner => manner,
            },
            // Words that name somebody else attribute it to them no more.
            cue: line
                .claim
                .cue
                .filter(|_| !is_narrated && !is_other || span.is_some()),
            claimant: Some(Claimant { span, ..claimant }),
            ..line.claim.clone()
        }
    }

    /// Keeps the claim as it was changed, and goes on asking about it.
    fn keep(&mut self, claim: Claim) -> anyhow::Result<()> {
        object::to_bytes(&claim).map_err(|error| {
            Failure::new(Status::Usage, "this claim can't be recorded").because(error)
        })?;
        self.refuse_second(&claim)?;
        if claim == self.lines[self.at].claim {
            return Ok(());
        }
        if !self.decide(Choice::Edited, Some(claim))? {
            return Ok(());
        }
        let who = claim_list::who(&self.lines[self.at].claim);
        self.context.say(&format!("said by {who}"));
        Ok(())
    }
}

/// Returns who is named for a claim, and where it stands.
fn named(line: &ClaimLine) -> Option<(usize, Claimant)> {
    let claimant = line.claim.claimant.clone()?;
    Some((line.claim.quote.bytes.start(), claimant))
}

fn chosen(known: &[Claimant], number: usize) -> anyhow::Result<Claimant> {
    let found = number.checked_sub(1).and_then(|at| known.get(at));
    found.cloned().ok_or_else(|| {
        Failure::new(
            Status::Usage,
            format!("{number} is not one of the numbers 0 to {}", known.len()),
        )
        .into()
    })
}

fn name_and_role(claimant: &Claimant) -> String {
    let name = screen::one_line(&claimant.name);
    match &claimant.role {
        Some(role) => format!("{name}, {}", screen::one_line(role)),
        None => name,
    }
}
