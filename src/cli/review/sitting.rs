//! A sitting: each proposed claim is asked about, and every answer is kept at once.

use std::collections::{HashMap, HashSet};

use factlog::extract::ExtractedClaim;
use factlog::find::Index;
use factlog::words::claim::{Claim, Claimant};
use factlog::words::id::{ObjectId, SourceId};

use super::Scope;
use super::form;
use super::hands::{self, Others, Reviewer};
use super::show;
use crate::cli::claim_list::{ClaimLine, State};
use crate::cli::context::{self, Context};
use crate::cli::desk::shown::{self, Said};
use crate::cli::drafts::{Choice, Decision, Drafts};
use crate::cli::exit;
use crate::cli::prompt;
use crate::cli::screen;
use crate::cli::seek;
use crate::cli::signing::SigningArgs;
use crate::cli::similar;
use crate::cli::verdict::{self, Ended};

/// What each answer does, in the order in which they are offered.
const ANSWERS: [(char, &str); 16] = [
    ('y', "accept: record this claim"),
    ('n', "drop it: it is not proposed any more"),
    (
        'e',
        "change its words or who said it, in the editor, and accept it; unchanged, nothing is decided",
    ),
    (
        's',
        "split it into finer claims: those that can be found, or your own in the editor",
    ),
    (
        'm',
        "merge it with the claim before or after it in the same statement",
    ),
    ('a', "say who said it, in which office, and how it is told"),
    ('v', "judge it now: opens the form of a verdict"),
    ('t', "show its paragraph and those around it"),
    (
        'w',
        "show the whole source in the pager, the claim's words marked",
    ),
    ('j', "leave it as it is and go on"),
    (
        'k',
        "go back to the claim before; what you answered stays until you answer anew",
    ),
    (
        'g',
        "go to another claim: g 7 to the 7th, g alone lists them",
    ),
    ('d', "drop this claim and the rest of this source's"),
    ('u', "put back what this claim was split or merged from"),
    (
        'q',
        "quit; what you decided is kept, and `factlog review` goes on from there",
    ),
    ('?', "this help"),
];

/// So many claims around the one that is asked about are listed to choose from.
const LISTED: usize = 20;

/// A person going through claims.
pub(super) struct Sitting<'a> {
    pub(super) context: &'a Context,
    pub(super) signing: &'a SigningArgs,
    pub(super) drafts: &'a Drafts,
    pub(super) reviewer: Reviewer,
    /// What was recorded when the sitting began, to look for claims that are alike.
    pub(super) recorded: Option<Index>,
    /// What the desk says of claims, by what they were proposed as.
    pub(super) said: HashMap<ObjectId, Said>,
    /// Whether a letter is an answer without Enter.
    pub(super) single_key: bool,
    /// What is asked about, in the order of the text; a state is changed with the answer.
    pub(super) lines: Vec<ClaimLine>,
    /// Which of them is asked about.
    pub(super) at: usize,
    /// What the finest splitting of a source's text gives.
    pub(super) finest: HashMap<SourceId, Vec<ExtractedClaim>>,
    /// Who is named for a source's claims, whatever became of them, and where.
    pub(super) named: HashMap<SourceId, Vec<(usize, Claimant)>>,
    scope: Scope,
    /// What was judged.
    judged: HashSet<ObjectId>,
    /// What was left undecided.
    passed: HashSet<ObjectId>,
}

/// What a sitting came to.
pub(super) struct Tally {
    /// What this person accepted.
    pub(super) accepted: Vec<ObjectId>,
    /// What others did.
    pub(super) others: Others,
    pub(super) dropped: usize,
    pub(super) judged: usize,
    pub(super) left: usize,
}

impl<'a> Sitting<'a> {
    pub(super) fn new(
        context: &'a Context,
        signing: &'a SigningArgs,
        drafts: &'a Drafts,
        reviewer: Reviewer,
        scope: Scope,
        lines: Vec<ClaimLine>,
    ) -> Self {
        Self {
            context,
            signing,
            drafts,
            reviewer,
            recorded: None,
            said: HashMap::new(),
            single_key: false,
            lines,
            at: 0,
            finest: HashMap::new(),
            named: HashMap::new(),
            scope,
            judged: HashSet::new(),
            passed: HashSet::new(),
        }
    }

