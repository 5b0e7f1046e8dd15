//! `factlog split`: print an article's claims. No ledger is needed, and nothing is kept.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use factlog::extract::{self, ExtractedClaim, Extraction, Options, language, output};
use factlog::intake::{self, Hint, IntakeError};
use factlog::words::claim::Manner;
use factlog::words::span::Span;

use super::context::Context;
use super::exit::{Failure, Status};
use super::extractor::{self, ExtractorArgs};
use super::highlight::Pieces;
use super::json_out;
use super::pdf_trial;
use super::screen::{self, STRONG};
use super::sources;
use super::stdout;

/// Print an article's claims, with who said them
///
/// The claims come in the order of the text: their words, who said them and how, how much each is
/// worth checking, what the words show first ("a number", "a cause"), and the sentence they stand in.
/// There the claim's own words are bold, and in [square brackets] where the output has no styles, as
/// with `NO_COLOR` or into a file. What was passed over is counted; --all prints it too. The score,
/// from 0 to 1, is the probability that people who labelled sentences of US debates would call the
/// words worth checking. It was measured on debates; on news, take it as a ranking: a plain fact such
/// as "no one was hurt" has a low one. The article may be plain text, Markdown, HTML or PDF. Attribution
/// is for English.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog split article.txt
  factlog split page.html --all
  factlog split article.txt --min-score 0.7
  factlog split article.txt --extractor ./my-model.py
  curl -s https://news.example/a1 | factlog split - --jsonl | jq -r .text")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Args {
    /// The article, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print one JSON object a claim, on a line each; offsets are bytes of the normalised text
    ///
    /// --json prints one document instead: sentences, claims, and what was passed over.
    #[arg(long, group = "form")]
    jsonl: bool,
    /// Print the normalised text, which all offsets count in, and no claims
    #[arg(long, group = "form", conflicts_with_all = ["all", "atomic", "extractor"])]
    text: bool,
    /// Print one JSON object a sentence, with its range in bytes of the normalised text, and no claims
    #[arg(long, group = "form", conflicts_with_all = ["all", "atomic", "extractor"])]
    sentences: bool,
    /// Print what was passed over, too: questions, wishes, commands, opinions (--json always has it)
    #[arg(long)]
    all: bool,
    /// Split statements as fine as possible
    #[arg(long, conflicts_with = "extractor")]
    atomic: bool,
    /// Print only what is worth checking with at least this probability, from 0 to 1
    #[arg(long, value_name = "SCORE", value_parser = score, allow_negative_numbers = true, default_value_t = 0.0, hide_default_value = true, conflicts_with_all = ["text", "sentences"])]
    min_score: f32,
    #[command(flatten)]
    extractor: ExtractorArgs,
}

fn score(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(score) if (0.0..=1.0).contains(&score) => Ok(score),
        _ => Err("a score is a number from 0 to 1, such as 0.5".to_owned()),
    }
}

