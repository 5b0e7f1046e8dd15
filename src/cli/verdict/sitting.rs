//! One person judging one claim: the form, the last look, and what is signed then.

use std::fs;
use std::io::{self, IsTerminal, Write as _};

use factlog::entry::Body;
use factlog::keys::HeldKey;
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::id::EntryId;
use factlog::words::policy::{Policy, RatingCode};
use serde::Serialize;

use super::build::{Fresh, Judgement, Ready, Resolved, Resolver, TakenSources, Target};
use super::editing::Edited;
use super::forms::Forms;
use super::kept::KeptEvidence;
use super::look::Outline;
use super::superseding::{self, Older};
use super::{Args, build, form, look};
use crate::cli::claim_list::{ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::exit::Status;
use crate::cli::json_out;
use crate::cli::prompt;
use crate::cli::ratings;
use crate::cli::record::{self, EntryLine, Signer};
use crate::cli::says;
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
    pub(super) context: &'a Context,
    signing: &'a SigningArgs,
    chosen: ChosenKey,
    author: VerifierKey,
    key: Option<HeldKey>,
    pub(super) policy: Policy,
    pub(super) line: ClaimLine,
    /// The verdict whose place this one takes, for the form to start from: the reviewer's own on the claim
    /// that stands, or the one that was named.
    pub(super) older: Option<Older>,
    /// What was kept as evidence for the claim.
    pub(super) kept: KeptEvidence,
    pub(super) drafts: Drafts,
    pub(super) forms: Forms,
    taken: TakenSources,
}

impl<'a> Sitting<'a> {
    /// Reads what the sitting needs of an open ledger.
    pub(super) fn start(
        context: &'a Context,
        signing: &'a SigningArgs,
        ledger: &Ledger,
        line: ClaimLine,
        supersedes: Option<&str>,
    ) -> anyhow::Result<Self> {
        let chosen = signing::choose(context, signing, ledger)?;
        let author = chosen.verifier().clone();
        let claim = match line.state {
            State::Recorded { id, superseded, .. } => {
                if superseded {
                    let newer = says::superseded_claim(ledger, id)?;
                    let newer = newer.map(|newer| ledger.short(newer.as_bytes()));
                    let newer = newer.transpose()?.unwrap_or_default();
                    context.warn(&format!(
                        "claim {newer} has taken the place of this one: the verdict will be marked as \
                         given on the earlier wording; factlog verdict {newer} judges the other"
                    ));
                }
                Some(id)
            }
            _ => None,
        };
        let older = superseding::older(ledger, &author, claim, supersedes)?;
        let drafts = Drafts::of(ledger.folder());
        let forms = Forms::of(ledger, &drafts, &author, &line.origin)?;
        Ok(Self {
            context,
            signing,
            chosen,
            kept: KeptEvidence::of_line(&drafts, &line)?,
            author,
            key: None,
            policy: ledger.policy()?.1,
            forms,
            line,
            older,
            drafts,
            taken: TakenSources::new(),
        })
    }

    /// Adds what was kept for the claim to the evidence of a judgement, whose sources were read.
    fn with_kept(&self, ledger: &Ledger, mut judgement: Judgement) -> anyhow::Result<Judgement> {
        let given = judgement.evidence.len();
        if self.kept.evidence.is_empty() {
            return Ok(judgement);
        }
        // What is kept is named by ids; a file may be a source that is kept.
        let source = |request| -> anyhow::Result<Option<String>> {
            let source = build::source_of(ledger, &self.taken, request)?;
            Ok(source.map(|source| source.to_string()))
        };
        let sources = judgement.evidence.iter().map(source);
        let sources: Vec<_> = sources.collect::<anyhow::Result<_>>()?;
        self.kept.join(&mut judgement.evidence, &sources);
        let more = judgement.evidence.len() - given;
        if more > 0 {
            self.context.say(&format!(
                "with {} kept for this claim before: factlog evidence list {}",
                screen::counted(more as u64, "piece of evidence", "pieces of evidence"),
                &self.line.id[..8]
            ));
        }
        Ok(judgement)
    }