    /// Asks about each claim, until all are decided or the person quits.
    pub(super) fn go(&mut self) -> anyhow::Result<()> {
        while let Some(line) = self.lines.get(self.at) {
            let decided = self.reviewer.decided(self.context, line)?;
            show::claim(line, &decided, self.at, self.lines.len());
            if let Some(said) = self.said.get(&line.origin) {
                shown::tell(said);
            }
            if let Some(index) = &self.recorded {
                similar::tell(self.context, index, &line.claim.text)?;
            }
            let letters = self.letters();
            let offered: Vec<String> = letters.iter().map(char::to_string).collect();
            let question = format!("record this claim? [{}] ", offered.join(","));
            let Some(answer) = self.ask(&question)? else {
                break;
            };
            let letter = answer.chars().next().map(|c| c.to_ascii_lowercase());
            if letter.is_some_and(|letter| letter.is_ascii_digit()) {
                self.go_to(&answer)?;
                continue;
            }
            let Some(letter) = letter.filter(|letter| letters.contains(letter)) else {
                let answers = offered.join(", ");
                self.context.say(&format!("answer with one of {answers}"));
                continue;
            };
            if letter == 'q' || self.take(letter, &answer[1..])? == Ended::Quit {
                break;
            }
        }
        Ok(())
    }

