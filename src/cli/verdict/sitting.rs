//! One person judging one claim: the form, the last look, and what is signed then.

use std::fs;
use std::io::{self, IsTerminal, Write as _};

use factlog::entry::Body;
use factlog::keys::HeldKey;
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::id::EntryId;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::verdict::Verdict;
use serde::Serialize;

use super::build::{Fresh, Judgement, Ready, Resolver, TakenSources, Target};
use super::drafted::Drafted;
use super::form::FormFault;
use super::kept::KeptEvidence;
use super::{Args, build, form, look, superseding, uncited};
use crate::cli::claim_list::{ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::drafts::{Drafts, FORM};
use crate::cli::editor;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::prompt;
use crate::cli::ratings;
use crate::cli::record::{self, EntryLine, Signer};
use crate::cli::screen;
use crate::cli::signing::{self, ChosenKey, SigningArgs};
use crate::cli::stdout;

/// What was recorded, or written to a file.
#[derive(Serialize)]
struct Report {
    verdict: EntryId,
    claim: EntryId,
    rating: RatingCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    entries: Vec<EntryLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
}
/// What the letters of the last look do.
const LOOK_HELP: &str = "\
y  sign it and record it
n  stop; nothing is signed
e  change it in the editor
s  show exactly what will be signed
q  stop, and leave `factlog review` where it was begun from there";

/// How the last look ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// The verdict is recorded, or written to a file.
    Signed,
    /// Nothing was signed.
    Stopped,
    /// Nothing was signed, and the person wants to leave the sitting.
    Quit,
}

impl Ended {
    /// Returns the exit status.
    pub(super) const fn status(self) -> Status {
        match self {
            Self::Signed => Status::Done,
            Self::Stopped | Self::Quit => Status::Failed,
        }
    }
}

/// One person judging one claim.
pub(super) struct Sitting<'a> {
    context: &'a Context,
    signing: &'a SigningArgs,
    chosen: ChosenKey,
    author: VerifierKey,
    key: Option<HeldKey>,
    policy: Policy,
    line: ClaimLine,
    /// The reviewer's own verdict on the claim that stands, for the form to start from.
    own: Option<Judgement>,
    /// What was kept as evidence for the claim.
    kept: KeptEvidence,
    drafts: Drafts,
    taken: TakenSources,
}

impl<'a> Sitting<'a> {
    /// Reads what the sitting needs of an open ledger.
    pub(super) fn start(
        context: &'a Context,
        signing: &'a SigningArgs,
        ledger: &Ledger,
        line: ClaimLine,
    ) -> anyhow::Result<Self> {
        let chosen = signing::choose(context, signing, ledger)?;
        let author = chosen.verifier().clone();
        let own = match line.state {
            State::Recorded { id, superseded, .. } => {
                if superseded {
                    context.warn("another claim has taken the place of this one: the verdict will be marked as given on the earlier wording");
                }
                superseding::own_judgement(ledger, &author, id)?
            }
            _ => None,
        };
        let drafts = Drafts::of(ledger.folder());
        Ok(Self {
            context,
            signing,
            chosen,
            kept: KeptEvidence::of_line(&drafts, &line)?,
            author,
            key: None,
            policy: ledger.policy()?.1,
            line,
            own,
            drafts,
            taken: TakenSources::new(),
        })
    }

    /// Adds what was kept for the claim to the evidence of a judgement.
    pub(super) fn with_kept(&self, mut judgement: Judgement) -> Judgement {
        let given = judgement.evidence.len();
        self.kept.join(&mut judgement.evidence);
        let more = judgement.evidence.len() - given;
        if more > 0 {
            self.context.say(&format!(
                "with {} kept for this claim before: factlog evidence list {}",
                screen::counted(more as u64, "piece of evidence", "pieces of evidence"),
                &self.line.id[..8]
            ));
        }
        judgement
    }

    /// Records a judgement given by flags without a question.
    pub(super) fn at_once(
        &mut self,
        judgement: &Judgement,
        ledger: Ledger,
    ) -> anyhow::Result<Status> {
        ratings::check(&self.policy, &judgement.rating)?;
        let mut ledger = if self.chosen.needs_person() || build::needs_fetching(&judgement.evidence)
        {
            drop(ledger);
            self.prepare(judgement)?;
            self.context.open_ledger()?
        } else {
            self.prepare(judgement)?;
            ledger
        };
        let ready = self.build(&ledger, judgement)?;
        self.warn_of_few(&ready.verdict)?;
        let uncited = ready.uncited.map(|uncited| uncited.to_string());
        for warning in uncited.iter().chain(&ready.undeclared) {
            self.context.warn(warning);
        }
        self.context.say(&format!(
            "{}: “{}”",
            look::named(&self.line),
            screen::cut(&self.line.claim.text, 70),
        ));
        self.finish(&mut ledger, ready)
    }

