//! `s`: a claim is split into finer ones, as the finest splitting of its text finds them or by hand.

use std::fmt::Write as _;

use factlog::extract::{self, ExtractedClaim, Options};
use factlog::words::claim::Claim;

use super::form;
use super::making;
use super::sitting::Sitting;
use super::words;
use crate::cli::claim_list::ClaimLine;
use crate::cli::drafts::{How, Made};
use crate::cli::exit::{Failure, Status};
use crate::cli::prompt;
use crate::cli::proposals::EXTRACTOR;
use crate::cli::screen;
use crate::cli::waiting;

/// How a form of finer claims begins.
const EXPLAINED: &str = "\
# Write a quote for each finer claim, save, and close the editor. Lines that begin with # are left
# out. With fewer than two claims, nothing is split.
#
# quote: its words, exactly as they stand in the sentence; … between words where others are left out.
# text:  the claim in words that can be read on their own; without it, the quote.
#
# Who said it, and how, stays as it is.
#
";

impl Sitting<'_> {
    /// Offers the finer claims that can be found in the claim, or has them written by hand.
    pub(super) fn split(&mut self) -> anyhow::Result<()> {
        let finer = self.finer();
        let made = if finer.len() < 2 {
            self.context
                .say("no finer claims are found in it: write them in the editor");
            self.by_hand(&[])?
        } else {
            for (n, made) in finer.iter().enumerate() {
                let text = screen::one_line(&made.claim.text);
                self.context.say(&format!("{:>4}  {text}", n + 1));
            }
            let question = "put these in its place, or write them in the editor? [y,n,e] ";
            match prompt::choose(question, &['y', 'n', 'e'])? {
                Some('y') => Some(finer),
                Some('e') => self.by_hand(&finer)?,
                _ => return Ok(()),
            }
        };
        let Some(made) = made else {
            self.context
                .say("fewer than two claims were written: nothing is split");
            return Ok(());
        };
        let of = vec![making::origin(&self.lines[self.at])];
        self.replace(How::Split, of, made)
    }

    /// Returns what the finest splitting finds inside the claim's own words.
    fn finer(&mut self) -> Vec<Made> {
        let line = &self.lines[self.at];
        let source = &line.source;
        let finest = self.finest.entry(source.id).or_insert_with(|| {
            let note = "looking for finer claims in the whole text";
            let options = Options { atomic: true };
            let split = || extract::split(&source.text, options).claims;
            waiting::noting(self.context, note, split)
        });
        let inside = |found: &&ExtractedClaim| {
            let mut parts = found.parts.iter();
            parts.all(|part| line.claim.parts.iter().any(|own| own.contains(*part)))
        };
        let is_edited = line.extractor.is_none();
        let made = |found: &ExtractedClaim| {
            let claim = Claim {
                text: found.text.clone(),
                added: found.added.clone(),
                parts: found.parts.clone(),
                ..line.claim.clone()
            };
            Some(Made {
                claim: making::checked(&source.text, claim).ok()?,
                extractor: (!is_edited).then(|| EXTRACTOR.to_owned()),
            })
        };
        let mut finer: Vec<Made> = finest.iter().filter(inside).filter_map(made).collect();
        finer.sort_by_key(|made| made.claim.quote.bytes);
        finer
    }

    /// Has finer claims written in the editor; `None` where there are fewer than two.
    fn by_hand(&self, finer: &[Made]) -> anyhow::Result<Option<Vec<Made>>> {
        let line = &self.lines[self.at];
        let by = self.reviewer.name.as_deref();
        let path = self.drafts.review_form("split", &line.id, by);
        let form = render(line, finer);
        let read = |form: &str| {
            let claims = parse(line, form)?;
            Ok((claims.len() > 1).then_some(claims))
        };
        let claims = form::fill_in(self.context, self.drafts, &path, form, read)?;
        // What was found and left as it is keeps what found it.
        let made = |claim: Claim| {
            let kept = finer.iter().find(|made| made.claim == claim);
            kept.cloned().unwrap_or(Made {
                claim,
                extractor: None,
            })
        };
        Ok(claims.map(|claims| claims.into_iter().map(made).collect()))
    }
}

/// Writes the form: what was found, else the claim as it is, to be cut up.
fn render(line: &ClaimLine, finer: &[Made]) -> String {
    let text = &line.source.text;
    let mut form = EXPLAINED.to_owned();
    let sentence = line.sentence().of(text).unwrap_or_default();
    for (name, words) in [("Sentence", sentence), ("Claim", &line.claim.text)] {
        let explained = format!("{name}: {}", screen::one_line(words));
        form += &screen::wrap(&explained, 96, "# ");
        form.push('\n');
    }
    let found = finer.iter().map(|made| &made.claim);
    let start = finer.is_empty().then_some(&line.claim);
    for claim in found.chain(start) {
        let quote = words::editable(text, &claim.parts);
        let words = screen::editable_line(&claim.text);
        let _ = writeln!(form, "\nquote: {quote}\ntext: {words}");
    }
    form += "\nquote: \ntext: \n";
    form
}

/// Reads the form.
fn parse(line: &ClaimLine, form: &str) -> anyhow::Result<Vec<Claim>> {
    let mut blocks: Vec<[String; 2]> = Vec::new();
    let mut field = 0;
    for words in form.lines().filter(|words| !words.starts_with('#')) {
        let words = words.trim();
        if let Some(quote) = words.strip_prefix("quote:") {
            blocks.push([quote.trim().to_owned(), String::new()]);
            field = 0;
        } else if let Some(block) = blocks.last_mut() {
            let words = words.strip_prefix("text:").map_or(words, |text| {
                field = 1;
                text.trim()
            });
            if !words.is_empty() {
                if !block[field].is_empty() {
                    block[field].push(' ');
                }
                block[field].push_str(words);
            }
        } else if !words.is_empty() {
            return Err(
                Failure::new(Status::Usage, format!("{words:?} belongs to no field")).into(),
            );
        }
    }
    blocks.retain(|[quote, text]| !quote.is_empty() || !text.is_empty());
    let mut claims: Vec<Claim> = Vec::new();
    for [quote, text] in blocks {
        let claim = made(line, &quote, &text)?;
        if claims
            .iter()
            .any(|other| other.identity() == claim.identity())
        {
            let words = screen::cut(&quote, 60);
            return Err(Failure::new(Status::Usage, format!("“{words}” is written twice")).into());
        }
        claims.push(claim);
    }
    Ok(claims)
}

/// Makes a finer claim of words in the claim's sentence.
fn made(line: &ClaimLine, quote: &str, written: &str) -> anyhow::Result<Claim> {
    let text = &line.source.text;
    let parts = words::parts(text, line.sentence(), quote)?;
    let own = words::own(text, &parts, " ");
    // As the claim has the same words, it keeps what is known about them.
    if parts == line.claim.parts && screen::editable_line(&line.claim.text) == written {
        return Ok(line.claim.clone());
    }
    let written = if written.is_empty() { &own } else { written };
    let claim = Claim {
        text: written.to_owned(),
        added: words::added(written, &own, text),
        parts,
        ..line.claim.clone()
    };
    making::checked(text, claim)
}