    /// Records a judgement given by flags without a question.
    pub(super) fn at_once(
        &mut self,
        judgement: Judgement,
        ledger: Ledger,
    ) -> anyhow::Result<Status> {
        ratings::check(&self.policy, &judgement.rating)?;
        let mut ledger = if self.chosen.needs_person() || build::needs_fetching(&judgement.evidence)
        {
            drop(ledger);
            self.prepare(&judgement)?;
            self.context.open_ledger()?
        } else {
            self.prepare(&judgement)?;
            ledger
        };
        let judgement = self.with_kept(&ledger, judgement)?;
        let ready = self.build(&ledger, &judgement)?;
        self.warn_of(&ready.outline)?;
        let uncited = ready.outline.uncited.map(|uncited| uncited.to_string());
        for warning in uncited.iter().chain(&ready.outline.undeclared) {
            self.context.warn(warning);
        }
        let (named, text) = (look::named(&self.line), &self.line.claim.text);
        self.context.say(&if ready.claim_is_new() {
            // All that is recorded with the verdict is said.
            format!(
                "{named}: “{}”, said by {}; the claim is recorded with it",
                screen::one_line(text),
                self.line.who()
            )
        } else {
            format!("{named}: “{}”", screen::cut(text, 70))
        });
        let status = self.finish(&mut ledger, ready)?;
        self.say_left();
        Ok(status)
    }