    /// Goes through form and last look until the person signs or stops. The ledger is not locked
    /// while the person writes, reads or thinks.
    pub(super) fn form_and_look(
        &mut self,
        by_flags: Option<Judgement>,
        args: Option<&Args>,
    ) -> anyhow::Result<Ended> {
        // By what the claim is, so that it is still there once the claim is recorded.
        let path = self.drafts.form(&self.line.origin);
        let mut is_written = false;
        let mut judgement = by_flags;
        let mut fault: Option<String> = None;
        loop {
            let judged = if let Some(judged) = judgement.take() {
                judged
            } else {
                is_written = true;
                match self.edit(&path, fault.take(), args)? {
                    Edited::Judged(judged) => judged,
                    Edited::Faulty(text) => {
                        fault = Some(text);
                        continue;
                    }
                }
            };
            let built = self.prepare(&judged).and_then(|()| {
                let ledger = self.context.open_ledger()?;
                self.build(&ledger, &judged)
            });
            let ready = match built {
                Ok(ready) => ready,
                Err(error) if is_written => {
                    fault = Some(format!("{error:#}"));
                    continue;
                }
                Err(error) => return Err(error),
            };
            if !self.signing.yes {
                match self.ask(&judged, &ready)? {
                    'y' => {}
                    'e' => {
                        if !path.exists() {
                            let form = form::render(&self.line, &self.policy, Some(&judged));
                            self.drafts.replace(&path, form.as_bytes())?;
                        }
                        continue;
                    }
                    answer => {
                        self.say_stopped(&path);
                        return Ok(if answer == 'q' {
                            Ended::Quit
                        } else {
                            Ended::Stopped
                        });
                    }
                }
            }
            let mut ledger = self.context.open_ledger()?;
            if ready.signer.is_overtaken(&ledger)? {
                self.context
                    .warn("something else was signed with this key meanwhile: look again");
                judgement = Some(judged);
                continue;
            }
            if ready.claim_is_new()
                && matches!(Target::of(&ledger, &self.line)?, Target::Recorded(_))
            {
                self.context
                    .warn("the claim was recorded meanwhile: look again");
                judgement = Some(judged);
                continue;
            }
            self.finish(&mut ledger, ready)?;
            let _ = fs::remove_file(&path);
            return Ok(Ended::Signed);
        }
    }

    /// Shows what will be signed, and asks whether to.
    fn ask(&self, judged: &Judgement, ready: &Ready) -> anyhow::Result<char> {
        look::show(&self.line, &self.policy, judged, ready)?;
        self.warn_of_few(&ready.verdict)?;
        let question = format!("Sign this as {}? [y,n,e,s,q,?] ", self.author.name());
        loop {
            match prompt::choose(&question, &['y', 'n', 'e', 's', 'q', '?'])? {
                Some('?') => self.context.say(LOOK_HELP),
                Some('s') => {
                    look::show_signed(ready)?;
                    look::show(&self.line, &self.policy, judged, ready)?;
                }
                Some(letter) => return Ok(letter),
                None => return Ok('n'),
            }
        }
    }

    /// Warns where a verdict rests on fewer sources than the settings ask for.
    fn warn_of_few(&self, verdict: &Verdict) -> anyhow::Result<()> {
        let least = self.context.settings()?.number("evidence.least_warn");
        let mut sources: Vec<_> = verdict.evidence.iter().map(|piece| piece.source).collect();
        sources.sort_unstable();
        sources.dedup();
        let count = sources.len() as u64;
        if count >= least {
            return Ok(());
        }
        let rests = match count {
            0 => "no source".to_owned(),
            1 => "one source alone".to_owned(),
            _ => format!("{count} sources, and the setting evidence.least_warn asks for {least}"),
        };
        self.context.warn(&format!("this verdict rests on {rests}"));
        Ok(())
    }

    fn say_stopped(&self, path: &std::path::Path) {
        let kept = if path.exists() {
            format!(
                "; what you wrote is kept: factlog verdict {} takes it up",
                &self.line.id[..8]
            )
        } else {
            String::new()
        };
        self.context.say(&format!("nothing was signed{kept}"));
    }

    /// Opens the form, with what is wrong at its top, and reads it.
    fn edit(
        &self,
        path: &std::path::Path,
        fault: Option<String>,
        args: Option<&Args>,
    ) -> anyhow::Result<Edited> {
        let before = match FORM.bytes(path)? {
            Some(kept) => {
                let kept = String::from_utf8_lossy(&kept).into_owned();
                if fault.is_none() {
                    self.context.say("taking up the form where you left it");
                    self.tell_missing(&kept);
                }
                kept
            }
            None => match self.first_judgement(args) {
                None => {
                    let draft = Drafted::default();
                    form::render_draft(&self.line, &self.policy, &draft, &self.kept.evidence)
                }
                Some(mut first) => {
                    self.kept.join(&mut first.evidence);
                    form::render(&self.line, &self.policy, Some(&first))
                }
            },
        };
        let shown = match &fault {
            Some(fault) => form::with_fault(&before, fault),
            None => form::without_fault(&before),
        };
        self.drafts.replace(path, shown.as_bytes())?;
        editor::edit(self.context, path)?;
        let after = String::from_utf8_lossy(&FORM.bytes(path)?.unwrap_or_default()).into_owned();
        let unchanged = form::without_fault(&after) == form::without_fault(&before);
        match form::parse(&after) {
            Ok(judged) => {
                if let (true, Some(fault)) = (unchanged, fault) {
                    // The same form would have the same fault, again and again.
                    return Err(Failure::new(Status::Failed, fault)
                        .hint(format!("what you wrote is kept in {}", path.display()))
                        .into());
                }
                Ok(Edited::Judged(judged))
            }
            Err(FormFault::NoSummary) => {
                let _ = fs::remove_file(path);
                Err(Failure::new(Status::Failed, "the summary is empty: nothing was signed").into())
            }
            Err(found) if unchanged && fault.is_some() => {
                Err(Failure::new(Status::Failed, found.to_string())
                    .hint(format!("what you wrote is kept in {}", path.display()))
                    .into())
            }
            Err(found) => Ok(Edited::Faulty(found.to_string())),
        }
    }