    /// Counts what was decided.
    ///
    /// Of claims that others accepted, it has those that were `others` when the sitting began.
    pub(super) fn tally<'l>(&'l self, others: impl Iterator<Item = &'l ClaimLine>) -> Tally {
        let others = others.chain(&self.lines);
        let count = |state| self.lines.iter().filter(move |line| line.state == state);
        Tally {
            accepted: count(State::Accepted)
                .filter(|line| self.reviewer.is_own(&line.hand))
                .map(|line| line.origin)
                .collect(),
            others: Others::of(&self.reviewer, others),
            dropped: count(State::Dropped).count(),
            judged: self.judged.len(),
            left: self.lines.iter().filter(|line| self.is_left(line)).count(),
        }
    }

    /// Asks for an answer that may be a key.
    pub(super) fn ask(&self, question: &str) -> anyhow::Result<Option<String>> {
        if self.single_key {
            prompt::key(question)
        } else {
            prompt::ask(question)
        }
    }

    /// Returns the letters that do something here.
    fn letters(&self) -> Vec<char> {
        let fits = |letter: &char| match letter {
            'm' => !self.neighbours().is_empty(),
            'k' => self.at > 0,
            'g' => self.lines.len() > 1,
            'u' => self
                .made_from(&self.lines[self.at].origin)
                .is_ok_and(|of| of.is_some()),
            _ => true,
        };
        ANSWERS
            .map(|(letter, _)| letter)
            .into_iter()
            .filter(fits)
            .collect()
    }

    /// Does what a letter says.
    fn take(&mut self, letter: char, rest: &str) -> anyhow::Result<Ended> {
        match letter {
            'y' => {
                if self.decide(Choice::Accepted, None)? {
                    self.go_on();
                }
            }
            'n' => {
                if self.decide(Choice::Dropped, None)? {
                    self.go_on();
                }
            }
            'v' => return self.judge(),
            'j' => {
                self.passed.insert(self.lines[self.at].origin);
                self.go_on();
            }
            'k' => self.go_back(),
            'g' => self.go_to(rest)?,
            'd' => self.drop_rest()?,
            't' => show::around(self.context, &self.lines[self.at]),
            'w' => show::whole(self.context, &self.lines[self.at]),
            '?' => self.help(),
            _ => {
                let done = match letter {
                    'e' => self.edit(),
                    's' => self.split(),
                    'm' => self.merge(),
                    'a' => self.attribute(),
                    _ => self.put_back(),
                };
                // Such as words that are not in the source: the claim is asked about again.
                if let Err(error) = done {
                    let (_, hint) = exit::of(&error);
                    context::report(&error, hint.as_deref());
                }
            }
        }
        Ok(Ended::Stopped)
    }

    fn help(&self) {
        let columns = screen::columns();
        for (letter, does) in ANSWERS {
            let does = screen::wrap(does, columns, "   ");
            self.context
                .say(&format!("{letter}  {}", does.trim_start()));
        }
    }

    fn is_left(&self, line: &ClaimLine) -> bool {
        line.state == State::Proposed && !self.is_judged(line)
    }

    pub(super) fn is_judged(&self, line: &ClaimLine) -> bool {
        self.judged.contains(&line.origin)
    }

    /// Goes to the next claim that is not decided, at the end to those that were jumped over.
    fn go_on(&mut self) {
        let is_next = |line: &ClaimLine| self.is_left(line) && !self.passed.contains(&line.origin);
        let (before, after) = self.lines.split_at((self.at + 1).min(self.lines.len()));
        self.at = match after.iter().position(is_next) {
            Some(next) => self.at + 1 + next,
            None => before.iter().position(is_next).unwrap_or(self.lines.len()),
        };
    }

    /// Keeps what was decided about the claim; what was changed in it stays changed.
    ///
    /// Returns whether it was: what somebody else decided meanwhile stays unless the person says no.
    pub(super) fn decide(&mut self, choice: Choice, edited: Option<Claim>) -> anyhow::Result<bool> {
        let source = self.lines[self.at].source.id;
        let hand = self.reviewer.hand(self.context)?;
        let (locked, mut decided) = loop {
            let locked = self.drafts.lock()?;
            let decided = self.drafts.load(&source)?;
            let Some(words) = self.changed_by_another(self.at, &decided)? else {
                break (locked, decided);
            };
            // Nobody waits for an answer; what is decided until then is looked at again.
            drop(locked);
            if !hands::takes_its_place(&words)? {
                return Ok(false);
            }
        };
        let line = &self.lines[self.at];
        let kept = decided
            .decision(&line.origin)
            .and_then(|kept| kept.edited.clone());
        decided.decide(Decision {
            claim: line.origin,
            choice,
            edited: edited.clone().or(kept),
            by: hand.by.clone(),
            at: hand.at,
        });
        self.drafts.save(&decided)?;
        drop(locked);
        let line = &mut self.lines[self.at];
        line.hand = hand;
        if let Some(claim) = edited {
            line.claim = claim;
            line.extractor = None;
        }
        line.state = match choice {
            Choice::Accepted => State::Accepted,
            Choice::Dropped => State::Dropped,
            Choice::Edited => State::Proposed,
        };
        Ok(true)
    }

    fn edit(&mut self) -> anyhow::Result<()> {
        let check = |claim: &Claim| self.refuse_second(claim);
        let line = &self.lines[self.at];
        let by = self.reviewer.name.as_deref();
        let path = self.drafts.review_form("claim", &line.id, by);
        let Some(claim) = form::edit(self.context, self.drafts, &path, line, check)? else {
            self.context
                .say("nothing was changed, and nothing is decided");
            return Ok(());
        };
        if self.decide(Choice::Accepted, Some(claim))? {
            self.go_on();
        }
        Ok(())
    }

    /// Opens the form of a verdict on the claim.
    fn judge(&mut self) -> anyhow::Result<Ended> {
        let id = self.lines[self.at].id.clone();
        let (ledger, line) = self
            .context
            .read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, &id))?;
        match verdict::judge_now(self.context, self.signing, ledger, line) {
            Ok(Ended::Signed) => {
                self.judged.insert(self.lines[self.at].origin);
                self.go_on();
                Ok(Ended::Signed)
            }
            Ok(ended) => Ok(ended),
            Err(error) => {
                let (_, hint) = exit::of(&error);
                context::report(&error, hint.as_deref());
                Ok(Ended::Stopped)
            }
        }
    }

    /// Goes to the claim before; what was decided about it stays until it is answered anew.
    fn go_back(&mut self) {
        let before = &self.lines[..self.at];
        let Some(at) = before.iter().rposition(|line| !self.is_judged(line)) else {
            self.context.say("this is the first claim");
            return;
        };
        self.at = at;
        self.passed.remove(&self.lines[at].origin);
    }

    /// Goes to the claim with a number of this sitting; asks which where none is given.
    fn go_to(&mut self, given: &str) -> anyhow::Result<()> {
        let mut given = given.trim().to_owned();
        if given.is_empty() {
            self.list();
            match prompt::ask("go to which? ")? {
                Some(answer) => given = answer,
                None => return Ok(()),
            }
        }
        let count = self.lines.len();
        let number = given.parse::<usize>().ok();
        match number.filter(|number| (1..=count).contains(number)) {
            Some(number) if self.is_judged(&self.lines[number - 1]) => self
                .context
                .say(&format!("claim {number} is judged already")),
            Some(number) => self.at = number - 1,
            None => self.context.say(&format!(
                "{:?} is not one of the numbers 1 to {count}",
                screen::cut(&given, 20)
            )),
        }
        Ok(())
    }

    /// Lists the claims around this one, with what was decided.
    fn list(&self) {
        let first = self.at.saturating_sub(LISTED);
        let columns = screen::columns().saturating_sub(18);
        for (n, line) in self.lines.iter().enumerate().skip(first).take(2 * LISTED) {
            let state = match line.state {
                _ if self.is_judged(line) => "judged",
                State::Proposed => "",
                state => state.as_str(),
            };
            let here = if n == self.at { '>' } else { ' ' };
            let text = screen::cut(&line.claim.text, columns);
            self.context
                .say(&format!("{here}{:>4}  {state:<8}  {text}", n + 1));
        }
    }

    /// Drops what is left of the source, from this claim on.
    fn drop_rest(&mut self) -> anyhow::Result<()> {
        let source = self.lines[self.at].source.id;
        let rest: Vec<usize> = (self.at..self.lines.len())
            .filter(|at| self.lines[*at].source.id == source && self.is_left(&self.lines[*at]))
            .collect();
        let claims = screen::counted(rest.len() as u64, "claim", "claims");
        let question = format!("drop {claims} of this source? [y,n] ");
        if prompt::choose(&question, &['y', 'n'])? != Some('y') {
            return Ok(());
        }
        let hand = self.reviewer.hand(self.context)?;
        // One step: a stop leaves all of them dropped or none.
        let locked = self.drafts.lock()?;
        let mut decided = self.drafts.load(&source)?;
        for at in rest {
            if let Some(words) = self.changed_by_another(at, &decided)? {
                let number = at + 1;
                self.context
                    .say(&format!("claim {number} stays: meanwhile it was {words}"));
                continue;
            }
            let line = &mut self.lines[at];
            let kept = decided.decision(&line.origin);
            let edited = kept.and_then(|kept| kept.edited.clone());
            decided.decide(Decision {
                claim: line.origin,
                choice: Choice::Dropped,
                edited,
                by: hand.by.clone(),
                at: hand.at,
            });
            line.state = State::Dropped;
            line.hand = hand.clone();
        }
        self.drafts.save(&decided)?;
        drop(locked);
        self.go_on();
        Ok(())
    }

    /// Lists the claims anew, once some were made of others, and goes to one of them.
    pub(super) fn reload(&mut self, to: &ObjectId) -> anyhow::Result<()> {
        let known: HashSet<ObjectId> = self.lines.iter().map(|line| line.origin).collect();
        let scope = self.scope;
        let read = |ledger: &_, proposals: &_| Ok(scope.lines(ledger, proposals)?.0);
        let (ledger, mut lines) = self.context.read_claims(read)?;
        drop(ledger);
        lines.retain(|line| match line.state {
            State::Proposed => true,
            State::Accepted | State::Dropped => known.contains(&line.origin),
            _ => false,
        });
        let at = lines.iter().position(|line| line.origin == *to);
        self.at = at.unwrap_or(self.at.min(lines.len()));
        self.lines = lines;
        Ok(())
    }
}