    /// Goes through form and last look until the person signs or stops. The ledger is not locked
    /// while the person writes, reads or thinks.
    pub(super) fn form_and_look(
        &mut self,
        by_flags: Option<Judgement>,
        args: Option<&Args>,
    ) -> anyhow::Result<Ended> {
        let path = self.forms.own.clone();
        let mut is_written = false;
        let mut judgement = match by_flags {
            Some(judged) => {
                build::take_all(self.context, &judged.evidence, &mut self.taken)?;
                Some(self.with_kept(&self.context.open_ledger()?, judged)?)
            }
            None => None,
        };
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
            // The question comes before the passphrase, as everywhere.
            let shown = match self.show_before_unlocking(&judged) {
                Err(error) if is_written => {
                    fault = Some(format!("{error:#}"));
                    continue;
                }
                shown => shown?,
            };
            let first = shown.as_ref().map(|_| self.choose()).transpose()?;
            let (answer, ready) = match first {
                Some(letter @ ('n' | 'e' | 'q')) => (letter, None),
                first => {
                    let built = self.prepare(&judged).and_then(|()| {
                        let ledger = self.context.open_ledger()?;
                        self.build(&ledger, &judged)
                    });
                    let ready = match built {
                        Err(error) if is_written => {
                            fault = Some(format!("{error:#}"));
                            continue;
                        }
                        built => built?,
                    };
                    let answer = self.answer(&judged, &ready, shown.as_ref(), first)?;
                    (answer, Some(ready))
                }
            };
            let ready = match (answer, ready) {
                ('y', Some(ready)) => ready,
                ('e', _) => {
                    if !is_written {
                        // What was judged by flags is what is changed, not a form of before.
                        self.forms.set_aside(self.context)?;
                        let disputes = self.disputes();
                        let form = form::render(&self.line, &self.policy, Some(&judged), disputes);
                        self.drafts.replace(&path, form.as_bytes())?;
                    }
                    continue;
                }
                (answer, _) => {
                    self.forms.give_back();
                    self.say_stopped(&path);
                    return Ok(if answer == 'q' {
                        Ended::Quit
                    } else {
                        Ended::Stopped
                    });
                }
            };
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
            if is_written {
                let _ = fs::remove_file(&path);
                let _ = self.forms.take(None);
            } else {
                self.say_left();
            }
            return Ok(Ended::Signed);
        }
    }

    /// Asks whether to sign what is ready. What was answered before the key was unlocked counts, unless
    /// something else was shown then.
    fn answer(
        &self,
        judged: &Judgement,
        ready: &Ready,
        shown: Option<&Outline>,
        first: Option<char>,
    ) -> anyhow::Result<char> {
        let is_same = shown == Some(&ready.outline);
        if self.signing.yes || (is_same && first == Some('y')) {
            return Ok('y');
        }
        if !is_same {
            self.show(judged, &ready.outline)?;
        }
        let mut letter = first.filter(|letter| *letter == 's');
        loop {
            let chosen = match letter.take() {
                Some(letter) => letter,
                None => self.choose()?,
            };
            if chosen != 's' {
                return Ok(chosen);
            }
            look::show_signed(ready)?;
            look::show(&self.line, &self.policy, judged, &ready.outline)?;
        }
    }

    /// Asks for a letter of the last look.
    fn choose(&self) -> anyhow::Result<char> {
        let question = format!("Sign this as {}? [y,n,e,s,q,?] ", self.author.name());
        loop {
            match prompt::choose(&question, &['y', 'n', 'e', 's', 'q', '?'])? {
                Some('?') => self.context.say(LOOK_HELP),
                letter => return Ok(letter.unwrap_or('n')),
            }
        }
    }

    fn show(&self, judged: &Judgement, outline: &Outline) -> anyhow::Result<()> {
        look::show(&self.line, &self.policy, judged, outline)?;
        self.warn_of(outline)
    }

    /// Shows what will be signed where a passphrase has to be asked for: nobody types one for what they
    /// have not seen.
    fn show_before_unlocking(&mut self, judged: &Judgement) -> anyhow::Result<Option<Outline>> {
        if self.key.is_some() || self.signing.yes || !self.chosen.needs_person() {
            return Ok(None);
        }
        build::take_all(self.context, &judged.evidence, &mut self.taken)?;
        let ledger = self.context.open_ledger()?;
        let (_, outline) = self.look_up(&ledger, judged)?;
        drop(ledger);
        self.show(judged, &outline)?;
        Ok(Some(outline))
    }

    /// Warns of what may not be meant, and where a verdict rests on fewer sources than the settings ask
    /// for.
    fn warn_of(&self, outline: &Outline) -> anyhow::Result<()> {
        for remark in &outline.remarks {
            self.context.warn(remark);
        }
        let least = self.context.settings()?.number("evidence.least_warn");
        let count = outline.sources;
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

    /// Says that one's own form is left, where the verdict was not written in it.
    fn say_left(&self) {
        let path = &self.forms.own;
        if path.exists() {
            self.context.say(&format!(
                "the form that you began is still there: {}",
                screen::path(path)
            ));
        }
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

    /// Reads or fetches the evidence and unlocks the key.
    fn prepare(&mut self, judgement: &Judgement) -> anyhow::Result<()> {
        build::take_all(self.context, &judgement.evidence, &mut self.taken)?;
        if self.key.is_none() {
            self.key = Some(self.chosen.unlock(self.context)?);
        }
        Ok(())
    }

    /// Looks up what a judgement names, and what a person is shown of it.
    fn look_up(
        &self,
        ledger: &Ledger,
        judgement: &Judgement,
    ) -> anyhow::Result<(Resolved, Outline)> {
        let claim = Target::of(ledger, &self.line)?;
        let lookup = Resolver::new(ledger, &self.author, &self.taken)?;
        let resolved = lookup.resolve(claim, judgement)?;
        lookup.refuse_second(&self.line, resolved.claim(), judgement)?;
        let outline = Outline::of(
            ledger,
            &self.line,
            &self.author,
            &resolved,
            judgement,
            &self.taken,
        )?;
        Ok((resolved, outline))
    }

    fn build(&self, ledger: &Ledger, judgement: &Judgement) -> anyhow::Result<Ready> {
        let key = self.key.clone().expect("the key was unlocked before");
        let mut signer = Signer::start(ledger, key, self.context.now()?)?;
        let (resolved, outline) = self.look_up(ledger, judgement)?;
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
            outline,
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
                let _locked = self.drafts.lock()?;
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