    /// Says what was kept for the claim since a form was begun.
    fn tell_missing(&self, form: &str) {
        let missing = self.kept.evidence.iter();
        for piece in missing.filter(|piece| !form.contains(&piece.what)) {
            let stance = form::stance_name(piece.stance);
            self.context.say(&format!(
                "evidence that was kept since is not in it; add: {stance}: {}",
                piece.what
            ));
        }
    }

    /// Returns what the form starts from: the reviewer's own earlier verdict, to be superseded.
    fn first_judgement(&self, args: Option<&Args>) -> Option<Judgement> {
        let mut first = self.own.clone();
        if let (Some(first), Some(args)) = (&mut first, args) {
            if args.supersedes.is_some() {
                first.supersedes.clone_from(&args.supersedes);
            }
            first.change = args.change.or(first.change);
            first.reason = args.reason.clone().or_else(|| first.reason.take());
        }
        first
    }

    /// Reads or fetches the evidence and unlocks the key.
    fn prepare(&mut self, judgement: &Judgement) -> anyhow::Result<()> {
        build::take_all(self.context, &judgement.evidence, &mut self.taken)?;
        if self.key.is_none() {
            self.key = Some(self.chosen.unlock(self.context)?);
        }
        Ok(())
    }

    fn build(&self, ledger: &Ledger, judgement: &Judgement) -> anyhow::Result<Ready> {
        let key = self.key.clone().expect("the key was unlocked before");
        let mut signer = Signer::start(ledger, key, self.context.now()?)?;
        let claim = Target::of(ledger, &self.line)?;
        let lookup = Resolver::new(ledger, &self.author, &self.taken)?;
        let resolved = lookup.resolve(claim, judgement)?;
        lookup.refuse_second(&self.line, resolved.claim(), judgement)?;
        let mut fresh = Fresh::default();
        build::sign_needs(&mut signer, &resolved, &self.taken, &mut fresh)?;
        let (draft, verdict) = build::draft(
            &mut signer,
            &resolved,
            judgement,
            &self.taken,
            &fresh,
            self.context.salt()?,
        )?;
        Ok(Ready {
            uncited: uncited::Uncited::of(ledger, &resolved, judgement)?,
            undeclared: resolved.undeclared,
            signer,
            draft,
            verdict,
            new_sources: fresh.new_sources,
            fetched: fresh.fetched,
        })
    }

    /// Signs the verdict, appends everything, and says what was recorded.
    fn finish(&self, ledger: &mut Ledger, ready: Ready) -> anyhow::Result<Status> {
        let Ready {
            mut signer,
            draft,
            new_sources,
            fetched,
            verdict: content,
            ..
        } = ready;
        let verdict = signer.sign(&draft)?;
        let entries = record::deliver(self.context, self.signing, ledger, &signer.pending)?;
        if self.signing.out.is_none() {
            for fetched in fetched {
                fetched.keep(self.context, ledger);
            }
            KeptEvidence::forget_cited(&self.drafts, &self.line, &content.evidence)?;
            for source in new_sources {
                let mut decided = self.drafts.load(&source)?;
                decided.evidence = true;
                self.drafts.save(&decided)?;
            }
        }
        let Body::Verdict(body) = &draft.body else {
            unreachable!("a verdict was drafted");
        };
        let index = entries.last().and_then(|entry| entry.index);
        if let Some(index) = index {
            let short = ledger.short(&verdict.0)?;
            self.context.say(&format!(
                "recorded: “{}” is {} (verdict {short}, entry {index})",
                screen::cut(&self.line.claim.text, 70),
                body.rating,
            ));
            let needed = self.policy.approvals;
            if needed > 0 {
                self.context.say(&format!(
                    "proposed, for it takes {needed} {} to stand; others type: factlog approve {short}",
                    if needed == 1 { "approval" } else { "approvals" }
                ));
            }
        }
        if self.context.global.json {
            json_out::print(&Report {
                verdict,
                claim: body.claim.entry(),
                rating: body.rating.clone(),
                index,
                entries,
                out: self.signing.out.as_ref().map(screen::path),
            })?;
        } else if !io::stdout().is_terminal() {
            writeln!(stdout::plain(), "{verdict}")?;
        }
        Ok(Status::Done)
    }
}

enum Edited {
    Judged(Judgement),
    Faulty(String),
}
