//! `factlog approve` and `factlog dispute`: what another than its author says of a verdict.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write as _};

use factlog::audit::Standing;
use factlog::audit::facts::Detail;
use factlog::entry::{Approval, Body, Decision, Kind, Role};
use factlog::keys::HeldKey;
use factlog::ledger::{Ledger, Record};
use factlog::trust::{KeyName, PublicKey, VerifierKey};
use factlog::words::id::{EntryId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object;
use factlog::words::verdict::Verdict;
use serde::Serialize;

use super::claim_list;
use super::context::Context;
use super::decisions::{self, Decisions};
use super::desk::conflicts::{Declared, Rules};
use super::desk::interests::Matter;
use super::desk::people::{self, Names};
use super::exit::{Failure, Status};
use super::json_out;
use super::record::EntryLine;
use super::says;
use super::screen;
use super::seek;
use super::signing::carried::{self, Carried, Delivered, Hand};
use super::signing::{self, ChosenKey, SigningArgs, Wanted};
use super::stdout;
use super::verdict::change_words;

/// Approve another's verdict
///
/// Where the policy asks for approvals, a verdict is proposed until as many approvers as that have
/// approved it. It takes an approver's key, and never the verdict's own author's. Each approver's last
/// word counts: who disputed before, and approves now, approves. Of several, each is shown and asked
/// about, one after the other; the passphrase is asked for once.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog approve 5f3a9c12
  factlog approve 5f3a9c12 77b0c4de 9a1e2f30
  factlog approve 5f3a9c12 --note \"I called the registry, too.\"
  factlog approve 5f3a9c12 --as bob --out approval.pending

With --json, a document for each. Exit status: 0 signed; 1 a verdict was
superseded or retracted, or you said no; 3 no such verdict; 4 no approver's key
is here, or a verdict is your own.")]
pub(crate) struct ApproveArgs {
    /// The verdicts: the beginnings of their ids
    #[arg(required = true, value_name = "VERDICT")]
    verdicts: Vec<String>,
    /// What you want said with it; it stays in the ledger, and is not published
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    signing: SigningArgs,
}

/// Dispute another's verdict, and say why
///
/// A verdict that an approver disputes does not stand until that approver approves it, or its author
/// puts another in its place. It takes an approver's key, and never the verdict's own author's.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog dispute 5f3a9c12 --note \"The figure is for 2020, not 2021.\"
  factlog dispute 5f3a9c12 --note \"…\" --out dispute.pending

Exit status: 0 signed; 1 the verdict was superseded or retracted, or you said
no; 3 no such verdict; 4 no approver's key is here, or the verdict is your
own.")]
pub(crate) struct DisputeArgs {
    /// The verdict: the beginning of its id
    verdict: String,
    /// Why; it stays in the ledger, and is not published
    #[arg(long, visible_alias = "reason", value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    approval: EntryId,
    verdict: EntryId,
    decision: Decision,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    /// What the verdict's standing is now; absent where nothing was appended.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approvals: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approvals_needed: Option<u32>,
    entries: Vec<EntryLine>,
}

pub(crate) fn approve(args: &ApproveArgs, context: &Context) -> anyhow::Result<Status> {
    let is_several = args.verdicts.len() > 1;
    if is_several && args.signing.out.is_some() {
        return Err(
            Failure::new(Status::Usage, "--out takes one verdict at a time")
                .hint("approve each with a file of its own")
                .into(),
        );
    }
    if is_several {
        // None is signed where one can't be found.
        let ledger = context.open_ledger()?;
        for verdict in &args.verdicts {
            seek::find_entry(&ledger, Kind::Verdict, verdict)?;
        }
    }
    let unlocked = RefCell::default();
    let mut status = Status::Done;
    for verdict in &args.verdicts {
        let decided = Decided {
            decision: Decision::Approve,
            verdict,
            note: args.note.as_deref(),
            signing: &args.signing,
            unlocked: is_several.then_some(&unlocked),
        };
        if decided.run(context)? != Status::Done {
            status = Status::Failed;
        }
    }
    Ok(status)
}

pub(crate) fn dispute(args: &DisputeArgs, context: &Context) -> anyhow::Result<Status> {
    let decided = Decided {
        decision: Decision::Dispute,
        verdict: &args.verdict,
        note: Some(&args.note),
        signing: &args.signing,
        unlocked: None,
    };
    decided.run(context)
}

/// What a person decided.
struct Decided<'a> {
    decision: Decision,
    verdict: &'a str,
    note: Option<&'a str>,
    signing: &'a SigningArgs,
    /// The keys that earlier ones of several were signed with.
    unlocked: Option<&'a RefCell<Vec<HeldKey>>>,
}