impl Args {
    /// Refuses `--json` beside another form, wherever on the command line it stands.
    fn check_form(&self, context: &Context) -> anyhow::Result<()> {
        let (flag, what, hint) = if self.jsonl {
            let what = "JSON lines and one JSON document are two forms";
            let hint = "give --jsonl for a line a claim, or --json for one document";
            ("--jsonl", what, hint)
        } else if self.sentences {
            let what = "JSON lines and one JSON document are two forms";
            let hint =
                "give --sentences for a line a sentence; the document of --json has them, too";
            ("--sentences", what, hint)
        } else if self.text {
            let what = "a text is not JSON";
            ("--text", what, "give one of the two")
        } else {
            return Ok(());
        };
        if !context.global.json {
            return Ok(());
        }
        let message = format!("--json cannot be used with {flag}: {what}");
        Err(Failure::new(Status::Usage, message).hint(hint).into())
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    args.check_form(context)?;
    let name = if args.file == Path::new("-") {
        "standard input".into()
    } else {
        screen::path(&args.file)
    };
    let bytes = read(&args.file, context)?;
    let hint = Hint {
        file_name: args.file.file_name().and_then(|name| name.to_str()),
        ..Hint::default()
    };
    pdf_trial::survives(&name, &bytes, &hint)?;
    let taken = intake::take_in(&bytes, &hint).map_err(|error| refused(&name, error))?;
    for warning in &taken.warnings {
        context.warn(&warning.to_string());
    }
    let text = taken.text.ok_or_else(|| {
        Failure::new(
            Status::Failed,
            format!("{name} has no words to split: it is {}", taken.media),
        )
        .hint("give it as plain text, Markdown, HTML, or a PDF file with a text")
    })?;
    let mut out = io::BufWriter::new(stdout::styled());
    if args.text {
        // The text itself, for programs: a terminal gets it made harmless.
        let shown = if io::IsTerminal::is_terminal(&io::stdout()) {
            screen::visible(&text)
        } else {
            text.as_str().into()
        };
        write_raw(&shown)?;
        return Ok(Status::Done);
    }
    let (mut extraction, status) = if let Some(command) = &args.extractor.extractor {
        extractor::run(context, command, &text)?
    } else {
        let options = Options {
            atomic: args.atomic,
        };
        note_language(context, &text);
        (extract::split(&text, options), Status::Done)
    };
    let found = extraction.claims.len();
    let is_wanted = |claim: &ExtractedClaim| claim.score >= args.min_score;
    extraction.claims.retain(is_wanted);
    let below = found - extraction.claims.len();
    extraction
        .passed_over
        .retain(|passed| is_wanted(&passed.claim));
    if args.sentences {
        for sentence in &extraction.sentences {
            writeln!(out, "{}", output::sentence_line(*sentence))?;
        }
    } else if context.global.json {
        writeln!(out, "{}", json_out::harmless(output::document(&extraction)))?;
    } else {
        let claims: Vec<&ExtractedClaim> = if args.all {
            extraction.all()
        } else {
            extraction.claims.iter().collect()
        };
        if args.jsonl {
            for claim in claims {
                writeln!(out, "{}", json_out::harmless(output::claim_line(claim)))?;
            }
        } else {
            let view = View {
                columns: screen::columns(),
                styled: AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            };
            for (n, claim) in claims.iter().enumerate() {
                out.write_all(render(&text, n + 1, claim, view).as_bytes())?;
            }
            out.flush()?;
            let mut summary = summary(&extraction, args.all);
            if below > 0 {
                let _ = write!(summary, "; {below} below {}", args.min_score);
            }
            context.say(&summary);
        }
    }
    out.flush()?;
    Ok(status)
}

/// What is said of a text in another language.
pub(crate) const FOREIGN: &str = "does not look like English, and who said what is found in English alone: take \
     its claims with care, and record others with `factlog claim`";

/// Says that attribution is for English, where a text is in another language.
pub(crate) fn note_language(context: &Context, text: &str) {
    if language::is_foreign(text) {
        context.warn(&format!("this {FOREIGN}"));
    }
}

/// Reads a file or standard input, no more of it than a source may have.
fn read(file: &Path, context: &Context) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        return sources::read_input(context);
    }
    sources::read_file(file)
}

/// Writes bytes as they are: a styled stream would take escapes out of them.
fn write_raw(text: &str) -> io::Result<()> {
    let mut out = stdout::plain();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// What is wrong with a file, and what to do with this command's own means.
fn refused(name: &str, error: IntakeError) -> anyhow::Error {
    let hint = match &error {
        IntakeError::NoBytes => "it is empty: see whether it was saved whole",
        IntakeError::NoText { .. } => {
            "a page that scripts put together can be saved as text in a browser"
        }
        IntakeError::NotText { .. } => {
            "if it is text, give it in UTF-8: iconv -f CHARSET -t UTF-8 FILE | factlog split -"
        }
        _ => return sources::refused(name, error),
    };
    let name = screen::one_line(name);
    let failure = Failure::new(Status::Failed, format!("{name} was not taken in")).because(error);
    failure.hint(hint).into()
}

fn summary(extraction: &Extraction, all: bool) -> String {
    let claims = count(extraction.claims.len(), "claim");
    let sentences = count(extraction.sentences.len(), "sentence");
    match extraction.passed_over.len() {
        0 => format!("{claims} in {sentences}"),
        passed if all => format!("{claims} and {passed} passed over, in {sentences}"),
        passed => format!("{claims} in {sentences}; {passed} passed over (--all shows them)"),
    }
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// How claims are shown.
#[derive(Clone, Copy)]
struct View {
    columns: usize,
    /// Whether the output has styles.
    styled: bool,
}

/// A claim for a reader: number and words, who said it and how, and its sentence with the words marked.
fn render(text: &str, number: usize, claim: &ExtractedClaim, view: View) -> String {
    let indent = "     ";
    let words = screen::wrap(&screen::one_line(&claim.text), view.columns, indent);
    let head = format!("{number:>3}  ");
    let first = words.trim_start();
    let mut shown = screen::styled(STRONG, &format!("{head}{first}"));
    shown.push('\n');
    let about = format!(
        "{} · {:.2} {}",
        who(claim, text),
        claim.score,
        claim.reason.as_str()
    );
    shown.push_str(&screen::wrap(&about, view.columns, indent));
    shown.push('\n');
    shown.push_str(&marked(text, claim, view, indent));
    shown.push_str("\n\n");
    shown
}

fn who(claim: &ExtractedClaim, text: &str) -> String {
    let how = match claim.manner {
        Manner::Direct => "quoted",
        Manner::Indirect => "reported",
        Manner::Mixed => "partly quoted",
        Manner::Narration => return "the narrator".to_owned(),
    };
    let cue = claim.cue.and_then(|cue| cue.of(text).ok());
    let cue = cue.map_or_else(String::new, |cue| format!(", “{}”", screen::one_line(cue)));
    let Some(claimant) = &claim.claimant else {
        return format!("somebody, {how}{cue}");
    };
    let role = claimant
        .role
        .as_ref()
        .map_or_else(String::new, |role| format!(" ({})", screen::one_line(role)));
    let doubt = if claim.unresolved { ", unresolved" } else { "" };
    format!(
        "{}{role}{doubt}, {how}{cue}",
        screen::one_line(&claimant.name)
    )
}

/// The sentence, with the claim's own words marked.
fn marked(text: &str, claim: &ExtractedClaim, view: View, indent: &str) -> String {
    let sentence = claim.sentence;
    let within = |part: &Span| {
        let start = part.start().checked_sub(sentence.start())?;
        Some((start, part.end() - sentence.start()))
    };
    let parts: Vec<_> = claim.parts.iter().filter_map(within).collect();
    let words = sentence.of(text).unwrap_or_default();
    Pieces::new(words, &parts).wrap(view.columns, indent, view.styled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Ada Roe, the mayor, said that the bridge was closed and was never reopened.\n";

    fn shown(text: &str, claim: &ExtractedClaim, styled: bool) -> String {
        let columns = 60;
        render(text, 1, claim, View { columns, styled })
    }

    #[test]
    fn a_claim_is_rendered_with_its_words_in_their_sentence() {
        let found = extract::split(TEXT, Options::default());
        let plain = anstream::adapter::strip_str(&shown(TEXT, &found.claims[0], false)).to_string();
        assert_eq!(
            plain,
            "  1  the bridge was closed\n     Ada Roe (mayor), reported, “said” · 0.30 a statement\n     \
             Ada Roe, the mayor, said that [the bridge was closed]\n     and was never reopened.\n\n"
        );
        let styled = shown(TEXT, &found.claims[0], true);
        assert!(
            styled.contains(&screen::styled(STRONG, "bridge")),
            "{styled}"
        );
        assert!(
            !styled.contains("[the") && !styled.contains("closed]"),
            "{styled}"
        );
    }

    #[test]
    fn words_outside_the_sentence_are_not_marked() {
        let mut claim = extract::split(TEXT, Options::default()).claims[0].clone();
        claim.sentence =
            Span::new(TEXT.find("and was").expect("there"), TEXT.len() - 1).expect("a range");
        let shown = shown(TEXT, &claim, false);
        assert!(
            shown.ends_with("     and was never reopened.\n\n"),
            "{shown}"
        );
    }

    #[test]
    fn hostile_text_is_harmless() {
        let text = "Ada \u{1b}]0;x\u{7}Roe said that the \u{202e}bridge was closed.\n";
        for claim in extract::split(text, Options::default()).all() {
            for styled in [false, true] {
                let shown = shown(text, claim, styled);
                let plain = anstream::adapter::strip_str(&shown).to_string();
                assert!(
                    !plain.contains(['\u{1b}', '\u{7}', '\u{202e}']),
                    "{plain:?}"
                );
            }
        }
    }
}