impl Decided<'_> {
    /// Returns who signs: of several, a key is unlocked for the first of them alone.
    fn hand<'c>(&'c self, context: &'c Context, chosen: ChosenKey) -> Hand<'c> {
        let Some(unlocked) = self.unlocked.filter(|_| chosen.needs_person()) else {
            return Hand::There(chosen);
        };
        let verifier = chosen.verifier().clone();
        let once = move || {
            let known = unlocked
                .borrow()
                .iter()
                .find(|key| key.verifier() == chosen.verifier())
                .cloned();
            if let Some(key) = known {
                return Ok(key);
            }
            let key = chosen.unlock(context)?;
            unlocked.borrow_mut().push(key.clone());
            Ok(key)
        };
        Hand::Made(verifier, Box::new(once))
    }

    fn run(&self, context: &Context) -> anyhow::Result<Status> {
        let note = self.note.map(str::trim);
        if note.is_some_and(str::is_empty) {
            return Err(Failure::new(Status::Usage, "the note is empty")
                .hint("say it with --note \"…\"")
                .into());
        }
        let ledger = context.open_ledger()?;
        let record = seek::find_entry(&ledger, Kind::Verdict, self.verdict)?;
        let verdict = record.entry.id();
        let short = ledger.short(&verdict.0)?;
        refuse_ended(&ledger, &verdict, &short)?;
        let author = &record.entry.header().by;
        let holder = ledger.signer(author.public())?.map(|signer| signer.holder);
        let chosen = signing::choose_to(
            context,
            self.signing,
            &ledger,
            Wanted::Role(Role::Approver),
            holder.as_ref(),
        );
        let holder = holder.unwrap_or_else(|| author.public().clone());
        let chosen = match chosen {
            Ok(chosen) if is_of(&ledger, &holder, chosen.verifier())? => {
                return Err(self
                    .own(&ledger, &short, chosen.verifier().name(), &holder)?
                    .into());
            }
            Err(error) if self.signing.name.is_none() && self.signing.key.is_none() => {
                let here = people::here(context, &ledger)?;
                let others = people::approvers_of(&ledger, &holder)?;
                let is_author = here.iter().any(|person| person.holder == holder);
                // Of the keys that are here only the author's own could be meant.
                return Err(
                    if is_author && !here.iter().any(|p| others.contains(&p.name)) {
                        let failure = self.own(&ledger, &short, author.name(), &holder)?;
                        failure.because(error).into()
                    } else {
                        error
                    },
                );
            }
            chosen => chosen?,
        };
        self.refuse_twice(&ledger, &record, chosen.verifier())?;
        let mut words = self.words(&ledger, &record, &short)?;
        let stake = self.stake(&ledger, &record, chosen.verifier())?;
        for stake in &stake {
            context.warn(stake);
        }
        words.extend(stake);
        let mut objects = Vec::new();
        let mut note_id = None;
        if let Some(text) = note {
            let note = Note {
                text: text.to_owned(),
                salt: context.salt()?,
            };
            let bytes = object::to_bytes(&note)?;
            note_id = Some(factlog::words::id::ObjectId::of(&bytes));
            objects.push(bytes);
        }
        let carried = Carried {
            bodies: vec![Body::Approval(Approval {
                verdict: VerdictId(verdict.0),
                decision: self.decision,
                note: note_id,
            })],
            objects,
            hands: vec![self.hand(context, chosen)],
            words,
            question: format!("{} the verdict {short}", name(self.decision)),
        };
        match carried::sign(context, self.signing, ledger, carried)? {
            Some(done) => self.tell(context, verdict, done),
            None => Ok(Status::Failed),
        }
    }

    /// Says that a verdict is somebody's own, and who may approve it.
    fn own(
        &self,
        ledger: &Ledger,
        short: &str,
        author: &KeyName,
        holder: &PublicKey,
    ) -> anyhow::Result<Failure> {
        let verb = name(self.decision);
        let message = format!("the verdict {short} is {author}'s own, and another must {verb} it");
        let others = people::approvers_of(ledger, holder)?;
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        let hint = if others.is_empty() {
            "nobody else may yet: roots add one with `factlog key add NAME --role approver`"
                .to_owned()
        } else {
            format!(
                "an approver other than its author signs: {}; --as NAME says which",
                others.join(", ")
            )
        };
        Ok(Failure::new(Status::Key, message).hint(hint))
    }

    /// Refuses to say again, without a word more, what the same approver said last.
    fn refuse_twice(
        &self,
        ledger: &Ledger,
        verdict: &Record,
        key: &VerifierKey,
    ) -> anyhow::Result<()> {
        if self.note.is_some() {
            return Ok(());
        }
        let holder = ledger.signer(key.public())?.map(|signer| signer.holder);
        let mut last = None;
        for answer in ledger.answers_to(&verdict.entry.id())? {
            let Body::Approval(said) = answer.entry.body() else {
                continue;
            };
            let by = ledger.signer(answer.entry.header().by.public())?;
            if by.map(|signer| signer.holder) == holder {
                last = Some((said.decision, answer));
            }
        }
        match last {
            Some((decision, answer))
                if decision == self.decision && !ledger.is_tainted(&answer.entry.id())? =>
            {
                let said = match decision {
                    Decision::Approve => "approved",
                    Decision::Dispute => "disputed",
                };
                let message = format!(
                    "{} has {said} it already, by entry {}",
                    screen::one_line(key.name().as_str()),
                    answer.index
                );
                Err(Failure::new(Status::Failed, message)
                    .hint("say something more with --note \"…\", or use another key with --as NAME")
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Says what the approver has a stake in, as the desk knows, and does not declare in the note.
    fn stake(
        &self,
        ledger: &Ledger,
        verdict: &Record,
        key: &VerifierKey,
    ) -> anyhow::Result<Vec<String>> {
        let rules = Rules::of(ledger)?;
        let rules = rules.of_key(ledger, key)?;
        let Body::Verdict(body) = verdict.entry.body() else {
            unreachable!("it was looked up as a verdict");
        };
        if rules.are_silent() {
            return Ok(vec![]);
        }
        let matter = Matter::of_verdict(ledger, body)?;
        let words: Vec<String> = self.note.map(str::to_owned).into_iter().collect();
        let declared = Declared {
            words: &words,
            is_answered: true,
        };
        Ok(rules.check(&matter, &declared)?)
    }

    /// Says what is decided about what.
    fn words(&self, ledger: &Ledger, record: &Record, short: &str) -> anyhow::Result<Vec<String>> {
        let mut words = Vec::new();
        let Body::Verdict(body) = record.entry.body() else {
            unreachable!("it was looked up as a verdict");
        };
        let claim = ledger.entry_of(Kind::Claim, &body.claim.entry())?;
        if let Some(claim) = claim_list::of_record(ledger, &claim)? {
            words.push(format!(
                "the claim: “{}”, said by {}",
                claim.claim.text,
                claim.who()
            ));
        }
        let author = record.entry.header().by.name();
        let content: Option<Verdict> = says::object(ledger, &body.verdict)?;
        let summary = content.as_ref().map(|content| content.summary.as_str());
        let summary = summary.map_or_else(String::new, |summary| format!(", “{summary}”"));
        words.push(format!(
            "the verdict {short} by {author}: {}{summary}",
            body.rating
        ));
        match &content {
            Some(content) => words.extend(rests_on(ledger, content)?),
            None => words.push(format!("its evidence: {}", says::GONE)),
        }
        if let Some((older, change)) = body.supersedes.zip(body.change) {
            let older = ledger.short(&older.0)?;
            let reason = content.as_ref().and_then(|content| content.reason.as_ref());
            let reason = reason.map_or_else(String::new, |reason| format!(", “{reason}”"));
            words.push(format!(
                "it takes the place of {older}: {}{reason}",
                change_words(change)
            ));
        }
        let standing = ledger.standing(&VerdictId(record.entry.id().0))?;
        let decisions = Decisions::of(ledger, &standing)?;
        if let Some(so_far) = decisions::words(
            &decisions.approvals,
            decisions.approvals_needed,
            &decisions.disputes,
        ) {
            words.push(format!("so far: {}, {so_far}", standing.standing));
        }
        if let Some(note) = self.note {
            words.push(format!("your note: {note}"));
        }
        Ok(words)
    }

    fn tell(&self, context: &Context, verdict: EntryId, done: Delivered) -> anyhow::Result<Status> {
        let mut report = Report {
            approval: done.id,
            verdict,
            decision: self.decision,
            index: done.index,
            standing: None,
            approvals: None,
            approvals_needed: None,
            entries: done.entries,
        };
        if let Some(index) = done.index {
            let ledger = context.open_ledger()?;
            let standing = ledger.standing(&VerdictId(verdict.0))?;
            let decisions = Decisions::of(&ledger, &standing)?;
            let short = ledger.short(&verdict.0)?;
            drop(ledger);
            let by = decisions::words(
                &decisions.approvals,
                decisions.approvals_needed,
                &decisions.disputes,
            );
            context.say(&format!(
                "{}d the verdict {short} (entry {index}): it is {}{}",
                name(self.decision),
                standing.standing,
                by.map_or_else(String::new, |by| format!(", {}", screen::one_line(&by)))
            ));
            report.standing = Some(standing.standing);
            report.approvals = Some(standing.approvals.len());
            report.approvals_needed = Some(standing.approvals_needed);
        }
        if context.global.json {
            json_out::print(&report)?;
        } else if !io::stdout().is_terminal() {
            writeln!(stdout::plain(), "{}", done.id)?;
        }
        Ok(Status::Done)
    }
}

/// Says whether a key is of the one who holds another, or has a name of theirs.
fn is_of(ledger: &Ledger, holder: &PublicKey, key: &VerifierKey) -> anyhow::Result<bool> {
    let own = ledger.signer(key.public())?.map(|signer| signer.holder);
    Ok(own.as_ref() == Some(holder) || Names::of(ledger)?.has(holder, key.name().as_str()))
}

/// Says what a verdict rests on, a line a piece, and which conflicts of interest its author declared.
fn rests_on(ledger: &Ledger, verdict: &Verdict) -> anyhow::Result<Vec<String>> {
    let mut words = Vec::new();
    if let Some(rationale) = &verdict.rationale {
        words.push(format!("its reasons: {rationale}"));
    }
    for piece in &verdict.evidence {
        let (meta, media) = says::source_meta(ledger, piece.source)?;
        let source = meta.map_or_else(
            || says::GONE.to_owned(),
            |meta| says::source_words(ledger, piece.source, &meta, &media),
        );
        let short = ledger.short(&piece.source.0)?;
        let primary = if piece.primary {
            ", a primary source"
        } else {
            ""
        };
        let mut line = format!(
            "{}: {source} ({short}{primary})",
            says::name_of(&piece.stance)
        );
        if let Some(quote) = &piece.quote {
            line = format!("{line}: “{}”", quote.exact);
        }
        let details = [
            ("at", &piece.locator),
            ("note:", &piece.note),
            ("no copy:", &piece.unavailable),
        ];
        for (name, value) in details {
            if let Some(value) = value {
                line = format!("{line}; {name} {value}");
            }
        }
        words.push(line);
    }
    if verdict.evidence.is_empty() {
        words.push("its evidence: none is cited".to_owned());
    }
    words.push(if verdict.conflicts.is_empty() {
        "conflicts of interest: none is declared".to_owned()
    } else {
        let declared = verdict.conflicts.join("; ");
        format!("conflicts of interest, declared: {declared}")
    });
    Ok(words)
}

/// Refuses to decide about a verdict that was superseded or retracted.
fn refuse_ended(ledger: &Ledger, verdict: &EntryId, short: &str) -> anyhow::Result<()> {
    let Detail::Verdict(facts) = ledger.facts_of(verdict)?.1.detail else {
        return Ok(());
    };
    let retracted = facts.retracted_by.map(|by| ("retracted", by));
    let Some((how, by)) = retracted.or(facts.superseded_by.map(|by| ("superseded", by))) else {
        return Ok(());
    };
    Err(Failure::new(
        Status::Failed,
        format!("the verdict {short} was {how} before, by entry {by}"),
    )
    .hint(format!("`factlog show {short}` shows what became of it"))
    .into())
}

const fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approve",
        Decision::Dispute => "dispute",
    }
}
